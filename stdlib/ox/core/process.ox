(ns ox.core.process
  "Processes and their messages, with Erlang's meaning, and the fibers within a process."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.effect :refer :all]
            [ox.core.handler :refer :all]))

;; ---------------------------------------------------------------------------------------------
;; Processes

(defn self "Returns the pid of this process." [] (effect* :ox/self []))

(defn spawn "Starts a process that calls `f` with the arguments, realized and copied. Returns its pid." [f & args]
  (effect* :ox/spawn [f (ready* (vec args)) {}]))

(defn spawn-link "As `spawn`, linked to this process from the start." [f & args]
  (effect* :ox/spawn [f (ready* (vec args)) {:link true}]))

(defn spawn-monitor "As `spawn`, monitored from the start. Returns `[pid reference]`." [f & args]
  (effect* :ox/spawn [f (ready* (vec args)) {:monitor true}]))

(defn send
  "Sends a message, realized and copied, to a process, by its pid or registered name. Returns the message. Messages
  between two processes arrive in order; one to a process that has ended is dropped. An atom or other cell in it is an error."
  [to message]
  (effect* :ox/send [to (ready* message)])
  message)

(defn link "Links this process to another: when one ends abnormally, so does the other, or gets `[:exit pid reason]` if it traps exits. Returns true." [pid]
  (effect* :ox/link [pid]))
(defn unlink "Removes a link. Returns true." [pid] (effect* :ox/unlink [pid]))
(defn monitor "Has `[:down reference :process pid reason]` sent here when the process ends. Returns the reference." [pid]
  (effect* :ox/monitor [pid]))
(defn demonitor "Removes a monitor; with `:flush` also a message it has sent. Returns true."
  ([reference] (effect* :ox/demonitor [reference false]))
  ([reference option] (effect* :ox/demonitor [reference (= option :flush)])))
(defn trap-exit "Whether exit signals become messages here. Returns what it was." [on] (effect* :ox/trap-exit [(boolean on)]))
(defn register "Gives a process a name, a keyword or symbol, within the run. Returns true; `:ox/argument` if it is taken." [name pid]
  (effect* :ox/register [name pid]))
(defn unregister "Takes a name away. Returns true." [name] (effect* :ox/unregister [name]))
(defn whereis "Returns the pid that has a name, nil if none has." [name] (effect* :ox/whereis [name]))

(defn exit
  "Ends this process with a reason; in main, an integer is the exit status of the run. `finally` runs. With a pid, sends
  that process an exit signal: `:normal` is ignored, `:kill` cannot be trapped. Returns true."
  ([reason] (throw (error-new "exit" {:ox/kind :ox/exit :reason (ready* reason)} nil)))
  ([pid reason] (effect* :ox/exit-signal [pid (ready* reason)])))

(defn await-exit "Waits until a process has ended. Returns its exit reason." [pid] (effect* :ox/await-exit [pid]))

(defn ^:no-doc receive*
  "Asks `(match message)` about each message in the mailbox, oldest first, and waits for more. What it returns for a message,
  if that is not nil or false, is returned, and the message taken out. With a duration `limit` that passes first, nil is returned;
  nil and `:infinity` never pass."
  [limit match]
  (let [deadline (if (or (nil? limit) (= limit :infinity))
                   nil
                   (+ (inst-ms (effect* :ox/now [])) (duration limit)))]
    (loop [from 0]
      (let [found (effect* :ox/receive-next [from deadline])]
        (if (nil? found)
          nil
          (let [result (match (nth found 1))]
            (if result
              (do (effect* :ox/receive-take [(nth found 0)])
                  result)
              (recur (inc (nth found 0))))))))))

;; ---------------------------------------------------------------------------------------------
;; Fibers

(defn ^:no-doc async*
  "Starts a fiber that calls `f`, with the dynamic bindings and handlers in force here. Returns its future."
  [f]
  (if (nil? *handlers*)
    (effect* :ox/fiber-start [f])
    (let [f (under-handlers f)
          saved (push-bindings {(var *handlers*) nil})]
      (try
        (effect* :ox/fiber-start [f])
        (finally (pop-bindings saved))))))

(defn future-call "As `(future (f))`." [f] (async* f))

(defn await
  "Waits for a future or promise and returns its value, or throws its error. With a duration, `otherwise` is returned if it
  takes longer."
  ([future] (deref future))
  ([future limit otherwise] (effect* :ox/await-for [future (duration limit) otherwise])))

(defn cancel
  "Cancels a future or a process: an `:ox/cancelled` error is thrown in it where it waits, or will wait next. Returns whether
  it was still running."
  [future-or-pid]
  (effect* :ox/cancel [future-or-pid]))

