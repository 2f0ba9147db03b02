//! All tests of the engine in the modes in which checkpoints are tried: what a program says and comes
//! to must be the same in each. A mode is run by this program itself, started again.
//!
//! `OX_MODE=reload cargo test -p harness --test durable NAME` runs one test in one mode.

use engine::{Options, Oracle};
use std::process::Command;
use vm::interp::Zeal;

/// Names the mode for all worlds of this program; without it they are plain.
const MODE: &str = "OX_MODE";

/// The options of a world, in the mode in which this program runs.
pub(crate) fn in_mode(options: Options) -> Options {
    let mode = std::env::var(MODE).unwrap_or_default();
    match mode.as_str() {
        "" => options,
        "compare" => Options {
            oracle: Oracle::Compare,
            ..options
        },
        "reload" => Options {
            oracle: Oracle::Reload,
            ..options
        },
        "collect" => Options {
            oracle: Oracle::Compare,
            zeal: Zeal { collect: true },
            ..options
        },
        "safepoints" => Options {
            oracle: Oracle::Reload,
            slice_fuel: 1,
            loss_bound_ms: 0,
            ..options
        },
        _ => panic!("there is no mode {mode}"),
    }
}

/// Tests that look at what the modes change: that processes stay in memory and keep what is not
/// stored, that others have damaged what is stored; or in which much is alive, which is compared at
/// every commit.
const SKIPPED: &[&str] = &[
    "modes::",
    "faults::",
    "damage_of_one_process",
    "cost::",
    "a_value_a_million_levels_deep",
    "who_grows_faster",
    "bodies_without_end",
    "who_has_used_up_its_rate",
    "who_waits_leaves_memory",
];

/// Runs tests, by parts of their names, in a mode.
fn run(mode: &str, chosen: &[&str], skipped: &[&str]) {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command.env(MODE, mode).args(chosen);
    for name in SKIPPED.iter().chain(skipped) {
        command.args(["--skip", name]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "in mode {mode}:\n{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!text.contains(" 0 passed"), "in mode {mode}:\n{text}");
}

/// Tests of many small programs.
const SMALL: &[&str] = &["activities::", "basics::", "cells::", "processes::"];
/// Those of them that run a program once for each of its commits, or have much in memory.
const LONG: &[&str] = &[
    "many_fibers_that_wait_in_every_way_survive_everywhere",
    "anywhere",
    "wherever",
    "larger_than_a_record",
    "long_mailbox",
];

#[test]
fn each_checkpoint_is_the_living_process() {
    run("compare", &[], &[]);
}

#[test]
fn processes_go_on_as_they_are_read_back() {
    run("reload", &[], &[]);
}

#[test]
fn processes_go_on_as_they_are_read_back_at_every_safepoint() {
    // What two processes print at the same time comes in another order.
    let skipped: Vec<&str> = LONG
        .iter()
        .copied()
        .chain(["cancelling_a_process_unwinds"])
        .collect();
    run("safepoints", SMALL, &skipped);
}

#[test]
fn collecting_everywhere_with_what_is_left_unreadable() {
    run("collect", SMALL, LONG);
}
