(ns ox.csv
  "Comma-separated values, as `clojure.data.csv` reads and writes them; that is another name of this namespace.

  A cell is text up to a separator or the end of the line, or text in quotes, in which a quote is written twice. What is
  read is a string, a reader, or a sequence of lines, such as `line-seq` returns, of which no more is taken than is asked for."
  (:require [ox.core.writer :as out]
            [ox.string :as string]))

(defn- csv-error [message]
  (throw (ex-info (str "CSV error (" message ")") {:ox/kind :ox/parse})))

(defn- char-at "The character at a place of a string, nil behind its end." [s i] (nth s i nil))

(defn- behind-cell
  "What follows a cell that ends at `i`: `[:cell place]` for a separator, `[:record place]` for the end of a line, `[:end place]` for that of
  the text; nil for anything else. Where a text that is not the last, `end?`, ends too soon to say it is `[:more place]`."
  [s i separator end?]
  (let [c (char-at s i)]
    (cond
      (nil? c) [(if end? :end :more) i]
      (= c separator) [:cell (inc i)]
      (= c \newline) [:record (inc i)]
      (= c \return)
      (let [after (char-at s (inc i))]
        (cond
          (= after \newline) [:record (+ i 2)]
          (or end? (some? after)) [:record (inc i)]
          :else [:more i]))
      :else nil)))

(defn- plain-cell "The cell that begins at a place, with what follows it." [s from separator end?]
  (loop [i from]
    (let [behind (behind-cell s i separator end?)]
      (if (nil? behind)
        (recur (inc i))
        [(subs s from i) behind]))))

(defn- quoted-cell "As `plain-cell`, of a cell whose opening quote is before `from`; nil if its closing quote is missing."
  [s from separator quote end?]
  (loop [from from parts []]
    (let [i (string/index-of s quote from)]
      (when (some? i)
        (let [parts (conj parts (subs s from i))
              after (char-at s (inc i))]
          (if (= after quote)
            (recur (+ i 2) (conj parts quote))
            (let [behind (behind-cell s (inc i) separator end?)]
              (if (nil? behind)
                (csv-error (str "unexpected character: " after))
                [(string/join parts) behind]))))))))

(defn- read-record
  "The cells of the record that begins at a place, and what follows: `:record` or `:end`, and where; nil if the text ends within quotes or, if
  it is not the last, before the end of the record."
  [s from separator quote end?]
  (loop [cells [] from from]
    (let [cell (if (= quote (char-at s from))
                 (quoted-cell s (inc from) separator quote end?)
                 (plain-cell s from separator end?))]
      (when (some? cell)
        (let [[text [what place]] cell
              cells (conj cells text)]
          (cond
            (= what :cell) (recur cells place)
            (= what :more) nil
            :else [cells what place]))))))

(defn- records-of-string [s from separator quote]
  (lazy-seq
    (let [found (read-record s from separator quote true)]
      (if (nil? found)
        (csv-error "unexpected end of file")
        (let [[cells what place] found]
          (cond
            (= what :record) (cons cells (records-of-string s place separator quote))
            (= cells [""]) nil
            :else (list cells)))))))

(defn- records-of-reader "The records of a reader, from which each is taken when it is asked for." [reader separator quote]
  (lazy-seq
    (let [parse (fn [s from end?]
                  (let [found (read-record s from separator quote end?)]
                    (cond
                      (some? found) [found (nth found 2)]
                      end? (csv-error "unexpected end of file")
                      :else nil)))
          [[cells what]] (reader-item reader parse)]
      (cond
        (= what :record) (cons cells (records-of-reader reader separator quote))
        (= cells [""]) nil
        :else (list cells)))))

(defn- records-of-lines
  "The records of lines. One that ends within quotes goes on in the next: `open` are the lines of the record that have been taken."
  [lines open separator quote]
  (lazy-seq
    (let [lines (seq lines)]
      (if (nil? lines)
        (when (seq open)
          (csv-error "unexpected end of file"))
        (let [taken (conj open (first lines))
              found (read-record (string/join "\n" taken) 0 separator quote true)]
          (if (nil? found)
            (records-of-lines (rest lines) taken separator quote)
            (cons (nth found 0) (records-of-lines (rest lines) [] separator quote))))))))

(defn read-csv
  "Returns the lazy sequence of the records of `input`, a string, a reader or a sequence of lines: vectors of strings. Options: `:separator` (`\\,`), `:quote`
  (`\\\"`). `:ox/parse` for what stands behind a closing quote, and for a text that ends within quotes."
  [input & {:keys [separator quote] :or {separator \, quote \"}}]
  (cond
    (string? input) (records-of-string input 0 separator quote)
    (or (reader? input) (= input :ox/stdin)) (records-of-reader (the-reader input) separator quote)
    :else (records-of-lines input [] separator quote)))

(defn- cell-text [value quote quote?]
  (let [text (str value)]
    (if (quote? text)
      (str quote (string/replace text (str quote) (str quote quote)) quote)
      text)))

(defn write-csv
  "Writes records, sequences of values, to a writer or a stream such as `*out*`, each value as `str` writes it. Options: `:separator` (`\\,`), `:quote` (`\\\"`),
  `:quote?`, which says of a text whether it goes into quotes (if it has a separator, a quote or an end of line in it), `:newline`, `:lf` or
  `:cr+lf`. Returns nil."
  [stream data & {:keys [separator quote quote? newline] :or {separator \, quote \" newline :lf}}]
  (let [special #{separator quote \return \newline}
        quote? (or quote? (fn [text] (some special text)))
        end (get {:lf "\n" :cr+lf "\r\n"} newline "")]
    (run! (fn [record]
            (out/write stream (str (string/join separator (map (fn [value] (cell-text value quote quote?)) record)) end)))
          data)))
