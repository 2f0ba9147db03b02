//! The same texts give the same diagnostics, hashes and images: warm, fresh, from the cache, at
//! another path, in another order, on another thread.

use crate::generate::{Size, name_of, texts, write};
use crate::support::{Dice, Log, forget_builds, generated, hashes, stored};
use driver::packages::Options;
use driver::{Target, Workspace};
use source::Diagnostic;
use std::collections::BTreeMap;
use std::path::Path;

const SIZE: Size = Size {
    namespaces: 5,
    definitions: 20,
};

/// All that is said of a project.
#[derive(Debug, PartialEq, Eq)]
struct Answers {
    diagnostics: Vec<Diagnostic>,
    hashes: BTreeMap<String, String>,
    /// The image's bytes (bytecode, hashes, values, source map) and the warnings, or why there is
    /// none.
    image: Result<(Vec<u8>, Vec<Diagnostic>), Vec<Diagnostic>>,
}

fn answers(workspace: &mut Workspace, namespaces: &[String], cache: Option<&Path>) -> Answers {
    let built = match cache {
        None => workspace.build(),
        Some(folder) => workspace.build_cached(folder),
    };
    Answers {
        image: built.map(|built| (built.image.encode(), built.warnings)),
        diagnostics: workspace.check(),
        hashes: hashes(workspace, namespaces),
    }
}

fn forget_summaries(folder: &Path) {
    for path in stored(folder, "oxs") {
        std::fs::remove_file(path).unwrap();
    }
}

/// Builds what has been built before, without its build and summaries.
fn generates_nothing(texts: &BTreeMap<String, String>, folder: &Path) {
    let log = Log::default();
    let mut workspace = Workspace::with_database(generated(texts), log.database());
    let _ = workspace.build_cached(folder);
    assert_eq!(log.take().get("generated"), None);
    forget_builds(folder);
    forget_summaries(folder);
}

/// What an edit changes, one after the other.
const EDITS: [Edit; 28] = [
    // Comments and docs
    Edit::Replace("(defn", ";; more\n(defn"),
    Edit::Replace("\"Function ", "\"What it does: "),
    // Bodies
    Edit::Replace(" 1", " 2"),
    Edit::Replace("[x ", "[z "),
    Edit::Replace("(pos? y)", "(try (f1 y) (catch :default e y))"),
    // Macros, and what they call
    Edit::Replace("(neg? value#) 0", "(pos? value#) 5"),
    Edit::Replace("(fold-form `+ forms)", "(fold-form `- (reverse forms))"),
    Edit::Replace("(if (next forms)", "(if (seq (next forms))"),
    Edit::Replace("(list op (first forms)", "(list op op (first forms)"),
    Edit::Append("(defmacro maker [name] `(def ~name 1))\n(maker made)\n(defn user [] made)\n"),
    // Expressions at top level
    Edit::Append("(assert (f1 1 2) \"f1\")\n"),
    Edit::Append("(println :loading)\n"),
    Edit::Append(
        "(def cell (atom 0))\n(defn up [] (swap! cell inc))\n(let [n (up)] (defn get-n [] n))\n",
    ),
    Edit::Append("(scaled (f2 1 1) 2)\n"),
    // Values
    Edit::Replace(":plain", "(/ 1 0)"),
    Edit::Replace("(range 12)", "(range 11)"),
    // The `ns` form
    Edit::Replace(":as near :refer [limit]", ":as near"),
    Edit::Replace(":as near", ":as nearby"),
    Edit::Replace("(ns gen", "(ns ^:new gen"),
    Edit::Replace(
        "\n  (:require",
        "\n  (:refer-clojure :exclude [reduce])\n  (:require",
    ),
    // Definitions added, removed, renamed, made private, of other arities, moved
    Edit::Append("(defn more [x] (f1 x x))\n"),
    Edit::Remove,
    Edit::Rename("(defn f", "(defn g"),
    Edit::Replace("(defn f1\n", "(defn- f1\n"),
    Edit::Replace("[a b]", "[a b & c]"),
    Edit::Swap,
    // Delimiters that go missing
    Edit::Break("()[]{}"),
    Edit::Break("\""),
];

