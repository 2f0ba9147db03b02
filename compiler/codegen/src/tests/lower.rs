//! From text to bodies, for tests: special forms, `and` and `or`, and a fixed set of definitions. No
//! macros, no diagnostics: a mistake in a test's text panics.

use std::sync::Arc;

use hir::body::{
    Arity, Body, BodySource, Capture, CaptureIdx, Catch, DefName, Expr, ExprIdx, Func, FuncIdx,
    FuncSource, GlobalIdx, GlobalKind, GlobalRef, LocalIdx, Native, Origin, Root,
};
use syntax::{Datum, DatumKind, read_all};

/// Natives of the core that tests call.
const NATIVES: &[&str] = &[
    "inc",
    "dec",
    "quot",
    "rem",
    "zero?",
    "pos?",
    "neg?",
    "not",
    "nil?",
    "identical?",
    "get",
    "nth",
    "cons",
    "first",
    "next",
    "rest",
    "seq",
    "count",
    "note",
    "boom",
    "force",
    "vector?",
    "conj*",
];
/// Functions of the core that tests call.
const FUNCTIONS: &[&str] = &[
    "+", "-", "*", "/", "<", "<=", ">", ">=", "=", "not=", "==", "some?", "vector", "list", "conj",
    "str", "max",
];

pub(super) struct Lowered {
    pub(super) body: Body,
    pub(super) source: BodySource,
}

/// Lowers `(defn name [params] …)`, `(defn name ([…] …) …)`, or an expression, which is a value.
/// Names bound by nothing are functions of the namespace `user`; `*name*` is dynamic, `name!` a
/// cell, `name_` a value. `ox.core/name` is a function of the core, whether tests know it or not.
pub(super) fn lower(text: &str) -> Lowered {
    let (data, errors) = read_all(text);
    assert!(errors.is_empty(), "{text}: {errors:?}");
    lower_datum(&data[0])
}

pub(super) fn lower_datum(datum: &Datum) -> Lowered {
    let mut lower = Lower::default();
    let root = match datum.as_list() {
        Some([defn, rest @ ..]) if defn.is_symbol("defn") => {
            let name = rest[0].as_symbol().unwrap().name.clone();
            lower.function(&rest[1..], Some(name), None, datum.origin);
            Root::Func(FuncIdx(lower.body.funcs.len() as u32 - 1))
        }
        _ => {
            lower.levels.push(Level::default());
            let expr = lower.expr(datum, true);
            let level = lower.levels.pop().unwrap();
            lower.source.locals = level.names;
            Root::Value {
                expr,
                locals: level.locals,
            }
        }
    };
    lower.body.root = root;
    Lowered {
        body: lower.body,
        source: lower.source,
    }
}

#[derive(Default)]
struct Level {
    own_name: Option<Arc<str>>,
    scope: Vec<(Arc<str>, LocalIdx)>,
    captures: Vec<(Arc<str>, Capture)>,
    locals: u32,
    names: Vec<Arc<str>>,
}

impl Level {
    fn bind(&mut self, name: &Datum) -> LocalIdx {
        let local = LocalIdx(self.locals);
        self.locals += 1;
        let name = name.as_symbol().unwrap().name.clone();
        self.names.push(name.clone());
        self.scope.push((name, local));
        local
    }
}

enum Found {
    Local(LocalIdx),
    Capture(CaptureIdx),
    SelfFn,
}

struct Lower {
    body: Body,
    source: BodySource,
    levels: Vec<Level>,
}

impl Default for Lower {
    fn default() -> Self {
        let root = Root::Value {
            expr: ExprIdx(0),
            locals: 0,
        };
        Self {
            body: Body {
                root,
                exprs: Vec::new(),
                funcs: Vec::new(),
                globals: Vec::new(),
            },
            source: BodySource::default(),
            levels: Vec::new(),
        }
    }
}

impl Lower {
    fn push(&mut self, expr: Expr, origin: Origin) -> ExprIdx {
        self.body.exprs.push(expr);
        self.source.origins.push(origin);
        ExprIdx(self.body.exprs.len() as u32 - 1)
    }

    fn level(&mut self) -> &mut Level {
        self.levels.last_mut().unwrap()
    }

