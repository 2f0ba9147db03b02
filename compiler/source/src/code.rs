//! The stable codes of diagnostics.
//!
//! Invariants:
//! - A code is never reused for something else and never renumbered: people search for it.
//! - Each code has one line in the table below and a page `docs/errors/OXnnnn.md`
//!   (a test looks for it).
//!
//! Ranges: `OX00xx` reading and parsing, `OX01xx` names, `OX02xx` expansion, `OX03xx` lowering and
//! arity, `OX04xx` projects. `OX05xx` are errors of running programs (`engine::code`), `OX06xx` of stores (`oxc`).
//! `OX07xx` packages.

use std::fmt;

/// A diagnostic's stable code, shown as `OX0001`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

/// Declares the codes. A new one is a new line: `NAME = number, "what it says in short";`.
macro_rules! codes {
    ($($name:ident = $number:literal, $title:literal;)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code($number);)*

            /// All codes, in the order of their numbers.
            pub const ALL: &'static [Code] = &[$(Code($number)),*];

            /// What the code means, in a few words.
            pub fn title(self) -> &'static str {
                match self.0 {
                    $($number => $title,)*
                    _ => "unknown code",
                }
            }
        }
    };
}

codes! {
    // reading and parsing
    UNCLOSED_FORM = 1, "a form is never closed";
    EXTRA_CLOSER = 2, "a closing bracket closes nothing";
    MISMATCHED_CLOSER = 3, "a closing bracket does not match the opening one";
    TOO_DEEP = 4, "forms are nested too deeply";
    UNCLOSED_STRING = 5, "a string is never closed";
    MISSING_OPERAND = 6, "a prefix has nothing after it";
    INVALID_NUMBER = 7, "an invalid number";
    INVALID_CHARACTER = 8, "an invalid character literal";
    INVALID_ESCAPE = 9, "an invalid escape in a string";
    INVALID_NAME = 10, "an invalid symbol or keyword";
    ODD_MAP = 11, "a map with a key that has no value";
    DUPLICATE_KEY = 12, "a map that has a key twice";
    DUPLICATE_ELEMENT = 13, "a set that has an element twice";
    INVALID_METADATA = 14, "invalid metadata";
    NESTED_FUNCTION_LITERAL = 15, "a `#()` inside another";
    INVALID_ARGUMENT_LITERAL = 16, "an invalid argument of `#()`";
    INVALID_READER_CONDITIONAL = 17, "an invalid reader conditional";
    NO_BRANCH_TAKEN = 18, "a reader conditional gives nothing where a form is needed";
    INVALID_DISPATCH = 19, "an unknown form after `#`";
    INVALID_TAGGED_LITERAL = 20, "an invalid tagged literal";
    INVALID_NAMESPACED_MAP = 21, "an invalid namespaced map";
    INVALID_SYMBOLIC_VALUE = 22, "an unknown symbolic value";
    FILE_TOO_LARGE = 23, "a source file is too large";
    INVISIBLE_CHARACTER = 24, "an invisible character in a name";
    // names
    UNKNOWN_NAME = 101, "a name that nothing defines";
    UNKNOWN_NAMESPACE = 102, "a namespace that does not exist";
    INVALID_NS = 103, "an invalid declaration of a namespace";
    NAMESPACE_PATH = 104, "a namespace named otherwise than its file";
    DUPLICATE_DEFINITION = 105, "a name is defined twice";
    DUPLICATE_REFER = 106, "a name or alias is referred twice";
    REQUIRE_CYCLE = 107, "namespaces require one another in a circle";
    NOT_REQUIRED = 108, "a namespace is not required";
    PRIVATE_NAME = 109, "a definition is private to its namespace";
    GENERATED_CLASH = 110, "a macro generates a name that exists already";
    UNKNOWN_ALIAS = 111, "an alias that stands for no namespace";
    // expansion
    MALFORMED_CALL = 201, "a macro of the core is called in a way it cannot take";
    MACRO_FAILED = 202, "a macro failed";
    EXPANSION_TOO_DEEP = 203, "expansions are nested too deeply";
    PHASE_CYCLE = 204, "the expansion of a form needs the form itself";
    MACRO_NEEDS_CELL = 205, "a macro needs a value that only the running program makes";
    UNQUOTE_OUTSIDE = 206, "an unquote outside of a syntax-quote";
    MACRO_WARNING = 207, "a macro warns";
    // lowering
    INVALID_DEFINITION = 301, "an invalid definition";
    NESTED_DEFINITION = 302, "a definition within an expression";
    WRONG_ARITY = 303, "a call with a wrong number of arguments";
    INVALID_SPECIAL_FORM = 304, "an invalid special form";
    INVALID_RECUR = 305, "a `recur` that cannot be";
    MACRO_VALUE = 306, "a macro used as a value";
    NOT_A_FUNCTION = 307, "a call of something that is no function";
    INVALID_FUNCTION = 308, "an invalid function";
    HOST_INTEROP = 309, "a call of the host";
    UNSUPPORTED = 310, "a form that this version does not have";
    UNKNOWN_ERROR_CLASS = 311, "a `catch` of what no error is";
    UNKNOWN_TAG = 312, "a tagged literal whose tag no reader knows";
    INVALID_DURATION = 313, "a literal that is no duration";
    UNKNOWN_OPTION = 314, "an option that a call does not take";
    INVALID_REGEX = 315, "a regular expression that is none";
    LEFT_OUT = 316, "a name of Clojure's core that the language leaves out";
    UNASKED_METHOD = 317, "a method that nothing calls";
    LINK = 401, "a program that cannot be linked";
    INVALID_PROJECT = 402, "an invalid project file";
    TOP_LEVEL = 403, "an expression at the top level of a required namespace that is not pure or fails";
    CONTRIBUTION = 404, "an extension of a protocol or hierarchy that does not fit the others";
    EFFECTS = 405, "a definition performs effects that it says it does not";
    // packages
    NOT_A_DEPENDENCY = 701, "a namespace of a package that is not a dependency";
    AMBIGUOUS_NAMESPACE = 702, "a namespace that several dependencies have";
    INVALID_DEPENDENCY = 703, "a dependency that cannot be used";
    UNAVAILABLE_DEPENDENCY = 704, "a dependency that cannot be fetched";
    CHANGED_DEPENDENCY = 705, "a dependency that is not what `ox.lock` says";
}

impl Code {
    /// The number in `OX0001`.
    pub fn number(self) -> u16 {
        self.0
    }

    /// The code with this text (`"OX0001"`), if there is one.
    pub fn from_text(text: &str) -> Option<Code> {
        let digits = text.strip_prefix("OX")?;
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: u16 = digits.parse().ok()?;
        Code::ALL.iter().copied().find(|code| code.0 == number)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OX{:04}", self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_in_order_and_once() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_code_is_found_by_its_text() {
        assert_eq!(Code::from_text("OX0012"), Some(Code::DUPLICATE_KEY));
        assert_eq!(Code::from_text("OX9999"), None);
        assert_eq!(Code::from_text("OX12"), None);
        assert_eq!(Code::DUPLICATE_KEY.to_string(), "OX0012");
    }

    #[test]
    fn every_code_has_a_page_with_an_example() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors");
        let bad: Vec<String> = Code::ALL
            .iter()
            .filter(|code| {
                std::fs::read_to_string(format!("{folder}/{code}.md")).map_or(true, |page| {
                    !page.starts_with(&format!("# {code}: ")) || !page.contains("```ox\n")
                })
            })
            .map(Code::to_string)
            .collect();
        assert!(
            bad.is_empty(),
            "no page, or one without heading or example: {bad:?}"
        );
    }
}
