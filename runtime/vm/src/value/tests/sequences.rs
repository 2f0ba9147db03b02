//! Sequences over every kind of storage give the same elements, however they are walked.

use super::{error_kind, heap, int, ints};
use crate::heap::Heap;
use crate::native::Trap;
use crate::value::{collection, lazy, list, map, seq, set, string, vector};
use crate::word::Word;

fn by_next(heap: &mut Heap, collection: Word) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = seq::seq(heap, collection).unwrap();
    while !at.is_nil() {
        words.push(seq::first(heap, at).unwrap());
        at = seq::next(heap, at).unwrap();
    }
    words
}

fn by_chunks(heap: &mut Heap, collection: Word) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = seq::seq(heap, collection).unwrap();
    while !at.is_nil() {
        let chunk = seq::chunk(heap, at);
        if chunk.is_nil() {
            words.push(seq::first(heap, at).unwrap());
            at = seq::next(heap, at).unwrap();
        } else {
            let chunk = vector::elements(heap, chunk);
            assert!((1..=32).contains(&chunk.len()));
            words.extend(chunk);
            at = seq::chunk_next(heap, at);
        }
    }
    words
}

/// Values that differ as words may be equal entries.
fn assert_same(heap: &mut Heap, a: &[Word], b: &[Word]) {
    assert_eq!(a.len(), b.len());
    for (&x, &y) in a.iter().zip(b) {
        assert!(super::slow_equal(heap, x, y));
    }
}

#[test]
fn every_way_of_walking_agrees() {
    let heap = &mut heap();
    let mut all = vec![Word::NIL, Word::EMPTY_LIST];
    for size in [0, 1, 2, 8, 9, 31, 32, 33, 64, 65, 1057, 5000] {
        let words = ints(0..size);
        all.push(vector::make(heap, &words));
        all.push(list::make(heap, &words));
        all.push(seq::make_range(heap, 0, size * 3, 3));
        all.push(seq::make_range(heap, size * 3, 0, -3));
        let pairs = ints((0..size).flat_map(|n| [n, -n]));
        all.push(map::from_pairs(heap, &pairs).unwrap());
        all.push(set::from_words(heap, &words).unwrap());
        let text: String = (0..size)
            .map(|n| if n % 3 == 0 { 'λ' } else { 'a' })
            .collect();
        all.push(string::make_string(heap, &text));
        all.push(string::make_bytes(heap, text.as_bytes()));
        let chain = words.iter().rev().fold(Word::NIL, |rest, &word| {
            seq::cons(heap, word, rest).unwrap()
        });
        all.push(lazy::make_realized(heap, chain, Word::NIL));
    }
    for value in all {
        let next = by_next(heap, value);
        let chunks = by_chunks(heap, value);
        let cursor = seq::elements(heap, value).unwrap();
        assert_same(heap, &next, &chunks);
        assert_same(heap, &next, &cursor);
        let view = seq::seq(heap, value).unwrap();
        match collection::count(heap, value) {
            Ok(count) => assert_eq!(count, int(next.len() as i64)),
            Err(trap) => assert_eq!(trap, Trap::Slow("count*slow")),
        }
        if let Some(count) = seq::known_count(heap, view) {
            assert_eq!(count, next.len());
        }
        for index in [0, 1, 7, 40, 1000] {
            if let (Some(&expected), Ok(found)) = (
                next.get(index),
                collection::nth(heap, view, int(index as i64)),
            ) {
                assert!(super::slow_equal(heap, expected, found));
            }
        }
        // `rest` is `next`, but `()` at the end.
        let rest = seq::rest(heap, value).unwrap();
        let after = by_next(heap, rest);
        assert_same(heap, &after, next.get(1..).unwrap_or(&[]));
        assert!(!rest.is_nil());
    }
}

#[test]
fn a_map_walks_its_entries() {
    let heap = &mut heap();
    let m = map::from_pairs(heap, &ints([1, 2])).unwrap();
    let first = seq::first(heap, m).unwrap();
    assert!(vector::is_entry(heap, first));
    assert_eq!(super::to_ints(heap, first), [1, 2]);
}

