//! Expansion: the core's rewrites and macros of the program.

use expect_test::{Expect, expect};

use crate::support::{TestDb, check, check_diagnostics};

fn check_expand(form: &str, expected: Expect) {
    expected.assert_eq(&TestDb::one("(ns app)").expand(form));
}

#[test]
fn sequential_destructuring() {
    check_expand(
        "(let [[a b :as c] x [d & e] y] a)",
        expect![
            "(let* [vec__0__auto__ x a (clojure.core/nth vec__0__auto__ 0 nil) b (clojure.core/nth vec__0__auto__ 1 nil) c vec__0__auto__ vec__2__auto__ y seq__3__auto__ (clojure.core/seq vec__2__auto__) first__4__auto__ (clojure.core/first seq__3__auto__) seq__3__auto__ (clojure.core/next seq__3__auto__) d first__4__auto__ e seq__3__auto__] a)"
        ],
    );
}

#[test]
fn associative_destructuring() {
    check_expand(
        "(let [{:keys [a n/b :c] :strs [d] :syms [e] f :f :or {a 1 f 2} :as m :n/keys [g]} x] a)",
        expect![[
            r#"(let* [map__0__auto__ x map__0__auto__ (if (clojure.core/seq? map__0__auto__) (clojure.core/seq-to-map-for-destructuring map__0__auto__) map__0__auto__) m map__0__auto__ a (clojure.core/get map__0__auto__ :a 1) b (clojure.core/get map__0__auto__ :n/b) c (clojure.core/get map__0__auto__ :c) d (clojure.core/get map__0__auto__ "d") e (clojure.core/get map__0__auto__ (quote e)) f (clojure.core/get map__0__auto__ :f 2) g (clojure.core/get map__0__auto__ :n/g)] a)"#
        ]],
    );
}

#[test]
fn functions_with_patterns_and_conditions() {
    check_expand(
        "(fn f ([a] {:pre [(< a 1)] :post [(= % a)]} a) ([[a] & {:keys [b]}] b))",
        expect![[
            r#"(fn* f ([a] (if (< a 1) nil (ox.core/assertion-failed "(< a 1)")) (let* [% a] (if (= % a) nil (ox.core/assertion-failed "(= % a)")) %)) ([p__0__auto__ & p__3__auto__] (let* [vec__1__auto__ p__0__auto__ a (clojure.core/nth vec__1__auto__ 0 nil) map__4__auto__ p__3__auto__ map__4__auto__ (if (clojure.core/seq? map__4__auto__) (clojure.core/seq-to-map-for-destructuring map__4__auto__) map__4__auto__) b (clojure.core/get map__4__auto__ :b)] b)))"#
        ]],
    );
}

#[test]
fn comprehensions() {
    check_expand(
        "(for [x xs :when (< x 3) y ys :let [z y] :while z] [x z])",
        expect![
            "((fn* iter__0__auto__ [s__1__auto__] (lazy-cell* (fn* [] (let* [s__1__auto__ (clojure.core/seq s__1__auto__)] (if s__1__auto__ (let* [x (clojure.core/first s__1__auto__)] (if (< x 3) (let* [fs__2__auto__ (clojure.core/seq ((fn* iter__3__auto__ [s__4__auto__] (lazy-cell* (fn* [] (let* [s__4__auto__ (clojure.core/seq s__4__auto__)] (if s__4__auto__ (let* [y (clojure.core/first s__4__auto__)] (let* [z y] (if z (clojure.core/cons [x z] (iter__3__auto__ (clojure.core/rest s__4__auto__))) nil))) nil))))) ys))] (if fs__2__auto__ (clojure.core/concat fs__2__auto__ (iter__0__auto__ (clojure.core/rest s__1__auto__))) (iter__0__auto__ (clojure.core/rest s__1__auto__)))) (iter__0__auto__ (clojure.core/rest s__1__auto__)))) nil))))) xs)"
        ],
    );
    check_expand(
        "(doseq [x xs :when x y ys] (println x y))",
        expect![
            "(loop* [s__0__auto__ (clojure.core/seq xs)] (if s__0__auto__ (let* [x (clojure.core/first s__0__auto__)] (if x (do (loop* [s__1__auto__ (clojure.core/seq ys)] (if s__1__auto__ (let* [y (clojure.core/first s__1__auto__)] (do (println x y) (recur (clojure.core/next s__1__auto__)))) nil)) (recur (clojure.core/next s__0__auto__))) (recur (clojure.core/next s__0__auto__)))) nil))"
        ],
    );
    check_expand(
        "(dotimes [i 3] (println i))",
        expect![
            "(let* [n__0__auto__ (clojure.core/long 3)] (loop* [i 0] (if (clojure.core/< i n__0__auto__) (do (println i) (recur (clojure.core/inc i))) nil)))"
        ],
    );
}

