;;; # Multimethods
;;; Functions whose method is chosen by a value that is computed of the arguments.

;;; ## The dispatching function chooses the method
(defmulti area "The area of a shape." :shape)
(defmethod area :circle [{:keys [r]}] (* 3 r r))
(defmethod area :rect [{:keys [w h]}] (* w h))
(area {:shape :circle :r 2})       ;=> 12
(area {:shape :rect :w 2 :h 3})    ;=> 6
(map area [{:shape :circle :r 1}]) ;=> (3)
(apply area [{:shape :circle :r 1}])         ;=> 3
(area {:shape :star})              ;! :ox/no-method "No method in multimethod 'area' for dispatch value: :star"
(area {})                          ;! :ox/no-method "dispatch value: null"
(try (area {}) (catch IllegalArgumentException _ :none))     ;=> :none
(ifn? area)                        ;=> true
(fn? area)                         ;=> false
(sort (keys (methods area)))       ;=> (:circle :rect)
((get-method area :rect) {:w 3 :h 4})        ;=> 12
(get-method area :star)            ;=> nil
(methods 1)                        ;! :ox/type "expected a multimethod"

;;; ## Methods take any number of arguments
(defmulti total (fn [kind & _] kind))
(defmethod total :sum ([_] 0) ([_ & more] (apply + more)))
(defmethod total :product [_ & more] (apply * more))
(total :sum)                       ;=> 0
(total :sum 1 2)                   ;=> 3
(total :sum 1 2 3 4 5 6)           ;=> 21
(total :product 2 3 4)             ;=> 24
(defmulti nothing (fn [] :a))
(defmethod nothing :a [] :none)
(nothing)                          ;=> :none

;;; ## A default method takes the rest
(defmulti kind class)
(defmethod kind Number [_] :number)
(defmethod kind Long [_] :long)
(defmethod kind nil [_] :nothing)
(defmethod kind :default [x] [:default x])
(kind 1)                           ;=> :long
(kind 1.5)                         ;=> :number
(kind nil)                         ;=> :nothing
(kind "s")                         ;=> [:default "s"]
(defmulti other identity :default ::other)
(defmethod other ::other [x] [:other x])
(defmethod other :default [x] :keyword)
(other 1)                          ;=> [:other 1]
(other :default)                   ;=> :keyword

;;; ## Values are matched by the hierarchy
(derive ::square ::rect)
(derive ::rect ::shape)
(derive ::circle ::shape)
(defmulti draw (fn [a b] [a b]))
(defmethod draw [::shape ::shape] [_ _] :any)
(defmethod draw [::rect ::shape] [_ _] :rect)
(draw ::square ::circle)           ;=> :rect
(draw ::circle ::square)           ;=> :any
(draw ::circle 1)                  ;! :ox/no-method

;;; ## prefer-method decides between two that fit
(derive ::both ::left)
(derive ::both ::right)
(defmulti side identity)
(defmethod side ::left [_] :left)
(defmethod side ::right [_] :right)
(prefer-method side ::right ::left)
(side ::both)                      ;=> :right
(side ::left)                      ;=> :left
(prefers side)                     ;=> {:user/right #{:user/left}}
(defmulti torn identity)
(defmethod torn ::left [_] :left)
(defmethod torn ::right [_] :right)
(torn ::both)                      ;! :ox/argument "neither is preferred"

;;; ## A multimethod may have a hierarchy of its own
(def h (-> (make-hierarchy) (derive :dog :animal) (derive :animal :thing)))
(defmulti sound identity :hierarchy #'h)
(defmethod sound :animal [_] "?")
(sound :dog)                       ;=> "?"
(sound :thing)                     ;! :ox/no-method

;;; ## Methods of records and of types
(defrecord Circle [r])
(defmulti size type)
(defmethod size Circle [c] (:r c))
(defmethod size String [s] (count s))
(size (->Circle 5))                ;=> 5
(size "abc")                       ;=> 3

;;; ## Namespaces contribute methods
;;; file app/render.ox
(ns app.render)
(defmulti render :type)
(defmethod render :text [x] (:text x))
(defmethod render :default [x] "?")
;;; file app/bold.ox
(ns app.bold (:require [app.render :refer [render]]))
(defmethod render :bold [x] (str "*" (render (:inner x)) "*"))
(defmethod render :text [x] (str "'" (:text x) "'"))
;;; file user.ox
(ns user (:require [app.render :refer [render]] [app.bold]))
(defmethod render :list [x] (mapv render (:items x)))
(render {:type :list :items [{:type :bold :inner {:type :text :text "a"}} {:type :none}]})    ;=> ["*'a'*" "?"]

;;; ## Methods by the class of a value
(defrecord Row [a])
(deftype Bare [])
(defmulti of-class class)
(defmethod of-class Object [_] :object)
(defmethod of-class java.util.Map [_] :map)
(defmethod of-class ArithmeticException [_] :arithmetic)
(defmethod of-class RuntimeException [_] :run-time)
(defmethod of-class Throwable [_] :thrown)
(map of-class [(->Row 1) {} (->Bare) 1 (int-array 1) (transient []) (StringBuilder.) (reify Runnable (run [_])) [] (atom 1)])
;=> (:map :map :object :object :object :object :object :object :object :object)
(map of-class [(try (/ 1 0) (catch Exception e e)) (ex-info "" {}) (Exception. "") (IllegalStateException. "") (AssertionError. "")])
;=> (:arithmetic :run-time :thrown :run-time :thrown)
(of-class nil)                     ;! :ox/no-method "for dispatch value: null"

;;; ## The methods of a program do not change while it runs
(defmulti m identity)
(defmethod m 1 [_] :one)
(defn f [] (prefer-method m 1 2))
(f)                                ;! :ox/unsupported "top level"
;differs what methods there are is known when a program is linked
(remove-method m 1)                ;! :ox/unsupported "do not change"
;differs what methods there are is known when a program is linked

;;; ## Mistakes in multimethods
(defmulti)                         ;! OX0301 "needs a name"
(defmulti m1)                      ;! OX0301 "needs a function that dispatches"
(defmulti m2 identity :hierachy 1) ;! OX0301 "options"
(defmethod m3 :a [x] x)            ;! OX0101 "is not defined"
(defmethod inc :a [x] x)           ;! OX0301 "cannot be extended"
