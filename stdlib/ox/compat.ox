(ns ox.compat
  "The host calls that portable programs make, as calls of Ox's functions: `(Math/sqrt 2)`, `(Integer/parseInt s)`,
  `(StringBuilder.)`, `(.toUpperCase s)`, and `String/.toUpperCase` as a value. Every program sees this table; nothing is to be
  required or imported.

  A namespace adds calls of its own by `(defhost key definition …)` at top level, for itself and those that require it:

  ```ox
  (ns app.stack)
  (defn stack [] (atom ()))
  (defn push [stack x] (swap! stack conj x) x)
  (def limit 100)
  (defhost
    Stack/new stack                ; (Stack.), (new Stack)
    .push push                     ; (.push s 1), (. s push 1)
    Stack/LIMIT limit)             ; Stack/LIMIT
  ```

  A key is `Class/name` (static methods and fields), `Class/new` (constructors), `Class` (the class as a value), `.name` (methods of
  whatever value; the function looks at its type) or `Class/.name` (a method that is named with its class). Packages do not count:
  `java.lang.Math/abs` is `Math/abs`. What a namespace says itself counts before what those that it requires say, and that before
  this table; if two that it requires say different things, the call is an error that names both.

  A method that no table has calls what the type of the value has inline (`deftype`, `defrecord`, `reify`, `extend-type` to `Object`),
  or the function of a protocol."
  (:require [ox.string :as string]
            [ox.math :as math]
            [ox.env :as env]))

(defn- illegal [message value] (throw (ex-info message {:ox/kind :ox/argument :value value})))
(defn- outside [index count] (throw (ex-info (str "index " index ", length " count) {:ox/kind :ox/index :index index :count count})))
(defn- given "A value that must not be nil." [x method] (if (nil? x) (host-call x method) x))

;; ---------------------------------------------------------------------------------------------
;; Math

(defn- larger [x y] (if (and (int? x) (int? y)) (max x y) (max (double x) (double y))))
(defn- smaller [x y] (if (and (int? x) (int? y)) (min x y) (min (double x) (double y))))
(defn- rounded [x] (if (int? x) x (math/round x)))
(defn- clamp [x low high]
  (if (<= low high)
    (larger low (smaller x high))
    (illegal (str low " > " high) low)))
(defn- ceil-div [x y] (- (math/floor-div (- x) y)))

(defhost
  Math/PI math/PI
  Math/E math/E
  Math/abs abs
  Math/max larger
  Math/min smaller
  Math/round rounded
  Math/clamp clamp
  Math/sqrt math/sqrt
  Math/cbrt math/cbrt
  Math/pow math/pow
  Math/exp math/exp
  Math/expm1 math/expm1
  Math/log math/log
  Math/log10 math/log10
  Math/log1p math/log1p
  Math/sin math/sin
  Math/cos math/cos
  Math/tan math/tan
  Math/asin math/asin
  Math/acos math/acos
  Math/atan math/atan
  Math/atan2 math/atan2
  Math/sinh math/sinh
  Math/cosh math/cosh
  Math/tanh math/tanh
  Math/hypot math/hypot
  Math/floor math/floor
  Math/ceil math/ceil
  Math/rint math/rint
  Math/signum math/signum
  Math/toRadians math/to-radians
  Math/toDegrees math/to-degrees
  Math/floorDiv math/floor-div
  Math/floorMod math/floor-mod
  Math/ceilDiv ceil-div
  Math/addExact math/add-exact
  Math/subtractExact math/subtract-exact
  Math/multiplyExact math/multiply-exact
  Math/incrementExact math/increment-exact
  Math/decrementExact math/decrement-exact
  Math/negateExact math/negate-exact
  Math/toIntExact int
  Math/copySign math/copy-sign
  Math/getExponent math/get-exponent
  Math/scalb math/scalb
  Math/ulp math/ulp
  Math/nextUp math/next-up
  Math/nextDown math/next-down
  Math/nextAfter math/next-after
  Math/IEEEremainder math/IEEE-remainder
  Math/random math/random)

;; ---------------------------------------------------------------------------------------------
;; Numbers

(def ^:private int-max 2147483647)
(def ^:private int-min -2147483648)
(def ^:private long-max 9223372036854775807)
(def ^:private long-min -9223372036854775808)

(defn- bad-number [s]
  (throw (ex-info (if (string? s) (str "For input string: " (pr-str s)) "Cannot parse null string: null")
                  {:ox/kind :ox/number-format :value s})))

(defn- digit-of "The value of a digit of any radix up to 36, -1 of another character." [c radix]
  (let [n (long c)
        d (cond
            (<= 48 n 57) (- n 48)
            (<= 97 n 122) (- n 87)
            (<= 65 n 90) (- n 55)
            :else -1)]
    (if (< d radix) d -1)))

