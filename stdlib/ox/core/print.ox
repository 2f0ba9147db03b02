(ns ox.core.print
  "Writing values as text, and the streams of the process.

  A stream is the keyword the runtime knows it by, or a volatile that collects what is written
  (`with-out-str`). Writing does not wait; what is written leaves, in order, after the next commit."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]))

(def ^:dynamic *out* "Where printing goes: standard output." :ox/stdout)
(def ^:dynamic *err* "Standard error, to bind `*out*` to." :ox/stderr)
(def ^:dynamic *in* "Where `read-line` reads: standard input." :ox/stdin)
(def ^:dynamic *print-length* "How many elements of a collection are printed; nil: all." nil)
(def ^:dynamic *print-level* "How many levels of nested collections are printed; nil: all." nil)
(def ^:dynamic *print-meta* "Whether metadata is printed." false)
(def ^:dynamic *print-readably* "Whether `pr` quotes strings and characters." true)
(def ^:dynamic *print-namespace-maps* "Whether maps whose keys share a namespace are printed as `#:ns{…}`." false)
(def ^:dynamic *flush-on-newline* "Accepted; output leaves at commits." true)
(def ^:dynamic *command-line-args* "The arguments of the run after `--`, a sequence of strings, or nil." nil)

(defn- options
  "What `print*` takes as its options, by the dynamic names in force."
  [readably]
  (if (and (nil? *print-length*) (nil? *print-level*) (not *print-meta*) (not *print-namespace-maps*))
    readably
    {:readably readably
     :length *print-length*
     :level *print-level*
     :meta *print-meta*
     :namespace-maps *print-namespace-maps*}))

(defn- text-of [options xs]
  (if (next xs)
    (join-strings " " (mapv (fn [x] (print* x options)) xs))
    (if xs (print* (first xs) options) "")))

(defn ^:no-doc write
  "Writes a string to a stream. Returns nil."
  [stream text]
  (if (volatile? stream)
    (vreset! stream (conj* (deref stream) text))
    (effect* :ox/write [stream text]))
  nil)

(defn ^:no-doc with-out-str* "Calls `f` and returns what it printed as a string." [f]
  (let [stream (volatile! [])]
    (binding [*out* stream] (f))
    (join-strings "" (deref stream))))

(defn pr "Writes the values to `*out*` as the reader takes them, with spaces between. Returns nil."
  ([] nil)
  ([& xs] (write *out* (text-of (options *print-readably*) xs))))

(defn prn "As `pr`, and a newline." [& xs]
  (write *out* (str* (text-of (options *print-readably*) xs) "\n")))

(defn print "Writes the values to `*out*` for people, with spaces between. Returns nil."
  ([] nil)
  ([& xs] (write *out* (text-of (options false) xs))))

(defn println "As `print`, and a newline." [& xs]
  (write *out* (str* (text-of (options false) xs) "\n")))

(defn printf "Writes what `format` makes of its arguments." [fmt & args]
  (write *out* (format* fmt (vec args))))

(defn newline "Writes a newline." [] (write *out* "\n"))

(defn flush "Waits until all that was written has left." []
  (when (not (volatile? *out*))
    (effect* :ox/flush []))
  nil)

(defn pr-str "Returns what `pr` writes." [& xs] (text-of (options *print-readably*) xs))
(defn prn-str "Returns what `prn` writes." [& xs] (str* (text-of (options *print-readably*) xs) "\n"))
(defn print-str "Returns what `print` writes." [& xs] (text-of (options false) xs))
(defn println-str "Returns what `println` writes." [& xs] (str* (text-of (options false) xs) "\n"))

(defn ^:no-doc time* "Calls `f`, prints how long it took, and returns its value." [f]
  (let [start (effect* :ox/monotonic [])
        value (f)
        ms (/ (double (- (effect* :ox/monotonic []) start)) 1000000.0)]
    (prn (str* "Elapsed time: " ms " msecs"))
    value))

(defn tap> "Accepted; there are no taps. Returns false." [x] false)

(defn read-line "Reads a line from `*in*`, without its end; nil at the end. After a crash the rest of a pipe is an `:ox/stdin-lost` error." []
  (effect* :ox/read-line [*in*]))

(defn line-seq "Returns the lazy sequence of the lines of a stream, `*in*`; nil if there are none." [stream]
  (let [line (effect* :ox/read-line [stream])]
    (when (some? line)
      (cons line (lazy-seq (line-seq stream))))))

(defn read-string
  "Returns the first form that a string writes, as data; nothing is evaluated. Options: `:eof`, the value for a
  string without a form, which is an `:ox/parse` error otherwise."
  ([s] (read-string {} s))
  ([opts s]
   (let [found (read-form s nil)]
     (if (nil? found)
       (if (contains? opts :eof)
         (get opts :eof)
         (fail :ox/parse "EOF while reading"))
       (nth found 0)))))
