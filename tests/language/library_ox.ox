;;; # What the library has besides
;;; Names that Clojure does not have: retrying, JSON, durations.

;;; ## `ox.json`: `read`, `write`
(require '[ox.json :as json])
(json/read "{\"a\": [1, 2.5, null, true]}") ;=> {:a [1 2.5 nil true]}
(json/read "{\"a\": 1}" :keywords false) ;=> {"a" 1}
(json/read "[1,") ;! :ox/parse "Invalid JSON at character 3: the text ends inside of a value"
(json/read 5) ;! :ox/type "expected a string or byte string, got an integer: 5"
(json/write {:a [1 nil "x"]}) ;=> "{\"a\":[1,null,\"x\"]}"
(json/write [1 2] :indent true) ;=> "[\n  1,\n  2\n]"
(json/write ##NaN) ;! :ox/argument "JSON has no form for infinities and NaN"
(json/write inc) ;! :ox/type "JSON has no form for a function"
(json/read (json/write {:k {:l [1/2]}})) ;=> {:k {:l [0.5]}}

;;; ## `ox.edn/write-string`
(require '[ox.edn :as edn])
(edn/write-string {:a [1 "x" \y nil]}) ;=> "{:a [1 \"x\" \\y nil]}"
(edn/read-string (edn/write-string [1.5 #{:a} 'b])) ;=> [1.5 #{:a} b]
(edn/write-string (map inc [1 2])) ;=> "(2 3)"
(edn/write-string (map inc [:a])) ;! :ox/type "expected a number, got a keyword: :a"

;;; ## `match-let`
(require '[ox.match :refer [match-let]])
(match-let [a 1 b [2 3]] [1 [x y]] [x y] :else :no) ;=> [2 3]
(match-let [a 1] [2] :two :else a) ;=> 1
(match-let [a (inc 1)] [2] :two) ;=> :two
(match-let [a 1] [2] :two) ;! :ox/no-match "No matching clause: [1]"

;;; ## `retry` and `retrying`
(defn failing [n] (let [left (atom n)] (fn [] (if (pos? (swap! left dec)) (throw (ex-info "not yet" {:left @left})) :done))))
(((retry {:max-attempts 3 :delay "1ms"}) (failing 3))) ;=> :done
(((retry {:max-attempts 2 :delay "1ms"}) (failing 3))) ;! {:left 1, :attempts 2} "not yet"
(((retry {:max-attempts 3 :delay "1ms" :retry-if (fn [e] false)}) (failing 3))) ;! {:left 2} "not yet"
(((retry {:until some? :delay "1ms"}) (let [n (atom 0)] (fn [] (when (< 1 (swap! n inc)) @n))))) ;=> 2
(((retry {}) (fn [] (inc :a)))) ;! :ox/type "expected a number, got a keyword: :a"
(retrying {:max-attempts 2 :delay "1ms"} 1 2) ;=> 2
(let [f (failing 2)] (retrying {:delay "1ms"} (f))) ;=> :done
(let [f (failing 5)] (retrying {:delay "1ms"} (f))) ;! {:left 2, :attempts 3} "not yet"
(retry {:max-attempts :a}) ;! :ox/argument ":max-attempts must be a positive integer or nil, not :a"
(poll {:delay "1ms"} (let [n (atom 0)] (fn [] (when (< 2 (swap! n inc)) :there)))) ;=> :there
(poll {} (fn [] 1)) ;=> 1
(poll {:max-attempts 2 :delay "1ms"} (fn [] (throw (ex-info "never" {})))) ;! {:attempts 2} "never"
(poll {:delay "1ms"} (fn [] (inc :a))) ;! :ox/type "expected a number, got a keyword: :a"

;;; ## `ox.retry`: policies as functions
(require '[ox.retry :as r])
(((r/fallback (fn [e] [:fell (ex-message e)])) (fn [] (throw (ex-info "no" {}))))) ;=> [:fell "no"]
(((r/fallback (fn [e] :fell)) (fn [] 1))) ;=> 1
(((r/fallback (fn [e] (throw (ex-info "worse" {})))) (fn [] (throw (ex-info "no" {}))))) ;! {} "worse"
(((r/retry {:max-attempts 2 :delay "1ms"}) (fn [] 1))) ;=> 1
(((r/retry {:max-attempts 2 :delay "1ms"}) (fn [] (throw (ex-info "no" {}))))) ;! {:attempts 2} "no"
(((comp (r/fallback (fn [e] (:attempts (ex-data e)))) (r/retry {:max-attempts 2 :delay "1ms"})) (fn [] (throw (ex-info "no" {}))))) ;=> 2
(((r/poll {:delay "1ms"}) (fn [] :now))) ;=> :now
(((r/poll {:delay "1ms"}) (let [n (atom 0)] (fn [] (when (< 2 (swap! n inc)) @n))))) ;=> 3
(((r/poll {:delay "1ms"}) (fn [] (inc :a)))) ;! :ox/type "expected a number, got a keyword: :a"

;;; ## `duration`, `pid?`, `hash-combine`, `mix-collection-hash`, `sleep`
[(duration "200ms") (duration "1h30m") (duration "2d") (duration 5)] ;=> [200 5400000 172800000 5]
(duration "1") ;! :ox/argument "Not a duration: \"1\", expected milliseconds or text like \"1h30m\""
(duration :a) ;! :ox/argument "Not a duration: :a, expected milliseconds or text like \"1h30m\""
(duration "1s") ;=> 1000
(map pid? [1 nil :a]) ;=> (false false false)
(pid? "a") ;=> false
(pid? {}) ;=> false
(apply pid? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/pid?, which takes 1 argument"
(int? (hash-combine (hash 1) (hash 2))) ;=> true
(= (hash-combine 1 2) (hash-combine 1 2)) ;=> true
(hash-combine :a 1) ;! :ox/type "expected a number, got a keyword: :a"
(int? (mix-collection-hash (hash 1) 2)) ;=> true
(= (mix-collection-hash 1 2) (mix-collection-hash 1 2)) ;=> true
(mix-collection-hash :a 1) ;! :ox/type "expected a number, got a keyword: :a"
(sleep 1) ;=> nil
(sleep "1ms") ;=> nil
(sleep :a) ;! :ox/argument "Not a duration: :a, expected milliseconds or text like \"1h30m\""

;;; ## `bytes?`
(map bytes? [#bytes "aGk=" "a" nil]) ;=> (true false false)
(bytes? #bytes "") ;=> true
(apply bytes? []) ;! :ox/arity "Wrong number of args (0) passed to: ox.core/bytes?, which takes 1 argument"

;;; ## Methods of a program stay
(defmulti f :k)
(defmethod f :a [m] :a)
(remove-all-methods f) ;! :ox/unsupported "the methods of a program do not change: take the `defmethod`s away"
(remove-method f :a) ;! :ox/unsupported "the methods of a program do not change: take the `defmethod` away"
(apply remove-all-methods [f]) ;! :ox/unsupported "the methods of a program do not change"
(remove-all-methods 5) ;! :ox/unsupported "the methods of a program do not change: take the `defmethod`s away"
(remove-method f :b) ;! :ox/unsupported "the methods of a program do not change: take the `defmethod` away"
(f {:k :a}) ;=> :a

;;; ## `print-trace-element`
(require '[clojure.stacktrace :as st])
(with-out-str (st/print-trace-element {:name "user/f" :file "user.ox" :line 3})) ;=> "user/f (user.ox:3)"
(with-out-str (st/print-trace-element {})) ;=> " (unknown:?)"
