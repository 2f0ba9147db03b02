;; A graph with branches: what is ingested is analysed in one of two ways, checked, and published or put aside.
;; From the folder examples:
;;
;;     oxc run ingest.ox FILE…

(require '[ox.fs :as fs] '[ox.sh :as sh] '[ox.string :as str])

(defactivity ingest [path]
  (assoc (fs/stat path) :path path :text? (= 0 (:exit (sh/run ["grep" "-Iq" "." path] {:check false})))))

(defactivity analyse-text [{:keys [path] :as doc}]
  (assoc doc :words (parse-long (str/trim (:out (sh/run ["sh" "-c" "wc -w < \"$1\"" "sh" path]))))))

(defactivity analyse-bytes [{:keys [path] :as doc}]
  (assoc doc :packed (count (:out (sh/run ["gzip" "-nc" path] {:out :bytes})))))

(defn sound? [{:keys [words packed size]}]
  (if words (pos? words) (< packed size)))

(defn handle [path]
  (let [doc (ingest path)
        found (if (:text? doc) (analyse-text doc) (analyse-bytes doc))]
    (if (sound? found)
      (str path ": published " (select-keys found [:words :packed]))
      (str path ": put aside"))))

(run! println (pmap-n 4 handle *command-line-args*))
