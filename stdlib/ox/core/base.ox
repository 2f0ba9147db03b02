(ns ox.core.base
  "What the machine calls when a native traps: realizing lazy cells, and the slow paths of equality,
  hashing, order and printing. Everything else in the library stands on this.

  A slow path drives a *step native*: `(X-start …)` makes a state, a mutable array in the heap, and
  `(X-step state)` works on it for a bounded time. A step answers

  | answer | meaning |
  |---|---|
  | nil | not done: call again (the loop here is a safepoint, so the process can stop between steps) |
  | a lazy cell | force it, then call again |
  | anything else | the result |

  No answer of `=`, `hash`, `compare`, `ready` or `print` is nil or a lazy cell, so the three never meet."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.interface :refer :all]
            [ox.core.writer :refer [print-options text-by-method]]
            [ox.core.big :refer [number-text numeral]]))

;; ---------------------------------------------------------------------------------------------
;; Lazy cells
;;
;; Who starts a cell finishes or fails it, else it runs for ever. So nothing that can fail may come between: the
;; `try` is in the function that starts the cell, since a call is a place where the stack can be too deep.

(defn- link-value
  "Runs a cell that another cell's thunk returned, and returns its value as stored: a cell, or a sequence.
  Nothing but what the caller holds keeps the cell alive afterwards."
  [cell]
  (let [thunk (lazy-start! cell)]
    (if (nil? thunk)
      (if (identical? (lazy-state cell) :realized)
        (lazy-value cell)
        (do (effect* :ox/await-cell [cell]) cell))
      (try
        (let [v (thunk)]
          (lazy-finish! cell (if (lazy-cell? v) v (seq v))))
        (catch :ox/cancelled e (lazy-fail! cell e) (throw e))
        (catch :ox/exit e (lazy-fail! cell e) (throw e))
        (catch :default e (lazy-fail! cell e) (throw e))))))

(defn- chase
  "Follows a chain of cells returning cells to its end, in constant stack and memory: a `filter` that drops
  ten million elements is such a chain. Returns a sequence or nil."
  [v]
  (if (lazy-cell? v)
    (recur (link-value v))
    (seq v)))

(defn ^:no-doc realize*
  "Makes a lazy cell realized, and returns its value: a sequence or nil. The machine calls this when a native
  meets an unrealized cell. A cell whose thunk throws is unrealized again: who forces it again runs it again.
  A cell that needs its own value is a `:ox/state` error; one that another fiber computes is waited for."
  [cell]
  (let [thunk (lazy-start! cell)]
    (if (nil? thunk)
      (if (identical? (lazy-state cell) :realized)
        (chase (lazy-value cell))
        (do (effect* :ox/await-cell [cell])
            (recur cell)))
      (try
        (lazy-finish! cell (chase (thunk)))
        (catch :ox/cancelled e (lazy-fail! cell e) (throw e))
        (catch :ox/exit e (lazy-fail! cell e) (throw e))
        (catch :default e (lazy-fail! cell e) (throw e))))))

(defn- interrupted?
  "Returns true if an error came from outside of the thunk that it is thrown in: somebody cancels the fiber or ends
  the process, the mailbox is full, or a time limit passes that was set around the thunk and is still on. A time limit
  says how long it was; a program may throw a `:ox/timeout` of its own, also where there are no effects."
  [e]
  (let [kind (error-kind e)]
    (if (identical? kind :ox/timeout)
      (if (nil? (get (error-data e) :milliseconds))
        false
        (effect* :ox/deadline-expired []))
      (if (identical? kind :ox/cancelled)
        true
        (if (identical? kind :ox/exit)
          true
          (identical? kind :ox/mailbox-limit))))))

(defn- stop-delay [d e]
  (if (interrupted? e) (lazy-give-back! d e) (lazy-fail! d e)))

(defn- force-delay [d]
  (let [thunk (lazy-start! d)]
    (if (nil? thunk)
      (if (identical? (lazy-state d) :realized)
        (lazy-value d)
        (do (effect* :ox/await-cell [d])
            (recur d)))
      (try
        (lazy-finish! d (thunk))
        (catch :ox/cancelled e (stop-delay d e) (throw e))
        (catch :ox/exit e (stop-delay d e) (throw e))
        (catch :default e (stop-delay d e) (throw e))))))

