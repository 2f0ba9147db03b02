//! Opening a store: what an earlier engine left, images, new processes.
//!
//! # Invariants
//! - Recovery reads process records only; a process's memory is read when it has something to do.
//! - What was said and is not known to have left is said again before anything new.
//! - Who runs an image that cannot be read is damaged, whether or not there is something to do: who
//!   waits for a message from another of them would wait for ever.

use super::names::{Children, Names};
use super::recoveries::{PROVEN_MS, TAKEN_UP};
use super::resident::Resident;
use super::signal::Signal;
use super::{EngineError, Inner, Options, Place, SHUTDOWN_MS, Shared, Slot};
use crate::actor::{Actor, Birth, Incoming};
use crate::awaiting::Awaiting;
use crate::data::{self, Data};
use crate::effect;
use crate::event::EventKind;
use crate::key;
use crate::letter::Letter;
use crate::output::Text;
use crate::persist::{self, Hole, LoadError, StoredName};
use crate::pid::MAIN;
use crate::record::{ActorRecord, Ending, FIRST_IMAGE, FiberNote, Status, StoreRecord};
use crate::transport::Stream;
use crate::transport::{Clock, Transport};
use crate::wire::WireError;
use bytecode::{DecodeError, Image, SlotKind};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use store::key::KeyReader;
use store::{Batch, Snapshot, Store, StoreError};
use vm::Word;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::object::Kind;
use vm::process::{Process, Root};
use vm::value::{list, map, string};

fn load_error(error: impl std::fmt::Display) -> EngineError {
    EngineError::Load(error.to_string())
}

/// Damage is one thing, and that the system did not let it be read another: what was not read may be whole.
fn store_error(error: StoreError) -> EngineError {
    match error {
        StoreError::Io { .. } => EngineError::Read(error.to_string()),
        error => load_error(error),
    }
}

/// Of the store's own record.
fn own_record_error(error: WireError) -> EngineError {
    let told = format!("the store's own record: {error}");
    match error {
        WireError::TooNew { .. } => EngineError::TooNew(told),
        WireError::Malformed { .. } => EngineError::Load(told),
    }
}

/// Of an image's bytes.
fn image_error(number: u32, error: DecodeError) -> EngineError {
    match error {
        DecodeError::NewerFormat { .. } => {
            EngineError::TooNew(format!("image {number}: {error}; use a newer oxc"))
        }
        error => EngineError::Load(format!("image {number} is damaged: {error}")),
    }
}

