//! Regular expressions: Java's notation on a linear-time engine.
//!
//! A pattern is translated to the engine's notation ([`translate`]), where the two differ: `\d \w \s
//! \b` and the POSIX classes are ASCII, `.` stops at every line terminator, `\Q…\E`, `\R`, `\h`,
//! `\x41`, `\u0041`. What a linear-time engine cannot do is refused by name.
//!
//! # Invariants
//! - A match takes time linear in the text; what it costs is known before ([`cost`]).
//! - Compiled patterns are a cache of the thread, never part of a process: the object holds its
//!   source only.

use super::fault::{Fallible, Fault};
use super::string::{is_ascii, make_string, text};
use super::vector;
use crate::heap::Heap;
use crate::object::Kind;
use crate::word::Word;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

/// Patterns that a thread keeps compiled.
const CACHE_MAX: usize = 512;
/// Longest pattern, in bytes.
const SOURCE_BYTES_MAX: usize = 64 * 1024;
/// Greatest size of a compiled pattern, in bytes.
const COMPILED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Text that costs one unit of fuel to search, in bytes.
const BYTES_PER_FUEL: usize = 16;

/// A compiled pattern.
#[derive(Debug)]
pub struct Compiled {
    /// Finds matches anywhere.
    pub search: regex::Regex,
    /// Matches all of a text; made when first needed.
    whole: std::cell::OnceCell<regex::Regex>,
    translated: String,
}

thread_local! {
    static CACHE: RefCell<FxHashMap<String, Rc<Compiled>>> = RefCell::new(FxHashMap::default());
}

/// Fuel of searching so much text once.
#[must_use]
pub fn cost(bytes: usize) -> u32 {
    u32::try_from(bytes / BYTES_PER_FUEL).unwrap_or(u32::MAX)
}

fn build(pattern: &str) -> Fallible<regex::Regex> {
    regex::RegexBuilder::new(pattern)
        .size_limit(COMPILED_BYTES_MAX)
        .dfa_size_limit(COMPILED_BYTES_MAX)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => Fault::too_big("a regular expression that compiles to more than 4 MiB"),
            other => {
                let text = other.to_string();
                // The last line says what is wrong; those before show the translated pattern.
                let reason = text.lines().last().unwrap_or_default();
                Fault::new("parse", format!("Invalid regular expression: {}", reason.trim_start_matches("error: ")))
            }
        })
}

/// The compiled form of a pattern in Java's notation, from the thread's cache if it is there.
///
/// # Errors
/// `:ox/unsupported` for what needs backtracking, naming it; `:ox/parse`; `:ox/memory-limit`.
pub fn compile(source: &str) -> Fallible<Rc<Compiled>> {
    if let Some(found) = CACHE.with_borrow(|cache| cache.get(source).cloned()) {
        return Ok(found);
    }
    if source.len() > SOURCE_BYTES_MAX {
        return Err(Fault::too_big("a regular expression of more than 65,536 bytes"));
    }
    let translated = translate(source)?;
    let search = build(&translated)?;
    let compiled = Rc::new(Compiled { search, whole: std::cell::OnceCell::new(), translated });
    CACHE.with_borrow_mut(|cache| {
        if cache.len() >= CACHE_MAX {
            cache.clear();
        }
        cache.insert(source.to_owned(), Rc::clone(&compiled));
    });
    Ok(compiled)
}

impl Compiled {
    /// The pattern that matches all of a text or nothing.
    ///
    /// # Errors
    /// `:ox/memory-limit`.
    pub fn whole(&self) -> Fallible<&regex::Regex> {
        if self.whole.get().is_none() {
            let pattern = build(&format!("\\A(?:{})\\z", self.translated))?;
            let _ = self.whole.set(pattern);
        }
        Ok(self.whole.get().expect("set above"))
    }
}

/// The source of a regular expression object.
#[must_use]
pub fn source(heap: &Heap, word: Word) -> Option<&str> {
    let object = heap.try_object(word)?;
    (object.kind() == Kind::Regex).then(|| super::string::try_text(heap, object.word(1)))?
}

