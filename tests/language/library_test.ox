;;; # `clojure.test`
;;; Reports are collected by binding `report`, or printed where `*test-out*` says.

;;; ## `is` reports the form and what its arguments were
(require '[clojure.test :as t :refer [is]])
(defn reported [f]
  (let [all (atom [])]
    (binding [t/report (fn [m] (swap! all conj ((juxt :type :message :expected :actual) m)))] (f))
    (deref all)))
(defn small? [x] (< x 3))
(def not-small? (complement small?))
(def table {:a 1})
(reported (fn [] (is (= 4 (+ 2 2)))))             ;=> [[:pass nil (= 4 (+ 2 2)) (= 4 4)]]
(reported (fn [] (is (= 5 (+ 2 2)) "sum")))       ;=> [[:fail "sum" (= 5 (+ 2 2)) (not (= 5 4))]]
(reported (fn [] (is (small? (inc 4)))))          ;=> [[:fail nil (small? (inc 4)) (not (small? 5))]]
(reported (fn [] (is (not-small? 1))))            ;=> [[:fail nil (not-small? 1) (not (not-small? 1))]]
(reported (fn [] (is (not-small? 5))))            ;=> [[:pass nil (not-small? 5) (not-small? 5)]]
(reported (fn [] (is (table :a) (str "a" 1))))    ;=> [[:pass "a1" (table :a) 1]]
(reported (fn [] (is (table :b))))                ;=> [[:fail nil (table :b) nil]]
(reported (fn [] (is (:a {:a false}))))           ;=> [[:fail nil (:a {:a false}) false]]
(reported (fn [] (is (and 1 nil))))               ;=> [[:fail nil (and 1 nil) nil]]
(reported (fn [] (let [same identity] (is (same false))))) ;=> [[:fail nil (same false) false]]
(reported (fn [] (is nil)))                       ;=> [[:fail nil nil nil]]
(reported (fn [] (is [])))                        ;=> [[:pass nil [] []]]
(reported (fn [] (is (instance? String 1))))      ;=> [[:fail nil (instance? String 1) Long]]
;differs classes are named shortly
(binding [t/report (fn [m] nil)] [(is (= 1 1)) (is (= 1 2)) (is :x)]) ;=> [true false :x]
(map first (reported (fn [] (is (/ 1 0)))))       ;=> (:error)
(ex-message (last (first (reported (fn [] (is (/ 1 0))))))) ;=> "Divide by zero"

;;; ## `is` and `testing` want a form
(require '[clojure.test :refer [is testing]])
(is) ;! OX0303 "`is` takes 1 or 2 arguments, 0 given"
(testing) ;! OX0303 "`testing` takes at least 1 argument, 0 given"

;;; ## `run-test` and `try-expr` want a name, and a form
(require '[clojure.test :as t])
(t/run-test) ;! OX0303 "takes 1 argument"
(t/try-expr "m") ;! OX0303 "takes 2 arguments"

;;; ## `thrown?` and `thrown-with-msg?`
(require '[clojure.test :as t :refer [is]])
(defn types [f]
  (let [all (atom [])]
    (binding [t/report (fn [m] (swap! all conj (:type m)))] (f))
    (deref all)))
(types (fn [] (is (thrown? ArithmeticException (/ 1 0))))) ;=> [:pass]
(types (fn [] (is (thrown? ArithmeticException (/ 1 1))))) ;=> [:fail]
(types (fn [] (is (thrown? ArithmeticException (throw (ex-info "a" {})))))) ;=> [:error]
(types (fn [] (is (thrown? clojure.lang.ExceptionInfo (inc 1) (throw (ex-info "a" {})))))) ;=> [:pass]
(types (fn [] (is (thrown-with-msg? Exception #"b+" (throw (ex-info "abba" {})))))) ;=> [:pass]
(types (fn [] (is (thrown-with-msg? Exception #"x" (throw (ex-info "abba" {})))))) ;=> [:fail]
(types (fn [] (is (thrown-with-msg? Exception #"x" 1)))) ;=> [:fail]
(binding [t/report (fn [m] nil)] (ex-data (is (thrown? Exception (throw (ex-info "a" {:b 1})))))) ;=> {:b 1}
(binding [t/report (fn [m] nil)] (is (thrown? Exception :none))) ;=> nil

;;; ## `are` is a template
(require '[clojure.test :as t :refer [are]])
(defn reported [f]
  (let [all (atom [])]
    (binding [t/report (fn [m] (swap! all conj ((juxt :type :expected) m)))] (f))
    (deref all)))
(reported (fn [] (are [x y] (= x (inc y)) 2 1, 4 2))) ;=> [[:pass (= 2 (inc 1))] [:fail (= 4 (inc 2))]]
(reported (fn [] (are [x] (pos? x) 1 2)))         ;=> [[:pass (pos? 1)] [:pass (pos? 2)]]
(reported (fn [] (are [] (pos? 1))))              ;=> []

;;; ## `are` wants whole groups
(require '[clojure.test :refer [are]])
(are [x y] (= x y) 1 1 2)                         ;! OX0202 "The number of args doesn't match are's argv."

;;; ## `testing` adds to the contexts
(require '[clojure.test :as t :refer [testing is]])
(t/testing-contexts-str)                          ;=> ""
(testing "outer" (testing (str "in" "ner") (t/testing-contexts-str))) ;=> "outer inner"
(testing "outer" t/*testing-contexts*)            ;=> ("outer")
(try (testing "a" (/ 1 0)) (catch Exception _ t/*testing-contexts*)) ;=> ()

;;; ## `deftest` defines a test that is run by its name
(require '[clojure.test :as t :refer [deftest is testing]])
(defn events [f]
  (let [all (atom [])]
    (binding [t/report (fn [m] (swap! all conj [(:type m) (some-> (:var m) symbol name)]))] (f))
    (deref all)))
(deftest sums "The first form may be a text." (is (= 2 (+ 1 1))) (is (= 3 (+ 1 1))))
(deftest empty-test)
(deftest all-of-them (sums) (empty-test))
(deftest breaks (is true) (throw (ex-info "broken" {})) (is true))
(events sums) ;=> [[:begin-test-var "sums"] [:pass nil] [:fail nil] [:end-test-var "sums"]]
(events empty-test) ;=> [[:begin-test-var "empty-test"] [:end-test-var "empty-test"]]
(map second (filter (comp #{:begin-test-var} first) (events all-of-them))) ;=> ("all-of-them" "sums" "empty-test")
(map first (events breaks)) ;=> (:begin-test-var :pass :error :end-test-var)
(events (fn [] (t/test-var (var sums)))) ;=> [[:begin-test-var "sums"] [:pass nil] [:fail nil] [:end-test-var "sums"]]
(events (fn [] (t/test-var (var events)))) ;=> []
(events (fn [] (t/test-vars [(var sums) (var events) (var empty-test)]))) ;=> [[:begin-test-var "sums"] [:pass nil] [:fail nil] [:end-test-var "sums"] [:begin-test-var "empty-test"] [:end-test-var "empty-test"]]
(apply sums [1]) ;! :ox/arity

;;; ## Two tests of one name
(require '[clojure.test :refer [deftest is]])
(deftest one (is true))
(deftest one (is false)) ;! OX0110 "exists already"

;;; ## `deftest-`, `with-test` and `set-test`
(require '[clojure.test :as t :refer [deftest- with-test set-test is]])
(defn types [f]
  (let [all (atom [])]
    (binding [t/report (fn [m] (swap! all conj (:type m)))] (f))
    (deref all)))
(deftest- hidden (is true))
(types hidden) ;=> [:begin-test-var :pass :end-test-var]
(with-test (defn half [n] (/ n 2)) (is (= 2 (half 4))) (is (= 2 (half 2))))
(half 3) ;=> 3/2
(types (fn [] (t/test-var (var half)))) ;=> [:begin-test-var :pass :fail :end-test-var]
(defn double-of [n] (* 2 n))
(set-test double-of (is (= 4 (double-of 2))))
(types (fn [] (t/test-var (var double-of)))) ;=> [:begin-test-var :pass :end-test-var]
(half "x") ;! :ox/type

;;; ## Tests in a `let`, and of a macro
(require '[clojure.test :as t :refer [deftest is]])
(let [n (atom 0)]
  (deftest counts (swap! n inc) (is (= 1 @n))))
(defmacro deftwice [name form] `(deftest ~name ~form ~form))
(deftwice twice (is (= 1 1)))
(defn types [f]
  (let [all (atom [])]
    (binding [t/report (fn [m] (swap! all conj (:type m)))] (f))
    (deref all)))
(types counts) ;=> [:begin-test-var :pass :end-test-var]
(types counts) ;=> [:begin-test-var :fail :end-test-var]
(types twice) ;=> [:begin-test-var :pass :pass :end-test-var]

;;; ## Fixtures
(require '[clojure.test :as t :refer [deftest is use-fixtures]])
(def seen (atom []))
(defn noting [what] (fn [f] (swap! seen conj [:before what]) (f) (swap! seen conj [:after what])))
(use-fixtures :once (noting :once))
(use-fixtures :each (noting :outer) (noting :inner))
(deftest a (swap! seen conj :a))
(deftest b (swap! seen conj :b))
(binding [t/report (fn [m] nil)] (t/test-vars [(var a)]))
@seen ;=> [[:before :once] [:before :outer] [:before :inner] :a [:after :inner] [:after :outer] [:after :once]]
(reset! seen [])
(binding [t/report (fn [m] nil)] (t/test-vars [(var a) (var b)]))
(count (filter #{[:before :once]} @seen)) ;=> 1
(count (filter #{[:before :outer]} @seen)) ;=> 2
((t/compose-fixtures (fn [f] [:a (f)]) (fn [f] [:b (f)])) (fn [] :c)) ;=> [:a [:b :c]]
((t/join-fixtures [(fn [f] [:a (f)]) (fn [f] [:b (f)])]) (fn [] :c)) ;=> [:a [:b :c]]
((t/join-fixtures []) (fn [] :c)) ;=> :c
(t/compose-fixtures 1) ;! :ox/arity

;;; ## Fixtures of another kind
(require '[clojure.test :refer [use-fixtures]])
(use-fixtures :all identity) ;! OX0202 "No method in multimethod 'use-fixtures'"

;;; ## Reports are printed as by `clojure.test`
(require '[clojure.test :as t :refer [is testing]] '[clojure.string :as str])
(defn printed [f]
  (str/replace (with-out-str (binding [t/*test-out* *out*] (f))) #"\([^()]*:\d+\)" "(place)"))
(printed (fn [] (is (= 1 1)))) ;=> ""
(printed (fn [] (is (= 1 2)))) ;=> "\nFAIL in () (place)\nexpected: (= 1 2)\n  actual: (not (= 1 2))\n"
(printed (fn [] (testing "a" (testing "b" (is (= 1 2) "c"))))) ;=> "\nFAIL in () (place)\na b\nc\nexpected: (= 1 2)\n  actual: (not (= 1 2))\n"
(take 4 (str/split-lines (printed (fn [] (is (/ 1 0) "why"))))) ;=> ("" "ERROR in () (place)" "why" "expected: (/ 1 0)")
(printed (fn [] (t/report {:type :summary :test 1 :pass 2 :fail 3 :error 4}))) ;=> "\nRan 1 tests containing 9 assertions.\n3 failures, 4 errors.\n"
(printed (fn [] (t/report {:type :end-test-ns}))) ;=> ""
(printed (fn [] (t/do-report {:type :other :x 1}))) ;=> "{:type :other, :x 1}\n"
(with-out-str (t/with-test-out nil)) ;=> ""
(t/testing-vars-str {:file "a.ox" :line 3}) ;=> "() (a.ox:3)"
(t/testing-vars-str 1) ;=> "() (:)"

;;; ## Counters
(require '[clojure.test :as t :refer [is]])
(t/inc-report-counter :pass) ;=> nil
(binding [t/report (fn [m] (:type m))] (t/do-report {:type :pass})) ;=> :pass
(t/successful? {:test 1 :pass 1 :fail 0 :error 0}) ;=> true
(t/successful? {:fail 1 :error 0}) ;=> false
(t/successful? {}) ;=> true
(t/successful? {:fail "x"}) ;! :ox/type
t/*initial-report-counters* ;=> {:test 0, :pass 0, :fail 0, :error 0}

;;; ## A namespace's tests
;;; file app/core_test.ox
(ns app.core-test
  (:require [clojure.test :as t :refer [deftest is use-fixtures]]))
(def order (atom []))
(use-fixtures :each (fn [f] (swap! order conj :fixture) (f)))
(deftest zebra (swap! order conj :zebra) (is (= 1 1)))
(deftest ape (swap! order conj :ape) (is (= 1 2)) (is (throw (ex-info "x" {}))))
;;; file app/all.ox
(ns app.all (:require [clojure.test :as t :refer [deftest is]] [app.core-test :as core]))
(deftest here (is true))
(defn silently [f] (binding [t/report (fn [m] (case (:type m) (:pass :fail :error) (t/inc-report-counter (:type m)) nil))] (f)))
(silently (fn [] (t/test-ns 'app.core-test))) ;=> {:test 2, :pass 1, :fail 1, :error 1}
@core/order ;=> [:fixture :zebra :fixture :ape]
(silently (fn [] (t/run-tests))) ;=> {:test 1, :pass 1, :fail 0, :error 0, :type :summary}
(silently (fn [] (t/run-tests 'app.core-test 'app.all))) ;=> {:test 3, :pass 2, :fail 1, :error 1, :type :summary}
(silently (fn [] (t/run-all-tests #"app\.a.*"))) ;=> {:test 1, :pass 1, :fail 0, :error 0, :type :summary}
(silently (fn [] (t/run-all-tests))) ;=> {:test 3, :pass 2, :fail 1, :error 1, :type :summary}
(silently (fn [] (t/run-test here))) ;=> {:test 1, :pass 1, :fail 0, :error 0, :type :summary}
(silently (fn [] (t/run-test-var #'core/ape))) ;=> {:test 1, :pass 0, :fail 1, :error 1, :type :summary}
(silently (fn [] (apply t/run-tests ['app.all]))) ;=> {:test 1, :pass 1, :fail 0, :error 0, :type :summary}

;;; ## `test-ns-hook` is called in place of the tests
(require '[clojure.test :as t :refer [deftest is]])
(deftest one (is true))
(deftest two (is true) (is true))
(defn test-ns-hook [] (two))
(binding [t/report (fn [m] (t/inc-report-counter (:type m)))] (:pass (t/run-tests))) ;=> 2

;;; ## Other namespaces extend `is`
;;; file app/near.ox
(ns app.near (:require [clojure.test :as t]))
(defmethod t/assert-expr 'near? [msg form]
  (let [[_ a b] form]
    `(let [distance# (abs (- ~a ~b))]
       (t/do-report {:type (if (< distance# 1) :pass :fail) :message ~msg :expected '~form :actual distance#})
       distance#)))
(defmethod t/report :shout [m] [:shouted (:what m)])
;;; file app/use.ox
(ns app.use (:require [clojure.test :as t :refer [is]] [app.near]))
(binding [t/report (fn [m] nil)] (is (near? 1 5/2))) ;=> 3/2
(t/do-report {:type :shout :what 1}) ;=> [:shouted 1]
(defmethod t/assert-expr 'always [msg form] (t/assert-any msg (second form)))
(binding [t/report (fn [m] nil)] (is (always :yes))) ;=> :yes

;;; ## A method that nobody sees
(require '[clojure.test :refer [is]])
(is (near? 1 2)) ;! OX0101 "near?"

;;; ## What methods of `assert-expr` are made with
(require '[clojure.test :as t])
(first (t/assert-any nil '(f 1))) ;=> clojure.core/let
(first (t/assert-predicate "m" '(pos? 1))) ;=> clojure.core/let
(t/function? inc) ;=> true
(t/function? 1) ;=> false
(t/get-possibly-unbound-var (var first)) ;=> #function[ox.core/first]
;differs functions are printed by name
(t/assert-any) ;! :ox/arity

;;; ## `clojure.stacktrace`
(require '[clojure.stacktrace :as trace])
(defn caught [f] (try (f) (catch Throwable e e)))
(ex-message (trace/root-cause (ex-info "a" {} (ex-info "b" {})))) ;=> "b"
(ex-message (trace/root-cause (ex-info "a" {}))) ;=> "a"
(with-out-str (trace/print-throwable (ex-info "a" {:b 1}))) ;=> "ExceptionInfo: a\n{:b 1}\n"
;differs classes are named shortly
(with-out-str (trace/print-stack-trace (caught (fn [] (/ 1 0))) 0)) ;=> ":ox/arithmetic: Divide by zero\n"
;differs traces are of Ox, and told by their kinds
(with-out-str (trace/print-cause-trace (ex-info "a" {} (ex-info "b" {:c 1})) 0)) ;=> "ExceptionInfo: a\nCaused by: ExceptionInfo: b\n{:c 1}\n"
;differs classes are named shortly
(with-out-str (trace/print-trace-element {:name "a/b" :file "a.ox" :line 1})) ;=> "a/b (a.ox:1)"
;differs frames are maps
(trace/root-cause) ;! :ox/arity

;;; ## `print-throwable` and others
(require '[clojure.stacktrace :as st])
(re-find #"no" (with-out-str (st/print-throwable (ex-info "no" {:a 1})))) ;=> "no"
(re-find #":a 1" (with-out-str (st/print-throwable (ex-info "no" {:a 1})))) ;=> ":a 1"
(st/print-throwable 5) ;! :ox/type "expected an error, got 5"
(re-find #"no" (with-out-str (st/print-stack-trace (ex-info "no" {})))) ;=> "no"
(boolean (re-find #"Caused by" (with-out-str (st/print-stack-trace (ex-info "no" {} (ex-info "why" {})))))) ;=> false
(st/print-stack-trace 5) ;! :ox/type "expected an error, got 5"
(re-find #"Caused by" (with-out-str (st/print-cause-trace (ex-info "no" {} (ex-info "why" {}))))) ;=> "Caused by"
(re-find #"why" (with-out-str (st/print-cause-trace (ex-info "no" {} (ex-info "why" {})) 1))) ;=> "why"
(st/print-cause-trace 5) ;! :ox/type "expected an error, got 5"
(apply st/print-trace-element []) ;! :ox/arity "Wrong number of args (0) passed to: ox.stacktrace/print-trace-element, which takes 1 argum"
(ex-message (st/root-cause (ex-info "a" {} (ex-info "b" {})))) ;=> "b"

;;; ## The test library's names
(require '[clojure.test :as t])
(defn reports [f] (let [all (atom [])] (binding [t/report (fn [m] (swap! all conj (:type m)))] (f)) @all))
(t/deftest good (t/is (= 1 1)))
(t/deftest bad (t/is (= 1 2)))
(reports (fn [] (t/do-report {:type :pass}))) ;=> [:pass]
(reports (fn [] (t/do-report {:type :fail :message "m"}))) ;=> [:fail]
(binding [t/report (fn [m] (throw (ex-info "reported" {})))] (t/do-report {:type :pass})) ;! {} "reported"
((t/compose-fixtures (fn [f] [:outer (f)]) (fn [f] [:inner (f)])) (fn [] :test)) ;=> [:outer [:inner :test]]
((t/join-fixtures [(fn [f] [:outer (f)]) (fn [f] [:inner (f)])]) (fn [] :test)) ;=> [:outer [:inner :test]]
((t/join-fixtures []) (fn [] :test)) ;=> :test
((t/join-fixtures [(fn [f] (throw (ex-info "fixture" {})))]) (fn [] :test)) ;! {} "fixture"
((t/compose-fixtures inc inc) (fn [] :test)) ;! :ox/type "expected a number, got a function"
[(t/function? inc) (t/function? :a) (t/function? {})] ;=> [true false false]
[(t/function? 1) (t/function? (fn [] 1)) (t/function? "a")] ;=> [false true false]
(apply t/function? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test/function?, which takes 1 argument"
(binding [t/*report-counters* nil] (t/inc-report-counter :pass)) ;=> nil
(t/inc-report-counter :pass) ;=> nil
(apply t/inc-report-counter []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test/inc-report-counter, which takes 1 argument"
[(t/testing-contexts-str) (t/testing "a" (t/testing-contexts-str))] ;=> ["" "a"]
(t/testing "a" (t/testing "b" t/*testing-contexts*)) ;=> ("b" "a")
(apply t/testing-contexts-str [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.test/testing-contexts-str, which takes no arguments"
(empty? t/*testing-vars*) ;=> true
(binding [t/*testing-vars* (list #'good)] (count t/*testing-vars*)) ;=> 1
(boolean (re-find #"good" (binding [t/*testing-vars* (list #'good)] (t/testing-vars-str {:file "x.clj" :line 1})))) ;=> true
(apply t/testing-vars-str []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test/testing-vars-str, which takes 1 argument"
[t/*load-tests* t/*stack-trace-depth* (map? t/*initial-report-counters*)] ;=> [true nil true]
(binding [t/*stack-trace-depth* 1] t/*stack-trace-depth*) ;=> 1
(binding [t/*load-tests* false] t/*load-tests*) ;=> false
[(:test t/*initial-report-counters*) (:pass t/*initial-report-counters*) (:fail t/*initial-report-counters*)] ;=> [0 0 0]
(nil? t/*report-counters*) ;=> true
(t/with-test-out 1) ;=> 1
(with-out-str (binding [t/*test-out* *out*] (t/with-test-out (print "x")))) ;=> "x"
(t/with-test-out (throw (ex-info "out" {}))) ;! {} "out"
(reports (fn [] (t/test-var #'good))) ;=> [:begin-test-var :pass :end-test-var]
(reports (fn [] (t/test-var #'bad))) ;=> [:begin-test-var :fail :end-test-var]
(t/test-var 5) ;=> nil
(reports (fn [] (t/test-vars [#'good #'bad]))) ;=> [:begin-test-var :pass :end-test-var :begin-test-var :fail :end-test-var]
(t/test-vars 5) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(with-out-str (binding [t/*test-out* *out*] (t/run-tests 5))) ;! :ox/type "expected the name of a namespace, got 5"
(t/test-ns 5) ;! :ox/type "expected the name of a namespace, got 5"
(apply t/run-test-var [5 6]) ;! :ox/arity "Wrong number of args (2) passed to: ox.test/run-test-var, which takes 1 argument"
(apply t/test-all-vars []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test/test-all-vars, which takes 1 argument"
(apply t/test-ns []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test/test-ns, which takes 1 argument"
(apply t/run-test-var []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test/run-test-var, which takes 1 argument"
(apply t/run-all-tests [1 2 3]) ;! :ox/arity "Wrong number of args (3) passed to: ox.test/run-all-tests, which takes 0 or 1 arguments"
(apply t/get-possibly-unbound-var []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test/get-possibly-unbound-var, which takes 1 argume"
((t/get-possibly-unbound-var #'inc) 1) ;=> 2
(apply t/file-position []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test/file-position, which takes 1 argument"
(:pass (t/successful? {:fail 0 :error 0})) ;=> nil
[(t/successful? {:fail 0 :error 0}) (t/successful? {:fail 1 :error 0})] ;=> [true false]
(reports (fn [] (t/try-expr "m" (= 1 1)))) ;=> [:pass]
(reports (fn [] (t/try-expr "m" (throw (ex-info "x" {}))))) ;=> [:error]
(first (t/assert-predicate "m" '(= 1 1))) ;=> clojure.core/let
(count (t/assert-predicate "m" '(= 1 1))) ;=> 4
(apply t/assert-predicate []) ;! :ox/arity "Wrong number of args (0) passed to: ox.test/assert-predicate, which takes 2 arguments"

;;; ## More of what runs tests
(require '[clojure.test :as t])
(t/deftest one (t/is (= 1 1)))
(defn told [f] (with-out-str (binding [t/*test-out* *out*] (f))))
(defn reports [f] (let [all (atom [])] (binding [t/report (fn [m] (swap! all conj (:type m)))] (f)) @all))
(boolean (re-find #"Ran 1 tests" (told (fn [] (t/run-test one))))) ;=> true
(boolean (re-find #"1 assertions" (told (fn [] (t/run-test one))))) ;=> true
(reports (fn [] (t/try-expr "m" (= 1 2)))) ;=> [:fail]
(reports (fn [] (t/try-expr "m" nil))) ;=> [:fail]
[t/*load-tests* t/*stack-trace-depth* (nil? t/*report-counters*)] ;=> [true nil true]
[t/*stack-trace-depth* t/*load-tests* t/*report-counters*] ;=> [nil true nil]
(apply t/test-var []) ;! :ox/arity "Wrong number of args (0)"
(reports (fn [] (t/test-var (var one)))) ;=> [:begin-test-var :pass :end-test-var]
