//! Lowering: the forms of a top-level form's spine to HIR bodies, expanding as it goes.
//!
//! Invariants:
//! - Lowering never stops at a mistake: the place becomes an [`Expr::Error`] and the rest goes on.
//! - The arena is in post-order and holds nothing unused ([`crate::body`]).
//! - Every recursion over forms runs on a stack that grows.

mod call;
mod durations;
mod function;
mod options;
mod scope;
pub(crate) mod special;
mod special_forms;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use source::Code;
use syntax::datum::{Datum, DatumKind, Symbol};

use crate::body::{
    Arity, Body, BodySource, DefName, Expr, ExprIdx, Func, FuncIdx, FuncSource, GlobalIdx,
    GlobalRef, Origin, Root,
};
use crate::context::Context;
use crate::db::{Db, Stage};
use crate::definition::{Arities, DefInfo, DefKind, Definition, Init};
use crate::expand::build::CLOJURE_CORE;
use crate::forms::Form;
use crate::lowered::{Lowered, LoweredDef, piece_name};
use crate::names::{Missing, Resolution};
use crate::spine::{Item, Lifted, spine};
use scope::{Place, Scope};

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Whether a call here replaces the frame.
    tail: bool,
    /// What `recur` may do here.
    recur: Recur,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recur {
    Allowed,
    NotTail,
    AcrossTry,
}

impl Position {
    const TAIL: Position = Position {
        tail: true,
        recur: Recur::Allowed,
    };

    /// A place whose value something else waits for.
    fn inner(self) -> Position {
        let recur = if self.recur == Recur::AcrossTry {
            self.recur
        } else {
            Recur::NotTail
        };
        Position { tail: false, recur }
    }

    /// A place within `try`.
    fn protected(self) -> Position {
        Position {
            tail: false,
            recur: Recur::AcrossTry,
        }
    }
}

/// Lowers a form at a stage.
pub(crate) fn lower<'db>(db: &'db dyn Db, form: Form<'db>, stage: Stage) -> Lowered {
    let spine = spine(db, form, stage);
    if spine.phase_cycle {
        return Lowered {
            phase_cycle: true,
            ..Lowered::default()
        };
    }
    let file = form.file(db);
    let mut cx = Context::new(db, file, form.id(db), stage);
    cx.problems = spine.problems;
    cx.reads = spine.reads;
    let mut incomplete = spine.failed || !spine.missing.is_empty();
    let mut defs: Vec<LoweredDef> = Vec::new();
    let mut pieces = 0;
    for item in spine.items {
        let mut lowerer = Lowerer::new(&mut cx);
        match item {
            Item::Define(definition, lifted) => {
                lowerer.lift(&lifted);
                let (lowered, store) = lowerer.define(*definition);
                let missing = std::mem::take(&mut cx.missing);
                incomplete |= !missing.is_empty();
                defs.push(LoweredDef { missing, ..lowered });
                if let Some((store, source)) = store {
                    let name = piece_name(&cx.ns, form.id(db), pieces);
                    defs.push(piece(&cx, name, store, source));
                    pieces += 1;
                }
            }
            Item::Run(datum, lifted) => {
                lowerer.lift(&lifted);
                let (body, source) = lowerer.run(&datum);
                let name = piece_name(&cx.ns, form.id(db), pieces);
                let lowered = piece(&cx, name, body, source);
                incomplete |= !cx.missing.is_empty();
                defs.push(LoweredDef {
                    missing: std::mem::take(&mut cx.missing),
                    ..lowered
                });
                pieces += 1;
            }
        }
    }
    Lowered {
        defs,
        incomplete: incomplete || cx.failed || cx.reads_early,
        phase_cycle: cx.phase_cycle,
        problems: cx.problems,
        reads: cx.reads,
    }
}

/// A piece of the entry body.
fn piece(cx: &Context<'_>, name: DefName, body: Body, source: BodySource) -> LoweredDef {
    LoweredDef {
        info: DefInfo {
            name,
            kind: DefKind::Function {
                arities: Arities {
                    fixed: vec![0],
                    variadic: None,
                },
                asks: None,
            },
            private: true,
            file: cx.file,
            form: cx.form,
            generated: None,
        },
        body: Arc::new(body),
        source: Arc::new(source),
        name_origin: Origin::NONE,
        missing: Vec::new(),
        doc: None,
        arglists: Vec::new(),
        effects: None,
    }
}

