(ns weblog.main
  "Tells what is in the access logs of a web server.

      oxc run ./weblog -- --sample 2000 > access.log                        makes a log to try it with
      oxc run ./weblog -- access.log                                        prints what report.txt shows
      zcat *.gz | oxc run ./weblog -- --where 'status >= 500' --format csv  reads standard input
      oxc -C weblog test                                                    runs its tests

  A log is read once, line by line, whatever its size. It is plain Clojure: `clojure -cp weblog/src -m weblog.main
  access.log` prints the same. What it is given here is that a run which is killed goes on in the middle of the log:
  `oxc -C weblog resume`."
  (:require [clojure.java.io :as io]
            [clojure.string :as str]
            [weblog.alarm :as alarm]
            [weblog.line :as line]
            [weblog.query :as query]
            [weblog.report :as report]
            [weblog.session :as session]
            [weblog.stats :as stats]
            [weblog.time :as time]
            [weblog.traffic :as traffic]))

;; ## What is asked for

(defn- positive [text]
  (let [n (parse-long text)]
    (if (and n (pos? n))
      n
      (throw (ex-info (str "Expected a number above 0, found " (pr-str text)) {:weblog/error :option})))))

(defn- one-of [choices text]
  (if (contains? choices text)
    text
    (throw (ex-info (str "Expected one of " (str/join ", " (sort (keys choices))) ", found " (pr-str text))
                    {:weblog/error :option}))))

(def ^:private options
  [{:name "--where"  :takes "QUERY"  :help "only requests such as `status >= 500 and not agent = bot`" :key :where :read query/where}
   {:name "--format" :takes "FORMAT" :help "text, csv or edn" :key :format :read #(one-of report/writers %)}
   {:name "--top"    :takes "N"      :help "how many lines a list has" :key :top :read positive}
   {:name "--steps"  :takes "ROUTES" :help "the routes on the way to buying, with commas between them" :key :steps :read #(str/split % #",")}
   {:name "--sample" :takes "N"      :help "write a log instead of reading one" :key :sample :read positive}
   {:name "--help"   :help "say this" :key :help}])

(def ^:private defaults
  {:format "text"
   :top    10
   :steps  ["/" "/products/:id" "/basket" "/checkout" "/orders/done"]
   :where  (constantly true)
   :files  []})

(defn parse-options
  "What the arguments ask for, as a map."
  [args]
  (loop [[arg & left] args, chosen defaults]
    (let [{:keys [takes key read] :as option} (first (filter #(= arg (:name %)) options))]
      (cond
        (nil? arg)                          chosen
        (and option (not takes))            (recur left (assoc chosen key true))
        (and option (empty? left))          (throw (ex-info (str arg " needs " takes) {:weblog/error :option}))
        option                              (recur (rest left) (assoc chosen key (read (first left))))
        (str/starts-with? arg "--")         (throw (ex-info (str "There is no option " arg) {:weblog/error :option}))
        :else                               (recur left (update chosen :files conj arg))))))

(defn- usage []
  (println "usage: weblog [OPTIONS] [FILE...]")
  (println)
  (doseq [{:keys [name takes help]} options]
    (println (format "  %-18s %s" (str/trimr (str name " " takes)) help))))

;; ## What is found

(defn- route-of [request]
  [(:method request) (:route request)])

(def ^:private latency
  (stats/with (keep :seconds) stats/histogram))

(defn- requests
  "What is told of requests."
  [{:keys [steps]}]
  (stats/fuse
    {:requests   stats/counting
     :span       (stats/with (map :time) stats/span)
     :bytes      (stats/with (map :bytes) stats/sum)
     :visitors   (stats/with (map line/visitor) stats/distinct-count)
     :failed     (stats/with (filter line/failed?) stats/counting)
     :refused    (stats/with (filter line/refused?) stats/counting)
     :latency    latency
     :per-hour   (stats/by #(time/truncate (:time %) time/hour)
                           (stats/fuse {:n      stats/counting
                                        :failed (stats/with (filter line/failed?) stats/counting)}))
     :per-route  (stats/by route-of
                           (stats/fuse {:n       stats/counting
                                        :failed  (stats/with (filter line/failed?) stats/counting)
                                        :latency latency}))
     :per-status (stats/by :status stats/counting)
     :per-agent  (stats/by #(select-keys (:agent %) [:kind :name]) stats/counting)
     :alarms     (alarm/watch alarm/rules)
     :sessions   (stats/with (session/sessions) (session/summary steps))}))

(defn analysis
  "The reducing function from lines to all that is told of them."
  [{:keys [where] :as options}]
  (let [parsed (stats/with (map line/parse)
                           (stats/fuse
                             {:malformed (stats/with (keep :malformed) (stats/by identity stats/counting))
                              :told      (stats/with (comp (remove :malformed) (filter where)) (requests options))}))]
    (completing parsed
                (fn [acc]
                  (let [{:keys [malformed told]} (parsed acc)]
                    (assoc told :malformed malformed))))))

(defn- read-all
  "What `rf` makes of the lines of the files, or of standard input."
  [rf files]
  (let [read-from (fn [acc source]
                    (with-open [reader (io/reader source)]
                      (reduce rf acc (line-seq reader))))]
    (rf (reduce read-from (rf) (if (seq files) files [*in*])))))

(defn report
  "Prints what is told of the logs."
  [{:keys [format files] :as options}]
  (run! (report/writers format)
        (report/sections (read-all (analysis options) files) options)))

(defn- run [args]
  (let [{:keys [help sample] :as options} (parse-options args)]
    (cond
      help   (usage)
      sample (run! println (traffic/lines sample))
      :else  (report options))))

(defn -main [& args]
  (try
    (run args)
    (catch clojure.lang.ExceptionInfo e
      (if (:weblog/error (ex-data e))
        (do (binding [*out* *err*]
              (println (str "weblog: " (ex-message e))))
            (System/exit 2))
        (throw e)))
    (catch java.io.FileNotFoundException e
      (binding [*out* *err*]
        (println (str "weblog: " (ex-message e))))
      (System/exit 1))))
