//! Files that are written whole or not at all.
//!
//! # Invariants
//! - What is written goes to a temporary file beside the target, is synced, and takes the target's
//!   name by a rename, which is synced too.
//! - The temporary name is a function of the target and the idempotency key: the attempt that
//!   follows a crash writes over what the one before has left.
//! - Devices, pipes and sockets are written to directly.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// A file being written.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    file: File,
    /// Temporary name and target; none where the target is no ordinary file.
    names: Option<(PathBuf, PathBuf)>,
}

impl AtomicFile {
    /// Opens the temporary file of a target.
    pub(crate) fn create(target: &Path, key: &str) -> io::Result<AtomicFile> {
        // Through a link its target is replaced, not the link.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let existing = fs::metadata(&target).ok();
        if let Some(found) = &existing
            && !found.is_file()
        {
            if found.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            let file = OpenOptions::new().write(true).open(&target)?;
            return Ok(AtomicFile { file, names: None });
        }
        let temporary = temporary_name(&target, key)?;
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&temporary)?;
        let file = AtomicFile {
            file,
            names: Some((temporary, target)),
        };
        if let Some(found) = existing {
            file.file.set_permissions(found.permissions())?;
        }
        Ok(file)
    }

    /// The open file.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Where the bytes are until the file is committed.
    pub(crate) fn written_path(&self) -> Option<&Path> {
        self.names
            .as_ref()
            .map(|(temporary, _)| temporary.as_path())
    }

    /// Gives the file its name.
    pub(crate) fn commit(mut self) -> io::Result<()> {
        let Some((temporary, target)) = &self.names else {
            return Ok(());
        };
        self.file.sync_all()?;
        fs::rename(temporary, target)?;
        let directory = directory_of(target);
        self.names = None;
        sync_directory(&directory)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.names {
            // It has failed already; what is left is overwritten by the next attempt.
            let _ = fs::remove_file(temporary);
        }
    }
}

fn temporary_name(target: &Path, key: &str) -> io::Result<PathBuf> {
    let name = target.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let mut hasher = DefaultHasher::new();
    (name, key).hash(&mut hasher);
    let mut temporary = OsString::from(format!(".{:016x}.", hasher.finish()));
    // A name may be 255 bytes long; the target's is a help for people, no more.
    if name.len() <= 200 {
        temporary.push(name);
        temporary.push(".");
    }
    temporary.push("tmp");
    Ok(target.with_file_name(temporary))
}

fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes the names in a directory durable.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    match File::open(directory)?.sync_all() {
        // Some file systems sync no directories; there the rename is all that can be had.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}
