//! Parts of long vectors, copied in steps.
//!
//! ```text
//! state:  Array [vector at end builder]
//! ```

use super::work::{Stop, Walk};
use super::{transient, vector};
use crate::heap::Heap;
use crate::native::Trap;
use crate::value::walk::make_state;
use crate::word::Word;

/// Elements that are copied at once.
const STEP: usize = 16 * 1024;
/// The same in tests.
const SHORT_STEP: usize = 8;
/// Elements that are copied for one unit of fuel.
const ELEMENTS_PER_FUEL: usize = 2;

fn step_size(heap: &Heap) -> usize {
    if heap.short_steps { SHORT_STEP } else { STEP }
}

/// The elements of a vector from `start` to before `end`, which are within it, as a vector.
///
/// # Errors
/// [`Trap::Walk`] of many.
pub(crate) fn slice(heap: &mut Heap, source: Word, start: usize, end: usize) -> Result<Word, Trap> {
    if end - start <= step_size(heap) {
        return Ok(vector::slice(heap, source, start, end));
    }
    let empty = vector::make(heap, &[]);
    let builder = transient::make(heap, empty)?;
    let [start, end] = [start, end].map(|n| Word::small(n as i64));
    let words = [source, start, end, builder];
    Err(Trap::Walk(make_state(heap, Walk::Slice, &words)))
}

/// Copies on: the vector, or how the walk stopped.
pub(crate) fn step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let (source, builder) = (heap.word(state, 1), heap.word(state, 4));
    let [start, end] = [2, 3].map(|index| heap.word(state, index).small_value() as usize);
    let to = end.min(start + step_size(heap));
    let mut words = Vec::with_capacity(to - start);
    vector::extend(heap, source, &mut words, start, to);
    super::build::add_elements(heap, builder, &words)?;
    *spent = spent.saturating_add((words.len() / ELEMENTS_PER_FUEL) as u32);
    if to < end {
        heap.write(state, 2, Word::small(to as i64));
        return Err(Stop::Budget);
    }
    Ok(transient::persistent(heap, builder)?)
}
