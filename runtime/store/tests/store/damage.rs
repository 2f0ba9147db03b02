//! Flipped bits and worse in every file: right answers, a named record, or a
//! named store, and never a panic.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use crate::common::{Action, Model, apply, batch, contents, script, small};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use store::disk::Disk as _;
use store::sim::SimDisk;
use store::{EmbeddedStore, Finding, KeyRange, OpenError, Options, Store, StoreError, verify_with};

const PATH: &str = "d/store.redb";

fn open(disk: &SimDisk, options: Options) -> Result<EmbeddedStore, OpenError> {
    EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), options)
}

/// A disk with a store whose groups are partly folded, and all its states.
fn filled(groups: usize) -> (SimDisk, Vec<Model>) {
    let disk = SimDisk::new();
    let store = open(&disk, small()).expect("opens");
    let mut states = vec![Model::new()];
    for group in script(groups) {
        store.commit(&[batch(&group)]).expect("commits");
        let mut state = states.last().expect("some").clone();
        apply(&mut state, &group);
        states.push(state);
    }
    assert!(store.stats().folded.0 > 0);
    drop(store);
    (disk.copy(), states)
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Outcome {
    Right,
    Shorter,
    NamedRecord,
    NamedStore,
}

/// What reading a damaged disk leads to; fails on a wrong answer.
fn look(disk: &SimDisk, states: &[Model]) -> Outcome {
    let expected = states.last().expect("some");
    let store = match open(disk, small()) {
        Ok(store) => store,
        Err(OpenError::DamagedStore { .. } | OpenError::NotAStore { .. }) => {
            return Outcome::NamedStore;
        }
        Err(error) => panic!("unexpected: {error}"),
    };
    let snapshot = store.snapshot();
    let last = usize::try_from(snapshot.seq().0).expect("small");
    let mut outcome = Outcome::Right;
    let expected = if last + 1 == states.len() {
        expected
    } else {
        // More than one bit in the very last record looks like a torn one; the
        // flips of a round are near each other and so hit two at most.
        outcome = Outcome::Shorter;
        assert!(last + 3 >= states.len(), "only the last groups may be torn");
        &states[last]
    };
    let probes = (0..41).map(|n| format!("k{n:03}").into_bytes());
    for key in probes.chain([b"count".to_vec(), b"patched".to_vec()]) {
        match snapshot.get(&key) {
            Ok(value) => assert_eq!(value.as_deref(), expected.get(&key).map(Vec::as_slice)),
            Err(StoreError::DamagedRecord { key: named }) => {
                assert_eq!(named, key);
                outcome = Outcome::NamedRecord;
            }
            Err(error) => panic!("unexpected: {error}"),
        }
    }
    let (mut seen, mut hidden) = (Model::new(), Vec::new());
    for entry in snapshot.range(KeyRange::all()) {
        match entry {
            Ok((key, value)) => {
                seen.insert(key, value.into_vec());
            }
            Err(StoreError::DamagedRecord { key }) => {
                outcome = Outcome::NamedRecord;
                hidden.push((key.clone(), Some([key, vec![0]].concat())));
            }
            Err(StoreError::Hidden { after, before, .. }) => {
                outcome = Outcome::NamedRecord;
                hidden.push((after, before));
            }
            Err(error) => panic!("unexpected: {error}"),
        }
    }
    // What is missing was named.
    for (key, value) in expected {
        let is_named = hidden.iter().any(|(after, before)| {
            after <= key && before.as_ref().is_none_or(|before| key < before)
        });
        assert!(
            is_named || seen.get(key) == Some(value),
            "{key:?} was left out unnamed"
        );
    }
    for (key, value) in &seen {
        assert_eq!(expected.get(key), Some(value));
    }
    outcome
}

fn damage_at_random(flips: usize, rounds: u64) -> BTreeSet<Outcome> {
    let (disk, states) = filled(40);
    let sizes: Vec<_> = disk
        .files()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("store.redb.lock"))
        .map(|(path, bytes)| {
            // Most of a file is room; flips go where something is.
            let used = bytes.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
            (path, used)
        })
        .filter(|(_, used)| *used > 0)
        .collect();
    assert_eq!(sizes.len(), 3, "{sizes:?}");
    let mut numbers = TestRng::from_seed(RngAlgorithm::ChaCha, &[flips as u8; 32]);
    let mut outcomes = BTreeSet::new();
    for round in 0..rounds {
        let damaged = disk.copy();
        let (path, used) = &sizes[(round % 3) as usize];
        damaged.damage(path, |bytes| {
            let start = numbers.next_u64() as usize % used;
            for _ in 0..flips {
                let at = (start + numbers.next_u64() as usize % 64) % used;
                bytes[at] ^= 1 << (numbers.next_u64() % 8);
            }
        });
        let result = catch_unwind(AssertUnwindSafe(|| look(&damaged, &states)));
        let outcome = result.unwrap_or_else(|_| panic!("round {round} in {}", path.display()));
        let report = verify_with(Arc::new(damaged), Path::new(PATH));
        match report {
            Ok(report) => match outcome {
                Outcome::Right | Outcome::Shorter => assert!(report.is_sound(), "{report:?}"),
                Outcome::NamedRecord | Outcome::NamedStore => {
                    assert!(!report.is_sound(), "round {round}: {report:?}");
                }
            },
            Err(OpenError::NotAStore { .. }) => assert_eq!(outcome, Outcome::NamedStore),
            Err(error) => panic!("unexpected: {error}"),
        }
        outcomes.insert(outcome);
    }
    outcomes
}

