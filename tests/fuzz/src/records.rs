//! The engine's records, changed under right checksums: a store of them is looked at, opened, taken up
//! and run on, and nothing panics.
//!
//! Some inputs are a record's bytes alone: what is read is written and read again as the same.
//!
//! # Invariants
//! - The store's own checksums are not in the way: the records are put into a store as they are.
//! - Where the memory of a process was changed it is read, verified and looked at, but not run: a
//!   memory that passes the verifier may still be no program's.

mod base;

use crate::choices::Choices;
use base::{BASES, Clock, Entries, Transport};
use engine::inspect::{self, Running};
use engine::record::{ActorRecord, StoreRecord, decode_fiber, encode_fiber};
use engine::{Engine, Options, Pid};
use std::sync::Arc;
use store::{Batch, MemoryStore, Store};

/// Turns of an engine that is taken up.
const TURNS_MAX: usize = 400;
/// Times that the clock moves on to what happens next.
const TIMES_MAX: usize = 12;

/// Runs the target.
///
/// # Panics
/// When a record that is wrong does anything but be named.
pub fn run(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    match choices.byte() % 8 {
        0 => decode(&mut choices),
        _ => recover(&mut choices),
    }
}

/// One record's bytes.
fn decode(choices: &mut Choices<'_>) {
    let kind = choices.byte() % 5;
    let bytes = choices.rest();
    match kind {
        0 => {
            if let Ok(record) = ActorRecord::decode(bytes) {
                assert_eq!(ActorRecord::decode(&record.encode()), Ok(record));
            }
        }
        1 => {
            if let Ok((record, note)) = decode_fiber(bytes) {
                let again = encode_fiber(&record, &note);
                assert_eq!(decode_fiber(&again), Ok((record, note)));
            }
        }
        2 => {
            if let Ok(record) = StoreRecord::decode(bytes, None) {
                assert_eq!(StoreRecord::decode(&record.encode(), None), Ok(record));
            }
            let right = StoreRecord::default().encode();
            if let Ok(record) = StoreRecord::decode(&right, Some(bytes)) {
                let again = record.encode_description();
                assert_eq!(StoreRecord::decode(&right, Some(&again)), Ok(record));
            }
        }
        3 => {
            if let Ok(letter) = engine::letter::Letter::decode(bytes) {
                let again = engine::letter::Letter::decode(&letter.encode());
                assert_eq!(again, Ok(letter));
            }
        }
        _ => {
            if let Ok(event) = engine::event::Event::decode(bytes) {
                // Long texts are cut when they are written.
                let again = engine::event::Event::decode(&event.encode());
                assert!(again.is_ok_and(|again| again.at_ms == event.at_ms));
            }
        }
    }
}

/// A store with some records changed.
fn recover(choices: &mut Choices<'_>) {
    let base = &BASES[choices.below(BASES.len())];
    let mut entries = base.entries.clone();
    let mut is_memory = false;
    for _ in 0..=choices.below(3) {
        is_memory |= change(choices, &mut entries);
    }
    let store = store_of(&entries);
    look(&store, base);
    if !is_memory {
        take_up(store);
    }
}

fn store_of(entries: &Entries) -> Arc<dyn Store> {
    let store = MemoryStore::new();
    let mut batch = Batch::new();
    for (key, value) in entries {
        batch.put(key, value);
    }
    // What is too long for a record cannot be in a store.
    let _ = store.commit(&[batch]);
    Arc::new(store)
}

/// Changes a record; whether it is one of a process's memory.
fn change(choices: &mut Choices<'_>, entries: &mut Entries) -> bool {
    const KINDS: &[u8] = b"PFAXMEQDIKOSN";
    let kind = *choices.pick(KINDS);
    let keys: Vec<&Vec<u8>> = entries.keys().filter(|key| key[0] == kind).collect();
    if keys.is_empty() {
        return false;
    }
    let key = (*choices.pick(&keys)).clone();
    // Letters and images hold words too.
    let is_memory = b"PFKOSMI".contains(&kind);
    let value = entries.get_mut(&key).expect("the key was found there");
    let at = choices.below(value.len().max(1));
    match choices.byte() % 10 {
        0..3 if !value.is_empty() => value[at] ^= 1 << (choices.byte() % 8),
        3 if !value.is_empty() => value[at] = choices.byte(),
        4 if !value.is_empty() => {
            value.remove(at);
        }
        5 => value.insert(at.min(value.len()), choices.byte()),
        6 => value.truncate(at),
        7 => {
            let count = choices.below(64);
            let new = choices.bytes(count);
            let end = (at + new.len()).min(value.len());
            value.splice(at.min(end)..end, new.iter().copied());
        }
        8 => {
            entries.remove(&key);
            return kind != b'X' && kind != b'E' && kind != b'M';
        }
        _ => {
            // The record once more, under a key that differs in a byte.
            let value = value.clone();
            let mut other = key;
            let at = 1 + choices.below((other.len() - 1).max(1));
            if let Some(byte) = other.get_mut(at) {
                *byte = choices.byte();
            }
            entries.insert(other, value);
        }
    }
    is_memory
}

/// What `ps`, `inspect` and `logs` do.
fn look(store: &Arc<dyn Store>, base: &base::Base) {
    let snapshot = store.snapshot();
    let _ = inspect::has_unwritten(&snapshot);
    let Ok(all) = inspect::list(&snapshot, base.run, Running::No) else {
        return;
    };
    for summary in all.iter().take(20) {
        let number = summary.pid.number;
        let pid = Pid {
            run: base.run,
            number,
        };
        let _ = inspect::view(&snapshot, pid, Some(&base.image), Running::No);
        let _ = engine::read_events(&snapshot, number);
        if let Ok(record) = engine::read_record(&snapshot, number)
            && let Ok((state, _)) = engine::read_state(&snapshot, number, &record)
        {
            let _ = vm::process::Process::restore(Arc::clone(&base.image), state);
        }
    }
}

/// What `resume` does, until nothing happens any more or long enough.
fn take_up(store: Arc<dyn Store>) {
    let clock = Arc::new(Clock::at(base::EPOCH_MS + 60_000));
    let transport = Arc::new(Transport::default());
    let options = Options {
        threads: 0,
        slice_fuel: 2_000,
        ..Options::default()
    };
    let engine = Engine::open(
        store,
        Arc::clone(&clock) as Arc<dyn engine::transport::Clock>,
        Arc::clone(&transport) as Arc<dyn engine::transport::Transport>,
        options,
    );
    let Ok(engine) = engine else { return };
    if engine.resume().is_err() {
        return;
    }
    let mut turns = 0;
    for _ in 0..TIMES_MAX {
        while engine.turn() {
            turns += 1;
            if turns > TURNS_MAX || engine.failure().is_some() {
                break;
            }
        }
        if transport.answer(&engine) {
            continue;
        }
        match engine.next_timer() {
            Some(at) if turns <= TURNS_MAX && engine.failure().is_none() => clock.pass_to(at),
            _ => break,
        }
    }
    if let Some(error) = engine.failure() {
        let error = error.to_string();
        assert!(!error.contains("internal error"), "{error}");
    }
    engine.stop();
}
