//! Copying a value out of a process's memory, sharing kept: the one algorithm behind messages and
//! boot segments.
//!
//! # Invariants
//! - Breadth first, so the same value gives the same words, and no native stack is used.
//! - It goes in steps, between which the memory that is copied from stays as it is.
//! - Every object is copied once, however many refer to it; cycles are fine.
//! - A copy is nobody's: nodes lose their transient's serial, which could be another's where they
//!   arrive. Realized lazy cells without metadata give way to what they hold.
//! - Cached hashes are left behind.

use super::lazy;
use super::path::{PathStep, path_to};
use crate::heap::Heap;
use crate::object::{FIRST_VALUE, FLAG_OWNED, Header, Kind, Object};
use crate::word::Word;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// Why a value cannot be copied out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyError {
    /// It holds something that belongs to its process.
    Refused {
        /// What it is, in words: `an atom`.
        what: &'static str,
        /// The thing itself.
        value: Word,
        /// The way to it from the value that was to be copied.
        path: Vec<PathStep>,
    },
    /// It holds a lazy cell that has to be realized first.
    Unfinished(Word),
    /// It would be larger than so many words.
    TooLarge(usize),
}

impl std::fmt::Display for CopyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CopyError::Refused { what, .. } => {
                write!(f, "{what} belongs to its process and cannot leave it")
            }
            CopyError::Unfinished(_) => write!(
                f,
                "a lazy value has to be realized before it leaves its process"
            ),
            CopyError::TooLarge(words) => write!(
                f,
                "a value of more than {words} words cannot leave its process"
            ),
        }
    }
}

impl std::error::Error for CopyError {}

/// How much the engine does of a piece of work on a process's memory before it looks whether the
/// slice is over: what a value that leaves a process or comes into one costs, in words.
#[derive(Clone, Copy, Debug)]
pub struct Effort(usize);

impl Effort {
    /// Words that cost as much as a unit of fuel.
    pub const WORDS_PER_FUEL: usize = 2;

    /// All of it at once.
    #[must_use]
    pub const fn all() -> Effort {
        Effort(usize::MAX)
    }

    /// One step: some tens of microseconds.
    #[must_use]
    pub fn step(heap: &Heap) -> Effort {
        Effort(if heap.short_steps { 24 } else { 8192 })
    }

    /// What is left, in units of fuel.
    #[must_use]
    pub fn fuel(self) -> i64 {
        i64::try_from(self.0 / Effort::WORDS_PER_FUEL).unwrap_or(i64::MAX)
    }

    /// Whether nothing is left.
    #[must_use]
    #[inline]
    pub fn is_used_up(self) -> bool {
        self.0 == 0
    }

    /// So many words, or what is left.
    #[inline]
    pub(crate) fn at_most(self, words: usize) -> usize {
        self.0.min(words)
    }

    /// Takes so many words, or what is left.
    #[inline]
    pub(crate) fn take(&mut self, words: usize) {
        if self.0 != usize::MAX {
            self.0 = self.0.saturating_sub(words);
        }
    }
}

/// What may be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Values only.
    Message,
    /// Values and things with identity, of which each process then makes its own.
    Boot,
}

/// Where copies go.
pub(crate) trait Target {
    /// The words so far; an object's offset is its index.
    fn words(&mut self) -> &mut Vec<u64>;
    /// A reference to an offset.
    fn reference(&self, offset: u32) -> Word;
    /// An object that is there already, or is put there at once.
    fn intern(&mut self, heap: &Heap, object: Object<'_>) -> Option<Word>;
}

/// Words of an object that are copied at once.
const PIECE_WORDS: usize = 4096;
/// What an object costs besides its words, in words.
const OBJECT_EFFORT: usize = 8;

/// A copy under way.
#[derive(Debug)]
pub(crate) struct Copier {
    purpose: Purpose,
    /// Whether references to the boot segment stay as they are.
    keep_boot: bool,
    words_max: usize,
    moved: Moved,
    /// Objects whose value words are still to be copied: where to, where from.
    queue: VecDeque<(u32, Word)>,
    /// The word of the first of these that comes next.
    index: usize,
    /// The object made last, while words of it are missing.
    raw: Option<Raw>,
    root: Word,
}

/// Words that are copied as they are: those of a text.
#[derive(Clone, Copy, Debug)]
struct Raw {
    from: Word,
    next: usize,
    end: usize,
    /// Words of the object.
    size: usize,
}

impl Copier {
    pub(crate) fn new(purpose: Purpose, keep_boot: bool, words_max: usize) -> Self {
        Copier {
            purpose,
            keep_boot,
            words_max,
            moved: Moved::default(),
            queue: VecDeque::new(),
            index: 0,
            raw: None,
            root: Word::NIL,
        }
    }