    fn find(&mut self, at: usize, name: &str) -> Option<Found> {
        let level = &self.levels[at];
        if let Some((_, local)) = level.scope.iter().rev().find(|(bound, _)| &**bound == name) {
            return Some(Found::Local(*local));
        }
        if level.own_name.as_deref() == Some(name) {
            return Some(Found::SelfFn);
        }
        let capture = match self.find(at.checked_sub(1)?, name)? {
            Found::Local(local) => Capture::Local(local),
            Found::Capture(capture) => Capture::Capture(capture),
            Found::SelfFn => Capture::SelfFn,
        };
        let captures = &mut self.levels[at].captures;
        let index = captures
            .iter()
            .position(|(_, known)| *known == capture)
            .unwrap_or_else(|| {
                captures.push((name.into(), capture));
                captures.len() - 1
            });
        Some(Found::Capture(CaptureIdx(index as u32)))
    }

    fn global(&mut self, name: &str) -> GlobalIdx {
        let native = |name: &str| {
            GlobalKind::Native(Native {
                name: format!("ox.core/{name}").into(),
                version: 1,
            })
        };
        let (ns, kind, core) = if NATIVES.contains(&name) {
            ("ox.core", native(name), true)
        } else if FUNCTIONS.contains(&name) {
            ("ox.core", GlobalKind::Function, true)
        } else if name.starts_with('*') && name.ends_with('*') {
            ("user", GlobalKind::Dynamic, false)
        } else if name.ends_with('!') {
            ("user", GlobalKind::Cell, false)
        } else if name.ends_with('_') {
            ("user", GlobalKind::Value, false)
        } else {
            ("user", GlobalKind::Function, false)
        };
        let (ns, kind, core, name) = match name.strip_prefix("ox.core/") {
            Some(name) if !name.is_empty() => ("ox.core", GlobalKind::Function, true, name),
            _ => (ns, kind, core, name),
        };
        let core = core.then(|| Arc::from(name));
        let global = GlobalRef {
            name: DefName::new(ns, name),
            kind,
            core,
        };
        let globals = &mut self.body.globals;
        let index = globals
            .iter()
            .position(|known| *known == global)
            .unwrap_or_else(|| {
                globals.push(global);
                globals.len() - 1
            });
        GlobalIdx(index as u32)
    }

    fn symbol(&mut self, name: &str, origin: Origin) -> ExprIdx {
        let expr = match self.find(self.levels.len() - 1, name) {
            Some(Found::Local(local)) => Expr::Local(local),
            Some(Found::Capture(capture)) => Expr::Capture(capture),
            Some(Found::SelfFn) => Expr::SelfFn,
            None => Expr::Global(self.global(name)),
        };
        self.push(expr, origin)
    }

    fn constant(&mut self, datum: &Datum) -> ExprIdx {
        self.push(Expr::Const(stripped(datum)), datum.origin)
    }

    fn nil(&mut self) -> ExprIdx {
        self.push(
            Expr::Const(Datum::new(DatumKind::Nil, Origin::NONE)),
            Origin::NONE,
        )
    }

    fn all(&mut self, data: &[Datum]) -> Vec<ExprIdx> {
        data.iter().map(|datum| self.expr(datum, false)).collect()
    }

