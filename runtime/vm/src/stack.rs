//! Stacks: where frames are, and how they are walked.
//!
//! A fiber's stack is a list of parts, each an array of words; handlers detach and reattach whole
//! parts. A frame with base `B` of a part:
//!
//! ```text
//! part.words[B - 2]        function word: the closure that runs, or nil once dropped or not needed
//! part.words[B - 1]        link, raw: | B - caller's base : 16 | own prototype : 24 | caller's pc : 24 |
//! part.words[B + r]        register r
//! ```
//!
//! The bottom frame of a part has base 2 and a link whose distance is 0. A callee's window overlaps
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

use crate::image::LoadedImage;
use crate::word::Word;

/// Base of the bottom frame of a part.
pub(crate) const BOTTOM_BASE: u32 = 2;
/// Words a frame has below its registers.
pub(crate) const FRAME_HEADER_WORDS: u32 = 2;

const LINK_PC_BITS: u32 = 24;
const LINK_PROTO_SHIFT: u32 = 24;
const LINK_DELTA_SHIFT: u32 = 48;
const LINK_FIELD: u64 = (1 << LINK_PC_BITS) - 1;

/// A frame's link word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Link(pub u64);

impl Link {
    /// A link; `delta` is 0 in the bottom frame of a part.
    #[must_use]
    #[inline(always)]
    pub const fn new(delta: u32, proto: u32, return_pc: u32) -> Link {
        Link(
            (delta as u64) << LINK_DELTA_SHIFT
                | (proto as u64) << LINK_PROTO_SHIFT
                | return_pc as u64,
        )
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

    /// Where the caller goes on.
    #[must_use]
    #[inline(always)]
    pub const fn return_pc(self) -> u32 {
        (self.0 & LINK_FIELD) as u32
    }
}

/// One contiguous piece of a fiber's stack.
#[derive(Clone, Debug, Default)]
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
}

/// A frame of a stack, as a walk sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRef {
    /// Index of the part.
    pub part: usize,
    /// Base of the frame in the part.
    pub base: u32,
    /// Next instruction: of the top frame what runs next, of others where the call returns to.
    pub pc: u32,
    /// Prototype the frame runs.
    pub proto: u32,
    /// Whether a call is under way in the frame (it is not the top one).
    pub calling: bool,
}

impl StackPart {
    /// A part whose only frame runs `proto` from its start with these arguments.
    #[must_use]
    pub fn with_bottom_frame(image: &LoadedImage, proto: u32, function: Word, args: &[Word]) -> StackPart {
        let registers = u32::from(image.proto(proto).registers);
        let mut words = vec![Word::UNBOUND.0; (BOTTOM_BASE + registers) as usize];
        words[0] = function.0;
        words[1] = Link::new(0, proto, 0).0;
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
        }
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
    pub(crate) fn frames(&self, part: usize) -> impl Iterator<Item = FrameRef> + '_ {
        let mut next = Some((self.base, self.pc, false));
        std::iter::from_fn(move || {
            let (base, pc, calling) = next?;
            let link = self.link(base);
            next = match link.delta() {
                0 => None,
                delta => Some((base - delta, link.return_pc(), true)),
            };
            Some(FrameRef { part, base, pc, proto: link.proto(), calling })
        })
    }
}
