//! Ox's bytecode: the opcode table, chunks, images, and what reads and checks them.
//!
//! This crate is the specification of what is stored of a program. It knows neither the compiler
//! that makes bytecode nor the machine that runs it.

pub mod chunk;
pub mod image;
pub mod liveness;
pub mod op;
pub mod registers;
pub mod text;
pub mod translate;
pub mod verify;

mod asm;
mod blocks;
mod decode;
mod disasm;
mod effects;
mod encode;
#[cfg(any(test, feature = "generate"))]
pub mod generate;
mod tree;
mod wire;

pub use asm::{AsmError, asm};
pub use chunk::{Arity, Catches, Chunk, Const, Handler, NativeRef, Prototype, RefUse, Template};
pub use decode::DecodeError;
pub use disasm::{disasm, disasm_instruction, disasm_named};
pub use encode::{CHUNK_FORMAT, IMAGE_FORMAT, SOURCE_MAP_FORMAT};
pub use image::{
    Hash, Image, ImageProto, ImageTemplate, ProtoSource, Slot, SlotKind, SlotSource, SourceMap,
};
pub use liveness::{Live, Liveness};
pub use op::{Instr, Op, Operand};
pub use registers::RegisterSet;
pub use text::{print_const, read_const};
pub use translate::CODE_VERSION;
pub use verify::{Fault, VerifyError, verify_chunk, verify_image, verify_links};
