//! The keys of the engine's records.
//!
//! | key | value |
//! |---|---|
//! | `A` | what the store is: run, counters ([`crate::record::StoreRecord`]) |
//! | `D` piece | what was run, for people |
//! | `I` image piece | bytes of an image |
//! | `P` process | process record, its first piece |
//! | `Q` process piece | further pieces of a process record |
//! | `F` process fiber | fiber record |
//! | `K` process fiber part chunk | [`STACK_CHUNK_WORDS`] words of a stack |
//! | `O` process address | a mutated cell of a segment |
//! | `M` process sequence piece | a letter that the process has not taken in |
//! | `N` process piece | the registered name that a process has, or that it has none |
//! | `S` segment piece | words of a segment |
//! | `X` sequence | output not yet known to have left |
//! | `E` process sequence | events of its life, from this one on ([`crate::persist::life`]) |
//! | `U` process checkpoint key | what was at the key at that checkpoint; empty: nothing |
//!
//! What can be larger than a record (letters, process records) begins with its length in bytes, four
//! bytes little-endian.
//!
//! Numbers are big-endian, so that what is written together sorts together: segments and outputs
//! are numbered in the order of commits.

use store::key::{KeyBuilder, KeyReader};
use store::{KeyRange, VALUE_BYTES_FITTING};

/// Words of a stack in one record: what fills one page of the main file with its key.
pub(crate) const STACK_CHUNK_WORDS: u32 = 504;
/// Words of a segment in one record.
pub(crate) const SEGMENT_PIECE_WORDS: usize = VALUE_BYTES_FITTING / 8;
/// Bytes of a letter or a process record in one record.
pub(crate) const PIECE_BYTES: usize = VALUE_BYTES_FITTING;
/// Bytes of an image in one record.
pub(crate) const IMAGE_PIECE_BYTES: usize = VALUE_BYTES_FITTING;

pub(crate) fn store_record() -> Vec<u8> {
    vec![b'A']
}

pub(crate) fn description_piece(piece: u32) -> Vec<u8> {
    KeyBuilder::of_kind(b'D').u32(piece).finish()
}

pub(crate) fn description() -> KeyRange {
    KeyRange::prefix(b"D")
}

pub(crate) fn image_piece(image: u32, piece: u32) -> Vec<u8> {
    KeyBuilder::of_kind(b'I').u32(image).u32(piece).finish()
}

pub(crate) fn image_pieces(image: u32) -> KeyRange {
    KeyRange::prefix(&KeyBuilder::of_kind(b'I').u32(image).finish())
}

pub(crate) fn process(process: u64) -> Vec<u8> {
    KeyBuilder::of_kind(b'P').u64(process).finish()
}

pub(crate) fn processes() -> KeyRange {
    KeyRange::prefix(b"P")
}

/// A further piece, from 1.
pub(crate) fn process_piece(process: u64, piece: u32) -> Vec<u8> {
    KeyBuilder::of_kind(b'Q').u64(process).u32(piece).finish()
}

pub(crate) fn process_pieces(process: u64) -> KeyRange {
    KeyRange::prefix(&KeyBuilder::of_kind(b'Q').u64(process).finish())
}

pub(crate) fn fiber(process: u64, fiber: u64) -> Vec<u8> {
    KeyBuilder::of_kind(b'F').u64(process).u64(fiber).finish()
}

pub(crate) fn fibers(process: u64) -> KeyRange {
    KeyRange::prefix(&KeyBuilder::of_kind(b'F').u64(process).finish())
}

/// Fibers of this process and of those with greater numbers.
pub(crate) fn fibers_from(process: u64) -> KeyRange {
    let mut range = KeyRange::prefix(b"F");
    range.start = KeyBuilder::of_kind(b'F').u64(process).finish();
    range
}

pub(crate) fn stack_chunk(process: u64, fiber: u64, part: u32, chunk: u32) -> Vec<u8> {
    KeyBuilder::of_kind(b'K')
        .u64(process)
        .u64(fiber)
        .u32(part)
        .u32(chunk)
        .finish()
}

pub(crate) fn stack_chunks(process: u64, fiber: u64, part: u32) -> KeyRange {
    KeyRange::prefix(
        &KeyBuilder::of_kind(b'K')
            .u64(process)
            .u64(fiber)
            .u32(part)
            .finish(),
    )
}

/// Chunks of a part from this one on.
pub(crate) fn stack_chunks_from(process: u64, fiber: u64, part: u32, chunk: u32) -> KeyRange {
    let mut range = stack_chunks(process, fiber, part);
    range.start = stack_chunk(process, fiber, part, chunk);
    range
}

/// Chunks of the parts from this one on.
pub(crate) fn stack_parts_from(process: u64, fiber: u64, part: u32) -> KeyRange {
    let mut range = stacks(process, fiber);
    range.start = stack_chunk(process, fiber, part, 0);
    range
}

