//! What durability costs: bytes of a step, whatever the size of the process.

use crate::world::{World, program};
use engine::Options;
use std::path::Path;
use std::sync::Arc;
use store::sim::SimDisk;
use store::{EmbeddedStore, FoldMode, Store};

/// Bytes written a step, of a program that sleeps in a loop after `setup`.
fn bytes_of_a_step(setup: &str, step: &str) -> u64 {
    let options = store::Options {
        fold: FoldMode::Inline { after: 1 },
        ..store::Options::default()
    };
    let disk = Arc::new(SimDisk::new());
    let store =
        Arc::new(EmbeddedStore::open_with(disk, Path::new("/run/store.redb"), options).unwrap());
    let world = World::with(
        Options {
            threads: 0,
            ..Options::default()
        },
        Arc::clone(&store) as Arc<dyn Store>,
    );
    world.start(&program(&format!(
        "{setup} (loop [n 0] (sleep 10) {step} (recur (inc n)))"
    )));
    let steps = |count: u64| {
        for _ in 0..count {
            world.settle();
            assert!(world.pass_time());
        }
    };
    steps(50);
    let before = (store.bytes_written(), world.commits());
    steps(200);
    assert_eq!(world.commits() - before.1, 200, "a commit a step");
    (store.bytes_written() - before.0) / 200
}

#[test]
fn a_step_of_a_small_process_writes_little() {
    let bytes = bytes_of_a_step("", "");
    eprintln!("{bytes} bytes a step");
    assert!(bytes < 1_024, "{bytes} bytes a step");
}

#[test]
fn a_step_costs_the_same_however_much_the_process_holds() {
    let small = bytes_of_a_step("(def held (vec (range 10)))", "(count held)");
    let large = bytes_of_a_step("(def held (vec (range 300000)))", "(count held)");
    assert!(
        large < small + 128,
        "{large} bytes a step instead of {small}"
    );
}

#[test]
fn a_step_costs_the_same_however_deep_the_stack_is() {
    let deep = "(defn down [n] (if (pos? n) (inc (down (dec n))) (loop [] (sleep 10) (recur)))) (down 100000)";
    let shallow =
        "(defn down [n] (if (pos? n) (inc (down (dec n))) (loop [] (sleep 10) (recur)))) (down 1)";
    let (deep, shallow) = (bytes_of_a_step(deep, ""), bytes_of_a_step(shallow, ""));
    eprintln!("deep {deep} shallow {shallow}");
    assert!(
        deep < shallow + 128,
        "{deep} bytes a step instead of {shallow}"
    );
}

#[test]
fn a_step_costs_the_same_beside_fibers_that_wait() {
    let alone = bytes_of_a_step("(async (sleep \"1h\"))", "");
    for waits in [
        "(await (promise))",
        "(sleep \"1h\")",
        "((activity \"slow\"))",
    ] {
        let setup = format!("(dotimes [n 1000] (async {waits}))");
        let beside = bytes_of_a_step(&setup, "");
        eprintln!("{waits}: {beside} bytes a step, alone {alone}");
        assert!(beside < alone + 64, "{beside} bytes instead of {alone}");
    }
    // The same while others of them are told something now and then.
    let setup = "(def ps (vec (repeatedly 1000 promise)))
        (dotimes [n 1000] (async (await (nth ps n)) (await (promise))))";
    let beside = bytes_of_a_step(setup, "(when (< n 1000) (deliver (nth ps n) n))");
    eprintln!("{beside} bytes a step");
    assert!(beside < 3 * alone, "{beside} bytes instead of {alone}");
}

#[test]
fn an_answer_costs_the_same_however_many_are_waited_for() {
    let of = |count: u32| {
        let work = format!("(pmap-n {count} (fn [i] (sleep (* 10 (inc i))) i) (range {count}))");
        bytes_of_a_step(&format!("(async {work})"), "")
    };
    let (few, many) = (of(300), of(5_000));
    eprintln!("{many} bytes an answer of 5,000, {few} of 300");
    assert!(many < 2 * few, "{many} bytes instead of {few}");
}

#[test]
fn a_change_in_a_large_map_costs_its_path() {
    let bytes = bytes_of_a_step(
        "(def m (atom (into {} (map (fn [k] [k k]) (range 100000)))))",
        "(swap! m assoc n -1)",
    );
    eprintln!("map {bytes}");
    assert!(bytes < 16 * 1_024, "{bytes} bytes a step");
}

#[test]
fn a_million_letters_of_history_are_not_kept() {
    let setup = "(def p (spawn (fn [] (loop [n 0] (receive x (recur (inc n)))))))";
    let bytes = bytes_of_a_step(setup, "(send p n)");
    eprintln!("letters {bytes}");
    assert!(bytes < 2_048, "{bytes} bytes a step");
}
