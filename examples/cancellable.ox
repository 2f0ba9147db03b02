;; A long activity that says how far it is, and tidies up when it is cancelled.
;; From the folder examples:
;;
;;     oxc run cancellable.ox

(defactivity count-up [n] {:heartbeat "5s"}
  (try
    (dotimes [i n]
      (sleep "50ms")
      (heartbeat {:done i :of n}))
    n
    (finally (println "tidied up"))))

(println "counted to" (count-up 5))

(let [counting (async (count-up 100000))]
  (sleep "500ms")
  (cancel counting)
  (println (try (await counting)
                (catch :ox/cancelled _ "cancelled"))))
