//! Summaries of namespaces: what queries said of a file in an earlier process, so that it is neither
//! parsed nor expanded in this one.
//!
//! A summary is an input of its file. The header in it depends on the file's text alone and is
//! believed at once; all else is believed as long as what was read in other namespaces while the
//! file was lowered is still the same ([`Reads`]): their names, and the code that macros ran.
//!
//! Invariants:
//! - A summary says what the queries would say: bodies of other namespaces may have changed since,
//!   unless a macro ran them.
//! - Only namespaces without diagnostics have one, and none that is in a circle of requires. So
//!   asking whether a summary holds asks about other namespaces only, never about its own.
//! - Whoever sets a file's text, or anything that all files depend on, drops the summary.

mod codec;
mod make;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::body::{DefName, GlobalRef, Native, Root};
use crate::contributions::{Contribution, contributions};
use crate::db::{Db, Def, SourceFile, Stage, file_of};
use crate::definition::{DefInfo, DefKind};
use crate::generated::{generated_names, generating_count, home_stage};
use crate::hash::{Digest, Hash, body_hash};
use crate::header::Header;
use crate::host;
use crate::lowered::{
    definition, definition_body, definition_form, definition_info, is_entry_name, lower_form,
};
use crate::names::{WrittenNames, definers_written, written_names};
use crate::project::reachable;
use crate::wire::Writer;

pub use make::make;

/// What lowering read in other namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Namespaces in which names were looked up.
    pub namespaces: BTreeSet<Arc<str>>,
    /// Macros that ran.
    pub macros: BTreeSet<DefName>,
    /// Whether a macro asked what a symbol means or what a form expands to: then any namespace that
    /// the file reaches may have been read, and any macro run.
    pub everything: bool,
}

impl Reads {
    /// Adds what something else read.
    pub(crate) fn add(&mut self, other: &Reads) {
        self.namespaces.extend(other.namespaces.iter().cloned());
        self.macros.extend(other.macros.iter().cloned());
        self.everything |= other.everything;
    }
}

/// The summary of a namespace.
#[derive(Debug)]
pub struct Stored {
    /// Its header.
    pub(crate) header: Header,
    /// Names of definers and their kin that its forms seem to define.
    pub(crate) definers: BTreeSet<Arc<str>>,
    pub(crate) written: WrittenNames,
    /// By generating form.
    pub(crate) generated: Vec<Vec<DefInfo>>,
    /// As [`crate::definitions`].
    pub(crate) definitions: Vec<DefName>,
    /// What it contributes to tables.
    pub(crate) contributions: Vec<Contribution>,
    defs: FxHashMap<Arc<str>, StoredDef>,
    names: Hash,
    held: Held,
    /// What others keep of the definitions.
    extra: Box<[u8]>,
}

/// What must be so for a summary to hold.
#[derive(Clone, Debug)]
struct Held {
    /// Namespaces that must be reached, and the hash of their names.
    namespaces: Vec<(Arc<str>, Hash)>,
    /// Namespaces that must not be reached.
    absent: Vec<Arc<str>>,
    /// Definitions whose code macros ran, with all that it reaches.
    code: Vec<(DefName, Hash)>,
    /// All namespaces that must be reached, if any may matter.
    reached: Option<Vec<Arc<str>>>,
    /// The hash of the tables of host calls that the file sees.
    hosts: Hash,
}

impl Held {
    /// Nothing but these tables of host calls.
    fn of(hosts: Hash) -> Held {
        Held {
            namespaces: Vec::new(),
            absent: Vec::new(),
            code: Vec::new(),
            reached: None,
            hosts,
        }
    }
}

/// What a summary says of a definition.
#[derive(Clone, Debug)]
pub struct StoredDef {
    /// What others know of it.
    pub info: DefInfo,
    /// What its body is.
    pub root: RootKind,
    /// Definitions referred to, by ordinal.
    pub globals: Vec<GlobalRef>,
    /// As of [`crate::LoweredDef`].
    pub missing: Vec<Arc<str>>,
    /// Its body hash.
    pub body_hash: Hash,
    /// The first stage from which on it is the same at every stage.
    settled: Option<Stage>,
    extra: Range<usize>,
}

/// What a body defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootKind {
    /// A function.
    Func,
    /// A value that is computed.
    Value,
    /// A function written in Rust.
    Native(Native),
}

impl From<&Root> for RootKind {
    fn from(root: &Root) -> RootKind {
        match root {
            Root::Func(_) => RootKind::Func,
            Root::Value { .. } => RootKind::Value,
            Root::Native(native) => RootKind::Native(native.clone()),
        }
    }
}

/// A summary as an input: the same if it is the same object.
#[derive(Clone)]
pub struct StoredRef(pub Arc<Stored>);

impl PartialEq for StoredRef {
    fn eq(&self, other: &StoredRef) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for StoredRef {}

impl fmt::Debug for StoredRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "summary of {}", self.0.header.ns)
    }
}

impl Stored {
    /// The namespaces that the file needs, the core not counted unless named.
    pub fn needs(&self) -> impl Iterator<Item = &Arc<str>> {
        self.header.needs().map(|require| &require.ns)
    }

    /// The body hashes of its definitions, by which their code is found.
    pub fn body_hashes(&self) -> impl Iterator<Item = &Hash> {
        let all = self.definitions.iter();
        all.map(|name| &self.defs[&name.name].body_hash)
    }

    /// What was kept with a definition.
    #[must_use]
    pub fn extra(&self, def: &StoredDef) -> &[u8] {
        self.extra.get(def.extra.clone()).unwrap_or_default()
    }

