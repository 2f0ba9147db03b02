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
    let mut db = TestDb::new(&[("app.ox", APP), ("user.ox", USER)], false);
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
