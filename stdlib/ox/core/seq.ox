(ns ox.core.seq
  "Sequences and transducers.

  Sequences are lazy and not chunked: what a function given to `map` does happens exactly in the order
  of demand. A thunk that has nothing to show for an element returns another lazy sequence instead of
  looping while its caller holds the head, so dropping ten million elements takes constant memory.
  Every arity without a collection returns a transducer."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]))

;; ---------------------------------------------------------------------------------------------
;; Sources

(defn iterate "Returns the lazy sequence of `x`, `(f x)`, `(f (f x))`, …" [f x]
  (cons x (lazy-seq (iterate f (f x)))))

(defn range
  "Returns the sequence of numbers from `start` (0) to before `end` (none) by `step` (1)."
  ([] (iterate inc' 0))
  ([end] (range 0 end 1))
  ([start end] (range start end 1))
  ([start end step]
   (if (and (int? start) (int? end) (int? step) (not (= step 0)))
     (int-range start end step)
     (cond
       (or (and (pos? step) (< start end)) (and (neg? step) (> start end))) (number-range start end step)
       (or (and (pos? step) (> start end)) (and (neg? step) (< start end)) (== start end)) ()
       (zero? step) (repeat start)
       ; Of what is no number none of this holds.
       :else (number-range start end step)))))

(defn- number-range
  "A range of numbers that are not all 64-bit integers; never empty. What is no number is never past the end."
  [start end step]
  (cons start
        (lazy-seq
          (let [x (+' start step)]
            (when-not (if (pos? step) (>= x end) (<= x end))
              (number-range x end step))))))

(defn repeat
  "Returns a sequence of `x` over and over, or `n` times."
  ([x] (lazy-seq (cons x (repeat x))))
  ([n x]
   (let [n (if (int? n) n (long (num n)))]
     (if (pos? n)
       (lazy-seq (cons x (repeat (dec n) x)))
       ()))))

(defn repeatedly
  "Returns the lazy sequence of the results of calling `f` without arguments, over and over or `n` times."
  ([f] (lazy-seq (cons (f) (repeatedly f))))
  ([n f] (take n (repeatedly f))))

(defn- cycle-from [all s]
  (lazy-seq
    (if s
      (cons (first s) (cycle-from all (next s)))
      (cycle-from all all))))

(defn cycle "Returns a lazy sequence of the elements of `coll` over and over." [coll]
  (let [s (seq coll)]
    (if s
      (cons (first s) (cycle-from s (next s)))
      ())))

;; ---------------------------------------------------------------------------------------------
;; Joining

(defn concat
  "Returns a lazy sequence of the elements of all collections, one after the other."
  ([] (lazy-seq nil))
  ([x] (lazy-seq x))
  ([x y]
   (lazy-seq
     (let [s (seq x)]
       (if s
         (cons (first s) (concat (rest s) y))
         y))))
  ([x y & zs]
   (concat-all (concat x y) zs)))

(defn- concat-all
  "The elements of `s`, then those of the collections `more`, which are looked at only when it is their turn."
  [s more]
  (lazy-seq
    (let [found (seq s)]
      (if found
        (cons (first found) (concat-all (rest found) more))
        (when more
          (concat-all (first more) (next more)))))))

(defn interleave
  "Returns a lazy sequence of the first of each collection, then the second of each, until one ends."
  ([] ())
  ([c1] (lazy-seq c1))
  ([c1 c2]
   (lazy-seq
     (let [s1 (seq c1) s2 (seq c2)]
       (when (and s1 s2)
         (cons (first s1) (cons (first s2) (interleave (rest s1) (rest s2))))))))
  ([c1 c2 & colls]
   (lazy-seq
     (let [ss (map seq (list* c1 c2 colls))]
       (when (every? identity ss)
         (concat (map first ss) (apply* interleave (map rest ss))))))))

;; ---------------------------------------------------------------------------------------------
;; One by one

(defn- map-all [f colls]
  (lazy-seq
    (let [ss (mapv seq colls)]
      (when (every? identity ss)
        (cons (apply* f (mapv first ss)) (map-all f (mapv rest ss)))))))

(defn map
  "Returns the lazy sequence of the results of `f` for the first of each collection, then the second, until one ends."
  ([f]
   (fn [rf]
     (fn
       ([] (rf))
       ([result] (rf result))
       ([result x] (rf result (f x)))
       ([result x & more] (rf result (apply* f x more))))))
  ([f coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (cons (f (first s)) (map f (rest s)))))))
  ([f c1 c2]
   (lazy-seq
     (let [s1 (seq c1) s2 (seq c2)]
       (when (and s1 s2)
         (cons (f (first s1) (first s2)) (map f (rest s1) (rest s2)))))))
  ([f c1 c2 c3]
   (lazy-seq
     (let [s1 (seq c1) s2 (seq c2) s3 (seq c3)]
       (when (and s1 s2 s3)
         (cons (f (first s1) (first s2) (first s3)) (map f (rest s1) (rest s2) (rest s3)))))))
  ([f c1 c2 c3 & colls]
   (map-all f (into [c1 c2 c3] colls))))

(defn mapv
  "Returns a vector of the results of `f`, as `map` does lazily."
  ([f coll] (persistent! (reduce (fn [t x] (conj!* t (f x))) (transient []) coll)))
  ([f c1 c2] (into [] (map f c1 c2)))
  ([f c1 c2 c3] (into [] (map f c1 c2 c3)))
  ([f c1 c2 c3 & colls] (into [] (apply* map f c1 c2 c3 colls))))

(defn map-indexed
  "Returns the lazy sequence of `(f index x)` for the elements of `coll`."
  ([f]
   (fn [rf]
     (let [i (volatile! -1)]
       (fn
         ([] (rf))
         ([result] (rf result))
         ([result x] (rf result (f (vreset! i (inc (deref i))) x)))))))
  ([f coll] (map-indexed-from f 0 coll)))

(defn- map-indexed-from [f i coll]
  (lazy-seq
    (let [s (seq coll)]
      (when s
        (cons (f i (first s)) (map-indexed-from f (inc i) (rest s)))))))

(defn filter
  "Returns the lazy sequence of the elements for which `(pred x)` is true."
  ([pred]
   (fn [rf]
     (fn
       ([] (rf))
       ([result] (rf result))
       ([result x] (if (pred x) (rf result x) result)))))
  ([pred coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (let [x (first s)]
           (if (pred x)
             (cons x (filter pred (rest s)))
             (filter pred (rest s)))))))))

(defn remove
  "Returns the lazy sequence of the elements for which `(pred x)` is not true."
  ([pred]
   (fn [rf]
     (fn
       ([] (rf))
       ([result] (rf result))
       ([result x] (if (pred x) result (rf result x))))))
  ([pred coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (let [x (first s)]
           (if (pred x)
             (remove pred (rest s))
             (cons x (remove pred (rest s))))))))))

