(defn total [v n]
  (loop [i 0 t 0]
    (if (< i n) (recur (inc i) (+ t (long (nth v i)))) t)))

(let [n (parse-long (first *command-line-args*))
      v (loop [i 0 v []] (if (< i n) (recur (inc i) (conj v i)) v))
      w (loop [i 0 v v]
          (if (< i n)
            (let [at (rem (* i 7919) n)]
              (recur (inc i) (assoc v at (inc (nth v at)))))
            v))]
  (println (total v n) (total w n)))
