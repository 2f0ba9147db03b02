//! Every definition of the standard library gets code, and the verifier accepts it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use codegen::{Generated, generate, sources};
use hir::body::Root;
use hir::{Db, Frame, MacroCall, MacroFailure, Project, RegexFault, SourceFile};
use source::FileId;
use syntax::Datum;

#[salsa::db]
#[derive(Clone, Default)]
struct Library {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Library {}

#[salsa::db]
impl Db for Library {
    /// The library's own code uses the core's macros only, which are rewrites.
    fn run_macro(&self, call: &MacroCall<'_>) -> Result<Datum, MacroFailure> {
        let message = format!("{} was called", call.definition);
        Err(MacroFailure {
            message,
            at: Vec::new(),
            trace: Vec::new(),
        })
    }

    fn place_of_frame(&self, _frame: &Frame) -> Option<String> {
        None
    }

    fn regex_fault(&self, _source: &str) -> Option<RegexFault> {
        None
    }
}

fn library() -> (Library, Vec<SourceFile>) {
    let db = Library::default();
    let mut files = BTreeMap::new();
    for (number, source) in stdlib::SOURCES.iter().enumerate() {
        let id = FileId(number as u32);
        let ns: Arc<str> = source.namespace.into();
        let file = SourceFile::new(
            &db,
            id,
            source.path.into(),
            ns.clone(),
            "ox".into(),
            true,
            source.text.into(),
        );
        files.insert(ns, file);
    }
    let all = files.values().copied().collect();
    Project::new(&db, files, Vec::new(), None);
    (db, all)
}

/// Calls `visit` with each definition that has code.
fn for_each(mut visit: impl FnMut(&str, &hir::LoweredDef, &Generated)) {
    let (db, files) = library();
    for file in files {
        for name in hir::definitions(&db, file) {
            let def = hir::definition(&db, name);
            let Some(lowered) = hir::lowered_def(&db, def) else {
                continue;
            };
            if matches!(lowered.body.root, Root::Native(_)) {
                continue;
            }
            let generated =
                generate(&lowered.body).unwrap_or_else(|error| panic!("{name}: {error}"));
            visit(&name.to_string(), lowered, &generated);
        }
    }
}

#[test]
fn all_code_passes_the_verifier() {
    let mut count = 0;
    for_each(|name, _, generated| {
        count += 1;
        if let Err(error) = bytecode::verify_chunk(&generated.chunk) {
            panic!("{name}: {error}\n{}", bytecode::disasm(&generated.chunk));
        }
    });
    assert!(count > 500, "the library has {count} definitions");
}

#[test]
fn code_names_only_natives_that_are_declared() {
    let mut declared = BTreeSet::new();
    let (db, files) = library();
    for file in files {
        for name in hir::definitions(&db, file) {
            let lowered = hir::lowered_def(&db, hir::definition(&db, name));
            if let Some(Root::Native(native)) = lowered.map(|lowered| &lowered.body.root) {
                declared.insert((native.name.to_string(), native.version));
            }
        }
    }
    for_each(|name, _, generated| {
        for native in &generated.chunk.natives {
            let known = declared.contains(&(native.name.clone(), native.version));
            assert!(known, "{name} calls {native:?}");
        }
    });
}

#[test]
fn every_instruction_has_an_origin() {
    for_each(|name, lowered, generated| {
        let sources = sources(&generated.facts, &lowered.source);
        for (source, proto) in sources.iter().zip(&generated.chunk.protos) {
            assert_eq!(source.origins.first().map(|(pc, _)| *pc), Some(0), "{name}");
            for (local, register, start, end) in &source.locals {
                let is_within =
                    *register < proto.registers && start < end && *end as usize <= proto.code.len();
                assert!(is_within, "{name}: {local}");
            }
        }
    });
}
