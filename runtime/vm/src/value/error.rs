//! The errors that operations on collections and cells throw, ready to throw.

use super::fault::Fault;
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::word::Word;

/// Index of an error's cause.
pub(crate) const CAUSE_WORD: u32 = 4;

/// `:ox/type`: a value of a wrong type; `expected` reads on after "expected": `a map`.
#[cold]
#[inline(never)]
pub fn wrong_type(heap: &mut Heap, value: Word, expected: &'static str) -> Trap {
    Fault::type_error(heap, value, expected).trap(heap)
}

/// `:ox/index`: an index out of bounds.
#[cold]
#[inline(never)]
pub fn out_of_bounds(heap: &mut Heap, index: Word, count: usize) -> Trap {
    let message = match index.as_small() {
        Some(index) => format!("index {index} is out of bounds for a count of {count}"),
        None => format!("the index is out of bounds for a count of {count}"),
    };
    let count = Word::small(i64::try_from(count).expect("counts fit the memory"));
    Fault::new("index", message)
        .with("index", index)
        .with("count", count)
        .trap(heap)
}

/// `:ox/argument`: the right type, but an impossible value.
#[cold]
#[inline(never)]
pub fn bad_argument(heap: &mut Heap, message: &str, value: Word) -> Trap {
    Fault::new("argument", message)
        .with("value", value)
        .trap(heap)
}

/// `:ox/state`: an object used at the wrong time.
#[cold]
#[inline(never)]
pub fn wrong_state(heap: &mut Heap, message: &str) -> Trap {
    Fault::new("state", message).trap(heap)
}

/// What caused an error, if that is known.
#[must_use]
pub fn cause_of(heap: &Heap, error: Word) -> Option<Word> {
    let object = heap.try_object(error)?;
    let cause = (object.kind() == Kind::Error).then(|| object.word(CAUSE_WORD as usize))?;
    (!cause.is_nil()).then_some(cause)
}
