;; N turns of add and compare: dispatch
(defn run [n]
  (loop [k n acc 0]
    (if (pos? k)
      (let [acc (+ acc 3)]
        (recur (dec k) (if (>= acc 1000003) (- acc 1000003) acc)))
      acc)))

(println (run (parse-long (first *command-line-args*))))
