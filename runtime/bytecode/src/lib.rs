//! Ox's bytecode: the opcode table, chunks, images, and what reads and checks them.
//!
//! This crate is the specification of what is stored of a program. It knows neither the compiler
//! that makes bytecode nor the machine that runs it.

pub mod chunk;
pub mod image;
pub mod op;

pub use chunk::{Arity, Catches, Chunk, Const, Handler, NativeRef, Prototype, RefUse, Template};
pub use image::{
    Hash, Image, ImageProto, ImageTemplate, ProtoSource, Slot, SlotKind, SlotSource, SourceMap,
};
pub use op::{Instr, Op, Operand};
