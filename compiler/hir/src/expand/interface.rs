//! The host's interfaces that types implement: which methods each has, and which of them anything asks for.
//!
//! A method that is misspelt would never be called, and neither would one that Clojure's own functions call
//! and Ox's do not: a program that is told so does not look for the fault elsewhere.
//!
//! # Invariants
//! - Of an interface that is not here nothing is said: a program may call its methods itself.
//! - [`ASKED`] are those that `ox.core.base`, `ox.core.coll` and `ox.core.atom` look up by `interface-method`.

/// Methods that the library asks a type for, whatever interface they stand under.
const ASKED: &[&str] = &[
    "applyTo",
    "assoc",
    "compareTo",
    "cons",
    "contains",
    "containsKey",
    "count",
    "deref",
    "disjoin",
    "empty",
    "entryAt",
    "equals",
    "equiv",
    "first",
    "get",
    "hashCode",
    "hasheq",
    "invoke",
    "kvreduce",
    "meta",
    "more",
    "next",
    "nth",
    "peek",
    "pop",
    "reduce",
    "rseq",
    "seq",
    "toString",
    "valAt",
    "withMeta",
    "without",
];

const COLLECTION: &[&str] = &["cons", "count", "empty", "equiv", "seq"];
const ASSOCIATIVE: &[&str] = &[
    "assoc",
    "cons",
    "containsKey",
    "count",
    "empty",
    "entryAt",
    "equiv",
    "seq",
    "valAt",
];
const MAP: &[&str] = &[
    "assoc",
    "assocEx",
    "cons",
    "containsKey",
    "count",
    "empty",
    "entryAt",
    "equiv",
    "forEach",
    "iterator",
    "seq",
    "spliterator",
    "valAt",
    "without",
];
const VECTOR: &[&str] = &[
    "assoc",
    "assocN",
    "cons",
    "containsKey",
    "count",
    "empty",
    "entryAt",
    "equiv",
    "length",
    "nth",
    "peek",
    "pop",
    "rseq",
    "seq",
    "valAt",
];

const WALKED: &str = "`reduce` walks what `seq` gives: implement `clojure.lang.Seqable`";

/// A row of the table.
struct Interface {
    name: &'static str,
    methods: &'static [&'static str],
    /// What to do, as its other methods are not asked for; empty where what matters of it is.
    instead: &'static str,
}

const fn row(
    name: &'static str,
    methods: &'static [&'static str],
    instead: &'static str,
) -> Interface {
    Interface {
        name,
        methods,
        instead,
    }
}

const INTERFACES: &[Interface] = &[
    row("Associative", ASSOCIATIVE, ""),
    row("Comparable", &["compareTo"], ""),
    row(
        "Comparator",
        &["compare"],
        "give `sort` a function that compares",
    ),
    row("Counted", &["count"], ""),
    row(
        "IAtom",
        &["compareAndSet", "reset", "swap"],
        "`swap!` and `reset!` take atoms: have one in a field",
    ),
    row("IDeref", &["deref"], ""),
    row("IFn", &["applyTo", "invoke"], ""),
    row("IHashEq", &["hasheq"], ""),
    row("IKVReduce", &["kvreduce"], ""),
    row("ILookup", &["valAt"], ""),
    row("IMeta", &["meta"], ""),
    row("IObj", &["meta", "withMeta"], ""),
    row(
        "IPending",
        &["isRealized"],
        "`realized?` takes delays, promises, futures and lazy sequences",
    ),
    row("IPersistentCollection", COLLECTION, ""),
    row("IPersistentMap", MAP, ""),
    row(
        "IPersistentSet",
        &[
            "cons", "contains", "count", "disjoin", "empty", "equiv", "get", "seq",
        ],
        "",
    ),
    row(
        "IPersistentStack",
        &["cons", "count", "empty", "equiv", "peek", "pop", "seq"],
        "",
    ),
    row("IPersistentVector", VECTOR, ""),
    row("IReduce", &["reduce"], ""),
    row("IReduceInit", &["reduce"], ""),
    row(
        "ISeq",
        &[
            "cons", "count", "empty", "equiv", "first", "more", "next", "seq",
        ],
        "",
    ),
    row("Indexed", &["count", "nth"], ""),
    row("Iterable", &["forEach", "iterator", "spliterator"], WALKED),
    row(
        "Named",
        &["getName", "getNamespace"],
        "`name` and `namespace` take keywords, symbols and strings; `.getName` calls it",
    ),
    row("Object", &["equals", "hashCode", "toString"], ""),
    row("Reversible", &["rseq"], ""),
    row("Seqable", &["seq"], ""),
    row("Sequential", &[], ""),
];

/// What is to be said of a method of a type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Remark {
    /// The interface has no such method: the message, and what was probably meant.
    Unknown(String, Option<&'static str>),
    /// Nothing asks for it: the message, and what to do.
    Unasked(String, &'static str),
}

/// What is to be said of a method, or of the interface itself, that a type implements. `interface` is its name
/// without a package.
pub(crate) fn remark(interface: &str, method: Option<&str>) -> Option<Remark> {
    let known = INTERFACES.iter().find(|known| known.name == interface)?;
    let method = method?;
    // What every class of the host has may stand anywhere.
    let of_object = INTERFACES.iter().find(|known| known.name == "Object");
    let own = of_object.filter(|object| object.methods.contains(&method));
    if !known.methods.contains(&method) && own.is_none() {
        let message = format!("`{interface}` has no method `{method}`");
        let methods = known.methods.iter().copied();
        return Some(Remark::Unknown(message, scalar::suggest(method, methods)));
    }
    if ASKED.contains(&method) || known.instead.is_empty() {
        return None;
    }
    let message = format!("nothing calls `{method}` of `{interface}`, but `.{method}`");
    Some(Remark::Unasked(message, known.instead))
}

/// The note about the method that was probably meant.
pub(crate) fn similar(meant: &str) -> String {
    format!("a method of it with a similar name is `{meant}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_advised_is_about_methods_that_are_not_asked_for() {
        for known in INTERFACES {
            let is_asked = |method: &&str| ASKED.contains(method);
            let all = known.methods.iter().all(is_asked);
            assert!(!all || known.instead.is_empty(), "{}", known.name);
        }
    }

    #[test]
    fn a_misspelt_method_is_told_with_the_one_that_was_meant() {
        let unknown = |interface: &str, method| match remark(interface, Some(method)) {
            Some(Remark::Unknown(_, meant)) => meant,
            other => panic!("{other:?}"),
        };
        assert_eq!(unknown("IDeref", "derf"), Some("deref"));
        assert_eq!(unknown("Object", "toStrin"), Some("toString"));
        assert_eq!(unknown("Counted", "size"), None);
    }

    #[test]
    fn what_is_asked_for_needs_no_remark() {
        assert_eq!(remark("IDeref", Some("deref")), None);
        assert_eq!(remark("IDeref", Some("toString")), None);
        assert_eq!(remark("IDeref", None), None);
        assert_eq!(remark("IDeref", Some("equals")), None);
        assert_eq!(remark("Associative", Some("assoc")), None);
        assert_eq!(remark("IPersistentMap", Some("assocEx")), None);
        assert_eq!(remark("Runnable", Some("run")), None);
    }

    #[test]
    fn what_nothing_asks_for_is_told() {
        for (interface, method) in [
            ("Named", Some("getName")),
            ("Iterable", Some("iterator")),
            ("IAtom", Some("swap")),
        ] {
            assert!(
                matches!(remark(interface, method), Some(Remark::Unasked(..))),
                "{interface}"
            );
        }
    }
}
