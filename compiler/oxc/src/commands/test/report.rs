//! What is told of tests: lines of JSON, or text for people.
//!
//! ```text
//! FAIL in shop.cart-test/totals (test/shop/cart_test.cljc:7)
//!   of nothing
//!   expected: (= {:sum 0} (cart/total []))
//!     actual: (not (= {:sum 0} {:sum nil}))
//!       diff: - {:sum 0}
//!             + {:sum nil}
//!   printed:
//!     adding up
//! ```
//!
//! # Invariants
//! - What a test printed is shown to people if it has failed, or with `-v`; programs get all of it.

use super::process::{Ran, milliseconds};
use crate::args::Format;
use crate::failure::Failure;
use crate::output::{self, Output, Style};
use engine::code;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Something that happened, as the library tells it and as programs are told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Event {
    /// `begin` and `end` of a test, `fail`, `error`, `output`, `namespace`.
    pub(super) event: String,
    pub(super) namespace: String,
    /// Its name: without the namespace, if that is the one that is run.
    pub(super) test: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) contexts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) actual: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) difference: Option<Difference>,
    /// The error and its causes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) trace: Vec<Traced>,
    /// Why a namespace does not compile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) diagnostics: Vec<serde_json::Value>,
    /// The same for people.
    #[serde(skip)]
    pub(super) rejected: Option<String>,
    /// What was printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tests: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pass: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fail: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ms: Option<f64>,
}

impl Event {
    fn is_bad(&self) -> bool {
        matches!(&*self.event, "fail" | "error")
    }
}

/// What only the one, and only the other of two values has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Difference {
    pub(super) expected: String,
    pub(super) actual: String,
}

/// An error with its frames, innermost first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Traced {
    pub(super) error: String,
    /// The code of an error that Ox has made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    /// What tells it: the kind, without its namespace, and entries of the data.
    #[serde(skip_serializing)]
    pub(super) kind: Option<String>,
    #[serde(skip_serializing)]
    pub(super) data: BTreeMap<String, String>,
    pub(super) frames: Vec<Frame>,
}

impl Traced {
    /// Finds the code.
    pub(super) fn find_code(&mut self) {
        let kind = self.kind.as_deref();
        let code = kind.and_then(|kind| code::of(kind, |key| self.data.get(key).cloned()));
        self.code = code.map(ToString::to_string);
    }

    /// What stands before an error with a code.
    pub(super) fn prefix(&self) -> Option<String> {
        self.code.as_ref().map(|code| format!("[{code}] "))
    }
}

/// A frame of a stack trace.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Frame {
    pub(super) name: String,
    pub(super) file: Option<String>,
    pub(super) line: Option<u32>,
}

/// How many tests and assertions came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) tests: u64,
    pub(super) pass: u64,
    pub(super) fail: u64,
    pub(super) error: u64,
}

impl Counts {
    /// Adds those of another.
    pub(super) fn add(&mut self, other: &Counts) {
        self.tests += other.tests;
        self.pass += other.pass;
        self.fail += other.fail;
        self.error += other.error;
    }

    /// Adds an event of a namespace: what its tests were is said at their ends, or last of all.
    pub(super) fn count(&mut self, event: &Event) {
        match &*event.event {
            "begin" => self.tests += 1,
            "end" => self.pass += event.pass.unwrap_or(0),
            "fail" => self.fail += 1,
            "error" => self.error += 1,
            "namespace" => {
                *self = Counts {
                    tests: event.tests.unwrap_or(0),
                    pass: event.pass.unwrap_or(0),
                    fail: event.fail.unwrap_or(0),
                    error: event.error.unwrap_or(0),
                };
            }
            _ => {}
        }
    }

    fn outcome(&self) -> String {
        if self.fail + self.error == 0 {
            return "all passed".to_owned();
        }
        format!(
            "{}, {}",
            some(self.fail, "failure"),
            some(self.error, "error")
        )
    }

    fn contents(&self) -> String {
        format!(
            "{} with {}",
            some(self.tests, "test"),
            some(self.pass + self.fail + self.error, "assertion")
        )
    }
}

