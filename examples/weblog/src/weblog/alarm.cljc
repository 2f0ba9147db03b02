(ns weblog.alarm
  "What somebody should look at: rules over windows of time. A rule says which requests it is about, for whom they are
  counted, how many in how long are too many, and what to say. Each is data; what `:when` is, is up to `matches?`."
  (:require [clojure.string :as str]
            [weblog.line :as line]
            [weblog.time :as time]))

(defmulti matches?
  "Whether a request is one that the condition `[kind & arguments]` is about."
  (fn [[kind] _] kind))

(defmethod matches? :failed [_ request] (line/failed? request))
(defmethod matches? :refused [_ request] (line/refused? request))
(defmethod matches? :method [[_ method] request] (= method (:method request)))
(defmethod matches? :status [[_ & statuses] request] (boolean (some #{(:status request)} statuses)))
(defmethod matches? :route [[_ route] request] (= route (:route request)))
(defmethod matches? :slower [[_ seconds] request] (> (or (:seconds request) 0) seconds))
(defmethod matches? :path [[_ & parts] request] (boolean (some #(str/includes? (:path request) %) parts)))
(defmethod matches? :agent [[_ kind] request] (= kind (get-in request [:agent :kind])))
(defmethod matches? :all [[_ & conditions] request] (every? #(matches? % request) conditions))
(defmethod matches? :any [[_ & conditions] request] (boolean (some #(matches? % request) conditions)))
(defmethod matches? :not [[_ condition] request] (not (matches? condition request)))
(defmethod matches? :default [[kind] _]
  (throw (ex-info (str "There is no condition " kind) {:condition kind})))

(def rules
  [{:name   "errors of the server"
    :level  :high
    :when   [:failed]
    :per    :route
    :limit  5
    :within (* 5 time/minute)}
   {:name   "guessing passwords"
    :level  :high
    :when   [:all [:method :post] [:route "/login"] [:status 401 403]]
    :per    :address
    :limit  8
    :within (* 2 time/minute)}
   {:name   "looking for holes"
    :level  :medium
    :when   [:all [:refused] [:path "/.env" "/.git" "wp-login" "phpmyadmin" "/etc/passwd" "cgi-bin"]]
    :per    :address
    :limit  3
    :within time/hour}
   {:name   "crawling what is not there"
    :level  :low
    :when   [:all [:status 404] [:not [:agent :browser]]]
    :per    :address
    :limit  20
    :within (* 10 time/minute)}
   {:name   "slow answers"
    :level  :medium
    :when   [:all [:slower 2.0] [:not [:route "/export"]]]
    :per    :route
    :limit  5
    :within (* 5 time/minute)}])

(defn- recent
  "The queue of times with one more, without those that the window has left behind."
  [queue now within]
  (loop [queue (conj (or queue clojure.lang.PersistentQueue/EMPTY) now)]
    (if (< (peek queue) (- now within))
      (recur (pop queue))
      queue)))

(defn- add-alarm
  "The alarms of one rule and subject with one more: it goes on with the last one if their windows touch."
  [alarms {:keys [begin end] :as alarm}]
  (let [known (peek alarms)]
    (if (and known (<= begin (:end known)))
      (conj (pop alarms) (-> known (assoc :end end) (update :requests inc)))
      (conj (or alarms []) alarm))))

(defn- raise
  "The state after a request that a rule is about."
  [state {:keys [name level per limit within]} {:keys [time] :as request}]
  (let [subject (per request)
        queue   (recent (get-in state [:windows [name subject]]) time within)
        state   (assoc-in state [:windows [name subject]] queue)]
    (if (< (count queue) limit)
      state
      (update-in state [:alarms [name subject]] add-alarm
                 {:rule     name
                  :level    level
                  :subject  subject
                  :begin    (peek queue)
                  :end      time
                  :requests (count queue)}))))

(defn watch
  "A reducing function from requests to the alarms that the rules raise, in the order of their beginnings. An alarm goes
  on while its windows touch."
  [rules]
  (fn
    ([] {:windows {} :alarms {}})
    ([{:keys [alarms]}]
     (vec (sort-by (juxt :begin :rule (comp str :subject)) (mapcat val alarms))))
    ([state request]
     (reduce (fn [state rule]
               (if (matches? (:when rule) request)
                 (raise state rule request)
                 state))
             state
             rules))))
