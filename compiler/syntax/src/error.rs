//! What can be wrong with a text, with ranges that are not yet tied to a file.

use source::{Code, Diagnostic, FileId, Span, TextRange, TextSize};

/// A change that would mend an error.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ErrorFix {
    /// What the change does, as an order.
    pub title: String,
    /// The ranges to replace and their new text.
    pub edits: Vec<(TextRange, String)>,
}

/// An error of parsing (ranges count from the file's start) or reading (from the form's start).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReadError {
    /// The stable code.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// Where.
    pub range: TextRange,
    /// The words beside the mark; may be empty.
    pub label: String,
    /// Other places that explain it.
    pub secondary: Vec<(TextRange, String)>,
    /// Explanations.
    pub notes: Vec<String>,
    /// Changes that would mend it.
    pub fixes: Vec<ErrorFix>,
}

impl ReadError {
    pub(crate) fn new(code: Code, message: impl Into<String>, range: TextRange) -> Self {
        Self {
            code,
            message: message.into(),
            range,
            label: String::new(),
            secondary: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    #[must_use]
    pub(crate) fn secondary(mut self, range: TextRange, message: impl Into<String>) -> Self {
        self.secondary.push((range, message.into()));
        self
    }

    #[must_use]
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    #[must_use]
    pub(crate) fn fix(
        mut self,
        title: impl Into<String>,
        range: TextRange,
        new: impl Into<String>,
    ) -> Self {
        self.fixes.push(ErrorFix {
            title: title.into(),
            edits: vec![(range, new.into())],
        });
        self
    }

    /// The same error with all ranges moved.
    #[must_use]
    pub fn shifted(&self, by: TextSize) -> Self {
        let mut shifted = self.clone();
        shifted.range += by;
        shifted
            .secondary
            .iter_mut()
            .for_each(|(range, _)| *range += by);
        let edits = shifted.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
        edits.for_each(|(range, _)| *range += by);
        shifted
    }

    /// The error as a diagnostic of `file`; `base` is where the ranges count from (0 for errors of
    /// parsing, the form's start for errors of reading).
    pub fn to_diagnostic(&self, file: FileId, base: TextSize) -> Diagnostic {
        let span = |range: TextRange| Span::new(file, range + base);
        let mut diagnostic =
            Diagnostic::error(self.code, &self.message, span(self.range)).label(&self.label);
        for (range, message) in &self.secondary {
            diagnostic = diagnostic.secondary(span(*range), message);
        }
        diagnostic.notes.clone_from(&self.notes);
        for fix in &self.fixes {
            let edits = fix
                .edits
                .iter()
                .map(|(range, new)| (span(*range), new.clone()))
                .collect();
            diagnostic = diagnostic.fix(&fix.title, edits);
        }
        diagnostic
    }
}

/// Errors up to a limit, so that a text of nothing but mistakes stays quick.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    list: Vec<ReadError>,
}

impl Errors {
    pub(crate) const MAX: usize = 1000;

    pub(crate) fn push(&mut self, error: ReadError) {
        if !self.is_full() {
            self.list.push(error);
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= Errors::MAX
    }

    /// The errors by position.
    pub(crate) fn into_sorted(mut self) -> Vec<ReadError> {
        self.list
            .sort_by_key(|error| (error.range.start(), error.range.end(), error.code));
        self.list
    }
}
