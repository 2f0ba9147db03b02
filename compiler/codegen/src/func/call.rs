//! Calls: of values, of known definitions, of natives, and with a final sequence.
//!
//! A window is callee, link word, arguments, in consecutive registers at the top. An instruction
//! counts arguments in eight bits; what goes beyond is passed as the final sequence of an `apply`.

use bytecode::{Instr, Op, RefUse};
use hir::body::{Expr, ExprIdx, GlobalIdx, GlobalKind};
use syntax::DatumKind;

use super::{Dest, Gen};
use crate::error::{CodegenError, Result};
use crate::intrinsic::native::{self, CoreNative};
use crate::intrinsic::{reduced_argument, stage};

/// Arguments that a window passes in registers of their own.
const WINDOW_ARGS_MAX: usize = 250;

/// What a window's arguments are.
#[derive(Clone, Copy)]
struct Args {
    count: u8,
    /// Whether the last is a sequence of further arguments.
    spread: bool,
}

/// What a window calls.
#[derive(Clone, Copy)]
enum Callee {
    /// The value in its first register.
    Value,
    /// The definition with this ordinal.
    Known(u32),
}

impl Gen<'_, '_> {
    pub(super) fn call(
        &mut self,
        callee: ExprIdx,
        args: &[ExprIdx],
        tail: bool,
        dest: Dest,
    ) -> Result<()> {
        if self.is_keyword(callee) {
            match args {
                [map] => return self.binary(Op::Get, *map, callee, dest),
                [map, default] => {
                    return self.core_native(native::GET, &[*map, callee, *default], dest);
                }
                _ => {}
            }
        }
        let base = self.window(dest)?;
        self.expr(callee, Dest::Fresh(base))?;
        self.alloc()?;
        let args = self.args(args)?;
        self.invoke(base, Callee::Value, args, tail, dest)
    }

    fn is_keyword(&self, expr: ExprIdx) -> bool {
        matches!(self.body.expr(expr), Expr::Const(datum) if matches!(datum.kind, DatumKind::Keyword(_)))
    }

    pub(super) fn call_global(
        &mut self,
        global: GlobalIdx,
        args: &[ExprIdx],
        tail: bool,
        dest: Dest,
    ) -> Result<()> {
        if self.call_core(global, args, dest)? {
            return Ok(());
        }
        let core = self.body.global(global).core.as_deref();
        let reduced = core.and_then(|name| reduced_argument(name, args.len()));
        let base = self.window(dest)?;
        let is_callable = matches!(
            self.body.global(global).kind,
            GlobalKind::Function | GlobalKind::Native(_)
        );
        let callee = if is_callable && args.len() <= WINDOW_ARGS_MAX {
            Callee::Known(self.unit.reference(global, RefUse::Value))
        } else {
            self.load_global(global, base)?;
            Callee::Value
        };
        self.alloc()?;
        let args = match reduced {
            Some(last) => self.args_of_reducing(args, last)?,
            None => self.args(args)?,
        };
        self.invoke(base, callee, args, tail, dest)
    }

    /// Arguments, the last of which may be a fused sequence.
    fn args_of_reducing(&mut self, args: &[ExprIdx], last: usize) -> Result<Args> {
        for arg in &args[..last] {
            self.arg(*arg)?;
        }
        let register = self.alloc()?;
        self.fused(args[last], Dest::Fresh(register))?;
        Ok(Args {
            count: args.len() as u8,
            spread: false,
        })
    }

    /// A sequence that is reduced at once and seen by nobody else. Calls of `map` and the like make a fused
    /// one, which says what is to be done with the elements of the innermost.
    fn fused(&mut self, expr: ExprIdx, dest: Dest) -> Result<()> {
        let Expr::CallGlobal { global, args, .. } = self.body.expr(expr) else {
            return self.expr(expr, dest);
        };
        let core = self.body.global(*global).core.as_deref();
        let (Some(kind), [of, sequence]) = (core.and_then(stage), &args[..]) else {
            return self.expr(expr, dest);
        };
        let (name, version) = native::FUSE;
        let ordinal = self.unit.native(name, version)?;
        let top = self.top;
        let start = self.scratch(dest)?;
        self.load_int(kind, start)?;
        self.arg(*of)?;
        let register = self.alloc()?;
        self.fused(*sequence, Dest::Fresh(register))?;
        self.top = top;
        self.produce(dest, |to| {
            Instr::abcd(Op::CallNative, to, start, ordinal, 3)
        })
    }

