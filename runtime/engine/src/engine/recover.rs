//! Opening a store: what an earlier engine left, images, new processes.
//!
//! # Invariants
//! - Recovery reads process records only; a process's memory is read when it has something to do.
//! - What was said and is not known to have left is said again before anything new.

use super::{EngineError, Inner, Options, Place, Shared, Slot};
use crate::actor::{Actor, Incoming};
use crate::data::{self, Data};
use crate::key;
use crate::letter::Letter;
use crate::output::Text;
use crate::persist::{self, LoadError};
use crate::record::{ActorRecord, Status, StoreRecord};
use crate::transport::{Clock, Transport};
use bytecode::Image;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use store::key::KeyReader;
use store::{Batch, Store};
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::process::Process;

/// Recoveries in a row without a step after which a process is parked.
const RECOVERIES_MAX: u32 = 3;

fn load_error(error: impl std::fmt::Display) -> EngineError {
    EngineError::Load(error.to_string())
}

impl Inner {
    pub(super) fn open(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        transport: Arc<dyn Transport>,
        options: Options,
    ) -> Result<Inner, EngineError> {
        let snapshot = store.snapshot();
        let record = match snapshot.get(&key::store_record()).map_err(load_error)? {
            Some(value) => StoreRecord::decode(&value).map_err(load_error)?,
            None => StoreRecord {
                next_process: crate::pid::MAIN,
                next_segment: 1,
                next_output: 1,
                next_image: 1,
                ..StoreRecord::default()
            },
        };
        let mut shared = Shared {
            slots: HashMap::new(),
            ready: VecDeque::new(),
            dirty: BTreeSet::new(),
            epoch: 1,
            closing: None,
            outputs: Vec::new(),
            extra: Batch::new(),
            dirty_since_ms: None,
            commit_wanted: false,
            commits: 0,
            timers: BinaryHeap::new(),
            unwritten: Vec::new(),
            stdout_closed: false,
            names: BTreeMap::new(),
            record,
            away: BTreeMap::new(),
            failed: None,
            stopping: false,
            attempts: BTreeSet::new(),
            damaged: Vec::new(),
        };
        let mut next_letter = 1;
        for entry in snapshot.range(key::processes()) {
            let (key, value) = entry.map_err(load_error)?;
            let mut reader = KeyReader::new(&key);
            let Some(number) = (reader.u8(), reader.u64()).1 else { continue };
            let status = match ActorRecord::decode(&value) {
                Ok(record) => {
                    if let Some(name) = record.name.filter(|_| !record.status.has_ended()) {
                        shared.names.insert(name, number);
                    }
                    record.status
                }
                Err(error) => {
                    shared.damaged.push((number, error.to_string()));
                    Status::Damaged
                }
            };
            shared.slots.insert(number, Slot::stored(status));
        }
        for entry in snapshot.range(key::all_messages()) {
            let (key, _) = entry.map_err(load_error)?;
            let mut reader = KeyReader::new(&key);
            if let (_, _, Some(sequence)) = (reader.u8(), reader.u64(), reader.u64()) {
                next_letter = next_letter.max(sequence + 1);
            }
        }
        Ok(Inner {
            clock,
            transport,
            options,
            next_segment: AtomicU64::new(shared.record.next_segment),
            next_letter: AtomicU64::new(next_letter),
            next_output: AtomicU64::new(shared.record.next_output),
            next_process: AtomicU64::new(shared.record.next_process),
            open_epoch: AtomicU64::new(shared.epoch),
            shared: Mutex::new(shared),
            work: Condvar::new(),
            commit: Condvar::new(),
            progress: Condvar::new(),
            images: Mutex::new(BTreeMap::new()),
            store,
        })
    }

    /// Reads a process into memory.
    pub(super) fn load_actor(&self, number: u64) -> Result<Actor, LoadError> {
        let snapshot = self.store.snapshot();
        let record = persist::read_record(&snapshot, number)?;
        let (state, notes) = persist::read_state(&snapshot, number, &record)?;
        let missing = LoadError::Missing { record: "the image", process: number };
        let image = self.image(record.image).map_err(|_| missing)?;
        let mut process = Process::restore(image, state)
            .map_err(|error| LoadError::Restore { process: number, error })?;
        process.heap.quota_words = self.options.quota_words;
        let mut actor = Actor::new(number, process, record);
        actor.notes = notes;
        actor.ended = actor.record.status.has_ended();
        actor.keeps_past = actor.record.status == Status::Parked;
        Ok(actor)
    }

