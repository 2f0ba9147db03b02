;;; # Large numbers
;;; What is too large for one call of the machine is done by halves, in steps between which a process can stop. In tests
;;; everything above four words goes that way.

;;; ## Products are those that are computed digit by digit
(defn power [x n]
  (loop [p 1N x (bigint x) n n]
    (if (zero? n) p (recur (if (odd? n) (* x p) p) (if (< n 2) x (* x x)) (quot n 2)))))
(def a (power 3 1000))
(def b (power 7 700))
(mod (* a b) 1000000007) ;=> 545803490N
(= (* a b) (* b a)) ;=> true
(= (- (* a (inc b)) (* a b)) a) ;=> true
(= (* (- a) b) (- (* a b))) ;=> true
(= (*' a a) (power 3 2000)) ;=> true
(* a 0) ;=> 0N

;;; ## A product beyond the greatest number is refused before it is made
;;; differs: Clojure's integers have another limit
(defn square-often [n x] (if (zero? n) x (recur (dec n) (*' x x))))
(try (square-often 30 3N) (catch :ox/memory-limit e (ex-message e))) ;=> "a number of more than 4,194,304 bits"

;;; ## Quotients and rests are those of schoolbook division
(defn power [x n]
  (loop [p 1N x (bigint x) n n]
    (if (zero? n) p (recur (if (odd? n) (* x p) p) (if (< n 2) x (* x x)) (quot n 2)))))
(def a (power 3 1000))
(def b (power 7 700))
(def p (* a b))
[(= (quot p a) b) (= (quot p b) a) (rem p a) (rem p b)] ;=> [true true 0N 0N]
[(= (quot (+ p 5) a) b) (rem (+ p 5) a) (mod (+ p 5) b)] ;=> [true 5N 5N]
[(= (quot (- (- p) 5) a) (- b)) (rem (- (- p) 5) a) (= (mod (- -5 p) a) (- a 5)) (= (mod (+ p 5) (- a)) (- 5 a))] ;=> [true -5N true true]
(defn checked [x y] (let [q (quot x y) r (rem x y)] (and (= x (+ (* q y) r)) (< (abs r) (abs y)))))
(every? true? (for [m [3 40 300 1200] n [2 90 700] k [-1 0 1]] (checked (+ (power 10 m) k) (- (power 2 n) k)))) ;=> true
(every? true? (for [m [64 128 640 1280] n [64 320 640]] (checked (power 2 m) (dec (power 2 n))))) ;=> true
(every? true? (for [m [640 1280] n [64 320 640]] (checked (dec (power 2 m)) (power 2 n)))) ;=> true
(quot a 0) ;! :ox/arithmetic "Divide by zero"
(quot a 0N) ;! :ox/arithmetic "Divide by zero"

;;; ## Ratios are in lowest terms
(defn power [x n]
  (loop [p 1N x (bigint x) n n]
    (if (zero? n) p (recur (if (odd? n) (* x p) p) (if (< n 2) x (* x x)) (quot n 2)))))
(def a (power 3 1000))
(def b (power 7 700))
(def p (* a b))
(def r (/ (* a 10) (* b 15)))
[(ratio? r) (= (numerator r) (* 2 (power 3 999))) (= (denominator r) b)] ;=> [true true true]
(= (/ p b) a) ;=> true
(= r (/ (- (* a 10)) (- (* b 15)))) ;=> true
[(= (+ r r) (* 2 r)) (= (- r r) 0) (= (* r (/ r)) 1) (= (/ r r) 1) (= (- (+ r 1/3) r) 1/3)] ;=> [true true true true true]
[(= (quot r 1/7) (quot (* (numerator r) 7) (denominator r))) (= (+ (* 1/7 (quot r 1/7)) (rem r 1/7)) r)] ;=> [true true]
[(neg? (rem (- r) 1/7)) (pos? (mod (- r) 1/7)) (< (mod (- r) 1/7) 1/7)] ;=> [true true true]
[(< r (+ r 1/3)) (< (- r) r) (== r r) (compare r (+ r 1))] ;=> [true true true -1]
(= (double (/ (power 10 400) (* 4 (power 10 399)))) 2.5) ;=> true
[(double (/ (inc (power 10 1400)) (* 4 (power 10 1399)))) (double (/ 1 (power 10 2000))) (double (/ (- (inc (power 10 2000))) 3))] ;=> [2.5 0.0 ##-Inf]

;;; ## They are written and read back
(defn power [x n]
  (loop [p 1N x (bigint x) n n]
    (if (zero? n) p (recur (if (odd? n) (* x p) p) (if (< n 2) x (* x x)) (quot n 2)))))
(def a (power 3 1000))
(def b (power 7 700))
(def r (/ (* a 10) (* b 15)))
(def long-one (+ (* 7 (power 10 3200)) (power 10 1100) 42))
(def text (str long-one))
[(count text) (subs text 0 3) (subs text 2099 2103) (subs text 3196)] ;=> [3201 "700" "0100" "00042"]
[(= long-one (bigint text)) (= (- long-one) (bigint (str "-" text))) (= long-one (bigint (str "+" text)))] ;=> [true true true]
[(= long-one (read-string text)) (= (- long-one) (read-string (str "-" text "N")))] ;=> [true true]
[(= (pr-str long-one) (str text "N")) (= (pr-str [(- long-one) :k]) (str "[-" text "N :k]"))] ;=> [true true]
(= (read-string (pr-str {:a [long-one (- long-one)] long-one #{r}})) {:a [long-one (- long-one)] long-one #{r}}) ;=> true
(= (read-string (str "[" text "/7 1 " text "]")) [(/ long-one 7) 1 long-one]) ;=> true
(= (read-string (str text "/" text)) 1) ;=> true
[(read-string (str text "/" text)) (= (str r) (str (numerator r) "/" (denominator r)))] ;=> [1N true]
(= (str long-one ";" r) (str text ";" (pr-str r))) ;=> true
(= (str (power 10 2048)) (apply str "1" (repeat 2048 "0"))) ;=> true
(= (format "%s" long-one) text) ;=> true
(= (format "%d" long-one) text) ;=> true
;differs Clojure formats no arbitrary integers
(bigint (str text "x")) ;! :ox/number-format
(read-string (str text "x")) ;! :ox/parse

;;; ## In JSON too
;;; differs: the namespaces are Ox's own
(defn power [x n]
  (loop [p 1N x (bigint x) n n]
    (if (zero? n) p (recur (if (odd? n) (* x p) p) (if (< n 2) x (* x x)) (quot n 2)))))
(def long-one (+ (* 7 (power 10 3200)) (power 10 1100) 42))
(def text (str long-one))
(require '[ox.json :as json])
(= (json/write-str [1 long-one {"k" (- long-one)}]) (str "[1," text ",{\"k\":-" text "}]")) ;=> true
(= (json/read-str (str "[1," text "]")) [1 long-one]) ;=> true

;;; ## Decimals have at most 131,072 bits
;;; differs: Clojure's decimals have another limit
(defn power [x n]
  (loop [p 1N x (bigint x) n n]
    (if (zero? n) p (recur (if (odd? n) (* x p) p) (if (< n 2) x (* x x)) (quot n 2)))))
(def a (power 3 1000))
(def b (power 7 700))
(try (* (bigdec (power 10 39000)) (bigdec (power 10 900))) (catch :ox/memory-limit e (ex-message e))) ;=> "a decimal of more than 131,072 bits"
(try (bigdec (power 10 40000)) (catch :ox/memory-limit e (ex-message e))) ;=> "a decimal of more than 131,072 bits"
(compare (bigdec (dec (power 10 39000))) (bigdec (power 10 39000))) ;=> -1
(= (rationalize 1.25M) 5/4) ;=> true
[(rationalize 1.5) (rationalize 0.1) (rationalize 100M) (rationalize 1E3M) (rationalize 0.000M)] ;=> [3/2 1/10 100N 1000N 0N]

;;; ## No call takes longer than a slice, however large the numbers are
;;; config {:fuel 60000 :steps 20}
(defn power [x n]
  (loop [p 1N x (bigint x) n n]
    (if (zero? n) p (recur (if (odd? n) (* x p) p) (if (< n 2) x (* x x)) (quot n 2)))))
(def a (power 3 120000))
(def b (power 7 50000))
(= (quot (* a b) b) a) ;=> true
(def text (str a))
[(count text) (= a (bigint text)) (= [a] (read-string (pr-str [a])))] ;=> [57255 true true]
(= (/ (* 2 a) (* 2 b)) (/ a b)) ;=> true
(= (+ (/ a b) 1/2) (/ (+ (* 2 a) b) (* 2 b))) ;=> true
(apply <= (sort (map #(rem (* 7919 %) 10007) (range 10007)))) ;=> true
(count (subvec (vec (range 50000)) 1)) ;=> 49999
(get {(vec (range 50000)) 1} (vec (range 50000))) ;=> 1
