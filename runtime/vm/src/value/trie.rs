//! Hash tries of maps and sets: CHAMP (Steindorfer and Vinju, "Optimizing hash-array mapped tries
//! for fast and lean immutable JVM collections", OOPSLA 2015).
//!
//! ```text
//! node:       [entries:32 | children:32] key value … child …     (sets: element … child …)
//! collision:  [hash] key value …                                  all keys of one hash
//! ```
//!
//! # Invariants
//! - Canonical: the shape is a function of the contents alone. Entries lie as high as they can; a
//!   node below the root has at least two entries or a child; a collision node at least two
//!   entries. So two tries are equal when their nodes are, place by place (collision nodes aside).
//! - Bit `i` of `entries` (`children`) is set when the hash's five bits of this level are `i`; both
//!   lie in the order of these bits.
//! - Keys of a collision node are ordered as far as [`super::order::of_collision`] knows.
//! - A node with [`FLAG_OWNED`] has the owner's serial as its last word, which belongs to no entry.

use super::equal;
use super::hash;
use super::order;
use super::vector::is_owned;
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::{FLAG_OWNED, Kind, Object};
use crate::word::Word;
use std::cmp::Ordering;

const BITS: u32 = 5;
/// Levels of nodes; below them are collision nodes only.
const LEVELS: usize = 13;

/// Words an entry takes in objects of this kind: two in maps, one in sets.
#[inline]
pub(crate) const fn stride(kind: Kind) -> u32 {
    match kind {
        Kind::SmallMap | Kind::MapNode | Kind::MapCollision | Kind::Map => 2,
        Kind::SortedMap | Kind::SortedMapNode => 2,
        _ => 1,
    }
}

/// Word index of the first part of a node or a small map or set. Walks go through the words from there on:
/// those from 2 to where entries end are entries, all others children; in nodes of sorted collections, where the
/// first is a child, children may be nil.
#[inline]
pub(crate) const fn start(kind: Kind) -> u32 {
    match kind {
        Kind::SortedMapNode | Kind::SortedSetNode => 1,
        _ => 2,
    }
}

/// For small maps and sets, nodes and collision nodes: word index where entries end and where
/// children end. Entries start at 2. For nodes of sorted collections too, whose left child is before them.
#[inline]
pub(crate) fn bounds(object: Object<'_>) -> (u32, u32) {
    let kind = object.kind();
    match kind {
        Kind::MapNode | Kind::SetNode => {
            let (entries, children) = bitmaps(object);
            let entries_end = 2 + stride(kind) * entries.count_ones();
            (entries_end, entries_end + children.count_ones())
        }
        Kind::SmallMap | Kind::SmallSet => {
            let end = 2 + stride(kind) * u32::from(object.header().aux());
            (end, end)
        }
        Kind::SortedMapNode | Kind::SortedSetNode => {
            let end = object.header().size();
            (end - 1, end)
        }
        _ => {
            let end = object.header().size();
            (end, end)
        }
    }
}

/// Which of a node's places hold entries, and which children.
#[inline]
pub(crate) fn bitmaps(node: Object<'_>) -> (u32, u32) {
    (node.raw(1) as u32, (node.raw(1) >> 32) as u32)
}

/// The two shapes of tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Map,
    Set,
}

impl Shape {
    #[inline]
    const fn stride(self) -> usize {
        match self {
            Shape::Map => 2,
            Shape::Set => 1,
        }
    }
    #[inline]
    const fn node(self) -> Kind {
        match self {
            Shape::Map => Kind::MapNode,
            Shape::Set => Kind::SetNode,
        }
    }
    #[inline]
    const fn collision(self) -> Kind {
        match self {
            Shape::Map => Kind::MapCollision,
            Shape::Set => Kind::SetCollision,
        }
    }
}

#[inline]
const fn bit_of(hash: u64, level: usize) -> u32 {
    1 << (hash >> (level as u32 * BITS) & 31)
}

/// How many bits of a bitmap lie below a bit.
#[inline]
const fn rank(bitmap: u32, bit: u32) -> usize {
    (bitmap & (bit - 1)).count_ones() as usize
}

/// Where a key lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// The node.
    pub(crate) node: Word,
    /// Index of the key's word in it.
    pub(crate) index: u32,
}

