//! What is done with an input of each fuzz target, and how inputs are made meaningful.
//!
//! A target is a function from bytes to nothing that panics when a promise is broken. Bytes are
//! mostly choices: they steer a generator or name changes to something right, so that what the
//! fuzzer changes stays near to what the code under test takes for right.
//!
//! # Invariants
//! - A target's answer depends on its input alone: no clock, no chance, no state of earlier inputs
//!   but caches.
//! - Nothing here knows libFuzzer; a test runs every target on its corpus.

pub mod bytecode;
pub mod choices;
pub mod compiler;
pub mod image;
pub mod log;
pub mod machine;
pub mod parser;
pub mod program;
pub mod reader;
pub mod records;
mod texts;

/// A target: its name, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("bytecode", bytecode::run),
    ("compiler", compiler::run),
    ("image", image::run),
    ("log", log::run),
    ("parser", parser::run),
    ("program", program::run),
    ("reader", reader::run),
    ("records", records::run),
];