/// Builds one body.
pub(crate) struct Lowerer<'a, 'db> {
    cx: &'a mut Context<'db>,
    exprs: Vec<Expr>,
    origins: Vec<Origin>,
    funcs: Vec<Func>,
    func_sources: Vec<FuncSource>,
    globals: Vec<GlobalRef>,
    global_index: FxHashMap<DefName, GlobalIdx>,
    scope: Scope,
}

impl<'a, 'db> Lowerer<'a, 'db> {
    fn new(cx: &'a mut Context<'db>) -> Self {
        Self {
            cx,
            exprs: Vec::new(),
            origins: Vec::new(),
            funcs: Vec::new(),
            func_sources: Vec::new(),
            globals: Vec::new(),
            global_index: FxHashMap::default(),
            scope: Scope::default(),
        }
    }

    fn lift(&mut self, lifted: &[Lifted]) {
        for (name, info) in lifted {
            self.scope.bind_lifted(name.clone(), info.clone());
        }
    }

    /// Lowers a definition. Of a cell of the entry file, also the piece of the entry body that
    /// makes it.
    fn define(mut self, definition: Definition) -> (LoweredDef, Option<(Body, BodySource)>) {
        let Definition {
            info,
            name_origin,
            init,
            doc,
            arglists,
            effects,
        } = definition;
        let mut store = None;
        let (body, source) = match (init, &info.kind) {
            (Init::Native, DefKind::Native(native, _)) => self.finish(Root::Native(native.clone())),
            (Init::Native, _) => self.nil_value(),
            (init, DefKind::Cell) => {
                let (Init::Form(form) | Init::Function(form)) = init else {
                    unreachable!("natives are handled above");
                };
                let mut piece = Lowerer::new(self.cx);
                piece.scope = std::mem::take(&mut self.scope);
                store = Some(piece.store(&info, &form));
                self.nil_value()
            }
            (Init::Function(form), DefKind::Function { .. } | DefKind::Macro(_)) => {
                self.function_body(&info, &form)
            }
            (Init::Form(form) | Init::Function(form), _) => self.value(&form),
        };
        let lowered = LoweredDef {
            info,
            body: Arc::new(body),
            source: Arc::new(source),
            name_origin,
            missing: Vec::new(),
            doc,
            arglists,
            effects,
        };
        (lowered, store)
    }

    /// The function that an expression of the entry body becomes.
    fn run(mut self, datum: &Datum) -> (Body, BodySource) {
        self.thunk(datum.origin, |lowerer| {
            lowerer.expr(
                datum,
                Position {
                    tail: true,
                    recur: Recur::NotTail,
                },
            )
        })
    }

    /// The function that makes a cell of the entry file.
    fn store(mut self, info: &DefInfo, form: &Datum) -> (Body, BodySource) {
        self.thunk(form.origin, |lowerer| {
            let value = lowerer.expr(
                form,
                Position {
                    tail: false,
                    recur: Recur::NotTail,
                },
            );
            let global = lowerer.global(info);
            lowerer.push(Expr::StoreCell { global, value }, form.origin)
        })
    }

    fn thunk(
        &mut self,
        origin: Origin,
        code: impl FnOnce(&mut Self) -> ExprIdx,
    ) -> (Body, BodySource) {
        self.scope.enter_func(None);
        self.scope.begin_arity();
        let body = code(self);
        let names = self.scope.end_arity();
        self.scope.leave_func();
        let arity = Arity {
            params: 0,
            variadic: false,
            locals: names.len() as u32,
            body,
        };
        self.funcs.push(Func {
            arities: vec![arity],
            captures: Vec::new(),
        });
        self.func_sources.push(FuncSource {
            name: Some(crate::lowered::ENTRY.into()),
            origin,
            captures: Vec::new(),
            arities: vec![names],
        });
        let root = Root::Func(FuncIdx(self.funcs.len() as u32 - 1));
        self.take(root, Vec::new())
    }

