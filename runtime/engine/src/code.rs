//! The stable codes of errors that running programs have: `OX0501` and on.
//!
//! An error is a value, and what programs see of it is its kind and its data; the code is how people look
//! up what it means. It follows from the kind in one table, where an entry of the data tells causes apart
//! that are mended in different ways.
//!
//! # Invariants
//! - A code is never reused for something else and never renumbered: people search for it, and reports with
//!   codes are in stores.
//! - Each code has one line in the table and a page `docs/errors/OXnnnn.md`, which is run by a test; each
//!   kind that the machine or the library throws has a line without a condition (a test looks for them).
//! - An error of the program's own (`ex-info` without `:ox/kind`, or with a kind that is not here) has none.

use std::fmt;

/// A line of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The number in `OX0501`.
    pub number: u16,
    /// The kind of the error, without its namespace.
    pub kind: &'static str,
    /// The entry of the error's data (key and text of its value) that this code is for; of the other errors
    /// of this kind is the line that has none.
    pub when: Option<(&'static str, &'static str)>,
    /// What it says, in a few words.
    pub title: &'static str,
}

macro_rules! codes {
    ($($number:literal $kind:literal $($key:ident = $value:literal)?, $title:literal;)*) => {
        /// All codes, in the order of their numbers.
        pub const ALL: &[Code] = &[$(Code {
            number: $number,
            kind: $kind,
            when: codes!(@when $($key $value)?),
            title: $title,
        }),*];
    };
    (@when) => { None };
    (@when $key:ident $value:literal) => { Some((stringify!($key), $value)) };
}

codes! {
    // values
    501 "type", "a value of a type that the operation does not take";
    502 "type" expected = "a function", "a call of a value that is no function";
    503 "arity", "a function is called with a number of arguments it does not take";
    504 "argument", "an argument has an impossible value";
    505 "index", "an index out of bounds";
    506 "arithmetic", "arithmetic without a result";
    507 "number-format", "a text that is no number";
    508 "parse", "a text that cannot be read";
    509 "no-match", "no clause fits";
    510 "no-method", "no implementation for a value";
    511 "assert", "an assertion does not hold";
    512 "state", "something is used at the wrong time";
    513 "unsupported", "something that Ox does not have";
    514 "syntax", "a macro is given a form it cannot take";
    515 "unbound", "a definition is used before it has a value";
    516 "exception", "an exception that the program makes and throws";
    517 "io", "an input or output error that the program makes and throws";
    518 "unhandled", "an effect that nobody handles";
    519 "compile", "a form that a running program evaluates cannot be compiled";
    // limits
    521 "memory-limit", "the process's memory is used up";
    522 "mailbox-limit", "a message was dropped, as too many wait";
    523 "activity-limit", "too many activities are open";
    // time and ends
    531 "timeout", "a time limit is over";
    532 "cancelled", "the process or fiber was cancelled";
    533 "exit", "the process was asked to end";
    534 "exhausted", "the last attempt gave no result that is taken";
    // activities
    541 "activity", "an activity has failed";
    542 "activity" reason = ":exit", "a command failed, or an operation on a file";
    543 "activity" reason = ":rejected", "a server refused a request";
    544 "activity" reason = ":unreachable", "a server cannot be reached";
    545 "activity" reason = ":timeout", "an activity took too long";
    546 "activity" reason = ":lost", "an attempt was lost, and may not be repeated";
    547 "activity" reason = ":error", "the body or worker of an activity threw";
    548 "stdin-lost", "the rest of standard input was lost in a crash";
    // ourselves
    599 "internal", "a mistake of Ox itself";
}

/// The code of an error of a kind; `data` gives the text of an entry of its data.
#[must_use]
pub fn of(kind: &str, mut data: impl FnMut(&str) -> Option<String>) -> Option<&'static Code> {
    let mut fits = |code: &&Code| match code.when {
        _ if code.kind != kind => false,
        None => true,
        Some((key, value)) => data(key).is_some_and(|text| text == value),
    };
    // What has a condition says more.
    let exact = ALL
        .iter()
        .filter(|code| code.when.is_some())
        .find(&mut fits);
    exact.or_else(|| {
        ALL.iter()
            .filter(|code| code.when.is_none())
            .find(&mut fits)
    })
}

/// The code that the first line of a report begins with, and the rest: `[OX0506] Divide by zero`. Reports of
/// older versions have none.
#[must_use]
pub fn split(report: &str) -> (Option<&str>, &str) {
    let head = report
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "));
    match head {
        Some((code, rest)) if ALL.iter().any(|known| known.to_string() == code) => {
            (Some(code), rest)
        }
        _ => (None, report),
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OX{:04}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_in_order_and_once() {
        assert!(ALL.windows(2).all(|pair| pair[0].number < pair[1].number));
    }

    #[test]
    fn a_kind_has_one_code_without_a_condition() {
        for code in ALL {
            let plain = |other: &&Code| other.kind == code.kind && other.when.is_none();
            assert_eq!(ALL.iter().filter(plain).count(), 1, "{}", code.kind);
        }
    }

    #[test]
    fn the_data_tells_causes_apart() {
        let number = |kind: &str, reason: Option<&str>| {
            let data = |key: &str| reason.filter(|_| key == "reason").map(str::to_owned);
            of(kind, data).map(|code| code.number)
        };
        assert_eq!(number("activity", Some(":lost")), Some(546));
        assert_eq!(number("activity", Some(":other")), Some(541));
        assert_eq!(number("activity", None), Some(541));
        assert_eq!(number("arity", Some(":lost")), Some(503));
        assert_eq!(number("of-somebody-else", None), None);
    }

    #[test]
    fn a_report_is_split_at_its_code_only() {
        assert_eq!(
            split("[OX0506] Divide by zero"),
            (Some("OX0506"), "Divide by zero")
        );
        assert_eq!(split("[OX9999] x"), (None, "[OX9999] x"));
        assert_eq!(split("[1 2] x"), (None, "[1 2] x"));
        assert_eq!(split(""), (None, ""));
    }
}
