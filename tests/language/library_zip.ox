;;; # `clojure.zip`

;;; ## Places are pairs of node and path
(require '[clojure.zip :as zip])
(zip/vector-zip [1 [2 3]]) ;=> [[1 [2 3]] nil]
(zip/down (zip/vector-zip [1 [2 3]])) ;=> [1 {:l [], :pnodes [[1 [2 3]]], :ppath nil, :r ([2 3])}]
(-> (zip/vector-zip [1 [2 3] 4]) zip/down zip/right zip/down) ;=> [2 {:l [], :pnodes [[1 [2 3] 4] [2 3]], :ppath {:l [1], :pnodes [[1 [2 3] 4]], :ppath nil, :r (4)}, :r (3)}]
(-> (zip/vector-zip [1 [2 3] 4]) zip/down zip/right zip/down zip/up) ;=> [[2 3] {:l [1], :pnodes [[1 [2 3] 4]], :ppath nil, :r (4)}]
(keys (meta (zip/vector-zip []))) ;=> (:zip/branch? :zip/children :zip/make-node)
(zip/node (zip/zipper map? vals (fn [n c] (zipmap (keys n) c)) {:a 1})) ;=> {:a 1}
(-> (zip/zipper map? vals (fn [n c] (zipmap (keys n) c)) {:a 1 :b {:c 2}}) zip/down zip/right zip/down (zip/edit inc) zip/root) ;=> {:a 1, :b {:c 3}}
(apply zip/zipper [map?]) ;! :ox/arity "Wrong number of args (1) passed to: ox.zip/zipper"

;;; ## `seq-zip`, `vector-zip`, `xml-zip`
(require '[clojure.zip :as zip])
(-> (zip/seq-zip '(1 (2 3))) zip/down zip/right zip/down (zip/replace :x) zip/root) ;=> (1 (:x 3))
(meta (-> (zip/seq-zip (with-meta '(1 2) {:m 1})) zip/down (zip/replace :x) zip/root)) ;=> {:m 1}
(meta (-> (zip/vector-zip (with-meta [1 2] {:m 1})) zip/down (zip/replace :x) zip/root)) ;=> {:m 1}
(-> (zip/xml-zip {:tag :a :attrs nil :content ["t" {:tag :b :attrs nil :content nil}]}) zip/down zip/right (zip/append-child "u") zip/root) ;=> {:tag :a, :attrs nil, :content ["t" {:tag :b, :attrs nil, :content ["u"]}]}
(-> (zip/xml-zip {:tag :a :attrs nil :content ["t"]}) zip/down zip/branch?) ;=> false
(-> (zip/xml-zip {:tag :a :content ["t"]}) zip/down zip/remove zip/root) ;=> {:tag :a, :content nil}
(apply zip/seq-zip []) ;! :ox/arity "Wrong number of args (0) passed to: ox.zip/seq-zip"

;;; ## `node`, `branch?`, `children`, `make-node`, `path`, `lefts`, `rights`
(require '[clojure.zip :as zip])
(def z (zip/vector-zip [1 [2 3 4] 5]))
(def three (-> z zip/down zip/right zip/down zip/right))
(zip/node three) ;=> 3
(zip/path three) ;=> [[1 [2 3 4] 5] [2 3 4]]
(zip/path z) ;=> nil
(zip/lefts three) ;=> (2)
(zip/rights three) ;=> (4)
(zip/lefts (zip/leftmost three)) ;=> nil
(zip/rights (zip/rightmost three)) ;=> nil
(zip/rights z) ;=> nil
(zip/lefts z) ;=> nil
(zip/branch? z) ;=> true
(zip/branch? three) ;=> false
(zip/children z) ;=> (1 [2 3 4] 5)
(zip/children three) ;! :ox/exception "called children on a leaf node"
(zip/children (zip/vector-zip [])) ;=> nil
(zip/make-node z [1] '(7 8)) ;=> [7 8]
(zip/node nil) ;! :ox/type "nil is not a function: it cannot be called"
(zip/branch? [1 nil]) ;! :ox/type "nil is not a function: it cannot be called"

;;; ## `down`, `up`, `root`, `left`, `right`, `leftmost`, `rightmost`
(require '[clojure.zip :as zip])
(def z (zip/vector-zip [1 [2 3 4] 5]))
(def three (-> z zip/down zip/right zip/down zip/right))
(zip/up z) ;=> nil
(zip/down (zip/vector-zip [])) ;=> nil
(zip/down three) ;=> nil
(zip/node (zip/up three)) ;=> [2 3 4]
(zip/root three) ;=> [1 [2 3 4] 5]
(zip/node (zip/left three)) ;=> 2
(zip/node (zip/right three)) ;=> 4
(zip/left (zip/left three)) ;=> nil
(zip/right (zip/right three)) ;=> nil
(zip/right z) ;=> nil
(zip/left z) ;=> nil
(zip/node (zip/leftmost three)) ;=> 2
(zip/node (zip/rightmost three)) ;=> 4
(zip/rightmost z) ;=> [[1 [2 3 4] 5] nil]
(zip/leftmost z) ;=> [[1 [2 3 4] 5] nil]
(zip/rightmost three) ;=> [4 {:l [2 3], :pnodes [[1 [2 3 4] 5] [2 3 4]], :ppath {:l [1], :pnodes [[1 [2 3 4] 5]], :ppath nil, :r (5)}, :r nil}]
(zip/leftmost (zip/rightmost three)) ;=> [2 {:l [], :pnodes [[1 [2 3 4] 5] [2 3 4]], :ppath {:l [1], :pnodes [[1 [2 3 4] 5]], :ppath nil, :r (5)}, :r (3 4)}]
(zip/leftmost (zip/leftmost three)) ;=> [2 {:l [], :pnodes [[1 [2 3 4] 5] [2 3 4]], :ppath {:l [1], :pnodes [[1 [2 3 4] 5]], :ppath nil, :r (5)}, :r (3 4)}]
(-> three (zip/edit + 100) zip/rightmost zip/root) ;=> [1 [2 103 4] 5]
(zip/up 5) ;! :ox/type "expected a sequence, vector or string, got an integer"

;;; ## `insert-left`, `insert-right`, `replace`, `edit`, `insert-child`, `append-child`
(require '[clojure.zip :as zip])
(def z (zip/vector-zip [1 [2 3 4] 5]))
(def three (-> z zip/down zip/right zip/down zip/right))
(zip/root (zip/insert-left three :l)) ;=> [1 [2 :l 3 4] 5]
(zip/root (zip/insert-right three :r)) ;=> [1 [2 3 :r 4] 5]
(zip/insert-right three :r) ;=> [3 {:l [2], :pnodes [[1 [2 3 4] 5] [2 3 4]], :ppath {:l [1], :pnodes [[1 [2 3 4] 5]], :ppath nil, :r (5)}, :r (:r 4), :changed? true}]
(zip/root (zip/replace three [nil])) ;=> [1 [2 [nil] 4] 5]
(zip/root (zip/edit three * 2 2)) ;=> [1 [2 12 4] 5]
(zip/root (zip/edit three -)) ;=> [1 [2 -3 4] 5]
(zip/root (zip/insert-child z 0)) ;=> [0 1 [2 3 4] 5]
(zip/root (zip/append-child z 9)) ;=> [1 [2 3 4] 5 9]
(zip/root (zip/append-child (zip/up three) 9)) ;=> [1 [2 3 4 9] 5]
(zip/insert-left z 0) ;! :ox/exception "Insert at top"
(zip/insert-right z 0) ;! :ox/exception "Insert at top"
(zip/insert-child three 0) ;! :ox/exception "called children on a leaf node"
(zip/append-child three 0) ;! :ox/exception "called children on a leaf node"
(zip/node (zip/replace z 7)) ;=> 7
(zip/root (zip/edit three :k)) ;=> [1 [2 nil 4] 5]
(zip/edit three + :a) ;! :ox/type "expected a number, got a keyword"

;;; ## `next`, `prev`, `end?`, `remove`
(require '[clojure.zip :as zip])
(def z (zip/vector-zip [1 [2 [] 4] 5]))
(map zip/node (take-while (complement zip/end?) (iterate zip/next z))) ;=> ([1 [2 [] 4] 5] 1 [2 [] 4] 2 [] 4 5)
(zip/end? z) ;=> false
(zip/end? (last (take 8 (iterate zip/next z)))) ;=> true
(zip/node (last (take 20 (iterate zip/next z)))) ;=> [1 [2 [] 4] 5]
(zip/root (last (take 20 (iterate zip/next z)))) ;=> [1 [2 [] 4] 5]
(zip/prev z) ;=> nil
(def last-one (last (take-while (complement zip/end?) (iterate zip/next z))))
(map zip/node (take-while some? (iterate zip/prev last-one))) ;=> (5 4 [] 2 [2 [] 4] 1 [1 [2 [] 4] 5])
(loop [loc z] (if (zip/end? loc) (zip/root loc) (recur (zip/next (if (number? (zip/node loc)) (zip/edit loc inc) loc))))) ;=> [2 [3 [] 5] 6]
(loop [loc z] (if (zip/end? loc) (zip/root loc) (recur (zip/next (if (= 4 (zip/node loc)) (zip/remove loc) loc))))) ;=> [1 [2 []] 5]
(loop [loc z] (if (zip/end? loc) (zip/root loc) (recur (zip/next (if (number? (zip/node loc)) (zip/remove loc) loc))))) ;=> [[[]]]
(zip/node (zip/remove (zip/down z))) ;=> [[2 [] 4] 5]
(zip/node (zip/remove last-one)) ;=> 4
(zip/remove (-> z zip/down zip/right zip/down)) ;=> [[[] 4] {:l [1], :pnodes [[1 [2 [] 4] 5]], :ppath nil, :r (5), :changed? true}]
(zip/remove z) ;! :ox/exception "Remove at top"
(zip/next nil) ;! :ox/type "nil is not a function: it cannot be called"
(zip/node (zip/next (zip/seq-zip ()))) ;=> nil

;;; ## A deep tree
(require '[clojure.zip :as zip])
(def deep (reduce (fn [t _] [t]) :leaf (range 1000)))
(count (zip/path (last (take-while (complement zip/end?) (iterate zip/next (zip/vector-zip deep)))))) ;=> 1000
(= (reduce (fn [t _] [t]) :new (range 1000)) (zip/root (zip/replace (last (take-while (complement zip/end?) (iterate zip/next (zip/vector-zip deep)))) :new))) ;=> true

;;; ## `left`, `lefts`, `leftmost`, `right`, `rights`, `rightmost`, `path`, `prev`
(require '[clojure.zip :as z])
(def loc (-> (z/vector-zip [1 [2 3] 4]) z/down z/right))
[(z/lefts loc) (z/rights loc) (z/node (z/left loc)) (z/node (z/leftmost loc)) (z/node (z/rightmost loc))] ;=> [(1) (4) 1 1 4]
[(z/path (z/down loc)) (z/node (z/prev loc)) (z/root loc) (z/end? loc)] ;=> [[[1 [2 3] 4] [2 3]] 1 [1 [2 3] 4] false]
[(z/left (z/leftmost loc)) (z/prev (z/vector-zip [1]))] ;=> [nil nil]
[(z/left nil) (z/lefts nil) (z/path nil)] ;! :ox/type "nil is not a function: it cannot be called"
(z/left 5) ;! :ox/type "expected a sequence, vector or string, got an integer: 5"
(z/lefts 5) ;! :ox/type "an integer is not a function: it cannot be called"
(z/leftmost 5) ;! :ox/type "expected a sequence, vector or string, got an integer: 5"
(z/rights 5) ;! :ox/type "an integer is not a function: it cannot be called"
(z/rightmost 5) ;! :ox/type "expected a sequence, vector or string, got an integer: 5"
(z/path 5) ;! :ox/type "an integer is not a function: it cannot be called"
(z/prev 5) ;! :ox/type "expected a sequence, vector or string, got an integer: 5"
(z/root 5) ;! :ox/type "an integer is not a function: it cannot be called"
(z/end? 5) ;! :ox/type "an integer is not a function: it cannot be called"
(z/replace 5 1) ;! :ox/type "expected a sequence, vector or string, got an integer: 5"
(z/make-node 5 [1] [2]) ;! :ox/type "nil is not a function: it cannot be called"
(z/make-node loc [1] [2 3]) ;=> [2 3]
(z/make-node (z/seq-zip '(1)) '(1) [2]) ;=> [2]
(z/insert-left (z/vector-zip [1]) 0) ;! :ox/exception "Insert at top"
(z/insert-right (z/vector-zip [1]) 0) ;! :ox/exception "Insert at top"
(z/root (z/insert-left loc 0)) ;=> [1 0 [2 3] 4]
(z/root (z/insert-child loc 0)) ;=> [1 [0 2 3] 4]
(z/insert-child (z/down (z/vector-zip [1])) 0) ;! :ox/exception "called children on a leaf node"
(z/node (z/xml-zip {:tag :a :content ["b"]})) ;=> {:tag :a, :content ["b"]}
(z/node (z/down (z/xml-zip {:tag :a :content ["b"]}))) ;=> "b"
(apply z/xml-zip []) ;! :ox/arity "Wrong number of args (0) passed to: ox.zip/xml-zip, which takes 1 argument"
(apply z/vector-zip []) ;! :ox/arity "Wrong number of args (0) passed to: ox.zip/vector-zip, which takes 1 argument"
(apply z/seq-zip []) ;! :ox/arity "Wrong number of args (0) passed to: ox.zip/seq-zip, which takes 1 argument"
(z/root (z/replace loc :new)) ;=> [1 :new 4]
