//! The database: its inputs, the hooks to the machine, and the keys that queries share.
//!
//! Invariants:
//! - Inputs are set only through the functions here, which compare first: salsa takes every set
//!   value for a new one. A summary goes when what it was made with changes.
//! - A [`Def`] is made by [`crate::definition`] or [`crate::definition_at`] only, which
//!   normalize the stage: one definition has one key wherever its stage does not matter.

#![allow(
    unused_lifetimes,
    reason = "salsa's keys carry the database's lifetime"
)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use salsa::Setter;
use source::FileId;
use syntax::datum::Datum;

use crate::body::DefName;
use crate::contributions::Scope;
use crate::package::Seen;
use crate::stored::{Stored, StoredRef};

/// What hir asks of the database beyond salsa: running macros, which needs code generation and the
/// machine, and what only the machine knows.
#[salsa::db]
pub trait Db: salsa::Database {
    /// Runs a macro. The answer must be a function of the call, of queries of this database that
    /// are made meanwhile, and of nothing else.
    ///
    /// # Errors
    /// The macro threw, asked for an effect, or used up its fuel or memory.
    fn run_macro(&self, call: &MacroCall<'_>) -> Result<Datum, MacroFailure>;

    /// Path and line of a frame, `app/core.ox:3`, if its code has a place. Asked for only where
    /// diagnostics get their spans: the answer depends on positions.
    fn place_of_frame(&self, frame: &Frame) -> Option<String>;

    /// What is wrong with a regular expression, if anything is: the machine's engine says so. The
    /// answer must be a function of the text alone.
    fn regex_fault(&self, source: &str) -> Option<RegexFault>;
}

/// Why a text is no regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexFault {
    /// What is wrong, one line.
    pub message: String,
    /// Whether it is one in Java, which the engine does not take.
    pub is_unsupported: bool,
}

/// A frame of a stack trace of code that ran at compile time. It names a place in the code, not in
/// the text, so that it stays equal when the text moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The definition whose code it is.
    pub definition: DefName,
    /// The stage at which the code was taken.
    pub stage: Stage,
    /// Which of its functions.
    pub proto: u16,
    /// The instruction.
    pub pc: u32,
}

/// A call of a macro of the program.
#[derive(Debug)]
pub struct MacroCall<'a> {
    /// The macro.
    pub definition: DefName,
    /// The stage at which its code is to be taken: `definition_at(db, &definition, stage)`.
    pub stage: Stage,
    /// Every definition that its code can reach, itself included, sorted; all of them are free of
    /// phase cycles and none is a cell of the entry file. Those of the macro's own namespace are to
    /// be taken at `stage`.
    pub closure: &'a [DefName],
    /// The whole call: `&form`.
    pub form: &'a Datum,
    /// The operands.
    pub args: &'a [Datum],
    /// The locals in scope at the call, innermost last: the keys of `&env`.
    pub env: &'a [Arc<str>],
    /// What names made by `gensym` during this call are to be derived from: the same for the same
    /// call at the same depth of expansion.
    pub gensym_key: [u8; 16],
    /// Where the call is, for the effects `resolve` and `macroexpand`.
    pub caller: Caller,
    /// If its code reads tables, the scope whose contributions these are made of.
    pub tables: Option<Scope>,
    /// To be set when one of these effects was answered: then the expansion depends on more than
    /// the macro's code.
    pub asked: &'a Cell<bool>,
    /// What the macro warns of.
    pub warnings: &'a RefCell<Vec<MacroWarning>>,
}

/// What a macro says of a call that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacroWarning {
    /// One line.
    pub message: String,
    /// The part of the call that is meant.
    pub at: PartPath,
}

/// The way from a form to a part of it: positions within lists, vectors and sets, from 0; keys and values of a
/// map count in turn. What leads nowhere means the last part on the way.
pub type PartPath = Vec<u32>;

/// Where names that a macro asks about are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The file whose namespace it is.
    pub file: SourceFile,
    /// Which generated names are visible.
    pub stage: Stage,
}

/// Why a macro gave no form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacroFailure {
    /// What happened, one line: the error's message.
    pub message: String,
    /// The part of the call that is wrong.
    pub at: PartPath,
    /// The macro's own stack trace, innermost first.
    pub trace: Vec<Frame>,
}

/// How many of a namespace's generating forms have been expanded: names that a later one generates
/// do not exist. [`Stage::ALL`] sees all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stage(pub u32);

impl Stage {
    /// Before any generated name exists.
    pub const WRITTEN: Stage = Stage(0);
    /// All generated names exist.
    pub const ALL: Stage = Stage(u32::MAX);
}

/// A source file. Its namespace is the one that its path names.
#[salsa::input(debug)]
pub struct SourceFile {
    /// The number that spans name it by.
    #[returns(copy)]
    pub id: FileId,
    /// The path, relative to its source root, `/` between the parts.
    pub path: Arc<str>,
    /// The key of the namespace that the path names ([`crate::package`]); `user` of a file outside all source roots.
    pub ns: Arc<str>,
    /// The package it belongs to: part of nominal hashes. `ox` of the standard library.
    pub package: Arc<str>,
    /// Whether it is part of the standard library, which may declare natives.
    #[returns(copy)]
    pub library: bool,
    /// The text.
    pub text: Arc<str>,
    /// What the names of namespaces mean in it; `None` if the program is one package.
    #[default]
    pub seen: Option<Arc<Seen>>,
    /// What was said of this text in an earlier process.
    #[default]
    pub stored: Option<StoredRef>,
}

