//! The same texts give the same diagnostics, hashes and images: warm, fresh, from the cache, at
//! another path, in another order, on another thread.

use crate::generate::{Size, name_of, texts, write};
use crate::support::{Dice, generated, hashes};
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
    /// The image's bytes, or why there is none.
    image: Result<Vec<u8>, Vec<Diagnostic>>,
}

fn answers(workspace: &mut Workspace, namespaces: &[String], cache: Option<&Path>) -> Answers {
    let built = match cache {
        None => workspace.build(),
        Some(folder) => workspace.build_cached(folder),
    };
    Answers {
        image: built.map(|built| built.image.encode()),
        diagnostics: workspace.check(),
        hashes: hashes(workspace, namespaces),
    }
}

/// A random edit of a text.
fn edited(text: &str, dice: &mut Dice) -> String {
    let at = |dice: &mut Dice, what: &str| {
        let places: Vec<usize> = text.match_indices(what).map(|(at, _)| at).collect();
        (!places.is_empty()).then(|| places[dice.below(places.len())])
    };
    let replace = |dice: &mut Dice, old: &str, new: &str| match at(dice, old) {
        Some(at) => format!("{}{new}{}", &text[..at], &text[at + old.len()..]),
        None => text.to_owned(),
    };
    match dice.below(14) {
        0 => replace(dice, "(defn", ";; more\n(defn"),
        1 => replace(dice, " 1", " 2"),
        2 => replace(dice, ")", ""),
        3 => replace(dice, "(", ""),
        4 => replace(dice, "\"", ""),
        5 => replace(dice, "[a b]", "[a b & c]"),
        6 => replace(dice, "(neg? value#) 0", "(pos? value#) 5"),
        7 => replace(dice, "(if (next forms)", "(if (seq (next forms))"),
        8 => format!("{text}\n(defn more{} [x] (f1 x x))\n", dice.below(3)),
        9 => replace(dice, ":plain", "(/ 1 0)"),
        10 => replace(dice, "[x ", "[z "),
        11 => format!(
            "{text}\n(defmacro maker [name] `(def ~name 1))\n(maker made{})\n",
            dice.below(2)
        ),
        12 => replace(dice, "(defn f1\n", "(defn- f1\n"),
        _ => {
            let mut parts: Vec<&str> = text.split("\n\n").collect();
            let (one, other) = (
                1 + dice.below(parts.len() - 1),
                1 + dice.below(parts.len() - 1),
            );
            parts.swap(one, other);
            parts.join("\n\n")
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
    let mut with_image = 0;
    for round in 0..60 {
        let name = name_of(dice.below(SIZE.namespaces));
        // Mistakes pile up, so now and then a file is mended.
        let text = if dice.below(3) > 0 {
            original[&name].clone()
        } else {
            edited(&current[&name], &mut dice)
        };
        warm.edit(&name, &text);
        current.insert(name, text);
        let expected = answers(&mut warm, &namespaces, None);
        with_image += usize::from(expected.image.is_ok());
        if round % 3 == 0 {
            let mut fresh = Workspace::of(generated(&current));
            assert_eq!(
                answers(&mut fresh, &namespaces, None),
                expected,
                "fresh, round {round}"
            );
            for round_trip in ["stored", "loaded"] {
                let mut other = Workspace::of(generated(&current));
                assert_eq!(
                    answers(&mut other, &namespaces, Some(folder.path())),
                    expected,
                    "{round_trip}, round {round}"
                );
            }
        }
    }
    assert!(
        (15..55).contains(&with_image),
        "{with_image} of the programs were right"
    );
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
            let mut workspace = Workspace::open(&Target::Folder(root), folder.path()).unwrap();
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
