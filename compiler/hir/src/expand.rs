//! Macro expansion: forms to forms.
//!
//! Invariants:
//! - What an expansion gives depends on the call, on what the names in it resolve to, and for macros
//!   of the program on their code: never on a position, a clock or an order of queries.
//! - Fresh names are counted per top-level form, so expanding twice gives equal forms.

pub(crate) mod build;
mod comprehension;
mod control;
pub mod core;
mod destructure;
pub(crate) mod extend;
mod function;
pub(crate) mod interface;
pub(crate) mod origins;
pub(crate) mod process;
pub(crate) mod quote;

/// Native stack left at which a recursive function continues on a new piece.
pub(crate) const STACK_RED_ZONE: usize = 128 * 1024;
/// Size of a new piece of native stack.
pub(crate) const STACK_GROWTH: usize = 2 * 1024 * 1024;
