//! Older encodings of instructions, translated one to one when a chunk is loaded.
//!
//! A chunk says with which version of the instruction encoding it was written ([`CODE_VERSION`] for
//! what is written today). A stored process names an instruction by its number in the prototype, so
//! a translation maps each instruction word to exactly one word and moves none: pcs, handler ranges
//! and line tables stay as they are. What cannot be expressed by one instruction of the new encoding
//! keeps its opcode, which is why opcode numbers are never reused.
//!
//! # Invariants
//! - `STEPS[v]` translates version `v` to `v + 1`; a word of version `v` passes all later steps.
//! - A step is total over what a verified chunk of its version could contain.
//!
//! | version | difference |
//! |---|---|
//! | 0 | comparisons with an integer have it in `d`, signed 8 bits, and the distance in `x32` |
//! | 1 | they have it in `b`, signed 16 bits, and the distance in `s24` |

use crate::op::{Instr, Op};

/// The version of the instruction encoding that is written.
pub const CODE_VERSION: u16 = STEPS.len() as u16;

type Step = fn(Instr) -> Option<Instr>;

const STEPS: &[Step] = &[from_0];

/// Translates the code of a prototype in place; the error is the index of a word that has no meaning.
pub(crate) fn to_current(version: u16, code: &mut [Instr]) -> Result<(), usize> {
    for step in STEPS.iter().skip(usize::from(version)) {
        for (pc, instr) in code.iter_mut().enumerate() {
            *instr = step(*instr).ok_or(pc)?;
        }
    }
    Ok(())
}

/// Whether the operation compares a register with an integer in the instruction.
const fn compares_with_int(op: Op) -> bool {
    matches!(
        op,
        Op::JumpLessInt
            | Op::JumpNotLessInt
            | Op::JumpLessEqInt
            | Op::JumpNotLessEqInt
            | Op::JumpGreaterInt
            | Op::JumpNotGreaterInt
            | Op::JumpGreaterEqInt
            | Op::JumpNotGreaterEqInt
            | Op::JumpEqualInt
            | Op::JumpNotEqualInt
    )
}

fn from_0(old: Instr) -> Option<Instr> {
    match old.op() {
        Some(op) if compares_with_int(op) => {
            let number = i16::from(old.d() as i8);
            Instr::abs(op, old.a(), number as u16, old.xs())
        }
        _ => Some(old),
    }
}

/// The instruction as version 0 wrote it; `None` when it could not.
#[cfg(any(test, feature = "generate"))]
pub(crate) fn back_to_0(new: Instr) -> Option<Instr> {
    match new.op() {
        Some(op) if compares_with_int(op) => {
            let number = i8::try_from(new.b() as i16).ok()?;
            Some(Instr::axd(op, new.a(), new.s24() as u32, number as u8))
        }
        _ => Some(new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_of_version_0_keeps_register_number_and_distance() {
        for (number, distance) in [(-128i8, -4), (127, 9), (0, 0), (-1, -1)] {
            let old = Instr::axd(Op::JumpLessInt, 513, distance as u32, number as u8);
            let mut code = [old];
            assert_eq!(to_current(0, &mut code), Ok(()));
            assert_eq!(code[0].op(), Some(Op::JumpLessInt));
            assert_eq!(code[0].a(), 513);
            assert_eq!(code[0].b() as i16, i16::from(number));
            assert_eq!(code[0].s24(), distance);
            assert_eq!(back_to_0(code[0]), Some(old));
        }
    }

    #[test]
    fn other_instructions_pass_unchanged_and_version_1_is_current() {
        let add = Instr::abc(Op::Add, 1, 2, 3);
        let compare = Instr::abs(Op::JumpLessInt, 1, 300, 5).expect("fits");
        let mut code = [add];
        assert_eq!(to_current(0, &mut code), Ok(()));
        assert_eq!(code, [add]);
        let mut code = [compare];
        assert_eq!(to_current(CODE_VERSION, &mut code), Ok(()));
        assert_eq!(code, [compare]);
        assert_eq!(back_to_0(compare), None);
    }

    #[test]
    fn a_distance_that_no_code_can_have_is_named() {
        let mut code = [
            Instr::abc(Op::Add, 0, 0, 0),
            Instr::axd(Op::JumpEqualInt, 0, i32::MAX as u32, 0),
        ];
        assert_eq!(to_current(0, &mut code), Err(1));
    }
}
