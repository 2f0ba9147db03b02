//! Letters to a process that is parked.
//!
//! A parked process takes in nothing: letters to it stay in the store. So that these are not without
//! bound, its mailbox and they are counted together here, and a message beyond the limits is dropped
//! by whoever brings it. The process is told by a letter, and throws the error when it goes on.
//!
//! A wish that it end, however, has it go on, so that it can.
//!
//! # Invariants
//! - Whoever parks with a wish before him, or gets one while he is parked, is in `wished` from then until
//!   the commit after which he is parked durably; in the store, until he takes it in.
//! - The count is that of the messages in the mailbox when the process was parked, and of those that
//!   wait in the store since; it is made anew when a store is opened.

use super::{Inner, Shared, Slot};
use crate::actor::Incoming;
use crate::key;
use crate::letter::Letter;
use crate::persist::{self, StoredLetter};
use crate::record::{Ending, Status};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use store::StoreError;

/// What waits for a parked process.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Waiting {
    /// Messages and their words.
    mailbox: (u64, u64),
    /// Whether it will hear that one was dropped.
    is_told: bool,
}

/// A stop of a process: who has read what is stored of it knows by this whether it is what it was.
#[derive(Debug)]
pub(super) struct Stopped {
    status: Status,
    /// Each stop makes one of its own.
    ending: Option<Arc<Ending>>,
}

impl Slot {
    /// How the process has stopped, if it has failed or is parked, durably.
    pub(super) fn stopped(&self) -> Option<Stopped> {
        matches!(self.status, Status::Failed | Status::Parked).then(|| Stopped {
            status: self.status,
            ending: self.ending.clone(),
        })
    }

    /// Whether it has not gone on since.
    pub(super) fn has_stopped_as(&self, stopped: &Stopped) -> bool {
        let is_same = match (&self.ending, &stopped.ending) {
            (Some(now), Some(then)) => Arc::ptr_eq(now, then),
            (now, then) => now.is_none() && then.is_none(),
        };
        self.status == stopped.status && is_same
    }
}

impl Shared {
    /// Notes a wish for a process that is parked or is being parked.
    pub(super) fn note_wish(&mut self, process: u64, letter: &Letter) {
        let slot = self.slots.get(&process);
        if slot.is_some_and(|slot| slot.end_status == Some(Status::Parked)) && letter.may_be_wish()
        {
            self.wished.insert(process);
            self.commit_wanted = true;
        }
    }

    /// Those in `wished` that are parked durably.
    pub(super) fn take_wished(&mut self) -> BTreeSet<u64> {
        let Shared { slots, wished, .. } = self;
        let slot_of = |process: &u64| slots.get(process);
        wished.retain(|process| {
            slot_of(process).is_some_and(|slot| slot.end_status == Some(Status::Parked))
        });
        let (parked, parking): (BTreeSet<u64>, BTreeSet<u64>) = std::mem::take(wished)
            .into_iter()
            .partition(|process| slot_of(process).is_some_and(|s| s.status == Status::Parked));
        *wished = parking;
        parked
    }

    /// Counts a letter if it is one to a parked process.
    pub(super) fn count_for_parked(&mut self, process: u64, letter: &Letter) {
        let Some(slot) = self.slots.get_mut(&process) else {
            return;
        };
        if slot.end_status != Some(Status::Parked) {
            return;
        }
        let before = slot.ending.as_ref().map(|ending| ending.mailbox);
        let waiting = slot.waiting.get_or_insert_with(|| {
            Box::new(Waiting {
                mailbox: before.unwrap_or_default(),
                is_told: false,
            })
        });
        match letter {
            Letter::Message(words) => {
                waiting.mailbox.0 += 1;
                waiting.mailbox.1 += words.len() as u64;
            }
            Letter::MailboxFull => waiting.is_told = true,
            _ => {}
        }
    }
}