    fn def(&self, name: &str, stage: Stage) -> Option<&StoredDef> {
        let def = self.defs.get(name)?;
        let is_same = self.generated.is_empty()
            || stage == Stage::ALL
            || (def.settled.is_some_and(|settled| settled <= stage)
                && def.info.generated.is_none_or(|by| Stage(by) < stage)
                && !name.contains('@'));
        is_same.then_some(def)
    }
}

/// The summary of a file, if it holds.
pub(crate) fn stored(db: &dyn Db, file: SourceFile) -> Option<&Stored> {
    file.stored(db).as_ref()?;
    holding(db, file).as_ref().map(|stored| &*stored.0)
}

/// What the summary of its namespace says of a definition, and the summary.
pub fn stored_def<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<(&'db Stored, &'db StoredDef)> {
    let name = def.name(db);
    let stored = stored(db, file_of(db, &name.ns)?)?;
    Some((stored, stored.def(&name.name, def.stage(db))?))
}

/// Whether all that is said of a file comes from its summary.
pub fn is_stored(db: &dyn Db, file: SourceFile) -> bool {
    stored(db, file).is_some()
}

#[salsa::tracked]
fn holding(db: &dyn Db, file: SourceFile) -> Option<StoredRef> {
    let stored = file.stored(db).clone()?;
    let reached = reachable(db, file);
    if reached.contains(file.ns(db)) {
        return None;
    }
    let held = &stored.0.held;
    let is_same = |(ns, hash): &(Arc<str>, Hash)| {
        reached.contains(ns) && file_of(db, ns).is_some_and(|file| names_hash(db, file) == *hash)
    };
    let holds = held
        .reached
        .as_ref()
        .is_none_or(|all| all.iter().eq(reached.iter()))
        && held.hosts == host::seen(db, file)
        && !held.absent.iter().any(|ns| reached.contains(ns))
        && held.namespaces.iter().all(is_same)
        && held.code.iter().all(|(name, hash)| {
            reached.contains(&name.ns) && code_hash(db, definition(db, name)) == Some(*hash)
        });
    holds.then_some(stored)
}

/// The hash of what lowering another file may read of a namespace besides the code that macros run:
/// its names, private ones too, and what they are.
#[salsa::tracked(returns(copy))]
pub(crate) fn names_hash(db: &dyn Db, file: SourceFile) -> Hash {
    if let Some(stored) = stored(db, file) {
        return stored.names;
    }
    let mut w = Writer::default();
    w.name(file.ns(db));
    let written = written_names(db, file);
    w.list(written.all.iter(), codec::info_of_others);
    w.list(generated_names(db, file).iter(), codec::info_of_others);
    w.number(u64::from(generating_count(db, file)));
    w.list(definers_written(db, file).iter(), Writer::name);
    let header = crate::header::header(db, file);
    w.list(header.reexports.iter(), |w, require| w.name(&require.ns));
    w.list(
        contributions(db, file, Stage::ALL).iter(),
        codec::contribution,
    );
    let mut digest = Digest::new("names");
    digest.bytes(&w.bytes);
    digest.finish()
}

/// The hash of a definition's code with all code that it reaches, names included: what running it
/// depends on. The library's is not in it. `None` if some of it does not exist.
#[salsa::tracked(returns(copy))]
pub(crate) fn code_hash<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<Hash> {
    let mut seen: BTreeMap<DefName, Option<Hash>> = BTreeMap::new();
    let mut rest = vec![def.name(db).clone()];
    let mut unsettled = BTreeSet::new();
    while let Some(name) = rest.pop() {
        if seen.contains_key(&name) {
            continue;
        }
        let file = file_of(db, &name.ns)?;
        if file.library(db) {
            seen.insert(name, None);
            continue;
        }
        let def = definition(db, &name);
        let mut digest = Digest::new("code");
        let mut add = |info: &DefInfo, globals: &[GlobalRef], missing: &[Arc<str>]| {
            let mut w = Writer::default();
            codec::info_of_others(&mut w, info);
            w.list(globals.iter(), |w, global| codec::name(w, &global.name));
            w.list(missing.iter(), Writer::name);
            digest.bytes(&w.bytes);
            rest.extend(globals.iter().map(|global| global.name.clone()));
        };
        let settled = match stored_def(db, def) {
            Some((_, stored)) => {
                add(&stored.info, &stored.globals, &stored.missing);
                stored.settled
            }
            None => {
                let (info, body) = (definition_info(db, def), definition_body(db, def));
                let missing = &crate::lowered::lowered_def(db, def)?.missing;
                add(info.as_ref()?, &body.as_ref()?.globals, missing);
                settled(db, def)
            }
        };
        digest.hash(body_hash(db, def)?);
        if settled.is_none() {
            unsettled.insert(file.ns(db).clone());
        }
        seen.insert(name, Some(digest.finish()));
    }
    let mut digest = Digest::new("reached code");
    for (name, hash) in seen {
        digest.text(&name.to_string());
        digest.hash(hash.unwrap_or(Hash([0; 32])));
    }
    // What is made of such a definition at an earlier stage is said by the text only.
    for ns in unsettled {
        let file = file_of(db, &ns)?;
        digest.text(file.text(db));
        digest.hash(names_hash(db, file));
    }
    Some(digest.finish())
}

/// The first stage from which on a definition is the same at every stage.
fn settled<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<Stage> {
    if is_entry_name(&def.name(db).name) {
        return None;
    }
    let form = definition_form(db, def)?;
    let home = home_stage(db, form).unwrap_or(Stage::WRITTEN);
    (!lower_form(db, form, home).incomplete).then_some(home)
}

/// Whether the definition is a macro.
fn is_macro(info: &DefInfo) -> bool {
    matches!(info.kind, DefKind::Macro(_))
}
