(ns ox.core.types
  "The classes and interfaces of Clojure programs, as they are for Ox's types: symbols without package."
  (:require [ox.core.native :refer :all]
            [ox.core.error :refer :all]
            [ox.core.classes :refer :all]
            [ox.core.number :refer :all]
            [ox.core.interface :refer :all]
            [ox.core.base :refer :all]
            [ox.core.coll :refer :all]
            [ox.core.seq :refer :all]
            [ox.core.function :refer :all]
            [ox.core.map :refer :all]
            [ox.core.string :refer :all]
            [ox.core.atom :refer :all]
            [ox.core.print :refer :all]))

(defn ^:no-doc all-types "The names of all types that a value can have, errors and those of programs aside." [] (keys class-chains))

(defn ^:no-doc class-chain
  "The classes of a type or class, from the most specific to the most general; of a name that is none, only that."
  [class]
  (or (get class-chains class)
      (cons class (or (get superclasses class) (if (= class 'Object) nil (list 'Object))))))

(defn ^:no-doc class-named
  "The class that a symbol names, without package; nil for what is no symbol."
  [x]
  (when (symbol? x) (last-segment x)))

(defn class?
  "Returns true if `x` is a class: a symbol that `type` gives, the name of one of the interfaces of Clojure programs, or a type of the program."
  [x]
  (boolean (if-some [class (class-named x)]
             (or (contains? class-chains class)
                 (contains? superclasses class)
                 (= class 'Object)
                 (some (fn [chain] (some (fn [known] (= known class)) chain)) (vals class-chains)))
             (type? x))))

(defn ^:no-doc classes-of
  "The classes of values of a class, that itself first if it is a symbol: of types of the program what they implement; nil of what is no class."
  [x]
  (cond
    (type? x) (concat (type-interfaces x) (if (record-type? x) record-classes '(IType Object)))
    (class? x) (class-chain (class-named x))))

;; ---------------------------------------------------------------------------------------------
;; Errors

(defn ^:no-doc error-title "The full name of a class of errors, a symbol." [class]
  (symbol (str (get error-packages class "java.lang.") class)))

(defn- frame-parts "A frame of a trace as Clojure has it: name, method, file, line." [frame]
  [(symbol (get frame :name)) 'invoke (get frame :file) (get frame :line)])

(defn Throwable->map
  "Returns an error as data: in `:via` each error and its causes with `:type`, `:message`, `:data` and, if it was thrown, `:at`, a frame
  `[name invoke file line]`; `:trace`, message in `:cause` and `:data` of the innermost cause; `:phase` if the data has
  `:clojure.error/phase`."
  [error]
  (when-not (error? error)
    (fail :ox/type (str "expected an error, got " (pr-str error)) {:value error :expected "an error"}))
  (let [via (vec (take-while some? (iterate ex-cause error)))
        root (peek via)
        described (fn [e]
                    (merge {:type (error-title (class e))}
                           (when-some [message (ex-message e)] {:message message})
                           (when-some [data (ex-data e)] {:data data})
                           (when-some [frame (first (error-trace e))] {:at (frame-parts frame)})))]
    (merge {:via (mapv described via)
            :trace (mapv frame-parts (error-trace root))}
           (when-some [message (ex-message root)] {:cause message})
           (when-some [data (ex-data root)] {:data data})
           (when-some [phase (get (ex-data error) :clojure.error/phase)] {:phase phase}))))
