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
//! - Collections happen only in [`Machine::safepoint`], at the start of an instruction.
//!
//! The rare paths are in `interp/`: calls of values that are no plain functions, throwing and
//! unwinding, traps of natives, arithmetic beyond small integers and doubles.
#![expect(
    unsafe_code,
    reason = "registers and instructions are reached through raw pointers"
)]

mod apply;
mod arith;
mod calls;
mod cells;
mod realize;
mod throw;

pub(crate) use cells::cell_value;
pub(crate) use throw::TRACE_WORD;
pub use throw::trace_of;

use crate::fiber::{FiberId, FiberState};
use crate::image::LoadedImage;
use crate::object::Kind;
use crate::process::Process;
use crate::stack::{FRAME_HEADER_WORDS, Link};
use crate::value;
use crate::word::{TAG_INT, Word};
use bytecode::{Instr, Op};
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

/// The running fiber, with its hot state as pointers.
pub(crate) struct Machine<'p> {
    pub(crate) process: &'p mut Process,
    pub(crate) image: Arc<LoadedImage>,
    /// Index of the fiber in the process.
    pub(crate) fiber: usize,
    /// Register 0 of the top frame.
    base: *mut u64,
    /// Next instruction.
    pc: *const u64,
    /// First instruction of the prototype.
    code: *const u64,
    /// First constant of the prototype.
    consts: *const Word,
    /// One past the last usable stack word.
    limit: *mut u64,
    /// Least base reached since the last collection.
    low: *mut u64,
    /// Fuel left; negative when spent.
    fuel: i64,
    /// Fuel set aside because a collection is due at the next safepoint.
    withheld: i64,
    zeal: Zeal,
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
            self.fibers[index].changed = true;
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
                zeal,
            };
            machine.load();
            let outcome = machine.start();
            *fuel = machine.fuel + machine.withheld;
            if outcome != Outcome::OutOfFuel {
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
    /// Takes the hot state from the fiber's record.
    pub(crate) fn load(&mut self) {
        let part = self.process.fibers[self.fiber].top_mut();
        let proto = part.link(part.base).proto();
        let needed = (part.base + u32::from(self.image.proto(proto).registers)) as usize;
        if part.words.len() < needed + FRAME_HEADER_WORDS as usize {
            part.words.resize(needed + 64, Word::DEAD.0);
        }
        let length = part.words.len();
        let (base, low, pc) = (part.base as usize, part.low as usize, part.pc as usize);
        let words = part.words.as_mut_ptr();
        let proto = self.image.proto(proto);
        // SAFETY: base and low are within the part's words, pc within the prototype's code; the
        // frames of a loaded process were checked when it was restored.
        unsafe {
            self.base = words.add(base);
            self.low = words.add(low);
            self.limit = words.add(length);
            self.pc = proto.code.as_ptr().add(pc);
        }
        self.code = proto.code.as_ptr();
        self.consts = proto.consts.as_ptr();
    }

    /// Writes the hot state back to the fiber's record.
    pub(crate) fn save(&mut self) {
        let pc = self.pc_index();
        let part = self.process.fibers[self.fiber].top_mut();
        let words = part.words.as_ptr();
        // SAFETY: base and low point into the part's words.
        let (base, low) = unsafe {
            (
                self.base.cast_const().offset_from(words),
                self.low.cast_const().offset_from(words),
            )
        };
        part.base = base as u32;
        part.low = (low as u32).min(part.base);
        part.pc = pc;
    }

    /// Index of the next instruction in its prototype.
    fn pc_index(&self) -> u32 {
        // SAFETY: pc points into the code that `code` begins.
        unsafe { self.pc.offset_from(self.code) as u32 }
    }

    /// The instruction that is under way.
    pub(crate) fn at(&self) -> u32 {
        self.pc_index() - 1
    }

    /// The running prototype's number.
    pub(crate) fn proto(&self) -> u32 {
        self.link().proto()
    }

    pub(crate) fn link(&self) -> Link {
        // SAFETY: a frame's link word is right below its base.
        unsafe { Link(*self.base.sub(1)) }
    }

    pub(crate) fn register(&self, n: u16) -> Word {
        reg!(self.base, n)
    }

    pub(crate) fn set_register(&mut self, n: u16, word: Word) {
        set!(self.base, n, word);
    }

    /// The words of registers `first .. first + count`.
    ///
    /// The borrow is detached from the machine so that natives may use the memory meanwhile: a
    /// stack never moves while an instruction runs, but by [`Machine::reserve`].
    pub(crate) fn window<'a>(&self, first: u32, count: u32) -> &'a [Word] {
        // SAFETY: the verifier has checked ranges and windows; Word is transparent over u64. The
        // words stay in place while the slice lives: callers do not call `reserve` under it.
        unsafe {
            std::slice::from_raw_parts(self.base.add(first as usize).cast::<Word>(), count as usize)
        }
    }

    /// Jumps within the prototype, relative to the next instruction.
    pub(crate) fn jump(&mut self, distance: i32) {
        // SAFETY: the verifier has checked the target.
        self.pc = unsafe { self.pc.offset(distance as isize) };
    }

    /// Sets the next instruction.
    pub(crate) fn set_pc(&mut self, pc: u32) {
        // SAFETY: pcs come from links and handler tables of verified code.
        self.pc = unsafe { self.code.add(pc as usize) };
    }

    /// Makes room for `words` stack words from register 0 of the top frame on.
    pub(crate) fn reserve(&mut self, words: usize) {
        // SAFETY: both point into the part's words.
        let free = unsafe { self.limit.offset_from(self.base) } as usize;
        if free < words {
            self.grow_stack(words);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow_stack(&mut self, words: usize) {
        self.save();
        let part = self.process.fibers[self.fiber].top_mut();
        let needed = part.base as usize + words;
        let quota = self.process.heap.quota_words as usize;
        // Up to the quota only, so that passing it is noticed here.
        let room = match needed + needed / 2 + 64 {
            room if needed < quota => room.min(quota + words + 64),
            room => room,
        };
        part.words.resize(room, Word::DEAD.0);
        self.load();
        if self.words_held() > quota && self.withheld == 0 {
            self.withheld = self.fuel;
            self.fuel = 0;
        }
    }

    /// Words of memory and of this fiber's stack.
    fn words_held(&self) -> usize {
        let words = self.process.fibers[self.fiber].top().words.as_ptr();
        // SAFETY: the base points into the part's words.
        let stack = unsafe { self.base.cast_const().offset_from(words) };
        self.process.heap.used_words() as usize + stack as usize
    }

    /// Enters `proto` in a window whose arguments begin at register `window` of the top frame.
    /// The link is the caller's business; the function word too.
    pub(crate) fn enter(&mut self, window: u32, proto: u32, link: Link) {
        let image = Arc::clone(&self.image);
        let entered = image.proto(proto);
        self.reserve(
            window as usize + usize::from(entered.registers) + FRAME_HEADER_WORDS as usize,
        );
        // SAFETY: room was made for the window's header and registers.
        unsafe {
            *self.base.add(window as usize - 1) = link.0;
            self.base = self.base.add(window as usize);
        }
        self.code = entered.code.as_ptr();
        self.pc = self.code;
        self.consts = entered.consts.as_ptr();
    }

    /// Replaces the top frame's code; its arguments are in place.
    pub(crate) fn replace(&mut self, proto: u32) {
        let image = Arc::clone(&self.image);
        let entered = image.proto(proto);
        self.reserve(usize::from(entered.registers) + FRAME_HEADER_WORDS as usize);
        // SAFETY: the link word is right below the base.
        unsafe { *self.base.sub(1) = self.link().with_proto(proto).0 };
        self.code = entered.code.as_ptr();
        self.pc = self.code;
        self.consts = entered.consts.as_ptr();
    }

    /// Asks for a collection at the next safepoint, by withholding the fuel.
    #[inline(always)]
    pub(crate) fn after_allocation(&mut self) {
        if self.process.heap.wants_collection() && self.withheld == 0 {
            self.withheld = self.fuel;
            self.fuel = 0;
        }
    }

    /// At a safepoint with no fuel left: collects if that is due, else stops the slice. The
    /// instruction at `pc` has not begun.
    #[cold]
    #[inline(never)]
    pub(crate) fn safepoint(&mut self) -> Next {
        self.fuel += self.withheld;
        self.withheld = 0;
        let held_too_much = self.words_held() > self.process.heap.quota_words as usize;
        if self.process.heap.wants_collection() || held_too_much {
            self.collect();
            if let Some(error) = self.over_quota() {
                return self.throw(error);
            }
        }
        if self.fuel > 0 {
            return Next::Go;
        }
        self.save();
        Next::Stop(Outcome::OutOfFuel)
    }

    /// The shared function object of the running prototype.
    #[cold]
    fn own_function(&self) -> Word {
        self.image.proto(self.proto()).function
    }

    fn collect(&mut self) {
        self.save();
        self.process.collect();
        if self.zeal.collect
            && let Err(error) = self.process.verify()
        {
            panic!("the heap verifier found after a collection: {error}");
        }
        self.load();
    }

    /// The error of a process whose live words pass its quota.
    fn over_quota(&mut self) -> Option<Word> {
        let quota = self.process.heap.quota_words as usize;
        let mut words = self.words_held();
        if words > quota {
            // Survivors of earlier collections may be garbage by now.
            self.save();
            self.process.collect_unsealed();
            self.load();
            words = self.words_held();
        }
        if words <= quota {
            self.process.heap.reserve_used = false;
            return None;
        }
        // The handler gets a reserve, once until the process is below its quota again.
        if self.process.heap.reserve_used && words <= quota + crate::heap::QUOTA_RESERVE_WORDS {
            return None;
        }
        self.process.heap.reserve_used = true;
        let message = format!(
            "the process holds more than its memory limit of {} MB",
            quota / (1 << 17)
        );
        Some(crate::native::make_error(
            &mut self.process.heap,
            "memory-limit",
            &message,
        ))
    }

    /// Runs the fiber, an error that waits for it first.
    fn start(&mut self) -> Outcome {
        let fiber = &mut self.process.fibers[self.fiber];
        let pending = std::mem::replace(&mut fiber.pending_error, Word::NIL);
        if !pending.is_nil()
            && let Next::Stop(outcome) = self.throw(pending)
        {
            return outcome;
        }
        if self.zeal.collect {
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
            if ZEAL && i.op().is_some_and(Op::is_safepoint) {
                sync!();
                self.collect();
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
                    sync!();
                    let words = self.window(u32::from(i.b()), captures);
                    let closure =
                        self.process
                            .heap
                            .make(Kind::Function, 0, 0, &[u64::from(template)], words);
                    set!(base, i.a(), closure);
                    self.after_allocation();
                    fuel = self.fuel;
                }
                Op::SetCapture => {
                    let (closure, word) = (reg!(base, i.a()), reg!(base, i.c()));
                    self.process.heap.write(closure, 2 + u32::from(i.b()), word);
                }
                // SAFETY: the function word is below the link.
                Op::DropSelf => unsafe { *base.sub(2) = Word::NIL.0 },

                Op::CallProto => {
                    spend!();
                    let entered = self.image.proto(i.x());
                    let window = usize::from(i.a()) + 2;
                    // SAFETY: both point into the part's words.
                    let free = unsafe { self.limit.offset_from(base) } as usize;
                    if free < window + usize::from(entered.registers) + 2 {
                        let registers = usize::from(entered.registers);
                        sync!();
                        self.reserve(window + registers + 2);
                        base = self.base;
                        fuel = self.fuel;
                    }
                    let entered = self.image.proto(i.x());
                    // SAFETY: pc points into the running prototype's code, whose start is kept.
                    let return_pc = unsafe { pc.offset_from(self.code) } as u32;
                    // SAFETY: room was made for header and registers.
                    unsafe {
                        *base.add(window - 2) = Word::NIL.0;
                        *base.add(window - 1) = Link::new(window as u32, i.x(), return_pc).0;
                        base = base.add(window);
                    }
                    pc = entered.code.as_ptr();
                    self.code = pc;
                    consts = entered.consts.as_ptr();
                    self.consts = consts;
                }
                Op::Call => {
                    spend!();
                    rare!(self.call_value(i));
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
                    sync!();
                    self.replace(i.x());
                    reload!();
                }
                Op::TailCall => {
                    spend!();
                    rare!(self.tail_call_value(i));
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
                Op::CallNative => {
                    sync!();
                    match self.call_native(i) {
                        Ok(word) => {
                            set!(base, i.a(), word);
                            self.after_allocation();
                            fuel = self.fuel;
                            // One native can make more than the quota: its handlers see that.
                            if fuel <= 0
                                && self.process.heap.used_words() > self.process.heap.quota_words
                            {
                                rare!(self.safepoint());
                            }
                        }
                        Err(trap) => rare!(self.trap(i, trap)),
                    }
                }
                Op::Return => {
                    let value = reg!(base, i.a());
                    // SAFETY: the link word is right below the base.
                    let link = unsafe { Link(*base.sub(1)) };
                    if link.is_special() {
                        rare!(self.return_special(value));
                    } else {
                        // SAFETY: the caller's frame is below, its link right below its base.
                        let caller = unsafe {
                            *base.sub(2) = value.0;
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
                        pc = unsafe { self.code.add(link.plain_pc() as usize) };
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
                    value::map::from_pairs(&mut self.process.heap, words)
                }),
                Op::Set => library!(i, {
                    let words = self.window(u32::from(i.b()), u32::from(i.c()));
                    value::set::from_words(&mut self.process.heap, words)
                }),
                Op::Get => library!(
                    i,
                    value::get(
                        &mut self.process.heap,
                        reg!(base, i.b()),
                        reg!(base, i.c()),
                        Word::NIL
                    )
                ),
                Op::Nth => library!(
                    i,
                    value::nth(&mut self.process.heap, reg!(base, i.b()), reg!(base, i.c()))
                ),
                Op::First => library!(
                    i,
                    value::seq::first(&mut self.process.heap, reg!(base, i.b()))
                ),
                Op::Next => library!(
                    i,
                    value::seq::next(&mut self.process.heap, reg!(base, i.b()))
                ),
                Op::Rest => library!(
                    i,
                    value::seq::rest(&mut self.process.heap, reg!(base, i.b()))
                ),
                Op::Seq => library!(
                    i,
                    value::seq::seq(&mut self.process.heap, reg!(base, i.b()))
                ),
                Op::Cons => library!(
                    i,
                    value::seq::cons(&mut self.process.heap, reg!(base, i.b()), reg!(base, i.c()))
                ),
                Op::Lazy => {
                    let thunk = reg!(base, i.b());
                    let cell = value::lazy::make(&mut self.process.heap, thunk);
                    set!(base, i.a(), cell);
                    sync!();
                    self.after_allocation();
                    fuel = self.fuel;
                }

                Op::LoadCell | Op::LoadTemplate => rare!(self.load_cell(i)),
                Op::StoreCell => rare!(self.store_cell(i)),
                Op::LoadDynamic => rare!(self.load_dynamic(i)),
                Op::LoadVar => rare!(self.load_var(i)),
            }
        }
    }
}

impl Process {
    /// Gives a waiting fiber its answer and makes it ready.
    ///
    /// # Panics
    /// If the fiber does not wait.
    pub fn answer(&mut self, id: FiberId, word: Word) {
        self.put_answer(id, word);
        self.run_queue.push_back(id);
    }

    /// Gives a fiber that has just asked its answer, so that it goes on before all others.
    ///
    /// # Panics
    /// If the fiber does not wait.
    pub fn answer_at_once(&mut self, id: FiberId, word: Word) {
        self.put_answer(id, word);
        self.run_queue.push_front(id);
    }

    /// Makes a fiber that has just asked throw an error, before all others go on.
    ///
    /// # Panics
    /// If the fiber does not wait.
    pub fn throw_at_once(&mut self, id: FiberId, error: Word) {
        self.answer_at_once(id, Word::NIL);
        let index = self.fiber_index(id).expect("an answered fiber exists");
        self.fibers[index].pending_error = error;
        self.under_way.has_thrown = true;
    }

    fn put_answer(&mut self, id: FiberId, word: Word) {
        let index = self.fiber_index(id).expect("an answered fiber exists");
        let fiber = &mut self.fibers[index];
        assert_eq!(
            fiber.state,
            FiberState::Waiting,
            "fiber {id} waits for no answer"
        );
        let register = u32::from(fiber.answer_to);
        let part = fiber.top_mut();
        let address = (part.base + register) as usize;
        part.words[address] = word.0;
        fiber.state = FiberState::Ready;
        fiber.request = Word::NIL;
        fiber.changed = true;
    }

    /// Makes a waiting fiber throw an error where it waits.
    ///
    /// # Panics
    /// If the fiber does not wait.
    pub fn answer_error(&mut self, id: FiberId, error: Word) {
        self.answer(id, Word::NIL);
        let index = self.fiber_index(id).expect("an answered fiber exists");
        self.fibers[index].pending_error = error;
        self.under_way.has_thrown = true;
    }
}
