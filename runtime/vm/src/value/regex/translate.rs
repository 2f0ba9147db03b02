//! Java's notation of regular expressions in the engine's.
//!
//! # Invariants
//! - One pass without recursion; the text grows by a constant factor at most.
//! - What the engine would take in another meaning is rewritten or refused, never passed on.

use crate::value::fault::{Fallible, Fault};
use std::fmt::Write as _;

#[cold]
fn unsupported(what: &str, at: usize) -> Box<Fault> {
    Fault::new(
        "unsupported",
        format!(
            "{what} at index {at} of a regular expression: the engine runs in linear time and does not support it"
        ),
    )
}

fn invalid(what: &str, at: usize) -> Box<Fault> {
    Fault::new(
        "parse",
        format!("Invalid regular expression: {what} at index {at}"),
    )
}

struct Translator<'a> {
    source: &'a str,
    at: usize,
    out: String,
    /// What is in force, by open group.
    flags: Vec<Flags>,
    /// Where the pattern is to match.
    place: Place,
    /// Whether it has a `^` of lines.
    has_line_start: bool,
}

/// Flags that change what is written.
#[derive(Clone, Copy, Default)]
struct Flags {
    /// `(?s)`
    dot_all: bool,
    /// `(?m)`
    lines: bool,
    /// `(?x)`
    verbose: bool,
}

/// Where a pattern is to match.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    /// At the end of the text, where no line starts.
    End,
}

/// A pattern in the engine's notation.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) anywhere: String,
    /// What it is at the end of a text, if that is something else: in Java `^` of `(?m)` matches at
    /// starts of lines, but not behind the last line's end, where no line starts. The engine has no
    /// look-ahead that would say so.
    pub(super) end: Option<String>,
}

/// A pattern of Java's notation in the engine's.
pub(super) fn translate(source: &str) -> Fallible<Translated> {
    let written = |place| -> Fallible<(String, bool)> {
        let mut translator = Translator {
            source,
            at: 0,
            out: String::with_capacity(source.len() + 16),
            flags: vec![Flags::default()],
            place,
            has_line_start: false,
        };
        translator.run()?;
        Ok((translator.out, translator.has_line_start))
    };
    let (anywhere, has_line_start) = written(Place::Anywhere)?;
    let end = match has_line_start {
        true => Some(written(Place::End)?.0),
        false => None,
    };
    Ok(Translated { anywhere, end })
}

/// What matches nowhere.
const NOTHING: &str = "[^\\x00-\\x{10FFFF}]";
const ANY_BUT_TERMINATORS: &str = "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]";

/// What a letter after a backslash stands for, as the inside of a class; `None` for other letters.
/// Spaces are escaped: under `(?x)` the engine passes over others in classes too.
fn class_escape(c: char) -> Option<&'static str> {
    Some(match c {
        'd' => "0-9",
        'w' => "a-zA-Z0-9_",
        's' => "\\x20\\t\\n\\x0B\\f\\r",
        'h' => "\\x20\\t\\xA0\\x{1680}\\x{180E}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}",
        'v' => "\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}",
        _ => return None,
    })
}

/// Java's names of ASCII classes, as the inside of a class.
fn posix_class(name: &str) -> Option<&'static str> {
    Some(match name {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "ASCII" => "\\x00-\\x7F",
        "Alpha" => "a-zA-Z",
        "Digit" => "0-9",
        "Alnum" => "a-zA-Z0-9",
        "Punct" => "!-/:-@\\[-`{-\\~",
        "Graph" => "!-\\~",
        "Print" => "\\x20-\\~",
        "Blank" => "\\x20\\t",
        "Cntrl" => "\\x00-\\x1F\\x7F",
        "XDigit" => "0-9a-fA-F",
        "Space" => "\\x20\\t\\n\\x0B\\f\\r",
        _ => return None,
    })
}

