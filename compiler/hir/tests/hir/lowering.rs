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
(defprotocol P)
(defn s [] (with-timeout \"5x\" 1))
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
            7:12 error OX0309 there is no host to call
              note: portable code can put it into a branch of a reader conditional: `#?(:clj … :ox …)`
            7:22 error OX0309 `Math/abs` names a host class
              note: there is no host to call: see the namespaces `ox.math`, `ox.string`, `ox.time`
            7:34 error OX0309 there is no host to call
              note: portable code can put it into a branch of a reader conditional: `#?(:clj … :ox …)`
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
            13:1 error OX0310 `defprotocol` is not part of this version of the language
            14:26 error OX0201 `"5x"` is no duration
              note: a duration is a text like "200ms", "1h30m" or "2d", or a number of milliseconds
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
