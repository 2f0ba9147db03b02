//! Sorted maps and sets: balanced trees in the order of a comparator.
//!
//! ```text
//! map, set:  [count][hash] root comparator (meta)     the comparator is nil for `compare`
//! node:      left key value right                     (sets: left key right); height in aux
//! ```
//!
//! A comparator may be any function of the program, so no native walks down a tree that has one: it leaves that
//! to the library (`get*slow` and its kin in `ox.core.base`), which finds a *path* by calling the comparator and
//! gives it back. By `compare` a native walks itself while keys are simple, which takes a bounded time.
//!
//! # Invariants
//! - AVL trees (Adelson-Velsky and Landis, 1962): the heights of a node's children differ by at most one. So no
//!   path is longer than [`DEPTH`] in any memory.
//! - A path is 1, followed by a bit for each step down, 1 to the right. It leads to a node or to where there is none.
//! - The key that came first stays when an equal one is added.
//! - What changes nothing answers the same object.

use super::error::{bad_argument, wrong_type};
use super::{map, number, order, record, string, trie, vector};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::{FLAG_META, Kind};
use crate::word::Word;
use std::cmp::Ordering;

/// No tree is higher: with 2^32 words of memory 44 suffice.
const DEPTH: usize = 47;
const ROOT: u32 = 3;
const COMPARATOR: u32 = 4;
/// Word of a node's key.
const KEY: u32 = 2;
/// Bytes of a text, elements of a vector that are compared at once.
const SIMPLE_BYTES: usize = 4096;
const SIMPLE_ELEMENTS: u16 = 8;

/// Whether a word is a sorted map or set.
#[must_use]
pub fn is_sorted(heap: &Heap, word: Word) -> bool {
    matches!(heap.kind_of(word), Some(Kind::SortedMap | Kind::SortedSet))
}

fn is_node(heap: &Heap, word: Word) -> bool {
    matches!(
        heap.kind_of(word),
        Some(Kind::SortedMapNode | Kind::SortedSetNode)
    )
}

/// `(sorted-new comparator set?)`: the empty one.
///
/// # Errors
/// `:ox/type` of what is no comparator.
pub fn make(heap: &mut Heap, comparator: Word, is_set: bool) -> NativeResult {
    let is_function = matches!(
        heap.kind_of(comparator),
        Some(Kind::Function | Kind::Native)
    );
    if !comparator.is_nil() && !is_function {
        return Err(wrong_type(heap, comparator, "a comparator, a function"));
    }
    let kind = if is_set {
        Kind::SortedSet
    } else {
        Kind::SortedMap
    };
    Ok(heap.make(kind, 0, 0, &[0, 0], &[Word::NIL, comparator]))
}

/// One like `collection`, with its comparator and metadata, of another tree.
fn remake(heap: &mut Heap, collection: Word, count: u64, root: Word) -> Word {
    let object = heap.object(collection);
    let (kind, comparator) = (object.kind(), object.word(COMPARATOR as usize));
    if object.header().has_meta() {
        let words = [root, comparator, object.meta()];
        heap.make(kind, FLAG_META, 0, &[count, 0], &words)
    } else {
        heap.make(kind, 0, 0, &[count, 0], &[root, comparator])
    }
}

/// The empty collection with the same comparator and metadata.
pub fn empty(heap: &mut Heap, collection: Word) -> Word {
    remake(heap, collection, 0, Word::NIL)
}

// ---- trees ----

/// A node taken apart; the value of a set's is nil.
#[derive(Clone, Copy)]
struct Node {
    left: Word,
    key: Word,
    value: Word,
    right: Word,
}

fn open(heap: &Heap, node: Word) -> Node {
    let object = heap.object(node);
    let is_map = object.kind() == Kind::SortedMapNode;
    Node {
        left: object.word(1),
        key: object.word(2),
        value: if is_map { object.word(3) } else { Word::NIL },
        right: object.word(if is_map { 4 } else { 3 }),
    }
}

