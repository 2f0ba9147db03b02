//! The running fiber: its hot state as pointers into its stack and code, and the frames of it.
//!
//! # Invariants
//! - The pointers are of the fiber's top part and the running prototype; whoever moves the stack
//!   ([`Machine::reserve`]) writes the state back before and takes it again behind.
//! - The verifier has checked what instructions name (registers, windows, targets), and a frame is
//!   entered only when there is room for all its registers and a header.
#![expect(
    unsafe_code,
    reason = "registers and instructions are reached through raw pointers"
)]

use super::Zeal;
use crate::image::LoadedImage;
use crate::process::Process;
use crate::stack::{FRAME_HEADER_WORDS, Link};
use crate::word::Word;
use std::sync::Arc;

/// The running fiber, with its hot state as pointers.
pub(crate) struct Machine<'p> {
    pub(crate) process: &'p mut Process,
    pub(crate) image: Arc<LoadedImage>,
    /// Index of the fiber in the process.
    pub(crate) fiber: usize,
    /// Register 0 of the top frame.
    pub(super) base: *mut u64,
    /// Next instruction.
    pub(super) pc: *const u64,
    /// First instruction of the prototype.
    pub(super) code: *const u64,
    /// First constant of the prototype.
    pub(super) consts: *const Word,
    /// One past the last usable stack word.
    pub(super) limit: *mut u64,
    /// Least base reached since the last collection.
    pub(super) low: *mut u64,
    /// Fuel left; negative when spent.
    pub(super) fuel: i64,
    /// Fuel set aside because a collection is due at the next safepoint.
    pub(super) withheld: i64,
    /// Words of the memory in use when the instruction under way, or one before it, began to make something.
    pub(super) began: u32,
    pub(super) zeal: Zeal,
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
        part.has_run = true;
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
    pub(super) fn pc_index(&self) -> u32 {
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
        // SAFETY: the verifier has checked that the register number is below the prototype's
        // register count, and the frame was entered with room for all of them.
        unsafe { Word(*self.base.add(n as usize)) }
    }

    pub(crate) fn set_register(&mut self, n: u16, word: Word) {
        // SAFETY: as for reading.
        unsafe { *self.base.add(n as usize) = word.0 }
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
        let quota = self.process.heap.stack_quota_words();
        // Up to the quota only, so that passing it is noticed here.
        let room = match needed + needed / 2 + 64 {
            room if needed < quota => room.min(quota + words + 64),
            room => room,
        };
        part.words.resize(room, Word::DEAD.0);
        self.load();
        if self.holds_too_much(0) && self.withheld == 0 {
            self.withheld = self.fuel;
            self.fuel = 0;
        }
    }

    /// Words of this fiber's stack below the frame that runs, and in its other parts.
    pub(super) fn stack_held(&self) -> usize {
        let fiber = &self.process.fibers[self.fiber];
        let words = fiber.top().words.as_ptr();
        // SAFETY: the base points into the part's words.
        let below = unsafe { self.base.cast_const().offset_from(words) as usize };
        below + fiber.beside as usize
    }

    /// Words of memory and of the stacks of all fibers. What protects from-space in tests is not held.
    pub(super) fn words_held(&self) -> usize {
        let heap = &self.process.heap;
        let counted = u64::from(self.process.fibers[self.fiber].counted);
        let others = (self.process.stacks - counted) as usize;
        (heap.used_words() - heap.poisoned) as usize + others + self.stack_held()
    }

    /// Whether memory and stack, and so many words beside them, pass the quota, or the stack its part.
    pub(super) fn holds_too_much(&self, beside: usize) -> bool {
        let heap = &self.process.heap;
        self.words_held() + beside > heap.quota_words as usize
            || self.stack_held() > heap.stack_quota_words()
    }

    /// Enters `proto` in a window whose arguments begin at register `window` of the top frame.
    /// The link is the caller's business; the function word too.
    pub(crate) fn enter(&mut self, window: u32, proto: u32, link: Link) {
        let registers = usize::from(self.image.proto(proto).registers);
        self.reserve(window as usize + registers + FRAME_HEADER_WORDS as usize);
        // SAFETY: room was made for the window's header and registers.
        unsafe {
            *self.base.add(window as usize - 1) = link.0;
            self.base = self.base.add(window as usize);
        }
        let entered = self.image.proto(proto);
        self.code = entered.code.as_ptr();
        self.pc = self.code;
        self.consts = entered.consts.as_ptr();
    }

    /// Replaces the top frame's code; its arguments are in place.
    pub(crate) fn replace(&mut self, proto: u32) {
        let registers = usize::from(self.image.proto(proto).registers);
        self.reserve(registers + FRAME_HEADER_WORDS as usize);
        // SAFETY: the link word is right below the base.
        unsafe { *self.base.sub(1) = self.link().with_proto(proto).0 };
        let entered = self.image.proto(proto);
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

    /// The shared function object of the running prototype.
    #[cold]
    pub(super) fn own_function(&self) -> Word {
        self.image.proto(self.proto()).function
    }
}
