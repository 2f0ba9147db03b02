//! What one process may use.
//!
//! # Invariants
//! - Exceeding one is that process's error and nobody else's; only the rate of computation is kept by
//!   waiting, since an error there would come sooner on a faster machine.
//! - The limits of a run are those it was started with, also after a crash on another machine.

use crate::wire::{Reader, WireError, Writer};
use std::str::FromStr;

/// The limits of each process of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Live memory in words, at most 2^29. Beyond: `:ox/memory-limit`, where it computes.
    pub memory_words: u32,
    /// Messages in the mailbox. One more is dropped and is `:ox/mailbox-limit`, where the main fiber
    /// waits.
    pub mailbox_messages: u64,
    /// Words of the messages in the mailbox, as `mailbox_messages`.
    pub mailbox_words: u64,
    /// Activities that are open at the same time. One more is `:ox/activity-limit` in who asks.
    pub activities: u64,
    /// Fuel in a second of computation; `None` for no limit. Who has used it up waits.
    pub fuel_per_second: Option<u64>,
}

/// The most that references can reach.
const MEMORY_WORDS_MAX: u32 = 1 << 29;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            memory_words: MEMORY_WORDS_MAX,
            mailbox_messages: 1_000_000,
            mailbox_words: 1 << 27,
            activities: 10_000,
            fuel_per_second: None,
        }
    }
}

/// A text is no limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// It is not written so.
    #[error(
        "`{0}` is no limit: they look like memory=512MB, mailbox=10000, mailbox-memory=64MB, activities=100, fuel=1000000"
    )]
    Form(String),
    /// There is none of that name.
    #[error("there is no limit `{0}`: there are memory, mailbox, mailbox-memory, activities, fuel")]
    Name(String),
    /// The amount is none.
    #[error("{name}: `{amount}` is no amount from {least} to {most}")]
    Amount {
        /// The limit.
        name: String,
        /// What was given.
        amount: String,
        /// The least there is.
        least: u64,
        /// The most there is.
        most: u64,
    },
}

/// One limit, as it is set: `memory=512MB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `memory`, in words.
    Memory(u32),
    /// `mailbox`, in messages.
    Mailbox(u64),
    /// `mailbox-memory`, in words.
    MailboxMemory(u64),
    /// `activities`.
    Activities(u64),
    /// `fuel`, in a second.
    Fuel(u64),
}

impl Limit {
    /// What they are called.
    pub const NAMES: [&'static str; 5] =
        ["memory", "mailbox", "mailbox-memory", "activities", "fuel"];
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Limit, LimitError> {
        let Some((name, amount)) = text.split_once('=') else {
            return Err(LimitError::Form(text.to_owned()));
        };
        let number = |least: u64, most: u64, of: fn(&str) -> Option<u64>| {
            let found = of(amount).filter(|found| (least..=most).contains(found));
            found.ok_or_else(|| LimitError::Amount {
                name: name.to_owned(),
                amount: amount.to_owned(),
                least,
                most,
            })
        };
        let memory_max = 8 * u64::from(MEMORY_WORDS_MAX);
        Ok(match name {
            "memory" => {
                let words = number(1 << 20, memory_max, bytes)? / 8;
                Limit::Memory(u32::try_from(words).expect("it is in the range"))
            }
            "mailbox" => Limit::Mailbox(number(1, u64::MAX, plain)?),
            "mailbox-memory" => Limit::MailboxMemory(number(1 << 10, memory_max, bytes)? / 8),
            "activities" => Limit::Activities(number(1, u64::MAX, plain)?),
            "fuel" => Limit::Fuel(number(1_000, 1 << 40, plain)?),
            other => return Err(LimitError::Name(other.to_owned())),
        })
    }
}

fn plain(text: &str) -> Option<u64> {
    text.parse().ok()
}

/// `65536`, `64KB`, `512M`, `2g`, in powers of 1,024.
fn bytes(text: &str) -> Option<u64> {
    let text = text.to_ascii_uppercase();
    let number = text.trim_end_matches(|c: char| c.is_ascii_uppercase());
    let shift = match &text[number.len()..] {
        "" | "B" => 0,
        "K" | "KB" => 10,
        "M" | "MB" => 20,
        "G" | "GB" => 30,
        _ => return None,
    };
    plain(number)?.checked_mul(1 << shift)
}

impl Limits {
    /// Whether a mailbox of so many messages and words takes one more.
    pub(crate) fn mailbox_has_room(&self, (messages, words): (u64, u64), size: u64) -> bool {
        messages < self.mailbox_messages && words.saturating_add(size) <= self.mailbox_words
    }

