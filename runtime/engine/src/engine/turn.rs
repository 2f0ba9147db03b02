//! Running actors: one turn is one slice of one actor.
//!
//! # Invariants
//! - An actor that changed in the epoch being closed is checkpointed before its turn begins.
//! - All that a turn says (letters, output, new processes) carries the epoch of its beginning.
//! - Actors take turns in the order in which they became ready. A slice ends by fuel or time,
//!   whichever comes first; where one is held up all the same, another thread takes its place.
//! - A turn is one slice but for values on their way ([`crate::effect::transit`]) and letters that
//!   are many: while it takes in or sends those, it is suspended at the end of each slice and goes on
//!   when it is due again. For all others it is one turn.

use super::commit::NEWBORN_MAX;
use super::recoveries::TAKEN_UP;
use super::{EngineError, Inner, Oracle, Place, RUN, Shared, Slot, bounce};
use crate::actor::{Actor, Incoming, Posted, Taken};
use crate::effect;
use crate::effect::transit::Transit;
use crate::letter::Letter;
use crate::output::Output;
use crate::parcel;
use crate::persist::{self, LoadError};
use crate::pid::MAIN;
use crate::record::Status;
use std::collections::VecDeque;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;
use vm::interp::Outcome;

/// What an actor says in a turn, released when it ends.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Letters: receiver, sequence, letter.
    pub(crate) letters: Vec<(u64, u64, Letter)>,
    /// Output.
    pub(crate) outputs: Vec<Output>,
    /// New processes.
    pub(crate) spawned: Vec<Actor>,
    /// Whether it has given another process a name, or taken one away.
    pub(crate) names_others: bool,
}

impl Said {
    /// Whether other processes hear of it.
    pub(crate) fn has_told(&self) -> bool {
        !self.letters.is_empty() || !self.spawned.is_empty() || self.names_others
    }
}

/// A turn that has begun.
#[derive(Debug)]
pub(super) struct Turn {
    actor: Box<Actor>,
    /// What is still to be taken in.
    incoming: VecDeque<(u64, Incoming)>,
    /// The epoch in which it has begun.
    epoch: u64,
    said: Said,
    /// A value on its way.
    transit: Option<Transit>,
    /// Whether all has been taken in and the actor's own code runs.
    runs: bool,
}

/// What is left of a slice.
struct Slice {
    begun: u64,
    fuel: i64,
}

impl Slice {
    fn is_over(&self, inner: &Inner) -> bool {
        self.fuel <= 0 || inner.clock.monotonic_ns().saturating_sub(self.begun) >= SLICE_NS
    }
}

impl Inner {
    /// A thread's life.
    pub(super) fn work(self: Arc<Self>) {
        loop {
            let shared = self.lock();
            let Some((mut shared, process)) = self.next_turn(shared) else {
                return;
            };
            shared.at_work += 1;
            shared.turns += 1;
            let begun = self.clock.monotonic_ns();
            self.turn(shared, process);
            let taken = self.clock.monotonic_ns().saturating_sub(begun);
            let mut shared = self.lock();
            shared.at_work -= 1;
            if taken >= STALL_NS {
                shared.at_work_max = self.options.threads.max(shared.at_work_max - 1);
            }
        }
    }

