;;; # Types
;;; Records, types without a map, and objects with methods of their own.

;;; ## A record is a map with a type
(defrecord Point [x y])
(def p (->Point 1 2))
p                                  ;=> #user.Point{:x 1, :y 2}
(Point. 3 4)                       ;=> #user.Point{:x 3, :y 4}
(new Point 5 6)                    ;=> #user.Point{:x 5, :y 6}
(map->Point {:x 1 :z 3})           ;=> #user.Point{:x 1, :y nil, :z 3}
(:x p)                             ;=> 1
(p :x)                             ;! :ox/type
(.-y p)                            ;=> 2
(get p :z :none)                   ;=> :none
(assoc p :x 9)                     ;=> #user.Point{:x 9, :y 2}
(assoc p :z 3)                     ;=> #user.Point{:x 1, :y 2, :z 3}
(dissoc (assoc p :z 3) :z)         ;=> #user.Point{:x 1, :y 2}
(dissoc p :x)                      ;=> {:y 2}
(update p :y inc)                  ;=> #user.Point{:x 1, :y 3}
(count p)                          ;=> 2
(seq p)                            ;=> ([:x 1] [:y 2])
(keys (assoc p :z 3))              ;=> (:x :y :z)
(vals p)                           ;=> (1 2)
(into {} p)                        ;=> {:x 1, :y 2}
(merge p {:y 5 :w 6})              ;=> #user.Point{:x 1, :y 5, :w 6}
(conj p [:y 7])                    ;=> #user.Point{:x 1, :y 7}
(select-keys p [:x])               ;=> {:x 1}
(contains? p :y)                   ;=> true
(find p :x)                        ;=> [:x 1]
(reduce-kv (fn [sum _ v] (+ sum v)) 0 p)     ;=> 3
(let [{:keys [x y]} p] [x y])      ;=> [1 2]
(map? p)                           ;=> true
(record? p)                        ;=> true
(record? {})                       ;=> false
(coll? p)                          ;=> true
(associative? p)                   ;=> true
(ifn? p)                           ;=> false
(meta (with-meta p {:a 1}))        ;=> {:a 1}
(meta (assoc (with-meta p {:a 1}) :x 2))     ;=> {:a 1}
(= (with-meta p {:a 1}) p)         ;=> true
(->Point 1)                        ;! :ox/arity
(empty p)                          ;! :ox/unsupported

