//! What each effect does, and what happens to a process from outside.
//!
//! `docs/internals/effects.md` is the contract. One file a family:
//! `time stream process mailbox fiber unheard scope activity ending`.
//!
//! # Invariants
//! - An operation either answers at once, or leaves the fiber waiting with its request in the
//!   process's memory and a [`Wait`] in its note: both are stored, and all that a restarted engine
//!   needs to ask again is in them.
//! - Where a fiber waits, and only there, a pending cancellation, exit or deadline is thrown in it.
//! - A fiber that stops waiting leaves nothing behind: its attempt is cancelled, its watch removed.
//! - Nothing of other processes or of the outside is touched but by what is [`Said`]; names and the
//!   question whether a process lives are the exceptions.

mod activity;
mod calling;
mod ending;
mod fiber;
mod mailbox;
mod process;
mod scope;
mod stream;
mod time;
pub(crate) mod transit;
mod unheard;

use crate::actor::{Actor, Birth, Incoming, Taken};
use crate::engine::Inner;
use crate::engine::turn::Said;
use crate::letter::Letter;
use crate::output::Output;
use crate::parcel;
use crate::record::{FiberNote, Status, Wait};
use transit::{Arrived, Then, Transit};
use vm::Word;
use vm::fiber::{FiberId, FiberState};
use vm::heap::Heap;
use vm::value::fault::Fault;
use vm::value::string::{make_keyword, try_keyword, try_text};
use vm::value::{map, number, vector};

pub(crate) use mailbox::count as count_mailbox;
pub(crate) use process::born;

/// The main fiber of every process.
const MAIN_FIBER: FiberId = 0;

/// What an operation answers.
enum Reply {
    /// This value, at once.
    Value(Word),
    /// Nothing yet; the wait ends by itself at the time.
    Wait(Wait, Option<u64>),
    /// Nothing ever: the process has ended meanwhile, or the fiber was answered already.
    Gone,
}

/// An operation's answer, or the error it throws.
type Performed = Result<Reply, Word>;

/// One actor being changed.
struct Step<'a> {
    inner: &'a Inner,
    actor: &'a mut Actor,
    said: &'a mut Said,
    now: u64,
    arrived: Arrived,
}

/// Answers the request of a fiber, or has it wait; or a value leaves for it first.
pub(crate) fn perform(
    inner: &Inner,
    actor: &mut Actor,
    fiber: FiberId,
    said: &mut Said,
) -> Option<Transit> {
    if let Some(transit) = transit::leaving(actor, Then::Perform(fiber)) {
        return Some(transit);
    }
    Step::new(inner, actor, said).follow(Then::Perform(fiber));
    None
}

/// A fiber has returned; or its value leaves first.
pub(crate) fn fiber_done(
    inner: &Inner,
    actor: &mut Actor,
    fiber: FiberId,
    said: &mut Said,
) -> Option<Transit> {
    if let Some(transit) = transit::leaving(actor, Then::End(fiber)) {
        return Some(transit);
    }
    Step::new(inner, actor, said).follow(Then::End(fiber));
    None
}

/// A fiber has ended with an error that nobody caught.
pub(crate) fn fiber_failed(inner: &Inner, actor: &mut Actor, fiber: FiberId, said: &mut Said) {
    Step::new(inner, actor, said).follow(Then::End(fiber));
}

/// Lets a process take in what has come from outside; or its value comes first.
pub(crate) fn take_in(
    inner: &Inner,
    actor: &mut Actor,
    incoming: Incoming,
    said: &mut Said,
) -> Option<Transit> {
    match transit::coming(inner, actor, incoming) {
        Ok(transit) => Some(transit),
        Err(incoming) => {
            Step::new(inner, actor, said).take_in(incoming);
            None
        }
    }
}

/// Does what is due by time. Then asks for what was outside when the process was taken up.
pub(crate) fn expire(inner: &Inner, actor: &mut Actor, said: &mut Said) {
    let mut step = Step::new(inner, actor, said);
    if !step.actor.is_over() {
        step.expire();
    }
    step.ask_unasked();
}

