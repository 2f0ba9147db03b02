(ns weblog.stats
  "Reducing functions that can be put together: each sees a request once, so that a log of any size is read once, in
  constant memory but for what is counted. Like `conj`, they have three arities: begin, step, finish.")

(defn counting
  "Counts."
  ([] 0)
  ([n] n)
  ([n _] (inc n)))

(defn sum
  "Adds up."
  ([] 0)
  ([n] n)
  ([n x] (+ n x)))

(defn by
  "What `rf` makes of the inputs of each group: a map from `(f x)`."
  [f rf]
  (fn
    ([] {})
    ([groups] (update-vals groups rf))
    ([groups x]
     (let [k (f x)]
       (assoc groups k (rf (if (contains? groups k) (get groups k) (rf)) x))))))

(defn fuse
  "What each of several reducing functions makes of the inputs: a map with the same keys."
  [rfs]
  (fn
    ([] (update-vals rfs #(%)))
    ([accs] (reduce-kv (fn [result k rf] (update result k rf)) accs rfs))
    ([accs x] (reduce-kv (fn [result k rf] (update result k rf x)) accs rfs))))

(defn with
  "What `rf` makes of what the transducer `xform` lets through."
  [xform rf]
  (let [step (xform (completing rf))]
    (fn
      ([] (rf))
      ([acc] (rf (step acc)))
      ([acc x] (unreduced (step acc x))))))

(defn span
  "The least and the greatest."
  ([] nil)
  ([acc] acc)
  ([[low high :as acc] x]
   (if acc [(min low x) (max high x)] [x x])))

;; ## Quantiles
;;
;; A histogram with buckets that grow by a tenth: a quantile is wrong by a twentieth at most, whatever the number of
;; inputs, and two histograms can be added.

(def ^:private growth (Math/log 1.1))

(defn- bucket [x]
  (if (< x 0.001) 0 (inc (long (Math/floor (/ (Math/log (/ x 0.001)) growth))))))

(defn- middle
  "Of a bucket, in millionths: more digits would say nothing."
  [b]
  (if (zero? b)
    0.0
    (/ (Math/round (* 1000.0 (Math/exp (* growth (- b 0.5))))) 1e6)))

(defn histogram
  "A sorted map from bucket to number."
  ([] (sorted-map))
  ([h] h)
  ([h x] (update h (bucket x) (fnil inc 0))))

(defn quantile
  "The value that a share `q` of a histogram's inputs is not above; nil of an empty one."
  [h q]
  (let [rank (* q (reduce + (vals h)))]
    (when (pos? rank)
      (->> (reductions (fn [[_ seen] [b n]] [b (+ seen n)]) [0 0] h)
           (drop-while (fn [[_ seen]] (< seen rank)))
           ffirst
           middle))))

;; ## Distinct inputs
;;
;; HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) with 1,024 registers: wrong by 3 % or so, in the memory of a
;; page. The hash is FNV-1a of the text with a finish that mixes its bits; 32 bits of it are used.

(def ^:private registers 1024)
(def ^:private mask 0xffffffff)

(defn- mix [h]
  (let [h (bit-and mask (* (bit-xor h (bit-shift-right h 16)) 0x45d9f3b))
        h (bit-and mask (* (bit-xor h (bit-shift-right h 15)) 0x2c1b3c6d))]
    (bit-xor h (bit-shift-right h 16))))

(defn- fnv-1a [text]
  (mix (reduce (fn [h c] (bit-and mask (* 16777619 (bit-xor h (int c))))) 2166136261 text)))

(defn- leading-zeros
  "Of a number of 22 bits, and one more."
  [n]
  (loop [bit 21, zeros 1]
    (cond
      (neg? bit)        zeros
      (bit-test n bit)  zeros
      :else             (recur (dec bit) (inc zeros)))))

(defn- estimate [sketch]
  (let [empty-ones (- registers (count sketch))
        sum        (reduce-kv (fn [sum _ zeros] (+ sum (/ 1.0 (bit-shift-left 1 zeros)))) (double empty-ones) sketch)
        raw        (/ (* 0.7213 registers registers) (* (+ 1 (/ 1.079 registers)) sum))]
    (Math/round
      (if (and (pos? empty-ones) (<= raw (* 2.5 registers)))
        (* registers (Math/log (/ registers (double empty-ones))))
        raw))))

(defn distinct-count
  "About how many different inputs there are: they are compared as `pr-str` writes them."
  ([] {})
  ([sketch] (estimate sketch))
  ([sketch x]
   (let [h (fnv-1a (pr-str x))]
     (update sketch (bit-and h (dec registers)) (fnil max 0) (leading-zeros (bit-shift-right h 10))))))

;; ## What comes out

(defn top
  "The `n` entries of a map with the greatest values by `f`, those of equal values in the order of their keys."
  ([n m] (top n identity m))
  ([n f m]
   (->> m
        (sort-by (fn [[k v]] [(- (f v)) (pr-str k)]))
        (take n)
        vec)))

(defn share
  "`part` of `whole` in percent."
  [part whole]
  (if (zero? whole) 0.0 (/ (* 100.0 part) whole)))

(defn change
  "By how many percent `now` is above `before`; nil if there was nothing before."
  [before now]
  (when-not (zero? before)
    (* 100.0 (/ (- now before) (double before)))))
