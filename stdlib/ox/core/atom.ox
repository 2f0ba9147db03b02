(ns ox.core.atom
  "Cells: atoms with watches and validators, volatiles, types, `instance?`.

  An atom belongs to its process. `swap!` calls its function with the cell untouched and compares afterwards,
  since the function may wait for an effect while another fiber changes the atom."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.queue]
            [ox.core.handler :refer [*handlers*]]
            [ox.core.interface :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]))

(defn- check-valid [validator value]
  (when (not (validator value))
    (fail :ox/state "Invalid reference state" {:value value})))

(defn- put!
  "Changes an atom, with its validator asked before and its watches told after."
  [a old value]
  (let [hooks (atom-hooks a)]
    (if (nil? hooks)
      (atom-set! a value)
      (let [validator (get hooks :validator)]
        (when (some? validator)
          (check-valid validator value))
        (atom-set! a value)
        (reduce-kv (fn [_ k watch] (watch k a old value) nil) nil (get hooks :watches))
        value))))

(defn atom
  "Returns a new atom with the value `x`. Options: `:meta` a map, `:validator` a function of a value to be."
  ([x] (atom-new x))
  ([x & {:keys [meta validator]}]
   (when validator
     (check-valid validator x))
   (let [a (atom-new x)]
     (when meta
       (set-meta! a meta))
     (when validator
       (atom-set-hooks! a {:validator validator}))
     a)))

(defn reset! "Sets the value of an atom. Returns it." [a value]
  (if (nil? (atom-hooks a))
    (atom-set! a value)
    (put! a (atom-value a) value)))

(defn compare-and-set! "Sets the value of an atom if it is identical to `old`. Returns whether it was." [a old value]
  (if (identical? (atom-value a) old)
    (do (put! a old value) true)
    false))

(defn swap!
  "Sets the value of an atom to `(f value …)`, again if another fiber has changed it meanwhile. Returns the new value."
  ([a f]
   (let [old (atom-value a)
         value (f old)]
     (if (identical? (atom-value a) old)
       (put! a old value)
       (recur a f))))
  ([a f x]
   (let [old (atom-value a)
         value (f old x)]
     (if (identical? (atom-value a) old)
       (put! a old value)
       (recur a f x))))
  ([a f x y]
   (let [old (atom-value a)
         value (f old x y)]
     (if (identical? (atom-value a) old)
       (put! a old value)
       (recur a f x y))))
  ([a f x y & more]
   (let [old (atom-value a)
         value (apply* f old x y more)]
     (if (identical? (atom-value a) old)
       (put! a old value)
       (recur a f x y more)))))

(defn swap-vals! "As `swap!`; returns the vector of the old and the new value." [a f & args]
  (let [old (atom-value a)
        value (apply* f old args)]
    (if (identical? (atom-value a) old)
      (do (put! a old value) [old value])
      (recur a f args))))

(defn reset-vals! "As `reset!`; returns the vector of the old and the new value." [a value]
  (let [old (atom-value a)]
    (put! a old value)
    [old value]))

(defn add-watch
  "Has `(f key atom old new)` called after every change of the atom. Returns the atom."
  [a key f]
  (let [hooks (atom-hooks a)]
    (atom-set-hooks! a (assoc hooks :watches (assoc (get hooks :watches) key f)))
    a))

(defn remove-watch "Removes the watch that was added under `key`. Returns the atom." [a key]
  (let [hooks (atom-hooks a)]
    (when (some? hooks)
      (let [watches (dissoc (get hooks :watches) key)
            hooks (if (empty? watches) (dissoc hooks :watches) (assoc hooks :watches watches))]
        (atom-set-hooks! a (not-empty hooks))))
    a))

(defn set-validator!
  "Has every new value of the atom asked: a function that returns false or throws keeps it out with `:ox/state`. nil removes it."
  [a validator]
  (when (some? validator)
    (check-valid validator (atom-value a)))
  (let [hooks (atom-hooks a)]
    (atom-set-hooks! a (not-empty (if (nil? validator)
                                    (dissoc hooks :validator)
                                    (assoc hooks :validator validator))))
    nil))

(defn get-validator "Returns the validator of the atom, or nil." [a] (get (atom-hooks a) :validator))

(defn reset-meta! "Sets the metadata of an atom. Returns it." [a m] (set-meta! a m))
(defn alter-meta! "Sets the metadata of an atom to `(apply f metadata args)`. Returns it." [a f & args]
  (set-meta! a (apply* f (meta a) args)))

(defn vswap! "Sets the value of a volatile to `(f value …)`. Returns it."
  ([v f] (vreset! v (f (deref v))))
  ([v f x] (vreset! v (f (deref v) x)))
  ([v f x & more] (vreset! v (apply* f (deref v) x more))))

(defn var-get "Returns the value of a var." [v] (deref v))

(defn class
  "Returns the symbol that names the type of `x`, such as `Long`, `String` or `Keyword`, of an error the one that names its class,
  of a value of a type of the program that type; nil for nil."
  [x]
  (if (error? x) (last-segment (error-class x)) (type-name x)))

(defn type
  "Returns the `:type` of the metadata of `x`, or what `class` does."
  [x]
  (or (get (meta x) :type) (class x)))

