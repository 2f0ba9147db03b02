//! Summaries of namespaces: what a new process still runs after an edit, and that what it gives is
//! what it gives without any.

use crate::generate::{Size, name_of, texts};
use crate::support::{self, Log, forget_builds, found, generated, hashes, listed, stored};
use driver::Workspace;
use driver::project::Found;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

const SIZE: Size = Size {
    namespaces: 8,
    definitions: 20,
};

/// Queries that read a text.
const OF_TEXTS: [&str; 4] = ["parsed", "top_forms", "forms", "form_set"];
/// Queries that work on a form.
const OF_FORMS: [&str; 2] = ["lower_form", "generating_spine"];

/// The queries that a build in a new process runs, which finds summaries and no whole build.
fn rebuilt(files: &Found, folder: &Path) -> BTreeMap<String, usize> {
    forget_builds(folder);
    let log = Log::default();
    let mut workspace = Workspace::with_database(files.clone(), log.database());
    let built = workspace.build_cached(folder).unwrap();
    let ran = log.take();
    let fresh = Workspace::of(files.clone()).build().unwrap();
    assert!(built.image == fresh.image, "the images differ");
    ran
}

fn count(ran: &BTreeMap<String, usize>, query: &str) -> usize {
    ran.get(query).copied().unwrap_or(0)
}

#[test]
fn without_an_edit_nothing_is_read_or_expanded() {
    let folder = tempfile::tempdir().unwrap();
    let files = generated(&texts(SIZE));
    rebuilt(&files, folder.path());
    let ran = rebuilt(&files, folder.path());
    for query in OF_TEXTS.iter().chain(&OF_FORMS) {
        assert_eq!(count(&ran, query), 0, "{query}: {ran:#?}");
    }
    assert!(count(&ran, "namespace_hashes") > SIZE.namespaces);
}

#[test]
fn after_an_edit_only_that_namespace_is_read_and_expanded() {
    let folder = tempfile::tempdir().unwrap();
    let mut texts = texts(SIZE);
    rebuilt(&generated(&texts), folder.path());
    let name = name_of(3);
    let forms = texts[&name].matches("\n(def").count();
    let body = texts[&name].replacen("(+ a (* b", "(+ a 1 (* b", 1);
    assert_ne!(body, texts[&name]);
    texts.insert(name.clone(), body);
    let ran = rebuilt(&generated(&texts), folder.path());
    for query in OF_TEXTS {
        assert_eq!(count(&ran, query), 1, "{query}: {ran:#?}");
    }
    assert_eq!(count(&ran, "generating_spine"), 0);
    let lowered = count(&ran, "lower_form");
    assert!(
        (forms..=forms + 1).contains(&lowered),
        "{lowered} of {forms} forms"
    );
    // It has been stored, so it is not read again.
    let ran = rebuilt(&generated(&texts), folder.path());
    assert_eq!(count(&ran, "parsed"), 0, "{ran:#?}");
}

#[test]
fn after_an_edit_of_a_macro_its_callers_are_expanded_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut texts = texts(SIZE);
    rebuilt(&generated(&texts), folder.path());
    let name = name_of(3);
    let calls = |(_, text): &(&String, &String)| {
        text.contains(&format!("[{name} :as near")) && text.contains("(near/sum ")
            || text.contains(&format!("[{name} :as far")) && text.contains("(far/scaled ")
    };
    let callers = texts.iter().filter(calls).count();
    assert!((1..4).contains(&callers), "{callers}");
    // Both macros.
    let edited = texts[&name]
        .replacen("(neg? value#) 0", "(neg? value#) 1", 1)
        .replacen("(if (next forms)", "(if (first (next forms))", 1);
    texts.insert(name, edited);
    let ran = rebuilt(&generated(&texts), folder.path());
    assert_eq!(count(&ran, "parsed"), 1 + callers, "{ran:#?}");
}

#[test]
fn another_program_takes_the_library_from_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let first = found(&[("app", "(println (map inc [1 2]))")]);
    rebuilt(&first, folder.path());
    let other = found(&[("other", "(println (reduce + (filter odd? (range 9))))")]);
    let ran = rebuilt(&other, folder.path());
    assert_eq!(count(&ran, "parsed"), 1, "its own file: {ran:#?}");
    assert_eq!(count(&ran, "lower_form"), 1, "{ran:#?}");
}

