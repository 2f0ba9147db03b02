//! Diagnostics as text for people and as JSON for machines.

pub mod json;
pub mod terminal;

use crate::FileId;

/// Where renderers get paths and texts from.
pub trait SourceFiles {
    /// The path to show for the file.
    fn path(&self, file: FileId) -> String;
    /// The text the diagnostics were made for.
    fn text(&self, file: FileId) -> &str;
}

/// One file is its own source: every [`FileId`] means it.
#[derive(Clone, Copy, Debug)]
pub struct SingleFile<'a> {
    /// The path to show.
    pub path: &'a str,
    /// The file's text.
    pub text: &'a str,
}

impl SourceFiles for SingleFile<'_> {
    fn path(&self, _file: FileId) -> String {
        self.path.to_owned()
    }

    fn text(&self, _file: FileId) -> &str {
        self.text
    }
}
