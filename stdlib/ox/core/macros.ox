(ns ox.core.macros
  "The macros of the core, and what they are made of.

  The compiler has rewrites of its own for those it uses most; these definitions say what they mean, and tests
  hold the two equal. The forms that nothing here defines are `def if do let* loop* recur fn* letfn* quote var
  try catch finally throw lazy-cell* apply*`."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.function :refer :all]
            [ox.core.map :refer :all]
            [ox.core.string :refer :all]
            [ox.core.decimal :refer :all]
            [ox.core.atom :refer :all]
            [ox.core.array :refer :all]
            [ox.core.writer :refer :all]
            [ox.core.print :refer :all]
            [ox.core.reader :refer [in-stream]]
            [ox.core.effect :refer :all]
            [ox.core.handler :refer :all]
            [ox.core.eval :refer :all]
            [ox.core.process :refer :all]))

(defn- syntax-error [message form]
  (fail :ox/syntax (str message ": " (pr-str form)) {:form form}))

;; ---------------------------------------------------------------------------------------------
;; What macros may ask

(defn ^:no-doc definition-kind
  "In a macro: `:function`, `:macro` or `:value`, what `sym` means where the macro is called; nil if it means nothing."
  [sym]
  (effect* :ox/definition-kind [sym]))

(defn macro-warning
  "In a macro: has the compiler warn of its call. `path` leads to the part of `&form` that is meant: positions within lists and
  vectors, from 0. Where a macro fails, the `:ox/at` of the error's data is such a path. Returns nil."
  [path message]
  (effect* :ox/macro-warning [path message]))

;; ---------------------------------------------------------------------------------------------
;; Destructuring

(defn- default-of
  "The lookup of a key in the map `gmap`, with the default of the local if it has one."
  [gmap key local defaults]
  (if (contains? defaults local)
    `(get ~gmap ~key ~(get defaults local))
    `(get ~gmap ~key)))

