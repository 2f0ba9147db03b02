//! What expanding and lowering a top-level form carry along: where it stands, what it found wrong,
//! and the expansion of macro calls.
//!
//! Invariants:
//! - A problem found within an expansion points into the user's text and says which call it came
//!   from.
//! - The depth of nested expansions is bounded: a macro that expands to itself is a diagnostic.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use source::{Code, Severity};
use syntax::AstId;
use syntax::datum::{Datum, DatumKind, Origin, Symbol};

use crate::advice::{advice, host_advice};
use crate::body::DefName;
use crate::closure::{closure_in, usable_stage};
use crate::contributions::Scope;
use crate::db::{Caller, Db, MacroCall, SourceFile, Stage};
use crate::definition::{DefInfo, DefKind};
use crate::expand::build::{Fresh, Mistake, Rewrite};
use crate::expand::core::{CoreMacro, rewrite};
use crate::expand::{origins, quote};
use crate::header::{CORE, header};
use crate::host::{self, is_class};
use crate::lower::special;
use crate::macroexpand::full_name;
use crate::names::{Missing, Resolution, resolve, resolve_here};
use crate::package;
use crate::problem::{Place, Problem, Unknown};
use crate::stored::Reads;

/// How many expansions of what one call of the text became may be nested. Calls within the operands
/// do not count: the text has an end, and is no deeper than the parser lets it be.
const EXPANSION_DEPTH_MAX: usize = 500;

/// How many calls of macros of the program may be nested, those in operands counted: each is given
/// all that is within it, and gives it back.
const MACROS_DEEP_MAX: usize = 1_000;

/// How many expansions may be nested altogether: more than the deepest text makes.
const EXPANSIONS_MAX: usize = 100_000;

/// Of how many expansions around a problem is told.
const CALLS_SHOWN_MAX: usize = 8;

/// How much of an expansion is shown.
const SHOWN_CHARS_MAX: usize = 240;

/// How many problems of one top-level form are reported, so that a form of nothing but mistakes
/// stays quick.
const PROBLEMS_MAX: usize = 200;

/// A macro call being expanded.
#[derive(Clone, Debug)]
struct Expansion {
    /// The macro, and whether it is one of the program.
    name: String,
    user: bool,
    call: Origin,
    /// How many there are directly around it, itself counted, of the same place: of what that call
    /// of the text became.
    depth: usize,
    /// How many there are of macros of the program, those around it and itself.
    macros: usize,
    /// What it gave.
    expanded: Datum,
}

/// The context of one top-level form.
pub(crate) struct Context<'db> {
    pub(crate) db: &'db dyn Db,
    pub(crate) file: SourceFile,
    pub(crate) ns: Arc<str>,
    pub(crate) form: AstId,
    pub(crate) stage: Stage,
    pub(crate) fresh: Fresh,
    pub(crate) problems: Vec<Problem>,
    /// Names not found at this stage, which a later one may have.
    pub(crate) missing: Vec<Arc<str>>,
    /// Whether a macro could not be run at this stage, though it may at a later one.
    pub(crate) failed: bool,
    /// Whether a macro has read tables to which later stages may contribute.
    pub(crate) reads_early: bool,
    /// Whether a macro's code needs this form itself.
    pub(crate) phase_cycle: bool,
    /// The nearest enclosing origin.
    pub(crate) origin: Origin,
    /// How many `try` bodies enclose what is lowered.
    pub(crate) try_depth: u32,
    /// What was read in other namespaces.
    pub(crate) reads: Reads,
    expansions: Vec<Expansion>,
    resolutions: FxHashMap<Symbol, Resolution>,
}

impl<'db> Context<'db> {
    pub(crate) fn new(db: &'db dyn Db, file: SourceFile, form: AstId, stage: Stage) -> Self {
        Self {
            db,
            file,
            ns: header(db, file).ns.clone(),
            form,
            stage,
            fresh: Fresh::new(""),
            problems: Vec::new(),
            missing: Vec::new(),
            failed: false,
            reads_early: false,
            phase_cycle: false,
            origin: Origin::NONE,
            try_depth: 0,
            reads: Reads::default(),
            expansions: Vec::new(),
            resolutions: FxHashMap::default(),
        }
    }

