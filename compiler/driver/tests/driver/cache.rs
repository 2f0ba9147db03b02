//! The cache on disk.

use crate::generate::{Size, texts};
use crate::support::{self, Log, generated, listed};
use driver::Workspace;
use std::path::{Path, PathBuf};

const SIZE: Size = Size {
    namespaces: 5,
    definitions: 20,
};

/// The whole builds of a cache.
fn stored(folder: &Path) -> Vec<PathBuf> {
    support::stored(folder, "oxi")
}

#[test]
fn a_second_build_reads_and_expands_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let texts = texts(SIZE);
    let first = Workspace::of(generated(&texts))
        .build_cached(folder.path())
        .unwrap();
    let log = Log::default();
    let mut again = Workspace::with_database(generated(&texts), log.database());
    let second = again.build_cached(folder.path()).unwrap();
    assert_eq!(
        log.take().into_iter().collect::<Vec<_>>(),
        [],
        "no query has run"
    );
    assert_eq!(second.image, first.image);
    assert_eq!(
        (second.entry_slot, second.main_slot),
        (first.entry_slot, first.main_slot)
    );
    assert_eq!(
        (second.sources, second.warnings),
        (first.sources, first.warnings)
    );
}

#[test]
fn warnings_are_said_again() {
    let folder = tempfile::tempdir().unwrap();
    // Within `try` a call that must fail may be the point.
    let files = support::found(&[(
        "app",
        "(ns app)\n(defn f [x] x)\n(println (try (f 1 2) (catch :default e 1)))",
    )]);
    let mut first = Workspace::of(files.clone());
    let warnings = first.build_cached(folder.path()).unwrap().warnings;
    assert_eq!(warnings.len(), 1, "{}", listed(&first, &warnings));
    let log = Log::default();
    let mut again = Workspace::with_database(files, log.database());
    assert_eq!(
        again.build_cached(folder.path()).unwrap().warnings,
        warnings
    );
    assert!(log.take().is_empty());
}

#[test]
fn a_program_with_expressions_and_a_main_is_stored_as_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let text = "(ns app)\n(defn -main [& args] [:main args])\n(try (-main) (catch :default e 1))";
    let files = support::found(&[("app", text)]);
    let fresh = Workspace::of(files.clone()).build_to_run(None).unwrap();
    assert_eq!(fresh.image.main, None, "the entry body calls it");
    let mut first = Workspace::of(files.clone());
    let built = first.build_to_run(Some(folder.path())).unwrap();
    assert_eq!(built.image, fresh.image);
    assert_eq!(*first.text("app").unwrap(), *text, "the text is as it was");
    let log = Log::default();
    let mut again = Workspace::with_database(files.clone(), log.database());
    let loaded = again.build_to_run(Some(folder.path())).unwrap();
    assert_eq!(loaded.image, fresh.image);
    assert_eq!(
        (&loaded.sources, loaded.entry_slot, loaded.main_slot),
        (&fresh.sources, fresh.entry_slot, None)
    );
    assert!(log.take().is_empty(), "no query has run");
    assert_eq!(support::value(loaded), "[:main nil]");
    // What `oxc build` makes of the same files is another image.
    let built = again.build_cached(folder.path()).unwrap();
    assert!(built.image.main.is_some());
}

#[test]
fn an_edit_is_a_miss_and_so_is_another_entry() {
    let folder = tempfile::tempdir().unwrap();
    let files = support::found(&[
        ("lib", "(ns lib)\n(defn f [] 1)"),
        ("app", "(ns app (:require [lib]))\n(lib/f)"),
    ]);
    let mut workspace = Workspace::of(files.clone());
    assert_eq!(
        support::value(workspace.build_cached(folder.path()).unwrap()),
        "1"
    );
    workspace.edit("lib", "(ns lib)\n(defn f [] 2)");
    assert_eq!(
        support::value(workspace.build_cached(folder.path()).unwrap()),
        "2"
    );
    assert_eq!(stored(folder.path()).len(), 2);
    workspace.edit("lib", "(ns lib)\n(defn f [] 1)");
    assert_eq!(
        support::value(workspace.build_cached(folder.path()).unwrap()),
        "1"
    );
    assert_eq!(stored(folder.path()).len(), 2);
    let mut other = files;
    other.entry = Some("lib".to_owned());
    assert_eq!(
        Workspace::of(other)
            .build_cached(folder.path())
            .unwrap()
            .entry_slot,
        None
    );
    assert_eq!(stored(folder.path()).len(), 3);
}

#[test]
fn a_program_with_mistakes_is_not_stored() {
    let folder = tempfile::tempdir().unwrap();
    let files = support::found(&[("app", "(ns app)\n(f)")]);
    assert!(Workspace::of(files).build_cached(folder.path()).is_err());
    assert_eq!(stored(folder.path()).len(), 0);
}

#[test]
fn damage_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let files = support::found(&[("app", "(ns app)\n(defn f [x] (* x 2))\n(println (f 21))")]);
    let image = Workspace::of(files.clone())
        .build_cached(folder.path())
        .unwrap()
        .image;
    let path = stored(folder.path()).remove(0);
    let whole = std::fs::read(&path).unwrap();
    support::damaged(&path, 12, &[31, 32, 63, 64], |how| {
        let mut workspace = Workspace::of(files.clone());
        let built = workspace.build_cached(folder.path()).unwrap();
        assert!(built.image == image, "{how}");
        let again = std::fs::read(&path).unwrap();
        assert!(again == whole, "the build is not stored again: {how}");
    });
}

#[test]
fn a_cache_that_cannot_be_written_costs_time_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let files = support::found(&[("app", "(ns app)\n(+ 1 2)")]);
    let built = Workspace::of(files)
        .build_cached(&file.join("cache"))
        .unwrap();
    assert_eq!(support::value(built), "3");
}

#[test]
fn the_cache_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path()).unwrap();
    for number in 0..100 {
        std::fs::write(folder.path().join(format!("{number}.oxi")), "old").unwrap();
    }
    let files = support::found(&[("app", "(ns app)\n(+ 1 2)")]);
    Workspace::of(files.clone())
        .build_cached(folder.path())
        .unwrap();
    assert_eq!(stored(folder.path()).len(), 64);
    let log = Log::default();
    Workspace::with_database(files, log.database())
        .build_cached(folder.path())
        .unwrap();
    assert!(log.take().is_empty(), "the newest is kept");
}
