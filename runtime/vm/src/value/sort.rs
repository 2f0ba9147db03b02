//! Sorting without calls of Ox code: by `compare`, `<` or `>`, in steps.
//!
//! Runs of a few thousand elements are sorted at once; then up to [`WAYS`] neighboring runs are merged
//! into one at a time, in passes over the whole, until there is one run. A pass reads one vector and
//! makes another.
//!
//! ```text
//! state:  Array [vector mode width run group builder at…]      at: WAYS places in the runs of a group
//! run: length of the runs that are sorted at once; width: of those that the vector has, 0 in the first pass
//! ```
//!
//! # Invariants
//! - Equal elements keep their order: of runs with equal heads the one that comes first is taken from.
//! - What cannot be compared at once (large or unfinished values, numbers with NaN by `<`) is left to
//!   the library, which begins again: nothing has happened but comparisons.

use super::work::{Stop, Walk};
use super::{order, transient, vector};
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::value::number;
use crate::value::walk::make_state;
use crate::word::Word;
use std::cmp::Ordering;

/// Runs that are merged into one.
const WAYS: usize = 16;
/// Elements of a run that is sorted at once.
const RUN_ELEMENTS: usize = 2048;
/// Elements that a step merges.
const STEP_ELEMENTS: usize = 4096;
/// The same in tests.
const SHORT_RUN_ELEMENTS: usize = 3;
const SHORT_STEP_ELEMENTS: usize = 5;
/// Comparisons for one unit of fuel: of numbers; texts take longer.
const COMPARISONS_PER_FUEL: usize = 2;

const VECTOR: u32 = 1;
const MODE: u32 = 2;
const WIDTH: u32 = 3;
const RUN: u32 = 4;
const GROUP: u32 = 5;
const BUILDER: u32 = 6;
const PLACES: u32 = 7;

/// By what elements are ordered: the numbers that the library gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mode {
    /// `<`, `>` of numbers, else `compare`.
    relation: i64,
    /// Elements are map entries, and their keys are compared.
    by_key: bool,
}

// 0 is `compare`, 1 is `<`.
const GREATER: i64 = 2;
const BY_KEY: i64 = 4;

impl Mode {
    fn of(word: Word) -> Option<Mode> {
        let number = word.as_small().filter(|number| (0..8).contains(number))?;
        Some(Mode {
            relation: number & !BY_KEY,
            by_key: number & BY_KEY != 0,
        })
    }
}

/// Why two elements are not compared here.
enum Unsorted {
    /// They cannot be compared: this error.
    Throw(Word),
    /// The library can.
    Library,
}

/// The order of two elements.
fn compare(heap: &mut Heap, mode: Mode, a: Word, b: Word) -> Result<Ordering, Unsorted> {
    let (a, b) = if mode.by_key {
        (heap.word(a, ENTRY_KEY), heap.word(b, ENTRY_KEY))
    } else {
        (a, b)
    };
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
        return Ok(if mode.relation == GREATER {
            y.cmp(&x)
        } else {
            x.cmp(&y)
        });
    }
    if !is_light(heap, a, VECTOR_MAX) || !is_light(heap, b, VECTOR_MAX) {
        return Err(Unsorted::Library);
    }
    if mode.relation == 0 {
        return order::compare(heap, a, b).map_err(|trap| match trap {
            Trap::Throw(error) => Unsorted::Throw(error),
            _ => Unsorted::Library,
        });
    }
    match number::compare::relate(heap, a, b) {
        Ok(Some(order)) if mode.relation == GREATER => Ok(order.reverse()),
        Ok(Some(order)) => Ok(order),
        // With NaN the order depends on which pairs are compared; what is no number is the
        // comparison's error.
        _ => Err(Unsorted::Library),
    }
}

/// Elements of a vector that is compared at once.
const VECTOR_MAX: usize = 8;
/// Words of a text or number that is compared at once.
const LEAF_WORDS: u64 = 64;

/// Whether a value is compared within a microsecond: a short text or number, or a vector of few of them.
fn is_light(heap: &Heap, word: Word, vector_max: usize) -> bool {
    let Some(object) = heap.try_object(word) else {
        return true;
    };
    match object.kind() {
        Kind::Keyword | Kind::Symbol => [2, 3]
            .iter()
            .all(|&part| is_light(heap, object.word(part), 0)),
        Kind::SmallVector | Kind::Vector => {
            let count = vector::count(object);
            count <= vector_max
                && (0..count)
                    .all(|at| vector::nth(heap, word, at).is_some_and(|x| is_light(heap, x, 0)))
        }
        Kind::Ratio | Kind::Decimal | Kind::BigInt => number::extra_words(heap, word) <= LEAF_WORDS,
        Kind::Lazy => false,
        _ => u64::from(object.header().size()) <= LEAF_WORDS,
    }
}

