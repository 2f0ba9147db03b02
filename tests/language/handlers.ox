;;; # Effects and handlers
;;; What a program asks for by name, and who answers: `defeffect`, `perform`, `with-handlers`.

;;; ## A handler answers what the body asks for
(defeffect ask "Asks somebody." [question])
(defn greeting [] (str "Hello " (ask "who?") (ask "how?")))
(with-handlers {ask (fn [resume q] (resume (str "<" q ">")))} (greeting))       ;=> "Hello <who?><how?>"
(with-handlers {ask (fn [resume _] (resume))} (ask 1))                          ;=> nil
(with-handlers {ask (fn [resume _] (resume nil))} [(ask 1)])                    ;=> [nil]
(with-handlers {ask (fn [resume q] (resume q))})                                ;=> nil
(with-handlers {} 1 2)                                                          ;=> 2
(with-handlers {ask (fn [_ _] 0)} :not-asked)                                   ;=> :not-asked

;;; ## What nobody handles is an error
(defeffect ask [question])
(ask 1)                                         ;! :ox/unhandled "nobody handles the effect user/ask"
(try (ask 1) (catch :ox/unhandled e (:effect (ex-data e))))                     ;=> :user/ask
(with-handlers {ask (fn [resume q] (ask q))} (ask 1))                           ;! :ox/unhandled
(perform :nope 1)                               ;! :ox/unhandled "nobody handles the effect nope: no with-handlers"
(try (ask 1) (catch Exception e :an-exception))                                 ;=> :an-exception
(perform :user/ask 1)                           ;! :ox/unhandled "user/ask"

;;; ## perform asks by function or by name
(defeffect ask [question])
(defeffect add [a b & more])
(with-handlers {ask (fn [resume q] (resume [q]))} (perform ask 1))              ;=> [1]
(with-handlers {ask (fn [resume q] (resume [q]))} (perform :user/ask 2))        ;=> [2]
(with-handlers {add (fn [resume & all] (resume all))} [(add 1 2) (perform add 1 2 3 4)])       ;=> [(1 2) (1 2 3 4)]
(perform ask)                                   ;! :ox/arity "ask"
(perform 1)                                     ;! :ox/type

;;; ## A handler that does not resume gives the value of the whole
(defeffect stop [value])
(def log (atom []))
(with-handlers {stop (fn [_ v] [:stopped v])}
  (doseq [i (range)] (when (= i 3) (stop i))))  ;=> [:stopped 3]
(with-handlers {stop (fn [_ v] v)}
  (try
    (stop :early)
    (finally (swap! log conj :tidied))))        ;=> :early
@log                                            ;=> [:tidied]

;;; ## What is left is unwound where its with-handlers ends
;;; `finally` runs innermost first, after the handler and before the value is there. Only `finally` and who asks for
;;; `:ox/cancelled` see it.
(defeffect stop [value])
(def log (atom []))
(defn note [x] (swap! log conj x))
(with-handlers {stop (fn [_ v] (note :handler) v)}
  (try
    (try
      (try (stop 1) (catch Exception e (note :never)) (catch Throwable e (note :never)))
      (finally (note :inner)))
    (finally (note :outer))))                   ;=> 1
@log                                            ;=> [:handler :inner :outer]
(with-handlers {stop (fn [_ v] v)}
  (try (stop 1) (catch :ox/cancelled e (note (ex-message e)) (throw e))))       ;=> 1
(peek @log)                                     ;=> "the request was not resumed"
(with-handlers {stop (fn [_ v] v)}
  (try (stop 1) (catch :ox/cancelled e 2)))     ;=> 1
(with-handlers {stop (fn [_ v] v)}
  (try (stop 1) (finally (throw (ex-info "from finally" {})))))                 ;! {} "from finally"
(with-handlers {stop (fn [_ v] (note [:asked v]) v)}
  (try (stop 1) (finally (try (stop 2) (finally (note :last))))))               ;=> 1
(take-last 3 @log)                              ;=> ([:asked 1] [:asked 2] :last)
(with-handlers {stop (fn [_ v] (throw (ex-info "handler" {:v v})))}
  (try (stop 1) (finally (note :after-error)))) ;! {:v 1} "handler"
(peek @log)                                     ;=> :after-error

