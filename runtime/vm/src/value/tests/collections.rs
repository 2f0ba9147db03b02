//! Vectors, maps, sets and their transients against models of the standard library.

use super::{error_kind, function, heap, int, ints, to_ints};
use crate::heap::Heap;
use crate::object::Kind;
use crate::value::trie;
use crate::value::{collection, equal, hash, map, meta, set, transient, vector};
use crate::word::Word;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
enum VectorOp {
    Push(i64),
    Pop,
    Set(usize, i64),
}

fn vector_ops() -> impl Strategy<Value = Vec<VectorOp>> {
    let op = prop_oneof![
        6 => (0..1000i64).prop_map(VectorOp::Push),
        2 => Just(VectorOp::Pop),
        2 => (any::<usize>(), 0..1000i64).prop_map(|(at, x)| VectorOp::Set(at, x)),
    ];
    prop::collection::vec(op, 0..300)
}

/// Sizes around every change of shape.
fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![0..80usize, 1000..1100usize, 32_750..32_850usize]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_vector_is_as_its_model(size in sizes(), ops in vector_ops(), transient_too in any::<bool>()) {
        let heap = &mut heap();
        let mut model: Vec<i64> = (0..size as i64).collect();
        let words = ints(model.iter().copied());
        let mut value = vector::make(heap, &words);
        let original = value;
        let before = model.clone();
        if transient_too {
            value = transient::make(heap, value).unwrap();
        }
        for op in ops {
            match op {
                VectorOp::Push(x) => {
                    model.push(x);
                    value = if transient_too { transient::conj(heap, value, int(x)).unwrap() } else { vector::push(heap, value, int(x)) };
                }
                VectorOp::Pop if model.is_empty() => {
                    let result = if transient_too { transient::pop(heap, value) } else { collection::pop(heap, value) };
                    prop_assert_eq!(error_kind(heap, result), "state");
                }
                VectorOp::Pop => {
                    model.pop();
                    value = if transient_too { transient::pop(heap, value).unwrap() } else { collection::pop(heap, value).unwrap() };
                }
                VectorOp::Set(at, x) => {
                    let at = at % (model.len() + 1);
                    if at == model.len() { model.push(x) } else { model[at] = x }
                    value = if transient_too {
                        transient::assoc(heap, value, int(at as i64), int(x)).unwrap()
                    } else {
                        collection::assoc(heap, value, int(at as i64), int(x)).unwrap()
                    };
                }
            }
        }
        if transient_too {
            prop_assert_eq!(transient::count(heap, value), model.len());
            let used = value;
            value = transient::persistent(heap, value).unwrap();
            let again = transient::conj(heap, used, int(1));
            prop_assert_eq!(error_kind(heap, again), "state");
        }
        prop_assert_eq!(to_ints(heap, value), model.clone());
        prop_assert_eq!(to_ints(heap, original), before);
        // The same contents made at once are equal, of the same kind, and hash alike.
        let words = ints(model.iter().copied());
        let fresh = vector::make(heap, &words);
        prop_assert_eq!(heap.kind_of(fresh), heap.kind_of(value));
        prop_assert!(super::slow_equal(heap, fresh, value));
        prop_assert_eq!(super::slow_hash(heap, fresh), super::slow_hash(heap, value));
        for (index, &x) in model.iter().enumerate().step_by(7) {
            prop_assert_eq!(collection::nth(heap, value, int(index as i64)).unwrap(), int(x));
        }
        let beyond = collection::nth(heap, value, int(model.len() as i64));
        prop_assert_eq!(error_kind(heap, beyond), "index");
    }
}

/// The trie of a hash map or set as text: equal for equal structure.
fn structure(heap: &Heap, node: Word, out: &mut String) {
    use std::fmt::Write as _;
    if node.is_nil() {
        out.push_str("nil");
        return;
    }
    let object = heap.object(node);
    let (entries_end, children_end) = trie::bounds(object);
    write!(out, "({:?} {:x}", object.kind(), object.raw(1)).unwrap();
    for index in 2..entries_end {
        let word = object.word(index as usize);
        match heap.kind_of(word) {
            Some(Kind::Function) => write!(out, " f{}", heap.object(word).raw(1)).unwrap(),
            _ => write!(out, " {word:?}").unwrap(),
        }
    }
    for index in entries_end..children_end {
        out.push(' ');
        structure(heap, object.word(index as usize), out);
    }
    out.push(')');
}

