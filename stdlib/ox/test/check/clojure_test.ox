(ns ox.test.check.clojure-test
  "Properties as tests; `clojure.test.check.clojure-test` is another name of this namespace."
  (:require [ox.test :as test]
            [ox.test.check :as check]))

(def ^:dynamic *default-test-count* "How often a `defspec` tries its property." 100)
(def ^:dynamic *default-opts* "Options of `quick-check` of each `defspec`." {})

(defn ^:no-doc process-options [options]
  (cond
    (nil? options) {:num-tests *default-test-count*}
    (map? options) (merge {:num-tests *default-test-count*} options)
    :else {:num-tests options}))

(defn ^:no-doc run-spec [property options more]
  (let [{:keys [num-tests] :as options} (merge *default-opts* (process-options options) more)]
    (apply check/quick-check num-tests property (mapcat identity (dissoc options :num-tests)))))

(defn assert-check
  "Reports what `quick-check` has given: a failure has the smallest values that fail, and the seed."
  [result]
  (let [actual (dissoc result :property)
        error (:clojure.test.check.properties/error (:result-data (:shrunk result)))]
    (cond
      (:pass? result) (test/do-report {:type :pass :message nil :expected '{:result true} :actual actual})
      (some? error) (test/do-report {:type :error
                                     :message (str "of " (pr-str (:smallest (:shrunk result))) ", by the seed " (:seed result))
                                     :expected '{:result true}
                                     :actual error})
      :else (test/do-report {:type :fail :message nil :expected '{:result true} :actual actual}))
    (:pass? result)))

(defmacro defspec
  "Defines a test of a property. `(name)` gives what `quick-check` does, `(name 1000 :seed 17)` of other options; a number of trials
  or a map of options may stand before the property. `(defspec sorted 200 (prop/for-all [v (gen/vector gen/int)] (ordered? (sort v))))`"
  ([name property] `(defspec ~name nil ~property))
  ([name options property]
   `(do
      (defn ~name
        ([] (run-spec ~property ~options {}))
        ([num-tests# & {:as more#}] (run-spec ~property ~options (assoc more# :num-tests num-tests#))))
      (test/set-test ~name
        (assert-check (~name))
        nil))))
