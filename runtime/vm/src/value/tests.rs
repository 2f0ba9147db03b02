//! Tests of values: models, laws, depth.
#![expect(clippy::unwrap_used, reason = "tests")]

mod collections;
mod deep;
mod laws;
mod message;
mod sequences;

use super::work::Stop;
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::value::{equal, hash, lazy, string, vector};
use crate::word::Word;
use std::sync::Arc;

fn heap() -> Heap {
    Heap::new(Arc::from(Vec::new()))
}

fn int(value: i64) -> Word {
    Word::small(value)
}

fn ints(values: impl IntoIterator<Item = i64>) -> Vec<Word> {
    values.into_iter().map(Word::small).collect()
}

/// A function without captures. All of them have one hash, so they collide as keys.
fn function(heap: &mut Heap, template: u64) -> Word {
    heap.make(Kind::Function, 0, 0, &[template], &[])
}

/// The kind of a thrown error.
fn error_kind<T: std::fmt::Debug>(heap: &Heap, result: Result<T, Trap>) -> String {
    match result {
        Err(Trap::Throw(error)) => {
            let kind = heap.word(error, 1);
            string::try_keyword(heap, kind).unwrap().1.to_owned()
        }
        other => panic!("no error: {other:?}"),
    }
}

/// Drives a step function as the library does; cells are realized as empty.
fn drive<T>(heap: &mut Heap, state: Word, step: fn(&mut Heap, Word) -> Result<T, Stop>) -> T {
    loop {
        match step(heap, state) {
            Ok(answer) => return answer,
            Err(Stop::Budget) => {}
            Err(Stop::Unfinished(cell)) => {
                lazy::start(heap, cell, 0).unwrap();
                lazy::finish(heap, cell, Word::NIL).unwrap();
            }
            Err(Stop::Throw(error)) => panic!("thrown: {error:?}"),
            Err(Stop::Library(number)) => panic!("a number that nobody takes: {number:?}"),
        }
    }
}

fn slow_equal(heap: &mut Heap, a: Word, b: Word) -> bool {
    let state = equal::start(heap, a, b);
    drive(heap, state, equal::step)
}

fn slow_hash(heap: &mut Heap, value: Word) -> u64 {
    let state = hash::start(heap, value);
    drive(heap, state, hash::step)
}

/// All elements of a vector as integers.
fn to_ints(heap: &Heap, vector: Word) -> Vec<i64> {
    vector::elements(heap, vector)
        .iter()
        .map(|word| word.as_small().unwrap())
        .collect()
}