fn some(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

#[derive(Serialize)]
struct Summary {
    event: &'static str,
    namespaces: usize,
    tests: u64,
    pass: u64,
    fail: u64,
    error: u64,
}

/// Tells of namespaces, one after another.
pub(super) struct Reporter {
    output: Output,
    format: Format,
}

impl Reporter {
    pub(super) fn new(output: Output, format: Format) -> Reporter {
        Reporter { output, format }
    }

    /// What came of a namespace.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn namespace(&mut self, ran: &Ran) -> Result<(), Failure> {
        let counts = ran.counts();
        match self.format {
            Format::Json => {
                for event in ran.events.iter().filter(|event| event.event != "namespace") {
                    output::print_json(event)?;
                }
                output::print_json(&Event {
                    event: "namespace".to_owned(),
                    namespace: ran.namespace.clone(),
                    tests: Some(counts.tests),
                    pass: Some(counts.pass),
                    fail: Some(counts.fail),
                    error: Some(counts.error),
                    ms: Some(milliseconds(ran.took)),
                    ..Event::default()
                })
            }
            Format::Text => {
                let mut text = self.failures(ran);
                let is_good = counts.fail + counts.error == 0;
                let style = if is_good { Style::Green } else { Style::Red };
                let verdict = self
                    .output
                    .paint(style, if is_good { "ok" } else { "FAILED" });
                let is_rejected = |event: &Event| event.test.is_none() && event.rejected.is_some();
                let _ = match ran.events.iter().any(is_rejected) {
                    true => writeln!(text, "{verdict} {}", ran.namespace),
                    false => writeln!(
                        text,
                        "{verdict} {}: {}, {}",
                        ran.namespace,
                        counts.contents(),
                        counts.outcome()
                    ),
                };
                output::print(&text)
            }
        }
    }

    /// The last that is told.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn summary(&mut self, namespaces: usize, counts: &Counts) -> Result<(), Failure> {
        match self.format {
            Format::Json => output::print_json(&Summary {
                event: "summary",
                namespaces,
                tests: counts.tests,
                pass: counts.pass,
                fail: counts.fail,
                error: counts.error,
            }),
            Format::Text if namespaces == 0 => output::print("no tests\n"),
            Format::Text => output::print(&format!(
                "\n{} in {}: {}\n",
                counts.contents(),
                some(namespaces as u64, "namespace"),
                counts.outcome()
            )),
        }
    }

    fn failures(&self, ran: &Ran) -> String {
        let mut text = String::new();
        // What is printed outside of tests counts as what was printed by what comes next.
        let mut printed = String::new();
        let mut is_bad = false;
        for event in &ran.events {
            match &*event.event {
                "output" => printed.push_str(event.text.as_deref().unwrap_or_default()),
                "fail" | "error" => {
                    self.failure(&mut text, event);
                    is_bad = true;
                }
                "end" | "namespace" => {
                    self.printed(&mut text, &printed, is_bad);
                    printed.clear();
                    is_bad = false;
                }
                _ => {}
            }
        }
        self.printed(&mut text, &printed, is_bad);
        if ran.events.iter().any(Event::is_bad) {
            text.push('\n');
        }
        text
    }

    fn failure(&self, text: &mut String, event: &Event) {
        let title = match &*event.event {
            "fail" => "FAIL",
            _ => "ERROR",
        };
        let _ = write!(
            text,
            "\n{} in {}",
            self.output.paint(Style::Red, title),
            event.namespace
        );
        if let Some(test) = &event.test {
            let _ = write!(text, "/{test}");
        }
        if let (Some(file), Some(line)) = (&event.file, event.line) {
            let _ = write!(text, " ({file}:{line})");
        }
        if let Some(why) = &event.rejected {
            let _ = write!(
                text,
                ": it does not compile\n\n{}\n",
                why.trim_end_matches('\n')
            );
            return;
        }
        text.push('\n');
        if !event.contexts.is_empty() {
            indented(text, "  ", &event.contexts.join(" "));
        }
        if let Some(message) = &event.message {
            indented(text, "  ", message);
        }
        // An error outside of an assertion expected nothing in particular.
        let is_assertion = event.event == "fail" || event.expected.as_deref() != Some("nil");
        if let Some(expected) = event.expected.as_ref().filter(|_| is_assertion) {
            labelled(text, "  expected: ", expected);
        }
        if let Some(actual) = &event.actual {
            let code = event.trace.first().and_then(Traced::prefix);
            labelled(
                text,
                "    actual: ",
                &format!("{}{actual}", code.unwrap_or_default()),
            );
        }
        if let Some(difference) = &event.difference {
            let minus = self.output.paint(Style::Red, "-");
            let plus = self.output.paint(Style::Green, "+");
            let _ = writeln!(text, "      diff: {minus} {}", difference.expected);
            let _ = writeln!(text, "            {plus} {}", difference.actual);
        }
        for (index, error) in event.trace.iter().enumerate() {
            if index > 0 {
                let code = error.prefix().unwrap_or_default();
                labelled(
                    text,
                    "    caused by: ",
                    &format!("{code}{}", error.error.trim_end()),
                );
            }
            for frame in &error.frames {
                let _ = write!(text, "      at {}", frame.name);
                if let (Some(file), Some(line)) = (&frame.file, frame.line) {
                    let _ = write!(text, " ({file}:{line})");
                }
                text.push('\n');
            }
        }
    }

    fn printed(&self, text: &mut String, printed: &str, is_bad: bool) {
        if printed.trim().is_empty() || !(is_bad || self.output.verbose) {
            return;
        }
        text.push_str("  printed:\n");
        indented(text, "    ", printed.trim_end_matches('\n'));
    }
}

fn indented(text: &mut String, indent: &str, lines: &str) {
    for line in lines.lines() {
        if !line.is_empty() {
            text.push_str(indent);
            text.push_str(line);
        }
        text.push('\n');
    }
}

fn labelled(text: &mut String, label: &str, value: &str) {
    let mut lines = value.lines();
    text.push_str(label);
    text.push_str(lines.next().unwrap_or_default());
    text.push('\n');
    let indent = " ".repeat(label.len());
    for line in lines {
        indented(text, &indent, line);
    }
}
