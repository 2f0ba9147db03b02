//! Many steps: what is stored, kept in memory and read at a restart stays bounded.

use crate::{Bench, current_memory, peak_memory, program};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};
use store::{FoldMode, KeyRange};

/// How it stood after some of the steps.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Steps so far.
    pub steps: u64,
    /// Bytes of the store's files, the logs included.
    pub files: u64,
    /// Of these the logs.
    pub logs: u64,
    /// Bytes that all of them take of the disk: what was never written takes none.
    pub room: u64,
    /// Bytes of what is stored and can be read: keys and values, one copy. Of these
    pub live: u64,
    /// the processes' memory, the rest being records, stacks, and the kept events of their lives.
    pub heap: u64,
    /// Most segments of one process.
    pub segments: usize,
    /// Resident memory of this process.
    pub memory: u64,
    /// Time from opening the store to the next step, with everything read.
    pub resume: Duration,
}

/// A program of `processes` processes that take steps for ever, each with a map of `entries`.
fn text(processes: u64, entries: u64) -> String {
    // What the entry file defines by running is the main process's own: `go` makes its activity.
    let steps = "(defn build [n] (loop [i 0 m {}] (if (< i n) (recur (inc i) (assoc m i i)) m)))
         (defn go [n]
           (let [step (activity \"step\")]
             (loop [m (build n) i 0] (step) (recur (assoc m (rand-int n) i) (inc i)))))";
    if processes == 1 {
        format!("{steps} (go {entries})")
    } else {
        format!("{steps} (dotimes [_ {processes}] (spawn go {entries})) (receive :never nil)")
    }
}

/// Bytes of the files beside a store's path; of these the logs; what all take of the disk.
fn sizes(path: &Path) -> (u64, u64, u64) {
    let name = path
        .file_name()
        .expect("a store has a name")
        .to_string_lossy()
        .into_owned();
    let (mut all, mut logs, mut room) = (0, 0, 0);
    for entry in std::fs::read_dir(path.parent().expect("it is in a folder"))
        .expect("the folder is listed")
        .flatten()
    {
        let file = entry.file_name().to_string_lossy().into_owned();
        let (length, blocks) = entry
            .metadata()
            .map_or((0, 0), |metadata| (metadata.len(), metadata.blocks()));
        if file.starts_with(&name) {
            all += length;
            room += 512 * blocks;
            logs += if file.contains(".log-") { length } else { 0 };
        }
    }
    (all, logs, room)
}

/// Bytes of all keys and values of the store.
fn contents(bench: &Bench) -> u64 {
    let snapshot = store::Store::snapshot(&*bench.store);
    snapshot
        .range(KeyRange::all())
        .map(|entry| {
            let (key, value) = entry.expect("the store is undamaged");
            (key.len() + value.len()) as u64
        })
        .sum()
}

/// Bytes of the processes' memory and most segments of a process.
fn heap(bench: &Bench) -> (u64, usize) {
    let snapshot = store::Store::snapshot(&*bench.store);
    let (mut bytes, mut segments) = (0, 0);
    for (process, _) in bench.engine.processes() {
        let Ok(record) = engine::read_record(&snapshot, process) else {
            continue;
        };
        segments = segments.max(record.levels.len());
        bytes += record
            .levels
            .iter()
            .map(|level| 8 * u64::from(level.words))
            .sum::<u64>();
    }
    (bytes, segments)
}

/// Takes `steps` steps in all and looks `looks` times, stopping and going on at each look.
///
/// # Panics
/// When the engine fails.
#[must_use]
pub fn run(path: &Path, processes: u64, entries: u64, steps: u64, looks: u64) -> Vec<Look> {
    let mut seen = Vec::new();
    let mut bench = Bench::on_files(path, FoldMode::Background);
    bench.start(&program("soak.ox", &text(processes, entries)));
    let mut taken = 0;
    for number in 1..=looks {
        bench.run_to(steps * number / looks - taken, |_| {});
        taken += bench.steps();
        let memory = current_memory();
        let ((heap, segments), live) = (heap(&bench), contents(&bench));
        // Without stopping: as a crash would leave it.
        drop(bench);
        let (files, logs, room) = sizes(path);
        let begun = Instant::now();
        bench = Bench::on_files(path, FoldMode::Background);
        bench.engine.resume().expect("the store can be resumed");
        bench.run_to(1, |_| {});
        seen.push(Look {
            steps: taken,
            files,
            logs,
            room,
            live,
            heap,
            segments,
            memory,
            resume: begun.elapsed(),
        });
    }
    seen
}

/// Walks a lazy sequence of `elements` elements with a step now and then; most memory meanwhile and
/// most bytes of stored memory.
///
/// # Panics
/// When the engine fails.
#[must_use]
pub fn sequence(path: &Path, elements: u64) -> (u64, u64) {
    let bench = Bench::on_files(path, FoldMode::Background);
    bench.start(&program(
        "sequence.ox",
        &format!(
            "(def step (activity \"step\"))
         (defn note [sum x] (when (zero? (rem x 10000)) (step)) (+ sum x))
         (println (reduce note 0 (map inc (filter some? (take {elements} (iterate inc 0))))))"
        ),
    ));
    let mut stored = 0;
    let mut steps = 0;
    bench.run_to(u64::MAX, |bench| {
        if bench.steps() >= steps + 100 {
            steps = bench.steps();
            stored = stored.max(heap(bench).0);
        }
    });
    (peak_memory(), stored)
}
