//! Vectors: up to 32 elements in one object, above that a 32-way trie with a tail.
//!
//! # Invariants
//! - A vector of at most 32 elements is a [`Kind::SmallVector`], a longer one a [`Kind::Vector`].
//! - The tail holds the last 1 to 32 elements; every leaf of the trie is full. A tail may have more
//!   words than elements (a transient left them): the vector's count tells.
//! - Inner nodes have as many words as children, but for the owner's serial of a transient's node.
//! - Updates keep the metadata; an updated map entry is a plain vector.

use crate::heap::Heap;
use crate::object::{FLAG_ENTRY, FLAG_META, FLAG_OWNED, Kind, Object};
use crate::word::Word;

/// Elements of a leaf, children of a node.
pub(crate) const WIDTH: usize = 32;
const BITS: u32 = 5;
const MASK: usize = WIDTH - 1;

/// Makes a vector of words.
#[inline]
pub fn make(heap: &mut Heap, words: &[Word]) -> Word {
    if words.len() <= WIDTH {
        return heap.make_with(
            Kind::SmallVector,
            0,
            words.len() as u16,
            words.len() as u32 + 1,
            |new| {
                for (slot, word) in new.iter_mut().zip(words) {
                    *slot = word.0;
                }
            },
        );
    }
    make_large(heap, words)
}

#[inline(never)]
fn make_large(heap: &mut Heap, words: &[Word]) -> Word {
    let tail_start = tail_start(words.len());
    let mut level: Vec<Word> = words[..tail_start]
        .chunks(WIDTH)
        .map(|leaf| node(heap, leaf))
        .collect();
    let tail = node(heap, &words[tail_start..]);
    let mut shift = BITS;
    while level.len() > WIDTH {
        level = level
            .chunks(WIDTH)
            .map(|children| node(heap, children))
            .collect();
        shift += BITS;
    }
    let root = node(heap, &level);
    assemble(heap, words.len(), shift, root, tail, Word::NIL)
}

fn node(heap: &mut Heap, words: &[Word]) -> Word {
    heap.make(Kind::VectorNode, 0, 0, &[], words)
}

/// Makes a large vector from its parts.
pub(crate) fn assemble(
    heap: &mut Heap,
    count: usize,
    shift: u32,
    root: Word,
    tail: Word,
    meta: Word,
) -> Word {
    let sizes = count as u64 | u64::from(shift) << 32;
    if meta.is_nil() {
        heap.make(Kind::Vector, 0, 0, &[sizes, 0], &[root, tail])
    } else {
        heap.make(Kind::Vector, FLAG_META, 0, &[sizes, 0], &[root, tail, meta])
    }
}

/// Makes a map entry.
#[inline]
pub fn make_entry(heap: &mut Heap, key: Word, value: Word) -> Word {
    heap.make_with(Kind::SmallVector, FLAG_ENTRY, 2, 3, |new| {
        new[0] = key.0;
        new[1] = value.0;
    })
}

/// Whether a word is a map entry.
#[must_use]
pub fn is_entry(heap: &Heap, word: Word) -> bool {
    word.is_object() && {
        let header = heap.header(word);
        header.kind() == Kind::SmallVector && header.flags() & FLAG_ENTRY != 0
    }
}

/// Whether a word is a vector.
#[must_use]
pub fn is_vector(heap: &Heap, word: Word) -> bool {
    matches!(heap.kind_of(word), Some(Kind::SmallVector | Kind::Vector))
}

/// The number of elements of a vector object.
#[must_use]
#[inline]
pub fn count(object: Object<'_>) -> usize {
    match object.kind() {
        Kind::SmallVector => usize::from(object.header().aux()),
        _ => object.raw(1) as u32 as usize,
    }
}

/// Index of the first element in the tail of a large vector of `count` elements.
#[inline]
pub(crate) const fn tail_start(count: usize) -> usize {
    if count == 0 { 0 } else { (count - 1) & !MASK }
}

#[inline]
fn shift_of(object: Object<'_>) -> u32 {
    (object.raw(1) >> 32) as u32
}

/// Words of a node's elements or children.
pub(crate) fn node_len(heap: &Heap, node: Word) -> usize {
    let header = heap.header(node);
    header.size() as usize - 1 - usize::from(header.flags() & FLAG_OWNED != 0)
}