enum Edit {
    /// One of the places with this text gets another.
    Replace(&'static str, &'static str),
    /// As `Replace`, of definitions; no use is renamed.
    Rename(&'static str, &'static str),
    /// One paragraph goes.
    Remove,
    /// Two paragraphs change places.
    Swap,
    /// One of these characters goes.
    Break(&'static str),
    /// The text goes on.
    Append(&'static str),
}

/// A text after an edit.
fn edited(text: &str, edit: &Edit, dice: &mut Dice) -> String {
    let mut paragraphs: Vec<&str> = text.split("\n\n").collect();
    let paragraph = |dice: &mut Dice| 1 + dice.below(paragraphs.len() - 1);
    match edit {
        Edit::Replace(old, new) | Edit::Rename(old, new) => {
            let places: Vec<usize> = text.match_indices(old).map(|(at, _)| at).collect();
            if places.is_empty() {
                return text.to_owned();
            }
            let at = places[dice.below(places.len())];
            format!("{}{new}{}", &text[..at], &text[at + old.len()..])
        }
        Edit::Break(characters) => {
            let mut text = text.to_owned();
            let places: Vec<usize> = text
                .char_indices()
                .filter(|(_, c)| characters.contains(*c))
                .map(|(at, _)| at)
                .collect();
            text.remove(places[dice.below(places.len())]);
            text
        }
        Edit::Append(more) => format!("{text}\n{more}"),
        Edit::Remove => {
            let at = paragraph(dice);
            paragraphs.remove(at);
            paragraphs.join("\n\n")
        }
        Edit::Swap => {
            let (one, other) = (paragraph(dice), paragraph(dice));
            paragraphs.swap(one, other);
            paragraphs.join("\n\n")
        }
    }
}

#[test]
fn warm_fresh_and_cached_are_the_same_after_random_edits() {
    let original = texts(SIZE);
    let namespaces: Vec<String> = original.keys().cloned().collect();
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(42);
    let mut current = original.clone();
    let mut warm = Workspace::of(generated(&current));
    // Starts with summaries, and is edited then.
    Workspace::of(generated(&current))
        .build_cached(folder.path())
        .unwrap();
    forget_builds(folder.path());
    let mut loaded = Workspace::of(generated(&current));
    loaded.build_cached(folder.path()).unwrap();
    let (mut with_image, mut with_diagnostics, mut effective) = (0, 0, 0);
    let rounds = 4 * EDITS.len();
    for round in 0..rounds {
        let name = name_of(dice.below(SIZE.namespaces));
        // Mistakes pile up, so every second file is mended. Each edit is made to a sound text and to
        // one that has been edited before.
        let edit = &EDITS[round / 2 % EDITS.len()];
        let text = match round % 2 {
            0 => edited(&original[&name], edit, &mut dice),
            _ if dice.below(3) > 0 => original[&name].clone(),
            _ => edited(&current[&name], edit, &mut dice),
        };
        effective += usize::from(text != current[&name]);
        warm.edit(&name, &text);
        loaded.edit(&name, &text);
        current.insert(name, text);
        let expected = answers(&mut warm, &namespaces, None);
        assert_eq!(
            answers(&mut loaded, &namespaces, None),
            expected,
            "edited after loading, round {round}"
        );
        if round % 16 == 15 {
            // Another that has all that was stored until now.
            forget_builds(folder.path());
            loaded = Workspace::of(generated(&current));
            let _ = loaded.build_cached(folder.path());
        }
        with_image += usize::from(expected.image.is_ok());
        with_diagnostics += usize::from(!expected.diagnostics.is_empty());
        if round % 3 == 0 {
            let mut fresh = Workspace::of(generated(&current));
            assert_eq!(
                answers(&mut fresh, &namespaces, None),
                expected,
                "fresh, round {round}"
            );
            for round_trip in ["stored", "loaded", "from summaries", "from code alone"] {
                if round_trip.starts_with("from") {
                    forget_builds(folder.path());
                }
                if round_trip == "from code alone" {
                    forget_summaries(folder.path());
                    generates_nothing(&current, folder.path());
                }
                let mut other = Workspace::of(generated(&current));
                assert_eq!(
                    answers(&mut other, &namespaces, Some(folder.path())),
                    expected,
                    "{round_trip}, round {round}"
                );
            }
        }
    }
    let made = format!("{with_image} images, {with_diagnostics} mistaken, {effective} edits");
    assert!(effective > rounds / 2, "{made}");
    assert!((15..rounds - 15).contains(&with_image), "{made}");
    assert!((15..rounds - 15).contains(&with_diagnostics), "{made}");
}

#[test]
fn two_checkouts_give_one_image() {
    let texts = texts(SIZE);
    let images: Vec<Vec<u8>> = ["a", "somewhere/else"]
        .iter()
        .map(|path| {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path().join(path);
            write(&texts, &root).unwrap();
            let mut workspace =
                Workspace::open(&Target::Folder(root), folder.path(), &Options::default()).unwrap();
            workspace.build().unwrap().image.encode()
        })
        .collect();
    assert!(images[0].len() > 1000);
    assert!(images[0] == images[1], "the images differ");
}

#[test]
fn order_and_thread_make_no_difference() {
    let texts = texts(SIZE);
    let namespaces: Vec<String> = texts.keys().cloned().collect();
    let expected = answers(&mut Workspace::of(generated(&texts)), &namespaces, None);
    // From the last namespace to the first, each form by itself from the last to the first.
    let mut backwards = Workspace::of(generated(&texts));
    for namespace in namespaces.iter().rev() {
        let file = backwards.file(namespace).unwrap();
        let db = backwards.database();
        for form in hir::forms::forms(db, file).iter().rev() {
            let _ = hir::lowered(db, *form, hir::Stage::ALL);
        }
    }
    assert_eq!(answers(&mut backwards, &namespaces, None), expected);
    // All at once, from two threads.
    let mut shared = Workspace::of(generated(&texts));
    let files: Vec<_> = namespaces
        .iter()
        .map(|namespace| shared.file(namespace).unwrap())
        .collect();
    let (one, other) = (shared.database().clone(), shared.database().clone());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let db = one;
            files
                .iter()
                .for_each(|file| drop(hir::diagnostics(&db, *file).clone()));
        });
        scope.spawn(|| {
            let db = other;
            files
                .iter()
                .rev()
                .for_each(|file| drop(hir::namespace_hashes(&db, *file).clone()));
        });
    });
    assert_eq!(answers(&mut shared, &namespaces, None), expected);
}
