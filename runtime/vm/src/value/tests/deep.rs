//! Values a million levels deep: every walk ends, on a test thread's two megabytes of stack.

use super::{drive, heap, int, slow_equal, slow_hash};
use crate::heap::Heap;
use crate::native::Trap;
use crate::value::work::Stop;
use crate::value::{equal, hash, lazy, list, map, order, ready, seq, vector};
use crate::word::Word;
use std::cmp::Ordering;

const DEPTH: usize = 1_000_000;

fn nested(heap: &mut Heap, leaf: Word, wrap: fn(&mut Heap, Word) -> Word) -> Word {
    (0..DEPTH).fold(leaf, |inner, _| wrap(heap, inner))
}

fn vectors(heap: &mut Heap, inner: Word) -> Word {
    vector::make(heap, &[int(1), inner, int(2)])
}

fn maps(heap: &mut Heap, inner: Word) -> Word {
    map::from_pairs(heap, &[int(1), inner]).unwrap()
}

fn lists(heap: &mut Heap, inner: Word) -> Word {
    list::make(heap, &[inner])
}

fn cells(heap: &mut Heap, inner: Word) -> Word {
    let pair = seq::cons(heap, inner, Word::NIL).unwrap();
    lazy::make_realized(heap, pair, Word::NIL)
}

#[test]
fn equality_and_hashing_of_nested_values() {
    for wrap in [vectors, maps, lists, cells] {
        let heap = &mut heap();
        let a = nested(heap, int(0), wrap);
        let b = nested(heap, int(0), wrap);
        let c = nested(heap, int(9), wrap);
        assert_eq!(equal::equal(heap, a, b), Err(Trap::Slow("=*slow")));
        assert!(slow_equal(heap, a, b));
        assert!(!slow_equal(heap, a, c));
        let hash = slow_hash(heap, a);
        assert_eq!(hash, slow_hash(heap, b));
        assert_ne!(hash, slow_hash(heap, c));
        // As a key it is hashed and compared at once.
        assert_eq!(hash::of_key(heap, a), Ok(hash));
        let m = map::from_pairs(heap, &[a, int(1)]).unwrap();
        assert_eq!(map::get(heap, m, b), Ok(Some(int(1))));
        let state = ready::start(heap, a);
        drive(heap, state, ready::step);
    }
}

#[test]
fn order_of_nested_vectors() {
    let heap = &mut heap();
    let a = nested(heap, int(0), vectors);
    let b = nested(heap, int(0), vectors);
    let c = nested(heap, int(9), vectors);
    assert_eq!(order::compare(heap, a, b), Err(Trap::Slow("compare*slow")));
    for (x, y, expected) in [
        (a, b, Ordering::Equal),
        (a, c, Ordering::Less),
        (c, b, Ordering::Greater),
    ] {
        let state = order::start(heap, x, y);
        assert_eq!(drive(heap, state, order::step), expected);
    }
}

#[test]
fn long_chains_of_cells() {
    let heap = &mut heap();
    // A cell whose value is a cell whose value is a cell …
    let mut chain = Word::NIL;
    for _ in 0..DEPTH {
        chain = lazy::make_realized(heap, chain, Word::NIL);
    }
    assert_eq!(seq::seq(heap, chain), Ok(Word::NIL));
    // A lazy sequence, cell by cell.
    let mut sequence = Word::NIL;
    for n in 0..DEPTH {
        let pair = seq::cons(heap, int(n as i64), sequence).unwrap();
        sequence = lazy::make_realized(heap, pair, Word::NIL);
    }
    let range = seq::make_range(heap, DEPTH as i64 - 1, -1, -1);
    assert!(slow_equal(heap, sequence, range));
    assert_eq!(slow_hash(heap, sequence), slow_hash(heap, range));
    let state = ready::start(heap, sequence);
    drive(heap, state, ready::step);
}

/// What a collection of everything above an offset does beside the memory, which is left as it is.
fn collect_above(heap: &mut Heap, from: u32) {
    let words = heap.words()[from as usize..].to_vec();
    heap.replace_from(from, &words);
}

#[test]
fn what_was_noted_stays_noted_until_it_moves() {
    const PARTS: usize = 100_000;
    // Two steps to see that parts are shared, and then some 8,192 parts a step.
    let steps_with = |forget_all: &[usize], collects: bool| {
        let heap = &mut heap();
        let thunk = lazy::make(heap, Word::NIL);
        let state = ready::start(heap, thunk);
        assert_eq!(ready::step(heap, state), Err(Stop::Unfinished(thunk)));
        let young = heap.used_words();
        let mut value = vector::make(heap, &[]);
        for _ in 0..PARTS {
            value = vector::make(heap, &[value, value]);
        }
        lazy::start(heap, thunk, 0).unwrap();
        lazy::finish(heap, thunk, value).unwrap();
        let mut steps = 1;
        while ready::step(heap, state) == Err(Stop::Budget) {
            steps += 1;
            let is_noting = heap.noted.contains_key(&state.offset());
            if forget_all.contains(&steps) {
                collect_above(heap, young);
            } else if collects {
                collect_above(heap, heap.used_words());
            }
            assert_eq!(heap.noted.contains_key(&state.offset()), is_noting);
            assert!(steps < 1000);
        }
        steps
    };
    let undisturbed = steps_with(&[], false);
    assert_eq!(steps_with(&[], true), undisturbed);
    let disturbed = steps_with(&[undisturbed / 2, undisturbed - 2], true);
    assert!(
        (undisturbed + 1..=3 * undisturbed).contains(&disturbed),
        "{undisturbed} steps, {disturbed} with what was noted forgotten twice"
    );
}

#[test]
fn walks_that_are_given_up_leave_few_indexes() {
    let heap = &mut heap();
    // Shared parts, and then a cell that does not become ready.
    let cell = lazy::make(heap, Word::NIL);
    let mut value = vector::make(heap, &[]);
    for _ in 0..20_000 {
        value = vector::make(heap, &[value, value]);
    }
    let value = vector::make(heap, &[cell, value]);
    let walk_until_cell = |heap: &mut Heap| {
        let state = ready::start(heap, value);
        let stopped = loop {
            match ready::step(heap, state) {
                Err(Stop::Budget) => {}
                other => break other,
            }
        };
        assert_eq!(stopped, Err(Stop::Unfinished(cell)));
        state
    };
    let first = walk_until_cell(heap);
    let mut most = 0;
    for _ in 0..3 * ready::NOTED_MAX {
        walk_until_cell(heap);
        most = heap.noted.len().max(most);
    }
    assert!((2..=ready::NOTED_MAX).contains(&most), "{most} indexes");
    assert!(!heap.noted.contains_key(&first.offset()));
    // Who has lost it goes on all the same.
    lazy::start(heap, cell, 0).unwrap();
    lazy::finish(heap, cell, Word::NIL).unwrap();
    drive(heap, first, ready::step);
}

#[test]
fn shared_parts_are_walked_once() {
    let heap = &mut heap();
    // Two to the power of ten thousand paths.
    let mut value = vector::make(heap, &[]);
    for _ in 0..10_000 {
        value = vector::make(heap, &[value, value]);
    }
    let state = ready::start(heap, value);
    drive(heap, state, ready::step);
}
