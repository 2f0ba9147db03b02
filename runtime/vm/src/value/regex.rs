//! Regular expressions: Java's notation on a linear-time engine.
//!
//! A pattern is translated to the engine's notation (`translate`), where the two differ: `\d \w \s
//! \b` and the POSIX classes are ASCII, `.` stops at every line terminator, `\Q…\E`, `\R`, `\h`,
//! `\x41`, `\u0041`. What a linear-time engine cannot do is refused by name.
//!
//! # Invariants
//! - One search takes time linear in the text, and is charged the bytes that it looks at. In a text
//!   of a few thousand bytes the engine does not tell how far it looks behind the end of a match:
//!   there all up to that end is charged. In what is left of a longer one the engine looks only if it is
//!   known how far that can be.
//! - Compiled patterns are a cache of the thread, never part of a process: the object holds its
//!   source only.

pub(crate) mod long;
mod scan;
mod translate;

use super::fault::{Fallible, Fault, OrThrow};
use super::string::{byte_count, is_ascii, make_string, text, text_bytes};
use super::walk::{Pieces, copy_fuel, make_state};
use super::work::{Sizes, Stop, Walk};
use super::{transient, vector};
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::word::Word;
use long::{Following, Slots, Stepped};
use rustc_hash::FxHashMap;
use scan::{Gap, Scanner, Seek, stretch_of};
use std::cell::RefCell;
use std::rc::Rc;
use translate::{Translated, translate};

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
/// Matches that a process follows at a time: each takes up to a few megabytes.
const FOLLOWED_MAX: usize = 8;
/// Text that costs one unit of fuel to search, in bytes.
const BYTES_PER_FUEL: usize = 16;

/// A compiled pattern.
#[derive(Debug)]
pub struct Compiled {
    /// Finds matches anywhere, but see `end`.
    pub search: regex::Regex,
    /// Finds those that begin at the end of a text, where the pattern is another one there.
    end: Option<regex::Regex>,
    /// Matches all of a text; made when first needed.
    whole: std::cell::OnceCell<Rc<Compiled>>,
    /// Looks for matches in long texts; made when first needed.
    scanner: std::cell::OnceCell<Option<RefCell<Scanner>>>,
    translated: Translated,
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
    let compiled = Rc::new(Compiled::of(translated)?);
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
    fn of(translated: Translated) -> Fallible<Compiled> {
        Ok(Compiled {
            search: build(&translated.anywhere)?,
            end: translated.end.as_deref().map(build).transpose()?,
            whole: std::cell::OnceCell::new(),
            scanner: std::cell::OnceCell::new(),
            translated,
        })
    }

    /// Fuel of searching so much text once.
    #[must_use]
    pub fn cost(&self, bytes: usize) -> u32 {
        u32::try_from(bytes / BYTES_PER_FUEL).map_or(u32::MAX, |fuel| fuel.saturating_add(1))
    }

    fn scanner(&self) -> Option<&RefCell<Scanner>> {
        let scanner = self.scanner.get_or_init(|| {
            Scanner::new(&self.translated.anywhere, COMPILED_BYTES_MAX).map(RefCell::new)
        });
        scanner.as_ref()
    }

    /// From where on the next match at or after a byte is to be looked for, or that match. What is
    /// followed is kept with the state of the search, if there is one. Charges what it looks at.
    fn seek(
        &self,
        heap: &mut Heap,
        (string, state): (Word, Option<Word>),
        at: usize,
        gap: Gap,
        spent: &mut u32,
    ) -> Seek {
        let sizes = Sizes::of(heap);
        if byte_count(heap.object(string)) <= sizes.call_bytes {
            return Seek::From(at);
        }
        let Some(scanner) = self.scanner() else {
            return Seek::From(at);
        };
        let mut scanner = scanner.borrow_mut();
        let stretch = stretch_of(scanner.states()).min(SEEK_STEPS * sizes.step_bytes);
        let left = byte_count(heap.object(string)) - at;
        if let Some(longest) = scanner.short()
            && left <= stretch
        {
            // The engine may look as far behind the end of the match. It is faster where there are many.
            *spent = spent.saturating_add(self.cost(longest.min(left)));
            return Seek::From(at);
        }
        let mut followed = state.and_then(|state| heap.followed.remove(&state.offset()));
        let subject = text_bytes(heap.object(string));
        let keeps = state.is_some().then_some(&mut followed);
        let seek = scanner.seek(subject, at, gap, stretch, keeps, spent);
        if let (Some(state), Some(followed)) = (state, followed) {
            keep(heap, state, followed);
        }
        seek
    }

