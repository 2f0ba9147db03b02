(ns ox.set
  "Set algebra and relations, sets of maps; `clojure.set` is another name of this namespace.")

(defn- largest-first
  "The sets in a vector, the one with the most elements first."
  [sets]
  (let [v (vec sets)
        k (reduce (fn [k i] (if (< (count (nth v k)) (count (nth v i))) i k)) 0 (range (count v)))]
    (into [(nth v k)] (into (subvec v 0 k) (subvec v (inc k))))))

(defn union
  "Returns a set of the elements of all sets."
  ([] #{})
  ([s1] s1)
  ([s1 s2]
   (if (< (count s1) (count s2))
     (reduce conj s2 s1)
     (reduce conj s1 s2)))
  ([s1 s2 & sets]
   (let [[most & others] (largest-first (list* s1 s2 sets))]
     (reduce into most others))))

(defn intersection
  "Returns a set of the elements that are in all sets."
  ([s1] s1)
  ([s1 s2]
   (if (< (count s2) (count s1))
     (recur s2 s1)
     (reduce (fn [out x] (if (contains? s2 x) out (disj out x))) s1 s1)))
  ([s1 s2 & sets]
   (reduce intersection (sort-by count (list* s1 s2 sets)))))

(defn difference
  "Returns the first set without the elements of the others."
  ([s1] s1)
  ([s1 s2]
   (if (< (count s1) (count s2))
     (reduce (fn [out x] (if (contains? s2 x) (disj out x) out)) s1 s1)
     (reduce disj s1 s2)))
  ([s1 s2 & sets] (reduce difference s1 (cons s2 sets))))

(defn select "Returns the set without the elements for which `(pred x)` is not true." [pred xset]
  (reduce (fn [s x] (if (pred x) s (disj s x))) xset xset))

(defn project "Returns a set of the maps of `xrel` with only the keys `ks`." [xrel ks]
  (with-meta (set (map (fn [m] (select-keys m ks)) xrel)) (meta xrel)))

(defn rename-keys "Returns the map with the keys in `kmap` renamed to its values." [m kmap]
  (reduce (fn [out entry]
            (let [[old new] entry]
              (if (contains? m old)
                (assoc out new (get m old))
                out)))
          (apply dissoc m (keys kmap))
          kmap))

(defn rename "Returns a set of the maps of `xrel` with the keys in `kmap` renamed to its values." [xrel kmap]
  (with-meta (set (map (fn [m] (rename-keys m kmap)) xrel)) (meta xrel)))

(defn index "Returns a map from the values of the keys `ks`, as a map, to the set of the maps of `xrel` that have them." [xrel ks]
  (reduce (fn [out x]
            (let [k (select-keys x ks)]
              (assoc out k (conj (get out k #{}) x))))
          {}
          xrel))

(defn map-invert "Returns the map with keys and values exchanged." [m]
  (persistent! (reduce-kv (fn [t k v] (assoc! t v k)) (transient {}) m)))

(defn join
  "Returns the natural join of two relations: a set of the merged maps that agree in the keys they share, or in those that
  `km`, a map from keys of the first to keys of the second, pairs."
  ([xrel yrel]
   (if (and (seq xrel) (seq yrel))
     (let [ks (intersection (set (keys (first xrel))) (set (keys (first yrel))))
           [r s] (if (<= (count xrel) (count yrel)) [xrel yrel] [yrel xrel])
           idx (index r ks)]
       (reduce (fn [out x]
                 (let [found (idx (select-keys x ks))]
                   (if found
                     (reduce (fn [out y] (conj out (merge y x))) out found)
                     out)))
               #{}
               s))
     #{}))
  ([xrel yrel km]
   (let [[r s k] (if (<= (count xrel) (count yrel)) [xrel yrel (map-invert km)] [yrel xrel km])
         idx (index r (vals k))]
     (reduce (fn [out x]
               (let [found (idx (rename-keys (select-keys x (keys k)) k))]
                 (if found
                   (reduce (fn [out y] (conj out (merge y x))) out found)
                   out)))
             #{}
             s))))

(defn subset? "Returns true if all elements of `s1` are in `s2`." [s1 s2]
  (and (<= (count s1) (count s2))
       (every? (fn [x] (contains? s2 x)) s1)))

(defn superset? "Returns true if all elements of `s2` are in `s1`." [s1 s2]
  (and (<= (count s2) (count s1))
       (every? (fn [x] (contains? s1 x)) s2)))
