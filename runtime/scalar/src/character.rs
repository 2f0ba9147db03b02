//! Characters as literals.

use std::fmt::{self, Write as _};

/// The characters that have names.
const NAMES: [(&str, char); 6] = [
    ("newline", '\n'),
    ("space", ' '),
    ("tab", '\t'),
    ("backspace", '\u{8}'),
    ("formfeed", '\u{c}'),
    ("return", '\r'),
];

/// The character of a name such as `newline`.
#[must_use]
pub fn named_char(name: &str) -> Option<char> {
    NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, c)| *c)
}

/// A character that prints as its literal: `\a`, `\newline`.
#[derive(Clone, Copy, Debug)]
pub struct CharLiteral(pub char);

impl CharLiteral {
    /// The names that [`named_char`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// The character's name, where it has one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES
            .iter()
            .find(|(_, named)| *named == self.0)
            .map(|(name, _)| *name)
    }
}

impl fmt::Display for CharLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('\\')?;
        match self.name() {
            Some(name) => f.write_str(name),
            None => f.write_char(self.0),
        }
    }
}