#[test]
fn one_flipped_bit_is_harmless() {
    assert_eq!(damage_at_random(1, 900), BTreeSet::from([Outcome::Right]));
}

#[test]
fn several_flipped_bits_are_harmless_or_named() {
    let outcomes = damage_at_random(6, 900);
    assert!(outcomes.contains(&Outcome::NamedStore), "{outcomes:?}");
    assert!(outcomes.contains(&Outcome::NamedRecord), "{outcomes:?}");
}

#[test]
fn a_damaged_record_hurts_no_record_elsewhere() {
    let disk = SimDisk::new();
    let options = Options {
        fold_bytes: 1,
        fold: store::FoldMode::Inline { after: 0 },
        ..small()
    };
    let store = open(&disk, options).expect("opens");
    let key = |n: u8| vec![b'r', n];
    let value = |n: u8| vec![n; 6000];
    let puts: Vec<_> = (0..50).map(|n| Action::Put(key(n), value(n))).collect();
    store.commit(&[batch(&puts)]).expect("commits");
    for n in 0..3 {
        let other = [Action::Put(vec![b'z', n], vec![n])];
        store.commit(&[batch(&other)]).expect("commits");
    }
    assert!(store.stats().folded.0 >= 1);
    drop(store);
    let disk = disk.copy();
    disk.damage(Path::new(PATH), |bytes| {
        let wanted = [17; 500];
        let mut at = 0;
        while let Some(found) = bytes[at..].windows(500).position(|window| window == wanted) {
            bytes[at + found + 100..at + found + 140].fill(0xAB);
            at += found + 500;
        }
    });
    let store = open(&disk, options).expect("opens");
    let snapshot = store.snapshot();
    let mut hurt = Vec::new();
    for n in 0..50 {
        match snapshot.get(&key(n)) {
            Ok(found) => assert_eq!(found.as_deref(), Some(&value(n)[..])),
            Err(error) => {
                assert_eq!(error, StoreError::DamagedRecord { key: key(n) });
                hurt.push(n);
            }
        }
    }
    assert!(hurt.contains(&17) && hurt.len() <= 2, "{hurt:?}");
    let report = verify_with(Arc::new(disk.clone()), Path::new(PATH)).expect("there");
    let named = Finding::Record { key: key(17) };
    assert!(report.findings.contains(&named), "{report:?}");
    assert!(report.records >= 49, "{report:?}");
}

#[test]
fn a_lost_log_is_named() {
    let (disk, _) = filled(40);
    let disk_files = disk.files();
    let logs: Vec<_> = disk_files
        .iter()
        .filter(|(path, _)| path.to_string_lossy().contains(".log-"))
        .collect();
    assert_eq!(logs.len(), 2);
    for (path, _) in &logs {
        let damaged = disk.copy();
        damaged.damage(path, |bytes| bytes[..40].fill(0xEE));
        assert!(matches!(
            open(&damaged, small()),
            Err(OpenError::DamagedStore { .. })
        ));
    }
    let copy = disk.copy();
    let store = open(&copy, small()).expect("opens");
    assert!(!contents(&store).expect("undamaged").is_empty());
}