impl Inner {
    pub(super) fn open(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        transport: Arc<dyn Transport>,
        options: Options,
    ) -> Result<Inner, EngineError> {
        let snapshot = store.snapshot();
        let record = match snapshot.get(&key::store_record()).map_err(store_error)? {
            Some(value) => {
                let mut description = Vec::new();
                for entry in snapshot.range(key::description()) {
                    description.extend_from_slice(&entry.map_err(store_error)?.1);
                }
                let description = Some(description.as_slice()).filter(|bytes| !bytes.is_empty());
                StoreRecord::decode(&value, description).map_err(own_record_error)?
            }
            None => StoreRecord {
                identity: [clock.random(), clock.random()],
                next_process: crate::pid::MAIN,
                next_segment: 1,
                next_output: 1,
                next_image: FIRST_IMAGE,
                limits: options.limits,
                ..StoreRecord::default()
            },
        };
        let limits = record.limits;
        let (run, stdin_lost) = (record.run, record.stdin_used);
        let newest_image = record.next_image.saturating_sub(1);
        let mut shared = Shared {
            slots: HashMap::new(),
            ready: VecDeque::new(),
            resident: Resident::default(),
            at_work: 0,
            at_work_max: options.threads,
            turns: 0,
            watched: false,
            dirty: BTreeSet::new(),
            epoch: 1,
            closing: None,
            committing: false,
            outputs: Vec::new(),
            extra: Batch::new(),
            dirty_since_ns: None,
            awaits_change: false,
            commit_wanted: false,
            commits: 0,
            timers: BinaryHeap::new(),
            unwritten: Vec::new(),
            leaving: super::leaving::Leaving::default(),
            stdin: super::stdin::Stdin::default(),
            stdout_closed: false,
            unsealed_bytes: 0,
            sent_bytes: 0,
            newborn: 0,
            shutting_down: None,
            untold: Vec::new(),
            run_ends_at: None,
            names: Names::default(),
            children: Children::default(),
            record,
            stored_record: Vec::new(),
            away: BTreeMap::new(),
            failed: None,
            stopping: false,
            has_committer: false,
            attempts: BTreeSet::new(),
            outside: Vec::new(),
            damaged: Vec::new(),
            counted: BTreeSet::new(),
            wished: BTreeSet::new(),
            awake: None,
        };
        let mut last_letter = 0;
        let mut old_names = Vec::new();
        for number in persist::process_numbers(&snapshot).map_err(store_error)? {
            let slot = match persist::read_record(&snapshot, number) {
                Ok(record) => {
                    let kept = record.pasts.iter().map(|past| past.last_letter);
                    last_letter = kept.fold(last_letter, u64::max);
                    if let Some(name) = record.name.clone().filter(|_| !record.status.has_ended()) {
                        old_names.push((number, Some(name)));
                    }
                    Slot::stored(record)
                }
                Err(error @ LoadError::TooNew { .. }) => {
                    return Err(EngineError::TooNew(error.to_string()));
                }
                Err(error) => {
                    shared.slots.insert(
                        number,
                        Slot::stored(ActorRecord::new(0, String::new(), None, 0)),
                    );
                    shared.set_damaged(number, error.to_string());
                    continue;
                }
            };
            shared.slots.insert(number, slot);
            shared.count_child(number);
        }
        let letters = persist::read_letters(&snapshot, key::all_messages());
        let (letters, holes) = letters.map_err(store_error)?;
        shared.lose(&holes);
        for letter in letters {
            last_letter = last_letter.max(letter.sequence);
            let decoded = Letter::decode(&letter.bytes);
            if let Ok(for_parked) = &decoded {
                shared.count_for_parked(letter.to, for_parked);
            }
            if let Ok(Letter::Named(name)) = decoded {
                old_names.push((letter.to, name));
            }
        }
        let (names, holes) = persist::read_names(&snapshot).map_err(store_error)?;
        shared.lose(&holes);
        shared.take_up_names(names, old_names);
        Ok(Inner {
            clock,
            transport,
            options,
            limits,
            next_segment: AtomicU64::new(shared.record.next_segment),
            next_letter: AtomicU64::new(last_letter + 1),
            next_output: AtomicU64::new(shared.record.next_output),
            next_process: AtomicU64::new(shared.record.next_process),
            run: AtomicU64::new(run),
            stdin_lost,
            open_epoch: AtomicU64::new(shared.epoch),
            is_suspended: AtomicBool::new(false),
            is_proven: AtomicBool::new(false),
            shared: Mutex::new(shared),
            work: Signal::default(),
            commit: Signal::default(),
            progress: Condvar::new(),
            leave: Condvar::new(),
            unsent_bytes: AtomicU64::new(0),
            image: Mutex::new(None),
            newest_image: AtomicU32::new(newest_image),
            store,
        })
    }

