(ns NAME.core
  "Greets people, one after another."
  (:require [ox.string :as string]))

(defn greeting
  "What to say to somebody."
  [who]
  (str "Hello, " (string/trim who) "!"))

(defn -main
  "Greets each argument, with a pause; interrupted, it goes on where it stood."
  [& people]
  (doseq [who (or (seq people) ["world"])]
    (println (greeting who))
    (sleep "200ms")))
