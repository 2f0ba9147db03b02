//! Walks that are stepped by one native: the work of natives over text that is too long to be done at
//! once, and what they have in common: windows of the text and pieces of what is made.
//!
//! A native looks at a few thousand bytes of its text. When that is not enough it saves what it has
//! in a state and answers [`Trap::Walk`](crate::native::Trap::Walk): a function of the library calls
//! [`step`] until the answer is there, with a safepoint between the calls.
//!
//! # Invariants
//! - A step reads and writes a bounded number of bytes and words, and what it did is charged.
//! - What is kept between steps is in the state, so a process may be stored and read back there.

use super::error::wrong_type;
use super::print::join_pieces;
use super::string::{bytes, make_string, text};
use super::work::{Stop, Walk};
use super::{change, json, number, read, regex, replace, slice, sort};
use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::native::Trap;
use crate::object::Kind;
use crate::word::Word;

/// Works on a state for a bounded time: the answer, or how the walk stopped. `spent` grows by the
/// fuel that it cost.
pub(crate) fn step(
    heap: &mut Heap,
    image: &LoadedImage,
    state: Word,
    spent: &mut u32,
) -> Result<Word, Stop> {
    let result = stepped(heap, image, state, spent);
    if let Ok(word) = result
        && heap.kind_of(word) == Some(Kind::Str)
    {
        // The pieces were copied into one text.
        *spent = spent.saturating_add(copy_fuel(length_of(heap, word)));
    }
    result
}

/// Fuel of copying so many bytes.
pub(crate) fn copy_fuel(bytes: usize) -> u32 {
    u32::try_from(bytes / COPIED_BYTES_PER_FUEL).unwrap_or(u32::MAX)
}

/// Bytes that are copied for one unit of fuel.
const COPIED_BYTES_PER_FUEL: usize = 256;

fn stepped(
    heap: &mut Heap,
    image: &LoadedImage,
    state: Word,
    spent: &mut u32,
) -> Result<Word, Stop> {
    match Walk::of(heap, state) {
        Some(Walk::Read) => read::step(heap, state, gives_numbers(image), spent),
        Some(Walk::ReadJson) => json::read_step(heap, state, spent),
        Some(Walk::WriteJson) => json::write_step(heap, image, state, spent),
        Some(Walk::Join) => change::join_step(heap, state, spent),
        Some(Walk::Change) => change::change_step(heap, state, spent),
        Some(Walk::Trim) => change::trim_step(heap, state, spent),
        Some(Walk::Search) => replace::search_step(heap, state, spent),
        Some(Walk::Replace) => replace::replace_step(heap, state, spent),
        Some(Walk::Split) => regex::split_step(heap, state, spent),
        Some(Walk::Match) => regex::match_step(heap, state, spent),
        Some(Walk::Find) => regex::find_step(heap, state, spent),
        Some(Walk::Sort) => sort::step(heap, state, spent),
        Some(Walk::Slice) => slice::step(heap, state, spent),
        Some(Walk::ReplaceMatch) => regex::replace_step(heap, state, spent),
        _ => {
            let error = crate::native::make_error(heap, "state", "this walk has come to its end");
            Err(Stop::Throw(error))
        }
    }
}

impl From<Trap> for Stop {
    /// How a walk stops where an operation on values traps.
    fn from(trap: Trap) -> Stop {
        match trap {
            Trap::Throw(error) => Stop::Throw(error),
            Trap::Force(cell) | Trap::Ready(cell) => Stop::Unfinished(cell),
            // No operation that a walk uses hands over or asks for an effect.
            Trap::HashKey(_)
            | Trap::CompareKeys(..)
            | Trap::Slow(_)
            | Trap::Walk(_)
            | Trap::Effect(_)
            | Trap::Enter(..)
            | Trap::Resume(_) => Stop::Budget,
        }
    }
}

/// Whether the library of an image writes and reads the numbers that are too long for a step.
pub(crate) fn gives_numbers(image: &LoadedImage) -> bool {
    image.hook("number-text").is_some() && image.hook("walk*").is_some()
}

