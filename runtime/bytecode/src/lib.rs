//! Ox's bytecode: the opcode table, chunks, images, and what reads and checks them.
//!
//! This crate is the specification of what is stored of a program. It knows neither the compiler
//! that makes bytecode nor the machine that runs it.

pub mod op;

pub use op::{Instr, Op, Operand};
