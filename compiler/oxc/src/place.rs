//! Paths as the user reads and types them: from the folder that `oxc` was started in, which is not
//! the one it works in when `-C` was given.
//!
//! # Invariants
//! - A path that is shown can be opened, and a command that is proposed works, where the user is.

use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

static START: OnceLock<PathBuf> = OnceLock::new();

/// Notes the folder that `oxc` was started in, before it goes to another.
pub(crate) fn remember_start() {
    let here = std::env::current_dir().unwrap_or_default();
    // Set once: a command line has one `-C`.
    let _ = START.set(here);
}

/// The folder that `oxc` was started in.
pub(crate) fn start() -> PathBuf {
    let start = START.get().cloned();
    start.unwrap_or_else(|| std::env::current_dir().unwrap_or_default())
}

/// A path as it is named from the folder that `oxc` was started in.
pub(crate) fn shown(path: &Path) -> PathBuf {
    let absolute = path
        .canonicalize()
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned());
    between(&start(), &absolute)
}

/// Whether two paths lead to one file.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().ok() == other.canonicalize().ok()
}

/// The way from a folder to a path: downwards, or out of at most the folders that they do not share.
fn between(from: &Path, to: &Path) -> PathBuf {
    let from: Vec<Component<'_>> = from.components().collect();
    let parts: Vec<Component<'_>> = to.components().collect();
    let shared = from.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    // From another corner of the disk the whole path says more.
    if shared <= 1 {
        return to.to_owned();
    }
    let ups = std::iter::repeat_n(Component::ParentDir, from.len() - shared);
    let way: PathBuf = ups.chain(parts[shared..].iter().copied()).collect();
    if way.as_os_str().is_empty() {
        return PathBuf::from(".");
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_named_from_where_the_user_is() {
        let way = |from: &str, to: &str| between(Path::new(from), Path::new(to));
        assert_eq!(way("/a/b", "/a/b/c/d.ox"), PathBuf::from("c/d.ox"));
        assert_eq!(way("/a/b/c", "/a/b/d.ox"), PathBuf::from("../d.ox"));
        assert_eq!(way("/a/b", "/a/b"), PathBuf::from("."));
        assert_eq!(way("/a/b/c", "/etc/x.ox"), PathBuf::from("/etc/x.ox"));
    }
}