    /// Waits for an actor that is ready, and for leave to work; `None` when the engine stops.
    fn next_turn<'a>(
        &'a self,
        mut shared: MutexGuard<'a, Shared>,
    ) -> Option<(MutexGuard<'a, Shared>, u64)> {
        // The turns begun when all were found at work, and when that was.
        let mut held_up: Option<(u64, u64)> = None;
        loop {
            if shared.stopping {
                // Somebody may wait for the end of a turn that has begun.
                let process = shared.take_suspended()?;
                return Some((shared, process));
            }
            self.fire_timers(&mut shared);
            let is_full = shared.at_work >= shared.at_work_max;
            if !is_full && let Some(process) = shared.ready.pop_front() {
                return Some((shared, process));
            }
            let timer = shared.timers.peek().map(|timer| timer.0.0);
            if let Some(at) = timer
                && shared.has_nothing_to_do()
                && self.clock.skip_to(at)
            {
                continue;
            }
            let mut wait = self.clock.park_until(timer);
            // One watches those at work; the others need not.
            let watches = is_full && !shared.ready.is_empty() && !shared.watched;
            if watches {
                let now = self.clock.monotonic_ns();
                let (_, since) = *held_up.insert(
                    held_up
                        .filter(|held| held.0 == shared.turns)
                        .unwrap_or((shared.turns, now)),
                );
                let left = STALL_NS.saturating_sub(now.saturating_sub(since));
                if left == 0 {
                    // Those at work have come to no end: this thread takes the place of one.
                    shared.at_work_max = shared.at_work + 1;
                    continue;
                }
                let left = Duration::from_nanos(left);
                wait = Some(wait.map_or(left, |wait| wait.min(left)));
            } else {
                held_up = None;
            }
            shared.watched |= watches;
            shared = self.work.wait(shared, wait);
            shared.watched &= !watches;
        }
    }

    /// One turn or commit on the calling thread.
    pub(super) fn turn_once(&self) -> bool {
        let mut shared = self.lock();
        if shared.stopping {
            return false;
        }
        self.fire_timers(&mut shared);
        if self.should_close(&shared) {
            drop(shared);
            return self.commit_once();
        }
        if let Some(process) = shared.ready.pop_front() {
            self.turn(shared, process);
            return true;
        }
        drop(shared);
        self.commit_once()
    }

    /// Queues the actors whose time has come.
    fn fire_timers(&self, shared: &mut Shared) {
        if shared.timers.is_empty() {
            return;
        }
        let now = self.clock.now_ms();
        let epoch = shared.epoch;
        while let Some(&std::cmp::Reverse((at, process))) = shared.timers.peek() {
            if at > now {
                break;
            }
            shared.timers.pop();
            if process == RUN {
                if shared.run_ends_at == Some(at) {
                    self.kill_what_is_left(shared);
                }
                continue;
            }
            if process == TAKEN_UP {
                self.prove(shared);
                continue;
            }
            if let Some(slot) = shared.slots.get_mut(&process)
                && slot.armed == Some(at)
            {
                slot.armed = None;
                shared.deliver(process, epoch, Incoming::Wake);
            }
        }
    }

    /// The run's last seconds are over. One that is just being spawned is met the next time.
    fn kill_what_is_left(&self, shared: &mut Shared) {
        let Some(main) = shared.slots.get(&MAIN).filter(|main| main.ended) else {
            // It has been retried.
            return;
        };
        let again = self.clock.now_ms().saturating_add(KILL_AGAIN_MS);
        // Letters that are posted now would be in the group of an epoch in which it is alive.
        let closing = shared.closing.as_ref();
        if closing.is_some_and(|closing| main.ends_after(closing.epoch)) {
            return shared.end_run_at(again);
        }
        let left = shared.left_to_follow();
        for &process in &left {
            self.post_letter(shared, process, &Letter::Kill);
        }
        if !left.is_empty() {
            shared.end_run_at(again);
        }
    }

    /// Runs one slice of an actor that was in the queue.
    fn turn(&self, mut shared: MutexGuard<'_, Shared>, process: u64) {
        let Some(slot) = shared.slots.get_mut(&process) else {
            return;
        };
        slot.queued = false;
        if let Some(turn) = slot.suspended.take() {
            drop(shared);
            return self.go_on_with(turn);
        }
        if matches!(slot.place, Place::Away) {
            // The committer has it and looks itself, when it puts it back, what there is to do.
            return;
        }
        if slot.end_status.is_some() {
            return;
        }
        let place = std::mem::replace(&mut slot.place, Place::Away);
        slot.in_turn = true;
        let incoming = std::mem::take(&mut slot.incoming);
        shared.take_from_rest(process);
        let closing = shared.closing.as_ref().map(|closing| closing.epoch);
        let epoch = shared.epoch;
        *shared.away.entry(epoch).or_default() += 1;
        drop(shared);

        let actor = match place {
            Place::Here(actor) => Ok(actor),
            Place::Stored => self.load_actor(process).map(Box::new),
            Place::Away => unreachable!("an actor in the hands of a thread is not queued"),
        };
        let mut actor = match actor {
            Ok(actor) => actor,
            // Nothing is wrong with it, but with who should run it.
            Err(error @ LoadError::TooNew { .. }) => {
                self.lock().turn_is_over(epoch);
                return self.fail(EngineError::TooNew(error.to_string()));
            }
            Err(error) => return self.actor_is_damaged(process, epoch, &error.to_string()),
        };
        if closing.is_some() && actor.dirty_in == closing {
            self.checkpoint_for_closing(&mut actor);
        }
        let mut incoming = incoming;
        if self.options.durable {
            let fails = actor.is_failing
                || actor.has_late_activity(self.clock.now_ms())
                || incoming.iter().any(|(_, incoming)| incoming.is_failure());
            if fails && actor.dirty_in.is_some() {
                return self.postpone(actor, incoming, epoch);
            }
            incoming = self.failures_apart(&mut actor, incoming, fails);
        }
        if let Err(error) = self.come_to_newest_image(&mut actor) {
            self.lock().turn_is_over(epoch);
            return self.fail(error);
        }
        actor.dirty_in = Some(epoch);
        self.go_on_with(Box::new(Turn {
            actor,
            incoming,
            epoch,
            said: Said::default(),
            transit: None,
            runs: false,
        }));
    }

    /// Runs a slice of a turn.
    fn go_on_with(&self, mut turn: Box<Turn>) {
        if self.run_slice(&mut turn) {
            let Turn {
                actor,
                epoch,
                said,
                mut incoming,
                ..
            } = *turn;
            // What it has not come to is the first of its next turn.
            if !incoming.is_empty()
                && let Some(slot) = self.lock().slots.get_mut(&actor.number)
            {
                incoming.append(&mut slot.incoming);
                slot.incoming = incoming;
            }
            return self.finish_turn(actor, epoch, said);
        }
        let number = turn.actor.number;
        let epoch = turn.epoch;
        let mut shared = self.lock();
        let slot = shared
            .slots
            .get_mut(&number)
            .expect("an actor in hand has a slot");
        slot.suspended = Some(turn);
        slot.queued = true;
        // A commit that waits for it should not wait for everybody's slices; others have every other one.
        let at = match shared.ready.len() {
            queued if epoch == shared.epoch => queued,
            queued => queued.min(1),
        };
        shared.ready.insert(at, number);
        let more_work = shared.wants_worker();
        drop(shared);
        if more_work {
            self.work.notify_one();
        }
    }

    /// Brings turns that are suspended to their end, where no other thread does.
    pub(super) fn end_suspended<'a>(
        &'a self,
        mut shared: MutexGuard<'a, Shared>,
    ) -> MutexGuard<'a, Shared> {
        while let Some(process) = shared.take_suspended() {
            self.turn(shared, process);
            shared = self.lock();
        }
        shared
    }

    /// What to take in now, if there are failures among it: what has been answered comes first, and
    /// the failures after the next checkpoint, which holds the answers. Once, whatever comes meanwhile.
    fn failures_apart(
        &self,
        actor: &mut Actor,
        incoming: VecDeque<(u64, Incoming)>,
        fails: bool,
    ) -> VecDeque<(u64, Incoming)> {
        if !fails {
            actor.failures_wait = false;
            return incoming;
        }
        let (mut failures, mut others): (VecDeque<_>, VecDeque<_>) = incoming
            .into_iter()
            .partition(|(_, incoming)| incoming.is_failure());
        let is_answered = |(_, incoming): &(u64, Incoming)| {
            !matches!(incoming, Incoming::Wake | Incoming::Recovered)
        };
        if actor.failures_wait || !others.iter().any(is_answered) {
            actor.failures_wait = false;
            failures.append(&mut others);
            return failures;
        }
        actor.failures_wait = true;
        let mut shared = self.lock();
        shared.commit_wanted = true;
        if let Some(slot) = shared.slots.get_mut(&actor.number) {
            failures.append(&mut slot.incoming);
            slot.incoming = failures;
        }
        others
    }

    /// Leaves a turn for after the actor's next checkpoint. A failure may end it, and then it goes
    /// back to its last checkpoint: that has to be as it was right before, with all answers that it
    /// has had, and with all that others have heard of it.
    fn postpone(&self, actor: Box<Actor>, mut incoming: VecDeque<(u64, Incoming)>, epoch: u64) {
        let number = actor.number;
        let mut shared = self.lock();
        shared.turn_is_over(epoch);
        let Some(slot) = shared.slots.get_mut(&number) else {
            return;
        };
        slot.in_turn = false;
        if slot.status == Status::Damaged {
            slot.place = Place::Stored;
            return;
        }
        incoming.append(&mut slot.incoming);
        slot.incoming = incoming;
        slot.place = Place::Here(actor);
        // It is in the epoch that is open, or in the one being closed: who checkpoints it queues it.
        shared.commit_wanted = true;
        drop(shared);
        self.commit.notify_all();
    }

    /// Lets an actor take in what has come and run for one slice; whether its turn is over.
    fn run_slice(&self, turn: &mut Turn) -> bool {
        let mut slice = Slice {
            begun: self.clock.monotonic_ns(),
            fuel: self.options.slice_fuel,
        };
        let was_suspended_running = turn.runs;
        if !self.take_in(turn, &mut slice) {
            return false;
        }
        // Who sends large values in a loop would else never come to the end of a turn, and nobody would
        // hear of what it has said.
        if was_suspended_running || !turn.incoming.is_empty() {
            return true;
        }
        let Turn { actor, said, .. } = turn;
        if !turn.runs {
            turn.runs = true;
            if !actor.failures_wait {
                effect::expire(self, actor, said);
            }
            actor.is_failing = false;
            actor.process.heap.protects_from_space = self.options.oracle != Oracle::Off;
        }
        // What was taken in may have taken all of it.
        slice.fuel = slice.fuel.max(self.options.slice_fuel.min(LOOK_FUEL));
        actor.held_until = None;
        if let Some(per_second) = self.limits.fuel_per_second {
            match actor.rate.allowance(per_second, self.clock.now_ms()) {
                Ok(most) => slice.fuel = slice.fuel.min(most),
                Err(until) => {
                    actor.held_until = actor.can_run().then_some(until);
                    return true;
                }
            }
        }
        let allowed = slice.fuel;
        let mut is_whole = true;
        while turn.actor.can_run() {
            let Turn { actor, said, .. } = &mut *turn;
            actor.record.recoveries = 0;
            let granted = slice.fuel.min(LOOK_FUEL);
            let (mut fuel, mut cost) = (granted, EFFECT_FUEL);
            turn.transit = match actor.process.run(&mut fuel, self.options.zeal) {
                Outcome::Effect(fiber) => effect::perform(self, actor, fiber, said),
                Outcome::Done(fiber) => effect::fiber_done(self, actor, fiber, said),
                Outcome::Failed(fiber) => {
                    effect::fiber_failed(self, actor, fiber, said);
                    None
                }
                Outcome::OutOfFuel => {
                    cost = 0;
                    None
                }
                Outcome::Idle => break,
            };
            slice.fuel -= granted - fuel + cost;
            is_whole = self.carry(turn, &mut slice);
            let is_over = !is_whole
                || turn.actor.is_failing
                || self.is_closed(turn.epoch)
                || slice.is_over(self);
            if is_over {
                break;
            }
        }
        turn.actor.rate.spend(allowed - slice.fuel);
        is_whole
    }

    /// Whether a commit may be waiting for the turns of this epoch.
    fn is_closed(&self, epoch: u64) -> bool {
        self.open_epoch.load(std::sync::atomic::Ordering::Relaxed) != epoch
    }

    /// Takes in what has come, as much of it as the slice allows; whether the turn goes on. When its
    /// epoch is closed, what is left is for the next turn.
    fn take_in(&self, turn: &mut Turn, slice: &mut Slice) -> bool {
        let allowed = slice.fuel;
        let mut took = turn.transit.is_some();
        let is_whole = loop {
            if !self.carry(turn, slice) {
                break false;
            }
            let is_for_later = turn.runs || took && self.is_closed(turn.epoch);
            // What comes after that waits, too.
            let is_parked = turn.actor.is_over() && turn.actor.record.status == Status::Parked;
            let goes_on = |(_, incoming): &(u64, Incoming)| {
                matches!(incoming, Incoming::Retry(_) | Incoming::Revive)
            };
            let next = turn.incoming.front();
            if is_for_later || next.is_none_or(|next| is_parked && !goes_on(next)) {
                break true;
            }
            took = true;
            if slice.is_over(self) {
                break false;
            }
            if let Some((_, incoming)) = turn.incoming.pop_front() {
                let Turn { actor, said, .. } = &mut *turn;
                turn.transit = effect::take_in(self, actor, incoming, said);
                slice.fuel -= EFFECT_FUEL;
            }
        };
        turn.actor.rate.spend(allowed - slice.fuel);
        is_whole
    }

    /// Brings a value that is on its way on it, as far as the slice allows; whether it has arrived.
    fn carry(&self, turn: &mut Turn, slice: &mut Slice) -> bool {
        while let Some(transit) = turn.transit.take() {
            let (left, cost) = transit.step(self, &mut turn.actor, &mut turn.said);
            slice.fuel -= cost;
            turn.transit = left;
            if turn.transit.is_some() && slice.is_over(self) {
                return false;
            }
        }
        true
    }

    /// Puts an actor back and releases what it said to the engine.
    fn finish_turn(&self, mut actor: Box<Actor>, epoch: u64, said: Said) {
        let closes = {
            let mut shared = self.lock();
            self.publish(&mut shared, &mut actor, epoch, said);
            shared
                .closing
                .as_ref()
                .is_some_and(|closing| closing.epoch == epoch)
        };
        if closes {
            self.checkpoint_for_closing(&mut actor);
        }
        let mut shared = self.lock();
        self.put_back(&mut shared, actor, epoch);
        let wake_committer = self.concerns_committer(&shared);
        let more_work = shared.wants_worker();
        drop(shared);
        if wake_committer {
            self.commit.notify_one();
        }
        if more_work {
            self.work.notify_one();
        }
    }

    /// Gives letters, output and new processes of a turn to where they belong.
    fn publish(&self, shared: &mut Shared, actor: &mut Actor, epoch: u64, said: Said) {
        actor.has_told |= said.has_told();
        shared.newborn += said.spawned.len();
        actor.waits_for_newborn = !said.spawned.is_empty() && shared.newborn > NEWBORN_MAX;
        for mut spawned in said.spawned {
            let number = spawned.number;
            spawned.dirty_in = Some(epoch);
            shared.slots.insert(number, Slot::of(spawned));
            shared.count_child(number);
            shared.mark_dirty(number, epoch, self.clock.monotonic_ns());
            shared.enqueue(number);
            // It was not there when the others were told.
            match shared.shutting_down.filter(|_| !actor.record.outlives_main) {
                Some(ended_in) if epoch < ended_in => shared.untold.push(number),
                Some(_) => self.tell_of_shutdown(shared, number),
                None => {}
            }
        }
        let mut letters = VecDeque::from(said.letters);
        while let Some((to, sequence, letter)) = letters.pop_front() {
            let slot = shared.slots.get(&to);
            if to != actor.number && slot.is_none_or(|slot| slot.has_ended(epoch)) {
                // Answered at once, as part of this actor's own step.
                if let Some((back, answer)) = bounce(to, &letter) {
                    letters.push_back((back, self.next_letter(), answer));
                }
                continue;
            }
            if self.has_no_room(shared, to, &letter) {
                continue;
            }
            let bytes = letter.bytes_at_most();
            let large = persist::is_large(bytes);
            shared.sent_bytes += bytes as u64;
            // It is written by who commits, if nobody has taken it in by then.
            let letter = Arc::new(letter);
            actor.sent.push(Posted {
                to,
                sequence,
                letter: Arc::clone(&letter),
            });
            if let Some(mut ended) = shared.take_ended(to) {
                // It has, in the epoch that was opened meanwhile. In the group of this one it is alive,
                // and the letter is there.
                self.refuse(shared, &mut ended, Taken { sequence, large }, &letter);
                shared.put_ended(ended);
                continue;
            }
            shared.deliver(
                to,
                epoch,
                Incoming::Letter {
                    sequence,
                    letter,
                    large,
                },
            );
        }
        let outputs = match &mut shared.closing {
            Some(closing) if closing.epoch == epoch => &mut closing.outputs,
            _ => &mut shared.outputs,
        };
        outputs.extend(said.outputs);
    }

    /// Tells a process that the main process has ended for good.
    pub(super) fn tell_of_shutdown(&self, shared: &mut Shared, process: u64) {
        let letter = Letter::Exit {
            from: MAIN,
            reason: parcel::keyword("shutdown"),
            linked: false,
        };
        self.post_letter(shared, process, &letter);
    }

    /// An actor is at rest again.
    fn put_back(&self, shared: &mut Shared, mut actor: Box<Actor>, epoch: u64) {
        let number = actor.number;
        #[cfg(debug_assertions)]
        assert!(actor.knows_who_waits(), "of process {number}");
        shared.turn_is_over(epoch);
        shared.weigh(number, actor.unsealed_bytes());
        let wake_at = actor.wake_at();
        let dirty = actor.dirty_in;
        // One that has used its rate up goes on when its time comes.
        let held = actor.held_until.filter(|_| actor.can_run());
        let runs = actor.can_run() && held.is_none();
        let wake_at = [wake_at, held].into_iter().flatten().min();
        let status = actor.status_now();
        if let Some(epoch) = dirty {
            shared.mark_dirty(number, epoch, self.clock.monotonic_ns());
        }
        let slot = shared
            .slots
            .get_mut(&number)
            .expect("an actor in hand has a slot");
        slot.in_turn = false;
        if slot.status == Status::Damaged {
            // Found out while it ran.
            slot.place = Place::Stored;
            return;
        }
        slot.dirty_in = dirty;
        // While the run is being suspended what is due is left for who resumes it.
        let wake_at = wake_at.filter(|&at| !self.is_suspended() || at > self.clock.now_ms());
        if let Some(at) = wake_at
            && slot.armed.is_none_or(|armed| at < armed)
        {
            slot.armed = Some(at);
            let earliest = shared.timers.peek().map(|timer| timer.0.0);
            shared.timers.push(std::cmp::Reverse((at, number)));
            if earliest.is_none_or(|earliest| at < earliest) {
                // Those who wait do so for a later time, and this thread may get other work.
                self.work.notify_one();
            }
        }
        if actor.is_over() {
            self.put_back_ended(shared, actor, epoch);
            return;
        }
        // Who starts processes faster than they are stored, or grows faster, goes on after its
        // checkpoint, which is in the epoch that is open: who makes it queues it.
        let is_ahead =
            actor.waits_for_newborn || actor.unsealed_bytes() > self.options.uncommitted_max;
        slot.is_held = is_ahead && self.options.durable && dirty == Some(shared.epoch);
        slot.status = status;
        let has_to_ask = !actor.unasked.is_empty();
        slot.place = Place::Here(actor);
        if runs || has_to_ask || !slot.incoming.is_empty() {
            shared.enqueue(number);
        }
        shared.rest(number);
    }

    /// An actor that does nothing more is at rest: nothing waits for it any longer.
    fn put_back_ended(&self, shared: &mut Shared, mut actor: Box<Actor>, epoch: u64) {
        let number = actor.number;
        let parked = actor.record.status == Status::Parked;
        let slot = shared
            .slots
            .get_mut(&number)
            .expect("an actor in hand has a slot");
        slot.ended = !parked;
        slot.end_status = Some(actor.record.status);
        slot.ended_in.get_or_insert(epoch);
        slot.is_kept = !parked && actor.keeps_past && self.options.durable;
        slot.ending = actor.record.ending.clone().map(Arc::new);
        if parked {
            // What came while it was parking waits, too.
            let came: Vec<Arc<Letter>> = slot
                .incoming
                .iter()
                .filter_map(|(_, incoming)| match incoming {
                    Incoming::Letter { letter, .. } => Some(Arc::clone(letter)),
                    _ => None,
                })
                .collect();
            slot.place = Place::Here(actor);
            for letter in came {
                shared.count_for_parked(number, &letter);
                shared.note_wish(number, &letter);
            }
            return;
        }
        let incoming = std::mem::take(&mut slot.incoming);
        shared.count_child(number);
        for (_, incoming) in incoming {
            let Incoming::Letter {
                sequence,
                letter,
                large,
            } = incoming
            else {
                continue;
            };
            if actor.dirty_in.is_some() {
                self.refuse(shared, &mut actor, Taken { sequence, large }, &letter);
                continue;
            }
            // Its last checkpoint is made, for the group that is being closed.
            persist::delete_letter(&mut shared.extra, number, sequence, large);
            if let Some((back, answer)) = bounce(number, &letter) {
                self.post_letter(shared, back, &answer);
            }
        }
        shared.put_ended(actor);
    }

    /// A process that has ended refuses a letter, as a part of its last step: what is made of an older
    /// group only must not lack the letter, nor hold the answer.
    fn refuse(&self, shared: &mut Shared, ended: &mut Actor, letter: Taken, says: &Letter) {
        ended.refused.push(letter);
        let Some((to, answer)) = bounce(ended.number, says) else {
            return;
        };
        if shared.slots.get(&to).is_none_or(|slot| slot.ended) {
            return;
        }
        let sequence = self.next_letter();
        let large = persist::is_large(answer.bytes_at_most());
        let letter = Arc::new(answer);
        ended.sent.push(Posted {
            to,
            sequence,
            letter: Arc::clone(&letter),
        });
        let epoch = shared.epoch;
        let incoming = Incoming::Letter {
            sequence,
            letter,
            large,
        };
        shared.deliver(to, epoch, incoming);
    }

    /// A process whose records cannot be read: it is set apart, the others go on.
    fn actor_is_damaged(&self, process: u64, epoch: u64, what: &str) {
        let mut shared = self.lock();
        shared.turn_is_over(epoch);
        if let Some(slot) = shared.slots.get_mut(&process) {
            slot.place = Place::Stored;
            slot.in_turn = false;
        }
        shared.set_damaged(process, what.to_owned());
        drop(shared);
        self.progress.notify_all();
    }
}

