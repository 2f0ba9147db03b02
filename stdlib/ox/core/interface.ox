(ns ox.core.interface
  "What types of a program say of the host's classes and interfaces: `Object` with `toString`, `clojure.lang.IDeref` with
  `deref` and so on, inline in `defrecord`, `deftype` and `reify`, or by `extend-type`.

  The machine asks for some of them, so this stands on natives alone."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]))

(deftable* interfaces#table
  (fn* [contributions]
    (loop [rows (seq contributions) all {}]
      (if (nil? rows)
        all
        (let [of-and-method (nth (first rows) 1)
              of (nth of-and-method 0)
              method (nth of-and-method 1)]
          (recur (next rows)
                 (if (nil? method)
                   ;; that the type has the interface at all
                   (let [known (get all nil {})]
                     (assoc* all nil (assoc* known of (conj* (get known of []) (nth of-and-method 2)))))
                   (assoc* all method (assoc* (get all method {}) of (nth (first rows) 2))))))))))

(def ^:no-doc reified-type "The type of what `reify` makes: its only field holds its methods, by owner and name." (type* 'reify [:methods]))

(defn ^:no-doc reified-methods "The methods of an object that `reify` has made, by owner; nil of anything else." [x]
  (if (instance-of-type? x)
    (if (= reified-type (type-name x))
      (field* x 0)
      nil)
    nil))

(defn ^:no-doc interface-method "The method of a host's class or interface that the type of `x` has, or nil." [method x]
  (let [f (get (get interfaces#table method) (type-name x))]
    (if (nil? f)
      (loop [owners (seq (reified-methods x))]
        (if (nil? owners)
          nil
          (let [f (get (val (first owners)) method)]
            (if (nil? f)
              (recur (next owners))
              f))))
      f)))

(defn ^:no-doc interface-names "The names of the host's classes and interfaces that the type of `x` says it has." [x]
  (let [of (type-name x)]
    (if (type? of)
      (if (= reified-type of)
        (loop [owners (seq (reified-methods x)) names []]
          (if (nil? owners)
            names
            (recur (next owners) (conj* names (key (first owners))))))
        (get (get interfaces#table nil) of))
      nil)))