    /// Sets one.
    pub fn set(&mut self, limit: Limit) {
        match limit {
            Limit::Memory(words) => self.memory_words = words,
            Limit::Mailbox(messages) => self.mailbox_messages = messages,
            Limit::MailboxMemory(words) => self.mailbox_words = words,
            Limit::Activities(activities) => self.activities = activities,
            Limit::Fuel(fuel) => self.fuel_per_second = Some(fuel),
        }
    }

    pub(crate) fn encode(&self, w: &mut Writer) {
        w.number(u64::from(self.memory_words))
            .number(self.mailbox_messages)
            .number(self.mailbox_words)
            .number(self.activities)
            .optional(self.fuel_per_second);
    }

    pub(crate) fn decode(r: &mut Reader<'_>) -> Result<Limits, WireError> {
        Ok(Limits {
            memory_words: r.small()?,
            mailbox_messages: r.number()?,
            mailbox_words: r.number()?,
            activities: r.number()?,
            fuel_per_second: r.optional()?,
        })
    }
}

/// How far a process may compute at its rate. Nothing of it is stored: after a crash it begins anew.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rate {
    left: i64,
    at_ms: u64,
}

impl Rate {
    /// What may be spent now, at least 1, or when that will be so. What is not used in a second is
    /// not kept.
    pub(crate) fn allowance(&mut self, per_second: u64, now_ms: u64) -> Result<i64, u64> {
        let most = i64::try_from(per_second).unwrap_or(i64::MAX);
        let passed = now_ms.saturating_sub(self.at_ms).min(1_000);
        let more = most.saturating_mul(passed as i64) / 1_000;
        if self.at_ms == 0 || more > 0 {
            self.left = if self.at_ms == 0 {
                most
            } else {
                most.min(self.left.saturating_add(more))
            };
            self.at_ms = now_ms;
        }
        if self.left > 0 {
            return Ok(self.left);
        }
        let missing = 1_000_i64.saturating_mul(1 - self.left) / most + 1;
        Err(now_ms + missing as u64)
    }

    pub(crate) fn spend(&mut self, fuel: i64) {
        self.left -= fuel;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_they_are_written() {
        let mut limits = Limits::default();
        for text in [
            "memory=512MB",
            "mailbox=10",
            "mailbox-memory=64KB",
            "activities=3",
            "fuel=5000",
        ] {
            limits.set(text.parse().expect(text));
        }
        let expected = Limits {
            memory_words: 64 << 20,
            mailbox_messages: 10,
            mailbox_words: 8 << 10,
            activities: 3,
            fuel_per_second: Some(5_000),
        };
        assert_eq!(limits, expected);
        for (text, words) in [
            ("64M", 8 << 20),
            ("64mb", 8 << 20),
            ("65536k", 8 << 20),
            ("1G", 1 << 27),
            ("67108864", 8 << 20),
            ("67108864B", 8 << 20),
        ] {
            let limit = format!("memory={text}").parse();
            assert_eq!(limit, Ok(Limit::Memory(words)), "{text}");
        }
        for wrong in [
            "memory=64MM",
            "memory=64MiB",
            "memory=64T",
            "memory=M",
            "memory",
            "memory=",
            "memory=1",
            "memory=5GB",
            "memory=-1MB",
            "depth=3",
            "mailbox=x",
            "fuel=0",
            "memory=99999999999GB",
        ] {
            let error = wrong.parse::<Limit>().expect_err(wrong).to_string();
            assert!(error.contains('`'), "{error}");
        }
    }

    #[test]
    fn they_are_stored_and_read_back() {
        let limits = Limits {
            fuel_per_second: Some(7),
            ..Limits::default()
        };
        let mut w = Writer::default();
        limits.encode(&mut w);
        assert_eq!(Limits::decode(&mut Reader::new(&w.bytes)), Ok(limits));
    }

    #[test]
    fn the_rate_is_kept_over_seconds_whatever_the_slices() {
        let mut rate = Rate::default();
        let (mut now, mut spent) = (5_000, 0);
        while now < 15_000 {
            match rate.allowance(10_000, now) {
                Ok(most) => {
                    let fuel = most.min(1_700);
                    rate.spend(fuel);
                    spent += fuel;
                }
                Err(at) => {
                    assert!(at > now);
                    now = at;
                }
            }
        }
        assert!((100_000..=112_000).contains(&spent), "{spent}");
    }
}
