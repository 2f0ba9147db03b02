(ns ox.core.native
  "Every native of the core: what the machine itself provides, in one place.

  Rules that hold for all of them:

  - A native has fixed arities only. Variadic functions are Ox code over them, so that `apply` with
    a million arguments needs no million registers.
  - A native never calls a function. Where it would have to, it *traps*, in one of three ways; the
    machine calls Ox code in an ordinary frame and goes on with the same instruction:
    `realize` (it needs the inside of an unrealized lazy cell: `realize*` is called with the cell, the
    native runs again), `ready` (it needs all of a value, as a map's key: `ready*` is called with the
    value, the native runs again), `slow` (the whole call is handed, with the same arguments, to the
    function of an `ox.core.*` namespace named after the native, without a last `*`, and `*slow`:
    `count*slow`, `str*slow`; its result is the native's).
  - A native touches a bounded number of lazy cells and does bounded work for a call, or has a slow
    path. The natives with a slow path say so. Natives over text do a few thousand bytes at once; of
    more, they leave the work to a walk, which `walk*` steps (`walk-step`).
  - Errors are values with `:ox/kind`: `:ox/type` (an argument of a wrong type; the data has `:value`
    and `:expected`), `:ox/index` (out of bounds; `:index`, `:count`), `:ox/arithmetic` (overflow,
    division by zero), `:ox/argument` (right type, impossible value), `:ox/number-format`,
    `:ox/parse` (text that cannot be read; `:offset`), `:ox/state` (an object used at the wrong time).

  Names marked `^:no-doc` are used by the library's own code, and no promise is made about them.")

;; ---------------------------------------------------------------------------------------------
;; Identity, types

(defnative identical? "Returns true if `x` and `y` are the same object; equal keywords always are, and numbers and characters that fit a word when they are equal and of one type." [x y])
(defnative nil? "Returns true if `x` is nil." [x])
(defnative not "Returns true if `x` is nil or false." [x])
(defnative true? "Returns true if `x` is the value true." [x])
(defnative false? "Returns true if `x` is the value false." [x])
(defnative boolean? "Returns true if `x` is true or false." [x])
(defnative number? "Returns true if `x` is a number." [x])
(defnative integer? "Returns true if `x` is an integer, of 64 bits or arbitrary." [x])
(defnative int? "Returns true if `x` is a 64-bit integer." [x])
(defnative float? "Returns true if `x` is a double." [x])
(defnative ratio? "Returns true if `x` is a ratio." [x])
(defnative decimal? "Returns true if `x` is a decimal." [x])
(defnative string? "Returns true if `x` is a string." [x])
(defnative char? "Returns true if `x` is a character." [x])
(defnative keyword? "Returns true if `x` is a keyword." [x])
(defnative symbol? "Returns true if `x` is a symbol." [x])
(defnative vector? "Returns true if `x` is a vector; a map entry is one." [x])
(defnative map? "Returns true if `x` is a map." [x])
(defnative set? "Returns true if `x` is a set." [x])
(defnative list? "Returns true if `x` is a list, `()` included, or a queue; a `cons` and a lazy sequence are none." [x])
(defnative seq? "Returns true if `x` is a sequence: a list, a cons, a lazy sequence, a range, what `seq` returns." [x])
(defnative coll? "Returns true if `x` is a collection: list, sequence, vector, map or set." [x])
(defnative sequential? "Returns true if `x` is a list, a sequence or a vector." [x])
(defnative associative? "Returns true if `x` is a map or a vector." [x])
(defnative counted? "Returns true if `(count x)` takes constant time: list, range, vector, map, set. False for strings, nil and lazy sequences." [x])
(defnative map-entry? "Returns true if `x` is an entry of a map, as `first` of a map or `find` return." [x])
(defnative fn? "Returns true if `x` is a function: made by `fn` or native." [x])
(defnative ifn? "Returns true if `x` can be called: a function, keyword, symbol, map, set, vector, var." [x])
(defnative var? "Returns true if `x` is a var, as `#'x` gives." [x])
(defnative inst? "Returns true if `x` is an instant." [x])
(defnative uuid? "Returns true if `x` is a UUID." [x])
(defnative bytes? "Returns true if `x` is a byte string." [x])
(defnative ^:no-doc regex? "Returns true if `x` is a regular expression." [x])
(defnative ^:no-doc secret? "Returns true if `x` is a secret." [x])
(defnative ^:no-doc atom? "Returns true if `x` is an atom." [x])
(defnative volatile? "Returns true if `x` is a volatile." [x])
(defnative delay? "Returns true if `x` is a delay." [x])
(defnative reduced? "Returns true if `x` is the result of a call of `reduced`." [x])
(defnative ^:no-doc error? "Returns true if `x` is an error value, as `ex-info` makes and `catch` binds." [x])
(defnative future? "Returns true if `x` is a future: what `async` returns." [x])
(defnative ^:no-doc promise? "Returns true if `x` is a promise." [x])
(defnative pid? "Returns true if `x` is the pid of a process." [x])
(defnative ^:no-doc transient? "Returns true if `x` is a transient collection, live or used up." [x])
(defnative ^:no-doc editable? "Returns true if `transient` takes `x`: a vector (not a map entry), hash map or hash set." [x])
(defnative tagged-literal? "Returns true if `x` is a tagged literal without a reader function." [x])
(defnative ^:no-doc type-name
  "Returns the symbol that names the type of `x`, as Clojure programs write it: `Long BigInt Ratio
  Double BigDecimal Boolean String Character Keyword Symbol PersistentVector MapEntry
  PersistentHashMap PersistentHashSet PersistentList Cons LazySeq Range Seq Fn Var Date UUID Bytes
  Pattern Atom Volatile Delay Promise Future Pid Reference Reduced Error TaggedLiteral Transient`;
  nil for nil." [x])

;; ---------------------------------------------------------------------------------------------
;; Equality, hashing, order. `=` itself is the operation `Equal` of the machine; it traps to `=*slow`.

(defnative ^:no-doc identity-hash "Returns a hash of an instance of a type of the program that no other has, whatever its type says of hashes." [x])
(defnative ^:no-doc hash-code "Returns the low 32 bits, with their sign, of the hash that the machine's own maps and sets go by. Slow path `hash-code*slow`: when `x` is deep, large, or has unrealized lazy cells in it." [x])
(defnative compare
  "Returns -1, 0 or 1 as `x` is before, equal to or after `y`: nil is before all; numbers by value;
  strings, keywords and symbols by text (namespace first, none before any); characters, booleans,
  instants and UUIDs by value; vectors by length, then by element. `:ox/type` for others and for two
  of different types. Slow path `compare*slow`." [x y])
(defnative ^:no-doc equal-start "Returns a new state for `equal-step` that compares `x` and `y` as `=` does." [x y])
(defnative ^:no-doc equal-step "Works for a bounded time. Returns true or false when the answer is known, an unrealized lazy cell that has to be forced first, or nil: go on." [state])
(defnative ^:no-doc hash-start "Returns a new state for `hash-step` over `x`." [x])
(defnative ^:no-doc hash-step "As `equal-step`; the answer is the hash, an integer." [state])
(defnative ^:no-doc compare-start "Returns a new state for `compare-step`." [x y])
(defnative ^:no-doc compare-step "As `equal-step`; the answer is -1, 0 or 1; throws as `compare`." [state])
(defnative ^:no-doc ready-start "Returns a new state for `ready-step`, which walks all of `x`; each shared part once." [x])
(defnative ^:no-doc ready-step "As `equal-step`; the answer is true: no lazy cell inside `x` is unrealized. Does not look into atoms, volatiles, delays, promises, or captures of functions." [state])
(defnative ^:no-doc ready? "Returns true if `x` is small and finished, so that nothing is left for `ready*` to do; false if that is not known." [x])

;; ---------------------------------------------------------------------------------------------
;; Types of programs, records and instances

(defnative record? "Returns true if `x` is a record." [x])
(defnative ^:no-doc type? "Returns true if `x` is a type that `defrecord` or `deftype` has made." [x])
(defnative ^:no-doc record-type? "Returns true if `x` is a type that `defrecord` has made." [x])
(defnative ^:no-doc type-interfaces "Returns the names, without package, of the host's classes and interfaces that a type of the program says its values have; nil of what is no such type." [x])
(defnative ^:no-doc own-method "Returns the method of a host's class or interface that the type of an instance has inline, a keyword says which; nil if it has none, or `x` is no instance of a type of the program." [method x])
(defnative ^:no-doc own-interface? "Returns true if `x` is an instance of a type of the program that says it has the interface, a symbol without package." [short-name x])
(defnative ^:no-doc instance-of-type? "Returns true if `x` is what a type of `deftype`, or `reify`, has made." [x])
(defnative ^:no-doc type*
  "Returns a type: a symbol with its package, and its fields, a vector of keywords; `itself` is true if its values say themselves, by methods,
  what they equal, what their hash is and how they compare; `records` if they are records." [name fields] [name fields itself] [name fields itself records])
(defnative ^:no-doc record* "Returns a record of a type, with a vector of the values of its fields." [type values])
(defnative ^:no-doc instance* "Returns an instance of a type, with a vector of the values of its fields." [type values])
(defnative ^:no-doc field* "Returns the value of a field, by number, of a record or instance." [x index])
(defnative ^:no-doc type-symbol "Returns the name of a type." [type])
(defnative ^:no-doc type-fields "Returns the fields of a type: a vector of keywords." [type])

;; ---------------------------------------------------------------------------------------------
;; Lazy cells and delays (the same cell under another type)

(defnative ^:no-doc lazy-cell? "Returns true if `x` is a lazy cell, in whatever state. A native that reads it follows realized cells." [x])
(defnative ^:no-doc lazy-state "Returns the state of a lazy cell or delay: `:unrealized :running :realized :failed`." [cell])
(defnative ^:no-doc lazy-start!
  "Marks an unrealized cell as running in this fiber and returns its thunk.
  Returns nil if the cell is realized, or running in another fiber. Throws its error if it has failed,
  and `:ox/state` if it is running in this fiber: it needs its own value." [cell])
(defnative ^:no-doc lazy-finish! "Stores the value of a running cell (a cell's value may be another lazy cell), which wakes the fibers that wait for it. Returns `value`." [cell value])
(defnative ^:no-doc lazy-fail! "The thunk of a running cell threw `error`: makes a lazy cell unrealized again, and a delay fail, so that forcing it throws `error` from now on. Wakes the fibers that wait for it. Returns nil." [cell error])
(defnative ^:no-doc lazy-give-back! "The thunk of a running cell was interrupted by `error`, which came from outside of it: makes the cell unrealized again. Wakes the fibers that wait for it. Returns nil." [cell error])
(defnative ^:no-doc lazy-value "Returns the value of a realized cell as stored (maybe another lazy cell), the error of a failed one; `:ox/state` otherwise." [cell])
(defnative ^:no-doc delay-new "Returns a new delay whose thunk is `thunk`." [thunk])

;; ---------------------------------------------------------------------------------------------
;; Sequences and collections

(defnative seq "Returns a sequence of the elements of `coll` (sequence, list, vector, map, set, string, byte string, nil), or nil if it is empty. `:ox/type` otherwise." [coll])
(defnative first "Returns the first element of `coll`, nil if there is none. Calls `seq` on it." [coll])
(defnative next "Returns a sequence of the elements after the first, nil if there are none." [coll])
(defnative rest "Returns a possibly empty sequence of the elements after the first, without realizing it." [coll])
(defnative cons "Returns a new sequence with `x` before the elements of `coll`, which is not realized." [x coll])
(defnative nth "Returns the element at `index`: in constant time for vectors, strings and byte strings, and by walking for sequences (slow path `nth*slow`). Out of bounds: `not-found` if given, else `:ox/index`. nil has nil everywhere. Maps and sets are `:ox/type`."
  [coll index] [coll index not-found])
(defnative count "Returns the number of elements of a collection, string (in characters), byte string; 0 for nil. Sequences are walked (slow path `count*slow`). `:ox/type` otherwise." [coll])
(defnative get "Returns the value at `key` of a map, vector (by index), set, string (by index), else `not-found` or nil; nil for all that has no keys. Throws nothing but what a sorted collection's comparator throws. Slow path `get*slow`: where a comparator has to be called, as of the others below."
  [coll key] [coll key not-found])
(defnative contains? "Returns true if `coll` (map, set, vector by index, string by index, nil) has `key`. `:ox/type` for others." [coll key])
(defnative find "Returns the map entry at `key` of a map or vector, or nil." [coll key])
(defnative key "Returns the key of a map entry; `:ox/type` otherwise." [entry])
(defnative val "Returns the value of a map entry; `:ox/type` otherwise." [entry])
(defnative ^:no-doc map-entry "Returns a new map entry." [key value])
(defnative ^:no-doc conj* "Returns `coll` with `x`: vectors at the end, lists and sequences at the front, sets, maps (`x`: a map entry, a vector of two, a map whose entries are added, or nil). nil becomes a list. `:ox/type` for others." [coll x])
(defnative ^:no-doc assoc* "Returns a map or vector (index up to its count, else `:ox/index`) with `value` at `key`; nil becomes a map." [coll key value])
(defnative ^:no-doc dissoc* "Returns a map without `key`; nil for nil." [map key])
(defnative ^:no-doc disj* "Returns a set without `x`; nil for nil." [set x])
(defnative peek "Returns the last element of a vector, the first of a list or queue; nil for nil and for empty ones." [coll])
(defnative pop "Returns a vector without its last, a list or queue without its first element; `:ox/state` if it is empty, nil for nil; the empty queue is its own." [coll])
(defnative subvec "Returns the elements from `start` to before `end` (default: the count) as a vector; `:ox/index` if they are not within it." [vector start] [vector start end])
(defnative ^:no-doc empty-queue "Returns the empty queue." [])
(defnative empty "Returns an empty collection of the same kind with the same metadata; `()` for sequences, nil for what is no collection." [coll])
(defnative ^:no-doc list-of "Returns a list of the elements of a vector." [vector])
(defnative ^:no-doc chunk
  "Returns a vector of the next 1 to 32 elements of a sequence over finished storage (of a vector,
  map, set, string, byte string, range, list), nil for other sequences (cons, lazy)." [seq])
(defnative ^:no-doc chunk-next "Returns the sequence after the elements that `chunk` returned, nil at the end." [seq])
(defnative ^:no-doc int-range "Returns the sequence of integers from `start` to before `end` by `step`, all 64-bit integers, `step` not 0; `()` if there are none. Counted; `=` and `hash` as any sequence's." [start end step])
(defnative ^:no-doc int-range? "Returns true if `x` is a range of `int-range`." [x])
(defnative ^:no-doc range-start "Returns the first number of an `int-range`." [range])
(defnative ^:no-doc range-end "Returns the bound of an `int-range`." [range])
(defnative ^:no-doc range-step "Returns the step of an `int-range`." [range])
(defnative sorted? "Returns true if `x` is a sorted map or set." [x])
(defnative ^:no-doc sorted-new "Returns an empty sorted map, or set, in the order of a comparator, nil for `compare`; `:ox/type` of what is no function." [comparator set?])
(defnative ^:no-doc sorted-part
  "Returns of a sorted collection its root (0) or comparator (1); of a node of its tree, which only the library's own walks meet, its
  left child (0), right child (1), key (2) or value (3)." [x index])
(defnative ^:no-doc sorted-put
  "Returns the sorted collection with an entry or element where `path` leads: 1, then for each step down a bit, 1 to the right. Keeps
  the key that is there." [coll path key value])
(defnative ^:no-doc sorted-drop "Returns the sorted collection without what is where `path` leads." [coll path])
(defnative ^:no-doc sorted-seq "Returns the sequence of a sorted collection, from the greatest to the least if `down?`, or nil." [coll down?])
(defnative ^:no-doc sorted-from "Returns the sequence of a node's element, of what is on its far side, and of `rest`." [node rest down?])
(defnative transient "Returns a transient copy of a vector, hash map or hash set, in constant time." [coll])
(defnative persistent! "Returns the collection that a transient has become; it can no longer be used (`:ox/state`)." [transient])
(defnative ^:no-doc conj!* "As `conj*` for a transient; returns the transient to go on with." [transient x])
(defnative ^:no-doc assoc!* "As `assoc*` for a transient map or vector." [transient key value])
(defnative ^:no-doc dissoc!* "As `dissoc*` for a transient map." [transient key])
(defnative ^:no-doc disj!* "As `disj*` for a transient set." [transient x])
(defnative pop! "As `pop` for a transient vector." [transient])
(defnative meta "Returns the metadata of `x`, a map or nil." [x])
(defnative with-meta "Returns `x` (collection, symbol, function) with the metadata `m`, a map or nil; `:ox/type` otherwise." [x m])
(defnative ^:no-doc set-meta! "Sets the metadata of an atom. Returns `m`." [reference m])
(defnative reduced "Wraps `x` so that `reduce` ends with it." [x])

;; ---------------------------------------------------------------------------------------------
;; Cells

(defnative ^:no-doc atom-new "Returns a new atom with `value`, and no metadata, validator or watches." [value])
(defnative ^:no-doc atom-value "Returns the value of an atom." [atom])
(defnative ^:no-doc atom-set! "Sets the value of an atom, without asking anybody. Returns `value`." [atom value])
(defnative ^:no-doc atom-hooks "Returns the hooks of an atom: nil, or a map with `:validator` and `:watches`." [atom])
(defnative ^:no-doc atom-set-hooks! "Sets the hooks of an atom. Returns nil." [atom hooks])
(defnative volatile! "Returns a new volatile with `value`." [value])
(defnative vreset! "Sets the value of a volatile. Returns `value`." [volatile value])
(defnative deref
  "Returns what `reference` refers to: an atom's, volatile's, var's, reduced's value, a delay's (which is
  computed first), a future's or promise's (which is waited for). `@x` is `(deref x)`. With
  `milliseconds`, a future or promise that is not there in time gives `otherwise`.
  Slow path `deref*slow`: when something is to be computed or waited for."
  [reference] [reference milliseconds otherwise])
(defnative realized? "Returns true if a delay, lazy sequence, future or promise has its value, or its error." [x])
(defnative ^:no-doc bindings "Returns the map of the dynamic bindings in force in this fiber: var to value." [])
(defnative ^:no-doc var-of-slot "Returns the var of a definition of the image by its number, which the host has given." [slot])
(defnative ^:no-doc push-bindings "Puts the map `frame` from vars to values over the bindings in force. Returns the map that was in force, for `pop-bindings`." [frame])
(defnative ^:no-doc pop-bindings "Puts back the map that `push-bindings` returned. Returns nil." [saved])
(defnative ^:no-doc set-binding! "Changes the innermost binding of a var in this fiber; `:ox/state` if there is none. Returns `value`." [var value])
(defnative ^:no-doc serial "Returns the next number of this process's counter, from 1." [])

;; ---------------------------------------------------------------------------------------------
;; Numbers. `+ - * / < <= =` of two are operations of the machine.

(defnative inc "Returns `x` + 1; `:ox/arithmetic` on overflow." [x])
(defnative dec "Returns `x` - 1; `:ox/arithmetic` on overflow." [x])
(defnative quot "Returns the quotient of `x` by `y`, truncated toward zero; `:ox/arithmetic` if `y` is 0." [x y])
(defnative rem "Returns the remainder of `quot`; the sign is `x`'s." [x y])
(defnative mod "Returns `x` modulo `y`; the sign is `y`'s." [x y])
(defnative ^:no-doc num-eq "Returns true if two numbers have the same value, whatever their types; `:ox/type` if they are no numbers." [x y])
(defnative ^:no-doc add-p "Returns `x` + `y`, as an arbitrary integer if 64 bits do not hold it." [x y])
(defnative ^:no-doc sub-p "Returns `x` - `y`, as an arbitrary integer if 64 bits do not hold it." [x y])
(defnative ^:no-doc mul-p "Returns `x` * `y`, as an arbitrary integer if 64 bits do not hold it." [x y])
(defnative ^:no-doc max2 "Returns the greater of two numbers; NaN if one is." [x y])
(defnative ^:no-doc min2 "Returns the lesser of two numbers; NaN if one is." [x y])
(defnative zero? "Returns true if the number `x` is zero." [x])
(defnative pos? "Returns true if the number `x` is greater than zero." [x])
(defnative neg? "Returns true if the number `x` is less than zero." [x])
(defnative even? "Returns true if the integer `n` is even; `:ox/argument` for other numbers." [n])
(defnative odd? "Returns true if the integer `n` is odd; `:ox/argument` for other numbers." [n])
(defnative abs "Returns the absolute value of a number; the least 64-bit integer is its own." [x])
(defnative num "Returns `x` if it is a number, throws `:ox/type` otherwise." [x])
(defnative long "Returns the number or character `x` as a 64-bit integer, truncated; `:ox/argument` if it does not fit." [x])
(defnative double "Returns the number `x` as a double." [x])
(defnative bigint "Returns the number or numeral `x` as an arbitrary integer, truncated." [x])
(defnative bigdec "Returns the number or numeral `x` as a decimal." [x])
(defnative rationalize "Returns the number `x` as an exact one." [x])
(defnative numerator "Returns the numerator of a ratio." [r])
(defnative denominator "Returns the denominator of a ratio." [r])
(defnative char "Returns the character with the code point `x`; a character is returned as it is. `:ox/argument` if there is none." [x])
(defnative NaN? "Returns true if the number `x` is not a number." [x])
(defnative infinite? "Returns true if the number `x` is an infinity." [x])
(defnative ^:no-doc bit-and2 "Returns the bits set in both." [x y])
(defnative ^:no-doc bit-or2 "Returns the bits set in either." [x y])
(defnative ^:no-doc bit-xor2 "Returns the bits set in one of both." [x y])
(defnative ^:no-doc bit-and-not2 "Returns the bits of `x` that are not set in `y`." [x y])
(defnative bit-not "Returns the complement of the 64-bit integer `x`." [x])
(defnative bit-shift-left "Returns `x` shifted left by the low six bits of `n`." [x n])
(defnative bit-shift-right "Returns `x` shifted right by the low six bits of `n`, the sign kept." [x n])
(defnative unsigned-bit-shift-right "Returns `x` shifted right by the low six bits of `n`, filled with zeros." [x n])
(defnative bit-test "Returns true if bit `n` of `x` is set." [x n])
(defnative unchecked-add "Returns `x` + `y`; 64-bit integers wrap around." [x y])
(defnative unchecked-subtract "Returns `x` - `y`; 64-bit integers wrap around." [x y])
(defnative unchecked-multiply "Returns `x` * `y`; 64-bit integers wrap around." [x y])
(defnative unchecked-long "Returns the low 64 bits of the number `x`, truncated." [x])
(defnative parse-long "Returns the 64-bit integer that the string `s` writes in decimal, nil if it writes none; `:ox/argument` if `s` is no string." [s])
(defnative parse-double "Returns the double that the string `s` writes, nil if it writes none; `:ox/argument` if `s` is no string." [s])
(defnative parse-uuid "Returns the UUID that the string `s` writes, nil if it writes none; `:ox/argument` if `s` is no string." [s])
(defnative inst-ms "Returns the milliseconds from 1970-01-01T00:00:00Z to an instant." [inst])
(defnative ^:no-doc inst-of-ms "Returns the instant that many milliseconds after 1970-01-01T00:00:00Z." [ms])

;; ---------------------------------------------------------------------------------------------
;; Text

(defnative ^:no-doc str*
  "Returns the arguments as text, joined: nil is empty, strings and characters are themselves, all else
  is as `pr-str` writes it. Slow path `str*slow`, when a value is large or unfinished."
  [a] [a b] [a b c] [a b c d])
(defnative ^:no-doc secret* "Returns the secret of a name, to be looked up in `source`, `\"env\"` or `\"file\"`, where a request is made." [source name])
(defnative ^:no-doc join-strings "Returns the strings of a vector, joined with the string `separator` between them." [separator strings])
(defnative subs "Returns the characters from `start` to before `end` (default: the count); `:ox/index` if they are not within the string." [s start] [s start end])
(defnative name "Returns the name of a keyword or symbol; a string is its own." [x])
(defnative namespace "Returns the namespace of a keyword or symbol, nil if it has none." [x])
(defnative keyword "Returns the keyword with a name (string, symbol or keyword; `\"a/b\"` has a namespace), or with `namespace` (string or nil) and `name`. nil for what cannot be one." [name] [namespace name])
(defnative symbol "Returns the symbol with a name (string, keyword, symbol, var), or with `namespace` (string or nil) and `name`. `:ox/argument` for others." [name] [namespace name])
(defnative re-pattern "Returns the regular expression a string writes; a regular expression is its own. `:ox/parse` for what the linear-time engine does not take." [s])
(defnative ^:no-doc re-source "Returns the text of a regular expression." [re])
(defnative ^:no-doc re-find-from
  "Looks for the first match of `re` in `s` at or after the cursor (0 at the start, then what this
  returned). Returns nil, or `[match start end cursor]`: the match is a string, or a vector of it and its
  groups (nil if unmatched) where the expression has groups; start and end are character indices; the
  cursor goes on behind the match, one character further after an empty one, and is nil at the end." [re s cursor])
(defnative ^:no-doc re-matches* "Returns the match of `re` with all of `s` as in `re-find-from`, or nil." [re s])
(defnative ^:no-doc format*
  "Returns the string `fmt` with its directives (`%s %S %d %x %X %o %f %e %E %g %c %b %n %%`, with flags, width,
  precision and `1$` positions) replaced by the elements of the vector `args`, as Java's Formatter does. Traps
  `ready` for its arguments; `:ox/argument` if they do not fit." [fmt args])
(defnative ^:no-doc print*
  "Returns the text of `x`. `options` is true (readable, as `pr` writes), false (for people, as `print`), or a map with
  `:readably :length :level :meta :namespace-maps`. Slow path `print*slow`." [x options])
(defnative ^:no-doc sort*
  "Returns the vector with its elements in order, equal ones in theirs: by `compare` (mode 0), `<` (1) or `>` (2); the keys of map
  entries (4 more). nil for elements that take longer to compare, or are no numbers where they should be." [vector mode])
(defnative ^:no-doc fuse
  "Returns a fused sequence: the elements of `coll` changed or chosen by `f` as `kind` says. Code calls it instead of `map` and the
  like where the sequence goes to `reduce`, or what hands it to that, and nowhere else; `ox.core.coll` says what the kinds are." [kind f coll])
(defnative ^:no-doc fused? "Returns true if `x` is a fused sequence." [x])
(defnative ^:no-doc fused-part "Returns kind (0), function (1) or collection (2) of a fused sequence." [fused index])
(defnative ^:no-doc key-hashed "Notes for the instruction that runs next the hash of a key, and what was `known` before. Returns nil." [key hash known])
(defnative ^:no-doc keys-compared "Notes for the instruction that runs next whether two keys are equal, and what was `known` before. Returns nil." [x y equal known])
(defnative ^:no-doc walk-step "Works for a bounded time on what a native could not do at once. Returns the answer as a reduced value, an unrealized lazy cell that has to be forced first, a number to write or the text of one to read, or nil: go on." [state])
(defnative ^:no-doc walk-give "Gives a walk what the number became that it stopped at: of one that is written its text, of a text the number. Returns nil." [state made])
(defnative ^:no-doc print-start "Returns a new state for `print-step`." [x options])
(defnative ^:no-doc print-step "As `equal-step`; the answer is the text, a string. Of a number that is too long for a step, returns the number; `walk-give` takes its text." [state])
(defnative ^:no-doc read-form
  "Reads the first form of a string with the reader of the language (no `#=`, no syntax-quote resolution; tagged literals other than
  `#inst`, `#uuid` and `#bytes` become tagged-literal values), iteratively. Returns `[form end]`, `end` the character index behind
  it, or nil if there is only white space and comments. `options` is nil, or `:edn`: only EDN. `:ox/parse` on an error." [s options])
(defnative tagged-literal "Returns a tagged literal, a value with `:tag` and `:form`." [tag form])

;; ---------------------------------------------------------------------------------------------
;; Errors

(defnative ^:no-doc error-new "Returns an error with a message (string or nil), data (map or nil) and cause (error or nil); `:ox/type` otherwise." [message data cause])
(defnative ^:no-doc error-message "Returns the message of an error, nil for nil and other values." [e])
(defnative ^:no-doc error-kind "Returns what the data of an error has at `:ox/kind`, nil for nil and other values. Asks no comparator." [e])
(defnative ^:no-doc error-data "Returns the data of an error, nil for nil and other values." [e])
(defnative ^:no-doc error-cause "Returns the cause of an error, nil for nil and other values." [e])
(defnative ^:no-doc error-with-data "Returns the error with other data; message, cause and trace are kept." [e data])
(defnative ^:no-doc error-trace "Returns the stack trace of a thrown error: a vector of maps with `:name :file :line`, innermost first." [e])
(defnative ^:no-doc function-place "Returns where the code of a function begins, a map as in `error-trace`; nil of other values." [f])
(defnative ^:no-doc program-namespace "Returns the namespace, a symbol, of the file that is run; nil where there is none." [])

;; ---------------------------------------------------------------------------------------------
;; Effects

(defnative ^:no-doc effect*
  "Asks the runtime for the effect `op`, a keyword, with the arguments in a vector; the fiber is suspended until the answer is
  there. Returns the answer or throws the error that is the answer. Where no effect may happen (macros, `def` values) it throws
  `:ox/effect` naming it. `docs/internals/effects.md` lists the operations." [op args])

;; ---------------------------------------------------------------------------------------------
;; Handlers

(defnative ^:no-doc extent-new "Returns a new extent, in which the handlers, a map, are to be in force." [handlers])
(defnative ^:no-doc extent-enter "Calls a function without parameters as the body of an extent. Returns what it returns." [extent body])
(defnative ^:no-doc extent-resume
  "Goes on with the body of an extent that was detached for the `turn`th time: its request is answered with a value, or an error, if
  that is not nil, is thrown there. Returns what the body returns." [extent turn value error])
(defnative ^:no-doc extent-detached "Returns the turn of an extent whose body is detached, nil if it runs or is over." [extent])
