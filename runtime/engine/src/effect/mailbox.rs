//! The mailbox: a chain of arrays `[message next words]` in the process's memory. Older stores have
//! arrays without the words, which count as none.
//!
//! # Invariants
//! - A message is in the chain from when its letter is taken in until it is taken out: it is stored
//!   like any other memory.
//! - A message is shown to one fiber at a time: who waits for messages too sees it when that fiber
//!   has passed it over. Otherwise two fibers would take the same one.
//! - The hint is a cell of the chain; `mailbox_hint` is its place, so that going through a long
//!   mailbox message by message costs a step each.

use super::{MAIN_FIBER, Performed, Reply, Step};
use crate::record::Wait;
use vm::Word;
use vm::fiber::FiberId;
use vm::object::Kind;
use vm::process::Root;
use vm::value::fault::Fault;
use vm::value::number::make_int;
use vm::value::vector;

const MESSAGE: u32 = 1;
const NEXT: u32 = 2;
const WORDS: u32 = 3;
/// Words of a cell with three values.
const CELL_WORDS: u32 = 4;

/// Messages in a process's mailbox, and their words.
pub(crate) fn count(process: &vm::process::Process) -> (u64, u64) {
    let (mut messages, mut words) = (0, 0);
    let mut cell = process.root(Root::MailboxHead);
    while !cell.is_nil() {
        messages += 1;
        words += cell_words(&process.heap, cell);
        cell = process.heap.word(cell, NEXT);
    }
    (messages, words)
}

fn cell_words(heap: &vm::heap::Heap, cell: Word) -> u64 {
    if heap.object(cell).words().len() < CELL_WORDS as usize {
        return 0;
    }
    let words = vm::value::number::try_int(heap, heap.word(cell, WORDS));
    words
        .and_then(|words| u64::try_from(words).ok())
        .unwrap_or(0)
}

