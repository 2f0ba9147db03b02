(ns ox.core.big
  "Numbers that are too large for one call of the machine: their products, quotients and lowest terms,
  writing and reading them.

  Everything is done by halves. An operation on halves is written as any other, `mul-p`, `big-divide`;
  if the halves are still too large, the machine calls the functions here again. So the work is a tree
  of ordinary calls, and a process can stop, be stored and go on anywhere in it.

  Places in a number are counted in bits; where it is taken apart they are multiples of 64."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]))

(defnative ^:no-doc big-bits "Returns the number of bits of the absolute value of an integer." [n])
(defnative ^:no-doc big-high "Returns an integer without its last `bits`, rounded towards 0, as an arbitrary integer." [n bits])
(defnative ^:no-doc big-low "Returns the last `bits` of an integer with its sign, as an arbitrary integer." [n bits])
(defnative ^:no-doc big-shift "Returns an integer times 2 to the power of `bits`, as an arbitrary integer." [n bits])
(defnative ^:no-doc big-divide "Returns `[quotient rest]` of two integers, rounded towards 0, as arbitrary integers. Slow path `big-divide*slow`." [x y])
(defnative ^:no-doc big-gcd-step
  "Goes on with Euclid's algorithm on positive integers, `b` not above `a`: returns the two that are left, or nil when `a` has
  to be divided by `b` first." [a b])
(defnative ^:no-doc big-ratio "Returns the ratio of two integers that have no common divisor; an arbitrary integer where `d` is 1 or -1." [n d])
(defnative ^:no-doc big-digits "Returns the digits of an integer that is not very large, with zeros in front up to `width`." [n width])
(defnative ^:no-doc big-read "Returns the arbitrary integer that the digits of a string from `from` to before `to` write; not very many." [s from to])

(defn- half
  "Half of a number of bits, rounded up to a multiple of 64; the whole is more than 64."
  [bits]
  (* 64 (quot (+ bits 127) 128)))

;; ---------------------------------------------------------------------------------------------
;; Integers

(defn- product
  "The product of two integers, the first not the shorter, by Karatsuba's method: three products of halves
  for four. A number that is not longer than half of the other is multiplied with both of its halves."
  [x y]
  (let [k (half (big-bits x))
        high-x (big-high x k)
        low-x (big-low x k)]
    (if (<= (big-bits y) k)
      (add-p (big-shift (mul-p high-x y) k) (mul-p low-x y))
      (let [high-y (big-high y k)
            low-y (big-low y k)
            high (mul-p high-x high-y)
            low (mul-p low-x low-y)
            both (mul-p (add-p high-x low-x) (add-p high-y low-y))]
        (add-p (add-p (big-shift high (* 2 k)) low)
               (big-shift (sub-p (sub-p both high) low) k))))))

(defn- corrected
  "Takes the divisor `b` back from a quotient that was estimated too high, until the rest is not negative."
  [q r b]
  (if (neg? r)
    (recur (sub-p q 1) (add-p r b) b)
    [q r]))

(defn- divide-halves
  "Divides by an integer of `n` bits, a multiple of 64, where the quotient has at most `m` bits, not more than `n`: by
  its leading part, half of the quotient at a time (Brent and Zimmermann, \"Modern Computer Arithmetic\", algorithm 1.8)."
  [x y m]
  (let [k (* 64 (quot m 128))
        high-y (big-high y k)
        low-y (big-low y k)
        first-half (big-divide (big-high x (* 2 k)) high-y)
        q (nth first-half 0)
        r (sub-p (add-p (big-shift (nth first-half 1) (* 2 k)) (big-low x (* 2 k)))
                 (big-shift (mul-p q low-y) k))
        first-half (corrected q r (big-shift y k))
        x (nth first-half 1)
        second-half (big-divide (big-high x k) high-y)
        q (nth second-half 0)
        r (sub-p (add-p (big-shift (nth second-half 1) k) (big-low x k))
                 (mul-p q low-y))
        second-half (corrected q r y)]
    [(add-p (big-shift (nth first-half 0) k) (nth second-half 0)) (nth second-half 1)]))

(defn- divide-blocks
  "Divides by an integer of `n` bits one that is any number of times as long, in blocks of `n` bits from the highest on."
  [x y n]
  (loop [at (* n (quot (big-bits x) n)) q (bigint 0) r (bigint 0)]
    (if (< at 0)
      [q r]
      (let [d (big-divide (add-p (big-shift r n) (big-low (big-high x at) n)) y)]
        (recur (- at n) (add-p (big-shift q n) (nth d 0)) (nth d 1))))))

(defn ^:no-doc big-divide*slow
  "`(big-divide x y)` of large integers."
  [x y]
  (if (neg? y)
    (let [d (big-divide x (mul-p -1 y))]
      [(mul-p -1 (nth d 0)) (nth d 1)])
    (if (neg? x)
      (let [d (big-divide (mul-p -1 x) y)]
        [(mul-p -1 (nth d 0)) (mul-p -1 (nth d 1))])
      ;; The first bit of the divisor's leading word is set, so that a quotient of leading parts is at most two too high.
      (let [spare (rem (- 64 (rem (big-bits y) 64)) 64)]
        (if (< 0 spare)
          (let [d (big-divide (big-shift x spare) (big-shift y spare))]
            [(nth d 0) (big-high (nth d 1) spare)])
          (let [n (big-bits y)
                m (* 64 (quot (+ (- (big-bits x) n) 63) 64))]
            (if (<= m n)
              (divide-halves x y m)
              (divide-blocks x y n))))))))

;; ---------------------------------------------------------------------------------------------
;; Ratios

(defn- top [x] (if (ratio? x) (numerator x) x))
(defn- bottom [x] (if (ratio? x) (denominator x) 1))

(defn- common-divisor [a b]
  (if (zero? b)
    a
    (let [left (big-gcd-step a b)]
      (if (nil? left)
        (recur b (nth (big-divide a b) 1))
        (recur (nth left 0) (nth left 1))))))

(defn- fraction
  "The exact quotient of two integers: an arbitrary integer or a ratio."
  [n d]
  (let [whole (big-divide n d)]
    (if (zero? (nth whole 1))
      (nth whole 0)
      (let [common (common-divisor (abs d) (abs (nth whole 1)))]
        (big-ratio (nth (big-divide n common) 0) (nth (big-divide d common) 0))))))

;; ---------------------------------------------------------------------------------------------
;; What the machine calls: operations of integers and ratios, not both 64-bit integers

(defn ^:no-doc plus*slow [x y]
  (fraction (add-p (mul-p (top x) (bottom y)) (mul-p (top y) (bottom x)))
            (mul-p (bottom x) (bottom y))))

(defn ^:no-doc minus*slow [x y]
  (fraction (sub-p (mul-p (top x) (bottom y)) (mul-p (top y) (bottom x)))
            (mul-p (bottom x) (bottom y))))

(defn ^:no-doc times*slow [x y]
  (if (if (ratio? x) true (ratio? y))
    (fraction (mul-p (top x) (top y)) (mul-p (bottom x) (bottom y)))
    (if (< (big-bits x) (big-bits y))
      (product y x)
      (product x y))))

(defn ^:no-doc divide*slow [x y]
  (fraction (mul-p (top x) (bottom y)) (mul-p (bottom x) (top y))))

(defn ^:no-doc quot*slow [x y]
  (nth (big-divide (mul-p (top x) (bottom y)) (mul-p (bottom x) (top y))) 0))

(defn ^:no-doc rem*slow [x y]
  (if (if (ratio? x) true (ratio? y))
    (fraction (nth (big-divide (mul-p (top x) (bottom y)) (mul-p (top y) (bottom x))) 1)
              (mul-p (bottom x) (bottom y)))
    (nth (big-divide x y) 1)))

(defn ^:no-doc mod*slow [x y]
  (let [r (rem x y)]
    (if (if (zero? r) true (= (neg? r) (neg? y)))
      r
      (add-p r y))))

;; ---------------------------------------------------------------------------------------------
;; Text

(defn- ten-to-1024 []
  (loop [power (bigint 10) i 0]
    (if (< i 10) (recur (mul-p power power) (inc i)) power)))

(defn- all-digits
  "Adds the digits of `n`, with zeros in front: twice as many as the power of ten `(nth powers level)` has zeros."
  [out n level powers]
  (if (< level 0)
    (conj!* out (big-digits n 1024))
    (let [d (big-divide n (nth powers level))
          below (dec level)]
      (all-digits (all-digits out (nth d 0) below powers) (nth d 1) below powers))))

(defn- leading-digits
  "Adds the digits of `n` without zeros in front."
  [out n level powers]
  (if (< level 0)
    (conj!* out (big-digits n 0))
    (let [d (big-divide n (nth powers level))
          below (dec level)]
      (if (zero? (nth d 0))
        (leading-digits out (nth d 1) below powers)
        (all-digits (leading-digits out (nth d 0) below powers) (nth d 1) below powers)))))

(defn- integer-text [x]
  (let [bits (big-bits x)]
    (if (< bits 4096)
      (big-digits x 0)
      (let [powers (loop [power (ten-to-1024) powers [power]]
                     (if (<= (* 2 (big-bits power)) bits)
                       (let [square (mul-p power power)]
                         (recur square (conj* powers square)))
                       powers))]
        (join-strings "" (persistent! (leading-digits (transient (if (neg? x) ["-"] [])) (abs x) (dec (count powers)) powers)))))))

(defn ^:no-doc number-text
  "The text of an integer or ratio of any size, as `str` makes it."
  [x]
  (if (ratio? x)
    (join-strings "/" [(integer-text (numerator x)) (integer-text (denominator x))])
    (integer-text x)))

(defn- digits-value
  "The integer that the digits of `s` from `from` to before `to` write, at most twice as many as `(nth powers level)` has zeros."
  [s from to level powers]
  (if (< level 0)
    (big-read s from to)
    (let [middle (- to (bit-shift-left 1024 level))
          below (dec level)]
      (if (<= middle from)
        (digits-value s from to below powers)
        (add-p (mul-p (digits-value s from middle below powers) (nth powers level))
               (digits-value s middle to below powers))))))

(defn ^:no-doc bigint*slow
  "`(bigint s)` of a string of many digits, with or without a sign."
  [s]
  (let [to (count s)
        first-char (nth s 0)
        from (if (if (identical? first-char \-) true (identical? first-char \+)) 1 0)
        powers (loop [digits 2048 power (ten-to-1024) powers [power]]
                 (if (< digits (- to from))
                   (let [square (mul-p power power)]
                     (recur (* 2 digits) square (conj* powers square)))
                   powers))
        value (digits-value s from to (dec (count powers)) powers)]
    (if (identical? first-char \-) (mul-p -1 value) value)))

(defn ^:no-doc numeral
  "The number that a long numeral writes: an integer, or a ratio."
  [s]
  (let [n (count s)
        slash (loop [i 0]
                (if (< i n)
                  (if (identical? (nth s i) \/) i (recur (inc i)))
                  nil))]
    (if (nil? slash)
      (bigint s)
      (/ (bigint (subs s 0 slash)) (bigint (subs s (inc slash)))))))
