(ns ox.core.host
  "What calls of the host need of the machine: methods that the type of a value has inline, and string builders, which `str` knows.

  The table itself, from `Math/abs` and `.length` to functions, is `ox.compat`."
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
            [ox.core.array :refer :all]
            [ox.core.print :refer :all]
            [ox.core.types :refer :all]
            [ox.core.protocol :refer :all]))

(def ^:private class-packages
  "The packages of the classes that are not of `clojure.lang`."
  (zipmap '[Long Integer Short Byte Double Float Number Boolean String Character CharSequence Comparable Object Iterable Runnable
            BigDecimal BigInteger Date UUID Pattern List Map Set Collection Throwable Exception Error]
          (concat (repeat 15 "java.lang.") (repeat 2 "java.math.") (repeat 2 "java.util.") ["java.util.regex."]
                  (repeat 4 "java.util.") (repeat 3 "java.lang."))))

(defn ^:no-doc class-title "The full name, a string, of what `class` gives." [class]
  (if (symbol? class)
    (str (or (get class-packages class)
             (when (some (fn [known] (= known 'Throwable)) (class-chain class)) (get error-packages class "java.lang."))
             "clojure.lang.")
         class)
    (str class)))

(defn ^:no-doc no-method "Throws what a call of a method that the value does not have throws." [x method args]
  (if (nil? x)
    (fail :ox/type (str "Cannot invoke \"" (name method) "\": the value is nil") {:value nil :method method})
    (fail :ox/no-method
          (if (= 0 (count args))
            (str "No matching field found: " (name method) " for class " (class-title (class x)))
            (str "No matching method " (name method) " found taking " (count args) " args for class " (class-title (class x))))
          {:value x :method method})))

(defn- field-index [x method]
  (let [type (type-name x)
        fields (when (type? type) (type-fields type))]
    (loop [i 0]
      (cond
        (= i (count fields)) nil
        (= method (nth fields i)) i
        :else (recur (inc i))))))

(defn ^:no-doc host-call
  "Calls the method, a keyword, that the type of `x` has inline; without arguments it may be a field."
  [x method & args]
  (let [f (interface-method method x)]
    (if (nil? f)
      (let [index (when (nil? args) (field-index x method))]
        (if (nil? index)
          (no-method x method args)
          (field* x index)))
      (apply f x args))))

;; ---------------------------------------------------------------------------------------------
;; String builders: a volatile with a vector of the parts that were added. Who reads joins them.

(def ^:no-doc builder-type (type* 'StringBuilder [:parts]))

(defn ^:no-doc builder? "Returns true if `x` is a string builder." [x] (and (instance-of-type? x) (= builder-type (type-name x))))

(defn ^:no-doc builder-text "The text of a string builder." [builder]
  (let [cell (field* builder 0)
        parts (deref cell)]
    (if (= 1 (count parts))
      (nth parts 0)
      (let [text (join-strings "" parts)]
        (vreset! cell [text])
        text))))

(defn ^:no-doc builder-set! "Gives a string builder another text. Returns the builder." [builder text]
  (vreset! (field* builder 0) [text])
  builder)

(defn ^:no-doc builder-add! "Adds a string to a string builder. Returns the builder." [builder text]
  (let [cell (field* builder 0)]
    (vreset! cell (conj (deref cell) text))
    builder))

(defn ^:no-doc builder-new "Returns a string builder; of a number, which says how much room is wanted, it is empty."
  ([] (instance* builder-type [(volatile! [""])]))
  ([start] (instance* builder-type [(volatile! [(if (integer? start) "" (if (nil? start) (no-method nil :length nil) (str start)))])])))

(extend-type builder-type
  Object
  (toString [builder] (builder-text builder))
  CharSequence
  (length [builder] (count (builder-text builder))))

(extend-type array-type
  clojure.lang.Seqable
  (seq [array] (seq (array-vector array)))
  (count [array] (count (array-vector array)))
  (nth
    ([array index] (nth (array-vector array) index))
    ([array index not-found] (nth (array-vector array) index not-found)))
  (valAt
    ([array key] (get (array-vector array) key))
    ([array key not-found] (get (array-vector array) key not-found)))
  (containsKey [array key] (contains? (array-vector array) key)))

(defn ^:no-doc host-method "The method, a keyword, that the type of `x` has inline, or nil." [x method] (interface-method method x))
