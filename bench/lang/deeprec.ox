;; non-tail recursion N deep, ten times: stack depth
(defn depth [k]
  (if (zero? k) 0 (+ 1 (depth (dec k)))))

(let [n (parse-long (first *command-line-args*))]
  (println (reduce + (map (fn [_] (depth n)) (range 10)))))
