//! Errors of fibers that nobody awaits.
//!
//! # Invariants
//! - An error is told once: by whoever waits for the future, or by the process at its end; sooner
//!   only when more of them wait than a record keeps. A killed process says nothing.
//! - Who waits for one of several futures, or for the end of one, has heard of all of them: what the
//!   library's `all`, `race` and `pmap-n` leave aside is not told.

use super::Step;
use crate::event::EventKind;
use crate::output::{Output, Text};
use crate::pid::Pid;
use crate::record::Unheard;
use crate::report;
use crate::transport::Stream;
use vm::Word;
use vm::fiber::FiberId;
use vm::value::cell;

impl Step<'_> {
    /// A fiber has failed, and nobody waits for its future.
    pub(super) fn unheard(&mut self, fiber: FiberId, error: Word) {
        let image = std::sync::Arc::clone(&self.actor.process.image);
        let report = report::report(self.heap(), &image, error);
        let report = report::shorten(report, Unheard::BYTES_MAX);
        self.actor.log(
            self.now,
            EventKind::FiberFailed {
                fiber,
                report: report.clone(),
            },
        );
        let kept = &mut self.actor.record.unheard;
        // After a retry fibers get the numbers of those that were before.
        kept.retain(|unheard| unheard.fiber != fiber);
        kept.push(Unheard { fiber, report });
        if kept.len() > Unheard::MOST {
            let oldest = kept.remove(0);
            self.tell(&oldest, "and nobody has awaited it yet");
        }
    }

    /// Somebody waits for these futures.
    pub(super) fn heard(&mut self, futures: &[Word]) {
        if self.actor.record.unheard.is_empty() {
            return;
        }
        let heap = &self.actor.process.heap;
        let mut fibers = futures
            .iter()
            .filter_map(|&future| cell::future_fiber(heap, future));
        let heard: std::collections::HashSet<FiberId> = fibers.by_ref().collect();
        let kept = &mut self.actor.record.unheard;
        kept.retain(|unheard| !heard.contains(&unheard.fiber));
    }

    /// The process ends: nobody will await what has failed in it.
    pub(super) fn tell_unheard(&mut self) {
        for unheard in std::mem::take(&mut self.actor.record.unheard) {
            self.tell(&unheard, "and nobody awaited it");
        }
    }

    fn tell(&mut self, unheard: &Unheard, what: &str) {
        let process = self.actor.number;
        let run = self.inner.run();
        let pid = Pid {
            run,
            number: process,
        };
        let Unheard { fiber, report } = unheard;
        let text = format!(
            "fiber {fiber} of process {pid} failed, {what}: {}\n",
            report.trim_end()
        );
        let sequence = self.inner.next_output();
        self.inner.count_unsent(text.len() as u64);
        self.output(Output::Text(Text {
            sequence,
            process,
            stream: Stream::Stderr,
            text,
        }));
    }
}
