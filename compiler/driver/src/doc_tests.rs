//! The tests in docstrings: each fenced block `ox` of one that has marks is a program of its own.
//!
//! ```text
//! (defn total
//!   "The sum of prices.
//!
//!   ```ox
//!   (total [{:price 1} {:price 2}])     ;=> 3
//!   (total [{:price \"1\"}])            ;! :ox/type
//!   ```"
//!   [items] …)
//! ```
//!
//! # Invariants
//! - A program sees of the namespace what one sees that requires it: its public names, also by the last
//!   part of its name as alias. Programs know nothing of one another.
//! - A line of a program is the line of the file that it was written on; only what is written with `\n`
//!   in a docstring stands below that.

use crate::project::{Found, FoundFile};
use std::fmt::Write as _;
use syntax::TopForm;
use syntax::datum::{Datum, DatumKind};
use syntax::marks::{Expected, Marked, Misplaced, marked_forms};

/// A block of examples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocTest {
    /// Whose docstring it is in: the definition's name, or `ns`; the blocks of one from the second on
    /// have their number.
    pub name: String,
    /// Line of its fence, from 1.
    pub line: u32,
    /// Its program; else a line of the file and what is wrong on it.
    pub program: Result<DocProgram, (u32, String)>,
}

/// The program of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocProgram {
    namespace: String,
    written: String,
    checked: String,
}

impl DocProgram {
    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The block as it is written, among the files of the project. The program has the path of the file
    /// that it stands in.
    #[must_use]
    pub fn as_written(&self, found: &Found, file: &FoundFile) -> Found {
        self.within(found, file, self.written.clone())
    }

    /// The block with each example in a call of what compares it; `last` is added at its end.
    #[must_use]
    pub fn checked(&self, found: &Found, file: &FoundFile, last: &str) -> Found {
        self.within(found, file, format!("{}\n{last}", self.checked))
    }

    fn within(&self, found: &Found, file: &FoundFile, text: String) -> Found {
        let mut found = found.clone();
        let entry = FoundFile {
            namespace: self.namespace.clone(),
            path: file.path.clone(),
            text,
        };
        found.entry = Some(self.namespace.clone());
        found.files.insert(self.namespace.clone(), entry);
        found
    }
}

/// How a block begins.
const FENCE: &str = "```ox";
/// What the namespaces of blocks are called, before the name of the one they are about.
const PREFIX: &str = "doc-of.";

/// The tests in the docstrings of a namespace of the project, in the order of its text.
#[must_use]
pub fn of_namespace(found: &Found, namespace: &str) -> Vec<DocTest> {
    let file = found.files.get(namespace);
    file.map(|file| of_file(file, &found.features()))
        .unwrap_or_default()
}

fn of_file(file: &FoundFile, features: &[String]) -> Vec<DocTest> {
    if !file.text.contains(FENCE) {
        return Vec::new();
    }
    let parse = syntax::parse(&file.text);
    let mut tests = Vec::new();
    for form in syntax::program_forms(&parse, features) {
        for (name, string) in docstrings(&form.datum) {
            let before = tests.len();
            for block in blocks(file, &form, string) {
                if let Some(program) = block.program(file, features) {
                    let number = tests.len() - before + 1;
                    tests.push(DocTest {
                        name: match number {
                            1 => name.to_owned(),
                            _ => format!("{name} {number}"),
                        },
                        line: block.fence,
                        program,
                    });
                }
            }
        }
    }
    tests
}

