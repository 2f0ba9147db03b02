//! How a run is run, and the files beside its store that keep it from one command to the next.
//!
//! ```text
//! store.redb.folder      the folder that the program was started in
//! store.redb.base        where its program is, of a store that was named
//! store.redb.park        there if it was started with `--park`
//! store.redb.serve       what it was started with by `--serve`, an array of JSON
//! store.redb.finished    there if there is nothing to go on with
//! ```
//!
//! # Invariants
//! - They are written by who has taken the store, before the first commit of the run.
//! - A command that takes the run up goes on as it was begun: where something cannot be read without
//!   which other things would be done, it does not begin.

use crate::failure::{Failure, io};
use crate::folder::Folder;
use crate::place::is_same_file;
use activities::Served;
use engine::LimitError;
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use store::disk::{Disk as _, OsDisk};

/// Ending of the file that names the folder a program was started in.
pub(crate) const FOLDER_SUFFIX: &str = ".folder";
/// Ending of the file that names the folder its program's name is relative to, of a store that was named:
/// others lie in that folder.
pub(crate) const BASE_SUFFIX: &str = ".base";
/// Ending of the file that says that there is nothing to go on with in a store.
pub(crate) const FINISHED_SUFFIX: &str = ".finished";
/// Ending of the file that holds what the run was started with by `--serve`, an array of JSON.
pub(crate) const SERVE_SUFFIX: &str = ".serve";
/// Ending of the file that says that the run was started with `--park`.
pub(crate) const PARK_SUFFIX: &str = ".park";

/// How a program is run.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    /// Park instead of throwing when an activity has failed for good.
    pub(crate) park: bool,
    /// Commands that answer activities.
    pub(crate) served: Vec<Served>,
    /// What one process may use, of a run that begins.
    pub(crate) limits: engine::Limits,
    /// Run no process, only commit.
    pub(crate) is_idle: bool,
    /// Only end processes: where it is not known how the run goes on, nothing of it is begun.
    pub(crate) only_ends: bool,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner {
            park: false,
            served: Vec::new(),
            limits: engine::Limits {
                memory_words: crate::memory::quota_words(),
                ..engine::Limits::default()
            },
            is_idle: false,
            only_ends: false,
        }
    }
}

impl Manner {
    /// By the options `--park` and `--serve`.
    ///
    /// # Errors
    /// When a `--serve` is no `NAME=COMMAND`.
    pub(crate) fn new(park: bool, serve: &[String]) -> Result<Manner, Failure> {
        let served = serve.iter().map(|text| text.parse::<Served>());
        let served = served
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::usage(format!("--serve: {error}")))?;
        let served: Vec<Served> = served;
        for (at, one) in served.iter().enumerate() {
            if served[..at].iter().any(|other| other.name == one.name) {
                let message = format!("--serve: {} is given twice", one.name);
                return Err(Failure::usage(message).help("one command answers an activity"));
            }
        }
        Ok(Manner {
            park,
            served,
            ..Manner::default()
        })
    }

    /// Takes the options `--limit`.
    ///
    /// # Errors
    /// When one is no `NAME=AMOUNT` of a limit that there is.
    pub(crate) fn limit(&mut self, limits: &[String]) -> Result<(), Failure> {
        for text in limits {
            let limit = text.parse::<engine::Limit>();
            let limit = limit.map_err(|error| {
                let failure = Failure::usage(format!("--limit: {error}"));
                match &error {
                    LimitError::Name(name) => match scalar::suggest(name, engine::Limit::NAMES) {
                        Some(meant) => failure.help(format!("did you mean {meant}?")),
                        None => failure,
                    },
                    _ => failure,
                }
            })?;
            self.limits.set(limit);
        }
        Ok(())
    }
}

/// Where the relative paths of a program begin: the folder that it was started in, also when it is
/// taken up from another. It is written down beside the store before anything is in that.
///
/// # Errors
/// When it is not known, or there no more: elsewhere a program would act on other files.
pub(crate) fn directory_of(store: Option<&Path>, is_idle: bool) -> Result<PathBuf, Failure> {
    let here = std::env::current_dir().map_err(io("find the working folder"))?;
    let Some(store) = store.filter(|store| !is_idle && store.exists()) else {
        return Ok(here);
    };
    let path = with_suffix(store, FOLDER_SUFFIX);
    let help = |failure: Failure| {
        failure.help(format!(
            "write the path of the folder in which its relative paths begin into {}",
            path.display()
        ))
    };
    let written = std::fs::read(&path).map_err(|error| {
        help(io(format_args!(
            "tell which folder the program was started in: read {}",
            path.display()
        ))(error))
    })?;
    let folder = PathBuf::from(std::ffi::OsString::from_vec(written));
    if folder.is_dir() {
        return Ok(folder);
    }
    let gone = format!(
        "the folder that the program was started in is gone: {}",
        folder.display()
    );
    Err(help(Failure::new(gone)))
}

