//! `if` with a value.

use hir::body::{Expr, ExprIdx};

use super::{Dest, Gen};
use crate::error::Result;

impl Gen<'_, '_> {
    pub(super) fn choose(
        &mut self,
        test: ExprIdx,
        then: ExprIdx,
        else_: ExprIdx,
        dest: Dest,
        in_tail: bool,
    ) -> Result<()> {
        let nothing_else = self.is_nothing(else_, dest);
        if self.is_nothing(then, dest) {
            if nothing_else && dest == Dest::Effect {
                return self.expr(test, dest);
            }
            let end = self.code.label();
            self.branch(test, true, end)?;
            self.in_tail = in_tail;
            self.expr(else_, dest)?;
            self.code.bind(end);
            return Ok(());
        }
        if nothing_else {
            let end = self.code.label();
            self.branch(test, false, end)?;
            self.in_tail = in_tail;
            self.expr(then, dest)?;
            self.code.bind(end);
            return Ok(());
        }
        let otherwise = self.code.label();
        let end = self.code.label();
        self.branch(test, false, otherwise)?;
        self.in_tail = in_tail;
        self.expr(then, dest)?;
        self.code.jump(end)?;
        self.code.bind(otherwise);
        self.in_tail = in_tail;
        self.expr(else_, dest)?;
        self.code.bind(end);
        Ok(())
    }

    /// Whether the expression needs no code at all for this destination.
    fn is_nothing(&self, expr: ExprIdx, dest: Dest) -> bool {
        match dest {
            Dest::Effect => {
                matches!(
                    self.body.expr(expr),
                    Expr::Const(_) | Expr::Local(_) | Expr::Capture(_) | Expr::SelfFn
                )
            }
            Dest::Fresh(register) | Dest::Live(register) => self.in_place(expr) == Some(register),
            Dest::Return => false,
        }
    }
}
