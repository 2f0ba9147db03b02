;;; # Queues

;;; ## What is added first is taken first
(def none clojure.lang.PersistentQueue/EMPTY)
(def q (conj none 1 2 3))
[(peek q) (seq (pop q)) (peek (pop (pop q))) (count q) (count (pop q)) (seq (conj (pop q) 4))] ;=> [1 (2 3) 3 3 2 (2 3 4)]
[(peek none) (seq (pop none)) (count none) (seq none) (first none) (rest none) (next none) (empty? none) (not-empty none)] ;=> [nil nil 0 nil nil () nil true nil]
[(count (pop (pop (pop q)))) (= none (pop (pop (pop q)))) (peek (pop (pop (pop q)))) (seq (conj (pop (pop (pop q))) 9))] ;=> [0 true nil (9)]
[(peek (conj none nil)) (seq (conj none nil)) (count (conj none nil))] ;=> [nil (nil) 1]
(loop [q (into none (range 5)) out []] (if-let [x (peek q)] (recur (if (< x 10) (conj (pop q) (+ x 10)) (pop q)) (conj out x)) out)) ;=> [0 1 2 3 4 10 11 12 13 14]
(loop [q (into none (range 100)) n 0 sum 0] (if (seq q) (recur (if (even? n) (conj (pop q) n) (pop q)) (inc n) (+ sum (peek q))) [n sum])) ;=> [200 14850]
(q 0) ;! :ox/type
(contains? q 0) ;! :ox/type
(find q 0) ;! :ox/type
(assoc q 0 1) ;! :ox/type
(disj q 0) ;! :ox/type
(transient q) ;! :ox/type
(rseq q) ;! :ox/type

;;; ## They are sequential collections
(def none clojure.lang.PersistentQueue/EMPTY)
(def q (conj none 1 2 3))
[(= q [1 2 3]) (= [1 2 3] q) (= q '(1 2 3)) (= (list 1 2 3) q) (= q (range 1 4)) (= q [1 2]) (= q [1 2 4]) (= q #{1 2 3}) (= none []) (= none ()) (= () none) (= none nil) (= q (pop (conj none 0 1 2 3)))] ;=> [true true true true true false false false true true true false true]
[(= (hash q) (hash [1 2 3])) (= (hash none) (hash [])) ({q 1} [1 2 3]) ({[1 2 3] 1} q) (contains? #{q} '(1 2 3)) (count (set [q [1 2 3]]))] ;=> [true true 1 1 true 1]
[(first q) (next q) (rest q) (last q) (nth q 1) (nth q 5 :no) (second q) (get q 0) (get q 0 :no)] ;=> [1 (2 3) (2 3) 3 2 :no 2 nil :no]
[(into [] q) (vec q) (reduce + q) (map inc q) (filter odd? q) (apply + q) (cons 0 q) (concat q [4]) (sort > q) (take 2 q) (drop 1 q) (mapv inc q) (every? odd? q) (some #{2} q) (flatten [q 4])] ;=> [[1 2 3] [1 2 3] 6 (2 3 4) (1 3) 6 (0 1 2 3) (1 2 3 4) (3 2 1) (1 2) (2 3) [2 3 4] false 2 (1 2 3 4)]
[(seq (into none (map inc) [1 2])) (seq (reduce conj none [1 2])) (seq (empty q)) (= (empty q) none) (seq (conj (seq q) 0)) (count (seq q)) (count (rest q))] ;=> [(2 3) (1 2) nil true (0 1 2 3) 3 2]
(let [[a b & more] q] [a b more]) ;=> [1 2 (3)]
[(seq? q) (list? q) (sequential? q) (counted? q) (coll? q) (vector? q) (associative? q) (ifn? q) (map? q) (seqable? q) (reversible? q) (indexed? q) (sorted? q)] ;=> [false true true true true false false false false true false false false]
[(instance? clojure.lang.PersistentQueue q) (instance? clojure.lang.PersistentQueue [1])] ;=> [true false]
(nth q 3) ;! :ox/index
(compare q [1 2 3]) ;! :ox/type
(get-in [q] [0 0] :none) ;=> :none

;;; ## Metadata stays
(def none clojure.lang.PersistentQueue/EMPTY)
(def q (with-meta (conj none 1) {:a 1}))
[(meta q) (meta (conj q 2)) (meta (pop q)) (meta (pop (pop q))) (meta (empty q)) (meta (into q [2])) (meta (vary-meta q assoc :b 2)) (meta none)] ;=> [{:a 1} {:a 1} {:a 1} {:a 1} {:a 1} {:a 1} {:a 1, :b 2} nil]
[(= q (with-meta q nil)) (meta (with-meta q nil)) (meta (seq q))] ;=> [true nil nil]
(with-meta q 1) ;! :ox/type

;;; ## They are printed with a tag
;;; differs: Clojure prints the address of a queue
(def q (conj clojure.lang.PersistentQueue/EMPTY 1 "a" [2]))
[(pr-str q) (str q) (pr-str (empty q)) (pr-str [q] (seq q)) (type q)] ;=> ["#queue [1 \"a\" [2]]" "#queue [1 \"a\" [2]]" "#queue []" "[#queue [1 \"a\" [2]]] (1 \"a\" [2])" PersistentQueue]
(binding [*print-length* 2] (pr-str q)) ;=> "#queue [1 \"a\" ...]"
(let [read (read-string (pr-str q))] [(= q read) (type read) (peek read)]) ;=> [true PersistentQueue 1]
