;;; # Namespaces

;;; ## Names of another namespace by alias, refer and full name
;;; file app/util.ox
(ns app.util "Helpers.")
(defn f [x] [:f x])
(def value 10)
;;; file app/core.ox
(ns app.core (:require [app.util :as u :refer [f]]))
(u/f 1) ;=> [:f 1]
(f 2) ;=> [:f 2]
(app.util/f 3) ;=> [:f 3]
u/value ;=> 10
::u/k ;=> :app.util/k
::k ;=> :app.core/k
`u/f ;=> app.util/f
`f ;=> app.util/f
`g ;=> app.core/g

;;; ## refer all, rename and use
;;; file app/a.ox
(ns app.a)
(defn one [] 1)
(defn two [] 2)
;;; file app/core.ox
(ns app.core (:require [app.a :refer :all]))
[(one) (two)] ;=> [1 2]

;;; ## use with only and rename
;;; file app/a.ox
(ns app.a)
(defn one [] 1)
(defn two [] 2)
;;; file app/core.ox
(ns app.core (:use [app.a :only [one] :rename {one uno}]))
(uno) ;=> 1

;;; ## A folder with dashes in its namespace
;;; file my_app/some_util.ox
(ns my-app.some-util)
(def x :dashed)
;;; file my_app/core.ox
(ns my-app.core (:require [my-app.some-util :as s]))
s/x ;=> :dashed

;;; ## A script requires at top level
;;; file helper.ox
(ns helper)
(defn h [] :helper)
;;; file script.ox
(require '[helper :as h] '[clojure.string :as str])
(h/h) ;=> :helper
(str/upper-case "a") ;=> "A"

;;; ## Names see one another in any order
(defn a [] (b))
(def c (a))
(defn b [] :b)
(a) ;=> :b
c ;=> :b

;;; ## Own names win over those of the core
(defn map [x] [:mine x])
(map 1) ;=> [:mine 1]
(clojure.core/map inc [1]) ;=> (2)
(mapv inc [1]) ;=> [2]

;;; ## The core can be excluded
;;; file app/core.ox
(ns app.core (:refer-clojure :exclude [inc]))
(defn inc [x] (+ x 100))
(inc 1) ;=> 101

;;; ## Macros of another namespace
;;; file app/m.ox
(ns app.m)
(defmacro twice [x] `(do ~x ~x))
(defn hidden [] :hidden)
(defmacro reveal [] `(hidden))
;;; file app/core.ox
(ns app.core (:require [app.m :as m]))
(m/twice (println "x"))
;out x
;out x
;=> nil
(m/reveal) ;=> :hidden

;;; ## Values are shared by who requires them
;;; file app/data.ox
(ns app.data)
(def table (zipmap (range 100) (map #(* % %) (range 100))))
(def state (atom 0))
;;; file app/a.ox
(ns app.a (:require [app.data :as d]))
(defn bump [] (swap! d/state inc))
;;; file app/core.ox
(ns app.core (:require [app.data :as d] [app.a :as a]))
(d/table 9) ;=> 81
[(a/bump) (a/bump) @d/state] ;=> [1 2 2]

;;; ## An unknown name is a diagnostic
(defn f [] (undefined-thing 1)) ;! OX0101 "undefined-thing"

;;; ## A second definition is a diagnostic
(def a 1)
(def a 2) ;! OX0105

;;; ## An unknown namespace is a diagnostic
;;; file app/core.ox
(ns app.core (:require [app.missing :as m])) ;! OX0102 "app.missing"

;;; ## A private name is a diagnostic elsewhere
;;; file app/m.ox
(ns app.m)
(defn- secret [] 1)
;;; file app/core.ox
(ns app.core (:require [app.m :as m]))
(m/secret) ;! OX0109 "secret"

;;; ## Requires are acyclic
;;; file app/a.ox
(ns app.a (:require [app.b :as b])) ;! OX0107 "circle"
(defn x [] 1)
;;; file app/b.ox
(ns app.b (:require [app.a :as a]))

;;; ## var and resolve
(def v 5)
#'v ;=> #'user/v
(deref #'v) ;=> 5
(defn f [x] (inc x))
(#'f 1) ;=> 2
(map #'f [1 2]) ;=> (2 3)
(apply #'f [5]) ;=> 6
(#'f) ;! :ox/arity "f"
(let [n 10 g (fn [h] (h n))] (g #'f)) ;=> 11

;;; ## What stands at the top level of a required namespace is evaluated once, purely
;;; file app/util.ox
(ns app.util)
(def registry (atom {:a 1}))
(assert (= 1 (count @registry)))
(let [own (atom 0)] (swap! own inc))
(def ^:dynamic *cache* (atom {}))
(def ^:dynamic *depth* (inc 0))
(def bound (binding [*depth* 5] [*depth* (with-out-str (print *depth*))]))
;;; file app/core.ox
(ns app.core (:require [app.util :as u]))
(swap! u/registry assoc :b 2) ;=> {:a 1, :b 2}
(do (swap! u/*cache* assoc :c 3) (binding [u/*depth* 9] [@u/*cache* @@#'u/*cache* u/*depth*])) ;=> [{:c 3} {:c 3} 9]
[u/*depth* u/bound] ;=> [1 [5 "5"]]
