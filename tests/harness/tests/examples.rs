//! The examples: each says what it should, and is no longer than its plain Python twin.

use harness::{root, updates_expectations};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A copy of the examples in a folder of its own.
struct Examples {
    folder: tempfile::TempDir,
}

impl Examples {
    fn new() -> Examples {
        let folder = tempfile::tempdir().expect("a folder for the test");
        for below in [".", "workers"] {
            let from = root().join("examples").join(below);
            let to = folder.path().join(below);
            fs::create_dir_all(&to).expect("the folder is ours");
            for entry in fs::read_dir(from)
                .expect("the examples are there")
                .flatten()
            {
                if entry.path().is_file() {
                    fs::copy(entry.path(), to.join(entry.file_name())).expect("the folder is ours");
                }
            }
        }
        Examples { folder }
    }

    /// Runs one, with commands that answer its activities; what it prints.
    fn run(&self, name: &str, served: &[&str], args: &[&str]) -> String {
        let mut command = Command::new(crate::cli::oxc());
        command
            .arg("run")
            .args(served.iter().flat_map(|served| ["--serve", served]))
            .arg(name)
            .args(args)
            .current_dir(self.folder.path())
            .env("JOBS", self.folder.path().join("jobs"))
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"));
        let output = command.output().expect("oxc starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{name}: {}\n{said}", output.status);
        String::from_utf8(output.stdout).expect("an example prints text")
    }
}

#[test]
fn four_activities_one_after_the_other() {
    let served = [
        "F1=echo 1",
        "F2=sh workers/add.sh 1",
        "F3=sh workers/add.sh 10",
        "F4=sh workers/add.sh 100",
    ];
    assert_eq!(Examples::new().run("chain.ox", &served, &[]), "112\n");
}

#[test]
fn a_job_is_submitted_once_and_awaited() {
    let examples = Examples::new();
    let served = ["submit=sh workers/submit.sh", "status=sh workers/status.sh"];
    let said = examples.run("await_job.ox", &served, &["7"]);
    let lines: Vec<&str> = said.lines().collect();
    let [submitted, "result: 49"] = lines.as_slice() else {
        panic!("{said}")
    };
    let job = submitted
        .strip_prefix("submitted ")
        .expect("it names the job");
    let jobs = fs::read_dir(examples.folder.path().join("jobs")).expect("it was submitted");
    let jobs: Vec<_> = jobs.flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(jobs, [job]);
}

#[test]
fn what_is_ingested_is_analysed_in_one_of_two_ways() {
    let examples = Examples::new();
    fs::write(examples.folder.path().join("zeros"), [0; 1_000]).expect("the folder is ours");
    fs::write(examples.folder.path().join("empty"), "").expect("the folder is ours");
    let said = examples.run("ingest.ox", &[], &["workers/add.sh", "zeros", "empty"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "workers/add.sh: published {:words 15}");
    assert!(lines[1].starts_with("zeros: published {:packed "), "{said}");
    assert_eq!(lines[2..], ["empty: put aside"]);
}

#[test]
fn a_long_activity_is_cancelled_and_tidies_up() {
    let said = Examples::new().run("cancellable.ox", &[], &[]);
    let mut lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[..2], ["tidied up", "counted to 5"]);
    // The two processes go on by themselves once the one has been cancelled.
    lines[2..].sort_unstable();
    assert_eq!(lines[2..], ["cancelled", "tidied up"]);
}

#[test]
fn examples_are_as_short_as_their_plain_twins() {
    let lines = |path: PathBuf, comment: &str| {
        let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}", path.display()));
        let is_code =
            |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with(comment);
        text.lines().filter(is_code).count()
    };
    for name in ["chain", "await_job", "ingest", "cancellable"] {
        let examples: &Path = &root().join("examples");
        let ours = lines(examples.join(name).with_extension("ox"), ";");
        let twin = lines(examples.join("python").join(name).with_extension("py"), "#");
        assert!(ours <= twin, "{name}: {ours} lines, its twin has {twin}");
    }
}

/// The analyser of logs, in a folder of its own, with a log that it has made itself.
struct Weblog {
    folder: tempfile::TempDir,
}

