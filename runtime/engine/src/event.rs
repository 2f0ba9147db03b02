//! Events of a process's life, for `oxc logs`.
//!
//! # Invariants
//! - An event becomes durable with the step it belongs to.
//! - An attempt that is taken back in the group that asks for it was never made: nothing is said of
//!   it.
//! - A process keeps its first event and its last [`EVENTS_MAX`]; they are numbered from [`FIRST`],
//!   so that what is left out between them can be counted. What it prints between two checkpoints is one
//!   event a stream, cut to [`TEXT_BYTES_MAX`].

use crate::transport::{AttemptId, Stream};
use crate::wire::{Reader, WireError, Writer};
use std::collections::{BTreeMap, BTreeSet};

/// Number of the first event of a process: that it was started.
pub const FIRST: u64 = 1;
/// Events that are kept of a process, besides the first.
pub const EVENTS_MAX: u64 = 1_000;
/// Text that is kept of what a process prints between two checkpoints, in bytes.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Longest message of an event, in bytes.
const MESSAGE_BYTES_MAX: usize = 4 * 1024;

/// Something that happened in a process's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// It was started: what it runs.
    Started(String),
    /// It printed.
    Text {
        /// Where to.
        stream: Stream,
        /// What; the beginning of it when it was much.
        text: String,
        /// Bytes that were left out.
        left_out: u64,
    },
    /// An attempt at an activity was asked for.
    Attempt {
        /// The activity.
        activity: String,
        /// From 1.
        attempt: u32,
        /// The fiber that waits for it.
        fiber: u64,
        /// The activity with its arguments, cut where they are long; empty in older events.
        call: String,
    },
    /// An attempt has failed.
    AttemptFailed {
        /// The activity.
        activity: String,
        /// From 1.
        attempt: u32,
        /// The fiber that waits for it.
        fiber: u64,
        /// What happened.
        error: String,
        /// When it is tried again, milliseconds since 1970.
        next_attempt: Option<u64>,
    },
    /// An activity has answered.
    AttemptDone {
        /// The activity.
        activity: String,
        /// From 1.
        attempt: u32,
        /// The fiber that waits for it.
        fiber: u64,
    },
    /// An engine has taken it up after a stop or crash.
    Recovered,
    /// It has stopped before a failing effect.
    Parked(String),
    /// Somebody has it go on from where it failed or was parked.
    Retried {
        /// Whether a value was given in the effect's place.
        with_value: bool,
    },
    /// Somebody has asked it to stop.
    Cancelled,
    /// A fiber has failed, and nobody had waited for its future.
    FiberFailed {
        /// The fiber.
        fiber: u64,
        /// Message, data and trace.
        report: String,
    },
    /// It has ended: the status as a word, and the report.
    Ended {
        /// The status, as [`crate::record::Status::name`] gives it.
        status: String,
        /// What people were told.
        report: String,
    },
}

fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

