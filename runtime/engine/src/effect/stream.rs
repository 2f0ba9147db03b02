//! The streams of the run.
//!
//! # Invariants
//! - What is written is numbered when it is said; it leaves in that order, after the commit. Who
//!   writes does not wait for that unless much waits to leave; then it waits as if it flushed.
//! - Text that is kept and cannot leave stays in the store, and who has flushed it waits. A run of
//!   which nothing is kept ends when nobody reads what it prints.
//! - Standard input is asked for by one request of one fiber, which takes it if it still waits when it
//!   is there ([`stdin`](crate::engine::stdin)); what was in a pipe when an engine stopped is lost, and
//!   who asks for more is told so.

use super::{Performed, Reply, Step};
use crate::engine::stdin::{Asker, Wanted};
use crate::output::{Output, Text};
use crate::parcel;
use crate::record::Wait;
use crate::transport::Stream;
use vm::Word;
use vm::fiber::FiberId;
use vm::value::string::{make_string, try_keyword};

/// Text of one record of the outbox, in bytes.
const PIECE_BYTES_MAX: usize = 32 * 1024;

impl Step<'_> {
    pub(super) fn write(&mut self, fiber: FiberId, stream: Word, text: Word) -> Performed {
        let stream = match try_keyword(&self.actor.process.heap, stream) {
            Some((Some("ox"), "stdout")) => Stream::Stdout,
            Some((Some("ox"), "stderr")) => Stream::Stderr,
            _ => return Err(self.type_error(stream, ":ox/stdout or :ox/stderr")),
        };
        let text = self.text(text)?;
        let is_lost = stream == Stream::Stdout
            && !self.inner.options.durable
            && self.inner.is_stdout_closed();
        if is_lost {
            self.stdout_closed();
            return Ok(Reply::Gone);
        }
        let process = self.actor.number;
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES_MAX));
            let sequence = self.inner.next_output();
            self.output(Output::Text(Text {
                sequence,
                process,
                stream,
                text: piece.to_owned(),
            }));
            rest = after;
        }
        if text.is_empty() {
            return Ok(Reply::Value(Word::NIL));
        }
        self.actor.events.add_text(self.now, stream, &text);
        if self.inner.count_unsent(text.len() as u64) {
            // It waits here, so it is interrupted here.
            if let Some(error) = self.interruption(fiber) {
                return Err(error);
            }
            return Ok(self.flush());
        }
        Ok(Reply::Value(Word::NIL))
    }

    pub(super) fn flush(&mut self) -> Reply {
        let (process, before) = (self.actor.number, self.inner.outputs_said());
        self.output(Output::Flush { process, before });
        Reply::Wait(Wait::Flush(before), None)
    }

    /// All text before this number has left.
    pub(super) fn flushed(&mut self, before: u64) {
        let wait = self
            .actor
            .notes
            .waiting_for(Wait::Flush(0)..=Wait::Flush(before));
        for (fiber, _) in wait {
            self.answer(fiber, Word::NIL);
        }
    }

    pub(super) fn read_stdin(&mut self, fiber: FiberId, stream: Word) -> Performed {
        match try_keyword(&self.actor.process.heap, stream) {
            Some((Some("ox"), "stdin")) => {}
            _ => return Err(self.type_error(stream, ":ox/stdin")),
        }
        if !self.inner.may_read_stdin() {
            return Err(self.ox_error("stdin-lost"));
        }
        let asker = self.asker(fiber);
        self.output(Output::Read(asker));
        Ok(Reply::Wait(Wait::Stdin, None))
    }

    /// The request to read of a fiber.
    pub(super) fn asker(&self, fiber: FiberId) -> Asker {
        let op = self.request(fiber).first().copied().unwrap_or(Word::NIL);
        let op = try_keyword(&self.actor.process.heap, op);
        Asker {
            process: self.actor.number,
            fiber,
            request: self.request_serial(fiber).unwrap_or_default(),
            wanted: match op {
                Some((_, "read-all")) => Wanted::All,
                Some((_, "read-part")) => Wanted::Part,
                _ => Wanted::Line,
            },
        }
    }

    pub(super) fn ask_stdin_again(&mut self, fiber: FiberId) {
        if self.inner.may_read_stdin() {
            let asker = self.asker(fiber);
            self.output(Output::Read(asker));
        } else {
            let error = self.ox_error("stdin-lost");
            self.interrupt(fiber, error);
        }
    }

    /// There is something to read for a fiber. What it does not wait for any more is the next one's.
    pub(super) fn input(&mut self, asker: Asker) {
        let fiber = asker.fiber;
        let waits = self.actor.wait_of(fiber) == Wait::Stdin
            && self.request_serial(fiber) == Some(asker.request);
        if !waits {
            return self.inner.decline_input(asker);
        }
        let Some(text) = self.inner.take_input(asker) else {
            return;
        };
        let word = match text {
            Some(text) => make_string(self.heap(), &text),
            None => Word::NIL,
        };
        self.answer(fiber, word);
    }

    /// Nobody reads what is printed, and nothing is kept: the end, with the status that shells know
    /// for it.
    pub(super) fn stdout_closed(&mut self) {
        if self.actor.is_over() {
            return;
        }
        let reason = parcel::keyword("stdout-closed");
        self.end(super::ending::End {
            exit_status: 141,
            ..super::ending::End::killed(reason)
        });
    }
}
