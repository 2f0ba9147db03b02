//! Fibers: the cooperative stacks inside a process.
//!
//! # Invariants
//! - Exactly one fiber of a process runs; the others are as they were when they stopped.
//! - What a fiber waits for is a value of the process's heap (`request`), so it is stored with it,
//!   and a restarted engine finds there what it must ask again.

use crate::stack::StackPart;
use crate::under_way::Ends;
use crate::word::Word;

/// Number of a fiber within its process; the main fiber is 0. Never reused.
pub type FiberId = u64;

/// What a fiber is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FiberState {
    /// Can run.
    Ready = 0,
    /// Has asked for an effect (`request`) whose answer goes to register `answer_to`.
    Waiting = 1,
    /// Has returned; the value is in `request`.
    Done = 2,
    /// Has ended with an error; it is in `request`.
    Failed = 3,
}

impl FiberState {
    /// The state with this number.
    #[must_use]
    pub fn from_u8(n: u8) -> Option<FiberState> {
        Some(match n {
            0 => FiberState::Ready,
            1 => FiberState::Waiting,
            2 => FiberState::Done,
            3 => FiberState::Failed,
            _ => return None,
        })
    }
}

/// One fiber.
#[derive(Clone, Debug)]
pub struct Fiber {
    /// Its number.
    pub id: FiberId,
    /// Its stack, oldest part first; empty once it has ended.
    pub parts: Vec<StackPart>,
    /// What it is doing.
    pub state: FiberState,
    /// The request it waits with (a vector `[op argument …]`), or how it ended.
    pub request: Word,
    /// Register of the top frame that receives the answer.
    pub answer_to: u16,
    /// Serial of the request, the same after every crash: the base of idempotency keys.
    pub request_serial: u64,
    /// Dynamic bindings: a map from var to value, or nil.
    pub bindings: Word,
    /// The future that others await, or nil.
    pub future: Word,
    /// Error to throw when the fiber runs next (cancellation, failed effects), or nil.
    pub pending_error: Word,
    /// Cancellations and exits that were thrown and caught in it: see [`under_way`](crate::under_way).
    pub(crate) ends: Ends,
    /// Words of its stack that [`Process::stacks`](crate::process::Process) counts.
    pub(crate) counted: u32,
    /// Set when anything above changed since the last checkpoint.
    pub(crate) changed: bool,
    /// Set when it has run since then, or got an answer: registers of its top frames may have changed.
    pub(crate) has_run: bool,
}

impl Fiber {
    /// Whether its top frame is inside an instruction: it waits for the answer, an error will be thrown
    /// there, or was and is caught by nobody.
    pub(crate) fn is_inside(&self) -> bool {
        matches!(self.state, FiberState::Waiting | FiberState::Failed)
            || !self.pending_error.is_nil()
    }

    /// The part that runs.
    ///
    /// # Panics
    /// If the fiber has ended.
    #[must_use]
    pub fn top(&self) -> &StackPart {
        self.parts
            .last()
            .expect("a fiber that has not ended has a stack")
    }

    /// The part that runs.
    ///
    /// # Panics
    /// If the fiber has ended.
    pub fn top_mut(&mut self) -> &mut StackPart {
        self.parts
            .last_mut()
            .expect("a fiber that has not ended has a stack")
    }
}
