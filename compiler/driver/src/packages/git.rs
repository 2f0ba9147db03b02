//! The command `git`, which reads repositories.
//!
//! Invariants:
//! - It asks nobody anything, follows no settings of a repository that happens to be around, runs no hooks, and
//!   speaks no protocol that starts other commands.
//! - What is read is objects, not a checkout: line ends and filters of the machine change nothing.
//! - Each fetch has a repository of its own, which is removed at the end: two `oxc` at a time do not meet.

use super::content::{Content, is_source};
use crate::project::dependency::{Git, Revision};
use crate::project::{MANIFEST, Manifest, manifest};
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A file of a package is at most so large: what is beyond is no source.
const FILE_MAX: u64 = 16 << 20;

/// Variables that would have `git` work on another repository than the one it is given.
const FOREIGN: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// A repository, for as long as something is fetched.
struct Repository<'a> {
    folder: PathBuf,
    /// What addresses that are paths are relative to.
    base: &'a Path,
}

impl Drop for Repository<'_> {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The lines of a message that say what is wrong.
fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text
        .lines()
        .map(|line| {
            line.trim_start_matches("fatal: ")
                .trim_start_matches("error: ")
                .trim()
        })
        .filter(|line| !line.is_empty() && !line.starts_with("hint:"))
        .collect();
    match lines.first() {
        Some(first) => (*first).to_owned(),
        None => "it said nothing".to_owned(),
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GCM_INTERACTIVE", "never")
        .env("GIT_CEILING_DIRECTORIES", "/")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .arg("--git-dir")
        .arg(folder);
    if std::env::var_os("GIT_SSH_COMMAND").is_none() {
        command.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
    }
    for setting in [
        "protocol.ext.allow=never",
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "gc.auto=0",
        "maintenance.auto=false",
        "fetch.recurseSubmodules=false",
        "advice.detachedHead=false",
    ] {
        command.arg("-c").arg(setting);
    }
    command
}

impl<'a> Repository<'a> {
    /// A new one within `folder`.
    fn new(folder: &Path, base: &'a Path) -> Result<Repository<'a>, String> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("fetch-{}-{number}.tmp", std::process::id());
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        let repository = Repository { folder, base };
        repository.run(&["init", "--quiet", "--bare"])?;
        Ok(repository)
    }

    fn run(&self, args: &[impl AsRef<OsStr>]) -> Result<Vec<u8>, String> {
        let mut command = command(&self.folder);
        if self.base.is_dir() {
            command.current_dir(self.base);
        }
        let output = command.args(args).output();
        let output = output.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                "there is no command `git` on this machine, by which repositories are read"
                    .to_owned()
            }
            _ => format!("git: {error}"),
        })?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(said(&output.stderr)),
        }
    }

    fn fetch(&self, depth: &[&str], url: &str, refs: &[&str]) -> Result<(), String> {
        let mut args = vec!["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"];
        args.extend(depth);
        args.extend(["--", url]);
        args.extend(refs);
        self.run(&args).map(|_| ())
    }

    /// The name of the commit that this means.
    fn commit(&self, what: &str) -> Result<String, String> {
        let what = format!("{what}^{{commit}}");
        let out = self.run(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &what,
        ])?;
        Ok(String::from_utf8_lossy(&out).trim().to_owned())
    }

    /// Has a commit of another repository here; its name.
    fn find(&self, url: &str, at: &Revision) -> Result<String, String> {
        const HERE: &str = "refs/ox/it";
        let named = |name: &str| {
            let spec = format!("+{name}:{HERE}");
            self.fetch(&["--depth", "1"], url, &[&spec])?;
            self.commit(HERE)
        };
        match at {
            Revision::Head => named("HEAD"),
            Revision::Branch(name) => named(&format!("refs/heads/{name}")),
            Revision::Tag(name) => named(&format!("refs/tags/{name}")),
            Revision::Commit(name) => {
                let is_whole =
                    name.len() >= 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
                // Not every server gives a commit by its name.
                if is_whole && let Ok(commit) = named(name) {
                    return Ok(commit);
                }
                let all = [
                    "+refs/heads/*:refs/ox/heads/*",
                    "+refs/tags/*:refs/ox/tags/*",
                ];
                self.fetch(&[], url, &all)?;
                self.commit(name)
                    .map_err(|_| format!("the repository has no commit {name}"))
            }
        }
    }

    /// The text of a file of a commit, if it has it.
    fn file(&self, commit: &str, path: &str) -> Option<Vec<u8>> {
        self.run(&["cat-file", "blob", &format!("{commit}:{path}")])
            .ok()
    }

    /// Paths below a folder of a commit, relative to it, and the names of their objects.
    fn list(&self, commit: &str, root: Option<&str>) -> Result<Vec<(String, String)>, String> {
        let tree = match root {
            Some(root) => format!("{commit}:{root}"),
            None => commit.to_owned(),
        };
        let listed = self.run(&["ls-tree", "-r", "-z", "-l", "--full-tree", &tree]);
        let listed = listed.map_err(|_| match root {
            Some(root) => format!("commit {commit} has no folder `{root}`"),
            None => format!("commit {commit} cannot be read"),
        })?;
        let mut all = Vec::new();
        for entry in listed
            .split(|byte| *byte == 0)
            .filter(|entry| !entry.is_empty())
        {
            // `100644 blob <name> <size>\t<path>`
            let Ok(entry) = std::str::from_utf8(entry) else {
                continue;
            };
            let Some((facts, path)) = entry.split_once('\t') else {
                continue;
            };
            let facts: Vec<&str> = facts.split_ascii_whitespace().collect();
            let [mode, "blob", object, size] = facts[..] else {
                continue;
            };
            // Links lead out of the package.
            let is_file = mode.starts_with("100");
            if is_file && size.parse().is_ok_and(|size: u64| size <= FILE_MAX) {
                all.push((path.to_owned(), object.to_owned()));
            }
        }
        Ok(all)
    }

    /// The texts of objects.
    fn texts(&self, objects: &[&str]) -> Result<Vec<Vec<u8>>, String> {
        let failed = |error: std::io::Error| format!("git: {error}");
        let mut child = command(&self.folder)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("git: no pipes".to_owned());
        };
        let asked: String = objects.iter().map(|object| format!("{object}\n")).collect();
        let read = std::thread::scope(|scope| {
            // It answers while it is asked.
            scope.spawn(move || {
                let _ = stdin.write_all(asked.as_bytes());
            });
            let mut stdout = BufReader::new(stdout);
            let mut texts = Vec::new();
            for object in objects {
                // `<name> blob <size>`, the bytes, a line end
                let mut head = String::new();
                stdout.read_line(&mut head).map_err(failed)?;
                let size = head.trim_end().rsplit(' ').next();
                let size = size.and_then(|size| size.parse::<u64>().ok());
                let size = size.filter(|size| *size <= FILE_MAX);
                let size = size.ok_or_else(|| format!("the object {object} cannot be read"))?;
                let mut text = Vec::new();
                let all = (&mut stdout).take(size + 1).read_to_end(&mut text);
                if all.map_err(failed)? as u64 != size + 1 {
                    return Err(format!("the object {object} is cut off"));
                }
                text.pop();
                texts.push(text);
            }
            Ok(texts)
        });
        let _ = child.wait();
        read
    }
}

