//! Lists: special forms, macro calls, calls.

use std::sync::Arc;

use source::Code;
use syntax::datum::{Datum, DatumKind, Symbol};

use super::{Lowerer, Position, special};
use crate::body::{Expr, ExprIdx, Origin};
use crate::definition::{DefInfo, DefKind};
use crate::expand::build::{CLOJURE_CORE, OX_CORE};
use crate::expand::core::CoreMacro;
use crate::expand::quote::READER;
use crate::host;
use crate::names::{Missing, Resolution};

impl Lowerer<'_, '_> {
    pub(super) fn list(&mut self, form: &Datum, items: &[Datum], position: Position) -> ExprIdx {
        let Some((head, args)) = items.split_first() else {
            return self.constant(form);
        };
        let DatumKind::Symbol(symbol) = &head.kind else {
            return self.call_value(form, head, args, position);
        };
        if symbol.ns.is_none() {
            if special::is_special(&symbol.name) {
                return self.special(&symbol.name.clone(), form, args, position);
            }
            if self.scope.contains(&symbol.name) {
                return self.call_value(form, head, args, position);
            }
        }
        if symbol.ns.as_deref() == Some(READER) && &*symbol.name == "syntax-quote" {
            return self.syntax_quote(form, args, position);
        }
        match self.cx.resolve(symbol) {
            Resolution::Core(core) => {
                let expanded = self.cx.rewrite_core(core, form);
                self.expanded(core.name(), false, form, expanded, position)
            }
            Resolution::Def(info) if matches!(info.kind, DefKind::Macro(_)) => {
                let locals = self.scope.names();
                let expanded = self.cx.run_macro(&info, form, &|| locals.clone());
                self.expanded(&info.name.name, true, form, expanded, position)
            }
            // `(Math/PI)` is a field.
            Resolution::Def(info)
                if args.is_empty()
                    && matches!(info.kind, DefKind::Value { .. })
                    && symbol.ns.as_deref().is_some_and(host::is_class) =>
            {
                self.symbol(&symbol.clone(), form.origin)
            }
            Resolution::Def(info) => {
                self.check_durations(&info, args);
                self.check_options(&info, args);
                let args: Vec<ExprIdx> = args
                    .iter()
                    .map(|arg| self.expr(arg, position.inner()))
                    .collect();
                self.call_definition(&info, args, position.tail, form.origin)
            }
            Resolution::Missing(missing) => {
                self.call_missing(form, symbol, args, missing, position)
            }
        }
    }

    fn expanded(
        &mut self,
        name: &str,
        user: bool,
        form: &Datum,
        expanded: Result<Datum, String>,
        position: Position,
    ) -> ExprIdx {
        match expanded {
            Ok(expanded) => {
                let origin = self.cx.origin_of(form);
                self.cx.enter(name, user, origin, &expanded);
                let idx = self.expr(&expanded, position);
                self.cx.leave();
                idx
            }
            Err(message) => self.error(message, form.origin),
        }
    }

    fn syntax_quote(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        let [template] = args else {
            return self.error("an invalid syntax-quote", form.origin);
        };
        match self.cx.syntax_quote(template) {
            Ok(code) => self.expr(&code, position),
            Err(message) => self.error(message, form.origin),
        }
    }

    /// A call of a definition with arguments already lowered.
    pub(super) fn call_definition(
        &mut self,
        info: &DefInfo,
        args: Vec<ExprIdx>,
        tail: bool,
        origin: Origin,
    ) -> ExprIdx {
        let fits = match info.kind.arities() {
            Some(arities) if !arities.accepts(args.len()) => {
                let message = format!("`{}` takes {arities}, {} given", info.name.name, args.len());
                let problem = self.cx.runtime_error(Code::WRONG_ARITY, origin, message);
                self.cx.report(problem);
                false
            }
            Some(_) => true,
            None => false,
        };
        let global = self.global(info);
        match &info.kind {
            DefKind::Native(_, arities) if fits && arities.fixed.contains(&(args.len() as u32)) => {
                self.push(Expr::CallNative { global, args }, origin)
            }
            DefKind::Native(..) | DefKind::Function { .. } if fits => {
                self.push(Expr::CallGlobal { global, args, tail }, origin)
            }
            _ => self.call_global_value(info, args, tail, origin),
        }
    }

