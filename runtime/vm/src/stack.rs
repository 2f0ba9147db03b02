//! Stacks: where frames are, and how they are walked.
//!
//! A fiber's stack is a list of parts, each an array of words: one for the fiber, and one for the body of
//! each `with-handlers` that it is in, which are detached and reattached without copying
//! ([`handle`](crate::interp)). A frame with base `B` of a part:
//!
//! ```text
//! part.words[B - 2]        function word: the closure that runs, or nil once dropped or not needed
//! part.words[B - 1]        link, raw: | B - caller's base : 16 | own prototype : 24 | return : 24 |
//! part.words[B + r]        register r
//! ```
//!
//! A frame that computes a lazy cell has the cell at `B - 3`.
//!
//! The return field is the pc at which the caller goes on, or, with its highest bit set, says what
//! else a return does (see [`Return`]). The bottom frame of a part has base 2 and distance 0. A callee's window overlaps
//! its caller's registers: arguments are written where the callee reads them, and the result is
//! written over the callee's function word.
//!
//! # Invariants
//! - Everything a fiber needs to go on is in its parts and record; no native frame stands between.
//! - `low` is the least frame base reached since the last collection: words below `low - 2` have
//!   not been written since. `marks[i]` bounds what refers to words at or above boundary `i` of the
//!   heap (its levels' starts, then `sealed_end`, then `nursery_start`): words below it refer to
//!   older words only.
//! - Words above the top frame's registers mean nothing and are not stored.

use crate::image::{LoadedImage, Standing};
use crate::word::Word;

/// Base of the bottom frame of a part.
pub(crate) const BOTTOM_BASE: u32 = 2;
/// Words a frame has below its registers.
pub(crate) const FRAME_HEADER_WORDS: u32 = 2;

const LINK_PC_BITS: u32 = 24;
const LINK_SPECIAL: u64 = 1 << 23;
const LINK_REDO: u64 = 1 << 22;
const LINK_REALIZE: u64 = 1 << 21;
const LINK_PROTO_SHIFT: u32 = 24;
const LINK_DELTA_SHIFT: u32 = 48;
const LINK_FIELD: u64 = (1 << LINK_PC_BITS) - 1;

/// Greatest pc that a link can hold, and so the limit of a prototype's code.
pub const PC_MAX: u32 = LINK_REALIZE as u32 - 1;

/// A frame's link word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Link(pub u64);

/// What returning from a frame does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// The caller goes on at this pc; the result is where the window was.
    To(u32),
    /// The instruction at this pc trapped to a slow path: the result is its answer.
    Answer(u32),
    /// The instruction at this pc runs again; the result is dropped.
    Redo(u32),
    /// The frame computes a lazy cell, which lies below its function word; then the instruction at
    /// this pc runs again.
    Realize(u32),
    /// The part ends.
    Bottom,
}

impl Return {
    /// The pc whose handlers cover the call.
    #[must_use]
    pub fn covered_pc(self) -> u32 {
        match self {
            Return::To(pc) => pc.saturating_sub(1),
            Return::Answer(pc) | Return::Redo(pc) | Return::Realize(pc) => pc,
            Return::Bottom => 0,
        }
    }

    /// What the caller's frame still needs. An instruction that is answered has given its operands
    /// to the slow path: were they kept here, `(count s)` would hold the head of `s`.
    #[must_use]
    pub fn standing(self) -> Standing {
        match self {
            Return::To(pc) => Standing::During(pc.saturating_sub(1)),
            Return::Answer(pc) => Standing::During(pc),
            Return::Redo(pc) | Return::Realize(pc) => Standing::Before(pc),
            Return::Bottom => Standing::Before(0),
        }
    }
}

impl Link {
    /// A link of a plain call.
    #[must_use]
    #[inline(always)]
    pub const fn new(delta: u32, proto: u32, return_pc: u32) -> Link {
        Link(
            (delta as u64) << LINK_DELTA_SHIFT
                | (proto as u64) << LINK_PROTO_SHIFT
                | return_pc as u64,
        )
    }

