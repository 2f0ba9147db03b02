//! Ox's values on the heap: how each is laid out, made and read. Pure: no effects, no calls of Ox
//! code, no machine state but the heap.
//!
//! What values mean to programs (equality, hashing, order, printing) is here too; the natives that
//! programs call are thin wrappers under `native/`.

pub mod error;
pub mod fault;
pub mod number;
pub mod string;
pub mod time;
