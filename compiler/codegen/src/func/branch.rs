//! Tests: jumps on a condition, without making a boolean where the machine can compare and jump.

use bytecode::{Instr, Op};
use hir::body::{Expr, ExprIdx, GlobalIdx, LocalIdx};

use super::{Gen, STACK_GROWTH, STACK_RED_ZONE, int, is_true};
use crate::code::Label;
use crate::error::Result;
use crate::intrinsic::{Intrinsic, Relation};

impl Gen<'_, '_> {
    /// Jumps to the label if the truth of `test` is `sense`, else goes on.
    pub(super) fn branch(&mut self, test: ExprIdx, sense: bool, label: Label) -> Result<()> {
        if !self.code.is_reachable() {
            return Ok(());
        }
        let outer = self.code.set_expr(test);
        let top = self.top;
        stacker::maybe_grow(STACK_RED_ZONE, STACK_GROWTH, || {
            self.branch_on(test, sense, label)
        })?;
        self.top = top;
        self.code.set_expr(outer);
        Ok(())
    }

    fn branch_on(&mut self, test: ExprIdx, sense: bool, label: Label) -> Result<()> {
        let body = self.body;
        match body.expr(test) {
            Expr::Const(datum) => {
                if is_true(datum) == sense {
                    self.code.jump(label)?;
                }
                Ok(())
            }
            Expr::Do(exprs) if !exprs.is_empty() => {
                let (last, effects) = (exprs[exprs.len() - 1], &exprs[..exprs.len() - 1]);
                for expr in effects {
                    self.expr(*expr, super::Dest::Effect)?;
                }
                self.branch(last, sense, label)
            }
            Expr::Let { bindings, body } => self.branch_let(bindings, *body, sense, label),
            Expr::If { test, then, else_ } => self.branch_if(*test, *then, *else_, sense, label),
            Expr::CallGlobal { global, args, .. } | Expr::CallNative { global, args } => {
                self.branch_call(test, *global, args, sense, label)
            }
            _ => self.branch_value(test, sense, label),
        }
    }

    /// Any value, tested.
    fn branch_value(&mut self, test: ExprIdx, sense: bool, label: Label) -> Result<()> {
        let register = self.operand(test)?;
        let op = if sense { Op::JumpIf } else { Op::JumpIfNot };
        self.code.emit_jump(Instr::ax(op, register, 0), label)
    }

    fn branch_let(
        &mut self,
        bindings: &[(LocalIdx, ExprIdx)],
        body: ExprIdx,
        sense: bool,
        label: Label,
    ) -> Result<()> {
        // `(let [x a] (if x b x))` where nothing else names `x` is `(and a b)`: no value is needed.
        if let ([(local, init)], Expr::If { test, then, else_ }) = (bindings, self.body.expr(body))
        {
            let is_local = |expr: ExprIdx| *self.body.expr(expr) == Expr::Local(*local);
            if is_local(*test) && self.scan.uses(*local) == 2 {
                if is_local(*else_) {
                    return self.branch_both(*init, *then, sense, label);
                }
                if is_local(*then) {
                    return self.branch_either(*init, *else_, sense, label);
                }
            }
        }
        let scope = self.ranges.len();
        for (local, init) in bindings {
            self.bind(*local, *init)?;
        }
        self.branch(body, sense, label)?;
        self.close(scope);
        Ok(())
    }

    /// `(and first second)`
    fn branch_both(
        &mut self,
        first: ExprIdx,
        second: ExprIdx,
        sense: bool,
        label: Label,
    ) -> Result<()> {
        if sense {
            let end = self.code.label();
            self.branch(first, false, end)?;
            self.branch(second, true, label)?;
            self.code.bind(end);
            Ok(())
        } else {
            self.branch(first, false, label)?;
            self.branch(second, false, label)
        }
    }

    /// `(or first second)`
    fn branch_either(
        &mut self,
        first: ExprIdx,
        second: ExprIdx,
        sense: bool,
        label: Label,
    ) -> Result<()> {
        if sense {
            self.branch(first, true, label)?;
            self.branch(second, true, label)
        } else {
            let end = self.code.label();
            self.branch(first, true, end)?;
            self.branch(second, false, label)?;
            self.code.bind(end);
            Ok(())
        }
    }

    fn branch_if(
        &mut self,
        test: ExprIdx,
        then: ExprIdx,
        else_: ExprIdx,
        sense: bool,
        label: Label,
    ) -> Result<()> {
        let truth = |expr: ExprIdx| match self.body.expr(expr) {
            Expr::Const(datum) => Some(is_true(datum)),
            _ => None,
        };
        match (truth(then), truth(else_)) {
            (Some(true), Some(false)) => self.branch(test, sense, label),
            (Some(false), Some(true)) => self.branch(test, !sense, label),
            (_, Some(false)) => self.branch_both(test, then, sense, label),
            (Some(true), _) => self.branch_either(test, else_, sense, label),
            _ => {
                let otherwise = self.code.label();
                let end = self.code.label();
                self.branch(test, false, otherwise)?;
                self.branch(then, sense, label)?;
                self.code.jump(end)?;
                self.code.bind(otherwise);
                self.branch(else_, sense, label)?;
                self.code.bind(end);
                Ok(())
            }
        }
    }

