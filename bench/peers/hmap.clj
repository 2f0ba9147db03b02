(defn insert [n]
  (loop [i 1 m {}]
    (if (<= i n)
      (recur (inc i) (assoc m (rem (* i 7919) 1000003) i))
      m)))

(let [m (insert (parse-long (first *command-line-args*)))]
  (loop [k 0 sum 0 misses 0]
    (if (< k 1000003)
      (if-let [v (get m k)]
        (recur (inc k) (+ sum (long v)) misses)
        (recur (inc k) sum (inc misses)))
      (println sum misses))))