impl<'a> Step<'a> {
    fn new(inner: &'a Inner, actor: &'a mut Actor, said: &'a mut Said) -> Step<'a> {
        let now = inner.clock.now_ms();
        Step {
            inner,
            actor,
            said,
            now,
            arrived: Arrived::default(),
        }
    }

    /// Does what a fiber has stopped for.
    fn follow(&mut self, then: Then) {
        let (Then::Perform(fiber) | Then::End(fiber)) = then;
        match then {
            Then::Perform(fiber) => self.perform(fiber),
            Then::End(fiber) => self.fiber_ended(fiber),
        }
        if !self.actor.is_over() {
            self.wake_cell_waiters(fiber);
        }
    }

    /// The epoch of the turn.
    fn epoch(&self) -> u64 {
        (self.actor.dirty_in).expect("an actor that has a turn changes in its epoch")
    }

    fn heap(&mut self) -> &mut Heap {
        &mut self.actor.process.heap
    }

    fn note(&mut self, fiber: FiberId) -> &mut FiberNote {
        self.actor.note(fiber)
    }

    /// Sends a letter.
    fn post(&mut self, to: u64, letter: Letter) {
        let sequence = self.inner.next_letter();
        self.said.letters.push((to, sequence, letter));
    }

    fn output(&mut self, output: Output) {
        self.said.outputs.push(output);
    }

    /// The error object of a fault.
    fn error(&mut self, kind: &'static str, message: impl Into<String>) -> Word {
        Fault::new(kind, message).into_error(self.heap())
    }

    fn type_error(&mut self, value: Word, expected: &'static str) -> Word {
        Fault::type_error(&self.actor.process.heap, value, expected).into_error(self.heap())
    }

    fn ox_error(&mut self, kind: &'static str) -> Word {
        let message = match kind {
            "cancelled" => "cancelled",
            "stdin-lost" => "what was left of standard input was lost when the run was interrupted",
            _ => kind,
        };
        self.error(kind, message)
    }

    /// The parts of a fiber's request: operation and arguments.
    fn request(&self, fiber: FiberId) -> Vec<Word> {
        let process = &self.actor.process;
        let Some(index) = process.fiber_index(fiber) else {
            return Vec::new();
        };
        let request = process.fibers[index].request;
        if vector::is_vector(&process.heap, request) {
            vector::elements(&process.heap, request)
        } else {
            Vec::new()
        }
    }

    fn request_serial(&self, fiber: FiberId) -> Option<u64> {
        let index = self.actor.process.fiber_index(fiber)?;
        let fiber = &self.actor.process.fibers[index];
        (fiber.state == FiberState::Waiting).then_some(fiber.request_serial)
    }

    fn perform(&mut self, fiber: FiberId) {
        let request = self.request(fiber);
        let Some((&op, args)) = request.split_first() else {
            let error = self.error("argument", "an effect's request is empty");
            return self.actor.process.throw_at_once(fiber, error);
        };
        let name = match try_keyword(&self.actor.process.heap, op) {
            Some((Some("ox"), name)) => name.to_owned(),
            _ => String::new(),
        };
        let can_wait = can_wait(&name);
        if can_wait && name != "receive-next" {
            self.message_passed_over(fiber);
        }
        let interrupted = if can_wait && name != "scope-exit" {
            self.interruption(fiber)
        } else {
            None
        };
        let performed = match interrupted {
            Some(error) => Err(error),
            None => self.dispatch(fiber, &name, args),
        };
        if self.actor.is_over() {
            return;
        }
        match performed {
            Ok(Reply::Value(word)) => self.actor.process.answer_at_once(fiber, word),
            Err(error) => self.actor.process.throw_at_once(fiber, error),
            Ok(Reply::Gone) => {}
            Ok(Reply::Wait(wait, until)) => self.begin_waiting(fiber, wait, until),
        }
    }

    /// Answers a request that was left for this turn.
    fn perform_again(&mut self, fiber: FiberId) {
        let request = self.request(fiber);
        let name = request.first().and_then(|&op| {
            let (_, name) = try_keyword(&self.actor.process.heap, op)?;
            Some(name.to_owned())
        });
        let args = request.get(1..).unwrap_or_default();
        match self.dispatch(fiber, &name.unwrap_or_default(), args) {
            Ok(Reply::Value(word)) => self.answer(fiber, word),
            Err(error) => self.interrupt(fiber, error),
            Ok(Reply::Gone) => {}
            Ok(Reply::Wait(wait, until)) => self.begin_waiting(fiber, wait, until),
        }
    }

    fn dispatch(&mut self, fiber: FiberId, name: &str, args: &[Word]) -> Performed {
        let arg = |index: usize| args.get(index).copied().unwrap_or(Word::NIL);
        match name {
            "now" => self.now_instant(),
            "monotonic" => self.monotonic(arg(0)),
            "sleep" => self.sleep(fiber, arg(0)),
            "rand" => self.rand(),
            "random-uuid" => self.random_uuid(),
            "write" => self.write(fiber, arg(0), arg(1)),
            "flush" => Ok(self.flush()),
            "read-line" | "read-part" | "read-all" => self.read_stdin(fiber, arg(0)),
            "self" => Ok(Reply::Value(self.own_pid())),
            "spawn" => self.spawn(arg(0), arg(1), arg(2)),
            "send" => self.send(arg(0), arg(1)),
            "link" => self.link(arg(0)),
            "unlink" => self.unlink(arg(0)),
            "monitor" => self.monitor(arg(0)),
            "demonitor" => self.demonitor(arg(0), arg(1)),
            "trap-exit" => Ok(self.trap_exit(arg(0))),
            "register" => self.register(arg(0), arg(1)),
            "unregister" => self.unregister(arg(0)),
            "whereis" => self.whereis(arg(0)),
            "exit-signal" => self.send_exit(arg(0), arg(1)),
            "await-exit" => self.await_exit(arg(0)),
            "receive-next" => self.receive_next(fiber, arg(0), arg(1)),
            "receive-take" => self.receive_take(fiber, arg(0)),
            "fiber-start" => self.fiber_start(fiber, arg(0)),
            "await" | "await-end" => self.await_one(fiber, name, arg(0), None),
            "await-for" => self.await_one(fiber, name, arg(0), Some((arg(1), arg(2)))),
            "await-any" => self.await_any(arg(0)),
            "await-next" => self.await_next(fiber, arg(0), arg(1)),
            "await-cell" => self.await_cell(arg(0)),
            "future-state" => self.future_state(arg(0)),
            "promise" => Ok(Reply::Value(vm::value::cell::make_promise(self.heap()))),
            "deliver" => self.deliver(arg(0), arg(1)),
            "cancel" => self.cancel(arg(0)),
            "scope-enter" => Ok(self.scope_enter(fiber)),
            "scope-exit" => self.scope_exit(fiber, arg(0)),
            "deadline-push" => self.deadline_push(fiber, arg(0)),
            "deadline-pop" => self.deadline_pop(fiber, arg(0)),
            "deadline-expired" => Ok(self.deadline_expired(fiber)),
            "activity" => self.activity(fiber, args),
            "heartbeat" => self.heartbeat(fiber, arg(0)),
            "idempotency-key" => self.idempotency_key(),
            "error-report" => self.error_report(arg(0)),
            // Who asks then asks the host, by an activity.
            "resolve" | "macroexpand" | "macroexpand-1" => {
                let running = make_keyword(self.heap(), Some("ox"), "running");
                Ok(Reply::Value(running))
            }
            "definition-kind" | "macro-warning" => {
                let message = format!(
                    "{name} is for macros: what names mean is known while they are expanded, not in a program that runs"
                );
                Err(self.error("argument", message))
            }
            _ => {
                let request = self.request(fiber);
                let op = request.first().copied().unwrap_or(Word::NIL);
                let fault =
                    Fault::new("argument", "this effect is unknown here").with("effect", op);
                Err(fault.into_error(self.heap()))
            }
        }
    }

    /// An error that waits for a fiber to wait: cancellation, exit, an expired deadline.
    fn interruption(&mut self, fiber: FiberId) -> Option<Word> {
        let note = self.actor.notes.get(fiber)?;
        let is_asked_to_end = note.cancelled || note.cancelled_again || note.exit.is_some();
        let is_ended_now = is_asked_to_end && !self.is_being_ended(fiber);
        if is_ended_now && std::mem::take(&mut self.note(fiber).cancelled) {
            return Some(self.ox_error("cancelled"));
        }
        if is_ended_now && let Some(reason) = self.note(fiber).exit.take() {
            let reason = parcel::unpack(self.heap(), &reason);
            return Some(
                Fault::new("exit", "exit")
                    .with("reason", reason)
                    .into_error(self.heap()),
            );
        }
        if is_ended_now && std::mem::take(&mut self.note(fiber).cancelled_again) {
            return Some(self.ox_error("cancelled"));
        }
        if std::mem::take(&mut self.note(fiber).mailbox_full) {
            return Some(self.mailbox_error());
        }
        self.due_deadline(fiber)
    }

    /// Answers a fiber that waited.
    fn answer(&mut self, fiber: FiberId, word: Word) {
        self.stop_waiting(fiber);
        self.actor.process.answer(fiber, word);
    }

    /// Throws an error in a fiber that waits; what it waited for is no longer wanted.
    fn interrupt(&mut self, fiber: FiberId, error: Word) {
        self.abandon(fiber);
        self.stop_waiting(fiber);
        self.actor.process.answer_error(fiber, error);
    }

    fn begin_waiting(&mut self, fiber: FiberId, wait: Wait, until: Option<u64>) {
        let now = self.now;
        let note = self.note(fiber);
        note.wait = wait;
        note.until = until;
        note.since_ms = now;
        let Actor {
            awaiting, process, ..
        } = &mut *self.actor;
        awaiting.begin(process, fiber, wait);
    }

    fn stop_waiting(&mut self, fiber: FiberId) {
        self.actor.awaiting.end(fiber);
        let note = self.note(fiber);
        note.wait = Wait::Nothing;
        note.until = None;
        note.activity = None;
        self.actor.record.steps += 1;
        self.actor.record.recoveries = 0;
    }

    /// Says that nobody wants what a fiber waits for.
    fn abandon(&mut self, fiber: FiberId) {
        match self.actor.wait_of(fiber) {
            Wait::Activity => self.cancel_attempt(fiber, false),
            Wait::Exit(reference) => self.unwatch(reference),
            Wait::Stdin => {
                let asker = self.asker(fiber);
                self.output(Output::Unread(asker));
            }
            _ => {}
        }
    }

    /// All fibers that wait, in the order of their numbers, and what for: for what happens once in a
    /// life. [`Notes`](crate::record::Notes) knows who waits for one thing.
    fn waiting(&self) -> Vec<(FiberId, Wait)> {
        let waits = self
            .actor
            .notes
            .iter()
            .map(|(fiber, note)| (fiber, note.wait));
        waits.filter(|&(_, wait)| wait != Wait::Nothing).collect()
    }

    fn take_in(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Letter {
                sequence,
                letter,
                large,
            } => {
                if self.actor.keeps_past {
                    // It stays in the store for who goes on from there.
                    return;
                }
                self.actor.consumed.push(Taken { sequence, large });
                self.actor.taken_words += letter.words() + crate::past::LETTER_WORDS;
                if self.actor.ended {
                    self.bounce(&letter);
                } else {
                    self.take_letter(&letter);
                }
            }
            Incoming::Dropped { sequence, large } => {
                if !self.actor.keeps_past {
                    self.actor.consumed.push(Taken { sequence, large });
                }
            }
            Incoming::Retry(value) => self.retry(value),
            Incoming::Revive => {
                let is_taken_up = self.actor.record.is_parked_by_recoveries();
                self.actor.parked_before = self.revive();
                if !is_taken_up {
                    self.renew_waits();
                }
                self.will_ask_again();
            }
            _ if self.actor.is_over() => {}
            Incoming::Attempt { id, result } => self.attempt_reported(id, result),
            Incoming::NotBegun(id) => self.attempt_not_begun(id),
            Incoming::Started(id) => self.attempt_started(id),
            Incoming::Beat(id) => self.attempt_beat(id.fiber, id.request),
            Incoming::Input(asker) => self.input(asker),
            Incoming::Flushed(before) => self.flushed(before),
            Incoming::Recovered => self.recovered(),
            Incoming::Wake => {}
        }
    }