/// Gives a walk what the library has made of what it stopped at ([`Stop::Library`]): of a number
/// that is written its text, of a numeral the number, of two sorted collections whether they are equal, of what says
/// itself also its hash and the order.
///
/// # Errors
/// `:ox/type` for what no walk has asked for.
pub(crate) fn give(heap: &mut Heap, state: Word, made: Word) -> Result<(), Trap> {
    let is_text = heap.kind_of(made) == Some(Kind::Str);
    if Walk::Equal.has(heap, state)
        && let Some(equal) = made.as_bool()
    {
        super::equal::give(heap, state, equal);
        return Ok(());
    }
    if let Some(integer) = number::try_int(heap, made) {
        if Walk::Hash.has(heap, state) {
            super::hash::give(heap, state, integer);
            return Ok(());
        }
        if Walk::Order.has(heap, state) {
            super::order::give(heap, state, integer);
            return Ok(());
        }
    }
    let walk = if Walk::Print.has(heap, state) {
        Some(Walk::Print)
    } else {
        Walk::of(heap, state)
    };
    match walk {
        Some(Walk::Print) if is_text => {
            let output = heap.word(state, 2);
            let mut pieces = Pieces(heap.word(output, 1));
            pieces.add_word(heap, made);
            heap.write(output, 1, pieces.0);
        }
        Some(Walk::WriteJson) if is_text => {
            let mut pieces = Pieces(heap.word(state, 2));
            pieces.add_word(heap, made);
            heap.write(state, 2, pieces.0);
        }
        Some(Walk::Read) if number::is_number(heap, made) => read::give(heap, state, made),
        _ => return Err(wrong_type(heap, state, "a walk that waits for a number")),
    }
    Ok(())
}

/// A state: an array that says which walk it belongs to. Its first word is never false.
pub(crate) fn make_state(heap: &mut Heap, walk: Walk, words: &[Word]) -> Word {
    heap.make(Kind::Array, 0, walk as u16, &[], words)
}

/// A copy of part of a text.
pub(crate) struct Window {
    pub(crate) text: String,
    /// Byte index of its start.
    pub(crate) start: usize,
    /// Whether it ends where the text does.
    pub(crate) last: bool,
}

/// Number of bytes of a string or byte string.
pub(crate) fn length_of(heap: &Heap, source: Word) -> usize {
    heap.object(source).raw(1) as u32 as usize
}

/// The text of a string or byte string from a byte on, `size` bytes of it or a few less, so that no
/// character is cut; `None` where a byte string is no UTF-8.
pub(crate) fn window(heap: &Heap, source: Word, start: usize, size: usize) -> Option<Window> {
    let object = heap.object(source);
    let all = match object.kind() {
        Kind::Str => text(object).as_bytes(),
        _ => bytes(object),
    };
    let mut end = start.saturating_add(size.max(4)).min(all.len());
    let last = end == all.len();
    if !last {
        // A character has four bytes at most.
        for _ in 0..3 {
            if (0x80..0xc0).contains(&all[end]) {
                end -= 1;
            }
        }
    }
    Some(Window {
        text: std::str::from_utf8(&all[start..end]).ok()?.to_owned(),
        start,
        last,
    })
}

/// The text that a walk makes, in pieces: nil, or an array of the pieces below and a string.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pieces(pub(crate) Word);

impl Pieces {
    /// None yet.
    pub(crate) const EMPTY: Pieces = Pieces(Word::NIL);

    /// Adds text behind the others.
    pub(crate) fn add(&mut self, heap: &mut Heap, text: &str) {
        if !text.is_empty() {
            let piece = make_string(heap, text);
            self.0 = heap.make(Kind::Array, 0, 0, &[], &[self.0, piece]);
        }
    }

    /// Adds a string object behind the others.
    pub(crate) fn add_word(&mut self, heap: &mut Heap, string: Word) {
        self.0 = heap.make(Kind::Array, 0, 0, &[], &[self.0, string]);
    }

    /// All of them as one string, `last` behind them.
    pub(crate) fn join(mut self, heap: &mut Heap, last: &str) -> Result<Word, Stop> {
        if self.0.is_nil() {
            return Ok(make_string(heap, last));
        }
        self.add(heap, last);
        join_pieces(heap, self.0).map_err(|fault| Stop::Throw(fault.into_error(heap)))
    }
}