/// Looks a key up. `root` is a node or nil.
#[inline]
pub(crate) fn find(
    heap: &mut Heap,
    shape: Shape,
    root: Word,
    hash: u64,
    key: Word,
) -> Result<Option<Found>, Trap> {
    if root.is_nil() {
        return Ok(None);
    }
    let mut node = root;
    for level in 0..LEVELS {
        let object = heap.object(node);
        let (entries, children) = bitmaps(object);
        let bit = bit_of(hash, level);
        if entries & bit != 0 {
            let index = 2 + (shape.stride() * rank(entries, bit)) as u32;
            let candidate = object.word(index as usize);
            let same = equal::keys(heap, candidate, key)?;
            return Ok(same.then_some(Found { node, index }));
        }
        if children & bit == 0 {
            return Ok(None);
        }
        let entries_end = 2 + shape.stride() * entries.count_ones() as usize;
        node = object.word(entries_end + rank(children, bit));
    }
    find_in_collision(heap, shape, node, key)
}

#[cold]
fn find_in_collision(
    heap: &mut Heap,
    shape: Shape,
    node: Word,
    key: Word,
) -> Result<Option<Found>, Trap> {
    let end = heap.header(node).size();
    let mut index = 2;
    while index < end {
        let candidate = heap.word(node, index);
        if equal::keys(heap, candidate, key)? {
            return Ok(Some(Found { node, index }));
        }
        index += shape.stride() as u32;
    }
    Ok(None)
}

/// A trie after an insertion.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inserted {
    pub(crate) root: Word,
    /// Whether the key is new.
    pub(crate) added: bool,
}

/// Puts a key with a value (of sets: nil, unused). An equal key stays and gets the new value; with
/// an identical value the root is the same. `owner` is a transient's serial as a word.
pub(crate) fn insert(
    heap: &mut Heap,
    shape: Shape,
    root: Word,
    hash: u64,
    key: Word,
    value: Word,
    owner: Option<Word>,
) -> Result<Inserted, Trap> {
    if root.is_nil() {
        let root = one_entry(heap, shape, bit_of(hash, 0), key, value, owner);
        return Ok(Inserted { root, added: true });
    }
    let mut path = [(Word::NIL, 0u32); LEVELS];
    let mut depth = 0;
    let mut node = root;
    let mut level = 0;
    let (mut changed, added) = loop {
        if level == LEVELS {
            break insert_in_collision(heap, shape, node, key, value)?;
        }
        let object = heap.object(node);
        let (entries, children) = bitmaps(object);
        let bit = bit_of(hash, level);
        if entries & bit != 0 {
            let index = 2 + (shape.stride() * rank(entries, bit)) as u32;
            let old_key = object.word(index as usize);
            let old_value = match shape {
                Shape::Map => object.word(index as usize + 1),
                Shape::Set => Word::NIL,
            };
            if equal::keys(heap, old_key, key)? {
                if shape == Shape::Set || old_value == value {
                    return Ok(Inserted { root, added: false });
                }
                break (with_word(heap, node, index + 1, value, owner), false);
            }
            let old_hash = hash::of_key(heap, old_key)?;
            let pair = [(old_hash, old_key, old_value), (hash, key, value)];
            let child = two_entries(heap, shape, level + 1, pair, owner);
            break (entry_to_child(heap, shape, node, bit, child, owner), true);
        }
        if children & bit == 0 {
            break (with_entry(heap, shape, node, bit, key, value, owner), true);
        }
        let index =
            (2 + shape.stride() * entries.count_ones() as usize + rank(children, bit)) as u32;
        path[depth] = (node, index);
        depth += 1;
        node = object.word(index as usize);
        level += 1;
    };
    if changed == node {
        // Edited in place, or nothing changed: the nodes above refer to it already.
        return Ok(Inserted { root, added });
    }
    for &(parent, index) in path[..depth].iter().rev() {
        let new_parent = with_word(heap, parent, index, changed, owner);
        if new_parent == parent {
            return Ok(Inserted { root, added });
        }
        changed = new_parent;
    }
    Ok(Inserted {
        root: changed,
        added,
    })
}

fn owned_flag(owner: Option<Word>) -> u8 {
    if owner.is_some() { FLAG_OWNED } else { 0 }
}

