//! The packages that a machine has: `<hash of the content>/` with the files of each, in `$XDG_CACHE_HOME/ox/packages`.
//! Beside it `<hash>-<commit>`, an empty file, says that this was the content at that commit.
//!
//! Invariants:
//! - What is found under a hash has it: it is looked at each time. What has not is as if it were not there, and is
//!   fetched again.
//! - A package appears whole: written under another name and renamed. Of two processes one wins, and both are right.

use super::content::{Content, ContentHash};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The folder of packages.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) folder: PathBuf,
}

impl Kept {
    fn path(&self, hash: ContentHash) -> PathBuf {
        self.folder.join(hash.to_string())
    }

    /// The content with this hash.
    pub(crate) fn load(&self, hash: ContentHash) -> Option<Content> {
        let mut content = Content::default();
        read_below(&self.path(hash), "", &mut content).ok()?;
        (content.hash() == hash).then_some(content)
    }

    fn seen(&self, hash: ContentHash, commit: &str) -> PathBuf {
        self.folder.join(format!("{hash}-{commit}"))
    }

    /// Whether this machine has seen that the content is that of a commit.
    pub(crate) fn is_of(&self, hash: ContentHash, commit: &str) -> bool {
        self.seen(hash, commit).is_file()
    }

    /// Keeps the content of a commit.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn save(&self, content: &Content, commit: &str) -> io::Result<()> {
        self.save_content(content)?;
        std::fs::write(self.seen(content.hash(), commit), "")
    }

    fn save_content(&self, content: &Content) -> io::Result<()> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let hash = content.hash();
        let temporary = |what: &str| {
            let name = format!("{hash}-{}-{number}.{what}.tmp", std::process::id());
            self.folder.join(name)
        };
        let new = temporary("new");
        for (path, text) in &content.0 {
            let path = new.join(path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, text)?;
        }
        std::fs::create_dir_all(&new)?;
        let path = self.path(hash);
        if std::fs::rename(&new, &path).is_err() && self.load(hash).is_none() {
            // What is there is damaged.
            let old = temporary("old");
            let _ = std::fs::rename(&path, &old);
            let is_folder = std::fs::symlink_metadata(&old).is_ok_and(|what| what.is_dir());
            let _ = match is_folder {
                true => std::fs::remove_dir_all(&old),
                false => std::fs::remove_file(&old),
            };
            let renamed = std::fs::rename(&new, &path);
            if renamed.is_err() && self.load(hash).is_none() {
                return renamed;
            }
        }
        let _ = std::fs::remove_dir_all(&new);
        Ok(())
    }
}

/// Reads all files below a folder.
fn read_below(folder: &Path, prefix: &str, content: &mut Content) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let path = format!("{prefix}{}", name.to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_below(&entry.path(), &format!("{path}/"), content)?;
        } else {
            content.0.insert(path, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}
