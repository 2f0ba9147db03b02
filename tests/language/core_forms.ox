;;; # Core names: forms

;;; Each name with its usual results, its edges and its errors. `cargo test -p harness --test main clojure_agrees`
;;; compares all of them with Clojure.

;;; ## `let`
(let [n (atom 0)] (vec (repeatedly 3 (fn [] (swap! n inc))))) ;=> [1 2 3]
(let [n (atom 0)] (dotimes [i 4] (swap! n + i)) @n) ;=> 6
(let [a (atom 1)] [(compare-and-set! a 1 2) (compare-and-set! a 1 3) @a]) ;=> [true false 2]
(let [v (volatile! 1)] (vreset! v 2) @v) ;=> 2
(let [v (volatile! 1)] [(vreset! v 2) @v]) ;=> [2 2]
(let [v (volatile! 1)] [(vswap! v inc) (vswap! v + 1 2) @v]) ;=> [2 5 5]
(let [n (atom 0) f (memoize (fn [x] (swap! n inc) x))] [(f 1) (f 1) (f 2) @n]) ;=> [1 1 2 2]
(let [n (atom 3)] (while (pos? @n) (swap! n dec)) @n) ;=> 0
(let [a 1 b (+ a 1)] [a b]) ;=> [1 2]
(let [a (inc nil)] 1) ;! :ox/type "expected a number, got nil"

;;; ## `if`
(if (comment (inc nil)) 1 2) ;=> 2
(if nil 1 2) ;=> 2
(if 0 1 2) ;=> 1
(if false 1) ;=> nil
(if (inc nil) 1 2) ;! :ox/type "expected a number, got nil"
(if nil 1) ;=> nil

;;; ## `when`
(when 1 2 3) ;=> 3
(when nil 1) ;=> nil
(when (inc nil) 1) ;! :ox/type "expected a number, got nil"
(when true) ;=> nil

;;; ## `when-not`
(when-not nil 1) ;=> 1
(when-not 1 2) ;=> nil
(when-not (inc nil) 1) ;! :ox/type "expected a number, got nil"

;;; ## `if-not`
(if-not nil 1 2) ;=> 1
(if-not 1 2) ;=> nil
(if-not (inc nil) 1) ;! :ox/type "expected a number, got nil"
(if-not true 1 2) ;=> 2

;;; ## `if-let`
(if-let [x 1] x 2) ;=> 1
(if-let [x nil] x 2) ;=> 2
(if-let [[a b] [1 2]] (+ a b) 0) ;=> 3
(if-let [x (inc nil)] x) ;! :ox/type "expected a number, got nil"
(if-let [x nil] 1 2) ;=> 2
(if-let [[a] [1]] a 2) ;=> 1
(if-let [x false] 1) ;=> nil

;;; ## `when-let`
(when-let [x 1] (inc x)) ;=> 2
(when-let [x nil] (inc x)) ;=> nil
(when-let [x :a] (inc x)) ;! :ox/type "expected a number, got a keyword"
(when-let [x 1] 2 x) ;=> 1

;;; ## `if-some`
(if-some [x 1] (inc x) 2) ;=> 2
(if-some [x nil] 1 2) ;=> 2
(if-some [x false] x 2) ;=> false
(if-some [x (inc nil)] 1) ;! :ox/type "expected a number, got nil"

;;; ## `when-some`
(when-some [x 0] (inc x)) ;=> 1
(when-some [x nil] (inc x)) ;=> nil
(when-some [x false] [x]) ;=> [false]
(when-some [x :a] (inc x)) ;! :ox/type "expected a number, got a keyword"
(when-some [x nil] 1) ;=> nil

;;; ## `cond`
(cond nil 1 :else 2) ;=> 2
(cond) ;=> nil
(cond (inc nil) 1) ;! :ox/type "expected a number, got nil"
(cond false 1 nil 2) ;=> nil
(cond false 1 :else 2) ;=> 2

