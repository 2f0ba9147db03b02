//! What a project file says of a dependency: `util {:path "../util"}`.

use super::manifest::Reader;
use scalar::suggest;
use std::fmt;
use syntax::datum::{Datum, DatumKind};

/// A dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// Where it is.
    pub source: Source,
    /// The hash that the content of one in git must have, if it is said.
    pub hash: Option<String>,
}

/// Where a package is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A folder, relative to that of the project file.
    Path(String),
    /// A folder of a git repository.
    Git(Git),
    /// Among the packages of this machine, by the hash of its content.
    Hash(String),
}

/// A folder of a git repository, at some commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Git {
    /// The repository.
    pub url: String,
    /// Which commit.
    pub at: Revision,
    /// The folder within it, `/` between the parts; none for its top.
    pub root: Option<String>,
}

/// Which commit of a repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    /// The one that its default branch has.
    Head,
    /// The last of a branch.
    Branch(String),
    /// A tag's.
    Tag(String),
    /// One by its name, or the beginning of that.
    Commit(String),
}

impl Revision {
    /// The key and value of it, if it is said.
    pub(crate) fn entry(&self) -> Option<(&'static str, &str)> {
        match self {
            Revision::Head => None,
            Revision::Branch(name) => Some(("branch", name)),
            Revision::Tag(name) => Some(("tag", name)),
            Revision::Commit(name) => Some(("rev", name)),
        }
    }
}

/// Text as a string literal.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

impl fmt::Display for Source {
    /// As it is written in a project file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Path(path) => write!(f, "{{:path {}}}", quoted(path)),
            Source::Hash(hash) => write!(f, "{{:hash {}}}", quoted(hash)),
            Source::Git(git) => {
                write!(f, "{{:git {}", quoted(&git.url))?;
                if let Some((key, value)) = git.at.entry() {
                    write!(f, " :{key} {}", quoted(value))?;
                }
                if let Some(root) = &git.root {
                    write!(f, " :root {}", quoted(root))?;
                }
                f.write_str("}")
            }
        }
    }
}

/// What a dependency may say.
const KEYS: [&str; 7] = ["path", "git", "rev", "tag", "branch", "root", "hash"];

/// Reads `:deps`.
pub(super) fn read(reader: &mut Reader<'_>, value: &Datum) -> Vec<Dependency> {
    let DatumKind::Map(entries) = &value.kind else {
        reader.wrong_type(
            "deps",
            value,
            "a map from names to places",
            "{util {:path \"../util\"}}",
        );
        return Vec::new();
    };
    let mut all: Vec<Dependency> = Vec::new();
    for (name, spec) in entries.iter() {
        let Some(symbol) = name.as_symbol() else {
            let message = format!("a dependency is named by a symbol; `{name}` is none");
            reader.mistake(name, message, "for instance `util {:path \"../util\"}`");
            continue;
        };
        if let Some((source, hash)) = source(reader, spec) {
            all.push(Dependency {
                name: symbol.to_string(),
                source,
                hash,
            });
        }
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

/// Where it is, and the hash that it must have besides.
fn source(reader: &mut Reader<'_>, spec: &Datum) -> Option<(Source, Option<String>)> {
    const PLACES: &str = "it is in a folder, `{:path \"../util\"}`, or in a git repository, \
        `{:git \"https://…\" :tag \"v1.2.0\"}`, or is given by the hash of its content, `{:hash \"…\"}`";
    let DatumKind::Map(entries) = &spec.kind else {
        let message = format!("where a dependency is, is said by a map; `{spec}` is none");
        reader.mistake(spec, message, PLACES);
        return None;
    };
    let mut values: [Option<(&Datum, String)>; KEYS.len()] = Default::default();
    let mut is_right = true;
    for (key, value) in entries.iter() {
        let name = key.as_keyword().filter(|keyword| keyword.ns.is_none());
        let index = name.and_then(|name| KEYS.iter().position(|known| *known == &*name.name));
        let Some(index) = index else {
            let text = key.to_string();
            let note = match suggest(text.trim_start_matches(':'), KEYS) {
                Some(near) => format!("a similar key exists: `:{near}`"),
                None => PLACES.to_owned(),
            };
            reader.mistake(key, format!("a dependency has no key `{key}`"), &note);
            is_right = false;
            continue;
        };
        match &value.kind {
            DatumKind::String(text) if !text.is_empty() => {
                values[index] = Some((key, text.to_string()));
            }
            _ => {
                reader.wrong_type(KEYS[index], value, "a string that is not empty", "\"…\"");
                is_right = false;
            }
        }
    }
    if !is_right {
        return None;
    }
    let given = values.each_ref().map(Option::is_some);
    let [path, git, rev, tag, branch, root, hash] = values.map(|value| value.map(|(_, text)| text));
    // Of a repository a hash says what must be there.
    let places = [given[0], given[1], given[6] && !given[1]];
    if places.iter().filter(|given| **given).count() != 1 {
        let message = "a dependency says one of `:path`, `:git` and `:hash`".to_owned();
        reader.mistake(spec, message, PLACES);
        return None;
    }
    if given[2..5].iter().filter(|given| **given).count() > 1 {
        let message = "a dependency says at most one of `:rev`, `:tag` and `:branch`".to_owned();
        reader.mistake(spec, message, "a commit is the most exact");
        return None;
    }
    if !given[1] && given[2..6].contains(&true) {
        let message = "`:rev`, `:tag`, `:branch` and `:root` belong to a `:git`".to_owned();
        reader.mistake(spec, message, PLACES);
        return None;
    }
    if let Some(path) = path {
        return Some((Source::Path(path), None));
    }
    let Some(url) = git else {
        return Some((Source::Hash(hash?), None));
    };
    let at = match (rev, tag, branch) {
        (Some(rev), ..) => Revision::Commit(rev),
        (_, Some(tag), _) => Revision::Tag(tag),
        (.., Some(branch)) => Revision::Branch(branch),
        _ => Revision::Head,
    };
    let is_option = |text: &str| text.starts_with('-');
    if is_option(&url) || at.entry().is_some_and(|(_, name)| is_option(name)) {
        let message = "what begins with `-` is no place and no revision".to_owned();
        reader.mistake(spec, message, PLACES);
        return None;
    }
    let root = root.map(|root| root.trim_matches('/').to_owned());
    let leaves = |root: &String| root.split('/').any(|part| matches!(part, "" | "." | ".."));
    if root.as_ref().is_some_and(leaves) {
        let message = "`:root` is a folder within the repository".to_owned();
        reader.mistake(spec, message, "for instance `:root \"packages/json\"`");
        return None;
    }
    Some((Source::Git(Git { url, at, root }), hash))
}
