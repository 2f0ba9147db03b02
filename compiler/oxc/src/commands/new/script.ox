#!/usr/bin/env -S oxc run
;; Each command is an activity: it is asked for durably and its answer is kept. Interrupt this
;; script with Ctrl-C, or kill it, and `oxc resume` goes on where it stood.
(require '[ox.sh :as sh]
         '[ox.string :as string])

(defn line
  "The first line that a command prints."
  [& command]
  (first (string/split-lines (:out (sh/run (vec command))))))

(println "Hello" (or (first *command-line-args*) "world") "from" (line "uname" "-s"))

(doseq [n (range 3 0 -1)]
  (println n)
  (sleep "500ms"))

(println "done")