#[test]
fn the_library_may_be_kept_apart() {
    let (folder, library) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let build = |name: &str, text: &str, log: &Log| {
        let files = found(&[(name, text)]);
        let mut workspace = Workspace::with_database(files, log.database());
        workspace.keep_library_in(library.path().to_owned());
        let built = workspace.build_cached(&folder.path().join(name));
        support::value(built.unwrap())
    };
    let log = Log::default();
    assert_eq!(build("one", "(+ 1 2)", &log), "3");
    assert_eq!(stored(&folder.path().join("one"), "oxs").len(), 1);
    assert!(stored(library.path(), "oxs").len() > 10);
    log.take();
    assert_eq!(build("other", "(reduce + [1 2 3])", &log), "6");
    let ran = log.take();
    assert_eq!(count(&ran, "parsed"), 1, "{ran:#?}");
    assert_eq!(count(&ran, "lower_form"), 1, "{ran:#?}");
}

#[test]
fn the_library_may_be_in_the_binary() {
    let files = found(&[("app", "(println (map inc [1 2]))")]);
    let log = Log::default();
    let build = |files: &Found, embedded: Vec<u8>| {
        log.take();
        let mut workspace = Workspace::with_database(files.clone(), log.database());
        workspace.embed_library(embedded);
        let built = workspace.build_to_run(None).unwrap();
        (built.image, log.take())
    };
    let (fresh, _) = build(&files, Vec::new());
    let library = driver::summaries_of_library();
    let (image, ran) = build(&files, library.clone());
    assert!(image == fresh, "the images differ");
    assert_eq!(count(&ran, "parsed"), 1, "its own file: {ran:#?}");
    assert_eq!(count(&ran, "lower_form"), 1, "{ran:#?}");

    // What another compiler made, what was cut, and a library that is read otherwise are not taken.
    let mut other = library.clone();
    other[0] ^= 1;
    let mut with_features = files.clone();
    with_features.manifest.features = vec!["clj".to_owned()];
    for (files, embedded) in [
        (&files, other),
        (&files, library[..library.len() / 2].to_vec()),
        (&with_features, library),
    ] {
        let (image, ran) = build(files, embedded);
        assert!(image == fresh, "the images differ");
        assert!(count(&ran, "parsed") > 10, "{ran:#?}");
    }
}

#[test]
fn code_that_does_not_pass_the_verifier_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let files = found(&[(
        "app",
        "(defn pick [a b] (if (neg? a) [b a] {:a a :b (+ b 1)})) (pick 1 2)",
    )]);
    let fresh = Workspace::of(files.clone())
        .build_cached(folder.path())
        .unwrap();
    let slot = fresh.image.slots.iter().find(|slot| slot.name == "pick");
    let chunk = &fresh.image.chunks[slot.and_then(|slot| slot.chunk).unwrap() as usize];
    let code = chunk.encode();
    let holds_code = |bytes: &[u8]| bytes.windows(code.len()).position(|part| part == code);
    let (path, file, at) = stored(folder.path(), "oxp")
        .into_iter()
        .find_map(|path| {
            let file = std::fs::read(&path).unwrap();
            let at = holds_code(&file)?;
            Some((path, file, at))
        })
        .expect("a pack has the code");
    let mut wrong = 0;
    for index in 0..code.len() {
        for bit in [0, 3, 7] {
            let mut changed = file.clone();
            changed[at + index] ^= 1 << bit;
            let code = &changed[at..at + code.len()];
            let passes = bytecode::Chunk::decode(code)
                .is_ok_and(|chunk| bytecode::verify_chunk(&chunk).is_ok());
            if passes {
                continue;
            }
            wrong += 1;
            // Whoever made it has made its hash, too, and its name, which both have.
            let hash = *blake3::hash(&changed[64..]).as_bytes();
            changed[32..64].copy_from_slice(&hash);
            changed[8..32].copy_from_slice(&hash[..24]);
            let name: String = changed[..16].iter().map(|b| format!("{b:02x}")).collect();
            for before in stored(folder.path(), "oxp") {
                std::fs::remove_file(before).unwrap();
            }
            let path = path.with_file_name(format!("{name}.oxp"));
            std::fs::write(&path, &changed).unwrap();
            forget_builds(folder.path());
            let built = Workspace::of(files.clone())
                .build_cached(folder.path())
                .unwrap();
            assert!(built.image == fresh.image, "byte {index}, bit {bit}");
            let packs = stored(folder.path(), "oxp");
            assert!(packs.len() == 2 && packs.contains(&path), "made again");
        }
    }
    assert!(wrong > 50, "{wrong}");
}

