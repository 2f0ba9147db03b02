//! Joining strings, and strings changed character by character: long ones in steps.
//!
//! ```text
//! joining:   Array [pieces separator vector index]
//! changing:  Array [pieces source change at size]
//! trimming:  Array [source sides from to]
//! ```

use super::fault::Fault;
use super::print::text_fuel;
use super::secret::{self, Part};
use super::string::{is_ascii, is_space, make_string, text, try_text};
use super::vector;
use super::walk::{Pieces, length_of, make_state, window};
use super::work::{Sizes, Stop, Walk};
use crate::heap::Heap;
use crate::native::Trap;
use crate::word::Word;

fn small(n: usize) -> Word {
    Word::small(n as i64)
}

fn number(heap: &Heap, state: Word, index: u32) -> usize {
    heap.word(state, index).small_value() as usize
}

// ---- joining ----

/// The strings of a vector with a separator between them, many of them in steps.
///
/// # Errors
/// `:ox/type` for what is no string; `:ox/memory-limit`; [`Trap::Walk`].
pub(crate) fn join(
    heap: &mut Heap,
    separator: Word,
    strings: Word,
    spent: &mut u32,
) -> Result<Word, Trap> {
    let sizes = Sizes::of(heap);
    let mut out = String::new();
    let mut index = 0;
    while let Some(word) = vector::nth(heap, strings, index) {
        if index >= sizes.elements || out.len() > sizes.call_bytes {
            let mut pieces = Pieces::EMPTY;
            pieces.add(heap, &out);
            let words = [pieces.0, separator, strings, small(index)];
            *spent = text_fuel(out.len());
            return Err(Trap::Walk(make_state(heap, Walk::Join, &words)));
        }
        let Some(text) = try_text(heap, word) else {
            return match secret::parts(heap, word) {
                Some(_) => join_secrets(heap, separator, strings),
                None => Err(Fault::type_error(heap, word, "a string").trap(heap)),
            };
        };
        if index > 0 {
            out.push_str(try_text(heap, separator).unwrap_or_default());
        }
        if text.len() > sizes.call_bytes {
            // A long one is copied once, when all are joined.
            let mut pieces = Pieces::EMPTY;
            pieces.add(heap, &out);
            pieces.add_word(heap, word);
            let words = [pieces.0, separator, strings, small(index + 1)];
            return Err(Trap::Walk(make_state(heap, Walk::Join, &words)));
        }
        out.push_str(text);
        index += 1;
    }
    *spent = text_fuel(out.len()) + index as u32 / 8;
    Ok(make_string(heap, &out))
}

/// Texts around secrets are a secret. A request is not made of many.
fn join_secrets(heap: &mut Heap, separator: Word, strings: Word) -> Result<Word, Trap> {
    let between = try_text(heap, separator).unwrap_or_default().to_owned();
    let mut parts = Vec::new();
    for (index, word) in vector::elements(heap, strings).into_iter().enumerate() {
        if index > 0 {
            parts.push(Part::Text(between.clone()));
        }
        match (secret::parts(heap, word), try_text(heap, word)) {
            (Some(inner), _) => parts.extend(inner),
            (None, Some(text)) => parts.push(Part::Text(text.to_owned())),
            (None, None) => return Err(Fault::type_error(heap, word, "a string").trap(heap)),
        }
    }
    Ok(secret::make(heap, &parts))
}

/// Joins on.
pub(crate) fn join_step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let sizes = Sizes::of(heap);
    let (separator, strings) = (heap.word(state, 2), heap.word(state, 3));
    let mut pieces = Pieces(heap.word(state, 1));
    let first = number(heap, state, 4);
    let mut index = first;
    let mut out = String::new();
    let whole = loop {
        if index - first >= 4 * sizes.elements || out.len() > 4 * sizes.step_bytes {
            break false;
        }
        let Some(word) = vector::nth(heap, strings, index) else {
            break true;
        };
        if index > 0 {
            out.push_str(try_text(heap, separator).unwrap_or_default());
        }
        match try_text(heap, word) {
            None => {
                let fault = Fault::type_error(heap, word, "a string");
                return Err(Stop::Throw(fault.into_error(heap)));
            }
            Some(text) if text.len() > sizes.call_bytes => {
                pieces.add(heap, &out);
                pieces.add_word(heap, word);
                out.clear();
            }
            Some(text) => out.push_str(text),
        }
        index += 1;
    };
    *spent = spent.saturating_add(text_fuel(out.len()) + (index - first) as u32);
    if whole {
        return pieces.join(heap, &out);
    }
    pieces.add(heap, &out);
    heap.write(state, 1, pieces.0);
    heap.write(state, 4, small(index));
    Err(Stop::Budget)
}

// ---- changing ----

/// How a string is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Upper = 0,
    Lower = 1,
    Reverse = 2,
}

impl Change {
    fn apply(self, text: &str) -> String {
        match self {
            Change::Upper => text.to_uppercase(),
            Change::Lower => text.to_lowercase(),
            Change::Reverse => text.chars().rev().collect(),
        }
    }
}

/// A changed string, a long one in steps.
///
/// # Errors
/// [`Trap::Walk`].
pub(crate) fn change(
    heap: &mut Heap,
    source: Word,
    change: Change,
    spent: &mut u32,
) -> Result<Word, Trap> {
    let sizes = Sizes::of(heap);
    let whole = text(heap.object(source));
    if whole.len() <= sizes.call_bytes {
        *spent = text_fuel(whole.len());
        let new = change.apply(whole);
        return Ok(make_string(heap, &new));
    }
    let at = match change {
        Change::Reverse => whole.len(),
        Change::Upper | Change::Lower => 0,
    };
    let words = [
        Word::NIL,
        source,
        small(change as usize),
        small(at),
        small(sizes.step_bytes),
    ];
    Err(Trap::Walk(make_state(heap, Walk::Change, &words)))
}

