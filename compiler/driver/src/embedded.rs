//! The library's summaries inside the binary.
//!
//! A release is built twice: the first run makes them ([`summaries_of_library`],
//! `examples/library.rs`), the second is given the file by the variable `OX_LIBRARY` and the feature
//! `embedded-library`. So nobody waits for the library to be expanded, and no build script depends
//! on the compiler.
//!
//! ```text
//! key of the compiler:256  count  (namespace  summary)*  pack of their code
//! ```
//!
//! # Invariants
//! - Another compiler's summaries, and any other bytes, are as none.
//! - They are of the library as a project without features of its own reads it.

use crate::cache;
use crate::chunks::{self, Builder, Pack, Packs};
use crate::database::Database;
use crate::kept;
use hir::wire::{Reader, Writer};
use std::borrow::Cow;

/// What the binary holds; nothing if it was built in one run.
#[cfg(feature = "embedded-library")]
pub(crate) const IN_THIS_BINARY: &[u8] = include_bytes!(env!("OX_LIBRARY"));
#[cfg(not(feature = "embedded-library"))]
pub(crate) const IN_THIS_BINARY: &[u8] = &[];

/// Whether this binary holds the library's summaries.
#[must_use]
pub fn has_library() -> bool {
    find(IN_THIS_BINARY, hir::header::CORE).is_some()
}

/// Namespaces with their summaries, and what comes after them.
type Parts<'a> = (Vec<(&'a str, &'a [u8])>, &'a [u8]);

fn parts(embedded: &[u8]) -> Option<Parts<'_>> {
    let mut r = Reader::new(embedded);
    if r.array()? != cache::key_of_library() {
        return None;
    }
    let all = r.list(|r| Some((r.text()?, r.blob()?)))?;
    Some((all, r.rest()))
}

/// The summary of a namespace of the library.
pub(crate) fn find<'a>(embedded: &'a [u8], namespace: &str) -> Option<&'a [u8]> {
    let (all, _) = parts(embedded)?;
    let found = all.into_iter().find(|(name, _)| *name == namespace);
    found.map(|(_, summary)| summary)
}

/// The code of the library.
pub(crate) fn pack(embedded: Cow<'static, [u8]>) -> Option<Pack> {
    let (_, pack) = parts(&embedded)?;
    let start = embedded.len() - pack.len();
    Pack::decode(match embedded {
        Cow::Borrowed(all) => Cow::Borrowed(&all[start..]),
        Cow::Owned(all) => Cow::Owned(all[start..].to_vec()),
    })
}

/// What the second run of a release's build is given.
///
/// # Panics
/// If the library has mistakes.
#[must_use]
pub fn summaries_of_library() -> Vec<u8> {
    let mut db = Database::default();
    let library = db.add_library(0);
    hir::set_files(&mut db, library.clone());
    let code = Packs::new(Vec::new(), true);
    chunks::set(&mut db, code.clone());
    let mut w = Writer::default();
    w.raw(&cache::key_of_library());
    w.list(library.iter(), |w, (namespace, &file)| {
        let summary = hir::stored::make(&db, file, |def| kept::source(&db, def));
        let summary = summary.expect("the library is without mistakes, its tests say so");
        w.text(namespace);
        w.blob(&summary.encode());
    });
    let mut pack = Builder::default();
    for (hash, made) in code.take_made() {
        pack.add(hash, &kept::code(&made.unit));
    }
    w.raw(&pack.encode());
    w.bytes
}
