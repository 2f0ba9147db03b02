//! Errors of fibers that nobody awaits.
//!
//! # Invariants
//! - An error is told once: by whoever waits for the future, or by the process at its end. A killed
//!   process says nothing, nor does a main process that can be retried: it may await them then.
//! - Who has waited for one of several futures, or for the end of one, whatever became of the wait,
//!   hears of all of them: what the library's `all`, `race` and `pmap-n` leave aside is not told.
//! - What is said at the end is bounded, however many fibers have failed.

use super::Step;
use crate::event::EventKind;
use crate::output::{Output, Text};
use crate::pid::Pid;
use crate::record::Unheard;
use crate::report;
use crate::transport::Stream;
use std::fmt::Write as _;
use vm::Word;
use vm::fiber::FiberId;
use vm::value::cell;
use vm::value::lazy::State;

impl Step<'_> {
    /// A fiber has failed, and nobody has waited for its future.
    pub(super) fn unheard(&mut self, fiber: FiberId, error: Word) {
        let image = std::sync::Arc::clone(&self.actor.process.image);
        let report = report::report(self.heap(), &image, error);
        Unheard::add(
            &mut self.actor.record.unheard,
            fiber,
            report::shorten(report.clone(), Unheard::BYTES_MAX),
        );
        self.actor
            .log(self.now, EventKind::FiberFailed { fiber, report });
    }

    /// Somebody waits for these futures.
    pub(super) fn heard(&mut self, futures: &[Word]) {
        for &future in futures {
            let Some(fiber) = cell::future_fiber(&self.actor.process.heap, future) else {
                continue;
            };
            let process = &self.actor.process;
            let has_ended = cell::outcome(&process.heap, future)
                .is_none_or(|(state, _)| state >= State::Realized as i64);
            let note = self.actor.notes.get(fiber);
            if has_ended {
                let kept = &mut self.actor.record.unheard;
                kept.retain(|unheard| unheard.fiber != fiber);
            } else if process.fiber_index(fiber).is_some()
                && note.is_none_or(|note| !note.is_awaited)
            {
                self.note(fiber).is_awaited = true;
            }
        }
    }

    /// The process ends: nobody will await what has failed in it.
    pub(super) fn tell_unheard(&mut self, unheard: &[Unheard]) {
        let pid = Pid {
            run: self.inner.run(),
            number: self.actor.number,
        };
        let mut others = String::new();
        for Unheard { fiber, report } in unheard {
            if report.is_empty() {
                let _ = write!(others, " {fiber}");
                continue;
            }
            let report = report.trim_end();
            self.tell(format!(
                "fiber {fiber} of process {pid} failed, and nobody awaited it: {report}\n"
            ));
        }
        if !others.is_empty() {
            self.tell(format!(
                "these fibers of process {pid} failed too, and nobody awaited them:{others}\n"
            ));
        }
    }

    /// The fibers of which nobody has heard. If the process can go on from its last checkpoint, its record
    /// has those of then.
    pub(super) fn unheard_by_the_end(&mut self, can_go_on: bool) -> Vec<Unheard> {
        let stored = &self.actor.stored_unheard;
        let kept = if can_go_on {
            stored.clone()
        } else {
            Vec::new()
        };
        std::mem::replace(&mut self.actor.record.unheard, kept)
    }

    fn tell(&mut self, text: String) {
        let sequence = self.inner.next_output();
        self.inner.count_unsent(text.len() as u64);
        self.output(Output::Text(Text {
            sequence,
            process: self.actor.number,
            stream: Stream::Stderr,
            text,
        }));
    }
}
