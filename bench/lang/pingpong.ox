;; N round trips between two processes: switching
(defn echo [n]
  (when (pos? n)
    (receive
      [from i] (do (send from (inc i))
                   (echo (dec n))))))

(defn play [n]
  (let [peer (spawn echo n)]
    (loop [i 0 total 0]
      (if (< i n)
        (do (send peer [(self) i])
            (recur (inc i) (+ total (receive answer answer))))
        total))))

(println (play (parse-long (first *command-line-args*))))
