//! Code generation: the HIR of one definition to the bytecode of one chunk.
//!
//! Invariants:
//! - A chunk is a function of the body alone. Positions and names are not looked at; the facts made
//!   beside the chunk name expressions and locals of the body, and [`sources`] turns them into
//!   origins and names. So a stored chunk and its facts stay valid when code moves.
//! - What is generated passes [`bytecode::verify_chunk`], for every body that keeps the invariants of
//!   [`hir::body`]. A body that does not, or that exceeds a limit, is a [`CodegenError`].
//! - Operands are evaluated from left to right, the callee first; each once.
//! - Nothing of another definition is looked at but the facts in [`hir::body::GlobalRef`].
//! - Equal bodies give equal chunks, on every machine.

mod code;
mod constant;
mod error;
mod facts;
mod func;
mod intrinsic;
mod scan;
mod unit;

#[cfg(test)]
mod tests;

pub use constant::constant_of;
pub use error::CodegenError;
pub use facts::{LocalRange, ProtoFacts, ProtoOwner, ProtoSource, sources};
pub use unit::{Generated, generate};

use bytecode::Op;

/// Raised whenever the code made of some body changes.
const VERSION: u32 = 4;

/// Identifies this code generator: two that may make different code of one body differ in it. With
/// the body hash it is the key of a stored chunk.
#[must_use]
pub fn fingerprint() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"ox codegen");
    hasher.update(&VERSION.to_le_bytes());
    hasher.update(&bytecode::CHUNK_FORMAT.to_le_bytes());
    for op in Op::ALL {
        hasher.update(&[*op as u8]);
        hasher.update(op.mnemonic().as_bytes());
        hasher.update(format!("{:?}", op.operands()).as_bytes());
        hasher.update(op.summary().as_bytes());
    }
    hasher.update(intrinsic::tables().as_bytes());
    *hasher.finalize().as_bytes()
}
