//! Transients: collections that one owner builds in place.
//!
//! ```text
//! vector: [serial] count-and-shift root tail      map, set: [serial] count root
//! ```
//! The root of a small transient map or set is the small map or set itself.
//!
//! # Invariants
//! - A node is edited in place only when it carries the transient's serial and is unsealed; any
//!   other node is copied first. So checkpoints need no special case, and no persistent collection
//!   ever changes.
//! - `persistent!` takes the count away: a transient without one is used up, and every operation
//!   on it is `:ox/state`.
//! - A transient vector's tail has room for 32 elements; words beyond the count are nil.

use super::error::{out_of_bounds, wrong_state, wrong_type};
use super::number::{is_integer, try_place};
use super::trie::{self, Shape};
use super::vector::{self, WIDTH};
use super::{hash, map, set};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::{FLAG_OWNED, Kind};
use crate::word::Word;

/// Where a transient's value words are.
const COUNT: u32 = 2;
const ROOT: u32 = 3;
const TAIL: u32 = 4;

fn fresh_owner(heap: &mut Heap) -> (u64, Word) {
    let serial = heap.fresh_serial();
    (serial, owner_word(serial))
}

/// A serial as the word in the nodes. Serials count objects of one process and fit 47 bits.
fn owner_word(serial: u64) -> Word {
    Word::small(i64::try_from(serial).expect("serials count up from 1"))
}

fn owner_of(heap: &Heap, transient: Word) -> Word {
    owner_word(heap.object(transient).raw(1))
}

fn sizes(count: usize, shift: u32) -> Word {
    Word::small((count as i64) | i64::from(shift) << 40)
}

fn vector_sizes(heap: &Heap, transient: Word) -> (usize, u32) {
    let sizes = heap.word(transient, COUNT).small_value();
    ((sizes & 0xff_ffff_ffff) as usize, (sizes >> 40) as u32)
}

/// Whether a word is a transient.
#[must_use]
pub fn is_transient(heap: &Heap, word: Word) -> bool {
    matches!(
        heap.kind_of(word),
        Some(Kind::TransientVector | Kind::TransientMap | Kind::TransientSet)
    )
}

/// Whether `transient` takes a value.
#[must_use]
pub fn is_editable(heap: &Heap, word: Word) -> bool {
    match heap.kind_of(word) {
        Some(Kind::SmallVector) => !vector::is_entry(heap, word),
        Some(kind) => {
            matches!(
                kind,
                Kind::Vector | Kind::SmallMap | Kind::Map | Kind::SmallSet | Kind::Set
            )
        }
        None => false,
    }
}

/// Fails for a transient that is used up.
pub(crate) fn expect_live(heap: &mut Heap, transient: Word) -> Result<(), Trap> {
    if heap.word(transient, COUNT).is_nil() {
        return Err(wrong_state(heap, "a transient was used after persistent!"));
    }
    Ok(())
}

fn expect_kind(
    heap: &mut Heap,
    word: Word,
    kind: Kind,
    expected: &'static str,
) -> Result<(), Trap> {
    if heap.kind_of(word) != Some(kind) {
        return Err(wrong_type(heap, word, expected));
    }
    expect_live(heap, word)
}

/// Number of elements of a live transient.
#[must_use]
pub fn count(heap: &Heap, transient: Word) -> usize {
    match heap.header(transient).kind() {
        Kind::TransientVector => vector_sizes(heap, transient).0,
        _ => heap.word(transient, COUNT).small_value() as usize,
    }
}

/// `(transient collection)`
///
/// # Errors
/// `:ox/type`.
pub fn make(heap: &mut Heap, collection: Word) -> NativeResult {
    if !is_editable(heap, collection) {
        return Err(wrong_type(heap, collection, "a vector, a map or a set"));
    }
    let (serial, owner) = fresh_owner(heap);
    let object = heap.object(collection);
    Ok(match object.kind() {
        Kind::SmallVector | Kind::Vector => {
            let count = vector::count(object);
            let (shift, root, tail, first) = if object.kind() == Kind::SmallVector {
                (5, Word::NIL, collection, 0)
            } else {
                let (shift, root, tail) = vector::parts(object);
                (shift, root, tail, vector::tail_start(count))
            };
            let in_tail = count - first;
            let tail = roomy_tail(heap, tail, in_tail, owner);
            heap.make(
                Kind::TransientVector,
                0,
                0,
                &[serial],
                &[sizes(count, shift), root, tail],
            )
        }
        Kind::SmallMap | Kind::SmallSet => {
            let count = Word::small(i64::from(object.header().aux()));
            let kind = if object.kind() == Kind::SmallMap {
                Kind::TransientMap
            } else {
                Kind::TransientSet
            };
            heap.make(kind, 0, 0, &[serial], &[count, collection])
        }
        _ => {
            let (count, root) = (Word::small(object.raw(1) as i64), object.word(3));
            let kind = if object.kind() == Kind::Map {
                Kind::TransientMap
            } else {
                Kind::TransientSet
            };
            heap.make(kind, 0, 0, &[serial], &[count, root])
        }
    })
}

