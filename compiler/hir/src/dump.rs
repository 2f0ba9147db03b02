//! HIR as text, for people and tests.
//!
//! Locals are `%0`, captures `^0`, the function itself `self`; a call in tail position is
//! `tail-call`. Definitions are written by name.

use std::fmt::{self, Write as _};

use crate::body::{Body, Capture, Expr, ExprIdx, Func, FuncIdx, Root};

/// The body as text, one line per function arity.
pub fn dump(body: &Body) -> String {
    let mut out = String::new();
    let mut printer = Printer {
        body,
        out: &mut out,
    };
    let result = match &body.root {
        Root::Func(func) => printer.func(*func),
        Root::Value { expr, .. } => printer.expr(*expr),
        Root::Native(native) => write!(out, "native {} {}", native.name, native.version),
    };
    debug_assert!(result.is_ok(), "writing to a string does not fail");
    out
}

struct Printer<'a> {
    body: &'a Body,
    out: &'a mut String,
}

impl Printer<'_> {
    fn func(&mut self, idx: FuncIdx) -> fmt::Result {
        let Func { arities, captures } = self.body.func(idx);
        self.out.push_str("(fn");
        if !captures.is_empty() {
            self.out.push_str(" {");
            for (index, capture) in captures.iter().enumerate() {
                if index > 0 {
                    self.out.push(' ');
                }
                match capture {
                    Capture::Local(local) => write!(self.out, "%{}", local.0)?,
                    Capture::Capture(capture) => write!(self.out, "^{}", capture.0)?,
                    Capture::SelfFn => self.out.push_str("self"),
                }
            }
            self.out.push('}');
        }
        for arity in arities {
            let more = if arity.variadic { "&" } else { "" };
            write!(self.out, " ([{}{more}] ", arity.params)?;
            self.expr(arity.body)?;
            self.out.push(')');
        }
        self.out.push(')');
        Ok(())
    }

    fn all(&mut self, exprs: &[ExprIdx]) -> fmt::Result {
        for expr in exprs {
            self.out.push(' ');
            self.expr(*expr)?;
        }
        self.out.push(')');
        Ok(())
    }

    fn expr(&mut self, idx: ExprIdx) -> fmt::Result {
        stacker::maybe_grow(
            crate::expand::STACK_RED_ZONE,
            crate::expand::STACK_GROWTH,
            || self.expr_here(idx),
        )
    }

    fn expr_here(&mut self, idx: ExprIdx) -> fmt::Result {
        let tail_call = |tail: bool| if tail { "(tail-call " } else { "(call " };
        match self.body.expr(idx) {
            Expr::Const(datum) => {
                let is_data = !matches!(
                    &datum.kind,
                    syntax::DatumKind::Symbol(_) | syntax::DatumKind::List(_)
                );
                if !is_data {
                    self.out.push('\'');
                }
                write!(self.out, "{datum:#}")
            }
            Expr::Local(local) => write!(self.out, "%{}", local.0),
            Expr::Capture(capture) => write!(self.out, "^{}", capture.0),
            Expr::SelfFn => self.out.write_str("self"),
            Expr::Global(global) => write!(self.out, "{}", self.body.global(*global).name),
            Expr::Var(global) => write!(self.out, "#'{}", self.body.global(*global).name),
            Expr::Call { callee, args, tail } => {
                self.out.push_str(tail_call(*tail));
                self.expr(*callee)?;
                self.all(args)
            }
            Expr::CallGlobal { global, args, tail } => {
                let name = &self.body.global(*global).name;
                write!(self.out, "{}{name}", tail_call(*tail))?;
                self.all(args)
            }
            Expr::CallNative { global, args } => {
                write!(self.out, "(native {}", self.body.global(*global).name)?;
                self.all(args)
            }
            Expr::Apply { callee, args, tail } => {
                self.out
                    .push_str(if *tail { "(tail-apply " } else { "(apply " });
                self.expr(*callee)?;
                self.all(args)
            }
            Expr::If { test, then, else_ } => {
                self.out.push_str("(if");
                self.all(&[*test, *then, *else_])
            }
            Expr::Do(exprs) => {
                self.out.push_str("(do");
                self.all(exprs)
            }
            Expr::Let { bindings, body } => {
                self.out.push_str("(let");
                self.bindings(bindings, *body)
            }
            Expr::Loop { bindings, body } => {
                self.out.push_str("(loop");
                self.bindings(bindings, *body)
            }
            Expr::Recur(values) => {
                self.out.push_str("(recur");
                self.all(values)
            }
            Expr::Fn(func) => self.func(*func),
            Expr::LetFn { funcs, body } => {
                self.out.push_str("(letfn [");
                for (index, (local, func)) in funcs.iter().enumerate() {
                    if index > 0 {
                        self.out.push(' ');
                    }
                    write!(self.out, "%{} ", local.0)?;
                    self.func(*func)?;
                }
                self.out.push(']');
                self.all(&[*body])
            }
            Expr::LazyCell(func) => {
                self.out.push_str("(lazy ");
                self.func(*func)?;
                self.out.push(')');
                Ok(())
            }
            Expr::Vector(items) => {
                self.out.push_str("(vector");
                self.all(items)
            }
            Expr::Set(items) => {
                self.out.push_str("(set");
                self.all(items)
            }
            Expr::Map(entries) => {
                let items: Vec<ExprIdx> = entries
                    .iter()
                    .flat_map(|(key, value)| [*key, *value])
                    .collect();
                self.out.push_str("(map");
                self.all(&items)
            }
            Expr::Throw(value) => {
                self.out.push_str("(throw");
                self.all(&[*value])
            }
            Expr::Try {
                body,
                catch,
                finally,
            } => {
                self.out.push_str("(try ");
                self.expr(*body)?;
                if let Some(catch) = catch {
                    let which = if catch.cancelled {
                        "catch-all"
                    } else {
                        "catch"
                    };
                    write!(self.out, " ({which} %{} ", catch.error.0)?;
                    self.expr(catch.body)?;
                    self.out.push(')');
                }
                if let Some(finally) = finally {
                    self.out.push_str(" (finally ");
                    self.expr(*finally)?;
                    self.out.push(')');
                }
                self.out.push(')');
                Ok(())
            }
            Expr::StoreCell { global, value } => {
                write!(self.out, "(store {} ", self.body.global(*global).name)?;
                self.expr(*value)?;
                self.out.push(')');
                Ok(())
            }
            Expr::Error(message) => write!(self.out, "(error {message:?})"),
        }
    }

    fn bindings(
        &mut self,
        bindings: &[(crate::body::LocalIdx, ExprIdx)],
        body: ExprIdx,
    ) -> fmt::Result {
        self.out.push_str(" [");
        for (index, (local, value)) in bindings.iter().enumerate() {
            if index > 0 {
                self.out.push(' ');
            }
            write!(self.out, "%{} ", local.0)?;
            self.expr(*value)?;
        }
        self.out.push(']');
        self.all(&[body])
    }
}
