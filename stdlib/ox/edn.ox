(ns ox.edn
  "Reading data; `clojure.edn` is another name of this namespace."
  (:refer-clojure :exclude [read read-string])
  (:require [ox.walk]))

(defn- with-readers
  "The tagged literals in a read form replaced by what their readers, or `default`, make of them."
  [readers default form]
  (ox.walk/postwalk
    (fn [x]
      (if (tagged-literal? x)
        (let [tag (:tag x)
              reader (get readers tag)
              inner (with-readers readers default (:form x))]
          (cond
            (some? reader) (reader inner)
            (some? default) (default tag inner)
            :else (throw (ex-info (str "No reader function for tag " tag) {:ox/kind :ox/parse :tag tag}))))
        x))
    form))

(defn- value-of "The value of a form that was read." [opts form]
  (with-readers (:readers opts) (:default opts) form))

(defn read
  "Reads the next value that a reader, `*in*`, writes as EDN; the rest stays. Options: `:eof`, the value at the end (without it the end is an
  `:ox/parse` error), `:readers`, a map from tags to functions, `:default`, a function of tag and value for other tags."
  ([] (read *in*))
  ([reader] (read {} reader))
  ([opts reader]
   (let [found (reader-value (the-reader reader) (fn [text] (read-form text :edn)))]
     (cond
       (some? found) (value-of opts (nth found 0))
       (contains? opts :eof) (:eof opts)
       :else (throw (ex-info "EOF while reading" {:ox/kind :ox/parse}))))))

(defn read-string
  "Returns the first value that the text writes as EDN; nil for nil and for text without one. Options: `:eof`, the value for text
  without one (without the option an empty text in the two-argument call is an `:ox/parse` error), `:readers`, a map from
  tags to functions, `:default`, a function of tag and value for other tags."
  ([s] (when s (read-string {:eof nil} s)))
  ([opts s]
   (when s
     (let [found (read-form s :edn)]
       (if (nil? found)
         (if (contains? opts :eof)
           (:eof opts)
           (throw (ex-info "EOF while reading" {:ox/kind :ox/parse})))
         (value-of opts (nth found 0)))))))

(defn write-string "Returns the value as text that `read-string` reads." [x] (pr-str x))