    fn take_letter(&mut self, letter: &Letter) {
        match *letter {
            Letter::Message(ref words) => self.message(words),
            Letter::Exit {
                from,
                ref reason,
                linked,
            } => self.exit_signal(from, reason, linked),
            Letter::Down {
                reference,
                process,
                ref reason,
            } => self.down(reference, process, reason),
            Letter::Cancel => self.cancel_process(),
            Letter::Interrupt => self.interrupt_main(),
            Letter::Kill => self.killed(),
            Letter::Link { from, on } => {
                self.actor.record.links.retain(|&linked| linked != from);
                if on {
                    self.actor.record.links.push(from);
                }
            }
            Letter::Watch {
                from,
                reference,
                on,
            } => {
                self.actor
                    .record
                    .watchers
                    .retain(|m| (m.reference, m.process) != (reference, from));
                if on {
                    self.actor.record.watchers.push(crate::record::Monitor {
                        reference,
                        process: from,
                    });
                }
            }
            Letter::BodyEnded {
                fiber,
                request,
                attempt,
                ref result,
            } => {
                let result = result.as_deref().map_err(Vec::as_slice);
                self.body_ended(fiber, request, attempt, result);
            }
            Letter::Heartbeat { fiber, request, .. } => self.attempt_beat(fiber, request),
            // Of an older version: it was heeded when the store was opened.
            Letter::Named(_) => {}
            Letter::StdoutClosed => self.stdout_closed(),
            Letter::MailboxFull => self.mailbox_is_full(),
        }
    }

