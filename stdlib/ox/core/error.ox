(ns ox.core.error
  "Errors as values: making them, looking into them, and which `catch` clause takes which.

  An error has a message, data and a cause. What the machine and the library throw carries `:ox/kind`
  in its data. Stands on the natives alone, since everything else throws."
  (:require [ox.core.native :refer :all]))

;; ---------------------------------------------------------------------------------------------
;; Which errors a catch clause takes

(def ^:private class-kinds
  "For each class name that Clojure programs catch, the kinds of errors it takes; true: all of them."
  {:default true
   'Throwable true 'java.lang.Throwable true
   'Exception :exceptions 'java.lang.Exception :exceptions
   'RuntimeException :exceptions 'java.lang.RuntimeException :exceptions
   'Error #{:ox/assert :ox/memory-limit} 'java.lang.Error #{:ox/assert :ox/memory-limit}
   'AssertionError #{:ox/assert} 'java.lang.AssertionError #{:ox/assert}
   'StackOverflowError #{:ox/memory-limit} 'java.lang.StackOverflowError #{:ox/memory-limit}
   'OutOfMemoryError #{:ox/memory-limit} 'java.lang.OutOfMemoryError #{:ox/memory-limit}
   'ExceptionInfo :info 'clojure.lang.ExceptionInfo :info 'IExceptionInfo :info 'clojure.lang.IExceptionInfo :info
   'ArithmeticException #{:ox/arithmetic} 'java.lang.ArithmeticException #{:ox/arithmetic}
   'ClassCastException #{:ox/type} 'java.lang.ClassCastException #{:ox/type}
   'Compiler$CompilerException #{:ox/compile} 'clojure.lang.Compiler$CompilerException #{:ox/compile}
   'NullPointerException #{:ox/type} 'java.lang.NullPointerException #{:ox/type}
   'IllegalArgumentException #{:ox/argument :ox/arity :ox/type :ox/number-format :ox/parse :ox/no-match :ox/no-method}
   'java.lang.IllegalArgumentException #{:ox/argument :ox/arity :ox/type :ox/number-format :ox/parse :ox/no-match :ox/no-method}
   'ArityException #{:ox/arity} 'clojure.lang.ArityException #{:ox/arity}
   'NumberFormatException #{:ox/number-format} 'java.lang.NumberFormatException #{:ox/number-format}
   'IllegalStateException #{:ox/state} 'java.lang.IllegalStateException #{:ox/state}
   'IndexOutOfBoundsException #{:ox/index} 'java.lang.IndexOutOfBoundsException #{:ox/index}
   'StringIndexOutOfBoundsException #{:ox/index} 'java.lang.StringIndexOutOfBoundsException #{:ox/index}
   'ArrayIndexOutOfBoundsException #{:ox/index} 'java.lang.ArrayIndexOutOfBoundsException #{:ox/index}
   'NoSuchElementException #{:ox/index} 'java.util.NoSuchElementException #{:ox/index}
   'UnsupportedOperationException #{:ox/unsupported} 'java.lang.UnsupportedOperationException #{:ox/unsupported}
   'InterruptedException #{:ox/cancelled} 'java.lang.InterruptedException #{:ox/cancelled}
   'CancellationException #{:ox/cancelled} 'java.util.concurrent.CancellationException #{:ox/cancelled}
   'TimeoutException #{:ox/timeout} 'java.util.concurrent.TimeoutException #{:ox/timeout}
   'ExecutionException #{:ox/activity} 'java.util.concurrent.ExecutionException #{:ox/activity}
   'IOException #{:ox/io :ox/stdin-lost} 'java.io.IOException #{:ox/io :ox/stdin-lost}
   'UncheckedIOException #{:ox/io} 'java.io.UncheckedIOException #{:ox/io}
   'UnsupportedEncodingException #{:ox/io} 'java.io.UnsupportedEncodingException #{:ox/io}
   'EOFException #{:ox/io} 'java.io.EOFException #{:ox/io}
   'FileNotFoundException #{:ox/io} 'java.io.FileNotFoundException #{:ox/io}})

(def ^:private kind-classes
  "For each kind of error the class, without package, that it is on the JVM; of others `ExceptionInfo`."
  '{:ox/arithmetic ArithmeticException
    :ox/type ClassCastException
    :ox/argument IllegalArgumentException
    :ox/no-match IllegalArgumentException
    :ox/no-method IllegalArgumentException
    :ox/arity ArityException
    :ox/number-format NumberFormatException
    :ox/state IllegalStateException
    :ox/index IndexOutOfBoundsException
    :ox/unsupported UnsupportedOperationException
    :ox/assert AssertionError
    :ox/memory-limit OutOfMemoryError
    :ox/parse RuntimeException
    :ox/clash RuntimeException
    :ox/compile Compiler$CompilerException
    :ox/exception Exception
    :ox/io IOException
    :ox/stdin-lost IOException
    :ox/timeout TimeoutException
    :ox/activity ExecutionException
    :ox/cancelled CancellationException})

(defn- file-class
  "The class, without package, that an error of an operation on a file is on the JVM; nil of other errors."
  [e]
  (if (identical? :ox/activity (error-kind e))
    (let [os (get (error-data e) :os)]
      (if (nil? os)
        nil
        (if (contains? #{:not-found :permission :is-directory :not-directory} os) 'FileNotFoundException 'IOException)))
    nil))

(def ^:private file-classes
  "For the class of an error of a file the names by which clauses take it."
  '{FileNotFoundException #{FileNotFoundException java.io.FileNotFoundException IOException java.io.IOException}
    IOException #{IOException java.io.IOException}})

(defn ^:no-doc error-class
  "The class of an error, a symbol without package: the one that it was made as, `(NullPointerException. \"…\")`, or that of its kind."
  [e]
  (let [made-as (get (meta (error-data e)) ::class)]
    (if (nil? made-as)
      (let [of-file (file-class e)]
        (if (nil? of-file) (get kind-classes (error-kind e) 'ExceptionInfo) of-file))
      made-as)))

(def ^:private machine-kinds
  "Kinds of errors that on the JVM are no `ExceptionInfo`."
  #{:ox/arithmetic :ox/type :ox/argument :ox/arity :ox/number-format :ox/state :ox/index :ox/unsupported
    :ox/assert :ox/memory-limit :ox/parse :ox/no-match :ox/no-method :ox/clash :ox/exception :ox/io})

(def ^:private unseen-kinds
  "Kinds that only a clause naming them takes: ending a process is no failure to recover from."
  #{:ox/cancelled :ox/exit})

(defn ^:no-doc error-matches?
  "Returns true if a catch clause that names `kind` (a keyword, or a class name as a symbol) takes the
  error `e`. Cancellation and `exit` are taken only by clauses that name `:ox/cancelled` and `:ox/exit`."
  [e kind]
  (let [own (error-kind e)
        kinds (get class-kinds kind)]
    (if (nil? kinds)
      (identical? own kind)
      (if (set? kinds)
        (if (contains? kinds own)
          true
          (contains? (get file-classes (file-class e)) kind))
        (if (contains? unseen-kinds own)
          false
          (if (identical? kinds true)
            true
            (if (identical? kinds :info)
              (if (contains? machine-kinds own) false (nil? (file-class e)))
              (not (identical? own :ox/assert)))))))))

(defn ^:no-doc new-error
  "The error that `(IllegalArgumentException. \"message\")` and the like make: of the kind the class stands for."
  ([class] (new-error class nil nil))
  ([class message] (new-error class message nil))
  ([class message cause]
   (if (error? message)
     (new-error class (error-message message) message)
     (let [kinds (get class-kinds class)
           kind (if (set? kinds)
                  ;; a class that stands for several kinds makes the one that says least
                  (if (contains? kinds :ox/argument)
                    :ox/argument
                    (if (contains? kinds :ox/io) :ox/io (first kinds)))
                  :ox/exception)]
       ;; Several classes are of one kind: which it was stands where nobody compares or prints it.
       (error-new message
                  (if (identical? class (get kind-classes kind)) {:ox/kind kind} (with-meta {:ox/kind kind} {::class class}))
                  cause)))))

(defn ex-info
  "Returns an error with a message, a map of data and, if given, the error that caused it."
  ([message data] (ex-info message data nil))
  ([message data cause]
   (if (map? data)
     ;; A message is what people see of a secret.
     (error-new (if (secret? message) (print* message true) message) data cause)
     (throw (error-new "Additional data must be non-nil." {:ox/kind :ox/argument :value data} nil)))))

(defn ^:no-doc fail
  "Throws an error of a kind of the library's own."
  ([kind message] (throw (error-new message {:ox/kind kind} nil)))
  ([kind message data] (throw (error-new message (assoc* data :ox/kind kind) nil))))

(defn ex-message "Returns the message of an error, nil if it has none or `e` is none." [e] (error-message e))
(defn ex-data "Returns the data of an error, a map; nil if it has none or `e` is none." [e] (error-data e))
(defn ex-cause "Returns the error that caused the error `e`, nil if there is none." [e] (error-cause e))

(defn ^:no-doc no-match
  "Throws what `case` and `condp` throw when no clause matches."
  [value]
  (throw (error-new (str* "No matching clause: " value) {:ox/kind :ox/no-match :value value} nil)))

(defn ^:no-doc assertion-failed
  "Throws what `assert`, `:pre` and `:post` throw."
  ([form-text] (throw (error-new (str* "Assert failed: " form-text) {:ox/kind :ox/assert} nil)))
  ([form-text message] (throw (error-new (str* "Assert failed: " message "\n" form-text) {:ox/kind :ox/assert} nil))))