/// Word of a map entry that is its key.
const ENTRY_KEY: u32 = 1;

fn sizes(heap: &Heap) -> (usize, usize) {
    if heap.short_steps {
        (SHORT_RUN_ELEMENTS, SHORT_STEP_ELEMENTS)
    } else {
        (RUN_ELEMENTS, STEP_ELEMENTS)
    }
}

/// Sorts a vector, a small one at once: a vector, or nil when it is left to the library. `mode` is 0 for
/// `compare`, 1 for `<`, 2 for `>`, and 4 more where the elements are map entries to be sorted by their
/// keys. Nil, too, where a mode or an
/// element is something else.
///
/// # Errors
/// `:ox/type` of elements that cannot be compared; [`Trap::Walk`].
pub(crate) fn sort(
    heap: &mut Heap,
    vector: Word,
    mode: Word,
    spent: &mut u32,
) -> Result<Word, Trap> {
    let count = vector::count(heap.object(vector));
    let (run, _) = sizes(heap);
    let Some(how) = Mode::of(mode) else {
        return Ok(Word::NIL);
    };
    if count > run {
        let empty = vector::make(heap, &[]);
        let builder = transient::make(heap, empty)?;
        let [zero, run] = [0, run].map(|n| Word::small(n as i64));
        let mut words = vec![vector, mode, zero, run, zero, builder];
        words.resize(PLACES as usize - 1 + WAYS, Word::small(0));
        return Err(Trap::Walk(make_state(heap, Walk::Sort, &words)));
    }
    let mut words = vector::elements(heap, vector);
    match sort_run(heap, how, &mut words, spent) {
        Ok(()) => Ok(vector::make(heap, &words)),
        Err(Unsorted::Throw(error)) => Err(Trap::Throw(error)),
        Err(Unsorted::Library) => Ok(Word::NIL),
    }
}

/// Sorts elements at once.
fn sort_run(
    heap: &mut Heap,
    mode: Mode,
    words: &mut [Word],
    spent: &mut u32,
) -> Result<(), Unsorted> {
    if mode.by_key && !words.iter().all(|&word| vector::is_entry(heap, word)) {
        return Err(Unsorted::Library);
    }
    // By merging, of insertion-sorted stretches first: the standard library's sort may panic where an
    // order is not total, as that of NaN is not.
    let mut comparisons = 0;
    for stretch in words.chunks_mut(STRETCH) {
        for next in 1..stretch.len() {
            let mut at = next;
            while at > 0 {
                comparisons += 1;
                if compare(heap, mode, stretch[at], stretch[at - 1])? != Ordering::Less {
                    break;
                }
                stretch.swap(at, at - 1);
                at -= 1;
            }
        }
    }
    let mut left = Vec::with_capacity(words.len());
    let mut width = STRETCH;
    while width < words.len() {
        for pair in words
            .chunks_mut(2 * width)
            .filter(|pair| pair.len() > width)
        {
            left.clear();
            left.extend_from_slice(&pair[..width]);
            let (mut i, mut j, mut to) = (0, width, 0);
            while i < left.len() && j < pair.len() {
                comparisons += 1;
                if compare(heap, mode, pair[j], left[i])? == Ordering::Less {
                    pair[to] = pair[j];
                    j += 1;
                } else {
                    pair[to] = left[i];
                    i += 1;
                }
                to += 1;
            }
            pair[to..to + left.len() - i].copy_from_slice(&left[i..]);
        }
        width *= 2;
    }
    charge(spent, comparisons);
    Ok(())
}

/// Elements that are sorted by insertion.
const STRETCH: usize = 8;

fn charge(spent: &mut u32, comparisons: usize) {
    let fuel = u32::try_from(comparisons / COMPARISONS_PER_FUEL).unwrap_or(u32::MAX);
    *spent = spent.saturating_add(fuel);
}