    /// Does what is due by time, fiber by fiber.
    fn expire(&mut self) {
        if self.actor.record.kill_at.is_some_and(|at| at <= self.now) {
            return self.killed();
        }
        for fiber in self.actor.notes.due(self.now) {
            if self.actor.is_over() {
                return;
            }
            let wait = self.actor.wait_of(fiber);
            if wait == Wait::Nothing {
                continue;
            }
            if wait == Wait::Turn {
                self.perform_again(fiber);
                continue;
            }
            if self.deadline_is_due(fiber) && self.stop_body(fiber) {
                self.expire_activity(fiber);
                continue;
            }
            if wait.is_interruptible()
                && let Some(error) = self.due_deadline(fiber)
            {
                self.interrupt(fiber, error);
                continue;
            }
            if wait == Wait::Activity {
                self.expire_activity(fiber);
                continue;
            }
            let now = self.now;
            let until = self.actor.notes.get(fiber).and_then(|note| note.until);
            if until.is_some_and(|at| at <= now) {
                let request = self.request(fiber);
                let op = try_keyword(&self.actor.process.heap, request[0]);
                // `[:ox/await-for future milliseconds otherwise]`
                let answer = match op {
                    Some((_, "await-for")) => request.get(3).copied().unwrap_or(Word::NIL),
                    _ => Word::NIL,
                };
                self.answer(fiber, answer);
            }
        }
    }

