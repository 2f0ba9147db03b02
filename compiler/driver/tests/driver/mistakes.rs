//! A file with many mistakes: each is told, once, where it is, with what helps, through macros too.

use crate::support::{found, listed};
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

/// The kinds of errors that are documented, as `:ox/name`.
fn documented_kinds() -> Vec<String> {
    let text = include_str!("../../../../docs/run-time-errors.md");
    let table = text.split("\n## ").next().unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split_once('`'))
        .map(|(kind, _)| kind.to_owned())
        .collect()
}

#[test]
fn the_kinds_of_errors_that_are_documented_are_known() {
    let kinds = documented_kinds();
    assert!(kinds.len() > 20, "{kinds:?}");
    let mut text = "(ns app)\n".to_owned();
    for (number, kind) in kinds.iter().enumerate() {
        text += &format!("(defn f{number} [g] (try (g) (catch {kind} e e)))\n");
    }
    let (name, last) = (kinds.len(), kinds.last().unwrap());
    text += &format!("(defn f{name} [g] (try (g) (catch {last}s e e)))\n");
    let mut workspace = Workspace::of(found(&[("app", &text)]));
    let diagnostics = workspace.check_namespace("app");
    let line = kinds.len() + 2;
    assert_eq!(
        listed(&workspace, &diagnostics),
        format!(
            "app.ox:{line}:{} OX0311 no error is of the kind `{last}s`\n  a similar kind exists: `{last}`\n",
            format!("(defn f{name} [g] (try (g) (catch ").len() + 1
        )
    );
}

#[test]
fn what_is_left_out_is_not_there_and_says_what_to_use() {
    let names: Vec<&str> = hir::advice::left_out().collect();
    let distinct: std::collections::BTreeSet<&&str> = names.iter().collect();
    assert_eq!(names.len(), distinct.len());
    let mut text = "(ns app)\n".to_owned();
    for (number, name) in names.iter().enumerate() {
        text += &format!("(defn f{number} [] ({name} 1))\n");
    }
    // Where the core is named, too; and who defines such a name has it.
    text += "(def core (clojure.core/agent 1))\n(defn ensure [x] x)\n(def own (ensure 1))\n";
    let mut workspace = Workspace::of(found(&[("app", &text)]));
    let diagnostics = workspace.check_namespace("app");
    let told = listed(&workspace, &diagnostics);
    for name in names.iter().filter(|name| **name != "ensure") {
        let message = format!("OX0316 `{name}` is not part of the language\n  ");
        assert!(told.contains(&message), "{name}: {told}");
    }
    assert_eq!(diagnostics.len(), names.len(), "{told}");
}

#[test]
fn macros_nest_as_deep_as_the_text_and_no_deeper() {
    let deep = 900;
    let text = format!(
        "(ns app (:require [lib :refer [unless]]))\n(defn f [x] {}x{})\n\
         (defmacro forever [x] `(unless 1 (forever ~x)))\n(defn g [x] (unless x (forever (unless x x))))\n",
        "(unless x ".repeat(deep),
        ")".repeat(deep),
    );
    let mut workspace = Workspace::of(found(&[("lib", LIB), ("app", &text)]));
    let diagnostics = workspace.check_namespace("app");
    let text = listed(&workspace, &diagnostics);
    let first = text.lines().next().unwrap_or_default();
    assert_eq!(
        (diagnostics.len(), first),
        (
            1,
            "app.ox:4:23 OX0203 expansions are nested more than 500 deep"
        ),
        "{text}"
    );
}

