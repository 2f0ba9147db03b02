//! Arithmetic and comparison beyond small integers and doubles.

use super::{Machine, Next};
use crate::native::NativeResult;
use crate::stack::Link;
use crate::value::number::context;
use crate::value::number::large::{self, Op};
use crate::value::{equal, number};
use crate::word::Word;
use bytecode::Instr;

macro_rules! operations {
    ($($name:ident => $path:path, $op:expr;)*) => {
        impl Machine<'_> {
            $(
                #[cold]
                #[inline(never)]
                pub(crate) fn $name(&mut self, i: Instr, x: Word, y: Word) -> Next {
                    if let Some(name) = large::slow(&self.process.heap, $op, x, y)
                        && self.image.hook(name).is_some()
                    {
                        let at = self.at();
                        return self.call_hook(name, &[x, y], |delta, proto| {
                            Link::answer(delta, proto, at)
                        });
                    }
                    self.charge($op, x, y);
                    self.began = self.process.heap.used_words();
                    if let Some(result) = self.rounded($op, x, y) {
                        return self.finish(i, result);
                    }
                    let result = $path(&mut self.process.heap, x, y);
                    self.finish(i, result)
                }
            )*
        }
    };
}

operations! {
    add => number::add, Op::Add;
    sub => number::sub, Op::Sub;
    mul => number::mul, Op::Mul;
    div => number::div, Op::Div;
    quot => number::quot, Op::Quot;
    rem => number::rem, Op::Rem;
    less => number::less, Op::Compare;
    less_eq => number::less_eq, Op::Compare;
}

impl Machine<'_> {
    /// The answer of an operation with decimals in a context that rounds them.
    fn rounded(&mut self, op: Op, x: Word, y: Word) -> Option<NativeResult> {
        let bindings = self.process.fibers[self.fiber].bindings;
        let heap = &mut self.process.heap;
        let (result, fuel) = context::rounded(heap, &self.image, bindings, op, [x, y])?;
        self.spend(fuel);
        Some(result)
    }

    /// Takes the fuel that an operation on these numbers costs: big ones cost by their size.
    fn charge(&mut self, op: Op, x: Word, y: Word) {
        self.spend(large::cost(&self.process.heap, op, x, y));
    }

    fn spend(&mut self, cost: u32) {
        let longest = &mut self.process.heap.longest_charge;
        *longest = cost.max(*longest);
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
        self.spend(number::look_cost(&self.process.heap, x, y));
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
        self.charge(Op::Compare, x, y);
        let result = number::less(&mut self.process.heap, x, y);
        self.branch(i, result, wanted)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn branch_less_eq(&mut self, i: Instr, x: Word, y: Word, wanted: bool) -> Next {
        self.charge(Op::Compare, x, y);
        let result = number::less_eq(&mut self.process.heap, x, y);
        self.branch(i, result, wanted)
    }

    #[inline(never)]
    pub(crate) fn branch_equal(&mut self, i: Instr, x: Word, y: Word, wanted: bool) -> Next {
        self.spend(number::look_cost(&self.process.heap, x, y));
        let result = equal::equal(&mut self.process.heap, x, y).map(Word::bool);
        self.branch(i, result, wanted)
    }
}