/// What an effect that is answered at once costs besides its own work.
const EFFECT_FUEL: i64 = 20;
/// Fuel between two looks at the clock and at whether the epoch is being closed.
const LOOK_FUEL: i64 = 2_000;
/// Time between two looks at whether all that was to be killed is gone.
const KILL_AGAIN_MS: u64 = 1_000;
/// Time after which a slice ends whatever fuel is left: what a unit of fuel costs is not the same
/// everywhere.
const SLICE_NS: u64 = 1_000_000;
/// Time in which somebody at work should have come to the end of a slice. Beyond it (a large
/// collection, a checkpoint, a slow native) one more thread works.
const STALL_NS: u64 = 2_000_000;

impl Slot {
    pub(super) fn of(actor: Actor) -> Slot {
        Slot {
            status: actor.record.status,
            dirty_in: actor.dirty_in,
            ended: false,
            end_status: None,
            ending: None,
            parent: actor.record.parent,
            is_body: actor.record.body_of.is_some(),
            ended_in: None,
            armed: None,
            unsealed_bytes: 0,
            in_turn: false,
            is_held: false,
            is_kept: false,
            outlives_main: actor.record.outlives_main,
            waiting: None,
            suspended: None,
            place: Place::Here(Box::new(actor)),
            incoming: VecDeque::new(),
            queued: false,
            rested: None,
        }
    }
}