    /// Whether the form is a clause of the `ns` form that lost its place.
    pub(crate) fn is_loose_clause(&self) -> bool {
        header(self.db, self.file).loose.contains(&self.form)
    }

    /// What a symbol stands for, locals and special forms aside.
    pub(crate) fn resolve(&mut self, symbol: &Symbol) -> Resolution {
        if let Some(found) = self.resolutions.get(symbol) {
            return found.clone();
        }
        if let Some(ns) = &symbol.ns {
            let alias = header(self.db, self.file).aliases.get(ns);
            let ns = alias
                .cloned()
                .unwrap_or_else(|| package::qualifier(self.db, self.file, ns));
            self.reads.namespaces.insert(ns);
        } else if let Some(import) = header(self.db, self.file).imports.get(&symbol.name) {
            self.reads.namespaces.insert(import.ns.clone());
        }
        let found = resolve(self.db, self.file, self.stage, symbol);
        self.resolutions.insert(symbol.clone(), found.clone());
        found
    }

    /// The symbol that a class of values, imported or named in full, has as a value.
    pub(crate) fn type_class(&self, symbol: &Symbol) -> Option<Arc<str>> {
        if symbol.ns.is_some() {
            return None;
        }
        special::type_class(&symbol.name)
            .map(Arc::from)
            .or_else(|| {
                let import = header(self.db, self.file).imports.get(&symbol.name)?;
                special::type_class(&format!("{}.{}", import.ns, symbol.name)).map(Arc::from)
            })
    }

    /// The origin of a datum, or of what encloses it.
    pub(crate) fn origin_of(&self, datum: &Datum) -> Origin {
        if datum.origin == Origin::NONE {
            self.origin
        } else {
            datum.origin
        }
    }

    fn place(&self, origin: Origin) -> Place {
        let origin = if origin == Origin::NONE {
            self.origin
        } else {
            origin
        };
        Place {
            file: self.file,
            form: Some(self.form),
            origin,
        }
    }

    /// An error at `origin`; [`Context::report`] it.
    pub(crate) fn error(&self, code: Code, origin: Origin, message: impl Into<String>) -> Problem {
        Problem::error(code, message, self.place(origin))
    }

    /// A warning at `origin`; [`Context::report`] it.
    pub(crate) fn warning(
        &self,
        code: Code,
        origin: Origin,
        message: impl Into<String>,
    ) -> Problem {
        Problem::warning(code, message, self.place(origin))
    }

    /// An error, or within `try` (where failing may be the point) a warning.
    pub(crate) fn runtime_error(
        &self,
        code: Code,
        origin: Origin,
        message: impl Into<String>,
    ) -> Problem {
        if self.try_depth > 0 {
            self.warning(code, origin, message)
        } else {
            self.error(code, origin, message)
        }
    }

    /// Reports a problem, with the macro calls it was found in.
    pub(crate) fn report(&mut self, mut problem: Problem) {
        // Calls at one place are what one call of the text became: that one is named, and what the innermost
        // gave is shown.
        let mut groups: Vec<(Place, Vec<&Expansion>)> = Vec::new();
        for expansion in self
            .expansions
            .iter()
            .rev()
            .filter(|expansion| expansion.user)
        {
            let at = self.place(expansion.call);
            match groups.last_mut() {
                Some((place, group)) if *place == at => group.push(expansion),
                _ => groups.push((at, vec![expansion])),
            }
        }
        for (at, group) in groups.into_iter().take(CALLS_SHOWN_MAX) {
            let (Some(innermost), Some(written)) = (group.first(), group.last()) else {
                continue;
            };
            if at != problem.at {
                let call = format!("in this call of `{}`", written.name);
                problem.secondary.push((at, call));
            }
            let way = match group.len() {
                1 => String::new(),
                _ => format!(", by way of `{}`,", innermost.name),
            };
            problem.notes.push(format!(
                "`{}`{way} expanded to `{}`",
                written.name,
                shortened(&innermost.expanded)
            ));
        }
        if !self.is_full(problem.severity) && !self.says_already(&problem) {
            self.problems.push(problem);
        }
    }

