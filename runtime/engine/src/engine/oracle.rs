//! Checkpoints tried as they are committed, for tests.
//!
//! With a checkpoint a copy is taken of all that it is of: the memory and the stacks before and after,
//! the record, the notes on the fibers. When the group is durable, the process is read from the store
//! alone and compared with that; so are the letters that wait and the attempts that are handed out.
//!
//! # Invariants
//! - What was read back comes from a snapshot taken after the commit, and from nothing else.
//! - The copies are taken by whoever has the actor in hand, the rest under the lock as the group is
//!   made: on several threads, too, nobody changes meanwhile what is compared.

use super::{EngineError, Inner, Part, Place, Shared, Slot};
use crate::actor::{Actor, Incoming, Posted};
use crate::key;
use crate::output::Output;
use crate::persist::{self, StoredName};
use crate::record::{ActorRecord, Notes, decode_fiber};
use crate::transport::AttemptId;
use std::collections::{BTreeMap, BTreeSet};
use store::key::KeyReader;
use store::{KeyRange, Snapshot};
use vm::checkpoint::State;

/// What is done with each checkpoint that is committed, for tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Oracle {
    /// Nothing.
    #[default]
    Off,
    /// It is read back from the store and compared with the living process and with a copy of all its
    /// memory taken before; a difference stops the engine. Memory that objects have left is made
    /// unreadable, and verified after every collection.
    Compare,
    /// The same; then the process is dropped, and goes on as it was read back. On several threads
    /// those only that have not gone on meanwhile.
    Reload,
}

/// What a part of a group says that a process is.
#[derive(Debug)]
pub(crate) struct Witness {
    number: u64,
    was: Was,
}

#[derive(Debug)]
enum Was {
    Alive(Box<Alive>),
    /// It has ended: nothing is left but the record.
    Ended(Box<ActorRecord>),
    /// It has failed or is parked: the record, and some checkpoint before.
    Kept(Box<ActorRecord>),
    /// It was an attempt and has ended: nothing is left.
    Gone,
}

#[derive(Debug)]
struct Alive {
    before: State,
    after: State,
    record: ActorRecord,
    notes: Notes,
    mailbox: (u64, u64),
}

impl Witness {
    /// Of an actor whose part has just been made, from a copy of what it was right before, if its
    /// memory was part of it.
    pub(super) fn of(actor: &Actor, before: Option<State>) -> Witness {
        let record = || Box::new(actor.record.clone());
        let was = match before {
            Some(before) => Was::Alive(Box::new(Alive {
                before,
                after: actor.process.full_state(),
                record: actor.record.clone(),
                notes: actor.notes.clone(),
                mailbox: actor.mailbox,
            })),
            None if actor.vanishes => Was::Gone,
            None if actor.ended && !actor.keeps_past => Was::Ended(record()),
            None => Was::Kept(record()),
        };
        Witness {
            number: actor.number,
            was,
        }
    }
}

/// What a group must have made durable.
#[derive(Debug)]
pub(super) struct Expected {
    witnesses: Vec<Witness>,
    /// Letters that wait, by receiver: sequence and bytes.
    letters: BTreeMap<u64, BTreeMap<u64, Vec<u8>>>,
    /// Processes for which no other letters wait.
    no_others: BTreeSet<u64>,
    /// Attempts that leave with the group.
    starts: Vec<AttemptId>,
    /// Names that have changed.
    names: Vec<(u64, StoredName)>,
}

impl Inner {
    /// A copy of all that a process is, if its checkpoints are tried.
    pub(super) fn copy_for_oracle(&self, actor: &Actor) -> Option<State> {
        (self.options.oracle != Oracle::Off).then(|| actor.process.full_state())
    }

