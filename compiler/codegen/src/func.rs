//! The code of one arity: registers, and expressions that bind, choose and repeat.
//!
//! Registers are given out like a stack: parameters first, then locals as they are bound, then
//! temporaries. An expression is compiled *into* a destination. A call's window begins at the top, or
//! at the destination if that is the topmost register: then arguments are computed where the callee
//! reads them, and the result arrives where it is wanted.
//!
//! Invariants:
//! - Compiling an expression leaves [`Gen::top`] as it was.
//! - A local's register is written once, before the code that sees the local; the locals of a loop
//!   are also written when nothing reads the old values any more: by its `recur`, and by a `let` on
//!   the way there that takes over the register (`func/reuse.rs`).
//! - A [`Dest::Live`] register is written by the last instruction of every path, and only by that.
//! - Code that tests, binds or jumps reads nothing that some path to it has not written.

mod branch;
mod call;
mod choose;
mod core;
mod literal;
mod make;
mod protect;
mod recur;
mod reuse;

use std::collections::HashSet;

use bytecode::verify::REGISTERS_MAX;
use bytecode::{Instr, Op, Prototype, RefUse};
use hir::body::{Body, CaptureIdx, Expr, ExprIdx, FuncIdx, GlobalIdx, GlobalKind, LocalIdx};
use syntax::{Datum, DatumKind};

use crate::code::Code;
use crate::constant::{ConstPool, constant};
use crate::error::{CodegenError, Result};
use crate::facts::LocalRange;
use crate::scan::{Scan, scan};
use crate::unit::Unit;
use reuse::Number;

/// Native stack that must be left before an expression is compiled; else more is allocated.
pub(crate) const STACK_RED_ZONE: usize = 64 * 1024;
/// How much native stack is allocated at a time.
pub(crate) const STACK_GROWTH: usize = 1024 * 1024;

/// What is to be compiled: an arity, or the computation of a value.
pub(crate) struct Entry {
    /// The function it is of, if it is of one.
    pub(crate) func: Option<FuncIdx>,
    pub(crate) params: u32,
    pub(crate) variadic: bool,
    pub(crate) locals: u32,
    pub(crate) body: ExprIdx,
}

/// The finished code of an arity.
pub(crate) struct FuncCode {
    pub(crate) params: u16,
    prototype: Prototype,
    exprs: Vec<(u32, ExprIdx)>,
    locals: Vec<LocalRange>,
}

impl FuncCode {
    pub(crate) fn into_parts(self) -> (Prototype, Vec<(u32, ExprIdx)>, Vec<LocalRange>) {
        (self.prototype, self.exprs, self.locals)
    }
}

/// What becomes of an expression's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dest {
    /// It is the function's result.
    Return,
    /// Nothing: only the effects are wanted.
    Effect,
    /// It goes into this register, which holds nothing yet and may be used on the way.
    Fresh(u16),
    /// It goes into this register, which is read until the value is there.
    Live(u16),
}

/// Where `recur` goes.
#[derive(Clone, Debug)]
struct LoopTarget {
    head: u32,
    registers: Vec<u16>,
}

/// The generator of one arity.
struct Gen<'u, 'b> {
    unit: &'u mut Unit<'b>,
    body: &'b Body,
    func: Option<FuncIdx>,
    scan: Scan,
    code: Code,
    consts: ConstPool,
    /// First free register.
    top: u32,
    /// One more than the greatest register ever given out.
    registers: u32,
    /// Register of each local that is bound.
    locals: Vec<Option<u16>>,
    /// Enclosing targets of `recur`, innermost last; the first is the arity.
    loops: Vec<LoopTarget>,
    /// Register of each capture that was read ahead.
    captures: Vec<Option<u16>>,
    /// Register of the function itself, where `drop-self` has forgotten it.
    own: Option<u16>,
    ranges: Vec<LocalRange>,
    /// Numbers that a loop computes with, and the registers that hold them meanwhile.
    numbers: Vec<(Number, u16)>,
    /// Registers that a second local has come to share.
    shared: HashSet<u16>,
    /// Whether the expression to be compiled next is in tail position of the innermost target of
    /// `recur`: nothing that was evaluated before it waits in a local's register to be read.
    in_tail: bool,
}

