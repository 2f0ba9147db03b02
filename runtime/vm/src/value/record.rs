//! Types that programs define, and their instances.
//!
//! ```text
//! Type       name fields          a symbol, `app.core.Point`, and a vector of keywords
//! Record     type values extra    a vector in the order of the fields; a map of further entries, or nil
//! Instance   [serial] type values of `deftype` and `reify`: no collection, equal to itself alone, unless its type
//!                                says otherwise ([`says_itself`])
//! ```
//!
//! A record is a map: its fields first, in their order, then what else it was given. It equals
//! records of its own type alone. A type is its name and fields, so the same definition is the same
//! type in every image.
//!
//! # Invariants
//! - A type has at most [`FIELDS_MAX`] fields, no two of one name; a record has a value for each.
//! - No key of a record's further entries is a field.

use super::error::{bad_argument, wrong_type};
use super::{equal, map, string, vector};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::{FLAG_META, Kind, Object};
use crate::word::Word;

/// Most fields of a type.
pub const FIELDS_MAX: usize = 1_000;

const TYPE: u32 = 1;
const VALUES: u32 = 2;
const EXTRA: u32 = 3;

/// Whether a word is a record.
#[must_use]
pub fn is_record(heap: &Heap, word: Word) -> bool {
    heap.kind_of(word) == Some(Kind::Record)
}

/// The type of a record or instance.
#[must_use]
pub fn type_of(heap: &Heap, word: Word) -> Option<Word> {
    match heap.kind_of(word)? {
        Kind::Record => Some(heap.word(word, TYPE)),
        Kind::Instance => Some(heap.word(word, TYPE + 1)),
        _ => None,
    }
}

/// The name of a type as text, with its package.
#[must_use]
pub fn type_text(heap: &Heap, of: Word) -> String {
    let name = heap.word(of, 1);
    string::try_text(heap, heap.word(name, 3)).map_or_else(String::new, str::to_owned)
}

/// Marks a type whose values say themselves what they equal, what their hash is and how they compare: the library
/// is asked, which calls their methods.
const SAYS_ITSELF: u16 = 1;

/// Marks a type whose values are records. Types that were made before there was this mark have it not.
const OF_RECORDS: u16 = 2;

/// Whether a word is a type whose values are records.
#[must_use]
pub fn is_record_type(heap: &Heap, word: Word) -> bool {
    heap.kind_of(word) == Some(Kind::Type) && heap.header(word).aux() & OF_RECORDS != 0
}

/// Whether a value is of a type that says itself what its values equal, what their hash is and how they compare.
#[must_use]
#[inline]
pub fn says_itself(heap: &Heap, value: Word) -> bool {
    type_of(heap, value).is_some_and(|of| heap.header(of).aux() & SAYS_ITSELF != 0)
}

/// Whether an instance does: what equality and hashes ask. A record equals what its entries say.
#[must_use]
#[inline]
pub fn has_own_equality(heap: &Heap, value: Word) -> bool {
    heap.kind_of(value) == Some(Kind::Instance) && says_itself(heap, value)
}

/// Makes a type of its name and its fields; `itself`: its values say themselves what they equal; `records`: they are
/// records.
///
/// # Errors
/// `:ox/type` of what are no symbol and vector of keywords, `:ox/argument` of too many fields.
pub fn make_type(
    heap: &mut Heap,
    name: Word,
    fields: Word,
    itself: bool,
    records: bool,
) -> NativeResult {
    if heap.kind_of(name) != Some(Kind::Symbol) {
        return Err(wrong_type(heap, name, "a symbol"));
    }
    if !vector::is_vector(heap, fields) {
        return Err(wrong_type(heap, fields, "a vector of keywords"));
    }
    let words = vector::elements(heap, fields);
    if words.len() > FIELDS_MAX {
        return Err(bad_argument(
            heap,
            "a type has at most 1,000 fields",
            fields,
        ));
    }
    for &word in &words {
        if heap.kind_of(word) != Some(Kind::Keyword) {
            return Err(wrong_type(heap, word, "a keyword"));
        }
    }
    let itself = if itself { SAYS_ITSELF } else { 0 };
    let aux = itself | if records { OF_RECORDS } else { 0 };
    Ok(heap.make(Kind::Type, 0, aux, &[], &[name, fields]))
}

