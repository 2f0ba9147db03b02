(ns ox.core.protocol
  "Protocols: tables of methods by type.

  A protocol `p` has the table `p#table`, made when a program is linked of what all its namespaces contribute. Each
  method is a function that looks its implementation up there, by the type of its first argument, and calls it."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.classes :refer :all]
            [ox.core.number :refer :all]
            [ox.core.interface :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.function :refer :all]
            [ox.core.map :refer :all]
            [ox.core.string :refer :all]
            [ox.core.atom :refer :all]
            [ox.core.print :refer :all]
            [ox.core.types :refer :all]))

;; ---------------------------------------------------------------------------------------------
;; Tables

(defn ^:no-doc table-entries
  "The contributions to a table as a map from key to `[namespace value number]`. The owner's is a default that one other
  namespace may override; two of one key from others clash, unless they are of two versions of one namespace."
  [owner what contributions]
  (let [home (symbol (namespace owner))]
    (reduce
      (fn [entries row]
        (let [from (nth row 0)
              key (nth row 1)
              known (get entries key)]
          (cond
            (nil? known) (assoc entries key [from (nth row 2) (nth row 3)])
            (and (= (nth known 0) home) (not= from home)) (assoc entries key [from (nth row 2) (nth row 3)])
            (and (= from home) (not= (nth known 0) home)) entries
            (versions? from (nth known 0)) (assoc entries key [from (nth row 2) (nth row 3)])
            :else
            (fail :ox/clash
                  (str owner " has two " (what key) ", "
                       (if (= from (nth known 0))
                         (str "both of " from)
                         (str "of " (nth known 0) " and of " from)))
                  {:ox/entry (nth row 3) :ox/other (nth known 2)}))))
      {}
      contributions)))

(defn- type-key [of]
  (cond
    (nil? of) nil
    (symbol? of) (class-named of)
    (type? of) of
    :else (fail :ox/type (str "a protocol is extended to types, not to " (pr-str of)) {:value of})))

(defn- implemented [of]
  (if (nil? of) "nil" (str of)))

(defn- single-methods
  "Rows with one method each: those of `extend` have a map of them."
  [contributions]
  (mapcat (fn [row]
            (let [of-and-method (nth row 1)
                  of (try
                       (type-key (nth of-and-method 0))
                       (catch :ox/type e (throw (ex-info (ex-message e) (assoc (ex-data e) :ox/entry (nth row 3)) e))))
                  single (fn [method f] [(nth row 0) [of method] f (nth row 3)])]
              (cond
                (or (= 1 (count of-and-method)) (nil? (nth of-and-method 1))) nil
                (= :* (nth of-and-method 1)) (map (fn [entry] (single (key entry) (val entry))) (nth row 2))
                :else (list (single (nth of-and-method 1) (nth row 2))))))
          contributions))

(defn- inherited
  "The implementations of a method by type: what `direct` has for a type, or else for the first of its classes."
  [direct]
  (reduce (fn [methods of]
            (let [from (first (filter (fn [class] (contains? direct class)) (class-chain of)))]
              (if (nil? from) methods (assoc methods of (get direct from)))))
          direct
          (all-types)))

(defn- of-protocol
  "The row of an implementation, whose method must be one of the protocol's: another would never be called."
  [owner methods row]
  (let [of-and-method (nth row 1)
        method (nth of-and-method 1)]
    (if (some (fn [known] (= known method)) methods)
      row
      (fail :ox/clash
            (str "the protocol " owner " has no method `" (name method) "`"
                 (if (empty? methods)
                   ""
                   (str ": it has " (apply str (interpose ", " (map (fn [known] (str "`" (name known) "`")) methods))))))
            {:ox/entry (nth row 3)}))))

(defn ^:no-doc protocol-table
  "The table of a protocol with these methods: implementations by name and type, and the types that it is extended to."
  [owner options methods contributions]
  (let [entries (table-entries owner
                               (fn [key] (str "implementations of " (nth key 1) " for " (implemented (nth key 0))))
                               (map (fn [row] (of-protocol owner methods row)) (single-methods contributions)))
        direct (reduce (fn [methods entry]
                         (let [of-and-method (key entry)]
                           (assoc-in methods
                                     [(nth of-and-method 1) (nth of-and-method 0)]
                                     (nth (val entry) 1))))
                       {}
                       entries)
        types (set (map (fn [row] (type-key (nth (nth row 1) 0))) contributions))]
    {:owner owner
     :via-metadata (boolean (:extend-via-metadata options))
     :types types
     :satisfied (inherited (zipmap types types))
     :direct direct
     :methods (reduce-kv (fn [methods name direct] (assoc methods name (inherited direct))) {} direct)}))

;; ---------------------------------------------------------------------------------------------
;; Records

(defn ^:no-doc map->record* "A record of a type, with the entries of a map; fields that it has not are nil." [type m]
  (let [fields (type-fields type)
        record (record* type (mapv (fn [field] (get m field)) fields))]
    (reduce (fn [record entry]
              (if (some (fn [field] (= field (key entry))) fields)
                record
                (assoc record (key entry) (val entry))))
            record
            m)))

