//! HIR: the resolved, desugared tree of one definition, which code generation reads.
//!
//! Invariants:
//! - A [`Body`] holds no position, no local name, no documentation and no name of the definition
//!   itself: those are in the [`BodySource`] beside it. Renaming a local, moving code and editing
//!   comments leave the body equal.
//! - Expressions are in post-order: the children of an expression have smaller indices, every
//!   expression but the roots of functions and of the body is the child of exactly one other, and
//!   (in code without mistakes) nothing else is in the arena. Equal trees are equal arenas.
//! - Globals are numbered in the order of first use; locals are numbered per arity, parameters
//!   first, in the order in which they are bound. So a body is alpha-normal as it stands.
//! - Every function lists its captures; an expression names only locals of its own arity, captures
//!   of its own function, and the function itself.
//! - Data in [`Expr::Const`] has [`Origin::NONE`] everywhere and holds no `AutoKeyword`,
//!   `AutoSymbol` or `Error`.
//!
//! Evaluation order is that of the operands as listed, callee first. Errors of the program's text
//! have been reported when a body exists; the place of each is an [`Expr::Error`].

use std::fmt;
use std::sync::Arc;

pub use syntax::datum::{Datum, Origin};

/// The name of a definition: namespace and name within it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefName {
    /// The namespace.
    pub ns: Arc<str>,
    /// The name within it.
    pub name: Arc<str>,
}

impl DefName {
    /// The name `ns/name`.
    pub fn new(ns: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self {
            ns: ns.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for DefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ns, self.name)
    }
}

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as a `usize`.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )* };
}

index! {
    /// Index into [`Body::exprs`].
    ExprIdx;
    /// Index into [`Body::funcs`].
    FuncIdx;
    /// Index into [`Body::globals`]: the ordinal that a chunk's reference table uses too.
    GlobalIdx;
    /// A local of an arity: `0 .. Arity::locals`, of which the first are the parameters.
    LocalIdx;
    /// Index into [`Func::captures`].
    CaptureIdx;
}

/// The resolved code of one definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// What the definition is.
    pub root: Root,
    /// The arena of expressions.
    pub exprs: Vec<Expr>,
    /// Functions made by this body, each after those within it; of a [`Root::Func`] the last one.
    pub funcs: Vec<Func>,
    /// Definitions referred to, by ordinal.
    pub globals: Vec<GlobalRef>,
}

/// What a body defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// A function without captures (macros too: they take `&form` and `&env` first).
    Func(FuncIdx),
    /// A value: this expression, which is in tail position of a parameterless arity with the given
    /// number of locals, computes it.
    Value {
        /// The computation.
        expr: ExprIdx,
        /// Number of locals it uses.
        locals: u32,
    },
    /// A function written in Rust.
    Native(Native),
}

/// A native function, as its definition declares it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Native {
    /// Its qualified name, `ox.core/first`.
    pub name: Arc<str>,
    /// Its behavior version.
    pub version: u16,
}

/// A definition that a body refers to, with the facts about it that code generation may use. The
/// body hash holds the facts and not the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalRef {
    /// The definition.
    pub name: DefName,
    /// What it is.
    pub kind: GlobalKind,
    /// The name within `ox.core` of a definition of the core library (`ox.core` or `ox.core.*`), by
    /// which code generation may choose an instruction; part of the body hash.
    pub core: Option<Arc<str>>,
}

/// What a referred definition is, as far as code that refers to it may know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GlobalKind {
    /// A function of this language: callable directly.
    Function,
    /// A macro; only `(var m)` refers to one.
    Macro,
    /// A function written in Rust.
    Native(Native),
    /// A value shared by all processes.
    Value,
    /// A dynamic name: read by `load-dynamic`.
    Dynamic,
    /// A definition of the entry file that its entry body makes: read by `load-cell`.
    Cell,
    /// A table that namespaces contribute to: read as a value, which each image has its own of.
    Table,
}

/// A function: its arities and what it captures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Func {
    /// Fixed arities in ascending number of parameters, then at most one variadic.
    pub arities: Vec<Arity>,
    /// Where the function that makes this one finds each captured value.
    pub captures: Vec<Capture>,
}

