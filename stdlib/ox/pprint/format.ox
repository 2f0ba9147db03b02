(ns ox.pprint.format
  "Format strings, as in Common Lisp.

  One is parsed into a vector of texts and directives: maps of `:char`, `:params` (values, nil, `:argument` or `:left`), `:colon?` and
  `:at?`; those with brackets have their parts as `:clauses`, and one behind `~:;` (before it in `~<`) as `:else`."
  (:refer-clojure :exclude [write])
  (:require [ox.pprint.base :refer [digits fresh-line in-base pprint-indent pprint-logical-block pprint-newline pretty pretty-writer?
                                    with-pretty-writer write write-out]]
            [ox.string :as string]))

;; ---------------------------------------------------------------------------------------------
;; Parsing

(defn- format-error [message] (throw (Exception. message)))

(def ^:private directives
  "What each directive takes: the defaults of its parameters, `:integer` or `:character` for none; and which flags."
  (let [column [0 1 0 \space]
        integer [0 \space \, 3]
        float [:integer :integer :integer 1 :character \space :character]]
    {\A [column :both] \S [column :both]
     \D [integer :both] \B [integer :both] \O [integer :both] \X [integer :both]
     \R [(into [:integer] integer) :both] \P [[] :both] \C [[:character] :both]
     \F [[:integer :integer 0 :character \space] :at] \E [float :at] \G [float :at] \$ [[2 1 0 \space] :both]
     \% [[1]] \& [[1]] \| [[1]] \~ [[1]] \newline [[] :colon :at]
     \T [[1 1] :at] \* [[:integer] :colon :at] \? [[] :at]
     \( [[] :both] \) [[]] \[ [[:integer] :colon :at] \] [[]] \; [[:integer :integer] :colon]
     \{ [[:integer] :both] \} [[] :colon] \< [column :both] \> [[] :colon]
     \^ [[:integer :integer :integer] :colon] \W [[] :both] \_ [[] :both] \I [[0] :colon]}))

(defn- digit? [c] (and (some? c) (<= 48 (int c) 57)))

