;;; # `clojure.string`

;;; ## Case
(require '[clojure.string :as s])
[(s/upper-case "abC") (s/upper-case :a) (s/upper-case 'x/y) (s/upper-case "straße") (s/upper-case "")] ;=> ["ABC" ":A" "X/Y" "STRASSE" ""]
[(s/lower-case "ABc") (s/lower-case :A) (s/lower-case 12) (s/lower-case "ÄÖΣ")] ;=> ["abc" ":a" "12" "äöς"]
[(s/capitalize "hELLO") (s/capitalize "") (s/capitalize "a") (s/capitalize :kEY) (s/capitalize "ß")] ;=> ["Hello" "" "A" ":key" "SS"]
(s/upper-case nil) ;! :ox/type "expected a string, got nil"
(s/lower-case nil) ;! :ox/type "expected a string, got nil"
(s/capitalize nil) ;! :ox/type "expected a string, got nil"

;;; ## White space
(require '[clojure.string :as s])
[(s/trim "  a b \t\n") (s/trim "") (s/trim "   ") (s/trim "\u2003x\u2003") (s/trim "\u00a0x")] ;=> ["a b" "" "" "x" " x"]
[(s/triml "  a ") (s/triml "") (s/triml "   ") (s/trimr "  a ") (s/trimr "   ")] ;=> ["a " "" "" "  a" ""]
[(s/trim-newline "a\r\n\n") (s/trim-newline "\n") (s/trim-newline "a\nb") (s/trim-newline " a ")] ;=> ["a" "" "a\nb" " a "]
[(s/blank? nil) (s/blank? "") (s/blank? " \t\n") (s/blank? "a") (s/blank? " a")] ;=> [true true true false false]
(s/trim nil) ;! :ox/type "expected a string, got nil"
(s/triml nil) ;! :ox/type "expected a string, got nil"
(s/trimr nil) ;! :ox/type "expected a string, got nil"
(s/trim-newline nil) ;! :ox/type "expected a string, got nil"
(s/trim :a) ;! :ox/type "expected a string, got :a"
(s/blank? 5) ;! :ox/type "expected a string, got 5"

;;; ## `join`
(require '[clojure.string :as s])
(s/join [1 nil :a "b" \c]) ;=> "1:abc"
(s/join ", " [1 nil :a "b" \c]) ;=> "1, , :a, b, c"
(s/join \- (range 4)) ;=> "0-1-2-3"
(s/join nil [1 2]) ;=> "12"
(s/join ", " nil) ;=> ""
(s/join ", " []) ;=> ""
(s/join :x #{1}) ;=> "1"
(s/join "," "abc") ;=> "a,b,c"
(s/join "," {:a 1}) ;=> "[:a 1]"
(s/join 1 [2 3]) ;=> "213"
(s/join "," 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(apply s/join []) ;! :ox/arity "Wrong number of args (0) passed to: ox.string/join"

;;; ## `split`, `split-lines`
(require '[clojure.string :as s])
(s/split "a,b,,c,," #",") ;=> ["a" "b" "" "c"]
(s/split "a,b,,c,," #"," -1) ;=> ["a" "b" "" "c" "" ""]
(s/split "a,b,,c,," #"," 2) ;=> ["a" "b,,c,,"]
(s/split "a,b,,c,," #"," 0) ;=> ["a" "b" "" "c"]
(s/split "" #",") ;=> [""]
(s/split "abc" #"") ;=> ["a" "b" "c"]
(s/split ",a" #",") ;=> ["" "a"]
(s/split ",,," #",") ;=> []
(s/split "a1b22c" #"\d+") ;=> ["a" "b" "c"]
(s/split "a1b22c" #"(\d)+") ;=> ["a" "b" "c"]
(s/split "abc" #"x") ;=> ["abc"]
(s/split-lines "a\nb\r\nc\n\n") ;=> ["a" "b" "c"]
(s/split-lines "") ;=> [""]
(s/split-lines "\n\na") ;=> ["" "" "a"]
(s/split-lines "a\rb") ;=> ["a\rb"]
(s/split nil #",") ;! :ox/type "expected a string, got nil"
(s/split "a,b" ",") ;! :ox/type "expected a regular expression, got a string"
(s/split "a,b" nil) ;! :ox/type "expected a regular expression, got nil"
(s/split-lines nil) ;! :ox/type "expected a string, got nil"

;;; ## `replace`, `replace-first`
(require '[clojure.string :as s])
[(s/replace "banana" "an" "x") (s/replace "banana" \a \o) (s/replace "banana" #"a" "o") (s/replace "banana" "" "-")] ;=> ["bxxa" "bonono" "bonono" "-b-a-n-a-n-a-"]
[(s/replace "banana" #"(.)a" "$1$1") (s/replace "a.b" "." "$1\\") (s/replace "a.b" #"\." "\\$")] ;=> ["bbnnnn" "a$1\\b" "a$b"]
[(s/replace "banana" #"a(.)" (fn [[m g]] (str g m))) (s/replace "abc" #"b" s/upper-case) (s/replace "abc" #"b" {"b" "X"})] ;=> ["bnannana" "aBc" "aXc"]
[(s/replace-first "banana" "an" "x") (s/replace-first "banana" \a \o) (s/replace-first "banana" #"a" "o") (s/replace-first "abc" "x" "y") (s/replace-first "abc" \x \y)] ;=> ["bxana" "bonana" "bonana" "abc" "abc"]
[(s/replace-first "banana" #"(.)a" "$1$1") (s/replace-first "a.b.c" "." "$1\\") (s/replace-first "abc" #"[bc]" s/upper-case) (s/replace-first "abc" #"x" s/upper-case)] ;=> ["bbnana" "a$1\\b.c" "aBc" "abc"]
[(s/replace "abc" #"b" (s/re-quote-replacement "$1\\")) (s/re-quote-replacement "a$b\\c") (s/re-quote-replacement "")] ;=> ["a$1\\c" "a\\$b\\\\c" ""]
(s/replace "" #"^$" "x") ;=> "x"
(s/replace "abc" #"x*" "-") ;=> "-a-b-c-"
(s/replace "abc" 5 "x") ;! :ox/argument "Invalid match arg: 5"
(s/replace "abc" nil "x") ;! :ox/argument "Invalid match arg: nil"
(s/replace-first "abc" :b "x") ;! :ox/argument "Invalid match arg: :b"
(s/replace nil "a" "b") ;! :ox/type "expected a string, got nil"
(s/replace "abc" "a" \b) ;! :ox/type "a string is replaced by a string, a character by a character, not by"
(s/replace "abc" #"(a)" "$2") ;! :ox/index "No group 2"
(s/replace "abc" #"a" "$") ;! :ox/argument "Illegal group reference"
(s/replace-first nil "a" "b") ;! :ox/type "expected a string, got nil"
(s/re-quote-replacement nil) ;! :ox/type "expected a string, got nil"

;;; ## Looking for parts
(require '[clojure.string :as s])
[(s/index-of "banana" "an") (s/index-of "banana" \n) (s/index-of "banana" "an" 2) (s/index-of "banana" "x") (s/index-of "banana" "") (s/index-of "banana" "a" -5) (s/index-of "banana" "a" 99)] ;=> [1 2 3 nil 0 1 nil]
[(s/last-index-of "banana" "an") (s/last-index-of "banana" \n) (s/last-index-of "banana" "an" 2) (s/last-index-of "banana" "x") (s/last-index-of "banana" "") (s/last-index-of "banana" "a" -1) (s/last-index-of "banana" "a" 99)] ;=> [3 4 1 nil 6 nil 5]
[(s/starts-with? "abc" "ab") (s/starts-with? "abc" "") (s/starts-with? "abc" "bc") (s/ends-with? "abc" "bc") (s/ends-with? "abc" "") (s/ends-with? "abc" "ab") (s/includes? "abc" "b") (s/includes? "abc" "") (s/includes? "abc" "ac")] ;=> [true true false true true false true true false]
[(s/starts-with? :abc ":a") (s/includes? 'abc "b") (s/ends-with? 'abc "c")] ;=> [true true true]
(s/index-of nil "a") ;! :ox/type "expected a string, got nil"
(s/last-index-of nil "a") ;! :ox/type "expected a string, got nil"
(s/index-of "a" nil) ;! :ox/type "expected a string, got nil"
(s/starts-with? nil "a") ;! :ox/type "expected a string, got nil"
(s/ends-with? "a" nil) ;! :ox/type "expected a string, got nil"
(s/includes? "a" nil) ;! :ox/type "expected a string, got nil"
(s/includes? nil "a") ;! :ox/type "expected a string, got nil"
(s/includes? "a" :a) ;! :ox/type "expected a string, got :a"

;;; ## `reverse`, `escape`
(require '[clojure.string :as s])
[(s/reverse "abc") (s/reverse "") (s/escape "a<b>" {\< "&lt;" \> "&gt;"}) (s/escape "abc" {\b nil \c 5}) (s/escape "" {}) (s/escape "aXb" (fn [c] (when (= c \X) "--")))] ;=> ["cba" "" "a&lt;b&gt;" "ab5" "" "a--b"]
(s/escape :ab {\: "c"}) ;! :ox/type "expected a string, got :ab"
(s/reverse nil) ;! :ox/type "expected a string, got nil"
(s/escape nil {}) ;! :ox/type "expected a string, got nil"
(s/escape "abc" nil) ;! :ox/type "nil is not a function: it cannot be called"
(s/escape "abc" 5) ;! :ox/type "an integer is not a function: it cannot be called"
(s/reverse 12) ;! :ox/type "expected a string, got 12"

;;; ## `re-quote-replacement`
(require '[clojure.string :as s])
(s/replace "a" #"a" (s/re-quote-replacement "$1\\")) ;=> "$1\\"
(s/re-quote-replacement "a.b") ;=> "a.b"
(s/re-quote-replacement :a) ;=> ":a"
