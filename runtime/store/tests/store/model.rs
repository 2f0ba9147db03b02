//! Random groups against a map in memory, with reopening at random points.

use std::path::Path;
use std::sync::Arc;

use crate::common::{Action, Model, apply, batch, contents, small};
use proptest::prelude::*;
use store::sim::{SimDisk, Survival};
use store::{EmbeddedStore, FoldMode, KeyRange, MemoryStore, Options, Snapshot, Store};

const PATH: &str = "d/store.redb";

#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<Vec<Action>>),
    TakeSnapshot,
    DropSnapshot,
    Reopen,
    Kill,
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        (0..30_u8).prop_map(|n| vec![b'a' + n % 3, n]),
        (0..4_u8).prop_map(|n| vec![b'b'; usize::from(n) + 1]),
    ]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    (any::<u8>(), prop_oneof![0..40_usize, 500..3000_usize]).prop_map(|(b, n)| vec![b; n])
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => (key(), value()).prop_map(|(k, v)| Action::Put(k, v)),
        2 => key().prop_map(Action::Delete),
        1 => (b'a'..b'e').prop_map(|b| Action::DeletePrefix(vec![b])),
        1 => (key(), key()).prop_map(|(a, b)| Action::DeleteRange(a, b)),
        4 => (key(), 0..900_u32, prop::collection::vec(any::<u8>(), 0..40), 0..900_u32)
            .prop_map(|(k, at, bytes, more)| {
                let total = at + bytes.len() as u32 + more;
                Action::Patch(k, at, bytes, total)
            }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let group = prop::collection::vec(prop::collection::vec(action(), 1..4), 1..3);
    prop_oneof![
        20 => group.prop_map(Step::Commit),
        2 => Just(Step::TakeSnapshot),
        1 => Just(Step::DropSnapshot),
        1 => Just(Step::Reopen),
        1 => Just(Step::Kill),
    ]
}

fn snapshot_contents(snapshot: &Snapshot) -> Model {
    snapshot
        .range(KeyRange::all())
        .map(|entry| entry.expect("undamaged"))
        .map(|(key, value)| (key, value.into_vec()))
        .collect()
}

fn open(disk: &SimDisk, options: Options) -> EmbeddedStore {
    EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), options).expect("opens")
}

fn run(steps: &[Step], options: Options) {
    let mut disk = SimDisk::new();
    let mut store = Some(open(&disk, options));
    let memory = MemoryStore::new();
    let mut model = Model::new();
    let mut snapshots: Vec<(Snapshot, Snapshot, Model)> = Vec::new();
    for step in steps {
        match step {
            Step::Commit(group) => {
                let batches: Vec<_> = group.iter().map(|actions| batch(actions)).collect();
                let store = store.as_ref().expect("open");
                store.commit(&batches).expect("commits");
                memory.commit(&batches).expect("commits");
                group.iter().for_each(|actions| apply(&mut model, actions));
                let probe = KeyRange::between(b"a", b"b\x05");
                let found: Model = store
                    .snapshot()
                    .range(probe.clone())
                    .map(|entry| entry.expect("undamaged"))
                    .map(|(key, value)| (key, value.into_vec()))
                    .collect();
                let expected = model.range(probe.start..probe.end.expect("bounded"));
                let expected: Model = expected.map(|(k, v)| (k.clone(), v.clone())).collect();
                assert_eq!(found, expected);
            }
            Step::TakeSnapshot => {
                let store = store.as_ref().expect("open");
                snapshots.push((store.snapshot(), memory.snapshot(), model.clone()));
            }
            Step::DropSnapshot => {
                if !snapshots.is_empty() {
                    snapshots.remove(0);
                }
            }
            Step::Reopen => {
                drop(store.take());
                store = Some(open(&disk, options));
            }
            Step::Kill => {
                let image = disk.crash_image(Survival::Dropped, 0);
                drop(store.take());
                disk = image;
                snapshots.clear();
                store = Some(open(&disk, options));
            }
        }
        assert_eq!(
            contents(store.as_ref().expect("open")).expect("undamaged"),
            model
        );
        for (embedded, memory, expected) in &snapshots {
            assert_eq!(&snapshot_contents(embedded), expected);
            assert_eq!(&snapshot_contents(memory), expected);
        }
    }
    assert_eq!(contents(&memory).expect("undamaged"), model);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_store_is_a_map(steps in prop::collection::vec(step(), 1..60)) {
        run(&steps, small());
    }

    #[test]
    fn a_store_that_folds_beside_is_a_map(steps in prop::collection::vec(step(), 1..60)) {
        run(&steps, Options { fold: FoldMode::Background, ..small() });
    }
}

#[test]
fn an_invalid_batch_changes_nothing_and_stops_nothing() {
    let disk = SimDisk::new();
    let store = open(&disk, small());
    let mut invalid = store::Batch::new();
    invalid.put(b"k", b"v").put(b"", b"no key");
    assert!(store.commit(&[invalid]).is_err());
    let valid = batch(&[Action::Put(b"k".to_vec(), b"w".to_vec())]);
    assert_eq!(
        store.commit(&[valid]).expect("commits"),
        store::CommitSeq(1)
    );
    assert_eq!(contents(&store).expect("undamaged").len(), 1);
}
