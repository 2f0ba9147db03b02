//! Throwing: the nearest handler that takes an error, or the end of the fiber.
//!
//! # Invariants
//! - Handlers are looked for before anything is unwound: an error that nobody catches leaves the
//!   stack as it was, to be looked at and retried.
//! - A trace is noted once, when an error object is first thrown, as the numbers of prototypes and
//!   pcs; names and lines are found when somebody asks.

use super::{Machine, Next, Outcome};
use crate::fiber::FiberState;
use crate::heap::Heap;
use crate::object::Kind;
use crate::stack::{FRAME_HEADER_WORDS, FrameRef};
use crate::value;
use crate::value::fault::Fault;
use crate::word::Word;
use bytecode::Catches;

/// Frames noted in a trace, from the throw on.
const TRACE_FRAMES_MAX: usize = 64;
/// Index of an error's trace word: nil before it is thrown.
pub(crate) const TRACE_WORD: u32 = 5;

/// Whether an error is a cancellation or an exit, which only `finally` and clauses naming it see.
pub(crate) fn is_end(heap: &Heap, error: Word) -> bool {
    let Some(object) = heap.try_object(error) else {
        return false;
    };
    if object.kind() != Kind::Error {
        return false;
    }
    matches!(
        value::string::try_keyword(heap, object.word(1)),
        Some((Some("ox"), "cancelled" | "exit"))
    )
}

impl Machine<'_> {
    /// `throw`: only errors can be thrown, so that handlers need not ask what they got.
    #[cold]
    #[inline(never)]
    pub(crate) fn throw_value(&mut self, value: Word) -> Next {
        if self.process.heap.kind_of(value) == Some(Kind::Error) {
            return self.throw(value);
        }
        let heap = &mut self.process.heap;
        let error = Fault::type_error(heap, value, "an error").into_error(heap);
        self.throw(error)
    }

    /// Throws an error at the instruction under way.
    #[cold]
    #[inline(never)]
    pub(crate) fn throw(&mut self, error: Word) -> Next {
        self.save();
        self.note_trace(error);
        let is_end = is_end(&self.process.heap, error);
        if let Some((frame, target, register)) = self.find_handler(is_end) {
            while self.process.fibers[self.fiber].top_place() != frame.part {
                self.fail_cells(0, error);
                self.drop_body();
            }
            self.fail_cells(frame.base, error);
            self.process.under_way.has_thrown = true;
            let part = self.process.fibers[self.fiber].top_mut();
            part.low = part.low.min(frame.base);
            part.base = frame.base;
            part.pc = target;
            self.load();
            self.set_register(register, error);
            if is_end {
                self.process.note_end(self.fiber, error);
            }
            return Next::Go;
        }
        let fiber = &mut self.process.fibers[self.fiber];
        fiber.state = FiberState::Failed;
        fiber.request = error;
        Next::Stop(Outcome::Failed(fiber.id))
    }

    /// Makes the cells fail whose computation ends above the frame at `base`.
    fn fail_cells(&mut self, base: u32, error: Word) {
        let part = self.process.fibers[self.fiber].top();
        let cells: Vec<Word> = part
            .frames(0)
            .take_while(|frame| frame.base > base)
            .filter(|frame| frame.header_words > FRAME_HEADER_WORDS)
            .map(|frame| Word(part.words[(frame.base - frame.header_words) as usize]))
            .collect();
        for cell in cells {
            // The cell is running in this fiber, so it can fail.
            let failed = value::lazy::fail(&mut self.process.heap, cell, error);
            debug_assert!(failed.is_ok());
        }
    }

    /// The innermost handler that takes the error: frame, target, register.
    fn find_handler(&self, is_end: bool) -> Option<(FrameRef, u32, u16)> {
        let fiber = &self.process.fibers[self.fiber];
        for frame in fiber
            .attached()
            .flat_map(|(place, part)| part.frames(place))
        {
            let handlers = &self.image.proto(frame.proto).handlers;
            let found = handlers.iter().find(|handler| {
                (handler.start..handler.end).contains(&frame.at)
                    && (!is_end || handler.catches == Catches::All)
            });
            if let Some(handler) = found {
                return Some((frame, handler.target, handler.register));
            }
        }
        None
    }

    fn note_trace(&mut self, error: Word) {
        let heap = &self.process.heap;
        let noted = !error.is_reference()
            || heap.kind_of(error) != Some(Kind::Error)
            || !heap.word(error, TRACE_WORD).is_nil();
        if noted {
            return;
        }
        let fiber = &self.process.fibers[self.fiber];
        let frames = fiber
            .attached()
            .flat_map(|(place, part)| part.frames(place));
        let mut bytes = Vec::new();
        for frame in frames.take(TRACE_FRAMES_MAX) {
            bytes.extend_from_slice(&frame.proto.to_le_bytes());
            bytes.extend_from_slice(&frame.at.to_le_bytes());
        }
        let trace = value::string::make_bytes(&mut self.process.heap, &bytes);
        self.process.heap.write(error, TRACE_WORD, trace);
    }
}

/// The frames of an error's trace: prototype and pc, innermost first.
#[must_use]
pub fn trace_of(heap: &Heap, error: Word) -> Vec<(u32, u32)> {
    let Some(object) = heap
        .try_object(error)
        .filter(|object| object.kind() == Kind::Error)
    else {
        return Vec::new();
    };
    let Some(trace) = heap.try_object(object.word(TRACE_WORD as usize)) else {
        return Vec::new();
    };
    value::string::bytes(trace)
        .chunks_exact(8)
        .map(|frame| {
            let number = |at: usize| {
                u32::from_le_bytes([frame[at], frame[at + 1], frame[at + 2], frame[at + 3]])
            };
            (number(0), number(4))
        })
        .collect()
}
