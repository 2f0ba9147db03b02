;; appends N numbers, scans the text: strings
(let [n (parse-long (first *command-line-args*))
      s (apply str (range n))
      length (count s)]
  (println length
           (loop [i 0 k 0]
             (if (< i length)
               (recur (inc i) (if (= \7 (nth s i)) (inc k) k))
               k))))