    /// An engine has taken the process up. It asks again for what is outside when what has come meanwhile
    /// is taken in and what is due is done: what nobody waits for by then does not begin once more.
    fn recovered(&mut self) {
        self.actor.log(self.now, crate::event::EventKind::Recovered);
        self.will_ask_again();
        // Who has nothing to do and nothing to ask for, as it waits for a body or the time of an attempt,
        // cannot have ended the engine.
        if self.actor.unasked.is_empty() && !self.actor.can_run() {
            self.actor.record.recoveries = 0;
        }
    }

    fn will_ask_again(&mut self) {
        let fibers: Vec<FiberId> = self.actor.notes.iter().map(|(fiber, _)| fiber).collect();
        for fiber in fibers {
            if let Some(outside) = self.outside(fiber) {
                self.actor.unasked.insert(fiber, outside);
            }
        }
    }

    /// Request and attempt of a fiber that waits for something outside.
    fn outside(&self, fiber: FiberId) -> Option<(u64, u32)> {
        let note = self.actor.notes.get(fiber)?;
        if !matches!(note.wait, Wait::Flush(_) | Wait::Stdin | Wait::Activity) {
            return None;
        }
        let activity = note.activity.as_ref();
        if activity.is_some_and(|activity| !activity.is_outside()) {
            return None;
        }
        let attempt = activity.map_or(0, |activity| activity.attempt);
        Some((self.request_serial(fiber)?, attempt))
    }

