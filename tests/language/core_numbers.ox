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
