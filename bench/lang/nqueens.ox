;; counts placements on an immutable list: lists, non-tail recursion
(defn safe? [col board]
  (loop [dist 1 board (seq board)]
    (if board
      (let [c (first board)]
        (if (or (= c col) (= c (+ col dist)) (= c (- col dist)))
          false
          (recur (inc dist) (next board))))
      true)))

(defn solve [n rows board]
  (if (zero? rows)
    1
    (reduce (fn [found col]
              (if (safe? col board)
                (+ found (solve n (dec rows) (cons col board)))
                found))
            0
            (range 1 (inc n)))))

(let [n (parse-long (first *command-line-args*))]
  (println (solve n n ())))
