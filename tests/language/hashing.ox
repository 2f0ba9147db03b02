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
