;;; # Macros

;;; ## A macro is a function from forms to forms
(defmacro unless [test & body] `(if ~test nil (do ~@body)))
(unless false 1 2) ;=> 2
(unless true (println "never")) ;=> nil
(defmacro swap-args [f a b] (list f b a))
(swap-args - 1 10) ;=> 9
(defmacro quoted [x] `'~x)
(quoted (a b)) ;=> (a b)
(defmacro arities ([] :none) ([a] [:one a]) ([a & more] [:more a (count more)]))
[(arities) (arities 1) (arities 1 2 3)] ;=> [:none [:one 1] [:more 1 2]]

;;; ## Generated names do not capture
(defmacro twice [x] `(let [v# ~x] (+ v# v#)))
(let [v 5] (twice (inc v))) ;=> 12
(defmacro my-or [a b] `(let [x# ~a] (if x# x# ~b)))
(let [x 1] (my-or nil x)) ;=> 1
(my-or nil (my-or false :b)) ;=> :b
(defmacro with-gensym [x] (let [s (gensym "tmp")] `(let [~s ~x] [~s ~s])))
(with-gensym (inc 1)) ;=> [2 2]
(symbol? (gensym)) ;=> true
(= (gensym) (gensym)) ;=> false

;;; ## A syntax-quote names what its own namespace means
;;; file app/lib.ox
(ns app.lib)
(defn helper [x] [:helped x])
(defmacro helped [x] `(helper ~x))
(defmacro counted [xs] `(count ~xs))
;;; file app/main.ox
(ns app.main (:require [app.lib :as lib]))
(defn helper [x] :mine)
(lib/helped 1) ;=> [:helped 1]
(let [count first] (lib/counted [7 8])) ;=> 2

;;; ## Macros use functions of their program
(defn double-form [x] (list '* 2 x))
(defmacro doubled [x] (double-form x))
(doubled 21) ;=> 42
(defmacro power [n x] (reduce (fn [acc _] `(* ~acc ~x)) 1 (range n)))
(power 3 2) ;=> 8

;;; ## Macros use macros
(defmacro m1 [x] `(inc ~x))
(defmacro m2 [x] `(m1 (m1 ~x)))
(m2 0) ;=> 2
(defmacro m3 [x] (m1 x))
(m3 5) ;=> 6

;;; ## Macros that define
(defmacro defconst [n v] `(def ~n ~v))
(defconst answer 42)
answer ;=> 42
(defmacro defgetter [n k] `(defn ~n [m#] (get m# ~k)))
(defgetter get-a :a)
(get-a {:a 1}) ;=> 1
(defmacro defall [& names] `(do ~@(map (fn [n] `(def ~n ~(str n))) names)))
(defall one two)
[one two] ;=> ["one" "two"]
(defmacro def-named [prefix] `(defn ~(symbol (str prefix "-fn")) [] ~(keyword prefix)))
(def-named "abc")
(abc-fn) ;=> :abc

;;; ## Definitions may come after their use
(later 1) ;=> [:later 1]
;differs Clojure reads from the top down
(defmacro later [x] `(later-fn ~x))
(defn later-fn [x] [:later x])

;;; ## The form and its environment
(defmacro locals [] `'~(vec (sort (keys &env))))
(let [a 1 b 2] (locals)) ;=> [a b]
(defmacro head [& _] `'~(first &form))
(head 1 2) ;=> head
(defmacro meta-of [x] (:tag (meta x)))
(meta-of ^:tag (f x)) ;=> true

;;; ## Recursive macros
(defmacro my-and ([] true) ([x] x) ([x & more] `(let [v# ~x] (if v# (my-and ~@more) v#))))
[(my-and) (my-and 1 2 3) (my-and 1 nil 3)] ;=> [true 3 nil]
(defmacro my-cond [& clauses] (when (seq clauses) `(if ~(first clauses) ~(second clauses) (my-cond ~@(drop 2 clauses)))))
(my-cond false 1 nil 2 :else 3) ;=> 3

;;; ## Anaphora are possible on purpose
(defmacro aif [test then else] `(let [~'it ~test] (if ~'it ~then ~else)))
(aif (+ 1 2) [it] :none) ;=> [3]

;;; ## A macro that fails is a diagnostic at its call
(defmacro broken [x] (throw (ex-info "cannot expand" {:x x})))
(broken 1) ;! OX0202 "cannot expand"

;;; ## A macro called with the wrong number of arguments
(defmacro needs-two [a b] `(+ ~a ~b))
(needs-two 1) ;! OX0303 "needs-two"

;;; ## A macro that asks for an effect is a diagnostic
(defmacro effectful [] (println "x") 1)
(effectful) ;! OX0202 "effect"

;;; ## Threading through user macros
(defmacro add [x y] `(+ ~x ~y))
(-> 1 (add 2) (add 3)) ;=> 6
(->> 1 (add 2)) ;=> 3

;;; ## What names mean where a macro is called
(defmacro meaning [sym] `'~(resolve sym))
(defn known [] 1)
(meaning known) ;=> user/known
;differs A symbol, where Clojure gives a var
(meaning inc) ;=> clojure.core/inc
;differs A symbol, where Clojure gives a var
(meaning when) ;=> clojure.core/when
;differs A symbol, where Clojure gives a var
(meaning clojure.core/map) ;=> clojure.core/map
;differs A symbol, where Clojure gives a var
[(meaning nowhere) (meaning no.such/thing)] ;=> [nil nil]
(defmacro same-as-inc? [sym] (= `inc (resolve sym)))
[(same-as-inc? inc) (same-as-inc? dec)] ;=> [true false]
;differs Clojure's resolve gives a var, which is no symbol
(defmacro global [sym] (some? (resolve &env sym)))
[(global inc) (let [inc dec] (global inc)) (let [x 1] (global x))] ;=> [true false false]
(defmacro defined-later? [] (some? (resolve 'defined-later)))
(defined-later?) ;=> true
;differs Clojure reads from the top down
(defn defined-later [] 1)

;;; ## What is no name means nothing
(defmacro meaning [sym] `'~(resolve sym))
(meaning "inc") ;! OX0202 "`resolve` takes a symbol"

;;; ## Expansion on request
(defmacro unless [test & body] `(if ~test nil (do ~@body)))
(defmacro never-mind [x] `(unless true ~x))
(defmacro once [form] `'~(macroexpand-1 form))
(defmacro fully [form] `'~(macroexpand form))
(once (never-mind 1)) ;=> (user/unless true 1)
(fully (never-mind 1)) ;=> (if true nil (do 1))
(once (inc 1)) ;=> (inc 1)
(fully [1 2]) ;=> [1 2]
(once 5) ;=> 5
(defmacro expanded-name [form] (name (first (macroexpand form))))
(expanded-name (unless 1 2)) ;=> "if"

;;; ## A macro that a macro has made, in another namespace
;;; file app/ops.ox
(ns app.ops)
(defmacro def-unary [name f] `(defmacro ~name [x#] (list '~f x#)))
(def-unary neg -)
(defn neg-4 [] (neg 4))
;;; file app/main.ox
(ns app.main (:require [app.ops :as ops :refer [neg]]))
[(neg 5) (ops/neg 6) (ops/neg-4)] ;=> [-5 -6 -4]
