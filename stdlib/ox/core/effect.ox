(ns ox.core.effect
  "What only the world outside can answer: time, chance, activities.

  Every function here is a point at which the process can be stored, stopped and resumed."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.map :refer :all]))

;; ---------------------------------------------------------------------------------------------
;; Durations

(def ^:private units {"ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000})

(defn- bad-duration [d]
  (fail :ox/argument (str* "Not a duration: " (print* d true) ", expected milliseconds or text like \"1h30m\"") {:value d}))

(defn- digits-end [s i]
  (if (and (< i (count s)) (let [c (long (nth s i))] (and (<= 48 c) (<= c 57))))
    (recur s (inc i))
    i))

(defn- letters-end [s i]
  (if (and (< i (count s)) (let [c (long (nth s i))] (and (<= 97 c) (<= c 122))))
    (recur s (inc i))
    i))

;; about 30,000 years: sums with the time of day stay below 64 bits
(def ^:private longest 1000000000000000)

(defn duration
  "Returns a duration in milliseconds: `\"200ms\"`, `\"1h30m\"`, `\"2d\"`, or an integer of them."
  [d]
  (cond
    (int? d) (if (or (neg? d) (< longest d)) (bad-duration d) d)
    (string? d)
    (let [n (count d)]
      (if (= n 0)
        (bad-duration d)
        (loop [i 0 total 0]
          (if (= i n)
            total
            (let [j (digits-end d i)
                  k (letters-end d j)
                  amount (parse-long (subs d i j))
                  unit (get units (subs d j k))]
              (if (or (nil? amount) (nil? unit) (< (quot (- longest total) unit) amount))
                (bad-duration d)
                (recur k (+ total (* amount unit)))))))))
    :else (bad-duration d)))

;; ---------------------------------------------------------------------------------------------
;; Time and chance

(defn now "Returns the time, an instant." [] (effect* :ox/now []))
(defn sleep "Waits for a duration. Returns nil." [d] (effect* :ox/sleep [(duration d)]))

(defn rand
  "Returns a random double from 0 to before 1, or before `n`."
  ([] (effect* :ox/rand []))
  ([n] (* n (effect* :ox/rand []))))

(defn rand-int "Returns a random integer from 0 to before `n`." [n] (int (* n (effect* :ox/rand []))))
(defn rand-nth "Returns a random element of `coll`; nil of an empty one." [coll]
  (if (or (nil? coll) (= 0 (count coll)))
    (if (nil? coll) nil (nth coll 0))
    (nth coll (rand-int (count coll)))))
(defn random-uuid "Returns a random UUID." [] (effect* :ox/random-uuid []))

(defn shuffle "Returns a vector of the elements of a collection that is no map, in random order." [coll]
  (let [v (if (and (coll? coll) (not (map? coll)))
            (vec coll)
            (fail :ox/type "shuffle takes a collection of elements" {:value coll}))]
    (loop [i (dec (count v)) t (transient v)]
      (if (pos? i)
        (let [j (rand-int (inc i))
              x (nth t i)]
          (recur (dec i) (assoc!* (assoc!* t i (nth t j)) j x)))
        (persistent! t)))))

(defn random-sample
  "Returns the lazy sequence of elements that are each taken with probability `prob`."
  ([prob] (filter (fn [_] (< (rand) prob))))
  ([prob coll] (filter (fn [_] (< (rand) prob)) coll)))

;; ---------------------------------------------------------------------------------------------
;; Retry policies as data

(defn ^:no-doc retryable?
  "The default of `:retry-if`: true of all errors but cancellation, `exit`, and mistakes that no repetition mends."
  [e]
  (let [kind (error-kind e)]
    (not (or (identical? kind :ox/cancelled) (identical? kind :ox/exit)
             (identical? kind :ox/arity) (identical? kind :ox/type)))))

(def ^:private default-policy
  {:max-attempts 3 :delay 1000 :factor 2 :max-delay 60000 :jitter 0.1 :timeout nil :retry-if nil :until nil})

(defn- unknown-option [what k known]
  (fail :ox/argument
        (reduce (fn [text k] (str* text " " (print* k true)))
                (str* (str* "Unknown " what " option: ") (print* k true) ", expected one of")
                (sort (if (map? known) (keys known) known)))
        {:option k}))

(defn ^:no-doc policy
  "Returns the retry policy that `opts` means: every key is there, durations are milliseconds. `what` takes them."
  ([opts] (policy "retry" default-policy opts))
  ([what defaults opts]
   (when (not (or (nil? opts) (map? opts)))
     (fail :ox/argument (str* what " takes a map of options, not " (print* opts true)) {:value opts}))
   (reduce-kv (fn [p k v]
                (cond
                  (not (contains? default-policy k))
                  (unknown-option what k default-policy)
                  (or (= k :delay) (= k :max-delay)) (assoc p k (duration v))
                  (= k :timeout) (assoc p k (if (nil? v) nil (duration v)))
                  (and (= k :max-attempts) (not (or (nil? v) (pos-int? v))))
                  (fail :ox/argument (str* ":max-attempts must be a positive integer or nil, not " (print* v true)) {:value v})
                  :else (assoc p k v)))
              (conj defaults nil)
              opts)))

(defn ^:no-doc poll-policy "As `policy`, with the defaults of `poll`." [opts]
  (policy "poll" (assoc default-policy :max-attempts nil :factor 1 :until some?) opts))

(defn- next-delay
  "The wait before the next attempt, in milliseconds, spread by a recorded random number."
  [delay jitter]
  (if (zero? jitter)
    delay
    (max 0 (long (* delay (+ 1.0 (* jitter (- (* 2.0 (effect* :ox/rand [])) 1.0))))))))

(defn- attempt
  "The result of one attempt: `[true value]` or `[false error]`."
  [thunk]
  (try
    [true (thunk)]
    (catch :default e [false e])))

(defn- with-attempts [e n]
  (error-with-data e (assoc (into {} (error-data e)) :attempts n)))

(defn- attempts
  "Calls `thunk` as the policy `p` says, without its total time limit."
  [p thunk]
  (let [{:keys [max-attempts delay factor max-delay jitter retry-if until]} p
        again? (or retry-if retryable?)]
    (loop [n 1 wait delay]
      (let [outcome (attempt thunk)
            value (nth outcome 1)
            last? (and (some? max-attempts) (<= max-attempts n))]
        (if (nth outcome 0)
          (if (or (nil? until) (until value))
            value
            (if last?
              (fail :ox/exhausted
                    (str* "No result " (if (identical? until some?) "but nil after " "that meets :until after ")
                          n (if (= n 1) " attempt" " attempts"))
                    {:attempts n :value value})
              (do (effect* :ox/sleep [(next-delay (min wait max-delay) jitter)])
                  (recur (inc n) (min max-delay (* wait factor))))))
          (cond
            ;; the time limit of a `timeout` around us: not ours to repeat
            (and (identical? (error-kind value) :ox/timeout) (effect* :ox/deadline-expired []))
            (throw (with-attempts value n))
            (not (again? value)) (throw value)
            last? (throw (with-attempts value n))
            :else
            (do (effect* :ox/sleep [(next-delay (min wait max-delay) jitter)])
                (recur (inc n) (min max-delay (* wait factor))))))))))

(defn timeout
  "Calls `f` without arguments; if it takes longer than the duration `d`, an `:ox/timeout` error is thrown in it where it waits."
  [d f]
  (let [ms (duration d)
        token (effect* :ox/deadline-push [ms])]
    (try
      (f)
      (finally (effect* :ox/deadline-pop [token])))))

(defn ^:no-doc run-attempts [p thunk]
  (if (nil? (get p :timeout))
    (attempts p thunk)
    (timeout (get p :timeout) (fn [] (attempts p thunk)))))

(defn retry
  "Returns a function from thunk to thunk: what it returns calls the thunk again when it fails, after a growing delay.

  | key | default | meaning |
  |---|---|---|
  | `:max-attempts` | 3 | nil: no limit |
  | `:delay` | `\"1s\"` | before the second attempt |
  | `:factor` | 2 | by which the delay grows |
  | `:max-delay` | `\"1m\"` | bound of the delay |
  | `:jitter` | 0.1 | the part by which a delay is spread at random |
  | `:timeout` | nil | over all attempts; the error is `:ox/timeout` |
  | `:retry-if` | all but `:ox/cancelled :ox/arity :ox/type` | asked about the error |
  | `:until` | nil | asked about the result; `some?` means that nil is \"not yet\" |

  When all attempts have failed, the last error is thrown, with `:attempts` in its data."
  [opts]
  (let [p (policy opts)]
    (fn [thunk]
      (fn [] (run-attempts p thunk)))))

(defn ^:no-doc retrying* [opts thunk]
  (run-attempts (policy "retrying" default-policy opts) thunk))

(defn poll
  "Calls `f` until its result is not nil (`:until some?`), and returns it. Takes the options of `retry`, without a limit of
  attempts and with `:factor 1`."
  [opts f]
  (run-attempts (poll-policy opts) f))

;; ---------------------------------------------------------------------------------------------
;; Activities

(def ^:dynamic *activity-options*
  "Options of activities called within a `binding` of this: a map that wins over those they were defined with."
  nil)

(def ^:private activity-keys
  #{:queue :retry :schedule-to-start :start-to-close :schedule-to-close :heartbeat :idempotent :idempotency-key :on-exhausted})

(def ^:private activity-durations #{:schedule-to-start :start-to-close :schedule-to-close :heartbeat})

(defn ^:no-doc activity-options
  "Returns the options as the runtime takes them: known keys, durations in milliseconds, `:retry` a whole policy."
  [opts]
  (reduce-kv (fn [out k v]
               (cond
                 (not (contains? activity-keys k))
                 (unknown-option "activity" k activity-keys)
                 (nil? v) out
                 (contains? activity-durations k) (assoc out k (duration v))
                 (= k :retry) (assoc out k (policy ":retry" (assoc default-policy :max-attempts 1) v))
                 :else (assoc out k v)))
             {}
             (merge opts *activity-options*)))

(defn ^:no-doc activity*
  "Calls the activity `name` with a sequence of arguments, and waits for its answer. `body` is the function that carries it
  out, nil if a worker of its queue does. What the options say with functions (`:retry-if`, `:until`) is done here, one
  attempt a request, all with one idempotency key; the rest is the runtime's."
  [name opts body args]
  (let [opts (activity-options opts)
        args (ready* (vec args))
        p (get opts :retry)]
    (if (or (some? (get p :retry-if)) (some? (get p :until)))
      (let [once (dissoc opts :retry)
            once (if (contains? once :idempotency-key) once (assoc once :idempotency-key (str* (random-uuid))))]
        (run-attempts p (fn [] (effect* :ox/activity [name body args once]))))
      (effect* :ox/activity [name body args (if (nil? p) opts (assoc opts :retry (dissoc p :retry-if :until)))]))))

(defn activity
  "Returns a function that calls the activity `name` with its arguments; a worker of the queue (`\"default\"`) answers.

  | option | default | meaning |
  |---|---|---|
  | `:queue` | `\"default\"` | whose workers answer |
  | `:retry` | one attempt | a map, as `retry` takes it |
  | `:schedule-to-start` | none | time until a worker has taken an attempt |
  | `:start-to-close` | none | time of an attempt from then on |
  | `:schedule-to-close` | none | time of all attempts together |
  | `:heartbeat` | none | time between two signs of life of an attempt |
  | `:idempotent` | true | false: an attempt that may have begun before a crash is not made again; its error has `:reason :lost` |
  | `:idempotency-key` | made at random | the same in all attempts |
  | `:on-exhausted` | `:throw`; with `oxc run --park` `:park` | `:park`: the process stops after the last attempt and waits for `oxc retry` |

  `defactivity`, `ox.sh` and `ox.http` take the same options."
  ([name] (activity name nil))
  ([name opts] (fn [& args] (activity* name opts nil args))))

(defn heartbeat
  "In an activity's body: says that the attempt is alive, with details for those who look. Throws `:ox/cancelled` if it is no longer wanted."
  ([] (heartbeat nil))
  ([details] (effect* :ox/heartbeat [(ready* details)])))

(defn idempotency-key "In an activity's body: returns the key, a string that is the same in all attempts." []
  (effect* :ox/idempotency-key []))