/// Changes on.
pub(crate) fn change_step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let mut pieces = Pieces(heap.word(state, 1));
    let source = heap.word(state, 2);
    let (at, size) = (number(heap, state, 4), number(heap, state, 5));
    let change = match number(heap, state, 3) {
        0 => Change::Upper,
        1 => Change::Lower,
        _ => Change::Reverse,
    };
    *spent = spent.saturating_add(text_fuel(4 * size));
    let (new, next, done) = if change == Change::Reverse {
        let whole = text(heap.object(source));
        let mut from = at.saturating_sub(size);
        while !whole.is_char_boundary(from) {
            from -= 1;
        }
        (change.apply(&whole[from..at]), from, from == 0)
    } else {
        let part = window(heap, source, at, size).expect("a string is UTF-8");
        let mut taken = part.text.as_str();
        if change == Change::Lower && !part.last && !is_ascii(heap.object(source)) {
            // A sigma depends on the letters around it, but not beyond white space.
            let cut = taken
                .bytes()
                .rposition(|b| b <= b' ')
                .map_or(0, |at| at + 1);
            if cut == 0 {
                heap.write(state, 5, small(2 * size));
                return Err(Stop::Budget);
            }
            taken = &taken[..cut];
        }
        let next = at + taken.len();
        (change.apply(taken), next, next == length_of(heap, source))
    };
    if done {
        return pieces.join(heap, &new);
    }
    pieces.add(heap, &new);
    let step_bytes = Sizes::of(heap).step_bytes;
    heap.write(state, 1, pieces.0);
    heap.write(state, 4, small(next));
    heap.write(state, 5, small(step_bytes));
    Err(Stop::Budget)
}

// ---- trimming ----

/// Sides, as bits of a state's second word.
const LEFT: usize = 1;
const RIGHT: usize = 2;
/// What is asked is whether nothing is left.
const BLANK: usize = 4;

/// Where the text begins behind the white space in its first bytes; `None` when there is more of it.
fn start_of(text: &str, from: usize, most: usize) -> Result<usize, usize> {
    let mut end = text.len().min(from + most);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let part = &text[from..end];
    let left = part.trim_start_matches(is_space).len();
    let start = end - left;
    if left > 0 || end == text.len() {
        Ok(start)
    } else {
        Err(start)
    }
}

/// Where the text ends before the white space in its last bytes, `from` being its start.
fn end_of(text: &str, from: usize, to: usize, most: usize) -> Result<usize, usize> {
    let mut start = to.saturating_sub(most).max(from);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let left = text[start..to].trim_end_matches(is_space).len();
    if left > 0 || start == from {
        Ok(start + left)
    } else {
        Err(start)
    }
}

/// A string without white space at its ends; much of it in steps.
///
/// # Errors
/// [`Trap::Walk`].
pub(crate) fn trim(heap: &mut Heap, source: Word, left: bool, right: bool) -> Result<Word, Trap> {
    let sides = (usize::from(left) * LEFT) | (usize::from(right) * RIGHT);
    begin_trim(heap, source, sides)
}

/// Whether a string has white space only.
///
/// # Errors
/// [`Trap::Walk`].
pub(crate) fn is_blank(heap: &mut Heap, source: Word) -> Result<Word, Trap> {
    begin_trim(heap, source, LEFT | BLANK)
}

fn begin_trim(heap: &mut Heap, source: Word, sides: usize) -> Result<Word, Trap> {
    let most = Sizes::of(heap).call_bytes;
    let length = length_of(heap, source);
    match trimmed(heap, source, sides, 0, length, most) {
        Ok(word) => Ok(word),
        Err([sides, from, to]) => {
            let words = [source, small(sides), small(from), small(to)];
            Err(Trap::Walk(make_state(heap, Walk::Trim, &words)))
        }
    }
}

/// Looks at the next bytes of both ends: the answer, or the sides that are left and the bounds.
fn trimmed(
    heap: &mut Heap,
    source: Word,
    sides: usize,
    from: usize,
    to: usize,
    most: usize,
) -> Result<Word, [usize; 3]> {
    let whole = text(heap.object(source));
    let (mut sides, mut from, mut to) = (sides, from, to);
    if sides & LEFT != 0 {
        match start_of(whole, from, most) {
            Ok(start) => {
                from = start;
                sides &= !LEFT;
            }
            Err(start) => return Err([sides, start, to]),
        }
    }
    if sides & BLANK != 0 {
        return Ok(Word::bool(from == whole.len()));
    }
    if sides & RIGHT != 0 {
        match end_of(whole, from, to, most) {
            Ok(end) => to = end,
            Err(end) => return Err([sides, from, end]),
        }
    }
    if to - from == whole.len() {
        return Ok(source);
    }
    let trimmed = whole[from..to].to_owned();
    Ok(make_string(heap, &trimmed))
}

/// Trims on.
pub(crate) fn trim_step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let source = heap.word(state, 1);
    let [sides, from, to] = [2, 3, 4].map(|index| number(heap, state, index));
    let most = Sizes::of(heap).step_bytes;
    *spent = spent.saturating_add(text_fuel(4 * most));
    trimmed(heap, source, sides, from, to, most).map_err(|words| {
        for (index, n) in (2..).zip(words) {
            heap.write(state, index, small(n));
        }
        Stop::Budget
    })
}
