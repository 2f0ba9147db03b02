(ns ox.sh
  "Commands of the machine the process runs on, as activities: each runs in a process group of its own, which ends with `oxc`,
  and a surviving one is ended before its attempt is repeated.")

(def ^:private activity-option-names
  [:queue :retry :schedule-to-start :start-to-close :schedule-to-close :heartbeat :idempotent :idempotency-key :on-exhausted])

(defn- words
  "The words of a command as strings. A string is refused: no shell splits it."
  [activity command]
  (if (sequential? command)
    (mapv str command)
    (throw (ex-info (str activity ": a command must be a vector of strings, like [\"ls\" \"-l\"], not " (pr-str command))
                    {:ox/kind :ox/type}))))

(defn run
  "Runs a command, a vector of strings, and returns `{:exit 0 :out \"…\" :err \"…\"}`. Another exit status is an
  `:ox/activity` error with `:reason :exit`, unless `:check` is false.

  | option | meaning |
  |---|---|
  | `:in` | text or bytes for its standard input, or `[:file path]` |
  | `:env` | map of further environment variables |
  | `:cwd` | directory |
  | `:out`, `:err` | `:string` (the default; at most 16 MiB), `:bytes`, `:inherit`, `[:file path]` |
  | `:check` | whether an exit status other than 0 is an error |

  The options of activities (`:retry`, `:start-to-close`, `:idempotency-key` …) are taken too. The command finds its
  idempotency key in `OX_IDEMPOTENCY_KEY`."
  ([command] (run command nil))
  ([command opts]
   (activity* "ox.sh/run"
              (select-keys opts activity-option-names)
              nil
              [(words "ox.sh/run" command) (apply dissoc (or opts {}) activity-option-names)])))

(defn- commands-and-options [args]
  (let [v (vec args)]
    (if (map? (peek v))
      [(pop v) (peek v)]
      [v nil])))

(defn pipe
  "Runs commands, vectors of strings, each with its standard output into the next one's standard input, as one activity. A last
  argument that is a map holds options, as `run` takes them. Returns what `run` returns, of the last command; an exit status
  other than 0 of any of them is an error, which names the last that failed, `:command` in its data."
  [& commands]
  (let [[commands opts] (commands-and-options commands)]
    (activity* "ox.sh/pipe"
               (select-keys opts activity-option-names)
               nil
               [(mapv (fn [command] (words "ox.sh/pipe" command)) commands) (apply dissoc (or opts {}) activity-option-names)])))
