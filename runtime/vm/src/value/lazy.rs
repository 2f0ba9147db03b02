//! Lazy cells and delays: one state machine, two kinds of object.
//!
//! ```text
//! unrealized (thunk) -> running (fiber) -> realized (value)
//!       '<- given back <---' |
//!                            '- a delay -> failed (error)
//! ```
//!
//! # Invariants
//! - A lazy cell whose thunk throws is unrealized again, so who asks again runs it again. A delay
//!   whose thunk throws stays failed, as in Clojure; one whose thunk is interrupted from outside (a
//!   cancellation, an exit) is unrealized again.
//! - A cell is running as long as its fiber is there. One whose fiber has ended counts as unrealized:
//!   who would wait for it makes it so ([`give_back`]). Nobody unwinds the stack of an uncaught error.
//! - So a cell holds its thunk while that runs. The thunk of a lazy cell that returns another cell has
//!   done its part, and the cell holds that one's thunk from then on ([`forward`]). So a chain of any
//!   length keeps no more alive than its last cell does.
//! - A realized lazy cell's value is nil, a sequence, or another lazy cell; readers follow cells
//!   to the end ([`follow`]).
//! - State and content change only through the write barrier.

use super::error::wrong_state;
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::Kind;
use crate::word::Word;

/// The state of a cell. In memory a running one is `-1 - fiber`, others are their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum State {
    /// Nobody has asked; the content is the thunk.
    Unrealized = 0,
    /// A fiber computes it ([`owner`]); the content is the thunk. Of a delay that an older Ox has
    /// started it is nil.
    Running = 1,
    /// The content is the value.
    Realized = 2,
    /// The content is the error.
    Failed = 3,
}

impl State {
    fn of(word: Word) -> State {
        match word.small_value() {
            ..0 => State::Running,
            0 => State::Unrealized,
            2 => State::Realized,
            _ => State::Failed,
        }
    }

    /// The state's name, as `lazy-state` returns it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            State::Unrealized => "unrealized",
            State::Running => "running",
            State::Realized => "realized",
            State::Failed => "failed",
        }
    }
}

/// Makes a lazy cell.
pub fn make(heap: &mut Heap, thunk: Word) -> Word {
    heap.make(
        Kind::Lazy,
        0,
        0,
        &[],
        &[Word::small(State::Unrealized as i64), thunk, Word::NIL],
    )
}

/// Makes a realized lazy cell with metadata.
pub fn make_realized(heap: &mut Heap, value: Word, meta: Word) -> Word {
    heap.make(
        Kind::Lazy,
        0,
        0,
        &[],
        &[Word::small(State::Realized as i64), value, meta],
    )
}

/// Makes a delay.
pub fn make_delay(heap: &mut Heap, thunk: Word) -> Word {
    let serial = heap.fresh_serial();
    heap.make(
        Kind::Delay,
        0,
        0,
        &[serial],
        &[Word::small(State::Unrealized as i64), thunk],
    )
}

/// Index of the state word of a lazy cell or delay; its content follows. `None` of others.
fn state_index(heap: &Heap, cell: Word) -> Option<u32> {
    match heap.kind_of(cell)? {
        Kind::Lazy => Some(1),
        Kind::Delay => Some(2),
        _ => None,
    }
}

/// State and content of a lazy cell or delay.
#[must_use]
pub fn read(heap: &Heap, cell: Word) -> Option<(State, Word)> {
    let index = state_index(heap, cell)?;
    Some((
        State::of(heap.word(cell, index)),
        heap.word(cell, index + 1),
    ))
}

/// The number of the fiber that computes a running cell.
#[must_use]
pub fn owner(heap: &Heap, cell: Word) -> Option<u64> {
    let state = heap.word(cell, state_index(heap, cell)?);
    u64::try_from(-1 - state.small_value()).ok()
}

/// What a value is behind lazy cells: the value itself when it is no lazy cell.
///
/// # Errors
/// The cell that has to be realized first.
#[inline]
pub fn follow(heap: &Heap, mut value: Word) -> Result<Word, Word> {
    while value.is_object() {
        let object = heap.object(value);
        if object.kind() != Kind::Lazy {
            break;
        }
        if State::of(object.word(1)) != State::Realized {
            return Err(value);
        }
        value = object.word(2);
    }
    Ok(value)
}

fn cell_expected(heap: &mut Heap, value: Word) -> Trap {
    super::error::wrong_type(heap, value, "a lazy cell or a delay")
}

