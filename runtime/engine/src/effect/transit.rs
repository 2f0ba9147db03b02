//! Values that leave a process or come into it, in steps: a large one takes longer than a slice.
//!
//! An operation that sends a value finds it copied out already, a letter that is taken in finds its
//! value in the process's memory: both are done before, here, as many steps as it takes. Between
//! steps the turn is [suspended](crate::engine::turn), and others have the thread.
//!
//! # Invariants
//! - Nothing else happens to the process from the first step to the last: its turn is not over, so
//!   nothing runs in it, nothing is collected, and no checkpoint is made.
//! - Nothing of it is stored: after a crash the process goes on before the operation, and the letter
//!   has not been taken in.

use super::calling::{Called, Calling};
use super::{MAIN_FIBER, Step};
use crate::actor::{Actor, Incoming};
use crate::engine::Inner;
use crate::engine::turn::Said;
use crate::parcel;
use vm::Word;
use vm::fiber::FiberId;
use vm::object::Kind;
use vm::value::copy::{CopyError, Effort};
use vm::value::message::{Absorption, Extraction};
use vm::value::string::try_keyword;
use vm::value::vector;

/// Words of a letter's value that is taken in at once.
const AT_ONCE_WORDS: usize = 2048;

/// A value on its way.
#[derive(Debug)]
pub(crate) enum Transit {
    /// Out of the process, and what is to be done then.
    Out {
        value: Word,
        extraction: Box<Extraction>,
        then: Then,
    },
    /// Into a process of its own.
    Call {
        calling: Box<Calling>,
        fiber: FiberId,
    },
    /// Into it: the letter that brings it.
    In {
        absorption: Box<Absorption>,
        incoming: Incoming,
    },
}

/// What a value leaves for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Then {
    /// The request of a fiber.
    Perform(FiberId),
    /// The end of an activity's body.
    End(FiberId),
}

/// Values that have made their way before what they are for is done.
#[derive(Debug, Default)]
pub(super) struct Arrived {
    packed: Option<(Word, Result<Vec<u64>, CopyError>)>,
    unpacked: Option<Word>,
    pub(super) called: Option<(Box<Calling>, Result<Called, CopyError>)>,
}

impl Transit {
    /// Goes on for a step, at the end of which what it was for is done: what is left, if it has not
    /// come to that, and what the step has cost.
    pub(crate) fn step(
        self,
        inner: &Inner,
        actor: &mut Actor,
        said: &mut Said,
    ) -> (Option<Transit>, i64) {
        let heap = &mut actor.process.heap;
        let mut effort = Effort::step(heap);
        let cost = effort.fuel();
        match self {
            Transit::Out {
                value,
                mut extraction,
                then,
            } => {
                let packed = match extraction.step(heap, &mut effort) {
                    Ok(None) => {
                        let left = Transit::Out {
                            value,
                            extraction,
                            then,
                        };
                        return (Some(left), cost);
                    }
                    Ok(Some(message)) => Ok(message.into_parcel()),
                    Err(error) => Err(error),
                };
                let mut step = Step::new(inner, actor, said);
                step.arrived.packed = Some((value, packed));
                step.follow(then);
            }
            Transit::Call { mut calling, fiber } => {
                let called = calling.step(inner, &mut actor.process, &mut effort);
                let Some(called) = called else {
                    return (Some(Transit::Call { calling, fiber }), cost);
                };
                let mut step = Step::new(inner, actor, said);
                step.arrived.called = Some((calling, called));
                step.follow(Then::Perform(fiber));
            }
            Transit::In {
                mut absorption,
                incoming,
            } => {
                let value = letter_value(&incoming).and_then(<[u64]>::split_last);
                let Some((&root, words)) = value else {
                    Step::new(inner, actor, said).take_in(incoming);
                    return (None, 0);
                };
                let unpacked = match absorption.step(heap, words, Word(root), &mut effort) {
                    Ok(None) => {
                        let left = Transit::In {
                            absorption,
                            incoming,
                        };
                        return (Some(left), cost);
                    }
                    Ok(Some(word)) => word,
                    Err(_) => Word::NIL,
                };
                let mut step = Step::new(inner, actor, said);
                step.arrived.unpacked = Some(unpacked);
                step.take_in(incoming);
            }
        }
        (None, cost - effort.fuel())
    }
}

