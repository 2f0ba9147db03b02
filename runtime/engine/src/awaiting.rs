//! Which fibers of a process wait for which future, promise or lazy cell.
//!
//! # Invariants
//! - It says what the requests of the waiting fibers say, and is not stored: who reads a process makes
//!   it again from them.
//! - Nothing is known by its address, which a collection changes.

use crate::record::{Notes, Wait};
use std::collections::{BTreeMap, BTreeSet};
use vm::Word;
use vm::fiber::FiberId;
use vm::process::Process;
use vm::value::{cell, lazy, vector};

/// Something that fibers wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Awaited {
    /// The future of a fiber.
    Future(FiberId),
    /// A promise, by its serial.
    Promise(u64),
    /// A cell that a fiber computes.
    CellOf(FiberId),
    /// A cell that is computed by none: it has been, and who waits for it is about to be woken. Only a
    /// process that is read from its record is found so.
    CellDone,
}

impl Awaited {
    /// A future or promise.
    pub(crate) fn outcome(process: &Process, word: Word) -> Option<Awaited> {
        let future = cell::future_fiber(&process.heap, word).map(Awaited::Future);
        future.or_else(|| cell::promise_serial(&process.heap, word).map(Awaited::Promise))
    }

    /// What the request of a fiber that waits so is for.
    fn of_request(process: &Process, fiber: FiberId, wait: Wait) -> Vec<Awaited> {
        if !matches!(wait, Wait::Fiber | Wait::Cell) {
            return Vec::new();
        }
        let heap = &process.heap;
        let request = process
            .fiber_index(fiber)
            .map(|index| process.fibers[index].request);
        let Some(request) = request.filter(|&request| vector::is_vector(heap, request)) else {
            return Vec::new();
        };
        let Some(&word) = vector::elements(heap, request).get(1) else {
            return Vec::new();
        };
        if wait == Wait::Cell {
            return vec![lazy::owner(heap, word).map_or(Awaited::CellDone, Awaited::CellOf)];
        }
        let words = if vector::is_vector(heap, word) {
            vector::elements(heap, word)
        } else {
            vec![word]
        };
        let mut awaited: Vec<Awaited> = words
            .into_iter()
            .filter_map(|word| Awaited::outcome(process, word))
            .collect();
        awaited.sort_unstable();
        awaited.dedup();
        awaited
    }
}

/// See the file's header.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Awaiting {
    fibers: BTreeSet<(Awaited, FiberId)>,
    of_fiber: BTreeMap<FiberId, Vec<Awaited>>,
}

impl Awaiting {
    /// What the requests of all fibers say.
    pub(crate) fn of_process(process: &Process, notes: &Notes) -> Awaiting {
        let mut awaiting = Awaiting::default();
        for (fiber, note) in notes.iter() {
            awaiting.begin(process, fiber, note.wait);
        }
        awaiting
    }

    /// Whether it says the same as what was just made of the requests. A cell may have been finished
    /// since its owner was looked at.
    #[cfg(debug_assertions)]
    pub(crate) fn agrees(&self, found: &Awaiting) -> bool {
        let is_same = |(known, found): (&Awaited, &Awaited)| {
            known == found || matches!((known, found), (Awaited::CellOf(_), Awaited::CellDone))
        };
        let mut both = self.of_fiber.iter().zip(&found.of_fiber);
        let all: usize = self.of_fiber.values().map(Vec::len).sum();
        all == self.fibers.len()
            && self.of_fiber.len() == found.of_fiber.len()
            && both.all(|((fiber, known), (other, found))| {
                fiber == other && known.len() == found.len() && known.iter().zip(found).all(is_same)
            })
    }

    /// A fiber waits.
    pub(crate) fn begin(&mut self, process: &Process, fiber: FiberId, wait: Wait) {
        self.end(fiber);
        let awaited = Awaited::of_request(process, fiber, wait);
        if !awaited.is_empty() {
            self.fibers
                .extend(awaited.iter().map(|&awaited| (awaited, fiber)));
            self.of_fiber.insert(fiber, awaited);
        }
    }

    /// It waits no more.
    pub(crate) fn end(&mut self, fiber: FiberId) {
        for awaited in self.of_fiber.remove(&fiber).into_iter().flatten() {
            self.fibers.remove(&(awaited, fiber));
        }
    }

    /// Who waits for it, in the order of their numbers.
    pub(crate) fn who(&self, awaited: Awaited) -> Vec<FiberId> {
        let who = self.fibers.range((awaited, 0)..=(awaited, FiberId::MAX));
        who.map(|&(_, fiber)| fiber).collect()
    }
}