/// The leaf of a trie with an element, and the element's place in it.
#[inline]
pub(crate) fn leaf_of(heap: &Heap, root: Word, shift: u32, index: usize) -> Word {
    let mut node = root;
    let mut shift = shift;
    while shift > 0 {
        node = heap.word(node, 1 + (index >> shift & MASK) as u32);
        shift -= BITS;
    }
    node
}

/// Element `index` of a vector, if there is one.
#[must_use]
#[inline]
pub fn nth(heap: &Heap, vector: Word, index: usize) -> Option<Word> {
    let object = heap.object(vector);
    if object.kind() == Kind::SmallVector {
        return (index < usize::from(object.header().aux())).then(|| object.word(1 + index));
    }
    let count = count(object);
    if index >= count {
        return None;
    }
    let leaf = if index >= tail_start(count) {
        object.word(4)
    } else {
        leaf_of(heap, object.word(3), shift_of(object), index)
    };
    Some(heap.word(leaf, 1 + (index & MASK) as u32))
}

/// The elements from `start` on that lie together, at least one where `start` is below the count.
#[must_use]
pub fn run(heap: &Heap, vector: Word, start: usize) -> &[u64] {
    let object = heap.object(vector);
    let count = count(object);
    if start >= count {
        return &[];
    }
    if object.kind() == Kind::SmallVector {
        return &object.words()[1 + start..1 + count];
    }
    let (leaf, leaf_start) = if start >= tail_start(count) {
        (object.word(4), tail_start(count))
    } else {
        (
            leaf_of(heap, object.word(3), shift_of(object), start),
            start & !MASK,
        )
    };
    let end = (leaf_start + WIDTH).min(count) - leaf_start;
    &heap.object(leaf).words()[1 + (start & MASK)..1 + end]
}

/// All elements, appended to `words`.
pub fn extend(heap: &Heap, vector: Word, words: &mut Vec<Word>, start: usize, end: usize) {
    let mut at = start;
    while at < end {
        let run = run(heap, vector, at);
        let take = run.len().min(end - at);
        words.extend(run[..take].iter().map(|&word| Word(word)));
        at += take;
    }
}

/// All elements of a vector.
#[must_use]
pub fn elements(heap: &Heap, vector: Word) -> Vec<Word> {
    let count = count(heap.object(vector));
    let mut words = Vec::with_capacity(count);
    extend(heap, vector, &mut words, 0, count);
    words
}

/// A vector with one more element at its end.
pub fn push(heap: &mut Heap, vector: Word, element: Word) -> Word {
    let header = heap.header(vector);
    if header.kind() == Kind::SmallVector {
        let count = usize::from(header.aux());
        if count < WIDTH {
            let flags = header.flags() & FLAG_META;
            return heap.make_from(
                Kind::SmallVector,
                flags,
                count as u16 + 1,
                header.size() + 1,
                vector,
                |old, new| {
                    new[1..=count].copy_from_slice(&old[1..=count]);
                    new[count + 1] = element.0;
                    if flags != 0 {
                        new[count + 2] = old[count + 1];
                    }
                },
            );
        }
        let meta = heap.object(vector).meta();
        let leaf = heap.make_from(
            Kind::VectorNode,
            0,
            0,
            1 + WIDTH as u32,
            vector,
            |old, new| {
                new[1..].copy_from_slice(&old[1..=WIDTH]);
            },
        );
        let root = node(heap, &[leaf]);
        let tail = node(heap, &[element]);
        return assemble(heap, WIDTH + 1, BITS, root, tail, meta);
    }
    let object = heap.object(vector);
    let (count, shift, root, tail, meta) = (
        count(object),
        shift_of(object),
        object.word(3),
        object.word(4),
        object.meta(),
    );
    let in_tail = count - tail_start(count);
    if in_tail < WIDTH {
        let tail = heap.make_from(
            Kind::VectorNode,
            0,
            0,
            in_tail as u32 + 2,
            tail,
            |old, new| {
                new[1..=in_tail].copy_from_slice(&old[1..=in_tail]);
                new[in_tail + 1] = element.0;
            },
        );
        return assemble(heap, count + 1, shift, root, tail, meta);
    }
    let (root, shift) = push_leaf(heap, root, shift, count - WIDTH, tail, None);
    let tail = node(heap, &[element]);
    assemble(heap, count + 1, shift, root, tail, meta)
}

