//! Letters to a process that is parked.
//!
//! A parked process takes in nothing: letters to it stay in the store. So that these are not without
//! bound, its mailbox and they are counted together here, and a message beyond the limits is dropped
//! by whoever brings it. The process is told by a letter, and throws the error when it goes on.
//!
//! # Invariants
//! - The count is that of the messages in the mailbox when the process was parked, and of those that
//!   wait in the store since; it is made anew when a store is opened.

use super::{Inner, Shared};
use crate::letter::Letter;
use crate::record::Status;

/// What waits for a parked process.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Waiting {
    /// Messages and their words.
    mailbox: (u64, u64),
    /// Whether it will hear that one was dropped.
    is_told: bool,
}

impl Shared {
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
