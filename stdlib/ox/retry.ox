(ns ox.retry
  "Policies for what may fail, as functions from thunk to thunk, so that they compose:
  `(((comp (timeout \"1m\") (retry {:delay \"1s\"})) (fn [] …)))`."
  (:refer-clojure :exclude [retry timeout poll]))

(defn retry "As `ox.core/retry`: a function from thunk to thunk that calls the thunk again when it fails." [opts]
  (ox.core/retry opts))

(defn timeout "Returns a function from thunk to thunk: the thunk fails with `:ox/timeout` when it takes longer than the duration." [d]
  (fn [thunk]
    (fn [] (ox.core/timeout d thunk))))

(defn fallback "Returns a function from thunk to thunk: when the thunk fails, `(f error)` is its value." [f]
  (fn [thunk]
    (fn []
      (try
        (thunk)
        (catch :default e (f e))))))

(defn poll "As `ox.core/poll`, as a function from thunk to thunk." [opts]
  (fn [thunk]
    (fn [] (ox.core/poll opts thunk))))
