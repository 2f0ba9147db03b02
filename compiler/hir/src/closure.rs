//! What a macro's code can reach: the definitions that must be linked to run it.
//!
//! A *phase cycle* is a form whose expansion runs code that contains the form's own result. It is
//! found here, before any code is generated: a form in one lowers to "phase cycle", and so does a
//! form whose macros need such a form. Both ways round the answer is the same, so it does not
//! matter which query salsa was asked for first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::body::{DefName, GlobalKind};
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
            if !members.contains_key(&global.name) {
                rest.push(global.name.clone());
            }
        }
    }
    Ok(Closure {
        members: members.into_keys().collect(),
        missing: missing.into_iter().collect(),
        cells: cells.into_iter().collect(),
    })
}

fn cyclic<'db>(_db: &'db dyn Db, _id: salsa::Id, _def: Def<'db>) -> Result<Closure, PhaseCycle> {
    Err(PhaseCycle)
}