fn height(heap: &Heap, node: Word) -> u16 {
    heap.try_object(node)
        .map_or(0, |object| object.header().aux())
}

fn close(heap: &mut Heap, kind: Kind, node: Node) -> Word {
    let height = 1 + height(heap, node.left).max(height(heap, node.right));
    if kind == Kind::SortedMapNode {
        heap.make_with(kind, 0, height, 5, |words| {
            words[0] = node.left.0;
            words[1] = node.key.0;
            words[2] = node.value.0;
            words[3] = node.right.0;
        })
    } else {
        heap.make_with(kind, 0, height, 4, |words| {
            words[0] = node.left.0;
            words[1] = node.key.0;
            words[2] = node.right.0;
        })
    }
}

/// A node whose children's heights differ by at most two, balanced.
fn balance(heap: &mut Heap, kind: Kind, node: Node) -> Word {
    let (left, right) = (height(heap, node.left), height(heap, node.right));
    if left > right + 1 {
        let child = open(heap, node.left);
        if height(heap, child.left) >= height(heap, child.right) {
            let right = close(
                heap,
                kind,
                Node {
                    left: child.right,
                    ..node
                },
            );
            return close(heap, kind, Node { right, ..child });
        }
        let middle = open(heap, child.right);
        let left = close(
            heap,
            kind,
            Node {
                right: middle.left,
                ..child
            },
        );
        let right = close(
            heap,
            kind,
            Node {
                left: middle.right,
                ..node
            },
        );
        return close(
            heap,
            kind,
            Node {
                left,
                right,
                ..middle
            },
        );
    }
    if right > left + 1 {
        let child = open(heap, node.right);
        if height(heap, child.right) >= height(heap, child.left) {
            let left = close(
                heap,
                kind,
                Node {
                    right: child.left,
                    ..node
                },
            );
            return close(heap, kind, Node { left, ..child });
        }
        let middle = open(heap, child.left);
        let right = close(
            heap,
            kind,
            Node {
                left: middle.right,
                ..child
            },
        );
        let left = close(
            heap,
            kind,
            Node {
                right: middle.left,
                ..node
            },
        );
        return close(
            heap,
            kind,
            Node {
                left,
                right,
                ..middle
            },
        );
    }
    close(heap, kind, node)
}

/// The way from a root down.
struct Way {
    above: [Word; DEPTH],
    len: usize,
    /// A bit for each step, the last one lowest.
    bits: u64,
    /// Where it leads, nil if there is no node.
    end: Word,
}

impl Way {
    fn new(root: Word) -> Way {
        Way {
            above: [Word::NIL; DEPTH],
            len: 0,
            bits: 0,
            end: root,
        }
    }

    fn step(&mut self, heap: &Heap, right: bool) {
        let node = open(heap, self.end);
        assert!(self.len < DEPTH, "a tree is balanced");
        self.above[self.len] = self.end;
        self.len += 1;
        self.bits = self.bits << 1 | u64::from(right);
        self.end = if right { node.right } else { node.left };
    }

    /// The root of the tree in which `end` is in the place of what the way leads to.
    fn rebuild(&self, heap: &mut Heap, kind: Kind, mut end: Word) -> Word {
        for (up, &above) in self.above[..self.len].iter().rev().enumerate() {
            let node = open(heap, above);
            let node = if self.bits >> up & 1 == 1 {
                Node { right: end, ..node }
            } else {
                Node { left: end, ..node }
            };
            end = balance(heap, kind, node);
        }
        end
    }
}

fn node_kind(heap: &Heap, collection: Word) -> Kind {
    if heap.header(collection).kind() == Kind::SortedMap {
        Kind::SortedMapNode
    } else {
        Kind::SortedSetNode
    }
}

