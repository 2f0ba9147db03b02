//! Code by body hash: what a new process generates after an edit, and that what it finds is what it
//! would generate.

use crate::generate::{Size, name_of, texts};
use crate::support::{self, Log, damaged, forget_builds, found, generated, stored};
use driver::Workspace;
use driver::project::Found;
use std::path::{Path, PathBuf};

const SIZE: Size = Size {
    namespaces: 3,
    definitions: 200,
};

/// How many definitions a build in a new process generates code for, which finds no whole build.
fn made(files: &Found, folder: &Path) -> usize {
    forget_builds(folder);
    let log = Log::default();
    let mut workspace = Workspace::with_database(files.clone(), log.database());
    let built = workspace.build_cached(folder).unwrap();
    let count = log.take().get("generated").copied().unwrap_or(0);
    let fresh = Workspace::of(files.clone()).build().unwrap();
    assert!(built.image == fresh.image, "the images differ");
    count
}

fn packs(folder: &Path) -> Vec<PathBuf> {
    stored(folder, "oxp")
}

fn forget_summaries(folder: &Path) {
    for path in stored(folder, "oxs") {
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn after_an_edit_only_what_is_new_is_generated() {
    let folder = tempfile::tempdir().unwrap();
    let before = texts(SIZE);
    assert!(made(&generated(&before), folder.path()) > SIZE.namespaces * SIZE.definitions);
    assert_eq!(made(&generated(&before), folder.path()), 0);
    let mut edited = before.clone();
    let body = before[&name_of(1)].replacen("(+ a (* b", "(+ a 1 (* b", 1);
    assert_ne!(body, before[&name_of(1)]);
    edited.insert(name_of(1), body);
    assert_eq!(made(&generated(&edited), folder.path()), 1);
    // What was edited is not read from a summary either way.
    for texts in [&before, &edited] {
        forget_summaries(folder.path());
        assert_eq!(made(&generated(texts), folder.path()), 0);
    }
    // Positions, names of locals, comments and docs are in no body.
    let moved = edited[&name_of(1)]
        .replace("\n(defn", "\n;; said\n\n(defn")
        .replace("\"Function ", "\"What it does: ");
    edited.insert(name_of(1), moved);
    assert_eq!(made(&generated(&edited), folder.path()), 0);
}

#[test]
fn code_moves_with_its_definition() {
    let folder = tempfile::tempdir().unwrap();
    let f = "(defn f [x] (if (neg? x) [x] {:a (fn [y] (+ x y))}))\n";
    let g = "(defn g [x] (str x (f x)))\n";
    let before = found(&[
        ("one", &format!("(ns one)\n{f}{g}")),
        ("two", "(ns two)\n(defn h [x] (- x))\n"),
        (
            "app",
            "(ns app (:require [one] [two]))\n(defn -main [] (one/g (two/h 1)))",
        ),
    ]);
    assert!(made(&before, folder.path()) > 3);
    let after = found(&[
        ("one", "(ns one)\n"),
        ("two", &format!("(ns two)\n{g}(defn h [x] (- x))\n{f}")),
        (
            "app",
            "(ns app (:require [one] [two]))\n(defn -main [] (two/g (two/h 1)))",
        ),
    ]);
    assert_eq!(made(&after, folder.path()), 0);
    assert_eq!(made(&before, folder.path()), 0);
    // Another project that has the cache of this one.
    let other = found(&[("app", &format!("(ns app)\n{f}(defn -main [] (f 1))"))]);
    assert_eq!(made(&other, folder.path()), 1, "-main");
}

#[test]
fn code_that_only_macros_run_is_found() {
    let folder = tempfile::tempdir().unwrap();
    // At the stage at which `make` runs first, `late` has no `made` to refer to.
    let files = |number: usize| {
        let text = format!(
            "(ns app)\n(defn helper [x] (if x (list `inc x) `late))\n(defn late [] made)\n\
             (defmacro make [name value] `(def ~name ~(helper value)))\n(make made 1)\n\
             (make other made)\n(defn f [] (+ other {number}))\n(f)"
        );
        found(&[("app", &text)])
    };
    assert!(made(&files(1), folder.path()) > 3);
    assert_eq!(made(&files(2), folder.path()), 1, "f");
    assert_eq!(made(&files(1), folder.path()), 0);
}

#[test]
fn code_is_stored_whatever_else_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str| {
        let files = found(&[("good", text), ("bad", "(ns bad)\n(unknown)")]);
        let log = Log::default();
        let mut workspace = Workspace::with_database(files, log.database());
        assert_eq!(workspace.check_linked_cached(Some(folder.path())).len(), 1);
        log.take().get("generated").copied().unwrap_or(0)
    };
    let text = "(ns good)\n(defn f [x] (inc x))\n(def v (f 1))";
    assert!(check(text) > 2);
    assert!(stored(folder.path(), "oxs").is_empty());
    assert_eq!(check(text), 0);
    assert_eq!(check(&text.replace("(f 1)", "(f 2)")), 1);
}

#[test]
fn damage_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let files = found(&[
        ("lib", "(ns lib)\n(defn f [x] (inc x))"),
        ("app", "(ns app (:require [lib]))\n(lib/f 1)"),
    ]);
    let all = made(&files, folder.path());
    let path = packs(folder.path()).remove(0);
    let whole = std::fs::read(&path).unwrap();
    damaged(&path, 5, &[0, 7, 8, 31, 32, 63, 64], |how| {
        assert_eq!(made(&files, folder.path()), all, "{how}");
        assert_eq!(made(&files, folder.path()), 0, "{how}");
        let left = packs(folder.path());
        assert_eq!(left.len(), 1, "what was damaged is gone: {how}");
        let again = std::fs::read(&left[0]).unwrap();
        assert!(again == whole, "it is not made again: {how}");
    });
    // One that is gone; and summaries that are, with it.
    std::fs::remove_file(&path).unwrap();
    assert_eq!(made(&files, folder.path()), all);
    std::fs::remove_file(&path).unwrap();
    forget_summaries(folder.path());
    assert_eq!(made(&files, folder.path()), all);
    assert!(std::fs::read(&path).unwrap() == whole);
}

