//! Which fibers of a process wait for which future, promise or lazy cell.
//!
//! # Invariants
//! - It says what the requests of the waiting fibers say, and is not stored: who reads a process makes
//!   it again from them.
//! - Nothing is known by its address, which a collection changes.
//! - Of the futures of a group ([`Group`]) each is looked at when it joins and when it ends, never
//!   because another has.

use crate::record::{Notes, Wait};
use std::collections::{BTreeMap, BTreeSet};
use vm::Word;
use vm::fiber::{FiberId, FiberState};
use vm::process::Process;
use vm::value::{cell, lazy, string, vector};

/// The fiber that computes a cell. One that has ended computes nothing any more, whatever the cell says: its
/// stack was dropped, or stays to be looked at, and nobody has unwound it.
pub(crate) fn computed_by(process: &Process, cell: Word) -> Option<FiberId> {
    let owner = lazy::owner(&process.heap, cell)?;
    let fiber = &process.fibers[process.fiber_index(owner)?];
    let has_ended = matches!(fiber.state, FiberState::Done | FiberState::Failed);
    (!has_ended).then_some(owner)
}

/// Something that fibers wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Awaited {
    /// The future of a fiber.
    Future(FiberId),
    /// A promise, by its serial.
    Promise(u64),
    /// A cell that a fiber computes.
    CellOf(FiberId),
    /// A cell that is computed by none: it has been, or its fiber has ended, and who waits for it is about
    /// to be woken. Only a process that is read from its record is found so.
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
            return vec![computed_by(process, word).map_or(Awaited::CellDone, Awaited::CellOf)];
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

/// Futures of which a fiber waits for the next to end, again and again, as `all` and `pmap-n` do: a
/// vector that grows at its end, with nil in the place of a future whose outcome was taken.
#[derive(Debug, Default, PartialEq, Eq)]
struct Group {
    /// How many of the vector's places have been looked at.
    known: usize,
    /// Those that have not ended, by their places.
    open: BTreeMap<usize, Awaited>,
    /// Places of those that have ended. Some may be nil by now.
    ended: BTreeSet<usize>,
}

/// Group and futures of a request `[:ox/await-next group futures]`.
fn group_of_request(process: &Process, fiber: FiberId, wait: Wait) -> Option<(u64, Word)> {
    let heap = &process.heap;
    let request = process.fibers[process.fiber_index(fiber)?].request;
    if wait != Wait::Fiber || !vector::is_vector(heap, request) {
        return None;
    }
    let word = |at| vector::nth(heap, request, at);
    let (_, op) = string::try_keyword(heap, word(0)?)?;
    let (group, futures) = (word(1)?, word(2)?);
    let is_group = op == "await-next" && vector::is_vector(heap, futures);
    is_group.then_some((cell::promise_serial(heap, group)?, futures))
}

