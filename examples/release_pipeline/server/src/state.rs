//! What the server has committed: a log on disk, and what follows from it.
//!
//! ```text
//! commit KEY RELEASE/NAME BYTES     the body is in parts/RELEASE/NAME
//! repeat KEY RELEASE/NAME           the same request came again
//! processed RELEASE/NAME
//! ```
//!
//! # Invariants
//! - A line counts once it ends; what a kill has torn is cut off at the start.
//! - A body is whole and synced before its line is written, the line is synced before anybody is
//!   told.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// How often a part is looked at before it is processed.
const LOOKS: u32 = 3;

/// A part that was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    name: String,
    bytes: u64,
    is_processed: bool,
}

impl Part {
    pub(crate) fn to_json(&self) -> String {
        let state = if self.is_processed {
            "processed"
        } else {
            "processing"
        };
        format!(
            "{{\"name\": \"{}\", \"bytes\": {}, \"state\": \"{state}\"}}",
            self.name, self.bytes
        )
    }
}

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Committed {
    Now(Part),
    Before(Part),
    /// The key was used for another path.
    Otherwise,
}

/// See the file's header.
pub(crate) struct State {
    directory: PathBuf,
    inner: Mutex<Inner>,
}

struct Inner {
    log: File,
    paths_by_key: HashMap<String, String>,
    parts: HashMap<String, Part>,
    looks: HashMap<String, u32>,
}

impl State {
    /// Takes up what is in a directory, or starts there.
    pub(crate) fn open(directory: &Path) -> io::Result<State> {
        fs::create_dir_all(directory.join("parts"))?;
        let path = directory.join("log");
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            other => other?,
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let log = OpenOptions::new().append(true).create(true).open(&path)?;
        log.set_len(whole as u64)?;
        let mut inner = Inner {
            log,
            paths_by_key: HashMap::new(),
            parts: HashMap::new(),
            looks: HashMap::new(),
        };
        for line in text[..whole].lines() {
            inner.apply(line);
        }
        Ok(State {
            directory: directory.to_owned(),
            inner: Mutex::new(inner),
        })
    }

    /// Commits a part, unless its key was committed before.
    pub(crate) fn commit(&self, key: &str, path: &str, body: &[u8]) -> io::Result<Committed> {
        let mut inner = self.inner.lock().expect("nobody panics while committing");
        if let Some(before) = inner.paths_by_key.get(key) {
            if before != path {
                return Ok(Committed::Otherwise);
            }
            inner.write(&format!("repeat {key} {path}"))?;
            return Ok(Committed::Before(inner.parts[path].clone()));
        }
        self.keep(path, body)?;
        inner.write(&format!("commit {key} {path} {}", body.len()))?;
        Ok(Committed::Now(inner.parts[path].clone()))
    }

    fn keep(&self, path: &str, body: &[u8]) -> io::Result<()> {
        let target = self.directory.join("parts").join(path);
        let folder = target.parent().expect("a path has a release and a name");
        fs::create_dir_all(folder)?;
        let temporary = target.with_extension("new");
        let mut file = File::create(&temporary)?;
        file.write_all(body)?;
        file.sync_all()?;
        fs::rename(&temporary, &target)?;
        File::open(folder)?.sync_all()
    }

    /// A part as it is now. Being looked at makes it go on.
    pub(crate) fn look(&self, path: &str) -> Option<Part> {
        let mut inner = self.inner.lock().expect("nobody panics while committing");
        if !inner.parts.get(path)?.is_processed {
            let looks = inner.looks.entry(path.to_owned()).or_default();
            *looks += 1;
            // If it cannot be written, the part stays as it is and is looked at again.
            if *looks >= LOOKS {
                let _ = inner.write(&format!("processed {path}"));
            }
        }
        inner.parts.get(path).cloned()
    }
}

impl Inner {
    /// Adds a line to the log, and what follows from it to what is known.
    fn write(&mut self, line: &str) -> io::Result<()> {
        self.log.write_all(format!("{line}\n").as_bytes())?;
        self.log.sync_data()?;
        self.apply(line);
        Ok(())
    }

    fn apply(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["commit", key, path, bytes] => {
                self.paths_by_key
                    .insert((*key).to_owned(), (*path).to_owned());
                let name = path.split('/').next_back().unwrap_or(path).to_owned();
                let part = Part {
                    name,
                    bytes: bytes.parse().unwrap_or(0),
                    is_processed: false,
                };
                self.parts.insert((*path).to_owned(), part);
            }
            ["processed", path] => {
                if let Some(part) = self.parts.get_mut(*path) {
                    part.is_processed = true;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path =
                std::env::temp_dir().join(format!("upload-server-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Folder(path)
        }

        fn open(&self) -> State {
            State::open(&self.0).expect("it opens")
        }

        fn log(&self) -> String {
            fs::read_to_string(self.0.join("log")).expect("it is there")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_key_is_committed_once_also_after_a_restart() {
        let folder = Folder::new("once");
        let part = Part {
            name: "p".to_owned(),
            bytes: 4,
            is_processed: false,
        };
        assert_eq!(
            folder.open().commit("k", "r/p", b"body").expect("ok"),
            Committed::Now(part.clone())
        );
        let state = folder.open();
        assert_eq!(
            state.commit("k", "r/p", b"body").expect("ok"),
            Committed::Before(part)
        );
        assert_eq!(
            state.commit("k", "r/other", b"body").expect("ok"),
            Committed::Otherwise
        );
        assert_eq!(folder.log(), "commit k r/p 4\nrepeat k r/p\n");
        assert_eq!(
            fs::read(folder.0.join("parts/r/p")).expect("it is there"),
            b"body"
        );
    }

    #[test]
    fn a_part_is_processed_after_some_looks_and_stays_so() {
        let folder = Folder::new("looks");
        let state = folder.open();
        assert_eq!(state.look("r/p"), None);
        state.commit("k", "r/p", b"").expect("ok");
        let found: Vec<bool> = (0..4)
            .map(|_| state.look("r/p").expect("it is there").is_processed)
            .collect();
        assert_eq!(found, [false, false, true, true]);
        assert!(folder.open().look("r/p").expect("it is there").is_processed);
    }

    #[test]
    fn a_torn_line_is_cut_off() {
        let folder = Folder::new("torn");
        folder.open().commit("k", "r/p", b"x").expect("ok");
        let mut log = OpenOptions::new()
            .append(true)
            .open(folder.0.join("log"))
            .expect("it is there");
        log.write_all(b"commit j r/q 1").expect("it is written");
        let state = folder.open();
        assert_eq!(state.look("r/q"), None);
        assert!(matches!(
            state.commit("j", "r/q", b"x"),
            Ok(Committed::Now(_))
        ));
        assert_eq!(folder.log(), "commit k r/p 1\ncommit j r/q 1\n");
    }
}
