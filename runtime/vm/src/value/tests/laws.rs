//! Laws of equality, hashing and order.

use super::{function, heap, int, ints, slow_equal, slow_hash};
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::value::keys::{Keys, handing_over};
use crate::value::number::decimal::Decimal;
use crate::value::number::{Num, make_big};
use crate::value::{equal, hash, keys, lazy, list, map, order, seq, set, string, vector};
use crate::word::Word;
use num_bigint::BigInt;
use proptest::prelude::*;
use std::cmp::Ordering;

/// A description from which equal values can be made in several ways.
#[derive(Clone, Debug)]
enum Shape {
    Int(i64),
    Double(i64),
    Text(String),
    Keyword(String),
    Nil,
    Sequence(Vec<Shape>),
    Map(Vec<(Shape, Shape)>),
    Set(Vec<Shape>),
}

fn shapes() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        (-5..5i64).prop_map(Shape::Int),
        (-3..3i64).prop_map(Shape::Double),
        "[a-c]{0,2}".prop_map(Shape::Text),
        "[a-c]{1,2}".prop_map(Shape::Keyword),
        Just(Shape::Nil),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Shape::Sequence),
            prop::collection::vec((inner.clone(), inner.clone()), 0..5).prop_map(Shape::Map),
            prop::collection::vec(inner, 0..5).prop_map(Shape::Set),
        ]
    })
}

