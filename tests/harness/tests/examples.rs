//! The examples: each says what it should, and is no longer than its plain Python twin.

use harness::root;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
