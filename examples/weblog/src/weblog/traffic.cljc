(ns weblog.traffic
  "Makes the log of a shop that does not exist, to try things with: the same number of requests gives the same log. There
  are people who look around and some who buy, robots, somebody who guesses passwords, somebody who looks for holes, and
  an hour in which the database was slow."
  (:require [clojure.string :as str]
            [weblog.time :as time]))

;; ## Chance
;;
;; A linear congruential generator (the constants of ANSI C): what is drawn is data, and is handed on.

(defn- next-seed [seed]
  (mod (+ (* seed 1103515245) 12345) 2147483648))

(defn- seeds
  "The endless sequence of seeds after one."
  [seed]
  (rest (iterate next-seed seed)))

(defn- fraction [seed]
  (/ (quot seed 65536) 32768.0))

(defn- draw
  "An element of a vector, by chance."
  [options seed]
  (nth options (long (* (fraction seed) (count options)))))

(defn- likely? [probability seed]
  (< (fraction seed) probability))

;; ## Who there is

(def ^:private agents
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
   "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
   "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
   "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15"
   "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"])

(def ^:private referrers
  ["https://www.google.com/" "https://duckduckgo.com/" "https://news.example/today" "-" "-"])

(def ^:private begin (time/parse-stamp "02/Nov/2026:06:00:00 +0000"))

(defn- slow? [t]
  (<= (* 4 time/hour) (- t begin) (* 5 time/hour)))

(defn- request
  "A request as a map that `line` writes; what is not said is made up by chance."
  [t seed fields]
  (let [[a b c d] (seeds seed)
        troubled? (and (slow? t) (not (str/starts-with? (:path fields) "/static/")))]
    (merge {:time    t
            :method  "GET"
            :status  (if (and troubled? (likely? 0.2 a)) 503 200)
            :bytes   (long (* 400 (Math/exp (* 5 (fraction b)))))
            :seconds (cond-> (* 0.004 (Math/exp (* 4 (fraction c))))
                       troubled? (+ (* 4 (fraction d))))}
           fields)))

;; ## What they do

(defn- page [product]
  (str "/products/" product))

(defn- walk-through
  "The pages of a visit: around among the products, and for some on to the end."
  [seed]
  (let [[n & choices] (seeds seed)
        around  (map #(page (long (* 400 (fraction %)))) (take (long (* 6 (fraction n))) choices))
        [a b c] (drop 6 choices)]
    (concat ["/"]
            around
            (when (likely? 0.4 a)
              (concat ["/basket"]
                      (when (likely? 0.6 b)
                        (concat ["/checkout"]
                                (when (likely? 0.7 c) ["/orders/done"]))))))))

(defn- person [seed start]
  (let [[a b c d & others] (seeds seed)
        who   {:address  (str "203.0." (long (* 256 (fraction a))) "." (long (* 256 (fraction b))))
               :agent    (draw agents c)
               :user     (if (likely? 0.1 d) (str "customer" (mod d 500)) "-")}
        pages (walk-through (first others))
        times (reductions + start (map #(+ 5 (long (* 120 (fraction %)))) others))]
    (mapcat (fn [t path seed previous]
              (let [who (assoc who :referrer (if previous (str "https://shop.example" previous) (draw referrers seed)))]
                (cons (request t seed (assoc who :path path))
                      (when-not previous
                        (for [asset ["/static/shop.css" "/static/shop.js" "/static/logo.svg"]]
                          (request (inc t) (next-seed seed) (assoc who :path asset :bytes 18204)))))))
            times pages (drop 7 others) (cons nil pages))))

(defn- robot [seed start]
  (let [who {:address "192.0.2.77" :agent "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}]
    (map (fn [i seed]
           (let [gone? (likely? 0.2 seed)]
             (request (+ start (* 7 i)) seed
                      (cond-> (assoc who :path (page (long (* 600 (fraction seed)))))
                        gone? (assoc :status 404 :bytes 162)))))
         (range 20) (seeds seed))))

(defn- guesser [seed start]
  (map (fn [i seed]
         (request (+ start (* 4 i)) seed
                  {:address "198.51.100.23" :agent "python-requests/2.32.5" :method "POST" :path "/login" :status 401 :bytes 88}))
       (range 25) (seeds seed)))

(defn- prober [seed start]
  (map (fn [path i seed]
         (request (+ start i) seed
                  {:address "2001:db8::bad" :agent "Mozilla/5.0 zgrab/0.x" :path path :status 404 :bytes 162}))
       ["/.env" "/.git/config" "/wp-login.php" "/phpmyadmin/" "/cgi-bin/test?x=%2e%2e%2f" "/etc/passwd"] (range) (seeds seed)))

(defn- client [seed start]
  (map (fn [i seed]
         (let [failed? (likely? 0.02 seed)]
           (request (+ start (* 30 i)) seed
                    (cond-> {:address "10.0.4.12" :agent "Go-http-client/2.0" :path (str "/api/stock/" (mod seed 90))}
                      failed? (assoc :status 500 :bytes 31)))))
       (range 15) (seeds seed)))

(def ^:private actors
  "Who comes how often, of a hundred."
  (vec (mapcat (fn [[actor n]] (repeat n actor))
               {person 88, robot 4, client 6, guesser 1, prober 1})))

(defn- requests
  "Requests of a day, in the order of their times."
  [n]
  (->> (seeds 20261102)
       (partition 3)
       (mapcat (fn [[a b c]]
                 ((draw actors a) b (+ begin (long (* 12 time/hour (fraction c)))))))
       (take n)
       (sort-by (juxt :time :address :path))))

(defn- line [{:keys [time method path status bytes seconds address user referrer agent]}]
  (format "%s - %s [%s] \"%s %s HTTP/1.1\" %d %d \"%s\" \"%s\" %.3f"
          address (or user "-") (time/stamp-of time) method path status bytes (or referrer "-") agent (double seconds)))

(def ^:private oddities
  "Lines that real logs have, too."
  ["198.51.100.9 - - [02/Nov/2026:06:00:00 +0000] \"\\x16\\x03\\x01\\x02\\x00\\x01\" 400 157 \"-\" \"-\" 0.000"
   "203.0.113.80 - - [02/Nov/2026:06:00:01 +0000] \"-\" 408 0 \"-\" \"-\" 30.001"
   "203.0.113.81 - - [02/Nov/2026:06:00:02 +0000] \"GET /search?q=%22red+shoes%22 HTTP/2.0\" 200 5120 \"-\" \"an agent \\\"in quotes\\\"\" 0.048"
   "203.0.113.82 - - [02/Nov/2026:06:00:03 +0000] \"GET / HTT"])

(defn lines
  "The lines of a log of `n` requests, and some that are odd."
  [n]
  (concat oddities (map line (requests n))))