    fn function_body(&mut self, info: &DefInfo, form: &Datum) -> (Body, BodySource) {
        // `(fn …)` becomes `fn*` here; the definition's name is not a local of its function.
        self.scope.enter_value();
        let func = self.function_form(form);
        let names = self.scope.leave_value();
        match func {
            Some(func) => {
                self.func_sources[func.index()].name = Some(info.name.name.clone());
                self.finish(Root::Func(func))
            }
            None => {
                let message = format!("`{}` is not a valid function", info.name.name);
                let expr = self.push(Expr::Error(message.into()), form.origin);
                self.take(
                    Root::Value {
                        expr,
                        locals: names.len() as u32,
                    },
                    names,
                )
            }
        }
    }

    fn value(&mut self, form: &Datum) -> (Body, BodySource) {
        self.scope.enter_value();
        let expr = self.expr(
            form,
            Position {
                tail: true,
                recur: Recur::NotTail,
            },
        );
        let names = self.scope.leave_value();
        self.take(
            Root::Value {
                expr,
                locals: names.len() as u32,
            },
            names,
        )
    }

    fn nil_value(&mut self) -> (Body, BodySource) {
        let expr = self.push(Expr::Const(nil()), Origin::NONE);
        self.finish(Root::Value { expr, locals: 0 })
    }

    fn finish(&mut self, root: Root) -> (Body, BodySource) {
        self.take(root, Vec::new())
    }

    fn take(&mut self, root: Root, locals: Vec<Arc<str>>) -> (Body, BodySource) {
        self.global_index.clear();
        let body = Body {
            root,
            exprs: std::mem::take(&mut self.exprs),
            funcs: std::mem::take(&mut self.funcs),
            globals: std::mem::take(&mut self.globals),
        };
        let source = BodySource {
            origins: std::mem::take(&mut self.origins),
            funcs: std::mem::take(&mut self.func_sources),
            locals,
        };
        (body, source)
    }

    fn push(&mut self, expr: Expr, origin: Origin) -> ExprIdx {
        let idx = ExprIdx(self.exprs.len() as u32);
        self.exprs.push(expr);
        self.origins.push(if origin == Origin::NONE {
            self.cx.origin
        } else {
            origin
        });
        idx
    }

    fn global(&mut self, info: &DefInfo) -> GlobalIdx {
        if let Some(idx) = self.global_index.get(&info.name) {
            return *idx;
        }
        let idx = GlobalIdx(self.globals.len() as u32);
        self.globals.push(crate::lowered::global_ref(info));
        self.global_index.insert(info.name.clone(), idx);
        idx
    }

    fn error(&mut self, message: impl Into<Arc<str>>, origin: Origin) -> ExprIdx {
        self.push(Expr::Error(message.into()), origin)
    }

    /// Lowers an expression.
    fn expr(&mut self, datum: &Datum, position: Position) -> ExprIdx {
        stacker::maybe_grow(
            crate::expand::STACK_RED_ZONE,
            crate::expand::STACK_GROWTH,
            || {
                let outer = self.cx.origin;
                self.cx.origin = self.cx.origin_of(datum);
                let idx = self.expr_here(datum, position);
                self.cx.origin = outer;
                idx
            },
        )
    }

    fn expr_here(&mut self, datum: &Datum, position: Position) -> ExprIdx {
        let origin = datum.origin;
        match &datum.kind {
            DatumKind::Symbol(symbol) => self.symbol(symbol, origin),
            DatumKind::List(items) if items.is_empty() => self.constant(datum),
            DatumKind::List(items) => self.list(datum, items, position),
            DatumKind::Vector(items) => {
                let exprs = self.all(items, position);
                let idx = match self.constants(&exprs) {
                    Some(data) => self.folded(Datum::vector(data, Origin::NONE), origin),
                    None => self.push(Expr::Vector(exprs), origin),
                };
                self.with_meta(datum, idx, position)
            }
            DatumKind::Set(items) => {
                let exprs = self.all(items, position);
                let idx = match self.constants(&exprs) {
                    Some(data) => self.folded(
                        Datum::new(DatumKind::Set(data.into()), Origin::NONE),
                        origin,
                    ),
                    None => self.push(Expr::Set(exprs), origin),
                };
                self.with_meta(datum, idx, position)
            }
            DatumKind::Map(entries) => {
                let mut exprs = Vec::with_capacity(entries.len() * 2);
                for (key, value) in entries.iter() {
                    exprs.push(self.expr(key, position.inner()));
                    exprs.push(self.expr(value, position.inner()));
                }
                let idx = match self.constants(&exprs) {
                    Some(data) => self.folded(Datum::new(map_of(data), Origin::NONE), origin),
                    None => {
                        let entries = exprs
                            .chunks_exact(2)
                            .map(|pair| (pair[0], pair[1]))
                            .collect();
                        self.push(Expr::Map(entries), origin)
                    }
                };
                self.with_meta(datum, idx, position)
            }
            DatumKind::Tagged(tag, inner) => {
                if let Some(call) = self.literal_of_type(tag, inner, datum) {
                    return self.expr(&call, position);
                }
                let message = format!("no reader is known for the tag `#{tag}`");
                let problem = self
                    .cx
                    .error(Code::UNKNOWN_TAG, origin, message.clone())
                    .note("quoted, a tagged literal is data: `(quote #tag value)`");
                self.cx.report(problem);
                self.error(message, origin)
            }
            DatumKind::AutoSymbol { alias, name } => {
                let symbol = self.cx.auto(alias.as_ref(), name, origin);
                self.symbol(&symbol, origin)
            }
            DatumKind::Error => self.error("this form cannot be read", origin),
            _ => self.constant(datum),
        }
    }