impl Weblog {
    fn new(requests: &str) -> Weblog {
        let weblog = Weblog {
            folder: tempfile::tempdir().expect("a folder for the test"),
        };
        copy_folder(
            &root().join("examples/weblog"),
            &weblog.folder.path().join("weblog"),
        );
        let sample = weblog.said(&["run", "./weblog", "--", "--sample", requests]);
        fs::write(weblog.log(), sample).expect("the folder is ours");
        weblog
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("access.log")
    }

    fn oxc(&self, args: &[&str]) -> Command {
        let mut command = Command::new(crate::cli::oxc());
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"));
        command
    }

    /// What a command prints that must succeed.
    fn said(&self, args: &[&str]) -> String {
        printed(&mut self.oxc(args))
    }

    /// How often the third run has asked the world for something.
    fn steps_of_third_run(&self) -> u64 {
        let runs = self.said(&["-C", "weblog", "ps", "--format", "json"]);
        let runs: serde_json::Value = serde_json::from_str(&runs).expect("it is JSON");
        let runs = runs.as_array().expect("it is an array");
        runs.get(2)
            .and_then(|run| run["steps"].as_u64())
            .unwrap_or(0)
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder is ours");
    for entry in fs::read_dir(from).expect("it is there").flatten() {
        // The runs of who has tried it are no part of it.
        if entry.file_name() == ".ox" {
            continue;
        }
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("the folder is ours");
        }
    }
}

fn printed(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).expect("it prints text")
}

#[test]
fn the_analyser_passes_its_tests() {
    let weblog = Weblog::new("1");
    let said = weblog.said(&["-C", "weblog", "test"]);
    assert!(said.contains("all passed"), "{said}");
}

#[test]
fn the_analyser_prints_the_report_that_is_shown() {
    let weblog = Weblog::new("2000");
    let report = weblog.said(&["run", "./weblog", "--", "access.log"]);
    let shown = root().join("examples/weblog/report.txt");
    if updates_expectations() {
        fs::write(&shown, &report).expect("the example can be written");
    }
    assert_eq!(fs::read_to_string(shown).unwrap_or_default(), report);
    let failed = ["--format", "csv", "--where", "status >= 500", "access.log"];
    let failed = weblog.said(&[&["run", "./weblog", "--"], &failed[..]].concat());
    assert!(failed.contains("\nStatuses,"), "{failed}");
    assert!(!failed.contains("Statuses,1565,"), "{failed}");
}

/// It is plain Clojure: what it prints is what it prints there, and its tests pass there.
#[test]
fn the_analyser_does_in_clojure_what_it_does_here() {
    let weblog = Weblog::new("1000");
    let clojure = |args: &[&str]| {
        let mut command = Command::new("clojure");
        command
            .args(["-cp", "weblog/src:weblog/test"])
            .args(args)
            .current_dir(weblog.folder.path());
        command
    };
    if clojure(&["-e", "nil"]).output().is_err() {
        eprintln!(
            "left out: there is no `clojure` (Debian's package of that name) to compare with"
        );
        return;
    }
    let tests = "(require 'clojure.test 'weblog.line-test 'weblog.query-test 'weblog.stats-test \
                  'weblog.session-test) (clojure.test/run-all-tests #\"weblog.*-test\")";
    let said = printed(&mut clojure(&["-e", tests]));
    assert!(said.contains("\n0 failures, 0 errors."), "{said}");
    for format in ["text", "csv", "edn"] {
        let args = ["--format", format, "access.log"];
        assert_eq!(
            weblog.said(&[&["run", "./weblog", "--"], &args[..]].concat()),
            printed(&mut clojure(&[&["-m", "weblog.main"], &args[..]].concat())),
            "{format}"
        );
    }
}

#[test]
fn the_analyser_goes_on_in_the_middle_of_a_log() {
    // The first run makes the log, the second reads all of it.
    let weblog = Weblog::new("20000");
    let whole = weblog.said(&["run", "./weblog", "--", "access.log"]);
    let mut run = weblog
        .oxc(&["run", "./weblog", "--", "access.log"])
        .stdout(Stdio::null())
        .spawn()
        .expect("oxc starts");
    // A quarter of what it reads in parts. Should it be faster than who looks, there is nothing left to go on with.
    while weblog.steps_of_third_run() < 8 && matches!(run.try_wait(), Ok(None)) {}
    run.kill().expect("it is ours");
    let killed = !run.wait().expect("it is ours").success();
    if killed {
        assert_eq!(weblog.said(&["-C", "weblog", "resume"]), whole);
    }
}
