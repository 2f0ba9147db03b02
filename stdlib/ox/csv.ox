(ns ox.csv
  "Comma-separated values, as `clojure.data.csv` reads and writes them; that is another name of this namespace.

  A cell is text up to a separator or the end of the line, or text in quotes, in which a quote is written twice. What is
  read is a string, or a sequence of lines, such as `line-seq` returns, of which no more is taken than is asked for."
  (:require [ox.core.writer :as out]
            [ox.string :as string]))

(defn- csv-error [message]
  (throw (ex-info (str "CSV error (" message ")") {:ox/kind :ox/parse})))

(defn- char-at "The character at a place of a string, nil behind its end." [s i] (nth s i nil))

(defn- behind-cell
  "What follows a cell that ends at `i`: `[:cell place]` for a separator, `[:record place]` for the end of a line, `[:end place]` for that of
  the text; nil for anything else."
  [s i separator]
  (let [c (char-at s i)]
    (cond
      (nil? c) [:end i]
      (= c separator) [:cell (inc i)]
      (= c \newline) [:record (inc i)]
      (= c \return) [:record (if (= \newline (char-at s (inc i))) (+ i 2) (inc i))]
      :else nil)))

(defn- plain-cell "The cell that begins at a place, with what follows it." [s from separator]
  (loop [i from]
    (let [behind (behind-cell s i separator)]
      (if (nil? behind)
        (recur (inc i))
        [(subs s from i) behind]))))

(defn- quoted-cell "As `plain-cell`, of a cell whose opening quote is before `from`; nil if its closing quote is missing." [s from separator quote]
  (loop [from from parts []]
    (let [i (string/index-of s quote from)]
      (when (some? i)
        (let [parts (conj parts (subs s from i))
              after (char-at s (inc i))]
          (if (= after quote)
            (recur (+ i 2) (conj parts quote))
            (let [behind (behind-cell s (inc i) separator)]
              (if (nil? behind)
                (csv-error (str "unexpected character: " after))
                [(string/join parts) behind]))))))))

(defn- read-record
  "The cells of the record that begins at a place, and what follows: `:record` or `:end`, and where; nil if the text ends within quotes."
  [s from separator quote]
  (loop [cells [] from from]
    (let [cell (if (= quote (char-at s from))
                 (quoted-cell s (inc from) separator quote)
                 (plain-cell s from separator))]
      (when (some? cell)
        (let [[text [what place]] cell
              cells (conj cells text)]
          (if (= what :cell)
            (recur cells place)
            [cells what place]))))))

(defn- records-of-string [s from separator quote]
  (lazy-seq
    (let [found (read-record s from separator quote)]
      (if (nil? found)
        (csv-error "unexpected end of file")
        (let [[cells what place] found]
          (cond
            (= what :record) (cons cells (records-of-string s place separator quote))
            (= cells [""]) nil
            :else (list cells)))))))

(defn- records-of-lines
  "The records of lines. One that ends within quotes goes on in the next: `open` are the lines of the record that have been taken."
  [lines open separator quote]
  (lazy-seq
    (let [lines (seq lines)]
      (if (nil? lines)
        (when (seq open)
          (csv-error "unexpected end of file"))
        (let [taken (conj open (first lines))
              found (read-record (string/join "\n" taken) 0 separator quote)]
          (if (nil? found)
            (records-of-lines (rest lines) taken separator quote)
            (cons (nth found 0) (records-of-lines (rest lines) [] separator quote))))))))

(defn read-csv
  "Returns the lazy sequence of the records of `input`, a string or a sequence of lines: vectors of strings. Options: `:separator` (`\\,`), `:quote`
  (`\\\"`). `:ox/parse` for what stands behind a closing quote, and for a text that ends within quotes."
  [input & {:keys [separator quote] :or {separator \, quote \"}}]
  (if (string? input)
    (records-of-string input 0 separator quote)
    (records-of-lines input [] separator quote)))

(defn- cell-text [value quote quote?]
  (let [text (str value)]
    (if (quote? text)
      (str quote (string/replace text (str quote) (str quote quote)) quote)
      text)))

(defn write-csv
  "Writes records, sequences of values, to a stream such as `*out*`, each value as `str` writes it. Options: `:separator` (`\\,`), `:quote` (`\\\"`),
  `:quote?`, which says of a text whether it goes into quotes (if it has a separator, a quote or an end of line in it), `:newline`, `:lf` or
  `:cr+lf`. Returns nil."
  [stream data & {:keys [separator quote quote? newline] :or {separator \, quote \" newline :lf}}]
  (let [special #{separator quote \return \newline}
        quote? (or quote? (fn [text] (some special text)))
        end (get {:lf "\n" :cr+lf "\r\n"} newline "")]
    (run! (fn [record]
            (out/write stream (str (string/join separator (map (fn [value] (cell-text value quote quote?)) record)) end)))
          data)))
