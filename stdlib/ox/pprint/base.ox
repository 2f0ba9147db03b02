(ns ox.pprint.base
  "Printing values over several lines: the writer, the dispatch functions, and what calls them.

  Text goes through a *pretty writer*, a stream that knows its column. From the first conditional newline on it keeps what it
  is given as tokens, and writes them when they no longer fit on the line: then it is known which newlines have to be there.
  What is between a newline and the next one of an outer block is its section; a linear newline breaks if its section does not
  fit, a fill newline if what comes before the next newline of its own block does not.

  The writer is a volatile with a map: `:base` the stream beneath, `:column` where that stands, `:margin` and `:miser`, `:block` the
  innermost open block, `:tokens` and the place `:at` behind them in the text, `:keeps?` whether tokens are kept, and `:blank`, white
  space that is only written if something follows on the line."
  (:refer-clojure :exclude [write])
  (:require [ox.core.writer :as out]
            [ox.string :as string]))

(def ^:dynamic *print-pretty* "Whether `write` breaks lines." true)
(def ^:dynamic *print-right-margin* "The column that lines do not reach if that can be; nil: there is none." 72)
(def ^:dynamic *print-miser-width* "How near to the right margin a block begins in which newlines are broken to save room; nil: none does." 40)
(def ^:dynamic *print-suppress-namespaces* "Whether symbols are printed without their namespaces." nil)
(def ^:dynamic *print-radix* "Whether integers and ratios are printed with a prefix that tells their base." nil)
(def ^:dynamic *print-base* "The base in which integers and ratios are printed." 10)
(def ^:dynamic ^:no-doc *level* "How many blocks are open." 0)
(def ^:dynamic ^:no-doc *written* "How many values of the innermost block have been written." nil)

;; ---------------------------------------------------------------------------------------------
;; The writer

(defn- put! [w k v] (vreset! w (assoc (deref w) k v)))

(defn- emit "Writes text to the stream beneath." [w text]
  (let [state (deref w)
        line (string/last-index-of text "\n")]
    (vreset! w (assoc state :column (if (nil? line)
                                      (+ (:column state) (count text))
                                      (- (count text) line 1))))
    (out/write (:base state) text)))

(defn- emit-blank [w]
  (let [blank (:blank (deref w))]
    (when blank
      (put! w :blank nil)
      (emit w blank))))

(defn- width [tokens]
  (if (= 0 (count tokens))
    0
    (- (:to (peek tokens)) (:from (nth tokens 0)))))

(defn- fits? [w tokens]
  (let [{:keys [margin column]} (deref w)]
    (or (nil? margin)
        (< (+ column (width tokens)) margin))))

;; What changes of a block is in its cell: the columns where it starts and to which its lines are indented, whether a newline of
;; it has been broken (`:broken?`), and whether one within it has since its last own (`:within?`).

(defn- new-block [parent prefix line-prefix suffix]
  {:parent parent :prefix prefix :line-prefix line-prefix :suffix suffix
   :cell (volatile! {:start 0 :indent 0 :broken? false :within? false})})

(defn- set-in-block! [block k v]
  (let [cell (:cell block)]
    (vreset! cell (assoc (deref cell) k v))))

(defn- of-block [block k] (get (deref (:cell block)) k))

(defn- begin-here! [w block]
  (let [column (:column (deref w))]
    (set-in-block! block :start column)
    (set-in-block! block :indent column)))

(defn- indent-here! [w block relative-to n]
  (set-in-block! block :indent (+ n (if (= relative-to :block) (of-block block :start) (:column (deref w))))))

(defn- break-line! [w block]
  (put! w :blank nil)
  (emit w "\n")
  (let [prefix (or (:line-prefix block) "")]
    (emit w (str prefix (string/join (repeat (- (of-block block :indent) (count prefix)) \space)))))
  (set-in-block! block :broken? true)
  (set-in-block! block :within? false)
  (loop [outer (:parent block)]
    (when outer
      (set-in-block! outer :broken? true)
      (set-in-block! outer :within? true)
      (recur (:parent outer)))))