/// Index of the state word of a cell of this process.
fn own_index(heap: &mut Heap, cell: Word) -> Result<u32, Trap> {
    let Some(index) = state_index(heap, cell) else {
        return Err(cell_expected(heap, cell));
    };
    if !cell.is_reference() {
        return Err(wrong_state(heap, "a shared cell cannot be realized"));
    }
    Ok(index)
}

fn set(heap: &mut Heap, cell: Word, state: State, content: Word) -> Result<(), Trap> {
    let index = own_index(heap, cell)?;
    heap.write(cell, index, Word::small(state as i64));
    heap.write(cell, index + 1, content);
    Ok(())
}

/// `lazy-start!`: the thunk of an unrealized cell, which is running in the fiber from now on.
///
/// # Errors
/// `:ox/type`, `:ox/state`, or the error of a failed cell.
pub fn start(heap: &mut Heap, cell: Word, fiber: u64) -> NativeResult {
    match read(heap, cell) {
        None => Err(cell_expected(heap, cell)),
        Some((State::Unrealized, thunk)) => {
            let index = own_index(heap, cell)?;
            let fiber = i64::try_from(fiber).unwrap_or(Word::INT_MAX);
            heap.write(cell, index, Word::small(-1 - fiber.min(Word::INT_MAX)));
            Ok(thunk)
        }
        Some((State::Running, _)) if owner(heap, cell) == Some(fiber) => Err(wrong_state(
            heap,
            "a lazy value needs itself to be computed",
        )),
        Some((State::Running | State::Realized, _)) => Ok(Word::NIL),
        Some((State::Failed, error)) => Err(Trap::Throw(error)),
    }
}

/// Makes an unrealized cell an indirection to a running one, which goes on with its thunk.
pub fn forward(heap: &mut Heap, cell: Word, to: Word) {
    debug_assert!(heap.kind_of(cell) == Some(Kind::Lazy) && heap.kind_of(to) == Some(Kind::Lazy));
    let thunk = heap.word(cell, 2);
    heap.write(to, 2, thunk);
    // Both are lazy cells of this process, so the write cannot be refused.
    let written = set(heap, cell, State::Realized, to);
    debug_assert!(written.is_ok());
}

/// `lazy-finish!`
///
/// # Errors
/// `:ox/type`, `:ox/state`.
pub fn finish(heap: &mut Heap, cell: Word, value: Word) -> NativeResult {
    // A thunk may return the very cell it computes; following it would never end. Nobody follows delays.
    if value == cell && heap.kind_of(cell) == Some(Kind::Lazy) {
        return Err(wrong_state(heap, "a lazy value is itself"));
    }
    set(heap, cell, State::Realized, value)?;
    Ok(value)
}

/// `lazy-fail!`: the thunk of a running cell has thrown.
///
/// # Errors
/// `:ox/type`, `:ox/state`.
pub fn fail(heap: &mut Heap, cell: Word, error: Word) -> NativeResult {
    if heap.kind_of(cell) != Some(Kind::Lazy) || !give_back(heap, cell)? {
        set(heap, cell, State::Failed, error)?;
    }
    Ok(Word::NIL)
}

/// `lazy-give-back!`: the thunk of a running cell was interrupted from outside.
///
/// # Errors
/// `:ox/type`, `:ox/state`.
pub fn interrupt(heap: &mut Heap, cell: Word, error: Word) -> NativeResult {
    if !give_back(heap, cell)? {
        set(heap, cell, State::Failed, error)?;
    }
    Ok(Word::NIL)
}

/// Makes a running cell unrealized again, with the thunk that ran; false if it does not have that.
///
/// # Errors
/// `:ox/type`, `:ox/state`.
pub fn give_back(heap: &mut Heap, cell: Word) -> Result<bool, Trap> {
    let index = own_index(heap, cell)?;
    let has_thunk = !heap.word(cell, index + 1).is_nil();
    if has_thunk {
        heap.write(cell, index, Word::small(State::Unrealized as i64));
    }
    Ok(has_thunk)
}

/// `lazy-value`
///
/// # Errors
/// `:ox/type`, `:ox/state`.
pub fn value(heap: &mut Heap, cell: Word) -> NativeResult {
    match read(heap, cell) {
        None => Err(cell_expected(heap, cell)),
        Some((State::Realized | State::Failed, content)) => Ok(content),
        Some(_) => Err(wrong_state(heap, "a lazy value is not there yet")),
    }
}