/// The match as `re-find` returns it: a string, or a vector of it and its groups.
fn make_match(heap: &mut Heap, groups: &[Option<String>]) -> Word {
    let words: Vec<Word> =
        groups.iter().map(|group| group.as_ref().map_or(Word::NIL, |group| make_string(heap, group))).collect();
    match words[..] {
        [only] => only,
        _ => vector::make(heap, &words),
    }
}

fn groups_of(captures: &regex::Captures<'_>) -> Vec<Option<String>> {
    captures.iter().map(|group| group.map(|group| group.as_str().to_owned())).collect()
}

/// `re-matches*`: the match with all of a string.
///
/// # Errors
/// `:ox/memory-limit`.
pub fn match_whole(heap: &mut Heap, pattern: &Compiled, string: Word) -> Fallible<Word> {
    let groups = pattern.whole()?.captures(text(heap.object(string))).as_ref().map(groups_of);
    Ok(groups.map_or(Word::NIL, |groups| make_match(heap, &groups)))
}

/// The matches one after another, as Java finds them: after one that is not empty, an empty one may
/// follow in its place.
fn matches<'s>(subject: &'s str, pattern: &'s Compiled) -> impl Iterator<Item = regex::Captures<'s>> {
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let captures = pattern.search.captures_at(subject, from?)?;
        let whole = captures.get_match();
        from = next_start(subject, whole.start(), whole.end());
        Some(captures)
    })
}

/// Where the search after a match begins; `None` at the end.
fn next_start(subject: &str, start: usize, end: usize) -> Option<usize> {
    if end > start { Some(end) } else { subject[end..].chars().next().map(|c| end + c.len_utf8()) }
}

/// Where a search goes on: a byte and the character index it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Byte index.
    pub byte: usize,
    /// Character index.
    pub character: usize,
}

impl Cursor {
    /// The cursor that a word is: an integer where bytes and characters agree, else a vector.
    #[must_use]
    pub fn of(heap: &Heap, word: Word) -> Option<Cursor> {
        let index = |word: Word| word.as_small().and_then(|n| usize::try_from(n).ok());
        if let Some(at) = index(word) {
            return Some(Cursor { byte: at, character: at });
        }
        if !vector::is_vector(heap, word) {
            return None;
        }
        let (byte, character) = (vector::nth(heap, word, 0)?, vector::nth(heap, word, 1)?);
        Some(Cursor { byte: index(byte)?, character: index(character)? })
    }

    /// The word for it, in a string object.
    pub fn make(self, heap: &mut Heap, string: Word) -> Word {
        let small = |n: usize| Word::small(n as i64);
        if is_ascii(heap.object(string)) || (self.byte, self.character) == (0, 0) {
            return small(self.byte);
        }
        vector::make(heap, &[small(self.byte), small(self.character)])
    }

    /// The same place some bytes on.
    #[must_use]
    pub fn advanced(self, text: &str, byte: usize) -> Cursor {
        Cursor { byte, character: self.character + text[self.byte..byte].chars().count() }
    }
}

/// `re-find-from`: match, start, end and the next cursor.
///
/// # Errors
/// `:ox/argument` for a cursor that is none of this string.
pub fn find_from(heap: &mut Heap, pattern: &Compiled, string: Word, cursor: Cursor) -> Fallible<Option<[Word; 4]>> {
    let subject = text(heap.object(string));
    if !subject.is_char_boundary(cursor.byte) {
        return Err(Fault::new("argument", "the cursor does not belong to the string"));
    }
    let Some(captures) = pattern.search.captures_at(subject, cursor.byte) else { return Ok(None) };
    let whole = captures.get_match();
    let start = cursor.advanced(subject, whole.start());
    let end = start.advanced(subject, whole.end());
    let next = next_start(subject, start.byte, end.byte).map(|byte| end.advanced(subject, byte));
    let groups = groups_of(&captures);
    let found = make_match(heap, &groups);
    let small = |n: usize| Word::small(n as i64);
    let next = match next {
        Some(next) => next.make(heap, string),
        None => Word::NIL,
    };
    Ok(Some([found, small(start.character), small(end.character), next]))
}

