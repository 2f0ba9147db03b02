//! Looking for strings in strings, and replacing them: long ones in steps.
//!
//! ```text
//! searching:  Array [source part what from to]
//! replacing:  Array [pieces source part replacement all at changed]
//! ```
//!
//! # Invariants
//! - A step looks at a stretch and as many bytes more as the part has, so that none is missed where
//!   two stretches meet. Of a part longer than a stretch, as many bytes are looked at as it has.

use super::print::{check_length, text_fuel};
use super::string::{char_index, make_string, text};
use super::walk::{Pieces, length_of, make_state};
use super::work::{Sizes, Stop, Walk};
use crate::heap::Heap;
use crate::native::Trap;
use crate::value::fault::OrThrow;
use crate::word::Word;

/// Steps of other walks that a step of searching is long: searching is fast.
const STRETCH_STEPS: usize = 16;

fn small(n: usize) -> Word {
    Word::small(n as i64)
}

fn number(heap: &Heap, state: Word, index: u32) -> usize {
    heap.word(state, index).small_value() as usize
}

// ---- searching ----

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Whether the part is there.
    Includes = 0,
    /// Where it is first.
    First = 1,
    /// Where it is last.
    Last = 2,
}

impl Question {
    fn answer(self, heap: &Heap, source: Word, found: Option<usize>) -> Word {
        match (self, found) {
            (Question::Includes, found) => Word::bool(found.is_some()),
            (_, None) => Word::NIL,
            (_, Some(at)) => small(char_index(heap, source, at)),
        }
    }
}

/// Looks for a string between two bytes of another, which lie between characters; far in steps.
///
/// # Errors
/// [`Trap::Walk`].
pub(crate) fn search(
    heap: &mut Heap,
    source: Word,
    part: Word,
    question: Question,
    [from, to]: [usize; 2],
    spent: &mut u32,
) -> Result<Word, Trap> {
    let sizes = Sizes::of(heap);
    match look(heap, source, part, question, [from, to], sizes.call_bytes) {
        Ok(answer) => {
            *spent = text_fuel((to - from).min(sizes.call_bytes));
            Ok(answer)
        }
        Err([from, to]) => {
            let words = [
                source,
                part,
                small(question as usize),
                small(from),
                small(to),
            ];
            Err(Trap::Walk(make_state(heap, Walk::Search, &words)))
        }
    }
}

/// Looks at the next stretch: the answer, or the bounds of what is left.
fn look(
    heap: &Heap,
    source: Word,
    part: Word,
    question: Question,
    [from, to]: [usize; 2],
    stretch: usize,
) -> Result<Word, [usize; 2]> {
    let (whole, part) = (text(heap.object(source)), text(heap.object(part)));
    let reach = stretch.max(part.len()) + part.len() + 4;
    if question == Question::Last {
        let start = whole.ceil_char_boundary(to.saturating_sub(reach).max(from));
        let found = whole[start..to].rfind(part);
        if found.is_none() && start > from {
            return Err([
                from,
                whole.ceil_char_boundary(start + part.len().saturating_sub(1)),
            ]);
        }
        return Ok(question.answer(heap, source, found.map(|at| start + at)));
    }
    let end = whole.floor_char_boundary((from + reach).min(to));
    let found = whole[from..end].find(part);
    if found.is_none() && end < to {
        return Err([whole.floor_char_boundary(end + 1 - part.len().max(1)), to]);
    }
    Ok(question.answer(heap, source, found.map(|at| from + at)))
}

/// Searches on.
pub(crate) fn search_step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let (source, part) = (heap.word(state, 1), heap.word(state, 2));
    let question = match number(heap, state, 3) {
        0 => Question::Includes,
        1 => Question::First,
        _ => Question::Last,
    };
    let bounds = [number(heap, state, 4), number(heap, state, 5)];
    let stretch = STRETCH_STEPS * Sizes::of(heap).step_bytes;
    let looked = stretch + 2 * length_of(heap, part);
    *spent = spent.saturating_add(text_fuel(looked));
    look(heap, source, part, question, bounds, stretch).map_err(|[from, to]| {
        heap.write(state, 4, small(from));
        heap.write(state, 5, small(to));
        Stop::Budget
    })
}

// ---- replacing ----

