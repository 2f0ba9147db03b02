//! Namespaces of programs that are made of several packages.
//!
//! A namespace is known by its *key*. It is the namespace's name; of a package of which the program has several
//! versions, or whose namespace another package has too, `name@package` (`util.core@util@1.2.0`). What a name in a
//! text means depends on the package that the text belongs to: `Seen`, made by who has read the packages.
//!
//! Invariants:
//! - Keys are all that queries, links and images know of versions. No text can name one that is not a name, for `@`
//!   ends a symbol; but the symbols that a syntax-quote makes hold keys, so what a macro means does not depend on
//!   who uses it.
//! - What programs see as data (keywords, the names of types) and what hashes know of a namespace are names, so
//!   that they are the same in every version.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::db::{Db, SourceFile};
use crate::header::canonical_namespace;

/// What stands between name and package.
const SEPARATOR: char = '@';

/// The package of files that belong to none.
pub const NO_PACKAGE: &str = "user";

/// What the names of namespaces mean in the files of a package. A name that is not here is its own key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen(pub BTreeMap<Arc<str>, Meaning>);

/// What the name of a namespace means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The namespace with this key.
    Is(Arc<str>),
    /// Nothing: these packages have it, none of which is a dependency.
    Hidden(Vec<Arc<str>>),
    /// Nothing: all of these dependencies have it.
    Several(Vec<Arc<str>>),
}

/// The key of a namespace of one of several packages that have it.
#[must_use]
pub fn key(name: &str, package: &str) -> Arc<str> {
    format!("{name}{SEPARATOR}{package}").into()
}

/// The name of a namespace, given its key.
#[must_use]
pub fn name_of(key: &str) -> &str {
    key.split_once(SEPARATOR).map_or(key, |(name, _)| name)
}

/// The key of what a name means that is required. What it does not mean has a key that nothing has.
pub(crate) fn required(seen: Option<&Seen>, name: Arc<str>) -> Arc<str> {
    match seen.and_then(|seen| seen.0.get(&name)) {
        Some(Meaning::Is(key)) => Arc::clone(key),
        Some(Meaning::Hidden(_) | Meaning::Several(_)) => key(&name, ""),
        None => name,
    }
}

/// The key of what the qualifier of a symbol means that is no alias. A macro of a dependency may name what only
/// that sees, so what is hidden means what there is.
pub(crate) fn qualifier(db: &dyn Db, file: SourceFile, name: &Arc<str>) -> Arc<str> {
    let name = canonical_namespace(name);
    match seen(db, file).and_then(|seen| seen.0.get(&name)) {
        Some(Meaning::Is(key)) => Arc::clone(key),
        _ => name,
    }
}

/// Why a required key is that of nothing.
pub(crate) fn why_missing<'db>(
    db: &'db dyn Db,
    file: SourceFile,
    missing: &str,
) -> Option<&'db Meaning> {
    seen(db, file)?.0.get(name_of(missing))
}

fn seen(db: &dyn Db, file: SourceFile) -> Option<&Seen> {
    file.seen(db).as_deref()
}

/// The package that is part of the identity of a file's types; none if the file belongs to none.
pub(crate) fn of_types(db: &dyn Db, file: SourceFile) -> Option<&Arc<str>> {
    let package = file.package(db);
    (!file.library(db) && &**package != NO_PACKAGE).then_some(package)
}