    /// Takes up what an earlier engine left unfinished.
    pub(super) fn resume(&self) -> Result<Vec<u64>, EngineError> {
        let snapshot = self.store.snapshot();
        let mut shared = self.lock();
        for entry in snapshot.range(key::outputs()) {
            let (key, value) = entry.map_err(load_error)?;
            let mut reader = KeyReader::new(&key);
            let Some(sequence) = (reader.u8(), reader.u64()).1 else { continue };
            shared.unwritten.push(Text::decode(sequence, &value).map_err(load_error)?);
        }
        let mut resumed = Vec::new();
        let numbers: BTreeSet<u64> = shared.slots.keys().copied().collect();
        for number in numbers {
            let Ok(mut record) = persist::read_record(&snapshot, number) else { continue };
            if record.status.has_ended() || record.status == Status::Parked {
                continue;
            }
            record.recoveries += 1;
            if record.recoveries > RECOVERIES_MAX {
                record.status = Status::Parked;
            }
            shared.extra.put(&key::process(number), &record.encode());
            let slot = shared.slots.get_mut(&number).expect("the record was found by its slot");
            slot.status = record.status;
            resumed.push(number);
            if record.status == Status::Parked {
                continue;
            }
            if let Some(at) = record.wake_at {
                shared.timers.push(Reverse((at, number)));
            }
            let epoch = shared.epoch;
            if record.is_active {
                shared.deliver(number, epoch, Incoming::Wake);
            }
            for entry in snapshot.range(key::messages(number)) {
                let (key, value) = entry.map_err(load_error)?;
                let mut reader = KeyReader::new(&key);
                let (_, _, Some(sequence)) = (reader.u8(), reader.u64(), reader.u64()) else { continue };
                let letter = Letter::decode(&value).map_err(load_error)?;
                shared.deliver(number, epoch, Incoming::Letter { sequence, letter });
            }
        }
        shared.commit_wanted = true;
        drop(shared);
        self.commit.notify_all();
        self.work.notify_all();
        Ok(resumed)
    }

    pub(super) fn add_image(&self, image: Arc<LoadedImage>) -> u32 {
        let mut shared = self.lock();
        let number = shared.record.next_image;
        shared.record.next_image += 1;
        if self.options.durable {
            let bytes = image.image().encode();
            for (piece, bytes) in (0u32..).zip(bytes.chunks(key::IMAGE_PIECE_BYTES)) {
                shared.extra.put(&key::image_piece(number, piece), bytes);
            }
        }
        drop(shared);
        self.images.lock().expect("loading an image does not panic under the lock").insert(number, image);
        number
    }

    pub(super) fn image(&self, number: u32) -> Result<Arc<LoadedImage>, EngineError> {
        let mut images = self.images.lock().expect("loading an image does not panic under the lock");
        if let Some(image) = images.get(&number) {
            return Ok(Arc::clone(image));
        }
        let snapshot = self.store.snapshot();
        let mut bytes = Vec::new();
        for entry in snapshot.range(key::image_pieces(number)) {
            bytes.extend_from_slice(&entry.map_err(load_error)?.1);
        }
        if bytes.is_empty() {
            return Err(EngineError::Load(format!("image {number} is missing")));
        }
        let image = Image::decode(&bytes).map_err(load_error)?;
        let image = Arc::new(LoadedImage::load(Arc::new(image)).map_err(load_error)?);
        images.insert(number, Arc::clone(&image));
        Ok(image)
    }

    pub(super) fn start_main(
        &self,
        image_number: u32,
        slot: u32,
        args: &[Data],
        function: &str,
    ) -> Result<u64, EngineError> {
        let image = self.image(image_number)?;
        let mut heap = Heap::new(Arc::clone(image.boot()));
        heap.quota_words = self.options.quota_words;
        let args: Vec<_> = args.iter().map(|arg| data::to_word(&mut heap, arg)).collect();
        let process = Process::start(image, slot, &args, heap).map_err(load_error)?;
        let number = self.next_process();
        let now = self.clock.now_ms();
        let record = ActorRecord::new(image_number, function.to_owned(), None, now);
        let mut shared = self.lock();
        let epoch = shared.epoch;
        let mut actor = Actor::new(number, process, record);
        actor.dirty_in = Some(epoch);
        shared.slots.insert(number, Slot::of(actor, epoch));
        shared.mark_dirty(number, epoch, now);
        if self.options.durable {
            // The first checkpoint is of the beginning: what fails at once can be retried.
            shared.commit_wanted = true;
        }
        shared.enqueue(number);
        drop(shared);
        if self.options.durable && self.options.threads == 0 {
            self.commit_once();
        }
        self.commit.notify_all();
        self.work.notify_all();
        Ok(number)
    }
}

impl Slot {
    fn stored(status: Status) -> Slot {
        Slot {
            place: Place::Stored,
            incoming: VecDeque::new(),
            queued: false,
            dirty_in: None,
            status,
            last_ran: 0,
        }
    }
}

/// Random bits as a double in [0, 1).
pub(crate) fn unit_double(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}
