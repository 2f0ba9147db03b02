//! Bytes that a step writes, in small: `bench/durable cost` measures the real sizes.

use durable_bench::cost::{Case, run};
use std::path::Path;
use std::sync::Arc;
use store::sim::SimDisk;

/// Most bytes of a step, on average.
const STEP_BYTES_MAX: u64 = 16 << 10;

fn bytes(depth: u32, calls: u32) -> u64 {
    let case = Case {
        entries: 60_000,
        depth,
        calls,
        steps: 3_000,
    };
    let cost = run(Arc::new(SimDisk::new()), Path::new("/run/store"), &case);
    println!("{case:?}: {cost:?}");
    assert!(cost.folds > 0, "{cost:?}: folding is part of the cost");
    assert!(cost.live > 1 << 20, "{cost:?}: the map is there");
    cost.mean()
}

#[test]
fn a_step_writes_little_and_the_same_however_deep_the_stack_is() {
    let shallow = bytes(10, 0);
    let others = [bytes(20_000, 0), bytes(10, 10), bytes(20_000, 10)];
    assert!(shallow < STEP_BYTES_MAX, "{shallow} bytes a step");
    for other in others {
        assert!(
            other < shallow * 11 / 10,
            "{other} bytes a step instead of {shallow}"
        );
    }
}