#[test]
fn a_check_takes_and_stores_summaries() {
    let folder = tempfile::tempdir().unwrap();
    let mut texts = texts(SIZE);
    let check = |texts: &BTreeMap<String, String>| {
        let log = Log::default();
        let mut workspace = Workspace::with_database(generated(texts), log.database());
        let said = workspace.check_linked_cached(Some(folder.path()));
        let fresh = Workspace::of(generated(texts)).check_linked();
        assert_eq!(said, fresh);
        (said.len(), log.take())
    };
    assert_eq!(check(&texts).0, 0);
    assert_eq!(count(&check(&texts).1, "parsed"), 0);
    let text = texts[&name_of(5)].clone();
    let wrong = text.replacen("(+ a (* b", "(+ unknown (* b", 1);
    texts.insert(name_of(5), wrong);
    for _ in 0..2 {
        let (said, ran) = check(&texts);
        assert_eq!((said, count(&ran, "parsed")), (1, 1), "{ran:#?}");
    }
    texts.insert(name_of(5), text);
    assert_eq!(count(&check(&texts).1, "parsed"), 0);
}

#[test]
fn an_edit_after_loading_runs_what_it_must() {
    let folder = tempfile::tempdir().unwrap();
    let texts = texts(SIZE);
    rebuilt(&generated(&texts), folder.path());
    forget_builds(folder.path());
    let log = Log::default();
    let mut workspace = Workspace::with_database(generated(&texts), log.database());
    workspace.build_cached(folder.path()).unwrap();
    assert_eq!(workspace.check(), []);
    log.take();
    let name = name_of(3);
    let text = &texts[&name];
    let forms = text.matches("\n(def").count() + 1;
    // The first edit has the file read, and its forms lowered; nobody else's.
    workspace.edit(&name, &text.replacen("(+ a (* b", "(+ a 1 (* b", 1));
    assert_eq!(workspace.check(), []);
    workspace.build().unwrap();
    let ran = log.take();
    for query in OF_TEXTS {
        assert_eq!(count(&ran, query), 1, "{query}: {ran:#?}");
    }
    for query in ["lower_form", "definition_body"] {
        assert!(count(&ran, query) <= forms, "{query} of {forms}: {ran:#?}");
    }
    assert!(count(&ran, "namespace_hashes") > 1, "dependents are hashed");
    // The next is as without summaries.
    workspace.edit(&name, &text.replacen("(+ a (* b", "(+ a 2 (* b", 1));
    assert_eq!(workspace.check(), []);
    workspace.build().unwrap();
    let ran = log.take();
    for query in ["lower_form", "definition_body", "unit", "parsed"] {
        assert_eq!(count(&ran, query), 1, "{query}: {ran:#?}");
    }
}

/// What a build says, and the hashes of all definitions.
fn answers(workspace: &mut Workspace, folder: Option<&Path>) -> String {
    let namespaces: Vec<String> = namespaces_of(workspace);
    let built = match folder {
        Some(folder) => workspace.build_cached(folder),
        None => workspace.build(),
    };
    let said = match built {
        Ok(built) => format!(
            "image {:?}\n{}",
            built.image.encode(),
            listed(workspace, &built.warnings)
        ),
        Err(diagnostics) => listed(workspace, &diagnostics),
    };
    let all = workspace.check();
    let checked = listed(workspace, &all);
    format!("{said}\n{checked}\n{:?}", hashes(workspace, &namespaces))
}

fn namespaces_of(workspace: &Workspace) -> Vec<String> {
    let known = ["app", "lib", "base", "more"];
    let is_there = |ns: &&str| workspace.file(ns).is_some();
    known
        .into_iter()
        .filter(is_there)
        .map(str::to_owned)
        .collect()
}

