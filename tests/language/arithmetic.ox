;;; # Arithmetic

;;; ## Sums and products of any number of arguments
[(+) (+ 1) (+ 1 2) (+ 1 2 3 4)] ;=> [0 1 3 10]
[(*) (* 2) (* 2 3) (* 2 3 4)] ;=> [1 2 6 24]
[(- 1) (- 5 2) (- 10 1 2 3)] ;=> [-1 3 4]
[(/ 2) (/ 6 3) (/ 1 2) (/ 24 2 3) (/ 6 4)] ;=> [1/2 2 1/2 4 3/2]
(-) ;! :ox/arity
(apply -  []) ;! :ox/arity

;;; ## Overflow of 64 bits is an error
(+ 9223372036854775807 1) ;! :ox/arithmetic "overflow"
(- -9223372036854775808 1) ;! :ox/arithmetic "overflow"
(* 4611686018427387904 2) ;! :ox/arithmetic "overflow"
(inc 9223372036854775807) ;! :ox/arithmetic "overflow"
(dec -9223372036854775808) ;! :ox/arithmetic "overflow"
(- -9223372036854775808) ;! :ox/arithmetic "overflow"
(* 3037000500 3037000500) ;! :ox/arithmetic "overflow"
(* 3037000499 3037000499) ;=> 9223372030926249001
(+ 140737488355327 1) ;=> 140737488355328
(- -140737488355328 1) ;=> -140737488355329
(* 281474976710656 16384) ;=> 4611686018427387904
(abs -9223372036854775808) ;=> -9223372036854775808