(defn force
  "Returns the value of a delay, computing it if need be; anything else is returned as it is. What its body throws is
  thrown again each time. Who is interrupted in it (by a cancellation, `exit`, a time limit around it) leaves it as it
  was: who needs the value next computes it."
  [x]
  (if (delay? x) (force-delay x) x))

;; ---------------------------------------------------------------------------------------------
;; Slow paths

(defn ^:no-doc walk*
  "Goes on with work that a native could not do at once until its answer is there: reading, writing and changing long texts.
  The machine calls this when a native hands over. `walk-step` answers the result as a reduced value, for it can be nil, and
  numbers and numerals that are too long for a step."
  [state]
  (loop []
    (let [r (walk-step state)]
      (if (nil? r)
        (recur)
        (if (reduced? r)
          (deref r)
          (do (if (lazy-cell? r)
                (realize* r)
                (walk-give state (if (string? r) (numeral r) (number-text r))))
              (recur)))))))

;; Sorted collections. Whether keys are in order says a function, which no native calls; the trees that they are made of
;; are native (`sorted-part`, `sorted-put` …), the way down them is found here.

(defn- integer-order
  "The order that a number means which a comparator has returned: as in Clojure, its low 32 bits, fractions cut off."
  [r]
  (if (if (float? r) true (ratio? r))
    (let [d (double r)]
      (if (<= d -1.0) -1 (if (>= d 1.0) 1 0)))
    (unchecked-int (if (int? r) r (bigint r)))))

(defn ^:no-doc order-by
  "The order of two keys by a comparator, nil for `compare`: a number below, at or above zero. A predicate like `<` is a
  comparator too."
  [comparator x y]
  (if (nil? comparator)
    (compare x y)
    (let [r (comparator x y)]
      (if (identical? r true)
        -1
        (if (identical? r false)
          (if (comparator y x) 1 0)
          (if (number? r)
            (integer-order r)
            (fail :ox/type "a comparison function returns a number or a boolean" {:value r})))))))

(defn- sorted-node
  "The node of a key, nil if there is none."
  [coll key]
  (let [comparator (sorted-part coll 1)]
    (loop [node (sorted-part coll 0)]
      (if (nil? node)
        nil
        (let [order (order-by comparator key (sorted-part node 2))]
          (if (< order 0)
            (recur (sorted-part node 0))
            (if (= order 0)
              node
              (recur (sorted-part node 1)))))))))

(defn- sorted-path
  "The path to a key, or to where it would be."
  [coll key]
  (let [comparator (sorted-part coll 1)]
    (loop [node (sorted-part coll 0) path 1]
      (if (nil? node)
        path
        (let [order (order-by comparator key (sorted-part node 2))]
          (if (< order 0)
            (recur (sorted-part node 0) (* 2 path))
            (if (= order 0)
              path
              (recur (sorted-part node 1) (inc (* 2 path))))))))))

(defn- inline-method "The method that the type of `x` has inline; an error if there is none." [method x expected]
  (let [f (interface-method method x)]
    (if (nil? f)
      (fail :ox/type (str* "expected " expected ", got " (print* x true)) {:value x :expected expected})
      f)))

(defn- has-key? "Whether an instance of a type of the program has a key; an error if its type does not say." [coll key]
  (let [f (interface-method :containsKey coll)]
    (if (nil? f)
      (if ((inline-method :contains coll "a map, set, vector, string or nil") coll key) true false)
      (if (f coll key) true false))))

(defn ^:no-doc get*slow "`(get coll key)` of a sorted collection, or of an instance of a type of the program."
  ([coll key] (get*slow coll key nil))
  ([coll key not-found]
   (if (instance-of-type? coll)
     (let [f (interface-method :valAt coll)]
       (if (nil? f)
         (let [f (interface-method :get coll)]
           (if (nil? f)
             not-found
             (if (has-key? coll key) (f coll key) not-found)))
         (if (nil? not-found)
           (f coll key)
           (f coll key not-found))))
     (let [node (sorted-node coll key)]
       (if (nil? node)
         not-found
         (sorted-part node (if (map? coll) 3 2)))))))

(defn ^:no-doc contains?*slow "`(contains? coll key)` of a sorted collection, or of an instance of a type of the program." [coll key]
  (if (instance-of-type? coll)
    (has-key? coll key)
    (not (nil? (sorted-node coll key)))))

