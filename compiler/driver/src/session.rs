//! Programs that end in a prompt.

use crate::project::{Found, FoundFile, Manifest};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use syntax::DatumKind;

/// The namespace of a prompt that is in no other.
pub const NAMESPACE: &str = "user";
/// What a file is called that nobody has written.
const NO_FILE: &str = "<repl>";
/// What is there to be asked at a prompt.
const ASKED: [&str; 6] = ["apropos", "dir", "doc", "find-doc", "pst", "source"];

/// A program without a file.
#[must_use]
pub fn of_nothing() -> Found {
    Found {
        root: PathBuf::new(),
        is_project: false,
        manifest: Manifest::default(),
        files: BTreeMap::new(),
        entry: None,
        packages: crate::packages::Packages::default(),
    }
}

/// The program with a prompt at the end of the file that it begins with; without one in a namespace `user`.
#[must_use]
pub fn at_prompt(mut found: Found) -> Found {
    let entry = found.entry.get_or_insert_with(|| NAMESPACE.to_owned());
    let file = found
        .files
        .entry(entry.clone())
        .or_insert_with(|| FoundFile {
            namespace: entry.clone(),
            path: NO_FILE.to_owned(),
            text: String::new(),
        });
    let own = names(&file.text);
    let asked = ASKED.iter().filter(|name| !own.contains(**name)).copied();
    let asked: Vec<&str> = asked.collect();
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        file.text.push('\n');
    }
    file.text.push_str(&format!(
        "(require '[ox.repl :refer [{}]])(ox.repl/repl)\n",
        asked.join(" ")
    ));
    found
}

/// What the symbols of a text are: a name that stands somewhere may be one that it defines or refers.
fn names(text: &str) -> BTreeSet<String> {
    let (data, _) = syntax::read_all(text);
    let mut names = BTreeSet::new();
    let mut open: Vec<&syntax::Datum> = data.iter().collect();
    while let Some(datum) = open.pop() {
        match &datum.kind {
            DatumKind::Symbol(symbol) if symbol.ns.is_none() => {
                names.insert(symbol.name.to_string());
            }
            DatumKind::List(items) | DatumKind::Vector(items) => open.extend(items.iter()),
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_file_are_not_referred_again() {
        let mut found = of_nothing();
        let text = "(ns a (:require [b :refer [dir]]))\n(defn doc [x] x)";
        found.entry = Some("a".to_owned());
        found.files.insert(
            "a".to_owned(),
            FoundFile {
                namespace: "a".to_owned(),
                path: "a.ox".to_owned(),
                text: text.to_owned(),
            },
        );
        let text = &at_prompt(found).files["a"].text;
        assert!(
            text.ends_with(
                "\n(require '[ox.repl :refer [apropos find-doc pst source]])(ox.repl/repl)\n"
            ),
            "{text}"
        );
    }
}
