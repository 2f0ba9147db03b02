;;; # `clojure.data` and `clojure.template`

;;; ## `diff`
(require '[clojure.data :as data])
(data/diff 1 1) ;=> [nil nil 1]
(data/diff 1 2) ;=> [1 2 nil]
(data/diff 1 1.0) ;=> [1 1.0 nil]
(data/diff nil nil) ;=> [nil nil nil]
(data/diff nil 1) ;=> [nil 1 nil]
(data/diff nil []) ;=> [nil [] nil]
(data/diff nil {}) ;=> [nil {} nil]
(data/diff "abc" "abd") ;=> ["abc" "abd" nil]
(data/diff {} {}) ;=> [nil nil {}]
(data/diff {:a 1} {:a 1}) ;=> [nil nil {:a 1}]
(data/diff {:a 1} {:a 2}) ;=> ({:a 1} {:a 2} nil)
(data/diff {:a 1 :b 2} {:a 1}) ;=> ({:b 2} nil {:a 1})
(data/diff {:a 1} {:a 1 :b 2}) ;=> (nil {:b 2} {:a 1})
(data/diff {} {:b 2}) ;=> (nil {:b 2} nil)
(data/diff {:a 1 :b 2} {}) ;=> ({:a 1, :b 2} nil nil)
(data/diff {:a nil} {:a nil :b 1}) ;=> (nil {:b 1} {:a nil})
(data/diff {:a nil} {}) ;=> ({:a nil} nil nil)
(data/diff {:a nil} {:a false}) ;=> ({:a nil} {:a false} nil)
(data/diff {:a false} {:a false :b 2}) ;=> (nil {:b 2} {:a false})
(data/diff {:a 1 :b 2 :c 3} {:a 2 :b 3 :d 4}) ;=> ({:b 2, :a 1, :c 3} {:d 4, :b 3, :a 2} nil)
(data/diff {:a 1 :b {:c [1 2 3]}} {:a 1 :b {:c [1 5 3 4]}}) ;=> ({:b {:c [nil 2]}} {:b {:c [nil 5 nil 4]}} {:b {:c [1 nil 3]}, :a 1})
(data/diff {:a {:b {:c 1}}} {:a {:b {:c 2}}}) ;=> ({:a {:b {:c 1}}} {:a {:b {:c 2}}} nil)
(data/diff {:a {:b 1}} {:a {:b 1 :c 2}}) ;=> (nil {:a {:c 2}} {:a {:b 1}})
(data/diff [1 2 3] [1 2 3]) ;=> [nil nil [1 2 3]]
(data/diff [1 2 3] [1 5 3 7]) ;=> [[nil 2] [nil 5 nil 7] [1 nil 3]]
(data/diff [1 2 3 4] [1]) ;=> [[nil 2 3 4] nil [1]]
(data/diff [] [1]) ;=> [nil [1] nil]
(data/diff [] [nil]) ;=> [nil [nil] nil]
(data/diff [nil 1] [nil 2]) ;=> [[nil 1] [nil 2] [nil]]
(data/diff '(1 2) [1 3]) ;=> [[nil 2] [nil 3] [1]]
(data/diff (range 3) '(0 1 5)) ;=> [[nil nil 2] [nil nil 5] [0 1]]
(data/diff (map inc [1 2]) []) ;=> [[2 3] nil nil]
(data/diff [[1 2] [3]] [[1 4] [3]]) ;=> [[[nil 2]] [[nil 4]] [[1] [3]]]
(data/diff [{:a 1}] [{:a 2}]) ;=> [[{:a 1}] [{:a 2}] nil]
(data/diff #{1 2} #{2 3}) ;=> [#{1} #{3} #{2}]
(data/diff #{1} #{2}) ;=> [#{1} #{2} nil]
(data/diff #{} #{2}) ;=> [nil #{2} nil]
(data/diff #{1 #{2}} #{#{2} 3}) ;=> [#{1} #{3} #{#{2}}]
(data/diff #{1} [1]) ;=> [#{1} [1] nil]
(data/diff {:a 1} [1]) ;=> [{:a 1} [1] nil]
(data/diff {0 :a} [:a]) ;=> [{0 :a} [:a] nil]
(data/diff {:a [1 2] :b #{1}} {:a #{1 2} :b #{1 2}}) ;=> ({:a [1 2]} {:b #{2}, :a #{1 2}} {:b #{1}})
(vector? (data/diff [1] [2])) ;=> true
(seq? (data/diff {:a 1} {:a 2})) ;=> true
(apply data/diff [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.data/diff"
(data/diff [(/ 1 0)] []) ;! :ox/arithmetic "Divide by zero"

;;; ## Records
(require '[clojure.data :as d])
(defrecord R [x y])
(defrecord S [x y])
(d/diff (->R 1 2) (->R 1 3)) ;=> ({:y 2} {:y 3} {:x 1})
(d/diff (->R 1 [1 2]) (->R 1 [1 3])) ;=> ({:y [nil 2]} {:y [nil 3]} {:y [1], :x 1})
(d/diff (->R 1 2) (->R 1 2)) ;=> [nil nil #user.R{:x 1, :y 2}]
(d/diff (->R 1 2) {:x 1 :y 2}) ;=> (nil nil {:y 2, :x 1})
(d/diff (->R 1 2) (->S 1 2)) ;=> (nil nil {:y 2, :x 1})
(apply d/diff [(->R 1 2)]) ;! :ox/arity "Wrong number of args (1) passed to: ox.data/diff"

;;; ## `apply-template`
(require '[clojure.template :as template])
(template/apply-template '[x] '(+ x x) '[2]) ;=> (+ 2 2)
(template/apply-template '[x y] '(+ y x [x {y #{x}}]) '[2 3]) ;=> (+ 3 2 [2 {3 #{2}}])
(template/apply-template '[x y] '(+ y x) '[2]) ;=> (+ y 2)
(template/apply-template '[x] '(+ x x) '[2 3]) ;=> (+ 2 2)
(template/apply-template [] '(f x) []) ;=> (f x)
(template/apply-template '(x) '(f x) [1]) ;! :ox/assert "Assert failed: (vector? argv)"
(template/apply-template [1] '(f x) [1]) ;! :ox/assert "Assert failed: (every? symbol? argv)"
(apply template/apply-template ['[x]]) ;! :ox/arity "Wrong number of args (1) passed to: ox.template/apply-template"

;;; ## `do-template`
(require '[clojure.template :refer [do-template]])
(with-out-str (do-template [x y] (println (+ x y)) 1 2 3 4)) ;=> "3\n7\n"
(do-template [x y] (+ x y) 1 2 3 4) ;=> 7
(do-template [x] x) ;=> nil
(do-template [x y] (+ x y) 1 2 3) ;=> 3
(do-template [x] (inc x) :a) ;! :ox/type "expected a number, got a keyword"
(do-template [name value] (def name value) one 1 two 2)
[one two] ;=> [1 2]