/// Compiles an arity.
pub(crate) fn generate(unit: &mut Unit<'_>, entry: Entry) -> Result<FuncCode> {
    let body = unit.body;
    let params = u16::try_from(entry.params + u32::from(entry.variadic))
        .ok()
        .filter(|params| u32::from(*params) <= REGISTERS_MAX)
        .ok_or(CodegenError::TooManyRegisters {
            expr: entry.body,
            max: REGISTERS_MAX,
        })?;
    let capture_count = entry.func.map_or(0, |func| body.func(func).captures.len());
    let mut generator = Gen {
        scan: scan(body, entry.body, entry.locals),
        unit,
        body,
        func: entry.func,
        code: Code::new(entry.body),
        consts: ConstPool::default(),
        top: u32::from(params),
        registers: u32::from(params),
        locals: vec![None; entry.locals as usize],
        loops: Vec::new(),
        captures: vec![None; capture_count],
        own: None,
        ranges: Vec::new(),
        numbers: Vec::new(),
        shared: HashSet::new(),
        in_tail: false,
    };
    for local in 0..params {
        generator.open(LocalIdx(u32::from(local)), local)?;
    }
    generator.prologue()?;
    if generator.scan.loops {
        generator.hold_numbers(entry.body)?;
    }
    let head = generator.code.pin();
    generator.loops.push(LoopTarget {
        head,
        registers: (0..params).collect(),
    });
    generator.in_tail = generator.scan.loops;
    generator.expr(entry.body, Dest::Return)?;
    generator.close(0);
    let Gen {
        code,
        consts,
        registers,
        ranges,
        ..
    } = generator;
    let finished = code.finish()?;
    let prototype = Prototype {
        params: params - u16::from(entry.variadic),
        variadic: entry.variadic,
        registers: registers as u16,
        captures: capture_count as u16,
        code: finished.instrs,
        consts: consts.into_consts(),
        handlers: finished.handlers,
    };
    Ok(FuncCode {
        params: prototype.params,
        prototype,
        exprs: finished.exprs,
        locals: ranges,
    })
}

impl Gen<'_, '_> {
    /// Takes captures into registers: all of a thunk's, which then forgets itself so that nothing
    /// keeps them alive after their last use; of other functions those that a loop reads.
    fn prologue(&mut self) -> Result<()> {
        let is_thunk = self.func.is_some_and(|func| self.unit.is_thunk(func));
        if !is_thunk {
            for capture in std::mem::take(&mut self.scan.looped_captures) {
                let register = self.alloc()?;
                self.load_capture(capture, register)?;
                self.captures[capture.index()] = Some(register);
            }
            return Ok(());
        }
        if self.captures.is_empty() {
            return Ok(());
        }
        for index in 0..self.captures.len() {
            let register = self.alloc()?;
            self.load_capture(CaptureIdx(index as u32), register)?;
            self.captures[index] = Some(register);
        }
        if self.scan.uses_self {
            let register = self.alloc()?;
            self.load_self(register)?;
            self.own = Some(register);
        }
        self.emit(Instr::abc(Op::DropSelf, 0, 0, 0))
    }

    // Registers

    /// The next register.
    fn alloc(&mut self) -> Result<u16> {
        if self.top == REGISTERS_MAX {
            return Err(CodegenError::TooManyRegisters {
                expr: self.code.expr(),
                max: REGISTERS_MAX,
            });
        }
        let register = self.top as u16;
        self.top += 1;
        self.registers = self.registers.max(self.top);
        Ok(register)
    }

    /// Whether the destination is the topmost register and may be used on the way.
    fn is_topmost(&self, dest: Dest) -> bool {
        matches!(dest, Dest::Fresh(register) if u32::from(register) + 1 == self.top)
    }

