//! Every write and sync of a scripted run, made to fail in every way: what is
//! found afterwards is a prefix of the groups with every acknowledged one.

use std::path::Path;
use std::sync::Arc;

use crate::common::{Action, Model, apply, batch, contents, script, small};
use store::sim::{Fault, SimDisk, Survival};
use store::{CommitError, EmbeddedStore, OpenError, Store};

const PATH: &str = "d/store.redb";
const GROUPS: usize = 34;

fn open(disk: &SimDisk) -> Result<EmbeddedStore, OpenError> {
    EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), small())
}

/// The contents after each number of groups.
fn states(script: &[Vec<Action>]) -> Vec<Model> {
    let mut model = Model::new();
    let mut states = vec![model.clone()];
    for group in script {
        apply(&mut model, group);
        states.push(model.clone());
    }
    states
}

/// An error with its causes, as people are told.
fn told(mut error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    while let Some(cause) = error.source() {
        text = format!("{text}: {cause}");
        error = cause;
    }
    text
}

/// Runs the script as far as it goes, reopening on the way: how many groups
/// were acknowledged, and the error that ended it.
fn run(disk: &SimDisk, script: &[Vec<Action>]) -> (usize, Option<String>) {
    let mut store = match open(disk) {
        Ok(store) => store,
        Err(error) => return (0, Some(told(&error))),
    };
    for (number, group) in script.iter().enumerate() {
        if number == GROUPS / 2 {
            drop(store);
            store = match open(disk) {
                Ok(store) => store,
                Err(error) => return (number, Some(told(&error))),
            };
        }
        if let Err(error) = store.commit(&[batch(group)]) {
            let again = store.commit(&[batch(group)]);
            assert!(
                matches!(again, Err(CommitError::Poisoned { .. })),
                "{error} was not final: {again:?}"
            );
            return (number, Some(error.to_string()));
        }
    }
    (script.len(), None)
}

/// Checks what an image holds, and that work goes on from there.
fn check(image: &SimDisk, states: &[Model], acknowledged: usize, context: &str) {
    let store = open(image).unwrap_or_else(|error| panic!("{context}: {error}"));
    let found = contents(&store).unwrap_or_else(|error| panic!("{context}: {error}"));
    let last = usize::try_from(store.snapshot().seq().0).expect("small");
    assert!(
        (acknowledged..=acknowledged + 1).contains(&last),
        "{context}: {acknowledged} acknowledged, {last} found"
    );
    assert_eq!(found, states[last], "{context}: {last} groups");
    let more = [Action::Put(b"more".to_vec(), b"work".to_vec())];
    store
        .commit(&[batch(&more)])
        .unwrap_or_else(|error| panic!("{context}: {error}"));
    drop(store);
    let again = open(&image.crash_image(Survival::Dropped, 0))
        .unwrap_or_else(|error| panic!("{context}, again: {error}"));
    let mut expected = states[last].clone();
    apply(&mut expected, &more);
    assert_eq!(
        contents(&again).expect("undamaged"),
        expected,
        "{context}, again"
    );
}

fn undisturbed() -> (Vec<Vec<Action>>, Vec<Model>, u64) {
    let script = script(GROUPS);
    let states = states(&script);
    let disk = SimDisk::new();
    assert_eq!(run(&disk, &script), (script.len(), None));
    let operations = disk.operations();
    let store = open(&disk).expect("opens");
    assert!(
        store.stats().folded.0 > 10,
        "the script folds: {:?}",
        store.stats()
    );
    assert_eq!(
        &contents(&store).expect("undamaged"),
        states.last().expect("some")
    );
    (script, states, operations)
}

fn crash_at_every_operation(fault: Fault) {
    let (script, states, operations) = undisturbed();
    for number in 1..=operations {
        let disk = SimDisk::new();
        disk.plan(number, fault, number);
        let (acknowledged, error) = run(&disk, &script);
        assert!(disk.is_off(), "operation {number} was reached: {error:?}");
        for survival in Survival::ALL {
            let image = disk.crash_image(survival, number);
            let context = format!("{fault:?} operation {number}, {survival:?}");
            check(&image, &states, acknowledged, &context);
        }
    }
}

#[test]
fn crash_before() {
    crash_at_every_operation(Fault::CrashBefore);
}

#[test]
fn crash_within() {
    crash_at_every_operation(Fault::CrashWithin);
}

#[test]
fn crash_after() {
    crash_at_every_operation(Fault::CrashAfter);
}

#[test]
fn failures_are_final_and_lose_nothing() {
    let (script, states, operations) = undisturbed();
    for fault in [Fault::Fails, Fault::DiskFull] {
        for number in 1..=operations {
            let disk = SimDisk::new();
            disk.plan(number, fault, number);
            let (acknowledged, error) = run(&disk, &script);
            for survival in [Survival::All, Survival::Dropped, Survival::Reordered] {
                let image = disk.crash_image(survival, number);
                let context = format!("{fault:?} operation {number}, {survival:?}, {error:?}");
                check(&image, &states, acknowledged, &context);
            }
        }
    }
}

#[test]
fn a_full_disk_is_named() {
    let (script, _, operations) = undisturbed();
    let mut folds = 0;
    for number in 1..=operations {
        let disk = SimDisk::new();
        disk.plan(number, Fault::DiskFull, 0);
        let (_, Some(error)) = run(&disk, &script) else {
            // Nobody was told of the last one.
            continue;
        };
        assert!(error.contains("space"), "{error}");
        assert!(!error.contains("read"), "{error}");
        folds += u64::from(error.contains("folding"));
    }
    assert!(folds > 0, "no fold met it");
}

#[test]
fn crashes_while_recovering() {
    let (script, states, operations) = undisturbed();
    for number in (1..=operations).step_by(5) {
        let disk = SimDisk::new();
        disk.plan(number, Fault::CrashWithin, number);
        let (acknowledged, _) = run(&disk, &script);
        let image = disk.crash_image(Survival::Reordered, number);
        for second in 1..8 {
            let image = image.copy();
            image.plan(second, Fault::CrashWithin, number ^ second);
            if let Ok(store) = open(&image) {
                let _ = store.commit(&[batch(&[Action::Delete(b"nothing".to_vec())])]);
            }
            let image = image.crash_image(Survival::Reordered, second);
            let store = open(&image).expect("opens");
            let last = usize::try_from(store.snapshot().seq().0).expect("small");
            assert!((acknowledged..=acknowledged + 2).contains(&last));
            let found = contents(&store).expect("undamaged");
            assert!(
                found == states[last.min(GROUPS)] || found == states[last - 1],
                "operation {number}, then {second}"
            );
        }
    }
}
