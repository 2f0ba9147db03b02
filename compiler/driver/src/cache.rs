//! Linked images on disk, so that a program that has not changed is not compiled again.
//!
//! The key is the hash of this compiler (code generator, library, normal form), of the project's
//! settings and of every file it could be made of; the value is the image.
//!
//! # Invariants
//! - Whatever the files hold, a load gives the image of exactly this key or nothing: content is
//!   checked against its own hash.
//! - Files appear whole: written under another name and renamed. A cache that cannot be written
//!   costs time, never a failure.

use crate::project::Found;
use crate::workspace::Built;
use bytecode::Image;
use std::path::Path;

/// Raised when the format of a stored build changes.
const VERSION: u32 = 1;
/// Stored builds kept in a folder.
const FILES_MAX: usize = 64;

/// The key of a project's build.
pub(crate) fn key(found: &Found) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&VERSION.to_le_bytes());
    hasher.update(&compiler());
    let mut text = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    text(&format!("{:?}", found.manifest));
    text(found.entry.as_deref().unwrap_or(""));
    for (namespace, file) in &found.files {
        text(namespace);
        text(&file.path);
        text(&file.text);
    }
    *hasher.finalize().as_bytes()
}

/// What this compiler is: two that may build different images of the same texts differ.
fn compiler() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
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
}

/// A build as stored.
#[derive(Debug)]
pub(crate) struct Stored {
    image: Image,
    sources: Vec<(String, [u8; 32])>,
}

impl Stored {
    /// What is stored of a build. Warnings are not: a program with warnings is built again.
    pub(crate) fn of(built: &Built) -> Stored {
        Stored {
            image: built.image.clone(),
            sources: built.sources.clone(),
        }
    }

    /// The build.
    pub(crate) fn into_built(self) -> Built {
        Built {
            entry_slot: self.image.entry,
            main_slot: self.image.main,
            image: self.image,
            sources: self.sources,
            warnings: Vec::new(),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&(self.sources.len() as u32).to_le_bytes());
        for (path, hash) in &self.sources {
            bytes.extend_from_slice(&(path.len() as u32).to_le_bytes());
            bytes.extend_from_slice(path.as_bytes());
            bytes.extend_from_slice(hash);
        }
        bytes.extend_from_slice(&self.image.encode());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Stored> {
        let mut rest = bytes;
        let mut take = |count: usize| {
            let (head, tail) = rest.split_at_checked(count)?;
            rest = tail;
            Some(head)
        };
        let count = u32::from_le_bytes(take(4)?.try_into().ok()?);
        let mut sources = Vec::new();
        for _ in 0..count {
            let length = u32::from_le_bytes(take(4)?.try_into().ok()?) as usize;
            let path = String::from_utf8(take(length)?.to_vec()).ok()?;
            sources.push((path, take(32)?.try_into().ok()?));
        }
        Some(Stored {
            image: Image::decode(rest).ok()?,
            sources,
        })
    }
}

fn path_of(folder: &Path, key: &[u8; 32]) -> std::path::PathBuf {
    let name: String = key[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    folder.join(format!("{name}.oxi"))
}

/// The stored build of a key.
pub(crate) fn load(folder: &Path, key: &[u8; 32]) -> Option<Stored> {
    let bytes = std::fs::read(path_of(folder, key)).ok()?;
    let (header, content) = bytes.split_at_checked(64)?;
    let sound = &header[..32] == key && header[32..] == *blake3::hash(content).as_bytes();
    if sound { Stored::decode(content) } else { None }
}

/// Stores a build.
pub(crate) fn save(folder: &Path, key: &[u8; 32], stored: &Stored) {
    let content = stored.encode();
    let mut bytes = Vec::with_capacity(64 + content.len());
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(blake3::hash(&content).as_bytes());
    bytes.extend_from_slice(&content);
    let path = path_of(folder, key);
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&temporary, &bytes))
        .and_then(|()| std::fs::rename(&temporary, &path));
    if written.is_err() {
        // Nothing is lost but time; a half-written file must not stay.
        let _ = std::fs::remove_file(&temporary);
        return;
    }
    forget_oldest(folder);
}

/// Keeps the cache small: the files used least recently go.
fn forget_oldest(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let path = entry.path();
            let kept = path.extension().is_some_and(|extension| extension == "oxi");
            kept.then_some(())?;
            Some((entry.metadata().ok()?.modified().ok()?, path))
        })
        .collect();
    if files.len() <= FILES_MAX {
        return;
    }
    files.sort();
    for (_, path) in &files[..files.len() - FILES_MAX] {
        let _ = std::fs::remove_file(path);
    }
}
