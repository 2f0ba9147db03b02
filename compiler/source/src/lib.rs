//! Files, spans, diagnostics and their renderers.
//!
//! Invariants:
//! - Everything here is a plain value; nothing reads a file or a clock.
//! - A [`Span`] is a file and a byte range of its text; lines and columns are computed only when
//!   something is shown, by a [`LineIndex`].

pub mod code;
pub mod diagnostic;
pub mod line_index;
pub mod render;

pub use code::Code;
pub use diagnostic::{Diagnostic, Fix, Label, Severity};
pub use line_index::{LineColumn, LineIndex};
pub use text_size::{TextRange, TextSize};

/// The number of a source file in the database that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A byte range of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file the range is in.
    pub file: FileId,
    /// Bytes of the file's text, on character boundaries.
    pub range: TextRange,
}

impl Span {
    /// The range `range` of `file`.
    pub fn new(file: FileId, range: TextRange) -> Self {
        Self { file, range }
    }
}
