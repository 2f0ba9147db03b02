;;; # `clojure.set`

;;; ## `union`, `intersection`, `difference`
(require '[clojure.set :as s])
[(s/union) (s/union #{1}) (s/union #{1} #{2}) (s/union #{1} #{1 2} #{3}) (s/union nil #{1}) (s/union #{1} nil) (s/union nil) (s/union nil nil)] ;=> [#{} #{1} #{1 2} #{1 2 3} #{1} #{1} nil nil]
[(s/intersection #{1}) (s/intersection #{1 2} #{2 3}) (s/intersection #{1} #{2}) (s/intersection #{1 2 3} #{2 3} #{3 4}) (s/intersection nil #{1}) (s/intersection #{1} nil)] ;=> [#{1} #{2} #{} #{3} nil nil]
[(s/difference #{1}) (s/difference #{1 2} #{2}) (s/difference #{1 2 3} #{1} #{2}) (s/difference nil #{1}) (s/difference #{1} nil) (s/difference #{1} #{1 2 3})] ;=> [#{1} #{1} #{3} nil #{1} #{}]
(meta (s/union (with-meta #{1 2} {:m 1}) #{3})) ;=> {:m 1}
(s/union [1 2] [2 3]) ;=> [1 2 2 3]
(s/union '(1) '(2 3)) ;=> (1 2 3)
(s/difference #{1 2 3} [1 9 9 9]) ;=> #{}
(apply s/intersection []) ;! :ox/arity "Wrong number of args (0) passed to: ox.set/intersection"
(apply s/difference []) ;! :ox/arity "Wrong number of args (0) passed to: ox.set/difference"
(s/union #{1} 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(s/intersection #{1} 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(s/intersection [1 2] #{1}) ;=> #{1}
(s/difference [1 2] #{1}) ;! :ox/type "expected a set or nil, got a vector"
(s/difference #{1} 5) ;! :ox/type "expected a collection, a string or nil, got an integer"

;;; ## `select`, `subset?`, `superset?`
(require '[clojure.set :as s])
[(s/select odd? #{1 2 3}) (s/select odd? #{}) (s/select nil? #{nil 1}) (s/select odd? nil)] ;=> [#{1 3} #{} #{nil} nil]
[(s/subset? #{1} #{1 2}) (s/subset? #{} #{}) (s/subset? #{1 3} #{1 2}) (s/subset? #{1 2} #{1}) (s/subset? nil #{1}) (s/subset? nil nil) (s/subset? #{nil} #{nil})] ;=> [true true false false true true true]
[(s/superset? #{1 2} #{1}) (s/superset? #{} #{}) (s/superset? #{1} #{1 2}) (s/superset? #{1} nil)] ;=> [true true false true]
(s/select odd? [1 2]) ;! :ox/type "expected a set or nil, got a vector"
(s/select odd? #{:a}) ;! :ox/argument "Argument must be an integer: a keyword"
(s/subset? 5 #{1}) ;! :ox/type "expected a collection, a string or nil, got an integer"
(s/superset? #{1} 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(s/subset? [0 1] #{0 1 2}) ;=> true

;;; ## Relations
(require '[clojure.set :as s])
(def people #{{:id 1 :name "a"} {:id 2 :name "b"}})
(def owns #{{:id 1 :thing :x} {:id 1 :thing :y} {:id 3 :thing :z}})
(s/project people [:name]) ;=> #{{:name "a"} {:name "b"}}
(s/project people []) ;=> #{{}}
(s/project people [:none]) ;=> #{{}}
(s/project nil [:a]) ;=> #{}
(s/rename people {:id :key}) ;=> #{{:name "a", :key 1} {:name "b", :key 2}}
(s/rename people {}) ;=> #{{:id 1, :name "a"} {:id 2, :name "b"}}
(s/rename-keys {:a 1 :b 2} {:a :b :b :a}) ;=> {:b 1, :a 2}
(s/rename-keys {:a 1 :b 2} {:a :c :x :y}) ;=> {:b 2, :c 1}
(s/rename-keys {:a nil} {:a :b}) ;=> {:b nil}
(s/rename-keys nil {:a :b}) ;=> nil
(s/rename-keys {:a 1} nil) ;=> {:a 1}
(s/rename-keys {:a 1} {:a :a}) ;=> {:a 1}
(s/index people [:id]) ;=> {{:id 1} #{{:id 1, :name "a"}}, {:id 2} #{{:id 2, :name "b"}}}
(s/index people []) ;=> {{} #{{:id 1, :name "a"} {:id 2, :name "b"}}}
(s/index nil [:a]) ;=> {}
(s/map-invert {:a 1 :b 2}) ;=> {1 :a, 2 :b}
(s/map-invert {}) ;=> {}
(s/map-invert nil) ;=> {}
(s/join people owns) ;=> #{{:id 1, :name "a", :thing :x} {:id 1, :name "a", :thing :y}}
(s/join people owns {:id :id}) ;=> #{{:id 1, :name "a", :thing :x} {:id 1, :name "a", :thing :y}}
(s/join people #{{:owner 2 :thing :q}} {:id :owner}) ;=> #{{:owner 2, :thing :q, :id 2, :name "b"}}
(s/join people #{}) ;=> #{}
(s/join #{{:a 1}} #{{:b 2} {:b 3}}) ;=> #{{:a 1, :b 2} {:a 1, :b 3}}
(s/join nil people) ;=> #{}
(meta (s/project (with-meta people {:m 1}) [:id])) ;=> {:m 1}
(s/project #{1} [:a]) ;! :ox/type "expected a map, a vector or nil, got an integer"
(s/project 5 [:a]) ;! :ox/type "expected a collection, a string or nil, got an integer"
(s/rename #{5} {:a :b}) ;! :ox/type "expected a map or nil, got an integer"
(s/rename-keys 5 {:a :b}) ;! :ox/type "expected a map or nil, got an integer"
(s/index 5 [:a]) ;! :ox/type "expected a collection, a string or nil, got an integer"
(s/map-invert 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(s/map-invert [1]) ;=> {1 0}
(s/join 5 #{{:a 1}}) ;! :ox/type "expected a collection, a string or nil, got an integer"
