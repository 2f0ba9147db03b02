;;; # `clojure.pprint`

;;; ## Data at several margins
(require '[clojure.pprint :as p])
(defn at [margin x] (binding [p/*print-right-margin* margin] (with-out-str (p/pprint x))))
(def nested {:name "a long name that takes room" :items [{:id 1 :tags #{:a}} {:id 2 :tags #{:b}}] :more (range 30)})
(at 72 nested) ;=> "{:name \"a long name that takes room\",\n :items [{:id 1, :tags #{:a}} {:id 2, :tags #{:b}}],\n :more\n (0\n  1\n  2\n  3\n  4\n  5\n  6\n  7\n  8\n  9\n  10\n  11\n  12\n  13\n  14\n  15\n  16\n  17\n  18\n  19\n  20\n  21\n  22\n  23\n  24\n  25\n  26\n  27\n  28\n  29)}\n"
(at 40 nested) ;=> "{:name \"a long name that takes room\",\n :items\n [{:id 1, :tags #{:a}}\n  {:id 2, :tags #{:b}}],\n :more\n (0\n  1\n  2\n  3\n  4\n  5\n  6\n  7\n  8\n  9\n  10\n  11\n  12\n  13\n  14\n  15\n  16\n  17\n  18\n  19\n  20\n  21\n  22\n  23\n  24\n  25\n  26\n  27\n  28\n  29)}\n"
(at 20 nested) ;=> "{:name\n \"a long name that takes room\",\n :items\n [{:id 1,\n   :tags #{:a}}\n  {:id 2,\n   :tags #{:b}}],\n :more\n (0\n  1\n  2\n  3\n  4\n  5\n  6\n  7\n  8\n  9\n  10\n  11\n  12\n  13\n  14\n  15\n  16\n  17\n  18\n  19\n  20\n  21\n  22\n  23\n  24\n  25\n  26\n  27\n  28\n  29)}\n"
(at 10 nested) ;=> "{:name\n \"a long name that takes room\",\n :items\n [{:id 1,\n   :tags\n   #{:a}}\n  {:id 2,\n   :tags\n   #{:b}}],\n :more\n (0\n  1\n  2\n  3\n  4\n  5\n  6\n  7\n  8\n  9\n  10\n  11\n  12\n  13\n  14\n  15\n  16\n  17\n  18\n  19\n  20\n  21\n  22\n  23\n  24\n  25\n  26\n  27\n  28\n  29)}\n"
(at 1 [1 [2 [3]]]) ;=> "[1\n [2\n  [3]]]\n"
(at nil nested) ;=> "{:name \"a long name that takes room\", :items [{:id 1, :tags #{:a}} {:id 2, :tags #{:b}}], :more (0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29)}\n"
(at 72 (range 40)) ;=> "(0\n 1\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n 9\n 10\n 11\n 12\n 13\n 14\n 15\n 16\n 17\n 18\n 19\n 20\n 21\n 22\n 23\n 24\n 25\n 26\n 27\n 28\n 29\n 30\n 31\n 32\n 33\n 34\n 35\n 36\n 37\n 38\n 39)\n"
(at 30 (vec (range 40))) ;=> "[0\n 1\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n 9\n 10\n 11\n 12\n 13\n 14\n 15\n 16\n 17\n 18\n 19\n 20\n 21\n 22\n 23\n 24\n 25\n 26\n 27\n 28\n 29\n 30\n 31\n 32\n 33\n 34\n 35\n 36\n 37\n 38\n 39]\n"
(at 72 {:a 1 :b 2}) ;=> "{:a 1, :b 2}\n"
(at 8 {:a 1 :b 2}) ;=> "{:a 1,\n :b 2}\n"
(at 72 {}) ;=> "{}\n"
(at 72 []) ;=> "[]\n"
(at 72 ()) ;=> "()\n"
(at 72 #{}) ;=> "#{}\n"
(at 72 nil) ;=> "nil\n"
(at 72 "text with \"quotes\"\nand lines") ;=> "\"text with \\\"quotes\\\"\\nand lines\"\n"
(at 10 "a text longer than the margin") ;=> "\"a text longer than the margin\"\n"
(at 10 ["a text longer than the margin" "another one"]) ;=> "[\"a text longer than the margin\"\n \"another one\"]\n"
(at 72 [\a :k 'sym 1.5 1/2 2N 3M nil true #"re"]) ;=> "[\\a :k sym 1.5 1/2 2N 3M nil true #\"re\"]\n"
(at 12 '(a (b (c (d (e (f (g (h)))))))))  ;=> "(a\n (b\n  (c\n   (d\n    (e\n     (f\n      (g\n       (h))))))))\n"
(at 20 {:key {:key {:key {:key {:key 1}}}}}) ;=> "{:key\n {:key\n  {:key\n   {:key\n    {:key 1}}}}}\n"
(at 20 {[1 2 3 4 5] [6 7 8 9 10 11 12]}) ;=> "{[1 2 3 4 5]\n [6 7 8 9 10 11 12]}\n"
(at 15 {{:a 1 :b 2} {:c 3 :d 4}}) ;=> "{{:a 1, :b 2}\n {:c 3, :d 4}}\n"
(at 20 [[1 2 3 4 5 6 7] [8 9 10 11 12 13] []]) ;=> "[[1 2 3 4 5 6 7]\n [8 9 10 11 12 13]\n []]\n"
(at 20 '(quote (a b c d e f g h i j k l))) ;=> "'(a\n  b\n  c\n  d\n  e\n  f\n  g\n  h\n  i\n  j\n  k\n  l)\n"
(at 20 ['(quote a) '(clojure.core/deref x) '(var x) '(clojure.core/unquote x) '(quote) '(quote a b)]) ;=> "['a\n @x\n #'x\n ~x\n (quote)\n (quote a b)]\n"
(at 16 (list 'aaaaaaaaaaaaaaaaaaaaaaa 'b (list 'cccccccccccccccccccccccccccccc))) ;=> "(aaaaaaaaaaaaaaaaaaaaaaa\n b\n (cccccccccccccccccccccccccccccc))\n"
(at 72 (into {} (map (fn [i] [i (* i i)]) (range 8)))) ;=> "{0 0, 1 1, 2 4, 3 9, 4 16, 5 25, 6 36, 7 49}\n"
(at 30 (vec (repeat 4 {:id 1 :text "some text"}))) ;=> "[{:id 1, :text \"some text\"}\n {:id 1, :text \"some text\"}\n {:id 1, :text \"some text\"}\n {:id 1, :text \"some text\"}]\n"
(at 72 (vec (repeat 6 {:id 1 :text "some text"}))) ;=> "[{:id 1, :text \"some text\"}\n {:id 1, :text \"some text\"}\n {:id 1, :text \"some text\"}\n {:id 1, :text \"some text\"}\n {:id 1, :text \"some text\"}\n {:id 1, :text \"some text\"}]\n"
(at 20 (map str (range 12))) ;=> "(\"0\"\n \"1\"\n \"2\"\n \"3\"\n \"4\"\n \"5\"\n \"6\"\n \"7\"\n \"8\"\n \"9\"\n \"10\"\n \"11\")\n"
(at 50 [{:user {:first "Ann" :last "Lee" :roles [:admin :editor]} :visits 3} {:user {:first "Bob" :last "Ray" :roles []} :visits 0}]) ;=> "[{:user\n  {:first \"Ann\",\n   :last \"Lee\",\n   :roles [:admin :editor]},\n  :visits 3}\n {:user {:first \"Bob\", :last \"Ray\", :roles []},\n  :visits 0}]\n"
(at 33 {:a [1 2 3] :b '(4 5 6) :c "seven eight" :d {:e {:f nil}}}) ;=> "{:a [1 2 3],\n :b (4 5 6),\n :c \"seven eight\",\n :d {:e {:f nil}}}\n"

;;; ## Miser width
(require '[clojure.pprint :as p])
(defn at [margin miser x] (binding [p/*print-right-margin* margin p/*print-miser-width* miser] (with-out-str (p/pprint x))))
(def code '(defn f [x] (let [a (inc x) b (dec x)] (if (pos? a) (* a b) (recur b)))))
(at 40 nil {:aaaa {:bbbb {:cccc [1 2 3 4 5 6]}}}) ;=> "{:aaaa {:bbbb {:cccc [1 2 3 4 5 6]}}}\n"
(at 40 10 {:aaaa {:bbbb {:cccc [1 2 3 4 5 6]}}}) ;=> "{:aaaa {:bbbb {:cccc [1 2 3 4 5 6]}}}\n"
(at 40 40 {:aaaa {:bbbb {:cccc [1 2 3 4 5 6]}}}) ;=> "{:aaaa {:bbbb {:cccc [1 2 3 4 5 6]}}}\n"
(binding [p/*print-pprint-dispatch* p/code-dispatch] (at 30 10 code)) ;=> "(defn f [x]\n  (let [a (inc x) b (dec x)]\n    (if (pos? a)\n      (* a b)\n      (recur b))))\n"
(binding [p/*print-pprint-dispatch* p/code-dispatch] (at 30 nil code)) ;=> "(defn f [x]\n  (let [a (inc x) b (dec x)]\n    (if (pos? a)\n      (* a b)\n      (recur b))))\n"

;;; ## `*print-length*`, `*print-level*`, `*print-meta*`, `*print-namespace-maps*`
(require '[clojure.pprint :as p])
(defn pp [x] (with-out-str (p/pprint x)))
(binding [*print-length* 3] (pp (range 10))) ;=> "(0 1 2 ...)\n"
(binding [*print-length* 3] (pp [1 2 3 4 5])) ;=> "[1 2 3 ...]\n"
(binding [*print-length* 2] (pp {:a 1 :b 2 :c 3})) ;=> "{:a 1, :b 2, ...}\n"
(binding [*print-length* 0] (pp [1 2])) ;=> "[...]\n"
(binding [*print-length* 3] (pp [[1 2 3 4] [5 6 7 8] 9 10])) ;=> "[[1 2 3 ...] [5 6 7 ...] 9 ...]\n"
(binding [*print-length* 1] (pp {:a [1 2] :b 3})) ;=> "{:a [1 ...], ...}\n"
(binding [*print-length* 5] (pp (iterate inc 0))) ;=> "(0 1 2 3 4 ...)\n"
(binding [*print-level* 2] (pp [1 [2 [3 [4]]]])) ;=> "[1 [2 #]]\n"
(binding [*print-level* 1] (pp {:a {:b 1}})) ;=> "{#}\n"
(binding [*print-level* 0] (pp [1])) ;=> "#\n"
(binding [*print-level* 3] (pp {:a {:b 1}})) ;=> "{:a {#}}\n"
(binding [*print-meta* true] (pp (with-meta [1 2] {:m 1}))) ;=> "^{:m 1} [1 2]\n"
(binding [*print-meta* true] (pp [(with-meta {:a 1} {:doc "x"}) (with-meta '(f) {:line 3})])) ;=> "[^{:doc \"x\"} {:a 1} ^{:line 3} (f)]\n"
(binding [*print-namespace-maps* true] (pp {:a/b 1 :a/c 2})) ;=> "#:a{:b 1, :c 2}\n"
(binding [*print-namespace-maps* true] (pp {:a/b 1 :c 2})) ;=> "{:a/b 1, :c 2}\n"
(binding [*print-namespace-maps* true] (pp {'a/b {:x/y 1}})) ;=> "#:a{b #:x{:y 1}}\n"
(binding [p/*print-suppress-namespaces* true] (pp '[a/b :c/d])) ;=> "[b :c/d]\n"
(binding [p/*print-base* 16] (pp [255 10N 1/17 2.5])) ;=> "[ff a 1/11 2.5]\n"
(binding [p/*print-base* 2 p/*print-radix* true] (pp [5 0 1/3])) ;=> "[#b101 #b0 #b1/11]\n"
(binding [p/*print-radix* true] (pp [5 1.5])) ;=> "[5. 1.5]\n"
(binding [p/*print-base* 7 p/*print-radix* true] (pp 50)) ;=> "#7r101\n"
(binding [*print-readably* false] (pp ["a" \b])) ;=> "[a b]\n"

;;; ## Code
(require '[clojure.pprint :as p])
(defn at [margin x] (binding [p/*print-right-margin* margin] (with-out-str (p/with-pprint-dispatch p/code-dispatch (p/pprint x)))))
(at 72 '(defn f [x] (inc x))) ;=> "(defn f [x] (inc x))\n"
(at 72 '(defn f "Adds one." [x] (inc x))) ;=> "(defn f \"Adds one.\" [x] (inc x))\n"
(at 72 '(defn f "Adds one." {:added "1"} [x] (inc x))) ;=> "(defn f \"Adds one.\" {:added \"1\"} [x] (inc x))\n"
(at 72 '(defn f ([x] (f x 1)) ([x y] (+ x y)))) ;=> "(defn f ([x] (f x 1)) ([x y] (+ x y)))\n"
(at 30 '(defn f ([x] (f x 1)) ([x y] (+ x y)))) ;=> "(defn \n  f\n  ([x] (f x 1))\n  ([x y] (+ x y)))\n"
(at 30 '(defn long-name [first-parameter second-parameter] (println first-parameter) (+ first-parameter second-parameter))) ;=> "(defn \n  long-name\n  [first-parameter\n   second-parameter]\n  (println first-parameter)\n  (+\n    first-parameter\n    second-parameter))\n"
(at 72 '(defn f)) ;=> "(defn f)\n"
(at 72 '(defn)) ;=> "(defn)\n"
(at 20 '(def name "a value of some length")) ;=> "(def\n name\n \"a value of some length\")\n"
(at 72 '(def name)) ;=> "(def name)\n"
(at 20 '(let [a 1 b 2] (+ a b) (* a b))) ;=> "(let \n  [a 1 b 2]\n  (+ a b)\n  (* a b))\n"
(at 72 '(let [a 1 b 2] (+ a b))) ;=> "(let [a 1 b 2] (+ a b))\n"
(at 72 '(let [a 1])) ;=> "(let [a 1] )\n"
(at 72 '(let a b)) ;=> "((let a b))\n"
(at 72 '(let)) ;=> "((let))\n"
(at 25 '(let [{:keys [a b]} (some-function x) c (other-function a b)] (if (= a b) c (loop [i 0] (when (< i 10) (recur (inc i))))))) ;=> "(let \n  [{:keys [a b]}\n   (some-function x)\n   c\n   (other-function a b)]\n  (if\n    (= a b)\n    c\n    (loop \n      [i 0]\n      (when\n        (< i 10)\n        (recur\n          (inc i))))))\n"
(at 20 '(if (pos? x) (do-this x) (do-that x))) ;=> "(if\n  (pos? x)\n  (do-this x)\n  (do-that x))\n"
(at 72 '(if a b c)) ;=> "(if a b c)\n"
(at 72 '(if)) ;=> "(if)\n"
(at 72 '(when x)) ;=> "(when x)\n"
(at 15 '(when (condition x) (first-thing x) (second-thing x))) ;=> "(when\n  (condition\n    x)\n  (first-thing\n    x)\n  (second-thing\n    x))\n"
(at 20 '(cond (pos? x) :positive (neg? x) :negative :else :zero)) ;=> "(cond\n  (pos? x)\n  :positive\n  (neg? x)\n  :negative\n  :else :zero)\n"
(at 72 '(cond a b)) ;=> "(cond a b)\n"
(at 72 '(cond)) ;=> "(cond)\n"
(at 72 '(cond a)) ;=> "(cond a)\n"
(at 20 '(condp = x 1 :one 2 :two :many)) ;=> "(condp\n  =\n  x\n  1 :one\n  2 :two\n  :many)\n"
(at 72 '(condp = x 1)) ;=> "(condp = x 1)\n"
(at 72 '(condp = x)) ;=> "(condp = x)\n"
(at 72 '(fn* [x] (inc x))) ;=> "#(inc %)\n"
(at 72 '(fn* [x y] (+ x y))) ;=> "#(+ %1 %2)\n"
(at 72 '(fn* ([x] x))) ;=> "(fn* ([x] x))\n"
(at 15 '(-> x (first-step 1) (second-step 2))) ;=> "(->\n x\n (first-step\n   1)\n (second-step\n   2))\n"
(at 15 '(some-function argument-one argument-two)) ;=> "(some-function\n  argument-one\n  argument-two)\n"
(at 72 '(ns a.b "doc" {:m 1} (:require [c.d :as e] [f.g :refer [h i]] j.k) (:import (java.util Date List)))) ;=> "(ns a.b\n  \"doc\"\n  {:m 1}\n  (:require [c.d :as e] [f.g :refer [h i]] j.k)\n  (:import (java.util Date List)))\n"
(at 20 '(ns a.b (:require [c.d :as e] [f.g :refer [h i]] j.k))) ;=> "(ns \n  a.b\n  (:require [c.d :as e]\n            [f.g :refer [h\n                         i]]\n            j.k))\n"
(at 72 '(ns a.b)) ;=> "(ns a.b)\n"
(at 72 '(ns a.b "doc")) ;=> "(ns a.b\n  \"doc\")\n"
(at 72 '(ns a.b (:require [c.d]))) ;=> "(ns a.b\n  (:require [c.d ]))\n"
(at 40 '(doseq [x (range 10) y (range 20) :when (even? (+ x y))] (println x y))) ;=> "(doseq \n  [x (range 10)\n   y (range 20)\n   :when (even? (+ x y))]\n  (println x y))\n"
(at 40 '[a {:b (if c d e)} #{f}]) ;=> "[a {:b (if c d e)} #{f}]\n"
(at 72 '(quote (if a b))) ;=> "'(if a b)\n"
(at 10 '(a.b/if (long-test x) (then) (else))) ;=> "(a.b/if\n  (long-test\n    x)\n  (then)\n  (else))\n"
(at 15 '(clojure.core/if-not (long-test x) (then) (else))) ;=> "(clojure.core/if-not\n  (long-test\n    x)\n  (then)\n  (else))\n"
(at 15 '(binding [*a* 1 *b* 2] (f *a*))) ;=> "(binding \n  [*a* 1\n   *b* 2]\n  (f *a*))\n"
(at 30 '(try (something-long x y z) (catch Exception e (handle e)) (finally (close)))) ;=> "(try\n  (something-long x y z)\n  (catch\n    Exception\n    e\n    (handle e))\n  (finally (close)))\n"
(at 50 '(defmacro unless [test & body] (list (quote if) test nil (cons (quote do) body)))) ;=> "(defmacro unless [test & body]\n  (list 'if test nil (cons 'do body)))\n"

;;; ## One's own dispatch functions
(require '[clojure.pprint :as p])
(defn in-braces [x] (if (vector? x) (p/pprint-logical-block :prefix "<" :suffix ">" (p/print-length-loop [s (seq x)] (when s (p/write-out (first s)) (when (next s) (print ", ") (p/pprint-newline :fill) (recur (next s)))))) (pr x)))
(defn at [margin x] (binding [p/*print-right-margin* margin] (with-out-str (p/with-pprint-dispatch in-braces (p/pprint x)))))
(at 20 (vec (range 20))) ;=> "<0,\n 1,\n 2,\n 3,\n 4,\n 5,\n 6,\n 7,\n 8,\n 9,\n 10,\n 11,\n 12,\n 13,\n 14,\n 15,\n 16, 17, 18, 19>\n"
(at 20 [[1 2 3] [4 5 6] [7 8 9]]) ;=> "<<1, 2, 3>,\n <4, 5, 6>,\n <7, 8, 9>>\n"
(at 10 [1 [2 [3 [4 [5]]]]]) ;=> "<1,\n <2,\n  <3,\n   <4,\n    <5>>>>>\n"
(binding [*print-length* 4] (at 20 (vec (range 20)))) ;=> "<0, 1, 2, 3, ...>\n"
(defn indented [x] (if (vector? x) (p/pprint-logical-block :prefix "(" :suffix ")" (p/pprint-indent :block 4) (print "x") (p/pprint-newline :linear) (p/pprint-indent :current 1) (doseq [y x] (p/pprint-newline :linear) (p/write-out y))) (pr x)))
(binding [p/*print-right-margin* 8] (with-out-str (p/with-pprint-dispatch indented (p/pprint [1 2 3])))) ;=> "(x123)\n"
(with-out-str (p/with-pprint-dispatch indented (p/pprint [1 2 3]))) ;=> "(x123)\n"
(defn commented [x] (p/pprint-logical-block :per-line-prefix ";; " (doseq [y x] (p/write-out y) (p/pprint-newline :mandatory))))
(with-out-str (p/with-pprint-dispatch (fn [x] (if (vector? x) (commented x) (pr x))) (p/pprint [1 2]))) ;=> "1\n;; 2\n;; \n"
(with-out-str (p/with-pprint-dispatch (fn [x] (print "a\nb") (p/pprint-newline :linear) (print "c")) (p/pprint 1))) ;=> "a\nbc\n"
(with-out-str (p/pprint-newline :linear)) ;! :ox/type "`*out*` is no pretty writer"
(with-out-str (p/with-pprint-dispatch (fn [x] (p/pprint-newline :sometimes)) (p/pprint 1))) ;! :ox/argument "Bad argument: :sometimes. It must be one of #{:linear :miser :fill :mandatory}"
(with-out-str (p/with-pprint-dispatch (fn [x] (p/pprint-indent :line 1)) (p/pprint 1))) ;! :ox/argument "Bad argument: :line. It must be one of #{:block :current}"
(with-out-str (p/with-pprint-dispatch (fn [x] (p/pprint-tab :line 1 1)) (p/pprint 1))) ;! :ox/unsupported "pprint-tab is not yet implemented"
(with-out-str (p/with-pprint-dispatch (fn [x] (throw (ex-info "no" {:x x}))) (p/pprint 1))) ;! {:x 1} "no"
(with-out-str (p/fresh-line)) ;=> "\n"
(with-out-str (p/with-pprint-dispatch (fn [x] (print "a") (p/fresh-line) (p/fresh-line) (print "b")) (p/pprint 1))) ;=> "a\nb\n"

;;; ## `write`
(require '[clojure.pprint :as p])
(p/write [1 2] :stream nil) ;=> "[1 2]"
(p/write (range 20) :stream nil :right-margin 20) ;=> "(0\n 1\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n 9\n 10\n 11\n 12\n 13\n 14\n 15\n 16\n 17\n 18\n 19)"
(p/write [1 "a"] :stream nil :pretty false) ;=> "[1 \"a\"]"
(p/write (range 20) :stream nil :length 3) ;=> "(0 1 2 ...)"
(p/write [[1]] :stream nil :level 1) ;=> "[#]"
(p/write 255 :stream nil :base 16) ;=> "ff"
(p/write 255 :stream nil :base 16 :radix true) ;=> "#xff"
(p/write '(if a b c) :stream nil :dispatch p/code-dispatch :right-margin 8) ;=> "(if\n  a\n  b\n  c)"
(p/write '[a/b] :stream nil :suppress-namespaces true) ;=> "[b]"
(p/write "a" :stream nil :readably false) ;=> "a"
(with-out-str (p/write [1 2])) ;=> "[1 2]"
(with-out-str (p/write [1 2] :stream true)) ;=> "[1 2]"
(p/write 1 :stream nil :unknown 5) ;=> "1"
(p/write [1 2] :stream) ;! :ox/type "expected a collection, a string or nil, got a keyword"
(with-out-str (p/pprint [1]) (p/pprint [2])) ;=> "[1]\n[2]\n"
(p/pprint [1 2])
;out [1 2]
;=> nil
(apply p/pprint []) ;! :ox/arity "Wrong number of args (0) passed to: ox.pprint"
(p/pprint (map inc [:a])) ;! :ox/type "expected a number, got a keyword"

;;; ## `print-table`
(require '[clojure.pprint :as p])
(p/print-table [{:a 1 :b "x"} {:a 100 :b nil}])
;out 
;out |  :a | :b |
;out |-----+----|
;out |   1 |  x |
;out | 100 |    |
;=> nil
(p/print-table [:b :c] [{:a 1 :b "x"} {:a 100 :b "longer"}])
;out 
;out |     :b | :c |
;out |--------+----|
;out |      x |    |
;out | longer |    |
;=> nil
(p/print-table []) ;=> nil
(p/print-table [{}])
;out 
;out |  |
;out |--|
;out |  |
;=> nil
(p/print-table ["k" 'long-symbol] [{"k" :v 'long-symbol [1 2]}])
;out 
;out |  k | long-symbol |
;out |----+-------------|
;out | :v |       [1 2] |
;=> nil
(p/print-table nil) ;=> nil
(p/print-table 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(p/print-table [:a] [5])
;out 
;out | :a |
;out |----|
;out |    |
;=> nil

;;; ## `cl-format`
(require '[clojure.pprint :as p])
(def f (partial p/cl-format nil))
[(f "plain") (f "~a" 1) (f "~a ~s" "x" "y") (f "~5a|~5@a|~5,,,'*a|~2,4,1a|" "ab" "ab" "ab" "abc") (f "~a" nil) (f "~s" \a)] ;=> ["plain" "1" "x \"y\"" "ab   |   ab|ab***|abc |" "nil" "\\a"]
[(f "~d" 42) (f "~5d|~5,'0d" 42 42) (f "~:d" 1234567) (f "~@d ~d" 5 -5) (f "~,,'.,2:d" 123456) (f "~d" "x") (f "~5d|" "x") (f "~d" 1.5) (f "~d" 3.0) (f "~d" 1/2) (f "~d" 1.5M) (f "~d" 2M) (f "~x" 255.0) (f "~:d" 1234567.0) (f "~d" nil) (f "~r" 2.0) (f "~8,'*:d" -12345)] ;=> ["42" "   42|00042" "1,234,567" "+5 -5" "12.34.56" "x" "    x|" "1.5" "3" "1/2" "1" "2" "ff" "1,234,567" "nil" "two" "*-12,345"]
[(f "~b ~o ~x" 10 64 255) (f "~8,'0b" 5) (f "~:b" 1023) (f "~x" -255) (f "~36r" 1295) (f "~2,8,'0r" 5)] ;=> ["1010 100 ff" "00000101" "1,111,111,111" "-ff" "zz" "00000101"]
[(f "~r" 0) (f "~r" 7) (f "~r" 13) (f "~r" 42) (f "~r" 100) (f "~r" 999) (f "~r" 1000) (f "~r" 1234567) (f "~r" -5) (f "~r" 1000000) (f "~r" 1000000000000000000000000)] ;=> ["zero" "seven" "thirteen" "forty-two" "one hundred" "nine hundred ninety-nine" "one thousand" "one million, two hundred thirty-four thousand, five hundred sixty-seven" "minus five" "one million" "one septillion"]
[(f "~:r" 0) (f "~:r" 1) (f "~:r" 12) (f "~:r" 20) (f "~:r" 42) (f "~:r" 100) (f "~:r" 101) (f "~:r" 1000) (f "~:r" 1001) (f "~:r" 1234567) (f "~:r" -3) (f "~:r" 30)] ;=> ["zeroth" "first" "twelfth" "twentieth" "forty-second" "one hundredth" "one hundred first" "one thousandth" "one thousand, first" "one million, two hundred thirty-four thousand, five hundred sixty-seventh" "minus third" "thirtieth"]
[(f "~@r" 1) (f "~@r" 4) (f "~@r" 9) (f "~@r" 1994) (f "~@r" 3999) (f "~@r" 4000) (f "~@r" 0) (f "~:@r" 4) (f "~:@r" 1999)] ;=> ["I" "IV" "IX" "MCMXCIV" "MMMCMXCIX" "4,000" "0" "IIII" "MDCCCCLXXXXVIIII"]
[(f "~d item~:p" 1) (f "~d item~:p" 2) (f "~d cit~:@p" 1) (f "~d cit~:@p" 2) (f "item~p" 0)] ;=> ["1 item" "2 items" "1 city" "2 cities" "items"]
[(f "~c" \a) (f "~:c" \newline) (f "~@c" \a) (f "~:c" \space) (f "~:c" (char 3)) (f "~'o@c" \a) (f "~'u@c" \a) (f "~@c" \newline)] ;=> ["a" "Newline" "\\a" "Space" "Control-C" "\\o141" "\\u0061" "\\newline"]
[(f "~f" 3.14159) (f "~,2f" 3.14159) (f "~8,2f|" 3.14159) (f "~8,2,,,'0f" -3.14159) (f "~@f" 2.0) (f "~f" 100) (f "~,0f" 2.5) (f "~,3f" 1/3) (f "~5,2,,'*f" 123456.789) (f "~f" 1.0E-5) (f "~f" 1e20) (f "~4f" 0.123456) (f "~,2f" 0.001) (f "~,2f" 99.999) (f "~,1f" 0.05) (f "~3,1,2f" 0.12345) (f "~,2f" -0.005)] ;=> ["3.14159" "3.14" "    3.14|" "000-3.14" "+2.0" "100.0" "3." "0.333" "*****" "0.00001" "100000000000000000000.0" ".123" "0.00" "100.00" "0.1" "12.3" "-0.01"]
[(f "~e" 3.14159) (f "~,2e" 3.14159) (f "~12,3e|" 31415.9) (f "~,3,2e" 0.00123) (f "~,3,,0e" 123.456) (f "~,3,,2e" 123.456) (f "~@e" 1.0) (f "~e" 0.0) (f "~10,2,,,'*,'xe" -5.5) (f "~,2e" 9.999) (f "~e" 100)] ;=> ["3.14159E+0" "3.14E+0" "    3.142E+4|" "1.230E-03" "0.123E+3" "12.35E+1" "+1.0E+0" "0.0E+0" "xx-5.50E+0" "1.00E+1" "1.0E+2"]
[(f "~g" 3.14159) (f "~g" 1e10) (f "~10,3g|" 3.14159) (f "~g" 0.0) (f "~,2g" 1e-5) (f "~g" 123456789.0)] ;=> ["3.14159    " "1.0E+10" "  3.14    |" "0.0    " "1.00E-5" "123456789.    "]
[(f "~$" 3.14159) (f "~$" 5.0) (f "~3,5,12$|" 3.14159) (f "~@$" 2.5) (f "~:@$" -2.5) (f "~2,1,10,'*$" -2.5) (f "~10:$|" 2.5) (f "~$" 0.005)] ;=> ["3.14" "5.00" "   00003.142|" "+2.50" "-2.50" "*****-2.50" "2.5000000000|" "0.01"]
[(f "a~%b~2%c") (f "~~ ~3~") (f "a~\n    b") (f "a~:\n    b") (f "a~@\n    b")] ;=> ["a\nb\n\nc" "~ ~~~" "ab" "a    b" "a\nb"]
[(f "~{~a~}" [1 2 3]) (f "~{~a~^, ~}" [1 2 3]) (f "~{~a=~a ~}" [:a 1 :b 2]) (f "~2{~a ~}" [1 2 3]) (f "~{x~:}" []) (f "~{x~}" [])] ;=> ["123" "1, 2, 3" ":a=1 :b=2 " "1 2 " "x" ""]
[(f "~:{~a-~a;~}" [[1 2] [3 4]]) (f "~@{~a~^ ~}" 1 2 3) (f "~:@{~a~a;~}" [1 2] [3 4]) (f "~a ~@{~a~^,~}" 0 1 2) (f "~{~}" "~a." [1 2]) (f "~:{~a~:^,~}" [[1] [2] [3]])] ;=> ["1-2;3-4;" "1 2 3" "12;34;" "0 1,2" "1.2." "1,2,3"]
[(f "~[zero~;one~;two~]" 1) (f "~[zero~;one~:;many~]" 5) (f "~[zero~;one~]" 5) (f "~:[no~;yes~]" nil) (f "~:[no~;yes~]" 1) (f "~@[x=~a ~]done" 5) (f "~@[x=~a ~]done" nil) (f "~1[a~;b~]") (f "~#[none~;one~;two~:;many~]" 1 2) (f "~[a~;~[b~;c~]~]" 1 1)] ;=> ["one" "many" "" "no" "yes" "x=5 done" "done" "b" "two" "c"]
[(f "~(ABC~)") (f "~:(hello big world~)") (f "~@(hello WORLD~)") (f "~:@(hello~)") (f "~(~a~)" :ABC) (f "~:(~a~)" "x-y z")] ;=> ["abc" "Hello Big World" "Hello world" "HELLO" ":abc" "X-Y Z"]
[(f "~a ~*~a" 1 2 3) (f "~a ~:*~a" 1 2) (f "~a ~a ~@*~a" 1 2) (f "~2*~a" 1 2 3) (f "~a ~2:*~a" 1 2 3) (f "~1@*~a" 1 2) (f "~a ~2@*~a" 1 2 3) (f "~3:*~a" 1)] ;=> ["1 3" "1 1" "1 2 1" "3" "1 1" "2" "1 3" "1"]
[(f "~? ~a" "~a-~a" [1 2] 3) (f "~@? ~a" "~a-~a" 1 2 3)] ;=> ["1-2 3" "1-2 3"]
[(f "~10a|" "x") (f "~va|" 5 "x") (f "~v,vd" \0 6 42) (f "~v,va|" 3 7 "x") (f "~#a|" "x" "y")] ;=> ["x         |" "x    |" "000042" "x      |" "x |"]
[(f "~10<a~;b~>|") (f "~10:<a~;b~>|") (f "~10@<a~;b~>|") (f "~10<a~>|") (f "~10:@<abc~>|") (f "~10,,,'*<a~;b~;c~>") (f "~4<abc~;def~>") (f "~<a~^~;b~>|")] ;=> ["a        b|" "    a    b|" "a    b    |" "         a|" "    abc   |" "a****b***c" "abcdef" "|"]
[(f "a~5tb") (f "a~1,5tb") (f "abcdefg~3,4tb") (f "ab~3@tc") (f "ab~1,8@tc") (f "~a~10t~a~20t~a" 1 2 3)] ;=> ["a    b" "a     b" "abcdefg    b" "ab   c" "ab      c" "1         2         3"]
[(f "a~&b") (f "~&b") (f "a~%~&b") (f "a~2&b")] ;=> ["a\nb" "b" "a\nb" "a\n\nb"]
[(f "~w" [1 "a"]) (f "~:w" [1 "a"]) (f "~@w" [1 "a"])] ;=> ["[1 \"a\"]" "[1 \"a\"]" "[1 \"a\"]"]
[(f "~<~a ~a~:>" [1 2]) (f "~<[~;~@{~w~^ ~_~}~;]~:>" [1 2 3]) (f "~:<~@{~w~^ ~_~}~:>" [1 2 3]) (f "~:<~w~:>" [[1 2]])] ;=> ["1 2" "[1 2 3]" "(1 2 3)" "([1 2])"]
(binding [p/*print-right-margin* 12] (f "~:<~@{~w~^ ~_~}~:>" (range 10))) ;=> "(0\n 1\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n 9)"
(binding [p/*print-right-margin* 12] (f "~:<~@{~w~^ ~:_~}~:>" (range 10))) ;=> "(0\n 1\n 2\n 3\n 4\n 5 6 7 8 9)"
(binding [p/*print-right-margin* 12] (f "~<(~;~w~^ ~4i~@{~w~^ ~_~}~;)~:>" '[defn a b c d e f g])) ;=> "(defn a\n     b\n     c\n     d\n     e\n     f\n     g)"
(binding [p/*print-right-margin* 20] (f "~:<~w ~:i~@{~w~^ ~:@_~}~:>" '[let a b c])) ;=> "(let a\n     b\n     c)"
((p/formatter "~a-~a") nil 1 2) ;=> "1-2"
(with-out-str ((p/formatter-out "~a-~a") 1 2)) ;=> "1-2"
(with-out-str (p/cl-format true "~a~%" 5)) ;=> "5\n"
(p/cl-format true "~a" 5)
;out 5
;=> nil
(p/cl-format false "~a" 5) ;=> "5"
(f "~a") ;! :ox/exception "Not enough arguments for format definition"
(f "~q" 1) ;! :ox/exception "Directive"
(f "~{~a" [1]) ;! :ox/exception "No closing bracket found."
(f "~:@%") ;! :ox/exception "is an illegal flag for format directive"
(f "~::a" 1) ;! :ox/exception "Flag"
(f "~1,2,3,4,5a" 1) ;! :ox/exception "Too many parameters for directive"
(f "~'xa" 1) ;! :ox/exception "Parameter 1 has bad type in directive"
(f "~[a~:;b~;c~]" 1) ;! :ox/exception "A plain clause (with"
(f "~(a~;b~)") ;! :ox/exception "A separator ("
(f "~{a~}" [1]) ;! :ox/exception "%{ construct not consuming any arguments: Infinite loop!"
(f "~5,a" 1) ;! :ox/exception "Badly formed parameters in format directive"
(f "~{~a~}" 5) ;! :ox/type "expected a collection, a string or nil, got an integer"
(f "~r" "x") ;! :ox/type "expected a number, got a string"
(f "~c" 5) ;=> "5"
(f "~f" "x") ;! :ox/type "expected a number, got a string"
(apply p/cl-format []) ;! :ox/arity "Wrong number of args (0) passed to: ox.pprint"

;;; ## The pretty printer's parts
(require '[clojure.pprint :as pp :refer [pprint pprint-logical-block pprint-newline pprint-tab print-length-loop write-out formatter formatter-out fresh-line cl-format]])
(with-out-str (pp/with-pprint-dispatch pp/code-dispatch (pprint '(defn f [x] x)))) ;=> "(defn f [x] x)\n"
(with-out-str (pp/with-pprint-dispatch pp/simple-dispatch (pprint '(defn f [x] x)))) ;=> "(defn f [x] x)\n"
(apply pp/simple-dispatch []) ;! :ox/arity "Wrong number of args (0) passed to: ox.pprint.base/simple-dispatch, which takes 1 argument"
(apply pp/code-dispatch []) ;! :ox/arity "Wrong number of args (0) passed to: ox.pprint.base/code-dispatch, which takes 1 argument"
(with-out-str (pp/with-pprint-dispatch (fn [x] (throw (ex-info "dispatch" {:x x}))) (pprint 1))) ;! {:x 1} "dispatch"
(with-out-str (binding [pp/*print-pretty* false] (pp/write {:a 1}))) ;=> "{:a 1}"
[(boolean pp/*print-pretty*) pp/*print-suppress-namespaces*] ;=> [true nil]
(with-out-str (binding [pp/*print-suppress-namespaces* true] (pprint 'a/b))) ;=> "b\n"
(with-out-str (binding [pp/*print-suppress-namespaces* false] (pprint 'a/b))) ;=> "a/b\n"
(with-out-str (binding [pp/*print-pretty* true pp/*print-pprint-dispatch* pp/simple-dispatch] (pprint [1]))) ;=> "[1]\n"
((formatter "~a-~d") nil "x" 5) ;=> "x-5"
((formatter "~a") nil) ;! :ox/exception "Not enough arguments for format definition"
(with-out-str ((formatter-out "~a!") "x")) ;=> "x!"
(with-out-str ((formatter-out "~d,~d") 1 2)) ;=> "1,2"
((formatter-out "~a")) ;! :ox/exception "Not enough arguments for format definition"
((formatter "~q") nil) ;! :ox/exception "Directive \"q\" is undefined"
((formatter "~:@(~a~)") nil "x") ;=> "X"
(with-out-str (print "a") (fresh-line) (print "b")) ;=> "a\nb"
(with-out-str (fresh-line)) ;=> "\n"
(apply fresh-line [1]) ;! :ox/arity "Wrong number of args (1) passed to: ox.pprint.base/fresh-line, which takes no arguments"
(with-out-str (pprint-logical-block :prefix "<" :suffix ">" (write-out 1))) ;! :ox/type "`*out*` is no pretty writer: `pprint` and `write` make one"
(with-out-str (pprint-logical-block (throw (ex-info "in block" {})))) ;! :ox/type "`*out*` is no pretty writer: `pprint` and `write` make one"
(with-out-str (print-length-loop [i 0] (when (< i 2) (print i) (recur (inc i))))) ;=> "01"
(with-out-str (print-length-loop [i :a] (print (inc i)))) ;! :ox/type "expected a number, got a keyword: :a"
(with-out-str (write-out [1 :a "b"])) ;! :ox/type "`*out*` is no pretty writer: `pprint` and `write` make one"
(apply write-out []) ;! :ox/arity "Wrong number of args (0) passed to: ox.pprint.base/write-out, which takes 1 argument"
(with-out-str (pprint-tab :line 2 1)) ;! :ox/unsupported "pprint-tab is not yet implemented"
(pprint-tab :sideways 2 1) ;! :ox/argument "Bad argument: :sideways. It must be one of #{:line :section :line-relative :section-relati"
(with-out-str (print "a") (pprint-tab :line 3 1) (print "b")) ;! :ox/unsupported "pprint-tab is not yet implemented"
(apply pp/get-pretty-writer []) ;! :ox/arity "Wrong number of args (0) passed to: ox.pprint.base/get-pretty-writer, which takes 1 argume"
(with-out-str (binding [*out* (pp/get-pretty-writer *out*)] (print "a"))) ;=> "a"
(with-out-str (binding [*out* (pp/get-pretty-writer *out*)] (pprint [1 2]))) ;=> "[1 2]\n"
(let [old pp/*print-pprint-dispatch*] (pp/set-pprint-dispatch (fn [x] (print "D"))) (let [text (with-out-str (pprint 5))] (pp/set-pprint-dispatch old) text)) ;=> "D\n"
(let [old pp/*print-pprint-dispatch*] (pp/set-pprint-dispatch pp/code-dispatch) (let [text (with-out-str (pprint '(if a b)))] (pp/set-pprint-dispatch old) text)) ;=> "(if a b)\n"
(apply pp/set-pprint-dispatch []) ;! :ox/arity "Wrong number of args (0) passed to: ox.pprint.base/set-pprint-dispatch, which takes 1 argu"