    /// Whether the same has been said of the same place. A macro that makes several definitions fails in each
    /// of them alike but for the name, and all of them stand where its call does.
    fn says_already(&self, problem: &Problem) -> bool {
        let is_of_definition =
            [Code::MACRO_FAILED, Code::INVALID_DEFINITION].contains(&problem.code);
        self.problems.iter().any(|said| {
            said == problem
                || (said.code == problem.code
                    && said.severity == problem.severity
                    && said.at == problem.at
                    && (is_of_definition || said.message == problem.message)
                    && said.unknown.is_none()
                    && problem.unknown.is_none())
        })
    }

    /// Whether enough is reported of the form. A first error is always kept.
    fn is_full(&self, severity: Severity) -> bool {
        self.problems.len() >= PROBLEMS_MAX
            && (severity != Severity::Error
                || self
                    .problems
                    .iter()
                    .any(|problem| problem.severity == Severity::Error))
    }

    pub(crate) fn report_mistake(&mut self, code: Code, mistake: Mistake) -> String {
        let mut problem = self
            .error(
                mistake.code.unwrap_or(code),
                mistake.origin,
                mistake.message.clone(),
            )
            .label(mistake.label);
        problem.notes.extend(mistake.note);
        self.report(problem);
        mistake.message
    }

    /// Reports that a symbol stands for nothing; the message is for who runs the code anyway.
    pub(crate) fn report_missing(
        &mut self,
        symbol: &Symbol,
        missing: Missing,
        origin: Origin,
        locals: Vec<Arc<str>>,
    ) -> String {
        let unknown = |mut problem: Problem, unknown: Unknown| {
            problem.unknown = Some(unknown);
            problem
        };
        let problem = match missing {
            Missing::Reported => return format!("`{symbol}` is not defined"),
            Missing::Name => {
                if !self.missing.contains(&symbol.name) {
                    self.missing.push(symbol.name.clone());
                }
                match advice(&symbol.name) {
                    Some(advice) => self.left_out(&symbol.name, advice, origin),
                    None => {
                        let message = format!("`{symbol}` is not defined");
                        let problem = self.error(Code::UNKNOWN_NAME, origin, message);
                        unknown(problem, Unknown::Symbol(symbol.clone(), locals))
                    }
                }
            }
            Missing::InNamespace(ns) if &*ns == CORE && advice(&symbol.name).is_some() => {
                self.left_out(&symbol.name, advice(&symbol.name).unwrap_or_default(), origin)
            }
            Missing::InNamespace(ns) => {
                if ns == self.ns && !self.missing.contains(&symbol.name) {
                    self.missing.push(symbol.name.clone());
                }
                let message = format!("the namespace `{ns}` has no `{}`", symbol.name);
                let problem = self.error(Code::UNKNOWN_NAME, origin, message);
                let full = Symbol::qualified(ns, symbol.name.clone());
                unknown(problem, Unknown::Symbol(full, Vec::new()))
            }
            Missing::Private(name) => self
                .error(Code::PRIVATE_NAME, origin, format!("`{name}` is private"))
                .note("`(var ns/name)`, or `#'ns/name`, reaches a private definition in tests"),
            Missing::Namespace(ns) => {
                if is_class(&ns) {
                    self.no_host_call(symbol, origin)
                } else {
                    let message = format!("there is no namespace `{ns}`");
                    let problem = self.error(Code::UNKNOWN_NAMESPACE, origin, message);
                    unknown(problem, Unknown::Qualifier(ns))
                }
            }
            Missing::HostClash(one, other) => {
                let message = format!("`{one}` and `{other}` say different things of `{symbol}`");
                self.error(Code::HOST_INTEROP, origin, message)
                    .note("a `defhost` of this namespace settles it")
            }
            Missing::NotRequired(ns) => self
                .error(
                    Code::NOT_REQUIRED,
                    origin,
                    format!("the namespace `{ns}` is not required here"),
                )
                .note(format!(
                    "add `[{ns}]` to the `:require` of the `ns` form, or `(require '[{ns}])` to a script"
                )),
        };
        let message = problem.message.clone();
        self.report(problem);
        message
    }