#[test]
fn cons_and_rest_do_not_look_at_what_follows() {
    let heap = &mut heap();
    let cell = lazy::make(heap, Word::NIL);
    let pair = seq::cons(heap, int(1), cell).unwrap();
    assert_eq!(seq::rest(heap, pair), Ok(cell));
    assert_eq!(seq::next(heap, pair), Err(Trap::Force(cell)));
    assert_eq!(seq::first(heap, cell), Err(Trap::Force(cell)));
    assert_eq!(collection::count(heap, pair), Err(Trap::Slow("count*slow")));
    let one = seq::cons(heap, int(1), Word::NIL).unwrap();
    assert_eq!(seq::rest(heap, one), Ok(Word::EMPTY_LIST));
}

#[test]
fn what_is_no_collection_is_a_type_error() {
    let heap = &mut heap();
    for result in [
        seq::seq(heap, int(1)),
        seq::first(heap, Word::TRUE),
        seq::next(heap, Word::double(1.0)),
        seq::cons(heap, int(1), int(2)),
    ] {
        assert_eq!(error_kind(heap, result), "type");
    }
}

#[test]
fn ranges_end_where_integers_end() {
    let heap = &mut heap();
    let near = seq::make_range(heap, i64::MAX - 2, i64::MAX, 2);
    let all = by_next(heap, near);
    assert_eq!(all.len(), 1);
    let down = seq::make_range(heap, i64::MIN + 1, i64::MIN, -5);
    assert_eq!(by_next(heap, down).len(), 1);
    let wide = seq::make_range(heap, i64::MIN, i64::MAX, i64::MAX);
    assert_eq!(seq::range_count(heap, wide), 3);
    assert_eq!(by_next(heap, wide).len(), 3);
}

#[test]
fn a_cell_runs_once() {
    let heap = &mut heap();
    let cell = lazy::make(heap, int(7));
    assert_eq!(lazy::start(heap, cell, 1), Ok(int(7)));
    let again = lazy::start(heap, cell, 1);
    assert_eq!(error_kind(heap, again), "state");
    assert_eq!(lazy::start(heap, cell, 2), Ok(Word::NIL));
    let own = lazy::finish(heap, cell, cell);
    assert_eq!(error_kind(heap, own), "state");
    lazy::finish(heap, cell, Word::NIL).unwrap();
    assert_eq!(lazy::start(heap, cell, 1), Ok(Word::NIL));
    assert_eq!(seq::seq(heap, cell), Ok(Word::NIL));
}

#[test]
fn a_lazy_cell_that_failed_runs_again_and_a_delay_does_not() {
    let heap = &mut heap();
    let cell = lazy::make(heap, int(7));
    lazy::start(heap, cell, 1).unwrap();
    assert_eq!(lazy::owner(heap, cell), Some(1));
    lazy::fail(heap, cell, int(9)).unwrap();
    assert_eq!(lazy::owner(heap, cell), None);
    assert_eq!(lazy::start(heap, cell, 2), Ok(int(7)));
    let delay = lazy::make_delay(heap, int(7));
    lazy::start(heap, delay, 1).unwrap();
    lazy::fail(heap, delay, int(9)).unwrap();
    assert_eq!(lazy::start(heap, delay, 1), Err(Trap::Throw(int(9))));
}

#[test]
fn a_cell_goes_on_with_the_thunk_of_the_cell_it_became() {
    let heap = &mut heap();
    let (first, second) = (lazy::make(heap, int(7)), lazy::make(heap, int(8)));
    lazy::start(heap, first, 1).unwrap();
    lazy::forward(heap, second, first);
    lazy::fail(heap, first, int(9)).unwrap();
    assert_eq!(lazy::start(heap, second, 1), Ok(Word::NIL));
    assert_eq!(lazy::start(heap, first, 1), Ok(int(8)));
}
