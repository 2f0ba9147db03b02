;; N waiting processes at once, each then answers: creation, memory a process
(defn wait [main id]
  (receive x (send main (+ id x))))

(let [n (parse-long (first *command-line-args*))
      main (self)
      pids (mapv (fn [id] (spawn wait main id)) (range n))]
  (doseq [pid pids] (send pid 1))
  (println (loop [k 0 total 0]
             (if (< k n)
               (recur (inc k) (+ total (receive answer answer)))
               total))))
