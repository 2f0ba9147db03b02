//! The files themselves: names, modes, the lock, versions, a killed process.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::common::{Model, apply, batch, contents, script, small};
use store::disk::OsDisk;
use store::sim::SimDisk;
use store::{Batch, CommitError, EmbeddedStore, FoldMode, OpenError, Options, Store, verify};

const CHILD: &str = "STORE_TEST_CHILD";

fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

fn fill(path: &Path, groups: usize) -> Model {
    let store = EmbeddedStore::open_with(Arc::new(OsDisk), path, small()).unwrap();
    let mut model = Model::new();
    for group in script(groups) {
        store.commit(&[batch(&group)]).unwrap();
        apply(&mut model, &group);
    }
    model
}

#[test]
fn files_appear_with_the_first_group_for_their_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("runs/1/store.redb");
    let store = EmbeddedStore::open(&path).unwrap();
    assert!(!path.exists());
    let mut batch = Batch::new();
    batch.put(b"k", b"v");
    store.commit(&[batch]).unwrap();
    let names: Vec<_> = files(path.parent().unwrap())
        .into_iter()
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["store.redb", "store.redb.lock", "store.redb.log-0"]);
    for name in names {
        let mode = fs::metadata(path.with_file_name(name))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
    let mode = fs::metadata(path.parent().unwrap()).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o700);
}

#[test]
fn a_held_store_names_its_holder() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.redb");
    let store = EmbeddedStore::open(&path).unwrap();
    store.commit(&[Batch::new()]).unwrap();
    match EmbeddedStore::open(&path) {
        Err(OpenError::Held { pid, .. }) => assert_eq!(pid, Some(std::process::id())),
        other => panic!("{other:?}"),
    }
    drop(store);
    EmbeddedStore::open(&path).unwrap();
}

#[test]
fn a_store_that_was_closed_is_the_next_ones() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.redb");
    let first = EmbeddedStore::open(&path).unwrap();
    first.commit(&[Batch::new()]).unwrap();
    first.close();
    let second = EmbeddedStore::open(&path).unwrap();
    let late = first.commit(&[Batch::new()]);
    assert!(
        matches!(late, Err(CommitError::Poisoned { .. })),
        "{late:?}"
    );
    second.commit(&[Batch::new()]).unwrap();
    drop(first);
    second.commit(&[Batch::new()]).unwrap();
    assert!(EmbeddedStore::open(&path).is_err(), "it is held");
}

#[test]
fn a_snapshot_may_outlive_its_store() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.redb");
    let model = fill(&path, 40);
    let first = EmbeddedStore::open(&path).unwrap();
    let snapshot = first.snapshot();
    drop(first);
    let second = EmbeddedStore::open_with(Arc::new(OsDisk), &path, small()).unwrap();
    for group in script(30) {
        second.commit(&[batch(&group)]).unwrap();
    }
    for (key, value) in &model {
        // What is not in memory may be gone, but is never the other's.
        if let Ok(found) = snapshot.get(key) {
            assert_eq!(found.as_deref(), Some(value.as_slice()));
        }
    }
    drop(snapshot);
    drop(second);
    let third = EmbeddedStore::open(&path).unwrap();
    let mut model = model;
    script(30).iter().for_each(|group| apply(&mut model, group));
    assert_eq!(contents(&third).unwrap(), model);
}

#[test]
fn reading_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.redb");
    let model = fill(&path, 40);
    let before = files(dir.path());
    let store = EmbeddedStore::open_read_only(&path).unwrap();
    assert_eq!(contents(&store).unwrap(), model);
    assert!(store.commit(&[Batch::new()]).is_err());
    drop(store);
    let report = verify(&path).unwrap();
    assert!(
        report.is_sound() && report.findings.is_empty(),
        "{report:?}"
    );
    assert!(report.records > 0);
    assert_eq!(files(dir.path()), before);
    let missing = dir.path().join("missing.redb");
    assert!(matches!(verify(&missing), Err(OpenError::NotFound { .. })));
    assert!(!missing.exists());
}

#[test]
fn something_else_is_refused_and_left_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notes.txt");
    fs::write(&path, "these are my notes\n").unwrap();
    let error = EmbeddedStore::open(&path).unwrap_err();
    assert!(matches!(error, OpenError::NotAStore { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"these are my notes\n");
    assert_eq!(files(dir.path()).len(), 1);
}

/// Not a test of its own: the process that the next test kills.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let options = Options {
        fold: FoldMode::Background,
        ..small()
    };
    let store = EmbeddedStore::open_with(Arc::new(OsDisk), Path::new(&path), options).unwrap();
    let first = store.snapshot().seq().0;
    for (n, group) in script(20_000).iter().enumerate().skip(first as usize) {
        store.commit(&[batch(group)]).unwrap();
        println!("acknowledged {}", n + 1);
    }
}

#[test]
fn a_killed_process_loses_nothing_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.redb");
    let mut acknowledged = 0;
    for round in 1..=12 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "files::child",
                "--nocapture",
                "--test-threads",
                "1",
            ])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let goal = acknowledged + 3 + round * 7;
        while acknowledged < goal {
            let line = lines.next().unwrap().unwrap();
            if let Some((_, number)) = line.split_once("acknowledged ") {
                acknowledged = number.parse().unwrap();
            }
        }
        child.kill().unwrap();
        for line in lines.map_while(Result::ok) {
            if let Some(Ok(number)) = line
                .split_once("acknowledged ")
                .map(|(_, number)| number.parse::<usize>())
            {
                // A torn last line may be a shorter number.
                acknowledged = acknowledged.max(number);
            }
        }
        child.wait().unwrap();
        let store = EmbeddedStore::open(&path).unwrap();
        let last = store.snapshot().seq().0 as usize;
        assert!(last >= acknowledged, "{last} of {acknowledged}");
        let mut model = Model::new();
        script(last)
            .iter()
            .for_each(|group| apply(&mut model, group));
        assert_eq!(contents(&store).unwrap(), model, "round {round}");
        assert!(round < 12 || store.stats().folded.0 > 0);
        acknowledged = last;
    }
}

#[test]
fn verifying_counts_what_only_the_log_holds() {
    let disk = SimDisk::new();
    let path = Path::new("d/store.redb");
    let store = EmbeddedStore::open_with(Arc::new(disk.clone()), path, Options::default());
    let store = store.expect("opens");
    let mut batch = Batch::new();
    batch.put(b"key", b"value");
    batch.put(b"gone", b"value");
    store.commit(&[batch]).expect("commits");
    let mut batch = Batch::new();
    batch.delete(b"gone");
    store.commit(&[batch]).expect("commits");
    drop(store);
    let report = store::verify_with(Arc::new(disk), path).expect("there");
    assert_eq!((report.folded.0, report.records), (0, 0));
    assert_eq!(
        (report.last.0, report.all_records, report.all_bytes),
        (2, 1, 8)
    );
}
