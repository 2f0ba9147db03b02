//! Work lists: what is left to do of a walk over a value, in the native's hands while it runs and
//! in the process's memory between its steps.
//!
//! Walks over values (equality, hashing, order, readiness) are iterative: an item is some operand
//! words and, pushed last, a small integer that says what to do with them.
//!
//! ```text
//! state:  Array [chunk extra …]    chunk:  Array [chunk-below word …]
//! ```
//!
//! # Invariants
//! - Only values are pushed (references and immediates), so a saved list survives collections.
//!   A raw 64-bit number goes in as two small integers.
//! - A saved list costs a bounded number of words a step, however long it is: full chunks stay
//!   where they are.

use crate::heap::Heap;
use crate::object::Kind;
use crate::word::Word;

/// Words above which the lower half moves into the process's memory.
const SPILL_AT_WORDS: usize = 1024;

/// Why a walk stopped before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// This lazy cell must be realized first.
    Unfinished(Word),
    /// The budget is used up.
    Budget,
    /// The values cannot be handled together (order): throw this.
    Throw(Word),
    /// The library has to write this number, to read this numeral, or to compare the two values in this array, and to
    /// [give](super::walk::give) what it finds back to the walk, which goes on behind it.
    Library(Word),
}

/// How much text a native looks at before it hands over to a walk, and what a step of one does.
///
/// A byte costs from under one nanosecond (searching) to a hundred (reading brackets), so a step of
/// the slowest kind stays below a millisecond.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Bytes of text that a native works on at once.
    pub(crate) call_bytes: usize,
    /// Bytes of text of one step.
    pub(crate) step_bytes: usize,
    /// Elements of one step, and parts of an open form that are kept before they become a
    /// collection under construction; even.
    pub(crate) elements: usize,
}

impl Sizes {
    const NORMAL: Sizes = Sizes {
        call_bytes: 4096,
        step_bytes: 8192,
        elements: 512,
    };
    /// In tests small inputs go the ways of large ones.
    const SHORT: Sizes = Sizes {
        call_bytes: 24,
        step_bytes: 40,
        elements: 4,
    };

    /// The sizes for a process.
    #[inline]
    pub(crate) fn of(heap: &Heap) -> Sizes {
        if heap.short_steps {
            Sizes::SHORT
        } else {
            Sizes::NORMAL
        }
    }
}

/// How much a walk may do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget(u32);

impl Budget {
    /// What one call of a native may take before it hands over to its slow path.
    const CALL: Budget = Budget(1 << 12);
    /// What one step of a step native takes.
    const STEP: Budget = Budget(1 << 13);
    /// What one call of a native may take.
    pub(crate) fn call(heap: &Heap) -> Budget {
        if heap.short_steps {
            Budget::SHORT
        } else {
            Budget::CALL
        }
    }

    /// What one step may take.
    pub(crate) fn step(heap: &Heap) -> Budget {
        if heap.short_steps {
            Budget::SHORT
        } else {
            Budget::STEP
        }
    }

    /// In tests, for both.
    const SHORT: Budget = Budget(12);
    /// So many items.
    pub(crate) const fn of(items: u32) -> Budget {
        Budget(items)
    }

    /// No limit: keys of maps and elements of sets, which are hashed and compared at once.
    pub(crate) const NONE: Budget = Budget(u32::MAX);

    /// Takes `units`; false when there are not so many left.
    #[inline]
    pub(crate) fn take(&mut self, units: u32) -> bool {
        if self.0 == u32::MAX {
            return true;
        }
        match self.0.checked_sub(units) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

/// Which walk a state belongs to, as its header says: a state is stepped by its own walk only, whatever
/// code calls the natives with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Walk {
    Ready = 1,
    Order = 2,
    Equal = 3,
    Hash = 4,
    Print = 5,
    Read = 6,
    ReadJson = 7,
    WriteJson = 8,
    Join = 9,
    Change = 10,
    Trim = 11,
    Search = 12,
    Replace = 13,
    Split = 14,
    ReplaceMatch = 15,
    Find = 16,
    Sort = 17,
    Slice = 18,
    Match = 19,
}

/// The walks that [`super::walk::step`] steps.
const STEPPED: &[Walk] = &[
    Walk::Read,
    Walk::ReadJson,
    Walk::WriteJson,
    Walk::Join,
    Walk::Change,
    Walk::Trim,
    Walk::Search,
    Walk::Replace,
    Walk::Split,
    Walk::ReplaceMatch,
    Walk::Find,
    Walk::Sort,
    Walk::Slice,
    Walk::Match,
];

impl Walk {
    /// Whether a value is a state of this walk that has not come to its end.
    pub(crate) fn has(self, heap: &Heap, state: Word) -> bool {
        heap.kind_of(state) == Some(Kind::Array)
            && heap.header(state).aux() == self as u16
            && heap.word(state, 1) != Word::FALSE
    }

