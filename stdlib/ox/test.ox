(ns ox.test
  "Tests; `clojure.test` is another name of this namespace.

  A test is what `deftest` contributes to the table of tests when a program is linked: no test is part of a program that
  runs none. What `is` makes of a form is a method of `assert-expr`, which any namespace may extend."
  (:require [ox.data :as data]
            [ox.json :as json]
            [ox.stacktrace :as stacktrace]
            [ox.string :as string]
            [ox.template :as template]))

;; ---------------------------------------------------------------------------------------------
;; What is bound while tests run

(def ^:dynamic *load-tests* "Whether `deftest` and its kin make tests." true)
(def ^:dynamic *stack-trace-depth* "How many frames of an error's trace are printed; nil: all." nil)
(def ^:dynamic *report-counters* "An atom with a map of counters while tests run, or nil." nil)
(def ^:dynamic *initial-report-counters* "What the counters begin with." {:test 0 :pass 0 :fail 0 :error 0})
(def ^:dynamic *testing-vars* "The vars of the tests that are under way, innermost first." (list))
(def ^:dynamic *testing-contexts* "The texts of `testing` around what is under way, innermost first." (list))
(def ^:dynamic *test-out* "Where reports are printed." :ox/stdout)

(defmacro with-test-out "Evaluates the body with `*out*` bound to `*test-out*`." [& body]
  `(binding [*out* *test-out*] ~@body))

;; ---------------------------------------------------------------------------------------------
;; Places

(defn- of-tests? "Whether a frame of a stack trace is one of this namespace's own." [frame]
  (re-find #"^ox\.test(\.check)?[/.]" (:name frame)))

(defn- of-library? [frame]
  (re-find #"^ox\." (:name frame)))

(defn- calls-here "The frames that are under way, innermost first." []
  (try
    (throw (ex-info "here" {}))
    (catch :default e (error-trace e))))

(defn- place [frame] {:file (:file frame) :line (:line frame)})

(defn file-position "Returns `[file line]` of the `n`th call on the stack." [n]
  (let [frame (nth (calls-here) n nil)]
    [(:file frame) (:line frame)]))

;; ---------------------------------------------------------------------------------------------
;; Reports

(defn testing-vars-str
  "Returns the names of the tests that are under way, and file and line of the report `m`."
  [m]
  (str (reverse (map (fn [v] (symbol (name (symbol v)))) *testing-vars*))
       " (" (:file m) ":" (:line m) ")"))

(defn testing-contexts-str "Returns the texts of `testing` around, outermost first, with spaces between." []
  (apply str (interpose " " (reverse *testing-contexts*))))

(defn inc-report-counter "Adds one to a counter of `*report-counters*`, if there are any." [name]
  (when *report-counters*
    (swap! *report-counters* update-in [name] (fnil inc 0))))

(defmulti ^:dynamic report
  "Reports a map, by its `:type`: `:pass :fail :error :summary :begin-test-ns :end-test-ns :begin-test-var :end-test-var`, or
  one of your own. A `defmethod` in another namespace replaces the one here; `binding` replaces all."
  :type)

(defn do-report
  "Reports a map, with file and line of a failure or an error. Methods of `assert-expr` call this."
  [m]
  (report
    (case (:type m)
      :fail (merge (place (first (remove of-tests? (calls-here)))) m)
      :error (let [actual (:actual m)
                   trace (if (error? actual) (error-trace actual) [])]
               (merge (place (or (first (remove of-library? trace)) (first trace))) m))
      m)))

(defmethod report :default [m]
  (with-test-out (prn m)))

(defmethod report :pass [m]
  (inc-report-counter :pass))

(defmethod report :fail [m]
  (with-test-out
    (inc-report-counter :fail)
    (println "\nFAIL in" (testing-vars-str m))
    (when (seq *testing-contexts*) (println (testing-contexts-str)))
    (when-let [message (:message m)] (println message))
    (println "expected:" (pr-str (:expected m)))
    (println "  actual:" (pr-str (:actual m)))))

(defmethod report :error [m]
  (with-test-out
    (inc-report-counter :error)
    (println "\nERROR in" (testing-vars-str m))
    (when (seq *testing-contexts*) (println (testing-contexts-str)))
    (when-let [message (:message m)] (println message))
    (println "expected:" (pr-str (:expected m)))
    (print "  actual: ")
    (let [actual (:actual m)]
      (if (error? actual)
        (stacktrace/print-cause-trace actual *stack-trace-depth*)
        (prn actual)))))

(defmethod report :summary [m]
  (with-test-out
    (println "\nRan" (:test m) "tests containing"
             (+ (:pass m) (:fail m) (:error m)) "assertions.")
    (println (:fail m) "failures," (:error m) "errors.")))

(defmethod report :begin-test-ns [m]
  (with-test-out
    (println "\nTesting" (:ns m))))

(defmethod report :end-test-ns [m])
(defmethod report :begin-test-var [m])
(defmethod report :end-test-var [m])

;; ---------------------------------------------------------------------------------------------
;; Assertions

(defn get-possibly-unbound-var "Returns the value of a var." [v] (deref v))

(defn function?
  "In a macro: whether `x` is a function, or a symbol that means one where the macro is called."
  [x]
  (if (symbol? x)
    (= :function (definition-kind x))
    (fn? x)))

(defn assert-predicate
  "Returns the code of an assertion whose form calls a function: its report has the values of the arguments."
  [msg form]
  (let [args (rest form)
        pred (first form)]
    `(let [values# (list ~@args)
           result# (apply ~pred values#)]
       (if result#
         (do-report {:type :pass :message ~msg
                     :expected '~form :actual (cons '~pred values#)})
         (do-report {:type :fail :message ~msg
                     :expected '~form :actual (list '~'not (cons '~pred values#))}))
       result#)))

(defn- assert-call
  "As `assert-predicate` of a form that calls a value which may be no function: known when it is called."
  [msg form]
  (let [args (rest form)
        pred (first form)]
    `(let [pred# ~pred
           values# (list ~@args)
           result# (apply pred# values#)
           of-function# (fn? pred#)]
       (do-report {:type (if result# :pass :fail) :message ~msg :expected '~form
                   :actual (if of-function#
                             (if result#
                               (cons '~pred values#)
                               (list '~'not (cons '~pred values#)))
                             result#)})
       result#)))

(defn assert-any "Returns the code of an assertion about any form." [msg form]
  `(let [value# ~form]
     (if value#
       (do-report {:type :pass :message ~msg
                   :expected '~form :actual value#})
       (do-report {:type :fail :message ~msg
                   :expected '~form :actual value#}))
     value#))

(defmulti assert-expr
  "In a macro: the code of an assertion, by the symbol at the head of its form; `:always-fail` of nil, `:default` of
  others. A method of a namespace is used in all that require it, and in what follows it in its own file."
  (fn [msg form]
    (cond
      (nil? form) :always-fail
      (seq? form) (first form)
      :else :default)))

(defmethod assert-expr :always-fail [msg form]
  `(do-report {:type :fail :message ~msg}))

(defmethod assert-expr :default [msg form]
  (let [head (when (sequential? form) (first form))]
    (cond
      (function? head) (assert-predicate msg form)
      (and (symbol? head) (= :value (definition-kind head))) (assert-call msg form)
      :else (assert-any msg form))))

(defmethod assert-expr 'instance? [msg form]
  `(let [klass# ~(nth form 1)
         object# ~(nth form 2)]
     (let [result# (instance? klass# object#)]
       (if result#
         (do-report {:type :pass :message ~msg
                     :expected '~form :actual (class object#)})
         (do-report {:type :fail :message ~msg
                     :expected '~form :actual (class object#)}))
       result#)))

(defmethod assert-expr 'thrown? [msg form]
  (let [klass (second form)
        body (nthnext form 2)]
    `(try ~@body
          (do-report {:type :fail :message ~msg
                      :expected '~form :actual nil})
          (catch ~klass e#
            (do-report {:type :pass :message ~msg
                        :expected '~form :actual e#})
            e#))))

(defmethod assert-expr 'thrown-with-msg? [msg form]
  (let [klass (nth form 1)
        re (nth form 2)
        body (nthnext form 3)]
    `(try ~@body
          (do-report {:type :fail :message ~msg :expected '~form :actual nil})
          (catch ~klass e#
            (let [m# (ex-message e#)]
              (if (re-find ~re m#)
                (do-report {:type :pass :message ~msg
                            :expected '~form :actual e#})
                (do-report {:type :fail :message ~msg
                            :expected '~form :actual e#})))
            e#))))

(defmacro try-expr "An assertion that reports what it throws: what `is` expands to." [msg form]
  `(try ~(assert-expr msg form)
        (catch Throwable t#
          (do-report {:type :error :message ~msg
                      :expected '~form :actual t#}))))

(defmacro is
  "Asserts that the form is true, with a message if given; returns its value. `(is (thrown? class body…))` asserts that the
  body throws such an error, `(is (thrown-with-msg? class re body…))` that its message matches too; they return the error."
  ([form] `(is ~form nil))
  ([form msg] `(try-expr ~msg ~form)))

(defmacro are
  "Asserts the expression, a template, for each group of values: `(are [x y] (= x y) 2 (+ 1 1), 4 (* 2 2))`."
  [argv expr & args]
  (if (or (and (empty? argv) (empty? args))
          (and (pos? (count argv))
               (pos? (count args))
               (zero? (mod (count args) (count argv)))))
    `(template/do-template ~argv (is ~expr) ~@args)
    (throw (IllegalArgumentException. "The number of args doesn't match are's argv."))))

(defmacro testing "Evaluates the body with a text more among the contexts of reports." [string & body]
  `(binding [*testing-contexts* (conj *testing-contexts* ~string)]
     ~@body))

;; ---------------------------------------------------------------------------------------------
;; The tables: tests and fixtures of the namespaces of a program
;;
;; An entry of `tests` is a function: without arguments the test, with one what is known of it.

(deftable* tests#table
  (fn* [contributions] (group-by first contributions)))

(deftable* fixtures#table
  (fn* [contributions] (group-by (juxt first second) contributions)))

(defn- by-place "Entries of tables in the order of the text." [entries]
  (sort-by (juxt :line :number) entries))

(defn- tests-in "The tests of a namespace, in the order of its text." [ns]
  (by-place (map (fn [[_ _ test number]]
                   (merge (function-place test) (test :facts) {:test test :number number}))
                 (get tests#table ns))))

(defn- test-at "The test of a var; nil of anything else." [v]
  (when (var? v)
    (first (filter (fn [test] (= v (:var test)))
                   (tests-in (symbol (namespace (symbol v))))))))

(defn- fixtures-of
  "The fixtures of a namespace of a kind: those that were named last."
  [ns kind]
  (let [all (by-place (map (fn [[_ _ list-of number]] (assoc (function-place list-of) :of list-of :number number))
                           (get fixtures#table [ns kind])))]
    (when-let [named (last all)]
      ((:of named)))))

(defn- test-entry "The code that contributes a test of the var `name`." [name body]
  `(contribute* tests ~(keyword name)
     (fn*
       ([] ~@body)
       ([~'_] {:var (var ~name)
               :meta '~(or (meta name) {})
               :hook ~(when (= :function (definition-kind 'test-ns-hook)) 'test-ns-hook)}))))

(defmacro deftest
  "Defines a test: a function without arguments, which reports as it runs. Tests may call one another. If the namespace has
  a function `test-ns-hook`, that is called in place of its tests."
  [name & body]
  (when *load-tests*
    `(do
       (def ~name (fn [] (test-var (var ~name))))
       ~(test-entry name body))))

(defmacro deftest- "As `deftest`, private." [name & body]
  (when *load-tests*
    `(deftest ~(vary-meta name assoc :private true) ~@body)))

(defmacro with-test "A definition, and the body as the test of what it defines." [definition & body]
  (if *load-tests*
    `(do ~definition ~(test-entry (second definition) body))
    definition))

(defmacro set-test "Makes the body the test of a definition that is there." [name & body]
  (when *load-tests*
    (test-entry name body)))

(defmacro use-fixtures
  "Has each test of the namespace (`:each`), or all of them together (`:once`), run by these functions, the first
  outermost: each is called with a function that goes on. It stands at top level."
  [fixture-type & args]
  (if (contains? #{:each :once} fixture-type)
    `(contribute* fixtures ~fixture-type (fn* [] (list ~@args)))
    (throw (IllegalArgumentException. (str "No method in multimethod 'use-fixtures' for dispatch value: " (pr-str fixture-type))))))

;; `contribute*` finds the tables by these.
(defn ^:no-doc tests [] tests#table)
(defn ^:no-doc fixtures [] fixtures#table)

(defn compose-fixtures "Returns a fixture that is the second within the first." [f1 f2]
  (fn [g] (f1 (fn [] (f2 g)))))

(defn join-fixtures "Returns a fixture of all of these, the first outermost." [fixtures]
  (reduce compose-fixtures (fn [f] (f)) fixtures))

;; ---------------------------------------------------------------------------------------------
;; Running

(defn ^:dynamic test-var "Runs the test of a var, if it has one. What it throws is reported as an error." [v]
  (when-let [test (test-at v)]
    (let [run (:test test)]
      (binding [*testing-vars* (conj *testing-vars* v)]
        (do-report {:type :begin-test-var :var v})
        (inc-report-counter :test)
        (try
          (run)
          (catch Throwable e
            (do-report {:type :error :message "Uncaught exception, not in assertion."
                        :expected nil :actual e})))
        (do-report {:type :end-test-var :var v})))))

(defn test-vars "Runs the tests of these vars, with the fixtures of their namespaces." [vars]
  (doseq [[ns vars] (group-by (fn [v] (symbol (namespace (symbol v)))) vars)]
    (let [once (join-fixtures (fixtures-of ns :once))
          each (join-fixtures (fixtures-of ns :each))]
      (once
        (fn []
          (doseq [v vars]
            (when (test-at v)
              (each (fn [] (test-var v))))))))))

(defn test-all-vars "Runs all tests of a namespace, a symbol, with its fixtures." [ns]
  (test-vars (map :var (tests-in ns))))

(defn test-ns
  "Runs the tests of a namespace, a symbol: its `test-ns-hook` if it has one, else all of them. Returns the counters."
  [ns]
  (when-not (symbol? ns)
    (fail :ox/type (str "expected the name of a namespace, got " (pr-str ns)) {:value ns :expected "the name of a namespace"}))
  (binding [*report-counters* (atom *initial-report-counters*)]
    (do-report {:type :begin-test-ns :ns ns})
    (if-let [hook (some :hook (tests-in ns))]
      (hook)
      (test-all-vars ns))
    (do-report {:type :end-test-ns :ns ns})
    (deref *report-counters*)))

(defn- summarized [summary]
  (let [summary (assoc summary :type :summary)]
    (do-report summary)
    summary))

(defn run-tests
  "Runs the tests of these namespaces, symbols, or of the file that is run; prints the results, and returns a summary."
  ([] (run-tests (program-namespace)))
  ([& namespaces]
   (summarized (apply merge-with + (map test-ns namespaces)))))

(defn run-all-tests "Runs all tests of the program, or those of the namespaces whose name the regular expression matches."
  ([] (apply run-tests (sort (keys tests#table))))
  ([re] (apply run-tests (filter (fn [ns] (re-matches re (name ns))) (sort (keys tests#table))))))

(defn successful? "Whether a summary tells of no failure and no error." [summary]
  (and (zero? (:fail summary 0))
       (zero? (:error summary 0))))

(defn run-test-var "Runs the test of a var with its fixtures; prints the results, and returns a summary." [v]
  (binding [*report-counters* (atom *initial-report-counters*)]
    (let [ns (symbol (namespace (symbol v)))]
      (do-report {:type :begin-test-ns :ns ns})
      (test-vars [v])
      (do-report {:type :end-test-ns :ns ns})
      (summarized (deref *report-counters*)))))

(defmacro run-test "Runs the test of this name, as `run-test-var`." [test-symbol]
  `(run-test-var (var ~test-symbol)))

;; ---------------------------------------------------------------------------------------------
;; For `oxc test`: what happens is told in lines of JSON, each after a mark that nothing else prints

(defn- shown "A value as a report has it: of long collections the beginning." [x]
  (binding [*print-length* 1000]
    (pr-str x)))

(defn- difference
  "Of a form `(= a b)` that was false, what only the one value has and what only the other, if both are collections."
  [{:keys [expected actual]}]
  (when (and (seq? expected) (= '= (first expected))
             (seq? actual) (= 'not (first actual))
             (= 3 (count (second actual))))
    (let [[_ a b] (second actual)]
      (when (some (fn [kind] (and (kind a) (kind b))) [map? set? sequential?])
        (let [[in-a in-b] (data/diff a b)]
          {:expected (shown in-a) :actual (shown in-b)})))))

(def ^:private runners
  "Functions that call tests and fixtures."
  #{"ox.test/test-var" "ox.test/test-vars" "ox.test/run-for-oxc" "ox.test/came-of"})

(defn- trace-within-test
  "The frames of an error and of its causes, down to where the test was called."
  [e]
  (let [frames (take-while (fn [frame] (not (contains? runners (:name frame)))) (error-trace e))]
    (cons {:error (with-out-str (stacktrace/print-throwable e))
           :kind (let [kind (error-kind e)] (when (and (keyword? kind) (= "ox" (namespace kind))) (name kind)))
           :data (into {} (keep (fn [[k v]] (when (contains? #{:expected :reason} k) [(name k) (str v)])) (ex-data e)))
           :frames (mapv (fn [frame]
                           (update frame :name
                                   (fn [name] (string/replace (stacktrace/shown-name name) #"/tests\[:(.*)\]$" "/$1"))))
                         frames)}
          (when-let [cause (ex-cause e)] (trace-within-test cause)))))

(defn- told-of
  "What is told of a failure or an error."
  [m]
  (let [actual (:actual m)
        difference (when (= :fail (:type m)) (difference m))]
    (cond-> {:event (name (:type m))
             :file (:file m)
             :line (:line m)
             :contexts (vec (reverse *testing-contexts*))
             :message (when-some [message (:message m)] (str message))
             :expected (when (or (= :fail (:type m)) (contains? m :expected)) (shown (:expected m)))
             :actual (if (error? actual)
                       (string/trim-newline (with-out-str (stacktrace/print-throwable actual)))
                       (shown actual))}
      (error? actual) (assoc :trace (vec (trace-within-test actual)))
      difference (assoc :difference difference))))

(defn- tell "Tells `oxc test` of an event." [mark event]
  (binding [*out* :ox/stdout]
    (print (str mark (json/write-str event) "\n"))))

(defn ^:no-doc run-for-oxc
  "Runs the tests of the file that is run whose names, with the namespace, contain `text`."
  [mark text]
  (let [ns (program-namespace)
        full-name (fn [test] (str (symbol (:var test))))
        wanted (filter (fn [test] (string/includes? (full-name test) text)) (tests-in ns))
        begun (volatile! {})
        usual report
        tell (fn [event] (tell mark event))
        test-name (fn [v] (when v (let [v (symbol v)] (if (= (str ns) (namespace v)) (name v) (str v)))))
        under-way (fn [event] (assoc event :test (test-name (last *testing-vars*))))
        counters (fn [] (deref *report-counters*))]
    (binding [*command-line-args* nil
              *report-counters* (atom *initial-report-counters*)
              report (fn [m]
                       (case (:type m)
                         :pass (inc-report-counter :pass)
                         (:fail :error) (do (inc-report-counter (:type m))
                                            (tell (under-way (told-of m))))
                         :begin-test-var (when-not (next *testing-vars*)
                                           (vreset! begun {:counters (counters) :at (effect* :ox/monotonic [:of-world])})
                                           (let [at (function-place (:test (test-at (:var m))))]
                                             (tell (under-way {:event "begin" :file (:file at) :line (:line at)}))))
                         :end-test-var (when-not (next *testing-vars*)
                                         (let [{before :counters at :at} (deref begun)]
                                           (tell (under-way
                                                   (merge {:event "end"
                                                           :ms (/ (quot (- (effect* :ox/monotonic [:of-world]) at) 1000) 1000.0)}
                                                          (dissoc (merge-with - (counters) before) :test))))))
                         (:begin-test-ns :end-test-ns :summary) nil
                         (usual m)))]
      (try
        (if-let [hook (when (= "" text) (some :hook wanted))]
          (hook)
          (test-vars (map :var wanted)))
        (catch Throwable e
          (do-report {:type :error :message "Uncaught exception, not in a test." :expected nil :actual e})))
      (let [all (counters)]
        (tell (assoc (dissoc all :test) :event "namespace" :tests (:test all)))))))

;; ---------------------------------------------------------------------------------------------
;; For `oxc test`: the examples in docstrings, each in a call of `check-example`

(defn- expected-data "What a text writes, in a vector; nil if it writes nothing." [text]
  (try
    [(read-string text)]
    (catch :default _ nil)))

(defn- is-written "Whether `text` writes `value`, of which `shown-text` is what `pr` prints." [text value shown-text]
  (or (= text shown-text)
      (if-let [[data] (expected-data text)] (= data value) false)))

(defn- without-trailing-spaces [text]
  (mapv string/trimr (string/split-lines text)))

(defn- came-of
  "What comes of calling `f`: `:value` and the text of it, or `:thrown`. All of a lazy sequence is computed here."
  [f]
  (let [failed (fn [e] {:thrown e})]
    (try
      (let [value (f)] {:value value :text (shown value)})
      (catch :default e (failed e))
      (catch :ox/cancelled e (failed e))
      (catch :ox/exit e (failed e)))))

(defn- of-example
  "What is told of an example of which the outcome is not the expected one; nil if it is."
  [{:keys [value error part mark output]} {:keys [thrown text printed] :as outcome}]
  (cond
    (and thrown (not error))
    (assoc (told-of {:type :error :actual thrown}) :expected value)

    (and error (not thrown))
    {:event "fail" :expected mark :actual text}

    (and error
         (not (and (let [data (ex-data thrown)
                         what (get data :ox/kind data)]
                     (is-written error what (shown what)))
                   (string/includes? (str (ex-message thrown)) part))))
    (assoc (told-of {:type :error :actual thrown}) :event "fail" :expected mark)

    (and value (not (is-written value (:value outcome) text)))
    (let [[data] (expected-data value)
          difference (difference {:expected '(= _ _) :actual (list 'not (list '= data (:value outcome)))})]
      (cond-> {:event "fail" :expected value :actual text}
        difference (assoc :difference difference)))

    (and output (not= (without-trailing-spaces output) (without-trailing-spaces printed)))
    {:event "fail" :message "It printed something else." :expected (string/trim-newline output) :actual (string/trim-newline printed)}))

(defn ^:no-doc check-example
  "Evaluates an example and tells whether what comes of it is as `expected` says."
  [expected f]
  (let [outcome (volatile! nil)
        run (fn [] (vreset! outcome (came-of f)))
        printed (if (:output expected) (with-out-str (run)) (do (run) nil))
        bad (of-example expected (assoc (deref outcome) :printed printed))
        mark (first *command-line-args*)]
    (tell mark (if bad
                 (assoc bad :line (:line expected) :contexts [(:form expected)])
                 {:event "pass"}))))

(defn ^:no-doc end-of-examples "Tells that all examples have been evaluated." []
  (tell (first *command-line-args*) {:event "done"}))
