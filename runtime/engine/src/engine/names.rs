//! Registered names, and who has which child.
//!
//! Names are here, and in the store under keys of their own; no process's record or letter has any. What has
//! changed in an epoch is in its group.
//!
//! # Invariants
//! - A process has one name at most, a name one process.
//! - Names are given and taken away in the open epoch only; but for the end of a process in the epoch
//!   that is being closed, of which the next one says that its name is gone. What has ended has no name,
//!   whatever is stored.
//! - A process is among its parent's children from when it is known until it has ended. Attempts are
//!   nobody's children.

use super::Shared;
use crate::persist::StoredName;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Names of processes.
#[derive(Debug, Default)]
pub(super) struct Names {
    holders: BTreeMap<String, u64>,
    names: HashMap<u64, String>,
    /// Processes that have been given or have lost a name in the open epoch.
    changed: BTreeSet<u64>,
    /// Who had the names, before that, that have been given or taken away in it.
    before: HashMap<String, Option<u64>>,
}

impl Names {
    /// Who has a name; or had it when the open epoch was opened, for turns of the one before.
    pub(super) fn holder(&self, name: &str, before: bool) -> Option<u64> {
        let now = || self.holders.get(name).copied();
        match self.before.get(name) {
            Some(&holder) if before => holder,
            _ => now(),
        }
    }

    /// The next epoch is opened: whose names have changed, and what they are.
    pub(super) fn next_epoch(&mut self) -> Vec<(u64, Option<String>)> {
        self.before.clear();
        let changed = std::mem::take(&mut self.changed).into_iter();
        changed
            .map(|process| (process, self.names.get(&process).cloned()))
            .collect()
    }

    /// Something is stored of the name of a process that is not so.
    pub(super) fn store_anew(&mut self, process: u64) {
        self.changed.insert(process);
    }

    /// Gives a process a name; false if either is taken.
    pub(super) fn give(&mut self, name: &str, process: u64) -> bool {
        if self.holders.contains_key(name) || self.names.contains_key(&process) {
            return false;
        }
        self.holders.insert(name.to_owned(), process);
        self.names.insert(process, name.to_owned());
        self.changed.insert(process);
        self.before.entry(name.to_owned()).or_insert(None);
        true
    }

    /// Takes a name away; from whom.
    pub(super) fn take(&mut self, name: &str) -> Option<u64> {
        let process = self.holders.get(name).copied()?;
        self.take_of(process);
        Some(process)
    }

    /// Takes the name of a process away.
    pub(super) fn take_of(&mut self, process: u64) {
        if let Some(name) = self.names.remove(&process) {
            self.holders.remove(&name);
            self.changed.insert(process);
            self.before.entry(name).or_insert(Some(process));
        }
    }
}

/// Children that have not ended, by parent.
pub(super) type Children = HashMap<u64, BTreeSet<u64>>;

impl Shared {
    /// Who has a name, for a turn of this epoch. One that is just being spawned is known to who spawns
    /// it: others could send it nothing.
    pub(super) fn holder(
        &self,
        name: &str,
        epoch: u64,
        has_just_spawned: impl Fn(u64) -> bool,
    ) -> Option<u64> {
        let holder = self.names.holder(name, epoch < self.epoch)?;
        let slot = self.slots.get(&holder);
        let is_there = slot.map_or_else(|| has_just_spawned(holder), |slot| !slot.has_ended(epoch));
        is_there.then_some(holder)
    }

    /// The next epoch is opened: the names that the group of the one before has to store.
    pub(super) fn changed_names(&mut self) -> Vec<(u64, StoredName)> {
        let names = self.names.next_epoch().into_iter();
        let stored = names.map(|(process, name)| {
            let is_over = self.slots.get(&process).is_none_or(|slot| slot.ended);
            let stored = match name {
                Some(name) => StoredName::Has(name),
                None if is_over => StoredName::Unknown,
                None => StoredName::HasNone,
            };
            (process, stored)
        });
        stored.collect()
    }

    /// Brings the children of a process's parent up to date: it is new, has ended, or goes on.
    pub(super) fn count_child(&mut self, number: u64) {
        let slot = self.slots.get(&number);
        let Some(parent) = slot.and_then(|slot| slot.parent) else {
            return;
        };
        if slot.is_some_and(|slot| !slot.ended && !slot.is_body) {
            self.children.entry(parent).or_default().insert(number);
        } else if let Some(children) = self.children.get_mut(&parent) {
            children.remove(&number);
            if children.is_empty() {
                self.children.remove(&parent);
            }
        }
    }

    /// The children of a process that have not ended, by number.
    pub(super) fn children_of(&self, process: u64) -> Vec<u64> {
        let children = self.children.get(&process);
        children.map_or_else(Vec::new, |children| children.iter().copied().collect())
    }
}
