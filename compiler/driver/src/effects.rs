//! Which effects each definition may perform, and whether those that say so keep to it.
//!
//! An effect belongs to the definition that names what asks for it, and to every definition that names that one, be it to
//! call it or to hand it on: `(map charge cards)` may perform what `charge` does, and so may who calls the function that holds
//! it. So functions that take functions need no type for them, and are themselves without the effects of what they are given.
//! The least such sets are found by a worklist over the definitions that are reached (Kildall, "A unified approach to
//! global program optimization", POPL 1973).
//!
//! # Invariants
//! - What is named in the body of a `with-handlers` whose keys are written there is without the effects that they answer.
//! - A table (a protocol, a multimethod) may perform what any of the contributions that the program has may do; a call
//!   of a method, `(.close x)`, what any type's method of that name may do.
//! - An activity is its own effect: its body runs as a process of its own.
//! - What the machine itself asks for, to wait for a lazy cell or a fiber of its own process, is no effect.
//! - Not seen are calls of methods that the machine makes by itself, such as `toString` of a type when it is printed.

use crate::Workspace;
use crate::link::View;
use crate::unit::Places;
use hir::body::{
    Body, Datum, DefName, Expr, ExprIdx, FuncIdx, GlobalIdx, GlobalKind, GlobalRef, Root,
};
use hir::contributions::{Scope, TABLE_SUFFIX, is_contributed};
use hir::definition::DefKind;
use hir::header::is_core_family;
use hir::names::{Resolution, resolve};
use hir::{Db, Def, SourceFile, Stage};
use rustc_hash::FxHashMap;
use source::{Code, Diagnostic, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use syntax::datum::DatumKind;

/// The native by which everything is asked for.
const ASK: &str = "effect*";
/// The function by which activities are asked for.
const ASK_ACTIVITY: &str = "activity*";
/// What `with-handlers` is expanded to.
const HANDLE: &str = "with-handlers*";
/// What `receive` is expanded to, and its effect: the time that `after` looks at is a part of waiting.
const RECEIVE: (&str, &str) = ("receive*", "receive");
/// Calls of a method by name, and which argument names it; any type may have it.
const CALLS_OF_METHODS: &[(&str, usize)] = &[
    ("host-call", 1),
    ("inline-method", 0),
    ("interface-method", 0),
];
/// Where types contribute their methods of interfaces.
const METHODS: (&str, &str) = ("ox.core.interface", "interfaces");
/// The activity of a name that is computed.
const ANY_ACTIVITY: &str = "activity";

/// What is asked for under one name and known by another.
const KNOWN_AS: &[(&str, &str)] = &[
    ("write", "print"),
    ("flush", "print"),
    ("read-part", "read-line"),
    ("read-all", "read-line"),
    ("exit-signal", "exit"),
    ("receive-next", "receive"),
    ("receive-take", "receive"),
];

/// Requests that stay within the process, or that only macros make.
const WITHIN: &[&str] = &[
    "await",
    "await-any",
    "await-cell",
    "await-end",
    "await-for",
    "await-next",
    "deadline-expired",
    "deadline-pop",
    "deadline-push",
    "definition-kind",
    "deliver",
    "error-report",
    "fiber-start",
    "future-state",
    "macro-warning",
    "monotonic",
    "promise",
    "resolve",
    "scope-enter",
    "scope-exit",
];

/// Names of effects: `now`, `ox.sh/run`, `app.core/ask`.
pub type EffectNames = BTreeSet<Arc<str>>;

/// The effect of a request to the runtime, `:ox/now`.
fn effect_of_request(name: &str) -> Option<Arc<str>> {
    if WITHIN.contains(&name) {
        return None;
    }
    let known = KNOWN_AS.iter().find(|(request, _)| *request == name);
    Some(Arc::from(known.map_or(name, |(_, effect)| *effect)))
}

/// The effect that a keyword or a string of handlers means.
fn effect_of_key(key: &Datum) -> Option<Arc<str>> {
    match &key.kind {
        DatumKind::String(activity) => Some(effect_of_activity(activity)),
        _ => {
            let keyword = key.as_keyword()?;
            match keyword.ns.as_deref() {
                Some("ox") => effect_of_request(&keyword.name),
                Some(ns) => Some(Arc::from(format!("{ns}/{}", keyword.name))),
                None => Some(Arc::clone(&keyword.name)),
            }
        }
    }
}

fn effect_of_activity(name: &Arc<str>) -> Arc<str> {
    match &**name {
        "ox.eval/compile" => Arc::from("eval"),
        _ => Arc::clone(name),
    }
}

/// The keywords that a body writes: that of a method's key names the method.
fn keywords(body: &Body) -> impl Iterator<Item = Arc<str>> {
    let consts = body.exprs.iter().flat_map(|expr| match expr {
        Expr::Const(datum) => match datum.as_vector() {
            Some(items) => items,
            None => std::slice::from_ref(datum),
        },
        _ => &[],
    });
    consts.filter_map(|datum| Some(Arc::clone(&datum.as_keyword()?.name)))
}

/// A definition as people name it: parts of the core by their names alone, packages without their versions, a contribution
/// by what contributes it.
fn shown(name: &DefName) -> Arc<str> {
    let ns = name.ns.split('@').next().unwrap_or_default();
    let own = match name.name.split_once('#') {
        Some((owner, _)) if is_contributed(&name.name) => owner,
        _ => &*name.name,
    };
    match is_core_family(ns) {
        true => Arc::from(own),
        false => Arc::from(format!("{ns}/{own}")),
    }
}

/// What stands between a definition and what it names.
type Handled = Rc<EffectNames>;

/// What a definition names.
#[derive(Default)]
struct Named<'db> {
    /// Effects that it asks for itself.
    own: EffectNames,
    /// Definitions, each with what is answered around it.
    others: Vec<(Def<'db>, Handled)>,
}

/// The effects of definitions, found as they are asked for.
pub(crate) struct Effects<'a, 'db> {
    db: &'db dyn Db,
    view: &'a View<'db>,
    /// Methods of interfaces, by name.
    methods: BTreeMap<Arc<str>, Vec<Def<'db>>>,
    named: FxHashMap<Def<'db>, Named<'db>>,
    found: FxHashMap<Def<'db>, EffectNames>,
}

impl<'a, 'db> Effects<'a, 'db> {
    pub(crate) fn new(db: &'db dyn Db, view: &'a View<'db>) -> Self {
        let table = DefName::new(METHODS.0, format!("{}{TABLE_SUFFIX}", METHODS.1));
        let mut methods: BTreeMap<Arc<str>, Vec<Def<'db>>> = BTreeMap::new();
        for one in view
            .contributions_to(hir::definition(db, &table))
            .unwrap_or_default()
        {
            let key = hir::definition_body(db, view.part(&one.key)).as_ref();
            let names = key.into_iter().flat_map(|key| keywords(key));
            for name in names {
                methods.entry(name).or_default().push(view.part(&one.value));
            }
        }
        Effects {
            db,
            view,
            methods,
            named: FxHashMap::default(),
            found: FxHashMap::default(),
        }
    }

    /// The effects that a definition may perform.
    pub(crate) fn of(&mut self, def: Def<'db>) -> &EffectNames {
        if !self.found.contains_key(&def) {
            self.find(def);
        }
        &self.found[&def]
    }

    /// Finds the effects of a definition and of all that it reaches.
    fn find(&mut self, root: Def<'db>) {
        let mut reached = Vec::new();
        let mut next = vec![root];
        let mut users: FxHashMap<Def<'db>, Vec<Def<'db>>> = FxHashMap::default();
        while let Some(def) = next.pop() {
            if self.named.contains_key(&def) {
                continue;
            }
            let named = self.named(def);
            for (other, _) in &named.others {
                users.entry(*other).or_default().push(def);
                next.push(*other);
            }
            self.found.insert(def, named.own.clone());
            self.named.insert(def, named);
            reached.push(def);
        }
        // Each set only grows, and there are finitely many names.
        let mut changed = reached;
        while let Some(def) = changed.pop() {
            let named = &self.named[&def];
            let mut all = self.found[&def].clone();
            let before = all.len();
            for (other, handled) in &named.others {
                let passed = self.found[other].difference(handled);
                all.extend(passed.cloned());
            }
            if all.len() > before {
                self.found.insert(def, all);
                changed.extend(users.get(&def).into_iter().flatten());
            }
        }
    }

    fn named(&self, def: Def<'db>) -> Named<'db> {
        let db = self.db;
        let mut named = Named::default();
        let Some(info) = hir::definition_info(db, def) else {
            return named;
        };
        if let DefKind::Function { asks: Some(_), .. } = info.kind {
            named.own.insert(shown(&info.name));
            return named;
        }
        if is_core_family(&info.name.ns) {
            // What it asks for is said where it is called.
            if *info.name.name == *ASK_ACTIVITY {
                return named;
            }
            if *info.name.name == *RECEIVE.0 {
                named.own.insert(Arc::from(RECEIVE.1));
                return named;
            }
        }
        // Who calls a method names that one only.
        if *info.name.ns != *METHODS.0 {
            for one in self.view.contributions_to(def).unwrap_or_default() {
                let none = Handled::default();
                named.others.push((self.view.part(&one.value), none));
            }
        }
        if let Some(body) = hir::definition_body(db, def) {
            let mut walk = Walk {
                db,
                def,
                body,
                methods: &self.methods,
                named: &mut named,
            };
            let none = Handled::default();
            match body.root {
                Root::Func(func) => walk.func(func, &none),
                Root::Value { expr, .. } => walk.expr(expr, &none),
                Root::Native(_) => {}
            }
        }
        named
    }

    /// How a definition comes to an effect: itself, what it names, what that names, …, and the effect.
    fn path(&mut self, from: Def<'db>, effect: &Arc<str>) -> Vec<Arc<str>> {
        let asks = self.shortest(from, effect);
        let names = asks.iter().map(|def| def.name(self.db));
        let names = names.filter(|name| !name.name.ends_with(TABLE_SUFFIX));
        let mut path: Vec<Arc<str>> = names.map(shown).collect();
        if path.last() != Some(effect) {
            path.push(Arc::clone(effect));
        }
        path
    }

    /// The shortest way from a definition to one that asks for an effect.
    fn shortest(&mut self, from: Def<'db>, effect: &str) -> Vec<Def<'db>> {
        self.of(from);
        let mut came_from: FxHashMap<Def<'db>, Option<Def<'db>>> = FxHashMap::default();
        came_from.insert(from, None);
        let mut next = std::collections::VecDeque::from([from]);
        while let Some(def) = next.pop_front() {
            let named = &self.named[&def];
            if named.own.contains(effect) {
                let mut path = vec![def];
                while let Some(&Some(before)) = path.last().and_then(|last| came_from.get(last)) {
                    path.push(before);
                }
                path.reverse();
                return path;
            }
            for (other, handled) in &named.others {
                let may = !handled.contains(effect) && self.found[other].contains(effect);
                if may && !came_from.contains_key(other) {
                    came_from.insert(*other, Some(def));
                    next.push_back(*other);
                }
            }
        }
        Vec::new()
    }
}

/// A walk over the code of a definition.
struct Walk<'a, 'db> {
    db: &'db dyn Db,
    def: Def<'db>,
    body: &'a Body,
    methods: &'a BTreeMap<Arc<str>, Vec<Def<'db>>>,
    named: &'a mut Named<'db>,
}

impl Walk<'_, '_> {
    fn func(&mut self, func: FuncIdx, handled: &Handled) {
        let body = self.body;
        for arity in &body.func(func).arities {
            self.expr(arity.body, handled);
        }
    }

    fn mention(&mut self, global: GlobalIdx, handled: &Handled) {
        let global = self.body.global(global);
        // A macro has been expanded; only its var can be named.
        if global.kind == GlobalKind::Macro || self.is_core(global, ASK) {
            return;
        }
        let other = hir::referred(self.db, self.def, global);
        self.named.others.push((other, Rc::clone(handled)));
    }

    fn is_core(&self, global: &GlobalRef, name: &str) -> bool {
        *global.name.name == *name && is_core_family(&global.name.ns)
    }

    fn ask(&mut self, effect: Option<Arc<str>>, handled: &Handled) {
        let effect = effect.filter(|effect| !handled.contains(effect));
        self.named.own.extend(effect);
    }

    fn expr(&mut self, expr: ExprIdx, handled: &Handled) {
        let body = self.body;
        match body.expr(expr) {
            Expr::Global(global) | Expr::Var(global) => {
                if self.is_core(body.global(*global), ASK_ACTIVITY) {
                    self.ask(Some(Arc::from(ANY_ACTIVITY)), handled);
                }
                self.mention(*global, handled);
            }
            Expr::Fn(func) | Expr::LazyCell(func) => self.func(*func, handled),
            Expr::LetFn { funcs, body } => {
                for (_, func) in funcs {
                    self.func(*func, handled);
                }
                self.expr(*body, handled);
            }
            Expr::CallGlobal { global, args, .. } | Expr::CallNative { global, args } => {
                self.call(*global, args, handled);
            }
            other => other.for_each_child(|child| self.expr(child, handled)),
        }
    }

    fn call(&mut self, global: GlobalIdx, args: &[ExprIdx], handled: &Handled) {
        let body = self.body;
        let called = body.global(global);
        self.mention(global, handled);
        if self.is_core(called, HANDLE)
            && let [handlers, thunk] = args
        {
            self.expr(*handlers, handled);
            let mut within = EffectNames::clone(handled);
            within.extend(self.keys(*handlers));
            return self.expr(*thunk, &Rc::new(within));
        }
        if self.is_core(called, ASK) {
            let effect = self.requested(args);
            self.ask(effect, handled);
        } else if self.is_core(called, ASK_ACTIVITY) {
            let name = args.first().and_then(|name| match body.expr(*name) {
                Expr::Const(name) => effect_of_key(name),
                _ => None,
            });
            let name = name.unwrap_or_else(|| Arc::from(ANY_ACTIVITY));
            self.ask(Some(name), handled);
        }
        self.method(called, args, handled);
        for arg in args {
            self.expr(*arg, handled);
        }
    }

    /// A call of a method by name.
    fn method(&mut self, called: &GlobalRef, args: &[ExprIdx], handled: &Handled) {
        let call = CALLS_OF_METHODS
            .iter()
            .find(|(name, _)| self.is_core(called, name));
        if let Some((_, at)) = call
            && let Some(method) = args.get(*at)
            && let Expr::Const(method) = self.body.expr(*method)
            && let Some(method) = method.as_keyword()
        {
            let all = self.methods.get(&method.name).into_iter().flatten();
            let all = all.map(|method| (*method, Rc::clone(handled)));
            self.named.others.extend(all);
        }
    }

    /// The effects that a map of handlers answers, as far as its keys are written.
    fn keys(&self, handlers: ExprIdx) -> EffectNames {
        let body = self.body;
        match body.expr(handlers) {
            Expr::Map(entries) => entries
                .iter()
                .filter_map(|(key, _)| match body.expr(*key) {
                    Expr::Const(key) => effect_of_key(key),
                    _ => None,
                })
                .collect(),
            _ => EffectNames::new(),
        }
    }

    /// What `(effect* request arguments)` asks for.
    fn requested(&self, args: &[ExprIdx]) -> Option<Arc<str>> {
        let body = self.body;
        let [request, arguments] = args else {
            return None;
        };
        let Expr::Const(request) = body.expr(*request) else {
            return None;
        };
        let first = || match body.expr(*arguments) {
            Expr::Vector(all) => match body.expr(*all.first()?) {
                Expr::Const(first) => effect_of_key(first),
                _ => None,
            },
            Expr::Const(all) => effect_of_key(all.as_vector()?.first()?),
            _ => None,
        };
        let request = request.as_keyword()?;
        match &*request.name {
            "perform" | "activity" => first(),
            name => effect_of_request(name),
        }
    }
}

/// What is known of the effects of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionEffects {
    /// The definition.
    pub name: DefName,
    /// Each effect, and how it is come to: the definition itself, what this names, …, and the effect.
    pub effects: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// Who looks at tables: all of these files.
fn scopes(files: &[SourceFile]) -> Vec<Scope> {
    let scope = |file: &SourceFile| Scope {
        file: *file,
        stage: Stage::ALL,
    };
    files.iter().map(scope).collect()
}

/// Definitions of a file that have been written by hand or by macros, in order of name.
fn definitions_of(db: &dyn Db, file: SourceFile) -> Vec<Def<'_>> {
    let names = hir::definitions(db, file);
    let mut names: Vec<&DefName> = names
        .iter()
        .filter(|name| !name.name.contains('@') && !hir::is_entry_name(&name.name))
        .collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| hir::definition(db, name))
        .collect()
}

impl Workspace {
    /// The effects of the definitions of the project, macros left out, in order of namespace and name. The project must
    /// have no errors.
    pub fn effects(&self) -> Vec<DefinitionEffects> {
        let own = self
            .own_files()
            .into_iter()
            .map(|(_, file)| file)
            .collect::<Vec<_>>();
        self.effects_of(&own)
    }

    /// As [`Workspace::effects`], of those parts of the library that the project reaches.
    pub fn effects_of_library(&self) -> Vec<DefinitionEffects> {
        let db: &dyn Db = self.db();
        let own = self.own_files();
        let reached: BTreeSet<&Arc<str>> = own
            .iter()
            .flat_map(|(_, file)| hir::project::reachable(db, *file))
            .collect();
        let files = reached.into_iter().filter_map(|ns| hir::file_of(db, ns));
        let files: Vec<SourceFile> = files.filter(|file| file.library(db)).collect();
        self.effects_of(&files)
    }

    fn effects_of(&self, files: &[SourceFile]) -> Vec<DefinitionEffects> {
        let db: &dyn Db = self.db();
        let own: Vec<SourceFile> = self.own_files().into_iter().map(|(_, file)| file).collect();
        let view = View::new(db, scopes(&own));
        let mut effects = Effects::new(db, &view);
        let mut all = Vec::new();
        for def in files.iter().flat_map(|file| definitions_of(db, *file)) {
            let info = hir::definition_info(db, def).as_ref();
            if info.is_none_or(|info| matches!(info.kind, DefKind::Macro(_) | DefKind::Table)) {
                continue;
            }
            let names = effects.of(def).clone();
            let paths = names.into_iter().map(|name| {
                let path = effects.path(def, &name);
                (name, path)
            });
            all.push(DefinitionEffects {
                effects: paths.collect(),
                name: def.name(db).clone(),
            });
        }
        all
    }

    /// What is wrong with what definitions of these files say of their effects.
    pub(crate) fn effect_diagnostics(&self, files: &[SourceFile]) -> Vec<Diagnostic> {
        let db: &dyn Db = self.db();
        // Most projects say nothing, and then nothing is looked for.
        if !files.iter().any(|file| file.text(db).contains(":effects")) {
            return Vec::new();
        }
        let view = View::new(db, scopes(files));
        let mut effects = Effects::new(db, &view);
        let mut all = Vec::new();
        for file in files {
            for def in definitions_of(db, *file) {
                if let Some(lowered) = hir::lowered_def(db, def)
                    && let Some(said) = &lowered.effects
                {
                    let places = Places::of(db, *file, lowered.info.form);
                    let span = |origin| Span::new(file.id(db), places.range(origin));
                    let mut allowed = Allowed {
                        db,
                        file: *file,
                        effects: &mut effects,
                    };
                    match allowed.read(said) {
                        Ok(allowed) => {
                            let found = effects.of(def).difference(&allowed).cloned();
                            let found: Vec<Arc<str>> = found.collect();
                            let at = span(lowered.name_origin);
                            all.extend(exceeded(&mut effects, def, &found, at, said));
                        }
                        Err((origin, message)) => {
                            all.push(Diagnostic::error(Code::EFFECTS, message, span(origin)));
                        }
                    }
                }
            }
        }
        all.sort_by_key(|diagnostic| {
            let span = diagnostic.primary.span;
            (span.file, span.range.start())
        });
        all
    }
}

/// That a definition may perform what it says it does not, if there is any such effect.
fn exceeded<'db>(
    effects: &mut Effects<'_, 'db>,
    def: Def<'db>,
    found: &[Arc<str>],
    at: Span,
    said: &Datum,
) -> Option<Diagnostic> {
    if found.is_empty() {
        return None;
    }
    let list: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
    let name = &def.name(effects.db).name;
    let message = match said.as_set() {
        Some([]) => format!(
            "`{name}` says that it has no effects, and may perform {}",
            list.join(", ")
        ),
        _ => format!(
            "`{name}` may perform {}, which its `:effects` do not name",
            list.join(", ")
        ),
    };
    let mut diagnostic = Diagnostic::error(Code::EFFECTS, message, at);
    for effect in found {
        let path = effects.path(def, effect);
        let path: Vec<String> = path.iter().map(|name| format!("`{name}`")).collect();
        diagnostic = diagnostic.note(path.join(" → "));
    }
    Some(diagnostic.note("name the effects in `:effects`, or answer them by `with-handlers`"))
}

