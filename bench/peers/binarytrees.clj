(defn make [d]
  (if (zero? d)
    [nil nil]
    [(make (dec d)) (make (dec d))]))

(defn check [t]
  (let [left (nth t 0)]
    (if (nil? left)
      1
      (+ 1 (check left) (check (nth t 1))))))

(let [depth (parse-long (first *command-line-args*))
      keep (make depth)
      total (reduce + (for [d (range 4 (inc depth) 2)
                            _ (range (bit-shift-left 1 (+ 4 (- depth d))))]
                        (check (make d))))]
  (println total (check keep)))
