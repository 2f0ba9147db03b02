//! Expressions at the top level of required namespaces, and what code that must be pure may change.

use crate::support::{Log, forget_builds, found, listed, value, wrong};
use driver::Workspace;
use expect_test::expect;
use std::collections::BTreeMap;

const LIB: &str = "(ns lib)
(def registry (atom {}))
(def counter (volatile! 0))
(defn add! [k v] (swap! registry assoc k v))
(defmacro deffact [k v] `(add! ~k ~v))
(defmacro ensure [x] `(when-not ~x (throw (ex-info \"not so\" {:it '~x}))))
(defn ratio [a b] (/ a b))
";

#[test]
fn what_is_wrong_with_an_expression_is_said_there() {
    let lib = format!(
        "{LIB}
(println \"loading\")
(ratio 1 0)
(throw (ex-info \"no good\" {{}}))
(add! :a 1)
(deffact :b 2)
(try (reset! registry {{}}) (catch Throwable _ :hidden))
(add-watch registry :k (fn [& _]))
(vreset! counter 1)
(do (ensure true) (ensure false))
(let [x (sleep 10)] x)
(when true
  (loop [] (recur)))
(alter-meta! registry assoc :a 1)"
    );
    let app = "(ns app (:require lib))\n(lib/add! :c 3)\n@lib/registry";
    expect![[r#"
        lib.ox:9:1 OX0403 an expression at the top level of a required namespace must be pure: it asks for the effect :ox/write
          move it into a function that the program calls, from `-main` say; only in the file that is run may it stand at top level
          in ox.core.writer/write (ox/core/writer.ox)
        lib.ox:10:1 OX0403 an expression at the top level of a required namespace failed: Divide by zero
          in lib/ratio (lib.ox:7)
        lib.ox:11:1 OX0403 an expression at the top level of a required namespace failed: no good
          in lib/<entry> (lib.ox:11)
        lib.ox:12:1 OX0403 an expression at the top level of a required namespace must be pure: it changes an atom of lib/registry
          move it into a function that the program calls, from `-main` say; only in the file that is run may it stand at top level
          every process begins with its own copy of it, as its definition makes it: the change would be lost
          in ox.core.atom/put! (ox/core/atom.ox)
        lib.ox:13:1 OX0403 an expression at the top level of a required namespace must be pure: it changes an atom of lib/registry
          move it into a function that the program calls, from `-main` say; only in the file that is run may it stand at top level
          every process begins with its own copy of it, as its definition makes it: the change would be lost
          in ox.core.atom/put! (ox/core/atom.ox)
        lib.ox:14:1 OX0403 an expression at the top level of a required namespace must be pure: it changes an atom of lib/registry
          move it into a function that the program calls, from `-main` say; only in the file that is run may it stand at top level
          every process begins with its own copy of it, as its definition makes it: the change would be lost
          in ox.core.atom/reset! (ox/core/atom.ox)
          in lib/<entry> (lib.ox:14)
        lib.ox:15:1 OX0403 an expression at the top level of a required namespace must be pure: it changes an atom of lib/registry
          move it into a function that the program calls, from `-main` say; only in the file that is run may it stand at top level
          every process begins with its own copy of it, as its definition makes it: the change would be lost
          in ox.core.atom/add-watch (ox/core/atom.ox)
        lib.ox:16:1 OX0403 an expression at the top level of a required namespace must be pure: it changes a volatile of lib/counter
          move it into a function that the program calls, from `-main` say; only in the file that is run may it stand at top level
          every process begins with its own copy of it, as its definition makes it: the change would be lost
          in lib/<entry> (lib.ox:16)
        lib.ox:17:19 OX0403 an expression at the top level of a required namespace failed: not so
          in lib/<entry> (lib.ox:17)
        lib.ox:18:1 OX0403 an expression at the top level of a required namespace must be pure: it asks for the effect :ox/sleep
          move it into a function that the program calls, from `-main` say; only in the file that is run may it stand at top level
          in ox.core.effect/sleep (ox/core/effect.ox)
          in lib/<entry> (lib.ox:18)
        lib.ox:19:1 OX0403 an expression at the top level of a required namespace failed: it did not end within its fuel; is it an endless loop?
          in lib/<entry> (lib.ox:20)
        lib.ox:21:1 OX0403 an expression at the top level of a required namespace must be pure: it changes an atom of lib/registry
          move it into a function that the program calls, from `-main` say; only in the file that is run may it stand at top level
          every process begins with its own copy of it, as its definition makes it: the change would be lost
          in ox.core.atom/alter-meta! (ox/core/atom.ox)
    "#]].assert_eq(&wrong(&[("lib", &lib), ("app", app)]));
}

#[test]
fn code_that_is_too_large_is_said_of_what_it_is() {
    let ones = "1 ".repeat(70_000);
    let many = format!(
        "(defn ones [& all] (count all))\n(defn f [] (ones {ones}))\n(println (f) (ones {ones}))"
    );
    let wrong_in = |ns: &str| format!("(ns {ns})\n{many}");
    expect![[r#"
        app.ox:4:1 OX0401 an expression at top level cannot be compiled: this function is too large: it needs more than 65000 registers
    "#]].assert_eq(&wrong(&[("app", &wrong_in("app"))]));
    let app = "(ns app (:require lib))\n(lib/f)";
    expect![[r#"
        lib.ox:3:7 OX0401 lib/f cannot be compiled: this function is too large: it needs more than 65000 registers
        lib.ox:4:1 OX0401 an expression at top level cannot be compiled: this function is too large: it needs more than 65000 registers
    "#]].assert_eq(&wrong(&[("lib", &wrong_in("lib")), ("app", app)]));
}

#[test]
fn pure_expressions_are_fine() {
    let lib = format!(
        "{LIB}
nil 1 \"text\" :key 'symbol [1 (inc 2)]
(comment (println 1))
(assert true)
(assert (= 2 (ratio 4 2)))
(ensure (= {{}} @registry))
(map println [1 2 3])
(fn [] (println 1))
(let [own (atom 0)] (swap! own inc) (assert (= 1 @own)))
(def slow (memoize (fn [x] (* 2 x))))
(def lazy (map inc (range)))
(def late (delay (+ 1 2)))
(assert (= [4 2 3] [(slow 2) (nth lazy 1) @late]))
(assert (= \"1\\n\" (with-out-str (println 1))))
(def ^:dynamic *depth* (inc 0))
(def ^:dynamic *cache* (atom {{:depth *depth*}}))
(defn depth [] *depth*)
(def bound (binding [*depth* 5] [(depth) (with-out-str (print *depth*))]))
(assert (= [[5 \"5\"] 1] [bound *depth*]))
(let [limit 3] (defn small? [x] (< x limit)) (assert (small? 2)))
(def fs (transduce (map-indexed vector) conj [] [:a :b]))
(declare nothing)"
    );
    let app = "(ns app (:require lib))\n(lib/add! :c 3)\n(swap! lib/registry assoc :d 4)\n(swap! lib/*cache* assoc :e @@#'lib/*cache*)\n[@lib/registry (lib/slow 2) lib/bound @lib/*cache*]";
    let mut workspace = Workspace::of(found(&[("lib", &lib), ("app", app)]));
    assert_eq!(workspace.check_linked(), []);
    assert_eq!(
        value(workspace.build().unwrap()),
        "[{:c 3, :d 4} 4 [5 \"5\"] {:depth 1, :e {:depth 1}}]"
    );
}

#[test]
fn values_of_definitions_change_nothing_of_others() {
    let lib = format!(
        "{LIB}
(def first-id (swap! counter-of-ids inc))
(def counter-of-ids (atom 0))
(def added (do (add! :a 1) :added))
(def own (let [table (atom {{}})] (swap! table assoc :a 1) @table))
(let [n (atom 0)
      _ (reset! n 5)]
  (defn next-id [] (swap! n inc)))
(def from-it (next-id))"
    );
    let app = "(ns app (:require lib))\n[lib/first-id lib/added lib/own lib/from-it]";
    expect![[r#"
        lib.ox:9:6 OX0401 the value of lib/first-id cannot be computed: it changes an atom of lib/counter-of-ids, which pure code cannot do
          every process begins with its own copy of it, as its definition makes it: the change would be lost
          in ox.core.atom/put! (ox/core/atom.ox)
        lib.ox:11:16 OX0401 the value of lib/added cannot be computed: it changes an atom of lib/registry, which pure code cannot do
          every process begins with its own copy of it, as its definition makes it: the change would be lost
          in ox.core.atom/put! (ox/core/atom.ox)
          in lib/added (lib.ox:11)
        lib.ox:14:7 OX0401 the value of the local `_` cannot be computed: it changes an atom of the local `n`, which pure code cannot do
          every process begins with its own copy of it, as its definition makes it: the change would be lost
          in ox.core.atom/reset! (ox/core/atom.ox)
        lib.ox:16:6 OX0401 the value of lib/from-it cannot be computed: it changes an atom of the local `n`, which pure code cannot do
          every process begins with its own copy of it, as its definition makes it: the change would be lost
          in ox.core.atom/put! (ox/core/atom.ox)
    "#]].assert_eq(&wrong(&[("lib", &lib), ("app", app)]));
}

#[test]
fn macros_change_nothing_of_the_program() {
    let lib = format!(
        "{LIB}
(defmacro count-up [] (swap! registry update :n (fnil inc 0)) nil)
(defmacro fine [x] (let [n (atom 0)] (swap! n inc) @n))
(def slow (memoize (fn [x] (* 2 x))))
(defmacro twice [x] (slow x))"
    );
    let app = "(ns app (:require lib))\n(defn f [] (lib/count-up))\n[(lib/fine 1) (lib/twice 4)]";
    expect![[r#"
        app.ox:2:12 OX0202 the macro `count-up` failed: it changes an atom of lib/registry, which macros cannot do
          its stack trace:
            ox.core.atom/put! (ox/core/atom.ox)
            lib/count-up (lib.ox:9)
    "#]].assert_eq(&wrong(&[("lib", &lib), ("app", app)]));
}

#[test]
fn the_file_that_is_run_may_do_anything() {
    let text = format!("{LIB}(add! :a 1)\n(deffact :b 2)\n(def c (add! :c 3))\n@registry");
    let mut workspace = Workspace::of(found(&[("lib", &text)]));
    assert_eq!(workspace.check_linked(), []);
    assert_eq!(value(workspace.build().unwrap()), "{:a 1, :b 2, :c 3}");
}

#[test]
fn a_script_that_nobody_requires_may_do_anything() {
    let script = "(ns script)\n(println \"run me\")";
    let app = "(ns app)\n(defn -main [] 1)";
    let mut workspace = Workspace::of(found(&[("script", script), ("app", app)]));
    assert_eq!(workspace.check_linked(), []);
    let other = "(ns other (:require script))";
    let files = [("other", other), ("script", script), ("app", app)];
    let mut workspace = Workspace::of(found(&files));
    let said = workspace.check_linked();
    expect![[r#"
        script.ox:2:1 OX0403 an expression at the top level of a required namespace must be pure: it asks for the effect :ox/write
          move it into a function that the program calls, from `-main` say; only in the file that is run may it stand at top level
          in ox.core.writer/write (ox/core/writer.ox)
    "#]].assert_eq(&listed(&workspace, &said));
    // A program that does not reach it is not concerned.
    assert_eq!(workspace.build().unwrap().warnings, []);
}

#[test]
fn a_value_that_both_need_is_reported_once() {
    let lib = "(ns lib)\n(def broken (/ 1 0))\n(assert broken)\n(assert (nil? broken))";
    let app = "(ns app (:require lib))\nlib/broken";
    expect![[r#"
        lib.ox:2:13 OX0401 the value of lib/broken cannot be computed: Divide by zero
          in lib/broken (lib.ox:2)
    "#]]
    .assert_eq(&wrong(&[("lib", lib), ("app", app)]));
}

const DATA: &str = "(ns data)
(defn limit [] 3)
(defn other [] 1)
";
const CHECKED: &str = "(ns checked (:require data))
(defn below [x] (< x (data/limit)))
(assert (below 2) \"two is too much\")
";
const APP: &str = "(ns app (:require checked data))\n(data/other)";

#[test]
fn an_expression_is_evaluated_again_when_code_that_it_reaches_changes() {
    let log = Log::default();
    let files = [("data", DATA), ("checked", CHECKED), ("app", APP)];
    let mut workspace = Workspace::with_database(found(&files), log.database());
    let mut ran = |namespace: &str, text: &str| -> (bool, BTreeMap<String, usize>) {
        workspace.edit(namespace, text);
        let sound = workspace.build().is_ok();
        (sound, log.take())
    };
    let runs = |ran: &BTreeMap<String, usize>| ran.get("top_level_errors").copied().unwrap_or(0);
    assert_eq!(runs(&ran("data", DATA).1), 2, "of both namespaces, once");
    // What it does not reach, and where it stands.
    let (sound, executed) = ran("data", &DATA.replace("[] 1", "[] 2"));
    assert!(sound && runs(&executed) == 0, "{executed:?}");
    assert_eq!(executed["lower_form"], 1, "{executed:?}");
    let (_, executed) = ran("checked", &CHECKED.replace("(assert", "; more\n\n(assert"));
    assert!(runs(&executed) == 0, "{executed:?}");
    // What it reaches.
    ran("data", DATA);
    let (sound, executed) = ran("data", &DATA.replace("3", "2"));
    assert!(!sound && runs(&executed) == 1, "{executed:?}");
    assert_eq!(executed["lower_form"], 1, "{executed:?}");
    assert_eq!(executed.get("unit"), Some(&1), "{executed:?}");
    let (sound, executed) = ran("data", DATA);
    assert!(sound && runs(&executed) == 1, "{executed:?}");
}

#[test]
fn summaries_make_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let check = |texts: [(&str, &str); 3]| {
        let log = Log::default();
        let mut cached = Workspace::with_database(found(&texts), log.database());
        let built = cached.build_cached(folder.path());
        let mut fresh = Workspace::of(found(&texts));
        let expected = fresh.build();
        let said = match (built, expected) {
            (Ok(built), Ok(expected)) => {
                assert_eq!(built.image.encode(), expected.image.encode());
                String::new()
            }
            (Err(said), Err(expected)) => {
                assert_eq!(said, expected);
                listed(&cached, &said)
            }
            (built, _) => panic!("{built:?}"),
        };
        assert_eq!(
            cached.check_linked_cached(Some(folder.path())),
            fresh.check_linked()
        );
        forget_builds(folder.path());
        (said, log.take().get("parsed").copied().unwrap_or(0))
    };
    let files = |data| [("data", data), ("checked", CHECKED), ("app", APP)];
    assert_eq!(check(files(DATA)).0, "");
    assert_eq!(check(files(DATA)), (String::new(), 0), "nothing is parsed");
    let edited = DATA.replace("3", "2");
    let (said, _) = check(files(&edited));
    expect![[r#"
        checked.ox:3:1 OX0403 an expression at the top level of a required namespace failed: Assert failed: two is too much
        (below 2)
          in ox.core.error/assertion-failed (ox/core/error.ox)
    "#]].assert_eq(&said);
    assert_eq!(check(files(DATA)), (String::new(), 0));
}
