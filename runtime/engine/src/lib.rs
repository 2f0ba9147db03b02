//! The durable engine: processes over a store, a clock and a transport.
//!
//! Read [`engine`] first, then `engine/turn`, `engine/commit`, `engine/recover`; `effect` says what
//! each effect does; `record`, `letter`, `key` and `persist` are what is stored.
//!
//! # Invariants
//! - Nothing a process says leaves before the state that said it is durable.
//! - The engine compiles nothing and knows no file, socket or clock but those it is given.

mod actor;
pub mod archive;
mod awaiting;
pub mod code;
pub mod data;
mod effect;
pub mod engine;
pub mod event;
pub mod inspect;
mod key;
pub mod letter;
pub mod limits;
mod output;
mod parcel;
mod past;
mod persist;
pub mod pid;
pub mod record;
pub mod report;
pub mod transport;
mod wire;

pub use engine::{Engine, EngineError, Options, Oracle, RetryError, Standing};
pub use limits::{Limit, LimitError, Limits};
pub use persist::life::read_events;
pub use persist::{LoadError, read_record, read_state};
pub use pid::Pid;