(defn filterv "Returns a vector of the elements for which `(pred x)` is true." [pred coll]
  (persistent! (reduce (fn [t x] (if (pred x) (conj!* t x) t)) (transient []) coll)))

(defn keep
  "Returns the lazy sequence of the results of `f` that are not nil."
  ([f]
   (fn [rf]
     (fn
       ([] (rf))
       ([result] (rf result))
       ([result x]
        (let [v (f x)]
          (if (nil? v) result (rf result v)))))))
  ([f coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (let [v (f (first s))]
           (if (nil? v)
             (keep f (rest s))
             (cons v (keep f (rest s))))))))))

(defn keep-indexed
  "Returns the lazy sequence of the results of `(f index x)` that are not nil."
  ([f]
   (fn [rf]
     (let [i (volatile! -1)]
       (fn
         ([] (rf))
         ([result] (rf result))
         ([result x]
          (let [v (f (vreset! i (inc (deref i))) x)]
            (if (nil? v) result (rf result v))))))))
  ([f coll] (keep-indexed-from f 0 coll)))

(defn- keep-indexed-from [f i coll]
  (lazy-seq
    (let [s (seq coll)]
      (when s
        (let [v (f i (first s))]
          (if (nil? v)
            (keep-indexed-from f (inc i) (rest s))
            (cons v (keep-indexed-from f (inc i) (rest s)))))))))

(defn- preserving-reduced [rf]
  (fn [result x]
    (let [r (rf result x)]
      (if (reduced? r) (reduced r) r))))

(defn cat
  "A transducer that adds the elements of each element, a collection."
  [rf]
  (let [inner (preserving-reduced rf)]
    (fn
      ([] (rf))
      ([result] (rf result))
      ([result x] (reduce inner result x)))))