    /// The places of the next match and its groups from a byte on, that of a seek. Charges what the
    /// engine looks at.
    fn slots(&self, subject: &str, seek: Seek, spent: &mut u32) -> Option<Slots> {
        let slots = match seek {
            Seek::Found(slots) => slots,
            Seek::From(at) => {
                let slots = captured(&self.search, subject, at);
                self.charge(subject, at, slots.as_deref().and_then(place), spent);
                slots?
            }
            Seek::Nowhere | Seek::Later(_) => return None,
        };
        match &self.end {
            Some(end) if slots[0] == Some(subject.len()) => captured(end, subject, subject.len()),
            _ => Some(slots),
        }
    }

    /// Where the next match begins and ends, likewise.
    fn range(&self, subject: &str, seek: &Seek, spent: &mut u32) -> Option<(usize, usize)> {
        let found = match seek {
            Seek::Found(slots) => place(slots),
            Seek::From(at) => {
                let found = self.search.find_at(subject, *at);
                let found = found.map(|found| (found.start(), found.end()));
                self.charge(subject, *at, found, spent);
                found
            }
            Seek::Nowhere | Seek::Later(_) => None,
        };
        found.filter(|&(start, _)| match &self.end {
            Some(end) if start == subject.len() => end.is_match_at(subject, start),
            _ => true,
        })
    }

    /// Charges a search of the engine from a byte on: up to the end of what it has found, or of the text.
    fn charge(&self, subject: &str, at: usize, found: Option<(usize, usize)>, spent: &mut u32) {
        let reached = found.map_or(subject.len(), |(_, end)| end);
        *spent = spent.saturating_add(self.cost(reached - at));
    }

    /// What may be spent before a step over many matches ends.
    fn most(&self, sizes: Sizes, spent: u32) -> u32 {
        spent.saturating_add(self.cost(SEEK_STEPS * sizes.step_bytes))
    }

    /// The pattern that matches all of a text or nothing.
    ///
    /// # Errors
    /// `:ox/memory-limit`.
    pub fn whole(&self) -> Fallible<&Compiled> {
        if self.whole.get().is_none() {
            let whole = |pattern: &String| format!("\\A(?:{pattern})\\z");
            let pattern = Compiled::of(Translated {
                anywhere: whole(&self.translated.anywhere),
                end: self.translated.end.as_ref().map(whole),
            })?;
            let _ = self.whole.set(Rc::new(pattern));
        }
        Ok(self.whole.get().expect("set above"))
    }
}

/// The places of a pattern's next match and its groups from a byte on.
fn captured(pattern: &regex::Regex, subject: &str, at: usize) -> Option<Slots> {
    let captures = pattern.captures_at(subject, at)?;
    let places = captures.iter().flat_map(|group| match group {
        Some(group) => [Some(group.start()), Some(group.end())],
        None => [None, None],
    });
    Some(places.collect())
}

/// Keeps a match that is followed with the state of its search.
fn keep(heap: &mut Heap, state: Word, following: Box<Following>) {
    if heap.followed.len() >= FOLLOWED_MAX {
        // Of searches that nobody goes on with, mostly. The others begin anew.
        heap.followed.clear();
    }
    heap.followed.insert(state.offset(), following);
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

/// The text of a group.
fn group<'s>(subject: &'s str, slots: &[Option<usize>], number: usize) -> Option<&'s str> {
    match slots.get(2 * number..2 * number + 2)? {
        &[Some(start), Some(end)] => Some(&subject[start..end]),
        _ => None,
    }
}

/// The match as `re-find` returns it: a string, or a vector of it and its groups. They are copied.
fn make_match(heap: &mut Heap, string: Word, slots: &[Option<usize>], spent: &mut u32) -> Word {
    let mut words = Vec::with_capacity(slots.len() / 2);
    for number in 0..slots.len() / 2 {
        let copied = group(text(heap.object(string)), slots, number).map(str::to_owned);
        *spent = spent.saturating_add(copy_fuel(copied.as_ref().map_or(0, String::len)));
        words.push(copied.map_or(Word::NIL, |copied| make_string(heap, &copied)));
    }
    match words[..] {
        [only] => only,
        _ => vector::make(heap, &words),
    }
}

/// `re-matches*`: the match with all of a string, or nil, of a long one in steps.
///
/// ```text
/// state:  Array [string pattern reach]
/// ```
///
/// # Errors
/// `:ox/memory-limit`; [`Trap::Walk`].
pub(crate) fn match_whole(
    heap: &mut Heap,
    [string, pattern]: [Word; 2],
    spent: &mut u32,
) -> Result<Word, Trap> {
    let compiled = of_word(heap, pattern)?;
    let whole = compiled.whole().or_throw(heap)?;
    let bytes = byte_count(heap.object(string));
    if bytes > Sizes::of(heap).call_bytes && whole.scanner().is_some() {
        let words = [string, pattern, Word::small(0)];
        return Err(Trap::Walk(make_state(heap, Walk::Match, &words)));
    }
    let slots = whole.slots(text(heap.object(string)), Seek::From(0), spent);
    Ok(slots.map_or(Word::NIL, |slots| make_match(heap, string, &slots, spent)))
}

