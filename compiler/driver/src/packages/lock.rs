//! `ox.lock`: which packages a project's dependencies are.
//!
//! ```text
//! {:lock 1
//!  :packages [
//!  {:name json :git "https://…" :tag "v1.2.0" :root "sub" :rev "<40 digits>" :hash "<64 digits>" :deps [util]}
//!  {:name util :path "../util" :deps []}
//!  ]}
//! ```
//!
//! A package is one line, and the lines are sorted, so that what two branches add is merged by lines. Of a package
//! in git it says what the project file says (`:git :tag :branch :root`; a `:rev` of the project file is `:at`), the
//! commit that this was and the hash of its content. A folder is not pinned: it is worked on.
//!
//! Invariants:
//! - The text is a function of the packages: nothing of the machine and no time is in it.
//! - A lock that says two things of one place is none: of two sides of a merge neither counts silently.

use super::content::ContentHash;
use crate::project::dependency::{Git, Revision, Source, quoted};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use syntax::datum::{Datum, DatumKind};

/// Name of the file.
pub(crate) const LOCK: &str = "ox.lock";
/// Raised when the format changes.
const VERSION: i64 = 1;
const COMMENT: &str = "\
; Made by oxc of the `:deps` in ox.edn. Keep it under version control; `oxc update` renews it.
";

/// A package as the lock has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Locked {
    pub(crate) name: String,
    pub(crate) source: Source,
    /// The commit, of a package in git.
    pub(crate) commit: Option<String>,
    /// Of any but a folder.
    pub(crate) hash: Option<ContentHash>,
    /// Names of what it depends on.
    pub(crate) deps: Vec<String>,
}

/// What a project's dependencies were when they were last looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lock(pub(crate) Vec<Locked>);

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Lock, String> {
        let (forms, errors) = syntax::read_all(text);
        let [form] = &forms[..] else {
            return Err("it holds no map".to_owned());
        };
        if !errors.is_empty() {
            return Err("it cannot be read".to_owned());
        }
        let map = entries(form).ok_or("it holds no map")?;
        match map.get("lock").map(|version| &version.kind) {
            Some(DatumKind::Int(VERSION)) => {}
            Some(DatumKind::Int(_)) => return Err("a newer oxc has made it".to_owned()),
            _ => return Err("it does not begin with `:lock 1`".to_owned()),
        }
        let packages = map.get("packages").and_then(|all| all.as_vector());
        let packages = packages.ok_or("it has no `:packages`")?;
        let all: Option<Vec<Locked>> = packages.iter().map(locked).collect();
        let lock = Lock(all.ok_or("one of its packages cannot be read")?);
        // A merge that kept both sides: which of them is meant, nobody knows.
        let is_other = |one: &Locked, of: &Git| {
            let known = lock.git(of);
            known.is_some_and(|known| (&known.commit, known.hash) != (&one.commit, one.hash))
        };
        for one in &lock.0 {
            if let Source::Git(git) = &one.source
                && is_other(one, git)
            {
                return Err(format!(
                    "it says two things of `{}`, as after a merge",
                    one.name
                ));
            }
        }
        Ok(lock)
    }

    /// Its text.
    pub(crate) fn text(&self) -> String {
        let mut lines: Vec<String> = self.0.iter().map(Locked::line).collect();
        lines.sort();
        lines.dedup();
        let mut text = format!("{COMMENT}{{:lock {VERSION}\n :packages [\n");
        for line in lines {
            let _ = writeln!(text, " {line}");
        }
        text.push_str(" ]}\n");
        text
    }

    /// What a package in git was, if the lock says it.
    pub(crate) fn git(&self, git: &Git) -> Option<&Locked> {
        let is_it = |locked: &&Locked| matches!(&locked.source, Source::Git(known) if known == git);
        self.0.iter().find(is_it)
    }
}

impl Locked {
    fn line(&self) -> String {
        let mut line = format!("{{:name {}", self.name);
        match &self.source {
            Source::Path(path) => {
                let _ = write!(line, " :path {}", quoted(path));
            }
            Source::Hash(_) => {}
            Source::Git(git) => {
                let _ = write!(line, " :git {}", quoted(&git.url));
                if let Some((key, value)) = git.at.entry() {
                    // `:rev` is what it was found to be.
                    let key = if key == "rev" { "at" } else { key };
                    let _ = write!(line, " :{key} {}", quoted(value));
                }
                if let Some(root) = &git.root {
                    let _ = write!(line, " :root {}", quoted(root));
                }
                if let Some(commit) = &self.commit {
                    let _ = write!(line, " :rev {}", quoted(commit));
                }
            }
        }
        if let Some(hash) = &self.hash {
            let _ = write!(line, " :hash \"{hash}\"");
        }
        let _ = write!(line, " :deps [{}]}}", self.deps.join(" "));
        line
    }
}