    /// A call of a definition's value. (The callee comes after the arguments in the arena; it is
    /// evaluated first all the same.)
    fn call_global_value(
        &mut self,
        info: &DefInfo,
        args: Vec<ExprIdx>,
        tail: bool,
        origin: Origin,
    ) -> ExprIdx {
        let global = self.global(info);
        let callee = self.push(Expr::Global(global), origin);
        self.push(Expr::Call { callee, args, tail }, origin)
    }

    fn call_value(
        &mut self,
        form: &Datum,
        head: &Datum,
        args: &[Datum],
        position: Position,
    ) -> ExprIdx {
        let callee = self.expr(head, position.inner());
        let count = args.len();
        let complaint = match &self.exprs[callee.index()] {
            Expr::Const(datum) => match &datum.kind {
                DatumKind::Keyword(_) | DatumKind::Symbol(_) | DatumKind::Map(_)
                    if !(1..=2).contains(&count) =>
                {
                    let what = match &datum.kind {
                        DatumKind::Keyword(_) => "a keyword",
                        DatumKind::Symbol(_) => "a symbol",
                        _ => "a map",
                    };
                    Some((
                        Code::WRONG_ARITY,
                        format!("{what} takes 1 or 2 arguments, {count} given"),
                    ))
                }
                DatumKind::Vector(_) | DatumKind::Set(_) if count != 1 => Some((
                    Code::WRONG_ARITY,
                    format!("a collection takes 1 argument, {count} given"),
                )),
                DatumKind::Keyword(_)
                | DatumKind::Symbol(_)
                | DatumKind::Map(_)
                | DatumKind::Vector(_)
                | DatumKind::Set(_) => None,
                _ => Some((Code::NOT_A_FUNCTION, format!("`{datum}` is not a function"))),
            },
            Expr::Fn(func) => {
                let func = &self.funcs[func.index()];
                let arities = crate::definition::Arities {
                    fixed: func
                        .arities
                        .iter()
                        .filter(|arity| !arity.variadic)
                        .map(|arity| arity.params)
                        .collect(),
                    variadic: func
                        .arities
                        .iter()
                        .find(|arity| arity.variadic)
                        .map(|arity| arity.params),
                };
                (!arities.accepts(count)).then(|| {
                    (
                        Code::WRONG_ARITY,
                        format!("this function takes {arities}, {count} given"),
                    )
                })
            }
            _ => None,
        };
        if let Some((code, message)) = complaint {
            let problem = self
                .cx
                .runtime_error(code, self.cx.origin_of(form), message);
            self.cx.report(problem);
        }
        let args = args
            .iter()
            .map(|arg| self.expr(arg, position.inner()))
            .collect();
        self.push(
            Expr::Call {
                callee,
                args,
                tail: position.tail,
            },
            form.origin,
        )
    }

