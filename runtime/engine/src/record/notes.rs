//! The engine's notes of a process's fibers, and which of them have changed.
//!
//! # Invariants
//! - A note that may differ from what is stored is among the changed ones, or its fiber has run: a
//!   checkpoint writes these and no others, however many fibers wait.

use super::FiberNote;
use std::collections::{BTreeMap, BTreeSet};
use vm::fiber::FiberId;

/// See the file's header. Each note is in a box of its own: a leaf of the map has room for eleven, and
/// most processes have one fiber.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    by_fiber: BTreeMap<FiberId, Box<FiberNote>>,
    changed: BTreeSet<FiberId>,
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
        let note = self.by_fiber.get_mut(&fiber)?;
        self.changed.insert(fiber);
        Some(note)
    }

    /// The note of a fiber, to be changed; a new one if there is none.
    pub(crate) fn entry(&mut self, fiber: FiberId) -> &mut FiberNote {
        self.changed.insert(fiber);
        self.by_fiber.entry(fiber).or_default()
    }

    /// The note of a fiber whose record is being written.
    pub(crate) fn being_stored(&mut self, fiber: FiberId) -> &mut FiberNote {
        self.by_fiber.entry(fiber).or_default()
    }

    /// Adds a note as it is stored.
    pub(crate) fn add_stored(&mut self, fiber: FiberId, note: FiberNote) {
        self.by_fiber.insert(fiber, Box::new(note));
    }

    pub(crate) fn remove(&mut self, fiber: FiberId) {
        self.by_fiber.remove(&fiber);
        self.changed.remove(&fiber);
    }

    /// Forgets the notes of fibers that are not among these, which are in order.
    pub(crate) fn keep_only(&mut self, fibers: &[FiberId]) {
        if self.by_fiber.len() > fibers.len() {
            self.by_fiber
                .retain(|id, _| fibers.binary_search(id).is_ok());
        }
    }

    pub(crate) fn clear(&mut self) {
        self.by_fiber.clear();
        self.changed.clear();
    }

    /// The fibers whose notes have changed since this was asked last.
    pub(crate) fn take_changed(&mut self) -> BTreeSet<FiberId> {
        std::mem::take(&mut self.changed)
    }
}