    /// The call that makes the value of `#ns.Type{:field value}` or `#ns.Type[value …]`; `None` if there is no such
    /// type. What is within is data: nothing of it is evaluated.
    fn literal_of_type(&mut self, tag: &Symbol, inner: &Datum, literal: &Datum) -> Option<Datum> {
        let (ns, name) = match &tag.ns {
            None => tag.name.rsplit_once('.')?,
            Some(_) => return None,
        };
        let origin = self.cx.origin_of(literal);
        let quoted = |datum: &Datum| {
            let quote = Datum::symbol("quote", origin);
            Datum::list([quote, datum.clone()], origin)
        };
        let (maker, operands): (String, Vec<Datum>) = match &inner.kind {
            DatumKind::Map(_) => (format!("map->{name}"), vec![quoted(inner)]),
            DatumKind::Vector(items) => (format!("->{name}"), items.iter().map(quoted).collect()),
            _ => return None,
        };
        // The names of classes have no hyphens.
        let makers = [ns.to_owned(), ns.replace('_', "-")].map(|ns| match *ns == *self.cx.ns {
            true => Datum::symbol(maker.as_str(), origin),
            false => Datum::qualified(ns, maker.as_str(), origin),
        });
        let found = makers.into_iter().find(|maker| {
            let maker = maker.as_symbol().map(|maker| self.cx.resolve(maker));
            matches!(maker, Some(Resolution::Def(_)))
        })?;
        let mut call = vec![found];
        call.extend(operands);
        Some(Datum::list(call, origin))
    }

    fn constant(&mut self, datum: &Datum) -> ExprIdx {
        let data = self.cx.quoted(datum);
        self.push(Expr::Const(data), datum.origin)
    }

    fn all(&mut self, items: &[Datum], position: Position) -> Vec<ExprIdx> {
        items
            .iter()
            .map(|item| self.expr(item, position.inner()))
            .collect()
    }

    /// The data of expressions just pushed, taken out of the arena, if all are constants.
    fn constants(&mut self, exprs: &[ExprIdx]) -> Option<Vec<Datum>> {
        let first = self.exprs.len().checked_sub(exprs.len())?;
        let all_constant = exprs.iter().enumerate().all(|(at, idx)| {
            idx.index() == first + at && matches!(self.exprs[idx.index()], Expr::Const(_))
        });
        if !all_constant {
            return None;
        }
        self.origins.truncate(first);
        let data = self.exprs.drain(first..).filter_map(|expr| match expr {
            Expr::Const(datum) => Some(datum),
            _ => None,
        });
        Some(data.collect())
    }

    fn folded(&mut self, datum: Datum, origin: Origin) -> ExprIdx {
        self.push(Expr::Const(datum), origin)
    }

    /// Adds the metadata of a collection's form to its value.
    fn with_meta(&mut self, datum: &Datum, value: ExprIdx, position: Position) -> ExprIdx {
        let Some(meta) = &datum.meta else {
            return value;
        };
        let meta = self.expr(meta, position.inner());
        if let Some(data) = self.constants(&[value, meta])
            && let Ok([value, meta]) = <[Datum; 2]>::try_from(data)
        {
            return self.folded(value.with_meta(Some(Arc::new(meta))), datum.origin);
        }
        self.call_core("with-meta", vec![value, meta], datum.origin)
    }