/// One arity of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arity {
    /// Fixed parameters: locals `0 .. params`.
    pub params: u32,
    /// Whether local `params` holds the sequence of further arguments (nil if there is none).
    pub variadic: bool,
    /// Number of locals, parameters included.
    pub locals: u32,
    /// The code; in tail position. [`Expr::Recur`] outside an inner loop rebinds the parameters.
    pub body: ExprIdx,
}

/// Where a captured value is when the closure is made, seen from the function that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capture {
    /// A local of the making arity.
    Local(LocalIdx),
    /// A capture of the making function.
    Capture(CaptureIdx),
    /// The making function itself.
    SelfFn,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A literal or quoted datum, with its metadata.
    Const(Datum),
    /// A local of this arity.
    Local(LocalIdx),
    /// A captured value of this function.
    Capture(CaptureIdx),
    /// This function itself, by the name of a named `fn`.
    SelfFn,
    /// The value of a definition.
    Global(GlobalIdx),
    /// The var object of a definition, `#'x`.
    Var(GlobalIdx),
    /// A call of a value. A keyword constant as callee is `(:k m)`.
    Call {
        /// What is called.
        callee: ExprIdx,
        /// The arguments.
        args: Vec<ExprIdx>,
        /// Whether the call is in tail position.
        tail: bool,
    },
    /// A call of a definition of kind `Function`, or of any `Native` arity.
    CallGlobal {
        /// What is called.
        global: GlobalIdx,
        /// The arguments; their number is one that the definition takes.
        args: Vec<ExprIdx>,
        /// Whether the call is in tail position.
        tail: bool,
    },
    /// A call of a native definition with a number of arguments that one of its fixed arities
    /// takes: no frame is needed.
    CallNative {
        /// What is called; of kind `Native`.
        global: GlobalIdx,
        /// The arguments.
        args: Vec<ExprIdx>,
    },
    /// `(apply* f a … seq)`: a call whose last argument is a sequence of further arguments.
    Apply {
        /// What is called.
        callee: ExprIdx,
        /// The arguments, at least one; the last is the sequence.
        args: Vec<ExprIdx>,
        /// Whether the call is in tail position.
        tail: bool,
    },
    /// `if`: `nil` and `false` choose `else_`.
    If {
        /// The condition.
        test: ExprIdx,
        /// Value when the condition holds.
        then: ExprIdx,
        /// Value otherwise.
        else_: ExprIdx,
    },
    /// Expressions in order, at least two; the last gives the value.
    Do(Vec<ExprIdx>),
    /// Binds locals in order, each visible from the next on.
    Let {
        /// The locals and their values, at least one.
        bindings: Vec<(LocalIdx, ExprIdx)>,
        /// The code that sees them.
        body: ExprIdx,
    },
    /// As `Let`; [`Expr::Recur`] in the body's tail positions rebinds all the locals at once.
    Loop {
        /// The locals and their first values; may be empty.
        bindings: Vec<(LocalIdx, ExprIdx)>,
        /// The code that sees them.
        body: ExprIdx,
    },
    /// Jumps to the innermost enclosing `Loop` of this arity, else to the arity's start, with as
    /// many values as that has locals (parameters, the rest sequence included). All values are
    /// computed before any local changes. Always in tail position of its target.
    Recur(Vec<ExprIdx>),
    /// Makes a function.
    Fn(FuncIdx),
    /// Binds functions that see one another: a capture that names one of these locals is filled
    /// in after all of them are made.
    LetFn {
        /// The locals and their functions, at least one.
        funcs: Vec<(LocalIdx, FuncIdx)>,
        /// The code that sees them.
        body: ExprIdx,
    },
    /// Makes a lazy cell whose thunk is this function (one arity, no parameters). The thunk takes
    /// its captures into registers and forgets itself when it starts.
    LazyCell(FuncIdx),
    /// A vector that is not constant.
    Vector(Vec<ExprIdx>),
    /// A map that is not constant, in the order written.
    Map(Vec<(ExprIdx, ExprIdx)>),
    /// A set that is not constant, in the order written.
    Set(Vec<ExprIdx>),
    /// Throws the value.
    Throw(ExprIdx),
    /// `try`. No part of it is in tail position.
    Try {
        /// The protected code.
        body: ExprIdx,
        /// The handler of errors from `body`.
        catch: Option<Catch>,
        /// Code run, for its effects only, whichever way control leaves `body` and the handler:
        /// emitted on the normal path and in a handler of all errors that rethrows.
        finally: Option<ExprIdx>,
    },
    /// Puts a value into the cell of a definition of kind `Cell`; its value is the var object.
    StoreCell {
        /// The definition.
        global: GlobalIdx,
        /// The value.
        value: ExprIdx,
    },
    /// A mistake in the text, reported as a diagnostic: throws an error with this message.
    Error(Arc<str>),
}