    /// A call whose head names nothing: constructors of errors, calls of the host, mistakes.
    fn call_missing(
        &mut self,
        form: &Datum,
        symbol: &Symbol,
        mut args: &[Datum],
        missing: Missing,
        position: Position,
    ) -> ExprIdx {
        if symbol.ns.is_none()
            && let Some(class) = symbol.name.strip_suffix('.')
            && special::is_error_class(class)
        {
            let call = new_error(class, args, self.cx.origin_of(form));
            return self.expr(&call, position);
        }
        if let Some(class) = symbol.name.strip_suffix('.')
            && let Some(call) = self.construction(symbol.ns.as_ref(), class, args, form)
        {
            return self.expr(&call, position);
        }
        if symbol.ns.is_none()
            && let Some(field) = symbol.name.strip_prefix(".-")
            && let [value] = args
        {
            let origin = self.cx.origin_of(form);
            let field = Symbol {
                ns: None,
                name: field.into(),
            };
            let call = vec![
                Datum::qualified(OX_CORE, "field-named", origin),
                value.clone(),
                Datum::new(DatumKind::Keyword(field), origin),
            ];
            return self.expr(&Datum::list(call, origin), position);
        }
        if let Some(method) = host::method_name(symbol)
            && let Some((target, others)) = args.split_first()
            && host::is_member(self.cx.db, self.cx.file, method)
        {
            let origin = self.cx.origin_of(form);
            let method = Symbol::simple(method);
            let mut call = vec![
                Datum::qualified(OX_CORE, "host-call", origin),
                target.clone(),
                Datum::new(DatumKind::Keyword(method), origin),
            ];
            call.extend_from_slice(others);
            return self.expr(&Datum::list(call, origin), position);
        }
        // Of a namespace that does not exist nobody knows whether this is a macro, whose operands mean
        // something else than they seem to.
        let may_be_macro = matches!(missing, Missing::Reported);
        let message = if is_unquote(symbol) {
            let message = "an unquote stands outside of a syntax-quote".to_owned();
            let problem = self
                .cx
                .error(Code::UNQUOTE_OUTSIDE, form.origin, message.clone());
            self.cx.report(problem);
            // Those directly within it are the same mistake.
            while let [only] = args
                && let Some([head, inner @ ..]) = only.as_list()
                && head.as_symbol().is_some_and(is_unquote)
            {
                args = inner;
            }
            message
        } else if symbol.ns.is_none()
            && symbol.name.len() > 1
            && (symbol.name.starts_with('.') || symbol.name.ends_with('.'))
        {
            self.host_interop(form, symbol)
        } else {
            let head = form
                .as_list()
                .and_then(<[Datum]>::first)
                .map_or(form.origin, |head| head.origin);
            let locals = self.scope.names();
            self.cx.report_missing(symbol, missing, head, locals)
        };
        // The arguments are looked at for their own mistakes, and computed as they would be.
        let said = self.cx.problems.len();
        let mut exprs: Vec<ExprIdx> = args
            .iter()
            .map(|arg| self.expr(arg, position.inner()))
            .collect();
        if may_be_macro {
            self.cx.problems.truncate(said);
        }
        let error = self.error(message, form.origin);
        if exprs.is_empty() {
            return error;
        }
        exprs.push(error);
        self.push(Expr::Do(exprs), form.origin)
    }

    /// `(->Type args…)` for `(Type. args…)`, if that is a type of the program.
    pub(super) fn construction(
        &mut self,
        ns: Option<&Arc<str>>,
        class: &str,
        args: &[Datum],
        form: &Datum,
    ) -> Option<Datum> {
        let symbol = |name: Arc<str>| Symbol {
            ns: ns.cloned(),
            name,
        };
        let Resolution::Def(info) = self.cx.resolve(&symbol(class.into())) else {
            return None;
        };
        let origin = self.cx.origin_of(form);
        let maker = format!("->{}", info.name.name);
        let maker = match info.name.ns == self.cx.ns {
            true => Datum::symbol(maker, origin),
            false => Datum::qualified(info.name.ns.clone(), maker, origin),
        };
        let made = maker.as_symbol().map(|maker| self.cx.resolve(maker));
        if !matches!(made, Some(Resolution::Def(_))) {
            return None;
        }
        let mut call = vec![maker];
        call.extend_from_slice(args);
        Some(Datum::list(call, origin))
    }

    /// Reports a call of the host that no table has.
    fn host_interop(&mut self, form: &Datum, symbol: &Symbol) -> String {
        let problem = self.cx.no_host_call(symbol, form.origin);
        let message = problem.message.clone();
        self.cx.report(problem);
        message
    }

