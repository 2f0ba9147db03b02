//! Checkpoints as store operations, and processes read back.
//!
//! # Invariants
//! - Applying the batch of a checkpoint to the records of the one before gives the records of the
//!   process as it was then; nothing else writes these records.
//! - A segment is written once and deleted when no manifest of its process (the process record's
//!   levels, and those of its pasts) names it.

pub(crate) mod life;
pub(crate) mod past;

use crate::key::{self, SEGMENT_PIECE_WORDS, STACK_CHUNK_WORDS};
use crate::letter::Letter;
use crate::record::{
    ActorRecord, FiberNote, Notes, RECORD_VERSION, SegmentRef, decode_fiber, encode_fiber,
    version_up_to,
};
use crate::wire::{Reader, WireError, Writer};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use store::key::KeyReader;
use store::{Batch, KeyRange, Snapshot, StoreError};
use vm::checkpoint::{Delta, FiberRecord, Segment, State};
use vm::fiber::FiberId;

/// A process cannot be read from the store.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record of the process.
    #[error("{record} of process {process} is damaged: {error}")]
    Record {
        /// Which record.
        record: &'static str,
        /// Number of the process.
        process: u64,
        /// What is wrong with it.
        error: WireError,
    },
    /// A record of the process is not there.
    #[error("{record} of process {process} is missing")]
    Missing {
        /// Which record.
        record: &'static str,
        /// Number of the process.
        process: u64,
    },
    /// The image that the process runs cannot be read.
    #[error("the program of process {process} cannot be read: {error}")]
    Image {
        /// Number of the process.
        process: u64,
        /// What is wrong with it.
        error: String,
    },
    /// A newer version has written it: nothing is wrong with it.
    #[error("{what} of process {process}: {error}")]
    TooNew {
        /// What.
        what: &'static str,
        /// Number of the process.
        process: u64,
        /// What is newer.
        error: String,
    },
    /// The records do not make a process.
    #[error("process {process} is damaged: {error}")]
    Restore {
        /// Number of the process.
        process: u64,
        /// What is wrong with it.
        error: vm::checkpoint::RestoreError,
    },
}

/// Writes a checkpoint of process `number`: the machine's delta, and the engine's record, whose
/// machine part and levels are brought up to date.
pub(crate) fn write_checkpoint(
    batch: &mut Batch,
    number: u64,
    delta: &Delta,
    record: &mut ActorRecord,
    notes: &mut Notes,
    fibers: &[FiberId],
) {
    let kept = delta.kept_levels.min(record.levels.len());
    for level in record.levels.split_off(kept) {
        if !record.keeps(level) {
            delete_segment(batch, level);
        }
    }
    if let Some(segment) = &delta.segment {
        record.levels.push(write_segment(batch, segment));
    }
    if !delta.dropped_segments.is_empty() {
        batch.delete_range(&key::overlays_from(number, delta.overlay_end));
    }
    for &(address, word) in &delta.overlay {
        batch.put(&key::overlay(number, address), &word.to_le_bytes());
    }
    for &fiber in &delta.removed_fibers {
        batch.delete(&key::fiber(number, fiber));
        batch.delete_range(&key::stacks(number, fiber));
    }
    for fiber in &delta.fibers {
        let note = notes.being_stored(fiber.id);
        if note.stored_chunks.len() < fiber.record.parts.len() {
            note.stored_chunks.resize(fiber.record.parts.len(), 0);
        }
        for (index, (part, part_record)) in
            (0u32..).zip(fiber.parts.iter().zip(&fiber.record.parts))
        {
            for (start, words) in &part.ranges {
                write_stack(
                    batch,
                    (number, fiber.id, index),
                    *start,
                    words,
                    part_record.height,
                );
            }
        }
        for (index, part) in (0u32..).zip(&fiber.record.parts) {
            drop_unused_chunks(batch, (number, fiber.id, index), part.height, note);
        }
        drop_unused_parts(batch, (number, fiber.id), fiber.record.parts.len(), note);
        if fiber.record.parts.is_empty() {
            batch.delete_range(&key::stacks(number, fiber.id));
            note.stored_chunks.clear();
        }
        batch.put(
            &key::fiber(number, fiber.id),
            &encode_fiber(&fiber.record, note),
        );
    }
    record.vm = delta.record.clone();
    record.fibers = fibers.to_vec();
    record.checkpoints += 1;
    write_record(batch, number, record);
}

