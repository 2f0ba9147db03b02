//! Values: of the last form of a text, of definitions that have none, and of macros.

use crate::support::{Log, found, value, wrong};
use driver::Workspace;
use expect_test::expect;

#[track_caller]
fn gives(text: &str, expected: &str) {
    let mut workspace = Workspace::of_text("eval", text);
    let built = workspace.build().unwrap();
    assert_eq!(value(built), expected, "{text}");
}

#[test]
fn a_text_gives_the_value_of_its_last_expression() {
    gives("(+ 1 2)", "3");
    gives(
        "(def a 20)\n(defn f [x] (* x 2))\n(inc a)\n(f (inc a))",
        "42",
    );
    gives("(def a (atom 1)) (swap! a inc) (swap! a inc) @a", "3");
    gives(
        "(defmacro twice [x] `(do ~x ~x))\n(def n (atom 0))\n(twice (swap! n inc))",
        "2",
    );
    gives("\"a\" :b 'c", "c");
    gives("[1 nil] nil", "nil");
    gives(
        "(require '[ox.string :as s])\n(s/join \",\" [1 2])",
        "\"1,2\"",
    );
}

#[test]
fn definitions_alone_are_nothing_to_run() {
    let mut workspace = Workspace::of_text("eval", "(defn f [] 1)");
    let built = workspace.build().unwrap();
    assert_eq!((built.entry_slot, built.main_slot), (None, None));
}

const ENTRY: &str = "(ns app (:require [lib]))\n(println lib/good)";

