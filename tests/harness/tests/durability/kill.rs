//! The release pipeline, killed wherever it may be, and taken up again.
//!
//! `OX_KILLS=100` kills it a hundred times at commits and a hundred times at random times; without,
//! a sample.

use crate::pipeline::{Ended, FILES, Known, PARTS, Pipeline, Server};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Kills of a sample.
const SAMPLE: usize = 12;
/// How often more kills are added to a sample that missed a stage.
const EXTRA_ROUNDS_MAX: usize = 20;
/// Most lines that one commit lets out.
const BATCH_LINES_MAX: usize = PARTS + 1;
/// Every part of the pipeline's work.
const STAGES: [&str; 5] = [
    "checksums",
    "packing",
    "uploading",
    "processing",
    "manifest",
];

/// Times that pass before a kill, and the like: the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}

/// The pipeline as nobody disturbed it.
struct Whole {
    stdout: String,
    manifest: String,
    commits: u64,
    took: Duration,
}

fn whole(server: Server) -> Whole {
    let pipeline = Pipeline::new(server);
    let ended = pipeline.run(None).wait();
    assert!(ended.status.success(), "{}", ended.stderr);
    let manifest = pipeline.manifest();
    assert!(manifest.contains("processed"), "{manifest}");
    let log = pipeline.server_log();
    assert_eq!(
        log.iter().filter(|line| line.starts_with("commit")).count(),
        PARTS + 1,
        "{log:?}"
    );
    assert_eq!(pipeline.alive(), Vec::<String>::new());
    Whole {
        stdout: ended.stdout,
        manifest,
        commits: pipeline.known().commits,
        took: ended.took,
    }
}

/// How a run is cut off.
#[derive(Clone, Debug)]
enum Cut {
    /// As `OX_TEST_KILL_AT_COMMIT` says.
    Commit(u64, bool),
    /// `kill -9` after this time.
    Time(Duration),
    /// `kill -9` this time after all parts were processed: the last stage is short.
    Processed(Duration),
    /// Ctrl-C after this time.
    Interrupt(Duration),
}

fn begin(pipeline: &Pipeline, cut: &Cut) -> Ended {
    match cut {
        Cut::Commit(number, is_after) => {
            let text = if *is_after {
                format!("{number}+")
            } else {
                number.to_string()
            };
            pipeline.run(Some(&text)).wait()
        }
        Cut::Processed(time) => {
            let running = pipeline.run(None);
            running.wait_for("processed");
            std::thread::sleep(*time);
            running.signal("KILL");
            running.wait()
        }
        Cut::Time(time) | Cut::Interrupt(time) => {
            let running = pipeline.run(None);
            // What is tested is a kill at any time, so some time passes.
            std::thread::sleep(*time);
            running.signal(if matches!(cut, Cut::Time(_)) {
                "KILL"
            } else {
                "INT"
            });
            running.wait()
        }
    }
}

/// Runs, cuts off and resumes; the stage that was cut, or none if the run was over before.
fn trial(server: Server, cut: &Cut, whole: &Whole) -> Option<&'static str> {
    let pipeline = Pipeline::new(server);
    let first = begin(&pipeline, cut);
    let told = format!("{server:?} {cut:?}: {}", first.stderr);
    if first.status.success() {
        return None;
    }
    let known = pipeline.known();
    let before = pipeline.commands();
    let logged = pipeline.server_log().len();
    if let Cut::Interrupt(_) = cut {
        // Before anything is durable it may be ended as any other command is.
        let ended_early = first.was_interrupted() && known.commits == 0;
        assert!(first.status.code() == Some(130) || ended_early, "{told}");
        assert_eq!(
            pipeline.alive(),
            Vec::<String>::new(),
            "{told}: alive after Ctrl-C"
        );
    } else {
        assert!(first.was_killed(), "{told}");
    }
    if known.commits == 0 {
        // Nothing is durable: so nothing may have happened, and the run is begun anew.
        assert_eq!((first.stdout.as_str(), before.len()), ("", 0), "{told}");
        assert_eq!(pipeline.server_log(), Vec::<String>::new(), "{told}");
        let again = pipeline.run(None).wait();
        assert!(again.status.success(), "{told}\n{}", again.stderr);
        check_manifest(&pipeline, whole, &told);
        return Some("start");
    }
    if first.stdout == whole.stdout && known.open("ox.http/request") == 0 {
        // All was said and done: whether that is durable too, nothing may come again.
        let second = pipeline.resume(None).wait();
        assert!(
            second.status.success() && whole.stdout.ends_with(&second.stdout),
            "{told}\n{}",
            second.stderr
        );
        check_manifest(&pipeline, whole, &told);
        check_server(&pipeline, server, &known, &told, logged);
        return Some("end");
    }
    let has_next_start = match cut {
        Cut::Interrupt(_) => false,
        Cut::Time(_) => server != Server::Flaky,
        _ => server == Server::Own,
    };
    if has_next_start {
        // This one is killed before it has begun anything: what is alive then is the first one's.
        let opened = pipeline.resume(Some("1")).wait();
        assert!(opened.was_killed(), "{told}\n{}", opened.stderr);
        assert_eq!(
            pipeline.commands_alive(),
            Vec::<String>::new(),
            "{told}: alive after the next start"
        );
        assert_eq!(opened.stdout, "", "{told}");
    }
    let second = pipeline.resume(None).wait();
    assert!(
        second.status.success(),
        "{told}\n{}\n{known:?}",
        second.stderr
    );
    let told = format!("{told}\n{}\n{known:?}", second.stderr);
    check_manifest(&pipeline, whole, &told);
    check_lines(&first.stdout, &second.stdout, &whole.stdout, &told);
    check_commands(&pipeline, server, &known, &told);
    check_server(&pipeline, server, &known, &told, logged);
    assert_eq!(pipeline.alive(), Vec::<String>::new(), "{told}");
    assert_eq!(pipeline.ran_twice_at_once(), Vec::<String>::new(), "{told}");
    Some(known.stage())
}

