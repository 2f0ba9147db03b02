;;; # Core names: forms

;;; Each name with its usual results, its edges and its errors. `cargo test -p harness --test main clojure_agrees`
;;; compares all of them with Clojure.

;;; ## `let`
(let [n (atom 0)] (vec (repeatedly 3 (fn [] (swap! n inc))))) ;=> [1 2 3]
(let [n (atom 0)] (dotimes [i 4] (swap! n + i)) @n) ;=> 6
(let [a (atom 1)] [(compare-and-set! a 1 2) (compare-and-set! a 1 3) @a]) ;=> [true false 2]
(let [v (volatile! 1)] (vreset! v 2) @v) ;=> 2
(let [v (volatile! 1)] [(vreset! v 2) @v]) ;=> [2 2]
(let [v (volatile! 1)] [(vswap! v inc) (vswap! v + 1 2) @v]) ;=> [2 5 5]
(let [n (atom 0) f (memoize (fn [x] (swap! n inc) x))] [(f 1) (f 1) (f 2) @n]) ;=> [1 1 2 2]
(let [n (atom 3)] (while (pos? @n) (swap! n dec)) @n) ;=> 0
(let [a 1 b (+ a 1)] [a b]) ;=> [1 2]
(let [a (inc nil)] 1) ;! :ox/type "expected a number, got nil"

;;; ## `if`
(if (comment (inc nil)) 1 2) ;=> 2
(if nil 1 2) ;=> 2
(if 0 1 2) ;=> 1
(if false 1) ;=> nil
(if (inc nil) 1 2) ;! :ox/type "expected a number, got nil"
(if nil 1) ;=> nil

;;; ## `when`
(when 1 2 3) ;=> 3
(when nil 1) ;=> nil
(when (inc nil) 1) ;! :ox/type "expected a number, got nil"
(when true) ;=> nil

;;; ## `when-not`
(when-not nil 1) ;=> 1
(when-not 1 2) ;=> nil
(when-not (inc nil) 1) ;! :ox/type "expected a number, got nil"

;;; ## `if-not`
(if-not nil 1 2) ;=> 1
(if-not 1 2) ;=> nil
(if-not (inc nil) 1) ;! :ox/type "expected a number, got nil"
(if-not true 1 2) ;=> 2

;;; ## `if-let`
(if-let [x 1] x 2) ;=> 1
(if-let [x nil] x 2) ;=> 2
(if-let [[a b] [1 2]] (+ a b) 0) ;=> 3
(if-let [x (inc nil)] x) ;! :ox/type "expected a number, got nil"
(if-let [x nil] 1 2) ;=> 2
(if-let [[a] [1]] a 2) ;=> 1
(if-let [x false] 1) ;=> nil

;;; ## `when-let`
(when-let [x 1] (inc x)) ;=> 2
(when-let [x nil] (inc x)) ;=> nil
(when-let [x :a] (inc x)) ;! :ox/type "expected a number, got a keyword"
(when-let [x 1] 2 x) ;=> 1

;;; ## `if-some`
(if-some [x 1] (inc x) 2) ;=> 2
(if-some [x nil] 1 2) ;=> 2
(if-some [x false] x 2) ;=> false
(if-some [x (inc nil)] 1) ;! :ox/type "expected a number, got nil"

;;; ## `when-some`
(when-some [x 0] (inc x)) ;=> 1
(when-some [x nil] (inc x)) ;=> nil
(when-some [x false] [x]) ;=> [false]
(when-some [x :a] (inc x)) ;! :ox/type "expected a number, got a keyword"
(when-some [x nil] 1) ;=> nil

;;; ## `cond`
(cond nil 1 :else 2) ;=> 2
(cond) ;=> nil
(cond (inc nil) 1) ;! :ox/type "expected a number, got nil"
(cond false 1 nil 2) ;=> nil
(cond false 1 :else 2) ;=> 2

