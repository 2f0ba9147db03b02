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

;; A matcher is a volatile: where `re-find` goes on, and what it found last.

(defn re-matcher "Returns a matcher, with which `re-find` walks the matches of `re` in `s`." [re s]
  (volatile! {::re (re-pattern re) ::text s ::cursor 0 ::match nil}))

(defn re-groups "Returns the last match of a matcher: a string, or a vector of it and its groups." [matcher]
  (let [m (::match (deref matcher))]
    (if (nil? m)
      (fail :ox/state "No match found")
      m)))

(defn re-find
  "Returns the first match of `re` in `s`, or the next of a matcher: a string, or a vector of it and its groups; nil if there is none."
  ([matcher]
   (let [state (deref matcher)
         cursor (::cursor state)
         found (if (nil? cursor) nil (re-find-from (::re state) (::text state) cursor))]
     (vreset! matcher (assoc state ::match (nth found 0) ::cursor (nth found 3)))
     (nth found 0)))
  ([re s] (nth (re-find-from re s 0) 0)))

(defn re-matches "Returns the match of `re` with all of `s`, as `re-find` does; nil if it does not match." [re s]
  (re-matches* re s))

(defn- re-seq-from [re s cursor]
  (lazy-seq
    (when (some? cursor)
      (let [found (re-find-from re s cursor)]
        (when found
          (cons (nth found 0) (re-seq-from re s (nth found 3))))))))

(defn re-seq "Returns the lazy sequence of all matches of `re` in `s`, as `re-find` returns them; nil if there are none." [re s]
  (seq (re-seq-from re s 0)))