fn check_manifest(pipeline: &Pipeline, whole: &Whole, told: &str) {
    assert_eq!(pipeline.manifest(), whole.manifest, "{told}");
}

/// What was printed before and after is what an undisturbed run prints, but that what one commit
/// let out may be there twice.
fn check_lines(first: &str, second: &str, whole: &str, told: &str) {
    assert!(whole.starts_with(first), "{told}: {first:?}");
    assert!(whole.ends_with(second), "{told}: {second:?}");
    let repeated = (first.len() + second.len()).checked_sub(whole.len());
    let repeated =
        repeated.unwrap_or_else(|| panic!("{told}: lost between {first:?} and {second:?}"));
    let from = whole.len() - second.len();
    assert!(
        from == 0 || whole.as_bytes()[from - 1] == b'\n',
        "{told}: {second:?} begins within a line"
    );
    let lines = whole[from..from + repeated].lines().count();
    assert!(
        lines <= BATCH_LINES_MAX,
        "{told}: {lines} lines are repeated"
    );
}

/// No command whose end was committed ran again.
fn check_commands(pipeline: &Pipeline, server: Server, known: &Known, told: &str) {
    let all = pipeline.commands();
    let count = |name: &str| {
        all.iter()
            .filter(|line| line.split(' ').next() == Some(name))
            .count()
    };
    let own = usize::from(server == Server::Own);
    // A pack is a pipe and the checksum of what it wrote.
    let sums = count("sha256sum");
    assert!(sums >= FILES + PARTS, "{told}: {all:?}");
    assert!(
        sums <= FILES + PARTS + known.open("ox.sh/run"),
        "{told}: {sums} checksums: {all:?}"
    );
    assert!(
        count("tar") >= PARTS && count("tar") <= PARTS + known.open("ox.sh/pipe"),
        "{told}: {all:?}"
    );
    assert!(
        count("server") >= own && count("server") <= 2 * own,
        "{told}: {all:?}"
    );
    let mut times: BTreeMap<&String, usize> = BTreeMap::new();
    for line in all.iter().filter(|line| line.starts_with("sha256sum")) {
        *times.entry(line).or_default() += 1;
    }
    assert!(times.values().all(|&n| n <= 2), "{told}: {times:?}");
}

/// The server's log, which had `logged` lines at the cut: each part and the manifest once, and again
/// only what was under way.
fn check_server(pipeline: &Pipeline, server: Server, known: &Known, told: &str, logged: usize) {
    let log = pipeline.server_log();
    let mut keys: BTreeMap<&str, &str> = BTreeMap::new();
    let mut repeats = 0;
    for line in &log {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["commit", key, path, _] => {
                assert_eq!(
                    keys.insert(path, key),
                    None,
                    "{told}: {path} was committed twice: {log:?}"
                );
            }
            ["repeat", key, path] => {
                repeats += 1;
                assert_eq!(
                    keys.get(path),
                    Some(&key),
                    "{told}: {path} came again under another key: {log:?}"
                );
            }
            _ => {}
        }
    }
    assert_eq!(keys.len(), PARTS + 1, "{told}: {log:?}");
    let distinct: BTreeSet<&&str> = keys.values().collect();
    assert_eq!(distinct.len(), keys.len(), "{told}: a key served twice");
    // Of the parts whose upload was known to be answered none was sent again. (The first requests
    // that are answered are the uploads'.)
    let answered = known
        .answered
        .get("ox.http/request")
        .map_or(0, |&n| n.min(PARTS));
    let sent: BTreeSet<&str> = log[logged..]
        .iter()
        .filter_map(|line| line.split(' ').nth(2))
        .filter(|path| path.contains("part-"))
        .collect();
    assert!(
        sent.len() + answered <= PARTS,
        "{told}: {answered} uploads were answered before, then {sent:?} came"
    );
    if server == Server::Flaky {
        return;
    }
    // The first requests are the parts', the last one is the manifest's.
    let name = "ox.http/request";
    let parts = known.begun(name).min(PARTS) - known.ended(name).min(PARTS);
    let manifest = usize::from(known.ended("ox.fs/write") == 1 && known.open(name) == 1);
    assert!(
        repeats <= parts + manifest,
        "{told}: {repeats} requests came again: {log:?}"
    );
}

