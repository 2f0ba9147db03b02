(ns ox.test.check.results
  "What properties give; `clojure.test.check.results` is another name of this namespace.")

(defprotocol Result
  "A property's result: any value may be one."
  (pass? [result] "Whether the property holds.")
  (result-data [result] "A map of what is to be said of it."))

(extend-protocol Result
  Object
  (pass? [x] (boolean x))
  (result-data [_] nil)
  nil
  (pass? [_] false)
  (result-data [_] nil))
