;;; # Destructuring

;;; ## Sequential
(let [[a b] [1 2]] [b a]) ;=> [2 1]
(let [[a b c] [1]] [a b c]) ;=> [1 nil nil]
(let [[a & more] [1 2 3]] [a more]) ;=> [1 (2 3)]
(let [[a & more] [1]] [a more]) ;=> [1 nil]
(let [[a :as all] [1 2]] [a all]) ;=> [1 [1 2]]
(let [[a & [b & c]] [1 2 3 4]] [a b c]) ;=> [1 2 (3 4)]
(let [[[a] [b]] [[1] [2]]] [a b]) ;=> [1 2]
(let [[a _ c] [1 2 3]] [a c]) ;=> [1 3]
(let [[a b] "xy"] [a b]) ;=> [\x \y]
(let [[a b] (map inc (range))] [a b]) ;=> [1 2]
(let [[a] nil] a) ;=> nil
(let [[k v] (first {:a 1})] [k v]) ;=> [:a 1]
(let [[a & r :as all] '(1 2 3)] [a r all]) ;=> [1 (2 3) (1 2 3)]
(let [[a] 5] a) ;! :ox/type
(let [[a] #{1}] a) ;! :ox/type

;;; ## Associative
(let [{a :a b :b} {:a 1}] [a b]) ;=> [1 nil]
(let [{:keys [a b]} {:a 1 :b 2}] [a b]) ;=> [1 2]
(let [{:keys [a] :or {a 5}} {}] a) ;=> 5
(let [{:keys [a] :or {a 5}} {:a nil}] a) ;=> nil
(let [{:keys [a] :as m} {:a 1 :z 2}] [a m]) ;=> [1 {:a 1, :z 2}]
(let [{:strs [a] :syms [b]} {"a" 1 'b 2}] [a b]) ;=> [1 2]
(let [{:keys [x/a]} {:x/a 1}] a) ;=> 1
(let [{:x/keys [a b]} {:x/a 1 :x/b 2}] [a b]) ;=> [1 2]
(let [{{c :c} :b} {:b {:c 3}}] c) ;=> 3
(let [{[a b] :p} {:p [1 2]}] [a b]) ;=> [1 2]
(let [{a 0 b 1} [:x :y]] [a b]) ;=> [:x :y]
(let [{:keys [a]} nil] a) ;=> nil
(let [{:keys [:a]} {:a 1}] a) ;=> 1
(let [{a :a, :or {a 1}} {}] a) ;=> 1
(let [{:keys [a]} '(:a 1)] a) ;=> 1
(let [{:keys [a]} 5] a) ;=> nil
;differs Clojure takes the number apart at compile time
(let [{:keys [a b] :or {b (+ 1 1)}} {:a 1}] [a b]) ;=> [1 2]

;;; ## In parameters
((fn [[a b] {:keys [c]}] [a b c]) [1 2] {:c 3}) ;=> [1 2 3]
((fn [& {:keys [a b] :or {b 9}}] [a b]) :a 1) ;=> [1 9]
((fn [& {:keys [a]}] a) {:a 7}) ;=> 7
((fn [x & [y]] [x y]) 1) ;=> [1 nil]
((fn [[x & xs]] (if xs (recur xs) x)) [1 2 3]) ;=> 3
(defn f [{:keys [a] :as opts} [b]] [a opts b])
(f {:a 1} [2]) ;=> [1 {:a 1} 2]

;;; ## In loops and comprehensions
(loop [[x & xs] [1 2 3] acc 0] (if x (recur xs (+ acc x)) acc)) ;=> 6
(for [{:keys [a]} [{:a 1} {:a 2}]] a) ;=> (1 2)
(doseq [[k v] {:a 1}] (prn k v))
;out :a 1
;=> nil
(when-let [[a] [1]] a) ;=> 1
(if-let [{:keys [a]} nil] a :none) ;=> :none
(let [[a b :as v] [1 2] {:keys [c] :or {c a}} {}] [a b v c]) ;=> [1 2 [1 2] 1]

;;; ## A pattern is evaluated once, left to right
(let [n (atom 0) [a b] (do (swap! n inc) [1 2])] [a b @n]) ;=> [1 2 1]
(let [a 1 [b c] [a (inc a)] d (+ b c)] d) ;=> 3

