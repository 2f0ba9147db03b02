;;; # Sequences and laziness

;;; ## First, rest and next
[(first [1 2]) (first []) (first nil) (second [1 2]) (last [1 2 3]) (ffirst [[1]]) (nnext [1 2 3])] ;=> [1 nil nil 2 3 1 (3)]
[(rest [1 2]) (rest []) (rest nil) (next [1]) (next [1 2]) (next nil)] ;=> [(2) () () nil (2) nil]
[(seq []) (seq nil) (seq [1]) (seq "ab") (seq {}) (seq #{1})] ;=> [nil nil (1) (\a \b) nil (1)]
[(butlast [1 2 3]) (drop-last [1 2 3]) (drop-last 2 [1 2 3]) (take-last 2 [1 2 3])] ;=> [(1 2) (1 2) (1) (2 3)]
(first 5) ;! :ox/type
(seq :a) ;! :ox/type
(rest 1) ;! :ox/type
(next :a) ;! :ox/type

;;; ## Making sequences
[(range 5) (range 2 5) (range 0 10 3) (range 5 0 -2) (range 0)] ;=> [(0 1 2 3 4) (2 3 4) (0 3 6 9) (5 3 1) ()]
[(take 3 (range)) (take 3 (repeat :x)) (repeat 2 :y) (take 4 (cycle [1 2])) (take 3 (iterate inc 0))] ;=> [(0 1 2) (:x :x :x) (:y :y) (1 2 1 2) (0 1 2)]
(range 0 1 1/4) ;=> (0 1/4 1/2 3/4)
(range 0.0 1.0 0.5) ;=> (0.0 0.5)
(take 5 (repeatedly (constantly 1))) ;=> (1 1 1 1 1)
(repeatedly 2 (fn [] :a)) ;=> (:a :a)
(interleave [1 2 3] [:a :b]) ;=> (1 :a 2 :b)
(interpose :x [1 2 3]) ;=> (1 :x 2 :x 3)
(cycle []) ;=> ()

;;; ## map and its kin
(map inc [1 2 3]) ;=> (2 3 4)
(map + [1 2 3] [10 20]) ;=> (11 22)
(map vector [1 2] [3 4] [5 6]) ;=> ([1 3 5] [2 4 6])
(map-indexed vector [:a :b]) ;=> ([0 :a] [1 :b])
(mapv inc [1 2]) ;=> [2 3]
(mapv + [1 2] [3 4]) ;=> [4 6]
(mapcat (fn [x] [x x]) [1 2]) ;=> (1 1 2 2)
(mapcat vector [1 2] [3 4]) ;=> (1 3 2 4)
(keep #(if (odd? %) % nil) (range 5)) ;=> (1 3)
(keep-indexed (fn [i x] (if (odd? i) x)) [:a :b :c :d]) ;=> (:b :d)
(map {:a 1} [:a :b]) ;=> (1 nil)
(map inc nil) ;=> ()
(map inc 5) ;! :ox/type
(map 5 [1]) ;! :ox/type

;;; ## Selecting
(filter odd? (range 6)) ;=> (1 3 5)
(remove odd? (range 6)) ;=> (0 2 4)
(filterv even? (range 5)) ;=> [0 2 4]
[(take 2 [1 2 3]) (take 5 [1]) (take 0 [1]) (take -1 [1])] ;=> [(1 2) (1) () ()]
[(drop 1 [1 2 3]) (drop 5 [1]) (drop -1 [1])] ;=> [(2 3) () (1)]
[(take-while pos? [1 2 -1 3]) (drop-while pos? [1 2 -1 3])] ;=> [(1 2) (-1 3)]
(take-nth 2 (range 7)) ;=> (0 2 4 6)
(distinct [1 2 1 3 2]) ;=> (1 2 3)
(dedupe [1 1 2 1]) ;=> (1 2 1)
[(nth (range 10) 3) (nthnext [1 2 3] 1) (nthrest [1 2 3] 5)] ;=> [3 (2 3) ()]
(nth (map inc [1]) 3) ;! :ox/index
[(split-at 1 [1 2 3]) (split-with pos? [1 -1 2])] ;=> [[(1) (2 3)] [(1) (-1 2)]]
(partition 2 [1 2 3 4 5]) ;=> ((1 2) (3 4))
(partition 2 1 [1 2 3]) ;=> ((1 2) (2 3))
(partition 3 3 [:pad] [1 2 3 4]) ;=> ((1 2 3) (4 :pad))
(partition-all 2 [1 2 3]) ;=> ((1 2) (3))
(partition-by odd? [1 3 2 4 5]) ;=> ((1 3) (2 4) (5))

;;; ## Combining
[(concat [1] [2 3] nil '(4)) (concat) (concat nil)] ;=> [(1 2 3 4) () ()]
(cons 1 [2 3]) ;=> (1 2 3)
(flatten [1 [2 [3 [4]]]]) ;=> (1 2 3 4)
(reverse [1 2 3]) ;=> (3 2 1)
(into [] (concat [1] [2])) ;=> [1 2]
(lazy-cat [1] [2]) ;=> (1 2)
(zipmap [:a :b] (range)) ;=> {:a 0, :b 1}

;;; ## Folding
[(reduce + [1 2 3]) (reduce + 10 [1 2 3]) (reduce + []) (reduce + [5]) (reduce conj [] '(1 2))] ;=> [6 16 0 5 [1 2]]
(reduce (fn [a x] (if (> x 3) (reduced a) (+ a x))) 0 (range)) ;=> 6
(reduce + nil) ;=> 0
(reduce (fn [a b] b) []) ;! :ox/arity
(reductions + [1 2 3]) ;=> (1 3 6)
(reductions + 10 [1 2]) ;=> (10 11 13)
(apply + 1 2 [3 4]) ;=> 10
(apply str ["a" "b"]) ;=> "ab"
(apply + nil) ;=> 0
(apply hash-map [:a 1]) ;=> {:a 1}
[(some odd? [2 3]) (some #{:b} [:a :b]) (some odd? [2]) (every? odd? [1 3]) (every? odd? []) (not-any? odd? [2]) (not-every? odd? [1 2])] ;=> [true :b nil true true true true]
[(max-key count "a" "bb") (min-key count "a" "bb")] ;=> ["bb" "a"]
(count (filter odd? (range 100))) ;=> 50
(reduce + 5) ;! :ox/type
(some 1 [1]) ;! :ox/type

;;; ## for
(for [x [1 2 3]] (* x x)) ;=> (1 4 9)
(for [x [1 2] y [:a :b]] [x y]) ;=> ([1 :a] [1 :b] [2 :a] [2 :b])
(for [x (range 6) :when (odd? x)] x) ;=> (1 3 5)
(for [x (range 10) :while (< x 3)] x) ;=> (0 1 2)
(for [x [1 2] :let [y (* x 10)] z [y (inc y)]] z) ;=> (10 11 20 21)
(for [[a b] {:x 1}] [b a]) ;=> ([1 :x])
(for [x []] x) ;=> ()

;;; ## doseq and dotimes
(doseq [x [1 2] y [:a]] (prn x y))
;out 1 :a
;out 2 :a
;=> nil
(dotimes [i 3] (print i))
;out 012
;=> nil
(doseq [x (range 5) :when (odd? x)] (println x))
;out 1
;out 3
;=> nil
(run! prn [1 2])
;out 1
;out 2
;=> nil

;;; ## Nothing is computed before it is asked for
(let [s (map (fn [x] (println "making" x) x) [1 2 3])] (println "made") (first s)) ;=> 1
;out made
;out making 1
;differs Clojure computes chunks of 32 ahead
(let [s (map (fn [x] (println "making" x) (* x x)) (range))] (take 2 s)) ;=> (0 1)
;out making 0
;out making 1
;differs Clojure computes chunks of 32 ahead
(do (map println [1 2]) :done) ;=> :done
(let [s (filter (fn [x] (println "test" x) (odd? x)) (range))] (first (rest s))) ;=> 3
;out test 0
;out test 1
;out test 2
;out test 3
(realized? (lazy-seq [1])) ;=> false
(let [s (lazy-seq [1])] (first s) (realized? s)) ;=> true

;;; ## A cell is computed once
(let [s (map (fn [x] (print "*") x) [1 2 3])] (doall s) (doall s) (count s)) ;=> 3
;out ***
(let [s (lazy-seq (println "once") [1])] [(first s) (first s)]) ;=> [1 1]
;out once
(dorun (map print [1 2])) ;=> nil
;out 12
(doall (map inc [1 2])) ;=> (2 3)

;;; ## Effects of several sequences come in the order of demand
;;; differs: Clojure computes chunks of 32 ahead
(let [a (map (fn [x] (print (str "a" x " ")) x) (range 3))
      b (map (fn [x] (print (str "b" x " ")) x) (range 3))]
  (map vector a b)) ;=> ([0 0] [1 1] [2 2])
;out a0 b0 a1 b1 a2 b2 
(let [s (for [x (range 2) y (range 2)] (do (print x y "") [x y]))] (nth s 2)) ;=> [1 0]
;out 0 0 0 1 1 0 

;;; ## Infinite sequences are asked for their beginnings
(def fibs (lazy-cat [0 1] (map + fibs (rest fibs))))
(take 10 fibs) ;=> (0 1 1 2 3 5 8 13 21 34)
(defn primes [s] (lazy-seq (cons (first s) (primes (remove #(zero? (rem % (first s))) (rest s))))))
(take 8 (primes (iterate inc 2))) ;=> (2 3 5 7 11 13 17 19)
(take-while #(< % 50) (filter even? (map #(* % %) (range)))) ;=> (0 4 16 36)
(first (drop 10000 (iterate inc 0))) ;=> 10000

;;; ## Errors in a lazy sequence come when it is asked for
(let [s (map #(/ 6 %) [3 2 0])] [(first s) (second s)]) ;=> [2 3]
;differs Clojure computes chunks of 32 ahead
(let [s (map #(/ 6 %) [3 2 0])] (count s)) ;! :ox/arithmetic
(do (map #(/ 6 %) [0]) :unasked) ;=> :unasked
(let [s (lazy-seq (throw (ex-info "no" {:n 1})))] (first s)) ;! {:n 1} "no"

;;; ## A cell that failed runs again
(let [s (lazy-seq (print "x") (throw (ex-info "no" {})))]
  [(try (first s) (catch Exception e (ex-message e))) (try (first s) (catch Exception e (ex-message e)))]) ;=> ["no" "no"]
;out xx
(let [calls (atom 0)
      flaky (fn [n] (if (= 2 (swap! calls inc)) (throw (ex-info "not yet" {})) (* n n)))
      s (map flaky [1 2 3])]
  [(try (vec s) (catch Exception e (ex-message e))) (vec s) @calls]) ;=> ["not yet" [1 4 9] 4]
;differs Clojure computes a chunk of several elements, and all of it again
(let [calls (atom 0)
      s (filter (fn [n] (when (= 5 (swap! calls inc)) (throw (ex-info "not yet" {}))) (> n 6)) (range 8))]
  [(try (first s) (catch Exception e (ex-message e))) (first s) @calls]) ;=> ["not yet" 7 9]
;differs Clojure computes a chunk of several elements, and all of it again
(let [d (delay (print "x") (throw (ex-info "no" {})))]
  [(try @d (catch Exception e (ex-message e))) (try @d (catch Exception e (ex-message e)))]) ;=> ["no" "no"]
;out x

;;; ## Ten million elements go through constant memory
;;; A cell of a checkpoint holds what was made after it until the next one, hence some megabytes.
;;; config {:words 3000000}
(count (filter even? (map inc (range 10000000)))) ;=> 5000000

;;; ## A long chain of dropped elements needs no stack
;;; config {:words 1000000}
(first (filter #(= % 300000) (range))) ;=> 300000
(reduce + (map * (range 100000) (repeat 2))) ;=> 9999900000
(last (take 200000 (iterate inc 0))) ;=> 199999

;;; ## Nested lazy sequences need no stack
;;; differs: Clojure's do
(count (reduce (fn [s i] (map inc s)) (range 3) (range 5000))) ;=> 3
(first (reduce (fn [s i] (concat s [i])) [] (range 20000))) ;=> 0

;;; ## Transducers
(into [] (comp (map inc) (filter odd?)) (range 6)) ;=> [1 3 5]
(transduce (map inc) + 0 [1 2 3]) ;=> 9
(transduce (take 2) conj [] (range)) ;=> [0 1]
(sequence (map inc) [1 2]) ;=> (2 3)
(into [] (partition-all 2) [1 2 3]) ;=> [[1 2] [3]]
(into [] (comp (drop 1) (take-while #(< % 4)) (mapcat #(vector % %))) (range 10)) ;=> [1 1 2 2 3 3]
(into #{} (remove even?) (range 5)) ;=> #{1 3}
(into [] (dedupe) [1 1 2]) ;=> [1 2]
(into [] cat [[1] [2 3]]) ;=> [1 2 3]
(into [] (keep #(when (odd? %) (* % 10))) (range 5)) ;=> [10 30]
(into [] (distinct) [1 2 1]) ;=> [1 2]
(into [] (map-indexed vector) [:a :b]) ;=> [[0 :a] [1 :b]]
(into [] (interpose 0) [1 2 3]) ;=> [1 0 2 0 3]
(into [] (partition-by odd?) [1 3 2]) ;=> [[1 3] [2]]
(eduction (map inc) [1 2]) ;=> (2 3)
(reduced? (reduced 1)) ;=> true
@(reduced 5) ;=> 5
(unreduced (reduced 1)) ;=> 1
((map inc) 5 6) ;! :ox/arity

;;; ## Shuffling and choosing are of chance
(sort (shuffle [3 1 2])) ;=> (1 2 3)
(contains? #{1 2 3} (rand-nth [1 2 3])) ;=> true
(let [r (rand)] (and (<= 0 r) (< r 1))) ;=> true
(let [r (rand-int 10)] (and (int? r) (< -1 r 10))) ;=> true
(uuid? (random-uuid)) ;=> true

;;; ## Sorting of many elements is in steps, and keeps the order of equal ones
(def numbers (mapv (fn [n] (rem (* n 7919) 1009)) (range 300)))
(= (sort numbers) (sort (fn [a b] (compare a b)) numbers)) ;=> true
(= (sort > numbers) (reverse (sort < numbers)) (sort (fn [a b] (> a b)) numbers)) ;=> true
(apply <= (sort numbers)) ;=> true
(= (sort-by second (map vector (range) (map #(rem % 5) numbers))) (sort-by second (fn [a b] (compare a b)) (map vector (range) (map #(rem % 5) numbers)))) ;=> true
(sort ["pear" "fig" "apple" "Äpfel" nil "" "figs"]) ;=> (nil "" "apple" "fig" "figs" "pear" "Äpfel")
(sort [[2 1] [1 9] [1 2 3] [1 2] []]) ;=> ([] [1 2] [1 9] [2 1] [1 2 3])
(sort [2.5 1 1/2 3N 0.1M]) ;=> (0.1M 1/2 1 2.5 3N)
(sort-by count ["ccc" "a" "bb" "d"]) ;=> ("a" "d" "bb" "ccc")
(sort-by - < [1 3 2]) ;=> (3 2 1)
(sort-by nil [5]) ;=> (5)
(meta (sort (with-meta [3 1] {:a 1}))) ;=> {:a 1}
(sort [3 :a 1]) ;! :ox/type
(sort < [3 "a" 1]) ;! :ox/type
(sort [[1 [2 [3]]] [1 [2 [1]]]]) ;=> ([1 [2 [1]]] [1 [2 [3]]])

;;; ## A comparator's number is an integer of 32 bits
(sort (fn [a b] (- a b)) [0.5 0.2 1.9 0.1]) ;=> (0.5 0.2 0.1 1.9)
(sort (fn [a b] (/ (- a b) 4)) [3 2 1]) ;=> (3 2 1)
(sort (fn [a b] (* 4294967296 (compare a b))) [3 1 2]) ;=> (3 1 2)

;;; ## A part of a long vector is copied in steps
(def long-vector (vec (range 200)))
[(= (subvec long-vector 10 190) (range 10 190)) (count (subvec long-vector 5)) (nth (subvec long-vector 100 190) 89)] ;=> [true 195 189]

;;; ## Into may end with what halted it
(into [] (halt-when odd?) [2 3 4]) ;=> 3
(into [] (halt-when odd?) [2 4]) ;=> [2 4]
(into (with-meta [] {:a 1}) (map inc) [1]) ;=> [2]
(meta (into (with-meta [] {:a 1}) (map inc) [1])) ;=> {:a 1}
