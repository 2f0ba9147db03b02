//! A condition variable that asks the system for nothing when nobody waits.
//!
//! # Invariants
//! - It is waited for under the lock of the state it is about, and that state is changed under the
//!   same lock before it is signalled: a waiter is counted before it lets go of the lock, so who
//!   changes the state afterwards sees it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, MutexGuard};
use std::time::Duration;

/// What threads that panic while they hold the state leave behind.
const BROKEN: &str = "no thread panics while it holds the engine's state";

/// See the file's header.
#[derive(Debug, Default)]
pub(super) struct Signal {
    condition: Condvar,
    waiting: AtomicUsize,
}

impl Signal {
    /// Lets go of the state until it is signalled, or for a while at most.
    pub(super) fn wait<'a, T>(
        &self,
        state: MutexGuard<'a, T>,
        time: Option<Duration>,
    ) -> MutexGuard<'a, T> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let state = match time {
            Some(time) => {
                let waited = self.condition.wait_timeout(state, time);
                waited.expect(BROKEN).0
            }
            None => self.condition.wait(state).expect(BROKEN),
        };
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        state
    }

    /// Wakes one that waits.
    pub(super) fn notify_one(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.condition.notify_one();
        }
    }

    /// Wakes all that wait.
    pub(super) fn notify_all(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.condition.notify_all();
        }
    }
}
