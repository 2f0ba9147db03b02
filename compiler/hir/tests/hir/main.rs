//! Names, expansion, lowering, hashes and incrementality, on a database without a machine.

#![expect(clippy::unwrap_used, reason = "tests")]

mod expansion;
mod hashes;
mod incremental;
mod lowering;
mod names;
mod pages;
mod support;
