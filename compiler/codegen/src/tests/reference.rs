//! Runs bodies as they are: what their code must do.

use std::cell::RefCell;
use std::rc::Rc;

use hir::body::{Body, Capture, Expr, ExprIdx, FuncIdx, Root};

use super::value::{Outcome, Stop, Value, World, primitive};
use crate::constant::constant;

/// A function: its captures may be filled in later.
#[derive(Clone)]
pub(super) struct Closure {
    func: FuncIdx,
    captures: Rc<RefCell<Vec<V>>>,
}

type V = Value<Closure>;
type R = Outcome<Closure>;

/// How an expression ends.
enum End {
    Value(V),
    Recur(Vec<V>),
}

pub(super) struct Reference<'a> {
    pub(super) body: &'a Body,
    pub(super) world: &'a World,
}

struct Frame {
    locals: Vec<Option<V>>,
    own: Option<Closure>,
}

impl Reference<'_> {
    /// The value of a [`Root::Value`].
    pub(super) fn run(&self) -> R {
        let Root::Value { expr, locals } = self.body.root else {
            panic!("a value is run")
        };
        let mut frame = Frame {
            locals: vec![None; locals as usize],
            own: None,
        };
        self.value(&mut frame, expr)
    }

    fn value(&self, frame: &mut Frame, expr: ExprIdx) -> R {
        match self.eval(frame, expr)? {
            End::Value(value) => Ok(value),
            End::Recur(_) => panic!("a recur that is not in tail position"),
        }
    }

    fn values(&self, frame: &mut Frame, exprs: &[ExprIdx]) -> Result<Vec<V>, Stop<Closure>> {
        exprs.iter().map(|expr| self.value(frame, *expr)).collect()
    }

    fn eval(&self, frame: &mut Frame, idx: ExprIdx) -> Result<End, Stop<Closure>> {
        self.world.step()?;
        let value = match self.body.expr(idx) {
            Expr::Const(datum) => Value::of(&constant(datum, idx).unwrap()),
            Expr::Local(local) => frame.locals[local.index()].clone().expect("a bound local"),
            Expr::Capture(capture) => {
                frame.own.as_ref().unwrap().captures.borrow()[capture.index()].clone()
            }
            Expr::SelfFn => Value::Fn(frame.own.clone().unwrap()),
            Expr::Global(global) => outer(&self.body.global(*global).name.name),
            Expr::Call { callee, args, .. } => {
                let callee = self.value(frame, *callee)?;
                let args = self.values(frame, args)?;
                self.call(callee, args)?
            }
            Expr::CallGlobal { global, args, .. } | Expr::CallNative { global, args } => {
                self.call_named(frame, &self.body.global(*global).name.name.clone(), args)?
            }
            Expr::Apply { callee, args, .. } => {
                let callee = self.value(frame, *callee)?;
                let mut args = self.values(frame, args)?;
                let last = args.pop().unwrap().items()?;
                args.extend(last.iter().cloned());
                self.call(callee, args)?
            }
            Expr::If { test, then, else_ } => {
                let branch = if self.value(frame, *test)?.is_true() {
                    then
                } else {
                    else_
                };
                return self.eval(frame, *branch);
            }
            Expr::Do(exprs) => {
                let (last, effects) = exprs.split_last().unwrap();
                self.values(frame, effects)?;
                return self.eval(frame, *last);
            }
            Expr::Let { bindings, body } => {
                for (local, init) in bindings {
                    frame.locals[local.index()] = Some(self.value(frame, *init)?);
                }
                return self.eval(frame, *body);
            }
            Expr::Loop { bindings, body } => {
                for (local, init) in bindings {
                    frame.locals[local.index()] = Some(self.value(frame, *init)?);
                }
                loop {
                    match self.eval(frame, *body)? {
                        End::Value(value) => break value,
                        End::Recur(values) => {
                            for ((local, _), value) in bindings.iter().zip(values) {
                                frame.locals[local.index()] = Some(value);
                            }
                        }
                    }
                }
            }
            Expr::Recur(values) => return Ok(End::Recur(self.values(frame, values)?)),
            Expr::Fn(func) => Value::Fn(self.closure(frame, *func)),
            Expr::LazyCell(func) => Value::Lazy(self.closure(frame, *func)),
            Expr::LetFn { funcs, body } => {
                for (local, _) in funcs {
                    frame.locals[local.index()] = Some(Value::Nil);
                }
                let mut made = Vec::new();
                for (local, func) in funcs {
                    let closure = self.closure(frame, *func);
                    frame.locals[local.index()] = Some(Value::Fn(closure.clone()));
                    made.push(closure);
                }
                for closure in made {
                    let again = self.closure(frame, closure.func);
                    let captures = again.captures.borrow().clone();
                    *closure.captures.borrow_mut() = captures;
                }
                return self.eval(frame, *body);
            }
            Expr::Vector(items) => primitive(self.world, "vector", &self.values(frame, items)?)?,
            Expr::Set(items) => primitive(self.world, "set", &self.values(frame, items)?)?,
            Expr::Map(entries) => {
                let items: Vec<ExprIdx> = entries.iter().flat_map(|(k, v)| [*k, *v]).collect();
                primitive(self.world, "map", &self.values(frame, &items)?)?
            }
            Expr::Throw(value) => return Err(Stop::Thrown(self.value(frame, *value)?)),
            Expr::Try {
                body,
                catch,
                finally,
            } => {
                let mut result = self.value(frame, *body);
                if let (Some(catch), Err(Stop::Thrown(error))) = (catch, &result) {
                    frame.locals[catch.error.index()] = Some(error.clone());
                    result = self.value(frame, catch.body);
                }
                if let (Some(finally), false) = (finally, matches!(result, Err(Stop::Steps))) {
                    self.value(frame, *finally)?;
                }
                result?
            }
            Expr::Error(message) => return Err(Stop::Thrown(Value::Str(message.to_string()))),
            Expr::Var(_) | Expr::StoreCell { .. } => panic!("no test runs definitions"),
        };
        Ok(End::Value(value))
    }

    /// A call by name; the order in which the operands of the core's functions are evaluated is
    /// that of Clojure.
    fn call_named(&self, frame: &mut Frame, name: &str, args: &[ExprIdx]) -> R {
        match (name, args) {
            ("+" | "-" | "*", [first, rest @ ..]) if !rest.is_empty() => {
                let mut sum = self.value(frame, *first)?;
                for arg in rest {
                    let arg = self.value(frame, *arg)?;
                    sum = primitive(self.world, name, &[sum, arg])?;
                }
                Ok(sum)
            }
            _ => {
                let args = self.values(frame, args)?;
                self.call_outer(name, args)
            }
        }
    }

    fn call_outer(&self, name: &str, args: Vec<V>) -> R {
        let pairs = |relation: &str, flip: bool| -> R {
            for pair in args.windows(2) {
                let pair = if flip {
                    [pair[1].clone(), pair[0].clone()]
                } else {
                    [pair[0].clone(), pair[1].clone()]
                };
                if !primitive(self.world, relation, &pair)?.is_true() {
                    return Ok(Value::Bool(false));
                }
            }
            Ok(Value::Bool(true))
        };
        match (name, args.as_slice()) {
            ("<" | "<=" | "=", _) => pairs(name, false),
            (">", _) => pairs("<", true),
            (">=", _) => pairs("<=", true),
            ("not=", _) => Ok(Value::Bool(!pairs("=", false)?.is_true())),
            ("==", _) => primitive(self.world, "num-eq", &args),
            ("some?", [x]) => Ok(Value::Bool(!matches!(x, Value::Nil))),
            ("-", [x]) => primitive(self.world, "*", &[Value::Int(-1), x.clone()]),
            ("+", []) => Ok(Value::Int(0)),
            ("*", []) => Ok(Value::Int(1)),
            ("force", [Value::Lazy(thunk)]) => self.call(Value::Fn(thunk.clone()), Vec::new()),
            _ => primitive(self.world, name, &args),
        }
    }

    fn call(&self, callee: V, mut args: Vec<V>) -> R {
        self.world.step()?;
        let closure = match callee {
            Value::Fn(closure) => closure,
            Value::Outer(name) => return self.call_outer(name, args),
            Value::Keyword(_) if matches!(args.len(), 1 | 2) => {
                args.insert(1, callee);
                return primitive(self.world, "get", &args);
            }
            _ => return Err(Stop::Thrown(Value::Keyword("call".to_owned()))),
        };
        let func = self.body.func(closure.func);
        let fits = |arity: &&hir::body::Arity| {
            args.len() == arity.params as usize
                || (arity.variadic && args.len() > arity.params as usize)
        };
        let Some(arity) = func.arities.iter().find(fits) else {
            return Err(Stop::Thrown(Value::Keyword("arity".to_owned())));
        };
        let mut locals: Vec<Option<V>> = vec![None; arity.locals as usize];
        let rest = args.split_off(arity.params as usize);
        for (local, arg) in locals.iter_mut().zip(args) {
            *local = Some(arg);
        }
        if arity.variadic {
            let rest = if rest.is_empty() {
                Value::Nil
            } else {
                Value::Seq(Rc::new(rest))
            };
            locals[arity.params as usize] = Some(rest);
        }
        let mut frame = Frame {
            locals,
            own: Some(closure),
        };
        loop {
            match self.eval(&mut frame, arity.body)? {
                End::Value(value) => return Ok(value),
                End::Recur(values) => {
                    for (local, value) in frame.locals.iter_mut().zip(values) {
                        *local = Some(value);
                    }
                }
            }
        }
    }

    fn closure(&self, frame: &Frame, func: FuncIdx) -> Closure {
        let captures = self
            .body
            .func(func)
            .captures
            .iter()
            .map(|capture| match capture {
                Capture::Local(local) => {
                    frame.locals[local.index()].clone().expect("a bound local")
                }
                Capture::Capture(capture) => {
                    frame.own.as_ref().unwrap().captures.borrow()[capture.index()].clone()
                }
                Capture::SelfFn => Value::Fn(frame.own.clone().unwrap()),
            });
        Closure {
            func,
            captures: Rc::new(RefCell::new(captures.collect())),
        }
    }
}

/// A function that is not part of the program, as a value.
pub(super) fn outer<F>(name: &str) -> Value<F> {
    Value::Outer(match name {
        "sum" => "sum",
        "note" => "note",
        "+" => "+",
        other => panic!("no test uses {other} as a value"),
    })
}