    /// The problem that no table has a call of the host.
    pub(crate) fn no_host_call(&self, symbol: &Symbol, origin: Origin) -> Problem {
        let class = match &symbol.ns {
            Some(class) => Some(&**class),
            None => symbol.name.strip_suffix('.'),
        };
        let known = |prefix: &str| host::keys_of(self.db, self.file, prefix);
        let (message, similar) = match (class, host::method_name(symbol)) {
            (None, Some(_)) => (
                format!("`{symbol}` is no method that is known here"),
                known("."),
            ),
            (Some(class), _) => {
                let simple = class.rsplit('.').next().unwrap_or(class);
                let members = known(&format!("{simple}/"));
                let message = match members.is_empty() {
                    true => format!("`{simple}` is no class that is known here"),
                    false if symbol.ns.is_none() => format!("`{simple}` cannot be constructed"),
                    false => format!("`{simple}` has no `{}` that is known here", symbol.name),
                };
                (message, members)
            }
            (None, None) => (format!("there is no `{symbol}`"), BTreeSet::new()),
        };
        let mut problem = self.error(Code::HOST_INTEROP, origin, message);
        let key = host::keys(symbol).into_iter().next();
        if let Some(key) = key.as_deref()
            && let Some(name) = scalar::suggest(key, similar.iter().map(|key| &**key))
        {
            problem = problem.note(format!("a similar name exists: `{name}`"));
        }
        if let Some(advice) = class.and_then(host_advice) {
            problem = problem.note(advice);
        }
        match key {
            Some(key) => problem.note(format!(
                "`(defhost {key} f)` makes it a call of `f`; portable code can put the call into a branch of a reader conditional: `#?(:clj … :ox …)`"
            )),
            None => problem,
        }
    }

    /// The problem that a name of Clojure's core is left out, and what to use instead.
    fn left_out(&self, name: &str, advice: &'static str, origin: Origin) -> Problem {
        let message = format!("`{name}` is not part of the language");
        self.error(Code::LEFT_OUT, origin, message).note(advice)
    }

    /// How many expansions directly around here are of what the call at this place became. A macro's
    /// own code has the place of the call, the operands have places within it: so a macro that goes
    /// on without end stays at one place, and nested calls of the text do not.
    fn depth_at(&self, call: Origin) -> usize {
        let innermost = self.expansions.last();
        innermost
            .filter(|innermost| innermost.call == call)
            .map_or(0, |innermost| innermost.depth)
    }

    /// How many macros of the program are being expanded.
    fn macros_deep(&self) -> usize {
        self.expansions
            .last()
            .map_or(0, |innermost| innermost.macros)
    }

    /// Begins working on what `name` expanded `call` to.
    pub(crate) fn enter(&mut self, name: &str, user: bool, call: Origin, expanded: &Datum) {
        self.expansions.push(Expansion {
            name: name.to_owned(),
            user,
            call,
            depth: self.depth_at(call) + 1,
            macros: self.macros_deep() + usize::from(user),
            expanded: expanded.clone(),
        });
    }

    /// Ends what [`Context::enter`] began.
    pub(crate) fn leave(&mut self) {
        self.expansions.pop();
    }

    /// Rewrites a call of a macro of the core. `Err` is the message of the problem reported.
    pub(crate) fn rewrite_core(&mut self, core: CoreMacro, form: &Datum) -> Result<Datum, String> {
        let origin = self.origin_of(form);
        match core {
            CoreMacro::Rewrite(name) => {
                let mut rewriting = Rewrite {
                    form,
                    args: form
                        .as_list()
                        .and_then(|items| items.get(1..))
                        .unwrap_or_default(),
                    origin,
                    ns: &self.ns,
                    fresh: &mut self.fresh,
                };
                match rewrite(name, &mut rewriting) {
                    Ok(datum) => self.too_deep(name, origin).map(|()| datum),
                    Err(mistake) => Err(self.report_mistake(Code::MALFORMED_CALL, mistake)),
                }
            }
            CoreMacro::TopLevel(name) => {
                let what = if name.starts_with("def") || name == "declare" {
                    "a definition stands at top level, not within an expression"
                } else {
                    "this form stands at top level, not within an expression"
                };
                let problem = self
                    .error(Code::NESTED_DEFINITION, origin, what)
                    .label(format!("`{name}` here"))
                    .note(
                        "`let` makes a local value; at top level a `let` may surround definitions",
                    );
                self.report(problem);
                Err(what.to_owned())
            }
            CoreMacro::Unsupported(name) => {
                let problem = match advice(name) {
                    Some(advice) => self.left_out(name, advice, origin),
                    None => {
                        let message =
                            format!("`{name}` is not part of this version of the language");
                        self.error(Code::UNSUPPORTED, origin, message)
                    }
                };
                let message = problem.message.clone();
                self.report(problem);
                Err(message)
            }
        }
    }

