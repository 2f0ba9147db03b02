//! The engine's notes of a process's fibers: which of them have changed, and who waits for what.
//!
//! # Invariants
//! - A note that may differ from what is stored is among the changed ones, or its fiber has run: a
//!   checkpoint writes these and no others, however many fibers wait.
//! - The index says of many fibers what looking through their notes would say, and is not stored. A
//!   note that may have been changed since it was indexed is among the touched ones, which every
//!   question brings up to date first.

use super::{FiberNote, Wait};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use vm::fiber::FiberId;

/// Up to so many notes are looked through: they need no index.
const FEW: usize = 8;

/// See the file's header. Each note is in a box of its own: a leaf of the map has room for eleven, and
/// most processes have one fiber.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    by_fiber: BTreeMap<FiberId, Box<FiberNote>>,
    changed: BTreeSet<FiberId>,
    index: Option<Box<Index>>,
    touched: Vec<FiberId>,
}

/// What the index knows of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    /// A [`Wait`] as numbers, so that those of one kind are together.
    wait: (u8, u64),
    wake_at: Option<u64>,
    scope: u64,
}

impl Entry {
    fn of(note: &FiberNote) -> Entry {
        Entry {
            wait: note.wait.to_numbers(),
            wake_at: note.wake_at(),
            scope: note.scope,
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Index {
    entries: BTreeMap<FiberId, Entry>,
    /// Fibers that wait, by what for.
    waiting: BTreeSet<((u8, u64), FiberId)>,
    /// The same by kind.
    counts: BTreeMap<u8, usize>,
    /// When something happens to a fiber by itself.
    times: BTreeSet<(u64, FiberId)>,
    /// Fibers by the scope they were started in.
    members: BTreeSet<(u64, FiberId)>,
}

impl Index {
    fn set(&mut self, fiber: FiberId, entry: Option<Entry>) {
        let before = match entry {
            Some(entry) => self.entries.insert(fiber, entry),
            None => self.entries.remove(&fiber),
        };
        if before == entry {
            return;
        }
        if let Some(before) = before {
            if self.waiting.remove(&(before.wait, fiber))
                && let Some(count) = self.counts.get_mut(&before.wait.0)
            {
                *count -= 1;
            }
            if let Some(at) = before.wake_at {
                self.times.remove(&(at, fiber));
            }
            self.members.remove(&(before.scope, fiber));
        }
        if let Some(entry) = entry {
            if entry.wait != Wait::Nothing.to_numbers() {
                self.waiting.insert((entry.wait, fiber));
                *self.counts.entry(entry.wait.0).or_default() += 1;
            }
            if let Some(at) = entry.wake_at {
                self.times.insert((at, fiber));
            }
            if entry.scope != 0 {
                self.members.insert((entry.scope, fiber));
            }
        }
    }
}

impl Notes {
    /// The note of a fiber.
    #[must_use]
    pub fn get(&self, fiber: FiberId) -> Option<&FiberNote> {
        self.by_fiber.get(&fiber).map(|note| &**note)
    }

    /// All notes in the order of their fibers.
    pub fn iter(&self) -> impl Iterator<Item = (FiberId, &FiberNote)> {
        self.by_fiber.iter().map(|(&fiber, note)| (fiber, &**note))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.by_fiber.len()
    }

    /// The note of a fiber, to be changed.
    pub(crate) fn get_mut(&mut self, fiber: FiberId) -> Option<&mut FiberNote> {
        self.touch(fiber);
        let note = self.by_fiber.get_mut(&fiber)?;
        self.changed.insert(fiber);
        Some(note)
    }

    fn touch(&mut self, fiber: FiberId) {
        if self.index.is_some() {
            self.touched.push(fiber);
        }
    }

    /// The note of a fiber, to be changed; a new one if there is none.
    pub(crate) fn entry(&mut self, fiber: FiberId) -> &mut FiberNote {
        self.changed.insert(fiber);
        self.being_stored(fiber)
    }

    /// The note of a fiber whose record is being written.
    pub(crate) fn being_stored(&mut self, fiber: FiberId) -> &mut FiberNote {
        self.touch(fiber);
        self.by_fiber.entry(fiber).or_default()
    }

    /// Adds a note as it is stored.
    pub(crate) fn add_stored(&mut self, fiber: FiberId, note: FiberNote) {
        self.touch(fiber);
        self.by_fiber.insert(fiber, Box::new(note));
    }

    pub(crate) fn remove(&mut self, fiber: FiberId) {
        self.touch(fiber);
        self.by_fiber.remove(&fiber);
        self.changed.remove(&fiber);
    }

    /// Forgets the notes of fibers that are not among these, which are in order.
    pub(crate) fn keep_only(&mut self, fibers: &[FiberId]) {
        if self.by_fiber.len() > fibers.len() {
            let is_gone = |id: &FiberId| fibers.binary_search(id).is_err();
            let gone: Vec<FiberId> = self.by_fiber.keys().copied().filter(is_gone).collect();
            for fiber in gone {
                self.by_fiber.remove(&fiber);
                self.touch(fiber);
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Notes::default();
    }

    /// The fibers whose notes have changed since this was asked last.
    pub(crate) fn take_changed(&mut self) -> BTreeSet<FiberId> {
        std::mem::take(&mut self.changed)
    }

    // ---- who waits for what ----

    /// Brings the index up to date: what is asked then costs what it answers.
    fn settle(&mut self) -> Option<&Index> {
        if self.by_fiber.len() <= FEW {
            self.index = None;
        } else if let Some(index) = &mut self.index {
            for &fiber in &self.touched {
                let note = self.by_fiber.get(&fiber);
                index.set(fiber, note.map(|note| Entry::of(note)));
            }
        } else {
            let mut index = Index::default();
            for (&fiber, note) in &self.by_fiber {
                index.set(fiber, Some(Entry::of(note)));
            }
            self.index = Some(Box::new(index));
        }
        self.touched.clear();
        self.index.as_deref()
    }

    /// Fibers that wait for something from the first to the second of one kind, by that and by their
    /// numbers.
    pub(crate) fn waiting_for(&mut self, range: RangeInclusive<Wait>) -> Vec<(FiberId, Wait)> {
        let (first, last) = (range.start().to_numbers(), range.end().to_numbers());
        if let Some(index) = self.settle() {
            let found = index.waiting.range((first, 0)..=(last, FiberId::MAX));
            let waits = |&((kind, number), fiber): &((u8, u64), FiberId)| {
                Some((fiber, Wait::from_numbers(kind, number)?))
            };
            return found.filter_map(waits).collect();
        }
        let waits = self.iter().map(|(fiber, note)| (fiber, note.wait));
        let mut found: Vec<_> = waits
            .filter(|(_, wait)| (first..=last).contains(&wait.to_numbers()))
            .collect();
        found.sort_by_key(|(fiber, wait)| (wait.to_numbers(), *fiber));
        found
    }

    /// The first of these.
    pub(crate) fn first_waiting_for(
        &mut self,
        range: RangeInclusive<Wait>,
    ) -> Option<(FiberId, Wait)> {
        let (first, last) = (range.start().to_numbers(), range.end().to_numbers());
        if let Some(index) = self.settle() {
            let mut found = index.waiting.range((first, 0)..=(last, FiberId::MAX));
            let &((kind, number), fiber) = found.next()?;
            return Some((fiber, Wait::from_numbers(kind, number)?));
        }
        self.waiting_for(range).first().copied()
    }

    /// How many fibers wait for something of this kind, whatever its number.
    pub(crate) fn count_of(&mut self, wait: Wait) -> usize {
        let (kind, _) = wait.to_numbers();
        if let Some(index) = self.settle() {
            return index.counts.get(&kind).copied().unwrap_or(0);
        }
        let waits = self.iter().map(|(_, note)| note.wait.to_numbers().0);
        waits.filter(|&waits| waits == kind).count()
    }

    /// The earliest time at which something happens to a fiber by itself.
    pub(crate) fn wake_at(&mut self) -> Option<u64> {
        if let Some(index) = self.settle() {
            return index.times.first().map(|&(at, _)| at);
        }
        self.iter().filter_map(|(_, note)| note.wake_at()).min()
    }

    /// Fibers whose time has come, in the order of their numbers.
    pub(crate) fn due(&mut self, now_ms: u64) -> Vec<FiberId> {
        if let Some(index) = self.settle() {
            let due = index.times.range(..=(now_ms, FiberId::MAX));
            let mut due: Vec<FiberId> = due.map(|&(_, fiber)| fiber).collect();
            due.sort_unstable();
            return due;
        }
        let is_due = |note: &FiberNote| note.wake_at().is_some_and(|at| at <= now_ms);
        let due = self.iter().filter(|(_, note)| is_due(note));
        due.map(|(fiber, _)| fiber).collect()
    }

    /// The fibers that were started in a scope.
    pub(crate) fn members(&mut self, scope: u64) -> Vec<FiberId> {
        if let Some(index) = self.settle() {
            let members = index.members.range((scope, 0)..=(scope, FiberId::MAX));
            return members.map(|&(_, fiber)| fiber).collect();
        }
        let members = self.iter().filter(|(_, note)| note.scope == scope);
        members.map(|(fiber, _)| fiber).collect()
    }

    /// Whether any was.
    pub(crate) fn has_members(&mut self, scope: u64) -> bool {
        if let Some(index) = self.settle() {
            let mut members = index.members.range((scope, 0)..=(scope, FiberId::MAX));
            return members.next().is_some();
        }
        self.iter().any(|(_, note)| note.scope == scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Deadline;

    /// splitmix64, below a bound.
    fn below(state: &mut u64, bound: u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) % bound
    }

    fn change(notes: &mut Notes, random: &mut u64, fibers: u64) {
        let fiber = below(random, fibers);
        match below(random, 12) {
            0 => notes.remove(fiber),
            1 => {
                let kept: Vec<FiberId> = (0..fibers).filter(|id| id % 7 != fiber % 7).collect();
                notes.keep_only(&kept);
            }
            2 => drop(notes.take_changed()),
            3 => notes.add_stored(
                fiber,
                FiberNote {
                    wait: Wait::Timer,
                    until: Some(below(random, 20)),
                    ..FiberNote::default()
                },
            ),
            4 => {
                if let Some(note) = notes.get_mut(fiber) {
                    note.wait = Wait::Nothing;
                    note.until = None;
                }
            }
            5 => notes.entry(fiber).deadlines.push(Deadline {
                token: 1,
                at: below(random, 20),
                milliseconds: 1,
                thrown: below(random, 3) == 0,
                ends: 0,
                is_held_up: below(random, 3) == 0,
                extent: 0,
            }),
            6 => notes.entry(fiber).scope = below(random, 4),
            7 => notes.being_stored(fiber).stored_chunks.clear(),
            _ => {
                let number = below(random, 5);
                let wait = Wait::from_numbers(below(random, 11) as u8, number);
                let note = notes.entry(fiber);
                note.wait = wait.expect("there are eleven kinds");
                note.until = (below(random, 2) == 0).then(|| below(random, 20));
            }
        }
    }

    /// What looking through all notes says.
    fn check(notes: &mut Notes) {
        let all: Vec<(FiberId, FiberNote)> =
            notes.iter().map(|(id, note)| (id, note.clone())).collect();
        let ids = |is: &dyn Fn(&FiberNote) -> bool| -> Vec<FiberId> {
            all.iter()
                .filter(|(_, note)| is(note))
                .map(|(id, _)| *id)
                .collect()
        };
        assert_eq!(
            notes.wake_at(),
            all.iter().filter_map(|(_, note)| note.wake_at()).min()
        );
        // Before, amid and after the times that the notes have.
        for now in [0, 7, 30] {
            assert_eq!(
                notes.due(now),
                ids(&|note| note.wake_at().is_some_and(|at| at <= now))
            );
        }
        for scope in 1..4 {
            let members = ids(&|note| note.scope == scope);
            assert_eq!(notes.has_members(scope), !members.is_empty());
            assert_eq!(notes.members(scope), members);
        }
        for kind in 1..11 {
            let wait = |number| Wait::from_numbers(kind, number).expect("a kind");
            let of_kind = ids(&|note| note.wait.to_numbers().0 == kind);
            assert_eq!(notes.count_of(wait(0)), of_kind.len());
            for (first, last) in [(0, u64::MAX), (1, 3), (2, 2)] {
                let range = wait(first)..=wait(last);
                let (first, last) = (range.start().to_numbers(), range.end().to_numbers());
                let mut expected: Vec<(FiberId, Wait)> = all
                    .iter()
                    .map(|(id, note)| (*id, note.wait))
                    .filter(|(_, wait)| (first..=last).contains(&wait.to_numbers()))
                    .collect();
                expected.sort_by_key(|(id, wait)| (wait.to_numbers(), *id));
                assert_eq!(
                    notes.first_waiting_for(range.clone()),
                    expected.first().copied()
                );
                assert_eq!(notes.waiting_for(range), expected);
            }
        }
    }

    #[test]
    fn the_index_says_what_the_notes_say() {
        for seed in 0..60 {
            let mut random = seed;
            let mut notes = Notes::default();
            let fibers = [3, 12, 40][seed as usize % 3];
            let mut indexed = 0;
            for _ in 0..200 {
                for _ in 0..below(&mut random, 6) {
                    change(&mut notes, &mut random, fibers);
                }
                check(&mut notes);
                indexed += usize::from(notes.index.is_some());
            }
            assert_eq!(indexed > 0, fibers > FEW as u64);
        }
    }

    #[test]
    fn what_many_wait_for_is_answered_by_what_was_touched() {
        let mut notes = Notes::default();
        for fiber in 0..1_000 {
            let note = notes.entry(fiber);
            note.wait = Wait::Timer;
            note.until = Some(fiber);
        }
        assert_eq!(notes.wake_at(), Some(0));
        assert_eq!(notes.touched.len(), 0);
        for fiber in 0..1_000 {
            assert_eq!(notes.due(fiber), [fiber]);
            let note = notes.entry(fiber);
            note.wait = Wait::Nothing;
            note.until = None;
            assert_eq!(notes.touched.len(), 1, "no other is looked at");
        }
        assert_eq!(notes.wake_at(), None);
    }
}
