//! Tokens to a tree, with the bracket plan's help.
//!
//! Nodes are made without the tree library's cache, whose rehashing recurses over whole trees;
//! short tokens are shared by a table of our own.

use rowan::{GreenNode, GreenToken, NodeOrToken};
use rustc_hash::FxHashMap;
use source::{Code, TextRange};

use super::brackets::{Action, Plan};
use super::{MAX_DEPTH, token_range, token_text};
use crate::error::{Errors, ReadError};
use crate::lexer::Token;
use crate::syntax_kind::SyntaxKind;

/// Tokens up to this length are shared.
const SHARED_TOKEN_BYTES: usize = 24;

/// A node that is not finished.
struct Frame {
    kind: SyntaxKind,
    /// Index of its first child among the finished ones.
    first_child: usize,
    /// The token that opened it.
    token: u32,
    /// For a prefix, how many forms it still takes; for a bracket 0.
    operands: u8,
}

struct Builder<'t, 'e> {
    text: &'t str,
    tokens: &'t [Token],
    errors: &'e mut Errors,
    frames: Vec<Frame>,
    /// The most frames there were.
    deepest: usize,
    children: Vec<NodeOrToken<GreenNode, GreenToken>>,
    shared_tokens: FxHashMap<(SyntaxKind, &'t str), GreenToken>,
}

/// The tree of the tokens, which cover `text`, and how deep it is.
pub(super) fn build(
    text: &str,
    tokens: &[Token],
    plan: &Plan,
    errors: &mut Errors,
) -> (GreenNode, usize) {
    let mut builder = Builder {
        text,
        tokens,
        errors,
        frames: Vec::new(),
        deepest: 0,
        children: Vec::new(),
        shared_tokens: FxHashMap::default(),
    };
    let mut next = 0;
    while next < tokens.len() {
        next = builder.token(next, plan);
    }
    builder.close_prefixes(true);
    while !builder.frames.is_empty() {
        builder.finish_bracket(false);
    }
    let green = GreenNode::new(SyntaxKind::Root.into(), builder.children);
    (green, builder.deepest + 1)
}

impl<'t> Builder<'t, '_> {
    /// Takes the token at `index`, or several; returns the next index.
    fn token(&mut self, index: usize, plan: &Plan) -> usize {
        let kind = self.tokens[index].kind;
        if kind.bracket().is_some() || kind.prefix().is_some() {
            match plan.action(index) {
                Action::Cut => {
                    self.close_prefixes(false);
                    while !self.frames.is_empty() {
                        self.finish_bracket(false);
                    }
                }
                Action::Outdent => self.finish_bracket(true),
                _ => {}
            }
            if self.frames.len() >= MAX_DEPTH {
                return self.too_deep(index, plan);
            }
            let (node, operands) = kind
                .bracket()
                .map(|(_, node)| (node, 0))
                .or(kind.prefix())
                .expect("one of them");
            self.frames.push(Frame {
                kind: node,
                first_child: self.children.len(),
                token: index as u32,
                operands,
            });
            self.deepest = self.deepest.max(self.frames.len());
            self.push_token(index);
        } else if kind.is_closer() {
            match plan.action(index) {
                Action::Stray => self.push_token_as(SyntaxKind::Error, index),
                action => {
                    for _ in 1..action.brackets_closed() {
                        self.finish_bracket(true);
                    }
                    self.close_prefixes(true);
                    self.push_token(index);
                    self.finish_bracket(true);
                }
            }
        } else if kind.is_trivia() {
            self.push_token(index);
        } else {
            self.push_token(index);
            self.form_is_complete();
        }
        index + 1
    }