/// Carries out trials on two threads; how often each stage was cut. A cut that came too late is
/// moved forward.
fn trials(cuts: Vec<(Server, Cut)>) -> BTreeMap<&'static str, usize> {
    let references = Mutex::new(Vec::new());
    for server in [Server::Reliable, Server::Flaky, Server::Own] {
        if cuts.iter().any(|(other, _)| *other == server) {
            references.lock().unwrap().push((server, whole(server)));
        }
    }
    let references = references.into_inner().unwrap();
    let stages = Mutex::new(BTreeMap::new());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((server, cut)) = cuts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let whole = &references
                        .iter()
                        .find(|(other, _)| other == server)
                        .unwrap()
                        .1;
                    let mut cut = cut.clone();
                    let stage = loop {
                        if let Some(stage) = trial(*server, &cut, whole) {
                            break stage;
                        }
                        cut = match cut {
                            Cut::Commit(number, is_after) => Cut::Commit(number - 1, is_after),
                            Cut::Time(time) => Cut::Time(time * 9 / 10),
                            Cut::Processed(time) => Cut::Processed(time / 2),
                            Cut::Interrupt(time) => Cut::Interrupt(time * 9 / 10),
                        };
                    };
                    *stages.lock().unwrap().entry(stage).or_insert(0) += 1;
                }
            });
        }
    });
    stages.into_inner().unwrap()
}

/// Stages that were cut less than `least` times.
fn missed(stages: &BTreeMap<&'static str, usize>, least: usize) -> Vec<&'static str> {
    let is_missed = |stage: &&str| stages.get(stage).is_none_or(|&n| n < least);
    STAGES.into_iter().filter(is_missed).collect()
}

fn kills() -> usize {
    std::env::var("OX_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(SAMPLE)
}

fn server(number: usize) -> Server {
    [Server::Reliable, Server::Own, Server::Flaky][number % 3]
}

#[test]
fn a_run_killed_anywhere_goes_on_as_if_nothing_had_been() {
    let kills = kills();
    let mut numbers = Numbers(17);
    let reference = whole(Server::Reliable);
    let mut cuts = Vec::new();
    for number in 0..kills {
        // Any commit; the first and the last are among them.
        let commit = match number {
            0 => 1,
            1 => reference.commits,
            _ => 1 + numbers.below(reference.commits),
        };
        cuts.push((server(number), Cut::Commit(commit, numbers.below(2) == 1)));
        if number % 8 == 0 {
            cuts.push((
                server(number / 8),
                Cut::Processed(Duration::from_micros(numbers.below(6_000))),
            ));
        }
        let millis = reference.took.as_millis() as u64;
        cuts.push((
            server(number + 1),
            Cut::Time(Duration::from_millis(numbers.below(millis))),
        ));
    }
    let mut stages = trials(cuts);
    let least = if kills >= 100 { 5 } else { 1 };
    // How long a stage takes hangs on the machine: more kills at random until each was hit.
    for round in 0..EXTRA_ROUNDS_MAX {
        if missed(&stages, least).is_empty() {
            break;
        }
        let cuts = (0..SAMPLE / 2)
            .map(|number| {
                let commit = 1 + numbers.below(reference.commits);
                let cut = Cut::Commit(commit, numbers.below(2) == 1);
                (server(round + number), cut)
            })
            .collect();
        for (stage, count) in trials(cuts) {
            *stages.entry(stage).or_insert(0) += count;
        }
    }
    println!("killed at: {stages:?}");
    let missed = missed(&stages, least);
    assert!(
        missed.is_empty(),
        "{missed:?} were not hit {least} times: {stages:?}"
    );
}

#[test]
fn after_an_interrupt_no_command_is_alive_and_the_run_goes_on() {
    let mut numbers = Numbers(4);
    let reference = whole(Server::Own);
    let millis = reference.took.as_millis() as u64;
    let from = millis / 5;
    let cuts = (0..kills().div_ceil(4))
        .map(|number| {
            let time = Duration::from_millis(from + numbers.below(millis - from));
            (
                if number % 2 == 0 {
                    Server::Own
                } else {
                    Server::Reliable
                },
                Cut::Interrupt(time),
            )
        })
        .collect();
    println!("interrupted at: {:?}", trials(cuts));
}