;;; ## Primed operations promote
(+' 9223372036854775807 1) ;=> 9223372036854775808N
(-' -9223372036854775808 1) ;=> -9223372036854775809N
(*' 9223372036854775807 9223372036854775807) ;=> 85070591730234615847396907784232501249N
(inc' 9223372036854775807) ;=> 9223372036854775808N
(dec' -9223372036854775808) ;=> -9223372036854775809N
(reduce *' (range 1 31)) ;=> 265252859812191058636308480000000N
(-' -9223372036854775808) ;=> 9223372036854775808N

;;; ## Big integers stay big
(+ 1N 1) ;=> 2N
(- 9223372036854775808 1) ;=> 9223372036854775807N
(* 2 3N) ;=> 6N
(quot 100000000000000000000 3) ;=> 33333333333333333333N
(rem 100000000000000000000 7) ;=> 2N
(mod -100000000000000000000 7) ;=> 5N
(= 1 1N) ;=> true
;;; ## Ratios
(+ 1/3 1/6) ;=> 1/2
(* 2/3 3/2) ;=> 1N
(- 1/2 1/2) ;=> 0N
(/ 1/2 1/4) ;=> 2N
(+ 1/2 0.5) ;=> 1.0
(< 1/3 0.5 2/3) ;=> true
[(numerator 6/4) (denominator 6/4)] ;=> [3 2]
(int 7/2) ;=> 3
(double 1/3) ;=> 0.3333333333333333
(rationalize 0.5) ;=> 1/2
(quot 7/2 1) ;=> 3N
(rem 7/2 1) ;=> 1/2
(mod -7/2 2) ;=> 1/2

;;; ## Doubles
(+ 0.1 0.2) ;=> 0.30000000000000004
(/ 1.0 3) ;=> 0.3333333333333333
(* 1e200 1e200) ;=> ##Inf
(/ 1 0.0) ;=> ##Inf
(/ -1.0 0) ;=> ##-Inf
(- ##Inf ##Inf) ;=> ##NaN
(/ 0.0 0) ;=> ##NaN
(== ##NaN ##NaN) ;=> false
(= 0.0 -0.0) ;=> true
(+ 1 2.0) ;=> 3.0
(* 0 1.5) ;=> 0.0
-0.0 ;=> -0.0

;;; ## Contagion: integer, ratio, decimal, double
(+ 1 1/2) ;=> 3/2
(+ 1 1M) ;=> 2M
(+ 1 1.0) ;=> 2.0
(+ 1N 1.0) ;=> 2.0
(* 1/2 2.0) ;=> 1.0
(+ 1.5M 1) ;=> 2.5M
(+ 1.5M 1.0) ;=> 2.5
(* 1.10M 2) ;=> 2.20M

;;; ## Division by zero
(/ 1 0) ;! :ox/arithmetic "ivide by zero"
(/ 1N 0) ;! :ox/arithmetic "ivide by zero"
(quot 1 0) ;! :ox/arithmetic
(rem 1 0) ;! :ox/arithmetic
(mod 1 0) ;! :ox/arithmetic "ivide by zero"
(/ 1/2 0) ;! :ox/arithmetic "ivide by zero"

;;; ## Quotient, remainder and modulus agree on signs
(for [a [7 -7] b [2 -2]] [(quot a b) (rem a b) (mod a b)]) ;=> ([3 1 1] [-3 1 -1] [-3 -1 1] [3 -1 -1])
[(quot 7.5 2) (rem 7.5 2) (mod -7.5 2)] ;=> [3.0 1.5 0.5]
(mod 5 -3) ;=> -1
(quot -9223372036854775808 -1) ;=> -9223372036854775808
(rem -9223372036854775808 -1) ;=> 0

;;; ## Comparison of any number of arguments
[(< 1 2) (< 1 2 3) (< 1 3 2) (< 1) (<= 1 1) (> 2 1) (>= 2 2 1)] ;=> [true true false true true true true]
[(< 1 1.5) (< 1/2 1) (> 2N 1.5) (<= 1M 1)] ;=> [true true true true]
[(== 1 1.0) (= 1 1.0) (== 1 1N 1M) (= 1 1N)] ;=> [true false true true]
(< 1 "a") ;! :ox/type
(< nil 1) ;! :ox/type
[(< 9223372036854775807 9223372036854775808) (> 1e300 9223372036854775808)] ;=> [true true]
(< ##NaN 1) ;=> false

;;; ## Extremes
[(max 1 3 2) (min 1 3 2) (max 1 2.0) (min 1/2 0.7)] ;=> [3 1 2.0 1/2]
[(max 1) (min 1)] ;=> [1 1]
(max) ;! :ox/arity
(max 1 :a) ;! :ox/type

;;; ## Predicates
[(zero? 0) (zero? 0.0) (zero? 1) (pos? 1) (pos? -1) (neg? -1) (neg? 0)] ;=> [true true false true false true false]
[(even? 2) (odd? 2) (even? -1) (odd? -1) (even? 10N)] ;=> [true false false true true]
[(number? 1) (number? 1.0) (number? "1") (integer? 1N) (int? 1N) (int? 1) (float? 1.0) (double? 1.0) (ratio? 1/2) (rational? 1/2) (decimal? 1M)] ;=> [true true false true false true true true true true true]
[(nat-int? 0) (nat-int? -1) (pos-int? 1) (neg-int? -1) (pos-int? 0)] ;=> [true false true true false]
[(NaN? ##NaN) (infinite? ##Inf) (infinite? 1.0)] ;=> [true true false]
(even? 1.5) ;! :ox/argument
(zero? nil) ;! :ox/type
(even? nil) ;! :ox/argument

;;; ## Conversions
[(int 3.7) (int -3.7) (long 3.9) (int \a) (double 1) (float 1) (bigint 3) (num 2)] ;=> [3 -3 3 97 1.0 1.0 3N 2]
(long 1e30) ;! :ox/argument
(int 3000000000) ;! :ox/argument
(long "1") ;! :ox/type
(double "1") ;! :ox/type
[(bigint 1.5) (bigdec 1.5) (bigdec 2)] ;=> [1N 1.5M 2M]
[(parse-long "42") (parse-long "x") (parse-long "") (parse-long "+5") (parse-long "99999999999999999999")] ;=> [42 nil nil 5 nil]
[(parse-double "1.5") (parse-double "1e3") (parse-double "x") (parse-boolean "true") (parse-boolean "yes")] ;=> [1.5 1000.0 nil true nil]
(parse-long 1) ;! :ox/argument

;;; ## Bits
[(bit-and 12 10) (bit-or 12 10) (bit-xor 12 10) (bit-not 5) (bit-and-not 12 10)] ;=> [8 14 6 -6 4]
[(bit-shift-left 1 10) (bit-shift-right -8 1) (unsigned-bit-shift-right -1 60)] ;=> [1024 -4 15]
[(bit-test 5 0) (bit-test 5 1) (bit-set 0 3) (bit-clear 15 0) (bit-flip 5 1)] ;=> [true false 8 14 7]
(bit-shift-left 1 64) ;=> 1
(bit-shift-left 1 63) ;=> -9223372036854775808
(bit-and 1.5 1) ;! :ox/argument
(bit-and nil 1) ;! :ox/argument

;;; ## Unchecked operations wrap
(unchecked-add 9223372036854775807 1) ;=> -9223372036854775808
(unchecked-multiply 9223372036854775807 2) ;=> -2
(unchecked-inc 9223372036854775807) ;=> -9223372036854775808
(unchecked-negate -9223372036854775808) ;=> -9223372036854775808
(unchecked-subtract -9223372036854775808 1) ;=> 9223372036854775807

;;; ## What is no number is an error
(+ 1 nil) ;! :ox/type
(+ "a" 1) ;! :ox/type
(- :a) ;! :ox/type
(* 2 []) ;! :ox/type
(inc nil) ;! :ox/type
(dec "1") ;! :ox/type

;;; ## Arithmetic functions are values
(map + [1 2] [10 20]) ;=> (11 22)
(reduce + 0 (range 101)) ;=> 5050
(apply max [3 1 4]) ;=> 4
(sort > [1 3 2]) ;=> (3 2 1)
(map inc [1 2]) ;=> (2 3)
((comp - inc) 5) ;=> -6
