//! From forms to meaning: names, scopes, macro expansion, lowering, hashes, diagnostics.
//!
//! Invariants:
//! - Everything is a salsa query of its inputs; nothing here does I/O, reads a clock or depends on
//!   the iteration order of a hash map.
//! - The unit of incrementality is the top-level form. Positions are kept apart from meaning.
//! - Mistakes in the program's text are values, never errors of a query; lowering goes on.
//! - No cycle of the user's program is a salsa cycle that decides a result.

pub mod body;
