(ns ox.core.multi
  "Multimethods: functions whose method is chosen by a value that is computed of the arguments.

  The methods of `f` are in the table `f#table`, which namespaces contribute to by `defmethod` and `prefer-method`."
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
            [ox.core.writer :refer [print-as-it-is print-method print-methods]]
            [ox.core.print :refer :all]
            [ox.core.types :refer :all]
            [ox.core.hierarchy :refer :all]
            [ox.core.protocol :refer :all]))

(defn ^:no-doc method-table
  "The table of a multimethod: methods by value, and for each value those that it is preferred to."
  [owner contributions]
  (let [is-method (fn [row] (= :method (nth (nth row 1) 1)))
        methods (table-entries owner
                               (fn [value] (str "methods for " (pr-str value)))
                               (map (fn [row] [(nth row 0) (nth (nth row 1) 0) (nth row 2) (nth row 3)])
                                    (filter is-method contributions)))]
    {:owner owner
     :methods (reduce (fn [all entry] (assoc all (key entry) (nth (val entry) 1))) {} methods)
     :prefers (reduce (fn [all row]
                        (let [pair (nth row 1)
                              value (nth pair 0)
                              other (nth pair 2)]
                          (if (contains? (get all other) value)
                            (fail :ox/clash
                                  (str "preferences of " owner " contradict: " (pr-str value) " and " (pr-str other))
                                  {:ox/entry (nth row 3)})
                            (assoc all value (conj (get all value #{}) other)))))
                      {}
                      (remove is-method contributions))}))

(defn- preferred?
  "Returns true if `x` is preferred to `y`, itself, by a parent of it, or over a parent of `y`."
  [prefers h x y]
  (or (contains? (get prefers x) y)
      (boolean (some (fn [parent] (preferred? prefers h x parent)) (parents h y)))
      (boolean (some (fn [parent] (preferred? prefers h parent y)) (parents h x)))))

(defn- best-method
  "The entry whose value `value` is, none other being nearer; nil if there is none."
  [table h value]
  (let [prefers (:prefers table)
        dominates? (fn [x y] (or (preferred? prefers h x y) (isa? h x y)))
        entries (filter (fn [entry] (isa? h value (key entry))) (:methods table))]
    (reduce (fn [best entry]
              (let [best (if (or (nil? best) (dominates? (key entry) (key best))) entry best)]
                (if (dominates? (key best) (key entry))
                  best
                  (fail :ox/argument
                        (str "Multiple methods in multimethod '" (name (:owner table)) "' match dispatch value: " (pr-str value) " -> "
                             (pr-str (key entry)) " and " (pr-str (key best)) ", and neither is preferred")
                        {:value value}))))
            nil
            entries)))

(defn- hierarchy-of [hierarchy]
  (cond
    (nil? hierarchy) (global-hierarchy)
    (map? hierarchy) hierarchy
    :else (deref hierarchy)))

(defn- find-method
  "The method for a value, or nil."
  [table default hierarchy value]
  (let [methods (:methods table)
        exact (get methods value)]
    (if (and (some? exact) (empty? (:prefers table)))
      exact
      (let [best (best-method table (hierarchy-of hierarchy) value)]
        (if (nil? best)
          (get methods default)
          (val best))))))

(def ^:private multi-type (type* 'clojure.lang.MultiFn [:ox.core/call :table :default :hierarchy :dispatch]))

(defn ^:no-doc multimethod* "The value of a multimethod. `look` gives its table." [owner dispatch default hierarchy look]
  (let [choose (fn [value]
                 (or (find-method (look) default hierarchy value)
                     (fail :ox/no-method (str "No method in multimethod '" (name owner) "' for dispatch value: " (if (nil? value) "null" (pr-str value))) {:value value :method owner})))]
    (instance* multi-type
               [(fn
                  ([] ((choose (dispatch))))
                  ([a] ((choose (dispatch a)) a))
                  ([a b] ((choose (dispatch a b)) a b))
                  ([a b c] ((choose (dispatch a b c)) a b c))
                  ([a b c d] ((choose (dispatch a b c d)) a b c d))
                  ([a b c d & more] (apply* (choose (apply* dispatch a b c d more)) a b c d more)))
                look default hierarchy dispatch])))

(def ^:private printing
  "`print-method` as `multimethod*` makes them: its own function is below what multimethods stand on."
  (multimethod* 'ox.core/print-method (fn [x _] (or (:type (meta x)) (class x))) :default nil
                (fn [] {:owner 'ox.core/print-method :methods (merge {:default print-as-it-is} (print-methods)) :prefers {}})))

(defn- multi? [x] (and (instance-of-type? x) (= multi-type (type-name x))))

(defn- part [multi index]
  (if (or (multi? multi) (= multi print-method))
    (field* (if (multi? multi) multi printing) index)
    (fail :ox/type "expected a multimethod" {:value multi :expected "a multimethod"})))

(defn methods "Returns a map from values to the methods of a multimethod for them." [multi] (:methods ((part multi 1))))

(defn get-method "Returns the method that a multimethod would call for a value, or nil." [multi value]
  (find-method ((part multi 1)) (part multi 2) (part multi 3) value))

(defn prefers "Returns a map from values to the sets of those that they are preferred to." [multi] (:prefers ((part multi 1))))

(defn prefer-method
  "Has the method for `value` preferred to that for `other` where both fit. It stands at top level."
  [multi value other]
  (fail :ox/unsupported "prefer-method stands at top level: what methods there are is known when a program is linked" {:value value}))

(defn remove-method "There is none at run time: the methods of a program do not change." [multi value]
  (fail :ox/unsupported "the methods of a program do not change: take the `defmethod` away" {:value value}))

(defn remove-all-methods "There is none at run time: the methods of a program do not change." [multi]
  (fail :ox/unsupported "the methods of a program do not change: take the `defmethod`s away" {}))