/// Whether the transient with this serial may edit the node in place.
pub(crate) fn is_owned(heap: &Heap, node: Word, owner: Word) -> bool {
    let header = heap.header(node);
    header.flags() & FLAG_OWNED != 0
        && heap.word(node, header.size() - 1) == owner
        && heap.is_unsealed(node)
}

/// A node with other words: `len` of them are kept, `word` is put at `index`. In place where the
/// owner may.
fn with_word(heap: &mut Heap, node: Word, index: usize, word: Word, owner: Option<Word>) -> Word {
    let len = node_len(heap, node);
    if let Some(owner) = owner
        && index < len
        && is_owned(heap, node, owner)
    {
        heap.edit_node(node, 1 + index as u32, word);
        return node;
    }
    let new_len = len.max(index + 1);
    let flags = if owner.is_some() { FLAG_OWNED } else { 0 };
    let size = 1 + new_len as u32 + u32::from(owner.is_some());
    heap.make_from(Kind::VectorNode, flags, 0, size, node, |old, new| {
        new[1..=len].copy_from_slice(&old[1..=len]);
        new[1 + index] = word.0;
        if let Some(owner) = owner {
            new[1 + new_len] = owner.0;
        }
    })
}

fn owned_node(heap: &mut Heap, words: &[Word], owner: Option<Word>) -> Word {
    match owner {
        None => node(heap, words),
        Some(owner) => {
            let mut all = [Word::NIL; WIDTH + 1];
            all[..words.len()].copy_from_slice(words);
            all[words.len()] = owner;
            heap.make(Kind::VectorNode, FLAG_OWNED, 0, &[], &all[..=words.len()])
        }
    }
}

/// A trie of `count` elements with one more full leaf; root and shift.
pub(crate) fn push_leaf(
    heap: &mut Heap,
    root: Word,
    shift: u32,
    count: usize,
    leaf: Word,
    owner: Option<Word>,
) -> (Word, u32) {
    if root.is_nil() {
        return (owned_node(heap, &[leaf], owner), BITS);
    }
    if count >> (shift + BITS) != 0 {
        // The trie is full: one level more.
        let path = new_path(heap, shift, leaf, owner);
        return (owned_node(heap, &[root, path], owner), shift + BITS);
    }
    // Down to where a child is missing, then back up.
    let mut path = [(Word::NIL, 0usize); 8];
    let mut depth = 0;
    let mut at = root;
    let mut level = shift;
    let mut child = loop {
        let index = count >> level & MASK;
        path[depth] = (at, index);
        depth += 1;
        if level == BITS {
            break leaf;
        }
        if index >= node_len(heap, at) {
            break new_path(heap, level - BITS, leaf, owner);
        }
        at = heap.word(at, 1 + index as u32);
        level -= BITS;
    };
    for &(node, index) in path[..depth].iter().rev() {
        child = with_word(heap, node, index, child, owner);
    }
    (child, shift)
}

fn new_path(heap: &mut Heap, shift: u32, leaf: Word, owner: Option<Word>) -> Word {
    let mut node = leaf;
    let mut level = 0;
    while level < shift {
        node = owned_node(heap, &[node], owner);
        level += BITS;
    }
    node
}

/// A trie with another element at `index`.
pub(crate) fn set_in_trie(
    heap: &mut Heap,
    root: Word,
    shift: u32,
    index: usize,
    element: Word,
    owner: Option<Word>,
) -> Word {
    let mut path = [Word::NIL; 8];
    let mut depth = 0;
    let mut at = root;
    let mut level = shift;
    while level > 0 {
        path[depth] = at;
        depth += 1;
        at = heap.word(at, 1 + (index >> level & MASK) as u32);
        level -= BITS;
    }
    let mut child = with_word(heap, at, index & MASK, element, owner);
    for &node in path[..depth].iter().rev() {
        level += BITS;
        child = with_word(heap, node, index >> level & MASK, child, owner);
    }
    child
}

/// The vector with another element at `index`, which is below its count.
pub fn set(heap: &mut Heap, vector: Word, index: usize, element: Word) -> Word {
    let header = heap.header(vector);
    if header.kind() == Kind::SmallVector {
        let flags = header.flags() & FLAG_META;
        return heap.make_from(
            Kind::SmallVector,
            flags,
            header.aux(),
            header.size(),
            vector,
            |old, new| {
                new[1..].copy_from_slice(&old[1..]);
                new[1 + index] = element.0;
            },
        );
    }
    let object = heap.object(vector);
    let (count, shift, root, tail, meta) = (
        count(object),
        shift_of(object),
        object.word(3),
        object.word(4),
        object.meta(),
    );
    if index >= tail_start(count) {
        let tail = with_word(heap, tail, index & MASK, element, None);
        assemble(heap, count, shift, root, tail, meta)
    } else {
        let root = set_in_trie(heap, root, shift, index, element, None);
        assemble(heap, count, shift, root, tail, meta)
    }
}