/// Sorts on: the sorted vector, nil when it is left to the library, or how the walk stopped.
pub(crate) fn step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let number = |heap: &Heap, index: u32| heap.word(state, index).small_value() as usize;
    let source = heap.word(state, VECTOR);
    let count = vector::count(heap.object(source));
    let (width, group) = (number(heap, WIDTH), number(heap, GROUP));
    let Some(mode) = Mode::of(heap.word(state, MODE)) else {
        return Ok(Word::NIL);
    };
    let run = number(heap, RUN);
    let result = if width == 0 {
        let end = (group + run).min(count);
        let mut words = Vec::with_capacity(end - group);
        vector::extend(heap, source, &mut words, group, end);
        heap.write(state, GROUP, Word::small(end as i64));
        sort_run(heap, mode, &mut words, spent).map(|()| words)
    } else {
        merge(heap, state, mode, count, spent)
    };
    let words = match result {
        Ok(words) => words,
        Err(Unsorted::Throw(error)) => return Err(Stop::Throw(error)),
        Err(Unsorted::Library) => return Ok(Word::NIL),
    };
    let builder = heap.word(state, BUILDER);
    super::build::add_elements(heap, builder, &words)?;
    if transient::count(heap, builder) < count {
        return Err(Stop::Budget);
    }
    let merged = transient::persistent(heap, builder)?;
    let width = if width == 0 { run } else { width * WAYS };
    if width >= count {
        return Ok(merged);
    }
    let empty = vector::make(heap, &[]);
    let builder = transient::make(heap, empty)?;
    heap.write(state, VECTOR, merged);
    heap.write(state, WIDTH, Word::small(width as i64));
    heap.write(state, GROUP, Word::small(0));
    heap.write(state, BUILDER, builder);
    for index in PLACES..PLACES + WAYS as u32 {
        heap.write(state, index, Word::small(0));
    }
    Err(Stop::Budget)
}

/// Elements of a run that are looked at next, copied from the vector a leaf at a time.
struct Head {
    run: usize,
    /// Index of the next element in its run.
    at: usize,
    end: usize,
    words: Vec<Word>,
    /// Index of `words[0]` in the run.
    from: usize,
}

/// Elements of a run that are copied at once.
const AHEAD: usize = 64;

impl Head {
    fn element(&mut self, heap: &Heap, source: Word, start: usize) -> Word {
        if self.at - self.from >= self.words.len() {
            self.words.clear();
            self.from = self.at;
            let end = (self.at + AHEAD).min(self.end);
            vector::extend(heap, source, &mut self.words, start + self.at, start + end);
        }
        self.words[self.at - self.from]
    }
}

/// The next elements of the merged runs of a group.
fn merge(
    heap: &mut Heap,
    state: Word,
    mode: Mode,
    count: usize,
    spent: &mut u32,
) -> Result<Vec<Word>, Unsorted> {
    let source = heap.word(state, VECTOR);
    let width = heap.word(state, WIDTH).small_value() as usize;
    let group = heap.word(state, GROUP).small_value() as usize;
    let (_, most) = sizes(heap);
    // Runs that have elements left, by their heads, the least last.
    let mut heads: Vec<(Word, Head)> = Vec::with_capacity(WAYS);
    let mut comparisons = 0;
    for run in 0..WAYS {
        let start = group + run * width;
        let end = width.min(count.saturating_sub(start));
        let at = heap.word(state, PLACES + run as u32).small_value() as usize;
        if at < end {
            let mut head = Head {
                run,
                at,
                end,
                words: Vec::with_capacity(AHEAD),
                from: at,
            };
            let element = head.element(heap, source, start);
            insert(heap, mode, &mut heads, (element, head), &mut comparisons)?;
        }
    }
    let mut merged = Vec::with_capacity(most);
    while merged.len() < most {
        let Some((element, mut head)) = heads.pop() else {
            break;
        };
        merged.push(element);
        head.at += 1;
        heap.write(state, PLACES + head.run as u32, Word::small(head.at as i64));
        if head.at < head.end {
            let element = head.element(heap, source, group + head.run * width);
            insert(heap, mode, &mut heads, (element, head), &mut comparisons)?;
        }
    }
    if heads.is_empty() {
        heap.write(state, GROUP, Word::small((group + WAYS * width) as i64));
        for index in PLACES..PLACES + WAYS as u32 {
            heap.write(state, index, Word::small(0));
        }
    }
    charge(spent, comparisons + 4 * merged.len());
    Ok(merged)
}

/// Puts a run where its head belongs.
fn insert(
    heap: &mut Heap,
    mode: Mode,
    heads: &mut Vec<(Word, Head)>,
    new: (Word, Head),
    comparisons: &mut usize,
) -> Result<(), Unsorted> {
    // Mostly the same run goes on, or one that is near: the least heads are looked at first.
    let (mut low, mut high) = (0, heads.len());
    while low < high {
        let middle = (low + high) / 2;
        *comparisons += 1;
        let order = compare(heap, mode, new.0, heads[middle].0)?;
        if order.then(new.1.run.cmp(&heads[middle].1.run)) == Ordering::Less {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    heads.insert(low, new);
    Ok(())
}
