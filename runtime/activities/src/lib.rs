//! The real world behind [`engine::transport`]: the system's clock, commands, files, HTTP, standard
//! streams.
//!
//! [`LocalTransport`] hands each attempt to one of three pools of threads and reports its result.
//! `fs`, `http`, `environment` and `command` are the built-in activities; `serve` answers others by
//! commands that the user names. A command runs below a supervisor, a second process made of the
//! same binary (`command/supervisor`), and is written into a journal beside the store
//! (`command/journal`), so that none outlives the run that started it.
//!
//! # Invariants
//! - An attempt reports once, or not at all if the run is given up.
//! - A secret is resolved here, where the request is made, and goes nowhere else: in what comes back it stands
//!   as its name again.
//! - A file that an activity writes whole is there whole or not at all.
//! - Linux only: groups of processes are found by `/proc`.

mod arguments;
mod atomic;
mod clock;
mod command;
mod control;
mod environment;
mod failure;
mod fs;
mod http;
mod pool;
mod revealed;
mod serve;
mod streams;
mod terminal;
mod transport;

pub use clock::{SkippingClock, SystemClock};
pub use command::supervisor::supervise;
pub use failure::misuse;
pub use serve::{Served, ServedError};
pub use streams::Streams;
pub use terminal::Terminal;
pub use transport::{Callbacks, Compile, Config, LocalTransport, OpenError};
