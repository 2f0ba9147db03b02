//! The interpreter: runs a fiber's top frame until something stops it.
//!
//! # Invariants
//! - All state of a running fiber is in its stack; the loop's locals are written back ([`Machine::
//!   save`]) before anything else may look at the process, so a process can stop at every
//!   safepoint and no native frame is ever part of it.
//! - Fuel is one unit a call and one a loop turn, counted inside those instructions, and what a
//!   native charges; the same program spends the same fuel whatever the slices.
//! - Registers are read and written without bounds checks. That is sound because every image has
//!   passed `bytecode`'s verifier (register numbers, jump targets, windows within the frame) and a
//!   frame is entered only after [`Machine::reserve`] has made room for all its registers.
//! - Collections happen only in [`Machine::safepoint`], at the start of an instruction, and where one
//!   has made more than the quota, before its answer is put where it belongs.
//!
//! The hot state and the frames are in `interp/machine.rs`; the rare paths beside it: calls of values
//! that are no plain functions, throwing and unwinding, traps of natives, arithmetic beyond small
//! integers and doubles.
#![expect(
    unsafe_code,
    reason = "registers and instructions are reached through raw pointers"
)]

mod answer;
mod apply;
mod arith;
mod calls;
mod cells;
mod handle;
mod machine;
mod quick;
mod realize;
mod safepoint;
mod throw;

pub(crate) use cells::cell_value;
pub(crate) use machine::Machine;
pub use throw::trace_of;
pub(crate) use throw::{TRACE_WORD, is_end};

use crate::fiber::FiberId;
use crate::process::Process;
use crate::stack::Link;
use crate::value::keys::handing_over;
use crate::value::{self, seq};
use crate::word::{TAG_INT, Word};
use bytecode::{Instr, Op};
use quick::Glance;
use std::sync::Arc;

/// Why a process stopped running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This fiber has asked for an effect: its `request`.
    Effect(FiberId),
    /// This fiber has returned; the value is in its `request`.
    Done(FiberId),
    /// This fiber has ended with an error nobody caught; it is in its `request`, and its stack is
    /// as it was at the throw.
    Failed(FiberId),
    /// The fuel is spent; the same fiber goes on next.
    OutOfFuel,
    /// No fiber can run.
    Idle,
}

/// How the process runs, for tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zeal {
    /// Collect before every instruction that may allocate or call, and verify after it.
    pub collect: bool,
}

/// What the loop does after a rare path.
pub(crate) enum Next {
    /// Go on with the (changed) machine state.
    Go,
    /// Stop.
    Stop(Outcome),
}

impl Process {
    /// Runs fibers in order until one stops with something to do for the caller, or `fuel` is
    /// spent. `fuel` is what is left of it afterwards.
    pub fn run(&mut self, fuel: &mut i64, zeal: Zeal) -> Outcome {
        loop {
            let Some(&id) = self.run_queue.front() else {
                return Outcome::Idle;
            };
            let Some(index) = self.fiber_index(id) else {
                self.run_queue.pop_front();
                continue;
            };
            let fiber = &mut self.fibers[index];
            fiber.changed = true;
            self.ran_last = id;
            let image = Arc::clone(&self.image);
            let mut machine = Machine {
                process: self,
                image,
                fiber: index,
                base: std::ptr::null_mut(),
                pc: std::ptr::null(),
                code: std::ptr::null(),
                consts: std::ptr::null(),
                limit: std::ptr::null_mut(),
                low: std::ptr::null_mut(),
                fuel: *fuel,
                withheld: 0,
                began: 0,
                zeal,
            };
            machine.load();
            let outcome = machine.start();
            *fuel = machine.fuel + machine.withheld;
            self.count_stack(index);
            if outcome != Outcome::OutOfFuel {
                self.give_back(index);
                self.run_queue.pop_front();
            }
            return outcome;
        }
    }
}

/// The word in a register.
macro_rules! reg {
    ($base:expr, $n:expr) => {
        // SAFETY: the verifier has checked that the register number is below the prototype's
        // register count, and the frame was entered with room for all of them.
        unsafe { Word(*$base.add($n as usize)) }
    };
}