    /// Reads a process into memory.
    pub(super) fn load_actor(&self, number: u64) -> Result<Actor, LoadError> {
        let snapshot = self.store.snapshot();
        let record = persist::read_record(&snapshot, number)?;
        let (state, notes) = persist::read_state(&snapshot, number, &record)?;
        let image = self.image().map_err(|error| match error {
            EngineError::TooNew(error) => LoadError::TooNew {
                what: "the image",
                process: number,
                error,
            },
            error => LoadError::Image {
                process: number,
                error: error.to_string(),
            },
        })?;
        let mut process = Process::restore(image, state).map_err(|error| LoadError::Restore {
            process: number,
            error,
        })?;
        process.heap.quota_words = self.limits.memory_words;
        process.set_root(Root::MailboxHint, Word::NIL);
        if !record.pasts.is_empty() {
            process.look_for_errors_everywhere();
        }
        let mut actor = Actor::new(number, process, record);
        // Of an older version; it is stored by itself.
        actor.record.name = None;
        (actor.stored_unheard).clone_from(&actor.record.unheard);
        actor.mailbox = effect::count_mailbox(&actor.process);
        let looks = |(fiber, note): (_, &FiberNote)| note.looks_at_message.then_some(fiber);
        actor.looking = notes.iter().find_map(looks);
        actor.awaiting = Awaiting::of_process(&actor.process, &notes);
        actor.notes = notes;
        actor.ended = actor.record.status.has_ended();
        actor.keeps_past = matches!(actor.record.status, Status::Parked | Status::Failed);
        Ok(actor)
    }

    /// Takes up what an earlier engine left unfinished.
    pub(super) fn resume(&self) -> Result<Vec<u64>, EngineError> {
        let snapshot = self.store.snapshot();
        let unwritten = read_outputs(&snapshot)?;
        for text in &unwritten {
            self.count_unsent(text.text.len() as u64);
        }
        let mut batch = Batch::new();
        let mut resumed = Vec::new();
        let mut image_damage: Option<Option<String>> = None;
        let mut damaged = Vec::new();
        let mut numbers = HashSet::new();
        let mut counted = BTreeSet::new();
        let mut parked = BTreeSet::new();
        for (number, status) in self.standings() {
            if status == Status::Damaged {
                continue;
            }
            let Ok(mut record) = persist::read_record(&snapshot, number) else {
                continue;
            };
            if record.status.has_ended() {
                if record.status != Status::Failed {
                    batch.delete_range(&key::messages(number));
                }
                continue;
            }
            if record.status == Status::Parked {
                parked.insert(number);
                continue;
            }
            let damage = match &image_damage {
                Some(known) => known,
                None => image_damage.insert(match self.image() {
                    Ok(_) => None,
                    Err(error @ EngineError::TooNew(_)) => return Err(error),
                    Err(error) => Some(error.to_string()),
                }),
            };
            if let Some(error) = damage {
                let error = LoadError::Image {
                    process: number,
                    error: error.clone(),
                };
                damaged.push((number, error));
                continue;
            }
            if record.is_active {
                if self.count_recovery(&mut batch, number, &mut record) {
                    counted.insert(number);
                }
                persist::write_record(&mut batch, number, &mut record);
            } else if number == MAIN {
                // Of the others who has nothing to do then does not say so.
                self.log_stored(&mut batch, number, &mut record, EventKind::Recovered);
                persist::write_record(&mut batch, number, &mut record);
            }
            numbers.insert(number);
            resumed.push((number, record));
        }
        let letters = persist::read_letters(&snapshot, key::all_messages());
        let (letters, _) = letters.map_err(store_error)?;
        // Before anything of them runs: what they write themselves comes later.
        if !batch.is_empty() {
            self.store
                .commit(&[batch])
                .map_err(|error| EngineError::Commit(error.to_string()))?;
        }
        // They were told so before the engine ended.
        for &number in &parked {
            if letters.iter().any(|l| l.to == number && l.may_be_wish()) {
                self.heed_wishes(number);
            }
        }
        let mut shared = self.lock();
        shared.unwritten.extend(unwritten);
        let epoch = shared.epoch;
        if !counted.is_empty() {
            let at = self.clock.now_ms().saturating_add(PROVEN_MS);
            shared.timers.push(Reverse((at, TAKEN_UP)));
        }
        shared.counted = counted;
        for (number, error) in damaged {
            shared.set_damaged(number, error.to_string());
        }
        shared.wake_all();
        for (number, record) in &resumed {
            let slot = shared
                .slots
                .get_mut(number)
                .expect("the record was found by its slot");
            slot.status = record.status;
            if record.status == Status::Parked {
                slot.end_status = Some(Status::Parked);
                slot.ending = record.ending.clone().map(Arc::new);
                continue;
            }
            if let Some(at) = record.wake_at {
                slot.armed = Some(at);
                shared.timers.push(Reverse((at, *number)));
            }
            if record.is_active {
                shared.deliver(*number, epoch, Incoming::Recovered);
            }
        }
        let waiting = shared.waiting_letters();
        for letter in letters {
            let (number, sequence) = (letter.to, letter.sequence);
            if !numbers.contains(&number) {
                continue;
            }
            let large = persist::is_large(letter.bytes.len());
            match Letter::decode(&letter.bytes) {
                // It was sent to this engine before the run was taken up.
                Ok(_) if waiting.contains(&sequence) => {}
                Ok(letter) => shared.deliver(
                    number,
                    epoch,
                    Incoming::Letter {
                        sequence,
                        letter: Arc::new(letter),
                        large,
                    },
                ),
                Err(error) => shared.set_damaged(number, error.to_string()),
            }
        }
        if let Some(main) = shared.slots.get_mut(&MAIN) {
            let is_over = main.ended && !main.is_kept;
            // Who takes up what a main process that failed earlier has started waits for it.
            main.is_kept = false;
            shared.shutting_down = is_over.then_some(0);
        }
        if shared.shutting_down.is_some() && !shared.left_to_follow().is_empty() {
            shared.end_run_at(self.clock.now_ms().saturating_add(SHUTDOWN_MS));
        }
        shared.commit_wanted = !resumed.is_empty() || !shared.unwritten.is_empty();
        let others_go_on = !shared.left_processes().is_empty();
        drop(shared);
        for (number, record) in &resumed {
            // Of a main process alone it is told at the end, which is now.
            if record.status == Status::Parked && (*number != MAIN || others_go_on) {
                self.tell_parked(*number, record);
            }
        }
        self.commit.notify_all();
        self.work.notify_all();
        Ok(resumed.into_iter().map(|(number, _)| number).collect())
    }

