;; inserts N integer keys, looks up 1,000,003: persistent hash map
(defn insert [n]
  (loop [i 1 m {}]
    (if (<= i n)
      (recur (inc i) (assoc m (rem (* i 7919) 1000003) i))
      m)))

(let [m (insert (parse-long (first *command-line-args*)))]
  (loop [k 0 sum 0 misses 0]
    (if (< k 1000003)
      (let [v (get m k)]
        (if v
          (recur (inc k) (+ sum v) misses)
          (recur (inc k) sum (inc misses))))
      (println sum misses))))
