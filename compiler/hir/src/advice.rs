//! What Clojure's core has and Ox leaves out, and what to use instead.
//!
//! # Invariants
//! - No name of [`LEFT_OUT`] is defined by the library (a test of `driver` looks), and none is here twice.
//! - An advice says in one sentence why there is no such thing, or what to use in its place.

/// Names of Clojure's core that are left out on purpose, those with the same advice together.
const LEFT_OUT: &[(&str, &[&str])] = &[
    (
        "state that changes is an `atom`, and `swap!` changes it at once, whatever other fibers do; what several processes use, one of them holds, and the others `send` it messages",
        &[
            "alter",
            "commute",
            "dosync",
            "ensure",
            "ref",
            "ref-history-count",
            "ref-max-history",
            "ref-min-history",
            "ref-set",
            "sync",
        ],
    ),
    (
        "an agent is a process: `spawn` one whose function keeps the state as its argument and takes what it shall do by `receive`; work beside other work in the same process is `async`",
        &[
            "*agent*",
            "agent",
            "agent-error",
            "agent-errors",
            "await-for",
            "await1",
            "clear-agent-errors",
            "error-handler",
            "error-mode",
            "release-pending-sends",
            "restart-agent",
            "send-off",
            "send-via",
            "set-agent-send-executor!",
            "set-agent-send-off-executor!",
            "set-error-handler!",
            "set-error-mode!",
            "shutdown-agents",
        ],
    ),
    (
        "no lock is needed: processes share nothing, and `swap!` changes an atom at once, whatever other fibers do",
        &["locking"],
    ),
    (
        "there is no host whose classes could be extended: pass a function, or a map of functions",
        &[
            "construct-proxy",
            "definterface",
            "gen-class",
            "gen-interface",
            "get-proxy-class",
            "init-proxy",
            "proxy",
            "proxy-call-with-super",
            "proxy-mappings",
            "proxy-name",
            "proxy-super",
            "update-proxy",
        ],
    ),
    (
        "there are no objects with properties: data are maps already",
        &["bean"],
    ),
    (
        "a definition keeps its value while the program runs: what changes is an `atom`, and what one call shall see otherwise is `^:dynamic` and given by `binding`",
        &["alter-var-root", "intern", "ns-unmap", "with-redefs-fn"],
    ),
    (
        "what a body changes for itself is a `volatile!`, set by `vreset!`",
        &["var-set", "with-local-vars"],
    ),
    (
        "a name is bound by `binding`, those in a map by `with-bindings`",
        &["pop-thread-bindings", "push-thread-bindings"],
    ),
    (
        "a file is a namespace: begin it with `(ns …)`, which also names what it requires",
        &[
            "alias",
            "create-ns",
            "in-ns",
            "ns-unalias",
            "refer",
            "remove-ns",
            "with-loading-context",
        ],
    ),
    (
        "a running program has definitions and no namespaces; a macro may ask by `resolve` what a name means",
        &[
            "*ns*",
            "all-ns",
            "find-ns",
            "loaded-libs",
            "ns-aliases",
            "ns-imports",
            "ns-interns",
            "ns-map",
            "ns-name",
            "ns-publics",
            "ns-refers",
            "the-ns",
        ],
    ),
    (
        "the program is compiled as a whole before it runs, by `oxc run`, `oxc build` or `oxc check`",
        &[
            "*compile-files*",
            "*compile-path*",
            "*compiler-options*",
            "*fn-loader*",
            "*source-path*",
            "*use-context-classloader*",
            "add-classpath",
            "compile",
        ],
    ),
    (
        "use a vector: elements of one type take no less room",
        &["vector-of"],
    ),
    (
        "a structure is a map with keywords as its keys",
        &[
            "accessor",
            "create-struct",
            "defstruct",
            "struct",
            "struct-map",
        ],
    ),
    (
        "there are no iterators: collections are walked by `seq` and `reduce`",
        &["enumeration-seq", "iterator-seq", "resultset-seq"],
    ),
    (
        "sequences are computed one element at a time: make one by `lazy-seq` and `cons`",
        &[
            "chunk-append",
            "chunk-buffer",
            "chunk-cons",
            "chunk-first",
            "chunk-rest",
            "chunked-seq?",
        ],
    ),
    (
        "a function is defined by `defn`, and nothing is gained by having it put into its callers by hand",
        &["definline"],
    ),
    (
        "there are no classes: `type` and `class` give a symbol, and `instance?` takes one",
        &["primitives-classnames"],
    ),
];

