(ns ox.core.reader
  "Readers and writers: text that comes and goes in parts, of which no more than one is in memory.

  A reader is a value of the process, made of cells: where its text comes from (a file, standard input, a string), the part that was
  read last, and how far it has been read. A part of a file is an activity, so a process that is resumed reads on where it was; a file
  that has changed since it was opened is an error. What has been read is dropped before the next part is asked for, so it is neither
  kept nor stored. A writer collects what is written and adds it to its file in parts."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.interface :refer :all]
            [ox.core.writer :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.function :refer :all]
            [ox.core.map :refer :all]
            [ox.core.string :refer :all]
            [ox.core.atom :refer :all]
            [ox.core.array :refer :all]
            [ox.core.print :refer :all]
            [ox.core.types :refer :all]
            [ox.core.protocol :refer :all]
            [ox.core.host :refer :all]
            [ox.core.effect :refer :all]))

(defnative ^:no-doc pieces "Returns the vector of the pieces of `s` between matches of `re`; a limit below 0 keeps all." [s re limit])

(def ^:private part-bytes "Bytes of a part of a file." 131072)
(def ^:private part-bytes-max "Bytes of a part of a file, of which a line is longer." 16777216)

(defn- instance-of "Returns true if `x` is an instance of a type." [type x] (and (instance-of-type? x) (= type (type-name x))))

;; ---------------------------------------------------------------------------------------------
;; Files: a path that is a value of a type of its own