    /// Makes one token of everything up to what closes the innermost bracket.
    fn too_deep(&mut self, index: usize, plan: &Plan) -> usize {
        let mut depth = 0u32;
        let mut end = index;
        while end < self.tokens.len() {
            let kind = self.tokens[end].kind;
            let action = plan.action(end);
            if end > index && action == Action::Cut {
                break;
            }
            if kind.bracket().is_some() {
                if end > index && action == Action::Outdent {
                    if depth == 0 {
                        break;
                    }
                    depth -= 1;
                }
                depth += 1;
            } else if kind.is_closer() && action != Action::Stray {
                let closed = action.brackets_closed();
                if closed > depth {
                    break;
                }
                depth -= closed;
            }
            end += 1;
        }
        let start = self.tokens[index].start;
        let stop = self
            .tokens
            .get(end)
            .map_or(self.text.len() as u32, |token| token.start);
        let range = TextRange::new(start.into(), stop.into());
        let token = GreenToken::new(SyntaxKind::TooDeep.into(), &self.text[range]);
        self.children.push(NodeOrToken::Token(token));
        self.errors.push(
            ReadError::new(
                Code::TOO_DEEP,
                format!("forms are nested more than {MAX_DEPTH} levels deep"),
                token_range(self.text, self.tokens, index),
            )
            .label("what starts here is not read")
            .note("data of any depth can be read when the program runs, with `ox.edn/read-string`"),
        );
        self.form_is_complete();
        end
    }

    fn push_token(&mut self, index: usize) {
        self.push_token_as(self.tokens[index].kind, index);
    }

    fn push_token_as(&mut self, kind: SyntaxKind, index: usize) {
        let token = self.green_token(kind, index);
        self.children.push(NodeOrToken::Token(token));
    }

    fn green_token(&mut self, kind: SyntaxKind, index: usize) -> GreenToken {
        let text = token_text(self.text, self.tokens, index);
        if text.len() > SHARED_TOKEN_BYTES {
            return GreenToken::new(kind.into(), text);
        }
        let shared = self.shared_tokens.entry((kind, text));
        shared
            .or_insert_with(|| GreenToken::new(kind.into(), text))
            .clone()
    }

    /// A form has ended: prefixes that waited for it end too.
    fn form_is_complete(&mut self) {
        while let Some(frame) = self.frames.last_mut() {
            if frame.operands == 0 {
                return;
            }
            frame.operands -= 1;
            if frame.operands > 0 {
                return;
            }
            let kind = frame.kind;
            self.finish_node();
            if kind == SyntaxKind::Discarded {
                // What is discarded is no form.
                return;
            }
        }
    }

    fn finish_node(&mut self) {
        let frame = self.frames.pop().expect("a node is open");
        let children = self.children.drain(frame.first_child..);
        let node = GreenNode::new(frame.kind.into(), children);
        self.children.push(NodeOrToken::Node(node));
    }

    /// Ends the innermost bracket and the prefixes within it that lack a form.
    fn finish_bracket(&mut self, report_prefixes: bool) {
        self.close_prefixes(report_prefixes);
        if !self.frames.is_empty() {
            self.finish_node();
            self.form_is_complete();
        }
    }

    /// Ends the prefixes that lack a form. Of several in a row the innermost is reported: what the
    /// others lack is what it would have been part of.
    fn close_prefixes(&mut self, mut report: bool) {
        while let Some(frame) = self.frames.last() {
            if frame.operands == 0 {
                return;
            }
            if report && !self.errors.is_full() {
                let error = self.missing_operand(frame);
                self.errors.push(error);
                report = false;
            }
            self.finish_node();
        }
    }

    fn missing_operand(&self, frame: &Frame) -> ReadError {
        let index = frame.token as usize;
        let range = token_range(self.text, self.tokens, index);
        let prefix = token_text(self.text, self.tokens, index);
        let (message, label) = match (frame.kind, frame.operands) {
            (SyntaxKind::WithMeta, 1) => (
                "metadata needs a form after it".to_owned(),
                "this describes the next form",
            ),
            (SyntaxKind::WithMeta, _) => (
                format!("`{prefix}` needs metadata and a form after it"),
                "nothing follows",
            ),
            (SyntaxKind::NamespacedMap, _) => (
                format!("`{prefix}` needs a map after it"),
                "nothing follows",
            ),
            _ => (
                format!("`{prefix}` needs a form after it"),
                "nothing follows",
            ),
        };
        ReadError::new(Code::MISSING_OPERAND, message, range)
            .label(label)
            .fix(format!("remove the `{prefix}`"), range, "")
    }
}