impl Step<'_> {
    /// The cell at a place of the chain, nil behind the end.
    fn cell_at(&mut self, index: u64) -> Word {
        let process = &self.actor.process;
        let hint = process.root(Root::MailboxHint);
        let (mut at, mut cell) = if !hint.is_nil() && self.actor.mailbox_hint <= index {
            (self.actor.mailbox_hint, hint)
        } else {
            (0, process.root(Root::MailboxHead))
        };
        let mut before = cell;
        while at < index && !cell.is_nil() {
            before = cell;
            cell = process.heap.word(cell, NEXT);
            at += 1;
        }
        // The cell before the one that is looked at, so that taking it out is as cheap.
        if at > 0 && at == index && before != cell {
            self.actor.process.set_root(Root::MailboxHint, before);
            self.actor.mailbox_hint = index - 1;
        }
        cell
    }

    fn forget_hint(&mut self) {
        self.actor.process.set_root(Root::MailboxHint, Word::NIL);
        self.actor.mailbox_hint = 0;
    }

    /// Takes a message that somebody has sent, if there is room for it.
    pub(super) fn message(&mut self, words: &[u64]) {
        let size = words.len() as u64;
        if !self.inner.limits.mailbox_has_room(self.actor.mailbox, size) {
            return self.mailbox_is_full();
        }
        let message = self.unpack(words);
        self.append_sized(message, size);
    }

    /// A message is dropped. The main fiber is told where it waits.
    pub(super) fn mailbox_is_full(&mut self) {
        if self.actor.process.fiber_index(MAIN_FIBER).is_none() {
            return;
        }
        if self.actor.wait_of(MAIN_FIBER).is_interruptible() {
            let error = self.mailbox_error();
            self.interrupt(MAIN_FIBER, error);
        } else {
            self.note(MAIN_FIBER).mailbox_full = true;
        }
    }

    pub(super) fn mailbox_error(&mut self) -> Word {
        let (messages, words) = self.actor.mailbox;
        let amount = |number: u64| Word::try_int(i64::try_from(number).unwrap_or(i64::MAX));
        let text = format!(
            "mailbox limit: a message was dropped, since {messages} ({} KB) are there already",
            words / 128
        );
        Fault::new("mailbox-limit", text)
            .with("messages", amount(messages).unwrap_or(Word::NIL))
            .with("bytes", amount(8 * words).unwrap_or(Word::NIL))
            .into_error(self.heap())
    }

    /// Adds a message of the engine's own, which is never dropped.
    pub(super) fn append_message(&mut self, message: Word) {
        self.append_sized(message, 0);
    }

    /// Adds a message, and shows it to a fiber that waits for one.
    fn append_sized(&mut self, message: Word, words: u64) {
        let size = make_int(self.heap(), i64::try_from(words).unwrap_or(i64::MAX));
        self.actor.mailbox.0 += 1;
        self.actor.mailbox.1 += words;
        let process = &mut self.actor.process;
        let cell = process
            .heap
            .make(Kind::Array, 0, 0, &[], &[message, Word::NIL, size]);
        let tail = process.root(Root::MailboxTail);
        if tail.is_nil() {
            process.set_root(Root::MailboxHead, cell);
        } else {
            process.heap.write(tail, NEXT, cell);
        }
        process.set_root(Root::MailboxTail, cell);
        self.show_messages();
    }

    fn uncount(&mut self, cell: Word) {
        let words = cell_words(&self.actor.process.heap, cell);
        let (messages, held) = self.actor.mailbox;
        self.actor.mailbox = (messages.saturating_sub(1), held.saturating_sub(words));
    }

    fn remove_message(&mut self, index: u64) -> bool {
        if index == 0 {
            let head = self.actor.process.root(Root::MailboxHead);
            if head.is_nil() {
                return false;
            }
            self.uncount(head);
            let next = self.actor.process.heap.word(head, NEXT);
            self.actor.process.set_root(Root::MailboxHead, next);
            if next.is_nil() {
                self.actor.process.set_root(Root::MailboxTail, Word::NIL);
            }
            if self.actor.mailbox_hint == 0 {
                self.forget_hint();
            } else {
                self.actor.mailbox_hint -= 1;
            }
        } else {
            let before = self.cell_at(index - 1);
            if before.is_nil() {
                return false;
            }
            let cell = self.actor.process.heap.word(before, NEXT);
            if cell.is_nil() {
                return false;
            }
            self.uncount(cell);
            let next = self.actor.process.heap.word(cell, NEXT);
            self.actor.process.heap.write(before, NEXT, next);
            if next.is_nil() {
                self.actor.process.set_root(Root::MailboxTail, before);
            }
            if self.actor.mailbox_hint >= index {
                self.forget_hint();
            }
        }
        // Places behind it move up, also for those who wait there.
        let behind = Wait::Message(index.saturating_add(1))..=Wait::Message(u64::MAX);
        for (fiber, wait) in self.actor.notes.waiting_for(behind) {
            if let Wait::Message(from) = wait {
                self.note(fiber).wait = Wait::Message(from - 1);
            }
        }
        true
    }

    pub(super) fn receive_next(
        &mut self,
        fiber: FiberId,
        index: Word,
        deadline: Word,
    ) -> Performed {
        let from = self.integer(index)?;
        let until = if deadline.is_nil() {
            None
        } else {
            Some(self.integer(deadline)?)
        };
        self.looks_no_more(fiber);
        if !self.somebody_looks() {
            let cell = self.cell_at(from);
            if !cell.is_nil() {
                self.looks(fiber);
                return Ok(Reply::Value(self.shown(from, cell)));
            }
        }
        if until.is_some_and(|at| at <= self.now) {
            self.show_messages();
            return Ok(Reply::Value(Word::NIL));
        }
        // What this fiber has passed over may be what another waits for. It waits itself from here
        // on, so the others come first.
        self.show_messages();
        Ok(Reply::Wait(Wait::Message(from), until))
    }

    fn somebody_looks(&self) -> bool {
        self.actor.looking.is_some()
    }

    /// A fiber is shown a message.
    fn looks(&mut self, fiber: FiberId) {
        self.note(fiber).looks_at_message = true;
        self.actor.looking = Some(fiber);
    }

    /// Whether a fiber was looking at a message, which it no longer does.
    fn looks_no_more(&mut self, fiber: FiberId) -> bool {
        if self.actor.looking != Some(fiber) {
            return false;
        }
        self.actor.looking = None;
        self.note(fiber).looks_at_message = false;
        true
    }

    fn shown(&mut self, index: u64, cell: Word) -> Word {
        let message = self.actor.process.heap.word(cell, MESSAGE);
        let index = make_int(self.heap(), i64::try_from(index).unwrap_or(i64::MAX));
        vector::make(self.heap(), &[index, message])
    }

    /// Shows the first message that a waiting fiber has not seen to the first such fiber, unless
    /// another looks at one.
    fn show_messages(&mut self) {
        if self.somebody_looks() {
            return;
        }
        // The first place that somebody waits at: who has seen fewest messages comes first.
        let everywhere = Wait::Message(0)..=Wait::Message(u64::MAX);
        if let Some((fiber, Wait::Message(from))) = self.actor.notes.first_waiting_for(everywhere) {
            let cell = self.cell_at(from);
            if !cell.is_nil() {
                let shown = self.shown(from, cell);
                self.answer(fiber, shown);
                self.looks(fiber);
            }
        }
    }

    /// A fiber does something else than look further: others may see the message.
    pub(super) fn message_passed_over(&mut self, fiber: FiberId) {
        if self.looks_no_more(fiber) {
            self.show_messages();
        }
    }

    pub(super) fn receive_take(&mut self, fiber: FiberId, index: Word) -> Performed {
        let index = self.integer(index)?;
        if !self.remove_message(index) {
            return Err(self.error("index", "the mailbox has no message there"));
        }
        self.message_passed_over(fiber);
        Ok(Reply::Value(Word::NIL))
    }

    /// Removes the `[:down reference …]` message of a monitor, if it is in the mailbox.
    pub(super) fn remove_down_message(&mut self, reference: Word) {
        let mut cell = self.actor.process.root(Root::MailboxHead);
        let mut index = 0;
        while !cell.is_nil() {
            let message = self.actor.process.heap.word(cell, MESSAGE);
            if self.is_down_message(message, reference) {
                self.remove_message(index);
                return;
            }
            cell = self.actor.process.heap.word(cell, NEXT);
            index += 1;
        }
    }

    fn is_down_message(&self, message: Word, reference: Word) -> bool {
        let heap = &self.actor.process.heap;
        if !vector::is_vector(heap, message) {
            return false;
        }
        let is_down = vector::nth(heap, message, 0)
            .is_some_and(|word| crate::parcel::is_keyword(heap, word, "down"));
        let serial = |word: Word| {
            let object = heap
                .try_object(word)
                .filter(|object| object.kind() == Kind::Ref)?;
            Some((object.raw(1), object.raw(2)))
        };
        is_down && vector::nth(heap, message, 1).and_then(serial) == serial(reference)
    }
}
