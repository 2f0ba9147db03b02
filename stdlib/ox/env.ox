(ns ox.env
  "The environment of the run.")

(defn get "Returns the value of an environment variable, a string; `otherwise` or nil if it is not set."
  ([name] (activity* "ox.env/get" nil nil [name]))
  ([name otherwise]
   (let [value (activity* "ox.env/get" nil nil [name])]
     (if (nil? value) otherwise value))))

(defn all "Returns the map of all environment variables." [] (activity* "ox.env/all" nil nil []))
