;;; # Host calls
;;; What portable programs call of the JVM, by the table of `ox.compat`.

;;; ## Math
(Math/abs -3)                      ;=> 3
(Math/abs -2.5)                    ;=> 2.5
(Math/abs "a")                     ;! :ox/type
(Math/max 1 2)                     ;=> 2
(Math/max 3 2.0)                   ;=> 3.0
;differs Clojure finds no method where it compiles the call alone, and gives 3.0 in a function
(Math/min 1 2.0)                   ;=> 1.0
;differs Clojure finds no method where it compiles the call alone, and gives 1.0 in a function
[(Math/sqrt 16) (Math/cbrt 27) (Math/pow 2 10) (Math/hypot 3 4)]       ;=> [4.0 3.0 1024.0 5.0]
(Math/sqrt -1)                     ;=> ##NaN
(Math/sqrt nil)                    ;! :ox/type
[(Math/floor 1.5) (Math/ceil 1.5) (Math/rint 2.5) (Math/round 2.5) (Math/round -2.5)]     ;=> [1.0 2.0 2.0 3 -2]
[(Math/floorDiv -7 2) (Math/floorMod -7 2)]  ;=> [-4 1]
(Math/floorDiv 1 0)                ;! :ox/arithmetic
(Math/addExact 1 Long/MAX_VALUE)   ;! :ox/arithmetic
(Math/multiplyExact 3 4)           ;=> 12
[Math/PI Math/E (Math/PI)]         ;=> [3.141592653589793 2.718281828459045 3.141592653589793]
[(Math/signum -2.0) (Math/toRadians 180.0) (Math/toDegrees Math/PI)]   ;=> [-1.0 3.141592653589793 180.0]
[(Math/exp 0) (Math/log 1) (Math/log10 1000) (Math/sin 0) (Math/cos 0) (Math/atan2 0 1)]  ;=> [1.0 0.0 3.0 0.0 1.0 0.0]
(java.lang.Math/abs -1)            ;=> 1
(let [r (Math/random)] (and (<= 0.0 r) (< r 1.0)))                     ;=> true

;;; ## Integers are read and written
(Integer/parseInt "42")            ;=> 42
(Integer/parseInt "-42")           ;=> -42
(Integer/parseInt "+7")            ;=> 7
(Integer/parseInt "ff" 16)         ;=> 255
(Integer/parseInt "-101" 2)        ;=> -5
(Integer/parseInt "x")             ;! :ox/number-format "For input string: \"x\""
(Integer/parseInt "")              ;! :ox/number-format
(Integer/parseInt nil)             ;! :ox/number-format
(Integer/parseInt " 1")            ;! :ox/number-format
(Integer/parseInt "2147483648")    ;! :ox/number-format
(Integer/parseInt "9" 8)           ;! :ox/number-format
(try (Integer/parseInt "1.5") (catch NumberFormatException e :number)) ;=> :number
(try (Integer/parseInt "a") (catch IllegalArgumentException e :argument))        ;=> :argument
[(Integer/valueOf "12") (Integer. "3") (Integer/valueOf 5)]            ;=> [12 3 5]
[Integer/MAX_VALUE Integer/MIN_VALUE]        ;=> [2147483647 -2147483648]
[(Integer/toString 255) (Integer/toString 255 16) (Integer/toBinaryString 10) (Integer/toHexString 255) (Integer/toHexString -1)]
;=> ["255" "ff" "1010" "ff" "ffffffff"]
[(Integer/bitCount 255) (Integer/compare 1 2) (Integer/signum -9)]     ;=> [8 -1 -1]
(Long/parseLong "9223372036854775807")       ;=> 9223372036854775807
(Long/parseLong "9223372036854775808")       ;! :ox/number-format
(Long/parseLong "zz" 36)           ;=> 1295
(Long/parseLong "1_0")             ;! :ox/number-format
(Long/parseLong nil)               ;! :ox/number-format
[Long/MAX_VALUE Long/MIN_VALUE]    ;=> [9223372036854775807 -9223372036854775808]
[(Long/valueOf 3) (Long. "4") (Long/toString 5) (Long/toHexString 254) (Long/toBinaryString -1)]
;=> [3 4 "5" "fe" "1111111111111111111111111111111111111111111111111111111111111111"]
[(Long/bitCount 7) (Long/numberOfTrailingZeros 8) (Long/numberOfLeadingZeros 1) (Long/compare 2 1)]       ;=> [3 3 63 1]
[Short/MAX_VALUE Byte/MIN_VALUE]   ;=> [32767 -128]

