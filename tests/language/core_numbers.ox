;;; # Core names: numbers and comparison

;;; Each name with its usual results, its edges and its errors. `cargo test -p harness --test main clojure_agrees`
;;; compares all of them with Clojure.

;;; ## `+`
(+) ;=> 0
(+ 1 2 3) ;=> 6
(+ 1 1/2) ;=> 3/2
(+ 0.1 0.2) ;=> 0.30000000000000004
(+ :a 1) ;! :ox/type "expected a number, got a keyword"
(+ 9223372036854775807 1) ;! :ox/arithmetic "integer overflow"
(+ 1 nil) ;! :ox/type "expected a number, got nil"
(+ 1 "a") ;! :ox/type "expected a number, got a string"
(+ 0.0 ##Inf 1.5) ;=> ##Inf

;;; ## `-`
(- 1) ;=> -1
(- 5 2 1) ;=> 2
(- 1 0.5) ;=> 0.5
(- nil 1) ;! :ox/type "expected a number, got nil"
(- -9223372036854775808) ;! :ox/arithmetic "integer overflow"
(- ) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/-"
(- {:a 1 :b 2} #uuid "00000000-0000-0000-0000-000000000001") ;! :ox/type "expected a number, got a map"

;;; ## `*`
(* 2 3 4) ;=> 24
(*) ;=> 1
(* 1.5 2) ;=> 3.0
(* 1/2 4) ;=> 2N
(* 9223372036854775807 2) ;! :ox/arithmetic "integer overflow"
(* 4611686018427387904 2) ;! :ox/arithmetic "integer overflow"
(* (repeat 2 :z) '(1 2 3) 1/2) ;! :ox/type "expected a number, got a sequence"
(* 3 nil "a,b") ;! :ox/type "expected a number, got nil"

;;; ## `/`
(/ 2) ;=> 1/2
(/ 1 3) ;=> 1/3
(/ 4 2) ;=> 2
(/ 1.0 4) ;=> 0.25
(/ 0) ;! :ox/arithmetic "Divide by zero"
(/ 1 "a") ;! :ox/type "expected a number, got a string"
(/ 6 4) ;=> 3/2
(/ 6 3) ;=> 2
(/ 1 0) ;! :ox/arithmetic "Divide by zero"
(/ 1.0 0) ;=> ##Inf
(/ 0.0 0) ;=> ##NaN
(/ (with-meta (list 1 2) {:m 4}) \a) ;! :ox/type "expected a number, got a list"

;;; ## `inc`
(inc (comment)) ;! :ox/type "expected a number, got nil"
(inc 1.5) ;=> 2.5
(inc 1/2) ;=> 3/2
(inc nil) ;! :ox/type "expected a number, got nil"
(apply inc 1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(inc 9223372036854775807) ;! :ox/arithmetic "integer overflow"
(inc 3) ;=> 4
(inc ##Inf) ;=> ##Inf

;;; ## `dec`
(dec 0) ;=> -1
(dec -9223372036854775808) ;! :ox/arithmetic "integer overflow"
(dec "1") ;! :ox/type "expected a number, got a string"
(loop [n 3 acc 1] (if (zero? n) acc (recur (dec n) (* acc n)))) ;=> 6
(letfn [(f [x] (if (pos? x) (g (dec x)) :f)) (g [x] (if (pos? x) (f (dec x)) :g))] (f 3)) ;=> :g
(loop [{:keys [n]} {:n 3} r []] (if (pos? n) (recur {:n (dec n)} (conj r n)) r)) ;=> [3 2 1]
(let [f (fn fact [n] (if (< n 2) 1 (* n (fact (dec n)))))] (f 5)) ;=> 120
(letfn [(ev? [n] (or (zero? n) (od? (dec n)))) (od? [n] (and (pos? n) (ev? (dec n))))] (ev? 10)) ;=> true
(dec "") ;! :ox/type "expected a number, got a string"
(dec 0.0) ;=> -1.0
(dec true) ;! :ox/type "expected a number, got true"

;;; ## `=`
(= (gensym) (gensym)) ;=> false
(= "ab" (subs (name (gensym "ab")) 0 2)) ;=> true
(= 1 1 1) ;=> true
(= [1] '(1)) ;=> true
(= 1 1.0) ;=> false
(= "a" 'a) ;=> false
(apply = []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/="
(= ^{:a 1} [1] [1]) ;=> true
(= (with-meta 'a {:b 1}) 'a) ;=> true
(= #'inc #'inc) ;=> true
(= ) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/="

;;; ## `not=`
(apply not= []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/not="
(not= 1 1.0) ;=> true
(not= :a :a) ;=> false
(not= 1 2) ;=> true
(not= 1 1 1) ;=> false
(not= #uuid "00000000-0000-0000-0000-000000000001" 7) ;=> true
(not= -1 0) ;=> true
(not= (rest [1]) 'n/y) ;=> true
(not= \b (range 5)) ;=> true
(not= (seq "hey") [1 2 3]) ;=> true

;;; ## `<`
(< 1 1.5) ;=> true
(< 1 2 2) ;=> false
(< :a 1) ;! :ox/type "expected a number, got a keyword"
(< 1 "a") ;! :ox/type "expected a number, got a string"
(< 1 2 3) ;=> true
(< nil (repeat 2 :z)) ;! :ox/type "expected a number, got nil"
(< 10N 2) ;=> false
(< {:a 1}) ;=> true
(< \b) ;=> true

;;; ## `>`
(> 2 1) ;=> true
(> 1 1) ;=> false
(> 3 2 1) ;=> true
(> 1 nil) ;! :ox/type "expected a number, got nil"
(> 3 2 2) ;=> false
(> 2 #"a+") ;! :ox/type "expected a number, got a regular expression"
(> \a (list 1 [2] nil)) ;! :ox/type "expected a number, got a list"
(> 10N 1.5) ;=> true

;;; ## `<=`
(<= 1 1) ;=> true
(<= 1 2 1) ;=> false
(<= 1 nil) ;! :ox/type "expected a number, got nil"
(<= -1 [nil false]) ;! :ox/type "expected a number, got a vector"
(<= 2 [[:a 1] [:b 2]]) ;! :ox/type "expected a number, got a vector"
(<= true {}) ;! :ox/type "expected a number, got true"

;;; ## `>=`
(>= 2 2) ;=> true
(>= 1 2) ;=> false
(>= "a" 1) ;! :ox/type "expected a number, got a string"
(>= [1 2 3] (rest [1])) ;! :ox/type "expected a number, got a list"
(>= true 10N) ;! :ox/type "expected a number, got true"

;;; ## `max`
(max 1 2 3) ;=> 3
(max 1 2.5) ;=> 2.5
(max 1 1/2) ;=> 1
(max 1 :a) ;! :ox/type "expected a number, got a keyword"
(apply max []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/max"
(max 1 2.0) ;=> 2.0
(max) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/max"
(max [] 0) ;! :ox/type "expected a number, got a vector"
(max "a,b") ;=> "a,b"
(max (with-meta (list 1 2) {:m 4})) ;=> (1 2)

;;; ## `min`
(min 3 2 1) ;=> 1
(min 1 0.5) ;=> 0.5
(min 1 nil) ;! :ox/type "expected a number, got nil"
(apply min []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/min"
(min 1 1.0) ;=> 1.0
(min "a" 1) ;! :ox/type "expected a number, got a string"
(min (list 1 [2] nil) -0.5 (with-meta (list 1 2) {:m 4})) ;! :ox/type "expected a number, got a list"

;;; ## `zero?`
(zero? (rand-int 1)) ;=> true
(zero? 0) ;=> true
(zero? 0.0) ;=> true
(zero? 1/2) ;=> false
(zero? :a) ;! :ox/type "expected a number, got a keyword"
(zero? nil) ;! :ox/type "expected a number, got nil"
(zero? (rest [1])) ;! :ox/type "expected a number, got a list"
(zero? 3) ;=> false
(zero? true) ;! :ox/type "expected a number, got true"
(zero? -1) ;=> false

;;; ## `pos?`
(pos? 1) ;=> true
(pos? -0.5) ;=> false
(pos? 0) ;=> false
(pos? nil) ;! :ox/type "expected a number, got nil"
(pos? "a") ;! :ox/type "expected a number, got a string"
(pos? []) ;! :ox/type "expected a number, got a vector"
(pos? ##Inf) ;=> true
(pos? 10N) ;=> true
(pos? -3/4) ;=> false

;;; ## `neg?`
(neg? (range 0)) ;! :ox/type "expected a number, got a list"
(neg? (with-meta 'q {:m 3})) ;! :ox/type "expected a number, got a symbol"
(neg? 0.0) ;=> false
(neg? -1) ;=> true
(neg? 1/2) ;=> false
(neg? 2) ;=> false

;;; ## `even?`
(even? 1.5) ;! :ox/argument "Argument must be an integer: 1.5"
(with-out-str (doseq [x [1 2] :when (even? x)] (print x))) ;=> "2"
(even? :n/b) ;! :ox/argument "Argument must be an integer: a keyword"
(even? 9223372036854775807) ;=> false

;;; ## `odd?`
(odd? nil) ;! :ox/argument "Argument must be an integer: nil"
(for [x [1 2 3] :when (odd? x)] (* x x)) ;=> (1 9)
(for [x [1 2 3] y [:a :b] :when (odd? x)] [x y]) ;=> ([1 :a] [1 :b] [3 :a] [3 :b])
(odd? (map inc [1 2 3])) ;! :ox/argument "Argument must be an integer: a sequence"
(odd? 10N) ;=> false

;;; ## `number?`
(apply number? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/number?"
(number? 1/2) ;=> true
(number? \a) ;=> false
(number? #{:a nil}) ;=> false
(number? -9223372036854775808) ;=> true
(number? 2) ;=> true
(number? nil) ;=> false
(number? 10N) ;=> true
(number? []) ;=> false
(number? -0.5) ;=> true

;;; ## `int`
(int 1.9) ;=> 1
(int \a) ;=> 97
(int -1.9) ;=> -1
(int "1") ;! :ox/type "expected a number, got a string"
(int 3.9) ;=> 3
(int 3000000000) ;! :ox/argument "Value out of range for int: 3000000000"
(int 9223372036854775807) ;! :ox/argument "Value out of range for int: 9223372036854775807"
(int (range 0)) ;! :ox/type "expected a number, got a list"
(int \b) ;=> 98
(int 1) ;=> 1
(int 10N) ;=> 10
(int -3/4) ;=> 0

;;; ## `integer?`
(apply integer? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/integer?"
(integer? 1N) ;=> true
(integer? \a) ;=> false
(integer? (lazy-seq nil)) ;=> false
(integer? (with-meta (list 1 2) {:m 4})) ;=> false
(integer? (with-meta 'q {:m 3})) ;=> false
(integer? 7) ;=> true
(integer? [1 2 3]) ;=> false
(integer? [[:a 1] [:b 2]]) ;=> false
(integer? -1) ;=> true

;;; ## `long`
(long 1.9) ;=> 1
(long \b) ;=> 98
(long #{2}) ;! :ox/type "expected a number, got a set"
(long 2) ;=> 2
(long (with-meta {:a 1} {:m 2})) ;! :ox/type "expected a number, got a map"
(long 0.0) ;=> 0
(long 10N) ;=> 10

;;; ## `double`
(double 1/3) ;=> 0.3333333333333333
(double (repeat 2 :z)) ;! :ox/type "expected a number, got a sequence"
(double (next [1 2])) ;! :ox/type "expected a number, got a sequence"
(double 0) ;=> 0.0
(double 7) ;=> 7.0

;;; ## `mod`
(mod -7 3) ;=> 2
(mod 1 0) ;! :ox/arithmetic "Divide by zero"
(mod #"a+" #{:a nil}) ;! :ox/type "expected a number, got a regular expression"
(mod [[1 2] [3 4]] (map inc [1 2 3])) ;! :ox/type "expected a number, got a vector"
(mod true {:a 1 :b 2}) ;! :ox/type "expected a number, got true"

;;; ## `quot`
(quot -7 3) ;=> -2
(quot 1 0) ;! :ox/arithmetic "Divide by zero"
(quot 1/2 {:a {:b 1}}) ;! :ox/type "expected a number, got a map"
(quot "" ##Inf) ;! :ox/type "expected a number, got a string"
(quot (map inc [1 2 3])) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/quot"

;;; ## `rem`
(rem -7 3) ;=> -1
(rem true -9223372036854775808) ;! :ox/type "expected a number, got true"
(rem -0.5 'n/y) ;! :ox/type "expected a number, got a symbol"
(rem 7 2.50M) ;=> 2.00M
(rem :a [[1 2] [3 4]]) ;! :ox/type "expected a number, got a keyword"

;;; ## `compare`
(compare [1 2] [1 3]) ;=> -1
(compare [1 2] [1]) ;=> 1
(compare nil 1) ;=> -1
(compare 1 nil) ;=> 1
(compare :a :b) ;=> -1
(compare 'a 'b) ;=> -1
(compare "a" "b") ;=> -1
(compare false true) ;=> -1
(compare 1 1.0) ;=> 0
(compare 1 "a") ;! :ox/type "expected a number, to compare with one, got a string"
(compare [1] '(1)) ;! :ox/type "a vector cannot be compared with a list"
(compare -3/4 {nil 1}) ;! :ox/type "expected a number, to compare with one, got a map"
(compare (seq {:a 1}) (with-meta [1 2] {:m 1})) ;! :ox/type "a sequence cannot be compared with a vector"

;;; ## `identical?`
(apply identical? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/identical?"
(identical? :a :a) ;=> true
(identical? "a" "b") ;=> false
(identical? true (rest [1])) ;=> false
(identical? (seq {:a 1}) {:a 1}) ;=> false
(identical? \b [1 2 3]) ;=> false
(identical? (next [1 2]) 7) ;=> false
(identical? (repeat 2 :z) {nil 1}) ;=> false
(identical? {nil 1} #{2}) ;=> false
(identical? #uuid "00000000-0000-0000-0000-000000000001" 1) ;=> false

;;; ## `rand-int`
(apply rand-int []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/rand-int"
(rand-int 0) ;=> 0
(rand-int "a") ;! :ox/type "expected a number, got a string"
(rand-int 1) ;=> 0
(zero? (rand-int 1)) ;=> true

;;; ## `bit-and`
(bit-and (with-meta [1 2] {:m 1}) 0.0 ##Inf) ;! :ox/argument "bit operation not supported for a vector"
(bit-and true 'x (with-meta {:a 1} {:m 2})) ;! :ox/argument "bit operation not supported for true"
(bit-and 7 -1) ;=> 7

;;; ## `with-precision`
(with-precision 10 (/ 1M 3)) ;=> 0.3333333333M
(with-precision 3 [(+ 1.2345M 1) (- 10000M 1.2345M) (- 1 1.2345M) (* 1.2345M 2)]) ;=> [2.23M 1.00E+4M -0.23M 2.47M]
(with-precision 3 [(- 1.2345M) (inc 9.999M) (dec 9.999M) (abs -9.996M)]) ;=> [-1.23M 11.0M 9.00M 10.0M]
(with-precision 3 [(* 12345 2) (* 12345M 2.0) (+ 1/3 1M) (- 1.2345M 1/3)]) ;=> [24690 24690.0 1.33M 0.902M]
(with-precision 3 [(+' 1.2345M 1) (unchecked-add 1.2345M 1) (reduce + [1.111M 2.222M 3.333M])]) ;=> [2.23M 2.23M 6.66M]
(with-precision 3 [1.23456M (+ 1.2345M) (max 1.23456M 1) (bigdec 1.23456) (bigdec 1/3)]) ;=> [1.23456M 1.2345M 1.23456M 1.23456M 0.333M]
(with-precision 3 [(quot 1000M 3) (quot 1230.5M 1) (rem 1000M 3) (mod -1000M 3) (mod -10.3456M 3)]) ;=> [333M 1.23E+3M 1M 2M 1.65M]
[(with-precision 4 (quot 1230.5M 1)) (with-precision 10 (quot 1230.5M 1)) (with-precision 2 (quot 100M 1))] ;=> [1230M 1230.0M 1.0E+2M]
(with-precision 3 [(/ 0M 3) (/ 6.00M 3) (/ 600M 3) (/ 1E+5M 7) (/ 2M 3E+10M)]) ;=> [0M 2.00M 200M 1.43E+4M 6.67E-11M]
(with-precision 1 (/ 600M 3)) ;=> 2E+2M
(with-precision 0 (+ 1.2345M 3)) ;=> 4.2345M
(with-precision 20 (with-precision 3 (/ 2M 3))) ;=> 0.667M
[(with-precision 3) (with-precision 3 1 2)] ;=> [nil 2]
(first (with-precision 3 (map (fn [n] (/ 2M n)) [3]))) ;! :ox/arithmetic "Non-terminating decimal expansion"
(with-precision 0 (/ 1M 3)) ;! :ox/arithmetic "Non-terminating decimal expansion"
(with-precision 3 (/ 1M 0)) ;! :ox/arithmetic "Divide by zero"
(with-precision 3 (quot 10000M 3)) ;! :ox/arithmetic "Division impossible"
(with-precision -1 1) ;! :ox/argument "Digits < 0"
(with-precision :a 1) ;! :ox/type "expected a number of digits"

;;; ## `with-precision` with `:rounding`
(with-precision 3 :rounding UP [(+ 1.225M 0) (+ 1.231M 0) (+ -1.225M 0)]) ;=> [1.23M 1.24M -1.23M]
(with-precision 3 :rounding DOWN [(+ 1.225M 0) (+ 1.239M 0) (+ -1.225M 0)]) ;=> [1.22M 1.23M -1.22M]
(with-precision 3 :rounding CEILING [(+ 1.225M 0) (+ 1.231M 0) (+ -1.225M 0)]) ;=> [1.23M 1.24M -1.22M]
(with-precision 3 :rounding FLOOR [(+ 1.225M 0) (+ 1.239M 0) (+ -1.225M 0)]) ;=> [1.22M 1.23M -1.23M]
(with-precision 3 :rounding HALF_UP [(+ 1.225M 0) (+ 1.235M 0) (+ -1.225M 0)]) ;=> [1.23M 1.24M -1.23M]
(with-precision 3 :rounding HALF_DOWN [(+ 1.225M 0) (+ 1.235M 0) (+ -1.225M 0)]) ;=> [1.22M 1.23M -1.22M]
(with-precision 3 :rounding HALF_EVEN [(+ 1.225M 0) (+ 1.235M 0) (+ -1.225M 0)]) ;=> [1.22M 1.24M -1.22M]
(with-precision 3 :rounding UNNECESSARY (+ 1.23M 3)) ;=> 4.23M
(with-precision 3 :rounding UNNECESSARY (+ 1.2345M 3)) ;! :ox/arithmetic "Rounding necessary"
[(with-precision 3 :rounding FLOOR (- 1M 1/3)) (with-precision 3 :rounding CEILING (- 1M 1/3))] ;=> [0.666M 0.667M]

;;; ## `with-precision` with a rounding that there is not
(with-precision 3 :rounding SIDEWAYS 1) ;! OX0202 "with-precision rounds by UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN, HALF_EVEN or UNNECESSARY: SIDEWAYS"

;;; ## `*math-context*`
*math-context* ;=> nil
(binding [*math-context* java.math.MathContext/DECIMAL32] (/ 1M 3)) ;=> 0.3333333M
(binding [*math-context* (java.math.MathContext. 3 java.math.RoundingMode/UP)] (/ 1M 3)) ;=> 0.334M
(with-precision 3 (binding [*math-context* nil] (+ 1.2345M 1))) ;=> 2.2345M
(with-precision 3 (.add 1.2345M 1M)) ;=> 2.2345M
(binding [*math-context* :x] [(+ 1 3) (+ 1.5 3)]) ;=> [4 4.5]
(binding [*math-context* :x] (+ 1M 3)) ;! :ox/type "expected a context of `with-precision`, got a keyword"
(java.math.MathContext. -1) ;! :ox/argument "Digits < 0"

;;; ## `+'`, `-'`, `inc'`, `dec'`
(+' 1 :a) ;! :ox/type "expected a number, got a keyword: :a"
(-' "1" 2) ;! :ox/type "expected a number, got a string: \"1\""
(inc' nil) ;! :ox/type "expected a number, got nil"
(dec' :a) ;! :ox/type "expected a number, got a keyword: :a"
(+' 9223372036854775807 1 1) ;=> 9223372036854775809N
(-' -9223372036854775808 1) ;=> -9223372036854775809N
(inc' 1.5) ;=> 2.5
(dec' 1/2) ;=> -1/2
(inc' 9223372036854775807) ;=> 9223372036854775808N
(dec' -9223372036854775808) ;=> -9223372036854775809N

;;; ## `==`
(== 1 1.0 1N) ;=> true
(== 1/2 0.5) ;=> true
(== 1 2) ;=> false
(== 1 :a) ;! :ox/type "expected a number, got a keyword: :a"
(== nil 1) ;! :ox/type "expected a number, got nil"

;;; ## `NaN?`, `infinite?`
(map NaN? [##NaN 1.0 ##Inf 0]) ;=> (true false false false)
(map infinite? [##NaN 1.0 ##Inf ##-Inf]) ;=> (false false true true)
(NaN? nil) ;! :ox/type "expected a number, got nil"
(NaN? "a") ;! :ox/type "expected a number, got a string: \"a\""
(infinite? :a) ;! :ox/type "expected a number, got a keyword: :a"
(infinite? nil) ;! :ox/type "expected a number, got nil"

;;; ## `abs`
(map abs [-1 1 -1.5 -1/2 -2N -1.50M]) ;=> (1 1 1.5 1/2 2N 1.50M)
(abs :a) ;! :ox/type "expected a number, got a keyword: :a"
(abs nil) ;! :ox/type "expected a number, got nil"

;;; ## `bigdec`, `biginteger`
(bigdec 1) ;=> 1M
(bigdec "1.50") ;=> 1.50M
(bigdec 1/4) ;=> 0.25M
(bigdec 1/3) ;! :ox/arithmetic "Non-terminating decimal expansion; no exact representable decimal result."
(bigdec "x") ;! :ox/number-format "For input string: \"x\""
(bigdec :a) ;! :ox/type "expected a number, got a keyword: :a"
(bigdec nil) ;! :ox/type "expected a number, got nil"
(= (biginteger 5) 5) ;=> true
(str (biginteger 100000000000000000000)) ;=> "100000000000000000000"
(biginteger :a) ;! :ox/type "expected a number, got a keyword: :a"
(biginteger nil) ;! :ox/type "expected a number, got nil"

;;; ## Bit operations of two and more
[(bit-and-not 7 2) (bit-and-not 7 1 2) (bit-and-not -1 0)] ;=> [5 4 -1]
(bit-and-not 1 1.5) ;! :ox/argument "bit operation not supported for a double"
(bit-and-not nil 1) ;! :ox/argument "bit operation not supported for nil"
[(bit-or 1 2) (bit-or 1 2 4) (bit-or -8 3)] ;=> [3 7 -5]
(bit-or 1.5 1) ;! :ox/argument "bit operation not supported for a double"
(bit-or 1 nil) ;! :ox/argument "bit operation not supported for nil"
[(bit-xor 5 1) (bit-xor 5 1 2) (bit-xor -1 1)] ;=> [4 6 -2]
(bit-xor :a 1) ;! :ox/argument "bit operation not supported for a keyword"
(bit-xor 1 2 "a") ;! :ox/argument "bit operation not supported for a string"
(bit-and 1.5 1) ;! :ox/argument "bit operation not supported for a double"
(bit-and-not 5N 1) ;! :ox/argument "bit operation not supported for an integer"

;;; ## Single bits
[(bit-clear 5 0) (bit-clear 5 1) (bit-clear -1 63)] ;=> [4 5 9223372036854775807]
(bit-clear 1.5 0) ;! :ox/argument "bit operation not supported for a double"
(bit-clear :a 0) ;! :ox/argument "bit operation not supported for a keyword"
[(bit-set 5 1) (bit-set 5 0) (bit-set 0 63)] ;=> [7 5 -9223372036854775808]
(bit-set nil 0) ;! :ox/argument "bit operation not supported for nil"
[(bit-flip 5 0) (bit-flip 5 1) (bit-flip 0 63)] ;=> [4 7 -9223372036854775808]
(bit-flip "a" 1) ;! :ox/argument "bit operation not supported for a string"
[(bit-test 5 0) (bit-test 5 1) (bit-test -1 63)] ;=> [true false true]
(bit-test 1.0 0) ;! :ox/argument "bit operation not supported for a double"
(bit-test :a 1) ;! :ox/argument "bit operation not supported for a keyword"
[(bit-not 5) (bit-not -1) (bit-not 0)] ;=> [-6 0 -1]
(bit-not 1.5) ;! :ox/argument "bit operation not supported for a double"
(bit-not nil) ;! :ox/argument "bit operation not supported for nil"
(map (fn [f] (f 5 64)) [bit-set bit-clear bit-flip bit-test]) ;=> (5 4 4 true)

;;; ## Shifts
[(bit-shift-left 1 3) (bit-shift-left 1 63) (bit-shift-left 1 64) (bit-shift-left -1 1)] ;=> [8 -9223372036854775808 1 -2]
(bit-shift-left 1.5 1) ;! :ox/argument "bit operation not supported for a double"
(bit-shift-left nil 1) ;! :ox/argument "bit operation not supported for nil"
[(bit-shift-right 8 1) (bit-shift-right -8 1) (bit-shift-right 8 65)] ;=> [4 -4 4]
(bit-shift-right :a 1) ;! :ox/argument "bit operation not supported for a keyword"
[(unsigned-bit-shift-right 8 1) (unsigned-bit-shift-right -1 60) (unsigned-bit-shift-right -1 1)] ;=> [4 15 9223372036854775807]
(unsigned-bit-shift-right 1.0 1) ;! :ox/argument "bit operation not supported for a double"
(unsigned-bit-shift-right nil 1) ;! :ox/argument "bit operation not supported for nil"

;;; ## `byte`, `short`, `long`, `num`
[(byte 1) (byte -128) (byte 127) (byte \a)] ;=> [1 -128 127 97]
(byte 128) ;! :ox/argument "Value out of range for byte: 128"
(byte :a) ;! :ox/type "expected a number, got a keyword: :a"
[(short 1) (short -32768) (short 32767)] ;=> [1 -32768 32767]
(short 32768) ;! :ox/argument "Value out of range for short: 32768"
(short nil) ;! :ox/type "expected a number, got nil"
[(num 1) (num 1.5) (num 1/2)] ;=> [1 1.5 1/2]
(num :a) ;! :ox/type "expected a number, got a keyword: :a"
(num "1") ;! :ox/type "expected a number, got a string: \"1\""
[(float 1) (float 0.5)] ;=> [1.0 0.5]
(float :a) ;! :ox/type "expected a number, got a keyword: :a"
(float nil) ;! :ox/type "expected a number, got nil"

;;; ## `numerator`, `denominator`, `rationalize`
[(numerator 1/2) (denominator 1/2) (numerator -6/4)] ;=> [1 2 -3]
(numerator 1) ;! :ox/type "expected a ratio, got an integer: 1"
(denominator 1.5) ;! :ox/type "expected a ratio, got a double: 1.5"
[(rationalize 0.5) (rationalize 1) (rationalize 1.5M)] ;=> [1/2 1 3/2]
(rationalize :a) ;! :ox/type "expected a number, got a keyword: :a"
(rationalize ##NaN) ;! :ox/number-format "Infinite or NaN"

;;; ## Number predicates of one argument
(map decimal? [1M 1 1.0 nil]) ;=> (true false false false)
(map ratio? [1/2 1 0.5 nil]) ;=> (true false false false)
(map rational? [1/2 1 0.5 1M 1N nil]) ;=> (true true false true true false)
(map int? [1 1N 1.0 nil]) ;=> (true false false false)
(map float? [1.0 1 1M nil]) ;=> (true false false false)
(map double? [1.0 1 1M nil]) ;=> (true false false false)
(map nat-int? [0 1 -1 1N 1.0 nil]) ;=> (true true false false false false)
(map pos-int? [0 1 -1 1N 1.0 nil]) ;=> (false true false false false false)
(map neg-int? [0 1 -1 -1N 1.0 nil]) ;=> (false false true false false false)
(double? ##NaN) ;=> true
(double? "1.0") ;=> false
(neg-int? -9223372036854775808) ;=> true
(pos-int? 9223372036854775807) ;=> true
(decimal? 1e3M) ;=> true
(decimal? 1/2) ;=> false
(float? ##Inf) ;=> true
(ratio? 4/2) ;=> false
(apply decimal? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/decimal?, which takes 1 argument"
(apply ratio? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/ratio?, which takes 1 argument"
(apply rational? [1 2]) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/rational?, which takes 1 argument"
(apply int? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/int?, which takes 1 argument"
(apply float? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/float?, which takes 1 argument"
(apply double? [1 2]) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/double?, which takes 1 argument"
(apply nat-int? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/nat-int?, which takes 1 argument"
(apply pos-int? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/pos-int?, which takes 1 argument"
(apply neg-int? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/neg-int?, which takes 1 argument"

;;; ## Unchecked operations
[(unchecked-add 1 2) (unchecked-add 9223372036854775807 1) (unchecked-add 1.5 1)] ;=> [3 -9223372036854775808 2.5]
(unchecked-add 1 :a) ;! :ox/type "expected a number, got a keyword: :a"
(unchecked-add nil 1) ;! :ox/type "expected a number, got nil"
[(unchecked-subtract 1 2) (unchecked-subtract -9223372036854775808 1) (unchecked-subtract 1.5 1)] ;=> [-1 9223372036854775807 0.5]
(unchecked-subtract :a 1) ;! :ox/type "expected a number, got a keyword: :a"
(unchecked-subtract 1 nil) ;! :ox/type "expected a number, got nil"
[(unchecked-multiply 3 2) (unchecked-multiply 9223372036854775807 2) (unchecked-multiply 1.5 2)] ;=> [6 -2 3.0]
(unchecked-multiply "a" 1) ;! :ox/type "expected a number, got a string: \"a\""
(unchecked-multiply 2 nil) ;! :ox/type "expected a number, got nil"
[(unchecked-inc 1) (unchecked-inc 9223372036854775807) (unchecked-inc 1.5)] ;=> [2 -9223372036854775808 2.5]
(unchecked-inc nil) ;! :ox/type "expected a number, got nil"
(unchecked-inc :a) ;! :ox/type "expected a number, got a keyword: :a"
[(unchecked-dec 1) (unchecked-dec -9223372036854775808) (unchecked-dec 1.5)] ;=> [0 9223372036854775807 0.5]
(unchecked-dec nil) ;! :ox/type "expected a number, got nil"
(unchecked-dec :a) ;! :ox/type "expected a number, got a keyword: :a"
[(unchecked-negate 1) (unchecked-negate -9223372036854775808) (unchecked-negate 1.5)] ;=> [-1 -9223372036854775808 -1.5]
(unchecked-negate nil) ;! :ox/type "expected a number, got nil"
(unchecked-negate :a) ;! :ox/type "expected a number, got a keyword: :a"
[(unchecked-long 1.9) (unchecked-long -1.9) (unchecked-long 3N)] ;=> [1 -1 3]
(unchecked-long :a) ;! :ox/type "expected a number, got a keyword: :a"
(unchecked-long nil) ;! :ox/type "expected a number, got nil"

;;; ## Unchecked operations of 32 bits
(unchecked-inc-int 2147483647) ;=> -2147483648
(unchecked-dec-int -2147483648) ;=> 2147483647
(unchecked-negate-int -2147483648) ;=> -2147483648
(unchecked-add-int 2147483647 1) ;=> -2147483648
(unchecked-subtract-int -2147483648 1) ;=> 2147483647
(unchecked-multiply-int 2147483647 2) ;=> -2
(unchecked-divide-int 7 2) ;=> 3
(unchecked-divide-int 7 0) ;! :ox/arithmetic "Divide by zero"
(unchecked-remainder-int 7 2) ;=> 1
(unchecked-remainder-int 7 0) ;! :ox/arithmetic "Divide by zero"
(unchecked-int 4294967297) ;=> 1
(unchecked-short 65537) ;=> 1
(unchecked-byte 257) ;=> 1
(unchecked-float 1.5) ;=> 1.5
(unchecked-inc-int :a) ;! :ox/type "expected a number, got a keyword: :a"
(unchecked-dec-int nil) ;! :ox/type "expected a number, got nil"
(unchecked-negate-int :a) ;! :ox/type "expected a number, got a keyword: :a"
(unchecked-subtract-int nil 1) ;! :ox/type "expected a number, got nil"
(unchecked-multiply-int 1 nil) ;! :ox/type "expected a number, got nil"
(unchecked-int :a) ;! :ox/type "expected a number, got a keyword: :a"
(unchecked-short nil) ;! :ox/type "expected a number, got nil"
(unchecked-float :a) ;! :ox/type "expected a number, got a keyword: :a"

;;; ## `max-key`, `min-key`
[(max-key count "a" "bbb" "cc") (max-key count "a" "b") (max-key - 1)] ;=> ["bbb" "b" 1]
[(min-key count "a" "bbb" "cc") (min-key count "a" "b") (min-key - 1)] ;=> ["a" "b" 1]
(max-key :k {:k 1} {:k 3} {:k 2}) ;=> {:k 3}
(min-key :k {:k 1} {:k 3} {:k 2}) ;=> {:k 1}
(max-key identity :a :b) ;! :ox/type "expected a number, got a keyword: :b"
(min-key identity nil 1) ;! :ox/type "expected a number, got nil"
(max-key :missing {} {}) ;! :ox/type "expected a number, got nil"

;;; ## `rand`, `rand-nth`, `shuffle`
(let [r (rand)] (and (<= 0 r) (< r 1))) ;=> true
(let [r (rand 10)] (and (<= 0 r) (< r 10))) ;=> true
(double? (rand 0)) ;=> true
(rand :a) ;! :ox/type "expected a number, got a keyword: :a"
(rand nil) ;! :ox/type "expected a number, got nil"
(rand-nth [7]) ;=> 7
(contains? #{1 2 3} (rand-nth [1 2 3])) ;=> true
(rand-nth nil) ;=> nil
(rand-nth []) ;! :ox/index "index 0 is out of bounds for a count of 0"
(rand-nth #{1}) ;! :ox/type "expected a sequence, vector or string, got a set"
(sort (shuffle [3 1 2])) ;=> (1 2 3)
(vector? (shuffle (list 1 2))) ;=> true
(shuffle []) ;=> []
(shuffle nil) ;! :ox/type "shuffle takes a collection of elements"
(shuffle 5) ;! :ox/type "shuffle takes a collection of elements"

;;; ## `parse-boolean`, `parse-double`, `parse-uuid`, `parse-long`
(map parse-boolean ["true" "false" "TRUE" "" "1"]) ;=> (true false nil nil nil)
(parse-boolean :a) ;! :ox/argument "Expected string"
(parse-boolean nil) ;! :ox/argument "Expected string"
(map parse-double ["1.5" "1" "1e3" "x" "" "NaN" "-Infinity"]) ;=> (1.5 1.0 1000.0 nil nil ##NaN ##-Inf)
(parse-double 1.5) ;! :ox/argument "expected a string, got a double"
(parse-double nil) ;! :ox/argument "expected a string, got nil"
(parse-uuid "00000000-0000-0000-0000-000000000001") ;=> #uuid "00000000-0000-0000-0000-000000000001"
(parse-uuid "x") ;=> nil
(parse-uuid "0-0-0-0-1") ;=> #uuid "00000000-0000-0000-0000-000000000001"
(parse-uuid :a) ;! :ox/argument "expected a string, got a keyword"
(parse-uuid nil) ;! :ox/argument "expected a string, got nil"
