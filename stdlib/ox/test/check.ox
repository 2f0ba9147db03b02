(ns ox.test.check
  "Property tests: random values are looked for that a property does not hold for, and shrunk. `clojure.test.check` is another
  name of this namespace; its parts are `generators`, `properties` and `clojure-test`.

  With a seed a check is pure: it gives the same wherever and whenever it is made."
  (:require [ox.test.check.generate :as g]
            [ox.test.check.random :as random]
            [ox.test.check.results :as results]
            [ox.test.check.rose-tree :as rose]))

(defn- told
  "What came of a trial: what the result is, and that of an error."
  [{:keys [result]}]
  (let [data (results/result-data result)
        error (:clojure.test.check.properties/error data)]
    {:result (if (nil? error) (results/pass? result) error)
     :result-data data
     :pass? (results/pass? result)}))

(defn- fails? [tree] (not (results/pass? (:result (rose/root tree)))))

(defn- shrunk
  "The smallest failure that is found from a failing trial on."
  [tree tell]
  (loop [failing tree, rest (rose/children tree), visited 0, depth 0]
    (if-let [[candidate & more] (seq rest)]
      (if (fails? candidate)
        (do (tell {:type :shrink-step :shrinking {:args (:args (rose/root candidate))
                                                  :depth (inc depth)
                                                  :total-nodes-visited (inc visited)}})
            (recur candidate (rose/children candidate) (inc visited) (inc depth)))
        (recur failing more (inc visited) depth))
      (merge {:total-nodes-visited visited
              :depth depth
              :smallest (:args (rose/root failing))}
             (told (rose/root failing))))))

(defn quick-check
  "Tries a property `num-tests` times. Returns a map with `:pass?`, `:result`, `:num-tests` and `:seed`; of a failure also `:fail`, the
  values that failed, `:failing-size`, and `:shrunk` with the `:smallest` that fail.

  Options: `:seed`, an integer, for the same check again; `:max-size` (200); `:reporter-fn`, called with a map for each trial
  (`:type` `:trial`, `:failure`, `:shrink-step`, `:shrunk`, `:complete`)."
  [num-tests property & {:keys [seed max-size reporter-fn] :or {max-size 200}}]
  (let [seed (if (nil? seed) (rand-int 2147483647) seed)
        tell (fn [event] (when reporter-fn (reporter-fn (assoc event :property property :seed seed :num-tests num-tests))))]
    (loop [done 0, random (random/make-random seed), sizes (cycle (range 0 max-size))]
      (if (>= done num-tests)
        (let [result {:result true :pass? true :num-tests num-tests :seed seed}]
          (tell (assoc result :type :complete))
          result)
        (let [[random-1 random-2] (random/split random)
              size (first sizes)
              tree (g/call-gen property random-2 size)
              trial (rose/root tree)
              done (inc done)]
          (if (results/pass? (:result trial))
            (do (tell (merge {:type :trial :args (:args trial) :num-tests-so-far done} (told trial)))
                (recur done random-1 (rest sizes)))
            (let [failure (merge {:fail (:args trial)
                                  :failing-size size
                                  :num-tests done
                                  :property property
                                  :seed seed}
                                 (told trial))]
              (tell (assoc failure :type :failure))
              (let [shrunk (assoc failure :shrunk (shrunk tree tell))]
                (tell (assoc shrunk :type :shrunk))
                shrunk))))))))
