//! Stores written by older versions: every one is opened and finished, for ever.
//!
//! `tests/formats/code-0` was written in the middle of a program whose chunks are of code version 0,
//! an encoding that the loader translates. `UPDATE_FORMATS=1` writes it anew, which is right only
//! before a release has written such stores.

use crate::world::{Crash, World, program};
use engine::record::Status;
use engine::{EngineError, Options};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::key::KeyBuilder;
use store::{Batch, EmbeddedStore, KeyRange, OpenError, Store, VALUE_BYTES_FITTING};

const TEXT: &str = "(defn total [n] (if (< n 1) 0 (do (sleep 1000) (+ n (total (- n 1))))))
    (loop [turn 0]
      (when (< turn 3)
        (println \"turn\" turn (try (+ turn (total 4)) (catch Exception e :error)))
        (recur (+ turn 1))))";

const EXPECTED: &str = "turn 0 10\nturn 1 11\nturn 2 12\n";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/code-0")
}

fn open(path: &Path) -> Arc<dyn Store> {
    Arc::new(EmbeddedStore::open(path).expect("the store opens"))
}

fn world(store: Arc<dyn Store>) -> World {
    World::with(
        Options {
            threads: 0,
            ..Options::default()
        },
        store,
    )
}

/// Writes a store whose process is in the middle of its second turn, its image in the old encoding.
fn write_fixture() {
    let folder = folder();
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let store = open(&folder.join("store.redb"));
    let world = world(Arc::clone(&store));
    world.start(&program(TEXT));
    for _ in 0..6 {
        world.settle();
        assert!(world.pass_time(), "the program waits for the next second");
    }
    world.settle();
    let image = world.engine.image().expect("the image is there");
    let bytes =
        bytecode::generate::encode_image_as_version_0(image.image()).expect("old code can say it");
    let prefix = KeyBuilder::of_kind(b'I').u32(1).finish();
    let mut batch = Batch::new();
    batch.delete_range(&KeyRange::prefix(&prefix));
    for (piece, bytes) in (0u32..).zip(bytes.chunks(VALUE_BYTES_FITTING)) {
        batch.put(&KeyBuilder::of_kind(b'I').u32(1).u32(piece).finish(), bytes);
    }
    store.commit(&[batch]).unwrap();
    drop(world);
    drop(store);
    let _ = std::fs::remove_file(folder.join("store.redb.lock"));
}

/// A copy of the fixture that a test may write to.
fn copy() -> tempfile::TempDir {
    let temporary = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), temporary.path().join(entry.file_name())).unwrap();
    }
    temporary
}

#[test]
fn a_frame_of_an_older_bytecode_goes_on() {
    if std::env::var_os("UPDATE_FORMATS").is_some() {
        write_fixture();
    }
    let folder = copy();
    let world = world(open(&folder.path().join("store.redb")));
    assert_eq!(world.engine.processes(), [(1, Status::Waiting)]);
    world.engine.resume().expect("it is taken up");
    world.run();
    let standing = world.engine.standing(1).expect("it is known");
    assert_eq!(standing.status, Status::Done, "{}", standing.report);
    // The first turn was written by the run before; its last batch may be said again.
    let said = world.stdout();
    assert!(
        EXPECTED.ends_with(&said) && said.ends_with("turn 2 12\n"),
        "{said:?}"
    );
    assert!(said.contains("turn 1 11\n"), "{said:?}");
}

/// The files of a store, but for its lock.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|suffix| suffix != "lock"))
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_as_it_was() {
    let folder = copy();
    let path = folder.path().join("store.redb.log-0");
    let mut bytes = std::fs::read(&path).unwrap();
    store::sim::make_newer(&mut bytes);
    std::fs::write(&path, &bytes).unwrap();
    let before = files(folder.path());
    let error = EmbeddedStore::open(folder.path().join("store.redb")).expect_err("it is too new");
    assert!(matches!(error, OpenError::TooNew { .. }), "{error}");
    assert!(error.to_string().contains("use a newer oxc"), "{error}");
    assert_eq!(files(folder.path()), before);
}