/// A tail of the first `len` words of an object, with room for 32.
fn roomy_tail(heap: &mut Heap, source: Word, len: usize, owner: Word) -> Word {
    heap.make_from(
        Kind::VectorNode,
        FLAG_OWNED,
        0,
        WIDTH as u32 + 2,
        source,
        |old, new| {
            new[1..=len].copy_from_slice(&old[1..=len]);
            new[1 + len..=WIDTH].fill(Word::NIL.0);
            new[WIDTH + 1] = owner.0;
        },
    )
}

/// The tail, made editable.
fn own_tail(heap: &mut Heap, transient: Word, in_tail: usize) -> Word {
    let owner = owner_of(heap, transient);
    let tail = heap.word(transient, TAIL);
    if vector::is_owned(heap, tail, owner) {
        return tail;
    }
    let tail = roomy_tail(heap, tail, in_tail, owner);
    heap.write(transient, TAIL, tail);
    tail
}

/// `(persistent! transient)`
///
/// # Errors
/// `:ox/type`, `:ox/state`.
pub fn persistent(heap: &mut Heap, transient: Word) -> NativeResult {
    if !is_transient(heap, transient) {
        return Err(wrong_type(heap, transient, "a transient"));
    }
    expect_live(heap, transient)?;
    let kind = heap.header(transient).kind();
    let root = heap.word(transient, ROOT);
    let result = if kind == Kind::TransientVector {
        let (count, shift) = vector_sizes(heap, transient);
        let tail = heap.word(transient, TAIL);
        if count <= WIDTH {
            vector::small_from_node(heap, tail, count, Word::NIL)
        } else {
            vector::assemble(heap, count, shift, root, tail, Word::NIL)
        }
    } else {
        let count = heap.word(transient, COUNT).small_value() as u64;
        match heap.kind_of(root) {
            Some(Kind::SmallMap | Kind::SmallSet) if heap.header(root).has_meta() => {
                super::meta::set_on(heap, root, Word::NIL)
            }
            Some(Kind::SmallMap | Kind::SmallSet) => root,
            _ if kind == Kind::TransientMap => map::make_large(heap, count, root, Word::NIL),
            _ => set::make_large(heap, count, root, Word::NIL),
        }
    };
    heap.write(transient, COUNT, Word::NIL);
    Ok(result)
}

/// Element `index` of a live transient vector.
#[must_use]
pub fn nth(heap: &Heap, transient: Word, index: usize) -> Option<Word> {
    let (count, shift) = vector_sizes(heap, transient);
    if index >= count {
        return None;
    }
    let leaf = if index >= vector::tail_start(count) {
        heap.word(transient, TAIL)
    } else {
        vector::leaf_of(heap, heap.word(transient, ROOT), shift, index)
    };
    Some(heap.word(leaf, 1 + (index % WIDTH) as u32))
}

/// The value at a key of a transient.
///
/// # Errors
/// `:ox/state`; [`Trap::Force`].
pub fn find_value(heap: &mut Heap, transient: Word, key: Word) -> Result<Option<Word>, Trap> {
    expect_live(heap, transient)?;
    let kind = heap.header(transient).kind();
    if kind == Kind::TransientVector {
        let index = try_place(heap, key).and_then(|index| usize::try_from(index).ok());
        return Ok(index.and_then(|index| nth(heap, transient, index)));
    }
    let root = heap.word(transient, ROOT);
    match heap.kind_of(root) {
        Some(Kind::SmallMap) => map::get(heap, root, key),
        Some(Kind::SmallSet) => set::get(heap, root, key),
        _ => {
            let shape = if kind == Kind::TransientMap {
                Shape::Map
            } else {
                Shape::Set
            };
            let hash = hash::of_key(heap, key)?;
            let found = trie::find(heap, shape, root, hash, key)?;
            let offset = u32::from(shape == Shape::Map);
            Ok(found.map(|found| heap.word(found.node, found.index + offset)))
        }
    }
}