(defn future-cancel "As `cancel`." [future] (effect* :ox/cancel [future]))
(defn future-done? "Returns true if the future has its value or error, or was cancelled." [future] (realized? future))
(defn future-cancelled? "Returns true if the future was cancelled." [future] (= :cancelled (effect* :ox/future-state [future])))

(defn promise "Returns a new promise, which `deliver` gives its value and `deref` waits for." [] (effect* :ox/promise []))
(defn deliver "Gives a promise its value. Returns the promise, nil if it had one." [promise value]
  (if (effect* :ox/deliver [promise value]) promise nil))

(defn- cancel-all
  "Cancels the futures and waits until all have ended, so that nothing they hold is in use afterwards."
  [futures]
  (run! cancel futures)
  (run! (fn [f] (effect* :ox/await-end [f])) futures))

(defn- gather
  "Runs `(start i)`, which returns a future, for `i` from 0 as long as it returns one, at most `limit` at a time. Returns a map
  from `i` to the value. The first error ends the others and is thrown."
  [limit start]
  (let [group (promise)
        ;; the futures by number; nil where the value was taken
        live (volatile! [])]
    (try
      (loop [i 0 more? true waiting 0 out (transient {})]
        (if (and more? (< waiting limit))
          (let [future (start i)]
            (if (nil? future)
              (recur i false waiting out)
              (do (vreset! live (conj (deref live) future))
                  (recur (inc i) true (inc waiting) out))))
          (if (= 0 waiting)
            (persistent! out)
            (let [k (effect* :ox/await-next [group (deref live)])
                  value (deref (nth (deref live) k))]
              (vreset! live (assoc (deref live) k nil))
              (recur i more? (dec waiting) (assoc! out k value))))))
      (finally
        (cancel-all (filterv some? (deref live)))))))

(defn- settled
  "The value of a thunk; of a future that is its value, that one's."
  [thunk]
  (let [value (thunk)]
    (if (future? value) (deref value) value)))

(defn ^:no-doc all*
  "Calls all thunks at the same time, each in a fiber of its own. Returns the vector of their values (those of futures are
  waited for); the first error ends the others and is thrown."
  [thunks]
  (let [n (count thunks)
        ;; no fiber holds the thunk of another, and nobody all of them: each is free to drop what it has captured
        left (volatile! (seq thunks))
        values (gather n
                       (fn [i]
                         (let [s (deref left)]
                           (if s
                             (let [thunk (first s)]
                               (vreset! left (next s))
                               (async* (fn [] (settled thunk))))
                             nil))))]
    (mapv (fn [i] (get values i)) (range n))))

(defn ^:no-doc race*
  "Calls all thunks at the same time. Returns the value, or throws the error, of the one that ends first; the others are cancelled."
  [thunks]
  (let [futures (mapv (fn [thunk] (async* (fn [] (settled thunk)))) thunks)]
    (try
      (deref (nth futures (effect* :ox/await-any [futures])))
      (finally (cancel-all futures)))))

(defn pmap-n
  "Returns the vector of the results of `f` for the elements of `coll`, calling it for at most `limit` of them at a time, each
  in a fiber of its own. The first error ends the others and is thrown."
  [limit f coll]
  (when (not (pos-int? limit))
    (fail :ox/argument "The limit of pmap-n must be a positive integer" {:value limit}))
  (let [left (volatile! (seq coll))
        n (volatile! 0)
        values (gather limit
                       (fn [i]
                         (let [s (deref left)]
                           (if s
                             (let [x (first s)]
                               ;; what is no function fails here, where it is seen who gave it
                               (when (not (ifn? f)) (f x))
                               (vreset! left (next s))
                               (vreset! n (inc i))
                               (async* (fn [] (f x))))
                             nil))))]
    (mapv (fn [i] (get values i)) (range (deref n)))))

(defn pmap
  "As `map`, with up to 16 calls of `f` waiting at a time; the results are there when it returns. For functions that wait, as activities do."
  ([f coll] (or (seq (pmap-n 16 f coll)) ()))
  ([f coll & colls]
   (or (seq (pmap-n 16 (fn [xs] (apply* f xs)) (apply* map vector coll colls))) ())))

(defn ^:no-doc scope*
  "Calls `f`; the fibers started in it that are still running when it ends are cancelled, and waited for."
  [f]
  (let [token (effect* :ox/scope-enter [])]
    (try
      (f)
      (finally (effect* :ox/scope-exit [token])))))

(defn pcalls "Returns the lazy sequence of the values of the functions, called without arguments as `pmap` calls its function." [& fns]
  (pmap (fn [f] (f)) fns))
