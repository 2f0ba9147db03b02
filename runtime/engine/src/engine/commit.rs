//! Closing epochs: checkpoints made one batch, committed, and what was said released.
//!
//! # Invariants
//! - Of a letter sent and taken in within one batch nothing is written.
//! - Output is released by one thread, in the order of commits, and within one in the order said.
//!   Of an attempt that is cancelled in the group that starts it nobody hears.
//! - A process that has failed or is parked keeps the checkpoint before; only its record changes.

use super::oracle::{Oracle, Witness};
use super::{Closing, EngineError, Inner, Kept, Part, Place, Shared};
use crate::actor::{Actor, Posted, Taken};
use crate::awaiting::Awaiting;
use crate::event;
use crate::key;
use crate::output::{Output, Text};
use crate::past::Change;
use crate::persist;
use crate::persist::past::Beginning;
use crate::pid::MAIN;
use crate::record::Status;
use crate::transport::{AttemptId, Fallen, Task};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;
use store::Batch;
use vm::checkpoint::Delta;
use vm::fiber::FiberId;

/// Numbers that are taken from a counter of the store at a time.
const RESERVED: u64 = 4_096;
/// Processes that may have been started and not stored: more are started when these are. Until then
/// they cannot leave memory.
pub(super) const NEWBORN_MAX: usize = 1_024;
/// Room for what most actors write in an epoch.
const PART_BYTES: usize = 1_024;

impl Inner {
    /// The committer's life.
    pub(super) fn commit_loop(self: Arc<Self>) {
        loop {
            let mut shared = self.lock();
            while !self.should_close(&shared) {
                if shared.stopping {
                    return;
                }
                let wait = self.until_overdue(&shared);
                shared.awaits_change = wait.is_none();
                shared = self.commit.wait(shared, wait);
                shared.awaits_change = false;
            }
            drop(shared);
            self.commit_once();
        }
    }

    /// Whether there is something for the committer, who may sleep: an epoch to close now, or the first
    /// change of one, from which its time counts.
    pub(super) fn concerns_committer(&self, shared: &Shared) -> bool {
        let has_begun = shared.awaits_change && shared.dirty_since_ns.is_some();
        has_begun || shared.closing.is_some() || self.should_close(shared)
    }

    /// Whether there is a reason to close the open epoch.
    pub(super) fn should_close(&self, shared: &Shared) -> bool {
        if shared.failed.is_some() || shared.closing.is_some() || shared.committing {
            return false;
        }
        let overdue = self.until_overdue(shared) == Some(Duration::ZERO);
        // Who waits for a commit cannot leave memory.
        let too_much = self.options.durable
            && !shared.dirty.is_empty()
            && (shared.unsealed_bytes + shared.sent_bytes > self.options.uncommitted_max
                || shared.dirty.len() > self.options.resident_max
                || shared.newborn > NEWBORN_MAX);
        shared.commit_wanted
            || overdue
            || too_much
            || !shared.outputs.is_empty()
            || !shared.unwritten.is_empty()
            || shared.leaving.wants_commit()
    }

    /// How long the first change of the open epoch may still wait to be stored. The time of day does not
    /// count here: it may be set back.
    fn until_overdue(&self, shared: &Shared) -> Option<Duration> {
        let since = shared.dirty_since_ns?;
        let bound = Duration::from_millis(self.options.loss_bound_ms);
        let passed = self.clock.monotonic_ns().saturating_sub(since);
        Some(bound.saturating_sub(Duration::from_nanos(passed)))
    }