    /// Copies a value and all it refers to; the word for it at the target.
    pub(crate) fn copy<T: Target>(
        &mut self,
        heap: &Heap,
        target: &mut T,
        root: Word,
    ) -> Result<Word, CopyError> {
        let word = self.begin(heap, target, root)?;
        while !self.step(heap, target, &mut Effort::all())? {}
        Ok(word)
    }

    /// Begins with a value: the word for it at the target, where it is whole when all
    /// [steps](Copier::step) are done.
    pub(crate) fn begin<T: Target>(
        &mut self,
        heap: &Heap,
        target: &mut T,
        root: Word,
    ) -> Result<Word, CopyError> {
        self.root = root;
        self.queue.clear();
        self.index = 0;
        self.raw = None;
        self.map(heap, target, root, &mut Effort::all())
    }

    /// Copies on; whether all is done.
    pub(crate) fn step<T: Target>(
        &mut self,
        heap: &Heap,
        target: &mut T,
        effort: &mut Effort,
    ) -> Result<bool, CopyError> {
        loop {
            if effort.is_used_up() {
                return Ok(false);
            }
            if let Some(raw) = &mut self.raw {
                let end = raw.end.min(raw.next + PIECE_WORDS);
                let words = target.words();
                words.extend_from_slice(&heap.object(raw.from).words()[raw.next..end]);
                effort.take(end - raw.next);
                raw.next = end;
                if end == raw.end {
                    words.resize(words.len() + raw.size - end, Word::NIL.0);
                    self.raw = None;
                }
                continue;
            }
            let Some(&(to, from)) = self.queue.front() else {
                return Ok(true);
            };
            let object = heap.object(from);
            let first = FIRST_VALUE[object.header().kind_byte() as usize] as usize;
            let end = copied_size(object.header()) as usize;
            self.index = self.index.max(first);
            while self.index < end && self.raw.is_none() && !effort.is_used_up() {
                effort.take(1);
                let mapped = self.map(heap, target, object.word(self.index), effort)?;
                target.words()[to as usize + self.index] = mapped.0;
                self.index += 1;
            }
            if self.index >= end {
                self.queue.pop_front();
                self.index = 0;
            }
        }
    }

    fn map<T: Target>(
        &mut self,
        heap: &Heap,
        target: &mut T,
        word: Word,
        effort: &mut Effort,
    ) -> Result<Word, CopyError> {
        if !word.is_object() || (word.is_boot() && self.keep_boot) {
            return Ok(word);
        }
        let word = match self.behind(heap, word) {
            Some(word) if word.is_object() && !(word.is_boot() && self.keep_boot) => word,
            Some(word) => return Ok(word),
            None => word,
        };
        if let Some(moved) = self.moved.get(target, word) {
            return Ok(moved);
        }
        let object = heap.object(word);
        self.check(heap, word, object.kind())?;
        if let Some(there) = target.intern(heap, object) {
            self.moved.interned.insert(word, there);
            return Ok(there);
        }
        let header = object.header();
        let size = copied_size(header);
        let kind = object.kind();
        let words = target.words();
        if words.len() + size as usize > self.words_max {
            return Err(CopyError::TooLarge(self.words_max));
        }
        let offset = u32::try_from(words.len()).expect("the limit of words is below 2^32");
        words.push(Header::new(kind, header.flags() & !FLAG_OWNED, header.aux(), size).0);
        let size = size as usize;
        let raw_end = size.min(FIRST_VALUE[kind as usize] as usize);
        let at_once = raw_end.min(PIECE_WORDS);
        words.extend_from_slice(&object.words()[1..at_once]);
        if kind.hash_word() != 0 {
            words[offset as usize + kind.hash_word()] = 0;
        }
        if at_once == raw_end {
            words.resize(offset as usize + size, Word::NIL.0);
        } else {
            self.raw = Some(Raw {
                from: word,
                next: at_once,
                end: raw_end,
                size,
            });
        }
        if raw_end < size {
            self.queue.push_back((offset, word));
        }
        effort.take(OBJECT_EFFORT + at_once);
        self.moved.insert(word, offset);
        Ok(target.reference(offset))
    }