fn put(heap: &mut Heap, collection: Word, way: &Way, key: Word, value: Word) -> Word {
    let kind = node_kind(heap, collection);
    let count = heap.object(collection).raw(1);
    let (leaf, count) = if way.end.is_nil() {
        let (left, right) = (Word::NIL, Word::NIL);
        let node = Node {
            left,
            key,
            value,
            right,
        };
        (close(heap, kind, node), count + 1)
    } else {
        let node = open(heap, way.end);
        if kind == Kind::SortedSetNode || node.value == value {
            return collection;
        }
        (close(heap, kind, Node { value, ..node }), count)
    };
    let root = way.rebuild(heap, kind, leaf);
    remake(heap, collection, count, root)
}

fn drop(heap: &mut Heap, collection: Word, way: &Way) -> Word {
    if way.end.is_nil() {
        return collection;
    }
    let kind = node_kind(heap, collection);
    let node = open(heap, way.end);
    let end = if node.left.is_nil() {
        node.right
    } else if node.right.is_nil() {
        node.left
    } else {
        // The least of the right takes its place.
        let mut least = Way::new(node.right);
        while !open(heap, least.end).left.is_nil() {
            least.step(heap, false);
        }
        let next = open(heap, least.end);
        let right = least.rebuild(heap, kind, next.right);
        let (key, value) = (next.key, next.value);
        balance(
            heap,
            kind,
            Node {
                key,
                value,
                right,
                ..node
            },
        )
    };
    let root = way.rebuild(heap, kind, end);
    let count = heap.object(collection).raw(1) - 1;
    remake(heap, collection, count, root)
}

// ---- by `compare` ----

/// Whether a key is compared with another such in a short time.
fn is_simple(heap: &Heap, key: Word) -> bool {
    let Some(object) = heap.try_object(key) else {
        return true;
    };
    match object.kind() {
        Kind::SmallVector => {
            !heap.short_steps
                && object.header().aux() <= SIMPLE_ELEMENTS
                && object
                    .elements()
                    .iter()
                    .all(|&element| is_simple_leaf(heap, Word(element)))
        }
        _ => is_simple_leaf(heap, key),
    }
}

fn is_simple_leaf(heap: &Heap, key: Word) -> bool {
    let Some(object) = heap.try_object(key) else {
        return true;
    };
    match object.kind() {
        Kind::Int | Kind::Keyword | Kind::Symbol | Kind::Inst | Kind::Uuid => true,
        // In tests small inputs go the ways of large ones.
        Kind::Str => !heap.short_steps && string::byte_count(object) <= SIMPLE_BYTES,
        _ => false,
    }
}

/// Whether `compare` takes a value at all, which is asked of the first key only.
fn is_comparable(heap: &Heap, key: Word) -> bool {
    match heap.kind_of(key) {
        None => key != Word::EMPTY_LIST,
        Some(kind) => {
            matches!(
                kind,
                Kind::Str | Kind::Keyword | Kind::Symbol | Kind::Inst | Kind::Uuid
            ) || vector::is_vector(heap, key)
                || number::is_number(heap, key)
                || record::says_itself(heap, key)
        }
    }
}

/// The way to a key, or to where it would be; `None` if the library has to find it.
fn search(heap: &mut Heap, collection: Word, key: Word) -> Result<Option<Way>, Trap> {
    let object = heap.object(collection);
    let mut way = Way::new(object.word(ROOT as usize));
    if way.end.is_nil() {
        return Ok(Some(way));
    }
    if !object.word(COMPARATOR as usize).is_nil() || !is_simple(heap, key) {
        return Ok(None);
    }
    while !way.end.is_nil() {
        let other = heap.word(way.end, KEY);
        if !is_simple(heap, other) {
            return Ok(None);
        }
        match order::compare(heap, key, other) {
            Ok(Ordering::Equal) => break,
            Ok(order) => way.step(heap, order == Ordering::Greater),
            Err(Trap::Slow(_)) => return Ok(None),
            Err(trap) => return Err(trap),
        }
    }
    Ok(Some(way))
}