;;; ## What the body returns is what resume returns
(defeffect ask [question])
(with-handlers {ask (fn [resume q] [q (resume q)])} (+ (ask 1) (ask 2)))        ;=> [1 [2 3]]
(with-handlers {ask (fn [resume q] (inc (resume 10)))} (+ (ask 1) 5))           ;=> 16
(with-handlers {ask (fn [resume q] (try (resume q) (catch Exception e [:caught (ex-message e)])))}
  (ask 1)
  (throw (ex-info "body" {})))                  ;=> [:caught "body"]
(with-handlers {ask (fn [resume q] (try (resume q) (finally nil)))} (ask 7))    ;=> 7

;;; ## resume may throw in the body
(defeffect ask [question])
(with-handlers {ask (fn [resume q] (resume :throw (ex-info "no" {:q q})))}
  (try (ask 1) (catch Exception e [(ex-message e) (ex-data e)])))               ;=> ["no" {:q 1}]
(with-handlers {ask (fn [resume q] (resume :throw (ex-info "no" {:q q})))} (ask 1))            ;! {:q 1} "no"
(with-handlers {ask (fn [resume q] (resume :throw 1))} (ask 1))                 ;! :ox/type "throws an error, not 1"
(with-handlers {ask (fn [resume q] (resume :trow (ex-info "" {})))} (ask 1))    ;! :ox/argument "with :throw and an error, not with :trow"
(with-handlers {ask (fn [resume q] (resume 1 2 3))} (ask 1))                    ;! :ox/arity

;;; ## A request is resumed once, and not after its with-handlers
(defeffect ask [question])
(def kept (atom nil))
(with-handlers {ask (fn [resume q] (resume 1) (resume 2))} (ask 1))             ;! :ox/state "answered once"
(with-handlers {ask (fn [resume q] (reset! kept resume) q)} (ask 1))            ;=> 1
(@kept 2)                                       ;! :ox/state "before its with-handlers has its value"
(with-handlers {ask (fn [resume q] (if (= q 1) (do (reset! kept resume) (resume 1)) (@kept 2)))}
  [(ask 1) (ask 2)])                            ;! :ox/state "answered once"

;;; ## Handlers are deep, and the innermost is asked
(defeffect ask [question])
(defeffect tell [x])
(with-handlers {ask (fn [resume q] (resume (str "outer " q)))}
  (with-handlers {ask (fn [resume q] (resume (str "inner " (ask q))))}
    (ask 1)))                                   ;=> "inner outer 1"
(with-handlers {ask (fn [resume q] (resume [:ask q]))}
  (with-handlers {tell (fn [resume x] (resume [:tell (ask x)]))}
    [(ask 1) (tell 2) (ask 3)]))                ;=> [[:ask 1] [:tell [:ask 2]] [:ask 3]]
(with-handlers {ask (fn [resume q] [:out (resume q)])}
  (with-handlers {tell (fn [resume x] [:in (resume x)])}
    [(ask 1) (tell 2) (ask 3) (tell 4)]))       ;=> [:out [:out [:in [:in [1 2 3 4]]]]]
(with-handlers {ask (fn [resume q] (with-handlers {tell (fn [r x] (r [:late x]))} (resume q)))}
  (ask 1)
  (tell 2))                                     ;=> [:late 2]

;;; ## An outer handler that does not resume unwinds the inner extents too
(defeffect ask [question])
(defeffect tell [x])
(def log (atom []))
(with-handlers {ask (fn [_ q] q)}
  (with-handlers {tell (fn [resume x] (try (resume x) (finally (swap! log conj :tell))))}
    (tell 1)
    (try (ask :out) (finally (swap! log conj :ask)))))                          ;=> :out
@log                                            ;=> [:ask :tell]

;;; ## State, generators and search are library code
(defeffect fetch [])
(defeffect put [x])
(defn with-state [init body]
  (let [state (atom init)]
    [(with-handlers {fetch (fn [resume] (resume @state))
                     put   (fn [resume x] (reset! state x) (resume x))}
       (body))
     @state]))
(with-state 1 (fn [] (dotimes [_ 5] (put (* 2 (fetch)))) :done))                ;=> [:done 32]
(defeffect yield [x])
(defn collect [body]
  (with-handlers {yield (fn [resume x] (cons x (resume nil)))} (body) ()))
