;; A job that runs elsewhere: submitted once, asked for until it is done, with retries and a total time limit.
;; From the folder examples:
;;
;;     oxc run --serve 'submit=sh workers/submit.sh' --serve 'status=sh workers/status.sh' await_job.ox 7

(def submit (activity "submit" {:retry {:max-attempts 5 :delay "100ms"}}))
(def status (activity "status" {:retry {:max-attempts 5 :delay "100ms"} :start-to-close "5s"}))

(with-timeout "1m"
  (let [job (submit (parse-long (first *command-line-args*)))]
    (println "submitted" job)
    (println "result:" (poll {:delay "200ms"} #(:result (status job))))))
