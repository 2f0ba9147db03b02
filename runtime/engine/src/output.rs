//! The outbox: what has been said to the outside and may leave once it is durable.
//!
//! # Invariants
//! - Text outputs are numbered in the order in which they were said and leave in that order.
//! - A text output is in the store from the commit that said it until a later commit knows that it
//!   has left, so after a crash it is said again, at most what one batch said.

use crate::transport::{AttemptId, Stream, Task};
use crate::wire::{Reader, WireError, Writer};

/// Text for a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    /// Its place in the order.
    pub(crate) sequence: u64,
    /// Who said it.
    pub(crate) process: u64,
    /// Where it goes.
    pub(crate) stream: Stream,
    /// The text.
    pub(crate) text: String,
}

impl Text {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(self.stream as u8)
            .number(self.process)
            .text(&self.text);
        w.bytes
    }

    pub(crate) fn decode(sequence: u64, bytes: &[u8]) -> Result<Text, WireError> {
        let mut r = Reader::new(bytes);
        let Some(stream) = Stream::from_u8(r.u8()?) else {
            return r.error();
        };
        let text = Text {
            sequence,
            stream,
            process: r.number()?,
            text: r.text()?.to_owned(),
        };
        r.end()?;
        Ok(text)
    }
}

/// Something that leaves after a commit.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    /// Text for a stream.
    Text(Text),
    /// An attempt to start.
    Start(Task),
    /// An attempt that is no longer wanted.
    Cancel(AttemptId),
    /// A fiber wants to read standard input.
    Read(crate::engine::stdin::Asker),
    /// It does not any more.
    Unread(crate::engine::stdin::Asker),
    /// A process waits until all text before this number has left.
    Flush {
        /// The process.
        process: u64,
        /// The number.
        before: u64,
    },
    /// A process has ended, has failed, or is parked.
    Ended(u64),
}