;;; ## Doubles, big numbers and truth values
(Double/parseDouble "1.5")         ;=> 1.5
(Double/parseDouble " 2e3 ")       ;=> 2000.0
(Double/parseDouble "x")           ;! :ox/number-format
(Double/parseDouble nil)           ;! :ox/type
[Double/POSITIVE_INFINITY Double/NEGATIVE_INFINITY Double/NaN]         ;=> [##Inf ##-Inf ##NaN]
[Double/MAX_VALUE Double/MIN_VALUE]          ;=> [1.7976931348623157E308 4.9E-324]
[(Double/isNaN ##NaN) (Double/isNaN 1.0) (Double/isInfinite ##Inf) (Double/isFinite 1.0)]       ;=> [true false true true]
[(Double/valueOf "2.5") (Double/toString 1.0) (Double/compare 1.0 2.0) (Double. "3.5")]        ;=> [2.5 "1.0" -1 3.5]
(BigDecimal. "1.50")               ;=> 1.50M
(BigDecimal. "x")                  ;! :ox/number-format
(bigint (BigInteger. "123456789012345678901234567890"))        ;=> 123456789012345678901234567890N
(bigint BigInteger/TEN)            ;=> 10N
[(Boolean/parseBoolean "TRUE") (Boolean/parseBoolean "yes") (Boolean/parseBoolean nil) (Boolean/valueOf "true")]  ;=> [true false false true]
[Boolean/TRUE Boolean/FALSE]       ;=> [true false]

;;; ## Characters
(map (fn [c] (Character/isDigit c)) [\0 \9 \a \٣])        ;=> (true true false true)
(map (fn [c] (Character/isLetter c)) [\a \Z \é \1 \-])    ;=> (true true true false false)
(map (fn [c] (Character/isLetterOrDigit c)) [\a \1 \_])   ;=> (true true false)
(map (fn [c] (Character/isWhitespace c)) [\space \newline \tab \a \u00a0 \u2003])         ;=> (true true true false false true)
(map (fn [c] (Character/isUpperCase c)) [\A \a \É \1])        ;=> (true false true false)
(map (fn [c] (Character/isLowerCase c)) [\A \a \é \1])        ;=> (false true true false)
[(Character/toUpperCase \a) (Character/toLowerCase \É) (Character/toUpperCase \ß)]        ;=> [\A \é \ß]
[(Character/digit \f 16) (Character/digit \g 16) (Character/getNumericValue \7) (Character/forDigit 11 16)]       ;=> [15 -1 7 \b]
(Character/toString \a)            ;=> "a"
(Character/isDigit nil)            ;! :ox/type
(Character/isAlphabetic (int \a))  ;=> true

;;; ## Strings
(.length "abc")                    ;=> 3
(.length "")                       ;=> 0
(.length nil)                      ;! :ox/type
(.length :a)                       ;! :ox/no-method "No matching field found: length for class clojure.lang.Keyword"
(.charAt "abc" 1)                  ;=> \b
(.charAt "abc" 3)                  ;! :ox/index
(.charAt "abc" -1)                 ;! :ox/index
(try (.charAt "" 0) (catch StringIndexOutOfBoundsException e :outside))          ;=> :outside
[(.substring "hello" 2) (.substring "hello" 1 3) (.subSequence "hello" 0 1)]     ;=> ["llo" "el" "h"]
(.substring "hello" 9)             ;! :ox/index
(.substring "hello" 3 1)           ;! :ox/index
[(.indexOf "hello" "l") (.indexOf "hello" "l" 3) (.indexOf "hello" "z") (.indexOf "hello" "") (.indexOf "hello" "h" -5)]  ;=> [2 3 -1 0 0]
[(.lastIndexOf "hello" "l") (.lastIndexOf "hello" "l" 2) (.lastIndexOf "hello" "z")]      ;=> [3 2 -1]
(.indexOf "hello" (int \e))        ;=> 1
[(.toUpperCase "abc") (.toLowerCase "ABC")]  ;=> ["ABC" "abc"]
(.toUpperCase nil)                 ;! :ox/type
[(.contains "hello" "ell") (.contains "hello" "z") (.startsWith "hello" "he") (.startsWith "hello" "l" 2) (.endsWith "hello" "lo")]
;=> [true false true true true]
(.contains "hello" nil)            ;! :ox/type
[(.trim "  a b \n") (.strip " a ") (.trim "") (.trim " ")]              ;=> ["a b" "a" "" ""]
[(.replace "aXbX" "X" "-") (.replace "aXbX" \X \-) (.replaceAll "a1b22" "[0-9]+" "#") (.replaceFirst "a1b22" "[0-9]" "#")]
;=> ["a-b-" "a-b-" "a#b#" "a#b22"]
(.replaceAll "ab" "(a)(b)" "$2$1") ;=> "ba"
[(vec (.split "a,b,,c,," ",")) (vec (.split "a,b,c" "," 2))]            ;=> [["a" "b" "" "c"] ["a" "b,c"]]
[(.isEmpty "") (.isEmpty " ") (.isBlank " ") (.concat "a" "b") (.repeat "ab" 3)]          ;=> [true false true "ab" "ababab"]
[(.equals "a" "a") (.equals "a" "b") (.equals "a" nil) (.equalsIgnoreCase "Ab" "aB")]     ;=> [true false false true]
(.equals nil 1)                    ;! :ox/type
[(neg? (.compareTo "a" "b")) (.compareTo "a" "a") (pos? (.compareTo "b" "a"))]   ;=> [true 0 true]
(.compareTo "a" nil)               ;! :ox/type
[(.matches "abc" "[a-c]+") (.matches "abcd" "[a-c]+")]                  ;=> [true false]
(= (.hashCode "abc") (.hashCode (str "ab" "c")))                        ;=> true
(.toString "abc")                  ;=> "abc"
(.toString nil)                    ;! :ox/type
(map (fn [c] (Character/toUpperCase c)) (.toCharArray "ab"))            ;=> (\A \B)
(.codePointAt "a" 0)               ;=> 97
[(String/valueOf 12) (String/valueOf true) (String/join "," ["a" "b"]) (String. "x")]     ;=> ["12" "true" "a,b" "x"]

;;; ## String builders
(let [b (StringBuilder.)]
  (.append b "a")
  (.append b 1)
  (.append b \c)
  [(.toString b) (str b) (.length b) (.charAt b 1)])                    ;=> ["a1c" "a1c" 3 \1]
(str (.append (StringBuilder.) nil))         ;=> "null"
;differs Clojure finds several methods
(str (doto (StringBuilder. "abc") (.append "d") (.reverse)))            ;=> "dcba"
(str (.insert (StringBuilder. "ac") 1 "b"))  ;=> "abc"
(let [b (StringBuilder. "hello")] (.setLength b 3) (.deleteCharAt b 0) (str b))           ;=> "el"
(let [b (StringBuilder. "hello")] (.setCharAt b 0 \j) (str (.delete b 2 4)))     ;=> "jeo"
(str (.replace (StringBuilder. "hello") 0 2 "HE!"))                     ;=> "HE!llo"
(.deleteCharAt (StringBuilder. "a") 1)       ;! :ox/index
(.insert (StringBuilder. "a") 5 "x")         ;! :ox/index
(.charAt (StringBuilder. "a") 1)             ;! :ox/index
(let [b (new StringBuilder)] (doseq [i (range 100)] (.append b i)) (.length b))  ;=> 190
(instance? StringBuilder (StringBuilder.))   ;=> true
(= (StringBuilder. "a") (StringBuilder. "a"))          ;=> false
[(.indexOf (StringBuilder. "abc") "c") (.substring (StringBuilder. "abc") 1)]    ;=> [2 "bc"]

;;; ## Any value
[(.toString 12) (.toString :a/b) (.toString [1 "a"]) (.toString \a)]    ;=> ["12" ":a/b" "[1 \"a\"]" "a"]
[(.equals 1 1) (.equals 1 1.0) (.equals [1 2] '(1 2)) (.equals :a :a)]  ;=> [true false true true]
[(.intValue 3.7) (.longValue 2.9) (.doubleValue 3) (.intValue 4294967297)]       ;=> [3 2 3.0 1]
(.intValue "a")                    ;! :ox/no-method
[(.getName :a/b) (.getNamespace :a/b) (.getName 'x) (.getNamespace 'x)] ;=> ["b" "a" "x" nil]
(.getName (class "a"))             ;=> "java.lang.String"
(.getSimpleName (class 1))         ;=> "Long"
(.getName (.getClass :a))          ;=> "clojure.lang.Keyword"
(.getClass nil)                    ;! :ox/type
[(.deref (atom 1)) (.invoke inc 1) (.applyTo + '(1 2))]                  ;=> [1 2 3]
(.isInstance String "a")           ;=> true

;;; ## Errors
(.getMessage (Exception. "m"))     ;=> "m"
(.getMessage (IllegalArgumentException. "bad"))        ;=> "bad"
(.getMessage (ex-info "info" {:a 1}))        ;=> "info"
(.getMessage nil)                  ;! :ox/type
(.getCause (Exception. "m"))       ;=> nil
(.getMessage (.getCause (RuntimeException. "outer" (Exception. "inner"))))       ;=> "inner"
(.getData (ex-info "m" {:a 1}))    ;=> {:a 1}
(ex-data (clojure.lang.ExceptionInfo. "m" {:a 1}))     ;=> {:a 1}
(throw (IllegalStateException. "state"))     ;! :ox/state "state"
(throw (new IllegalArgumentException "arg")) ;! :ox/argument "arg"
(throw (UnsupportedOperationException.))     ;! :ox/unsupported
(try (/ 1 0) (catch ArithmeticException e (.getMessage e)))             ;=> "Divide by zero"

;;; ## Collections are read
[(.size [1 2]) (.count {:a 1}) (.get {:a 1} :a) (.get [5 6] 1) (.containsKey {:a nil} :a) (.isEmpty [])] ;=> [2 1 1 6 true true]
[(.contains [1 2] 2) (.contains #{1} 3) (.indexOf [5 6 5] 5) (.lastIndexOf [5 6 5] 5)]   ;=> [true false 0 2]
(.get [1] 3)                       ;! :ox/index
[(.getKey (first {:a 1})) (.getValue (first {:a 1})) (.key (first {:b 2}))]      ;=> [:a 1 :b]
[(.nth [1 2] 1) (.nth [1 2] 5 :none) (.valAt {:a 1} :b 2) (.entryAt {:a 1} :a)] ;=> [2 :none 2 [:a 1]]
(set (.keySet {:a 1 :b 2}))        ;=> #{:a :b}
(.size nil)                        ;! :ox/type
(.size 5)                          ;! :ox/no-method
(clojure.lang.MapEntry. 1 2)       ;=> [1 2]
clojure.lang.PersistentVector/EMPTY          ;=> []

;;; ## The forms that call methods
(. "abc" length)                   ;=> 3
(. "abc" (charAt 0))               ;=> \a
(. "abc" charAt 2)                 ;=> \c
(. "abc" (length))                 ;=> 3
(. Math abs -4)                    ;=> 4
(. Math (max 1 5))                 ;=> 5
(. Math PI)                        ;=> 3.141592653589793
(.. "abc" toUpperCase (substring 1) length)  ;=> 2
(-> " a b " .trim .toUpperCase (.replace " " "-"))     ;=> "A-B"
(map #(.length %) ["a" "bb"])      ;=> (1 2)
(map (memfn toUpperCase) ["a" "b"])          ;=> ("A" "B")
(map (memfn charAt i) ["ab" "cd"] [0 1])     ;=> (\a \d)
(map String/.toUpperCase ["a" "b"])          ;=> ("A" "B")
;differs methods are values since Clojure 1.12
(String/.substring "abc" 1)        ;=> "bc"
(map Long/parseLong ["1" "2"])     ;=> (1 2)
;differs methods are values since Clojure 1.12
(map Math/abs [-1 2 -3])           ;=> (1 2 3)
;differs methods are values since Clojure 1.12
(apply Math/max [1 2])             ;=> 2
;differs methods are values since Clojure 1.12
(reduce (fn [a b] (Math/max a b)) [3 9 2])   ;=> 9
(let [s "abc"] (. s (indexOf "c"))) ;=> 2

;;; ## Fields and methods of one's own types
(defprotocol Shape (area [s]) (grown [s by]))
(defrecord Square [side]
  Shape
  (area [_] (* side side))
  (grown [_ by] (->Square (+ side by))))
(deftype Cell [content]
  Object
  (toString [_] (str "cell " content))
  clojure.lang.IDeref
  (deref [_] content))
(.area (Square. 3))                ;=> 9
(.grown (Square. 3) 1)             ;=> #user.Square{:side 4}
(.side (Square. 3))                ;=> 3
(.-side (Square. 3))               ;=> 3
(. (Square. 3) -side)              ;=> 3
(.. (Square. 3) (grown 2) area)    ;=> 25
(.content (Cell. 7))               ;=> 7
(.deref (Cell. 7))                 ;=> 7
(.toString (Cell. 7))              ;=> "cell 7"
(map (memfn area) [(Square. 1) (Square. 2)]) ;=> (1 4)
(.area "no square")                ;! :ox/no-method
(let [o (reify Object (toString [_] "reified"))] (.toString o))         ;=> "reified"
(new Square 2)                     ;=> #user.Square{:side 2}

;;; ## Classes are imported or named in full
(ns user
  (:import (java.util UUID Date)
           java.util.regex.Pattern
           [clojure.lang IDeref IPersistentMap]))
(defprotocol Titled (title [x]))
(import '(java.util.concurrent TimeoutException))
(UUID/fromString "123e4567-e89b-12d3-a456-426614174000")      ;=> #uuid "123e4567-e89b-12d3-a456-426614174000"
(uuid? (java.util.UUID/randomUUID))          ;=> true
(UUID/fromString "x")              ;! :ox/argument
(instance? UUID (UUID/randomUUID)) ;=> true
(.getTime (Date. 1000))            ;=> 1000
(Pattern/matches "[a-c]+" "abc")   ;=> true
(re-find (re-pattern (Pattern/quote "a.b")) "axb a.b") ;=> "a.b"
(.pattern #"a+")                   ;=> "a+"
(extend-protocol Titled
  IPersistentMap (title [m] (:title m))
  UUID (title [_] "an id"))
(map title [{:title 1} (UUID/randomUUID)])   ;=> (1 "an id")
(deftype Ref [x] IDeref (deref [_] x))
(.deref (Ref. 1))                  ;=> 1
(defmacro id? [x] `(instance? UUID ~x))
(id? (UUID/randomUUID))            ;=> true
(instance? String "x")             ;=> true
(instance? java.lang.String 1)     ;=> false

;;; ## The system
(pos? (System/currentTimeMillis))  ;=> true
(pos? (System/nanoTime))           ;=> true
(Thread/sleep 1)                   ;=> nil
[(System/getProperty "line.separator") (System/getProperty "file.separator") (System/lineSeparator)]    ;=> ["\n" "/" "\n"]
(System/getProperty "no.such" "otherwise")   ;=> "otherwise"
(System/getProperty "no.such")     ;=> nil

;;; ## Macros leave host calls as they are
(defmacro bigger [a b] `(Math/max ~a ~b))
(defmacro shout [s] `(.toUpperCase ~s))
(defmacro builder [] `(StringBuilder. "x"))
(bigger 1 2)                       ;=> 2
(shout "a")                        ;=> "A"
(str (builder))                    ;=> "x"

;;; ## What no table has is told
(Math/cubed 3)
;! OX0309 "`Math` has no `cubed` that is known here"
(Stack. 3)
;! OX0309 "`Stack` is no class that is known here"
(new Stack)
;! OX0309 "`Stack` is no class that is known here"
(Math.)
;! OX0309 "`Math` cannot be constructed"
(.nothing "a" 1)
;! OX0309 "`.nothing` is no method that is known here"
(map Integer/parsInt ["1"])
;! OX0309 "`Integer` has no `parsInt` that is known here"
(. "a" nothing)
;! OX0309
(.)
;! OX0304
(new)
;! OX0304

;;; ## A namespace adds calls of its own
;;; file app/stack.ox
(ns app.stack)
(defn make ([] (atom ())) ([x] (atom (list x))))
(defn push [stack x] (if (atom? stack) (do (swap! stack conj x) stack) :no-stack))
(defn shouted [s] (str s "!"))
(def limit 3)
(defhost
  Stack/new make
  Stack/LIMIT limit
  .push push
  String/.shout shouted)
(defn one [] (.push (Stack.) 1))
;;; file app/core.ox
(ns app.core (:require [app.stack]))
(defn cube [x] (* x x x))
(defn half [x] (/ x 2))
(defhost
  Math/cube cube
  Math/sqrt half)
@(app.stack/one)                   ;=> (1)
@(.push (Stack. :a) :b)            ;=> (:b :a)
@(doto (new Stack) (.push 1) (.push 2))      ;=> (2 1)
Stack/LIMIT                        ;=> 3
(.push 5 1)                        ;=> :no-stack
(String/.shout "a")                ;=> "a!"
(map Math/cube [1 2 3])            ;=> (1 8 27)
(Math/sqrt 8)                      ;=> 4

;;; ## Two namespaces that say different things are told
;;; file app/a.ox
(ns app.a)
(defn f [] 1)
(defhost Thing/f f, Thing/g f)
;;; file app/b.ox
(ns app.b)
(defn f [] 2)
(defhost Thing/f f)
;;; file app/core.ox
(ns app.core (:require [app.a] [app.b]))
(defn g [] (Thing/g))
(defn h [] (Thing/f))
;! OX0309 "`app.a` and `app.b` say different things of `Thing/f`"

;;; ## What an entry must be
(defn f [] 1)
(defhost Math/f nothing)
;! OX0101 "`nothing` is not defined"
(defhost lower f)
;! OX0301
(defhost Math/g when)
;! OX0301 "is a macro"
(defhost Math/h)
;! OX0301

;;; ## Types of other namespaces are imported
;;; file app/shape.ox
(ns app.shape)
(defrecord Square [side])
;;; file app/core.ox
(ns app.core
  (:require [app.shape])
  (:import (app.shape Square)))
(Square. 2)                        ;=> #app.shape.Square{:side 2}
(new Square 3)                     ;=> #app.shape.Square{:side 3}
(instance? Square (Square. 2))     ;=> true
(instance? Square {:side 2})       ;=> false
(.side (Square. 4))                ;=> 4
(Square. 1 2)                      ;! :ox/arity

;;; ## String builders are sequences of characters
(require '[clojure.string :as s])
(def sb (doto (StringBuilder.) (.append "abc") (.append \d)))
[(count sb) (seq sb) (first sb) (nth sb 2) (map int sb) (instance? CharSequence sb) (seqable? sb) (empty? sb)]
;=> [4 (\a \b \c \d) \a \c (97 98 99 100) true true false]
[(s/upper-case sb) (s/includes? sb "bc") (s/split sb #"b") (s/join "-" sb) (s/trim sb) (s/reverse sb) (s/index-of sb "c")]
;=> ["ABCD" true ["a" "cd"] "a-b-c-d" "abcd" "dcba" 2]
[(re-find #"b." sb) (re-seq #"." sb) (re-matches #"a.*" sb)]           ;=> ["bc" ("a" "b" "c" "d") "abcd"]
(nth sb 9)                         ;! :ox/index
(s/trim [1])                       ;! :ox/type
(= sb "abcd")                      ;=> false
[(str (.append (StringBuilder.) "hello" 1 3)) (str (.subSequence sb 1 3))]       ;=> ["el" "bc"]
(let [w (java.io.StringWriter.)] (.write w "hello" 1 3) (.append w "world" 0 2) (.write w 65) (str w))           ;=> "ellwoA"
(let [w (java.io.StringWriter.)] (binding [*out* w] (print "hi" 1)) (str w))     ;=> "hi 1"
[(String. (char-array [\a \b])) (String/valueOf (char-array [\c])) (String/valueOf true)]        ;=> ["ab" "c" "true"]
(with-open [w (java.io.StringWriter.)] (.write w "x") (str w))         ;=> "x"
(with-open [a 1] 2)                ;! :ox/no-method "close"
[(Double/compare -0.0 0.0) (Double/compare ##NaN 1.0) (Double/compare ##NaN ##NaN) (Double/compare 1.0 2.0) (.compareTo -0.0 0.0)]       ;=> [-1 1 0 -1 -1]
(Double/compare "a" 1.0)           ;! :ox/type

;;; ## Matchers
(require 'clojure.string)
(import '(java.util.regex Pattern Matcher))
(let [m (re-matcher #"(\d)(x)?" "1x 2")] [(re-find m) (re-groups m) (re-find m) (re-find m)])    ;=> [["1x" "1" "x"] ["1x" "1" "x"] ["2" "2" nil] nil]
(re-groups (re-matcher #"a" "b"))  ;! :ox/state "No match found"
(let [m (.matcher #"(a)(b)?" "xab")] [(.find m) (.group m) (.group m 1) (.group m 2) (.groupCount m) (.start m) (.end m) (.matches m)])
;=> [true "ab" "a" "b" 2 1 3 false]
(let [m (.matcher #"(?<y>\d+)-(?<z>\d+)" "10-20")] [(.matches m) (.group m "y") (.group m "z") (.group m 0) (.groupCount m)])    ;=> [true "10" "20" "10-20" 2]
(let [m (re-matcher #"a" "aba")] [(.find m) (.find m) (.start m) (.find m) (.find m 0) (.lookingAt m) (.replaceAll m "z")])      ;=> [true true 2 false true true "zbz"]
(let [m (re-matcher #"a" "aba")] (re-find m) (re-find m) (.reset m) (.find m) (.start m))        ;=> 0
(.group (re-matcher #"a" "aba"))   ;! :ox/state
(let [m (re-matcher #"a" "a")] (.find m) (.group m 3)) ;! :ox/index "No group 3"
(let [m (re-matcher #"a" "a")] (.find m) (.group m "no"))    ;! :ox/argument "No group with name <no>"
(re-find 1)                        ;! :ox/type
[(re-find (Pattern/compile "A" Pattern/CASE_INSENSITIVE) "ba") (re-find (Pattern/compile "^b" Pattern/MULTILINE) "a\nb")
 (re-find (Pattern/compile "a.b" (bit-or Pattern/DOTALL Pattern/CASE_INSENSITIVE)) "A\nB") (re-find (Pattern/compile "a.b" Pattern/LITERAL) "axb a.b")]
;=> ["a" "b" "A\nB" "a.b"]
(clojure.string/replace "x" #"x" (Matcher/quoteReplacement "$1"))   ;=> "$1"
[(instance? Matcher (re-matcher #"a" "a")) (instance? Pattern #"a")]   ;=> [true true]

;;; ## Decimals that are rounded
(import '(java.math RoundingMode MathContext BigDecimal BigInteger))
[(.setScale 1.255M 2 RoundingMode/HALF_UP) (.setScale 1.245M 2 RoundingMode/HALF_EVEN) (.setScale 1M 3) (.setScale -1.5M 0 RoundingMode/FLOOR)]        ;=> [1.26M 1.24M 1.000M -2M]
[(.setScale -1.5M 0 RoundingMode/CEILING) (.setScale -1.5M 0 RoundingMode/UP) (.setScale -1.5M 0 RoundingMode/HALF_DOWN) (.setScale 1.9M 0 RoundingMode/DOWN)]   ;=> [-1M -2M -1M 1M]
(.setScale 1.25M 1)                ;! :ox/arithmetic "Rounding necessary"
[(.scale 1.250M) (.precision 123.45M) (long (.unscaledValue 1.25M)) (.stripTrailingZeros 1.500M) (.toPlainString 1E+5M) (.toPlainString 1.5E-7M)]      ;=> [3 5 125 1.5M "100000" "0.00000015"]
[(.divide 1M 4M) (.divide 1M 3M 5 RoundingMode/HALF_UP) (.divide 10M 3M RoundingMode/DOWN) (.divide 2M 3M (MathContext. 4)) (.divide 1M 8M MathContext/DECIMAL32)]         ;=> [0.25M 0.33333M 3M 0.6667M 0.125M]
(.divide 1M 3M)                    ;! :ox/arithmetic
(.divide 1M 0M 2 RoundingMode/UP)  ;! :ox/arithmetic
[(.round 123.456M (MathContext. 4)) (.movePointLeft 123M 2) (.movePointRight 1.23M 1) (.pow 1.5M 2) (.remainder 7.5M 2M) (.negate 1.5M) (.signum -2M)]         ;=> [123.5M 1.23M 12.3M 2.25M 1.5M -1.5M -1]
[(.add 1M 2.5M) (.subtract 1M 2.5M) (.multiply 1.5M 2M) (.max 1M 2M) (.compareTo 1.0M 1.00M) (.equals 1.0M 1.00M) (str RoundingMode/HALF_UP)]  ;=> [3.5M -1.5M 3.0M 2M 0 false "HALF_UP"]
(.setScale 1 2)                    ;! :ox/no-method

;;; ## Integers of any size have methods
(import 'java.math.BigInteger)
(defn big [s] (BigInteger. s))
(map str [(.pow (big "2") 100) (.modPow (big "3") (big "200") (big "13")) (.gcd (big "12") (big "18")) (.mod (big "-7") (big "3")) (.modInverse (big "3") (big "11"))])
;=> ("1267650600228229401496703205376" "9" "6" "2" "4")
(map str [(.shiftLeft (big "1") 70) (.shiftRight (big "-9") 1) (.and (big "-12") (big "1180591620717411303434")) (.or (big "12") (big "10")) (.xor (big "12") (big "-10")) (.not (big "12"))])
;=> ("1180591620717411303424" "-5" "1180591620717411303424" "14" "-6" "-13")
[(.bitLength (big "255")) (.bitLength (big "1180591620717411303424")) (.bitCount (big "255")) (.testBit (big "5") 2) (.getLowestSetBit (big "8")) (.signum (big "-5"))]
;=> [8 71 8 true 3 -1]
(map str [(.sqrt (big "99")) (.nextProbablePrime (big "90")) (.divide (big "-7") (big "3")) (.remainder (big "-7") (big "3")) (.negate (big "5")) (.abs (big "-5"))])
;=> ("9" "97" "-2" "-1" "-5" "5")
[(.isProbablePrime (big "97") 10) (.isProbablePrime (big "91") 10) (.isProbablePrime (big "2305843009213693951") 10) (.toString (big "255") 16)]     ;=> [true false true "ff"]
(.mod (big "7") (big "0"))         ;! :ox/arithmetic
(.modInverse (big "2") (big "4"))  ;! :ox/arithmetic
(.sqrt (big "-1"))                 ;! :ox/arithmetic

;;; ## Keywords of an alias have the name that was written
(require '[clojure.string :as string])
(defmacro quoted [& forms] (list 'quote forms))
[::string/k (quoted ::string/k ::own) '{::string/a 1}]       ;=> [:clojure.string/k (:clojure.string/k :user/own) {:clojure.string/a 1}]
(let [{::string/keys [a]} {:clojure.string/a 1}] a)    ;=> 1

;;; ## Decimals of doubles and of their parts
[(BigDecimal/valueOf 5 2) (BigDecimal/valueOf 5 -2) (BigDecimal/valueOf 1.5)]    ;=> [0.05M 5E+2M 1.5M]
[(BigDecimal. 0.1) (BigDecimal. 100.0) (BigDecimal. -0.75) (BigDecimal. 3)]    ;=> [0.1000000000000000055511151231257827021181583404541015625M 100M -0.75M 3M]
(BigDecimal. ##NaN)                ;! :ox/number-format

;;; ## Records equal maps for Java
(defrecord R [a])
[(.equals (->R 1) {:a 1}) (.equals {:a 1} (->R 1)) (.equals (->R 1) {:a 2}) (= (->R 1) {:a 1}) (.equals (->R 1) (->R 1)) (.equals (->R 1) 1)]    ;=> [true true false false true false]

;;; ## `Closeable` and `Callable`
(deftype Door [log] java.io.Closeable (close [_] (swap! log conj :closed)))
(let [log (atom [])] (with-open [door (->Door log)] (swap! log conj :open)) @log)    ;=> [:open :closed]
[(instance? java.io.Closeable (->Door nil)) (instance? java.lang.AutoCloseable (->Door nil)) (instance? java.util.concurrent.Callable inc) (instance? java.util.concurrent.Callable 1)]
;=> [true true true false]