/// The node with a key, nil if there is none.
///
/// # Errors
/// `:ox/type` of keys that are not compared; [`Trap::Slow`] (`slow`) where the library has to look.
pub(crate) fn find(
    heap: &mut Heap,
    collection: Word,
    key: Word,
    slow: &'static str,
) -> NativeResult {
    match search(heap, collection, key)? {
        Some(way) => Ok(way.end),
        None => Err(Trap::Slow(slow)),
    }
}

/// The value at a key of a map, the element of a set that is in its place.
///
/// # Errors
/// As [`find`].
pub(crate) fn get(
    heap: &mut Heap,
    collection: Word,
    key: Word,
    slow: &'static str,
) -> Result<Option<Word>, Trap> {
    let node = find(heap, collection, key, slow)?;
    if node.is_nil() {
        return Ok(None);
    }
    let is_map = heap.header(node).kind() == Kind::SortedMapNode;
    Ok(Some(heap.word(node, if is_map { KEY + 1 } else { KEY })))
}

/// Adds an entry or an element.
///
/// # Errors
/// As [`find`].
pub(crate) fn add(
    heap: &mut Heap,
    collection: Word,
    key: Word,
    value: Word,
    slow: &'static str,
) -> NativeResult {
    let Some(way) = search(heap, collection, key)? else {
        return Err(Trap::Slow(slow));
    };
    let is_first = heap.object(collection).raw(1) == 0;
    if is_first && heap.word(collection, COMPARATOR).is_nil() && !is_comparable(heap, key) {
        return Err(wrong_type(heap, key, "what `compare` compares"));
    }
    Ok(put(heap, collection, &way, key, value))
}

/// Takes a key and its value away.
///
/// # Errors
/// As [`find`].
pub(crate) fn remove(
    heap: &mut Heap,
    collection: Word,
    key: Word,
    slow: &'static str,
) -> NativeResult {
    match search(heap, collection, key)? {
        Some(way) => Ok(drop(heap, collection, &way)),
        None => Err(Trap::Slow(slow)),
    }
}

/// `(conj collection x)`
///
/// # Errors
/// As [`find`], `conj*slow`, also for what is more than one entry.
pub(crate) fn conj(heap: &mut Heap, collection: Word, x: Word) -> NativeResult {
    if heap.header(collection).kind() == Kind::SortedSet {
        return add(heap, collection, x, Word::NIL, "conj*slow");
    }
    if x.is_nil() {
        return Ok(collection);
    }
    match map::entry_of(heap, x)? {
        Some((key, value)) => add(heap, collection, key, value, "conj*slow"),
        None => Err(Trap::Slow("conj*slow")),
    }
}

/// The place of a key's word, as the machine's own look-ups want it: keys that are the same or equal at once are
/// found, whatever the comparator says.
pub(crate) fn find_quick(heap: &Heap, map: Word, key: Word) -> Option<(Word, u32)> {
    let mut found = None;
    trie::each(heap, heap.word(map, ROOT), &mut |at| {
        if super::equal::quick(heap, heap.word(at.node, at.index), key) == Some(true) {
            found = Some((at.node, at.index));
        }
    });
    found
}

// ---- for the library ----

/// `(sorted-part x index)`: of a collection its root (0) or comparator (1), of a node its left child (0), right
/// child (1), key (2) or value (3).
///
/// # Errors
/// `:ox/type` of what is neither.
pub(crate) fn part(heap: &mut Heap, x: Word, index: Word) -> NativeResult {
    let index = index.as_small().unwrap_or(-1);
    if is_sorted(heap, x) && matches!(index, 0 | 1) {
        return Ok(heap.word(x, ROOT + index as u32));
    }
    if is_node(heap, x) {
        let node = open(heap, x);
        return Ok(match index {
            0 => node.left,
            1 => node.right,
            2 => node.key,
            _ => node.value,
        });
    }
    Err(wrong_type(heap, x, "a sorted collection"))
}