impl Shared {
    /// Whether nothing happens before a timer's time comes: nobody works, nothing is on its way out, and
    /// nothing is awaited from outside.
    fn has_nothing_to_do(&self) -> bool {
        let none_works = self.ready.is_empty() && self.at_work == 0 && self.away.is_empty();
        let none_commits = self.closing.is_none() && !self.committing && !self.commit_wanted;
        let none_leaves =
            self.outputs.is_empty() && self.unwritten.is_empty() && self.leaving.is_done();
        none_works
            && none_commits
            && none_leaves
            && self.attempts.is_empty()
            && !self.stdin.is_under_way()
    }

    /// Takes a process in hand that has ended since the last group was begun.
    fn take_ended(&mut self, process: u64) -> Option<Box<Actor>> {
        let slot = self.slots.get_mut(&process).filter(|slot| slot.ended)?;
        if !matches!(&slot.place, Place::Here(actor) if actor.dirty_in.is_some()) {
            return None;
        }
        match std::mem::replace(&mut slot.place, Place::Away) {
            Place::Here(actor) => Some(actor),
            Place::Away | Place::Stored => None,
        }
    }

    /// Puts it back.
    fn put_ended(&mut self, actor: Box<Actor>) {
        if let Some(slot) = self.slots.get_mut(&actor.number) {
            slot.place = Place::Here(actor);
        }
    }