(defn ^:no-doc find*slow "`(find coll key)` of a sorted map, or of an instance of a type of the program." [coll key]
  (if (instance-of-type? coll)
    ((inline-method :entryAt coll "a map, a vector or nil") coll key)
    (let [node (sorted-node coll key)]
      (if (nil? node)
        nil
        (map-entry (sorted-part node 2) (sorted-part node 3))))))

(defn ^:no-doc assoc*slow "`(assoc* coll key value)` of a sorted map, or of an instance of a type of the program." [coll key value]
  (if (instance-of-type? coll)
    ((inline-method :assoc coll "a map, a vector or nil") coll key value)
    (sorted-put coll (sorted-path coll key) key value)))

(defn ^:no-doc dissoc*slow "`(dissoc* coll key)` of a sorted map, or of an instance of a type of the program." [coll key]
  (if (instance-of-type? coll)
    ((inline-method :without coll "a map or nil") coll key)
    (sorted-drop coll (sorted-path coll key))))

(defn ^:no-doc disj*slow "`(disj* coll x)` of a sorted set, or of an instance of a type of the program." [coll x]
  (if (instance-of-type? coll)
    ((inline-method :disjoin coll "a set or nil") coll x)
    (sorted-drop coll (sorted-path coll x))))

(defn ^:no-doc peek*slow "`(peek coll)` of an instance of a type of the program." [coll]
  ((inline-method :peek coll "a vector, a list or nil") coll))

(defn ^:no-doc pop*slow "`(pop coll)` of an instance of a type of the program." [coll]
  ((inline-method :pop coll "a vector, a list or nil") coll))

(defn ^:no-doc empty*slow "`(empty coll)` of an instance of a type of the program." [coll]
  (let [f (interface-method :empty coll)]
    (if (nil? f) nil (f coll))))

(defn ^:no-doc meta*slow "`(meta x)` of an instance of a type of the program." [x]
  (let [f (interface-method :meta x)]
    (if (nil? f) nil (f x))))

(defn ^:no-doc with-meta*slow "`(with-meta x m)` of an instance of a type of the program." [x m]
  ((inline-method :withMeta x "a collection, a symbol or a function") x m))

