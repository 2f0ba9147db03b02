//! Readiness: whether no lazy cell inside a value is unrealized.
//!
//! # Invariants
//! - Each shared part is walked once: what was seen is kept in the state, as references, and the
//!   index over it is made anew each step (objects move between steps, references follow them).
//!   A step therefore does as much work again as all before it: twice the whole in sum.
//! - Does not look into atoms, volatiles, delays, promises, futures or captures of functions, nor
//!   into the boot segment, whose values are finished.

use super::lazy;
use super::work::{Stop, Walk, Work};
use crate::heap::Heap;
use crate::object::Kind;
use crate::word::Word;
use rustc_hash::FxHashSet;

/// Objects that `ready?` and the first step look at.
const OBJECTS_MIN: usize = 1024;

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
    let seen = heap.make(Kind::Array, 0, 0, &[], &[]);
    work.into_state(heap, Walk::Ready, seen)
}

/// Works on a state: done, or how the walk stopped.
pub(crate) fn step(heap: &mut Heap, state: Word) -> Result<(), Stop> {
    let mut work = Work::load(heap, state);
    let mut seen_words: Vec<Word> = heap
        .object(heap.word(state, 2))
        .values()
        .iter()
        .map(|&word| Word(word))
        .collect();
    let mut seen: FxHashSet<u32> = seen_words.iter().map(|word| word.offset()).collect();
    let mut left = seen.len().max(OBJECTS_MIN);
    let result = loop {
        let Some(word) = work.pop(heap) else {
            break Ok(());
        };
        if left == 0 {
            work.push(word);
            break Err(Stop::Budget);
        }
        left -= 1;
        if !has_inside(heap, word) || seen.contains(&word.offset()) {
            continue;
        }
        if let Err(cell) = push_inside(heap, &mut work, word) {
            work.push(word);
            break Err(Stop::Unfinished(cell));
        }
        seen.insert(word.offset());
        seen_words.push(word);
        work.spill(heap);
    };
    let size = u32::try_from(seen_words.len() + 1).expect("what was seen fits the memory");
    let seen = heap.make_with(Kind::Array, 0, 0, size, |words| {
        for (slot, word) in words.iter_mut().zip(&seen_words) {
            *slot = word.0;
        }
    });
    heap.write(state, 2, seen);
    work.save(heap, state);
    result
}