/// Builds the one, then the other in a new process and, after an edit, in the same: nothing that is
/// kept of the one shows in the other.
#[track_caller]
fn change(before: &[(&str, &str)], after: &[(&str, &str)]) {
    for (before, after) in [(before, after), (after, before)] {
        let folder = tempfile::tempdir().unwrap();
        let _ = Workspace::of(found(before)).build_cached(folder.path());
        let expected = answers(&mut Workspace::of(found(after)), None);
        forget_builds(folder.path());
        let mut loaded = Workspace::of(found(after));
        assert_eq!(answers(&mut loaded, Some(folder.path())), expected);
        let is_edit = before
            .iter()
            .map(|(ns, _)| ns)
            .eq(after.iter().map(|(ns, _)| ns));
        if is_edit {
            let folder = tempfile::tempdir().unwrap();
            let _ = Workspace::of(found(before)).build_cached(folder.path());
            forget_builds(folder.path());
            let mut edited = Workspace::of(found(before));
            let _ = edited.build_cached(folder.path());
            for (namespace, text) in after {
                edited.edit(namespace, text);
            }
            assert_eq!(answers(&mut edited, None), expected, "edited after loading");
        }
    }
}

#[test]
fn what_a_macro_reads_elsewhere_is_seen_to_change() {
    let base = "(ns base)\n(defn helper [x] (list `+ 1 x))\n(def table {:a (inc 1)})";
    let other = "(ns base)\n(defn helper [x] (list `- 1 x))\n(def table {:a (inc 2)})";
    // A macro of the file itself, one of another, one by a value.
    let lib = "(ns lib (:require [base]))\n(defmacro m [x] (base/helper x))\n(defmacro t [] (:a base/table))";
    let app = "(ns app (:require [lib] [base]))\n(defmacro own [x] (base/helper x))\n(own 3)\n(lib/m 4)\n(lib/t)";
    change(
        &[("base", base), ("lib", lib), ("app", app)],
        &[("base", other), ("lib", lib), ("app", app)],
    );
}

#[test]
fn what_a_macro_asks_is_seen_to_change() {
    let lib = "(ns lib)\n(defmacro known? [x] (if (resolve x) 1 2))\n(defmacro open [x] (list 'quote (macroexpand x)))";
    let base = "(ns base)\n(defmacro m [] 1)\n(def a 1)";
    let other = "(ns base)\n(defmacro m [] 2)\n(def a 1)\n(def b 2)";
    let app = "(ns app (:require [lib] [base]))\n[(lib/known? base/b) (lib/open (base/m))]";
    change(
        &[("lib", lib), ("base", base), ("app", app)],
        &[("lib", lib), ("base", other), ("app", app)],
    );
}

#[test]
fn names_that_a_macro_reads_off_code_are_seen_to_change() {
    // The definition hash is the same: names of functions are not in it.
    let base = "(ns base)\n(defn one [] 1)\n(defmacro m [] (str #'one))";
    let other = "(ns base)\n(defn two [] 1)\n(defmacro m [] (str #'two))";
    let app = "(ns app (:require [base]))\n(base/m)";
    change(
        &[("base", base), ("app", app)],
        &[("base", other), ("app", app)],
    );
}

#[test]
fn names_are_seen_to_change() {
    let app = "(ns app (:require [base :refer :all]))\n(defn g [x] (f x))\n[(g 1) (map inc [1]) #'base/hidden]";
    let base = "(ns base)\n(defn f [x] x)\n(defn- hidden [] 1)";
    for other in [
        // A kind, an arity, a name of the core, a private one.
        "(ns base)\n(def f (fn [x] x))\n(defn- hidden [] 1)",
        "(ns base)\n(defn f [x y] x)\n(defn- hidden [] 1)",
        "(ns base)\n(defn f ([x] x) ([x y] x))\n(defn- hidden [] 1)",
        "(ns base)\n(defmacro f [x] x)\n(defn- hidden [] 1)",
        "(ns base)\n(defn f [x] x)\n(defn- hidden [] 1)\n(defn map [f x] f)",
        "(ns base)\n(defn f [x] x)\n(defn- hidden [] 1)\n(defmacro defn [n & r] `(def ~n 1))",
        "(ns base)\n(defn- f [x] x)\n(defn- hidden [] 1)",
        "(ns base)\n(defn f [x] x)",
        "(ns base)\n(def f 1)\n(def ^:dynamic hidden 1)",
        "(ns base)\n(defn f [x] (undefined x))\n(defn- hidden [] 1)",
        "(ns base)\n(defmacro make [n] `(defn ~n [x#] x#))\n(make f)\n(make g)\n(defn- hidden [] 1)",
    ] {
        change(
            &[("base", base), ("app", app)],
            &[("base", other), ("app", app)],
        );
    }
}

