(ns ox.core.function
  "Functions that make functions."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]))

(defn constantly "Returns a function that takes any arguments and returns `x`." [x] (fn [& _] x))

(defn complement "Returns a function that returns `(not (f …))`." [f]
  (fn
    ([] (not (f)))
    ([x] (not (f x)))
    ([x y] (not (f x y)))
    ([x y & more] (not (apply* f x y more)))))

(defn comp
  "Returns the composition of the functions: the last takes the arguments, each other the result of the one after it."
  ([] identity)
  ([f] f)
  ([f g]
   (fn
     ([] (f (g)))
     ([x] (f (g x)))
     ([x y] (f (g x y)))
     ([x y z] (f (g x y z)))
     ([x y z & more] (f (apply* g x y z more)))))
  ([f g & more] (reduce comp (comp f g) more)))

(defn partial
  "Returns a function that calls `f` with the given arguments before its own."
  ([f] f)
  ([f a]
   (fn
     ([] (f a))
     ([x] (f a x))
     ([x y] (f a x y))
     ([x y z] (f a x y z))
     ([x y z & more] (apply* f a x y z more))))
  ([f a b]
   (fn
     ([] (f a b))
     ([x] (f a b x))
     ([x y] (f a b x y))
     ([x y z] (f a b x y z))
     ([x y z & more] (apply* f a b x y z more))))
  ([f a b c]
   (fn
     ([] (f a b c))
     ([x] (f a b c x))
     ([x y] (f a b c x y))
     ([x y z] (f a b c x y z))
     ([x y z & more] (apply* f a b c x y z more))))
  ([f a b c & more]
   (fn [& xs] (apply* f a b c (concat more xs)))))

(defn juxt
  "Returns a function that returns the vector of the results of the functions, from the left."
  ([f]
   (fn
     ([] [(f)])
     ([x] [(f x)])
     ([x y] [(f x y)])
     ([x y & more] [(apply* f x y more)])))
  ([f g]
   (fn
     ([] [(f) (g)])
     ([x] [(f x) (g x)])
     ([x y] [(f x y) (g x y)])
     ([x y & more] [(apply* f x y more) (apply* g x y more)])))
  ([f g & more]
   (let [fs (into [f g] more)]
     (fn [& xs] (mapv (fn [f] (apply* f xs)) fs)))))

(defn fnil
  "Returns a function that calls `f` with the defaults in place of nil for its first one, two or three arguments."
  ([f a]
   (fn
     ([x] (f (if (nil? x) a x)))
     ([x y] (f (if (nil? x) a x) y))
     ([x y z] (f (if (nil? x) a x) y z))
     ([x y z & more] (apply* f (if (nil? x) a x) y z more))))
  ([f a b]
   (fn
     ([x y] (f (if (nil? x) a x) (if (nil? y) b y)))
     ([x y z] (f (if (nil? x) a x) (if (nil? y) b y) z))
     ([x y z & more] (apply* f (if (nil? x) a x) (if (nil? y) b y) z more))))
  ([f a b c]
   (fn
     ([x y] (f (if (nil? x) a x) (if (nil? y) b y)))
     ([x y z] (f (if (nil? x) a x) (if (nil? y) b y) (if (nil? z) c z)))
     ([x y z & more] (apply* f (if (nil? x) a x) (if (nil? y) b y) (if (nil? z) c z) more)))))

(defn- all-hold?
  "Whether all predicates hold for all of a few values: one predicate after the other, as Clojure asks."
  [preds xs]
  (loop [i 0 j 0]
    (cond
      (= i (count preds)) true
      (= j (count xs)) (recur (inc i) 0)
      ((nth preds i) (nth xs j)) (recur i (inc j))
      :else false)))

(defn every-pred
  "Returns a function that returns true if all predicates hold for all its arguments."
  [p & more]
  (let [preds (into [p] more)
        hold? (if (< (count preds) 4)
                (fn [xs] (every? (fn [x] (all-hold? preds [x])) xs))
                (fn [xs] (every? (fn [p] (every? p xs)) preds)))]
    (fn
      ([] true)
      ([x] (all-hold? preds [x]))
      ([x y] (all-hold? preds [x y]))
      ([x y z] (all-hold? preds [x y z]))
      ([x y z & more] (and (all-hold? preds [x y z]) (hold? more))))))

(defn- first-true
  "The first true result of the predicates for a few values, one predicate after the other, else the last result."
  [preds xs]
  (loop [i 0 j 0 last-one nil]
    (cond
      (= i (count preds)) last-one
      (= j (count xs)) (recur (inc i) 0 last-one)
      :else (let [v ((nth preds i) (nth xs j))]
              (if v v (recur i (inc j) v))))))

(defn some-fn
  "Returns a function that returns the first true result of the predicates for its arguments, else what the last one returned."
  [p & more]
  (let [preds (into [p] more)
        few (< (count preds) 4)
        ; Of four predicates or more Clojure forgets what the last one returned.
        of-few (fn [xs] (let [v (first-true preds xs)] (if (or v few) v nil)))
        of-more (if few
                  (fn [xs] (some (fn [x] (first-true preds [x])) xs))
                  (fn [xs] (some (fn [p] (some p xs)) preds)))]
    (fn
      ([] nil)
      ([x] (of-few [x]))
      ([x y] (of-few [x y]))
      ([x y z] (of-few [x y z]))
      ([x y z & more] (or (of-few [x y z]) (of-more more))))))

(defn memoize
  "Returns a function that calls `f` once for each list of arguments, and then returns what it remembers."
  [f]
  (let [memory (atom-new {})]
    ; What is remembered makes no difference, so code that must be pure may add to it.
    (set-meta! memory {:ox/memo true})
    (fn [& args]
      (let [known (find (atom-value memory) args)]
        (if known
          (val known)
          (let [result (apply* f args)]
            (atom-set! memory (assoc* (atom-value memory) args result))
            result))))))

(defn trampoline
  "Calls `f`, and what it returns as long as that is a function; returns the first result that is none."
  ([f]
   (let [r (f)]
     (if (fn? r) (recur r) r)))
  ([f & args]
   (trampoline (fn [] (apply* f args)))))
