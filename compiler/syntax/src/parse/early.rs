//! Finding the closing bracket that ended a form too early, by what the indentation says.
//!
//! A bracket that closes nothing is often not the mistake: the form that it was meant to close has
//! been closed further up, by a bracket too many, and the lines in between are still indented as
//! parts of it.
//!
//! ```text
//! (defn f [x]
//!   (let [a 1])     <- ends the `let`,
//!     (+ a x)))     <- of which this line is a part; so the last bracket closes nothing
//! ```
//!
//! The first line that is indented further than a form which the line before it closed gives the
//! suspicion. It stands if the text fits better without the bracket: the form, left open, closes
//! with the bracket that closed nothing, and each line until there is within it. If not, the
//! indentation of this text says something else, and nothing is found.

use std::ops::Range;

use super::brackets::{Action, Plan};
use super::indentation::{MAX_TOKENS, line_start};
use super::token_text;
use crate::lexer::Token;
use crate::syntax_kind::SyntaxKind;

/// Forms that seem to have been closed too early, all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Early {
    /// The first and the last of the brackets that closed them.
    pub(super) closers: (usize, usize),
    /// How many forms those are.
    pub(super) count: usize,
    /// The bracket that opens the innermost of them.
    pub(super) opener: usize,
    /// The first token of the line that is indented as a part of it.
    pub(super) next_line: usize,
}

/// A form that is open, or was closed by the last brackets of a line.
#[derive(Clone, Copy)]
struct Form {
    opener: usize,
    column: usize,
    closer: SyntaxKind,
    /// The bracket that closed it, once there is one.
    closed_by: usize,
}

struct Search {
    /// Outermost first.
    open: Vec<Form>,
    /// What the brackets just passed have closed, innermost first.
    just_closed: Vec<Form>,
    found: Option<Early>,
    /// Of what is open, how many forms, from the outermost, each line must be within: those that
    /// are open only because of what was found, and what is around them.
    around: usize,
}

/// The brackets in `range` that end forms too early, if those of the kinds `strays`, which follow
/// the range, are there because of them. The range starts with an opening bracket.
pub(super) fn find(
    text: &str,
    tokens: &[Token],
    plan: &Plan,
    range: Range<usize>,
    strays: &[SyntaxKind],
) -> Option<Early> {
    if range.len() > MAX_TOKENS {
        return None;
    }
    let mut search = Search {
        open: Vec::new(),
        just_closed: Vec::new(),
        found: None,
        around: 0,
    };
    let mut line_start = line_start(text, tokens[range.start].start as usize);
    let mut at_line_start = false;
    for index in range {
        let token = tokens[index];
        // Where another mistake is, the columns of brackets say little.
        if plan.action(index) != Action::Usual {
            return None;
        }
        let is_trivia = token.kind.is_trivia();
        let column = token.start as usize - line_start;
        if token.kind.is_closer() {
            search.close(index, token.kind)?;
        } else if !is_trivia {
            if at_line_start {
                search.line(index, column, strays)?;
            }
            search.just_closed.clear();
        }
        if !is_trivia {
            at_line_start = false;
        }
        if let Some((closer, _)) = token.kind.bracket() {
            search.open.push(Form {
                opener: index,
                column,
                closer,
                closed_by: index,
            });
        } else if is_trivia || matches!(token.kind, SyntaxKind::String | SyntaxKind::Regex) {
            let content = token_text(text, tokens, index);
            if let Some(newline) = content.rfind('\n') {
                line_start = token.start as usize + newline + 1;
                at_line_start |= is_trivia;
            }
        }
    }
    search.end(strays)
}

impl Search {
    /// A closing bracket; `None` if what was found cannot be.
    fn close(&mut self, index: usize, kind: SyntaxKind) -> Option<()> {
        let mut form = self.open.pop()?;
        if form.closer != kind {
            return None;
        }
        form.closed_by = index;
        self.just_closed.push(form);
        self.around = self.around.min(self.open.len());
        Some(())
    }

    /// The first token of a line; `None` if what was found cannot be.
    fn line(&mut self, index: usize, column: usize, strays: &[SyntaxKind]) -> Option<()> {
        if self.found.is_some() {
            let within = self.around == 0 || self.open[self.around - 1].column < column;
            return within.then_some(());
        }
        let count = self
            .just_closed
            .iter()
            .rev()
            .take_while(|form| form.column < column && strays.contains(&form.closer))
            .count();
        let kept = self.just_closed.len() - count;
        let (Some(innermost), Some(outermost)) =
            (self.just_closed.get(kept), self.just_closed.last())
        else {
            return Some(());
        };
        self.found = Some(Early {
            closers: (innermost.closed_by, outermost.closed_by),
            count,
            opener: innermost.opener,
            next_line: index,
        });
        self.open.extend(self.just_closed.drain(kept..).rev());
        self.around = self.open.len();
        Some(())
    }

    /// The range is over. What is open now is to be closed by the strays.
    fn end(mut self, strays: &[SyntaxKind]) -> Option<Early> {
        let found = self.found?;
        strays
            .iter()
            .map_while(|stray| self.open.pop().map(|form| form.closer == *stray))
            .all(|fits| fits)
            .then_some(found)
    }
}