/// Writes down how a program is started: in which folder, and whether it parks; `base`, where the program is
/// if the place of the store does not say. Only who has taken the store may: what is written is of the run
/// that begins in it.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_manner(
    store: &Path,
    base: Option<&Path>,
    manner: &Manner,
) -> Result<(), Failure> {
    let here = std::env::current_dir().map_err(io("find the working folder"))?;
    let path = with_suffix(store, FOLDER_SUFFIX);
    let write = || -> std::io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&path)?;
        file.write_all(here.as_os_str().as_encoded_bytes())?;
        file.sync_all()?;
        let base_path = with_suffix(store, BASE_SUFFIX);
        match base {
            Some(base) => {
                let mut file = options.open(base_path)?;
                file.write_all(base.as_os_str().as_encoded_bytes())?;
                file.sync_all()?;
            }
            None => remove_if_there(&base_path)?,
        }
        let park = with_suffix(store, PARK_SUFFIX);
        if manner.park {
            options.open(park)?;
        } else {
            remove_if_there(&park)?;
        }
        let serve = with_suffix(store, SERVE_SUFFIX);
        if manner.served.is_empty() {
            remove_if_there(&serve)?;
        } else {
            let line = |served: &Served| format!("{}={}", served.name, served.command);
            let lines: Vec<String> = manner.served.iter().map(line).collect();
            let mut file = options.open(&serve)?;
            file.write_all(serde_json::to_string(&lines)?.as_bytes())?;
            file.sync_all()?;
        }
        // The names, too: before the first commit, which is of what is done in this folder.
        sync_folder_of(&path)
    };
    write().map_err(io(format_args!("write {}", path.display())))
}

/// The folder that the name of a store's program is relative to; `None` if nothing says.
pub(crate) fn base_of(store: &Path) -> Option<PathBuf> {
    match std::fs::read(with_suffix(store, BASE_SUFFIX)) {
        Ok(base) => Some(PathBuf::from(std::ffi::OsString::from_vec(base))),
        Err(_) => Folder::of_store(store).filter(|base| is_run_of(store, base)),
    }
}

/// Whether a store is one of the runs of a folder.
fn is_run_of(store: &Path, base: &Path) -> bool {
    let number = || store.parent()?.file_name()?.to_str()?.parse().ok();
    let run = Folder::around(base).ok().zip(number());
    let run = run.and_then(|(folder, number)| folder.run(number));
    run.is_some_and(|run| is_same_file(&run.store(), store))
}

/// Adds the commands that a run was started with. What is given now for the same activity counts.
///
/// # Errors
/// When they cannot be read: without them other things would be done.
pub(crate) fn serve_as_begun(served: &mut Vec<Served>, store: &Path) -> Result<(), Failure> {
    let path = with_suffix(store, SERVE_SUFFIX);
    let doing = || io(format_args!("read {}", path.display()));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(doing()(error)),
    };
    let lines: Vec<String> =
        serde_json::from_str(&text).map_err(|error| doing()(std::io::Error::from(error)))?;
    for line in lines {
        let begun: Served = line
            .parse()
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        if !served.iter().any(|given| given.name == begun.name) {
            served.push(begun);
        }
    }
    Ok(())
}

/// Says that there is nothing to go on with in a store. Only who holds its lock, shared or not, may.
/// Without the mark it takes longer to find out, so that it cannot be made is no error.
pub(crate) fn mark_finished(store: &Path) {
    if store.exists() {
        let mut options = std::fs::OpenOptions::new();
        let options = options.write(true).create(true).truncate(false).mode(0o600);
        let _ = options.open(with_suffix(store, FINISHED_SUFFIX));
    }
}

/// Whether somebody has said so.
pub(crate) fn is_marked_finished(store: &Path) -> bool {
    with_suffix(store, FINISHED_SUFFIX).exists()
}

/// Takes that back, durably, before anything goes on. Only who holds the lock for himself may.
pub(crate) fn unmark_finished(store: &Path) -> Result<(), Failure> {
    let mark = with_suffix(store, FINISHED_SUFFIX);
    let removed = match std::fs::remove_file(&mark) {
        Ok(()) => sync_folder_of(&mark),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    removed.map_err(io(format_args!("remove {}", mark.display())))
}

fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes the names of the files beside a store durable.
pub(crate) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    OsDisk.sync_dir(parent.unwrap_or(Path::new(".")))
}

/// A file beside a store: its path with an ending.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