/// Makes a node of `content` words after the bitmaps; `fill` writes bitmaps and content.
#[inline]
fn node_from(
    heap: &mut Heap,
    kind: Kind,
    content: usize,
    source: Word,
    owner: Option<Word>,
    fill: impl FnOnce(&[u64], &mut [u64]),
) -> Word {
    let size = 2 + content + usize::from(owner.is_some());
    heap.make_from(
        kind,
        owned_flag(owner),
        0,
        size as u32,
        source,
        |old, new| {
            fill(old, &mut new[..2 + content]);
            if let Some(owner) = owner {
                new[2 + content] = owner.0;
            }
        },
    )
}

fn put_entry(words: &mut [u64], shape: Shape, key: Word, value: Word) {
    words[0] = key.0;
    if shape == Shape::Map {
        words[1] = value.0;
    }
}

fn one_entry(
    heap: &mut Heap,
    shape: Shape,
    bit: u32,
    key: Word,
    value: Word,
    owner: Option<Word>,
) -> Word {
    let stride = shape.stride();
    let size = 2 + stride + usize::from(owner.is_some());
    heap.make_with(shape.node(), owned_flag(owner), 0, size as u32, |words| {
        words[0] = u64::from(bit);
        put_entry(&mut words[1..], shape, key, value);
        if let Some(owner) = owner {
            words[1 + stride] = owner.0;
        }
    })
}

/// Words of entries and children.
fn content_len(heap: &Heap, node: Word) -> usize {
    bounds(heap.object(node)).1 as usize - 2
}

/// The node with another word; in place where the owner may.
fn with_word(heap: &mut Heap, node: Word, index: u32, word: Word, owner: Option<Word>) -> Word {
    if let Some(owner) = owner
        && is_owned(heap, node, owner)
    {
        heap.edit_node(node, index, word);
        return node;
    }
    let content = content_len(heap, node);
    let kind = heap.header(node).kind();
    node_from(heap, kind, content, node, owner, |old, new| {
        new[1..].copy_from_slice(&old[1..2 + content]);
        new[index as usize] = word.0;
    })
}

fn with_entry(
    heap: &mut Heap,
    shape: Shape,
    node: Word,
    bit: u32,
    key: Word,
    value: Word,
    owner: Option<Word>,
) -> Word {
    let content = content_len(heap, node);
    let stride = shape.stride();
    node_from(
        heap,
        shape.node(),
        content + stride,
        node,
        owner,
        |old, new| {
            let at = 2 + stride * rank(old[1] as u32, bit);
            new[1] = old[1] | u64::from(bit);
            new[2..at].copy_from_slice(&old[2..at]);
            put_entry(&mut new[at..], shape, key, value);
            new[at + stride..].copy_from_slice(&old[at..2 + content]);
        },
    )
}

/// The node with the entry at `bit` replaced by a child.
fn entry_to_child(
    heap: &mut Heap,
    shape: Shape,
    node: Word,
    bit: u32,
    child: Word,
    owner: Option<Word>,
) -> Word {
    let content = content_len(heap, node);
    let stride = shape.stride();
    node_from(
        heap,
        shape.node(),
        content - stride + 1,
        node,
        owner,
        |old, new| {
            let (entries, children) = (old[1] as u32, (old[1] >> 32) as u32);
            let from = 2 + stride * rank(entries, bit);
            // Index of the child in the old node, were the entry not there.
            let entries_end = 2 + stride * entries.count_ones() as usize;
            let to = entries_end + rank(children, bit);
            new[1] = u64::from(entries & !bit) | u64::from(children | bit) << 32;
            new[2..from].copy_from_slice(&old[2..from]);
            new[from..to - stride].copy_from_slice(&old[from + stride..to]);
            new[to - stride] = child.0;
            new[to - stride + 1..].copy_from_slice(&old[to..2 + content]);
        },
    )
}

