//! One process that steps beside many that sleep: they should cost it nothing.

use crate::{Bench, program};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::FoldMode;
use store::disk::OsDisk;

/// The time of a step beside so many sleeping processes, on a new store.
///
/// # Panics
/// When the engine fails.
#[must_use]
pub fn run(path: &Path, sleepers: u64, steps: u64) -> Duration {
    let text = format!(
        "(def step (activity \"step\"))
         (dotimes [n {sleepers}] (spawn (fn [] (sleep \"1000d\"))))
         (loop [] (step) (recur))"
    );
    let fold = FoldMode::Inline { after: 16 };
    let bench = Bench::open(Arc::new(OsDisk), path, fold);
    bench.start(&program("beside.ox", &text));
    // Until all sleep and what making them has left is folded.
    bench.run_to(steps / 4, |_| {});
    let begun = Instant::now();
    bench.run_to(bench.steps() + steps, |_| {});
    begun.elapsed() / u32::try_from(steps).expect("some thousand steps")
}
