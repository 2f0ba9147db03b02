;;; # Arrays
;;; What Clojure's functions of arrays make and change.

;;; ## Arrays are made
(seq (int-array 3))                ;=> (0 0 0)
(seq (int-array [1 2 3]))          ;=> (1 2 3)
(seq (int-array 3 7))              ;=> (7 7 7)
(seq (int-array 3 [1]))            ;=> (1 0 0)
[(seq (long-array 2)) (seq (short-array [1])) (seq (byte-array [1 -1])) (seq (double-array [1 2])) (seq (float-array [1.5]))]
;=> [(0 0) (1) (1 -1) (1.0 2.0) (1.5)]
[(seq (boolean-array 2)) (seq (char-array "ab")) (seq (object-array 2)) (seq (object-array [1 nil]))]   ;=> [(false false) (\a \b) (nil nil) (1 nil)]
[(seq (make-array Long/TYPE 2)) (map seq (make-array Integer/TYPE 2 2)) (seq (make-array Object 1))]    ;=> [(0 0) ((0 0) (0 0)) (nil)]
[(seq (into-array [1 2])) (seq (into-array String ["a"])) (seq (into-array Object []))]          ;=> [(1 2) ("a") nil]
[(seq (to-array [1 2])) (map seq (to-array-2d [[1] [2 3]]))]           ;=> [(1 2) ((1) (2 3))]
(let [a (object-array 1)] (identical? a (to-array a)))       ;=> true
(int-array ["a"])                  ;! :ox/type
(int-array :a)                     ;! :ox/type

;;; ## Elements are read and set
(def a (int-array [1 2 3]))
[(alength a) (aget a 1) (count a) (nth a 2) (get a 0) (get a 9 :none) (first a) (rest a)]        ;=> [3 2 3 3 1 :none 1 (2 3)]
(aset a 1 5)                       ;=> 5
(seq a)                            ;=> (1 5 3)
(seq (doto (aclone a) (aset 0 9))) ;=> (9 5 3)
(seq a)                            ;=> (1 5 3)
(aget a 3)                         ;! :ox/index
(aset a -1 0)                      ;! :ox/index
(aget nil 0)                       ;! :ox/type
(nth a 7)                          ;! :ox/index
(let [m (make-array Long/TYPE 2 2)] (aset m 0 1 7) [(aget m 0 1) (map seq m)])         ;=> [7 ((0 7) (0 0))]
(do (aset-int a 0 4) (aget a 0))   ;=> 4
[(let [d (double-array 1)] (aset-double d 0 1) (seq d)) (let [c (char-array 1)] (aset-char c 0 \x) (seq c))]     ;=> [(1.0) (\x)]
[(let [b (boolean-array 1)] (aset-boolean b 0 true) (seq b)) (let [l (long-array 1)] (aset-long l 0 8) (seq l))]         ;=> [(true) (8)]
[(let [s (short-array 1)] (aset-short s 0 8) (seq s)) (let [b (byte-array 1)] (aset-byte b 0 8) (seq b)) (let [f (float-array 1)] (aset-float f 0 0.5) (seq f))]
;=> [(8) (8) (0.5)]
[(seq (ints (int-array 1))) (seq (longs (long-array 1))) (seq (doubles (double-array 1))) (longs nil)]           ;=> [(0) (0) (0.0) nil]
[(seq (shorts (short-array 1))) (seq (floats (float-array 1))) (seq (chars (char-array "a"))) (seq (booleans (boolean-array 1))) (seq (bytes (byte-array 1)))]
;=> [(0) (0.0) (\a) (false) (0)]
(longs (int-array 1))              ;! :ox/type
(doubles [1.0])                    ;! :ox/type

