//! Errors under way: thrown, and held by a handler that has not done with them.
//!
//! A `finally` that waits holds the error which it will throw again, a `catch` the one that it may.
//! While it does, the checkpoints that are made come after the failure; who wants to go back to
//! before it must know from when on not to overwrite what is stored.
//!
//! An error is held by what live registers refer to: itself, an error whose cause it is, a function
//! that has captured it, a future that has failed with it. One that was put into a collection or an
//! atom has become a value of the program, and is no longer under way.
//!
//! # Invariants
//! - Looking costs as much as has changed of the stacks since the last time: a frame in which a call
//!   is under way holds what it held. It costs nothing while no error is caught.

use crate::checkpoint::FiberRecord;
use crate::fiber::{Fiber, FiberId};
use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::interp::{TRACE_WORD, is_end};
use crate::object::{FIRST_VALUE, Kind};
use crate::process::{Process, Root};
use crate::stack::{FRAME_HEADER_WORDS, FrameRef, StackPart};
use crate::value::cell;
use crate::value::error::CAUSE_WORD;
use crate::value::lazy::State;
use crate::word::Word;
use bytecode::liveness::Live;
use std::sync::Arc;

/// Objects looked at from one register: causes, captures, futures.
const OBJECTS_MAX: usize = 64;

/// What is known between two looks.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    /// Something was thrown and caught, or is about to be thrown, since the last look.
    pub(crate) has_thrown: bool,
    /// All frames have to be looked at, not the changed ones only.
    everywhere: bool,
    /// The frames that held an error at the last look.
    holders: Vec<Holder>,
}

/// A frame that holds an error.
#[derive(Clone, Copy, Debug)]
struct Holder {
    fiber: FiberId,
    frame: FrameRef,
    /// Where its registers end.
    end: u32,
}

/// An error under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The error.
    pub error: Word,
    /// Whether it was thrown since the last checkpoint, or is about to be.
    pub is_new: bool,
}

impl Process {
    /// An error has ended a fiber: it is under way until it is known who hears of it.
    pub fn note_fiber_error(&mut self, error: Word) {
        let before = self.root(Root::FiberErrors);
        let link = self.heap.make(Kind::Array, 0, 0, &[], &[error, before]);
        self.set_root(Root::FiberErrors, link);
        self.under_way.has_thrown = true;
        // It may have changed a future that a frame has held for long.
        self.under_way.everywhere = true;
    }

    /// The next look is at everything: the process was read from the store.
    pub fn look_for_errors_everywhere(&mut self) {
        self.under_way.everywhere = true;
    }

    /// The errors under way, each once, in no order that means anything. To be called right before
    /// a checkpoint and at no other time: frames that do not change until the next call are not
    /// looked at again.
    pub fn errors_under_way(&mut self) -> Vec<Held> {
        let UnderWay {
            has_thrown,
            everywhere,
            holders,
        } = std::mem::take(&mut self.under_way);
        if !has_thrown && !everywhere && holders.is_empty() {
            return Vec::new();
        }
        let image = Arc::clone(&self.image);
        let mut found = Found {
            heap: &self.heap,
            in_futures: true,
            errors: Vec::new(),
        };
        let mut link = self.root(Root::FiberErrors);
        while !link.is_nil() {
            found.add(self.heap.word(link, 1), true);
            link = self.heap.word(link, 2);
        }
        let mut still = Vec::new();
        for holder in holders {
            let Some(index) = self.fiber_index(holder.fiber) else {
                continue;
            };
            let part = self.fibers[index].parts.get(holder.frame.part);
            let part = part.filter(|part| !everywhere && !has_changed(part, holder.frame));
            if let Some(part) = part
                && found.frame(part, holder, &image)
            {
                still.push(holder);
            }
        }
        for fiber in &self.fibers {
            found.add(fiber.pending_error, true);
            for (part, holder) in holders_of(fiber, &image, everywhere) {
                if found.frame(part, holder, &image) {
                    still.push(holder);
                }
            }
        }
        let errors = found.errors;
        self.under_way.holders = still;
        self.set_root(Root::FiberErrors, Word::NIL);
        errors
    }
}

/// Cancellations and exits that were thrown and caught in a fiber, in a chain of arrays: error, number,
/// those before.
///
/// The number is that of the throw, of all in the fiber; 0 stands for what is no end of this fiber: the
/// cancellation of another one that it has waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    /// The chain, or nil. Some of them may be held by nobody any more.
    pub(crate) thrown: Word,
    /// How many throws there were.
    pub(crate) count: u64,
    /// Whether frames may hold ends that an older version has not put into the chain.
    pub(crate) are_unnoted: bool,
    /// The length of the chain at which it is looked which of them are still held.
    look_at: usize,
}

/// Ends of which nobody asks whether they are still held.
const UNLOOKED_MAX: usize = 4;
/// Number of what is no end of the fiber.
const FOREIGN: u64 = 0;