/// Small records, several to a page, all folded.
fn with_small_records(count: u16) -> (SimDisk, Options, impl Fn(u16) -> Vec<u8>) {
    let disk = SimDisk::new();
    let options = Options {
        fold_bytes: 1,
        fold: store::FoldMode::Inline { after: 0 },
        ..small()
    };
    let store = open(&disk, options).expect("opens");
    let key = |n: u16| [&b"P"[..], &u64::from(n).to_be_bytes()].concat();
    let puts: Vec<_> = (1..=count)
        .map(|n| Action::Put(key(n), format!("record {n:05}").repeat(15).into_bytes()))
        .collect();
    store.commit(&[batch(&puts)]).expect("commits");
    for n in 0..3 {
        let other = [Action::Put(vec![b'z', n], vec![n])];
        store.commit(&[batch(&other)]).expect("commits");
    }
    assert!(store.stats().folded.0 >= 1);
    drop(store);
    (disk.copy(), options, key)
}

/// Flips three bits in what is stored at the first place of a text.
fn flip_three(disk: &SimDisk, text: &str) {
    disk.damage(Path::new(PATH), |bytes| {
        let mut at = 0;
        let mut found = 0;
        while let Some(next) = bytes[at..]
            .windows(text.len())
            .position(|w| w == text.as_bytes())
        {
            at += next;
            if !bytes[at..].starts_with(text.repeat(15).as_bytes()) {
                at += 1;
                continue;
            }
            for byte in [5, 70, 131] {
                bytes[at + byte] ^= 0x10;
            }
            at += text.len() * 15;
            found += 1;
        }
        assert!(found >= 1, "the record is in the file");
    });
}

#[test]
fn three_flipped_bits_hurt_one_record_of_a_page() {
    let (disk, options, key) = with_small_records(61);
    flip_three(&disk, "record 00005");
    let store = open(&disk, options).expect("opens");
    let snapshot = store.snapshot();
    for n in 1..=61 {
        match snapshot.get(&key(n)) {
            Ok(value) => assert!(value.is_some() && n != 5, "{n}"),
            Err(error) => assert_eq!((error, n), (StoreError::DamagedRecord { key: key(5) }, 5)),
        }
    }
    assert_eq!(snapshot.get(&key(62)), Ok(None));
    let mut seen = Vec::new();
    let mut hidden = Vec::new();
    for entry in snapshot.prefix(b"P") {
        match entry {
            Ok((found, _)) => seen.push(found),
            Err(error) => hidden.push(error),
        }
    }
    let expected: Vec<_> = (1..=61).filter(|n| *n != 5).map(&key).collect();
    assert_eq!(seen, expected);
    let named = StoreError::Hidden {
        after: [key(4), vec![0]].concat(),
        before: Some(key(6)),
        claimed: Some(key(5)),
    };
    assert_eq!(hidden, [named]);
    // Ranges beside it are whole.
    assert!(
        snapshot
            .range(KeyRange::between(&key(6), &key(60)))
            .all(|e| e.is_ok())
    );
    let report = verify_with(Arc::new(disk), Path::new(PATH)).expect("there");
    assert!(
        report.findings.contains(&Finding::Record { key: key(5) }),
        "{report:?}"
    );
}

