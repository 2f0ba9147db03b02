//! `try`.
//!
//! ```text
//! start:  body                    errors of start .. end go to `catch`, if there is one
//! end:    jump after
//! catch:  handler
//! after:  finally                 errors of start .. after go to `rethrow`
//!         jump done
//! rethrow: finally, throw
//! done:
//! ```
//!
//! Invariants:
//! - Code that cannot throw has no handler, and the code of such a handler is not emitted.
//! - A handler reads no register that is written within what it covers.

use bytecode::{Catches, Handler, Instr, Op};
use hir::body::{Catch, ExprIdx};

use super::{Dest, Gen};
use crate::error::Result;

impl Gen<'_, '_> {
    pub(super) fn protect(
        &mut self,
        body: ExprIdx,
        catch: Option<&Catch>,
        finally: Option<ExprIdx>,
        dest: Dest,
    ) -> Result<()> {
        match dest {
            Dest::Effect | Dest::Fresh(_) => self.protect_in(body, catch, finally, dest),
            // The value waits in a register until `finally` has run; what it replaces is still read.
            Dest::Return | Dest::Live(_) => {
                let register = self.alloc()?;
                self.protect_in(body, catch, finally, Dest::Fresh(register))?;
                self.give(dest, register)
            }
        }
    }

    fn protect_in(
        &mut self,
        body: ExprIdx,
        catch: Option<&Catch>,
        finally: Option<ExprIdx>,
        dest: Dest,
    ) -> Result<()> {
        let start = self.code.pin();
        self.expr(body, dest)?;
        if let Some(catch) = catch
            && self.code.may_throw_since(start)
        {
            self.catch(start, catch, dest)?;
        }
        let Some(finally) = finally else {
            return Ok(());
        };
        if !self.code.may_throw_since(start) {
            return self.expr(finally, Dest::Effect);
        }
        let end = self.code.pin();
        let done = self.code.label();
        self.expr(finally, Dest::Effect)?;
        self.code.jump(done)?;
        let target = self.code.enter_handler();
        let register = self.alloc()?;
        self.expr(finally, Dest::Effect)?;
        self.emit(Instr::abc(Op::Throw, register, 0, 0))?;
        self.code.handlers.push(Handler {
            start,
            end,
            target,
            register,
            catches: Catches::All,
        });
        self.code.bind(done);
        Ok(())
    }

    fn catch(&mut self, start: u32, catch: &Catch, dest: Dest) -> Result<()> {
        let end = self.code.pin();
        let after = self.code.label();
        self.code.jump(after)?;
        let target = self.code.enter_handler();
        let top = self.top;
        let register = self.alloc()?;
        let catches = if catch.cancelled {
            Catches::All
        } else {
            Catches::Errors
        };
        self.code.handlers.push(Handler {
            start,
            end,
            target,
            register,
            catches,
        });
        let scope = self.ranges.len();
        self.open(catch.error, register)?;
        self.expr(catch.body, dest)?;
        self.close(scope);
        self.top = top;
        self.code.bind(after);
        Ok(())
    }
}