    /// The value of realized lazy cells; `None` of what is to be copied as it is.
    fn behind(&self, heap: &Heap, word: Word) -> Option<Word> {
        let mut at = word;
        while heap.kind_of(at) == Some(Kind::Lazy) {
            if !heap.word(at, 3).is_nil() {
                break;
            }
            match lazy::read(heap, at) {
                Some((lazy::State::Realized, content)) => at = content,
                _ => break,
            }
        }
        if at == word {
            return None;
        }
        // A lazy cell of nothing is an empty sequence, not nil.
        Some(if at.is_nil() { Word::EMPTY_LIST } else { at })
    }

    /// Refuses what may not leave.
    fn check(&self, heap: &Heap, word: Word, kind: Kind) -> Result<(), CopyError> {
        let state = lazy::read(heap, word).map(|(state, _)| state);
        let refused = match (kind, self.purpose) {
            (Kind::Lazy, Purpose::Message) if state != Some(lazy::State::Realized) => {
                return Err(CopyError::Unfinished(word));
            }
            (Kind::Lazy | Kind::Delay, Purpose::Boot) => state == Some(lazy::State::Running),
            (
                Kind::Atom | Kind::Volatile | Kind::Promise | Kind::Delay | Kind::Array,
                Purpose::Message,
            ) => true,
            (
                Kind::Extent
                | Kind::Future
                | Kind::TransientVector
                | Kind::TransientMap
                | Kind::TransientSet,
                _,
            ) => true,
            _ => false,
        };
        if !refused {
            return Ok(());
        }
        let what = if kind == Kind::Lazy {
            "a lazy value that is being computed"
        } else {
            super::describe(heap, word)
        };
        Err(CopyError::Refused {
            what,
            value: word,
            path: path_to(heap, self.root, word),
        })
    }
}

/// Words of an object's copy.
fn copied_size(header: Header) -> u32 {
    header.size() - u32::from(header.flags() & FLAG_OWNED != 0)
}

/// Objects that are looked for one by one before there is a table of them.
const FEW: usize = 16;
/// Words of the memory that one part of the table is for.
const PAGE_WORDS: usize = 256;

/// Where objects were copied to.
///
/// A table by offset in parts: it never has to be made anew at once as a whole, however large it is.
#[derive(Debug, Default)]
struct Moved {
    few: Vec<(Word, u32)>,
    /// By part of the memory, the offset of each object's copy and one.
    pages: FxHashMap<u64, Box<[u32; PAGE_WORDS]>>,
    /// Objects that the target had.
    interned: FxHashMap<Word, Word>,
}

impl Moved {
    fn place(word: Word) -> (u64, usize) {
        let offset = word.offset() as usize;
        let page = (offset / PAGE_WORDS) as u64 | u64::from(word.is_boot()) << 32;
        (page, offset % PAGE_WORDS)
    }

    fn get<T: Target>(&self, target: &T, word: Word) -> Option<Word> {
        let offset = if self.pages.is_empty() {
            let found = self.few.iter().find(|&&(from, _)| from == word);
            found.map(|&(_, offset)| offset)
        } else {
            let (page, at) = Moved::place(word);
            let page = self.pages.get(&page);
            page.and_then(|page| page[at].checked_sub(1))
        };
        match offset {
            Some(offset) => Some(target.reference(offset)),
            None if self.interned.is_empty() => None,
            None => self.interned.get(&word).copied(),
        }
    }

    fn insert(&mut self, word: Word, offset: u32) {
        if self.pages.is_empty() && self.few.len() < FEW {
            self.few.push((word, offset));
            return;
        }
        for (word, offset) in std::mem::take(&mut self.few)
            .into_iter()
            .chain([(word, offset)])
        {
            let (page, at) = Moved::place(word);
            let page = self.pages.entry(page);
            page.or_insert_with(|| Box::new([0; PAGE_WORDS]))[at] = offset + 1;
        }
    }
}
