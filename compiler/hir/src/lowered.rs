//! The queries of lowering: what a top-level form becomes.
//!
//! Invariants:
//! - One query lowers one form. A form is lowered without generated names first; only if that fails
//!   is it lowered again with all of them, so most forms never wait for an expansion elsewhere.
//! - [`definition_body`] keeps its revision when only names of locals or positions changed.

use std::sync::Arc;

use source::Code;
use syntax::AstId;
use syntax::datum::{Datum, DatumKind, Symbol};

use crate::body::{
    Arity, Body, BodySource, DefName, Expr, ExprIdx, Func, FuncIdx, FuncSource, GlobalIdx,
    GlobalKind, GlobalRef, Origin, Root,
};
use crate::closure::PhaseCycle;
use crate::context::PHASE_CYCLE;
use crate::contributions::is_contributed;
use crate::db::{Db, Def, LastForm, Project, SourceFile, Stage, file_of, is_entry};
use crate::definition::{Arities, DefInfo, DefKind};
use crate::forms::{Form, FormId, form_by_id, form_set, forms};
use crate::generated::{generated_name, generating_count, home_stage};
use crate::header::{CORE, is_core_family};
use crate::names::{Resolution, resolve, written_names};
use crate::problem::{Place, Problem};
use crate::stored::{Reads, stored, stored_def};

/// A definition as lowered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoweredDef {
    /// What others know of it.
    pub info: DefInfo,
    /// Its code.
    pub body: Arc<Body>,
    /// Names and places of the code.
    pub source: Arc<BodySource>,
    /// Where its name is in its form.
    pub name_origin: Origin,
    /// Names the code needs that do not exist at the stage.
    pub missing: Vec<Arc<str>>,
    /// The docstring, if the form still has it.
    pub doc: Option<Arc<str>>,
    /// Parameter vectors as text.
    pub arglists: Vec<Arc<str>>,
    /// The effects that it says it has at most, as written: `^{:effects #{…}}`.
    pub effects: Option<Datum>,
}

/// A top-level form as lowered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// What it defines, pieces of the entry body included, in order.
    pub defs: Vec<LoweredDef>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// Whether more names might make more of it.
    pub(crate) incomplete: bool,
    /// Whether expanding it needs its own code.
    pub phase_cycle: bool,
    /// What was read in other namespaces.
    pub(crate) reads: Reads,
}

/// The name of the synthetic function that runs a file's top-level expressions.
pub const ENTRY: &str = "-entry";

/// The name of a piece of the entry body.
pub(crate) fn piece_name(ns: &Arc<str>, form: AstId, index: usize) -> DefName {
    DefName::new(ns.clone(), format!("{ENTRY}#{index}@{:016x}", form.0))
}

/// Whether the name is that of an entry body or a piece of one: shown as `<entry>`.
pub fn is_entry_name(name: &str) -> bool {
    name.strip_prefix(ENTRY)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
}

/// Whether a definition is named after its form and not by its program.
fn is_of_form(name: &str) -> bool {
    is_entry_name(name) || is_contributed(name)
}

#[salsa::tracked(cycle_result = cyclic)]
pub(crate) fn lower_form<'db>(db: &'db dyn Db, form: Form<'db>, stage: Stage) -> Lowered {
    let lowered = crate::lower::lower(db, form, stage);
    if lowered.phase_cycle {
        phase_cycle(form.file(db), form.id(db))
    } else {
        lowered
    }
}

fn cyclic<'db>(db: &'db dyn Db, _id: salsa::Id, form: Form<'db>, _stage: Stage) -> Lowered {
    phase_cycle(form.file(db), form.id(db))
}

/// What a form in a phase cycle lowers to, and a form that needs such a form in order to be
/// expanded.
fn phase_cycle(file: SourceFile, form: AstId) -> Lowered {
    let at = Place {
        file,
        form: Some(form),
        origin: Origin::NONE,
    };
    Lowered {
        problems: vec![
            Problem::error(Code::PHASE_CYCLE, PHASE_CYCLE, at)
                .note("a macro, and every function it calls while expanding, must not use the macro")
                .note("a macro that is defined in a `let`, or by another macro, can be used in the forms after that one"),
        ],
        phase_cycle: true,
        ..Lowered::default()
    }
}

/// A form as lowered at a stage.
pub fn lowered<'db>(db: &'db dyn Db, form: Form<'db>, stage: Stage) -> &'db Lowered {
    let home = home_stage(db, form).unwrap_or(Stage::WRITTEN).min(stage);
    let early = lower_form(db, form, home);
    if !early.incomplete || generating_count(db, form.file(db)) == 0 || home == stage {
        return early;
    }
    lower_form(db, form, stage)
}

/// A reference to a definition.
pub(crate) fn global_ref(info: &DefInfo) -> GlobalRef {
    GlobalRef {
        name: info.name.clone(),
        kind: info.kind.global_kind(),
        core: is_core_family(&info.name.ns).then(|| info.name.name.clone()),
    }
}