/// A trie of `count` elements (all in full leaves) without its last leaf: root and shift. The root
/// is nil when nothing is left.
pub(crate) fn pop_leaf(
    heap: &mut Heap,
    root: Word,
    shift: u32,
    count: usize,
    owner: Option<Word>,
) -> (Word, u32) {
    let last = count - 1;
    let mut path = [(Word::NIL, 0usize); 8];
    let mut depth = 0;
    let mut at = root;
    let mut level = shift;
    loop {
        let index = last >> level & MASK;
        path[depth] = (at, index);
        depth += 1;
        if level == BITS {
            break;
        }
        at = heap.word(at, 1 + index as u32);
        level -= BITS;
    }
    // The deepest node that keeps a child is the lowest one that changes.
    let mut child = Word::NIL;
    for &(node, index) in path[..depth].iter().rev() {
        child = if !child.is_nil() {
            with_word(heap, node, index, child, owner)
        } else if index == 0 {
            Word::NIL
        } else {
            shorter(heap, node, index)
        };
    }
    let mut shift = shift;
    let mut root = child;
    // A root with one child is no level of its own.
    while shift > BITS && !root.is_nil() && node_len(heap, root) == 1 {
        root = heap.word(root, 1);
        shift -= BITS;
    }
    (root, shift)
}

/// The first `len` words of a node.
fn shorter(heap: &mut Heap, node: Word, len: usize) -> Word {
    heap.make_from(Kind::VectorNode, 0, 0, 1 + len as u32, node, |old, new| {
        new[1..].copy_from_slice(&old[1..=len]);
    })
}

/// The vector without its last element; it has one.
pub fn pop(heap: &mut Heap, vector: Word) -> Word {
    let header = heap.header(vector);
    if header.kind() == Kind::SmallVector {
        let count = usize::from(header.aux());
        let flags = header.flags() & FLAG_META;
        return heap.make_from(
            Kind::SmallVector,
            flags,
            count as u16 - 1,
            header.size() - 1,
            vector,
            |old, new| {
                new[1..count].copy_from_slice(&old[1..count]);
                if flags != 0 {
                    new[count] = old[count + 1];
                }
            },
        );
    }
    let object = heap.object(vector);
    let (count, shift, root, tail, meta) = (
        count(object),
        shift_of(object),
        object.word(3),
        object.word(4),
        object.meta(),
    );
    if count == WIDTH + 1 {
        let leaf = heap.word(root, 1);
        return small_from_node(heap, leaf, WIDTH, meta);
    }
    let in_tail = count - tail_start(count);
    if in_tail > 1 {
        let tail = shorter(heap, tail, in_tail - 1);
        return assemble(heap, count - 1, shift, root, tail, meta);
    }
    let tail = leaf_of(heap, root, shift, count - 2);
    let (root, shift) = pop_leaf(heap, root, shift, count - 1, None);
    assemble(heap, count - 1, shift, root, tail, meta)
}

/// A small vector of the first `count` words of a node.
pub(crate) fn small_from_node(heap: &mut Heap, node: Word, count: usize, meta: Word) -> Word {
    let flags = if meta.is_nil() { 0 } else { FLAG_META };
    let size = 1 + count as u32 + u32::from(flags != 0);
    heap.make_from(
        Kind::SmallVector,
        flags,
        count as u16,
        size,
        node,
        |old, new| {
            new[1..=count].copy_from_slice(&old[1..=count]);
            if flags != 0 {
                new[count + 1] = meta.0;
            }
        },
    )
}

/// The elements from `start` to before `end`, both within the vector, as a new vector.
pub fn slice(heap: &mut Heap, vector: Word, start: usize, end: usize) -> Word {
    let mut words = Vec::with_capacity(end - start);
    extend(heap, vector, &mut words, start, end);
    make(heap, &words)
}

/// Parts of a large vector, for transients: shift, root, tail.
pub(crate) fn parts(object: Object<'_>) -> (u32, Word, Word) {
    (shift_of(object), object.word(3), object.word(4))
}