(defn- format-param "A parameter of a directive at a place, and where it ends; nil if there is none." [s i]
  (let [c (nth s i nil)
        signed (if (contains? #{\+ \-} c) (inc i) i)]
    (cond
      (contains? #{\v \V} c) [:argument (inc i)]
      (= c \#) [:left (inc i)]
      (= c \') [(nth s (inc i) nil) (+ i 2)]
      (= c \,) [nil i]
      (digit? (nth s signed nil)) (let [end (loop [j signed] (if (digit? (nth s j nil)) (recur (inc j)) j))]
                                    [(parse-long (subs s (if (= c \+) signed i) end)) end])
      :else nil)))

(defn- format-params [s i]
  (loop [params [] i i comma? false]
    (let [found (format-param s i)]
      (cond
        found (let [[param end] found
                    comma? (= \, (nth s end nil))]
                (recur (conj params param) (if comma? (inc end) end) comma?))
        comma? (format-error "Badly formed parameters in format directive")
        :else [params i]))))

(defn- format-flags [s i]
  (loop [flags #{} i i]
    (let [flag (get {\: :colon \@ :at} (nth s i nil))]
      (cond
        (nil? flag) [flags i]
        (contains? flags flag) (format-error (str "Flag \"" (nth s i) "\" appears more than once in a directive"))
        :else (recur (conj flags flag) (inc i))))))

(defn- check-directive [c [defaults & allowed] params flags]
  (let [both? (= allowed [:both])]
    (run! (fn [flag]
            (when (not (or both? (some (fn [f] (= f flag)) allowed)))
              (format-error (str "\"" (if (= flag :at) "@" ":") "\" is an illegal flag for format directive \"" c "\""))))
          flags)
    (when (and (= 2 (count flags)) (not both?))
      (format-error (str "Cannot combine \"@\" and \":\" flags for format directive \"" c "\"")))
    (when (< (count defaults) (count params))
      (format-error (str "Too many parameters for directive \"" c "\": " (count params) (if (= 1 (count params)) " was" " were")
                         " specified but only " (count defaults) (if (= 1 (count defaults)) " is" " are") " allowed")))
    (run! (fn [i]
            (let [param (nth params i) default (nth defaults i)
                  character? (or (char? default) (= default :character))]
              (when (not (or (nil? param) (keyword? param) (= character? (char? param))))
                (format-error (str "Parameter " (inc i) " has bad type in directive \"" c "\"")))))
          (range (count params)))))

(defn- parse-directive "The directive behind a tilde, and where it ends." [s i]
  (let [[params i] (format-params s i)
        [flags i] (format-flags s i)
        raw (nth s i nil)
        c (if raw (nth (string/upper-case (str raw)) 0) (format-error "Format string ended in the middle of a directive"))
        definition (or (get directives c) (format-error (str "Directive \"" raw "\" is undefined")))
        _ (check-directive c definition params flags)
        end (if (and (= c \newline) (not (contains? flags :colon)))
              (loop [j (inc i)] (if (contains? #{\space \tab} (nth s j nil)) (recur (inc j)) j))
              (inc i))]
    [{:char c
      :params (mapv (fn [k]
                      (let [param (nth params k nil) default (nth (nth definition 0) k)]
                        (cond (some? param) param (keyword? default) nil :else default)))
                    (range (count (nth definition 0))))
      :colon? (contains? flags :colon)
      :at? (contains? flags :at)}
     end]))

(defn- parse-clauses "The parts of a bracket whose opening directive ends at a place: the directive with them, and where its closing one ends." [s opening i]
  (let [closing (get {\( \) \[ \] \{ \} \< \>} (:char opening))
        separated? (contains? #{\[ \<} (:char opening))]
    (loop [directive (assoc opening :clauses []) i i else? false]
      (let [[nodes end stop] (parse-format s i)
            add (fn [] (if else? (assoc directive :else nodes) (assoc directive :clauses (conj (:clauses directive) nodes))))]
        (cond
          (nil? stop) (format-error "No closing bracket found.")
          (= closing (:char stop)) [(assoc (add) :closed-by stop) end]
          (not (= \; (:char stop))) (format-error "No closing bracket found.")
          (:colon? stop)
          (cond
            (or else? (:else directive)) (format-error "Two else clauses (\"~:;\") inside bracket construction.")
            (not separated?) (format-error "An else clause (\"~:;\") is in a bracket type that doesn't support it.")
            (= \[ (:char opening)) (recur (add) end true)
            (seq (:clauses directive)) (format-error "The else clause (\"~:;\") is only allowed in the first position for this directive.")
            :else (recur (assoc directive :else nodes :else-params (:params stop)) end false))
          else? (format-error "A plain clause (with \"~;\") follows an else clause (\"~:;\") inside bracket construction.")
          (not separated?) (format-error "A separator (\"~;\") is in a bracket type that doesn't support it.")
          :else (recur (add) end false))))))

(defn- parse-format "What is before the end of the text, or of the part of a bracket; where it ends, and the directive that ended it." [s i]
  (loop [nodes [] i i]
    (let [tilde (string/index-of s "~" i)
          nodes (if (= i (or tilde (count s))) nodes (conj nodes (subs s i (or tilde (count s)))))]
      (if (nil? tilde)
        [nodes (count s) nil]
        (let [[directive end] (parse-directive s (inc tilde))
              c (:char directive)]
          (cond
            (contains? #{\) \] \} \> \;} c) [nodes end directive]
            (contains? #{\( \[ \{ \<} c) (let [[directive end] (parse-clauses s directive end)]
                                           (recur (conj nodes directive) end))
            :else (recur (conj nodes directive) end)))))))

(defn ^:no-doc compiled-format [fmt]
  (if (string? fmt)
    (let [[nodes _ stop] (parse-format fmt 0)]
      ;; what closes nothing does nothing
      (if stop
        (into nodes (compiled-format (subs fmt (nth (parse-format fmt 0) 1))))
        nodes))
    fmt))

;; ---------------------------------------------------------------------------------------------
;; The arguments of a format are a volatile with all of them and how many have been taken.

(defn- format-args [args] (volatile! {:all (vec args) :at 0}))
(defn- args-left [args] (let [{:keys [all at]} (deref args)] (- (count all) at)))

(defn- next-arg [args]
  (let [{:keys [all at]} (deref args)]
    (if (< -1 at (count all))
      (do (vreset! args {:all all :at (inc at)})
          (nth all at))
      (format-error "Not enough arguments for format definition"))))

(defn- move-to [args at] (vreset! args (assoc (deref args) :at (max 0 at))))

(defn- param-value [param args]
  (case param
    :argument (next-arg args)
    :left (args-left args)
    param))

(defn- param-values "The values of parameters; Clojure takes the arguments of several `v` from the last one on." [params args]
  (vec (reverse (mapv (fn [param] (param-value param args)) (reverse params)))))

(defn- repeated [n c] (string/join (repeat n c)))

(defn- print-padded [text [mincol colinc minpad padchar] left?]
  (let [least (+ (count text) minpad)
        width (if (<= mincol least) least (+ least (* colinc (inc (quot (- mincol least 1) colinc)))))
        pad (repeated (- width (count text)) padchar)]
    (print (if left? (str pad text) (str text pad)))))

(defn- whole? "Whether a number is printed as an integer." [x]
  (or (integer? x) (decimal? x) (and (float? x) (== x (bigint x)))))

(defn- comma-groups [text commachar interval]
  (let [head (rem (count text) interval)
        groups (map string/join (partition-all interval (subs text head)))]
    (string/join commachar (if (pos? head) (cons (subs text 0 head) groups) groups))))

(defn- print-integer [base n [mincol padchar commachar interval] {:keys [colon? at?]}]
  (if (and (number? n) (whole? n))
    (let [size (if (neg? n) (- n) n)
          text (if (and (= base 10) (integer? size)) (str size) (digits size base))
          text (if colon? (comma-groups text commachar interval) text)]
      (print-padded (str (cond (neg? n) "-" at? "+" :else "") text) [mincol 1 0 padchar] true))
    (print-padded (print-str n) [mincol 1 0 padchar] true)))

(def ^:private small-numbers
  ["zero" "one" "two" "three" "four" "five" "six" "seven" "eight" "nine" "ten" "eleven" "twelve" "thirteen" "fourteen" "fifteen"
   "sixteen" "seventeen" "eighteen" "nineteen"])
(def ^:private small-ordinals
  ["zeroth" "first" "second" "third" "fourth" "fifth" "sixth" "seventh" "eighth" "ninth" "tenth" "eleventh" "twelfth" "thirteenth"
   "fourteenth" "fifteenth" "sixteenth" "seventeenth" "eighteenth" "nineteenth"])
(def ^:private tens ["" "" "twenty" "thirty" "forty" "fifty" "sixty" "seventy" "eighty" "ninety"])
(def ^:private scales
  ["" " thousand" " million" " billion" " trillion" " quadrillion" " quintillion" " sextillion" " septillion" " octillion" " nonillion"
   " decillion" " undecillion" " duodecillion" " tredecillion" " quattuordecillion" " quindecillion" " sexdecillion"
   " septendecillion" " octodecillion" " novemdecillion" " vigintillion"])

(defn- below-hundred [n ordinal?]
  (let [ten (nth tens (quot n 10)) unit (rem n 10)]
    (cond
      (< n 20) (nth (if ordinal? small-ordinals small-numbers) n)
      (pos? unit) (str ten "-" (nth (if ordinal? small-ordinals small-numbers) unit))
      ordinal? (str (subs ten 0 (dec (count ten))) "ieth")
      :else ten)))

(defn- below-thousand [n ordinal?]
  (let [hundreds (quot n 100) n (rem n 100)
        head (if (pos? hundreds) (str (nth small-numbers hundreds) " hundred") "")]
    (cond
      (= 0 hundreds) (below-hundred n ordinal?)
      (pos? n) (str head " " (below-hundred n ordinal?))
      ordinal? (str head "th")
      :else head)))

(defn- number-words "A number in words, nil if there are none for it." [n ordinal?]
  (loop [left (if (neg? n) (-' n) n) scale 0 words ()]
    (cond
      (= 0 n) (below-hundred 0 ordinal?)
      (= 0 left) (let [text (str (if (neg? n) "minus " "") (string/join ", " words))]
                   ;; an ordinal that ends in a scale: `one thousandth`
                   (if (and ordinal? (= 0 (rem n 1000))) (str text "th") text))
      (= scale (count scales)) nil
      :else (let [part (rem left 1000)]
              (recur (quot left 1000)
                     (inc scale)
                     (if (= 0 part)
                       words
                       (cons (str (below-thousand part (and ordinal? (= scale 0))) (nth scales scale)) words)))))))

(defn- print-words [n ordinal?]
  (let [words (number-words n ordinal?)]
    (if words
      (print words)
      (do (print-integer 10 n [0 \space \, 3] {:colon? true})
          (when ordinal?
            (let [teen? (= 1 (quot (rem (abs n) 100) 10))]
              (print (if teen? "th" (get {1 "st" 2 "nd" 3 "rd"} (rem (abs n) 10) "th")))))))))

(defn- roman-digit [n [one five ten] old?]
  (cond
    (and (= n 9) (not old?)) (str one ten)
    (and (= n 4) (not old?)) (str one five)
    (< n 5) (repeated n one)
    :else (str five (repeated (- n 5) one))))

(defn- print-roman [n old?]
  (if (and (number? n) (< 0 n 4000))
    (print (str (repeated (quot n 1000) "M")
                (roman-digit (rem (quot n 100) 10) ["C" "D" "M"] old?)
                (roman-digit (rem (quot n 10) 10) ["X" "L" "C"] old?)
                (roman-digit (rem n 10) ["I" "V" "X"] old?)))
    (print-integer 10 n [0 \space \, 3] {:colon? true})))

(defn- print-character [c {:keys [colon? at?]} char-format]
  (cond
    colon? (let [code (int c) low (bit-and code 127)]
             (print (str (if (pos? (bit-and code 128)) "Meta-" "")
                         (cond
                           (contains? #{8 9 10 13 32} low) (get {8 "Backspace" 9 "Tab" 10 "Newline" 13 "Return" 32 "Space"} low)
                           (< low 32) (str "Control-" (char (+ low 64)))
                           (= low 127) "Control-?"
                           :else (char low)))))
    at? (case char-format
          \o (do (print "\\o") (print-integer 8 (int c) [3 \0 \, 3] {}))
          \u (do (print "\\u") (print-integer 16 (int c) [4 \0 \, 3] {}))
          (pr c))
    :else (print c)))

;; ---------------------------------------------------------------------------------------------
;; Floating point: the digits of a number without zeros around them, and the exponent of the first.

(defn- as-float [x]
  (if (ratio? x)
    (let [d (double x)]
      (if (or (== d 0.0) (infinite? d)) (bigdec x) d))
    x))

(defn- strip-zeros [text]
  (let [end (loop [i (count text)] (if (and (pos? i) (= \0 (nth text (dec i)))) (recur (dec i)) i))
        start (loop [i 0] (if (and (< i end) (= \0 (nth text i))) (recur (inc i)) i))]
    [(subs text start end) start]))

(defn- float-digits [x]
  (let [text (string/lower-case (str x))
        e (string/index-of text "e")
        power (if e (parse-long (string/replace (subs text (inc e)) "+" "")) 0)
        text (if e (subs text 0 e) text)
        point (or (string/index-of text ".") (count text))
        [found zeros] (strip-zeros (string/replace text "." ""))]
    (if (= "" found)
      ["0" 0]
      [found (- (+ power (dec point)) zeros)])))

(defn- one-more "The digits of the next integer." [text]
  (str (inc' (bigint (str "1" text)))))

(defn- round-digits
  "The digits rounded to `d` behind the point, or to `w` characters in all; their exponent; whether they have become one more."
  [m e d w]
  (let [w (when w (max 2 w))
        place (cond d (+ e d 1) (nil? w) nil (>= e 0) (max (inc e) (dec w)) :else (+ w e))]
    (cond
      (nil? place) [m e false]
      (neg? place) ["0" 0 false]
      :else
      (let [[m e place] (if (= 0 place) [(str "0" m) (inc e) 1] [m e place])]
        (if (<= (count m) place)
          [m e false]
          (let [kept (subs m 0 place)]
            (if (< (int (nth m place)) (int \5))
              [kept e false]
              ;; a one in front keeps zeros there, and shows a carry
              (let [raised (one-more kept)]
                (if (= \1 (nth raised 0))
                  [(subs raised 1) e false]
                  [(str "1" (subs raised 1 (dec (count raised)))) e true])))))))))

(defn- fixed-text [m e d]
  (let [[m e] (if (neg? e) [(str (repeated (dec (- e)) \0) m) -1] [m e])
        m (str m (repeated (- (if d (+ e d 1) (inc e)) (count m)) \0))]
    (if (neg? e)
      (str "." m)
      (str (subs m 0 (inc e)) "." (subs m (inc e))))))

(defn- sign-of [x at?] (cond (neg? x) "-" at? "+" :else ""))

(defn- print-fixed [x [w d k overflow padchar] at?]
  (let [[m e] (float-digits (as-float (if (neg? x) (-' x) x)))
        sign (sign-of x at?)
        e (+ e k)
        room (when w (- w (count sign)))
        zero-behind? (and (not d) (<= (dec (count m)) e))
        [m e more?] (round-digits m e d room)
        text (fixed-text m (if more? (inc e) e) d)
        text (if (and w d (>= d 1) (string/starts-with? text "0.") (> (count text) room)) (subs text 1) text)
        zero-before? (= \. (nth text 0))]
    (if w
      (let [n (+ (count sign) (count text))
            zero-before? (and zero-before? (< n w))
            zero-behind? (and zero-behind? (< n w))
            n (if (or zero-before? zero-behind?) (inc n) n)]
        (print (if (and (> n w) overflow)
                 (repeated w overflow)
                 (str (repeated (- w n) padchar) sign (if zero-before? "0" "") text (if zero-behind? "0" "")))))
      (print (str sign (if zero-before? "0" "") text (if zero-behind? "0" ""))))))

(defn- print-exponential [x [w d e k overflow padchar expchar] at?]
  (let [x (as-float x)
        sign (sign-of x at?)]
    (loop [[m power] (float-digits (if (neg? x) (-' x) x))]
      (let [scaled (- power (dec k))
            exponent (str (abs scaled))
            exponent (str (or expchar \E) (if (neg? scaled) \- \+) (if e (repeated (- e (count exponent)) \0) "") exponent)
            long-m (str (repeated (- k) \0)
                        m
                        (if d (repeated (- d (dec (count m)) (if (neg? k) (- k) 0)) \0) ""))
            room (when w (- w (count exponent) (count sign)))
            [rounded _ more?] (round-digits long-m 0 (if (pos? k) d (dec d)) room)
            text (if (neg? k) (str "." rounded) (str (subs rounded 0 k) "." (subs rounded k)))
            zero-before? (<= k 0)
            zero-behind? (and (= k (count rounded)) (nil? d))]
        (cond
          more? (recur [rounded (inc power)])
          w (let [n (+ (count text) (count exponent) (count sign))
                  zero-before? (and zero-before? (not (= n w)))
                  n (if zero-before? (inc n) n)
                  zero-behind? (and zero-behind? (< n w))]
              (print (if (and overflow (or (> n w) (and e (> (- (count exponent) 2) e))))
                       (repeated w overflow)
                       (str (repeated (- w n (if zero-behind? 1 0)) padchar)
                            sign (if zero-before? "0" "") text (if zero-behind? "0" "") exponent))))
          :else (print (str sign (if zero-before? "0" "") text (if zero-behind? "0" "") exponent)))))))

(defn- print-general [x [w d e k overflow padchar :as params] at?]
  (let [x (as-float x)
        [m power] (float-digits (if (neg? x) (-' x) x))
        n (if (= x 0.0) 0 (inc power))
        room (if e (+ e 2) 4)
        d (or d (max (count m) (min n 7)))
        behind (- d n)]
    (if (<= 0 behind d)
      (do (print-fixed x [(when w (- w room)) behind 0 overflow padchar] at?)
          (print (repeated room \space)))
      (print-exponential x params at?))))

(defn- print-money [x [d n w padchar] {:keys [colon? at?]}]
  (let [[m e] (float-digits (abs x))
        sign (sign-of x at?)
        [m e more?] (round-digits m e d nil)
        text (fixed-text m (if more? (inc e) e) d)
        text (str (repeated (- n (string/index-of text ".")) \0) text)
        pad (repeated (- w (count text) (count sign)) padchar)]
    (print (if colon? (str sign pad text) (str pad sign text)))))

(defn- capitalized-words [text]
  (loop [i 0 out [] start? true]
    (if (= i (count text))
      (string/join out)
      (let [c (nth text i)]
        (recur (inc i)
               (conj out (if start? (string/upper-case (str c)) c))
               (nil? (re-find #"\w" (str c))))))))

(defn- capitalized-first [text]
  (let [i (count (take-while (fn [c] (string/blank? (str c))) text))]
    (if (< i (count text))
      (str (subs text 0 i) (string/upper-case (subs text i (inc i))) (subs text (inc i)))
      text)))

(defn- in-case [text {:keys [colon? at?]}]
  (cond
    (and colon? at?) (string/upper-case text)
    colon? (capitalized-words (string/lower-case text))
    at? (capitalized-first (string/lower-case text))
    :else (string/lower-case text)))

(defn- column "Where the stream beneath the pretty writer stands." [] (:column (deref (pretty))))

(defn- print-tab [n step relative?]
  (let [at (column)]
    (print (repeated (cond
                       relative? (let [over (if (pos? step) (rem (+ n at) step) 0)]
                                   (+ n (if (= 0 over) 0 (- step over))))
                       (< at n) (- n at)
                       (= 0 step) 0
                       :else (- step (rem (- at n) step)))
                     \space))))

;; ---------------------------------------------------------------------------------------------
;; A directive returns nil, or `:up` or `:outer-up` if `~^` or `~:^` ended what it is in. `last?` tells whether there is nothing more
;; outside, for `~:^`.

(defn- stop? [[a b c] args colon? last?]
  (cond
    (and a b c) (<= a b c)
    (and a b) (= a b)
    a (= a 0)
    colon? (last?)
    :else (= 0 (args-left args))))

(defn- run-iteration [{:keys [clauses colon? at? closed-by]} [most] args last?]
  (let [nodes (if (seq (first clauses)) (first clauses) (compiled-format (next-arg args)))
        inner (if at? args (format-args (next-arg args)))
        once? (:colon? closed-by)]
    (loop [n 0 before -1]
      (let [at (:at (deref inner))]
        (when (and (not colon?) (not most) (= at before) (> n 1))
          (format-error (str "%" (if at? "@" "") "{ construct not consuming any arguments: Infinite loop!")))
        (when (not (or (and (= 0 (args-left inner)) (or (not once?) (> n 0)))
                       (and most (>= n most))))
          (let [ended (if colon?
                        (let [one (if (= 0 (args-left inner)) nil (next-arg inner))]
                          (run-nodes nodes (format-args one) (fn [] (= 0 (args-left inner)))))
                        (run-nodes nodes inner last?))]
            (when (if colon? (not (= ended :outer-up)) (nil? ended))
              (recur (inc n) at))))))))

(defn- run-conditional [{:keys [clauses else colon? at?]} [selector] args last?]
  (cond
    colon? (run-nodes (nth clauses (if (next-arg args) 1 0) nil) args last?)
    at? (let [at (:at (deref args))]
          (when (next-arg args)
            (move-to args at)
            (run-nodes (first clauses) args last?)))
    :else (let [n (or selector (next-arg args))]
            (run-nodes (if (< -1 n (count clauses)) (nth clauses n) else) args last?))))

(defn- run-logical-block [{:keys [clauses colon?]} args last?]
  (let [several? (< 1 (count clauses))
        text (fn [i] (first (nth clauses i)))
        prefix (cond several? (text 0) colon? "(")
        suffix (cond (< 2 (count clauses)) (text 2) colon? ")")
        inner (format-args (next-arg args))]
    (pprint-logical-block :prefix prefix :suffix suffix
      (run-nodes (nth clauses (if several? 1 0)) inner last?))))

(defn- rendered "The texts of clauses, as many as `~^` lets be." [clauses args last?]
  (loop [clauses (seq clauses) texts []]
    (if (nil? clauses)
      texts
      (let [ended (volatile! nil)
            text (with-out-str (vreset! ended (run-nodes (first clauses) args last?)))]
        (if (deref ended)
          texts
          (recur (next clauses) (conj texts text)))))))

(defn- run-justified [{:keys [clauses else else-params colon? at?]} [mincol colinc minpad padchar] args last?]
  (let [overflow (when else (first (rendered [else] args last?)))
        [reserve most] (param-values else-params args)
        texts (rendered clauses args last?)
        slots (max 1 (+ (dec (count texts)) (if colon? 1 0) (if at? 1 0)))
        size (reduce + (map count texts))
        least (+ size (* slots minpad))
        width (if (<= least mincol) mincol (+ mincol (* colinc (inc (quot (- least mincol 1) colinc)))))
        total (- width size)
        pad (max minpad (quot total slots))]
    (when (and overflow (> (+ (column) (or reserve 0) width) (or most (:margin (deref (pretty))))))
      (print overflow))
    (loop [texts (seq texts)
           extra (- total (* pad slots))
           pad-only? (or colon? (and (= 1 (count texts)) (not at?)))]
      (when texts
        (print (str (if pad-only? "" (first texts))
                    (if (or pad-only? (next texts) at?) (repeated pad padchar) "")
                    (if (pos? extra) padchar "")))
        (recur (if pad-only? texts (next texts)) (dec extra) false)))))

(defn- run-directive [{c :char :keys [colon? at? clauses closed-by] :as directive} args last?]
  (let [[a b :as params] (param-values (:params directive) args)
        spaces (fn [n f] (dotimes [_ n] (f)) nil)]
    (case c
      (\A \S) (let [x (next-arg args)]
                (print-padded (or (in-base x) (if (= c \A) (print-str x) (pr-str x))) params at?))
      \D (print-integer 10 (next-arg args) params directive)
      \B (print-integer 2 (next-arg args) params directive)
      \O (print-integer 8 (next-arg args) params directive)
      \X (print-integer 16 (next-arg args) params directive)
      \R (let [n (next-arg args)]
           (cond
             a (print-integer a n (subvec params 1) directive)
             at? (print-roman n colon?)
             :else (print-words (if (or (float? n) (decimal? n)) (bigint n) n) colon?)))
      \P (do (when colon? (move-to args (dec (:at (deref args)))))
             (let [one? (= 1 (next-arg args))]
               (print (if at? (if one? "y" "ies") (if one? "" "s")))))
      \C (print-character (next-arg args) directive a)
      \F (print-fixed (next-arg args) params at?)
      \E (print-exponential (next-arg args) params at?)
      \G (print-general (next-arg args) params at?)
      \$ (print-money (next-arg args) params directive)
      \% (spaces a prn)
      \& (do (when (pos? a) (fresh-line))
             (spaces (dec a) prn))
      \| (spaces a (fn [] (print \formfeed)))
      \~ (print (repeated a \~))
      \newline (when at? (prn))
      \T (print-tab a b at?)
      \* (do (move-to args (if at? (or a 0) ((if colon? - +) (:at (deref args)) (or a 1)))) nil)
      \? (let [nodes (compiled-format (next-arg args))]
           (if at?
             (run-nodes nodes args last?)
             (do (run-nodes nodes (format-args (next-arg args)) last?) nil)))
      \( (let [ended (volatile! nil)
               text (with-out-str (vreset! ended (run-nodes (first clauses) args last?)))]
           (print (in-case text directive))
           (deref ended))
      \[ (run-conditional directive params args last?)
      \{ (run-iteration directive params args last?)
      \< (if (:colon? closed-by)
           (run-logical-block directive args last?)
           (run-justified directive params args last?))
      \^ (when (stop? params args colon? last?)
           (if colon? :outer-up :up))
      \W (let [x (next-arg args)]
           (if (or at? colon?)
             (apply write x (concat (when at? [:level nil :length nil]) (when colon? [:pretty true])))
             (when (write-out x) :up)))
      \_ (pprint-newline (if colon? (if at? :mandatory :fill) (if at? :miser :linear)))
      \I (pprint-indent (if colon? :current :block) a))))

(defn- run-nodes [nodes args last?]
  (loop [s (seq nodes)]
    (when s
      (let [node (first s)
            ended (if (string? node) (print node) (run-directive node args last?))]
        (if ended
          ended
          (recur (next s)))))))

(defn- run-format [nodes args]
  (let [args (format-args args)]
    (run-nodes nodes args (fn [] (= 0 (args-left args))))
    nil))

(defn- needs-pretty-writer? [nodes]
  (some (fn [node]
          (and (map? node)
               (or (contains? #{\& \T \< \W} (:char node))
                   (some needs-pretty-writer? (:clauses node))
                   (needs-pretty-writer? (:else node)))))
        nodes))

(defn cl-format
  "Prints the arguments as the format string `fmt` says, which is Common Lisp's (`~a ~s ~d ~,2f ~{…~} ~[…~] ~<…~:>` …), to a stream; true is `*out*`,
  nil and false return the text."
  [stream fmt & args]
  (let [nodes (compiled-format fmt)
        printing (fn []
                   (if (and (needs-pretty-writer? nodes) (not (pretty-writer? *out*)))
                     (with-pretty-writer *out* (fn [] (run-format nodes args)))
                     (run-format nodes args)))]
    (cond
      (not stream) (with-out-str (printing))
      (true? stream) (printing)
      :else (binding [*out* stream] (printing)))))

(defmacro formatter "A function of a stream and arguments that does what `cl-format` does with the format string." [fmt]
  `(let [nodes# (compiled-format ~fmt)]
     (fn [stream# & args#] (apply cl-format stream# nodes# args#))))

(defmacro formatter-out "A function of arguments that prints them to `*out*` as the format string says." [fmt]
  `(let [nodes# (compiled-format ~fmt)]
     (fn [& args#] (apply cl-format true nodes# args#))))