/// The key of a definition with all names of its namespace.
pub fn definition<'db>(db: &'db dyn Db, name: &DefName) -> Def<'db> {
    definition_at(db, name, Stage::ALL)
}

/// The key of a definition at a stage. In a namespace without generated names all stages are one.
pub fn definition_at<'db>(db: &'db dyn Db, name: &DefName, stage: Stage) -> Def<'db> {
    let generates = file_of(db, &name.ns).is_some_and(|file| generating_count(db, file) > 0);
    Def::new(
        db,
        name.clone(),
        if generates { stage } else { Stage::WRITTEN },
    )
}

/// The definition that a body refers to, seen from the definition that has the body.
pub fn referred<'db>(db: &'db dyn Db, from: Def<'db>, global: &GlobalRef) -> Def<'db> {
    let stage = if global.name.ns == from.name(db).ns {
        from.stage(db)
    } else {
        Stage::ALL
    };
    definition_at(db, &global.name, stage)
}

/// The form that makes a definition.
#[salsa::tracked(returns(copy))]
pub(crate) fn definition_form<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<Form<'db>> {
    let name = def.name(db);
    let file = file_of(db, &name.ns)?;
    let by_id = |id: &str| Some(AstId(u64::from_str_radix(id, 16).ok()?));
    let owner = match name.name.rsplit_once('@') {
        Some((_, id)) if is_of_form(&name.name) => {
            return form_by_id(db, file, FormId(by_id(id)?));
        }
        Some((_, owner)) => owner,
        None => &*name.name,
    };
    let id = match written_names(db, file).get(owner) {
        Some(info) => info.form,
        None => match generated_name(db, file, def.stage(db), owner) {
            Some(info) => info.form,
            // A local around contributions alone.
            None => by_id(owner)?,
        },
    };
    form_by_id(db, file, FormId(id))
}

/// A definition as lowered; `Err` if its form is in a phase cycle, `None` if there is no such
/// definition.
pub(crate) fn lowered_definition<'db>(
    db: &'db dyn Db,
    def: Def<'db>,
) -> Result<Option<&'db LoweredDef>, PhaseCycle> {
    let name = def.name(db);
    if &*name.name == ENTRY {
        return Ok(file_of(db, &name.ns).and_then(|file| entry(db, file).as_ref()));
    }
    let Some(form) = definition_form(db, def) else {
        return Ok(None);
    };
    let lowered = lowered(db, form, def.stage(db));
    if lowered.phase_cycle {
        return Err(PhaseCycle);
    }
    Ok(lowered
        .defs
        .iter()
        .find(|lowered| lowered.info.name == *name))
}

/// What is known of a definition, with its code's names and places; `None` if it does not exist or
/// its form could not be expanded.
pub fn lowered_def<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<&'db LoweredDef> {
    lowered_definition(db, def).ok().flatten()
}

/// What the code of a definition needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs<'db> {
    /// Names that do not exist at the stage.
    pub(crate) missing: &'db [Arc<str>],
    /// Definitions.
    pub(crate) globals: &'db [GlobalRef],
}

/// What the code of a definition needs. `Err` and `None` as of [`lowered_definition`].
pub(crate) fn needs_of<'db>(
    db: &'db dyn Db,
    def: Def<'db>,
) -> Result<Option<Needs<'db>>, PhaseCycle> {
    if let Some((_, stored)) = stored_def(db, def) {
        return Ok(Some(Needs {
            missing: &stored.missing,
            globals: &stored.globals,
        }));
    }
    let lowered = lowered_definition(db, def)?;
    Ok(lowered.map(|lowered| Needs {
        missing: &lowered.missing,
        globals: &lowered.body.globals,
    }))
}

/// The code of a definition, which no summary has.
#[salsa::tracked]
pub fn definition_body<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<Arc<Body>> {
    lowered_def(db, def).map(|lowered| lowered.body.clone())
}

/// What others know of a definition, its code aside.
#[salsa::tracked]
pub fn definition_info<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<DefInfo> {
    if let Some((_, stored)) = stored_def(db, def) {
        return Some(stored.info.clone());
    }
    lowered_def(db, def).map(|lowered| lowered.info.clone())
}

/// The definitions that a form makes, in order, with all names of the namespace.
#[salsa::tracked]
fn form_definitions<'db>(db: &'db dyn Db, form: Form<'db>) -> Vec<DefName> {
    lowered(db, form, Stage::ALL)
        .defs
        .iter()
        .map(|def| def.info.name.clone())
        .collect()
}

/// All definitions of a file, hidden ones and the entry body included: each name once, form by form
/// in the order of their ids, the entry body last.
#[salsa::tracked]
pub fn definitions(db: &dyn Db, file: SourceFile) -> Vec<DefName> {
    if let Some(stored) = stored(db, file) {
        return stored.definitions.clone();
    }
    let mut seen = rustc_hash::FxHashSet::default();
    let mut all: Vec<DefName> = Vec::new();
    for form in form_set(db, file) {
        for name in form_definitions(db, *form) {
            let first = written_names(db, file)
                .get(&name.name)
                .is_none_or(|info| info.form == form.id(db));
            if first && seen.insert(name.clone()) {
                all.push(name.clone());
            }
        }
    }
    if entry(db, file).is_some() {
        all.push(DefName::new(file.ns(db).clone(), ENTRY));
    }
    all
}

