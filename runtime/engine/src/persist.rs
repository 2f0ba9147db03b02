//! Checkpoints as store operations, and processes read back.
//!
//! # Invariants
//! - Applying the batch of a checkpoint to the records of the one before gives the records of the
//!   process as it was then; nothing else writes these records.
//! - A segment is written once and deleted when its process's manifest (the process record's
//!   levels) no longer names it.

use crate::key::{self, SEGMENT_PIECE_WORDS, STACK_CHUNK_WORDS};
use crate::record::{ActorRecord, FiberNote, SegmentRef, decode_fiber, encode_fiber};
use crate::wire::WireError;
use std::collections::BTreeMap;
use store::key::KeyReader;
use store::{Batch, Snapshot, StoreError};
use vm::checkpoint::{Delta, Segment, State};
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
    notes: &mut BTreeMap<FiberId, FiberNote>,
    fibers: &[FiberId],
) {
    for &segment in &delta.dropped_segments {
        batch.delete_range(&key::segment(segment));
    }
    record.levels.truncate(delta.kept_levels);
    if let Some(segment) = &delta.segment {
        write_segment(batch, segment);
        let words = u32::try_from(segment.words.len()).expect("a segment's length is 32-bit");
        record.levels.push(SegmentRef { segment: segment.id, words });
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
        let note = notes.entry(fiber.id).or_default();
        note.stored_chunks.resize(fiber.record.parts.len(), 0);
        for (index, (part, part_record)) in (0u32..).zip(fiber.parts.iter().zip(&fiber.record.parts)) {
            for (start, words) in &part.ranges {
                write_stack(batch, (number, fiber.id, index), *start, words, part_record.height);
            }
        }
        for (index, part) in (0u32..).zip(&fiber.record.parts) {
            drop_unused_chunks(batch, (number, fiber.id, index), part.height, note);
        }
        if fiber.record.parts.is_empty() {
            batch.delete_range(&key::stacks(number, fiber.id));
        }
        batch.put(&key::fiber(number, fiber.id), &encode_fiber(&fiber.record, note));
    }
    record.vm = delta.record.clone();
    record.fibers = fibers.to_vec();
    record.checkpoints += 1;
    batch.put(&key::process(number), &record.encode());
}

fn write_segment(batch: &mut Batch, segment: &Segment) {
    let mut bytes = Vec::with_capacity(8 * SEGMENT_PIECE_WORDS.min(segment.words.len()));
    for (piece, words) in (0u32..).zip(segment.words.chunks(SEGMENT_PIECE_WORDS)) {
        bytes.clear();
        for word in words {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        batch.put(&key::segment_piece(segment.id, piece), &bytes);
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

/// Deletes everything of a process but its record and its life's events.
pub(crate) fn delete_state(batch: &mut Batch, number: u64, record: &ActorRecord) {
    for level in &record.levels {
        batch.delete_range(&key::segment(level.segment));
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
    batch.delete_range(&key::events(number));
}

/// Reads the engine's record of a process.
///
/// # Errors
/// When it is damaged or not there.
pub fn read_record(snapshot: &Snapshot, number: u64) -> Result<ActorRecord, LoadError> {
    let record = "the record";
    let value = snapshot
        .get(&key::process(number))?
        .ok_or(LoadError::Missing { record, process: number })?;
    ActorRecord::decode(&value).map_err(|error| LoadError::Record { record, process: number, error })
}

/// Reads the machine's state of a process and the engine's notes on its fibers.
///
/// # Errors
/// When a record is damaged or missing.
pub fn read_state(
    snapshot: &Snapshot,
    number: u64,
    record: &ActorRecord,
) -> Result<(State, BTreeMap<FiberId, FiberNote>), LoadError> {
    let mut state = State { record: record.vm.clone(), ..State::default() };
    let mut start = 0u32;
    for level in &record.levels {
        let words = read_segment(snapshot, number, *level)?;
        state.segments.push(Segment { id: level.segment, start, words });
        start += level.words;
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
    let mut notes = BTreeMap::new();
    for &fiber in &record.fibers {
        let value = snapshot
            .get(&key::fiber(number, fiber))?
            .ok_or(LoadError::Missing { record: "a fiber", process: number })?;
        let (fiber_record, note) = decode_fiber(&value)
            .map_err(|error| LoadError::Record { record: "a fiber", process: number, error })?;
        let mut parts = Vec::with_capacity(fiber_record.parts.len());
        for (part, part_record) in (0u32..).zip(&fiber_record.parts) {
            parts.push(read_stack(snapshot, (number, fiber, part), part_record.height)?);
        }
        state.fibers.insert(fiber, (fiber_record, parts));
        notes.insert(fiber, note);
    }
    Ok((state, notes))
}

fn damaged(record: &'static str, process: u64) -> LoadError {
    LoadError::Record { record, process, error: WireError { at: 0 } }
}

fn read_segment(snapshot: &Snapshot, process: u64, level: SegmentRef) -> Result<Vec<u64>, LoadError> {
    let mut words = Vec::with_capacity(level.words as usize);
    let mut piece = 0;
    while words.len() < level.words as usize {
        let value = snapshot
            .get(&key::segment_piece(level.segment, piece))?
            .ok_or(LoadError::Missing { record: "a segment", process })?;
        push_words(&mut words, &value).ok_or_else(|| damaged("a segment", process))?;
        piece += 1;
    }
    if words.len() == level.words as usize { Ok(words) } else { Err(damaged("a segment", process)) }
}

fn read_stack(
    snapshot: &Snapshot,
    (process, fiber, part): (u64, FiberId, u32),
    height: u32,
) -> Result<Vec<u64>, LoadError> {
    let mut words = Vec::with_capacity(height as usize);
    for chunk in 0..height.div_ceil(STACK_CHUNK_WORDS) {
        let value = snapshot
            .get(&key::stack_chunk(process, fiber, part, chunk))?
            .ok_or(LoadError::Missing { record: "a stack", process })?;
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
    words.extend(chunks.map(|chunk| u64::from_le_bytes(chunk.try_into().expect("chunks of eight"))));
    Some(())
}