/// `(conj! transient x)`
///
/// # Errors
/// `:ox/type`, `:ox/state`, `:ox/argument`; [`Trap::Force`].
pub fn conj(heap: &mut Heap, transient: Word, x: Word) -> NativeResult {
    match heap.kind_of(transient) {
        Some(Kind::TransientVector) => {
            expect_live(heap, transient)?;
            push(heap, transient, x);
            Ok(transient)
        }
        Some(Kind::TransientSet) => {
            expect_live(heap, transient)?;
            insert(heap, transient, Shape::Set, x, Word::NIL)
        }
        Some(Kind::TransientMap) => {
            expect_live(heap, transient)?;
            if x.is_nil() {
                return Ok(transient);
            }
            if let Some((key, value)) = map::entry_of(heap, x)? {
                return insert(heap, transient, Shape::Map, key, value);
            }
            let words = match heap.kind_of(x) {
                Some(Kind::Record) => Some(super::record::entries(heap, x)),
                // What it has, its `seq` says.
                Some(Kind::Instance) => return Err(Trap::Slow("conj*slow")),
                _ => map::is_map(heap, x).then(|| map::entries(heap, x)),
            };
            let pairs = if let Some(words) = words {
                words
                    .chunks_exact(2)
                    .map(|pair| (pair[0], pair[1]))
                    .collect()
            } else {
                map::entries_of_seq(heap, x)?
            };
            for &(key, _) in &pairs {
                // Hashing may trap: before the first change.
                hash::of_key(heap, key)?;
            }
            for (key, value) in pairs {
                insert(heap, transient, Shape::Map, key, value)?;
            }
            Ok(transient)
        }
        _ => Err(wrong_type(heap, transient, "a transient")),
    }
}

fn push(heap: &mut Heap, transient: Word, x: Word) {
    let (count, shift) = vector_sizes(heap, transient);
    let in_tail = count - vector::tail_start(count);
    if in_tail < WIDTH || count == 0 {
        let tail = own_tail(heap, transient, in_tail);
        heap.edit_node(tail, 1 + in_tail as u32, x);
        heap.write(transient, COUNT, sizes(count + 1, shift));
        return;
    }
    let owner = owner_of(heap, transient);
    let (root, tail) = (heap.word(transient, ROOT), heap.word(transient, TAIL));
    let (root, shift) = vector::push_leaf(heap, root, shift, count - WIDTH, tail, Some(owner));
    let tail = heap.make_with(Kind::VectorNode, FLAG_OWNED, 0, WIDTH as u32 + 2, |words| {
        words[0] = x.0;
        words[1..WIDTH].fill(Word::NIL.0);
        words[WIDTH] = owner.0;
    });
    heap.write(transient, ROOT, root);
    heap.write(transient, TAIL, tail);
    heap.write(transient, COUNT, sizes(count + 1, shift));
}

fn insert(heap: &mut Heap, transient: Word, shape: Shape, key: Word, value: Word) -> NativeResult {
    let owner = owner_of(heap, transient);
    let mut root = heap.word(transient, ROOT);
    let count = heap.word(transient, COUNT).small_value();
    if matches!(heap.kind_of(root), Some(Kind::SmallMap | Kind::SmallSet)) {
        let changed = match shape {
            Shape::Map
                if (count as usize) < map::SMALL_MAX || map::find(heap, root, key)?.is_some() =>
            {
                Some(map::assoc(heap, root, key, value)?)
            }
            Shape::Set
                if (count as usize) < map::SMALL_MAX || set::get(heap, root, key)?.is_some() =>
            {
                Some(set::conj(heap, root, key)?)
            }
            _ => None,
        };
        if let Some(changed) = changed {
            let count = i64::from(heap.header(changed).aux());
            heap.write(transient, ROOT, changed);
            heap.write(transient, COUNT, Word::small(count));
            return Ok(transient);
        }
        root = match shape {
            Shape::Map => map::to_trie(heap, root, Some(owner))?,
            Shape::Set => set::to_trie(heap, root, Some(owner))?,
        };
    }
    let hash = hash::of_key(heap, key)?;
    let inserted = trie::insert(heap, shape, root, hash, key, value, Some(owner))?;
    if inserted.root != heap.word(transient, ROOT) {
        heap.write(transient, ROOT, inserted.root);
    }
    if inserted.added {
        heap.write(transient, COUNT, Word::small(count + 1));
    }
    Ok(transient)
}

