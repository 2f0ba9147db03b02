//! Checks that make stored code safe to run.
//!
//! The interpreter reads registers, constants and code without looking at their bounds. It may,
//! because nothing runs that has not passed here.
//!
//! # Invariants
//! Of a chunk that is accepted:
//! - every instruction is of a stored operation in its canonical form; every register is below the
//!   prototype's, whole call windows with their link word included; every index names something that
//!   exists and may be used so;
//! - control stays within the code, and every way around a cycle consumes fuel: a cycle without `loop`
//!   or a call would hold a thread for good;
//! - on every path, exceptional ones included, a register is written before it is read, and what a
//!   call window covered is not read after the call: every live register holds a value;
//! - `capture` and `self` are not reached after `drop-self`; `set-capture` meets a closure made in the
//!   same basic block, from a template with that many captures;
//! - functions fit: arities ascend, prototypes take the parameters and captures their template gives.
//!
//! Not checked here, but by the machine: that a value is called with as many arguments as it takes,
//! that natives take as many as they are given, that words of an image are values.
//!
//! The analysis is bounded: code that would take it more than a few seconds is refused
//! ([`Fault::TooComplex`]), no compiler makes such.

mod consts;
mod flow;
mod image;

pub use image::{verify_image, verify_links};

use crate::blocks::Blocks;
use crate::chunk::{Chunk, Prototype, RefUse, Template};
use crate::effects::{Effects, captures_of, jump_distance, jump_target};
use crate::op::{Instr, Op, Operand};

/// Instructions a prototype may have: a return address has 21 bits.
pub const CODE_MAX: usize = (1 << 21) - 1;
/// Registers a frame may have, its call windows included: the distance to a frame above it has 16 bits.
pub const REGISTERS_MAX: u32 = 65_000;
/// Prototypes an image may have: a link word names them with 24 bits.
pub const IMAGE_PROTOS_MAX: usize = 1 << 24;
/// Prototypes, templates and natives a chunk may have: indices have 16 bits.
pub const CHUNK_ITEMS_MAX: usize = 1 << 16;

/// What is wrong with code and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// Definition of an image, `namespace/name`.
    pub definition: Option<String>,
    /// Prototype of the chunk.
    pub proto: Option<u32>,
    /// Instruction of the prototype.
    pub pc: Option<u32>,
    /// What is wrong.
    pub fault: Fault,
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(definition) = &self.definition {
            write!(f, "{definition}, ")?;
        }
        if let Some(proto) = self.proto {
            write!(f, "prototype {proto}, ")?;
        }
        if let Some(pc) = self.pc {
            write!(f, "pc {pc}, ")?;
        }
        write!(f, "{}", self.fault)
    }
}

impl std::error::Error for VerifyError {}

