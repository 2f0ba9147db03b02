//! The socket beside a store, by which other commands reach the engine that holds it.
//!
//! A connection carries a greeting of the engine, one request and one reply, each a line (of JSON, the
//! latter). The greeting says that what is asked now is answered, unless the engine is killed.
//!
//! # Invariants
//! - The socket has its name only when it answers and only its owner may use it (0600).
//! - A stale socket, of an engine that was killed, is replaced; nobody waits for it.

pub(crate) mod client;
pub(crate) mod gate;
pub(crate) mod server;

use crate::facts::{EventFacts, Inspection, ProcessFacts};
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

/// What is asked of an engine. Processes are named by their number within the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Request {
    /// All processes.
    Ps,
    /// Where one stands.
    Inspect { process: u64 },
    /// What happened to it, from this event on.
    Logs { process: u64, from: u64 },
    /// Ask it to stop.
    Cancel { process: u64 },
    /// End it.
    Kill { process: u64 },
    /// Send it a message, EDN.
    Send { process: u64, message: String },
    /// Try again, with a value in place of the answer or not.
    Retry { process: u64, value: Option<String> },
}

impl Request {
    /// Whether it only looks.
    pub(crate) fn looks(&self) -> bool {
        matches!(
            self,
            Request::Ps | Request::Inspect { .. } | Request::Logs { .. }
        )
    }
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    /// Of `Ps`.
    Survey(Survey),
    /// Of `Inspect`.
    Inspection(Box<Inspection>),
    /// Of `Logs`.
    Logs(Logged),
    /// Of what changes something: it is durable.
    Done,
    /// The engine runs nothing, or nothing any more, and will be gone soon: who wants something to be
    /// done asks again.
    NotNow,
    /// It could not be done.
    Failed {
        /// What is wrong.
        message: String,
        /// What to do.
        help: Vec<String>,
    },
}

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Survey {
    /// Number of the run.
    pub(crate) run: u64,
    /// What was run.
    pub(crate) command: String,
    /// Whether the engine that answers runs nothing: it is there to change something.
    #[serde(default)]
    pub(crate) is_idle: bool,
    /// Whether text that was committed has not been written yet.
    pub(crate) has_unwritten: bool,
    /// Whether somebody may have asked a parked process to end, and nothing else is open.
    #[serde(default)]
    pub(crate) has_wishes: bool,
    /// The program's arguments.
    #[serde(default)]
    pub(crate) args: Vec<String>,
    /// All processes.
    pub(crate) processes: Vec<ProcessFacts>,
}

/// Events of a process's life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Logged {
    /// The events, the oldest first.
    pub(crate) events: Vec<EventFacts>,
    /// Events that are not kept: those between the first and the last thousand.
    pub(crate) left_out: u64,
    /// Where the next ones begin.
    pub(crate) next: u64,
    /// Whether nothing more will come.
    pub(crate) is_over: bool,
}

/// What the engine says first.
pub(crate) const GREETING: &str = "ox 1\n";

/// Where the socket of a store is.
pub(crate) fn path_of(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".sock");
    PathBuf::from(name)
}

/// Bytes that a socket's address may have.
const ADDRESS_BYTES_MAX: usize = 100;

/// A name of a socket's path that is short enough to be its address: the folder by its descriptor.
/// It is good as long as the file is kept.
fn address_of(path: &Path) -> std::io::Result<(PathBuf, Option<File>)> {
    if path.as_os_str().len() <= ADDRESS_BYTES_MAX {
        return Ok((path.to_owned(), None));
    }
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let folder = File::open(folder)?;
    let name = path.file_name().unwrap_or(OsStr::new("sock"));
    Ok((
        PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(name),
        Some(folder),
    ))
}