    /// `(. target (method args…))`, `(. target method args…)`, `(. target -field)`, as the call or the
    /// value that it is short for.
    pub(super) fn dot(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        let (target, member, args) = match args {
            [target, member] => match member.as_list() {
                Some([member, args @ ..]) => (target, member, args),
                _ => (target, member, &[][..]),
            },
            [target, member, args @ ..] => (target, member, args),
            _ => return self.malformed(form, "`.` takes a value or class, then a method or field"),
        };
        let Some(name) = member.as_symbol().map(|symbol| symbol.name.clone()) else {
            return self.malformed(form, &format!("`{member}` is no name of a method or field"));
        };
        let class = target.as_symbol().filter(|class| {
            class.ns.is_none() && host::is_class(&class.name) && !self.scope.contains(&class.name)
        });
        let origin = self.cx.origin_of(form);
        let mut call = match class {
            Some(class) => {
                let name = name.strip_prefix('-').unwrap_or(&name);
                vec![Datum::qualified(class.name.clone(), name, member.origin)]
            }
            None => vec![
                Datum::symbol(format!(".{name}"), member.origin),
                target.clone(),
            ],
        };
        call.extend_from_slice(args);
        self.expr(&Datum::list(call, origin), position)
    }

    /// An expression of which only the truth counts: `and` and `or` become conditions without
    /// intermediate values.
    pub(super) fn condition(&mut self, datum: &Datum, position: Position) -> ExprIdx {
        let Some((which, args)) = self.connective(datum) else {
            return self.expr(datum, position.inner());
        };
        stacker::maybe_grow(
            crate::expand::STACK_RED_ZONE,
            crate::expand::STACK_GROWTH,
            || {
                let outer = self.cx.origin;
                self.cx.origin = self.cx.origin_of(datum);
                let idx = self.connected(which, args, datum.origin, position);
                self.cx.origin = outer;
                idx
            },
        )
    }

    fn connected(
        &mut self,
        which: bool,
        args: &[Datum],
        origin: Origin,
        position: Position,
    ) -> ExprIdx {
        let truth = |value: bool| Expr::Const(Datum::new(DatumKind::Bool(value), Origin::NONE));
        match args.split_first() {
            None => self.push(truth(which), origin),
            Some((only, [])) => self.condition(only, position),
            Some((first, rest)) => {
                let test = self.condition(first, position);
                let (then, else_) = if which {
                    let rest = self.connected(which, rest, origin, position);
                    (rest, self.push(truth(false), origin))
                } else {
                    let then = self.push(truth(true), origin);
                    (then, self.connected(which, rest, origin, position))
                };
                self.push(Expr::If { test, then, else_ }, origin)
            }
        }
    }

    /// Whether the form is a call of the core's `and` (true) or `or` (false), and its operands.
    fn connective<'d>(&mut self, datum: &'d Datum) -> Option<(bool, &'d [Datum])> {
        let (head, args) = datum.as_list()?.split_first()?;
        let symbol = head.as_symbol()?;
        if !matches!(&*symbol.name, "and" | "or")
            || (symbol.ns.is_none() && self.scope.contains(&symbol.name))
        {
            return None;
        }
        match self.cx.resolve(symbol) {
            Resolution::Core(CoreMacro::Rewrite("and")) => Some((true, args)),
            Resolution::Core(CoreMacro::Rewrite("or")) => Some((false, args)),
            _ => None,
        }
    }
}

/// Whether the symbol is what `~` or `~@` reads as.
fn is_unquote(symbol: &Symbol) -> bool {
    matches!(symbol.ns.as_deref(), Some(CLOJURE_CORE | OX_CORE))
        && matches!(&*symbol.name, "unquote" | "unquote-splicing")
}

/// `(ox.core/new-error 'Class args…)`
pub(super) fn new_error(class: &str, args: &[Datum], origin: Origin) -> Datum {
    let mut items = vec![
        Datum::qualified(OX_CORE, "new-error", origin),
        Datum::list(
            vec![Datum::symbol("quote", origin), Datum::symbol(class, origin)],
            origin,
        ),
    ];
    items.extend_from_slice(args);
    Datum::list(items, origin)
}