    /// A process that is parked or has failed takes part again, from what is stored of it.
    pub(super) fn go_on(&mut self, process: u64, durable: bool) {
        self.take_from_rest(process);
        if process == MAIN {
            self.run_ends_at = None;
        }
        let Some(slot) = self.slots.get_mut(&process) else {
            return;
        };
        slot.status = Status::Waiting;
        slot.ended = false;
        slot.is_kept = false;
        slot.waiting = None;
        slot.end_status = None;
        slot.ended_in = None;
        slot.ending = None;
        if durable {
            slot.place = Place::Stored;
        }
    }

    /// Whether a thread that waits has something to do: to run what is ready, or to watch those that
    /// do.
    pub(super) fn wants_worker(&self) -> bool {
        !self.ready.is_empty() && (self.at_work < self.at_work_max || !self.watched)
    }

    /// The first process in the queue whose turn is suspended, taken out of it.
    fn take_suspended(&mut self) -> Option<u64> {
        let Shared { ready, slots, .. } = self;
        let is_suspended = |process| {
            let slot: Option<&Slot> = slots.get(process);
            slot.is_some_and(|slot| slot.suspended.is_some())
        };
        let at = ready.iter().position(is_suspended)?;
        ready.remove(at)
    }

    /// One turn that began in this epoch is over.
    pub(super) fn turn_is_over(&mut self, epoch: u64) {
        if let Some(count) = self.away.get_mut(&epoch) {
            *count -= 1;
            if *count == 0 {
                self.away.remove(&epoch);
            }
        }
    }

    /// An actor has changed in this epoch, which is open or being closed.
    pub(super) fn mark_dirty(&mut self, number: u64, epoch: u64, now_ns: u64) {
        match &mut self.closing {
            Some(closing) if closing.epoch == epoch => {
                closing.waiting_for.insert(number);
            }
            _ => {
                self.dirty.insert(number);
                self.dirty_since_ns.get_or_insert(now_ns);
            }
        }
    }
}

impl Actor {
    /// The status by what its fibers do.
    pub(crate) fn status_now(&self) -> Status {
        if self.ended || self.keeps_past {
            self.record.status
        } else if self.process.run_queue.is_empty() {
            Status::Waiting
        } else {
            Status::Ready
        }
    }
}