/// Fetches a package; the commit, and what the package holds. `folder`, an absolute path, is for what is needed
/// meanwhile; an address that is a path is relative to `base`.
///
/// # Errors
/// What is wrong, one line.
pub(crate) fn fetch(folder: &Path, base: &Path, git: &Git) -> Result<(String, Content), String> {
    let repository = Repository::new(folder, base)?;
    let commit = repository.find(&git.url, &git.at)?;
    let content = content(&repository, &commit, git.root.as_deref())?;
    Ok((commit, content))
}

fn content(
    repository: &Repository<'_>,
    commit: &str,
    root: Option<&str>,
) -> Result<Content, String> {
    let within = |path: &str| match root {
        Some(root) => format!("{root}/{path}"),
        None => path.to_owned(),
    };
    let manifest_text = repository.file(commit, &within(MANIFEST));
    let paths = match &manifest_text {
        None => Manifest::of_nothing().paths,
        Some(text) => {
            let text = String::from_utf8_lossy(text);
            let read = manifest::parse(&text);
            read.map_err(|wrong| {
                let first = wrong.first().map(|one| one.message.clone());
                format!("its {MANIFEST} is wrong: {}", first.unwrap_or_default())
            })?
            .paths
        }
    };
    let all = repository.list(commit, root)?;
    let all: Vec<(String, String)> = all
        .into_iter()
        .filter(|(path, _)| is_source(path, &paths))
        .collect();
    let objects: Vec<&str> = all.iter().map(|(_, object)| &**object).collect();
    let texts = repository.texts(&objects)?;
    let mut content = Content::default();
    if let Some(text) = manifest_text {
        content.0.insert(MANIFEST.to_owned(), text);
    }
    let paths = all.into_iter().map(|(path, _)| path);
    content.0.extend(paths.zip(texts));
    Ok(content)
}

/// A revision of a repository that is on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    /// Where its files are now.
    top: PathBuf,
    commit: String,
}

impl Past {
    /// Whether a folder, an absolute path, is in the repository.
    pub(crate) fn has(&self, folder: &Path) -> bool {
        folder.starts_with(&self.top)
    }

    /// What a folder of the repository held. `None` if the folder, an absolute path, is not in it; `kept` is
    /// the `folder` of [`fetch`].
    ///
    /// # Errors
    /// What is wrong, one line.
    pub(crate) fn content(&self, kept: &Path, folder: &Path) -> Option<Result<Content, String>> {
        let within = folder.strip_prefix(&self.top).ok()?;
        let root = within.to_string_lossy().into_owned();
        let git = Git {
            url: self.top.display().to_string(),
            at: Revision::Commit(self.commit.clone()),
            root: (!root.is_empty()).then_some(root),
        };
        Some(fetch(kept, &self.top, &git).map(|(_, content)| content))
    }
}

/// A revision of the repository that a package's folder is in, and where in it the package is.
///
/// # Errors
/// What is wrong, one line.
pub(crate) fn at_revision(package: &Path, revision: &str) -> Result<(Past, PathBuf), String> {
    let run = |args: &[&str]| {
        let mut command = Command::new("git");
        for name in FOREIGN {
            command.env_remove(name);
        }
        let output = command
            .env("LC_ALL", "C")
            .arg("-C")
            .arg(package)
            .arg("rev-parse")
            .args(args)
            .output()
            .map_err(|error| format!("git: {error}"))?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            false => Err(said(&output.stderr)),
        }
    };
    let top = run(&["--show-toplevel"])?;
    let prefix = run(&["--show-prefix"])?;
    let prefix = prefix.trim_matches('/');
    let commit = format!("{revision}^{{commit}}");
    let commit = run(&["--verify", "--quiet", "--end-of-options", &commit])
        .map_err(|_| format!("the repository has no revision `{revision}`"))?;
    let top = PathBuf::from(top);
    let folder = top.join(prefix);
    Ok((Past { top, commit }, folder))
}