/// The docstrings in a form that defines something, each with the name of what it is about.
fn docstrings(form: &Datum) -> Vec<(&str, &Datum)> {
    let Some([head, name, rest @ ..]) = form.as_list() else {
        return Vec::new();
    };
    let (Some(head), Some(symbol)) = (head.as_symbol(), name.as_symbol()) else {
        return Vec::new();
    };
    let is_string = |datum: &&Datum| matches!(datum.kind, DatumKind::String(_));
    let name = match &*head.name {
        "ns" => "ns",
        definer if definer.starts_with("def") => &symbol.name,
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    let meta = form.as_list().and_then(|items| items[1].meta.as_deref());
    // A map after `def` and a name is a value.
    let attributes = if &*head.name == "def" { 0 } else { 2 };
    let maps = meta.into_iter().chain(rest.iter().take(attributes));
    let in_maps = maps.filter_map(|datum| match &datum.kind {
        DatumKind::Map(entries) => entries
            .iter()
            .find(|(key, _)| key.as_keyword().is_some_and(|key| key.is("doc")))
            .map(|(_, value)| value),
        _ => None,
    });
    // The only thing after a name is a value.
    let first = rest.first().filter(|_| rest.len() > 1 || name == "ns");
    let all = in_maps.chain(first).filter(is_string);
    found.extend(all.map(|string| (name, string)));
    if &*head.name == "defprotocol" {
        for items in rest.iter().filter_map(Datum::as_list) {
            if let (Some(method), Some(last)) =
                (items.first().and_then(Datum::as_symbol), items.last())
                && is_string(&last)
            {
                found.push((&method.name, last));
            }
        }
    }
    found
}

/// A fenced block: its lines, without the indentation of the fence.
struct Block {
    /// Line of the fence in the file.
    fence: u32,
    text: String,
    /// The lines of the file that its own are on.
    lines: Vec<u32>,
}

/// The blocks of a docstring.
fn blocks(file: &FoundFile, form: &TopForm, string: &Datum) -> Vec<Block> {
    let DatumKind::String(doc) = &string.kind else {
        return Vec::new();
    };
    let range = form.range_of(string.origin);
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    let first = count(file.text[..start].matches('\n').count()) + 1;
    let places = lines_of(&file.text[start..end], first);
    let mut found: Vec<Block> = Vec::new();
    // Of the block that is open: the indentation of its fence, and whether it is one of Ox.
    let mut open: Option<(usize, bool)> = None;
    for (number, line) in doc.split('\n').enumerate() {
        let place = places.get(number).copied().unwrap_or(first);
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        match open {
            None if trimmed.starts_with("```") => {
                let is_ox = trimmed.trim_end() == FENCE;
                open = Some((indent, is_ox));
                found.extend(is_ox.then(|| Block {
                    fence: place,
                    text: String::new(),
                    lines: Vec::new(),
                }));
            }
            None | Some((_, false)) if !trimmed.starts_with("```") => {}
            Some((fence, true)) if !trimmed.starts_with("```") => {
                if let Some(block) = found.last_mut() {
                    block.text.push_str(&line[indent.min(fence)..]);
                    block.text.push('\n');
                    block.lines.push(place);
                }
            }
            _ => open = None,
        }
    }
    found
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The lines of a file that the lines of a string are on, by its text with quotes.
fn lines_of(literal: &str, first: u32) -> Vec<u32> {
    let mut line = first;
    let mut all = vec![line];
    let mut is_escaped = false;
    for c in literal.chars() {
        match c {
            '\n' => {
                line += 1;
                all.push(line);
            }
            'n' if is_escaped => all.push(line),
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    all
}

impl Block {
    /// The block's program, if it has marks.
    fn program(
        &self,
        file: &FoundFile,
        features: &[String],
    ) -> Option<Result<DocProgram, (u32, String)>> {
        let place = |line: usize| self.lines.get(line).copied().unwrap_or(self.fence);
        let forms = match marked_forms(&self.text, features) {
            Ok(forms) => forms,
            Err(Misplaced { line, message }) => return Some(Err((place(line), message))),
        };
        if forms.iter().all(|form| form.result.is_none()) {
            return None;
        }
        let mut checked = String::new();
        let mut done = 0;
        for form in &forms {
            let Some(result) = &form.result else { continue };
            let (start, end) = (
                usize::from(form.range.start()),
                usize::from(form.range.end()),
            );
            let line = place(self.text[..start].matches('\n').count());
            if let Expected::Diagnostic(code, _) = result {
                let what =
                    format!("`;! {code}`: the examples of a docstring are programs that run");
                return Some(Err((line, what)));
            }
            checked.push_str(&self.text[done..start]);
            checked.push_str(&call(line, form, result, &self.text[start..end]));
            done = end;
        }
        checked.push_str(&self.text[done..]);
        // A block that names its namespace requires what it needs.
        let named = crate::project::declared_namespace(&self.text);
        let header = match &named {
            Some(_) => String::new(),
            None => {
                let about = &file.namespace;
                let alias = about.rsplit('.').next().unwrap_or(about);
                format!("(ns {PREFIX}{about} (:require [{about} :as {alias} :refer :all]))")
            }
        };
        let namespace = named.unwrap_or_else(|| format!("{PREFIX}{}", file.namespace));
        let written = self.laid_out(&header, &self.text);
        let mut checked = self.laid_out(&header, &checked);
        checked.push_str("\n(ox.core/require 'ox.test)");
        Some(Ok(DocProgram {
            namespace,
            written,
            checked,
        }))
    }

    /// A text of as many lines as the block's, each where that is in the file.
    fn laid_out(&self, header: &str, text: &str) -> String {
        let mut out = header.to_owned();
        let mut at = 1;
        for (line, place) in text.lines().zip(&self.lines) {
            loop {
                out.push('\n');
                at += 1;
                if at >= *place {
                    break;
                }
            }
            out.push_str(line);
        }
        out
    }
}

/// The call that compares an example with what is expected of it, on the lines of the example.
fn call(line: u32, form: &Marked, result: &Expected, text: &str) -> String {
    let mut expected = String::new();
    let mut say = |key: &str, value: &str| {
        let _ = write!(expected, " :{key} {}", literal(value));
    };
    say("form", text);
    match result {
        Expected::Anything | Expected::Diagnostic(..) => {}
        Expected::Value(value) => say("value", value),
        Expected::Error(kind, part) => {
            say("error", kind);
            say("part", part);
            say("mark", &result.to_string());
        }
    }
    if !form.output.is_empty() {
        say("output", &form.output);
    }
    format!("(ox.test/check-example {{:line {line}{expected}}} (fn* ([] {text})))")
}

/// A text as a string literal on one line.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