    fn too_deep(&mut self, name: &str, origin: Origin) -> Result<(), String> {
        let max = if self.expansions.len() >= EXPANSIONS_MAX {
            EXPANSIONS_MAX
        } else if self.macros_deep() >= MACROS_DEEP_MAX {
            MACROS_DEEP_MAX
        } else if self.depth_at(origin) >= EXPANSION_DEPTH_MAX {
            EXPANSION_DEPTH_MAX
        } else {
            return Ok(());
        };
        let message = format!("expansions are nested more than {max} deep");
        // The whole stack would say the same five hundred times.
        let kept = self.expansions.split_off(2.min(self.expansions.len()));
        let problem = self
            .error(Code::EXPANSION_TOO_DEEP, origin, message.clone())
            .note(format!("the innermost call is one of `{name}`"));
        self.report(problem);
        self.expansions.extend(kept);
        Err(message)
    }

    /// Runs a macro of the program. `Err` is the message of the problem reported.
    pub(crate) fn run_macro(
        &mut self,
        info: &DefInfo,
        form: &Datum,
        locals: &dyn Fn() -> Vec<Arc<str>>,
    ) -> Result<Datum, String> {
        let DefKind::Macro(arities) = &info.kind else {
            return Err(format!("`{}` is no macro", info.name));
        };
        let origin = self.origin_of(form);
        self.too_deep(&info.name.name, origin)?;
        let named = self.named(form);
        let form = named.as_ref();
        let args = form
            .as_list()
            .and_then(|items| items.get(1..))
            .unwrap_or_default();
        if !arities.accepts(args.len()) {
            let message = format!("`{}` takes {arities}, {} given", info.name.name, args.len());
            let problem = self.error(Code::WRONG_ARITY, origin, message.clone());
            self.report(problem);
            return Err(message);
        }
        self.reads.macros.insert(info.name.clone());
        // Of another namespace all is there.
        let visible = if info.name.ns == self.ns {
            self.stage
        } else {
            Stage::ALL
        };
        let stage = usable_stage(self.db, info, visible);
        let scope = Scope {
            file: self.file,
            stage: self.stage,
        };
        let (closure, settled) = match closure_in(self.db, &info.name, stage, scope) {
            Ok(closure) => closure,
            Err(_) => {
                self.phase_cycle = true;
                return Err(PHASE_CYCLE.to_owned());
            }
        };
        if let Some(cell) = closure.cells.first() {
            let message = format!(
                "the macro `{}` needs `{cell}`, which exists only when the program runs",
                info.name.name
            );
            let problem = self
                .error(Code::MACRO_NEEDS_CELL, origin, message.clone())
                .note("in the file that is run, a `def` that is neither function nor literal is made by the running program");
            self.report(problem);
            return Err(message);
        }
        // What any namespace contributes may be run, and what comes later in this one too.
        self.reads.everything |= settled.is_some();
        self.reads_early |= settled.is_some() && self.stage != Stage::ALL;
        let env = locals();
        let asked = Cell::new(false);
        let warnings = RefCell::default();
        let call = MacroCall {
            definition: info.name.clone(),
            stage,
            closure: &closure.members,
            form,
            args,
            env: &env,
            gensym_key: self.gensym_key(&info.name, form),
            caller: Caller {
                file: self.file,
                stage: self.stage,
            },
            tables: settled.map(|stage| Scope { stage, ..scope }),
            asked: &asked,
            warnings: &warnings,
        };
        let result = self.db.run_macro(&call);
        self.reads.everything |= asked.get();
        for warning in warnings.into_inner() {
            let origin = self.origin_of(origins::part(form, &warning.at));
            let problem = self.warning(Code::MACRO_WARNING, origin, warning.message);
            self.report(problem);
        }
        match result {
            Ok(datum) => Ok(origins::restore(args, &datum)),
            Err(failure) => {
                self.failed = true;
                let message = format!("the macro `{}` failed: {}", info.name.name, failure.message);
                let at = self.origin_of(origins::part(form, &failure.at));
                let mut problem = self.error(Code::MACRO_FAILED, at, message.clone());
                if at != origin {
                    let call = (
                        self.place(origin),
                        format!("in this call of `{}`", info.name.name),
                    );
                    problem.secondary.push(call);
                }
                problem.trace = failure.trace;
                self.too_early(&mut problem, info, &closure.missing);
                self.report(problem);
                Err(message)
            }
        }
    }