    /// All processes and what they do, by number.
    pub(super) fn standings(&self) -> Vec<(u64, Status)> {
        let shared = self.lock();
        let slots = shared.slots.iter();
        let mut all: Vec<_> = slots
            .map(|(&number, slot)| (number, slot.status_now()))
            .collect();
        all.sort_unstable_by_key(|&(number, _)| number);
        all
    }

    pub(super) fn add_image(&self, image: Arc<LoadedImage>) -> u32 {
        let mut shared = self.lock();
        let number = shared.record.next_image;
        shared.record.next_image += 1;
        if self.options.durable {
            shared.put_image(number, &image.image().encode());
        }
        drop(shared);
        *self.lock_image() = Some((number, image));
        self.newest_image.store(number, Ordering::Release);
        number
    }

    pub(super) fn extend_image(&self, image: Arc<LoadedImage>) -> Result<(), EngineError> {
        let base = self.image()?;
        let (base, stored) = (base.image(), image.image());
        if stored.extensions.last() != Some(&(base.slots.len() as u32))
            || stored.extensions.len() != base.extensions.len() + 1
        {
            let what = "an extension of another image was made";
            return Err(EngineError::Internal(what.to_owned()));
        }
        let bytes = match self.options.durable {
            true => stored.encode_extension(base),
            false => Vec::new(),
        };
        let mut shared = self.lock();
        let number = shared.record.next_image;
        shared.record.next_image += 1;
        if self.options.durable {
            shared.put_image(number, &bytes);
        }
        drop(shared);
        *self.lock_image() = Some((number, image));
        self.newest_image.store(number, Ordering::Release);
        Ok(())
    }