    /// A call of a function of the core with arguments already lowered.
    fn call_core(&mut self, name: &str, args: Vec<ExprIdx>, origin: Origin) -> ExprIdx {
        let symbol = Symbol::qualified(CLOJURE_CORE, name);
        match self.cx.resolve(&symbol) {
            Resolution::Def(info) => self.call_definition(&info, args, false, origin),
            found => {
                let missing = match found {
                    Resolution::Missing(missing) => missing,
                    _ => Missing::Name,
                };
                let message = self.cx.report_missing(&symbol, missing, origin, Vec::new());
                // What was lowered stays in use.
                let error = self.error(message, origin);
                let mut all = args;
                all.push(error);
                self.push(Expr::Do(all), origin)
            }
        }
    }

    /// A symbol as a value.
    fn symbol(&mut self, symbol: &Symbol, origin: Origin) -> ExprIdx {
        if symbol.ns.is_none()
            && let Some(place) = self.scope.lookup(&symbol.name)
        {
            return self.place(place, origin);
        }
        match self.cx.resolve(symbol) {
            Resolution::Def(info) => {
                if matches!(info.kind, DefKind::Macro(_)) {
                    return self.macro_value(symbol, origin);
                }
                let idx = self.global(&info);
                self.push(Expr::Global(idx), origin)
            }
            Resolution::Core(_) => self.macro_value(symbol, origin),
            Resolution::Missing(missing) => {
                if symbol.ns.is_none()
                    && let Some(class) = special::error_class(&symbol.name)
                {
                    return self.push(Expr::Const(Datum::symbol(class, Origin::NONE)), origin);
                }
                if let Some(class) = self.cx.type_class(symbol) {
                    return self.push(Expr::Const(Datum::symbol(class, Origin::NONE)), origin);
                }
                if symbol.ns.is_none() && special::is_special(&symbol.name) {
                    let message = format!("`{symbol}` is a special form, not a value");
                    let problem = self.cx.error(Code::MACRO_VALUE, origin, message.clone());
                    self.cx.report(problem);
                    return self.error(message, origin);
                }
                let locals = self.scope.names();
                let message = self.cx.report_missing(symbol, missing, origin, locals);
                self.error(message, origin)
            }
        }
    }

    fn macro_value(&mut self, symbol: &Symbol, origin: Origin) -> ExprIdx {
        let message = format!("`{symbol}` is a macro, not a value");
        let problem = self
            .cx
            .error(Code::MACRO_VALUE, origin, message.clone())
            .note("a function that calls it can be passed: `(fn [x] (… x))`");
        self.cx.report(problem);
        self.error(message, origin)
    }

    /// The expression for what a name is bound to.
    fn place(&mut self, place: Place, origin: Origin) -> ExprIdx {
        match place {
            Place::Local(local) => self.push(Expr::Local(local), origin),
            Place::Capture(capture) => self.push(Expr::Capture(capture), origin),
            Place::SelfFn => self.push(Expr::SelfFn, origin),
            Place::Lifted(info) => {
                let idx = self.global(&info);
                self.push(Expr::Global(idx), origin)
            }
        }
    }

    /// `do`: the last form in the position, the others for their effects.
    fn body_of(&mut self, forms: &[Datum], position: Position, origin: Origin) -> ExprIdx {
        match forms.split_last() {
            None => self.push(Expr::Const(nil()), origin),
            Some((only, [])) => self.expr(only, position),
            Some((last, before)) => {
                let mut exprs: Vec<ExprIdx> = before
                    .iter()
                    .map(|form| self.expr(form, position.inner()))
                    .collect();
                exprs.push(self.expr(last, position));
                self.push(Expr::Do(exprs), origin)
            }
        }
    }
}

fn nil() -> Datum {
    Datum::new(DatumKind::Nil, Origin::NONE)
}

/// The map with these keys and values in turn; of equal keys the last value counts, as when the
/// map is made at run time.
fn map_of(data: Vec<Datum>) -> DatumKind {
    let mut entries: Vec<(Datum, Datum)> = Vec::with_capacity(data.len() / 2);
    let mut data = data.into_iter();
    while let (Some(key), Some(value)) = (data.next(), data.next()) {
        entries.push((key, value));
    }
    DatumKind::Map(entries.into())
}
