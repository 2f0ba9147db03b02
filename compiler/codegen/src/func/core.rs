//! Calls of core definitions that are operations of the machine, for their value.

use bytecode::{Const, Instr, Op};
use hir::body::{Expr, ExprIdx, GlobalIdx};

use super::{Dest, Gen, int};
use crate::error::Result;
use crate::intrinsic::{Intrinsic, Relation, intrinsic};

impl Gen<'_, '_> {
    /// What a call of the definition with so many arguments compiles to.
    pub(super) fn intrinsic(&self, global: GlobalIdx, count: usize) -> Option<Intrinsic> {
        intrinsic(self.body.global(global).core.as_deref()?, count)
    }

    /// Compiles the call, if it is an operation when its value is wanted; answers whether it is.
    pub(super) fn call_core(
        &mut self,
        global: GlobalIdx,
        args: &[ExprIdx],
        dest: Dest,
    ) -> Result<bool> {
        let Some(intrinsic) = self.intrinsic(global, args.len()) else {
            return Ok(false);
        };
        match (intrinsic, args) {
            (Intrinsic::Int(n), _) => self.load(dest, |g, to| g.load_int(n, to))?,
            (Intrinsic::Fold(op), _) => self.fold(op, args, dest)?,
            (Intrinsic::Negate, [x]) => self.negate(*x, dest)?,
            (Intrinsic::AddInt(n), [x]) => self.add_int(*x, n, dest)?,
            (Intrinsic::Unary(op), [x]) => self.unary(op, *x, dest)?,
            (Intrinsic::Binary(op), [x, y]) => self.binary(op, *x, *y, dest)?,
            (Intrinsic::Not, [x]) => self.unary(Op::Not, *x, dest)?,
            (Intrinsic::IsNil, [x]) => self.unary(Op::IsNil, *x, dest)?,
            (Intrinsic::IsSome, [x]) => self.negated(dest, |g, to| g.unary(Op::IsNil, *x, to))?,
            (Intrinsic::Compare(relation), [x, y]) => self.compare(relation, *x, *y, dest)?,
            (Intrinsic::NotEqual, [x, y]) => {
                self.negated(dest, |g, to| g.binary(Op::Equal, *x, *y, to))?
            }
            (Intrinsic::Compare(relation), _) => self.chain(relation, args, true, dest)?,
            (Intrinsic::NotEqual, _) => self.chain(Relation::Equal, args, false, dest)?,
            (Intrinsic::Native(native), _) => self.core_native(native, args, dest)?,
            (Intrinsic::Collect(op), _) => return self.collect(op, args, dest),
            // Only a jump is cheaper than the native.
            (Intrinsic::Sign(_), _) => return Ok(false),
            (
                Intrinsic::Negate
                | Intrinsic::AddInt(_)
                | Intrinsic::Unary(_)
                | Intrinsic::Binary(_)
                | Intrinsic::Not
                | Intrinsic::IsNil
                | Intrinsic::IsSome,
                _,
            ) => return Ok(false),
        }
        Ok(true)
    }

    fn unary(&mut self, op: Op, x: ExprIdx, dest: Dest) -> Result<()> {
        let top = self.top;
        let x = self.operand_in(x, dest)?;
        self.top = top;
        self.produce(dest, |to| Instr::abc(op, to, x, 0))
    }

    pub(super) fn binary(&mut self, op: Op, x: ExprIdx, y: ExprIdx, dest: Dest) -> Result<()> {
        let top = self.top;
        let (x, y) = self.operand_pair(x, y, dest)?;
        self.top = top;
        self.produce(dest, |to| Instr::abc(op, to, x, y))
    }

    /// `>` and `>=` are `<` and `<=` of the operands exchanged after they have been evaluated.
    fn compare(&mut self, relation: Relation, x: ExprIdx, y: ExprIdx, dest: Dest) -> Result<()> {
        let top = self.top;
        let (x, y) = self.operand_pair(x, y, dest)?;
        self.top = top;
        let (x, y) = if relation.is_reversed() {
            (y, x)
        } else {
            (x, y)
        };
        self.produce(dest, |to| Instr::abc(relation.value_op(), to, x, y))
    }

