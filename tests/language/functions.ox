;;; # Functions

;;; ## Arities
(defn f ([] 0) ([a] [1 a]) ([a b] [2 a b]) ([a b & c] [:more a b c]))
[(f) (f 1) (f 1 2) (f 1 2 3) (f 1 2 3 4)] ;=> [0 [1 1] [2 1 2] [:more 1 2 (3)] [:more 1 2 (3 4)]]
(defn g [a & b] [a b])
[(g 1) (g 1 2) (apply g 1 [2 3])] ;=> [[1 nil] [1 (2)] [1 (2 3)]]
(g) ;! :ox/arity "g"
((fn [a] a)) ;! :ox/arity
((fn [a] a) 1 2) ;! :ox/arity "(2)"
((fn [])) ;=> nil
((fn [a b c d e f g h i j] j) 1 2 3 4 5 6 7 8 9 10) ;=> 10
((fn [& xs] (count xs)) 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22) ;=> 22

;;; ## Functions are values
(def add +)
(add 1 2) ;=> 3
((if true + -) 1 2) ;=> 3
(map (fn [f] (f 4)) [inc dec #(* % %)]) ;=> (5 3 16)
[(fn? inc) (ifn? :a) (fn? :a) (ifn? {}) (fn? (fn []))] ;=> [true true false true true]

;;; ## Closures keep what they see
(defn adder [n] (fn [x] (+ x n)))
((adder 5) 1) ;=> 6
(map #(% 10) (map adder [1 2 3])) ;=> (11 12 13)
(let [x 1 f (fn [] x) x 2] [(f) x]) ;=> [1 2]
(let [fs (for [i (range 3)] (fn [] i))] (map #(%) fs)) ;=> (0 1 2)
(loop [i 0 fs []] (if (< i 3) (recur (inc i) (conj fs (fn [] i))) (map #(%) fs))) ;=> (0 1 2)
(defn counter [] (let [n (atom 0)] (fn [] (swap! n inc))))
(let [c (counter) d (counter)] [(c) (c) (d)]) ;=> [1 2 1]
((((fn [a] (fn [b] (fn [c] [a b c]))) 1) 2) 3) ;=> [1 2 3]

;;; ## Named functions see themselves
((fn fact [n] (if (< n 2) 1 (* n (fact (dec n))))) 10) ;=> 3628800
(let [f (fn self [] self)] (= f (f))) ;=> true

;;; ## letfn
(letfn [(even2 [n] (if (zero? n) true (odd2 (dec n)))) (odd2 [n] (if (zero? n) false (even2 (dec n))))] [(even2 10) (odd2 7) (even2 3)]) ;=> [true true false]
(letfn [(f [x] (g (inc x))) (g [x] (* 2 x))] (map f [1 2])) ;=> (4 6)

;;; ## recur and loop
(loop [i 0 acc []] (if (= i 3) acc (recur (inc i) (conj acc i)))) ;=> [0 1 2]
((fn [n acc] (if (zero? n) acc (recur (dec n) (+ acc n)))) 1000 0) ;=> 500500
((fn [& xs] (if (next xs) (recur (next xs)) (first xs))) 1 2 3) ;=> 3
(loop [a 1 b 2] (if (< a 5) (recur b (+ a b)) [a b])) ;=> [5 8]
(loop [] 5) ;=> 5

;;; ## Calls in tail position never grow the stack
;;; differs: Clojure's grow it
;;; config {:words 100000}
(defn count-down [n] (if (zero? n) :done (count-down (dec n))))
(count-down 1000000) ;=> :done
(declare odd)
(defn even [n] (if (zero? n) true (odd (dec n))))
(defn odd [n] (if (zero? n) false (even (dec n))))
(even 300001) ;=> false
(defn through [f n] (cond (zero? n) :end :else (f f (dec n))))
(through through 100000) ;=> :end
(defn with-let [n] (let [m (dec n)] (when (pos? n) (if (= m 0) :last (with-let m)))))
(with-let 100000) ;=> :last
(defn by-apply [n & more] (if (zero? n) n (apply by-apply (dec n) more)))
(by-apply 10000 1 2) ;=> 0
(defn variadic ([n] (if (zero? n) :v (variadic n :x))) ([n & _] (variadic (dec n))))
(variadic 100000) ;=> :v

;;; ## A million calls deep
;;; differs: Clojure's stack has a bound
(defn depth [n] (if (zero? n) 0 (inc (depth (dec n)))))
(depth 1000000) ;=> 1000000
(defn sum [xs] (if (seq xs) (+ (first xs) (sum (rest xs))) 0))
(sum (range 100000)) ;=> 4999950000

;;; ## Functions of functions
((comp inc #(* 2 %)) 5) ;=> 11
((comp) 1) ;=> 1
((partial + 1 2) 3) ;=> 6
((juxt inc dec) 5) ;=> [6 4]
((complement odd?) 2) ;=> true
((constantly 1) 2 3) ;=> 1
(identity 5) ;=> 5
((fnil inc 0) nil) ;=> 1
((every-pred odd? pos?) 3) ;=> true
((some-fn :a :b) {:b 2}) ;=> 2
(apply (partial apply +) [[1 2]]) ;=> 3
(let [f (memoize (fn [x] (print "*") (* x x)))] [(f 2) (f 2) (f 3)])
;out **
;=> [4 4 9]
((comp str +) 1 2 3) ;=> "6"
(trampoline (fn [] (fn [] 5))) ;=> 5

;;; ## Conditions before and after
(defn half [n] {:pre [(even? n)] :post [(= n (* 2 %))]} (/ n 2))
(half 4) ;=> 2
(half 3) ;! :ox/assert "(even? n)"
(defn bad [n] {:post [(> % n)]} n)
(bad 1) ;! :ox/assert "(> % n)"
(assert (= 1 1)) ;=> nil
(assert (= 1 2)) ;! :ox/assert "(= 1 2)"
(assert false "why") ;! :ox/assert "why"

;;; ## What is no function cannot be called
(1 2) ;! :ox/type
("f" 1) ;! :ox/type
(nil) ;! :ox/type
((list 1) 0) ;! :ox/type
(let [f nil] (f 1)) ;! :ox/type "nil"

;;; ## Too many arguments for a name of the core
(first) ;! :ox/arity "first"
(inc 1 2) ;! :ox/arity "inc"
(map) ;! :ox/arity
(assoc {}) ;! :ox/arity

;;; ## A function is itself by its name
(defn me [] me)
(defn you [] (let [m (me)] [m you]))
[(identical? me (me)) (identical? me (first (you))) (identical? you (second (you)))] ;=> [true true true]
(let [f (fn f [] f)] (= f (f) ((f)))) ;=> true
(defn leaves [x] (if (vector? x) (mapcat leaves x) [x]))
(leaves [1 [2 [3]] 4]) ;=> (1 2 3 4)

;;; ## A function's own name is the function itself
(let [f (fn f [] f)] (identical? f (f))) ;=> true
(let [f (fn f ([] (f 1)) ([x] f))] (identical? f (f))) ;=> true
(let [n 1 f (fn f ([] (f 1)) ([x] (if (= x n) f n)))] (identical? f (f))) ;=> true
(let [f (fn f [n] (if (zero? n) f (f (dec n))))] (identical? f (f 100))) ;=> true
(let [f (fn f [] (lazy-seq [f]))] (identical? f (first (f)))) ;=> true
(def g (fn g* [] g*))
(identical? g (g)) ;=> true
(identical? g (apply g [])) ;=> true
