//! What an edit runs again, from salsa's own events.

use std::collections::BTreeMap;

use hir::{SourceFile, Stage};

use crate::support::TestDb;

/// Everything a build asks for.
fn ask(db: &TestDb) {
    for ns in ["app", "user"] {
        let file = db.file(ns);
        let _ = hir::diagnostics(db, file);
        for name in hir::definitions(db, file) {
            let def = hir::definition(db, name);
            let _ = hir::definition_body(db, def);
            let _ = hir::body_hash(db, def);
            let _ = hir::definition_hash(db, name);
        }
    }
}

const APP: &str = "(ns app)
(defn base [a] (+ a 1))
(defn middle \"Doc.\" [a] (base a))
(defn other [a] (+ a 2))
";

const USER: &str = "(ns user (:require [app :refer [middle]]))
(defn top [a] (middle a))
(defn apart [a] a)
";

/// The queries that an edit of `app` runs again, with how often.
fn edit(text: &str) -> BTreeMap<String, usize> {
    edit_from(APP, text)
}

/// As [`edit`], of another text of `app`.
fn edit_from(before: &str, text: &str) -> BTreeMap<String, usize> {
    let mut db = TestDb::new(&[("app.ox", before), ("user.ox", USER)], false);
    ask(&db);
    db.executed();
    let file: SourceFile = db.file("app");
    hir::set_text(&mut db, file, text);
    ask(&db);
    let mut counts = BTreeMap::new();
    for name in db.executed() {
        *counts.entry(name).or_insert(0) += 1;
    }
    counts
}

fn shown(counts: &BTreeMap<String, usize>) -> String {
    counts
        .iter()
        .map(|(name, count)| format!("{name} {count}\n"))
        .collect()
}

#[test]
fn an_equal_text_runs_nothing() {
    assert_eq!(shown(&edit(APP)), "");
}

#[test]
fn a_comment_runs_parsing_and_positions() {
    let edited = APP
        .replace("(defn base", ";; what it is\n\n(defn base")
        .replace("Doc.", "Better doc.");
    expect_test::expect![[r#"
        diagnostics 1
        forms 1
        parsed 1
        top_forms 1
    "#]]
    .assert_eq(&shown(&edit(&edited)));
}

#[test]
fn moving_code_runs_parsing_and_positions() {
    let edited = APP
        .replace("(defn other [a] (+ a 2))\n", "")
        .replace("(ns app)\n", "(ns app)\n(defn other [a] (+ a 2))\n");
    expect_test::expect![[r#"
        diagnostics 1
        entry 1
        form_set 1
        forms 1
        generating_forms 1
        header_forms 1
        parsed 1
        top_forms 1
    "#]]
    .assert_eq(&shown(&edit(&edited)));
}

#[test]
fn a_body_runs_itself_and_hashes() {
    let edited = APP.replace("(+ a 1)", "(+ a 10)");
    expect_test::expect![[r#"
        body_hash 1
        definition_body 1
        definition_hash_query 5
        definition_info 1
        diagnostics 1
        form_definitions 1
        forms 1
        generating_forms 1
        header_forms 1
        lower_form 1
        namespace_hashes 2
        parsed 1
        problems 1
        top_forms 1
        written_names 1
    "#]]
    .assert_eq(&shown(&edit(&edited)));
}

#[test]
fn in_a_do_each_form_is_for_itself() {
    let within = APP.replacen("\n(", "\n(do (", 1) + ")";
    assert_ne!(within, APP.to_owned() + ")");
    let edited = within.replace("(+ a 1)", "(+ a 10)");
    let ran = edit_from(&within, &edited);
    assert_eq!(ran.get("lower_form"), Some(&1), "{ran:?}");
    assert_eq!(ran.get("definition_body"), Some(&1), "{ran:?}");
}

#[test]
fn a_renamed_local_stops_at_the_body() {
    let edited = APP.replace("[a] (+ a 1)", "[b] (+ b 1)");
    expect_test::expect![[r#"
        definition_body 1
        definition_info 1
        diagnostics 1
        form_definitions 1
        forms 1
        generating_forms 1
        header_forms 1
        lower_form 1
        parsed 1
        problems 1
        top_forms 1
        written_names 1
    "#]]
    .assert_eq(&shown(&edit(&edited)));
}

#[test]
fn an_added_name_does_not_lower_dependents() {
    let edited = format!("{APP}(defn another [] 1)\n");
    expect_test::expect![[r#"
        body_hash 1
        definition_body 1
        definition_form 4
        definition_hash_query 4
        definition_info 1
        definitions 1
        diagnostics 1
        entry 1
        export 1
        form_by_id 4
        form_definitions 1
        form_set 1
        forms 1
        generating_forms 1
        header_forms 1
        home_stage 1
        lower_form 1
        namespace_hashes 1
        parsed 1
        problems 2
        resolution 4
        top_forms 1
        written_names 1
    "#]]
    .assert_eq(&shown(&edit(&edited)));
}

#[test]
fn a_fresh_database_says_the_same() {
    let texts = [
        APP.to_owned(),
        APP.replace("(+ a 1)", "(+ a b)"),
        APP.replace("base [a]", "base [a b]"),
        APP.replace("middle", "centre"),
        format!("{APP}(defn base [] 1)"),
        APP.to_owned(),
    ];
    let mut warm = TestDb::new(&[("app.ox", APP), ("user.ox", USER)], false);
    for text in &texts {
        let file = warm.file("app");
        hir::set_text(&mut warm, file, text);
        ask(&warm);
        let fresh = TestDb::new(&[("app.ox", text), ("user.ox", USER)], false);
        for ns in ["user", "app"] {
            assert_eq!(warm.diagnostics(ns), fresh.diagnostics(ns), "{text}");
            assert_eq!(
                hir::namespace_hashes(&warm, warm.file(ns)),
                hir::namespace_hashes(&fresh, fresh.file(ns)),
                "{text}"
            );
        }
    }
}

#[test]
fn asking_in_another_order_gives_the_same() {
    let forward = TestDb::new(&[("app.ox", APP), ("user.ox", USER)], false);
    let backward = TestDb::new(&[("app.ox", APP), ("user.ox", USER)], false);
    let file = backward.file("user");
    for form in hir::forms::forms(&backward, file).iter().rev() {
        let _ = hir::lowered(&backward, *form, Stage::ALL);
    }
    let _ = hir::namespace_hashes(&backward, file);
    for ns in ["app", "user"] {
        assert_eq!(
            hir::namespace_hashes(&forward, forward.file(ns)),
            hir::namespace_hashes(&backward, backward.file(ns))
        );
    }
}

/// A project of `files` namespaces, each of which requires the one before, with 100 definitions.
fn project(files: usize) -> Vec<(String, String)> {
    (0..files)
        .map(|file| {
            let require = match file.checked_sub(1) {
                Some(before) => format!("(:require [p.n{before} :as before])"),
                None => String::new(),
            };
            let mut text = format!("(ns p.n{file} {require})\n");
            for def in 0..100 {
                let callee = match (def, file) {
                    (0, 0) => "(inc a)".to_owned(),
                    (0, _) => "(before/f99 a)".to_owned(),
                    _ => format!("(f{} a)", def - 1),
                };
                text += &format!(
                    "(defn f{def} \"Doc.\" [a]\n  (let [x {callee} {{:keys [k]}} {{:k x}}]\n    (cond (< x {def}) (-> x inc (+ 3)) (and x k) k :else (str x))))\n"
                );
            }
            (format!("p/n{file}.ox"), text)
        })
        .collect()
}

#[test]
fn an_edit_in_ten_thousand_definitions_lowers_one() {
    const FILES: usize = 100;
    let files = project(FILES);
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let mut db = TestDb::new(&files, false);
    let ask = |db: &TestDb| {
        for file in 0..FILES {
            let file = db.file(&format!("p.n{file}"));
            assert_eq!(hir::diagnostics(db, file).len(), 0);
            assert_eq!(hir::namespace_hashes(db, file).len(), 100);
        }
        let mut counts = BTreeMap::new();
        for name in db.executed() {
            *counts.entry(name).or_insert(0) += 1;
        }
        counts
    };
    let first = ask(&db);
    assert!(first["lower_form"] > 100 * FILES);
    let file = db.file("p.n50");
    let text = file.text(&db).replace("(< x 50)", "(< x -50)");
    hir::set_text(&mut db, file, &text);
    let edit = ask(&db);
    assert_eq!(edit["lower_form"], 1);
    assert_eq!(edit["body_hash"], 1);
    // The file's own groups, and those of the 49 namespaces that stand on it.
    assert_eq!(edit["namespace_hashes"], FILES - 50);
    let allowed = [
        "parsed",
        "top_forms",
        "forms",
        "header_forms",
        "generating_forms",
        "written_names",
        "lower_form",
        "form_definitions",
        "definition_body",
        "definition_info",
        "body_hash",
        "namespace_hashes",
        "definition_hash_query",
        "problems",
        "diagnostics",
    ];
    for query in edit.keys() {
        assert!(allowed.contains(&query.as_str()), "{query} ran again");
    }
    for once in [
        "parsed",
        "forms",
        "written_names",
        "diagnostics",
        "definition_body",
    ] {
        assert_eq!(edit[once], 1, "{once}");
    }
}

#[test]
fn a_macro_and_its_helper_run_again_what_calls_them() {
    let text = "(ns app)
(defn helper [x] x)
(defmacro twice [x] (helper x))
(defn uses [a] (twice (inc a)))
(defn apart [a] a)
";
    for (from, to, lowered) in [("[x] x)", "[x] [x])", 1), ("(helper x)", "(helper [x])", 1)] {
        let mut db = TestDb::new(&[("app.ox", text)], false);
        let file = db.file("app");
        let _ = hir::namespace_hashes(&db, file);
        db.executed();
        hir::set_text(&mut db, file, &text.replacen(from, to, 1));
        let _ = hir::namespace_hashes(&db, file);
        let executed = db.executed();
        let count = |name: &str| executed.iter().filter(|query| *query == name).count();
        // The machine played here reads no code, so the call itself is not expanded again; the
        // edited form is lowered, and nothing else.
        assert_eq!(count("lower_form"), lowered, "{executed:?}");
        assert_eq!(count("run twice"), 0);
    }
}