fn structure_of(heap: &Heap, collection: Word) -> String {
    let mut out = String::new();
    structure(heap, heap.word(collection, 3), &mut out);
    out
}

/// Keys of a model: small integers, and functions, which all collide.
fn key(heap: &mut Heap, functions: &[Word], k: i64) -> Word {
    if k % 5 == 0 && !functions.is_empty() {
        functions[(k / 5) as usize % functions.len()]
    } else {
        let _ = heap;
        int(k)
    }
}

fn shuffle<T>(items: &mut [T], mut seed: u64) {
    for index in (1..items.len()).rev() {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        items.swap(index, (seed >> 33) as usize % (index + 1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_map_is_as_its_model(
        ops in prop::collection::vec((0..120i64, prop::option::weighted(0.7, 0..10i64)), 0..400),
        seed in any::<u64>(),
        edit in any::<bool>(),
    ) {
        let heap = &mut heap();
        let functions: Vec<Word> = (0..24).map(|n| function(heap, n)).collect();
        let mut model: BTreeMap<Word, Word> = BTreeMap::new();
        let mut value = map::empty(heap, Word::NIL);
        if edit {
            value = transient::make(heap, value).unwrap();
        }
        for (k, v) in ops {
            let k = key(heap, &functions, k);
            value = match v {
                Some(v) => {
                    model.insert(k, int(v));
                    if edit { transient::assoc(heap, value, k, int(v)).unwrap() } else { map::assoc(heap, value, k, int(v)).unwrap() }
                }
                None => {
                    model.remove(&k);
                    if edit { transient::dissoc(heap, value, k).unwrap() } else { map::dissoc(heap, value, k).unwrap() }
                }
            };
        }
        if edit {
            prop_assert_eq!(transient::count(heap, value), model.len());
            value = transient::persistent(heap, value).unwrap();
        }
        prop_assert_eq!(map::count(heap.object(value)), model.len());
        let entries: BTreeMap<Word, Word> =
            map::entries(heap, value).chunks(2).map(|pair| (pair[0], pair[1])).collect();
        prop_assert_eq!(&entries, &model);
        for k in 0..120 {
            let k = key(heap, &functions, k);
            prop_assert_eq!(map::get(heap, value, k).unwrap(), model.get(&k).copied());
        }
        // Other orders of insertion give an equal map, hash, and (as a trie) the same nodes.
        let mut pairs: Vec<_> = model.iter().map(|(&k, &v)| (k, v)).collect();
        shuffle(&mut pairs, seed);
        let mut other = map::empty(heap, Word::NIL);
        for &(k, v) in &pairs {
            other = map::assoc(heap, other, k, v).unwrap();
        }
        prop_assert!(super::slow_equal(heap, value, other));
        prop_assert!(equal::equal(heap, other, value).unwrap_or(true));
        prop_assert_eq!(super::slow_hash(heap, value), super::slow_hash(heap, other));
        if heap.kind_of(value) == Some(Kind::Map) && heap.kind_of(other) == Some(Kind::Map) {
            prop_assert_eq!(structure_of(heap, value), structure_of(heap, other));
            prop_assert_eq!(map::entries(heap, value), map::entries(heap, other));
        }
        // Down to nothing.
        shuffle(&mut pairs, seed ^ 1);
        for (k, _) in pairs {
            other = map::dissoc(heap, other, k).unwrap();
        }
        prop_assert_eq!(map::count(heap.object(other)), 0);
        prop_assert_eq!(map::entries(heap, other), vec![]);
    }

    #[test]
    fn a_set_is_as_its_model(ops in prop::collection::vec((0..120i64, any::<bool>()), 0..400), seed in any::<u64>(), edit in any::<bool>()) {
        let heap = &mut heap();
        let functions: Vec<Word> = (0..24).map(|n| function(heap, n)).collect();
        let mut model = BTreeSet::new();
        let mut value = set::empty(heap, Word::NIL);
        if edit {
            value = transient::make(heap, value).unwrap();
        }
        for (k, add) in ops {
            let k = key(heap, &functions, k);
            value = match (add, edit) {
                (true, false) => set::conj(heap, value, k).unwrap(),
                (true, true) => transient::conj(heap, value, k).unwrap(),
                (false, false) => set::disj(heap, value, k).unwrap(),
                (false, true) => transient::disj(heap, value, k).unwrap(),
            };
            if add { model.insert(k); } else { model.remove(&k); }
        }
        if edit {
            value = transient::persistent(heap, value).unwrap();
        }
        let elements: BTreeSet<Word> = set::elements(heap, value).into_iter().collect();
        prop_assert_eq!(&elements, &model);
        let mut all: Vec<_> = model.iter().copied().collect();
        shuffle(&mut all, seed);
        let mut other = set::empty(heap, Word::NIL);
        for &k in &all {
            other = set::conj(heap, other, k).unwrap();
        }
        prop_assert!(super::slow_equal(heap, value, other));
        prop_assert_eq!(super::slow_hash(heap, value), super::slow_hash(heap, other));
        if heap.kind_of(value) == Some(Kind::Set) && heap.kind_of(other) == Some(Kind::Set) {
            prop_assert_eq!(structure_of(heap, value), structure_of(heap, other));
        }
        for k in 0..120 {
            let k = key(heap, &functions, k);
            prop_assert_eq!(set::get(heap, value, k).unwrap(), model.get(&k).copied());
        }
    }
}

#[test]
fn a_persistent_map_does_not_change_under_its_transient() {
    let heap = &mut heap();
    let pairs: Vec<Word> = ints((0..200).flat_map(|n| [n, n * 2]));
    let original = map::from_pairs(heap, &pairs).unwrap();
    let shape = structure_of(heap, original);
    let mut edited = transient::make(heap, original).unwrap();
    for n in 0..100 {
        edited = transient::assoc(heap, edited, int(n), int(-1)).unwrap();
        edited = transient::dissoc(heap, edited, int(n + 100)).unwrap();
        edited = transient::assoc(heap, edited, int(n + 1000), int(n)).unwrap();
    }
    let result = transient::persistent(heap, edited).unwrap();
    assert_eq!(structure_of(heap, original), shape);
    assert_eq!(map::count(heap.object(result)), 200);
    // A transient of the result must not edit the result's nodes, though they carry an owner.
    let shape = structure_of(heap, result);
    let again = transient::make(heap, result).unwrap();
    transient::assoc(heap, again, int(5), int(99)).unwrap();
    assert_eq!(structure_of(heap, result), shape);
}

#[test]
fn literals_refuse_equal_keys() {
    let heap = &mut heap();
    let twice = map::from_pairs(heap, &ints([1, 2, 1, 3]));
    assert_eq!(error_kind(heap, twice), "argument");
    let many: Vec<i64> = (0..20).flat_map(|n| [n % 19, n]).collect();
    let twice = map::from_pairs(heap, &ints(many));
    assert_eq!(error_kind(heap, twice), "argument");
    let twice = set::from_words(heap, &ints([1, 2, 1]));
    assert_eq!(error_kind(heap, twice), "argument");
}

#[test]
fn small_maps_keep_the_order_of_insertion_up_to_eight() {
    let heap = &mut heap();
    let mut value = map::empty(heap, Word::NIL);
    for n in [5, 3, 9, 1, 7, 2, 8, 0] {
        value = map::assoc(heap, value, int(n), int(n)).unwrap();
    }
    let keys: Vec<_> = map::entries(heap, value)
        .iter()
        .step_by(2)
        .map(|word| word.as_small().unwrap())
        .collect();
    assert_eq!(keys, [5, 3, 9, 1, 7, 2, 8, 0]);
    let nine = map::assoc(heap, value, int(100), int(1)).unwrap();
    assert_eq!(heap.kind_of(nine), Some(Kind::Map));
}

#[test]
fn updates_keep_metadata_and_return_what_does_not_change() {
    let heap = &mut heap();
    let m = map::from_pairs(heap, &ints([1, 2])).unwrap();
    let long: Vec<Word> = ints(0..40);
    let long_pairs: Vec<Word> = ints((0..40).flat_map(|n| [n, n]));
    let values = [
        vector::make(heap, &ints([1, 2, 3])),
        vector::make(heap, &long),
        map::from_pairs(heap, &ints([1, 2])).unwrap(),
        map::from_pairs(heap, &long_pairs).unwrap(),
    ];
    for value in values {
        let with = meta::with(heap, value, m).unwrap();
        assert_eq!(meta::get(heap, value), Word::NIL);
        assert_eq!(meta::get(heap, with), m);
        let changed = collection::assoc(heap, with, int(1), int(77)).unwrap();
        assert_eq!(meta::get(heap, changed), m);
        assert_eq!(
            collection::get(heap, changed, int(1), Word::NIL).unwrap(),
            int(77)
        );
        let cleared = collection::empty(heap, with);
        assert_eq!(meta::get(heap, cleared), m);
        let without = meta::with(heap, changed, Word::NIL).unwrap();
        assert_eq!(meta::get(heap, without), Word::NIL);
        assert!(equal::equal(heap, with, value).unwrap());
    }
    let eight = vector::make(heap, &ints(0..32));
    let eight = meta::with(heap, eight, m).unwrap();
    let grown = collection::conj(heap, eight, int(32)).unwrap();
    assert_eq!(meta::get(heap, grown), m);
    let shrunk = collection::pop(heap, grown).unwrap();
    assert_eq!(
        (meta::get(heap, shrunk), heap.kind_of(shrunk)),
        (m, Some(Kind::SmallVector))
    );
    let same = map::assoc(heap, m, int(1), int(2)).unwrap();
    assert_eq!(same, m);
    assert_eq!(map::dissoc(heap, m, int(9)).unwrap(), m);
}

#[test]
fn wrong_types_and_indices_have_their_kinds() {
    let heap = &mut heap();
    let v = vector::make(heap, &ints([1, 2]));
    let result = collection::nth(heap, v, int(2));
    assert_eq!(error_kind(heap, result), "index");
    let result = collection::assoc(heap, v, int(3), int(0));
    assert_eq!(error_kind(heap, result), "index");
    let result = collection::conj(heap, int(1), int(2));
    assert_eq!(error_kind(heap, result), "type");
    let result = collection::count(heap, int(1));
    assert_eq!(error_kind(heap, result), "type");
    let result = collection::subvec(heap, v, int(1), Some(int(3)));
    assert_eq!(error_kind(heap, result), "index");
    let result = collection::contains(heap, Word::EMPTY_LIST, int(0));
    assert_eq!(error_kind(heap, result), "type");
    assert_eq!(
        collection::get(heap, int(1), int(2), Word::TRUE).unwrap(),
        Word::TRUE
    );
    assert_eq!(collection::nth(heap, Word::NIL, int(2)).unwrap(), Word::NIL);
    assert_eq!(collection::pop(heap, Word::NIL).unwrap(), Word::NIL);
}

#[test]
fn nan_is_never_found() {
    let heap = &mut heap();
    let nan = Word::double(f64::NAN);
    let m = map::from_pairs(heap, &[nan, int(1)]).unwrap();
    assert_eq!(map::get(heap, m, nan).unwrap(), None);
    let mut large = map::from_pairs(heap, &ints((0..40).flat_map(|n| [n, n]))).unwrap();
    for _ in 0..3 {
        large = map::assoc(heap, large, nan, int(1)).unwrap();
    }
    assert_eq!(map::count(heap.object(large)), 43);
    assert_eq!(hash::of_key(heap, nan), hash::of_key(heap, nan));
}
