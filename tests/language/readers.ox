;;; # Readers
;;; Readers of strings; those of files and of standard input are in `tests/cli/files.transcript` and `tests/harness/tests/durable/readers.rs`.

;;; ## Lines
(import '(java.io BufferedReader PushbackReader StringReader StringWriter))
(defn lines [s] (line-seq (BufferedReader. (StringReader. s))))
(lines "") ;=> nil
(lines "\n") ;=> ("")
(lines "a") ;=> ("a")
(lines "a\n") ;=> ("a")
(lines "a\r\nb\rc\nd") ;=> ("a" "b" "c" "d")
(lines "a\r\r\n\n\r") ;=> ("a" "" "" "")
(lines "λ\n\n€x\r") ;=> ("λ" "" "€x")
(lines (apply str (map (fn [n] (str n "\n")) (range 5)))) ;=> ("0" "1" "2" "3" "4")
(realized? (rest (lines "a\nb"))) ;=> false
(line-seq "a") ;! :ox/type
(line-seq nil) ;! :ox/type
(with-in-str "a\nb\n" (doall (line-seq (BufferedReader. *in*)))) ;=> ("a" "b")
(with-in-str "a\nb\nc" [(read-line) (doall (line-seq (BufferedReader. *in*))) (read-line)]) ;=> ["a" ("b" "c") nil]

;;; ## Characters
(import '(java.io BufferedReader PushbackReader StringReader))
(let [r (StringReader. "aλ𝄞")] [(.read r) (.read r)]) ;=> [97 955]
(let [r (StringReader. "")] [(.read r) (.read r)]) ;=> [-1 -1]
(let [r (BufferedReader. (StringReader. "ab\ncd\n"))] [(.read r) (.readLine r) (.read r) (.readLine r) (.readLine r) (.read r)]) ;=> [97 "b" 99 "d" nil -1]
(let [r (BufferedReader. (StringReader. "ab\r\ncd\r\n"))] [(.readLine r) (.read r) (.readLine r) (.readLine r)]) ;=> ["ab" 99 "d" nil]
(let [r (PushbackReader. (StringReader. "ab"))] [(.read r) (.unread r 120) (.read r) (.read r) (.read r)]) ;=> [97 nil 120 98 -1]
(let [r (StringReader. "abcdef") a (char-array 4)] [(.read r a) (apply str a) (.read r a 1 2) (apply str a) (.read r a)]) ;=> [4 "abcd" 2 "aefd" -1]
(let [r (StringReader. "abc")] [(.skip r 2) (.read r) (.skip r 2)]) ;=> [2 99 0]
(let [r (StringReader. "abc")] (.close r) (.read r)) ;! :ox/io "Stream closed"
(let [r (StringReader. "abc")] (.close r) (.close r)) ;=> nil
(with-open [r (StringReader. "abc")] (.read r)) ;=> 97
(.readLine 5) ;! :ox/no-method
(.read nil) ;! :ox/type

;;; ## Forms
(import '(java.io PushbackReader StringReader))
(defn pushback [s] (PushbackReader. (StringReader. s)))
(let [r (pushback "a (b \"c\") ; d\n[1]")] [(read r) (read r) (read r) (read r false :end)]) ;=> [a (b "c") [1] :end]
(let [r (pushback "1")] [(read {:eof :end} r) (read {:eof :end} r)]) ;=> [1 :end]
(read (pushback "")) ;! :ox/parse "EOF while reading"
(read (pushback "(a")) ;! :ox/parse
(read (pushback ") a")) ;! :ox/parse "Unmatched delimiter: )"
(read 5) ;! :ox/type
(let [r (pushback (str (vec (range 3000)) (vec (range 3000)) "x"))] [(count (read r)) (count (read r)) (read r)]) ;=> [3000 3000 x]
(let [r (pushback (str "; " (apply str (repeat 9000 \x)) "\n" "yes"))] (read r)) ;=> yes
(let [r (pushback (str (apply str (repeat 9000 \x)) " y"))] [(count (str (read r))) (read r)]) ;=> [9000 y]

;;; ## What is read of a reader is gone from it
(import '(java.io PushbackReader StringReader))
(slurp (StringReader. "abc")) ;=> "abc"
(let [r (StringReader. "abc")] (.read r) (slurp r)) ;=> "bc"
(with-in-str "a\nb" [(read-line) (slurp *in*)]) ;=> ["a" "b"]
(let [r (StringReader. "abc")] (slurp r) (.read r)) ;! :ox/io "Stream closed"
(slurp nil) ;! :ox/argument
(slurp (StringReader. "a") :encoding "UTF-8") ;=> "a"
(binding [*in* (StringReader. "a\nb")] (.readLine (java.io.BufferedReader. *in*))) ;=> "a"
(instance? java.io.Reader (StringReader. "a")) ;=> true
(instance? java.io.Reader "a") ;=> false
(StringReader. 5) ;! :ox/type
