//! JSON (RFC 8259): text to values and back, iteratively, long texts and large values in steps.
//!
//! # Invariants
//! - Depth costs no native stack.
//! - What is written is valid JSON for every value that is not refused.

mod parse;
mod write;

use super::string::make_string;
use super::work::Stop;
use crate::heap::Heap;
use crate::native::Trap;
use crate::word::Word;

pub(crate) use parse::{begin as read_begin, step as read_step};
pub use write::write;
pub(crate) use write::{begin as write_begin, step as write_step};

/// Reads one JSON value that is all of the text, at once. Keys are keywords if `keywords`, else
/// strings.
///
/// # Errors
/// `:ox/parse` with `:offset` in characters.
pub fn parse(heap: &mut Heap, text: &str, keywords: bool) -> Result<Word, Trap> {
    let source = make_string(heap, text);
    let mut spent = 0;
    let state = match read_begin(heap, source, keywords, &mut spent) {
        Err(Trap::Walk(state)) => state,
        other => return other,
    };
    loop {
        match read_step(heap, state, &mut spent) {
            Err(Stop::Budget) => {}
            Err(Stop::Throw(error)) => return Err(Trap::Throw(error)),
            Err(Stop::Unfinished(cell) | Stop::Library(cell)) => return Err(Trap::Force(cell)),
            Ok(value) => return Ok(value),
        }
    }
}
