//! How processes end, and who is told.
//!
//! # Invariants
//! - Links, monitors, names and running attempts of a process that has ended are gone with the
//!   step that ended it.
//! - An uncaught error keeps the last checkpoint before it ([`crate::past`]); every other end leaves
//!   the record only.
//! - When the main process ends, the others are told to shut down: they are cancelled, so that their
//!   `finally` runs, or get a message if they trap exits; after five seconds they are killed (the
//!   engine sees to that). A main process whose past is kept keeps the others too, as they are.
//! - Only who returns, or ends itself calmly, is done.

use super::{Performed, Reply, Step};
use crate::event::EventKind;
use crate::letter::Letter;
use crate::output::Output;
use crate::parcel;
use crate::pid::MAIN;
use crate::record::{Ending, Past, Status};
use crate::report;
use vm::Word;
use vm::fiber::FiberId;
use vm::object::Kind;
use vm::value::error;
use vm::value::map;
use vm::value::number;
use vm::value::string::make_keyword;

/// Words of an exit reason that is kept as it is; of a larger one its text is.
const REASON_WORDS_MAX: usize = 2_048;

/// An end.
pub(super) struct End {
    pub(super) status: Status,
    pub(super) reason: Vec<u64>,
    pub(super) exit_status: u8,
    pub(super) report: String,
    /// Whether the last checkpoint stays,
    pub(super) keeps_past: bool,
    /// or this one instead.
    pub(super) past: Option<Past>,
    /// Value or error of an activity's body.
    pub(super) result: Option<Result<Vec<u64>, Vec<u64>>>,
}

impl End {
    fn new(status: Status, reason: Vec<u64>) -> End {
        End {
            status,
            reason,
            exit_status: 0,
            report: String::new(),
            keeps_past: false,
            past: None,
            result: None,
        }
    }

    pub(super) fn killed(reason: Vec<u64>) -> End {
        End {
            exit_status: 1,
            ..End::new(Status::Killed, reason)
        }
    }
}

