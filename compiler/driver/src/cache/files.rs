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

/// Where the content of a key is.
pub(super) fn path_of(folder: &Path, key: &[u8; 32], extension: &str) -> PathBuf {
    folder.join(format!("{}.{extension}", hexadecimal(&key[..16])))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The content stored under a key.
pub(super) fn load(folder: &Path, key: &[u8; 32], extension: &str) -> Option<Vec<u8>> {
    let found = read(&path_of(folder, key, extension))?;
    (found.key == *key).then_some(found.content)
}

/// The key of a content that is found without knowing it: whose it is, and its hash.
pub(super) fn key_of_content(owner: [u8; 8], hash: &[u8; 32]) -> [u8; 32] {
    let (mut key, (of_hash, _)) = ([0; 32], hash.split_at(24));
    key[..8].copy_from_slice(&owner);
    key[8..].copy_from_slice(of_hash);
    key
}

/// All that is stored of an owner.
#[derive(Debug, Default)]
pub(super) struct Owned {
    /// Keys and contents, in no order.
    pub(super) sound: Vec<([u8; 32], Vec<u8>)>,
    /// Files that are damaged.
    pub(super) damaged: Vec<PathBuf>,
}

/// Everything stored under keys made by [`key_of_content`].
pub(super) fn load_owned(folder: &Path, owner: [u8; 8], extension: &str) -> Owned {
    let mut all = Owned::default();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return all;
    };
    let beginning = hexadecimal(&owner);
    for entry in entries.flatten() {
        let path = entry.path();
        let is_owned = path.extension().is_some_and(|found| found == extension)
            && entry.file_name().to_string_lossy().starts_with(&beginning);
        if !is_owned {
            continue;
        }
        let right = |found: &Whole| {
            found.key == key_of_content(owner, &found.hash)
                && path == path_of(folder, &found.key, extension)
        };
        match read(&path).filter(right) {
            Some(found) => all.sound.push((found.key, found.content)),
            None => all.damaged.push(path),
        }
    }
    all
}

/// Removes a file.
pub(super) fn remove(path: &Path) {
    // Another process may have been quicker.
    let _ = std::fs::remove_file(path);
}

/// A file whose content is what its header says.
struct Whole {
    key: [u8; 32],
    hash: [u8; 32],
    content: Vec<u8>,
}

fn read(path: &Path) -> Option<Whole> {
    let mut file = File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    let mut header = [0; 64];
    file.read_exact(&mut header).ok()?;
    let mut content = Vec::with_capacity(usize::try_from(metadata.len()).ok()?);
    file.read_to_end(&mut content).ok()?;
    let hash = *blake3::hash(&content).as_bytes();
    let (key, of_content) = header.split_first_chunk()?;
    if *of_content != hash {
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
    Some(Whole {
        key: *key,
        hash,
        content,
    })
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
/// together, and what writers that died have left. What `kept` owns is neither removed nor counted.
pub(super) fn forget_oldest(
    folder: &Path,
    extension: &str,
    kept: Option<[u8; 8]>,
    count: usize,
    bytes: u64,
) {
    let kept = kept.map(|owner| hexadecimal(&owner));
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
        let name = entry.file_name();
        let is_kept = |kept: &String| name.to_string_lossy().starts_with(kept.as_str());
        if is_a(extension) && !kept.as_ref().is_some_and(is_kept) {
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
