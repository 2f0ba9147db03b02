;;; # Control forms

;;; ## if, when and their kin
[(if true 1 2) (if nil 1 2) (if false 1) (if 0 :yes :no)] ;=> [1 2 nil :yes]
[(if-not true 1 2) (when true 1 2) (when false 1) (when-not nil 1) (when true)] ;=> [2 2 nil 1 nil]
(if-let [x 5] (inc x) :no) ;=> 6
(if-let [x nil] x :no) ;=> :no
(if-let [x false] x) ;=> nil
(when-let [x 1] (inc x)) ;=> 2
(when-let [x nil] (inc x)) ;=> nil
[(if-some [x false] [x] :no) (if-some [x nil] [x] :no) (when-some [x 0] [x])] ;=> [[false] :no [0]]
(when-first [x [1 2]] x) ;=> 1
(when-first [x []] x) ;=> nil

;;; ## and, or, not
[(and) (and 1) (and 1 2) (and nil 2) (and 1 false 2) (or) (or nil 1) (or nil false) (or 1 2)] ;=> [true 1 2 nil false nil 1 false 1]
(let [n (atom 0)] [(and false (swap! n inc)) (or true (swap! n inc)) @n]) ;=> [false true 0]

;;; ## cond, condp, case, cond->
(map #(cond (neg? %) :neg (zero? %) :zero :else :pos) [-1 0 1]) ;=> (:neg :zero :pos)
(cond) ;=> nil
(cond false 1) ;=> nil
(condp = 2 1 :one 2 :two) ;=> :two
(condp = 5 1 :one :other) ;=> :other
(condp = 5 1 :one) ;! :ox/no-match "5"
(condp some [1 2 3] #{0 6} :a #{2} :>> inc) ;=> 3
(map #(case % 1 :one (2 3) :few "s" :string \c :char :k :keyword [1 2] :vector nil :nil x :symbol :default) [1 2 3 "s" \c :k [1 2] nil 'x 99]) ;=> (:one :few :few :string :char :keyword :vector :nil :symbol :default)
(case 5 1 :one) ;! :ox/no-match "5"
(case 1.0 1 :int :other) ;=> :other
(case '(1 2) ((1 2)) :pair :other) ;=> :pair
(cond-> 1 true inc false (* 10) (= 1 1) (+ 5)) ;=> 7
(cond->> [1 2 3] true (map inc) false (filter odd?)) ;=> (2 3 4)

;;; ## Threading
(-> 5 inc (- 2)) ;=> 4
(-> {:a {:b 1}} :a :b) ;=> 1
(->> (range 5) (filter odd?) (map inc) (reduce +)) ;=> 6
(as-> 5 x (inc x) (* x x)) ;=> 36
(some-> {:a {:b 1}} :a :b inc) ;=> 2
(some-> {:a nil} :a :b inc) ;=> nil
(some->> [1 2] (map inc) first) ;=> 2
(-> 1) ;=> 1
(doto (atom []) (swap! conj 1) (swap! conj 2) prn) 
;out #object[Atom 0x1 {:status :ready, :val [1 2]}]
;=> #object[Atom 0x1 {:status :ready, :val [1 2]}]
;differs atoms print with an address
(-> "a" (str "b") keyword) ;=> :ab

;;; ## do and let
(do) ;=> nil
(do (print "a") (print "b") 3)
;out ab
;=> 3
(let [] 1) ;=> 1
(let [a 1 b (+ a 1) a (* b 10)] [a b]) ;=> [20 2]
(let [x 1] (let [x 2] x)) ;=> 2
(let [x 1]) ;=> nil

;;; ## Loops
(let [n (atom 0)] (while (< @n 3) (print @n) (swap! n inc)))
;out 012
;=> nil
(dotimes [i 2] (prn i))
;out 0
;out 1
;=> nil
(dotimes [i 0] (prn i)) ;=> nil
(loop [i 3] (when (pos? i) (print i) (recur (dec i))))
;out 321
;=> nil

;;; ## Locals shadow names of the core
(let [inc dec] (inc 5)) ;=> 4
(let [first last map :m] [(first [1 2]) map]) ;=> [2 :m]
(defn shadow [count] (count [1 2]))
(shadow first) ;=> 1
((fn [if-let] if-let) 1) ;=> 1
(let [and 5] and) ;=> 5

;;; ## Evaluation goes from left to right
(defn p [x] (print x "") x)
[(p 1) (p 2) (p 3)]
;out 1 2 3 
;=> [1 2 3]
(+ (p 1) (p 2))
;out 1 2 
;=> 3
((do (print "f ") +) (p 1) (p 2))
;out f 1 2 
;=> 3
{:a (p 1)}
;out 1 
;=> {:a 1}
(list (p :a) (p :b))
;out :a :b 
;=> (:a :b)
(assoc {} (p :k) (p :v))
;out :k :v 
;=> {:k :v}

;;; ## comment and with-out-str
(with-out-str (println "a") (pr "b")) ;=> "a\n\"b\""
