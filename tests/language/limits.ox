;;; # Limits

;;; ## Runaway recursion is an error that can be caught
;;; config {:quota-mb 32 :steps 100}
(defn forever [n] (inc (forever (inc n))))
(try (forever 0) (catch :ox/memory-limit e :caught)) ;=> :caught
(try (forever 0) (catch StackOverflowError e :again)) ;=> :again
(forever 0) ;! :ox/memory-limit "calls inside of calls: their frames take more than 8 MB, a part of the process's memory limit of 32 MB"
(let [v (vec (range 1000000))] (count v)) ;=> 1000000
(defn tries [n] (try (inc (tries (inc n))) (catch :ox/memory-limit e (throw e))))
(try (tries 0) (catch :ox/memory-limit e :each)) ;=> :each
(reduce + (range 1000)) ;=> 499500

;;; ## Runaway allocation is an error that can be caught
;;; config {:quota-mb 32 :steps 100}
(defn hoard [] (loop [v []] (recur (conj v (vec (range 100))))))
(try (hoard) (catch OutOfMemoryError e :caught)) ;=> :caught
(count (vec (range 10000))) ;=> 10000
(hoard) ;! :ox/memory-limit "memory limit"
(try (loop [s "x"] (recur (str s s))) (catch :ox/memory-limit e :strings)) ;=> :strings
(try (count (doall (map inc (range 100000000)))) (catch :ox/memory-limit e :sequence)) ;=> :sequence
(count (doall (range 1000000))) ;=> 1000000

;;; ## Numbers grow to a limit
;;; config {:steps 100}
(defn expt [x n] (loop [r 1 b x n n] (cond (zero? n) r (odd? n) (recur (*' r b) (*' b b) (quot n 2)) :else (recur r (*' b b) (quot n 2)))))
(expt 2 100) ;=> 1267650600228229401496703205376N
(expt 2 10000000000) ;! :ox/memory-limit
(try (reduce (fn [a _] (*' a a)) 3 (range 100)) (catch :ox/memory-limit e :caught)) ;=> :caught
(+ 1 1) ;=> 2

;;; ## Text that would be too large is an error
;;; config {:quota-mb 32 :steps 100}
(try (apply str (repeat 1000000 (apply str (repeat 100 "a")))) (catch :ox/memory-limit e :caught)) ;=> :caught
(count (apply str (repeat 1000 "ab"))) ;=> 2000

;;; ## What was held is given back after the error
;;; config {:quota-mb 16 :steps 100}
(defn attempt [] (try (loop [v []] (recur (conj v [v]))) (catch :ox/memory-limit e :caught)))
(vec (repeatedly 5 attempt)) ;=> [:caught :caught :caught :caught :caught]
