;;; # Errors

;;; ## try gives its value
(try 1) ;=> 1
(try) ;=> nil
(try (+ 1 2) (catch Exception e :no)) ;=> 3
(try (/ 1 0) (catch ArithmeticException e :div)) ;=> :div
(try (/ 1 0) (catch Exception e (ex-message e))) ;=> "Divide by zero"
(try (throw (ex-info "a" {})) (catch ArithmeticException e 1) (catch Exception e 2)) ;=> 2

;;; ## ex-info carries a message, data and a cause
(let [e (ex-info "msg" {:a 1})] [(ex-message e) (ex-data e) (ex-cause e)]) ;=> ["msg" {:a 1} nil]
(let [e (ex-info "outer" {} (ex-info "inner" {:b 2}))] (ex-data (ex-cause e))) ;=> {:b 2}
(throw (ex-info "msg" {:a 1})) ;! {:a 1} "msg"
(throw (ex-info "msg" {:ox/kind :my/kind})) ;! :my/kind "msg"
;differs the kind that an error names is its kind here
[(ex-message 5) (ex-data nil) (ex-cause "x")] ;=> [nil nil nil]
(ex-info "m" nil) ;! :ox/argument
(ex-info "m") ;! :ox/arity
(throw 5) ;! :ox/type
(throw nil) ;! :ox/type

