(ns ox.core.print
  "Writing values as text, and reading."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.writer :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]))

(def ^:dynamic *flush-on-newline* "Accepted; output leaves at commits." true)
(def ^:dynamic *command-line-args* "The arguments of the run after `--`, a sequence of strings, or nil." nil)

;; Programs set these for the compiler of Clojure; `set!` of them changes nothing.
(def ^:dynamic *warn-on-reflection* "Accepted; nothing is reflected." false)
(def ^:dynamic *unchecked-math* "Accepted; integers of 64 bits never wrap around unasked." false)

(defn- text-of [options xs]
  (if (next xs)
    (join-strings " " (mapv (fn [x] (print* x options)) xs))
    (if xs (print* (first xs) options) "")))

(defn ^:no-doc with-out-str* "Calls `f` and returns what it printed as a string." [f]
  (let [stream (volatile! [])]
    (binding [*out* stream] (f))
    (join-strings "" (deref stream))))

(defn pr "Writes the values to `*out*` as the reader takes them, with spaces between. Returns nil."
  ([] nil)
  ([& xs] (write *out* (text-of (print-options *print-readably*) xs))))

(defn prn "As `pr`, and a newline." [& xs]
  (write *out* (str* (text-of (print-options *print-readably*) xs) "\n")))

(defn print "Writes the values to `*out*` for people, with spaces between. Returns nil."
  ([] nil)
  ([& xs] (write *out* (text-of (print-options false) xs))))

(defn println "As `print`, and a newline." [& xs]
  (write *out* (str* (text-of (print-options false) xs) "\n")))

(defn printf "Writes what `format` makes of its arguments." [fmt & args]
  (write *out* (format* fmt (vec args))))

(defn newline "Writes a newline." [] (write *out* "\n"))

(defn pr-str "Returns what `pr` writes." [& xs] (text-of (print-options *print-readably*) xs))
(defn prn-str "Returns what `prn` writes." [& xs] (str* (text-of (print-options *print-readably*) xs) "\n"))
(defn print-str "Returns what `print` writes." [& xs] (text-of (print-options false) xs))
(defn println-str "Returns what `println` writes." [& xs] (str* (text-of (print-options false) xs) "\n"))

(defn ^:no-doc time* "Calls `f`, prints how long it took, and returns its value." [f]
  (let [start (effect* :ox/monotonic [])
        value (f)
        ms (/ (double (- (effect* :ox/monotonic []) start)) 1000000.0)]
    (prn (str* "Elapsed time: " ms " msecs"))
    value))

;; ---------------------------------------------------------------------------------------------
;; Taps

(def ^:private taps "The functions that `tap>` calls, a set." (atom-new #{}))

(defn add-tap "Has `tap>` call `f` with each value from now on, in this process. Returns nil." [f]
  (atom-set! taps (conj* (atom-value taps) f))
  nil)

(defn remove-tap "Has `tap>` call `f` no more. Returns nil." [f]
  (atom-set! taps (disj* (atom-value taps) f))
  nil)

(defn tap> "Calls the functions that `add-tap` was given with `x`; what they throw is dropped. Returns true." [x]
  (reduce (fn [_ f] (try (f x) (catch Throwable _ nil))) nil (atom-value taps))
  true)

;; ---------------------------------------------------------------------------------------------
;; Reading.

;; What tags stand for. A type of the program says in the table of `read-string` what makes its values.

(def ^:dynamic *data-readers* "What reads tagged literals in `read` and `read-string`: a map from tags to functions." {})
(def ^:dynamic *default-data-reader-fn* "What reads literals of other tags, a function of tag and value; nil: such a tag is an error." nil)
(def default-data-readers "The tags that are always read, and functions of what is behind them." {'inst (fn [x] x) 'uuid (fn [x] x)})

(deftable* read-string#table
  (fn* [contributions]
    (reduce (fn [all row] (assoc all (nth row 1) (nth row 2))) {} contributions)))

(defn- read-literal [tag form]
  (let [reader (get *data-readers* tag)
        makers (get read-string#table tag)]
    (cond
      (some? reader) (reader form)
      (and (some? makers) (vector? form)) (apply* (nth makers 0) form)
      (and (some? makers) (map? form) (= 2 (count makers))) ((nth makers 1) form)
      (and (= tag 'queue) (vector? form)) (reduce conj (empty-queue) form)
      (some? *default-data-reader-fn*) (*default-data-reader-fn* tag form)
      :else (fail :ox/parse (str* "No reader function for tag " tag) {:tag tag}))))

(defn- with-literals
  "A form that was read, with the values of its tagged literals."
  [x]
  (cond
    (tagged-literal? x) (read-literal (get x :tag) (with-literals (get x :form)))
    (map? x) (with-meta (reduce (fn [all entry] (assoc all (with-literals (key entry)) (with-literals (val entry)))) {} x) (meta x))
    (vector? x) (with-meta (mapv with-literals x) (meta x))
    (set? x) (with-meta (set (map with-literals x)) (meta x))
    (seq? x) (with-meta (apply* list (map with-literals x)) (meta x))
    :else x))

(defn ^:no-doc next-form
  "What `read-form` finds in a text, `[form end]` or nil, with the values of tagged literals."
  [text]
  (let [found (read-form text nil)]
    (if (and (some? found) (some? (re-find-from #"#[a-zA-Z]" text 0)))
      [(with-literals (nth found 0)) (nth found 1)]
      found)))

(defn read-string
  "Returns the first form that a string writes, as data; nothing is evaluated. Tagged literals are read by `*data-readers*`; those of a
  type of the program, `#app.Point{:x 1, :y 2}` or `#app.Point[1 2]`, are its values. Options: `:eof`, the value for a string without a
  form, which is an `:ox/parse` error otherwise."
  ([s] (read-string {} s))
  ([opts s]
   (let [found (next-form s)]
     (if (nil? found)
       (if (contains? opts :eof)
         (get opts :eof)
         (fail :ox/parse "EOF while reading"))
       (nth found 0)))))
