(ns weblog.session
  "Visits: the pages that a visitor sees one after the other, with no half hour between them in which nothing is asked for."
  (:require [weblog.line :as line]
            [weblog.stats :as stats]
            [weblog.time :as time]))

(def ^:private gap (* 30 time/minute))

(defn- begin [{:keys [time route referrer]}]
  {:begin time :end time :entry route :exit route :referrer referrer :pages 1 :path [route]})

(defn- extend-visit [visit {:keys [time route]}]
  (-> visit
      (assoc :end time :exit route)
      (update :pages inc)
      (update :path conj route)))

(defn- close [visit]
  (assoc visit :seconds (- (:end visit) (:begin visit))))

(defn- over? [now visit]
  (> (- now (:end visit)) gap))

(defn sessions
  "A transducer from requests, in about the order of their times, to the visits that they are part of, each when it is
  over. Only visits that go on are held: those that ended are let go once in a while."
  []
  (fn [rf]
    (let [open  (volatile! {})
          swept (volatile! 0)
          emit  (fn [result visits] (reduce rf result (map close (sort-by (juxt :begin :entry) visits))))]
      (fn
        ([] (rf))
        ([result]
         (let [visits (vals @open)]
           (vreset! open {})
           (rf (unreduced (emit result visits)))))
        ([result {:keys [time] :as request}]
         (if-not (line/page? request)
           result
           (let [who     (line/visitor request)
                 visit   (get @open who)
                 ended?  (and visit (over? time visit))
                 sweep?  (> (- time @swept) gap)
                 expired (if sweep?
                           (into {} (filter (fn [[_ visit]] (over? time visit))) @open)
                           (if ended? {who visit} {}))]
             (when sweep? (vreset! swept time))
             (vswap! open #(apply dissoc % (keys expired)))
             (vswap! open update who (fn [visit] (if visit (extend-visit visit request) (begin request))))
             (emit result (vals expired)))))))))

(defn- leads-to?
  "Whether the steps are part of the path, in their order."
  [steps path]
  (empty? (reduce (fn [[step & others :as left] route]
                    (cond
                      (empty? left)  (reduced left)
                      (= step route) others
                      :else          left))
                  steps
                  path)))

(defn funnel
  "How many visits come as far as each of the routes, one after the other."
  [routes]
  (stats/fuse
    (into {}
          (map (fn [n]
                 (let [steps (take n routes)]
                   [n (stats/with (filter #(leads-to? steps (:path %))) stats/counting)])))
          (range 1 (inc (count routes))))))

(defn summary
  "What is told of visits; `steps` are the routes of the funnel."
  [steps]
  (stats/fuse
    {:visits    stats/counting
     :pages     (stats/with (map :pages) stats/sum)
     :bounces   (stats/with (filter #(= 1 (:pages %))) stats/counting)
     :seconds   (stats/with (comp (map :seconds) (map double)) stats/histogram)
     :entries   (stats/by :entry stats/counting)
     :exits     (stats/by :exit stats/counting)
     :referrers (stats/with (filter :referrer) (stats/by :referrer stats/counting))
     :funnel    (funnel steps)}))
