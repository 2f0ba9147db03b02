//! What loops save: numbers that wait in registers, and registers that one local takes over from another.
//!
//! Invariants:
//! - A number's register is written before its loop and by nothing in it.
//! - A local's register is taken over only where nothing on the way to `recur` or out of the loop names
//!   the local, and where no operand that was evaluated before waits in it: in tail position of the loop
//!   that bound it.

use bytecode::Op;
use hir::body::{Datum, Expr, ExprIdx, LocalIdx};
use syntax::DatumKind;

use super::{Dest, Gen};
use crate::error::Result;
use crate::intrinsic::Intrinsic;

/// Numbers that wait in registers at a time: frames stay small.
const NUMBERS_MAX: usize = 6;

/// A number of the program's text, told from others by its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Int(i64),
    Double(u64),
}

impl Number {
    fn of(datum: &Datum) -> Option<Number> {
        match &datum.kind {
            DatumKind::Int(n) if datum.meta.is_none() => Some(Number::Int(*n)),
            DatumKind::Double(bits) if datum.meta.is_none() => Some(Number::Double(*bits)),
            _ => None,
        }
    }
}

impl Gen<'_, '_> {
    /// The register in which the number waits, if it does.
    pub(super) fn held_number(&self, datum: &Datum) -> Option<u16> {
        if self.numbers.is_empty() {
            return None;
        }
        let number = Number::of(datum)?;
        let held = self.numbers.iter().find(|(held, _)| *held == number);
        held.map(|(_, register)| *register)
    }

    /// Loads numbers that the code of a loop needs in registers, before it begins.
    pub(super) fn hold_numbers(&mut self, code: ExprIdx) -> Result<()> {
        let mut found = self.numbers_wanted(code);
        // In the order in which they are wanted, whatever the search's.
        found.sort_unstable();
        for expr in found {
            let Expr::Const(datum) = self.body.expr(expr) else {
                continue;
            };
            let Some(number) = Number::of(datum) else {
                continue;
            };
            if self.numbers.len() == NUMBERS_MAX || self.held_number(datum).is_some() {
                continue;
            }
            let register = self.alloc()?;
            self.load_datum(datum, register)?;
            self.numbers.push((number, register));
        }
        Ok(())
    }

    /// The constants of the code that an instruction would find in a register.
    fn numbers_wanted(&self, code: ExprIdx) -> Vec<ExprIdx> {
        let mut found = Vec::new();
        let mut pending = vec![code];
        while let Some(idx) = pending.pop() {
            let expr = self.body.expr(idx);
            expr.for_each_child(|child| pending.push(child));
            let (Expr::CallGlobal { global, args, .. } | Expr::CallNative { global, args }) = expr
            else {
                continue;
            };
            let Some(intrinsic) = self.intrinsic(*global, args.len()) else {
                continue;
            };
            let wants = |expr: ExprIdx, n: usize| match intrinsic {
                Intrinsic::Fold(op @ (Op::Add | Op::Sub)) => {
                    (op == Op::Sub && n == 0) || self.addend(op, expr).is_none()
                }
                Intrinsic::Fold(_) | Intrinsic::Binary(Op::Quot | Op::Rem) => true,
                Intrinsic::Compare(_) | Intrinsic::NotEqual => {
                    args.len() > 2 || self.short_int(expr).is_none()
                }
                _ => false,
            };
            for (n, &arg) in args.iter().enumerate() {
                let is_number = matches!(self.body.expr(arg), Expr::Const(datum) if Number::of(datum).is_some());
                if is_number && wants(arg, n) {
                    found.push(arg);
                }
            }
        }
        found
    }

    /// Binds a local to the result of arithmetic in the register of an operand that is a local of the
    /// innermost loop and not read again before `recur` changes it: that local and register, nothing if
    /// there is none. `(let [sum (+ sum x)] (recur sum))` computes where `recur` wants it.
    ///
    /// `tail` is the expression that binds. It is in tail position of the loop, so that after it nothing
    /// of the loop's turn is left to be done.
    pub(super) fn bind_over(
        &mut self,
        local: LocalIdx,
        init: ExprIdx,
        tail: ExprIdx,
    ) -> Result<Option<(LocalIdx, u16)>> {
        let body = self.body;
        let (Expr::CallGlobal { global, args, .. } | Expr::CallNative { global, args }) =
            body.expr(init)
        else {
            return Ok(None);
        };
        let computes = matches!(
            self.intrinsic(*global, args.len()),
            Some(Intrinsic::Fold(_) | Intrinsic::AddInt(_) | Intrinsic::Negate)
        );
        let Some(target) = self.loops.last().filter(|_| computes) else {
            return Ok(None);
        };
        let ends_here = |arg: &ExprIdx| {
            let Expr::Local(old) = body.expr(*arg) else {
                return None;
            };
            let register = self.locals.get(old.index()).copied().flatten()?;
            let is_free = !self.scan.is_used_between(*old, init, tail)
                && target.registers.contains(&register)
                && !self.shared.contains(&register);
            is_free.then_some((*old, register))
        };
        let Some((old, register)) = args.iter().find_map(ends_here) else {
            return Ok(None);
        };
        self.expr(init, Dest::Live(register))?;
        let end = self.code.len();
        let ranges = self.ranges.iter_mut().rev();
        for range in ranges.filter(|range| range.local == old).take(1) {
            range.end = range.end.min(end);
        }
        self.open(local, register)?;
        Ok(Some((old, register)))
    }
}