/// The program: one per database.
#[salsa::input(singleton, debug)]
pub struct Project {
    /// The file of each namespace, the standard library's included.
    pub files: BTreeMap<Arc<str>, SourceFile>,
    /// Reader features besides `ox` and `default`, in order of preference.
    pub features: Vec<Arc<str>>,
    /// The file whose entry body is run, if the database is for running one.
    #[returns(copy)]
    pub entry: Option<SourceFile>,
    /// What the entry body does with the value of the last form of its file.
    #[default]
    #[returns(copy)]
    pub last_form: LastForm,
    /// How many forms of the entry file, from its start, have been run by who extends the program: the entry
    /// body leaves them out.
    #[default]
    #[returns(copy)]
    pub forms_run: usize,
}

/// What the entry body does with the value of the last form of its file: that of an expression, or the var of
/// what is defined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastForm {
    /// Nothing: it returns the value of its last expression.
    #[default]
    Runs,
    /// Prints it.
    IsPrinted,
    /// Returns it.
    IsReturned,
}

/// Sets a file's text, if it differs.
pub fn set_text(db: &mut dyn Db, file: SourceFile, text: &str) {
    if &**file.text(db) != text {
        forget_stored(db, file);
        file.set_text(db).to(text.into());
    }
}

/// Says what the names of namespaces mean in a file, if it differs.
pub fn set_seen(db: &mut dyn Db, file: SourceFile, seen: Arc<Seen>) {
    if file.seen(db).as_ref() != Some(&seen) {
        forget_stored(db, file);
        file.set_seen(db).to(Some(seen));
    }
}

/// Gives a file the summary of its text. It must have been made of the same text, features and
/// entry, by this very compiler.
pub fn set_stored(db: &mut dyn Db, file: SourceFile, stored: Stored) {
    let durability = if file.library(db) {
        salsa::Durability::HIGH
    } else {
        salsa::Durability::LOW
    };
    let stored = Some(StoredRef(Arc::new(stored)));
    file.set_stored(db).with_durability(durability).to(stored);
}

fn forget_stored(db: &mut dyn Db, file: SourceFile) {
    if file.stored(db).is_some() {
        file.set_stored(db).to(None);
    }
}

/// Drops all summaries: something has changed that they were made with.
fn forget_all_stored(db: &mut dyn Db) {
    let files: Vec<SourceFile> = Project::get(db).files(db).values().copied().collect();
    for file in files {
        forget_stored(db, file);
    }
}

/// Sets the file of each namespace, if it differs.
pub fn set_files(db: &mut dyn Db, files: BTreeMap<Arc<str>, SourceFile>) {
    let project = Project::get(db);
    if *project.files(db) != files {
        forget_all_stored(db);
        project.set_files(db).to(files);
    }
}

/// Sets the reader features, if they differ.
pub fn set_features(db: &mut dyn Db, features: Vec<Arc<str>>) {
    let project = Project::get(db);
    if *project.features(db) != features {
        forget_all_stored(db);
        project.set_features(db).to(features);
    }
}

/// Sets the entry file, if it differs.
pub fn set_entry(db: &mut dyn Db, entry: Option<SourceFile>) {
    let project = Project::get(db);
    if project.entry(db) != entry {
        forget_all_stored(db);
        project.set_entry(db).to(entry);
    }
}

/// Sets what the entry body does with the value of the last form, if it differs.
pub fn set_last_form(db: &mut dyn Db, last_form: LastForm) {
    let project = Project::get(db);
    if project.last_form(db) != last_form {
        forget_all_stored(db);
        project.set_last_form(db).to(last_form);
    }
}

/// Sets how many forms of the entry file its entry body leaves out, if it differs. No summary may have been given
/// to that file: it has the entry body.
pub fn set_forms_run(db: &mut dyn Db, forms_run: usize) {
    let project = Project::get(db);
    if project.forms_run(db) != forms_run {
        project.set_forms_run(db).to(forms_run);
    }
}

/// The name of a namespace as a query key.
#[salsa::interned(debug)]
pub struct NsName<'db> {
    /// The name.
    pub text: Arc<str>,
}

/// A symbol as a query key.
#[salsa::interned(debug)]
pub struct SymbolKey<'db> {
    /// The namespace before the `/`.
    pub ns: Option<Arc<str>>,
    /// The name.
    pub name: Arc<str>,
}

/// A definition as a query key: its name, and the stage at which its code is taken.
#[salsa::interned(debug)]
pub struct Def<'db> {
    /// The definition.
    pub name: DefName,
    /// Which generated names of its namespace its code sees.
    #[returns(copy)]
    pub stage: Stage,
}

/// The file of a namespace. A query of its own so that adding a file does not touch those who ask
/// about others.
#[salsa::tracked(returns(copy))]
pub(crate) fn namespace_file<'db>(db: &'db dyn Db, ns: NsName<'db>) -> Option<SourceFile> {
    Project::get(db).files(db).get(ns.text(db)).copied()
}

/// The file of the namespace with this name.
pub fn file_of(db: &dyn Db, ns: &str) -> Option<SourceFile> {
    namespace_file(db, NsName::new(db, ns))
}

/// Whether the file is the one whose entry body is run.
#[salsa::tracked(returns(copy))]
pub fn is_entry(db: &dyn Db, file: SourceFile) -> bool {
    Project::get(db).entry(db) == Some(file)
}
