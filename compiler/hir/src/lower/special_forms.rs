//! The special forms.
//!
//! # Invariants
//! - A malformed form is one diagnostic and an error node, about which nothing further is said.
//! - What is the value of a form is lowered in the form's position, all else in an inner one, in which a
//!   `recur` is a mistake.

use std::sync::Arc;

use source::Code;
use syntax::datum::{Datum, DatumKind, Symbol};

use super::call::new_error;
use super::{Lowerer, Position, Recur, nil, special};
use crate::body::{Catch, Expr, ExprIdx, LocalIdx, Origin};
use crate::definition::DefKind;
use crate::expand::build::{OX_CORE, simple_symbol};
use crate::header::is_core_family;
use crate::names::{Missing, Resolution};

const CATCHES_NOTHING: &str = "this clause catches nothing";

impl Lowerer<'_, '_> {
    pub(super) fn special(
        &mut self,
        name: &str,
        form: &Datum,
        args: &[Datum],
        position: Position,
    ) -> ExprIdx {
        match name {
            "do" => self.body_of(args, position, form.origin),
            "if" => self.if_(form, args, position),
            "let*" => self.let_star(form, args, position),
            "loop*" => self.loop_star(form, args, position),
            "recur" => self.recur(form, args, position),
            "fn*" => self.fn_star(form, args, position),
            "letfn*" => self.letfn_star(form, args, position),
            "quote" => self.quote(form, args),
            "var" => self.var(form, args),
            "throw" => match args {
                [value] => {
                    let value = self.expr(value, position.inner());
                    self.push(Expr::Throw(value), form.origin)
                }
                _ => self.malformed(form, "`throw` takes one value"),
            },
            "try" => self.try_(form, args, position),
            "lazy-cell*" => self.lazy_cell(form, args),
            "apply*" => self.apply(form, args, position),
            "set!" => self.set(form, args, position),
            "new" => match args {
                [class, args @ ..]
                    if class.as_symbol().is_some_and(|symbol| {
                        symbol.ns.is_none() && special::is_error_class(&symbol.name)
                    }) =>
                {
                    let class = class
                        .as_symbol()
                        .map_or_else(String::new, |class| class.name.to_string());
                    let call = new_error(&class, args, self.cx.origin_of(form));
                    self.expr(&call, position)
                }
                [written, args @ ..] => {
                    let class = written.as_symbol().cloned();
                    let call = class.and_then(|class| {
                        self.construction(class.ns.as_ref(), &class.name, args, form)
                    });
                    match (call, written.as_symbol()) {
                        (Some(call), _) => self.expr(&call, position),
                        (None, Some(class)) => {
                            let head = Symbol {
                                ns: class.ns.clone(),
                                name: format!("{}.", class.name).into(),
                            };
                            let origin = self.cx.origin_of(form);
                            let mut call = vec![Datum::new(DatumKind::Symbol(head), origin)];
                            call.extend_from_slice(args);
                            self.expr(&Datum::list(call, origin), position)
                        }
                        (None, None) => self.malformed(form, "`new` takes a class, then arguments"),
                    }
                }
                [] => self.malformed(form, "`new` takes a class, then arguments"),
            },
            "." => self.dot(form, args, position),
            "monitor-enter" | "monitor-exit" => self.interop(form),
            "def" => {
                let message = "a definition stands at top level, not within an expression";
                let problem = self
                    .cx
                    .error(Code::NESTED_DEFINITION, form.origin, message)
                    .label("`def` here")
                    .note(
                        "`let` makes a local value; at top level a `let` may surround definitions",
                    );
                self.cx.report(problem);
                self.error(message, form.origin)
            }
            _ => self.malformed(form, &format!("`{name}` stands only within `try`")),
        }
    }

    /// Reports a special form that is not as it must be.
    fn complain(&mut self, form: &Datum, message: &str) {
        let problem = self
            .cx
            .error(Code::INVALID_SPECIAL_FORM, form.origin, message);
        self.cx.report(problem);
    }

