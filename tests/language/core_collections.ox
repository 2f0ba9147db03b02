;;; # Core names: collections

;;; Each name with its usual results, its edges and its errors. `cargo test -p harness --test main clojure_agrees`
;;; compares all of them with Clojure.

;;; ## `get`
(apply get []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/get"
(get {:a nil} :a 1) ;=> nil
(get [1 2] 2 :none) ;=> :none
(get "ab" 1) ;=> \b
(get nil :a 1) ;=> 1
(get 5 :a 1) ;=> 1
(get #{:a} :a) ;=> :a
(get "abc" 1) ;=> \b
(get [1] 1.0) ;=> nil
(get (first {:a 1}) :n/b) ;=> nil

;;; ## `assoc`
(assoc {:a 1} :a 2 :b 3) ;=> {:a 2, :b 3}
(assoc {:a 1} :b) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/assoc"
(assoc [1 2] 0 :x) ;=> [:x 2]
(assoc [] 1 :x) ;! :ox/index "index 1 is out of bounds for a count of 0"
(assoc [1] 1 2) ;=> [1 2]
(assoc [1] 2 2) ;! :ox/index "index 2 is out of bounds for a count of 1"
(assoc nil :a 1) ;=> {:a 1}
(assoc {} :a) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/assoc"

;;; ## `dissoc`
(dissoc {:a 1 :b 2} :a) ;=> {:b 2}
(dissoc {:a 1} :b) ;=> {:a 1}
(dissoc nil :a) ;=> nil
(dissoc 5 :a) ;! :ox/type "expected a map or nil, got an integer"
(dissoc {:a 1} :a :b) ;=> {}
(dissoc [1] 0) ;! :ox/type "expected a map or nil, got a vector"
(dissoc (with-meta {:a 1} {:m 2}) 0) ;=> {:a 1}
(dissoc {:a 1 :b 2} 1.5 (with-meta 'q {:m 3})) ;=> {:a 1, :b 2}

;;; ## `conj`
(conj [1] 2) ;=> [1 2]
(conj nil 1 2) ;=> (2 1)
(conj {:a 1} [:b 2]) ;=> {:a 1, :b 2}
(conj #{1} 1) ;=> #{1}
(conj :a 1) ;! :ox/type "expected a collection, got a keyword"
(conj [1] 2 3) ;=> [1 2 3]
(conj '(1) 2 3) ;=> (3 2 1)
(conj {} [:a 1]) ;=> {:a 1}
(conj {} {:b 2}) ;=> {:b 2}
(conj {} [1]) ;! :ox/argument "a vector that is to be a map entry has two elements"
(conj #{1} 1 2) ;=> #{1 2}
(conj 1 2) ;! :ox/type "expected a collection, got an integer"

;;; ## `disj`
(disj #{1 2} 1) ;=> #{2}
(disj [1] 1) ;! :ox/type "expected a set or nil, got a vector"
(disj [3 1 2] (with-meta 'q {:m 3})) ;! :ox/type "expected a set or nil, got a vector"
(disj #{nil} 'n/y) ;=> #{nil}

;;; ## `get-in`
(get-in {:a [1 {:b 2}]} [:a 1 :b]) ;=> 2
(get-in {} [:a :b] :none) ;=> :none
(get-in {:a nil} [:a] :none) ;=> nil
(get-in {} 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(get-in {:a {:b 1}} [:a :b]) ;=> 1
(get-in {:a 1} [:a :b]) ;=> nil
(get-in {:a 1} []) ;=> {:a 1}
(get-in nil [:a] 5) ;=> 5
(get-in [3 1 2] (next [1 2]) {}) ;=> 2
(get-in #{} "a,b") ;=> nil
(get-in (with-meta (list 1 2) {:m 4}) -0.5 0.0) ;! :ox/type "expected a collection, a string or nil, got a double"

;;; ## `assoc-in`
(assoc-in {} [:a 0] 1) ;=> {:a {0 1}}
(assoc-in [[1]] [0 0] 2) ;=> [[2]]
(assoc-in {:a 1} [:a :b] 1) ;! :ox/type "expected a map, a vector or nil, got an integer"
(assoc-in {} [:a :b] 1) ;=> {:a {:b 1}}
(assoc-in nil [] 1) ;=> {nil 1}
(assoc-in "abc" 'n/y (lazy-seq nil)) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(assoc-in 9223372036854775807 () '(1 2 3)) ;! :ox/type "expected a map, a vector or nil, got an integer"
(assoc-in {} ##Inf #{nil}) ;! :ox/type "expected a collection, a string or nil, got a double"

;;; ## `update`
(update {:a 1} :a inc) ;=> {:a 2}
(update {} :a (fnil inc 0)) ;=> {:a 1}
(update {:a 1} :a + 1 2) ;=> {:a 4}
(update {:a :b} :a inc) ;! :ox/type "expected a number, got a keyword"
(update [1 2] 0 inc) ;=> [2 2]
(update [1] 5 identity) ;! :ox/index "index 5 is out of bounds for a count of 1"
(update name count 7) ;! :ox/type "an integer is not a function: it cannot be called"
(update {:a 1} () {}) ;=> {:a 1, () nil}
(update (with-meta 'q {:m 3}) #{:a} nil) ;! :ox/type "nil is not a function: it cannot be called"

;;; ## `update-in`
(update-in {:a {:b 1}} [:a :b] inc) ;=> {:a {:b 2}}
(update-in nil [:a :b] conj 1) ;=> {:a {:b (1)}}
(update-in [[1]] [0 0] inc) ;=> [[2]]
(update-in {:a 1} [:a :b] inc) ;! :ox/type "expected a number, got nil"
(update-in {:a {:b 1}} [:a :b] + 5) ;=> {:a {:b 6}}
(update-in true #{2} conj) ;! :ox/type "expected a map, a vector or nil, got true"
(update-in (first {:a 1}) 'x [1 2 3]) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(update-in 2 9223372036854775807 {:a 1}) ;! :ox/type "expected a collection, a string or nil, got an integer"

;;; ## `select-keys`
(select-keys {:a 1 :b 2} [:a :c]) ;=> {:a 1}
(select-keys nil [:a]) ;=> {}
(select-keys {:a 1} nil) ;=> {}
(select-keys {:a 1} 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(select-keys {:a 1 :b nil} [:a :b :c]) ;=> {:a 1, :b nil}
(select-keys [nil false] "a,b" (map inc [1 2 3])) ;! :ox/arity "Wrong number of args (3) passed to: ox.core/select-keys"
(select-keys [[1 2] [3 4]] #{2} (range 0)) ;! :ox/arity "Wrong number of args (3) passed to: ox.core/select-keys"
(select-keys 9223372036854775807 0) ;! :ox/type "expected a collection, a string or nil, got an integer"

;;; ## `merge`
(merge {:a 1} {:a 2 :b 3}) ;=> {:a 2, :b 3}
(merge nil {:a 1}) ;=> {:a 1}
(merge) ;=> nil
(merge {:a 1} 5) ;! :ox/type "expected a map entry, a vector of two or a map, got an integer"
(merge {:a 1} nil {:b 2}) ;=> {:a 1, :b 2}
(merge nil nil) ;=> nil
(merge {:a 1} [:b 2]) ;=> {:a 1, :b 2}
(merge 2.50M -1 ()) ;! :ox/type "expected a collection, got a decimal"
(merge 0 (seq {:a 1}) 0.0) ;! :ox/type "expected a collection, got an integer"
(merge '(1 2 3) {:a {:b 1}} '(1 2 3)) ;=> ((1 2 3) {:a {:b 1}} 1 2 3)
(merge (lazy-seq nil) 'x) ;=> (x)
(merge (repeat 2 :z) #"a+" [3 1 2]) ;=> ([3 1 2] #"a+" :z :z)

;;; ## `merge-with`
(merge-with + {:a 1} {:a 2 :b 3}) ;=> {:a 3, :b 3}
(merge-with '(1 2 3) {nil 1}) ;=> {nil 1}
(merge-with [1 2 3] 'n/y) ;=> n/y
(merge-with first :n/b #{1}) ;! :ox/type "expected a map entry, got an integer"
(merge-with nil? true) ;=> true
(merge-with vals not :a) ;! :ox/type "expected a collection, a string or nil, got a keyword"
(merge-with + nil 'x) ;! :ox/type "expected a collection, a string or nil, got a symbol"
(merge-with zero? #{:a}) ;=> #{:a}

;;; ## `contains?`
(contains? {:a nil} :a) ;=> true
(contains? [1] 0) ;=> true
(contains? [1] 1) ;=> false
(contains? #{1} 1) ;=> true
(contains? "ab" 0) ;=> true
(contains? :a :b) ;! :ox/type "expected a map, set, vector, string or nil, got a keyword"
(contains? [1 2] 2) ;=> false
(contains? "abc" 1) ;=> true
(contains? '(1) 0) ;! :ox/type "expected a map, set, vector, string or nil, got a list"
(contains? nil 1) ;=> false
(contains? #{nil} nil) ;=> true

;;; ## `count`
(count "") ;=> 0
(count [1 nil]) ;=> 2
(count (range 5)) ;=> 5
(count nil) ;=> 0
(count "héllo") ;=> 5
(count {:a 1}) ;=> 1
(count 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(count (with-meta {:a 1} {:m 2})) ;=> 1
(count 3) ;! :ox/type "expected a collection, a string or nil, got an integer"
(count (rest [1])) ;=> 0
(count '(1 2 3)) ;=> 3

;;; ## `empty?`
(empty? nil) ;=> true
(empty? {}) ;=> true
(empty? [nil]) ;=> false
(empty? 1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(empty? "") ;=> true
(empty? 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(empty? (list 1 [2] nil)) ;=> false
(empty? [3 1 2]) ;=> false
(empty? #{}) ;=> true
(empty? (seq {:a 1})) ;=> false
(empty? #{nil}) ;=> false

;;; ## `not-empty`
(not-empty []) ;=> nil
(not-empty "a") ;=> "a"
(not-empty #{nil}) ;=> #{nil}
(not-empty [1 2 3]) ;=> [1 2 3]
(not-empty "abc") ;=> "abc"
(not-empty (range 0)) ;=> nil
(not-empty 1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(not-empty true) ;! :ox/type "expected a collection, a string or nil, got true"
(not-empty "a,b") ;=> "a,b"
(not-empty (next [1 2])) ;=> (2)

;;; ## `keys`
(keys {:a 1}) ;=> (:a)
(keys {}) ;=> nil
(keys 2) ;! :ox/type "expected a collection, a string or nil, got an integer"
(keys nil) ;=> nil
(keys 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(keys [1]) ;! :ox/type "expected a map entry, got an integer"
(keys "a,b") ;! :ox/type "expected a map entry, got a character"
(keys (seq {:a 1})) ;=> (:a)
(keys {:a {:b 1}}) ;=> (:a)

;;; ## `vals`
(vals {:a 1}) ;=> (1)
(vals nil) ;=> nil
(vals 2) ;! :ox/type "expected a collection, a string or nil, got an integer"
(vals {}) ;=> nil
(first (vals {:a 1})) ;=> 1
(vals [nil false]) ;! :ox/type "expected a map entry, got nil"
(vals 9223372036854775807) ;! :ox/type "expected a collection, a string or nil, got an integer"
(vals #{nil}) ;! :ox/type "expected a map entry, got nil"
(vals (with-meta {:a 1} {:m 2})) ;=> (1)
(vals (seq {:a 1})) ;=> (1)
(vals "") ;=> nil

;;; ## `key`
(key (first {:a 1})) ;=> :a
(key [1 2]) ;! :ox/type "expected a map entry, got a vector"
(key 3) ;! :ox/type "expected a map entry, got an integer"

;;; ## `val`
(apply val []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/val"
(val (first {:a 1})) ;=> 1
(val (find {:a nil} :a)) ;=> nil
(val -9223372036854775808) ;! :ox/type "expected a map entry, got an integer"
(val 'x) ;! :ox/type "expected a map entry, got a symbol"

;;; ## `vec`
(vec '(1 2)) ;=> [1 2]
(vec {:a 1}) ;=> [[:a 1]]
(vec nil) ;=> []
(vec 1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(vec "ab") ;=> [\a \b]
(vec 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(vec "a,b") ;=> [\a \, \b]
(vec (range 0)) ;=> []
(vec (seq {:a 1})) ;=> [[:a 1]]
(vec (first {:a 1})) ;=> [:a 1]
(vec (lazy-seq nil)) ;=> []

;;; ## `vector`
(apply vector 1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(vector (inc nil)) ;! :ox/type "expected a number, got nil"
(vector 1 2) ;=> [1 2]
(#(vector %&) 1 2) ;=> [(1 2)]
(#(vector % %&) 1 2) ;=> [1 (2)]
(vector "abc" 3 #{2}) ;=> ["abc" 3 #{2}]
(vector (list 1 [2] nil) (with-meta [1 2] {:m 1}) true) ;=> [(1 [2] nil) [1 2] true]
(vector (seq {:a 1}) (next [1 2])) ;=> [([:a 1]) (2)]
(vector {} (repeat 2 :z)) ;=> [{} (:z :z)]
(vector (list 1 [2] nil) nil #{2}) ;=> [(1 [2] nil) nil #{2}]
(vector () 1/2) ;=> [() 1/2]

;;; ## `set`
(set "aab") ;=> #{\a \b}
(set nil) ;=> #{}
(set {:a 1}) ;=> #{[:a 1]}
(set 1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(set [1 1]) ;=> #{1}
(set 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(set ##Inf (seq {:a 1})) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/set"
(set (with-meta 'q {:m 3}) :n/b) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/set"
(set [3 1 2]) ;=> #{3 1 2}
(set #{1 2}) ;=> #{1 2}

;;; ## `list`
(apply list 1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(list (inc nil)) ;! :ox/type "expected a number, got nil"
(list 1 2) ;=> (1 2)
(list) ;=> ()
(list nil) ;=> (nil)
(list 1 nil) ;=> (1 nil)
(list "a,b" (cons 1 [2])) ;=> ("a,b" (1 2))
(list \b) ;=> (\b)
(list (map inc [1 2 3]) \a) ;=> ((2 3 4) \a)
(list 1 (rest [1])) ;=> (1 ())
(list 2 'n/y) ;=> (2 n/y)

;;; ## `hash-map`
(hash-map :a) ;! :ox/argument "No value supplied for key: :a"
(= (hash {:a 1}) (hash (hash-map :a 1))) ;=> true
(hash-map "a,b" (list 1 [2] nil)) ;=> {"a,b" (1 [2] nil)}
(hash-map #{nil} "" ##Inf) ;! :ox/argument "No value supplied for key: Infinity"
(hash-map #{} (first {:a 1})) ;=> {#{} [:a 1]}
(hash-map 1/2 (range 0)) ;=> {1/2 ()}
(hash-map (with-meta (list 1 2) {:m 4}) ##Inf) ;=> {(1 2) ##Inf}

;;; ## `hash-set`
(hash-set (inc nil)) ;! :ox/type "expected a number, got nil"
(apply hash-set 1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(hash-set 1 1) ;=> #{1}
(hash-set -1) ;=> #{-1}
(hash-set {nil 1}) ;=> #{{nil 1}}
(hash-set #"a+") ;=> #{#"a+"}
(hash-set 1.5) ;=> #{1.5}
(hash-set 0) ;=> #{0}
(hash-set 1/2) ;=> #{1/2}
(hash-set #{:a}) ;=> #{#{:a}}
(hash-set (lazy-seq nil)) ;=> #{()}

;;; ## `into`
(into [1] '(2 3)) ;=> [1 2 3]
(into {:a 1} {:b 2}) ;=> {:a 1, :b 2}
(into '(1) [2 3]) ;=> (3 2 1)
(into [] 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(into {} [[:a 1]]) ;=> {:a 1}
(into {} [1]) ;! :ox/type "expected a map entry, a vector of two or a map, got an integer"
(into [] {:a 1}) ;=> [[:a 1]]
(into '() [1 2]) ;=> (2 1)
(into nil [1]) ;=> (1)
(into #{} [1 1]) ;=> #{1}
(into 2 [[1 2] [3 4]]) ;! :ox/type "expected a collection, got an integer"
(into (with-meta 'q {:m 3}) 0.0 (seq "hey")) ;! :ox/type "a double is not a function: it cannot be called"
(into (map inc [1 2 3]) (with-meta (list 1 2) {:m 4})) ;=> (2 1 2 3 4)

;;; ## `zipmap`
(zipmap [:a :b] [1]) ;=> {:a 1}
(zipmap (list 1 [2] nil) 0.0 (range 5)) ;! :ox/arity "Wrong number of args (3) passed to: ox.core/zipmap"
(zipmap 'n/y [] 3) ;! :ox/arity "Wrong number of args (3) passed to: ox.core/zipmap"
(zipmap (next [1 2]) 1) ;! :ox/type "expected a collection, a string or nil, got an integer"
(zipmap #{2} [nil false]) ;=> {2 nil}
(zipmap (range 0) -1) ;! :ox/type "expected a collection, a string or nil, got an integer"

;;; ## `nth`
(nth [1 2] 1) ;=> 2
(nth [1 2] 2 :none) ;=> :none
(nth nil 0) ;=> nil
(nth '(1) 3) ;! :ox/index "index 3 is out of bounds for a count of 1"
(nth '(1 2 3) 1) ;=> 2
(nth [1] -1) ;! :ox/index "index -1 is out of bounds for a count of 1"
(nth [1] 1 :d) ;=> :d
(nth nil 5) ;=> nil
(nth "abc" 1) ;=> \b
(nth {:a 1} 0) ;! :ox/type "expected a sequence, vector or string, got a map"
(nth {} -0.5 :a) ;! :ox/type "expected a sequence, vector or string, got a map"

;;; ## `peek`
(peek [1 2]) ;=> 2
(peek '(1 2)) ;=> 1
(peek nil) ;=> nil
(peek #{1}) ;! :ox/type "expected a vector, a list or nil, got a set"
(peek "a,b") ;! :ox/type "expected a vector, a list or nil, got a string"
(peek (rest [1])) ;=> nil
(peek [1 2 3]) ;=> 3

;;; ## `pop`
(pop []) ;! :ox/state "an empty vector has nothing to pop"
(pop ()) ;! :ox/state "an empty list has nothing to pop"
(pop nil) ;=> nil
(pop [1 2]) ;=> [1]
(meta (pop ^{:a 1} [1])) ;=> {:a 1}
(pop (lazy-seq nil)) ;! :ox/type "expected a vector, a list or nil, got a sequence"
(pop (map inc [1 2 3])) ;! :ox/type "expected a vector, a list or nil, got a sequence"
(pop [[:a 1] [:b 2]]) ;=> [[:a 1]]

;;; ## `subvec`
(subvec [1 2 3] 1) ;=> [2 3]
(subvec [1 2 3] 2 1) ;! :ox/index "index 2 is out of bounds for a count of 1"
(subvec [1] 0 5) ;! :ox/index "index 5 is out of bounds for a count of 1"
(subvec '(1) 0) ;! :ox/type "expected a vector, got a list"
(meta (subvec ^{:a 1} [1 2] 1)) ;=> nil
(subvec 7 :a 1/2) ;! :ox/type "expected a vector, got an integer"

;;; ## `find`
(find {:a 1} :a) ;=> [:a 1]
(find [1] 0) ;=> [0 1]
(val (find {:a nil} :a)) ;=> nil
(find {:a {:b 1}} 3) ;=> nil
(find [1 2 3] \b) ;=> nil
(find 3 [3 1 2]) ;! :ox/type "expected a map, a vector or nil, got an integer"
(find \b true) ;! :ox/type "expected a map, a vector or nil, got a character"
(find [[:a 1] [:b 2]] -0.5) ;=> nil

;;; ## `empty`
(empty [1]) ;=> []
(empty "a") ;=> nil
(empty 5) ;=> nil
(empty nil) ;=> nil
(meta (empty ^{:a 1} [1])) ;=> {:a 1}
(empty [3 1 2] nil) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/empty"
(empty #"a+" (rest [1])) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/empty"
(empty 9223372036854775807) ;=> nil
(empty {}) ;=> {}
(empty (range 0)) ;=> ()

;;; ## `map?`
(apply map? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/map?"
(map? {}) ;=> true
(map? []) ;=> false
(map? 7) ;=> false
(map? 1) ;=> false
(map? [[1 2] [3 4]]) ;=> false
(map? (first {:a 1})) ;=> false
(map? (with-meta [1 2] {:m 1})) ;=> false
(map? "a,b") ;=> false
(map? 3) ;=> false

;;; ## `vector?`
(apply vector? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/vector?"
(vector? []) ;=> true
(vector? '()) ;=> false
(vector? (first {:a 1})) ;=> true
(vector? 0) ;=> false
(vector? #{1 2}) ;=> false
(vector? ##Inf) ;=> false
(vector? [[:a 1] [:b 2]]) ;=> true
(vector? -9223372036854775808) ;=> false
(vector? (next [1 2])) ;=> false

;;; ## `set?`
(apply set? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/set?"
(set? #{}) ;=> true
(set? [[1 2] [3 4]]) ;=> false
(set? -0.5) ;=> false
(set? 0.0) ;=> false
(set? 7) ;=> false
(set? 2.50M) ;=> false
(set? "") ;=> false
(set? ()) ;=> false
(set? 3) ;=> false

;;; ## `list?`
(apply list? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/list?"
(list? '()) ;=> true
(list? (map inc [])) ;=> false
(list? (with-meta 'q {:m 3})) ;=> false
(list? {:a 1 :b 2}) ;=> false
(list? (lazy-seq nil)) ;=> false
(list? (with-meta (list 1 2) {:m 4})) ;=> true
(list? 7) ;=> false
(list? [3 1 2]) ;=> false
(list? 1/2) ;=> false

;;; ## `coll?`
(apply coll? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/coll?"
(coll? nil) ;=> false
(coll? 1) ;=> false
(coll? [[:a 1] [:b 2]]) ;=> true
(coll? [1 2 3]) ;=> true
(coll? (lazy-seq nil)) ;=> true
(coll? #uuid "00000000-0000-0000-0000-000000000001") ;=> false
(coll? #{:a}) ;=> true
(coll? -3/4) ;=> false
(coll? 7) ;=> false

;;; ## `sequential?`
(apply sequential? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/sequential?"
(sequential? {}) ;=> false
(sequential? (range 0)) ;=> true
(sequential? #{}) ;=> false
(sequential? -3/4) ;=> false
(sequential? #{:a}) ;=> false
(sequential? #uuid "00000000-0000-0000-0000-000000000001") ;=> false
(sequential? 0.0) ;=> false
(sequential? #{nil}) ;=> false
(sequential? (with-meta {:a 1} {:m 2})) ;=> false

;;; ## `group-by`
(group-by odd? [1 2 3]) ;=> {true [1 3], false [2]}
(group-by (cons 1 [2])) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/group-by"
(group-by some? 3) ;! :ox/type "expected a collection, a string or nil, got an integer"
(group-by [] :a) ;! :ox/type "expected a collection, a string or nil, got a keyword"
(group-by inc) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/group-by"
(group-by (constantly 7) nil) ;=> {}

;;; ## `frequencies`
(frequencies "aab") ;=> {\a 2, \b 1}
(frequencies -9223372036854775808) ;! :ox/type "expected a collection, a string or nil, got an integer"
(frequencies (seq "hey") \b) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/frequencies"
(frequencies [3 1 2] -1) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/frequencies"

;;; ## `reduce-kv`
(reduce-kv (fn [a k v] (conj a [k v])) [] {:a 1}) ;=> [[:a 1]]
(reduce-kv (fn [a k v] (+ a k v)) 0 [10 20]) ;=> 31
(reduce-kv < [3 1 2] 9223372036854775807) ;! :ox/type "expected a collection, a string or nil, got an integer"
(reduce-kv map? {:a 1 :b 2}) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/reduce-kv"
(reduce-kv max #uuid "00000000-0000-0000-0000-000000000001" #{}) ;=> #uuid "00000000-0000-0000-0000-000000000001"
(reduce-kv seq (first {:a 1})) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/reduce-kv"
(reduce-kv '(1 2 3) true (range 5)) ;! :ox/type "expected a map entry, got an integer"
