//! Text on its way out: from the commit that made it durable to the stream.
//!
//! # Invariants
//! - One thread writes, in the order in which text was released; nothing else of the engine waits
//!   for a stream.
//! - Before anything more is written, a commit knows that what was written last has left: a crash
//!   says at most what was written at once again.
//! - Text that could not be written stays in the store, and with it all that follows on the stream.
//! - Who prints while too much waits to leave goes on when it has left.

use super::{EngineError, Inner, Shared};
use crate::actor::Incoming;
use crate::key;
use crate::letter::Letter;
use crate::output::Text;
use crate::pid::MAIN;
use crate::transport::Stream;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

/// Text that may wait to leave before those who print have to wait too, in bytes.
const UNSENT_BYTES_MAX: u64 = 1 << 20;

/// What stands in the queue.
#[derive(Debug)]
enum Item {
    Text(Text),
    /// A process waits until all text before this number has left.
    Flush {
        process: u64,
        before: u64,
    },
}

/// What the store knows of the text that was written last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Known {
    /// That it has left.
    #[default]
    Durably,
    /// Nothing yet; the next group says so.
    WithNext,
    /// The group that says so is being written.
    Soon,
}

/// See the file's header.
#[derive(Debug, Default)]
pub(super) struct Leaving {
    queue: Vec<Item>,
    /// Items that have come, and that are done with, since the engine was opened.
    came: u64,
    left: u64,
    known: Known,
}

impl Leaving {
    pub(super) fn add_text(&mut self, text: Text) {
        self.add(Item::Text(text));
    }

    pub(super) fn add_flush(&mut self, process: u64, before: u64) {
        self.add(Item::Flush { process, before });
    }

    fn add(&mut self, item: Item) {
        self.queue.push(item);
        self.came += 1;
    }

    /// Whether all that has come has left.
    pub(super) fn is_done(&self) -> bool {
        self.left == self.came
    }

    fn may_write(&self) -> bool {
        !self.queue.is_empty() && self.known == Known::Durably
    }

    /// Whether text waits for a commit to leave.
    pub(super) fn wants_commit(&self) -> bool {
        !self.queue.is_empty() && self.known == Known::WithNext
    }

    /// The group that is being made takes up all that is to be known.
    pub(super) fn group_made(&mut self) {
        if self.known == Known::WithNext {
            self.known = Known::Soon;
        }
    }

    /// That group is durable.
    pub(super) fn group_durable(&mut self) {
        if self.known == Known::Soon {
            self.known = Known::Durably;
        }
    }
}

impl Inner {
    /// The life of the thread that writes.
    pub(super) fn write_loop(self: Arc<Self>) {
        loop {
            let mut shared = self.lock();
            while !shared.leaving.may_write() {
                if shared.stopping {
                    return;
                }
                let waited = self.leave.wait(shared);
                shared = waited.expect("no thread panics while it holds the engine's state");
            }
            if shared.stopping {
                return;
            }
            self.write_out(shared);
        }
    }

    /// Writes all that waits to leave, if it may.
    pub(super) fn write_out(&self, mut shared: MutexGuard<'_, Shared>) {
        if !shared.leaving.may_write() {
            return;
        }
        let items = std::mem::take(&mut shared.leaving.queue);
        let mut closed = shared.stdout_closed;
        drop(shared);
        let count = items.len() as u64;
        let mut texts = Vec::with_capacity(items.len());
        let mut flushes = Vec::new();
        for item in items {
            match item {
                Item::Text(text) => texts.push(text),
                Item::Flush { process, before } => flushes.push((process, before)),
            }
        }
        let mut written = Vec::with_capacity(texts.len());
        let mut bytes = 0;
        for run in texts.chunk_by(|a, b| a.stream == b.stream) {
            if run[0].stream == Stream::Stdout {
                closed = closed || !self.write(run);
                if closed {
                    continue;
                }
            } else {
                // With standard error gone there is nobody to tell.
                self.write(run);
            }
            for text in run {
                bytes += text.text.len() as u64;
                written.push(key::output(text.sequence));
            }
        }
        self.unsent_bytes.fetch_sub(bytes, Ordering::Relaxed);
        let mut shared = self.lock();
        shared.leaving.left += count;
        if closed && !shared.stdout_closed {
            shared.stdout_closed = true;
            if !self.options.durable {
                self.post_letter(&mut shared, MAIN, &Letter::StdoutClosed);
            }
        }
        if self.options.durable && !written.is_empty() {
            for key in &written {
                shared.extra.delete(key);
            }
            shared.leaving.known = Known::WithNext;
            // Also when nothing else happens the store hears of it within the loss bound.
            let now = self.clock.monotonic_ns();
            shared.dirty_since_ns.get_or_insert(now);
        }
        let epoch = shared.epoch;
        for (process, before) in flushes.into_iter().filter(|_| !closed) {
            shared.deliver(process, epoch, Incoming::Flushed(before));
        }
        drop(shared);
        self.progress.notify_all();
        self.commit.notify_all();
        self.work.notify_all();
    }

    /// Writes texts of one stream; whether they have left.
    fn write(&self, texts: &[Text]) -> bool {
        let joined: String = texts.iter().map(|text| text.text.as_str()).collect();
        self.transport
            .write(texts[0].stream, joined.as_bytes())
            .is_ok()
    }

    /// Counts text that is said, and whether who says more must wait.
    pub(crate) fn count_unsent(&self, bytes: u64) -> bool {
        self.unsent_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > UNSENT_BYTES_MAX
    }

    /// Waits until all that has been said is durable, and, for at most `limit`, until it has left
    /// and the store knows so; whether it has left.
    pub(super) fn flush(&self, limit: Option<Duration>) -> Result<bool, EngineError> {
        let until = limit.map(|limit| {
            let limit = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
            self.clock.monotonic_ns().saturating_add(limit)
        });
        self.wait_for_commit(self.lock())?;
        let mut shared = self.lock();
        let all = shared.leaving.came;
        while shared.leaving.left < all && !shared.stopping {
            shared = match until {
                None => {
                    let waited = self.progress.wait(shared);
                    waited.expect("no thread panics while it holds the engine's state")
                }
                Some(until) => {
                    let left = until.saturating_sub(self.clock.monotonic_ns());
                    if left == 0 {
                        break;
                    }
                    let waited = self
                        .progress
                        .wait_timeout(shared, Duration::from_nanos(left));
                    waited
                        .expect("no thread panics while it holds the engine's state")
                        .0
                }
            };
        }
        let has_left = shared.leaving.left >= all;
        if shared.leaving.known != Known::Durably && shared.failed.is_none() {
            self.wait_for_commit(shared)?;
        }
        Ok(has_left)
    }
}