fn expect_type(heap: &mut Heap, of: Word, values: Word) -> Result<(), Trap> {
    if heap.kind_of(of) != Some(Kind::Type) {
        return Err(wrong_type(heap, of, "a type"));
    }
    let fields = heap.word(of, 2);
    let is_whole = vector::is_vector(heap, values)
        && vector::count(heap.object(values)) == vector::count(heap.object(fields));
    if is_whole {
        return Ok(());
    }
    Err(bad_argument(heap, "a value for each field", values))
}

/// Makes a record of a type and a vector of its values.
///
/// # Errors
/// `:ox/type`, `:ox/argument`.
pub fn make_record(heap: &mut Heap, of: Word, values: Word) -> NativeResult {
    expect_type(heap, of, values)?;
    Ok(with_parts(heap, of, values, Word::NIL, Word::NIL))
}

/// Makes an instance of a type and a vector of its values.
///
/// # Errors
/// `:ox/type`, `:ox/argument`.
pub fn make_instance(heap: &mut Heap, of: Word, values: Word) -> NativeResult {
    expect_type(heap, of, values)?;
    let serial = heap.fresh_serial();
    Ok(heap.make(Kind::Instance, 0, 0, &[serial], &[of, values]))
}

fn with_parts(heap: &mut Heap, of: Word, values: Word, extra: Word, meta: Word) -> Word {
    if meta.is_nil() {
        heap.make(Kind::Record, 0, 0, &[], &[of, values, extra])
    } else {
        heap.make(Kind::Record, FLAG_META, 0, &[], &[of, values, extra, meta])
    }
}

/// The value of a field of a record or instance, by number.
///
/// # Errors
/// `:ox/type` of anything else, `:ox/argument` of a field that it has not.
pub fn field(heap: &mut Heap, value: Word, index: Word) -> NativeResult {
    let values = match heap.kind_of(value) {
        Some(Kind::Record) => heap.word(value, VALUES),
        Some(Kind::Instance) => heap.word(value, VALUES + 1),
        _ => return Err(wrong_type(heap, value, "a value of a type with fields")),
    };
    let found = index
        .as_small()
        .and_then(|index| usize::try_from(index).ok())
        .and_then(|index| vector::nth(heap, values, index));
    found.ok_or_else(|| bad_argument(heap, "there is no such field", index))
}

/// What is called in place of an instance: the value of its first field, if that says so.
#[must_use]
pub fn called(heap: &Heap, value: Word) -> Option<Word> {
    if heap.kind_of(value) != Some(Kind::Instance) {
        return None;
    }
    let (of, values) = (heap.word(value, 2), heap.word(value, 3));
    let first = vector::nth(heap, heap.word(of, 2), 0)?;
    match string::try_keyword(heap, first) {
        Some((Some("ox.core"), "call")) => vector::nth(heap, values, 0),
        _ => None,
    }
}

/// The number of a type's field of this name.
#[must_use]
pub fn field_index(heap: &Heap, of: Word, key: Word) -> Option<usize> {
    let fields = heap.word(of, 2);
    let object = heap.object(fields);
    if object.kind() == Kind::SmallVector {
        let words = object.elements();
        // The same object, mostly.
        if let Some(index) = words.iter().position(|&word| word == key.0) {
            return Some(index);
        }
    }
    if heap.kind_of(key) != Some(Kind::Keyword) {
        return None;
    }
    let count = vector::count(object);
    (0..count).find(|&index| {
        vector::nth(heap, fields, index).is_some_and(|field| equal::identical(heap, field, key))
    })
}

/// The value at a key, if there is one.
///
/// # Errors
/// [`Trap::Force`] when a lazy cell in the key is unrealized.
pub fn get(heap: &mut Heap, record: Word, key: Word) -> Result<Option<Word>, Trap> {
    if let Some(index) = field_index(heap, heap.word(record, TYPE), key) {
        let values = heap.word(record, VALUES);
        return Ok(vector::nth(heap, values, index));
    }
    let extra = heap.word(record, EXTRA);
    if extra.is_nil() {
        return Ok(None);
    }
    map::get(heap, extra, key)
}

