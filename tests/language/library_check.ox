;;; # `clojure.test.check`
;;; Property tests. The oracle has no `test.check`; what is random here is determined by a seed.

;;; ## A property that holds
(require '[clojure.test.check :as tc] '[clojure.test.check.generators :as gen] '[clojure.test.check.properties :as prop])
(def twice (prop/for-all [v (gen/vector gen/small-integer)] (= v (reverse (reverse v)))))
(tc/quick-check 20 twice :seed 1) ;=> {:result true, :pass? true, :num-tests 20, :seed 1}
(:num-tests (tc/quick-check 0 twice :seed 1)) ;=> 0
(integer? (:seed (tc/quick-check 1 twice))) ;=> true
(:pass? (tc/quick-check 5 (prop/for-all* [gen/nat gen/nat] (fn [a b] (= (+ a b) (+ b a)))) :seed 2 :max-size 10)) ;=> true
(tc/quick-check 1 :no-property :seed 1) ;! :ox/type

;;; ## A failure is shrunk
(require '[clojure.test.check :as tc] '[clojure.test.check.generators :as gen] '[clojure.test.check.properties :as prop])
(def small (prop/for-all [n gen/large-integer] (< n 100)))
(def failed (tc/quick-check 100 small :seed 42))
(:pass? failed) ;=> false
(:smallest (:shrunk failed)) ;=> [100]
(= (:fail failed) (:fail (tc/quick-check 100 small :seed 42))) ;=> true
(= (dissoc failed :property) (dissoc (tc/quick-check 100 small :seed 42) :property)) ;=> true
(<= 100 (first (:fail failed))) ;=> true
(sort (keys failed)) ;=> (:fail :failing-size :num-tests :pass? :property :result :result-data :seed :shrunk)
(sort (keys (:shrunk failed))) ;=> (:depth :pass? :result :result-data :smallest :total-nodes-visited)
(let [result (tc/quick-check 100 (prop/for-all [v (gen/vector gen/nat)] (not-any? #{7} v)) :seed 3)] (:smallest (:shrunk result))) ;=> [[7]]
(let [result (tc/quick-check 100 (prop/for-all [a gen/nat b gen/nat] (= a b)) :seed 3)] (:smallest (:shrunk result))) ;=> [1 0]

;;; ## What a property throws is its result
(require '[clojure.test.check :as tc] '[clojure.test.check.generators :as gen] '[clojure.test.check.properties :as prop])
(def divides (prop/for-all [n gen/nat] (number? (/ 1 (- n 3)))))
(def failed (tc/quick-check 100 divides :seed 5))
(:pass? failed) ;=> false
(:smallest (:shrunk failed)) ;=> [3]
(ex-message (:result (:shrunk failed))) ;=> "Divide by zero"
(:result (tc/quick-check 20 (prop/for-all [n gen/nat] nil) :seed 1)) ;=> false
(:result-data (tc/quick-check 20 (prop/for-all [n gen/nat] nil) :seed 1)) ;=> nil
(keys (:result-data (:shrunk failed))) ;=> (:clojure.test.check.properties/error)
(prop/for-all* [1] identity) ;! :ox/assert "tuple takes a generator"

;;; ## `:reporter-fn` sees each step
(require '[clojure.test.check :as tc] '[clojure.test.check.generators :as gen] '[clojure.test.check.properties :as prop])
(defn types [property]
  (let [seen (atom [])]
    (tc/quick-check 3 property :seed 1 :reporter-fn (fn [event] (swap! seen conj (:type event))))
    (deref seen)))
(types (prop/for-all [n gen/nat] true)) ;=> [:trial :trial :trial :complete]
(types (prop/for-all [n gen/nat] false)) ;=> [:failure :shrunk]
(types (prop/for-all [n (gen/return 1)] (< n 1))) ;=> [:failure :shrunk]
(dedupe (types (prop/for-all [n (gen/choose 10 20)] (< n 5)))) ;=> (:failure :shrink-step :shrunk)

;;; ## The same from the same seed
(require '[clojure.test.check.generators :as gen])
(= (gen/generate gen/any 30 1) (gen/generate gen/any 30 1)) ;=> true
(gen/generate gen/nat 30 1) ;=> 25
(gen/generate (gen/vector gen/small-integer 5) 30 1) ;=> [-29 3 -28 -9 29]
(gen/generate gen/string-ascii 8 3) ;=> "G7T`~"
(gen/generate gen/uuid 30 1) ;=> #uuid "d8c61510-11a2-4518-b24c-54152934a909"
(gen/generate gen/keyword 10 2) ;=> :wEp530ot+7!
(count (gen/sample gen/nat)) ;=> 10
(count (gen/sample gen/nat 3)) ;=> 3
(every? nat-int? (take 30 (gen/sample-seq gen/nat))) ;=> true
(gen/generate 1 30 1) ;! :ox/type

;;; ## Numbers lie where they should
(require '[clojure.test.check.generators :as gen])
(defn all [g] (map (fn [seed] (gen/generate g (mod seed 50) seed)) (range 60)))
(every? (fn [n] (<= -3 n 7)) (all (gen/choose -3 7))) ;=> true
(every? nat-int? (all gen/nat)) ;=> true
(every? (fn [n] (<= -50 n 50)) (all gen/small-integer)) ;=> true
(every? pos? (all gen/s-pos-int)) ;=> true
(every? neg? (all gen/s-neg-int)) ;=> true
(every? (fn [n] (<= n 0)) (all gen/neg-int)) ;=> true
(every? int? (all gen/large-integer)) ;=> true
(every? (fn [n] (<= 1000 n 1010)) (all (gen/large-integer* {:min 1000 :max 1010}))) ;=> true
(every? (fn [n] (<= -9223372036854775808 n -9223372036854775800)) (all (gen/large-integer* {:max -9223372036854775800}))) ;=> true
(every? float? (all gen/double)) ;=> true
(every? (fn [x] (<= 1.5 x 2.5)) (all (gen/double* {:min 1.5 :max 2.5}))) ;=> true
(every? (fn [x] (and (<= 10 x) (not (infinite? x)))) (all (gen/double* {:min 10 :infinite? false}))) ;=> true
(not-any? NaN? (all (gen/double* {:NaN? false}))) ;=> true
(every? rational? (all gen/ratio)) ;=> true
(every? rational? (all gen/big-ratio)) ;=> true
(every? integer? (all gen/size-bounded-bigint)) ;=> true
(every? (fn [n] (<= -128 n 127)) (all gen/byte)) ;=> true
(gen/choose 2 1) ;! :ox/assert "the first of choose is at most the second"
(gen/choose 1.5 2) ;! :ox/assert "choose takes integers"

;;; ## Texts and names
(require '[clojure.test.check.generators :as gen])
(defn all [g] (map (fn [seed] (gen/generate g (mod seed 20) seed)) (range 40)))
(every? char? (all gen/char)) ;=> true
(every? (fn [c] (<= 32 (int c) 126)) (all gen/char-ascii)) ;=> true
(every? (fn [s] (re-matches #"[a-zA-Z0-9]*" s)) (all gen/string-alphanumeric)) ;=> true
(every? (fn [c] (re-matches #"[a-zA-Z]" (str c))) (all gen/char-alpha)) ;=> true
(every? string? (all gen/string)) ;=> true
(every? simple-keyword? (all gen/keyword)) ;=> true
(every? qualified-keyword? (all gen/keyword-ns)) ;=> true
(every? simple-symbol? (all gen/symbol)) ;=> true
(every? qualified-symbol? (all gen/symbol-ns)) ;=> true
(every? uuid? (all gen/uuid)) ;=> true
(every? (fn [k] (= k (read-string (pr-str k)))) (all gen/keyword-ns)) ;=> true
(gen/vector :a) ;! :ox/assert "vector takes a generator"

;;; ## Choices
(require '[clojure.test.check.generators :as gen])
(defn all [g] (map (fn [seed] (gen/generate g (mod seed 20) seed)) (range 60)))
(sort (distinct (all (gen/elements [:a :b :c])))) ;=> (:a :b :c)
(sort (distinct (all (gen/one-of [(gen/return 1) (gen/return 2)])))) ;=> (1 2)
(distinct (all (gen/frequency [[1 (gen/return :often)] [0 (gen/return :never)]]))) ;=> (:often)
(every? even? (all (gen/such-that even? gen/nat 100))) ;=> true
(every? seq (all (gen/not-empty (gen/vector gen/nat)))) ;=> true
(try (gen/generate (gen/such-that neg? gen/nat) 10 1) (catch Exception e (ex-message e))) ;=> "Couldn't satisfy such-that predicate after 10 tries."
(try (gen/generate (gen/such-that neg? gen/nat {:max-tries 2 :ex-fn (fn [data] (ex-info "mine" (select-keys data [:max-tries])))}) 10 1) (catch Exception e [(ex-message e) (ex-data e)])) ;=> ["mine" {:max-tries 2}]
(gen/one-of []) ;! :ox/assert "one-of cannot be called with an empty collection"
(gen/elements []) ;! :ox/assert "elements cannot be called with an empty collection"
(gen/frequency [[0 gen/nat]]) ;! :ox/assert "at least one non-zero weight"

;;; ## Collections
(require '[clojure.test.check.generators :as gen])
(defn all [g] (map (fn [seed] (gen/generate g (mod seed 12) seed)) (range 25)))
(every? vector? (all (gen/vector gen/nat))) ;=> true
(distinct (map count (all (gen/vector gen/nat 3)))) ;=> (3)
(every? (fn [v] (<= 2 (count v) 4)) (all (gen/vector gen/nat 2 4))) ;=> true
(every? list? (all (gen/list gen/nat))) ;=> true
(every? set? (all (gen/set gen/nat))) ;=> true
(every? (fn [v] (apply distinct? nil v)) (all (gen/vector-distinct gen/nat))) ;=> true
(distinct (map count (all (gen/vector-distinct gen/nat {:num-elements 3 :max-tries 50})))) ;=> (3)
(every? (fn [v] (apply distinct? nil (map first v))) (all (gen/vector-distinct-by first (gen/tuple gen/nat gen/nat)))) ;=> true
(every? list? (all (gen/list-distinct gen/nat))) ;=> true
(every? list? (all (gen/list-distinct-by - gen/nat))) ;=> true
(every? sorted? (all (gen/sorted-set gen/nat))) ;=> true
(every? map? (all (gen/map gen/keyword gen/nat))) ;=> true
(distinct (map keys (all (gen/hash-map :a gen/nat :b gen/boolean)))) ;=> ((:a :b))
(every? (fn [v] (= [1 2 3] (sort v))) (all (gen/shuffle [1 2 3]))) ;=> true
(every? (fn [[a b]] (and (nat-int? a) (boolean? b))) (all (gen/tuple gen/nat gen/boolean))) ;=> true
(every? (fn [x] (or (nat-int? x) (vector? x))) (all (gen/recursive-gen gen/vector gen/nat))) ;=> true
(try (gen/generate (gen/set gen/boolean {:num-elements 3}) 5 1) (catch Exception e (ex-message e))) ;=> "Couldn't generate enough distinct elements after 10 tries."
(gen/shuffle 1) ;! :ox/type

;;; ## Any data
(require '[clojure.test.check.generators :as gen])
(defn all [g] (map (fn [seed] (gen/generate g (mod seed 8) seed)) (range 12)))
(every? (fn [x] (= x x)) (all gen/any-equatable)) ;=> true
(every? (fn [x] (= x (read-string (pr-str x)))) (all gen/any-printable-equatable)) ;=> true
(every? (complement coll?) (all gen/simple-type)) ;=> true
(every? (complement coll?) (all gen/simple-type-printable)) ;=> true
(every? coll? (all (gen/container-type gen/nat))) ;=> true

;;; ## Generators of generators
(require '[clojure.test.check.generators :as gen])
(defn all [g] (map (fn [seed] (gen/generate g (mod seed 12) seed)) (range 25)))
(every? (fn [[n v]] (= n (count v))) (all (gen/bind gen/nat (fn [n] (gen/tuple (gen/return n) (gen/vector gen/boolean n)))))) ;=> true
(every? (fn [[n v]] (= n (count v))) (all (gen/let [n gen/nat, v (gen/vector gen/boolean n)] [n v]))) ;=> true
(every? (fn [v] (= 2 (count v))) (all (gen/let [n (gen/return 2)] (gen/vector gen/nat n)))) ;=> true
(every? (fn [n] (<= 0 n 24)) (all (gen/let {a gen/nat b gen/nat} (+ a b)))) ;=> true
(distinct (all (gen/let [] 1))) ;=> (1)
(all (gen/fmap str (gen/return 1))) ;=> ("1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1" "1")
(distinct (all (gen/resize 0 gen/nat))) ;=> (0)
(distinct (all (gen/scale (fn [size] 0) gen/nat))) ;=> (0)
(every? (fn [n] (<= 100 n 111)) (all (gen/sized (fn [size] (gen/choose 100 (+ 100 size)))))) ;=> true
(every? nat-int? (all (gen/delay gen/nat))) ;=> true
(gen/generator? gen/nat) ;=> true
(gen/generator? 1) ;=> false
(gen/fmap inc 1) ;! :ox/assert "fmap takes a generator"
(gen/generate (gen/bind gen/nat inc) 1 1) ;! :ox/assert "the function of bind takes a generator"

;;; ## How values shrink
(require '[clojure.test.check :as tc] '[clojure.test.check.generators :as gen] '[clojure.test.check.properties :as prop]
         '[clojure.test.check.rose-tree :as rose] '[clojure.test.check.random :as random])
(defn smallest [g fails?] (first (:smallest (:shrunk (tc/quick-check 200 (prop/for-all [x g] (not (fails? x))) :seed 9)))))
(smallest gen/boolean any?) ;=> false
(smallest (gen/choose 5 50) any?) ;=> 5
(smallest (gen/choose -50 -5) any?) ;=> -5
(smallest gen/small-integer neg?) ;=> -1
(smallest (gen/elements [:a :b :c]) #{:b :c}) ;=> :b
(smallest (gen/one-of [gen/nat gen/boolean]) any?) ;=> 0
(smallest gen/string-ascii (fn [s] (< 2 (count s)))) ;=> "   "
(smallest (gen/vector gen/nat) (fn [v] (< 3 (reduce + v)))) ;=> [4]
(smallest (gen/vector gen/nat 2 5) any?) ;=> [0 0]
(smallest (gen/set gen/nat) (fn [s] (contains? s 4))) ;=> #{4}
(smallest (gen/map gen/nat gen/nat) (fn [m] (some (fn [[k v]] (< k v)) m))) ;=> {0 1}
(smallest (gen/shuffle [1 2 3]) (fn [v] (not= [1 2 3] v))) ;=> [2 1 3]
(smallest (gen/such-that even? gen/nat 100) (fn [n] (< 5 n))) ;=> 6
(smallest (gen/let [n (gen/choose 1 9), v (gen/vector gen/nat n)] v) any?) ;=> [0]
(let [n (smallest (gen/no-shrink (gen/choose 50 90)) any?)] (<= 50 n 90)) ;=> true
(smallest (gen/shrink-2 gen/nat) (fn [n] (and (odd? n) (< 2 n)))) ;=> 3
(rose/root (rose/make-rose 1 [])) ;=> 1
(rose/seq (rose/fmap inc (rose/make-rose 2 [(rose/pure 0) (rose/pure 1)]))) ;=> (3 1 2)
(rose/seq (rose/filter even? (rose/make-rose 2 [(rose/pure 0) (rose/pure 1)]))) ;=> (2 0)

;;; ## Random numbers
(require '[clojure.test.check.random :as random])
(= (random/rand-long (random/make-random 1)) (random/rand-long (random/make-random 1))) ;=> true
(apply distinct? (map random/rand-long (random/split-n (random/make-random 1) 20))) ;=> true
(every? (fn [x] (and (<= 0 x) (< x 1))) (map random/rand-double (random/split-n (random/make-random 1) 20))) ;=> true
(count (random/split (random/make-random 1))) ;=> 2
(random/rand-long (random/make-random 7)) ;=> 1186388888342726435
(random/make-random "a") ;! :ox/type

;;; ## `defspec` is a test
(require '[clojure.test :as t] '[clojure.test.check.generators :as gen] '[clojure.test.check.properties :as prop]
         '[clojure.test.check.clojure-test :as ct :refer [defspec]])
(defspec grows (prop/for-all [n gen/nat] (< n (inc n))))
(defspec few 5 (prop/for-all [n gen/nat] (>= n 0)))
(defspec with-options {:num-tests 7 :seed 3} (prop/for-all [n gen/nat] (>= n 0)))
(defspec is-small {:num-tests 200 :seed 3} (prop/for-all [n gen/nat] (< n 10)))
(defspec throws {:seed 3} (prop/for-all [n gen/nat] (or (< n 4) (throw (ex-info "big" {})))))
(defn reports [v]
  (let [all (atom [])]
    (binding [t/report (fn [m] (swap! all conj m))] (t/test-var v))
    (remove (comp #{:begin-test-var :end-test-var} :type) (deref all))))
(map :type (reports (var grows))) ;=> (:pass)
(:num-tests (grows)) ;=> 100
(:num-tests (grows 3)) ;=> 3
(:num-tests (few)) ;=> 5
(grows 4 :seed 5) ;=> {:result true, :pass? true, :num-tests 4, :seed 5}
(with-options) ;=> {:result true, :pass? true, :num-tests 7, :seed 3}
(map (juxt :type (comp :smallest :shrunk :actual)) (reports (var is-small))) ;=> ([:fail [10]])
(map (juxt :type (comp ex-message :actual) :message) (reports (var throws))) ;=> ([:error "big" "of [4], by the seed 3"])
(binding [ct/*default-test-count* 2] (:num-tests (grows))) ;=> 2
(grows "x") ;! :ox/type

;;; ## What wants more
(require '[clojure.test.check.clojure-test :refer [defspec]] '[clojure.test.check.properties :as prop]
         '[clojure.test.check.results :as results] '[clojure.test.check.rose-tree :as rose])
(defspec) ;! OX0303 "takes 2 or 3 arguments"
(prop/for-all) ;! OX0303
(rose/children) ;! OX0303
(results/pass?) ;! OX0303

;;; ## Results of one's own
(require '[clojure.test.check :as tc] '[clojure.test.check.generators :as gen] '[clojure.test.check.properties :as prop]
         '[clojure.test.check.results :as results])
(results/pass? 1) ;=> true
(results/pass? nil) ;=> false
(results/result-data true) ;=> nil
(results/result-data nil) ;=> nil
(defrecord Told [ok why] results/Result (pass? [_] ok) (result-data [_] {:why why}))
(:result-data (tc/quick-check 1 (prop/for-all [n gen/nat] (->Told false "because")) :seed 1)) ;=> {:why "because"}
(:pass? (tc/quick-check 1 (prop/for-all [n gen/nat] (->Told true nil)) :seed 1)) ;=> true

;;; ## Generators: a sample of each is what its name says
(require '[clojure.test.check.generators :as gen])
(defn of? [pred & gens] (every? (fn [g] (every? (fn [seed] (pred (gen/generate g (mod seed 12) seed))) (range 12))) gens))
(of? int? gen/int gen/nat gen/pos-int gen/neg-int gen/s-pos-int gen/s-neg-int gen/byte gen/small-integer gen/large-integer) ;=> true
(of? char? gen/char gen/char-ascii gen/char-alpha gen/char-alphanumeric gen/char-alpha-numeric) ;=> true
(of? string? gen/string gen/string-ascii gen/string-alphanumeric gen/string-alpha-numeric) ;=> true
(of? symbol? gen/symbol gen/symbol-ns) ;=> true
(of? keyword? gen/keyword gen/keyword-ns) ;=> true
(of? number? gen/ratio gen/big-ratio gen/double gen/size-bounded-bigint) ;=> true
(of? (complement coll?) gen/simple-type gen/simple-type-printable gen/simple-type-equatable gen/simple-type-printable-equatable) ;=> true
(of? some? gen/uuid (gen/fmap vector gen/any) (gen/fmap vector gen/any-equatable) (gen/fmap vector gen/any-printable) (gen/fmap vector gen/any-printable-equatable)) ;=> true
(of? (fn [x] (= x x)) gen/any-equatable gen/any-printable-equatable gen/simple-type-equatable gen/simple-type-printable-equatable) ;=> true
(of? (fn [x] (string? (pr-str x))) gen/any gen/any-printable gen/any-equatable gen/any-printable-equatable gen/simple-type gen/simple-type-printable) ;=> true
(every? gen/generator? [gen/any gen/any-printable gen/any-equatable gen/any-printable-equatable gen/simple-type gen/simple-type-equatable gen/simple-type-printable gen/simple-type-printable-equatable]) ;=> true
(every? gen/generator? [gen/int gen/pos-int gen/neg-int gen/s-pos-int gen/s-neg-int gen/byte gen/char gen/char-ascii gen/char-alpha gen/char-alphanumeric gen/char-alpha-numeric]) ;=> true
(every? gen/generator? [gen/string gen/string-ascii gen/string-alphanumeric gen/string-alpha-numeric gen/symbol gen/symbol-ns gen/keyword gen/keyword-ns gen/uuid gen/ratio gen/big-ratio gen/double gen/size-bounded-bigint]) ;=> true
(count (gen/sample gen/ratio 3)) ;=> 3
(map (fn [g] (count (gen/sample g 2))) [gen/byte gen/char gen/char-ascii gen/char-alpha gen/neg-int gen/s-neg-int gen/s-pos-int gen/string gen/symbol gen/symbol-ns gen/any gen/any-equatable]) ;=> (2 2 2 2 2 2 2 2 2 2 2 2)
(map (fn [g] (count (gen/sample g 2))) [gen/big-ratio gen/double gen/size-bounded-bigint gen/any-printable-equatable gen/simple-type gen/simple-type-printable gen/keyword-ns gen/uuid gen/string-ascii gen/string-alphanumeric]) ;=> (2 2 2 2 2 2 2 2 2 2)

;;; ## Generators of collections: sizes and errors
(require '[clojure.test.check.generators :as gen])
(defn made [g] (gen/generate g 8 3))
[(count (made (gen/list-distinct gen/nat {:num-elements 3 :max-tries 99}))) (count (made (gen/list-distinct-by - gen/nat {:num-elements 2 :max-tries 99})))] ;=> [3 2]
[(count (made (gen/sorted-set gen/nat {:num-elements 3 :max-tries 99}))) (count (made (gen/set gen/nat {:num-elements 3 :max-tries 99})))] ;=> [3 3]
[(count (made (gen/vector-distinct-by - gen/nat {:num-elements 2 :max-tries 99}))) (count (made (gen/vector-distinct gen/nat {:num-elements 2 :max-tries 99})))] ;=> [2 2]
[(count (made (gen/map gen/nat gen/nat {:num-elements 2 :max-tries 99}))) (count (made (gen/hash-map :a gen/nat :b gen/nat)))] ;=> [2 2]
(apply distinct? nil (made (gen/list-distinct gen/nat))) ;=> true
(apply distinct? nil (made (gen/vector-distinct gen/nat))) ;=> true
(list? (made (gen/list-distinct-by - gen/nat))) ;=> true
(vector? (made (gen/vector-distinct-by - gen/nat))) ;=> true
(sorted? (made (gen/sorted-set gen/nat))) ;=> true
(coll? (made (gen/container-type gen/nat))) ;=> true
(gen/generator? (gen/container-type gen/nat)) ;=> true
(nat-int? (first (flatten [(made (gen/recursive-gen gen/vector gen/nat)) 1]))) ;=> true
(= [1] (made (gen/not-empty (gen/vector (gen/return 1) 1)))) ;=> true
[(made (gen/no-shrink (gen/return 1))) (made (gen/shrink-2 (gen/return 2))) (made (gen/delay (gen/return 3)))] ;=> [1 2 3]
[(made (gen/resize 0 gen/nat)) (made (gen/scale (fn [n] 0) gen/nat)) (made (gen/sized (fn [size] (gen/return size))))] ;=> [0 0 8]
[(map? (made (gen/hash-map))) (made (gen/list (gen/return 1)))] ;=> [true (1 1 1 1 1)]
(gen/list 1) ;! :ox/assert "vector takes a generator"
(gen/list-distinct 1) ;! :ox/assert "a generator of distinct elements takes a generator"
(gen/list-distinct-by - 1) ;! :ox/assert "a generator of distinct elements takes a generator"
(gen/sorted-set 1) ;! :ox/assert "a generator of distinct elements takes a generator"
(gen/set 1) ;! :ox/assert "a generator of distinct elements takes a generator"
(gen/vector-distinct 1) ;! :ox/assert "a generator of distinct elements takes a generator"
(gen/vector-distinct-by - 1) ;! :ox/assert "a generator of distinct elements takes a generator"
(gen/map 1 gen/nat) ;! :ox/assert "tuple takes a generator"
(gen/hash-map :a 1) ;! :ox/assert "tuple takes a generator"
(gen/container-type 1) ;! :ox/assert "vector takes a generator"
(made (gen/recursive-gen inc 1)) ;! :ox/assert "recursive-gen takes a generator"
(gen/not-empty 1) ;! :ox/assert "such-that takes a generator"
(gen/no-shrink 1) ;=> #ox.test.check.generate.Generator{:gen #function[ox.test.check.generate/mapped]}
(gen/shrink-2 1) ;=> #ox.test.check.generate.Generator{:gen #function[ox.test.check.generate/mapped]}
(made (gen/delay 1)) ;! :ox/assert "the function of sized takes a generator"
(gen/resize 1 2) ;! :ox/assert "resize takes a generator"
(made (gen/scale 1 gen/nat)) ;! :ox/type "an integer is not a function: it cannot be called"
(made (gen/sized inc)) ;! :ox/assert "the function of sized takes a generator"
(gen/tuple 1) ;! :ox/assert "tuple takes a generator"
(gen/such-that odd? 1) ;! :ox/assert "such-that takes a generator"
(gen/sample 1) ;! :ox/type "nil is not a function: it cannot be called"
(doall (take 1 (gen/sample-seq 1))) ;! :ox/type "nil is not a function: it cannot be called"
(gen/large-integer* {:min 2 :max 1}) ;! :ox/assert "the :min of large-integer* is at most its :max"
(gen/double* {:min 2.0 :max 1.0}) ;=> #ox.test.check.generate.Generator{:gen #function[ox.test.check.generate/mapped]}
(made (gen/let [x 1] (throw (ex-info "in let" {:x x})))) ;! {:x 1} "in let"
(apply gen/return []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.generators/return, which takes 1 argumen"
(apply gen/generator? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.generators/generator?, which takes 1 arg"
(every? (fn [x] (<= 1.0 x 2.0)) (gen/sample (gen/double* {:min 1.0 :max 2.0}))) ;=> true
(every? (fn [n] (<= 1 n 2)) (gen/sample (gen/large-integer* {:min 1 :max 2}))) ;=> true

;;; ## Trees of what values shrink to
(require '[clojure.test.check.rose-tree :as rose] '[clojure.test.check.random :as random] '[clojure.test.check.properties :as prop] '[clojure.test.check.generators :as gen] '[clojure.test.check.clojure-test :as ct])
(def tree (rose/make-rose 2 [(rose/pure 0) (rose/pure 1)]))
[(rose/root tree) (map rose/root (rose/children tree)) (rose/children (rose/pure 1))] ;=> [2 (0 1) []]
(rose/seq (rose/bind tree (fn [n] (rose/pure (* 10 n))))) ;=> (20 0 10)
(rose/seq (rose/bind (rose/pure 1) (fn [n] tree))) ;=> (2 0 1)
(rose/bind tree nil) ;! :ox/type "nil is not a function: it cannot be called"
(rose/seq (rose/join (rose/pure tree))) ;=> (2 0 1)
(rose/root (rose/join (rose/fmap rose/pure tree))) ;=> 2
(apply rose/join []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.rose-tree/join, which takes 1 argument"
(map (fn [trees] (map rose/root trees)) (rose/permutations [tree (rose/pure :x)])) ;=> ((0 :x) (1 :x))
(rose/permutations []) ;=> ()
(apply rose/permutations []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.rose-tree/permutations, which takes 1 ar"
(rose/seq (rose/zip vector [tree (rose/pure :x)])) ;=> ([2 :x] [0 :x] [1 :x])
(rose/root (rose/zip + [tree tree])) ;=> 4
(rose/root (rose/zip inc [tree tree])) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/inc, which takes 1 argument"
(map first (rose/seq (rose/fmap vector tree))) ;=> (2 0 1)
(rose/root (rose/shrink-vector vector [tree tree])) ;=> [2 2]
(count (rose/children (rose/shrink-vector vector [(rose/pure 1) (rose/pure 2)]))) ;=> 3
(rose/root (rose/shrink-vector inc [tree tree])) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/inc, which takes 1 argument"
(rose/seq (rose/filter even? (rose/pure 1))) ;=> (1)
(rose/root (rose/filter even? tree)) ;=> 2
(rose/seq (rose/filter inc (rose/make-rose 1 [(rose/pure :a)]))) ;! :ox/type "expected a number, got a keyword: :a"
(rose/root (rose/fmap inc (rose/pure :a))) ;! :ox/type "expected a number, got a keyword: :a"
(rose/seq (rose/make-rose 1 nil)) ;=> (1)
(apply rose/make-rose [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.test.check.rose-tree/make-rose, which takes 2 argum"
(apply rose/pure []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.rose-tree/pure, which takes 1 argument"
(apply rose/root []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.rose-tree/root, which takes 1 argument"
(apply rose/seq []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.rose-tree/seq, which takes 1 argument"
[(count (random/split (random/make-random 3))) (count (random/split-n (random/make-random 3) 4))] ;=> [2 4]
(= (random/rand-double (random/make-random 3)) (random/rand-double (random/make-random 3))) ;=> true
(distinct? (map random/rand-long (random/split (random/make-random 3)))) ;=> true
(< -1 (random/rand-double (random/make-random 4)) 1) ;=> true
(random/split nil) ;! :ox/type "expected a number, got nil"
(random/split-n nil 2) ;! :ox/type "expected a number, got nil"
(random/rand-double nil) ;! :ox/type "expected a number, got nil"
(random/rand-long nil) ;! :ox/type "expected a number, got nil"
(:num-tests ((prop/for-all* [gen/nat] (fn [n] true)) 1)) ;! :ox/type "expected a function, got #ox.test.check.generate.Generator{:gen #function[ox.test.check.ge"
(gen/generator? (prop/for-all* [gen/nat] pos?)) ;=> true
(binding [ct/*default-opts* {:seed 3}] (:seed ct/*default-opts*)) ;=> 3
[ct/*default-test-count* ct/*default-opts*] ;=> [100 {}]
(binding [ct/*default-test-count* 5] ct/*default-test-count*) ;=> 5
(binding [ct/*default-opts* {}] ct/*default-opts*) ;=> {}
(apply ct/assert-check []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.clojure-test/assert-check, which takes 1"
(ct/assert-check {:pass? true :result true}) ;=> true

;;; ## More of each generator
(require '[clojure.test.check.generators :as gen] '[clojure.test.check.clojure-test :as ct])
(defn made [g] (gen/generate g 8 3))
(made (gen/bind (gen/return 1) (fn [n] (gen/return [n])))) ;=> [1]
(made (gen/frequency [[1 (gen/return :only)]])) ;=> :only
(every? char? [(made gen/char-alpha-numeric) (made gen/char-alphanumeric)]) ;=> true
(every? int? [(made gen/int) (made gen/pos-int)]) ;=> true
(string? (made gen/string-alpha-numeric)) ;=> true
(apply gen/double* []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.generators/double*, which takes 1 argume"
(apply gen/no-shrink []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.generators/no-shrink, which takes 1 argu"
(apply gen/shrink-2 []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test.check.generators/shrink-2, which takes 1 argum"
(take 3 (gen/sample-seq (gen/return 1))) ;=> (1 1 1)
(ct/assert-check {:pass? true :result true :num-tests 1}) ;=> true
