//! The documents for users: the guide's programs run and print what stands after them, and the list
//! of the library's names is made from its sources (`UPDATE_EXPECT=1` writes it).

use harness::{root, updates_expectations};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use syntax::datum::{Datum, DatumKind};

// ---- the guide ----

/// A program of the guide, and what it prints.
struct Example {
    line: usize,
    program: String,
    printed: String,
}

/// Blocks of Clojure, each with the block of text after it.
fn examples(text: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut lines = text.lines().zip(1..);
    while let Some((fence, line)) = lines.next() {
        if !matches!(fence, "```clojure" | "```text") {
            continue;
        }
        let mut block = String::new();
        for (inside, _) in lines.by_ref().take_while(|(inside, _)| *inside != "```") {
            block.push_str(inside);
            block.push('\n');
        }
        match (fence, examples.last_mut()) {
            ("```text", Some(example)) => example.printed = block,
            _ => examples.push(Example {
                line,
                program: block,
                printed: String::new(),
            }),
        }
    }
    examples
}

#[test]
fn programs_of_the_guide_run() {
    let text = fs::read_to_string(root().join("docs/language.md")).expect("the guide is there");
    let examples = examples(&text);
    assert!(examples.len() > 10, "the guide has programs");
    let folder = tempfile::tempdir().expect("a folder for the test");
    let file = folder.path().join("x.ox");
    for example in examples {
        fs::write(&file, &example.program).expect("the folder is ours");
        let output = Command::new(crate::cli::oxc())
            .args(["run", "--ephemeral"])
            .arg(&file)
            .output()
            .expect("oxc starts");
        let said = String::from_utf8_lossy(&output.stderr);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && printed == example.printed,
            "docs/language.md:{}: {}\nprinted:\n{printed}\n{said}",
            example.line,
            output.status
        );
    }
}

// ---- the names of the library ----

/// What the list says of a public name.
pub(crate) struct Entry {
    /// The first sentence of its docstring.
    doc: String,
    /// Whether it is the name of a value: neither function nor macro.
    pub(crate) is_value: bool,
}

/// The public names of the library by namespace.
pub(crate) type Names = BTreeMap<String, BTreeMap<String, Entry>>;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder)
        .expect("the library is there")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "ox") {
            found.push(path);
        }
    }
}

fn text_of(datum: &Datum) -> Option<String> {
    match &datum.kind {
        DatumKind::String(text) => Some(text.to_string()),
        _ => None,
    }
}

/// Whether a name is not for everybody.
fn is_hidden(name: &Datum) -> bool {
    let Some(DatumKind::Map(entries)) = name.meta.as_ref().map(|meta| &meta.kind) else {
        return false;
    };
    let hides = |key: &Datum| matches!(key.to_string().as_str(), ":private" | ":no-doc");
    entries.iter().any(|(key, _)| hides(key))
}

/// A definition's name and what the list says of it, if it is public.
fn definition(datum: &Datum) -> Option<(String, Entry)> {
    let items = datum.as_list()?;
    let head = items.first()?.as_symbol()?;
    let name = items.get(1)?;
    if !matches!(
        &*head.name,
        "def" | "defn" | "defmacro" | "defnative" | "defonce" | "defactivity"
    ) || is_hidden(name)
    {
        return None;
    }
    // The only thing after a `def`'s name is its value.
    let doc = items.get(2).filter(|_| items.len() > 3).and_then(text_of);
    let entry = Entry {
        doc: summary(&doc.unwrap_or_default()),
        is_value: matches!(&*head.name, "def" | "defonce"),
    };
    Some((name.as_symbol()?.name.to_string(), entry))
}

/// The first sentence of a docstring, on one line. A point within code ends none.
fn first_sentence(doc: &str) -> String {
    let paragraph = doc.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    let line = words.join(" ");
    let mut in_code = false;
    let end = line.char_indices().position(|(at, c)| {
        in_code ^= c == '`';
        !in_code && line[at..].starts_with(". ")
    });
    match end {
        Some(end) => line.chars().take(end + 1).collect(),
        None => line,
    }
}

/// What the list says of a docstring: its first sentence; all of one with a table of options, which is
/// written down nowhere else.
fn summary(doc: &str) -> String {
    let is_table = |line: &str| line.trim_start().starts_with('|');
    if !doc.lines().any(is_table) {
        return first_sentence(doc);
    }
    let paragraphs = doc.split("\n\n").map(|paragraph| {
        let is_table = is_table(paragraph);
        let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
        lines.join(if is_table { "\n  " } else { " " })
    });
    let paragraphs: Vec<String> = paragraphs.collect();
    paragraphs.join("\n\n  ")
}

/// All public names, those of forms that no source file defines among them.
pub(crate) fn library() -> Names {
    let mut files = Vec::new();
    sources(&root().join("stdlib/ox"), &mut files);
    files.sort();
    let mut all = Names::new();
    for (name, doc) in driver::FORM_DOCS {
        let core = all.entry("ox.core".to_owned()).or_default();
        let entry = Entry {
            doc: (*doc).to_owned(),
            is_value: false,
        };
        core.insert((*name).to_owned(), entry);
    }
    for file in files {
        let text = fs::read_to_string(&file).expect("the library is text");
        let (data, errors) = syntax::read_all(&text);
        assert!(errors.is_empty(), "{}: {errors:?}", file.display());
        let namespace = data[0].as_list().and_then(|ns| ns.get(1)?.as_symbol());
        let namespace = namespace.expect("a file begins with `ns`").name.to_string();
        // Parts are named by the whole alone.
        let whole = ["ox.core", "ox.pprint"].into_iter().find(|whole| {
            namespace
                .strip_prefix(whole)
                .is_some_and(|rest| rest.starts_with('.'))
        });
        let shown = whole.map_or(namespace.clone(), str::to_owned);
        let names = all.entry(shown).or_default();
        names.extend(data.iter().filter_map(definition));
    }
    all
}

fn listed(all: &Names) -> String {
    let mut text = "# The library\n\n\
        Every public name, with the first sentence of its docstring, and with its options.\n\
        This page is made from the sources in `stdlib/`: do not edit it.\n\
        Names of `ox.core` are there without asking; the others need `(:require [ox.sh :as sh])`, \
        or `(require '[ox.sh :as sh])` in a script.\n"
        .to_owned();
    for (namespace, names) in all {
        let _ = write!(text, "\n## {namespace}\n\n");
        for (name, Entry { doc, .. }) in names {
            let _ = writeln!(
                text,
                "- `{name}`{}{doc}",
                if doc.is_empty() { "" } else { ": " }
            );
        }
    }
    text
}

#[test]
fn the_list_of_the_library_is_current() {
    let path = root().join("docs/library.md");
    let made = listed(&library());
    if updates_expectations() {
        fs::write(&path, &made).expect("the list can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/library.md is stale: UPDATE_EXPECT=1 cargo test -p harness --test main docs"
    );
}
