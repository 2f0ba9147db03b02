;;; # Core names: text, names and types

;;; Each name with its usual results, its edges and its errors. `cargo test -p harness --test main clojure_agrees`
;;; compares all of them with Clojure.

;;; ## `str`
(str (inc nil)) ;! :ox/type "expected a number, got nil"
(str) ;=> ""
(str nil) ;=> ""
(str '(1 "a" \b :c)) ;=> "(1 \"a\" \\b :c)"
(str nil 1 :a 'b "c" \d 1.0 1/2 3N 4M true) ;=> "1:abcd1.01/234true"
(str [nil "a" \b] {:a "x"} #{"q"}) ;=> "[nil \"a\" \\b]{:a \"x\"}#{\"q\"}"
(str 1e21 " " 1.0E-5 " " 100.0) ;=> "1.0E21 1.0E-5 100.0"
(str {:a 1} -0.5) ;=> "{:a 1}-0.5"
(str -1 10N) ;=> "-110"
(str () (with-meta [1 2] {:m 1})) ;=> "()[1 2]"

;;; ## `pr-str`
(pr-str (inc nil)) ;! :ox/type "expected a number, got nil"
(pr-str) ;=> ""
(pr-str "a" :b) ;=> "\"a\" :b"
(pr-str [1 "x" \y nil]) ;=> "[1 \"x\" \\y nil]"
(pr-str 'a :b/c "d" 1.0 1e100 1/3 2N 3M nil true) ;=> "a :b/c \"d\" 1.0 1.0E100 1/3 2N 3M nil true"
(pr-str [1 [2 {:a #{3}}] '(4)]) ;=> "[1 [2 {:a #{3}}] (4)]"
(pr-str #"a\"b\d") ;=> "#\"a\\\"b\\d\""
(pr-str #uuid "00000000-0000-0000-0000-000000000001") ;=> "#uuid \"00000000-0000-0000-0000-000000000001\""

;;; ## `print`
(print) ;=> nil
(print (nth [] 1)) ;! :ox/index "index 1 is out of bounds for a count of 0"
(with-out-str (print (str "a" "b"))) ;=> "ab"
(with-out-str (print "a" nil)) ;=> "a nil"
(with-out-str (doseq [x [1 2] :when (even? x)] (print x))) ;=> "2"
(doseq [x nil] (print x)) ;=> nil
(with-out-str (doseq [x [1 2] y [3]] (print x y ""))) ;=> "1 3 2 3 "
(with-out-str (dotimes [i 3] (print i))) ;=> "012"

;;; ## `println`
(println (inc :a)) ;! :ox/type "expected a number, got a keyword"
(with-out-str (println "a" :b [1 "c"])) ;=> "a :b [1 c]\n"
(with-out-str (println)) ;=> "\n"
(with-out-str (print "a" nil \b) (prn "x" :k) (println [1 "q"])) ;=> "a nil b\"x\" :k\n[1 q]\n"

;;; ## `prn`
(prn (inc nil)) ;! :ox/type "expected a number, got nil"
(with-out-str (prn "a" \b nil)) ;=> "\"a\" \\b nil\n"
(with-out-str (prn)) ;=> "\n"
(with-out-str (print "a" nil \b) (prn "x" :k) (println [1 "q"])) ;=> "a nil b\"x\" :k\n[1 q]\n"

;;; ## `with-out-str`
(with-out-str (prn "a" \b nil)) ;=> "\"a\" \\b nil\n"
(with-out-str (prn)) ;=> "\n"
(with-out-str (inc nil)) ;! :ox/type "expected a number, got nil"
(with-out-str) ;=> ""
(with-out-str (print (str "a" "b"))) ;=> "ab"
(with-out-str (doto 5 println)) ;=> "5\n"
(with-out-str (println "a" :b [1 "c"])) ;=> "a :b [1 c]\n"
(with-out-str (println)) ;=> "\n"
(with-out-str (print "a" nil)) ;=> "a nil"
(with-out-str (doseq [x [1 2] :when (even? x)] (print x))) ;=> "2"

;;; ## `format`
(format "%s-%d" "a" 5) ;=> "a-5"
(format "%.2f" 1.005) ;=> "1.01"
(format "%d" "a") ;! :ox/argument "d != a string"
(format "x") ;=> "x"
(format "%s" nil) ;=> "null"
(format "%5d|%-5d|%05.1f" 1 2 3.14) ;=> "    1|2    |003.1"
(format "%d %s %5.2f|%-5s|%05d|%x|%%|%c" 42 nil 3.14159 "ab" 42 255 \z) ;=> "42 null  3.14|ab   |00042|ff|%|z"
(format "%s" [1 "a"]) ;=> "[1 \"a\"]"
(format "%d" 1.5) ;! :ox/argument "d != a double"
(format "%s %s" 1) ;! :ox/argument "Format specifier '%s' has no argument"
(format "%b" nil) ;=> "false"
(format "%,d" 1234567) ;=> "1,234,567"

;;; ## `name`
(name 5) ;! :ox/type "expected a keyword, symbol or string, got an integer"
(name :a/b) ;=> "b"
(name "x") ;=> "x"
(name 'a/b) ;=> "b"
(name nil) ;! :ox/type "expected a keyword, symbol or string, got nil"
(name (keyword "a/b/c")) ;=> "b/c"
(name "") ;=> ""
(name (with-meta 'q {:m 3})) ;=> "q"

;;; ## `namespace`
(namespace :a) ;=> nil
(namespace 'x/y) ;=> "x"
(namespace "x") ;! :ox/type "expected a keyword or symbol, got a string"
(namespace (keyword "a/b/c")) ;=> "a"
(namespace -1) ;! :ox/type "expected a keyword or symbol, got an integer"
(namespace 'n/y) ;=> "n"

;;; ## `keyword`
(keyword "a") ;=> :a
(keyword "n" "a") ;=> :n/a
(keyword 5) ;=> nil
(keyword "a" "b") ;=> :a/b
(keyword "a/b") ;=> :a/b
(keyword 'a/b) ;=> :a/b
(keyword nil) ;=> nil
(keyword 1) ;=> nil
(keyword nil "x") ;=> :x
(keyword -0.5 {:a 1}) ;! :ox/type "expected a string, got a double"
(keyword 'x #{nil}) ;! :ox/type "expected a string, got a symbol"

;;; ## `symbol`
(symbol "a") ;=> a
(symbol :a/b) ;=> a/b
(symbol 5) ;! :ox/argument "no conversion to symbol from an integer"
(symbol "a" "b") ;=> a/b
(symbol "a/b") ;=> a/b
(symbol 1) ;! :ox/argument "no conversion to symbol from an integer"
(symbol nil "q") ;=> q
(symbol -0.5 (with-meta (list 1 2) {:m 4})) ;! :ox/type "expected a string, got a double"
(symbol (seq "hey") {:a 1 :b 2}) ;! :ox/type "expected a string, got a sequence"

;;; ## `subs`
(subs "abc" 1) ;=> "bc"
(subs "abc" 0 2) ;=> "ab"
(subs "abc" 4) ;! :ox/index "index 4 is out of bounds for a count of 3"
(subs nil 0) ;! :ox/type "expected a string, got nil"
(subs "hello" 1) ;=> "ello"
(subs "hello" 1 3) ;=> "el"
(subs "hello" 3 1) ;! :ox/index "index 3 is out of bounds for a count of 5"
(subs "hello" 6) ;! :ox/index "index 6 is out of bounds for a count of 5"
(subs "hello" 5) ;=> ""

;;; ## `string?`
(apply string? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/string?"
(string? "a") ;=> true
(string? \a) ;=> false
(string? "") ;=> true
(string? {}) ;=> false
(string? (with-meta {:a 1} {:m 2})) ;=> false
(string? -0.5) ;=> false
(string? 'x) ;=> false
(string? #uuid "00000000-0000-0000-0000-000000000001") ;=> false
(string? [[1 2] [3 4]]) ;=> false

;;; ## `keyword?`
(apply keyword? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/keyword?"
(keyword? :a) ;=> true
(keyword? 'a) ;=> false
(keyword? ()) ;=> false
(keyword? nil) ;=> false
(keyword? \a) ;=> false
(keyword? -0.5) ;=> false
(keyword? "abc") ;=> false
(keyword? [[1 2] [3 4]]) ;=> false
(keyword? #{1 2}) ;=> false

;;; ## `symbol?`
(apply symbol? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/symbol?"
(symbol? (gensym)) ;=> true
(symbol? 'a) ;=> true
(symbol? :a) ;=> false
(symbol? (gensym "a")) ;=> true
(symbol? ##Inf) ;=> false
(symbol? -0.5) ;=> false
(symbol? (with-meta 'q {:m 3})) ;=> true
(symbol? '(1 2 3)) ;=> false
(symbol? (cons 1 [2])) ;=> false

;;; ## `char`
(char -0.5) ;! :ox/argument "Value out of range for char: 0"
(char {:a {:b 1}}) ;! :ox/type "expected a number, got a map"
(char 'n/y) ;! :ox/type "expected a number, got a symbol"
(char ##Inf) ;! :ox/argument "Value out of range for long: Infinity"

;;; ## `boolean`
(apply boolean []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/boolean"
(boolean :a) ;=> true
(boolean nil) ;=> false
(boolean false) ;=> false
(boolean 0) ;=> true
(boolean (rest [1])) ;=> true
(boolean ##Inf) ;=> true
(boolean -9223372036854775808) ;=> true
(boolean -0.5) ;=> true
(boolean 'x) ;=> true

;;; ## `boolean?`
(apply boolean? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/boolean?"
(boolean? true) ;=> true
(boolean? #uuid "00000000-0000-0000-0000-000000000001") ;=> false
(boolean? (first {:a 1})) ;=> false
(boolean? #{1 2}) ;=> false
(boolean? (list 1 [2] nil)) ;=> false
(boolean? 0) ;=> false
(boolean? (seq {:a 1})) ;=> false
(boolean? []) ;=> false
(boolean? -3/4) ;=> false

;;; ## `nil?`
(apply nil? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/nil?"
(nil? nil) ;=> true
(nil? false) ;=> false
(nil? [[:a 1] [:b 2]]) ;=> false
(nil? 9223372036854775807) ;=> false
(nil? (re-matcher [[:a 1] [:b 2]])) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/re-matcher"
(nil? (atom 2)) ;=> false
(nil? (reduced (cons 1 [2]))) ;=> false
(nil? (atom #{})) ;=> false
(nil? (atom -3/4)) ;=> false
(nil? (reduced (rest [1]))) ;=> false

;;; ## `some?`
(apply some? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/some?"
(some? nil) ;=> false
(some? false) ;=> true
(some? "") ;=> true
(some? 1/2) ;=> true
(some? 1) ;=> true
(some? [3 1 2]) ;=> true
(some? #{2}) ;=> true
(some? (with-meta (list 1 2) {:m 4})) ;=> true
(some? (range 0)) ;=> true

;;; ## `true?`
(apply true? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/true?"
(true? true) ;=> true
(true? 1) ;=> false
(true? 0) ;=> false
(true? (lazy-seq nil)) ;=> false
(true? 2.50M) ;=> false
(true? :a) ;=> false
(true? [[:a 1] [:b 2]]) ;=> false
(true? 7) ;=> false
(true? -9223372036854775808) ;=> false

;;; ## `false?`
(apply false? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/false?"
(false? nil) ;=> false
(false? (seq "hey")) ;=> false
(false? -9223372036854775808) ;=> false
(false? {:a {:b 1}}) ;=> false
(false? (with-meta (list 1 2) {:m 4})) ;=> false
(false? 2.50M) ;=> false
(false? (repeat 2 :z)) ;=> false
(false? [[1 2] [3 4]]) ;=> false
(false? 3) ;=> false

;;; ## `not`
(apply not []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/not"
(not nil) ;=> true
(not 0) ;=> false
(not [1 2 3]) ;=> false
(not #{2}) ;=> false
(not 0.0) ;=> false
(not 1.5) ;=> false
(not #{nil}) ;=> false
(not (lazy-seq nil)) ;=> false
(not (with-meta {:a 1} {:m 2})) ;=> false

;;; ## `re-find`
(re-find #"\d" "a1") ;=> "1"
(re-find #"(a)(b)?" "a") ;=> ["a" "a" nil]
(re-find #"q" "a") ;=> nil
(re-find #"q" nil) ;! :ox/type "expected a string, got nil"
(re-find #"(\d+)-(\d+)" "a 12-34 b") ;=> ["12-34" "12" "34"]
(re-find #"x" "abc") ;=> nil
(re-find #"x?" "") ;=> ""
(re-find (re-pattern #"b") "abc") ;=> "b"
(re-find "a" "abc") ;! :ox/type "expected a regular expression, got a string"
(re-find #"a" nil) ;! :ox/type "expected a string, got nil"
(re-find #"a" :a) ;! :ox/type "expected a string, got a keyword"

;;; ## `re-matches`
(re-matches #"\d+" "12") ;=> "12"
(re-matches #"\d" "12") ;=> nil
(re-matches #"(\d)(\d)" "12") ;=> ["12" "1" "2"]
(re-matches #"a" nil) ;! :ox/type "expected a string, got nil"
(re-matches #"a(b)?" "a") ;=> ["a" nil]
(re-matches #"a" "ab") ;=> nil
(re-matches #"[a-c]" [[:a 1] [:b 2]]) ;! :ox/type "expected a string, got a vector"
(re-matches #"" 'n/y) ;! :ox/type "expected a string, got a symbol"
(re-matches 9223372036854775807 (seq {:a 1})) ;! :ox/type "expected a regular expression, got an integer"

;;; ## `re-seq`
(re-seq #"\w" "a b") ;=> ("a" "b")
(re-seq #"(a)(.)" "abac") ;=> (["ab" "a" "b"] ["ac" "a" "c"])
(re-seq #"z" "abc") ;=> nil
(re-seq #"" "ab") ;=> ("" "" "")
(re-seq (repeat 2 :z) {:a {:b 1}}) ;! :ox/type "expected a regular expression, got a sequence"
(re-seq 10N :a) ;! :ox/type "expected a regular expression, got an integer"
(re-seq #"a" (seq {:a 1})) ;! :ox/type "expected a string, got a sequence"
(re-seq #"(a)(b)?" (list 1 [2] nil)) ;! :ox/type "expected a string, got a list"

;;; ## `re-pattern`
(re-pattern "a+") ;=> #"a+"
(re-pattern 1) ;! :ox/type "expected a string, got an integer"
(re-pattern "(") ;! :ox/parse "Invalid regular expression: unclosed group"
(re-find (re-pattern #"b") "abc") ;=> "b"
(re-pattern -0.5) ;! :ox/type "expected a string, got a double"
(re-pattern 'x) ;! :ox/type "expected a string, got a symbol"

;;; ## `read-string`
(read-string "[1 2 {:a #{b}} \"s\" \\c 1/2 1.5M 2N]") ;=> [1 2 {:a #{b}} "s" \c 1/2 1.5M 2N]
(read-string "") ;! :ox/parse "EOF while reading"
(read-string "(1") ;! :ox/parse "EOF while reading, starting at line 1, at line 1, column 3"
(read-string "#_1 2") ;=> 2
(read-string "'a") ;=> (quote a)
(read-string "@a") ;=> (clojure.core/deref a)
(read-string "#'a") ;=> (var a)
(read-string "^:m [1]") ;=> [1]
(read-string "{:a 1 :a 2}") ;! :ox/parse "Duplicate key in a map at line 1, column 1"
(read-string "#{1 1}") ;! :ox/parse "Duplicate key in a set at line 1, column 1"
(read-string "#\"a\"") ;=> #"a"

;;; ## `instance?`
(instance? String "a") ;=> true
(instance? Long 1) ;=> true
(instance? Number 1.0) ;=> true
(instance? (seq {:a 1}) #uuid "00000000-0000-0000-0000-000000000001") ;! :ox/type "instance? takes a class"
(instance? 2.50M "") ;! :ox/type "instance? takes a class"

;;; ## `uuid?`
(apply uuid? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/uuid?"
(uuid? 2.50M) ;=> false
(uuid? {:a 1 :b 2}) ;=> false
(uuid? (seq "hey")) ;=> false
(uuid? {:a {:b 1}}) ;=> false
(uuid? (with-meta (list 1 2) {:m 4})) ;=> false
(uuid? (seq {:a 1})) ;=> false
(uuid? \a) ;=> false
(uuid? [3 1 2]) ;=> false
(uuid? \b) ;=> false

;;; ## `parse-long`
(parse-long "12") ;=> 12
(parse-long "a") ;=> nil
(parse-long nil) ;! :ox/argument "expected a string, got nil"
(parse-long "+5") ;=> 5
(parse-long {nil 1}) ;! :ox/argument "expected a string, got a map"
(parse-long (next [1 2])) ;! :ox/argument "expected a string, got a sequence"
(parse-long 3) ;! :ox/argument "expected a string, got an integer"
