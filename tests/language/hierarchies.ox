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