/// The entries of a map whose keys are keywords.
fn entries(map: &Datum) -> Option<BTreeMap<&str, &Datum>> {
    let DatumKind::Map(entries) = &map.kind else {
        return None;
    };
    let entries = entries.iter();
    entries
        .map(|(key, value)| Some((&*key.as_keyword()?.name, value)))
        .collect()
}

fn locked(datum: &Datum) -> Option<Locked> {
    let map = entries(datum)?;
    let text = |key: &str| match &map.get(key)?.kind {
        DatumKind::String(text) => Some(text.to_string()),
        _ => None,
    };
    let hash = match text("hash") {
        Some(text) => Some(ContentHash::read(&text)?),
        None => None,
    };
    let source = match (text("path"), text("git")) {
        (Some(path), None) => Source::Path(path),
        (None, Some(url)) => {
            let at = match (text("at"), text("tag"), text("branch")) {
                (Some(commit), None, None) => Revision::Commit(commit),
                (None, Some(tag), None) => Revision::Tag(tag),
                (None, None, Some(branch)) => Revision::Branch(branch),
                (None, None, None) => Revision::Head,
                _ => return None,
            };
            let root = text("root");
            Source::Git(Git { url, at, root })
        }
        (None, None) => Source::Hash(hash?.to_string()),
        (Some(_), Some(_)) => return None,
    };
    let commit = text("rev");
    let is_whole = match &source {
        Source::Git(_) => {
            let is_commit = |commit: &String| {
                commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
            };
            commit.as_ref().is_some_and(is_commit) && hash.is_some()
        }
        _ => commit.is_none(),
    };
    let deps = map.get("deps")?.as_vector()?.iter();
    let deps = deps.map(|dep| Some(dep.as_symbol()?.to_string()));
    is_whole.then_some(Locked {
        name: map.get("name")?.as_symbol()?.to_string(),
        source,
        commit,
        hash,
        deps: deps.collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Lock {
        let git = |at: Revision, root: Option<&str>| {
            Source::Git(Git {
                url: "https://example.org/a \"b\".git".to_owned(),
                at,
                root: root.map(str::to_owned),
            })
        };
        let sources = [
            Source::Path("../util".to_owned()),
            git(Revision::Head, None),
            git(Revision::Tag("v1".to_owned()), Some("sub/dir")),
            git(Revision::Branch("main".to_owned()), None),
            git(Revision::Commit("abc".to_owned()), None),
            Source::Hash(ContentHash([7; 32]).to_string()),
        ];
        let all = (0u8..).zip(sources).map(|(number, source)| Locked {
            name: format!("lib/p{number}"),
            commit: matches!(source, Source::Git(_)).then(|| "0123456789".repeat(4)),
            hash: match source {
                Source::Path(_) => None,
                _ => Some(ContentHash([7; 32])),
            },
            source,
            deps: vec!["a".to_owned(), "b/c".to_owned()],
        });
        Lock(all.collect())
    }

    #[test]
    fn a_lock_is_read_as_it_is_written() {
        let lock = sample();
        assert_eq!(Lock::read(&lock.text()), Ok(lock.clone()));
        assert_eq!(lock.text().lines().count(), 3 + lock.0.len() + 1);
    }

    #[test]
    fn the_order_of_packages_makes_no_difference() {
        let mut other = sample();
        other.0.reverse();
        assert_eq!(other.text(), sample().text());
    }

    #[test]
    fn what_is_no_lock_is_told() {
        let text = sample().text();
        let newer = text.replace(":lock 1", ":lock 2");
        assert_eq!(
            Lock::read(&newer),
            Err("a newer oxc has made it".to_owned())
        );
        let conflict = text.replace(" :packages", "<<<<<<< ours\n :packages");
        assert!(Lock::read(&conflict).is_err());
        let short = text.replace("0123456789", "0123");
        assert!(Lock::read(&short).is_err());
        let both = text
            .lines()
            .find(|line| line.contains(":branch"))
            .expect("it has one");
        let other = both.replacen("0123456789", "1111111111", 1);
        let merged = text.replace(both, &format!("{both}\n{other}"));
        let wrong = "it says two things of `lib/p3`, as after a merge";
        assert_eq!(Lock::read(&merged), Err(wrong.to_owned()));
        assert!(Lock::read(&text.replace(both, &format!("{both}\n{both}"))).is_ok());
        for text in [
            "",
            "5",
            "{}",
            "{:lock 1}",
            "{:lock 1 :packages [5]}",
            "{:lock 1 :packages [{}]}",
        ] {
            assert!(Lock::read(text).is_err(), "{text}");
        }
    }
}
