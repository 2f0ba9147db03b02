//! The bytes of a log file, and reading them back.
//!
//! Header, 64 bytes, numbers little-endian:
//!
//! | offset | bytes | content                                      |
//! |--------|-------|----------------------------------------------|
//! | 0      | 8     | magic `OXCLOG\r\n`                           |
//! | 8      | 4     | format version                               |
//! | 12     | 4     | zero                                         |
//! | 16     | 8     | store id, as in the main file                |
//! | 24     | 8     | salt                                         |
//! | 32     | 8     | base: sequence of the first record           |
//! | 40     | 16    | zero                                         |
//! | 56     | 8     | checksum of the 56 bytes before              |
//!
//! Records follow, each padded with zeros to a multiple of 8:
//!
//! | offset | bytes | content                                      |
//! |--------|-------|----------------------------------------------|
//! | 0      | 8     | checksum of the next 24 bytes, by the salt   |
//! | 8      | 8     | payload length                               |
//! | 16     | 8     | sequence                                     |
//! | 24     | 8     | checksum of the payload, by salt and sequence|
//! | 32     | …     | payload: the group's operations              |
//!
//! Behind the last record of a file that another follows, the *close*, 32 bytes:
//!
//! | offset | bytes | content                                      |
//! |--------|-------|----------------------------------------------|
//! | 0      | 8     | checksum of the next 24 bytes, by the salt   |
//! | 8      | 8     | salt of the file that follows                |
//! | 16     | 8     | its base                                     |
//! | 24     | 8     | zero                                         |
//!
//! Invariants
//! - Reading never panics, whatever the bytes are.
//! - A record is right in itself, or it is not read; a single flipped bit in
//!   one is put right first.
//! - Only the last record of a file can be torn: every earlier one was synced
//!   before the next was written. A whole record behind one that is not whole
//!   is damage.

use std::io;
use std::sync::Arc;

use crate::FORMAT_VERSION;
use crate::apply::Payload;
use crate::check::{Checker, Verdict, check, check_and_repair};
use crate::disk::Counted;

pub(crate) const HEADER_BYTES: usize = 64;
pub(crate) const RECORD_HEADER_BYTES: usize = 32;
const ALIGN: usize = 8;
const MAGIC: [u8; 8] = *b"OXCLOG\r\n";
const HEADER_SEED: u64 = 0x4F58_4C4F_4748;

/// Records that may lie between a broken one and a later whole one.
const LOOKAHEAD: u64 = 1 << 32;

/// What a log file's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogHeader {
    pub(crate) store_id: u64,
    pub(crate) salt: u64,
    pub(crate) base: u64,
}

/// A log file's header, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderState {
    /// Nobody was ever told of anything in the file.
    Unused,
    /// Not a header.
    Damaged,
    /// Written by a newer version.
    TooNew(u32),
    /// In use.
    Valid(LogHeader),
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let (number, _) = bytes[at..].split_first_chunk().expect("fixed offsets");
    u64::from_le_bytes(*number)
}