impl Default for Ends {
    fn default() -> Ends {
        Ends {
            thrown: Word::NIL,
            count: 0,
            are_unnoted: false,
            look_at: UNLOOKED_MAX,
        }
    }
}

impl Ends {
    /// As they are stored.
    pub(crate) fn stored(record: &FiberRecord) -> Ends {
        Ends {
            thrown: Word(record.ends),
            count: record.ends_count,
            are_unnoted: record.has_unnoted_ends,
            ..Ends::default()
        }
    }

    /// The chain with their numbers, the last thrown first.
    fn list(&self, heap: &Heap) -> Vec<(Word, u64)> {
        let mut list = Vec::new();
        let mut link = heap.try_object(self.thrown);
        while let Some(array) = link {
            let number = array.word(2).as_small().unwrap_or_default();
            list.push((array.word(1), u64::try_from(number).unwrap_or(FOREIGN)));
            link = heap.try_object(array.word(3));
        }
        list
    }

    /// Makes the chain anew.
    fn set(&mut self, heap: &mut Heap, list: &[(Word, u64)]) {
        self.thrown = list
            .iter()
            .rev()
            .fold(Word::NIL, |before, &(error, number)| {
                let number = Word::small(i64::try_from(number).unwrap_or(i64::MAX));
                heap.make(Kind::Array, 0, 0, &[], &[error, number, before])
            });
    }
}

impl Process {
    /// The number of the last cancellation or exit that is under way in a fiber, 0 if none is: about to
    /// be thrown in it, or thrown in it and held by its frames. One that it has as a value only is not:
    /// that was, or will be, thrown elsewhere. Costs as much as the stack is deep if one was thrown in it
    /// since there was none.
    pub fn end_under_way(&mut self, fiber: FiberId) -> u64 {
        let Some(index) = self.fiber_index(fiber) else {
            return 0;
        };
        self.note_unnoted(index);
        let list = self.fibers[index].ends.list(&self.heap);
        if list.iter().any(|&(_, number)| number != FOREIGN) {
            self.drop_ends(index);
        }
        let Process { fibers, heap, .. } = self;
        let fiber = &fibers[index];
        let list = fiber.ends.list(heap);
        let pending = fiber.pending_error;
        let is_foreign = list.contains(&(pending, FOREIGN));
        if is_end(heap, pending) && !is_foreign {
            return fiber.ends.count + 1;
        }
        list.iter().map(|&(_, number)| number).max().unwrap_or(0)
    }

    /// How many cancellations and exits were thrown in a fiber so far.
    pub fn ends_thrown(&mut self, fiber: FiberId) -> u64 {
        let Some(index) = self.fiber_index(fiber) else {
            return 0;
        };
        self.note_unnoted(index);
        self.fibers[index].ends.count
    }

    fn note_unnoted(&mut self, index: usize) {
        if self.fibers[index].ends.are_unnoted {
            self.drop_ends(index);
        }
    }

    /// A cancellation or an exit was thrown in a fiber and caught.
    pub(crate) fn note_end(&mut self, index: usize, error: Word) {
        self.note_unnoted(index);
        self.make_room(index);
        let fiber = &mut self.fibers[index];
        let mut list = fiber.ends.list(&self.heap);
        let known = list.iter().position(|&(other, _)| other == error);
        // Who throws it again throws it at what is around that: it is the last one then.
        let known = known.map(|at| list.remove(at));
        let is_foreign = known.is_some_and(|(_, number)| number == FOREIGN);
        if !is_foreign {
            fiber.ends.count += 1;
        }
        let number = if is_foreign {
            FOREIGN
        } else {
            fiber.ends.count
        };
        list.insert(0, (error, number));
        self.set_ends(index, &list);
    }

    /// A fiber is about to throw the cancellation of another one, for which it has waited: an error like
    /// any other to it.
    pub fn note_foreign_end(&mut self, fiber: FiberId, error: Word) {
        let Some(index) = self.fiber_index(fiber) else {
            return;
        };
        self.note_unnoted(index);
        self.make_room(index);
        let mut list = self.fibers[index].ends.list(&self.heap);
        list.insert(0, (error, FOREIGN));
        self.set_ends(index, &list);
    }

    fn set_ends(&mut self, index: usize, list: &[(Word, u64)]) {
        let fiber = &mut self.fibers[index];
        fiber.ends.set(&mut self.heap, list);
        fiber.changed = true;
    }

    /// Forgets what is held no more before another is noted. Not after: what is about to be thrown is held by
    /// no frame yet.
    fn make_room(&mut self, index: usize) {
        let ends = &self.fibers[index].ends;
        if ends.list(&self.heap).len() >= ends.look_at {
            self.drop_ends(index);
            let fiber = &mut self.fibers[index];
            let left = fiber.ends.list(&self.heap).len();
            fiber.ends.look_at = UNLOOKED_MAX.max(2 * left);
        }
    }