#[test]
fn conditionals() {
    check_expand(
        "(cond a 1 b 2 :else 3)",
        expect!["(if a 1 (if b 2 (if :else 3 nil)))"],
    );
    check_expand(
        "(case x 1 :a (2 y) :b :c)",
        expect![
            "(let* [case__0__auto__ x] (if (clojure.core/= case__0__auto__ (quote 1)) :a (if (if (clojure.core/= case__0__auto__ (quote 2)) true (clojure.core/= case__0__auto__ (quote y))) :b :c)))"
        ],
    );
    check_expand(
        "(condp = x 1 :a 2 :>> f)",
        expect![
            "(let* [pred__0__auto__ = value__1__auto__ x] (if (pred__0__auto__ 1 value__1__auto__) :a (let* [result__2__auto__ (pred__0__auto__ 2 value__1__auto__)] (if result__2__auto__ (f result__2__auto__) (ox.core/no-match value__1__auto__)))))"
        ],
    );
    check_expand(
        "(if-let [[a] x] a 2)",
        expect![
            "(let* [temp__0__auto__ x] (if temp__0__auto__ (let* [vec__1__auto__ temp__0__auto__ a (clojure.core/nth vec__1__auto__ 0 nil)] a) 2))"
        ],
    );
    check_expand(
        "(and a b c)",
        expect![
            "(let* [and__1__auto__ a] (if and__1__auto__ (let* [and__0__auto__ b] (if and__0__auto__ c and__0__auto__)) and__1__auto__))"
        ],
    );
}

#[test]
fn threading() {
    check_expand("(-> x f (g 1) (->> (h 2)))", expect!["(h 2 (g (f x) 1))"]);
    check_expand(
        "(some-> x f (g 1))",
        expect![
            "(let* [some__0__auto__ x some__0__auto__ (if (clojure.core/nil? some__0__auto__) nil (f some__0__auto__))] (if (clojure.core/nil? some__0__auto__) nil (g some__0__auto__ 1)))"
        ],
    );
    check_expand(
        "(cond-> x a (f 1) b g)",
        expect![
            "(let* [cond__0__auto__ x cond__0__auto__ (if a (f cond__0__auto__ 1) cond__0__auto__)] (if b (g cond__0__auto__) cond__0__auto__))"
        ],
    );
    check_expand(
        "(as-> x y (f y) (g y))",
        expect!["(let* [y x y (f y)] (g y))"],
    );
    check_expand(
        "(doto x (f 1) g)",
        expect![
            "(let* [doto__0__auto__ x] (f doto__0__auto__ 1) (g doto__0__auto__) doto__0__auto__)"
        ],
    );
}

#[test]
fn processes() {
    check_expand(
        "(receive [:add n] (f n) {:k x} x (after 10 :late))",
        expect![
            "(let* [result__1__auto__ (ox.core/receive* 10 (fn* [message__0__auto__] (let* [found__7__auto__ (if (clojure.core/vector? message__0__auto__) (if (clojure.core/= 2 (clojure.core/count message__0__auto__)) (let* [part__2__auto__ (clojure.core/nth message__0__auto__ 0)] (if (clojure.core/= part__2__auto__ :add) (let* [part__3__auto__ (clojure.core/nth message__0__auto__ 1)] [0 part__3__auto__]) nil)) nil) nil)] (if found__7__auto__ found__7__auto__ (if (clojure.core/map? message__0__auto__) (if (clojure.core/contains? message__0__auto__ :k) (let* [part__4__auto__ (clojure.core/get message__0__auto__ :k)] [1 part__4__auto__]) nil) nil)))))] (if (clojure.core/nil? result__1__auto__) (do :late) (let* [clause__5__auto__ (clojure.core/nth result__1__auto__ 0)] (if (clojure.core/= clause__5__auto__ 0) (let* [n (clojure.core/nth result__1__auto__ 1)] (f n)) (let* [x (clojure.core/nth result__1__auto__ 1)] x)))))"
        ],
    );
    check_expand(
        "(retrying {:max-attempts 3} (f))",
        expect!["(ox.core/retrying* {:max-attempts 3} (fn* [] (f)))"],
    );
    check_expand(
        "(binding [*out* 1] (f))",
        expect![
            "(let* [saved__0__auto__ (ox.core/push-bindings {(var *out*) 1})] (try (f) (finally (ox.core/pop-bindings saved__0__auto__))))"
        ],
    );
}