#[test]
fn generated_names_are_seen_to_change() {
    let base = "(ns base)\n(defmacro make [n v] `(def ~n ~v))\n(make a 1)\n(make b (inc a))\n(defn f [] b)\n(defmacro m [] (f))";
    let app = "(ns app (:require [base]))\n(base/make c base/b)\n(defn g [] (+ c (base/m)))\n(g)";
    for other in [
        base.replace("(make a 1)", "(make a 2)"),
        base.replace("(make b (inc a))", "(make b 5)\n(make d 6)"),
        base.replace("(make a 1)\n", "(make first-of-all 0)\n(make a 1)\n"),
        base.replace("`(def ~n ~v)", "`(def ~n (inc ~v))"),
        base.replace("(make b (inc a))\n", ""),
    ] {
        change(
            &[("base", base), ("app", app)],
            &[("base", &other), ("app", app)],
        );
    }
}

#[test]
fn requires_are_seen_to_change() {
    let lib = "(ns lib)\n(defn f [] 1)";
    let with = "(ns base (:require [lib]))\n(defn g [] (lib/f))";
    let without = "(ns base)\n(defn g [] 1)";
    // Reaches `lib` by way of `base`, or not at all.
    let app = "(ns app (:require [base]))\n(defn q [] `lib/f)\n[(base/g) (q)]";
    change(
        &[("lib", lib), ("base", with), ("app", app)],
        &[("lib", lib), ("base", without), ("app", app)],
    );
    let reaching = "(ns app (:require [base]))\n[(base/g) (lib/f)]";
    change(
        &[("lib", lib), ("base", with), ("app", reaching)],
        &[("lib", lib), ("base", without), ("app", reaching)],
    );
    // A circle, and a namespace that is gone.
    let circle = "(ns lib (:require [app]))\n(defn f [] 1)";
    change(
        &[("lib", lib), ("base", with), ("app", reaching)],
        &[("lib", circle), ("base", with), ("app", reaching)],
    );
    change(
        &[("lib", lib), ("base", with), ("app", reaching)],
        &[("base", with), ("app", reaching)],
    );
    let around = "(ns base (:require [lib]))\n(defn g [] 1)";
    let back = "(ns lib (:require [base]))\n(defn f [] 1)";
    change(
        &[("lib", lib), ("base", around), ("app", app)],
        &[("lib", back), ("base", around), ("app", app)],
    );
}

#[test]
fn host_calls_are_seen_to_change() {
    let base = "(ns base)\n(defn f [] 1)\n(defn g [] 2)\n(defhost Thing/f f)\n(deftype Box [x])";
    let lib = "(ns lib (:require [base]))";
    let app = "(ns app (:require [lib]))\n[(Thing/f) (Math/abs -1) (.x (base/->Box 1)) (.length (str 1))]";
    for other in [
        base.replace("Thing/f f", "Thing/f g"),
        base.replace("Thing/f f", "Thing/g f"),
        base.replace("Thing/f f", "Thing/f f, Math/abs g"),
        base.replace("Box [x]", "Box [y]"),
        base.replace("(deftype", "(defprotocol P (x [p]))\n(deftype"),
    ] {
        change(
            &[("base", base), ("lib", lib), ("app", app)],
            &[("base", &other), ("lib", lib), ("app", app)],
        );
    }
    // Somebody between begins to require it.
    change(
        &[("base", base), ("lib", "(ns lib)"), ("app", app)],
        &[("base", base), ("lib", lib), ("app", app)],
    );
}

#[test]
fn the_table_of_host_calls_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let files = found(&[("app", "(println (Math/sqrt 4) (.trim \" a \"))")]);
    rebuilt(&files, folder.path());
    let ran = rebuilt(&files, folder.path());
    assert_eq!(count(&ran, "parsed"), 0, "{ran:#?}");
    assert_eq!(count(&ran, "lower_form"), 0, "{ran:#?}");
}

#[test]
fn a_file_that_becomes_the_entry_is_another() {
    let lib = ("lib", "(ns lib)\n(def a (inc 1))\n(println a)");
    let app = ("app", "(ns app (:require [lib]))\nlib/a");
    change(&[lib, app], &[app, lib]);
}