/// What can be wrong with code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An operation that does not exist or only in memory.
    #[error("{word:#018x} is no stored instruction")]
    Instruction {
        /// The instruction word.
        word: u64,
    },
    /// A bit is set that no operand uses.
    #[error("{word:#018x} has bits that no operand of `{op}` uses")]
    SpareBits {
        /// The instruction word.
        word: u64,
        /// Mnemonic of the operation.
        op: &'static str,
    },
    /// A register outside the frame.
    #[error("registers up to {needed} are used, the prototype has {registers}")]
    Register {
        /// One more than the greatest register used.
        needed: u32,
        /// Registers of the prototype.
        registers: u16,
    },
    /// A frame that the link of a call above it could not span.
    #[error("a prototype has more than {REGISTERS_MAX} registers")]
    TooManyRegisters,
    /// A register that may not have been written.
    #[error("register {register} is read but not written on every path that leads here")]
    Unwritten {
        /// The register.
        register: u32,
    },
    /// `capture` or `self` where the function may be gone.
    #[error("the function is read, but may have been dropped or never been there")]
    NoFunction,
    /// `set-capture` of what is not known to be a closure with that capture.
    #[error(
        "register {register} is not, made in the same block, a closure with a capture {capture}"
    )]
    NotClosure {
        /// The register.
        register: u16,
        /// The capture.
        capture: u16,
    },
    /// An index that names nothing.
    #[error("{what} {index}: there are only {count}")]
    Index {
        /// What is indexed.
        what: &'static str,
        /// The index.
        index: u32,
        /// How many there are.
        count: usize,
    },
    /// A reference that is declared for another use.
    #[error("reference {index} is declared as `{declared:?}` and cannot be used by `{op}`")]
    RefUse {
        /// Ordinal of the reference.
        index: u32,
        /// What it is declared for.
        declared: RefUse,
        /// Mnemonic of the operation.
        op: &'static str,
    },
    /// A count that the operation cannot take.
    #[error("`{op}` cannot take {count}: {what}")]
    Count {
        /// Mnemonic of the operation.
        op: &'static str,
        /// The count.
        count: u16,
        /// What it needs.
        what: &'static str,
    },
    /// A jump out of the code.
    #[error("a jump by {distance} leaves the code")]
    Jump {
        /// Distance from the next instruction.
        distance: i32,
    },
    /// Control would run past the last instruction.
    #[error("control runs past the end of the code")]
    End,
    /// No code, or more than can be addressed.
    #[error("a prototype has 1 to {CODE_MAX} instructions, not {count}")]
    CodeLength {
        /// Instructions.
        count: usize,
    },
    /// A cycle that consumes no fuel.
    #[error("a cycle through here has neither `loop` nor a call")]
    FreeCycle,
    /// A handler that cannot be.
    #[error("handler {index}: {what}")]
    Handler {
        /// Index of the handler.
        index: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A function template that cannot be.
    #[error("template {index}: {what}")]
    Template {
        /// Index of the template.
        index: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A constant that cannot be.
    #[error("constant {index}: {what}")]
    Const {
        /// Index of the constant.
        index: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// More things than can be numbered.
    #[error("{count} {what}: there may be {max}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
    /// Code too large to be analyzed within bounds.
    #[error("the code is too large to be checked")]
    TooComplex,
    /// A part of an image that does not fit the rest.
    #[error("{0}")]
    Image(String),
}

/// A fault of one prototype: its pc and what it is.
type Found = (Option<u32>, Fault);

/// Checks a chunk.
///
/// # Errors
/// The first thing found wrong.
pub fn verify_chunk(chunk: &Chunk) -> Result<(), VerifyError> {
    let fail = |proto: Option<u32>, (pc, fault): Found| VerifyError {
        definition: None,
        proto,
        pc,
        fault,
    };
    for (what, count) in [
        ("prototypes", chunk.protos.len()),
        ("templates", chunk.templates.len()),
        ("natives", chunk.natives.len()),
    ] {
        if count > CHUNK_ITEMS_MAX {
            let fault = Fault::TooMany {
                what,
                count,
                max: CHUNK_ITEMS_MAX,
            };
            return Err(fail(None, (None, fault)));
        }
    }
    let mut has_function = vec![false; chunk.protos.len()];
    for (index, template) in chunk.templates.iter().enumerate() {
        verify_template(template, &chunk.protos)
            .map_err(|what| fail(None, (None, Fault::Template { index, what })))?;
        for arity in &template.arities {
            has_function[usize::from(arity.proto)] = true;
        }
    }
    let captures = captures_of(&chunk.templates);
    for (index, proto) in chunk.protos.iter().enumerate() {
        verify_proto(chunk, proto, &captures, has_function[index])
            .map_err(|found| fail(Some(index as u32), found))?;
    }
    Ok(())
}

fn verify_template(template: &Template, protos: &[Prototype]) -> Result<(), &'static str> {
    if template.arities.is_empty() {
        return Err("it has no arity");
    }
    for pair in template.arities.windows(2) {
        let [before, after] = pair else { continue };
        if before.variadic {
            return Err("a variadic arity is not the last");
        }
        let ascends = if after.variadic {
            before.params <= after.params
        } else {
            before.params < after.params
        };
        if !ascends {
            return Err("its arities do not ascend");
        }
    }
    for arity in &template.arities {
        let Some(proto) = protos.get(usize::from(arity.proto)) else {
            return Err("an arity names a prototype that does not exist");
        };
        if proto.params != arity.params || proto.variadic != arity.variadic {
            return Err("an arity takes other parameters than its prototype");
        }
        if proto.captures > template.captures {
            return Err("a prototype reads more captures than the template has");
        }
    }
    Ok(())
}

fn verify_proto(
    chunk: &Chunk,
    proto: &Prototype,
    captures: &[u16],
    has_function: bool,
) -> Result<(), Found> {
    let count = proto.code.len();
    if count == 0 || count > CODE_MAX {
        return Err((None, Fault::CodeLength { count }));
    }
    if u32::from(proto.registers) > REGISTERS_MAX {
        return Err((None, Fault::TooManyRegisters));
    }
    let needed = u32::from(proto.params) + u32::from(proto.variadic);
    if needed > u32::from(proto.registers) {
        return Err((
            None,
            Fault::Register {
                needed,
                registers: proto.registers,
            },
        ));
    }
    for (index, constant) in proto.consts.iter().enumerate() {
        consts::verify_const(constant).map_err(|what| (None, Fault::Const { index, what }))?;
    }
    for (pc, instr) in proto.code.iter().enumerate() {
        let pc = pc as u32;
        verify_instr(chunk, proto, captures, *instr, pc).map_err(|fault| (Some(pc), fault))?;
    }
    let last = proto.code[count - 1];
    if last.op().is_none_or(|op| !op.ends_block()) {
        return Err((Some(count as u32 - 1), Fault::End));
    }
    for (index, handler) in proto.handlers.iter().enumerate() {
        let fail = |what| Err((None, Fault::Handler { index, what }));
        if handler.start >= handler.end || handler.end as usize > count {
            return fail("its range is not within the code");
        }
        if handler.target as usize >= count {
            return fail("its target is not within the code");
        }
        if handler.register >= proto.registers {
            return fail("its register is not within the frame");
        }
    }
    let blocks = Blocks::of(proto).ok_or((None, Fault::TooComplex))?;
    flow::verify_cycles(proto, &blocks)?;
    flow::verify_registers(proto, &blocks, captures, has_function)
}

/// The uses a reference may be declared for so that the operation can name it.
pub(crate) fn uses_of(op: Op) -> &'static [RefUse] {
    match op {
        Op::LoadGlobal | Op::CallGlobal | Op::TailCallGlobal | Op::LoadTemplate => &[RefUse::Value],
        Op::LoadDynamic => &[RefUse::Dynamic],
        Op::LoadCell | Op::StoreCell => &[RefUse::Cell],
        // A binding of a dynamic definition names it by its var.
        Op::LoadVar => &[RefUse::Var, RefUse::Dynamic],
        _ => &[],
    }
}

