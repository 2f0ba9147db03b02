;; power method on an implicit matrix: floats, integer division, vectors
(require '[ox.math :as math])

(defn a [i j]
  (/ 1.0 (+ (quot (* (+ i j) (+ i j 1)) 2) i 1)))

(defn mul-av [v]
  (let [n (count v)]
    (mapv (fn [i]
            (loop [j 0 s 0.0]
              (if (= j n) s (recur (inc j) (+ s (* (a i j) (nth v j)))))))
          (range n))))

(defn mul-atv [v]
  (let [n (count v)]
    (mapv (fn [i]
            (loop [j 0 s 0.0]
              (if (= j n) s (recur (inc j) (+ s (* (a j i) (nth v j)))))))
          (range n))))

(defn dot [x y]
  (loop [i 0 s 0.0]
    (if (= i (count x)) s (recur (inc i) (+ s (* (nth x i) (nth y i)))))))

(let [n (parse-long (first *command-line-args*))]
  (loop [k 10 u (vec (repeat n 1.0)) v nil]
    (if (pos? k)
      (let [v (mul-atv (mul-av u))]
        (recur (dec k) (mul-atv (mul-av v)) v))
      (println (long (math/floor (* 1e9 (math/sqrt (/ (dot u v) (dot v v))))))))))