    /// The opposite of a value.
    fn negated(
        &mut self,
        dest: Dest,
        make: impl FnOnce(&mut Self, Dest) -> Result<()>,
    ) -> Result<()> {
        let top = self.top;
        let register = self.scratch(dest)?;
        make(self, Dest::Fresh(register))?;
        self.top = top;
        self.produce(dest, |to| Instr::abc(Op::Not, to, register, 0))
    }

    /// A comparison of three operands or more: true or false by jumps.
    fn chain(
        &mut self,
        relation: Relation,
        operands: &[ExprIdx],
        holds: bool,
        dest: Dest,
    ) -> Result<()> {
        let otherwise = self.code.label();
        let end = self.code.label();
        let top = self.top;
        self.branch_chain(relation, operands, !holds, otherwise)?;
        self.top = top;
        self.load(dest, |g, to| g.load_const(Const::Bool(true), to))?;
        self.top = top;
        self.code.jump(end)?;
        self.code.bind(otherwise);
        self.load(dest, |g, to| g.load_const(Const::Bool(false), to))?;
        self.code.bind(end);
        Ok(())
    }

    fn negate(&mut self, x: ExprIdx, dest: Dest) -> Result<()> {
        let top = self.top;
        let x = self.operand_in(x, dest)?;
        let minus_one = self.alloc()?;
        self.load_int(-1, minus_one)?;
        self.top = top;
        self.produce(dest, |to| Instr::abc(Op::Mul, to, minus_one, x))
    }

    fn add_int(&mut self, x: ExprIdx, n: i32, dest: Dest) -> Result<()> {
        let top = self.top;
        let x = self.operand_in(x, dest)?;
        self.top = top;
        self.add_int_to(x, n, dest)
    }

    fn add_int_to(&mut self, x: u16, n: i32, dest: Dest) -> Result<()> {
        let to = self.target(dest)?;
        let Some(instr) = Instr::abs(Op::AddInt, to, x, n) else {
            return Err(self.malformed("a number that fits no instruction"));
        };
        self.emit(instr)?;
        self.give(dest, to)
    }

    /// What is to be added for this operand of a sum or difference, if it is a number that fits the
    /// instruction. Subtracting 0 is not adding it: -0.0 would lose its sign.
    pub(super) fn addend(&self, op: Op, operand: ExprIdx) -> Option<i32> {
        let Expr::Const(datum) = self.body.expr(operand) else {
            return None;
        };
        let n = match (op, int(datum)?) {
            (Op::Add, n) => n,
            (Op::Sub, n) if n != 0 => n.checked_neg()?,
            _ => return None,
        };
        i32::try_from(n)
            .ok()
            .filter(|n| (Instr::S24_MIN..=Instr::S24_MAX).contains(n))
    }

    /// `((a op b) op c) …`
    fn fold(&mut self, op: Op, operands: &[ExprIdx], dest: Dest) -> Result<()> {
        let [first, second, rest @ ..] = operands else {
            return Err(self.malformed("too few operands"));
        };
        let top = self.top;
        if rest.is_empty() {
            return self.fold_two(op, *first, *second, dest);
        }
        let sum = self.scratch(dest)?;
        self.fold_two(op, *first, *second, Dest::Fresh(sum))?;
        for (n, operand) in rest.iter().enumerate() {
            let to = if n + 1 == rest.len() {
                dest
            } else {
                Dest::Fresh(sum)
            };
            let above = self.top;
            if let Some(n) = self.addend(op, *operand) {
                self.top = if to == dest { top } else { above };
                self.add_int_to(sum, n, to)?;
            } else {
                let operand = self.operand(*operand)?;
                self.top = if to == dest { top } else { above };
                self.produce(to, |to| Instr::abc(op, to, sum, operand))?;
            }
            self.top = above;
        }
        self.top = top;
        Ok(())
    }

    fn fold_two(&mut self, op: Op, x: ExprIdx, y: ExprIdx, dest: Dest) -> Result<()> {
        if let Some(n) = self.addend(op, y) {
            return self.add_int(x, n, dest);
        }
        if op == Op::Add
            && let Some(n) = self.addend(op, x)
        {
            return self.add_int(y, n, dest);
        }
        self.binary(op, x, y, dest)
    }
}
