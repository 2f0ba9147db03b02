//! From text to tree to data: lexer, lossless parser, and reader.
//!
//! Invariants:
//! - Parsing is total: every text gives a tree that prints back to the same text, plus errors.
//! - Nothing here recurses natively over the depth of a text, and nesting is bounded.
//! - A [`datum::Datum`] holds no position: moving code or editing comments leaves it equal.

pub mod datum;
pub mod error;
pub mod forms;
mod lexer;
pub mod marks;
pub mod parse;
mod reader;
pub mod syntax_kind;
pub mod typing;

pub use datum::{Datum, DatumKind, Origin, Symbol};
pub use error::{ErrorFix, ReadError};
pub use forms::{
    AstId, DEFAULT_FEATURES, FormSourceMap, TopForm, diagnostics, forms, program_forms, read_all,
};
pub use parse::{Parse, parse, parse_shared};
pub use syntax_kind::{OxLanguage, SyntaxKind, SyntaxNode};
