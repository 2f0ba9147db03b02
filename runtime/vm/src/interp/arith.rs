//! Arithmetic and comparison beyond small integers and doubles.

use super::{Machine, Next};
use crate::native::NativeResult;
use crate::value::{equal, number};
use crate::word::Word;
use bytecode::Instr;

macro_rules! operations {
    ($($name:ident => $path:path;)*) => {
        impl Machine<'_> {
            $(
                #[cold]
                #[inline(never)]
                pub(crate) fn $name(&mut self, i: Instr, x: Word, y: Word) -> Next {
                    self.charge(x, y);
                    let result = $path(&mut self.process.heap, x, y);
                    self.finish(i, result)
                }
            )*
        }
    };
}

operations! {
    add => number::add;
    sub => number::sub;
    mul => number::mul;
    div => number::div;
    quot => number::quot;
    rem => number::rem;
    less => number::less;
    less_eq => number::less_eq;
}

impl Machine<'_> {
    /// Takes the fuel that an operation on these numbers costs: big ones cost by their size.
    fn charge(&mut self, x: Word, y: Word) {
        let cost = number::cost(&self.process.heap, x, y);
        self.fuel = (self.fuel - i64::from(cost)).max(0);
    }

    fn finish(&mut self, i: Instr, result: NativeResult) -> Next {
        match result {
            Ok(word) => self.answer(i, word),
            Err(trap) => self.trap(i, trap),
        }
    }

    /// `(= x y)` into a register.
    #[inline(never)]
    pub(crate) fn equal(&mut self, i: Instr, x: Word, y: Word) -> Next {
        let result = equal::equal(&mut self.process.heap, x, y).map(Word::bool);
        self.finish(i, result)
    }

    fn branch(&mut self, i: Instr, result: NativeResult, wanted: bool) -> Next {
        match result {
            Ok(word) => {
                if word.is_truthy() == wanted {
                    self.jump(i.s24());
                }
                Next::Go
            }
            Err(trap) => self.trap(i, trap),
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn branch_less(&mut self, i: Instr, x: Word, y: Word, wanted: bool) -> Next {
        let result = number::less(&mut self.process.heap, x, y);
        self.branch(i, result, wanted)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn branch_less_eq(&mut self, i: Instr, x: Word, y: Word, wanted: bool) -> Next {
        let result = number::less_eq(&mut self.process.heap, x, y);
        self.branch(i, result, wanted)
    }

    #[inline(never)]
    pub(crate) fn branch_equal(&mut self, i: Instr, x: Word, y: Word, wanted: bool) -> Next {
        let result = equal::equal(&mut self.process.heap, x, y).map(Word::bool);
        self.branch(i, result, wanted)
    }
}
