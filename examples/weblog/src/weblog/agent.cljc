(ns weblog.agent
  "Who asks: what the `User-Agent` of a request tells, in order of what is most telling."
  (:require [clojure.string :as str]))

(def ^:private bots
  [[#"(?i)googlebot" "Googlebot"]
   [#"(?i)bingbot" "Bingbot"]
   [#"(?i)duckduckbot" "DuckDuckBot"]
   [#"(?i)yandex(bot|images)" "Yandex"]
   [#"(?i)(gptbot|claudebot|ccbot)" "trainer of models"]
   [#"(?i)(ahrefs|semrush|mj12|dot)bot" "search engine optimiser"]
   [#"(?i)(uptime|pingdom|statuscake|blackbox)" "monitoring"]
   [#"(?i)(nikto|sqlmap|nmap|masscan|zgrab|nuclei)" "scanner"]
   [#"(?i)(bot|crawler|spider|slurp)\b" "other bot"]])

(def ^:private tools
  [[#"^curl/" "curl"]
   [#"^Wget/" "wget"]
   [#"(?i)^python-(requests|urllib)" "Python"]
   [#"^Go-http-client/" "Go"]
   [#"^(Java|okhttp|Apache-HttpClient)" "Java"]])

;; The order matters: all of them call themselves Mozilla, Edge and Opera also Chrome, Chrome also Safari.
(def ^:private browsers
  [[#"Firefox/" "Firefox"]
   [#"Edge?/" "Edge"]
   [#"OPR/" "Opera"]
   [#"Chrome/" "Chrome"]
   [#"Safari/" "Safari"]])

(def ^:private systems
  [[#"iPhone|iPad" "iOS"]
   [#"Android" "Android"]
   [#"Windows" "Windows"]
   [#"Mac OS X" "macOS"]
   [#"Linux|X11" "Linux"]])

(defn- first-match [table text]
  (some (fn [[pattern label]] (when (re-find pattern text) label)) table))

(defn- classify* [text]
  (if (str/blank? text)
    {:kind :unknown :name "unknown"}
    (let [bot     (first-match bots text)
          tool    (when-not bot (first-match tools text))
          browser (when-not (or bot tool) (first-match browsers text))]
      (cond
        bot     {:kind :bot :name bot}
        tool    {:kind :tool :name tool}
        browser {:kind :browser :name browser :system (or (first-match systems text) "other")}
        :else   {:kind :unknown :name "unknown"}))))

(def classify
  "What a `User-Agent` is: `{:kind :browser|:bot|:tool|:unknown :name …}`, of browsers with `:system`. A log has few
  different ones, so each is looked at once."
  (memoize classify*))
