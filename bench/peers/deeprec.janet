(defn depth [k]
  (if (= k 0) 0 (+ 1 (depth (- k 1)))))

(defn main [_ n]
  (var total 0)
  (repeat 10 (+= total (depth (scan-number n))))
  (print (string/format "%d" total)))