fn verify_instr(
    chunk: &Chunk,
    proto: &Prototype,
    captures: &[u16],
    instr: Instr,
    pc: u32,
) -> Result<(), Fault> {
    let stored = |op: &Op| (*op as u8) < Op::FIRST_INTERNAL;
    let Some(op) = instr.op().filter(stored) else {
        return Err(Fault::Instruction { word: instr.0 });
    };
    if !instr.is_canonical() {
        return Err(Fault::SpareBits {
            word: instr.0,
            op: op.mnemonic(),
        });
    }
    let below = |what, index: u32, count: usize| {
        if (index as usize) < count {
            Ok(())
        } else {
            Err(Fault::Index { what, index, count })
        }
    };
    for operand in op.operands() {
        match operand {
            Operand::CaptureB => {
                below("capture", u32::from(instr.b()), usize::from(proto.captures))?;
            }
            Operand::NativeC => below("native", u32::from(instr.c()), chunk.natives.len())?,
            Operand::ConstX => below("constant", instr.x(), proto.consts.len())?,
            Operand::TemplateBC => below("template", u32::from(instr.c()), captures.len())?,
            Operand::RefX => {
                below("reference", instr.x(), chunk.refs.len())?;
                let declared = chunk.refs[instr.x() as usize];
                if !uses_of(op).contains(&declared) {
                    let (index, op) = (instr.x(), op.mnemonic());
                    return Err(Fault::RefUse {
                        index,
                        declared,
                        op,
                    });
                }
            }
            Operand::JumpX | Operand::JumpS => {
                let target = jump_target(instr, pc);
                if target.is_none_or(|target| target as usize >= proto.code.len()) {
                    let distance = jump_distance(instr).unwrap_or_default();
                    return Err(Fault::Jump { distance });
                }
            }
            Operand::DstA
            | Operand::SrcA
            | Operand::SrcB
            | Operand::SrcC
            | Operand::RangeBC
            | Operand::RangeBD
            | Operand::CallA
            | Operand::CallKnownA
            | Operand::CaptureOfA
            | Operand::IntX
            | Operand::IntS
            | Operand::IntB
            | Operand::ProtoX
            | Operand::CountC => {}
        }
    }
    let count = |count, what| {
        Err(Fault::Count {
            op: op.mnemonic(),
            count,
            what,
        })
    };
    match op {
        Op::Apply | Op::TailApply if instr.d() == 0 => {
            return count(0, "the last argument is the sequence of the others");
        }
        Op::Map if !instr.c().is_multiple_of(2) => {
            return count(instr.c(), "a map needs a value for each key");
        }
        _ => {}
    }
    let effects = Effects::of(instr, captures).ok_or(Fault::Instruction { word: instr.0 })?;
    let needed = effects.registers_needed();
    if needed > u32::from(proto.registers) {
        return Err(Fault::Register {
            needed,
            registers: proto.registers,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