    /// Notes which names the code of a failed macro of this namespace needs that do not exist yet.
    fn too_early(&self, problem: &mut Problem, info: &DefInfo, missing: &[Arc<str>]) {
        if info.name.ns == self.ns && self.stage != Stage::ALL {
            problem.early = missing.to_vec();
        }
    }

    /// What generated names of a call are derived from.
    fn gensym_key(&self, name: &DefName, form: &Datum) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(name.to_string().as_bytes());
        hasher.update(&[0]);
        hasher.update(format!("{form:#}").as_bytes());
        hasher.update(&[0]);
        hasher.update(&(self.expansions.len() as u64).to_le_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        key
    }

    /// Rewrites a syntax-quote.
    pub(crate) fn syntax_quote(&mut self, template: &Datum) -> Result<Datum, String> {
        let mut fresh = std::mem::replace(&mut self.fresh, Fresh::new(""));
        let result = quote::syntax_quote(template, &mut fresh, self);
        self.fresh = fresh;
        result.map_err(|mistake| self.report_mistake(Code::EXPANSION_TOO_DEEP, mistake))
    }

    /// The keyword that `::name` or `::alias/name` stands for.
    pub(crate) fn auto(
        &mut self,
        alias: Option<&Arc<str>>,
        name: &Arc<str>,
        origin: Origin,
    ) -> Symbol {
        let ns = match alias {
            None => self.ns.clone(),
            Some(alias) => match header(self.db, self.file).aliases.get(alias) {
                Some(ns) => {
                    let spelled = header(self.db, self.file).spelled.get(alias);
                    spelled.unwrap_or(ns).clone()
                }
                None => {
                    let message = format!("`{alias}` is no alias of a namespace");
                    let problem = self.error(Code::UNKNOWN_ALIAS, origin, message);
                    self.report(problem);
                    alias.clone()
                }
            },
        };
        Symbol {
            ns: Some(package::name_of(&ns).into()),
            name: name.clone(),
        }
    }

    /// A form as macros get it: `::name` and `::alias/name` are the keywords that they stand for.
    fn named<'a>(&mut self, datum: &'a Datum) -> Cow<'a, Datum> {
        let mut rest = vec![datum];
        while let Some(part) = rest.pop() {
            match &part.kind {
                DatumKind::AutoKeyword { .. } | DatumKind::AutoSymbol { .. } => {
                    return Cow::Owned(self.data(datum, true));
                }
                DatumKind::List(items) | DatumKind::Vector(items) | DatumKind::Set(items) => {
                    rest.extend(items.iter());
                }
                DatumKind::Map(entries) => {
                    rest.extend(entries.iter().flat_map(|(key, value)| [key, value]));
                }
                DatumKind::Tagged(_, inner) => rest.push(inner),
                _ => {}
            }
            rest.extend(part.meta.as_deref());
        }
        Cow::Borrowed(datum)
    }

    /// A datum as data: without origins, keywords with their namespaces.
    pub(crate) fn quoted(&mut self, datum: &Datum) -> Datum {
        self.data(datum, false)
    }

    /// A datum with the namespaces of its keywords: data, or a form as it was written, which keeps its origins.
    fn data(&mut self, datum: &Datum, written: bool) -> Datum {
        stacker::maybe_grow(
            crate::expand::STACK_RED_ZONE,
            crate::expand::STACK_GROWTH,
            || {
                let kind = match &datum.kind {
                    DatumKind::AutoKeyword { alias, name } => {
                        DatumKind::Keyword(self.auto(alias.as_ref(), name, datum.origin))
                    }
                    DatumKind::AutoSymbol { alias, name } => {
                        DatumKind::Symbol(self.auto(alias.as_ref(), name, datum.origin))
                    }
                    DatumKind::List(items) => DatumKind::List(self.data_all(items, written)),
                    DatumKind::Vector(items) => DatumKind::Vector(self.data_all(items, written)),
                    DatumKind::Set(items) => DatumKind::Set(self.data_all(items, written)),
                    DatumKind::Map(entries) => DatumKind::Map(
                        entries
                            .iter()
                            .map(|(key, value)| {
                                (self.data(key, written), self.data(value, written))
                            })
                            .collect(),
                    ),
                    DatumKind::Tagged(tag, inner) => {
                        DatumKind::Tagged(tag.clone(), Arc::new(self.data(inner, written)))
                    }
                    DatumKind::Error if !written => DatumKind::Nil,
                    DatumKind::Regex(source) if !written => {
                        self.check_regex(source, datum.origin);
                        datum.kind.clone()
                    }
                    other => other.clone(),
                };
                let meta = datum.meta.as_ref();
                let meta = meta.map(|meta| Arc::new(self.data(meta, written)));
                let origin = if written { datum.origin } else { Origin::NONE };
                Datum::new(kind, origin).with_meta(meta)
            },
        )
    }

    fn data_all(&mut self, items: &[Datum], written: bool) -> Arc<[Datum]> {
        items.iter().map(|item| self.data(item, written)).collect()
    }

    /// Reports a regular expression that is none, which would fail at its first match. One that a macro
    /// has written is reported in the macro.
    fn check_regex(&mut self, source: &str, origin: Origin) {
        if origin == Origin::NONE {
            return;
        }
        let Some(fault) = self.db.regex_fault(source) else {
            return;
        };
        let problem = self.runtime_error(Code::INVALID_REGEX, origin, fault.message);
        self.report(problem.note(match fault.is_unsupported {
            true => "what the engine does not take is listed in docs/differences.md; often two matches, or code behind one, do the same",
            false => "a character that is meant as itself is written with a backslash: `\\(`",
        }));
    }
}