impl LogHeader {
    pub(crate) fn encode(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.store_id.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.salt.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.base.to_le_bytes());
        let sum = check(HEADER_SEED, &bytes[..56]);
        bytes[56..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Gives a header another version, to test what is said about it.
    pub(crate) fn set_version(bytes: &mut [u8], version: u32) {
        bytes[8..12].copy_from_slice(&version.to_le_bytes());
        let sum = check(HEADER_SEED, &bytes[..56]);
        bytes[56..64].copy_from_slice(&sum.to_le_bytes());
    }

    /// Reads a header; the flag says that a bit was put right.
    pub(crate) fn decode(bytes: &[u8]) -> (HeaderState, bool) {
        let Some(bytes) = bytes.first_chunk::<HEADER_BYTES>() else {
            return (HeaderState::Unused, false);
        };
        if *bytes == [0; HEADER_BYTES] {
            return (HeaderState::Unused, false);
        }
        let mut bytes = *bytes;
        let stored = u64_at(&bytes, 56);
        let verdict = check_and_repair(HEADER_SEED, &mut bytes[..56], stored);
        if verdict == Verdict::Bad || bytes[..8] != MAGIC {
            return (HeaderState::Damaged, false);
        }
        let (version, _) = bytes[8..].split_first_chunk().expect("fixed offsets");
        let version = u32::from_le_bytes(*version);
        if version > FORMAT_VERSION {
            return (HeaderState::TooNew(version), false);
        }
        let header = Self {
            store_id: u64_at(&bytes, 16),
            salt: u64_at(&bytes, 24),
            base: u64_at(&bytes, 32),
        };
        (HeaderState::Valid(header), verdict == Verdict::Repaired)
    }
}

/// Payload length with padding.
pub(crate) fn padded(len: usize) -> usize {
    len.next_multiple_of(ALIGN)
}

fn payload_seed(salt: u64, seq: u64) -> u64 {
    salt ^ seq.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Fills in the header of a record whose payload is in place.
pub(crate) fn seal_record(salt: u64, seq: u64, record: &mut [u8]) {
    let (header, payload) = record.split_at_mut(RECORD_HEADER_BYTES);
    header[8..16].copy_from_slice(&(payload.len() as u64).to_le_bytes());
    header[16..24].copy_from_slice(&seq.to_le_bytes());
    header[24..32].copy_from_slice(&check(payload_seed(salt, seq), payload).to_le_bytes());
    let sum = check(salt, &header[8..]);
    header[..8].copy_from_slice(&sum.to_le_bytes());
}

/// Told apart from records by its seed.
const CLOSE_SEED: u64 = 0x4F58_434C_4F53_4544;

/// The close of a log file.
pub(crate) fn close(salt: u64, next_salt: u64, next_base: u64) -> [u8; RECORD_HEADER_BYTES] {
    let mut bytes = [0; RECORD_HEADER_BYTES];
    bytes[8..16].copy_from_slice(&next_salt.to_le_bytes());
    bytes[16..24].copy_from_slice(&next_base.to_le_bytes());
    let sum = check(salt ^ CLOSE_SEED, &bytes[8..]);
    bytes[..8].copy_from_slice(&sum.to_le_bytes());
    bytes
}

/// Salt of the file that follows, if there is a close at this place.
fn read_close(salt: u64, at: u64, window: &mut Window<'_>) -> io::Result<Option<u64>> {
    let bytes = window.get(at, RECORD_HEADER_BYTES)?;
    let Some(mut bytes) = bytes.first_chunk::<RECORD_HEADER_BYTES>().copied() else {
        return Ok(None);
    };
    let stored = u64_at(&bytes, 0);
    let verdict = check_and_repair(salt ^ CLOSE_SEED, &mut bytes[8..], stored);
    Ok((verdict != Verdict::Bad).then(|| u64_at(&bytes, 8)))
}

/// What is to be known of a log file after its records were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// Sequence of the last record; the one before the base if there is none.
    pub(crate) last: u64,
    /// Where the last record begins, or the end if there is none.
    pub(crate) last_at: u64,
    /// Where the next record goes.
    pub(crate) end: u64,
    /// The highest sequence of a whole record behind a broken one.
    pub(crate) beyond: Option<u64>,
    /// How many bits were put right.
    pub(crate) repaired: u64,
    /// Salt of the file that follows, if one was begun.
    pub(crate) next: Option<u64>,
}

/// Bytes read at a time: little enough to stay in the processor's cache.
const WINDOW_BYTES: usize = 256 * 1024;

/// A part of a file in memory, moving forward.
struct Window<'a> {
    file: &'a Counted,
    file_len: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl Window<'_> {
    /// The bytes of the file from `at`, at least `len` unless it ends before.
    fn get(&mut self, at: u64, len: usize) -> io::Result<&mut [u8]> {
        let skip = (at - self.start) as usize;
        let is_there = skip
            .checked_add(len)
            .is_some_and(|end| end <= self.bytes.len());
        if !is_there {
            let wanted = self.file_len.saturating_sub(at);
            let wanted = wanted.min(len.max(WINDOW_BYTES) as u64) as usize;
            self.start = at;
            self.bytes.resize(wanted, 0);
            self.file.read_at(at, &mut self.bytes)?;
            return Ok(&mut self.bytes);
        }
        Ok(&mut self.bytes[skip..])
    }
}

/// Why reading a log ended early.
#[derive(Debug)]
pub(crate) enum ScanError<E> {
    /// The file could not be read.
    Io(io::Error),
    /// The caller of the scan gave up.
    Each(E),
}

impl<E> From<io::Error> for ScanError<E> {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Which records of a log file are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) salt: u64,
    /// Sequence of the first, and where it is.
    pub(crate) first: u64,
    pub(crate) at: u64,
    /// The last there can be, if that is known.
    pub(crate) last: Option<u64>,
}

impl Wanted {
    /// All of a file.
    pub(crate) fn all(header: LogHeader) -> Self {
        Self {
            salt: header.salt,
            first: header.base,
            at: HEADER_BYTES as u64,
            last: None,
        }
    }
}

