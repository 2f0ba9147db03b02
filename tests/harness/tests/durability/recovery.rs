//! What a resume reads, in small: `bench/durable` measures the times. Bytes are those that the store
//! reads from its files, from opening them to the second step after.

use durable_bench::{Bench, program};
use std::path::Path;
use std::sync::Arc;
use store::FoldMode;
use store::sim::SimDisk;

const PATH: &str = "/run/store";
/// Groups after which what is being folded is folded, whatever else happens.
const FOLD: FoldMode = FoldMode::Inline { after: 16 };

/// A process that has a map of so many entries and changes one a step, beside one that has a vector
/// of so many numbers and sleeps.
fn text(entries: u64, others: u64) -> String {
    format!(
        "(def step (activity \"step\"))
         (defn build [n] (loop [i 0 m {{}}] (if (< i n) (recur (inc i) (assoc m i i)) m)))
         (spawn (fn [n] (let [v (vec (range n))] (sleep \"1000d\") (count v))) {others})
         (loop [m (build {entries}) i 0] (step) (recur (assoc m (mod (* i 7919) {entries}) i) (inc i)))"
    )
}

/// What a resume reads, and how much memory of the process is stored: means.
#[derive(Clone, Copy, Debug)]
struct Resumed {
    read: u64,
    live: u64,
}

/// Folds after which both logs have been begun anew: what they had of the beginning is folded.
const FOLDS: u64 = 3;
/// Times that a process is killed.
const KILLS: u64 = 8;

/// Lets a process take so many steps and then kills it a few times, each time a little after the log
/// was folded: how long the logs are tells when it was killed, not how long it has run.
fn resume_after(steps: u64, entries: u64, others: u64) -> Resumed {
    let disk = SimDisk::new();
    let bench = Bench::open(Arc::new(disk.clone()), Path::new(PATH), FOLD);
    bench.start(&program("recovery.ox", &text(entries, others)));
    bench.run_to(steps, |_| {});
    fold(&bench, FOLDS);
    let (mut read, mut live) = (0, 0);
    for _ in 0..KILLS {
        fold(&bench, 1);
        bench.run_to(bench.steps() + 10, |_| {});
        live += durable_bench::cost::live(&bench);
        // What the system has been given outlives the process.
        read += read_by_resume(&disk.copy());
    }
    let resumed = Resumed {
        read: read / KILLS,
        live: live / KILLS,
    };
    println!("{steps} steps, {entries} entries, {others} beside: {resumed:?}");
    resumed
}

/// Goes on until the log has been folded so many times more.
fn fold(bench: &Bench, times: u64) {
    let folds = bench.stats().folds;
    while bench.stats().folds < folds + times {
        bench.run_to(bench.steps() + 1, |_| {});
    }
}

/// Takes the run up and lets it take two steps.
fn read_by_resume(disk: &SimDisk) -> u64 {
    let before = disk.bytes_read();
    let bench = Bench::open(Arc::new(disk.clone()), Path::new(PATH), FOLD);
    assert!(bench.engine.resume().unwrap().contains(&1));
    bench.run_to(2, |_| {});
    disk.bytes_read() - before
}

#[test]
fn a_resume_reads_the_same_however_long_the_run_and_whatever_is_beside() {
    const OTHERS: u64 = 2_000_000;
    // The main file has its size by then: before about three thousand steps a seventh less is read of it.
    const SHORT: u64 = 4_000;
    let short = resume_after(SHORT, 2_000, 10).read;
    let long = resume_after(10 * SHORT, 2_000, 10).read;
    assert!(long.abs_diff(short) * 10 <= short, "{long}, {short}");
    // Logs are read in pieces of the size that they once had, and where there is room in the main file
    // is told by pages that grow with it.
    let beside = resume_after(SHORT, 2_000, OTHERS).read;
    assert!(beside - short < 8 * OTHERS / 10, "{beside}, {short}");
}

#[test]
fn a_resume_reads_what_is_alive() {
    let small = resume_after(300, 20_000, 10);
    let large = resume_after(300, 80_000, 10);
    let (live, read) = (large.live - small.live, large.read - small.read);
    assert!(live > 1 << 20, "{large:?}, {small:?}");
    assert!(read >= live && read < 3 * live, "{large:?}, {small:?}");
}