(defn- emit-token [w token]
  (let [block (:block token)]
    (when (not (= :newline (:kind token)))
      (emit-blank w))
    (case (:kind token)
      :text (emit w (:text token))
      :start (do (when (:prefix block) (emit w (:prefix block)))
                 (begin-here! w block))
      :end (when (:suffix block) (emit w (:suffix block)))
      :indent (indent-here! w block (:relative-to token) (:offset token))
      ;; a newline that was passed over without being asked
      :newline (if (or (= :mandatory (:type token))
                       (and (not (= :fill (:type token))) (of-block block :broken?)))
                 (break-line! w block)
                 (emit-blank w)))
    (put! w :blank (:blank token))))

(defn- emit-tokens [w tokens]
  (run! (fn [token] (emit-token w token)) tokens))

(defn- outer-block? "Whether `block` is around `inner`, or the same if `self?`." [block inner self?]
  (loop [b (if self? inner (:parent inner))]
    (cond
      (nil? b) false
      (identical? (:cell b) (:cell block)) true
      :else (recur (:parent b)))))

(defn- section-end
  "Where the section of the newline that `tokens` begin with ends: at the next newline of a block around its own, or of its own
  if `self?`."
  [tokens self?]
  (let [own (:block (nth tokens 0))]
    (loop [i 1]
      (if (and (< i (count tokens))
               (let [token (nth tokens i)]
                 (not (and (= :newline (:kind token)) (outer-block? (:block token) own self?)))))
        (recur (inc i))
        i))))

(defn- breaks? "Whether the newline that `tokens` begin with is to be broken." [w tokens]
  (let [{:keys [type block]} (nth tokens 0)
        {:keys [margin miser]} (deref w)
        fit? (fn [self?] (fits? w (subvec tokens 1 (section-end tokens self?))))
        linear? (fn [] (or (of-block block :broken?) (not (fit? false))))
        miser? (fn []
                 (and miser margin
                      (>= (of-block block :start) (- margin miser))
                      (linear?)))]
    (case type
      :mandatory true
      :linear (linear?)
      :miser (miser?)
      :fill (or (of-block block :within?) (not (fit? true)) (miser?)))))

(defn- first-newline [tokens]
  (loop [i 0]
    (if (and (< i (count tokens)) (not (= :newline (:kind (nth tokens i)))))
      (recur (inc i))
      i)))

(defn- emit-some
  "Writes tokens that do not fit on the line up to the first newline, decides that one, and goes on into its section if the rest
  does not fit yet. Returns the tokens that are left."
  [w tokens]
  (let [i (first-newline tokens)
        behind (subvec tokens i)]
    (emit-tokens w (subvec tokens 0 i))
    (if (= 0 (count behind))
      behind
      (let [break? (breaks? w behind)
            _ (when break? (break-line! w (:block (nth behind 0))))
            left (if break? (subvec behind 1) behind)]
        (if (fits? w left)
          left
          (let [end (section-end behind false)
                section (subvec behind 1 end)
                outside (subvec behind end)
                inside (emit-some w section)]
            (if (= (count inside) (count section))
              (do (emit-tokens w section)
                  outside)
              (into inside outside))))))))

(defn- emit-until-it-fits [w]
  (loop [tokens (:tokens (deref w))]
    (put! w :tokens tokens)
    (when (and (not (= 0 (count tokens))) (not (fits? w tokens)))
      (recur (emit-some w tokens)))))

(defn- keep-token [w token width]
  (let [{:keys [tokens at]} (deref w)
        token (assoc token :from at :to (+ at width))]
    (vreset! w (assoc (deref w) :at (+ at width) :tokens (conj tokens token)))
    (when (not (fits? w (:tokens (deref w))))
      (emit-until-it-fits w))))

(defn- flush-tokens [w]
  (when (:keeps? (deref w))
    (emit-tokens w (:tokens (deref w)))
    (put! w :tokens []))
  (emit-blank w))