/// Calls `each` with sequence and payload of every record, in order, after
/// putting single flipped bits right.
pub(crate) fn scan<E>(
    wanted: Wanted,
    file: &Counted,
    file_len: u64,
    mut each: impl FnMut(u64, Payload<'_>) -> Result<(), E>,
) -> Result<Scanned, ScanError<E>> {
    let mut window = Window {
        file,
        file_len,
        start: 0,
        bytes: Vec::new(),
    };
    let mut found = Scanned {
        last: wanted.first.wrapping_sub(1),
        last_at: wanted.at,
        end: wanted.at,
        beyond: None,
        repaired: 0,
        next: None,
    };
    let mut seq = wanted.first;
    while let Some(record) = read_record(wanted.salt, seq, found.end, &mut window)? {
        let payload = match &record.payload {
            Bytes::InWindow(bytes) => Payload::Lent(bytes),
            Bytes::Own(bytes) => Payload::Kept(bytes),
        };
        each(seq, payload).map_err(ScanError::Each)?;
        found.last = seq;
        found.last_at = found.end;
        found.end += record.bytes as u64;
        found.repaired += record.repaired;
        let Some(next) = seq.checked_add(1) else {
            break;
        };
        seq = next;
    }
    found.next = read_close(wanted.salt, found.end, &mut window)?;
    if wanted.last != Some(found.last) && found.next.is_none() {
        found.beyond = find_beyond(wanted.salt, seq, found.end, &mut window)?;
    }
    Ok(found)
}

/// The payload of a record.
enum Bytes<'a> {
    InWindow(&'a [u8]),
    /// A large one is read once, into memory that its values go on lying in.
    Own(Arc<Vec<u8>>),
}

struct Record<'a> {
    payload: Bytes<'a>,
    /// Length of the whole record, with header and padding.
    bytes: usize,
    repaired: u64,
}

/// Reads the record `seq` at `at`, if it is there.
fn read_record<'a>(
    salt: u64,
    seq: u64,
    at: u64,
    window: &'a mut Window<'_>,
) -> io::Result<Option<Record<'a>>> {
    let left = window.file_len.saturating_sub(at);
    let Some(header) = window
        .get(at, RECORD_HEADER_BYTES)?
        .first_chunk::<RECORD_HEADER_BYTES>()
    else {
        return Ok(None);
    };
    let mut header = *header;
    let stored = u64_at(&header, 0);
    let header_verdict = check_and_repair(salt, &mut header[8..], stored);
    if header_verdict == Verdict::Bad || u64_at(&header, 16) != seq {
        return Ok(None);
    }
    let len = u64_at(&header, 8);
    if len > left {
        return Ok(None);
    }
    let len = len as usize;
    let bytes = RECORD_HEADER_BYTES + padded(len);
    if bytes as u64 > left {
        return Ok(None);
    }
    let (seed, stored) = (payload_seed(salt, seq), u64_at(&header, 24));
    let (payload, verdict) = if bytes > WINDOW_BYTES {
        let start = at + RECORD_HEADER_BYTES as u64;
        let (own, verdict) = read_large(window.file, start, len, seed, stored)?;
        (Bytes::Own(Arc::new(own)), verdict)
    } else {
        let record = window.get(at, bytes)?;
        let payload = &mut record[RECORD_HEADER_BYTES..RECORD_HEADER_BYTES + len];
        let verdict = check_and_repair(seed, payload, stored);
        (Bytes::InWindow(payload), verdict)
    };
    if verdict == Verdict::Bad {
        return Ok(None);
    }
    let repaired = [header_verdict, verdict]
        .iter()
        .filter(|&&verdict| verdict == Verdict::Repaired)
        .count();
    Ok(Some(Record {
        payload,
        bytes,
        repaired: repaired as u64,
    }))
}

/// Reads and checks a payload of which no more than a window at a time is in the processor's cache.
fn read_large(
    file: &Counted,
    start: u64,
    len: usize,
    seed: u64,
    stored: u64,
) -> io::Result<(Vec<u8>, Verdict)> {
    let mut payload = vec![0; len];
    let mut checker = Checker::new(seed, len);
    for (at, part) in (start..)
        .step_by(WINDOW_BYTES)
        .zip(payload.chunks_mut(WINDOW_BYTES))
    {
        file.read_at(at, part)?;
        checker.add(part);
    }
    let verdict = if checker.finish() == stored {
        Verdict::Good
    } else {
        check_and_repair(seed, &mut payload, stored)
    };
    Ok((payload, verdict))
}

