//! The files of the cache: written whole, checked when read, the oldest removed.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

/// Extension of files that are being written.
const TEMPORARY: &str = "tmp";
/// A file that is still being written after this long has no writer any more.
const WRITING_MAX: Duration = Duration::from_hours(1);
/// How exactly the time of a file says when it was last used.
const USE_RESOLUTION: Duration = Duration::from_mins(1);

fn path_of(folder: &Path, key: &[u8; 32], extension: &str) -> PathBuf {
    let name: String = key[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    folder.join(format!("{name}.{extension}"))
}

/// The content stored under a key.
pub(super) fn load(folder: &Path, key: &[u8; 32], extension: &str) -> Option<Vec<u8>> {
    let mut file = File::open(path_of(folder, key, extension)).ok()?;
    let metadata = file.metadata().ok()?;
    let mut header = [0; 64];
    file.read_exact(&mut header).ok()?;
    let mut content = Vec::with_capacity(usize::try_from(metadata.len()).ok()?);
    file.read_to_end(&mut content).ok()?;
    if &header[..32] != key || header[32..] != *blake3::hash(&content).as_bytes() {
        return None;
    }
    // The time of a file is that of its last use. A cache that may only be read is one, too.
    let age = metadata
        .modified()
        .ok()
        .and_then(|used| used.elapsed().ok());
    if age.is_none_or(|age| age > USE_RESOLUTION) {
        let _ = file.set_modified(SystemTime::now());
    }
    Some(content)
}

/// Stores a content; whether it is there now.
pub(super) fn save(folder: &Path, key: &[u8; 32], extension: &str, content: &[u8]) -> bool {
    // Two threads of one process write under different names, too.
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = path_of(folder, key, extension);
    let temporary = path.with_extension(format!(
        "{extension}.{}.{number}.{TEMPORARY}",
        std::process::id()
    ));
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    let written = made
        .and_then(|()| {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            let mut file = options.open(&temporary)?;
            file.write_all(key)?;
            file.write_all(blake3::hash(content).as_bytes())?;
            file.write_all(content)
        })
        .and_then(|()| std::fs::rename(&temporary, &path));
    if written.is_err() {
        // Nothing is lost but time; a half-written file must not stay.
        let _ = std::fs::remove_file(&temporary);
    }
    written.is_ok()
}

/// Removes the files used least recently until there are at most `count`, of at most `bytes`
/// together, and what writers that died have left.
pub(super) fn forget_oldest(folder: &Path, extension: &str, count: usize, bytes: u64) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        let Ok(modified) = metadata.modified() else {
            continue;
        };
        let is_a = |wanted| path.extension().is_some_and(|found| found == wanted);
        if is_a(TEMPORARY) && modified.elapsed().is_ok_and(|age| age > WRITING_MAX) {
            let _ = std::fs::remove_file(&path);
        }
        if is_a(extension) {
            files.push((modified, path, metadata.len()));
        }
    }
    let mut left = (
        files.len(),
        files.iter().map(|(_, _, len)| len).sum::<u64>(),
    );
    files.sort();
    for (_, path, len) in &files {
        if left.0 <= count && left.1 <= bytes {
            break;
        }
        let _ = std::fs::remove_file(path);
        left = (left.0 - 1, left.1 - len);
    }
}
