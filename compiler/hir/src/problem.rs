//! What is wrong with a program, before it has positions.
//!
//! Invariants:
//! - A problem names places by form and origin, never by offset: it stays equal when code moves, so
//!   lowering is not run again for the sake of a line number.
//! - [`crate::diagnostics`] alone turns problems into diagnostics with spans.

use std::sync::Arc;

use source::{Code, Severity};
use syntax::AstId;
use syntax::datum::{Origin, Symbol};

use crate::db::{Frame, SourceFile};

/// A place in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: SourceFile,
    /// The top-level form; `None` is the whole file.
    pub form: Option<AstId>,
    /// The datum within it; [`Origin::NONE`] is the form itself.
    pub origin: Origin,
}

/// A diagnostic in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where.
    pub at: Place,
    /// Words beside the place; may be empty.
    pub label: String,
    /// Other places that explain it.
    pub secondary: Vec<(Place, String)>,
    /// Explanations without a place.
    pub notes: Vec<String>,
    /// The stack trace of a macro that failed, innermost first.
    pub trace: Vec<Frame>,
    /// A name that was not found, for which a similar one is to be offered.
    pub unknown: Option<Unknown>,
    /// Names of the file's namespace that were needed before a macro generates them, if one does.
    pub early: Vec<Arc<str>>,
}

/// A name that was not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A symbol, and the locals in scope.
    Symbol(Symbol, Vec<Arc<str>>),
    /// A namespace that is required.
    Namespace(Arc<str>),
    /// What stands before the slash of a symbol: an alias or namespace.
    Qualifier(Arc<str>),
}

impl Problem {
    /// An error at a place.
    pub fn error(code: Code, message: impl Into<String>, at: Place) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            at,
            label: String::new(),
            secondary: Vec::new(),
            notes: Vec::new(),
            trace: Vec::new(),
            unknown: None,
            early: Vec::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(code: Code, message: impl Into<String>, at: Place) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message, at)
        }
    }

    /// Words beside the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Another place.
    #[must_use]
    pub fn secondary(mut self, at: Place, label: impl Into<String>) -> Self {
        self.secondary.push((at, label.into()));
        self
    }

    /// An explanation.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}