/// What a definition says of its effects.
struct Allowed<'a, 'b, 'db> {
    db: &'db dyn Db,
    file: SourceFile,
    effects: &'a mut Effects<'b, 'db>,
}

impl Allowed<'_, '_, '_> {
    /// The effects that a set of names allows: those that what is named may perform.
    fn read(&mut self, said: &Datum) -> Result<EffectNames, (syntax::datum::Origin, String)> {
        let Some(items) = said.as_set() else {
            let message =
                "`:effects` takes a set of names: `#{now ox.sh/run}`, or `#{}` of what is pure";
            return Err((said.origin, message.to_owned()));
        };
        let mut all = EffectNames::new();
        for item in items {
            all.extend(self.item(item).map_err(|message| (item.origin, message))?);
        }
        Ok(all)
    }

    fn item(&mut self, item: &Datum) -> Result<EffectNames, String> {
        if let Some(key) = effect_of_key(item) {
            return Ok(EffectNames::from([key]));
        }
        let Some(symbol) = item.as_symbol() else {
            return Err(format!(
                "`{item}` names no effect: effects are named by symbols, keywords and strings"
            ));
        };
        let found = resolve(self.db, self.file, Stage::ALL, symbol);
        let (name, kind) = match found {
            Resolution::Def(info) => (info.name, info.kind),
            // `receive` is no function, and an effect all the same.
            Resolution::Core(_) => return Ok(EffectNames::from([Arc::clone(&symbol.name)])),
            Resolution::Missing(_) => {
                return Err(format!(
                    "`{symbol}` is defined nowhere, so it names no effect"
                ));
            }
        };
        if let DefKind::Macro(_) = kind {
            return Ok(EffectNames::from([shown(&name)]));
        }
        let names = self.effects.of(hir::definition(self.db, &name)).clone();
        match names.is_empty() {
            true => Err(format!("`{symbol}` performs no effect")),
            false => Ok(names),
        }
    }
}