(defn- split-blank "The text without the white space at its end, and that." [text]
  (loop [n (count text)]
    (if (and (< 0 n) (contains? #{\space \tab \formfeed \return \u000b} (nth text (dec n))))
      (recur (dec n))
      [(subs text 0 n) (subs text n)])))

(defn- write-text "What the stream does with text: its lines but the last leave at once, as they are." [w text]
  (let [lines (string/split text #"\n" -1)
        line (peek lines)]
    (when (< 1 (count lines))
      (if (:keeps? (deref w))
        (do (keep-token w {:kind :text :text (nth lines 0)} (count (nth lines 0)))
            (emit-until-it-fits w)
            (flush-tokens w))
        (do (emit-blank w)
            (emit w (nth lines 0))))
      (emit w "\n")
      (run! (fn [middle] (emit w (str middle "\n"))) (subvec lines 1 (dec (count lines)))))
    (let [[text blank] (split-blank line)]
      (if (:keeps? (deref w))
        (keep-token w {:kind :text :text text :blank blank} (count line))
        (do (emit-blank w)
            (emit w text)
            (put! w :blank blank))))))

(defn ^:no-doc pretty-writer? [stream]
  (and (volatile? stream)
       (map? (deref stream))
       (contains? (deref stream) :margin)))

(defn get-pretty-writer "Returns a pretty writer over the stream, which may be one already." [stream]
  (if (pretty-writer? stream)
    stream
    (volatile! {:ox.core.writer/write write-text
                :base stream :column 0 :margin *print-right-margin* :miser *print-miser-width*
                :block (new-block nil nil nil nil) :tokens [] :at 0 :keeps? false :blank nil})))

(defn ^:no-doc pretty "The writer that `*out*` is." []
  (if (pretty-writer? *out*)
    *out*
    (throw (ex-info "`*out*` is no pretty writer: `pprint` and `write` make one" {:ox/kind :ox/type :value *out*}))))

(defn ^:no-doc start-block [prefix line-prefix suffix]
  (let [w (pretty)
        block (new-block (:block (deref w)) prefix line-prefix suffix)]
    (put! w :block block)
    (if (:keeps? (deref w))
      (keep-token w {:kind :start :block block} (count prefix))
      (do (emit-blank w)
          (when prefix (emit w prefix))
          (begin-here! w block)))
    nil))

(defn ^:no-doc end-block []
  (let [w (pretty)
        block (:block (deref w))
        suffix (:suffix block)]
    (if (:keeps? (deref w))
      (keep-token w {:kind :end :block block} (count suffix))
      (do (emit-blank w)
          (when suffix (emit w suffix))))
    (put! w :block (:parent block))
    nil))

;; ---------------------------------------------------------------------------------------------
;; What dispatch functions call

(defn- one-of [x choices]
  (when (not (contains? choices x))
    (throw (ex-info (str "Bad argument: " (pr-str x) ". It must be one of " choices) {:ox/kind :ox/argument :value x}))))

(defn pprint-newline
  "A newline that is conditional: `:linear` breaks if the rest of the block does not fit on a line, `:fill` if what comes before the next
  newline does not, `:miser` as a linear one near the right margin; `:mandatory` breaks always."
  [kind]
  (one-of kind #{:linear :miser :fill :mandatory})
  (let [w (pretty)]
    (put! w :keeps? true)
    (keep-token w {:kind :newline :type kind :block (:block (deref w))} 0)
    nil))

(defn pprint-indent "Indents the lines that follow in the block by `n` columns from its start (`:block`) or from here (`:current`)." [relative-to n]
  (one-of relative-to #{:block :current})
  (let [w (pretty)
        block (:block (deref w))]
    (if (:keeps? (deref w))
      (keep-token w {:kind :indent :block block :relative-to relative-to :offset n} 0)
      (do (emit-blank w)
          (indent-here! w block relative-to n)))
    nil))

(defn pprint-tab "Not there, as in Clojure: `:ox/unsupported`." [kind colnum colinc]
  (one-of kind #{:line :section :line-relative :section-relative})
  (throw (ex-info "pprint-tab is not yet implemented" {:ox/kind :ox/unsupported})))

(defn fresh-line "Writes a newline, unless `*out*` is a pretty writer at the start of a line." []
  (when (not (and (pretty-writer? *out*) (= 0 (:column (deref *out*)))))
    (prn)))

(defn ^:no-doc too-deep? [] (and *print-level* (>= *level* *print-level*)))

(defn- block-options [args]
  (loop [options {} args args]
    (if (contains? #{:prefix :per-line-prefix :suffix} (first args))
      (recur (assoc options (first args) (second args)) (nnext args))
      [options args])))

(defmacro pprint-logical-block
  "Evaluates the body with what it prints in a block; before it may come `:prefix`, `:per-line-prefix` and `:suffix` with strings. A block too deep
  for `*print-level*` is `#`. Returns nil."
  [& args]
  (let [[options body] (block-options args)]
    `(do
       (if (too-deep?)
         (out/write *out* "#")
         (binding [*level* (inc *level*)
                   *written* 0]
           (start-block ~(:prefix options) ~(:per-line-prefix options) ~(:suffix options))
           ~@body
           (end-block)))
       nil)))

(defn- counting-recur "The form, `recur` in it with one more argument: not that of loops and functions within." [counter form]
  (cond
    (and (seq? form) (= 'recur (first form))) `(recur (inc ~counter) ~@(rest form))
    (and (seq? form) (contains? '#{loop loop* fn fn* quote} (first form))) form
    (seq? form) (with-meta (apply list (map (fn [x] (counting-recur counter x)) form)) (meta form))
    :else form))

(defmacro print-length-loop "As `loop`, at most `*print-length*` times; then it prints `...`." [bindings & body]
  (let [counter (gensym "counter__")]
    `(loop [~counter 0 ~@bindings]
       (if (or (not *print-length*) (< ~counter *print-length*))
         (do ~@(map (fn [form] (counting-recur counter form)) body))
         (out/write *out* "...")))))

(defn write-out "Writes a value to `*out*`, a pretty writer, by the dispatch function. Returns true if `*print-length*` was reached before." [object]
  (let [full? (and *written* *print-length* (>= *written* *print-length*))]
    (cond
      (not *print-pretty*) (pr object)
      full? (print "...")
      :else (do (when *written* (set! *written* (inc *written*)))
                ((or *print-pprint-dispatch* (deref dispatch-of-process)) object)))
    full?))

;; ---------------------------------------------------------------------------------------------
;; Data

(defn ^:no-doc digits "An integer in a base, as text." [n base]
  (let [n (bigint n)]
    (loop [left (if (neg? n) (- n) n) out ()]
      (let [out (cons (nth "0123456789abcdefghijklmnopqrstuvwxyz" (rem left base)) out)
            left (quot left base)]
        (if (= 0 left)
          (str (if (neg? n) "-" "") (string/join out))
          (recur left out))))))

(defn ^:no-doc in-base "A number as `*print-base*` and `*print-radix*` want it, nil for those that are printed as always." [x]
  (when (or *print-radix* (not (= 10 *print-base*)))
    (let [radix (case *print-base* 2 "#b" 8 "#o" 16 "#x" (str "#" *print-base* "r"))]
      (cond
        (ratio? x) (str (if *print-radix* radix "")
                        (digits (numerator x) *print-base*) "/" (digits (denominator x) *print-base*))
        (not (integer? x)) nil
        (= 10 *print-base*) (str x ".")
        :else (str (if *print-radix* radix "") (digits x *print-base*))))))

(defn- write-leaf [x]
  (cond
    (number? x) (let [text (in-base x)] (if text (print text) (pr x)))
    (and *print-suppress-namespaces* (symbol? x)) (print (name x))
    :else (pr x)))

(defn- write-meta [x]
  (when (and *print-meta* (meta x))
    (print "^")
    (write-map (meta x))
    (print " ")
    (pprint-newline :linear)))

(defn- space-and [kind]
  (out/write *out* " ")
  (pprint-newline kind))

(defn- write-all "Writes the elements, each after the first behind a blank and a newline of the kind." [elements kind]
  (loop [s (seq elements)]
    (when s
      (write-out (first s))
      (when (next s)
        (space-and kind)
        (recur (next s))))))

(defn- write-limited "As `write-all`, as far as `*print-length*` allows." [elements]
  (print-length-loop [s (seq elements)]
    (when s
      (write-out (first s))
      (when (next s)
        (space-and :linear)
        (recur (next s))))))

(defn- write-collection [prefix suffix coll]
  (write-meta coll)
  (pprint-logical-block :prefix prefix :suffix suffix
    (write-limited coll)))

(defn- common-namespace "The namespace of all keys of a map if `*print-namespace-maps*` wants it in front; nil if they have none in common." [m]
  (when (and *print-namespace-maps* (seq m) (every? ident? (keys m)))
    (let [ns (namespace (key (first m)))]
      (when (and ns (every? (fn [k] (= ns (namespace k))) (keys m)))
        ns))))

(defn- without-namespace [k] (if (keyword? k) (keyword (name k)) (symbol (name k))))

(defn- write-map [m]
  (write-meta m)
  (let [ns (common-namespace m)]
    (pprint-logical-block :prefix (if ns (str "#:" ns "{") "{") :suffix "}"
      (print-length-loop [s (seq m)]
        (when s
          (let [e (first s)]
            (pprint-logical-block
              (write-out (if ns (without-namespace (key e)) (key e)))
              (space-and :linear)
              (set! *written* 0)          ; of an entry both parts are written
              (write-out (val e))))
          (when (next s)
            (out/write *out* ", ")
            (pprint-newline :linear)
            (recur (next s))))))))

(defn- write-reader-macro "Writes `(quote x)` and the like as the reader takes them. Returns true if the list is one of these." [s]
  (let [mark (get '{quote "'" clojure.core/deref "@" var "#'" clojure.core/unquote "~"} (first s))]
    (when (and mark (= 2 (count s)))
      (out/write *out* mark)
      (write-out (second s))
      true)))

(defn- write-other "What both dispatch functions do with all but lists and symbols." [x]
  (cond
    (vector? x) (write-collection "[" "]" x)
    (map? x) (write-map x)
    (set? x) (write-collection "#{" "}" x)
    :else (write-leaf x)))

(defn simple-dispatch "Writes a value as data: what `pprint` does unless told otherwise." [object]
  (if (seq? object)
    (or (write-reader-macro object)
        (write-collection "(" ")" object))
    (write-other object)))

;; ---------------------------------------------------------------------------------------------
;; Code

(def ^:dynamic ^:private *parameters* "What the parameters of the `#()` around are written as." {})

(defn- write-call [form]
  (pprint-logical-block :prefix "(" :suffix ")"
    (pprint-indent :block 1)
    (write-limited form)))

(defn- write-pairs "Writes two forms on a line each, as in `cond`." [forms]
  (print-length-loop [s (seq forms)]
    (when s
      (pprint-logical-block
        (write-out (first s))
        (when (next s)
          (space-and :miser)
          (write-out (second s))))
      (when (nnext s)
        (space-and :linear)
        (recur (nnext s))))))

(defn- write-head "The first form of a call and, behind a blank, the second." [form]
  (write-out (first form))
  (when (next form)
    (space-and :miser)
    (write-out (second form))))

(defn- write-hold-first [form]
  (pprint-logical-block :prefix "(" :suffix ")"
    (write-head form)
    (when (nnext form)
      (space-and :linear)
      (write-all (nnext form) :linear))))

(defn- write-if [form]
  (pprint-logical-block :prefix "(" :suffix ")"
    (pprint-indent :block 1)
    (write-head form)
    (run! (fn [x]
            (space-and :linear)
            (write-out x))
          (nnext form))))

(defn- write-named "The head of a definition: `defn`, blank, name; the lines below are indented by two." [form]
  (write-out (first form))
  (out/write *out* " ")
  (pprint-indent :block 1)
  (pprint-newline :miser)
  (write-out (second form)))

(defn- take-if "The first of `forms` if the predicate holds for it, or nil, and the others." [pred forms]
  (if (pred (first forms))
    [(first forms) (next forms)]
    [nil forms]))

(defn- write-defn [form]
  (if (next form)
    (let [[doc forms] (take-if string? (nnext form))
          [attributes forms] (take-if map? forms)]
      (pprint-logical-block :prefix "(" :suffix ")"
        (write-named form)
        (when doc
          (space-and :linear)
          (write-out doc))
        (when attributes
          (space-and :linear)
          (write-out attributes))
        (when (seq forms)
          (space-and (if (and (vector? (first forms)) (not (or doc attributes))) :miser :linear))
          (write-all forms :linear))))
    (write-call form)))

(defn- write-let [form]
  (pprint-logical-block :prefix "(" :suffix ")"
    (if (and (next form) (vector? (second form)))
      (do
        (write-out (first form))
        (out/write *out* " ")
        (pprint-indent :block 1)
        (pprint-newline :miser)
        (pprint-logical-block :prefix "[" :suffix "]"
          (write-pairs (second form)))
        (space-and :linear)
        (write-all (nnext form) :linear))
      (write-call form))))

(defn- write-cond [form]
  (pprint-logical-block :prefix "(" :suffix ")"
    (pprint-indent :block 1)
    (write-out (first form))
    (when (next form)
      (space-and :linear)
      (write-pairs (next form)))))

(defn- write-condp [form]
  (if (< 3 (count form))
    (pprint-logical-block :prefix "(" :suffix ")"
      (pprint-indent :block 1)
      (write-head form)
      (space-and :miser)
      (write-out (nth form 2))
      (space-and :linear)
      (write-pairs (drop 3 form)))
    (write-call form)))

(defn- write-anonymous [form]
  (let [[_ params body] form]
    (if (vector? params)
      (binding [*parameters* (if (= 1 (count params))
                               {(first params) "%"}
                               (zipmap params (map (fn [i] (str "%" i)) (iterate inc 1))))]
        (pprint-logical-block :prefix "#(" :suffix ")"
          (write-all body :linear)))
      (write-call form))))

(defn- brackets [form] (if (vector? form) ["[" "]"] ["(" ")"]))

(defn- write-library "A library of a clause of `ns`: `[a.b :as b]`." [spec]
  (let [[open close] (brackets spec)]
    (pprint-logical-block :prefix open :suffix close
      (write-out (first spec))
      (out/write *out* " ")
      (if (and (= 3 (count spec)) (keyword? (second spec)))
        (let [names (nth spec 2)]
          (write-out (second spec))
          (out/write *out* " ")
          (if (sequential? names)
            (let [[open close] (brackets names)]
              (pprint-logical-block :prefix open :suffix close
                (write-all names :fill)))
            (write-out names)))
        (do
          (pprint-indent :current 0)
          (write-all (rest spec) :fill))))))

(defn- write-clause "A clause of `ns`: `(:require …)`." [clause]
  (if (sequential? clause)
    (let [[open close] (brackets clause)]
      (pprint-logical-block :prefix open :suffix close
        (write-out (first clause))
        (pprint-indent :current 0)
        (loop [specs (next clause)]
          (when specs
            (out/write *out* " ")
            (if (sequential? (first specs))
              (do (write-library (first specs))
                  (when (next specs) (pprint-newline :linear)))
              (do (write-out (first specs))
                  (when (next specs) (pprint-newline :fill))))
            (recur (next specs))))))
    (when clause (write-out clause))))

(defn- write-ns [form]
  (if (next form)
    (let [[doc clauses] (take-if string? (nnext form))
          [attributes clauses] (take-if map? clauses)]
      (pprint-logical-block :prefix "(" :suffix ")"
        (write-named form)
        (when (or doc attributes (seq clauses))
          (pprint-newline :mandatory))
        (when doc
          (print (str "\"" doc "\""))
          (when (or attributes (seq clauses))
            (pprint-newline :mandatory)))
        (when attributes
          (write-out attributes)
          (when (seq clauses)
            (pprint-newline :mandatory)))
        (loop [clauses clauses]
          (write-clause (first clauses))
          (when (next clauses)
            (pprint-newline :linear)
            (recur (next clauses))))))
    (write-out form)))

(defn- writer-of "The function that writes calls of a form, nil for those that are written as any call." [head]
  (when (and (symbol? head) (contains? #{nil "clojure.core"} (namespace head)))
    (case (name head)
      ("def" "defonce" "." ".." "->" "locking" "struct" "struct-map") write-hold-first
      ("defn" "defn-" "defmacro" "fn") write-defn
      ("let" "loop" "binding" "with-local-vars" "with-open" "when-let" "if-let" "doseq" "dotimes" "when-first") write-let
      ("if" "if-not" "when" "when-not") write-if
      "cond" write-cond
      "condp" write-condp
      "fn*" write-anonymous
      "ns" write-ns
      nil)))

(defn code-dispatch "Writes a value as code: calls of the core's forms in their usual layouts." [object]
  (cond
    (seq? object) (or (write-reader-macro object)
                      ((or (writer-of (first object)) write-call) object))
    (contains? *parameters* object) (print (get *parameters* object))
    :else (write-other object)))

;; ---------------------------------------------------------------------------------------------
;; Printing

(def ^:private dispatch-of-process "What `set-pprint-dispatch` was given." (atom simple-dispatch))

(def ^:dynamic *print-pprint-dispatch* "The function that writes a value to `*out*`, a pretty writer; nil: that of `set-pprint-dispatch`." nil)

(defn set-pprint-dispatch "Has values written by `function` in this process, where nothing else is bound. Returns nil." [function]
  (reset! dispatch-of-process function)
  nil)

(defmacro with-pprint-dispatch "Evaluates the body with values written by `function`." [function & body]
  `(binding [*print-pprint-dispatch* ~function] ~@body))

(defn ^:no-doc with-pretty-writer [stream f]
  (binding [*out* (get-pretty-writer stream)]
    (f)
    (flush-tokens *out*)))

(defn pprint "Prints a value to a stream (`*out*`), over several lines if it has to be, and a newline. Returns nil."
  ([object] (pprint object *out*))
  ([object stream]
   (with-pretty-writer stream
     (fn []
       (binding [*print-pretty* true] (write-out object))
       (prn)))
   nil))

(defn- bound-by "The bindings that options of `write` stand for." [options]
  (reduce (fn [frame option]
            (let [v (get {:base #'*print-base* :length #'*print-length* :level #'*print-level* :miser-width #'*print-miser-width*
                          :dispatch #'*print-pprint-dispatch* :pretty #'*print-pretty* :radix #'*print-radix*
                          :readably #'*print-readably* :right-margin #'*print-right-margin*
                          :suppress-namespaces #'*print-suppress-namespaces*}
                         (key option))]
              (if v (assoc frame v (val option)) frame)))
          {}
          options))

(defn write
  "Prints a value as the options say, each like the dynamic name it is called after: `:stream` (true: `*out*`; nil: the text is
  returned), `:pretty :dispatch :right-margin :miser-width :length :level :base :radix :readably :suppress-namespaces`."
  [object & {:as options}]
  (let [stream (get options :stream true)
        printing (fn []
                   (if *print-pretty*
                     (with-pretty-writer *out* (fn [] (write-out object)))
                     (pr object)))]
    (with-bindings (bound-by options)
      (cond
        (nil? stream) (with-out-str (printing))
        (true? stream) (do (printing) nil)
        :else (do (binding [*out* stream] (printing)) nil)))))

(defn- padded [width text] (str (string/join (repeat (- width (count text)) \space)) text))

(defn print-table
  "Prints a table of maps: a column for each of the keys `ks` (those of the first map), a line for each map. Returns nil."
  ([rows] (print-table (keys (first rows)) rows))
  ([ks rows]
   (when (seq rows)
     (let [widths (map (fn [k] (apply max (count (str k)) (map (fn [row] (count (str (get row k)))) rows))) ks)
           line (fn [left between right cells]
                  (println (str left (string/join between (map padded widths cells)) right)))]
       (println)
       (line "| " " | " " |" (map str ks))
       (line "|-" "-+-" "-|" (map (fn [n] (string/join (repeat n \-))) widths))
       (run! (fn [row] (line "| " " | " " |" (map (fn [k] (str (get row k))) ks))) rows)))))