/// What is said of a form that its own macros need.
pub(crate) const PHASE_CYCLE: &str =
    "expanding this form needs its own code, directly or through other definitions";

impl quote::Names for Context<'_> {
    fn qualify(&mut self, symbol: &Symbol, _origin: Origin) -> Symbol {
        // Host names stay as they are: what they mean is said where they are used.
        if symbol.ns.is_none() && (symbol.name.starts_with('.') || symbol.name.ends_with('.')) {
            return symbol.clone();
        }
        if symbol.ns.is_none() && special::is_error_class(&symbol.name) {
            return symbol.clone();
        }
        if self.type_class(symbol).is_some()
            && matches!(self.resolve(symbol), Resolution::Missing(_))
        {
            // What is imported here may not be where the form goes.
            let import = header(self.db, self.file).imports.get(&symbol.name);
            return import.map_or_else(
                || symbol.clone(),
                |import| Symbol::simple(format!("{}.{}", import.ns, symbol.name)),
            );
        }
        let found = self.resolve(symbol);
        if !host::keys(symbol).is_empty()
            && matches!(found, Resolution::Def(_))
            && matches!(
                resolve_here(self.db, self.file, self.stage, symbol),
                Resolution::Missing(_)
            )
        {
            return symbol.clone();
        }
        if let Some(name) = full_name(&found) {
            return name;
        }
        match &symbol.ns {
            None => Symbol::qualified(self.ns.clone(), symbol.name.clone()),
            Some(ns) => {
                let aliases = &header(self.db, self.file).aliases;
                let ns = aliases
                    .get(ns)
                    .cloned()
                    .unwrap_or_else(|| package::qualifier(self.db, self.file, ns));
                Symbol::qualified(ns, symbol.name.clone())
            }
        }
    }

    fn is_special(&self, name: &str) -> bool {
        special::is_special(name) || matches!(name, "&" | "catch" | "finally" | "_" | "%")
    }
}

/// A datum as text, cut if it is long; no more of it is looked at than is shown.
fn shortened(datum: &Datum) -> String {
    struct Cut {
        text: String,
        chars: usize,
    }
    impl std::fmt::Write for Cut {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            for char in text.chars() {
                if self.chars == SHOWN_CHARS_MAX {
                    return Err(std::fmt::Error);
                }
                self.chars += 1;
                self.text.push(char);
            }
            Ok(())
        }
    }
    let mut cut = Cut {
        text: String::new(),
        chars: 0,
    };
    if std::fmt::Write::write_fmt(&mut cut, format_args!("{datum}")).is_err() {
        cut.text.push('…');
    }
    cut.text
}
