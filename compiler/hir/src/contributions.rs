//! What namespaces contribute to tables: the methods of protocols and multimethods, the pairs of the
//! hierarchy.
//!
//! A contribution is two definitions without a written name, its key and its value, and the table
//! that it belongs to. Which contributions a table is made of depends on who looks: a program sees
//! those of its namespaces, an expansion those of the namespaces that its file reaches, and of its
//! own file those that exist at its stage ([`Scope`]).
//!
//! Invariants:
//! - What is asked for at a stage needs the expansion of generating forms before that stage only, so
//!   a macro that reads a table never waits for itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use syntax::AstId;
use syntax::datum::Datum;

use crate::body::DefName;
use crate::db::{Db, SourceFile, Stage, file_of};
use crate::expand::extend;
use crate::forms::{Form, form_set};
use crate::generated::home_stage;
use crate::project::reachable;
use crate::spine::spine;
use crate::stored::stored;

/// How much of a key is in the names of its definitions.
const KEY_CHARS_MAX: usize = 40;

/// What the name of a table ends with, after that of its protocol or multimethod.
pub const TABLE_SUFFIX: &str = "#table";

/// An entry of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The table.
    pub table: DefName,
    /// The definition whose value is the key.
    pub key: DefName,
    /// The definition whose value is the entry.
    pub value: DefName,
    /// The generating form that makes it, if one does.
    pub generated: Option<u32>,
}

/// Who looks at tables: a file, at a stage of its own expansion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The file.
    pub file: SourceFile,
    /// Up to which of the file's generating forms contributions are seen.
    pub stage: Stage,
}

/// The names of the definitions that a contribution is made of, key and value: those of what is
/// extended with the key as written, and of the form. `[` is in no name that anybody writes.
pub(crate) fn part_names(
    ns: &Arc<str>,
    table: &DefName,
    key: &Datum,
    number: usize,
    form: AstId,
) -> [DefName; 2] {
    let owner = table.name.strip_suffix(TABLE_SUFFIX).unwrap_or(&table.name);
    let key = key.to_string();
    let key = key
        .strip_prefix('[')
        .and_then(|key| key.strip_suffix(']'))
        .unwrap_or(&key);
    let key = key.strip_suffix(" :method").unwrap_or(key);
    let key: String = key
        .chars()
        .filter(|c| !"#@".contains(*c))
        .take(KEY_CHARS_MAX)
        .collect();
    let id = format!("#{number}@{:016x}", form.0);
    [
        format!("{owner}[{key}].key{id}"),
        format!("{owner}[{key}]{id}"),
    ]
    .map(|name| DefName::new(ns.clone(), name))
}

/// Whether the name is that of a part of a contribution.
pub fn is_contributed(name: &str) -> bool {
    name.contains('[')
}

/// Heads of forms that may contribute without being expanded, besides those that extend by what they are.
const HEADS: &[&str] = &["contribute*", "do", "let", "let*"];

/// The contributions of a form at a stage.
#[salsa::tracked]
pub(crate) fn form_contributions<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    stage: Stage,
) -> Vec<Contribution> {
    let Some(home) = home_stage(db, form) else {
        if !may_contribute(form.datum(db)) {
            return Vec::new();
        }
        let early = spine(db, form, Stage::WRITTEN);
        if (early.missing.is_empty() && !early.failed) || stage == Stage::WRITTEN {
            return early.contributions;
        }
        return spine(db, form, stage).contributions;
    };
    // Its own stage is where it is expanded; later ones see what came of it.
    match home < stage {
        true => spine(db, form, home).contributions,
        false => Vec::new(),
    }
}

fn may_contribute(datum: &Datum) -> bool {
    let head = datum.as_list().and_then(<[Datum]>::first);
    let head = head.and_then(Datum::as_symbol);
    head.is_some_and(|head| HEADS.contains(&&*head.name) || extend::may_contribute(&head.name))
}

/// The contributions of a file that exist at a stage, form by form in the order of their ids.
#[salsa::tracked]
pub(crate) fn contributions(db: &dyn Db, file: SourceFile, stage: Stage) -> Vec<Contribution> {
    if let Some(stored) = stored(db, file) {
        let all = stored.contributions.iter();
        return all
            .filter(|one| one.generated.is_none_or(|by| Stage(by) < stage))
            .cloned()
            .collect();
    }
    form_set(db, file)
        .iter()
        .flat_map(|form| form_contributions(db, *form, stage).iter().cloned())
        .collect()
}

/// The contributions that a scope sees, by table; those of one table by namespace, in the order of
/// names.
#[salsa::tracked]
pub fn contributions_in(
    db: &dyn Db,
    file: SourceFile,
    stage: Stage,
) -> BTreeMap<DefName, Vec<Contribution>> {
    let own = file.ns(db);
    let mut namespaces: Vec<&Arc<str>> = reachable(db, file).iter().collect();
    namespaces.push(own);
    namespaces.sort();
    namespaces.dedup();
    let mut all: BTreeMap<DefName, Vec<Contribution>> = BTreeMap::new();
    for ns in namespaces {
        let (file, stage) = match ns == own {
            true => (file, stage),
            false => match file_of(db, ns) {
                Some(other) => (other, Stage::ALL),
                None => continue,
            },
        };
        for one in contributions(db, file, stage) {
            all.entry(one.table.clone()).or_default().push(one.clone());
        }
    }
    all
}
