(ns weblog.query
  "A small language to say which requests are meant:

      status >= 500 and not agent = bot
      route = /orders/:id and (seconds > 1.5 or method = delete)
      path ~ \"^/static/.*\\\\.js$\"

  A text is cut into tokens, these are read as a tree of vectors, and the tree is made into a predicate."
  (:require [clojure.string :as str]))

(def ^:private fields
  "What can be asked for, and how it is found."
  {"status"   :status
   "bytes"    :bytes
   "seconds"  :seconds
   "method"   (comp name :method)
   "path"     :path
   "route"    :route
   "address"  :address
   "user"     :user
   "referrer" :referrer
   "agent"    (comp name :kind :agent)
   "browser"  (comp :name :agent)})

(def ^:private token
  #"\s*(?:(\(|\)|!=|<=|>=|=|<|>|~)|\"((?:[^\"\\]|\\.)*)\"|([^\s()=<>~!\"]+))")

(defn- fail [message data]
  (throw (ex-info message (assoc data :weblog/error :query))))

(defn tokens
  "The text as a sequence of `[kind text]`, where kind is `:sign`, `:text` or `:word`."
  [text]
  (loop [at 0, found []]
    (let [left (subs text at)]
      (if (str/blank? left)
        found
        (let [m (re-find token left)]
          (if (and m (str/starts-with? left (first m)))
            (let [[all sign quoted word] m]
              (recur (+ at (count all))
                     (conj found (cond
                                   sign   [:sign sign]
                                   quoted [:text (str/replace quoted #"\\(.)" "$1")]
                                   :else  [:word word]))))
            (fail (str "Cannot read the query from " (pr-str (str/trim left))) {:at at})))))))

(def ^:private comparisons #{"=" "!=" "<" "<=" ">" ">=" "~"})

(declare parse-or)

(defn- described [[_ text]]
  (if text (pr-str text) "the end"))

(defn- parse-comparison [[field sign value & left]]
  (let [[kind named] field]
    (when-not (and (= kind :word) (contains? fields named))
      (fail (str "Expected a field (" (str/join ", " (sort (keys fields))) "), found " (described field)) {}))
    (when-not (and (= :sign (first sign)) (comparisons (second sign)))
      (fail (str "Expected a comparison after `" named "`, found " (described sign)) {}))
    (when-not (contains? #{:word :text} (first value))
      (fail (str "Expected a value after `" named " " (second sign) "`, found " (described value)) {}))
    [[(second sign) named (second value)] left]))

(defn- parse-factor [[[kind text :as first-token] & left :as all]]
  (cond
    (= [:sign "("] first-token)
    (let [[tree [closing & left]] (parse-or left)]
      (when-not (= [:sign ")"] closing)
        (fail (str "Expected `)`, found " (described closing)) {}))
      [tree left])

    (and (= kind :word) (= "not" text))
    (let [[tree left] (parse-factor left)]
      [["not" tree] left])

    :else (parse-comparison all)))

(defn- parse-chain
  "Operands of one operator that stands between them."
  [operator parse-operand all]
  (loop [[tree left] (parse-operand all), operands []]
    (let [operands (conj operands tree)]
      (if (= [:word operator] (first left))
        (recur (parse-operand (rest left)) operands)
        [(if (next operands) (into [operator] operands) tree) left]))))

(defn- parse-and [all] (parse-chain "and" parse-factor all))
(defn- parse-or [all] (parse-chain "or" parse-and all))

(defn parse
  "The tree that a query is."
  [text]
  (let [[tree left] (parse-or (tokens text))]
    (when (seq left)
      (fail (str "Expected `and`, `or` or the end, found " (described (first left))) {}))
    tree))

(defn- as-number [field text]
  (or (parse-double text)
      (fail (str "`" field "` is compared with a number, not with " (pr-str text)) {})))

(defn- compare-with [order field text]
  (let [limit (as-number field text)
        value (fields field)]
    (fn [request]
      (let [x (value request)]
        (and (number? x) (order x limit))))))

(defn- equal-to [field text]
  (let [value  (fields field)
        number (parse-double text)]
    (fn [request]
      (let [x (value request)]
        (if (number? x)
          (and (some? number) (== x number))
          (= x text))))))

(defn predicate
  "The function that says whether a request is one that the tree means."
  [[operator & operands]]
  (case operator
    "and" (apply every-pred (map predicate operands))
    "or"  (apply some-fn (map predicate operands))
    "not" (complement (predicate (first operands)))
    (let [[field text] operands]
      (case operator
        "="  (equal-to field text)
        "!=" (complement (equal-to field text))
        "<"  (compare-with < field text)
        "<=" (compare-with <= field text)
        ">"  (compare-with > field text)
        ">=" (compare-with >= field text)
        "~"  (let [pattern (re-pattern text)
                   value   (fields field)]
               (fn [request] (boolean (some->> (value request) str (re-find pattern)))))))))

(defn where
  "The predicate of a query's text."
  [text]
  (predicate (parse text)))
