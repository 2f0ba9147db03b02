(ns weblog.session-test
  (:require [clojure.test :refer [deftest is]]
            [weblog.alarm :as alarm]
            [weblog.session :as session]
            [weblog.time :as time]))

(defn- see [who minutes route]
  {:user who :time (* 60 minutes) :method :get :path route :route route :status 200 :agent {:kind :browser :name "Firefox"}})

(deftest visits-end-after-half-an-hour
  (is (= [{:begin 0 :end 600 :entry "/" :exit "/basket" :referrer nil :pages 2 :path ["/" "/basket"] :seconds 600}
          {:begin 2700 :end 2700 :entry "/" :exit "/" :referrer nil :pages 1 :path ["/"] :seconds 0}]
         (into [] (session/sessions) [(see "ada" 0 "/") (see "ada" 10 "/basket") (see "ada" 45 "/")]))))

(deftest visitors-are-apart
  (is (= ["/a" "/b"]
         (sort (map :entry (into [] (session/sessions) [(see "ada" 0 "/a") (see "bob" 1 "/b") (see "ada" 2 "/c")]))))))

(deftest robots-and-assets-visit-nothing
  (is (empty? (into [] (session/sessions)
                    [(assoc (see "x" 0 "/") :agent {:kind :bot})
                     (see "x" 0 "/shop.css")
                     (see "x" 0 "/api/stock/1")
                     (assoc (see "x" 0 "/gone") :status 404)]))))

(deftest how-far-they-come
  (let [visits [{:path ["/" "/basket" "/checkout"]} {:path ["/" "/help" "/basket"]} {:path ["/basket"]} {:path ["/checkout" "/"]}]]
    (is (= {1 3, 2 2, 3 1}
           (transduce identity (session/funnel ["/" "/basket" "/checkout"]) visits)))))

(defn- failure [seconds]
  {:time seconds :status 503 :method :get :path "/" :route "/" :agent {:kind :browser}})

(deftest alarms
  (let [rules  [{:name "errors" :level :high :when [:failed] :per :route :limit 3 :within 60}]
        raised (fn [& times] (transduce identity (alarm/watch rules) (map failure times)))]
    (is (= [] (raised 0 10)))
    (is (= [] (raised 0 61 122)) "not within a minute")
    (is (= [{:rule "errors" :level :high :subject "/" :begin 0 :end 30 :requests 4}] (raised 0 10 20 30)))
    (is (= [[0 20] [time/hour (+ time/hour 2)]]
           (map (juxt :begin :end) (raised 0 10 20 3600 3601 3602))))))

(deftest conditions
  (let [request (failure 0)]
    (is (alarm/matches? [:all [:failed] [:not [:method :post]] [:any [:status 500 503] [:refused]]] request))
    (is (not (alarm/matches? [:any [:slower 1] [:path "/.env"]] request)))
    (is (thrown-with-msg? clojure.lang.ExceptionInfo #"no condition :weather" (alarm/matches? [:weather] request)))))