    /// A register to work in, with nothing in use above it: the destination if it is the topmost,
    /// else a new one.
    fn scratch(&mut self, dest: Dest) -> Result<u16> {
        match dest {
            Dest::Fresh(register) if self.is_topmost(dest) => Ok(register),
            _ => self.alloc(),
        }
    }

    /// The register that holds the expression's value already, if there is one.
    fn in_place(&self, expr: ExprIdx) -> Option<u16> {
        match self.body.expr(expr) {
            Expr::Local(local) => self.locals.get(local.index()).copied().flatten(),
            Expr::Capture(capture) => self.captures.get(capture.index()).copied().flatten(),
            Expr::SelfFn => self.own,
            Expr::Const(datum) => self.held_number(datum),
            _ => None,
        }
    }

    /// Two values, the second computed after the first.
    fn operand_pair(&mut self, x: ExprIdx, y: ExprIdx, dest: Dest) -> Result<(u16, u16)> {
        if let Some(x) = self.in_place(x) {
            return Ok((x, self.operand_in(y, dest)?));
        }
        let x = self.operand_in(x, dest)?;
        Ok((x, self.operand(y)?))
    }

    /// The value in some register: its own if it has one, else a new one.
    fn operand(&mut self, expr: ExprIdx) -> Result<u16> {
        self.operand_in(expr, Dest::Effect)
    }

    /// As [`Gen::operand`], in the destination if that is the topmost register.
    fn operand_in(&mut self, expr: ExprIdx, dest: Dest) -> Result<u16> {
        if let Some(register) = self.in_place(expr) {
            return Ok(register);
        }
        let register = self.scratch(dest)?;
        self.expr(expr, Dest::Fresh(register))?;
        Ok(register)
    }

    /// Values in consecutive registers; the first of them. They may be in the destination and above.
    fn operands_in(&mut self, exprs: &[ExprIdx], dest: Dest) -> Result<u16> {
        let Some((&first, rest)) = exprs.split_first() else {
            return Ok(0);
        };
        if let Some(start) = self.in_place(first) {
            let follows = |(n, expr): (usize, &ExprIdx)| {
                self.in_place(*expr).map(usize::from) == Some(usize::from(start) + n + 1)
            };
            if rest.iter().enumerate().all(follows) {
                return Ok(start);
            }
        }
        let start = self.scratch(dest)?;
        self.expr(first, Dest::Fresh(start))?;
        for expr in rest {
            let register = self.alloc()?;
            self.expr(*expr, Dest::Fresh(register))?;
        }
        Ok(start)
    }

    // Emitting

    fn emit(&mut self, instr: Instr) -> Result<()> {
        self.code.emit(instr)
    }

    fn move_to(&mut self, to: u16, from: u16) -> Result<()> {
        if to == from {
            return Ok(());
        }
        self.emit(Instr::abc(Op::Move, to, from, 0))
    }

    /// The register that an instruction is to write the value to, before [`Gen::give`].
    fn target(&mut self, dest: Dest) -> Result<u16> {
        match dest {
            Dest::Fresh(register) | Dest::Live(register) => Ok(register),
            Dest::Effect | Dest::Return => self.alloc(),
        }
    }

    /// Emits an instruction that writes the value to the register it is given.
    fn produce(&mut self, dest: Dest, make: impl FnOnce(u16) -> Instr) -> Result<()> {
        let to = self.target(dest)?;
        self.emit(make(to))?;
        self.give(dest, to)
    }

    /// Takes a value in a register to its destination.
    fn give(&mut self, dest: Dest, register: u16) -> Result<()> {
        match dest {
            Dest::Effect => Ok(()),
            Dest::Return => self.emit(Instr::abc(Op::Return, register, 0, 0)),
            Dest::Fresh(to) | Dest::Live(to) => self.move_to(to, register),
        }
    }

    fn load_int(&mut self, n: i32, to: u16) -> Result<()> {
        self.emit(Instr::ax(Op::LoadInt, to, n as u32))
    }

