;;; # Long texts and large values
;;; Natives over text work a stretch at a time; the costly modes make the stretches so short that
;;; small texts are worked on in many.

;;; ## A long text is read in steps
(def numbers (str "[" (apply str (map (fn [n] (str n " ")) (range 3000))) "]"))
(= (vec (range 3000)) (read-string numbers)) ;=> true
(def pairs (str "{" (apply str (map (fn [n] (str ":k" n " [" n "], ")) (range 600))) "}"))
(= (into {} (map (fn [n] [(keyword (str "k" n)) [n]]) (range 600))) (read-string pairs)) ;=> true
(count (read-string (str "(" (apply str (repeat 2000 "x ")) ")"))) ;=> 2000
(count (read-string (str "#{" (apply str (map (fn [n] (str n " ")) (range 900))) "}"))) ;=> 900
(read-string (str (apply str (repeat 900 "; comment\n")) " :behind")) ;=> :behind
(count (read-string (str "\"" (apply str (repeat 1500 "ab\\n\\u00e4")) "\""))) ;=> 6000

;;; ## Everything that can be written is read in steps
(read-string "(a [b {:c #{d}} \"e\\tf\\u00e4\" \\g \\newline] 1.5 2/3 4N 5.6M nil true ##Inf :k/w s/y)") ;=> (a [b {:c #{d}} "e\tfä" \g \newline] 1.5 2/3 4N 5.6M nil true ##Inf :k/w s/y)
(read-string "[1 #_ (2 3) #_ #_ 4 5 6 ; seven\n 8]") ;=> [1 6 8]
(read-string "('a @b #'c `d ~e ~@f)") ;=> ((quote a) (clojure.core/deref b) (var c) (ox.reader/syntax-quote d) (clojure.core/unquote e) (clojure.core/unquote-splicing f))
;differs Clojure expands a syntax-quote while it reads
(meta (read-string "^:a ^{:b 2} [1 2 3 4 5 6 7 8 9 10 11 12]")) ;=> {:b 2, :a true}
(read-string "#:n{:a 1 :b/c 2 :_/d 3 :e 4 :f 5 :g 6 :h 7 :i 8}") ;=> {:n/a 1, :b/c 2, :d 3, :n/e 4, :n/f 5, :n/g 6, :n/h 7, :n/i 8}
(read-string "[#?(:clj 1 :ox 2 :default 3) #?@(:ox [4 5 6 7 8 9]) #?(:clj 10)]") ;=> [2 4 5 6 7 8 9]
;differs Clojure's read-string wants to be told to read conditionals
(read-string "#(+ %1 %3 1 2 3 4 5 6 7 8)") ;=> (fn* [p1__1# p2__1# p3__1#] (+ p1__1# p3__1# 1 2 3 4 5 6 7 8))
;differs Clojure numbers the names of all functions it has read
(read-string "[#inst \"2020-02-29T12:30:00Z\" #uuid \"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\" #\"a+b\" #bytes \"T3g=\"]") ;=> [#inst "2020-02-29T12:30:00.000-00:00" #uuid "f81d4fae-7dec-11d0-a765-00a0c91e6bf6" #"a+b" #bytes "T3g="]
;differs Clojure has no #bytes

;;; ## Errors say where they are
(read-string "[1 2 3 4 5 6 7 8 9 10\n 11 12 13 14 15 )") ;! :ox/parse "Unmatched delimiter: ) at line 2, column 17"
(read-string "{:a 1 :b 2 :c 3 :d 4 :e 5 :f 6 :a 7}") ;! :ox/parse "Duplicate key in a map at line 1, column 1"
(read-string "#{1 2 3 4 5 6 7 8 9 10 11 12 1}") ;! :ox/parse "Duplicate key in a set at line 1, column 1"
(read-string "[1 2 3 4 5 6 7 8\n (9 10 11 12 13 14 15 16") ;! :ox/parse "EOF while reading, starting at line 2, at line 2, column 25"
(read-string "\n  \"a text that has no end at all, none") ;! :ox/parse "EOF while reading string, which begins at line 2, column 3"
(read-string "[1 2 3 \"a text with a \\q escape in it\"]") ;! :ox/parse "Unsupported escape character"

;;; ## JSON is read and written in steps
;;; differs: the namespaces are Ox's own
(require '[ox.json])
(ox.json/read-str "{\"a\": [1, 2.5, -3e2, true, false, null], \"b\\n\\u00e4\": {\"c\": \"long enough to be cut\"}}") ;=> {"a" [1 2.5 -300.0 true false nil], "b\nä" {"c" "long enough to be cut"}}
(ox.json/read "{\"a\": 1, \"b\": 2, \"a\": 3, \"c/d\": 4, \"e\": 5, \"f\": 6}") ;=> {:a 3, :b 2, :c/d 4, :e 5, :f 6}
(ox.json/write-str {:a [1 2 {:b nil}] :c "x\"y\\z\n" :d #{} :e {} :f () :g (map inc [1 2 3])}) ;=> "{\"a\":[1,2,{\"b\":null}],\"c\":\"x\\\"y\\\\z\\n\",\"d\":[],\"e\":{},\"f\":[],\"g\":[2,3,4]}"
(ox.json/write-str [1 [2 {:a 3}]] :indent true) ;=> "[\n  1,\n  [\n    2,\n    {\n      \"a\": 3\n    }\n  ]\n]"
(def rows (mapv (fn [n] {:id n :name (str "row " n) :tags [n (inc n)]}) (range 300)))
(= rows (ox.json/read (ox.json/write-str rows))) ;=> true
(ox.json/read-str "[1, 2, 3, 4, 5, 6, 7, 8, 9, tru]") ;! :ox/parse "Invalid JSON at character 28: this begins no value"
(ox.json/read-str "{\"a\": 1, \"a long key here\" 2}") ;! :ox/parse "Invalid JSON at character 27: a colon is missing"
(ox.json/read-str "[\"a string that has no end") ;! :ox/parse "a string has no end"
(ox.json/write-str [1 2 3 [4 5 6 [7 8 9 (fn [] 1)]]]) ;! :ox/type "JSON has no form for"

;;; ## A result can be nil
;;; differs: the namespaces are Ox's own
(require '[ox.json])
(ox.json/read-str "                                                             null") ;=> nil
(re-find #"q" "there is no such letter in this sentence, however long it is") ;=> nil

;;; ## Text is joined, changed and trimmed in steps
;;; differs: the namespaces are Ox's own
(require '[ox.string :as string])
(string/join ", " (map str (range 30))) ;=> "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29"
(count (apply str (repeat 3000 "four"))) ;=> 12000
(string/upper-case "straße und noch viel mehr Text, der lang ist") ;=> "STRASSE UND NOCH VIEL MEHR TEXT, DER LANG IST"
(string/lower-case "ΟΔΥΣΣΕΥΣ ΟΔΥΣΣΕΥΣ ΟΔΥΣΣΕΥΣ ΟΔΥΣΣΕΥΣ ΣΑΣ") ;=> "οδυσσευς οδυσσευς οδυσσευς οδυσσευς σας"
(string/reverse "a text of more than forty bytes, backwards: äöü") ;=> "üöä :sdrawkcab ,setyb ytrof naht erom fo txet a"
(string/trim "                                                    x y                                                    ") ;=> "x y"
(string/trimr "                              x                              ") ;=> "                              x"
(string/blank? "                                                                           ") ;=> true
(string/blank? "                                                                         . ") ;=> false

;;; ## A long match is followed in steps
(def abba (str (apply str (repeat 150 "abba")) "c!"))
(map count (re-find #"(a|b)*(c?)" abba)) ;=> (601 1 1)
(re-find #"(?:(a)|(b))*$" abba) ;=> ["" nil nil]
(map count (re-matches #"(?s)((?:x|.)*)(b+)(.*)!" abba)) ;=> (602 598 1 2)
(re-matches #"(a|b)*c" abba) ;=> nil
(map count (re-matches #"(?:(a)|(b)|(c)|!)*" abba)) ;=> (602 1 1 1)
(map second (re-seq #"(?:a|b)+(.)" (str abba abba))) ;=> ("c" "c")
(= abba (re-matches #"(?s).*" abba)) ;=> true

;;; ## Text is searched and replaced in steps
;;; differs: the namespaces are Ox's own
(require '[ox.string :as string])
(def sentence "Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem Bett")
[(string/index-of sentence "Bett") (string/index-of sentence "e" 40) (string/index-of sentence "Käfer")] ;=> [86 42 nil]
[(string/last-index-of sentence "Als") (string/last-index-of sentence "e") (string/last-index-of sentence "ä" 40)] ;=> [0 87 nil]
[(string/includes? sentence "Träumen") (string/includes? sentence "Träume ")] ;=> [true false]
(string/replace sentence "e" "<e>") ;=> "Als Gr<e>gor Samsa <e>in<e>s Morg<e>ns aus unruhig<e>n Träum<e>n <e>rwacht<e>, fand <e>r sich in s<e>in<e>m B<e>tt"
(string/replace "ein Text von über vierzig Bytes Länge" "" "-") ;=> "-e-i-n- -T-e-x-t- -v-o-n- -ü-b-e-r- -v-i-e-r-z-i-g- -B-y-t-e-s- -L-ä-n-g-e-"
(string/replace-first sentence "er" "ER") ;=> "Als Gregor Samsa eines Morgens aus unruhigen Träumen ERwachte, fand er sich in seinem Bett"
(string/replace sentence #"(\w)e(\w)" "$2e$1") ;=> "Als Ggeror Samsa eisen Mornegs aus unruhineg Träunem erwachte, fand er sich in iesmen teBt"
(string/split sentence #" ") ;=> ["Als" "Gregor" "Samsa" "eines" "Morgens" "aus" "unruhigen" "Träumen" "erwachte," "fand" "er" "sich" "in" "seinem" "Bett"]
(string/split "a,b,,c,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,," #",") ;=> ["a" "b" "" "c"]
(re-seq #"[A-Z]\w*" sentence) ;=> ("Als" "Gregor" "Samsa" "Morgens" "Tr" "Bett")
(re-find #"(\w+) (Bett)" sentence) ;=> ["seinem Bett" "seinem" "Bett"]
(re-matches #"(?s)(.*)erwachte(.*)" sentence) ;=> ["Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem Bett" "Als Gregor Samsa eines Morgens aus unruhigen Träumen " ", fand er sich in seinem Bett"]

;;; ## Large values are written and formatted in steps
(count (str (vec (range 3000)))) ;=> 13891
(count (pr-str (apply str (repeat 2000 "\"quoted\"\n")))) ;=> 24002
(count (format "%s|%s" (vec (range 3000)) (map inc (range 10)))) ;=> 13914
;differs Clojure writes a lazy sequence as its address
(count (conj {:a 1} (zipmap (range 500) (range 500)))) ;=> 501
(apply list (range 12)) ;=> (0 1 2 3 4 5 6 7 8 9 10 11)
(count (format "%s" (vec (range 10000)))) ;=> 48891
(count (str (symbol (apply str (repeat 70000 "x"))))) ;=> 70000
(count (str (/ 1 (bigint (apply str (repeat 70000 "3")))))) ;=> 70002
