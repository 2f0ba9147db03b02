;;; # Methods of `print-method` for classes
;;; Clojure is not asked: there such a method holds for all that is printed later, in other chapters too.

;;; ## `print-method` of classes
;;; A method is not for what Clojure has a more special one for.
(defmethod print-method java.util.Date [d writer] (print-method 'DATE writer))
(defmethod print-method Number [n writer] (print-method (str "n" n) writer))
(defmethod print-method clojure.lang.IPersistentMap [m writer] (print-method (vec m) writer))
(defmethod print-method Object [o writer] (print-method 'object writer))
(defrecord Point [x])
(deftype Box [v])
(pr-str 1 [1.5 2/3 10N])                                 ;=> "\"n1\" [1.5 \"n2/3\" 10N]"
(print-str 1)                                            ;=> "n1"
(str 1)                                                  ;=> "1"
(pr-str #inst "2020-01-01" {:a :b} (->Point :x))         ;=> "DATE [[:a :b]] #user.Point{:x :x}"
(pr-str (->Box 1) inc :k "s")                            ;=> "object object :k \"s\""

;;; ## Errors and sorted sets
(defmethod print-method Throwable [e writer] (.write writer (ex-message e)))
(defmethod print-method clojure.lang.IPersistentSet [s writer] (.write writer "set"))
(pr-str (ex-info "m" {}) [(Exception. "x")])             ;=> "m [x]"
(pr-str (sorted-set 1) #{1})                             ;=> "set set"

;;; ## The method that prints as the language does
(defrecord Node [value children])
(defmethod print-method Node [n writer]
  (if (:plain (:value n))
    ((get-method print-method :default) n writer)
    (.write writer (str "<" (:value n) (apply str (map pr-str (:children n))) ">"))))
(defmethod print-method clojure.lang.IPersistentVector [v writer]
  ((get-method print-method clojure.lang.ISeq) (seq v) writer))
(pr-str (->Node 1 [(->Node 2 nil)]))                     ;=> "<1<2>>"
(pr-str (->Node {:plain true} [(->Node 2 nil)]))         ;=> "#user.Node{:value {:plain true}, :children (<2>)}"
(pr-str [1 [2]])                                         ;=> "(1 (2))"
[(fn? (get-method print-method :default)) (contains? (methods print-method) :default)]   ;=> (true true)
(with-out-str ((get-method print-method String) "a" *out*))                              ;=> "\"a\""
(binding [*print-length* 1] (pr-str (->Node {:plain true} 2)))                           ;=> "#user.Node{:value {:plain true}, ...}"
(apply (get-method print-method :default) [1])           ;! :ox/arity

;;; ## A method for what metadata calls its type
(defmethod print-method ::own [v writer] (.write writer (str "<" (count v) ">")))
(pr-str (with-meta [1] {:type ::own}) [(with-meta {} {:type ::own})])                    ;=> "<1> [<0>]"
(pr-str (with-meta (map inc [1 2]) {:type ::own}) [(with-meta (filter odd? [2]) {:type ::own})])   ;=> "<2> [<0>]"
(pr-str (with-meta [1] {:type ::other}) (with-meta () {:type ::own}))                    ;=> "[1] <0>"
(pr-str (with-meta 'a {:type ::own}))                                                    ;! :ox/type
