//! From forms to meaning: names, scopes, macro expansion, lowering, hashes, diagnostics.
//!
//! Invariants:
//! - Everything is a salsa query of its inputs; nothing here does I/O, reads a clock or depends on
//!   the iteration order of a hash map.
//! - The unit of incrementality is the top-level form. Positions are kept apart from meaning.
//! - Mistakes in the program's text are values, never errors of a query; lowering goes on.
//! - No cycle of the user's program is a salsa cycle that decides a result.

pub mod advice;
pub mod body;
pub mod claims;
mod closure;
mod context;
pub mod contributions;
pub mod db;
pub mod definition;
mod dump;
pub mod expand;
mod form_docs;
pub mod forms;
mod generated;
pub mod hash;
pub mod header;
pub mod host;
mod lower;
mod lowered;
mod macroexpand;
pub mod names;
pub mod package;
pub mod problem;
pub mod project;
mod report;
mod spine;
pub mod stored;
pub mod summary;
pub mod wire;

pub use db::{
    Caller, Db, Def, Frame, LastForm, MacroCall, MacroFailure, MacroWarning, PartPath, Project,
    RegexFault, SourceFile, Stage, file_of, is_entry, set_entry, set_features, set_files,
    set_forms_run, set_last_form, set_seen, set_stored, set_text,
};
pub use dump::dump;
pub use form_docs::FORM_DOCS;
pub use hash::{Hash, body_hash, definition_hash, interface_hash, namespace_hashes};
pub use lowered::{
    ENTRY, Lowered, LoweredDef, definition, definition_at, definition_body, definition_info,
    definitions, is_entry_name, lowered, lowered_def, referred,
};
pub use macroexpand::{
    kind_of_symbol, macroexpand, macroexpand_1, macroexpand_all, resolve_symbol,
};
pub use report::{diagnostics, span_of, trace_lines, visible_names};
pub use summary::{DefSummary, Namespace, namespace, namespace_of};