    fn branch_call(
        &mut self,
        test: ExprIdx,
        global: GlobalIdx,
        args: &[ExprIdx],
        sense: bool,
        label: Label,
    ) -> Result<()> {
        match (self.intrinsic(global, args.len()), args) {
            (Some(Intrinsic::Not), [x]) => self.branch(*x, !sense, label),
            (Some(Intrinsic::IsNil), [x]) => self.branch_nil(*x, sense, label),
            (Some(Intrinsic::IsSome), [x]) => self.branch_nil(*x, !sense, label),
            (Some(Intrinsic::Compare(relation)), args) => {
                self.branch_chain(relation, args, sense, label)
            }
            (Some(Intrinsic::NotEqual), args) => {
                self.branch_chain(Relation::Equal, args, !sense, label)
            }
            (Some(Intrinsic::Sign(Relation::Equal)), [x]) => self.branch_zero(*x, sense, label),
            (Some(Intrinsic::Sign(relation)), [x]) => {
                let register = self.operand(*x)?;
                self.jump_int(relation, register, 0, sense, label)
            }
            _ => self.branch_value(test, sense, label),
        }
    }

    fn branch_nil(&mut self, x: ExprIdx, sense: bool, label: Label) -> Result<()> {
        let register = self.operand(x)?;
        let op = if sense { Op::JumpNil } else { Op::JumpNotNil };
        self.code.emit_jump(Instr::ax(op, register, 0), label)
    }

    /// Neither above nor below zero: `=` will not do, since 0.0 is zero too.
    fn branch_zero(&mut self, x: ExprIdx, sense: bool, label: Label) -> Result<()> {
        let register = self.operand(x)?;
        let end = self.code.label();
        let unless = if sense { end } else { label };
        self.jump_int(Relation::LessEq, register, 0, false, unless)?;
        self.jump_int(Relation::GreaterEq, register, 0, sense, label)?;
        self.code.bind(end);
        Ok(())
    }

    /// Each operand stands in the relation to the next.
    pub(super) fn branch_chain(
        &mut self,
        relation: Relation,
        operands: &[ExprIdx],
        sense: bool,
        label: Label,
    ) -> Result<()> {
        if let [left, right] = operands {
            return self.branch_pair(relation, *left, *right, sense, label);
        }
        let mut registers = Vec::with_capacity(operands.len());
        for operand in operands {
            registers.push(self.operand(*operand)?);
        }
        let end = self.code.label();
        let unless = if sense { end } else { label };
        for (n, pair) in registers.windows(2).enumerate() {
            let last = n + 2 == registers.len();
            if last && sense {
                self.jump_pair(relation, pair[0], pair[1], true, label)?;
            } else {
                self.jump_pair(relation, pair[0], pair[1], false, unless)?;
            }
        }
        self.code.bind(end);
        Ok(())
    }

    fn branch_pair(
        &mut self,
        relation: Relation,
        left: ExprIdx,
        right: ExprIdx,
        sense: bool,
        label: Label,
    ) -> Result<()> {
        if let Some(n) = self.short_int(right) {
            let register = self.operand(left)?;
            return self.jump_int(relation, register, n, sense, label);
        }
        if let Some(n) = self.short_int(left) {
            let register = self.operand(right)?;
            return self.jump_int(relation.flipped(), register, n, sense, label);
        }
        let left = self.operand(left)?;
        let right = self.operand(right)?;
        self.jump_pair(relation, left, right, sense, label)
    }

    fn jump_pair(
        &mut self,
        relation: Relation,
        left: u16,
        right: u16,
        sense: bool,
        label: Label,
    ) -> Result<()> {
        let (a, b) = if relation.is_reversed() {
            (right, left)
        } else {
            (left, right)
        };
        self.code
            .emit_jump(Instr::abc(relation.jump_op(sense), a, b, 0), label)
    }

    fn jump_int(
        &mut self,
        relation: Relation,
        register: u16,
        n: i16,
        sense: bool,
        label: Label,
    ) -> Result<()> {
        self.code.emit_jump(
            Instr::abc(relation.jump_int_op(sense), register, n as u16, 0),
            label,
        )
    }

    /// The integer that the expression is, if it fits a comparing instruction.
    pub(super) fn short_int(&self, expr: ExprIdx) -> Option<i16> {
        match self.body.expr(expr) {
            Expr::Const(datum) => int(datum).and_then(|n| i16::try_from(n).ok()),
            _ => None,
        }
    }
}
