;; naive recursion, one argument: calls, small integers
(defn fib [n]
  (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))

(println (fib (parse-long (first *command-line-args*))))
