//! Activities: attempts, retries, timeouts, cancellation, parking.
//!
//! An attempt goes outside as a [`Task`], or is a child process that runs the activity's body. Its
//! number and times are in the fiber's [`ActivityNote`], its arguments and options in the request.
//!
//! # Invariants
//! - An attempt is handed out after the commit that says so. From then on it counts: after a crash
//!   the same attempt is handed out again under the same key, or, if it may not be repeated, is
//!   lost.
//! - A result counts only for the attempt that is under way; late ones are dropped.
//! - All attempts of a request have one idempotency key.
//! - Bodies of one request never run at once, and the fiber does not go on while one does: one that
//!   is no longer wanted is told to stop, and what comes then comes when it has.

use super::scope::duration_text;
use super::{Performed, Reply, Step};
use crate::data::{self, Data};
use crate::engine::unit_double;
use crate::event::EventKind;
use crate::letter::Letter;
use crate::output::Output;
use crate::parcel;
use crate::record::{ActivityNote, BodyOf, Wait};
use crate::report;
use crate::transport::{AttemptId, Task, TaskError};
use vm::Word;
use vm::fiber::FiberId;
use vm::object::Kind;
use vm::value::number::{self, make_int};
use vm::value::string::{make_keyword, make_string, try_text};
use vm::value::{map, vector};

/// Text of an activity's arguments in messages, in bytes.
const ARGS_BYTES_MAX: usize = 120;

/// A failed attempt.
struct Failure {
    /// Reason, as `:reason` has it.
    reason: String,
    /// One line: `exit 2: no rule to make target`.
    message: String,
    /// Further keys of the error's data.
    data: Vec<(String, Data)>,
    /// The body's error.
    cause: Word,
    /// Whether another attempt makes sense.
    is_retryable: bool,
}

impl Failure {
    fn new(reason: &str, message: impl Into<String>) -> Failure {
        Failure {
            reason: reason.to_owned(),
            message: message.into(),
            data: Vec::new(),
            cause: Word::NIL,
            is_retryable: true,
        }
    }
}

/// A retry policy.
struct Policy {
    max_attempts: Option<u32>,
    delay_ms: f64,
    factor: f64,
    max_delay_ms: f64,
    jitter: f64,
    timeout_ms: Option<u64>,
}

impl Policy {
    /// The wait after this attempt, from 1, before it is spread.
    fn delay_after(&self, attempt: u32) -> f64 {
        let mut delay = self.delay_ms;
        for _ in 1..attempt {
            let grown = delay * self.factor;
            if grown == delay || grown >= self.max_delay_ms {
                delay = grown;
                break;
            }
            delay = grown;
        }
        delay.min(self.max_delay_ms)
    }
}

/// The parts of a request `[:ox/activity name body arguments options]`.
struct Asked {
    name: String,
    body: Word,
    args: Word,
    options: Word,
}

/// Time that a body has to end when it is told to stop, milliseconds.
pub(super) const BODY_STOP_MS: u64 = 5_000;
/// Time between two looks at whether a body that was killed is gone, milliseconds.
const KILL_AGAIN_MS: u64 = 1_000;

