(ns ox.test.check.generators
  "Generators of random values that shrink; `clojure.test.check.generators` is another name of this namespace.

  Most names here are those of functions of the core: require it as `gen`."
  (:require [ox.core :as core]
            [ox.string :as string]
            [ox.test.check.generate :as g]
            [ox.test.check.random :as random]
            [ox.test.check.rose-tree :as rose]))

;; ---------------------------------------------------------------------------------------------
;; Generators of generators

(defn generator? "Returns true if `x` is a generator." [x] (g/generator? x))
(defn ^:no-doc call-gen [gen random size] (g/call-gen gen random size))
(defn ^:no-doc gen-pure [tree] (g/of-tree tree))
(defn ^:no-doc gen-fmap [f gen] (g/mapped gen f))
(defn return "Returns a generator that always gives `x`, which does not shrink." [x] (g/return x))
(defn fmap "Returns a generator of `f` of what `gen` gives." [f gen] (g/fmap f gen))
(defn bind "Returns a generator that gives what the generator `(f x)` does, for an `x` of `gen`." [gen f] (g/bind gen f))
(defn sized "Returns a generator that is `(f size)`, a generator, for each size." [f] (g/sized f))
(defn resize "Returns the generator with a size of its own." [n gen] (g/resize n gen))
(defn scale "Returns the generator with `(f size)` as its size." [f gen] (g/scale f gen))
(defn choose "Returns a generator of integers from `lower` to `upper`, both included." [lower upper] (g/choose lower upper))
(defn one-of "Returns a generator that gives what one of `generators` does; it shrinks toward the first." [generators] (g/one-of generators))
(defn frequency
  "Returns a generator that gives what one of some generators does, chosen by weight: `(frequency [[9 gen/nat] [1 gen/boolean]])`."
  [pairs]
  (g/frequency pairs))
(defn elements "Returns a generator of the elements of a collection; it shrinks toward the first." [coll] (g/elements coll))
(defn such-that
  "Returns a generator of what `gen` gives and `pred` accepts. After as many tries as the third argument says, 10 or `:max-tries`
  of a map, it throws: what `:ex-fn` of the map makes."
  ([pred gen] (such-that pred gen 10))
  ([pred gen max-tries-or-opts] (g/such-that pred gen max-tries-or-opts)))
(defn not-empty "Returns a generator of the collections of `gen` that are not empty." [gen] (such-that core/not-empty gen))
(defn no-shrink "Returns the generator without shrinking." [gen] (g/no-shrink gen))
(defn shrink-2 "Returns the generator with shrinking that looks two steps ahead." [gen] (g/shrink-2 gen))
(defn tuple "Returns a generator of vectors with a value of each of the generators." [& generators] (g/tuple generators))

;; ---------------------------------------------------------------------------------------------
;; Scalars

(def boolean "A generator of true and false; it shrinks toward false." (g/elements [false true]))
(def nat "A generator of small natural numbers, up to the size." g/nat)
(def small-integer "A generator of integers as far from zero as the size." g/small-integer)
(def int "As `small-integer`." g/small-integer)
(def pos-int "As `nat`." g/nat)
(def neg-int "A generator of small integers that are not positive." (g/fmap core/- g/nat))
(def s-pos-int "A generator of small positive integers." (g/fmap core/inc g/nat))
(def s-neg-int "A generator of small negative integers." (g/fmap core/dec neg-int))
(defn large-integer* "Returns a generator of integers of 64 bits, from `:min` to `:max`." [options] (g/large-integer* options))
(def large-integer "A generator of integers of 64 bits: as many bits as the size, at most." (g/large-integer* {}))
(def size-bounded-bigint
  "A generator of integers of any size."
  (g/fmap (fn [[a b c]] (core/+' a (core/*' b c)))
          (g/tuple [g/small-integer (g/large-integer* {}) (g/large-integer* {})])))
(defn double*
  "Returns a generator of doubles, from `:min` to `:max`, with infinities and NaN unless `:infinite?` and `:NaN?` are false."
  [options]
  (g/double* options))
