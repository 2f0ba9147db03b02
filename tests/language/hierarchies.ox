;;; # Hierarchies
;;; Tags, and which is derived from which.

;;; ## derive at top level is part of the program
(derive ::square ::rectangle)
(derive ::rectangle ::shape)
(derive String ::text)
(isa? ::square ::shape)            ;=> true
(isa? ::shape ::square)            ;=> false
(isa? ::square ::square)           ;=> true
(isa? String ::text)               ;=> true
(isa? [::square String] [::shape ::text])    ;=> true
(isa? [::square] [::shape ::shape])          ;=> false
(parents ::square)                 ;=> #{:user/rectangle}
(= #{::rectangle ::shape} (ancestors ::square))              ;=> true
(= #{::rectangle ::square} (descendants ::shape))            ;=> true
(parents ::shape)                  ;=> nil
(descendants ::square)             ;=> nil

;;; ## Classes are of their classes
(isa? Long Number)                 ;=> true
(isa? Long Object)                 ;=> true
(isa? Number Long)                 ;=> false
(isa? String CharSequence)         ;=> true
(isa? [Long String] [Number Object])         ;=> true
(isa? 1 2)                         ;=> false
(isa? nil nil)                     ;=> true

;;; ## Hierarchies are values
(def h (-> (make-hierarchy) (derive :a :b) (derive :b :c) (derive :d :b)))
(isa? h :a :c)                     ;=> true
(isa? :a :c)                       ;=> false
(= #{:b :c} (ancestors h :a))      ;=> true
(= #{:a :d :b} (descendants h :c)) ;=> true
(isa? (underive h :b :c) :a :c)    ;=> false
(isa? (underive h :b :c) :a :b)    ;=> true
(parents (underive h :a :b) :a)    ;=> nil
(= h (underive h :x :y))           ;=> true
(= h (derive h :a :b))             ;=> true
(make-hierarchy)                   ;=> {:parents {}, :descendants {}, :ancestors {}}
(derive h :c :a)                   ;! :ox/exception "Cyclic derivation"
(derive h :a :a)                   ;! :ox/assert
(derive h :a :c)                   ;! :ox/exception "already has"

;;; ## The global hierarchy does not change while a program runs
(defn f [] (derive ::a ::b))
(f)                                ;! :ox/unsupported "top level"
;differs what a program's hierarchy is is known when it is linked
(underive ::a ::b)                 ;! :ox/unsupported "does not change"
;differs what a program's hierarchy is is known when it is linked

;;; ## Types of programs are of the classes that their values are of
(defrecord Row [a])
(deftype Box [x] java.util.Map (size [_] 0))
(deftype Bare [])
[(isa? Row Object) (isa? Row clojure.lang.IPersistentMap) (isa? Row java.util.Map) (isa? Row clojure.lang.IRecord) (isa? Row clojure.lang.Sequential)]    ;=> [true true true true false]
[(isa? Bare Object) (isa? Bare java.util.Map) (isa? Box java.util.Map) (isa? Box clojure.lang.IRecord) (isa? Bare clojure.lang.IType)]    ;=> [true false true false true]
[(class? Row) (class? Bare) (class? String) (class? 1)]    ;=> [true true true false]
(map (fn [x] (isa? (class x) Object)) [(->Row 1) (->Bare) (reify Object (toString [_] "")) (int-array 1) (transient []) (StringBuilder.) (ex-info "" {})])
;=> (true true true true true true true)
(let [h (derive (make-hierarchy) Row :x)] [(isa? h Row :x) (isa? h Bare :x)])    ;=> [true false]
(contains? (ancestors Row) java.util.Map)    ;=> true
(apply isa? [Row])                 ;! :ox/arity

;;; ## Classes of errors have their classes
(map (fn [e] (isa? (class e) Throwable)) [(ex-info "" {}) (Exception. "") (NullPointerException. "")])    ;=> (true true true)
[(isa? IllegalArgumentException RuntimeException) (isa? NumberFormatException IllegalArgumentException) (isa? AssertionError Error) (isa? AssertionError Exception)]
;=> [true true true false]
(contains? (ancestors java.io.FileNotFoundException) java.io.IOException)    ;=> true
