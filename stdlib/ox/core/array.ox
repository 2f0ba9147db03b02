(ns ox.core.array
  "Arrays: what Clojure's functions of arrays make and change. An array is an object of its own, equal to itself alone; `seq`, `count`, `nth`,
  `get`, `reduce` and what stands on them take it.

  It holds a volatile with a vector, so changing an element takes as long as `assoc`, and it is stored as any value is."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.function :refer :all]
            [ox.core.map :refer :all]
            [ox.core.string :refer :all]
            [ox.core.atom :refer :all]))

(def ^:no-doc array-type (type* 'Array [:kind :cell]))

(defn ^:no-doc array? "Returns true if `x` is an array." [x] (and (instance-of-type? x) (= array-type (type-name x))))

(defn- array-cell [a]
  (if (array? a)
    (field* a 1)
    (fail :ox/type (str* "expected an array, got " (if (nil? a) "nil" (print* a true))) {:value a :expected "an array"})))

(defn ^:no-doc array-vector "The elements of an array, a vector." [a] (deref (array-cell a)))

(defn- element-of "What an element of an array of a kind becomes." [kind x]
  (case kind
    :object x
    :int (int x)
    :long (long x)
    :short (short x)
    :byte (byte x)
    :double (double x)
    :float (float x)
    :char (char x)
    :boolean (if (boolean? x) x (fail :ox/type (str* "expected true or false, got " (print* x true)) {:value x :expected "true or false"}))))

(defn- nothing "What an array of a kind begins with." [kind]
  (case kind
    :object nil
    (:double :float) 0.0
    :char \u0000
    :boolean false
    0))

(defn ^:no-doc array-of "An array of a kind with the elements of a vector." [kind elements] (instance* array-type [kind (volatile! elements)]))

(defn- sized [kind n x]
  (if (neg? n)
    (fail :ox/argument (str* "an array cannot have " n " elements") {:value n})
    (array-of kind (into [] (repeat n x)))))

(defn- filled "An array of a kind: so many elements, or those of a collection." [kind size-or-seq]
  (if (number? size-or-seq)
    (sized kind (int size-or-seq) (nothing kind))
    (array-of kind (mapv (fn [x] (element-of kind x)) size-or-seq))))

(defn- begun "An array of a kind of so many elements, the first of them those of a sequence, or all of them one value." [kind n init]
  (if (or (nil? init) (seqable? init))
    (let [given (into [] (comp (take n) (map (fn [x] (element-of kind x)))) init)]
      (array-of kind (into given (repeat (- n (count given)) (nothing kind)))))
    (sized kind n (element-of kind init))))

(defn object-array "Returns an array of `size` elements that are nil, or of the elements of a collection." [size-or-seq] (filled :object size-or-seq))
(defn int-array "Returns an array of integers of 32 bits: `size` of them, 0 or as `init` says, or those of a collection."
  ([size-or-seq] (filled :int size-or-seq)) ([size init] (begun :int size init)))
(defn long-array "Returns an array of integers, as `int-array` does."
  ([size-or-seq] (filled :long size-or-seq)) ([size init] (begun :long size init)))
(defn short-array "Returns an array of integers of 16 bits, as `int-array` does."
  ([size-or-seq] (filled :short size-or-seq)) ([size init] (begun :short size init)))
(defn byte-array "Returns an array of integers of 8 bits, as `int-array` does. Byte strings are values of another kind."
  ([size-or-seq] (filled :byte size-or-seq)) ([size init] (begun :byte size init)))
(defn double-array "Returns an array of doubles, as `int-array` does."
  ([size-or-seq] (filled :double size-or-seq)) ([size init] (begun :double size init)))
(defn float-array "Returns an array of doubles, as `int-array` does."
  ([size-or-seq] (filled :float size-or-seq)) ([size init] (begun :float size init)))
(defn char-array "Returns an array of characters, as `int-array` does."
  ([size-or-seq] (filled :char size-or-seq)) ([size init] (begun :char size init)))
(defn boolean-array "Returns an array of truth values, as `int-array` does."
  ([size-or-seq] (filled :boolean size-or-seq)) ([size init] (begun :boolean size init)))

(defn- kind-of-class [class]
  (case (if (symbol? class) (name class) class)
    "int" :int
    "long" :long
    "short" :short
    "byte" :byte
    "double" :double
    "float" :float
    "char" :char
    "boolean" :boolean
    :object))

(defn make-array "Returns an array of elements of a class, `Integer/TYPE` or `Object`, of `len` elements; of arrays, if there are more lengths."
  ([class len] (let [kind (kind-of-class class)] (sized kind (int len) (nothing kind))))
  ([class len & more] (array-of :object (mapv (fn [_] (apply make-array class more)) (range len)))))

(defn into-array "Returns an array of the elements of a collection, of a class if one is given."
  ([coll] (into-array "Object" coll))
  ([class coll] (filled (kind-of-class class) (vec coll))))

(defn to-array "Returns an array of the elements of a collection; an array is its own." [coll]
  (if (and (array? coll) (= :object (field* coll 0)))
    coll
    (array-of :object (into [] coll))))

(defn to-array-2d "Returns an array of arrays of the elements of the collections in `coll`." [coll] (array-of :object (mapv to-array coll)))

(defn alength "Returns the number of elements of an array." [array] (count (array-vector array)))
(defn aclone "Returns an array with the elements of `array`." [array] (array-of (field* (do (array-cell array) array) 0) (array-vector array)))

(defn aget "Returns the element of an array at an index; with more indices, of the array there. `:ox/index` outside of it."
  ([array index] (nth (array-vector array) index))
  ([array index & indices] (apply aget (aget array index) indices)))

(defn aset "Sets the element of an array at an index, or indices. Returns the value."
  ([array index value]
   (let [cell (array-cell array)
         elements (deref cell)
         value (element-of (field* array 0) value)]
     (if (and (int? index) (< -1 index (count elements)))
       (do (vreset! cell (assoc* elements index value))
           value)
       (fail :ox/index (str* "Index " index " out of bounds for length " (count elements)) {:index index :count (count elements)}))))
  ([array index index2 & indices]
   (apply aset (aget array index) index2 indices)))

(defn aset-int "As `aset`, of an integer of 32 bits." ([array i x] (aset array i (int x))) ([array i j & more] (apply aset-int (aget array i) j more)))
(defn aset-long "As `aset`, of an integer." ([array i x] (aset array i (long x))) ([array i j & more] (apply aset-long (aget array i) j more)))
(defn aset-short "As `aset`, of an integer of 16 bits." ([array i x] (aset array i (short x))) ([array i j & more] (apply aset-short (aget array i) j more)))
(defn aset-byte "As `aset`, of an integer of 8 bits." ([array i x] (aset array i (byte x))) ([array i j & more] (apply aset-byte (aget array i) j more)))
(defn aset-double "As `aset`, of a double." ([array i x] (aset array i (double x))) ([array i j & more] (apply aset-double (aget array i) j more)))
(defn aset-float "As `aset`, of a double." ([array i x] (aset array i (float x))) ([array i j & more] (apply aset-float (aget array i) j more)))
(defn aset-char "As `aset`, of a character." ([array i x] (aset array i (char x))) ([array i j & more] (apply aset-char (aget array i) j more)))
(defn aset-boolean "As `aset`, of a truth value." ([array i x] (aset array i (boolean x))) ([array i j & more] (apply aset-boolean (aget array i) j more)))

(defn- of-kind [array kind]
  (if (and (some? array) (or (nil? (array-cell array)) (not= kind (field* array 0))))
    (fail :ox/type (str* "expected an array of " (name kind)) {:value array})
    array))

(defn ints "Returns the array; an error unless it is one of `int-array`." [array] (of-kind array :int))
(defn longs "Returns the array; an error unless it is one of `long-array`." [array] (of-kind array :long))
(defn shorts "Returns the array; an error unless it is one of `short-array`." [array] (of-kind array :short))
(defn doubles "Returns the array; an error unless it is one of `double-array`." [array] (of-kind array :double))
(defn floats "Returns the array; an error unless it is one of `float-array`." [array] (of-kind array :float))
(defn chars "Returns the array; an error unless it is one of `char-array`." [array] (of-kind array :char))
(defn booleans "Returns the array; an error unless it is one of `boolean-array`." [array] (of-kind array :boolean))
(defn bytes "Returns the array; an error unless it is one of `byte-array`." [array] (of-kind array :byte))
