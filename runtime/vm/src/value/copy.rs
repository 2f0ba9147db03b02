//! Copying a value out of a process's memory, sharing kept: the one algorithm behind messages and
//! boot segments.
//!
//! # Invariants
//! - Breadth first, so the same value gives the same words, and no native stack is used.
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

/// A copy under way.
pub(crate) struct Copier<'a, T> {
    heap: &'a Heap,
    target: &'a mut T,
    purpose: Purpose,
    /// Whether references to the boot segment stay as they are.
    keep_boot: bool,
    words_max: usize,
    moved: FxHashMap<Word, Word>,
    /// Objects whose value words are still to be copied: where to, where from.
    queue: Vec<(u32, Word)>,
    root: Word,
}

impl<'a, T: Target> Copier<'a, T> {
    pub(crate) fn new(
        heap: &'a Heap,
        target: &'a mut T,
        purpose: Purpose,
        keep_boot: bool,
        words_max: usize,
    ) -> Self {
        Copier {
            heap,
            target,
            purpose,
            keep_boot,
            words_max,
            moved: FxHashMap::default(),
            queue: Vec::new(),
            root: Word::NIL,
        }
    }

    /// Copies a value and all it refers to; the word for it at the target.
    pub(crate) fn copy(&mut self, root: Word) -> Result<Word, CopyError> {
        self.root = root;
        self.queue.clear();
        let word = self.map(root)?;
        let mut next = 0;
        while let Some(&(to, from)) = self.queue.get(next) {
            next += 1;
            let heap = self.heap;
            let object = heap.object(from);
            let first = FIRST_VALUE[object.header().kind_byte() as usize] as usize;
            let end = copied_size(object.header()) as usize;
            for index in first..end {
                let mapped = self.map(object.word(index))?;
                self.target.words()[to as usize + index] = mapped.0;
            }
            // What is done is dropped once it is the larger half.
            if next >= 4096 && next > self.queue.len() / 2 {
                self.queue.drain(..next);
                next = 0;
            }
        }
        Ok(word)
    }

    fn map(&mut self, word: Word) -> Result<Word, CopyError> {
        if !word.is_object() || (word.is_boot() && self.keep_boot) {
            return Ok(word);
        }
        let word = match self.behind(word) {
            Some(word) if word.is_object() && !(word.is_boot() && self.keep_boot) => word,
            Some(word) => return Ok(word),
            None => word,
        };
        if let Some(&moved) = self.moved.get(&word) {
            return Ok(moved);
        }
        let heap = self.heap;
        let object = heap.object(word);
        self.check(word, object.kind())?;
        if let Some(there) = self.target.intern(heap, object) {
            self.moved.insert(word, there);
            return Ok(there);
        }
        let header = object.header();
        let size = copied_size(header);
        let kind = object.kind();
        let words = self.target.words();
        if words.len() + size as usize > self.words_max {
            return Err(CopyError::TooLarge(self.words_max));
        }
        let offset = u32::try_from(words.len()).expect("the limit of words is below 2^32");
        words.push(Header::new(kind, header.flags() & !FLAG_OWNED, header.aux(), size).0);
        let raw_end = (FIRST_VALUE[kind as usize].min(size)) as usize;
        words.extend_from_slice(&object.words()[1..raw_end]);
        words.resize(offset as usize + size as usize, Word::NIL.0);
        if kind.hash_word() != 0 {
            words[offset as usize + kind.hash_word()] = 0;
        }
        if raw_end < size as usize {
            self.queue.push((offset, word));
        }
        let moved = self.target.reference(offset);
        self.moved.insert(word, moved);
        Ok(moved)
    }

    /// The value of realized lazy cells; `None` of what is to be copied as it is.
    fn behind(&self, word: Word) -> Option<Word> {
        let mut at = word;
        while self.heap.kind_of(at) == Some(Kind::Lazy) {
            if !self.heap.word(at, 3).is_nil() {
                break;
            }
            match lazy::read(self.heap, at) {
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
    fn check(&self, word: Word, kind: Kind) -> Result<(), CopyError> {
        let state = lazy::read(self.heap, word).map(|(state, _)| state);
        let refused = match (kind, self.purpose) {
            (Kind::Lazy, Purpose::Message) if state != Some(lazy::State::Realized) => {
                return Err(CopyError::Unfinished(word));
            }
            (Kind::Lazy | Kind::Delay, Purpose::Boot) => state == Some(lazy::State::Running),
            (
                Kind::Atom | Kind::Volatile | Kind::Promise | Kind::Delay | Kind::Array,
                Purpose::Message,
            ) => true,
            (Kind::Future | Kind::TransientVector | Kind::TransientMap | Kind::TransientSet, _) => {
                true
            }
            _ => false,
        };
        if !refused {
            return Ok(());
        }
        let what = if kind == Kind::Lazy {
            "a lazy value that is being computed"
        } else {
            super::describe(self.heap, word)
        };
        Err(CopyError::Refused {
            what,
            value: word,
            path: path_to(self.heap, self.root, word),
        })
    }
}

/// Words of an object's copy.
fn copied_size(header: Header) -> u32 {
    header.size() - u32::from(header.flags() & FLAG_OWNED != 0)
}
