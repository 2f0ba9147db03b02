//! Fibers of a process: starting, awaiting, ending.
//!
//! # Invariants
//! - A fiber's future has its outcome before the fiber is gone.
//! - When the main fiber has ended, the others are cancelled; the process ends when all have.
//! - A fiber that ends with an error ends nobody but itself: who awaits its future is told. What
//!   nobody awaits is in the log of the process at once, and told when the process ends
//!   ([`unheard`](super::unheard)). `exit` alone goes on to the main fiber.

use super::{MAIN_FIBER, Performed, Reply, Step};
use crate::actor::Actor;
use crate::awaiting::{Awaited, computed_by};
use crate::output::Output;
use crate::parcel;
use crate::record::Wait;
use vm::Word;
use vm::fiber::{FiberId, FiberState};
use vm::object::Kind;
use vm::process::CallError;
use vm::value::cell::{self, CANCELLED};
use vm::value::lazy::{self, State};
use vm::value::number::make_int;
use vm::value::string::{make_keyword, try_keyword};
use vm::value::vector;

impl Step<'_> {
    pub(super) fn fiber_start(&mut self, fiber: FiberId, function: Word) -> Performed {
        let process = &mut self.actor.process;
        let bindings = process
            .fiber_index(fiber)
            .map_or(Word::NIL, |index| process.fibers[index].bindings);
        let (started, future) = match process.start_fiber(function, &[], bindings) {
            Ok(started) => started,
            Err(CallError::NoFunction) => return Err(self.type_error(function, "a function")),
            Err(CallError::Arity) => {
                return Err(self.error(
                    "arity",
                    "the function of a fiber is called without arguments",
                ));
            }
        };
        let scope = self.innermost_scope(fiber);
        self.note(started).scope = scope;
        Ok(Reply::Value(future))
    }

    /// What a future or promise gives to a fiber: its value, or what it throws.
    fn outcome(&mut self, fiber: FiberId, future: Word) -> Option<Result<Word, Word>> {
        let (state, content) = cell::outcome(&self.actor.process.heap, future)?;
        if state == State::Realized as i64 {
            Some(Ok(content))
        } else if state == State::Failed as i64 {
            Some(Err(content))
        } else if state == CANCELLED {
            let error = self.ox_error("cancelled");
            self.actor.process.note_foreign_end(fiber, error);
            Some(Err(error))
        } else {
            None
        }
    }

    fn check_awaitable(&mut self, word: Word) -> Result<(), Word> {
        match self.actor.process.heap.kind_of(word) {
            Some(Kind::Future | Kind::Promise) => Ok(()),
            _ => Err(self.type_error(word, "a future or a promise")),
        }
    }

    /// `await`, `await-end`; `await-for` with its time and what it answers then.
    pub(super) fn await_one(
        &mut self,
        fiber: FiberId,
        name: &str,
        future: Word,
        limit: Option<(Word, Word)>,
    ) -> Performed {
        self.check_awaitable(future)?;
        let until = match limit {
            Some((milliseconds, _)) => Some(self.now.saturating_add(self.integer(milliseconds)?)),
            None => None,
        };
        self.heard(&[future]);
        if name == "await-end" && cell::has_ended(&self.actor.process.heap, future) {
            return Ok(Reply::Value(Word::NIL));
        }
        match self.outcome(fiber, future) {
            Some(outcome) => outcome.map(Reply::Value),
            None => match limit {
                Some((_, otherwise)) if until == Some(self.now) => Ok(Reply::Value(otherwise)),
                _ => Ok(Reply::Wait(Wait::Fiber, until)),
            },
        }
    }

    pub(super) fn await_any(&mut self, futures: Word) -> Performed {
        if !vector::is_vector(&self.actor.process.heap, futures) {
            return Err(self.type_error(futures, "a vector of futures"));
        }
        let futures = vector::elements(&self.actor.process.heap, futures);
        if futures.is_empty() {
            return Err(self.error("argument", "there is no future to wait for"));
        }
        for &future in &futures {
            self.check_awaitable(future)?;
        }
        self.heard(&futures);
        Ok(match self.first_ended(&futures) {
            Some(index) => Reply::Value(index),
            None => Reply::Wait(Wait::Fiber, None),
        })
    }

    /// `[:ox/await-next group futures]`: as `await-any` of the futures that are not nil, of which there
    /// may be many, asked for one after the other.
    pub(super) fn await_next(&mut self, fiber: FiberId, group: Word, futures: Word) -> Performed {
        let Some(serial) = cell::promise_serial(&self.actor.process.heap, group) else {
            return Err(self.type_error(group, "a promise"));
        };
        if !vector::is_vector(&self.actor.process.heap, futures) {
            return Err(self.type_error(futures, "a vector of futures"));
        }
        let known = self.actor.awaiting.known(fiber, serial);
        let count = vector::count(self.actor.process.heap.object(futures));
        for place in known..count {
            let future = vector::nth(&self.actor.process.heap, futures, place);
            if let Some(future) = future.filter(|future| !future.is_nil()) {
                self.check_awaitable(future)?;
                self.heard(&[future]);
            }
        }
        let Actor {
            awaiting, process, ..
        } = &mut *self.actor;
        awaiting.join(process, fiber, serial, futures);
        match awaiting.next_ended(process, fiber, serial, futures) {
            Some(place) => Ok(Reply::Value(make_int(self.heap(), place as i64))),
            None if awaiting.is_empty(fiber, serial) => {
                Err(self.error("argument", "there is no future to wait for"))
            }
            None => Ok(Reply::Wait(Wait::Fiber, None)),
        }
    }

    /// A future of these fibers' groups has ended: who waits for the next goes on.
    fn wake_groups(&mut self, fibers: Vec<FiberId>) {
        for fiber in fibers {
            if self.actor.wait_of(fiber) != Wait::Fiber {
                continue;
            }
            let request = self.request(fiber);
            let &[op, group, futures] = request.as_slice() else {
                continue;
            };
            let Actor {
                awaiting, process, ..
            } = &mut *self.actor;
            let is_next = try_keyword(&process.heap, op).is_some_and(|(_, op)| op == "await-next");
            if is_next
                && let Some(serial) = cell::promise_serial(&process.heap, group)
                && let Some(place) = awaiting.next_ended(process, fiber, serial, futures)
            {
                let place = make_int(self.heap(), place as i64);
                self.answer(fiber, place);
            }
        }
    }

    /// The least index of a future that has ended.
    fn first_ended(&mut self, futures: &[Word]) -> Option<Word> {
        let heap = &self.actor.process.heap;
        let ended = |&future: &Word| cell::has_ended(heap, future);
        let index = futures.iter().position(ended)?;
        Some(make_int(self.heap(), index as i64))
    }

    pub(super) fn await_cell(&mut self, cell: Word) -> Performed {
        if lazy::read(&self.actor.process.heap, cell).is_none() {
            return Err(self.type_error(cell, "a lazy cell or a delay"));
        }
        if computed_by(&self.actor.process, cell).is_some() {
            return Ok(Reply::Wait(Wait::Cell, None));
        }
        self.leave_unrealized(cell)?;
        Ok(Reply::Value(Word::NIL))
    }

    /// A cell that nobody computes: if it says that it is running, its fiber has ended, and who asks next runs
    /// the thunk again.
    fn leave_unrealized(&mut self, cell: Word) -> Result<(), Word> {
        let is_left = matches!(
            lazy::read(&self.actor.process.heap, cell),
            Some((State::Running, _))
        );
        if !is_left || lazy::give_back(self.heap(), cell).unwrap_or(false) {
            return Ok(());
        }
        // A delay that an older Ox has started.
        Err(self.error(
            "state",
            "the fiber that computed a lazy value has ended without a result",
        ))
    }

    /// Fibers that wait for a lazy cell go on when it is no longer being computed. The code of the fiber
    /// that computes it finishes it, or ends, so this looks after each of its effects and its end; and for
    /// those that were read from a record made in between.
    pub(super) fn wake_cell_waiters(&mut self, of: FiberId) {
        let mut who = self.actor.awaiting.who(Awaited::CellDone);
        who.extend(self.actor.awaiting.who(Awaited::CellOf(of)));
        for fiber in who {
            let cell = self.request(fiber).get(1).copied().unwrap_or(Word::NIL);
            let Actor {
                awaiting, process, ..
            } = &mut *self.actor;
            if computed_by(process, cell).is_some() {
                // Of one that was found computed by none it is known now by whom.
                awaiting.begin(process, fiber, Wait::Cell);
                continue;
            }
            match self.leave_unrealized(cell) {
                Ok(()) => self.answer(fiber, Word::NIL),
                Err(error) => self.interrupt(fiber, error),
            }
        }
    }

    pub(super) fn future_state(&mut self, future: Word) -> Performed {
        self.check_awaitable(future)?;
        let (state, _) =
            cell::outcome(&self.actor.process.heap, future).expect("it was checked to be a future");
        let name = match state {
            CANCELLED => "cancelled",
            _ if state == State::Realized as i64 => "done",
            _ if state == State::Failed as i64 => "failed",
            _ => "running",
        };
        Ok(Reply::Value(make_keyword(self.heap(), None, name)))
    }

    pub(super) fn deliver(&mut self, promise: Word, value: Word) -> Performed {
        match cell::deliver(self.heap(), promise, value) {
            Ok(true) => {
                self.wake_awaiting(promise);
                Ok(Reply::Value(Word::TRUE))
            }
            Ok(false) => Ok(Reply::Value(Word::FALSE)),
            Err(vm::native::Trap::Throw(error)) => Err(error),
            Err(_) => Err(self.type_error(promise, "a promise")),
        }
    }

    /// A future or promise has its outcome: who waits for it goes on.
    fn wake_awaiting(&mut self, future: Word) {
        let Some(awaited) = Awaited::outcome(&self.actor.process, future) else {
            return;
        };
        for fiber in self.actor.awaiting.who(awaited) {
            let request = self.request(fiber);
            let &[op, awaited, ..] = request.as_slice() else {
                continue;
            };
            let heap = &self.actor.process.heap;
            let Some((_, name)) = try_keyword(heap, op) else {
                continue;
            };
            if name == "await-any" {
                let futures = vector::elements(heap, awaited);
                if futures.contains(&future)
                    && let Some(index) = self.first_ended(&futures)
                {
                    self.answer(fiber, index);
                }
            } else if awaited == future {
                if name == "await-end" && cell::has_ended(heap, future) {
                    self.answer(fiber, Word::NIL);
                    continue;
                }
                match self.outcome(fiber, future) {
                    Some(Ok(value)) => self.answer(fiber, value),
                    Some(Err(error)) => self.interrupt(fiber, error),
                    None => {}
                }
            }
        }
        let groups = self.actor.awaiting.member_ended(awaited);
        self.wake_groups(groups);
    }

    /// A fiber has returned or failed.
    pub(super) fn fiber_ended(&mut self, fiber: FiberId) {
        let Some(index) = self.actor.process.fiber_index(fiber) else {
            return;
        };
        let ended = &self.actor.process.fibers[index];
        let (state, content, future) = (ended.state, ended.request, ended.future);
        self.message_passed_over(fiber);
        if fiber == MAIN_FIBER {
            return self.main_fiber_ended(state, content);
        }
        let kind = if state == FiberState::Failed {
            parcel::error_kind(&self.actor.process.heap, content).map(str::to_owned)
        } else {
            None
        };
        let outcome = match (state, kind.as_deref()) {
            (FiberState::Done, _) => State::Realized as i64,
            (_, Some("cancelled")) => CANCELLED,
            _ => State::Failed as i64,
        };
        if !future.is_nil() {
            cell::end_future(self.heap(), future, outcome, content);
        }
        if kind.as_deref() == Some("exit") {
            self.exit_in_main(content);
        }
        let has_failed = outcome == State::Failed as i64 && kind.as_deref() != Some("exit");
        if has_failed && self.keeps_pasts() {
            self.actor.process.note_fiber_error(content);
        }
        // Scopes it has not left (its code was not the library's) end with it.
        let scopes = std::mem::take(&mut self.note(fiber).scopes);
        let scopes: Vec<u64> = scopes.iter().map(|scope| scope.token).collect();
        let (scope, is_awaited) = (self.note(fiber).scope, self.note(fiber).is_awaited);
        let left = self.members_of(&scopes);
        self.actor.process.remove_fiber(fiber);
        self.actor.notes.remove(fiber);
        self.actor.awaiting.leave(fiber);
        for member in left {
            self.note(member).scope = scope;
            self.cancel_fiber(member);
        }
        if !future.is_nil() {
            self.wake_awaiting(future);
            if has_failed && !is_awaited {
                self.unheard(fiber, content);
            }
        }
        self.wake_scope_waiters(scope);
        self.end_if_all_have();
    }

    /// `(exit reason)` in a fiber: the main fiber is unwound with it, when it is done with an end that is
    /// under way in it.
    fn exit_in_main(&mut self, error: Word) {
        let reason = self.exit_reason_of(error);
        let Ok(words) = parcel::pack(self.heap(), reason) else {
            return;
        };
        if self.actor.wait_of(MAIN_FIBER).is_interruptible()
            && !self.is_being_ended(MAIN_FIBER)
            && !self.stop_body(MAIN_FIBER)
        {
            self.interrupt(MAIN_FIBER, error);
        } else {
            self.note(MAIN_FIBER).exit = Some(words);
        }
    }

    /// The main fiber has ended. An error ends the process at once and leaves it as it was; else
    /// the other fibers are cancelled, and the process ends when they have.
    fn main_fiber_ended(&mut self, state: FiberState, content: Word) {
        let unwinds = match state {
            FiberState::Failed => {
                matches!(
                    parcel::error_kind(&self.actor.process.heap, content),
                    Some("exit" | "cancelled")
                )
            }
            _ => true,
        };
        if !unwinds {
            if self.goes_back_to_now(content) {
                self.actor.is_failing = true;
                return self.actor.process.throw_again(MAIN_FIBER);
            }
            return self.end_uncaught(content);
        }
        self.actor.process.give_up_stack(MAIN_FIBER);
        let others: Vec<FiberId> = self
            .actor
            .process
            .fibers
            .iter()
            .map(|fiber| fiber.id)
            .filter(|&id| id != MAIN_FIBER)
            .collect();
        for fiber in others {
            self.cancel_fiber(fiber);
        }
        self.end_if_all_have();
    }

    fn end_if_all_have(&mut self) {
        if self.actor.is_over() {
            return;
        }
        let [main] = self.actor.process.fibers.as_slice() else {
            return;
        };
        let (state, content) = (main.state, main.request);
        match state {
            FiberState::Done => self.end_done(content),
            FiberState::Failed => self.end_by_exit(content),
            FiberState::Ready | FiberState::Waiting => {}
        }
    }

    /// Everything of the process that is under way outside is no longer wanted.
    pub(super) fn cancel_everything(&mut self, kill: bool) {
        for (fiber, _) in self
            .actor
            .notes
            .waiting_for(Wait::Activity..=Wait::Activity)
        {
            self.cancel_attempt(fiber, kill);
        }
    }

    /// Asks an attempt that was handed out to stop.
    pub(super) fn say_cancel(&mut self, id: crate::transport::AttemptId) {
        self.output(Output::Cancel(id));
    }
}
