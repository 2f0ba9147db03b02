//! Text to a lossless tree.
//!
//! Invariants:
//! - Every text yields a tree that prints back to the same text.
//! - The tree is at most [`MAX_DEPTH`] nodes deep; what is nested deeper is one token, with one
//!   error. (The tree library drops trees by native recursion.)
//! - The tree is a function of the text, so parses are compared by their texts.

mod brackets;
mod early;
mod indentation;
mod tree;

use std::fmt;
use std::sync::Arc;

use rowan::GreenNode;
use source::{Code, Diagnostic, FileId, TextRange, TextSize};

use crate::error::{Errors, ReadError};
use crate::lexer::{self, Strings, Token};
use crate::syntax_kind::{SyntaxKind, SyntaxNode};

/// How deeply forms of a source file may nest, prefixes such as `'` counted.
pub const MAX_DEPTH: usize = 10_000;

/// The largest text that is parsed, in bytes. (Offsets have 32 bits.)
pub const MAX_SOURCE_BYTES: usize = 1 << 30;

/// A parsed text. Cheap to clone, to compare and to keep; free to be sent to other threads.
#[derive(Clone)]
pub struct Parse {
    inner: Arc<Inner>,
}

struct Inner {
    text: Arc<str>,
    /// `None` only while it is being dropped.
    green: Option<GreenNode>,
    depth: usize,
    errors: Vec<ReadError>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The library drops a tree by recursion.
        let green = self.green.take();
        let needed_bytes = self.depth * STACK_PER_LEVEL_BYTES;
        if needed_bytes < SMALL_STACK_BYTES {
            drop(green);
        } else {
            stacker::maybe_grow(needed_bytes, 2 * needed_bytes, || drop(green));
        }
    }
}

/// More native stack than the library needs to drop a level of a tree (about 100 bytes).
const STACK_PER_LEVEL_BYTES: usize = 512;

/// Native stack that is taken to be there.
const SMALL_STACK_BYTES: usize = 64 << 10;

/// Parses `text`. A text above [`MAX_SOURCE_BYTES`] is one error and an empty tree.
pub fn parse(text: &str) -> Parse {
    parse_shared(Arc::from(text))
}

/// As [`parse`], for a text that is already shared.
pub fn parse_shared(text: Arc<str>) -> Parse {
    let mut errors = Errors::default();
    if text.len() > MAX_SOURCE_BYTES {
        errors.push(
            ReadError::new(
                Code::FILE_TOO_LARGE,
                format!(
                    "this file has {} bytes; the limit is {MAX_SOURCE_BYTES}",
                    text.len()
                ),
                TextRange::default(),
            )
            .note("split it into several namespaces, or read it as data when the program runs"),
        );
        return Parse::new(
            Arc::from(""),
            tree::build("", &[], &brackets::Plan::default(), &mut errors),
            errors,
        );
    }
    let (mut tokens, broken_strings) = lexer::lex(&text, Strings::Plain);
    let mut plan = brackets::Plan::default();
    if broken_strings || !brackets::are_balanced(&text, &tokens) {
        // Only a broken text is looked at with suspicion, so that a correct one is never misread.
        if broken_strings {
            (tokens, _) = lexer::lex(&text, Strings::Recovering);
        }
        plan = brackets::plan(&text, &tokens, &mut errors);
    }
    let tree = tree::build(&text, &tokens, &plan, &mut errors);
    Parse::new(text, tree, errors)
}

impl Parse {
    fn new(text: Arc<str>, (green, depth): (GreenNode, usize), errors: Errors) -> Self {
        let inner = Inner {
            text,
            green: Some(green),
            depth,
            errors: errors.into_sorted(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The text that was parsed.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The tree. Clones of it should not outlive the parse: dropping a deep one needs up to 1 MiB
    /// of stack, which the parse sees to.
    pub fn green(&self) -> &GreenNode {
        self.inner.green.as_ref().expect("taken only by drop")
    }

    /// A cursor at the root, for walks. Not to be kept or sent.
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green().clone())
    }

    /// What is wrong with the shape of the text: brackets, strings, prefixes. By position; ranges
    /// count from the start of the text.
    pub fn errors(&self) -> &[ReadError] {
        &self.inner.errors
    }

    /// The errors as diagnostics of `file`.
    pub fn diagnostics(&self, file: FileId) -> Vec<Diagnostic> {
        self.errors()
            .iter()
            .map(|error| error.to_diagnostic(file, TextSize::new(0)))
            .collect()
    }
}

impl PartialEq for Parse {
    fn eq(&self, other: &Parse) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner.text == other.inner.text
    }
}

impl Eq for Parse {}

impl fmt::Debug for Parse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parse")
            .field("text_bytes", &self.inner.text.len())
            .field("errors", &self.inner.errors)
            .finish_non_exhaustive()
    }
}

/// The text and range of a token, given by its index.
fn token_range(text: &str, tokens: &[Token], index: usize) -> TextRange {
    let end = tokens
        .get(index + 1)
        .map_or(text.len() as u32, |next| next.start);
    TextRange::new(TextSize::new(tokens[index].start), TextSize::new(end))
}

fn token_text<'t>(text: &'t str, tokens: &[Token], index: usize) -> &'t str {
    &text[token_range(text, tokens, index)]
}

/// Whether the token starts a line.
fn is_in_column_0(text: &str, token: Token) -> bool {
    let start = token.start as usize;
    start == 0 || text.as_bytes()[start - 1] == b'\n'
}

/// Whether what comes after the token belongs to it: `'` and its kin, for data in quotes.
fn is_quoting(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::Quote | SyntaxKind::Backquote | SyntaxKind::HashUnderscore
    )
}
