;;; # Core names: functions, state and metadata

;;; Each name with its usual results, its edges and its errors. `cargo test -p harness --test main clojure_agrees`
;;; compares all of them with Clojure.

;;; ## `fn`
((fn ([] 0) ([x] x)) 5) ;=> 5
((fn [x & xs] xs) 1) ;=> nil
((fn [x] x)) ;! :ox/arity "Wrong number of args (0)"
((fn [& {:keys [a b] :as m}] [a b m]) :a 1 :b 2) ;=> [1 2 {:a 1, :b 2}]
((fn [& {:keys [a b] :as m}] [a b m]) {:a 1 :b 2}) ;=> [1 2 {:a 1, :b 2}]
((fn [& {:keys [a b]}] [a b]) :a 1 {:b 3}) ;=> [1 3]
((fn [& {:keys [a]}] a) :a) ;=> nil
((fn [x & [y z]] [x y z]) 1 2) ;=> [1 2 nil]
((fn [[a b]] [a b]) 5) ;! :ox/type "expected a sequence, vector or string, got an integer"
((fn [a] a)) ;! :ox/arity "Wrong number of args (0)"
((fn [x] {:pre [(pos? x)] :post [(= % 2)]} (inc x)) 1) ;=> 2
((fn [x] {:pre [(pos? x)]} x) -1) ;! :ox/assert "Assert failed: (pos? x)"

;;; ## `defn`
(defn defined "Says so." ([x] (defined x 1)) ([x y & zs] [x y zs]))
(defined 5) ;=> [5 1 nil]
(defined 5 6 7) ;=> [5 6 (7)]
(defn- private [{:keys [a]}] a)
(private {:a 1}) ;=> 1
(apply private []) ;! :ox/arity "private"