(defn ^:no-doc coll?*slow "`(coll? x)` of an instance of a type of the program; so the other predicates here." [x]
  (has-interface? 'IPersistentCollection x))
(defn ^:no-doc sequential?*slow [x] (has-interface? 'Sequential x))
(defn ^:no-doc associative?*slow [x] (has-interface? 'Associative x))
(defn ^:no-doc counted?*slow [x] (has-interface? 'Counted x))
(defn ^:no-doc ifn?*slow [x] (has-interface? 'IFn x))
(defn ^:no-doc map?*slow [x] (has-interface? 'IPersistentMap x))
(defn ^:no-doc set?*slow [x] (has-interface? 'IPersistentSet x))
(defn ^:no-doc vector?*slow [x] (has-interface? 'IPersistentVector x))
(defn ^:no-doc seq?*slow [x] (has-interface? 'ISeq x))
(defn ^:no-doc own-method*slow "`(own-method method x)` of an instance of a type of the program." [method x] (interface-method method x))
(defn ^:no-doc type-interfaces*slow "`(type-interfaces x)` of a type of the program." [x] (interfaces-of x))
(defn ^:no-doc own-interface?*slow "`(own-interface? short-name x)` of an instance of a type of the program." [short-name x]
  (has-interface? short-name x))

(defn- same-members?
  "Returns true if `y` has all entries of the map `x`, or the set `x` all elements of `y`: who is asked is as in Clojure."
  [x y]
  (if (map? x)
    (loop [s (seq x)]
      (if (nil? s)
        true
        (let [entry (first s)
              found (find y (key entry))]
          (if (nil? found)
            false
            (if (= (val entry) (val found))
              (recur (next s))
              false)))))
    (loop [s (seq y)]
      (if (nil? s)
        true
        (if (contains? x (first s))
          (recur (next s))
          false)))))

(defn- sorted-equal?
  "Returns true if two maps or sets of one size are equal, of which one at least is sorted. As in Clojure, what cannot be compared
  is not equal, but if a hash map is asked whether it is equal to a sorted one."
  [x y]
  (if (sorted? x)
    (try
      (same-members? x y)
      (catch :ox/type e false))
    (same-members? x y)))

;; Values of types that say themselves what they equal. Who is asked is as in Clojure: a collection before what is none, else the first.

(defn- as-elements? "Whether the elements of `y`, an instance of a type of the program, are those of the collection `x`." [x y]
  (if (sequential? x)
    (if (if (has-interface? 'Sequential y) true (has-interface? 'List y))
      (let [s (seq x) t (seq y)]
        (if (nil? s) (nil? t) (= s t)))
      false)
    (if (map? x)
      (if (if (has-interface? 'MapEquivalence y) true (if (has-interface? 'Map y) (not (has-interface? 'IPersistentMap y)) false))
        (if (= (count x) (count y))
          (loop [s (seq x)]
            (if (nil? s)
              true
              (let [k (key (first s))]
                (if (contains? y k)
                  (if (= (val (first s)) (get y k))
                    (recur (next s))
                    false)
                  false))))
          false)
        false)
      (if (set? x)
        (if (has-interface? 'Set y)
          (if (= (count x) (count y))
            (loop [s (seq y)]
              (if (nil? s)
                true
                (if (contains? x (first s))
                  (recur (next s))
                  false)))
            false)
          false)
        false))))

(defn- own-equal? "Whether two values are equal of which one at least is of a type that says so itself." [x y]
  (if (if (nil? x) true (nil? y))
    false
    (let [ask (fn [method x y]
                (if (instance-of-type? x)
                  (let [f (interface-method method x)]
                    (if (nil? f) nil (if (f x y) true false)))
                  nil))
          own (ask :equiv x y)]
      (if (nil? own)
        (if (instance-of-type? x)
          (let [other (if (instance-of-type? y) (ask :equiv y x) (if (coll? y) (as-elements? y x) nil))]
            (if (nil? other)
              (let [equals (ask :equals x y)]
                (if (nil? equals) (identical? x y) equals))
              other))
          (if (coll? x)
            (as-elements? x y)
            (let [other (ask :equiv y x)]
              (if (nil? other) false other))))
        own))))

(defn- own-hash "The hash of a value whose type says itself what it equals." [x]
  (let [hasheq (interface-method :hasheq x)
        f (if (nil? hasheq) (interface-method :hashCode x) hasheq)]
    (if (nil? f)
      (identity-hash x)
      (unchecked-long (f x)))))

(defn- own-order "The order of two values the first of which is of a type that says itself how its values compare." [x y]
  (let [f (interface-method :compareTo x)]
    (if (nil? f)
      (fail :ox/type (str* (print* x true) " cannot be compared with " (print* y true)) {:value x})
      (integer-order (f x y)))))

(defn ^:no-doc =*slow "`(= x y)` of values that are deep, large or unfinished." [x y]
  (let [state (equal-start x y)]
    (loop []
      (let [r (equal-step state)]
        (if (nil? r)
          (recur)
          (if (boolean? r)
            r
            (do (if (lazy-cell? r)
                  (realize* r)
                  (let [a (nth r 0) b (nth r 1)]
                    (walk-give state (if (if (instance-of-type? a) true (instance-of-type? b)) (own-equal? a b) (sorted-equal? a b)))))
                (recur))))))))

(defn ^:no-doc hash*slow "The machine's hash of a value that is deep, large or unfinished, or holds one whose type says itself what it equals." [x]
  (let [state (hash-start x)]
    (loop []
      (let [r (hash-step state)]
        (if (nil? r)
          (recur)
          (if (lazy-cell? r)
            (do (realize* r) (recur))
            (if (instance-of-type? r)
              (do (walk-give state (own-hash r)) (recur))
              r)))))))

(defn ^:no-doc hash-code*slow "`(hash x)` of what `hash*slow` is for." [x] (unchecked-int (hash*slow x)))

(defn hash
  "Returns an integer of 32 bits, the same for values that are `=`, and the same on every machine. Of a type that has `hashCode` inline, what
  that returns, cut to 32 bits."
  [x]
  (hash-code x))

(defn ^:no-doc key-hash*slow
  "Hashes a key of a map that is large or unfinished. The machine calls this, and then runs the same
  instruction again; `known` is what it knew of its keys before." [key known]
  (key-hashed key (hash*slow key) known))

(defn ^:no-doc key-equal*slow "Compares keys of a map that are large; as `key-hash*slow`." [x y known]
  (keys-compared x y (=*slow x y) known))

(defn ^:no-doc compare*slow "`(compare x y)` of values that are deep or large, or of a type that says itself how its values compare." [x y]
  (let [state (compare-start x y)]
    (loop []
      (let [r (compare-step state)]
        (if (nil? r)
          (recur)
          (if (int? r)
            r
            (do (walk-give state (own-order (nth r 0) (nth r 1))) (recur))))))))

(defn ^:no-doc print*slow "`(print* x options)` of a value that is deep, large or unfinished." [x options]
  (let [state (print-start x options)]
    (loop []
      (let [r (print-step state)]
        (if (nil? r)
          (recur)
          (if (lazy-cell? r)
            (do (realize* r) (recur))
            (if (string? r)
              r
              (do (walk-give state (if (vector? r) (text-by-method (nth r 0) (nth r 1) (nth r 2) options) (number-text r)))
                  (recur)))))))))

(defn- realize-along
  "Realizes a cell and some hundreds that follow it in its sequence: a walk that notes what it has seen begins anew for each
  that it finds."
  [cell]
  (loop [s (realize* cell) left 500]
    (if (if (nil? s) true (= left 0))
      nil
      (recur (next s) (- left 1)))))

(defn ^:no-doc ready*
  "Realizes every lazy cell inside `x` and returns `x`. Whatever leaves a process, or becomes a key, goes through this first."
  [x]
  (if (ready? x)
    x
    (let [state (ready-start x)]
      (loop []
        (let [r (ready-step state)]
          (if (nil? r)
            (recur)
            (if (lazy-cell? r)
              (do (realize-along r) (recur))
              x)))))))

(defn- text
  "What `str` makes of one value: of those that can be large, what `print*` writes readably."
  [x]
  (if (or (integer? x) (ratio? x))
    (number-text x)
    (if (or (nil? x) (string? x) (number? x) (char? x) (keyword? x) (symbol? x) (boolean? x) (inst? x) (uuid? x) (regex? x) (secret? x))
      (str* x)
      (let [f (interface-method :toString x)]
        (if (nil? f)
          (print* x (if (or (instance-of-type? x) (record? x)) true (print-options true)))
          (let [s (f x)]
            (if (string? s)
              s
              (fail :ox/type "toString returned what is no string" {:value s :expected "a string"}))))))))

(defn ^:no-doc str*slow
  "`(str* …)` where a value is large or unfinished, or of a type that may say itself what text it is."
  ([a] (text a))
  ([a b] (join-strings "" [(text a) (text b)]))
  ([a b c] (join-strings "" [(text a) (text b) (text c)]))
  ([a b c d] (join-strings "" [(text a) (text b) (text c) (text d)])))

(defn ^:no-doc format*slow
  "`(format* fmt args)` where an argument is large or unfinished: it is written first."
  [fmt args]
  (loop [i 0 written []]
    (if (< i (count args))
      (let [x (nth args i)]
        (recur (inc i) (conj* written (if (number? x) x (if (nil? x) x (if (char? x) x (if (boolean? x) x (text x))))))))
      (format* fmt written))))

(defn ^:no-doc conj*slow
  "`(conj* coll x)` where `x` is a large map, or one of both an instance of a type of the program, or `coll` a sorted collection; `(conj!* coll x)` where
  `x` is an instance."
  [coll x]
  (if (instance-of-type? coll)
    ((inline-method :cons coll "a collection") coll x)
    (if (transient? coll)
      (conj-entries conj!* coll x)
      (conj-all coll x))))

(defn- conj-entries "Adds the entries of `x`, one after the other." [add coll x]
  (loop [coll coll s (seq x)]
    (if (nil? s)
      coll
      (let [entry (first s)]
        (if (map-entry? entry)
          (recur (add coll entry) (next s))
          (fail :ox/type "conj of a map takes map entries" {:value entry}))))))

(defn- conj-all "`conj*slow` of a collection of the language." [coll x]
  (if (if (sorted? coll) (if (set? coll) true (vector? x)) false)
    (if (set? coll)
      (sorted-put coll (sorted-path coll x) x nil)
      (let [k (nth x 0)]
        (sorted-put coll (sorted-path coll k) k (nth x 1))))
    (conj-entries conj* coll x)))

(defn ^:no-doc count*slow
  "`(count coll)` of a sequence that has to be walked, or of an instance of a type of the program."
  [coll]
  (if (instance-of-type? coll)
    (let [size (interface-method :size coll)
          f (if (nil? size) (interface-method :length coll) size)]
      (if (if (nil? f) true (not (nil? (interface-method :count coll))))
        ((inline-method :count coll "a collection, a string or nil") coll)
        (f coll)))
    (loop [s (seq coll) n 0]
      (if (nil? s)
        n
        (if (counted? s)
          (+ n (count s))
          (recur (next s) (inc n)))))))

(defn- nth-of-seq "`(nth coll index not-found)` of what has to be walked; an index outside is an error if `strict`." [coll index not-found strict]
  (if (< index 0)
    (if strict (fail :ox/index "Index out of bounds" {:index index}) not-found)
    (loop [s (seq coll) i index]
      (if (nil? s)
        (if strict (fail :ox/index "Index out of bounds" {:index index :count (- index i)}) not-found)
        (if (= i 0)
          (first s)
          (recur (next s) (dec i)))))))

(defn- nth-method "The method that says what is at an index, nil of a type whose values are walked." [coll]
  (let [f (interface-method :nth coll)]
    (if (nil? f)
      (if (if (has-interface? 'Sequential coll) true (has-interface? 'CharSequence coll))
        nil
        (inline-method :nth coll "a sequence, vector or string"))
      f)))

(defn ^:no-doc nth*slow
  "`(nth coll index)` of a sequence that has to be walked, or of an instance of a type of the program."
  ([coll index]
   (let [f (if (instance-of-type? coll) (nth-method coll) nil)]
     (if (nil? f)
       (nth-of-seq coll index nil true)
       (f coll index))))
  ([coll index not-found]
   (let [f (if (instance-of-type? coll) (nth-method coll) nil)]
     (if (nil? f)
       (nth-of-seq coll index not-found false)
       (f coll index not-found)))))

(defn- own-cells "The sequence of an instance of a type that is one itself, by its `first` and `next`." [x]
  (cons ((inline-method :first x "a sequence") x)
        (lazy-seq ((inline-method :next x "a sequence") x))))

(defn- own-seq? [x] (if (instance-of-type? x) (has-interface? 'ISeq x) false))

(defn ^:no-doc seq*slow "`(seq x)` of an instance of a type of the program." [x]
  (let [f (interface-method :seq x)]
    (if (if (nil? f) (own-seq? x) false)
      (own-cells x)
    (if (if (nil? f) (has-interface? 'CharSequence x) false)
      (seq (text x))
      (let [s ((inline-method :seq x "a collection") x)]
        (if (own-seq? s)
          (own-cells s)
          (seq s)))))))

(defn ^:no-doc first*slow "`(first x)` of an instance of a type of the program." [x] (first (seq*slow x)))
(defn ^:no-doc next*slow "`(next x)` of an instance of a type of the program, or of a cell with one behind it." [x]
  (if (instance-of-type? x)
    (next (seq*slow x))
    (seq (rest x))))
(defn ^:no-doc rest*slow "`(rest x)` of an instance of a type of the program." [x]
  (let [f (if (own-seq? x) (interface-method :more x) nil)]
    (if (nil? f)
      (rest (seq*slow x))
      (f x))))
(defn ^:no-doc cons*slow "`(cons x more)` before an instance of a type of the program." [x more] (cons x (seq*slow more)))

(defn ^:no-doc apply*slow "`(apply f … more)` where `more` is an instance of a type of the program." [f & args]
  (let [v (persistent! (loop [t (transient []) s (seq args)] (if (nil? (next s)) (conj!* t (seq (first s))) (recur (conj!* t (first s)) (next s)))))
        n (- (count v) 1)]
    (loop [i (- n 1) more (nth v n)]
      (if (< i 0)
        (apply* f more)
        (recur (- i 1) (cons (nth v i) more))))))

(defn ^:no-doc invoke*slow "A call of a value of a type of the program." [x & args]
  (let [f (interface-method :invoke x)]
    (if (nil? f)
      (let [f (interface-method :applyTo x)]
        (if (nil? f)
          (inline-method :invoke x "a function")
          (f x args)))
      (apply* f x args))))

(defn ^:no-doc deref*slow
  "`(deref reference)` where something is to be computed or waited for."
  ([reference]
   (if (delay? reference)
     (force-delay reference)
     (if (future? reference)
       (effect* :ox/await [reference])
       (if (promise? reference)
         (effect* :ox/await [reference])
         ((inline-method :deref reference "a reference") reference)))))
  ([reference milliseconds otherwise]
   (if (delay? reference)
     (force-delay reference)
     (effect* :ox/await-for [reference milliseconds otherwise]))))
