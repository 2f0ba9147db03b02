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
