;; five bodies, N steps: floats in rebuilt vectors
;; a body is a vector: x y z vx vy vz mass
(require '[ox.math :as math])

(defn body [i]
  (if (zero? i)
    [0.0 0.0 0.0 0.0 0.0 0.0 10.0]
    [(* 2.0 i) (* 0.5 i) (* 0.1 i)
     (* -0.1 i) (math/sqrt (/ 10.0 (* 2.0 i))) (* 0.01 i) (* 0.01 i)]))

(defn pull
  "The bodies after the ones at i and j have pulled each other for dt."
  [bodies i j dt]
  (let [[px py pz pvx pvy pvz pm] (nth bodies i)
        [qx qy qz qvx qvy qvz qm] (nth bodies j)
        dx (- px qx)
        dy (- py qy)
        dz (- pz qz)
        d2 (+ (* dx dx) (* dy dy) (* dz dz))
        mag (/ dt (* d2 (math/sqrt d2)))
        fp (- (* qm mag))
        fq (* pm mag)]
    (assoc bodies
           i [px py pz (+ pvx (* dx fp)) (+ pvy (* dy fp)) (+ pvz (* dz fp)) pm]
           j [qx qy qz (+ qvx (* dx fq)) (+ qvy (* dy fq)) (+ qvz (* dz fq)) qm])))

(defn drift [[x y z vx vy vz m] dt]
  [(+ x (* dt vx)) (+ y (* dt vy)) (+ z (* dt vz)) vx vy vz m])

(defn advance [bodies dt]
  (loop [i 0 bodies bodies]
    (if (< i 5)
      (recur (inc i)
             (loop [j (inc i) bodies bodies]
               (if (< j 5)
                 (recur (inc j) (pull bodies i j dt))
                 bodies)))
      (mapv (fn [b] (drift b dt)) bodies))))

(defn kinetic [[_ _ _ vx vy vz m]]
  (* 0.5 m (+ (* vx vx) (* vy vy) (* vz vz))))

(defn potential [[px py pz _ _ _ pm] [qx qy qz _ _ _ qm]]
  (let [dx (- px qx)
        dy (- py qy)
        dz (- pz qz)]
    (/ (* pm qm)
       (math/sqrt (+ (* dx dx) (* dy dy) (* dz dz))))))

(defn energy [bodies]
  (loop [[p & others] bodies e 0.0]
    (if p
      (recur others
             (reduce (fn [e q] (- e (potential p q))) (+ e (kinetic p)) others))
      e)))

(let [n (parse-long (first *command-line-args*))
      bodies (loop [k 0 bodies (mapv body (range 5))]
               (if (< k n)
                 (recur (inc k) (advance bodies 0.001))
                 bodies))]
  (println (long (math/floor (* (energy bodies) 1e9)))))
