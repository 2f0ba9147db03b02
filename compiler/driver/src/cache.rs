//! What compiling gave, on disk: whole builds, so that a program that has not changed is not compiled
//! again, summaries of namespaces, so that after an edit only what was edited is, and the code of
//! definitions, so that none is generated twice.
//!
//! The key of a build is the hash of this compiler (its file, code generator, library, normal form),
//! of the project's settings and of every file it could be made of; the value is the build: the
//! image, what it was made of, the warnings. The key of a summary has of the files only its own; what
//! else must be so for it to hold, it says itself (`hir::stored`). Code is found by body hash and code
//! generator alone, whatever compiler or file it was made of.
//!
//! # Invariants
//! - Whatever the files hold, a load gives what was stored under exactly this key or nothing:
//!   content is checked against its own hash.
//! - Files appear whole: written under another name and renamed. A cache that cannot be written
//!   costs time, never a failure.

mod build;
mod files;
mod packs;

pub(crate) use packs::FolderPacks;

use crate::project::Found;
use crate::workspace::Built;
use std::path::Path;
use std::sync::OnceLock;

/// Raised when the format of anything stored changes.
const VERSION: u32 = 6;
/// Stored builds kept in a folder.
const BUILDS_MAX: usize = 64;
/// Bytes of builds kept in a folder, besides those of the last.
const BUILDS_BYTES_MAX: u64 = 256 << 20;
/// Bytes of summaries kept in a folder, besides twice those of the program that was last built.
const SUMMARIES_MAX: u64 = 64 << 20;
/// Bytes of code kept in a folder, besides twice that of the program that was last built; and of code
/// of other code generators.
const CHUNKS_MAX: u64 = 16 << 20;
const BUILD: &str = "oxi";
const SUMMARY: &str = "oxs";
const PACK: &str = "oxp";

/// A hasher that keeps its parts apart.
struct Key(blake3::Hasher);

impl Key {
    fn new(what: &str) -> Key {
        let mut key = Key(blake3::Hasher::new());
        key.0.update(&compiler());
        key.text(what);
        key
    }

    fn text(&mut self, text: &str) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn finish(&self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }
}

/// The key of a project's build.
pub(crate) fn key(found: &Found) -> [u8; 32] {
    key_of(found, "build")
}

/// The key of a project's build in the form in which it is run.
pub(crate) fn key_to_run(found: &Found) -> [u8; 32] {
    key_of(found, "run")
}

fn key_of(found: &Found, what: &str) -> [u8; 32] {
    let mut key = Key::new(what);
    key.text(&format!("{:?}", found.manifest));
    key.text(found.entry.as_deref().unwrap_or(""));
    for (namespace, file) in &found.files {
        key.text(namespace);
        key.text(&file.path);
        key.text(&file.text);
    }
    for package in &found.packages.all {
        key.text(&format!(
            "{} {} {:?}",
            package.name, package.label, package.deps
        ));
        for (namespace, file) in &package.files {
            key.text(namespace);
            key.text(&file.path);
            key.text(&file.text);
        }
    }
    key.text(&format!("{:?}", found.packages.deps));
    key.finish()
}

/// A file that a summary may be of, with all that its meaning depends on besides other files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OneFile<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) package: &'a str,
    /// What the names of namespaces mean in it.
    pub(crate) seen: Option<&'a hir::package::Seen>,
    pub(crate) features: &'a [String],
    pub(crate) is_entry: bool,
    /// `None` of a file of the library, which is part of the compiler.
    pub(crate) text: Option<&'a str>,
}

/// The key of a file's summary.
pub(crate) fn key_of_summary(file: OneFile<'_>) -> [u8; 32] {
    let mut key = Key::new("summary");
    key.text(file.namespace);
    key.text(file.package);
    key.text(&format!("{:?}", file.seen));
    key.text(&format!("{:?} {}", file.features, file.is_entry));
    key.text(if file.text.is_some() {
        "text"
    } else {
        "library"
    });
    key.text(file.text.unwrap_or(""));
    key.finish()
}

/// What summaries of the library depend on, made by one build of the compiler and read by another.
pub(crate) fn key_of_library() -> [u8; 32] {
    static KEY: OnceLock<[u8; 32]> = OnceLock::new();
    *KEY.get_or_init(|| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&VERSION.to_le_bytes());
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        hasher.update(&codegen::fingerprint());
        hasher.update(&hir::hash::NORMAL_FORM_VERSION.to_le_bytes());
        for source in stdlib::SOURCES {
            hasher.update(source.namespace.as_bytes());
            hasher.update(&[0]);
            hasher.update(source.text.as_bytes());
            hasher.update(&[0]);
        }
        *hasher.finalize().as_bytes()
    })
}

/// What this compiler is: two that may build different images of the same texts differ.
fn compiler() -> [u8; 32] {
    static COMPILER: OnceLock<[u8; 32]> = OnceLock::new();
    *COMPILER.get_or_init(|| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&program());
        hasher.update(&key_of_library());
        *hasher.finalize().as_bytes()
    })
}

/// What the running program is, beyond the versions that it states: while the machine is being
/// worked on, two builds of it with the same versions may lay out values differently.
fn program() -> Vec<u8> {
    let identity = || {
        let path = std::env::current_exe().ok()?;
        let metadata = std::fs::metadata(path).ok()?;
        let modified = metadata.modified().ok()?;
        let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
        let mut bytes = metadata.len().to_le_bytes().to_vec();
        bytes.extend_from_slice(&since.as_nanos().to_le_bytes());
        Some(bytes)
    };
    identity().unwrap_or_default()
}

/// The stored build of a key.
pub(crate) fn load(folder: &Path, key: &[u8; 32]) -> Option<Built> {
    build::decode(&files::load(folder, key, BUILD)?)
}

/// Stores a build.
pub(crate) fn save(folder: &Path, key: &[u8; 32], built: &Built) {
    let content = build::encode(built);
    if files::save(folder, key, BUILD, &content) {
        let bytes = BUILDS_BYTES_MAX + content.len() as u64;
        files::forget_oldest(folder, BUILD, None, BUILDS_MAX, bytes);
    }
}

/// The bytes of the summary of a key.
pub(crate) fn load_summary(folder: &Path, key: &[u8; 32]) -> Option<Vec<u8>> {
    files::load(folder, key, SUMMARY)
}

/// Stores the bytes of a summary.
pub(crate) fn save_summary(folder: &Path, key: &[u8; 32], bytes: &[u8]) {
    files::save(folder, key, SUMMARY, bytes);
}

/// Keeps the summaries small, after some were stored; `used` bytes of them are of this program.
pub(crate) fn forget_summaries(folder: &Path, used: u64) {
    files::forget_oldest(folder, SUMMARY, None, usize::MAX, SUMMARIES_MAX + 2 * used);
}
