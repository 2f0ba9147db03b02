;;; # Vectors, maps, sets and lists

;;; ## Vectors are indexed
(vector 1 2) ;=> [1 2]
(vec '(1 2)) ;=> [1 2]
[(nth [1 2 3] 1) (get [1 2 3] 1) ([1 2 3] 1) (get [1] 5) (get [1] 5 :no) (nth [1] 5 :no)] ;=> [2 2 2 nil :no :no]
(nth [1 2] 2) ;! :ox/index
([1 2] 2) ;! :ox/index
(nth [1 2] -1) ;! :ox/index
(get [1 2] :a) ;=> nil
(nth nil 3) ;=> nil
(nth {} 0) ;! :ox/type "got a map"
([1] "a") ;! :ox/argument

;;; ## Vectors grow at the end
(conj [1] 2 3) ;=> [1 2 3]
(conj [] [1]) ;=> [[1]]
(assoc [1 2 3] 1 :b) ;=> [1 :b 3]
(assoc [1] 1 2) ;=> [1 2]
(assoc [1] 2 3) ;! :ox/index
(assoc [1] :a 1) ;! :ox/argument
(pop [1 2]) ;=> [1]
(peek [1 2]) ;=> 2
(pop []) ;! :ox/state
(peek []) ;=> nil
(subvec [1 2 3 4] 1 3) ;=> [2 3]
(subvec [1 2 3] 1) ;=> [2 3]
(subvec [1] 2) ;! :ox/index
(update [1 2] 0 inc) ;=> [2 2]
(rseq [1 2 3]) ;=> (3 2 1)
(rseq []) ;=> nil

;;; ## Large vectors
(let [v (vec (range 2000))] [(count v) (v 0) (v 1056) (v 1999) (reduce + v)]) ;=> [2000 0 1056 1999 1999000]
(let [v (reduce conj [] (range 1100))] (= v (range 1100))) ;=> true
(let [v (vec (range 1057))] [(peek (pop v)) (count (pop v)) (nth (assoc v 500 :x) 500)]) ;=> [1055 1056 :x]
(let [v (vec (range 100))] (loop [v v n 0] (if (empty? v) n (recur (pop v) (inc n))))) ;=> 100
(reduce (fn [v i] (assoc v i (* i i))) (vec (range 70)) (range 70)) ;=> [0 1 4 9 16 25 36 49 64 81 100 121 144 169 196 225 256 289 324 361 400 441 484 529 576 625 676 729 784 841 900 961 1024 1089 1156 1225 1296 1369 1444 1521 1600 1681 1764 1849 1936 2025 2116 2209 2304 2401 2500 2601 2704 2809 2916 3025 3136 3249 3364 3481 3600 3721 3844 3969 4096 4225 4356 4489 4624 4761]

;;; ## Maps find by key
(hash-map :a 1) ;=> {:a 1}
[(get {:a 1} :a) (get {:a 1} :b) (get {:a 1} :b 0) ({:a 1} :a) ({:a 1} :b :no)] ;=> [1 nil 0 1 :no]
[(contains? {:a nil} :a) (contains? {:a 1} :b) (get {:a nil} :a :no) (find {:a 1} :a) (find {:a 1} :b)] ;=> [true false nil [:a 1] nil]
[(get nil :a) (get 5 :a) (get "abc" :a) (get #{1} 1)] ;=> [nil nil nil 1]
({:a 1}) ;! :ox/arity
[(get {1 :a} 1) (get {1N :a} 1) (get {[1 2] :v} '(1 2)) (get {nil 1} nil)] ;=> [:a :a :v 1]
(contains? '(1) 0) ;! :ox/type "got a list"
(contains? [1 2] 1) ;=> true

;;; ## Maps are changed by key
(assoc {} :a 1) ;=> {:a 1}
(assoc nil :a 1) ;=> {:a 1}
(sort (assoc {:a 1} :b 2 :a 3)) ;=> ([:a 3] [:b 2])
(dissoc {:a 1 :b 2} :a) ;=> {:b 2}
(dissoc {:a 1} :x) ;=> {:a 1}
(dissoc nil :a) ;=> nil
(dissoc {:a 1 :b 2} :a :b) ;=> {}
(conj {:a 1} [:b 2]) ;=> {:a 1, :b 2}
(conj {} {:a 1}) ;=> {:a 1}
(conj {} nil) ;=> {}
(conj {} [1]) ;! :ox/argument
(conj {} 1) ;! :ox/type
(merge {:a 1} {:b 2} nil {:a 3}) ;=> {:a 3, :b 2}
(merge nil nil) ;=> nil
(merge) ;=> nil
(merge-with + {:a 1 :b 2} {:a 10}) ;=> {:a 11, :b 2}
(update {:a 1} :a + 10) ;=> {:a 11}
(update {} :a (fnil inc 0)) ;=> {:a 1}
(assoc {} :a) ;! :ox/arity "assoc"
(dissoc 5 :a) ;! :ox/type

;;; ## Nested maps
(get-in {:a {:b [1 2]}} [:a :b 1]) ;=> 2
(get-in {} [:a :b] :no) ;=> :no
(get-in {:a 1} []) ;=> {:a 1}
(assoc-in {} [:a :b] 1) ;=> {:a {:b 1}}
(update-in {:a {:b 1}} [:a :b] inc) ;=> {:a {:b 2}}
(update-in {} [:a :b] (fnil conj []) 1) ;=> {:a {:b [1]}}

;;; ## Keys, values and entries
(keys {:a 1}) ;=> (:a)
(vals {:a 1}) ;=> (1)
(keys {}) ;=> nil
(keys nil) ;=> nil
(key (first {:a 1})) ;=> :a
(val (first {:a 1})) ;=> 1
(first {:a 1}) ;=> [:a 1]
(map-entry? (first {:a 1})) ;=> true
(vector? (first {:a 1})) ;=> true
(key [1 2]) ;! :ox/type
(select-keys {:a 1 :b 2 :c 3} [:a :c :x]) ;=> {:a 1, :c 3}
(zipmap [:a :b] [1 2 3]) ;=> {:a 1, :b 2}
(into {} [[:a 1] [:b 2]]) ;=> {:a 1, :b 2}
(group-by odd? (range 5)) ;=> {false [0 2 4], true [1 3]}
(frequencies "abca") ;=> {\a 2, \b 1, \c 1}
(update-vals {:a 1} inc) ;=> {:a 2}
(update-keys {:a 1} name) ;=> {"a" 1}
(reduce-kv (fn [acc k v] (+ acc v)) 0 {:a 1 :b 2}) ;=> 3
(reduce-kv (fn [acc i v] (conj acc [i v])) [] [:a :b]) ;=> [[0 :a] [1 :b]]
(not-empty {}) ;=> nil

;;; ## Small maps keep their order, large ones are hashed
(seq {:c 1 :a 2 :b 3}) ;=> ([:c 1] [:a 2] [:b 3])
(keys (assoc {:z 1} :y 2 :x 3)) ;=> (:z :y :x)
(let [m (zipmap (range 1000) (range))] [(count m) (m 999) (m 1000) (reduce + (vals m))]) ;=> [1000 999 nil 499500]
(count (reduce (fn [m i] (dissoc m i)) (zipmap (range 1000) (range)) (range 990))) ;=> 10
(let [m (into {} (map (fn [i] [i i]) (range 5000)))] (every? #(= % (m %)) (range 5000))) ;=> true

;;; ## Sets
(sort #{3 1 2}) ;=> (1 2 3)
(set [1 1 2]) ;=> #{1 2}
(set nil) ;=> #{}
(hash-set 1 1) ;=> #{1}
[(contains? #{1} 1) (#{1} 1) (#{1} 2) (get #{1} 2 :no) (#{nil} nil)] ;=> [true 1 nil :no nil]
(conj #{1} 1) ;=> #{1}
(disj #{1 2} 1) ;=> #{2}
(disj #{1} 5) ;=> #{1}
(disj nil 1) ;=> nil
(count (into #{} (range 1000))) ;=> 1000
(sort (into #{} (map #(mod % 7) (range 100)))) ;=> (0 1 2 3 4 5 6)
(set? #{}) ;=> true
(filter #{1 2} [1 2 3]) ;=> (1 2)
(disj [1] 1) ;! :ox/type

;;; ## clojure.set
;;; file app/core.ox
(ns app.core (:require [clojure.set :as set]))
[(set/union #{1} #{2}) (set/intersection #{1 2} #{2 3}) (set/difference #{1 2} #{2})] ;=> [#{1 2} #{2} #{1}]
[(set/subset? #{1} #{1 2}) (set/superset? #{1} #{1 2}) (set/map-invert {:a 1}) (set/rename-keys {:a 1} {:a :b})] ;=> [true false {1 :a} {:b 1}]

;;; ## Lists
(list 1 2) ;=> (1 2)
(list) ;=> ()
(conj '(1) 2 3) ;=> (3 2 1)
(cons 0 '(1)) ;=> (0 1)
(cons 1 nil) ;=> (1)
(peek '(1 2)) ;=> 1
(pop '(1 2)) ;=> (2)
(pop '()) ;! :ox/state
(list* 1 2 [3 4]) ;=> (1 2 3 4)
(list* [1]) ;=> (1)
(nth '(1 2) 1) ;=> 2
[(list? '(1)) (list? (cons 1 nil)) (seq? (cons 1 nil)) (list? [1])] ;=> [true true true false]
(count '(1 2 3)) ;=> 3

;;; ## What all collections share
(map count [[] '() {} #{} "" nil [1] '(1 2)]) ;=> (0 0 0 0 0 0 1 2)
(map empty? [[] nil "" [nil]]) ;=> (true true true false)
(map empty [[1] '(1) {:a 1} #{1} "a" nil]) ;=> ([] () {} #{} nil nil)
(into [] '(1 2)) ;=> [1 2]
(into '() [1 2]) ;=> (2 1)
(into #{} [1 1]) ;=> #{1}
(into [1] (map inc) [1 2]) ;=> [1 2 3]
(into nil [1 2]) ;=> (2 1)
(into [1] nil) ;=> [1]
(conj nil 1) ;=> (1)
(conj) ;=> []
(conj [1]) ;=> [1]
(count 5) ;! :ox/type "got an integer"
(conj 5 1) ;! :ox/type
(map coll? [[] '() {} #{} (range 2) "a" nil]) ;=> (true true true true true false false)
(map sequential? [[] '() {} (range 2)]) ;=> (true true false true)
(map associative? [[] {} '() #{}]) ;=> (true true false false)
(map counted? [[] '() {} (map inc [1])]) ;=> (true true true false)
(map vector? [[] '() (first {:a 1})]) ;=> (true false true)
(map map? [{} []]) ;=> (true false)
(not-empty [1]) ;=> [1]
(not-empty []) ;=> nil
(distinct? 1 2 1) ;=> false
(every? coll? [[] {}]) ;=> true

;;; ## An arbitrary integer names a place
[(get [1 2] 1N) (contains? [1 2] 1N) (find [1 2] 1N) ([1 2] 1N) (nth [1 2] 1N)] ;=> [2 true [1N 2] 2 2]
[(assoc [1 2] 1N :x) (update-in [[1 2]] [0N 1N] inc) (get-in [[1 2]] [0N 1N])] ;=> [[1 :x] [[1 3]] 2]
[(subs "abc" 1N) (subs "abc" 0N 2N) (subvec [1 2 3] 1N) (get "abc" 1N)] ;=> ["bc" "ab" [2 3] \b]
[(persistent! (assoc! (transient [1 2]) 1N :x)) (get (transient [1 2]) 1N) ((transient [1 2]) 1N)] ;=> [[1 :x] 2 2]
[(get [1] 100000000000000000000N) (get [1] -1N) (contains? [1] 1N)] ;=> [nil nil false]
(assoc [1] 5N 1) ;! :ox/index "out of bounds"
(assoc! (transient [1]) 5N 1) ;! :ox/index "out of bounds"
(subs "abc" 5N) ;! :ox/index "out of bounds"
(subvec [1] 5N) ;! :ox/index "out of bounds"

;;; ## clojure.walk
;;; file app/core.ox
(ns app.core (:require [clojure.walk :as walk]))
(walk/stringify-keys {:a {:b/c 1} 'd/e 2 [:f] [{:g :h}]}) ;=> {"a" {"c" 1}, d/e 2, [:f] [{"g" :h}]}
(walk/keywordize-keys {"a" {"b/c" 1} 'd 2}) ;=> {:a {:b/c 1}, d 2}

;;; ## Changing a collection leaves the old one as it was
(let [v [1 2 3] w (assoc v 0 :x)] [v w]) ;=> [[1 2 3] [:x 2 3]]
(let [m {:a 1} n (assoc m :a 2)] [m n]) ;=> [{:a 1} {:a 2}]
(let [s #{1}] [(conj s 2) s]) ;=> [#{1 2} #{1}]

;;; ## Transients
(persistent! (conj! (transient []) 1)) ;=> [1]
(persistent! (reduce conj! (transient []) (range 100))) ;=> [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99]
(persistent! (assoc! (transient {}) :a 1)) ;=> {:a 1}
(persistent! (dissoc! (transient {:a 1 :b 2}) :a)) ;=> {:b 2}
(persistent! (disj! (transient #{1 2}) 1)) ;=> #{2}
(persistent! (pop! (transient [1 2]))) ;=> [1]
(count (persistent! (reduce (fn [m i] (assoc! m i i)) (transient {}) (range 1000)))) ;=> 1000
(let [v [1 2] t (transient v)] (conj! t 3) v) ;=> [1 2]
(let [t (transient [])] (persistent! t) (conj! t 1)) ;! :ox/state
(let [t (transient {:a 1})] [(get t :a) (count t) (:a t)]) ;=> [1 1 1]
(conj! [] 1) ;! :ox/type
(transient '(1)) ;! :ox/type
