//! How namespaces stand to one another: the graph of requires, walked explicitly.
//!
//! Invariants:
//! - No query here calls itself for another file: cycles of requires are found by walking headers
//!   with a work list, so that they are the same whoever asks first.
//! - A require that closes a cycle gives no names.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::db::{Db, SourceFile, file_of};
use crate::header::{CORE, header, is_core_family};

/// The namespaces that a file needs, directly or not, as far as they exist. The file's own is among
/// them only if it needs itself.
#[salsa::tracked]
pub fn reachable(db: &dyn Db, file: SourceFile) -> BTreeSet<Arc<str>> {
    let mut found: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut rest = vec![file];
    while let Some(file) = rest.pop() {
        for ns in direct(db, file) {
            if found.contains(&ns) {
                continue;
            }
            if let Some(file) = file_of(db, &ns) {
                found.insert(ns);
                rest.push(file);
            }
        }
    }
    found
}

/// The namespaces that a file names in its header, and the core.
fn direct(db: &dyn Db, file: SourceFile) -> Vec<Arc<str>> {
    let header = header(db, file);
    let mut all: Vec<Arc<str>> = header.needs().map(|require| require.ns.clone()).collect();
    if !is_core_family(&header.ns) {
        all.push(CORE.into());
    }
    all
}

/// Whether `ns`, needed by `file`, needs `file` in turn.
pub(crate) fn closes_cycle(db: &dyn Db, file: SourceFile, ns: &str) -> bool {
    let own = file.ns(db);
    &**own == ns || file_of(db, ns).is_some_and(|other| reachable(db, other).contains(own))
}

/// The shortest cycle of requires through the file, if it is the cycle's smallest member by name:
/// the namespaces in order, starting with the file's own.
pub(crate) fn cycle_to_report(db: &dyn Db, file: SourceFile) -> Option<Vec<Arc<str>>> {
    let own = file.ns(db);
    let mine = reachable(db, file);
    if !mine.contains(own) {
        return None;
    }
    let members: BTreeSet<&Arc<str>> = mine
        .iter()
        .filter(|ns| file_of(db, ns).is_some_and(|other| reachable(db, other).contains(own)))
        .collect();
    if members.first() != Some(&own) {
        return None;
    }
    let mut before: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    let mut rest = VecDeque::from([own.clone()]);
    while let Some(ns) = rest.pop_front() {
        let Some(file) = file_of(db, &ns) else {
            continue;
        };
        let mut next = direct(db, file);
        next.sort();
        for other in next {
            if other == *own {
                let mut path = vec![ns.clone()];
                let mut at = &ns;
                while let Some(previous) = before.get(at) {
                    path.push(previous.clone());
                    at = previous;
                }
                path.reverse();
                return Some(path);
            }
            if members.contains(&other) && !before.contains_key(&other) {
                before.insert(other.clone(), ns.clone());
                rest.push_back(other);
            }
        }
    }
    None
}
