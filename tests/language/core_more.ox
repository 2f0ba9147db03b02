;;; # Core names: numbers of 32 bits, names, taps, streams of text

;;; ## `unchecked-*-int`
[(unchecked-add-int 2147483647 1) (unchecked-add-int 1.5 1) (unchecked-add-int 1N 1/2) (unchecked-subtract-int -2147483648 1) (unchecked-multiply-int 65536 65536) (unchecked-multiply-int 3 -4)] ;=> [-2147483648 2 1 2147483647 0 -12]
[(unchecked-divide-int 7 -2) (unchecked-divide-int -2147483648 -1) (unchecked-remainder-int -7 2) (unchecked-remainder-int 7 -2)] ;=> [-3 -2147483648 -1 1]
[(unchecked-inc-int 2147483647) (unchecked-dec-int -2147483648) (unchecked-negate-int -2147483648) (unchecked-negate-int 5)] ;=> [-2147483648 2147483647 -2147483648 -5]
(unchecked-add-int nil 1) ;! :ox/type "expected a number, got nil"
(unchecked-subtract-int :a 1) ;! :ox/type "expected a number, got a keyword"
(unchecked-multiply-int 1 "a") ;! :ox/type "expected a number, got a string"
(unchecked-divide-int 1 0) ;! :ox/arithmetic "Divide by zero"
(unchecked-remainder-int 1 0) ;! :ox/arithmetic "Divide by zero"
(unchecked-add-int 2147483648 1) ;! :ox/argument "Value out of range for int: 2147483648"
(unchecked-inc-int nil) ;! :ox/type "expected a number, got nil"
(unchecked-dec-int "a") ;! :ox/type "expected a number, got a string"
(unchecked-negate-int nil) ;! :ox/type "expected a number, got nil"

