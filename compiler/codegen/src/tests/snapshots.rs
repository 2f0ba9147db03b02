//! The code of each construct.

use expect_test::{Expect, expect};

use super::{code, code_of, lower};
use crate::sources;

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&code(text));
}

#[test]
fn fib_has_no_needless_instruction() {
    check(
        "(defn fib [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))",
        expect![[r#"
        ref @0 value                             ; user/fib
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 5 captures 0
          0  jump-not-lt-int r0 2 -> 2
          1  return r0
          2  add-int r3 r0 -1
          3  call-global r1 1 @0                 ; user/fib
          4  add-int r4 r0 -2
          5  call-global r2 1 @0                 ; user/fib
          6  add r1 r1 r2
          7  return r1
    "#]],
    );
}

#[test]
fn a_loop_computes_in_place() {
    check(
        "(defn sum [n] (loop [acc 0 i 0] (if (< i n) (recur (+ acc i) (inc i)) acc)))",
        expect![[r#"
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 3 captures 0
          0  int r1 0
          1  int r2 0
          2  jump-not-lt r2 r0 -> 6
          3  add r1 r1 r2
          4  add-int r2 r2 1
          5  loop -> 2
          6  return r1
    "#]],
    );
}

#[test]
fn a_let_on_the_way_to_recur_takes_over_the_register() {
    check(
        "(defn run [n]
           (loop [k n acc 0]
             (if (pos? k)
               (let [acc (+ acc 3)]
                 (recur (dec k) (if (>= acc 1000003) (- acc 1000003) acc)))
               acc)))",
        expect![[r#"
            template t0 captures 0
              arity 1 -> p0
            proto p0 params 1 registers 4 captures 0
              0  int r1 1000003
              1  move r2 r0
              2  int r3 0
              3  jump-not-gt-int r2 0 -> 9
              4  add-int r3 r3 3
              5  add-int r2 r2 -1
              6  jump-not-le r1 r3 -> 8
              7  add-int r3 r3 -1000003
              8  loop -> 3
              9  return r3
        "#]],
    );
    // The old value is read again, or waits as an operand.
    check(
        "(defn f [n] (loop [a n] (let [b (+ a 1)] (recur (* a b)))))",
        expect![[r#"
            template t0 captures 0
              arity 1 -> p0
            proto p0 params 1 registers 3 captures 0
              0  move r1 r0
              1  add-int r2 r1 1
              2  mul r1 r1 r2
              3  loop -> 1
        "#]],
    );
    check(
        "(defn f [n] (loop [a n] (recur (+ a (let [b (+ a 1)] (* b b))))))",
        expect![[r#"
            template t0 captures 0
              arity 1 -> p0
            proto p0 params 1 registers 4 captures 0
              0  move r1 r0
              1  add-int r3 r1 1
              2  mul r2 r3 r3
              3  add r1 r1 r2
              4  loop -> 1
        "#]],
    );
    check(
        "(defn f [n] (loop [a n] (let [c a b (+ a 1)] (recur (* c b)))))",
        expect![[r#"
            template t0 captures 0
              arity 1 -> p0
            proto p0 params 1 registers 3 captures 0
              0  move r1 r0
              1  add-int r2 r1 1
              2  mul r1 r1 r2
              3  loop -> 1
        "#]],
    );
    // The inner loop would compute with what it has computed.
    check(
        "(defn f [n] (loop [a n] (loop [i 0] (let [b (+ a 1)] (recur (+ i b))))))",
        expect![[r#"
            template t0 captures 0
              arity 1 -> p0
            proto p0 params 1 registers 4 captures 0
              0  move r1 r0
              1  int r2 0
              2  add-int r3 r1 1
              3  add r2 r2 r3
              4  loop -> 2
        "#]],
    );
}

#[test]
fn numbers_of_a_loop_wait_in_registers() {
    check(
        "(defn f [n] (loop [i 0] (if (< i 100000) (recur (* 2.0 (+ i 2.0 1))) (f (* 3 i)))))",
        expect![[r#"
            ref @0 value                             ; user/f
            template t0 captures 0
              arity 1 -> p0
            proto p0 params 1 registers 8 captures 0
               0  int r1 100000
               1  const r2 2.0
               2  int r3 3
               3  int r4 0
               4  jump-not-lt r4 r1 -> 9
               5  add r5 r4 r2
               6  add-int r5 r5 1
               7  mul r4 r2 r5
               8  loop -> 4
               9  mul r7 r3 r4
              10  tail-call-global r5 1 @0           ; user/f
        "#]],
    );
    check(
        "(defn f [n] (if (< n 7) (recur (quot n 3)) (loop [i n] (recur (rem i 3)))))",
        expect![[r#"
            template t0 captures 0
              arity 1 -> p0
            proto p0 params 1 registers 3 captures 0
              0  int r1 3
              1  jump-not-lt-int r0 7 -> 4
              2  quot r0 r0 r1
              3  loop -> 1
              4  move r2 r0
              5  rem r2 r2 r1
              6  loop -> 5
        "#]],
    );
}

#[test]
fn a_jump_to_the_end_of_a_loop_is_one() {
    check(
        "(defn f [g n] (loop [n n] (recur (if (pos? n) (g n) (g 1)))))",
        expect![[r#"
            template t0 captures 0
              arity 2 -> p0
            proto p0 params 2 registers 6 captures 0
               0  move r2 r1
               1  jump-not-gt-int r2 0 -> 7
               2  move r3 r0
               3  move r5 r2
               4  call r3 1
               5  move r2 r3
               6  loop -> 1
               7  move r3 r0
               8  int r5 1
               9  call r3 1
              10  move r2 r3
              11  loop -> 1
        "#]],
    );
}

#[test]
fn recur_moves_all_at_once() {
    check(
        "(defn f [a b c n] (if (zero? n) [a b c] (recur b a 7 (dec n))))",
        expect![[r#"
        template t0 captures 0
          arity 4 -> p0
        proto p0 params 4 registers 5 captures 0
          0  jump-not-le-int r3 0 -> 4
          1  jump-not-ge-int r3 0 -> 4
          2  vector r4 r0 3
          3  return r4
          4  add-int r3 r3 -1
          5  move r4 r0
          6  move r0 r1
          7  move r1 r4
          8  int r2 7
          9  loop -> 0
    "#]],
    );
    check(
        "(defn f [i acc] (recur (inc i) (+ acc i)))",
        expect![[r#"
        template t0 captures 0
          arity 2 -> p0
        proto p0 params 2 registers 3 captures 0
          0  add-int r2 r0 1
          1  add r1 r1 r0
          2  move r0 r2
          3  loop -> 0
    "#]],
    );
    check(
        "(defn f [a b] (recur b (g a)))",
        expect![[r#"
        ref @0 value                             ; user/g
        template t0 captures 0
          arity 2 -> p0
        proto p0 params 2 registers 5 captures 0
          0  move r4 r0
          1  call-global r2 1 @0                 ; user/g
          2  move r0 r1
          3  move r1 r2
          4  loop -> 0
    "#]],
    );
}

#[test]
fn calls_and_tail_calls() {
    check(
        "(defn f [g x & more] (g x (h x 1)) (apply* g x more))",
        expect![[r#"
        ref @0 value                             ; user/h
        template t0 captures 0
          arity 2 & -> p0
        proto p0 params 2 & registers 10 captures 0
          0  move r3 r0
          1  move r5 r1
          2  move r8 r1
          3  int r9 1
          4  call-global r6 2 @0                 ; user/h
          5  call r3 2
          6  move r3 r0
          7  move r5 r1
          8  move r6 r2
          9  tail-apply r3 2
    "#]],
    );
    check(
        "(defn f [g x] (vector? (g (note x) *d*)))",
        expect![[r#"
        ref @0 dynamic                           ; user/*d*
        native ox.core/vector? 1
        native ox.core/note 1
        template t0 captures 0
          arity 2 -> p0
        proto p0 params 2 registers 6 captures 0
          0  move r2 r0
          1  native r4 r1 1 ox.core/note
          2  load-dynamic r5 @0                  ; user/*d*
          3  call r2 2
          4  native r2 r2 1 ox.core/vector?
          5  return r2
    "#]],
    );
    check(
        "(defn f [m] (if (:a m) (:b m 2) ((:c m) m)))",
        expect![[r#"
        native ox.core/get 1
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 4 captures 0
           0  const r1 :a
           1  get r1 r0 r1
           2  jump-if-not r1 -> 8
           3  move r1 r0
           4  const r2 :b
           5  int r3 2
           6  native r1 r1 3 ox.core/get
           7  return r1
           8  const r1 :c
           9  get r1 r0 r1
          10  move r3 r0
          11  tail-call r1 1
    "#]],
    );
}

#[test]
fn tests_jump_without_booleans() {
    check(
        "(defn f [a b] (if (and (< a b) (or (nil? a) (not (= 1 b)) (pos? a)) (zero? b)) (g) (h)))",
        expect![[r#"
            ref @0 value                             ; user/g
            ref @1 value                             ; user/h
            template t0 captures 0
              arity 2 -> p0
            proto p0 params 2 registers 4 captures 0
              0  jump-not-lt r0 r1 -> 7
              1  jump-nil r0 -> 4
              2  jump-ne-int r1 1 -> 4
              3  jump-not-gt-int r0 0 -> 7
              4  jump-not-le-int r1 0 -> 7
              5  jump-not-ge-int r1 0 -> 7
              6  tail-call-global r2 0 @0            ; user/g
              7  tail-call-global r2 0 @1            ; user/h
        "#]],
    );
    check(
        "(defn f [a b c] (if (< a (note b) c 10) a (if (not= a b) b c)))",
        expect![[r#"
        native ox.core/note 1
        template t0 captures 0
          arity 3 -> p0
        proto p0 params 3 registers 5 captures 0
          0  native r3 r1 1 ox.core/note
          1  int r4 10
          2  jump-not-lt r0 r3 -> 6
          3  jump-not-lt r3 r2 -> 6
          4  jump-not-lt r2 r4 -> 6
          5  return r0
          6  jump-eq r0 r1 -> 8
          7  return r1
          8  return r2
    "#]],
    );
    check(
        "(defn f [x] (if (some? x) 1 (if (if x (g) false) 2 3)))",
        expect![[r#"
        ref @0 value                             ; user/g
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 3 captures 0
          0  jump-nil r0 -> 3
          1  int r1 1
          2  return r1
          3  jump-if-not r0 -> 8
          4  call-global r1 0 @0                 ; user/g
          5  jump-if-not r1 -> 8
          6  int r1 2
          7  return r1
          8  int r1 3
          9  return r1
    "#]],
    );
}

#[test]
fn and_or_as_values() {
    check(
        "(defn f [a b] (g (or (h a) (and a b (h b)))))",
        expect![[r#"
        ref @0 value                             ; user/g
        ref @1 value                             ; user/h
        template t0 captures 0
          arity 2 -> p0
        proto p0 params 2 registers 8 captures 0
           0  move r6 r0
           1  call-global r4 1 @1                ; user/h
           2  jump-if r4 -> 12
           3  jump-if-not r0 -> 11
           4  jump-if-not r1 -> 9
           5  move r7 r1
           6  call-global r5 1 @1                ; user/h
           7  move r4 r5
           8  jump -> 12
           9  move r4 r1
          10  jump -> 12
          11  move r4 r0
          12  tail-call-global r2 1 @0           ; user/g
    "#]],
    );
    check(
        "(defn f [a b] (and (< a b) (<= a b 5)))",
        expect![[r#"
        template t0 captures 0
          arity 2 -> p0
        proto p0 params 2 registers 4 captures 0
          0  lt r2 r0 r1
          1  jump-if-not r2 -> 9
          2  int r3 5
          3  jump-not-le r0 r1 -> 7
          4  jump-not-le r1 r3 -> 7
          5  const r3 true
          6  return r3
          7  const r3 false
          8  return r3
          9  return r2
    "#]],
    );
}

#[test]
fn arithmetic() {
    check(
        "(defn f [x y] [(+ x y 3 y) (- x) (- x 5) (+ 5 x) (- x 0) (* x 8388608) (> x y) (quot x y) (+)])",
        expect![[r#"
        template t0 captures 0
          arity 2 -> p0
        proto p0 params 2 registers 11 captures 0
           0  add r2 r0 r1
           1  add-int r2 r2 3
           2  add r2 r2 r1
           3  int r4 -1
           4  mul r3 r4 r0
           5  add-int r4 r0 -5
           6  add-int r5 r0 5
           7  int r6 0
           8  sub r6 r0 r6
           9  int r7 8388608
          10  mul r7 r0 r7
          11  lt r8 r1 r0
          12  quot r9 r0 r1
          13  int r10 0
          14  vector r2 r2 9
          15  return r2
    "#]],
    );
}

#[test]
fn functions_that_are_natives() {
    check(
        "(defn f [x y] (str (conj x y) (max x 1) (== x y)) (max x y 3))",
        expect![[r#"
        ref @0 value                             ; ox.core/max
        native ox.core/str* 1
        native ox.core/conj* 1
        native ox.core/max2 1
        native ox.core/num-eq 1
        template t0 captures 0
          arity 2 -> p0
        proto p0 params 2 registers 7 captures 0
          0  native r2 r0 2 ox.core/conj*
          1  move r3 r0
          2  int r4 1
          3  native r3 r3 2 ox.core/max2
          4  native r4 r0 2 ox.core/num-eq
          5  native r2 r2 3 ox.core/str*
          6  move r4 r0
          7  move r5 r1
          8  int r6 3
          9  tail-call-global r2 3 @0            ; ox.core/max
    "#]],
    );
}

#[test]
fn literals_and_constants() {
    check(
        r#"(defn f [x] [1 4294967296 "s" "s" 'a/b :k [1 2 {:a 1}] '^{:m 1} (x y) {:a x, x 1} #{x} 1.5 2N 1/2 1.5M nil ()])"#,
        expect![[r#"
            template t0 captures 0
              arity 1 -> p0
            proto p0 params 1 registers 17 captures 0
               0  int r1 1
               1  const r2 4294967296
               2  const r3 "s"
               3  const r4 "s"
               4  const r5 a/b
               5  const r6 :k
               6  const r7 [1 2 {:a 1}]
               7  const r8 ^{:m 1} (x y)
               8  const r9 :a
               9  move r10 r0
              10  move r11 r0
              11  int r12 1
              12  map r9 r9 4
              13  set r10 r0 1
              14  const r11 1.5
              15  const r12 2N
              16  const r13 1/2
              17  const r14 1.5M
              18  const r15 nil
              19  const r16 ()
              20  vector r1 r1 16
              21  return r1
        "#]],
    );
}

#[test]
fn closures() {
    check(
        "(defn f [a b] (let [c (g a)] (fn h ([x] (h x b)) ([x & more] [a c more]))))",
        expect![[r#"
        ref @0 value                             ; user/g
        template t0 captures 0
          arity 2 -> p0
        template t1 captures 3
          arity 1 -> p1
          arity 1 & -> p2
        proto p0 params 2 registers 6 captures 0
          0  move r4 r0
          1  call-global r2 1 @0                 ; user/g
          2  move r3 r1
          3  move r4 r0
          4  move r5 r2
          5  closure r3 t1 r3
          6  return r3
        proto p1 params 1 registers 5 captures 3
          0  self r1
          1  move r3 r0
          2  capture r4 c0
          3  tail-call r1 2
        proto p2 params 1 & registers 5 captures 3
          0  capture r2 c1
          1  capture r3 c2
          2  move r4 r1
          3  vector r2 r2 3
          4  return r2
    "#]],
    );
    check(
        "(fn outer [x] (fn [] (outer x)))",
        expect![[r#"
            template t0 captures 2
              arity 0 -> p1
            template t1 captures 0
              arity 1 -> p2
            proto p0 params 0 registers 1 captures 0
              0  closure r0 t1 r0
              1  return r0
            proto p1 params 0 registers 3 captures 2
              0  capture r0 c0
              1  capture r2 c1
              2  tail-call r0 1
            proto p2 params 1 registers 3 captures 0
              0  self r1
              1  move r2 r0
              2  closure r1 t0 r1
              3  return r1
        "#]],
    );
    check(
        "(defn f [n] (letfn [(even [x] (if (zero? x) true (odd (dec x)))) (odd [x] (if (zero? x) n (even (dec x))))] (even n)))",
        expect![[r#"
        template t0 captures 0
          arity 1 -> p0
        template t1 captures 1
          arity 1 -> p1
        template t2 captures 2
          arity 1 -> p2
        proto p0 params 1 registers 6 captures 0
          0  const r3 nil
          1  closure r1 t1 r3
          2  closure r2 t2 r0
          3  set-capture r1 c0 r2
          4  move r3 r1
          5  move r5 r0
          6  tail-call r3 1
        proto p1 params 1 registers 4 captures 1
          0  jump-not-le-int r0 0 -> 4
          1  jump-not-ge-int r0 0 -> 4
          2  const r1 true
          3  return r1
          4  capture r1 c0
          5  add-int r3 r0 -1
          6  tail-call r1 1
        proto p2 params 1 registers 4 captures 2
          0  jump-not-le-int r0 0 -> 4
          1  jump-not-ge-int r0 0 -> 4
          2  capture r1 c0
          3  return r1
          4  capture r1 c1
          5  add-int r3 r0 -1
          6  tail-call r1 1
    "#]],
    );
}

#[test]
fn captures_are_read_before_loops() {
    check(
        "(defn f [n] (fn [k] (loop [i 0] (if (< i n) (recur (+ i k)) i))))",
        expect![[r#"
        template t0 captures 0
          arity 1 -> p0
        template t1 captures 1
          arity 1 -> p1
        proto p0 params 1 registers 2 captures 0
          0  closure r1 t1 r0
          1  return r1
        proto p1 params 1 registers 3 captures 1
          0  capture r1 c0
          1  int r2 0
          2  jump-not-lt r2 r1 -> 5
          3  add r2 r2 r0
          4  loop -> 2
          5  return r2
    "#]],
    );
}

#[test]
fn thunks_forget_themselves() {
    check(
        "(defn f [x s] (lazy [] (cons x (f x s))))",
        expect![[r#"
        ref @0 value                             ; user/f
        template t0 captures 0
          arity 2 -> p0
        template t1 captures 2
          arity 0 -> p1
        proto p0 params 2 registers 3 captures 0
          0  closure r2 t1 r0
          1  lazy r2 r2
          2  return r2
        proto p1 params 0 registers 6 captures 2
          0  capture r0 c0
          1  capture r1 c1
          2  drop-self
          3  move r4 r0
          4  move r5 r1
          5  call-global r2 2 @0                 ; user/f
          6  cons r2 r0 r2
          7  return r2
    "#]],
    );
    check(
        "(defn f [x] (lazy [] 1))",
        expect![[r#"
        template t0 captures 0
          arity 1 -> p0
        template t1 captures 0
          arity 0 -> p1
        proto p0 params 1 registers 2 captures 0
          0  closure r1 t1 r0
          1  lazy r1 r1
          2  return r1
        proto p1 params 0 registers 1 captures 0
          0  int r0 1
          1  return r0
    "#]],
    );
}

#[test]
fn handlers() {
    check(
        "(defn f [x] (try (g x) (catch e (h e)) (finally (k x))))",
        expect![[r#"
        ref @0 value                             ; user/g
        ref @1 value                             ; user/h
        ref @2 value                             ; user/k
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 6 captures 0
           0  move r3 r0
           1  call-global r1 1 @0                ; user/g
           2  jump -> 6
           3  move r5 r2
           4  call-global r3 1 @1                ; user/h
           5  move r1 r3
           6  move r4 r0
           7  call-global r2 1 @2                ; user/k
           8  jump -> 12
           9  move r5 r0
          10  call-global r3 1 @2                ; user/k
          11  throw r2
          12  return r1
          handler 0..2 -> 3 r2 errors
          handler 0..6 -> 9 r2 all
    "#]],
    );
    check(
        "(defn f [x] (try x (catch e (h e)) (finally 1)))",
        expect![[r#"
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 2 captures 0
          0  move r1 r0
          1  return r1
    "#]],
    );
    check(
        "(defn f [x] (+ 1 (try (try (g x) (catch e (throw e))) (catch-all e 2))))",
        expect![[r#"
        ref @0 value                             ; user/g
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 4 captures 0
          0  move r3 r0
          1  call-global r1 1 @0                 ; user/g
          2  jump -> 6
          3  throw r2
          4  jump -> 6
          5  int r1 2
          6  add-int r1 r1 1
          7  return r1
          handler 0..2 -> 3 r2 errors
          handler 0..4 -> 5 r2 all
    "#]],
    );
    check(
        "(defn f [i] (loop [i i] (recur (try (g i) (finally (h i))))))",
        expect![[r#"
        ref @0 value                             ; user/g
        ref @1 value                             ; user/h
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 7 captures 0
           0  move r1 r0
           1  move r4 r1
           2  call-global r2 1 @0                ; user/g
           3  move r5 r1
           4  call-global r3 1 @1                ; user/h
           5  jump -> 9
           6  move r6 r1
           7  call-global r4 1 @1                ; user/h
           8  throw r3
           9  move r1 r2
          10  loop -> 1
          handler 1..3 -> 6 r3 all
    "#]],
    );
}

#[test]
fn definitions_in_all_their_uses() {
    check(
        "(do (set-cell a! 1) (g a! v_ *d* #'v_ #'*d* #'a! g #'g))",
        expect![[r#"
        ref @0 cell                              ; user/a!
        ref @1 value                             ; user/g
        ref @2 value                             ; user/v_
        ref @3 dynamic                           ; user/*d*
        ref @4 var                               ; user/v_
        ref @5 var                               ; user/*d*
        ref @6 var                               ; user/a!
        ref @7 var                               ; user/g
        proto p0 params 0 registers 10 captures 0
           0  int r0 1
           1  store-cell r0 @0                   ; user/a!
           2  load-cell r2 @0                    ; user/a!
           3  global r3 @2                       ; user/v_
           4  load-dynamic r4 @3                 ; user/*d*
           5  load-var r5 @4                     ; user/v_
           6  load-var r6 @5                     ; user/*d*
           7  load-var r7 @6                     ; user/a!
           8  global r8 @1                       ; user/g
           9  load-var r9 @7                     ; user/g
          10  tail-call-global r0 8 @1           ; user/g
    "#]],
    );
}

#[test]
fn mistakes_of_the_text_throw() {
    check(
        r#"(defn f [x] (g (error "no such name") (h)))"#,
        expect![[r#"
        ref @0 value                             ; user/g
        native ox.core/error-new 1
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 7 captures 0
          0  const r4 "no such name"
          1  const r5 {:ox/kind :ox/compile}
          2  const r6 nil
          3  native r4 r4 3 ox.core/error-new
          4  throw r4
    "#]],
    );
}

#[test]
fn dead_code_is_left_out() {
    check(
        "(defn f [x] (if (throw x) 1 2))",
        expect![[r#"
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 2 captures 0
          0  throw r0
    "#]],
    );
    check(
        "(defn f [x] (do (if true (g) (h)) (loop [] (recur)) (h)))",
        expect![[r#"
        ref @0 value                             ; user/g
        template t0 captures 0
          arity 1 -> p0
        proto p0 params 1 registers 3 captures 0
          0  call-global r1 0 @0                 ; user/g
          1  loop -> 1
    "#]],
    );
}

#[test]
fn effects_only() {
    check(
        "(defn f [x] (do x 1 [x (g)] (fn [] x) (+ x 1) (first x) (if x 1 2) (if x (g)) 3))",
        expect![[r#"
        ref @0 value                             ; user/g
        template t0 captures 0
          arity 1 -> p0
        template t1 captures 1
          arity 0 -> p1
        proto p0 params 1 registers 3 captures 0
          0  call-global r1 0 @0                 ; user/g
          1  add-int r1 r0 1
          2  first r1 r0
          3  jump-if-not r0 -> 5
          4  call-global r1 0 @0                 ; user/g
          5  int r1 3
          6  return r1
        proto p1 params 0 registers 1 captures 1
          0  capture r0 c0
          1  return r0
    "#]],
    );
}

#[test]
fn values_are_prototype_0() {
    check(
        "(let [x (g)] {:a x :b (fn [] 1)})",
        expect![[r#"
        ref @0 value                             ; user/g
        template t0 captures 0
          arity 0 -> p1
        proto p0 params 0 registers 5 captures 0
          0  call-global r0 0 @0                 ; user/g
          1  const r1 :a
          2  move r2 r0
          3  const r3 :b
          4  closure r4 t0 r0
          5  map r1 r1 4
          6  return r1
        proto p1 params 0 registers 1 captures 0
          0  int r0 1
          1  return r0
    "#]],
    );
}

#[test]
fn sources_name_locals_and_origins() {
    let lowered = lower::lower("(defn f [a] (let [b (g a)]\n (fn [x] (+ a b x))))");
    let generated = code_of(&lowered);
    let sources = sources(&generated.facts, &lowered.source);
    expect![[r#"
        [
            ProtoSource {
                name: Some(
                    "f",
                ),
                form: Origin(
                    1,
                ),
                origins: [
                    (
                        0,
                        Origin(
                            12,
                        ),
                    ),
                    (
                        1,
                        Origin(
                            10,
                        ),
                    ),
                    (
                        2,
                        Origin(
                            13,
                        ),
                    ),
                ],
                locals: [
                    (
                        "a",
                        0,
                        0,
                        4,
                    ),
                    (
                        "b",
                        1,
                        2,
                        4,
                    ),
                ],
            },
            ProtoSource {
                name: None,
                form: Origin(
                    13,
                ),
                origins: [
                    (
                        0,
                        Origin(
                            19,
                        ),
                    ),
                    (
                        1,
                        Origin(
                            20,
                        ),
                    ),
                    (
                        2,
                        Origin(
                            17,
                        ),
                    ),
                ],
                locals: [
                    (
                        "x",
                        0,
                        0,
                        5,
                    ),
                ],
            },
        ]"#]]
    .assert_eq(&format!("{sources:#?}"));
}