    /// Forgets the ends that a fiber holds no more; those that an older version has not noted are noted.
    fn drop_ends(&mut self, index: usize) {
        let fiber = &self.fibers[index];
        let mut found = Found {
            heap: &self.heap,
            in_futures: false,
            errors: Vec::new(),
        };
        found.add(fiber.pending_error, true);
        for (part, holder) in holders_of(fiber, &self.image, true) {
            found.frame(part, holder, &self.image);
        }
        let mut held = found.errors;
        let before = fiber.ends.list(&self.heap);
        let mut list = before.clone();
        list.retain(|&(error, _)| held.iter().any(|held| held.error == error));
        let fiber = &mut self.fibers[index];
        if std::mem::take(&mut fiber.ends.are_unnoted) {
            fiber.changed = true;
            // It has noted none. Those of the outer frames were caught first.
            held.retain(|held| is_end(&self.heap, held.error));
            let count = held.len() as u64;
            fiber.ends.count = fiber.ends.count.max(count);
            let numbers = (1..=count).rev();
            list = held.iter().map(|held| held.error).zip(numbers).collect();
        }
        if list != before {
            fiber.ends.set(&mut self.heap, &list);
            fiber.changed = true;
        }
    }
}

/// The frames of a fiber that may hold an error, each part's from the innermost out: all, or down to
/// the first that has not changed since the last checkpoint.
fn holders_of<'p>(
    fiber: &'p Fiber,
    image: &'p LoadedImage,
    everywhere: bool,
) -> impl Iterator<Item = (&'p StackPart, Holder)> {
    let parts = fiber.parts.iter().enumerate();
    parts.flat_map(move |(number, part)| {
        let top = if fiber.is_part_inside(number) {
            part.inside_frame(number)
        } else {
            part.top_frame(number)
        };
        let frames = std::iter::successors(Some((top, part.height(image))), |&(frame, _)| {
            let end = frame.base - frame.header_words;
            part.caller(frame).map(|caller| (caller, end))
        });
        frames
            .take_while(move |&(frame, _)| everywhere || has_changed(part, frame))
            .map(move |(frame, end)| {
                let fiber = fiber.id;
                (part, Holder { fiber, frame, end })
            })
    })
}

/// Whether a frame may have changed since the last checkpoint.
fn has_changed(part: &StackPart, frame: FrameRef) -> bool {
    frame.base >= part.low || frame.base - FRAME_HEADER_WORDS >= part.stored
}

struct Found<'h> {
    heap: &'h Heap,
    /// Whether a future holds the error that it has failed with.
    in_futures: bool,
    errors: Vec<Held>,
}

impl Found<'_> {
    /// Adds what a frame holds; whether it holds an error.
    fn frame(&mut self, part: &StackPart, holder: Holder, image: &LoadedImage) -> bool {
        let frame = holder.frame;
        let mut live = Live::default();
        image.proto(frame.proto).live(frame.standing, &mut live);
        let mut any = live.function
            && self.held_by(Word(part.words[(frame.base - FRAME_HEADER_WORDS) as usize]));
        for address in frame.base..holder.end {
            if live.registers.contains(address - frame.base) {
                any |= self.held_by(Word(part.words[address as usize]));
            }
        }
        any
    }

    /// Adds the errors that a word holds; whether there are any.
    fn held_by(&mut self, word: Word) -> bool {
        let mut any = false;
        let mut pending = vec![word];
        let mut looked = 0;
        while let Some(word) = pending.pop() {
            looked += 1;
            if !word.is_reference() || looked > OBJECTS_MAX {
                continue;
            }
            match self.heap.kind_of(word) {
                Some(Kind::Error) => {
                    if !self.heap.word(word, TRACE_WORD).is_nil() {
                        any = true;
                        self.add(word, false);
                    }
                    pending.push(self.heap.word(word, CAUSE_WORD));
                }
                Some(Kind::Future) if self.in_futures => {
                    if let Some((state, content)) = cell::outcome(self.heap, word)
                        && state == State::Failed as i64
                    {
                        pending.push(content);
                    }
                }
                Some(Kind::Function) => {
                    let first = FIRST_VALUE[Kind::Function as usize] as usize;
                    let captured = &self.heap.object(word).words()[first..];
                    pending.extend(captured.iter().map(|&word| Word(word)));
                }
                _ => {}
            }
        }
        any
    }

    /// Adds an error. One that `is_thrown_now` has no trace yet.
    fn add(&mut self, error: Word, is_thrown_now: bool) {
        if self.heap.kind_of(error) != Some(Kind::Error) || !error.is_reference() {
            return;
        }
        let trace = self.heap.word(error, TRACE_WORD);
        let is_new = if trace.is_nil() {
            is_thrown_now
        } else {
            trace.is_reference() && !self.heap.has_stored_bytes(trace)
        };
        match self.errors.iter_mut().find(|held| held.error == error) {
            Some(held) => held.is_new |= is_new,
            None => self.errors.push(Held { error, is_new }),
        }
    }
}
