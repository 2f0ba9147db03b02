//! The special forms, and names that the host gave to Clojure programs.

/// The special forms, sorted. They cannot be shadowed at the head of a form, as in Clojure.
const SPECIALS: &[&str] = &[
    ".",
    "apply*",
    "catch",
    "def",
    "do",
    "finally",
    "fn*",
    "if",
    "lazy-cell*",
    "let*",
    "letfn*",
    "loop*",
    "monitor-enter",
    "monitor-exit",
    "new",
    "quote",
    "recur",
    "set!",
    "throw",
    "try",
    "var",
];

/// Whether the name is that of a special form.
pub(crate) fn is_special(name: &str) -> bool {
    SPECIALS.binary_search(&name).is_ok()
}

/// The special forms that people write.
pub(crate) fn written() -> impl Iterator<Item = &'static str> {
    SPECIALS
        .iter()
        .copied()
        .filter(|name| !name.ends_with('*') && *name != ".")
}

/// Classes of errors that Clojure programs name, without package, sorted.
const ERROR_CLASSES: &[&str] = &[
    "ArithmeticException",
    "ArityException",
    "ArrayIndexOutOfBoundsException",
    "AssertionError",
    "CancellationException",
    "ClassCastException",
    "Compiler$CompilerException",
    "EOFException",
    "Error",
    "Exception",
    "ExceptionInfo",
    "ExecutionException",
    "FileNotFoundException",
    "IExceptionInfo",
    "IOException",
    "IllegalArgumentException",
    "IllegalStateException",
    "IndexOutOfBoundsException",
    "InterruptedException",
    "NoSuchElementException",
    "NullPointerException",
    "NumberFormatException",
    "OutOfMemoryError",
    "RuntimeException",
    "StackOverflowError",
    "StringIndexOutOfBoundsException",
    "Throwable",
    "TimeoutException",
    "UncheckedIOException",
    "UnsupportedEncodingException",
    "UnsupportedOperationException",
];

/// Kinds of errors that the machine, the engine and the library throw, all of the namespace `ox`;
/// sorted.
pub(crate) const ERROR_KINDS: &[&str] = &[
    "activity",
    "activity-limit",
    "argument",
    "arithmetic",
    "arity",
    "assert",
    "cancelled",
    "clash",
    "compile",
    "exception",
    "exhausted",
    "exit",
    "index",
    "internal",
    "io",
    "mailbox-limit",
    "memory-limit",
    "no-match",
    "no-method",
    "number-format",
    "parse",
    "state",
    "stdin-lost",
    "syntax",
    "timeout",
    "type",
    "unbound",
    "unhandled",
    "unsupported",
];

/// Packages that an error class may be named with.
const ERROR_PACKAGES: &[&str] = &[
    "clojure.lang",
    "java.io",
    "java.lang",
    "java.util",
    "java.util.concurrent",
];

/// The class's name without package, if it is a class of errors that the library knows.
pub(crate) fn error_class(name: &str) -> Option<&str> {
    let class = match name.rsplit_once('.') {
        Some((package, class)) if ERROR_PACKAGES.contains(&package) => class,
        Some(_) => return None,
        None => name,
    };
    ERROR_CLASSES.binary_search(&class).is_ok().then_some(class)
}

/// Whether the name is that of an error class that the library knows.
pub(crate) fn is_error_class(name: &str) -> bool {
    error_class(name).is_some()
}

/// Classes that stand for types of values and are known without an import, sorted.
const TYPE_CLASSES: &[&str] = &[
    "BigDecimal",
    "BigInteger",
    "Boolean",
    "Byte",
    "CharSequence",
    "Character",
    "Comparable",
    "Double",
    "Float",
    "Integer",
    "Iterable",
    "Long",
    "Number",
    "Object",
    "Runnable",
    "Short",
    "String",
];

/// Packages of classes that stand for types of values; any class that begins so is one.
const TYPE_PACKAGES: &[&str] = &[
    "clojure.lang",
    "java.lang",
    "java.math",
    "java.util",
    "java.util.regex",
];

/// Classes of other packages: what else is in those is not known.
const TYPES_IN_FULL: &[&str] = &[
    "java.io.Closeable",
    "java.io.Serializable",
    "java.util.concurrent.Callable",
];

/// The symbol that a class has as a value, if the name is that of a class of values: without package,
/// as `type` gives it.
pub(crate) fn type_class(name: &str) -> Option<&str> {
    match name.rsplit_once('.') {
        Some((package, class)) => (TYPES_IN_FULL.contains(&name)
            || TYPE_PACKAGES.contains(&package)
                && class.starts_with(|c: char| c.is_ascii_uppercase()))
        .then_some(class),
        None => TYPE_CLASSES.binary_search(&name).is_ok().then_some(name),
    }
}

/// Whether a `catch` clause of this class or kind sees cancellation or `exit`, which other clauses
/// do not.
pub(crate) fn catches_cancellation(class: &str) -> bool {
    matches!(
        error_class(class),
        Some("CancellationException" | "InterruptedException")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(SPECIALS.is_sorted());
        assert!(ERROR_CLASSES.is_sorted());
        assert!(ERROR_KINDS.is_sorted());
        assert!(TYPE_CLASSES.is_sorted());
    }
}
