//! What a macro's code can reach: the definitions that must be linked to run it.
//!
//! A *phase cycle* is a form whose expansion runs code that contains the form's own result. It is
//! found here, before any code is generated: a form in one lowers to "phase cycle", and so does a
//! form whose macros need such a form. Both ways round the answer is the same, so it does not
//! matter which query salsa was asked for first.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::body::{DefName, GlobalKind};
use crate::contributions::{Scope, contributions_in};
use crate::db::{Db, Def, Stage};
use crate::definition::DefInfo;
use crate::lowered::{definition_at, needs_of};

/// The definitions that a macro's code can reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Closure {
    /// All of them, the macro included, sorted.
    pub(crate) members: Vec<DefName>,
    /// Names they need that do not exist at the stage.
    pub(crate) missing: Vec<Arc<str>>,
    /// Definitions of the entry file that only the running program makes.
    pub(crate) cells: Vec<DefName>,
    /// Those of the members that are tables.
    pub(crate) tables: Vec<DefName>,
}

impl Closure {
    fn add(&mut self, other: &Closure) {
        for (own, others) in [
            (&mut self.members, &other.members),
            (&mut self.cells, &other.cells),
            (&mut self.tables, &other.tables),
        ] {
            own.extend(others.iter().cloned());
            own.sort();
            own.dedup();
        }
        self.missing.extend(other.missing.iter().cloned());
        self.missing.sort();
        self.missing.dedup();
    }
}

/// The code needs a form that is being expanded for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PhaseCycle;

/// What the code of `name`, taken at `stage`, can reach.
pub(crate) fn closure_of<'db>(
    db: &'db dyn Db,
    name: &DefName,
    stage: Stage,
) -> Result<&'db Closure, PhaseCycle> {
    closure(db, definition_at(db, name, stage))
        .as_ref()
        .map_err(|cycle| *cycle)
}

/// What the code of `name`, taken at `stage`, can reach, what a scope contributes to its tables
/// included; and if it reads tables, the first stage at which these are as the scope sees them, so
/// that all expansions that see the same run in one image.
pub(crate) fn closure_in<'db>(
    db: &'db dyn Db,
    name: &DefName,
    stage: Stage,
    scope: Scope,
) -> Result<(Cow<'db, Closure>, Option<Stage>), PhaseCycle> {
    let own = closure_of(db, name, stage)?;
    if own.tables.is_empty() {
        return Ok((Cow::Borrowed(own), None));
    }
    let mut settled = Stage::WRITTEN;
    let contributions = contributions_in(db, scope.file, scope.stage);
    let mut all = own.clone();
    let mut done = BTreeSet::new();
    while let Some(table) = all
        .tables
        .iter()
        .find(|table| !done.contains(*table))
        .cloned()
    {
        for one in contributions.get(&table).into_iter().flatten() {
            for part in [&one.key, &one.value] {
                if part.ns != *scope.file.ns(db) {
                    all.add(closure_of(db, part, Stage::ALL)?);
                    continue;
                }
                let first = Stage(one.generated.map_or(0, |index| index + 1));
                let early = closure_of(db, part, first)?;
                if early.missing.is_empty() {
                    settled = settled.max(first);
                    all.add(early);
                } else {
                    settled = scope.stage;
                    all.add(closure_of(db, part, scope.stage)?);
                }
            }
        }
        done.insert(table);
    }
    Ok((Cow::Owned(all), Some(settled)))
}

/// The first stage at which all that a macro's code needs exists, up to `stage`: most macros need
/// no generated name, and are one and the same at every stage.
pub(crate) fn usable_stage(db: &dyn Db, info: &DefInfo, stage: Stage) -> Stage {
    let first = Stage(info.generated.map_or(0, |index| index + 1));
    if first >= stage {
        return stage;
    }
    match closure_of(db, &info.name, first) {
        Ok(closure) if closure.missing.is_empty() => first,
        _ => stage,
    }
}

#[salsa::tracked(cycle_result = cyclic)]
fn closure<'db>(db: &'db dyn Db, def: Def<'db>) -> Result<Closure, PhaseCycle> {
    let root = def.name(db);
    let mut members: BTreeMap<DefName, ()> = BTreeMap::new();
    let mut missing = BTreeSet::new();
    let mut cells = BTreeSet::new();
    let mut tables = BTreeSet::new();
    let mut rest = vec![root.clone()];
    while let Some(name) = rest.pop() {
        if members.insert(name.clone(), ()).is_some() {
            continue;
        }
        let stage = if name.ns == root.ns {
            def.stage(db)
        } else {
            Stage::ALL
        };
        let Some(needs) = needs_of(db, definition_at(db, &name, stage))? else {
            continue;
        };
        missing.extend(needs.missing.iter().cloned());
        for global in needs.globals {
            if global.kind == GlobalKind::Cell {
                cells.insert(global.name.clone());
            }
            if global.kind == GlobalKind::Table {
                tables.insert(global.name.clone());
            }
            if !members.contains_key(&global.name) {
                rest.push(global.name.clone());
            }
        }
    }
    Ok(Closure {
        members: members.into_keys().collect(),
        missing: missing.into_iter().collect(),
        cells: cells.into_iter().collect(),
        tables: tables.into_iter().collect(),
    })
}

fn cyclic<'db>(_db: &'db dyn Db, _id: salsa::Id, _def: Def<'db>) -> Result<Closure, PhaseCycle> {
    Err(PhaseCycle)
}
