//! Bytes that a step writes.

use crate::{Bench, program};
use std::path::Path;
use std::sync::Arc;
use store::FoldMode;
use store::disk::Disk;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Entries of the live map, of about 60 bytes each.
    pub entries: u64,
    /// Frames below the loop.
    pub depth: u32,
    /// Frames that each step calls and returns from.
    pub calls: u32,
    /// Steps counted.
    pub steps: u64,
}

/// What a case has cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Steps counted.
    pub steps: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// Bytes of the largest step.
    pub largest: u64,
    /// Bytes of stored memory at the beginning, segments only.
    pub live: u64,
    /// Folds meanwhile.
    pub folds: u64,
}

impl Cost {
    /// Bytes a step.
    #[must_use]
    pub fn mean(&self) -> u64 {
        self.bytes / self.steps.max(1)
    }
}

fn text(case: &Case) -> String {
    format!(
        "(def step (activity \"step\"))
         (defn build [n] (loop [i 0 m {{}}] (if (< i n) (recur (inc i) (assoc m i i)) m)))
         (defn call [n] (if (pos? n) (inc (call (dec n))) (do (step) 0)))
         (defn go [m i n calls] (loop [m m i i] (call calls) (recur (assoc m (rand-int n) i) (inc i))))
         (defn down [d m n calls] (if (pos? d) (inc (down (dec d) m n calls)) (go m 0 n calls)))
         (down {depth} (build {entries}) {entries} {calls})",
        depth = case.depth,
        entries = case.entries,
        calls = case.calls,
    )
}

/// Runs a case on a new store. Folding belongs to the steps in which it happens.
///
/// It is counted from one collection of the whole memory to another, over at least the steps asked
/// for: otherwise the mean would tell at which point of the cycle counting began.
///
/// # Panics
/// When the engine fails.
#[must_use]
pub fn run(disk: Arc<dyn Disk>, path: &Path, case: &Case) -> Cost {
    let bench = Bench::open(disk, path, FoldMode::Inline { after: 16 });
    bench.start(&program("cost.ox", &text(case)));
    // What the building has left is no step's.
    bench.run_to(case.steps / 20 + 20, |_| {});
    to_collection(&bench, 1, |_| {});
    let live = live(&bench);
    let (begin, before) = (bench.steps(), bench.stats());
    let (mut step, mut at, mut largest) = (begin, before.bytes_written, 0);
    to_collection(&bench, case.steps, |bench| {
        if bench.steps() > step {
            let now = bench.stats().bytes_written;
            largest = largest.max(now - at);
            (step, at) = (bench.steps(), now);
        }
    });
    let after = bench.stats();
    Cost {
        steps: bench.steps() - begin,
        bytes: after.bytes_written - before.bytes_written,
        largest,
        live,
        folds: after.folds - before.folds,
    }
}

/// Goes on for at least so many steps, and until the whole memory has been collected.
fn to_collection(bench: &Bench, steps: u64, mut look: impl FnMut(&Bench)) {
    bench.run_to(bench.steps() + steps, &mut look);
    while segments(bench) != 1 {
        bench.run_to(bench.steps() + 1, &mut look);
    }
}

/// Bytes of the main process's stored memory.
///
/// # Panics
/// When it is not stored.
#[must_use]
pub fn live(bench: &Bench) -> u64 {
    let snapshot = store::Store::snapshot(&*bench.store);
    let record = engine::read_record(&snapshot, 1).expect("the main process is stored");
    record
        .levels
        .iter()
        .map(|level| 8 * u64::from(level.words))
        .sum()
}

/// Number of the main process's segments.
#[must_use]
pub fn segments(bench: &Bench) -> usize {
    let snapshot = store::Store::snapshot(&*bench.store);
    engine::read_record(&snapshot, 1).map_or(0, |record| record.levels.len())
}
