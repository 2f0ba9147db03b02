(ns ox.core.types
  "The classes and interfaces of Clojure programs, as they are for Ox's types: symbols without package."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.classes :refer :all]
            [ox.core.number :refer :all]
            [ox.core.interface :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.function :refer :all]
            [ox.core.map :refer :all]
            [ox.core.string :refer :all]
            [ox.core.atom :refer :all]
            [ox.core.print :refer :all]))

(defn ^:no-doc all-types "The names of all types that a value can have, errors and those of programs aside." [] (keys class-chains))

(defn ^:no-doc class-chain
  "The classes of a type or class, from the most specific to the most general; of a name that is none, only that."
  [class]
  (or (get class-chains class)
      (cons class (or (get superclasses class) (if (= class 'Object) nil (list 'Object))))))

(defn ^:no-doc class-named
  "The class that a symbol names, without package; nil for what is no symbol."
  [x]
  (when (symbol? x) (last-segment x)))

(defn class? "Returns true if `x` names a class: a symbol that `type` gives, or the name of one of the interfaces of Clojure programs."
  [x]
  (boolean (when-some [class (class-named x)]
             (or (contains? class-chains class)
                 (contains? superclasses class)
                 (= class 'Object)
                 (some (fn [chain] (some (fn [known] (= known class)) chain)) (vals class-chains))))))
