(ns weblog.url
  "What a request asks for: the path with its names in place of numbers, and the parameters."
  (:require [clojure.string :as str]))

(defn- hex-digit [c]
  (let [digit (str/index-of "0123456789abcdef" (str/lower-case (str c)))]
    (when digit (long digit))))

(defn decode
  "A text without its `%41` and `+`. What is no escape stays as it is. Only ASCII is decoded: the rest of an address is
  there to be counted, not to be read."
  [text]
  (loop [[c hi lo :as cs] (seq text), out []]
    (cond
      (nil? cs) (apply str out)
      (= c \+)  (recur (next cs) (conj out \space))
      :else
      (let [high (when (and (= c \%) hi lo) (hex-digit hi))
            low  (when high (hex-digit lo))]
        (if (and low (< high 8))
          (recur (nthnext cs 3) (conj out (char (+ (* 16 high) low))))
          (recur (next cs) (conj out c)))))))

(defn parse-query
  "The parameters of a query, `a=1&b=2`, as a map. Of equal names the last counts."
  [query]
  (into {}
        (comp (remove str/blank?)
              (map #(str/split % #"=" 2))
              (map (fn [[k v]] [(decode k) (decode (or v ""))])))
        (str/split (or query "") #"&")))

(defn split-target
  "`[path parameters]` of a request's target."
  [target]
  (let [[path query] (str/split target #"\?" 2)]
    [path (parse-query query)]))

(def ^:private placeholders
  [[#"\d+" ":id"]
   [#"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}" ":uuid"]
   [#"[0-9a-f]{16,}" ":hash"]
   [#"\d{4}-\d{2}-\d{2}" ":date"]])

(defn- placeholder [part]
  (or (some (fn [[pattern name]] (when (re-matches pattern part) name)) placeholders)
      part))

(defn route
  "The path with a name in place of each part that names one thing of many: `/orders/17` is `/orders/:id`. Requests
  of one route can be compared."
  [path]
  (if (= path "/")
    path
    (->> (str/split path #"/" -1)
         (map placeholder)
         (str/join "/"))))

(def ^:private asset-endings
  #{"css" "js" "map" "png" "jpg" "jpeg" "gif" "svg" "ico" "webp" "woff" "woff2" "txt" "xml"})

(defn asset?
  "Whether a path is one that belongs to a page, not one that somebody visits."
  [path]
  (let [dot (str/last-index-of path ".")]
    (boolean (and dot (asset-endings (str/lower-case (subs path (inc dot))))))))
