(ns ox.walk
  "Walking nested data; `clojure.walk` is another name of this namespace.")

(defn walk
  "Applies `inner` to each element of `form`, builds a collection of the same kind, and returns `(outer …)` of it."
  [inner outer form]
  (cond
    (list? form) (outer (with-meta (apply list (map inner form)) (meta form)))
    (map-entry? form) (outer (map-entry (inner (key form)) (inner (val form))))
    (seq? form) (outer (with-meta (doall (map inner form)) (meta form)))
    (record? form) (outer (reduce (fn [made entry] (conj made (inner entry))) form form))
    (coll? form) (outer (into (empty form) (map inner form)))
    :else (outer form)))

(defn postwalk "Replaces each part of `form` by `(f part)`, the parts before what they are in." [f form]
  (walk (fn [x] (postwalk f x)) f form))

(defn prewalk "Replaces each part of `form` by `(f part)`, what they are in before the parts." [f form]
  (walk (fn [x] (prewalk f x)) identity (f form)))

(defn- change-keys [f m]
  (postwalk (fn [x]
              (if (map? x)
                (with-meta (into {} (map (fn [e] [(f (key e)) (val e)]) x)) (meta x))
                x))
            m))

(defn keywordize-keys "Returns the nested data with the strings that are keys of maps as keywords." [m]
  (change-keys (fn [k] (if (string? k) (keyword k) k)) m))

(defn stringify-keys "Returns the nested data with the names of the keywords that are keys of maps, without their namespaces." [m]
  (change-keys (fn [k] (if (keyword? k) (name k) k)) m))

(defn prewalk-replace "Replaces the parts of `form` that are keys of `smap` by its values, from outside." [smap form]
  (prewalk (fn [x] (if (contains? smap x) (get smap x) x)) form))

(defn postwalk-replace "Replaces the parts of `form` that are keys of `smap` by its values, from inside." [smap form]
  (postwalk (fn [x] (if (contains? smap x) (get smap x) x)) form))

(defn- told [x] (print "Walked: ") (prn x) x)

(defn postwalk-demo "Prints each part of `form` as `postwalk` comes to it; returns `form`." [form] (postwalk told form))

(defn prewalk-demo "Prints each part of `form` as `prewalk` comes to it; returns `form`." [form] (prewalk told form))

(defn macroexpand-all "In a macro: `form` with all calls of macros in it expanded, quoted ones too." [form]
  (prewalk (fn [x] (if (seq? x) (macroexpand x) x)) form))
