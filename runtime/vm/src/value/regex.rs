//! Regular expressions: Java's notation on a linear-time engine.
//!
//! A pattern is translated to the engine's notation (`translate`), where the two differ: `\d \w \s
//! \b` and the POSIX classes are ASCII, `.` stops at every line terminator, `\Q…\E`, `\R`, `\h`,
//! `\x41`, `\u0041`. What a linear-time engine cannot do is refused by name.
//!
//! # Invariants
//! - A match takes time linear in the text; what it costs is known before ([`cost`]).
//! - Compiled patterns are a cache of the thread, never part of a process: the object holds its
//!   source only.

mod translate;

use super::fault::{Fallible, Fault};
use super::string::{is_ascii, make_string, text};
use super::vector;
use crate::heap::Heap;
use crate::object::Kind;
use crate::word::Word;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;
use translate::translate;

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
            regex::Error::CompiledTooBig(_) => {
                Fault::too_big("a regular expression that compiles to more than 4 MiB")
            }
            other => {
                let text = other.to_string();
                // The last line says what is wrong; those before show the translated pattern.
                let reason = text.lines().last().unwrap_or_default();
                Fault::new(
                    "parse",
                    format!(
                        "Invalid regular expression: {}",
                        reason.trim_start_matches("error: ")
                    ),
                )
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
        return Err(Fault::too_big(
            "a regular expression of more than 65,536 bytes",
        ));
    }
    let translated = translate(source)?;
    let search = build(&translated)?;
    let compiled = Rc::new(Compiled {
        search,
        whole: std::cell::OnceCell::new(),
        translated,
    });
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
    let words: Vec<Word> = groups
        .iter()
        .map(|group| {
            group
                .as_ref()
                .map_or(Word::NIL, |group| make_string(heap, group))
        })
        .collect();
    match words[..] {
        [only] => only,
        _ => vector::make(heap, &words),
    }
}

fn groups_of(captures: &regex::Captures<'_>) -> Vec<Option<String>> {
    captures
        .iter()
        .map(|group| group.map(|group| group.as_str().to_owned()))
        .collect()
}

/// `re-matches*`: the match with all of a string.
///
/// # Errors
/// `:ox/memory-limit`.
pub fn match_whole(heap: &mut Heap, pattern: &Compiled, string: Word) -> Fallible<Word> {
    let groups = pattern
        .whole()?
        .captures(text(heap.object(string)))
        .as_ref()
        .map(groups_of);
    Ok(groups.map_or(Word::NIL, |groups| make_match(heap, &groups)))
}

/// The matches one after another, as Java finds them: after one that is not empty, an empty one may
/// follow in its place.
fn matches<'s>(
    subject: &'s str,
    pattern: &'s Compiled,
) -> impl Iterator<Item = regex::Captures<'s>> {
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
    if end > start {
        Some(end)
    } else {
        subject[end..].chars().next().map(|c| end + c.len_utf8())
    }
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
            return Some(Cursor {
                byte: at,
                character: at,
            });
        }
        if !vector::is_vector(heap, word) {
            return None;
        }
        let (byte, character) = (vector::nth(heap, word, 0)?, vector::nth(heap, word, 1)?);
        Some(Cursor {
            byte: index(byte)?,
            character: index(character)?,
        })
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
        Cursor {
            byte,
            character: self.character + text[self.byte..byte].chars().count(),
        }
    }
}

/// `re-find-from`: match, start, end and the next cursor.
///
/// # Errors
/// `:ox/argument` for a cursor that is none of this string.
pub fn find_from(
    heap: &mut Heap,
    pattern: &Compiled,
    string: Word,
    cursor: Cursor,
) -> Fallible<Option<[Word; 4]>> {
    let subject = text(heap.object(string));
    if !subject.is_char_boundary(cursor.byte) {
        return Err(Fault::new(
            "argument",
            "the cursor does not belong to the string",
        ));
    }
    let Some(captures) = pattern.search.captures_at(subject, cursor.byte) else {
        return Ok(None);
    };
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
    Ok(Some([
        found,
        small(start.character),
        small(end.character),
        next,
    ]))
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
                    pattern
                        .capture_names()
                        .position(|have| have == Some(&name))
                        .ok_or_else(|| {
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
pub fn replace(
    subject: &str,
    pattern: &Compiled,
    replacement: &str,
    all: bool,
) -> Fallible<String> {
    let pieces = parse_replacement(replacement, &pattern.search)?;
    let mut out = String::with_capacity(subject.len());
    let mut from = 0;
    for captures in matches(subject, pattern).take(if all { usize::MAX } else { 1 }) {
        let whole = captures.get_match();
        out.push_str(&subject[from..whole.start()]);
        for piece in &pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Group(group) => {
                    out.push_str(captures.get(*group).map_or("", |group| group.as_str()))
                }
            }
        }
        from = whole.end();
        super::print::check_length(out.len())?;
    }
    out.push_str(&subject[from..]);
    Ok(out)
}
