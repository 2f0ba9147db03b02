(ns ox.core.queue
  "Queues: `conj` adds at the end, `peek` and `pop` look at and take away the first. `clojure.lang.PersistentQueue` is another name of
  this namespace, so that a queue begins in Ox as in Clojure: `(conj clojure.lang.PersistentQueue/EMPTY 1 2)`."
  (:require [ox.core.native :refer :all]))

(def ^:no-doc EMPTY "The queue without elements." (empty-queue))
