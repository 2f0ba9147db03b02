(ns ox.env
  "The environment of the run.")

(defn get "Returns the value of an environment variable, a string; `otherwise` or nil if it is not set."
  ([name] (activity* "ox.env/get" nil nil [name]))
  ([name otherwise]
   (let [value (activity* "ox.env/get" nil nil [name])]
     (if (nil? value) otherwise value))))

(defn all "Returns the map of all environment variables." [] (activity* "ox.env/all" nil nil []))

(defn secret
  "Returns a value that stands for the text of an environment variable. It holds the name alone: what is stored, sent and printed is
  `#secret \"NAME\"`. Where a command is started (`:env`, `:in`) or a request made (`:headers`) the text is looked up and put in, and in
  what comes back the name is put in its place. Texts around it make it a longer secret: `(str \"Bearer \" (secret \"TOKEN\"))`."
  [name]
  (secret* "env" name))
