(ns ox.core.handler
  "Handlers of effects: what a program asks for is answered by the program itself.

  A handler runs where its `with-handlers` stands. What it returns is the value of the `with-handlers`, unless it resumes:
  then the call that asked has its answer, and the body goes on under the same handlers."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.number :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]))

(def ^:dynamic ^:no-doc *handlers* "The maps of handlers in force, the innermost first; nil where there are none." nil)

(defn ^:no-doc handled*
  "Calls a handler with what resumes the body of `extent` that was detached for the `turn`th time, and with the arguments of the
  request. The machine calls this when a body asks for what is handled."
  [handler extent turn args]
  (apply* handler
          (fn* ([] (extent-resume extent turn nil nil))
               ([value] (extent-resume extent turn value nil))
               ([how error]
                (if (identical? how :throw)
                  (if (error? error)
                    (extent-resume extent turn nil error)
                    (fail :ox/type (str* "(resume :throw e) throws an error, not " (print* error true)) {:value error}))
                  (fail :ox/argument (str* "A request is resumed with a value, or with :throw and an error, not with " (print* how true))
                        {:value how}))))
          args))

(defn- unwind
  "Ends the body of an extent whose call is left while the body is detached: its `finally` run, as if it were cancelled. If one of
  them asks for what is handled here and is not resumed, the rest is unwound from there."
  [extent]
  (let [turn (extent-detached extent)]
    (if (nil? turn)
      nil
      (let [end (error-new "the request was not resumed" {:ox/kind :ox/cancelled} nil)]
        (try
          (extent-resume extent turn nil end)
          (catch :ox/cancelled e (if (identical? e end) nil (throw e))))
        (recur extent)))))

(defn ^:no-doc with-handlers*
  "Calls `body` with the handlers in force: a map from what is asked for to functions of what resumes it and its arguments."
  [handlers body]
  (when (not (map? handlers))
    (fail :ox/type (str* "with-handlers takes a map of handlers, not " (print* handlers true)) {:value handlers}))
  (let [extent (extent-new handlers)]
    (try
      (extent-enter extent
                    (fn* ([]
                          (push-bindings {(var *handlers*) (cons handlers *handlers*)})
                          (body))))
      (finally (unwind extent)))))

(defn ^:no-doc under-handlers
  "Returns what calls `f` under the handlers that are in force here, in a fiber of its own: each holds there as if the fiber's
  function stood in a `with-handlers` of its own."
  [f]
  (loop [all *handlers* f f]
    (if (nil? all)
      f
      (let [handlers (first all)
            inner f]
        (recur (next all) (fn* ([] (with-handlers* handlers inner))))))))

(defn perform
  "Asks for an effect: `(perform ask \"who?\")` is `(ask \"who?\")`. Takes the effect's function, or the keyword of its full name. Where
  nobody handles it, it is an `:ox/unhandled` error."
  [effect & args]
  (if (keyword? effect)
    (effect* :ox/perform (vec (cons effect args)))
    (apply* effect args)))