(defn mapcat
  "Returns the elements of all the results of `f`, collections, lazily one after the other."
  ([f]
   (let [mapping (map f)]
     (fn [rf] (mapping (cat rf)))))
  ([f coll] (concat-seq (map f coll)))
  ([f coll & colls] (concat-seq (apply* map f coll colls))))

(defn- concat-seq
  "The elements of the collections that are the elements of a lazy sequence."
  [colls]
  (lazy-seq
    (let [s (seq colls)]
      (when s
        (concat-rest (first s) (rest s))))))

(defn- concat-rest [x colls]
  (lazy-seq
    (let [s (seq x)]
      (if s
        (cons (first s) (concat-rest (rest s) colls))
        (concat-seq colls)))))

(defn take
  "Returns the lazy sequence of the first `n` elements, of all if there are fewer."
  ([n]
   (fn [rf]
     (let [left (volatile! n)]
       (fn
         ([] (rf))
         ([result] (rf result))
         ([result x]
          (let [n (deref left)
                more (vreset! left (dec n))
                result (if (pos? n) (rf result x) result)]
            (if (pos? more)
              result
              (ensure-reduced result))))))))
  ([n coll]
   (lazy-seq
     (when (pos? n)
       (let [s (seq coll)]
         (when s
           (cons (first s) (take (dec n) (rest s)))))))))

(defn take-while
  "Returns the lazy sequence of the elements before the first for which `(pred x)` is not true."
  ([pred]
   (fn [rf]
     (fn
       ([] (rf))
       ([result] (rf result))
       ([result x] (if (pred x) (rf result x) (reduced result))))))
  ([pred coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (let [x (first s)]
           (when (pred x)
             (cons x (take-while pred (rest s))))))))))

(defn drop
  "Returns the lazy sequence of the elements after the first `n`."
  ([n]
   (fn [rf]
     (let [left (volatile! n)]
       (fn
         ([] (rf))
         ([result] (rf result))
         ([result x]
          (let [n (deref left)]
            (vreset! left (dec n))
            (if (pos? n) result (rf result x))))))))
  ([n coll]
   (lazy-seq
     (let [s (seq coll)]
       (if (and (pos? n) s)
         (drop (dec n) (rest s))
         s)))))

(defn drop-while
  "Returns the lazy sequence of the elements from the first on for which `(pred x)` is not true."
  ([pred]
   (fn [rf]
     (let [dropping (volatile! true)]
       (fn
         ([] (rf))
         ([result] (rf result))
         ([result x]
          (if (and (deref dropping) (pred x))
            result
            (do (vreset! dropping false)
                (rf result x))))))))
  ([pred coll]
   (lazy-seq
     (let [s (seq coll)]
       (if (and s (pred (first s)))
         (drop-while pred (rest s))
         s)))))

(defn take-nth
  "Returns the lazy sequence of every `n`th element, from the first on."
  ([n]
   (fn [rf]
     (let [i (volatile! -1)]
       (fn
         ([] (rf))
         ([result] (rf result))
         ([result x]
          (if (zero? (rem (vreset! i (inc (deref i))) n))
            (rf result x)
            result))))))
  ([n coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (cons (first s) (take-nth n (drop n s))))))))

(defn drop-last
  "Returns the lazy sequence of all but the last `n` (1) elements."
  ([coll] (drop-last 1 coll))
  ([n coll] (map (fn [x _] x) coll (drop n coll))))

(defn take-last "Returns a sequence of the last `n` elements, nil of none." [n coll]
  (loop [s (seq coll) lead (seq (drop n coll))]
    (if lead
      (recur (next s) (next lead))
      s)))

(defn split-at "Returns `[(take n coll) (drop n coll)]`." [n coll] [(take n coll) (drop n coll)])
(defn split-with "Returns `[(take-while pred coll) (drop-while pred coll)]`." [pred coll]
  [(take-while pred coll) (drop-while pred coll)])
(defn splitv-at "Returns `[(vec (take n coll)) (drop n coll)]`." [n coll] [(vec (take n coll)) (drop n coll)])

(defn interpose
  "Returns the lazy sequence of the elements of `coll` with `sep` between them."
  ([sep]
   (fn [rf]
     (let [started (volatile! false)]
       (fn
         ([] (rf))
         ([result] (rf result))
         ([result x]
          (if (deref started)
            (let [r (rf result sep)]
              (if (reduced? r) r (rf r x)))
            (do (vreset! started true)
                (rf result x))))))))
  ([sep coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (cons (first s) (interpose-before sep (rest s))))))))

