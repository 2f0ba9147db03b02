;;; # `clojure.math`

;;; ## Roots, powers and logarithms
(require '[clojure.math :as m])
[(m/sqrt 4) (m/sqrt 2.25) (m/sqrt -1) (m/cbrt 27) (m/cbrt -8.0)] ;=> [2.0 1.5 ##NaN 3.0 -2.0]
[(m/pow 2 10) (m/pow 2 -1) (m/pow 0 0) (m/pow -8 1/3) (m/pow 4 0.5)] ;=> [1024.0 0.5 1.0 ##NaN 2.0]
[(m/exp 0) (m/expm1 0) (m/log 1) (m/log m/E) (m/log 0) (m/log -1)] ;=> [1.0 0.0 0.0 1.0 ##-Inf ##NaN]
[(m/log10 1000) (m/log10 0) (m/log1p 0) (m/log1p -1)] ;=> [3.0 ##-Inf 0.0 ##-Inf]
[(m/hypot 3 4) (m/hypot 1e200 1e200) m/PI m/E] ;=> [5.0 1.414213562373095E200 3.141592653589793 2.718281828459045]
(m/sqrt nil) ;! :ox/type "expected a number, got nil"
(m/sqrt "4") ;! :ox/type "expected a number, got a string"
(m/cbrt :a) ;! :ox/type "expected a number, got a keyword"
(m/pow 2 nil) ;! :ox/type "expected a number, got nil"
(apply m/pow [2]) ;! :ox/arity "Wrong number of args (1) passed to: ox.math/pow"
(m/exp nil) ;! :ox/type "expected a number, got nil"
(m/expm1 "a") ;! :ox/type "expected a number, got a string"
(m/log nil) ;! :ox/type "expected a number, got nil"
(m/log10 \a) ;! :ox/type "expected a number, got a character"
(m/log1p []) ;! :ox/type "expected a number, got a vector"
(m/hypot 3 nil) ;! :ox/type "expected a number, got nil"

;;; ## Angles
(require '[clojure.math :as m])
[(m/sin 0) (m/cos 0) (m/tan 0) (m/asin 1) (m/acos 1) (m/atan 1)] ;=> [0.0 1.0 0.0 1.5707963267948966 0.0 0.7853981633974483]
[(m/atan2 1 1) (m/atan2 0 -1) (m/atan2 -0.0 -1) (m/sinh 0) (m/cosh 0) (m/tanh 0)] ;=> [0.7853981633974483 3.141592653589793 -3.141592653589793 0.0 1.0 0.0]
[(m/sin m/PI) (m/cos m/PI) (m/asin 2) (m/acos 2) (m/sin ##Inf) (m/tanh 100)] ;=> [1.2246467991473532E-16 -1.0 ##NaN ##NaN ##NaN 1.0]
[(m/to-radians 180) (m/to-degrees m/PI) (m/to-radians 90) (m/to-degrees 1)] ;=> [3.141592653589793 180.0 1.5707963267948966 57.29577951308232]
(m/sin nil) ;! :ox/type "expected a number, got nil"
(m/cos "a") ;! :ox/type "expected a number, got a string"
(m/tan :a) ;! :ox/type "expected a number, got a keyword"
(m/asin nil) ;! :ox/type "expected a number, got nil"
(m/acos nil) ;! :ox/type "expected a number, got nil"
(m/atan nil) ;! :ox/type "expected a number, got nil"
(m/atan2 nil 1) ;! :ox/type "expected a number, got nil"
(m/sinh nil) ;! :ox/type "expected a number, got nil"
(m/cosh nil) ;! :ox/type "expected a number, got nil"
(m/tanh nil) ;! :ox/type "expected a number, got nil"
(m/to-radians nil) ;! :ox/type "expected a number, got nil"
(m/to-degrees "a") ;! :ox/type "expected a number, got a string"

;;; ## Rounding
(require '[clojure.math :as m])
(mapv m/floor [1.5 -1.5 -0.0 3 7/2 ##Inf]) ;=> [1.0 -2.0 -0.0 3.0 3.0 ##Inf]
(mapv m/ceil [1.5 -1.5 -0.5 3 7/2]) ;=> [2.0 -1.0 -0.0 3.0 4.0]
(mapv m/rint [0.5 1.5 2.5 -0.5 2.4]) ;=> [0.0 2.0 2.0 -0.0 2.0]
(mapv m/round [0.5 1.5 2.5 -0.5 -1.5 -2.5 0.49999999999999994 ##NaN ##Inf ##-Inf 1e300 1/2 3]) ;=> [1 2 3 0 -1 -2 0 0 9223372036854775807 -9223372036854775808 9223372036854775807 1 3]
(mapv m/signum [-3 0 5.5 -0.0 ##NaN ##-Inf]) ;=> [-1.0 0.0 1.0 -0.0 ##NaN -1.0]
(m/floor nil) ;! :ox/type "expected a number, got nil"
(m/ceil "a") ;! :ox/type "expected a number, got a string"
(m/rint nil) ;! :ox/type "expected a number, got nil"
(m/round :a) ;! :ox/type "expected a number, got a keyword"
(m/signum "a") ;! :ox/type "expected a number, got a string"

;;; ## Integers
(require '[clojure.math :as m])
[(m/floor-div 7 2) (m/floor-div -7 2) (m/floor-div 7 -2) (m/floor-div -7 -2) (m/floor-div 6 -2) (m/floor-div 0 -5)] ;=> [3 -4 -4 3 -3 0]
[(m/floor-mod 7 2) (m/floor-mod -7 2) (m/floor-mod 7 -2) (m/floor-mod -7 -2) (m/floor-mod 6 -2)] ;=> [1 1 -1 -1 0]
[(m/floor-div -9223372036854775808 -1) (m/floor-mod -9223372036854775808 -1) (m/floor-div 7.9 2.1) (m/floor-mod -7.9 2.1)] ;=> [-9223372036854775808 0 3 1]
(m/floor-div 1 0) ;! :ox/arithmetic "Divide by zero"
(m/floor-mod 1 0) ;! :ox/arithmetic "Divide by zero"
(m/floor-div nil 1) ;! :ox/type "expected a number, got nil"
(m/floor-mod 1 "a") ;! :ox/type "expected a number, got a string"
[(m/add-exact 1 2) (m/subtract-exact 1 2) (m/multiply-exact 3 4) (m/increment-exact 1) (m/decrement-exact 1) (m/negate-exact 1)] ;=> [3 -1 12 2 0 -1]
[(m/add-exact 1.5 2) (m/subtract-exact 3N 1/2) (m/multiply-exact 2.9 2) (m/increment-exact 1.5) (m/decrement-exact -1.5) (m/negate-exact 1.5)] ;=> [3 3 4 2 -2 -1]
(m/add-exact 9223372036854775807 1) ;! :ox/arithmetic "integer overflow"
(m/subtract-exact -9223372036854775808 1) ;! :ox/arithmetic "integer overflow"
(m/multiply-exact 4611686018427387904 2) ;! :ox/arithmetic "integer overflow"
(m/increment-exact 9223372036854775807) ;! :ox/arithmetic "integer overflow"
(m/decrement-exact -9223372036854775808) ;! :ox/arithmetic "integer overflow"
(m/negate-exact -9223372036854775808) ;! :ox/arithmetic "integer overflow"
(m/add-exact 10000000000000000000N 1) ;! :ox/argument "Value out of range for long: 10000000000000000000"
(m/add-exact nil 1) ;! :ox/type "expected a number, got nil"
(m/negate-exact :a) ;! :ox/type "expected a number, got a keyword"

;;; ## The parts of doubles
(require '[clojure.math :as m])
(mapv m/ulp [1 0.0 -3 1e300 4.9E-324 2.2250738585072014E-308 ##Inf ##-Inf ##NaN]) ;=> [2.220446049250313E-16 4.9E-324 4.440892098500626E-16 1.487016908477783E284 4.9E-324 4.9E-324 ##Inf ##Inf ##NaN]
(mapv m/get-exponent [1 0.0 1e-310 1024 1023.9 -0.1 ##NaN ##Inf 2.2250738585072014E-308]) ;=> [0 -1023 -1023 10 9 -4 1024 1024 -1022]
(mapv m/next-up [0.0 -0.0 -1.0 1 1.7976931348623157E308 ##-Inf ##Inf ##NaN 2.225073858507201E-308 -2.2250738585072014E-308 -4.9E-324 -2 -0.3]) ;=> [4.9E-324 4.9E-324 -0.9999999999999999 1.0000000000000002 ##Inf -1.7976931348623157E308 ##Inf ##NaN 2.2250738585072014E-308 -2.225073858507201E-308 -0.0 -1.9999999999999998 -0.29999999999999993]
(mapv m/next-down [0.0 -0.0 1.0 1 -1.7976931348623157E308 ##-Inf ##Inf ##NaN 2.2250738585072014E-308 4.9E-324 2.0]) ;=> [-4.9E-324 -4.9E-324 0.9999999999999999 0.9999999999999999 ##-Inf ##-Inf 1.7976931348623157E308 ##NaN 2.225073858507201E-308 0.0 1.9999999999999998]
[(m/next-after 0.0 -0.0) (m/next-after 1 2) (m/next-after 1 0) (m/next-after 1 1) (m/next-after ##NaN 1) (m/next-after 1 ##NaN)] ;=> [-0.0 1.0000000000000002 0.9999999999999999 1.0 ##NaN ##NaN]
[(m/scalb 1.5 4) (m/scalb 1.5 -1072) (m/scalb 1.5 2000) (m/scalb 1.5 1.9) (m/scalb -3 -2) (m/scalb 4.9E-324 2097) (m/scalb 1.7976931348623157E308 -2096) (m/scalb 1.7976931348623157E308 -2099) (m/scalb ##Inf -5) (m/scalb 0.75 -1072) (m/scalb -0.0 3)] ;=> [24.0 3.0E-323 ##Inf 3.0 -0.75 8.98846567431158E307 2.0E-323 0.0 ##Inf 1.5E-323 -0.0]
[(m/copy-sign 1 -0.0) (m/copy-sign -1 2) (m/copy-sign -0.0 1) (m/copy-sign 3 -4) (m/copy-sign ##Inf -1)] ;=> [-1.0 1.0 0.0 -3.0 ##-Inf]
(mapv m/IEEE-remainder [5 1e300 -5.5 1 4 -4 3 1e308 4.9E-324 0.7 -0.7 0.5 1.5 2.5 -1.5 ##Inf ##NaN 1.0 1e308 10 11 -0.0] [3 3 0 ##Inf 2 2 2 1.7e308 1e-323 0.2 -0.2 1 1 1 1 2 1 4.9E-324 1e-308 4 4 5]) ;=> [-1.0 0.0 ##NaN 1.0 0.0 -0.0 -1.0 -6.999999999999999E307 4.9E-324 0.09999999999999992 -0.09999999999999992 0.5 -0.5 0.5 0.5 ##NaN ##NaN 0.0 3.498445546245627E-309 2.0 -1.0 -0.0]
(m/ulp nil) ;! :ox/type "expected a number, got nil"
(m/get-exponent "a") ;! :ox/type "expected a number, got a string"
(m/next-up nil) ;! :ox/type "expected a number, got nil"
(m/next-down :a) ;! :ox/type "expected a number, got a keyword"
(m/next-after 1 nil) ;! :ox/type "expected a number, got nil"
(m/scalb 1 10000000000) ;! :ox/argument "Value out of range for int: 10000000000"
(m/scalb nil 1) ;! :ox/type "expected a number, got nil"
(m/copy-sign 1 nil) ;! :ox/type "expected a number, got nil"
(m/IEEE-remainder "a" 1) ;! :ox/type "expected a number, got a string"

;;; ## `random`
(require '[clojure.math :as m])
(let [x (m/random)] (and (double? x) (<= 0.0 x) (< x 1.0))) ;=> true
(= (m/random) (m/random)) ;=> false
(apply m/random [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.math/random"

;;; ## Functions of doubles
(require '[clojure.math :as m])
(map (fn [f] (f 1.0)) [m/atan m/cbrt m/ceil m/cosh m/expm1 m/floor m/get-exponent m/log m/log10 m/log1p]) ;=> (0.7853981633974483 1.0 1.0 1.543080634815244 1.718281828459045 1.0 0 0.0 0.0 0.6931471805599453)
(map (fn [f] (f 0.5)) [m/next-down m/next-up m/rint m/round m/signum m/sinh m/tan m/to-degrees m/to-radians m/ulp]) ;=> (0.49999999999999994 0.5000000000000001 0.0 1 1.0 0.5210953054937474 0.5463024898437905 28.64788975654116 0.008726646259971648 1.1102230246251565E-16)
[(m/exp 0) (m/atan2 1 2) (m/hypot 3 4) (m/IEEE-remainder 5 3) (m/copy-sign 2 -1) (m/next-after 1.0 2.0)] ;=> [1.0 0.4636476090008061 5.0 -1.0 -2.0 1.0000000000000002]
(< 2.718 m/E 2.719) ;=> true

;;; ## Errors of functions of doubles
(require '[clojure.math :as m])
(m/atan :a) ;! :ox/type "expected a number, got a keyword: :a"
(m/cbrt nil) ;! :ox/type "expected a number, got nil"
(m/hypot 1 :a) ;! :ox/type "expected a number, got a keyword: :a"
(m/round "1") ;! :ox/type "expected a number, got a string: \"1\""