(defn walk-tree [t] (if (vector? t) (run! walk-tree t) (yield t)))
(collect (fn [] (walk-tree [1 [2 [3] 4] [[5]]])))                               ;=> (1 2 3 4 5)
(defeffect choose [options])
(defn first-that-works [body]
  (let [path (atom [])]
    (loop []
      (let [left (atom @path)
            result (with-handlers {choose (fn [resume options]
                                            (if (seq @left)
                                              (let [i (first @left)] (swap! left (comp vec rest)) (resume (nth options i)))
                                              (do (swap! path conj 0) (resume (nth options 0)))))}
                     (body))]
        (if (= result :fail)
          (let [p (peek @path)] (swap! path (fn [v] (conj (pop v) (inc p)))) (recur))
          result)))))
(first-that-works (fn [] (let [x (choose [1 2 3 4])] (if (= 9 (* x x)) x :fail))))             ;=> 3

;;; ## A handler that only resumes takes no stack
(defeffect ask [question])
(defn asked [n] (loop [i 0 sum 0] (if (= i n) sum (recur (inc i) (+ sum (ask i))))))
(with-handlers {ask (fn [resume q] (resume (inc q)))} (asked 2000))             ;=> 2001000
(with-handlers {ask (fn [resume q] (let [a q] (if (even? a) (resume 1) (resume 0))))} (asked 2001))    ;=> 1001
(defn answer [resume q] (resume q))
(with-handlers {ask answer} (asked 1000))       ;=> 499500
(with-handlers {ask (fn [resume q] (apply resume [q]))} (asked 1000))           ;=> 499500

;;; ## Dynamic bindings are those of where code stands
(defeffect ask [question])
(def ^:dynamic *level* 0)
(with-handlers {ask (fn [resume q] (resume *level*))}
  (binding [*level* 1] [*level* (ask 1) *level*]))                              ;=> [1 0 1]
(with-handlers {ask (fn [resume q] (binding [*level* 5] (resume *level*)))}
  (binding [*level* 1] [(ask 1) *level* (ask 2)]))                              ;=> [5 1 5]
(binding [*level* 3]
  (with-handlers {ask (fn [resume q] q)} (binding [*level* 4] (ask 1)))
  *level*)                                      ;=> 3
(binding [*level* 3]
  (try (with-handlers {} (binding [*level* 4] (throw (ex-info "x" {})))) (catch Exception e *level*)))        ;=> 3

;;; ## Lazy sequences ask where they are realized
(defeffect ask [question])
(def ^:dynamic *seen* nil)
(defn numbers [] (map (fn [i] (ask i)) (range 3)))
(with-handlers {ask (fn [resume q] (resume (* 10 q)))} (vec (numbers)))         ;=> [0 10 20]
(vec (with-handlers {ask (fn [resume q] (resume q))} (numbers)))                ;! :ox/unhandled
(let [s (numbers)]
  (with-handlers {ask (fn [_ q] [:left q])} (first s))
  (with-handlers {ask (fn [resume q] (resume (- q)))} (vec s)))                 ;=> [0 -1 -2]
(let [s (lazy-seq (cons (ask 1) nil))]
  (with-handlers {ask (fn [resume q] (first s))} (first s)))                    ;! :ox/state
(let [d (delay (ask 1))]
  [(with-handlers {ask (fn [_ q] :left)} @d) (with-handlers {ask (fn [resume q] (resume 2))} @d) @d])         ;=> [:left 2 2]
(with-handlers {ask (fn [resume q] (lazy-seq (resume [q])))} (vec (ask 1)))     ;! :ox/state

;;; ## Handlers in slow paths: comparators, hashing, printing
(defeffect ask [question])
(with-handlers {ask (fn [resume [a b]] (resume (compare b a)))}
  (sort (fn [a b] (ask [a b])) [3 1 2 5 4]))    ;=> (5 4 3 2 1)
(with-handlers {ask (fn [resume [a b]] (resume (compare b a)))}
  (into (sorted-map-by (fn [a b] (ask [a b]))) {1 :a 2 :b}))                    ;=> {2 :b, 1 :a}
(with-handlers {ask (fn [resume q] (resume (inc q)))}
  (= (map ask [1 2 3]) [2 3 4]))                ;=> true
(with-handlers {ask (fn [resume q] (resume q))} (pr-str (map ask [1 2 3])))     ;=> "(1 2 3)"
(with-handlers {ask (fn [resume q] (resume q))} (= (hash [1 2 3]) (hash (map ask [1 2 3]))))    ;=> true
(with-handlers {ask (fn [resume q] (resume q))} (reduce + (map ask (range 10))))    ;=> 45
(with-handlers {ask (fn [resume q] (resume q))} (get {[1 2] :found} (map ask [1 2])))    ;=> :found