/// The pieces between matches, as Java's `String.split` gives them.
#[must_use]
pub fn split(subject: &str, pattern: &Compiled, limit: i64) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut from = 0;
    for captures in matches(subject, pattern) {
        let found = captures.get_match();
        if limit > 0 && pieces.len() as i64 == limit - 1 {
            break;
        }
        if found.end() == 0 {
            continue;
        }
        pieces.push(subject[from..found.start()].to_owned());
        from = found.end();
    }
    if pieces.is_empty() {
        return vec![subject.to_owned()];
    }
    pieces.push(subject[from..].to_owned());
    if limit == 0 {
        while pieces.last().is_some_and(String::is_empty) {
            pieces.pop();
        }
    }
    pieces
}

/// One piece of a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
}

/// Reads a replacement in Java's notation: `$1`, `${name}`, and a backslash before what is meant
/// as it is.
fn parse_replacement(replacement: &str, pattern: &regex::Regex) -> Fallible<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut chars = replacement.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c) => plain.push(c),
                None => return Err(Fault::new("argument", "character to be escaped is missing")),
            },
            '$' => {
                let group = if chars.next_if_eq(&'{').is_some() {
                    let mut name = String::new();
                    loop {
                        match chars.next() {
                            Some('}') => break,
                            Some(c) => name.push(c),
                            None => {
                                let message = "named capturing group is missing trailing '}'";
                                return Err(Fault::new("argument", message));
                            }
                        }
                    }
                    pattern.capture_names().position(|have| have == Some(&name)).ok_or_else(|| {
                        Fault::new("argument", format!("No group with name {{{name}}}"))
                    })?
                } else {
                    let Some(digit) = chars.next_if(char::is_ascii_digit) else {
                        return Err(Fault::new("argument", "Illegal group reference"));
                    };
                    let mut group = digit as usize - '0' as usize;
                    if group >= pattern.captures_len() {
                        return Err(Fault::new("index", format!("No group {group}")));
                    }
                    // Further digits count as long as there is such a group.
                    while let Some(&digit) = chars.peek()
                        && digit.is_ascii_digit()
                    {
                        let longer = group * 10 + (digit as usize - '0' as usize);
                        if longer >= pattern.captures_len() {
                            break;
                        }
                        group = longer;
                        chars.next();
                    }
                    group
                };
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Group(group));
            }
            c => plain.push(c),
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

/// `subject` with the matches, or the first one, replaced.
///
/// # Errors
/// `:ox/index` for a group that is not there, `:ox/argument`, `:ox/memory-limit`.
pub fn replace(subject: &str, pattern: &Compiled, replacement: &str, all: bool) -> Fallible<String> {
    let pieces = parse_replacement(replacement, &pattern.search)?;
    let mut out = String::with_capacity(subject.len());
    let mut from = 0;
    for captures in matches(subject, pattern).take(if all { usize::MAX } else { 1 }) {
        let whole = captures.get_match();
        out.push_str(&subject[from..whole.start()]);
        for piece in &pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Group(group) => out.push_str(captures.get(*group).map_or("", |group| group.as_str())),
            }
        }
        from = whole.end();
        super::print::check_length(out.len())?;
    }
    out.push_str(&subject[from..]);
    Ok(out)
}

// ---- translation ----

#[cold]
fn unsupported(what: &str, at: usize) -> Box<Fault> {
    Fault::new(
        "unsupported",
        format!("{what} at index {at} of a regular expression: the engine runs in linear time and does not support it"),
    )
}

fn invalid(what: &str, at: usize) -> Box<Fault> {
    Fault::new("parse", format!("Invalid regular expression: {what} at index {at}"))
}

struct Translator<'a> {
    source: &'a str,
    at: usize,
    out: String,
    /// `(?s)` in force, by open group.
    dot_all: Vec<bool>,
    /// `(?x)` in force, by open group.
    verbose: Vec<bool>,
}