(def ^:private class-tests
  "For the class names that `instance?` takes, the test; the names of `type-name` are known too."
  {'Object some? 'Number number? 'Long int? 'Integer int? 'Short int? 'Byte int?
   'Double float? 'Float float? 'BigInt (fn [x] (and (integer? x) (not (int? x))))
   'BigInteger (fn [x] (and (integer? x) (not (int? x)))) 'Ratio ratio? 'BigDecimal decimal?
   'Boolean boolean? 'String string? 'CharSequence string? 'Character char? 'Keyword keyword? 'Symbol symbol?
   'Named (fn [x] (or (keyword? x) (symbol? x))) 'IFn ifn? 'Fn fn? 'AFn fn? 'Runnable fn? 'Callable fn?
   'Comparable (fn [x] (or (int? x) (float? x) (ratio? x) (decimal? x) (string? x) (keyword? x) (symbol? x) (char? x) (boolean? x) (vector? x)
                           (inst? x) (uuid? x)))
   'Map map? 'IPersistentMap map? 'APersistentMap map? 'IRecord record? 'List sequential? 'Collection coll?
   'Set set? 'IPersistentSet set? 'IPersistentVector vector? 'APersistentVector vector? 'PersistentVector vector?
   'IPersistentCollection coll? 'ISeq seq? 'Seqable seqable? 'Sequential sequential? 'IPersistentList list?
   'Associative associative? 'Counted counted? 'Indexed indexed? 'ILookup associative? 'Iterable coll?
   'IMapEntry map-entry? 'MapEntry map-entry? 'Entry map-entry? 'LazySeq lazy-cell?
   'IDeref (fn [x] (or (atom? x) (volatile? x) (delay? x) (var? x) (reduced? x) (future? x) (promise? x)))
   'IObj (fn [x] (or (coll? x) (symbol? x) (fn? x))) 'IMeta (fn [x] (or (coll? x) (symbol? x) (fn? x)))
   'Atom atom? 'Volatile volatile? 'Delay delay? 'Var var? 'Pattern regex? 'UUID uuid? 'Date inst? 'Instant inst? 'Inst inst?
   'Throwable error? 'ExceptionInfo error? 'Exception error?})

(defn instance?
  "Returns true if `x` is of the type that `class`, a symbol, names: a type name as `type` returns it, or one of the class
  and interface names of Clojure programs. Errors are of the classes whose `catch` clauses take them."
  [class x]
  (when-not (or (symbol? class) (type? class))
    (fail :ox/type "instance? takes a class" {:value class}))
  (if (type? class)
    (= class (type-name x))
  (if (error? x)
    (or (= class 'Object) (error-matches? x class) (error-matches? x (last-segment class)))
    (let [short-name (last-segment class)
          test (get class-tests short-name)]
      (or (if (nil? test)
            (= short-name (type-name x))
            (boolean (test x)))
          (has-interface? short-name x))))))

(defn get-thread-bindings "Returns the map of the dynamic bindings in force: var to value." []
  ;; Which handlers are in force, says the stack: nobody takes them elsewhere.
  (dissoc* (bindings) (var *handlers*)))

(defn bound-fn*
  "Returns a function that calls `f` with the dynamic bindings that are in force now."
  [f]
  (let [frame (get-thread-bindings)]
    (fn [& args]
      (let [saved (push-bindings frame)]
        (try
          (apply* f args)
          (finally (pop-bindings saved)))))))

(defn with-bindings* "Calls `f` with the arguments while the map `frame` from vars to values is bound." [frame f & args]
  (let [saved (push-bindings frame)]
    (try
      (apply* f args)
      (finally (pop-bindings saved)))))

(defn- the-var [v]
  (if (var? v) v (fail :ox/type "expected a var" {:value v})))

(defn bound? "Returns true if all vars have a value: every definition has one." [& vars]
  (every? (fn [v] (some? (the-var v))) vars))

(defn thread-bound? "Returns true if all vars have a value by `binding`, here and now." [& vars]
  (let [frame (bindings)]
    (every? (fn [v] (contains? frame (the-var v))) vars)))

(defn cast "Returns `x` if it is nil or of the type that `class` names, as `instance?` says; `:ox/type` otherwise." [class x]
  (if (or (instance? class x) (nil? x))
    x
    (fail :ox/type (str* "Cannot cast " (type-name x) " to " class) {:value x})))

;; ---------------------------------------------------------------------------------------------
;; Hashes of collections that are no collections of the language

(defn- elements "A vector of the elements of a collection; nil is none." [coll]
  (if (coll? coll) (into [] coll) (fail :ox/type "expected a collection" {:value coll})))

(defn hash-ordered-coll "Returns the hash of a vector or sequence of the elements of `coll`." [coll] (hash (elements coll)))

(defn hash-unordered-coll "Returns the hash of a set of the elements of `coll`, of a map that of the map." [coll]
  (if (map? coll) (hash coll) (hash (set (elements coll)))))

(defn hash-combine "Returns a hash made of the hash `seed` and that of `x`." [seed x] (hash [(long seed) (hash x)]))

(defn mix-collection-hash "Returns a hash made of what the hashes of `count` elements were added up to." [hash-basis count]
  (hash [(long hash-basis) (long count)]))
