//! Body hashes and definition hashes.
//!
//! A *body hash* is the hash of a body's normal form: definitions are ordinals with the facts that
//! code generation may use. A *definition hash* adds what the ordinals are: the definition hashes
//! of other definitions. `docs/internals/definition-hash.md` says exactly what goes in.
//!
//! Invariants:
//! - Nothing that has no meaning is hashed: names of locals and of structural definitions,
//!   positions, comments, documentation, the order of definitions.
//! - Definition hashes are computed per namespace, callees first, without recursion over calls. A
//!   recursive group is hashed together; members that cannot be told apart have one hash.

mod encode;
mod groups;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::body::DefName;
use crate::db::{Db, Def, SourceFile, file_of};
use crate::definition::DefKind;
use crate::lowered::{definition, definition_body, definition_info, definitions};
use crate::names::public_names;
use crate::package;
use crate::stored::stored_def;

/// The version of the normal form: part of every hash.
pub const NORMAL_FORM_VERSION: u32 = 1;

/// A blake3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A hasher whose input says what it is and keeps its parts apart.
pub(crate) struct Digest(blake3::Hasher);

impl Digest {
    pub(crate) fn new(what: &str) -> Self {
        let mut digest = Self(blake3::Hasher::new());
        digest.text(what);
        digest.number(u64::from(NORMAL_FORM_VERSION));
        digest
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.0.update(&[byte]);
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.0.update(&number.to_le_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn hash(&mut self, hash: Hash) {
        self.0.update(&hash.0);
    }

    pub(crate) fn finish(&self) -> Hash {
        Hash(*self.0.finalize().as_bytes())
    }
}

/// The hash of a definition's code: the key under which compiled code is kept.
#[salsa::tracked(returns(copy))]
pub fn body_hash<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<Hash> {
    if let Some((_, stored)) = stored_def(db, def) {
        return Some(stored.body_hash);
    }
    definition_body(db, def)
        .as_ref()
        .map(|body| encode::body(body))
}

/// The hash of a definition: what it means, with all that it refers to.
pub fn definition_hash(db: &dyn Db, name: &DefName) -> Option<Hash> {
    let file = file_of(db, &name.ns)?;
    definition_hash_query(db, definition(db, name), file)
}

/// A projection of [`namespace_hashes`], so that who needs one hash does not depend on all.
#[salsa::tracked(returns(copy))]
fn definition_hash_query<'db>(db: &'db dyn Db, def: Def<'db>, file: SourceFile) -> Option<Hash> {
    namespace_hashes(db, file).get(&def.name(db).name).copied()
}

/// The hashes of all definitions of a file, hidden ones and the entry body included.
#[salsa::tracked]
pub fn namespace_hashes(db: &dyn Db, file: SourceFile) -> BTreeMap<Arc<str>, Hash> {
    let names = definitions(db, file);
    let index: BTreeMap<&DefName, usize> = names
        .iter()
        .enumerate()
        .map(|(index, name)| (name, index))
        .collect();
    let members: Vec<groups::Member> = names
        .iter()
        .map(|name| {
            let def = definition(db, name);
            let mut digest = Digest::new("definition");
            let mut refs = Vec::new();
            let known = match stored_def(db, def) {
                Some((_, stored)) => Some((&stored.info, &stored.globals, Some(stored.body_hash))),
                None => match (definition_info(db, def), definition_body(db, def)) {
                    (Some(info), Some(body)) => Some((info, &body.globals, body_hash(db, def))),
                    _ => None,
                },
            };
            if let Some((info, globals, body_hash)) = known {
                digest.byte(kind_tag(&info.kind));
                digest.byte(u8::from(info.kind.is_nominal()));
                if info.kind.is_nominal() {
                    digest.text(file.package(db));
                    digest.text(package::name_of(&name.ns));
                    digest.text(&name.name);
                }
                if let Some(hash) = body_hash {
                    digest.hash(hash);
                }
                refs = globals
                    .iter()
                    .map(|global| match index.get(&global.name) {
                        Some(index) => groups::Ref::Member(*index),
                        None => groups::Ref::Known(definition_hash(db, &global.name)),
                    })
                    .collect();
            }
            groups::Member {
                own: digest.finish(),
                refs,
            }
        })
        .collect();
    let hashes = groups::hash(&members);
    names
        .iter()
        .map(|name| name.name.clone())
        .zip(hashes)
        .collect()
}

fn kind_tag(kind: &DefKind) -> u8 {
    match kind {
        DefKind::Function { .. } => 0,
        DefKind::Macro(_) => 1,
        DefKind::Native(..) => 2,
        DefKind::Value { .. } => 3,
        DefKind::Dynamic => 4,
        DefKind::Cell => 5,
        DefKind::Table => 6,
    }
}

/// The hash of all that other namespaces may depend on in a file's namespace: its public names,
/// what they are, and what they mean.
#[salsa::tracked(returns(copy))]
pub fn interface_hash(db: &dyn Db, file: SourceFile) -> Hash {
    let mut digest = Digest::new("interface");
    digest.text(file.ns(db));
    for (name, info) in public_names(db, file) {
        digest.text(&name);
        digest.text(&info.name.to_string());
        digest.byte(kind_tag(&info.kind));
        digest.text(
            &info
                .kind
                .arities()
                .map_or_else(String::new, |arities| format!("{arities:?}")),
        );
        match definition_hash(db, &info.name) {
            Some(hash) => digest.hash(hash),
            None => digest.byte(0),
        }
    }
    digest.finish()
}
