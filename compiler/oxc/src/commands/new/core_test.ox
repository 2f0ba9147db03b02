(ns NAME.core-test
  (:require [clojure.test :refer [deftest is]]
            [NAME.core :as core]))

(deftest greets
  (is (= "Hello, Ada!" (core/greeting " Ada "))))

(deftest greets-one-after-another
  (is (= "Hello, Ada!\nHello, Grace!\n"
         (with-out-str (core/-main "Ada" "Grace")))))    ; tests do not wait: `oxc test` skips the pauses
