(ns weblog.query-test
  (:require [clojure.test :refer [are deftest is]]
            [weblog.query :as query])
  (:import [clojure.lang ExceptionInfo]))

(deftest trees
  (are [text tree] (= tree (query/parse text))
    "status >= 500"                  [">=" "status" "500"]
    "status=404 and not agent = bot" ["and" ["=" "status" "404"] ["not" ["=" "agent" "bot"]]]
    "path ~ \"a b\\\"\""             ["~" "path" "a b\""]
    "status = 1 or status = 2 and user = x or user = y"
    ["or" ["=" "status" "1"] ["and" ["=" "status" "2"] ["=" "user" "x"]] ["=" "user" "y"]]
    "(status = 1 or status = 2) and user = x"
    ["and" ["or" ["=" "status" "1"] ["=" "status" "2"]] ["=" "user" "x"]]))

(def ^:private request
  {:status 404 :seconds 1.5 :method :get :path "/a/b.js" :user nil :agent {:kind :bot :name "Bingbot"}})

(deftest predicates
  (are [text meant?] (= meant? ((query/where text) request))
    "status = 404"                      true
    "status != 404"                     false
    "status > 404 or seconds <= 1.50"   true
    "method = get and path ~ ^/a"       true
    "path ~ \\.js$"                     true
    "user = ada"                        false
    "user != ada"                       true
    "bytes > 0"                         false
    "agent = bot and browser = Bingbot" true
    "not (status = 404 or user = ada)"  false))

(deftest mistakes
  (are [text message] (thrown-with-msg? ExceptionInfo message (query/where text))
    ""                 #"Expected a field .*found the end"
    "colour = red"     #"Expected a field .*found \"colour\""
    "status 404"       #"Expected a comparison after `status`, found \"404\""
    "status ="         #"Expected a value after `status =`, found the end"
    "(status = 404"    #"Expected `\)`, found the end"
    "status = 1 user"  #"Expected `and`, `or` or the end, found \"user\""
    "status > many"    #"`status` is compared with a number, not with \"many\""
    "path = \"a"       #"Cannot read the query from \"\\\"a\""))
