(ns ox.core.eval
  "Code that a running program makes. The host compiles it, and what is new of it extends the image that the run's processes
  share; what was linked before stays as it is.

  Macros ask by effects of their own, which the compiler answers; `resolve` and `macroexpand` are for both."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.writer :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.effect :refer :all]
            [ox.core.reader :refer [slurp]]
            [ox.core.print :refer :all]))

(def ^:dynamic *1 "At a prompt: the last value." nil)
(def ^:dynamic *2 "At a prompt: the value before the last." nil)
(def ^:dynamic *3 "At a prompt: the value before `*2`." nil)
(def ^:dynamic *e "At a prompt: the last error that was not caught." nil)

(defn ^:no-doc compile*
  "Asks the host to compile: by the activity `ox.eval/compile`, `\"eval\" \"resolve\" \"macroexpand\" \"macroexpand-1\"` of a text. Nothing
  here may need a table of the program: macros resolve names by this function."
  [op text]
  (let [answer (effect* :ox/activity ["ox.eval/compile" nil [op text] {}])
        message (get answer :message)]
    (if (nil? message)
      (get answer :answer)
      (fail :ox/compile message (dissoc answer :message)))))

(defn- value-of-slot [slot]
  (if (nil? slot) nil (var-of-slot slot)))

(defn- leaf? [x]
  (or (nil? x) (boolean? x) (number? x) (string? x) (char? x) (keyword? x) (symbol? x) (regex? x) (inst? x) (uuid? x) (bytes? x)
      (tagged-literal? x) (var? x)))

(defn- require-data
  "Throws unless `form` can be written as text."
  [form]
  (cond
    (leaf? form) nil
    (coll? form) (run! require-data form)
    :else (fail :ox/compile
                (str* "Code is made of data, and this form holds what is none: " (pr-str form) "; name a function by its symbol")
                {:value form}))
  nil)

(defn- code-text [form]
  (require-data form)
  (binding [*print-meta* true
            *print-length* nil
            *print-level* nil
            *print-readably* true
            *print-namespace-maps* false]
    (pr-str form)))

(defn load-string
  "Evaluates the forms of a text, one after the other, and returns the value of the last. They stand at the end of the file that is
  run: they see its names, and what they define is there for later texts. See `eval`."
  [text]
  (if (string? text)
    ((deref (value-of-slot (compile* "eval" text))))
    (fail :ox/type "`load-string` takes a string" {:value text})))

(defn eval
  "Evaluates a form, as it would be at the end of the file that is run, and returns its value. What it defines is there for later
  forms; a name that is there already gets another meaning for them, code that was there keeps the one that it has. Everything
  in it is as durable as anywhere. What cannot be compiled is an `:ox/compile` error with the `:code` of the diagnostic, `:line`
  and `:column`."
  [form]
  (load-string (code-text form)))

(defn load-file "Evaluates the forms of a file as `load-string` does, and returns the value of the last." [path]
  (load-string (slurp path)))

(defn resolve
  "Returns the var of what the symbol `sym` names in the file that is run, nil if it names nothing. In a macro: the full name, a symbol, of
  what it means where the macro is called. Of the locals in `env`, which is `&env`, it is nil too."
  ([sym]
   (if (symbol? sym)
     (let [found (effect* :ox/resolve [sym])]
       (if (= found :ox/running)
         (value-of-slot (compile* "resolve" (str* sym)))
         found))
     (fail :ox/type "`resolve` takes a symbol" {:value sym})))
  ([env sym] (if (contains? env sym) nil (resolve sym))))

(defn ns-resolve
  "Returns the var of a name of the namespace `ns`, a symbol; nil if there is none. The file that is run must need that namespace. What
  others are called there does not count: a symbol with a namespace is looked up by it."
  ([ns sym] (resolve (if (nil? (namespace sym)) (symbol (str* ns) (name sym)) sym)))
  ([ns env sym] (if (contains? env sym) nil (ns-resolve ns sym))))

(defn find-var "Returns the var of a symbol with a namespace, nil if there is none." [sym]
  (if (and (symbol? sym) (some? (namespace sym)))
    (resolve sym)
    (fail :ox/argument "Symbol must be namespace-qualified" {:value sym})))

(defn requiring-resolve
  "As `resolve` of a symbol with a namespace, which is required first."
  [sym]
  (if (and (symbol? sym) (some? (namespace sym)))
    (let [found (resolve sym)]
      (if (nil? found)
        (load-string (join-strings "" ["(require '" (namespace sym) ") (var " (str* sym) ")"]))
        found))
    (fail :ox/argument (str* "Not a qualified symbol: " (print* sym true)) {:value sym})))

(defn- expanded [op form]
  (let [found (effect* op [form])]
    (if (= found :ox/running)
      (read-string (compile* (name op) (code-text form)))
      found)))

(defn macroexpand-1
  "Returns `form` expanded once, as it would be in the file that is run, or where the macro is called that asks; `form` itself if it is
  no call of a macro."
  [form]
  (expanded :ox/macroexpand-1 form))

(defn macroexpand
  "As `macroexpand-1`, until it is no call of a macro."
  [form]
  (expanded :ox/macroexpand form))
