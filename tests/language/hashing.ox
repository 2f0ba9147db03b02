;;; # Hashing

;;; ## Equal values have equal hashes
(defn same [a b] [(= a b) (= (hash a) (hash b))])
(same [1 2] '(1 2)) ;=> [true true]
(same [1 2] (map identity [1 2])) ;=> [true true]
(same (range 3) [0 1 2]) ;=> [true true]
(same {:a 1 :b 2} {:b 2 :a 1}) ;=> [true true]
(same (zipmap (range 100) (range)) (into {} (map vector (range 99 -1 -1) (range 99 -1 -1)))) ;=> [true true]
(same #{1 2 3} #{3 2 1}) ;=> [true true]
(same (first {:a 1}) [:a 1]) ;=> [true true]
(same 1 1N) ;=> [true true]
(same "abc" (str "a" "bc")) ;=> [true true]
(same :a/b (keyword "a" "b")) ;=> [true true]
(same 'x (with-meta 'x {:a 1})) ;=> [true true]
(same [1 [2 {:a #{3}}]] (list 1 (list 2 (hash-map :a (hash-set 3))))) ;=> [true true]
(same 1/2 (/ 2 4)) ;=> [true true]
(same 0.0 -0.0) ;=> [true true]
(same (vec (range 1000)) (range 1000)) ;=> [true true]
(same 1.10M 1.1M) ;=> [true true]

;;; ## Hashes tell most values apart
(count (set (map hash (range 10000)))) ;=> 10000
(count (set (map hash (map str (range 10000))))) ;=> 10000
(count (set (map hash (for [a (range 50) b (range 50)] [a b])))) ;=> 2500
[(= (hash nil) (hash false)) (= (hash :a) (hash 'a)) (= (hash []) (hash {}))] ;=> [false false false]

;;; ## Values are keys
(get {[1 2] :v} (list 1 2)) ;=> :v
(get {{:a 1} :v} {:a 1}) ;=> :v
(get {#{1 2} :v} #{2 1}) ;=> :v
(get {nil :v} nil) ;=> :v
(get {1.5 :v} 1.5) ;=> :v
(get {"k" :v} (str "k")) ;=> :v
(get {(map inc [1]) :v} [2]) ;=> :v
(get (into {} (map (fn [i] [[i (str i)] i]) (range 200))) [150 "150"]) ;=> 150
(let [a (atom 1)] (get {a :v} a)) ;=> :v
(count (into #{} (map (fn [i] (mod i 10))) (range 100))) ;=> 10
(contains? #{##NaN} ##NaN) ;=> false

;;; ## A lazy sequence is realized to be a key
(let [s (map (fn [x] (print "*") x) [1 2])] (get {s :v} [1 2])) ;=> :v
;out **

;;; ## Large keys are hashed and compared in steps
(def key-of-many (vec (range 100)))
(defn same [] (vec (range 100)))
(get {key-of-many 1} (same)) ;=> 1
({key-of-many 1} (same)) ;=> 1
((fn [m k] (m k :none)) {key-of-many 1} (assoc (same) 99 :other)) ;=> :none
(get {[key-of-many {key-of-many #{key-of-many}}] :deep} [(same) {(same) #{(same)}}]) ;=> :deep
(contains? #{key-of-many} (same)) ;=> true
(count (conj #{} key-of-many (same) (into #{} (same)))) ;=> 2
(= {key-of-many 2} (assoc {key-of-many 1} (same) 2)) ;=> true
(dissoc {key-of-many 1 :a 2} (same)) ;=> {:a 2}
(disj #{key-of-many :a} (same)) ;=> #{:a}
(let [t (assoc! (transient {}) key-of-many 1)] (count (persistent! (assoc! t (same) 2)))) ;=> 1
(count {(same) 1 (conj (same) 100) 2}) ;=> 2
(count (into #{} (map (fn [n] (vec (range n))) [40 41 42 40 41 42]))) ;=> 3
(get {(same) 1} (map identity (same))) ;=> 1
(map (fn [f] (f (same))) [{key-of-many :map} #{key-of-many} (hash-map key-of-many :function)]) ;=> (:map [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99] :function)
{(same) 1 (vec (range 100)) 2} ;! :ox/argument

;;; ### Keys that keep no hash
;; A sequence is hashed anew at each look-up; one instruction may need the hashes of several.
(get {(range 100) 1} (range 100)) ;=> 1
(get {(same) 1} (range 1 100) :none) ;=> :none
(let [n 100] (count {(range n) 1 (range 1 n) 2 (map inc (range n)) 3 (cons n (range n)) 4 (same) 5})) ;! :ox/argument
(let [n 100] (get {(range n) 1 (range 1 n) 2 (map inc (range n)) 3 (cons n (range n)) 4} (cons 100 (same)))) ;=> 4
(let [n 100] (count #{(range n) (range 1 n) (map inc (range n)) (cons n (range n)) [1] [2] [3] [4] [5] [6]})) ;=> 10
(let [m (into {} (map (fn [i] [(range i) i]) (range 90 110)))] (map m [(same) (range 109) (map inc (range 95)) (map identity (range 95))])) ;=> (100 109 nil 95)
(let [m (into {} (map (fn [i] [(range i) i]) (range 90 110)))] (count (reduce dissoc m (map vec (map range (range 80 100)))))) ;=> 10
(let [s (into #{} (map range (range 90 110)))] (count (reduce disj s (map range (range 105 200))))) ;=> 15
(let [s (transient #{})] (conj! s (range 100)) (conj! s (map identity (range 100))) (conj! s (same)) (count (persistent! s))) ;=> 1
(= (into #{} (map range (range 90 110))) (into #{} (map (fn [n] (vec (range n))) (range 90 110)))) ;=> true
(let [k (map (fn [x] (if (= x 90) (throw (ex-info "no such key" {:x x})) x)) (range 100))] (get (zipmap (range 10) (range)) k :none)) ;! {:x 90} "no such key"
(try #{1 2 3 4 5 6 7 8 9 (range 100) (map (fn [x] (if (= x 90) (throw (ex-info "no such key" {})) x)) (range 200))} (catch :default e (get {(range 100) :after} (range 100)))) ;=> :after
(def shared (range 100))
(map {shared 1 (same) 2} [shared]) ;! :ox/argument
(map {(rest shared) 1 (same) 2} [shared (rest shared) (same) (next (same))]) ;=> (2 1 2 1)

;;; ### Hashes that programs see have 32 bits
(every? (fn [x] (<= Integer/MIN_VALUE (hash x) Integer/MAX_VALUE)) [nil 1 -1 1.5 "a" :a 'a [1] {:a 1} #{1} (range 1000) (atom 1) inc])    ;=> true
(deftype Pair [a b]
  Object
  (equals [_ other] (and (instance? Pair other) (= a (.-a other)) (= b (.-b other))))
  (hashCode [_] (+ (* 31 (+ (* 31 17) (hash a))) (hash b))))
[(= (hash (->Pair 1 :b)) (.hashCode (->Pair 1 :b))) (get {(->Pair "x" 2) :found} (->Pair "x" 2)) (count (set (map (fn [n] (->Pair n (- n))) (mapcat range [20 30]))))]
;=> [true :found 30]
(deftype Coded [n] Object (hashCode [_] n))
[(hash (->Coded 3)) (hash (->Coded 5000000000)) (.hashCode (->Coded 5000000000)) (hash (->Coded -1))]    ;=> [3 705032704 705032704 -1]
(= (hash [(->Coded 1)]) (hash (list (->Coded 1))))    ;=> true
(hash (->Coded "a"))               ;! :ox/type "expected a number"
