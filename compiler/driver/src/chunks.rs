//! Code by body hash: what code generation made in earlier processes, and what it makes in this one.
//!
//! A *pack* is any number of chunks with the hashes by which they are found. Packs are read before
//! queries run and are an input of the database ([`Known`]); what is generated since is noted beside
//! them, to be stored as the next pack.
//!
//! # Invariants
//! - A chunk is a function of body hash and code generator, so it makes no difference to any answer
//!   whether it was found or generated. No query reads what was noted.
//! - A chunk that is found is not among what was made. One that was stored since the packs were read
//!   is not found: who asks for it anew generates it, and it is not stored again.

mod pack;

pub(crate) use pack::{Builder, Pack};

use crate::database::Database;
use crate::kept;
use crate::unit::Unit;
use hir::Db;
use hir::body::GlobalRef;
use hir::hash::Hash;
use hir::stored::RootKind;
use rustc_hash::FxHashMap;
use salsa::{Durability, Setter as _};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The packs that were read: one input per database.
#[salsa::input(singleton)]
pub(crate) struct Known {
    /// What they hold; nothing if there is no cache.
    packs: Option<Packs>,
}

/// Packs as an input: the same if they are the same object.
#[derive(Clone)]
pub(crate) struct Packs(Arc<Inner>);

struct Inner {
    packs: Vec<Arc<Pack>>,
    /// Pack and entry.
    places: FxHashMap<Hash, (u32, u32)>,
    /// What was generated since; `None` if nobody will store it.
    made: Option<Mutex<BTreeMap<Hash, Made>>>,
}

/// A chunk that is in no pack yet.
#[derive(Clone)]
pub(crate) struct Made {
    /// The code.
    pub(crate) unit: Arc<Unit>,
    /// Whether a definition of the library has it.
    pub(crate) of_library: bool,
}

impl PartialEq for Packs {
    fn eq(&self, other: &Packs) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Packs {}

impl fmt::Debug for Packs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} chunks", self.0.places.len())
    }
}

impl Packs {
    /// An index of packs: of two that have the same, the first one's counts. `keeps_made`: whether
    /// what is generated is to be noted.
    pub(crate) fn new(packs: Vec<Arc<Pack>>, keeps_made: bool) -> Packs {
        let mut places = FxHashMap::default();
        places.reserve(packs.iter().map(|pack| pack.entries.len()).sum());
        for (number, pack) in (0u32..).zip(&packs) {
            for (entry, (hash, _)) in (0u32..).zip(&pack.entries) {
                places.entry(*hash).or_insert((number, entry));
            }
        }
        let made = keeps_made.then(Mutex::default);
        Packs(Arc::new(Inner {
            packs,
            places,
            made,
        }))
    }

    /// Whether there is code for a body.
    pub(crate) fn has(&self, hash: &Hash) -> bool {
        self.0.places.contains_key(hash)
    }

    /// The code for a body with these definitions; with facts only if they are wanted. `None` also of
    /// code that does not pass the verifier.
    pub(crate) fn unit(
        &self,
        hash: &Hash,
        root: &RootKind,
        globals: &[GlobalRef],
        with_facts: bool,
    ) -> Option<Unit> {
        let &(pack, entry) = self.0.places.get(hash)?;
        let pack = &self.0.packs[pack as usize];
        kept::unit(root, globals, pack.entry(entry as usize), with_facts)
    }

    fn made(&self) -> Option<MutexGuard<'_, BTreeMap<Hash, Made>>> {
        let made = self.0.made.as_ref()?;
        Some(made.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether what is generated is noted.
    pub(crate) fn keeps_made(&self) -> bool {
        self.0.made.is_some()
    }

    /// Notes what was generated for a body.
    pub(crate) fn note(&self, hash: Hash, made: Made) {
        if let Some(mut all) = self.made() {
            all.entry(hash)
                .and_modify(|known| known.of_library |= made.of_library)
                .or_insert(made);
        }
    }

    /// What was generated since the last call.
    pub(crate) fn take_made(&self) -> BTreeMap<Hash, Made> {
        self.made()
            .map(|mut made| std::mem::take(&mut *made))
            .unwrap_or_default()
    }
}

/// The packs that a database has.
pub(crate) fn known(db: &dyn Db) -> Option<&Packs> {
    Known::try_get(db)?.packs(db).as_ref()
}

/// Gives a new database its input.
pub(crate) fn add_input(db: &Database) {
    // Of the library's durability: edits do not have its code looked at again.
    let _: Known = Known::builder(None).durability(Durability::HIGH).new(db);
}

/// Sets what is known. Code that has been asked for is asked for again.
pub(crate) fn set(db: &mut Database, packs: Packs) {
    Known::get(db)
        .set_packs(db)
        .with_durability(Durability::HIGH)
        .to(Some(packs));
}
