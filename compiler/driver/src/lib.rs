//! The compiler's facade: a project's files in, diagnostics and linked images out.
//!
//! [`Workspace`] owns the one database. What it answers is plain data; who uses it sees neither
//! salsa nor HIR.
//!
//! # Invariants
//! - Files are read here and by [`project`] only; no query does I/O.
//! - An image is a function of the texts and this compiler: the same on every machine.

mod cache;
mod chunks;
mod database;
mod datum;
pub mod doc_tests;
pub mod effects;
mod embedded;
mod evaluate;
pub mod extend;
mod kept;
mod link;
pub mod lookup;
mod macros;
pub mod packages;
pub mod project;
pub mod redefs;
pub mod semver;
pub mod session;
mod summaries;
mod tables;
mod top_level;
mod unit;
mod workspace;

pub use database::Database;
pub use embedded::{has_library, summaries_of_library};
pub use hir::{FORM_DOCS, LastForm, is_entry_name};
pub use project::{ProjectError, Target};
pub use syntax::typing;
pub use workspace::{Built, Files, Workspace};