/// Writes a process record.
pub(crate) fn write_record(batch: &mut Batch, number: u64, record: &mut ActorRecord) {
    let bytes = with_length(record.encode());
    let mut pieces = bytes.chunks(key::PIECE_BYTES);
    batch.put(
        &key::process(number),
        pieces.next().expect("a record has a length"),
    );
    if record.has_pieces {
        batch.delete_range(&key::process_pieces(number));
    }
    record.has_pieces = false;
    for (piece, bytes) in (1u32..).zip(pieces) {
        batch.put(&key::process_piece(number, piece), bytes);
        record.has_pieces = true;
    }
}

fn with_length(bytes: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a record is far below 4 GiB");
    let mut all = length.to_le_bytes().to_vec();
    all.extend_from_slice(&bytes);
    all
}

/// Length in the first piece, and what it holds.
fn first_piece(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*length) as usize, rest))
}

/// Whether a letter of so many bytes takes more than one record.
pub(crate) fn is_large(letter_bytes: usize) -> bool {
    letter_bytes + 4 > key::PIECE_BYTES
}

/// Writes a letter that has not been taken in.
pub(crate) fn write_letter(batch: &mut Batch, to: u64, sequence: u64, letter: &[u8]) {
    let bytes = with_length(letter.to_vec());
    for (piece, bytes) in (0u32..).zip(bytes.chunks(key::PIECE_BYTES)) {
        batch.put(&key::message(to, sequence, piece), bytes);
    }
}

/// Deletes a letter.
pub(crate) fn delete_letter(batch: &mut Batch, to: u64, sequence: u64, large: bool) {
    if large {
        batch.delete_range(&key::message_pieces(to, sequence));
    } else {
        batch.delete(&key::message(to, sequence, 0));
    }
}

/// A letter as stored: receiver, sequence, bytes.
pub(crate) struct StoredLetter {
    pub(crate) to: u64,
    pub(crate) sequence: u64,
    pub(crate) bytes: Vec<u8>,
}

impl StoredLetter {
    /// Whether it may be a wish that its receiver end.
    pub(crate) fn may_be_wish(&self) -> bool {
        Letter::decode(&self.bytes).is_ok_and(|letter| letter.may_be_wish())
    }
}

/// What the store says of the registered name of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoredName {
    /// It has this one.
    Has(String),
    /// It has none, whatever its record says, which may be of an older version.
    HasNone,
    /// Nothing.
    Unknown,
}

/// Writes what is known of the name of a process.
pub(crate) fn write_name(batch: &mut Batch, number: u64, name: &StoredName) {
    batch.delete_range(&key::name(number));
    let mut w = Writer::default();
    match name {
        StoredName::Has(name) => w.u8(RECORD_VERSION).bool(true).text(name),
        StoredName::HasNone => w.u8(RECORD_VERSION).bool(false),
        StoredName::Unknown => return,
    };
    for (piece, bytes) in (0u32..).zip(w.bytes.chunks(key::PIECE_BYTES)) {
        batch.put(&key::name_piece(number, piece), bytes);
    }
}

/// All names, by process, as far as they can be read, and whose are damaged.
///
/// # Errors
/// When the system refuses to read.
pub(crate) fn read_names(
    snapshot: &Snapshot,
) -> Result<(BTreeMap<u64, StoredName>, Vec<Hole>), StoreError> {
    read_names_in(snapshot, key::names())
}

/// The name of a process, by its record or, if that is not of an older version, its own.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn read_name(
    snapshot: &Snapshot,
    number: u64,
    record: &ActorRecord,
) -> Result<Option<String>, StoreError> {
    if record.status.has_ended() {
        return Ok(None);
    }
    let (mut names, _) = read_names_in(snapshot, key::name(number))?;
    Ok(match names.remove(&number) {
        Some(StoredName::Has(name)) => Some(name),
        Some(StoredName::HasNone) => None,
        Some(StoredName::Unknown) | None => record.name.clone(),
    })
}