(defn- interpose-before [sep coll]
  (lazy-seq
    (let [s (seq coll)]
      (when s
        (cons sep (cons (first s) (interpose-before sep (rest s))))))))

(defn replace
  "Returns `coll` with the elements that are keys of `smap` replaced by its values; a vector for a vector."
  ([smap]
   (map (fn [x]
          (let [e (find smap x)]
            (if e (val e) x)))))
  ([smap coll]
   (if (vector? coll)
     (reduce (fn [v i]
               (let [e (find smap (nth v i))]
                 (if e (assoc* v i (val e)) v)))
             coll
             (range (count coll)))
     (map (fn [x]
            (let [e (find smap x)]
              (if e (val e) x)))
          coll))))

(defn distinct
  "Returns the lazy sequence of the elements without repetitions."
  ([]
   (fn [rf]
     (let [seen (volatile! #{})]
       (fn
         ([] (rf))
         ([result] (rf result))
         ([result x]
          (if (contains? (deref seen) x)
            result
            (do (vreset! seen (conj* (deref seen) x))
                (rf result x))))))))
  ([coll] (distinct-from #{} coll)))

(defn- distinct-from [seen coll]
  (lazy-seq
    (let [s (seq coll)]
      (when s
        (let [x (first s)]
          (if (contains? seen x)
            (distinct-from seen (rest s))
            (cons x (distinct-from (conj* seen x) (rest s)))))))))

(defn dedupe
  "Returns the lazy sequence of the elements without repetitions next to each other."
  ([]
   (fn [rf]
     (let [before (volatile! ::none)]
       (fn
         ([] (rf))
         ([result] (rf result))
         ([result x]
          (let [last-one (deref before)]
            (vreset! before x)
            (if (= last-one x)
              result
              (rf result x))))))))
  ([coll] (sequence (dedupe) coll)))

(defn reductions
  "Returns the lazy sequence of the intermediate values of `reduce`, from the start on."
  ([f coll]
   (lazy-seq
     (let [s (seq coll)]
       (if s
         (reductions f (first s) (rest s))
         (list (f))))))
  ([f init coll]
   (if (reduced? init)
     (list (deref init))
     (cons init
           (lazy-seq
             (let [s (seq coll)]
               (when s
                 (reductions f (f init (first s)) (rest s)))))))))

;; ---------------------------------------------------------------------------------------------
;; Groups

(defn- behind
  "What is behind the first `step` elements of `s`, a group of the first `n` of which has been made. What lies between two
  groups is walked by `drop`, since the cell of a group keeps `s` alive until it is made."
  [n step s]
  (if (<= step n) (nthrest s step) (drop step s)))

(defn partition
  "Returns the lazy sequence of lists of `n` elements each, which start `step` (`n`) elements apart. A last group
  that is too short is dropped, or filled up from `pad` as far as that goes."
  ([n coll] (partition n n coll))
  ([n step coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (let [group (doall (take n s))]
           (when (= n (count group))
             (cons group (partition n step (behind n step s)))))))))
  ([n step pad coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (let [group (doall (take n s))]
           (if (= n (count group))
             (cons group (partition n step pad (behind n step s)))
             (list (take n (concat group pad))))))))))

(defn partition-all
  "Returns the lazy sequence of groups of `n` elements each, which start `step` (`n`) apart; groups at the end may be shorter.
  The transducer makes vectors."
  ([n]
   (fn [rf]
     (let [group (if (nat-int? n) (volatile! []) (fail :ox/argument "expected a natural number" {:value n}))]
       (fn
         ([] (rf))
         ([result]
          (let [g (deref group)
                result (if (= 0 (count g))
                         result
                         (do (vreset! group [])
                             (unreduced (rf result g))))]
            (rf result)))
         ([result x]
          (let [g (conj* (deref group) x)]
            (if (= n (count g))
              (do (vreset! group [])
                  (rf result g))
              (do (vreset! group g)
                  result))))))))
  ([n coll] (partition-all n n coll))
  ([n step coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (let [group (doall (take n s))]
           (cons group (partition-all n step (behind n step s)))))))))

