;; makes a text, splits it, counts words: strings, maps with string keys
(require '[clojure.string :as str])

(defn text [n]
  (loop [i 0 r 1 parts (transient [])]
    (if (< i n)
      (let [r (rem (+ (* r 25173) 13849) 65536)]
        (recur (inc i) r (conj! parts (str "w" (rem r 5000)))))
      (str/join " " (persistent! parts)))))

(let [words (str/split (text (parse-long (first *command-line-args*))) #" ")
      counts (reduce (fn [m w] (update m w (fnil inc 0))) {} words)]
  (println (count counts)
           (apply max (vals counts))
           (reduce + (map #(* % %) (vals counts)))))
