//! The transcripts of `tests/cli`, run with the real binary.
//!
//! `UPDATE_EXPECT=1` rewrites what does not match; `CLI=name` runs the sections whose file or name
//! contains it.

use harness::transcript::{Expectation, Item, Section, Transcript, lines_match};
use harness::{root, updates_expectations};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::SystemTime;

/// What `oxc` says of what takes long, which depends on how busy the machine is.
const PROGRESS: [&str; 6] = [
    "compiling …",
    "fetching …",
    "comparing …",
    "checking …",
    "looking at the runs …",
    "looking at the store …",
];

/// The binary beside this one, which `cargo test` builds because `oxc` has a test that needs it.
pub(crate) fn oxc() -> PathBuf {
    let this = std::env::current_exe().expect("a test knows its own binary");
    let folder = this
        .parent()
        .and_then(Path::parent)
        .expect("tests are in `deps` of the target folder");
    let oxc = folder.join("oxc");
    let built = fs::metadata(&oxc).and_then(|metadata| metadata.modified());
    let built =
        built.unwrap_or_else(|_| panic!("{} is not built: `cargo build -p oxc`", oxc.display()));
    let newest = newest_source();
    assert!(
        built >= newest,
        "{} is older than its sources: `cargo build -p oxc`",
        oxc.display()
    );
    oxc
}

fn newest_source() -> SystemTime {
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut folders: Vec<PathBuf> = vec![root().join("compiler/oxc/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)
            .expect("the folder is listed")
            .flatten()
        {
            let metadata = entry.metadata().expect("the file is there");
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                newest = newest.max(metadata.modified().expect("files have times"));
            }
        }
    }
    newest
}

#[test]
fn transcripts() {
    let oxc = oxc();
    let filter = std::env::var("CLI").unwrap_or_default();
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("tests/cli"))
        .expect("the transcripts are there")
        .map(|entry| entry.expect("the folder is listed").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "transcript")
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there are transcripts");
    let failures = Mutex::new(Vec::new());
    let next = Mutex::new(files.iter());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(file) = next.lock().expect("no thread panics with it").next() else {
                        break;
                    };
                    let failed = run_file(&oxc, file, &filter);
                    failures
                        .lock()
                        .expect("no thread panics with it")
                        .extend(failed);
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no thread panicked");
    assert!(
        failures.is_empty(),
        "{} differ\n\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn run_file(oxc: &Path, file: &Path, filter: &str) -> Vec<String> {
    let name = file
        .file_stem()
        .expect("it has a name")
        .to_string_lossy()
        .into_owned();
    let text = fs::read_to_string(file).expect("a transcript is text");
    let mut transcript = match Transcript::read(&text) {
        Ok(transcript) => transcript,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let mut failures = Vec::new();
    for section in &mut transcript.sections {
        if format!("{name} {}", section.name).contains(filter) {
            failures.extend(run_section(oxc, &name, section));
        }
    }
    if updates_expectations() {
        fs::write(file, transcript.write()).expect("the transcript can be rewritten");
        return Vec::new();
    }
    failures
}

fn run_section(oxc: &Path, file: &str, section: &mut Section) -> Vec<String> {
    let folder = tempfile::Builder::new()
        .prefix("ox-cli-")
        .tempdir()
        .expect("a folder for the section");
    let work = folder.path().join("work");
    fs::create_dir(&work).expect("the folder is ours");
    let mut failures = Vec::new();
    for item in &mut section.items {
        match item {
            Item::Prose(_) => {}
            Item::File(name, text) => {
                let path = work.join(name.as_str());
                fs::create_dir_all(path.parent().expect("it is in a folder"))
                    .expect("the folder is ours");
                fs::write(path, text).expect("the folder is ours");
            }
            Item::Command(expected) => {
                let actual = run_command(oxc, folder.path(), &expected.command);
                let same = lines_match(&expected.stdout, &actual.stdout)
                    && lines_match(&expected.stderr, &actual.stderr)
                    && expected.status == actual.status;
                if !same {
                    failures.push(format!(
                        "{file}: {}\n--- expected\n{}--- actual\n{}",
                        section.name,
                        shown(expected),
                        shown(&actual)
                    ));
                    keep_what_matches(expected, actual);
                }
            }
        }
    }
    failures
}

fn keep_what_matches(expected: &mut Expectation, actual: Expectation) {
    if !lines_match(&expected.stdout, &actual.stdout) {
        expected.stdout = actual.stdout;
    }
    if !lines_match(&expected.stderr, &actual.stderr) {
        expected.stderr = actual.stderr;
    }
    expected.status = actual.status;
}

fn shown(expectation: &Expectation) -> String {
    let section = Section {
        name: String::new(),
        items: vec![Item::Command(expectation.clone())],
    };
    let transcript = Transcript {
        head: Vec::new(),
        sections: vec![section],
    };
    transcript
        .write()
        .lines()
        .skip(1)
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Runs a command with nothing of the user's environment.
fn run_command(oxc: &Path, folder: &Path, command: &str) -> Expectation {
    let path = format!(
        "{}:/usr/local/bin:/usr/bin:/bin",
        oxc.parent().expect("it is in a folder").display()
    );
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder.join("work"))
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder.join("home"))
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    let folder = folder.display().to_string();
    let lines = |bytes: &[u8]| -> Vec<String> {
        String::from_utf8_lossy(bytes)
            .replace(&folder, "$DIR")
            .lines()
            .map(str::to_owned)
            .collect()
    };
    use std::os::unix::process::ExitStatusExt as _;
    let status = output.status;
    Expectation {
        command: command.to_owned(),
        stdout: lines(&output.stdout),
        stderr: lines(&output.stderr)
            .into_iter()
            .filter(|line| !PROGRESS.contains(&line.as_str()))
            .collect(),
        status: status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap_or(0)),
    }
}
