(ns weblog.line-test
  (:require [clojure.test :refer [are deftest is testing]]
            [weblog.line :as line]
            [weblog.time :as time]
            [weblog.url :as url]))

(def ^:private example
  "203.0.113.9 - ada [10/Oct/2026:13:55:36 -0700] \"GET /orders/17?from=%2Fbasket&q=a+b HTTP/1.1\" 200 2326 \"https://shop.example/\" \"curl/8.5.0\" 0.012")

(deftest a-line-is-a-request
  (is (= {:method     :get
          :path       "/orders/17"
          :route      "/orders/:id"
          :parameters {"from" "/basket", "q" "a b"}
          :version    "1.1"
          :address    "203.0.113.9"
          :user       "ada"
          :time       1791665736
          :status     200
          :bytes      2326
          :referrer   "https://shop.example/"
          :agent      {:kind :tool, :name "curl"}
          :seconds    0.012}
         (line/parse example))))

(deftest what-may-be-missing
  (testing "referrer, agent and time"
    (let [request (line/parse "::1 - - [01/Jan/2026:00:00:00 +0000] \"GET / HTTP/1.0\" 304 -")]
      (is (= 0 (:bytes request)))
      (is (nil? (:seconds request)))
      (is (= :unknown (get-in request [:agent :kind])))))
  (testing "a request that is no HTTP"
    (is (= :invalid (:method (line/parse "::1 - - [01/Jan/2026:00:00:00 +0000] \"\\x16\\x03\" 400 0 \"-\" \"-\""))))))

(deftest lines-that-are-none
  (are [reason text] (= {:malformed reason :text text} (line/parse text))
    :format ""
    :format "203.0.113.82 - - [02/Nov/2026:06:00:03 +0000] \"GET / HTT"
    :time   "::1 - - [01/Abc/2026:00:00:00 +0000] \"GET / HTTP/1.0\" 304 -"))

(deftest routes
  (are [path route] (= route (url/route path))
    "/"                                                "/"
    "/orders/17/items/3"                               "/orders/:id/items/:id"
    "/files/0123456789abcdef"                          "/files/:hash"
    "/u/123e4567-e89b-12d3-a456-426614174000/"         "/u/:uuid/"
    "/days/2026-11-02"                                 "/days/:date"
    "/v2"                                              "/v2"))

(deftest escapes
  (are [text decoded] (= decoded (url/decode text))
    "a%20b+c" "a b c"
    "100%"    "100%"
    "%zz%4"   "%zz%4"
    "%c3%a4"  "%c3%a4"))

(deftest dates-there-and-back
  (doseq [t [0 951782399 951782400 1709164800 1791665736 -1 4102444800]]
    (is (= t (time/parse-stamp (time/stamp-of t)))))
  (is (= [2000 2 29] (time/civil-from-days (time/days-from-civil 2000 2 29)))))

(deftest durations
  (are [seconds text] (= text (time/duration seconds))
    0      "0s"
    59     "59s"
    3600   "1h"
    3725   "1h 2m"
    90061  "1d 1h"
    172805 "2d"))