    /// What a group that has been made says, if that is tried.
    pub(super) fn expected(
        &self,
        shared: &Shared,
        epoch: u64,
        (parts, outside): (&mut [Part], &[Posted]),
        outputs: &[Output],
        names: &[(u64, StoredName)],
    ) -> Option<Expected> {
        if self.options.oracle == Oracle::Off || !self.options.durable {
            return None;
        }
        let mut expected = Expected {
            witnesses: parts
                .iter_mut()
                .filter_map(|part| part.witness.take())
                .collect(),
            letters: BTreeMap::new(),
            no_others: BTreeSet::new(),
            starts: Vec::new(),
            names: names.to_vec(),
        };
        // Those that the group is about.
        let sent = parts.iter().flat_map(|part| &part.sent);
        let receivers = sent.chain(outside).map(|posted| posted.to);
        // A letter from outside goes with the group that is made next, even when the epoch that it is
        // said in has been opened before that.
        let from_outside: BTreeSet<u64> = outside.iter().map(|posted| posted.sequence).collect();
        let mut numbers: BTreeSet<u64> = receivers.collect();
        let has_run = expected.witnesses.iter().map(|witness| witness.number);
        let has_run: BTreeSet<u64> = has_run.collect();
        numbers.extend(&has_run);
        for number in numbers {
            let slot = shared.slots.get(&number);
            let Some(slot) = slot.filter(|slot| !slot.ended) else {
                continue;
            };
            let letters = expected.letters.entry(number).or_default();
            for (said_in, incoming) in &slot.incoming {
                if let Incoming::Letter {
                    sequence, letter, ..
                } = incoming
                    && (*said_in <= epoch || from_outside.contains(sequence))
                {
                    letters.insert(*sequence, letter.encode());
                }
            }
            // What is said to one that is parked or has not been taken up waits in the store, and is
            // read when it goes on.
            let is_still = slot.dirty_in.is_none() && !matches!(slot.place, Place::Away);
            if is_still && slot.end_status.is_none() && has_run.contains(&number) {
                expected.no_others.insert(number);
            }
        }
        for output in outputs {
            match output {
                Output::Start(task) => expected.starts.push(task.id),
                Output::Cancel(attempt) => expected.starts.retain(|start| start != attempt),
                _ => {}
            }
        }
        Some(expected)
    }

    /// Compares what is stored with what a group, which is durable now, has said, and drops the
    /// processes if they are to go on as stored.
    pub(super) fn try_group(&self, expected: &Expected) -> Result<(), EngineError> {
        let snapshot = self.store.snapshot();
        for witness in &expected.witnesses {
            self.try_witness(&snapshot, witness).map_err(|what| {
                let number = witness.number;
                EngineError::Internal(format!(
                    "what is stored of process {number} is not what it is: {what}"
                ))
            })?;
        }
        try_letters(&snapshot, expected)
            .and_then(|()| try_starts(&snapshot, expected))
            .and_then(|()| try_names(&snapshot, expected))
            .map_err(EngineError::Internal)?;
        if self.options.oracle == Oracle::Reload {
            let numbers = expected.witnesses.iter().map(|witness| witness.number);
            self.lock().drop_stored(numbers);
        }
        Ok(())
    }

    fn try_witness(&self, snapshot: &Snapshot, witness: &Witness) -> Result<(), String> {
        let number = witness.number;
        let no_more_than = |fibers: &[u64]| {
            for range in [key::fibers(number), key::all_stacks(number)] {
                for fiber in second_numbers(snapshot, range)? {
                    if fibers.binary_search(&fiber).is_err() {
                        return Err(format!("something of fiber {fiber} is left"));
                    }
                }
            }
            match second_numbers(snapshot, key::overlays(number))?.first() {
                Some(_) if fibers.is_empty() => Err("mutated cells are left".to_owned()),
                _ => Ok(()),
            }
        };
        match &witness.was {
            Was::Alive(alive) => {
                self.try_alive(snapshot, number, alive)?;
                no_more_than(&alive.record.fibers)
            }
            Was::Ended(record) => {
                let stored = persist::read_record(snapshot, number);
                let mut stored = stored.map_err(|error| error.to_string())?;
                // Of its memory nothing is left.
                stored.vm.clone_from(&record.vm);
                same_debug("its record", &**record, &stored)?;
                no_more_than(&[])
            }
            Was::Kept(record) => {
                same_record(snapshot, number, record)?;
                self.load_actor(number).map_err(|error| error.to_string())?;
                no_more_than(&record.fibers)
            }
            Was::Gone => {
                let record = snapshot.get(&key::process(number));
                if record.map_err(|error| error.to_string())?.is_some() {
                    return Err("its record is left".to_owned());
                }
                no_more_than(&[])
            }
        }
    }

    fn try_alive(&self, snapshot: &Snapshot, number: u64, alive: &Alive) -> Result<(), String> {
        let record = same_record(snapshot, number, &alive.record)?;
        let read = persist::read_state(snapshot, number, &record);
        let (state, notes) = read.map_err(|error| error.to_string())?;
        vm::oracle::check(&alive.before, &alive.after, &state)?;
        for (fiber, note) in alive.notes.iter() {
            let of = format!("the note of fiber {fiber}");
            same_debug(&of, &Some(note), &notes.get(fiber))?;
        }
        // What is not stored but found out must be found out again.
        let mut actor = self.load_actor(number).map_err(|error| error.to_string())?;
        let again = (actor.wake_at(), actor.is_active(), actor.mailbox);
        let was = (record.wake_at, record.is_active, alive.mailbox);
        if again != was {
            return Err(format!(
                "when it wakes, whether it is active and its mailbox are {was:?}, read back {again:?}"
            ));
        }
        Ok(())
    }
}

