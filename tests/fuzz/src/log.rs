//! A store opened over a commit log that was written right and then changed, or written wrong under
//! right checksums.
//!
//! What is read must be what was committed up to some group, or the damage must be named as that of
//! a record or of the store.

use crate::choices::Choices;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use store::disk::{Access, Disk};
use store::sim::{SimDisk, log_file, operations_of};
use store::{
    Batch, EmbeddedStore, FoldMode, KeyRange, OpenError, Options, Store, StoreError,
    VALUE_BYTES_MAX, verify_with,
};

const PATH: &str = "d/store.redb";
const LOGS: [&str; 2] = ["d/store.redb.log-0", "d/store.redb.log-1"];
/// Bytes of a log file's header, and of a record's.
const HEADER_BYTES: usize = 64;
const RECORD_HEADER_BYTES: usize = 32;
/// Bytes of a log file that inputs are about.
const ROOM: usize = 256 * 1024;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// A new store, and the identity in its log.
static EMPTY: LazyLock<(SimDisk, u64)> = LazyLock::new(|| {
    let disk = SimDisk::new();
    let store = open(&disk).expect("a new store opens");
    let mut batch = Batch::new();
    batch.put(b"k", b"v");
    store.commit(&[batch]).expect("it commits");
    drop(store);
    let disk = disk.copy();
    let file = bytes_of(&disk, LOGS[0]);
    let id = file[16..24].try_into().expect("eight bytes");
    disk.remove(Path::new(LOGS[0])).expect("it was there");
    (disk, u64::from_le_bytes(id))
});

fn open(disk: &SimDisk) -> Result<EmbeddedStore, OpenError> {
    let options = Options {
        fold: FoldMode::Inline { after: 1 },
        cache_bytes: 1 << 20,
        ..Options::default()
    };
    EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), options)
}

fn bytes_of(disk: &SimDisk, path: &str) -> Vec<u8> {
    let found = disk.files().into_iter();
    found
        .filter(|(name, _)| *name == Path::new(path))
        .map(|(_, bytes)| bytes)
        .next()
        .unwrap_or_default()
}

/// Runs the target.
///
/// # Panics
/// When an answer is wrong, or anything but the right words is said of the damage.
pub fn run(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    match choices.byte() % 4 {
        0 => malformed(&mut choices),
        1 => raw(&mut choices),
        _ => changed(&mut choices),
    }
}

/// Payloads that may be no operations, under right checksums: applied as one group each, or named.
fn malformed(choices: &mut Choices<'_>) {
    let mut payloads = Vec::new();
    while !choices.is_empty() && payloads.len() < 8 {
        let mut payload = Vec::new();
        let mut model = Model::new();
        for _ in 0..choices.below(4) {
            append(&mut payload, &operation(choices, &mut model));
        }
        if choices.one_in(2) {
            let count = choices.below(64);
            payload.extend_from_slice(choices.bytes(count));
        }
        damage(choices, &mut payload);
        payloads.push(payload);
    }
    let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
    let (disk, id) = &*EMPTY;
    let file = log_file(*id, 7, 1, &payloads);
    look(&with_logs(disk, [Some(file), None]), None);
}

/// A log file of any bytes.
fn raw(choices: &mut Choices<'_>) {
    let (disk, _) = &*EMPTY;
    look(
        &with_logs(disk, [Some(choices.rest().to_vec()), None]),
        None,
    );
}

/// Groups in one or two log files, and then changes to the files.
fn changed(choices: &mut Choices<'_>) {
    let (disk, id) = &*EMPTY;
    let mut states = vec![Model::new()];
    let mut payloads = Vec::new();
    for _ in 0..=choices.below(10) {
        let mut model = states.last().cloned().unwrap_or_default();
        let mut payload = Vec::new();
        for _ in 0..=choices.below(4) {
            append(&mut payload, &operation(choices, &mut model));
        }
        payloads.push(payload);
        states.push(model);
    }
    let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
    let split = if choices.one_in(3) {
        choices.below(payloads.len())
    } else {
        0
    };
    let (older, newer) = payloads.split_at(split);
    let groups = newer;
    let newer = log_file(*id, 11, split as u64 + 1, groups);
    let right = newer.clone();
    let older = (split > 0).then(|| log_file(*id, 7, 1, older));
    let mut files = [Some(newer), older];
    for _ in 0..choices.below(6) {
        let file = usize::from(choices.one_in(4));
        if let Some(bytes) = &mut files[file] {
            damage(choices, bytes);
        }
    }
    files.iter_mut().flatten().for_each(cut);
    let newer = files[0].as_deref().unwrap_or_default();
    let whole = last_whole(groups, &right, newer).map_or(0, |index| split + 1 + index);
    look(&with_logs(disk, files), Some((&states, whole)));
}

/// The last of the groups whose record is in the changed file as it was written, below an unchanged
/// header.
fn last_whole(groups: &[&[u8]], right: &[u8], changed: &[u8]) -> Option<usize> {
    let is_same = |range: std::ops::Range<usize>| changed.get(range.clone()) == right.get(range);
    if !is_same(0..HEADER_BYTES) {
        return None;
    }
    let mut at = HEADER_BYTES;
    let mut last = None;
    for (index, group) in groups.iter().enumerate() {
        let end = at + RECORD_HEADER_BYTES + group.len().next_multiple_of(8);
        if is_same(at..end) {
            last = Some(index);
        }
        at = end;
    }
    last
}

