;;; # `clojure.data.csv`

;;; The results of strings and of writing are those of Debian's `libdata-csv-clojure`, which the oracle does not load. Lines are Ox's own,
;;; and so is the end of a text after a closing quote and a return.

;;; ## `read-csv` of strings
(require '[clojure.data.csv :as csv])
(csv/read-csv "a,b\n1,2\n") ;=> (["a" "b"] ["1" "2"])
(csv/read-csv "a,b\r\n1,2") ;=> (["a" "b"] ["1" "2"])
(csv/read-csv "a\rb") ;=> (["a"] ["b"])
(csv/read-csv "") ;=> ()
(csv/read-csv "\n") ;=> ([""])
(csv/read-csv ",") ;=> (["" ""])
(csv/read-csv "a,\n,b\n\nc") ;=> (["a" ""] ["" "b"] [""] ["c"])
(csv/read-csv "\"a,b\",\"x\ny\",\"q\"\"q\",\"\"") ;=> (["a,b" "x\ny" "q\"q" ""])
(csv/read-csv "\"a\"\n\"b\"\r\n\"c\"") ;=> (["a"] ["b"] ["c"])
(csv/read-csv "a\"b,c\"") ;=> (["a\"b" "c\""])
(csv/read-csv " a , \"b\"") ;=> ([" a " " \"b\""])
(csv/read-csv "a;b;'c;d'" :separator \; :quote \') ;=> (["a" "b" "c;d"])
(csv/read-csv "a\tb,c" :separator \tab) ;=> (["a" "b,c"])
(first (csv/read-csv "ok,1\n\"broken")) ;=> ["ok" "1"]
(vector? (first (csv/read-csv "a"))) ;=> true
(doall (csv/read-csv "\"a\"b")) ;! :ox/parse "CSV error (unexpected character: b)"
(doall (csv/read-csv "\"abc")) ;! :ox/parse "CSV error (unexpected end of file)"
(doall (csv/read-csv "\"a\"\rb")) ;=> (["a"] ["b"])
(doall (csv/read-csv "\"a\"\r")) ;=> (["a"])
(doall (csv/read-csv "\"a\"\"\nb\"\"\"")) ;=> (["a\"\nb\""])
(doall (csv/read-csv 5)) ;! :ox/type "expected a collection, a string or nil, got an integer"
(csv/read-csv "a" :separator) ;=> (["a"])

;;; ## `read-csv` of lines
(require '[clojure.data.csv :as csv])
(csv/read-csv ["a,b" "1,2"]) ;=> (["a" "b"] ["1" "2"])
(csv/read-csv ["\"a" "" "b\",c" "d"]) ;=> (["a\n\nb" "c"] ["d"])
(csv/read-csv []) ;=> ()
(csv/read-csv nil) ;=> ()
(csv/read-csv ["" "x"]) ;=> ([""] ["x"])
(first (csv/read-csv (map (fn [i] (if (= i 2) (throw (ex-info "too far" {})) (str i ",x"))) (range)))) ;=> ["0" "x"]
(doall (csv/read-csv ["\"a" "b"])) ;! :ox/parse "CSV error (unexpected end of file)"
(doall (csv/read-csv ["a,\"b\" c"])) ;! :ox/parse "CSV error (unexpected character:  )"

;;; ## `read-csv` of readers
(require '[clojure.data.csv :as csv])
(import '(java.io BufferedReader PushbackReader StringReader))
(csv/read-csv (StringReader. "a,b\n1,2\n")) ;=> (["a" "b"] ["1" "2"])
(csv/read-csv (BufferedReader. (StringReader. "a,b\r\n\"1\n\"\"x\",\r3"))) ;=> (["a" "b"] ["1\n\"x" ""] ["3"])
(csv/read-csv (PushbackReader. (StringReader. ""))) ;=> ()
(csv/read-csv (StringReader. "\n\n,")) ;=> ([""] [""] ["" ""])
(csv/read-csv (StringReader. "a;'b;c'") :separator \; :quote \') ;=> (["a" "b;c"])
(with-in-str "a,b\n1" (doall (csv/read-csv *in*))) ;=> (["a" "b"] ["1"])
(let [r (BufferedReader. (StringReader. "a,b\nrest of it\n"))] [(.readLine r) (csv/read-csv r)]) ;=> ["a,b" (["rest of it"])]
(let [rows (csv/read-csv (StringReader. "ok,1\n\"broken\"x"))] (first rows)) ;=> ["ok" "1"]
(doall (csv/read-csv (StringReader. "ok\n\"broken\"x"))) ;! :ox/parse "CSV error (unexpected character: x)"
(doall (csv/read-csv (StringReader. "ok\n\"broken"))) ;! :ox/parse "CSV error (unexpected end of file)"
(let [r (StringReader. "a\nb") rows (csv/read-csv r)] (.close r) (doall rows)) ;! :ox/io "Stream closed"
(let [text (apply str (repeat 3000 "cell,\"ce\nll\"\r\n"))] (= (csv/read-csv text) (csv/read-csv (StringReader. text)))) ;=> true

;;; ## `write-csv`
(require '[clojure.data.csv :as csv])
(defn written [data & options] (with-out-str (apply csv/write-csv *out* data options)))
(written [["a" "b"] [1 nil] [:k 'sym]]) ;=> "a,b\n1,\n:k,sym\n"
(written [["a,b" "q\"q" "x\ny" "r\rr" ""]]) ;=> "\"a,b\",\"q\"\"q\",\"x\ny\",\"r\rr\",\n"
(written []) ;=> ""
(written [[]]) ;=> "\n"
(written [["a;b" "c'd" "e,f"]] :separator \; :quote \') ;=> "'a;b';'c''d';e,f\n"
(written [["a" "b"]] :newline :cr+lf) ;=> "a,b\r\n"
(written [["a" "b c"]] :quote? #(= "a" %)) ;=> "\"a\",b c\n"
(written [["a" "b c"]] :quote? (constantly true)) ;=> "\"a\",\"b c\"\n"
(written (list (list 1 2.5) '(3 4N))) ;=> "1,2.5\n3,4\n"
(let [w (java.io.StringWriter.)] (csv/write-csv w [[1 2] ["a,b"]]) (str w)) ;=> "1,2\n\"a,b\"\n"
(csv/read-csv (written [["a,b" "q\"q" "x\ny" "r\r\nr" ""]])) ;=> (["a,b" "q\"q" "x\ny" "r\r\nr" ""])
(written [5]) ;! :ox/type "expected a collection, a string or nil, got an integer"
(written 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(apply csv/write-csv []) ;! :ox/arity "Wrong number of args (0) passed to: ox.csv/write-csv"
