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
//! Invariants
//! - Reading never panics, whatever the bytes are.
//! - A record is right in itself, or it is not read; a single flipped bit in
//!   one is put right first.
//! - Only the last record of a file can be torn: every earlier one was synced
//!   before the next was written. A whole record behind one that is not whole
//!   is damage.

use std::ops::Range;

use crate::FORMAT_VERSION;
use crate::check::{Verdict, check, check_and_repair};

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
    #[cfg(test)]
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

/// The records of a log file.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) header: LogHeader,
    /// Sequence and place of each payload; sequences count up from the base.
    pub(crate) records: Vec<(u64, Range<usize>)>,
    /// Where the next record goes.
    pub(crate) end: usize,
    /// The highest sequence of a whole record behind a broken one.
    pub(crate) beyond: Option<u64>,
    /// How many bits were put right.
    pub(crate) repaired: u64,
}

impl Scan {
    /// Sequence of the last record; the one before the base if there is none.
    pub(crate) fn last(&self) -> u64 {
        self.records
            .last()
            .map_or(self.header.base.wrapping_sub(1), |(seq, _)| *seq)
    }
}

/// Reads the records of a file, putting single flipped bits right in `bytes`.
pub(crate) fn scan(header: LogHeader, bytes: &mut [u8]) -> Scan {
    let mut scan = Scan {
        header,
        records: Vec::new(),
        end: HEADER_BYTES,
        beyond: None,
        repaired: 0,
    };
    let mut seq = header.base;
    while let Some((payload, end, repaired)) = read_record(header.salt, seq, scan.end, bytes) {
        scan.records.push((seq, payload));
        scan.end = end;
        scan.repaired += repaired;
        let Some(next) = seq.checked_add(1) else {
            break;
        };
        seq = next;
    }
    scan.beyond = find_beyond(header.salt, seq, scan.end, bytes);
    scan
}

/// Reads the record `seq` at `at`: its payload, its end, bits put right.
fn read_record(
    salt: u64,
    seq: u64,
    at: usize,
    bytes: &mut [u8],
) -> Option<(Range<usize>, usize, u64)> {
    let header = bytes.get_mut(at..at.checked_add(RECORD_HEADER_BYTES)?)?;
    let stored = u64_at(header, 0);
    let header_verdict = check_and_repair(salt, &mut header[8..], stored);
    if header_verdict == Verdict::Bad || u64_at(header, 16) != seq {
        return None;
    }
    let len = usize::try_from(u64_at(header, 8)).ok()?;
    let payload_check = u64_at(header, 24);
    let start = at + RECORD_HEADER_BYTES;
    let payload = start..start.checked_add(len)?;
    let end = start.checked_add(len.checked_next_multiple_of(ALIGN)?)?;
    if end > bytes.len() {
        return None;
    }
    let seed = payload_seed(salt, seq);
    let verdict = check_and_repair(seed, &mut bytes[payload.clone()], payload_check);
    if verdict == Verdict::Bad {
        return None;
    }
    let repaired = [header_verdict, verdict]
        .iter()
        .filter(|&&verdict| verdict == Verdict::Repaired)
        .count();
    Some((payload, end, repaired as u64))
}

/// Looks for a record header of this log behind a place where none is: the
/// highest sequence found.
fn find_beyond(salt: u64, seq: u64, from: usize, bytes: &[u8]) -> Option<u64> {
    let mut beyond = None;
    let mut at = from + ALIGN;
    while let Some(header) = bytes.get(at..at + RECORD_HEADER_BYTES) {
        let found = u64_at(header, 16);
        // Cheap tests first: this looks at every eighth byte of the rest.
        if found > seq
            && found - seq < LOOKAHEAD
            && u64_at(header, 8) <= (bytes.len() - at) as u64
            && check(salt, &header[8..]) == u64_at(header, 0)
        {
            beyond = beyond.max(Some(found));
        }
        at += ALIGN;
    }
    beyond
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn payloads(bytes: &[u8], scan: &Scan) -> Vec<Vec<u8>> {
        let payload = |(_, range): &(u64, Range<usize>)| bytes[range.clone()].to_vec();
        scan.records.iter().map(payload).collect()
    }

    #[test]
    fn reads_what_was_written() {
        let mut bytes = log(&[b"first", b"", b"third one"]);
        assert_eq!(
            LogHeader::decode(&bytes),
            (HeaderState::Valid(HEADER), false)
        );
        let scan = scan(HEADER, &mut bytes);
        assert_eq!(
            payloads(&bytes, &scan),
            [b"first".as_slice(), b"", b"third one"]
        );
        assert_eq!((scan.last(), scan.beyond, scan.repaired), (7, None, 0));
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
            let scan = scan(header, &mut bytes);
            assert_eq!(
                payloads(&bytes, &scan),
                [b"first".as_slice(), b"second"],
                "bit {bit}"
            );
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
        let found = scan(HEADER, &mut torn);
        assert_eq!((found.last(), found.beyond, found.end), (6, None, third));
        let mut hole = right.clone();
        hole[second..second + 16].fill(0xEE);
        let found = scan(HEADER, &mut hole);
        assert_eq!(
            (found.last(), found.beyond, found.end),
            (5, Some(7), second)
        );
    }

    #[test]
    fn another_salt_sees_nothing() {
        let mut bytes = log(&[b"first"]);
        let other = LogHeader { salt: 1, ..HEADER };
        let scan = scan(other, &mut bytes);
        assert!(scan.records.is_empty());
        assert_eq!(scan.beyond, None);
    }
}