#[test]
fn every_definition_without_a_value_is_reported_alone() {
    let lib = "(ns lib)
(defn ratio [a b]
  (/ a b))
(def good 1)
(def broken (ratio 1 0))
(def needs (inc broken))
(defn reads [] broken)
(def needs-too (reads))
(def thrown (throw (ex-info \"no good\" {:a 1})))
(def odd ([:a] 5))
(def forever (loop [] (recur)))
(def said (println 1))
(def fine (mapv inc [1 2]))
(def huge (loop [all [] n 0] (recur (conj all [n n n n n n n n n n n n n n n n]) (inc n))))
(defn all [] [broken needs needs-too thrown odd forever said fine huge])";
    let app = "(ns app (:require [lib]))\n(println (lib/all) lib/good)";
    expect![[r#"
        lib.ox:3:3 OX0401 the value of lib/broken cannot be computed: Divide by zero
          in lib/ratio (lib.ox:3)
        lib.ox:9:13 OX0401 the value of lib/thrown cannot be computed: no good
          in lib/thrown (lib.ox:9)
        lib.ox:10:10 OX0401 the value of lib/odd cannot be computed: index 5 is out of bounds for a count of 1
          in lib/odd (lib.ox:10)
        lib.ox:11:23 OX0401 the value of lib/forever cannot be computed: it did not end within its fuel; is it an endless loop?
          in lib/forever (lib.ox:11)
        lib.ox:12:6 OX0401 the value of lib/said cannot be computed: it asks for the effect :ox/write, which pure code cannot have
          in ox.core.writer/write (ox/core/writer.ox)
        lib.ox:14:30 OX0401 the value of lib/huge cannot be computed: the process holds more than its memory limit of 128 MB
          in lib/huge (lib.ox:14)
    "#]].assert_eq(&wrong(&[("lib", lib), ("app", app)]));
}

#[test]
fn a_value_that_needs_itself_is_reported() {
    let lib = "(ns lib)\n(def a (inc b))\n(def b (inc a))\n(def good (+ a b))";
    expect![[r#"
        lib.ox:3:13 OX0401 the value of lib/b cannot be computed: it needs the value of lib/a, which needs this one
          in lib/b (lib.ox:3)
    "#]].assert_eq(&wrong(&[("lib", lib), ("app", ENTRY)]));
}

#[test]
fn a_value_that_cannot_be_shared_is_reported_at_its_definition() {
    let lib = "(ns lib)\n(def fine [1])\n(def bad (transient []))\n(def good [fine bad])";
    expect![[r#"
        lib.ox:3:6 OX0401 the value of lib/bad cannot be computed: a transient cannot be part of a definition's value
    "#]].assert_eq(&wrong(&[("lib", lib), ("app", ENTRY)]));
}

#[test]
fn what_values_share_stays_shared() {
    let lib = "(ns lib)\n(def a [1 2])\n(def b {:a a})\n(def good (identical? a (:a b)))";
    let mut workspace = Workspace::of(found(&[
        ("lib", lib),
        (
            "app",
            "(ns app (:require [lib]))\n[lib/good (identical? lib/a (:a lib/b))]",
        ),
    ]));
    assert_eq!(value(workspace.build().unwrap()), "[true true]");
}

#[test]
fn a_macro_that_fails_is_reported_at_its_call() {
    let lib = "(ns lib)
(defn check [x]
  (when (odd? x) (throw (ex-info \"odd numbers only bring bad luck\" {:x x})))
  x)
(defmacro even [x] (check x))
(defmacro forever [] (loop [n 0] (recur (inc n))))
(defmacro deep [x] (check x))
(defmacro says [] (println \"expanding\"))
(defmacro sleeps [] (sleep 10))
(defmacro big [] (loop [all []] (recur (conj all (vec (range 1000))))))
(defmacro lazy [] (map (fn [x] (check x)) [2 3]))
(defmacro a-function [] (fn [] 1))
(def limit (check 7))
(defmacro needs-value [] limit)";
    let app = "(ns app (:require [lib :as l]))
(defn fine [] (l/even 2))
(defn f1 [] (+ 1 (l/even 3)))
(defn f2 [] (l/forever))
(defn f3 [] (l/says))
(defn f4 [] (l/sleeps))
(defn f5 [] (l/big))
(defn f6 [] (l/lazy))
(defn f7 [] (l/a-function))
(defn f8 [] (l/needs-value))
(println (fine))";
    expect![[r#"
        app.ox:3:18 OX0202 the macro `even` failed: odd numbers only bring bad luck
          its stack trace:
            lib/check (lib.ox:3)
        app.ox:4:13 OX0202 the macro `forever` failed: it did not end within its fuel; is it an endless loop?
          its stack trace:
            lib/forever (lib.ox:6)
        app.ox:5:13 OX0202 the macro `says` failed: it asks for the effect :ox/write, which macros cannot have
          its stack trace:
            ox.core.writer/write (ox/core/writer.ox)
        app.ox:6:13 OX0202 the macro `sleeps` failed: it asks for the effect :ox/sleep, which macros cannot have
          its stack trace:
            ox.core.effect/sleep (ox/core/effect.ox)
        app.ox:7:13 OX0202 the macro `big` failed: it did not end within its fuel; is it an endless loop?
          its stack trace:
            ox.core.coll/reduce-up (ox/core/coll.ox)
            ox.core.coll/vec (ox/core/coll.ox)
            lib/big (lib.ox:10)
        app.ox:8:13 OX0202 the macro `lazy` failed: odd numbers only bring bad luck
          its stack trace:
            lib/check (lib.ox:3)
            ox.core.seq/map (ox/core/seq.ox)
            ox.core.base/realize-along (ox/core/base.ox)
            ox.core.base/ready* (ox/core/base.ox)
        app.ox:9:13 OX0202 the macro `a-function` failed: the macro returned a function, which is no form
        app.ox:10:13 OX0202 the macro `needs-value` failed: the value of lib/limit cannot be computed: odd numbers only bring bad luck
          its stack trace:
            lib/check (lib.ox:3)
    "#]].assert_eq(&wrong(&[("lib", lib), ("app", app)]));
}

#[test]
fn names_made_by_a_macro_differ() {
    let text = "(defmacro pair []
  (let [a (gensym) b (gensym \"b\")]
    (list 'let [a 1 b 2] (list '+ a b (cons '+ (map (fn [_] (list 'let [(gensym) 5] a)) [1 2]))))))
(pair)";
    gives(text, "5");
}

#[test]
fn a_macro_that_a_macro_made_is_used_in_another_namespace() {
    let lib = "(ns lib)
(defmacro def-unary [name f] `(defmacro ~name [x#] (helped '~f x#)))
(defmacro def-helper [name] `(defn ~name [f# x#] (list f# x#)))
(def-unary neg -)
(def-helper helped)
(defmacro twice [x] (helped 'do (helped 'neg x)))";
    let app = "(ns app (:require [lib :as l :refer [neg]]))
(defmacro three [] `(neg 3))
(def-four four)
(defmacro def-four [name] `(defmacro ~name [] `(l/neg 4)))
[(neg 1) (l/neg 2) (three) (four)]";
    let mut workspace = Workspace::of(found(&[("lib", lib), ("app", app)]));
    assert_eq!(value(workspace.build().unwrap()), "[-1 -2 -3 -4]");
}

#[test]
fn an_edit_cancels_a_macro_that_runs() {
    let log = Log::default();
    let files = found(&[(
        "app",
        "(defmacro forever [] (loop [] (recur)))\n(defn f [] (forever))\n",
    )]);
    let mut workspace = Workspace::with_database(files, log.database());
    let file = workspace.file("app").unwrap();
    let snapshot = workspace.database().clone();
    let reader = std::thread::spawn(move || {
        salsa::Cancelled::catch(std::panic::AssertUnwindSafe(|| {
            hir::diagnostics(&snapshot, file).len()
        }))
        .is_err()
    });
    // The macro is about to run when its image is made.
    while !log.has("macro_image") {
        std::thread::yield_now();
    }
    workspace.edit("app", "(defn f [] 1)");
    assert!(
        reader.join().unwrap(),
        "the outdated work went on to its end"
    );
    assert_eq!(workspace.check(), []);
}
