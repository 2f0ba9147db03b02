//! Scopes and deadlines of a fiber, and cancellation.
//!
//! # Invariants
//! - A scope is left only when nothing that was started in it runs; neither cancellation nor a
//!   deadline cuts that wait short.
//! - A cancellation or deadline is thrown once. While a cancellation or an exit is under way in a
//!   fiber, neither another one nor a deadline that it is to leave is thrown: it would be thrown in
//!   the `finally` that waits, and take its place. It waits until the first is dealt with, if the
//!   fiber goes on then. But what a process is parked before is given up by another, and a deadline
//!   that is set in the `finally` holds there.
//! - An activity's body that is told to stop has ended after five seconds, or is killed.

use super::activity::BODY_STOP_MS;
use super::{MAIN_FIBER, Performed, Reply, Step};
use crate::actor::Actor;
use crate::letter::Letter;
use crate::record::{Deadline, Scope, Wait};
use vm::Word;
use vm::fiber::{FiberId, FiberState};
use vm::value::cell;
use vm::value::fault::Fault;
use vm::value::number::make_int;

impl Step<'_> {
    fn new_token(&mut self) -> u64 {
        let token = self.actor.record.next_token;
        self.actor.record.next_token += 1;
        token
    }

    fn token_word(&mut self, token: u64) -> Word {
        make_int(self.heap(), i64::try_from(token).unwrap_or(i64::MAX))
    }

    pub(super) fn scope_enter(&mut self, fiber: FiberId) -> Reply {
        let token = self.new_token();
        let extent = self.actor.process.extent_of(fiber);
        self.note(fiber).scopes.push(Scope { token, extent });
        Reply::Value(self.token_word(token))
    }

    /// The scope that a fiber is in: of those entered in the bodies that are attached the innermost, or the
    /// one that it was started in.
    pub(super) fn innermost_scope(&mut self, fiber: FiberId) -> u64 {
        let process = &self.actor.process;
        let Some(note) = self.actor.notes.get(fiber) else {
            return 0;
        };
        let depth = |scope: &&Scope| process.extent_depth(fiber, scope.extent);
        let attached = note.scopes.iter().filter(|scope| depth(scope).is_some());
        // Of one extent the last that was entered.
        let innermost = attached.max_by_key(depth);
        innermost.map_or(note.scope, |scope| scope.token)
    }

    pub(super) fn scope_exit(&mut self, fiber: FiberId, token: Word) -> Performed {
        let token = self.integer(token)?;
        let scopes = &mut self.note(fiber).scopes;
        let Some(at) = scopes.iter().position(|scope| scope.token == token) else {
            return Err(self.error("state", "this scope has been left already"));
        };
        // Scopes inside it that were not left end with it: their fibers wait under its token. Those that
        // were entered later in another body are around that, or will be left where it is unwound.
        let extent = scopes[at].extent;
        let (inner, others): (Vec<Scope>, Vec<Scope>) = scopes
            .split_off(at)
            .into_iter()
            .partition(|scope| scope.extent == extent);
        scopes.extend(others);
        let inner: Vec<u64> = inner.iter().map(|scope| scope.token).collect();
        for member in self.members_of(&inner) {
            self.note(member).scope = token;
            self.cancel_fiber(member);
        }
        if self.actor.notes.has_members(token) {
            Ok(Reply::Wait(Wait::Scope(token), None))
        } else {
            Ok(Reply::Value(Word::NIL))
        }
    }

    /// The fibers that were started in these scopes, in the order of their numbers.
    pub(super) fn members_of(&mut self, scopes: &[u64]) -> Vec<FiberId> {
        let mut members = Vec::new();
        for &scope in scopes {
            members.extend(self.actor.notes.members(scope));
        }
        members.sort_unstable();
        members
    }

    /// A fiber that was started in a scope has ended: it may be left now.
    pub(super) fn wake_scope_waiters(&mut self, scope: u64) {
        let notes = &mut self.actor.notes;
        if scope == 0 || notes.has_members(scope) {
            return;
        }
        for (fiber, _) in notes.waiting_for(Wait::Scope(scope)..=Wait::Scope(scope)) {
            self.answer(fiber, Word::NIL);
        }
    }

    pub(super) fn deadline_push(&mut self, fiber: FiberId, milliseconds: Word) -> Performed {
        let milliseconds = self.integer(milliseconds)?;
        let at = self.now.saturating_add(milliseconds);
        let token = self.new_token();
        let ends = self.actor.process.ends_thrown(fiber);
        let extent = self.actor.process.extent_of(fiber);
        self.note(fiber).deadlines.push(Deadline {
            token,
            at,
            milliseconds,
            thrown: false,
            ends,
            is_held_up: false,
            extent,
        });
        Ok(Reply::Value(self.token_word(token)))
    }

    pub(super) fn deadline_pop(&mut self, fiber: FiberId, token: Word) -> Performed {
        let token = self.integer(token)?;
        let deadlines = &mut self.note(fiber).deadlines;
        if let Some(at) = deadlines
            .iter()
            .position(|deadline| deadline.token == token)
        {
            let extent = deadlines[at].extent;
            let mut others = deadlines.split_off(at);
            others.retain(|deadline| deadline.extent != extent);
            deadlines.append(&mut others);
        }
        Ok(Reply::Value(Word::NIL))
    }

    pub(super) fn deadline_expired(&mut self, fiber: FiberId) -> Reply {
        let now = self.now;
        self.hold_up_deadlines(fiber);
        let mut deadlines = self.note(fiber).deadlines.iter();
        let expired = deadlines.any(|deadline| deadline.at <= now && !deadline.is_held_up);
        Reply::Value(Word::bool(expired))
    }

    /// Looks which of the deadlines that have passed are held up by a cancellation or an exit that was
    /// thrown inside of them, all that were thrown since they were set, or because the body that they were
    /// set in is detached.
    fn hold_up_deadlines(&mut self, fiber: FiberId) {
        let now = self.now;
        let has_passed = |deadline: &Deadline| !deadline.thrown && deadline.at <= now;
        let note = self.actor.notes.get(fiber);
        if !note.is_some_and(|note| note.deadlines.iter().any(has_passed)) {
            return;
        }
        let end = self.actor.process.end_under_way(fiber);
        let Actor { process, notes, .. } = &mut *self.actor;
        for deadline in &mut notes.entry(fiber).deadlines {
            let is_off = || process.extent_depth(fiber, deadline.extent).is_none();
            deadline.is_held_up = has_passed(deadline) && (end > deadline.ends || is_off());
        }
    }

    /// Whether a deadline has passed that is to be thrown.
    pub(super) fn deadline_is_due(&mut self, fiber: FiberId) -> bool {
        self.hold_up_deadlines(fiber);
        let note = self.actor.notes.get(fiber);
        note.is_some_and(|note| {
            let mut deadlines = note.deadlines.iter();
            deadlines.any(|deadline| deadline.is_armed() && deadline.at <= self.now)
        })
    }

    /// The error of a deadline that has passed: the earliest, of several the innermost.
    pub(super) fn due_deadline(&mut self, fiber: FiberId) -> Option<Word> {
        let now = self.now;
        self.hold_up_deadlines(fiber);
        let deadlines = &mut self.actor.notes.get_mut(fiber)?.deadlines;
        let due = deadlines
            .iter_mut()
            .rev()
            .filter(|deadline| deadline.is_armed() && deadline.at <= now);
        let deadline = due.min_by_key(|deadline| deadline.at)?;
        deadline.thrown = true;
        let milliseconds = i64::try_from(deadline.milliseconds).unwrap_or(i64::MAX);
        let message = format!(
            "it took longer than {}",
            duration_text(deadline.milliseconds)
        );
        let milliseconds = make_int(self.heap(), milliseconds);
        Some(
            Fault::new("timeout", message)
                .with("milliseconds", milliseconds)
                .into_error(self.heap()),
        )
    }

    // ---- cancellation ----

    pub(super) fn cancel(&mut self, target: Word) -> Performed {
        if let Some(fiber) = cell::future_fiber(&self.actor.process.heap, target) {
            return Ok(Reply::Value(Word::bool(self.cancel_fiber(fiber))));
        }
        let Some(pid) = self.pid_of(target)? else {
            return Ok(Reply::Value(Word::FALSE));
        };
        let runs = self.is_alive(pid);
        if runs {
            self.post(pid, Letter::Cancel);
        }
        Ok(Reply::Value(Word::bool(runs)))
    }

    /// Cancels a fiber; whether it was still running.
    pub(super) fn cancel_fiber(&mut self, fiber: FiberId) -> bool {
        let Some(index) = self.actor.process.fiber_index(fiber) else {
            return false;
        };
        let state = self.actor.process.fibers[index].state;
        if matches!(state, FiberState::Done | FiberState::Failed) {
            return false;
        }
        if self.is_being_ended(fiber) {
            self.note(fiber).cancelled_again = true;
        } else {
            self.cancel_wait(fiber);
        }
        true
    }

    /// Throws a cancellation where a fiber waits, or where it waits next.
    fn cancel_wait(&mut self, fiber: FiberId) {
        if self.stop_body(fiber) {
            self.note(fiber).cancelled = true;
        } else if self.actor.wait_of(fiber).is_interruptible() {
            let error = self.ox_error("cancelled");
            self.interrupt(fiber, error);
        } else {
            self.note(fiber).cancelled = true;
        }
    }

    /// Whether a cancellation or an exit is under way in a fiber: it was thrown, and no handler is done
    /// with it.
    pub(super) fn is_being_ended(&mut self, fiber: FiberId) -> bool {
        self.actor.process.end_under_way(fiber) > 0
    }

    /// Somebody asks the process to leave what it is at, and to go on: the main fiber is cancelled where it waits,
    /// and what runs where it is. Nothing that it has started ends with that.
    pub(super) fn interrupt_main(&mut self) {
        self.actor.process.interrupt();
        if self.actor.wait_of(MAIN_FIBER) != Wait::Nothing {
            self.cancel_fiber(MAIN_FIBER);
        }
    }

    /// Somebody asks the process to stop: its main fiber, and the processes it has started.
    pub(super) fn cancel_process(&mut self) {
        self.actor.log(self.now, crate::event::EventKind::Cancelled);
        for child in self.inner.children_of(self.actor.number) {
            self.post(child, Letter::Cancel);
        }
        if self.actor.record.body_of.is_some() {
            // Whoever asked for it may have ended, and kills it no more.
            let until = self.now.saturating_add(BODY_STOP_MS);
            self.actor.record.kill_at.get_or_insert(until);
        }
        let parked_before = self.actor.parked_before.take();
        if let Some((fiber, request)) = parked_before
            && self.request_serial(fiber) == Some(request)
            && (fiber != MAIN_FIBER || self.is_being_ended(fiber))
        {
            // Nobody else would decide about it.
            self.cancel_wait(fiber);
            if fiber == MAIN_FIBER {
                return;
            }
        }
        self.cancel_fiber(MAIN_FIBER);
    }
}

/// A duration for people: `1500 ms`, `20 s`, `5 min`, `2 h`, `3 d`.
pub(super) fn duration_text(milliseconds: u64) -> String {
    let units = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "min"),
        (1_000, "s"),
    ];
    for (size, unit) in units {
        if milliseconds >= size && milliseconds.is_multiple_of(size) {
            return format!("{} {unit}", milliseconds / size);
        }
    }
    format!("{milliseconds} ms")
}
