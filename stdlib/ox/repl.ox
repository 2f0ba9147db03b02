(ns ox.repl
  "What one asks at a prompt, and the prompt itself; `clojure.repl` is another name of this namespace. The answers come from the
  compiler, so what asks them is a running program, not a macro."
  (:require [ox.pprint :refer [pprint]]
            [ox.string :as string]))

(defn- require-symbol [what name]
  (when-not (symbol? name)
    (fail :ox/type (str "`" what "` takes a symbol, got " (pr-str name)) {:value name :expected "a symbol"})))

(defn ^:no-doc print-doc [name]
  (require-symbol "doc" name)
  (if-let [text (compile* "doc" (str name))]
    (print text)
    (println (str "There is no `" name "`."))))

(defmacro doc
  "Prints what is known of a name: its parameters and its docstring. Of a namespace too."
  [name]
  (list 'ox.repl/print-doc (list 'quote name)))

(defn source-fn "Returns the text of the form that defines a symbol; nil if there is none." [name]
  (require-symbol "source-fn" name)
  (compile* "source" (str name)))

(defmacro source "Prints the text of the form that defines a name." [name]
  (list 'clojure.core/println (list 'clojure.core/or (list 'ox.repl/source-fn (list 'quote name)) "Source not found")))

(defn dir-fn "Returns the sorted public names of a namespace, symbols. It may be named by an alias." [ns]
  (require-symbol "dir-fn" ns)
  (if-let [names (compile* "dir" (str ns))]
    (map symbol (read-string names))
    (fail :ox/argument (str "No namespace: " ns " found") {:value ns})))

(defmacro dir "Prints the public names of a namespace." [ns]
  (list 'clojure.core/run! 'clojure.core/println (list 'ox.repl/dir-fn (list 'quote ns))))

(defn- everything [] (read-string (compile* "names" "")))

(defn- matcher [text-or-pattern]
  (if (regex? text-or-pattern)
    (fn [text] (re-find text-or-pattern text))
    (let [part (str text-or-pattern)]
      (fn [text] (string/includes? text part)))))

(defn- own-name [full] (subs full (inc (string/index-of full "/"))))

(defn apropos
  "Returns the public names, symbols, of all namespaces that there are in which the text, or the pattern, is found."
  [str-or-pattern]
  (let [found? (matcher str-or-pattern)]
    (for [[full] (everything)
          :when (found? (own-name full))]
      (symbol full))))

(defn find-doc "Prints what is known of all public names in which, or in whose docstring, the text or the pattern is found." [re-string-or-pattern]
  (let [pattern (re-pattern re-string-or-pattern)]
    (doseq [[full doc] (everything)
            :when (or (re-find pattern (own-name full)) (re-find pattern doc))]
      (print-doc (symbol full)))))

(defn root-cause "Returns the innermost cause of an error: itself if it has none." [e]
  (if-let [cause (ex-cause e)] (recur cause) e))

(defn pst
  "Prints an error with its stack trace to `*err*`: the last one of the prompt, `*e`, or `e`."
  ([] (if (nil? *e) nil (pst *e)))
  ([e]
   (binding [*out* *err*]
     (print (string/replace (effect* :ox/error-report [e]) #"^\[(OX\d+)\] " "error[$1]: ")))))

;; ---------------------------------------------------------------------------------------------
;; The prompt. The input is read line by line. The compiler, who has the text, says where forms end; what shows a prompt
;; where there is one hears from it, too, that one is due (`ready`) and what went wrong (`failed`).

(def ^:private help
  "An expression is evaluated and its value printed; *1 *2 *3 are the last values, *e is the last error.
(doc name) (source name) (dir namespace) (apropos \"text\") (find-doc \"text\") (pst)
:history   the versions of this namespace: each definition makes one
:back N    goes back to a version; what runs keeps what it has
:quit      leaves, as the end of the input does
")

(defn- command
  "What a text asks of the prompt itself: a vector of its words; nil if it is to be evaluated."
  [text]
  (let [words (string/split (string/trim text) #"\s+")]
    (when (contains? #{":help" ":history" ":back" ":quit"} (first words))
      words)))

(defn- next-input
  "The next lines that end where a form does: a command, or the texts of their forms. Nil at the end of the input."
  []
  (loop [text nil]
    (let [line (read-line)]
      (cond
        (and (nil? line) (nil? text)) nil
        ;; What is wrong with it is said by who compiles it.
        (nil? line) {:forms [text]}
        (and (nil? text) (command line)) {:command (command line)}
        :else
        (let [text (if (nil? text) line (str text "\n" line))
              forms (compile* "forms" text)]
          (if (nil? forms)
            (recur text)
            {:forms (read-string forms)}))))))

(defn- failed [e]
  (set! *e e)
  (flush)
  (compile* "failed" (effect* :ox/error-report [e])))

(defn- print-value [value]
  (pprint value)
  (flush))

(defn- evaluate [text]
  (try
    (let [value (load-string text)]
      (set! *3 *2)
      (set! *2 *1)
      (set! *1 value)
      (print-value value)
      true)
    (catch :ox/cancelled e (failed e) false)
    (catch :default e (failed e) false)))

(defn- obey [[name number]]
  (try
    (case name
      ":help" (print help)
      ":history" (print (compile* "history" ""))
      ":back" (do (compile* "back" (str number)) (println (str "version " number))))
    (flush)
    (catch :default e (failed e))))

(defn repl
  "Reads forms from the input, evaluates them one after the other as `eval` does, and prints their values, until the input ends. At a terminal
  lines can be edited, and names are completed. `*1 *2 *3` are the last values and `*e` is the last error."
  []
  (binding [*1 nil
            *2 nil
            *3 nil
            *e nil
            *print-length* *print-length*
            *print-level* *print-level*
            *print-meta* *print-meta*
            *print-namespace-maps* *print-namespace-maps*]
    (loop []
      ;; A Ctrl-C that came too late for what was evaluated.
      (try (compile* "ready" "")
        (catch :ox/cancelled _ (compile* "ready" "")))
      (let [{:keys [command forms] :as input} (next-input)]
        (cond
          (nil? input) nil
          (= [":quit"] command) nil
          (some? command) (do (obey command) (recur))
          ;; What follows a mistake on the same lines was meant to follow what was not done.
          :else (do (loop [forms forms]
                      (when (and (seq forms) (evaluate (first forms)))
                        (recur (rest forms))))
                    (recur)))))))
