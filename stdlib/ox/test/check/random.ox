(ns ox.test.check.random
  "Random numbers as values: a generator gives a number, and splits into generators that know nothing of one another.

  It is SplitMix64: a state that grows by an odd constant of its own, and a function that mixes its bits.")

(defn- mixed [x m1 m2]
  (let [x (unchecked-multiply (bit-xor x (unsigned-bit-shift-right x 33)) m1)
        x (unchecked-multiply (bit-xor x (unsigned-bit-shift-right x 33)) m2)]
    (bit-xor x (unsigned-bit-shift-right x 33))))

(defn- mix [x] (mixed x -49064778989728563 -4265267296055464877))

(defn- count-bits [x]
  (loop [x x, n 0]
    (if (zero? x) n (recur (bit-and x (unchecked-dec x)) (inc n)))))

(defn- odd-constant
  "A constant to grow by: odd, and with bits that change often enough."
  [x]
  (let [x (bit-or 1 (mixed x -4658895280553007687 -7723592293110705685))]
    (if (< (count-bits (bit-xor x (unsigned-bit-shift-right x 1))) 24)
      (bit-xor x -6148914691236517206)
      x)))

(def ^:private golden -7046029254386353131)

(defn make-random "Returns a generator of random numbers that an integer of 64 bits determines." [seed]
  [(mix (unchecked-long seed)) golden])

(defn rand-long "Returns an integer of 64 bits." [[state constant]]
  (mix (unchecked-add state constant)))

(defn rand-double "Returns a double from 0 to before 1." [random]
  (* (double (unsigned-bit-shift-right (rand-long random) 11)) 1.1102230246251565E-16))

(defn split "Returns two generators." [[state constant]]
  (let [once (unchecked-add state constant)
        twice (unchecked-add once constant)]
    [[twice constant] [(mix once) (odd-constant twice)]]))

(defn split-n "Returns a vector of `n` generators." [random n]
  (loop [all [], random random, n n]
    (if (pos? n)
      (let [[random one] (split random)]
        (recur (conj all one) random (dec n)))
      all)))
