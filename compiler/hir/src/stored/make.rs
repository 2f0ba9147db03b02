//! Making a summary of what the queries say.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{
    Held, Reads, RootKind, Stored, StoredDef, code_hash, is_macro, is_stored, names_hash, settled,
};
use crate::body::DefName;
use crate::contributions::contributions;
use crate::db::{Db, Def, SourceFile, Stage, file_of};
use crate::forms::form_set;
use crate::generated::{generated_by, generated_names, generating_count, home_stage};
use crate::hash::{Hash, body_hash};
use crate::header::header;
use crate::host;
use crate::lowered::{definition, definitions, lower_form, lowered, lowered_def};
use crate::names::{definers_written, written_names};
use crate::project::reachable;
use crate::report::diagnostics;

/// The summary of a file that has none; `None` of one with diagnostics, in a circle of requires, or
/// with a definition that cannot be kept. `extra` gives what else is to be kept of a definition.
///
/// The library is taken to be without diagnostics: its tests say so.
pub fn make<'db>(
    db: &'db dyn Db,
    file: SourceFile,
    mut extra: impl FnMut(Def<'db>) -> Option<Vec<u8>>,
) -> Option<Stored> {
    let own = file.ns(db);
    let is_sound = file.library(db) || diagnostics(db, file).is_empty();
    if !is_sound || reachable(db, file).contains(own) || is_stored(db, file) {
        return None;
    }
    let mut bytes = Vec::new();
    let mut defs = FxHashMap::default();
    let all = definitions(db, file);
    for name in all {
        let def = definition(db, name);
        let lowered = lowered_def(db, def)?;
        let kept = extra(def)?;
        let start = bytes.len();
        bytes.extend(kept);
        let stored = StoredDef {
            info: lowered.info.clone(),
            root: RootKind::from(&lowered.body.root),
            globals: lowered.body.globals.clone(),
            missing: lowered.missing.clone(),
            body_hash: body_hash(db, def)?,
            settled: settled(db, def),
            extra: start..bytes.len(),
        };
        defs.insert(name.name.clone(), stored);
    }
    Some(Stored {
        header: header(db, file).clone(),
        definers: definers_written(db, file),
        written: written_names(db, file).clone(),
        generated: (0..generating_count(db, file))
            .map(|index| generated_by(db, file, index).clone())
            .collect(),
        definitions: all.clone(),
        contributions: contributions(db, file, Stage::ALL).clone(),
        defs,
        names: names_hash(db, file),
        held: held(db, file)?,
        extra: bytes.into(),
    })
}

/// What the file's meaning depends on beyond its text.
fn held(db: &dyn Db, file: SourceFile) -> Option<Held> {
    // The library depends on itself alone, and is one with this compiler.
    if file.library(db) {
        return Some(Held::of(host::seen(db, file)));
    }
    let own = file.ns(db);
    let reached = reachable(db, file);
    let mut reads = Reads::default();
    for form in form_set(db, file) {
        let home = home_stage(db, *form).unwrap_or(Stage::WRITTEN);
        reads.add(&lower_form(db, *form, home).reads);
        reads.add(&lowered(db, *form, Stage::ALL).reads);
    }
    let needs = header(db, file).needs();
    reads
        .namespaces
        .extend(needs.map(|require| require.ns.clone()));
    if reads.everything {
        reads.namespaces.extend(reached.iter().cloned());
    }
    reads.namespaces.remove(own);
    let of_project = |ns: &Arc<str>| file_of(db, ns).filter(|file| !file.library(db));
    let mut held = Held {
        reached: reads.everything.then(|| reached.iter().cloned().collect()),
        ..Held::of(host::seen(db, file))
    };
    for ns in &reads.namespaces {
        if !reached.contains(ns) {
            held.absent.push(ns.clone());
        } else if let Some(other) = of_project(ns) {
            held.namespaces.push((ns.clone(), names_hash(db, other)));
            if reads.everything {
                let written = written_names(db, other).all.iter().cloned();
                let infos = written.chain(generated_names(db, other));
                let macros = infos.filter(is_macro).map(|info| info.name);
                reads.macros.extend(macros);
            }
        }
    }
    for name in run_elsewhere(db, own, &reads.macros) {
        if of_project(&name.ns).is_some() {
            let hash: Hash = code_hash(db, definition(db, &name))?;
            held.code.push((name, hash));
        }
    }
    Some(held)
}

/// The macros, but in place of those of the file's own namespace the definitions of others that
/// their code leads to: the file's own code is as its text and these say.
fn run_elsewhere(db: &dyn Db, own: &Arc<str>, macros: &BTreeSet<DefName>) -> BTreeSet<DefName> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut rest: Vec<DefName> = macros.iter().cloned().collect();
    while let Some(name) = rest.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        if name.ns != *own {
            found.insert(name);
        } else if let Some(lowered) = lowered_def(db, definition(db, &name)) {
            let globals = lowered.body.globals.iter();
            rest.extend(globals.map(|global| global.name.clone()));
        }
    }
    found
}