/// The one handler of a `try`: its body tests the clauses in order and rethrows when none matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catch {
    /// The local that holds the error.
    pub error: LocalIdx,
    /// Whether cancellation is handled too (a clause names `:ox/cancelled`).
    pub cancelled: bool,
    /// The clauses as nested conditionals.
    pub body: ExprIdx,
}

/// Names and places of a body; outside every hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodySource {
    /// The origin of each expression, in step with [`Body::exprs`]; relative to the top-level form.
    pub origins: Vec<Origin>,
    /// In step with [`Body::funcs`].
    pub funcs: Vec<FuncSource>,
    /// Names of the locals of a [`Root::Value`].
    pub locals: Vec<Arc<str>>,
}

/// Names and places of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FuncSource {
    /// The name of a named function; of a definition its own name.
    pub name: Option<Arc<str>>,
    /// The form that made it.
    pub origin: Origin,
    /// Names of the captured locals, in step with [`Func::captures`].
    pub captures: Vec<Arc<str>>,
    /// In step with [`Func::arities`]: the names of the locals.
    pub arities: Vec<Vec<Arc<str>>>,
}

impl Body {
    /// The expression at `idx`.
    pub fn expr(&self, idx: ExprIdx) -> &Expr {
        &self.exprs[idx.index()]
    }

    /// The function at `idx`.
    pub fn func(&self, idx: FuncIdx) -> &Func {
        &self.funcs[idx.index()]
    }

    /// The definition at `idx`.
    pub fn global(&self, idx: GlobalIdx) -> &GlobalRef {
        &self.globals[idx.index()]
    }
}

impl Expr {
    /// Calls `visit` with every child expression, in evaluation order. Functions made here are not
    /// entered: their bodies are reached through [`Body::funcs`].
    pub fn for_each_child(&self, mut visit: impl FnMut(ExprIdx)) {
        match self {
            Expr::Const(_)
            | Expr::Local(_)
            | Expr::Capture(_)
            | Expr::SelfFn
            | Expr::Global(_)
            | Expr::Var(_)
            | Expr::Fn(_)
            | Expr::LazyCell(_)
            | Expr::Error(_) => {}
            Expr::Call { callee, args, .. } | Expr::Apply { callee, args, .. } => {
                visit(*callee);
                args.iter().copied().for_each(visit);
            }
            Expr::CallGlobal { args, .. } | Expr::CallNative { args, .. } => {
                args.iter().copied().for_each(visit);
            }
            Expr::Do(exprs) | Expr::Vector(exprs) | Expr::Set(exprs) | Expr::Recur(exprs) => {
                exprs.iter().copied().for_each(visit);
            }
            Expr::If { test, then, else_ } => {
                visit(*test);
                visit(*then);
                visit(*else_);
            }
            Expr::Let { bindings, body } | Expr::Loop { bindings, body } => {
                bindings.iter().for_each(|(_, value)| visit(*value));
                visit(*body);
            }
            Expr::LetFn { body, .. } => visit(*body),
            Expr::Map(entries) => entries.iter().for_each(|(key, value)| {
                visit(*key);
                visit(*value);
            }),
            Expr::Throw(value) | Expr::StoreCell { value, .. } => visit(*value),
            Expr::Try {
                body,
                catch,
                finally,
            } => {
                visit(*body);
                if let Some(catch) = catch {
                    visit(catch.body);
                }
                if let Some(finally) = finally {
                    visit(*finally);
                }
            }
        }
    }
}
