//! How much memory a process may have where nobody says: what the machine has left, or the group of
//! processes that this one is limited with (cgroups, versions 1 and 2).
//!
//! # Invariants
//! - A process at its limit, while it is collected, fits into that: the copy is as large again, and
//!   there is more room than there are words.
//! - What cannot be read limits nothing.

use std::fs;
use std::path::{Path, PathBuf};

/// The most that references can reach, words.
const WORDS_MAX: u64 = 1 << 29;
/// The least that anything can be done with, words.
const WORDS_MIN: u64 = 1 << 23;
/// Bytes that the system gives for each byte that a process may hold: its memory, the copy that a
/// collection makes, and the room for what comes next.
const BYTES_PER_BYTE: u64 = 3;

/// Memory of a process, words.
pub(crate) fn quota_words() -> u32 {
    quota_of(available(Path::new("/")))
}

fn quota_of(available: Option<u64>) -> u32 {
    let words = available.map_or(WORDS_MAX, |bytes| bytes / BYTES_PER_BYTE / 8);
    u32::try_from(words.clamp(WORDS_MIN, WORDS_MAX)).expect("it is in between")
}

/// Bytes that can be had, under a root of the file system.
fn available(root: &Path) -> Option<u64> {
    let machine = fs::read_to_string(root.join("proc/meminfo"))
        .ok()
        .and_then(|text| field(&text, "MemAvailable:"))
        .and_then(|kilobytes| kilobytes.checked_mul(1 << 10));
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let group = groups.lines().filter_map(|line| group_limit(root, line));
    machine.into_iter().chain(group).min()
}

/// The number behind a name at the beginning of a line.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The limit by a line of `/proc/self/cgroup`: `0::/user/17` of version 2, `9:memory:/user/17` of
/// version 1. A group is limited by those around it, too; inside a container the path may be one
/// that is only there outside, and the limit is that of the root.
fn group_limit(root: &Path, line: &str) -> Option<u64> {
    let mut parts = line.splitn(3, ':');
    let (number, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    let (mount, file) = match (number, controllers) {
        ("0", "") => (root.join("sys/fs/cgroup"), "memory.max"),
        _ if controllers.split(',').any(|name| name == "memory") => {
            (root.join("sys/fs/cgroup/memory"), "memory.limit_in_bytes")
        }
        _ => return None,
    };
    let path = PathBuf::from(path.trim_start_matches('/'));
    let limit = |group: &Path| {
        let text = fs::read_to_string(mount.join(group).join(file)).ok()?;
        // `max` is none.
        text.trim().parse::<u64>().ok()
    };
    path.ancestors().filter_map(limit).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder for the test");
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("it is in the folder")).expect("ours");
            fs::write(path, text).expect("ours");
        }
        dir
    }

    const MACHINE: (&str, &str) = (
        "proc/meminfo",
        "MemTotal:        8000000 kB\nMemAvailable:    6000000 kB\n",
    );

    #[test]
    fn the_machine_limits() {
        let dir = root(&[MACHINE]);
        assert_eq!(available(dir.path()), Some(6_000_000 << 10));
    }

    #[test]
    fn a_group_and_those_around_it_limit() {
        let dir = root(&[
            MACHINE,
            ("proc/self/cgroup", "0::/user/17\n"),
            ("sys/fs/cgroup/user/17/memory.max", "max\n"),
            ("sys/fs/cgroup/user/memory.max", "536870912\n"),
        ]);
        assert_eq!(available(dir.path()), Some(512 << 20));
    }

    #[test]
    fn a_group_of_version_1_limits_also_where_its_path_is_another_outside() {
        let dir = root(&[
            MACHINE,
            (
                "proc/self/cgroup",
                "9:memory:/docker/abc\n8:cpu:/docker/abc\n",
            ),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456\n"),
        ]);
        assert_eq!(available(dir.path()), Some(256 << 20));
    }

    #[test]
    fn what_a_collection_needs_fits_too() {
        assert_eq!(u64::from(quota_of(Some(6 << 30))) * 8, 2 << 30);
        assert_eq!(u64::from(quota_of(None)), WORDS_MAX);
        assert_eq!(u64::from(quota_of(Some(64 << 30))), WORDS_MAX);
        assert_eq!(u64::from(quota_of(Some(1))), WORDS_MIN);
    }
}
