(ns ox.test.check.properties
  "Properties: what shall hold for all that generators give; `clojure.test.check.properties` is another name of this namespace."
  (:require [ox.test.check.generate :as g]
            [ox.test.check.results :as results]))

(defrecord ^:no-doc ErrorResult [error]
  results/Result
  (pass? [_] false)
  (result-data [_] {:clojure.test.check.properties/error error}))

(defn for-all*
  "Returns the property that `f` of values of the generators gives what passes."
  [generators f]
  (g/fmap (fn [args]
            {:result (try (apply f args)
                          (catch Throwable e (->ErrorResult e)))
             :function f
             :args args})
          (g/tuple generators)))

(defmacro for-all
  "A property: the body gives what passes, true for instance, for all values of the generators that names stand for.
  `(for-all [x gen/nat, y gen/nat] (= (+ x y) (+ y x)))`"
  [bindings & body]
  (let [pairs (partition 2 bindings)]
    `(for-all* [~@(map second pairs)]
               (fn [~@(map first pairs)] ~@body))))