impl Inner {
    /// A parked process goes on if somebody wishes that it end.
    pub(super) fn heed_wishes(&self, process: u64) {
        loop {
            let shared = self.lock();
            let stopped = shared.slots.get(&process).and_then(Slot::stopped);
            drop(shared);
            let Some(stopped) = stopped.filter(|stopped| stopped.status == Status::Parked) else {
                return;
            };
            // What cannot be read stays where it is.
            let stored = self.stored_letters(process).unwrap_or_default();
            let image = self.image().ok();
            let is_wish = |letter: &Letter| letter.is_wish(image.as_deref());
            let mut shared = self.lock();
            let Some(slot) = shared.slots.get(&process) else {
                return;
            };
            if !slot.has_stopped_as(&stopped) {
                continue;
            }
            let has_come = slot.incoming.iter().any(
                |(_, incoming)| matches!(incoming, Incoming::Letter { letter, .. } if is_wish(letter)),
            );
            let is_stored = |stored: &StoredLetter| {
                Letter::decode(&stored.bytes).is_ok_and(|letter| is_wish(&letter))
            };
            if !has_come && !stored.iter().any(is_stored) {
                return;
            }
            let epoch = shared.epoch;
            let letters = self.wake_with_letters(&mut shared, process, stored, |letter| {
                *letter == Letter::StdoutClosed
            });
            shared.deliver(process, epoch, Incoming::Revive);
            for (_, letter) in letters {
                shared.deliver(process, epoch, letter);
            }
            drop(shared);
            self.work.notify_one();
            return;
        }
    }

    /// The letters of which the store knows that they wait for a process.
    pub(super) fn stored_letters(&self, process: u64) -> Result<Vec<StoredLetter>, StoreError> {
        let (stored, holes) =
            persist::read_letters(&self.store.snapshot(), key::messages(process))?;
        match holes.into_iter().next() {
            Some(hole) => Err(hole.error),
            None => Ok(stored),
        }
    }

    /// A process that is parked or has failed takes part again; what waits for it, in the order of all
    /// letters, to be given to it after what has it go on. `stored` was read before; what has come
    /// since has come to its slot.
    pub(super) fn wake_with_letters(
        &self,
        shared: &mut Shared,
        process: u64,
        stored: Vec<StoredLetter>,
        is_dropped: impl Fn(&Letter) -> bool,
    ) -> BTreeMap<u64, Incoming> {
        shared.go_on(process, self.options.durable);
        let mut letters = BTreeMap::new();
        for letter in stored {
            let sequence = letter.sequence;
            let large = persist::is_large(letter.bytes.len());
            match Letter::decode(&letter.bytes) {
                Ok(decoded) => {
                    let letter = Arc::new(decoded);
                    let incoming = Incoming::Letter {
                        sequence,
                        letter,
                        large,
                    };
                    letters.insert(sequence, incoming);
                }
                Err(error) => shared.set_damaged(process, error.to_string()),
            }
        }
        let slot = shared.slots.get_mut(&process);
        let came = slot.map_or(VecDeque::new(), |slot| std::mem::take(&mut slot.incoming));
        for (_, incoming) in came {
            if let Incoming::Letter { sequence, .. } | Incoming::Dropped { sequence, .. } = incoming
            {
                letters.insert(sequence, incoming);
            }
        }
        // Gone with what it goes on by, not before: a crash in between leaves both or neither.
        for incoming in letters.values_mut() {
            if let Incoming::Letter {
                sequence,
                letter,
                large,
            } = incoming
                && is_dropped(letter)
            {
                *incoming = Incoming::Dropped {
                    sequence: *sequence,
                    large: *large,
                };
            }
        }
        letters
    }

    /// Whether a letter is a message that a parked process has no room for. It is told of the first.
    pub(super) fn has_no_room(&self, shared: &mut Shared, process: u64, letter: &Letter) -> bool {
        let Letter::Message(words) = letter else {
            return false;
        };
        let Some(slot) = shared.slots.get(&process) else {
            return false;
        };
        if slot.end_status != Some(Status::Parked) {
            return false;
        }
        let in_mailbox = slot.ending.as_ref().map(|ending| ending.mailbox);
        let waiting = slot.waiting.as_deref().copied().unwrap_or(Waiting {
            mailbox: in_mailbox.unwrap_or_default(),
            is_told: false,
        });
        if self
            .limits
            .mailbox_has_room(waiting.mailbox, words.len() as u64)
        {
            return false;
        }
        if !waiting.is_told {
            self.post_letter(shared, process, &Letter::MailboxFull);
        }
        true
    }
}
