//! Readiness: whether no lazy cell inside a value is unrealized.
//!
//! Few values share much of what they hold, so a walk begins without noting what it has seen: the
//! state counts the objects. Who has counted more than the memory can hold has met parts again, and
//! from then on notes them.
//!
//! ```text
//! state:  Array [chunk count|noted]    noted:  a work list of references, or nil
//! ```
//!
//! # Invariants
//! - A walk looks at no more objects than twice what the memory holds, however many ways lead to
//!   one: each that was noted is walked once.
//! - What was noted are references. The index over them, a bit a word, is kept beside the memory until
//!   a collection moves the state, and is then made anew, at once: that happens while the state is young
//!   and little is noted, and when it is sealed with what was noted. Few are kept: walks that were given
//!   up leave theirs.
//! - An object that a collection has moved alone is no longer in the index, and noted again when it is
//!   met: as often at most as it is copied.
//! - Does not look into atoms, volatiles, delays, promises, futures or captures of functions, nor
//!   into the boot segment, whose values are finished.

use super::lazy;
use super::work::{Budget, Stop, Walk, Work};
use crate::heap::Heap;
use crate::object::Kind;
use crate::offsets::Offsets;
use crate::word::Word;

/// Objects that `ready?` and the first step look at.
const OBJECTS_MIN: usize = 1024;
/// Indexes over what walks have noted that a process keeps: each takes up to a 64th of its memory.
pub(super) const NOTED_MAX: usize = 8;

/// Pushes what is directly inside an object of the process.
fn push_inside(heap: &Heap, work: &mut Work, word: Word) -> Result<(), Word> {
    let object = heap.object(word);
    match object.kind() {
        Kind::Lazy => {
            // One cell at a time, so that a long chain needs no stack.
            match lazy::read(heap, word) {
                Some((lazy::State::Realized, content)) => push(work, content),
                _ => return Err(word),
            }
            push(work, object.word(3));
        }
        Kind::Atom
        | Kind::Volatile
        | Kind::Delay
        | Kind::Promise
        | Kind::Future
        | Kind::Function
        | Kind::Extent
        | Kind::Array => {}
        _ => {
            for &inside in object.values() {
                push(work, Word(inside));
            }
        }
    }
    Ok(())
}

fn push(work: &mut Work, word: Word) {
    if word.is_reference() {
        work.push(word);
    }
}

/// Whether an object can lead to others.
fn has_inside(heap: &Heap, word: Word) -> bool {
    !heap.object(word).values().is_empty()
}

/// `(ready? value)`: true when it is small and finished; false when that is not known.
#[must_use]
pub fn is_ready(heap: &Heap, value: Word) -> bool {
    let mut work = Work::new();
    push(&mut work, value);
    for _ in 0..OBJECTS_MIN {
        match work.pop(heap) {
            None => return true,
            Some(word) if push_inside(heap, &mut work, word).is_err() => return false,
            Some(_) => {}
        }
    }
    false
}

/// A state for [`step`].
pub fn start(heap: &mut Heap, value: Word) -> Word {
    let mut work = Work::new();
    push(&mut work, value);
    work.into_state(heap, Walk::Ready, Word::small(0))
}

/// Works on a state: done, or how the walk stopped.
pub(crate) fn step(heap: &mut Heap, state: Word) -> Result<(), Stop> {
    let noted = heap.word(state, 2);
    if !noted.is_small() {
        return step_noting(heap, state);
    }
    let mut work = Work::load(heap, state);
    let mut budget = Budget::step(heap);
    let mut count = noted.small_value();
    let result = loop {
        let Some(word) = work.pop(heap) else {
            break Ok(());
        };
        if !budget.take(1) {
            work.push(word);
            break Err(Stop::Budget);
        }
        count += 1;
        if let Err(cell) = push_inside(heap, &mut work, word) {
            work.push(word);
            break Err(Stop::Unfinished(cell));
        }
        work.spill(heap);
    };
    // An object has two words at least.
    let noted = if count > i64::from(heap.used_words() / 2) {
        Word::NIL
    } else {
        Word::small(count)
    };
    heap.write(state, 2, noted);
    work.save(heap, state);
    result
}

/// The same, of a walk that notes what it has seen.
fn step_noting(heap: &mut Heap, state: Word) -> Result<(), Stop> {
    let mut work = Work::load(heap, state);
    let index = heap.noted.remove(&state.offset());
    let mut index = index.unwrap_or_else(|| index_of(heap, state));
    let mut noted = Work::load_at(heap, state, 2);
    let mut budget = Budget::step(heap);
    let result = loop {
        let Some(word) = work.pop(heap) else {
            return Ok(());
        };
        if !budget.take(1) {
            work.push(word);
            break Err(Stop::Budget);
        }
        if !has_inside(heap, word) || index.contains(word.offset()) {
            continue;
        }
        if let Err(cell) = push_inside(heap, &mut work, word) {
            work.push(word);
            break Err(Stop::Unfinished(cell));
        }
        index.insert(word.offset());
        noted.push(word);
        noted.spill(heap);
        work.spill(heap);
    };
    if heap.noted.len() >= NOTED_MAX {
        // Of walks that nobody goes on with, mostly. The others make theirs anew: that costs no more than
        // each of these walks has done before it began to note.
        heap.noted.clear();
    }
    heap.noted.insert(state.offset(), index);
    let noted = noted.into_chunk(heap);
    heap.write(state, 2, noted);
    work.save(heap, state);
    result
}

fn index_of(heap: &Heap, state: Word) -> Offsets {
    let mut noted = Work::load_at(heap, state, 2);
    let mut index = Offsets::default();
    while let Some(word) = noted.pop(heap) {
        index.insert(word.offset());
    }
    index
}
