(ns ox.core.map
  "Maps: reading and changing them, nested ones too."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]))

(defn keys "Returns a sequence of the keys of a map, nil if it is empty." [m] (seq (map key m)))
(defn vals "Returns a sequence of the values of a map, in the order of `keys`; nil if it is empty." [m] (seq (map val m)))

(defn get-in
  "Returns the value at a path of keys into nested maps and vectors, `not-found` or nil if there is none."
  ([m ks] (reduce get m ks))
  ([m ks not-found]
   (loop [m m ks (seq ks)]
     (if ks
       (let [v (get m (first ks) ::none)]
         (if (identical? v ::none)
           not-found
           (recur v (next ks))))
       m))))

(defn assoc-in
  "Returns the nested maps with the value at a path of keys; maps are made where there are none."
  [m ks v]
  (let [k (first ks) more (next ks)]
    (if more
      (assoc* m k (assoc-in (get m k) more v))
      (assoc* m k v))))

(defn update
  "Returns the map with `(f old …)` at `k`."
  ([m k f] (assoc* m k (f (get m k))))
  ([m k f a] (assoc* m k (f (get m k) a)))
  ([m k f a b] (assoc* m k (f (get m k) a b)))
  ([m k f a b c] (assoc* m k (f (get m k) a b c)))
  ([m k f a b c & more] (assoc* m k (apply* f (get m k) a b c more))))

(defn- update-path [m ks f args]
  (let [k (first ks) more (next ks)]
    (if more
      (assoc* m k (update-path (get m k) more f args))
      (assoc* m k (apply* f (get m k) args)))))

(defn update-in
  "Returns the nested maps with `(f old …)` at a path of keys."
  [m ks f & args]
  (update-path m ks f args))

(defn update-vals "Returns the map with `(f value)` for each value." [m f]
  (with-meta
    (persistent!
      (reduce-kv (fn [t k v] (assoc!* t k (f v)))
                 (if (editable? m) (transient m) (transient {}))
                 m))
    (meta m)))

(defn update-keys "Returns the map with `(f key)` for each key." [m f]
  (with-meta
    (persistent!
      (reduce-kv (fn [t k v] (assoc!* t (f k) v)) (transient {}) m))
    (meta m)))

(defn merge
  "Returns the first map with the entries of the others; later ones win. nil if all are nil."
  [& maps]
  (when (some identity maps)
    (reduce (fn [a b] (conj* (or a {}) b)) maps)))

(defn merge-with
  "As `merge`, with `(f old new)` for keys that occur again."
  [f & maps]
  (when (some identity maps)
    (let [merge-entry (fn [m e]
                        (let [k (key e) v (val e)]
                          (if (contains? m k)
                            (assoc* m k (f (get m k) v))
                            (assoc* m k v))))]
      (reduce (fn [a b] (reduce merge-entry (or a {}) (seq b))) maps))))

(defn select-keys "Returns a map of those entries whose keys are in `ks`." [m ks]
  (with-meta
    (reduce (fn [out k]
              (let [e (find m k)]
                (if e (conj* out e) out)))
            {}
            ks)
    (meta m)))

(defn zipmap "Returns a map of the keys with the values at the same places." [ks vs]
  (loop [t (transient {}) ks (seq ks) vs (seq vs)]
    (if (and ks vs)
      (recur (assoc!* t (first ks) (first vs)) (next ks) (next vs))
      (persistent! t))))