;;; ## `apply`
(apply (constantly 5) (range 100)) ;=> 5
(apply gensym [1 2]) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/gensym"
(apply get [{}]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/get"
(apply + 1 2 [3 4]) ;=> 10
(apply + nil) ;=> 0
(apply str "a" ["b" nil]) ;=> "ab"
(apply (fn [& xs] (count xs)) (range 1000)) ;=> 1000
(apply first (map inc (range 60000))) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/first"
(apply (fn two [a b] [a b]) 1 (map inc (range 60000))) ;! :ox/arity "Wrong number of args (3) passed to: user/two"
(apply get {} (map inc (range 60000))) ;! :ox/arity "passed to: ox.core/get"
(apply {1 2} (map inc (range 60000))) ;! :ox/arity "a map cannot be called with 3 arguments"
(apply :a (map inc (range 60000))) ;! :ox/arity "cannot be called with 3 arguments"
(apply 5 (map inc (range 60000))) ;! :ox/type "it cannot be called"
(apply hash-map [1 2 3]) ;! :ox/argument "No value supplied for key: 3"
(apply not 1/2) ;! :ox/type "expected a collection, a string or nil, got a ratio"
(apply < #{2}) ;=> true

;;; ## Spread arguments that have to be computed or hashed first
;;; config {:steps 20000}
(def by-key {[1] :one [2 3] :more})
(defn one [] (map identity [1]))
(defn key-of-many [] (vec (range 100)))
(apply by-key [(one)]) ;=> :one
(apply by-key (one) [:none]) ;=> :one
(apply by-key (map (fn [x] (map identity [x])) [1])) ;=> :one
(apply #{[1] [2]} [(one)]) ;=> [1]
(apply contains? [#{[1] [2]} (one)]) ;=> true
(apply contains? #{[1] [2]} (list (one))) ;=> true
(apply get [by-key (one)]) ;=> :one
(apply get by-key [(map identity [4]) :none]) ;=> :none
(apply find by-key [(one)]) ;=> [[1] :one]
(apply find [by-key (map inc [1 2])]) ;=> [[2 3] :more]
(apply assoc [by-key (one) 1]) ;=> {[1] 1, [2 3] :more}
(apply assoc by-key (one) 1 [(map inc [1 2]) 2]) ;=> {[1] 1, [2 3] 2}
(apply dissoc [by-key (one) (map inc [1 2])]) ;=> {}
(= #{[1] [2 3]} (apply conj [#{[1]} (one) (map inc [1 2])])) ;=> true
(apply hash-map [(one) 1]) ;=> {(1) 1}
[(apply first [(map inc [1 2])]) (apply rest [(map inc [1 2])]) (apply next [(map inc [1 2])]) (apply seq [(map inc [1 2])])] ;=> [2 (3) (3) (2 3)]
[(apply first [(map inc [])]) (apply rest [(map inc [])]) (apply next [(map inc [])]) (apply seq [(map inc [])])] ;=> [nil () nil nil]
[(apply nth [(map inc (range 50)) 40]) (apply nth (map inc (range 50)) [60 :none])] ;=> [41 :none]
(apply conj {} [(map (fn [x] (first {x x})) [1 2])]) ;=> {1 1, 2 2}
(apply (transient {[1] 2}) [(one)]) ;=> 2
[(apply [:a :b] [(first (map inc [0]))]) (apply :a (map identity [{:a 1}])) (apply :b [{} (map inc [1])])] ;=> [:b 1 (2)]
((fn [& xs] (apply get xs)) by-key (one)) ;=> :one
((fn [f & xs] (apply f xs)) by-key (one)) ;=> :one
(let [got (fn [f & xs] (let [found (apply f xs)] [found (count xs)]))] [(got by-key (one)) (got get by-key (one)) (got first (map inc [1 2]))]) ;=> [[:one 1] [:one 2] [2 1]]
(filterv (fn [x] (apply contains? [#{[1 2] [3 4]} x])) [(map inc [0 1]) [3 4] (map inc [3])]) ;=> [(1 2) [3 4]]
(apply apply [get [by-key (one)]]) ;=> :one
(apply apply get by-key [(list (one))]) ;=> :one
(map apply [get first by-key] [[by-key (one)] [(map inc [1])] [(one)]]) ;=> (:one 2 :one)
(apply by-key [(map (fn [x] (throw (ex-info "not computed" {:x x}))) [1])]) ;! {:x 1} "not computed"

;;; ### The entries of a map
;; A map makes its entries anew when it is asked for them again.
(apply get {[[1] 3] :entry} {(one) 3}) ;=> :entry
(apply #{[[1] 3]} {(one) 3}) ;=> [[1] 3]
(apply get {[(key-of-many) 3] :entry} {(key-of-many) 3}) ;=> :entry
(apply #{[(key-of-many) 3] 1 2 3 4 5 6 7 8 9 10 11} {(key-of-many) 3}) ;=> [[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99] 3]
(apply contains? #{[(key-of-many) [1]]} (map identity {(key-of-many) (one)})) ;=> true
(apply first {(one) (one)}) ;=> (1)

;;; ### Large keys
[(apply {(key-of-many) 1} [(key-of-many)]) (apply {(key-of-many) 1} (map identity (list (range 100))))] ;=> [1 1]
(apply get {(key-of-many) 1 (range 99) 2} (list (range 99) :none)) ;=> 2
(apply contains? [#{(range 98) (range 99) (range 100) 1 2 3 4 5 6 7 8 9} (key-of-many)]) ;=> true
(count (apply #{(range 100) 1 2 3 4 5 6 7 8 9 10 11} [(range 100)])) ;=> 100
(count (apply assoc {(key-of-many) 1} [(range 100) 2 (range 99) 3])) ;=> 2

;;; ### Functions that apply what they are given
(update-in {:a {:b by-key}} [:a :b] get (one)) ;=> {:a {:b :one}}
(update-in {:a {:b {[1] 2}}} [:a :b] assoc (one) 3 (map identity [2]) 4) ;=> {:a {:b {[1] 3, (2) 4}}}
(update {:a (map inc [1 2])} :a first) ;=> {:a 2}
(update {:a by-key} :a get (one) :none) ;=> {:a :one}
(meta (vary-meta (with-meta [1] {[1] {:x 1}}) get (one))) ;=> {:x 1}
[((partial apply get) [by-key (one)]) ((partial get by-key) (one)) ((partial get by-key (one)) :none)] ;=> [:one :one :one]
((partial by-key) (one) :none) ;=> :one
((comp by-key list first) [1]) ;=> :one
((juxt by-key #{[1]} count) (one)) ;=> [:one [1] 1]
((fnil get {}) nil (one) :none) ;=> :none
(let [a (atom {[1] 1})] [(swap! a assoc (one) 2 (map identity [2]) 3) (swap! a get (one)) @a]) ;=> [{[1] 2, (2) 3} 2 2]

;;; ## `comp`
((comp str inc) 1) ;=> "2"
((comp first rest) [1 2]) ;=> 2
((comp inc str) 1) ;! :ox/type "expected a number, got a string"
((comp inc inc) 1) ;=> 3
((comp) 1) ;=> 1
((comp str \b) 9223372036854775807) ;! :ox/type "a character is not a function: it cannot be called"
((comp inc reverse) "") ;! :ox/type "expected a number, got a list"
((comp #{1} (seq "hey")) 0) ;! :ox/type "a sequence is not a function: it cannot be called"
((comp str map?) 0.0) ;=> "false"
((comp list 'n/y) 0) ;=> (nil)

;;; ## `partial`
((partial + 1 2) 3 4) ;=> 10
((partial max) 1 2) ;=> 2
((partial inc 1) 2) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/inc"
((partial + 1) 2) ;=> 3
((partial :a (range 5)) (with-meta [1 2] {:m 1})) ;=> [1 2]
((partial + -3/4) [nil false]) ;! :ox/type "expected a number, got a vector"
((partial inc ()) [[1 2] [3 4]]) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/inc"
((partial conj ()) 10N) ;=> (10N)
((partial conj ()) {:a 1 :b 2}) ;=> ({:a 1, :b 2})

;;; ## `juxt`
(juxt) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/juxt"
((juxt :a :b) {:a 1 :b 2}) ;=> [1 2]
((juxt + -) 1 2) ;=> [3 -1]
((juxt inc) "a") ;! :ox/type "expected a number, got a string"
((juxt inc dec) 1) ;=> [2 0]
((juxt count 'n/y) (seq {:a 1})) ;=> [1 nil]
((juxt (constantly 7) dec) #"a+") ;! :ox/type "expected a number, got a regular expression"
((juxt pos? -1) 2) ;! :ox/type "an integer is not a function: it cannot be called"
((juxt conj :n/b) 'n/y) ;=> [n/y nil]
((juxt conj #{2}) :n/b) ;=> [:n/b nil]

;;; ## `constantly`
(apply constantly []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/constantly"
((constantly 5)) ;=> 5
((constantly :k) 1 2 3) ;=> :k
((constantly nil)) ;=> nil
((constantly 1) 2 3) ;=> 1

;;; ## `identity`
(apply identity []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/identity"
(identity nil) ;=> nil
(identity 1) ;=> 1
(identity \b) ;=> \b
(identity 'n/y) ;=> n/y
(identity 3) ;=> 3
(identity (cons 1 [2])) ;=> (1 2)
(identity \a) ;=> \a
(identity -1) ;=> -1
(identity 0.0) ;=> 0.0

;;; ## `complement`
((complement nil?) 1) ;=> true
((complement "") 0.0) ;! :ox/type "a string is not a function: it cannot be called"
((complement #uuid "00000000-0000-0000-0000-000000000001") (repeat 2 :z)) ;! :ox/type "a UUID is not a function: it cannot be called"
((complement {:a 1 :b 2}) -0.5) ;=> true
((complement :a) []) ;=> true
((complement -3/4) #"a+") ;! :ox/type "a ratio is not a function: it cannot be called"
((complement []) (seq "hey")) ;! :ox/argument "a vector's key is an integer"
((complement {:a 1 :b 2}) #uuid "00000000-0000-0000-0000-000000000001") ;=> true
((complement :n/b) 3) ;=> true

;;; ## `fnil`
((fnil inc 0) nil) ;=> 1
((fnil + 1 2 3) nil nil nil) ;=> 6
((fnil inc 0) :a) ;! :ox/type "expected a number, got a keyword"
((fnil conj []) nil 1) ;=> [1]
((fnil + 1 2) nil nil) ;=> 3
((fnil + 1) nil) ;=> 1

;;; ## `atom`
(apply atom []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/atom"
(atom 1 :validator neg?) ;! :ox/state "Invalid reference state"
(let [n (atom 0)] (vec (repeatedly 3 (fn [] (swap! n inc))))) ;=> [1 2 3]
(let [n (atom 0)] (dotimes [i 4] (swap! n + i)) @n) ;=> 6
(let [a (atom 1)] [(compare-and-set! a 1 2) (compare-and-set! a 1 3) @a]) ;=> [true false 2]
(vreset! (atom 1) 2) ;! :ox/type "expected a volatile, got an atom"
(let [n (atom 0) f (memoize (fn [x] (swap! n inc) x))] [(f 1) (f 1) (f 2) @n]) ;=> [1 1 2 2]
(let [n (atom 3)] (while (pos? @n) (swap! n dec)) @n) ;=> 0

;;; ## `deref`
(deref (delay (inc nil))) ;! :ox/type "expected a number, got nil"
(deref (volatile! 1)) ;=> 1
(deref (atom nil)) ;=> nil
(deref (doto (atom 1) (swap! inc))) ;=> 2
(deref nil) ;! :ox/type "expected a reference, got nil"
(deref {}) ;! :ox/type "expected a reference, got a map"

;;; ## `swap!`
(swap! (atom 1) inc) ;=> 2
(swap! (atom 1) + 2 3 4) ;=> 10
(swap! (atom 1) conj 2) ;! :ox/type "expected a collection, got an integer"
(swap! 1 inc) ;! :ox/type "expected an atom, got an integer"
(let [n (atom 0)] (vec (repeatedly 3 (fn [] (swap! n inc))))) ;=> [1 2 3]
(let [n (atom 0)] (dotimes [i 4] (swap! n + i)) @n) ;=> 6
(let [n (atom 0) f (memoize (fn [x] (swap! n inc) x))] [(f 1) (f 1) (f 2) @n]) ;=> [1 1 2 2]
(let [n (atom 3)] (while (pos? @n) (swap! n dec)) @n) ;=> 0
(let [a (atom {})] (swap! a assoc :k 1) @a) ;=> {:k 1}

;;; ## `reset!`
(reset! (atom 1) 2) ;=> 2
(reset! 5 1) ;! :ox/type "expected an atom, got an integer"
(reset! nil 1) ;! :ox/type "expected an atom, got nil"
(let [a (atom 1)] (reset! a nil) @a) ;=> nil
(let [a (atom 1)] [(swap! a + 2 3) (reset! a 7) (compare-and-set! a 7 8) (compare-and-set! a 7 9) @a (swap-vals! a inc) (reset-vals! a 0)]) ;=> [6 7 true false 8 [8 9] [9 0]]
(let [a (atom 1 :validator pos? :meta {:x 1})] [(meta a) (try (reset! a -1) (catch IllegalStateException e (ex-message e))) @a]) ;=> [{:x 1} "Invalid reference state" 1]

;;; ## `compare-and-set!`
(apply compare-and-set! []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/compare-and-set!"
(compare-and-set! 5 1 2) ;! :ox/type "expected an atom, got an integer"
(compare-and-set! (atom 1) 1 2) ;=> true
(let [a (atom 1)] [(compare-and-set! a 1 2) (compare-and-set! a 1 3) @a]) ;=> [true false 2]
(let [a (atom 1)] [(swap! a + 2 3) (reset! a 7) (compare-and-set! a 7 8) (compare-and-set! a 7 9) @a (swap-vals! a inc) (reset-vals! a 0)]) ;=> [6 7 true false 8 [8 9] [9 0]]

;;; ## `volatile!`
(apply volatile! []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/volatile!"
(deref (volatile! 1)) ;=> 1
(volatile? (volatile! nil)) ;=> true
(let [v (volatile! 1)] (vreset! v 2) @v) ;=> 2
(let [v (volatile! 1)] [(vreset! v 2) @v]) ;=> [2 2]
(vreset! (volatile! 1) nil) ;=> nil
(let [v (volatile! 1)] [(vswap! v inc) (vswap! v + 1 2) @v]) ;=> [2 5 5]

;;; ## `vreset!`
(apply vreset! []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/vreset!"
(vreset! (atom 1) 2) ;! :ox/type "expected a volatile, got an atom"
(vreset! (volatile! 1) nil) ;=> nil
(let [v (volatile! 1)] (vreset! v 2) @v) ;=> 2
(let [v (volatile! 1)] [(vreset! v 2) @v]) ;=> [2 2]

;;; ## `vswap!`
(vswap! (volatile! :a) inc) ;! :ox/type "expected a number, got a keyword"
(vswap! 5 inc) ;! :ox/type "expected a reference, got an integer"
(let [v (volatile! 1)] [(vswap! v inc) (vswap! v + 1 2) @v]) ;=> [2 5 5]
(let [v (volatile! 1)] (vswap! v + 2) @v) ;=> 3

;;; ## `meta`
(apply meta []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/meta"
(meta (with-meta [1] {:a 1})) ;=> {:a 1}
(meta []) ;=> nil
(meta 5) ;=> nil
(meta ^{:a 1} []) ;=> {:a 1}
(meta ^:a []) ;=> {:a true}
(meta ^:a ^{:b 2} []) ;=> {:b 2, :a true}
(meta ^"x" []) ;=> {:tag "x"}
(meta 1) ;=> nil
(meta (vary-meta [] assoc :a 1)) ;=> {:a 1}

;;; ## `with-meta`
(with-meta [1] {:a 1}) ;=> [1]
(with-meta 1 {}) ;! :ox/type "expected a collection, a symbol or a function, got an integer"
(with-meta [1] 5) ;! :ox/type "expected a map or nil, got an integer"
(with-meta [] 1) ;! :ox/type "expected a map or nil, got an integer"
(with-meta 'a nil) ;=> a
((with-meta (fn [] 3) {:a 1})) ;=> 3
(with-meta [[:a 1] [:b 2]] {nil 1}) ;=> [[:a 1] [:b 2]]
(with-meta [[:a 1] [:b 2]] {:a {:b 1}}) ;=> [[:a 1] [:b 2]]

;;; ## `vary-meta`
(meta (vary-meta [] assoc :a 1)) ;=> {:a 1}
(vary-meta {} reverse) ;! :ox/type "expected a map or nil, got a list"
(vary-meta (cons 1 [2]) 2) ;! :ox/type "an integer is not a function: it cannot be called"
(vary-meta #uuid "00000000-0000-0000-0000-000000000001" (repeat 2 :z)) ;! :ox/type "a sequence is not a function: it cannot be called"
(vary-meta 3 (rest [1])) ;! :ox/type "a list is not a function: it cannot be called"
(vary-meta (map inc [1 2 3]) {:a 1}) ;=> (2 3 4)

;;; ## `ex-info`
(ex-info nil nil) ;! :ox/argument "Additional data must be non-nil."
(ex-info "a" nil) ;! :ox/argument "Additional data must be non-nil."
(ex-data (ex-info "m" {:a 1})) ;=> {:a 1}
(ex-message (ex-info "m" {})) ;=> "m"
(try (throw (ex-info "x" {})) (catch Exception e (ex-message e))) ;=> "x"
(try (throw (ex-info "m" {:a 1})) (catch Exception e [(ex-message e) (ex-data e)])) ;=> ["m" {:a 1}]
(try (throw (ex-info "m" {} (ex-info "c" {:b 1}))) (catch Exception e (ex-data (ex-cause e)))) ;=> {:b 1}
(try (try (throw (ex-info "a" {})) (finally (throw (ex-info "b" {})))) (catch Exception e (ex-message e))) ;=> "b"

;;; ## `Throwable->map`
(defn without-places [m] (dissoc (update m :via (fn [via] (mapv (fn [e] (dissoc e :at)) via))) :trace))
(without-places (Throwable->map (ex-info "m" {:a 1})))
;=> {:via [{:type clojure.lang.ExceptionInfo, :message "m", :data {:a 1}}], :cause "m", :data {:a 1}}
(without-places (Throwable->map (ex-info "m" {:a 1} (ex-info "n" {:b 2}))))
;=> {:via [{:type clojure.lang.ExceptionInfo, :message "m", :data {:a 1}} {:type clojure.lang.ExceptionInfo, :message "n", :data {:b 2}}], :cause "n", :data {:b 2}}
(keys (Throwable->map (try (throw (ex-info "m" {:a 1})) (catch Exception e e)))) ;=> (:via :trace :cause :data)
(:phase (Throwable->map (ex-info "m" {:clojure.error/phase :read}))) ;=> :read
(map (comp :type peek :via Throwable->map) [(ArithmeticException. "a") (IllegalArgumentException. "b") (Exception.)])
;=> (java.lang.ArithmeticException java.lang.IllegalArgumentException java.lang.Exception)
(contains? (Throwable->map (Exception.)) :cause) ;=> false
(let [m (Throwable->map (try (throw (ex-info "m" {})) (catch Exception e e)))] [(count (first (:trace m))) (= (first (:trace m)) (:at (first (:via m))))]) ;=> [4 true]
(Throwable->map 1) ;! :ox/type "expected an error, got 1"
(Throwable->map nil) ;! :ox/type "expected an error, got nil"

;;; ## `ex-data`
(apply ex-data []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/ex-data"
(ex-data (ex-info "m" {:a 1})) ;=> {:a 1}
(ex-data 1) ;=> nil
(try (throw (ex-info "m" {:a 1})) (catch Exception e [(ex-message e) (ex-data e)])) ;=> ["m" {:a 1}]
(try (throw (ex-info "m" {} (ex-info "c" {:b 1}))) (catch Exception e (ex-data (ex-cause e)))) ;=> {:b 1}
(ex-data 10N) ;=> nil
(ex-data :n/b) ;=> nil
(ex-data 2) ;=> nil
(ex-data \b) ;=> nil
(ex-data #{:a nil}) ;=> nil

;;; ## `ex-message`
(apply ex-message []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/ex-message"
(ex-message (ex-info "m" {})) ;=> "m"
(ex-message (Exception.)) ;=> nil
(try (throw (ex-info "x" {})) (catch Exception e (ex-message e))) ;=> "x"
(try (throw (ex-info "m" {:a 1})) (catch Exception e [(ex-message e) (ex-data e)])) ;=> ["m" {:a 1}]
(try (throw (IllegalArgumentException. "x")) (catch RuntimeException e (ex-message e))) ;=> "x"
(try (try (throw (ex-info "a" {})) (finally (throw (ex-info "b" {})))) (catch Exception e (ex-message e))) ;=> "b"
(try (assert false "msg") (catch AssertionError e (ex-message e))) ;=> "Assert failed: msg\nfalse"
(try (assert (= 1 2)) (catch Throwable e (ex-message e))) ;=> "Assert failed: (= 1 2)"
(ex-message 7) ;=> nil

;;; ## `throw`
(throw (IllegalStateException. "s")) ;! :ox/state "s"
(throw (IllegalArgumentException. "s")) ;! :ox/argument "s"
(throw "s") ;! :ox/type "expected an error, got a string"
(throw 1) ;! :ox/type "expected an error, got an integer"

;;; ## `try`
(try (throw (ex-info "x" {})) (catch Exception e (ex-message e))) ;=> "x"
(try 1 (finally 2)) ;=> 1
(try (inc nil) (finally nil)) ;! :ox/type "expected a number, got nil"
(try (throw (ex-info "m" {:a 1})) (catch Exception e [(ex-message e) (ex-data e)])) ;=> ["m" {:a 1}]
(try (throw (ex-info "m" {} (ex-info "c" {:b 1}))) (catch Exception e (ex-data (ex-cause e)))) ;=> {:b 1}
(try (/ 1 0) (catch ArithmeticException e :arith) (catch Exception e :other)) ;=> :arith
(try (throw (IllegalArgumentException. "x")) (catch RuntimeException e (ex-message e))) ;=> "x"
(try (try (throw (ex-info "a" {})) (finally (throw (ex-info "b" {})))) (catch Exception e (ex-message e))) ;=> "b"
(try (throw nil) (catch Exception e :npe)) ;=> :npe
(try (inc nil) (catch NullPointerException e :npe)) ;=> :npe

;;; ## `fn?`
(apply fn? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/fn?"
(fn? +) ;=> true
(fn? (constantly 1)) ;=> true
(fn? (fn [])) ;=> true
(fn? inc) ;=> true
(fn? :a) ;=> false

;;; ## `ifn?`
(apply ifn? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/ifn?"
(ifn? #'inc) ;=> true
(ifn? :a) ;=> true
(ifn? {:a 1}) ;=> true
(ifn? (with-meta [1 2] {:m 1})) ;=> true
(ifn? #"a+") ;=> false
(ifn? 1.5) ;=> false
(ifn? 10N) ;=> false
(ifn? 7) ;=> false
(ifn? 'n/y) ;=> true

;;; ## `memoize`
((memoize +) 1 2) ;=> 3
((memoize inc) :a) ;! :ox/type "expected a number, got a keyword"
(memoize) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/memoize"
((memoize inc) 1) ;=> 2

;;; ## `letfn`
(letfn [(f [x] (if (pos? x) (g (dec x)) :f)) (g [x] (if (pos? x) (f (dec x)) :g))] (f 3)) ;=> :g
(letfn [] 1) ;=> 1
(letfn [(f [x] (inc x))] (f nil)) ;! :ox/type "expected a number, got nil"
(letfn [(ev? [n] (or (zero? n) (od? (dec n)))) (od? [n] (and (pos? n) (ev? (dec n))))] (ev? 10)) ;=> true

;;; ## `assert`
(assert 1) ;=> nil
(assert nil) ;! :ox/assert "Assert failed: nil"
(assert false "no") ;! :ox/assert
(assert (pos? -1) "no") ;! :ox/assert
(assert true) ;=> nil

;;; ## `gensym`
(apply gensym [1 2]) ;! :ox/arity
(symbol? (gensym)) ;=> true
(= (gensym) (gensym)) ;=> false
(= "ab" (subs (name (gensym "ab")) 0 2)) ;=> true
(symbol? (gensym "a")) ;=> true

;;; ## `some-fn`, `comparator`, `memfn`, `trampoline`
[((some-fn :a :b) {:b 1}) ((some-fn odd? neg?) 2 4) ((some-fn nil? pos?) 0)] ;=> [1 false false]
((some-fn inc) :a) ;! :ox/type "expected a number, got a keyword: :a"
(sort (comparator >) [1 3 2]) ;=> (3 2 1)
(sort (comparator (fn [a b] (< (count a) (count b)))) ["aaa" "b" "cc"]) ;=> ("b" "cc" "aaa")
((comparator <) 1 1) ;=> 0
((comparator <) 1 :a) ;! :ox/type "expected a number, got a keyword: :a"
(map (memfn toUpperCase) ["a" "b"]) ;=> ("A" "B")
((memfn indexOf s) "abc" "c") ;=> 2
((memfn toUpperCase) 5) ;! :ox/no-method "No matching field found: toUpperCase for class java.lang.Long"
(trampoline (fn step [n] (if (pos? n) (fn [] (step (dec n))) :done)) 100) ;=> :done
(trampoline (fn [] 1)) ;=> 1
(trampoline inc 1) ;=> 2
(trampoline inc :a) ;! :ox/type "expected a number, got a keyword: :a"
(trampoline (fn [] inc)) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/inc, which takes 1 argument"

;;; ## `any?`, `record?`, `map-entry?`, `volatile?`, `delay?`, `inst?`, `var?`, `tagged-literal?`
(map any? [1 nil false]) ;=> (true true true)
(apply any? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/any?, which takes 1 argument"
(map record? [{} nil [1]]) ;=> (false false false)
(apply record? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/record?, which takes 1 argument"
(map map-entry? [(first {:a 1}) [1 2] nil]) ;=> (true false false)
(apply map-entry? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/map-entry?, which takes 1 argument"
(map volatile? [(volatile! 1) (atom 1) nil]) ;=> (true false false)
(apply volatile? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/volatile?, which takes 1 argument"
(map delay? [(delay 1) 1 nil]) ;=> (true false false)
(delay? (delay (throw (ex-info "not run" {})))) ;=> true
(delay? (atom 1)) ;=> false
(apply delay? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/delay?, which takes 1 argument"
(map inst? [#inst "2020-01-01" "2020-01-01" nil]) ;=> (true false false)
(inst? 0) ;=> false
(inst? (java.util.Date. 0)) ;=> true
(apply inst? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/inst?, which takes 1 argument"
[(inst-ms #inst "1970-01-01T00:00:01.500Z") (inst-ms #inst "1970-01-01") (inst-ms #inst "1969-12-31T23:59:59Z")] ;=> [1500 0 -1000]
(inst-ms 5) ;! :ox/type "expected an instant, got an integer: 5"
(inst-ms nil) ;! :ox/type "expected an instant, got nil"
(map var? [#'inc inc 'inc nil]) ;=> (true false false false)
(var? (var map)) ;=> true
(var? 1) ;=> false
(apply var? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/var?, which takes 1 argument"
(map tagged-literal? [(tagged-literal 'a 1) 1 nil]) ;=> (true false false)
(tagged-literal? [(tagged-literal 'a 1)]) ;=> false
(apply tagged-literal? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/tagged-literal?, which takes 1 argument"
[(:tag (tagged-literal 'a 1)) (:form (tagged-literal 'a [1]))] ;=> [a [1]]
(= (tagged-literal 'a 1) (tagged-literal 'a 1)) ;=> true
(tagged-literal "a" 1) ;! :ox/type "expected a symbol, got a string: \"a\""
(apply tagged-literal ['a]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/tagged-literal, which takes 2 arguments"

;;; ## Predicates of names
(map ident? [:a 'a :n/a 'n/a "a" nil]) ;=> (true true true true false false)
(map simple-ident? [:a 'a :n/a 'n/a "a" nil]) ;=> (true true false false false false)
(map qualified-ident? [:a 'a :n/a 'n/a "a" nil]) ;=> (false false true true false false)
(map simple-keyword? [:a 'a :n/a "a" nil]) ;=> (true false false false false)
(map qualified-keyword? [:a 'a :n/a "a" nil]) ;=> (false false true false false)
(map simple-symbol? [:a 'a 'n/a "a" nil]) ;=> (false true false false false)
(map qualified-symbol? [:a 'a 'n/a "a" nil]) ;=> (false false true false false)
[(ident? 1) (simple-ident? 'a.b) (qualified-ident? 'a.b)] ;=> [false true false]
[(ident? 'a/b) (simple-ident? :a.b) (qualified-ident? :a.b/c)] ;=> [true true true]
(apply ident? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/ident?, which takes 1 argument"
(apply simple-ident? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/simple-ident?, which takes 1 argument"
(apply qualified-ident? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/qualified-ident?, which takes 1 argument"
(apply simple-keyword? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/simple-keyword?, which takes 1 argument"
(apply qualified-keyword? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/qualified-keyword?, which takes 1 argument"
(apply simple-symbol? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/simple-symbol?, which takes 1 argument"
(apply qualified-symbol? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/qualified-symbol?, which takes 1 argument"
(map find-keyword ["a" :b (quote c)]) ;=> (:a :b :c)
(find-keyword "n" "a") ;=> :n/a
(find-keyword 5) ;=> nil

;;; ## `char?`, `char-escape-string`, `namespace-munge`
(map char? [\a "a" 97 nil]) ;=> (true false false false)
(apply char? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/char?, which takes 1 argument"
(map char-escape-string [\newline \" \a]) ;=> ("\\n" "\\\"" nil)
(char-escape-string nil) ;=> nil
(char-escape-string 5) ;=> nil
(apply char-escape-string []) ;! :ox/arity "a map cannot be called with 0 arguments"
(namespace-munge 'a-b.c-d) ;=> "a_b.c_d"
(namespace-munge "a-b") ;=> "a_b"
(apply namespace-munge []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/namespace-munge, which takes 1 argument"

;;; ## `print-str`, `println-str`, `prn-str`, `printf`, `pr`, `newline`
[(print-str "a" \b :c nil) (print-str) (print-str ["a"])] ;=> ["a b :c nil" "" "[a]"]
(print-str (lazy-seq (throw (ex-info "no" {})))) ;! {} "no"
[(println-str "a" 1) (println-str)] ;=> ["a 1\n" "\n"]
(println-str (map inc [:a])) ;! :ox/type "expected a number, got a keyword: :a"
[(prn-str "a" 1) (prn-str)] ;=> ["\"a\" 1\n" "\n"]
(prn-str (map inc [:a])) ;! :ox/type "expected a number, got a keyword: :a"
(with-out-str (printf "%s-%d" "a" 5)) ;=> "a-5"
(with-out-str (printf "plain")) ;=> "plain"
(printf "%d" "a") ;! :ox/argument "d != a string"
(printf 5) ;! :ox/type "expected a format, a string,, got an integer: 5"
(with-out-str (pr "a" \b)) ;=> "\"a\" \\b"
(with-out-str (pr (map inc [:a]))) ;! :ox/type "expected a number, got a keyword: :a"
(with-out-str (newline) (newline)) ;=> "\n\n"
(apply newline [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/newline, which takes no arguments"

;;; ## Watchers, validators and metadata of atoms
(let [a (atom 1) seen (atom [])] (add-watch a :k (fn [k r o n] (swap! seen conj [k o n]))) (swap! a inc) (remove-watch a :k) (swap! a inc) @seen) ;=> [[:k 1 2]]
(identical? :same (let [a (atom 1)] (if (= a (add-watch a :k (fn [& _] nil))) :same :other))) ;=> true
(let [a (atom 1)] (add-watch a :k (fn [k r o n] (throw (ex-info "watched" {})))) (reset! a 2)) ;! {} "watched"
(add-watch 5 :k inc) ;! :ox/type "expected an atom, got an integer: 5"
(remove-watch 5 :k) ;! :ox/type "expected an atom, got an integer: 5"
(let [a (atom 1)] (= a (remove-watch a :missing))) ;=> true
(let [a (atom 1)] (add-watch a :k (fn [& _] (throw (ex-info "never" {})))) (remove-watch a :k) (reset! a 3)) ;=> 3
(let [a (atom 1 :validator pos?)] [((get-validator a) 1) (get-validator (atom 1))]) ;=> [true nil]
(let [a (atom 1)] (set-validator! a odd?) (get-validator a) (swap! a + 2)) ;=> 3
(let [a (atom 1)] (set-validator! a odd?) (swap! a inc)) ;! :ox/state "Invalid reference state"
(let [a (atom 1)] (set-validator! a even?)) ;! :ox/state "Invalid reference state"
(let [a (atom 1 :validator odd?)] (set-validator! a nil) (swap! a inc)) ;=> 2
(set-validator! 5 odd?) ;! :ox/type "expected an atom, got an integer: 5"
(get-validator 5) ;! :ox/type "expected an atom, got an integer: 5"
(let [a (atom 1 :meta {:a 1})] [(alter-meta! a assoc :b 2) (meta a)]) ;=> [{:a 1, :b 2} {:a 1, :b 2}]
(let [a (atom 1)] (alter-meta! a assoc :b 2)) ;=> {:b 2}
(let [a (atom 1)] [(reset-meta! a {:x 1}) (meta a)]) ;=> [{:x 1} {:x 1}]
(let [a (atom 1 :meta {:a 1})] (reset-meta! a nil) (meta a)) ;=> nil
(reset-meta! 5 {}) ;! :ox/type "expected an atom, got an integer: 5"
(alter-meta! 5 assoc :a 1) ;! :ox/type "expected an atom, got an integer: 5"
(reset-meta! (atom 1) 5) ;! :ox/type "expected a map or nil, got an integer: 5"
(let [a (atom 1)] [(reset-vals! a 2) (swap-vals! a + 3) @a]) ;=> [[1 2] [2 5] 5]
(reset-vals! 5 1) ;! :ox/type "expected an atom, got an integer: 5"
(swap-vals! 5 inc) ;! :ox/type "expected an atom, got an integer: 5"
(swap-vals! (atom :a) inc) ;! :ox/type "expected a number, got a keyword: :a"