fn read_names_in(
    snapshot: &Snapshot,
    range: KeyRange,
) -> Result<(BTreeMap<u64, StoredName>, Vec<Hole>), StoreError> {
    let mut found: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    let mut holes = Vec::new();
    for entry in snapshot.range(range) {
        match entry {
            Ok((key, value)) => {
                let mut reader = KeyReader::new(&key);
                if let (Some(_), Some(number)) = (reader.u8(), reader.u64()) {
                    found.entry(number).or_default().extend_from_slice(&value);
                }
            }
            Err(error) => holes.push(Hole::of(b'N', error)?),
        }
    }
    let mut names = BTreeMap::new();
    for (number, bytes) in found {
        match decode_name(&bytes) {
            Ok(name) => {
                names.insert(number, name);
            }
            Err(_) => holes.push(Hole {
                processes: number..=number,
                error: StoreError::DamagedRecord {
                    key: key::name_piece(number, 0),
                },
            }),
        }
    }
    Ok((names, holes))
}

fn decode_name(bytes: &[u8]) -> Result<StoredName, WireError> {
    let mut r = Reader::new(bytes);
    version_up_to(&mut r, RECORD_VERSION)?;
    let name = if r.bool()? {
        StoredName::Has(r.text()?.to_owned())
    } else {
        StoredName::HasNone
    };
    r.end()?;
    Ok(name)
}

/// Processes of which records are hidden, by number: from this one to that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    pub(crate) processes: RangeInclusive<u64>,
    /// What is damaged, for people.
    pub(crate) error: StoreError,
}

impl Hole {
    /// Of damage met in records of this kind, whose keys go on with a process's number.
    ///
    /// # Errors
    /// When it is no damage.
    fn of(kind: u8, error: StoreError) -> Result<Hole, StoreError> {
        let number = |key: &[u8]| {
            let mut reader = KeyReader::new(key);
            (reader.u8() == Some(kind)).then(|| reader.u64())?
        };
        let processes = match &error {
            StoreError::DamagedRecord { key } => match number(key) {
                Some(number) => number..=number,
                None => 0..=u64::MAX,
            },
            StoreError::Hidden { after, before, .. } => {
                let last = before.as_deref().and_then(number);
                number(after).unwrap_or(0)..=last.unwrap_or(u64::MAX)
            }
            _ => return Err(error),
        };
        Ok(Hole { processes, error })
    }
}

/// The letters in a range of keys, in order, as far as they can be read, and whose may be missing.
/// Pieces of an incomplete one are left out.
///
/// # Errors
/// When the system refuses to read.
pub(crate) fn read_letters(
    snapshot: &Snapshot,
    range: store::KeyRange,
) -> Result<(Vec<StoredLetter>, Vec<Hole>), StoreError> {
    let mut letters: Vec<(StoredLetter, usize)> = Vec::new();
    let mut holes = Vec::new();
    for entry in snapshot.range(range) {
        let (key, value) = match entry {
            Ok(entry) => entry,
            Err(error) => {
                holes.push(Hole::of(b'M', error)?);
                continue;
            }
        };
        let mut reader = KeyReader::new(&key);
        let (_, Some(to), Some(sequence), Some(piece)) =
            (reader.u8(), reader.u64(), reader.u64(), reader.u32())
        else {
            continue;
        };
        if piece == 0 {
            let Some((length, bytes)) = first_piece(&value) else {
                continue;
            };
            letters.push((
                StoredLetter {
                    to,
                    sequence,
                    bytes: bytes.to_vec(),
                },
                length,
            ));
        } else if let Some((letter, _)) = letters
            .last_mut()
            .filter(|(l, _)| (l.to, l.sequence) == (to, sequence))
        {
            letter.bytes.extend_from_slice(&value);
        }
    }
    let complete = letters
        .into_iter()
        .filter(|(letter, length)| letter.bytes.len() == *length);
    Ok((complete.map(|(letter, _)| letter).collect(), holes))
}

