(ns ox.json
  "JSON (RFC 8259): objects are maps, arrays vectors, strings strings; numbers without fraction and exponent are integers,
  others doubles; true, false, nil.")

(defnative ^:no-doc parse*
  "Reads a string or byte string that holds one JSON value, nested as deep as may be. Keys are keywords if `keywords` is true, else
  strings; of equal keys the last counts. `:ox/parse` with `:offset` (in characters) on an error." [text keywords])
(defnative ^:no-doc write*
  "Returns JSON text: maps (keys: strings; keywords and symbols by name, with their namespace; integers and others as text),
  sequences, sets, strings, characters, numbers (ratios and decimals as numbers), booleans, nil, instants (RFC 3339) and UUIDs as
  strings. `indent`: spaces of a level, 0 for one line. NaN and infinities are `:ox/argument`, other values `:ox/type`. Traps `ready`." [value indent])

(defn- change-keys [f x]
  (cond
    (map? x) (into {} (map (fn [e] [(f (key e)) (change-keys f (val e))]) x))
    (vector? x) (mapv (fn [y] (change-keys f y)) x)
    :else x))

(defn read-str
  "Returns the value that JSON text, a string or byte string, writes. Keys of objects are strings; with `:key-fn`, what it
  returns for them (`:key-fn keyword`)."
  [text & {:keys [key-fn]}]
  (cond
    (nil? key-fn) (parse* text false)
    (identical? key-fn keyword) (parse* text true)
    :else (change-keys key-fn (parse* text false))))

(defn write-str
  "Returns the value as JSON text. Keywords are written by name; `:indent true` gives lines indented by two spaces."
  [value & {:keys [indent]}]
  (write* value (cond (int? indent) indent indent 2 :else 0)))

(defn read "As `read-str`; the keys of objects are keywords unless `:keywords` is false." [text & {:keys [keywords] :or {keywords true}}]
  (parse* text (boolean keywords)))

(defn write "As `write-str`." [value & {:keys [indent]}]
  (write* value (cond (int? indent) indent indent 2 :else 0)))
