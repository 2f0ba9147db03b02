(ns ox.match
  "Choosing by the shape of values; `clojure.core.match` is another name of this namespace.

  Clauses become one decision tree: at each step the test of the first clause that is left which most clauses need, then what is left of
  the clauses if it passes and if it does not (J. Jacobs, How to compile pattern matching, 2021). What can no longer be reached,
  and what nothing matches, is known when the tree is done. A tree that grows too large is left for trying clause by clause.

  A place is a path from a matched value, number 0 and so on, by steps: `[0 [:nth 2] [:get :k]]`. A test is a vector
  `[path kind operand]`. A row is a clause taken apart: its tests in order, the names it binds with their places, and the number of the
  clause. A clause with alternatives is several rows."
  (:require [ox.string :as string]))

(def ^:private tree-size
  "How many tests a tree may have for each row."
  16)

(defn- wrong [at message]
  (throw (ex-info message {:ox/kind :ox/syntax :ox/at at})))

;; ---------------------------------------------------------------------------------------------
;; Patterns taken apart

(declare pattern-rows)

(defn- add-test [row path kind operand]
  (update row :tests conj [path kind operand]))

(defn- add-name [row n path]
  (if-some [known (get (:names row) n)]
    (add-test row path :same known)
    (assoc-in row [:names n] path)))

(defn- add-guards
  "`names` are those that the guards see."
  [row path guards names]
  (reduce (fn [row guard] (add-test row path :guard [guard names])) row guards))

