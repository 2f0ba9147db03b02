//! Events of a process's life as store operations, and read back.
//!
//! Events are small and many: one to a record, the keys were larger than what they led to, and
//! deleting the oldest as often as one is added left the main file half empty. So a record holds
//! some that follow each other, and grows by patches while the process is in memory.
//!
//! A record is at the sequence of its first event: 0 and 255, which no event begins with, then of
//! each event its length (u16, little-endian) and bytes. A record of an event alone, without all
//! this, is what earlier versions have written.
//!
//! # Invariants
//! - No record reaches over a multiple of [`EVENTS_TOGETHER`], so what is too old is a range of keys.
//! - The first event of a process has a record of its own, which stays.

use super::LoadError;
use crate::event::{EVENTS_MAX, Event, FIRST};
use crate::key;
use store::key::KeyReader;
use store::{Batch, KeyRange, Snapshot, StoreError};

/// Sequences of events that are deleted at once.
const EVENTS_TOGETHER: u64 = 256;
/// Bytes of a record that no event is added to any more: with its key it fills a page of the main
/// file.
const RECORD_BYTES: usize = 4_000;
/// What a record of several begins with.
const MAGIC: [u8; 2] = [0, 255];

/// The record that a process's next event goes into.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Life {
    /// Sequence of its first event; 0 while there is none.
    first: u64,
    /// Sequence of the next.
    next: u64,
    /// Its bytes.
    bytes: usize,
}

impl Life {
    /// Adds an event, and deletes what is too old.
    pub(crate) fn write(&mut self, batch: &mut Batch, number: u64, sequence: u64, event: &Event) {
        let event = event.encode();
        let length = u16::try_from(event.len()).expect("texts of events are cut");
        let begins = sequence.is_multiple_of(EVENTS_TOGETHER);
        let is_alone = sequence <= FIRST + 1;
        let bytes = self.bytes + size_of_val(&length) + event.len();
        if self.first == 0 || self.next != sequence || begins || is_alone || bytes > RECORD_BYTES {
            *self = Life {
                first: sequence,
                next: sequence,
                bytes: 0,
            };
        }
        let mut added = Vec::with_capacity(event.len() + 4);
        if self.bytes == 0 {
            added.extend_from_slice(&MAGIC);
        }
        added.extend_from_slice(&length.to_le_bytes());
        added.extend_from_slice(&event);
        let total = self.bytes + added.len();
        let [at, end] = [self.bytes, total].map(|n| u32::try_from(n).expect("far below 64 KiB"));
        batch.patch(&key::event(number, self.first), at, &added, end);
        (self.bytes, self.next) = (total, sequence + 1);
        let oldest = sequence.saturating_sub(EVENTS_MAX) / EVENTS_TOGETHER * EVENTS_TOGETHER;
        if begins && oldest > FIRST {
            batch.delete_range(&KeyRange::between(
                &key::event(number, FIRST + 1),
                &key::event(number, oldest),
            ));
        }
    }
}

/// The events of a record.
fn events_of(first: u64, value: &[u8]) -> Vec<(u64, Event)> {
    let Some(mut rest) = value.strip_prefix(&MAGIC) else {
        return Event::decode(value)
            .ok()
            .map(|e| (first, e))
            .into_iter()
            .collect();
    };
    let mut events = Vec::new();
    let mut sequence = first;
    while let Some((length, behind)) = rest.split_first_chunk() {
        let Some((event, behind)) =
            behind.split_at_checked(usize::from(u16::from_le_bytes(*length)))
        else {
            break;
        };
        events.extend(Event::decode(event).ok().map(|event| (sequence, event)));
        sequence = sequence.saturating_add(1);
        rest = behind;
    }
    events
}

