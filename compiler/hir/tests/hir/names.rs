//! Namespaces: requires, visibility, the entry file, generated names.

use expect_test::expect;

use crate::support::{TestDb, check, check_diagnostics};

/// The diagnostics of `app` among files.
fn check_files(files: &[(&str, &str)], expected: expect_test::Expect) {
    expected.assert_eq(&TestDb::new(files, false).diagnostics("app"));
}

#[test]
fn aliases_refers_and_renames() {
    check_files(
        &[
            (
                "app.ox",
                "(ns app (:require [app.util :as u :refer [f g] :rename {g h}] [app.more :refer :all :exclude [b]]) (:use [app.used :only [x]]))
(defn k [] [(u/f) (f) (h) (g) (a) (b) (x) (y) (app.util/f) (u/secret) #'u/secret])
",
            ),
            ("app/util.ox", "(ns app.util) (defn f [] 1) (defn g [] 2) (defn- secret [] 3)"),
            ("app/more.ox", "(ns app.more) (defn a [] 1) (defn b [] 2)"),
            ("app/used.ox", "(ns app.used) (defn x [] 1) (defn y [] 2)"),
        ],
        expect![[r#"
            2:28 error OX0101 `g` is not defined
            2:36 error OX0101 `b` is not defined
            2:44 error OX0101 `y` is not defined
            2:61 error OX0109 `app.util/secret` is private
              note: `(var ns/name)`, or `#'ns/name`, reaches a private definition in tests
        "#]],
    );
}

#[test]
fn a_bracket_missing_in_a_prefix_list_costs_no_other_name() {
    let util = ("app/util.ox", "(ns app.util) (defn f [] 1) (defn g [] 2)");
    let more = ("app/more.ox", "(ns app.more) (defn a [] 1)");
    let other = ("other/lib.ox", "(ns other.lib) (defn x [] 1)");
    let whole = "(ns app (:require (app [util :as u :refer [f]] [more :as m]) (other [lib :as l]) [other.lib :as o]) (:refer-clojure :exclude [map]))";
    let body = "\n(defn map [] 1)\n(defn k [] [(u/f) (f) (m/a) (l/x) (o/x) (map)])\n";
    let brackets = whole.match_indices(['(', ')', '[', ']']).map(|(at, _)| at);
    let mut said = Vec::new();
    for at in brackets {
        let mut text = whole.to_owned();
        text.remove(at);
        let app = format!("{text}{body}");
        let db = TestDb::new(&[("app.ox", app.as_str()), util, more, other], false);
        let found = db.diagnostics("app");
        let lost: Vec<&str> = found
            .lines()
            .filter(|line| !line.starts_with(' ') && !line.contains(" OX000"))
            .collect();
        if !lost.is_empty() {
            said.push(format!("{}\n  {}\n", text, lost.join("\n  ")));
        }
    }
    expect![[r#"
        ns app (:require (app [util :as u :refer [f]] [more :as m]) (other [lib :as l]) [other.lib :as o]) (:refer-clojure :exclude [map]))
          1:1 error OX0306 `ns` is a macro, not a value
          1:4 error OX0101 `app` is not defined
          1:8 error OX0103 this belongs into the `ns` form
        (ns app :require (app [util :as u :refer [f]] [more :as m]) (other [lib :as l]) [other.lib :as o]) (:refer-clojure :exclude [map]))
          1:9 error OX0103 a clause is in brackets: `(:require …)`
        (ns app (:require app [util :as u :refer [f]] [more :as m]) (other [lib :as l]) [other.lib :as o]) (:refer-clojure :exclude [map]))
          1:19 error OX0103 a namespace cannot require itself
          1:24 error OX0102 there is no namespace `util`
          1:48 error OX0102 there is no namespace `more`
          1:62 error OX0103 `other` is no clause of `ns`
          1:81 error OX0103 `[other.lib :as o]` is no clause of `ns`
          3:30 error OX0102 there is no namespace `l`
        (ns app (:require (app [util :as u :refer [f]] [more :as m]) other [lib :as l]) [other.lib :as o]) (:refer-clojure :exclude [map]))
          1:62 error OX0102 there is no namespace `other`
          1:69 error OX0102 there is no namespace `lib`
          1:81 error OX0103 `[other.lib :as o]` is no clause of `ns`
    "#]].assert_eq(&said.concat());
    check_files(
        &[
            (
                "app.ox",
                "(ns app (:require (app [util :as u] [other.lib :as o] (more))))\n(defn k [] [(u/f) (o/x)])",
            ),
            util,
            more,
            other,
        ],
        expect![[r#"
            1:38 error OX0103 `other.lib` is in the list of namespaces that begin with `app.`, where no name has a dot: is a bracket missing before it?
        "#]],
    );
}

#[test]
fn a_script_requires_at_top_level() {
    check_files(
        &[
            (
                "app.ox",
                "(require '[app.util :as u] 'app.more)\n(println (u/f) (app.more/a))",
            ),
            ("app/util.ox", "(ns app.util) (defn f [] 1)"),
            ("app/more.ox", "(ns app.more) (defn a [] 1)"),
        ],
        expect![[r#""#]],
    );
}

#[test]
fn a_script_requires_in_a_do() {
    let util = ("app/util.ox", "(ns app.util) (defn f [] 1)");
    for text in [
        "(do (require '[app.util :as u])) (println (u/f))",
        "(do (require '[app.util :as u]) (println (u/f)))",
        "(println (u/f)) (do (def a 1) (do (use 'app.util) (require '[app.util :as u]))) (f)",
    ] {
        check_files(&[("app.ox", text), util], expect![[r#""#]]);
    }
}

#[test]
fn a_macro_is_used_in_the_do_that_defines_it() {
    for text in [
        "(do (defmacro twice [x] x) (println (twice 1)))",
        "(do (defn f [] (twice 1)) (println (f)) (defmacro twice [x] x))",
    ] {
        check_files(&[("app.ox", text)], expect![[r#""#]]);
    }
}

#[test]
fn a_circle_of_requires_is_reported_at_its_smallest_member() {
    let files = [
        (
            "app.ox",
            "(ns app (:require [b.c :as c]))\n(defn f [] (c/g))",
        ),
        ("b/c.ox", "(ns b.c (:require [d :as d]))\n(defn g [] (d/h))"),
        ("d.ox", "(ns d (:require [app :as a]))\n(defn h [] (a/f))"),
    ];
    let expected = "1:20 error OX0107 namespaces require one another in a circle: `app` → `b.c` → `d` → `app`\n  note: a require that is part of a circle gives no names; move what both need into a third namespace\n";
    for order in [
        ["app", "b.c", "d"],
        ["d", "b.c", "app"],
        ["b.c", "d", "app"],
    ] {
        let db = TestDb::new(&files, false);
        for ns in order {
            let shown = db.diagnostics(ns);
            assert_eq!(
                shown,
                if ns == "app" { expected } else { "" },
                "{ns} of {order:?}"
            );
        }
        for ns in order {
            let _ = hir::namespace_hashes(&db, db.file(ns));
        }
    }
}

#[test]
fn own_names_win_over_the_core_silently() {
    check(
        "(defn map [x] x) (defn f [] (map 1)) (defn send [x] x) (defn cond [x] x) (defn g [] (cond 2))",
        expect![[r#"
            map = (fn ([1] %0))
            cond = (fn ([1] %0))
            g = (fn ([0] (tail-call app/cond 2)))
            f = (fn ([0] (tail-call app/map 1)))
            send = (fn ([1] %0))
        "#]],
    );
}

#[test]
fn the_entry_file_makes_cells_in_order() {
    let text = "(println 1) (def a (atom 0)) (def b 2) (def f (fn [] a)) (let [c (atom 1)] (defn g [] c)) (println a)";
    let db = TestDb::new(&[("app.ox", text)], true);
    assert_eq!(db.diagnostics("app"), "");
    expect![[r#"
        b = 2
        -entry#0@528d733b291eadda = (fn ([0] (tail-call ox.core/println 1)))
        c#0@g = nil
        -entry#0@a7717ada503792bb = (fn ([0] (store app/c#0@g (call ox.core/atom 1))))
        g = (fn ([0] app/c#0@g))
        f = (fn ([0] app/a))
        -entry#0@f65aa9ae8bc9832a = (fn ([0] (tail-call ox.core/println app/a)))
        a = nil
        -entry#0@fd94ca65d386e34c = (fn ([0] (store app/a (call ox.core/atom 0))))
        -entry = (fn ([0] (do (call app/-entry#0@528d733b291eadda) (call app/-entry#0@fd94ca65d386e34c) (call app/-entry#0@a7717ada503792bb) (call app/-entry#0@f65aa9ae8bc9832a))))
    "#]].assert_eq(&db.dump());
}

#[test]
fn a_generated_macro_is_found_by_forms_after_it() {
    check_diagnostics(
        "(defmacro make-getter [x] x)
(make-getter a)
(defn f [m] (get-a m))
(defn g [m] (get-b m))
",
        expect![[r#"
            4:14 error OX0101 `get-b` is not defined
              note: a similar name exists: `get-a`
        "#]],
    );
}

#[test]
fn a_macro_whose_helper_is_generated_later_says_so() {
    check_diagnostics(
        "(defmacro make-getter [x] x)
(defmacro early [x] (get-a x))
(early 1)
(make-getter a)
",
        expect![[r#"
            3:1 error OX0202 the macro `early` failed: the test plays no macro `early`
              at 70: `get-a`, which the macro needs, is generated here, later
        "#]],
    );
}

#[test]
fn summaries_have_docs_and_parameters() {
    let db = TestDb::one(
        "(ns app \"The application.\")
(defn f \"Does it.\" ([a] a) ([a & more] a))
(def ^{:doc \"A number.\"} n 1)
(defn- hidden [x] x)
(defmacro m \"A macro.\" [form & body] form)
(println 1)
",
    );
    let namespace = hir::namespace(&db, "app").unwrap();
    assert_eq!(namespace.doc.as_deref(), Some("The application."));
    assert!(namespace.has_entry_body);
    let mut lines: Vec<String> = namespace
        .definitions
        .iter()
        .map(|def| {
            format!(
                "{} {:?} {:?} private={}\n",
                def.name, def.doc, def.arglists, def.private
            )
        })
        .collect();
    lines.sort();
    expect![[r#"
        app/f Some("Does it.") ["[a]", "[a & more]"] private=false
        app/hidden None ["[x]"] private=true
        app/m Some("A macro.") ["[form & body]"] private=false
        app/n Some("A number.") [] private=false
    "#]]
    .assert_eq(&lines.concat());
}