/// The record with a value at a key.
///
/// # Errors
/// [`Trap::Force`].
pub fn assoc(heap: &mut Heap, record: Word, key: Word, value: Word) -> NativeResult {
    let object = heap.object(record);
    let (of, values, extra) = parts(object);
    let meta = object.meta();
    if let Some(index) = field_index(heap, of, key) {
        let values = vector::set(heap, values, index, value);
        return Ok(with_parts(heap, of, values, extra, meta));
    }
    let extra = if extra.is_nil() {
        map::make_small(heap, &[key, value], Word::NIL)
    } else {
        map::assoc(heap, extra, key, value)?
    };
    Ok(with_parts(heap, of, values, extra, meta))
}

/// The record without a key; without a field of its type it is a plain map.
///
/// # Errors
/// [`Trap::Force`].
pub fn dissoc(heap: &mut Heap, record: Word, key: Word) -> NativeResult {
    let object = heap.object(record);
    let (of, values, extra) = parts(object);
    let meta = object.meta();
    if field_index(heap, of, key).is_some() {
        let words = entries(heap, record);
        let mut all = map::empty(heap, meta);
        for pair in words.chunks_exact(2) {
            if !equal::identical(heap, pair[0], key) {
                all = map::assoc(heap, all, pair[0], pair[1])?;
            }
        }
        return Ok(all);
    }
    if extra.is_nil() {
        return Ok(record);
    }
    let left = map::dissoc(heap, extra, key)?;
    if left == extra {
        return Ok(record);
    }
    let left = match map::count(heap.object(left)) {
        0 => Word::NIL,
        _ => left,
    };
    Ok(with_parts(heap, of, values, left, meta))
}

/// The record with other metadata, a map or nil.
pub(crate) fn with_meta(heap: &mut Heap, record: Word, meta: Word) -> Word {
    let (of, values, extra) = parts(heap.object(record));
    with_parts(heap, of, values, extra, meta)
}

/// Type, values and further entries.
pub(crate) fn parts(record: Object<'_>) -> (Word, Word, Word) {
    let part = |index: u32| record.word(index as usize);
    (part(TYPE), part(VALUES), part(EXTRA))
}

/// Number of entries.
#[must_use]
pub fn count(heap: &Heap, record: Word) -> usize {
    let (_, values, extra) = parts(heap.object(record));
    let further = heap.try_object(extra).map_or(0, map::count);
    vector::count(heap.object(values)) + further
}

/// Keys and values in turn, the fields first.
#[must_use]
pub fn entries(heap: &Heap, record: Word) -> Vec<Word> {
    let (of, values, extra) = parts(heap.object(record));
    let fields = vector::elements(heap, heap.word(of, 2));
    let values = vector::elements(heap, values);
    let mut all: Vec<Word> = fields
        .into_iter()
        .zip(values)
        .flat_map(|(k, v)| [k, v])
        .collect();
    if !extra.is_nil() {
        all.extend(map::entries(heap, extra));
    }
    all
}

/// Entries up to which they are walked in their order.
const ORDERED_MAX: usize = 8 * FIELDS_MAX;

/// The entries as a map object, for walks over them: those of a few in their order, in one object
/// that may have more than a small map has, so that no program may get it as a map.
///
/// # Errors
/// None that a program sees: the keys of a record's entries have been looked at.
pub(crate) fn as_map(heap: &mut Heap, record: Word) -> NativeResult {
    if count(heap, record) <= ORDERED_MAX {
        let words = entries(heap, record);
        return Ok(heap.make(Kind::SmallMap, 0, (words.len() / 2) as u16, &[0], &words));
    }
    let (of, values, mut all) = parts(heap.object(record));
    let fields = vector::elements(heap, heap.word(of, 2));
    for (index, field) in fields.into_iter().enumerate() {
        let value = vector::nth(heap, values, index).unwrap_or(Word::NIL);
        all = map::assoc(heap, all, field, value)?;
    }
    Ok(all)
}