impl Translator<'_> {
    fn peek(&self) -> Option<char> {
        self.source[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// What is in force.
    fn flags(&self) -> Flags {
        self.flags.last().copied().unwrap_or_default()
    }

    /// Passes over blanks and comments, if `(?x)` is in force.
    fn pass_blanks(&mut self) {
        if !self.flags().verbose {
            return;
        }
        while let Some(c) = self.peek() {
            match c {
                '\t'..='\r' | ' ' => self.at += 1,
                '#' => self.pass_comment(),
                _ => return,
            }
        }
    }

    /// Passes over the rest of a line.
    fn pass_comment(&mut self) {
        let rest = &self.source[self.at..];
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    fn run(&mut self) -> Fallible<()> {
        let mut quantified = false;
        while let Some(c) = self.next() {
            let was_quantified = std::mem::take(&mut quantified);
            match c {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' => self.group()?,
                ')' => {
                    if self.flags.len() == 1 {
                        return Err(invalid("Unmatched closing ')'", self.at - 1));
                    }
                    self.flags.pop();
                    self.out.push(')');
                }
                '.' if !self.flags().dot_all => self.out.push_str(ANY_BUT_TERMINATORS),
                '^' if self.flags().lines => {
                    self.has_line_start = true;
                    self.out.push_str(match self.place {
                        Place::Anywhere => "^",
                        Place::End => NOTHING,
                    });
                }
                '+' if was_quantified => {
                    return Err(unsupported("a possessive quantifier", self.at - 1));
                }
                '*' | '?' | '+' => {
                    // A `?` after a quantifier makes it reluctant.
                    quantified = !(was_quantified && c == '?');
                    if was_quantified && c == '*' {
                        return Err(invalid("Dangling meta character '*'", self.at - 1));
                    }
                    self.out.push(c);
                }
                '{' => {
                    let rest = &self.source[self.at..];
                    let Some(length) = rest.find('}') else {
                        return Err(invalid("Unclosed counted closure", self.at));
                    };
                    let bounds = &rest[..length];
                    if bounds.is_empty() || !bounds.bytes().all(|b| b.is_ascii_digit() || b == b',')
                    {
                        return Err(invalid("Illegal repetition", self.at - 1));
                    }
                    let _ = write!(self.out, "{{{bounds}}}");
                    self.at += length + 1;
                    quantified = true;
                }
                '#' if self.flags().verbose => {
                    self.pass_comment();
                    quantified = was_quantified;
                }
                c => self.out.push(c),
            }
        }
        Ok(())
    }

    /// A character as itself.
    fn literal(&mut self, c: char) {
        if c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() {
            self.out.push(c);
        } else {
            let _ = write!(self.out, "\\x{:02X}", u32::from(c));
        }
    }

    fn hex(&mut self, digits: usize) -> Fallible<char> {
        let at = self.at;
        let text = self
            .source
            .get(at..at + digits)
            .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let text = text.ok_or_else(|| invalid("Illegal hexadecimal escape sequence", at))?;
        self.at += digits;
        let code = u32::from_str_radix(text, 16).expect("hexadecimal digits");
        if digits == 4
            && (0xd800..0xdc00).contains(&code)
            && let Some(low) = self
                .source
                .get(self.at..self.at + 6)
                .and_then(|rest| rest.strip_prefix("\\u"))
            && let Ok(low @ 0xdc00..0xe000) = u32::from_str_radix(low, 16)
        {
            self.at += 6;
            let code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            return Ok(char::from_u32(code).expect("a pair of surrogates is a scalar value"));
        }
        char::from_u32(code).ok_or_else(|| unsupported("a lone surrogate", at))
    }

    /// What comes after a backslash.
    fn escape(&mut self, in_class: bool) -> Fallible<()> {
        let at = self.at - 1;
        let Some(c) = self.next() else {
            return Err(invalid("Unexpected internal error", at));
        };
        if let Some(inside) = class_escape(c.to_ascii_lowercase())
            && c.is_ascii_alphabetic()
        {
            match (c.is_ascii_uppercase(), in_class) {
                (false, true) => self.out.push_str(inside),
                (false, false) => drop(write!(self.out, "[{inside}]")),
                (true, _) => drop(write!(self.out, "[^{inside}]")),
            }
            return Ok(());
        }
        match c {
            'b' if !in_class => {
                if self.source[self.at..].starts_with('{') {
                    return Err(unsupported("a grapheme boundary \\b{g}", at));
                }
                self.out.push_str("(?-u:\\b)");
            }
            'B' if !in_class => self.out.push_str("(?-u:\\B)"),
            'A' if !in_class => self.out.push_str("\\A"),
            'z' | 'Z' if !in_class => self.out.push_str("\\z"),
            'G' if !in_class => return Err(unsupported("\\G", at)),
            'X' if !in_class => return Err(unsupported("a grapheme \\X", at)),
            'R' if !in_class => {
                self.out
                    .push_str("(?:\\r\\n|[\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}])");
            }
            'k' if !in_class => return Err(unsupported("a back reference \\k<name>", at)),
            '1'..='9' if !in_class => {
                return Err(unsupported(&format!("a back reference \\{c}"), at));
            }
            't' | 'n' | 'r' | 'f' | 'a' => {
                self.out.push('\\');
                self.out.push(c);
            }
            'e' => self.out.push_str("\\x1B"),
            '0' => {
                let rest = &self.source[self.at..];
                let most = if rest.starts_with(['0', '1', '2', '3']) {
                    3
                } else {
                    2
                };
                let length = rest
                    .bytes()
                    .take(most)
                    .take_while(|b| (b'0'..b'8').contains(b))
                    .count();
                let code = u32::from_str_radix(&rest[..length], 8)
                    .map_err(|_| invalid("Illegal octal escape sequence", at))?;
                self.at += length;
                let _ = write!(self.out, "\\x{{{code:X}}}");
            }
            'x' if self.source[self.at..].starts_with('{') => {
                let rest = &self.source[self.at + 1..];
                let end = rest
                    .find('}')
                    .ok_or_else(|| invalid("Unclosed hexadecimal escape sequence", at))?;
                let code = u32::from_str_radix(&rest[..end], 16)
                    .ok()
                    .and_then(char::from_u32);
                let c = code.ok_or_else(|| invalid("Illegal hexadecimal escape sequence", at))?;
                self.at += end + 2;
                let _ = write!(self.out, "\\x{{{:X}}}", u32::from(c));
            }
            'x' | 'u' => {
                let c = self.hex(if c == 'x' { 2 } else { 4 })?;
                let _ = write!(self.out, "\\x{{{:X}}}", u32::from(c));
            }
            'c' => {
                let c = self
                    .next()
                    .ok_or_else(|| invalid("Illegal control escape sequence", at))?;
                let _ = write!(self.out, "\\x{{{:X}}}", u32::from(c) ^ 64);
            }
            'p' | 'P' => self.property(c == 'P', in_class, at)?,
            'Q' => {
                let rest = &self.source[self.at..];
                let quoted = &rest[..rest.find("\\E").unwrap_or(rest.len())];
                self.at += (quoted.len() + 2).min(rest.len());
                quoted.chars().for_each(|c| self.literal(c));
            }
            'E' => {}
            c if c.is_ascii_alphabetic() => {
                return Err(invalid(
                    &format!("Illegal/unsupported escape sequence \\{c}"),
                    at,
                ));
            }
            c => self.literal(c),
        }
        Ok(())
    }

    /// `\p{…}` and `\pL`.
    fn property(&mut self, negated: bool, in_class: bool, at: usize) -> Fallible<()> {
        let name = if self.source[self.at..].starts_with('{') {
            let rest = &self.source[self.at + 1..];
            let end = rest
                .find('}')
                .ok_or_else(|| invalid("Unclosed character family", at))?;
            self.at += end + 2;
            &rest[..end]
        } else {
            let c = self
                .next()
                .ok_or_else(|| invalid("Unknown character property", at))?;
            &self.source[self.at - c.len_utf8()..self.at]
        };
        if let Some(inside) = posix_class(name) {
            let _ = match (negated, in_class) {
                (false, true) => write!(self.out, "{inside}"),
                (false, false) => write!(self.out, "[{inside}]"),
                (true, _) => write!(self.out, "[^{inside}]"),
            };
            return Ok(());
        }
        let name = match name {
            "javaLowerCase" => "Lowercase",
            "javaUpperCase" => "Uppercase",
            "javaWhitespace" => "White_Space",
            "javaLetter" | "javaAlphabetic" => "Alphabetic",
            "javaDigit" => "Nd",
            name if name.starts_with("java") => {
                return Err(unsupported(&format!("\\p{{{name}}}"), at));
            }
            name if name.starts_with("In") => {
                return Err(unsupported(&format!("the Unicode block {name}"), at));
            }
            name => name.strip_prefix("Is").unwrap_or(name),
        };
        let letter = if negated { 'P' } else { 'p' };
        let _ = write!(self.out, "\\{letter}{{{name}}}");
        Ok(())
    }

    /// A character class, the outer `[` being read; nested ones too, without recursion.
    fn class(&mut self) -> Fallible<()> {
        let start = self.at - 1;
        let mut depth = 1;
        self.out.push('[');
        let mut first = true;
        if self.peek() == Some('^') {
            self.at += 1;
            self.out.push('^');
        }
        while depth > 0 {
            self.pass_blanks();
            let Some(c) = self.next() else {
                return Err(invalid("Unclosed character class", start));
            };
            match c {
                ']' if !first => {
                    self.out.push(']');
                    depth -= 1;
                }
                '[' => {
                    self.out.push('[');
                    depth += 1;
                    if self.peek() == Some('^') {
                        self.at += 1;
                        self.out.push('^');
                    }
                    first = true;
                    continue;
                }
                '\\' => self.escape(true)?,
                '&' | '-' => {
                    self.pass_blanks();
                    match (c, self.peek()) {
                        ('&', Some('&')) => {
                            self.at += 1;
                            self.out.push_str("&&");
                        }
                        ('-', next) if next != Some(']') && !first => self.out.push('-'),
                        _ => self.literal(c),
                    }
                }
                c => self.literal(c),
            }
            first = false;
        }
        Ok(())
    }

    /// What comes after `(`.
    fn group(&mut self) -> Fallible<()> {
        let at = self.at - 1;
        let mut inside = self.flags();
        let rest = &self.source[self.at..];
        for (mark, what) in [
            ("?=", "look-ahead (?=…)"),
            ("?!", "negative look-ahead (?!…)"),
            ("?<=", "look-behind (?<=…)"),
            ("?<!", "negative look-behind (?<!…)"),
            ("?>", "an atomic group (?>…)"),
        ] {
            if rest.starts_with(mark) {
                return Err(unsupported(what, at));
            }
        }
        let Some(flags) = rest.strip_prefix('?') else {
            self.out.push('(');
            self.flags.push(inside);
            return Ok(());
        };
        if flags.starts_with('<') {
            let end = flags
                .find('>')
                .ok_or_else(|| invalid("named capturing group is missing trailing '>'", at))?;
            let _ = write!(self.out, "(?{}", &flags[..=end]);
            self.at += end + 2;
            self.flags.push(inside);
            return Ok(());
        }
        let length = flags
            .find([':', ')'])
            .ok_or_else(|| invalid("Unknown inline modifier", at))?;
        let (mut on, mut kept) = (true, [String::new(), String::new()]);
        for flag in flags[..length].chars() {
            match flag {
                '-' => on = false,
                's' => inside.dot_all = on,
                'm' => inside.lines = on,
                'x' => inside.verbose = on,
                'd' | 'u' | 'i' => {}
                'U' => return Err(unsupported("the flag (?U)", at)),
                _ => return Err(invalid("Unknown inline modifier", at)),
            }
            if matches!(flag, 's' | 'x' | 'i' | 'm') {
                kept[usize::from(!on)].push(flag);
            }
        }
        self.at += 1 + length + 1;
        let opens = flags.as_bytes()[length] == b':';
        let [set, cleared] = kept;
        let cleared = if cleared.is_empty() {
            cleared
        } else {
            format!("-{cleared}")
        };
        if opens {
            let _ = write!(self.out, "(?{set}{cleared}:");
            self.flags.push(inside);
        } else {
            if !set.is_empty() || !cleared.is_empty() {
                let _ = write!(self.out, "(?{set}{cleared})");
            }
            let flags = self.flags.last_mut();
            *flags.expect("the outermost is never popped") = inside;
        }
        Ok(())
    }
}