/// Reads the first event and the last of a process's life, oldest first.
///
/// # Errors
/// When the store cannot be read. Events that are none or are damaged are left out.
pub fn read_events(snapshot: &Snapshot, number: u64) -> Result<Vec<(u64, Event)>, LoadError> {
    let mut events = Vec::new();
    for entry in snapshot.range(key::events(number)) {
        let (key, value) = match entry {
            Ok(entry) => entry,
            Err(StoreError::DamagedRecord { .. } | StoreError::Hidden { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let mut reader = KeyReader::new(&key);
        let (_, _, Some(sequence)) = (reader.u8(), reader.u64(), reader.u64()) else {
            continue;
        };
        events.extend(events_of(sequence, &value));
    }
    // What is deleted later than it might be.
    let last = events.last().map_or(0, |&(sequence, _)| sequence);
    events.retain(|&(sequence, _)| sequence == FIRST || sequence.saturating_add(EVENTS_MAX) > last);
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventKind, TEXT_BYTES_MAX};
    use crate::transport::Stream;
    use store::{MemoryStore, Store as _};

    fn event(at_ms: u64) -> Event {
        let kind = EventKind::Parked("why".to_owned());
        Event { at_ms, kind }
    }

    fn write(store: &MemoryStore, life: &mut Life, sequence: u64, event: &Event) {
        let mut batch = Batch::new();
        life.write(&mut batch, 1, sequence, event);
        store.commit(&[batch]).expect("the store is in memory");
    }

    fn records(store: &MemoryStore) -> usize {
        store.snapshot().range(key::events(1)).count()
    }

    fn numbers(store: &MemoryStore) -> Vec<u64> {
        let events = read_events(&store.snapshot(), 1).expect("the store is in memory");
        for (sequence, event) in &events {
            assert_eq!(event.at_ms, *sequence);
        }
        events.into_iter().map(|(sequence, _)| sequence).collect()
    }

    #[test]
    fn many_events_are_few_records() {
        let store = MemoryStore::new();
        let mut life = Life::default();
        for sequence in FIRST..5_000 {
            write(&store, &mut life, sequence, &event(sequence));
            assert!(records(&store) < 10, "at {sequence}");
        }
        let kept = 5_000 - EVENTS_MAX..5_000;
        let expected: Vec<u64> = [FIRST].into_iter().chain(kept).collect();
        assert_eq!(numbers(&store), expected);
    }

    #[test]
    fn events_are_added_to_what_an_earlier_engine_has_left() {
        let store = MemoryStore::new();
        // Each alone, as the first version wrote them.
        let mut batch = Batch::new();
        for sequence in FIRST..=1_100 {
            batch.put(&key::event(1, sequence), &event(sequence).encode());
        }
        store.commit(&[batch]).expect("the store is in memory");
        for sequence in 1_101..=3_000 {
            // Taken up again now and then.
            let mut life = Life::default();
            for sequence in [sequence].into_iter().filter(|n| n % 3 == 0) {
                write(&store, &mut life, sequence - 2, &event(sequence - 2));
                write(&store, &mut life, sequence - 1, &event(sequence - 1));
                write(&store, &mut life, sequence, &event(sequence));
            }
        }
        assert_eq!(numbers(&store).len() as u64, EVENTS_MAX + 1);
        assert!(records(&store) < 1_000, "what is too old is deleted");
    }

    #[test]
    fn long_texts_have_records_of_their_own() {
        let store = MemoryStore::new();
        let mut life = Life::default();
        for sequence in FIRST..600 {
            let kind = EventKind::Text {
                stream: Stream::Stdout,
                text: "x".repeat((sequence as usize * 97) % TEXT_BYTES_MAX),
                left_out: 0,
            };
            let at_ms = sequence;
            write(&store, &mut life, sequence, &Event { at_ms, kind });
        }
        assert_eq!(numbers(&store), (FIRST..600).collect::<Vec<_>>());
        for entry in store.snapshot().range(key::events(1)) {
            let (_, value) = entry.expect("the store is in memory");
            assert!(value.len() <= RECORD_BYTES.max(TEXT_BYTES_MAX + 32));
        }
    }
}
