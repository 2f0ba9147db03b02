(ns ox.test.check.rose-tree
  "A value with all that it may shrink to: a pair of the value and a lazy sequence of trees of smaller ones."
  (:refer-clojure :exclude [filter seq])
  (:require [ox.core :as core]))

(defn make-rose "Returns the tree of a value and those it shrinks to." [root children] [root children])
(defn root "Returns the value of a tree." [[root _]] root)
(defn children "Returns the trees of what it shrinks to at once." [[_ children]] children)
(defn pure "Returns the tree of a value that does not shrink." [x] [x []])

(defn fmap "Returns the tree with `f` called on each value." [f [root children]]
  [(f root) (map (fn [child] (fmap f child)) children)])

(defn join "Returns a tree of trees as one: the outer value shrinks first." [[[inner-root inner-children] children]]
  [inner-root (concat (map join children) inner-children)])

(defn bind "Returns the tree of what `f` makes of each value, a tree, as one." [tree f] (join (fmap f tree)))

(defn filter "Returns the tree without the values, but the first, that `pred` refuses." [pred tree]
  [(root tree) (map (fn [child] (filter pred child))
                    (core/filter (fn [child] (pred (root child))) (children tree)))])

(defn permutations "Returns the vectors of trees in which one has shrunk." [trees]
  (mapcat (fn [index]
            (map (fn [child] (assoc trees index child)) (children (nth trees index))))
          (range (count trees))))

(defn zip "Returns the tree of `f` of the values of some trees." [f trees]
  (let [trees (vec trees)]
    [(apply f (map root trees))
     (map (fn [trees] (zip f trees)) (permutations trees))]))

(defn- without-some
  "The vectors that lack some neighbours: all, halves, quarters … at least `least` are left."
  [trees least]
  (let [n (count trees)]
    (->> (iterate (fn [k] (quot k 2)) n)
         (take-while pos?)
         (core/filter (fn [k] (<= least (- n k))))
         (mapcat (fn [k]
                   (map (fn [start] (into (subvec trees 0 start) (subvec trees (min n (+ start k)))))
                        (core/filter (fn [start] (<= (+ start k) n)) (range 0 n k))))))))

(defn shrink-vector
  "Returns the tree of `f` of the values of some trees, which may lose values until `least` are left."
  ([f trees] (shrink-vector f trees 0))
  ([f trees least]
   (let [trees (vec trees)]
     [(apply f (map root trees))
      (map (fn [trees] (shrink-vector f trees least))
           (concat (without-some trees least) (permutations trees)))])))

(defn seq "Returns the values of a tree, each before those it shrinks to." [[root children]]
  (cons root (lazy-seq (mapcat seq children))))