    fn expr(&mut self, datum: &Datum, tail: bool) -> ExprIdx {
        let origin = datum.origin;
        match &datum.kind {
            DatumKind::Symbol(symbol) => self.symbol(&symbol.to_string(), origin),
            _ if is_constant(datum) => self.constant(datum),
            DatumKind::Vector(items) => {
                let items = self.all(items);
                self.push(Expr::Vector(items), origin)
            }
            DatumKind::Set(items) => {
                let items = self.all(items);
                self.push(Expr::Set(items), origin)
            }
            DatumKind::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(k, v)| (self.expr(k, false), self.expr(v, false)))
                    .collect();
                self.push(Expr::Map(entries), origin)
            }
            DatumKind::List(items) => self.form(datum, items, tail),
            other => panic!("{:?}", Datum::new(other.clone(), origin)),
        }
    }

    fn sequence(&mut self, data: &[Datum], tail: bool) -> ExprIdx {
        match data {
            [] => self.nil(),
            [one] => self.expr(one, tail),
            [effects @ .., last] => {
                let mut exprs = self.all(effects);
                exprs.push(self.expr(last, tail));
                self.push(Expr::Do(exprs), Origin::NONE)
            }
        }
    }

    fn bindings(&mut self, bindings: &Datum) -> Vec<(LocalIdx, ExprIdx)> {
        let bindings = bindings.as_vector().unwrap();
        bindings
            .chunks(2)
            .map(|pair| {
                let init = self.expr(&pair[1], false);
                (self.level().bind(&pair[0]), init)
            })
            .collect()
    }

    fn form(&mut self, datum: &Datum, items: &[Datum], tail: bool) -> ExprIdx {
        let origin = datum.origin;
        let args = &items[1..];
        let head = items[0].as_symbol().map(ToString::to_string);
        let scope = self.level().scope.len();
        let expr = match head.as_deref() {
            Some("quote") => Expr::Const(stripped(&args[0])),
            Some("var") => Expr::Var(self.global(&args[0].as_symbol().unwrap().name.clone())),
            Some("if") => {
                let test = self.expr(&args[0], false);
                let then = self.expr(&args[1], tail);
                let else_ = match args.get(2) {
                    Some(datum) => self.expr(datum, tail),
                    None => self.nil(),
                };
                Expr::If { test, then, else_ }
            }
            Some("do") => return self.sequence(args, tail),
            Some("let") => {
                let bindings = self.bindings(&args[0]);
                Expr::Let {
                    bindings,
                    body: self.sequence(&args[1..], tail),
                }
            }
            Some("loop") => {
                let bindings = self.bindings(&args[0]);
                Expr::Loop {
                    bindings,
                    body: self.sequence(&args[1..], tail),
                }
            }
            Some("and" | "or") => {
                return self.short_circuit(datum, head.as_deref() == Some("and"), tail);
            }
            Some("recur") => Expr::Recur(self.all(args)),
            Some("fn") => {
                let (name, rest) = match args[0].as_symbol() {
                    Some(name) => (Some(name.name.clone()), &args[1..]),
                    None => (None, args),
                };
                Expr::Fn(self.function(rest, name.clone(), name, origin))
            }
            Some("lazy") => Expr::LazyCell(self.function(args, None, None, origin)),
            Some("letfn") => {
                let specs: Vec<&[Datum]> = args[0]
                    .as_vector()
                    .unwrap()
                    .iter()
                    .map(|spec| spec.as_list().unwrap())
                    .collect();
                let locals: Vec<LocalIdx> = specs
                    .iter()
                    .map(|spec| self.level().bind(&spec[0]))
                    .collect();
                let mut funcs = Vec::new();
                for (local, spec) in locals.into_iter().zip(specs) {
                    let name = spec[0].as_symbol().unwrap().name.clone();
                    funcs.push((local, self.function(&spec[1..], Some(name), None, origin)));
                }
                Expr::LetFn {
                    funcs,
                    body: self.sequence(&args[1..], tail),
                }
            }
            Some("throw") => Expr::Throw(self.expr(&args[0], false)),
            Some("try") => self.protected(args),
            Some("error") => {
                let DatumKind::String(message) = &args[0].kind else {
                    panic!("an error has a message")
                };
                Expr::Error(message.clone())
            }
            Some("set-cell") => {
                let value = self.expr(&args[1], false);
                Expr::StoreCell {
                    global: self.global(&args[0].as_symbol().unwrap().name.clone()),
                    value,
                }
            }
            Some("apply*") => {
                let callee = self.expr(&args[0], false);
                Expr::Apply {
                    callee,
                    args: self.all(&args[1..]),
                    tail,
                }
            }
            Some(name) if self.find(self.levels.len() - 1, name).is_none() => {
                let global = self.global(name);
                let kind = self.body.global(global).kind.clone();
                match kind {
                    GlobalKind::Native(_) => Expr::CallNative {
                        args: self.all(args),
                        global,
                    },
                    GlobalKind::Function => Expr::CallGlobal {
                        args: self.all(args),
                        global,
                        tail,
                    },
                    _ => {
                        let callee = self.symbol(name, origin);
                        Expr::Call {
                            callee,
                            args: self.all(args),
                            tail,
                        }
                    }
                }
            }
            _ => {
                let callee = self.expr(&items[0], false);
                Expr::Call {
                    callee,
                    args: self.all(args),
                    tail,
                }
            }
        };
        self.level().scope.truncate(scope);
        self.push(expr, origin)
    }

    /// `(and a b …)` is `(let [x a] (if x (and b …) x))`, as the core's macro makes it.
    fn short_circuit(&mut self, datum: &Datum, and: bool, tail: bool) -> ExprIdx {
        let items = datum.as_list().unwrap();
        match items {
            [_, one] => self.expr(one, tail),
            [head, first, rest @ ..] => {
                let init = self.expr(first, false);
                let scope = self.level().scope.len();
                let local = self.level().bind(&Datum::symbol("-x", Origin::NONE));
                let test = self.push(Expr::Local(local), datum.origin);
                let more: Vec<Datum> = std::iter::once(head).chain(rest).cloned().collect();
                let more = Datum::list(more, datum.origin);
                let (then, else_) = if and {
                    let then = self.short_circuit(&more, and, tail);
                    (then, self.push(Expr::Local(local), datum.origin))
                } else {
                    let then = self.push(Expr::Local(local), datum.origin);
                    (then, self.short_circuit(&more, and, tail))
                };
                let body = self.push(Expr::If { test, then, else_ }, datum.origin);
                self.level().scope.truncate(scope);
                self.push(
                    Expr::Let {
                        bindings: vec![(local, init)],
                        body,
                    },
                    datum.origin,
                )
            }
            [] | [_] => panic!("no form"),
        }
    }

    /// `(try body… (catch e …) (finally …))`; `(catch-all e …)` takes cancellation too.
    fn protected(&mut self, args: &[Datum]) -> Expr {
        let is =
            |datum: &Datum, name: &str| datum.as_list().is_some_and(|list| list[0].is_symbol(name));
        let is_clause = |datum: &&Datum| {
            ["catch", "catch-all", "finally"]
                .iter()
                .any(|name| is(datum, name))
        };
        let body: Vec<Datum> = args.iter().filter(|arg| !is_clause(arg)).cloned().collect();
        let body = self.sequence(&body, false);
        let mut catch = None;
        let mut finally = None;
        for clause in args.iter().filter(is_clause) {
            let items = clause.as_list().unwrap();
            if is(clause, "finally") {
                finally = Some(self.sequence(&items[1..], false));
            } else {
                let scope = self.level().scope.len();
                let error = self.level().bind(&items[1]);
                let body = self.sequence(&items[2..], false);
                self.level().scope.truncate(scope);
                catch = Some(Catch {
                    error,
                    cancelled: is(clause, "catch-all"),
                    body,
                });
            }
        }
        Expr::Try {
            body,
            catch,
            finally,
        }
    }

    /// A function of one arity, `[params] body…`, or several, `([params] body…) …`.
    fn function(
        &mut self,
        rest: &[Datum],
        shown: Option<Arc<str>>,
        own_name: Option<Arc<str>>,
        origin: Origin,
    ) -> FuncIdx {
        self.levels.push(Level {
            own_name,
            ..Level::default()
        });
        let mut arities = Vec::new();
        let mut names = Vec::new();
        if rest[0].as_vector().is_some() {
            arities.push(self.arity(&rest[0], &rest[1..], &mut names));
        } else {
            for arity in rest {
                let items = arity.as_list().unwrap();
                arities.push(self.arity(&items[0], &items[1..], &mut names));
            }
        }
        let level = self.levels.pop().unwrap();
        let (capture_names, captures) = level.captures.into_iter().unzip();
        self.body.funcs.push(Func { arities, captures });
        self.source.funcs.push(FuncSource {
            name: shown,
            origin,
            captures: capture_names,
            arities: names,
        });
        FuncIdx(self.body.funcs.len() as u32 - 1)
    }

    fn arity(&mut self, params: &Datum, body: &[Datum], names: &mut Vec<Vec<Arc<str>>>) -> Arity {
        let level = self.level();
        level.locals = 0;
        level.scope.clear();
        level.names.clear();
        let params = params.as_vector().unwrap();
        let variadic = params.iter().any(|param| param.is_symbol("&"));
        for param in params.iter().filter(|param| !param.is_symbol("&")) {
            self.level().bind(param);
        }
        let count = self.level().locals - u32::from(variadic);
        let body = self.sequence(body, true);
        let level = self.level();
        names.push(std::mem::take(&mut level.names));
        Arity {
            params: count,
            variadic,
            locals: level.locals,
            body,
        }
    }
}

/// Whether the datum means itself.
fn is_constant(datum: &Datum) -> bool {
    match &datum.kind {
        DatumKind::Symbol(_) => false,
        DatumKind::List(items) => items.is_empty(),
        DatumKind::Vector(items) | DatumKind::Set(items) => items.iter().all(is_constant),
        DatumKind::Map(entries) => entries
            .iter()
            .all(|(key, value)| is_constant(key) && is_constant(value)),
        _ => true,
    }
}

/// The datum without origins.
fn stripped(datum: &Datum) -> Datum {
    let all = |items: &[Datum]| items.iter().map(stripped).collect::<Vec<_>>().into();
    let kind = match &datum.kind {
        DatumKind::List(items) => DatumKind::List(all(items)),
        DatumKind::Vector(items) => DatumKind::Vector(all(items)),
        DatumKind::Set(items) => DatumKind::Set(all(items)),
        DatumKind::Map(entries) => DatumKind::Map(
            entries
                .iter()
                .map(|(k, v)| (stripped(k), stripped(v)))
                .collect(),
        ),
        other => other.clone(),
    };
    let meta = datum.meta.as_ref().map(|meta| Arc::new(stripped(meta)));
    Datum::new(kind, Origin::NONE).with_meta(meta)
}
