//! Many steps, in small: what is stored stays bounded.

use durable_bench::soak::{self, Look};

/// Most that the logs take beside the live data.
const LOG_BYTES_MAX: u64 = 8 << 20;

/// A folder in memory, where there is one: what is tested is how much is kept, not a disk's syncs.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

fn check(looks: &[Look]) {
    for look in looks {
        println!("{look:?}");
        let bound = 3 * look.live + LOG_BYTES_MAX;
        assert!(
            look.room <= bound,
            "{} bytes of the disk for {} live: {look:?}",
            look.room,
            look.live
        );
        assert!(look.segments <= 40, "{look:?}");
    }
}

#[test]
fn a_process_that_steps_for_long_keeps_its_size() {
    let folder = folder();
    check(&soak::run(
        &folder.path().join("store"),
        1,
        20_000,
        20_000,
        4,
    ));
}

#[test]
fn many_processes_that_step_keep_their_size() {
    let folder = folder();
    check(&soak::run(
        &folder.path().join("store"),
        100,
        100,
        20_000,
        4,
    ));
}

#[test]
fn a_long_lazy_sequence_is_walked_in_constant_memory() {
    let folder = folder();
    let short = soak::sequence(&folder.path().join("short"), 50_000).1;
    let long = soak::sequence(&folder.path().join("long"), 500_000).1;
    assert!(
        long < 2 * short + (64 << 10),
        "{long} bytes stored instead of {short}"
    );
}
