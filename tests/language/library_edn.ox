;;; # `clojure.edn`

;;; ## `read-string`
(require '[clojure.edn :as edn])
[(edn/read-string "1") (edn/read-string "[1 :a \"b\" \\c nil true 1.5 2N 3M 1/2]") (edn/read-string "(a/b #{1} {:k v})")] ;=> [1 [1 :a "b" \c nil true 1.5 2N 3M 1/2] (a/b #{1} {:k v})]
[(edn/read-string "1 2") (edn/read-string "; c\n 5") (edn/read-string "#_ 1 2") (edn/read-string ",,3")] ;=> [1 5 2 3]
[(edn/read-string nil) (edn/read-string "") (edn/read-string "  ") (edn/read-string "; c")] ;=> [nil nil nil nil]
[(edn/read-string {:eof :end} "") (edn/read-string {:eof :end} nil) (edn/read-string {:eof :end} "7") (edn/read-string {:eof nil} " ")] ;=> [:end nil 7 nil]
[(edn/read-string "#inst \"2020-02-29\"") (edn/read-string "#uuid \"00000000-0000-0000-0000-000000000001\"")] ;=> [#inst "2020-02-29T00:00:00.000-00:00" #uuid "00000000-0000-0000-0000-000000000001"]
(edn/read-string {:readers {'p (fn [[x y]] {:x x :y y})}} "[#p [1 2] {:k #p [#p [3 4] 5]}]") ;=> [{:x 1, :y 2} {:k {:x {:x 3, :y 4}, :y 5}}]
(edn/read-string {:default (fn [tag x] [tag x])} "#a/b [1 #c 2]") ;=> [a/b [1 [c 2]]]
(edn/read-string {:default tagged-literal} "#x 1") ;=> #x 1
(edn/read-string {:readers {'x inc} :default list} "[#x 1 #y 2]") ;=> [2 (y 2)]
(edn/read-string "#:a{:b 1 :_/c 2 :d/e 3}") ;=> {:a/b 1, :c 2, :d/e 3}
(edn/read-string "[##Inf ##-Inf 0x1F 017 2r101 1e3 -0.0]") ;=> [##Inf ##-Inf 31 15 5 1000.0 -0.0]
(edn/read-string "\"a\\n\\u0041\\\"\"") ;=> "a\nA\""
(edn/read-string "[\\newline \\u0041 \\a \\space]") ;=> [\newline \A \a \space]
(meta (edn/read-string "^{:a 1} [1]")) ;=> {:a 1}
(edn/read-string "@a") ;! :ox/parse "Invalid leading character: @ at line 1, column 1"
(edn/read-string "[1") ;! :ox/parse "EOF while reading, starting at line 1, at line 1, column 3"
(edn/read-string "]") ;! :ox/parse "Unmatched delimiter: ] at line 1, column 1"
(edn/read-string {} "") ;! :ox/parse "EOF while reading"
(edn/read-string "#x 1") ;! :ox/parse "No reader function for tag x"
(edn/read-string "{:a 1 :a 2}") ;! :ox/parse "Duplicate key in a map at line 1, column 1"
(edn/read-string "#{1 1}") ;! :ox/parse "Duplicate key in a set at line 1, column 1"
(edn/read-string "{:a}") ;! :ox/parse "Map literal must contain an even number of forms at line 1, column 1"
(edn/read-string "#(inc %)") ;! :ox/parse "No dispatch macro for: ( at line 1, column 1"
(edn/read-string "#\"re\"") ;! :ox/parse "No dispatch macro for:"
(edn/read-string "#'a") ;! :ox/parse "No dispatch macro for: ' at line 1, column 1"
(edn/read-string "`a") ;! :ox/parse "Invalid leading character: ` at line 1, column 1"
(edn/read-string "~a") ;! :ox/parse "Invalid leading character: ~ at line 1, column 1"
(edn/read-string "#=(+ 1 2)") ;! :ox/parse "#= is not allowed at line 1, column 1"
(edn/read-string "#?(:clj 1)") ;! :ox/parse "No dispatch macro for: ? at line 1, column 1"
(edn/read-string "::a") ;! :ox/parse "Invalid token: ::a (namespaces are not known at run time) at line 1, column 1"
(edn/read-string ":") ;! :ox/parse "Invalid token: : at line 1, column 1"
(edn/read-string "a/") ;! :ox/parse "Invalid token: a/ at line 1, column 1"
(edn/read-string "1x") ;! :ox/parse "Invalid number: 1x at line 1, column 1"
(edn/read-string "\\abc") ;! :ox/parse "Unsupported character:"
(edn/read-string "\"a") ;! :ox/parse "EOF while reading string, which begins at line 1, column 1"
(edn/read-string "\"\\q\"") ;! :ox/parse "Unsupported escape character:"
(edn/read-string 5) ;! :ox/type "expected a string, got an integer"
(edn/read-string :a) ;! :ox/type "expected a string, got a keyword"
(edn/read-string {:readers {'x inc}} "#x :a") ;! :ox/type "expected a number, got a keyword"
(edn/read-string "#inst \"nope\"") ;! :ox/parse "Unrecognized #inst syntax at line 1, column 1"
(edn/read-string "+1") ;=> 1
(edn/read-string "[a.b/c -x +y .z %w &x $a]") ;=> [a.b/c -x +y .z %w &x $a]
(edn/read-string "#_") ;! :ox/parse "EOF while reading, starting at line 1, at line 1, column 3"
(edn/read-string "#") ;! :ox/parse "EOF while reading at line 1, column 1"
(edn/read-string "^:a 5") ;! :ox/parse "Metadata can only be applied to what carries it at line 1, column 1"

;;; ## A quote is a part of a symbol's name
(require '[clojure.edn :as edn])
[(edn/read-string "'a") (name (edn/read-string "'a")) (edn/read-string "['a b']")]    ;=> ['a "'a" ['a b']]
(edn/read-string "@a")          ;! :ox/parse "Invalid leading character"

;;; ## Values one after the other from a reader
(require '[clojure.edn :as edn])
(import '(java.io PushbackReader StringReader))
(defn pushback [s] (PushbackReader. (StringReader. s)))
(let [r (pushback "1 {:a [b]} ; c\n#{2}")] [(edn/read r) (edn/read r) (edn/read {:eof :end} r) (edn/read {:eof :end} r)]) ;=> [1 {:a [b]} #{2} :end]
(edn/read {:default vector :eof nil} (pushback "#a #b 1")) ;=> [a [b 1]]
(edn/read {:readers {'a inc}} (pushback "#a 1 2")) ;=> 2
(with-in-str "a b" [(edn/read) (edn/read) (edn/read {:eof :end} *in*)]) ;=> [a b :end]
(edn/read {:eof nil} (pushback "nil 1")) ;=> nil
(edn/read (pushback "")) ;! :ox/parse "EOF while reading"
(edn/read (pushback "[1 2")) ;! :ox/parse "EOF while reading"
(edn/read {:eof 1} (pushback "(1")) ;! :ox/parse "EOF while reading"
(edn/read (pushback "@a")) ;! :ox/parse
(edn/read 5) ;! :ox/type
(edn/read nil) ;! :ox/type
