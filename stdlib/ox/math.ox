(ns ox.math
  "Functions of doubles, the same on every machine; `clojure.math` is another name of this namespace. All take any number and
  return a double where nothing else is said.")

(def PI "The ratio of a circle's circumference to its diameter." 3.141592653589793)
(def E "The base of the natural logarithms." 2.718281828459045)

(defnative sqrt "Returns the square root, NaN of negative numbers." [x])
(defnative cbrt "Returns the cube root." [x])
(defnative pow "Returns `x` to the power `y`." [x y])
(defnative exp "Returns e to the power `x`." [x])
(defnative expm1 "Returns e to the power `x`, less 1." [x])
(defnative log "Returns the natural logarithm." [x])
(defnative log10 "Returns the logarithm to base 10." [x])
(defnative log1p "Returns the natural logarithm of 1 + `x`." [x])
(defnative sin "Returns the sine." [x])
(defnative cos "Returns the cosine." [x])
(defnative tan "Returns the tangent." [x])
(defnative asin "Returns the arc sine." [x])
(defnative acos "Returns the arc cosine." [x])
(defnative atan "Returns the arc tangent." [x])
(defnative atan2 "Returns the angle of the point with ordinate `y` and abscissa `x`." [y x])
(defnative sinh "Returns the hyperbolic sine." [x])
(defnative cosh "Returns the hyperbolic cosine." [x])
(defnative tanh "Returns the hyperbolic tangent." [x])
(defnative hypot "Returns the square root of the sum of the squares, without overflow on the way." [x y])
(defnative floor "Returns the greatest whole double not above `x`." [x])
(defnative ceil "Returns the least whole double not below `x`." [x])
(defnative rint "Returns the whole double nearest to `x`, the even one of two." [x])
(defnative round "Returns the integer nearest to `x`, the greater of two; 0 for NaN, the nearest 64-bit integer if out of range." [x])

(defn signum "Returns -1.0, 0.0 or 1.0 as `x` is negative, zero or positive; NaN of NaN." [x]
  (let [x (double x)]
    (cond (> x 0.0) 1.0 (< x 0.0) -1.0 :else x)))
(defn to-radians "Returns the angle `deg`, in degrees, in radians." [deg] (* (/ (double deg) 180.0) PI))
(defn to-degrees "Returns the angle `r`, in radians, in degrees." [r] (* (/ (double r) PI) 180.0))

;; ---------------------------------------------------------------------------------------------
;; Integers

(defn floor-div "Returns the quotient of two integers, rounded toward negative infinity." [x y]
  (let [x (long x) y (long y)]
    (if (= y -1)
      (unchecked-negate x)
      (let [q (quot x y)]
        (if (and (not (= 0 (rem x y))) (not (= (neg? x) (neg? y))))
          (dec q)
          q)))))
(defn floor-mod "Returns the remainder of `floor-div`." [x y] (mod (long x) (long y)))
(defn add-exact "Returns the sum; `:ox/arithmetic` on overflow." [x y] (+ (long x) (long y)))
(defn subtract-exact "Returns the difference; `:ox/arithmetic` on overflow." [x y] (- (long x) (long y)))
(defn multiply-exact "Returns the product; `:ox/arithmetic` on overflow." [x y] (* (long x) (long y)))
(defn increment-exact "Returns `a` and 1; `:ox/arithmetic` on overflow." [a] (inc (long a)))
(defn decrement-exact "Returns `a` less 1; `:ox/arithmetic` on overflow." [a] (dec (long a)))
(defn negate-exact "Returns `a` with the other sign; `:ox/arithmetic` on overflow." [a] (- (long a)))

;; ---------------------------------------------------------------------------------------------
;; The parts of a double. All steps but the last of each function are exact.

(def ^:private least 4.9E-324)
(def ^:private least-normal 2.2250738585072014E-308)

(defn- below-zero? "Whether a double is negative, as -0.0 is." [d]
  (or (< d 0.0) (and (= d 0.0) (< (/ 1.0 d) 0.0))))

(defn- magnitude [d] (if (below-zero? d) (- d) d))

(defn- two-to "Two to a power from -1022 to 1023." [n] (pow 2.0 n))

(defn copy-sign "Returns the double `magnitude` with the sign of `sign`; NaN has none." [magnitude sign]
  (let [m (double magnitude)]
    (if (= (below-zero? m) (below-zero? (double sign))) m (- m))))

(defn get-exponent
  "Returns the exponent of the greatest power of two not above the double; 1024 for NaN and infinity, -1023 below the least
  normal double."
  [d]
  (let [m (magnitude (double d))]
    (cond
      (or (NaN? m) (infinite? m)) 1024
      (< m least-normal) -1023
      :else (loop [low -1022 high 1024]           ; two to `low` is not above `m`, two to `high` is
              (if (= high (inc low))
                low
                (let [middle (quot (+ low high) 2)]
                  (if (< m (two-to middle))
                    (recur low middle)
                    (recur middle high))))))))

(defn scalb "Returns `d` times two to the power `scale-factor`, rounded once." [d scale-factor]
  (let [n (max -2100 (min 2100 (int scale-factor)))]
    ;; the odd part first: what is rounded on the way down becomes zero by the next step
    (loop [d (* (double d) (two-to (rem n 512))) n (quot n 512)]
      (cond
        (pos? n) (recur (* d (two-to 512)) (dec n))
        (neg? n) (recur (* d (two-to -512)) (inc n))
        :else d))))

(defn ulp "Returns the distance from the double to the next one that is greater in magnitude." [d]
  (let [m (magnitude (double d))]
    (cond
      (NaN? m) m
      (infinite? m) m
      (< m least-normal) least
      :else (scalb 1.0 (- (get-exponent m) 52)))))

(defn next-up "Returns the least double above `d`." [d]
  (let [d (double d)]
    (cond
      (NaN? d) d
      (= d ##Inf) d
      (= d ##-Inf) -1.7976931348623157E308
      (not (< d 0.0)) (+ d (ulp d))
      ;; toward zero the step from a power of two is half as long
      (and (< d (- least-normal)) (= (- d) (two-to (get-exponent d)))) (+ d (/ (ulp d) 2.0))
      :else (- (- (- d) (ulp d))))))               ; the least of them is next to -0.0

(defn next-down "Returns the greatest double below `d`." [d] (- (next-up (- (double d)))))

(defn next-after "Returns the double next to `start` in the direction of `direction`; `direction` if they are equal." [start direction]
  (let [start (double start) direction (double direction)]
    (cond
      (NaN? start) start
      (NaN? direction) direction
      (< start direction) (next-up start)
      (< direction start) (next-down start)
      :else direction)))

(defn- exponent "As `get-exponent`, of positive doubles below the least normal one too." [m]
  (if (< m least-normal)
    (- (get-exponent (* m (two-to 60))) 60)
    (get-exponent m)))

(defn- remainder-of "What is left of `m` after taking `by` from it as often as it goes, exactly; both are positive." [m by]
  (loop [m m]
    (if (< m by)
      m
      ;; the greatest part that is `by` times a power of two: the difference needs no rounding
      (let [n (- (exponent m) (exponent by))
            part (scalb by n)]
        (recur (- m (if (< m part) (scalb by (dec n)) part)))))))

(defn- more-than-half? [m p] (if (< p 1.0) (< p (+ m m)) (< (* 0.5 p) m)))

(defn IEEE-remainder
  "Returns `dividend` less `divisor` times the integer nearest to their quotient, the even one of two; exact."
  [dividend divisor]
  (let [x (double dividend)
        p (magnitude (double divisor))
        m (magnitude x)]
    (cond
      (or (NaN? m) (NaN? p) (infinite? m) (= p 0.0)) ##NaN
      (infinite? p) x
      :else
      (let [m (if (< p (two-to 1023)) (remainder-of m (+ p p)) m)
            ;; `m` is less than two divisors; the quotients 1/2 and 3/2 go to the even 0 and 2
            left (cond
                   (not (more-than-half? m p)) m
                   (not (more-than-half? (- m p) p)) (if (= (- m p) (- p (- m p))) (- (- m p) p) (- m p))
                   :else (- (- m p) p))]
        (cond
          (= left 0.0) (copy-sign 0.0 x)
          (below-zero? x) (- left)
          :else left)))))

(defn random "Returns a random double from 0 to before 1." [] (rand))
