//! Where runs are kept: `.ox/runs/17/store.redb` in a project, for loose scripts
//! `$XDG_STATE_HOME/ox/<hash of their folder>/runs/17/store.redb`.
//!
//! # Invariants
//! - A number is given once: it is never given again, not even after its run was removed, and
//!   never to two who ask at the same time (`.last` under the lock `.lock`).
//! - Folders are made with mode 0700, and `.ox` holds a `.gitignore` that hides all of it.
//! - Nothing is made before the first run.
//! - The names of a run's folders are durable before anything is committed in it.
//! - A run is there as a whole or not at all: its folder loses its name before anything in it goes.

use crate::failure::{Failure, io};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use store::disk::{Disk as _, OsDisk};

/// Name of a store's main file in the folder of its run.
const STORE_FILE: &str = "store.redb";

/// What the name of a run's folder begins with while it is removed.
const REMOVED: &str = ".removed-";

/// Name of the project file.
pub(crate) const PROJECT_FILE: &str = "ox.edn";

/// A folder whose runs belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    /// The project's root, or the folder that loose scripts are in. Absolute.
    pub(crate) base: PathBuf,
    /// Whether it is a project.
    pub(crate) is_project: bool,
    /// The folder `runs`.
    runs: PathBuf,
}

/// The place of one run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RunDir {
    /// Number of the run.
    pub(crate) number: u64,
    /// Its folder.
    pub(crate) dir: PathBuf,
}

impl RunDir {
    /// The store's main file.
    pub(crate) fn store(&self) -> PathBuf {
        self.dir.join(STORE_FILE)
    }

    /// Removes the run and all that is kept of it: at once for whoever looks for it.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        let failed = || io(format_args!("remove {}", self.dir.display()));
        // File by file, somebody could find a store without its lock.
        let removed = self.dir.with_file_name(format!("{REMOVED}{}", self.number));
        fs::rename(&self.dir, &removed).map_err(failed())?;
        fs::remove_dir_all(&removed).map_err(failed())?;
        self.sweep();
        Ok(())
    }

    /// Removes what is left of runs beside it whose removal was cut off.
    fn sweep(&self) {
        let beside = self.dir.parent().and_then(|runs| fs::read_dir(runs).ok());
        for entry in beside.into_iter().flatten().flatten() {
            if entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(REMOVED.as_bytes())
            {
                // Another may be removing it just now.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// The project around a folder: the nearest `ox.edn` upwards.
pub(crate) fn project_root(dir: &Path) -> Option<PathBuf> {
    dir.ancestors()
        .find(|ancestor| ancestor.join(PROJECT_FILE).is_file())
        .map(Path::to_owned)
}

/// Where state is kept that belongs to no project.
pub(crate) fn state_home() -> Result<PathBuf, Failure> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .ok_or_else(|| {
            Failure::new("there is no place for the state of a script: neither XDG_STATE_HOME nor HOME is set")
                .help("name a store with `--store PATH`, or keep nothing with `--ephemeral`")
        })
}

impl Folder {
    /// The folder that programs in `dir` belong to.
    ///
    /// # Errors
    /// When `dir` does not exist, or there is no place for a loose script's state.
    pub(crate) fn around(dir: &Path) -> Result<Folder, Failure> {
        let dir = dir
            .canonicalize()
            .map_err(io(format_args!("find the folder {}", dir.display())))?;
        if let Some(root) = project_root(&dir) {
            return Ok(Folder {
                runs: root.join(".ox/runs"),
                base: root,
                is_project: true,
            });
        }
        let hash = blake3::hash(dir.as_os_str().as_encoded_bytes()).to_hex();
        let runs = state_home()?
            .join("ox")
            .join(&hash.as_str()[..16])
            .join("runs");
        Ok(Folder {
            base: dir,
            is_project: false,
            runs,
        })
    }

    /// The folder whose runs a store may be among, by where it lies.
    pub(crate) fn of_store(store: &Path) -> Option<PathBuf> {
        // `BASE/.ox/runs/17/store.redb`; for loose scripts BASE is written down beside `runs`.
        let home = store.parent()?.parent()?.parent()?;
        match fs::read_to_string(home.join("folder")) {
            Ok(folder) => Some(PathBuf::from(folder.trim_end())),
            Err(_) => home.parent().map(Path::to_owned),
        }
    }

    /// Its runs, the oldest first.
    ///
    /// # Errors
    /// When they cannot be listed; that there are none is no error.
    pub(crate) fn runs(&self) -> Result<Vec<RunDir>, Failure> {
        let doing = || format!("list {}", self.runs.display());
        let entries = match fs::read_dir(&self.runs) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io(doing())(error)),
        };
        let mut runs = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io(doing()))?;
            if let Some(number) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
            {
                runs.push(RunDir {
                    number,
                    dir: entry.path(),
                });
            }
        }
        runs.sort_unstable();
        Ok(runs)
    }

    /// Where compiled code is kept. A folder that cannot be made is no cache, and no error.
    pub(crate) fn cache(&self) -> PathBuf {
        let cache = self.runs.with_file_name("cache");
        let _ = make_dir(&cache).and_then(|()| self.sign());
        cache
    }

    /// Where the compiled library is kept that all loose scripts share; a project keeps its own.
    pub(crate) fn library_cache(&self) -> Option<PathBuf> {
        if self.is_project {
            return None;
        }
        let library = state_home().ok()?.join("ox").join("library");
        make_dir(&library).ok()?;
        Some(library)
    }

    /// Whether there is a cache yet.
    pub(crate) fn has_cache(&self) -> bool {
        self.runs.with_file_name("cache").is_dir()
    }

    /// Hides what is kept in a project from git; elsewhere, says whose it is.
    fn sign(&self) -> std::io::Result<()> {
        let home = self
            .runs
            .parent()
            .expect("the folder of runs was joined to another");
        if self.is_project {
            write_once(&home.join(".gitignore"), "*\n")
        } else {
            write_once(&home.join("folder"), &format!("{}\n", self.base.display()))
        }
    }

    /// The run with this number, if there is one.
    pub(crate) fn run(&self, number: u64) -> Option<RunDir> {
        let run = RunDir {
            number,
            dir: self.runs.join(number.to_string()),
        };
        run.dir.is_dir().then_some(run)
    }

    /// Makes the place of a new run.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn new_run(&self) -> Result<RunDir, Failure> {
        let failed = |error: std::io::Error| {
            io(format_args!("make a run in {}", self.runs.display()))(error).help(
                "name a store elsewhere with `--store PATH`, or keep nothing with `--ephemeral`",
            )
        };
        make_dir(&self.runs).map_err(failed)?;
        self.sign().map_err(failed)?;
        let lock = open_file(&self.runs.join(".lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let last = self.runs.join(".last");
        let greatest = self.runs()?.last().map_or(0, |run| run.number);
        let mut number = greatest.max(read_number(&last).map_err(failed)?) + 1;
        // Made before it is written down: whoever dies between the two leaves an empty folder, not
        // a number that is given twice.
        let sync = |dir: &Path| OsDisk.sync_dir(dir);
        let dir = loop {
            let dir = self.runs.join(number.to_string());
            match DirBuilder::new().mode(0o700).create(&dir) {
                Ok(()) => break dir,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(failed(error)),
            }
        };
        write_number(&last, number).map_err(failed)?;
        // What is committed in it must not be gone with it.
        sync(&self.runs).map_err(failed)?;
        Ok(RunDir { number, dir })
    }
}

