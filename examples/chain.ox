;; f4(f3(f2(f1()))): four activities, one after the other, each answered by a worker.
;; From the folder examples:
;;
;;     oxc run --serve 'F1=echo 1' --serve 'F2=sh workers/add.sh 1' --serve 'F3=sh workers/add.sh 10' \
;;             --serve 'F4=sh workers/add.sh 100' chain.ox

(def f1 (activity "F1"))
(def f2 (activity "F2"))
(def f3 (activity "F3"))
(def f4 (activity "F4"))

(println (f4 (f3 (f2 (f1)))))
