//! Registered names, and who has which child.
//!
//! # Invariants
//! - A process has one name at most, a name one process.
//! - A process is among its parent's children from when it is known until it has ended. Attempts are
//!   nobody's children.

use super::Shared;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Names of processes.
#[derive(Debug, Default)]
pub(super) struct Names {
    holders: BTreeMap<String, u64>,
    names: HashMap<u64, String>,
}

impl Names {
    /// Who has a name.
    pub(super) fn holder(&self, name: &str) -> Option<u64> {
        self.holders.get(name).copied()
    }

    /// Gives a process a name; false if either is taken.
    pub(super) fn give(&mut self, name: &str, process: u64) -> bool {
        if self.holders.contains_key(name) || self.names.contains_key(&process) {
            return false;
        }
        self.holders.insert(name.to_owned(), process);
        self.names.insert(process, name.to_owned());
        true
    }

    /// Takes a name away; from whom.
    pub(super) fn take(&mut self, name: &str) -> Option<u64> {
        let process = self.holders.remove(name)?;
        self.names.remove(&process);
        Some(process)
    }

    /// Takes the name of a process away.
    pub(super) fn take_of(&mut self, process: u64) {
        if let Some(name) = self.names.remove(&process) {
            self.holders.remove(&name);
        }
    }
}

/// Children that have not ended, by parent.
pub(super) type Children = HashMap<u64, BTreeSet<u64>>;

impl Shared {
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