;;; ## Arrays are walked
(def xs (long-array [3 1 2]))
[(map inc xs) (reduce + xs) (into [] xs) (vec xs) (apply + xs) (sort (vec xs)) (reverse xs) (= #{1 2 3} (set xs))]  ;=> [(4 2 3) 6 [3 1 2] [3 1 2] 6 (1 2 3) (2 1 3) true]
(let [[x y] xs] [x y])             ;=> [3 1]
(for [x xs] x)                     ;=> (3 1 2)
(seq (amap xs i ret (* 2 (aget xs i))))      ;=> (6 2 4)
(areduce xs i sum 0 (+ sum (aget xs i)))     ;=> 6
(areduce nil i sum 0 1)            ;! :ox/type
(amap [1] i ret 1)                 ;! :ox/type
(loop [i 0 most 0] (if (< i (alength xs)) (recur (inc i) (max most (aget xs i))) most))          ;=> 3
(let [^longs hinted (long-array [1 2])] (aget hinted 1))     ;=> 2
[(= xs xs) (= xs (aclone xs)) (contains? xs 1) (empty? (int-array 0)) (coll? xs) (seqable? xs)]        ;=> [true false true true false true]
(do (java.util.Arrays/sort xs) (java.util.Arrays/toString xs))         ;=> "[1, 2, 3]"
(do (java.util.Arrays/fill xs 0) (seq xs))   ;=> (0 0 0)
(let [to (int-array 4)] (System/arraycopy (int-array [1 2 3]) 1 to 0 2) (seq to))      ;=> (2 3 0 0)
[(seq (java.util.Arrays/copyOf (int-array [1 2]) 3)) (seq (java.util.Arrays/copyOfRange (int-array [1 2 3]) 1 3))]     ;=> [(1 2 0) (2 3)]
[(java.util.Arrays/equals (int-array [1]) (int-array [1])) (String. (.toCharArray "ab"))]       ;=> [true "ab"]

;;; ## Arrays: making them
[(vec (boolean-array 2)) (vec (boolean-array [true false]))] ;=> [[false false] [true false]]
(boolean-array [nil]) ;! :ox/type "expected true or false, got nil"
(boolean-array [1]) ;! :ox/type "expected true or false, got 1"
(boolean-array :a) ;! :ox/type "expected a collection, a string or nil, got a keyword: :a"
[(vec (byte-array 2)) (vec (byte-array [1 2]))] ;=> [[0 0] [1 2]]
(byte-array :a) ;! :ox/type "expected a collection, a string or nil, got a keyword: :a"
[(vec (short-array 2)) (vec (short-array [1 2]))] ;=> [[0 0] [1 2]]
(short-array :a) ;! :ox/type "expected a collection, a string or nil, got a keyword: :a"
[(count (char-array 1)) (vec (char-array "ab"))] ;=> [1 [\a \b]]
(char-array :a) ;! :ox/type "expected a collection, a string or nil, got a keyword: :a"
[(vec (float-array 1)) (vec (float-array [1 2]))] ;=> [[0.0] [1.0 2.0]]
(float-array :a) ;! :ox/type "expected a collection, a string or nil, got a keyword: :a"
[(vec (double-array 1)) (vec (double-array [1 2]))] ;=> [[0.0] [1.0 2.0]]
(double-array :a) ;! :ox/type "expected a collection, a string or nil, got a keyword: :a"
[(vec (long-array 1)) (vec (long-array [1 2])) (vec (long-array 2 5))] ;=> [[0] [1 2] [5 5]]
(long-array [:a]) ;! :ox/type "expected a number, got a keyword: :a"
[(vec (object-array 2)) (vec (object-array [1 :a]))] ;=> [[nil nil] [1 :a]]
(object-array :a) ;! :ox/type "expected a collection, a string or nil, got a keyword: :a"
(int-array ["a"]) ;! :ox/type "expected a number, got a string: \"a\""
[(vec (into-array [1 2])) (vec (into-array Object [1 :a])) (vec (into-array []))] ;=> [[1 2] [1 :a] []]
(into-array 5) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
[(vec (to-array [1 :a])) (vec (to-array nil)) (vec (to-array {:a 1}))] ;=> [[1 :a] [] [[:a 1]]]
(to-array 5) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(map vec (to-array-2d [[1 2] [3]])) ;=> ([1 2] [3])
(count (to-array-2d [])) ;=> 0
(to-array-2d 5) ;! :ox/type "expected a collection, a string or nil, got an integer: 5"
(to-array-2d [1]) ;! :ox/type "expected a collection, a string or nil, got an integer: 1"
[(vec (make-array Long 2)) (count (make-array Object 3)) (map vec (make-array Long/TYPE 2 1))] ;=> [[nil nil] 3 ([0] [0])]
(make-array Long :a) ;! :ox/type "expected a number, got a keyword: :a"
(make-array Long -1) ;! :ox/argument "an array cannot have -1 elements"

;;; ## Arrays: asking and changing them
(let [a (int-array [1 2 3]) b (aclone a)] (aset b 0 9) [(vec a) (vec b)]) ;=> [[1 2 3] [9 2 3]]
(alength (aclone (object-array 3))) ;=> 3
(aclone 5) ;! :ox/type "expected an array, got 5"
(aclone nil) ;! :ox/type "expected an array, got nil"
[(alength (int-array 3)) (alength (to-array [])) (alength (char-array "abc"))] ;=> [3 0 3]
(alength nil) ;! :ox/type "expected an array, got nil"
(alength [1]) ;! :ox/type "expected an array, got [1]"
(amap 5 i r i) ;! :ox/type "expected an array, got 5"
(vec (amap (int-array [1 2]) i r (inc (aget r i)))) ;=> [2 3]
(vec (amap (long-array [1 2]) i r (* 2 (aget r i)))) ;=> [2 4]
(areduce (long-array [1 2 3]) i sum 0 (+ sum (aget (long-array [1 2 3]) i))) ;=> 6
(areduce (long-array []) i sum :empty sum) ;=> :empty
(areduce nil i sum 0 sum) ;! :ox/type "expected an array, got nil"
(let [a (boolean-array 1)] (aset-boolean a 0 true) (vec a)) ;=> [true]
(aset-boolean (boolean-array 1) 1 true) ;! :ox/index "Index 1 out of bounds for length 1"
(aset-boolean [true] 0 true) ;! :ox/type "expected an array, got [true]"
(let [a (byte-array 1)] (aset-byte a 0 5) (vec a)) ;=> [5]
(aset-byte (byte-array 1) 1 5) ;! :ox/index "Index 1 out of bounds for length 1"
(aset-byte (byte-array 1) 0 :a) ;! :ox/type "expected a number, got a keyword: :a"
(let [a (char-array 1)] (aset-char a 0 \z) (vec a)) ;=> [\z]
(aset-char (char-array 1) 1 \z) ;! :ox/index "Index 1 out of bounds for length 1"
(aset-char (char-array 1) 0 :a) ;! :ox/type "expected a number, got a keyword: :a"
(let [a (double-array 1)] (aset-double a 0 1.5) (vec a)) ;=> [1.5]
(aset-double (double-array 1) 1 1.5) ;! :ox/index "Index 1 out of bounds for length 1"
(aset-double (double-array 1) 0 :a) ;! :ox/type "expected a number, got a keyword: :a"
(let [a (float-array 1)] (aset-float a 0 1.5) (vec a)) ;=> [1.5]
(aset-float (float-array 1) 1 1.5) ;! :ox/index "Index 1 out of bounds for length 1"
(aset-float (float-array 1) 0 :a) ;! :ox/type "expected a number, got a keyword: :a"
(let [a (int-array 1)] (aset-int a 0 5) (vec a)) ;=> [5]
(aset-int (int-array 1) 1 5) ;! :ox/index "Index 1 out of bounds for length 1"
(aset-int (int-array 1) 0 :a) ;! :ox/type "expected a number, got a keyword: :a"
(let [a (long-array 1)] (aset-long a 0 5) (vec a)) ;=> [5]
(aset-long (long-array 1) 1 5) ;! :ox/index "Index 1 out of bounds for length 1"
(aset-long (long-array 1) 0 :a) ;! :ox/type "expected a number, got a keyword: :a"
(let [a (short-array 1)] (aset-short a 0 5) (vec a)) ;=> [5]
(aset-short (short-array 1) 1 5) ;! :ox/index "Index 1 out of bounds for length 1"
(aset-short (short-array 1) 0 :a) ;! :ox/type "expected a number, got a keyword: :a"

;;; ## Arrays: casts
(alength (booleans (boolean-array 2))) ;=> 2
(vec (booleans (boolean-array [true]))) ;=> [true]
(booleans 5) ;! :ox/type "expected an array, got 5"
(alength (bytes (byte-array 2))) ;=> 2
(vec (bytes (byte-array [1]))) ;=> [1]
(bytes [1]) ;! :ox/type "expected an array, got [1]"
(alength (chars (char-array 2))) ;=> 2
(vec (chars (char-array "a"))) ;=> [\a]
(chars "a") ;! :ox/type "expected an array, got \"a\""
(alength (doubles (double-array 2))) ;=> 2
(vec (doubles (double-array [1]))) ;=> [1.0]
(doubles 5) ;! :ox/type "expected an array, got 5"
(alength (floats (float-array 2))) ;=> 2
(vec (floats (float-array [1]))) ;=> [1.0]
(floats 5) ;! :ox/type "expected an array, got 5"
(alength (ints (int-array 2))) ;=> 2
(vec (ints (int-array [1]))) ;=> [1]
(ints 5) ;! :ox/type "expected an array, got 5"
(alength (shorts (short-array 2))) ;=> 2
(vec (shorts (short-array [1]))) ;=> [1]
(shorts :a) ;! :ox/type "expected an array, got :a"
(alength (longs (long-array 2))) ;=> 2
(longs 5) ;! :ox/type "expected an array, got 5"
