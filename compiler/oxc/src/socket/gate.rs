//! What requests pass to be done, and what is closed when nothing may begin any more.
//!
//! # Invariants
//! - Once it is closed nobody enters, and whoever closed it has waited for those inside, within a limit.
//! - It is open again when everybody who closed it has opened it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A gate, open.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How often it has been closed and not opened.
    closings: usize,
    /// How many are inside.
    inside: usize,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody is let in.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().closings > 0
    }

    /// `None` if it is too late.
    pub(crate) fn enter(&self) -> Option<Inside<'_>> {
        let mut state = self.state();
        if state.closings > 0 {
            return None;
        }
        state.inside += 1;
        Some(Inside(self))
    }

    /// Lets nobody in any more, and waits until all have left, at most so long.
    pub(crate) fn close(&self, longest: Duration) {
        let mut state = self.state();
        state.closings += 1;
        let _ = self
            .left
            .wait_timeout_while(state, longest, |state| state.inside > 0);
    }

    /// Takes one closing back.
    pub(crate) fn open(&self) {
        let mut state = self.state();
        state.closings = state.closings.saturating_sub(1);
    }
}

/// Who has been let in.
#[derive(Debug)]
pub(crate) struct Inside<'a>(&'a Gate);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.state().inside -= 1;
        self.0.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_open_when_all_who_closed_it_have_opened_it() {
        let gate = Gate::default();
        assert!(gate.enter().is_some());
        gate.close(Duration::ZERO);
        gate.close(Duration::ZERO);
        gate.open();
        assert!(gate.is_closed() && gate.enter().is_none());
        gate.open();
        assert!(!gate.is_closed() && gate.enter().is_some());
    }

    #[test]
    fn who_is_inside_is_waited_for() {
        let gate = Gate::default();
        let inside = gate.enter().expect("it is open");
        std::thread::scope(|scope| {
            let closing = scope.spawn(|| gate.close(Duration::MAX));
            while !gate.is_closed() {
                std::thread::yield_now();
            }
            assert!(!closing.is_finished());
            drop(inside);
        });
    }
}