    /// Asks for a commit of all that has happened and waits for it.
    pub(super) fn wait_for_commit<'a>(
        &'a self,
        mut shared: MutexGuard<'a, Shared>,
    ) -> Result<(), EngineError> {
        // What has happened is in the epoch being closed or in the open one. Whoever finds another
        // thread at a commit waits for it, and for the next, which holds what has come since.
        let wanted = shared.commits + 1 + u64::from(shared.closing.is_some() || shared.committing);
        while shared.commits < wanted {
            if let Some(error) = &shared.failed {
                return Err(error.clone());
            }
            shared.commit_wanted = true;
            let is_free = shared.closing.is_none() && !shared.committing;
            // There is no committer, or it may be gone.
            if is_free && (!shared.has_committer || shared.stopping) {
                drop(shared);
                self.commit_once();
                shared = self.lock();
                continue;
            }
            self.commit.notify_all();
            let waited = self.progress.wait(shared);
            shared = waited.expect("no thread panics while it holds the engine's state");
        }
        Ok(())
    }

    /// Closes the open epoch if anything is in it. Whether it did.
    pub(super) fn commit_once(&self) -> bool {
        let mut shared = self.lock();
        if self.options.threads == 0 {
            shared = self.end_suspended(shared);
        }
        let nothing = shared.dirty.is_empty()
            && shared.outputs.is_empty()
            && shared.unwritten.is_empty()
            && shared.extra.is_empty()
            && !shared.commit_wanted;
        if nothing || shared.failed.is_some() || shared.closing.is_some() || shared.committing {
            return false;
        }
        let epoch = shared.epoch;
        shared.epoch += 1;
        self.open_epoch.store(shared.epoch, Ordering::Relaxed);
        shared.commit_wanted = false;
        shared.dirty_since_ns = None;
        shared.sent_bytes = 0;
        shared.newborn = 0;
        let names = shared.changed_names();
        shared.closing = Some(Closing {
            epoch,
            names,
            waiting_for: std::mem::take(&mut shared.dirty),
            parts: Vec::new(),
            outputs: std::mem::take(&mut shared.outputs),
            uncounted: self.take_counted(&mut shared),
        });
        let shared = self.collect_parts(shared, epoch);
        self.commit_closing(shared);
        true
    }

    /// Checkpoints the actors at rest and waits for those that run.
    fn collect_parts<'a>(
        &'a self,
        mut shared: MutexGuard<'a, Shared>,
        epoch: u64,
    ) -> MutexGuard<'a, Shared> {
        loop {
            let next = {
                let Shared { closing, slots, .. } = &mut *shared;
                let closing = closing.as_ref().expect("this thread is closing the epoch");
                closing.waiting_for.iter().copied().find(|number| {
                    slots
                        .get(number)
                        .is_none_or(|slot| !matches!(slot.place, Place::Away))
                })
            };
            if let Some(number) = next {
                shared = self.collect_part(shared, number);
                continue;
            }
            let closing = shared
                .closing
                .as_ref()
                .expect("this thread is closing the epoch");
            if closing.waiting_for.is_empty() && !shared.away.contains_key(&epoch) {
                return shared;
            }
            shared = self.commit.wait(shared, None);
        }
    }

    fn collect_part<'a>(
        &'a self,
        mut shared: MutexGuard<'a, Shared>,
        number: u64,
    ) -> MutexGuard<'a, Shared> {
        shared.take_from_rest(number);
        let taken = shared
            .slots
            .get_mut(&number)
            .map(|slot| std::mem::replace(&mut slot.place, Place::Away));
        let Some(Place::Here(mut actor)) = taken else {
            // It was damaged or has left memory meanwhile: nothing of it is missing.
            if let (Some(place), Some(slot)) = (taken, shared.slots.get_mut(&number)) {
                slot.place = place;
            }
            if let Some(closing) = &mut shared.closing {
                closing.waiting_for.remove(&number);
            }
            return shared;
        };
        drop(shared);
        self.checkpoint_for_closing(&mut actor);
        let mut shared = self.lock();
        let slot = shared
            .slots
            .get_mut(&number)
            .expect("an actor in hand has a slot");
        slot.dirty_in = None;
        slot.is_held = false;
        let runs = actor.can_run() && actor.held_until.is_none();
        let more = runs || !slot.incoming.is_empty() || !actor.unasked.is_empty();
        let waits_in_queue = slot.queued;
        let unsealed = actor.unsealed_bytes();
        slot.place = Place::Here(actor);
        shared.weigh(number, unsealed);
        if more && !waits_in_queue {
            shared.enqueue(number);
            if shared.wants_worker() {
                self.work.notify_one();
            }
        }
        shared.rest(number);
        shared
    }

    /// Checkpoints an actor for the epoch being closed.
    pub(super) fn checkpoint_for_closing(&self, actor: &mut Actor) {
        let part = if self.options.durable {
            self.checkpoint(actor)
        } else {
            Part::default()
        };
        if !self.options.durable {
            actor.sent.clear();
            actor.consumed.clear();
            actor.refused.clear();
            actor.events.take();
        }
        actor.birth = None;
        actor.taken_words = 0;
        actor.dirty_in = None;
        let mut shared = self.lock();
        if let Some(closing) = &mut shared.closing {
            closing.waiting_for.remove(&actor.number);
            closing.parts.push(part);
        }
        if actor.record.recoveries == 0 || actor.is_over() {
            shared.counted.remove(&actor.number);
        }
        drop(shared);
        self.commit.notify_all();
    }

    /// What an actor adds to the batch.
    fn checkpoint(&self, actor: &mut Actor) -> Part {
        let mut part = self.make_part(actor);
        if self.options.oracle != Oracle::Off {
            let before = part.before.take();
            part.witness = Some(Witness::of(actor, before));
        }
        part
    }

    fn make_part(&self, actor: &mut Actor) -> Part {
        let mut part = Part {
            batch: Batch::with_capacity(PART_BYTES),
            sent: std::mem::take(&mut actor.sent),
            ..Part::default()
        };
        let number = actor.number;
        actor.has_told = false;
        self.write_events(&mut part.batch, actor);
        actor.record.wake_at = actor.wake_at();
        actor.record.is_active = actor.is_active();
        self.count_no_more(&mut actor.record);
        if actor.keeps_past && actor.record.checkpoints == 0 {
            self.begin_again(actor);
        }
        let looks = !actor.is_over() && actor.record.body_of.is_none();
        let change = looks.then(|| actor.look_at_past());
        let consumed = std::mem::take(&mut actor.consumed);
        if !actor.keeps_past {
            part.consumed = consumed.into_iter().map(|taken| (number, taken)).collect();
        }
        let refused = std::mem::take(&mut actor.refused);
        let refused = refused.into_iter().map(|taken| (number, taken));
        part.consumed.extend(refused);
        let goes_back = actor.goes_back_to.take().filter(|_| actor.keeps_past);
        if let Some(checkpoint) = goes_back
            && let Ok(()) = self.go_back(&mut part.batch, actor, checkpoint)
        {
            return part;
        }
        if actor.vanishes {
            persist::delete_process(&mut part.batch, number, &actor.record);
        } else if actor.ended {
            persist::delete_state(&mut part.batch, number, &actor.record);
            actor.record.levels.clear();
            actor.record.fibers.clear();
            actor.record.pasts.clear();
            persist::write_record(&mut part.batch, number, &mut actor.record);
        } else if actor.keeps_past && actor.record.checkpoints > 0 {
            // What the record says of the memory is as the last checkpoint left it.
            actor.record.vm.count_on_from(&actor.process);
            persist::write_record(&mut part.batch, number, &mut actor.record);
        } else {
            for fiber in actor.notes.take_changed() {
                actor.process.touch_fiber(fiber);
            }
            part.before = self.copy_for_oracle(actor);
            let delta = actor.process.checkpoint(|| self.next_segment());
            if !actor.keeps_past {
                actor.record.status = actor.status_now();
            }
            if let Some(change) = change {
                self.keep_past(&mut part, actor, &change, &delta);
            }
            let fibers: Vec<FiberId> = actor.process.fibers.iter().map(|fiber| fiber.id).collect();
            actor.notes.keep_only(&fibers);
            persist::write_checkpoint(
                &mut part.batch,
                number,
                &delta,
                &mut actor.record,
                &mut actor.notes,
                &fibers,
            );
            (actor.stored_unheard).clone_from(&actor.record.unheard);
        }
        part
    }

    /// Keeps what a checkpoint overwrites, if an error is under way.
    fn keep_past(&self, part: &mut Part, actor: &mut Actor, change: &Change, delta: &Delta) {
        if change.dropped.is_empty() && actor.record.pasts.is_empty() {
            return;
        }
        let number = actor.number;
        let is_first = change.begins && actor.record.checkpoints == 0;
        let beginning = is_first.then(|| self.beginning(actor)).flatten();
        if let (Some(beginning), Some(past)) = (&beginning, actor.record.pasts.last_mut()) {
            past.levels.extend(beginning.level());
        }
        let taken: Vec<Taken> = part.consumed.iter().map(|&(_, taken)| taken).collect();
        let kept = persist::past::keep(
            &mut part.batch,
            &self.store.snapshot(),
            number,
            &actor.record,
            change,
            (delta, beginning),
            &taken,
        );
        match kept {
            Ok(kept) => {
                part.kept = kept.map(|(past, letters)| Kept {
                    process: number,
                    past,
                    letters,
                });
            }
            // What lies before is damaged: the process goes on without it.
            Err(_) => {
                persist::past::give_up(&mut part.batch, number, &mut actor.record, change);
            }
        }
    }

    /// The process as it was born, which no checkpoint holds.
    fn beginning(&self, actor: &Actor) -> Option<Beginning> {
        let image = Arc::clone(&actor.process.image);
        let mut process = crate::effect::process_of(self, &image, actor.birth.as_ref()?).ok()?;
        let mut record = actor.record.clone();
        record.pasts.clear();
        Some(Beginning {
            delta: process.checkpoint(|| self.next_segment()),
            record,
        })
    }

    /// Makes what is stored of an actor that has failed what it was at a checkpoint that is kept.
    fn go_back(
        &self,
        batch: &mut Batch,
        actor: &mut Actor,
        checkpoint: u64,
    ) -> Result<(), persist::LoadError> {
        let snapshot = self.store.snapshot();
        persist::past::go_back(
            batch,
            &snapshot,
            actor.number,
            (&mut actor.record, &actor.process),
            checkpoint,
        )
    }

    fn write_events(&self, batch: &mut Batch, actor: &mut Actor) {
        let events = actor.events.take();
        if events.is_empty() {
            return;
        }
        let skipped = events.len().saturating_sub(event::EVENTS_MAX as usize);
        for event in &events[skipped..] {
            let sequence = actor.record.next_event;
            actor.life.write(batch, actor.number, sequence, event);
            actor.record.next_event += 1;
        }
    }

    /// A process has failed before its first checkpoint: what is kept of it is its beginning.
    fn begin_again(&self, actor: &mut Actor) {
        let Some(birth) = actor.birth.take() else {
            return;
        };
        let image = Arc::clone(&actor.process.image);
        if let Ok(mut process) = crate::effect::process_of(self, &image, &birth) {
            process.count_on_from(&actor.process);
            actor.process = process;
            actor.notes.clear();
            actor.awaiting = Awaiting::default();
        }
    }

    /// Commits what has been collected and releases it.
    fn commit_closing(&self, mut shared: MutexGuard<'_, Shared>) {
        let mut closing = shared
            .closing
            .take()
            .expect("this thread is closing the epoch");
        shared.committing = true;
        let mut extra = std::mem::take(&mut shared.extra);
        let outside = std::mem::take(&mut shared.outside);
        for process in std::mem::take(&mut shared.untold) {
            self.tell_of_shutdown(&mut shared, process);
        }
        shared.leaving.group_made();
        let unwritten = std::mem::take(&mut shared.unwritten);
        reserve(
            &mut shared.record.next_segment,
            self.next_segment.load(Ordering::Relaxed),
        );
        reserve(
            &mut shared.record.next_output,
            self.next_output.load(Ordering::Relaxed),
        );
        shared.record.next_process = self.next_process.load(Ordering::Relaxed);
        let store_record = shared.record.encode();
        let store_record = (shared.stored_record != store_record).then_some(store_record);
        if let Some(bytes) = &store_record {
            shared.stored_record.clone_from(bytes);
        }
        let Closing {
            epoch,
            parts,
            outputs,
            names,
            ..
        } = &mut closing;
        let expected = self.expected(&shared, *epoch, (parts, &outside), outputs, names);
        // The next epoch cannot be closed before this commit is done: this thread does both.
        drop(shared);
        let mut batches: Vec<Batch> = Vec::with_capacity(closing.parts.len() + 1);
        let result = if self.options.durable {
            keep_letters(&closing.parts, &outside, &mut extra);
            add_letters(&mut closing.parts, &mut extra);
            for output in &closing.outputs {
                if let Output::Text(text) = output {
                    extra.put(&key::output(text.sequence), &text.encode());
                }
            }
            if let Some(bytes) = store_record {
                extra.put(&key::store_record(), &bytes);
            }
            self.uncount(&closing.uncounted, &mut extra);
            for (process, name) in &closing.names {
                persist::write_name(&mut extra, *process, name);
            }
            // First: what it holds of a process is older than the process's own part.
            batches.push(extra);
            batches.extend(closing.parts.into_iter().map(|part| part.batch));
            self.store.commit(&batches).map(|_| ())
        } else {
            Ok(())
        };
        if let Err(error) = result {
            self.fail(EngineError::Commit(error.to_string()));
            return;
        }
        if let Some(Err(error)) = expected.map(|expected| self.try_group(&expected)) {
            self.fail(error);
            return;
        }
        let damage = self.store.take_damage();
        if !damage.is_empty() {
            self.lock().take_in_damage(damage);
            self.progress.notify_all();
        }
        self.release(unwritten, closing.outputs);
    }

    /// Lets output leave; it is durable.
    fn release(&self, unwritten: Vec<Text>, outputs: Vec<Output>) {
        let mut starts: Vec<Option<Task>> = Vec::new();
        let mut started: HashMap<AttemptId, usize> = HashMap::new();
        let mut ended = Vec::new();
        let mut flushes = Vec::new();
        let mut reads = Vec::new();
        let mut texts = unwritten;
        for output in outputs {
            match output {
                Output::Text(text) => texts.push(text),
                Output::Start(task) => {
                    started.insert(task.id, starts.len());
                    starts.push(Some(task));
                }
                // What is not known outside yet need not become known.
                Output::Cancel(attempt) => match started.remove(&attempt) {
                    Some(at) => starts[at] = None,
                    None => self.transport.cancel(attempt),
                },
                Output::Read(asker) => reads.push((asker, true)),
                Output::Unread(asker) => reads.push((asker, false)),
                Output::Flush { process, before } => flushes.push((process, before)),
                Output::Ended(process) => ended.push(process),
            }
        }
        texts.sort_by_key(|text| text.sequence);
        let starts: Vec<Task> = starts.into_iter().flatten().collect();
        let mut shared = self.lock();
        shared.leaving.group_durable();
        for text in texts {
            shared.leaving.add_text(text);
        }
        for (process, before) in flushes {
            shared.leaving.add_flush(process, before);
        }
        for (asker, wants) in reads {
            if wants {
                shared.stdin.ask(asker);
            } else {
                shared.stdin.withdraw(asker);
            }
        }
        shared.commits += 1;
        shared.committing = false;
        for task in &starts {
            shared.attempts.insert(task.id);
        }
        self.tell_clock(&shared);
        let mut fallen = Vec::new();
        for process in ended {
            fallen.extend(shared.fallen(process));
            shared.forget(process, self.options.durable);
            shared.stdin.forget(process);
        }
        let read = shared.serve_stdin();
        if self.options.durable {
            shared.page_out(&self.options, self.clock.now_ms());
        } else {
            shared.keep_in_memory();
        }
        let wished = shared.take_wished();
        drop(shared);
        for process in wished {
            self.heed_wishes(process);
        }
        for task in starts {
            self.transport.start(task);
        }
        if let Some(all) = read {
            self.transport.read(all);
        }
        if self.options.threads == 0 {
            // Nobody else would.
            self.write_out(self.lock());
        }
        self.leave.notify_all();
        for mut fallen in fallen {
            if fallen.function.is_empty()
                && let Ok(record) = persist::read_record(&self.store.snapshot(), fallen.process)
            {
                fallen.function = record.function;
            }
            self.transport.fallen(&fallen);
        }
        self.progress.notify_all();
        self.work.notify_all();
    }
}

