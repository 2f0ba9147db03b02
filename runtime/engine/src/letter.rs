//! Letters: what processes send one another, durable from the sender's checkpoint to the
//! receiver's.

use crate::parcel;
use crate::wire::{Reader, WireError, Writer};
use vm::image::LoadedImage;

/// A letter. Values are messages of words (`vm::value::message`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Letter {
    /// `(send pid message)`
    Message(Vec<u64>),
    /// An exit signal of a linked process, or of `(exit pid reason)`.
    Exit {
        /// Who sends it.
        from: u64,
        /// Why.
        reason: Vec<u64>,
        /// Whether it comes along a link, which is gone then.
        linked: bool,
    },
    /// A monitored process has ended.
    Down {
        /// Serial of the monitor's reference.
        reference: u64,
        /// The process.
        process: u64,
        /// Why.
        reason: Vec<u64>,
    },
    /// Somebody asks it to stop: `cancel`.
    Cancel,
    /// Somebody asks it to stop without a word: `oxc kill`.
    Kill,
    /// Somebody at its prompt asks it to leave what it is at, and to go on.
    Interrupt,
    /// Another process wants a link with it, or no longer.
    Link {
        /// The other.
        from: u64,
        /// Made, or removed.
        on: bool,
    },
    /// Another process wants to hear of its end, or no longer.
    Watch {
        /// The other.
        from: u64,
        /// Serial of the reference.
        reference: u64,
        /// Wanted, or no longer.
        on: bool,
    },
    /// The body of an activity has ended.
    BodyEnded {
        /// The fiber that asked.
        fiber: u64,
        /// Its request.
        request: u64,
        /// The attempt.
        attempt: u32,
        /// The value, or the error.
        result: Result<Vec<u64>, Vec<u64>>,
    },
    /// The body of an activity gives a sign of life.
    Heartbeat {
        /// The fiber that asked.
        fiber: u64,
        /// Its request.
        request: u64,
        /// Details.
        details: Vec<u64>,
    },
    /// The process is given a registered name, or loses it.
    Named(Option<String>),
    /// Nobody reads what the run prints any more: its main process ends.
    StdoutClosed,
    /// A message was dropped while the process was parked: its mailbox is full.
    MailboxFull,
}

/// Bytes of a letter besides values and names: its kind and at most four numbers.
const NUMBERS_BYTES_MAX: usize = 1 + 4 * 10;

impl Letter {
    /// The words of the value in it.
    pub(crate) fn value(&self) -> Option<&[u64]> {
        match self {
            Letter::Message(words)
            | Letter::Exit { reason: words, .. }
            | Letter::Down { reason: words, .. }
            | Letter::BodyEnded {
                result: Ok(words) | Err(words),
                ..
            }
            | Letter::Heartbeat { details: words, .. } => Some(words),
            _ => None,
        }
    }

    /// Whether it is what `send` sends.
    pub(crate) fn is_message(&self) -> bool {
        matches!(self, Letter::Message(_))
    }

    /// Whether it may ask its receiver to end, whatever that does: `cancel`, `(exit pid :kill)` and the
    /// commands like them.
    pub(crate) fn may_be_wish(&self) -> bool {
        matches!(
            self,
            Letter::Cancel | Letter::Kill | Letter::Exit { linked: false, .. }
        )
    }

    /// Whether it does. The values of its sender's image are read by that.
    pub(crate) fn is_wish(&self, image: Option<&LoadedImage>) -> bool {
        match (self, image) {
            (Letter::Exit { reason, .. }, Some(image)) => {
                self.may_be_wish() && parcel::is_packed_keyword(image, reason, "kill")
            }
            (Letter::Exit { .. }, None) => false,
            _ => self.may_be_wish(),
        }
    }

    /// How many these are.
    pub(crate) fn words(&self) -> u64 {
        self.value().map_or(0, <[u64]>::len) as u64
    }

    /// At least as many bytes as [`Letter::encode`] makes.
    pub(crate) fn bytes_at_most(&self) -> usize {
        let name = match self {
            Letter::Named(Some(name)) => name.len(),
            _ => 0,
        };
        8 * self.words() as usize + name + NUMBERS_BYTES_MAX
    }

    /// The letter's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        match self {
            Letter::Message(words) => w.u8(1).words(words),
            Letter::Exit {
                from,
                reason,
                linked,
            } => w.u8(2).number(*from).words(reason).bool(*linked),
            Letter::Down {
                reference,
                process,
                reason,
            } => w.u8(3).number(*reference).number(*process).words(reason),
            Letter::Cancel => w.u8(4),
            Letter::Kill => w.u8(5),
            Letter::Link { from, on } => w.u8(6).number(*from).bool(*on),
            Letter::Watch {
                from,
                reference,
                on,
            } => w.u8(7).number(*from).number(*reference).bool(*on),
            Letter::BodyEnded {
                fiber,
                request,
                attempt,
                result,
            } => {
                w.u8(8)
                    .number(*fiber)
                    .number(*request)
                    .number(u64::from(*attempt));
                let (Ok(words) | Err(words)) = result;
                w.bool(result.is_ok()).words(words)
            }
            Letter::Heartbeat {
                fiber,
                request,
                details,
            } => w.u8(9).number(*fiber).number(*request).words(details),
            Letter::Named(Some(name)) => w.u8(10).text(name),
            Letter::Named(None) => w.u8(11),
            Letter::StdoutClosed => w.u8(12),
            Letter::MailboxFull => w.u8(13),
            Letter::Interrupt => w.u8(14),
        };
        w.bytes
    }

    /// Reads a letter.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<Letter, WireError> {
        let mut r = Reader::new(bytes);
        let letter = match r.u8()? {
            1 => Letter::Message(r.words()?),
            2 => Letter::Exit {
                from: r.number()?,
                reason: r.words()?,
                linked: r.bool()?,
            },
            3 => Letter::Down {
                reference: r.number()?,
                process: r.number()?,
                reason: r.words()?,
            },
            4 => Letter::Cancel,
            5 => Letter::Kill,
            6 => Letter::Link {
                from: r.number()?,
                on: r.bool()?,
            },
            7 => Letter::Watch {
                from: r.number()?,
                reference: r.number()?,
                on: r.bool()?,
            },
            8 => Letter::BodyEnded {
                fiber: r.number()?,
                request: r.number()?,
                attempt: r.small()?,
                result: if r.bool()? {
                    Ok(r.words()?)
                } else {
                    Err(r.words()?)
                },
            },
            9 => Letter::Heartbeat {
                fiber: r.number()?,
                request: r.number()?,
                details: r.words()?,
            },
            10 => Letter::Named(Some(r.text()?.to_owned())),
            11 => Letter::Named(None),
            12 => Letter::StdoutClosed,
            13 => Letter::MailboxFull,
            14 => Letter::Interrupt,
            _ => return r.error(),
        };
        r.end()?;
        Ok(letter)
    }
}
