//! Lowering: what forms become.

use expect_test::expect;

use crate::support::{check, check_diagnostics};

#[test]
fn a_function_and_its_caller() {
    check(
        "(defn f [n] (if (= n 0) :done (f (- n 1))))",
        expect![[r#"
            f = (fn ([1] (if (native ox.core/= %0 0) :done (tail-call app/f (native ox.core/- %0 1)))))
        "#]],
    );
}

#[test]
fn closures_capture_through_functions() {
    check(
        "(defn f [a] (fn g [b] (fn [] (g (+ a b)))))",
        expect![[r#"
            f = (fn ([1] (fn {%0} ([1] (fn {self ^0 %0} ([0] (tail-call ^0 (native ox.core/+ ^1 ^2))))))))
        "#]],
    );
}

#[test]
fn constants_fold_and_the_rest_is_made() {
    check(
        "(def a [1 {:k #{2}} 'x]) (defn f [x] [x {:a x} #{x} [1 2] ^:m [x]])",
        expect![[r#"
            f = (fn ([1] (vector %0 (map :a %0) (set %0) [1 2] (native ox.core/with-meta (vector %0) {:m true}))))
            a = [1 {:k #{2}} x]
        "#]],
    );
}

#[test]
fn loops_and_recur() {
    check(
        "(defn f [n] (loop [i 0 [a b] [1 2]] (if (< i n) (recur (inc i) [b a]) a)))",
        expect![[r#"
            f = (fn ([1] (let [%1 0 %2 [1 2] %3 %2 %4 (native ox.core/nth %3 0 nil) %5 (native ox.core/nth %3 1 nil)] (loop [%6 %1 %7 %2] (let [%8 %7 %9 (native ox.core/nth %8 0 nil) %10 (native ox.core/nth %8 1 nil)] (if (native ox.core/< %6 %0) (recur (native ox.core/inc %6) (vector %10 %9)) %9))))))
        "#]],
    );
}

#[test]
fn try_is_one_handler() {
    check(
        "(defn f [g] (try (g) (catch ArithmeticException e (str e)) (catch :ox/cancelled e 1) (finally (println 2))))",
        expect![[r#"
            f = (fn ([1] (try (call %0) (catch-all %1 (if (call ox.core/error-matches? %1 'ArithmeticException) (call ox.core/str %1) (if (call ox.core/error-matches? %1 :ox/cancelled) 1 (throw %1)))) (finally (call ox.core/println 2)))))
        "#]],
    );
}

#[test]
fn and_or_in_conditions_need_no_locals() {
    check(
        "(defn f [a b c] (if (and a (or b c)) 1 2)) (defn g [a b] (and a b))",
        expect![[r#"
            g = (fn ([2] (let [%2 %0] (if %2 %1 %2))))
            f = (fn ([3] (if (if %0 (if %1 true %2) false) 1 2)))
        "#]],
    );
}

#[test]
fn definitions_within_let_lift() {
    check(
        "(let [c (atom 0) f (fn [x] x)] (defn g [] (f c)) (defn h [] c))",
        expect![[r#"
        c#0@g = (tail-call ox.core/atom 0)
        f#1@g = (fn ([1] %0))
        g = (fn ([0] (tail-call app/f#1@g app/c#0@g)))
        h = (fn ([0] app/c#0@g))
    "#]],
    );
}

#[test]
fn mistakes_are_reported_and_lowering_goes_on() {
    check_diagnostics(
        "(defn f [x] (recr x))
(defn g [x] (f 1 2) (println (recur 1)) x)
(defn h [] (let [a 1] (prinltn a)))
(def f 2)
(defn k [] (def z 1))
(defn l [] (cond 1))
(defn m [] (.foo 1) (Math/abs 2) (new Foo))
(defn n [] when)
(defn o [] (1 2) (:k) ((fn [a] a)))
(defn p [] (try (f 1 2) (catch Foo e e)))
(defn q [] ~x)
(defn r [] (loop [x 1] (try (recur 2) (finally 1))))
(defn ask [q] (saga q))
(defn s [] (with-timeout \"5x\" 1))
(defn t [] (receive) (retrying {:max-attempts 2}))
(defn u [] (try (f 1) (catch :ox/tiemout e e) (catch :ox/mine e e) (catch :timeout e e) (catch :ox/timeout e e)))
",
        expect![[r#"
            1:14 error OX0101 `recr` is not defined
              note: a similar name exists: `recur`
            2:13 error OX0303 `f` takes 1 argument, 2 given
            2:30 error OX0305 `recur` stands in tail position only
              note: its value is used by the form around it; call the function by its name, or use `loop`
            3:24 error OX0101 `prinltn` is not defined
              note: a similar name exists: `println`
            4:6 error OX0105 `f` is defined twice
              at 6: first defined here
              note: a name of a namespace is defined once and never changes
            5:12 error OX0302 a definition stands at top level, not within an expression
              note: `let` makes a local value; at top level a `let` may surround definitions
            6:18 error OX0201 `cond` needs an even number of forms
            7:12 error OX0309 `.foo` is no method that is known here
              note: `(defhost .foo f)` makes it a call of `f`; portable code can put the call into a branch of a reader conditional: `#?(:clj … :ox …)`
            7:22 error OX0309 `Math` is no class that is known here
              note: `(defhost Math/abs f)` makes it a call of `f`; portable code can put the call into a branch of a reader conditional: `#?(:clj … :ox …)`
            7:34 error OX0309 `Foo` is no class that is known here
              note: `(defhost Foo/new f)` makes it a call of `f`; portable code can put the call into a branch of a reader conditional: `#?(:clj … :ox …)`
            8:12 error OX0306 `when` is a macro, not a value
              note: a function that calls it can be passed: `(fn [x] (… x))`
            9:12 error OX0307 `1` is not a function
            9:18 error OX0303 a keyword takes 1 or 2 arguments, 0 given
            9:23 error OX0303 this function takes 1 argument, 0 given
            10:17 warning OX0303 `f` takes 1 argument, 2 given
            10:32 warning OX0311 no error is known by the class `Foo`
              note: `catch` takes a class of errors that Clojure programs name, a kind such as `:ox/timeout`, or `:default`
            11:12 error OX0206 an unquote stands outside of a syntax-quote
            11:13 error OX0101 `x` is not defined
            12:29 error OX0305 `recur` cannot leave a `try`
            13:15 error OX0310 `saga` is not part of this version of the language
            14:26 error OX0313 `"5x"` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            15:12 error OX0201 `receive` has no clause
              note: `receive` takes pairs of pattern and form, then perhaps `(after duration form …)`
            15:22 error OX0201 `retrying` has nothing to try again
              note: it takes a map of options, then the forms of its body
            16:30 warning OX0311 no error is of the kind `:ox/tiemout`
              note: a similar kind exists: `:ox/timeout`
            16:54 warning OX0311 no error is of the kind `:ox/mine`
              note: kinds of the namespace `ox` are those of the machine and the library; a program's own are keywords of others
        "#]],
    );
}

#[test]
fn a_form_of_nothing_but_mistakes_is_reported_in_part() {
    let lines = |form: String| {
        let diagnostics =
            crate::support::TestDb::one(&format!("(defn f [x] {form})")).diagnostics("app");
        diagnostics.lines().count()
    };
    // Unquotes directly within one another are one mistake.
    assert_eq!(lines(format!("{}x", "~".repeat(3_000))), 1);
    assert_eq!(lines("[~x ~[~x]]".to_owned()), 3);
    assert_eq!(
        lines(format!("{}x{}", "[~".repeat(3_000), "]".repeat(3_000))),
        200
    );
    assert_eq!(lines("~x ".repeat(3_000)), 200);
    // Warnings do not hide the error after them.
    let warned = "(try (f) (catch Exception e 1)) ".repeat(300);
    assert_eq!(lines(format!("{warned} (f)")), 201);
}

#[test]
fn a_literal_that_is_no_duration_is_reported_wherever_one_is_taken() {
    check_diagnostics(
        "(defn a [d] (sleep \"5 s\") (sleep -1) (sleep nil) (sleep 1.5) (sleep d) (sleep (str 1)) (sleep \"1h30m\") (sleep 0))
(defn b [] (with-timeout \"x\" 1) (timeout \"99999999d\" b) (await 1 :soon 2) (await 1))
(defn c [] (receive _ 1 (after \"5x\" 2)) (receive _ 1 (after :infinity 2)) (receive _ 1 (after nil 2)) (receive _ 1))
(defn d [] (retry {:delay \"1\" :max-delay \"\" :timeout nil :factor 2}) (retrying {:delay nil} 1) (poll {:timeout \"1 m\"} d))
(defactivity e [x] {:start-to-close \"q\" :heartbeat nil :queue \"q\" :retry {:delay \"1 h\"}} x)
(def f (activity \"F\" {:schedule-to-close 1000000000000001}))
(defn g [] (binding [*activity-options* {:heartbeat \"1ss\"}] (f)))
(defn h [] (try (sleep \"5 bananas\") (catch Exception _ 1)))
(defmacro twice [x]) (defn i [] (twice (sleep :x)))
",
        expect![[r#"
            1:20 error OX0313 `"5 s"` is no duration
              note: without spaces it is one: "5s"
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            1:34 error OX0313 `-1` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            1:45 error OX0313 `nil` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            1:57 error OX0313 `1.5` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            2:26 error OX0313 `"x"` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            2:42 error OX0313 `"99999999d"` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            2:66 error OX0313 `:soon` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            3:32 error OX0313 `"5x"` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            4:27 error OX0313 `"1"` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            4:42 error OX0313 `""` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            4:88 error OX0313 `nil` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            4:112 error OX0313 `"1 m"` is no duration
              note: without spaces it is one: "1m"
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            5:37 error OX0313 `"q"` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            5:82 error OX0313 `"1 h"` is no duration
              note: without spaces it is one: "1h"
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            6:42 error OX0313 `1000000000000001` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            7:53 error OX0313 `"1ss"` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            8:24 warning OX0313 `"5 bananas"` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
            9:47 error OX0313 `:x` is no duration
              at 749: in this call of `twice`
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
              note: `twice` expanded to `(do (sleep :x) (sleep :x))`
        "#]],
    );
}

#[test]
fn a_name_is_looked_up_where_clojure_would() {
    check_diagnostics(
        "(ns app (:refer-clojure :exclude [map]) (:require [nope.x :as x] [ox.core :refer [nothing]]))
(defn inc [x] x)
(defn f [] (map 1) (inc 2) (x/y) (other.ns/z) ::q/k)
",
        expect![[r#"
            1:52 error OX0102 there is no namespace `nope.x`
            1:83 error OX0101 the namespace `ox.core` has no `nothing`
            3:13 error OX0101 `map` is not defined
              note: a similar name exists: `map?`
            3:35 error OX0102 there is no namespace `other.ns`
            3:47 error OX0111 `q` is no alias of a namespace
        "#]],
    );
}

#[test]
fn errors_are_made_and_rethrown() {
    check(
        "(defn f [] (throw (IllegalArgumentException. \"no\"))) (defn g [] (throw (new Exception \"no\")))
(defn h [e] (identity* e Exception)) (defn identity* [e c] e)
(defn m [] `(try ~1 (catch Exception e# (throw (Exception. \"x\")))))",
        expect![[r#"
            g = (fn ([0] (throw (call ox.core/new-error 'Exception "no"))))
            identity* = (fn ([2] %0))
            f = (fn ([0] (throw (call ox.core/new-error 'IllegalArgumentException "no"))))
            h = (fn ([1] (tail-call app/identity* %0 'Exception)))
            m = (fn ([0] (let [%0 (call ox.core/gensym "e__")] (tail-call ox.core/list 'try 1 (call ox.core/list 'catch 'Exception %0 '(throw (Exception. "x")))))))
        "#]],
    );
}

#[test]
fn letfn_sees_itself() {
    check(
        "(defn f [n] (letfn [(even [n] (if n (odd n) 1)) (odd [n] (even n))] (even n)))",
        expect![[r#"
            f = (fn ([1] (letfn [%1 (fn {%2} ([1] (if %0 (tail-call ^0 %0) 1))) %2 (fn {%1} ([1] (tail-call ^0 %0)))] (tail-call %1 %0))))
        "#]],
    );
}

#[test]
fn lazy_cells_and_comprehensions_capture() {
    check(
        "(defn f [xs] (for [x xs :when x] [x xs]))",
        expect![[r#"
            f = (fn ([1] (tail-call (fn {%0} ([1] (lazy (fn {%0 ^0 self} ([0] (let [%0 (native ox.core/seq ^0)] (if %0 (let [%1 (native ox.core/first %0)] (if %1 (native ox.core/cons (vector %1 ^1) (call ^2 (native ox.core/rest %0))) (tail-call ^2 (native ox.core/rest %0)))) nil))))))) %0)))
        "#]],
    );
}

#[test]
fn receive_keeps_recur_for_the_loop_around() {
    check(
        "(defn serve [state] (receive [:add n] (recur (+ state n)) :stop state))",
        expect![[r#"
            serve = (fn ([1] (let [%1 (call ox.core/receive* nil (fn ([1] (let [%3 (if (native ox.core/vector? %0) (if (native ox.core/= 2 (native ox.core/count %0)) (let [%1 (native ox.core/nth %0 0)] (if (native ox.core/= %1 :add) (let [%2 (native ox.core/nth %0 1)] (vector 0 %2)) nil)) nil) nil)] (if %3 %3 (if (native ox.core/= %0 :stop) [1] nil))))))] (let [%2 (native ox.core/nth %1 0)] (if (native ox.core/= %2 0) (let [%3 (native ox.core/nth %1 1)] (recur (native ox.core/+ %0 %3))) %0)))))
        "#]],
    );
}

#[test]
fn activities_call_the_runtime() {
    check(
        "(defactivity charge \"Doc.\" [card & more] {:queue \"q\"} (println card more)) (defactivity f1 [x])",
        expect![[r#"
            charge = (fn ([1&] (tail-call ox.core/activity* "app/charge" {:queue "q"} (fn ([1&] (tail-call ox.core/println %0 %1))) (call ox.core/vec (call ox.core/list* %0 %1)))))
            f1 = (fn ([1] (tail-call ox.core/activity* "app/f1" {} nil (vector %0))))
        "#]],
    );
}

#[test]
fn dynamic_names_are_bound_and_set() {
    check(
        "(def ^:dynamic *x* 1) (defn f [] (binding [*x* 2] (set! *x* 3) *x*)) (defn g [y] (set! y 1))",
        expect![[r#"
            g = (fn ([1] (error "`y` is a local and cannot be changed")))
            *x* = 1
            f = (fn ([0] (let [%0 (native ox.core/push-bindings (map #'app/*x* 2))] (try (do (native ox.core/set-binding! #'app/*x* 3) app/*x*) (finally (native ox.core/pop-bindings %0))))))
            1:88 error OX0304 `y` is a local and cannot be changed
        "#]],
    );
}

#[test]
fn deep_nesting_needs_no_native_stack() {
    let deep = 4_000;
    let text = format!(
        "(defn f [x] {}x{})\n(def y '{}1{})\n(defn g [x] (-> x {}))\n(defn h [x] (cond {}))\n\
         (defn i [x] {}x{})\n(defn j [x] {}x{})\n",
        "(inc ".repeat(deep),
        ")".repeat(deep),
        "[".repeat(deep),
        "]".repeat(deep),
        "inc ".repeat(deep),
        "x 1 ".repeat(deep),
        "(fn [] ".repeat(deep),
        ")".repeat(deep),
        "(let [y x] ".repeat(deep),
        ")".repeat(deep),
    );
    let db = crate::support::TestDb::one(&text);
    assert_eq!(db.diagnostics("app"), "");
    assert_eq!(hir::namespace_hashes(&db, db.file("app")).len(), 6);
}

#[test]
fn a_damaged_form_says_only_that() {
    check_diagnostics(
        "(defn f [x]\n  (let [y (nope x]\n    y))\n(defn g [] (f 1))\n",
        expect![[r#"
            2:18 error OX0003 this `]` does not close the `(`
              at 22: this `(` is not closed
              at 19: the `]` fits this
        "#]],
    );
}