(def ^:no-doc file-type (type* 'java.io.File [:path] true))

(defn ^:no-doc file? "Returns true if `x` is a `java.io.File`." [x] (instance-of file-type x))

(defn- without-end "A path without the slashes at its end." [path]
  (let [n (count path)]
    (if (and (< 1 n) (= \/ (nth path (dec n)))) (recur (subs path 0 (dec n))) path)))

(defn ^:no-doc file-new "Returns a `java.io.File`, of a path, or of a parent and what is below it."
  ([path] (if (file? path) path (instance* file-type [(without-end (path-of path))])))
  ([parent child]
   (let [child (path-of child)]
     (if (nil? parent)
       (file-new child)
       (let [parent (path-of parent)]
         (file-new (if (= "/" parent) (str parent child) (str parent "/" child))))))))

(defn ^:no-doc path-of "The path that a string or `java.io.File` names." [x]
  (cond
    (string? x) x
    (file? x) (field* x 0)
    (nil? x) (fail :ox/argument "a path is a string or a file, not nil" {:value nil})
    :else (fail :ox/argument (str "Cannot open <" (pr-str x) "> as a path: it is no string and no file") {:value x})))

(defn- file-stat [file] (activity* "ox.fs/stat" nil nil [(field* file 0)]))
(defn- of-kind? [file kind] (= kind (get (activity* "ox.fs/stat" nil nil [(str (field* file 0) "/.")]) :type)))
(defn- succeeds? "Whether an activity does not fail with what the system says." [f]
  (try (f) true (catch java.io.IOException _ false)))
(defn- last-slash [path] (let [parts (pieces path #"/" -1)] (- (count path) (count (peek parts)) 1)))
(defn- file-name [path] (subs path (inc (last-slash path))))
(defn- parent-path [path]
  (let [at (last-slash path)]
    (cond (neg? at) nil (= at 0) (if (= path "/") nil "/") :else (subs path 0 at))))
(defn- names-in [file] (when (of-kind? file :directory) (activity* "ox.fs/list" nil nil [(field* file 0) {}])))
(defn- absolute [path] (if (and (not= "" path) (= \/ (nth path 0))) path (activity* "ox.fs/absolute" nil nil [path])))

(extend-type file-type
  Object
  (toString [f] (field* f 0))
  (equals [f other] (and (file? other) (= (field* f 0) (field* other 0))))
  (hashCode [f] (hash (field* f 0)))
  (compareTo [f other] (compare (field* f 0) (path-of other)))
  (getName [f] (file-name (field* f 0)))
  (getPath [f] (field* f 0))
  (getParent [f] (parent-path (field* f 0)))
  (getParentFile [f] (when-some [path (parent-path (field* f 0))] (file-new path)))
  (getAbsolutePath [f] (absolute (field* f 0)))
  (getCanonicalPath [f] (absolute (field* f 0)))
  (getAbsoluteFile [f] (file-new (absolute (field* f 0))))
  (getCanonicalFile [f] (file-new (absolute (field* f 0))))
  (isAbsolute [f] (let [path (field* f 0)] (and (not= "" path) (= \/ (nth path 0)))))
  (exists [f] (some? (file-stat f)))
  (isDirectory [f] (of-kind? f :directory))
  (isFile [f] (and (some? (file-stat f)) (not (of-kind? f :directory))))
  (isHidden [f] (= \. (nth (file-name (field* f 0)) 0 nil)))
  (length [f] (get (file-stat f) :size 0))
  (lastModified [f] (if-some [found (file-stat f)] (inst-ms (get found :modified)) 0))
  (list [f] (names-in f))
  (listFiles [f] (when-some [names (names-in f)] (mapv (fn [name] (file-new f name)) names)))
  (mkdir [f] (and (nil? (file-stat f)) (succeeds? (fn [] (activity* "ox.fs/mkdir" nil nil [(field* f 0)])))))
  (mkdirs [f] (and (nil? (file-stat f)) (succeeds? (fn [] (activity* "ox.fs/mkdir" nil nil [(field* f 0)])))))
  (delete [f] (and (some? (file-stat f)) (succeeds? (fn [] (activity* "ox.fs/delete" nil nil [(field* f 0) {}])))))
  (deleteOnExit [f] nil)
  (createNewFile [f] (and (nil? (file-stat f)) (do (activity* "ox.fs/write" nil nil [(field* f 0) "" {}]) true)))
  (renameTo [f to] (succeeds? (fn [] (activity* "ox.fs/move" nil nil [(field* f 0) (path-of to)])))))

(defn file-seq
  "Returns the lazy sequence of a file and, if it is a directory, of all files and directories below it, each before what is in it."
  [dir]
  (let [walk (fn walk [f]
               (lazy-seq
                 (cons f (mapcat walk (map (fn [name] (file-new f name)) (names-in f))))))]
    (walk (file-new dir))))

;; ---------------------------------------------------------------------------------------------
;; Readers: the cells of one hold its source, a map, the text that was read last, the place in it up to which it was given out, and
;; the lines that begin there, if they were looked for, or nil

(defn ^:no-doc reader? "Returns true if `x` is a reader." [x] (instance-of reader-type x))

(defn- reader-of [source text]
  (instance* reader-type [(volatile! source) (volatile! text) (volatile! 0) (volatile! nil)]))

(defn ^:no-doc in-stream "Returns a reader of the text of a string." [s]
  (if (string? s) (reader-of {:end true} s) (fail :ox/type "expected a string" {:value s})))

(defn- source-of [reader]
  (let [source (deref (field* reader 0))]
    (if (:closed source) (fail :ox/io "Stream closed") source)))

(defn- left "The text of the last part that has not been given out." [reader]
  (let [text (deref (field* reader 1))
        at (deref (field* reader 2))]
    (if (= at 0) text (subs text at))))

(defn- put-text! [reader text lines]
  (vreset! (field* reader 1) text)
  (vreset! (field* reader 2) 0)
  (vreset! (field* reader 3) lines))

(defn- fill!
  "Reads the next part behind what is left of the last. Returns false at the end. Where another fiber has read it meanwhile it is
  true too."
  [reader bytes]
  (let [source (source-of reader)]
    (put-text! reader (left reader) nil)
    (cond
      (:end source) false
      ;; A last line without an end has been given out since: this is the end that was behind it.
      (:at-end source) (do (vreset! (field* reader 0) {:stdin true}) false)
      (:stdin source)
      (let [part (effect* :ox/read-part [:ox/stdin])]
        (if (nil? part)
          (do (when (not= "" (left reader))
                (vreset! (field* reader 0) {:stdin true :at-end true}))
              false)
          (do (put-text! reader (str* (left reader) part) nil) true)))
      :else
      (let [from (:from source)
            [text next end file] (activity* "ox.fs/read-part" nil nil [(:path source) from bytes (:file source)])]
        (when (= from (:from (source-of reader)))
          (vreset! (field* reader 0) (assoc source :from next :end end :file file))
          (put-text! reader (str* (left reader) text) nil))
        true))))

(defn ^:no-doc reader-new "Opens a file and returns a reader of its text." [path]
  (let [reader (reader-of {:path path :from 0} "")]
    (fill! reader part-bytes)
    reader))

(defn- find-lines!
  "Looks for the lines in what is left of the last part, of which the last is not known to be whole. Returns false if there is none else."
  [reader]
  (let [text (left reader)
        found (pieces text #"\r\n|\r|\n" -1)
        n (count text)
        ;; behind a return at the end there may come a newline
        whole (- (count found) (if (and (< 0 n) (= \return (nth text (dec n)))) 2 1))]
    (if (< 0 whole)
      (do (put-text! reader text (seq (subvec found 0 whole))) true)
      false)))

(defn ^:no-doc reader-line "Returns the next line of a reader without its end, nil at the end." [reader]
  (loop [bytes part-bytes]
    (let [lines (deref (field* reader 3))]
      (if (nil? lines)
        (cond
          (do (source-of reader) (find-lines! reader)) (recur bytes)
          (fill! reader bytes) (recur (min part-bytes-max (* 2 bytes)))
          :else
          (let [text (left reader)
                n (count text)]
            (put-text! reader "" nil)
            (cond
              (= n 0) nil
              (= \return (nth text (dec n))) (subs text 0 (dec n))
              :else text)))
        (let [line (first lines)
              text (deref (field* reader 1))
              at (field* reader 2)
              end (+ (deref at) (count line))]
          (vreset! at (if (and (= \return (nth text end)) (= \newline (nth text (inc end) nil))) (+ end 2) (inc end)))
          (vreset! (field* reader 3) (next lines))
          line)))))

(defn ^:no-doc reader-char "Returns the next character of a reader, nil at the end." [reader]
  (loop []
    (let [at (deref (field* reader 2))
          c (nth (deref (field* reader 1)) at nil)]
      (source-of reader)
      (cond
        (some? c) (do (vreset! (field* reader 2) (inc at))
                      (vreset! (field* reader 3) nil)
                      c)
        (fill! reader part-bytes) (recur)
        :else nil))))

(defn ^:no-doc reader-unread! "Gives text back to a reader, which is read next. Returns nil." [reader text]
  (source-of reader)
  (put-text! reader (str* text (left reader)) nil)
  nil)

(defn ^:no-doc reader-part "Returns the rest of the part of a reader that is in memory, or the next one; nil at the end." [reader]
  (loop []
    (source-of reader)
    (let [text (left reader)]
      (cond
        (not= "" text) (do (put-text! reader "" nil) text)
        (fill! reader part-bytes) (recur)
        :else nil))))

(defn- reader-rest "All that is left of a reader, a string." [reader]
  (if (and (:stdin (source-of reader)) (not (:at-end (source-of reader))))
    (let [text (left reader)]
      (put-text! reader "" nil)
      (str* text (effect* :ox/read-all [:ox/stdin])))
    (loop [parts []]
      (let [part (reader-part reader)]
        (if (nil? part)
          (join-strings "" parts)
          (recur (conj parts part)))))))

(defn ^:no-doc reader-value
  "Reads one value from a reader: `parse` takes a text and returns the value and where it ends, or nil if there is none in it. What
  it throws counts if the end of the text that it was given is far behind the place of the error, or is that of the reader. Returns
  a vector of the value, nil at the end. Nothing is taken from the reader if it throws."
  [reader parse]
  (loop [size 4096 end? false]
    (source-of reader)
    (let [text (deref (field* reader 1))
          at (deref (field* reader 2))
          n (count text)
          all? (<= (- n at) size)
          window (subs text at (if all? n (+ at size)))
          last? (and all? end?)
          found (try (parse window) (catch :ox/parse e e))]
      (cond
        (and (vector? found) (or last? (< (nth found 1) (count window))))
        (do (vreset! (field* reader 2) (+ at (nth found 1)))
            (vreset! (field* reader 3) nil)
            [(nth found 0)])
        (and (error? found)
             (or last?
                 (and (< (+ 1000 (get (error-data found) :offset (count window))) (count window))
                      (nil? (re-find-from #"^EOF |ends inside" (error-message found) 0)))))
        (throw found)
        last? nil
        all? (recur (* 2 size) (not (fill! reader (min part-bytes-max (max part-bytes size)))))
        :else (recur (* 2 size) end?)))))

;; What an item is, is up to its format: one record of a CSV file, one value of JSON.
(defn ^:no-doc reader-item
  "Reads one item from a reader: `parse` takes a text, the place in it where to begin, and whether that is all that is left of the reader; it
  returns the item and where it ends, or nil if the item does not end there. Returns what `parse` does. Nothing is taken from the reader
  if it throws."
  [reader parse]
  (loop [end? false bytes part-bytes]
    (source-of reader)
    (let [found (parse (deref (field* reader 1)) (deref (field* reader 2)) end?)]
      (cond
        (some? found)
        (do (vreset! (field* reader 2) (nth found 1))
            (vreset! (field* reader 3) nil)
            found)
        end? nil
        :else (recur (not (fill! reader bytes)) (min part-bytes-max (* 2 bytes)))))))

(defn- reader-close! "Reads no more from a reader; of standard input others may. Returns nil." [reader]
  (when-not (:stdin (deref (field* reader 0)))
    (vreset! (field* reader 0) {:closed true})
    (put-text! reader "" nil))
  nil)

(defn- read-number "The number of a character, -1 for the end." [c] (if (nil? c) -1 (long c)))

(extend-type reader-type
  Object
  (readLine [r] (reader-line r))
  (read
    ([r] (read-number (reader-char r)))
    ([r array] (read-into r array 0 (count array)))
    ([r array from n] (read-into r array from n)))
  (unread [r x] (reader-unread! r (cond (int? x) (str (char x)) (char? x) (str x) :else (join-strings "" (map str (seq x))))))
  (ready [r] (or (not= "" (left r)) (not (:end (source-of r)))))
  (skip [r n] (loop [i 0] (if (and (< i n) (some? (reader-char r))) (recur (inc i)) i)))
  (lines [r] (line-seq r))
  (close [r] (reader-close! r)))

(defn- read-into "Reads at most `n` characters into an array of them, those that are there. Returns how many, -1 at the end." [reader array from n]
  (let [part (if (= n 0) "" (reader-part reader))]
    (if (nil? part)
      -1
      (let [taken (min n (count part))]
        (when (< taken (count part))
          (reader-unread! reader (subs part taken)))
        (loop [i 0]
          (when (< i taken)
            (aset array (+ from i) (nth part i))
            (recur (inc i))))
        taken))))

(defn ^:no-doc the-reader "The reader that a value is, or stands for." [x]
  (cond
    (reader? x) x
    (= x :ox/stdin) standard-input
    :else (fail :ox/type (str "expected a reader, got " (pr-str x)) {:value x :expected "a reader"})))

(defn read-line "Reads a line from `*in*`, without its end; nil at the end. After a crash the rest of a pipe is an `:ox/stdin-lost` error." []
  (reader-line (the-reader *in*)))

(defn line-seq
  "Returns the lazy sequence of the lines of a reader, such as `*in*`, `(ox.fs/reader path)` or `(clojure.java.io/reader path)`; nil if there are none.
  Of a file no more than a part is in memory."
  [rdr]
  (let [line (reader-line (the-reader rdr))]
    (when (some? line)
      (cons line (lazy-seq (line-seq rdr))))))

(defn read
  "Reads the next form from a reader, `*in*`: data, nothing is evaluated. At the end `eof-value`, or an `:ox/parse` error if
  `eof-error?`; with options the value of `:eof`."
  ([] (read *in*))
  ([stream] (read stream true nil))
  ([opts stream]
   (let [eof (get opts :eof :eofthrow)]
     (if (= eof :eofthrow) (read stream true nil) (read stream false eof))))
  ([stream eof-error? eof-value] (read stream eof-error? eof-value false))
  ([stream eof-error? eof-value recursive?]
   (let [found (reader-value (the-reader stream) next-form)]
     (cond
       (some? found) (nth found 0)
       eof-error? (fail :ox/parse "EOF while reading")
       :else eof-value))))

;; ---------------------------------------------------------------------------------------------
;; Writers: one cell with a map that says what writing does, and what is not yet in the file

(def ^:no-doc writer-type (type* 'java.io.BufferedWriter [:state]))

(defn ^:no-doc writer? "Returns true if `x` is a writer of a file." [x] (instance-of writer-type x))

(defn- flush-cell! [cell]
  (let [state (deref cell)]
    (when (seq (::parts state))
      (vreset! cell (assoc state ::parts [] ::size 0))
      (activity* "ox.fs/write" nil nil [(::path state) (join-strings "" (::parts state)) {:append true}]))
    nil))

(defn- put-part! [cell text]
  (let [state (deref cell)
        size (+ (::size state) (count text))]
    (when (::closed state)
      (fail :ox/io "Stream closed" {:path (::path state)}))
    (vreset! cell (assoc state ::parts (conj (::parts state) text) ::size size))
    (when (< part-bytes size)
      (flush-cell! cell))))

(defn ^:no-doc writer-new "Opens a file, which is emptied unless `append?` is true, and returns a writer." [path append?]
  (activity* "ox.fs/write" nil nil [path "" (if append? {:append true} {})])
  (instance* writer-type [(volatile! {:ox.core.writer/write put-part! ::path path ::parts [] ::size 0})]))

(defn- open-cell "The cell of a writer that is open." [writer]
  (let [cell (field* writer 0)]
    (when (::closed (deref cell))
      (fail :ox/io "Stream closed" {:path (::path (deref cell))}))
    cell))

(defn- writer-close! "Writes what is left, and no more. Returns nil." [writer]
  (let [cell (field* writer 0)]
    (flush-cell! cell)
    (vreset! cell (assoc (deref cell) ::closed true))
    nil))

(defn- written "The text that `.write` of a value writes: of a number the character that it is." [x]
  (cond
    (int? x) (str (char x))
    (string? x) x
    (nil? x) (fail :ox/type "nil cannot be written" {:value nil})
    (or (vector? x) (array? x)) (join-strings "" (map str (seq x)))
    :else (str x)))

(defn- appended [x] (if (nil? x) "null" (str x)))

(extend-type writer-type
  Object
  (write
    ([w x] (write w (written x)))
    ([w x from n] (write w (subs (written x) from (+ from n)))))
  (append
    ([w x] (do (write w (appended x)) w))
    ([w x from to] (do (write w (subs (appended x) from to)) w)))
  (newLine [w] (write w "\n"))
  (flush [w] (flush-cell! (open-cell w)))
  (close [w] (writer-close! w)))

(defn flush "Waits until all that was written to `*out*` has left." []
  (cond
    (writer? *out*) (flush-cell! (open-cell *out*))
    (keyword? *out*) (effect* :ox/flush []))
  nil)

;; ---------------------------------------------------------------------------------------------
;; Whole texts

(defn ^:no-doc check-encoding "Throws what an encoding that text cannot have throws." [encoding]
  (when (and (some? encoding) (nil? (re-find-from #"(?i)^(utf-?8|us-ascii|ascii)$" (str encoding) 0)))
    (fail :ox/io (str "the encoding " encoding " is not there: text is UTF-8; bytes are read by (ox.fs/read path {:as :bytes})") {:encoding encoding})))

(defn- url? [x] (and (string? x) (some? (re-find-from #"(?i)^https?://" x 0))))

(defn slurp "Returns the text of a file, of what a URL names, or of what is left of a reader, such as `*in*`, which is closed then." [f & opts]
  (check-encoding (get (seq-to-map-for-destructuring opts) :encoding))
  (cond
    (reader? f) (let [text (reader-rest f)] (reader-close! f) text)
    (= f :ox/stdin) (reader-rest standard-input)
    (url? f) (get (activity* "ox.http/request" nil nil [{:url f}]) :body)
    :else (activity* "ox.fs/read" nil nil [(path-of f)])))

(defn spit "Writes `(str content)` to a file, at its end with `:append true`, or to a writer, which is closed then. Returns nil." [f content & opts]
  (let [opts (seq-to-map-for-destructuring opts)]
    (check-encoding (get opts :encoding))
    (if (writer? f)
      (do (write f (str content)) (writer-close! f))
      (activity* "ox.fs/write" nil nil [(path-of f) (str content) (if (get opts :append) {:append true} {})]))
    nil))