/// Keeps a stored counter above the numbers in use. It is raised by many at a time: few commits
/// write it, and after a crash some numbers are skipped.
fn reserve(stored: &mut u64, next: u64) {
    if next > *stored {
        *stored = next + RESERVED;
    }
}

/// Adds the letters that are kept with a past and that the store never had.
fn keep_letters(parts: &[Part], outside: &[Posted], extra: &mut Batch) {
    let mut wanted = HashMap::new();
    for kept in parts.iter().filter_map(|part| part.kept.as_ref()) {
        let letters = kept.letters.iter();
        wanted.extend(letters.map(|&sequence| (sequence, (kept.process, kept.past))));
    }
    if wanted.is_empty() {
        return;
    }
    let sent = parts.iter().flat_map(|part| &part.sent);
    for posted in sent.chain(outside) {
        if let Some(&(process, past)) = wanted.get(&posted.sequence) {
            let sequence = posted.sequence;
            let bytes = posted.letter.encode();
            persist::past::keep_letter(extra, process, past, sequence, &bytes);
        }
    }
}

/// Adds the letters of all parts to a batch: those sent and not taken in, and the removal of those
/// taken in and not sent here.
fn add_letters(parts: &mut [Part], extra: &mut Batch) {
    let taken: HashSet<u64> = parts
        .iter()
        .flat_map(|part| part.consumed.iter().map(|(_, taken)| taken.sequence))
        .collect();
    let mut sent = HashSet::new();
    for part in parts.iter_mut() {
        for posted in std::mem::take(&mut part.sent) {
            sent.insert(posted.sequence);
            if !taken.contains(&posted.sequence) {
                let bytes = posted.letter.encode();
                persist::write_letter(extra, posted.to, posted.sequence, &bytes);
            }
        }
    }
    for part in parts.iter() {
        for &(process, Taken { sequence, large }) in &part.consumed {
            if !sent.contains(&sequence) {
                persist::delete_letter(extra, process, sequence, large);
            }
        }
    }
}

