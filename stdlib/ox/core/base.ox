(ns ox.core.base
  "What the machine calls when a native traps: realizing lazy cells, and the slow paths of equality,
  hashing, order and printing. Everything else in the library stands on this.

  A slow path drives a *step native*: `(X-start …)` makes a state, a mutable array in the heap, and
  `(X-step state)` works on it for a bounded time. A step answers

  | answer | meaning |
  |---|---|
  | nil | not done: call again (the loop here is a safepoint, so the process can stop between steps) |
  | a lazy cell | force it, then call again |
  | anything else | the result |

  No answer of `=`, `hash`, `compare`, `ready` or `print` is nil or a lazy cell, so the three never meet."
  (:require [ox.core.native :refer :all]))

;; ---------------------------------------------------------------------------------------------
;; Which errors a catch clause takes

(def ^:private class-kinds
  "For each class name that Clojure programs catch, the kinds of errors it takes; true: all of them."
  {:default true
   'Throwable true 'java.lang.Throwable true
   'Exception :exceptions 'java.lang.Exception :exceptions
   'RuntimeException :exceptions 'java.lang.RuntimeException :exceptions
   'Error #{:ox/assert :ox/memory-limit} 'java.lang.Error #{:ox/assert :ox/memory-limit}
   'AssertionError #{:ox/assert} 'java.lang.AssertionError #{:ox/assert}
   'StackOverflowError #{:ox/memory-limit} 'java.lang.StackOverflowError #{:ox/memory-limit}
   'OutOfMemoryError #{:ox/memory-limit} 'java.lang.OutOfMemoryError #{:ox/memory-limit}
   'ExceptionInfo :info 'clojure.lang.ExceptionInfo :info 'IExceptionInfo :info 'clojure.lang.IExceptionInfo :info
   'ArithmeticException #{:ox/arithmetic} 'java.lang.ArithmeticException #{:ox/arithmetic}
   'ClassCastException #{:ox/type} 'java.lang.ClassCastException #{:ox/type}
   'NullPointerException #{:ox/type} 'java.lang.NullPointerException #{:ox/type}
   'IllegalArgumentException #{:ox/argument :ox/arity :ox/type :ox/number-format :ox/parse :ox/no-match}
   'java.lang.IllegalArgumentException #{:ox/argument :ox/arity :ox/type :ox/number-format :ox/parse :ox/no-match}
   'ArityException #{:ox/arity} 'clojure.lang.ArityException #{:ox/arity}
   'NumberFormatException #{:ox/number-format} 'java.lang.NumberFormatException #{:ox/number-format}
   'IllegalStateException #{:ox/state} 'java.lang.IllegalStateException #{:ox/state}
   'IndexOutOfBoundsException #{:ox/index} 'java.lang.IndexOutOfBoundsException #{:ox/index}
   'StringIndexOutOfBoundsException #{:ox/index} 'java.lang.StringIndexOutOfBoundsException #{:ox/index}
   'ArrayIndexOutOfBoundsException #{:ox/index} 'java.lang.ArrayIndexOutOfBoundsException #{:ox/index}
   'NoSuchElementException #{:ox/index} 'java.util.NoSuchElementException #{:ox/index}
   'UnsupportedOperationException #{:ox/unsupported} 'java.lang.UnsupportedOperationException #{:ox/unsupported}
   'InterruptedException #{:ox/cancelled} 'java.lang.InterruptedException #{:ox/cancelled}
   'CancellationException #{:ox/cancelled} 'java.util.concurrent.CancellationException #{:ox/cancelled}
   'TimeoutException #{:ox/timeout} 'java.util.concurrent.TimeoutException #{:ox/timeout}
   'ExecutionException #{:ox/activity} 'java.util.concurrent.ExecutionException #{:ox/activity}
   'IOException #{:ox/io :ox/stdin-lost} 'java.io.IOException #{:ox/io :ox/stdin-lost}
   'FileNotFoundException #{:ox/io} 'java.io.FileNotFoundException #{:ox/io}})

(def ^:private machine-kinds
  "Kinds of errors that on the JVM are no `ExceptionInfo`."
  #{:ox/arithmetic :ox/type :ox/argument :ox/arity :ox/number-format :ox/state :ox/index :ox/unsupported
    :ox/assert :ox/memory-limit :ox/parse :ox/no-match :ox/exception :ox/io})

(def ^:private unseen-kinds
  "Kinds that only a clause naming them takes: ending a process is no failure to recover from."
  #{:ox/cancelled :ox/exit})

(defn ^:no-doc error-matches?
  "Returns true if a catch clause that names `kind` (a keyword, or a class name as a symbol) takes the
  error `e`. Cancellation and `exit` are taken only by clauses that name `:ox/cancelled` and `:ox/exit`."
  [e kind]
  (let [own (get (error-data e) :ox/kind)
        kinds (get class-kinds kind)]
    (if (nil? kinds)
      (identical? own kind)
      (if (set? kinds)
        (contains? kinds own)
        (if (contains? unseen-kinds own)
          false
          (if (identical? kinds true)
            true
            (if (identical? kinds :info)
              (not (contains? machine-kinds own))
              (not (identical? own :ox/assert)))))))))

(defn ^:no-doc new-error
  "The error that `(IllegalArgumentException. \"message\")` and the like make: of the kind the class stands for."
  ([class] (new-error class nil nil))
  ([class message] (new-error class message nil))
  ([class message cause]
   (if (error? message)
     (new-error class (error-message message) message)
     (let [kinds (get class-kinds class)
           kind (if (set? kinds)
                  ;; a class that stands for several kinds makes the one that says least
                  (if (contains? kinds :ox/argument)
                    :ox/argument
                    (if (contains? kinds :ox/io) :ox/io (first kinds)))
                  :ox/exception)]
       (error-new message {:ox/kind kind} cause)))))

(defn ex-info
  "Returns an error with a message, a map of data and, if given, the error that caused it."
  ([message data] (ex-info message data nil))
  ([message data cause]
   (if (map? data)
     (error-new message data cause)
     (throw (error-new "Additional data must be non-nil." {:ox/kind :ox/argument :value data} nil)))))

(defn ^:no-doc fail
  "Throws an error of a kind of the library's own."
  ([kind message] (throw (error-new message {:ox/kind kind} nil)))
  ([kind message data] (throw (error-new message (assoc* data :ox/kind kind) nil))))

;; ---------------------------------------------------------------------------------------------
;; Lazy cells

(defn- run-thunk
  "Calls the thunk of the running cell; the cell fails with what the thunk throws. The thunk is dead
  here once it has started, so that nothing holds the head of what it walks."
  [cell thunk]
  (try
    (thunk)
    (catch :ox/cancelled e (lazy-fail! cell e) (throw e))
    (catch :ox/exit e (lazy-fail! cell e) (throw e))
    (catch :default e (lazy-fail! cell e) (throw e))))

(defn- link-value
  "Runs a cell that another cell's thunk returned, and returns its value as stored: a cell, or a sequence.
  Nothing but what the caller holds keeps the cell alive afterwards."
  [cell]
  (let [thunk (lazy-start! cell)]
    (if (nil? thunk)
      (if (identical? (lazy-state cell) :realized)
        (lazy-value cell)
        (do (effect* :ox/await-cell [cell]) cell))
      (let [v (run-thunk cell thunk)]
        (lazy-finish! cell (if (lazy-cell? v) v (seq v)))))))

(defn- chase
  "Follows a chain of cells returning cells to its end, in constant stack and memory: a `filter` that drops
  ten million elements is such a chain. Returns a sequence or nil."
  [v]
  (if (lazy-cell? v)
    (recur (link-value v))
    (seq v)))

(defn- run-cell [cell thunk]
  (try
    (lazy-finish! cell (chase (thunk)))
    (catch :ox/cancelled e (lazy-fail! cell e) (throw e))
    (catch :ox/exit e (lazy-fail! cell e) (throw e))
    (catch :default e (lazy-fail! cell e) (throw e))))

(defn ^:no-doc realize*
  "Makes a lazy cell realized, and returns its value: a sequence or nil. The machine calls this when a native
  meets an unrealized cell. A cell whose thunk throws fails for good: forcing it again throws the same
  error. A cell that needs its own value is a `:ox/state` error; one that another fiber computes is waited for."
  [cell]
  (let [thunk (lazy-start! cell)]
    (if (nil? thunk)
      (if (identical? (lazy-state cell) :realized)
        (chase (lazy-value cell))
        (do (effect* :ox/await-cell [cell])
            (recur cell)))
      (run-cell cell thunk))))

(defn- force-delay [d]
  (let [thunk (lazy-start! d)]
    (if (nil? thunk)
      (if (identical? (lazy-state d) :realized)
        (lazy-value d)
        (do (effect* :ox/await-cell [d])
            (recur d)))
      (lazy-finish! d (run-thunk d thunk)))))

(defn force
  "Returns the value of a delay, computing it if need be; anything else is returned as it is."
  [x]
  (if (delay? x) (force-delay x) x))

;; ---------------------------------------------------------------------------------------------
;; Slow paths

(defn- drive
  "Calls `step` with `state` until there is an answer, forcing the cells that it asks for."
  [step state]
  (loop []
    (let [r (step state)]
      (if (nil? r)
        (recur)
        (if (lazy-cell? r)
          (do (realize* r) (recur))
          r)))))

(defn ^:no-doc =*slow "`(= x y)` of values that are deep, large or unfinished." [x y]
  (drive equal-step (equal-start x y)))

(defn ^:no-doc hash*slow "`(hash x)` of a value that is deep, large or unfinished." [x]
  (drive hash-step (hash-start x)))

(defn ^:no-doc compare*slow "`(compare x y)` of values that are deep, large or unfinished." [x y]
  (drive compare-step (compare-start x y)))

(defn ^:no-doc print*slow "`(print* x options)` of a value that is deep, large or unfinished." [x options]
  (drive print-step (print-start x options)))

(defn ^:no-doc ready*
  "Realizes every lazy cell inside `x` and returns `x`. Whatever leaves a process, or becomes a key, goes through this first."
  [x]
  (if (ready? x)
    x
    (do (drive ready-step (ready-start x)) x)))

(defn- text
  "What `str` makes of one value: of those that can be large, what `print*` writes readably."
  [x]
  (if (or (nil? x) (string? x) (number? x) (char? x) (keyword? x) (symbol? x) (boolean? x) (inst? x) (uuid? x) (regex? x))
    (str* x)
    (print* x true)))

(defn ^:no-doc str*slow
  "`(str* …)` where a value is large or unfinished."
  ([a] (text a))
  ([a b] (join-strings "" [(text a) (text b)]))
  ([a b c] (join-strings "" [(text a) (text b) (text c)]))
  ([a b c d] (join-strings "" [(text a) (text b) (text c) (text d)])))

(defn ^:no-doc count*slow
  "`(count coll)` of a sequence that has to be walked."
  [coll]
  (loop [s (seq coll) n 0]
    (if (nil? s)
      n
      (if (counted? s)
        (+ n (count s))
        (recur (next s) (inc n))))))

(defn ^:no-doc nth*slow
  "`(nth coll index)` of a sequence that has to be walked."
  ([coll index]
   (if (< index 0)
     (fail :ox/index "Index out of bounds" {:index index})
     (loop [s (seq coll) i index]
       (if (nil? s)
         (fail :ox/index "Index out of bounds" {:index index :count (- index i)})
         (if (= i 0)
           (first s)
           (recur (next s) (dec i)))))))
  ([coll index not-found]
   (if (< index 0)
     not-found
     (loop [s (seq coll) i index]
       (if (nil? s)
         not-found
         (if (= i 0)
           (first s)
           (recur (next s) (dec i))))))))

(defn ^:no-doc deref*slow
  "`(deref reference)` where something is to be computed or waited for."
  ([reference]
   (if (delay? reference)
     (force-delay reference)
     (effect* :ox/await [reference])))
  ([reference milliseconds otherwise]
   (if (delay? reference)
     (force-delay reference)
     (effect* :ox/await-for [reference milliseconds otherwise]))))