;;; ## An error of a wrong type holds the value, and what was expected in words
;;; differs: in Clojure it is in the message alone
(defn data-of [f] (try (f) (catch :ox/type e (ex-data e))))
(data-of #(+ 1 :a)) ;=> {:ox/kind :ox/type, :value :a, :expected "a number"}
(data-of #(subs 5 1)) ;=> {:ox/kind :ox/type, :value 5, :expected "a string"}
(data-of #(conj 5 1)) ;=> {:ox/kind :ox/type, :value 5, :expected "a collection"}
(data-of #((first [5]) 1)) ;=> {:ox/kind :ox/type, :value 5, :expected "a function"}
(data-of #(throw 5)) ;=> {:ox/kind :ox/type, :value 5, :expected "an error"}
(data-of #(compare 1 "a")) ;=> {:ox/kind :ox/type, :value "a", :expected "a number, to compare with one"}

;;; ## catch goes by kind, class name and order
;;; differs: there are kinds of errors besides classes
(try (throw (ex-info "x" {:ox/kind :my/error})) (catch :my/other e :other) (catch :my/error e :mine)) ;=> :mine
(try (throw (ex-info "x" {:ox/kind :my/error})) (catch ExceptionInfo e :info)) ;=> :info
(try (inc "a") (catch :ox/type e (:ox/kind (ex-data e)))) ;=> :ox/type
(try (inc "a") (catch ClassCastException e :cast)) ;=> :cast
(try ((fn [x] x)) (catch IllegalArgumentException e :arity)) ;=> :arity
(try (nth [1] 5) (catch IndexOutOfBoundsException e :index)) ;=> :index
(try (throw (Exception. "plain")) (catch Exception e (ex-message e))) ;=> "plain"
(try (throw (IllegalArgumentException. "bad")) (catch :ox/argument e (ex-message e))) ;=> "bad"
(try (throw (RuntimeException. "r")) (catch ArithmeticException e 1) (catch Throwable e 2)) ;=> 2
(try (assert false) (catch AssertionError e :assert)) ;=> :assert
(try (assert false) (catch Exception e :no) (catch Throwable e :yes)) ;=> :yes
(try (try (/ 1 0) (catch ClassCastException e :inner)) (catch ArithmeticException e :outer)) ;=> :outer
(try (throw (ex-info "x" {})) (catch :default e :default)) ;=> :default

;;; ## An error that nobody here catches goes on
(defn inner [] (/ 1 0))
(defn outer [] (try (inner) (catch IllegalStateException e :no)))
(outer) ;! :ox/arithmetic
(try (outer) (catch ArithmeticException e :got)) ;=> :got

;;; ## finally runs in every case, and its value is dropped
(try 1 (finally (println "f") 2))
;out f
;=> 1
(try (try (/ 1 0) (finally (println "f"))) (catch Exception e :caught))
;out f
;=> :caught
(try (throw (ex-info "a" {})) (catch Exception e (println "c") :c) (finally (println "f")))
;out c
;out f
;=> :c
(try (try 1 (finally (throw (ex-info "from finally" {})))) (catch Exception e (ex-message e))) ;=> "from finally"
(try (try (throw (ex-info "first" {})) (finally (throw (ex-info "second" {})))) (catch Exception e (ex-message e))) ;=> "second"
(defn early [x] (try (if x :early (println "late")) (finally (println "cleanup"))))
(early true)
;out cleanup
;=> :early
(loop [i 0] (if (< i 2) (do (try (print i) (finally (print "f"))) (recur (inc i))) :end))
;out 0f1f
;=> :end
(try (try (/ 1 0) (catch ArithmeticException e (throw (ex-info "again" {} e))) (finally (print "f "))) (catch Exception e [(ex-message e) (ex-message (ex-cause e))]))
;out f 
;=> ["again" "Divide by zero"]

;;; ## Locals in and around handlers
(let [a 1] (try (let [b 2] (throw (ex-info "x" {:b b}))) (catch Exception e [a (:b (ex-data e))]))) ;=> [1 2]
(let [x (try (/ 1 0) (catch Exception _ :recovered))] [x x]) ;=> [:recovered :recovered]
(map #(try (/ 6 %) (catch ArithmeticException e :inf)) [1 0 2]) ;=> (6 :inf 3)
(reduce (fn [acc x] (try (+ acc x) (catch Exception e (conj [acc] x)))) 0 [1 2 "a"]) ;=> [3 "a"]
(let [f (fn [x] (try (if (zero? x) (throw (ex-info "z" {})) x) (catch Exception e :zero) (finally (print "."))))] [(f 0) (f 1)])
;out ..
;=> [:zero 1]
(let [e (try (throw (ex-info "kept" {})) (catch Exception e e))] (ex-message e)) ;=> "kept"

;;; ## Errors through a thousand frames
(defn deep [n] (if (zero? n) (throw (ex-info "bottom" {:n n})) (inc (deep (dec n)))))
(try (deep 1000) (catch Exception e (ex-message e))) ;=> "bottom"
(defn nested [n] (if (zero? n) (throw (ex-info "x" {})) (try (nested (dec n)) (finally (print "f")))))
(try (nested 5) (catch Exception e :done))
;out fffff
;=> :done
(defn rethrow [n] (if (zero? n) (throw (ex-info "0" {})) (try (rethrow (dec n)) (catch Exception e (throw (ex-info (str n) {} e))))))
(try (rethrow 3) (catch Exception e (loop [e e ms []] (if e (recur (ex-cause e) (conj ms (ex-message e))) ms)))) ;=> ["3" "2" "1" "0"]

;;; ## Cancellation and exit are seen by clauses that name them
;;; differs: Clojure has neither
(try (throw (ex-info "c" {:ox/kind :ox/cancelled})) (catch Exception e :no) (catch :default e :no)) ;! :ox/cancelled "c"
(try (throw (ex-info "c" {:ox/kind :ox/cancelled})) (catch :ox/cancelled e :yes)) ;=> :yes
(try (exit 3) (catch Throwable e :no)) ;! :ox/exit
(try (try (exit 3) (finally (print "f"))) (catch :ox/exit e (:reason (ex-data e)))) ;=> 3
;out f

;;; ## Messages of the machine's errors name what was wrong
(+ 1 "a") ;! :ox/type "a string"
(nth [1 2] 7) ;! :ox/index "7"
(defn undefined-arity-helper [x] x)
(undefined-arity-helper 1 2) ;! :ox/arity "undefined-arity-helper"
(let [[a] :k] a) ;! :ox/type "a keyword"
(conj 1 2) ;! :ox/type "an integer"

;;; ## finally runs once, inside out, and its error wins
(let [a (atom [])] (try (try (swap! a conj 1) (finally (swap! a conj 2))) (finally (swap! a conj 3))) @a) ;=> [1 2 3]
(let [a (atom [])] (loop [i 0] (when (< i 2) (try (swap! a conj i) (finally (swap! a conj :f))) (recur (inc i)))) @a) ;=> [0 :f 1 :f]
(try (try (/ 1 0) (finally (throw (ex-info "f" {})))) (catch Exception e (ex-message e))) ;=> "f"
(try (try (/ 1 0) (catch IllegalStateException e 1)) (catch ArithmeticException e 2)) ;=> 2
(try (throw (ex-info "a" {})) (catch Throwable t (try (throw t) (catch Exception e (ex-message e))))) ;=> "a"
(loop [i 0 acc []] (if (< i 3) (recur (inc i) (conj acc (try (if (= i 1) (throw (ex-info "x" {})) i) (catch Exception e :e) (finally nil)))) acc)) ;=> [0 :e 2]

;;; ## The class of an error
(map class [(ex-info "" {}) (IllegalArgumentException. "") (RuntimeException. "") (NullPointerException. "") (Exception. "")])
;=> (ExceptionInfo IllegalArgumentException RuntimeException NullPointerException Exception)
;differs classes are symbols without package
(map (fn [f] (try (f) (catch Throwable e (class e)))) [(fn [] (quot 1 0)) (fn [] (nth [] 3)) (fn [] (Long/parseLong "x")) (fn [] (assert false))])
;=> (ArithmeticException IndexOutOfBoundsException NumberFormatException AssertionError)
;differs classes are symbols without package
[(= (class (ex-info "" {})) clojure.lang.ExceptionInfo) (= IllegalArgumentException (class (IllegalArgumentException. ""))) (= java.io.IOException (class (java.io.IOException. "")))]    ;=> [true true true]
(.getName (class (ex-info "" {}))) ;=> "clojure.lang.ExceptionInfo"
(.getName (class (java.io.FileNotFoundException. "")))    ;=> "java.io.FileNotFoundException"
(:type (first (:via (Throwable->map (NullPointerException. "m")))))    ;=> java.lang.NullPointerException
(defprotocol Told (told [x]))
(extend-protocol Told
  Exception (told [_] :exception)
  RuntimeException (told [_] :run-time)
  IllegalArgumentException (told [_] :argument))
(map told [(Exception. "") (RuntimeException. "") (IllegalArgumentException. "") (NumberFormatException. "") (ex-info "" {})])    ;=> (:exception :run-time :argument :argument :run-time)
(told nil)                         ;! :ox/no-method
