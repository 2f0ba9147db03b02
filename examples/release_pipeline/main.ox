(ns main
  "Checksums files, packs them into parts, uploads these to a server that fails now and then, waits until they are
  processed, and writes a manifest.

      oxc run examples/release_pipeline                                   the files of this repository
      oxc run examples/release_pipeline -- --from DIR --to DIR --server URL

  Without `--server` it runs the one beside it. Kill it wherever you like: `oxc resume` goes on there."
  (:require [ox.fs :as fs]
            [ox.http :as http]
            [ox.json :as json]
            [ox.sh :as sh]
            [ox.string :as str]))

(def flaky
  "How to ask somebody who fails now and then."
  {:start-to-close "10s"
   :retry {:max-attempts nil :delay "50ms" :max-delay "1s" :timeout "1m"}})

(defn files-of [dir]
  (if dir
    (mapv #(str dir "/" %) (fs/list dir {:recursive true}))
    (str/split-lines (:out (sh/run ["git" "-c" "core.quotePath=off" "ls-files"])))))

(defn checksum [path]
  {:path path :sha256 (subs (:out (sh/run ["sha256sum" "--zero" path])) 0 64)})

(defn pack
  "Packs files into a part, whose bytes depend on nothing but theirs."
  [to [name files]]
  (let [path (str to "/" name)]
    (sh/pipe ["tar" "--create" "--file=-" "--sort=name" "--mtime=@0" "--owner=0" "--group=0" "--numeric-owner"
              "--files-from=-"]
             ["gzip" "-n"]
             {:in (str/join "\n" (map :path files)) :out [:file path]})
    (assoc (checksum path) :name name :files (count files) :bytes (:size (fs/stat path)))))

(defn parts-of
  "Pairs of name and files: at most `n` parts, of about as many files each."
  [n files]
  (let [size (max 1 (quot (+ (count files) (dec n)) n))]
    (map-indexed (fn [i files] [(str "part-" (inc i) ".tar.gz") files]) (partition-all size files))))

(defn upload [url {:keys [name path] :as part}]
  (http/post (str url "/" name) (assoc flaky :file path))
  part)

(defn await-processed [url {:keys [name] :as part}]
  (poll {:delay "100ms" :factor 1.5 :timeout "1m"}
    (fn []
      (let [{:keys [state bytes]} (:body (http/get (str url "/" name) (assoc flaky :as :json)))]
        (when (= "processed" state)
          (assoc part :state state :received bytes))))))

(defn report [done parts]
  (doseq [{:keys [name files bytes]} parts]
    (println done name (str "(" files " files, " bytes " bytes)"))))

(defn release [from to server]
  (let [url (str server "/release")
        files (pmap-n 8 checksum (files-of from))
        _ (println "checksums of" (count files) "files")
        packed (pmap-n 2 (partial pack to) (parts-of 6 files))
        _ (report "packed" packed)
        uploaded (pmap-n 3 (partial upload url) packed)
        _ (report "uploaded" uploaded)
        processed (pmap-n 3 (partial await-processed url) uploaded)
        _ (report "processed" processed)
        manifest {:files files :parts (mapv #(dissoc % :path) processed)}]
    (fs/write (str to "/manifest.json") (str (json/write manifest :indent true) "\n"))
    (http/post (str url "/manifest.json") (assoc flaky :json manifest))
    (println "released:" (str to "/manifest.json"))))

(defn serve
  "Runs the server of this example until it is cancelled. After a crash it is started again and goes on with what it has on disk."
  [dir]
  (sh/run ["cargo" "run" "--quiet" "--release" "--package" "upload-server" "--" dir] {:out :inherit :err :inherit}))

(defn address-of
  "The address of a server, once it listens."
  [dir]
  (poll {:delay "100ms" :timeout "5m"}
    #(when (fs/exists? (str dir "/address"))
       (str/trim (fs/read (str dir "/address"))))))

(defn -main [& args]
  (let [{:strs [--from --to --server] :or {--to "target/release_pipeline"}} (apply hash-map args)
        dir (str --to "/server")]
    (fs/mkdir --to)
    (if --server
      (release --from --to --server)
      (do
        (fs/delete dir {:recursive true})
        (race (serve dir)
              (release --from --to (address-of dir)))))
    (println "look at the process: oxc -C examples/release_pipeline ps · inspect PID · logs PID")))