    /// As [`Lowerer::complain`], and the expression that stands in its place.
    pub(super) fn malformed(&mut self, form: &Datum, message: &str) -> ExprIdx {
        self.complain(form, message);
        self.error(message, form.origin)
    }

    fn interop(&mut self, form: &Datum) -> ExprIdx {
        let message = "there is no host to call";
        let problem = self
            .cx
            .error(Code::HOST_INTEROP, form.origin, message)
            .label("host interop")
            .note("portable code can put it into a branch of a reader conditional: `#?(:clj … :ox …)`");
        self.cx.report(problem);
        self.error(message, form.origin)
    }

    fn if_(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        let (test, then, else_) = match args {
            [test, then] => (test, then, None),
            [test, then, else_] => (test, then, Some(else_)),
            _ => return self.malformed(form, "`if` takes a test, a form and perhaps another"),
        };
        let test = self.condition(test, position);
        let then = self.expr(then, position);
        let else_ = match else_ {
            Some(else_) => self.expr(else_, position),
            None => self.push(Expr::Const(nil()), form.origin),
        };
        self.push(Expr::If { test, then, else_ }, form.origin)
    }

    /// The pairs of a binding vector of plain symbols; others have been reported.
    fn plain_bindings<'d>(
        &mut self,
        form: &Datum,
        args: &'d [Datum],
    ) -> Option<Vec<(Arc<str>, &'d Datum)>> {
        let Some(items) = args
            .first()
            .and_then(Datum::as_vector)
            .filter(|items| items.len().is_multiple_of(2))
        else {
            self.complain(form, "a vector of names and values is needed here");
            return None;
        };
        let mut bindings = Vec::with_capacity(items.len() / 2);
        for pair in items.chunks_exact(2) {
            match simple_symbol(&pair[0]) {
                Some(name) => bindings.push((name.clone(), &pair[1])),
                None => {
                    self.complain(&pair[0], &format!("`{}` cannot be bound", pair[0]));
                    bindings.push(("_".into(), &pair[1]));
                }
            }
        }
        Some(bindings)
    }

    fn bind_all(
        &mut self,
        bindings: Vec<(Arc<str>, &Datum)>,
        position: Position,
    ) -> Vec<(LocalIdx, ExprIdx)> {
        let mut bound = Vec::with_capacity(bindings.len());
        for (name, value) in bindings {
            let value = self.expr(value, position.inner());
            let local = self.scope.local(name.clone());
            self.scope.bind(name, local);
            bound.push((local, value));
        }
        bound
    }

    fn let_star(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        let Some(bindings) = self.plain_bindings(form, args) else {
            return self.error("an invalid `let`", form.origin);
        };
        let mark = self.scope.mark();
        let bindings = self.bind_all(bindings, position);
        let body = self.body_of(&args[1..], position, form.origin);
        self.scope.leave(mark);
        if bindings.is_empty() {
            return body;
        }
        self.push(Expr::Let { bindings, body }, form.origin)
    }

    fn loop_star(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        let Some(bindings) = self.plain_bindings(form, args) else {
            return self.error("an invalid `loop`", form.origin);
        };
        let mark = self.scope.mark();
        let bindings = self.bind_all(bindings, position);
        self.scope.enter_target(bindings.len());
        let inside = Position {
            tail: position.tail,
            recur: Recur::Allowed,
        };
        let body = self.body_of(&args[1..], inside, form.origin);
        self.scope.leave_target();
        self.scope.leave(mark);
        self.push(Expr::Loop { bindings, body }, form.origin)
    }

    fn recur(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        let complaint = match (position.recur, self.scope.target()) {
            (Recur::AcrossTry, _) => Some("`recur` cannot leave a `try`".to_owned()),
            (_, None) => Some("there is no loop or function here to `recur` to".to_owned()),
            (Recur::NotTail, _) => Some("`recur` stands in tail position only".to_owned()),
            (Recur::Allowed, Some(count)) if count != args.len() => Some(format!(
                "`recur` needs {count} {} here, {} given",
                if count == 1 { "value" } else { "values" },
                args.len()
            )),
            (Recur::Allowed, Some(_)) => None,
        };
        if let Some(message) = complaint {
            let mut problem = self
                .cx
                .error(Code::INVALID_RECUR, form.origin, message.clone());
            if position.recur == Recur::NotTail {
                problem = problem.note("its value is used by the form around it; call the function by its name, or use `loop`");
            }
            self.cx.report(problem);
            return self.error(message, form.origin);
        }
        let values = self.all(args, position);
        self.push(Expr::Recur(values), form.origin)
    }

    fn fn_star(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        match self.function(form, args) {
            Some(func) => {
                let idx = self.push(Expr::Fn(func), form.origin);
                self.with_meta(form, idx, position)
            }
            None => self.error("an invalid function", form.origin),
        }
    }

    fn letfn_star(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        let Some(bindings) = self.plain_bindings(form, args) else {
            return self.error("an invalid `letfn`", form.origin);
        };
        let mark = self.scope.mark();
        let mut locals = Vec::with_capacity(bindings.len());
        for (name, _) in &bindings {
            let local = self.scope.local(name.clone());
            self.scope.bind(name.clone(), local);
            locals.push(local);
        }
        let mut funcs = Vec::with_capacity(bindings.len());
        let mut failed = false;
        for (local, (_, function)) in locals.into_iter().zip(&bindings) {
            match self.function_form(function) {
                Some(func) => funcs.push((local, func)),
                None => failed = true,
            }
        }
        if failed {
            self.scope.leave(mark);
            return self.error("an invalid function in `letfn`", form.origin);
        }
        let body = self.body_of(&args[1..], position, form.origin);
        self.scope.leave(mark);
        if funcs.is_empty() {
            return body;
        }
        self.push(Expr::LetFn { funcs, body }, form.origin)
    }

    fn quote(&mut self, form: &Datum, args: &[Datum]) -> ExprIdx {
        match args {
            [datum] => {
                let data = self.cx.quoted(datum);
                self.push(Expr::Const(data), form.origin)
            }
            _ => self.malformed(form, "`quote` takes one form"),
        }
    }

    fn var(&mut self, form: &Datum, args: &[Datum]) -> ExprIdx {
        let [name] = args else {
            return self.malformed(form, "`var` takes the name of a definition");
        };
        let Some(symbol) = name.as_symbol() else {
            return self.malformed(name, "`var` takes the name of a definition");
        };
        if symbol.ns.is_none() && self.scope.contains(&symbol.name) {
            return self.malformed(name, &format!("`{symbol}` is a local, not a definition"));
        }
        match self.cx.resolve(symbol) {
            Resolution::Def(info) => {
                let global = self.global(&info);
                self.push(Expr::Var(global), form.origin)
            }
            Resolution::Core(_) => self.malformed(
                name,
                &format!("`{symbol}` is part of the language: it has no var"),
            ),
            // A private definition can be reached, for tests.
            Resolution::Missing(Missing::Private(def)) => {
                match crate::db::file_of(self.cx.db, &def.ns)
                    .and_then(|file| crate::names::written_names(self.cx.db, file).get(&def.name))
                {
                    Some(info) => {
                        let global = self.global(info);
                        self.push(Expr::Var(global), form.origin)
                    }
                    None => self.error(format!("`{def}` is not defined"), form.origin),
                }
            }
            Resolution::Missing(missing) => {
                let origin = self.cx.origin_of(name);
                let message = self.cx.report_missing(symbol, missing, origin, Vec::new());
                self.error(message, form.origin)
            }
        }
    }

    fn lazy_cell(&mut self, form: &Datum, args: &[Datum]) -> ExprIdx {
        let [function] = args else {
            return self.malformed(form, "`lazy-cell*` takes a function");
        };
        let Some(func) = self.function_form(function) else {
            return self.error("an invalid lazy cell", form.origin);
        };
        let arities = &self.funcs[func.index()].arities;
        if !matches!(&arities[..], [arity] if arity.params == 0 && !arity.variadic) {
            return self.malformed(form, "the function of `lazy-cell*` takes no arguments");
        }
        self.push(Expr::LazyCell(func), form.origin)
    }

    fn apply(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        let [function, args @ ..] = args else {
            return self.malformed(form, "`apply*` takes a function and arguments");
        };
        if args.is_empty() {
            return self.malformed(form, "`apply*` takes a sequence of arguments");
        }
        let callee = self.expr(function, position.inner());
        let args = self.all(args, position);
        self.push(
            Expr::Apply {
                callee,
                args,
                tail: position.tail,
            },
            form.origin,
        )
    }

    fn set(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        /// Names that mean something to Clojure's compiler alone.
        const COMPILER_OPTIONS: &[&str] = &["*unchecked-math*", "*warn-on-reflection*"];
        let [target, value] = args else {
            return self.malformed(
                form,
                "`set!` takes the name of a dynamic definition and a value",
            );
        };
        let Some(symbol) = target.as_symbol() else {
            return self.interop(form);
        };
        if symbol.ns.is_none() && self.scope.contains(&symbol.name) {
            return self.malformed(
                target,
                &format!("`{symbol}` is a local and cannot be changed"),
            );
        }
        if let Resolution::Def(info) = self.cx.resolve(symbol) {
            if info.kind != DefKind::Dynamic {
                return self.malformed(
                    target,
                    &format!("`{symbol}` is not dynamic and cannot be changed"),
                );
            }
            // Nobody has bound them where files set them, at the top level.
            if is_core_family(&info.name.ns) && COMPILER_OPTIONS.contains(&&*info.name.name) {
                return self.expr(value, position);
            }
        }
        let origin = self.cx.origin_of(form);
        let var = Datum::list(
            vec![Datum::symbol("var", origin), target.clone()],
            target.origin,
        );
        let call = Datum::list(
            vec![
                Datum::qualified(OX_CORE, "set-binding!", origin),
                var,
                value.clone(),
            ],
            origin,
        );
        self.expr(&call, position)
    }

    fn try_(&mut self, form: &Datum, args: &[Datum], position: Position) -> ExprIdx {
        let is_clause = |datum: &Datum, name: &str| {
            datum
                .as_list()
                .and_then(<[Datum]>::first)
                .is_some_and(|head| head.is_symbol(name))
        };
        let end = args
            .iter()
            .position(|arg| is_clause(arg, "catch") || is_clause(arg, "finally"))
            .unwrap_or(args.len());
        let (body, clauses) = args.split_at(end);
        if clauses.is_empty() {
            return self.body_of(body, position.inner(), form.origin);
        }
        let inside = position.protected();
        self.cx.try_depth += 1;
        let body = self.body_of(body, inside, form.origin);
        self.cx.try_depth -= 1;
        let mut catches = Vec::new();
        let mut finally = None;
        for clause in clauses {
            if finally.is_some() {
                self.complain(clause, "nothing may follow `finally`");
            } else if is_clause(clause, "catch") {
                catches.push(clause);
            } else if is_clause(clause, "finally") {
                finally = Some(clause);
            } else {
                self.complain(clause, "only `catch` and `finally` may follow a `catch`");
            }
        }
        let catch = if catches.is_empty() {
            None
        } else {
            Some(self.catch(&catches, inside))
        };
        let finally = finally.map(|clause| {
            let forms = clause
                .as_list()
                .and_then(|items| items.get(1..))
                .unwrap_or_default();
            self.body_of(forms, inside, clause.origin)
        });
        self.push(
            Expr::Try {
                body,
                catch,
                finally,
            },
            form.origin,
        )
    }

    /// The clauses as one handler.
    fn catch(&mut self, clauses: &[&Datum], position: Position) -> Catch {
        let error_name = self.cx.fresh.name("error");
        let error = self.scope.local(error_name.clone());
        let mark = self.scope.mark();
        self.scope.bind(error_name.clone(), error);
        let mut cancelled = false;
        let mut tests = Vec::new();
        for clause in clauses {
            let parts = clause.as_list().unwrap_or_default();
            let [_, kind, name, body @ ..] = parts else {
                self.complain(clause, "`catch` takes a class or kind, a name and forms");
                continue;
            };
            let Some(name) = simple_symbol(name) else {
                self.complain(name, "`catch` binds a symbol");
                continue;
            };
            let Some(kind) = self.error_kind(kind, &mut cancelled) else {
                continue;
            };
            let origin = self.cx.origin_of(clause);
            let test = Datum::list(
                vec![
                    Datum::qualified(OX_CORE, "error-matches?", origin),
                    Datum::symbol(error_name.clone(), origin),
                    Datum::list(vec![Datum::symbol("quote", origin), kind], origin),
                ],
                origin,
            );
            let test = self.expr(&test, position.inner());
            let inner = self.scope.mark();
            self.scope.bind(name.clone(), error);
            let body = self.body_of(body, position, origin);
            self.scope.leave(inner);
            tests.push((test, body, origin));
        }
        let origin = self.cx.origin;
        let local = self.push(Expr::Local(error), origin);
        let mut body = self.push(Expr::Throw(local), origin);
        for (test, then, origin) in tests.into_iter().rev() {
            body = self.push(
                Expr::If {
                    test,
                    then,
                    else_: body,
                },
                origin,
            );
        }
        self.scope.leave(mark);
        Catch {
            error,
            cancelled,
            body,
        }
    }

    /// Warns that no error of Ox is of the kind `:ox/name`, and offers a similar one.
    fn warn_of_kind(&mut self, kind: &Datum, name: &str) {
        let message = format!("no error is of the kind `{kind}`");
        let note = match scalar::suggest(name, special::ERROR_KINDS.iter().copied()) {
            Some(similar) => format!("a similar kind exists: `:ox/{similar}`"),
            None => "kinds of the namespace `ox` are those of the machine and the library; a program's own are keywords of others".to_owned(),
        };
        let problem = self
            .cx
            .warning(Code::UNKNOWN_ERROR_CLASS, kind.origin, message)
            .label(CATCHES_NOTHING)
            .note(note);
        self.cx.report(problem);
    }

    /// What a `catch` clause names, as data for `error-matches?`.
    fn error_kind(&mut self, kind: &Datum, cancelled: &mut bool) -> Option<Datum> {
        match &kind.kind {
            DatumKind::Keyword(keyword) => {
                let is_ox = keyword.ns.as_deref() == Some("ox");
                *cancelled |= is_ox && matches!(&*keyword.name, "cancelled" | "exit");
                if is_ox && special::ERROR_KINDS.binary_search(&&*keyword.name).is_err() {
                    self.warn_of_kind(kind, &keyword.name);
                }
                Some(self.cx.quoted(kind))
            }
            DatumKind::AutoKeyword { .. } => Some(self.cx.quoted(kind)),
            DatumKind::Symbol(Symbol { ns: None, name }) => {
                if !special::is_error_class(name) {
                    let message = format!("no error is known by the class `{name}`");
                    let problem = self
                        .cx
                        .warning(Code::UNKNOWN_ERROR_CLASS, kind.origin, message)
                        .label(CATCHES_NOTHING)
                        .note("`catch` takes a class of errors that Clojure programs name, a kind such as `:ox/timeout`, or `:default`");
                    self.cx.report(problem);
                }
                *cancelled |= special::catches_cancellation(name);
                Some(Datum::new(kind.kind.clone(), Origin::NONE))
            }
            DatumKind::Error => None,
            _ => {
                self.complain(kind, "`catch` takes a class of errors or a keyword");
                None
            }
        }
    }
}
