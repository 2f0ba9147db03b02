;;; # Equality and order

;;; ## Equality of scalars
[(= 1 1) (= 1 2) (= 1 1.0) (= 1 1N) (= 1/2 2/4) (= 1.0M 1.00M) (= nil nil) (= nil false)] ;=> [true false false true true true true false]
[(= "a" "a") (= \a \a) (= "a" \a) (= :a :a) (= 'a 'a) (= :a 'a)] ;=> [true true false true true false]
[(= 1) (= 1 1 1) (= 1 1 2)] ;=> [true true false]
[(not= 1 2) (not= 1 1) (not= 1 1 2)] ;=> [true false true]
[(= ##NaN ##NaN) (let [x ##NaN] (= x x))] ;=> [false false]
(=) ;! :ox/arity

;;; ## Sequential collections are equal by their elements
[(= [1 2] '(1 2)) (= [1 2] (map identity [1 2])) (= '(1 2) (range 1 3)) (= [] '()) (= [] nil)] ;=> [true true true true false]
[(= [1] [1 2]) (= [1 2] [2 1]) (= [1 [2]] '(1 (2)))] ;=> [false false true]
(= [1 2] #{1 2}) ;=> false
(= (seq {:a 1}) [[:a 1]]) ;=> true

;;; ## Maps and sets are equal by their contents
[(= {:a 1 :b 2} {:b 2 :a 1}) (= {:a 1} {:a 2}) (= {:a nil} {:b nil}) (= #{1 2} #{2 1})] ;=> [true false false true]
[(= {:a 1} (hash-map :a 1)) (= #{} {}) (= {} []) (= {[1] 2} {'(1) 2})] ;=> [true false false true]
(= (zipmap (range 100) (range)) (into {} (map vector (range 99 -1 -1) (range 99 -1 -1)))) ;=> true
(= (set (range 100)) (into #{} (range 99 -1 -1))) ;=> true
(= {1 :a} {1.0 :a}) ;=> false

;;; ## Metadata is no part of a value
(= ^:a [1] ^:b [1]) ;=> true
(= (with-meta {} {:x 1}) {}) ;=> true

;;; ## Functions and references are equal to themselves only
(let [f (fn [x] x)] [(= f f) (= f (fn [x] x))]) ;=> [true false]
(let [a (atom 1)] [(= a a) (= a (atom 1))]) ;=> [true false]
[(identical? :a :a) (identical? nil nil) (identical? [1] (vector 1))] ;=> [true true false]

;;; ## Order of scalars
[(compare 1 2) (compare 2 1) (compare 1 1) (compare 1 1.5) (compare 1/2 0.5)] ;=> [-1 1 0 -1 0]
[(neg? (compare "a" "b")) (compare :a :a) (neg? (compare :a :b)) (neg? (compare 'a 'b)) (compare nil nil) (compare nil 1) (compare 1 nil)] ;=> [true 0 true true 0 -1 1]
[(compare false true) (neg? (compare \a \b)) (compare #inst "2024" #inst "2025")] ;=> [-1 true -1]
[(compare #uuid "00000000-0000-0000-0000-000000000001" #uuid "80000000-0000-0000-0000-000000000000") (compare #uuid "00000000-0000-0000-8000-000000000000" #uuid "00000000-0000-0000-0000-000000000000") (compare #uuid "7f000000-0000-0000-0000-000000000000" #uuid "01000000-0000-0000-0000-000000000000")] ;=> [1 -1 1]
(compare 1 "a") ;! :ox/type
(compare :a 'a) ;! :ox/type
(compare {} {}) ;=> 0

;;; ## Vectors are ordered by length, then elements
[(compare [1 2] [1 3]) (compare [2] [1 1]) (compare [] []) (compare [1 [2]] [1 [1]])] ;=> [-1 -1 0 1]
(sort [[2 1] [1] [1 2] []]) ;=> ([] [1] [1 2] [2 1])
(compare [1] '(1)) ;! :ox/type

;;; ## Sorting is stable and takes comparators
(sort [3 1 2]) ;=> (1 2 3)
(sort > [3 1 2]) ;=> (3 2 1)
(sort-by count ["aa" "b" "cc" "d"]) ;=> ("b" "d" "aa" "cc")
(sort-by first > [[1 :a] [2 :b] [1 :c]]) ;=> ([2 :b] [1 :a] [1 :c])
(sort (fn [a b] (compare b a)) [1 2 3]) ;=> (3 2 1)
(sort ["b" "a" "C"]) ;=> ("C" "a" "b")
(sort [:b :a/z :a]) ;=> (:a :b :a/z)
(sort nil) ;=> ()
(sort {:b 1 :a 2}) ;=> ([:a 2] [:b 1])
(sort [1 :a]) ;! :ox/type

;;; ## Truth is all but nil and false
(map #(if % :t :f) [nil false true 0 "" [] '() 0.0]) ;=> (:f :f :t :t :t :t :t :t)
[(not nil) (not 0) (boolean nil) (boolean 0) (true? true) (true? 1) (false? false) (some? nil) (some? false)] ;=> [true false false true true false true false true]

;;; ## What holds NaN is equal to itself alone
(= [##NaN] [##NaN]) ;=> false
(= {:a ##NaN} {:a ##NaN}) ;=> false
(= '(1 [##NaN]) '(1 [##NaN])) ;=> false
(let [v [##NaN]] (= v v)) ;=> true
