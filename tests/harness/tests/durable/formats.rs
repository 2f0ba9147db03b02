//! Stores written by older versions: every one is opened and finished, for ever.
//!
//! `tests/formats/code-0` was written in the middle of a program whose chunks are of code version 0,
//! an encoding that the loader translates. `UPDATE_FORMATS=1` writes it anew, which is right only
//! before a release has written such stores.

use crate::world::{World, program};
use engine::Options;
use engine::record::Status;
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
    let image = world.engine.image(1).expect("the image is there");
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

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_as_it_was() {
    let folder = copy();
    let path = folder.path().join("store.redb.log-0");
    let mut bytes = std::fs::read(&path).unwrap();
    // The header: magic, then the version.
    let version = bytes[8..12].to_vec();
    bytes[8] = 99;
    std::fs::write(&path, &bytes).unwrap();
    let error = EmbeddedStore::open(folder.path().join("store.redb")).expect_err("it is too new");
    let told = error.to_string();
    let refused = matches!(
        error,
        OpenError::TooNew { .. } | OpenError::DamagedStore { .. }
    );
    assert!(refused, "{told}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert_ne!(version, bytes[8..12]);
}
