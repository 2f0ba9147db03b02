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
(defn floor-div "Returns the quotient of two integers, rounded toward negative infinity." [x y]
  (let [q (quot x y)]
    (if (and (not (zero? (rem x y))) (neg? (* (if (neg? x) -1 1) (if (neg? y) -1 1)))) (dec q) q)))
(defn floor-mod "Returns the remainder of `floor-div`." [x y] (mod x y))
(defn add-exact "Returns the sum; `:ox/arithmetic` on overflow." [x y] (+ x y))
(defn subtract-exact "Returns the difference; `:ox/arithmetic` on overflow." [x y] (- x y))
(defn multiply-exact "Returns the product; `:ox/arithmetic` on overflow." [x y] (* x y))
(defn random "Returns a random double from 0 to before 1." [] (rand))
