//! Every target on every input of its corpus: what was found once stays found. And that the inputs
//! get to where they should.

use fuzz::TARGETS;
use std::path::Path;

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let entries = std::fs::read_dir(&folder).expect("every target has a corpus");
    let mut inputs: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("the folder is listed").path();
            let bytes = std::fs::read(&path).expect("the file is read");
            (
                path.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                bytes,
            )
        })
        .collect();
    inputs.sort();
    inputs
}

fn replay(target: &str) {
    let run = TARGETS.iter().find(|(name, _)| *name == target);
    let (_, run) = run.expect("there is such a target");
    let inputs = corpus(target);
    assert!(!inputs.is_empty());
    for (name, bytes) in inputs {
        // Seen only when it fails.
        println!("{target}/{name}");
        run(&bytes);
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { replay(stringify!($name)); })*
    };
}

targets! { bytecode compiler image log parser program reader records }

#[test]
fn every_target_is_replayed() {
    let all: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(NAMES, all);
}

/// Bytes as a fuzzer begins with: numbers by splitmix64.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) as u8
    };
    std::iter::repeat_with(next)
        .take(20 + seed as usize * 7 % 200)
        .collect()
}

#[test]
fn programs_of_the_grammar_compile_and_run() {
    let (mut run, mut ended) = (0, 0);
    for seed in 0..60 {
        let bytes = bytes(seed);
        match fuzz::program::try_run(&bytes) {
            Some(ran) => {
                run += 1;
                ended += u32::from(ran.end != fuzz::machine::End::Stopped);
            }
            None => println!(
                "{}\n{:?}",
                fuzz::program::text(&bytes),
                fuzz::program::mistakes(&bytes)
            ),
        }
    }
    println!("{run} ran, {ended} ended");
    assert!(run >= 57 && ended >= 50, "{run} ran, {ended} ended");
}

#[test]
fn changed_programs_are_both_right_and_wrong() {
    let mut right = 0;
    for seed in 0..100 {
        right += u32::from(fuzz::compiler::compiles(&bytes(seed)));
    }
    println!("{right} of 100 compile");
    assert!((10..=80).contains(&right), "{right} of 100 compile");
}

#[test]
fn generated_code_reaches_the_machine() {
    let mut ended = 0;
    for seed in 0..60 {
        let mut bytes = bytes(seed);
        bytes[0] = 4 + (seed % 4) as u8;
        let ran = fuzz::bytecode::try_run(&bytes);
        ended += u32::from(ran.is_some_and(|ran| ran.end != fuzz::machine::End::Stopped));
    }
    println!("{ended} ended");
    assert!(ended >= 50, "only {ended} ended");
}