(defn- split-rest
  "The patterns before `&` and the one after it in a vector; nil for that if there is none."
  [patterns at]
  (let [[before [_ & after]] (split-with (fn [p] (not= p '&)) patterns)]
    (cond
      (= (count before) (count patterns)) [(vec before) nil]
      (= 1 (count after)) [(vec before) [(first after)]]
      :else (wrong at "exactly one pattern must follow `&`"))))

(defn- vector-rows [env rows path pattern at]
  (let [[fixed more] (split-rest pattern at)
        n (count fixed)
        rows (map (fn [row] (-> row (add-test path :vector nil) (add-test path (if more :count>= :count) n))) rows)
        rows (reduce (fn [rows i] (pattern-rows env rows (conj path [:nth i]) (nth fixed i) (conj at i))) rows (range n))]
    (if more
      (pattern-rows env rows (conj path [:subvec n]) (first more) (conj at (inc n)))
      rows)))

(defn- seq-rows [env rows path pattern at]
  (let [[fixed more] (split-rest pattern at)
        kind (if (empty? pattern) :empty :seq)
        rows (map (fn [row] (add-test row path kind nil)) rows)]
    (loop [rows rows path path i 0]
      (cond
        (empty? pattern) rows

        (< i (count fixed))
        (recur (pattern-rows env
                             (map (fn [row] (add-test row path :some nil)) rows)
                             (conj path [:first])
                             (nth fixed i)
                             (conj at i))
               (conj path [:rest])
               (inc i))

        more (pattern-rows env rows path (first more) (conj at (inc i)))
        :else (map (fn [row] (add-test row path :none nil)) rows)))))

(defn- map-rows
  "`only` are the keys that the map may have, nil: any."
  [env rows path pattern at only]
  (reduce (fn [rows entry]
            (pattern-rows env
                          (map (fn [row] (add-test row path :has (key entry))) rows)
                          (conj path [:get (key entry)])
                          (val entry)
                          at))
          (map (fn [row]
                 (let [row (add-test row path :map nil)]
                   (if (nil? only) row (add-test row path :only only))))
               rows)
          pattern))

(defn- guards-of [guards] (if (vector? guards) guards [guards]))

(defn- names-of [rows] (set (mapcat (fn [row] (keys (:names row))) rows)))

(defn- or-rows [env rows path patterns at]
  (let [found (map-indexed (fn [i p] (pattern-rows env rows path p (conj at (inc i)))) patterns)]
    (doseq [[i alternative] (map-indexed vector found)]
      (when (not= (names-of alternative) (names-of (first found)))
        (wrong (conj at (inc i)) "the patterns within `:or` must bind the same names")))
    (apply concat found)))

(defn- list-rows [env rows path pattern at]
  (let [[a b c] pattern
        n (count pattern)]
    (cond
      (and (= a 'quote) (= n 2)) (map (fn [row] (if (nil? b) (add-test row path :nil nil) (add-test row path := b))) rows)
      (= a :or) (or-rows env rows path (rest pattern) at)
      (and (= a :as) (= n 3) (symbol? c)) (map (fn [row] (add-name row c path)) (pattern-rows env rows path b (conj at 1)))
      (and (= a :guard) (< 2 n)) (map (fn [row] (add-guards row path (nnext pattern) (:names row))) (pattern-rows env rows path b (conj at 1)))
      (and (= b :as) (= n 3) (symbol? c)) (map (fn [row] (add-name row c path)) (pattern-rows env rows path a (conj at 0)))
      (and (contains? #{:guard :when} b) (= n 3)) (map (fn [row] (add-guards row path (guards-of c) {})) (pattern-rows env rows path a (conj at 0)))
      (and (= b :seq) (= n 2) (vector? a)) (seq-rows env rows path a (conj at 0))
      ;; as in `core.match`, where such a pattern has nothing to test
      (and (= b :only) (= a {}) (= c [])) rows
      (and (= b :only) (= n 3) (map? a) (vector? c)) (map-rows env rows path a (conj at 0) (set c))
      (and (= b :<<) (= n 3)) (pattern-rows env rows (conj path [:call c]) a (conj at 0))
      (and (symbol? a) (string/ends-with? (name a) "?") (= n 2)) (pattern-rows env (map (fn [row] (add-test row path :is a)) rows) path b (conj at 1))
      :else (wrong at (str "`" (pr-str pattern) "` is no pattern; lists in patterns are `(:or p …)`, `(p :as name)`, `(p :guard pred)`, `(pred? p)`, `([p …] :seq)`, `({k p …} :only [k …])`, `(p :<< f)` and quoted data")))))

(defn- pattern-rows
  "The rows, each with what matches `pattern` at `path` added. `at` is where the pattern stands in the call."
  [env rows path pattern at]
  (cond
    (= pattern '_) rows
    (symbol? pattern) (cond
                        (contains? env pattern) (map (fn [row] (add-test row path :equals pattern)) rows)
                        (namespace pattern) (wrong at (str "a pattern cannot bind `" pattern "`; a quoted symbol matches itself"))
                        :else (map (fn [row] (add-name row pattern path)) rows))
    (vector? pattern) (vector-rows env rows path pattern at)
    (map? pattern) (map-rows env rows path pattern at nil)
    (seq? pattern) (list-rows env rows path pattern at)
    (nil? pattern) (map (fn [row] (add-test row path :nil nil)) rows)
    (instance? java.util.regex.Pattern pattern) (map (fn [row] (add-test row path :matches pattern)) rows)
    (coll? pattern) (map (fn [row] (add-test row path :equals pattern)) rows)
    :else (map (fn [row] (add-test row path := pattern)) rows)))

;; ---------------------------------------------------------------------------------------------
;; What a test says of others at its place

(defn- scalar? [x] (not (coll? x)))

(defn- when-passed
  "What is known of a test once one of the same place has passed: true, false, or nil."
  [kind operand [_ kind' operand']]
  (cond
    (and (= kind kind') (= operand operand')) true
    (and (= kind :count) (= kind' :count)) false
    (and (= kind :count) (= kind' :count>=)) (<= operand' operand)
    (and (= kind :count>=) (= kind' :count)) (if (< operand' operand) false nil)
    (and (= kind :count>=) (= kind' :count>=)) (if (<= operand' operand) true nil)
    (and (= kind :=) (= kind' :=)) false
    (and (= kind :vector) (= kind' :seq)) true
    (contains? #{[:some :none] [:none :some]} [kind kind']) false
    (and (= kind :=) (not (scalar? operand))) nil
    (and (= kind' :=) (not (scalar? operand'))) nil
    :else (let [shapes #{:vector :map :seq := :nil}]
            (if (and (contains? shapes kind) (contains? shapes kind') (not= #{kind kind'} #{:vector :seq}))
              false
              nil))))

(defn- when-failed
  "What is known of a test once one of the same place has failed."
  [kind operand [_ kind' operand']]
  (cond
    (and (= kind kind') (= operand operand')) false
    (and (= kind :count>=) (contains? #{:count :count>=} kind') (<= operand operand')) false
    (and (= kind :seq) (= kind' :vector)) false
    (contains? #{[:some :none] [:none :some]} [kind kind']) true
    :else nil))

(defn- rows-after
  "The rows that are left once a test has passed or failed, without what is then known to pass."
  [rows [path kind operand :as test] known]
  (keep (fn [row]
          (let [said (fn [other]
                       (cond
                         (= other test) (= known when-passed)
                         (= (first other) path) (known kind operand other)
                         :else nil))]
            (when (not-any? (fn [other] (false? (said other))) (:tests row))
              (assoc row :tests (vec (remove said (:tests row)))))))
        rows))

;; ---------------------------------------------------------------------------------------------
;; The tree: `[:fail tests-passed]`, `[:found row]`, or `[:test test passed failed]`

(defn- prefix? [path of] (and (<= (count path) (count of)) (= path (subvec of 0 (count path)))))

(defn- runs-code?
  "Whether a test runs code of the program, which may rely on all tests before it."
  [[path kind _]]
  (or (contains? #{:guard :same :equals :is} kind)
      (boolean (some (fn [step] (and (vector? step) (= :call (first step)))) path))))

(defn- ready-tests
  "The tests of a row that may be made first: no test before is of the same place or of one that it is part of."
  [tests]
  (if (runs-code? (first tests))
    [(first tests)]
    (loop [left tests before [] ready []]
      (cond
        (empty? left) ready
        (runs-code? (first left)) ready
        :else (let [[path] (first left)]
                (recur (rest left)
                       (conj before path)
                       (if (some (fn [other] (prefix? other path)) before) ready (conj ready (first left)))))))))

(defn- best-test [rows]
  (let [uses (fn [test] (count (filter (fn [row] (some (fn [other] (= other test)) (:tests row))) rows)))]
    (reduce (fn [best test] (if (< (uses best) (uses test)) test best))
            (ready-tests (:tests (first rows))))))

(defn- tree
  "The decision tree of rows. `passed` are the tests that have passed. `room` counts down the tests that it may have; at 0 the value is of no use."
  [rows passed room]
  (cond
    (empty? rows) [:fail passed]
    (empty? (:tests (first rows))) [:found (first rows)]
    (<= @room 0) [:fail passed]
    :else (let [test (best-test rows)]
            (vswap! room dec)
            [:test test
             (tree (rows-after rows test when-passed) (conj passed test) room)
             (tree (rows-after rows test when-failed) passed room)])))

(defn- leaves [[kind a b c :as node]]
  (if (= kind :test)
    (concat (leaves b) (leaves c))
    [node]))

;; ---------------------------------------------------------------------------------------------
;; Code

(defn- step-form [v [kind operand]]
  (case kind
    :nth `(nth ~v ~operand)
    :subvec `(subvec ~v ~operand)
    :first `(first ~v)
    :rest `(rest ~v)
    :get `(get ~v ~operand)
    :call `(~operand ~v)))

(defn- with-places
  "Code that binds the locals of the places and of what they are parts of, as far as `bound` has them not, and then is what `f` makes of
  all that are bound."
  [locals bound paths f]
  (let [steps (fn [path] (map (fn [n] (subvec path 0 n)) (range 2 (inc (count path)))))
        new (distinct (remove bound (mapcat steps paths)))
        body (f (into bound new))]
    (if (empty? new)
      body
      `(let* ~(vec (mapcat (fn [path] [(locals path) (step-form (locals (pop path)) (peek path))]) new))
         ~body))))

(defn- test-form [locals [path kind operand]]
  (let [v (locals path)]
    (case kind
      :vector `(vector? ~v)
      :count `(= ~operand (count ~v))
      :count>= `(<= ~operand (count ~v))
      :map `(map? ~v)
      :has `(contains? ~v ~operand)
      :only `(= ~operand (set (keys ~v)))
      :seq `(sequential? ~v)
      :empty `(if (seqable? ~v) (nil? (seq ~v)) false)
      :some `(some? (seq ~v))
      :none `(nil? (seq ~v))
      :nil `(nil? ~v)
      := `(= ~v '~operand)
      :equals `(= ~v ~operand)
      :same `(= ~(locals operand) ~v)
      :matches `(if (string? ~v) (some? (re-matches ~operand ~v)) false)
      :is `(~operand ~v)
      :guard (let [[guard names] operand]
               (if (empty? names)
                 `(~guard ~v)
                 `(let* ~(vec (mapcat (fn [[n path]] [n (locals path)]) names)) (~guard ~v)))))))

(defn- places-of
  "The places that a test looks at."
  [[path kind operand]]
  (case kind
    :same [path operand]
    :guard (cons path (vals (second operand)))
    [path]))

(defn- tree-code [locals bound node found failed]
  (let [[kind a b c] node]
    (case kind
      :fail failed
      :found (found bound a)
      :test (with-places locals bound (places-of a)
              (fn [bound]
                `(if ~(test-form locals a)
                   ~(tree-code locals bound b found failed)
                   ~(tree-code locals bound c found failed)))))))

(defn- one-by-one
  "The code that tries rows in order and gives the index of the first that fits, or nil."
  [locals bound rows]
  (let [row-code (fn row-code [bound tests index]
                   (if (empty? tests)
                     index
                     (with-places locals bound (places-of (first tests))
                       (fn [bound]
                         `(if ~(test-form locals (first tests))
                            ~(row-code bound (rest tests) index)
                            nil)))))]
    `(or ~@(map (fn [row] (row-code bound (:tests row) (:index row))) rows))))

(defn- clause-code
  "A clause's form with its names, for one of its rows."
  [locals bound row form]
  (let [names (:names row)]
    (if (empty? names)
      form
      (with-places locals bound (vals names)
        (fn [_] `(let* ~(vec (mapcat (fn [[n path]] [n (locals path)]) names)) ~form))))))

(defn- clauses-by-index
  "The code of all clauses, once each, for the row whose index is the value of the symbol `chosen`."
  [locals bound chosen rows clauses failed]
  (let [place (fn [row n] (with-places locals bound [(get (:names row) n)] (fn [_] (locals (get (:names row) n)))))
        value (fn [rows n]
                (if (apply = (map (fn [row] (get (:names row) n)) rows))
                  (place (first rows) n)
                  `(case ~chosen ~@(mapcat (fn [row] [(:index row) (place row n)]) rows))))]
    `(case ~chosen
       ~@(mapcat (fn [rows]
                   (let [form (second (clauses (:number (first rows))))
                         names (keys (:names (first rows)))]
                     [(map :index rows)
                      (if (empty? names)
                        form
                        `(let* ~(vec (mapcat (fn [n] [n (value rows n)]) names)) ~form))]))
                 (partition-by :number rows))
       ~failed)))

;; ---------------------------------------------------------------------------------------------
;; What is said of clauses

(defn- example
  "A pattern of values that have passed the tests and are matched by nothing."
  [passed path]
  (let [own (filter (fn [[at _ _]] (= at path)) passed)
        operand (fn [kind] (some (fn [[_ k operand]] (when (= k kind) [operand])) own))
        parts (fn [n] (mapv (fn [i] (example passed (conj path [:nth i]))) (range n)))]
    (cond
      (operand :=) (first (operand :=))
      (operand :nil) nil
      (operand :count) (parts (first (operand :count)))
      (operand :count>=) (conj (parts (first (operand :count>=))) '& '_)
      (operand :map) (into {} (keep (fn [[at kind k]]
                                      (when (and (= at path) (= kind :has)) [k (example passed (conj path [:get k]))]))
                                    passed))
      (operand :is) (list (first (operand :is)) '_)
      :else '_)))

(defn- say-what-is-wrong [node clauses is-row? count-of-values]
  (let [ends (leaves node)
        reached (set (keep (fn [[kind row]] (when (= kind :found) (:number row))) ends))
        failing (first (filter (fn [[kind]] (= kind :fail)) ends))]
    (doseq [[number [pattern _]] (map-indexed vector clauses)]
      (when-not (contains? reached number)
        (macro-warning [(+ 2 (* 2 number))]
                       (str "nothing gets to the clause of `" (pr-str pattern) "`: those before it match all that it matches"))))
    (when failing
      (let [examples (mapv (fn [i] (example (second failing) [i])) (range count-of-values))]
        (macro-warning [0]
                       (str "not all that is `" (pr-str (if is-row? examples (first examples))) "` is matched: that is an `:ox/no-match` error, unless a last clause is of `:else`"))))))

(defn- else? [pattern] (= pattern :else))

(defn- rows-of [env is-row? width number pattern]
  (let [at [(+ 2 (* 2 number))]
        start [{:tests [] :names {} :number number}]]
    (cond
      (else? pattern) start
      (not is-row?) (pattern-rows env start [0] pattern at)
      (not (and (vector? pattern) (= width (count pattern))))
      (wrong at (str "`" (pr-str pattern) "` must be a vector of as many patterns as there are values, " width ", or `:else`"))
      :else (reduce (fn [rows i] (pattern-rows env rows [i] (nth pattern i) (conj at i))) start (range width)))))

(defmacro match
  "Evaluates the form of the first clause whose pattern matches: `(match value pattern form …)`, or of several values
  `(match [a b] [pattern pattern] form … :else form)`. When none does, it throws `:ox/no-match`.

  | pattern | matches |
  |---|---|
  | `1 \"s\" :k nil true 'sym` | what is equal |
  | `x` | anything, bound to the name; if it is a local already, what is equal to that; a second `x` in a pattern what is equal to the first |
  | `_` | anything |
  | `[p q]`, `[p & more]` | vectors of two elements; of one or more |
  | `([p & more] :seq)` | sequences and vectors, walked by `first` and `rest` |
  | `{:k p}`, `({:k p} :only [:k])` | maps that have the key; and no other |
  | `(:or p q)` | what one of them matches; each binds the same names |
  | `(p :as x)`, `(:as p x)` | what `p` matches, bound |
  | `(p :guard pred)`, `(:guard p pred …)` | what `p` matches and `pred` is true of; with `:guard` in front it sees the names before it |
  | `(int? p)` | what a predicate is true of, whose name ends in `?`, and `p` matches |
  | `(p :<< f)` | that of which `f` gives what `p` matches |
  | `#\"regex\"` | strings that match as a whole |

  ```ox
  (match [1 {:name \"Ada\"}]
    [0 _] :none
    [n {:name s}] [n s])
  ;=> [1 \"Ada\"]
  ```"
  [values & clauses]
  (when (odd? (count clauses))
    (wrong [(inc (count clauses))] "the pattern has no form"))
  (let [is-row? (vector? values)
        values (if is-row? values [values])
        width (count values)
        clauses (mapv vec (partition 2 clauses))
        rows (mapcat (fn [number [pattern _]] (rows-of &env is-row? width number pattern)) (range) clauses)
        rows (mapv (fn [index row] (assoc row :index index)) (range) rows)
        room (volatile! (* tree-size (inc (count rows))))
        node (tree rows [] room)
        fits? (< 0 @room)
        paths (distinct (mapcat (fn [row] (concat (mapcat places-of (:tests row)) (vals (:names row)))) rows))
        all-paths (distinct (mapcat (fn [path] (map (fn [n] (subvec path 0 n)) (range 1 (inc (count path))))) paths))
        locals (into {} (map (fn [path] [path (gensym "part__")]) (concat (map vector (range width)) all-paths)))
        bound (set (map vector (range width)))
        failed `(no-match ~(if is-row? (mapv (fn [i] (locals [i])) (range width)) (locals [0])))
        by-index (fn [code]
                   (let [chosen (gensym "chosen__")]
                     `(let* [~chosen ~code]
                        ~(clauses-by-index locals bound chosen rows clauses failed))))]
    (when fits?
      (say-what-is-wrong node clauses is-row? width))
    `(let* ~(vec (mapcat (fn [i v] [(locals [i]) v]) (range) values))
       ~(cond
          (not fits?) (by-index (one-by-one locals bound rows))
          (apply distinct? nil (keep (fn [[kind row]] (when (= kind :found) (:number row))) (leaves node)))
          (tree-code locals bound node (fn [bound row] (clause-code locals bound row (second (clauses (:number row))))) failed)
          :else (by-index (tree-code locals bound node (fn [_ row] (:index row)) nil))))))

(defmacro match-let
  "Evaluates the values in order, each bound to its name, and matches them as `match`: `(match-let [a 1 b 2] [pattern pattern] form …)`."
  [bindings & clauses]
  (let [pairs (partition 2 bindings)]
    `(let ~bindings
       (match ~(mapv first pairs) ~@clauses))))