    /// Asks for what was outside when the process was taken up, where it is still waited for.
    fn ask_unasked(&mut self) {
        for (fiber, outside) in std::mem::take(&mut self.actor.unasked) {
            if self.actor.is_over() {
                return;
            }
            if self.outside(fiber) == Some(outside) {
                self.ask_fiber_again(fiber);
            }
        }
    }

    fn ask_again(&mut self) {
        for (fiber, _) in self.waiting() {
            if self.actor.is_over() {
                return;
            }
            self.ask_fiber_again(fiber);
        }
    }

    fn ask_fiber_again(&mut self, fiber: FiberId) {
        match self.actor.wait_of(fiber) {
            Wait::Flush(before) => {
                let process = self.actor.number;
                self.output(Output::Flush { process, before });
            }
            Wait::Stdin => self.ask_stdin_again(fiber),
            Wait::Activity => self.activity_again(fiber),
            _ => {}
        }
    }

    /// Makes a failed or parked process one that runs; the request that failed.
    fn revive(&mut self) -> Option<(FiberId, u64)> {
        self.actor.ended = false;
        self.actor.keeps_past = false;
        self.actor.goes_back_to = None;
        self.actor.record.recoveries = 0;
        self.actor.record.status = Status::Ready;
        self.actor
            .record
            .ending
            .take()
            .and_then(|ending| ending.failed_request)
    }

    /// Goes on from the checkpoint before a failure.
    fn retry(&mut self, value: Option<crate::data::Data>) {
        let is_taken_up = self.actor.record.is_parked_by_recoveries();
        let failed = self.revive();
        self.actor.record.outlives_main = self.inner.outlives_main(self.actor.number);
        self.actor.log(
            self.now,
            crate::event::EventKind::Retried {
                with_value: value.is_some(),
            },
        );
        if let Some(value) = value
            && let Some(fiber) = crate::engine::retry::target(&self.actor.process, failed)
        {
            self.abandon(fiber);
            let word = crate::data::to_word(self.heap(), &value);
            self.answer(fiber, word);
        }
        if is_taken_up {
            return self.will_ask_again();
        }
        self.renew_waits();
        self.watch_again();
        self.ask_again();
    }