;;; ## `case`
(case 2 (1 2) :low 3 :three) ;=> :low
(case :x :y 1 :default) ;=> :default
(case 5 1 2) ;! :ox/no-match "No matching clause: 5"
(case 1 1 :a 2 :b) ;=> :a
(case 3 1 :a (2 3) :b) ;=> :b
(case 4 1 :a :d) ;=> :d
(case 4 1 :a) ;! :ox/no-match "No matching clause: 4"
(case "a" "a" 1) ;=> 1
(case 'x x 1) ;=> 1
(case nil nil 1) ;=> 1
(case [1 2] [1 2] :v) ;=> :v

;;; ## `condp`
(condp = 1 2 :a 1 :b) ;=> :b
(condp = 3 2 :a :d) ;=> :d
(condp = 3 2 :a) ;! :ox/no-match "No matching clause: 3"
(condp some [1 2] #{3} :>> inc #{2} :>> inc) ;=> 3

;;; ## `do`
(do 1 2) ;=> 2
(do) ;=> nil
(do (inc nil) 1) ;! :ox/type "expected a number, got nil"
(#(do %2) 1 2) ;=> 2

;;; ## `loop`
(loop [n 3 acc 1] (if (zero? n) acc (recur (dec n) (* acc n)))) ;=> 6
(loop [] 1) ;=> 1
(loop [n 0] (if (< n 3) (recur (inc n)) (+ n nil))) ;! :ox/type "expected a number, got nil"
(loop [[a & more] [1 2 3] acc 0] (if a (recur more (+ acc a)) acc)) ;=> 6
(loop [{:keys [n]} {:n 3} r []] (if (pos? n) (recur {:n (dec n)} (conj r n)) r)) ;=> [3 2 1]
(loop [i 0] (let [r (try (if (< i 3) :again :done) (catch Exception e :x))] (if (= r :again) (recur (inc i)) [i r]))) ;=> [3 :done]

;;; ## `and`
(and 1 2) ;=> 2
(and) ;=> true
(and nil (inc nil)) ;=> nil
(and 1 (inc nil)) ;! :ox/type "expected a number, got nil"
(and 1 nil 2) ;=> nil

;;; ## `or`
(or) ;=> nil
(or nil false :x) ;=> :x
(or nil false) ;=> false
(or 1 (inc nil)) ;=> 1
(or nil (inc nil)) ;! :ox/type "expected a number, got nil"
(or nil 3) ;=> 3

;;; ## `->`
(-> {:a {:b 1}} :a :b inc) ;=> 2
(-> 5 (- 3)) ;=> 2
(-> nil inc) ;! :ox/type "expected a number, got nil"
(-> 1 inc (- 5) str) ;=> "-3"
(-> {:a 1} :a) ;=> 1

;;; ## `->>`
(->> [1 2 3] (map inc) (filter even?)) ;=> (2 4)
(->> 5 (- 3)) ;=> -2
(->> :a (map inc) doall) ;! :ox/type "expected a collection, a string or nil, got a keyword"
(->> [1 2] (map inc) (reduce +)) ;=> 5

;;; ## `some->`
(some-> {:a 1} :a inc) ;=> 2
(some-> nil inc) ;=> nil
(some-> :a inc) ;! :ox/type "expected a number, got a keyword"
(some-> {:a nil} :a inc) ;=> nil
(some-> 1 inc) ;=> 2

;;; ## `some->>`
(some->> [1 2] (map inc) (reduce +)) ;=> 5
(some->> nil (map inc)) ;=> nil
(some->> [:a] (map inc) doall) ;! :ox/type "expected a number, got a keyword"
(some->> 5) ;=> 5
(some->> [1] (map inc)) ;=> (2)

;;; ## `cond->`
(cond-> 1 true inc false inc) ;=> 2
(cond-> {} :x (assoc :a 1)) ;=> {:a 1}
(cond-> :a true inc) ;! :ox/type "expected a number, got a keyword"
(cond-> 1 true inc false (* 10) :x (- 3)) ;=> -1

;;; ## `cond->>`
(cond->> [1 2] true (map inc) nil (map dec)) ;=> (2 3)
(cond->> 5) ;=> 5
(cond->> [:a] true (map inc) true doall) ;! :ox/type "expected a number, got a keyword"
(cond->> 1 false (- 10) true (- 5)) ;=> 4
(cond->> [1] true (map inc)) ;=> (2)

;;; ## `as->`
(as-> 1 x (+ x 1) (* x 10)) ;=> 20
(as-> 1 x) ;=> 1
(as-> :a x (inc x)) ;! :ox/type "expected a number, got a keyword"
(as-> {:a [1]} x (:a x) (conj x 2)) ;=> [1 2]
(as-> 1 x (inc x) [x x]) ;=> [2 2]

;;; ## `doto`
(doto {} (assoc :a 1)) ;=> {}
(doto 1 (+ :a)) ;! :ox/type "expected a number, got a keyword"
(with-out-str (doto 5 println)) ;=> "5\n"
(deref (doto (atom 1) (swap! inc))) ;=> 2

;;; ## `binding`
(binding [*print-length* 1] (pr-str [1 2])) ;=> "[1 ...]"
(binding [*print-level* 1] (binding [*print-level* nil] (pr-str [[[1]]]))) ;=> "[[[1]]]"
(binding [*print-length* (inc nil)] 1) ;! :ox/type "expected a number, got nil"
(binding [*print-length* 2] (pr-str [1 2 3])) ;=> "[1 2 ...]"
(binding [*print-level* 1] (pr-str [1 [2]])) ;=> "[1 #]"
(binding [*print-meta* true] (pr-str ^:a [1])) ;=> "^{:a true} [1]"
(binding [*print-readably* false] (pr-str "a")) ;=> "a"
(binding [*print-namespace-maps* true] (pr-str {:a/b 1 :a/c 2})) ;=> "#:a{:b 1, :c 2}"

;;; ## `while`
(while (inc nil)) ;! :ox/type "expected a number, got nil"
(while false) ;=> nil
(let [n (atom 3)] (while (pos? @n) (swap! n dec)) @n) ;=> 0
(let [a (atom 3)] (while (pos? @a) (swap! a dec)) @a) ;=> 0

;;; ## `comment`
(comment 1 2) ;=> nil
(comment (inc nil)) ;=> nil
(comment) ;=> nil
(comment foo) ;=> nil
(if (comment (inc nil)) 1 2) ;=> 2
(inc (comment)) ;! :ox/type "expected a number, got nil"

;;; ## `when-first`
(when-first [x [1 2]] (inc x)) ;=> 2
(when-first [x nil] 1) ;=> nil
(when-first [x (range 5 9)] x) ;=> 5
(when-first [x 5] x) ;! :ox/type "expected a collection, a string or nil, got an integer"
(when-first [x [:a]] (inc x)) ;! :ox/type "expected a number, got a keyword"
(when-first [x [nil 2]] [x]) ;=> [nil]
(when-first [x []] 1) ;=> nil

;;; ## `declare`
(declare later-one)
(defn sooner-one [x] (later-one x))
(defn later-one [x] (inc x))
(sooner-one 1) ;=> 2
(sooner-one nil) ;! :ox/type
