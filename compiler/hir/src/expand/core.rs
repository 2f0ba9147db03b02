//! The core's macros as native rewrites.
//!
//! Invariants:
//! - A name in [`REWRITES`] is rewritten here wherever it resolves to the core; the Ox definition of
//!   the same name in the library is only compared with it.
//! - A rewrite looks at nothing but the call, its namespace's name and the counter of fresh names.

use super::build::{Rewrite, Rewritten};
use super::{comprehension, control, extend, function, process};

/// The names rewritten by [`rewrite`], sorted.
const REWRITES: &[&str] = &[
    "->",
    "->>",
    "all",
    "and",
    "as->",
    "assert",
    "async",
    "binding",
    "case",
    "comment",
    "cond",
    "cond->",
    "cond->>",
    "condp",
    "delay",
    "doseq",
    "dotimes",
    "doto",
    "fn",
    "for",
    "future",
    "if-let",
    "if-not",
    "if-some",
    "lazy-cat",
    "lazy-seq",
    "let",
    "letfn",
    "loop",
    "or",
    "race",
    "receive",
    "reify",
    "retrying",
    "scope",
    "some->",
    "some->>",
    "time",
    "when",
    "when-first",
    "when-let",
    "when-not",
    "when-some",
    "while",
    "with-out-str",
    "with-timeout",
];

/// Definers and namespace forms: macros in Clojure, handled at top level by `definition` and
/// `header` here, sorted.
const TOP_LEVEL: &[&str] = &[
    "contribute*",
    "declare",
    "defactivity",
    "defeffect",
    "defhost",
    "defmacro",
    "defmethod",
    "defmulti",
    "defn",
    "defn-",
    "defnative",
    "defonce",
    "defprotocol",
    "defrecord",
    "deftable*",
    "deftype",
    "defvalue*",
    "extend-protocol",
    "extend-type",
    "import",
    "ns",
    "refer-clojure",
    "require",
    "use",
];

/// Forms that this version does not have yet, and macros of Clojure's core that are left out on
/// purpose (`advice` says what to use instead); nothing within them is looked at. Sorted.
const UNSUPPORTED: &[&str] = &[
    "definline",
    "definterface",
    "defstruct",
    "dosync",
    "gen-class",
    "gen-interface",
    "locking",
    "match",
    "proxy",
    "proxy-super",
    "saga",
    "sync",
    "with-loading-context",
    "with-local-vars",
];

/// What a name of the core is, if it is a macro there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CoreMacro {
    /// A macro with a native rewrite.
    Rewrite(&'static str),
    /// A definer or a namespace form.
    TopLevel(&'static str),
    /// Not in this version, or left out on purpose.
    Unsupported(&'static str),
}

impl CoreMacro {
    /// The macro with this name.
    pub fn named(name: &str) -> Option<CoreMacro> {
        let find = |names: &'static [&'static str]| {
            names.binary_search(&name).ok().map(|index| names[index])
        };
        find(REWRITES)
            .map(CoreMacro::Rewrite)
            .or_else(|| find(TOP_LEVEL).map(CoreMacro::TopLevel))
            .or_else(|| {
                UNSUPPORTED
                    .iter()
                    .find(|known| **known == name)
                    .map(|name| CoreMacro::Unsupported(name))
            })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            CoreMacro::Rewrite(name) | CoreMacro::TopLevel(name) | CoreMacro::Unsupported(name) => {
                name
            }
        }
    }

    /// The names of all of them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        REWRITES.iter().chain(TOP_LEVEL).copied()
    }
}

/// Rewrites a call of the core macro `name`, one of [`REWRITES`].
pub(crate) fn rewrite(name: &str, cx: &mut Rewrite<'_>) -> Rewritten {
    match name {
        "->" => control::arrow(cx, false),
        "->>" => control::arrow(cx, true),
        "all" => process::thunks_call(cx, "all*"),
        "and" => control::and(cx),
        "as->" => control::as_arrow(cx),
        "assert" => control::assert(cx),
        "async" | "future" => control::thunk_call(cx, "async*"),
        "binding" => control::binding(cx),
        "case" => control::case(cx),
        "comment" => Ok(cx.nil()),
        "cond" => control::cond(cx),
        "cond->" => control::cond_arrow(cx, false),
        "cond->>" => control::cond_arrow(cx, true),
        "condp" => control::condp(cx),
        "delay" => control::thunk_call(cx, "delay-new"),
        "doseq" => comprehension::doseq(cx),
        "dotimes" => comprehension::dotimes(cx),
        "doto" => control::doto(cx),
        "fn" => function::fn_form(cx),
        "for" => comprehension::for_(cx),
        "if-let" => control::if_let(cx),
        "if-not" => control::if_not(cx),
        "if-some" => control::if_some(cx),
        "lazy-cat" => control::lazy_cat(cx),
        "lazy-seq" => control::lazy_seq(cx),
        "let" => function::let_form(cx),
        "letfn" => function::letfn_form(cx),
        "loop" => function::loop_form(cx),
        "or" => control::or(cx),
        "race" => process::thunks_call(cx, "race*"),
        "receive" => process::receive(cx),
        "reify" => extend::reify(cx),
        "retrying" => process::retrying(cx),
        "scope" => control::thunk_call(cx, "scope*"),
        "some->" => control::some_arrow(cx, false),
        "some->>" => control::some_arrow(cx, true),
        "time" => control::time(cx),
        "when" => control::when(cx),
        "when-first" => control::when_first(cx),
        "when-let" => control::when_let(cx),
        "when-not" => control::when_not(cx),
        "when-some" => control::when_some(cx),
        "while" => control::while_(cx),
        "with-out-str" => control::thunk_call(cx, "with-out-str*"),
        "with-timeout" => process::with_timeout(cx),
        _ => Err(cx.mistake(format!("`{name}` cannot be rewritten"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(REWRITES.is_sorted());
        assert!(TOP_LEVEL.is_sorted());
    }
}
