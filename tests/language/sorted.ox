;;; # Sorted maps and sets

;;; ## A sorted map is in the order of its keys
(sorted-map :c 3 :a 1 :b 2) ;=> {:a 1, :b 2, :c 3}
[(sorted-map) (sorted-map nil 1) (sorted-map 2 :a nil :b 1 :c)] ;=> [{} {nil 1} {nil :b, 1 :c, 2 :a}]
(sorted-map 1 :a 1.0 :b) ;=> {1 :b}
(apply sorted-map (mapcat (fn [i] [(mod (* i 37) 20) i]) (range 30))) ;=> {0 20, 1 13, 2 26, 3 19, 4 12, 5 25, 6 18, 7 11, 8 24, 9 17, 10 10, 11 23, 12 16, 13 29, 14 22, 15 15, 16 28, 17 21, 18 14, 19 27}
(sorted-map 1) ;! :ox/argument "No value supplied for key: 1"
(sorted-map 1 2 :a 3) ;! :ox/type "cannot be compared"
(sorted-map #{} 1) ;! :ox/type
(sorted-map '(1) 1) ;! :ox/type

;;; ## A sorted set is in the order of its elements
(sorted-set 3 1 2 1) ;=> #{1 2 3}
[(sorted-set) (sorted-set nil 1) (sorted-set [2] [1 2] [1]) (sorted-set "b" "a") (sorted-set 'b 'a) (sorted-set \b \a)] ;=> [#{} #{nil 1} #{[1] [2] [1 2]} #{"a" "b"} #{a b} #{\a \b}]
(sorted-set 1/2 0.3 1M 2N) ;=> #{0.3 1/2 1M 2N}
(sorted-set false true false) ;=> #{false true}
(sorted-set 1 :a) ;! :ox/type "cannot be compared"
(sorted-set #{}) ;! :ox/type
(sorted-set (list 1) (list 2)) ;! :ox/type

;;; ## A comparator gives numbers or is a predicate
(sorted-map-by > 1 :a 3 :c 2 :b) ;=> {3 :c, 2 :b, 1 :a}
(sorted-set-by > 1 3 2) ;=> #{3 2 1}
(sorted-set-by (fn [a b] (compare b a)) 1 3 2) ;=> #{3 2 1}
(sorted-set-by (comparator >) 1 3 2) ;=> #{3 2 1}
(sorted-set-by (fn [a b] (- a b)) 1 3 2) ;=> #{1 2 3}
(sorted-set-by (fn [a b] (* 3000000000 (compare a b))) 1 3 2) ;=> #{3 2 1}
(sorted-set-by (fn [a b] (/ (- a b) 2)) 1 3 2) ;=> #{1 3}
(sorted-set-by (fn [a b] (* 1.0 (- a b))) 1 3 2) ;=> #{1 2 3}
(sorted-set-by compare 2 1) ;=> #{1 2}
[(sorted-set-by nil 1) (sorted-map-by nil 1 2)] ;=> [#{1} {1 2}]
(sorted-set-by nil 1 2) ;! :ox/type "comparator"
(sorted-map-by < nil 1) ;=> {nil 1}
[(sorted-map-by <) (sorted-set-by <)] ;=> [{} #{}]
(sorted-map-by 1) ;! :ox/type "comparator"
(sorted-map-by :a 1 2) ;! :ox/type "comparator"
(sorted-map-by < 1) ;! :ox/argument "No value supplied for key: 1"
(sorted-set-by {} 1) ;! :ox/type "comparator"
(sorted-set-by (fn [a b] :x) 1 2) ;! :ox/type "a number or a boolean"
(sorted-set-by (fn [a] 0) 1 2) ;! :ox/arity
(sorted-set-by < 1 nil) ;! :ox/type

;;; ## A comparator may do what any function does
(let [seen (atom 0)
      s (into (sorted-set-by (fn [a b] (swap! seen inc) (compare a b))) (range 20))
      before @seen]
  [(contains? s 7) (contains? s 70) (get s 3) (s 4) (count s) (< before @seen)]) ;=> [true false 3 4 20 true]
(let [s (sorted-set-by (fn [a b] (println a b) (compare a b)) 2 1)]
  (s 3))
;out 1 2
;out 3 2
;=> nil
;differs how often a comparator is called, here for adding
(let [m (sorted-map-by (fn [a b] (if (= a :bad) (throw (ex-info "no" {:key a})) (compare a b))) :x 1)]
  (get m :bad)) ;! {:key :bad} "no"

;;; ## Values are found by order, not by equality
(def m (sorted-map 1 :a 3 :c 2 :b))
[(get m 1) (m 2) (get m 4) (get m 4 :no) (m 4 :no) (get m 1.0) (find m 2) (find m 1.0) (find m 9) (contains? m 3) (contains? m 0)] ;=> [:a :b nil :no :no :a [2 :b] [1 :a] nil true false]
(let [m (sorted-map :a 1 :b nil)] [(:a m) (:b m :no) (:c m :no) ('x (sorted-map)) (contains? m :b)]) ;=> [1 nil :no nil true]
(map (sorted-map 1 :a 2 :b) [1 2 3]) ;=> (:a :b nil)
(apply (sorted-map 1 :a) [1]) ;=> :a
(apply (sorted-map-by > 1 :a) [2 :no]) ;=> :no
(get m :a) ;! :ox/type "cannot be compared"
(m :a :no) ;! :ox/type
(contains? m "x") ;! :ox/type
(find m :a) ;! :ox/type
(:a m) ;! :ox/type
(m) ;! :ox/arity
(get (sorted-map) #{}) ;=> nil

;;; ## By a comparator of one's own too
(def by (fn [a b] (compare (count a) (count b))))
(def m (sorted-map-by by "a" 1 "bb" 2 "ccc" 3))
[(get m "x") (m "xx") (get m "xxxx") (m "xxxx" :no) (find m "xx") (contains? m "yyy") ("ccc" {"ccc" 1} 2)] ;! :ox/type
[(get m "x") (m "xx") (get m "xxxx") (m "xxxx" :no) (find m "xx") (contains? m "yyy")] ;=> [1 2 nil :no ["bb" 2] true]
(assoc m "z" 10) ;=> {"a" 10, "bb" 2, "ccc" 3}
(assoc m "zzzz" 4) ;=> {"a" 1, "bb" 2, "ccc" 3, "zzzz" 4}
(dissoc m "zz" "zzzzz") ;=> {"a" 1, "ccc" 3}
(conj m ["zz" 5] {"" 0}) ;=> {"" 0, "a" 1, "bb" 5, "ccc" 3}
(let [s (sorted-set-by by "a" "bb")] [(conj s "z") (disj s "z") (get s "z") (s "zz") (conj s "" "zzz")]) ;=> [#{"a" "bb"} #{"bb"} "a" "bb" #{"" "a" "bb" "zzz"}]
(:key (sorted-map-by (fn [a b] (compare (name a) (name b))) :key 1)) ;=> 1
(:key (sorted-map-by (fn [a b] (compare (name a) (name b))) :other 1) :none) ;=> :none
(into {} (map (fn [k] [k (get m k)]) ["q" "qq"])) ;=> {"q" 1, "qq" 2}
(get m 1) ;! :ox/type
(dissoc m :a) ;! :ox/type
(conj m ["a"]) ;! :ox/argument

;;; ## Adding and taking away
(def m (sorted-map 2 :b))
[(assoc m 1 :a 3 :c) (assoc m 2 :x) (dissoc m 2) (dissoc m 5) (dissoc m) m] ;=> [{1 :a, 2 :b, 3 :c} {2 :x} {} {2 :b} {2 :b} {2 :b}]
[(conj m [1 :a]) (conj m {1 :a 3 :c}) (conj m nil) (conj m (first {0 :z})) (conj m (seq {0 :z}))] ;=> [{1 :a, 2 :b} {1 :a, 2 :b, 3 :c} {2 :b} {0 :z, 2 :b} {0 :z, 2 :b}]
[(into (sorted-map) {3 1 2 1}) (into (sorted-set) [3 1 2]) (into (sorted-set) (map inc) [3 1]) (into #{} (sorted-set 1))] ;=> [{2 1, 3 1} #{1 2 3} #{2 4} #{1}]
[(merge (sorted-map 2 1) {1 2}) (merge-with + (sorted-map 1 2) {1 3 0 4}) (update (sorted-map 1 2) 1 inc) (assoc-in (sorted-map) [1 2] 3) (update-in (sorted-map 1 {2 3}) [1 2] inc)] ;=> [{1 2, 2 1} {0 4, 1 5} {1 3} {1 {2 3}} {1 {2 4}}]
[(conj (sorted-set 2) 1 2 3) (disj (sorted-set 1 2 3) 2 9) (disj (sorted-set 1))] ;=> [#{1 2 3} #{1 3} #{1}]
[(conj (sorted-set 1) 1.0) (conj (sorted-map 1 2) [1.0 3])] ;=> [#{1} {1 3}]
(let [m (sorted-map 1 :a) s (sorted-set 1)] [(identical? m (assoc m 1 :a)) (identical? m (dissoc m 2)) (identical? s (conj s 1)) (identical? s (disj s 2))]) ;=> [true true true true]
(assoc m :a 1) ;! :ox/type
(dissoc m :a) ;! :ox/type
(disj (sorted-set 1) :a) ;! :ox/type
(conj m [1]) ;! :ox/argument
(conj m 1) ;! :ox/type
(conj m [[1 2]]) ;! :ox/argument
(disj m 1) ;! :ox/type
(dissoc (sorted-set 1) 1) ;! :ox/type
(assoc (sorted-set 1) 1 1) ;! :ox/type
(assoc m 1) ;! :ox/arity

;;; ## Many additions and removals keep order and balance
(def keys-in (map (fn [i] (mod (* i 61) 101)) (range 101)))
(let [s (into (sorted-set) keys-in)] (= (seq s) (range 101))) ;=> true
(let [s (reduce disj (into (sorted-set) keys-in) (range 0 101 2))] (= (seq s) (range 1 101 2))) ;=> true
(let [s (reduce disj (into (sorted-set-by >) keys-in) (filter odd? keys-in))] (= (seq s) (range 100 -1 -2))) ;=> true
(reduce (fn [s k] (disj s k)) (into (sorted-set) (range 60)) (range 60)) ;=> #{}
(let [m (into (sorted-map) (map (fn [k] [k (* k k)]) keys-in))] (every? (fn [k] (= (* k k) (m k))) (range 101))) ;=> true
(let [m (reduce dissoc (into (sorted-map) (map (fn [k] [k k]) (range 100))) (range 10 90))] (keys m)) ;=> (0 1 2 3 4 5 6 7 8 9 90 91 92 93 94 95 96 97 98 99)

;;; ## As sequences they are walked from either end
(def m (sorted-map 3 :c 1 :a 2 :b))
(def s (sorted-set 3 1 2))
[(seq m) (first m) (next m) (rest m) (seq s) (first s) (next s) (keys m) (vals m)] ;=> [([1 :a] [2 :b] [3 :c]) [1 :a] ([2 :b] [3 :c]) ([2 :b] [3 :c]) (1 2 3) 1 (2 3) (1 2 3) (:a :b :c)]
[(rseq m) (rseq s) (rseq (sorted-map)) (rseq (sorted-set))] ;=> [([3 :c] [2 :b] [1 :a]) (3 2 1) nil nil]
[(seq (sorted-map)) (seq (sorted-set)) (rest (sorted-set)) (first (sorted-map)) (next (sorted-set 1))] ;=> [nil nil () nil nil]
[(count m) (count s) (count (seq m)) (count (rseq s)) (empty? m) (empty? (sorted-set)) (not-empty (sorted-map)) (counted? m) (counted? (seq s))] ;=> [3 3 3 3 false true nil true false]
[(reduce + s) (reduce + 10 s) (reduce conj [] m) (reduce-kv (fn [a k v] (conj a k v)) [] m) (reduce (fn [a x] (if (= x 2) (reduced a) (conj a x))) [] s)] ;=> [6 16 [[1 :a] [2 :b] [3 :c]] [1 :a 2 :b 3 :c] [1]]
[(map inc s) (vec m) (apply + s) (mapv key m) (key (first m)) (map-entry? (first m)) (into [] (rseq s)) (last s) (nth (seq s) 1) (some #{2} s) (every? pos? s)] ;=> [(2 3 4) [[1 :a] [2 :b] [3 :c]] 6 [1 2 3] 1 true [3 2 1] 3 2 2 true]
[(zipmap s [:x :y :z]) (group-by odd? s) (frequencies s) (partition 2 s) (concat s [9]) (cons 0 s) (sort > s) (interleave s m)] ;=> [{1 :x, 2 :y, 3 :z} {true [1 3], false [2]} {1 1, 2 1, 3 1} ((1 2)) (1 2 3 9) (0 1 2 3) (3 2 1) (1 [1 :a] 2 [2 :b] 3 [3 :c])]
[(= (seq s) [1 2 3]) (= (rseq s) [3 2 1]) (meta (rseq (with-meta s {:a 1}))) (meta (seq (with-meta m {:a 1})))] ;=> [true true nil nil]
(= (hash (seq s)) (hash [1 2 3])) ;=> true
(rseq {}) ;! :ox/type "sorted"
(rseq nil) ;! :ox/type
(rseq '(1)) ;! :ox/type
(nth s 0) ;! :ox/type
(peek s) ;! :ox/type
(pop m) ;! :ox/type

;;; ## subseq begins at a key
(def s (sorted-set 1 2 3 4 5))
[(subseq s > 2) (subseq s >= 2) (subseq s < 2) (subseq s <= 2) (subseq s = 2) (subseq s > 5) (subseq s >= 0) (subseq s < 1)] ;=> [(3 4 5) (2 3 4 5) (1) (1 2) () nil (1 2 3 4 5) ()]
[(rsubseq s > 2) (rsubseq s >= 2) (rsubseq s < 2) (rsubseq s <= 2) (rsubseq s < 1) (rsubseq s <= 9) (rsubseq s > 5)] ;=> [(5 4 3) (5 4 3 2) (1) (2 1) nil (5 4 3 2 1) ()]
[(subseq s >= 2 < 4) (subseq s > 2 <= 4) (subseq s > 2 < 3) (subseq s > 5 < 9) (subseq s >= 2.5 <= 4.5) (subseq s > 3 < 1)] ;=> [(2 3) (3 4) () () (3 4) ()]
[(rsubseq s >= 2 < 4) (rsubseq s > 2 <= 4) (rsubseq s > 2 < 3) (rsubseq s > 5 < 9) (rsubseq s >= 2.5 <= 4.5) (rsubseq s > 0 < 1)] ;=> [(3 2) (4 3) () () (4 3) ()]
[(subseq (sorted-set) > 1) (subseq (sorted-set) < 1) (rsubseq (sorted-set) < 1) (subseq (sorted-set) > 1 < 2) (rsubseq (sorted-map) > 1 < 2)] ;=> [nil () nil nil nil]
[(subseq s (fn [a b] true) 1) (subseq s + 3)] ;=> [(1 2 3 4 5) (1 2 3 4 5)]
(let [m (sorted-map 1 :a 2 :b 3 :c)] [(subseq m > 1) (rsubseq m < 3) (subseq m > 1 < 3) (mapv key (subseq m >= 2)) (count (subseq m > 0))]) ;=> [([2 :b] [3 :c]) ([2 :b] [1 :a]) ([2 :b]) [2 3] 3]
(let [s (sorted-set-by > 1 2 3 4 5)] [(subseq s > 2) (subseq s < 2) (rsubseq s > 2) (rsubseq s <= 2) (subseq s > 4 < 2)]) ;=> [(1) (5 4 3) (1) (2 3 4 5) (3)]
(subseq [1 2] > 1) ;! :ox/type "sorted"
(subseq #{1} < 1) ;! :ox/type
(subseq nil > 1) ;! :ox/type
(subseq s > :a) ;! :ox/type
(rsubseq {} > 1 < 2) ;! :ox/type "sorted"
(subseq s nil 1) ;! :ox/type
(apply subseq [s]) ;! :ox/arity

;;; ## They are equal to hash maps and sets, and hash alike
[(= (sorted-map 1 2) {1 2}) (= {1 2} (sorted-map 1 2)) (= (sorted-set 1 2) #{2 1}) (= #{2 1} (sorted-set 1 2)) (= (sorted-map) {}) (= {} (sorted-map)) (= (sorted-set) #{})] ;=> [true true true true true true true]
[(= (sorted-map 1 2) (sorted-map-by > 1 2)) (= (sorted-set 1 2 3) (sorted-set-by > 1 2 3)) (= (sorted-map 1 2) {1 3}) (= (sorted-map 1 2) {2 2}) (= {1 2 3 4} (sorted-map 1 2)) (= (sorted-set 1 2) #{1 3})] ;=> [true true false false false false]
[(= (sorted-map) #{}) (= (sorted-set) {}) (= [1 2] (sorted-set 1 2)) (= (sorted-set 1 2) '(1 2)) (= (sorted-map 1 2) nil) (= 1 (sorted-set 1))] ;=> [false false false false false false]
[(= (hash (sorted-map 1 2 3 4)) (hash {3 4 1 2})) (= (hash (sorted-set 3 1)) (hash #{1 3})) (= (hash (sorted-map)) (hash {})) (= (hash (sorted-set-by > 1 2)) (hash (sorted-set 1 2)))] ;=> [true true true true]
[({(sorted-map 1 2) :x} {1 2}) ({{1 2} :x} (sorted-map 1 2)) (contains? #{(sorted-set 1)} #{1}) (get {[(sorted-set 1)] :y} [#{1}]) (count (set [(sorted-set 1) #{1}])) (assoc {{1 2} :a} (sorted-map 1 2) :b)] ;=> [:x :x true :y 1 {{1 2} :b}]
[(= [(sorted-map 1 [2 (sorted-set 3)])] [{1 [2 #{3}]}]) (= {:a (sorted-map 1 2)} {:a {1 2}}) (= {:a (sorted-map 1 2)} {:a {1 3}}) (= #{(sorted-set 1) (sorted-set 2)} #{#{1} #{2}}) (= (list (sorted-map 1 2) 3) (list {1 2} 4))] ;=> [true true false true false]
[(= (sorted-map 1 (lazy-seq [2])) {1 [2]}) (= {1 [2]} (sorted-map 1 (lazy-seq [2]))) (not= (sorted-set 1) #{1})] ;=> [true true false]
[(= (sorted-map 1 2) {:a 2}) (= (sorted-map 1 2) (sorted-map :a 2)) (= #{:a} (sorted-set 1)) (= (sorted-set 1) #{:a}) (= (sorted-set 1) (sorted-set :a))] ;=> [false false false false false]
(= {:a 2} (sorted-map 1 2)) ;! :ox/type
(let [by (fn [a b] (compare (count a) (count b)))] [(= {"a" 1} (sorted-map-by by "b" 1)) (= (sorted-map-by by "b" 1) {"a" 1}) (= #{"a"} (sorted-set-by by "b")) (= (sorted-set-by by "b") #{"a"})]) ;=> [true false false true]
(compare (sorted-set 1) (sorted-set 2)) ;! :ox/type

;;; ## Metadata and comparator stay
(def m (with-meta (sorted-map-by > 1 2) {:a 1}))
(def s (with-meta (sorted-set-by > 1 2) {:a 1}))
[(meta m) (meta (assoc m 3 4)) (meta (dissoc m 1)) (meta (conj m [5 6])) (meta (into m {7 8})) (meta (empty m)) (meta (vary-meta m assoc :b 2)) (meta (with-meta m nil))] ;=> [{:a 1} {:a 1} {:a 1} {:a 1} {:a 1} {:a 1} {:a 1, :b 2} nil]
[(meta (conj s 3)) (meta (disj s 1)) (meta (into s [3])) (meta (empty s)) (meta (set s)) (meta (conj s 1))] ;=> [{:a 1} {:a 1} {:a 1} {:a 1} nil {:a 1}]
[(assoc m 3 4) (conj (empty m) [1 1] [2 2]) (into (empty s) [1 5 3]) (with-meta m nil) (conj (with-meta s nil) 7) (set s)] ;=> [{3 4, 1 2} {2 2, 1 1} #{5 3 1} {1 2} #{7 2 1} #{2 1}]
(binding [*print-meta* true] (pr-str m)) ;=> "^{:a 1} {1 2}"
(with-meta (sorted-map) 1) ;! :ox/type
(meta (with-meta [] (sorted-map :b 1 :a 2))) ;=> {:a 2, :b 1}
(let [e (ex-info "m" (sorted-map :b 1 :a 2))] [(ex-data e) (:a (ex-data e))]) ;=> [{:a 2, :b 1} 2]
(try (throw (ex-info "m" (sorted-map "b" 1))) (catch Exception e (ex-data e))) ;=> {"b" 1}

;;; ## What they are
(def all [(sorted-map 1 2) (sorted-set 1)])
[(map sorted? all) (map map? all) (map set? all) (map coll? all) (map counted? all) (map associative? all) (map ifn? all) (map fn? all) (map sequential? all) (map reversible? all) (map seqable? all)] ;=> [(true true) (true false) (false true) (true true) (true true) (true false) (true true) (false false) (false false) (true true) (true true)]
[(sorted? {}) (sorted? #{}) (sorted? nil) (sorted? [1]) (sorted? (seq (sorted-set 1)))] ;=> [false false false false false]
[(str (sorted-map 1 "a")) (pr-str (sorted-map 1 "a")) (pr-str (sorted-set 2 1)) (binding [*print-length* 2] (pr-str (sorted-set 1 2 3) (sorted-set 1 2) (sorted-map 1 2 3 4 5 6)))] ;=> ["{1 \"a\"}" "{1 \"a\"}" "#{1 2}" "#{1 2 ...} #{1 2} {1 2, 3 4, ...}"]
(binding [*print-level* 1] (pr-str (sorted-map 1 (sorted-map 2 3)))) ;=> "{1 #}"
(binding [*print-namespace-maps* true] (pr-str (sorted-map :a/y 2 :a/x 1))) ;=> "#:a{:x 1, :y 2}"
(pr-str (sorted-map 1 (sorted-set [2] [1]) 2 (range 3))) ;=> "{1 #{[1] [2]}, 2 (0 1 2)}"
(read-string (pr-str (sorted-map 1 2))) ;=> {1 2}
[(type (sorted-map)) (type (sorted-set))]
;=> [PersistentTreeMap PersistentTreeSet]
;differs classes are symbols, without their packages
(transient (sorted-map)) ;! :ox/type
(transient (sorted-set)) ;! :ox/type
(let [{a :a :keys [b] :or {c 3} :as m} (sorted-map :a 1 :b 2)] [a b m]) ;=> [1 2 {:a 1, :b 2}]
(let [[[k v] & more] (seq (sorted-map :a 1 :b 2))] [k v more]) ;=> [:a 1 ([:b 2])]
[(select-keys (sorted-map 1 2 3 4) [3]) (update-vals (sorted-map 2 1 1 2) inc) (replace (sorted-map 1 :a) [1 2]) (get-in (sorted-map 1 (sorted-map 2 3)) [1 2]) (sort-by val (sorted-map 1 2 2 1))] ;=> [{3 4} {1 3, 2 2} [:a 2] 3 ([2 1] [1 2])]

;;; ## Long keys are compared in steps
(let [long (apply str (repeat 5000 "x"))
      m (sorted-map (str long "b") 1 (str long "a") 2 "y" 3)]
  [(vals m) (m (str long "b")) (m long) (count (conj m [(str long "c") 4])) (count (dissoc m (str long "a")))]) ;=> [(2 1 3) 1 nil 4 2]
(let [v (vec (range 100))
      m (sorted-map (conj v 1) :b (conj v 0) :a [1] :c)]
  [(vals m) (m (conj v 1)) (m v :no) (keys (dissoc m (conj v 0) (conj v 1)))]) ;=> [(:c :a :b) :b :no ([1])]
(sorted-map [1 2] :a [1 (+ 1 99999999999999999999N)] :b [1 1/2] :c) ;=> {[1 1/2] :c, [1 2] :a, [1 100000000000000000000N] :b}
(sorted-set [1] [:a]) ;! :ox/type

;;; ## Sets and walks of the library take them
(require '[clojure.set :as set] '[clojure.walk :as walk])
[(set/union (sorted-set 1 5) #{3}) (set/intersection (sorted-set 1 5) #{5}) (set/difference (sorted-set 1 5) #{5}) (set/subset? (sorted-set 1) #{1 2}) (set/superset? (sorted-set 1 2) #{1}) (set/select odd? (sorted-set 3 1 2))] ;=> [#{1 3 5} #{5} #{1} true true #{1 3}]
[(set/rename-keys (sorted-map 1 2) {1 3}) (set/map-invert (sorted-map 1 2)) (set/project #{(sorted-map :a 1 :b 2)} [:a]) (set/join #{{:a 1}} #{(sorted-map :a 1 :b 2)})] ;=> [{3 2} {2 1} #{{:a 1}} #{{:a 1, :b 2}}]
(walk/postwalk (fn [x] (if (number? x) (- x) x)) (sorted-map 1 (sorted-set 2 3))) ;=> {-1 #{-3 -2}}
(sorted? (walk/prewalk identity (sorted-map 1 2))) ;=> true
(walk/keywordize-keys (sorted-map "a" 1)) ;=> {:a 1}
(set/intersection #{:a} (sorted-set 1 2)) ;! :ox/type

;;; ## A long walk keeps nothing behind it
;;; config {:words 400000}
(def s (into (sorted-set) (range 3000)))
(reduce + s) ;=> 4498500
(loop [n 0 s (seq s)] (if s (recur (inc n) (next s)) n)) ;=> 3000
(count (filter even? (rseq s))) ;=> 1500