    fn load_const(&mut self, constant: bytecode::Const, to: u16) -> Result<()> {
        let index = self.consts.index(constant);
        self.emit(Instr::ax(Op::LoadConst, to, index))
    }

    fn load_datum(&mut self, datum: &Datum, to: u16) -> Result<()> {
        if let Some(n) = int(datum).and_then(|n| i32::try_from(n).ok()) {
            return self.load_int(n, to);
        }
        let constant = constant(datum, self.code.expr())?;
        self.load_const(constant, to)
    }

    fn load_capture(&mut self, capture: CaptureIdx, to: u16) -> Result<()> {
        if capture.index() >= self.captures.len() {
            return Err(self.malformed("a capture that the function does not have"));
        }
        match self.captures[capture.index()] {
            Some(register) => self.move_to(to, register),
            None => self.emit(Instr::abc(Op::LoadCapture, to, capture.0 as u16, 0)),
        }
    }

    /// The function itself.
    fn load_self(&mut self, to: u16) -> Result<()> {
        if let Some(register) = self.own {
            return self.move_to(to, register);
        }
        if self.func.is_none() {
            return Err(self.malformed("a function's own name outside of any function"));
        }
        self.emit(Instr::abc(Op::LoadSelf, to, 0, 0))
    }

    fn load_global(&mut self, global: GlobalIdx, to: u16) -> Result<()> {
        let (op, use_) = match self.body.global(global).kind {
            GlobalKind::Dynamic => (Op::LoadDynamic, RefUse::Dynamic),
            GlobalKind::Cell => (Op::LoadCell, RefUse::Cell),
            GlobalKind::Function
            | GlobalKind::Macro
            | GlobalKind::Native(_)
            | GlobalKind::Value
            | GlobalKind::Table => (Op::LoadGlobal, RefUse::Value),
        };
        let ordinal = self.unit.reference(global, use_);
        self.emit(Instr::ax(op, to, ordinal))
    }

    fn load_var(&mut self, global: GlobalIdx, to: u16) -> Result<()> {
        let ordinal = self.unit.reference(global, RefUse::Var);
        self.emit(Instr::ax(Op::LoadVar, to, ordinal))
    }

    fn malformed(&self, what: &'static str) -> CodegenError {
        CodegenError::Malformed {
            expr: Some(self.code.expr()),
            what,
        }
    }

    // Locals

    /// From here on the local is in the register.
    fn open(&mut self, local: LocalIdx, register: u16) -> Result<()> {
        let Some(place) = self.locals.get_mut(local.index()) else {
            return Err(self.malformed("a local that the arity does not have"));
        };
        *place = Some(register);
        let start = self.code.len();
        self.ranges.push(LocalRange {
            local,
            register,
            start,
            end: u32::MAX,
        });
        Ok(())
    }

    /// Locals bound since there were `count` ranges are no longer in scope.
    fn close(&mut self, count: usize) {
        let end = self.code.len();
        for range in &mut self.ranges[count..] {
            range.end = range.end.min(end);
        }
        // Where nothing is emitted nothing is bound.
        let mut at = count;
        while at < self.ranges.len() {
            if self.ranges[at].start >= self.ranges[at].end {
                self.ranges.remove(at);
            } else {
                at += 1;
            }
        }
    }

    /// Binds a local to a value. A value that is in a register already stays there: locals do not
    /// change, and those of a loop change when this one is gone.
    fn bind(&mut self, local: LocalIdx, init: ExprIdx) -> Result<()> {
        if let Some(register) = self.in_place(init) {
            self.shared.insert(register);
            return self.open(local, register);
        }
        self.bind_anew(local, init)
    }

    /// Binds a local to a value, in a register of its own.
    fn bind_anew(&mut self, local: LocalIdx, init: ExprIdx) -> Result<()> {
        let register = self.alloc()?;
        self.expr(init, Dest::Fresh(register))?;
        self.open(local, register)
    }

