//! A process goes on with the code it was started with; this tells when the files say otherwise.

use crate::access::Surveyed;
use crate::host::Host;
use crate::output::Output;
use bytecode::Image;
use driver::{Target, Workspace};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Number of the image that a run is started with.
const FIRST_IMAGE: u32 = 1;

/// Says so if definitions of the program's files differ from those it was started with.
pub(crate) fn tell(output: Output, run: &Surveyed, host: &Host) {
    let record = host.engine.store_record();
    if record.sources.is_empty() {
        return;
    }
    let Some((target, root)) = program_of(run, &record.command) else { return };
    let is_same = |(path, hash): &(String, [u8; 32])| {
        std::fs::read(root.join(path)).is_ok_and(|text| blake3::hash(&text).as_bytes() == hash)
    };
    if record.sources.iter().all(is_same) {
        return;
    }
    let Ok(image) = host.engine.image(FIRST_IMAGE) else { return };
    let dir = std::env::current_dir().unwrap_or_default();
    let what = match Workspace::open(&target, &dir).map(|mut workspace| workspace.build()) {
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
    output.say(format!("{} goes on with the code it was started with ({what})", run.pid()));
}

/// What to compile for a comparison, and what the paths of its sources are relative to.
fn program_of(run: &Surveyed, command: &str) -> Option<(Target, PathBuf)> {
    // `.ox/runs/17/store.redb` of a project, else the folder is written down beside `runs`.
    let home = run.store.parent()?.parent()?.parent()?;
    let base = match std::fs::read_to_string(home.join("folder")) {
        Ok(folder) => PathBuf::from(folder.trim_end()),
        Err(_) => home.parent()?.to_owned(),
    };
    let file = base.join(command);
    if file.is_file() {
        let root = match Workspace::open(&Target::File(file.clone()), &base) {
            Ok(workspace) => workspace.root().to_owned(),
            Err(_) => base,
        };
        return Some((Target::File(file), root));
    }
    let is_project = base.file_name().is_some_and(|name| Path::new(name) == Path::new(command));
    let target = if is_project { Target::Folder(base.clone()) } else { Target::Namespace(command.to_owned()) };
    Some((target, base))
}

/// By file, how many of the program's own definitions differ, are new, or are gone.
fn differences(old: &Image, new: &Image) -> BTreeMap<String, usize> {
    let (old, new) = (definitions(old), definitions(new));
    let mut counts = BTreeMap::new();
    for (name, (hash, file)) in &old {
        if new.get(name).is_none_or(|(other, _)| other != hash) {
            *counts.entry(file.clone()).or_default() += 1;
        }
    }
    for (name, (_, file)) in &new {
        if !old.contains_key(name) {
            *counts.entry(file.clone()).or_default() += 1;
        }
    }
    counts
}

/// The program's own definitions by name: hash and file.
fn definitions(image: &Image) -> BTreeMap<(String, String), (bytecode::Hash, String)> {
    let mut all = BTreeMap::new();
    for (slot, source) in image.slots.iter().zip(&image.source_map.slots) {
        let Some(file) = image.source_map.files.get(source.file as usize) else { continue };
        let is_library = slot.namespace.starts_with("ox.") || slot.namespace.starts_with("clojure.");
        if !is_library {
            all.insert((slot.namespace.clone(), slot.name.clone()), (slot.definition, file.clone()));
        }
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
    let verb = if counts.len() == 1 && counts.values().all(|count| *count == 1) { "differs" } else { "differ" };
    format!("{} {verb}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differing_definitions_are_counted_by_file() {
        let counts = |counts: &[(&str, usize)]| {
            listed(&counts.iter().map(|(file, count)| ((*file).to_owned(), *count)).collect())
        };
        assert_eq!(counts(&[("deploy.ox", 3)]), "3 definitions of deploy.ox differ");
        assert_eq!(counts(&[("deploy.ox", 1)]), "1 definition of deploy.ox differs");
        assert_eq!(counts(&[("a.ox", 2), ("b.ox", 1)]), "2 definitions of a.ox, 1 of b.ox differ");
    }
}