;;; ## `unchecked-byte`, `unchecked-short`, `unchecked-int`, `unchecked-char`, `unchecked-double`, `unchecked-float`
(mapv unchecked-byte [200 -129 1.9 -1.9 1e20 127 128 256 300.7M 99999999999999999999N ##NaN 513/2]) ;=> [-56 127 1 -1 -1 127 -128 0 44 -1 0 0]
(mapv unchecked-short [40000 -40000 1.9 1e10 1e300 65536 ##NaN]) ;=> [-25536 25536 1 -1 -1 0 0]
(mapv unchecked-int [4294967297 2147483648 1e20 -1e20 ##Inf ##NaN 1.9 \a 3000000000.5 5/2]) ;=> [1 -2147483648 2147483647 -2147483648 2147483647 0 1 97 2147483647 2]
(mapv unchecked-char [65 \a 65601 65.9]) ;=> [\A \a \A \A]
(mapv unchecked-double [1 1/2 3M 4N 1.5]) ;=> [1.0 0.5 3.0 4.0 1.5]
(mapv unchecked-float [1 1/2 1.5]) ;=> [1.0 0.5 1.5]
(unchecked-byte nil) ;! :ox/type "expected a number, got nil"
(unchecked-byte \a) ;! :ox/type "expected a number, got a character"
(unchecked-short "a") ;! :ox/type "expected a number, got a string"
(unchecked-char nil) ;! :ox/type "expected a number, got nil"
(unchecked-char "a") ;! :ox/type "expected a number, got a string"
(unchecked-double nil) ;! :ox/type "expected a number, got nil"
(unchecked-double \a) ;! :ox/type "expected a number, got a character"
(unchecked-float "a") ;! :ox/type "expected a number, got a string"
(unchecked-int nil) ;! :ox/type "expected a number, got nil"

;;; ## `munge`, `namespace-munge`
[(munge "a-b?c") (munge 'a.b/c-d!) (munge :a-b) (munge "foo.bar*") (munge nil) (munge 5) (munge "") (munge "+>=<~@#'\"%^&|{}[]\\")] ;=> ["a_b_QMARK_c" a.b_SLASH_c_d_BANG_ "_COLON_a_b" "foo.bar_STAR_" "" "5" "" "_PLUS__GT__EQ__LT__TILDE__CIRCA__SHARP__SINGLEQUOTE__DOUBLEQUOTE__PERCENT__CARET__AMPERSAND__BAR__LBRACE__RBRACE__LBRACK__RBRACK__BSLASH_"]
[(namespace-munge 'a-b.c-d) (namespace-munge "a-b") (namespace-munge nil) (namespace-munge 5)] ;=> ["a_b.c_d" "a_b" "" "5"]
[(symbol? (munge 'a-b)) (symbol? (munge "a-b"))] ;=> [true false]
(apply munge []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/munge"
(apply namespace-munge []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/namespace-munge"

;;; ## `special-symbol?`, `char-escape-string`, `char-name-string`, `uri?`
(mapv special-symbol? '[& monitor-exit case* try reify* finally loop* do letfn* if clojure.core/import* import* new deftype* let* fn* recur set! . var quote catch throw monitor-enter def fn let defmacro]) ;=> [true true true true true true true true true true true false true true true true true true true true true true true true true false false false]
[(special-symbol? "if") (special-symbol? nil) (special-symbol? :if)] ;=> [false false false]
[(char-escape-string \newline) (char-escape-string \a) (char-name-string \newline) (char-name-string \a)] ;=> ["\\n" nil "newline" nil]
(into #{} char-escape-string) ;=> #{[\newline "\\n"] [\tab "\\t"] [\return "\\r"] [\" "\\\""] [\\ "\\\\"] [\formfeed "\\f"] [\backspace "\\b"]}
(into #{} char-name-string) ;=> #{[\newline "newline"] [\tab "tab"] [\space "space"] [\backspace "backspace"] [\formfeed "formfeed"] [\return "return"]}
(mapv uri? [1 "http://a" nil]) ;=> [false false false]
(map? *clojure-version*) ;=> true
(mapv #(contains? *clojure-version* %) [:major :minor :incremental :qualifier]) ;=> [true true true true]
(string? (clojure-version)) ;=> true
(apply special-symbol? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/special-symbol?"
(apply char-name-string []) ;! :ox/arity "a map cannot be called with 0 arguments"
(apply uri? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/uri?"
(apply clojure-version [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/clojure-version"

;;; ## `replicate`, `xml-seq`, `seque`
[(replicate 3 :a) (replicate 0 1) (replicate -1 1) (count (replicate 2 nil))] ;=> [(:a :a :a) () () 2]
(xml-seq {:tag :a :content ["x" {:tag :b :content ["y"]}]}) ;=> ({:tag :a, :content ["x" {:tag :b, :content ["y"]}]} "x" {:tag :b, :content ["y"]} "y")
[(xml-seq "x") (xml-seq nil) (xml-seq 5)] ;=> [("x") (nil) (5)]
[(seque [1 2]) (seque 5 (range 3)) (seque nil) (take 3 (seque (iterate inc 0)))] ;=> [(1 2) (0 1 2) () (0 1 2)]
(doall (replicate nil 1)) ;! :ox/type "expected a number, got nil"
(apply replicate [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.core/replicate"
(apply xml-seq []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/xml-seq"
(seque 0 [1]) ;! :ox/argument "a queue holds at least one element"
(seque nil [1]) ;! :ox/type "expected a number, got nil"

;;; ## `bound?`, `thread-bound?`, `cast`
(def ^:dynamic *d* 1)
[(bound? #'inc) (bound? #'*d*) (bound?) (bound? #'inc #'*d*)] ;=> [true true true true]
[(thread-bound? #'*d*) (binding [*d* 2] (thread-bound? #'*d*)) (thread-bound? #'inc) (thread-bound?) (binding [*d* 2] (thread-bound? #'*d* #'inc))] ;=> [false true false true false]
[(cast String "a") (cast Number 1) (cast String nil) (cast Object :a)] ;=> ["a" 1 nil :a]
(bound? 5) ;! :ox/type "expected a var"
(thread-bound? 'a) ;! :ox/type "expected a var"
(cast String 1) ;! :ox/type "Cannot cast Long to String"
(cast nil 1) ;! :ox/type "instance? takes a class"

;;; ## Hashes of collections
[(= (hash [1 2]) (hash-ordered-coll [1 2])) (= (hash '(1 2)) (hash-ordered-coll (map identity [1 2]))) (= (hash #{1 2}) (hash-unordered-coll [1 2])) (= (hash {:a 1}) (hash-unordered-coll {:a 1})) (= (hash []) (hash-ordered-coll ()))] ;=> [true true true true true]
[(int? (mix-collection-hash 1 2)) (= (mix-collection-hash 5 2) (mix-collection-hash 5 2)) (= (hash-combine 1 :a) (hash-combine 1 :a)) (= (hash-combine 1 :a) (hash-combine 2 :a))] ;=> [true true true false]
(hash-ordered-coll nil) ;! :ox/type "expected a collection"
(hash-ordered-coll 5) ;! :ox/type "expected a collection"
(hash-unordered-coll 5) ;! :ox/type "expected a collection"
(hash-unordered-coll nil) ;! :ox/type "expected a collection"
(mix-collection-hash :a 1) ;! :ox/type "expected a number, got a keyword"
(hash-combine :a 1) ;! :ox/type "expected a number, got a keyword"

;;; ## `with-in-str`, `read-line`, `read`, `io!`
(with-in-str "a\nb" [(read-line) (read-line) (read-line)]) ;=> ["a" "b" nil]
(with-in-str "a\r\n\nb\n" [(read-line) (read-line) (read-line) (read-line)]) ;=> ["a" "" "b" nil]
(with-in-str "" (read-line)) ;=> nil
(with-in-str "1 [2 :a] \"x\"" [(read) (read) (read)]) ;=> [1 [2 :a] "x"]
(with-in-str "(1 2) rest\nnext" [(read) (read-line) (read-line)]) ;=> [(1 2) " rest" "next"]
(with-in-str "" (read *in* false :end)) ;=> :end
(with-in-str "5" [(read *in* false :end) (read *in* false :end)]) ;=> [5 :end]
(with-in-str "a" (with-in-str "b" (read-line))) ;=> "b"
(with-in-str "a" [(with-in-str "b" (read-line)) (read-line)]) ;=> ["b" "a"]
(with-in-str "" (read)) ;! :ox/parse "EOF while reading"
(with-in-str "(1" (read)) ;! :ox/parse "EOF while reading, starting at line 1, at line 1, column 3"
(with-in-str ")" (read)) ;! :ox/parse "Unmatched delimiter: ) at line 1, column 1"
(with-in-str 5 (read-line)) ;! :ox/type "expected a string"
[(io! 5) (io! "msg" 5) (io!)] ;=> [5 5 nil]
(io! "m" (/ 1 0)) ;! :ox/arithmetic "Divide by zero"

;;; ## `add-tap`, `tap>`, `remove-tap`
;;; differs: Clojure's taps are called by a thread of their own, some time later
(def seen (atom []))
(def tap (fn [x] (swap! seen conj x)))
(tap> 1) ;=> true
(add-tap tap) ;=> nil
(add-tap (fn [_] (throw (ex-info "dropped" {})))) ;=> nil
[(tap> 2) (tap> nil)] ;=> [true true]
(deref seen) ;=> [2 nil]
(remove-tap tap) ;=> nil
(do (tap> 3) (deref seen)) ;=> [2 nil]
(apply add-tap []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/add-tap"

;;; ## Options of Clojure's compiler are accepted
(set! *warn-on-reflection* true) ;=> true
(set! *unchecked-math* :warn-on-boxed) ;=> :warn-on-boxed
(defn f [x] (inc x))
(f 1) ;=> 2