    pub(super) fn call_native(
        &mut self,
        global: GlobalIdx,
        args: &[ExprIdx],
        dest: Dest,
    ) -> Result<()> {
        if self.call_core(global, args, dest)? {
            return Ok(());
        }
        let body = self.body;
        let GlobalKind::Native(native) = &body.global(global).kind else {
            return Err(self.malformed("a native call of a definition that is no native"));
        };
        self.native(&native.name, native.version, args, dest)
    }

    /// A call of a native that code generation knows by itself.
    pub(super) fn core_native(
        &mut self,
        native: CoreNative,
        args: &[ExprIdx],
        dest: Dest,
    ) -> Result<()> {
        self.native(native.0, native.1, args, dest)
    }

    fn native(&mut self, name: &str, version: u16, args: &[ExprIdx], dest: Dest) -> Result<()> {
        let Ok(count) = u8::try_from(args.len()) else {
            return Err(CodegenError::TooManyNativeArguments {
                expr: self.code.expr(),
            });
        };
        let ordinal = self.unit.native(name, version)?;
        let top = self.top;
        let start = self.operands_in(args, dest)?;
        self.top = top;
        self.produce(dest, |to| {
            Instr::abcd(Op::CallNative, to, start, ordinal, count)
        })
    }

    pub(super) fn apply(
        &mut self,
        callee: ExprIdx,
        args: &[ExprIdx],
        tail: bool,
        dest: Dest,
    ) -> Result<()> {
        if args.is_empty() {
            return Err(self.malformed("an apply without a sequence"));
        }
        let base = self.window(dest)?;
        self.expr(callee, Dest::Fresh(base))?;
        self.alloc()?;
        let count = if args.len() <= WINDOW_ARGS_MAX {
            for arg in args {
                self.arg(*arg)?;
            }
            args.len()
        } else {
            for arg in &args[..WINDOW_ARGS_MAX - 1] {
                self.arg(*arg)?;
            }
            // The further arguments go before the sequence, from the last to the first.
            let first = self.top as u16;
            for arg in &args[WINDOW_ARGS_MAX - 1..] {
                self.arg(*arg)?;
            }
            for register in (first..self.top as u16 - 1).rev() {
                self.emit(Instr::abc(Op::Cons, register, register, register + 1))?;
            }
            WINDOW_ARGS_MAX
        };
        let args = Args {
            count: count as u8,
            spread: true,
        };
        self.invoke(base, Callee::Value, args, tail, dest)
    }

    /// The base of a new window. Its link word is to be allocated next, then its arguments.
    fn window(&mut self, dest: Dest) -> Result<u16> {
        self.scratch(dest)
    }

    fn arg(&mut self, arg: ExprIdx) -> Result<()> {
        let register = self.alloc()?;
        self.expr(arg, Dest::Fresh(register))
    }

    /// Computes arguments where the callee reads them.
    fn args(&mut self, args: &[ExprIdx]) -> Result<Args> {
        if args.len() <= WINDOW_ARGS_MAX {
            for arg in args {
                self.arg(*arg)?;
            }
            return Ok(Args {
                count: args.len() as u8,
                spread: false,
            });
        }
        let (own, further) = args.split_at(WINDOW_ARGS_MAX - 1);
        for arg in own {
            self.arg(*arg)?;
        }
        let first = self.top as u16;
        for arg in further {
            self.arg(*arg)?;
        }
        self.emit(Instr::abc(Op::List, first, first, further.len() as u16))?;
        Ok(Args {
            count: WINDOW_ARGS_MAX as u8,
            spread: true,
        })
    }

    fn invoke(
        &mut self,
        base: u16,
        callee: Callee,
        args: Args,
        tail: bool,
        dest: Dest,
    ) -> Result<()> {
        let leaves = tail && dest == Dest::Return;
        let instr = match callee {
            Callee::Value => {
                let op = match (args.spread, leaves) {
                    (false, false) => Op::Call,
                    (false, true) => Op::TailCall,
                    (true, false) => Op::Apply,
                    (true, true) => Op::TailApply,
                };
                Instr::abcd(op, base, 0, 0, args.count)
            }
            Callee::Known(ordinal) => {
                let op = if leaves {
                    Op::TailCallGlobal
                } else {
                    Op::CallGlobal
                };
                Instr::axd(op, base, ordinal, args.count)
            }
        };
        self.emit(instr)?;
        self.give(dest, base)
    }
}