/// A node with two entries of different keys, from this level on; a chain of nodes where their
/// hashes agree.
fn two_entries(
    heap: &mut Heap,
    shape: Shape,
    level: usize,
    pair: [(u64, Word, Word); 2],
    owner: Option<Word>,
) -> Word {
    let [(hash_a, key_a, value_a), (hash_b, key_b, value_b)] = pair;
    let mut split = level;
    while split < LEVELS && bit_of(hash_a, split) == bit_of(hash_b, split) {
        split += 1;
    }
    let stride = shape.stride();
    let mut node = if split == LEVELS {
        let swap = order::of_collision(heap, key_a, key_b) == Ordering::Greater;
        let first = if swap {
            (key_b, value_b)
        } else {
            (key_a, value_a)
        };
        let second = if swap {
            (key_a, value_a)
        } else {
            (key_b, value_b)
        };
        heap.make_with(shape.collision(), 0, 0, 2 + 2 * stride as u32, |words| {
            words[0] = hash_a;
            put_entry(&mut words[1..], shape, first.0, first.1);
            put_entry(&mut words[1 + stride..], shape, second.0, second.1);
        })
    } else {
        let (bit_a, bit_b) = (bit_of(hash_a, split), bit_of(hash_b, split));
        let (first, second) = if bit_a < bit_b {
            ((key_a, value_a), (key_b, value_b))
        } else {
            ((key_b, value_b), (key_a, value_a))
        };
        let size = 2 + 2 * stride + usize::from(owner.is_some());
        heap.make_with(shape.node(), owned_flag(owner), 0, size as u32, |words| {
            words[0] = u64::from(bit_a | bit_b);
            put_entry(&mut words[1..], shape, first.0, first.1);
            put_entry(&mut words[1 + stride..], shape, second.0, second.1);
            if let Some(owner) = owner {
                words[1 + 2 * stride] = owner.0;
            }
        })
    };
    for above in (level..split).rev() {
        let bit = bit_of(hash_a, above);
        let size = 3 + u32::from(owner.is_some());
        node = heap.make_with(shape.node(), owned_flag(owner), 0, size, |words| {
            words[0] = u64::from(bit) << 32;
            words[1] = node.0;
            if let Some(owner) = owner {
                words[2] = owner.0;
            }
        });
    }
    node
}

#[cold]
fn insert_in_collision(
    heap: &mut Heap,
    shape: Shape,
    node: Word,
    key: Word,
    value: Word,
) -> Result<(Word, bool), Trap> {
    if let Some(found) = find_in_collision(heap, shape, node, key)? {
        if shape == Shape::Set || heap.word(node, found.index + 1) == value {
            return Ok((node, false));
        }
        let size = heap.header(node).size();
        let node = heap.make_from(shape.collision(), 0, 0, size, node, |old, new| {
            new[1..].copy_from_slice(&old[1..]);
            new[found.index as usize + 1] = value.0;
        });
        return Ok((node, false));
    }
    let size = heap.header(node).size();
    let stride = shape.stride();
    let mut at = 2;
    while at < size && order::of_collision(heap, heap.word(node, at), key) != Ordering::Greater {
        at += stride as u32;
    }
    let at = at as usize;
    let node = heap.make_from(
        shape.collision(),
        0,
        0,
        size + stride as u32,
        node,
        |old, new| {
            new[1..at].copy_from_slice(&old[1..at]);
            put_entry(&mut new[at..], shape, key, value);
            new[at + stride..].copy_from_slice(&old[at..]);
        },
    );
    Ok((node, true))
}

/// Takes a key out: the new root (nil when nothing is left), or `None` when the key is not there.
pub(crate) fn remove(
    heap: &mut Heap,
    shape: Shape,
    root: Word,
    hash: u64,
    key: Word,
    owner: Option<Word>,
) -> Result<Option<Word>, Trap> {
    if root.is_nil() {
        return Ok(None);
    }
    let mut path = [(Word::NIL, 0u32); LEVELS];
    let mut depth = 0;
    let mut node = root;
    let mut level = 0;
    let mut changed = loop {
        if level == LEVELS {
            match find_in_collision(heap, shape, node, key)? {
                Some(found) => break without_collision(heap, shape, node, found.index, hash),
                None => return Ok(None),
            }
        }
        let object = heap.object(node);
        let (entries, children) = bitmaps(object);
        let bit = bit_of(hash, level);
        if entries & bit != 0 {
            let index = 2 + shape.stride() * rank(entries, bit);
            let candidate = object.word(index);
            if !equal::keys(heap, candidate, key)? {
                return Ok(None);
            }
            break without_entry(heap, shape, node, bit, owner);
        }
        if children & bit == 0 {
            return Ok(None);
        }
        let index =
            (2 + shape.stride() * entries.count_ones() as usize + rank(children, bit)) as u32;
        path[depth] = (node, index);
        depth += 1;
        node = object.word(index as usize);
        level += 1;
    };
    for (above, &(parent, index)) in path[..depth].iter().enumerate().rev() {
        changed = match single_entry(heap, shape, changed) {
            // What is left of the child is one entry, which belongs into the parent.
            Some((key, value)) => {
                child_to_entry(heap, shape, parent, bit_of(hash, above), key, value, owner)
            }
            None => with_word(heap, parent, index, changed, owner),
        };
    }
    let empty = heap.object(changed).raw(1) == 0;
    Ok(Some(if empty { Word::NIL } else { changed }))
}

