//! What is expected of expressions, said in comments after them: the marks of chapters of tests
//! (`tests/README.md`) and of examples in docstrings (`docs/testing.md`).
//!
//! ```text
//! (half 4)                       ;=> 2
//! (/ 1 0)                        ;! :ox/arithmetic "by zero"
//! (do (println "a") :done)
//! ;out a
//! ;=> :done
//! ```
//!
//! # Invariants
//! - A mark belongs to the form before it: it stands on the form's last line, or on the lines right after
//!   it. One that belongs to no form is a mistake, so that none is overlooked.

use crate::forms::forms;
use crate::parse::parse;
use source::TextRange;
use std::fmt;

/// A top-level form with what its marks say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Where the form is.
    pub range: TextRange,
    /// What comes of it; `None` of a form without a mark.
    pub result: Option<Expected>,
    /// What it prints; empty if nothing is said of that.
    pub output: String,
    /// Whether Clojure would give something else.
    pub differs: bool,
    /// On how many lines below the form's last the last mark is.
    pub lines_below: usize,
}

/// What is expected to come of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Nothing in particular; it was marked for its output.
    Anything,
    /// This text, as `pr` prints the value.
    Value(String),
    /// An error of this kind (or with this data, as `pr` prints it) and a part of its message.
    Error(String, String),
    /// The program is not compiled: a diagnostic with this code and a part of its message.
    Diagnostic(String, String),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Anything => write!(f, "any value"),
            Expected::Value(text) => write!(f, ";=> {text}"),
            Expected::Error(kind, part) | Expected::Diagnostic(kind, part) if part.is_empty() => {
                write!(f, ";! {kind}")
            }
            Expected::Error(kind, part) | Expected::Diagnostic(kind, part) => {
                write!(f, ";! {kind} {part:?}")
            }
        }
    }
}

/// A mark that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// On which line of the text, from 0.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// The top-level forms of a text in order, with their marks.
///
/// # Errors
/// The first mark that is not as it should be.
pub fn marked_forms(text: &str, features: &[impl AsRef<str>]) -> Result<Vec<Marked>, Misplaced> {
    let forms = forms(&parse(text), features);
    let line_at = |offset: usize| text[..offset].matches('\n').count();
    let starts = forms.iter().map(|form| usize::from(form.range.start()));
    let ends: Vec<usize> = starts.chain([text.len()]).collect();
    no_marks(text[..ends[0]].lines().enumerate())?;
    forms
        .iter()
        .zip(&ends[1..])
        .map(|(form, &gap_end)| {
            let end = usize::from(form.range.end());
            let marked = Marked {
                range: form.range,
                result: None,
                output: String::new(),
                differs: false,
                lines_below: 0,
            };
            read_marks(marked, &text[end..gap_end]).map_err(|mut wrong| {
                wrong.line += line_at(end);
                wrong
            })
        })
        .collect()
}

/// Takes the marks out of the text after a form.
fn read_marks(mut form: Marked, gap: &str) -> Result<Marked, Misplaced> {
    for (number, line) in gap.lines().enumerate() {
        let line = line.trim();
        let found = if let Some(value) = line.strip_prefix(";=>") {
            Some(Expected::Value(value.trim().to_owned()))
        } else {
            line.strip_prefix(";! ")
                .map(|error| read_error(error.trim()))
        };
        if let Some(found) = found {
            if form
                .result
                .replace(found)
                .is_some_and(|old| old != Expected::Anything)
            {
                return Err(Misplaced {
                    line: number,
                    message: format!("a second result `{line}`"),
                });
            }
            form.lines_below = number;
        } else if let Some(text) = line.strip_prefix(";out") {
            form.output.push_str(text.strip_prefix(' ').unwrap_or(text));
            form.output.push('\n');
            form.result = form.result.or(Some(Expected::Anything));
            form.lines_below = number;
        } else if line.starts_with(";differs ") {
            form.differs = true;
            form.lines_below = number;
        } else if !line.is_empty() && (number > 0 || !line.starts_with(';')) {
            // Prose, or what the reader skips: marks stand right after their form.
            no_marks(gap.lines().enumerate().skip(number))?;
            break;
        }
    }
    Ok(form)
}

/// Refuses marks where no expression is that they could belong to.
fn no_marks<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Result<(), Misplaced> {
    for (number, line) in lines {
        let line = line.trim();
        if [";=>", ";! ", ";out", ";differs "]
            .iter()
            .any(|mark| line.starts_with(mark))
        {
            return Err(Misplaced {
                line: number,
                message: format!("`{line}` belongs to no expression"),
            });
        }
    }
    Ok(())
}

/// `KIND "part"`, or `KIND` alone; a kind that is a code is a diagnostic's.
fn read_error(text: &str) -> Expected {
    let (kind, part) = match text.find(" \"") {
        Some(at) => (
            &text[..at],
            text[at + 2..].strip_suffix('"').unwrap_or(&text[at + 2..]),
        ),
        None => (text, ""),
    };
    let (kind, part) = (kind.trim().to_owned(), part.replace("\\\"", "\""));
    let is_code = kind
        .strip_prefix("OX")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if is_code {
        Expected::Diagnostic(kind, part)
    } else {
        Expected::Error(kind, part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DEFAULT_FEATURES;

    #[test]
    fn marks_belong_to_the_form_before_them() {
        let text = "(def a 1)\n(f\n  a) ;=> [1 ; 2]\n:x ;! :ox/type \"no \\\"x\\\"\"\n(g)\n;out a\n;out  b\n;=> nil\n(h) ; ;=> 1\n";
        let forms = marked_forms(text, DEFAULT_FEATURES).expect("the marks are as they should be");
        let said: Vec<_> = forms
            .iter()
            .map(|form| (form.result.as_ref(), &*form.output, form.lines_below))
            .collect();
        let value = Expected::Value("[1 ; 2]".to_owned());
        let error = Expected::Error(":ox/type".to_owned(), "no \"x\"".to_owned());
        let nil = Expected::Value("nil".to_owned());
        assert_eq!(
            said,
            [
                (None, "", 0),
                (Some(&value), "", 0),
                (Some(&error), "", 0),
                (Some(&nil), "a\n b\n", 3),
                (None, "", 0),
            ]
        );
    }

    #[test]
    fn a_mark_of_nothing_is_told_with_its_line() {
        for (text, line) in [
            ("\n;=> 1\n(f)", 1),
            ("(f) ;=> 1\n;=> 2\n", 1),
            ("(f)\n(g)\n; prose\n;out 1\n", 3),
        ] {
            let wrong = marked_forms(text, DEFAULT_FEATURES).expect_err("it is misplaced");
            assert_eq!(wrong.line, line, "{text}: {}", wrong.message);
        }
    }
}
