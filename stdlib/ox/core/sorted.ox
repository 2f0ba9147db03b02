(ns ox.core.sorted
  "Sorted maps and sets, and what only they can do: sequences that begin at a key."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]))

(defn- put-pairs [m s]
  (loop [m m s (seq s)]
    (if s
      (if (next s)
        (recur (assoc* m (first s) (first (next s))) (next (next s)))
        (fail :ox/argument (str* "No value supplied for key: " (first s)) {:key (first s)}))
      m)))

(defn- no-comparator "Stands for the comparator nil, which as in Clojure fails where it is called." [x y]
  (fail :ox/type "nil is no comparator" {:value nil}))

(defn- empty-by [comparator set?]
  (sorted-new (if (nil? comparator) no-comparator comparator) set?))

(defn sorted-map
  "Returns a map of alternating keys and values in the order of `compare` of its keys; the last value of equal keys counts."
  [& keyvals]
  (put-pairs (sorted-new nil false) keyvals))

(defn sorted-map-by
  "As `sorted-map`, in the order of a comparator: a function of two keys to a number below, at or above zero, or a predicate like `<`."
  [comparator & keyvals]
  (put-pairs (empty-by comparator false) keyvals))

(defn sorted-set
  "Returns a set of its arguments in the order of `compare`."
  [& xs]
  (reduce conj* (sorted-new nil true) xs))

(defn sorted-set-by
  "As `sorted-set`, in the order of a comparator, as for `sorted-map-by`."
  [comparator & xs]
  (reduce conj* (empty-by comparator true) xs))

(defn- from-key
  "The sequence of a sorted collection that begins at a key, or at the next one that there is, in its direction."
  [sc key down?]
  (if (sorted? sc)
    (let [comparator (sorted-part sc 1)]
      (loop [node (sorted-part sc 0) s nil]
        (if (nil? node)
          s
          (let [order (order-by comparator key (sorted-part node 2))]
            (if (= order 0)
              (sorted-from node s down?)
              (if (= down? (< 0 order))
                (recur (sorted-part node (if down? 1 0)) (sorted-from node s down?))
                (recur (sorted-part node (if down? 0 1)) s)))))))
    (fail :ox/type "subseq and rsubseq take sorted maps and sets" {:value sc})))

(defn- within
  "The predicate that asks of an element whether `(test order 0)` holds of the order of its key and `k`."
  [sc test k]
  (if (sorted? sc)
    (let [comparator (sorted-part sc 1)
          is-map (map? sc)]
      (fn [e] (test (order-by comparator (if is-map (key e) e) k) 0)))
    (fail :ox/type "subseq and rsubseq take sorted maps and sets" {:value sc})))

(defn- begin
  "The sequence from a key on, without its first element if that is not within the bound."
  [sc test k down?]
  (let [s (from-key sc k down?)]
    (if (nil? s)
      nil
      (if ((within sc test k) (first s)) s (next s)))))

(defn subseq
  "Returns the sequence of those elements of a sorted map or set for whose keys `(test key k)` is true, where the tests are `< <= > >=`,
  or those between two bounds. It begins at its first element without looking at what is before it."
  ([sc test key]
   (if (or (= test >) (= test >=))
     (begin sc test key false)
     (take-while (within sc test key) (sorted-seq sc false))))
  ([sc start-test start-key end-test end-key]
   (let [s (begin sc start-test start-key false)]
     (if (nil? s)
       (if (nil? (from-key sc start-key false)) nil ())
       (take-while (within sc end-test end-key) s)))))

(defn rsubseq
  "As `subseq`, from the greatest to the least."
  ([sc test key]
   (if (or (= test <) (= test <=))
     (begin sc test key true)
     (take-while (within sc test key) (sorted-seq sc true))))
  ([sc start-test start-key end-test end-key]
   (let [s (begin sc end-test end-key true)]
     (if (nil? s)
       (if (nil? (from-key sc end-key true)) nil ())
       (take-while (within sc start-test start-key) s)))))
