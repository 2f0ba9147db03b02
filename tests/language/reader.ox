;;; # The reader
;;; What is written and what it is, printed again.

;;; ## Integers are written in any radix
[0 -0 +7 42 -42 0x1F 0XfF -0x10 017 2r101 36rZz 16rff] ;=> [0 0 7 42 -42 31 255 -16 15 5 1295 255]
[9223372036854775807 -9223372036854775808] ;=> [9223372036854775807 -9223372036854775808]

;;; ## Integers beyond 64 bits are big
9223372036854775808 ;=> 9223372036854775808N
-9223372036854775809 ;=> -9223372036854775809N
[1N 0N -5N 123456789012345678901234567890] ;=> [1N 0N -5N 123456789012345678901234567890N]
;;; ## Doubles are written with a point or an exponent
[1.0 -1.5 1e3 1E-3 1.5e10 0.1 100.0 1e7 1e21 123456789.125] ;=> [1.0 -1.5 1000.0 0.001 1.5E10 0.1 100.0 1.0E7 1.0E21 1.23456789125E8]
[##Inf ##-Inf ##NaN] ;=> [##Inf ##-Inf ##NaN]
[1e-5 0.001 1234567.0 12345678.0 1e300 4.9e-324] ;=> [1.0E-5 0.001 1234567.0 1.2345678E7 1.0E300 4.9E-324]

;;; ## Ratios are in lowest terms
[1/3 2/4 -6/4 4/2 0/5] ;=> [1/3 1/2 -3/2 2 0]

;;; ## Decimals keep their scale
[1M 1.50M -0.001M 1e3M] ;=> [1M 1.50M -0.001M 1E+3M]

;;; ## Strings have escapes
"a\tb\n\"q\"\\ \u03bb \101" ;=> "a\tb\n\"q\"\\ λ A"
(count "a\tb\u03bb") ;=> 4
"" ;=> ""

;;; ## Characters have names
[\a \newline \space \tab \return \backspace \formfeed \u03bb \o101 \( \\ \"] ;=> [\a \newline \space \tab \return \backspace \formfeed \λ \A \( \\ \"]

;;; ## Keywords
[:a :a/b :a.b/c-d :+ :1a :a:b] ;=> [:a :a/b :a.b/c-d :+ :1a :a:b]
::here ;=> :user/here

;;; ## Symbols
'[a a/b + -a .b a. *x* a->b ->a <= a' a1 %] ;=> [a a/b + -a .b a. *x* a->b ->a <= a' a1 %]
['/ 'clojure.core// '-] ;=> [/ clojure.core// -]
'[nil true false] ;=> [nil true false]

;;; ## Quoting
'(1 2 (3 [4 {:a #{5}}])) ;=> (1 2 (3 [4 {:a #{5}}]))
(quote a) ;=> a
''a ;=> (quote a)
'@a ;=> (clojure.core/deref a)
'#'a ;=> (var a)

;;; ## Collections are read in any nesting
[] ;=> []
'() ;=> ()
{} ;=> {}
#{} ;=> #{}
{:a [1 {:b (list 1 2)}]} ;=> {:a [1 {:b (1 2)}]}
[1, 2,, 3] ;=> [1 2 3]

;;; ## Function literals number their parameters
(#(+ %1 %2) 1 2) ;=> 3
(map #(* % %) [1 2 3]) ;=> (1 4 9)
(#(apply + %&) 1 2 3) ;=> 6
(#(vector %2 %1) 1 2) ;=> [2 1]
(#(do [%3]) 1 2 3) ;=> [3]

;;; ## The discard macro drops the next form
[1 #_2 3 #_ #_ 4 5 6] ;=> [1 3 6]
[#_(f "x" \)) 1] ;=> [1]
{:a #_1 2} ;=> {:a 2}

;;; ## Comments and commas are space
[1 ; one
 2 #! two
 3] ;=> [1 2 3]

;;; ## Metadata is read onto what follows
(meta '^:a x) ;=> {:a true}
(meta ^{:a 1 :b 2} [1]) ;=> {:a 1, :b 2}
(meta ^:a ^{:b 1} {}) ;=> {:b 1, :a true}
(:tag (meta '^String x)) ;=> String

;;; ## Namespaced maps
#:a{:b 1 :c/d 2 :_/e 3} ;=> {:a/b 1, :c/d 2, :e 3}
(= #:a{:b 1} {:a/b 1}) ;=> true

;;; ## Regular expressions
#"a\d+\"" ;=> #"a\d+\""
(re-find #"b+" "abbbc") ;=> "bbb"
(re-matches #"(a)(b)?" "a") ;=> ["a" "a" nil]

;;; ## Tagged instants and identifiers
#inst "2024-02-29T12:30:00.000Z" ;=> #inst "2024-02-29T12:30:00.000-00:00"
#inst "2024" ;=> #inst "2024-01-01T00:00:00.000-00:00"
#uuid "00000000-0000-4000-8000-000000000001" ;=> #uuid "00000000-0000-4000-8000-000000000001"
(= #inst "2024-01-01T00:00:00Z" #inst "2024-01-01T01:00:00+01:00") ;=> true

;;; ## Syntax-quote qualifies, unquotes and splices
`(a ~(+ 1 2) ~@[4 5] b) ;=> (user/a 3 4 5 user/b)
`[~@(list 1 2) x] ;=> [1 2 user/x]
`{:a ~(inc 1)} ;=> {:a 2}
`(if x map) ;=> (if user/x clojure.core/map)
`~'a ;=> a
`:a ;=> :a
`() ;=> ()
`#{~@[1]} ;=> #{1}
(let [[a b] `(x# x#)] (= a b)) ;=> true
(= `x# `x#) ;=> false

;;; ## What is spliced needs a sequence around it
`~@[1] ;! OX0206 "no sequence here to splice into"

;;; ## Values are read at run time
(read-string "(a [1 2.5 \"x\"] #{:k} {a/b \\c})") ;=> (a [1 2.5 "x"] #{:k} {a/b \c})
(read-string "  42 43") ;=> 42
(read-string "'a") ;=> (quote a)
(read-string "#inst \"2024-01-01\"") ;=> #inst "2024-01-01T00:00:00.000-00:00"
(read-string "^:m [1]") ;=> [1]
(meta (read-string "^:m [1]")) ;=> {:m true}
(read-string {:eof :none} "") ;=> :none
(read-string "(1 2") ;! :ox/parse
(read-string ")") ;! :ox/parse
(read-string "{:a}") ;! :ox/parse
(read-string "") ;! :ox/parse
(read-string "1x") ;! :ox/parse "Invalid number: 1x"
(mapv (juxt namespace name) (map read-string ["a/b/c" "a//b" "a//" "a/-1" "nil/a" ":a/b/c" ":1" ":1/a"])) ;=> [["a" "b/c"] ["a" "/b"] ["a" "/"] ["a" "-1"] ["nil" "a"] ["a" "b/c"] [nil "1"] ["1" "a"]]
(mapv (juxt namespace name) '[a/b/c a//b a// a/-1 nil/a :a/b/c :1 :1/a]) ;=> [["a" "b/c"] ["a" "/b"] ["a" "/"] ["a" "-1"] ["nil" "a"] ["a" "b/c"] [nil "1"] ["1" "a"]]
(mapv #(try (read-string %) (catch Exception _ :no)) ["a/" "/a" "a/b/" "a/1" ":a/1" "a::b" "a:" "16rFFN" "2r101N" "1r0" "08"]) ;=> [:no :no :no :no :no :no :no :no :no :no :no]
(mapv read-string ["0xFFN" "017N" "0N" "36rZZN"]) ;=> [255N 15N 0N 46643]
[0xFFN 017N 0N 36rZZN] ;=> [255N 15N 0N 46643]

;;; ## Reader conditionals take the branch of Ox
;;; differs: Clojure takes its own
[#?(:clj 1 :ox 2 :default 3)] ;=> [2]
[#?(:clj 1 :default 3)] ;=> [3]
[#?(:clj 1) :x] ;=> [:x]
[1 #?@(:ox [2 3] :clj [4]) 5] ;=> [1 2 3 5]

;;; ## Byte strings are base64
;;; differs: Clojure has arrays
#bytes "aGVsbG8=" ;=> #bytes "aGVsbG8="
(count #bytes "aGVsbG8=") ;=> 5

;;; ## Literals of types
(defrecord Point [x y])
(deftype Box [v])
#user.Point{:x 1, :y (+ 1 2)}                            ;=> #user.Point{:x 1, :y (+ 1 2)}
#user.Point[1 2]                                         ;=> #user.Point{:x 1, :y 2}
[(:x #user.Point{:y 1}) (.-v #user.Box[[a b]])]          ;=> [nil [a b]]
(= (->Point 1 [2]) (read-string (pr-str (->Point 1 [2]))))    ;=> true
(read-string "[#user.Point[1 2] {#user.Point{:x 1} #{#user.Point[3 4]}}]")
;=> [#user.Point{:x 1, :y 2} {#user.Point{:x 1, :y nil} #{#user.Point{:x 3, :y 4}}}]
(.-v (read-string "#user.Box[7]"))                       ;=> 7
(record? (with-in-str "#user.Point[1 2] 3" (read)))      ;=> true
(read-string "#user.Point[1]")                           ;! :ox/arity
;differs Clojure throws an IllegalArgumentException
(read-string "#user.Nothing{:x 1}")                      ;! :ox/parse "No reader function for tag user.Nothing"
;differs Clojure throws a ClassNotFoundException

;;; ## Readers of tags
(binding [*data-readers* {'my/tag (fn [x] [:read x])}] (read-string "#my/tag [1 #my/tag 2]"))    ;=> [:read [1 [:read 2]]]
(binding [*default-data-reader-fn* (fn [tag x] [tag x])] (read-string "(#a 1 #inst \"2020-01-01\")"))
;=> ([a 1] #inst "2020-01-01T00:00:00.000-00:00")
(binding [*default-data-reader-fn* tagged-literal] (:tag (read-string "#a 1")))    ;=> a
(read-string "#a 1")                                     ;! :ox/parse "No reader function for tag a"
(read-string "\"#a 1\"")                                 ;=> "#a 1"
(meta (read-string "[^:k [#user/x 1]]"))                 ;! :ox/parse "No reader function for tag user/x"
(sort (keys default-data-readers))                       ;=> (inst uuid)
