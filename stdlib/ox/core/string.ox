(ns ox.core.string
  "Text: strings, keywords and symbols, regular expressions."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]))

(defn ^{:natives {1 str*, 2 str*, 3 str*, 4 str*}} str
  "Returns the values as text, joined: nil is empty, a string is itself, all else is written as `pr-str` does."
  ([] "")
  ([a] (str* a))
  ([a b] (str* a b))
  ([a b c] (str* a b c))
  ([a b c d] (str* a b c d))
  ([a b c d & more]
   (join-strings "" (persistent! (reduce (fn [t x] (conj!* t (str* x))) (transient [(str* a b c d)]) more)))))

(defn format
  "Returns the string `fmt` with its directives (`%s %d %x %.2f %n` …) replaced by the arguments, as Java's Formatter does."
  [fmt & args]
  (format* fmt (vec args)))

(defn gensym
  "Returns a symbol that no other call in this process returns: `prefix` (`G__`) and a number."
  ([] (gensym "G__"))
  ([prefix] (symbol (str* prefix (serial)))))

(defn find-keyword
  "Returns the keyword with the name; every keyword exists."
  ([name] (keyword name))
  ([namespace name] (keyword namespace name)))

(defn ident? "Returns true if `x` is a keyword or symbol." [x] (or (keyword? x) (symbol? x)))
(defn simple-ident? "Returns true if `x` is a keyword or symbol without a namespace." [x] (and (ident? x) (nil? (namespace x))))
(defn qualified-ident? "Returns true if `x` is a keyword or symbol with a namespace." [x] (and (ident? x) (some? (namespace x))))
(defn simple-keyword? "Returns true if `x` is a keyword without a namespace." [x] (and (keyword? x) (nil? (namespace x))))
(defn qualified-keyword? "Returns true if `x` is a keyword with a namespace." [x] (and (keyword? x) (some? (namespace x))))
(defn simple-symbol? "Returns true if `x` is a symbol without a namespace." [x] (and (symbol? x) (nil? (namespace x))))
(defn qualified-symbol? "Returns true if `x` is a symbol with a namespace." [x] (and (symbol? x) (some? (namespace x))))

;; ---------------------------------------------------------------------------------------------
;; How names and characters are written

(def char-escape-string "A map from characters to how they are written within a string; nil for those that stand for themselves."
  {\newline "\\n" \tab "\\t" \return "\\r" \" "\\\"" \\ "\\\\" \formfeed "\\f" \backspace "\\b"})

(def char-name-string "A map from characters to their names; nil for those that have none."
  {\newline "newline" \tab "tab" \space "space" \backspace "backspace" \formfeed "formfeed" \return "return"})

(def ^:private munged
  "What `munge` writes in place of a character."
  {\- "_" \: "_COLON_" \+ "_PLUS_" \> "_GT_" \< "_LT_" \= "_EQ_" \~ "_TILDE_" \! "_BANG_" \@ "_CIRCA_" \# "_SHARP_"
   \' "_SINGLEQUOTE_" \" "_DOUBLEQUOTE_" \% "_PERCENT_" \^ "_CARET_" \& "_AMPERSAND_" \* "_STAR_" \| "_BAR_"
   \{ "_LBRACE_" \} "_RBRACE_" \[ "_LBRACK_" \] "_RBRACK_" \/ "_SLASH_" \\ "_BSLASH_" \? "_QMARK_"})

(defn munge "Returns the text of `s` with the characters that names of other languages cannot have spelled out; a symbol of a symbol." [s]
  (let [text (join-strings "" (mapv (fn [c] (get munged c (str* c))) (str* s)))]
    (if (symbol? s) (symbol text) text)))

(defn namespace-munge "Returns the text of the name of a namespace with `_` in place of `-`." [ns]
  (join-strings "" (mapv (fn [c] (if (= c \-) "_" (str* c))) (str* ns))))

(def ^:private special-symbols
  '#{& . case* catch def deftype* do finally fn* if clojure.core/import* let* letfn* loop* monitor-enter monitor-exit new quote
     recur reify* set! throw try var})

(defn special-symbol? "Returns true if `s` names a special form of Clojure." [s] (contains? special-symbols s))

(defn uri? "Returns false: there are no URI objects, they are strings." [x] false)

(def *clojure-version* "The version of Clojure that the names of the core are those of."
  {:major 1 :minor 12 :incremental 0 :qualifier nil})

(defn clojure-version "Returns `*clojure-version*` as a string." []
  (str (get *clojure-version* :major) "." (get *clojure-version* :minor) "." (get *clojure-version* :incremental)))

;; A matcher holds a volatile: where `re-find` goes on, and what it found last.

(def ^:no-doc matcher-type (type* 'Matcher [:state]))

(defn- characters "The string that a sequence of characters is, such as a string builder; anything else as it is." [s]
  (if (own-interface? 'CharSequence s)
    (str* s)
    s))

(defn ^:no-doc matcher? "Returns true if `x` is what `re-matcher` makes." [x]
  (and (instance-of-type? x) (= matcher-type (type-name x))))

(defn re-matcher "Returns a matcher, with which `re-find` walks the matches of `re` in `s`." [re s]
  (instance* matcher-type [(volatile! {::re (re-pattern re) ::text (str* (characters s)) ::cursor 0 ::match nil})]))

(defn ^:no-doc matcher-state "What a matcher knows: `::re`, `::text`, `::cursor`, `::match`, `::start` and `::end`." [matcher]
  (if (matcher? matcher)
    (deref (field* matcher 0))
    (fail :ox/type "expected a matcher" {:value matcher :expected "a matcher"})))

(defn ^:no-doc matcher-found! "Notes the answer of `re-find-from` in a matcher. Returns true if there is a match." [matcher found]
  (vreset! (field* matcher 0)
           (assoc (matcher-state matcher) ::match (nth found 0) ::start (nth found 1) ::end (nth found 2) ::cursor (nth found 3)))
  (some? found))

(defn ^:no-doc matcher-next! "Looks for the next match of a matcher. Returns true if there is one." [matcher]
  (let [state (matcher-state matcher)
        cursor (::cursor state)]
    (matcher-found! matcher (if (nil? cursor) nil (re-find-from (::re state) (::text state) cursor)))))

(defn re-groups "Returns the last match of a matcher: a string, or a vector of it and its groups." [matcher]
  (let [m (::match (matcher-state matcher))]
    (if (nil? m)
      (fail :ox/state "No match found")
      m)))

(defn re-find
  "Returns the first match of `re` in `s`, or the next of a matcher: a string, or a vector of it and its groups; nil if there is none."
  ([matcher]
   (if (matcher-next! matcher) (re-groups matcher) nil))
  ([re s] (nth (re-find-from re (characters s) 0) 0)))

(defn re-matches "Returns the match of `re` with all of `s`, as `re-find` does; nil if it does not match." [re s]
  (re-matches* re (characters s)))

(defn- re-seq-from [re s cursor]
  (lazy-seq
    (when (some? cursor)
      (let [found (re-find-from re s cursor)]
        (when found
          (cons (nth found 0) (re-seq-from re s (nth found 3))))))))

(defn re-seq "Returns the lazy sequence of all matches of `re` in `s`, as `re-find` returns them; nil if there are none." [re s]
  (seq (re-seq-from re (characters s) 0)))
