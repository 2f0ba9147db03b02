//! One JSON object a line for each diagnostic. Lines and columns start at 1; columns count Unicode
//! scalar values.

use std::collections::HashMap;

use serde::Serialize;

use super::SourceFiles;
use crate::{Diagnostic, FileId, LineIndex, Span, TextSize};

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Edit {
    file: String,
    start: Position,
    end: Position,
    text: String,
}

#[derive(Serialize)]
struct Fix {
    title: String,
    edits: Vec<Edit>,
}

#[derive(Serialize)]
struct Label {
    file: String,
    start: Position,
    end: Position,
    message: String,
}

#[derive(Serialize)]
struct Object {
    file: String,
    code: String,
    severity: &'static str,
    message: String,
    start: Position,
    end: Position,
    label: String,
    related: Vec<Label>,
    notes: Vec<String>,
    fixes: Vec<Fix>,
}

/// The diagnostics, each a line that ends in `\n`, in the order given.
pub fn render(diagnostics: &[Diagnostic], files: &dyn SourceFiles) -> String {
    let mut writer = Writer {
        files,
        line_indices: HashMap::new(),
    };
    let mut out = String::new();
    for diagnostic in diagnostics {
        let object = writer.object(diagnostic);
        out.push_str(&serde_json::to_string(&object).expect("plain strings and numbers"));
        out.push('\n');
    }
    out
}

struct Writer<'a> {
    files: &'a dyn SourceFiles,
    line_indices: HashMap<FileId, LineIndex>,
}

impl Writer<'_> {
    fn object(&mut self, diagnostic: &Diagnostic) -> Object {
        let (start, end) = self.positions(diagnostic.primary.span);
        Object {
            file: self.files.path(diagnostic.primary.span.file),
            code: diagnostic.code.to_string(),
            severity: diagnostic.severity.as_str(),
            message: diagnostic.message.clone(),
            start,
            end,
            label: diagnostic.primary.message.clone(),
            related: diagnostic
                .secondary
                .iter()
                .map(|label| self.label(label))
                .collect(),
            notes: diagnostic.notes.clone(),
            fixes: diagnostic.fixes.iter().map(|fix| self.fix(fix)).collect(),
        }
    }

    fn label(&mut self, label: &crate::Label) -> Label {
        let (start, end) = self.positions(label.span);
        let file = self.files.path(label.span.file);
        Label {
            file,
            start,
            end,
            message: label.message.clone(),
        }
    }

    fn fix(&mut self, fix: &crate::Fix) -> Fix {
        let edits = fix
            .edits
            .iter()
            .map(|(span, text)| {
                let (start, end) = self.positions(*span);
                Edit {
                    file: self.files.path(span.file),
                    start,
                    end,
                    text: text.clone(),
                }
            })
            .collect();
        Fix {
            title: fix.title.clone(),
            edits,
        }
    }

    fn positions(&mut self, span: Span) -> (Position, Position) {
        let files = self.files;
        let index = self
            .line_indices
            .entry(span.file)
            .or_insert_with(|| LineIndex::new(files.text(span.file)));
        let position = |offset: TextSize| {
            let at = index.line_column(offset);
            Position {
                line: at.line + 1,
                column: at.column + 1,
            }
        };
        (position(span.range.start()), position(span.range.end()))
    }
}
