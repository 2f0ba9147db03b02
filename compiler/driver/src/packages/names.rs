//! What the names of namespaces mean in each package of a program (`hir::package`).
//!
//! Invariants:
//! - A package sees its own namespaces, the library's, and those of the packages that it names itself, in this order.
//! - The project's own namespaces and the library's keep their names; a package's keeps its name if no other has it.

use super::Packages;
use crate::project::FoundFile;
use hir::package::{self, Meaning, Seen};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The view of each package.
pub(crate) struct Names {
    /// Keys of the namespaces of each package, by name.
    pub(crate) keys: Vec<BTreeMap<String, Arc<str>>>,
    /// What names mean in each package.
    pub(crate) seen: Vec<Arc<Seen>>,
    /// What names mean in the project.
    pub(crate) seen_by_project: Arc<Seen>,
}

impl Names {
    pub(crate) fn of(packages: &Packages, project: &BTreeMap<String, FoundFile>) -> Names {
        let mut owners: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, package) in packages.all.iter().enumerate() {
            for name in package.files.keys() {
                owners.entry(name).or_default().push(index);
            }
        }
        let is_taken = |name: &str| project.contains_key(name) || stdlib::source(name).is_some();
        let key = |name: &str, index: usize| -> Arc<str> {
            if owners[name].len() > 1 || is_taken(name) {
                package::key(name, &packages.all[index].label)
            } else {
                name.into()
            }
        };
        let label = |index: &usize| Arc::from(packages.all[*index].label.as_str());
        let seen = |own: &dyn Fn(&str) -> Option<Arc<str>>, deps: &BTreeMap<String, usize>| {
            let deps: BTreeSet<usize> = deps.values().copied().collect();
            let mut seen = Seen::default();
            let of_project = project.keys().map(|name| (name.as_str(), None));
            let of_packages = owners.iter().map(|(name, owners)| (*name, Some(owners)));
            for (name, owners) in of_project.chain(of_packages) {
                let owners: &[usize] = owners.map_or(&[], Vec::as_slice);
                let direct: Vec<&usize> = owners.iter().filter(|one| deps.contains(*one)).collect();
                let meaning = match (own(name), &direct[..]) {
                    (Some(own), _) => Meaning::Is(own),
                    (None, _) if stdlib::source(name).is_some() => continue,
                    (None, []) => Meaning::Hidden(owners.iter().map(label).collect()),
                    (None, [one]) => Meaning::Is(key(name, **one)),
                    (None, several) => {
                        Meaning::Several(several.iter().map(|one| label(one)).collect())
                    }
                };
                if !matches!(&meaning, Meaning::Is(key) if **key == *name) {
                    seen.0.insert(name.into(), meaning);
                }
            }
            Arc::new(seen)
        };
        let seen_by_project = seen(
            &|name| project.contains_key(name).then(|| name.into()),
            &packages.deps,
        );
        let all = packages.all.iter().enumerate();
        let seen = all.clone().map(|(index, package)| {
            let own = |name: &str| {
                let is_own = package.files.contains_key(name);
                is_own.then(|| key(name, index))
            };
            seen(&own, &package.deps)
        });
        Names {
            seen: seen.collect(),
            seen_by_project,
            keys: all
                .map(|(index, package)| {
                    let names = package.files.keys();
                    names.map(|name| (name.clone(), key(name, index))).collect()
                })
                .collect(),
        }
    }
}
