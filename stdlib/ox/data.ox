(ns ox.data
  "What differs between two values; `clojure.data` is another name of this namespace."
  (:require [ox.set :as set]))

(defn- kind "What a value is compared as." [x]
  (cond
    (map? x) :map
    (set? x) :set
    (sequential? x) :sequence
    :else :atom))

(defn- with-part "The map `part`, nil if there is none yet, with `x` at `k` if `there?`." [part there? k x]
  (if there? (assoc part k x) part))

(defn- diff-keys
  "The three parts, maps or nil, of what `a` and `b`, both maps or both vectors, have at the keys `ks`."
  [a b ks]
  (reduce (fn [[in-a in-b in-both] k]
            (let [[x y both] (diff (get a k) (get b k))
                  a? (contains? a k)
                  b? (contains? b k)
                  ;; nothing is common to two values without a common part, unless both are nil
                  same? (and a? b? (or (some? both) (= nil (get a k) (get b k))))]
              [(with-part in-a (and a? (or (some? x) (not same?))) k x)
               (with-part in-b (and b? (or (some? y) (not same?))) k y)
               (with-part in-both same? k both)]))
          [nil nil nil]
          ks))

(defn- by-place "A vector with the values of a map at the places that are its keys, and nil between them; nil of nil." [m]
  (when m
    (mapv m (range (inc (apply max (keys m)))))))

(defn diff
  "Compares two values, nested ones part by part. Returns `[only-in-a only-in-b in-both]`, nil where there is nothing. Maps are
  compared by key, sequences and vectors by place (the parts have nil at the other places), sets by membership; values of
  different kinds are different as a whole."
  [a b]
  (let [as (kind a)]
    (cond
      (= a b) [nil nil a]
      (not (= as (kind b))) [a b nil]
      ;; the keys in this order, and as a sequence: so the parts are written as Clojure's are
      (= as :map) (seq (diff-keys a b (set/union (keys a) (keys b))))
      (= as :sequence) (mapv by-place (diff-keys (vec a) (vec b) (range (max (count a) (count b)))))
      (= as :set) (mapv not-empty [(set/difference a b) (set/difference b a) (set/intersection a b)])
      :else [a b nil])))