/// Writes a register.
macro_rules! set {
    ($base:expr, $n:expr, $word:expr) => {{
        let word: Word = $word;
        // SAFETY: as for reading.
        unsafe { *$base.add($n as usize) = word.0 }
    }};
}

const INT_BITS: u64 = TAG_INT << 48;

#[inline(always)]
fn both_small(x: Word, y: Word) -> bool {
    x.is_small() && y.is_small()
}

/// A small integer's value in the upper 48 bits: comparisons and overflow come for free.
#[inline(always)]
fn shifted(word: Word) -> i64 {
    (word.0 << 16) as i64
}

#[inline(always)]
fn from_shifted(value: i64) -> Word {
    Word(INT_BITS | (value as u64) >> 16)
}

impl Machine<'_> {
    /// Runs the fiber, an error that waits for it first.
    fn start(&mut self) -> Outcome {
        let fiber = &mut self.process.fibers[self.fiber];
        let pending = std::mem::replace(&mut fiber.pending_error, Word::NIL);
        if !pending.is_nil()
            && let Next::Stop(outcome) = self.throw(pending)
        {
            return outcome;
        }
        if self.zeal.collect || self.image.covered().is_some() {
            self.run::<true>()
        } else {
            self.run::<false>()
        }
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one arm an opcode; the arms are short, the rare paths elsewhere"
    )]
    fn run<const ZEAL: bool>(&mut self) -> Outcome {
        let mut base = self.base;
        let mut pc = self.pc;
        let mut consts = self.consts;
        let mut fuel = self.fuel;

        macro_rules! sync {
            () => {{
                self.base = base;
                self.pc = pc;
                self.fuel = fuel;
            }};
        }
        macro_rules! reload {
            () => {{
                base = self.base;
                pc = self.pc;
                consts = self.consts;
                fuel = self.fuel;
            }};
        }
        // Runs a rare path with the state written back, and goes on or stops as it says.
        macro_rules! rare {
            ($path:expr) => {{
                sync!();
                match $path {
                    Next::Go => reload!(),
                    Next::Stop(outcome) => return outcome,
                }
            }};
        }
        macro_rules! jump {
            ($distance:expr) => {{
                // SAFETY: the verifier has checked the target.
                pc = unsafe { pc.offset($distance as isize) };
            }};
        }
        macro_rules! branch {
            ($i:ident, $slow:ident, $int:expr, $double:expr, $want:literal) => {{
                let (x, y) = (reg!(base, $i.a()), reg!(base, $i.b()));
                if both_small(x, y) {
                    if $int(shifted(x), shifted(y)) == $want {
                        jump!($i.s24());
                    }
                } else if x.is_double() && y.is_double() {
                    if $double(f64::from_bits(x.0), f64::from_bits(y.0)) == $want {
                        jump!($i.s24());
                    }
                } else {
                    rare!(self.$slow($i, x, y, $want));
                }
            }};
        }
        macro_rules! branch_int {
            ($i:ident, $slow:ident, $flip:literal, $int:expr, $double:expr, $want:literal) => {{
                let x = reg!(base, $i.a());
                let y = i64::from($i.b() as i16);
                if x.is_small() {
                    if $int(shifted(x), y << 16) == $want {
                        jump!($i.s24());
                    }
                } else if x.is_double() {
                    if $double(f64::from_bits(x.0), y as f64) == $want {
                        jump!($i.s24());
                    }
                } else if $flip {
                    rare!(self.$slow($i, Word::small(y), x, $want));
                } else {
                    rare!(self.$slow($i, x, Word::small(y), $want));
                }
            }};
        }
        macro_rules! arithmetic {
            ($i:ident, $slow:ident, $int:expr, $double:expr) => {{
                let (x, y) = (reg!(base, $i.b()), reg!(base, $i.c()));
                if both_small(x, y)
                    && let Some(word) = $int(x, y)
                {
                    set!(base, $i.a(), word);
                } else if x.is_double() && y.is_double() {
                    let result = $double(f64::from_bits(x.0), f64::from_bits(y.0));
                    set!(base, $i.a(), Word::double(result));
                } else {
                    rare!(self.$slow($i, x, y));
                }
            }};
        }
        macro_rules! compare {
            ($i:ident, $slow:ident, $int:expr, $double:expr) => {{
                let (x, y) = (reg!(base, $i.b()), reg!(base, $i.c()));
                if both_small(x, y) {
                    set!(base, $i.a(), Word::bool($int(shifted(x), shifted(y))));
                } else if x.is_double() && y.is_double() {
                    let result = $double(f64::from_bits(x.0), f64::from_bits(y.0));
                    set!(base, $i.a(), Word::bool(result));
                } else {
                    rare!(self.$slow($i, x, y));
                }
            }};
        }
        // One unit of fuel at a safepoint; without fuel the instruction waits.
        macro_rules! spend {
            () => {{
                fuel -= 1;
                if fuel < 0 {
                    fuel += 1;
                    // SAFETY: back to the instruction that was fetched.
                    pc = unsafe { pc.sub(1) };
                    rare!(self.safepoint());
                    continue;
                }
            }};
        }
        // Enters a prototype of as many parameters as there are arguments in the window, whose function
        // word is in place.
        macro_rules! enter {
            ($proto:expr, $window:expr) => {{
                let (number, window): (u32, usize) = ($proto, $window);
                let registers = usize::from(self.image.proto(number).registers);
                // SAFETY: both point into the part's words.
                let free = unsafe { self.limit.offset_from(base) } as usize;
                if free < window + registers + 2 {
                    sync!();
                    self.reserve(window + registers + 2);
                    base = self.base;
                    fuel = self.fuel;
                }
                let entered = self.image.proto(number);
                // SAFETY: pc points into the running prototype's code, whose start is kept.
                let return_pc = unsafe { pc.offset_from(self.code) } as u32;
                // SAFETY: room was made for header and registers.
                unsafe {
                    *base.add(window - 1) = Link::new(window as u32, number, return_pc).0;
                    base = base.add(window);
                }
                pc = entered.code.as_ptr();
                self.code = pc;
                consts = entered.consts.as_ptr();
                self.consts = consts;
            }};
        }
        // Replaces the frame's code; function word and arguments are in place.
        macro_rules! replace {
            ($proto:expr) => {{
                let number: u32 = $proto;
                let registers = usize::from(self.image.proto(number).registers);
                // SAFETY: both point into the part's words.
                let free = unsafe { self.limit.offset_from(base) } as usize;
                if free < registers + 2 {
                    sync!();
                    self.reserve(registers + 2);
                    base = self.base;
                    fuel = self.fuel;
                }
                let entered = self.image.proto(number);
                // SAFETY: the link word is right below the base.
                unsafe { *base.sub(1) = Link(*base.sub(1)).with_proto(number).0 };
                pc = entered.code.as_ptr();
                self.code = pc;
                consts = entered.consts.as_ptr();
                self.consts = consts;
            }};
        }
        // An object was made: is a collection due?
        macro_rules! allocated {
            () => {{
                if self.process.heap.wants_collection() && self.withheld == 0 {
                    self.withheld = fuel;
                    fuel = 0;
                }
            }};
        }
        // Realizes a lazy cell, then the instruction runs again.
        macro_rules! force {
            ($cell:expr) => {{
                let cell = $cell;
                rare!({
                    let at = self.at();
                    self.force(cell, at)
                })
            }};
        }
        // Calls a native with `d` arguments from a register on.
        macro_rules! native {
            ($i:ident, $number:expr, $first:expr) => {{
                sync!();
                match self.call_native($number, $first, u32::from($i.d())) {
                    Ok(word) => {
                        self.after_allocation();
                        fuel = self.fuel;
                        if fuel <= 0
                            && self.process.heap.used_words() > self.process.heap.quota_words
                        {
                            rare!(self.answer($i, word));
                        } else {
                            set!(base, $i.a(), word);
                        }
                    }
                    Err(trap) => rare!(self.trap($i, trap)),
                }
            }};
        }
        // An operation of the value library into register a.
        macro_rules! library {
            ($i:ident, $result:expr) => {{
                sync!();
                let result = $result;
                match result {
                    Ok(word) => {
                        set!(base, $i.a(), word);
                        self.after_allocation();
                        fuel = self.fuel;
                    }
                    Err(trap) => rare!(self.trap($i, trap)),
                }
            }};
        }

        loop {
            // SAFETY: the verifier has checked that code ends with an instruction that does not
            // fall through, and that all jumps stay inside.
            let i = unsafe { Instr(*pc) };
            if ZEAL && let Some(covered) = self.image.covered() {
                covered.note(self.code as usize, pc as usize);
            }
            if ZEAL && self.zeal.collect && i.op().is_some_and(Op::is_safepoint) {
                sync!();
                self.collect(Process::collect);
                reload!();
            }
            // SAFETY: as above.
            pc = unsafe { pc.add(1) };
            // SAFETY: only opcodes of the table are in verified and bound code.
            let op: Op = unsafe { std::mem::transmute(i.0 as u8) };
            match op {
                Op::Move => set!(base, i.a(), reg!(base, i.b())),
                // SAFETY: the verifier has checked the constant's index.
                Op::LoadConst => set!(base, i.a(), unsafe { *consts.add(i.x() as usize) }),
                Op::LoadInt => set!(base, i.a(), Word::small(i64::from(i.xs()))),
                Op::LoadCapture => {
                    // SAFETY: the function word is below the link.
                    let function = unsafe { Word(*base.sub(2)) };
                    set!(
                        base,
                        i.a(),
                        self.process.heap.word(function, 2 + u32::from(i.b()))
                    );
                }
                Op::LoadGlobal => set!(base, i.a(), self.image.slot_value(i.x())),
                Op::LoadSelf => {
                    // SAFETY: the function word is below the link.
                    let function = unsafe { Word(*base.sub(2)) };
                    // A function that is called by its number has no function word.
                    let own = if function.is_nil() {
                        sync!();
                        self.own_function()
                    } else {
                        function
                    };
                    set!(base, i.a(), own);
                }
                Op::Closure => {
                    let template = i.s24() as u32;
                    let captures = u32::from(self.image.template(template).captures);
                    self.base = base;
                    let words = self.window(u32::from(i.b()), captures);
                    let closure = quick::closure(&mut self.process.heap, template, words);
                    set!(base, i.a(), closure);
                    allocated!();
                }
                Op::SetCapture => {
                    let (closure, word) = (reg!(base, i.a()), reg!(base, i.c()));
                    self.process.heap.write(closure, 2 + u32::from(i.b()), word);
                }
                Op::TakeCaptures => {
                    // SAFETY: the function word is below the link.
                    let function = unsafe { Word(*base.sub(2)) };
                    let count = u32::from(i.c());
                    for n in 0..count {
                        let word = self.process.heap.word(function, 2 + n);
                        set!(base, u32::from(i.a()) + n, word);
                    }
                    // SAFETY: as above; the loader has seen the instructions that are done with.
                    unsafe {
                        *base.sub(2) = Word::NIL.0;
                        pc = pc.add(count as usize);
                    }
                }
                // SAFETY: the function word is below the link.
                Op::DropSelf => unsafe { *base.sub(2) = Word::NIL.0 },

                Op::CallProto => {
                    spend!();
                    let window = usize::from(i.a()) + 2;
                    // SAFETY: the window is within the frame's registers.
                    unsafe { *base.add(window - 2) = Word::NIL.0 };
                    enter!(i.x(), window);
                }
                Op::CallLazy => {
                    spend!();
                    let template = self.image.proto(i.x()).lazy;
                    self.base = base;
                    let words = self.window(u32::from(i.a()) + 2, u32::from(i.d()));
                    let thunk = quick::closure(&mut self.process.heap, template, words);
                    let cell = quick::lazy(&mut self.process.heap, thunk);
                    set!(base, i.a(), cell);
                    allocated!();
                }
                Op::Call => {
                    spend!();
                    let function = reg!(base, i.a());
                    if let Some(proto) = self.direct(function, usize::from(i.d())) {
                        enter!(proto, usize::from(i.a()) + 2);
                    } else if let Some(number) = self.direct_native(function, i.d()) {
                        native!(i, number, u32::from(i.a()) + 2);
                    } else {
                        rare!(self.call_value(i));
                    }
                }
                Op::CallGlobal => {
                    spend!();
                    set!(base, i.a(), self.image.slot_value(i.x()));
                    rare!(self.call_global(i));
                }
                Op::TailCallProto => {
                    spend!();
                    let args = usize::from(i.d());
                    let first = usize::from(i.a()) + 2;
                    // SAFETY: the window is within the frame's registers; the ranges may overlap.
                    unsafe { std::ptr::copy(base.add(first), base, args) };
                    // SAFETY: the function word is below the link.
                    unsafe { *base.sub(2) = Word::NIL.0 };
                    replace!(i.x());
                }
                Op::TailCall => {
                    spend!();
                    let function = reg!(base, i.a());
                    let args = usize::from(i.d());
                    if let Some(proto) = self.direct(function, args) {
                        let first = usize::from(i.a()) + 2;
                        // SAFETY: the window is within the frame's registers; the ranges may overlap.
                        // The function word is below the link.
                        unsafe {
                            *base.sub(2) = function.0;
                            std::ptr::copy(base.add(first), base, args);
                        }
                        replace!(proto);
                    } else {
                        rare!(self.tail_call_value(i));
                    }
                }
                Op::TailCallGlobal => {
                    spend!();
                    set!(base, i.a(), self.image.slot_value(i.x()));
                    rare!(self.tail_call_global(i));
                }
                Op::Apply => {
                    spend!();
                    rare!(self.apply(i, false));
                }
                Op::TailApply => {
                    spend!();
                    rare!(self.apply(i, true));
                }
                Op::CallNative => native!(i, u32::from(i.c()), u32::from(i.b())),
                Op::Return => {
                    let value = reg!(base, i.a());
                    // SAFETY: the link word is right below the base.
                    let link = unsafe { Link(*base.sub(1)) };
                    let go_on = if link.is_special() {
                        // SAFETY: a frame that computes a cell has it below its function word.
                        let cell = link.has_cell().then(|| unsafe { Word(*base.sub(3)) });
                        match cell {
                            Some(cell) if self.finish_cell(cell, value) => link.realize_pc(),
                            Some(cell)
                                if fuel > 0
                                    && let Some((thunk, proto)) = self.run_instead(cell, value) =>
                            {
                                fuel -= 1;
                                // SAFETY: the function word is below the link.
                                unsafe { *base.sub(2) = thunk.0 };
                                replace!(proto);
                                continue;
                            }
                            _ => {
                                rare!(self.return_special(value));
                                continue;
                            }
                        }
                    } else {
                        // SAFETY: the caller reads the result where the function word was.
                        unsafe { *base.sub(2) = value.0 };
                        link.plain_pc()
                    };
                    // SAFETY: the caller's frame is below, its link right below its base.
                    let caller = unsafe {
                        base = base.sub(link.delta() as usize);
                        Link(*base.sub(1)).proto()
                    };
                    if base < self.low {
                        self.low = base;
                    }
                    let caller = self.image.proto(caller);
                    self.code = caller.code.as_ptr();
                    consts = caller.consts.as_ptr();
                    self.consts = consts;
                    // SAFETY: the link holds a pc of the caller's code.
                    pc = unsafe { self.code.add(go_on as usize) };
                    if link.is_special() {
                        // SAFETY: as above.
                        let again = unsafe { Instr(*pc) };
                        if again.0 as u8 == Op::Seq as u8 {
                            // It would find what it asked for.
                            set!(base, again.a(), value);
                            // SAFETY: code does not end with a `seq`.
                            pc = unsafe { pc.add(1) };
                        }
                    }
                }
                Op::Throw => {
                    let error = reg!(base, i.a());
                    rare!(self.throw_value(error));
                }

                Op::Jump => jump!(i.xs()),
                Op::Loop => {
                    spend!();
                    jump!(i.xs());
                }
                Op::JumpIf => {
                    if reg!(base, i.a()).is_truthy() {
                        jump!(i.xs());
                    }
                }
                Op::JumpIfNot => {
                    if !reg!(base, i.a()).is_truthy() {
                        jump!(i.xs());
                    }
                }
                Op::JumpNil => {
                    if reg!(base, i.a()).is_nil() {
                        jump!(i.xs());
                    }
                }
                Op::JumpNotNil => {
                    if !reg!(base, i.a()).is_nil() {
                        jump!(i.xs());
                    }
                }
                Op::JumpLess => branch!(
                    i,
                    branch_less,
                    |x: i64, y: i64| x < y,
                    |x: f64, y: f64| x < y,
                    true
                ),
                Op::JumpNotLess => branch!(
                    i,
                    branch_less,
                    |x: i64, y: i64| x < y,
                    |x: f64, y: f64| x < y,
                    false
                ),
                Op::JumpLessEq => branch!(
                    i,
                    branch_less_eq,
                    |x: i64, y: i64| x <= y,
                    |x: f64, y: f64| x <= y,
                    true
                ),
                Op::JumpNotLessEq => branch!(
                    i,
                    branch_less_eq,
                    |x: i64, y: i64| x <= y,
                    |x: f64, y: f64| x <= y,
                    false
                ),
                Op::JumpEqual => branch!(
                    i,
                    branch_equal,
                    |x: i64, y: i64| x == y,
                    |x: f64, y: f64| x == y,
                    true
                ),
                Op::JumpNotEqual => branch!(
                    i,
                    branch_equal,
                    |x: i64, y: i64| x == y,
                    |x: f64, y: f64| x == y,
                    false
                ),
                Op::JumpLessInt => branch_int!(
                    i,
                    branch_less,
                    false,
                    |x: i64, y: i64| x < y,
                    |x: f64, y: f64| x < y,
                    true
                ),
                Op::JumpNotLessInt => branch_int!(
                    i,
                    branch_less,
                    false,
                    |x: i64, y: i64| x < y,
                    |x: f64, y: f64| x < y,
                    false
                ),
                Op::JumpLessEqInt => branch_int!(
                    i,
                    branch_less_eq,
                    false,
                    |x: i64, y: i64| x <= y,
                    |x: f64, y: f64| x <= y,
                    true
                ),
                Op::JumpNotLessEqInt => branch_int!(
                    i,
                    branch_less_eq,
                    false,
                    |x: i64, y: i64| x <= y,
                    |x: f64, y: f64| x <= y,
                    false
                ),
                Op::JumpGreaterInt => branch_int!(
                    i,
                    branch_less,
                    true,
                    |x: i64, y: i64| x > y,
                    |x: f64, y: f64| x > y,
                    true
                ),
                Op::JumpNotGreaterInt => branch_int!(
                    i,
                    branch_less,
                    true,
                    |x: i64, y: i64| x > y,
                    |x: f64, y: f64| x > y,
                    false
                ),
                Op::JumpGreaterEqInt => branch_int!(
                    i,
                    branch_less_eq,
                    true,
                    |x: i64, y: i64| x >= y,
                    |x: f64, y: f64| x >= y,
                    true
                ),
                Op::JumpNotGreaterEqInt => branch_int!(
                    i,
                    branch_less_eq,
                    true,
                    |x: i64, y: i64| x >= y,
                    |x: f64, y: f64| x >= y,
                    false
                ),
                // A double is never `=` to an integer.
                Op::JumpEqualInt => branch_int!(
                    i,
                    branch_equal,
                    false,
                    |x: i64, y: i64| x == y,
                    |_: f64, _: f64| false,
                    true
                ),
                Op::JumpNotEqualInt => branch_int!(
                    i,
                    branch_equal,
                    false,
                    |x: i64, y: i64| x == y,
                    |_: f64, _: f64| false,
                    false
                ),

                Op::Add => arithmetic!(
                    i,
                    add,
                    |x, y| shifted(x).checked_add(shifted(y)).map(from_shifted),
                    |x: f64, y: f64| x + y
                ),
                Op::Sub => arithmetic!(
                    i,
                    sub,
                    |x, y| shifted(x).checked_sub(shifted(y)).map(from_shifted),
                    |x: f64, y: f64| x - y
                ),
                Op::Mul => arithmetic!(
                    i,
                    mul,
                    |x: Word, y: Word| x
                        .small_value()
                        .checked_mul(y.small_value())
                        .and_then(Word::try_int),
                    |x: f64, y: f64| x * y
                ),
                Op::Div => arithmetic!(i, div, |_: Word, _: Word| None, |x: f64, y: f64| x / y),
                Op::AddInt => {
                    let x = reg!(base, i.b());
                    let y = i64::from(i.s24());
                    if x.is_small()
                        && let Some(sum) = shifted(x).checked_add(y << 16)
                    {
                        set!(base, i.a(), from_shifted(sum));
                    } else if x.is_double() {
                        set!(base, i.a(), Word::double(f64::from_bits(x.0) + y as f64));
                    } else {
                        rare!(self.add(i, x, Word::small(y)));
                    }
                }
                Op::Quot => {
                    let (x, y) = (reg!(base, i.b()), reg!(base, i.c()));
                    if both_small(x, y)
                        && y.small_value() != 0
                        && let Some(word) = Word::try_int(x.small_value() / y.small_value())
                    {
                        set!(base, i.a(), word);
                    } else {
                        rare!(self.quot(i, x, y));
                    }
                }
                Op::Rem => {
                    let (x, y) = (reg!(base, i.b()), reg!(base, i.c()));
                    if both_small(x, y) && y.small_value() != 0 {
                        set!(base, i.a(), Word::small(x.small_value() % y.small_value()));
                    } else {
                        rare!(self.rem(i, x, y));
                    }
                }
                Op::Less => compare!(i, less, |x: i64, y: i64| x < y, |x: f64, y: f64| x < y),
                Op::LessEq => {
                    compare!(i, less_eq, |x: i64, y: i64| x <= y, |x: f64, y: f64| x <= y)
                }
                Op::Equal => compare!(i, equal, |x: i64, y: i64| x == y, |x: f64, y: f64| x == y),
                Op::Not => set!(base, i.a(), Word::bool(!reg!(base, i.b()).is_truthy())),
                Op::IsNil => set!(base, i.a(), Word::bool(reg!(base, i.b()).is_nil())),
                Op::Identical => {
                    let same = value::equal::identical(
                        &self.process.heap,
                        reg!(base, i.b()),
                        reg!(base, i.c()),
                    );
                    set!(base, i.a(), Word::bool(same));
                }

                Op::Vector => {
                    let words = {
                        sync!();
                        self.window(u32::from(i.b()), u32::from(i.c()))
                    };
                    let vector = value::vector::make(&mut self.process.heap, words);
                    set!(base, i.a(), vector);
                    self.after_allocation();
                    fuel = self.fuel;
                }
                Op::List => {
                    let words = {
                        sync!();
                        self.window(u32::from(i.b()), u32::from(i.c()))
                    };
                    let list = value::list::make(&mut self.process.heap, words);
                    set!(base, i.a(), list);
                    self.after_allocation();
                    fuel = self.fuel;
                }
                Op::Map => library!(i, {
                    let words = self.window(u32::from(i.b()), u32::from(i.c()));
                    handing_over(&mut self.process.heap, |heap| {
                        value::map::from_pairs(heap, words)
                    })
                }),
                Op::Set => library!(i, {
                    let words = self.window(u32::from(i.b()), u32::from(i.c()));
                    handing_over(&mut self.process.heap, |heap| {
                        value::set::from_words(heap, words)
                    })
                }),
                Op::Get => library!(
                    i,
                    handing_over(&mut self.process.heap, |heap| {
                        value::get(heap, reg!(base, i.b()), reg!(base, i.c()), Word::NIL)
                    })
                ),
                Op::Nth => library!(
                    i,
                    value::nth(&mut self.process.heap, reg!(base, i.b()), reg!(base, i.c()))
                ),
                Op::First => match quick::glance(&self.process.heap, reg!(base, i.b())) {
                    Glance::Cons(cell) => set!(base, i.a(), self.process.heap.word(cell, 1)),
                    Glance::Nil => set!(base, i.a(), Word::NIL),
                    Glance::Unrealized(cell) => force!(cell),
                    Glance::Other(x) => library!(
                        i,
                        seq::or_by_type(&mut self.process.heap, x, "first*slow", seq::first)
                    ),
                },
                Op::Next => match quick::glance(&self.process.heap, reg!(base, i.b())) {
                    Glance::Cons(cell) => {
                        let rest = self.process.heap.word(cell, 2);
                        match quick::glance(&self.process.heap, rest) {
                            Glance::Cons(rest) => set!(base, i.a(), rest),
                            Glance::Nil => set!(base, i.a(), Word::NIL),
                            Glance::Unrealized(cell) => force!(cell),
                            Glance::Other(x) => library!(
                                i,
                                seq::or_by_type(&mut self.process.heap, x, "next*slow", seq::seq)
                            ),
                        }
                    }
                    Glance::Nil => set!(base, i.a(), Word::NIL),
                    Glance::Unrealized(cell) => force!(cell),
                    Glance::Other(x) => library!(
                        i,
                        seq::or_by_type(&mut self.process.heap, x, "next*slow", seq::next)
                    ),
                },
                Op::Rest => match quick::glance(&self.process.heap, reg!(base, i.b())) {
                    Glance::Cons(cell) => {
                        let rest = self.process.heap.word(cell, 2);
                        let rest = if rest.is_nil() {
                            Word::EMPTY_LIST
                        } else {
                            rest
                        };
                        set!(base, i.a(), rest);
                    }
                    Glance::Nil => set!(base, i.a(), Word::EMPTY_LIST),
                    Glance::Unrealized(cell) => force!(cell),
                    Glance::Other(x) => library!(
                        i,
                        seq::or_by_type(&mut self.process.heap, x, "rest*slow", seq::rest)
                    ),
                },
                Op::Seq => match quick::glance(&self.process.heap, reg!(base, i.b())) {
                    Glance::Cons(cell) => set!(base, i.a(), cell),
                    Glance::Nil => set!(base, i.a(), Word::NIL),
                    Glance::Unrealized(cell) => force!(cell),
                    Glance::Other(x) => library!(
                        i,
                        seq::or_by_type(&mut self.process.heap, x, "seq*slow", seq::seq)
                    ),
                },
                Op::Cons => {
                    let (first, rest) = (reg!(base, i.b()), reg!(base, i.c()));
                    if let Some(cell) = quick::cons(&mut self.process.heap, first, rest) {
                        set!(base, i.a(), cell);
                        allocated!();
                    } else {
                        library!(i, seq::cons_or_by_type(&mut self.process.heap, first, rest));
                    }
                }
                Op::Lazy => {
                    let thunk = reg!(base, i.b());
                    let cell = quick::lazy(&mut self.process.heap, thunk);
                    set!(base, i.a(), cell);
                    allocated!();
                }

                Op::LoadCell | Op::LoadTemplate => rare!(self.load_cell(i)),
                Op::StoreCell => rare!(self.store_cell(i)),
                Op::LoadDynamic => rare!(self.load_dynamic(i)),
                Op::LoadVar => rare!(self.load_var(i)),
            }
        }
    }
}
