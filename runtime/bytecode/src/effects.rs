//! What an instruction reads and writes, and where control goes from it, derived from its operands.
//!
//! # Invariants
//! - The verifier, liveness and the assembler know instructions only through this file, so they agree.
//! - A call window is read (callee and arguments), then every register from its base on is dead, then
//!   the base is written: the callee's frame begins within the caller's registers.

use crate::chunk::Template;
use crate::op::{Instr, Op, Operand};

/// Registers `start .. end`; `end` may lie beyond what 16 bits hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Registers an instruction reads, ends and writes, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    reads: [Range; 3],
    read_count: usize,
    /// Every register from here on dies: the base of a call window.
    pub(crate) kills_from: Option<u16>,
    /// The register written last.
    pub(crate) writes: Option<u16>,
    /// End of the call window, link word included.
    window_end: u32,
}

impl Effects {
    /// The effects of an instruction; `None` when it has no known operation. `captures` gives the
    /// number of captures of each template; one that does not exist reads nothing.
    pub(crate) fn of(instr: Instr, captures: &[u16]) -> Option<Effects> {
        let op = instr.op()?;
        let mut effects = Effects::default();
        let (a, b, c, d) = (instr.a(), instr.b(), instr.c(), instr.d());
        for operand in op.operands() {
            match operand {
                Operand::DstA => effects.writes = Some(a),
                Operand::SrcA => effects.read(a, 1),
                Operand::SrcB => effects.read(b, 1),
                Operand::SrcC => effects.read(c, 1),
                Operand::RangeBC => effects.read(b, u32::from(c)),
                Operand::RangeBD => effects.read(b, u32::from(d)),
                Operand::TemplateBC => {
                    let count = captures.get(usize::from(c)).copied().unwrap_or(0);
                    effects.read(b, u32::from(count));
                }
                Operand::CallA => {
                    effects.read(a, 1);
                    effects.window(op, a, d);
                }
                Operand::CallKnownA => effects.window(op, a, d),
                Operand::CaptureB
                | Operand::CaptureOfA
                | Operand::NativeC
                | Operand::ConstX
                | Operand::RefX
                | Operand::IntX
                | Operand::IntS
                | Operand::IntB
                | Operand::JumpX
                | Operand::JumpS
                | Operand::ProtoX
                | Operand::CountC => {}
            }
        }
        Some(effects)
    }

    fn read(&mut self, start: u16, count: u32) {
        let start = u32::from(start);
        self.reads[self.read_count] = Range {
            start,
            end: start + count,
        };
        self.read_count += 1;
    }

    fn window(&mut self, op: Op, base: u16, count: u8) {
        let start = u32::from(base) + 2;
        let end = start + u32::from(count);
        self.reads[self.read_count] = Range { start, end };
        self.read_count += 1;
        self.kills_from = Some(base);
        self.window_end = end;
        // A tail call leaves nothing behind in this frame.
        if !op.ends_block() {
            self.writes = Some(base);
        }
    }

    /// Ranges of registers read.
    pub(crate) fn reads(&self) -> &[Range] {
        &self.reads[..self.read_count]
    }

    /// One more than the greatest register the instruction touches. Where a range is empty, its
    /// start may be the end of the frame but not lie beyond.
    pub(crate) fn registers_needed(&self) -> u32 {
        let read = self.reads().iter().map(|r| r.end).max();
        read.unwrap_or(0)
            .max(self.window_end)
            .max(self.writes.map_or(0, |a| u32::from(a) + 1))
    }
}

/// The number of captures of each template, as [`Effects::of`] wants it.
pub(crate) fn captures_of(templates: &[Template]) -> Vec<u16> {
    templates.iter().map(|template| template.captures).collect()
}

/// The distance an instruction may jump, from the next instruction.
pub(crate) fn jump_distance(instr: Instr) -> Option<i32> {
    instr
        .op()?
        .operands()
        .iter()
        .find_map(|operand| match operand {
            Operand::JumpX => Some(instr.xs()),
            Operand::JumpS => Some(instr.s24()),
            _ => None,
        })
}

/// The pc an instruction at `pc` may jump to, if that is a pc at all.
pub(crate) fn jump_target(instr: Instr, pc: u32) -> Option<u32> {
    let distance = jump_distance(instr)?;
    u32::try_from(i64::from(pc) + 1 + i64::from(distance)).ok()
}

/// Whether the instruction may give control to a handler.
pub(crate) fn may_throw(op: Op) -> bool {
    op.is_safepoint()
}

/// Whether the instruction consumes fuel each time it is executed, in every tier.
pub(crate) fn consumes_fuel(op: Op) -> bool {
    matches!(
        op,
        Op::Loop
            | Op::Call
            | Op::CallGlobal
            | Op::CallProto
            | Op::CallLazy
            | Op::Apply
            | Op::TailCall
            | Op::TailCallGlobal
            | Op::TailCallProto
            | Op::TailApply
    )
}
