//! What tables are made of when an image is linked, and whose code reads them.
//!
//! # Invariants
//! - A definition reads a table if its code, or code that it calls, refers to it. What the entries of
//!   tables do counts as well: it runs when they are looked up. What the machine itself calls runs
//!   for any code.

use bytecode::Image;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The values of an image that are computed when it is linked.
#[derive(Debug, Default)]
pub(crate) struct Computed {
    /// The first slot that is new: those before it have their values.
    pub(crate) first: u32,
    /// Their slots, in the order in which they are computed.
    pub(crate) slots: Vec<u32>,
    /// The tables among them.
    pub(crate) tables: Vec<Table>,
    /// Slots of functions that the machine itself calls, whatever code runs.
    pub(crate) hooks: Vec<u32>,
    /// By namespace, the namespaces whose contributions its values see.
    pub(crate) seen_by: FxHashMap<String, FxHashSet<Arc<str>>>,
    /// Those whose contributions are tried in the end, one set after the other; the last remain.
    pub(crate) seen_in_the_end: Vec<FxHashSet<Arc<str>>>,
}

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its slot.
    pub(crate) slot: u32,
    /// What is contributed to it, all namespaces together.
    pub(crate) entries: Vec<TableEntry>,
}

/// A contribution.
#[derive(Debug)]
pub(crate) struct TableEntry {
    /// Whose it is.
    pub(crate) namespace: Arc<str>,
    /// Slot of the key, a value that is computed.
    pub(crate) key: u32,
    /// Slot of what is contributed.
    pub(crate) value: u32,
}

/// Tables as they are during an evaluation.
#[derive(Debug)]
pub(crate) struct Tables {
    slots: FxHashSet<u32>,
    /// By table, the slots that read it.
    readers: Vec<FxHashSet<u32>>,
    /// By table, whether what the machine itself calls reads it.
    by_machine: Vec<bool>,
    /// Slots that read any.
    all_readers: FxHashSet<u32>,
    /// By table, the entries that it holds now.
    pub(crate) filled: Vec<Option<Vec<usize>>>,
}

impl Tables {
    /// The tables of an image, still empty.
    pub(crate) fn new(image: &Image, computed: &Computed) -> Tables {
        let tables = &computed.tables[..];
        let readers: Vec<_> = match tables.is_empty() {
            true => Vec::new(),
            false => {
                let users = users(image, tables);
                let readers = tables.iter().map(|table| readers_of(table.slot, &users));
                readers.collect()
            }
        };
        let by_machine = readers.iter().map(|readers: &FxHashSet<u32>| {
            computed.hooks.iter().any(|hook| readers.contains(hook))
        });
        Tables {
            by_machine: by_machine.collect(),
            slots: tables.iter().map(|table| table.slot).collect(),
            all_readers: readers.iter().flatten().copied().collect(),
            filled: vec![None; readers.len()],
            readers,
        }
    }

    /// Whether this slot is a table.
    pub(crate) fn is_table(&self, slot: u32) -> bool {
        self.slots.contains(&slot)
    }

    /// Whether the code of this slot reads any table.
    pub(crate) fn are_read_by(&self, slot: u32) -> bool {
        self.by_machine.contains(&true) || self.all_readers.contains(&slot)
    }

    /// Whether the code of this slot reads the table of this number.
    pub(crate) fn is_read_by(&self, table: usize, slot: u32) -> bool {
        self.by_machine[table] || self.readers[table].contains(&slot)
    }
}

/// By slot, the slots whose code refers to it.
fn users(image: &Image, tables: &[Table]) -> Vec<Vec<u32>> {
    let mut users = vec![Vec::new(); image.slots.len()];
    for (user, slot) in (0u32..).zip(&image.slots) {
        for &used in &slot.refs {
            users[used as usize].push(user);
        }
    }
    for table in tables {
        for entry in &table.entries {
            users[entry.value as usize].push(table.slot);
        }
    }
    users
}

fn readers_of(table: u32, users: &[Vec<u32>]) -> FxHashSet<u32> {
    let mut found = FxHashSet::default();
    let mut rest = vec![table];
    while let Some(slot) = rest.pop() {
        for &user in &users[slot as usize] {
            if found.insert(user) {
                rest.push(user);
            }
        }
    }
    found
}
