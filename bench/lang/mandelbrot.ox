;; escape counts, at most 100 a point: floats in a tail loop
(defn escape [cr ci]
  (loop [zr 0.0 zi 0.0 i 0]
    (if (= i 100)
      i
      (let [a (* zr zr) b (* zi zi)]
        (if (> (+ a b) 4.0)
          i
          (recur (+ (- a b) cr) (+ (* 2.0 zr zi) ci) (inc i)))))))

(defn image [n]
  (loop [y 0 total 0]
    (if (= y n)
      total
      (let [ci (- (/ (* 2.0 y) n) 1.0)]
        (recur (inc y)
               (loop [x 0 total total]
                 (if (= x n)
                   total
                   (recur (inc x) (+ total (escape (- (/ (* 2.0 x) n) 1.5) ci))))))))))

(println (image (parse-long (first *command-line-args*))))
