//! What the compiler says about a program, as values.

use crate::{Code, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The program cannot run.
    Error,
    /// The program runs, but probably not as meant.
    Warning,
    /// Worth knowing.
    Info,
    /// A suggestion that an editor shows faintly.
    Hint,
}

impl Severity {
    /// The lower-case word that people and JSON see.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
            Severity::Hint => "hint",
        }
    }
}

/// A range of source with words about it. An empty message marks the range only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// What is marked.
    pub span: Span,
    /// The words beside the mark.
    pub message: String,
}

/// A change that would mend the matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What the change does, as an order: "remove the `)`".
    pub title: String,
    /// The ranges to replace and their new text. They do not overlap.
    pub edits: Vec<(Span, String)>,
}

/// One thing to tell the user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where it is wrong.
    pub primary: Label,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// Explanations that belong to no place.
    pub notes: Vec<String>,
    /// Changes that would mend it, the likeliest first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// An error at `span`, with nothing else yet.
    pub fn error(code: Code, message: impl Into<String>, span: Span) -> Self {
        Self::new(Severity::Error, code, message, span)
    }

    /// A warning at `span`, with nothing else yet.
    pub fn warning(code: Code, message: impl Into<String>, span: Span) -> Self {
        Self::new(Severity::Warning, code, message, span)
    }

    /// A diagnostic of the given severity at `span`, with nothing else yet.
    pub fn new(severity: Severity, code: Code, message: impl Into<String>, span: Span) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            primary: Label {
                span,
                message: String::new(),
            },
            secondary: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// All places that it speaks of.
    pub fn spans_mut(&mut self) -> impl Iterator<Item = &mut Span> {
        let edits = self.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
        let secondary = self.secondary.iter_mut().map(|label| &mut label.span);
        std::iter::once(&mut self.primary.span)
            .chain(secondary)
            .chain(edits.map(|(span, _)| span))
    }

    /// Words beside the primary mark.
    #[must_use]
    pub fn label(mut self, message: impl Into<String>) -> Self {
        self.primary.message = message.into();
        self
    }

    /// Another marked place.
    #[must_use]
    pub fn secondary(mut self, span: Span, message: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            message: message.into(),
        });
        self
    }

    /// An explanation without a place.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// A change that would mend it.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<(Span, String)>) -> Self {
        self.fixes.push(Fix {
            title: title.into(),
            edits,
        });
        self
    }
}
