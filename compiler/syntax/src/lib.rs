//! From text to tree to data: lexer, lossless parser, and reader.
//!
//! Invariants:
//! - Parsing is total: every text gives a tree that prints back to the same text, plus errors.
//! - Nothing here recurses natively over the depth of a text, and nesting is bounded.
//! - A [`datum::Datum`] holds no position: moving code or editing comments leaves it equal.

mod base64;
pub mod datum;
mod time;
