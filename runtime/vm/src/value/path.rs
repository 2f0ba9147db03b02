//! Paths: where inside a value something lies, for errors.

use super::vector;
use crate::heap::Heap;
use crate::object::Kind;
use crate::word::Word;
use rustc_hash::FxHashMap;

/// One step from a value to something in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathStep {
    /// The element of a vector or sequence at an index.
    Index(u64),
    /// The value at a key of a map.
    Key(Word),
    /// The key itself of a map, or an element of a set.
    Member,
    /// A captured value of a function.
    Capture(u32),
    /// The metadata.
    Meta,
    /// A part of another object: an error's data, a tagged literal's form.
    Part,
}

/// The steps from `root` to `target`, the shortest way; empty when they are the same or there is no
/// way.
pub(crate) fn path_to(heap: &Heap, root: Word, target: Word) -> Vec<PathStep> {
    let mut from: FxHashMap<Word, (Word, u32)> = FxHashMap::default();
    let mut queue = vec![root];
    let mut next = 0;
    while let Some(&word) = queue.get(next) {
        next += 1;
        if word == target {
            break;
        }
        let object = heap.object(word);
        let values = object.values();
        let first = object.words().len() - values.len();
        for (index, &inside) in values.iter().enumerate() {
            let inside = Word(inside);
            if inside.is_object() && inside != root && !from.contains_key(&inside) {
                from.insert(inside, (word, (first + index) as u32));
                queue.push(inside);
            }
        }
    }
    let mut links = Vec::new();
    let mut at = target;
    while at != root {
        let Some(&(parent, index)) = from.get(&at) else {
            return Vec::new();
        };
        links.push((parent, index));
        at = parent;
    }
    steps(heap, links.into_iter().rev())
}

/// Links between objects as steps between values: inner nodes and cells of a chain are no step.
fn steps(heap: &Heap, links: impl Iterator<Item = (Word, u32)>) -> Vec<PathStep> {
    let mut steps = Vec::new();
    // Elements before the current place in a chain of cells; index and shift in a vector's trie.
    let mut passed = 0;
    let mut trie = (0u64, 0u32);
    for (holder, index) in links {
        let object = heap.object(holder);
        let header = object.header();
        if header.has_meta() && index + 1 == header.size() {
            steps.push(PathStep::Meta);
            continue;
        }
        match object.kind() {
            Kind::SmallVector | Kind::Array => steps.push(PathStep::Index(u64::from(index) - 1)),
            Kind::Vector => {
                trie = if index == 4 {
                    (vector::tail_start(vector::count(object)) as u64, 0)
                } else {
                    (0, (object.raw(1) >> 32) as u32)
                };
            }
            Kind::VectorNode => {
                trie.0 += (u64::from(index) - 1) << trie.1;
                match trie.1.checked_sub(5) {
                    Some(shift) => trie.1 = shift,
                    None => steps.push(PathStep::Index(trie.0)),
                }
            }
            Kind::Cons | Kind::List => {
                let first = if object.kind() == Kind::Cons { 1 } else { 3 };
                if index == first {
                    steps.push(PathStep::Index(passed));
                    passed = 0;
                } else {
                    passed += 1;
                }
                continue;
            }
            Kind::Lazy if index == 2 => continue,
            Kind::SmallMap | Kind::MapNode | Kind::MapCollision | Kind::SortedMapNode => {
                if (2..super::trie::bounds(object).0).contains(&index) {
                    steps.push(if index % 2 == 0 {
                        PathStep::Member
                    } else {
                        PathStep::Key(object.word(index as usize - 1))
                    });
                }
            }
            Kind::SmallSet | Kind::SetNode | Kind::SetCollision | Kind::SortedSetNode => {
                if (2..super::trie::bounds(object).0).contains(&index) {
                    steps.push(PathStep::Member);
                }
            }
            Kind::Map | Kind::Set | Kind::IndexSeq | Kind::NodeSeq | Kind::Queue => {}
            // Its comparator is a part of its own.
            Kind::SortedMap | Kind::SortedSet if index == 3 => {}
            Kind::Function => steps.push(PathStep::Capture(index - 2)),
            _ => steps.push(PathStep::Part),
        }
        passed = 0;
    }
    steps
}