(defn partitionv
  "As `partition`, with vectors for groups."
  ([n coll] (partitionv n n coll))
  ([n step coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (let [group (vec (take n s))]
           (when (= n (count group))
             (cons group (partitionv n step (behind n step s)))))))))
  ([n step pad coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (let [group (vec (take n s))]
           (if (= n (count group))
             (cons group (partitionv n step pad (behind n step s)))
             (list (vec (take n (concat group pad)))))))))))

(defn partitionv-all
  "As `partition-all`, with vectors for groups."
  ([n] (partition-all n))
  ([n coll] (partitionv-all n n coll))
  ([n step coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (cons (vec (take n s)) (partitionv-all n step (behind n step s))))))))

(defn partition-by
  "Returns the lazy sequence of groups of neighbours for which `(f x)` is the same. The transducer makes vectors."
  ([f]
   (fn [rf]
     (let [group (volatile! []) before (volatile! ::none)]
       (fn
         ([] (rf))
         ([result]
          (let [g (deref group)
                result (if (= 0 (count g))
                         result
                         (do (vreset! group [])
                             (unreduced (rf result g))))]
            (rf result)))
         ([result x]
          (let [old (deref before)
                v (f x)]
            (vreset! before v)
            (if (or (identical? old ::none) (= v old))
              (do (vreset! group (conj* (deref group) x))
                  result)
              (let [g (deref group)
                    _ (vreset! group [])
                    r (rf result g)]
                (when (not (reduced? r))
                  (vreset! group [x]))
                r))))))))
  ([f coll]
   (lazy-seq
     (let [s (seq coll)]
       (when s
         (let [x (first s)
               v (f x)
               group (cons x (take-while (fn [y] (= v (f y))) (next s)))]
           (cons group (partition-by f (lazy-seq (drop (count group) s))))))))))

(defn group-by
  "Returns a map from each value of `(f x)` to the vector of the elements that have it."
  [f coll]
  (persistent!
    (reduce (fn [t x]
              (let [k (f x)]
                (assoc!* t k (conj* (get t k []) x))))
            (transient {})
            coll)))

(defn frequencies "Returns a map from each element to the number of times it occurs." [coll]
  (persistent!
    (reduce (fn [t x] (assoc!* t x (inc (get t x 0)))) (transient {}) coll)))

;; ---------------------------------------------------------------------------------------------
;; Questions

(defn every? "Returns true if `(pred x)` is true for all elements." [pred coll]
  (reduce (fn [_ x] (if (pred x) true (reduced false))) true coll))

(defn some "Returns the first true result of `(pred x)`, nil if there is none." [pred coll]
  (loop [s (seq coll)]
    (when s
      (let [v (pred (first s))]
        (if v
          v
          (recur (next s)))))))

(defn not-any? "Returns true if `(pred x)` is true for no element." [pred coll] (not (some pred coll)))
(defn not-every? "Returns true if `(pred x)` is not true for some element." [pred coll] (not (every? pred coll)))

