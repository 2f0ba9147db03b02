;; Answers for the generated programs: reads lines `["definitions" "expression"]` from standard input and writes one line for
;; each, before it reads the next: `V<tab>text of the value`, `E<tab>class<tab>its data or nothing<tab>message`, with `C` for `E` where the
;; compiler threw it, or `T` if it does not end. What the expression prints is dropped.

(ns answer)
(require '[clojure.edn :as edn] '[clojure.string :as string])
(require 'clojure.set 'clojure.walk 'clojure.edn 'clojure.pprint)

(def limit-ms (Long/parseLong (first *command-line-args*)))
(def printed-length (Long/parseLong (second *command-line-args*)))
(def answers *out*)
(def programs (create-ns 'user))
(binding [*ns* programs] (refer-clojure))

(defn line [& parts]
  (string/join "\t" (map #(string/escape (str %) {\newline "\\n" \tab "\\t" \return "\\r" \\ "\\\\"}) parts)))

(defn failure [phase e]
  (if (and (instance? clojure.lang.Compiler$CompilerException e) (ex-cause e))
    (recur "C" (ex-cause e))
    (line phase (if (instance? java.util.IllegalFormatException e) "IllegalArgumentException" (.getSimpleName (class e)))
          (if (instance? clojure.lang.ExceptionInfo e) (pr-str (ex-data e)) "")
          (ex-message e))))

(defn forms [text]
  (let [reader (java.io.PushbackReader. (java.io.StringReader. text))]
    (take-while #(not= % ::end) (repeatedly #(read {:read-cond :allow :eof ::end} reader)))))

(defn evaluate [[definitions expression]]
  (binding [*ns* programs *out* (java.io.StringWriter.) *print-namespace-maps* false *print-length* nil]
    (try
      (run! eval (forms definitions))
      (let [value (eval (first (forms expression)))]
        (line "V" (binding [*print-length* printed-length] (pr-str value))))
      (catch Throwable e (failure "E" e)))))

(defn answer [program]
  (let [result (promise)
        thread (doto (Thread. nil #(deliver result (evaluate program)) "program" (* 16 1024 1024)) (.setDaemon true) (.start))
        given (deref result limit-ms "T")]
    (when (= given "T") (.stop thread))
    given))

(doseq [text (line-seq (java.io.BufferedReader. *in*))]
  (.write answers (str (answer (edn/read-string text)) "\n"))
  (.flush answers))
(System/exit 0)