/// See the file's header.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Awaiting {
    fibers: BTreeSet<(Awaited, FiberId)>,
    of_fiber: BTreeMap<FiberId, Vec<Awaited>>,
    /// The groups that a fiber waits for, by the serials of the promises that it knows them by: several, if
    /// it makes the elements of one from the answers of another. They stay while the fiber does other
    /// things: what ends meanwhile need not be looked for.
    groups: BTreeMap<(FiberId, u64), Group>,
    /// What is open of all groups, with its place in the group.
    members: BTreeSet<(Awaited, FiberId, u64, usize)>,
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
    /// since its owner was looked at, or begun by a fiber that has come to no effect since.
    #[cfg(debug_assertions)]
    pub(crate) fn agrees(&self, found: &Awaiting) -> bool {
        let is_same = |(known, found): (&Awaited, &Awaited)| {
            let is_changed = matches!(
                (known, found),
                (Awaited::CellOf(_), Awaited::CellDone) | (Awaited::CellDone, Awaited::CellOf(_))
            );
            known == found || is_changed
        };
        let mut both = self.of_fiber.iter().zip(&found.of_fiber);
        let all: usize = self.of_fiber.values().map(Vec::len).sum();
        let has_group = |(of, group): (&(FiberId, u64), &Group)| self.groups.get(of) == Some(group);
        let open: usize = self.groups.values().map(|group| group.open.len()).sum();
        open == self.members.len()
            && found.groups.iter().all(has_group)
            && all == self.fibers.len()
            && self.of_fiber.len() == found.of_fiber.len()
            && both.all(|((fiber, known), (other, found))| {
                fiber == other && known.len() == found.len() && known.iter().zip(found).all(is_same)
            })
    }

    /// A fiber waits.
    pub(crate) fn begin(&mut self, process: &Process, fiber: FiberId, wait: Wait) {
        self.end(fiber);
        if let Some((group, futures)) = group_of_request(process, fiber, wait) {
            self.join(process, fiber, group, futures);
            return;
        }
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

    /// How many places of the futures of a fiber's group have been looked at.
    pub(crate) fn known(&self, fiber: FiberId, serial: u64) -> usize {
        let group = self.groups.get(&(fiber, serial));
        group.map_or(0, |group| group.known)
    }

    /// Looks at what has come to the group of a fiber since it was asked for last.
    pub(crate) fn join(&mut self, process: &Process, fiber: FiberId, serial: u64, futures: Word) {
        self.leave_finished(fiber, serial);
        let heap = &process.heap;
        let group = self.groups.entry((fiber, serial)).or_default();
        let known = group.known;
        group.known = vector::count(heap.object(futures));
        for place in known..group.known {
            let future = vector::nth(heap, futures, place).unwrap_or(Word::NIL);
            let Some(awaited) = Awaited::outcome(process, future) else {
                continue;
            };
            if cell::has_ended(heap, future) {
                group.ended.insert(place);
            } else {
                group.open.insert(place, awaited);
                self.members.insert((awaited, fiber, serial, place));
            }
        }
    }

    /// The fiber has no group any more.
    pub(crate) fn leave(&mut self, fiber: FiberId) {
        self.drop_groups(fiber, |_, _| true);
    }

    /// A fiber asks for a group. Those that came after it were inside of it and are no longer asked for, nor
    /// is one of which nothing is open; if it is, it is looked at anew.
    fn leave_finished(&mut self, fiber: FiberId, asked: u64) {
        self.drop_groups(fiber, |serial, group| {
            serial > asked || serial < asked && group.open.is_empty()
        });
    }

    fn drop_groups(&mut self, fiber: FiberId, is_dropped: impl Fn(u64, &Group) -> bool) {
        let all = self.groups.range((fiber, 0)..=(fiber, u64::MAX));
        let dropped = all.filter(|&(&(_, serial), group)| is_dropped(serial, group));
        let dropped: Vec<_> = dropped.map(|(&of, _)| of).collect();
        for of @ (fiber, serial) in dropped {
            for (place, awaited) in self.groups.remove(&of).unwrap_or_default().open {
                self.members.remove(&(awaited, fiber, serial, place));
            }
        }
    }

    /// A future or promise has its outcome. Returns the fibers in whose groups it is.
    pub(crate) fn member_ended(&mut self, awaited: Awaited) -> Vec<FiberId> {
        let all = (awaited, 0, 0, 0)..=(awaited, FiberId::MAX, u64::MAX, usize::MAX);
        let found: Vec<_> = self.members.range(all).copied().collect();
        let mut fibers = Vec::new();
        for member @ (_, fiber, serial, place) in found {
            self.members.remove(&member);
            if let Some(group) = self.groups.get_mut(&(fiber, serial)) {
                group.open.remove(&place);
                group.ended.insert(place);
            }
            if fibers.last() != Some(&fiber) {
                fibers.push(fiber);
            }
        }
        fibers
    }

    /// The first place of a fiber's group whose future has ended and is still there.
    pub(crate) fn next_ended(
        &mut self,
        process: &Process,
        fiber: FiberId,
        serial: u64,
        futures: Word,
    ) -> Option<usize> {
        let group = self.groups.get_mut(&(fiber, serial))?;
        while let Some(&place) = group.ended.first() {
            let future = vector::nth(&process.heap, futures, place);
            if future.is_some_and(|future| !future.is_nil()) {
                return Some(place);
            }
            group.ended.pop_first();
        }
        None
    }

    /// Whether nothing is left of a fiber's group that will end.
    pub(crate) fn is_empty(&self, fiber: FiberId, serial: u64) -> bool {
        let group = self.groups.get(&(fiber, serial));
        group.is_none_or(|group| group.open.is_empty())
    }

    /// Who waits for it, in the order of their numbers.
    pub(crate) fn who(&self, awaited: Awaited) -> Vec<FiberId> {
        let who = self.fibers.range((awaited, 0)..=(awaited, FiberId::MAX));
        who.map(|&(_, fiber)| fiber).collect()
    }
}
