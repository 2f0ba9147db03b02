//! Calls that begin a process of their own: function and arguments on their way into its memory.
//!
//! Of the cells of the entry file the new process has those that the code of its call can read, as far
//! as they have values that can be sent. So a call is copied out to see what its code is, then each
//! cell that it reads, and theirs, and then all of it together.
//!
//! # Invariants
//! - As of all values on their way ([`super::transit`]): nothing happens to the process meanwhile but
//!   what is added to its memory here.

use super::Step;
use super::process::{begun, memory_for};
use crate::engine::Inner;
use crate::parcel;
use std::collections::BTreeSet;
use std::sync::Arc;
use vm::Word;
use vm::heap::Heap;
use vm::process::Process;
use vm::reach::Reach;
use vm::value::copy::{CopyError, Effort};
use vm::value::message::{Absorption, Extraction, Message};
use vm::value::vector;

/// The words of a call, and the process that begins with it, or what is wrong with the call.
pub(super) type Called = (Vec<u64>, Result<Process, String>);

/// A call on its way.
#[derive(Debug)]
pub(crate) struct Calling {
    function: Word,
    args: Word,
    /// Cells that have been met, and those of them that are still to be looked at.
    met: BTreeSet<u32>,
    pending: Vec<u32>,
    /// Slots and values by turns.
    shared: Vec<Word>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Begun,
    /// A value is copied out, to see what code it holds: the call, or a cell's value.
    Copying(Option<u32>, Extraction),
    Reaching(Message, Reach),
    /// All of it is copied out.
    Packing(Extraction),
    /// It is copied into the memory of the new process.
    Entering(Vec<u64>, Box<Heap>, Absorption),
}

impl Calling {
    pub(super) fn new(function: Word, args: Word) -> Calling {
        Calling {
            function,
            args,
            met: BTreeSet::new(),
            pending: Vec::new(),
            shared: Vec::new(),
            stage: Stage::Begun,
        }
    }

    /// Whether it is this call.
    pub(super) fn is_of(&self, function: Word, args: Word) -> bool {
        (self.function, self.args) == (function, args)
    }

    /// Goes on: the call, when it has arrived.
    pub(super) fn step(
        &mut self,
        inner: &Inner,
        process: &mut Process,
        effort: &mut Effort,
    ) -> Option<Result<Called, CopyError>> {
        let image = Arc::clone(&process.image);
        while !effort.is_used_up() {
            self.stage = match std::mem::replace(&mut self.stage, Stage::Begun) {
                Stage::Begun if image.cell_namespace().is_none() => self.packing(&mut process.heap),
                Stage::Begun => {
                    let call = vector::make(&mut process.heap, &[self.function, self.args]);
                    Stage::Copying(None, Extraction::new(call))
                }
                Stage::Copying(cell, mut extraction) => {
                    match extraction.step(&process.heap, effort) {
                        Ok(None) => Stage::Copying(cell, extraction),
                        Ok(Some(message)) => {
                            let value = cell.and_then(|slot| process.cell(slot));
                            if let (Some(slot), Some(value)) = (cell, value) {
                                self.shared.extend([Word::small(i64::from(slot)), value]);
                            }
                            Stage::Reaching(message, Reach::default())
                        }
                        Err(error) if cell.is_none() => return Some(Err(error)),
                        // It has no value that can be sent.
                        Err(_) => self.next_cell(process),
                    }
                }
                Stage::Reaching(message, mut reach) => match reach.step(&image, &message, effort) {
                    None => Stage::Reaching(message, reach),
                    Some(cells) => {
                        for slot in cells {
                            if process.cell(slot).is_some() && self.met.insert(slot) {
                                self.pending.push(slot);
                            }
                        }
                        self.next_cell(process)
                    }
                },
                Stage::Packing(mut extraction) => match extraction.step(&process.heap, effort) {
                    Ok(None) => Stage::Packing(extraction),
                    Ok(Some(message)) => {
                        let memory = Box::new(memory_for(inner, &image));
                        Stage::Entering(message.into_parcel(), memory, Absorption::default())
                    }
                    Err(error) => return Some(Err(error)),
                },
                Stage::Entering(words, mut heap, mut absorption) => {
                    match enter(&mut heap, &words, &mut absorption, effort) {
                        None => Stage::Entering(words, heap, absorption),
                        Some(call) => return Some(Ok((words, begun(&image, *heap, call)))),
                    }
                }
            };
        }
        None
    }

    fn next_cell(&mut self, process: &mut Process) -> Stage {
        while let Some(slot) = self.pending.pop() {
            if let Some(value) = process.cell(slot) {
                return Stage::Copying(Some(slot), Extraction::new(value));
            }
        }
        self.packing(&mut process.heap)
    }

    fn packing(&self, heap: &mut Heap) -> Stage {
        let cells = vector::make(heap, &self.shared);
        let call = vector::make(heap, &[self.function, self.args, cells]);
        Stage::Packing(Extraction::new(call))
    }
}

fn enter(
    heap: &mut Heap,
    words: &[u64],
    absorption: &mut Absorption,
    effort: &mut Effort,
) -> Option<Word> {
    let Some((&root, words)) = words.split_last() else {
        return Some(Word::NIL);
    };
    match absorption.step(heap, words, Word(root), effort) {
        Ok(word) => word,
        Err(_) => Some(Word::NIL),
    }
}

impl Step<'_> {
    /// A call for a process of its own: the one that has arrived, or all at once.
    pub(super) fn take_call(&mut self, function: Word, args: Word) -> Result<Called, Word> {
        let called = match self.arrived.called.take() {
            Some((calling, called)) if calling.is_of(function, args) => called,
            _ => {
                let mut calling = Calling::new(function, args);
                loop {
                    let mut effort = Effort::all();
                    let called = calling.step(self.inner, &mut self.actor.process, &mut effort);
                    if let Some(called) = called {
                        break called;
                    }
                }
            }
        };
        called.map_err(|error| parcel::refusal(self.heap(), &error))
    }
}