(defn ^:no-doc field-named "The value of a field of a record or instance: `(.-field x)`." [x field]
  (let [type (type-name x)
        fields (when (type? type) (type-fields type))
        index (loop [i 0]
                (cond
                  (= i (count fields)) nil
                  (= field (nth fields i)) i
                  :else (recur (inc i))))]
    (if (nil? index)
      (fail :ox/type (str (pr-str type) " has no field " (name field)) {:value x :field field})
      (field* x index))))

;; ---------------------------------------------------------------------------------------------
;; Calls

(defn- of-error
  "The entry for an error, by the class names that a `catch` clause would take it with."
  [by-type error]
  (let [class (first (concat (filter (fn [class] (and (not= class 'Object) (contains? by-type class)))
                                     (class-chain (class error)))
                             (filter (fn [class]
                                       (and (symbol? class) (not= class 'Object) (error-matches? error class)))
                                     (keys by-type))))]
    (when-not (nil? class)
      (get by-type class))))

(defn ^:no-doc reified
  "What the methods of `reify` are found by: the name of a protocol, or that of a class."
  [protocol]
  (if (symbol? protocol)
    (class-named protocol)
    (or (:name protocol)
        (fail :ox/type "reify takes protocols" {:value protocol :expected "a protocol"}))))

(defn ^:no-doc reify*
  "An instance with its own methods: a map from the names of protocols to maps from keyword to function; `itself` is true if they say what it
  equals."
  ([methods] (instance* reified-type [methods]))
  ([methods itself] (instance* reified-itself-type [methods])))

(defn- inherited-by-records [by-type]
  (when-some [class (first (filter (fn [class] (and (not= class 'Object) (contains? by-type class))) record-classes))]
    (get by-type class)))

(defn- method-otherwise [table method x]
  (let [by-type (get (:methods table) method)
        via-metadata (when (:via-metadata table)
                       (get (meta x) (symbol (namespace (:owner table)) (name method))))]
    (or via-metadata
        (when (instance-of-type? x) (get (get (reified-methods x) (:owner table)) method))
        (when (record? x) (inherited-by-records by-type))
        (when (error? x) (of-error by-type x))
        (when-not (nil? x) (get by-type 'Object))
        (fail :ox/no-method
              (str "No implementation of method: " method " of protocol: #'" (:owner table) " found for class: "
                   (if (nil? x) "nil" (pr-str (class x))))
              {:value x :method method :protocol (:owner table)}))))

(defn ^:no-doc method-of "The implementation of a method, a keyword, for `x`." [table method x]
  (let [f (get (get (:methods table) method) (type-name x))]
    (if (or (nil? f) (:via-metadata table))
      (if (and (some? f) (nil? (get (meta x) (symbol (namespace (:owner table)) (name method)))))
        f
        (method-otherwise table method x))
      f)))

;; ---------------------------------------------------------------------------------------------
;; Protocols as values

(defn ^:no-doc protocol* "The value of a protocol. `look` gives its table." [owner signatures options look]
  (assoc options
         :on (symbol (str (namespace owner) "." (name owner)))
         :name owner
         :sigs (reduce-kv (fn [sigs method lists]
                            (assoc sigs method {:name (symbol (name method)) :arglists (seq lists) :doc nil}))
                          {}
                          signatures)
         :ox.core/table look))

(defn- table-of [protocol]
  (let [look (when (map? protocol) (get protocol :ox.core/table))]
    (if (nil? look)
      (fail :ox/type "expected a protocol" {:value protocol :expected "a protocol"})
      (look))))

(defn satisfies? "Returns true if the protocol is extended to the type of `x`, or to a class of it." [protocol x]
  (let [table (table-of protocol)
        satisfied (:satisfied table)]
    (boolean
      (or (contains? satisfied (type-name x))
          (and (error? x) (some? (of-error satisfied x)))
          (and (record? x) (some? (inherited-by-records satisfied)))
          (and (instance-of-type? x) (contains? (reified-methods x) (:owner table)))
          (and (some? x) (contains? satisfied 'Object))
          (and (:via-metadata table)
               (some (fn [method] (get (meta x) (symbol (namespace (:owner table)) (name method))))
                     (keys (:sigs protocol))))))))

(defn extends? "Returns true if the protocol is extended to this very type, or to a class that it is of; `Object` does not count." [protocol of]
  (let [types (:types (table-of protocol))
        of (type-key of)]
    (boolean
      (or (contains? types of)
          (when-not (nil? of)
            (some (fn [class] (and (not= class 'Object) (contains? types class))) (class-chain of)))))))

(defn extenders "Returns the types and classes that the protocol is extended to, or nil." [protocol]
  (seq (:types (table-of protocol))))

(defn find-protocol-method "Returns the implementation of the method, a keyword, for `x`, or nil." [protocol method x]
  (let [table (table-of protocol)
        by-type (get (:methods table) method)]
    (or (get by-type (type-name x))
        (when-not (nil? x) (get by-type 'Object)))))

(defn extend
  "Contributes maps from method to function to protocols, for a type: `(extend String P {:m (fn [s] …)})`. It stands at top level."
  [of & protocols-and-methods]
  (fail :ox/unsupported "extend stands at top level: what a program's types can do is known when it is linked" {:value of}))
