(ns ox.template
  "Expressions made from a pattern; `clojure.template` is another name of this namespace."
  (:require [ox.walk :as walk]))

(defn apply-template
  "Returns the expression with the symbols of the vector `argv` replaced by `values`, everywhere in it."
  [argv expr values]
  (assert (vector? argv))
  (assert (every? symbol? argv))
  (walk/postwalk-replace (zipmap argv values) expr))

(defmacro do-template
  "Evaluates the expression once for each group of as many `values` as `argv` has symbols, which are replaced by them."
  [argv expr & values]
  (cons 'do (map (partial apply-template argv expr) (partition (count argv) values))))
