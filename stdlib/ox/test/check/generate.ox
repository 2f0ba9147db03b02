(ns ox.test.check.generate
  "What generators are, and the usual ones by names that are not those of the core: `ox.test.check.generators` has them all.

  A generator makes a tree of a value and what it shrinks to, from random numbers and a size; the same from the same."
  (:require [ox.math :as math]
            [ox.test.check.random :as random]
            [ox.test.check.rose-tree :as rose]))

(defrecord ^:no-doc Generator [gen])

(defn ^:no-doc generator? [x] (instance? Generator x))

(defn- check-generator [x who]
  (when-not (generator? x)
    (throw (ex-info (str who " takes a generator") {:ox/kind :ox/assert :value x})))
  x)

(defn- check [ok message]
  (when-not ok
    (throw (ex-info message {:ox/kind :ox/assert}))))

(defn ^:no-doc call-gen [gen random size] ((:gen gen) random size))

(defn ^:no-doc of-tree "A generator that always gives this tree." [tree] (->Generator (fn [_ _] tree)))

(defn ^:no-doc return [x] (of-tree (rose/pure x)))

(defn ^:no-doc mapped "A generator whose tree is that of another, changed." [gen f]
  (->Generator (fn [random size] (f (call-gen gen random size)))))

(defn ^:no-doc fmap [f gen]
  (check-generator gen "fmap")
  (mapped gen (fn [tree] (rose/fmap f tree))))

(defn ^:no-doc bind [gen f]
  (check-generator gen "bind")
  (->Generator
    (fn [random size]
      (let [[random-1 random-2] (random/split random)]
        (rose/bind (call-gen gen random-1 size)
                   (fn [x] (call-gen (check-generator (f x) "the function of bind") random-2 size)))))))

(defn ^:no-doc sized [f]
  (->Generator (fn [random size] (call-gen (check-generator (f size) "the function of sized") random size))))

(defn ^:no-doc resize [size gen]
  (check-generator gen "resize")
  (->Generator (fn [random _] (call-gen gen random size))))

(defn ^:no-doc scale [f gen] (sized (fn [size] (resize (f size) gen))))

;; ---------------------------------------------------------------------------------------------
;; Numbers

