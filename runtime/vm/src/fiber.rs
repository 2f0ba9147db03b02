//! Fibers: the cooperative stacks inside a process.
//!
//! # Invariants
//! - Exactly one fiber of a process runs; the others are as they were when they stopped.
//! - A fiber that has not ended has a part that runs, the last of those attached. What is below it, or
//!   detached, is inside an instruction, which gets the value of what was above it as its answer.
//! - Parts lie in no order; one that ends may leave its place to another, which is then stored anew.
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

/// Words that a part of its own counts as: its room, and what each collection and checkpoint has to look
/// at.
const BODY_WORDS: u32 = 2048;

/// One fiber.
#[derive(Clone, Debug)]
pub struct Fiber {
    /// Its number.
    pub id: FiberId,
    /// The parts of its stack, in no order; empty once it has ended.
    pub parts: Vec<StackPart>,
    /// Places in `parts` of those that are attached, oldest first.
    pub(crate) attached: Vec<u32>,
    /// Those of detached ones: the bodies whose request is being handled, each with those above it.
    pub(crate) detached: Vec<Vec<u32>>,
    /// Words of its stack in other parts than the one that runs.
    pub(crate) beside: u32,
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
}

impl Fiber {
    /// Whether its top frame is inside an instruction: it waits for the answer, an error will be thrown
    /// there, or was and is caught by nobody.
    pub(crate) fn is_inside(&self) -> bool {
        matches!(self.state, FiberState::Waiting | FiberState::Failed)
            || !self.pending_error.is_nil()
    }

    /// Where the part that runs is in `parts`.
    ///
    /// # Panics
    /// If the fiber has ended.
    pub(crate) fn top_place(&self) -> usize {
        let place = self.attached.last();
        *place.expect("a fiber that has not ended has a stack") as usize
    }

    /// The part that runs.
    ///
    /// # Panics
    /// If the fiber has ended.
    #[must_use]
    pub fn top(&self) -> &StackPart {
        &self.parts[self.top_place()]
    }

    /// The part that runs.
    ///
    /// # Panics
    /// If the fiber has ended.
    pub fn top_mut(&mut self) -> &mut StackPart {
        let place = self.top_place();
        &mut self.parts[place]
    }

    /// The attached parts with their places, that which runs first.
    pub fn attached(&self) -> impl Iterator<Item = (usize, &StackPart)> {
        let places = self.attached.iter().rev().map(|&place| place as usize);
        places.map(|place| (place, &self.parts[place]))
    }

    /// Whether a part is inside an instruction: all but the one that runs are.
    pub(crate) fn is_part_inside(&self, place: usize) -> bool {
        self.is_inside()
            || self
                .attached
                .last()
                .is_none_or(|&top| top as usize != place)
    }

    /// Attaches a new part, which runs then.
    pub(crate) fn push_part(&mut self, part: StackPart) {
        self.beside += self.top().base + BODY_WORDS;
        self.attached.push(self.parts.len() as u32);
        self.parts.push(part);
        self.changed = true;
    }

    /// Drops the part that runs: the one below goes on. The part's extent.
    pub(crate) fn pop_part(&mut self) -> Word {
        let place = self.top_place();
        self.attached.pop();
        let dropped = self.parts.swap_remove(place);
        let moved = self.parts.len() as u32;
        if let Some(part) = self.parts.get_mut(place) {
            // It is another one's for the store.
            part.stored = 0;
            part.patched.clear();
            let places = self
                .attached
                .iter_mut()
                .chain(self.detached.iter_mut().flatten());
            for at in places.filter(|at| **at == moved) {
                *at = place as u32;
            }
        }
        self.beside -= self.top().base + BODY_WORDS;
        self.changed = true;
        dropped.extent
    }

    /// Detaches the body that is at `depth` of those attached, with all above it.
    pub(crate) fn detach(&mut self, depth: usize) {
        self.beside += self.top().base;
        let body = self.attached.split_off(depth);
        self.detached.push(body);
        self.beside -= self.top().base;
        self.changed = true;
    }

    /// The number of the detached body that has this extent.
    pub(crate) fn detached_at(&self, extent: Word) -> Option<usize> {
        let of = |body: &Vec<u32>| self.parts[body[0] as usize].extent;
        self.detached.iter().position(|body| of(body) == extent)
    }

    /// Attaches a detached body above the part that runs.
    pub(crate) fn attach(&mut self, number: usize) {
        self.beside += self.top().base;
        let body = self.detached.remove(number);
        self.attached.extend(body);
        self.beside -= self.top().base;
        self.changed = true;
    }

    /// Gives up its stack.
    pub(crate) fn clear_stack(&mut self) {
        self.parts.clear();
        self.attached.clear();
        self.detached.clear();
        self.beside = 0;
        self.changed = true;
    }

    /// Words of its stack below the frames that run, with what each body takes.
    pub(crate) fn words(&self) -> u32 {
        let frames: u32 = self.parts.iter().map(|part| part.base).sum();
        frames + BODY_WORDS * self.parts.len().saturating_sub(1) as u32
    }

    /// Counts the words in other parts than the one that runs.
    pub(crate) fn count_beside(&mut self) {
        let top = self
            .attached
            .last()
            .map_or(0, |&top| self.parts[top as usize].base);
        self.beside = self.words() - top;
    }
}
