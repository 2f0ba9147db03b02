(ns weblog.line
  "A line of an access log in the combined format of Apache and nginx, with the request's time in seconds at the end if
  the server writes it:

      203.0.113.9 - ada [10/Oct/2026:13:55:36 +0000] \"GET /orders/17 HTTP/1.1\" 200 2326 \"-\" \"curl/8.5.0\" 0.012"
  (:require [clojure.string :as str]
            [weblog.agent :as agent]
            [weblog.time :as time]
            [weblog.url :as url]))

;; A quoted field may hold quotes and backslashes behind a backslash.
(def ^:private combined
  #"(\S+) \S+ (\S+) \[([^\]]+)\] \"((?:[^\"\\]|\\.)*)\" (\d{3}) (\d+|-)(?: \"((?:[^\"\\]|\\.)*)\" \"((?:[^\"\\]|\\.)*)\")?(?: (\d+(?:\.\d+)?))?\s*")

(def ^:private request
  #"([A-Z]+) (\S+)(?: HTTP/(\d(?:\.\d)?))?")

(defn- present [text]
  (when-not (contains? #{nil "" "-"} text) text))

(defn- parse-request
  "The three parts of a request's first line. What is no HTTP at all, such as the first bytes of a TLS handshake on the
  wrong port, is a request too: it was answered."
  [text]
  (if-let [[_ method target version] (re-matches request text)]
    (let [[path parameters] (url/split-target target)]
      {:method     (keyword (str/lower-case method))
       :path       path
       :route      (url/route path)
       :parameters parameters
       :version    version})
    {:method :invalid :path "" :route "(invalid)" :parameters {}}))

(defn parse
  "The request that a line tells of, or `{:malformed reason :text line}`."
  [line]
  (if-let [[_ address user stamp asked status bytes referrer user-agent seconds] (re-matches combined line)]
    (if-let [t (time/parse-stamp stamp)]
      (merge (parse-request asked)
             {:address  address
              :user     (present user)
              :time     t
              :status   (parse-long status)
              :bytes    (or (parse-long bytes) 0)
              :referrer (present referrer)
              :agent    (agent/classify (present user-agent))
              :seconds  (some-> seconds parse-double)})
      {:malformed :time :text line})
    {:malformed :format :text line}))

(defn failed?  "Whether the server failed." [{:keys [status]}] (<= 500 status 599))
(defn refused? "Whether the client asked for what it does not get." [{:keys [status]}] (<= 400 status 499))
(defn page?
  "Whether somebody saw a page."
  [{:keys [method path status agent]}]
  (and (= method :get)
       (< status 400)
       (= :browser (:kind agent))
       (not (url/asset? path))
       (not (str/starts-with? path "/api/"))))

(defn visitor
  "Who a request is counted for: a name if somebody has logged in, else address and browser."
  [{:keys [user address agent]}]
  (or user [address (:name agent) (:system agent)]))
