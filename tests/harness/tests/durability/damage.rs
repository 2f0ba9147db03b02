//! The command over stores whose bits have flipped, and over one of a newer version: no panic, no
//! wrong answer, and who only looks changes nothing.
//!
//! A sample; `OX_FLIPS=n` makes n trials.

use crate::pipeline::oxc;
use harness::Random;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Trials of a sample.
const SAMPLE: u64 = 12;

/// Each line follows from the one before and from what is in memory. The whole takes half a second.
const PROGRAM: &str = "(loop [n 0 held (zipmap (range 3000) (range 3000)) log []]
      (when (< n 25)
        (println n (reduce + (vals held)) (peek log))
        (sleep 20)
        (recur (inc n) (assoc held (* n 7919) n) (conj log [n (count held)]))))
    (println :end)\n";

/// Runs `oxc` in a folder; it must end, and without a panic.
fn ask(folder: &Path, arguments: &[&str], about: &str) -> Output {
    let output = Command::new(oxc())
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env("XDG_STATE_HOME", folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(0 | 1))
            && !told.contains("panicked")
            && !told.contains("internal error"),
        "{about}: oxc {arguments:?}: {:?}: {told}",
        output.status
    );
    output
}

type Files = Vec<(String, Vec<u8>)>;

/// The files of the store of the program, killed in the middle, and what the whole program says.
fn half_done() -> (Files, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.ox"), PROGRAM).unwrap();
    let whole = ask(
        folder.path(),
        &["run", "--ephemeral", "x.ox"],
        "the whole program",
    );
    let expected = String::from_utf8(whole.stdout).unwrap();
    assert!(expected.ends_with(":end\n"));
    let mut child = Command::new(oxc())
        .args(["run", "--store", "s", "x.ox"])
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufReader::new(child.stdout.take().unwrap());
    let seen = std::io::BufRead::lines(lines).map_while(Result::ok);
    assert!(seen.take_while(|line| !line.starts_with("12 ")).count() > 3);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut files = Files::new();
    for name in ["s", "s.log-0", "s.log-1"] {
        if let Ok(bytes) = fs::read(folder.path().join(name)) {
            files.push((name.to_owned(), bytes));
        }
    }
    assert!(files.len() > 1);
    (files, expected)
}

/// Flips some bits where something is written.
fn damage(bytes: &mut [u8], random: &mut Random) -> String {
    let written: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at] != 0).collect();
    let (first, flips) = (
        random.below(written.len()),
        1 + random.below(3) * random.below(40),
    );
    let is_near = random.below(2) == 0;
    for flip in 0..flips {
        let which = if is_near {
            first + flip
        } else {
            random.below(written.len())
        };
        bytes[written[which % written.len()]] ^= 1 << random.below(8);
    }
    format!("{flips} bits, the first at {}", written[first])
}

fn write_files(files: &Files, folder: &Path) {
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    // Where relative paths begin, without which nothing is resumed.
    fs::write(folder.join("s.folder"), folder.as_os_str().as_bytes()).unwrap();
}

fn assert_unchanged(files: &Files, folder: &Path, about: &str) {
    for (name, bytes) in files {
        assert!(
            fs::read(folder.join(name)).unwrap() == *bytes,
            "{about}: {name} has changed"
        );
    }
}

#[test]
fn the_command_takes_damaged_stores() {
    let trials = std::env::var("OX_FLIPS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(SAMPLE);
    let (whole, expected) = half_done();
    for seed in 1..=trials {
        let mut random = Random(seed << 20);
        let mut files = whole.clone();
        let which = random.below(files.len());
        let how = damage(&mut files[which].1, &mut random);
        let about = format!("seed {seed}: {how} of {}", files[which].0);
        let folder = tempfile::tempdir().unwrap();
        write_files(&files, folder.path());
        for looking in [
            &["ps", "--store", "s"][..],
            &["inspect", "--store", "s", "1"],
            &["logs", "--store", "s", "1"],
            &["verify", "s"],
        ] {
            ask(folder.path(), looking, &about);
            assert_unchanged(&files, folder.path(), &format!("{about}: oxc {looking:?}"));
        }
        let resumed = ask(folder.path(), &["resume", "--store", "s"], &about);
        let said = String::from_utf8_lossy(&resumed.stdout);
        let told = String::from_utf8_lossy(&resumed.stderr);
        // It has gone on to the end, or says what is wrong; a batch may be said again.
        if resumed.status.success() {
            assert!(expected.ends_with(&*said), "{about}: {said}\n{told}");
            assert!(
                !said.is_empty() || told.contains("unfinished"),
                "{about}: {told}"
            );
        } else {
            assert!(expected.contains(&*said), "{about}: {said}\n{told}");
            let named = told.contains("damaged")
                || told.contains("is missing")
                || told.contains("is not a store");
            assert!(named, "{about}: {told}");
        }
    }
}

#[test]
fn the_command_refuses_a_newer_store_and_leaves_it_as_it_was() {
    let (mut files, _) = half_done();
    for (name, bytes) in &mut files {
        if name.contains(".log-") && bytes.iter().any(|&byte| byte != 0) {
            store::sim::make_newer(bytes);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    write_files(&files, folder.path());
    for arguments in [
        &["ps", "--store", "s"][..],
        &["inspect", "--store", "s", "1"],
        &["verify", "s"],
        &["resume", "--store", "s"],
        &["retry", "--store", "s", "1"],
        &["rm", "--store", "s", "1"],
    ] {
        let output = ask(folder.path(), arguments, "a newer store");
        let told = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "oxc {arguments:?}: {told}");
        assert!(told.contains("newer"), "oxc {arguments:?}: {told}");
        assert_unchanged(&files, folder.path(), &format!("oxc {arguments:?}"));
    }
}

#[test]
fn a_run_of_a_newer_version_is_named_as_such_and_not_removed() {
    let (mut files, _) = half_done();
    for (name, bytes) in &mut files {
        *name = name.replacen('s', "store.redb", 1);
        if name.contains(".log-") && bytes.iter().any(|&byte| byte != 0) {
            store::sim::make_newer(bytes);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ox.edn"), "{}").unwrap();
    let run = folder.path().join(".ox/runs/1");
    fs::create_dir_all(&run).unwrap();
    write_files(&files, &run);
    for (arguments, code) in [
        (&["ps"][..], 0),
        (&["ps", "--format", "json"], 0),
        (&["resume"], 1),
        (&["rm", "1"], 1),
    ] {
        let output = ask(folder.path(), arguments, "a newer run");
        let told = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            output.status.code(),
            Some(code),
            "oxc {arguments:?}: {told}"
        );
        assert!(
            told.contains("use a newer oxc"),
            "oxc {arguments:?}: {told}"
        );
        assert!(!told.contains("damaged"), "oxc {arguments:?}: {told}");
        assert_unchanged(&files, &run, &format!("oxc {arguments:?}"));
    }
}