;;; ## Time, chance and activities are answered too
(defactivity charge "Charges a card." [card cents] {:queue "payments"} (throw (ex-info "for real" {})))
(with-handlers {now         (fn [resume] (resume #inst "2020-02-29"))
                sleep       (fn [resume ms] (resume ms))
                rand        (fn [resume] (resume 0.5))
                random-uuid (fn [resume] (resume #uuid "00000000-0000-0000-0000-000000000001"))
                charge      (fn [resume card cents] (resume {:card card :cents cents}))
                slurp       (fn [resume path] (resume (str "text of " path)))}
  [(now) (sleep "1h") (rand 10) (rand-int 4) (random-uuid) (charge "c" 5) (slurp "f")])
;=> [#inst "2020-02-29T00:00:00.000-00:00" 3600000 5.0 2 #uuid "00000000-0000-0000-0000-000000000001" {:card "c", :cents 5} "text of f"]
(with-handlers {charge (fn [resume card cents] (resume :throw (ex-info "declined" {:ox/kind :ox/activity})))}
  (try (charge "c" 5) (catch :ox/activity e (ex-message e))))                   ;=> "declined"
(def times (atom []))
(with-handlers {sleep (fn [resume ms] (swap! times conj ms) (resume nil))
                rand  (fn [resume] (resume 0.5))}
  (try
    (retrying {:max-attempts 4} (throw (ex-info "always" {})))
    (catch Exception e (:attempts (ex-data e)))))                               ;=> 4
@times                                          ;=> [1000 2000 4000]

;;; ## Maps of handlers are values
(defeffect ask [question])
(defeffect tell [x])
(def base (handlers {ask (fn [resume q] (resume [:base q]))}))
(with-handlers base (ask 1))                    ;=> [:base 1]
(with-handlers (merge base (handlers {tell (fn [resume x] (resume x))})) [(ask 1) (tell 2)])   ;=> [[:base 1] 2]
(set (keys (handlers {ask identity now identity})))                             ;=> #{:user/ask :ox/now}
(with-handlers [1] 1)                           ;! :ox/type "takes a map of handlers, not [1]"
(with-handlers {ask 5} (ask 1))                 ;! :ox/type
(with-handlers {ask (fn [resume] 1)} (ask 1))   ;! :ox/arity

;;; ## A with-handlers without a handler for it lets a request pass
(defeffect ask [question])
(defeffect tell [x])
(with-handlers {ask (fn [resume q] [:handled (resume q)])}
  (with-handlers {tell (fn [resume x] :never)}
    (with-handlers {}
      (try (str (ask 1)) (finally nil)))))      ;=> [:handled "1"]

;;; ## A key is the name of something that can be asked for
(defn f [x] x)
(with-handlers {f (fn [resume] 1)} 1)           ;! OX0202 "f is neither an effect nor an activity"
(with-handlers {g (fn [resume] 1)} 1)           ;! OX0202 "g is defined nowhere"
(with-handlers {1 (fn [resume] 1)} 1)           ;! OX0202 "not for 1"
(with-handlers {now (fn [resume] 1) :ox/now (fn [resume] 2)} 1)    ;! OX0202 "has two handlers"
(let [now 1] (with-handlers {now (fn [resume] 1)} 1))    ;! OX0202 "now is a local here"

;;; ## An effect has parameters and no body
(defeffect a)                                   ;! OX0301 "needs a vector of parameters"
(defeffect b [x] (inc x))                       ;! OX0301 "has no body"
(defeffect c "doc" 1)                           ;! OX0301 "needs a vector of parameters"

;;; ## Effects of other namespaces
;;; file app/api.ox
(ns app.api)
(defeffect lookup "Looks up." [k])
(defn double-of [k] (* 2 (lookup k)))
;;; file app/core.ox
(ns app.core (:require [app.api :as api :refer [lookup]]))
(with-handlers {api/lookup (fn [resume k] (resume 21))} (api/double-of :a))     ;=> 42
(with-handlers {lookup (fn [resume k] (resume 4))} (api/double-of :a))          ;=> 8
(with-handlers {:app.api/lookup (fn [resume k] (resume 5))} (api/double-of :a)) ;=> 10

;;; ## What is set inside is set outside
(defeffect ask [question])
(def ^:dynamic *x* 0)
(binding [*x* 1] (with-handlers {} (set! *x* 2)) *x*)                                            ;=> 2
(binding [*x* 1] (with-handlers {ask (fn [resume q] (set! *x* q) (resume q))} (ask 5)) *x*)      ;=> 5
