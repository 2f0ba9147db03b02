(ns weblog.report
  "What has been found, for people and for programs. A report is a sequence of sections, which are values:

      {:title \"Routes\" :columns [{:head \"requests\" :key :n :align :right} …] :rows [{:n 17 …} …]}"
  (:require [clojure.string :as str]
            [weblog.stats :as stats]
            [weblog.time :as time]))

;; ## Values as text

(defn thousands
  "An integer with a comma before each three digits."
  [n]
  (->> (str n)
       reverse
       (partition-all 3)
       (map str/join)
       (str/join ",")
       str/reverse))

(defn size
  "A number of bytes in the largest unit of which there is one."
  [bytes]
  (loop [n (double bytes), [unit & larger] ["B" "KiB" "MiB" "GiB" "TiB"]]
    (if (and (>= n 1024) larger)
      (recur (/ n 1024) larger)
      (if (= unit "B") (str bytes " B") (format "%.1f %s" n unit)))))

(defn millis [seconds] (if seconds (format "%.0f ms" (* 1000.0 seconds)) "-"))
(defn percent [x] (if x (format "%.1f %%" (double x)) "-"))

(def ^:private blocks " ▁▂▃▄▅▆▇█")

(defn sparkline
  "Numbers as a line of bars, the greatest as high as the line."
  [numbers]
  (let [most (apply max 1 numbers)]
    (str/join (map (fn [n]
                     (nth blocks (if (pos? n) (max 1 (long (Math/ceil (/ (* 8.0 n) most)))) 0)))
                   numbers))))

(defn bar
  "A share of a whole as a bar of at most `width` characters."
  [width part whole]
  (str/join (repeat (if (zero? whole) 0 (Math/round (/ (* 1.0 width part) whole))) "█")))

;; ## Sections

(defn- column [head key & {:keys [align show] :or {align :left show str}}]
  {:head head :key key :align align :show show})

(defn- number-column [head key & {:keys [show] :or {show thousands}}]
  (column head key :align :right :show show))

(defn- overview [{:keys [requests span bytes visitors failed refused malformed latency]}]
  (let [[begin end] span]
    {:title   "Overview"
     :columns [(column "" :what) (column "" :value)]
     :rows    [{:what "from" :value (if begin (time/iso begin) "-")}
               {:what "to" :value (if end (time/iso end) "-")}
               {:what "requests" :value (thousands requests)}
               {:what "visitors" :value (str "about " (thousands visitors))}
               {:what "sent" :value (size bytes)}
               {:what "failed" :value (str (thousands failed) " (" (percent (stats/share failed requests)) ")")}
               {:what "refused" :value (str (thousands refused) " (" (percent (stats/share refused requests)) ")")}
               {:what "median time" :value (millis (stats/quantile latency 0.5))}
               {:what "lines that are none" :value (thousands (reduce + 0 (vals malformed)))}]}))

(defn- timeline [{:keys [per-hour]}]
  (let [hours  (keys per-hour)
        counts (when (seq hours)
                 (for [t (range (apply min hours) (inc (apply max hours)) time/hour)]
                   {:t t :n (get-in per-hour [t :n] 0) :failed (get-in per-hour [t :failed] 0)}))
        most   (reduce max 1 (map :n counts))]
    {:title   "Hours"
     :note    (when (seq counts) (sparkline (map :n counts)))
     :columns [(column "hour" :t :show time/iso)
               (number-column "requests" :n)
               (number-column "failed" :failed)
               (column "" :bar)]
     :rows    (for [{:keys [n] :as row} counts]
                (assoc row :bar (bar 30 n most)))}))

(defn- routes [{:keys [per-route requests]} limit]
  {:title   "Routes"
   :columns [(number-column "requests" :n)
             (number-column "share" :share :show percent)
             (number-column "failed" :failed)
             (number-column "median" :median :show millis)
             (number-column "95 %" :p95 :show millis)
             (column "route" :route)]
   :rows    (for [[[method route] {:keys [n failed latency]}] (stats/top limit :n per-route)]
              {:n      n
               :share  (stats/share n requests)
               :failed failed
               :median (stats/quantile latency 0.5)
               :p95    (stats/quantile latency 0.95)
               :route  (str (str/upper-case (name method)) " " route)})})

(defn- counted
  "A section of what was counted."
  [title head counts limit]
  (let [whole (reduce + (vals counts))]
    {:title   title
     :columns [(number-column "number" :n) (number-column "share" :share :show percent) (column head :value)]
     :rows    (for [[value n] (stats/top limit counts)]
                {:n n :share (stats/share n whole) :value value})}))

(defn- statuses [{:keys [per-status]}]
  (assoc (counted "Statuses" "status" per-status (count per-status))
         :rows (let [whole (reduce + (vals per-status))]
                 (for [[status n] (sort per-status)]
                   {:n n :share (stats/share n whole) :value status}))))

(defn- visits [{{:keys [visits pages bounces seconds]} :sessions}]
  {:title   "Visits"
   :columns [(column "" :what) (column "" :value)]
   :rows    [{:what "visits" :value (thousands visits)}
             {:what "pages of one" :value (if (pos? visits) (format "%.1f" (/ (double pages) visits)) "-")}
             {:what "of one page only" :value (percent (stats/share bounces visits))}
             {:what "time, median" :value (some-> (stats/quantile seconds 0.5) Math/round time/duration)}
             {:what "time, 90 %" :value (some-> (stats/quantile seconds 0.9) Math/round time/duration)}]})

(defn- funnel [{{reached :funnel} :sessions} steps]
  (let [begun (get reached 1 0)]
    {:title   "On the way to buying"
     :columns [(column "step" :step)
               (number-column "visits" :n)
               (number-column "of all" :share :show percent)
               (number-column "change" :change :show percent)
               (column "" :bar)]
     :rows    (map-indexed
                (fn [i step]
                  (let [n (get reached (inc i) 0)]
                    {:step   step
                     :n      n
                     :share  (stats/share n begun)
                     :change (when (pos? i) (stats/change (get reached i 0) n))
                     :bar    (bar 30 n begun)}))
                steps)}))

(defn- alarms [{:keys [alarms]}]
  {:title   "To look at"
   :note    (when (empty? alarms) "Nothing.")
   :columns [(column "level" :level :show name)
             (column "from" :begin :show time/iso)
             (number-column "for" :seconds :show time/duration)
             (number-column "requests" :requests)
             (column "what" :rule)
             (column "where" :subject)]
   :rows    (for [{:keys [begin end] :as alarm} alarms]
              (assoc alarm :seconds (- end begin)))})

(defn sections
  "All that is told of a log, as `weblog.main/analysis` sums it up."
  [found {:keys [top steps]}]
  (into [(overview found)
         (timeline found)
         (routes found top)
         (statuses found)
         (counted "Who asks" "kind" (update-keys (:per-agent found) #(str (name (:kind %)) ": " (:name %))) top)
         (visits found)]
        (concat
          (when (seq steps) [(funnel found steps)])
          [(counted "Where visits begin" "route" (get-in found [:sessions :entries]) top)
           (counted "Where visitors come from" "page" (get-in found [:sessions :referrers]) top)
           (alarms found)])))

;; ## Ways to write a section

(defn- cell [{:keys [key show]} row]
  (let [value (get row key)]
    (if (nil? value) "-" (show value))))

(defn- padded [{:keys [align]} width text]
  (let [space (str/join (repeat (- width (count text)) " "))]
    (if (= align :right) (str space text) (str text space))))

(defn- write-text [{:keys [title note columns rows]}]
  (let [lines  (map (fn [row] (map #(cell % row) columns)) rows)
        heads  (map :head columns)
        widths (apply map (fn [& cells] (apply max (map count cells))) heads lines)
        line   (fn [cells] (str/trimr (str/join "  " (map padded columns widths cells))))]
    (println title)
    (println (str/join (repeat (count title) "=")))
    (when note (println note))
    (when (seq rows)
      (when-not (every? str/blank? heads)
        (println (line heads)))
      (run! (comp println line) lines))
    (println)))

(defn- quoted [text]
  (if (re-find #"[\",\n]" text)
    (str "\"" (str/replace text "\"" "\"\"") "\"")
    text))

(defn- write-csv [{:keys [title columns rows]}]
  (let [columns (remove #(= :bar (:key %)) columns)]
    (println (str/join "," (cons "section" (map (comp name :key) columns))))
    (doseq [row rows]
      (println (str/join "," (map (comp quoted str) (cons title (map #(get row (:key %)) columns))))))))

(defn- write-edn [{:keys [title columns rows]}]
  (prn {:title title
        :rows  (mapv #(select-keys % (remove #{:bar} (map :key columns))) rows)}))

(def writers
  "How a section is written in each format."
  {"text" write-text
   "csv"  write-csv
   "edn"  write-edn})