/// Makes a value; `way` chooses among the types and orders that are all equal.
fn build(heap: &mut Heap, shape: &Shape, way: &mut u64) -> Word {
    *way = way.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    let choice = *way >> 40;
    match shape {
        Shape::Int(n) if choice.is_multiple_of(3) => make_big(heap, &BigInt::from(*n)),
        Shape::Int(n) => int(*n),
        Shape::Double(0) if choice.is_multiple_of(2) => Word::double(-0.0),
        Shape::Double(n) => Word::double(*n as f64),
        Shape::Text(text) => string::make_string(heap, text),
        Shape::Keyword(name) => string::make_keyword(heap, Some("n"), name),
        Shape::Nil => Word::NIL,
        Shape::Sequence(items) => {
            let words: Vec<Word> = items.iter().map(|item| build(heap, item, way)).collect();
            match choice % 4 {
                0 => list::make(heap, &words),
                1 => {
                    let value = list::make(heap, &words);
                    let value = seq::seq(heap, value).unwrap();
                    lazy::make_realized(heap, value, Word::NIL)
                }
                2 => words.iter().rev().fold(Word::EMPTY_LIST, |rest, &word| {
                    seq::cons(heap, word, rest).unwrap()
                }),
                _ => vector::make(heap, &words),
            }
        }
        Shape::Map(pairs) => {
            // Later entries of an equal key lose, whatever the order they are put in.
            let mut chosen: Vec<(Word, Word)> = Vec::new();
            for (k, v) in pairs {
                let (k, v) = (build(heap, k, way), build(heap, v, way));
                if !chosen.iter().any(|&(other, _)| slow_equal(heap, other, k)) {
                    chosen.push((k, v));
                }
            }
            if choice.is_multiple_of(2) {
                chosen.reverse();
            }
            let mut value = map::empty(heap, Word::NIL);
            if choice.is_multiple_of(3) {
                // Through a hash map and back to a few entries.
                for n in 100..110 {
                    value = map::assoc(heap, value, int(n), Word::NIL).unwrap();
                }
            }
            for (k, v) in chosen {
                value = map::assoc(heap, value, k, v).unwrap();
            }
            for n in 100..110 {
                value = map::dissoc(heap, value, int(n)).unwrap();
            }
            value
        }
        Shape::Set(items) => {
            let mut value = set::empty(heap, Word::NIL);
            let mut words: Vec<Word> = items.iter().map(|item| build(heap, item, way)).collect();
            if choice.is_multiple_of(2) {
                words.reverse();
            }
            for word in words {
                value = set::conj(heap, value, word).unwrap();
            }
            value
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn equal_values_have_equal_hashes(shape in shapes(), other in shapes(), way in any::<u64>()) {
        let heap = &mut heap();
        let (mut x, mut y) = (way, !way);
        let a = build(heap, &shape, &mut x);
        let b = build(heap, &shape, &mut y);
        prop_assert!(slow_equal(heap, a, b));
        prop_assert_eq!(equal::equal(heap, a, b), Ok(true));
        prop_assert_eq!(slow_hash(heap, a), slow_hash(heap, b));
        prop_assert_eq!(hash::of_value(heap, a), hash::of_key(heap, b));
        let c = build(heap, &other, &mut x);
        let same = slow_equal(heap, a, c);
        prop_assert_eq!(slow_equal(heap, c, a), same);
        prop_assert_eq!(slow_equal(heap, b, c), same);
        if same {
            prop_assert_eq!(slow_hash(heap, a), slow_hash(heap, c));
        } else {
            // No law, but a hash that fails it in so small a space is no hash.
            prop_assert_ne!(slow_hash(heap, a), slow_hash(heap, c));
        }
    }
}

#[test]
fn categories_of_numbers_differ() {
    let heap = &mut heap();
    let decimal = |heap: &mut Heap, unscaled: i64, scale| {
        Num::Decimal(Decimal {
            unscaled: BigInt::from(unscaled),
            scale,
        })
        .make(heap)
    };
    let one = [
        int(1),
        Word::double(1.0),
        decimal(heap, 1, 0),
        Num::Ratio(BigInt::from(1), BigInt::from(2)).make(heap),
    ];
    for (i, &a) in one.iter().enumerate() {
        for (j, &b) in one.iter().enumerate() {
            assert_eq!(equal::equal(heap, a, b), Ok(i == j), "{i} {j}");
        }
    }
    let (a, b) = (decimal(heap, 100, 2), decimal(heap, 1, 0));
    assert_eq!(equal::equal(heap, a, b), Ok(true));
    assert_eq!(hash::of_value(heap, a), hash::of_value(heap, b));
    let nan = Word::double(f64::NAN);
    assert_eq!(equal::equal(heap, nan, nan), Ok(false));
    let v = vector::make(heap, &[nan]);
    let w = vector::make(heap, &[nan]);
    assert_eq!(equal::equal(heap, v, v), Ok(true));
    assert_eq!(equal::equal(heap, v, w), Ok(false));
}

#[test]
fn integers_beyond_the_immediate_range_agree_with_arbitrary_ones() {
    let heap = &mut heap();
    for value in [i64::MIN, i64::MAX, 1 << 47, -(1 << 47) - 1] {
        let boxed = heap.make(Kind::Int, 0, 0, &[value as u64], &[]);
        let big = make_big(heap, &BigInt::from(value));
        assert_eq!(equal::equal(heap, boxed, big), Ok(true));
        assert_eq!(hash::of_value(heap, boxed), hash::of_value(heap, big));
    }
}

#[test]
fn the_empty_sequences_are_equal_and_differ_from_nil() {
    let heap = &mut heap();
    let v = vector::make(heap, &[]);
    let l = lazy::make_realized(heap, Word::NIL, Word::NIL);
    let listed = list::empty(heap, v);
    for a in [v, l, listed, Word::EMPTY_LIST] {
        for b in [v, l, listed, Word::EMPTY_LIST] {
            assert_eq!(equal::equal(heap, a, b), Ok(true));
            assert_eq!(hash::of_value(heap, a), hash::of_value(heap, b));
        }
        assert_eq!(equal::equal(heap, a, Word::NIL), Ok(false));
        let s = set::empty(heap, Word::NIL);
        assert_eq!(equal::equal(heap, a, s), Ok(false));
    }
}

#[test]
fn an_unrealized_cell_is_asked_for() {
    let heap = &mut heap();
    let cell = lazy::make(heap, Word::NIL);
    let v = vector::make(heap, &[]);
    assert_eq!(equal::equal(heap, cell, v), Err(Trap::Slow("=*slow")));
    assert_eq!(hash::of_value(heap, cell), Err(Trap::Slow("hash*slow")));
    assert_eq!(hash::of_key(heap, cell), Err(Trap::Force(cell)));
    let m = map::from_pairs(heap, &[v, int(1)]).unwrap();
    assert_eq!(map::get(heap, m, cell), Err(Trap::Force(cell)));
    assert!(slow_equal(heap, cell, v));
    assert_eq!(map::get(heap, m, cell), Ok(Some(int(1))));
}

#[test]
fn what_many_ways_lead_to_is_hashed_once() {
    let heap = &mut heap();
    let mut doubled = || {
        let end = int(7);
        (0..100).fold(end, |part, _| vector::make(heap, &[part, part]))
    };
    let (one, other) = (doubled(), doubled());
    let hash = slow_hash(heap, one);
    assert_eq!(slow_hash(heap, other), hash);
    // Other ways to the same contents: a list keeps its hash, a small vector does not.
    let inner = heap.word(one, 1);
    let listed = list::make(heap, &[inner, inner]);
    assert_eq!(slow_hash(heap, listed), hash);
    assert_ne!(slow_hash(heap, inner), hash);
}

#[test]
fn a_large_key_is_left_to_the_library_whatever_it_is() {
    let heap = &mut heap();
    let ones: Vec<Word> = (0..40_000).map(int).collect();
    let range = seq::make_range(heap, 0, 40_000, 1);
    let vector = vector::make(heap, &ones);
    let cell = lazy::make(heap, Word::NIL);
    let nine: Vec<Word> = (0..18).map(int).collect();
    let m = map::from_pairs(heap, &nine).unwrap();
    for key in [range, vector, cell] {
        let found = handing_over(heap, |heap| map::get(heap, m, key));
        assert_eq!(found, Err(Trap::HashKey(key)));
    }
    // A small map compares without hashing.
    let m = map::from_pairs(heap, &[vector, int(1)]).unwrap();
    let found = handing_over(heap, |heap| map::get(heap, m, cell));
    assert_eq!(found, Err(Trap::CompareKeys(vector, cell)));
    // What the library finds out goes with its next call, and is used until the instruction succeeds.
    keys::know_hash(heap, range, 7);
    keys::know_equal(heap, range, vector, true);
    let carried = keys::carried(heap);
    heap.keys = Keys::default();
    keys::know(heap, carried).unwrap();
    assert_eq!(keys::known_equal(heap, range, vector), Some(true));
    assert_eq!(handing_over(heap, |heap| hash::of_key(heap, range)), Ok(7));
    assert_eq!(keys::known_hash(heap, range), None);
    assert_eq!(keys::known_equal(heap, range, vector), None);
    assert!(keys::know(heap, vector).is_err());
}

#[test]
fn keys_that_are_collections_are_found_among_colliding_ones() {
    let heap = &mut heap();
    // Vectors of colliding functions collide; the search in the collision node goes by content.
    let functions: Vec<Word> = (0..12).map(|n| function(heap, n)).collect();
    let keys: Vec<Word> = functions
        .iter()
        .map(|&f| vector::make(heap, &[f, f]))
        .collect();
    let make = |heap: &mut Heap, backwards: bool| {
        let mut value = map::empty(heap, Word::NIL);
        let mut indices: Vec<usize> = (0..keys.len()).collect();
        if backwards {
            indices.reverse();
        }
        for n in indices {
            value = map::assoc(heap, value, keys[n], int(n as i64)).unwrap();
        }
        value
    };
    let (a, b) = (make(heap, false), make(heap, true));
    assert!(slow_equal(heap, a, b));
    assert_eq!(slow_hash(heap, a), slow_hash(heap, b));
    let c = map::assoc(heap, b, keys[5], int(50)).unwrap();
    assert!(!slow_equal(heap, a, c));
    for (n, &key) in keys.iter().enumerate() {
        assert_eq!(map::get(heap, a, key), Ok(Some(int(n as i64))));
    }
    // Small maps with collections as keys, in other orders.
    let few: Vec<Word> = keys[..4].iter().flat_map(|&key| [key, int(1)]).collect();
    let mut turned = few.clone();
    turned.rotate_left(4);
    let (a, b) = (
        map::from_pairs(heap, &few).unwrap(),
        map::from_pairs(heap, &turned).unwrap(),
    );
    assert_eq!(equal::equal(heap, a, b), Ok(true));
}

#[test]
fn hashes_stay_what_they_are() {
    // Iteration orders, stored and printed, follow from these: they never change.
    let heap = &mut heap();
    let text = string::make_string(heap, "hello");
    let keyword = string::make_keyword(heap, Some("a"), "b");
    let v = vector::make(heap, &[int(1), text]);
    let m = map::from_pairs(heap, &[keyword, v]).unwrap();
    let s = set::from_words(heap, &[int(1), int(2)]).unwrap();
    let hashes: Vec<u64> = [
        int(0),
        int(1),
        Word::NIL,
        Word::TRUE,
        Word::double(1.5),
        Word::char('a'),
        text,
        keyword,
        v,
        m,
        s,
    ]
    .into_iter()
    .map(|value| hash::of_value(heap, value).unwrap())
    .collect();
    assert_eq!(hashes, HASHES);
}

const HASHES: [u64; 11] = [
    16_294_208_416_658_607_535,
    10_451_216_379_200_822_465,
    14_786_528_024_156_329_354,
    10_419_877_702_876_790_724,
    10_768_937_380_454_152_643,
    14_607_733_298_452_033_097,
    17_399_933_988_412_720_232,
    18_248_314_263_026_304_642,
    14_624_496_380_391_590_893,
    2_352_483_737_871_894_807,
    2_668_810_378_403_796_835,
];

#[test]
fn order_is_by_value_within_a_type() {
    let heap = &mut heap();
    let text = |heap: &mut Heap, s| string::make_string(heap, s);
    let (a, b) = (text(heap, "a"), text(heap, "b"));
    assert_eq!(order::compare(heap, a, b), Ok(Ordering::Less));
    assert_eq!(order::compare(heap, Word::NIL, a), Ok(Ordering::Less));
    assert_eq!(
        order::compare(heap, Word::double(1.5), int(1)),
        Ok(Ordering::Greater)
    );
    let plain = string::make_keyword(heap, None, "z");
    let spaced = string::make_keyword(heap, Some("a"), "a");
    assert_eq!(order::compare(heap, plain, spaced), Ok(Ordering::Less));
    let short = vector::make(heap, &ints([9]));
    let long = vector::make(heap, &ints([1, 2]));
    let longer = vector::make(heap, &ints([1, 3]));
    assert_eq!(order::compare(heap, short, long), Ok(Ordering::Less));
    assert_eq!(order::compare(heap, longer, long), Ok(Ordering::Greater));
    assert_eq!(order::compare(heap, long, long), Ok(Ordering::Equal));
    let result = order::compare(heap, a, int(1));
    assert_eq!(super::error_kind(heap, result), "type");
    let listed = list::make(heap, &[a]);
    let result = order::compare(heap, listed, a);
    assert_eq!(super::error_kind(heap, result), "type");
}

#[test]
fn equal_keywords_are_identical() {
    let heap = &mut heap();
    let a = string::make_keyword(heap, None, "a");
    let b = string::make_keyword(heap, None, "a");
    let c = string::make_keyword(heap, Some("a"), "a");
    assert!(equal::identical(heap, a, b) && !equal::identical(heap, a, c));
    let (x, y) = (
        string::make_string(heap, "a"),
        string::make_string(heap, "a"),
    );
    assert!(!equal::identical(heap, x, y));
}