/// Adds to an entry body, the calls of the pieces so far, that it prints or returns the value of the last form:
/// that of its last expression, else the var of what it defines last, else nil. The forms before it have been run.
fn add_last(
    db: &dyn Db,
    file: SourceFile,
    (is_printed, forms_run): (bool, usize),
    exprs: &mut Vec<Expr>,
    steps: &mut Vec<ExprIdx>,
    globals: &mut Vec<GlobalRef>,
) {
    let all = forms(db, file);
    let last = all.get(forms_run..).and_then(<[Form<'_>]>::last);
    let last = last.and_then(|form| {
        let defs = lowered(db, *form, Stage::ALL).defs.iter();
        defs.rev().find(|def| !is_contributed(&def.info.name.name))
    });
    let shown = match last {
        Some(last) if is_entry_name(&last.info.name.name) => steps.pop(),
        _ => None,
    };
    let shown = shown.unwrap_or_else(|| {
        exprs.push(match last {
            Some(last) => {
                globals.push(global_ref(&last.info));
                Expr::Var(GlobalIdx(globals.len() as u32 - 1))
            }
            None => Expr::Const(Datum::new(DatumKind::Nil, Origin::NONE)),
        });
        ExprIdx(exprs.len() as u32 - 1)
    });
    let prn = || resolve(db, file, Stage::ALL, &Symbol::qualified(CORE, "prn"));
    let Some(Resolution::Def(prn)) = is_printed.then(prn) else {
        steps.push(shown);
        return;
    };
    globals.push(global_ref(&prn));
    exprs.push(Expr::CallGlobal {
        global: GlobalIdx(globals.len() as u32 - 1),
        args: vec![shown],
        tail: false,
    });
    steps.push(ExprIdx(exprs.len() as u32 - 1));
}

/// The entry body of a file, if it has top-level expressions: a function that calls the pieces in
/// order and returns the value of the last, or does with that of the last form what is asked for.
#[salsa::tracked]
fn entry(db: &dyn Db, file: SourceFile) -> Option<LoweredDef> {
    let (last_form, forms_run) = match is_entry(db, file) {
        true => {
            let project = Project::get(db);
            (project.last_form(db), project.forms_run(db))
        }
        false => (LastForm::Runs, 0),
    };
    let pieces: Vec<DefName> = forms(db, file)
        .iter()
        .skip(forms_run)
        .flat_map(|form| form_definitions(db, *form))
        .filter(|name| is_entry_name(&name.name))
        .cloned()
        .collect();
    let form = forms(db, file).first()?.id(db);
    if pieces.is_empty() && last_form == LastForm::Runs {
        return None;
    }
    // The last is no tail call: this frame is where people see how far the file has come.
    let mut exprs: Vec<Expr> = (0..pieces.len())
        .map(|index| Expr::CallGlobal {
            global: GlobalIdx(index as u32),
            args: Vec::new(),
            tail: false,
        })
        .collect();
    let mut steps: Vec<ExprIdx> = (0..pieces.len() as u32).map(ExprIdx).collect();
    let mut globals: Vec<GlobalRef> = pieces
        .into_iter()
        .map(|name| GlobalRef {
            name,
            kind: GlobalKind::Function,
            core: None,
        })
        .collect();
    if last_form != LastForm::Runs {
        let is_printed = last_form == LastForm::IsPrinted;
        let which = (is_printed, forms_run);
        add_last(db, file, which, &mut exprs, &mut steps, &mut globals);
    }
    let root = match steps[..] {
        [only] => only,
        _ => {
            exprs.push(Expr::Do(steps));
            ExprIdx(exprs.len() as u32 - 1)
        }
    };
    let source = BodySource {
        origins: vec![Origin::NONE; exprs.len()],
        funcs: vec![FuncSource {
            name: Some(ENTRY.into()),
            arities: vec![Vec::new()],
            ..FuncSource::default()
        }],
        locals: Vec::new(),
    };
    let arity = Arity {
        params: 0,
        variadic: false,
        locals: 0,
        body: root,
    };
    let func = Func {
        arities: vec![arity],
        captures: Vec::new(),
    };
    let body = Body {
        root: Root::Func(FuncIdx(0)),
        exprs,
        funcs: vec![func],
        globals,
    };
    Some(LoweredDef {
        info: DefInfo {
            name: DefName::new(file.ns(db).clone(), ENTRY),
            kind: DefKind::Function {
                arities: Arities {
                    fixed: vec![0],
                    variadic: None,
                },
                asks: None,
            },
            private: true,
            file,
            form,
            generated: None,
        },
        body: Arc::new(body),
        source: Arc::new(source),
        name_origin: Origin::NONE,
        missing: Vec::new(),
        doc: None,
        arglists: Vec::new(),
        effects: None,
    })
}
