(ns ox.fs
  "Files, as activities. Paths are strings; relative ones start at the directory of the run. A failure is an `:ox/activity`
  error with `:reason :exit` and `:os` (`:not-found :exists :permission :not-directory …`).")

(defn read "Returns the contents of a file: text, or with `{:as :bytes}` a byte string. Text that is no UTF-8 is an error."
  ([path] (read path {}))
  ([path opts] (activity* "ox.fs/read" nil nil [path opts])))

(defn write
  "Writes text or bytes to a file, whole or not at all; with `{:append true}` at its end. Returns nil."
  ([path content] (write path content {}))
  ([path content opts] (activity* "ox.fs/write" nil nil [path content opts])))

(defn secret
  "As `ox.env/secret`, for the text of a file, without the end of its last line. A relative path starts at the directory of the run."
  [path]
  (secret* "file" path))

(defn list "Returns the sorted vector of the names in a directory; with `{:recursive true}` of the paths, from it, of all files below."
  ([path] (list path {}))
  ([path opts] (activity* "ox.fs/list" nil nil [path opts])))

(defn stat "Returns `{:type :file :size 10 :modified #inst \"…\" :mode 420}` (types `:file :directory :link :other`), nil if there is nothing." [path]
  (activity* "ox.fs/stat" nil nil [path]))

(defn exists? "Returns true if there is something at `path`." [path] (some? (stat path)))
(defn copy "Copies a file. Returns nil." [from to] (activity* "ox.fs/copy" nil nil [from to]))
(defn move "Moves a file or directory; what is at `to` is replaced. Returns nil." [from to] (activity* "ox.fs/move" nil nil [from to]))
(defn delete "Deletes a file or empty directory; with `{:recursive true}` a directory and all in it. Nothing there is no error. Returns nil."
  ([path] (delete path {}))
  ([path opts] (activity* "ox.fs/delete" nil nil [path opts])))
(defn mkdir "Makes a directory and those above it that are missing. Returns nil." [path] (activity* "ox.fs/mkdir" nil nil [path]))
(defn temp "Makes a new directory for temporary files, or with `{:file true}` a file; `:prefix` is the start of its name. Returns the path."
  ([] (temp {}))
  ([opts] (activity* "ox.fs/temp" nil nil [opts])))

(defn reader
  "Opens a file and returns a reader of its text, of which a part is in memory: for `line-seq`, `slurp`, `read`, as `*in*`, and with `.readLine`, `.read`
  and `.close`. A process that is resumed reads on where it was; that the file has changed since it was opened is an error."
  [path]
  (reader-new (path-of path)))

(defn writer
  "Opens a file and returns a writer, for `.write` and as `*out*`; the file is emptied before, unless `:append` is true. What is written is added to
  it in parts, the last by `.close`."
  ([path] (writer path {}))
  ([path opts] (writer-new (path-of path) (boolean (:append opts)))))