/// The entry of a node that has one entry and no children.
fn single_entry(heap: &Heap, shape: Shape, node: Word) -> Option<(Word, Word)> {
    let object = heap.object(node);
    if object.kind() != shape.node() {
        return None;
    }
    let (entries, children) = bitmaps(object);
    if children != 0 || entries.count_ones() != 1 {
        return None;
    }
    let value = if shape == Shape::Map {
        object.word(3)
    } else {
        Word::NIL
    };
    Some((object.word(2), value))
}

fn without_entry(heap: &mut Heap, shape: Shape, node: Word, bit: u32, owner: Option<Word>) -> Word {
    let content = content_len(heap, node);
    let stride = shape.stride();
    node_from(
        heap,
        shape.node(),
        content - stride,
        node,
        owner,
        |old, new| {
            let at = 2 + stride * rank(old[1] as u32, bit);
            new[1] = old[1] & !u64::from(bit);
            new[2..at].copy_from_slice(&old[2..at]);
            new[at..].copy_from_slice(&old[at + stride..2 + content]);
        },
    )
}

/// The node with the child at `bit` replaced by an entry.
fn child_to_entry(
    heap: &mut Heap,
    shape: Shape,
    node: Word,
    bit: u32,
    key: Word,
    value: Word,
    owner: Option<Word>,
) -> Word {
    let content = content_len(heap, node);
    let stride = shape.stride();
    node_from(
        heap,
        shape.node(),
        content + stride - 1,
        node,
        owner,
        |old, new| {
            let (entries, children) = (old[1] as u32, (old[1] >> 32) as u32);
            let to = 2 + stride * rank(entries, bit);
            let from = 2 + stride * entries.count_ones() as usize + rank(children, bit);
            new[1] = u64::from(entries | bit) | u64::from(children & !bit) << 32;
            new[2..to].copy_from_slice(&old[2..to]);
            put_entry(&mut new[to..], shape, key, value);
            new[to + stride..from + stride].copy_from_slice(&old[to..from]);
            new[from + stride..].copy_from_slice(&old[from + 1..2 + content]);
        },
    )
}

/// A collision node without the entry at `index`; a node of one entry when one is left.
#[cold]
fn without_collision(heap: &mut Heap, shape: Shape, node: Word, index: u32, hash: u64) -> Word {
    let stride = shape.stride() as u32;
    let size = heap.header(node).size();
    if size - 2 == 2 * stride {
        let other = if index == 2 { 2 + stride } else { 2 };
        let key = heap.word(node, other);
        let value = if shape == Shape::Map {
            heap.word(node, other + 1)
        } else {
            Word::NIL
        };
        // Its bit does not matter: it goes up as an entry until there is company.
        return one_entry(heap, shape, bit_of(hash, LEVELS - 1), key, value, None);
    }
    let at = index as usize;
    heap.make_from(shape.collision(), 0, 0, size - stride, node, |old, new| {
        new[1..at].copy_from_slice(&old[1..at]);
        new[at..].copy_from_slice(&old[at + stride as usize..]);
    })
}

/// Calls `visit` with every key's node and word index, in iteration order: a node's entries, then
/// its children. Native recursion is as deep as the trie, 14 levels at most.
pub(crate) fn each(heap: &Heap, root: Word, visit: &mut impl FnMut(Found)) {
    if root.is_nil() {
        return;
    }
    let object = heap.object(root);
    let (entries_end, children_end) = bounds(object);
    let stride = stride(object.kind());
    let mut index = start(object.kind());
    while index < children_end {
        if (2..entries_end).contains(&index) {
            visit(Found { node: root, index });
            index += stride;
        } else {
            each(heap, heap.word(root, index), visit);
            index += 1;
        }
    }
}
