//! The operating system's files.
//!
//! Invariant: files are made with mode 0600 and directories with 0700, since
//! they hold what programs work on.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

use super::{Access, Disk, DiskFile, LockError, LockGuard};

const FILE_MODE: u32 = 0o600;
const DIR_MODE: u32 = 0o700;

/// The operating system's file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsDisk;

#[derive(Debug)]
struct OsFile(File);

/// A lock on a file. It is given up in so many words: closing the file would leave it with a child
/// that another thread has forked and that has not begun its program yet.
#[derive(Debug)]
struct OsLock(File);

impl Drop for OsLock {
    fn drop(&mut self) {
        // Whatever it says, the file is closed next.
        let _ = self.0.unlock();
    }
}

/// Makes a directory and its parents, and makes the names of those that were not there durable:
/// without, what is synced in them could be gone with them.
fn make_dirs(
    path: &Path,
    mut create: impl FnMut(&Path) -> io::Result<()>,
    mut sync: impl FnMut(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut missing = vec![path];
    // Whether the way goes down again: a directory that still cannot be made when its parent is
    // there (as in `/proc`) never can be, and is not tried for ever.
    let mut goes_down = false;
    while let Some(&dir) = missing.last() {
        let parent = match dir.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        match create(dir) {
            Ok(()) => {
                sync(parent)?;
                missing.pop();
                goes_down = true;
            }
            // Who made it may not have come to syncing it.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && missing.len() > 1 => {
                missing.pop();
                goes_down = true;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return if dir.is_dir() {
                    sync(parent)
                } else {
                    Err(error)
                };
            }
            Err(error)
                if error.kind() == io::ErrorKind::NotFound && parent != dir && !goes_down =>
            {
                missing.push(parent);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Disk for OsDisk {
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.read(true);
        match access {
            Access::Read => {}
            Access::Write => {
                options.write(true);
            }
            Access::Create => {
                options
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .mode(FILE_MODE);
            }
        }
        Ok(Arc::new(OsFile(options.open(path)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        make_dirs(
            path,
            |dir| fs::DirBuilder::new().mode(DIR_MODE).create(dir),
            |dir| self.sync_dir(dir),
        )
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn lock(&self, path: &Path) -> Result<LockGuard, LockError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(FILE_MODE)
            .open(path)
            .map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // A holder that has not written its id yet is a holder still.
                let _ = file.read_to_string(&mut text);
                return Err(LockError::Held(text.trim().parse().ok()));
            }
            Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
        }
        // The file stays when the lock is given up: removing it would let two
        // processes lock two files of the same name.
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(LockError::Io)?;
        Ok(Box::new(OsLock(file)))
    }
}

impl DiskFile for OsFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(bytes, offset)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    #[test]
    fn a_lock_that_is_given_up_is_free_though_a_forked_child_has_its_file_still() {
        let file = tempfile::NamedTempFile::new().expect("there is room");
        let lock = OsLock(File::open(file.path()).expect("it is there"));
        lock.0.try_lock().expect("nobody has it");
        let childs = lock.0.try_clone().expect("there is room");
        drop(lock);
        let other = File::open(file.path()).expect("it is there");
        other.try_lock().expect("it was given up");
        drop(childs);
    }

    #[test]
    fn the_name_of_each_directory_that_is_made_is_synced() {
        let there = RefCell::new(BTreeSet::from(["/p".to_owned()]));
        let log = RefCell::new(Vec::new());
        let text = |dir: &Path| dir.display().to_string();
        let create = |dir: &Path| {
            let parent = dir.parent().map(text).unwrap_or_default();
            if !there.borrow().contains(&parent) {
                return Err(io::ErrorKind::NotFound.into());
            }
            log.borrow_mut().push(format!("make {}", text(dir)));
            there.borrow_mut().insert(text(dir));
            Ok(())
        };
        let sync = |dir: &Path| {
            log.borrow_mut().push(format!("sync {}", text(dir)));
            Ok(())
        };
        make_dirs(Path::new("/p/.ox/runs/17"), create, sync).expect("made");
        let expected = [
            "make /p/.ox",
            "sync /p",
            "make /p/.ox/runs",
            "sync /p/.ox",
            "make /p/.ox/runs/17",
            "sync /p/.ox/runs",
        ];
        assert_eq!(*log.borrow(), expected);
    }

    #[test]
    fn a_directory_that_cannot_be_made_below_one_that_is_there_is_an_error() {
        for path in ["/proc/nope", "/proc/nope/deeper/still"] {
            let mut tried = Vec::new();
            let create = |dir: &Path| {
                tried.push(dir.display().to_string());
                assert!(tried.len() < 20, "tried for ever: {tried:?}");
                Err(match dir.to_str() {
                    Some("/proc" | "/") => io::ErrorKind::AlreadyExists.into(),
                    _ => io::ErrorKind::NotFound.into(),
                })
            };
            let error = make_dirs(Path::new(path), create, |_| Ok(())).expect_err("not made");
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{path}");
            assert_eq!(tried.last().map(String::as_str), Some("/proc/nope"));
        }
    }
}