#[test]
fn the_code_of_another_generator_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let files = found(&[("app", "(ns app)\n(defn f [x] (inc x))\n(f 1)")]);
    let all = made(&files, folder.path());
    let path = packs(folder.path()).remove(0);
    // Key and name say by whom it is.
    let mut pack = std::fs::read(&path).unwrap();
    pack[0] ^= 1;
    let name = path.file_name().unwrap().to_str().unwrap();
    let other = path.with_file_name(format!("{:02x}{}", pack[0], &name[2..]));
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&other, &pack).unwrap();
    assert_eq!(made(&files, folder.path()), all);
    assert_eq!(made(&files, folder.path()), 0);
    assert_eq!(packs(folder.path()).len(), 2);
    assert!(std::fs::read(&other).unwrap() == pack, "it is left alone");
    // Nor is it under the name of one of this generator.
    std::fs::write(&path, &pack).unwrap();
    assert_eq!(made(&files, folder.path()), all);
}

#[test]
fn packs_stay_few_and_hold_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut texts = texts(Size {
        namespaces: 2,
        definitions: 20,
    });
    made(&generated(&texts), folder.path());
    let size = |packs: &[PathBuf]| -> u64 {
        let sizes = packs.iter().map(|path| path.metadata().unwrap().len());
        sizes.sum()
    };
    let before = size(&packs(folder.path()));
    let text = texts[&name_of(1)].clone();
    for number in 1..=60 {
        let edited = text.replacen("(+ a (* b", &format!("(+ a {number} (* b"), 1);
        texts.insert(name_of(1), edited);
        assert_eq!(made(&generated(&texts), folder.path()), 1);
        let packs = packs(folder.path());
        assert!(packs.len() <= 6, "{} packs", packs.len());
    }
    let grown = size(&packs(folder.path())) - before;
    assert!(grown < 60 * 700, "{grown} bytes for 60 bodies");
    // All of them are still there.
    for number in [1, 30, 60] {
        let edited = text.replacen("(+ a (* b", &format!("(+ a {number} (* b"), 1);
        texts.insert(name_of(1), edited);
        assert_eq!(made(&generated(&texts), folder.path()), 0);
    }
    texts.insert(name_of(1), text);
    assert_eq!(made(&generated(&texts), folder.path()), 0);
}

#[test]
fn code_of_the_library_is_kept_with_the_library() {
    let (folder, library) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let build = |name: &str, text: &str| {
        let files = found(&[(name, text)]);
        let log = Log::default();
        let mut workspace = Workspace::with_database(files, log.database());
        workspace.keep_library_in(library.path().to_owned());
        let built = workspace.build_cached(&folder.path().join(name)).unwrap();
        let count = log.take().get("generated").copied().unwrap_or(0);
        (support::value(built), count)
    };
    assert!(build("one", "(+ 1 2)").1 > 100);
    let size = |folder: &Path| packs(folder)[0].metadata().unwrap().len();
    assert!(size(library.path()) > 100 * size(&folder.path().join("one")));
    // The expression, and the body that runs it.
    let (value, count) = build("other", "(reduce + [1 2 3])");
    assert_eq!(value, "6");
    assert!(count <= 2, "{count}");
    assert_eq!(packs(library.path()).len(), 1);
}
