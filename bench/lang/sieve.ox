;; strikes multiples in a transient vector: indexed stores
(defn sieve [n]
  (loop [i 2 flags (transient (vec (repeat (inc n) true))) cnt 0]
    (cond (> i n) cnt
          (nth flags i) (recur (inc i)
                               (loop [j (+ i i) flags flags]
                                 (if (<= j n)
                                   (recur (+ j i) (assoc! flags j false))
                                   flags))
                               (inc cnt))
          :else (recur (inc i) flags cnt))))

(println (sieve (parse-long (first *command-line-args*))))
