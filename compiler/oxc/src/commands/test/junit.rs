//! A report in the XML that continuous integration takes: JUnit's.

use super::process::Ran;
use super::report::{Event, Traced};
use std::fmt::Write as _;

/// The document.
pub(super) fn document(all: &[Ran]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for ran in all {
        suite(&mut text, ran);
    }
    text.push_str("</testsuites>\n");
    text
}

/// A test, with what happened in it.
struct Case<'a> {
    name: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    seconds: f64,
    bad: Vec<&'a Event>,
    printed: String,
}

impl<'a> Case<'a> {
    fn new(name: &'a str, event: &'a Event) -> Case<'a> {
        Case {
            name,
            file: event.file.as_deref(),
            line: event.line,
            seconds: 0.0,
            bad: Vec::new(),
            printed: String::new(),
        }
    }
}

/// The tests of a namespace; what went wrong outside of them is one more, of the namespace's name.
fn cases(ran: &Ran) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    for event in &ran.events {
        let is_new = |name: &str| cases.last().is_none_or(|case| case.name != name);
        match (&*event.event, &event.test) {
            ("begin", Some(test)) => cases.push(Case::new(test, event)),
            ("end", _) => {
                if let Some(case) = cases.last_mut() {
                    case.seconds = event.ms.unwrap_or(0.0) / 1000.0;
                }
            }
            ("fail" | "error", test) => {
                let name = test.as_deref().unwrap_or(&ran.namespace);
                if is_new(name) {
                    cases.push(Case::new(name, event));
                }
                if let Some(case) = cases.last_mut() {
                    case.bad.push(event);
                }
            }
            ("output", Some(_)) => {
                if let Some(case) = cases.last_mut() {
                    case.printed
                        .push_str(event.text.as_deref().unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    cases
}

fn suite(text: &mut String, ran: &Ran) {
    let cases = cases(ran);
    let with = |kind: &str| {
        let has = |case: &&Case<'_>| case.bad.iter().any(|event| event.event == kind);
        cases.iter().filter(has).count()
    };
    let _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3}\">",
        escaped(&ran.namespace),
        cases.len(),
        cases.iter().filter(|case| is_failure(case)).count(),
        with("error"),
        ran.took.as_secs_f64()
    );
    for case in &cases {
        let _ = write!(
            text,
            "    <testcase classname=\"{}\" name=\"{}\"",
            escaped(&ran.namespace),
            escaped(case.name)
        );
        if let Some(file) = case.file {
            let _ = write!(text, " file=\"{}\"", escaped(file));
        }
        if let Some(line) = case.line {
            let _ = write!(text, " line=\"{line}\"");
        }
        let _ = write!(text, " time=\"{:.3}\"", case.seconds);
        if case.bad.is_empty() && case.printed.is_empty() {
            text.push_str("/>\n");
            continue;
        }
        text.push_str(">\n");
        for event in &case.bad {
            bad(text, event);
        }
        if !case.printed.is_empty() {
            let _ = writeln!(
                text,
                "      <system-out>{}</system-out>",
                escaped(&case.printed)
            );
        }
        text.push_str("    </testcase>\n");
    }
    text.push_str("  </testsuite>\n");
}

/// Whether a test has failed and nothing worse: each counts once.
fn is_failure(case: &Case<'_>) -> bool {
    !case.bad.is_empty() && case.bad.iter().all(|event| event.event == "fail")
}

fn bad(text: &mut String, event: &Event) {
    let tag = if event.event == "fail" {
        "failure"
    } else {
        "error"
    };
    let message = event.message.as_deref().or(event.expected.as_deref());
    let mut body = String::new();
    if !event.contexts.is_empty() {
        let _ = writeln!(body, "{}", event.contexts.join(" "));
    }
    if let Some(expected) = &event.expected {
        let _ = writeln!(body, "expected: {expected}");
    }
    if let Some(actual) = &event.actual {
        let code = event.trace.first().and_then(Traced::prefix);
        let _ = writeln!(body, "  actual: {}{actual}", code.unwrap_or_default());
    }
    for (index, error) in event.trace.iter().enumerate() {
        if index > 0 {
            let code = error.prefix().unwrap_or_default();
            let _ = writeln!(body, "caused by: {code}{}", error.error.trim_end());
        }
        for frame in &error.frames {
            let file = frame.file.as_deref().unwrap_or("?");
            let _ = writeln!(
                body,
                "  at {} ({file}:{})",
                frame.name,
                frame.line.unwrap_or(0)
            );
        }
    }
    body.push_str(event.rejected.as_deref().unwrap_or_default());
    let _ = writeln!(
        text,
        "      <{tag} message=\"{}\">{}</{tag}>",
        escaped(message.unwrap_or_default()),
        escaped(&body)
    );
}

/// A text as XML takes it: what it cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push('\t'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_text_is_escaped() {
        assert_eq!(
            escaped("a<b> & \"c\"\n\u{1e}d"),
            "a&lt;b&gt; &amp; &quot;c&quot;&#10;d"
        );
    }

    #[test]
    fn each_test_is_a_case_and_counts_once() {
        let event = |event: &str, test: Option<&str>| Event {
            event: event.to_owned(),
            test: test.map(str::to_owned),
            ..Event::default()
        };
        let ran = Ran {
            namespace: "a.b".to_owned(),
            events: vec![
                event("begin", Some("one")),
                event("fail", Some("one")),
                event("error", Some("one")),
                event("end", Some("one")),
                event("begin", Some("two")),
                event("end", Some("two")),
                event("error", None),
            ],
            coverage: super::super::coverage::Coverage::default(),
            took: Duration::ZERO,
        };
        let text = document(&[ran]);
        assert!(
            text.contains("tests=\"3\" failures=\"0\" errors=\"2\""),
            "{text}"
        );
        assert!(text.contains("name=\"two\" time=\"0.000\"/>"), "{text}");
        assert!(text.contains("name=\"a.b\" time"), "{text}");
    }
}
