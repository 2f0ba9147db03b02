;;; # Protocols
;;; Methods that types are given from any namespace, put together when the program is linked.

;;; ## A protocol is extended to types, classes and nil
(defprotocol Shape
  "What has an area."
  (area [shape] "The area.")
  (scaled [shape k] [shape k l] "Scaled by one or two factors."))
(extend-type String
  Shape
  (area [s] (count s))
  (scaled
    ([s k] (str s k))
    ([s k l] (str s k l))))
(extend-protocol Shape
  Number
  (area [n] (* n n))
  nil
  (area [_] 0)
  clojure.lang.IPersistentVector
  (area [v] (reduce + (map area v))))
(area "abc")                       ;=> 3
(area 3)                           ;=> 9
(area 1/2)                         ;=> 1/4
(area nil)                         ;=> 0
(area [1 "ab" [2 nil]])            ;=> 7
(scaled "x" 2)                     ;=> "x2"
(scaled "x" 2 3)                   ;=> "x23"
(map area ["a" 2])                 ;=> (1 4)
(apply area ["abcd"])              ;=> 4
(area :k)                          ;! :ox/no-method "No implementation of method: :area of protocol: #'user/Shape found for class: Keyword"
(scaled 1 2)                       ;! :ox/no-method "No implementation of method: :scaled of protocol: #'user/Shape found for class: Long"
(scaled nil 2)                     ;! :ox/no-method "found for class: nil"
(try (area :k) (catch IllegalArgumentException e :none))    ;=> :none

;;; ## The most specific class counts
(defprotocol Kind (kind [x]))
(extend-protocol Kind
  Object (kind [_] :object)
  java.util.Map (kind [_] :map)
  clojure.lang.Sequential (kind [_] :sequential)
  clojure.lang.IPersistentVector (kind [_] :vector)
  Long (kind [_] :long)
  Number (kind [_] :number))
(map kind [1 1.5 1N [1] '(1) (range 3) (map inc [1]) {:a 1} #{1} \a])    ;=> (:long :number :number :vector :sequential :sequential :sequential :map :object :object)
(kind (ex-info "m" {}))            ;=> :object
(kind inc)                         ;=> :object
(kind nil)                         ;! :ox/no-method

;;; ## Errors are of the classes that a catch clause would take them by
(defprotocol Told (told [e]))
(extend-protocol Told
  clojure.lang.ExceptionInfo (told [e] [:info (ex-data e)])
  ArithmeticException (told [_] :arithmetic))
(told (ex-info "m" {:a 1}))        ;=> [:info {:a 1}]
(told (try (/ 1 0) (catch ArithmeticException e e)))         ;=> :arithmetic
(told (try (nth [1] 2) (catch Exception e e)))               ;! :ox/no-method

;;; ## satisfies?, extends? and extenders ask a protocol
(defprotocol Asked (asked [x]))
(defprotocol Unused (unused [x]))
(extend-protocol Asked
  Number (asked [x] x)
  clojure.lang.Keyword (asked [x] x))
(extend-type String Asked)
(satisfies? Asked 1)               ;=> true
(satisfies? Asked 1.5)             ;=> true
(satisfies? Asked :a)              ;=> true
(satisfies? Asked "s")             ;=> true
(satisfies? Asked 'a)              ;=> false
(satisfies? Asked nil)             ;=> false
(satisfies? Unused 1)              ;=> false
(extends? Asked Number)            ;=> true
(extends? Asked String)            ;=> true
(extends? Asked clojure.lang.Symbol)                         ;=> false
(extenders Unused)                 ;=> nil
(count (extenders Asked))          ;=> 3
(asked "s")                        ;! :ox/no-method
(satisfies? 1 1)                   ;! :ox/type "expected a protocol"

;;; ## extend takes maps of functions
(defprotocol Named-thing (title [x]) (size [x]))
(defn common [] {:title (fn [x] (str "title of " x))})
(extend String Named-thing (assoc (common) :size count))
(extend nil Named-thing (common))
(title "a")                        ;=> "title of a"
(size "abc")                       ;=> 3
(title nil)                        ;=> "title of "
(size nil)                         ;! :ox/no-method

;;; ## In a method the name is the protocol's function
(defprotocol Tree (leaves [x]))
(extend-protocol Tree
  clojure.lang.PersistentVector (leaves [v] (mapcat leaves v))
  Object (leaves [x] [x]))
(leaves [1 [2 [3 4]] 5])           ;=> (1 2 3 4 5)

;;; ## Extensions see the locals around them
(defprotocol Counter (next-value [x]))
(let [step 10]
  (extend-type Long Counter (next-value [n] (+ n step))))
(next-value 1)                     ;=> 11

;;; ## Implementations may come with the value's metadata
(defprotocol Component :extend-via-metadata true (start [c]))
(extend-type clojure.lang.Keyword Component (start [k] [:keyword k]))
(start (with-meta {:a 1} {`start (fn [c] [:meta c])}))       ;=> [:meta {:a 1}]
(start :k)                         ;=> [:keyword :k]
(start {:a 1})                     ;! :ox/no-method

;;; ## A value is computed with what its namespace sees, a program runs with all
;;; file app/shape.ox
(ns app.shape)
(defprotocol Shape (area [x]) (edges [x]))
(extend-type String Shape
  (area [s] [:default s])
  (edges [s] 4))
(def early (area "e"))
;;; file app/round.ox
(ns app.round (:require [app.shape :as shape]))
(extend-protocol shape/Shape
  String (area [s] [:round s])
  Long (area [n] n))
(def later (shape/area "l"))
;;; file user.ox
(ns user (:require [app.shape :as shape :refer [area]] [app.round :as round]))
(defmacro area-of [x] (area x))
(area "s")                         ;=> [:round "s"]
(shape/edges "s")                  ;=> 4
(area 7)                           ;=> 7
shape/early                        ;=> [:default "e"]
round/later                        ;=> [:round "l"]
(area-of "m")                      ;=> [:round "m"]

;;; ## Mistakes in protocols
(defprotocol)                      ;! OX0301 "needs a name"
(defprotocol P1 (m))               ;! OX0301 "needs a vector of parameters"
(defprotocol P2 (m []))            ;! OX0301 "needs a parameter"
(defprotocol P3 (m [x & xs]))      ;! OX0301 "fixed number"
(defprotocol P4 (m [x] [y]))       ;! OX0301 "two signatures of 1 parameters"
(extend-type String inc)           ;! OX0301 "cannot be extended"
(extend-type String Nothing)       ;! OX0101 "is not defined"
(defn f [] (extend-type String P4))          ;! OX0302 "top level"

;;; ## Sorted collections and queues are of their classes
(defprotocol Shown (shown [x]))
(extend-protocol Shown
  clojure.lang.IPersistentMap (shown [x] :map)
  clojure.lang.IPersistentSet (shown [x] :set)
  clojure.lang.IPersistentList (shown [x] :list)
  Object (shown [x] :object))
(map shown [(sorted-map 1 2) (sorted-set 1) (conj clojure.lang.PersistentQueue/EMPTY 1) 1])    ;=> (:map :set :list :object)
[(isa? (class (sorted-map)) clojure.lang.IPersistentMap) (isa? (class (sorted-set)) clojure.lang.Sorted)]    ;=> [true true]
(instance? Comparable 1)           ;=> true
(shown nil)                        ;! :ox/no-method
