;; range, map, filter, map, reduce, five times: closures, sequences
(defn adder [k] (fn [x] (+ x k)))

(let [n (parse-long (first *command-line-args*))]
  (println
    (loop [k 1 total 0]
      (if (<= k 5)
        (recur (inc k)
               (+ total (->> (range n)
                             (map (adder k))
                             (filter even?)
                             (map #(* % 3))
                             (reduce + 0))))
        total))))
