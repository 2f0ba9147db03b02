//! What a reader of nested text keeps: the forms that are open, and their parts so far.
//!
//! A form has few parts as a rule; they lie on a stack and become a collection when it closes. Of a
//! long one the parts become a collection under construction (a transient), a few hundred at a time,
//! so that neither the stack nor the work of closing is larger than that.
//!
//! # Invariants
//! - Saving costs a bounded number of words, however much is open ([`Work`]).

use super::work::Work;
use super::{map, set, transient, vector};
use crate::heap::Heap;
use crate::native::Trap;
use crate::word::Word;

/// An open form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    /// What it is; the reader's numbers.
    pub(crate) form: i64,
    /// Byte index of its beginning.
    pub(crate) at: usize,
    /// Parts on the stack below its own.
    pub(crate) base: usize,
    /// The transient that has its first parts, or nil.
    pub(crate) builder: Word,
    /// The reader's.
    pub(crate) extra: Word,
}

/// Open forms and parts.
#[derive(Debug)]
pub(crate) struct Stack {
    /// The innermost open form.
    pub(crate) top: Option<Open>,
    outer: Work,
    parts: Work,
    /// Parts of all forms that are on the stack.
    length: usize,
}

fn small(n: usize) -> Word {
    Word::small(n as i64)
}

impl Stack {
    /// Nothing is open.
    pub(crate) const fn new() -> Stack {
        Stack {
            top: None,
            outer: Work::new(),
            parts: Work::new(),
            length: 0,
        }
    }

    /// Three words of a state, from `index` on.
    pub(crate) fn load(heap: &Heap, state: Word, index: u32) -> Stack {
        let mut stack = Stack {
            top: None,
            outer: Work::load_at(heap, state, index + 1),
            parts: Work::load_at(heap, state, index),
            length: heap.word(state, index + 2).small_value() as usize,
        };
        stack.top = stack.pop_outer(heap);
        stack
    }

    /// The three words.
    pub(crate) fn save(mut self, heap: &mut Heap) -> [Word; 3] {
        if let Some(top) = self.top.take() {
            self.push_outer(top);
        }
        [
            self.parts.into_chunk(heap),
            self.outer.into_chunk(heap),
            small(self.length),
        ]
    }

    fn push_outer(&mut self, open: Open) {
        self.outer.push(open.builder);
        self.outer.push(open.extra);
        self.outer.push(small(open.base));
        self.outer.push(small(open.at));
        self.outer.push(Word::small(open.form));
    }

    fn pop_outer(&mut self, heap: &Heap) -> Option<Open> {
        let form = self.outer.pop(heap)?.small_value();
        let at = self.outer.number(heap) as usize;
        let base = self.outer.number(heap) as usize;
        let extra = self.outer.operand(heap);
        let builder = self.outer.operand(heap);
        Some(Open {
            form,
            at,
            base,
            builder,
            extra,
        })
    }

    /// Opens a form inside of the innermost.
    pub(crate) fn open(&mut self, heap: &mut Heap, form: i64, at: usize, extra: Word) {
        let open = Open {
            form,
            at,
            base: self.length,
            builder: Word::NIL,
            extra,
        };
        if let Some(outer) = self.top.replace(open) {
            self.push_outer(outer);
            self.outer.spill(heap);
        }
    }

    /// Takes the innermost form away; its parts must have been taken.
    pub(crate) fn close(&mut self, heap: &Heap) -> Option<Open> {
        let closed = self.top.take();
        self.top = self.pop_outer(heap);
        closed
    }

    /// Adds a part to the innermost form.
    pub(crate) fn push(&mut self, heap: &mut Heap, part: Word) {
        self.parts.push(part);
        self.length += 1;
        self.parts.spill(heap);
    }

    /// Number of the innermost form's parts that are on the stack.
    pub(crate) fn count(&self) -> usize {
        self.top.map_or(0, |top| self.length - top.base)
    }

    /// Takes the innermost form's parts off the stack.
    pub(crate) fn take(&mut self, heap: &Heap) -> Vec<Word> {
        let count = self.count();
        self.length -= count;
        self.parts.take(heap, count)
    }

    /// Moves the innermost form's parts into its builder, which `empty` makes when there is none.
    pub(crate) fn builder(
        &mut self,
        heap: &mut Heap,
        empty: fn(&mut Heap) -> Word,
    ) -> Result<Word, Trap> {
        let Some(top) = &mut self.top else {
            return Ok(Word::NIL);
        };
        if top.builder.is_nil() {
            let empty = empty(heap);
            top.builder = transient::make(heap, empty)?;
        }
        Ok(top.builder)
    }
}

/// An empty vector, map and set, for [`Stack::builder`].
pub(crate) fn empty_vector(heap: &mut Heap) -> Word {
    vector::make(heap, &[])
}

/// See [`empty_vector`].
pub(crate) fn empty_map(heap: &mut Heap) -> Word {
    map::empty(heap, Word::NIL)
}

/// See [`empty_vector`].
pub(crate) fn empty_set(heap: &mut Heap) -> Word {
    set::empty(heap, Word::NIL)
}

/// Adds elements to a transient vector.
pub(crate) fn add_elements(heap: &mut Heap, builder: Word, parts: &[Word]) -> Result<(), Trap> {
    for &part in parts {
        transient::conj(heap, builder, part)?;
    }
    Ok(())
}

/// Adds pairs to a transient map, the later ones counting; false when there was one of the keys.
pub(crate) fn add_pairs(heap: &mut Heap, builder: Word, parts: &[Word]) -> Result<bool, Trap> {
    let before = transient::count(heap, builder);
    for pair in parts.chunks_exact(2) {
        transient::assoc(heap, builder, pair[0], pair[1])?;
    }
    Ok(transient::count(heap, builder) == before + parts.len() / 2)
}

/// Adds elements to a transient set; false when there was one of them.
pub(crate) fn add_members(heap: &mut Heap, builder: Word, parts: &[Word]) -> Result<bool, Trap> {
    let before = transient::count(heap, builder);
    for &part in parts {
        transient::conj(heap, builder, part)?;
    }
    Ok(transient::count(heap, builder) == before + parts.len())
}
