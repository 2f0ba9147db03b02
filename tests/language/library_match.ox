;;; # Matching
;;; `ox.match`: clauses of patterns, compiled to a decision tree.

;;; ## One value
(require '[clojure.core.match :refer [match]])
(defn kind [x]
  (match x
    nil :nil
    true :true
    0 :zero
    "a" :string
    \a :character
    :a :keyword
    'a :symbol
    '(1 2) :quoted
    1.5 :double
    #"b+" :regex
    :else :other))
(map kind [nil true 0 "a" \a :a 'a '(1 2) 1.5 "bbb"])    ;=> (:nil :true :zero :string :character :keyword :symbol :quoted :double :regex)
(map kind [false 0.0 "b c" [3] {} 'b])                   ;=> (:other :other :other :other :other :other)
(kind [1 2])                                             ;=> :quoted
(match 3 x [x])                                          ;=> [3]
(match 3 _ :anything)                                    ;=> :anything
(match (throw (ex-info "no" {})) _ 1)                    ;! {} "no"

;;; ## Several values
(require '[clojure.core.match :refer [match]])
(defn fizz [n]
  (match [(mod n 3) (mod n 5)]
    [0 0] "FizzBuzz"
    [0 _] "Fizz"
    [_ 0] "Buzz"
    :else n))
(map fizz (range 1 16))            ;=> (1 2 "Fizz" 4 "Buzz" "Fizz" 7 8 "Fizz" "Buzz" 11 "Fizz" 13 14 "FizzBuzz")
(let [asked (atom [])
      ask (fn [x] (swap! asked conj x) x)]
  [(match [(ask 1) (ask 2)] [2 _] :a [_ 2] :b :else :c) @asked])
;=> [:b [1 2]]
(match [1 2 3] [a b c] (+ a b c))  ;=> 6
(match [] [] :none)                ;=> :none

;;; ## Vectors and sequences
(require '[clojure.core.match :refer [match]])
(defn vectors [x]
  (match x
    [] :empty
    [1] :one
    [a] [:single a]
    [a [b c] & more] [:nested a b c more]
    [a & more] [:first a more]
    :else :other))
(map vectors [[] [1] [2] [1 [2 3]] [1 [2 3] 4 5] [1 2 3]])
;=> (:empty :one [:single 2] [:nested 1 2 3 []] [:nested 1 2 3 [4 5]] [:first 1 [2 3]])
(map vectors ['() '(1) nil "a" {} #{1}])                 ;=> (:other :other :other :other :other :other)
(defn sequences [x]
  (match x
    ([] :seq) :empty
    ([1 2] :seq) :one-two
    ([1 & more] :seq) [:one more]
    ([a b & _] :seq) [a b]
    :else :other))
(map sequences [() '(1 2) [1 2] '(1 3 4) (range 5) [7] nil "ab"])
;=> (:empty :one-two :one-two [:one (3 4)] [0 1] :other :empty :other)
(map sequences [[] "" {} #{} 1])                         ;=> (:empty :empty :empty :empty :other)
(match (iterate inc 0) ([a b & _] :seq) [a b] :else 0)   ;=> [0 1]

;;; ## Maps
(require '[clojure.core.match :refer [match]])
(defn maps [x]
  (match x
    {:type :circle :r r} [:circle r]
    {:type :square :side {:length n}} [:square n]
    ({:only k} :only [:only]) [:only k]
    {"text" _ :k nil} :text
    {:a _} :has-a
    {} :map
    :else :other))
(map maps [{:type :circle :r 2} {:type :square :side {:length 3}} {:only 1} {:only 1 :more 2} {"text" 1 :k nil} {:a nil} {:type :circle} [] nil])
;=> ([:circle 2] [:square 3] [:only 1] :map :text :has-a :map :other :other)
(defrecord Point [x y])
(match (->Point 1 2) {:x x :y y} [x y] :else 0)          ;=> [1 2]
(match {:a 1} {:a a :b b} 1 :else 0)                     ;=> 0

;;; ## Names
(require '[clojure.core.match :refer [match]])
(let [x 1] (match 1 x :same _ :other))                   ;=> :same
(let [x 1] (match 2 x :same _ :other))                   ;=> :other
(match [1 [1 2]] [a [a b]] [a b] :else :differ)          ;=> [1 2]
(match [1 [3 2]] [a [a b]] [a b] :else :differ)          ;=> :differ

;;; ## A part with a name
(require '[clojure.core.match :refer [match]])
(defn parts [x]
  (match x
    ([a b] :as both) [a b both]
    [(:as {:k v} m) _ & _] [v m]
    :else :other))
(map parts [[1 2] [{:k 1} 2 3] [1 2 3]])                 ;=> ([1 2 [1 2]] [1 {:k 1}] :other)

;;; ## Alternatives
(require '[clojure.core.match :refer [match]])
(defn either [x]
  (match x
    (:or 1 2 3) :small
    [(:or :a :b) n] [:tagged n]
    (:or {:x n} [:x n]) [:x n]
    :else :other))
(map either [1 3 4 [:a 1] [:b 2] [:c 3] {:x 5} [:x 6]])  ;=> (:small :small :other [:tagged 1] [:tagged 2] :other [:x 5] [:x 6])
(defn balance [tree]
  (match tree
    (:or [:black [:red [:red a x b] y c] z d]
         [:black [:red a x [:red b y c]] z d]
         [:black a x [:red [:red b y c] z d]]
         [:black a x [:red b y [:red c z d]]])
    [:red [:black a x b] y [:black c z d]]
    :else tree))
(balance [:black [:red [:red 1 2 3] 4 5] 6 7])           ;=> [:red [:black 1 2 3] 4 [:black 5 6 7]]
(balance [:black [:red 1 2 [:red 3 4 5]] 6 7])           ;=> [:red [:black 1 2 3] 4 [:black 5 6 7]]
(balance [:black 1 2 [:red [:red 3 4 5] 6 7]])           ;=> [:red [:black 1 2 3] 4 [:black 5 6 7]]
(balance [:black 1 2 [:red 3 4 [:red 5 6 7]]])           ;=> [:red [:black 1 2 3] 4 [:black 5 6 7]]
(balance [:black 1 2 3])                                 ;=> [:black 1 2 3]

;;; ## Guards and predicates
(require '[clojure.core.match :refer [match]])
(defn guarded [x]
  (match x
    (n :guard [int? even?]) [:even n]
    (n :guard int?) [:odd n]
    (string? s) [:string s]
    [a (b :when pos?)] [a b]
    (:guard [a b] (fn [[c d]] (and (= a c) (= b d)))) :pair
    ([_ a] :<< :found) [:found a]
    :else :other))
(map guarded [2 3 "s" [1 2] [1 -2] {:found [1 2]} {:found 1}])
;=> ([:even 2] [:odd 3] [:string "s"] [1 2] :pair [:found 2] :other)

;;; ## Guards of `core.match` do not see names
(require '[clojure.core.match :refer [match]])
(match [0 [2]] [first (x :guard #(= 2 (first %)))] [first x] :else 0)    ;=> [0 [2]]
(match [{:l "s" :k 1}] [({:l (_ :guard even?)} :only [:l])] 0 :else 1)   ;=> 1
(let [j (fn [x] (match [x 2] ['nil 1] :a [nil 2] :b :else :c))] [(j nil) (j 1)])    ;=> [:b :c]

;;; ## A form is in tail position
(require '[clojure.core.match :refer [match]])
(loop [n 1000 sum 0]
  (match n
    0 sum
    k (recur (dec k) (+ sum k))))
;=> 500500
(loop [xs [1 [2 3] 4] found []]
  (match xs
    [] found
    [(:or [x _] x) & more] (recur more (conj found x))))
;=> [1 2 4]

;;; ## Names and values at once
(require '[clojure.core.match :refer [match-let]])
(match-let [a 1 b [2 3]]
  [1 [2 c]] c
  :else 0)
;=> 3

;;; ## A tree that would be too large is not made
(require '[clojure.core.match :refer [match]])
(defn crossed [a b c d e f g h]
  (match [a b c d e f g h]
    [1 _ _ _ _ _ _ 2] 1
    [_ 1 _ _ _ _ 2 _] 2
    [_ _ 1 _ _ 2 _ _] 3
    [_ _ _ 1 2 _ _ _] 4
    [_ _ _ 2 1 _ _ _] 5
    [_ _ 2 _ _ 1 _ _] 6
    [_ 2 _ _ _ _ 1 _] 7
    [2 _ _ _ _ _ _ x] [8 x]
    [3 _ _ _ _ _ _ 4] 9
    [_ 3 _ _ _ _ 4 _] 10
    [_ _ 3 _ _ 4 _ _] 11
    [_ _ _ 3 4 _ _ _] 12
    :else 0))
[(crossed 1 0 0 0 0 0 0 2) (crossed 1 1 0 0 0 0 2 0) (crossed 2 2 0 0 0 0 0 9) (crossed 3 3 0 3 4 0 4 0) (crossed 0 0 0 0 0 0 0 0)]
;=> [1 2 [8 9] 10 0]

;;; ## Nothing matches
(require '[clojure.core.match :refer [match]])
(defn open [x]
  (match x                         ;! OX0207 "not all that is `[2]`"
    [1] :one
    (:or [] [_ _]) :others))

;;; ## Nothing matches when it runs
(require '[clojure.core.match :refer [match]])
(defn never [x] false)
(match 7 (_ :guard never) 1)       ;! OX0207 "not all that is `_`"

;;; ## A clause that nothing gets to
(require '[clojure.core.match :refer [match]])
(defn f [x]
  (match x
    1 :a
    (int? _) :b
    1 :c                           ;! OX0207 "nothing gets to the clause of `1`"
    :else :d))

;;; ## Patterns that are none
(require '[clojure.core.match :refer [match]])
(defn f [x] (match x (1 2) :a :else :b))                 ;! OX0202 "`(1 2)` is no pattern"
(defn g [x] (match x (:or [a] [b]) :a :else :b))         ;! OX0202 "must bind the same names"
(defn h [x] (match x [a & b c] :a :else :b))             ;! OX0202 "exactly one pattern must follow `&`"
(defn i [x] (match x 1))                                 ;! OX0202 "the pattern has no form"
(defn j [x y] (match [x y] [1] :a :else :b))             ;! OX0202 "as many patterns as there are values, 2"
(defn k [x] (match x a/b :a))                            ;! OX0202 "a pattern cannot bind `a/b`"

;;; ## A pattern of no key and no other
;;; As in `core.match`: it has nothing to test.
(require '[clojure.core.match :refer [match]])
(map (fn [x] (match x {:a 1} :one ({} :only []) :any)) [{:a 1} {} {:b 1} [1] nil])   ;=> (:one :any :any :any :any)
(map (fn [x] (match x ({} :only [:a]) :only :else :no)) [{:a 1} {} {:a 1 :b 2} nil]) ;=> (:only :no :no :no)
(match [{:a {:b 1}} 2] [{:a ({} :only [])} 3] 1)         ;! :ox/no-match
