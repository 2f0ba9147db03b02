(ns ox.http
  "HTTP requests, as activities.")

(def ^:private activity-option-names
  [:queue :retry :schedule-to-start :start-to-close :schedule-to-close :heartbeat :idempotent :idempotency-key :on-exhausted])

(defn request
  "Makes a request and returns `{:status 200 :headers {\"content-type\" \"…\"} :body \"…\"}`. A status of 400 or more is an
  `:ox/activity` error with `:reason :rejected` and `:status`, unless `:check` is false.

  | key | meaning |
  |---|---|
  | `:url` | the address, `http` or `https` |
  | `:method` | `:get` (the default), `:post`, `:put`, `:patch`, `:delete`, `:head` |
  | `:headers` | map from names, strings or keywords, to values |
  | `:query` | map of query parameters |
  | `:body` | text or bytes |
  | `:json` | a value, sent as JSON |
  | `:file` | path of a file, sent as the body |
  | `:as` | of the answer's body: `:string` (the default), `:bytes`, `:json`, `[:file path]` |
  | `:check` | whether a status of 400 or more is an error |

  Names of the answer's headers are in small letters. Several values of one name are joined by commas, but for
  `\"set-cookie\"`, which is a vector of texts.

  The options of activities are taken too. POST and PATCH carry the header `Idempotency-Key`."
  [req]
  (activity* "ox.http/request"
             (select-keys req activity-option-names)
             nil
             [(apply dissoc req activity-option-names)]))

(defn get "GETs `url`; `opts` as for `request`."
  ([url] (request {:method :get :url url}))
  ([url opts] (request (assoc opts :method :get :url url))))
(defn post "POSTs to `url`; `opts` as for `request`."
  ([url] (request {:method :post :url url}))
  ([url opts] (request (assoc opts :method :post :url url))))
(defn put "PUTs to `url`; `opts` as for `request`."
  ([url] (request {:method :put :url url}))
  ([url opts] (request (assoc opts :method :put :url url))))
(defn delete "DELETEs `url`; `opts` as for `request`."
  ([url] (request {:method :delete :url url}))
  ([url opts] (request (assoc opts :method :delete :url url))))
