;;; # Found by generated programs

;;; What `generated_programs_agree_with_clojure` has found, as it was shrunk: each once gave something else than Clojure does.

;;; ## Functions of texts that take texts only
(require '[clojure.string :as str])
(str/blank? 1) ;! :ox/type "string"
(str/blank? false) ;=> true
(str/trim 1) ;! :ox/type "string"
(str/triml true) ;! :ox/type "string"
(str/trimr :a) ;! :ox/type "string"
(str/trim-newline 1) ;! :ox/type "string"
(str/reverse 1) ;! :ox/type "string"
(str/split 1 #",") ;! :ox/type "string"
(str/split 1 #"," 2) ;! :ox/type "string"
(str/split-lines 1) ;! :ox/type "string"
(str/escape :a {}) ;! :ox/type "string"
[(str/upper-case :a) (str/lower-case 1) (str/capitalize 'ab) (str/starts-with? :a ":") (str/ends-with? 12 "2")] ;=> [":A" "1" "Ab" true true]
(str/trim-newline "a\r\n\n") ;=> "a"

;;; ## What is looked for in a text is a text
(require '[clojure.string :as str])
(str/starts-with? 1 1) ;! :ox/type "string"
(str/ends-with? 1 1) ;! :ox/type "string"
(str/includes? "a" true) ;! :ox/type "string"
(str/index-of 1 1) ;! :ox/type "string"
(str/last-index-of "1" nil) ;! :ox/type "string"
[(str/index-of 12 \2) (str/last-index-of "aba" "a" 1)] ;=> [1 0]

;;; ## What replaces all is of the kind of what is replaced
(require '[clojure.string :as str])
(str/replace "a" \a "b") ;! :ox/type "character"
(str/replace "a" "a" \b) ;! :ox/type "string"
(str/replace "a" #"a" (fn [_] :x)) ;! :ox/type "string"
(str/replace "a" :a "b") ;! :ox/argument "Invalid match arg: :a"
(str/replace-first "a" :a "b") ;! :ox/argument "Invalid match arg: :a"
(str/replace :a "a" "b") ;=> ":b"
[(str/replace-first "aa" \a "b") (str/replace-first "aa" "a" :b) (str/replace "aa" \a \b)] ;=> ["ba" ":ba" "bb"]

;;; ## Ranges to or from what is no number go on
(take 2 (range ##NaN 2)) ;=> (##NaN ##NaN)
(take 3 (range 2 ##NaN 2)) ;=> (2 4 6)
(take 3 (range 0 5 ##NaN)) ;=> (0 ##NaN ##NaN)
(range 0 :a ##NaN) ;! :ox/type "number"
(range 0.5 0.5) ;=> ()
(take 2 (range 1.0 2 0)) ;=> (1.0 1.0)
(range 9223372036854775806 9223372036854775809N) ;=> (9223372036854775806 9223372036854775807 9223372036854775808N)

;;; ## `disj` of false
(disj false 1) ;=> nil
(disj true 1) ;! :ox/type "expected a set or nil"

;;; ## A replacement that is never used may be wrong
(require '[clojure.string :as str])
(str/replace "abc" #"x" "$5") ;=> "abc"
(str/replace "abc" #"x" "\\") ;=> "abc"
(str/replace-first "abc" #"x" "${") ;=> "abc"
(str/replace "abc" #"b" "$5") ;! :ox/index "No group 5"

;;; ## Predicates are asked one after the other
((some-fn pos? 1) 0 1) ;=> true
((some-fn nil? false? true? zero?) 1) ;=> nil
((some-fn nil? false?) 1) ;=> false
((some-fn nil?) 1 2 3 4) ;=> nil
((some-fn nil? #(= % 4)) 1 2 3 4) ;=> true
((every-pred neg? 1) 1 2) ;=> false
((every-pred pos? even?) 2 4 6 7) ;=> false
((every-pred pos? even? int? number?) 2 4 6 8) ;=> true
((every-pred pos?) 1 2 3 :a) ;! :ox/type "number"

;;; ## `format` of nothing
(format "%.2f|%5.1f" nil nil) ;=> "nu|    n"
(format "%.2d" 5) ;! :ox/argument "precision"
(format "%d" (concat)) ;! :ox/argument "d !="

;;; ## Options of `atom` that are false
(let [a (atom 1 :meta false :validator false)] [@a (meta a)]) ;=> [1 nil]
(atom 1 :meta 5) ;! :ox/type "map"
(atom 1 :validator neg?) ;! :ox/state "Invalid reference state"

;;; ## `conj` of a lazy sequence realizes it
(map list? [(conj (map inc []) 1) (conj (lazy-seq nil) 1) (conj (map inc [1]) 1) (cons 1 (lazy-seq nil))]) ;=> (true true false false)
(conj (map inc []) 1 2) ;=> (2 1)
(list? (into (map - []) "a")) ;=> true
(do (conj (lazy-seq (println "ran") nil) 1) :done)
;out ran
;=> :done
(conj (map inc [:a]) 1) ;! :ox/type "number"