/// The way that a path of the library stands for.
fn follow(heap: &mut Heap, collection: Word, path: Word) -> Result<Way, Trap> {
    if !is_sorted(heap, collection) {
        return Err(wrong_type(heap, collection, "a sorted collection"));
    }
    let bits = path.as_small().unwrap_or(0);
    let mut way = Way::new(heap.word(collection, ROOT));
    let steps = if bits > 0 { bits.ilog2() } else { u32::MAX };
    for step in (0..steps).rev() {
        if way.end.is_nil() || steps as usize > DEPTH {
            return Err(bad_argument(heap, "a path leads through a tree", path));
        }
        way.step(heap, bits >> step & 1 == 1);
    }
    Ok(way)
}

/// `(sorted-put collection path key value)`
///
/// # Errors
/// `:ox/type`, `:ox/argument` of a path that is none.
pub(crate) fn put_at(
    heap: &mut Heap,
    collection: Word,
    path: Word,
    key: Word,
    value: Word,
) -> NativeResult {
    let way = follow(heap, collection, path)?;
    Ok(put(heap, collection, &way, key, value))
}

/// `(sorted-drop collection path)`
///
/// # Errors
/// As [`put_at`].
pub(crate) fn drop_at(heap: &mut Heap, collection: Word, path: Word) -> NativeResult {
    let way = follow(heap, collection, path)?;
    Ok(drop(heap, collection, &way))
}

// ---- sequences: a node sequence whose index says whether it goes down ----

/// The sequence from the nearest node below `node` on, then `rest`.
fn spine(heap: &mut Heap, mut node: Word, down: bool, mut rest: Word) -> Word {
    while !node.is_nil() {
        rest = heap.make(Kind::NodeSeq, 0, 0, &[u64::from(down)], &[node, rest]);
        let open = open(heap, node);
        node = if down { open.right } else { open.left };
    }
    rest
}

/// The sequence of all entries or elements, from the greatest on if it goes `down`; nil if there are none.
pub(crate) fn seq(heap: &mut Heap, collection: Word, down: bool) -> Word {
    let root = heap.word(collection, ROOT);
    spine(heap, root, down, Word::NIL)
}

/// Whether the node of a node sequence is one of a sorted collection.
#[inline]
pub(crate) fn is_sorted_node(kind: Kind) -> bool {
    matches!(kind, Kind::SortedMapNode | Kind::SortedSetNode)
}

/// The sequence behind the first element of one over a tree.
pub(crate) fn advance(heap: &mut Heap, sequence: Word) -> Word {
    let object = heap.object(sequence);
    let (down, node, rest) = (object.raw(1) == 1, object.word(2), object.word(3));
    let node = open(heap, node);
    let far = if down { node.left } else { node.right };
    spine(heap, far, down, rest)
}

/// The entry or element at a node.
pub(crate) fn element(heap: &mut Heap, node: Word) -> Word {
    let open = open(heap, node);
    if heap.header(node).kind() == Kind::SortedSetNode {
        return open.key;
    }
    vector::make_entry(heap, open.key, open.value)
}

/// `(sorted-from node rest down?)`: the sequence of the node's element, then of what is on its far side, then `rest`.
///
/// # Errors
/// `:ox/type`.
pub(crate) fn from(heap: &mut Heap, node: Word, rest: Word, down: Word) -> NativeResult {
    if !is_node(heap, node) {
        return Err(wrong_type(heap, node, "a node of a sorted collection"));
    }
    if !rest.is_nil() && heap.kind_of(rest) != Some(Kind::NodeSeq) {
        return Err(wrong_type(heap, rest, "a sequence of a sorted collection"));
    }
    let index = u64::from(down.is_truthy());
    Ok(heap.make(Kind::NodeSeq, 0, 0, &[index], &[node, rest]))
}
