//! The names that macros of the program generate.
//!
//! A *generating form* is a top-level form whose head, read without expanding anything, may be a
//! macro of the program. They are numbered in textual order; at [`Stage`] `k` the names that the
//! first `k` of them generate exist. Form `k` is expanded at stage `k`.
//!
//! Invariants:
//! - Expanding form `k` asks for names of forms before `k` only, so the queries here never meet
//!   themselves; [`generated_names`] asks in ascending order, so they do not nest deeply either.

use std::collections::BTreeMap;
use std::sync::Arc;

use syntax::datum::{Datum, DatumKind};

use crate::db::{Db, SourceFile, Stage};
use crate::definition::{DEFINERS, DefInfo, DefKind};
use crate::expand::core::CoreMacro;
use crate::forms::{Form, forms};
use crate::lower::special;
use crate::names::{Missing, Resolution, resolve};
use crate::spine::generating_spine;
use crate::stored::stored;

/// The generating forms of a file, in textual order.
#[salsa::tracked]
pub(crate) fn generating_forms<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Form<'db>> {
    forms(db, file)
        .iter()
        .copied()
        .filter(|form| may_generate(db, file, form.datum(db)))
        .collect()
}

fn may_generate(db: &dyn Db, file: SourceFile, datum: &Datum) -> bool {
    let mut rest = vec![datum];
    while let Some(datum) = rest.pop() {
        let Some([head, args @ ..]) = datum.as_list() else {
            continue;
        };
        let DatumKind::Symbol(symbol) = &head.kind else {
            continue;
        };
        if symbol.ns.is_none() && special::is_special(&symbol.name) {
            match &*symbol.name {
                "do" => rest.extend(args),
                "let*" => rest.extend(args.iter().skip(1)),
                _ => {}
            }
            continue;
        }
        match resolve(db, file, Stage::WRITTEN, symbol) {
            Resolution::Core(CoreMacro::Rewrite("let")) => rest.extend(args.iter().skip(1)),
            Resolution::Core(_) => {}
            Resolution::Def(info) if matches!(info.kind, DefKind::Macro(_)) => return true,
            Resolution::Def(_) => {}
            // A macro that another macro of this file generates.
            Resolution::Missing(Missing::Name | Missing::InNamespace(_)) => {
                if !symbol.name.contains('.') && !DEFINERS.contains(&&*symbol.name) {
                    return true;
                }
            }
            Resolution::Missing(_) => {}
        }
    }
    false
}

/// The stage at which a form's own macros are expanded: its number if it is a generating form.
#[salsa::tracked(returns(copy))]
pub(crate) fn home_stage<'db>(db: &'db dyn Db, form: Form<'db>) -> Option<Stage> {
    let forms = generating_forms(db, form.file(db));
    forms
        .iter()
        .position(|other| *other == form)
        .map(|index| Stage(index as u32))
}

/// How many generating forms a file has.
#[salsa::tracked(returns(copy))]
pub(crate) fn generating_count(db: &dyn Db, file: SourceFile) -> u32 {
    match stored(db, file) {
        Some(stored) => stored.generated.len() as u32,
        None => generating_forms(db, file).len() as u32,
    }
}

/// The definitions that generating form `index` makes, written ones left out.
#[salsa::tracked]
pub(crate) fn generated_by(db: &dyn Db, file: SourceFile, index: u32) -> Vec<DefInfo> {
    if let Some(stored) = stored(db, file) {
        let by = stored.generated.get(index as usize);
        return by.cloned().unwrap_or_default();
    }
    let Some(form) = generating_forms(db, file).get(index as usize) else {
        return Vec::new();
    };
    generating_spine(db, *form, Stage(index))
        .definitions()
        .filter(|info| info.generated == Some(index))
        .cloned()
        .collect()
}

/// All generated names of a file: the first definition of each.
#[salsa::tracked]
fn generated_map(db: &dyn Db, file: SourceFile) -> BTreeMap<Arc<str>, DefInfo> {
    let mut map = BTreeMap::new();
    for index in 0..generating_count(db, file) {
        for info in generated_by(db, file, index) {
            map.entry(info.name.name.clone())
                .or_insert_with(|| info.clone());
        }
    }
    map
}

/// The generated definition of this name at a stage.
pub(crate) fn generated_name(
    db: &dyn Db,
    file: SourceFile,
    stage: Stage,
    name: &str,
) -> Option<DefInfo> {
    if stage == Stage::ALL {
        return generated_map(db, file).get(name).cloned();
    }
    // The count is made of lookups at this stage: it must not be asked for here.
    if stage == Stage::WRITTEN {
        return None;
    }
    (0..stage.0.min(generating_count(db, file)))
        .flat_map(|index| generated_by(db, file, index))
        .find(|info| &*info.name.name == name)
        .cloned()
}

/// All generated definitions, in the order they are made.
pub(crate) fn generated_names(db: &dyn Db, file: SourceFile) -> Vec<DefInfo> {
    (0..generating_count(db, file))
        .flat_map(|index| generated_by(db, file, index).iter().cloned())
        .collect()
}