;;; ## Records equal those of their type
(defrecord A [x])
(defrecord B [x])
(= (->A 1) (->A 1))                ;=> true
(= (->A 1) (->A 2))                ;=> false
(= (->A 1) (->B 1))                ;=> false
(= (->A 1) {:x 1})                 ;=> false
(= {:x 1} (->A 1))                 ;=> false
(= (->A [1 2]) (->A '(1 2)))       ;=> true
(= (hash (->A 1)) (hash (->A 1)))  ;=> true
(= (hash (assoc (->A 1) :z 1)) (hash (assoc (->A 1) :z 1)))  ;=> true
(get {(->A 1) :a (->B 1) :b} (->B 1))        ;=> :b
(count (hash-set (->A 1) (->A 1) (->B 1)))   ;=> 2
(= (dissoc (->A 1) :x) {})         ;=> true

;;; ## Types are values
(defrecord Point [x y])
(instance? Point (->Point 1 2))    ;=> true
(instance? Point {:x 1 :y 2})      ;=> false
(= Point (type (->Point 1 2)))     ;=> true
(= Point (class (->Point 1 2)))    ;=> true
(str Point)                        ;=> "user.Point"
;differs a type is no class
(get {Point :point} (type (->Point 1 2)))    ;=> :point

;;; ## A record of many fields keeps their order
(defrecord Wide [a b c d e f g h i j k l])
(def wide (map->Wide (zipmap [:l :k :j :i :h :g :f :e :d :c :b :a] (range))))
wide                               ;=> #user.Wide{:a 11, :b 10, :c 9, :d 8, :e 7, :f 6, :g 5, :h 4, :i 3, :j 2, :k 1, :l 0}
(keys wide)                        ;=> (:a :b :c :d :e :f :g :h :i :j :k :l)
(:l wide)                          ;=> 0
(count (into wide (map (fn [i] [i i]) (range 100))))         ;=> 112

;;; ## Methods see the fields
(defprotocol Shape
  (area [shape])
  (scaled [shape k]))
(defrecord Rect [w h]
  Shape
  (area [_] (* w h))
  (scaled [{:keys [w]} k] (->Rect (* w k) h)))
(deftype Square [side]
  Shape
  (area [this] (* (.-side this) side))
  (scaled [_ side] [:parameter side]))
(area (->Rect 2 3))                ;=> 6
(scaled (->Rect 2 3) 10)           ;=> #user.Rect{:w 20, :h 3}
(area (Square. 4))                 ;=> 16
(scaled (->Square 4) 5)            ;=> [:parameter 5]
(map area [(->Rect 1 2) (->Square 3)])       ;=> (2 9)

;;; ## A type that is no record equals itself alone
(deftype Box [content])
(def box (->Box 1))
(= box box)                        ;=> true
(= (->Box 1) (->Box 1))            ;=> false
(map? box)                         ;=> false
(coll? box)                        ;=> false
(.-content box)                    ;=> 1
(:content box)                     ;=> nil
(instance? Box box)                ;=> true
(.-nothing box)                    ;! :ox/type "no field nothing"

;;; ## reify makes an object that has its methods itself
(defprotocol Talks (say [x]) (answer [x question] [x question tone]))
(defn speaker [words]
  (reify Talks
    (say [_] words)
    (answer [this question] [question (say this)])
    (answer [_ question tone] [question words tone])))
(say (speaker "hello"))            ;=> "hello"
(answer (speaker "yes") "well?")   ;=> ["well?" "yes"]
(answer (speaker "yes") "well?" :loud)       ;=> ["well?" "yes" :loud]
(satisfies? Talks (speaker 1))     ;=> true
(say (reify Talks))                ;! :ox/no-method
(= (speaker 1) (speaker 1))        ;=> false

;;; ## toString is what str makes of a value
(defrecord Named [name] Object (toString [_] (str "named " name)))
(deftype Temperature [degrees]
  Object
  (toString [this] (str degrees " degrees")))
(str (->Named "a"))                ;=> "named a"
(str "it has " (->Temperature 20) ", " (->Named "b"))        ;=> "it has 20 degrees, named b"
(str (reify Object (toString [_] "reified")))                ;=> "reified"
(->Named "a")                      ;=> #user.Named{:name "a"}
(apply str (map ->Temperature [1 2]))        ;=> "1 degrees2 degrees"

;;; ## Records are extended as maps are, where nothing nearer is there
(defprotocol Told (told [x]))
(defrecord Plain [a])
(defrecord Special [a])
(extend-protocol Told
  clojure.lang.IPersistentMap (told [_] :map)
  Special (told [x] [:special (:a x)])
  Object (told [_] :object))
(told (->Plain 1))                 ;=> :map
(told (->Special 2))               ;=> [:special 2]
(told {})                          ;=> :map
(told 1)                           ;=> :object
(told (reify Object))              ;=> :object

;;; ## Types go from one namespace to another
;;; file app/shapes.ox
(ns app.shapes)
(defprotocol Shape (area [x]))
(defrecord Disk [r] Shape (area [_] (* 3 r r)))
;;; file user.ox
(ns user (:require [app.shapes :as shapes :refer [->Disk area]]))
(->Disk 1)                         ;=> #app.shapes.Disk{:r 1}
(shapes/map->Disk {:r 2})          ;=> #app.shapes.Disk{:r 2}
(area (shapes/->Disk 1))           ;=> 3
(instance? shapes/Disk (->Disk 1)) ;=> true

;;; ## Mistakes in types
(defrecord)                        ;! OX0301 "needs a name"
(defrecord R1)                     ;! OX0301 "needs a vector of fields"
(defrecord R2 [a a])               ;! OX0301 "two fields"
(defrecord R3 [1])                 ;! OX0301 "cannot be the name of a field"
(deftype T1 [^:mutable a])         ;! OX0301 "cannot be mutable"
(deftype T2 [a] Nowhere (m [_]))   ;! OX0101 "is not defined"

;;; ## recur in a method gives all but the first parameter anew
(defprotocol Counter (down [c n]) (total [c n sum]) (pick [c pair n]))
(defrecord Steps [by]
  Counter
  (down [_ n] (if (pos? n) (recur (- n by)) n))
  (total [this n sum] (if (zero? n) [sum (:by this)] (recur (dec n) (+ sum by))))
  (pick [_ [a b] n] (if (zero? n) [a b] (recur [b a] (dec n)))))
(deftype Fixed [n]
  Counter
  (down [this n] (if (pos? n) (recur (dec n)) [:done (.-n this)]))
  (total [_ by sum] (loop [i n sum sum] (if (zero? i) sum (recur (dec i) (+ sum by)))))
  (pick [_ _ _] n))
(down (->Steps 2) 9)               ;=> -1
(total (->Steps 2) 3 0)            ;=> [6 2]
(pick (->Steps 1) [1 2] 3)         ;=> [2 1]
(down (->Fixed 5) 3)               ;=> [:done 5]
(total (->Fixed 5) 2 0)            ;=> 10
(pick (->Fixed 5) 1 2)             ;=> 5
(down (reify Counter (down [_ n] (if (< n 10) (recur (* 2 n)) n))) 3)            ;=> 12
(let [k 3] (total (reify Counter (total [this n sum] (if (zero? n) sum (recur (dec n) (+ sum k))))) 4 0))   ;=> 12
(extend-type String Counter (down [s n] (if (zero? n) s (recur (str s n) (dec n)))))
(down "a" 3)                       ;=> "a321"
(down (->Steps 2) nil)             ;! :ox/type

;;; ## recur in a method takes no first parameter
(defprotocol Down (down [c n]))
(deftype Bad [] Down (down [this n] (recur this n)))
;! OX0305 "`recur` needs 1 value here, 2 given"

;;; ## Types say what Clojure's interfaces ask of them
(deftype Cell [content]
  clojure.lang.IDeref (deref [_] content)
  clojure.lang.Counted (count [_] 42)
  clojure.lang.ILookup
  (valAt [_ k] [:at k])
  (valAt [_ k otherwise] [:at k otherwise])
  clojure.lang.Indexed
  (nth [_ i] (* i 10))
  (nth [_ i otherwise] [i otherwise])
  clojure.lang.Seqable (seq [_] (seq [content content]))
  clojure.lang.IFn
  (invoke [_] :none)
  (invoke [_ a] [:one a])
  (invoke [this a b] [a b (count this)])
  (applyTo [this args] (apply vector :applied args)))
(def cell (->Cell 7))
@cell                              ;=> 7
(deref cell)                       ;=> 7
(count cell)                       ;=> 42
[(get cell :k) (get cell :k 1) (:k cell) (:k cell 2)]  ;=> [[:at :k] [:at :k 1] [:at :k] [:at :k 2]]
(let [{:keys [a]} {:a cell}] (:b a))         ;=> [:at :b]
[(nth cell 3) (nth cell 3 :no)]    ;=> [30 [3 :no]]
[(seq cell) (first cell) (next cell) (rest cell)]      ;=> [(7 7) 7 (7) (7)]
(map inc cell)                     ;=> (8 8)
(vec cell)                         ;=> [7 7]
;differs Clojure makes vectors of what is also of Iterable or a collection of Java
(into #{} cell)                    ;=> #{7}
[(cell) (cell 1) (cell 1 2)]       ;=> [:none [:one 1] [1 2 42]]
(map cell [1 2])                   ;=> ([:one 1] [:one 2])
(cell 1 2 3)                       ;! :ox/arity
;differs Clojure throws an AbstractMethodError
[(instance? clojure.lang.IDeref cell) (instance? clojure.lang.IFn cell) (instance? clojure.lang.IPersistentMap cell)]      ;=> [true true false]
(let [f (fn [x] (x :tail))] (f cell))        ;=> [:one :tail]

;;; ## Records may be called and dereferenced
(defrecord Adder [n]
  clojure.lang.IFn (invoke [_ x] (+ n x))
  clojure.lang.IDeref (deref [_] n))
((->Adder 1) 2)                    ;=> 3
(map (->Adder 1) [1 2])            ;=> (2 3)
@(->Adder 5)                       ;=> 5
(defrecord Plain [n])
((->Plain 1) 2)                    ;! :ox/type
@(->Plain 1)                       ;! :ox/type

;;; ## A method that its interface has not is an error
(deftype Cell [x] clojure.lang.IDeref (derf [_] x))                     ;! OX0301 "`IDeref` has no method `derf`"
(deftype Text [x] Object (toStrin [_] x))                               ;! OX0301 "`Object` has no method `toStrin`"
(defrecord Row [x] clojure.lang.Counted (count [_] 1) (size [_] 1))     ;! OX0301 "`Counted` has no method `size`"
(extend-type Row clojure.lang.IFn (invokee [_] 1))                      ;! OX0301 "`IFn` has no method `invokee`"

;;; ## A method that nothing calls is warned of, once for a type and an interface
(deftype Card [n] clojure.lang.Named (getName [_] n) (getNamespace [_] nil))                   ;! OX0317 "nothing calls `getName` of `Named`"
(deftype Walked [] Iterable (iterator [_] nil))                                                ;! OX0317 "nothing calls `iterator` of `Iterable`"
(deftype Held [] clojure.lang.IAtom (swap [_ f] nil))                                          ;! OX0317 "nothing calls `swap` of `IAtom`"
(deftype Money [cents] Object (equals [_ other] true) (toString [_] "x") (hashCode [_] 1))
(deftype Runs [] Runnable (run [_] 1))

;;; ## Objects of reify do likewise
(def it (reify clojure.lang.IDeref (deref [_] 1) clojure.lang.IFn (invoke [_ x] [x x]) clojure.lang.Counted (count [_] 3)))
[@it (it 2) (count it)]            ;=> [1 [2 2] 3]
(instance? clojure.lang.IDeref it) ;=> true
(seq it)                           ;! :ox/type
(nth it 0)                         ;! :ox/type
(get it :k :none)                  ;=> :none
(deftype Nothing [])
(count (->Nothing))                ;! :ox/type
(deref (->Nothing))                ;! :ox/type
((->Nothing) 1)                    ;! :ox/type

;;; ## `toString` that returns no string
(str (reify Object (toString [_] 1)))    ;! :ox/type "toString"

;;; ## Types say what they equal, what their hash is and how they compare
(deftype Id [n note]
  Object
  (equals [_ other] (and (instance? Id other) (= n (.-n other))))
  (hashCode [_] (hash n)))
(defn id [n] (->Id n (str "note " n)))
(= (id 1) (->Id 1 nil))            ;=> true
(= (id 1) (id 2))                  ;=> false
[(= (id 1) 1) (= 1 (id 1)) (= nil (id 1)) (= (id 1) nil) (not= (id 1) (id 1))]    ;=> [false false false false false]
(= (hash (id 1)) (hash (->Id 1 :other)))     ;=> true
(get {(id 1) :found} (->Id 1 nil)) ;=> :found
(contains? #{(id 1)} (id 1))       ;=> true
(count (hash-set (id 1) (id 1) (id 2)))      ;=> 2
[(= [(id 1)] [(id 1)]) (= {:a (id 1)} {:a (id 2)}) (= #{(id 1)} #{(id 1)}) (= {(id 1) 2} {(id 1) 2})]    ;=> [true false true true]
(get (zipmap (map id (range 50)) (range)) (id 33))     ;=> 33
(count (distinct (map (fn [n] (->Id (mod n 5) n)) (range 50))))        ;=> 5
(deftype Version [major minor]
  Comparable
  (compareTo [_ other] (compare [major minor] [(.-major other) (.-minor other)])))
(defn text [v] (str (.-major v) "." (.-minor v)))
(map text (sort [(->Version 2 0) (->Version 1 9) (->Version 1 10)]))   ;=> ("1.9" "1.10" "2.0")
(map text (sorted-set (->Version 2 0) (->Version 1 9) (->Version 2 0)))          ;=> ("1.9" "2.0")
(get (sorted-map (->Version 1 0) :one (->Version 2 0) :two) (->Version 2 0))     ;=> :two
[(pos? (compare (->Version 2 0) (->Version 1 0))) (compare nil (->Version 1 0)) (neg? (compare [(->Version 1 0)] [(->Version 1 1)]))]
;=> [true -1 true]
(map :v (sort-by :v (map (fn [v] {:v v}) [2 1])))      ;=> (1 2)
(deftype Incomparable [])
(compare (->Incomparable) (->Incomparable))  ;! :ox/type
(compare 1 (->Version 1 0))        ;! :ox/type
(defrecord Score [points] Comparable (compareTo [_ other] (compare points (:points other))))
(map :points (sort [(->Score 3) (->Score 1)]))         ;=> (1 3)
(= (->Score 1) (->Score 1))        ;=> true
(deftype Broken [] Object (equals [_ other] (throw (ex-info "no" {:a 1}))) (hashCode [_] (throw (ex-info "no hash" {:a 2}))))
(= (->Broken) (->Broken))          ;! {:a 1} "no"
(hash (->Broken))                  ;! {:a 2} "no hash"
(hash #{(->Broken)})               ;! {:a 2} "no hash"
(let [same (fn [n] (reify Object (equals [_ other] true) (hashCode [_] n)))] [(= (same 1) (same 2)) (hash (same 7)) (count (hash-set (same 1) (same 1)))])
;=> [true 7 1]

;;; ## Types that are collections
(deftype Table [m]
  clojure.lang.IPersistentMap
  (assoc [_ k v] (Table. (assoc m k v)))
  (assocEx [_ k v] (Table. (assoc m k v)))
  (without [_ k] (Table. (dissoc m k)))
  clojure.lang.MapEquivalence
  java.util.Map
  (size [_] (count m))
  (get [_ k] (get m k))
  clojure.lang.Counted (count [_] (count m))
  clojure.lang.IPersistentCollection
  (cons [_ x] (Table. (conj m x)))
  (empty [_] (Table. {}))
  (equiv [_ other] (= m other))
  clojure.lang.Seqable (seq [_] (seq m))
  clojure.lang.ILookup
  (valAt [_ k] (get m k))
  (valAt [_ k otherwise] (get m k otherwise))
  clojure.lang.Associative
  (containsKey [_ k] (contains? m k))
  (entryAt [_ k] (find m k))
  clojure.lang.IHashEq (hasheq [_] (hash m))
  clojure.lang.IObj
  (meta [_] (meta m))
  (withMeta [_ new] (Table. (with-meta m new))))
(def table (->Table {:a 1}))
[(map? table) (coll? table) (associative? table) (counted? table) (seqable? table) (sequential? table)]  ;=> [true true true true true false]
[(= table {:a 1}) (= {:a 1} table) (= {:a 2} table) (= table (->Table {:a 1}))]        ;=> [true true false true]
(get {{:a 1} :x} table)            ;=> :x
[(:a table) (get table :b 2) (contains? table :a) (find table :a) (count table) (keys table)]          ;=> [1 2 true [:a 1] 1 (:a)]
(into {} (seq (assoc table :b 2)))           ;=> {:a 1, :b 2}
[(seq (dissoc table :a)) (seq (conj table [:c 3])) (seq (update table :a inc)) (seq (merge table {:z 1}))]
;=> [nil ([:a 1] [:c 3]) ([:a 2]) ([:a 1] [:z 1])]
(meta (with-meta table {:doc 1}))  ;=> {:doc 1}
(let [{:keys [a]} table] a)        ;=> 1
(get-in {:t table} [:t :a])        ;=> 1
(peek table)                       ;! :ox/type
(deftype Countdown [n]
  clojure.lang.ISeq
  (first [_] n)
  (next [_] (when (> n 1) (Countdown. (dec n))))
  (more [this] (or (.next this) ()))
  (cons [this x] (clojure.core/cons x this))
  (count [_] n)
  (empty [_] ())
  (equiv [this other] (= (map identity this) other))
  (seq [this] this)
  clojure.lang.Sequential)
(def countdown (->Countdown 3))
[(first countdown) (next countdown) (rest countdown) (seq? countdown) (count countdown)]         ;=> [3 (2 1) (2 1) true 3]
[(map inc countdown) (reduce + countdown) (into [] countdown) (nth countdown 1) (last countdown) (apply + countdown)]
;=> [(4 3 2) 6 [3 2 1] 2 1 6]
[(= countdown [3 2 1]) (= [3 2 1] countdown) (= '(3 2) countdown)]     ;=> [true true false]
[(cons 4 countdown) (concat countdown countdown) (lazy-cat [9] countdown) (list* 5 4 countdown)]
;=> [(4 3 2 1) (3 2 1 3 2 1) (9 3 2 1) (5 4 3 2 1)]
(flatten [countdown [countdown]])  ;=> (3 2 1 3 2 1)
(let [[a & more] countdown] [a more])        ;=> [3 (2 1)]
(lazy-seq countdown)               ;=> (3 2 1)

;;; ## Types that reduce themselves
(def three (reify clojure.lang.IReduceInit (reduce [_ f init] (reduce f init [1 2 3]))))
[(reduce + 10 three) (into [] (map inc) three) (transduce (map inc) + 0 three)]        ;=> [16 [2 3 4] 9]
(reduce-kv (fn [all k v] (conj all k v)) [] (reify clojure.lang.IKVReduce (kvreduce [_ f init] (f init :k :v))))         ;=> [:k :v]
(rseq (reify clojure.lang.Reversible (rseq [_] '(3 2 1))))   ;=> (3 2 1)
(reduce + three)                   ;! :ox/type
(deftype Numbers [xs] clojure.lang.Seqable (seq [_] (seq xs)))
(def numbers (->Numbers [1 2 3]))
[(cons 0 numbers) (list* numbers) (concat numbers numbers) (apply + numbers) (apply + 4 numbers) (apply list numbers)]
;=> [(0 1 2 3) (1 2 3) (1 2 3 1 2 3) 6 10 (1 2 3)]
[(empty? numbers) (every? pos? numbers) (zipmap numbers numbers) (bounded-count 2 numbers)]      ;=> [false true {1 1, 2 2, 3 3} 2]
(conj numbers 1)                   ;! :ox/type
(bounded-count 2 (reify clojure.lang.Counted (count [_] 5)))           ;=> 5
(ifn? (reify clojure.lang.IFn (invoke [_] 1)))         ;=> true
(apply (reify clojure.lang.IFn (applyTo [_ args] (vec args))) 1 [2 3]) ;=> [1 2 3]

;;; ## A map takes the entries of records and of types that have a `seq`
(defrecord R [a b])
(deftype S [m] clojure.lang.Seqable (seq [_] (seq m)))
(merge {:z 0} (->R 1 2))                                                ;=> {:z 0, :a 1, :b 2}
(merge nil (->R 1 2))                                                   ;=> {:a 1, :b 2}
(into {:q 1} [(assoc (->R 1 2) :c 3)])                                  ;=> {:q 1, :a 1, :b 2, :c 3}
(persistent! (conj! (transient {:z 0}) (->R 1 2)))                      ;=> {:z 0, :a 1, :b 2}
(conj (sorted-map :z 0) (->R 1 2))                                      ;=> {:a 1, :b 2, :z 0}
(count (conj {} (into (->R 1 2) (map (fn [i] [i i]) (range 100)))))     ;=> 102
(merge {:z 0} (S. {:a 1}))                                              ;=> {:z 0, :a 1}
(conj {} (S. nil))                                                      ;=> {}
(count (into {} [(S. (zipmap (range 100) (range)))]))                   ;=> 100
(persistent! (conj! (transient {:z 0}) (S. {:a 1})))                    ;=> {:z 0, :a 1}
(merge {:z 0} (S. [1 2]))                                               ;! :ox/type
(persistent! (conj! (transient {}) (S. [[1 2]])))                       ;! :ox/type
(conj {} (deref (delay (reify Object (toString [_] "x")))))             ;! :ox/type
(= (conj (->R 1 2) (S. {:a 5, :c 6})) (assoc (->R 5 2) :c 6))           ;=> true
(= (conj (->R 1 2) (sorted-map :a 7)) (->R 7 2))                        ;=> true
(= (conj (->R 1 2) (seq {:b 7})) (->R 1 7))                             ;=> true
(= (merge (->R 1 2) {:a 9} nil [:b 8]) (->R 9 8))                       ;=> true
(conj (->R 1 2) 5)                                                      ;! :ox/type
(try (conj (->R 1 2) [:a]) (catch Exception _ :error))                  ;=> :error