    /// Has an actor go on in the newest extension of its image, at the beginning of a turn.
    pub(super) fn come_to_newest_image(&self, actor: &mut Actor) -> Result<(), EngineError> {
        let newest = self.newest_image.load(Ordering::Acquire);
        if actor.record.image < newest {
            let image = self.image()?;
            actor.process.extend_image(image);
            actor.record.image = newest;
        }
        Ok(())
    }

    fn lock_image(&self) -> MutexGuard<'_, Option<(u32, Arc<LoadedImage>)>> {
        self.image
            .lock()
            .expect("loading an image does not panic under the lock")
    }

    pub(super) fn image(&self) -> Result<Arc<LoadedImage>, EngineError> {
        let mut image = self.lock_image();
        if let Some((_, image)) = &*image {
            return Ok(Arc::clone(image));
        }
        let newest = self.newest_image.load(Ordering::Acquire);
        let read = read_image(&self.store.snapshot(), newest)?;
        let read = Arc::new(LoadedImage::load(Arc::new(read)).map_err(load_error)?);
        *image = Some((newest, Arc::clone(&read)));
        Ok(read)
    }

    pub(super) fn start_main(
        &self,
        image_number: u32,
        slot: u32,
        args: &[Data],
        function: &str,
    ) -> Result<u64, EngineError> {
        let image = self.image()?;
        let birth = Birth::Main {
            slot,
            args: args.to_vec(),
        };
        let process = effect::process_of(self, &image, &birth).map_err(EngineError::Load)?;
        let number = self.next_process();
        let now = self.clock.now_ms();
        let record = ActorRecord::new(image_number, function.to_owned(), None, now);
        let mut shared = self.lock();
        let epoch = shared.epoch;
        let mut actor = Actor::new(number, process, record);
        actor.birth = Some(birth);
        actor.log(now, EventKind::Started(function.to_owned()));
        actor.dirty_in = Some(epoch);
        shared.slots.insert(number, Slot::of(actor));
        shared.mark_dirty(number, epoch, self.clock.monotonic_ns());
        if self.options.durable {
            // The first checkpoint is of the beginning: what fails at once can be retried, and nothing
            // is copied but the arguments. The committer makes it, and queues the actor then.
            shared.commit_wanted = true;
        } else {
            shared.enqueue(number);
        }
        drop(shared);
        if self.options.durable && self.options.threads == 0 {
            self.commit_once();
        }
        self.commit.notify_all();
        self.work.notify_all();
        Ok(number)
    }
}

impl Inner {
    /// A main process at its beginning. Its dynamic bindings hold the run's arguments.
    pub(crate) fn main_process(
        &self,
        image: &Arc<LoadedImage>,
        slot: u32,
        args: &[Data],
    ) -> Result<Process, String> {
        let mut heap = Heap::new(Arc::clone(image.boot()));
        heap.quota_words = self.limits.memory_words;
        let words: Vec<Word> = args
            .iter()
            .map(|arg| data::to_word(&mut heap, arg))
            .collect();
        let entry = image
            .image()
            .slots
            .get(slot as usize)
            .filter(|slot| slot.chunk.is_some() && args.is_empty());
        let proto = image
            .proto_for_call(slot, args.len())
            .or_else(|| {
                entry
                    .filter(|slot| slot.kind != SlotKind::Function)
                    .map(|slot| slot.first_proto)
            })
            .ok_or_else(|| {
                vm::process::StartError {
                    slot,
                    args: args.len(),
                }
                .to_string()
            })?;
        let run_args = self.lock().record.args.clone();
        let bindings = command_line_bindings(&mut heap, image, &run_args);
        let mut process = Process::empty(Arc::clone(image), heap);
        process.add_call(proto, &words);
        process.fibers[0].bindings = bindings;
        Ok(process)
    }
}