/// Looks for a record header of this log behind a place where none is: the
/// highest sequence found.
fn find_beyond(salt: u64, seq: u64, from: u64, window: &mut Window<'_>) -> io::Result<Option<u64>> {
    let mut beyond = None;
    let mut start = from + ALIGN as u64;
    let file_len = window.file_len;
    while start < file_len {
        let bytes = window.get(start, WINDOW_BYTES)?;
        let mut at = 0;
        while let Some(header) = bytes.get(at..at + RECORD_HEADER_BYTES) {
            let found = u64_at(header, 16);
            // Cheap tests first: this looks at every eighth byte of the rest.
            if found > seq
                && found - seq < LOOKAHEAD
                && u64_at(header, 8) <= file_len - start
                && check(salt, &header[8..]) == u64_at(header, 0)
            {
                beyond = beyond.max(Some(found));
            }
            at += ALIGN;
        }
        if at == 0 {
            break;
        }
        start += at as u64;
    }
    Ok(beyond)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::disk::{Access, Disk as _};
    use crate::sim::SimDisk;

    const HEADER: LogHeader = LogHeader {
        store_id: 9,
        salt: 0x1234_5678_9ABC_DEF0,
        base: 5,
    };

    fn log(payloads: &[&[u8]]) -> Vec<u8> {
        let mut bytes = HEADER.encode().to_vec();
        for (seq, payload) in (HEADER.base..).zip(payloads) {
            let mut record = vec![0; RECORD_HEADER_BYTES];
            record.extend_from_slice(payload);
            seal_record(HEADER.salt, seq, &mut record);
            record.resize(RECORD_HEADER_BYTES + padded(payload.len()), 0);
            bytes.extend(record);
        }
        bytes.resize(bytes.len() + 256, 0);
        bytes
    }

    fn read(header: LogHeader, bytes: &[u8]) -> (Vec<Vec<u8>>, Scanned) {
        let path = Path::new("log");
        let disk = SimDisk::new();
        let file = disk.open(path, Access::Create).expect("made");
        file.write_at(0, bytes).expect("written");
        let file = Counted::new(file, &Arc::default());
        let mut payloads = Vec::new();
        let wanted = Wanted::all(header);
        let scanned = scan(wanted, &file, bytes.len() as u64, |seq, payload| {
            assert_eq!(seq, header.base + payloads.len() as u64);
            payloads.push(payload.bytes().to_vec());
            Ok::<_, ()>(())
        });
        (payloads, scanned.expect("read"))
    }

    #[test]
    fn reads_what_was_written() {
        let bytes = log(&[b"first", b"", b"third one"]);
        assert_eq!(
            LogHeader::decode(&bytes),
            (HeaderState::Valid(HEADER), false)
        );
        let (payloads, found) = read(HEADER, &bytes);
        assert_eq!(payloads, [b"first".as_slice(), b"", b"third one"]);
        assert_eq!((found.last, found.beyond, found.repaired), (7, None, 0));
    }

    #[test]
    fn records_longer_than_the_window_are_read() {
        let long = vec![9; WINDOW_BYTES * 3 + 5];
        let bytes = log(&[b"first", &long, b"third", &long]);
        let (payloads, found) = read(HEADER, &bytes);
        assert_eq!(payloads, [b"first".as_slice(), &long, b"third", &long]);
        assert_eq!(found.end as usize + 256, bytes.len());
        let mut hole = bytes;
        hole[HEADER_BYTES..HEADER_BYTES + 24].fill(0xEE);
        let (payloads, found) = read(HEADER, &hole);
        assert_eq!((payloads.len(), found.beyond), (0, Some(8)));
    }

    #[test]
    fn every_single_flip_is_put_right() {
        let right = log(&[b"first", b"second"]);
        for bit in 0..(right.len() - 256) * 8 {
            let mut bytes = right.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let (HeaderState::Valid(header), _) = LogHeader::decode(&bytes) else {
                panic!("bit {bit} hid the header");
            };
            let (payloads, _) = read(header, &bytes);
            assert_eq!(payloads, [b"first".as_slice(), b"second"], "bit {bit}");
        }
    }

    #[test]
    fn a_torn_end_is_an_end_and_a_hole_is_not() {
        let right = log(&[b"first", b"second is longer", b"third"]);
        let first = HEADER_BYTES;
        let second = first + RECORD_HEADER_BYTES + 8;
        let third = second + RECORD_HEADER_BYTES + 16;
        let mut torn = right.clone();
        torn[third + 20..].fill(0);
        let (_, found) = read(HEADER, &torn);
        assert_eq!((found.last, found.beyond), (6, None));
        assert_eq!(found.end, third as u64);
        let mut hole = right.clone();
        hole[second..second + 16].fill(0xEE);
        let (_, found) = read(HEADER, &hole);
        assert_eq!((found.last, found.beyond), (5, Some(7)));
        assert_eq!(found.end, second as u64);
    }

    #[test]
    fn another_salt_sees_nothing() {
        let bytes = log(&[b"first"]);
        let other = LogHeader { salt: 1, ..HEADER };
        let (payloads, found) = read(other, &bytes);
        assert!(payloads.is_empty());
        assert_eq!(found.beyond, None);
    }
}
