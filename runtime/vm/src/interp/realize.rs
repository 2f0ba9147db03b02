//! Realizing lazy cells: the thunk runs in a frame of its own above the instruction that needs the
//! cell, and that instruction runs again when it returns.
//!
//! A thunk that returns another lazy cell is not nested: the other cell becomes an indirection to
//! the first, and its thunk runs in the same frame. So a chain of any length (a `filter` that drops
//! ten million elements) takes constant stack and memory.
//!
//! # Invariants
//! - A cell that the machine computes is below the function word of exactly one frame of the fiber
//!   that runs it ([`Return::Realize`](crate::stack::Return)).
//! - Unwinding such a frame makes its cell unrealized again, with the thunk that threw. Where nobody
//!   catches the error nothing is unwound, and the cell says that a fiber which has ended computes it:
//!   it counts as unrealized then ([`lazy`]).

use super::{Machine, Next};
use crate::native::{Trap, make_error};
use crate::object::Kind;
use crate::stack::Link;
use crate::value::lazy;
use crate::value::seq;
use crate::word::Word;
use bytecode::{Instr, Op};

impl Machine<'_> {
    /// Makes a cell realized, for the instruction at `at`, which runs again then.
    pub(crate) fn force(&mut self, cell: Word, at: u32) -> Next {
        // A call has passed its safepoint: stopped here it would spend its fuel again, and get no further where
        // a slice has no more.
        if self.fuel <= 0 && !self.is_call(at) {
            self.set_pc(at);
            return self.safepoint();
        }
        let Some((thunk, proto)) = self.start_cell(cell) else {
            // Running elsewhere, failed, or not of this process: the library knows what to say.
            return self.call_hook("realize*", &[cell], |delta, proto| {
                Link::redo(delta, proto, at)
            });
        };
        self.fuel -= 1;
        let window = u32::from(self.image.proto(self.proto()).registers) + 3;
        self.reserve(window as usize);
        // SAFETY: room was made for the cell, the function word and the link.
        unsafe {
            *self.base.add(window as usize - 3) = cell.0;
            *self.base.add(window as usize - 2) = thunk.0;
        }
        self.enter(window, proto, Link::realize(window, proto, at));
        Next::Go
    }

    /// Whether the instruction at a pc spends fuel before it asks for a cell.
    fn is_call(&self, at: u32) -> bool {
        // SAFETY: the pc is of this prototype's verified code.
        let op = unsafe { Instr(*self.code.add(at as usize)) }.op();
        matches!(
            op,
            Some(
                Op::Call
                    | Op::CallGlobal
                    | Op::TailCall
                    | Op::TailCallGlobal
                    | Op::Apply
                    | Op::TailApply
            )
        )
    }

    /// The thunk of a cell has returned.
    pub(crate) fn realized(&mut self, link: Link, pc: u32, value: Word) -> Next {
        // SAFETY: the link says that the cell is below the function word.
        let cell = unsafe { Word(*self.base.sub(3)) };
        let value = match lazy::follow(&self.process.heap, value) {
            Ok(value) => value,
            Err(inner) => return self.realize_instead(cell, inner),
        };
        if self.process.heap.kind_of(value) == Some(Kind::Instance) {
            // What sequence it has says its type.
            return self.library_instead("seq*slow", value);
        }
        let finished = seq::seq(&mut self.process.heap, value)
            .and_then(|sequence| lazy::finish(&mut self.process.heap, cell, sequence));
        match finished {
            Ok(_) => {
                self.leave_frame(link);
                self.set_pc(pc);
                Next::Go
            }
            Err(Trap::Throw(error)) => self.throw(error),
            Err(_) => self.broken("a finished value is not finished"),
        }
    }

    /// The thunk of `cell` returned `inner`, which is not realized: its thunk runs in the same
    /// frame.
    fn realize_instead(&mut self, cell: Word, inner: Word) -> Next {
        let Some((thunk, proto)) = self.startable(inner) else {
            // The library waits for it or throws its error; what it returns is the cell's value.
            return self.library_instead("realize*", inner);
        };
        lazy::forward(&mut self.process.heap, inner, cell);
        self.replace_callee(thunk, proto);
        self.fuel -= 1;
        if self.fuel < 0 {
            self.fuel += 1;
            return self.safepoint();
        }
        Next::Go
    }

    /// The library computes the value of the cell in the same frame.
    fn library_instead(&mut self, name: &str, of: Word) -> Next {
        let hook = self.image.hook(name);
        let Some(proto) = hook.and_then(|slot| self.image.proto_for_call(slot, 1)) else {
            return self.broken(&format!("the image lacks the library function {name}"));
        };
        self.replace_callee(Word::NIL, proto);
        self.set_register(0, of);
        Next::Go
    }

    /// Runs another function in the top frame.
    fn replace_callee(&mut self, function: Word, proto: u32) {
        // SAFETY: the function word is below the link.
        unsafe { *self.base.sub(2) = function.0 };
        self.replace(proto);
    }

    #[cold]
    pub(super) fn broken(&mut self, what: &str) -> Next {
        let error = make_error(&mut self.process.heap, "internal", what);
        self.throw(error)
    }
}
