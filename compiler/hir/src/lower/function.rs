//! Functions: `fn*`, its arities, and forms that become one.

use std::sync::Arc;

use source::Code;
use syntax::datum::{Datum, DatumKind};

use super::{Lowerer, Position};
use crate::body::{Arity, Func, FuncIdx, FuncSource};
use crate::definition::DefKind;
use crate::expand::build::simple_symbol;
use crate::names::Resolution;

/// An arity as written.
struct ArityForm<'d> {
    params: Vec<Arc<str>>,
    variadic: bool,
    body: &'d [Datum],
    whole: &'d Datum,
}

impl Lowerer<'_, '_> {
    /// Lowers a form that is to be a function: `(fn* …)`, or a macro call that expands to one.
    /// `None` if it is none; that has been reported.
    pub(super) fn function_form(&mut self, form: &Datum) -> Option<FuncIdx> {
        let outer = self.cx.origin;
        self.cx.origin = self.cx.origin_of(form);
        let found = self.function_form_here(form);
        self.cx.origin = outer;
        found
    }

    fn function_form_here(&mut self, form: &Datum) -> Option<FuncIdx> {
        let [head, args @ ..] = form.as_list()? else {
            return None;
        };
        if head.is_symbol("fn*") {
            return self.function(form, args);
        }
        let symbol = head.as_symbol()?.clone();
        let (name, user, expanded) = match self.cx.resolve(&symbol) {
            Resolution::Core(core) => (
                core.name().to_owned(),
                false,
                self.cx.rewrite_core(core, form),
            ),
            Resolution::Def(info) if matches!(info.kind, DefKind::Macro(_)) => {
                let locals = self.scope.names();
                let expanded = self.cx.run_macro(&info, form, &|| locals.clone());
                (info.name.name.to_string(), true, expanded)
            }
            _ => {
                let problem = self.cx.error(
                    Code::INVALID_FUNCTION,
                    form.origin,
                    "a function is needed here: `(fn [params] body)`",
                );
                self.cx.report(problem);
                return None;
            }
        };
        let expanded = expanded.ok()?;
        let origin = self.cx.origin_of(form);
        self.cx.enter(&name, user, origin, &expanded);
        let found = self.function_form(&expanded);
        self.cx.leave();
        found
    }

    /// Lowers `(fn* name? [params…] body…)` or `(fn* name? ([params…] body…)…)`.
    pub(super) fn function(&mut self, form: &Datum, args: &[Datum]) -> Option<FuncIdx> {
        let (name, parts) = match args.split_first() {
            Some((name, rest)) if simple_symbol(name).is_some() => (simple_symbol(name), rest),
            _ => (None, args),
        };
        let mut arities = Vec::new();
        match parts.split_first() {
            Some((params, body)) if params.as_vector().is_some() => {
                arities.extend(self.arity_form(params, body, form));
            }
            _ => {
                for clause in parts {
                    match clause.as_list() {
                        Some([params, body @ ..]) => {
                            arities.extend(self.arity_form(params, body, clause));
                        }
                        _ => self.invalid(
                            clause,
                            "each arity of a function is a list of parameters and body",
                        ),
                    }
                }
            }
        }
        if arities.is_empty() {
            self.invalid(form, "a function needs a vector of parameters");
            return None;
        }
        arities.sort_by_key(|arity| (arity.variadic, arity.params.len()));
        let arities = self.without_clashes(arities);
        self.scope.enter_func(name.cloned());
        let mut lowered = Vec::with_capacity(arities.len());
        let mut names = Vec::with_capacity(arities.len());
        for arity in arities {
            let fixed = arity.params.len() as u32 - u32::from(arity.variadic);
            let mark = self.scope.mark();
            self.scope.begin_arity();
            for param in &arity.params {
                let local = self.scope.local(param.clone());
                self.scope.bind(param.clone(), local);
            }
            self.scope.enter_target(arity.params.len());
            let tries = std::mem::take(&mut self.cx.try_depth);
            let origin = self.cx.origin_of(arity.whole);
            let body = self.body_of(arity.body, Position::TAIL, origin);
            self.cx.try_depth = tries;
            self.scope.leave_target();
            self.scope.leave(mark);
            let locals = self.scope.end_arity();
            lowered.push(Arity {
                params: fixed,
                variadic: arity.variadic,
                locals: locals.len() as u32,
                body,
            });
            names.push(locals);
        }
        let (captures, capture_names) = self.scope.leave_func();
        let idx = FuncIdx(self.funcs.len() as u32);
        self.funcs.push(Func {
            arities: lowered,
            captures,
        });
        self.func_sources.push(FuncSource {
            name: name.cloned(),
            origin: self.cx.origin_of(form),
            captures: capture_names,
            arities: names,
        });
        Some(idx)
    }

    fn invalid(&mut self, datum: &Datum, message: &str) {
        if !matches!(datum.kind, DatumKind::Error) {
            let problem = self.cx.error(Code::INVALID_FUNCTION, datum.origin, message);
            self.cx.report(problem);
        }
    }

    fn arity_form<'d>(
        &mut self,
        params: &Datum,
        body: &'d [Datum],
        whole: &'d Datum,
    ) -> Option<ArityForm<'d>> {
        let Some(items) = params.as_vector() else {
            self.invalid(params, "a function needs a vector of parameters");
            return None;
        };
        let mut names = Vec::with_capacity(items.len());
        let mut variadic = false;
        let mut rest = items;
        while let Some((item, after)) = rest.split_first() {
            rest = after;
            if item.is_symbol("&") {
                match (after, variadic) {
                    ([_], false) => variadic = true,
                    _ => {
                        self.invalid(item, "exactly one parameter must follow `&`");
                        break;
                    }
                }
                continue;
            }
            match simple_symbol(item) {
                Some(name) => names.push(name.clone()),
                None => {
                    self.invalid(item, "a parameter of `fn*` is a symbol without namespace");
                    names.push("_".into());
                }
            }
        }
        Some(ArityForm {
            params: names,
            variadic,
            body,
            whole,
        })
    }

    /// Leaves out arities that no call could choose, and reports them.
    fn without_clashes<'d>(&mut self, arities: Vec<ArityForm<'d>>) -> Vec<ArityForm<'d>> {
        let mut kept: Vec<ArityForm<'d>> = Vec::with_capacity(arities.len());
        for arity in arities {
            let fixed = arity.params.len() - usize::from(arity.variadic);
            let message = if arity.variadic && kept.iter().any(|other| other.variadic) {
                "a function has at most one arity with `&`".to_owned()
            } else if !arity.variadic && kept.iter().any(|other| other.params.len() == fixed) {
                format!(
                    "two arities take {fixed} {}",
                    if fixed == 1 { "argument" } else { "arguments" }
                )
            } else if arity.variadic && kept.iter().any(|other| other.params.len() > fixed) {
                "a fixed arity has more parameters than the arity with `&`".to_owned()
            } else {
                kept.push(arity);
                continue;
            };
            self.invalid(arity.whole, &message);
        }
        kept
    }
}
