;;; # Fused sequences
;;; Where `map`, `filter` and the like go straight into `reduce`, no cells are made. What a program can see of it is as if there were.

;;; ## Values are those of lazy sequences
(reduce + 0 (map inc (filter even? (map #(* 3 %) (range 10))))) ;=> 65
(reduce + (map inc [1 2 3])) ;=> 9
(reduce + (map inc [])) ;=> 0
(reduce + (filter even? [1 3])) ;=> 0
(reduce + (map inc [41])) ;=> 42
(reduce conj [] (map identity nil)) ;=> []
(into [] (take 3 (map inc (range)))) ;=> [1 2 3]
(into #{} (remove odd? (keep #(when (< % 7) %) (range 10)))) ;=> #{0 2 4 6}
(into {} (map (fn [[k v]] [v k]) {:a 1 :b 2})) ;=> {1 :a, 2 :b}
(vec (take-while #(< % 4) (map inc (range)))) ;=> [1 2 3]
(vec (map str "añb")) ;=> ["a" "ñ" "b"]
(set (map inc '(1 1 2))) ;=> #{2 3}
(mapv inc (filter odd? (range 6))) ;=> [2 4 6]
(filterv odd? (map inc (range 6))) ;=> [1 3 5]
(frequencies (map even? (range 5))) ;=> {true 3, false 2}
(group-by odd? (map inc (range 4))) ;=> {true [1 3], false [2 4]}
(reverse (map inc [1 2 3])) ;=> (4 3 2)
(every? pos? (map inc [0 1 2])) ;=> true
(every? pos? (map dec [2 1 2])) ;=> false
(transduce (map inc) + (filter even? (range 5))) ;=> 9
(transduce (map inc) + 10 (filter even? (range 5))) ;=> 19
(into [] (map inc) (filter even? (range 5))) ;=> [1 3 5]
(reduce (fn [acc x] (if (= x 3) (reduced [:stopped acc]) (+ acc x))) 0 (map inc (range))) ;=> [:stopped 3]
(reduce + 0 (map first (map (fn [x] [x]) (take 4 (iterate inc 1))))) ;=> 10

;;; ## Elements go through one at a time, and only those that are asked for
;;; differs: Clojure computes chunks of 32 ahead
(with-out-str (reduce (fn [_ x] (print "r" x "")) nil (map #(do (print "m" % "") %) (filter #(do (print "f" % "") (odd? %)) [1 2 3])))) ;=> "f 1 m 1 r 1 f 2 f 3 m 3 r 3 "
(with-out-str (into [] (take 2 (map #(do (print %) %) [1 2 3 4])))) ;=> "12"
(with-out-str (vec (take 0 (map #(do (print %) %) [1 2 3 4])))) ;=> ""
(with-out-str (vec (take-while odd? (map #(do (print %) %) [1 3 4 5])))) ;=> "134"
(with-out-str (reduce (fn [a x] (if (= x 2) (reduced a) a)) nil (map #(do (print %) %) [1 2 3]))) ;=> "12"
(with-out-str (run! print (map inc [1 2]))) ;=> "23"
(with-out-str (dorun (map print [1 2]))) ;=> "12"

;;; ## A start that is a reduced value is a start like others
(reduce (fn [acc x] (if (reduced? acc) [@acc x] (conj acc x))) (reduced :start) (map inc [1 2])) ;=> [:start 2 3]
(deref (reduce (fn [acc x] x) (reduced 1) (filter pos? []))) ;=> 1
(deref (reduce (fn [acc x] x) (reduced 1) (filter pos? [-1]))) ;=> 1
(reduce (fn [acc x] (if (reduced? x) :seen acc)) nil (map reduced [1])) ;=> :seen

;;; ## Errors are those of lazy sequences
(reduce + 0 (map inc 5)) ;! :ox/type
(reduce + 0 (map inc [1 :a])) ;! :ox/type
(reduce + 0 (take nil [1])) ;! :ox/type
(reduce + 0 (map nil [1])) ;! :ox/type

;;; ## A name of one's own is no fused one
(defn shout [f coll] (clojure.core/map (clojure.core/comp clojure.core/str f) coll))
(let [map shout] (reduce conj [] (map inc [1 2]))) ;=> ["2" "3"]