/// Goes on with it.
pub(crate) fn match_step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let (string, pattern) = (heap.word(state, 1), heap.word(state, 2));
    let compiled = of_word(heap, pattern)?;
    let whole = compiled.whole().or_throw(heap)?;
    let sizes = Sizes::of(heap);
    let kept = heap.followed.remove(&state.offset());
    let is_new = kept.is_none();
    let subject = text_bytes(heap.object(string));
    let begun = whole.scanner().and_then(|scanner| {
        let scanner = scanner.borrow();
        let begin = || Following::new(scanner.automata(), subject, 0, 0, true).map(Box::new);
        let stretch = stretch_of(scanner.states()).min(SEEK_STEPS * sizes.step_bytes);
        Some((kept.or_else(begin)?, stretch))
    });
    let seek = match begun {
        None => Seek::From(0),
        Some((mut following, stretch)) => {
            // Who begins anew does twice as much as the last time.
            let reach = (heap.word(state, 3).small_value() as usize).max(stretch);
            let mut left = if is_new { reach } else { stretch };
            loop {
                let stepped = following.step(subject, stretch, spent);
                left = left.saturating_sub(stretch);
                match stepped {
                    Stepped::Open if left > 0 => {}
                    Stepped::Open => {
                        if is_new {
                            heap.write(state, 3, Word::small(2 * reach as i64));
                        }
                        keep(heap, state, following);
                        return Err(Stop::Budget);
                    }
                    Stepped::Nothing => break Seek::Nowhere,
                    Stepped::Found(slots) => break Seek::Found(slots),
                    Stepped::Unknown(_) => break Seek::From(0),
                }
            }
        }
    };
    let slots = whole.slots(text(heap.object(string)), seek, spent);
    Ok(slots.map_or(Word::NIL, |slots| make_match(heap, string, &slots, spent)))
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
    let from = (cursor, Gap::default());
    match find(heap, &compiled, (string, None), from, spent) {
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
    let searched = (string, Some(state));
    find(heap, &compiled, searched, (cursor, gap), spent).map_err(|gap| {
        heap.write(state, 5, Word::small(gap.base as i64));
        heap.write(state, 6, Word::small(gap.reach as i64));
        Stop::Budget
    })
}

/// Where a match begins and ends.
fn place(slots: &[Option<usize>]) -> Option<(usize, usize)> {
    match *slots {
        [Some(start), Some(end), ..] => Some((start, end)),
        _ => None,
    }
}

