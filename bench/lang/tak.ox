;; recursion, three arguments, N times: calls, argument passing
(defn tak [x y z]
  (if (>= y x)
    z
    (recur (tak (- x 1) y z) (tak (- y 1) z x) (tak (- z 1) x y))))

(let [n (parse-long (first *command-line-args*))]
  (println (loop [k n total 0]
             (if (zero? k) total (recur (dec k) (+ total (tak 18 12 6)))))))
