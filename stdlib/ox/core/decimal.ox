(ns ox.core.decimal
  "Decimals that are rounded: to places, to digits, and what `with-precision` does.

  A decimal is an integer, its *unscaled* value, and a *scale*, the number of its places: 1.50 is 150 with scale 2, 1E+3 is 1 with scale -3.
  A way of rounding is one of the symbols that Java's `RoundingMode` has; a context of a computation is a map of `:precision`, a number of
  digits (0: all), and `:rounding`."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.string :refer :all]))

(def ^:no-doc rounding-modes "The ways of rounding." '#{UP DOWN CEILING FLOOR HALF_UP HALF_DOWN HALF_EVEN UNNECESSARY})

;; ---------------------------------------------------------------------------------------------
;; Contexts. Whoever adds, multiplies or divides decimals asks for the one that is bound; it is the machine that does.

(def ^:dynamic *math-context* "How results that are decimals are rounded, as `with-precision` says; nil: not at all." nil)

(defn ^:no-doc math-context "A context of so many digits, 0 for all of them, and a way of rounding." [precision rounding]
  (cond
    (not (int? precision)) (fail :ox/type "expected a number of digits" {:value precision :expected "an integer"})
    (neg? precision) (fail :ox/argument "Digits < 0" {:value precision})
    (contains? rounding-modes rounding) {:precision precision :rounding rounding}
    :else (fail :ox/argument (str* "there is no rounding " rounding) {:value rounding})))

;; ---------------------------------------------------------------------------------------------
;; Rounding

(defn ^:no-doc decimal-parts "The unscaled value of a decimal, or an integer, and its scale." [x]
  (if (integer? x)
    [x 0]
    (let [[_ sign whole fraction exponent] (re-matches #"(-?)([0-9]+)(?:\.([0-9]*))?(?:E([+-]?[0-9]+))?" (str* (bigdec x)))
          fraction (or fraction "")
          exponent (if (nil? exponent) 0 (parse-long exponent))]
      [(+ 0 (bigint (str* sign whole fraction))) (- (count fraction) exponent)])))

(defn ^:no-doc decimal-of "The decimal with an unscaled value and a scale." [unscaled scale]
  (bigdec (str* unscaled "E" (- scale))))

(defn- power-of-ten [n]
  (loop [base 10N n n made 1N]
    (if (= n 0)
      made
      (recur (if (= n 1) base (* base base)) (quot n 2) (if (odd? n) (* made base) made)))))

(defn ^:no-doc divide-rounded "The integer next to the quotient of two integers, by a way of rounding." [n d rounding]
  (let [q (quot n d)
        r (rem n d)]
    (if (zero? r)
      q
      (let [up (if (= (neg? n) (neg? d)) 1 -1)
            twice (*' 2 (if (neg? r) (-' r) r))
            size (if (neg? d) (-' d) d)
            away? (case rounding
                    UP true
                    DOWN false
                    CEILING (pos? up)
                    FLOOR (neg? up)
                    HALF_UP (<= size twice)
                    HALF_DOWN (< size twice)
                    HALF_EVEN (or (< size twice) (and (= size twice) (odd? q)))
                    UNNECESSARY (fail :ox/arithmetic "Rounding necessary")
                    (fail :ox/argument (str* "there is no rounding " rounding) {:value rounding}))]
        (if away? (+' q up) q)))))

(defn ^:no-doc rounded-to-scale "A decimal with so many places." [x scale rounding]
  (let [[unscaled old] (decimal-parts x)]
    (if (<= old scale)
      (decimal-of (*' unscaled (power-of-ten (- scale old))) scale)
      (decimal-of (divide-rounded unscaled (power-of-ten (- old scale)) rounding) scale))))

(defn ^:no-doc rounded-to-precision "A decimal with no more than so many digits; 0: as it is." [x precision rounding]
  (binding [*math-context* (math-context precision rounding)]
    (* 1 x)))

(defn ^:no-doc without-zeros "A decimal without zeros at its end, but for those that make its scale no less than `least`." [x least]
  (let [[unscaled scale] (decimal-parts x)]
    (loop [unscaled unscaled scale scale]
      (if (and (< least scale) (zero? (rem unscaled 10)))
        (recur (quot unscaled 10) (dec scale))
        (decimal-of unscaled scale)))))

(defn ^:no-doc divided-to-scale "The quotient of two decimals with so many places." [x y scale rounding]
  (let [[a sx] (decimal-parts x)
        [b sy] (decimal-parts y)
        shift (+ scale (- sy sx))]
    (when (zero? b)
      (fail :ox/arithmetic "Divide by zero"))
    (decimal-of (if (neg? shift)
                  (divide-rounded a (*' b (power-of-ten (- shift))) rounding)
                  (divide-rounded (*' a (power-of-ten shift)) b rounding))
                scale)))

(defn ^:no-doc divided-to-precision "The quotient of two decimals with no more than so many digits; 0: the exact one." [x y precision rounding]
  (binding [*math-context* (math-context precision rounding)]
    (/ x (bigdec y))))