    /// The link of a part's bottom frame.
    #[must_use]
    pub const fn bottom(proto: u32) -> Link {
        Link((proto as u64) << LINK_PROTO_SHIFT | LINK_SPECIAL)
    }

    /// The link of a frame whose result answers the instruction at `pc`.
    #[must_use]
    pub const fn answer(delta: u32, proto: u32, pc: u32) -> Link {
        Link(Link::new(delta, proto, pc).0 | LINK_SPECIAL)
    }

    /// The link of a frame after which the instruction at `pc` runs again.
    #[must_use]
    pub const fn redo(delta: u32, proto: u32, pc: u32) -> Link {
        Link(Link::new(delta, proto, pc).0 | LINK_SPECIAL | LINK_REDO)
    }

    /// The link of a frame that computes a lazy cell for the instruction at `pc`.
    #[must_use]
    pub const fn realize(delta: u32, proto: u32, pc: u32) -> Link {
        Link(Link::new(delta, proto, pc).0 | LINK_SPECIAL | LINK_REALIZE)
    }

    /// Whether a lazy cell lies below the frame's function word.
    #[must_use]
    #[inline(always)]
    pub const fn has_cell(self) -> bool {
        self.is_special() && self.0 & LINK_REALIZE != 0
    }

    /// Words that the frame has below its registers.
    #[must_use]
    #[inline]
    pub const fn header_words(self) -> u32 {
        FRAME_HEADER_WORDS + self.has_cell() as u32
    }

    /// This link for another prototype: a tail call.
    #[must_use]
    #[inline(always)]
    pub const fn with_proto(self, proto: u32) -> Link {
        Link(self.0 & !(LINK_FIELD << LINK_PROTO_SHIFT) | (proto as u64) << LINK_PROTO_SHIFT)
    }

    /// Distance to the caller's base, 0 at the bottom.
    #[must_use]
    #[inline(always)]
    pub const fn delta(self) -> u32 {
        (self.0 >> LINK_DELTA_SHIFT) as u32
    }

    /// Dense number of the prototype this frame runs.
    #[must_use]
    #[inline(always)]
    pub const fn proto(self) -> u32 {
        ((self.0 >> LINK_PROTO_SHIFT) & LINK_FIELD) as u32
    }

    /// Whether a return does more than go on at [`Link::plain_pc`].
    #[must_use]
    #[inline(always)]
    pub const fn is_special(self) -> bool {
        self.0 & LINK_SPECIAL != 0
    }

    /// Where the caller goes on, of a link that is not special.
    #[must_use]
    #[inline(always)]
    pub const fn plain_pc(self) -> u32 {
        (self.0 & LINK_FIELD) as u32
    }

    /// The instruction that runs again, of a link that [has a cell](Link::has_cell).
    #[must_use]
    #[inline(always)]
    pub const fn realize_pc(self) -> u32 {
        (self.0 & PC_MAX as u64) as u32
    }

    /// What returning does.
    #[must_use]
    pub const fn ret(self) -> Return {
        let pc = (self.0 & PC_MAX as u64) as u32;
        if !self.is_special() {
            Return::To(self.plain_pc())
        } else if self.delta() == 0 {
            Return::Bottom
        } else if self.0 & LINK_REDO != 0 {
            Return::Redo(pc)
        } else if self.0 & LINK_REALIZE != 0 {
            Return::Realize(pc)
        } else {
            Return::Answer(pc)
        }
    }
}

/// One contiguous piece of a fiber's stack.
#[derive(Clone, Debug)]
pub struct StackPart {
    pub(crate) words: Vec<u64>,
    /// Base of the top frame.
    pub(crate) base: u32,
    /// Next instruction of the top frame.
    pub(crate) pc: u32,
    /// Least frame base reached since the last collection.
    pub(crate) low: u32,
    /// Per heap boundary, see the module's invariants.
    pub(crate) marks: Vec<u32>,
    /// Words below this height equal what the last checkpoint stored, but for `patched`.
    pub(crate) stored: u32,
    /// Addresses below `stored` that a collection changed since the last checkpoint.
    pub(crate) patched: Vec<u32>,
    /// Set when it has been the running part since then, or got an answer: registers of its top frame
    /// may have changed.
    pub(crate) has_run: bool,
    /// The [extent](crate::value::extent) that it is the body of, or nil: the fiber's first part.
    pub(crate) extent: Word,
}

