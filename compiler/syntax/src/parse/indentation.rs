//! Finding the form that lacks its closing bracket by what the indentation says.

use std::ops::Range;

use super::brackets::{Action, Plan};
use super::token_text;
use crate::lexer::Token;
use crate::syntax_kind::SyntaxKind;

/// The form that seems not to be closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Culprit {
    /// The token that opens it.
    pub(super) opener: usize,
    /// The first token of the line that is indented as if it were closed.
    pub(super) next_line: usize,
    /// How many forms, from the first of the range, are open there.
    pub(super) depth: usize,
}

struct Open {
    token: usize,
    column: usize,
    line: usize,
}

/// The first open form, if any, that a later line's first token is not indented further than.
pub(super) fn culprit(
    text: &str,
    tokens: &[Token],
    plan: &Plan,
    range: Range<usize>,
) -> Option<Culprit> {
    if range.len() > MAX_TOKENS {
        return None;
    }
    let mut open: Vec<Open> = Vec::new();
    let mut line = 0;
    let mut line_start = line_start(text, tokens[range.start].start as usize);
    let mut at_line_start = false;
    for index in range {
        let token = tokens[index];
        if token.kind == SyntaxKind::Whitespace || token.kind == SyntaxKind::Comment {
            let white = token_text(text, tokens, index);
            if let Some(newline) = white.rfind('\n') {
                line += 1;
                line_start = token.start as usize + newline + 1;
                at_line_start = true;
            }
            continue;
        }
        let column = token.start as usize - line_start;
        if at_line_start && !token.kind.is_closer() {
            // Columns only grow inwards among forms that are indented well, so the outermost form
            // that fails is found by going out from the innermost.
            let mut found = None;
            for open in open.iter().rev().take(MAX_LOOK_OUT) {
                if open.column < column {
                    break;
                }
                if open.line < line {
                    found = Some(open.token);
                }
            }
            if let Some(opener) = found {
                return Some(Culprit {
                    opener,
                    next_line: index,
                    depth: open.len(),
                });
            }
        }
        at_line_start = false;
        if token.kind.bracket().is_some() {
            if plan.action(index) == Action::Outdent {
                open.pop();
            }
            open.push(Open {
                token: index,
                column,
                line,
            });
        } else if token.kind.is_closer() {
            let action = plan.action(index);
            let left = open.len().saturating_sub(action.brackets_closed() as usize);
            open.truncate(left);
        } else if matches!(token.kind, SyntaxKind::String | SyntaxKind::Regex) {
            let content = token_text(text, tokens, index);
            if let Some(newline) = content.rfind('\n') {
                line += 1;
                line_start = token.start as usize + newline + 1;
            }
        }
    }
    None
}

/// Larger forms are not written by people, whose indentation means something.
pub(super) const MAX_TOKENS: usize = 200_000;

/// How many forms outwards are compared with a line, so that the search stays linear.
const MAX_LOOK_OUT: usize = 64;

/// Where the line of `offset` starts.
pub(super) fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |newline| newline + 1)
}
