//! The tables against the folder they describe, and the texts' outer form.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::{ALIASES, SOURCES, resolve_alias, source};
use std::collections::BTreeSet;
use std::path::Path;

fn files_below(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files_below(&entry.path(), &name, found);
        } else {
            found.insert(name);
        }
    }
}

#[test]
fn every_file_is_listed_once() {
    let mut found = BTreeSet::new();
    files_below(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("ox"),
        "ox",
        &mut found,
    );
    let listed: BTreeSet<String> = SOURCES.iter().map(|s| s.path.to_owned()).collect();
    assert_eq!(listed, found);
    assert_eq!(listed.len(), SOURCES.len());
}

#[test]
fn namespaces_match_paths_and_texts() {
    for s in SOURCES {
        let path = format!("{}.ox", s.namespace.replace('.', "/").replace('-', "_"));
        assert_eq!(path, s.path);
        assert!(
            s.text.starts_with(&format!("(ns {}\n", s.namespace)),
            "{}",
            s.path
        );
    }
    assert!(SOURCES.is_sorted_by_key(|s| s.namespace));
}

#[test]
fn aliases_name_namespaces() {
    for (alias, namespace) in ALIASES {
        assert!(source(namespace).is_some(), "{namespace}");
        assert_eq!(source(alias), source(namespace));
        assert_eq!(resolve_alias(alias), *namespace);
    }
    assert_eq!(resolve_alias("app.core"), "app.core");
    assert_eq!(source("app.core"), None);
}

/// Brackets outside of strings, comments and characters pair up: the cheapest sign of a damaged file.
#[test]
fn brackets_pair_up() {
    for s in SOURCES {
        let mut open = Vec::new();
        let mut chars = s.text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                ';' => while chars.next_if(|c| *c != '\n').is_some() {},
                '\\' => {
                    chars.next();
                }
                '"' => {
                    while let Some(c) = chars.next() {
                        match c {
                            '\\' => {
                                chars.next();
                            }
                            '"' => break,
                            _ => {}
                        }
                    }
                }
                '(' => open.push(')'),
                '[' => open.push(']'),
                '{' => open.push('}'),
                ')' | ']' | '}' => assert_eq!(open.pop(), Some(c), "{}", s.path),
                _ => {}
            }
        }
        assert!(open.is_empty(), "{}", s.path);
    }
}
