//! Natives of collections and sequences. What they do is in [`crate::value`].

use super::{Native, NativeCall};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::Kind;
use crate::value::error::{bad_argument, wrong_type};
use crate::value::fault::Fault;
use crate::value::keys::{self, handing_over};
use crate::value::number::{make_int, try_int};
use crate::value::{collection, list, meta, queue, record, seq, sort, transient, vector};
use crate::word::Word;

/// A native that looks for a key.
macro_rules! of_keys {
    ($name:literal, 2, $op:expr) => {
        Native::new($name, 2, 2, |call| {
            let op: fn(&mut Heap, Word, Word) -> NativeResult = $op;
            handing_over(call.heap, |heap| op(heap, call.args[0], call.args[1]))
        })
    };
    ($name:literal, 3, $op:expr) => {
        Native::new($name, 3, 3, |call| {
            let op: fn(&mut Heap, Word, Word, Word) -> NativeResult = $op;
            handing_over(call.heap, |heap| {
                op(heap, call.args[0], call.args[1], call.args[2])
            })
        })
    };
}

/// A native that is a function of one, two or three values.
macro_rules! of {
    ($name:literal, 1, $op:expr) => {
        Native::new($name, 1, 1, |call| {
            let op: fn(&mut Heap, Word) -> NativeResult = $op;
            op(call.heap, call.args[0])
        })
    };
    ($name:literal, 2, $op:expr) => {
        Native::new($name, 2, 2, |call| {
            let op: fn(&mut Heap, Word, Word) -> NativeResult = $op;
            op(call.heap, call.args[0], call.args[1])
        })
    };
    ($name:literal, 3, $op:expr) => {
        Native::new($name, 3, 3, |call| {
            let op: fn(&mut Heap, Word, Word, Word) -> NativeResult = $op;
            op(call.heap, call.args[0], call.args[1], call.args[2])
        })
    };
}

fn get(call: &mut NativeCall<'_>) -> NativeResult {
    let default = call.args.get(2).copied().unwrap_or(Word::NIL);
    handing_over(call.heap, |heap| {
        collection::get(heap, call.args[0], call.args[1], default)
    })
}

fn nth(call: &mut NativeCall<'_>) -> NativeResult {
    match *call.args {
        [collection, index] => collection::nth(call.heap, collection, index),
        _ => collection::nth_or(call.heap, call.args[0], call.args[1], Some(call.args[2])),
    }
}

fn entry_part(heap: &mut Heap, entry: Word, index: u32) -> NativeResult {
    if !vector::is_entry(heap, entry) {
        return Err(wrong_type(heap, entry, "a map entry"));
    }
    Ok(heap.word(entry, index))
}

fn list_of(heap: &mut Heap, vector: Word) -> NativeResult {
    if !vector::is_vector(heap, vector) {
        return Err(wrong_type(heap, vector, "a vector"));
    }
    let words = vector::elements(heap, vector);
    Ok(list::make(heap, &words))
}

/// Marks the array that a fused sequence is: how its elements are made, by what function or number, and
/// of what collection. Only `reduce` and what calls it meet one.
const FUSED: u16 = 0x100;

fn is_fused(heap: &Heap, x: Word) -> bool {
    heap.kind_of(x) == Some(Kind::Array) && heap.header(x).aux() == FUSED
}

fn int_range(heap: &mut Heap, start: Word, end: Word, step: Word) -> NativeResult {
    let mut parts = [0; 3];
    for (part, word) in parts.iter_mut().zip([start, end, step]) {
        *part = match try_int(heap, word) {
            Some(integer) => integer,
            None => return Err(wrong_type(heap, word, "a 64-bit integer")),
        };
    }
    let [start, end, step] = parts;
    if step == 0 {
        return Err(bad_argument(
            heap,
            "the step of a range is not 0",
            Word::small(0),
        ));
    }
    Ok(seq::make_range(heap, start, end, step))
}

fn range_part(heap: &mut Heap, range: Word, part: fn((i64, i64, i64)) -> i64) -> NativeResult {
    if heap.kind_of(range) != Some(Kind::Range) {
        return Err(wrong_type(heap, range, "a range of integers"));
    }
    let parts = seq::range_parts(heap, range);
    Ok(make_int(heap, part(parts)))
}

