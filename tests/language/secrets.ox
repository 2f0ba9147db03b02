;;; # Secrets
;;; Values that stand for a text which is not in the program: `ox.env/secret`, `ox.fs/secret`.

;;; ## A secret has a name, and no text
(require '[ox.env :as env] '[ox.fs :as fs])
(env/secret "TOKEN")                            ;=> #secret "TOKEN"
(fs/secret "keys/token")                        ;=> #secret "keys/token"
(println (env/secret "TOKEN") [(env/secret "T")])                               ;=> nil
;out #secret "TOKEN" [#secret "T"]
(pr-str {:a (env/secret "T")})                  ;=> "{:a #secret \"T\"}"
(type (env/secret "T"))                         ;=> Secret
(env/secret nil)                                ;! :ox/type "a string"
(env/secret 1)                                  ;! :ox/type
(env/secret)                                    ;! :ox/arity
(fs/secret :path)                               ;! :ox/type

;;; ## Texts around it make a longer secret
(require '[clojure.string :as str] '[ox.env :as env])
(def token (env/secret "TOKEN"))
(str "Bearer " token)                           ;=> #secret "Bearer ${TOKEN}"
(str token)                                     ;=> #secret "TOKEN"
(str token token)                               ;=> #secret "${TOKEN}${TOKEN}"
(str "a" 1 \b nil :c token)                     ;=> #secret "a1b:c${TOKEN}"
(str 1 2 3 4 5 token 6)                         ;=> #secret "12345${TOKEN}6"
(str (str "a" token) "b")                       ;=> #secret "a${TOKEN}b"
(str "" token)                                  ;=> #secret "TOKEN"
(str/join ":" ["user" token])                   ;=> #secret "user:${TOKEN}"
(str/join (list token token))                   ;=> #secret "${TOKEN}${TOKEN}"
(apply str ["x" token])                         ;=> #secret "x${TOKEN}"
(string? (str "x" token))                       ;=> false
(str [token])                                   ;=> "[#secret \"TOKEN\"]"
(defrecord R [a])
(ex-message (ex-info (str "no " token) {}))     ;=> "#secret \"no ${TOKEN}\""
(str (->R 1) token)                             ;=> #secret "#user.R{:a 1}${TOKEN}"

;;; ## Secrets are equal if their names are
(require '[ox.env :as env] '[ox.fs :as fs])
(= (env/secret "T") (env/secret "T"))           ;=> true
(= (env/secret "T") (fs/secret "T"))            ;=> false
(= (str "a" (env/secret "T")) (str "a" (env/secret "T")))                       ;=> true
(= (str "a" (env/secret "T")) (str "b" (env/secret "T")))                       ;=> false
(= (env/secret "T") "T")                        ;=> false
(get {(env/secret "T") 1} (env/secret "T"))     ;=> 1
(count (hash-set (str "a" (env/secret "T")) (str "a" (env/secret "T")) (env/secret "T")))                       ;=> 2
(get (zipmap (map env/secret (map str (range 20))) (range)) (env/secret "7"))   ;=> 7

;;; ## What needs the text is an error
(require '[clojure.string :as str] '[ox.env :as env] '[ox.json :as json])
(count (env/secret "T"))                        ;! :ox/type
(str/upper-case (env/secret "T"))               ;! :ox/type
(subs (env/secret "T") 0 1)                     ;! :ox/type
(json/write {:token (env/secret "T")})          ;! :ox/type
(compare (env/secret "T") (env/secret "U"))     ;! :ox/type
