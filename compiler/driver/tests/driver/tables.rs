//! Tables that namespaces contribute to: who sees what, and what does not fit.

use crate::support::{found, value, wrong};
use driver::Workspace;
use expect_test::expect;

const SHAPE: &str = "(ns shape)
(defprotocol Shape (area [x]) (edges [x]))
(extend-type String Shape
  (area [s] [:default s])
  (edges [s] 4))
(def early (area \"e\"))
(defmulti size :kind)
(defmethod size :default [x] (:size x))
";

const ROUND: &str = "(ns round (:require [shape :as s]))
(extend-protocol s/Shape
  String (area [s] [:round s])
  Long (area [n] n))
(defmethod s/size :round [x] (* 3 (:size x)))
(def later [(s/area \"l\") (s/size {:kind :round :size 2})])
";

fn value_of(files: &[(&str, &str)]) -> String {
    let mut workspace = Workspace::of(found(files));
    assert_eq!(workspace.check_linked(), []);
    value(workspace.build().unwrap())
}

#[test]
fn a_value_sees_what_its_namespace_sees_and_a_program_all() {
    let app = "(ns app (:require [shape :as s] round))
(defmacro area-of [x] (s/area x))
[s/early round/later (s/area \"a\") (s/edges \"a\") (s/area 1) (area-of \"m\") (s/size {:kind :round :size 1})]";
    assert_eq!(
        value_of(&[("shape", SHAPE), ("round", ROUND), ("app", app)]),
        "[[:default \"e\"] [[:round \"l\"] 6] [:round \"a\"] 4 1 [:round \"m\"] 3]"
    );
    let alone = "(ns app (:require [shape :as s]))
[s/early (s/area \"a\") (s/size {:kind :round :size 1})]";
    assert_eq!(
        value_of(&[("shape", SHAPE), ("app", alone)]),
        "[[:default \"e\"] [:default \"a\"] 1]"
    );
}

/// An expansion sees the contributions written in its file, and those that forms before it have made.
#[test]
fn a_macro_sees_the_contributions_of_the_file_that_calls_it() {
    let lib = "(ns lib)
(defmulti expand-to (fn [form] (first form)))
(defmethod expand-to :default [form] [:plain (second form)])
(defmacro expanded [form] (expand-to form))
(defmacro defexpansion [k v] `(defmethod expand-to ~k [form#] [~v (second form#)]))";
    let app = "(ns app (:require [lib :refer [expanded expand-to defexpansion]]))
(defmacro before [] [(expand-to [:made 1])])
(def first-of-all (before))
(defexpansion :made :by-macro)
(defmethod expand-to :written [form] [:written (second form)])
(def second-of-all (before))
[first-of-all second-of-all (expanded [:written 2]) (expanded [:made 3]) (expanded [:none 4])]";
    assert_eq!(
        value_of(&[("lib", lib), ("app", app)]),
        "[[[:by-macro 1]] [[:by-macro 1]] [:written 2] [:by-macro 3] [:plain 4]]"
    );
}

#[test]
fn what_does_not_fit_is_said_at_both_places() {
    let other = "(ns other (:require [shape :as s]))
(extend-type Long s/Shape (area [n] 0))
(defmethod s/size :round [x] 0)
(derive ::a ::b)
(derive ::b ::a)
";
    let app = "(ns app (:require shape round other))\n(shape/area 1)\n(isa? 1 2)\n(shape/size {})";
    expect![[r#"
        other.ox:4:9 OX0404 Cyclic derivation: :other/b has :other/a as ancestor
        round.ox:4:3 OX0404 shape/Shape has two implementations of :area for Long, of other and of round
        round.ox:5:19 OX0404 shape/size has two methods for :round, of other and of round
    "#]].assert_eq(&wrong(&[
        ("shape", SHAPE),
        ("round", ROUND),
        ("other", other),
        ("app", app),
    ]));
}

#[test]
fn a_method_that_the_protocol_has_not_is_told() {
    let app = "(ns app)
(defprotocol Shape (area [s]) (sides [s]))
(defrecord Square [side] Shape (area [s] (* side side)) (sides [s] 4))
(extend-type Long Shape (side [n] 1))
(println (sides (->Square 1)))";
    expect![[r#"
        app.ox:4:14 OX0404 the protocol app/Shape has no method `side`: it has `area`, `sides`
    "#]]
    .assert_eq(&wrong(&[("app", app)]));
}

#[test]
fn what_is_extended_by_needs_what_is_there_when_a_program_is_linked() {
    let app = "(ns app)
(defprotocol Sized (size-of [x]))
(def common (hash-map :size-of count))
(extend String Sized common)
(defmulti m identity)
(defmethod m (first common) [x] x)
[(size-of \"abc\") (m 1)]";
    expect![[r#"
        app.ox:4:22 OX0401 the value of app/Sized[String :*] cannot be computed: it needs app/common, which exists only when the program runs
          in app/Sized[String :*] (app.ox:4)
        app.ox:6:21 OX0401 the value of app/m[(first common)].key cannot be computed: it needs app/common, which exists only when the program runs
          in app/m[(first common)].key (app.ox:6)
    "#]].assert_eq(&wrong(&[("app", app)]));
}
