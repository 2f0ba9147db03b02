//! A process goes on with the code it was started with; this tells when the files say otherwise.

use crate::access::Surveyed;
use crate::host::Host;
use crate::manner::base_of;
use crate::output::Output;
use bytecode::{Hash, Image};
use driver::packages::Options;
use driver::{Target, Workspace};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Says so if definitions of the program's files differ from those it was started with.
pub(crate) fn tell(output: Output, run: &Surveyed, host: &Host) {
    let record = host.engine.store_record();
    if record.sources.is_empty() {
        return;
    }
    let Some((target, root)) = program_of(run, &record.command) else {
        return;
    };
    let is_same = |(path, hash): &(String, [u8; 32])| {
        std::fs::read(root.join(path)).is_ok_and(|text| blake3::hash(&text).as_bytes() == hash)
    };
    if record.sources.iter().all(is_same) {
        return;
    }
    let Ok(image) = host.engine.image() else {
        return;
    };
    let dir = std::env::current_dir().unwrap_or_default();
    let what =
        match Workspace::open(&target, &dir, &as_it_is()).map(|mut workspace| workspace.build()) {
            Ok(Ok(built)) => {
                let counts = differences(image.image(), &built.image);
                if counts.is_empty() {
                    return;
                }
                listed(&counts)
            }
            Ok(Err(_)) => "its files have changed and do not compile now".to_owned(),
            Err(_) => "its files are not there any more".to_owned(),
        };
    output.say(format!(
        "{} goes on with the code it was started with ({what})",
        run.pid()
    ));
}

/// Looks only: nothing is fetched for a comparison, and nothing written.
fn as_it_is() -> Options {
    Options {
        offline: true,
        keeps_lock: true,
        ..Options::default()
    }
}

/// What to compile for a comparison, and what the paths of its sources are relative to.
fn program_of(run: &Surveyed, command: &str) -> Option<(Target, PathBuf)> {
    let base = base_of(&run.store)?;
    let file = base.join(command);
    if file.is_file() {
        let root = match Workspace::open(&Target::File(file.clone()), &base, &as_it_is()) {
            Ok(workspace) => workspace.root().to_owned(),
            Err(_) => base,
        };
        return Some((Target::File(file), root));
    }
    let is_project = base
        .file_name()
        .is_some_and(|name| Path::new(name) == Path::new(command));
    let target = if is_project {
        Target::Folder(base.clone())
    } else {
        Target::Namespace(command.to_owned())
    };
    Some((target, base))
}

/// By file, how many of the program's own definitions have other code, are new, or are gone. That
/// one calls another that differs does not make it differ.
fn differences(old: &Image, new: &Image) -> BTreeMap<String, usize> {
    let (old, new) = (definitions(old), definitions(new));
    let none = Vec::new();
    let mut counts = BTreeMap::new();
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let (before, after) = (old.get(key).unwrap_or(&none), new.get(key).unwrap_or(&none));
        let missing = |these: &Vec<Hash>, those: &Vec<Hash>| {
            these.iter().filter(|hash| !those.contains(hash)).count()
        };
        let count = missing(before, after).max(missing(after, before));
        if count > 0 {
            *counts.entry(key.file.clone()).or_default() += count;
        }
    }
    counts
}

/// A definition of a program. Expressions at top level have no names of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    file: String,
    namespace: String,
    name: Option<String>,
}

/// The program's own definitions, and the hashes of their code.
fn definitions(image: &Image) -> BTreeMap<Key, Vec<Hash>> {
    let mut all: BTreeMap<Key, Vec<Hash>> = BTreeMap::new();
    let linked = match image.extensions.first() {
        Some(&first) => &image.slots[..first as usize],
        None => &image.slots[..],
    };
    for (slot, source) in linked.iter().zip(&image.source_map.slots) {
        let Some(file) = image.source_map.files.get(source.file as usize) else {
            continue;
        };
        let is_library =
            slot.namespace.starts_with("ox.") || slot.namespace.starts_with("clojure.");
        let Some(chunk) = slot.chunk.filter(|_| !is_library) else {
            continue;
        };
        let is_entry = slot.name.starts_with("-entry");
        if is_entry && !slot.name.contains('#') {
            // What calls the expressions in turn.
            continue;
        }
        let name = (!is_entry).then(|| slot.name.clone());
        let key = Key {
            file: file.clone(),
            namespace: slot.namespace.clone(),
            name,
        };
        all.entry(key)
            .or_default()
            .push(image.chunks[chunk as usize].hash());
    }
    all
}

/// `3 definitions of deploy.ox, 1 of util.ox differ`
fn listed(counts: &BTreeMap<String, usize>) -> String {
    let mut parts = Vec::new();
    for (file, count) in counts {
        parts.push(match (parts.is_empty(), *count) {
            (true, 1) => format!("1 definition of {file}"),
            (true, count) => format!("{count} definitions of {file}"),
            (false, count) => format!("{count} of {file}"),
        });
    }
    let verb = if counts.len() == 1 && counts.values().all(|count| *count == 1) {
        "differs"
    } else {
        "differ"
    };
    format!("{} {verb}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differing_definitions_are_counted_by_file() {
        let counts = |counts: &[(&str, usize)]| {
            listed(
                &counts
                    .iter()
                    .map(|(file, count)| ((*file).to_owned(), *count))
                    .collect(),
            )
        };
        assert_eq!(
            counts(&[("deploy.ox", 3)]),
            "3 definitions of deploy.ox differ"
        );
        assert_eq!(
            counts(&[("deploy.ox", 1)]),
            "1 definition of deploy.ox differs"
        );
        assert_eq!(
            counts(&[("a.ox", 2), ("b.ox", 1)]),
            "2 definitions of a.ox, 1 of b.ox differ"
        );
    }
}
