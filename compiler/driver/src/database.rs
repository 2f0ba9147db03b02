//! The one database type.

use crate::chunks;
use crate::macros;
use crate::unit::{form_at, slot_source};
use hir::db::{Db, Frame, MacroCall, MacroFailure, Project, RegexFault, SourceFile};
use source::Span;
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::datum::Datum;

/// The compiler's database: salsa's storage, and how macros are run.
#[salsa::db]
#[derive(Clone, Default)]
pub struct Database {
    storage: salsa::Storage<Self>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Database")
    }
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {
    fn run_macro(&self, call: &MacroCall<'_>) -> Result<Datum, MacroFailure> {
        macros::run(self, call)
    }

    fn place_of_frame(&self, frame: &Frame) -> Option<String> {
        let (file, line, _) = self.position_of_frame(frame)?;
        Some(format!("{}:{line}", file.path(self)))
    }

    fn regex_fault(&self, source: &str) -> Option<RegexFault> {
        let fault = vm::value::regex::compile(source).err()?;
        Some(RegexFault {
            is_unsupported: fault.kind == "unsupported",
            message: fault.message,
        })
    }
}

impl Database {
    /// File, line and column, from 1, of what a frame was at.
    fn position_of_frame(&self, frame: &Frame) -> Option<(SourceFile, u32, u32)> {
        let def = hir::definition_at(self, &frame.definition, frame.stage);
        let (file, source) = slot_source(self, def).as_ref()?;
        let lines = &source.protos.get(usize::from(frame.proto))?.lines;
        let (_, line, column) = lines
            .iter()
            .rev()
            .find(|(first, _, _)| *first <= frame.pc)?;
        Some((*file, source.line + line, *column))
    }

    /// The form that the innermost frame of a trace that is the project's was at.
    pub(crate) fn fault_in_project(&self, trace: &[Frame]) -> Option<Span> {
        let mut positions = trace
            .iter()
            .filter_map(|frame| self.position_of_frame(frame));
        let (file, line, column) = positions.find(|(file, ..)| !file.library(self))?;
        Some(Span::new(file.id(self), form_at(self, file, line, column)?))
    }

    /// A database whose queries that run are reported, for tests of incrementality.
    pub fn with_log(log: Arc<std::sync::Mutex<Vec<String>>>) -> Database {
        let storage = salsa::Storage::new(Some(Box::new(move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                let mut log = log
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                log.push(format!("{database_key:?}"));
            }
        })));
        Database { storage }
    }

    /// Puts the standard library and an empty project into a new database.
    pub(crate) fn add_library(&mut self, first_file: u32) -> BTreeMap<Arc<str>, SourceFile> {
        let mut files = BTreeMap::new();
        for (number, source) in (first_file..).zip(stdlib::SOURCES) {
            let file = SourceFile::builder(
                source::FileId(number),
                Arc::from(source.path),
                Arc::from(source.namespace),
                Arc::from("ox"),
                true,
                Arc::from(source.text),
            )
            .durability(salsa::Durability::HIGH)
            .new(self);
            files.insert(Arc::from(source.namespace), file);
        }
        Project::new(self, files.clone(), Vec::new(), None);
        chunks::add_input(self);
        files
    }
}
