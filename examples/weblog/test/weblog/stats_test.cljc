(ns weblog.stats-test
  (:require [clojure.test :refer [deftest is testing]]
            [weblog.stats :as stats]))

(defn- outcome [rf inputs]
  (transduce identity rf inputs))

(deftest put-together
  (is (= {true {:n 3, :sum 9}, false {:n 2, :sum 6}}
         (outcome (stats/by odd? (stats/fuse {:n stats/counting, :sum stats/sum})) (range 1 6))))
  (is (= 3 (outcome (stats/with (comp (map inc) (filter even?)) stats/counting) (range 1 6))))
  (is (= {:first 1, :all 5}
         (outcome (stats/fuse {:first (stats/with (take 1) stats/counting), :all stats/counting}) (range 5))))
  (is (= [-2 9] (outcome stats/span [3 -2 9])))
  (is (nil? (outcome stats/span []))))

(deftest quantiles-are-near
  (let [h (outcome stats/histogram (map double (range 1 1001)))]
    (doseq [q [0.05 0.5 0.95]]
      (is (< 0.94 (/ (stats/quantile h q) (* q 1000)) 1.06)))
    (is (nil? (stats/quantile (stats/histogram) 0.5)))))

(deftest distinct-inputs-are-about-counted
  (doseq [n [0 1 100 20000]]
    (let [estimated (outcome stats/distinct-count (concat (range n) (range n)))]
      (is (<= (* 0.9 n) estimated (* 1.1 n)) (str n " are estimated as " estimated)))))

(deftest the-greatest
  (is (= [[:b 3] [:a 2]] (stats/top 2 {:a 2, :b 3, :c 2})))
  (testing "shares and changes of nothing"
    (is (= 0.0 (stats/share 0 0)))
    (is (nil? (stats/change 0 5)))
    (is (= -50.0 (stats/change 4 2)))))
