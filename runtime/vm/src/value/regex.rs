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

mod scan;
mod translate;

use super::fault::{Fallible, Fault, OrThrow};
use super::string::{byte_count, is_ascii, make_string, text};
use super::walk::{Pieces, make_state};
use super::work::{Sizes, Stop, Walk};
use super::{transient, vector};
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::word::Word;
use rustc_hash::FxHashMap;
use scan::{Gap, Scanner, Seek, stretch_of};
use std::cell::RefCell;
use std::rc::Rc;
use translate::translate;

/// Patterns that a thread keeps compiled.
const CACHE_MAX: usize = 512;
/// Longest pattern, in bytes.
const SOURCE_BYTES_MAX: usize = 16 * 1024;
/// Greatest size of a compiled pattern, in bytes.
const COMPILED_BYTES_MAX: usize = 1024 * 1024;
/// Fuel of compiling a byte of a pattern: about a microsecond, more where it stands for large classes.
const COMPILE_FUEL_PER_BYTE: usize = 64;
/// Texts of a step of other walks that are searched at once.
const SEEK_STEPS: usize = 4;
/// Text that costs one unit of fuel to search, in bytes.
const BYTES_PER_FUEL: usize = 16;

/// A compiled pattern.
#[derive(Debug)]
pub struct Compiled {
    /// Finds matches anywhere.
    pub search: regex::Regex,
    /// Matches all of a text; made when first needed.
    whole: std::cell::OnceCell<regex::Regex>,
    /// Looks for matches in long texts; made when first needed.
    scanner: std::cell::OnceCell<Option<RefCell<Scanner>>>,
    translated: String,
}

thread_local! {
    static CACHE: RefCell<FxHashMap<String, Rc<Compiled>>> = RefCell::new(FxHashMap::default());
}