/// A pattern of Java's notation in the engine's.
fn translate(source: &str) -> Fallible<String> {
    let mut translator = Translator {
        source,
        at: 0,
        out: String::with_capacity(source.len() + 16),
        dot_all: vec![false],
        verbose: vec![false],
    };
    translator.run()?;
    Ok(translator.out)
}

const ANY_BUT_TERMINATORS: &str = "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]";

/// What a letter after a backslash stands for, as the inside of a class; `None` for other letters.
fn class_escape(c: char) -> Option<&'static str> {
    Some(match c {
        'd' => "0-9",
        'w' => "a-zA-Z0-9_",
        's' => " \\t\\n\\x0B\\f\\r",
        'h' => " \\t\\xA0\\x{1680}\\x{180E}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}",
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
        "Print" => " -\\~",
        "Blank" => " \\t",
        "Cntrl" => "\\x00-\\x1F\\x7F",
        "XDigit" => "0-9a-fA-F",
        "Space" => " \\t\\n\\x0B\\f\\r",
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

    fn run(&mut self) -> Fallible<()> {
        let mut quantified = false;
        while let Some(c) = self.next() {
            let was_quantified = std::mem::take(&mut quantified);
            match c {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' => self.group()?,
                ')' => {
                    if self.dot_all.len() == 1 {
                        return Err(invalid("Unmatched closing ')'", self.at - 1));
                    }
                    self.dot_all.pop();
                    self.verbose.pop();
                    self.out.push(')');
                }
                '.' if !self.dot_all.last().copied().unwrap_or(false) => self.out.push_str(ANY_BUT_TERMINATORS),
                '+' if was_quantified => return Err(unsupported("a possessive quantifier", self.at - 1)),
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
                    if bounds.is_empty() || !bounds.bytes().all(|b| b.is_ascii_digit() || b == b',') {
                        return Err(invalid("Illegal repetition", self.at - 1));
                    }
                    let _ = write!(self.out, "{{{bounds}}}");
                    self.at += length + 1;
                    quantified = true;
                }
                '#' if self.verbose.last().copied().unwrap_or(false) => {
                    let rest = &self.source[self.at..];
                    self.at += rest.find('\n').unwrap_or(rest.len());
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
        let text = self.source.get(at..at + digits).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let text = text.ok_or_else(|| invalid("Illegal hexadecimal escape sequence", at))?;
        self.at += digits;
        let code = u32::from_str_radix(text, 16).expect("hexadecimal digits");
        if digits == 4
            && (0xd800..0xdc00).contains(&code)
            && let Some(low) = self.source.get(self.at..self.at + 6).and_then(|rest| rest.strip_prefix("\\u"))
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
        let Some(c) = self.next() else { return Err(invalid("Unexpected internal error", at)) };
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
                self.out.push_str("(?:\\r\\n|[\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}])");
            }
            'k' if !in_class => return Err(unsupported("a back reference \\k<name>", at)),
            '1'..='9' if !in_class => return Err(unsupported(&format!("a back reference \\{c}"), at)),
            't' | 'n' | 'r' | 'f' | 'a' => {
                self.out.push('\\');
                self.out.push(c);
            }
            'e' => self.out.push_str("\\x1B"),
            '0' => {
                let rest = &self.source[self.at..];
                let most = if rest.starts_with(['0', '1', '2', '3']) { 3 } else { 2 };
                let length = rest.bytes().take(most).take_while(|b| (b'0'..b'8').contains(b)).count();
                let code = u32::from_str_radix(&rest[..length], 8)
                    .map_err(|_| invalid("Illegal octal escape sequence", at))?;
                self.at += length;
                let _ = write!(self.out, "\\x{{{code:X}}}");
            }
            'x' if self.source[self.at..].starts_with('{') => {
                let rest = &self.source[self.at + 1..];
                let end = rest.find('}').ok_or_else(|| invalid("Unclosed hexadecimal escape sequence", at))?;
                let code = u32::from_str_radix(&rest[..end], 16).ok().and_then(char::from_u32);
                let c = code.ok_or_else(|| invalid("Illegal hexadecimal escape sequence", at))?;
                self.at += end + 2;
                let _ = write!(self.out, "\\x{{{:X}}}", u32::from(c));
            }
            'x' | 'u' => {
                let c = self.hex(if c == 'x' { 2 } else { 4 })?;
                let _ = write!(self.out, "\\x{{{:X}}}", u32::from(c));
            }
            'c' => {
                let c = self.next().ok_or_else(|| invalid("Illegal control escape sequence", at))?;
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
                return Err(invalid(&format!("Illegal/unsupported escape sequence \\{c}"), at));
            }
            c => self.literal(c),
        }
        Ok(())
    }

    /// `\p{…}` and `\pL`.
    fn property(&mut self, negated: bool, in_class: bool, at: usize) -> Fallible<()> {
        let name = if self.source[self.at..].starts_with('{') {
            let rest = &self.source[self.at + 1..];
            let end = rest.find('}').ok_or_else(|| invalid("Unclosed character family", at))?;
            self.at += end + 2;
            &rest[..end]
        } else {
            let c = self.next().ok_or_else(|| invalid("Unknown character property", at))?;
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
            name if name.starts_with("java") => return Err(unsupported(&format!("\\p{{{name}}}"), at)),
            name if name.starts_with("In") => return Err(unsupported(&format!("the Unicode block {name}"), at)),
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
            let Some(c) = self.next() else { return Err(invalid("Unclosed character class", start)) };
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
                '&' if self.peek() == Some('&') => {
                    self.at += 1;
                    self.out.push_str("&&");
                }
                '-' if self.peek() != Some(']') && !first => self.out.push('-'),
                c => self.literal(c),
            }
            first = false;
        }
        Ok(())
    }

    /// What comes after `(`.
    fn group(&mut self) -> Fallible<()> {
        let at = self.at - 1;
        let (mut dot_all, mut verbose) =
            (self.dot_all.last().copied().unwrap_or(false), self.verbose.last().copied().unwrap_or(false));
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
            self.dot_all.push(dot_all);
            self.verbose.push(verbose);
            return Ok(());
        };
        if flags.starts_with('<') {
            let end = flags.find('>').ok_or_else(|| invalid("named capturing group is missing trailing '>'", at))?;
            let _ = write!(self.out, "(?{}", &flags[..=end]);
            self.at += end + 2;
            self.dot_all.push(dot_all);
            self.verbose.push(verbose);
            return Ok(());
        }
        let length = flags.find([':', ')']).ok_or_else(|| invalid("Unknown inline modifier", at))?;
        let (mut on, mut kept) = (true, [String::new(), String::new()]);
        for flag in flags[..length].chars() {
            match flag {
                '-' => on = false,
                's' => dot_all = on,
                'x' => verbose = on,
                'd' | 'u' => {}
                'U' => return Err(unsupported("the flag (?U)", at)),
                'i' | 'm' => {}
                _ => return Err(invalid("Unknown inline modifier", at)),
            }
            if matches!(flag, 's' | 'x' | 'i' | 'm') {
                kept[usize::from(!on)].push(flag);
            }
        }
        self.at += 1 + length + 1;
        let opens = flags.as_bytes()[length] == b':';
        let [set, cleared] = kept;
        let cleared = if cleared.is_empty() { cleared } else { format!("-{cleared}") };
        if opens {
            let _ = write!(self.out, "(?{set}{cleared}:");
            self.dot_all.push(dot_all);
            self.verbose.push(verbose);
        } else {
            if !set.is_empty() || !cleared.is_empty() {
                let _ = write!(self.out, "(?{set}{cleared})");
            }
            *self.dot_all.last_mut().expect("the outermost is never popped") = dot_all;
            *self.verbose.last_mut().expect("the outermost is never popped") = verbose;
        }
        Ok(())
    }
}
