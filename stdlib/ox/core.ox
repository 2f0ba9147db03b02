(ns ox.core
  "The core of the language. `clojure.core` is another name of it.

  It is made of several namespaces, whose public names are all names of this one; a name's definition
  is in its own namespace. Every namespace refers to all of them without asking."
  (:re-export ox.core.native
              ox.core.error
              ox.core.number
              ox.core.classes
              ox.core.interface
              ox.core.writer
              ox.core.base
              ox.core.coll
              ox.core.seq
              ox.core.function
              ox.core.map
              ox.core.sorted
              ox.core.string
              ox.core.decimal
              ox.core.atom
              ox.core.array
              ox.core.print
              ox.core.types
              ox.core.hierarchy
              ox.core.protocol
              ox.core.host
              ox.core.multi
              ox.core.effect
              ox.core.reader
              ox.core.handler
              ox.core.eval
              ox.core.process
              ox.core.macros))
