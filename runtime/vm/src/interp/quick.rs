//! The frequent cases of calls and sequences, small enough to stand in the interpreter's loop.
//!
//! # Invariants
//! - What is answered here is what the value library and the rare paths would answer; everything else is
//!   left to them.

use super::Machine;
use crate::heap::Heap;
use crate::object::Kind;
use crate::value::lazy::State;
use crate::word::Word;

/// What a sequence operation finds behind realized lazy cells.
pub(super) enum Glance {
    /// A pair made by `cons`.
    Cons(Word),
    /// Nil.
    Nil,
    /// A lazy cell that must be realized first.
    Unrealized(Word),
    /// Something for the value library.
    Other(Word),
}

/// Whether a reference leads to an object of this kind.
#[inline(always)]
fn is(heap: &Heap, reference: Word, kind: Kind) -> bool {
    heap.header(reference).kind_byte() == kind as u8
}

/// Looks at an operand of a sequence operation.
#[inline(always)]
pub(super) fn glance(heap: &Heap, mut word: Word) -> Glance {
    while word.is_reference() {
        if is(heap, word, Kind::Cons) {
            return Glance::Cons(word);
        }
        if !is(heap, word, Kind::Lazy) {
            return Glance::Other(word);
        }
        if heap.word(word, 1) != Word::small(State::Realized as i64) {
            return Glance::Unrealized(word);
        }
        word = heap.word(word, 2);
    }
    if word.is_nil() {
        Glance::Nil
    } else {
        Glance::Other(word)
    }
}

/// A pair of what is known to be a sequence.
#[inline(always)]
pub(super) fn cons(heap: &mut Heap, first: Word, rest: Word) -> Option<Word> {
    let is_sequence =
        rest.is_reference() && (is(heap, rest, Kind::Lazy) || is(heap, rest, Kind::Cons));
    is_sequence.then(|| {
        heap.make_with(Kind::Cons, 0, 0, 3, |words| {
            words[0] = first.0;
            words[1] = rest.0;
        })
    })
}

/// An unrealized lazy cell.
#[inline(always)]
pub(super) fn lazy(heap: &mut Heap, thunk: Word) -> Word {
    heap.make_with(Kind::Lazy, 0, 0, 4, |words| {
        words[0] = Word::small(State::Unrealized as i64).0;
        words[1] = thunk.0;
        words[2] = Word::NIL.0;
    })
}

/// A closure over these words.
#[inline(always)]
pub(super) fn closure(heap: &mut Heap, template: u32, captures: &[Word]) -> Word {
    let size = 2 + captures.len() as u32;
    heap.make_with(Kind::Function, 0, 0, size, |words| {
        words[0] = u64::from(template);
        for (word, capture) in words[1..].iter_mut().zip(captures) {
            *word = capture.0;
        }
    })
}

impl Machine<'_> {
    /// The prototype that a call of the value with so many arguments enters, if it is a function of
    /// fixed arity for them.
    #[inline(always)]
    pub(super) fn direct(&self, callee: Word, args: usize) -> Option<u32> {
        let heap = &self.process.heap;
        if !callee.is_object() || !is(heap, callee, Kind::Function) {
            return None;
        }
        let template = self.image.template(heap.word(callee, 1).0 as u32);
        let proto = template.by_arity.get(args).copied()?;
        (proto != u32::MAX).then_some(proto)
    }

    /// The number of the native that the value is, if it takes so many arguments.
    #[inline(always)]
    pub(super) fn direct_native(&self, callee: Word, args: u8) -> Option<u32> {
        let heap = &self.process.heap;
        if !callee.is_object() || !is(heap, callee, Kind::Native) {
            return None;
        }
        let number = heap.word(callee, 1).0 as u32;
        let takes = self.image.native(number).takes(usize::from(args));
        takes.then_some(number)
    }

    /// The thunk of a cell has returned another that is unrealized: that one becomes an indirection to
    /// the first, which goes on with its thunk.
    #[inline(always)]
    pub(super) fn run_instead(&mut self, cell: Word, inner: Word) -> Option<(Word, u32)> {
        let (thunk, proto) = self.startable(inner)?;
        let heap = &mut self.process.heap;
        let running = heap.word(cell, 1);
        heap.set_lazy(inner, Word::small(State::Realized as i64), cell);
        heap.set_lazy(cell, running, thunk);
        Some((thunk, proto))
    }

    /// Ends the computation of a lazy cell whose thunk returned nil or a pair; false if it returned
    /// something else.
    #[inline(always)]
    pub(super) fn finish_cell(&mut self, cell: Word, value: Word) -> bool {
        let heap = &mut self.process.heap;
        let is_plain = value.is_nil()
            || value.is_reference()
                && (is(heap, value, Kind::Cons) || is(heap, value, Kind::Range));
        if is_plain {
            heap.set_lazy(cell, Word::small(State::Realized as i64), value);
        }
        is_plain
    }

    /// Takes an unrealized cell that the machine can realize by itself: its thunk and that one's code.
    /// It is running in this fiber from now on.
    #[inline(always)]
    pub(super) fn start_cell(&mut self, cell: Word) -> Option<(Word, u32)> {
        let (thunk, proto) = self.startable(cell)?;
        let fiber = self.process.fibers[self.fiber].id;
        let fiber = i64::try_from(fiber).unwrap_or(Word::INT_MAX);
        let running = Word::small(-1 - fiber.min(Word::INT_MAX));
        self.process.heap.set_lazy(cell, running, thunk);
        Some((thunk, proto))
    }

    /// The thunk and its code, of an unrealized cell that the machine can realize by itself.
    #[inline(always)]
    pub(super) fn startable(&self, cell: Word) -> Option<(Word, u32)> {
        let heap = &self.process.heap;
        if !cell.is_reference()
            || !is(heap, cell, Kind::Lazy)
            || heap.word(cell, 1) != Word::small(State::Unrealized as i64)
        {
            return None;
        }
        let thunk = heap.word(cell, 2);
        Some((thunk, self.direct(thunk, 0)?))
    }
}
