//! The standard library's sources, in Ox.
//!
//! This crate knows nothing of the language: it hands out texts by namespace. The compiler compiles
//! them as it does any others; that they may declare natives, and which names it knows itself, is
//! its business.
//!
//! # Invariants
//! - A namespace `a.b` is in `ox/…/b.ox` below `stdlib/`, `-` written `_`; [`SOURCES`] lists all of
//!   them, sorted by namespace (a test compares the list with the folder).
//! - An alias names a namespace of [`SOURCES`], and never another alias.

/// A source file of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The namespace it defines, `ox.core.seq`.
    pub namespace: &'static str,
    /// Its path below `stdlib/`, `ox/core/seq.ox`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! sources {
    ($($namespace:literal $path:literal;)*) => {
        /// Every source file, sorted by namespace.
        pub const SOURCES: &[Source] = &[ $( Source {
            namespace: $namespace,
            path: $path,
            text: include_str!(concat!("../", $path)),
        }, )* ];
    };
}

sources! {
    "ox.compat" "ox/compat.ox";
    "ox.core" "ox/core.ox";
    "ox.core.array" "ox/core/array.ox";
    "ox.core.atom" "ox/core/atom.ox";
    "ox.core.base" "ox/core/base.ox";
    "ox.core.big" "ox/core/big.ox";
    "ox.core.classes" "ox/core/classes.ox";
    "ox.core.coll" "ox/core/coll.ox";
    "ox.core.decimal" "ox/core/decimal.ox";
    "ox.core.effect" "ox/core/effect.ox";
    "ox.core.error" "ox/core/error.ox";
    "ox.core.eval" "ox/core/eval.ox";
    "ox.core.function" "ox/core/function.ox";
    "ox.core.handler" "ox/core/handler.ox";
    "ox.core.hierarchy" "ox/core/hierarchy.ox";
    "ox.core.host" "ox/core/host.ox";
    "ox.core.interface" "ox/core/interface.ox";
    "ox.core.macros" "ox/core/macros.ox";
    "ox.core.map" "ox/core/map.ox";
    "ox.core.multi" "ox/core/multi.ox";
    "ox.core.native" "ox/core/native.ox";
    "ox.core.number" "ox/core/number.ox";
    "ox.core.print" "ox/core/print.ox";
    "ox.core.process" "ox/core/process.ox";
    "ox.core.protocol" "ox/core/protocol.ox";
    "ox.core.queue" "ox/core/queue.ox";
    "ox.core.reader" "ox/core/reader.ox";
    "ox.core.seq" "ox/core/seq.ox";
    "ox.core.sorted" "ox/core/sorted.ox";
    "ox.core.string" "ox/core/string.ox";
    "ox.core.types" "ox/core/types.ox";
    "ox.core.writer" "ox/core/writer.ox";
    "ox.csv" "ox/csv.ox";
    "ox.data" "ox/data.ox";
    "ox.edn" "ox/edn.ox";
    "ox.env" "ox/env.ox";
    "ox.fs" "ox/fs.ox";
    "ox.http" "ox/http.ox";
    "ox.io" "ox/io.ox";
    "ox.json" "ox/json.ox";
    "ox.match" "ox/match.ox";
    "ox.math" "ox/math.ox";
    "ox.pprint" "ox/pprint.ox";
    "ox.pprint.base" "ox/pprint/base.ox";
    "ox.pprint.format" "ox/pprint/format.ox";
    "ox.repl" "ox/repl.ox";
    "ox.retry" "ox/retry.ox";
    "ox.set" "ox/set.ox";
    "ox.sh" "ox/sh.ox";
    "ox.stacktrace" "ox/stacktrace.ox";
    "ox.string" "ox/string.ox";
    "ox.template" "ox/template.ox";
    "ox.test" "ox/test.ox";
    "ox.test.check" "ox/test/check.ox";
    "ox.test.check.clojure-test" "ox/test/check/clojure_test.ox";
    "ox.test.check.generate" "ox/test/check/generate.ox";
    "ox.test.check.generators" "ox/test/check/generators.ox";
    "ox.test.check.properties" "ox/test/check/properties.ox";
    "ox.test.check.random" "ox/test/check/random.ox";
    "ox.test.check.results" "ox/test/check/results.ox";
    "ox.test.check.rose-tree" "ox/test/check/rose_tree.ox";
    "ox.walk" "ox/walk.ox";
    "ox.zip" "ox/zip.ox";
}

/// Names under which Clojure programs know a namespace of the library, and that namespace.
pub const ALIASES: &[(&str, &str)] = &[
    ("clojure.core", "ox.core"),
    ("clojure.core.match", "ox.match"),
    ("clojure.core.match.regex", "ox.match"),
    ("clojure.data", "ox.data"),
    ("clojure.data.csv", "ox.csv"),
    ("clojure.data.json", "ox.json"),
    ("clojure.edn", "ox.edn"),
    ("clojure.java.io", "ox.io"),
    ("clojure.lang.PersistentQueue", "ox.core.queue"),
    ("clojure.math", "ox.math"),
    ("clojure.pprint", "ox.pprint"),
    ("clojure.repl", "ox.repl"),
    ("clojure.set", "ox.set"),
    ("clojure.stacktrace", "ox.stacktrace"),
    ("clojure.string", "ox.string"),
    ("clojure.template", "ox.template"),
    ("clojure.test", "ox.test"),
    ("clojure.test.check", "ox.test.check"),
    (
        "clojure.test.check.clojure-test",
        "ox.test.check.clojure-test",
    ),
    ("clojure.test.check.generators", "ox.test.check.generators"),
    ("clojure.test.check.properties", "ox.test.check.properties"),
    ("clojure.test.check.random", "ox.test.check.random"),
    ("clojure.test.check.results", "ox.test.check.results"),
    ("clojure.test.check.rose-tree", "ox.test.check.rose-tree"),
    ("clojure.walk", "ox.walk"),
    ("clojure.zip", "ox.zip"),
];

/// The namespace that `name` stands for: itself unless it is an alias.
#[must_use]
pub fn resolve_alias(name: &str) -> &str {
    ALIASES
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name, |(_, namespace)| namespace)
}

/// The source of a namespace of the library, by its own name or an alias.
#[must_use]
pub fn source(namespace: &str) -> Option<&'static Source> {
    let namespace = resolve_alias(namespace);
    SOURCES
        .binary_search_by(|source| source.namespace.cmp(namespace))
        .ok()
        .map(|index| &SOURCES[index])
}

#[cfg(test)]
mod tests;