impl Shared {
    /// Drops these processes, but for those that have gone on, or have to ask yet for what was outside when
    /// they were taken up.
    fn drop_stored(&mut self, numbers: impl Iterator<Item = u64>) {
        for number in numbers {
            let slot = self.slots.get(&number);
            let is_stored = |slot: &Slot| match &slot.place {
                Place::Here(actor) => slot.dirty_in.is_none() && actor.unasked.is_empty(),
                _ => false,
            };
            if slot.is_some_and(is_stored) {
                self.leave_memory(number);
            }
        }
    }
}

fn same_record(
    snapshot: &Snapshot,
    number: u64,
    living: &ActorRecord,
) -> Result<ActorRecord, String> {
    let stored = persist::read_record(snapshot, number).map_err(|error| error.to_string())?;
    same_debug("its record", living, &stored)?;
    Ok(stored)
}

/// Shows where two records differ.
fn same_debug<T: PartialEq + std::fmt::Debug>(
    what: &str,
    living: &T,
    stored: &T,
) -> Result<(), String> {
    if living == stored {
        return Ok(());
    }
    let (living, stored) = (format!("{living:?}"), format!("{stored:?}"));
    let same = living
        .chars()
        .zip(stored.chars())
        .take_while(|(a, b)| a == b);
    let begins = same.count().saturating_sub(SHOWN_BEFORE);
    let shown = |text: &str| -> String { text.chars().skip(begins).take(SHOWN).collect() };
    Err(format!(
        "{what} has …{}…, stored …{}…",
        shown(&living),
        shown(&stored)
    ))
}

/// Of records that differ, what is shown before the first difference, and in all.
const SHOWN_BEFORE: usize = 60;
const SHOWN: usize = 160;

/// The numbers after that of the process in the keys of a range.
fn second_numbers(snapshot: &Snapshot, range: KeyRange) -> Result<Vec<u64>, String> {
    let mut numbers = Vec::new();
    for entry in snapshot.range(range) {
        let (key, _) = entry.map_err(|error| error.to_string())?;
        let mut reader = KeyReader::new(&key);
        let (_, _, number) = (reader.u8(), reader.u64(), reader.u64());
        numbers.push(number.unwrap_or_default());
    }
    Ok(numbers)
}

fn try_letters(snapshot: &Snapshot, expected: &Expected) -> Result<(), String> {
    for (&number, letters) in &expected.letters {
        let read = persist::read_letters(snapshot, key::messages(number));
        let (stored, holes) = read.map_err(|error| error.to_string())?;
        if let Some(hole) = holes.first() {
            return Err(hole.error.to_string());
        }
        let stored = stored.into_iter();
        let stored: BTreeMap<u64, Vec<u8>> = stored
            .map(|letter| (letter.sequence, letter.bytes))
            .collect();
        for (sequence, bytes) in letters {
            if stored.get(sequence) != Some(bytes) {
                return Err(format!(
                    "letter {sequence}, which waits for process {number}, is not stored"
                ));
            }
        }
        let left = stored
            .keys()
            .find(|sequence| !letters.contains_key(sequence));
        if let Some(left) = left.filter(|_| expected.no_others.contains(&number)) {
            return Err(format!(
                "letter {left} to process {number}, for whom it does not wait, is stored"
            ));
        }
    }
    Ok(())
}

/// Whoever is told of an attempt can be told of it again.
fn try_starts(snapshot: &Snapshot, expected: &Expected) -> Result<(), String> {
    for id in &expected.starts {
        let stored = snapshot.get(&key::fiber(id.process, id.fiber));
        let stored = stored.map_err(|error| error.to_string())?;
        let decoded = stored.and_then(|bytes| decode_fiber(&bytes).ok());
        let asks = decoded.is_some_and(|(record, note)| {
            let number = note.activity.map(|activity| activity.number());
            record.request_serial == id.request && number == Some(id.attempt)
        });
        if !asks {
            return Err(format!("{id:?} is handed out, and not stored"));
        }
    }
    Ok(())
}

fn try_names(snapshot: &Snapshot, expected: &Expected) -> Result<(), String> {
    let (stored, _) = persist::read_names(snapshot).map_err(|error| error.to_string())?;
    for (number, name) in &expected.names {
        let found = stored.get(number).unwrap_or(&StoredName::Unknown);
        same_debug(&format!("the name of process {number}"), name, found)?;
    }
    Ok(())
}
