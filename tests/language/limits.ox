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

;;; ## A delay in which the stack ends has failed, wherever in it that is
;;; config {:quota-mb 1 :steps 100}
(def made (atom []))
(defn nested [] (let [d (delay (+ 1 @(nested)))] (swap! made conj d) d))
(defn deeper [n f] (if (zero? n) (f) (+ 1 (deeper (dec n) f))))
(defn kind [d] (try @d (catch :default e (:ox/kind (ex-data e)))))
(defn kinds [n] (reset! made []) (try (deeper n (fn [] @(nested))) (catch :ox/memory-limit e nil)) (set (map kind @made)))
(reduce into #{} (map kinds (range 60))) ;=> #{:ox/memory-limit}

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
(count (range 0 200000000000000)) ;=> 200000000000000

;;; ## Text that would be too large is an error
;;; config {:quota-mb 32 :steps 100}
(try (apply str (repeat 1000000 (apply str (repeat 100 "a")))) (catch :ox/memory-limit e :caught)) ;=> :caught
(count (apply str (repeat 1000 "ab"))) ;=> 2000

;;; ## What was held is given back after the error
;;; config {:quota-mb 16 :steps 100}
(defn attempt [] (try (loop [v []] (recur (conj v [v]))) (catch :ox/memory-limit e :caught)))
(vec (repeatedly 5 attempt)) ;=> [:caught :caught :caught :caught :caught]

;;; ## A handler of the error has all that it needs
;;; config {:quota-mb 16 :steps 100}
(defn text [n] (loop [s "0123456789abcdef" i 0] (if (= i n) s (recur (str s s) (inc i)))))
(defn native [x a] (let [s (str a a)] (try (str s s s s) (catch :ox/memory-limit e [x (count x) (+ 1 1)]))))
(native {:k 1} (text 17)) ;=> [{:k 1} 1 2]
(defn called [f x a] (let [s (f a a)] (try (f s s s s) (catch :ox/memory-limit e [x (count x)]))))
(called str [1 2 3] (text 17)) ;=> [[1 2 3] 3]
(defn applied [f x a] (let [s (f a a)] (try (apply f s [s s s]) (catch :ox/memory-limit e [x (count x)]))))
(applied str [1 2 3] (text 17)) ;=> [[1 2 3] 3]
(defn tail [a] (str a a a a a a a a))
(defn caller [x a] (try (tail a) (catch :ox/memory-limit e [x (count x)])))
(caller '(1 2) (text 17)) ;=> [(1 2) 2]
(defn compared [x a] (let [s (str a a)] (try (if (= (str s s s s) x) 1 2) (catch :ox/memory-limit e [x (count x)]))))
(compared "abc" (text 17)) ;=> ["abc" 3]
(defn held [x a] (let [s (str a a) r (atom 0)] (try (reset! r (str s s s s)) (catch :ox/memory-limit e [x (deref r)]))))
(held [1] (text 17)) ;=> [[1] 0]

;;; ## The error is of the call that has not begun
;;; config {:quota-mb 16 :steps 100}
(defn hoard [v] (recur (conj v (vec (range 100)))))
(defn first-in-body [x] (try (hoard []) (catch :ox/memory-limit e [x (count x)])))
(first-in-body [1 2]) ;=> [[1 2] 2]
(defn behind [x] (let [v (try (inc x) (catch :ox/memory-limit e :wrong))] (hoard []) v))
(behind 1) ;! :ox/memory-limit

;;; ## The error leaves no binding in force
;;; config {:quota-mb 16 :steps 100}
(def ^:dynamic *level* 0)
(defn fill [] (loop [acc nil i 0] (let [q (binding [*level* 99] [i i i i i i i i i i i])] (recur (cons q acc) (+ i 1)))))
(try (fill) (catch :ox/memory-limit e *level*)) ;=> 0
*level* ;=> 0

;;; ## What was held when a checkpoint was made counts no longer than it is held
;;; config {:quota-mb 8 :steps 100}
(defn walk [s n] (if-let [s (seq s)] (recur (rest s) (inc n)) n))
(try (throw (ex-info "held" {})) (catch :default e [(walk (map inc (range 400000)) 0) (ex-message e)])) ;=> [400000 "held"]
(walk (map (fn [n] (try (if (zero? (rem n 5000)) (throw (ex-info "caught" {})) n) (catch :default e n))) (range 400000)) 0) ;=> 400000
(defn texts [n] (vec (map (fn [i] (str n " " i)) (range 60000))))
(map (fn [n] (count (texts n))) (range 6)) ;=> (60000 60000 60000 60000 60000 60000)

;;; ## What a lazy sequence leaves out is not kept
;;; config {:quota-mb 8 :steps 100}
(def n 200000)
(defn many [] (map inc (range n)))
(first (for [x (many) :when (= x n)] x)) ;=> 200000
(seq (for [x (many) y nil] y)) ;=> nil
(seq (for [x [1] y (many) :when false] [x y])) ;=> nil
(second (partition 1 (dec n) (many))) ;=> (200000)
(second (partition 1 (dec n) nil (many))) ;=> (200000)
(second (partition-all 1 (dec n) (many))) ;=> (200000)
(second (partitionv 1 (dec n) (many))) ;=> [200000]
(second (partitionv 1 (dec n) nil (many))) ;=> [200000]
(second (partitionv-all 1 (dec n) (many))) ;=> [200000]
