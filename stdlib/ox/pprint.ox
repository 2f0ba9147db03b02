(ns ox.pprint
  "Printing values over several lines, and by format strings; `clojure.pprint` is another name of this namespace.

  Its public names are those of the two namespaces that it is made of."
  (:re-export ox.pprint.base
              ox.pprint.format))
