(ns ox.string
  "Text functions; `clojure.string` is another name of this namespace.

  Strings are sequences of Unicode scalar values: indices and counts are in characters, whatever their size.")

(defnative ^:no-doc upper-case* "Returns a string in upper case." [s])
(defnative ^:no-doc lower-case* "Returns a string in lower case." [s])
(defnative ^:no-doc trim* "Returns a string without white space at its start (`left`) and its end (`right`)." [s left right])
(defnative ^:no-doc index-of* "Returns the index of the string `value` in `s` at or after `from`, nil if there is none." [s value from])
(defnative ^:no-doc last-index-of* "Returns the greatest index of the string `value` in `s` at or before `from` (nil: anywhere), nil if there is none." [s value from])
(defnative ^:no-doc starts-with?* "Returns true if the string `s` starts with the string `prefix`." [s prefix])
(defnative ^:no-doc ends-with?* "Returns true if the string `s` ends with the string `suffix`." [s suffix])
(defnative ^:no-doc includes?* "Returns true if the string `s` has the string `part` in it." [s part])
(defnative ^:no-doc split* "Returns the vector of the pieces of `s` between matches of `re`, as Java's `String.split` with `limit` does: 0 drops empty pieces at the end, a positive one bounds their number, a negative one keeps all. An empty match at the start makes no piece." [s re limit])
(defnative ^:no-doc replace-text* "Returns `s` with all occurrences of the string `match` replaced by the string `replacement`; the first only if `all` is false." [s match replacement all])
(defnative ^:no-doc replace-match* "Returns `s` with all matches of `re` replaced by the string `replacement`, in which `$1` and `\\` mean what they mean in Java; the first only if `all` is false. `:ox/index` for a group that is not there." [s re replacement all])
(defnative ^:no-doc reverse* "Returns a string with its characters in reverse." [s])
(defnative ^:no-doc blank?* "Returns true if a string has only white space." [s])

(defn- text
  "The text of a value, for the functions that write it first: nil is an error as in Clojure."
  [s]
  (if (nil? s) (not-a-string s) (str s)))

(defn- not-a-string [x]
  (throw (ex-info (str "expected a string, got " (if (nil? x) "nil" (pr-str x))) {:ox/kind :ox/type :value x})))

(defn- string "A string as it is, a sequence of characters such as a string builder as a string; anything else is an error." [s]
  (if (string? s)
    s
    (if (own-interface? 'CharSequence s) (str s) (not-a-string s))))

(defn- part "The string that a string or a character is." [x]
  (if (char? x) (str x) (string x)))

(defn upper-case "Returns the string in upper case." [s] (upper-case* (text s)))
(defn lower-case "Returns the string in lower case." [s] (lower-case* (text s)))
(defn capitalize "Returns the string with its first character in upper case and the others in lower case." [s]
  (let [s (text s)]
    (if (< (count s) 2)
      (upper-case* s)
      (str (upper-case* (subs s 0 1)) (lower-case* (subs s 1))))))

(defn trim "Returns the string without white space at both ends." [s] (trim* (string s) true true))
(defn triml "Returns the string without white space at its start." [s] (trim* (string s) true false))
(defn trimr "Returns the string without white space at its end." [s] (trim* (string s) false true))
(defn trim-newline "Returns the string without newlines and carriage returns at its end." [s]
  (let [s (string s)]
    (loop [n (count s)]
      (if (= n 0)
        ""
        (let [c (nth s (dec n))]
          (if (or (= c \newline) (= c \return))
            (recur (dec n))
            (subs s 0 n)))))))

(defn blank? "Returns true if the string is nil, empty, or only white space." [s]
  (or (not s) (blank?* (string s))))

(defn starts-with? "Returns true if the string starts with `prefix`." [s prefix] (starts-with?* (text s) (string prefix)))
(defn ends-with? "Returns true if the string ends with `suffix`." [s suffix] (ends-with?* (text s) (string suffix)))
(defn includes? "Returns true if the string has `part` in it." [s part] (includes?* (text s) (string part)))

(defn index-of
  "Returns the index of `value`, a string or character, in the string, at or after `from`; nil if there is none."
  ([s value] (index-of* (text s) (part value) 0))
  ([s value from] (index-of* (text s) (part value) (unchecked-int from))))

(defn last-index-of
  "Returns the last index of `value`, a string or character, in the string, at or before `from`; nil if there is none."
  ([s value] (last-index-of* (text s) (part value) nil))
  ([s value from] (last-index-of* (text s) (part value) (unchecked-int from))))

(defn join
  "Returns the texts of the elements, joined, with the text of `separator` between them."
  ([coll] (join-strings "" (mapv str coll)))
  ([separator coll] (join-strings (str separator) (mapv str coll))))

(defn split
  "Returns the vector of the pieces of the string between matches of `re`. Empty pieces at the end are dropped, unless
  `limit` says otherwise: positive, it bounds the number of pieces; negative, it keeps all."
  ([s re] (split* (string s) re 0))
  ([s re limit] (split* (string s) re limit)))

(defn split-lines "Returns the vector of the lines of the string, which `\\n` or `\\r\\n` end." [s]
  (split* (string s) #"\n|\r\n" 0))

(defn reverse "Returns the string with its characters in reverse." [s] (reverse* (string s)))

(defn re-quote-replacement "Returns the string as a replacement in which no character is special." [replacement]
  (replace-text* (replace-text* (text replacement) "\\" "\\\\" true) "$" "\\$" true))

(defn- replace-by
  "`s` with what `(f match)` returns in place of the matches of `re`."
  [s re f all?]
  (loop [from 0 cursor 0 out []]
    (let [found (if (nil? cursor) nil (re-find-from re s cursor))]
      (if (nil? found)
        (join-strings "" (conj out (subs s from)))
        (let [[match start end cursor] found
              out (conj out (subs s from start) (string (f match)))]
          (recur end (if all? cursor nil) out))))))

(defn- bad-replacement [match replacement]
  (throw (ex-info (str "Invalid match arg: " (pr-str match))
                  {:ox/kind :ox/argument :match match :replacement replacement})))

(defn- replacement-of
  "The text that takes the place of a string or character: of every one it must be of the same type, of the first it may be
  anything, as in Clojure."
  [same-type? replacement all?]
  (if (or (not all?) (same-type? replacement))
    (text replacement)
    (throw (ex-info (str "a string is replaced by a string, a character by a character, not by " (pr-str replacement))
                    {:ox/kind :ox/type :value replacement}))))

(defn- replacing [s match replacement all?]
  (let [s (text s)]
    (cond
      (char? match) (replace-text* s (str match) (if all? (replacement-of char? replacement all?) (str replacement)) all?)
      (string? match) (replace-text* s match (replacement-of string? replacement all?) all?)
      (= 'Pattern (class match)) (if (string? replacement)
                                   (replace-match* s match replacement all?)
                                   (replace-by s match replacement all?))
      :else (bad-replacement match replacement))))

(defn replace
  "Returns the string with every `match` replaced: character by character, string by string, match of a regular expression by a
  string (in which `$1` is a group) or by what a function of the match returns."
  [s match replacement]
  (replacing s match replacement true))

(defn replace-first "As `replace`, for the first match only." [s match replacement]
  (replacing s match replacement false))

(defn escape "Returns the string with each character `c` for which `(cmap c)` is not nil replaced by the text of that." [s cmap]
  (join-strings "" (mapv (fn [c]
                           (let [r (cmap c)]
                             (if (nil? r) (str c) (str r))))
                         (string s))))