/// An operation as a batch, done to the model too.
fn operation(choices: &mut Choices<'_>, model: &mut Model) -> Batch {
    let mut batch = Batch::new();
    let key = key(choices);
    match choices.byte() % 8 {
        0 => {
            batch.delete(&key);
            model.remove(&key);
        }
        1 => {
            let end = self::key(choices);
            let (start, end) = if key < end { (key, end) } else { (end, key) };
            if start < end {
                batch.delete_range(&KeyRange::between(&start, &end));
                model.retain(|key, _| *key < start || *key >= end);
            }
        }
        2 => {
            batch.delete_prefix(&key);
            model.retain(|known, _| !known.starts_with(&key));
        }
        3 => {
            let total = 1 + choices.below(3000);
            let at = choices.below(total);
            let count = choices.below((total - at).min(16) + 1);
            let mut bytes = choices.bytes(count).to_vec();
            bytes.resize(count, 1);
            batch.patch(&key, at as u32, &bytes, total as u32);
            let value = model.entry(key).or_default();
            value.resize(total, 0);
            value[at..at + count].copy_from_slice(&bytes);
        }
        4 => {
            let value = vec![choices.byte(); choices.below(VALUE_BYTES_MAX + 1)];
            batch.put(&key, &value);
            model.insert(key, value);
        }
        _ => {
            let count = choices.below(40);
            let value = choices.bytes(count).to_vec();
            batch.put(&key, &value);
            model.insert(key, value);
        }
    }
    batch
}

fn append(payload: &mut Vec<u8>, batch: &Batch) {
    payload.extend_from_slice(operations_of(batch).expect("the batch is within its bounds"));
}

fn key(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut key = vec![b'a' + choices.byte() % 6];
    if choices.one_in(2) {
        let count = choices.below(5);
        key.extend_from_slice(choices.bytes(count));
    }
    key
}

/// A change as a failing disk or a crash makes it.
fn damage(choices: &mut Choices<'_>, bytes: &mut Vec<u8>) {
    let used = bytes.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1);
    if used == 0 {
        return;
    }
    let at = choices.below(used);
    match choices.byte() % 8 {
        0 | 1 => bytes[at] ^= 1 << (choices.byte() % 8),
        2 => bytes[at] = choices.byte(),
        3 => {
            let end = (at + 512).min(bytes.len());
            bytes[at..end].fill(0);
        }
        4 => bytes.truncate(at),
        5 => {
            let end = (at + choices.below(64)).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            let to = choices.below(bytes.len() - copy.len() + 1);
            bytes[to..to + copy.len()].copy_from_slice(&copy);
        }
        6 => bytes[at..used].fill(0),
        _ => {}
    }
}

/// What of a long file is not looked at.
fn cut(bytes: &mut Vec<u8>) {
    bytes.truncate(ROOM * 4);
}

fn with_logs(disk: &SimDisk, files: [Option<Vec<u8>>; 2]) -> SimDisk {
    let disk = disk.copy();
    for (path, bytes) in LOGS.iter().zip(files) {
        if let Some(mut bytes) = bytes {
            cut(&mut bytes);
            disk.open(Path::new(path), Access::Create)
                .expect("a file is made");
            disk.damage(Path::new(path), |file| *file = bytes);
        }
    }
    disk
}

/// Opens, reads, writes and verifies; `states` are what the store may hold, if that is known, and the
/// last group that is there beyond doubt.
fn look(disk: &SimDisk, states: Option<(&[Model], usize)>) {
    let report = verify_with(Arc::new(disk.copy()), Path::new(PATH));
    let store = match open(disk) {
        Ok(store) => store,
        Err(OpenError::DamagedStore { .. }) => {
            let report = report.expect("a damaged store is looked at");
            assert!(!report.is_sound(), "{report:?}");
            return;
        }
        Err(OpenError::TooNew { .. }) => {
            assert!(report.is_err());
            return;
        }
        Err(error) => panic!("unexpected: {error}"),
    };
    let report = report.expect("an open store is looked at");
    assert!(report.is_sound(), "{report:?}");
    let snapshot = store.snapshot();
    let mut found = Model::new();
    for entry in snapshot.range(KeyRange::all()) {
        match entry {
            Ok((key, value)) => {
                assert_eq!(
                    snapshot.get(&key).expect("it was just read").as_deref(),
                    Some(&*value)
                );
                found.insert(key, value.into_vec());
            }
            Err(StoreError::DamagedRecord { .. } | StoreError::Hidden { .. })
                if states.is_none() =>
            {
                return;
            }
            Err(error) => panic!("unexpected: {error}"),
        }
    }
    if let Some((states, whole)) = states {
        let seq = usize::try_from(snapshot.seq().0).expect("few groups");
        assert!(seq < states.len(), "more groups than were committed");
        assert!(
            seq >= whole,
            "group {whole} is there, but only {seq} are read"
        );
        assert!(
            found == states[seq],
            "group {seq} reads otherwise than it was written"
        );
    }
    // It goes on from there.
    let mut batch = Batch::new();
    batch.put(b"zz", b"last");
    store
        .commit(&[batch])
        .expect("a store that was opened commits");
    found.insert(b"zz".to_vec(), b"last".to_vec());
    drop(snapshot);
    drop(store);
    let store = open(disk).expect("what was just written opens");
    let again: Result<Model, StoreError> = store
        .snapshot()
        .range(KeyRange::all())
        .map(|entry| entry.map(|(key, value)| (key, value.into_vec())))
        .collect();
    assert!(
        again.expect("it reads") == found,
        "opening again changes the answers"
    );
}
