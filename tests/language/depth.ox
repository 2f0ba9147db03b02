;;; # Depth

;;; ## A value a million levels deep is built, printed, compared and hashed
;;; config {:steps 200}
(defn nest [n] (loop [v [] i 0] (if (= i n) v (recur [v] (inc i)))))
(count (pr-str (nest 1000000))) ;=> 2000002
(= (nest 1000000) (nest 1000000)) ;=> true
(= (nest 1000000) (nest 999999)) ;=> false
(= (hash (nest 1000000)) (hash (nest 1000000))) ;=> true

;;; ## Recursion a million deep that allocates on its way
;;; config {:steps 200}
(defn sum [xs] (if (seq xs) (+ (first xs) (sum (rest xs))) 0))
(sum (map inc (range 1000000))) ;=> 500000500000
;differs Clojure's stack ends before
(let [f (fn f [n] (if (pos? n) (cons n (f (dec n))) ()))] (count (f 1000000))) ;=> 1000000
;differs Clojure's stack ends before

;;; ## Deep lists, maps and sets
;;; config {:steps 200}
(count (pr-str (reduce (fn [v _] (list v)) nil (range 100000)))) ;=> 200003
(count (pr-str (reduce (fn [v _] {:a v}) nil (range 100000)))) ;=> 500003
(count (pr-str (reduce (fn [v _] #{v}) nil (range 100000)))) ;=> 300003
(let [f (fn [] (reduce (fn [v i] {i v}) nil (range 100000)))] (= (f) (f))) ;=> true
(let [f (fn [] (reduce (fn [v _] #{v}) nil (range 100000)))] (= (f) (f))) ;=> true

;;; ## Deep text is read at run time
;;; config {:steps 200}
(let [n 1000000 text (str (apply str (repeat n "[")) (apply str (repeat n "]")))] (= text (pr-str (read-string text)))) ;=> true
(read-string (apply str (repeat 100000 "("))) ;! :ox/parse

;;; ## Deep values are ordered
;;; config {:steps 200}
(defn nest [n x] (loop [v x i 0] (if (= i n) v (recur [v] (inc i)))))
[(compare (nest 100000 1) (nest 100000 1)) (compare (nest 100000 1) (nest 100000 2))] ;=> [0 -1]

;;; ## Deep values are keys
;;; config {:steps 200}
(defn nest [n] (loop [v [] i 0] (if (= i n) v (recur [v] (inc i)))))
(get {(nest 100000) :found} (nest 100000)) ;=> :found
(contains? #{(nest 100000)} (nest 99999)) ;=> false

;;; ## Deep causes
(let [e (reduce (fn [e i] (ex-info (str i) {} e)) (ex-info "first" {}) (range 10000))] (loop [e e n 0] (if (ex-cause e) (recur (ex-cause e) (inc n)) [n (ex-message e)]))) ;=> [10000 "first"]

;;; ## Deep lazy sequences
;;; config {:steps 200}
(= (reduce (fn [s _] (lazy-seq [s])) nil (range 100000)) (reduce (fn [s _] [s]) nil (range 100000))) ;=> true
(count (pr-str (reduce (fn [s _] (lazy-seq [s])) nil (range 100000)))) ;=> 200003
