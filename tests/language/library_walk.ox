;;; # `clojure.walk`

;;; ## `walk`
(require '[clojure.walk :as w])
(w/walk inc str [1 2]) ;=> "[2 3]"
(w/walk inc identity '(1 2)) ;=> (2 3)
(w/walk first reverse [[1 2] [3 4]]) ;=> (3 1)
(w/walk (fn [[k v]] [v k]) identity {:a 1 :b 2}) ;=> {1 :a, 2 :b}
(w/walk inc identity #{1}) ;=> #{2}
(w/walk inc identity (map inc [1 2])) ;=> (3 4)
(w/walk inc inc 5) ;=> 6
(w/walk inc vec nil) ;=> []
(w/walk str identity (first {:a 1})) ;=> [":a" "1"]
(map-entry? (w/walk str identity (first {:a 1}))) ;=> true
(w/walk identity list? '(1)) ;=> true
(w/walk identity meta (with-meta [1] {:m 1})) ;=> {:m 1}
(w/walk inc identity [:a]) ;! :ox/type "expected a number, got a keyword"
(w/walk inc identity "abc") ;=> "abc"
(apply w/walk [inc]) ;! :ox/arity "Wrong number of args (1) passed to: ox.walk/walk"

;;; ## `postwalk`, `prewalk`
(require '[clojure.walk :as w])
(w/postwalk (fn [x] (if (number? x) (inc x) x)) [1 {:a 2 3 [4 #{5}]} '(6)]) ;=> [2 {:a 3, 4 [5 #{6}]} (7)]
(w/prewalk (fn [x] (if (number? x) (inc x) x)) [1 {:a 2 3 [4 #{5}]} '(6)]) ;=> [2 {:a 3, 4 [5 #{6}]} (7)]
(w/postwalk (fn [x] (if (vector? x) (count x) x)) [[1 2] [3]]) ;=> 2
(w/prewalk (fn [x] (if (= x [1 2]) [3 [1 2]] x)) [[1]]) ;=> [[1]]
(w/postwalk (fn [x] (if (map? x) (keys x) x)) {:a {:b 1}}) ;=> (:a)
(w/prewalk (fn [x] (if (and (vector? x) (< 1 (count x))) (vec (rest x)) x)) [1 2 [3 4]]) ;=> [2 [4]]
(let [seen (volatile! [])] (w/postwalk (fn [x] (vswap! seen conj x) x) {:a [1 nil]}) @seen) ;=> [:a 1 nil [1 nil] [:a [1 nil]] {:a [1 nil]}]
(let [seen (volatile! [])] (w/prewalk (fn [x] (vswap! seen conj x) x) {:a [1 nil]}) @seen) ;=> [{:a [1 nil]} [:a [1 nil]] :a [1 nil] 1 nil]
(w/postwalk identity "abc") ;=> "abc"
(w/postwalk identity nil) ;=> nil
(w/postwalk inc [1]) ;! :ox/type "expected a number, got a vector"
(w/prewalk inc [1]) ;! :ox/type "expected a number, got a vector"
(w/postwalk nil [1]) ;! :ox/type "nil is not a function: it cannot be called"

;;; ## `keywordize-keys`, `stringify-keys`
(require '[clojure.walk :as w])
(w/keywordize-keys {"a" 1 :b {"c" [{"d" 2}]} 3 4}) ;=> {:a 1, :b {:c [{:d 2}]}, 3 4}
(w/stringify-keys {:a 1 "b" {:c [{:d 2}]} 'e 4 :n/f 5}) ;=> {"a" 1, "b" {"c" [{"d" 2}]}, e 4, "f" 5}
(w/keywordize-keys ["a" {"b" 1}]) ;=> ["a" {:b 1}]
(w/keywordize-keys nil) ;=> nil
(w/stringify-keys "x") ;=> "x"
(w/stringify-keys {:a :b}) ;=> {"a" :b}
(w/keywordize-keys {nil 1}) ;=> {nil 1}
(apply w/keywordize-keys []) ;! :ox/arity "Wrong number of args (0) passed to: ox.walk/keywordize-keys"
(apply w/stringify-keys []) ;! :ox/arity "Wrong number of args (0) passed to: ox.walk/stringify-keys"

;;; ## `prewalk-replace`, `postwalk-replace`
(require '[clojure.walk :as w])
(w/prewalk-replace {:a :b} [:a {:a :a} '(:a #{:a})]) ;=> [:b {:b :b} (:b #{:b})]
(w/postwalk-replace {:a :b} [:a {:a :a} '(:a #{:a})]) ;=> [:b {:b :b} (:b #{:b})]
(w/postwalk-replace {:a 1, [1] :one} [[:a] :a]) ;=> [:one 1]
(w/prewalk-replace {[:a] :list :a 1} [[:a] :a]) ;=> [:list 1]
(w/prewalk-replace {:a [:b] :b 2} [:a]) ;=> [[2]]
(w/postwalk-replace {nil 0} [nil [nil]]) ;=> [0 [0]]
(w/postwalk-replace {} [1 2]) ;=> [1 2]
(w/postwalk-replace nil [1]) ;=> [1]
(w/prewalk-replace '{x 1} '(+ x (* x y))) ;=> (+ 1 (* 1 y))
(w/postwalk-replace [0 1] [0 1 2]) ;=> [0 1 2]
(w/postwalk-replace 5 [0]) ;! :ox/type "expected a map, set, vector, string or nil, got an integer"

;;; ## `postwalk-demo`, `prewalk-demo`
(require '[clojure.walk :as w])
(w/postwalk-demo [1 {:a "x"}])
;out Walked: 1
;out Walked: :a
;out Walked: "x"
;out Walked: [:a "x"]
;out Walked: {:a "x"}
;out Walked: [1 {:a "x"}]
;=> [1 {:a "x"}]
(w/prewalk-demo [1 {:a "x"}])
;out Walked: [1 {:a "x"}]
;out Walked: 1
;out Walked: {:a "x"}
;out Walked: [:a "x"]
;out Walked: :a
;out Walked: "x"
;=> [1 {:a "x"}]
(w/postwalk-demo nil)
;out Walked: nil
;=> nil
(apply w/prewalk-demo []) ;! :ox/arity "Wrong number of args (0) passed to: ox.walk/prewalk-demo"

;;; ## `macroexpand-all`
(require '[clojure.walk :as w])
(defmacro twice [x] (list 'do x x))
(defmacro expanded [form] (list 'quote (w/macroexpand-all form)))
(expanded (f (twice (twice 1)) [(twice a)])) ;=> (f (do (do 1 1) (do 1 1)) [(do a a)])
(expanded (when-not a b)) ;=> (if a nil (do b))
(expanded 5) ;=> 5
(expanded [x '(twice y)]) ;=> [x (quote (do y y))]

;;; ## Records stay records
(require '[clojure.walk :as w])
(defrecord R [x y])
(defn up [x] (if (number? x) (inc x) x))
(w/postwalk up {:a [(->R 1 2)]}) ;=> {:a [#user.R{:x 2, :y 3}]}
(w/prewalk up {:a [(->R 1 [2])]}) ;=> {:a [#user.R{:x 2, :y [3]}]}
(w/walk (fn [[k v]] [k (inc v)]) identity (->R 1 2)) ;=> #user.R{:x 2, :y 3}
(w/walk identity meta (with-meta (->R 1 2) {:a 1})) ;=> {:a 1}
(w/keywordize-keys (assoc (->R 1 2) "z" 3)) ;=> {:x 1, :y 2, :z 3}
(w/stringify-keys (->R 1 2)) ;=> {"x" 1, "y" 2}
(w/postwalk-replace {1 :one} (->R 1 2)) ;=> #user.R{:x :one, :y 2}
(w/postwalk-replace {:x :z} (->R 1 2)) ;=> #user.R{:x 1, :y 2, :z 1}
(w/walk inc identity (->R 1 2)) ;! :ox/type "expected a number, got a vector"

;;; ## Errors of `macroexpand-all`, demos and `prewalk-replace`
(require '[clojure.walk :as w])
(apply w/macroexpand-all []) ;! :ox/arity "Wrong number of args (0) passed to: ox.walk/macroexpand-all, which takes 1 argument"
(apply w/postwalk-demo []) ;! :ox/arity "Wrong number of args (0) passed to: ox.walk/postwalk-demo, which takes 1 argument"
(apply w/prewalk-demo []) ;! :ox/arity "Wrong number of args (0) passed to: ox.walk/prewalk-demo, which takes 1 argument"
(w/prewalk-replace 5 [0]) ;! :ox/type "expected a map, set, vector, string or nil, got an integer: 5"
(with-out-str (w/prewalk-demo [1])) ;=> "Walked: [1]\nWalked: 1\n"
(with-out-str (w/postwalk-demo [1])) ;=> "Walked: 1\nWalked: [1]\n"