impl Shared {
    /// Of a process that has failed or is parked, and of whom nobody else speaks, what there is to
    /// say. The main process's end is told by who waits for it, a failed attempt by its activity.
    fn fallen(&self, process: u64) -> Option<Fallen> {
        let slot = self.slots.get(&process).filter(|_| process != MAIN)?;
        let status = slot.end_status?;
        if !(status == Status::Parked || status == Status::Failed && !slot.is_body) {
            return None;
        }
        let function = match &slot.place {
            Place::Here(actor) => actor.record.function.clone(),
            Place::Away | Place::Stored => String::new(),
        };
        let report = slot.ending.as_ref().map(|ending| ending.report.clone());
        Some(Fallen {
            process,
            function,
            status,
            report: report.unwrap_or_default(),
        })
    }

    /// A process has ended or is parked and that is durable: its memory goes.
    fn forget(&mut self, process: u64, durable: bool) {
        self.take_from_rest(process);
        let Some(slot) = self.slots.get_mut(&process) else {
            return;
        };
        // Nothing if it goes on again meanwhile.
        let Some(status) = slot.end_status else {
            return;
        };
        slot.status = status;
        // An attempt that is parked is still one.
        if slot.is_body && slot.ended {
            self.slots.remove(&process);
        } else if matches!(&slot.place, Place::Here(actor) if actor.dirty_in.is_none()) && durable {
            slot.place = Place::Stored;
        }
    }
}
