(ns ox.core.interface
  "What types of a program say of the host's classes and interfaces: `Object` with `toString`, `clojure.lang.IDeref` with
  `deref` and so on, inline in `defrecord`, `deftype` and `reify`, or by `extend-type`.

  The machine asks for some of them, so this stands on natives alone."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]))

(def ^:private parents
  "The interfaces of Clojure that each has with it, itself aside."
  '{ISeq [IPersistentCollection Seqable]
    Associative [IPersistentCollection ILookup Seqable]
    IPersistentCollection [Seqable]
    IPersistentStack [IPersistentCollection Seqable]
    IPersistentList [Sequential IPersistentStack IPersistentCollection Seqable]
    IPersistentVector [Associative Sequential IPersistentStack Reversible Indexed IPersistentCollection Seqable ILookup Counted]
    IPersistentMap [Associative Iterable Counted IPersistentCollection Seqable ILookup]
    IPersistentSet [IPersistentCollection Counted Seqable]
    Indexed [Counted]
    IMapEntry [Entry]
    IObj [IMeta]
    IReduce [IReduceInit]
    IFn [Callable Runnable]
    Closeable [AutoCloseable]
    Map$Entry [Entry]
    Collection [Iterable]
    List [Collection Iterable]
    Set [Collection Iterable]})

(defn ^:no-doc last-segment
  "The class name without its package: `String` of `java.lang.String`."
  [class]
  (let [s (name class)]
    (loop [i (- (count s) 1)]
      (if (< i 0)
        (symbol s)
        (let [c (nth s i)]
          (if (if (= c \.) true (= c \$))
            (symbol (subs s (+ i 1)))
            (recur (- i 1))))))))

(defn- with-parents "Names of interfaces, without package, and those that these have with them." [names named]
  (let [short-name (last-segment named)]
    (loop [more (seq (get parents short-name)) names (conj* names short-name)]
      (if (nil? more)
        names
        (recur (next more) (conj* names (first more)))))))

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
                     (assoc* all nil (assoc* known of (with-parents (get known of []) (nth of-and-method 2)))))
                   (assoc* all method (assoc* (get all method {}) of (nth (first rows) 2))))))))))

(def ^:no-doc reified-type "The type of what `reify` makes: its only field holds its methods, by owner and name." (type* 'reify [:methods]))

(def ^:no-doc reified-itself-type "As `reified-type`, of what says itself what it equals." (type* 'reify [:methods] true))

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

(defn ^:no-doc interfaces-of "The names, without package, of the host's classes and interfaces that a type says its values have." [of]
  (get (get interfaces#table nil) of))

(defn ^:no-doc interface-names "The names, without package, of the host's classes and interfaces that the type of `x` says it has." [x]
  (let [of (type-name x)]
    (if (type? of)
      (if (= reified-type of)
        (loop [owners (seq (reified-methods x)) names []]
          (if (nil? owners)
            names
            (recur (next owners) (with-parents names (key (first owners))))))
        (interfaces-of of))
      nil)))

(defn ^:no-doc has-interface? "Whether the type of `x` says that it has the interface, a symbol without package." [short-name x]
  (loop [names (seq (interface-names x))]
    (if (nil? names)
      false
      (if (= short-name (first names))
        true
        (recur (next names))))))