#[test]
fn syntax_quote_resolves_and_splices() {
    check_expand(
        "`(let [x# ~a] (map x# foo ~@b) [c ~d] {:k ~e} :kw)",
        expect![[
            r#"(let* [x__0__auto__ (clojure.core/gensym "x__")] (clojure.core/list (quote clojure.core/let) [x__0__auto__ a] (clojure.core/seq (clojure.core/concat (clojure.core/list (quote clojure.core/map) x__0__auto__ (quote app/foo)) b)) [(quote app/c) d] {:k e} :kw))"#
        ]],
    );
    check_expand("`(if x y)", expect!["(quote (if app/x app/y))"]);
    check_expand(
        "``(a ~~b)",
        expect!["(clojure.core/list (quote clojure.core/list) (quote (quote app/a)) b)"],
    );
}

#[test]
fn macros_of_the_program_run() {
    check(
        "(defmacro twice [x] x) (defn f [a] (twice (println a))) (defmacro locals [] 1) (defn g [a] (let [b 1] (locals)))",
        expect![[r#"
            locals = (fn ([2] 1))
            g = (fn ([1] (let [%1 1] '(a b))))
            f = (fn ([1] (do (call ox.core/println %0) (tail-call ox.core/println %0))))
            twice = (fn ([3] %2))
        "#]],
    );
}

#[test]
fn generated_names_are_found() {
    check(
        "(defmacro make-getter [x] x) (make-getter a) (defn f [m] (get-a m))",
        expect![[r#"
            get-a = (fn ([1] (tail-call :a %0)))
            f = (fn ([1] (tail-call app/get-a %0)))
            make-getter = (fn ([3] %2))
        "#]],
    );
}

#[test]
fn what_goes_wrong_in_macros_is_said_at_the_call() {
    check_diagnostics(
        "(defmacro forever [x] x) (defmacro throws [x] x) (defmacro broken [x] x) (defmacro make-getter [x] x)
(defn f [] (forever 1))
(defn g [] (throws 1))
(defn h [a] (broken a))
(defn k [] (throws))
(defn get-b [m] m)
(make-getter b)
",
        expect![[r#"
            2:12 error OX0203 expansions are nested more than 500 deep
              note: the innermost call is one of `forever`
              note: `forever` expanded to `(forever 1)`
            3:12 error OX0202 the macro `throws` failed: no good
              note: its stack trace:
            app/throws (app.ox:1)
            4:13 error OX0101 `no-such-function` is not defined
              note: `broken` expanded to `(no-such-function a)`
            5:12 error OX0303 `throws` takes 1 argument, 0 given
            7:1 error OX0110 this form generates the name `get-b`, which exists already
              at 194: `get-b` is written here
        "#]],
    );
}

#[test]
fn a_phase_cycle_is_reported_once() {
    let text = "(defmacro twice [x] (f x)) (defn f [x] (twice x)) (defn g [x] (twice x))";
    check_diagnostics(
        text,
        expect![[r#"
            1:28 error OX0204 expanding this form needs its own code, directly or through other definitions
              at 50: this form is in the circle too, or needs it
              note: a macro, and every function it calls while expanding, must not use the macro
              note: a macro that is defined in a `let`, or by another macro, can be used in the forms after that one
        "#]],
    );
    // The same whoever is asked first.
    let first = TestDb::one(text);
    let expected = first.diagnostics("app");
    for name in ["f", "g", "twice"] {
        let db = TestDb::one(text);
        let def = hir::definition(&db, &hir::body::DefName::new("app", name));
        let _ = hir::definition_body(&db, def);
        assert_eq!(db.diagnostics("app"), expected, "asked for {name} first");
    }
}