(defn- parsed "The integer of a numeral in a radix, between bounds." [s radix least greatest]
  (when-not (string? s) (bad-number s))
  (when-not (<= 2 radix 36) (bad-number s))
  (let [n (count s)
        signed? (and (> n 1) (or (= \- (nth s 0)) (= \+ (nth s 0))))
        negative? (and signed? (= \- (nth s 0)))]
    (when (or (= n 0) (> n 80)) (bad-number s))
    (loop [i (if signed? 1 0) value 0]
      (if (= i n)
        (let [value (if negative? (-' value) value)]
          (if (<= least value greatest) (long value) (bad-number s)))
        (let [d (digit-of (nth s i) radix)]
          (if (neg? d)
            (bad-number s)
            (recur (inc i) (+' (*' value radix) d))))))))

(defn- parse-int ([s] (parsed s 10 int-min int-max)) ([s radix] (parsed s radix int-min int-max)))
(defn- parse-a-long
  ([s] (let [n (if (string? s) (parse-long s) nil)] (if (nil? n) (parsed s 10 long-min long-max) n)))
  ([s radix] (parsed s radix long-min long-max)))
(defn- int-value ([x] (cond (string? x) (parse-int x) (char? x) (long x) :else (int x))) ([s radix] (parse-int s radix)))
(defn- long-value ([x] (cond (string? x) (parse-a-long x) (char? x) (long x) :else (long x))) ([s radix] (parse-a-long s radix)))

(defn- parse-a-double [s]
  (let [x (if (string? s) (parse-double (string/trim s)) nil)]
    (if (nil? x)
      (if (nil? s) (given s :trim) (bad-number s))
      x)))
(defn- double-value [x] (if (string? x) (parse-a-double x) (double x)))

(defn- digits "The digits of an integer that is not negative." [n radix]
  (loop [n n out ()]
    (let [d (rem n radix)
          out (cons (nth "0123456789abcdefghijklmnopqrstuvwxyz" d) out)
          n (quot n radix)]
      (if (= n 0) (apply str out) (recur n out)))))

(defn- in-radix
  ([n] (str (long n)))
  ([n radix]
   (let [radix (if (<= 2 radix 36) radix 10)]
     (if (neg? n) (str "-" (digits (-' n) radix)) (digits n radix)))))

(defn- unsigned "The digits of the lowest bits of an integer." [n bits radix]
  (digits (if (neg? n) (+' (if (= bits 32) 4294967296 18446744073709551616N) n) n) radix))

(defn- int-binary [n] (unsigned (int n) 32 2))
(defn- int-octal [n] (unsigned (int n) 32 8))
(defn- int-hex [n] (unsigned (int n) 32 16))
(defn- long-binary [n] (unsigned (long n) 64 2))
(defn- long-octal [n] (unsigned (long n) 64 8))
(defn- long-hex [n] (unsigned (long n) 64 16))

(defn- bit-count [n]
  (loop [n (long n) ones 0]
    (if (= n 0) ones (recur (bit-and n (unchecked-dec n)) (inc ones)))))
(defn- int-bit-count [n] (bit-count (bit-and 4294967295 (int n))))
(defn- trailing-zeros [n]
  (let [n (long n)]
    (if (= n 0) 64 (bit-count (unchecked-dec (bit-and n (unchecked-negate n)))))))
(defn- leading-zeros [n]
  (loop [n (long n) zeros 64]
    (if (= n 0) zeros (recur (unsigned-bit-shift-right n 1) (dec zeros)))))
(defn- sign [n] (cond (pos? n) 1 (neg? n) -1 :else 0))
(defn- sum [x y] (+ x y))
(defn- compare-numbers [x y] (compare (num x) (num y)))
(defn- compare-doubles "The order of two doubles, of all: -0.0 is below 0.0, NaN above all others." [x y]
  (let [x (double x) y (double y)]
    (cond
      (< x y) -1
      (> x y) 1
      (NaN? x) (if (NaN? y) 0 1)
      (NaN? y) -1
      (and (= x 0.0) (= y 0.0)) (compare (/ x) (/ y))
      :else 0)))
(defn- finite? [x] (not (or (NaN? x) (infinite? x))))
(defn- not-a-number? ([x] (NaN? (num x))))
(defn- number-text [x] (str (num x)))
(defn- double-text [x] (str (double x)))
(def ^:private infinity ##Inf)
(def ^:private minus-infinity ##-Inf)
(def ^:private not-a-number ##NaN)
(def ^:private double-max 1.7976931348623157E308)
(def ^:private double-min 4.9E-324)
(def ^:private short-max 32767)
(def ^:private short-min -32768)
(def ^:private byte-max 127)
(def ^:private byte-min -128)
(def ^:private big-zero 0N)
(def ^:private big-one 1N)
(def ^:private big-ten 10N)
(def ^:private decimal-zero 0M)
(def ^:private decimal-one 1M)
(def ^:private decimal-ten 10M)

(defn- big-integer
  ([x] (if (string? x)
         (if (re-matches #"[+-]?[0-9]+" x) (bigint (if (= \+ (nth x 0)) (subs x 1) x)) (bad-number x))
         (bigint (given x :bitLength))))
  ([s radix]
   (let [negative? (string/starts-with? s "-")]
     (loop [digits (seq (if negative? (subs s 1) s)) value 0N]
       (if (nil? digits)
         (if negative? (- value) value)
         (let [d (digit-of (first digits) radix)]
           (if (neg? d) (bad-number s) (recur (next digits) (+ (* value radix) d)))))))))
(defn- big-decimal [x]
  (if (string? x)
    (if (re-matches #"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?" x) (bigdec x) (bad-number x))
    (if (and (float? x) (= x x) (not (infinite? x)))
      ;; The very number that the double is: an odd whole one, or none, over a power of two, which is one over a power of ten.
      (loop [whole x scale 0]
        (let [n (bigint whole)]
          (if (== n whole)
            (* (bigdec (* n (reduce * 1N (repeat scale 5N)))) (bigdec (str "1E-" scale)))
            (recur (* 2.0 whole) (inc scale)))))
      (bigdec (given x :scale)))))
(defn- decimal-of
  ([x] (bigdec x))
  ([unscaled scale] (* (bigdec unscaled) (bigdec (str "1E" (- scale))))))

(defhost
  Integer/MAX_VALUE int-max
  Integer/MIN_VALUE int-min
  Integer/new int-value
  Integer/valueOf int-value
  Integer/parseInt parse-int
  Integer/toString in-radix
  Integer/toBinaryString int-binary
  Integer/toOctalString int-octal
  Integer/toHexString int-hex
  Integer/bitCount int-bit-count
  Integer/compare compare-numbers
  Integer/signum sign
  Integer/sum sum
  Integer/max larger
  Integer/min smaller
  Long/MAX_VALUE long-max
  Long/MIN_VALUE long-min
  Long/new long-value
  Long/valueOf long-value
  Long/parseLong parse-a-long
  Long/toString in-radix
  Long/toBinaryString long-binary
  Long/toOctalString long-octal
  Long/toHexString long-hex
  Long/bitCount bit-count
  Long/numberOfTrailingZeros trailing-zeros
  Long/numberOfLeadingZeros leading-zeros
  Long/compare compare-numbers
  Long/signum sign
  Long/sum sum
  Long/max larger
  Long/min smaller
  Short/MAX_VALUE short-max
  Short/MIN_VALUE short-min
  Byte/MAX_VALUE byte-max
  Byte/MIN_VALUE byte-min
  Double/POSITIVE_INFINITY infinity
  Double/NEGATIVE_INFINITY minus-infinity
  Double/NaN not-a-number
  Double/MAX_VALUE double-max
  Double/MIN_VALUE double-min
  Double/new double-value
  Double/valueOf double-value
  Double/parseDouble parse-a-double
  Double/toString double-text
  Double/isNaN not-a-number?
  Double/isInfinite infinite?
  Double/isFinite finite?
  Double/compare compare-doubles
  Double/max larger
  Double/min smaller
  Double/sum sum
  Float/parseFloat parse-a-double
  Float/valueOf double-value
  Float/new double-value
  Float/isNaN not-a-number?
  BigInteger/new big-integer
  BigInteger/valueOf bigint
  BigInteger/ZERO big-zero
  BigInteger/ONE big-one
  BigInteger/TEN big-ten
  BigDecimal/new big-decimal
  BigDecimal/valueOf decimal-of
  BigDecimal/ZERO decimal-zero
  BigDecimal/ONE decimal-one
  BigDecimal/TEN decimal-ten)

;; ---------------------------------------------------------------------------------------------
;; Truth values

(def ^:private yes true)
(def ^:private no false)
(defn- parse-truth [s] (and (string? s) (= "true" (string/lower-case s))))
(defn- truth-value [x] (if (boolean? x) x (parse-truth x)))
(defn- truth-text [x] (str (boolean x)))

(defhost
  Boolean/TRUE yes
  Boolean/FALSE no
  Boolean/new truth-value
  Boolean/valueOf truth-value
  Boolean/parseBoolean parse-truth
  Boolean/toString truth-text)

;; ---------------------------------------------------------------------------------------------
;; Characters: predicates take a character or its number, as Java's do

(defn- code "The number of a character." [c] (if (char? c) (long c) (if (int? c) c (long (given c :charValue)))))

(defn- of-class "Whether a character beyond ASCII is of a class of characters." [re n]
  (some? (re-matches re (str (char n)))))

(defn- digit? [c] (let [n (code c)] (if (< n 128) (<= 48 n 57) (of-class #"\p{Nd}" n))))
(defn- letter? [c]
  (let [n (code c)]
    (if (< n 128) (or (<= 97 n 122) (<= 65 n 90)) (of-class #"\p{L}" n))))
(defn- letter-or-digit? [c] (or (letter? c) (digit? c)))
(defn- alphabetic? [c] (let [n (code c)] (if (< n 128) (letter? n) (of-class #"\p{Alphabetic}" n))))
(defn- upper? [c] (let [n (code c)] (if (< n 128) (<= 65 n 90) (of-class #"\p{Uppercase}" n))))
(defn- lower? [c] (let [n (code c)] (if (< n 128) (<= 97 n 122) (of-class #"\p{Lowercase}" n))))
(defn- white? [c]
  (let [n (code c)]
    (if (< n 128)
      (or (= n 32) (<= 9 n 13) (<= 28 n 31))
      (and (not (= n 160)) (not (= n 8199)) (not (= n 8239)) (of-class #"[\p{Zs}\p{Zl}\p{Zp}]" n)))))
(defn- space? [c] (of-class #"[\p{Zs}\p{Zl}\p{Zp}]" (code c)))
(defn- control? [c] (let [n (code c)] (or (<= 0 n 31) (<= 127 n 159))))
(defn- in-case
  "A character in another case; itself where that is several. A number gives a number."
  [f c]
  (let [text (f (str (char (code c))))
        changed (if (= 1 (count text)) (nth text 0) (char (code c)))]
    (if (char? c) changed (long changed))))
(defn- upper-char [c] (in-case string/upper-case c))
(defn- lower-char [c] (in-case string/lower-case c))
(defn- digit-value [c radix] (digit-of (code c) radix))
(defn- numeric-value [c] (digit-of (code c) 36))
(defn- digit-char [n radix]
  (if (and (<= 2 radix 36) (< -1 n radix)) (nth "0123456789abcdefghijklmnopqrstuvwxyz" n) \u0000))
(defn- char-text [c] (str (char (code c))))
(defn- compare-chars [x y] (- (code x) (code y)))
(def ^:private char-max \uffff)
(def ^:private char-min \u0000)

(defhost
  Character/MAX_VALUE char-max
  Character/MIN_VALUE char-min
  Character/valueOf char
  Character/new char
  Character/isDigit digit?
  Character/isLetter letter?
  Character/isLetterOrDigit letter-or-digit?
  Character/isAlphabetic alphabetic?
  Character/isUpperCase upper?
  Character/isLowerCase lower?
  Character/isWhitespace white?
  Character/isSpaceChar space?
  Character/isISOControl control?
  Character/toUpperCase upper-char
  Character/toLowerCase lower-char
  Character/toString char-text
  Character/digit digit-value
  Character/getNumericValue numeric-value
  Character/forDigit digit-char
  Character/compare compare-chars)

;; ---------------------------------------------------------------------------------------------
;; Strings

(defn- text-or-null [x] (if (nil? x) "null" (str x)))
(defn- text-of-characters "The string of characters, of `n` of them from a place on." [characters from n]
  (let [n (if (nil? n) (- (count characters) from) n)]
    (string/join (subvec (vec characters) from (+ from n)))))
(defn- characters? [x] (or (vector? x) (array? x)))
(defn- value-text
  ([x] (if (characters? x) (text-of-characters x 0 nil) (text-or-null x)))
  ([x from n] (text-of-characters x from n)))
(defn- join-texts
  ([separator coll] (string/join separator (map text-or-null coll)))
  ([separator a b & more] (string/join separator (map text-or-null (list* a b more)))))
(defn- string-new
  ([] "")
  ([s] (if (characters? s) (text-of-characters s 0 nil) (str (given s :toString))))
  ([s from n] (text-of-characters s from n)))

(defhost
  String/new string-new
  String/valueOf value-text
  String/format format
  String/join join-texts
  StringBuilder builder-type
  StringBuffer builder-type
  StringBuilder/new builder-new
  StringBuffer/new builder-new
  StringWriter builder-type
  StringWriter/new builder-new)

(defn- part "The string that a string, a character or the number of one is." [x]
  (cond (string? x) x (char? x) (str x) (int? x) (str (char x)) :else (str (given x :toString))))

(defn- text-of "The text of a string or builder, or what the method is of another value." [x]
  (if (string? x) x (if (builder? x) (builder-text x) nil)))

(defn- -length [s]
  (if (string? s)
    (count s)
    (if (or (builder? s) (array? s)) (count s) (host-call s :length))))

(defn- -char-at [s i]
  (if (string? s)
    (nth s i)
    (if (builder? s) (nth (builder-text s) i) (host-call s :charAt i))))

(defn- -substring
  ([s from] (let [t (text-of s)] (if (nil? t) (host-call s :substring from) (subs t from))))
  ([s from to] (let [t (text-of s)] (if (nil? t) (host-call s :substring from to) (subs t from to)))))

(defn- place [i] (if (nil? i) -1 i))

(defn- place-in [coll x]
  (loop [s (seq coll) i 0]
    (cond (nil? s) -1 (= x (first s)) i :else (recur (next s) (inc i)))))

(defn- last-place-in [coll x]
  (loop [s (seq coll) i 0 found -1]
    (if (nil? s) found (recur (next s) (inc i) (if (= x (first s)) i found)))))

(defn- -index-of
  ([s x]
   (let [t (text-of s)]
     (cond
       (some? t) (place (string/index-of t (part x)))
       (sequential? s) (place-in s x)
       :else (host-call s :indexOf x))))
  ([s x from]
   (let [t (text-of s)]
     (if (nil? t) (host-call s :indexOf x from) (place (string/index-of t (part x) from))))))

(defn- -last-index-of
  ([s x]
   (let [t (text-of s)]
     (cond
       (some? t) (place (string/last-index-of t (part x)))
       (sequential? s) (last-place-in s x)
       :else (host-call s :lastIndexOf x))))
  ([s x from]
   (let [t (text-of s)]
     (cond
       (nil? t) (host-call s :lastIndexOf x from)
       (neg? from) -1
       :else (place (string/last-index-of t (part x) from))))))

(defn- -upper ([s] (if (string? s) (string/upper-case s) (host-call s :toUpperCase))))
(defn- -lower ([s] (if (string? s) (string/lower-case s) (host-call s :toLowerCase))))

(defn- -contains [s x]
  (cond
    (string? s) (string/includes? s (str (given x :toString)))
    (set? s) (contains? s x)
    (sequential? s) (boolean (some (fn [y] (= x y)) s))
    :else (host-call s :contains x)))

(defn- -starts-with
  ([s prefix] (if (string? s) (string/starts-with? s prefix) (host-call s :startsWith prefix)))
  ([s prefix from]
   (if (string? s)
     (and (<= 0 from (count s)) (string/starts-with? (subs s from) prefix))
     (host-call s :startsWith prefix from))))
(defn- -ends-with [s suffix] (if (string? s) (string/ends-with? s suffix) (host-call s :endsWith suffix)))

(defn- -trim [s]
  (if (string? s)
    (loop [from 0 to (count s)]
      (cond
        (= from to) ""
        (<= (long (nth s from)) 32) (recur (inc from) to)
        (<= (long (nth s (dec to))) 32) (recur from (dec to))
        :else (subs s from to)))
    (host-call s :trim)))
(defn- -strip [s] (if (string? s) (string/trim s) (host-call s :strip)))
(defn- -strip-leading [s] (if (string? s) (string/triml s) (host-call s :stripLeading)))
(defn- -strip-trailing [s] (if (string? s) (string/trimr s) (host-call s :stripTrailing)))
(defn- -blank? [s] (if (string? s) (string/blank? s) (host-call s :isBlank)))

(defn- -replace
  ([s match replacement]
   (if (string? s)
     (string/replace s match replacement)
     (host-call s :replace match replacement)))
  ([s from to text]
   (if (builder? s)
     (let [t (builder-text s)
           to (min to (count t))]
       (builder-set! s (str (subs t 0 from) text (subs t to))))
     (host-call s :replace from to text))))
(defn- -split
  ([s re] (cond (string? s) (string/split s (re-pattern re)) (regex? s) (string/split re s) :else (host-call s :split re)))
  ([s re limit] (if (string? s) (string/split s (re-pattern re) limit) (host-call s :split re limit))))
(defn- -concat [s t] (if (string? s) (str s (given t :length)) (host-call s :concat t)))
(defn- -repeat [s n]
  (if (string? s)
    (if (neg? n) (illegal (str "count is negative: " n) n) (string/join (repeat n s)))
    (host-call s :repeat n)))
(defn- -chars [s] (if (string? s) (char-array s) (host-call s :toCharArray)))
(defn- -code-point-at [s i] (let [t (text-of s)] (if (nil? t) (host-call s :codePointAt i) (long (nth t i)))))
(defn- -equals-ignore-case [s t]
  (if (string? s) (and (string? t) (= (string/lower-case s) (string/lower-case t))) (host-call s :equalsIgnoreCase t)))
(defn- -compare-ignore-case [s t]
  (if (string? s) (compare (string/lower-case s) (string/lower-case t)) (host-call s :compareToIgnoreCase t)))
(defn- -intern [s] (if (string? s) s (host-call s :intern)))
(defn- -lines [s] (if (string? s) (seq (string/split-lines s)) (host-call s :lines)))

(defn- -empty? [x]
  (cond (string? x) (= "" x) (coll? x) (nil? (seq x)) (builder? x) (= "" (builder-text x)) :else (host-call x :isEmpty)))

(defhost
  .length -length
  .charAt -char-at
  .substring -substring
  .subSequence -substring
  .indexOf -index-of
  .lastIndexOf -last-index-of
  .toUpperCase -upper
  .toLowerCase -lower
  .contains -contains
  .startsWith -starts-with
  .endsWith -ends-with
  .trim -trim
  .strip -strip
  .stripLeading -strip-leading
  .stripTrailing -strip-trailing
  .isBlank -blank?
  .isEmpty -empty?
  .replace -replace
  .split -split
  .concat -concat
  .repeat -repeat
  .toCharArray -chars
  .codePointAt -code-point-at
  .equalsIgnoreCase -equals-ignore-case
  .compareToIgnoreCase -compare-ignore-case
  .intern -intern
  .lines -lines)

;; ---------------------------------------------------------------------------------------------
;; String builders

(defn- stream? "Whether `x` is what `*out*` may be, and methods of `print-method` are given." [x]
  (or (volatile? x) (= x :ox/stdout) (= x :ox/stderr)))

(defn- -append
  ([b x]
   (cond
     (builder? b) (builder-add! b (text-or-null x))
     (stream? b) (do (write b (text-or-null x)) b)
     :else (host-call b :append x)))
  ([b x from to]
   (cond
     (builder? b) (builder-add! b (subs (text-or-null x) from to))
     (stream? b) (do (write b (subs (text-or-null x) from to)) b)
     :else (host-call b :append x from to))))

;; What opens readers and writers; one of a reader is that reader, which is buffered and takes back what was read.

(defn- reader-over
  ([x] (cond (reader? x) x (= x :ox/stdin) *in* :else (host-call x :read)))
  ([x more] (reader-over x)))
(defn- file-reader ([x] (reader-new (path-of x))) ([x encoding] (check-encoding encoding) (file-reader x)))
(defn- writer-over ([x] (if (or (writer? x) (builder? x) (stream? x)) x (host-call x :write))) ([x more] (writer-over x)))
(defn- file-writer ([x] (writer-new (path-of x) false)) ([x append?] (writer-new (path-of x) (boolean append?))))
(def ^:private separator "/")
(def ^:private path-separator ":")
(defn- temp-file [prefix suffix] (file-new (activity* "ox.fs/temp" nil nil [{:file true :prefix prefix}])))

(defhost
  File file-type
  File/new file-new
  File/separator separator
  File/pathSeparator path-separator
  File/createTempFile temp-file
  Reader reader-type
  BufferedReader reader-type
  PushbackReader reader-type
  LineNumberingPushbackReader reader-type
  InputStreamReader reader-type
  StringReader reader-type
  FileReader reader-type
  BufferedReader/new reader-over
  PushbackReader/new reader-over
  LineNumberingPushbackReader/new reader-over
  InputStreamReader/new reader-over
  StringReader/new in-stream
  FileReader/new file-reader
  Writer writer-type
  BufferedWriter writer-type
  FileWriter writer-type
  PrintWriter writer-type
  BufferedWriter/new writer-over
  PrintWriter/new writer-over
  OutputStreamWriter/new writer-over
  FileWriter/new file-writer
  System/in standard-input
  System/out standard-output
  System/err standard-error)

;; Methods that only readers, writers and files have.

(defn- -read-line [x] (host-call x :readLine))
(defn- -unread [x y] (host-call x :unread y))
(defn- -ready [x] (host-call x :ready))
(defn- -skip [x y] (host-call x :skip y))
(defn- -new-line [x] (host-call x :newLine))
(defn- -get-path [x] (host-call x :getPath))
(defn- -get-parent [x] (host-call x :getParent))
(defn- -get-parent-file [x] (host-call x :getParentFile))
(defn- -get-absolute-path [x] (host-call x :getAbsolutePath))
(defn- -get-canonical-path [x] (host-call x :getCanonicalPath))
(defn- -get-absolute-file [x] (host-call x :getAbsoluteFile))
(defn- -get-canonical-file [x] (host-call x :getCanonicalFile))
(defn- -is-absolute [x] (host-call x :isAbsolute))
(defn- -exists [x] (host-call x :exists))
(defn- -is-directory [x] (host-call x :isDirectory))
(defn- -is-file [x] (host-call x :isFile))
(defn- -is-hidden [x] (host-call x :isHidden))
(defn- -last-modified [x] (host-call x :lastModified))
(defn- -list [x] (host-call x :list))
(defn- -list-files [x] (host-call x :listFiles))
(defn- -mkdir [x] (host-call x :mkdir))
(defn- -mkdirs [x] (host-call x :mkdirs))
(defn- -delete-on-exit [x] (host-call x :deleteOnExit))
(defn- -create-new-file [x] (host-call x :createNewFile))
(defn- -rename-to [x y] (host-call x :renameTo y))
(defn- -read
  ([x] (host-call x :read))
  ([x array] (host-call x :read array))
  ([x array from n] (host-call x :read array from n)))

(defhost
  .read -read
  .readLine -read-line
  .unread -unread
  .ready -ready
  .skip -skip
  .newLine -new-line
  .getPath -get-path
  .getParent -get-parent
  .getParentFile -get-parent-file
  .getAbsolutePath -get-absolute-path
  .getCanonicalPath -get-canonical-path
  .getAbsoluteFile -get-absolute-file
  .getCanonicalFile -get-canonical-file
  .isAbsolute -is-absolute
  .exists -exists
  .isDirectory -is-directory
  .isFile -is-file
  .isHidden -is-hidden
  .lastModified -last-modified
  .list -list
  .listFiles -list-files
  .mkdir -mkdir
  .mkdirs -mkdirs
  .deleteOnExit -delete-on-exit
  .createNewFile -create-new-file
  .renameTo -rename-to)

(def ^:private standard-output :ox/stdout)
(def ^:private standard-error :ox/stderr)

(defn- -close [x] (if (or (builder? x) (stream? x)) nil (host-call x :close)))

(defn- checked-place [i n] (if (<= 0 i n) i (outside i n)))

(defn- -insert [b i x]
  (if (builder? b)
    (let [t (builder-text b)
          i (checked-place i (count t))]
      (builder-set! b (str (subs t 0 i) (text-or-null x) (subs t i))))
    (host-call b :insert i x)))
(defn- -reverse [b] (if (builder? b) (builder-set! b (string/reverse (builder-text b))) (host-call b :reverse)))
(defn- -set-length [b n]
  (if (builder? b)
    (let [t (builder-text b)
          length (count t)]
      (when (neg? n) (outside n length))
      (builder-set! b (if (<= n length) (subs t 0 n) (str t (string/join (repeat (- n length) "\u0000")))))
      nil)
    (host-call b :setLength n)))
(defn- -delete
  ([x] (host-call x :delete))
  ([b from to]
   (if (builder? b)
     (let [t (builder-text b)
           to (min to (count t))]
       (builder-set! b (str (subs t 0 from) (subs t (max from to)))))
     (host-call b :delete from to))))
(defn- -delete-char-at [b i]
  (if (builder? b)
    (let [t (builder-text b)]
      (if (< -1 i (count t)) (builder-set! b (str (subs t 0 i) (subs t (inc i)))) (outside i (count t))))
    (host-call b :deleteCharAt i)))
(defn- -set-char-at [b i c]
  (if (builder? b)
    (let [t (builder-text b)]
      (when-not (< -1 i (count t)) (outside i (count t)))
      (builder-set! b (str (subs t 0 i) c (subs t (inc i))))
      nil)
    (host-call b :setCharAt i c)))
(defn- -capacity [b] (if (builder? b) (count (builder-text b)) (host-call b :capacity)))

(defn- -write
  ([stream x]
   (cond
     (stream? stream) (write stream (if (int? x) (str (char x)) (given-text x)))
     (builder? stream) (do (builder-add! stream (if (int? x) (str (char x)) (given-text x))) nil)
     :else (host-call stream :write x)))
  ([stream x from n]
   (cond
     (stream? stream) (write stream (subs (given-text x) from (+ from n)))
     (builder? stream) (do (builder-add! stream (subs (given-text x) from (+ from n))) nil)
     :else (host-call stream :write x from n))))
(defn- given-text [x] (if (characters? x) (text-of-characters x 0 nil) (str (given x :length))))
(defn- -flush [stream]
  (if (stream? stream)
    (binding [*out* stream] (flush))
    (host-call stream :flush)))

(defhost
  .write -write
  .flush -flush
  .append -append
  .close -close
  .insert -insert
  .reverse -reverse
  .setLength -set-length
  .delete -delete
  .deleteCharAt -delete-char-at
  .setCharAt -set-char-at
  .capacity -capacity)

;; ---------------------------------------------------------------------------------------------
;; Any value

(defn- -to-string
  ([x] (str (given x :toString)))
  ([x radix] (if (integer? x) (in-radix x radix) (host-call x :toString radix))))

(defn- -equals [x y]
  (let [f (if (or (instance-of-type? x) (record? x)) (host-method x :equals) nil)]
    (cond
      (some? f) (f x y)
      (nil? x) (given x :equals)
      (decimal? x) (and (decimal? y) (= (decimal-parts x) (decimal-parts y)))
      (number? x) (and (number? y) (= (class x) (class y)) (= x y))
      :else (= x y))))

(defn- -java-equals
  "As `-equals`, but records are maps to it."
  [x y]
  (if (and (map? x) (map? y) (or (record? x) (record? y)))
    (let [f (if (record? x) (host-method x :equals) nil)]
      (if (some? f) (f x y) (= (into {} x) (into {} y))))
    (-equals x y)))

(defn- -hash-code [x]
  (let [f (if (or (instance-of-type? x) (record? x)) (host-method x :hashCode) nil)]
    (if (nil? f) (hash (given x :hashCode)) (unchecked-int (f x)))))

(defn- -compare-to [x y]
  (let [f (if (or (instance-of-type? x) (record? x)) (host-method x :compareTo) nil)]
    (cond
      (some? f) (f x y)
      (and (float? x) (float? y)) (compare-doubles x y)
      :else (compare (given x :compareTo) (given y :compareTo)))))

(defn- -get-class [x] (class (given x :getClass)))

(defn- known-class? [x]
  (or (type? x) (and (symbol? x) (class? x))))

(defn- -get-name [x]
  (cond
    (keyword? x) (name x)
    (known-class? x) (class-title x)
    (symbol? x) (name x)
    :else (host-call x :getName)))
(defn- -simple-name [x]
  (if (known-class? x) (str (last (string/split (class-title x) #"\."))) (host-call x :getSimpleName)))
(defn- -get-namespace [x] (if (or (keyword? x) (symbol? x)) (namespace x) (host-call x :getNamespace)))
(defn- -instance? [class x] (if (known-class? class) (instance? class x) (host-call class :isInstance x)))

(defn- -int-value [x] (if (number? x) (unchecked-int x) (host-call x :intValue)))
(defn- -long-value [x] (if (number? x) (unchecked-long x) (host-call x :longValue)))
(defn- -double-value [x] (if (number? x) (double x) (host-call x :doubleValue)))
(defn- -short-value [x] (if (number? x) (unchecked-short x) (host-call x :shortValue)))
(defn- -byte-value [x] (if (number? x) (unchecked-byte x) (host-call x :byteValue)))
(defn- -boolean-value [x] (if (boolean? x) x (host-call x :booleanValue)))
(defn- -char-value [x] (if (char? x) x (host-call x :charValue)))
(defn- -nan? [x] (if (float? x) (NaN? x) (host-call x :isNaN)))
(defn- -infinite? [x] (if (float? x) (infinite? x) (host-call x :isInfinite)))

(defn- -message [x] (if (error? x) (ex-message x) (host-call x :getMessage)))
(defn- -cause [x] (if (error? x) (ex-cause x) (host-call x :getCause)))
(defn- -data [x] (if (error? x) (ex-data x) (host-call x :getData)))

(defn- -deref [x] (if (instance? 'IDeref x) (deref x) (host-call x :deref)))
(defn- -invoke [f & args] (if (ifn? f) (apply f args) (apply host-call f :invoke args)))
(defn- -apply-to [f args] (if (ifn? f) (apply f args) (host-call f :applyTo args)))
(defn- -call [f] (if (fn? f) (f) (host-call f :call)))
(defn- -run [f] (if (fn? f) (do (f) nil) (host-call f :run)))

(defhost
  .toString -to-string
  .equals -java-equals
  .equiv -equals
  .hashCode -hash-code
  .hasheq -hash-code
  .compareTo -compare-to
  .getClass -get-class
  .getName -get-name
  .getSimpleName -simple-name
  .getNamespace -get-namespace
  .isInstance -instance?
  .intValue -int-value
  .longValue -long-value
  .doubleValue -double-value
  .floatValue -double-value
  .shortValue -short-value
  .byteValue -byte-value
  .booleanValue -boolean-value
  .charValue -char-value
  .isNaN -nan?
  .isInfinite -infinite?
  .getMessage -message
  .getLocalizedMessage -message
  .getCause -cause
  .getData -data
  .deref -deref
  .invoke -invoke
  .applyTo -apply-to
  .call -call
  .run -run
  Objects/equals =
  Objects/hashCode hash
  Objects/toString text-or-null
  ExceptionInfo/new ex-info)

;; ---------------------------------------------------------------------------------------------
;; Collections, read only

(defn- -size [x] (if (coll? x) (count x) (host-call x :size)))
(defn- -count [x] (if (coll? x) (count x) (host-call x :count)))
(defn- -get [coll k]
  (cond (map? coll) (get coll k) (set? coll) (get coll k) (sequential? coll) (nth coll k) :else (host-call coll :get k)))
(defn- -get-or-default [coll k otherwise] (if (map? coll) (get coll k otherwise) (host-call coll :getOrDefault k otherwise)))
(defn- -val-at
  ([coll k] (if (coll? coll) (get coll k) (host-call coll :valAt k)))
  ([coll k otherwise] (if (coll? coll) (get coll k otherwise) (host-call coll :valAt k otherwise))))
(defn- -nth
  ([coll i] (if (sequential? coll) (nth coll i) (host-call coll :nth i)))
  ([coll i otherwise] (if (sequential? coll) (nth coll i otherwise) (host-call coll :nth i otherwise))))
(defn- -contains-key [coll k] (if (associative? coll) (contains? coll k) (host-call coll :containsKey k)))
(defn- -contains-value [m v] (if (map? m) (boolean (some (fn [x] (= v x)) (vals m))) (host-call m :containsValue v)))
(defn- -key-set [m] (if (map? m) (set (keys m)) (host-call m :keySet)))
(defn- -values [m] (if (map? m) (or (vals m) ()) (host-call m :values)))
(defn- -entry-set [m] (if (map? m) (set (seq m)) (host-call m :entrySet)))
(defn- -key [entry] (if (map-entry? entry) (key entry) (host-call entry :getKey)))
(defn- -val [entry] (if (map-entry? entry) (val entry) (host-call entry :getValue)))
(defn- -entry-at [coll k] (if (associative? coll) (find coll k) (host-call coll :entryAt k)))
(defn- -seq [coll] (if (coll? coll) (seq coll) (host-call coll :seq)))
(defn- -first [coll] (if (coll? coll) (first coll) (host-call coll :first)))
(defn- -next [coll] (if (coll? coll) (next coll) (host-call coll :next)))
(defn- -more [coll] (if (coll? coll) (rest coll) (host-call coll :more)))
(defn- -cons [coll x] (if (coll? coll) (conj coll x) (host-call coll :cons x)))
(defn- -assoc [coll k v] (if (associative? coll) (assoc coll k v) (host-call coll :assoc k v)))
(defn- -without [coll k] (if (map? coll) (dissoc coll k) (host-call coll :without k)))
(defn- -peek [coll] (if (coll? coll) (peek coll) (host-call coll :peek)))
(defn- -pop [coll] (if (coll? coll) (pop coll) (host-call coll :pop)))
(defn- -empty [coll] (if (coll? coll) (empty coll) (host-call coll :empty)))
(defn- -sub-list [coll from to] (if (sequential? coll) (subvec (vec coll) from to) (host-call coll :subList from to)))
(defn- -meta [x] (if (or (coll? x) (symbol? x) (fn? x)) (meta x) (host-call x :meta)))
(defn- -with-meta [x m] (if (or (coll? x) (symbol? x) (fn? x)) (with-meta x m) (host-call x :withMeta m)))
(def ^:private no-elements [])
(def ^:private no-entries {})
(def ^:private no-members #{})
(defn- entry-new [k v] (map-entry k v))

(defhost
  .size -size
  .count -count
  .get -get
  .getOrDefault -get-or-default
  .valAt -val-at
  .nth -nth
  .containsKey -contains-key
  .containsValue -contains-value
  .keySet -key-set
  .values -values
  .entrySet -entry-set
  .getKey -key
  .key -key
  .getValue -val
  .val -val
  .entryAt -entry-at
  .seq -seq
  .first -first
  .next -next
  .more -more
  .cons -cons
  .assoc -assoc
  .without -without
  .peek -peek
  .pop -pop
  .empty -empty
  .subList -sub-list
  .meta -meta
  .withMeta -with-meta
  MapEntry/new entry-new
  MapEntry/create entry-new
  PersistentVector/EMPTY no-elements
  PersistentArrayMap/EMPTY no-entries
  PersistentHashMap/EMPTY no-entries
  PersistentHashSet/EMPTY no-members)

;; ---------------------------------------------------------------------------------------------
;; The system: effects

(defn- current-millis [] (inst-ms (now)))
(defn- current-nanos [] (* 1000000 (inst-ms (now))))
(defn- environment ([] (env/all)) ([name] (env/get (given name :toString))))
(def ^:private properties {"line.separator" "\n" "file.separator" "/" "path.separator" ":" "file.encoding" "UTF-8"})
(defn- property
  ([name] (get properties name))
  ([name otherwise] (get properties name otherwise)))
(defn- line-separator [] "\n")
(defn- leave [status] (exit status))
(defn- pause ([ms] (sleep ms)) ([ms nanos] (sleep ms)))

(defn- uuid-from [s]
  (let [id (if (string? s) (parse-uuid s) (given s :length))]
    (if (nil? id) (illegal (str "Invalid UUID string: " s) s) id)))
(defn- date-new ([] (now)) ([ms] (inst-of-ms ms)))
(defn- -get-time [x] (if (inst? x) (inst-ms x) (host-call x :getTime)))

(defhost
  System/currentTimeMillis current-millis
  System/nanoTime current-nanos
  System/getenv environment
  System/getProperty property
  System/lineSeparator line-separator
  System/exit leave
  System/identityHashCode hash
  Thread/sleep pause
  UUID/randomUUID random-uuid
  UUID/fromString uuid-from
  Date/new date-new
  .getTime -get-time)

;; ---------------------------------------------------------------------------------------------
;; Regular expressions

(defn- quoted-pattern [s] (string/replace s #"[\\^$.|?*+()\[\]{}#&~\-\s]" (fn [c] (str "\\" c))))
(defn- pattern-matches [re s] (some? (re-matches (re-pattern re) s)))
(defn- -pattern [re] (if (regex? re) (str re) (host-call re :pattern)))

(def ^:private unix-lines 1)
(def ^:private case-insensitive 2)
(def ^:private comments 4)
(def ^:private multiline 8)
(def ^:private literal 16)
(def ^:private dotall 32)
(def ^:private unicode-case 64)

(defn- pattern-compile
  ([source] (re-pattern source))
  ([source flags]
   (when-not (zero? (bit-and-not flags (bit-or unix-lines case-insensitive comments multiline literal dotall unicode-case)))
     (throw (ex-info "these flags of a regular expression are not there" {:ox/kind :ox/unsupported :flags flags})))
   (let [letters (str (when (bit-test flags 1) "i") (when (bit-test flags 2) "x") (when (bit-test flags 3) "m") (when (bit-test flags 5) "s"))
         source (if (bit-test flags 4) (quoted-pattern source) source)]
     (re-pattern (if (= "" letters) source (str "(?" letters ")" source))))))

(defn- group-names "The names of the groups of a regular expression, in their order; nil of those that have none." [re]
  (let [source (str re)
        n (count source)]
    (loop [i 0 in-class 0 names []]
      (if (>= i n)
        names
        (let [c (nth source i)]
          (cond
            (= c \\) (recur (+ i 2) in-class names)
            (= c \[) (recur (inc i) (inc in-class) names)
            (and (= c \]) (pos? in-class)) (recur (inc i) (dec in-class) names)
            (and (= c \() (zero? in-class))
            (let [named (re-find #"^\(\?P?<([a-zA-Z][a-zA-Z0-9]*)>" (subs source i))]
              (cond
                (some? named) (recur (inc i) in-class (conj names (nth named 1)))
                (= \? (nth source (inc i) nil)) (recur (inc i) in-class names)
                :else (recur (inc i) in-class (conj names nil))))
            :else (recur (inc i) in-class names)))))))

(defn- -matcher [re s] (if (regex? re) (re-matcher re s) (host-call re :matcher s)))
(defn- state-of [m] (matcher-state m))

(defn- reset-matcher
  ([m] (reset-matcher m (:ox.core.string/text (state-of m))))
  ([m text]
   (vreset! (field* m 0) {:ox.core.string/re (:ox.core.string/re (state-of m)) :ox.core.string/text (str text)
                          :ox.core.string/cursor 0 :ox.core.string/match nil})
   m))

(defn- -matches-all
  ([m]
   (if (matcher? m)
     (let [state (state-of m)
           text (:ox.core.string/text state)
           match (re-matches (:ox.core.string/re state) text)
           n (count text)]
       (matcher-found! m (if (nil? match) nil [match 0 n (if (= n 0) nil n)])))
     (host-call m :matches)))
  ([s re] (if (string? s) (some? (re-matches (re-pattern re) s)) (host-call s :matches re))))

(defn- -find
  ([m] (if (matcher? m) (matcher-next! m) (host-call m :find)))
  ([m from]
   (if (matcher? m)
     (let [n (count (:ox.core.string/text (state-of m)))]
       (when-not (<= 0 from n) (outside from n))
       (reset-matcher m)
       (vreset! (field* m 0) (assoc (state-of m) :ox.core.string/cursor from))
       (matcher-next! m))
     (host-call m :find from))))

(defn- -looking-at [m]
  (if (matcher? m)
    (let [state (state-of m)
          found (re-find-from (:ox.core.string/re state) (:ox.core.string/text state) 0)]
      (matcher-found! m (if (= 0 (nth found 1)) found nil)))
    (host-call m :lookingAt)))

(defn- group-number [m group]
  (if (string? group)
    (let [names (group-names (:ox.core.string/re (state-of m)))
          i (-index-of names group)]
      (if (neg? i)
        (illegal (str "No group with name <" group ">") group)
        (inc i)))
    group))

(defn- -group
  ([m] (if (matcher? m) (-group m 0) (host-call m :group)))
  ([m group]
   (if (matcher? m)
     (let [match (re-groups m)
           i (group-number m group)
           groups (if (string? match) [match] match)]
       (if (< -1 i (count groups))
         (nth groups i)
         (throw (ex-info (str "No group " i) {:ox/kind :ox/index :index i :count (count groups)}))))
     (host-call m :group group))))

(defn- -group-count [m]
  (if (matcher? m) (count (group-names (:ox.core.string/re (state-of m)))) (host-call m :groupCount)))

(defn- end-of-match [m which] (re-groups m) (get (state-of m) which))
(defn- end-of-group [m group which method]
  (if (= 0 group)
    (end-of-match m which)
    (throw (ex-info (str "the place of a group is not known: ." method " takes no group but 0") {:ox/kind :ox/unsupported :group group}))))
(defn- -start
  ([m] (if (matcher? m) (end-of-match m :ox.core.string/start) (host-call m :start)))
  ([m group] (if (matcher? m) (end-of-group m group :ox.core.string/start "start") (host-call m :start group))))
(defn- -end
  ([m] (if (matcher? m) (end-of-match m :ox.core.string/end) (host-call m :end)))
  ([m group] (if (matcher? m) (end-of-group m group :ox.core.string/end "end") (host-call m :end group))))
(defn- -reset ([m] (if (matcher? m) (reset-matcher m) (host-call m :reset))) ([m s] (if (matcher? m) (reset-matcher m s) (host-call m :reset s))))

(defn- -replace-all
  ([m replacement]
   (if (matcher? m)
     (string/replace (:ox.core.string/text (state-of m)) (:ox.core.string/re (state-of m)) replacement)
     (host-call m :replaceAll replacement)))
  ([s re replacement]
   (if (string? s) (string/replace s (re-pattern re) replacement) (host-call s :replaceAll re replacement))))
(defn- -replace-first
  ([m replacement]
   (if (matcher? m)
     (string/replace-first (:ox.core.string/text (state-of m)) (:ox.core.string/re (state-of m)) replacement)
     (host-call m :replaceFirst replacement)))
  ([s re replacement]
   (if (string? s) (string/replace-first s (re-pattern re) replacement) (host-call s :replaceFirst re replacement))))

(defhost
  Pattern/compile pattern-compile
  Pattern/quote quoted-pattern
  Pattern/matches pattern-matches
  Pattern/UNIX_LINES unix-lines
  Pattern/CASE_INSENSITIVE case-insensitive
  Pattern/COMMENTS comments
  Pattern/MULTILINE multiline
  Pattern/LITERAL literal
  Pattern/DOTALL dotall
  Pattern/UNICODE_CASE unicode-case
  Matcher matcher-type
  Matcher/quoteReplacement string/re-quote-replacement
  .pattern -pattern
  .matcher -matcher
  .matches -matches-all
  .find -find
  .lookingAt -looking-at
  .group -group
  .groupCount -group-count
  .start -start
  .end -end
  .reset -reset
  .replaceAll -replace-all
  .replaceFirst -replace-first)

;; ---------------------------------------------------------------------------------------------
;; Decimals and integers of any size

(def ^:private rounding-up 'UP)
(def ^:private rounding-down 'DOWN)
(def ^:private rounding-ceiling 'CEILING)
(def ^:private rounding-floor 'FLOOR)
(def ^:private rounding-half-up 'HALF_UP)
(def ^:private rounding-half-down 'HALF_DOWN)
(def ^:private rounding-half-even 'HALF_EVEN)
(def ^:private rounding-unnecessary 'UNNECESSARY)
(defn- rounding-named [name] (let [mode (symbol name)] (if (contains? rounding-modes mode) mode (illegal (str "No enum constant java.math.RoundingMode." name) name))))

(defn- context-new ([precision] (context-new precision 'HALF_UP)) ([precision rounding] (math-context precision rounding)))
(def ^:private context-unlimited {:precision 0 :rounding 'HALF_UP})
(def ^:private context-32 {:precision 7 :rounding 'HALF_EVEN})
(def ^:private context-64 {:precision 16 :rounding 'HALF_EVEN})
(def ^:private context-128 {:precision 34 :rounding 'HALF_EVEN})
(defn- in-context [x context] (rounded-to-precision x (:precision context) (:rounding context)))

(defn- -set-scale
  ([x scale] (-set-scale x scale 'UNNECESSARY))
  ([x scale rounding] (if (decimal? x) (rounded-to-scale x scale rounding) (host-call x :setScale scale rounding))))
(defn- -scale [x] (if (decimal? x) (nth (decimal-parts x) 1) (host-call x :scale)))
(defn- -precision [x] (if (decimal? x) (count (str (-abs (nth (decimal-parts x) 0)))) (host-call x :precision)))
(defn- -unscaled-value [x] (if (decimal? x) (nth (decimal-parts x) 0) (host-call x :unscaledValue)))
(defn- -strip-zeros [x]
  (if (decimal? x)
    (if (zero? x) 0M (without-zeros x -1000000000))
    (host-call x :stripTrailingZeros)))
(defn- -plain-string [x]
  (if (decimal? x)
    (let [[unscaled scale] (decimal-parts x)
          digits (str (-abs unscaled))
          sign (if (neg? unscaled) "-" "")]
      (cond
        (<= scale 0) (if (zero? unscaled) "0" (str sign digits (string/join (repeat (- scale) "0"))))
        (< scale (count digits)) (str sign (subs digits 0 (- (count digits) scale)) "." (subs digits (- (count digits) scale)))
        :else (str sign "0." (string/join (repeat (- scale (count digits)) "0")) digits)))
    (host-call x :toPlainString)))
(defn- -round [x context] (if (decimal? x) (in-context x context) (host-call x :round context)))
(defn- moved [x n] (let [[unscaled scale] (decimal-parts x) scale (+ scale n)] (rounded-to-scale (decimal-of unscaled scale) (max scale 0) 'UNNECESSARY)))
(defn- -move-left [x n] (if (decimal? x) (moved x n) (host-call x :movePointLeft n)))
(defn- -move-right [x n] (if (decimal? x) (moved x (- n)) (host-call x :movePointRight n)))
(defn- -to-big-integer [x] (if (number? x) (bigint x) (host-call x :toBigInteger)))

(defn- large? "Whether the methods of large numbers are for `x`." [x] (or (decimal? x) (integer? x)))
(defn- exactly "`(f x …)`, whatever `with-precision` says: the methods are given their context." [f & args]
  (binding [*math-context* nil] (apply f args)))
(defn- -abs [x] (if (large? x) (if (neg? x) (exactly -' x) x) (host-call x :abs)))
(defn- -add
  ([x y] (if (large? x) (exactly +' x y) (host-call x :add y)))
  ([x y context] (if (decimal? x) (in-context (exactly + x y) context) (host-call x :add y context))))
(defn- -subtract
  ([x y] (if (large? x) (exactly -' x y) (host-call x :subtract y)))
  ([x y context] (if (decimal? x) (in-context (exactly - x y) context) (host-call x :subtract y context))))
(defn- -multiply
  ([x y] (if (large? x) (exactly *' x y) (host-call x :multiply y)))
  ([x y context] (if (decimal? x) (in-context (exactly * x y) context) (host-call x :multiply y context))))
(defn- -divide
  ([x y] (cond (decimal? x) (exactly / x y) (integer? x) (quot x y) :else (host-call x :divide y)))
  ([x y how]
   (cond
     (not (decimal? x)) (host-call x :divide y how)
     (map? how) (divided-to-precision x y (:precision how) (:rounding how))
     :else (divided-to-scale x y (-scale x) how)))
  ([x y scale rounding] (if (decimal? x) (divided-to-scale x y scale rounding) (host-call x :divide y scale rounding))))
(defn- -remainder [x y] (if (large? x) (exactly rem x y) (host-call x :remainder y)))
(defn- -divide-and-remainder [x y] (if (large? x) [(exactly quot x y) (exactly rem x y)] (host-call x :divideAndRemainder y)))
(defn- power [x n]
  (loop [base x n n made (if (decimal? x) 1M 1N)]
    (if (= n 0)
      made
      (recur (if (= n 1) base (*' base base)) (quot n 2) (if (odd? n) (*' made base) made)))))
(defn- -pow [x n]
  (cond
    (not (large? x)) (host-call x :pow n)
    (neg? n) (throw (ex-info "Negative exponent" {:ox/kind :ox/arithmetic :value n}))
    :else (exactly power x n)))
(defn- -negate [x] (if (large? x) (exactly -' x) (host-call x :negate)))
(defn- -signum [x] (if (large? x) (sign x) (host-call x :signum)))
(defn- -max [x y] (if (large? x) (max x y) (host-call x :max y)))
(defn- -min [x y] (if (large? x) (min x y) (host-call x :min y)))

(defn- -mod [x y]
  (cond
    (not (integer? x)) (host-call x :mod y)
    (pos? y) (mod x y)
    :else (throw (ex-info "BigInteger: modulus not positive" {:ox/kind :ox/arithmetic :value y}))))
(defn- -gcd [x y] (if (integer? x) (loop [a (-abs x) b (-abs y)] (if (zero? b) a (recur b (rem a b)))) (host-call x :gcd y)))
(defn- power-modulo [x n m]
  (loop [base (mod x m) n n made (mod 1 m)]
    (if (zero? n)
      made
      (recur (mod (*' base base) m) (quot n 2) (if (odd? n) (mod (*' made base) m) made)))))
(defn- inverse [x m]
  (loop [a (mod x m) b m u 1 v 0]
    (if (zero? b)
      (if (= a 1) (mod u m) (throw (ex-info "BigInteger not invertible." {:ox/kind :ox/arithmetic :value x})))
      (let [q (quot a b)] (recur b (-' a (*' q b)) v (-' u (*' q v)))))))
(defn- -mod-pow [x n m] (if (integer? x) (if (neg? n) (power-modulo (inverse x m) (-' n) m) (power-modulo x n m)) (host-call x :modPow n m)))
(defn- -mod-inverse [x m] (if (integer? x) (inverse x m) (host-call x :modInverse m)))

;; The lowest 63 bits of a number and those above: bits of numbers of any size, in two's complement.
(def ^:private limb 9223372036854775808N)
(defn- low-bits [x] (long (mod x limb)))
(defn- high-bits [x] (quot (-' x (mod x limb)) limb))
(defn- bitwise [f x y]
  (loop [x x y y place 1N sum 0N]
    (if (and (<= -1 x 0) (<= -1 y 0))
      (+' sum (*' place (f (long x) (long y))))
      (recur (high-bits x) (high-bits y) (*' place limb) (+' sum (*' place (f (low-bits x) (low-bits y))))))))
(defn- -and [x y] (if (integer? x) (bitwise bit-and x y) (host-call x :and y)))
(defn- -or [x y] (if (integer? x) (bitwise bit-or x y) (host-call x :or y)))
(defn- -xor [x y] (if (integer? x) (bitwise bit-xor x y) (host-call x :xor y)))
(defn- -and-not [x y] (if (integer? x) (bitwise bit-and x (-' -1 y)) (host-call x :andNot y)))
(defn- -not [x] (if (integer? x) (-' -1 x) (host-call x :not)))
(defn- shifted-left [x n] (if (neg? n) (shifted-right x (- n)) (*' x (-pow 2N n))))
(defn- shifted-right [x n] (if (neg? n) (shifted-left x (- n)) (let [d (-pow 2N n)] (quot (-' x (mod x d)) d))))
(defn- -shift-left [x n] (if (integer? x) (shifted-left x n) (host-call x :shiftLeft n)))
(defn- -shift-right [x n] (if (integer? x) (shifted-right x n) (host-call x :shiftRight n)))
(defn- -test-bit [x n] (if (integer? x) (odd? (shifted-right x n)) (host-call x :testBit n)))
(defn- -set-bit [x n] (if (integer? x) (-or x (-pow 2N n)) (host-call x :setBit n)))
(defn- -clear-bit [x n] (if (integer? x) (-and-not x (-pow 2N n)) (host-call x :clearBit n)))
(defn- -flip-bit [x n] (if (integer? x) (-xor x (-pow 2N n)) (host-call x :flipBit n)))
(defn- -bit-length [x]
  (if (integer? x)
    (loop [x (if (neg? x) (-' -1 x) x) n 0]
      (cond
        (zero? x) n
        (< x limb) (+ n (- 64 (leading-zeros (long x))))
        :else (recur (quot x limb) (+ n 63))))
    (host-call x :bitLength)))
(defn- -bit-count [x]
  (if (integer? x)
    (loop [x (if (neg? x) (-' -1 x) x) n 0]
      (if (zero? x) n (recur (quot x limb) (+ n (bit-count (low-bits x))))))
    (host-call x :bitCount)))
(defn- -lowest-bit [x]
  (if (integer? x)
    (if (zero? x) -1 (loop [x x n 0] (if (odd? x) n (recur (quot x 2) (inc n)))))
    (host-call x :getLowestSetBit)))
(defn- -sqrt [x]
  (cond
    (not (integer? x)) (host-call x :sqrt)
    (neg? x) (throw (ex-info "Negative BigInteger" {:ox/kind :ox/arithmetic :value x}))
    :else (loop [r (-pow 2N (quot (inc (-bit-length x)) 2))]
            (let [next (quot (+' r (if (zero? r) 0 (quot x r))) 2)]
              (if (>= next r) r (recur next))))))

(defn- prime? "By the bases that decide up to 3.3E24, and tell primes beyond with certainty enough." [n]
  (let [bases [2 3 5 7 11 13 17 19 23 29 31 37 41]]
    (cond
      (< n 2) false
      (some (fn [p] (= n p)) bases) true
      (some (fn [p] (zero? (rem n p))) bases) false
      :else
      (let [s (-lowest-bit (dec n))
            d (shifted-right (dec n) s)]
        (every? (fn [a]
                  (loop [x (power-modulo a d n) i 0]
                    (cond
                      (or (and (= i 0) (= x 1)) (= x (dec n))) true
                      (= i (dec s)) false
                      :else (recur (mod (*' x x) n) (inc i)))))
                bases)))))
(defn- -prime? [x certainty] (if (integer? x) (prime? (-abs x)) (host-call x :isProbablePrime certainty)))
(defn- -next-prime [x]
  (if (integer? x)
    (loop [n (inc' x)] (if (prime? n) n (recur (inc' n))))
    (host-call x :nextProbablePrime)))
(defn- -exact-long [x] (if (integer? x) (long x) (host-call x :longValueExact)))

(defhost
  RoundingMode/UP rounding-up
  RoundingMode/DOWN rounding-down
  RoundingMode/CEILING rounding-ceiling
  RoundingMode/FLOOR rounding-floor
  RoundingMode/HALF_UP rounding-half-up
  RoundingMode/HALF_DOWN rounding-half-down
  RoundingMode/HALF_EVEN rounding-half-even
  RoundingMode/UNNECESSARY rounding-unnecessary
  RoundingMode/valueOf rounding-named
  MathContext/new context-new
  MathContext/UNLIMITED context-unlimited
  MathContext/DECIMAL32 context-32
  MathContext/DECIMAL64 context-64
  MathContext/DECIMAL128 context-128
  .setScale -set-scale
  .scale -scale
  .precision -precision
  .unscaledValue -unscaled-value
  .stripTrailingZeros -strip-zeros
  .toPlainString -plain-string
  .round -round
  .movePointLeft -move-left
  .movePointRight -move-right
  .toBigInteger -to-big-integer
  .add -add
  .subtract -subtract
  .multiply -multiply
  .divide -divide
  .remainder -remainder
  .divideAndRemainder -divide-and-remainder
  .pow -pow
  .abs -abs
  .negate -negate
  .signum -signum
  .max -max
  .min -min
  .mod -mod
  .gcd -gcd
  .modPow -mod-pow
  .modInverse -mod-inverse
  .and -and
  .or -or
  .xor -xor
  .andNot -and-not
  .not -not
  .shiftLeft -shift-left
  .shiftRight -shift-right
  .testBit -test-bit
  .setBit -set-bit
  .clearBit -clear-bit
  .flipBit -flip-bit
  .bitLength -bit-length
  .bitCount -bit-count
  .getLowestSetBit -lowest-bit
  .sqrt -sqrt
  .isProbablePrime -prime?
  .nextProbablePrime -next-prime
  .longValueExact -exact-long)

;; ---------------------------------------------------------------------------------------------
;; Arrays

(def ^:private type-int 'int)
(def ^:private type-long 'long)
(def ^:private type-short 'short)
(def ^:private type-byte 'byte)
(def ^:private type-double 'double)
(def ^:private type-float 'float)
(def ^:private type-char 'char)
(def ^:private type-boolean 'boolean)

(defn- put-all! [array elements] (vreset! (field* array 1) elements) nil)
(defn- array-text [array] (if (nil? array) "null" (str "[" (string/join ", " (map text-or-null array)) "]")))
(defn- array-fill
  ([array x] (put-all! array (vec (repeat (alength array) x))))
  ([array from to x] (doseq [i (range from to)] (aset array i x))))
(defn- array-sort
  ([array] (put-all! array (vec (sort (array-vector array)))))
  ([array comparator] (put-all! array (vec (sort comparator (array-vector array))))))
(defn- array-equals [a b] (or (and (nil? a) (nil? b)) (and (some? a) (some? b) (= (array-vector a) (array-vector b)))))
(defn- array-copy [array n] (array-copy-range array 0 n))
(defn- array-copy-range [array from to]
  (let [kind (field* array 0)
        all (array-vector array)
        n (count all)
        inside (subvec all from (min to n))]
    (array-of kind (into inside (repeat (- to (max from n)) (case kind :object nil (:double :float) 0.0 :char \u0000 :boolean false 0))))))
(defn- array-list [array & more] (if (nil? more) (if (array? array) (vec array) [array]) (vec (cons array more))))
(defn- array-hash [array] (hash (array-vector array)))
(defn- array-copy-into [from start to at n]
  (let [source (subvec (array-vector from) start (+ start n))]
    (doseq [i (range n)] (aset to (+ at i) (nth source i)))))
(defn- -clone [x] (if (array? x) (aclone x) (host-call x :clone)))

(defhost
  Integer/TYPE type-int
  Long/TYPE type-long
  Short/TYPE type-short
  Byte/TYPE type-byte
  Double/TYPE type-double
  Float/TYPE type-float
  Character/TYPE type-char
  Boolean/TYPE type-boolean
  Arrays/toString array-text
  Arrays/fill array-fill
  Arrays/sort array-sort
  Arrays/equals array-equals
  Arrays/copyOf array-copy
  Arrays/copyOfRange array-copy-range
  Arrays/asList array-list
  Arrays/hashCode array-hash
  System/arraycopy array-copy-into
  .clone -clone)
