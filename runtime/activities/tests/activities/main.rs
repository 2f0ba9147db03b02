//! The built-in activities against the real system: processes, files, sockets.
//!
//! Nothing here sleeps. That something has begun or has ended is seen at a named pipe: a tree of
//! processes holds its write end open, so its end is read when, and only when, none of them is left.
#![expect(clippy::unwrap_used, reason = "tests")]

mod command;
mod crash;
mod http;
mod transport;

use activities::{Callbacks, Config, LocalTransport, Streams};
use engine::data::Data;
use engine::transport::{AttemptId, Task, TaskError, Transport};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

/// The program that tests use as a run and as a supervisor.
pub(crate) const RUN: &str = env!("CARGO_BIN_EXE_activities-run");

type Report = (AttemptId, Result<Data, TaskError>);

/// A transport in a folder of its own.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) transport: LocalTransport,
    reports: Receiver<Report>,
    pub(crate) notes: Receiver<String>,
    pub(crate) started: Receiver<AttemptId>,
    next: Mutex<u64>,
}

impl World {
    pub(crate) fn new() -> World {
        World::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> World {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path().to_owned());
        config.supervisor = vec![RUN.into(), "__exec".into()];
        config.streams = Streams::new(
            Box::new(std::io::empty()),
            Box::new(std::io::sink()),
            Box::new(std::io::sink()),
        );
        change(&mut config);
        let transport = LocalTransport::open(config).unwrap();
        let (sender, reports) = channel();
        let (note, notes) = channel();
        let (start, started) = channel();
        transport.connect(Callbacks {
            started: Box::new(move |id| {
                let _ = start.send(id);
            }),
            complete: Box::new(move |id, result| drop(sender.send((id, result)))),
            read: Box::new(|_| {}),
            note: Box::new(move |text| drop(note.send(text.to_owned()))),
            compile: Box::new(|_, _| Err(activities::misuse("no compiler"))),
            fallen: Box::new(|_| {}),
            output_failed: Box::new(|_| {}),
        });
        World {
            folder,
            transport,
            reports,
            notes,
            started,
            next: Mutex::new(0),
        }
    }

    /// Starts an attempt.
    pub(crate) fn start(&self, name: &str, args: Vec<Data>, limit_ms: Option<u64>) -> AttemptId {
        let mut next = self.next.lock().unwrap();
        *next += 1;
        let id = AttemptId {
            process: 1,
            fiber: 0,
            request: *next,
            attempt: 1,
        };
        self.transport.start(Task {
            id,
            name: name.to_owned(),
            queue: "default".to_owned(),
            args,
            idempotency_key: format!("key-{next}"),
            start_to_close_ms: limit_ms,
        });
        id
    }

    /// Starts the attempt that follows one.
    pub(crate) fn start_again(&self, before: AttemptId, name: &str, args: Vec<Data>) -> AttemptId {
        let id = AttemptId {
            attempt: before.attempt + 1,
            ..before
        };
        self.transport.start(Task {
            id,
            name: name.to_owned(),
            queue: "default".to_owned(),
            args,
            idempotency_key: format!("key-{}", id.request),
            start_to_close_ms: None,
        });
        id
    }

    /// The next result that is reported.
    pub(crate) fn report(&self) -> Report {
        self.reports.recv().unwrap()
    }

    /// Whether nothing is waiting to be looked at.
    pub(crate) fn is_quiet(&self) -> bool {
        self.reports.try_recv().is_err()
    }

    /// Starts an attempt and waits for its result.
    pub(crate) fn call(&self, name: &str, args: Vec<Data>) -> Result<Data, TaskError> {
        let id = self.start(name, args, None);
        let (reported, result) = self.report();
        assert_eq!(reported, id);
        result
    }

    pub(crate) fn sh(&self, script: &str, options: Data) -> Result<Data, TaskError> {
        self.call("ox.sh/run", vec![sh(script), options])
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Names of the files there are.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

/// A vector of strings.
pub(crate) fn words<const N: usize>(words: [&str; N]) -> Data {
    Data::Vector(words.into_iter().map(Data::text).collect())
}

/// A command of the shell.
pub(crate) fn sh(script: &str) -> Data {
    words(["sh", "-c", script])
}

/// `[:file path]`
pub(crate) fn file(path: &str) -> Data {
    Data::Vector(vec![Data::keyword("file"), Data::text(path)])
}

pub(crate) fn no_check() -> Data {
    Data::record([("check", Data::Bool(false))])
}

/// The value at a key of an error's data.
pub(crate) fn detail<'a>(error: &'a TaskError, key: &str) -> &'a Data {
    &error
        .data
        .iter()
        .find(|(name, _)| name == key)
        .unwrap_or_else(|| panic!("{key} is missing: {error:?}"))
        .1
}

/// A named pipe that a tree of processes holds open.
pub(crate) struct Tree {
    pub(crate) path: PathBuf,
}

impl Tree {
    pub(crate) fn new(folder: &Path, name: &str) -> Tree {
        let path = folder.join(name);
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        Tree { path }
    }

    /// A script whose processes hold the pipe open, with one of them in the background; `before`
    /// comes first.
    pub(crate) fn script(&self, before: &str) -> String {
        format!(
            "{before}\nexec 3>{}; sleep 1000 & echo up >&3; wait; sleep 1000",
            self.path.display()
        )
    }

    /// Waits until the tree is up.
    pub(crate) fn wait_until_up(&self) -> Alive {
        let mut reader = BufReader::new(File::open(&self.path).unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert_eq!(line, "up\n");
        Alive(reader)
    }
}

/// A tree that was up.
pub(crate) struct Alive(BufReader<File>);

impl Alive {
    /// Waits until no process of the tree is left.
    pub(crate) fn wait_until_gone(mut self) {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).unwrap();
    }
}

/// What has been written, for several to look at.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