(defn- bind-vector [out pattern value]
  (let [gvec (gensym "vec__")
        rest? (some (fn [p] (= p '&)) pattern)
        gseq (gensym "seq__")
        gfirst (gensym "first__")
        out (conj out gvec value)]
    (loop [out (if rest? (conj out gseq `(seq ~gvec)) out)
           n 0
           seen-rest? false
           ps (seq pattern)]
      (if (nil? ps)
        out
        (let [p (first ps)]
          (cond
            (= p '&)
            (recur (bind out (second ps) gseq) n true (nnext ps))
            (= p :as)
            (recur (bind out (second ps) gvec) n seen-rest? (nnext ps))
            seen-rest?
            (syntax-error "Unsupported binding form, only :as can follow & parameter" pattern)
            rest?
            (recur (bind (conj out gfirst `(first ~gseq) gseq `(next ~gseq)) p gfirst)
                   (inc n) false (next ps))
            :else
            (recur (bind out p `(nth ~gvec ~n nil)) (inc n) false (next ps))))))))

(defn- key-entries
  "The pairs of local and key that an entry `:keys`, `:strs` or `:syms` (with a namespace or not) stands for."
  [directive names]
  (let [ns-of (namespace directive)
        make (case (name directive)
               "keys" (fn [n] (keyword (or ns-of (namespace n)) (name n)))
               "syms" (fn [n] (list 'quote (symbol (or ns-of (namespace n)) (name n))))
               "strs" (fn [n] (name n)))]
    (mapv (fn [n] [(with-meta (symbol (name n)) (meta n)) (make n)]) names)))

(defn- bind-map [out pattern value]
  (let [gmap (gensym "map__")
        defaults (get pattern :or)
        out (conj out gmap value gmap `(if (seq? ~gmap) (seq-to-map-for-destructuring ~gmap) ~gmap))
        out (if (contains? pattern :as) (conj out (get pattern :as) gmap) out)]
    (reduce (fn [out e]
              (let [p (key e) k (val e)]
                (cond
                  (or (= p :as) (= p :or)) out
                  (keyword? p)
                  (if (contains? #{"keys" "strs" "syms"} (name p))
                    (reduce (fn [out pair]
                              (conj out (first pair) (default-of gmap (second pair) (first pair) defaults)))
                            out
                            (key-entries p k))
                    (syntax-error "Unsupported binding key" p))
                  :else (bind out p (default-of gmap k p defaults)))))
            out
            pattern)))

(defn- bind
  "Adds to the flat vector `out` the bindings of simple names that binding `pattern` to the form `value` means."
  [out pattern value]
  (cond
    (symbol? pattern) (conj out (if (namespace pattern)
                                  (syntax-error "Can't let qualified name" pattern)
                                  pattern)
                            value)
    (vector? pattern) (bind-vector out pattern value)
    (map? pattern) (bind-map out pattern value)
    :else (syntax-error "Unsupported binding form" pattern)))

(defn destructure "Returns the vector of bindings of simple names that a vector of bindings with patterns means." [bindings]
  (if (every? symbol? (take-nth 2 bindings))
    bindings
    (reduce (fn [out pair] (bind out (first pair) (second pair))) [] (partition 2 bindings))))

(defn- check-bindings [who bindings]
  (cond
    (not (vector? bindings)) (syntax-error (str who " requires a vector for its binding") bindings)
    (odd? (count bindings)) (syntax-error (str who " requires an even number of forms in binding vector") bindings)
    :else nil))

(defn- check-binding-pair [who bindings]
  (if (and (vector? bindings) (= 2 (count bindings)))
    nil
    (syntax-error (str who " requires exactly 2 forms in binding vector") bindings)))

(defmacro let
  "Evaluates the expressions with the names of the patterns in `bindings` bound, each seen from the next on."
  [bindings & body]
  (check-bindings "let" bindings)
  `(let* ~(destructure bindings) ~@body))

(defmacro loop
  "As `let`, and `recur` in tail position starts the body again with other values for the patterns."
  [bindings & body]
  (check-bindings "loop" bindings)
  (if (every? symbol? (take-nth 2 bindings))
    `(loop* ~bindings ~@body)
    (let [pairs (partition 2 bindings)
          names (mapv (fn [pair] (if (symbol? (first pair)) (first pair) (gensym "loop__"))) pairs)
          ;; the first values see the names before them, so they are bound once outside of the loop
          outer (reduce (fn [out i]
                          (let [[p v] (nth pairs i) g (nth names i)]
                            (if (symbol? p)
                              (conj out g v)
                              (conj out g v p g))))
                        []
                        (range (count names)))]
      `(let ~outer
         (loop* ~(vec (interleave names names))
           (let ~(vec (mapcat (fn [[p _] g] (if (symbol? p) [] [p g])) pairs names))
             ~@body))))))

(defn- simple-params
  "The parameter vector of simple names for `params`, and the bindings that are to be made from them."
  [params]
  (loop [ps (seq params) out [] lets []]
    (if (nil? ps)
      [out lets]
      (let [p (first ps)]
        (if (symbol? p)
          (recur (next ps) (conj out p) lets)
          (let [g (gensym "p__")]
            (recur (next ps) (conj out g) (conj lets p g))))))))

(defn- with-conditions
  "The body with its `{:pre … :post …}`, if it starts with such a map, as assertions."
  [body params]
  (let [conditions (if (and (next body) (map? (first body))) (first body) (meta params))
        body (if (and (next body) (map? (first body))) (next body) body)
        pre (get conditions :pre)
        post (get conditions :post)
        body (if post
               `((let* [~'% ~(if (next body) `(do ~@body) (first body))]
                   ~@(map (fn [c] `(assert ~c)) post)
                   ~'%))
               body)]
    (if pre
      (concat (map (fn [c] `(assert ~c)) pre) body)
      body)))

(defn- arity-of [form]
  (let [params (first form)]
    (if (not (vector? params))
      (syntax-error "Parameter declaration should be a vector" params)
      (let [body (with-conditions (rest form) params)
            [simple lets] (simple-params params)]
        (if (empty? lets)
          (list* params body)
          (list simple `(let ~lets ~@body)))))))

(defmacro fn
  "Makes a function: `(fn name? [params] …)` or `(fn name? ([params] …) …)`. Parameters are patterns; a map
  before the body with `:pre` and `:post` holds conditions, the result is `%` in them."
  [& sigs]
  (let [name (if (symbol? (first sigs)) (first sigs) nil)
        sigs (if name (next sigs) sigs)
        sigs (if (vector? (first sigs)) (list sigs) sigs)
        arities (map arity-of sigs)]
    (if name
      `(fn* ~name ~@arities)
      `(fn* ~@arities))))

(defmacro letfn "Evaluates the body with functions `(name [params] …)` that see one another." [fnspecs & body]
  `(letfn* ~(vec (mapcat (fn [spec] [(first spec) `(fn ~@spec)]) fnspecs))
     ~@body))

;; ---------------------------------------------------------------------------------------------
;; Definitions

(defn- definition-parts
  "Splits what follows the name in `defn` and `defmacro`: `[metadata arities]`."
  [name decl]
  (let [doc (if (string? (first decl)) (first decl) nil)
        decl (if doc (next decl) decl)
        attrs (if (map? (first decl)) (first decl) nil)
        decl (if attrs (next decl) decl)
        sigs (if (vector? (first decl)) (list decl) decl)
        trailing (if (map? (last sigs)) (last sigs) nil)
        sigs (if trailing (butlast sigs) sigs)]
    [(merge {:arglists (list 'quote (map first sigs))}
            (meta name)
            (if doc {:doc doc} nil)
            attrs
            trailing)
     sigs]))

(defmacro defn
  "Defines a function: `(defn name doc? attributes? [params] …)` or with several arities."
  [name & decl]
  (let [[m sigs] (definition-parts name decl)]
    (list 'def (with-meta name m) (cons `fn sigs))))

(defmacro defn- "As `defn`, private to the namespace." [name & decl]
  `(defn ~(with-meta name (assoc (meta name) :private true)) ~@decl))

(defmacro defonce "As `def`: every name is defined once." [name expr] `(def ~name ~expr))
(defmacro declare "Accepted and does nothing: definitions see one another in any order." [& names] nil)
(defmacro comment "Nothing; its contents are only read." [& body] nil)

;; ---------------------------------------------------------------------------------------------
;; Conditions

(defmacro when "Evaluates the body if `test` is true." [test & body] `(if ~test (do ~@body)))
(defmacro when-not "Evaluates the body if `test` is false." [test & body] `(if ~test nil (do ~@body)))

(defmacro if-not "`(if (not test) then else)`."
  ([test then] `(if-not ~test ~then nil))
  ([test then else] `(if (not ~test) ~then ~else)))

(defmacro and "The first false value of the expressions, else the last value; those after it are not evaluated. True of none."
  ([] true)
  ([x] x)
  ([x & more] `(let [and# ~x] (if and# (and ~@more) and#))))

(defmacro or "The first true value of the expressions, else the last value; those after it are not evaluated. nil of none."
  ([] nil)
  ([x] x)
  ([x & more] `(let [or# ~x] (if or# or# (or ~@more)))))

(defmacro if-let "Binds the pattern if the value is true and evaluates `then`, else `else`."
  ([bindings then] `(if-let ~bindings ~then nil))
  ([bindings then else]
   (check-binding-pair "if-let" bindings)
   (let [[pattern value] bindings]
     `(let [temp# ~value]
        (if temp# (let [~pattern temp#] ~then) ~else)))))

(defmacro when-let "Binds the pattern if the value is true and evaluates the body." [bindings & body]
  (check-binding-pair "when-let" bindings)
  (let [[pattern value] bindings]
    `(let [temp# ~value]
       (when temp# (let [~pattern temp#] ~@body)))))

(defmacro if-some "Binds the pattern if the value is not nil and evaluates `then`, else `else`."
  ([bindings then] `(if-some ~bindings ~then nil))
  ([bindings then else]
   (check-binding-pair "if-some" bindings)
   (let [[pattern value] bindings]
     `(let [temp# ~value]
        (if (nil? temp#) ~else (let [~pattern temp#] ~then))))))

(defmacro when-some "Binds the pattern if the value is not nil and evaluates the body." [bindings & body]
  (check-binding-pair "when-some" bindings)
  (let [[pattern value] bindings]
    `(let [temp# ~value]
       (if (nil? temp#) nil (let [~pattern temp#] ~@body)))))

(defmacro when-first "Binds the pattern to the first element of the value if it has one and evaluates the body." [bindings & body]
  (check-binding-pair "when-first" bindings)
  (let [[pattern value] bindings]
    `(let* [xs# (seq ~value)]
       (if xs# (let [~pattern (first xs#)] ~@body) nil))))

(defmacro cond "Evaluates the expression after the first test that is true." [& clauses]
  (when clauses
    (if (next clauses)
      (list 'if (first clauses) (second clauses) (cons `cond (nnext clauses)))
      (syntax-error "cond requires an even number of forms" clauses))))

(defmacro condp
  "Evaluates the expression after the first `test` for which `(pred test expr)` is true; `test :>> f` calls `f` with what
  the predicate returned; a last expression alone is the default."
  [pred expr & clauses]
  (let [gpred (gensym "pred__")
        gexpr (gensym "expr__")
        emit (fn emit [clauses]
               (cond
                 (nil? clauses) `(no-match ~gexpr)
                 (nil? (next clauses)) (first clauses)
                 (and (= :>> (second clauses)) (nnext clauses))
                 `(let* [result# (~gpred ~(first clauses) ~gexpr)]
                    (if result#
                      (~(nth clauses 2) result#)
                      ~(emit (next (nnext clauses)))))
                 :else
                 `(if (~gpred ~(first clauses) ~gexpr)
                    ~(second clauses)
                    ~(emit (nnext clauses)))))]
    `(let [~gpred ~pred ~gexpr ~expr]
       ~(emit clauses))))

(defmacro case
  "Evaluates the expression after the constant that equals the value; a list stands for each of its elements; nothing is
  evaluated in constants. A last expression alone is the default; without one, no match is an `:ox/no-match` error."
  [expr & clauses]
  (let [g (gensym "case__")
        test-of (fn [c] `(= ~g ~(list 'quote c)))
        emit (fn emit [clauses]
               (cond
                 (nil? clauses) `(no-match ~g)
                 (nil? (next clauses)) (first clauses)
                 :else
                 (let [c (first clauses)]
                   (if (= c ())
                     (emit (nnext clauses))
                     `(if ~(if (seq? c)
                             (reduce (fn [test c] `(if ~(test-of c) true ~test))
                                     (test-of (last c))
                                     (rest (reverse c)))
                             (test-of c))
                        ~(second clauses)
                        ~(emit (nnext clauses)))))))]
    `(let* [~g ~expr]
       ~(emit (seq clauses)))))

(defmacro assert
  "Throws an `:ox/assert` error if the expression is false."
  ([x] `(if ~x nil (assertion-failed ~(pr-str x))))
  ([x message] `(if ~x nil (assertion-failed ~(pr-str x) ~message))))

;; ---------------------------------------------------------------------------------------------
;; Threading

(defn- thread-first [x form]
  (if (seq? form)
    (with-meta `(~(first form) ~x ~@(next form)) (meta form))
    (list form x)))

(defn- thread-last [x form]
  (if (seq? form)
    (with-meta `(~@form ~x) (meta form))
    (list form x)))

(defmacro -> "Puts `x` as second element into the first form, that into the next, and so on." [x & forms]
  (reduce thread-first x forms))
(defmacro ->> "Puts `x` as last element into the first form, that into the next, and so on." [x & forms]
  (reduce thread-last x forms))
(defmacro .. "`(.. x a (b y))` calls the method `a` of `x`, and `b` of what that gives: `(. (. x a) (b y))`." [x form & more]
  (reduce (fn [x form] (list '. x form)) x (cons form more)))

(defmacro memfn "Returns a function that calls the method `name`: `(memfn charAt i)` is `(fn [target i] (.charAt target i))`." [name & args]
  (let [target (gensym "target__")]
    `(fn [~target ~@args]
       (. ~target (~name ~@args)))))

(defmacro as-> "Binds `name` to the value, then to that of the first form, and so on. The value of the last." [expr name & forms]
  `(let [~name ~expr ~@(interleave (repeat name) (butlast forms))]
     ~(if (empty? forms) name (last forms))))

(defn- threading
  "The code of `some->` and `some->>`: stops at nil."
  [thread expr forms]
  (let [g (gensym "some__")
        steps (map (fn [form] `(if (nil? ~g) nil ~(thread g form))) forms)]
    `(let [~g ~expr ~@(interleave (repeat g) (butlast steps))]
       ~(if (empty? steps) g (last steps)))))

(defmacro some-> "As `->`, as long as the value is not nil." [expr & forms] (threading thread-first expr forms))
(defmacro some->> "As `->>`, as long as the value is not nil." [expr & forms] (threading thread-last expr forms))

(defn- threading-if
  "The code of `cond->` and `cond->>`."
  [thread expr clauses]
  (if (odd? (count clauses))
    (syntax-error "cond-> requires an even number of forms" clauses)
    (let [g (gensym "cond__")
          steps (map (fn [[test form]] `(if ~test ~(thread g form) ~g)) (partition 2 clauses))]
      `(let [~g ~expr ~@(interleave (repeat g) (butlast steps))]
         ~(if (empty? steps) g (last steps))))))

(defmacro cond-> "As `->`, through the forms whose tests are true; the tests do not see the value." [expr & clauses]
  (threading-if thread-first expr clauses))
(defmacro cond->> "As `->>`, through the forms whose tests are true; the tests do not see the value." [expr & clauses]
  (threading-if thread-last expr clauses))

(defmacro doto "Evaluates the forms with `x` put in as second element, for their effects. Returns `x`." [x & forms]
  (let [g (gensym "doto__")]
    `(let [~g ~x]
       ~@(map (fn [f] (thread-first g f)) forms)
       ~g)))

;; ---------------------------------------------------------------------------------------------
;; Loops and sequences

(defmacro while "Evaluates the body as long as the test is true. Returns nil." [test & body]
  `(loop []
     (when ~test
       ~@body
       (recur))))

(defmacro dotimes "Evaluates the body with the name bound to 0, 1, … before `n`. Returns nil." [bindings & body]
  (check-binding-pair "dotimes" bindings)
  (let [[i n] bindings]
    `(let [n# (long ~n)]
       (loop [~i 0]
         (when (< ~i n#)
           ~@body
           (recur (inc ~i)))))))

(defn- comprehension
  "Groups the bindings of `for` and `doseq`: a vector of `[pattern expr modifiers]`, modifiers being pairs."
  [bindings]
  (reduce (fn [groups [k v]]
            (if (keyword? k)
              (if (contains? #{:let :when :while} k)
                (if (empty? groups)
                  (syntax-error "The first binding must be no modifier" k)
                  (conj (pop groups) (update (peek groups) 2 conj [k v])))
                (syntax-error "Invalid 'for' keyword" k))
              (conj groups [k v []])))
          []
          (partition 2 bindings)))

(defn- modified
  "The code `inner` under modifiers, with `skip` for an element that `:when` leaves out."
  [modifiers skip inner]
  (reduce (fn [code [k v]]
            (case k
              :let `(let ~v ~code)
              :while `(when ~v ~code)
              :when `(if ~v ~code ~skip)))
          inner
          (reverse modifiers)))

(defmacro doseq
  "Evaluates the body for each combination of elements, the last binding changing fastest, with `:let`, `:when` and
  `:while` as modifiers. Returns nil and holds no sequence by its head."
  [bindings & body]
  (check-bindings "doseq" bindings)
  (let [emit (fn emit [groups]
               (if (empty? groups)
                 `(do ~@body)
                 (let [[pattern expr modifiers] (first groups)
                       s (gensym "seq__")
                       again `(recur (next ~s))]
                   `(loop* [~s (seq ~expr)]
                      (if ~s
                        (let [~pattern (first ~s)]
                          ~(modified modifiers again
                                     (if (empty? (rest groups))
                                       `(do ~@body ~again)
                                       `(do ~(emit (rest groups)) ~again)))))))))]
    (emit (comprehension bindings))))

(defmacro for
  "The lazy sequence of the values of `expr` for each combination of elements, the last binding changing fastest, with
  `:let`, `:when` and `:while` as modifiers."
  [bindings expr]
  (check-bindings "for" bindings)
  (let [emit (fn emit [groups]
               (let [[pattern coll modifiers] (first groups)
                     iter (gensym "iter__")
                     s (gensym "s__")
                     xs (gensym "xs__")
                     ;; also where an element is left out: a loop would keep all that it leaves out, since a
                     ;; running cell holds its thunk, and that what it has captured
                     more `(~iter (rest ~xs))
                     inner (if (empty? (rest groups))
                             `(cons ~expr ~more)
                             `(let* [found# (seq ~(emit (rest groups)))]
                                (if found#
                                  (concat found# ~more)
                                  ~more)))]
                 `((fn* ~iter ([~s]
                     (lazy-seq
                       (let* [~xs (seq ~s)]
                         (if ~xs
                           (let [~pattern (first ~xs)]
                             ~(modified modifiers more inner))
                           nil)))))
                   ~coll)))]
    (emit (comprehension bindings))))

(defmacro with-open
  "Evaluates the body with names bound as `let` binds them, and in the end calls `.close` of each value, the last first." [bindings & body]
  (if (empty? bindings)
    `(do ~@body)
    `(let ~(subvec bindings 0 2)
       (try
         (with-open ~(subvec bindings 2) ~@body)
         (finally (. ~(nth bindings 0) ~'close))))))

(defmacro amap
  "Returns a copy of the array `a` with each element replaced by the value of `expr`, in which `idx` is its index and `ret` the copy." [a idx ret expr]
  `(let [array# ~a
         ~ret (aclone array#)]
     (loop [~idx 0]
       (if (< ~idx (alength array#))
         (do (aset ~ret ~idx ~expr)
             (recur (inc ~idx)))
         ~ret))))

(defmacro areduce
  "Returns the last value of `expr`, evaluated for each index `idx` of the array `a` with `ret` what it was before, `init` at first." [a idx ret init expr]
  `(let [array# ~a]
     (loop [~idx 0 ~ret ~init]
       (if (< ~idx (alength array#))
         (recur (inc ~idx) ~expr)
         ~ret))))

(defmacro lazy-seq "A sequence whose elements are computed by the body when they are first needed." [& body]
  `(lazy-cell* (fn* ([] ~@body))))

(defmacro lazy-cat "The lazy concatenation of the collections, each evaluated when it is its turn." [& colls]
  `(concat ~@(map (fn [c] `(lazy-seq ~c)) colls)))

(defmacro delay "A delay: the body is evaluated once, when the value is first needed." [& body]
  `(delay-new (fn* ([] ~@body))))

;; ---------------------------------------------------------------------------------------------
;; Bindings, output, time

(defmacro binding
  "Evaluates the body with dynamic names bound, in this fiber and those it starts."
  [bindings & body]
  (check-bindings "binding" bindings)
  `(let* [saved# (push-bindings ~(into {} (map (fn [[n v]] [(list 'var n) v]) (partition 2 bindings))))]
     (try
       ~@body
       (finally (pop-bindings saved#)))))

(defn ^:no-doc push-redefs [frame]
  (try
    (push-bindings frame)
    (catch :ox/state _
      (fail :ox/state
            "`with-redefs` gives other values to definitions of the project under test, where `oxc test` runs it; `with-handlers` answers effects and activities in place of the world, `^:dynamic` and `binding` are for all programs"
            {:vars (vec (keys frame))}))))

(defmacro with-redefs
  "In tests: evaluates the body while definitions of the project have other values, in this fiber and those it starts."
  [bindings & body]
  (check-bindings "with-redefs" bindings)
  `(let* [saved# (push-redefs ~(into {} (map (fn [[n v]] [(list 'var n) v]) (partition 2 bindings))))]
     (try
       ~@body
       (finally (pop-bindings saved#)))))

(defmacro with-bindings "Evaluates the body while a map from vars to values is bound." [frame & body]
  `(with-bindings* ~frame (fn* ([] ~@body))))

(defmacro bound-fn "As `fn`; the function runs with the dynamic bindings in force where it was made." [& tail]
  `(bound-fn* (fn ~@tail)))

(defmacro with-out-str "Evaluates the body and returns what it printed as a string." [& body]
  `(with-out-str* (fn* ([] ~@body))))

(defmacro with-in-str "Evaluates the body with `*in*` a stream of the characters of the string `s`." [s & body]
  `(binding [*in* (in-stream ~s)] ~@body))

(defmacro with-precision
  "Evaluates the body; results of arithmetic that are decimals are rounded to so many digits, 0 for all of them. `:rounding` before the
  body is one of UP, DOWN, CEILING, FLOOR, HALF_UP (which it is without it), HALF_DOWN, HALF_EVEN and UNNECESSARY."
  [precision & exprs]
  (let [named? (= :rounding (first exprs))
        rounding (if named? (second exprs) 'HALF_UP)]
    (if (contains? rounding-modes rounding)
      `(binding [*math-context* (math-context ~precision '~rounding)]
         ~@(if named? (nnext exprs) exprs))
      (syntax-error "with-precision rounds by UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN, HALF_EVEN or UNNECESSARY" rounding))))

(defmacro pvalues "Returns the lazy sequence of the values of the expressions, evaluated as `pmap` calls its function." [& exprs]
  `(pcalls ~@(map (fn [expr] `(fn* ([] ~expr))) exprs)))

(defmacro io! "Evaluates the body: there are no transactions in which it could not be. A string before it is a message." [& body]
  `(do ~@(if (string? (first body)) (rest body) body)))

(defmacro time "Evaluates the expression, prints how long it took, and returns its value." [expr]
  `(time* (fn* ([] ~expr))))

;; ---------------------------------------------------------------------------------------------
;; Fibers, processes, activities

(defmacro async "Evaluates the body in a fiber of its own. Returns its future." [& body] `(async* (fn* ([] ~@body))))
(defmacro future "As `async`." [& body] `(async* (fn* ([] ~@body))))

(defmacro all "Evaluates the expressions at the same time and returns the vector of their values; the first error ends the others." [& exprs]
  `(all* [~@(map (fn [e] `(fn* ([] ~e))) exprs)]))

(defmacro race "Evaluates the expressions at the same time and returns the value of the one that ends first; the others are cancelled." [& exprs]
  `(race* [~@(map (fn [e] `(fn* ([] ~e))) exprs)]))

(defmacro scope "Evaluates the body; fibers it has started that are still running at its end are cancelled, and waited for." [& body]
  `(scope* (fn* ([] ~@body))))

(defmacro with-timeout "Evaluates the body; if it takes longer than the duration, an `:ox/timeout` error is thrown in it." [d & body]
  `(timeout ~d (fn* ([] ~@body))))

(defn- mentions? "Whether the symbol is anywhere in the form." [form sym]
  (if (coll? form)
    (some (fn [part] (mentions? part sym)) form)
    (= form sym)))

(defn- with-recur
  "An arity of a method, in which `recur` gives all parameters but the first anew."
  [arity]
  (let [params (first arity) body (next arity)]
    (if (and (vector? params) (seq params) (mentions? body 'recur))
      (let [named (map-indexed (fn [i p] (if (and (symbol? p) (not= p '_)) p (symbol (str "p__" i "__auto__")))) (next params))]
        (list (into [(first params)] named)
              `(loop ~(vec (interleave (next params) named)) ~@body)))
      arity)))

(defmacro reify
  "Returns an object with methods of its own, which see the locals around it: `(reify P (m [this x] …) Q (n [this] …))`."
  [& protocols-and-methods]
  (let [add-method (fn [methods method]
                     (let [name (first method)
                           k (if (symbol? name)
                               (keyword (clojure.core/name name))
                               (syntax-error "Not the name of a method" method))
                           arities (if (vector? (second method)) (list (next method)) (next method))]
                       (assoc methods k (concat (get methods k) (map with-recur arities)))))]
    (loop [left protocols-and-methods all {}]
      (if (empty? left)
        `(reify* ~all)
        (let [protocol (first left)
              methods (take-while seq? (next left))]
          (if (symbol? protocol)
            (recur (drop-while seq? (next left))
                   (assoc all
                          `(reified ~protocol)
                          (into {} (map (fn [entry] [(key entry) `(fn ~@(val entry))])
                                        (reduce add-method {} methods)))))
            (syntax-error "Neither a protocol nor a method" protocol)))))))

(defmacro retrying "Evaluates the body, again when it fails, as `retry` with the same options." [opts & body]
  (if (empty? body)
    (syntax-error "Nothing to try again" &form)
    `(retrying* ~opts (fn* ([] ~@body)))))

(defmacro with-activity-options "Evaluates the body; the options win over those of the activities called in it." [opts & body]
  `(binding [*activity-options* (merge *activity-options* ~opts)] ~@body))

(defmacro defactivity
  "Defines a function that calls an activity and waits for its answer: `(defactivity name doc? [params] options? body…)`. The
  body runs as a process of its own; without one, a worker of the `:queue` answers."
  [name & decl]
  (let [doc (if (string? (first decl)) (first decl) nil)
        decl (if doc (next decl) decl)
        params (first decl)
        opts (if (map? (second decl)) (second decl) {})
        body (if (map? (second decl)) (nnext decl) (next decl))
        plain (mapv (fn [p] (if (symbol? p) p (gensym "p__"))) params)
        fixed (vec (take-while (fn [p] (not= p '&)) plain))
        args (if (= (count fixed) (count plain)) fixed `(vec (list* ~@fixed ~(peek plain))))
        body-fn (if (nil? body) nil `(fn ~params ~@body))]
    `(def ~(if doc (with-meta name (assoc (meta name) :doc doc)) name)
       (fn* (~plain
              (activity* ~(str (:name (:ns &env)) "/" name) ~opts ~body-fn ~args))))))

;; ---------------------------------------------------------------------------------------------
;; Effects and their handlers

(defmacro defeffect
  "Defines a function that asks for an effect of its name: `(defeffect ask [question])`, with a docstring or not. What it does and returns say the
  handlers around its call, see `with-handlers`; where there are none, it is an `:ox/unhandled` error."
  [name & decl]
  (let [doc (if (string? (first decl)) (first decl) nil)
        params (if doc (second decl) (first decl))
        plain (mapv (fn [p] (if (symbol? p) p (gensym "p__"))) params)
        fixed (vec (take-while (fn [p] (not= p '&)) plain))
        effect (keyword (str (:name (:ns &env))) (str name))
        args (if (= (count fixed) (count plain)) (into [effect] fixed) `(vec (list* ~effect ~@fixed ~(peek plain))))]
    `(def ~(if doc (with-meta name (assoc (meta name) :doc doc)) name)
       (fn* (~plain (effect* :ox/perform ~args))))))

(def ^:private effects-of-the-core
  {'clojure.core/now :ox/now, 'clojure.core/sleep :ox/sleep, 'clojure.core/rand :ox/rand, 'clojure.core/random-uuid :ox/random-uuid
   'clojure.core/slurp "ox.fs/read", 'clojure.core/spit "ox.fs/write"})

(def ^:private activities-of-the-library
  #{"ox.sh/run" "ox.sh/pipe" "ox.http/request" "ox.fs/read" "ox.fs/read-part" "ox.fs/write" "ox.fs/list" "ox.fs/stat" "ox.fs/copy" "ox.fs/move"
    "ox.fs/delete" "ox.fs/mkdir" "ox.fs/temp" "ox.fs/absolute" "ox.env/get" "ox.env/all"})

(defn- handled-by
  "What a key of `with-handlers` stands for: the keyword of an effect, the name of an activity."
  [env k at]
  (let [bad (fn [message]
              (throw (ex-info message {:ox/kind :ox/syntax :ox/at at})))]
    (cond
      (or (keyword? k) (string? k)) k
      (not (symbol? k)) (bad (str "A handler is for an effect or an activity, by its name, not for " (pr-str k)))
      :else
      (let [found (resolve env k)
            kind (if (nil? found) nil (definition-kind k))
            ;; versions of a package share their effects
            text (if (nil? found) nil (str (apply str (take-while (fn [c] (not= c \@)) (namespace found))) "/" (name found)))]
        (cond
          (nil? found) (bad (if (contains? env k)
                              (str k " is a local here: a handler is for an effect or an activity, by its name")
                              (str k " is defined nowhere: a handler is for an effect or an activity, by its name")))
          (= kind :effect) (keyword text)
          (= kind :activity) text
          (contains? effects-of-the-core found) (get effects-of-the-core found)
          (contains? activities-of-the-library text) text
          :else (bad (str k " is neither an effect nor an activity: there is nothing to handle")))))))

(defn- handler-map [env m path]
  (reduce (fn [handlers [k f]]
            (let [handled (handled-by env k path)]
              (if (contains? handlers handled)
                (throw (ex-info (str k " has two handlers here: another key names the same") {:ox/kind :ox/syntax :ox/at path}))
                (assoc handlers handled f))))
          {}
          m))

(defmacro handlers
  "A map of handlers as a value, for `with-handlers`: its keys are names of effects and activities."
  [m]
  (if (map? m)
    (handler-map &env m [1])
    (syntax-error "handlers takes a map from names to functions" m)))

(defmacro with-handlers
  "Evaluates the body while the handlers answer what it asks for: `(with-handlers {ask (fn [resume question] …)} body…)`.

  A key is the name of an effect (`defeffect`), of an activity, or of `now sleep rand random-uuid slurp spit`; a handler is called with
  `resume` and the arguments. `(resume value)` has the call in the body return the value, `(resume :throw error)` has it throw; both
  return what the body then returns. A handler that does not resume ends the body, whose `finally` run, with its own value.

  Handlers hold also for what the body does after it was resumed, and in fibers that it starts, there as if each stood in a
  `with-handlers` of its own; not in processes that it spawns. A handler itself is outside: what it asks for goes to those
  further out. Each request is resumed at most once, before the `with-handlers` has its value. In place of the map stands what
  `handlers` gives."
  [handlers & body]
  `(with-handlers* ~(if (map? handlers) (handler-map &env handlers [1]) handlers) (fn* ([] ~@body))))

;; ---------------------------------------------------------------------------------------------
;; Patterns of messages

(defn- pattern-steps
  "Adds to `[steps names]` what matches the pattern `p` against the symbol `v`. A step is `[:test form]`, or `[:bind symbol form]`
  for a part looked at later; a name is `[name symbol]`."
  [[steps names] p v]
  (let [check (fn [[steps names] test] [(conj steps [:test test]) names])
        part (fn [found p form]
               (if (= p '_)
                 found
                 (let [g (gensym "part__")
                       [steps names] found]
                   (pattern-steps [(conj steps [:bind g form]) names] p g))))
        bind (fn [[steps names] n v]
               (let [known (some (fn [[m w]] (if (= m n) w nil)) names)]
                 (if (nil? known)
                   [steps (conj names [n v])]
                   [(conj steps [:test `(= ~known ~v)]) names])))
        found [steps names]]
    (cond
      (symbol? p) (if (= p '_) found (bind found p v))
      (nil? p) (check found `(nil? ~v))

      (vector? p)
      (let [fixed (vec (take-while (fn [x] (not= x '&)) p))
            n (count fixed)
            rest? (< n (count p))
            found (check (check found `(vector? ~v))
                         (if rest? `(<= ~n (count ~v)) `(= ~n (count ~v))))
            found (reduce (fn [found i] (part found (nth fixed i) `(nth ~v ~i))) found (range n))]
        (if rest?
          (part found (nth p (inc n)) `(subvec ~v ~n))
          found))

      (map? p)
      (reduce (fn [found e]
                (part (check found `(contains? ~v ~(key e))) (val e) `(get ~v ~(key e))))
              (check found `(map? ~v))
              p)

      (seq? p)
      (let [head (first p)]
        (cond
          (= head 'quote) (check found `(= ~v ~p))
          (= head :or) (check found (reduce (fn [any q]
                                              `(if ~(matched (pattern-steps [[] []] q v) true) true ~any))
                                            false
                                            (reverse (rest p))))
          (= head :as) (bind (pattern-steps found (second p) v) (nth p 2) v)
          (= head :guard) (reduce (fn [[steps names] pred]
                                    (check [steps names]
                                           (if (empty? names)
                                             `(~pred ~v)
                                             `(let* ~(vec (mapcat identity names)) (~pred ~v)))))
                                  (pattern-steps found (second p) v)
                                  (nnext p))
          (symbol? head) (pattern-steps (check found `(~head ~v)) (second p) v)
          :else (syntax-error "Not a pattern" p)))

      :else (check found `(= ~v ~p)))))

(defn- matched
  "The code whose value is that of `success` if all steps pass, else nil."
  [[steps _] success]
  (reduce (fn [inner [kind a b]]
            (if (= kind :test)
              `(if ~a ~inner nil)
              `(let* [~a ~b] ~inner)))
          success
          (reverse steps)))

(defmacro receive
  "Waits for a message that matches a pattern and evaluates what follows it: `(receive pattern form … (after duration form …))`.
  Messages that match nothing stay in the mailbox. Patterns: literals, names (bound; the second of a name must be equal), `_`,
  `[a b & more]`, `{:k p}`, `'quoted`, `(:or p q)` (without names), `(:as p name)`, `(:guard p pred …)`, `(int? n)`."
  [& clauses]
  (let [after (if (odd? (count clauses)) (last clauses) nil)
        clauses (vec (partition 2 (if after (butlast clauses) clauses)))
        message (gensym "message__")
        result (gensym "result__")
        number (gensym "clause__")
        found (mapv (fn [[p _]] (pattern-steps [[] []] p message)) clauses)
        last-one (dec (count clauses))
        backwards (range last-one -1 -1)
        matcher (reduce (fn [others i]
                          (let [[steps names] (nth found i)
                                code (matched [steps names] (into [i] (map second names)))]
                            (if (= i last-one)
                              code
                              `(let* [found# ~code] (if found# found# ~others)))))
                        nil
                        backwards)
        body (fn [i]
               (let [[_ names] (nth found i)]
                 `(let* ~(vec (mapcat (fn [[n _] k] [n `(nth ~result ~k)]) names (iterate inc 1)))
                    ~(second (nth clauses i)))))
        dispatch (reduce (fn [others i]
                           (if (= i last-one)
                             (body i)
                             `(if (= ~number ~i) ~(body i) ~others)))
                         nil
                         backwards)
        dispatch (if (< 1 (count clauses)) `(let* [~number (nth ~result 0)] ~dispatch) dispatch)
        dispatch (if after `(if (nil? ~result) (do ~@(nnext after)) ~dispatch) dispatch)]
    (cond
      (and (nil? after) (empty? clauses))
      (syntax-error "receive has no clause" &form)

      (and after (not (and (seq? after) (= 'after (first after)))))
      (syntax-error "The pattern has no form" after)

      :else
      `(let* [~result (receive* ~(if after (second after) nil) (fn* ([~message] ~matcher)))]
         ~dispatch))))
