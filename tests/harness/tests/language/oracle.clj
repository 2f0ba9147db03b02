;; Evaluates the sections of language chapters as Clojure and prints where it disagrees with what is
;; written there. Reads, from the file named on the command line, one EDN map a section:
;; {:at "chapter.ox: name" :text "…" :marks {form {:line n :value "…"} or {:line n :kind ":kind"}, with :output "…", and
;; :differs true if Clojure has to disagree}}.
;; The last line printed says how many results were compared.

(ns oracle)
(require '[clojure.edn :as edn] '[clojure.java.io :as io] '[clojure.string :as string])
(require 'clojure.data 'clojure.math 'clojure.pprint 'clojure.set 'clojure.template 'clojure.walk 'clojure.zip)

(def classes
  "For each kind of error, the classes that Clojure throws in its place."
  (edn/read-string (slurp (io/file (.getParent (io/file *file*)) "../../../differential/kinds.edn"))))

(declare canonical)

(defn all [xs] (string/join " " (map canonical xs)))

(defn canonical
  "The text of a value without what is no part of it: the order of sets and of maps."
  [x]
  (cond
    (map? x) (str "{" (string/join ", " (sort (map (fn [[k v]] (str (canonical k) " " (canonical v))) x))) "}")
    (set? x) (str "#{" (string/join " " (sort (map canonical x))) "}")
    (vector? x) (str "[" (all x) "]")
    (sequential? x) (str "(" (all x) ")")
    :else (pr-str x)))

(defn root [e]
  (if (and (instance? clojure.lang.Compiler$CompilerException e) (ex-cause e)) (recur (ex-cause e)) e))

(def current "The namespace in which a section's forms are evaluated." (atom nil))

(defn evaluate [form]
  (let [out (java.io.StringWriter.)
        result (future
                 (binding [*ns* @current *out* out *warn-on-reflection* false *unchecked-math* false]
                   (try
                     (let [value (eval form)]
                       {:text [(pr-str value) (try (canonical value) (catch Throwable _ nil))]})
                     (catch Throwable e {:error (root e)})
                     (finally (reset! current *ns*)))))]
    (assoc (deref result 30000 {:error (Exception. "it does not end")}) :output (str out))))

(defn lines [text] (mapv string/trimr (string/split-lines text)))

(defn same-value? [expected [text canonical-text]]
  (or (= expected text)
      (try (= (canonical (edn/read-string {:default tagged-literal} expected)) canonical-text)
           (catch Throwable _ false))))

(defn of-kind? [kind error]
  (let [allowed (get classes kind)]
    (or (contains? allowed (.getSimpleName (class error)))
        (and (instance? IllegalArgumentException error) (contains? allowed "IllegalArgumentException")))))

(defn disagreement [mark {:keys [text error output]}]
  (let [{:keys [value kind]} mark]
    (cond
      (and value error) (str "throws " error)
      (and kind (nil? error)) (str "gives " (first text))
      (and value (not (same-value? value text))) (str "gives " (first text))
      (and kind (instance? clojure.lang.ExceptionInfo error) (string/starts-with? kind "{")
           (= (canonical (ex-data error)) (canonical (edn/read-string kind)))) nil
      (and kind (not (of-kind? kind error))) (str "throws " error)
      (not= (lines (:output mark)) (lines output)) (str "prints " (pr-str output)))))

(defn check [{:keys [at text marks]}]
  (let [reader (java.io.PushbackReader. (java.io.StringReader. text))]
    (remove-ns 'user)
    (reset! current (create-ns 'user))
    (binding [*ns* @current]
      (refer-clojure)
      (loop [number 0 compared 0]
        (let [form (try (binding [*ns* @current] (read {:read-cond :allow :features #{:ox} :eof ::end} reader))
                        (catch Throwable e {::unread e}))]
          (cond
            (= form ::end) compared
            (::unread (when (map? form) form)) (do (println at "cannot be read:" (ex-message (::unread form))) compared)
            :else
            (let [result (evaluate form)
                  mark (get marks number)]
              (if mark
                (let [what (disagreement mark result)]
                  (when (not= (some? what) (boolean (:differs mark)))
                    (println (str at ", line " (:line mark) ": Clojure "
                                  (if what (string/replace what "\n" " ") "agrees")
                                  ", expected " (or (:value mark) (:kind mark))))))
                (when-let [error (:error result)]
                  (println (str at ", form " number ": Clojure throws " error))))
              (recur (inc number) (if mark (inc compared) compared)))))))))

(with-open [reader (java.io.PushbackReader. (io/reader (first *command-line-args*)))]
  (loop [compared 0]
    (let [section (edn/read {:eof nil} reader)]
      (if section
        (recur (+ compared (check section)))
        (println "compared" compared)))))
(flush)
(System/exit 0)