#[test]
fn a_generating_form_that_fails_is_one_error() {
    let lib = "(ns lib)
(defmacro throws [& names] (throw (ex-info \"no good\" {})))
(defmacro fails [name] (throw (ex-info (str \"no good: \" name) {})))
(defmacro define-all [& names] `(do ~@(map (fn [name] `(defn ~name [] (fails ~name))) names)))
(defmacro define-texts [& names] `(do ~@(map (fn [name] `(def ~(str name) 1)) names)))
(throws lost :point)
";
    let app = "(ns app (:require [lib :refer [throws fails define-all define-texts lost]]))
(throws a b c)
(define-all d e f)
(define-texts g h)
(defn uses [] [(a) b (c) (d 1) (e) f g h (lib/lost) (lib/->point) lost])
(defn others [] [other lib/other])
";
    let mut workspace = Workspace::of(found(&[("lib", lib), ("app", app)]));
    let mut diagnostics = workspace.check_namespace("lib");
    diagnostics.extend(workspace.check_namespace("app"));
    for diagnostic in &mut diagnostics {
        diagnostic.notes.clear();
    }
    expect![[r#"
        lib.ox:6:1 OX0202 the macro `throws` failed: no good
        app.ox:2:1 OX0202 the macro `throws` failed: no good
        app.ox:3:1 OX0202 the macro `fails` failed: no good: d
        app.ox:4:1 OX0301 `"g"` cannot be defined
        app.ox:5:26 OX0303 `d` takes 0 arguments, 1 given
        app.ox:6:18 OX0101 `other` is not defined
        app.ox:6:24 OX0101 the namespace `lib` has no `other`
    "#]]
    .assert_eq(&listed(&workspace, &diagnostics));
}

#[test]
fn different_mistakes_of_what_a_macro_made_are_all_shown() {
    let lib = "(ns lib)
(defmacro wrong [a b] `(do (~a 1) (~b 1 2 3)))
(defmacro defwidget [name] (throw (ex-info \"no good\" {})))
";
    let app = "(ns app (:require [lib :refer [wrong defwidget]]))
(defn none [])
(defn one [x] x)
(defn uses [] (wrong none one))
(defwidget log)
(defn others [] [log ->log log? catalogue-of dialog])
";
    let mut workspace = Workspace::of(found(&[("lib", lib), ("app", app)]));
    let mut diagnostics = workspace.check_namespace("app");
    for diagnostic in &mut diagnostics {
        diagnostic.notes.clear();
    }
    expect![[r#"
        app.ox:4:15 OX0303 `none` takes 0 arguments, 1 given
        app.ox:4:15 OX0303 `one` takes 1 argument, 3 given
        app.ox:5:1 OX0202 the macro `defwidget` failed: no good
        app.ox:6:33 OX0101 `catalogue-of` is not defined
        app.ox:6:46 OX0101 `dialog` is not defined
    "#]]
    .assert_eq(&listed(&workspace, &diagnostics));
}

/// The keywords between two texts of a source of the library, each once.
fn keywords_between(namespace: &str, from: &str, to: &str) -> Vec<String> {
    let text = stdlib::source(namespace).unwrap().text;
    let (_, rest) = text.split_once(from).unwrap();
    let (part, _) = rest.split_once(to).unwrap();
    let is_end = |c: char| !(c.is_ascii_lowercase() || c == '-');
    let words = part.split(':').skip(1);
    let mut words: Vec<String> = words
        .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .map(|word| word.split(is_end).next().unwrap().to_owned())
        .collect();
    words.sort();
    words.dedup();
    words
}

#[test]
fn the_options_that_the_library_takes_are_known_and_no_others() {
    let activity = keywords_between("ox.core.effect", "activity-keys\n", "})");
    let policy = keywords_between("ox.core.effect", "default-policy\n", "})");
    assert_eq!((activity.len(), policy.len()), (9, 8));
    let of = |keys: &[String]| {
        let keys = keys.iter().map(|key| match &**key {
            "retry" => format!(":{key} {{:delay 5}} "),
            _ => format!(":{key} x "),
        });
        keys.collect::<String>()
    };
    let (activity, policy) = (of(&activity), of(&policy));
    let text = format!(
        "(ns app (:require [ox.sh :as sh] [ox.http :as http] [ox.fs :as fs]))
(defactivity a [x] {{{activity}}} x)
(defn f [x o]
  ((activity \"b\" {{{activity}}}) x)
  (retrying {{{policy}}} x)
  (poll {{{policy}}} x)
  (sh/run x {{{activity} :in x :env x :cwd x :out x :err x :check x}})
  (sh/pipe x x {{{activity} :in x :env x :cwd x :out x :err x :check x}})
  (http/get x {{{activity} :url x :method x :headers x :query x :body x :json x :file x :as x :check x}})
  (fs/read x {{:as x}})
  (fs/write x x {{:append x}})
  (fs/list x {{:recursive x}})
  (fs/temp {{:file x :prefix x}})
  (sh/run x o)
  (retry (assoc o :dely 1)))
(defactivity b [x] {{:idempotant false}} x)
(defn g [x]
  (retrying {{:max-atempts 5}} x)
  (sh/run x {{:chek false}})
  (sh/pipe x {{:retry {{:dely 1}}}})
  (http/request {{:app/url x}})
  (fs/read x {{:nothing-like-it 1}})
  (try (sh/run x {{:chek false}}) (catch Exception e e)))
"
    );
    let mut workspace = Workspace::of(found(&[("app", &text)]));
    let diagnostics = workspace.check_namespace("app");
    expect![[r#"
        app.ox:16:21 OX0314 `activity` takes no option `:idempotant`
          a similar option exists: `:idempotent`
        app.ox:18:14 OX0314 `retrying` takes no option `:max-atempts`
          a similar option exists: `:max-attempts`
        app.ox:19:14 OX0314 `run` takes no option `:chek`
          a similar option exists: `:check`
        app.ox:20:23 OX0314 `:retry` takes no option `:dely`
          a similar option exists: `:delay`
        app.ox:21:18 OX0314 `request` takes no option `:app/url`
          it takes `:as` `:body` `:check` `:file` `:headers` `:json` `:method` `:query` `:url` `:heartbeat` `:idempotency-key` `:idempotent` `:on-exhausted` `:queue` `:retry` `:schedule-to-close` `:schedule-to-start` `:start-to-close`
        app.ox:22:15 OX0314 `read` takes no option `:nothing-like-it`
          it takes `:as`
        app.ox:23:19 OX0314 `run` takes no option `:chek`
          a similar option exists: `:check`
    "#]].assert_eq(&listed(&workspace, &diagnostics));
}