(defn- nearer
  "The integers between `n` and `base`, from the farthest to the nearest to `n`."
  [n base]
  (map (fn [distance] (-' n distance))
       (take-while (fn [distance] (not (zero? distance)))
                   (iterate (fn [distance] (quot distance 2)) (-' n base)))))

(defn ^:no-doc integer-tree "An integer that shrinks toward another." [n base]
  (rose/make-rose n (map (fn [smaller] (integer-tree smaller base)) (nearer n base))))

(defn- nearest-to-zero [lower upper]
  (cond (pos? lower) lower (neg? upper) upper :else 0))

(defn- random-below
  "A number from 0 to before `span`."
  [random span]
  (if (<= span 4611686018427387904)
    (mod (unsigned-bit-shift-right (random/rand-long random) 1) span)
    (mod (+' 9223372036854775808 (random/rand-long random)) span)))

(defn ^:no-doc choose [lower upper]
  (check (and (integer? lower) (integer? upper)) "choose takes integers")
  (check (<= lower upper) "the first of choose is at most the second")
  (let [span (inc' (-' upper lower))
        base (nearest-to-zero lower upper)]
    (->Generator
      (fn [random _]
        (let [n (+' lower (random-below random span))]
          (integer-tree (if (int? n) (long n) n) base))))))

(def ^:no-doc nat (sized (fn [size] (choose 0 size))))
(def ^:no-doc small-integer (sized (fn [size] (choose (- size) size))))

(defn ^:no-doc large-integer* [{:keys [min max]}]
  (let [lower (or min -9223372036854775808)
        upper (or max 9223372036854775807)
        base (nearest-to-zero lower upper)]
    (check (<= lower upper) "the :min of large-integer* is at most its :max")
    (sized
      (fn [size]
        (bind (of-tree (rose/pure (clojure.core/min 63 (clojure.core/max 1 size))))
              (fn [bits]
                (->Generator
                  (fn [random _]
                    (let [[random-1 random-2] (random/split random)
                          bits (inc (random-below random-1 bits))
                          room (if (= bits 63) 9223372036854775807 (dec (bit-shift-left 1 bits)))
                          from (clojure.core/max lower (-' base room 1))
                          to (clojure.core/min upper (+' base room))]
                      (integer-tree (long (+' from (random-below random-2 (inc' (-' to from))))) base))))))))))

(defn- power-of-2 [n] (math/pow 2.0 (double n)))

(defn ^:no-doc double* [{:keys [min max infinite? NaN?] :or {infinite? true NaN? true}}]
  (let [within? (fn [x] (and (or (nil? min) (<= min x)) (or (nil? max) (<= x max))))
        finite (cond
                 (and min max)
                 (fmap (fn [n] (clojure.core/min (double max) (+ (double min) (* (/ n 9007199254740992.0) (- (double max) (double min))))))
                       (choose 0 9007199254740992))
                 :else
                 (fmap (fn [[m e]]
                         (let [x (* (double m) (power-of-2 e))]
                           (cond
                             min (+ (double min) (abs x))
                             max (- (double max) (abs x))
                             :else x)))
                       (sized (fn [size]
                                (let [e (clojure.core/min size 200)]
                                  (->Generator
                                    (fn [random _]
                                      (let [[random-1 random-2] (random/split random)]
                                        (rose/zip vector
                                                  [(call-gen (large-integer* {:min -9007199254740992 :max 9007199254740992}) random-1 size)
                                                   (call-gen (choose (- e) e) random-2 size)])))))))))
        special (filterv some? [(when (and infinite? (nil? max)) ##Inf)
                                (when (and infinite? (nil? min)) ##-Inf)
                                (when (and NaN? (nil? min) (nil? max)) ##NaN)])]
    (if (empty? special)
      finite
      (bind (choose 0 19)
            (fn [n]
              (if (= n 19)
                (fmap (fn [n] (nth special n)) (choose 0 (dec (count special))))
                finite))))))

;; ---------------------------------------------------------------------------------------------
;; Choices

(defn ^:no-doc one-of [gens]
  (check (seq gens) "one-of cannot be called with an empty collection")
  (let [gens (mapv (fn [gen] (check-generator gen "one-of")) gens)]
    (bind (choose 0 (dec (count gens))) (fn [n] (nth gens n)))))

(defn ^:no-doc frequency [pairs]
  (let [pairs (filterv (fn [[weight _]] (pos? weight)) pairs)
        total (reduce + (map first pairs))]
    (check (seq pairs) "frequency must be called with at least one non-zero weight")
    (bind (choose 0 (dec total))
          (fn [n]
            (loop [n n, [[weight gen] & more] pairs]
              (if (< n weight) gen (recur (- n weight) more)))))))

(defn ^:no-doc elements [coll]
  (check (seq coll) "elements cannot be called with an empty collection")
  (let [all (vec coll)]
    (fmap (fn [n] (nth all n)) (choose 0 (dec (count all))))))

(defn- options-of [options]
  (if (map? options) (merge {:max-tries 10} options) {:max-tries options}))

(defn- not-found [what {:keys [max-tries ex-fn]} data]
  (throw (if ex-fn
           (ex-fn (merge data {:max-tries max-tries}))
           (ex-info (str "Couldn't " what " after " max-tries " tries.") (assoc data :max-tries max-tries)))))

(defn ^:no-doc such-that [pred gen options]
  (check-generator gen "such-that")
  (let [{:keys [max-tries] :as options} (options-of options)]
    (->Generator
      (fn [random size]
        (loop [random random, size size, tries max-tries]
          (if (zero? tries)
            (not-found "satisfy such-that predicate" options {:pred pred :gen gen})
            (let [[random-1 random-2] (random/split random)
                  tree (call-gen gen random-1 size)]
              (if (pred (rose/root tree))
                (rose/filter pred tree)
                (recur random-2 (inc size) (dec tries))))))))))

(defn ^:no-doc no-shrink [gen] (mapped gen (fn [tree] (rose/pure (rose/root tree)))))

(defn ^:no-doc shrink-2 [gen]
  (mapped gen (fn [tree]
                (let [wider (fn wider [[root children]]
                              (rose/make-rose root (map wider (concat children (mapcat rose/children children)))))]
                  (wider tree)))))

;; ---------------------------------------------------------------------------------------------
;; Collections

(defn ^:no-doc tuple [gens]
  (doseq [gen gens] (check-generator gen "tuple"))
  (let [gens (vec gens)]
    (->Generator
      (fn [random size]
        (rose/zip vector (mapv (fn [gen random] (call-gen gen random size)) gens (random/split-n random (count gens))))))))

(defn ^:no-doc vector-of
  ([gen]
   (check-generator gen "vector")
   (sized (fn [size] (vector-of gen 0 size))))
  ([gen n]
   (check-generator gen "vector")
   (tuple (repeat n gen)))
  ([gen least most]
   (check-generator gen "vector")
   (->Generator
     (fn [random size]
       (let [[random-1 random-2] (random/split random)
             n (rose/root (call-gen (choose least most) random-1 size))]
         (rose/shrink-vector vector
                             (mapv (fn [random] (call-gen gen random size)) (random/split-n random-2 n))
                             least))))))

(defn- all-distinct? [key-fn xs]
  (or (empty? xs) (apply distinct? (map key-fn xs))))

(defn ^:no-doc distinct-vector [key-fn gen {:keys [num-elements min-elements max-elements] :as options}]
  (check-generator gen "a generator of distinct elements")
  (let [options (options-of options)
        least (or num-elements min-elements 0)]
    (->Generator
      (fn [random size]
        (let [[random-1 random-2] (random/split random)
              most (or num-elements max-elements (+ least size))
              n (rose/root (call-gen (choose least most) random-1 size))]
          (loop [random random-2, size size, trees [], keys #{}, tries (:max-tries options)]
            (cond
              (= n (count trees))
              (rose/filter (fn [xs] (all-distinct? key-fn xs))
                           (rose/shrink-vector vector trees least))

              (zero? tries)
              (if (and (not num-elements) (<= least (count trees)))
                (rose/filter (fn [xs] (all-distinct? key-fn xs)) (rose/shrink-vector vector trees least))
                (not-found "generate enough distinct elements" options {:gen gen :num-elements n}))

              :else
              (let [[random-1 random-2] (random/split random)
                    tree (call-gen gen random-1 size)
                    key (key-fn (rose/root tree))]
                (if (contains? keys key)
                  (recur random-2 (inc size) trees keys (dec tries))
                  (recur random-2 size (conj trees tree) (conj keys key) (:max-tries options)))))))))))

(defn ^:no-doc shuffled [coll]
  (let [all (vec coll)
        n (count all)
        swap (fn [all [i j]] (assoc all i (nth all j) j (nth all i)))]
    (if (< n 2)
      (return all)
      (fmap (fn [swaps] (reduce swap all swaps))
            (vector-of (tuple [(choose 0 (dec n)) (choose 0 (dec n))]) 0 (* 2 n))))))

(defn ^:no-doc recursive [container inner]
  (check-generator inner "recursive-gen")
  (sized
    (fn [size]
      (bind (choose 0 3)
            (fn [depth]
              (let [narrow (long (math/pow (double size) (/ 1.0 (inc depth))))]
                (resize narrow (nth (iterate (fn [gen] (one-of [inner (container gen)])) inner) depth))))))))

;; ---------------------------------------------------------------------------------------------
;; Values without a generator of parts

(def ^:no-doc uuids
  (->Generator
    (fn [random _]
      (let [[random-1 random-2] (random/split random)
            digits (fn [random]
                     (let [x (random/rand-long random)]
                       (format "%08x%08x" (unsigned-bit-shift-right x 32) (bit-and x 4294967295))))
            [a b] [(digits random-1) (digits random-2)]
            variant (nth "89ab" (mod (random/rand-long random) 4))]
        (rose/pure (parse-uuid (str (subs a 0 8) "-" (subs a 8 12) "-4" (subs a 13 16) "-"
                                    variant (subs b 1 4) "-" (subs b 4 16))))))))

(defn ^:no-doc samples
  "The lazy sequence of values of a generator for growing sizes."
  [gen seed max-size]
  (map (fn [size random] (rose/root (call-gen gen random size)))
       (cycle (range 0 max-size))
       (map second (next (iterate (fn [[random _]] (random/split random)) [(random/make-random seed) nil])))))