/// The numbers of all processes of a store, those included whose record cannot be read.
///
/// # Errors
/// When the system refuses to read, or so much is damaged that nobody knows which processes there are.
pub(crate) fn process_numbers(snapshot: &Snapshot) -> Result<Vec<u64>, StoreError> {
    let mut numbers = BTreeSet::new();
    let mut holes = Vec::new();
    for entry in snapshot.range(key::processes()) {
        match entry {
            Ok((key, _)) => {
                let mut reader = KeyReader::new(&key);
                numbers.extend((reader.u8(), reader.u64()).1);
            }
            Err(error) => holes.push(Hole::of(b'P', error)?),
        }
    }
    for hole in holes {
        // A process has more records than this one.
        let mut found = BTreeSet::new();
        for (kind, traces) in TRACES {
            let mut at = *hole.processes.start();
            let last = *hole.processes.end();
            while let Some(number) = next_process(snapshot, kind, traces(at), last)? {
                found.insert(number);
                match number.checked_add(1) {
                    Some(next) => at = next,
                    None => break,
                }
            }
        }
        if let StoreError::Hidden {
            claimed: Some(key), ..
        } = &hole.error
            && found.is_empty()
        {
            let mut reader = KeyReader::new(key);
            found.extend((reader.u8(), reader.u64()).1);
        }
        numbers.extend(found.into_iter().filter(|&number| {
            // In the hole it may be that it has a record after all, or never had one.
            !matches!(
                read_record(snapshot, number),
                Err(LoadError::Missing { .. })
            )
        }));
    }
    Ok(numbers.into_iter().collect())
}

/// The records of a kind, from those of a process on.
type KeysFrom = fn(u64) -> KeyRange;

/// Records that tell of a process besides its own, by kind.
const TRACES: [(u8, KeysFrom); 2] = [(b'F', key::fibers_from), (b'E', key::events_from)];

/// The process of the first record of a range, up to process `last`.
///
/// # Errors
/// When more is damaged than one record, so that processes may be hidden here, too.
fn next_process(
    snapshot: &Snapshot,
    kind: u8,
    range: KeyRange,
    last: u64,
) -> Result<Option<u64>, StoreError> {
    let number = match snapshot.range(range).next() {
        None => None,
        Some(Ok((key, _)) | Err(StoreError::DamagedRecord { key })) => {
            let mut reader = KeyReader::new(&key);
            (reader.u8(), reader.u64()).1
        }
        Some(Err(error)) => {
            let hole = Hole::of(kind, error)?;
            if *hole.processes.start() <= last {
                return Err(hole.error);
            }
            None
        }
    };
    Ok(number.filter(|number| *number <= last))
}

/// Deletes a segment, piece by piece: a range would be looked up in all layers of the store.
fn delete_segment(batch: &mut Batch, level: SegmentRef) {
    for piece in 0..level.words.div_ceil(SEGMENT_PIECE_WORDS as u32) {
        batch.delete(&key::segment_piece(level.segment, piece));
    }
}

