(ns ox.env
  "The environment of the run.")

(defn get "Returns the value of an environment variable, a string; `otherwise` or nil if it is not set."
  ([name] (call-activity "ox.env/get" nil [name] nil))
  ([name otherwise]
   (let [value (call-activity "ox.env/get" nil [name] nil)]
     (if (nil? value) otherwise value))))

(defn all "Returns the map of all environment variables." [] (call-activity "ox.env/all" nil [] nil))
