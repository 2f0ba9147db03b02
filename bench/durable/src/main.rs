//! `durable-bench cost|soak|sequence|beside FOLDER [NUMBER [ENTRIES]]`: figures for `bench/RESULTS.md`.

use durable_bench::cost::Case;
use durable_bench::{beside, cost, soak};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::disk::OsDisk;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (Some(what), Some(folder)) = (args.first(), args.get(1)) else {
        eprintln!("usage: durable-bench cost|soak|sequence|beside FOLDER [NUMBER [ENTRIES]]");
        std::process::exit(2);
    };
    let number = args.get(2).and_then(|text| text.parse().ok());
    let entries = args.get(3).and_then(|text| text.parse().ok());
    let folder = PathBuf::from(folder).join(format!("durable-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    match what.as_str() {
        "cost" => costs(
            &folder,
            number.unwrap_or(100_000),
            entries.unwrap_or(5_000_000),
        ),
        "soak" => soaks(&folder, number.unwrap_or(1_000_000)),
        "sequence" => sequences(&folder, number.unwrap_or(10_000_000)),
        "beside" => besides(
            &folder,
            number.unwrap_or(100_000),
            entries.unwrap_or(20_000),
        ),
        other => eprintln!("{other}: cost, soak, sequence or beside"),
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// Figures of a sequence of a tenth of the elements, then of all: the same if memory is constant.
fn sequences(folder: &Path, elements: u64) {
    println!(
        "{:>10} {:>9} {:>18}",
        "elements", "RSS MB", "stored memory KB"
    );
    for elements in [elements / 10, elements] {
        let (memory, stored) = soak::sequence(&folder.join(format!("{elements}")), elements);
        println!("{elements:>10} {:>9} {:>18}", memory >> 20, stored >> 10);
    }
}

/// Figures of one process that steps, alone and beside many that sleep.
fn besides(folder: &Path, sleepers: u64, steps: u64) {
    println!("{:>9} {:>9} {:>12}", "sleepers", "steps/s", "us/step");
    // By turns: what else the machine does hits both.
    for round in 0..3 {
        for sleepers in [0, sleepers] {
            let path = folder.join(format!("{round}-{sleepers}"));
            let step = beside::run(&path, sleepers, steps);
            println!(
                "{sleepers:>9} {:>9.0} {:>12.2}",
                1.0 / step.as_secs_f64(),
                1e6 * step.as_secs_f64(),
            );
        }
    }
}

fn costs(folder: &Path, steps: u64, entries: u64) {
    println!(
        "{:>9} {:>7} {:>6} {:>9} {:>12} {:>13} {:>6}",
        "live MB", "frames", "calls", "steps", "bytes/step", "largest", "folds"
    );
    for (entries, depth, calls) in [
        (10, 2, 0),
        (entries, 10, 0),
        (entries, 100_000, 0),
        (entries, 10, 10),
        (entries, 100_000, 10),
    ] {
        let case = Case {
            entries,
            depth,
            calls,
            steps,
        };
        let path = folder.join(format!("{depth}-{calls}"));
        let cost = cost::run(Arc::new(OsDisk), &path, &case);
        println!(
            "{:>9} {depth:>7} {calls:>6} {:>9} {:>12} {:>13} {:>6}",
            cost.live >> 20,
            cost.steps,
            cost.mean(),
            cost.largest,
            cost.folds,
        );
        for entry in std::fs::read_dir(folder)
            .expect("the folder is listed")
            .flatten()
        {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn soaks(folder: &Path, steps: u64) {
    for (processes, entries) in [(1, 20_000), (1_000, 100)] {
        println!("{processes} processes");
        println!(
            "{:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10}",
            "steps",
            "files KB",
            "room KB",
            "logs KB",
            "live KB",
            "heap KB",
            "segments",
            "RSS MB",
            "resume ms"
        );
        for look in soak::run(
            &folder.join(format!("{processes}")),
            processes,
            entries,
            steps,
            5,
        ) {
            println!(
                "{:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10}",
                look.steps,
                look.files >> 10,
                look.room >> 10,
                look.logs >> 10,
                look.live >> 10,
                look.heap >> 10,
                look.segments,
                look.memory >> 20,
                look.resume.as_millis(),
            );
        }
    }
}