/// The image of a run with its extensions up to this number.
fn read_image(snapshot: &Snapshot, newest: u32) -> Result<Image, EngineError> {
    let bytes_of = |number: u32| {
        let mut bytes = Vec::new();
        for entry in snapshot.range(key::image_pieces(number)) {
            let (_, piece) =
                entry.map_err(|error| EngineError::Load(format!("image {number}: {error}")))?;
            bytes.extend_from_slice(&piece);
        }
        match bytes.is_empty() {
            true => Err(EngineError::Load(format!("image {number} is missing"))),
            false => Ok(bytes),
        }
    };
    let decoded = |number, result: Result<Image, DecodeError>| {
        result.map_err(|error| image_error(number, error))
    };
    let first = Image::decode(&bytes_of(FIRST_IMAGE)?);
    let mut image = decoded(FIRST_IMAGE, first)?;
    for number in FIRST_IMAGE + 1..=newest {
        image = decoded(number, image.extended(&bytes_of(number)?))?;
    }
    Ok(image)
}

/// What was said and is not known to have left. In place of what is damaged it says so.
fn read_outputs(snapshot: &Snapshot) -> Result<Vec<Text>, EngineError> {
    let mut texts: Vec<Text> = Vec::new();
    let lost = |texts: &mut Vec<Text>, sequence: Option<u64>, why: String| {
        let last = texts.last().map_or(0, |text| text.sequence);
        texts.push(Text {
            sequence: sequence.unwrap_or(last),
            process: MAIN,
            stream: Stream::Stderr,
            text: format!("oxc: output of the program is lost: {why}\n"),
        });
    };
    for entry in snapshot.range(key::outputs()) {
        match entry {
            Ok((key, value)) => {
                let mut reader = KeyReader::new(&key);
                let Some(sequence) = (reader.u8(), reader.u64()).1 else {
                    continue;
                };
                match Text::decode(sequence, &value) {
                    Ok(text) => texts.push(text),
                    Err(error) => lost(&mut texts, Some(sequence), error.to_string()),
                }
            }
            Err(error @ (StoreError::DamagedRecord { .. } | StoreError::Hidden { .. })) => {
                lost(&mut texts, None, error.to_string());
            }
            Err(error) => return Err(store_error(error)),
        }
    }
    Ok(texts)
}

impl Shared {
    /// Puts the bytes of an image, or of an extension, into the next batch.
    fn put_image(&mut self, number: u32, bytes: &[u8]) {
        for (piece, bytes) in (0u32..).zip(bytes.chunks(key::IMAGE_PIECE_BYTES)) {
            self.extra.put(&key::image_piece(number, piece), bytes);
        }
    }

    /// Letters that wait for processes, by their place in the order of all.
    fn waiting_letters(&self) -> HashSet<u64> {
        let slots = self.slots.values();
        let incoming = slots.flat_map(|slot| &slot.incoming);
        let sequences = incoming.filter_map(|(_, incoming)| match incoming {
            Incoming::Letter { sequence, .. } => Some(*sequence),
            _ => None,
        });
        sequences.collect()
    }

    /// A process's records are damaged: it is set apart, the others go on.
    pub(super) fn set_damaged(&mut self, number: u64, what: String) {
        self.take_from_rest(number);
        if let Some(slot) = self.slots.get_mut(&number) {
            if !matches!(slot.place, Place::Away) {
                slot.place = Place::Stored;
            }
            slot.status = Status::Damaged;
            slot.ended = true;
            slot.end_status = Some(Status::Damaged);
            slot.ended_in = None;
            slot.dirty_in = None;
            slot.ending = Some(Arc::new(Ending {
                reason: Vec::new(),
                exit_status: 1,
                report: what.clone(),
                failed_request: None,
                mailbox: (0, 0),
                at_ms: None,
                unheard: Vec::new(),
            }));
            slot.incoming.clear();
        }
        self.dirty.remove(&number);
        self.stdin.forget(number);
        self.names.take_of(number);
        self.count_child(number);
        self.damaged.push((number, what));
    }

