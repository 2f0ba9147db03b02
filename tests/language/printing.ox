;;; # Printing

;;; ## pr writes what the reader takes
(pr 1 "a\n\"b\"" \c :k 'sym nil true 1.5 1/2 1N 2.50M)
;out 1 "a\n\"b\"" \c :k sym nil true 1.5 1/2 1N 2.50M
;=> nil
(pr [1 '(2 "x")] {:a #{1}})
;out [1 (2 "x")] {:a #{1}}
;=> nil
(prn)
;out 
;=> nil
(prn-str "a" 1) ;=> "\"a\" 1\n"
(pr-str) ;=> ""
[(pr-str "\t\\λ") (pr-str \newline) (pr-str \λ)] ;=> ["\"\\t\\\\λ\"" "\\newline" "\\λ"]
(pr-str '(quote a) ''a '@a '#'a) ;=> "(quote a) (quote a) (clojure.core/deref a) (var a)"
(pr-str [nil [] '() {} #{} ""]) ;=> "[nil [] () {} #{} \"\"]"
(pr-str (map inc [1 2]) (range 3) (cons 1 nil)) ;=> "(2 3) (0 1 2) (1)"
(pr-str {:a {:b [1 {:c 2}]}}) ;=> "{:a {:b [1 {:c 2}]}}"

;;; ## print and println are for people
(print 1 "a" \c :k [\x "y"])
;out 1 a c :k [x y]
;=> nil
(println "a" "b")
;out a b
;=> nil
(println)
;out 
;=> nil
(println nil [nil])
;out nil [nil]
;=> nil
(print-str "a" \b) ;=> "a b"
(println-str [1 "a"]) ;=> "[1 a]\n"
(newline)
;out 
;=> nil
(printf "%s-%d%n" "a" 5)
;out a-5
;=> nil

;;; ## Doubles print shortest
(pr-str 0.1 1e10 1.0E-5 123456.789 1e22 1e23 ##Inf ##-Inf ##NaN 100.0 -0.0 1.0E7 9999999.0 0.001) ;=> "0.1 1.0E10 1.0E-5 123456.789 1.0E22 1.0E23 ##Inf ##-Inf ##NaN 100.0 -0.0 1.0E7 9999999.0 0.001"
;differs before JDK 19 some have a digit too many

;;; ## Strings and characters in collections
(str ["a" \b] {:k "v"}) ;=> "[\"a\" \\b]{:k \"v\"}"
(println ["a" \b] {:k "v"})
;out [a b] {:k v}
;=> nil
(pr-str ["a" \b \space]) ;=> "[\"a\" \\b \\space]"

;;; ## Length and level
(binding [*print-length* 3] (pr-str (range 10))) ;=> "(0 1 2 ...)"
(binding [*print-length* 2] (pr-str {:a 1 :b 2 :c 3} [1 2 3] [1 2])) ;=> "{:a 1, :b 2, ...} [1 2 ...] [1 2]"
(binding [*print-level* 2] (pr-str [1 [2 [3 [4]]]])) ;=> "[1 [2 #]]"
(binding [*print-length* 5] (pr-str (iterate inc 0))) ;=> "(0 1 2 3 4 ...)"
(binding [*print-meta* true] (pr-str ^{:a 1} [1])) ;=> "^{:a 1} [1]"
(binding [*print-namespace-maps* true] (pr-str {:a/b 1 :a/c 2})) ;=> "#:a{:b 1, :c 2}"
(binding [*print-readably* false] (pr-str "a" \b)) ;=> "a b"

;;; ## Printing to a string
(with-out-str (print "a") (println "b")) ;=> "ab\n"
(let [s (with-out-str (dotimes [i 3] (print i)))] (count s)) ;=> 3
(with-out-str (print (with-out-str (print "inner")) "outer")) ;=> "inner outer"
(try (with-out-str (print "lost") (throw (ex-info "x" {}))) (catch Exception e (print "kept")))
;out kept
;=> nil

;;; ## Instants, identifiers, patterns
(pr-str #inst "2024-01-02T03:04:05.678Z" #uuid "12345678-1234-4234-8234-123456789abc" #"a+") ;=> "#inst \"2024-01-02T03:04:05.678-00:00\" #uuid \"12345678-1234-4234-8234-123456789abc\" #\"a+\""

;;; ## Entries and records of maps print as vectors
(pr-str (first {:a 1})) ;=> "[:a 1]"
(pr-str (keys {:a 1}) (vals {:a 1})) ;=> "(:a) (1)"
(pr-str (seq {:a 1})) ;=> "([:a 1])"
(pr-str (rseq [1 2]) (subvec [1 2 3] 1)) ;=> "(2 1) [2 3]"

;;; ## Read what was printed
(let [v [1 -2.5 1/3 "a\"b" \c :k/w 'x/y nil true {:a #{1 [2]}} '(1 (2)) 10000000000000000000000N 1.10M #inst "2024-01-01T00:00:00.000-00:00" ##Inf]] (= v (read-string (pr-str v)))) ;=> true
(let [s (apply str (map char (range 1 300)))] (= s (read-string (pr-str s)))) ;=> true
(every? (fn [c] (= c (read-string (pr-str c)))) (map char (range 33 500))) ;=> true
(every? (fn [d] (= d (read-string (pr-str d)))) (take 200 (iterate #(* % -1.7) 1.1e-20))) ;=> true

;;; ## Order of hash maps and sets is a function of their contents
(= (pr-str (set (range 100))) (pr-str (into #{} (reverse (range 100))))) ;=> true
(= (pr-str (zipmap (map str (range 50)) (range))) (pr-str (into {} (reverse (map vector (map str (range 50)) (range)))))) ;=> true
(= (seq (into #{} (map keyword (map str (range 64))))) (seq (into #{} (map keyword (map str (range 63 -1 -1)))))) ;=> true

;;; ## `print-method` says how values of a type are written
(defrecord Point [x y])
(defmethod print-method Point [p writer] (print-method (symbol (str "<" (:x p) "," (:y p) ">")) writer))
(deftype Box [v])
(defmethod print-method Box [b writer] (binding [*out* writer] (print "Box of ") (pr (.-v b))))
(pr-str (->Point 1 2))                                   ;=> "<1,2>"
(defrecord Amount [n])
(defmethod print-method Amount [a ^java.io.Writer w] (.write w "#amount ") (.append w \[) (.write w (str (:n a))) (.write w 93) (.flush w))
(pr-str [(->Amount 5)])                                  ;=> "[#amount [5]]"
(do (.write *out* "hello") (.flush *out*) (.write *out* "\n"))
;out hello
;=> nil
(pr-str [(->Point 1 2) {:a (->Point 3 4)} #{(->Point 5 6)}])    ;=> "[<1,2> {:a <3,4>} #{<5,6>}]"
(pr-str (map ->Point [1 2] [3 4]))                       ;=> "(<1,3> <2,4>)"
(print-str (->Box "s") [(->Box "s")])                    ;=> "Box of s [Box of s]"
(pr-str (->Box "s") (list (->Point 1 2) nil))              ;=> "Box of \"s\" (<1,2> nil)"
(pr-str (->Box (->Box "s")))                             ;=> "Box of Box of \"s\""
(str [(->Box (->Point 1 2))])                            ;=> "[Box of <1,2>]"
(with-out-str (prn {(->Point 1 2) (->Box :a)}))          ;=> "{<1,2> Box of :a}\n"
(do (prn (->Point 7 8)) (print-method (->Point 9 9) *out*) (newline))
;out <7,8>
;out <9,9>
;=> nil
[(some? (get-method print-method Point)) (do ((get-method print-method Point) (->Point 0 0) *out*) (println))]
;out <0,0>
;=> [true nil]

;;; ## `print-method` of what metadata says
(defmethod print-method ::money [m writer] (print-method (symbol (str "$" (:amount m))) writer))
(pr-str (with-meta {:amount "5"} {:type ::money}))       ;=> "$5"
(pr-str [(with-meta [] {:type ::money})])                ;=> "[$]"
(pr-str (with-meta {:amount "5"} {:type ::other}))       ;=> "{:amount \"5\"}"

;;; ## A method sees the bindings of who prints
(deftype Box [v])
(defmethod print-method Box [b writer] (print-method [(.-v b)] writer))
(binding [*print-length* 2] (pr-str (->Box [1 2 3])))    ;=> "[[1 2 ...]]"
(binding [*print-level* 2] (pr-str [[[1]] (->Box [1])]))    ;=> "[[#] [#]]"
(binding [*print-length* 1] (pr-str (map ->Box (range))))    ;=> "([0] ...)"
(with-out-str (binding [*print-readably* false] (pr (->Box "s"))))    ;=> "[s]"

;;; ## `print-method` is defined for a type once
(deftype Box [v])
(defmethod print-method Box [b writer] nil)
(pr-str (->Box 1))                                       ;=> ""
(count (str [(->Box 1) (->Box 2)]))                      ;=> 3
(prefer-method print-method Box Object)
(pr-str [(->Box 1)])                                     ;=> "[]"