impl Step<'_> {
    /// Ends the process.
    pub(super) fn end(&mut self, end: End) {
        if self.actor.is_over() {
            return;
        }
        self.cancel_everything(end.status == Status::Killed);
        let number = self.actor.number;
        let keeps_past = end.keeps_past && self.actor.record.body_of.is_none();
        let can_be_retried = keeps_past && self.inner.options.durable;
        let unheard = self.unheard_by_the_end(can_be_retried);
        if end.status != Status::Killed && !(number == MAIN && can_be_retried) {
            self.tell_unheard(&unheard);
        }
        let record = &mut self.actor.record;
        let links = std::mem::take(&mut record.links);
        let watchers = std::mem::take(&mut record.watchers);
        let monitors = std::mem::take(&mut record.monitors);
        let body_of = record.body_of.clone();
        for process in links {
            self.post(
                process,
                Letter::Exit {
                    from: number,
                    reason: end.reason.clone(),
                    linked: true,
                },
            );
        }
        for watcher in watchers {
            let (reference, reason) = (watcher.reference, end.reason.clone());
            self.post(
                watcher.process,
                Letter::Down {
                    reference,
                    process: number,
                    reason,
                },
            );
        }
        for monitor in monitors {
            let reference = monitor.reference;
            self.post(
                monitor.process,
                Letter::Watch {
                    from: number,
                    reference,
                    on: false,
                },
            );
        }
        self.inner.free_name_of(number);
        if let Some(body) = &body_of {
            let result = end.result.unwrap_or_else(|| Err(end.reason.clone()));
            let (fiber, request, attempt) = (body.fiber, body.request, body.attempt);
            self.post(
                body.process,
                Letter::BodyEnded {
                    fiber,
                    request,
                    attempt,
                    result,
                },
            );
        }
        let past = end.past.filter(|_| can_be_retried);
        if number == MAIN {
            for process in self.inner.begin_shutdown(can_be_retried, self.epoch()) {
                let reason = parcel::keyword("shutdown");
                self.post(
                    process,
                    Letter::Exit {
                        from: MAIN,
                        reason,
                        linked: false,
                    },
                );
            }
        }
        let (status, report) = (end.status.name().to_owned(), end.report.clone());
        self.actor
            .log(self.now, EventKind::Ended { status, report });
        self.actor.record.status = end.status;
        self.actor.record.ending = Some(Ending {
            reason: end.reason,
            exit_status: end.exit_status,
            report: end.report,
            failed_request: past
                .as_ref()
                .map_or(self.actor.failed_request, |past| past.failed_request),
            mailbox: self.actor.mailbox,
            at_ms: Some(self.now),
            unheard,
        });
        self.actor.keeps_past = keeps_past;
        self.actor.goes_back_to = past.map(|past| past.checkpoint);
        self.actor.ended = !keeps_past;
        self.actor.vanishes = body_of.is_some();
        self.output(Output::Ended(number));
    }

    /// The main fiber has returned.
    pub(super) fn end_done(&mut self, value: Word) {
        let result = self
            .actor
            .record
            .body_of
            .is_some()
            .then(|| self.pack(value));
        let end = match result {
            // What an activity's body returns must be able to leave it.
            Some(Err(error)) => return self.end_uncaught(error),
            Some(Ok(words)) => End {
                result: Some(Ok(words)),
                ..End::new(Status::Done, parcel::keyword("normal"))
            },
            None => End::new(Status::Done, parcel::keyword("normal")),
        };
        self.end(end);
    }

    /// The reason in an `:ox/exit` error.
    pub(super) fn exit_reason_of(&mut self, error: Word) -> Word {
        let data = self.actor.process.heap.word(error, 3);
        if !map::is_map(&self.actor.process.heap, data) {
            return Word::NIL;
        }
        let key = make_keyword(self.heap(), None, "reason");
        map::get(self.heap(), data, key)
            .ok()
            .flatten()
            .unwrap_or(Word::NIL)
    }

    /// The main fiber has ended with `exit`, or cancelled.
    pub(super) fn end_by_exit(&mut self, error: Word) {
        if parcel::error_kind(&self.actor.process.heap, error) == Some("cancelled") {
            let result = Some(self.packed_error(error));
            let reason = parcel::keyword("cancelled");
            return self.end(End {
                exit_status: 1,
                result: result.map(Err),
                ..End::new(Status::Cancelled, reason)
            });
        }
        let reason = self.exit_reason_of(error);
        let heap = &self.actor.process.heap;
        let is_main = self.actor.number == MAIN;
        let exit_status = number::try_int(heap, reason).filter(|_| is_main);
        let calm = ["normal", "shutdown"]
            .iter()
            .any(|name| parcel::is_keyword(heap, reason, name));
        let words = self.packed_reason(reason);
        if let Some(exit_status) = exit_status {
            // As with every program, the low byte is what is seen.
            let end = End {
                exit_status: exit_status as u8,
                ..End::new(Status::Done, words)
            };
            return self.end(end);
        }
        if calm {
            let result = Some(Ok(words.clone()));
            return self.end(End {
                result,
                ..End::new(Status::Done, words)
            });
        }
        let image = std::sync::Arc::clone(&self.actor.process.image);
        let text = report::show(self.heap(), &image, reason, 400);
        self.end(End {
            exit_status: 1,
            report: report::coded("exit", &format!("exit: {text}\n")),
            ..End::new(Status::Failed, words)
        });
    }

    /// Whether a process that is about to end with an error goes back to right here, and not to its
    /// last checkpoint: since then it has sent or spawned, which would happen again. Unless it is a
    /// request that has failed since: it goes back to before that.
    pub(super) fn goes_back_to_now(&self, error: Word) -> bool {
        self.keeps_pasts()
            && (self.actor.has_told || self.said.has_told())
            && self.actor.failed_at != Some(self.actor.record.checkpoints)
            && self.actor.past_of(error).is_none()
    }

    /// An error that nobody caught: the process is kept as it was before.
    pub(super) fn end_uncaught(&mut self, error: Word) {
        let image = std::sync::Arc::clone(&self.actor.process.image);
        let report = report::report(self.heap(), &image, error);
        let reason = self.packed_error(error);
        let result = Some(Err(reason.clone()));
        let past = self.actor.past_of(error).cloned();
        self.end(End {
            exit_status: 1,
            report,
            keeps_past: true,
            past,
            result,
            ..End::new(Status::Failed, reason)
        });
    }

    /// An exit signal ends the process.
    pub(super) fn end_by_signal(&mut self, from: u64, reason: Word, linked: bool) {
        let heap = &self.actor.process.heap;
        let calm = ["normal", "shutdown"]
            .iter()
            .any(|name| parcel::is_keyword(heap, reason, name));
        let killed = parcel::is_keyword(heap, reason, "killed");
        let image = std::sync::Arc::clone(&self.actor.process.image);
        let text = if heap.kind_of(reason) == Some(Kind::Error) {
            report::message_of(self.heap(), &image, reason)
        } else {
            report::show(self.heap(), &image, reason, 400)
        };
        let words = self.packed_reason(reason);
        if calm {
            // By its own signal, which is as good as a return; or it was asked to shut down.
            let is_own = from == self.actor.number;
            return self.end(End {
                exit_status: u8::from(!is_own),
                ..End::new(
                    if is_own {
                        Status::Done
                    } else {
                        Status::Cancelled
                    },
                    words,
                )
            });
        }
        let run = self.inner.run();
        let pid = crate::pid::Pid { run, number: from };
        let what = if linked {
            "linked process"
        } else {
            "exit signal of process"
        };
        let status = if killed {
            Status::Killed
        } else {
            Status::Failed
        };
        let report = report::coded("exit", &format!("ended by {what} {pid}: {text}\n"));
        self.end(End {
            exit_status: 1,
            report,
            ..End::new(status, words)
        });
    }

    /// `(exit pid :kill)`, `oxc kill`.
    pub(super) fn killed(&mut self) {
        self.end(End::killed(parcel::keyword("killed")));
    }

    /// A reason that can leave the process, in a size that fits a record.
    fn packed_reason(&mut self, reason: Word) -> Vec<u64> {
        if let Ok(words) = parcel::pack(self.heap(), reason)
            && words.len() <= REASON_WORDS_MAX
        {
            return words;
        }
        let image = std::sync::Arc::clone(&self.actor.process.image);
        let text = report::show(self.heap(), &image, reason, 1_024);
        let word = vm::value::string::make_string(self.heap(), &text);
        parcel::pack(self.heap(), word).expect("a string can be sent")
    }

    /// An error that can leave the process: without data and cause if these cannot.
    pub(super) fn packed_error(&mut self, error: Word) -> Vec<u64> {
        if self.actor.process.heap.kind_of(error) != Some(Kind::Error) {
            return self.packed_reason(error);
        }
        if let Ok(words) = parcel::pack(self.heap(), error)
            && words.len() <= REASON_WORDS_MAX
        {
            return words;
        }
        let image = std::sync::Arc::clone(&self.actor.process.image);
        let message = report::shorten(report::message_of(self.heap(), &image, error), 2_048);
        let kind = self.actor.process.heap.word(error, 1);
        let key = make_keyword(self.heap(), Some("ox"), "kind");
        let message = vm::value::string::make_string(self.heap(), &message);
        let data = map::from_pairs(self.heap(), &[key, kind]).unwrap_or(Word::NIL);
        let plain = self.heap().make(
            Kind::Error,
            0,
            0,
            &[],
            &[kind, message, data, Word::NIL, Word::NIL],
        );
        parcel::pack(self.heap(), plain).unwrap_or_else(|_| parcel::keyword("error"))
    }

    /// Stops before a failing effect and waits for a decision.
    pub(super) fn park(&mut self, fiber: FiberId, error: Word) {
        let image = std::sync::Arc::clone(&self.actor.process.image);
        let report = report::report(self.heap(), &image, error);
        let request = self.request_serial(fiber).unwrap_or_default();
        self.cancel_everything(false);
        let unheard = self.unheard_by_the_end(true);
        self.actor.log(self.now, EventKind::Parked(report.clone()));
        self.actor.record.status = Status::Parked;
        self.actor.record.ending = Some(Ending {
            reason: Vec::new(),
            exit_status: 1,
            report,
            failed_request: Some((fiber, request)),
            mailbox: self.actor.mailbox,
            at_ms: Some(self.now),
            unheard,
        });
        self.actor.keeps_past = true;
        let number = self.actor.number;
        self.output(Output::Ended(number));
    }

    /// Whether it is worth knowing what the process was before a failure: an attempt is made anew.
    pub(super) fn keeps_pasts(&self) -> bool {
        self.inner.options.durable && self.actor.record.body_of.is_none()
    }

    /// Notes which request failed, in case nobody catches the error.
    pub(super) fn note_failure(&mut self, fiber: FiberId) {
        self.actor.failed_request = self.request_serial(fiber).map(|request| (fiber, request));
        self.actor.failed_at = Some(self.actor.record.checkpoints);
    }

    // ---- within an activity's body ----

    pub(super) fn heartbeat(&mut self, fiber: FiberId, details: Word) -> Performed {
        let Some(body) = self.actor.record.body_of.clone() else {
            return Err(self.outside_of_body("heartbeat"));
        };
        let main_cancelled = self
            .actor
            .notes
            .get(super::MAIN_FIBER)
            .is_some_and(|note| note.cancelled);
        if let Some(error) = self.interruption(fiber) {
            return Err(error);
        }
        if main_cancelled && !self.is_being_ended(fiber) {
            return Err(self.ox_error("cancelled"));
        }
        let details = self.pack(details)?;
        self.post(
            body.process,
            Letter::Heartbeat {
                fiber: body.fiber,
                request: body.request,
                details,
            },
        );
        Ok(Reply::Value(Word::NIL))
    }

    /// What is told of an error that nobody catches.
    pub(super) fn error_report(&mut self, error: Word) -> Performed {
        let image = std::sync::Arc::clone(&self.actor.process.image);
        let report = report::report(self.heap(), &image, error);
        Ok(Reply::Value(vm::value::string::make_string(
            self.heap(),
            &report,
        )))
    }

    pub(super) fn idempotency_key(&mut self) -> Performed {
        let Some(body) = self.actor.record.body_of.clone() else {
            return Err(self.outside_of_body("idempotency-key"));
        };
        Ok(Reply::Value(vm::value::string::make_string(
            self.heap(),
            &body.key,
        )))
    }

    fn outside_of_body(&mut self, what: &str) -> Word {
        let message = format!("{what} means something in the body of an activity only");
        match error::wrong_state(self.heap(), &message) {
            vm::native::Trap::Throw(error) => error,
            _ => Word::NIL,
        }
    }
}