    /// Names as they are stored, and as an older version has stored them: in records, and in letters to their
    /// holders.
    fn take_up_names(
        &mut self,
        names: BTreeMap<u64, StoredName>,
        old_names: Vec<(u64, Option<String>)>,
    ) {
        for (number, name) in &names {
            let is_over = self.slots.get(number).is_none_or(|slot| slot.ended);
            if let StoredName::Has(name) = name
                && !is_over
            {
                self.names.give(name, *number);
            }
        }
        // So they are stored, but for those of who has ended in the last group, which cannot say so.
        self.names.next_epoch();
        for &number in names.keys() {
            if self.slots.get(&number).is_none_or(|slot| slot.ended) {
                self.names.store_anew(number);
            }
        }
        for (number, name) in old_names {
            if names.contains_key(&number) {
                continue;
            }
            match name {
                Some(name) if self.slots.get(&number).is_some_and(|slot| !slot.ended) => {
                    self.names.give(&name, number);
                }
                _ => self.names.take_of(number),
            }
        }
    }

    /// Letters or names may be missing: who may have had some is damaged.
    fn lose(&mut self, holes: &[Hole]) {
        for hole in holes {
            let concerned: Vec<u64> = self
                .slots
                .iter()
                .filter(|&(number, slot)| hole.processes.contains(number) && !slot.ended)
                .map(|(&number, _)| number)
                .collect();
            for number in concerned {
                self.set_damaged(number, hole.error.to_string());
            }
        }
    }

    /// What commits have found damaged: who cannot be read any more is set apart.
    pub(super) fn take_in_damage(&mut self, damage: Vec<StoreError>) {
        for error in damage {
            let key = match &error {
                StoreError::DamagedRecord { key } => key,
                // Of the rest that is deleted nothing is ever read by what it is between.
                StoreError::Hidden { after, .. } if key::is_overlay(after) => after,
                _ => continue,
            };
            if let Some(number) = key::process_of(key) {
                self.set_damaged(number, error.to_string());
            }
        }
    }
}

/// Bindings with `*command-line-args*`: a list of strings, nil without arguments.
fn command_line_bindings(heap: &mut Heap, image: &LoadedImage, args: &[String]) -> Word {
    let slots = &image.image().slots;
    let is_it = |slot: &bytecode::Slot| {
        slot.kind == SlotKind::Dynamic
            && slot.name == "*command-line-args*"
            && slot.namespace.starts_with("ox.core")
    };
    let Some(number) = slots.iter().position(is_it).filter(|_| !args.is_empty()) else {
        return Word::NIL;
    };
    let symbol = string::make_symbol(heap, Some(&slots[number].namespace), &slots[number].name);
    let var = heap.make(Kind::Var, 0, 0, &[number as u64], &[symbol]);
    let words: Vec<Word> = args
        .iter()
        .map(|arg| string::make_string(heap, arg))
        .collect();
    let list = list::make(heap, &words);
    map::from_pairs(heap, &[var, list]).unwrap_or(Word::NIL)
}

impl Slot {
    fn stored(record: ActorRecord) -> Slot {
        Slot {
            place: Place::Stored,
            incoming: VecDeque::new(),
            queued: false,
            dirty_in: None,
            status: record.status,
            rested: None,
            ended: record.status.has_ended(),
            end_status: (record.status.has_ended() || record.status == Status::Parked)
                .then_some(record.status),
            ending: record.ending.map(Arc::new),
            parent: record.parent,
            is_body: record.body_of.is_some(),
            ended_in: None,
            armed: None,
            unsealed_bytes: 0,
            in_turn: false,
            suspended: None,
            is_held: false,
            outlives_main: record.outlives_main,
            waiting: None,
            is_kept: record.status == Status::Failed && !record.fibers.is_empty(),
        }
    }
}

/// Random bits as a double in [0, 1).
pub(crate) fn unit_double(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}
