(ns ox.stacktrace
  "Errors and their stack traces, printed; `clojure.stacktrace` is another name of this namespace.

  A frame of a trace is a map with `:name`, `:file` and `:line`, as far as they are known."
  (:require [ox.string :as string]))

(defn root-cause "Returns the innermost cause of an error: itself if it has none." [e]
  (if-let [cause (ex-cause e)] (recur cause) e))

(defn ^:no-doc shown-name
  "The name of a definition as people know it: what has no written name has the number of its form behind it."
  [name]
  (string/replace (str name) #"(#\d+)?@[0-9a-f]+$" ""))

(defn print-trace-element "Prints a frame of a stack trace." [{:keys [name file line]}]
  (print (str (shown-name name) " (" (or file "unknown") ":" (or line "?") ")")))

(defn print-throwable "Prints kind and message of an error, and its data if it is one of the program's own." [e]
  (when-not (error? e)
    (fail :ox/type (str "expected an error, got " (pr-str e)) {:value e :expected "an error"}))
  (let [kind (error-kind e)
        data (dissoc (ex-data e) :ox/kind)]
    (println (str (if (nil? kind) "ExceptionInfo" kind) ": " (ex-message e)))
    (when (and (nil? kind) (seq data))
      (prn data))))

(defn print-stack-trace "Prints an error with its stack trace, `n` frames of it if given."
  ([e] (print-stack-trace e nil))
  ([e n]
   (print-throwable e)
   (doseq [[start frame] (map vector
                              (cons " at " (repeat "    "))
                              (if n (take n (error-trace e)) (error-trace e)))]
     (print start)
     (print-trace-element frame)
     (newline))))

(defn print-cause-trace "As `print-stack-trace`, and the same of the error's causes."
  ([e] (print-cause-trace e nil))
  ([e n]
   (print-stack-trace e n)
   (when-let [cause (ex-cause e)]
     (print "Caused by: ")
     (recur cause n))))
