(ns ox.core.number
  "Numbers: arithmetic of any number of arguments, comparison, predicates, bits.

  `+ - * / < <= > >= =` of two arguments are operations of the machine, inside these definitions too."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]))

;; ---------------------------------------------------------------------------------------------
;; Equality

(defn =
  "Returns true if all arguments are equal: same value, and for numbers the same category (`(= 1 1.0)` is false).
  Collections are equal by their elements, sequences to vectors and lists of the same elements."
  ([x] true)
  ([x y] (= x y))
  ([x y & more]
   (if (= x y)
     (if (next more)
       (recur y (first more) (next more))
       (= y (first more)))
     false)))

(defn not=
  "Returns `(not (= …))`."
  ([x] false)
  ([x y] (not (= x y)))
  ([x y & more] (not (apply* = x y more))))

(defn ^:no-doc versions?
  "Returns true if two namespaces, symbols, are of two versions of one package: `util.core@util@1.0.0` and `util.core@util@2.0.0`."
  [one other]
  (let [plain (fn [ns] (nth (re-find-from #"[^@]*@[^@]*@" (str* ns) 0) 0))
        of-one (plain one)]
    (if (nil? of-one)
      false
      (if (= one other) false (= of-one (plain other))))))

(defn ==
  "Returns true if all numbers have the same value, whatever their types: `(== 1 1.0)` is true."
  ([x] true)
  ([x y] (num-eq x y))
  ([x y & more]
   (if (num-eq x y)
     (if (next more)
       (recur y (first more) (next more))
       (num-eq y (first more)))
     false)))

;; ---------------------------------------------------------------------------------------------
;; Arithmetic

(defn +
  "Returns the sum of the numbers; 0 of none. 64-bit integers throw `:ox/arithmetic` on overflow; `+'` promotes."
  ([] 0)
  ([x] (num x))
  ([x y] (+ x y))
  ([x y & more]
   (loop [sum (+ x y) s more]
     (if s
       (recur (+ sum (first s)) (next s))
       sum))))

(defn -
  "Returns `x` less the other numbers; of one, its negation. 64-bit integers throw `:ox/arithmetic` on overflow."
  ([x] (* -1 x))
  ([x y] (- x y))
  ([x y & more]
   (loop [rest-of (- x y) s more]
     (if s
       (recur (- rest-of (first s)) (next s))
       rest-of))))

(defn *
  "Returns the product of the numbers; 1 of none. 64-bit integers throw `:ox/arithmetic` on overflow."
  ([] 1)
  ([x] (num x))
  ([x y] (* x y))
  ([x y & more]
   (loop [product (* x y) s more]
     (if s
       (recur (* product (first s)) (next s))
       product))))

(defn /
  "Returns `x` divided by the other numbers; of one, its reciprocal. Integers give an exact integer or ratio;
  `:ox/arithmetic` if an exact divisor is 0."
  ([x] (/ 1 x))
  ([x y] (/ x y))
  ([x y & more]
   (loop [quotient (/ x y) s more]
     (if s
       (recur (/ quotient (first s)) (next s))
       quotient))))

(defn +'
  "As `+`, but integers grow as needed."
  ([] 0)
  ([x] (num x))
  ([x y] (add-p x y))
  ([x y & more]
   (loop [sum (add-p x y) s more]
     (if s (recur (add-p sum (first s)) (next s)) sum))))

(defn -'
  "As `-`, but integers grow as needed."
  ([x] (mul-p -1 x))
  ([x y] (sub-p x y))
  ([x y & more]
   (loop [rest-of (sub-p x y) s more]
     (if s (recur (sub-p rest-of (first s)) (next s)) rest-of))))

(defn *'
  "As `*`, but integers grow as needed."
  ([] 1)
  ([x] (num x))
  ([x y] (mul-p x y))
  ([x y & more]
   (loop [product (mul-p x y) s more]
     (if s (recur (mul-p product (first s)) (next s)) product))))

(defn inc' "As `inc`, but integers grow as needed." [x] (add-p x 1))
(defn dec' "As `dec`, but integers grow as needed." [x] (sub-p x 1))

(defn unchecked-inc "Returns `x` + 1; 64-bit integers wrap around." [x] (unchecked-add x 1))
(defn unchecked-dec "Returns `x` - 1; 64-bit integers wrap around." [x] (unchecked-subtract x 1))
(defn unchecked-negate "Returns the negation of `x`; 64-bit integers wrap around." [x] (unchecked-subtract 0 x))

;; ---------------------------------------------------------------------------------------------
;; Order

(defn <
  "Returns true if the numbers increase strictly."
  ([x] true)
  ([x y] (< x y))
  ([x y & more]
   (if (< x y)
     (if (next more)
       (recur y (first more) (next more))
       (< y (first more)))
     false)))

(defn <=
  "Returns true if the numbers do not decrease."
  ([x] true)
  ([x y] (<= x y))
  ([x y & more]
   (if (<= x y)
     (if (next more)
       (recur y (first more) (next more))
       (<= y (first more)))
     false)))

(defn >
  "Returns true if the numbers decrease strictly."
  ([x] true)
  ([x y] (< y x))
  ([x y & more]
   (if (< y x)
     (if (next more)
       (recur y (first more) (next more))
       (< (first more) y))
     false)))

(defn >=
  "Returns true if the numbers do not increase."
  ([x] true)
  ([x y] (<= y x))
  ([x y & more]
   (if (<= y x)
     (if (next more)
       (recur y (first more) (next more))
       (<= (first more) y))
     false)))

(defn ^{:natives {2 max2}} max
  "Returns the greatest of the numbers."
  ([x] x)
  ([x y] (max2 x y))
  ([x y & more]
   (loop [most (max2 x y) s more]
     (if s (recur (max2 most (first s)) (next s)) most))))

(defn ^{:natives {2 min2}} min
  "Returns the least of the numbers."
  ([x] x)
  ([x y] (min2 x y))
  ([x y & more]
   (loop [least (min2 x y) s more]
     (if s (recur (min2 least (first s)) (next s)) least))))

(defn max-key
  "Returns the `x` for which `(k x)`, a number, is greatest; the last of several."
  ([k x] x)
  ([k x y] (if (< (k y) (k x)) x y))
  ([k x y & more]
   (let [kx (k x) ky (k y)]
     (loop [v (if (< ky kx) x y) kv (if (< ky kx) kx ky) s more]
       (if s
         (let [w (first s) kw (k w)]
           (if (<= kv kw)
             (recur w kw (next s))
             (recur v kv (next s))))
         v)))))

(defn min-key
  "Returns the `x` for which `(k x)`, a number, is least; the last of several."
  ([k x] x)
  ([k x y] (if (< (k x) (k y)) x y))
  ([k x y & more]
   (let [kx (k x) ky (k y)]
     (loop [v (if (< kx ky) x y) kv (if (< kx ky) kx ky) s more]
       (if s
         (let [w (first s) kw (k w)]
           (if (<= kw kv)
             (recur w kw (next s))
             (recur v kv (next s))))
         v)))))

;; ---------------------------------------------------------------------------------------------
;; Predicates and conversions

(defn rational? "Returns true if `x` is an exact number: integer, ratio or decimal." [x]
  (or (integer? x) (ratio? x) (decimal? x)))
(defn double? "Returns true if `x` is a double." [x] (float? x))
(defn pos-int? "Returns true if `x` is a 64-bit integer greater than zero." [x] (if (int? x) (pos? x) false))
(defn neg-int? "Returns true if `x` is a 64-bit integer less than zero." [x] (if (int? x) (neg? x) false))
(defn nat-int? "Returns true if `x` is a 64-bit integer not less than zero." [x] (if (int? x) (not (neg? x)) false))

(defn boolean "Returns false if `x` is nil or false, true otherwise." [x] (if x true false))

(defn- within [x least most what]
  (let [n (long x)]
    (if (if (<= least n) (<= n most) false)
      n
      (fail :ox/argument (str* "Value out of range for " what ": " x) {:value x}))))

(defn int
  "Returns the number or character `x` as an integer within 32 bits; `:ox/argument` if it does not fit."
  [x]
  (within x -2147483648 2147483647 "int"))
(defn short "Returns the number `x` as an integer within 16 bits." [x] (within x -32768 32767 "short"))
(defn byte "Returns the number `x` as an integer within 8 bits." [x] (within x -128 127 "byte"))
(defn float "Returns the number `x` as a double: there is one kind of floating-point number." [x] (double x))
(defn biginteger "Returns the number `x` as an arbitrary integer." [x] (bigint x))
(defn- low-bits "The low bits of an integer that `ones` covers, with the sign that `sign`, the highest of them, is." [n ones sign]
  (let [low (bit-and2 n ones)]
    (if (< low sign) low (- low (+ ones 1)))))

(defn- int-bits "The low 32 bits of a number, truncated, with their sign; of a double what is nearest to it within 32 bits." [x]
  (if (float? x)
    (if (NaN? x) 0 (long (max2 -2147483648.0 (min2 2147483647.0 x))))
    (low-bits (unchecked-long x) 4294967295 2147483648)))

(defn unchecked-int "Returns the low 32 bits of the number or character `x`, with their sign; of a double the nearest integer within 32 bits toward zero." [x]
  (if (char? x) (int x) (int-bits x)))
(defn unchecked-short "Returns the low 16 bits of the number `x`, with their sign." [x] (low-bits (int-bits x) 65535 32768))
(defn unchecked-byte "Returns the low 8 bits of the number `x`, with their sign." [x] (low-bits (int-bits x) 255 128))
(defn unchecked-char "Returns the character whose code point the low 16 bits of the number `x` are; a character is returned as it is." [x]
  (if (char? x) x (char (bit-and2 (unchecked-long x) 65535))))
(defn unchecked-double "Returns the number `x` as a double." [x] (double x))
(defn unchecked-float "Returns the number `x` as a double: there is one kind of floating-point number." [x] (double x))

(defn unchecked-add-int "Returns `x` + `y` of integers within 32 bits, wrapped around." [x y] (int-bits (+ (int x) (int y))))
(defn unchecked-subtract-int "Returns `x` - `y` of integers within 32 bits, wrapped around." [x y] (int-bits (- (int x) (int y))))
(defn unchecked-multiply-int "Returns `x` * `y` of integers within 32 bits, wrapped around." [x y] (int-bits (* (int x) (int y))))
(defn unchecked-divide-int "Returns the quotient of integers within 32 bits, toward zero." [x y] (int-bits (quot (int x) (int y))))
(defn unchecked-remainder-int "Returns the remainder of integers within 32 bits." [x y] (int-bits (rem (int x) (int y))))
(defn unchecked-inc-int "Returns `x` + 1 of an integer within 32 bits, wrapped around." [x] (int-bits (+ (int x) 1)))
(defn unchecked-dec-int "Returns `x` - 1 of an integer within 32 bits, wrapped around." [x] (int-bits (- (int x) 1)))
(defn unchecked-negate-int "Returns the negation of an integer within 32 bits, wrapped around." [x] (int-bits (- 0 (int x))))

(defn parse-boolean
  "Returns true or false for the strings that write them, nil for other strings."
  [s]
  (if (string? s)
    (if (= s "true") true (if (= s "false") false nil))
    (fail :ox/argument "Expected string" {:value s})))

;; ---------------------------------------------------------------------------------------------
;; Bits

(defn ^{:natives {2 bit-and2}} bit-and
  "Returns the bits that are set in all the integers."
  ([x y] (bit-and2 x y))
  ([x y & more]
   (loop [bits (bit-and2 x y) s more]
     (if s (recur (bit-and2 bits (first s)) (next s)) bits))))

(defn ^{:natives {2 bit-or2}} bit-or
  "Returns the bits that are set in any of the integers."
  ([x y] (bit-or2 x y))
  ([x y & more]
   (loop [bits (bit-or2 x y) s more]
     (if s (recur (bit-or2 bits (first s)) (next s)) bits))))

(defn ^{:natives {2 bit-xor2}} bit-xor
  "Returns the bits that are set in an odd number of the integers."
  ([x y] (bit-xor2 x y))
  ([x y & more]
   (loop [bits (bit-xor2 x y) s more]
     (if s (recur (bit-xor2 bits (first s)) (next s)) bits))))

(defn ^{:natives {2 bit-and-not2}} bit-and-not
  "Returns the bits of `x` that are set in none of the others."
  ([x y] (bit-and-not2 x y))
  ([x y & more]
   (loop [bits (bit-and-not2 x y) s more]
     (if s (recur (bit-and-not2 bits (first s)) (next s)) bits))))

(defn bit-set "Returns `x` with bit `n` set." [x n] (bit-or2 x (bit-shift-left 1 n)))
(defn bit-clear "Returns `x` with bit `n` cleared." [x n] (bit-and-not2 x (bit-shift-left 1 n)))
(defn bit-flip "Returns `x` with bit `n` changed." [x n] (bit-xor2 x (bit-shift-left 1 n)))