fn write_segment(batch: &mut Batch, segment: &Segment) -> SegmentRef {
    let mut bytes = Vec::with_capacity(8 * SEGMENT_PIECE_WORDS.min(segment.words.len()));
    for (piece, words) in (0u32..).zip(segment.words.chunks(SEGMENT_PIECE_WORDS)) {
        bytes.clear();
        for word in words {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        batch.put(&key::segment_piece(segment.id, piece), &bytes);
    }
    segment_ref(segment)
}

fn segment_ref(segment: &Segment) -> SegmentRef {
    let words = u32::try_from(segment.words.len()).expect("a segment's length is 32-bit");
    SegmentRef {
        segment: segment.id,
        words,
    }
}

/// Writes a range of stack words as patches of the chunks it lies in. Chunks above the height stay
/// as they are: their words mean nothing, and a stack that shrinks and grows again costs no more.
fn write_stack(
    batch: &mut Batch,
    (process, fiber, part): (u64, FiberId, u32),
    start: u32,
    words: &[u64],
    height: u32,
) {
    let mut at = start;
    let mut rest = words;
    let mut bytes = Vec::new();
    while !rest.is_empty() {
        let chunk = at / STACK_CHUNK_WORDS;
        let within = at % STACK_CHUNK_WORDS;
        let count = rest.len().min((STACK_CHUNK_WORDS - within) as usize);
        bytes.clear();
        for word in &rest[..count] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        let chunk_words = (height - chunk * STACK_CHUNK_WORDS).min(STACK_CHUNK_WORDS);
        let key = key::stack_chunk(process, fiber, part, chunk);
        batch.patch(&key, within * 8, &bytes, chunk_words * 8);
        at += count as u32;
        rest = &rest[count..];
    }
}

/// Deletes chunks above a stack's height once they are more than those it needs: a deep recursion
/// that is over costs no room, and one that goes up and down costs no deletions.
fn drop_unused_chunks(
    batch: &mut Batch,
    (process, fiber, part): (u64, FiberId, u32),
    height: u32,
    note: &mut FiberNote,
) {
    let needed = height.div_ceil(STACK_CHUNK_WORDS);
    let stored = &mut note.stored_chunks[part as usize];
    if *stored > 2 * needed + 1 {
        batch.delete_range(&key::stack_chunks_from(process, fiber, part, needed));
        *stored = needed;
    } else {
        *stored = needed.max(*stored);
    }
}

/// Deletes chunks of parts that there are no more: bodies of handlers that come and go cost no deletions,
/// many that were in one another no room.
fn drop_unused_parts(
    batch: &mut Batch,
    (process, fiber): (u64, FiberId),
    parts: usize,
    note: &mut FiberNote,
) {
    for index in parts..note.stored_chunks.len() {
        drop_unused_chunks(batch, (process, fiber, index as u32), 0, note);
    }
    let kept = 2 * parts + 1;
    if note.stored_chunks.len() > kept {
        batch.delete_range(&key::stack_parts_from(process, fiber, kept as u32));
        note.stored_chunks.truncate(kept);
    }
}

/// Deletes everything of a process but its record and its life's events.
pub(crate) fn delete_state(batch: &mut Batch, number: u64, record: &ActorRecord) {
    let kept = record.pasts.iter().flat_map(|past| &past.levels);
    for &level in record.levels.iter().chain(kept) {
        delete_segment(batch, level);
    }
    if !record.pasts.is_empty() {
        batch.delete_range(&key::pasts(number));
    }
    batch.delete_range(&key::overlays(number));
    batch.delete_range(&key::fibers(number));
    batch.delete_range(&key::all_stacks(number));
    batch.delete_range(&key::messages(number));
}

/// Deletes everything of a process.
pub(crate) fn delete_process(batch: &mut Batch, number: u64, record: &ActorRecord) {
    delete_state(batch, number, record);
    batch.delete(&key::process(number));
    batch.delete_range(&key::process_pieces(number));
    batch.delete_range(&key::events(number));
}

/// Reads the engine's record of a process.
///
/// # Errors
/// When it is damaged or not there.
pub fn read_record(snapshot: &Snapshot, number: u64) -> Result<ActorRecord, LoadError> {
    read_record_by(number, |key| {
        Ok(snapshot.get(key)?.map(|value| value.to_vec()))
    })
}

/// The same from wherever its pieces are.
fn read_record_by(
    number: u64,
    get: impl Fn(&[u8]) -> Result<Option<Vec<u8>>, StoreError>,
) -> Result<ActorRecord, LoadError> {
    let record = "the record";
    let value = get(&key::process(number))?.ok_or(LoadError::Missing {
        record,
        process: number,
    })?;
    let damaged = || damaged(record, number);
    let (length, first) = first_piece(&value).ok_or_else(damaged)?;
    let mut bytes = first.to_vec();
    let mut piece = 1;
    while bytes.len() < length {
        let value = get(&key::process_piece(number, piece))?.ok_or_else(damaged)?;
        if value.is_empty() {
            return Err(damaged());
        }
        bytes.extend_from_slice(&value);
        piece += 1;
    }
    let decoded = ActorRecord::decode(&bytes);
    let mut decoded = decoded.map_err(|error| undecodable(record, number, error))?;
    decoded.has_pieces = piece > 1;
    Ok(decoded)
}

/// Reads the machine's state of a process and the engine's notes on its fibers.
///
/// # Errors
/// When a record is damaged or missing.
pub fn read_state(
    snapshot: &Snapshot,
    number: u64,
    record: &ActorRecord,
) -> Result<(State, Notes), LoadError> {
    let mut state = State {
        record: record.vm.clone(),
        ..State::default()
    };
    let mut start = 0u32;
    for level in &record.levels {
        let words = read_segment(snapshot, number, *level)?;
        state.segments.push(Segment {
            id: level.segment,
            start,
            words,
        });
        start = start
            .checked_add(level.words)
            .ok_or_else(|| damaged("a segment", number))?;
    }
    for entry in snapshot.range(key::overlays(number)) {
        let (key, value) = entry?;
        let mut reader = KeyReader::new(&key);
        let address = (reader.u8(), reader.u64(), reader.u32()).2;
        let word: Option<[u8; 8]> = value.as_ref().try_into().ok();
        let (Some(address), Some(word)) = (address, word) else {
            return Err(damaged("a mutated cell", number));
        };
        state.overlay.insert(address, u64::from_le_bytes(word));
    }
    let mut notes = Notes::default();
    for &fiber in &record.fibers {
        let (fiber_record, note) = read_fiber(snapshot, number, fiber)?;
        let mut parts = Vec::with_capacity(fiber_record.parts.len());
        for (part, part_record) in (0u32..).zip(&fiber_record.parts) {
            parts.push(read_stack(
                snapshot,
                (number, fiber, part),
                part_record.height,
            )?);
        }
        state.fibers.insert(fiber, (fiber_record, parts));
        notes.add_stored(fiber, note);
    }
    Ok((state, notes))
}

/// Reads the engine's notes on the fibers of a process.
///
/// # Errors
/// When a record is damaged or missing.
pub(crate) fn read_notes(
    snapshot: &Snapshot,
    number: u64,
    record: &ActorRecord,
) -> Result<Notes, LoadError> {
    let mut notes = Notes::default();
    for &fiber in &record.fibers {
        let (_, note) = read_fiber(snapshot, number, fiber)?;
        notes.add_stored(fiber, note);
    }
    Ok(notes)
}

fn read_fiber(
    snapshot: &Snapshot,
    number: u64,
    fiber: u64,
) -> Result<(FiberRecord, FiberNote), LoadError> {
    let value = snapshot.get(&key::fiber(number, fiber))?;
    let value = value.ok_or(LoadError::Missing {
        record: "a fiber",
        process: number,
    })?;
    decode_fiber(&value).map_err(|error| undecodable("a fiber", number, error))
}

fn damaged(record: &'static str, process: u64) -> LoadError {
    LoadError::Record {
        record,
        process,
        error: WireError::Malformed { at: 0 },
    }
}

/// A record that cannot be decoded.
fn undecodable(record: &'static str, process: u64, error: WireError) -> LoadError {
    if let WireError::TooNew { .. } = error {
        return LoadError::TooNew {
            what: record,
            process,
            error: error.to_string(),
        };
    }
    LoadError::Record {
        record,
        process,
        error,
    }
}

fn read_segment(
    snapshot: &Snapshot,
    process: u64,
    level: SegmentRef,
) -> Result<Vec<u64>, LoadError> {
    // A damaged length says nothing about how much there is.
    let mut words = Vec::new();
    let mut piece = 0;
    while words.len() < level.words as usize {
        let value = snapshot
            .get(&key::segment_piece(level.segment, piece))?
            .ok_or(LoadError::Missing {
                record: "a segment",
                process,
            })?;
        push_words(&mut words, &value).ok_or_else(|| damaged("a segment", process))?;
        piece += 1;
    }
    if words.len() == level.words as usize {
        Ok(words)
    } else {
        Err(damaged("a segment", process))
    }
}

fn read_stack(
    snapshot: &Snapshot,
    (process, fiber, part): (u64, FiberId, u32),
    height: u32,
) -> Result<Vec<u64>, LoadError> {
    let mut words = Vec::new();
    for chunk in 0..height.div_ceil(STACK_CHUNK_WORDS) {
        let value = snapshot
            .get(&key::stack_chunk(process, fiber, part, chunk))?
            .ok_or(LoadError::Missing {
                record: "a stack",
                process,
            })?;
        words.truncate((chunk * STACK_CHUNK_WORDS) as usize);
        push_words(&mut words, &value).ok_or_else(|| damaged("a stack", process))?;
    }
    if words.len() < height as usize {
        return Err(damaged("a stack", process));
    }
    words.truncate(height as usize);
    Ok(words)
}

fn push_words(words: &mut Vec<u64>, bytes: &[u8]) -> Option<()> {
    let chunks = bytes.chunks_exact(8);
    if bytes.is_empty() || !chunks.remainder().is_empty() {
        return None;
    }
    words
        .extend(chunks.map(|chunk| u64::from_le_bytes(chunk.try_into().expect("chunks of eight"))));
    Some(())
}