    // Expressions

    /// Compiles an expression.
    fn expr(&mut self, expr: ExprIdx, dest: Dest) -> Result<()> {
        if !self.code.is_reachable() {
            self.in_tail = false;
            return Ok(());
        }
        let outer = self.code.set_expr(expr);
        let top = self.top;
        stacker::maybe_grow(STACK_RED_ZONE, STACK_GROWTH, || self.dispatch(expr, dest))?;
        self.top = top;
        self.code.set_expr(outer);
        Ok(())
    }

    fn dispatch(&mut self, idx: ExprIdx, dest: Dest) -> Result<()> {
        let in_tail = std::mem::take(&mut self.in_tail);
        if let Some(register) = self.in_place(idx) {
            return self.give(dest, register);
        }
        let body = self.body;
        match body.expr(idx) {
            Expr::Const(datum) => self.load(dest, |g, to| g.load_datum(datum, to)),
            Expr::Local(_) => Err(self.malformed("a local that is not bound")),
            Expr::Capture(capture) => self.load(dest, |g, to| g.load_capture(*capture, to)),
            Expr::SelfFn => self.load(dest, Gen::load_self),
            Expr::Global(global) if dest == Dest::Effect && !self.is_cell(*global) => Ok(()),
            Expr::Global(global) => self.always(dest, |g, to| g.load_global(*global, to)),
            Expr::Var(global) => self.load(dest, |g, to| g.load_var(*global, to)),
            Expr::Call { callee, args, tail } => self.call(*callee, args, *tail, dest),
            Expr::CallGlobal { global, args, tail } => self.call_global(*global, args, *tail, dest),
            Expr::CallNative { global, args } => self.call_native(*global, args, dest),
            Expr::Apply { callee, args, tail } => self.apply(*callee, args, *tail, dest),
            Expr::If { test, then, else_ } => self.choose(*test, *then, *else_, dest, in_tail),
            Expr::Do(exprs) => self.sequence(exprs, dest, in_tail),
            Expr::Let { bindings, body } => {
                self.bind_all(bindings, *body, dest, in_tail.then_some(idx))
            }
            Expr::Loop { bindings, body } => self.repeat(bindings, *body, dest),
            Expr::Recur(values) => self.recur(values),
            Expr::Fn(_) if dest == Dest::Effect => Ok(()),
            Expr::Fn(func) => self.closure(*func, dest),
            Expr::LetFn { funcs, body } => self.bind_functions(funcs, *body, dest),
            Expr::LazyCell(_) if dest == Dest::Effect => Ok(()),
            Expr::LazyCell(func) => self.lazy(*func, dest),
            Expr::Vector(items) => self.vector(items, dest),
            Expr::Map(entries) => self.map(entries, dest),
            Expr::Set(items) => self.set(items, dest),
            Expr::Throw(value) => self.throw(*value),
            Expr::Try {
                body,
                catch,
                finally,
            } => self.protect(*body, catch.as_ref(), *finally, dest),
            Expr::StoreCell { global, value } => self.store_cell(*global, *value, dest),
            Expr::Error(message) => self.throw_message("compile", message),
        }
    }

    /// A value whose loading has no effect.
    fn load(&mut self, dest: Dest, load: impl FnOnce(&mut Self, u16) -> Result<()>) -> Result<()> {
        if dest == Dest::Effect {
            return Ok(());
        }
        self.always(dest, load)
    }

    /// A value that is loaded even when it is not wanted.
    fn always(
        &mut self,
        dest: Dest,
        load: impl FnOnce(&mut Self, u16) -> Result<()>,
    ) -> Result<()> {
        let to = self.target(dest)?;
        load(self, to)?;
        self.give(dest, to)
    }

    fn is_cell(&self, global: GlobalIdx) -> bool {
        self.body.global(global).kind == GlobalKind::Cell
    }