fn build(pattern: &str) -> Fallible<regex::Regex> {
    regex::RegexBuilder::new(pattern)
        .size_limit(COMPILED_BYTES_MAX)
        .dfa_size_limit(COMPILED_BYTES_MAX)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                Fault::too_big("a regular expression that compiles to more than 1 MiB")
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
            "a regular expression of more than 16,384 bytes",
        ));
    }
    let translated = translate(source)?;
    let search = build(&translated)?;
    let compiled = Rc::new(Compiled {
        search,
        whole: std::cell::OnceCell::new(),
        scanner: std::cell::OnceCell::new(),
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

/// Fuel of compiling a pattern of so many bytes.
#[must_use]
pub fn compile_cost(bytes: usize) -> u32 {
    u32::try_from(bytes.saturating_mul(COMPILE_FUEL_PER_BYTE)).unwrap_or(u32::MAX)
}

impl Compiled {
    /// Fuel of searching so much text once.
    #[must_use]
    pub fn cost(&self, bytes: usize) -> u32 {
        u32::try_from(bytes / BYTES_PER_FUEL).unwrap_or(u32::MAX)
    }

    /// From where on the next match at or after a byte is to be looked for.
    fn seek(&self, subject: &str, at: usize, gap: Gap, sizes: Sizes) -> Seek {
        let left = subject.len() - at;
        if left <= sizes.call_bytes {
            return Seek::From(at);
        }
        let scanner = self
            .scanner
            .get_or_init(|| Scanner::new(&self.translated, COMPILED_BYTES_MAX).map(RefCell::new));
        let Some(scanner) = scanner else {
            return Seek::From(at);
        };
        let mut scanner = scanner.borrow_mut();
        let stretch = stretch_of(scanner.states()).min(SEEK_STEPS * sizes.step_bytes);
        if left <= stretch {
            return Seek::From(at);
        }
        scanner.seek(subject.as_bytes(), at, gap, stretch)
    }

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

/// The compiled form of a regular expression object.
fn of_word(heap: &mut Heap, word: Word) -> Result<Rc<Compiled>, Trap> {
    match source(heap, word) {
        Some(source) => compile(source).or_throw(heap),
        None => Err(Fault::type_error(heap, word, "a regular expression").trap(heap)),
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

/// `re-find-from`: a vector of match, start, end and the next cursor, or nil; far in steps.
///
/// ```text
/// state:  Array [string pattern byte character base reach]
/// ```
///
/// # Errors
/// `:ox/argument` for a cursor that is none of this string; [`Trap::Walk`].
pub(crate) fn find_from(
    heap: &mut Heap,
    [string, pattern]: [Word; 2],
    cursor: Cursor,
    spent: &mut u32,
) -> Result<Word, Trap> {
    let compiled = of_word(heap, pattern)?;
    let subject = text(heap.object(string));
    if !subject.is_char_boundary(cursor.byte) {
        let message = "the cursor does not belong to the string";
        return Err(Fault::new("argument", message).trap(heap));
    }
    match find(heap, &compiled, string, cursor, Gap::default(), spent) {
        Ok(found) => Ok(found),
        Err(gap) => {
            let small = |n: usize| Word::small(n as i64);
            let words = [
                string,
                pattern,
                small(cursor.byte),
                small(cursor.character),
                small(gap.base),
                small(gap.reach),
            ];
            Err(Trap::Walk(make_state(heap, Walk::Find, &words)))
        }
    }
}

/// Looks on.
pub(crate) fn find_step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let number = |index: u32| heap.word(state, index).small_value() as usize;
    let cursor = Cursor {
        byte: number(3),
        character: number(4),
    };
    let gap = Gap {
        base: number(5),
        reach: number(6),
    };
    let (string, pattern) = (heap.word(state, 1), heap.word(state, 2));
    let compiled = of_word(heap, pattern)?;
    find(heap, &compiled, string, cursor, gap, spent).map_err(|gap| {
        heap.write(state, 5, Word::small(gap.base as i64));
        heap.write(state, 6, Word::small(gap.reach as i64));
        Stop::Budget
    })
}

/// What `re-find-from` answers, or where the search goes on.
fn find(
    heap: &mut Heap,
    pattern: &Compiled,
    string: Word,
    cursor: Cursor,
    gap: Gap,
    spent: &mut u32,
) -> Result<Word, Gap> {
    let sizes = Sizes::of(heap);
    let subject = text(heap.object(string));
    let at = match pattern.seek(subject, cursor.byte, gap, sizes) {
        Seek::From(at) => at,
        Seek::Nowhere => return Ok(Word::NIL),
        Seek::Later(next) => {
            let looked = (SEEK_STEPS * sizes.step_bytes).max(next.reach);
            *spent = spent.saturating_add(pattern.cost(looked));
            return Err(next);
        }
    };
    let found = pattern.search.captures_at(subject, at);
    let reached = found
        .as_ref()
        .map_or(subject.len(), |found| found.get_match().end());
    *spent = spent.saturating_add(pattern.cost(reached - at));
    let Some(captures) = found else {
        return Ok(Word::NIL);
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
    let parts = [found, small(start.character), small(end.character), next];
    Ok(vector::make(heap, &parts))
}

/// The pieces of a string between matches, as Java's `String.split` gives them, in steps where
/// there are many. The words are the string and the regular expression.
///
/// ```text
/// state:  Array [builder string pattern limit from next]     next: nil when no match can follow
/// ```
///
/// # Errors
/// `:ox/memory-limit`; [`Trap::Walk`].
pub(crate) fn split(
    heap: &mut Heap,
    [string, pattern]: [Word; 2],
    limit: i64,
    spent: &mut u32,
) -> Result<Word, Trap> {
    let nothing = vector::make(heap, &[]);
    let builder = transient::make(heap, nothing)?;
    let mut splitting = Splitting {
        builder,
        string,
        limit,
        progress: Progress::BEGUN,
    };
    let compiled = of_word(heap, pattern)?;
    match splitting.run(heap, &compiled, spent) {
        Ok(vector) => Ok(vector),
        Err(Stop::Budget) => {
            let limit = limit.clamp(-1, i64::from(u32::MAX));
            let [from, next, base, reach] = splitting.progress.words();
            let limit = Word::small(limit);
            let words = [builder, string, pattern, limit, from, next, base, reach];
            Err(Trap::Walk(make_state(heap, Walk::Split, &words)))
        }
        Err(Stop::Throw(error)) => Err(Trap::Throw(error)),
        Err(Stop::Unfinished(cell) | Stop::Number(cell)) => Err(Trap::Force(cell)),
    }
}

/// Splits on.
pub(crate) fn split_step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let word = |index: u32| heap.word(state, index);
    let mut splitting = Splitting {
        builder: word(1),
        string: word(2),
        limit: word(4).small_value(),
        progress: Progress::load(heap, state, 5),
    };
    let compiled = of_word(heap, word(3))?;
    let result = splitting.run(heap, &compiled, spent);
    if result == Err(Stop::Budget) {
        splitting.progress.save(heap, state, 5);
    }
    result
}

/// How far a text has been worked through, match by match.
struct Progress {
    /// Where what has not been taken over begins.
    from: usize,
    /// Where the search for the next match begins, if there may be one.
    next: Option<usize>,
    gap: Gap,
}

impl Progress {
    const BEGUN: Progress = Progress {
        from: 0,
        next: Some(0),
        gap: Gap { base: 0, reach: 0 },
    };

    /// As the words of a state from `index` on say.
    fn load(heap: &Heap, state: Word, index: u32) -> Progress {
        let word = |offset: u32| heap.word(state, index + offset);
        Progress {
            from: word(0).small_value() as usize,
            next: word(1).as_small().map(|next| next as usize),
            gap: Gap {
                base: word(2).small_value() as usize,
                reach: word(3).small_value() as usize,
            },
        }
    }

    fn words(&self) -> [Word; 4] {
        let small = |n: usize| Word::small(n as i64);
        let next = self.next.map_or(Word::NIL, small);
        [
            small(self.from),
            next,
            small(self.gap.base),
            small(self.gap.reach),
        ]
    }

    fn save(&self, heap: &mut Heap, state: Word, index: u32) {
        for (index, word) in (index..).zip(self.words()) {
            heap.write(state, index, word);
        }
    }
}

/// Splitting under way.
struct Splitting {
    builder: Word,
    string: Word,
    limit: i64,
    progress: Progress,
}

impl Splitting {
    fn run(&mut self, heap: &mut Heap, pattern: &Compiled, spent: &mut u32) -> Result<Word, Stop> {
        let sizes = Sizes::of(heap);
        let begun = self.progress.next.unwrap_or(self.progress.from);
        for _ in 0..sizes.elements {
            let count = transient::count(heap, self.builder) as i64;
            if self.limit > 0 && count >= self.limit - 1 {
                self.progress.next = None;
            }
            let subject = text(heap.object(self.string));
            let Some(at) = self.progress.next else {
                return self.end(heap, sizes);
            };
            if at - begun > sizes.step_bytes {
                *spent = spent.saturating_add(pattern.cost(at - begun));
                return Err(Stop::Budget);
            }
            let found = match pattern.seek(subject, at, self.progress.gap, sizes) {
                Seek::From(start) => pattern.search.find_at(subject, start),
                Seek::Nowhere => None,
                Seek::Later(gap) => {
                    self.progress.gap = gap;
                    let looked = (SEEK_STEPS * sizes.step_bytes).max(gap.reach);
                    *spent = spent.saturating_add(pattern.cost(looked));
                    return Err(Stop::Budget);
                }
            };
            self.progress.gap = Gap::default();
            let reached = found.map_or(at, |found| found.end());
            *spent = spent.saturating_add(pattern.cost(reached - at) + 1);
            let Some(found) = found.map(|found| found.range()) else {
                self.progress.next = None;
                continue;
            };
            self.progress.next = next_start(subject, found.start, found.end);
            // An empty match at the start makes no piece.
            if found.end > 0 {
                let piece = subject[self.progress.from..found.start].to_owned();
                let piece = make_string(heap, &piece);
                transient::conj(heap, self.builder, piece)?;
                self.progress.from = found.end;
            }
        }
        Err(Stop::Budget)
    }

    /// Adds the last piece and, where there is no limit, takes away empty ones at the end.
    fn end(&mut self, heap: &mut Heap, sizes: Sizes) -> Result<Word, Stop> {
        let length = byte_count(heap.object(self.string));
        if self.progress.from <= length {
            if transient::count(heap, self.builder) == 0 {
                return Ok(vector::make(heap, &[self.string]));
            }
            let rest = text(heap.object(self.string))[self.progress.from..].to_owned();
            let rest = make_string(heap, &rest);
            transient::conj(heap, self.builder, rest)?;
            // The end is behind the string: the last piece has been added.
            self.progress.from = length + 1;
        }
        for _ in 0..sizes.elements {
            let count = transient::count(heap, self.builder);
            let is_empty = |word| byte_count(heap.object(word)) == 0;
            let drops = self.limit == 0
                && count > 0
                && transient::nth(heap, self.builder, count - 1).is_some_and(is_empty);
            if !drops {
                return Ok(transient::persistent(heap, self.builder)?);
            }
            transient::pop(heap, self.builder)?;
        }
        Err(Stop::Budget)
    }
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

/// A string with the matches, or the first one, replaced, in steps where it is long. The words are
/// the string, the regular expression and the replacement.
///
/// ```text
/// state:  Array [pieces string pattern replacement all from next]
/// ```
///
/// # Errors
/// `:ox/index` for a group that is not there, `:ox/argument`, `:ox/memory-limit`; [`Trap::Walk`].
pub(crate) fn replace(
    heap: &mut Heap,
    words: [Word; 3],
    all: bool,
    spent: &mut u32,
) -> Result<Word, Trap> {
    let mut replacing = Replacing {
        pieces: Pieces::EMPTY,
        words,
        all,
        progress: Progress::BEGUN,
    };
    match replacing.run(heap, spent) {
        Ok(string) => Ok(string),
        Err(Stop::Budget) => {
            let [string, pattern, replacement] = words;
            let pieces = replacing.pieces.0;
            let [from, next, base, reach] = replacing.progress.words();
            let all = Word::bool(all);
            let words = [
                pieces,
                string,
                pattern,
                replacement,
                all,
                from,
                next,
                base,
                reach,
            ];
            Err(Trap::Walk(make_state(heap, Walk::ReplaceMatch, &words)))
        }
        Err(Stop::Throw(error)) => Err(Trap::Throw(error)),
        Err(Stop::Unfinished(cell) | Stop::Number(cell)) => Err(Trap::Force(cell)),
    }
}

/// Replaces on.
pub(crate) fn replace_step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let word = |index: u32| heap.word(state, index);
    let mut replacing = Replacing {
        pieces: Pieces(word(1)),
        words: [word(2), word(3), word(4)],
        all: word(5).is_truthy(),
        progress: Progress::load(heap, state, 6),
    };
    let result = replacing.run(heap, spent);
    if result == Err(Stop::Budget) {
        heap.write(state, 1, replacing.pieces.0);
        replacing.progress.save(heap, state, 6);
    }
    result
}

/// Replacing under way.
struct Replacing {
    pieces: Pieces,
    words: [Word; 3],
    all: bool,
    progress: Progress,
}

impl Replacing {
    fn run(&mut self, heap: &mut Heap, spent: &mut u32) -> Result<Word, Stop> {
        let sizes = Sizes::of(heap);
        let [string, pattern, replacement] = self.words;
        let compiled = of_word(heap, pattern)?;
        let given = text(heap.object(replacement));
        let parsed = parse_replacement(given, &compiled.search);
        *spent = spent.saturating_add(super::print::text_fuel(given.len()));
        let parts = parsed.or_throw(heap)?;
        let subject = text(heap.object(string));
        let begun = self.progress.next.unwrap_or(self.progress.from);
        let mut out = String::new();
        let mut left = sizes.elements;
        while let Some(at) = self.progress.next {
            let is_much = out.len() > 4 * sizes.step_bytes || at - begun > sizes.step_bytes;
            if left == 0 || is_much {
                *spent = spent.saturating_add(super::print::text_fuel(out.len()));
                self.pieces.add(heap, &out);
                return Err(Stop::Budget);
            }
            left -= 1;
            let captures = match compiled.seek(subject, at, self.progress.gap, sizes) {
                Seek::From(start) => compiled.search.captures_at(subject, start),
                Seek::Nowhere => None,
                Seek::Later(gap) => {
                    self.progress.gap = gap;
                    let looked = (SEEK_STEPS * sizes.step_bytes).max(gap.reach);
                    *spent = spent.saturating_add(compiled.cost(looked));
                    self.pieces.add(heap, &out);
                    return Err(Stop::Budget);
                }
            };
            self.progress.gap = Gap::default();
            let whole = captures.as_ref().map(regex::Captures::get_match);
            let reached = whole.map_or(at, |whole| whole.end());
            *spent = spent.saturating_add(compiled.cost(reached - at) + 1);
            let (Some(captures), Some(whole)) = (captures, whole) else {
                self.progress.next = None;
                break;
            };
            out.push_str(&subject[self.progress.from..whole.start()]);
            for part in &parts {
                match part {
                    Piece::Text(text) => out.push_str(text),
                    Piece::Group(group) => {
                        out.push_str(captures.get(*group).map_or("", |group| group.as_str()));
                    }
                }
            }
            self.progress.from = whole.end();
            self.progress.next =
                next_start(subject, whole.start(), whole.end()).filter(|_| self.all);
        }
        out.push_str(&subject[self.progress.from..]);
        *spent = spent.saturating_add(super::print::text_fuel(out.len()));
        self.pieces.join(heap, &out)
    }
}