/// Namespaces that Clojure programs require and that are left out, with what to use instead.
const NAMESPACES: &[(&str, &str)] = &[
    (
        "clojure.core.async",
        "`async`, `await` and `race` work inside a process, `spawn`, `send` and `receive` between processes",
    ),
    (
        "clojure.core.reducers",
        "`reduce` over `map` and `filter` makes no sequences between; `pmap` and `pmap-n` work on several elements at once",
    ),
    ("clojure.java.shell", "`ox.sh` runs commands"),
    ("clojure.main", "`oxc run` runs programs"),
    ("clojure.reflect", "there are no classes to look into"),
    (
        "clojure.stacktrace",
        "`ex-message`, `ex-data` and `ex-cause` look into an error",
    ),
];

/// What to use in place of a namespace that is left out.
pub fn namespace_advice(name: &str) -> Option<&'static str> {
    let found = NAMESPACES.iter().find(|(known, _)| *known == name)?;
    Some(found.1)
}

/// Classes of the JVM that programs call often and that are left out, with what to use instead.
const CLASSES: &[(&str, &[&str])] = &[
    (
        "`ox.fs` reads, writes and lists files",
        &["Files", "Path", "Paths"],
    ),
    (
        "work beside other work is `async` or `spawn`; `sleep` waits, and what changes is an `atom`",
        &[
            "Thread",
            "Executors",
            "ExecutorService",
            "TimeUnit",
            "CountDownLatch",
            "ReentrantLock",
            "AtomicInteger",
            "AtomicLong",
            "AtomicReference",
        ],
    ),
    (
        "`ox.sh` runs commands",
        &["Runtime", "ProcessBuilder", "Process"],
    ),
    (
        "`ox.http` makes requests",
        &["URL", "HttpClient", "HttpURLConnection"],
    ),
    (
        "vectors, maps and sets are the collections; `transient` and `atom` change",
        &[
            "ArrayList",
            "LinkedList",
            "HashMap",
            "TreeMap",
            "HashSet",
            "TreeSet",
            "LinkedHashMap",
            "ArrayDeque",
            "Collections",
            "Arrays",
            "ConcurrentHashMap",
        ],
    ),
    (
        "`rand`, `rand-int` and `shuffle` are random",
        &["Random", "SecureRandom", "ThreadLocalRandom"],
    ),
    (
        "`(now)` is the instant, `inst-ms` its milliseconds",
        &[
            "Instant",
            "LocalDate",
            "LocalDateTime",
            "ZonedDateTime",
            "Duration",
            "SimpleDateFormat",
            "Calendar",
        ],
    ),
    (
        "a value has a `type`, and there are no classes to ask",
        &["Class", "Array", "Method", "Reflector", "RT"],
    ),
];

/// What to use in place of a class of the JVM.
pub fn host_advice(class: &str) -> Option<&'static str> {
    let class = class.rsplit('.').next().unwrap_or(class);
    CLASSES
        .iter()
        .find(|(_, classes)| classes.contains(&class))
        .map(|(advice, _)| *advice)
}

/// What to use in place of a name of Clojure's core that is left out on purpose.
pub fn advice(name: &str) -> Option<&'static str> {
    LEFT_OUT
        .iter()
        .find(|(_, names)| names.contains(&name))
        .map(|(advice, _)| *advice)
}

/// All names that are left out on purpose.
pub fn left_out() -> impl Iterator<Item = &'static str> {
    LEFT_OUT.iter().flat_map(|(_, names)| names.iter().copied())
}
