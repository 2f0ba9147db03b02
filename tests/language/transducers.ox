;;; # Transducers

;;; ## Each transducer in `into`, `sequence`, `transduce` and `eduction`
(defn ways [xf coll] (let [v (into [] xf coll)] (assert (= v (vec (sequence xf coll)) (transduce xf conj [] coll) (transduce xf (completing conj) [] coll) (vec (eduction xf coll)) (into [] (eduction xf coll)) (reduce conj [] (eduction xf coll)))) v))
(ways (map inc) [1 2 3]) ;=> [2 3 4]
(ways (filter odd?) (range 6)) ;=> [1 3 5]
(ways (remove odd?) (range 6)) ;=> [0 2 4]
(ways (take 2) [1 2 3]) ;=> [1 2]
(ways (take 0) [1 2 3]) ;=> []
(ways (take 9) [1 2 3]) ;=> [1 2 3]
(ways (take-while pos?) [1 2 -1 3]) ;=> [1 2]
(ways (take-nth 2) (range 7)) ;=> [0 2 4 6]
(ways (drop 2) [1 2 3]) ;=> [3]
(ways (drop 0) [1 2 3]) ;=> [1 2 3]
(ways (drop -1) [1 2 3]) ;=> [1 2 3]
(ways (drop-while pos?) [1 2 -1 3]) ;=> [-1 3]
(ways (keep #(when (odd? %) (* 2 %))) (range 6)) ;=> [2 6 10]
(ways (keep {1 false 2 nil 3 :c}) [1 2 3]) ;=> [false :c]
(ways (keep-indexed #(when (odd? %1) %2)) [:a :b :c :d]) ;=> [:b :d]
(ways (map-indexed vector) [:a :b]) ;=> [[0 :a] [1 :b]]
(ways (distinct) [1 2 1 nil nil 3 2]) ;=> [1 2 nil 3]
(ways (dedupe) [1 1 2 1 nil nil 1.0 1]) ;=> [1 2 1 nil 1.0 1]
(ways (interpose :x) [1 2 3]) ;=> [1 :x 2 :x 3]
(ways (interpose :x) []) ;=> []
(ways (partition-by odd?) [1 3 2 4 5]) ;=> [[1 3] [2 4] [5]]
(ways (partition-by identity) []) ;=> []
(ways (partition-all 2) [1 2 3]) ;=> [[1 2] [3]]
(ways (partition-all 2) []) ;=> []

(ways cat [[1 2] nil '(3) #{} "ab"]) ;=> [1 2 3 \a \b]
(ways (mapcat range) [0 1 3]) ;=> [0 0 1 2]
(ways (mapcat reverse) [[1 2] nil [3]]) ;=> [2 1 3]
(ways (replace {1 :one 2 nil}) [1 2 3]) ;=> [:one nil 3]
(ways (random-sample 1) [1 2 3]) ;=> [1 2 3]
(ways (random-sample 0) [1 2 3]) ;=> []
(ways (comp (map inc) (filter odd?) (take 2)) (range 10)) ;=> [1 3]
(ways identity [1 2]) ;=> [1 2]
(ways (comp (partition-all 2) (map vec) cat) [1 2 3]) ;=> [1 2 3]

;;; ## Early termination
(into [] (take 2) (map (fn [x] (if (= x 3) (throw (ex-info "too far" {})) x)) (iterate inc 1))) ;=> [1 2]
(transduce (comp cat (take 3)) conj [[1 2] [3 4] [5 6]]) ;=> [1 2 3]
(into [] (comp (take 3) (partition-all 2)) (range 10)) ;=> [[0 1] [2]]
(into [] (comp (partition-all 2) (take 1)) (range 10)) ;=> [[0 1]]
(into [] (comp (partition-by even?) (take 2)) [1 3 2 4 5]) ;=> [[1 3] [2 4]]
(into [] (comp (take-while pos?) (partition-all 2)) [1 2 3 -1 4]) ;=> [[1 2] [3]]
(into [] (comp (interpose :x) (take 4)) (range 5)) ;=> [0 :x 1 :x]
(into [] (comp (mapcat range) (take 4)) (range)) ;=> [0 0 1 0]
(sequence (take 3) (range)) ;=> (0 1 2)
(first (sequence (map inc) (range))) ;=> 1
(transduce (take 2) + (range)) ;=> 1
(transduce (halt-when #{3}) conj [] [1 2 3 4]) ;=> 3
(transduce (halt-when #{3} (fn [r x] (conj r :stopped x))) conj [] [1 2 3 4]) ;=> [1 2 :stopped 3]
(transduce (halt-when #{9}) conj [] [1 2 3 4]) ;=> [1 2 3 4]
(into [] (halt-when #{3}) [1 2 3]) ;=> 3
(let [seen (volatile! [])] (into [] (comp (map (fn [x] (vswap! seen conj x) x)) (take 2)) [1 2 3 4]) (deref seen)) ;=> [1 2]
(reduce (fn [r x] (if (= x 3) (reduced r) (+ r x))) 0 (eduction (map inc) (range 10))) ;=> 3
(transduce (map inc) (fn ([] (reduced 0)) ([r] r) ([r x] (+ r x))) [1 2]) ;! :ox/type "expected a number, got a reduced value"
(unreduced (reduce ((take 2) conj) [] [1 2 3])) ;=> [1 2]

;;; ## Completion
(transduce (partition-all 2) (fn ([] []) ([r] (conj r :done)) ([r x] (conj r x))) [1 2 3]) ;=> [[1 2] [3] :done]
(transduce (map inc) (completing + str) 0 [1 2]) ;=> "5"
(transduce (map inc) (completing +) [1 2]) ;=> 5
(transduce (comp (partition-by odd?) (partition-all 2)) conj [1 3 2 5]) ;=> [[[1 3] [2]] [[5]]]
((completing +) 1 2) ;=> 3
((completing + -) 3) ;=> -3
((completing +)) ;=> 0
(((partition-all 2) conj) []) ;=> []
(let [f ((partition-all 2) conj)] (f (f (f (f []  1) 2) 3))) ;=> [[1 2] [3]]
(let [f ((distinct) conj)] (f (f (f [] 1) 1) 2)) ;=> [1 2]
(((map inc) conj)) ;=> []
(((take 1) conj) []) ;=> []
(((filter odd?) conj) [1]) ;=> [1]
(transduce identity conj [] nil) ;=> []
(transduce (map inc) conj nil) ;=> []

;;; ## Several collections
(sequence (map +) [1 2 3] [10 20]) ;=> (11 22)
(sequence (map vector) [1 2] [3 4] [5 6]) ;=> ([1 3 5] [2 4 6])
(sequence (comp (map *) (filter even?)) [1 2 3] [4 5 6]) ;=> (4 10 18)
(sequence (map-indexed (fn [i & xs] (vec (cons i xs)))) [1 2]) ;=> ([0 1] [1 2])
(sequence (mapcat list) [1 2] [3 4]) ;=> (1 3 2 4)
(((map +) conj) [] 1 2 3) ;=> [6]
(sequence (filter odd?) [1 2] [3 4]) ;! :ox/arity "Wrong number of args (3) passed to: fn at"

;;; ## `into`, `sequence`, `eduction`, `transduce`
(into) ;=> []
(into [1]) ;=> [1]
(into [] nil) ;=> []
(into nil [1 2]) ;=> (2 1)
(into nil (map inc) [1 2]) ;=> (3 2)
(into #{} (map inc) [1 1 2]) ;=> #{2 3}
(into {} (map (fn [x] [x (inc x)])) [1 2]) ;=> {1 2, 2 3}
(into '(9) (map inc) [1 2]) ;=> (3 2 9)
(meta (into (with-meta [] {:m 1}) (map inc) [1])) ;=> {:m 1}
(into () [1 2]) ;=> (2 1)
(sequence nil) ;=> ()
(sequence []) ;=> ()
(sequence "ab") ;=> (\a \b)
(sequence (map inc) nil) ;=> ()
(sequence (filter nil?) [1]) ;=> ()
(seq (sequence (filter nil?) [1])) ;=> nil
(eduction [1 2]) ;=> (1 2)
(eduction (map inc) [1 2]) ;=> (2 3)
(eduction (map inc) (filter even?) [1 2 3]) ;=> (2 4)
(eduction (map inc) nil) ;=> ()
(seq (eduction (map inc) [])) ;=> nil
(eduction (take 2) (eduction (map inc) (range))) ;=> (1 2)
(sequential? (eduction (map inc) [1])) ;=> true
(transduce (map inc) + []) ;=> 0
(transduce (map inc) + 5 nil) ;=> 5
(transduce (map inc) conj {} []) ;=> {}
(into [] inc [1]) ;! :ox/type "expected a number, got a function"
(into 5 [1]) ;! :ox/type "expected a collection, got an integer"
(into [] (map inc) 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(transduce (map inc) + 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(transduce inc + [1]) ;! :ox/type "expected a number, got a function"
(sequence (map inc) 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(sequence 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(into [] (map inc) [:a]) ;! :ox/type "expected a number, got a keyword"
(apply transduce [(map inc)]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/transduce"
(into [] (take nil) [1]) ;! :ox/type "expected a number, got nil"
(into [] (take-nth 0) [1]) ;! :ox/arithmetic "Divide by zero"
(into [] cat [1]) ;! :ox/type "expected a collection, a string or nil, got an integer"
(into [] (random-sample nil) [1]) ;! :ox/type "expected a number, got nil"
