;;; # Code that a running program makes
;;; `eval`, `load-string`, `resolve`, `macroexpand`: what is compiled while the program runs.

;;; ## eval gives the value of a form
(eval '(+ 1 2))                                 ;=> 3
(eval 7)                                        ;=> 7
(eval nil)                                      ;=> nil
(eval [1 '(+ 1 1) {:a '(inc 2)}])               ;=> [1 2 {:a 3}]
(eval (list 'let ['x 3] (list '* 'x 'x)))       ;=> 9
(eval (read-string "(reduce + (range 5))"))     ;=> 10
(let [n 4] (eval `(* ~n ~n)))                   ;=> 16
(map eval ['(+ 1 1) '(+ 2 2)])                  ;=> (2 4)
(eval '"text")                                  ;=> "text"
(eval ''sym)                                    ;=> sym
(eval (quote #"a+"))                            ;=> #"a+"
(eval)                                          ;! :ox/arity
(eval '(throw (ex-info "no" {:n 1})))           ;! {:n 1} "no"
(try (eval '(/ 1 0)) (catch ArithmeticException e (ex-message e)))              ;=> "Divide by zero"

;;; ## What it makes is like all else
(def double (eval '(fn [x] (* 2 x))))
(double 4)                                      ;=> 8
(map double [1 2])                              ;=> (2 4)
((eval '(fn f ([] (f 1)) ([x & more] [x more]))) 1 2)                           ;=> [1 (2)]
(def counter (eval '(let [n (atom 0)] (fn [] (swap! n inc)))))
[(counter) (counter)]                           ;=> [1 2]
(take 3 (eval '(iterate inc 5)))                ;=> (5 6 7)
(= (eval '{:a [1 2]}) {:a [1 2]})               ;=> true

;;; ## A form sees the names of the file
(require '[clojure.string :as str])
(def base 100)
(defn plus [x] (+ base x))
(defmacro unless [c & body] `(if ~c nil (do ~@body)))
(eval '(plus 1))                                ;=> 101
(eval '(user/plus 1))                           ;=> 101
(eval '(unless false :yes))                     ;=> :yes
(eval '(str/upper-case "a"))                    ;=> "A"
(eval '(clojure.string/lower-case "A"))         ;=> "a"
(load-string "(ns other) 1")                    ;! :ox/compile "namespace"
;differs a file is one namespace, and so is what is evaluated at its end

;;; ## load-string evaluates forms in order
(load-string "(+ 1 2)")                         ;=> 3
(load-string "1 2 3")                           ;=> 3
(load-string "")                                ;=> nil
(load-string "; nothing")                       ;=> nil
(load-string "(def loaded 5) (* loaded loaded)")                                ;=> 25
(load-string "(defn area [w h] (* w h)) (area 2 3)")                            ;=> 6
(load-string "(println :a) (println :b) :c")    ;=> :c
;out :a
;out :b
(load-string 1)                                 ;! :ox/type

;;; ## What is defined is there for later forms
(var? (eval '(def total 5)))                    ;=> true
(eval '(+ total 1))                             ;=> 6
(var? (eval '(defn twice [x] (* 2 x))))         ;=> true
(eval '(twice total))                           ;=> 10
(do (eval '(def cell (atom 0))) (eval '(swap! cell + 5)) (eval '(deref cell)))  ;=> 5
(do (eval '(defmacro swap-args [f a b] (list f b a))) (eval '(swap-args - 1 10)))                               ;=> 9
(do (eval '(do (def one 1) (defn up [] (inc one)))) (eval '(up)))               ;=> 2
(do (eval '(require '[clojure.set :as set])) (eval '(set/union #{1} #{2})))     ;=> #{1 2}

;;; ## A definition takes the place of an earlier one
(do (eval '(def v 1)) (eval '(def v 2)) (eval 'v))                              ;=> 2
(do (eval '(defn g [] 1)) (eval '(defn h [] (g))) (eval '(defn g [] 2)) (eval '(h)))                            ;=> 2
(do (eval '(def s (atom 0))) (eval '(swap! s inc)) (eval '(def s (atom 10))) (eval '(swap! s inc)))             ;=> 11

;;; ## Code that was linked keeps what it had
(defn g [] 1)
(defn h [] (g))
(eval '(do (defn g [] 2) (h)))                  ;=> 2
[(g) (h)]                                       ;=> [1 1]
;differs a definition never changes
(eval '(h))                                     ;=> 2

;;; ## Types, protocols and multimethods are extended
(defprotocol Shape (area [s]))
(defrecord Square [x] Shape (area [_] (* x x)))
(defmulti sound :kind)
(defmethod sound :dog [_] "woof")
(eval '(do (defrecord Circle [r] Shape (area [_] (* 3 r r))) (area (->Circle 2))))                              ;=> 12
(eval '[(area (->Circle 1)) (area (->Square 2))])                               ;=> [3 4]
(area (->Square 3))                             ;=> 9
(do (eval '(defmethod sound :cat [_] "meow")) (eval '(map sound [{:kind :cat} {:kind :dog}])))                  ;=> ("meow" "woof")
(do (eval '(defmethod sound :dog [_] "wuff")) (eval '(sound {:kind :dog})))     ;=> "wuff"
(do (eval '(extend-type String Shape (area [s] (count s)))) (eval '(area "four")))                              ;=> 4
(eval '(sound {:kind :cow}))                    ;! :ox/no-method

;;; ## What cannot be compiled is an error of its own
(eval '(undefined-here 1))                      ;! :ox/compile "undefined-here"
(eval '(let [x] x))                             ;! :ox/compile
(eval '(if))                                    ;! :ox/compile
(eval '(fn 1))                                  ;! :ox/compile
(load-string "(+ 1")                            ;! :ox/compile
(try (eval '(undefined-here 1)) (catch Exception e :caught))                    ;=> :caught
(try (eval '(undefined-here 1)) (catch clojure.lang.Compiler$CompilerException e :caught))                      ;=> :caught
(do (try (eval '(do (def left 1) (undefined-here left))) (catch Exception e nil)) (eval '(+ 1 1)))              ;=> 2

;;; ## What the error says
;;; differs: the data of Clojure's error is other, and functions may stand in forms
(select-keys (ex-data (try (load-string "(+ 1\n   nowhere)") (catch :ox/compile e e))) [:code :line :column])  ;=> {:code "OX0101", :line 2, :column 4}
(ex-message (try (eval '(inc nowhere)) (catch :ox/compile e e)))                ;=> "`nowhere` is not defined (<eval>:1:6)"
(eval (list + 1 2))                             ;! :ox/compile "name a function by its symbol"
(eval (atom 1))                                 ;! :ox/compile "data"

;;; ## resolve finds vars
(require '[clojure.string :as str])
(defn f [x] (inc x))
(var? (resolve 'inc))                           ;=> true
((resolve 'inc) 1)                              ;=> 2
(resolve 'no-such-name)                         ;=> nil
((deref (resolve (symbol "max"))) 1 2)          ;=> 2
(resolve {'inc 1} 'inc)                         ;=> nil
((ns-resolve 'clojure.string 'upper-case) "a")  ;=> "A"
((resolve 'str/upper-case) "b")                 ;=> "B"
(ns-resolve 'clojure.string 'no-such-name)      ;=> nil
((requiring-resolve 'clojure.set/union) #{1} #{2})                              ;=> #{1 2}
((find-var 'clojure.core/dec) 3)                ;=> 2
(resolve "inc")                                 ;! :ox/type
(find-var 'clojure.core/no-such-name)           ;=> nil
(find-var 'unqualified)                         ;! :ox/argument
(ns-resolve 'clojure.string)                    ;! :ox/arity
((requiring-resolve 'clojure.string/upper-case) "c")                            ;=> "C"
(requiring-resolve 'unqualified)                ;! :ox/argument

;;; ## macroexpand shows what a macro makes
(defmacro unless [c x] (list 'if c nil x))
(first (macroexpand-1 '(when a b)))             ;=> if
(macroexpand-1 '(inc 1))                        ;=> (inc 1)
(macroexpand '(inc 1))                          ;=> (inc 1)
(macroexpand-1 7)                               ;=> 7
(first (macroexpand '(when-not a b)))           ;=> if
(macroexpand-1)                                 ;! :ox/arity
(macroexpand '(when))                           ;! :ox/compile
(macroexpand 1 2)                               ;! :ox/arity
