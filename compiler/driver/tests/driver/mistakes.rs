//! A file with many mistakes: each is told, once, where it is, with what helps, through macros too.

use crate::support::found;
use driver::Workspace;
use expect_test::expect;
use source::render::{json, terminal};

const LIB: &str = r#"(ns lib)
(defmacro unless [test & body] `(if ~test nil (do ~@body)))
(defmacro broken [x] `(no-such-function ~x))
(defmacro strict [x] (if (number? x) x (throw (ex-info "a number is needed" {}))))
(defmacro define [name value] `(defn ~name [] (unless false ~value)))
(defn- hidden [x] x)
"#;

const APP: &str = r#"(ns app
  (:require [lib :refer [unless broken strict define]]))
(defn one [x]
  (whn x 1))
(defn two [x] (unless (one x 2) x))
(defn three [x] (unless x (undefined-name x)))
(defn four [x] (-> x inc broken))
(defn five [x] (when-let [y x] (strict y)))
(defn six [x] (let [y] (unless x y)))
(defn seven [x] (unless x (inc (recur x))))
(defn eight [x] (lib/hidden x))
(define nine {:a 1 :a 2})
(defn ten [x] (unless x (liib/one x)))
"#;

#[test]
fn ten_mistakes_are_ten_diagnostics_through_macros_too() {
    let mut workspace = Workspace::of(found(&[("lib", LIB), ("app", APP)]));
    assert_eq!(workspace.check_namespace("lib"), []);
    let diagnostics = workspace.check_namespace("app");
    let files = workspace.files();
    expect![[r#"
        error[OX0101]: `whn` is not defined
         --> app.ox:4:4
          |
        4 |   (whn x 1))
          |    ^^^
          |
          = note: a similar name exists: `when`

        error[OX0303]: `one` takes 1 argument, 2 given
         --> app.ox:5:23
          |
        5 | (defn two [x] (unless (one x 2) x))
          |               --------^^^^^^^^^--- in this call of `unless`
          |
          = note: `unless` expanded to `(if (one x 2) nil (do x))`

        error[OX0101]: `undefined-name` is not defined
         --> app.ox:6:28
          |
        6 | (defn three [x] (unless x (undefined-name x)))
          |                 -----------^^^^^^^^^^^^^^---- in this call of `unless`
          |
          = note: `unless` expanded to `(if x nil (do (undefined-name x)))`

        error[OX0101]: the namespace `lib` has no `no-such-function`
         --> app.ox:7:26
          |
        7 | (defn four [x] (-> x inc broken))
          |                          ^^^^^^
          |
          = note: `broken` expanded to `(lib/no-such-function (inc x))`

        error[OX0202]: the macro `strict` failed: a number is needed
         --> app.ox:8:32
          |
        8 | (defn five [x] (when-let [y x] (strict y)))
          |                                ^^^^^^^^^^
          |
          = note: its stack trace:
                  lib/strict (lib.ox:4)

        error[OX0201]: `let` needs an even number of forms in its binding vector
         --> app.ox:9:21
          |
        9 | (defn six [x] (let [y] (unless x y)))
          |                     ^ has no value

        error[OX0305]: `recur` stands in tail position only
          --> app.ox:10:32
           |
        10 | (defn seven [x] (unless x (inc (recur x))))
           |                 ---------------^^^^^^^^^-- in this call of `unless`
           |
           = note: its value is used by the form around it; call the function by its name, or use `loop`
           = note: `unless` expanded to `(if x nil (do (inc (recur x))))`

        error[OX0109]: `lib/hidden` is private
          --> app.ox:11:18
           |
        11 | (defn eight [x] (lib/hidden x))
           |                  ^^^^^^^^^^
           |
           = note: `(var ns/name)`, or `#'ns/name`, reaches a private definition in tests

        error[OX0012]: this map has the key `:a` twice
          --> app.ox:12:20
           |
        12 | (define nine {:a 1 :a 2})
           |               --   ^^ the second time
           |               |
           |               the first time

        error[OX0102]: there is no namespace `liib`
          --> app.ox:13:26
           |
        13 | (defn ten [x] (unless x (liib/one x)))
           |               -----------^^^^^^^^---- in this call of `unless`
           |
           = note: `unless` expanded to `(if x nil (do (liib/one x)))`
           = note: a similar name exists: `lib`

    "#]].assert_eq(&terminal::render(&diagnostics, &files, false));
    assert_eq!(diagnostics.len(), 10);
    for diagnostic in &diagnostics {
        let range = diagnostic.primary.span.range;
        assert!(!range.is_empty(), "{diagnostic:?}");
        let helps = [
            !diagnostic.primary.message.is_empty(),
            !diagnostic.secondary.is_empty(),
            !diagnostic.notes.is_empty(),
            !diagnostic.fixes.is_empty(),
        ];
        assert!(helps.contains(&true), "{diagnostic:?}");
    }
    // Machines are told the same.
    let text = json::render(&diagnostics, &files);
    for diagnostic in &diagnostics {
        assert!(text.contains(&format!("\"{}\"", diagnostic.code)), "{text}");
    }
}