/// Makes a directory and its parents, durably.
pub(crate) fn make_dir(dir: &Path) -> std::io::Result<()> {
    OsDisk.create_dir_all(dir)
}

fn open_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

fn write_once(path: &Path, text: &str) -> std::io::Result<()> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(mut file) => file.write_all(text.as_bytes()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn read_number(path: &Path) -> std::io::Result<u64> {
    let mut text = String::new();
    open_file(path)?.read_to_string(&mut text)?;
    // Torn by a crash it is empty, and the folders tell the greatest number.
    Ok(text.trim().parse().unwrap_or(0))
}

fn write_number(path: &Path, number: u64) -> std::io::Result<()> {
    let mut file = open_file(path)?;
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{number}")?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::os::unix::fs::PermissionsExt as _;

    fn project() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().expect("a folder for the test");
        fs::write(dir.path().join(PROJECT_FILE), "{}").expect("the folder is ours");
        let folder = Folder::around(dir.path()).expect("the folder is there");
        (dir, folder)
    }

    #[test]
    fn a_number_is_never_given_again() {
        let (_dir, folder) = project();
        let numbers: Vec<u64> = (0..3)
            .map(|_| {
                let run = folder.new_run().expect("a run");
                run.remove().expect("it is ours");
                run.number
            })
            .collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!(folder.runs().expect("listed"), []);
    }

    #[test]
    fn what_a_removal_left_goes_with_the_next() {
        let (_dir, folder) = project();
        let (first, second) = (folder.new_run(), folder.new_run());
        let (first, second) = (first.expect("a run"), second.expect("a run"));
        let left = first.dir.with_file_name(".removed-1");
        fs::rename(&first.dir, &left).expect("it is ours");
        assert_eq!(
            folder.runs().expect("listed"),
            std::slice::from_ref(&second)
        );
        second.remove().expect("it is ours");
        assert!(!left.exists());
        assert_eq!(folder.runs().expect("listed"), []);
    }

    #[test]
    fn many_who_ask_at_once_get_different_numbers() {
        let (_dir, folder) = project();
        let numbers: BTreeSet<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        (0..8)
                            .map(|_| folder.new_run().expect("a run").number)
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("no panic"))
                .collect()
        });
        assert_eq!(numbers, (1..=64).collect());
    }

    #[test]
    fn what_is_made_is_private_and_hidden_from_git() {
        let (dir, folder) = project();
        let run = folder.new_run().expect("a run");
        let mode = |path: &Path| {
            fs::metadata(path)
                .expect("it is there")
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode(&run.dir), 0o700);
        assert_eq!(mode(&dir.path().join(".ox")), 0o700);
        assert_eq!(mode(&dir.path().join(".ox/runs/.last")), 0o600);
        assert_eq!(
            fs::read_to_string(dir.path().join(".ox/.gitignore")).expect("it is there"),
            "*\n"
        );
    }

    #[test]
    fn a_folder_inside_a_project_is_the_projects() {
        let (dir, folder) = project();
        fs::create_dir_all(dir.path().join("src/app")).expect("the folder is ours");
        assert_eq!(
            Folder::around(&dir.path().join("src/app")).expect("it is there"),
            folder
        );
    }
}