#[test]
fn a_project_that_replaces_a_part_of_the_library_has_no_summaries() {
    let folder = tempfile::tempdir().unwrap();
    let app = ("app", "(ns app (:require [ox.set :as s]))\n(s/union 1)");
    let own = ("ox.set", "(ns ox.set)\n(defn union [x] [:own x])");
    let plain = ("app", "(ns app (:require [ox.set :as s]))\n(s/union #{1})");
    rebuilt(&found(&[plain]), folder.path());
    let built = Workspace::of(found(&[own, app]))
        .build_cached(folder.path())
        .unwrap();
    assert_eq!(support::value(built), "[:own 1]");
}

#[test]
fn a_damaged_summary_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let files = found(&[
        (
            "lib",
            "(ns lib)\n(defmacro m [x] `(inc ~x))\n(defn f [x] (m x))",
        ),
        ("app", "(ns app (:require [lib]))\n(lib/f 1)"),
    ]);
    rebuilt(&files, folder.path());
    let fresh = Workspace::of(files.clone()).build().unwrap().image;
    let summaries: Vec<_> = stored(folder.path(), "oxs")
        .into_iter()
        .map(|path| (std::fs::read(&path).unwrap(), path))
        .collect();
    assert!(summaries.len() > 10);
    // The namespaces of the project are the smallest.
    let mut small: Vec<_> = summaries.iter().collect();
    small.sort_by_key(|(bytes, _)| bytes.len());
    for (whole, path) in &small[..2] {
        for at in 0..whole.len() {
            if at % 7 != 0 && at > 70 {
                continue;
            }
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            if at % 3 == 0 {
                damaged.truncate(at);
            }
            std::fs::write(path, &damaged).unwrap();
            forget_builds(folder.path());
            let mut workspace = Workspace::of(files.clone());
            let built = workspace.build_cached(folder.path()).unwrap();
            assert!(built.image == fresh, "byte {at}");
            assert!(std::fs::read(path).unwrap() == *whole, "made again");
        }
    }
    // All of them at once.
    for (whole, path) in &summaries {
        let mut damaged = whole.clone();
        damaged[whole.len() / 2] ^= 1;
        std::fs::write(path, damaged).unwrap();
    }
    forget_builds(folder.path());
    let built = Workspace::of(files).build_cached(folder.path()).unwrap();
    assert!(built.image == fresh);
    for (whole, path) in &summaries {
        assert!(std::fs::read(path).unwrap() == *whole, "made again");
    }
}

#[test]
fn processes_that_build_at_once_do_not_disturb_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let texts = texts(SIZE);
    let expected = Workspace::of(generated(&texts)).build().unwrap().image;
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (texts, expected, folder) = (&texts, &expected, folder.path());
            scope.spawn(move || {
                for _ in 0..4 {
                    let mut workspace = Workspace::of(generated(texts));
                    let built = workspace.build_cached(folder).unwrap();
                    assert!(built.image == *expected);
                    let mut edited = texts.clone();
                    let text = format!("{}\n(def more{number} {number})\n", texts[&name_of(2)]);
                    edited.insert(name_of(2), text);
                    let mut workspace = Workspace::of(generated(&edited));
                    workspace.build_cached(folder).unwrap();
                    forget_builds(folder);
                }
            });
        }
    });
}

#[test]
fn old_summaries_go() {
    let folder = tempfile::tempdir().unwrap();
    let past = |hours| SystemTime::now() - Duration::from_hours(hours);
    let put = |name: &str, len: u64, hours| {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        file.set_len(len).unwrap();
        file.set_modified(past(hours)).unwrap();
    };
    for number in 0..10 {
        put(&format!("{number}.oxs"), 20 << 20, 10 - number);
    }
    put("a.oxs.7.0.tmp", 1, 2);
    put("b.oxs.7.1.tmp", 1, 0);
    let files = found(&[("app", "(ns app)\n(+ 1 2)")]);
    rebuilt(&files, folder.path());
    let left = stored(folder.path(), "oxs");
    let bytes: u64 = left.iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(bytes < (64 << 20) + (8 << 20), "{bytes}");
    let is_left = |name: &str| folder.path().join(name).exists();
    assert!(is_left("9.oxs") && !is_left("0.oxs"), "the oldest go");
    assert!(is_left("b.oxs.7.1.tmp") && !is_left("a.oxs.7.0.tmp"));
    let ran = rebuilt(&files, folder.path());
    assert_eq!(count(&ran, "parsed"), 0, "what is used stays");
}
