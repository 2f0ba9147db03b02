;;; # Core names: sequences

;;; Each name with its usual results, its edges and its errors. `cargo test -p harness --test main clojure_agrees`
;;; compares all of them with Clojure.

;;; ## `seq`
(seq []) ;=> nil
(seq nil) ;=> nil
(seq {:a 1}) ;=> ([:a 1])
(seq 1.5) ;! :ox/type "expected a collection, a string or nil, got a double"
(seq "") ;=> nil
(seq 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(seq "abc") ;=> (\a \b \c)
(seq [[1 2] [3 4]]) ;=> ([1 2] [3 4])
(seq [[:a 1] [:b 2]]) ;=> ([:a 1] [:b 2])

;;; ## `first`
(first (vals {:a 1})) ;=> 1
(first nil) ;=> nil
(first "ab") ;=> \a
(first :a) ;! :ox/type "expected a collection, a string or nil, got a keyword"
(first (map inc (iterate inc 0))) ;=> 1
(first {}) ;=> nil
(first 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(first (with-meta [1 2] {:m 1})) ;=> 1
(first (seq "hey")) ;=> \h
(first [[:a 1] [:b 2]]) ;=> [:a 1]

;;; ## `second`
(second [1 2]) ;=> 2
(second [1]) ;=> nil
(second nil) ;=> nil
(second 2) ;! :ox/type "expected a collection, a string or nil, got an integer"
(second 'n/y) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(second #{}) ;=> nil
(second (repeat 2 :z)) ;=> :z
(second [1 2 3]) ;=> 2
(second '(1 2 3)) ;=> 2
(second (seq {:a 1})) ;=> nil

;;; ## `rest`
(rest [1 2]) ;=> (2)
(rest []) ;=> ()
(rest nil) ;=> ()
(rest 2) ;! :ox/type "expected a collection, a string or nil, got an integer"
(meta (rest ^{:a 1} [1 2])) ;=> nil
(rest 0) ;! :ox/type "expected a collection, a string or nil, got an integer"
(rest (range 0)) ;=> ()
(rest (seq {:a 1})) ;=> ()
(rest [[1 2] [3 4]]) ;=> ([3 4])

;;; ## `next`
(next [1 2]) ;=> (2)
(next nil) ;=> nil
(next 2) ;! :ox/type "expected a collection, a string or nil, got an integer"
(next [1]) ;=> nil
(next (with-meta {:a 1} {:m 2})) ;=> nil
(next (repeat 2 :z)) ;=> (:z)
(next (with-meta 'q {:m 3})) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(next [1 2 3]) ;=> (2 3)
(next (lazy-seq nil)) ;=> nil
(next (seq {:a 1})) ;=> nil

;;; ## `last`
(last [1 2]) ;=> 2
(last nil) ;=> nil
(last 2) ;! :ox/type "expected a collection, a string or nil, got an integer"
(last []) ;=> nil
(last -9223372036854775808) ;! :ox/type "expected a collection, a string or nil, got an integer"
(last '(1 2 3)) ;=> 3
(last [3 1 2]) ;=> 2
(last {}) ;=> nil
(last (next [1 2])) ;=> 2
(last "") ;=> nil

;;; ## `butlast`
(butlast [1]) ;=> nil
(butlast (with-meta 'q {:m 3})) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(butlast 0.0) ;! :ox/type "expected a collection, a string or nil, got a double"
(butlast #{:a}) ;=> nil
(butlast (with-meta [1 2] {:m 1})) ;=> (1)
(butlast "abc") ;=> (\a \b)
(butlast [nil false]) ;=> (nil)
(butlast [3 1 2]) ;=> (3 1)

;;; ## `cons`
(cons 1 nil) ;=> (1)
(cons 1 [2]) ;=> (1 2)
(cons 1 2) ;! :ox/type "expected a collection, a string or nil, got an integer"
(cons nil nil) ;=> (nil)
(cons [3 1 2] 0) ;! :ox/type "expected a collection, a string or nil, got an integer"
(cons #{} "abc" 2) ;! :ox/arity "Wrong number of args (3) passed to: ox.core/cons"
(cons {nil 1} (with-meta [1 2] {:m 1}) (with-meta (list 1 2) {:m 4})) ;! :ox/arity "Wrong number of args (3) passed to: ox.core/cons"
(cons [3 1 2] [nil false]) ;=> ([3 1 2] nil false)
(cons #{1 2} "abc") ;=> (#{1 2} \a \b \c)

;;; ## `concat`
(concat) ;=> ()
(concat [1] #{2} "c") ;=> (1 2 \c)
(concat [1] nil '(2)) ;=> (1 2)
(concat 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(doall (concat [1] 2)) ;! :ox/type "expected a collection, a string or nil, got an integer"
(concat []) ;=> ()
(concat (repeat 2 :z) (range 0)) ;=> (:z :z)
(concat {:a 1 :b 2} {nil 1} [1 2 3]) ;=> ([:a 1] [:b 2] [nil 1] 1 2 3)
(concat [3 1 2] [nil false]) ;=> (3 1 2 nil false)

;;; ## `map`
(map val {:a 1 :b 2}) ;=> (1 2)
(map vector [1 2 3] [:a :b]) ;=> ([1 :a] [2 :b])
(map :a [{:a 1} {}]) ;=> (1 nil)
(map + [1 2] [10 20 30]) ;=> (11 22)
(map vector [1] [2] [3] [4]) ;=> ([1 2 3 4])
(map inc nil) ;=> ()
(map inc 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(map #'inc [1]) ;=> (2)
(map reverse #{2}) ;! :ox/type "expected a collection, a string or nil, got an integer"
(map :a "a,b" (seq "hey")) ;=> (\h \e \y)

;;; ## `mapv`
(mapv + [1 2] [3 4]) ;=> [4 6]
(mapv inc nil) ;=> []
(mapv inc 1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(mapv read-string ["0x1F" "017" "2r101" "36rZ" "1e3" "1E-2" "+5" "-5" "+1.5" "1N" "1.5M" "1/3" "4/2" "-1/3" "0" "00" "-0" "0N" "1e400"]) ;=> [31 15 5 35 1000.0 0.01 5 -5 1.5 1N 1.5M 1/3 2 -1/3 0 0 0 0N ##Inf]
(mapv :a (next [1 2]) -3/4) ;! :ox/type "expected a collection, a string or nil, got a ratio"
(mapv reverse [[1 2] [3 4]]) ;=> [(2 1) (4 3)]
(mapv inc (repeat 2 :z)) ;! :ox/type "expected a number, got a keyword"
(mapv > (rest [1]) [[:a 1] [:b 2]]) ;=> []

;;; ## `mapcat`
(mapcat reverse [[1 2] [3]]) ;=> (2 1 3)
(mapcat list [1 2] [3 4]) ;=> (1 3 2 4)
(mapcat (fn [x] [x x]) [1 2]) ;=> (1 1 2 2)
(mapcat identity 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(doall (mapcat inc [1])) ;! :ox/type "expected a collection, a string or nil, got an integer"
(mapcat {:a 1} [[:a 1] [:b 2]]) ;=> ()

;;; ## `filter`
(filter odd? (range 10)) ;=> (1 3 5 7 9)
(filter odd? 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(filter nil [1]) ;! :ox/type "nil is not a function: it cannot be called"
(doall (filter odd? [:a])) ;! :ox/argument "Argument must be an integer: a keyword"
(->> [1 2 3] (map inc) (filter even?)) ;=> (2 4)
(let [s (filter (fn [x] (if (= x 3) (throw (ex-info "three" {})) true)) (list 1 2 3 4))] (try (count s) (catch Exception e (ex-message e)))) ;=> "three"
(filter not 0.0) ;! :ox/type "expected a collection, a string or nil, got a double"
(filter dec [1 2 3]) ;=> (1 2 3)
(filter some? (map inc [1 2 3])) ;=> (2 3 4)
(filter reverse [[:a 1] [:b 2]]) ;=> ([:a 1] [:b 2])
(filter pos? [1 2 3]) ;=> (1 2 3)
(filter vector []) ;=> ()
(filter (constantly 7) {:a 1}) ;=> ([:a 1])

;;; ## `remove`
(remove nil? [1 nil 2]) ;=> (1 2)
(remove odd? nil) ;=> ()
(remove odd? [1 2]) ;=> (2)
(doall (remove odd? [1 :a])) ;! :ox/argument "Argument must be an integer: a keyword"
(remove 'x nil) ;=> ()
(remove 10N "a,b") ;! :ox/type "an integer is not a function: it cannot be called"
(remove keyword (with-meta 'q {:m 3})) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(remove (rest [1]) (seq {:a 1})) ;! :ox/type "a list is not a function: it cannot be called"
(remove seq ()) ;=> ()
(remove list {:a 1 :b 2}) ;=> ()

;;; ## `keep`
(keep even? [1 2]) ;=> (false true)
(keep :a [{:a 1} {} {:a false}]) ;=> (1 false)
(keep identity nil) ;=> ()
(keep identity [1 nil false]) ;=> (1 false)
(doall (keep inc [:a])) ;! :ox/type "expected a number, got a keyword"
(keep vals 9223372036854775807) ;! :ox/type "expected a collection, a string or nil, got an integer"
(keep + [[:a 1] [:b 2]]) ;! :ox/type "expected a number, got a vector"
(keep string? 7) ;! :ox/type "expected a collection, a string or nil, got an integer"
(keep some? [3 1 2]) ;=> (true true true)
(keep not (lazy-seq nil)) ;=> ()
(keep list {}) ;=> ()

;;; ## `reduce`
(reduce + [1 2 3]) ;=> 6
(reduce + 10 []) ;=> 10
(reduce + []) ;=> 0
(reduce conj [] {:a 1}) ;=> [[:a 1]]
(reduce + [1 :a]) ;! :ox/type "expected a number, got a keyword"
(reduce + 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(reduce + 1 []) ;=> 1
(reduce + [5]) ;=> 5
(reduce (fn [a b] (reduced :x)) [1 2 3]) ;=> :x
(reduce (fn [a b] (if (> b 2) (reduced a) (+ a b))) 0 [1 2 3]) ;=> 3
(reduce conj #{} "abc") ;=> #{\a \b \c}
(reduce even? (next [1 2]) 0.0) ;! :ox/type "expected a collection, a string or nil, got a double"
(reduce reverse 1.5 [[:a 1] [:b 2]]) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/reverse"

;;; ## `some`
(some #{2} [1 2 3]) ;=> 2
(some even? []) ;=> nil
(some even? [:a]) ;! :ox/argument "Argument must be an integer: a keyword"
(some #{1} [2 1]) ;=> 1
(some nil? [1]) ;=> nil
(some \b 'n/y) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(some 9223372036854775807 10N) ;! :ox/type "expected a collection, a string or nil, got an integer"
(some some? [1 2 3]) ;=> true
(some dec (cons 1 [2])) ;=> 0
(some nil [[:a 1] [:b 2]]) ;! :ox/type "nil is not a function: it cannot be called"
(some conj "") ;=> nil
(some (constantly 7) {:a 1 :b 2}) ;=> 7

;;; ## `every?`
(every? pos? [1 2]) ;=> true
(every? pos? nil) ;=> true
(every? pos? [:a]) ;! :ox/type "expected a number, got a keyword"
(every? odd? []) ;=> true
(every? keyword? [:a :b]) ;=> true
(every? count 'x) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(every? zero? \a) ;! :ox/type "expected a collection, a string or nil, got a character"
(every? #uuid "00000000-0000-0000-0000-000000000001" {nil 1} "a,b") ;! :ox/arity "Wrong number of args (3) passed to: ox.core/every?"
(every? keyword [[1 2] [3 4]]) ;=> false
(every? {:a 1} (rest [1])) ;=> true

;;; ## `take`
(take 3 (repeatedly 3 (constantly :x))) ;=> (:x :x :x)
(take 3 (iterate inc 5)) ;=> (5 6 7)
(take 4 (cycle [1 2 3])) ;=> (1 2 3 1)
(take 2 [1 2 3]) ;=> (1 2)
(take 0 [1]) ;=> ()
(take 5 [1]) ;=> (1)
(take 2 (repeat 1)) ;=> (1 1)
(take 3 (iterate (fn [x] (* 2 x)) 1)) ;=> (1 2 4)
(take 3 (repeatedly (constantly 1))) ;=> (1 1 1)
(take 8 (range nil [1 2 3])) ;! :ox/type "expected a number, got nil"
(take 8 (range {nil 1} 1/2 (with-meta [1 2] {:m 1}))) ;! :ox/type "expected a number, got a vector"
(take 8 (iterate even? (seq {:a 1}))) ;! :ox/argument "Argument must be an integer: a sequence"
(take 8 (range (with-meta [1 2] {:m 1}) "abc" \a)) ;! :ox/type "expected a number, got a character"

;;; ## `drop`
(drop 5 [1]) ;=> ()
(drop (with-meta (list 1 2) {:m 4}) (lazy-seq nil)) ;! :ox/type "expected a number, got a list"
(drop (lazy-seq nil) (with-meta 'q {:m 3})) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(drop -3/4 (with-meta (list 1 2) {:m 4})) ;=> (1 2)
(drop \a 10N) ;! :ox/type "expected a collection, a string or nil, got an integer"
(drop {:a 1 :b 2} (map inc [1 2 3])) ;! :ox/type "expected a number, got a map"
(drop 3 (repeat 2 :z)) ;=> ()
(drop 1 (seq {:a 1})) ;=> ()

;;; ## `take-while`
(take-while odd? [1 3 4 5]) ;=> (1 3)
(take-while #{:a} 7) ;! :ox/type "expected a collection, a string or nil, got an integer"
(take-while 1 #{1 2}) ;! :ox/type "an integer is not a function: it cannot be called"
(take-while (constantly 7) -1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(take-while :a "") ;=> ()
(take-while 3 (cons 1 [2])) ;! :ox/type "an integer is not a function: it cannot be called"
(take-while conj []) ;=> ()

;;; ## `drop-while`
(drop-while odd? [1 3 4 5]) ;=> (4 5)
(drop-while < -0.5) ;! :ox/type "expected a collection, a string or nil, got a double"
(drop-while < #{nil}) ;=> ()
(drop-while count #"a+") ;! :ox/type "expected a collection, a string or nil, got a regular expression"
(drop-while pos? ()) ;=> ()
(drop-while map? #{:a}) ;=> (:a)

;;; ## `range`
(range 3) ;=> (0 1 2)
(range 2 5) ;=> (2 3 4)
(range 0 1 0.25) ;=> (0 0.25 0.5 0.75)
(range 5 0 -2) ;=> (5 3 1)
(range :a) ;! :ox/type "expected a number, got a keyword"
(range 5 1) ;=> ()
(range 1 2 0.5) ;=> (1 1.5)
(range 0 10 3) ;=> (0 3 6 9)
(range 3 0 -1) ;=> (3 2 1)

;;; ## `repeat`
(repeat 3 :x) ;=> (:x :x :x)
(repeat 0 1) ;=> ()
(repeat :a 1) ;! :ox/type "expected a number, got a keyword"
(take 2 (repeat 1)) ;=> (1 1)

;;; ## `repeatedly`
(repeatedly 0 (constantly 1)) ;=> ()
(take 3 (repeatedly 3 (constantly :x))) ;=> (:x :x :x)
(let [n (atom 0)] (vec (repeatedly 3 (fn [] (swap! n inc))))) ;=> [1 2 3]
(doall (repeatedly 2 (fn [x] x))) ;! :ox/arity "Wrong number of args (0)"
(take 3 (repeatedly (constantly 1))) ;=> (1 1 1)

;;; ## `iterate`
(apply iterate []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/iterate"
(take 3 (iterate inc 5)) ;=> (5 6 7)
(doall (take 2 (iterate inc :a))) ;! :ox/type "expected a number, got a keyword"
(first (map inc (iterate inc 0))) ;=> 1
(take 3 (iterate (fn [x] (* 2 x)) 1)) ;=> (1 2 4)

;;; ## `cycle`
(apply cycle []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/cycle"
(cycle nil) ;=> ()
(cycle 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(cycle []) ;=> ()
(take 4 (cycle [1 2 3])) ;=> (1 2 3 1)
(take 5 (cycle [1 2])) ;=> (1 2 1 2 1)

;;; ## `partition`
(partition 2 [1 2 3]) ;=> ((1 2))
(partition 2 1 [1 2 3]) ;=> ((1 2) (2 3))
(partition 2 2 [:p] [1 2 3]) ;=> ((1 2) (3 :p))
(partition '(1 2 3) \a (next [1 2])) ;! :ox/type "expected a number, got a list"
(partition {nil 1} 7 -1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(partition (with-meta 'q {:m 3}) "abc") ;! :ox/type "expected a number, got a symbol"
(partition 2 (rest [1])) ;=> ()
(partition (cons 1 [2]) #{}) ;=> ()
(partition #uuid "00000000-0000-0000-0000-000000000001" 0.0 0.0) ;! :ox/type "expected a collection, a string or nil, got a double"

;;; ## `partition-all`
(partition-all 2 [1 2 3]) ;=> ((1 2) (3))
(partition-all (seq {:a 1}) :n/b \b) ;! :ox/type "expected a collection, a string or nil, got a character"
(partition-all (first {:a 1}) 'x) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(partition-all (range 5) {:a 1 :b 2}) ;! :ox/type "expected a number, got a sequence"
(partition-all (with-meta {:a 1} {:m 2}) #uuid "00000000-0000-0000-0000-000000000001" {nil 1}) ;! :ox/type "expected a number, got a map"
(partition-all (rest [1]) #{}) ;=> ()

;;; ## `interleave`
(interleave [1 2] [3]) ;=> (1 3)
(interleave (seq {:a 1}) {nil 1}) ;=> ([:a 1] [nil 1])
(interleave 'x \b) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(interleave #{:a} ##Inf \b) ;! :ox/type "expected a collection, a string or nil, got a double"
(interleave #{:a} (cons 1 [2]) (with-meta {:a 1} {:m 2})) ;=> (:a 1 [:a 1])
(interleave (map inc [1 2 3])) ;=> (2 3 4)

;;; ## `interpose`
(interpose :x [1 2]) ;=> (1 :x 2)
(interpose {} ##Inf) ;! :ox/type "expected a collection, a string or nil, got a double"
(interpose "" (list 1 [2] nil)) ;=> (1 "" [2] "" nil)
(interpose 0.0 \a) ;! :ox/type "expected a collection, a string or nil, got a character"
(interpose \b {:a {:b 1}}) ;=> ([:a {:b 1}])
(interpose -9223372036854775808 (first {:a 1})) ;=> (:a -9223372036854775808 1)

;;; ## `distinct`
(distinct [1 1 2 1]) ;=> (1 2)
(distinct 9223372036854775807) ;! :ox/type "expected a collection, a string or nil, got an integer"
(distinct \a) ;! :ox/type "expected a collection, a string or nil, got a character"
(distinct (repeat 2 :z)) ;=> (:z)
(distinct "abc") ;=> (\a \b \c)
(distinct '(1 2 3)) ;=> (1 2 3)
(distinct nil) ;=> ()
(distinct [[:a 1] [:b 2]]) ;=> ([:a 1] [:b 2])

;;; ## `reverse`
(reverse nil) ;=> ()
(reverse "ab") ;=> (\b \a)
(meta (reverse ^{:a 1} [1 2])) ;=> nil
(reverse 1.5) ;! :ox/type "expected a collection, a string or nil, got a double"
(reverse #{:a}) ;=> (:a)
(reverse (first {:a 1})) ;=> (1 :a)
(reverse #uuid "00000000-0000-0000-0000-000000000001") ;! :ox/type "expected a collection, a string or nil, got a UUID"
(reverse (seq {:a 1})) ;=> ([:a 1])
(reverse "") ;=> ()
(reverse (range 5)) ;=> (4 3 2 1 0)
(reverse (seq "hey")) ;=> (\y \e \h)

;;; ## `sort`
(sort [3 1 2]) ;=> (1 2 3)
(sort > [3 1 2]) ;=> (3 2 1)
(sort [[2 1] [1 5] [1]]) ;=> ([1] [1 5] [2 1])
(sort ["b" "a" nil]) ;=> (nil "a" "b")
(sort [1 "a"]) ;! :ox/type "a string cannot be compared with an integer"
(sort {:b 1 :a 2}) ;=> ([:a 2] [:b 1])
(sort conj ##Inf) ;! :ox/type "expected a collection, a string or nil, got a double"
(sort identity \a) ;! :ox/type "expected a collection, a string or nil, got a character"
(sort seq (with-meta [1 2] {:m 1})) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/seq"
(sort < (next [1 2])) ;=> (2)
(sort list {}) ;=> ()

;;; ## `sort-by`
(sort-by - [1 3 2]) ;=> (3 2 1)
(sort-by first > [[1 :a] [2 :b]]) ;=> ([2 :b] [1 :a])
(sort-by :n [{:n 2} {:n 1}]) ;=> ({:n 1} {:n 2})
(sort-by identity [1 :a]) ;! :ox/type "a keyword cannot be compared with an integer"
(sort-by count ["aaa" "b" "cc"]) ;=> ("b" "cc" "aaa")
(sort-by :a > [{:a 1} {:a 2}]) ;=> ({:a 2} {:a 1})
(sort-by (juxt :a :b) [{:a 1 :b 2} {:a 1 :b 1}]) ;=> ({:a 1, :b 1} {:a 1, :b 2})
(sort-by compare {:a {:b 1}} 1.5) ;! :ox/type "expected a collection, a string or nil, got a double"
(sort-by max (with-meta 'q {:m 3})) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(sort-by :a (range 5) []) ;=> ()
(sort-by compare (rest [1])) ;=> ()
(sort-by 7 "a,b") ;! :ox/type "an integer is not a function: it cannot be called"
(sort-by vals (with-meta {:a 1} {:m 2}) {nil 1}) ;=> ([nil 1])

;;; ## `doall`
(doall (repeatedly 2 (fn [x] x))) ;! :ox/arity "Wrong number of args (0)"
(doall (take 2 (iterate inc :a))) ;! :ox/type "expected a number, got a keyword"
(doall (remove odd? [1 :a])) ;! :ox/argument "Argument must be an integer: a keyword"
(doall (filter odd? [:a])) ;! :ox/argument "Argument must be an integer: a keyword"
(doall (map inc [1])) ;=> (2)
(doall [[:a 1] [:b 2]]) ;=> [[:a 1] [:b 2]]
(doall (range 5)) ;=> (0 1 2 3 4)
(doall (lazy-seq nil)) ;=> ()

;;; ## `dorun`
(dorun (map identity [1])) ;=> nil
(dorun "abc") ;=> nil
(dorun 2) ;! :ox/type "expected a collection, a string or nil, got an integer"
(dorun [nil false]) ;=> nil
(dorun [[:a 1] [:b 2]]) ;=> nil
(dorun 7) ;! :ox/type "expected a collection, a string or nil, got an integer"
(dorun (with-meta {:a 1} {:m 2})) ;=> nil
(dorun '(1 2 3)) ;=> nil
(dorun []) ;=> nil

;;; ## `run!`
(run! identity [1 2]) ;=> nil
(run! (rest [1]) (with-meta [1 2] {:m 1})) ;! :ox/type "a list is not a function: it cannot be called"
(run! ##Inf (with-meta {:a 1} {:m 2})) ;! :ox/type "a double is not a function: it cannot be called"
(run! #{1} (next [1 2])) ;=> nil
(run! compare) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/run!"
(run! pos?) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/run!"
(run! number? nil) ;=> nil
(run! string? {nil 1}) ;=> nil

;;; ## `list*`
(list* 1 [2 3]) ;=> (1 2 3)
(list* nil) ;=> nil
(list* [nil false] ##Inf {nil 1}) ;=> ([nil false] ##Inf [nil 1])
(list* (list 1 [2] nil) \b) ;! :ox/type "expected a collection, a string or nil, got a character"
(list* -3/4 [1 2 3] (range 5)) ;=> (-3/4 [1 2 3] 0 1 2 3 4)
(list* [nil false] 'x) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(list* (list 1 [2] nil) {:a 1 :b 2}) ;=> ((1 [2] nil) [:a 1] [:b 2])
(list* (with-meta {:a 1} {:m 2}) 9223372036854775807 (map inc [1 2 3])) ;=> ({:a 1} 9223372036854775807 2 3 4)

;;; ## `seq?`
(apply seq? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/seq?"
(seq? []) ;=> false
(seq? (map inc [])) ;=> true
(seq? 10N) ;=> false
(seq? [nil false]) ;=> false
(seq? ##Inf) ;=> false
(seq? (with-meta (list 1 2) {:m 4})) ;=> true
(seq? 0) ;=> false
(seq? :n/b) ;=> false
(seq? (with-meta {:a 1} {:m 2})) ;=> false

;;; ## `lazy-seq`
(lazy-seq 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(realized? (lazy-seq [1])) ;=> false
(let [s (lazy-seq [1])] (first s) (realized? s)) ;=> true
(first (lazy-seq 5)) ;! :ox/type "expected a collection, a string or nil, got an integer"

;;; ## `for`
(for [x [1 2 3] :when (odd? x)] (* x x)) ;=> (1 9)
(for [x [1 2] y [x 3]] [x y]) ;=> ([1 1] [1 3] [2 2] [2 3])
(for [x [1 2 3] y [:a :b] :when (odd? x)] [x y]) ;=> ([1 :a] [1 :b] [3 :a] [3 :b])
(for [x (range 10) :while (< x 3) :let [y (* x x)]] y) ;=> (0 1 4)
(for [[a b] {:x 1}] [b a]) ;=> ([1 :x])
(for [x nil] x) ;=> ()
(for [x [1 2] :let [y x] z [y y]] [x z]) ;=> ([1 1] [1 1] [2 2] [2 2])
(for [x 5] x) ;! :ox/type "expected a collection, a string or nil, got an integer"

;;; ## `doseq`
(doseq [x nil] (print x)) ;=> nil
(doseq [x [:a]] (inc x)) ;! :ox/type "expected a number, got a keyword"
(doseq [x 5] x) ;! :ox/type "expected a collection, a string or nil, got an integer"
(doseq [x [1]] x) ;=> nil
(with-out-str (doseq [x [1 2] :when (even? x)] (print x))) ;=> "2"
(with-out-str (doseq [x [1 2] y [3]] (print x y ""))) ;=> "1 3 2 3 "

;;; ## `dotimes`
(dotimes [i 2] (inc :a)) ;! :ox/type "expected a number, got a keyword"
(dotimes [i :a] 1) ;! :ox/type "expected a number, got a keyword"
(let [n (atom 0)] (dotimes [i 4] (swap! n + i)) @n) ;=> 6
(with-out-str (dotimes [i 3] (print i))) ;=> "012"
(with-out-str (dotimes [i -3] (print i))) ;=> ""

;;; ## `take-last`
(take-last [] (map inc [1 2 3])) ;! :ox/type "expected a number, got a vector"
(take-last 2.50M 0.0) ;! :ox/type "expected a collection, a string or nil, got a double"
(take-last #"a+" (lazy-seq nil)) ;! :ox/type "expected a number, got a regular expression"
(take-last 'n/y \a) ;! :ox/type "expected a collection, a string or nil, got a character"
(take-last 2.50M {nil 1}) ;=> ([nil 1])

;;; ## `split-at`
(split-at 1 [1 2]) ;=> [(1) (2)]
(split-at (with-meta {:a 1} {:m 2}) nil) ;! :ox/type "expected a number, got a map"
(split-at (with-meta {:a 1} {:m 2}) {}) ;! :ox/type "expected a number, got a map"
(split-at 0 {:a {:b 1}}) ;=> [() ([:a {:b 1}])]
(split-at -0.5 (rest [1])) ;=> [() ()]
(split-at -9223372036854775808 "") ;=> [() ()]
(split-at 10N 'n/y) ;! :ox/type "expected a collection, a string or nil, got a symbol"

;;; ## `flatten`
(apply flatten []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/flatten"
(flatten [1 [2 '(3)] {:a 1}]) ;=> (1 2 3 {:a 1})
(flatten nil) ;=> ()
(= (reverse (range 200)) (flatten (reduce (fn [v n] [n v []]) () (range 200)))) ;=> true
(flatten {nil 1}) ;=> ()
(flatten 0.0) ;=> ()
(flatten [1 2 3]) ;=> (1 2 3)
(flatten (rest [1])) ;=> ()
(flatten (with-meta {:a 1} {:m 2})) ;=> ()
(flatten 7) ;=> ()
(flatten -1) ;=> ()

;;; ## `map-indexed`
(map-indexed pos? #{:a}) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/pos?"
(map-indexed nil? \a) ;! :ox/type "expected a collection, a string or nil, got a character"
(map-indexed vals [[1 2] [3 4]]) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/vals"
(map-indexed dec 0.0) ;! :ox/type "expected a collection, a string or nil, got a double"
(map-indexed keyword nil) ;=> ()
(map-indexed {:a 1} "a,b") ;=> (\a \, \b)

;;; ## `realized?`
(realized? (lazy-seq [1])) ;=> false
(let [s (lazy-seq [1])] (first s) (realized? s)) ;=> true
(let [d (delay 1)] [(realized? d) @d (realized? d)]) ;=> [false 1 true]
(realized? 'n/y) ;! :ox/type "expected a delay, lazy sequence, future or promise, got a symbol"
(realized? 0.0) ;! :ox/type "expected a delay, lazy sequence, future or promise, got a double"

;;; ## `delay`
(deref (delay (inc nil))) ;! :ox/type "expected a number, got nil"
(force (delay (inc nil))) ;! :ox/type "expected a number, got nil"
(let [d (delay 1)] [(realized? d) @d (realized? d)]) ;=> [false 1 true]
(let [n (atom 0) d (delay (swap! n inc))] @d @d @n) ;=> 1
(let [n (atom 0) d (delay (swap! n inc) (throw (ex-info "x" {})))] (try @d (catch Exception e)) (try @d (catch Exception e)) @n) ;=> 1
(force (delay 1)) ;=> 1

;;; ## `force`
(apply force []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/force"
(force (delay (inc nil))) ;! :ox/type "expected a number, got nil"
(force (delay 1)) ;=> 1
(force 1) ;=> 1
(force {nil 1}) ;=> {nil 1}
(force 'n/y) ;=> n/y
(force 0.0) ;=> 0.0
(force #{}) ;=> #{}
(force -0.5) ;=> -0.5
(force (rest [1])) ;=> ()
(force -1) ;=> -1

;;; ## `filterv`, `keep-indexed`, `dedupe`
(filterv odd? [1 2 3]) ;=> [1 3]
(filterv odd? nil) ;=> []
(vector? (filterv pos? #{1})) ;=> true
(filterv inc [:a]) ;! :ox/type "expected a number, got a keyword: :a"
(filterv odd? 5) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(keep-indexed (fn [i x] (when (odd? i) x)) [:a :b :c :d]) ;=> (:b :d)
(keep-indexed (fn [i x] x) [nil 1 false]) ;=> (1 false)
(into [] (keep-indexed vector) [:a]) ;=> [[0 :a]]
(doall (keep-indexed inc [1])) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/inc, which takes 1 argument"
(doall (keep-indexed vector 5)) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(dedupe [1 1 2 2 1]) ;=> (1 2 1)
(dedupe nil) ;=> ()
(into [] (dedupe) "aabb") ;=> [\a \b]
(doall (dedupe 5)) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"

;;; ## `distinct?`, `not-any?`, `not-every?`
[(distinct? 1 2 3) (distinct? 1 2 1) (distinct? nil)] ;=> [true false true]
(apply distinct? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/distinct?, which takes at least 1 argument"
(not-any? odd? [2 4]) ;=> true
(not-any? inc [:a]) ;! :ox/type "expected a number, got a keyword: :a"
(not-any? odd? 5) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
[(not-every? odd? [1 2]) (not-every? odd? [1 3]) (not-every? odd? nil)] ;=> [true false false]
(not-every? odd? [:a]) ;! :ox/argument "Argument must be an integer: a keyword"
(not-every? odd? 5) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"

;;; ## `drop-last`, `split-with`, `partition-by`
[(drop-last [1 2 3]) (drop-last 2 [1 2 3]) (drop-last 5 [1])] ;=> [(1 2) (1) ()]
(drop-last nil) ;=> ()
(doall (drop-last 5)) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(doall (drop-last :a [1])) ;! :ox/type "expected a number, got a keyword: :a"
[(split-with odd? [1 3 4 5]) (split-with odd? nil)] ;=> [[(1 3) (4 5)] [() ()]]
(split-with odd? [2]) ;=> [() (2)]
(split-with odd? [:a]) ;! :ox/argument "Argument must be an integer: a keyword"
(partition-by odd? [1 3 2 4 5]) ;=> ((1 3) (2 4) (5))
(doall (partition-by inc [:a])) ;! :ox/type "expected a number, got a keyword: :a"
(doall (partition-by odd? 5)) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"

;;; ## `reductions`, `tree-seq`, `iteration`
(reductions + [1 2 3]) ;=> (1 3 6)
(reductions conj [] [1 2]) ;=> ([] [1] [1 2])
(reductions + []) ;=> (0)
(doall (reductions + [1 :a])) ;! :ox/type "expected a number, got a keyword: :a"
(doall (reductions + 5)) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(tree-seq sequential? seq [1 [2 [3]] 4]) ;=> ([1 [2 [3]] 4] 1 [2 [3]] 2 [3] 3 4)
(tree-seq map? vals {:a {:b 1}}) ;=> ({:a {:b 1}} {:b 1} 1)
(tree-seq (fn [x] false) seq 1) ;=> (1)
(doall (tree-seq sequential? inc [1])) ;! :ox/type "expected a number, got a vector"
(apply tree-seq [sequential? seq]) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/tree-seq, which takes 3 arguments"
(vec (iteration (fn [k] (let [k (or k 0)] {:v k :next (when (< k 3) (inc k))})) :vf :v :kf :next)) ;=> [0 1 2 3]
(reduce + 0 (iteration (fn [k] [k (inc k)]) :initk 0 :somef (fn [[k]] (< k 4)) :vf first :kf second)) ;=> 6
(seq (iteration (fn [k] nil))) ;=> nil
(vec (iteration (fn [k] (throw (ex-info "no" {:k k}))))) ;! {:k nil} "no"
(vec (iteration inc :initk :a)) ;! :ox/type "expected a number, got a keyword: :a"

;;; ## `nnext`, `nfirst`, `fnext`, `ffirst`, `nthnext`, `nthrest`
[(nnext [1 2 3]) (nnext [1 2]) (nnext nil)] ;=> [(3) nil nil]
(nnext 5) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
[(nfirst [[1 2 3] 4]) (nfirst nil) (nfirst [[1]])] ;=> [(2 3) nil nil]
(nfirst [1]) ;! :ox/type "expected a collection, a string or nil, got an integer: 1"
[(fnext [1 2]) (fnext [1]) (fnext nil)] ;=> [2 nil nil]
(fnext :a) ;! :ox/type "expected a collection, a string or nil, got a keyword: :a"
[(ffirst [[1 2]]) (ffirst nil) (ffirst {:a 1})] ;=> [1 nil :a]
(ffirst [1]) ;! :ox/type "expected a collection, a string or nil, got an integer: 1"
[(nthnext [1 2 3] 2) (nthnext [1] 1) (nthnext nil 3)] ;=> [(3) nil nil]
(nthnext 5 1) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(nthnext [1 2] :a) ;! :ox/type "expected a number, got a keyword: :a"
[(nthrest [1 2 3] 2) (nthrest [1] 1) (nthrest nil 3)] ;=> [(3) () nil]
(nthrest [1 2] :a) ;! :ox/type "expected a number, got a keyword: :a"
(nthrest 5 1) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"

;;; ## `bounded-count`, `counted?`, `indexed?`, `reversible?`, `seqable?`, `sorted?`, `associative?`
[(bounded-count 2 [1 2 3]) (bounded-count 2 (range)) (bounded-count 5 (map inc [1]))] ;=> [3 2 1]
(bounded-count 2 5) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(bounded-count :a (map inc [1])) ;! :ox/type "expected a number, got a keyword: :a"
(map counted? [[1] '(1) {} #{} "a" nil (map inc [1])]) ;=> (true true true true false false false)
(map indexed? [[1] '(1) {} nil]) ;=> (true false false false)
(map reversible? [[1] '(1) (sorted-map) (sorted-set) {}]) ;=> (true false true true false)
(map seqable? [[1] nil "a" 1 :a {}]) ;=> (true true true false false true)
(map sorted? [(sorted-map) (sorted-set) {} #{} nil]) ;=> (true true false false false)
(map associative? [[1] {} '(1) nil #{}]) ;=> (true true false false false)
(indexed? (subvec [1 2] 1)) ;=> true
(indexed? "a") ;=> false
(reversible? nil) ;=> false
(apply counted? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/counted?, which takes 1 argument"
(apply indexed? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/indexed?, which takes 1 argument"
(apply reversible? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/reversible?, which takes 1 argument"
(apply seqable? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/seqable?, which takes 1 argument"
(apply sorted? [1 2]) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/sorted?, which takes 1 argument"
(apply associative? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/associative?, which takes 1 argument"

;;; ## `disj!`, `dissoc!`, `pop!`
(persistent! (disj! (transient #{1 2}) 1)) ;=> #{2}
(persistent! (disj! (transient #{1}) 5)) ;=> #{1}
(disj! #{1} 1) ;! :ox/type "expected a transient set, got a set"
(persistent! (dissoc! (transient {:a 1 :b 2}) :a)) ;=> {:b 2}
(persistent! (dissoc! (transient {:a 1}) :z)) ;=> {:a 1}
(dissoc! {:a 1} :a) ;! :ox/type "expected a transient map, got a map"
(persistent! (pop! (transient [1 2]))) ;=> [1]
(pop! (transient [])) ;! :ox/state "an empty vector has nothing to pop"
(pop! [1]) ;! :ox/type "expected a transient vector, got a vector"
(let [t (transient [1])] (persistent! t) (pop! t)) ;! :ox/state "a transient was used after persistent!"

;;; ## `array-map`, `update-keys`, `update-vals`
(array-map :a 1 :b 2) ;=> {:a 1, :b 2}
(keys (array-map :z 1 :a 2)) ;=> (:z :a)
(array-map) ;=> {}
(array-map :a) ;! :ox/argument "No value supplied for key: :a"
(update-keys {:a 1 :b 2} name) ;=> {"a" 1, "b" 2}
(update-keys nil name) ;=> {}
(meta (update-keys (with-meta {:a 1} {:m 1}) name)) ;=> {:m 1}
(update-keys {:a 1} inc) ;! :ox/type "expected a number, got a keyword: :a"
(update-keys 5 name) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(update-vals {:a 1 :b 2} inc) ;=> {:a 2, :b 3}
(update-vals nil inc) ;=> {}
(update-vals {:a :b} inc) ;! :ox/type "expected a number, got a keyword: :b"
(update-vals 5 inc) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"

;;; ## `replace`, `lazy-cat`, `eduction`, `halt-when`
(replace {1 :one} [1 2 1]) ;=> [:one 2 :one]
(replace [:a :b] (list 0 1 5)) ;=> (:a :b 5)
(into [] (replace {:a 1}) [:a :b]) ;=> [1 :b]
(replace 5 [1]) ;! :ox/type "expected a map, a vector or nil, got an integer: 5"
(doall (replace {} 5)) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(lazy-cat [1] nil [2 3]) ;=> (1 2 3)
(take 2 (lazy-cat [1 2] (throw (ex-info "not reached" {})))) ;=> (1 2)
(doall (lazy-cat [1] 5)) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(into [] (eduction (map inc) (filter odd?) [1 2 3 4])) ;=> [3 5]
(reduce + (eduction (map inc) [1 2])) ;=> 5
(seq (eduction (map inc) nil)) ;=> nil
(into [] (eduction (map inc) [:a])) ;! :ox/type "expected a number, got a keyword: :a"
(into [] (eduction (map inc) 5)) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(transduce (halt-when neg?) conj [1 -2 3]) ;=> -2
(transduce (halt-when neg? (fn [r x] [r x])) conj [1 -2 3]) ;=> [[1] -2]
(transduce (halt-when neg?) conj [:a]) ;! :ox/type "expected a number, got a keyword: :a"

;;; ## `completing`, `ensure-reduced`, `unreduced`, `reduced?`
(transduce (map inc) (completing + str) 0 [1 2]) ;=> "5"
(transduce (map inc) (completing conj) [] [1]) ;=> [2]
((completing +) 1) ;=> 1
((completing inc) 1 2) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/inc, which takes 1 argument"
[(reduced? (ensure-reduced 1)) @(ensure-reduced (reduced 2)) @(ensure-reduced nil)] ;=> [true 2 nil]
(apply ensure-reduced []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/ensure-reduced, which takes 1 argument"
[(unreduced (reduced 1)) (unreduced 1) (unreduced nil)] ;=> [1 1 nil]
(apply unreduced []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/unreduced, which takes 1 argument"
(map reduced? [(reduced 1) 1 nil]) ;=> (true false false)
(apply reduced? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/reduced?, which takes 1 argument"

;;; ## `splitv-at`, `partitionv`, `partitionv-all`
;;; differs: Clojure 1.11, with which it is compared, does not have them
[(splitv-at 1 [1 2 3]) (splitv-at 5 [1]) (splitv-at 0 nil)] ;=> [[[1] (2 3)] [[1] ()] [[] ()]]
(splitv-at 2 (range 4)) ;=> [[0 1] (2 3)]
(splitv-at :a [1]) ;! :ox/type "expected a number, got a keyword: :a"
[(partitionv 2 [1 2 3 4 5]) (partitionv 2 1 [1 2 3]) (partitionv 2 2 [0] [1 2 3])] ;=> [([1 2] [3 4]) ([1 2] [2 3]) ([1 2] [3 0])]
(partitionv 2 nil) ;=> ()
(vector? (first (partitionv 2 (range 4)))) ;=> true
(doall (partitionv :a [1 2])) ;! :ox/type "expected a number, got a keyword: :a"
[(partitionv-all 2 [1 2 3]) (partitionv-all 2 1 [1 2 3])] ;=> [([1 2] [3]) ([1 2] [2 3] [3])]
(into [] (partitionv-all 2) [1 2 3]) ;=> [[1 2] [3]]
(partitionv-all 2 nil) ;=> ()
(doall (partitionv-all :a [1 2])) ;! :ox/type "expected a number, got a keyword: :a"
