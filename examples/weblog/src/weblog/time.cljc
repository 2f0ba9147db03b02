(ns weblog.time
  "Points in time as seconds since 1970 UTC, and back. Of dates a log needs no more than this."
  (:require [clojure.string :as str]))

(def minute 60)
(def hour (* 60 minute))
(def day (* 24 hour))

(def ^:private months
  ["Jan" "Feb" "Mar" "Apr" "May" "Jun" "Jul" "Aug" "Sep" "Oct" "Nov" "Dec"])

(def ^:private month-number
  (zipmap months (iterate inc 1)))

(defn days-from-civil
  "The number of days from 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant's algorithm: years begin in
  March, so that the leap day is their last)."
  [year month date]
  (let [y   (if (<= month 2) (dec year) year)
        era (quot (if (neg? y) (- y 399) y) 400)
        yoe (- y (* era 400))
        doy (+ (quot (+ (* 153 (+ month (if (> month 2) -3 9))) 2) 5) (dec date))
        doe (+ (* yoe 365) (quot yoe 4) (- (quot yoe 100)) doy)]
    (+ (* era 146097) doe -719468)))

(defn civil-from-days
  "The date, as `[year month date]`, so many days after 1970-01-01."
  [days]
  (let [z     (+ days 719468)
        era   (quot (if (neg? z) (- z 146096) z) 146097)
        doe   (- z (* era 146097))
        yoe   (quot (- doe (quot doe 1460) (- (quot doe 36524)) (quot doe 146096)) 365)
        doy   (- doe (- (+ (* 365 yoe) (quot yoe 4)) (quot yoe 100)))
        mp    (quot (+ (* 5 doy) 2) 153)
        date  (inc (- doy (quot (+ (* 153 mp) 2) 5)))
        month (if (< mp 10) (+ mp 3) (- mp 9))
        year  (+ yoe (* era 400))]
    [(if (<= month 2) (inc year) year) month date]))

(def ^:private stamp
  #"(\d{2})/([A-Z][a-z]{2})/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})")

(defn parse-stamp
  "The point in time that a log's `10/Oct/2026:13:55:36 -0700` is; nil if it is none."
  [text]
  (when-let [[_ date month year & [hours minutes seconds sign zone-hours zone-minutes]] (re-matches stamp text)]
    (when-let [month (month-number month)]
      (let [number #(parse-long %)
            zone   (+ (* hour (number zone-hours)) (* minute (number zone-minutes)))]
        (-> (* day (days-from-civil (number year) month (number date)))
            (+ (* hour (number hours)) (* minute (number minutes)) (number seconds))
            ((if (= sign "-") + -) zone))))))

(defn stamp-of
  "A point in time as a log has it, in UTC."
  [t]
  (let [[year month date] (civil-from-days (Math/floorDiv t day))
        seconds           (mod t day)]
    (format "%02d/%s/%04d:%02d:%02d:%02d +0000"
            date (months (dec month)) year (quot seconds hour) (quot (mod seconds hour) minute) (mod seconds minute))))

(defn iso
  "A point in time as `2026-10-10 20:55:36`, in UTC."
  [t]
  (let [[year month date] (civil-from-days (Math/floorDiv t day))
        seconds           (mod t day)]
    (format "%04d-%02d-%02d %02d:%02d:%02d"
            year month date (quot seconds hour) (quot (mod seconds hour) minute) (mod seconds minute))))

(defn truncate
  "The last point in time that is not after `t` and a multiple of `unit` seconds."
  [t unit]
  (- t (mod t unit)))

(defn duration
  "So many seconds, for people: two units at most."
  [seconds]
  (let [[_ parts] (reduce (fn [[left parts] [size unit]]
                            [(mod left size) (conj parts [(quot left size) unit])])
                          [seconds []]
                          [[day "d"] [hour "h"] [minute "m"] [1 "s"]])
        parts     (take 2 (drop-while (comp zero? first) parts))]
    (if (seq parts)
      (str/join " " (for [[n unit] parts :when (pos? n)] (str n unit)))
      "0s")))