/// `(assoc! transient key value)`
///
/// # Errors
/// `:ox/type`, `:ox/state`, `:ox/index`; [`Trap::Force`].
pub fn assoc(heap: &mut Heap, transient: Word, key: Word, value: Word) -> NativeResult {
    match heap.kind_of(transient) {
        Some(Kind::TransientMap) => {
            expect_live(heap, transient)?;
            insert(heap, transient, Shape::Map, key, value)
        }
        Some(Kind::TransientVector) => {
            expect_live(heap, transient)?;
            let (count, shift) = vector_sizes(heap, transient);
            let index = match try_place(heap, key).map(usize::try_from) {
                Some(Ok(index)) if index <= count => index,
                _ if is_integer(heap, key) => return Err(out_of_bounds(heap, key, count)),
                _ => return Err(wrong_type(heap, key, "an integer as index")),
            };
            if index == count {
                push(heap, transient, value);
            } else if index >= vector::tail_start(count) {
                let tail = own_tail(heap, transient, count - vector::tail_start(count));
                heap.edit_node(tail, 1 + (index % WIDTH) as u32, value);
            } else {
                let owner = owner_of(heap, transient);
                let root = heap.word(transient, ROOT);
                let changed = vector::set_in_trie(heap, root, shift, index, value, Some(owner));
                if changed != root {
                    heap.write(transient, ROOT, changed);
                }
            }
            Ok(transient)
        }
        _ => Err(wrong_type(heap, transient, "a transient map or vector")),
    }
}

fn remove(heap: &mut Heap, transient: Word, shape: Shape, key: Word) -> NativeResult {
    let root = heap.word(transient, ROOT);
    let count = heap.word(transient, COUNT).small_value();
    if matches!(heap.kind_of(root), Some(Kind::SmallMap | Kind::SmallSet)) {
        let changed = match shape {
            Shape::Map => map::dissoc(heap, root, key)?,
            Shape::Set => set::disj(heap, root, key)?,
        };
        let count = i64::from(heap.header(changed).aux());
        heap.write(transient, ROOT, changed);
        heap.write(transient, COUNT, Word::small(count));
        return Ok(transient);
    }
    let hash = hash::of_key(heap, key)?;
    let owner = owner_of(heap, transient);
    if let Some(changed) = trie::remove(heap, shape, root, hash, key, Some(owner))? {
        heap.write(transient, ROOT, changed);
        heap.write(transient, COUNT, Word::small(count - 1));
    }
    Ok(transient)
}

/// `(dissoc! transient key)`
///
/// # Errors
/// `:ox/type`, `:ox/state`; [`Trap::Force`].
pub fn dissoc(heap: &mut Heap, transient: Word, key: Word) -> NativeResult {
    expect_kind(heap, transient, Kind::TransientMap, "a transient map")?;
    remove(heap, transient, Shape::Map, key)
}

/// `(disj! transient x)`
///
/// # Errors
/// `:ox/type`, `:ox/state`; [`Trap::Force`].
pub fn disj(heap: &mut Heap, transient: Word, x: Word) -> NativeResult {
    expect_kind(heap, transient, Kind::TransientSet, "a transient set")?;
    remove(heap, transient, Shape::Set, x)
}

/// `(pop! transient)`
///
/// # Errors
/// `:ox/type`; `:ox/state` also when it is empty.
pub fn pop(heap: &mut Heap, transient: Word) -> NativeResult {
    expect_kind(heap, transient, Kind::TransientVector, "a transient vector")?;
    let (count, shift) = vector_sizes(heap, transient);
    if count == 0 {
        return Err(wrong_state(heap, "an empty vector has nothing to pop"));
    }
    let in_tail = count - vector::tail_start(count);
    if in_tail > 1 || count == 1 {
        let tail = own_tail(heap, transient, in_tail);
        heap.edit_node(tail, in_tail as u32, Word::NIL);
        heap.write(transient, COUNT, sizes(count - 1, shift));
        return Ok(transient);
    }
    // The last leaf becomes the tail.
    let owner = owner_of(heap, transient);
    let root = heap.word(transient, ROOT);
    let leaf = vector::leaf_of(heap, root, shift, count - 2);
    let tail = roomy_tail(heap, leaf, WIDTH, owner);
    let (root, shift) = vector::pop_leaf(heap, root, shift, count - 1, Some(owner));
    heap.write(transient, ROOT, root);
    heap.write(transient, TAIL, tail);
    heap.write(
        transient,
        COUNT,
        sizes(count - 1, if root.is_nil() { 5 } else { shift }),
    );
    Ok(transient)
}