;;; ## `case`
(case 2 (1 2) :low 3 :three) ;=> :low
(case :x :y 1 :default) ;=> :default
(case 5 1 2) ;! :ox/no-match "No matching clause: 5"
(case 1 1 :a 2 :b) ;=> :a
(case 3 1 :a (2 3) :b) ;=> :b
(case 4 1 :a :d) ;=> :d
(case 4 1 :a) ;! :ox/no-match "No matching clause: 4"
(case "a" "a" 1) ;=> 1
(case 'x x 1) ;=> 1
(case nil nil 1) ;=> 1
(case [1 2] [1 2] :v) ;=> :v

;;; ## `condp`
(condp = 1 2 :a 1 :b) ;=> :b
(condp = 3 2 :a :d) ;=> :d
(condp = 3 2 :a) ;! :ox/no-match "No matching clause: 3"
(condp some [1 2] #{3} :>> inc #{2} :>> inc) ;=> 3

;;; ## `do`
(do 1 2) ;=> 2
(do) ;=> nil
(do (inc nil) 1) ;! :ox/type "expected a number, got nil"
(#(do %2) 1 2) ;=> 2

;;; ## `loop`
(loop [n 3 acc 1] (if (zero? n) acc (recur (dec n) (* acc n)))) ;=> 6
(loop [] 1) ;=> 1
(loop [n 0] (if (< n 3) (recur (inc n)) (+ n nil))) ;! :ox/type "expected a number, got nil"
(loop [[a & more] [1 2 3] acc 0] (if a (recur more (+ acc a)) acc)) ;=> 6
(loop [{:keys [n]} {:n 3} r []] (if (pos? n) (recur {:n (dec n)} (conj r n)) r)) ;=> [3 2 1]
(loop [i 0] (let [r (try (if (< i 3) :again :done) (catch Exception e :x))] (if (= r :again) (recur (inc i)) [i r]))) ;=> [3 :done]

;;; ## `and`
(and 1 2) ;=> 2
(and) ;=> true
(and nil (inc nil)) ;=> nil
(and 1 (inc nil)) ;! :ox/type "expected a number, got nil"
(and 1 nil 2) ;=> nil

;;; ## `or`
(or) ;=> nil
(or nil false :x) ;=> :x
(or nil false) ;=> false
(or 1 (inc nil)) ;=> 1
(or nil (inc nil)) ;! :ox/type "expected a number, got nil"
(or nil 3) ;=> 3

;;; ## `->`
(-> {:a {:b 1}} :a :b inc) ;=> 2
(-> 5 (- 3)) ;=> 2
(-> nil inc) ;! :ox/type "expected a number, got nil"
(-> 1 inc (- 5) str) ;=> "-3"
(-> {:a 1} :a) ;=> 1

;;; ## `->>`
(->> [1 2 3] (map inc) (filter even?)) ;=> (2 4)
(->> 5 (- 3)) ;=> -2
(->> :a (map inc) doall) ;! :ox/type "expected a collection, a string or nil, got a keyword"
(->> [1 2] (map inc) (reduce +)) ;=> 5

;;; ## `some->`
(some-> {:a 1} :a inc) ;=> 2
(some-> nil inc) ;=> nil
(some-> :a inc) ;! :ox/type "expected a number, got a keyword"
(some-> {:a nil} :a inc) ;=> nil
(some-> 1 inc) ;=> 2

;;; ## `some->>`
(some->> [1 2] (map inc) (reduce +)) ;=> 5
(some->> nil (map inc)) ;=> nil
(some->> [:a] (map inc) doall) ;! :ox/type "expected a number, got a keyword"
(some->> 5) ;=> 5
(some->> [1] (map inc)) ;=> (2)

;;; ## `cond->`
(cond-> 1 true inc false inc) ;=> 2
(cond-> {} :x (assoc :a 1)) ;=> {:a 1}
(cond-> :a true inc) ;! :ox/type "expected a number, got a keyword"
(cond-> 1 true inc false (* 10) :x (- 3)) ;=> -1

;;; ## `cond->>`
(cond->> [1 2] true (map inc) nil (map dec)) ;=> (2 3)
(cond->> 5) ;=> 5
(cond->> [:a] true (map inc) true doall) ;! :ox/type "expected a number, got a keyword"
(cond->> 1 false (- 10) true (- 5)) ;=> 4
(cond->> [1] true (map inc)) ;=> (2)

;;; ## `as->`
(as-> 1 x (+ x 1) (* x 10)) ;=> 20
(as-> 1 x) ;=> 1
(as-> :a x (inc x)) ;! :ox/type "expected a number, got a keyword"
(as-> {:a [1]} x (:a x) (conj x 2)) ;=> [1 2]
(as-> 1 x (inc x) [x x]) ;=> [2 2]

;;; ## `doto`
(doto {} (assoc :a 1)) ;=> {}
(doto 1 (+ :a)) ;! :ox/type "expected a number, got a keyword"
(with-out-str (doto 5 println)) ;=> "5\n"
(deref (doto (atom 1) (swap! inc))) ;=> 2

;;; ## `binding`
(binding [*print-length* 1] (pr-str [1 2])) ;=> "[1 ...]"
(binding [*print-level* 1] (binding [*print-level* nil] (pr-str [[[1]]]))) ;=> "[[[1]]]"
(binding [*print-length* (inc nil)] 1) ;! :ox/type "expected a number, got nil"
(binding [*print-length* 2] (pr-str [1 2 3])) ;=> "[1 2 ...]"
(binding [*print-level* 1] (pr-str [1 [2]])) ;=> "[1 #]"
(binding [*print-meta* true] (pr-str ^:a [1])) ;=> "^{:a true} [1]"
(binding [*print-readably* false] (pr-str "a")) ;=> "a"
(binding [*print-namespace-maps* true] (pr-str {:a/b 1 :a/c 2})) ;=> "#:a{:b 1, :c 2}"

;;; ## `while`
(while (inc nil)) ;! :ox/type "expected a number, got nil"
(while false) ;=> nil
(let [n (atom 3)] (while (pos? @n) (swap! n dec)) @n) ;=> 0
(let [a (atom 3)] (while (pos? @a) (swap! a dec)) @a) ;=> 0

;;; ## `comment`
(comment 1 2) ;=> nil
(comment (inc nil)) ;=> nil
(comment) ;=> nil
(comment foo) ;=> nil
(if (comment (inc nil)) 1 2) ;=> 2
(inc (comment)) ;! :ox/type "expected a number, got nil"

;;; ## `when-first`
(when-first [x [1 2]] (inc x)) ;=> 2
(when-first [x nil] 1) ;=> nil
(when-first [x (range 5 9)] x) ;=> 5
(when-first [x 5] x) ;! :ox/type "expected a collection, a string or nil, got an integer"
(when-first [x [:a]] (inc x)) ;! :ox/type "expected a number, got a keyword"
(when-first [x [nil 2]] [x]) ;=> [nil]
(when-first [x []] 1) ;=> nil

;;; ## `declare`
(declare later-one)
(defn sooner-one [x] (later-one x))
(defn later-one [x] (inc x))
(sooner-one 1) ;=> 2
(sooner-one nil) ;! :ox/type

;;; ## `ancestors`, `descendants`, `parents`, `isa?`
(derive ::tile ::figure)
(derive ::figure ::item)
[(ancestors ::tile) (parents ::tile) (descendants ::item)] ;=> [#{:user/figure :user/item} #{:user/figure} #{:user/figure :user/tile}]
[(ancestors ::none) (parents ::none) (descendants ::none)] ;=> [nil nil nil]
(isa? ::tile ::item) ;=> true
[(isa? ::item ::tile) (isa? [::tile 1] [::item 1]) (isa? 1 1)] ;=> [false true true]
(let [h (derive (make-hierarchy) :a :b)] [(ancestors h :a) (parents h :a) (descendants h :b) (isa? h :a :b)]) ;=> [#{:b} #{:b} #{:a} true]
(ancestors 5 :a) ;=> nil
(parents 5 :a) ;=> nil
(descendants 5 :a) ;=> nil
(apply ancestors []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/ancestors, which takes 1 or 2 arguments"
(apply parents []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/parents, which takes 1 or 2 arguments"
(apply descendants []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/descendants, which takes 1 or 2 arguments"
(apply isa? [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/isa?, which takes 2 or 3 arguments"

;;; ## `class`, `type`, `class?`, `bound?`, `thread-bound?`, `var-get`
(def ^:dynamic *d* 1)
[(= (class 1) (class 2)) (= (class 1) (class 1.0)) (class nil)] ;=> [true false nil]
(type (with-meta {} {:type :mine})) ;=> :mine
[(= (type 1) (class 1)) (type nil)] ;=> [true nil]
(apply class []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/class, which takes 1 argument"
(apply type [1 2]) ;! :ox/arity "Wrong number of args (2) passed to: ox.core/type, which takes 1 argument"
(map class? [String 1 :a nil]) ;=> (true false false false)
(class? (class 1)) ;=> true
(class? "java.lang.String") ;=> false
(apply class? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/class?, which takes 1 argument"
[(bound? #'inc) (bound? #'*d*) (bound? #'inc #'*d*)] ;=> [true true true]
(bound? 5) ;! :ox/type "expected a var"
[(thread-bound? #'*d*) (binding [*d* 2] (thread-bound? #'*d*))] ;=> [false true]
(thread-bound? 5) ;! :ox/type "expected a var"
[(var-get #'*d*) (binding [*d* 2] (var-get #'*d*))] ;=> [1 2]
((var-get #'inc) 1) ;=> 2
(var-get 5) ;! :ox/type "expected a reference, got an integer: 5"

;;; ## `bound-fn`, `bound-fn*`, `with-bindings`, `with-bindings*`, `get-thread-bindings`
(def ^:dynamic *d* :root)
((binding [*d* 1] (bound-fn [] *d*))) ;=> 1
((binding [*d* 1] (bound-fn [x] [x *d*])) 2) ;=> [2 1]
((binding [*d* 1] (bound-fn [] (throw (ex-info "no" {:d *d*}))))) ;! {:d 1} "no"
((binding [*d* 1] (bound-fn* (fn [x] [x *d*]))) 2) ;=> [2 1]
((bound-fn* (fn [] *d*))) ;=> :root
((bound-fn* inc) :a) ;! :ox/type "expected a number, got a keyword: :a"
(with-bindings {#'*d* 2} *d*) ;=> 2
(with-bindings {} *d*) ;=> :root
(with-bindings {#'*d* 2} (throw (ex-info "within" {:d *d*}))) ;! {:d 2} "within"
(with-bindings* {#'*d* 2} (fn [x] [x *d*]) 1) ;=> [1 2]
(with-bindings* {} (fn [] *d*)) ;=> :root
(with-bindings* {#'*d* 2} inc :a) ;! :ox/type "expected a number, got a keyword: :a"
(with-bindings* {:a 1} inc 1) ;! :ox/type "expected a var, got a keyword: :a"
(binding [*d* 7] (get (get-thread-bindings) #'*d*)) ;=> 7
(contains? (get-thread-bindings) #'*d*) ;=> false
(map? (binding [*d* 1] (get-thread-bindings))) ;=> true
(apply get-thread-bindings [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/get-thread-bindings, which takes no arguments"

;;; ## `extends?`, `extenders`, `find-protocol-method`, `satisfies?`
(defprotocol P (m [x]))
(defrecord R [] P (m [x] :r))
(extend-type String P (m [x] :s))
[(extends? P String) (extends? P R) (extends? P Long)] ;=> [true true false]
(extends? 5 String) ;! :ox/type "expected a protocol"
(apply extends? [P]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/extends?, which takes 2 arguments"
(boolean (some #{String} (extenders P))) ;=> true
(count (filter #{Long} (extenders P))) ;=> 0
(apply extenders []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/extenders, which takes 1 argument"
[(satisfies? P "a") (satisfies? P (->R)) (satisfies? P 1)] ;=> [true true false]
(satisfies? 5 1) ;! :ox/type "expected a protocol"
((find-protocol-method P :m "a") "a") ;=> :s
(find-protocol-method P :missing "a") ;=> nil
(find-protocol-method P :m 1) ;=> nil
(apply find-protocol-method [P]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/find-protocol-method, which takes 3 arguments"

;;; ## `prefers`, `remove-method`, `remove-all-methods`, `get-method`
(defmulti f :k)
(defmethod f ::a [m] :a)
(defmethod f ::b [m] :b)
(prefer-method f ::a ::b)
(prefers f) ;=> {:user/a #{:user/b}}
(contains? (prefers f) ::a) ;=> true
(prefers 5) ;! :ox/type "expected a multimethod"

;;; ## `macroexpand`, `macroexpand-1`
(defmacro twice [x] (list 'do x x))
(defmacro shown [form] (list 'quote (macroexpand form)))
(defmacro shown-1 [form] (list 'quote (macroexpand-1 form)))
(shown (twice 1)) ;=> (do 1 1)
(shown (+ 1 2)) ;=> (+ 1 2)
(shown-1 (twice (twice 1))) ;=> (do (twice 1) (twice 1))
(shown-1 (inc 1)) ;=> (inc 1)
(shown-1 5) ;=> 5
(shown [twice 1]) ;=> [twice 1]

;;; ## `defonce`, `time`, `io!`, `with-open`, `use`, `..`
(use '[clojure.set :only [union]])
(defonce once 1)
once ;=> 1
(inc once) ;=> 2
(throw (ex-info "x" {:once once})) ;! {:once 1} "x"
(union #{1} #{2}) ;=> #{1 2}
(count (union #{1} #{1})) ;=> 1
(union 5 #{1}) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(.. "abc" (substring 1) (toUpperCase)) ;=> "BC"
(.. "abc" length) ;=> 3
(.. 5 (substring 1)) ;! :ox/no-method "No matching method substring found taking 1 args for class java.lang.Long"
(re-find #"Elapsed time" (with-out-str (time 1))) ;=> "Elapsed time"
(with-out-str (time (throw (ex-info "x" {})))) ;! {} "x"
(count (re-seq #"msecs" (with-out-str (time 1) (time 2)))) ;=> 2
(io! 1) ;=> 1
(io! "message" 1 2) ;=> 2
(io! (throw (ex-info "x" {}))) ;! {} "x"

;;; ## `destructure`, `seq-to-map-for-destructuring`
(take 2 (destructure '[a 1])) ;=> (a 1)
(destructure '[]) ;=> []
(vector? (destructure '[[a b] [1 2]])) ;=> true
(seq-to-map-for-destructuring '(:a 1)) ;=> {:a 1}
(seq-to-map-for-destructuring '({:a 1})) ;=> {:a 1}
(seq-to-map-for-destructuring ()) ;=> {}
(apply seq-to-map-for-destructuring []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/seq-to-map-for-destructuring, which takes 1 ar"

;;; ## `re-groups`
(let [m (re-matcher #"(a)(b)?" "xab")] (re-find m) (re-groups m)) ;=> ["ab" "a" "b"]
(let [m (re-matcher #"a" "xab")] (re-find m) (re-groups m)) ;=> "a"
(re-groups (re-matcher #"a" "b")) ;! :ox/state "No match found"
(re-groups 5) ;! :ox/type "expected a matcher"

;;; ## `uri?`, `bytes?`, `any?`, `clojure-version`, `*clojure-version*`
(map uri? ["http://x" nil 1]) ;=> (false false false)
(apply uri? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/uri?, which takes 1 argument"
(string? (clojure-version)) ;=> true
(every? #(contains? *clojure-version* %) [:major :minor :incremental]) ;=> true
(= 1 (:major *clojure-version*)) ;=> true
(pos? (:minor *clojure-version*)) ;=> true
(apply clojure-version [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/clojure-version, which takes no arguments"

;;; ## `add-tap`, `remove-tap`, `tap>`
(tap> 1) ;=> true
(tap> nil) ;=> true
(remove-tap inc) ;=> nil
(remove-tap :never-added) ;=> nil
(apply remove-tap []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/remove-tap, which takes 1 argument"
(apply tap> []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/tap>, which takes 1 argument"
(apply add-tap []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/add-tap, which takes 1 argument"

;;; ## `future`, `promise`, `deliver` as values
(map future? [1 nil :a]) ;=> (false false false)
(apply future? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/future?, which takes 1 argument"

;;; ## `let*`, `loop*`, `fn*`
(let* [x 1 y (inc x)] [x y]) ;=> [1 2]
(let* [] 1) ;=> 1
(let* [x :a] (inc x)) ;! :ox/type "expected a number, got a keyword: :a"
(loop* [i 0 s 0] (if (< i 3) (recur (inc i) (+ s i)) s)) ;=> 3
(loop* [] 1) ;=> 1
(loop* [x :a] (inc x)) ;! :ox/type "expected a number, got a keyword: :a"
((fn* [x] (inc x)) 1) ;=> 2

;;; ## Dynamic values
*unchecked-math* ;=> false
*warn-on-reflection* ;=> false
*flush-on-newline* ;=> true
(boolean? *flush-on-newline*) ;=> true
(map? *data-readers*) ;=> true
(binding [*data-readers* {'t (fn [x] [:t x])}] (read-string "#t 1")) ;=> [:t 1]
(binding [*data-readers* {'t (fn [x] (throw (ex-info "t" {:x x})))}] (read-string "#t 1")) ;! {:x 1} "t"
*default-data-reader-fn* ;=> nil
(binding [*default-data-reader-fn* (fn [tag x] [tag x])] (read-string "#t 1")) ;=> [t 1]
(contains? default-data-readers 'inst) ;=> true
(sort (keys default-data-readers)) ;=> (inst uuid)
(with-out-str (binding [*flush-on-newline* false] (println 1))) ;=> "1\n"
(binding [*unchecked-math* true] (+ 1 2)) ;=> 3
(binding [*warn-on-reflection* true] (+ 1 2)) ;=> 3
(set? default-data-readers) ;=> false
(with-in-str "a b" (read)) ;=> a
(with-in-str "line\nnext" [(read-line) (read-line) (read-line)]) ;=> ["line" "next" nil]
(with-in-str "" (read)) ;! :ox/parse "EOF while reading"
(some? *in*) ;=> true
(some? *err*) ;=> true
(binding [*err* *out*] (= *err* *out*)) ;=> true

;;; ## Names that come last: errors and few forms
(refer-clojure :exclude '[no-such-name])
(require '[clojure.stacktrace :as st])
(with-out-str (binding [*out* *err*] nil)) ;=> ""
(boolean *err*) ;=> true
(unreduced (ensure-reduced 5)) ;=> 5
(apply ex-cause []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/ex-cause, which takes 1 argument"
(apply find-keyword []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/find-keyword, which takes 1 or 2 arguments"
(fnext {:a 1 :b 2}) ;=> [:b 2]
(nfirst {:a 1}) ;=> (1)
(uuid? (random-uuid)) ;=> true
(= (random-uuid) (random-uuid)) ;=> false
(apply random-uuid [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/random-uuid, which takes no arguments"
(apply destructure []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/destructure, which takes 1 argument"

;;; ## More of `with-open`
(with-open [w (java.io.StringWriter.)] (.write w "a") (str w)) ;=> "a"
(with-open [w (java.io.StringWriter.)] (throw (ex-info "within" {}))) ;! {} "within"
(with-open [] 1) ;=> 1
