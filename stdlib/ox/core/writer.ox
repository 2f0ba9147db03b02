(ns ox.core.writer
  "The streams of the process, and what types of a program say of how their values are printed.

  A stream is the keyword the runtime knows it by, or a volatile: one with a vector collects what is written
  (`with-out-str`), one with a map has the function that does it in its `::write`. Writing does not wait; what is written leaves,
  in order, after the next commit.

  The slow path of `str` needs it, so this stands on natives alone."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.classes :refer :all]))

(def ^:dynamic *out* "Where printing goes: standard output." :ox/stdout)
(def ^:dynamic *err* "Standard error, to bind `*out*` to." :ox/stderr)
(def ^:no-doc reader-type (type* 'java.io.BufferedReader [:source :text :at :lines]))
(def ^:no-doc standard-input (instance* reader-type [(volatile! {:stdin true}) (volatile! "") (volatile! 0) (volatile! nil)]))
(def ^:dynamic *in* "The reader that `read-line` reads: standard input." standard-input)
(def ^:dynamic *print-length* "How many elements of a collection are printed; nil: all." nil)
(def ^:dynamic *print-level* "How many levels of nested collections are printed; nil: all." nil)
(def ^:dynamic *print-meta* "Whether metadata is printed." false)
(def ^:dynamic *print-readably* "Whether `pr` quotes strings and characters." true)
(def ^:dynamic *print-namespace-maps* "Whether maps whose keys share a namespace are printed as `#:ns{…}`." false)

(defn ^:no-doc write
  "Writes a string to a stream. Returns nil."
  [stream text]
  (if (instance-of-type? stream)
    ;; a string builder or a writer of a file, whose field is such a volatile
    (recur (field* stream 0) text)
    (do
      (if (volatile? stream)
        (let [written (deref stream)]
          (if (vector? written)
            (vreset! stream (conj* written text))
            ((get written ::write) stream text)))
        (effect* :ox/write [stream text]))
      nil)))


;; ---------------------------------------------------------------------------------------------
;; Methods

(def ^:private written-by-the-language
  "Classes whose values are written as the language does it: a method of a more general class is not for them."
  '#{Number Double BigDecimal BigInt Boolean Character String Keyword Symbol ISeq IPersistentVector IPersistentMap IPersistentSet
     IRecord Pattern TaggedLiteral IDeref Date UUID Throwable})

(defn- method-for
  "The method of the first of a type's classes that has one, or nil."
  [given classes]
  (loop [left (seq classes)]
    (if (nil? left)
      nil
      (let [f (get given (first left))]
        (if (nil? f)
          (if (contains? written-by-the-language (first left))
            nil
            (recur (next left)))
          f)))))

(defn- by-type
  "For each type that a method is for, the method. Those at `IRecord` and `Object` are for records and other types of programs that have
  none of their own."
  [given]
  (loop [left (seq class-chains) all given]
    (if (nil? left)
      (let [of-errors (method-for given '[ExceptionInfo RuntimeException Exception Throwable])]
        (if (nil? of-errors) all (assoc* all 'Error of-errors)))
      (let [f (method-for given (val (first left)))]
        (recur (next left)
               (if (nil? f) all (assoc* all (key (first left)) f)))))))

(deftable* print-method#table
  (fn* [contributions]
    (loop [rows (seq contributions) given {} entries {} owners {}]
      (if (nil? rows)
        {:methods given
         :by-type (if (= {} given) nil (by-type given))}
        (let [row (first rows)
              value (nth (nth row 1) 0)]
          (if (= :method (nth (nth row 1) 1))
            (if (and (contains? given value) (not (versions? (nth row 0) (get owners value))))
              (throw (error-new "print-method has two methods for one type"
                                {:ox/kind :ox/clash :ox/entry (nth row 3) :ox/other (get entries value)}
                                nil))
              (recur (next rows) (assoc* given value (nth row 2)) (assoc* entries value (nth row 3)) (assoc* owners value (nth row 0))))
            (recur (next rows) given entries owners)))))))

(defn ^:no-doc print-methods "What was contributed to `print-method`, by dispatch value." [] (get print-method#table :methods))

(defn ^:no-doc print-options
  "What `print*` takes as its options, by the dynamic names in force."
  [readably]
  (let [methods (get print-method#table :by-type)]
    (if (and (nil? methods) (nil? *print-length*) (nil? *print-level*) (not *print-meta*) (not *print-namespace-maps*))
      readably
      {:readably readably
       :length *print-length*
       :level *print-level*
       :meta *print-meta*
       :namespace-maps *print-namespace-maps*
       :methods methods})))

(defn ^:no-doc text-by-method "What the method `f` writes of a value that is so deep in others." [f x depth options]
  (let [stream (volatile! [])
        level (get options :level)]
    (binding [*print-readably* (get options :readably)
              *print-level* (if (nil? level) nil (- level depth))]
      (f x stream))
    (join-strings "" (deref stream))))

(defn print-method
  "Writes `x` to a stream as `pr` does. `(defmethod print-method Type [x writer] …)` says how values of a type are written, wherever they
  are in what is printed; the dispatch value may also be a class, or a keyword that is the `:type` of metadata."
  [x writer]
  (write writer (print* x (print-options *print-readably*))))

(defn ^:no-doc print-as-it-is
  "Writes `x` as it would be without a method for it; there may be some for its parts."
  [x writer]
  (let [options (print-options *print-readably*)]
    (write writer (print* x (if (map? options) (assoc* options :bare true) options)))))