pub(crate) fn stacks(process: u64, fiber: u64) -> KeyRange {
    KeyRange::prefix(&KeyBuilder::of_kind(b'K').u64(process).u64(fiber).finish())
}

pub(crate) fn all_stacks(process: u64) -> KeyRange {
    KeyRange::prefix(&KeyBuilder::of_kind(b'K').u64(process).finish())
}

pub(crate) fn overlay(process: u64, address: u32) -> Vec<u8> {
    KeyBuilder::of_kind(b'O').u64(process).u32(address).finish()
}

pub(crate) fn overlays(process: u64) -> KeyRange {
    KeyRange::prefix(&KeyBuilder::of_kind(b'O').u64(process).finish())
}

pub(crate) fn overlays_from(process: u64, address: u32) -> KeyRange {
    let mut range = overlays(process);
    range.start = overlay(process, address);
    range
}

pub(crate) fn message(process: u64, sequence: u64, piece: u32) -> Vec<u8> {
    KeyBuilder::of_kind(b'M')
        .u64(process)
        .u64(sequence)
        .u32(piece)
        .finish()
}

pub(crate) fn message_pieces(process: u64, sequence: u64) -> KeyRange {
    KeyRange::prefix(
        &KeyBuilder::of_kind(b'M')
            .u64(process)
            .u64(sequence)
            .finish(),
    )
}

pub(crate) fn messages(process: u64) -> KeyRange {
    KeyRange::prefix(&KeyBuilder::of_kind(b'M').u64(process).finish())
}

pub(crate) fn all_messages() -> KeyRange {
    KeyRange::prefix(b"M")
}

pub(crate) fn name_piece(process: u64, piece: u32) -> Vec<u8> {
    KeyBuilder::of_kind(b'N').u64(process).u32(piece).finish()
}

pub(crate) fn name(process: u64) -> KeyRange {
    KeyRange::prefix(&KeyBuilder::of_kind(b'N').u64(process).finish())
}

pub(crate) fn names() -> KeyRange {
    KeyRange::prefix(b"N")
}

pub(crate) fn segment_piece(segment: u64, piece: u32) -> Vec<u8> {
    KeyBuilder::of_kind(b'S').u64(segment).u32(piece).finish()
}

/// The process that a record belongs to, of those that have one in their key.
pub(crate) fn process_of(key: &[u8]) -> Option<u64> {
    let mut reader = KeyReader::new(key);
    matches!(reader.u8()?, b'P' | b'Q' | b'F' | b'K' | b'O' | b'M' | b'N').then(|| reader.u64())?
}

/// Whether this is the key of a mutated cell.
pub(crate) fn is_overlay(key: &[u8]) -> bool {
    key.first() == Some(&b'O')
}

pub(crate) fn output(sequence: u64) -> Vec<u8> {
    KeyBuilder::of_kind(b'X').u64(sequence).finish()
}

pub(crate) fn outputs() -> KeyRange {
    KeyRange::prefix(b"X")
}

pub(crate) fn event(process: u64, sequence: u64) -> Vec<u8> {
    KeyBuilder::of_kind(b'E')
        .u64(process)
        .u64(sequence)
        .finish()
}

/// Events of this process and of those with greater numbers.
pub(crate) fn events_from(process: u64) -> KeyRange {
    let mut range = KeyRange::prefix(b"E");
    range.start = KeyBuilder::of_kind(b'E').u64(process).finish();
    range
}

/// What is kept of a checkpoint of a process.
pub(crate) fn past(process: u64, checkpoint: u64) -> KeyRange {
    KeyRange::prefix(&past_record(process, checkpoint, &[]))
}

/// What is kept of all checkpoints of a process.
pub(crate) fn pasts(process: u64) -> KeyRange {
    KeyRange::prefix(&KeyBuilder::of_kind(b'U').u64(process).finish())
}

/// The record of another key, as it was at a checkpoint.
pub(crate) fn past_record(process: u64, checkpoint: u64, key: &[u8]) -> Vec<u8> {
    let kept = KeyBuilder::of_kind(b'U').u64(process).u64(checkpoint);
    let mut kept = kept.finish();
    kept.extend_from_slice(key);
    kept
}

/// The key of a record that is kept.
pub(crate) fn of_past_record(key: &[u8]) -> &[u8] {
    &key[PAST_BYTES..]
}

/// Bytes before the key of a record that is kept.
const PAST_BYTES: usize = 1 + 8 + 8;

/// Whether this is the key of a process record or a piece of one.
pub(crate) fn is_process_record(key: &[u8]) -> bool {
    matches!(key.first(), Some(b'P' | b'Q'))
}

pub(crate) fn events(process: u64) -> KeyRange {
    KeyRange::prefix(&KeyBuilder::of_kind(b'E').u64(process).finish())
}
