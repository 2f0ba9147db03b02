(ns ox.io
  "Readers, writers and files, as `clojure.java.io` has them; that is another name of this namespace.

  What is opened is named by a string, a path or a URL, or by a file. Text is UTF-8."
  (:refer-clojure :exclude [read]))

(def ^:private option-names #{:encoding :append :buffer-size})

(defn- checked "Options as a map, of which all are known." [options]
  (let [options (apply hash-map options)]
    (check-encoding (:encoding options))
    (run! (fn [name]
            (when-not (contains? option-names name)
              (throw (ex-info (str "unknown option " name ", expected :encoding, :append or :buffer-size") {:ox/kind :ox/argument :option name}))))
          (keys options))
    options))

(defn reader
  "Opens what `x` names and returns a reader of its text, for `line-seq`, `slurp`, `read` and `.readLine`; a reader is its own. Of a file a part
  is in memory; a process that is resumed reads on where it was, and that the file has changed since is an error."
  [x & options]
  (checked options)
  (cond
    (reader? x) x
    (= x :ox/stdin) *in*
    :else (reader-new (path-of x))))

(defn writer
  "Opens a file and returns a writer, for `.write` and as `*out*`; with `:append true` it is not emptied before. What is written is added
  to the file in parts, the last by `.close`. A writer is its own, and so is what collects text."
  [x & options]
  (let [{:keys [append]} (checked options)]
    (if (or (string? x) (file? x))
      (writer-new (path-of x) (boolean append))
      (if (or (writer? x) (builder? x) (volatile? x) (= x :ox/stdout) (= x :ox/stderr))
        x
        (path-of x)))))

(defn input-stream "As `reader`: what is read is text." [x & options] (apply reader x options))
(defn output-stream "As `writer`: what is written is text." [x & options] (apply writer x options))

(defn as-file "Returns the file that a path names; nil for nil." [x] (if (nil? x) nil (file-new x)))

(defn as-relative-path "Returns the path of a file as a string. An absolute one is an `:ox/argument` error." [x]
  (let [f (as-file x)]
    (if (host-call f :isAbsolute)
      (throw (ex-info (str f " is not a relative path") {:ox/kind :ox/argument :path (str f)}))
      (path-of f))))

(defn file "Returns a file, of a path, or of paths of which each is below the one before."
  ([arg] (as-file arg))
  ([parent child] (file-new (as-file parent) (as-relative-path child)))
  ([parent child & more] (reduce file (file parent child) more)))

(defn delete-file "Deletes a file. That it fails is an `:ox/io` error, unless `silently` is given, which is returned then. Returns true."
  ([f] (delete-file f false))
  ([f silently]
   (or (host-call (file f) :delete)
       silently
       (throw (ex-info (str "Couldn't delete " (path-of f)) {:ox/kind :ox/io :path (path-of f)})))))

(defn make-parents "Makes the directories above the file that `file` makes of the arguments. Returns true if some were missing." [f & more]
  (if-some [parent (host-call (apply file f more) :getParentFile)]
    (host-call parent :mkdirs)
    nil))

(defn copy
  "Writes what is left of a reader, the text of a file, or a string, to a writer or a file. Returns nil."
  [input output & options]
  (checked options)
  (cond
    (and (file? input) (file? output)) (activity* "ox.fs/copy" nil nil [(path-of input) (path-of output)])
    (file? output) (let [w (writer output)] (copy input w) (host-call w :close))
    (file? input) (let [r (reader input)] (copy r output) (host-call r :close))
    (string? output) (throw (ex-info "what is copied goes to a writer or a file: (io/file path)" {:ox/kind :ox/argument :value output}))
    (string? input) (write output input)
    (reader? input)
    (loop []
      (when-some [part (reader-part input)]
        (write output part)
        (recur)))
    :else (throw (ex-info (str "Cannot copy from " (pr-str input)) {:ox/kind :ox/argument :value input})))
  nil)