    fn sequence(&mut self, exprs: &[ExprIdx], dest: Dest, in_tail: bool) -> Result<()> {
        let Some((last, effects)) = exprs.split_last() else {
            return Err(self.malformed("an empty sequence of expressions"));
        };
        for expr in effects {
            self.expr(*expr, Dest::Effect)?;
        }
        self.in_tail = in_tail;
        self.expr(*last, dest)
    }

    /// Binds locals for a body; `tail` is the whole expression if it is in tail position of the innermost
    /// target of `recur`.
    fn bind_all(
        &mut self,
        bindings: &[(LocalIdx, ExprIdx)],
        body: ExprIdx,
        dest: Dest,
        tail: Option<ExprIdx>,
    ) -> Result<()> {
        let scope = self.ranges.len();
        let mut covered = Vec::new();
        match (bindings, dest) {
            // `(let [x a] (if x x b))`, which is `or`, and `and` likewise: the value of `x` is the
            // value of the whole on one path, so it is computed where that is wanted.
            ([(local, init)], Dest::Fresh(register)) if self.is_short_circuit(*local, body) => {
                self.expr(*init, dest)?;
                self.open(*local, register)?;
                self.expr(body, Dest::Live(register))?;
            }
            _ => {
                for (local, init) in bindings {
                    let over = match tail {
                        Some(tail) => self.bind_over(*local, *init, tail)?,
                        None => None,
                    };
                    match over {
                        Some(old) => covered.push(old),
                        None => self.bind(*local, *init)?,
                    }
                }
                self.in_tail = tail.is_some();
                self.expr(body, dest)?;
            }
        }
        self.close(scope);
        // Code of other branches finds them as they were.
        for (local, register) in covered {
            self.open(local, register)?;
        }
        Ok(())
    }

    /// Whether the body tests the local and gives it as the value of one branch.
    fn is_short_circuit(&self, local: LocalIdx, body: ExprIdx) -> bool {
        let is_local = |expr: ExprIdx| *self.body.expr(expr) == Expr::Local(local);
        match self.body.expr(body) {
            Expr::If { test, then, else_ } => {
                is_local(*test) && (is_local(*then) || is_local(*else_))
            }
            _ => false,
        }
    }

    fn repeat(
        &mut self,
        bindings: &[(LocalIdx, ExprIdx)],
        body: ExprIdx,
        dest: Dest,
    ) -> Result<()> {
        let scope = self.ranges.len();
        let is_outermost = self.loops.len() == 1 && !self.scan.loops;
        if is_outermost {
            self.hold_numbers(body)?;
        }
        let mut registers = Vec::with_capacity(bindings.len());
        for (local, init) in bindings {
            registers.push(self.top as u16);
            self.bind_anew(*local, *init)?;
        }
        let head = self.code.pin();
        self.loops.push(LoopTarget { head, registers });
        self.in_tail = true;
        self.expr(body, dest)?;
        self.in_tail = false;
        self.loops.pop();
        if is_outermost {
            self.numbers.clear();
        }
        self.close(scope);
        Ok(())
    }

    fn throw(&mut self, value: ExprIdx) -> Result<()> {
        let register = self.operand(value)?;
        self.emit(Instr::abc(Op::Throw, register, 0, 0))
    }

    fn store_cell(&mut self, global: GlobalIdx, value: ExprIdx, dest: Dest) -> Result<()> {
        let top = self.top;
        let register = self.operand_in(value, dest)?;
        let ordinal = self.unit.reference(global, RefUse::Cell);
        self.emit(Instr::ax(Op::StoreCell, register, ordinal))?;
        self.top = top;
        self.load(dest, |g, to| g.load_var(global, to))
    }
}

/// The 64-bit integer that the datum is.
fn int(datum: &Datum) -> Option<i64> {
    match &datum.kind {
        DatumKind::Int(n) if datum.meta.is_none() => Some(*n),
        _ => None,
    }
}

/// Whether the datum counts as true.
fn is_true(datum: &Datum) -> bool {
    !matches!(datum.kind, DatumKind::Nil | DatumKind::Bool(false))
}
