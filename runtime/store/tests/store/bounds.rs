//! What a store takes: bytes read to open it, groups that are not folded.

use std::path::Path;
use std::sync::Arc;

use crate::common::contents;
use store::sim::SimDisk;
use store::{Batch, EmbeddedStore, FoldMode, Options, Store, VALUE_BYTES_FITTING};

const PATH: &str = "d/store.redb";
const LOGS: [&str; 2] = ["d/store.redb.log-0", "d/store.redb.log-1"];

fn open(disk: &SimDisk, options: Options) -> EmbeddedStore {
    EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), options).unwrap()
}

/// Pieces of something large, from this number on.
fn large(from: u32, pieces: u32) -> Batch {
    let mut batch = Batch::new();
    for piece in from..from + pieces {
        batch.put(
            &piece.to_be_bytes(),
            &vec![piece as u8 + 1; VALUE_BYTES_FITTING],
        );
    }
    batch
}

fn unfolded(store: &EmbeddedStore) -> u64 {
    let stats = store.stats();
    stats.last.0 - stats.folded.0
}

#[test]
fn what_is_folded_is_not_read_to_open() {
    let disk = SimDisk::new();
    let options = Options {
        fold: FoldMode::Inline { after: 0 },
        ..Options::default()
    };
    let store = open(&disk, options);
    // It is frozen at its end, and folded by the next.
    store.commit(&[large(0, 200)]).unwrap();
    assert_eq!(store.stats().log_bytes, 0, "another log is begun at once");
    store.commit(&[large(0, 1)]).unwrap();
    assert_eq!(unfolded(&store), 1);
    let before = contents(&store).unwrap();
    drop(store);
    let before_opening = disk.bytes_read();
    let store = open(&disk, options);
    let read = disk.bytes_read() - before_opening;
    assert!(read < 1 << 20, "{read} bytes were read");
    assert_eq!(contents(&store).unwrap(), before);
    drop(store);
    // Nor is it when nothing follows it.
    let store = open(&disk, options);
    store.commit(&[large(0, 200)]).unwrap();
    store.commit(&[Batch::new()]).unwrap();
    drop(store);
    for log in LOGS {
        // As if the group behind it had not been written.
        disk.damage(Path::new(log), |bytes| {
            if bytes.len() <= 8 << 20 {
                bytes.truncate(64 << 10);
                bytes[64..].fill(0);
            }
        });
    }
    let before_opening = disk.bytes_read();
    let store = open(&disk, options);
    let read = disk.bytes_read() - before_opening;
    assert!(read < 1 << 20, "{read} bytes were read");
    assert_eq!(contents(&store).unwrap(), before);
    // What is committed then begins it.
    store.commit(&[large(500, 1)]).unwrap();
    drop(store);
    assert_eq!(contents(&open(&disk, options)).unwrap().len(), 201);
}

#[test]
fn one_large_group_at_most_is_not_folded() {
    let disk = SimDisk::new();
    let options = Options {
        fold: FoldMode::Inline { after: 1000 },
        ..Options::default()
    };
    let store = open(&disk, options);
    for round in 0..4 {
        store.commit(&[large(0, 200)]).unwrap();
        assert_eq!(unfolded(&store), 1, "large group {round}");
        // Small ones go on while it is folded.
        store.commit(&[large(round, 1)]).unwrap();
        assert_eq!(unfolded(&store), 2);
        if round % 2 == 0 {
            let before = contents(&store).unwrap();
            drop(store);
            let store = open(&disk, options);
            assert_eq!(contents(&store).unwrap(), before);
            return large_values_can_be_changed(&store);
        }
    }
}

/// Values that lie in a large record of the log, as the store was opened with it.
fn large_values_can_be_changed(store: &EmbeddedStore) {
    let snapshot = store.snapshot();
    let key = 7_u32.to_be_bytes();
    let mut batch = Batch::new();
    batch.patch(&key, 3, b"patched", VALUE_BYTES_FITTING as u32);
    batch.put(&8_u32.to_be_bytes(), b"short");
    batch.delete(&9_u32.to_be_bytes());
    store.commit(&[batch]).unwrap();
    let mut expected = vec![8; VALUE_BYTES_FITTING];
    assert_eq!(snapshot.get(&key).unwrap().as_deref(), Some(&*expected));
    expected[3..10].copy_from_slice(b"patched");
    let now = store.snapshot();
    assert_eq!(now.get(&key).unwrap().unwrap().into_vec(), expected);
    let eight = now.get(&8_u32.to_be_bytes()).unwrap();
    assert_eq!(eight.as_deref(), Some(b"short".as_slice()));
    assert_eq!(now.get(&9_u32.to_be_bytes()).unwrap(), None);
    let eight = snapshot.get(&8_u32.to_be_bytes()).unwrap();
    assert_eq!(eight.unwrap().into_vec(), vec![9; VALUE_BYTES_FITTING]);
}
