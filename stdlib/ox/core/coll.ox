(ns ox.core.coll
  "Collections: the functions of any number of arguments over the natives, transients, and `reduce`.

  `reduce` walks each kind of collection in the way that costs least: vectors by index, ranges by
  counting, finished storage by chunks of 32, sequences one by one, holding nothing behind them."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]))

(defn identity "Returns its argument." [x] x)
(defn some? "Returns true if `x` is not nil." [x] (not (nil? x)))
(defn any? "Returns true." [x] true)
(defn second "Returns `(first (next coll))`." [coll] (first (next coll)))
(defn ffirst "Returns `(first (first coll))`." [coll] (first (first coll)))
(defn nfirst "Returns `(next (first coll))`." [coll] (next (first coll)))
(defn fnext "Returns `(first (next coll))`." [coll] (first (next coll)))
(defn nnext "Returns `(next (next coll))`." [coll] (next (next coll)))

(defn empty? "Returns true if `coll` has no elements." [coll]
  (if (counted? coll) (= 0 (count coll)) (nil? (seq coll))))
(defn not-empty "Returns `coll`, or nil if it has no elements." [coll] (if (empty? coll) nil coll))
(defn seqable? "Returns true if `seq` takes `x`." [x]
  (or (nil? x) (coll? x) (string? x) (bytes? x)
      (own-interface? 'Seqable x) (own-interface? 'Iterable x) (own-interface? 'CharSequence x)))
(defn indexed? "Returns true if `nth` takes constant time on the collection `x`." [x]
  (or (vector? x) (own-interface? 'Indexed x)))
(defn reversible? "Returns true if `rseq` takes `x`." [x]
  (or (vector? x) (sorted? x) (own-interface? 'Reversible x)))
(defn bounded-count "Returns the number of elements of `coll`, walking at most `n` of them if it is not counted." [n coll]
  (if (counted? coll)
    (count coll)
    (loop [i 0 s (seq coll)]
      (if (and s (< i n))
        (recur (inc i) (next s))
        i))))

;; ---------------------------------------------------------------------------------------------
;; reduce

(defn unreduced "Returns the value of a reduced, anything else as it is." [x] (if (reduced? x) (deref x) x))
(defn ensure-reduced "Returns `x` if it is reduced, `(reduced x)` otherwise." [x] (if (reduced? x) x (reduced x)))

(defn- reduce-vector [f acc v i n]
  (loop [i i acc acc]
    (if (< i n)
      (let [r (f acc (nth v i))]
        (if (reduced? r)
          (deref r)
          (recur (inc i) r)))
      acc)))

(defn- reduce-up
  "Over a range that counts up. The bound is on the number before the last, so that nothing overflows."
  [f acc from to step]
  (let [before-last (-' to step)]
    (loop [i from acc acc]
      (let [r (f acc i)]
        (if (reduced? r)
          (deref r)
          (if (< i before-last)
            (recur (+ i step) r)
            r))))))

(defn- reduce-down
  "Over a range that counts down, by a negative step."
  [f acc from to step]
  (let [before-last (-' to step)]
    (loop [i from acc acc]
      (let [r (f acc i)]
        (if (reduced? r)
          (deref r)
          (if (< before-last i)
            (recur (+ i step) r)
            r))))))

(defn- reduce-seq
  "Walks a sequence: chunks where there are any, else one by one, up to 32 elements before chunks are looked for again."
  [f acc s]
  (loop [s s acc acc singly 0]
    (if (nil? s)
      acc
      (if (< 0 singly)
        (let [r (f acc (first s))]
          (if (reduced? r)
            (deref r)
            (recur (next s) r (dec singly))))
        (let [c (chunk s)]
          (if (nil? c)
            (recur s acc 32)
            (let [n (count c)
                  r (loop [i 0 acc acc]
                      (if (< i n)
                        (let [r (f acc (nth c i))]
                          (if (reduced? r)
                            r
                            (recur (inc i) r)))
                        acc))]
              (if (reduced? r)
                (deref r)
                (recur (chunk-next s) r 0)))))))))

(defn- reduce-from [f acc coll]
  (if (vector? coll)
    (reduce-vector f acc coll 0 (count coll))
    (if (int-range? coll)
      (let [step (range-step coll)]
        (if (< 0 step)
          (reduce-up f acc (range-start coll) (range-end coll) step)
          (reduce-down f acc (range-start coll) (range-end coll) step)))
      (if (fused? coll)
        (if (reduced? acc)
          (reduce-wrapped f acc coll)
          (reduce-fused f acc coll))
        (if (instance-of-type? coll)
          (reduce-by-type f acc coll)
          (reduce-seq f acc (seq coll)))))))

(defn- reduce-by-type "Reduces an instance of a type of the program: by its own `reduce`, if it has one." [f acc coll]
  (let [own (own-method :reduce coll)]
    (if (nil? own)
      (reduce-seq f acc (seq coll))
      (own coll f acc))))

;; A call of `reduce`, or of a function that does nothing with a collection but reduce it, with the call of `map`,
;; `filter` … itself as its argument gets a *fused* sequence (`docs/internals/codegen.md`): nobody else can see the cells,
;; so none are made, and each element goes through all functions at once. That is the order of effects which lazy
;; sequences have, since they are not chunked.

(defn- stage
  "The function that reduces by `f` what one stage makes of each element. The numbers are those that code generation gives."
  [kind g f]
  (if (= kind 0)
    (fn [acc x] (f acc (g x)))                                         ; map
    (if (= kind 1)
      (fn [acc x] (if (g x) (f acc x) acc))                            ; filter
      (if (= kind 2)
        (fn [acc x] (if (g x) acc (f acc x)))                          ; remove
        (if (= kind 3)
          (fn [acc x] (let [v (g x)] (if (nil? v) acc (f acc v))))     ; keep
          (if (= kind 4)
            (fn [acc x] (if (g x) (f acc x) (reduced acc)))            ; take-while
            (let [left (volatile! g)]                                  ; take
              (fn [acc x]
                (let [more (vreset! left (dec (deref left)))
                      r (f acc x)]
                  (if (pos? more) r (ensure-reduced r)))))))))))

(defn- reduce-fused
  "Reduces a fused sequence from a start that is not reduced."
  [f acc coll]
  (if (fused? coll)
    (let [kind (fused-part coll 0)
          g (fused-part coll 1)]
      ;; A sequence of no elements does not look at what it is taken from.
      (if (if (= kind 5) (not (pos? g)) false)
        acc
        (recur (stage kind g f) acc (fused-part coll 2))))
    (reduce-from f acc coll)))

(defn- wrapped "A start or an element that is a reduced value, which says nothing there." [x] (fuse -1 x nil))
(defn- unwrapped [x] (if (fused? x) (fused-part x 1) x))

(defn- reduce-wrapped
  "Reduces a fused sequence from a start that is a reduced value."
  [f acc coll]
  (unwrapped (reduce-fused (fn [acc x] (f (unwrapped acc) x)) (wrapped acc) coll)))

(defn- reduce-fused-from-first
  "Reduces a fused sequence whose first element is the start."
  [f coll]
  (let [r (reduce-fused (fn [acc x]
                          (if (identical? acc ::none)
                            (if (reduced? x) (wrapped x) x)
                            (f (unwrapped acc) x)))
                        ::none
                        coll)]
    (if (identical? r ::none) (f) (unwrapped r))))

(defn reduce
  "Combines the elements of `coll` with `f`, from the left: `(f (f (f init a) b) c)`. Without `init`, the first
  element is the start; of an empty `coll`, the result is `init`, or `(f)`. A step that returns `(reduced x)` ends it with `x`."
  ([f coll]
   (if (vector? coll)
     (let [n (count coll)]
       (if (= n 0)
         (f)
         (reduce-vector f (nth coll 0) coll 1 n)))
     (if (fused? coll)
       (reduce-fused-from-first f coll)
       (if (own-interface? 'IReduce coll)
         ((own-method :reduce coll) coll f)
         (let [s (seq coll)]
           (if (nil? s)
             (f)
             (reduce-from f (first s) (next s))))))))
  ([f init coll] (reduce-from f init coll)))

(defn reduce-kv
  "Combines the entries of a map, or the indices and elements of a vector: `(f acc key value)`. `init` if there are none."
  [f init coll]
  (if (vector? coll)
    (let [n (count coll)]
      (loop [i 0 acc init]
        (if (< i n)
          (let [r (f acc i (nth coll i))]
            (if (reduced? r)
              (deref r)
              (recur (inc i) r)))
          acc)))
    (if (own-interface? 'IKVReduce coll)
      ((own-method :kvreduce coll) coll f init)
    (reduce-seq (fn [acc entry] (f acc (key entry) (val entry))) init (seq coll)))))

;; ---------------------------------------------------------------------------------------------
;; Building

(defn ^{:natives {2 conj*}} conj
  "Returns `coll` with the elements added where that costs least: at the end of a vector, at the front of a list. `(conj nil x)` is `(x)`."
  ([] [])
  ([coll] coll)
  ([coll x] (conj* coll x))
  ([coll x & xs] (reduce conj* (conj* coll x) xs)))

(defn ^{:natives {3 assoc*}} assoc
  "Returns the map with the values at the keys, or the vector with the values at the indices, up to its count."
  ([coll key value] (assoc* coll key value))
  ([coll key value & more]
   (loop [coll (assoc* coll key value) s more]
     (if s
       (if (next s)
         (recur (assoc* coll (first s) (first (next s))) (next (next s)))
         (fail :ox/argument "assoc expects even number of arguments after map/vector, found odd number"))
       coll))))

(defn ^{:natives {2 dissoc*}} dissoc
  "Returns the map without the keys."
  ([map] map)
  ([map key] (dissoc* map key))
  ([map key & more] (reduce dissoc* (dissoc* map key) more)))

(defn ^{:natives {2 disj*}} disj
  "Returns the set without the elements."
  ([set] set)
  ([set x] (disj* set x))
  ([set x & xs] (reduce disj* (disj* set x) xs)))

(defn ^{:natives {2 conj!*}} conj!
  "Adds elements to a transient collection; returns the transient to go on with."
  ([] (transient []))
  ([transient] transient)
  ([transient x] (conj!* transient x)))

(defn ^{:natives {3 assoc!*}} assoc!
  "Sets values in a transient map or vector; returns the transient to go on with."
  ([transient key value] (assoc!* transient key value))
  ([transient key value & more]
   (loop [t (assoc!* transient key value) s more]
     (if s
       (recur (assoc!* t (first s) (first (next s))) (next (next s)))
       t))))

(defn ^{:natives {2 dissoc!*}} dissoc!
  "Removes keys from a transient map; returns the transient to go on with."
  ([transient key] (dissoc!* transient key))
  ([transient key & more] (reduce dissoc!* (dissoc!* transient key) more)))

(defn ^{:natives {2 disj!*}} disj!
  "Removes elements from a transient set; returns the transient to go on with."
  ([transient] transient)
  ([transient x] (disj!* transient x))
  ([transient x & xs] (reduce disj!* (disj!* transient x) xs)))

(defn into
  "Returns `to` with all elements of `from` added by `conj`, through the transducer `xform` if given."
  ([] [])
  ([to] to)
  ([to from]
   (if (editable? to)
     (with-meta (persistent! (reduce conj!* (transient to) from)) (meta to))
     (reduce conj to from)))
  ([to xform from]
   (if (editable? to)
     ;; The completing step makes the collection, so that a transducer can end with something else (`halt-when`).
     (let [f (xform (fn
                      ([t] (with-meta (persistent! t) (meta to)))
                      ([t x] (conj!* t x))))]
       (f (reduce f (transient to) from)))
     (let [f (xform conj)]
       (f (reduce f to from))))))

(defn vec
  "Returns a vector of the elements of `coll`."
  [coll]
  (if (vector? coll)
    (if (map-entry? coll)
      [(key coll) (val coll)]
      (if (nil? (meta coll)) coll (with-meta coll nil)))
    (persistent! (reduce conj!* (transient []) coll))))

(defn vector
  "Returns a vector of its arguments."
  ([] [])
  ([a] [a])
  ([a b] [a b])
  ([a b c] [a b c])
  ([a b c d] [a b c d])
  ([a b c d & more] (into [a b c d] more)))

(defn- put-pairs
  "Adds alternating keys and values to a transient map, and returns the map."
  [t s]
  (loop [t t s (seq s)]
    (if s
      (if (next s)
        (recur (assoc!* t (first s) (first (next s))) (next (next s)))
        (fail :ox/argument (str* "No value supplied for key: " (first s)) {:key (first s)}))
      (persistent! t))))

(defn hash-map
  "Returns a map of alternating keys and values; the last of equal keys counts."
  ([] {})
  ([& keyvals] (put-pairs (transient {}) keyvals)))

(defn array-map
  "Returns a map of alternating keys and values; small ones keep the order of insertion."
  ([] {})
  ([& keyvals] (put-pairs (transient {}) keyvals)))

(defn seq-to-map-for-destructuring
  "Returns the map that `& {:keys […]}` takes apart: of alternating keys and values, with a map at the end allowed."
  [s]
  (if (seq? s)
    (if (next s)
      (loop [t (transient {}) s s]
        (if s
          (if (next s)
            (recur (assoc!* t (first s) (first (next s))) (next (next s)))
            (persistent! (conj!* t (first s))))
          (persistent! t)))
      (if (seq s) (first s) {}))
    s))

(defn hash-set "Returns a set of its arguments." [& xs]
  (persistent! (reduce conj!* (transient #{}) xs)))

(defn set
  "Returns a set of the elements of `coll`."
  [coll]
  (if (set? coll)
    (if (nil? (meta coll)) coll (with-meta coll nil))
    (persistent! (reduce conj!* (transient #{}) coll))))

(defn list
  "Returns a list of its arguments."
  [& items]
  (if (nil? items)
    ()
    (if (list? items)
      items
      (let [v (vec items)]
        (loop [i (dec (count v)) made ()]
          (if (< i 0)
            made
            (recur (dec i) (conj* made (nth v i)))))))))

(defn list*
  "Returns a sequence of the arguments, the last of which is a sequence of further elements."
  ([args] (seq args))
  ([a args] (cons a args))
  ([a b args] (cons a (cons b args)))
  ([a b c args] (cons a (cons b (cons c args))))
  ([a b c d & more] (cons a (cons b (cons c (spread d more))))))

(defn- spread
  "The sequence of `x`, then `more`, the last of which is a sequence."
  [x more]
  (if (nil? more)
    (seq x)
    (if (next more)
      (let [v (vec more)
            n (dec (count v))]
        (cons x (loop [i (dec n) s (nth v n)]
                  (if (< i 0)
                    s
                    (recur (dec i) (cons (nth v i) s))))))
      (cons x (first more)))))

(defn apply
  "Calls `f` with the given arguments and then the elements of the last one, a sequence, which is realized only as far as `f` needs it."
  ([f args] (apply* f args))
  ([f a args] (apply* f a args))
  ([f a b args] (apply* f a b args))
  ([f a b c args] (apply* f a b c args))
  ([f a b c d & more] (apply* f a b c (spread d more))))

(defn nthnext "Returns `next` done `n` times: nil at the end." [coll n]
  (loop [s (seq coll) n n]
    (if (and s (< 0 n))
      (recur (next s) (dec n))
      s)))

(defn nthrest "Returns `rest` done `n` times, `coll` if `n` is 0." [coll n]
  (if (< 0 n)
    (loop [s coll n n]
      (let [found (seq s)]
        (if (and found (< 0 n))
          (recur (rest found) (dec n))
          (if found s (if (nil? coll) nil ())))))
    coll))

(defn vary-meta "Returns `x` with the metadata `(apply f (meta x) args)`." [x f & args]
  (with-meta x (apply* f (meta x) args)))

(defn rseq
  "Returns the elements of a vector or a sorted collection from the last to the first, nil if it is empty."
  [coll]
  (if (vector? coll)
    (loop [i 0 n (count coll) s nil]
      (if (< i n)
        (recur (inc i) n (cons (nth coll i) s))
        s))
    (if (sorted? coll)
      (sorted-seq coll true)
      (if (own-interface? 'Reversible coll)
        ((own-method :rseq coll) coll)
      (fail :ox/type "rseq takes vectors and sorted maps and sets" {:value coll})))))

(defn- low-32-bits-below-zero?
  "Returns true if the number that a comparator has returned is below zero as a 32-bit integer: fractions are 0, of integers the
  low bits count, as in Clojure."
  [r]
  (if (if (float? r) true (ratio? r))
    (<= (double r) -1.0)
    (< (unchecked-int (if (int? r) r (bigint r))) 0)))

(defn ^:no-doc before?
  "Returns true if what a comparator has returned says that its first argument is before the second: a negative number, or true of
  a predicate like `<`."
  [r]
  (if (identical? r true)
    true
    (if (identical? r false)
      false
      (if (int? r)
        (if (< r 0)
          (if (<= -2147483648 r) true (low-32-bits-below-zero? r))
          (if (<= r 2147483647) false (low-32-bits-below-zero? r)))
        (if (number? r)
          (low-32-bits-below-zero? r)
          (fail :ox/type "a comparison function returns a number or a boolean" {:value r}))))))

(defn comparator "Returns a comparator, a function to -1, 0 or 1, from a predicate like `<`." [pred]
  (fn [x y]
    (if (pred x y) -1 (if (pred y x) 1 0))))