/// A store in which the record at `key` is changed, as an engine would have written it.
fn with_record(key: &[u8], change: impl Fn(&mut Vec<u8>)) -> tempfile::TempDir {
    let folder = copy();
    let store = open(&folder.path().join("store.redb"));
    let value = store.snapshot().get(key).unwrap();
    let mut bytes = value.expect("the record is there").into_vec();
    change(&mut bytes);
    let mut batch = Batch::new();
    batch.put(key, &bytes);
    store.commit(&[batch]).unwrap();
    folder
}

/// Opens an engine and takes up what is there, which must be refused for its version.
fn assert_refused(folder: &Path) {
    let before = files(folder);
    let store = open(&folder.join("store.redb"));
    let options = Options {
        threads: 0,
        ..Options::default()
    };
    let error = match World::opened(options, store) {
        Err(error) => error,
        Ok(world) => world.engine.resume().expect_err("it is too new"),
    };
    assert!(matches!(error, EngineError::TooNew(_)), "{error}");
    assert!(error.to_string().contains("use a newer oxc"), "{error}");
    assert_eq!(files(folder), before, "nothing was written");
}

#[test]
fn newer_records_are_refused_and_left_as_they_were() {
    let later = engine::record::RECORD_VERSION + 1;
    let later_description = engine::record::DESCRIPTION_VERSION + 1;
    let store_record = with_record(b"A", |bytes| bytes[0] = later);
    assert_refused(store_record.path());
    let process = KeyBuilder::of_kind(b'P').u64(1).finish();
    // The first piece begins with the length of all.
    let process_record = with_record(&process, |bytes| bytes[4] = later);
    assert_refused(process_record.path());
    let description = KeyBuilder::of_kind(b'D').u32(0).finish();
    let description = with_record(&description, |bytes| bytes[0] = later_description);
    assert_refused(description.path());
}

#[test]
fn a_newer_fiber_stops_the_engine_and_is_no_damage() {
    let fiber = KeyBuilder::of_kind(b'F').u64(1).u64(0).finish();
    let folder = with_record(&fiber, |bytes| {
        bytes[0] = engine::record::RECORD_VERSION + 1
    });
    let world = world(open(&folder.path().join("store.redb")));
    world
        .engine
        .resume()
        .expect("the process's record is known");
    world.run();
    let failure = world.engine.failure().expect("it cannot go on");
    assert!(matches!(failure, EngineError::TooNew(_)), "{failure}");
    assert_eq!(world.engine.damaged(), []);
}

#[test]
fn newer_images_and_chunks_are_refused_and_left_as_they_were() {
    let image = KeyBuilder::of_kind(b'I').u32(1).u32(0).finish();
    let newer_image = with_record(&image, |bytes| bytes[4] = 99);
    assert_refused(newer_image.path());
    let newer_chunk = with_record(&image, |bytes| {
        let number = |at: usize| {
            u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes")) as usize
        };
        let (code, code_len, map_len) = (24, number(8), number(16));
        let end = code + code_len;
        let chunk = bytes[code..end].windows(4).position(|w| w == b"OxCh");
        let chunk = code + chunk.expect("an image has code");
        bytes[chunk + 6] = 99;
        let hash = bytecode::Hash::of(&bytes[code..end]).0;
        let place = end + map_len;
        bytes[place..place + hash.len()].copy_from_slice(&hash);
    });
    assert_refused(newer_chunk.path());
}

#[test]
fn names_that_an_older_version_has_stored_are_known_until_they_are_taken_away() {
    let text = "(let [p (spawn (fn [] (receive :end nil)))]
                  (register :a p)
                  (sleep 10)
                  (println (= p (whereis :a)))
                  (unregister :a)
                  (sleep 10)
                  (println (whereis :a)))";
    let mut world = World::new();
    world.start(&program(text));
    world.settle();
    // They were in the records of their holders.
    let mut record = engine::read_record(&world.store.snapshot(), 2).unwrap();
    record.name = Some(":a".to_owned());
    let record = record.encode();
    let mut bytes = u32::try_from(record.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend(record);
    let mut batch = Batch::new();
    batch.put(&KeyBuilder::of_kind(b'P').u64(2).finish(), &bytes);
    batch.delete_range(&KeyRange::prefix(b"N"));
    world.store.commit(&[batch]).unwrap();
    for said in ["true\n", "true\nnil\n"] {
        world.restart(Crash::Never);
        world.engine.resume().unwrap();
        assert!(world.pass_time());
        world.settle();
        assert_eq!(world.stdout(), said);
    }
}