/// The words of the value that a letter brings, its root last.
fn letter_value(incoming: &Incoming) -> Option<&[u64]> {
    match incoming {
        Incoming::Letter { letter, .. } => letter.value(),
        _ => None,
    }
}

/// What comes from outside, as a value on its way if it has a large one that the process wants.
///
/// # Errors
/// It has none: it can be taken in at once.
pub(crate) fn coming(
    inner: &Inner,
    actor: &Actor,
    incoming: Incoming,
) -> Result<Transit, Incoming> {
    let words = letter_value(&incoming).map_or(0, <[u64]>::len);
    let at_once = if actor.process.heap.short_steps {
        0
    } else {
        AT_ONCE_WORDS
    };
    let is_message = matches!(&incoming, Incoming::Letter { letter, .. } if letter.is_message());
    let has_room = !is_message || inner.limits.mailbox_has_room(actor.mailbox, words as u64);
    if words <= at_once || actor.is_over() || !has_room {
        return Err(incoming);
    }
    Ok(Transit::In {
        absorption: Box::default(),
        incoming,
    })
}

/// The value that leaves with a fiber's request, or with the end of an activity's body, if it may be
/// large: on its way.
pub(crate) fn leaving(actor: &Actor, then: Then) -> Option<Transit> {
    let process = &actor.process;
    let heap = &process.heap;
    let value = match then {
        Then::Perform(fiber) => {
            let request = process.fibers[process.fiber_index(fiber)?].request;
            if !vector::is_vector(heap, request) {
                return None;
            }
            let part = |index| vector::nth(heap, request, index);
            let call = |function, args| {
                let is_call =
                    heap.kind_of(function) == Some(Kind::Function) && vector::is_vector(heap, args);
                is_call.then(|| Transit::Call {
                    calling: Box::new(Calling::new(function, args)),
                    fiber,
                })
            };
            let (_, name) = try_keyword(heap, part(0)?)?;
            match name {
                "send" | "exit-signal" => part(2)?,
                "heartbeat" => part(1)?,
                "spawn" => return call(part(1)?, part(2)?),
                "activity" => return call(part(2)?, part(3)?),
                _ => return None,
            }
        }
        Then::End(fiber) => {
            if fiber != MAIN_FIBER || actor.record.body_of.is_none() {
                return None;
            }
            process.fibers[process.fiber_index(fiber)?].request
        }
    };
    // A short text is as fast at once, and most of what is sent is one or is small.
    let is_small = match heap.try_object(value) {
        None => true,
        Some(object) => {
            let has_values = !object.values().is_empty();
            !has_values && object.words().len() < AT_ONCE_WORDS && object.kind() != Kind::Lazy
        }
    };
    (!is_small).then(|| Transit::Out {
        value,
        extraction: Box::new(Extraction::new(value)),
        then,
    })
}

impl Step<'_> {
    /// The words of a value that leaves the process.
    pub(super) fn pack(&mut self, value: Word) -> Result<Vec<u64>, Word> {
        match self.arrived.packed.take() {
            Some((of, Ok(words))) if of == value => Ok(words),
            Some((of, Err(error))) if of == value => Err(parcel::refusal(self.heap(), &error)),
            _ => parcel::pack(self.heap(), value),
        }
    }

    /// The value that a letter brings.
    pub(super) fn unpack(&mut self, words: &[u64]) -> Word {
        match self.arrived.unpacked.take() {
            Some(word) => word,
            None => parcel::unpack(self.heap(), words),
        }
    }
}