/// What `re-find-from` answers, or where the search goes on.
fn find(
    heap: &mut Heap,
    pattern: &Compiled,
    (string, state): (Word, Option<Word>),
    (cursor, gap): (Cursor, Gap),
    spent: &mut u32,
) -> Result<Word, Gap> {
    let seek = pattern.seek(heap, (string, state), cursor.byte, gap, spent);
    if let Seek::Later(next) = seek {
        return Err(next);
    }
    let subject = text(heap.object(string));
    let slots = pattern.slots(subject, seek, spent);
    let found = slots.as_deref().and_then(place);
    let (Some(slots), Some((start, end))) = (slots, found) else {
        return Ok(Word::NIL);
    };
    let start = cursor.advanced(subject, start);
    let end = start.advanced(subject, end);
    let next = next_start(subject, start.byte, end.byte).map(|byte| end.advanced(subject, byte));
    let found = make_match(heap, string, &slots, spent);
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
/// state:  Array [builder string pattern limit from next base reach]
///                next: nil when no match can follow
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
    match splitting.run(heap, &compiled, None, spent) {
        Ok(vector) => Ok(vector),
        Err(Stop::Budget) => {
            let limit = limit.clamp(-1, i64::from(u32::MAX));
            let [from, next, base, reach] = splitting.progress.words();
            let limit = Word::small(limit);
            let words = [builder, string, pattern, limit, from, next, base, reach];
            Err(Trap::Walk(make_state(heap, Walk::Split, &words)))
        }
        Err(Stop::Throw(error)) => Err(Trap::Throw(error)),
        Err(Stop::Unfinished(cell) | Stop::Library(cell)) => Err(Trap::Force(cell)),
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
    let result = splitting.run(heap, &compiled, Some(state), spent);
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
    fn run(
        &mut self,
        heap: &mut Heap,
        pattern: &Compiled,
        state: Option<Word>,
        spent: &mut u32,
    ) -> Result<Word, Stop> {
        let sizes = Sizes::of(heap);
        let most = pattern.most(sizes, *spent);
        for _ in 0..sizes.elements {
            let count = transient::count(heap, self.builder) as i64;
            if self.limit > 0 && count >= self.limit - 1 {
                self.progress.next = None;
            }
            let Some(at) = self.progress.next else {
                return self.end(heap, sizes, spent);
            };
            if *spent > most {
                return Err(Stop::Budget);
            }
            let seek = pattern.seek(heap, (self.string, state), at, self.progress.gap, spent);
            if let Seek::Later(gap) = seek {
                self.progress.gap = gap;
                return Err(Stop::Budget);
            }
            self.progress.gap = Gap::default();
            let subject = text(heap.object(self.string));
            let Some((start, end)) = pattern.range(subject, &seek, spent) else {
                self.progress.next = None;
                continue;
            };
            self.progress.next = next_start(subject, start, end);
            // An empty match at the start makes no piece.
            if end > 0 {
                let piece = subject[self.progress.from..start].to_owned();
                *spent = spent.saturating_add(copy_fuel(piece.len()));
                let piece = make_string(heap, &piece);
                transient::conj(heap, self.builder, piece)?;
                self.progress.from = end;
            }
        }
        Err(Stop::Budget)
    }

    /// Adds the last piece and, where there is no limit, takes away empty ones at the end.
    fn end(&mut self, heap: &mut Heap, sizes: Sizes, spent: &mut u32) -> Result<Word, Stop> {
        let length = byte_count(heap.object(self.string));
        if self.progress.from <= length {
            if transient::count(heap, self.builder) == 0 {
                return Ok(vector::make(heap, &[self.string]));
            }
            let rest = text(heap.object(self.string))[self.progress.from..].to_owned();
            *spent = spent.saturating_add(copy_fuel(rest.len()));
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
/// state:  Array [pieces string pattern replacement all from next base reach]
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
    match replacing.run(heap, None, spent) {
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
        Err(Stop::Unfinished(cell) | Stop::Library(cell)) => Err(Trap::Force(cell)),
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
    let result = replacing.run(heap, Some(state), spent);
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
    fn run(&mut self, heap: &mut Heap, state: Option<Word>, spent: &mut u32) -> Result<Word, Stop> {
        let sizes = Sizes::of(heap);
        let [string, pattern, replacement] = self.words;
        let compiled = of_word(heap, pattern)?;
        let given = text(heap.object(replacement));
        let parsed = parse_replacement(given, &compiled.search);
        *spent = spent.saturating_add(super::print::text_fuel(given.len()));
        let most = compiled.most(sizes, *spent);
        let mut out = String::new();
        let mut left = sizes.elements;
        while let Some(at) = self.progress.next {
            let is_much = out.len() > 4 * sizes.step_bytes || *spent > most;
            if left == 0 || is_much {
                *spent = spent.saturating_add(super::print::text_fuel(out.len()));
                self.pieces.add(heap, &out);
                return Err(Stop::Budget);
            }
            left -= 1;
            let seek = compiled.seek(heap, (string, state), at, self.progress.gap, spent);
            if let Seek::Later(gap) = seek {
                self.progress.gap = gap;
                self.pieces.add(heap, &out);
                return Err(Stop::Budget);
            }
            self.progress.gap = Gap::default();
            let subject = text(heap.object(string));
            let slots = compiled.slots(subject, seek, spent);
            let whole = slots.as_deref().and_then(place);
            let (Some(slots), Some((start, end))) = (slots, whole) else {
                self.progress.next = None;
                break;
            };
            // As in Java what is wrong with a replacement is wrong where something is replaced.
            let Ok(parts) = &parsed else {
                return Err(parsed
                    .or_throw(heap)
                    .map_or_else(Stop::from, |_| Stop::Budget));
            };
            out.push_str(&subject[self.progress.from..start]);
            for part in parts {
                match part {
                    Piece::Text(text) => out.push_str(text),
                    Piece::Group(number) => {
                        out.push_str(group(subject, &slots, *number).unwrap_or_default());
                    }
                }
            }
            self.progress.from = end;
            self.progress.next = next_start(subject, start, end).filter(|_| self.all);
        }
        let subject = text(heap.object(string));
        out.push_str(&subject[self.progress.from..]);
        *spent = spent.saturating_add(super::print::text_fuel(out.len()));
        self.pieces.join(heap, &out)
    }
}