/// `source` with all `part`s, or the first one, replaced; long strings in steps.
///
/// # Errors
/// `:ox/memory-limit`; [`Trap::Walk`].
pub(crate) fn replace(
    heap: &mut Heap,
    [source, part, replacement]: [Word; 3],
    all: bool,
    spent: &mut u32,
) -> Result<Word, Trap> {
    let sizes = Sizes::of(heap);
    let [whole, old, new] = [source, part, replacement].map(|word| text(heap.object(word)));
    if whole.len() > sizes.call_bytes || new.len() > sizes.call_bytes {
        let words = [
            Word::NIL,
            source,
            part,
            replacement,
            Word::bool(all),
            Word::small(0),
            Word::FALSE,
        ];
        return Err(Trap::Walk(make_state(heap, Walk::Replace, &words)));
    }
    let count = if all {
        whole.matches(old).count()
    } else {
        usize::from(whole.contains(old))
    };
    if count == 0 {
        *spent = text_fuel(whole.len());
        return Ok(source);
    }
    let length = whole.len() + count.saturating_mul(new.len());
    *spent = text_fuel(length);
    let replaced = check_length(length).map(|()| {
        if all {
            whole.replace(old, new)
        } else {
            whole.replacen(old, new, 1)
        }
    });
    let replaced = replaced.or_throw(heap)?;
    Ok(make_string(heap, &replaced))
}

/// What a step of replacing has made.
struct Made {
    out: String,
    /// Where the source goes on.
    at: usize,
    /// Whether the replacement, a long one, stands behind `out`.
    replacement: bool,
    /// Whether there is nothing left to replace.
    done: bool,
    changed: bool,
}

/// Replaces in the next stretch.
fn replace_in(
    [whole, old, new]: [&str; 3],
    all: bool,
    at: usize,
    changed: bool,
    sizes: Sizes,
) -> Made {
    let long = new.len() > sizes.call_bytes;
    let mut made = Made {
        out: String::new(),
        at,
        replacement: false,
        done: false,
        changed,
    };
    let stretch = if old.is_empty() {
        sizes.step_bytes
    } else {
        STRETCH_STEPS * sizes.step_bytes
    };
    let end = whole.floor_char_boundary(at + stretch.max(old.len()) + old.len() + 4);
    loop {
        if made.out.len() > 4 * sizes.step_bytes {
            return made;
        }
        // An empty part is found at the start and behind each character.
        let found = if old.is_empty() && made.changed {
            let next = whole[made.at..end].chars().next();
            next.map(char::len_utf8)
        } else {
            whole[made.at..end].find(old)
        };
        let Some(found) = found else {
            made.done = end == whole.len();
            let rest = if made.done {
                end
            } else {
                whole
                    .floor_char_boundary(end + 1 - old.len().max(1))
                    .max(made.at)
            };
            made.out.push_str(&whole[made.at..rest]);
            made.at = rest;
            return made;
        };
        made.out.push_str(&whole[made.at..made.at + found]);
        made.at += found + old.len();
        made.changed = true;
        made.done = !all;
        if long {
            made.replacement = true;
            return made;
        }
        made.out.push_str(new);
        if !all {
            return made;
        }
    }
}

/// Replaces on.
pub(crate) fn replace_step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let sizes = Sizes::of(heap);
    let mut pieces = Pieces(heap.word(state, 1));
    let [source, part, replacement] = [2, 3, 4].map(|index| heap.word(state, index));
    let all = heap.word(state, 5).is_truthy();
    let at = number(heap, state, 6);
    let changed = heap.word(state, 7).is_truthy();
    let made = {
        let [whole, old, new] = [source, part, replacement].map(|word| text(heap.object(word)));
        replace_in([whole, old, new], all, at, changed, sizes)
    };
    let looked = made.at - at + made.out.len() + 2 * length_of(heap, part);
    *spent = spent.saturating_add(text_fuel(looked) + 16);
    pieces.add(heap, &made.out);
    if made.replacement {
        pieces.add_word(heap, replacement);
    }
    if made.done {
        if !made.changed {
            return Ok(source);
        }
        let rest = text(heap.object(source))[made.at..].to_owned();
        return pieces.join(heap, &rest);
    }
    heap.write(state, 1, pieces.0);
    heap.write(state, 6, small(made.at));
    heap.write(state, 7, Word::bool(made.changed));
    Err(Stop::Budget)
}