impl Step<'_> {
    /// What an activity request asks for.
    fn asked(&self, fiber: FiberId) -> Asked {
        let request = self.request(fiber);
        let part = |index: usize| request.get(index).copied().unwrap_or(Word::NIL);
        let name = try_text(&self.actor.process.heap, part(1))
            .unwrap_or_default()
            .to_owned();
        Asked {
            name,
            body: part(2),
            args: part(3),
            options: part(4),
        }
    }

    fn policy(&mut self, options: Word) -> Policy {
        let retry = self.option(options, "retry");
        if retry.is_nil() {
            return Policy {
                max_attempts: Some(1),
                delay_ms: 0.0,
                factor: 1.0,
                max_delay_ms: 0.0,
                jitter: 0.0,
                timeout_ms: None,
            };
        }
        let max_attempts = self
            .option_integer(retry, "max-attempts")
            .map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        Policy {
            max_attempts,
            delay_ms: self.option_number(retry, "delay", 1_000.0),
            factor: self.option_number(retry, "factor", 2.0),
            max_delay_ms: self.option_number(retry, "max-delay", 60_000.0),
            jitter: self.option_number(retry, "jitter", 0.0),
            timeout_ms: self.option_integer(retry, "timeout"),
        }
    }

    fn option_number(&mut self, options: Word, name: &str, otherwise: f64) -> f64 {
        let word = self.option(options, name);
        match word.as_double() {
            Some(value) => value,
            None => number::try_int(&self.actor.process.heap, word).map_or(otherwise, |n| n as f64),
        }
    }

    fn option_text(&mut self, options: Word, name: &str) -> Option<String> {
        let word = self.option(options, name);
        if word.is_nil() {
            return None;
        }
        if let Some(text) = try_text(&self.actor.process.heap, word) {
            return Some(text.to_owned());
        }
        let image = std::sync::Arc::clone(&self.actor.process.image);
        Some(report::show(self.heap(), &image, word, 256))
    }

    fn activity_note(&mut self, fiber: FiberId) -> Option<&mut ActivityNote> {
        self.actor.notes.get_mut(fiber)?.activity.as_mut()
    }

    // ---- asking ----

    pub(super) fn activity(&mut self, fiber: FiberId, args: &[Word]) -> Performed {
        let arg = |index: usize| args.get(index).copied().unwrap_or(Word::NIL);
        let name = self.text(arg(0))?;
        let (body, arguments, options) = (arg(1), arg(2), arg(3));
        if !vector::is_vector(&self.actor.process.heap, arguments) {
            return Err(self.type_error(arguments, "a vector of arguments"));
        }
        if !options.is_nil() && !map::is_map(&self.actor.process.heap, options) {
            return Err(self.type_error(options, "a map of options"));
        }
        if body.is_nil() {
            self.arguments(arguments)?;
        }
        let limit = self.inner.limits.activities;
        let open = self.actor.notes.count_of(Wait::Activity) as u64;
        if open >= limit {
            let text = format!("activity limit: {open} activities are open; pmap-n bounds them");
            return Err(self.error("activity-limit", text));
        }
        let serial = self.request_serial(fiber).unwrap_or_default();
        let key = match self.option_text(options, "idempotency-key") {
            Some(key) => key,
            None => self.inner.idempotency_key(self.actor.number, serial),
        };
        let queue = self
            .option_text(options, "queue")
            .unwrap_or_else(|| "default".to_owned());
        let max_attempts = self.policy(options).max_attempts;
        self.note(fiber).activity = Some(ActivityNote {
            name,
            queue,
            key,
            max_attempts,
            ..ActivityNote::default()
        });
        self.begin_budget(fiber);
        self.begin_attempt(fiber)?;
        Ok(Reply::Wait(Wait::Activity, None))
    }

    /// The times that hold for all attempts together begin now.
    fn begin_budget(&mut self, fiber: FiberId) {
        let now = self.now;
        let options = self.asked(fiber).options;
        let in_all = self.option_integer(options, "schedule-to-close");
        let retrying = self.policy(options).timeout_ms;
        if let Some(note) = self.activity_note(fiber) {
            note.asked_ms = now;
            note.give_up_at = [in_all, retrying]
                .into_iter()
                .flatten()
                .map(|ms| now.saturating_add(ms))
                .min();
        }
    }

    /// Arguments as data that can leave.
    fn arguments(&mut self, arguments: Word) -> Result<Vec<Data>, Word> {
        let image = std::sync::Arc::clone(&self.actor.process.image);
        match data::from_word(self.heap(), &image, arguments) {
            Ok(Data::Vector(items)) => Ok(items),
            Ok(_) => Ok(Vec::new()),
            Err(error) => Err(self.error("type", error.to_string())),
        }
    }

    /// Starts the next attempt; when the run is resumed, if it is being suspended.
    fn begin_attempt(&mut self, fiber: FiberId) -> Result<(), Word> {
        if self.inner.is_suspended() {
            let now = self.now;
            if let Some(note) = self.activity_note(fiber) {
                note.next_attempt = Some(now);
            }
            return Ok(());
        }
        if let Some(note) = self.activity_note(fiber) {
            note.attempt += 1;
        }
        self.hand_out(fiber)
    }

    /// Hands out the attempt whose number is in the note.
    fn hand_out(&mut self, fiber: FiberId) -> Result<(), Word> {
        let asked = self.asked(fiber);
        let now = self.now;
        let start_to_close = self.option_integer(asked.options, "start-to-close");
        let heartbeat = self.option_integer(asked.options, "heartbeat");
        let schedule_to_start = self.option_integer(asked.options, "schedule-to-start");
        let Some(note) = self.activity_note(fiber).cloned() else {
            return Ok(());
        };
        let id = self.attempt_id(fiber, note.number());
        let greatest = &mut self.actor.record.greatest_attempt;
        *greatest = id.attempt.max(*greatest);
        let after = |ms: Option<u64>| ms.map(|ms| now.saturating_add(ms));
        let mut body = None;
        let mut waits_for_worker = false;
        if asked.body.is_nil() {
            let args = self.arguments(asked.args)?;
            waits_for_worker = self
                .inner
                .transport
                .workers(&note.name, &note.queue)
                .is_some();
            self.output(Output::Start(Task {
                id,
                name: note.name.clone(),
                queue: note.queue.clone(),
                args,
                idempotency_key: note.key.clone(),
                start_to_close_ms: start_to_close,
            }));
        } else {
            let of = BodyOf {
                process: self.actor.number,
                fiber,
                request: id.request,
                attempt: id.attempt,
                key: note.key.clone(),
            };
            let child = self.make_child(asked.body, asked.args, Some(of))?;
            body = Some(child.number);
            self.said.spawned.push(child);
        }
        let call = self.called(&asked);
        self.actor.events.add_attempt(
            now,
            id,
            EventKind::Attempt {
                activity: note.name.clone(),
                attempt: note.attempt,
                fiber,
                call,
            },
        );
        if let Some(note) = self.activity_note(fiber) {
            note.next_attempt = None;
            note.started = true;
            note.body = body;
            // Of what a worker must take first, these run from then on.
            note.start_by = if waits_for_worker {
                after(schedule_to_start)
            } else {
                None
            };
            note.close_by = if waits_for_worker {
                None
            } else {
                after(start_to_close)
            };
            note.beat_by = if waits_for_worker {
                None
            } else {
                after(heartbeat)
            };
        }
        Ok(())
    }

    fn attempt_id(&self, fiber: FiberId, attempt: u32) -> AttemptId {
        let request = self.request_serial(fiber).unwrap_or_default();
        AttemptId {
            process: self.actor.number,
            fiber,
            request,
            attempt,
        }
    }

    /// Whether a report is about the attempt that is under way.
    fn is_current(&mut self, id: AttemptId) -> bool {
        self.waits_for_activity(id.fiber, id.request)
            && self
                .activity_note(id.fiber)
                .is_some_and(|note| note.started && note.number() == id.attempt)
    }

    // ---- stopping a body ----

    /// Whether a fiber waits for a body. It is told to stop then, and the fiber is interrupted when
    /// it has ended, so that what it tidies up is done before the fiber goes on.
    pub(super) fn stop_body(&mut self, fiber: FiberId) -> bool {
        if self.actor.wait_of(fiber) != Wait::Activity {
            return false;
        }
        let until = self.now.saturating_add(BODY_STOP_MS);
        let Some(note) = self.activity_note(fiber) else {
            return false;
        };
        let Some(body) = note.body else {
            return false;
        };
        if std::mem::take(&mut note.started) {
            (note.start_by, note.beat_by) = (None, None);
            note.close_by = Some(until);
            self.post(body, Letter::Cancel);
        }
        true
    }

    /// The time of a body that was told to stop is over.
    fn kill_body(&mut self, fiber: FiberId) {
        let again = self.now.saturating_add(KILL_AGAIN_MS);
        let Some(note) = self.activity_note(fiber) else {
            return;
        };
        note.close_by = Some(again);
        let Some(body) = note.body else {
            return;
        };
        if self.inner.is_at_work(body, self.epoch()) {
            self.post(body, Letter::Kill);
        } else {
            // It is damaged or parked: there will be no word of its end.
            self.body_has_stopped(fiber);
        }
    }

    /// Whether a report is about a body that was told to stop.
    fn is_stopped(&mut self, id: AttemptId) -> bool {
        self.waits_for_activity(id.fiber, id.request)
            && self
                .activity_note(id.fiber)
                .is_some_and(|note| note.stops_body() && note.number() == id.attempt)
    }

    /// The body has ended: what waited for that happens.
    fn body_has_stopped(&mut self, fiber: FiberId) {
        let greatest = self.actor.record.greatest_attempt;
        let Some(note) = self.activity_note(fiber) else {
            return;
        };
        note.body = None;
        note.close_by = None;
        let is_late = std::mem::take(&mut note.is_late);
        let (is_anew, message) = (note.attempt == 0, note.last_error.clone());
        if is_anew {
            // Of attempts made after the checkpoint that was gone back to reports may come yet.
            note.earlier_attempts = note.earlier_attempts.max(greatest);
        }
        if let Some(error) = self.interruption(fiber) {
            self.interrupt(fiber, error);
        } else if std::mem::take(&mut self.note(fiber).cancelled) {
            // What the process was parked before is given up in a `finally`, too.
            let error = self.ox_error("cancelled");
            self.interrupt(fiber, error);
        } else if is_late {
            self.attempt_failed(fiber, Failure::new("timeout", message));
        } else if is_anew {
            self.begin_anew(fiber);
        } else {
            let error = self.ox_error("cancelled");
            self.interrupt(fiber, error);
        }
    }

    // ---- reports ----

    /// The attempt is taken back: it begins when the run is resumed.
    pub(super) fn attempt_not_begun(&mut self, id: AttemptId) {
        if !self.is_current(id) {
            return;
        }
        let now = self.now;
        if let Some(note) = self.activity_note(id.fiber) {
            note.attempt -= 1;
            note.started = false;
            note.next_attempt = Some(now);
            (note.start_by, note.close_by, note.beat_by) = (None, None, None);
        }
    }

    pub(super) fn attempt_started(&mut self, id: AttemptId) {
        if !self.is_current(id) {
            return;
        }
        let now = self.now;
        let options = self.asked(id.fiber).options;
        let start_to_close = self.option_integer(options, "start-to-close");
        let heartbeat = self.option_integer(options, "heartbeat");
        if let Some(note) = self.activity_note(id.fiber) {
            note.start_by = None;
            note.close_by = start_to_close.map(|ms| now.saturating_add(ms));
            note.beat_by = heartbeat.map(|ms| now.saturating_add(ms));
        }
    }

    pub(super) fn attempt_beat(&mut self, fiber: FiberId, request: u64) {
        if !self.waits_for_activity(fiber, request) {
            return;
        }
        let now = self.now;
        let options = self.asked(fiber).options;
        let heartbeat = self.option_integer(options, "heartbeat");
        if let Some(note) = self.activity_note(fiber)
            && note.started
        {
            note.beat_by = heartbeat.map(|ms| now.saturating_add(ms));
        }
    }

    pub(super) fn attempt_reported(&mut self, id: AttemptId, result: Result<Data, TaskError>) {
        if !self.is_current(id) {
            return;
        }
        match result {
            Ok(data) => {
                let word = data::to_word(self.heap(), &data);
                self.attempt_done(id.fiber, word);
            }
            Err(error) => {
                let failure = Failure {
                    data: error.data,
                    is_retryable: error.is_retryable,
                    ..Failure::new(error.reason, error.message)
                };
                self.attempt_failed(id.fiber, failure);
            }
        }
    }

    pub(super) fn body_ended(
        &mut self,
        fiber: FiberId,
        request: u64,
        attempt: u32,
        result: Result<&[u64], &[u64]>,
    ) {
        let id = AttemptId {
            process: self.actor.number,
            fiber,
            request,
            attempt,
        };
        if self.is_stopped(id) {
            return self.body_has_stopped(fiber);
        }
        if !self.is_current(id) {
            return;
        }
        if let Some(note) = self.activity_note(fiber) {
            note.body = None;
        }
        match result {
            Ok(words) => {
                let word = self.unpack(words);
                self.attempt_done(fiber, word);
            }
            Err(words) => {
                let error = self.unpack(words);
                let image = std::sync::Arc::clone(&self.actor.process.image);
                let message = report::message_of(self.heap(), &image, error);
                let heap = &self.actor.process.heap;
                let is_error = heap.kind_of(error) == Some(Kind::Error);
                let kind = parcel::error_kind(heap, error);
                let is_retryable = !matches!(kind, Some("cancelled" | "arity" | "type" | "exit"));
                let cause = if is_error { error } else { Word::NIL };
                self.attempt_failed(
                    fiber,
                    Failure {
                        cause,
                        is_retryable,
                        ..Failure::new("error", message)
                    },
                );
            }
        }
    }

    fn attempt_done(&mut self, fiber: FiberId, value: Word) {
        if let Some(note) = self.activity_note(fiber).cloned() {
            self.actor.log(
                self.now,
                EventKind::AttemptDone {
                    activity: note.name,
                    attempt: note.attempt,
                    fiber,
                },
            );
        }
        self.answer(fiber, value);
    }

    // ---- time ----

    pub(super) fn expire_activity(&mut self, fiber: FiberId) {
        let now = self.now;
        let due = |at: Option<u64>| at.is_some_and(|at| at <= now);
        let note = self.actor.notes.get(fiber);
        let Some(note) = note.and_then(|note| note.activity.clone()) else {
            return;
        };
        let options = self.asked(fiber).options;
        if note.stops_body() {
            if due(note.close_by) {
                self.kill_body(fiber);
            }
            return;
        }
        let of = |step: &mut Self, name: &str| {
            duration_text(step.option_integer(options, name).unwrap_or_default())
        };
        if due(note.give_up_at) {
            let time = duration_text(note.give_up_at.unwrap_or(now) - note.asked_ms);
            let failure = Failure::new("timeout", format!("no answer within {time}"));
            if note.body.is_some() {
                self.attempt_timed_out(fiber, failure);
            } else {
                self.cancel_attempt(fiber, false);
                self.exhausted(fiber, failure);
            }
        } else if note.started && note.body.is_none() && self.actor.unasked.contains_key(&fiber) {
            // The times of one attempt begin with it, and it begins anew.
        } else if due(note.start_by) {
            let time = of(self, "schedule-to-start");
            let queue = &note.queue;
            let failure = Failure::new(
                "timeout",
                format!("no worker of queue {queue:?} took it within {time}"),
            );
            self.attempt_timed_out(fiber, failure);
        } else if due(note.close_by) {
            let time = of(self, "start-to-close");
            self.attempt_timed_out(
                fiber,
                Failure::new("timeout", format!("the attempt took longer than {time}")),
            );
        } else if due(note.beat_by) {
            let time = of(self, "heartbeat");
            self.attempt_timed_out(
                fiber,
                Failure::new("timeout", format!("no heartbeat for {time}")),
            );
        } else if due(note.next_attempt)
            && let Err(error) = self.begin_attempt(fiber)
        {
            self.interrupt(fiber, error);
        }
    }

    /// The attempt has failed by time; that of a body when it has stopped, whatever it says then.
    fn attempt_timed_out(&mut self, fiber: FiberId, failure: Failure) {
        if self.stop_body(fiber) {
            if let Some(note) = self.activity_note(fiber) {
                note.is_late = true;
                note.last_error = failure.message;
            }
            return;
        }
        self.cancel_attempt(fiber, false);
        self.attempt_failed(fiber, failure);
    }

    /// Asks the attempt that is under way to stop.
    pub(super) fn cancel_attempt(&mut self, fiber: FiberId, kill: bool) {
        let Some(note) = self.activity_note(fiber) else {
            return;
        };
        let stops_body = note.stops_body();
        if stops_body
            && kill
            && let Some(body) = note.body.take()
        {
            self.post(body, Letter::Kill);
            return;
        }
        if !std::mem::take(&mut note.started) {
            return;
        }
        let attempt = note.number();
        match note.body.take() {
            Some(body) => {
                let letter = if kill { Letter::Kill } else { Letter::Cancel };
                self.post(body, letter);
            }
            None => {
                let id = self.attempt_id(fiber, attempt);
                self.actor.events.take_attempt_back(id);
                self.say_cancel(id);
            }
        }
    }

    // ---- failure ----

    fn attempt_failed(&mut self, fiber: FiberId, failure: Failure) {
        let options = self.asked(fiber).options;
        let policy = self.policy(options);
        let (now, random) = (self.now, unit_double(self.inner.clock.random()));
        let Some(note) = self.activity_note(fiber) else {
            return;
        };
        note.started = false;
        note.body = None;
        (note.start_by, note.close_by, note.beat_by) = (None, None, None);
        note.last_error.clone_from(&failure.message);
        let grown = policy.delay_after(note.attempt);
        let spread = grown * (1.0 + policy.jitter * (2.0 * random - 1.0));
        let at = now.saturating_add(spread.max(0.0) as u64);
        let again = failure.is_retryable
            && policy.max_attempts.is_none_or(|max| note.attempt < max)
            && note.give_up_at.is_none_or(|give_up| at < give_up);
        note.next_attempt = again.then_some(at);
        let (activity, attempt, next_attempt) =
            (note.name.clone(), note.attempt, note.next_attempt);
        let error = failure.message.clone();
        self.actor.log(
            now,
            EventKind::AttemptFailed {
                activity,
                attempt,
                fiber,
                error,
                next_attempt,
            },
        );
        if !again {
            self.exhausted(fiber, failure);
        } else if at <= now
            && let Err(error) = self.begin_attempt(fiber)
        {
            self.interrupt(fiber, error);
        }
    }

    /// There is no further attempt: throws, or stops the process before the effect.
    fn exhausted(&mut self, fiber: FiberId, failure: Failure) {
        let options = self.asked(fiber).options;
        let on_exhausted = self.option(options, "on-exhausted");
        let heap = &self.actor.process.heap;
        let parks = parcel::is_keyword(heap, on_exhausted, "park")
            || (on_exhausted.is_nil()
                && self.inner.options.park
                && self.actor.record.body_of.is_none());
        let error = self.activity_error(fiber, &failure);
        if parks {
            return self.park(fiber, error);
        }
        self.note_failure(fiber);
        self.stop_waiting(fiber);
        self.actor.process.answer_error(fiber, error);
    }

    /// `ox.sh/run ["make"] failed: exit 2 after 3 attempts: no rule to make target`
    fn activity_error(&mut self, fiber: FiberId, failure: &Failure) -> Word {
        let asked = self.asked(fiber);
        let attempts = self.activity_note(fiber).map_or(1, |note| note.attempt);
        let called = self.called(&asked);
        let what = &failure.message;
        // The number of attempts stands after what happened; of a command that is its status, and
        // what it said follows.
        let message = match what.split_once(": ").filter(|_| what.starts_with("exit ")) {
            _ if attempts < 2 => format!("{called} failed: {what}"),
            Some((status, line)) => {
                format!("{called} failed: {status} after {attempts} attempts: {line}")
            }
            None if what.starts_with("exit ") => {
                format!("{called} failed: {what} after {attempts} attempts")
            }
            None => format!("{called} failed: {what} (after {attempts} attempts)"),
        };

        let kind = make_keyword(self.heap(), Some("ox"), "activity");
        let name = make_string(self.heap(), &asked.name);
        let reason = make_keyword(self.heap(), None, &failure.reason);
        let attempts = make_int(self.heap(), i64::from(attempts));
        let kind_key = make_keyword(self.heap(), Some("ox"), "kind");
        let mut words = vec![kind_key, kind];
        for (key, value) in [
            ("activity", name),
            ("reason", reason),
            ("attempts", attempts),
        ] {
            words.push(make_keyword(self.heap(), None, key));
            words.push(value);
        }
        let mut data = map::from_pairs(self.heap(), &words).unwrap_or(Word::NIL);
        for (key, value) in &failure.data {
            let key = make_keyword(self.heap(), None, key);
            let value = data::to_word(self.heap(), value);
            data = map::assoc(self.heap(), data, key, value).unwrap_or(data);
        }
        let message = make_string(self.heap(), &message);
        self.heap().make(
            Kind::Error,
            0,
            0,
            &[],
            &[kind, message, data, failure.cause, Word::NIL],
        )
    }

    /// The activity with its arguments, for people.
    fn called(&mut self, asked: &Asked) -> String {
        let args = vector::elements(&self.actor.process.heap, asked.args);
        let image = std::sync::Arc::clone(&self.actor.process.image);
        report::call_text(self.heap(), &image, &asked.name, &args, ARGS_BYTES_MAX)
    }

    // ---- another engine ----

    /// The engine is another one, or the process goes on from before a failure: what was handed out
    /// is handed out again.
    pub(super) fn activity_again(&mut self, fiber: FiberId) {
        let Some(note) = self.activity_note(fiber).cloned() else {
            return;
        };
        if !note.is_outside() {
            return;
        }
        if note.attempt == 0 {
            return self.begin_anew(fiber);
        }
        let options = self.asked(fiber).options;
        if self.option(options, "idempotent") == Word::FALSE {
            let message =
                "the attempt was under way when the run was interrupted, and may not be repeated";
            let failure = Failure {
                is_retryable: false,
                ..Failure::new("lost", message)
            };
            self.attempt_failed(fiber, failure);
        } else if let Err(error) = self.hand_out(fiber) {
            self.interrupt(fiber, error);
        }
    }

    /// The first attempt of those that count: it was taken back, or the process goes on from before
    /// a failure with a new budget.
    fn begin_anew(&mut self, fiber: FiberId) {
        let budget_begins = self.activity_note(fiber).is_some_and(|n| n.asked_ms == 0);
        if budget_begins {
            self.begin_budget(fiber);
        }
        if let Err(error) = self.begin_attempt(fiber) {
            self.interrupt(fiber, error);
        }
    }
}
