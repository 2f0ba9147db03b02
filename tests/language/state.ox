;;; # State, dynamic names and metadata

;;; ## Atoms
(let [a (atom 1)] [(deref a) @a (swap! a inc) @a (reset! a 10) @a (swap! a + 1 2 3)]) ;=> [1 1 2 2 10 10 16]
(let [a (atom {:n 1})] (swap! a update :n inc) (swap! a assoc :b 2) @a) ;=> {:n 2, :b 2}
(let [a (atom 1)] [(compare-and-set! a 1 2) (compare-and-set! a 1 3) @a]) ;=> [true false 2]
(let [a (atom 1)] [(swap-vals! a inc) (reset-vals! a 5)]) ;=> [[1 2] [2 5]]
(let [a (atom [])] (dotimes [i 3] (swap! a conj i)) @a) ;=> [0 1 2]
(let [a (atom 0)] (add-watch a :w (fn [k r old new] (println k old new))) (swap! a inc) (remove-watch a :w) (swap! a inc))
;out :w 0 1
;=> 2
(let [a (atom 1 :validator pos?)] (try (reset! a -1) (catch Exception e [:invalid @a]))) ;=> [:invalid 1]
(let [a (atom 1 :meta {:m 1})] (meta a)) ;=> {:m 1}
(swap! 5 inc) ;! :ox/type
(deref 5) ;! :ox/type
(reset! [] 1) ;! :ox/type
(let [a (atom 1)] (swap! a (fn [x] (throw (ex-info "no" {}))))) ;! {} "no"
(let [a (atom 1)] (try (swap! a (fn [x] (/ x 0))) (catch Exception e nil)) @a) ;=> 1

;;; ## Volatiles
(let [v (volatile! 1)] [(vswap! v + 5) @v (vreset! v 0) @v (volatile? v)]) ;=> [6 6 0 0 true]
(vreset! (atom 1) 1) ;! :ox/type

;;; ## Delays
(let [d (delay (println "once") 5)] [(realized? d) @d @d (force d) (realized? d) (delay? d)])
;out once
;=> [false 5 5 5 true true]
(force 5) ;=> 5
(let [v (volatile! nil) d (delay @v)] (vreset! v d) [(identical? d @d) (realized? d)]) ;=> [true true]
(let [d (delay (print "x") (throw (ex-info "own" {:ox/kind :ox/timeout})))] [(try @d (catch Exception e (ex-message e))) (try @d (catch Exception e (ex-message e)))])
;out x
;=> ["own" "own"]
(let [d (delay (print "x") (throw (ex-info "no" {})))] [(try @d (catch Exception e (ex-message e))) (try @d (catch Exception e (ex-message e)))])
;out x
;=> ["no" "no"]

;;; ## Dynamic names are bound for an extent
(def ^:dynamic *depth* 0)
(defn depth [] *depth*)
*depth* ;=> 0
(binding [*depth* 5] (depth)) ;=> 5
[(binding [*depth* 1] [(depth) (binding [*depth* 2] (depth)) (depth)]) (depth)] ;=> [[1 2 1] 0]
(binding [*depth* 1] (try (binding [*depth* 2] (throw (ex-info "x" {}))) (catch Exception e (depth)))) ;=> 1
(binding [*depth* (inc *depth*)] (binding [*depth* (inc *depth*)] *depth*)) ;=> 2
(binding [*depth* 3] (set! *depth* 4) (depth)) ;=> 4
*depth* ;=> 0
(try (binding [*depth* 9] (throw (ex-info "x" {}))) (catch Exception e (depth))) ;=> 0

;;; ## Laziness sees the bindings of where it is forced
(def ^:dynamic *n* 1)
(binding [*n* 2] (doall (map (fn [_] *n*) [1 2]))) ;=> (2 2)
(let [s (binding [*n* 2] (map (fn [_] *n*) [1 2]))] (vec s)) ;=> [1 1]
(let [f (binding [*n* 2] (bound-fn [] *n*))] (f)) ;=> 2

;;; ## Bindings are made together
(def ^:dynamic *a* 1)
(def ^:dynamic *b* 2)
(binding [*a* *b* *b* *a*] [*a* *b*]) ;=> [2 1]

;;; ## What is not dynamic cannot be bound
(def plain 1)
(binding [plain 2] plain) ;! :ox/state "dynamic"

