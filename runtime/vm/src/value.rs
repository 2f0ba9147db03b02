//! Ox's values on the heap: how each is laid out, made and read. Pure: no effects, no calls of Ox
//! code, no machine state but the heap.
//!
//! What values mean to programs (equality, hashing, order, printing) is here too; the natives that
//! programs call are thin wrappers under `native/`.

pub(crate) mod build;
pub mod cell;
pub(crate) mod change;
pub(crate) mod class;
pub mod collection;
pub mod copy;
pub mod dynamic;
pub mod equal;
pub mod error;
pub mod extent;
pub mod fault;
pub mod format;
pub mod hash;
pub mod json;
pub(crate) mod keys;
pub mod lazy;
pub mod list;
pub mod map;
pub mod message;
pub mod meta;
pub mod number;
pub mod order;
pub mod path;
pub mod print;
pub(crate) mod queue;
pub mod read;
pub mod ready;
pub mod record;
pub mod regex;
pub(crate) mod replace;
pub mod secret;
pub mod seq;
pub mod set;
pub(crate) mod slice;
pub(crate) mod sort;
pub mod sorted;
pub mod string;
pub mod time;
pub mod transient;
pub(crate) mod trie;
pub mod vector;
pub(crate) mod walk;
pub(crate) mod work;

pub use collection::{
    INVOKE_ARGS_MAX, LOOKUP_ARGS_MAX, get, is_lookup, is_of_program, lookup, lookup_args, nth,
};
pub use fault::describe;

#[cfg(test)]
mod tests;
