;; throws and catches N times: unwinding
(defn risky [i] (throw (ex-info "oops" {:value i})))

(defn attempt [i]
  (try (risky i)
       (catch ExceptionInfo e (:value (ex-data e)))))

(let [n (parse-long (first *command-line-args*))]
  (println (loop [i 0 total 0]
             (if (< i n) (recur (inc i) (+ total (attempt i))) total))))