;;; ## Metadata
(meta (with-meta [1] {:a 1})) ;=> {:a 1}
(meta [1]) ;=> nil
(meta 5) ;=> nil
(meta (vary-meta ^{:a 1} [1] assoc :b 2)) ;=> {:a 1, :b 2}
[(meta (conj ^:m [1] 2)) (meta (assoc ^:m {} :a 1)) (meta (into ^:m [] [1])) (meta (map inc ^:m [1]))] ;=> [{:m true} {:m true} {:m true} nil]
(meta (with-meta (fn [] 1) {:f 1})) ;=> {:f 1}
((with-meta (fn [x] (inc x)) {:f 1}) 1) ;=> 2
(meta (with-meta 'sym {:s 1})) ;=> {:s 1}
(with-meta 5 {}) ;! :ox/type
(with-meta [1] 5) ;! :ox/type
(= (with-meta [1] {:a 1}) [1]) ;=> true
(let [v ^{:line (+ 1 1)} [1]] (meta v)) ;=> {:line 2}
(meta (seq ^:m [1])) ;=> nil
(meta (empty ^:m [1])) ;=> {:m true}
(meta (dissoc ^:m {:a 1} :a)) ;=> {:m true}
(meta (with-meta (lazy-seq [1]) {:z 1})) ;=> {:z 1}

;;; ## Time and chance
;;; differs: Clojure has other names for time
(inst? (now)) ;=> true
(let [a (now) b (now)] (neg? (compare a b))) ;=> true
(sleep 5) ;=> nil

;;; ## Vars lead to what is bound now
(def plain 5)
(def ^:dynamic *d* 1)
(defn getd [] *d*)
[@#'plain (deref (var plain)) (var-get #'plain) (#'getd)] ;=> [5 5 5 1]
(binding [*d* 2] [*d* (getd) @#'*d* (deref (var *d*))]) ;=> [2 2 2 2]
[(binding [*d* 2] (binding [*d* (inc *d*)] (getd))) (getd)] ;=> [3 1]
(do (try (binding [*d* 2] (throw (ex-info "" {}))) (catch Exception e nil)) (getd)) ;=> 1
(binding [plain 1] plain) ;! :ox/state

;;; ## Bindings go along where they are taken along
(def ^:dynamic *d* 1)
(defn getd [] *d*)
(let [f (binding [*d* 2] (fn [] *d*))] (f)) ;=> 1
(let [f (binding [*d* 2] (bound-fn [] *d*))] (f)) ;=> 2
(let [f (binding [*d* 2] (bound-fn* getd))] (f)) ;=> 2
(binding [*d* 2] (doall (map (fn [_] *d*) [1 2]))) ;=> (2 2)
(let [s (binding [*d* 2] (map (fn [_] *d*) [1 2]))] (doall s)) ;=> (1 1)
(binding [*d* 2] (try (throw (ex-info "" {})) (catch Exception e (getd)))) ;=> 2
(binding [*d* 2] (set! *d* 3) *d*) ;=> 3

;;; ## A binding is one for all that stands in it
(def ^:dynamic *x* 0)
(def ^:dynamic *y* 0)
(binding [*x* 1] (binding [*y* 2] (set! *x* 5)) *x*)                                              ;=> 5
(binding [*x* 1] (with-out-str (set! *x* 5)) *x*)                                                 ;=> 5
(binding [*x* 1] (binding [*x* 2] (set! *x* 5)) *x*)                                              ;=> 1
(binding [*x* 1] (set! *x* nil) *x*)                                                              ;=> nil
(binding [*x* 1] (let [f (bound-fn [] (set! *x* (inc *x*)) *x*)] [(f) (f) *x*]))                  ;=> [2 2 1]
(binding [*x* 1] (let [m (get-thread-bindings)] (set! *x* 2) [(get m #'*x*) (get (get-thread-bindings) #'*x*)])) ;=> [1 2]
(binding [*x* (volatile! 1)] (vreset! *x* 2) @*x*)                                                ;=> 2
(binding [*x* (volatile! 1)] (set! *x* (volatile! 3)) @*x*)                                       ;=> 3
(binding [*x* 1] (with-bindings {#'*y* 5} (set! *x* 7) (set! *y* 8)) [*x* *y*])                   ;=> [7 0]
(binding [*x* 1] (with-bindings* {#'*x* 5} (fn [] (set! *x* 7))) *x*)                             ;=> 1
(binding [*x* 1] (try (binding [*y* 1] (set! *x* 3) (throw (ex-info "" {}))) (catch Exception _)) *x*) ;=> 3
(binding [*x* 1] (let [l (lazy-seq [(do (set! *x* 9) 1)])] (binding [*y* 1] (doall l)) *x*))      ;=> 9
(binding [*x* 1] (mapv (fn [i] (binding [*y* i] (set! *x* (+ *x* *y*)) *x*)) (range 5)))          ;=> [1 2 4 7 11]
(set! *x* 1)                                                                                      ;! :ox/state
(binding [*y* 1] (set! *x* 1))                                                                    ;! :ox/state