(defn distinct?
  "Returns true if no two arguments are equal."
  ([x] true)
  ([x y] (not (= x y)))
  ([x y & more]
   (if (= x y)
     false
     (loop [seen #{x y} s more]
       (if s
         (if (contains? seen (first s))
           false
           (recur (conj* seen (first s)) (next s)))
         true)))))

(defn last "Returns the last element, nil of none; walks all of them." [coll]
  (if (vector? coll)
    (peek coll)
    (loop [s (seq coll)]
      (if (next s)
        (recur (next s))
        (first s)))))

(defn butlast "Returns a sequence of all elements but the last, nil if there are none." [coll]
  (loop [v (transient []) s (seq coll)]
    (if (next s)
      (recur (conj!* v (first s)) (next s))
      (seq (persistent! v)))))

;; ---------------------------------------------------------------------------------------------
;; Realizing

(defn dorun
  "Realizes a sequence (its first `n` elements and one more) for the effects of doing so. Returns nil."
  ([coll] (reduce (fn [_ _] nil) nil coll))
  ([n coll]
   (loop [n n s (seq coll)]
     (when (and s (pos? n))
       (recur (dec n) (next s))))))

(defn doall
  "Realizes a sequence (its first `n` elements and one more) and returns it."
  ([coll] (dorun coll) coll)
  ([n coll] (dorun n coll) coll))

(defn run! "Calls `f` with each element, for the effects. Returns nil." [f coll]
  (reduce (fn [_ x] (f x) nil) nil coll)
  nil)

(defn reverse "Returns a list of the elements from the last to the first." [coll]
  (reduce conj* () coll))

(defn flatten "Returns a lazy sequence of the elements of nested sequential things that are not sequential themselves." [x]
  (filter (fn [y] (not (sequential? y))) (rest (tree-seq sequential? seq x))))

(defn- nodes-from
  "The nodes of the trees in a stack of sequences, each before its children. A stack, and not a sequence of each node in that of
  its parent: a node costs the same however deep it is."
  [branch? children stack]
  (lazy-seq
    (loop [stack stack]
      (if (nil? stack)
        nil
        (let [nodes (seq (first stack))]
          (if (nil? nodes)
            (recur (next stack))
            (let [node (first nodes)
                  left (cons (rest nodes) (next stack))]
              (cons node
                    (nodes-from branch? children (if (branch? node) (cons (children node) left) left))))))))))

(defn tree-seq
  "Returns the lazy sequence of the nodes of a tree, each before its children: `(children node)` of the nodes for
  which `(branch? node)` is true."
  [branch? children root]
  (nodes-from branch? children (cons (cons root nil) nil)))

(defn xml-seq "Returns the lazy sequence of the nodes of an XML tree, each before its `:content`; strings are leaves." [root]
  (tree-seq (fn [node] (not (string? node))) (fn [node] (seq (get node :content))) root))

(defn seque
  "Returns the elements of `s`, lazily. They are not computed ahead: a limit on how many may be, `n`, is looked at and no more."
  ([s] (sequence s))
  ([n s]
   (if (pos? n)
     (sequence s)
     (fail :ox/argument "a queue holds at least one element" {:value n}))))

(defn replicate "Returns a lazy sequence of `n` times `x`, as `repeat` does." [n x] (take n (repeat x)))

;; ---------------------------------------------------------------------------------------------
;; Transducing

(defn completing
  "Returns `f` as a reducing function with the completion `cf` (`identity`)."
  ([f] (completing f identity))
  ([f cf]
   (fn
     ([] (f))
     ([x] (cf x))
     ([x y] (f x y)))))

(defn transduce
  "Reduces `coll` with `f` through the transducer `xform`, and completes the result."
  ([xform f coll] (transduce xform f (f) coll))
  ([xform f init coll]
   (let [step (xform f)]
     (step (reduce step init coll)))))

(defn halt-when
  "A transducer that ends with the first input for which `(pred x)` is true, or with `(retf result x)`."
  ([pred] (halt-when pred nil))
  ([pred retf]
   (fn [rf]
     (fn
       ([] (rf))
       ([result]
        (if (and (map? result) (contains? result ::halt))
          (::halt result)
          (rf result)))
       ([result x]
        (if (pred x)
          (reduced {::halt (if retf (retf (rf result) x) x)})
          (rf result x)))))))

(defn- sequence-step
  "The sequence that `step`, which puts what comes out into the volatile `out`, makes of the sequence `s`."
  [step out s]
  (lazy-seq
    (let [s (seq s)]
      (if s
        (let [r (step nil (first s))
              made (deref out)]
          (vreset! out [])
          (if (reduced? r)
            (do (step nil)
                (concat made (deref out)))
            (if (= 0 (count made))
              (sequence-step step out (rest s))
              (concat made (sequence-step step out (rest s))))))
        (do (step nil)
            (seq (deref out)))))))

(defn- sequence-steps [step out colls]
  (lazy-seq
    (let [ss (mapv seq colls)]
      (if (every? identity ss)
        (let [r (apply* step nil (mapv first ss))
              made (deref out)]
          (vreset! out [])
          (if (reduced? r)
            (do (step nil)
                (concat made (deref out)))
            (concat made (sequence-steps step out (mapv rest ss)))))
        (do (step nil)
            (seq (deref out)))))))

(defn- collector [out]
  (fn
    ([] nil)
    ([result] result)
    ([result x] (vreset! out (conj* (deref out) x)) nil)))

(defn sequence
  "Returns `coll` as a sequence, `()` if it is empty; with a transducer, the lazy sequence of what it makes of `coll`."
  ([coll] (if (seq? coll) coll (or (seq coll) ())))
  ([xform coll]
   (let [out (volatile! [])]
     (or (seq (sequence-step (xform (collector out)) out coll)) ())))
  ([xform coll & colls]
   (let [out (volatile! [])]
     (or (seq (sequence-steps (xform (collector out)) out (into [coll] colls))) ()))))

(defn eduction
  "Returns the lazy sequence of what the transducers, applied from the left, make of the last argument, a collection."
  [& xforms]
  (let [v (if (nil? xforms) [nil] (vec xforms))]
    (lazy-seq
      (sequence (reduce (fn [outer inner] (fn [rf] (outer (inner rf)))) identity (pop v)) (peek v)))))

(defn iteration
  "Returns the lazy sequence of the pages that `(step! k)` returns, from the key `:initk` on: `:vf` takes the value from a
  page, `:kf` the next key (nil: no more), `:somef` tells whether a page has a value."
  [step! & {:keys [somef vf kf initk] :or {vf identity kf identity somef some? initk nil}}]
  (iteration-from step! somef vf kf initk))

(defn- iteration-from [step! somef vf kf k]
  (lazy-seq
    (let [page (step! k)]
      (when (somef page)
        (cons (vf page)
              (lazy-seq
                (let [k (kf page)]
                  (when (some? k)
                    (iteration-from step! somef vf kf k)))))))))

;; ---------------------------------------------------------------------------------------------
;; Sorting

(defn- merge-runs
  "Adds to the transient `out` the merge of `v[a, b)` and `v[b, c)`, both sorted; of equal ones the left first."
  [comp v a b c out]
  (loop [i a j b out out]
    (if (< i b)
      (if (< j c)
        (let [x (nth v i) y (nth v j)]
          (if (before? (comp y x))
            (recur i (inc j) (conj!* out y))
            (recur (inc i) j (conj!* out x))))
        (recur (inc i) j (conj!* out (nth v i))))
      (if (< j c)
        (recur i (inc j) (conj!* out (nth v j)))
        out))))

(defn- sort-vector
  "Sorts a vector by merging runs of doubling length: stable, and `comp` may do whatever a function may."
  [comp v]
  (let [n (count v)]
    (loop [width 1 v v]
      (if (< width n)
        (recur (* 2 width)
               (loop [a 0 out (transient [])]
                 (if (< a n)
                   (let [b (min2 n (+ a width))
                         c (min2 n (+ b width))]
                     (recur c (merge-runs comp v a b c out)))
                   (persistent! out))))
        v))))

(defn- comparison [comp]
  (if (fn? comp)
    comp
    (fail :ox/type "sort takes a comparison function" {:value comp})))

(defn- machine-order
  "What `sort*` calls the order of a comparator; nil if it does not know it."
  [comp]
  (if (identical? comp compare)
    0
    (if (identical? comp <)
      1
      (if (identical? comp >) 2 nil))))

(defn- sorted-vector
  "Sorts a vector: where the machine knows the order and the elements are quickly compared, it does so by itself."
  [comp v]
  (let [order (machine-order comp)
        sorted (if (nil? order) nil (sort* v order))]
    (if (nil? sorted)
      (sort-vector comp v)
      sorted)))

(defn sort
  "Returns a sequence of the elements in order, by `comp` (`compare`): a function to a negative number, zero or a positive
  one, or a predicate like `<`. Equal elements keep their order."
  ([coll] (sort compare coll))
  ([comp coll]
   (let [v (vec coll)]
     (if (= 0 (count v))
       ()
       (let [s (seq (sorted-vector (comparison comp) v)) m (meta coll)]
         (if (nil? m) s (with-meta s m)))))))

(defn- sort-by-comparing [keyfn comp coll]
  (sort (if (fn? comp)
          (fn [x y] (before? (comp (keyfn x) (keyfn y))))
          (fn [_ _] (comparison comp)))
        coll))

(defn sort-by
  "As `sort`, ordering by `(keyfn x)`."
  ([keyfn coll] (sort-by keyfn compare coll))
  ([keyfn comp coll]
   (let [order (machine-order comp)
         v (if (nil? order) [] (vec coll))
         sorted (if (< 1 (count v))
                  (sort* (mapv (fn [x] (map-entry (keyfn x) x)) v) (+ 4 order))
                  nil)]
     (if (nil? sorted)
       (sort-by-comparing keyfn comp coll)
       (let [s (seq (mapv val sorted)) m (meta coll)]
         (if (nil? m) s (with-meta s m)))))))