/// The natives of this family.
pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/type*", 2, 4, |call| {
        let is = |mark: usize| call.args.get(mark).is_some_and(|mark| mark.is_truthy());
        let (itself, records) = (is(2), is(3));
        record::make_type(call.heap, call.args[0], call.args[1], itself, records)
    }),
    of!("ox.core/record*", 2, record::make_record),
    of!("ox.core/instance*", 2, record::make_instance),
    of!("ox.core/field*", 2, record::field),
    of!(
        "ox.core/type-symbol",
        1,
        |heap, of| match heap.kind_of(of) {
            Some(Kind::Type) => Ok(heap.word(of, 1)),
            _ => Err(wrong_type(heap, of, "a type")),
        }
    ),
    of!(
        "ox.core/type-fields",
        1,
        |heap, of| match heap.kind_of(of) {
            Some(Kind::Type) => Ok(heap.word(of, 2)),
            _ => Err(wrong_type(heap, of, "a type")),
        }
    ),
    of!("ox.core/seq", 1, |heap, x| {
        seq::or_by_type(heap, x, "seq*slow", seq::seq)
    }),
    of!("ox.core/first", 1, |heap, x| {
        seq::or_by_type(heap, x, "first*slow", seq::first)
    }),
    of!("ox.core/next", 1, |heap, x| {
        seq::or_by_type(heap, x, "next*slow", seq::next)
    }),
    of!("ox.core/rest", 1, |heap, x| {
        seq::or_by_type(heap, x, "rest*slow", seq::rest)
    }),
    of!("ox.core/cons", 2, seq::cons_or_by_type),
    Native::new("ox.core/nth", 2, 3, nth),
    of!("ox.core/count", 1, collection::count),
    Native::new("ox.core/get", 2, 3, get),
    of_keys!("ox.core/contains?", 2, |heap, coll, key| {
        collection::contains(heap, coll, key).map(Word::bool)
    }),
    of_keys!("ox.core/find", 2, collection::find),
    of!("ox.core/key", 1, |heap, entry| entry_part(heap, entry, 1)),
    of!("ox.core/val", 1, |heap, entry| entry_part(heap, entry, 2)),
    of!("ox.core/map-entry", 2, |heap, key, value| Ok(
        vector::make_entry(heap, key, value)
    )),
    of_keys!("ox.core/conj*", 2, collection::conj),
    of_keys!("ox.core/assoc*", 3, collection::assoc),
    of_keys!("ox.core/dissoc*", 2, collection::dissoc),
    of_keys!("ox.core/disj*", 2, collection::disj),
    of!("ox.core/peek", 1, collection::peek),
    of!("ox.core/pop", 1, collection::pop),
    Native::new("ox.core/subvec", 2, 3, |call| {
        collection::subvec(
            call.heap,
            call.args[0],
            call.args[1],
            call.args.get(2).copied(),
        )
    }),
    Native::new("ox.core/sort*", 2, 2, |call| {
        let (vector, mode) = (call.args[0], call.args[1]);
        if !vector::is_vector(call.heap, vector) {
            return Err(wrong_type(call.heap, vector, "a vector"));
        }
        sort::sort(call.heap, vector, mode, &mut call.fiber.fuel_spent)
    }),
    Native::new("ox.core/fuse", 3, 3, |call| {
        Ok(call.heap.make(Kind::Array, 0, FUSED, &[], call.args))
    }),
    of!("ox.core/fused?", 1, |heap, x| Ok(Word::bool(is_fused(
        heap, x
    )))),
    of!("ox.core/fused-part", 2, |heap, fused, index| {
        match index.as_small() {
            Some(index @ 0..=2) if is_fused(heap, fused) => Ok(heap.word(fused, 1 + index as u32)),
            _ => Err(wrong_type(heap, fused, "a fused sequence")),
        }
    }),
    // Of images whose library compared keys without what is known of others.
    Native::new("ox.core/keys-are", 3, 3, |call| {
        let equal = call.args[2].is_truthy();
        keys::know_equal(call.heap, call.args[0], call.args[1], equal);
        Ok(Word::NIL)
    }),
    Native::new("ox.core/key-hashed", 3, 3, |call| {
        let [key, hash, known] = [call.args[0], call.args[1], call.args[2]];
        let Some(hash) = try_int(call.heap, hash) else {
            return Err(wrong_type(call.heap, hash, "a hash"));
        };
        keys::know(call.heap, known)?;
        keys::know_hash(call.heap, key, hash as u64);
        Ok(Word::NIL)
    }),
    Native::new("ox.core/keys-compared", 4, 4, |call| {
        let [a, b, equal, known] = [call.args[0], call.args[1], call.args[2], call.args[3]];
        keys::know(call.heap, known)?;
        keys::know_equal(call.heap, a, b, equal.is_truthy());
        Ok(Word::NIL)
    }),
    of!(
        "ox.core/empty",
        1,
        |heap, coll| match record::is_record(heap, coll) {
            true => Err(Fault::new("unsupported", "there is no empty record").trap(heap)),
            false if heap.kind_of(coll) == Some(Kind::Instance) => Err(Trap::Slow("empty*slow")),
            false => Ok(collection::empty(heap, coll)),
        }
    ),
    Native::new("ox.core/empty-queue", 0, 0, |call| {
        Ok(queue::empty(call.heap, Word::NIL))
    }),
    of!("ox.core/list-of", 1, list_of),
    of!("ox.core/chunk", 1, |heap, sequence| Ok(seq::chunk(
        heap, sequence
    ))),
    of!("ox.core/chunk-next", 1, |heap, sequence| Ok(
        seq::chunk_next(heap, sequence)
    )),
    of!("ox.core/int-range", 3, int_range),
    of!("ox.core/range-start", 1, |heap, range| range_part(
        heap,
        range,
        |(start, _, _)| start
    )),
    of!("ox.core/range-end", 1, |heap, range| range_part(
        heap,
        range,
        |(_, end, _)| end
    )),
    of!("ox.core/range-step", 1, |heap, range| range_part(
        heap,
        range,
        |(_, _, step)| step
    )),
    of!("ox.core/transient", 1, transient::make),
    of!("ox.core/persistent!", 1, transient::persistent),
    of_keys!("ox.core/conj!*", 2, transient::conj),
    of_keys!("ox.core/assoc!*", 3, transient::assoc),
    of_keys!("ox.core/dissoc!*", 2, transient::dissoc),
    of_keys!("ox.core/disj!*", 2, transient::disj),
    of!("ox.core/pop!", 1, transient::pop),
    of!("ox.core/meta", 1, |heap, x| match heap.kind_of(x) {
        Some(Kind::Instance) => Err(Trap::Slow("meta*slow")),
        _ => Ok(meta::get(heap, x)),
    }),
    of!("ox.core/with-meta", 2, meta::with),
    of!("ox.core/reduced", 1, |heap, x| Ok(heap.make(
        Kind::Reduced,
        0,
        0,
        &[],
        &[x]
    ))),
];