    /// The walk that [`super::walk::step`] steps whose state a value is.
    pub(crate) fn of(heap: &Heap, state: Word) -> Option<Walk> {
        STEPPED.iter().copied().find(|walk| walk.has(heap, state))
    }

    /// Notes that a walk has come to its end: its state is of no more use.
    pub(crate) fn end(heap: &mut Heap, state: Word) {
        heap.write(state, 1, Word::FALSE);
    }
}

/// A stack of items.
#[derive(Debug)]
pub(crate) struct Work {
    items: Vec<Word>,
    /// Chunk with what is below, or nil.
    below: Word,
}

impl Work {
    /// An empty list; it allocates nothing before the first push.
    pub(crate) const fn new() -> Work {
        Work {
            items: Vec::new(),
            below: Word::NIL,
        }
    }

    /// Reads a saved list.
    pub(crate) fn load(heap: &Heap, state: Word) -> Work {
        Work::load_at(heap, state, 1)
    }

    /// Reads the list saved in word `index` of a state.
    pub(crate) fn load_at(heap: &Heap, state: Word, index: u32) -> Work {
        let chunk = heap.word(state, index);
        let mut work = Work {
            items: Vec::new(),
            below: chunk,
        };
        work.refill(heap);
        work
    }

    /// Writes the list into a state.
    pub(crate) fn save(self, heap: &mut Heap, state: Word) {
        let chunk = self.into_chunk(heap);
        heap.write(state, 1, chunk);
    }

    /// The list as a chunk, or nil.
    pub(crate) fn into_chunk(self, heap: &mut Heap) -> Word {
        if self.items.is_empty() {
            self.below
        } else {
            chunk(heap, self.below, &self.items)
        }
    }

    /// A new state of a walk with this list and one more word for the walk's own use.
    pub(crate) fn into_state(self, heap: &mut Heap, walk: Walk, extra: Word) -> Word {
        let state = heap.make(Kind::Array, 0, walk as u16, &[], &[Word::NIL, extra]);
        self.save(heap, state);
        state
    }

    fn refill(&mut self, heap: &Heap) {
        if self.below.is_nil() {
            return;
        }
        let words = heap.object(self.below).values();
        self.below = Word(words[0]);
        self.items.extend(words[1..].iter().map(|&word| Word(word)));
    }

    /// Takes the last `count` words, in the order in which they were pushed.
    ///
    /// # Panics
    /// If there are fewer.
    pub(crate) fn take(&mut self, heap: &Heap, count: usize) -> Vec<Word> {
        while self.items.len() < count {
            assert!(!self.below.is_nil(), "as many words were pushed");
            let words = heap.object(self.below).values();
            self.below = Word(words[0]);
            self.items
                .splice(0..0, words[1..].iter().map(|&word| Word(word)));
        }
        self.items.split_off(self.items.len() - count)
    }

    #[inline]
    pub(crate) fn push(&mut self, word: Word) {
        self.items.push(word);
    }

    /// Pushes an item: operands, then what to do.
    #[inline]
    pub(crate) fn push_item(&mut self, operands: &[Word], op: i64) {
        self.items.extend_from_slice(operands);
        self.items.push(Word::small(op));
    }

    /// Pushes a raw number as two words.
    #[inline]
    pub(crate) fn push_raw(&mut self, raw: u64) {
        self.items.push(Word::small((raw >> 32) as i64));
        self.items.push(Word::small(i64::from(raw as u32)));
    }

    #[inline]
    pub(crate) fn pop(&mut self, heap: &Heap) -> Option<Word> {
        if self.items.is_empty() {
            self.refill(heap);
        }
        self.items.pop()
    }

    /// Pops a word of an item whose operation was popped.
    #[inline]
    pub(crate) fn operand(&mut self, heap: &Heap) -> Word {
        self.pop(heap)
            .expect("an item's operands are below its operation")
    }

    /// Pops a small integer of an item.
    #[inline]
    pub(crate) fn number(&mut self, heap: &Heap) -> i64 {
        self.operand(heap).small_value()
    }

    /// Pops a raw number.
    #[inline]
    pub(crate) fn raw(&mut self, heap: &Heap) -> u64 {
        let low = self.number(heap) as u64;
        let high = self.number(heap) as u64;
        high << 32 | low
    }

    /// Moves the lower half into the process's memory when the list has become long. For walks
    /// that may be saved; others keep everything at hand.
    pub(crate) fn spill(&mut self, heap: &mut Heap) {
        if self.items.len() > SPILL_AT_WORDS {
            let half = self.items.len() / 2;
            self.below = chunk(heap, self.below, &self.items[..half]);
            self.items.drain(..half);
        }
    }
}

fn chunk(heap: &mut Heap, below: Word, items: &[Word]) -> Word {
    let size = u32::try_from(items.len() + 2).expect("chunks are short");
    heap.make_with(Kind::Array, 0, 0, size, |words| {
        words[0] = below.0;
        for (slot, item) in words[1..].iter_mut().zip(items) {
            *slot = item.0;
        }
    })
}