/// A frame of a stack, as a walk sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRef {
    /// Index of the part.
    pub part: usize,
    /// Base of the frame in the part.
    pub base: u32,
    /// What it still needs.
    pub standing: Standing,
    /// The instruction under way, for traces and handlers.
    pub at: u32,
    /// Words below its registers.
    pub header_words: u32,
    /// Prototype the frame runs.
    pub proto: u32,
    /// Whether a call is under way in the frame (it is not the top one).
    pub calling: bool,
}

impl StackPart {
    /// A part whose only frame runs `proto` from its start with these arguments.
    #[must_use]
    pub fn with_bottom_frame(
        image: &LoadedImage,
        proto: u32,
        function: Word,
        args: &[Word],
    ) -> StackPart {
        let registers = u32::from(image.proto(proto).registers);
        let mut words = vec![Word::UNBOUND.0; (BOTTOM_BASE + registers) as usize];
        words[0] = function.0;
        words[1] = Link::bottom(proto).0;
        for (slot, arg) in words[BOTTOM_BASE as usize..].iter_mut().zip(args) {
            *slot = arg.0;
        }
        StackPart {
            words,
            base: BOTTOM_BASE,
            pc: 0,
            low: BOTTOM_BASE,
            marks: Vec::new(),
            stored: 0,
            patched: Vec::new(),
            has_run: true,
            extent: Word::NIL,
        }
    }

    /// Words of the stack that a collection from this boundary looks at, but for the top frame.
    pub(crate) fn words_above(&self, boundary: usize) -> u32 {
        let mark = self.marks.get(boundary).copied().unwrap_or(0).min(self.low);
        self.base.saturating_sub(mark)
    }

    /// The link word of the frame at `base`.
    #[must_use]
    pub fn link(&self, base: u32) -> Link {
        Link(self.words[base as usize - 1])
    }

    /// Words in use: up to the end of the top frame's registers.
    #[must_use]
    pub fn height(&self, image: &LoadedImage) -> u32 {
        self.base + u32::from(image.proto(self.link(self.base).proto()).registers)
    }

    /// The words in use.
    #[must_use]
    pub fn used(&self, image: &LoadedImage) -> &[u64] {
        &self.words[..self.height(image) as usize]
    }

    /// Frames from the top down.
    pub fn frames(&self, part: usize) -> impl Iterator<Item = FrameRef> + '_ {
        let mut next = Some(self.top_frame(part));
        std::iter::from_fn(move || {
            let frame = next?;
            next = self.caller(frame);
            Some(frame)
        })
    }

    /// The top frame, of a part that is inside an instruction (see [`Fiber::is_inside`]): it needs what
    /// is needed after the instruction, and what its handlers need.
    ///
    /// [`Fiber::is_inside`]: crate::fiber::Fiber::is_inside
    pub(crate) fn inside_frame(&self, part: usize) -> FrameRef {
        let frame = self.top_frame(part);
        FrameRef {
            standing: Standing::During(frame.at),
            ..frame
        }
    }

    /// The top frame.
    pub(crate) fn top_frame(&self, part: usize) -> FrameRef {
        let link = self.link(self.base);
        let proto = link.proto();
        let at = self.pc.saturating_sub(1);
        let standing = Standing::Before(self.pc);
        FrameRef {
            part,
            base: self.base,
            standing,
            at,
            proto,
            header_words: link.header_words(),
            calling: false,
        }
    }

    /// The frame that called this one, if it is in this part.
    pub(crate) fn caller(&self, frame: FrameRef) -> Option<FrameRef> {
        let link = self.link(frame.base);
        let ret = link.ret();
        (ret != Return::Bottom).then(|| {
            let base = frame.base - link.delta();
            let caller = self.link(base);
            FrameRef {
                part: frame.part,
                base,
                standing: ret.standing(),
                at: ret.covered_pc(),
                proto: caller.proto(),
                header_words: caller.header_words(),
                calling: true,
            }
        })
    }
}