    /// Gives all that is waited for its time anew, and activities a new budget of attempts: those that
    /// were under way have been told to stop.
    fn renew_waits(&mut self) {
        let (now, epoch) = (self.now, self.epoch());
        let inner = self.inner;
        // Of attempts made after the checkpoint that it goes on from, too, reports may come yet.
        let greatest = self.actor.record.greatest_attempt;
        let fibers: Vec<FiberId> = self.actor.notes.iter().map(|(fiber, _)| fiber).collect();
        for fiber in fibers {
            let note = self.note(fiber);
            // A time limit that has passed would end it again at once.
            for deadline in note.deadlines.iter_mut().filter(|d| d.at <= now) {
                deadline.at = now.saturating_add(deadline.milliseconds);
                deadline.thrown = false;
                deadline.is_held_up = false;
            }
            if let Some(activity) = &mut note.activity {
                // A body was told to stop when the process ended; the next one begins when it has.
                let body = activity.body.filter(|&body| inner.is_at_work(body, epoch));
                // It says by its number that it has ended; the next one begins with a number of its own.
                let earlier = body.map_or(greatest, |_| 0);
                // The budget of attempts is a new one, the key the old one.
                *activity = crate::record::ActivityNote {
                    body,
                    close_by: body.map(|_| now.saturating_add(activity::BODY_STOP_MS)),
                    name: std::mem::take(&mut activity.name),
                    queue: std::mem::take(&mut activity.queue),
                    key: std::mem::take(&mut activity.key),
                    max_attempts: activity.max_attempts,
                    earlier_attempts: activity.number().max(earlier),
                    ..crate::record::ActivityNote::default()
                };
            }
        }
    }

    /// Monitors went with the end, if it was one: who is parked has them yet. Fibers that wait for the end
    /// of a process wait with new ones.
    fn watch_again(&mut self) {
        for (fiber, wait) in self.waiting() {
            let Wait::Exit(reference) = wait else {
                continue;
            };
            let mut monitors = self.actor.record.monitors.iter();
            if monitors.any(|monitor| monitor.reference == reference) {
                continue;
            }
            let pid = self.request(fiber).get(1).copied().unwrap_or(Word::NIL);
            match self.await_exit(pid) {
                Ok(Reply::Value(reason)) => self.answer(fiber, reason),
                Ok(Reply::Wait(wait, _)) => self.note(fiber).wait = wait,
                Ok(Reply::Gone) => {}
                Err(error) => self.interrupt(fiber, error),
            }
        }
    }

    // ---- arguments ----

    fn integer(&mut self, word: Word) -> Result<u64, Word> {
        match number::try_int(&self.actor.process.heap, word).and_then(|n| u64::try_from(n).ok()) {
            Some(n) => Ok(n),
            None => Err(self.type_error(word, "a whole number that is not negative")),
        }
    }

    fn text(&mut self, word: Word) -> Result<String, Word> {
        match try_text(&self.actor.process.heap, word) {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.type_error(word, "a string")),
        }
    }

    /// The value at a keyword of a map of options; nil when there is none.
    fn option(&mut self, options: Word, name: &str) -> Word {
        if !map::is_map(&self.actor.process.heap, options) {
            return Word::NIL;
        }
        let key = make_keyword(self.heap(), None, name);
        map::get(self.heap(), options, key)
            .ok()
            .flatten()
            .unwrap_or(Word::NIL)
    }

    /// A whole number among options.
    fn option_integer(&mut self, options: Word, name: &str) -> Option<u64> {
        let word = self.option(options, name);
        number::try_int(&self.actor.process.heap, word).and_then(|n| u64::try_from(n).ok())
    }
}

/// Whether an operation waits or may wait: a point where cancellation and deadlines are thrown.
fn can_wait(name: &str) -> bool {
    matches!(
        name,
        "sleep"
            | "flush"
            | "read-line"
            | "read-part"
            | "read-all"
            | "await-exit"
            | "receive-next"
            | "await"
            | "await-for"
            | "await-any"
            | "await-next"
            | "await-end"
            | "await-cell"
            | "scope-exit"
            | "activity"
    )
}

/// The process that a birth makes, its first fiber ready.
pub(crate) fn process_of(
    inner: &Inner,
    image: &std::sync::Arc<vm::image::LoadedImage>,
    birth: &Birth,
) -> Result<vm::process::Process, String> {
    match birth {
        Birth::Main { slot, args } => inner.main_process(image, *slot, args),
        Birth::Spawned(words) => born(inner, image, words),
    }
}
