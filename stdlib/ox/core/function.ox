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

(defn- all-hold? [preds x]
  (loop [i 0]
    (if (< i (count preds))
      (if ((nth preds i) x) (recur (inc i)) false)
      true)))

(defn every-pred
  "Returns a function that returns true if all predicates hold for all its arguments."
  [p & more]
  (let [preds (into [p] more)]
    (fn
      ([] true)
      ([x] (all-hold? preds x))
      ([x & xs] (and (all-hold? preds x) (every? (fn [y] (all-hold? preds y)) xs))))))

(defn some-fn
  "Returns a function that returns the first true result of the predicates for its arguments, else what the last one returned."
  [p & more]
  (let [preds (into [p] more)
        of-one (fn [x]
                 (loop [i 0 last-one nil]
                   (if (< i (count preds))
                     (let [v ((nth preds i) x)]
                       (if v v (recur (inc i) v)))
                     last-one)))]
    (fn
      ([] nil)
      ([x] (of-one x))
      ([x & xs]
       (loop [x x xs xs]
         (let [v (of-one x)]
           (if (or v (nil? xs))
             v
             (recur (first xs) (next xs)))))))))

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
