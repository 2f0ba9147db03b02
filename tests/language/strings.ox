;;; # Strings, characters, keywords and symbols

;;; ## str joins the texts of values
(str) ;=> ""
(str nil) ;=> ""
(str 1) ;=> "1"
(str "a" 1 :k nil 'sym \c 1.5 [1 "x"] {:a "b"}) ;=> "a1:ksymc1.5[1 \"x\"]{:a \"b\"}"
(str 1/2 1N 1.5M true) ;=> "1/211.5true"
(str (map inc [1 2])) ;=> "(2 3)"
;differs Clojure prints an address
(str "λ" "x") ;=> "λx"

;;; ## Strings are sequences of characters
(seq "abc") ;=> (\a \b \c)
(seq "") ;=> nil
(count "hello") ;=> 5
(nth "abc" 1) ;=> \b
(get "abc" 1) ;=> \b
(get "abc" 5) ;=> nil
(first "abc") ;=> \a
(last "abc") ;=> \c
(rest "abc") ;=> (\b \c)
(reverse "abc") ;=> (\c \b \a)
(apply str (reverse "abc")) ;=> "cba"
(nth "abc" 5) ;! :ox/index
(vec "ab") ;=> [\a \b]
(map int "az") ;=> (97 122)
(contains? "abc" 1) ;=> true
(empty? "") ;=> true

;;; ## Characters are Unicode scalar values
;;; differs: Clojure's are UTF-16 code units
(count "a😀b") ;=> 3
(nth "a😀b" 1) ;=> \😀
(subs "a😀b" 2) ;=> "b"
(int (first "😀")) ;=> 128512
(apply str (reverse "a😀λ")) ;=> "λ😀a"

;;; ## Substrings
(subs "hello" 1) ;=> "ello"
(subs "hello" 1 3) ;=> "el"
(subs "hello" 5) ;=> ""
(subs "hello" 2 2) ;=> ""
(subs "hello" 6) ;! :ox/index
(subs "hello" 3 2) ;! :ox/index
(subs "hello" -1) ;! :ox/index
(subs nil 1) ;! :ox/type

;;; ## Characters
[(char 97) (int \λ) (char? \a) (char? "a")] ;=> [\a 955 true false]
(char -1) ;! :ox/argument
(str \a \b) ;=> "ab"

;;; ## Names of keywords and symbols
[(name :a/b) (namespace :a/b) (namespace :a) (name 'x/y) (name "s")] ;=> ["b" "a" nil "y" "s"]
[(keyword "a") (keyword "a" "b") (keyword 'a/b) (keyword "a/b") (keyword :x)] ;=> [:a :a/b :a/b :a/b :x]
[(symbol "a") (symbol "a" "b") (symbol :k) (symbol "a/b")] ;=> [a a/b k a/b]
[(keyword? :a) (symbol? 'a) (string? "a") (keyword? "a") (ident? :a) (qualified-keyword? :a/b) (simple-keyword? :a/b) (simple-symbol? 'a) (qualified-symbol? 'a/b)] ;=> [true true true false true true false true true]
(name nil) ;! :ox/type
(name 1) ;! :ox/type
(keyword nil) ;=> nil
(= (keyword "a" "b") :a/b) ;=> true

;;; ## Keywords and symbols look themselves up
(:a {:a 1}) ;=> 1
(:b {:a 1}) ;=> nil
(:b {:a 1} :none) ;=> :none
('a {'a 1}) ;=> 1
(:a nil) ;=> nil
(:a 5) ;=> nil
(:a #{:a}) ;=> :a
(map :a [{:a 1} {:a 2} {}]) ;=> (1 2 nil)
(:a) ;! :ox/arity

;;; ## Formatting
(format "%d %s %5d|%-5s|%05d" 1 "x" 42 "ab" 7) ;=> "1 x    42|ab   |00007"
(format "%.2f %x %%" 3.14159 255) ;=> "3.14 ff %"
(format "%s %s" nil [1 2]) ;=> "null [1 2]"
(format "%d" "x") ;! :ox/argument

;;; ## Regular expressions
(re-find #"\d+" "ab12cd34") ;=> "12"
(re-find #"(\w)(\d)" "a1") ;=> ["a1" "a" "1"]
(re-find #"x" "abc") ;=> nil
(re-seq #"\d" "a1b2") ;=> ("1" "2")
(re-seq #"(.)=(\d)" "a=1,b=2") ;=> (["a=1" "a" "1"] ["b=2" "b" "2"])
(re-matches #"\d+" "123") ;=> "123"
(re-matches #"\d+" "123a") ;=> nil
(re-pattern "a+") ;=> #"a+"
(re-find (re-pattern "a+") "caat") ;=> "aa"
(re-find #"a" nil) ;! :ox/type

;;; ## No line starts at the end of a text
;;; file app/core.ox
(ns app.core (:require [clojure.string :as str]))
(map #(str/replace % #"(?m)^" "> ") ["a\nb\n" "a\n\nb" "\n" ""]) ;=> ("> a\n> b\n" "> a\n> \n> b" "> \n" "")
(str/replace "" #"^" "> ") ;=> "> "
(str/replace "a\nb\n" #"(?m)^|$" "> ") ;=> "> a> \n> b> \n> "
(re-seq #"(?m)^.*" "a\nb\n") ;=> ("a" "b")
(re-seq #"(?m)a|^" "a\n") ;=> ("a")
(re-seq #"(?m)(?-m:^)|b" "") ;=> ("")
[(re-matches #"(?m)^" "") (re-find #"(?m:^)$" "x\n") (re-find #"(?m)(^)|()" "")] ;=> [nil nil ["" nil ""]]
(str/split "a\nb\n" #"(?m)^") ;=> ["a\n" "b\n"]
(count (re-seq #"(?m)^.*$" (apply str (repeat 5000 "a line\n")))) ;=> 5000
(count (re-seq #"(?m)^" (apply str (repeat 5000 "a line\n")))) ;=> 5000

;;; ## Blanks and comments in a verbose pattern mean nothing, in a class neither
(re-seq #"(?x) [a b] # c" "a b") ;=> ("a" "b")
[(re-seq #"(?x)[^ a ]" "^a b") (re-seq #"(?x)[ ^a ]" "^a b")] ;=> [("^" " " "b") ("^" "a")]
[(re-seq #"(?x)[a - c ]" "abc-") (re-seq #"(?x)[a& &b]" "ab&")] ;=> [("a" "b" "c") nil]
[(re-seq #"(?x)[a\ b]" "a b") (re-seq #"(?x) [\Q \E] " "a b")] ;=> [("a" " " "b") (" ")]
(re-seq (re-pattern "(?x)[a #b\nc]") "a #bc") ;=> ("a" "c")
(re-seq #"(?x)\s [\s] \p{Blank} \h" "a    b") ;=> ("    ")
(re-seq #"(?x) (?-x:[a b]) [ b ]" "ab b") ;=> ("ab" " b")

;;; ## A pattern that is none is a diagnostic
(defn f [s] (re-find #"a(" s)) ;! OX0315 "Invalid regular expression"
(def g '(1 [#"["])) ;! OX0315 "Unclosed character class"
(defn h [s] (re-find #"(?=a)b" s)) ;! OX0315 "look-ahead (?=…) at index 0"
(defn i [s] (re-find #"a\(" s))

;;; ## clojure.string
;;; file app/core.ox
(ns app.core (:require [clojure.string :as str]))
[(str/join ", " [1 2 3]) (str/join [1 "a" :b]) (str/join "," [])] ;=> ["1, 2, 3" "1a:b" ""]
[(str/split "a,b,,c,," #",") (str/split "a b" #" ") (str/split "a,b,c" #"," 2)] ;=> [["a" "b" "" "c"] ["a" "b"] ["a" "b,c"]]
(str/split-lines "a\nb\r\nc") ;=> ["a" "b" "c"]
[(str/trim "  a ") (str/triml "  a ") (str/trimr " a  ")] ;=> ["a" "a " " a"]
[(str/upper-case "abc") (str/lower-case "ABC") (str/capitalize "hELLO")] ;=> ["ABC" "abc" "Hello"]
[(str/starts-with? "hello" "he") (str/ends-with? "hello" "lo") (str/includes? "hello" "ell") (str/blank? " ") (str/blank? nil)] ;=> [true true true true true]
[(str/replace "aXbX" "X" "-") (str/replace "a1b2" #"\d" "<$0>") (str/replace "ab" #"a|b" {"a" "1" "b" "2"}) (str/replace-first "aXbX" "X" "-")] ;=> ["a-b-" "a<1>b<2>" "12" "a-bX"]
[(str/index-of "abc" "c") (str/index-of "abc" "x") (str/last-index-of "abab" "b") (str/reverse "abc")] ;=> [2 nil 3 "cba"]
[(str/index-of "abca" "a" 1N) (str/last-index-of "abab" "b" 2N)] ;=> [3 1]
(str/upper-case nil) ;! :ox/type
(str/escape "a<b" {\< "&lt;"}) ;=> "a&lt;b"

;;; ## Characters of long texts are found by index
;;; differs: characters are Unicode scalar values
(def long-text (apply str (map (fn [n] (if (even? n) "aé" "𝄞z")) (range 800))))
(count long-text) ;=> 1600
[(nth long-text 0) (nth long-text 1) (nth long-text 2) (nth long-text 1599) (nth long-text 1598)] ;=> [\a \é \𝄞 \z \𝄞]
(= long-text (apply str (map (fn [i] (nth long-text i)) (range 1600)))) ;=> true
[(get long-text 801) (get long-text 1600) (get long-text -1) (subs long-text 64 68) (subs long-text 1598) (subs long-text 1600)] ;=> [\é nil nil "aé𝄞z" "𝄞z" ""]
(nth long-text 1600) ;! :ox/index
(require '[clojure.string :as string])
[(string/index-of long-text "𝄞" 1000) (string/last-index-of long-text "é" 1000)] ;=> [1002 997]