impl Event {
    /// The event's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.number(self.at_ms);
        match &self.kind {
            EventKind::Started(function) => w.u8(1).text(cut(function, MESSAGE_BYTES_MAX)),
            EventKind::Text {
                stream,
                text,
                left_out,
            } => w
                .u8(2)
                .u8(*stream as u8)
                .text(cut(text, TEXT_BYTES_MAX))
                .number(*left_out),
            // 3, 4 and 5 are those of attempts without the fiber, as older stores have them.
            EventKind::Attempt {
                activity,
                attempt,
                fiber,
                call,
            } => w
                .u8(11)
                .text(cut(activity, MESSAGE_BYTES_MAX))
                .number(u64::from(*attempt))
                .number(*fiber)
                .text(cut(call, MESSAGE_BYTES_MAX)),
            EventKind::AttemptFailed {
                activity,
                attempt,
                fiber,
                error,
                next_attempt,
            } => w
                .u8(12)
                .text(cut(activity, MESSAGE_BYTES_MAX))
                .number(u64::from(*attempt))
                .number(*fiber)
                .text(cut(error, MESSAGE_BYTES_MAX))
                .optional(*next_attempt),
            EventKind::AttemptDone {
                activity,
                attempt,
                fiber,
            } => w
                .u8(13)
                .text(cut(activity, MESSAGE_BYTES_MAX))
                .number(u64::from(*attempt))
                .number(*fiber),
            EventKind::Recovered => w.u8(6),
            EventKind::Parked(error) => w.u8(7).text(cut(error, MESSAGE_BYTES_MAX)),
            EventKind::Retried { with_value } => w.u8(8).bool(*with_value),
            EventKind::Cancelled => w.u8(9),
            EventKind::FiberFailed { fiber, report } => {
                w.u8(14).number(*fiber).text(cut(report, MESSAGE_BYTES_MAX))
            }
            EventKind::Ended { status, report } => {
                w.u8(10).text(status).text(cut(report, MESSAGE_BYTES_MAX))
            }
        };
        w.bytes
    }

    /// Reads an event.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<Event, WireError> {
        let mut r = Reader::new(bytes);
        let at_ms = r.number()?;
        let kind = match r.u8()? {
            1 => EventKind::Started(r.text()?.to_owned()),
            2 => {
                let Some(stream) = Stream::from_u8(r.u8()?) else {
                    return r.error();
                };
                EventKind::Text {
                    stream,
                    text: r.text()?.to_owned(),
                    left_out: r.number()?,
                }
            }
            tag @ (3 | 11) => EventKind::Attempt {
                activity: r.text()?.to_owned(),
                attempt: r.small()?,
                fiber: if tag == 3 { 0 } else { r.number()? },
                call: if tag == 3 { "" } else { r.text()? }.to_owned(),
            },
            tag @ (4 | 12) => EventKind::AttemptFailed {
                activity: r.text()?.to_owned(),
                attempt: r.small()?,
                fiber: if tag == 4 { 0 } else { r.number()? },
                error: r.text()?.to_owned(),
                next_attempt: r.optional()?,
            },
            tag @ (5 | 13) => EventKind::AttemptDone {
                activity: r.text()?.to_owned(),
                attempt: r.small()?,
                fiber: if tag == 5 { 0 } else { r.number()? },
            },
            6 => EventKind::Recovered,
            7 => EventKind::Parked(r.text()?.to_owned()),
            8 => EventKind::Retried {
                with_value: r.bool()?,
            },
            9 => EventKind::Cancelled,
            14 => EventKind::FiberFailed {
                fiber: r.number()?,
                report: r.text()?.to_owned(),
            },
            10 => EventKind::Ended {
                status: r.text()?.to_owned(),
                report: r.text()?.to_owned(),
            },
            _ => return r.error(),
        };
        r.end()?;
        Ok(Event { at_ms, kind })
    }
}

/// What has happened since the last checkpoint.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    events: Vec<Event>,
    /// Where attempts are among them that went out since.
    attempts: BTreeMap<AttemptId, usize>,
    /// Places of those that were taken back.
    taken_back: BTreeSet<usize>,
}

impl Recent {
    pub(crate) fn add(&mut self, at_ms: u64, kind: EventKind) {
        self.events.push(Event { at_ms, kind });
    }

    /// Adds that an attempt was asked for.
    pub(crate) fn add_attempt(&mut self, at_ms: u64, id: AttemptId, kind: EventKind) {
        self.attempts.insert(id, self.events.len());
        self.add(at_ms, kind);
    }

    /// Takes an attempt back of which nobody has heard yet; nothing happens to others.
    pub(crate) fn take_attempt_back(&mut self, id: AttemptId) {
        self.taken_back.extend(self.attempts.remove(&id));
    }

    /// What has happened; nothing has since.
    pub(crate) fn take(&mut self) -> Vec<Event> {
        let Recent {
            events, taken_back, ..
        } = std::mem::take(self);
        if taken_back.is_empty() {
            return events;
        }
        let places = events.into_iter().enumerate();
        let kept = places.filter(|(place, _)| !taken_back.contains(place));
        kept.map(|(_, event)| event).collect()
    }

    /// Adds what was printed to the last event if it is of the same stream, else as a new one.
    pub(crate) fn add_text(&mut self, at_ms: u64, stream: Stream, added: &str) {
        let fits = |text: &str| TEXT_BYTES_MAX.saturating_sub(text.len());
        if let Some(Event {
            kind:
                EventKind::Text {
                    stream: of,
                    text,
                    left_out,
                },
            ..
        }) = self.events.last_mut()
            && *of == stream
        {
            let kept = if *left_out == 0 {
                cut(added, fits(text))
            } else {
                ""
            };
            text.push_str(kept);
            *left_out += (added.len() - kept.len()) as u64;
            return;
        }
        let kept = cut(added, TEXT_BYTES_MAX);
        let left_out = (added.len() - kept.len()) as u64;
        self.add(
            at_ms,
            EventKind::Text {
                stream,
                text: kept.to_owned(),
                left_out,
            },
        );
    }
}