(def double "A generator of doubles, infinities and NaN." (g/double* {}))
(def ratio
  "A generator of small ratios and integers."
  (g/fmap (fn [[a b]] (core// a b)) (g/tuple [g/small-integer s-pos-int])))
(def big-ratio
  "A generator of ratios and integers of any size."
  (g/fmap (fn [[a b]] (core// a b))
          (g/tuple [size-bounded-bigint (g/such-that (fn [n] (core/not (core/zero? n))) size-bounded-bigint 100)])))
(def byte "A generator of integers from -128 to 127." (g/choose -128 127))
(def char "A generator of characters up to 255." (g/fmap core/char (g/choose 0 255)))
(def char-ascii "A generator of printable ASCII characters." (g/fmap core/char (g/choose 32 126)))
(def char-alphanumeric
  "A generator of ASCII letters and digits."
  (g/fmap core/char (g/one-of [(g/choose 48 57) (g/choose 65 90) (g/choose 97 122)])))
(def char-alpha-numeric "As `char-alphanumeric`." char-alphanumeric)
(def char-alpha "A generator of ASCII letters." (g/fmap core/char (g/one-of [(g/choose 65 90) (g/choose 97 122)])))
(def ^:private text (fn [gen] (g/fmap string/join (g/vector-of gen))))
(def string "A generator of strings of `char`." (text char))
(def string-ascii "A generator of strings of `char-ascii`." (text char-ascii))
(def string-alphanumeric "A generator of strings of `char-alphanumeric`." (text char-alphanumeric))
(def string-alpha-numeric "As `string-alphanumeric`." string-alphanumeric)

(def ^:private name-part
  "Names that the reader takes: a letter, then letters, digits and some other characters."
  (g/fmap (fn [[first more]] (core/str first (string/join more)))
          (g/tuple [char-alpha
                    (g/vector-of (g/frequency [[5 char-alphanumeric] [1 (g/elements [\* \+ \! \- \_ \?])]]))])))
(def ^:private short-name (g/scale (fn [size] (core/min size 16)) name-part))
(def ^:private name-with-ns (g/tuple [short-name short-name]))
(def keyword "A generator of keywords without namespace." (g/fmap core/keyword short-name))
(def keyword-ns "A generator of keywords with a namespace." (g/fmap (fn [[ns name]] (core/keyword ns name)) name-with-ns))
(def symbol "A generator of symbols without namespace." (g/fmap core/symbol short-name))
(def symbol-ns "A generator of symbols with a namespace." (g/fmap (fn [[ns name]] (core/symbol ns name)) name-with-ns))
(def uuid "A generator of random UUIDs, which do not shrink." g/uuids)

;; ---------------------------------------------------------------------------------------------
;; Collections

(defn vector
  "Returns a generator of vectors of what `generator` gives: of any length, of one, or of one from `min-elements` to `max-elements`."
  ([generator] (g/vector-of generator))
  ([generator num-elements] (g/vector-of generator num-elements))
  ([generator min-elements max-elements] (g/vector-of generator min-elements max-elements)))

(defn list "Returns a generator of lists of what `generator` gives." [generator]
  (g/fmap (fn [xs] (core/apply core/list xs)) (g/vector-of generator)))

(defn vector-distinct
  "As `vector` of different elements. Options: `:num-elements`, `:min-elements`, `:max-elements`, `:max-tries`, `:ex-fn`."
  ([generator] (vector-distinct generator {}))
  ([generator options] (g/distinct-vector core/identity generator options)))

(defn vector-distinct-by "As `vector-distinct`, of elements for which `key-fn` gives different values."
  ([key-fn generator] (vector-distinct-by key-fn generator {}))
  ([key-fn generator options] (g/distinct-vector key-fn generator options)))

(defn list-distinct "As `vector-distinct`, of lists."
  ([generator] (list-distinct generator {}))
  ([generator options] (list-distinct-by core/identity generator options)))

(defn list-distinct-by "As `vector-distinct-by`, of lists."
  ([key-fn generator] (list-distinct-by key-fn generator {}))
  ([key-fn generator options]
   (g/fmap (fn [xs] (core/apply core/list xs)) (g/distinct-vector key-fn generator options))))

(defn set "Returns a generator of sets; options as of `vector-distinct`."
  ([generator] (set generator {}))
  ([generator options] (g/fmap core/set (g/distinct-vector core/identity generator options))))

(defn sorted-set "Returns a generator of sorted sets; options as of `vector-distinct`."
  ([generator] (sorted-set generator {}))
  ([generator options]
   (g/fmap (fn [xs] (core/apply core/sorted-set xs)) (g/distinct-vector core/identity generator options))))

(defn map "Returns a generator of maps from keys to values of two generators; options as of `vector-distinct`."
  ([key-gen val-gen] (map key-gen val-gen {}))
  ([key-gen val-gen options]
   (g/fmap (fn [pairs] (core/into {} pairs))
           (g/distinct-vector core/first (g/tuple [key-gen val-gen]) options))))

(defn hash-map "Returns a generator of maps with these keys and values of the generators behind them." [& kvs]
  (core/let [pairs (core/partition 2 kvs)
             ks (core/mapv core/first pairs)]
    (g/fmap (fn [vs] (core/zipmap ks vs)) (g/tuple (core/mapv core/second pairs)))))

(defn shuffle "Returns a generator of vectors of the elements of a collection in random order; it shrinks toward their own." [coll]
  (g/shuffled coll))

(defn recursive-gen
  "Returns a generator of nested values: `container-gen` makes a generator of containers from one of what is in them, at the bottom
  is `scalar-gen`."
  [container-gen scalar-gen]
  (g/recursive container-gen scalar-gen))

(defn container-type "Returns a generator of vectors, lists, sets and maps of what `inner-type` gives." [inner-type]
  (g/one-of [(vector inner-type) (list inner-type) (set inner-type) (map inner-type inner-type)]))

(def ^:private scalars
  [g/small-integer large-integer string string-ascii string-alphanumeric keyword keyword-ns symbol symbol-ns uuid boolean ratio byte])
(def simple-type "A generator of scalar values." (g/one-of (core/conj scalars char double)))
(def simple-type-printable "A generator of scalar values whose texts are ASCII."
  (g/one-of [g/small-integer large-integer char-ascii string-ascii keyword keyword-ns symbol symbol-ns uuid boolean ratio double]))
(def simple-type-equatable "A generator of scalar values that equal themselves." (g/one-of (core/conj scalars char (g/double* {:NaN? false}))))
(def simple-type-printable-equatable "A generator of scalar values whose texts are ASCII, and that equal themselves."
  (g/one-of [g/small-integer large-integer char-ascii string-ascii keyword keyword-ns symbol symbol-ns uuid boolean ratio
             (g/double* {:NaN? false})]))
(def any "A generator of any data." (g/recursive container-type simple-type))
(def any-printable "A generator of any data whose texts are ASCII." (g/recursive container-type simple-type-printable))
(def any-equatable "A generator of any data that equals itself." (g/recursive container-type simple-type-equatable))
(def any-printable-equatable "A generator of any data whose texts are ASCII, and that equals itself."
  (g/recursive container-type simple-type-printable-equatable))

;; ---------------------------------------------------------------------------------------------
;; Looking at generators

(defn- new-seed [] (core/rand-int 2147483647))

(defn sample-seq "Returns the endless lazy sequence of values of a generator, for sizes that grow to before `max-size`, 100."
  ([generator] (sample-seq generator 100))
  ([generator max-size] (g/samples generator (new-seed) max-size)))

(defn sample "Returns `num-samples` (10) values of a generator."
  ([generator] (sample generator 10))
  ([generator num-samples]
   (core/doall (core/take num-samples (sample-seq generator)))))

(defn generate "Returns a value of a generator, of a size (30), and determined by a seed if that is given."
  ([generator] (generate generator 30))
  ([generator size] (generate generator size (new-seed)))
  ([generator size seed] (rose/root (g/call-gen generator (random/make-random seed) size))))

(defn ^:no-doc ->gen "A generator: `x` if it is one, else of `x`." [x]
  (if (g/generator? x) x (g/return x)))

;; ---------------------------------------------------------------------------------------------
;; Forms

(defmacro delay "A generator whose form is evaluated when it is first used." [form]
  `(core/let [made# (core/delay ~form)]
     (g/sized (core/fn [_#] (core/deref made#)))))

(defmacro let
  "A generator: each name of the vector stands for a value of its generator, which may depend on those before; the body gives a
  value, or a generator of them. With a map in place of the vector no generator may depend on another name."
  [bindings & body]
  (if (core/map? bindings)
    `(g/bind (g/tuple [~@(core/map (fn [x] `(->gen ~x)) (core/vals bindings))])
             (core/fn [[~@(core/keys bindings)]] (->gen (do ~@body))))
    (core/reduce (fn [inner [name generator]]
                   `(g/bind (->gen ~generator) (core/fn [~name] ~inner)))
                 `(->gen (do ~@body))
                 (core/reverse (core/partition 2 bindings)))))