#[test]
fn a_damaged_page_can_be_written_around() {
    let (disk, options, key) = with_small_records(200);
    // Nothing is left of the page of record 5: its table of contents is gone, too.
    disk.damage(Path::new(PATH), |bytes| {
        let text = b"record 00005record 00005";
        let mut at = 0;
        while let Some(next) = bytes[at..].windows(text.len()).position(|w| w == text) {
            let block = 4096 + (at + next - 4096) / 4104 * 4104;
            bytes[block..block + 4000].fill(0xE5);
            at = block + 4104;
        }
    });
    let mut expected = Model::new();
    let mut store = open(&disk, options).expect("opens");
    let gone: Vec<u16> = (1..=200)
        .filter(|n| store.snapshot().get(&key(*n)).is_err())
        .collect();
    assert!(gone.contains(&5) && gone.len() < 40, "{gone:?}");
    for n in (1..=200).filter(|n| !gone.contains(n)) {
        let value = store
            .snapshot()
            .get(&key(n))
            .expect("whole")
            .expect("there");
        expected.insert(key(n), value.into_vec());
    }
    for entry in store
        .snapshot()
        .prefix(b"z")
        .map(|entry| entry.expect("whole"))
    {
        expected.insert(entry.0, entry.1.into_vec());
    }
    // Some of the page are put anew, some are deleted, some patched; and others everywhere.
    for round in 0..4u16 {
        let mut group = vec![
            Action::Put(key(gone[0]), vec![round as u8; 50]),
            Action::Delete(key(gone[1])),
            Action::Put(key(150 + round), vec![round as u8; 300]),
            Action::Delete(key(190 + round)),
        ];
        if round == 1 {
            group.push(Action::DeleteRange(key(100), key(120)));
        }
        store
            .commit(&[batch(&group)])
            .expect("damage elsewhere hurts nothing");
        apply(&mut expected, &group);
        if round == 2 {
            assert!(store.stats().folds > 0, "it was folded");
            drop(store);
            store = open(&disk, options).expect("opens");
        }
    }
    assert!(store.take_damage().is_empty());
    let patch = [
        Action::Patch(key(gone[2]), 0, vec![7], 100),
        Action::Put(key(300), vec![1]),
    ];
    store.commit(&[batch(&patch)]).expect("the other is done");
    expected.insert(key(300), vec![1]);
    assert_eq!(
        store.take_damage(),
        [StoreError::DamagedRecord { key: key(gone[2]) }]
    );
    drop(store);
    let store = open(&disk, options).expect("opens");
    let mut seen = Model::new();
    let mut hidden = 0;
    for entry in store.snapshot().range(KeyRange::all()) {
        match entry {
            Ok((key, value)) => drop(seen.insert(key, value.into_vec())),
            Err(StoreError::Hidden { .. }) => hidden += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(hidden, 1);
    assert_eq!(seen, expected);
    assert_eq!(store.snapshot().get(&key(gone[1])), Ok(None));
    assert!(store.snapshot().get(&key(gone[2])).is_err());
}

#[test]
fn a_commit_log_that_is_gone_is_named() {
    let mut outcomes = BTreeSet::new();
    for groups in 30..70 {
        let (disk, states) = filled(groups);
        for log in ["d/store.redb.log-0", "d/store.redb.log-1"] {
            for is_emptied in [false, true] {
                let disk = disk.copy();
                if is_emptied {
                    disk.damage(Path::new(log), Vec::clear);
                } else {
                    disk.remove(Path::new(log)).expect("removed");
                }
                let report = verify_with(Arc::new(disk.copy()), Path::new(PATH));
                let is_sound = report.expect("a report").is_sound();
                let outcome = look(&disk, &states);
                assert_eq!(is_sound, outcome == Outcome::Right, "{groups} {log}");
                // Nothing is taken for the last group of a log that is not there at all.
                assert_ne!(outcome, Outcome::Shorter, "{groups} groups, {log}");
                outcomes.insert(outcome);
            }
        }
    }
    // What is folded needs no log.
    let both = BTreeSet::from([Outcome::Right, Outcome::NamedStore]);
    assert_eq!(outcomes, both);
}

#[test]
fn a_main_file_that_is_cut_is_named() {
    let (disk, states) = filled(40);
    let main = |disk: &SimDisk| {
        let files = disk.files().into_iter();
        let mut main = files.filter(|(path, _)| path == Path::new(PATH));
        main.next().expect("it is there").1
    };
    let length = main(&disk).len();
    let mut outcomes = BTreeSet::new();
    for cut in (0..length).step_by(length / 150) {
        let disk = disk.copy();
        disk.damage(Path::new(PATH), |bytes| bytes.truncate(cut));
        match verify_with(Arc::new(disk.copy()), Path::new(PATH)) {
            Ok(report) => {
                let outcome = look(&disk, &states);
                assert!(!report.is_sound(), "{cut} bytes: {outcome:?}");
                let named = format!("{:?}", report.findings);
                assert!(cut < 4096 || named.contains("is cut"), "{cut}: {named}");
                outcomes.insert(outcome);
            }
            Err(OpenError::NotAStore { .. }) if cut < 512 => {}
            Err(error) => panic!("{cut} bytes: {error}"),
        }
    }
    assert!(outcomes.contains(&Outcome::NamedStore), "{outcomes:?}");
    assert!(!outcomes.contains(&Outcome::Shorter), "{outcomes:?}");
}
