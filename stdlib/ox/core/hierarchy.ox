(ns ox.core.hierarchy
  "Hierarchies of tags: `derive`, `isa?` and their kin.

  The global hierarchy is a table that namespaces contribute to by a `derive` at top level: it is there
  when a program is linked, and nothing changes it."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.function :refer :all]
            [ox.core.map :refer :all]
            [ox.core.string :refer :all]
            [ox.core.atom :refer :all]
            [ox.core.print :refer :all]
            [ox.core.types :refer :all]))

(defn make-hierarchy "Returns an empty hierarchy, for `derive`, `isa?` and their kin." []
  {:parents {} :descendants {} :ancestors {}})

(defn- with-relatives
  "The map `m` from tags to sets with the set of `relatives` added to that of each of `tags`."
  [m tags relatives]
  (reduce (fn [m tag] (assoc m tag (reduce conj (get m tag #{}) relatives))) m tags))

(defn- check-tags [tag parent]
  (when-not (or (ident? tag) (class? tag))
    (fail :ox/assert "derive takes a keyword or symbol as tag" {:value tag}))
  (when-not (ident? parent)
    (fail :ox/assert "derive takes a keyword or symbol as parent" {:value parent}))
  (when (= tag parent)
    (fail :ox/assert (str "a tag cannot be its own parent: " (pr-str tag)) {:value tag})))

(defn- add-parent [h tag parent]
  (let [ancestors (:ancestors h)
        descendants (:descendants h)]
    (cond
      (contains? (get (:parents h) tag) parent) h
      (contains? (get ancestors tag) parent)
      (fail :ox/exception (str (pr-str tag) " already has " (pr-str parent) " as ancestor") {:tag tag :parent parent})
      (contains? (get ancestors parent) tag)
      (fail :ox/exception (str "Cyclic derivation: " (pr-str parent) " has " (pr-str tag) " as ancestor")
            {:tag tag :parent parent})
      :else
      {:parents (assoc (:parents h) tag (conj (get (:parents h) tag #{}) parent))
       :ancestors (with-relatives ancestors (cons tag (get descendants tag)) (cons parent (get ancestors parent)))
       :descendants (with-relatives descendants (cons parent (get ancestors parent)) (cons tag (get descendants tag)))})))

(deftable* global-hierarchy#table
  (fn* [contributions]
    (reduce (fn [h row]
              (let [key (nth row 1)
                    tag (nth key 0)
                    parent (nth key 1)]
                (try
                  (check-tags tag parent)
                  (add-parent h tag parent)
                  (catch :default e
                    (throw (ex-info (ex-message e) (assoc (ex-data e) :ox/entry (nth row 3)) e))))))
            (make-hierarchy)
            contributions)))

(defn ^:no-doc global-hierarchy "The hierarchy that `derive` at top level contributes to." [] global-hierarchy#table)

(defn derive
  "Makes `parent` a parent of `tag`, a keyword, symbol or class. With a hierarchy, returns it with the pair. With two
  arguments it stands at top level and contributes to the global hierarchy of the programs that its namespace is part of."
  ([tag parent]
   (fail :ox/unsupported "derive without a hierarchy stands at top level; here `(derive h tag parent)` returns a new hierarchy"
         {:tag tag :parent parent}))
  ([h tag parent]
   (when-not (class? tag)
     (check-tags tag parent))
   (add-parent h tag parent)))

(defn underive
  "Returns the hierarchy without the pair. The global hierarchy does not change, so there is no `underive` of two arguments."
  ([tag parent]
   (fail :ox/unsupported "the global hierarchy does not change: take the `derive` away" {:tag tag :parent parent}))
  ([h tag parent]
   (let [parents (:parents h)]
     (if (contains? (get parents tag) parent)
       (let [left (disj (get parents tag) parent)
             parents (if (seq left) (assoc parents tag left) (dissoc parents tag))]
         (reduce (fn [h entry] (reduce (fn [h parent] (add-parent h (key entry) parent)) h (val entry)))
                 (make-hierarchy)
                 parents))
       h))))

(defn- class-ancestors [tag]
  (let [classes (classes-of tag)]
    (seq (if (type? tag) (distinct classes) (next classes)))))

(defn isa?
  "Returns true if `child` equals `parent` or is derived from it, in the hierarchy or because the class is one of
  `parent`; vectors, if each element is. Without a hierarchy, in the global one."
  ([child parent] (isa? (global-hierarchy) child parent))
  ([h child parent]
   (or (= child parent)
       (contains? (get (:ancestors h) child) parent)
       (boolean
         (when-some [chain (classes-of child)]
           (or (and (symbol? parent) (some (fn [class] (= class (class-named parent))) chain))
               (some (fn [class] (contains? (get (:ancestors h) class) parent)) chain))))
       (and (vector? child) (vector? parent)
            (= (count child) (count parent))
            (loop [i 0]
              (or (= i (count child))
                  (and (isa? h (nth child i) (nth parent i))
                       (recur (inc i)))))))))

(defn parents "Returns the set of the immediate parents of `tag`, or nil."
  ([tag] (parents (global-hierarchy) tag))
  ([h tag] (not-empty (into (set (take 1 (class-ancestors tag))) (get (:parents h) tag)))))

(defn ancestors "Returns the set of the parents of `tag` and theirs, or nil."
  ([tag] (ancestors (global-hierarchy) tag))
  ([h tag]
   (not-empty
     (reduce (fn [found class] (into (conj found class) (get (:ancestors h) class)))
             (set (get (:ancestors h) tag))
             (class-ancestors tag)))))

(defn descendants "Returns the set of the tags that are derived from `tag`, directly or not, or nil. A class has none that are known."
  ([tag] (descendants (global-hierarchy) tag))
  ([h tag] (not-empty (get (:descendants h) tag))))
