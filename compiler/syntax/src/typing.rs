//! Texts that are being typed: whether one is whole, where its next line begins, and which call a place is in.

use crate::parse::parse;
use crate::syntax_kind::{SyntaxKind as K, SyntaxNode};
use source::{Code, TextSize};

/// Whether a text ends within a form that more text may complete. One with other mistakes before is not: they
/// are told first.
#[must_use]
pub fn is_unfinished(text: &str) -> bool {
    let parse = parse(text);
    let errors = parse.errors();
    !errors.is_empty()
        && errors.iter().all(|error| {
            matches!(
                error.code,
                Code::UNCLOSED_FORM | Code::UNCLOSED_STRING | Code::MISSING_OPERAND
            )
        })
}

/// The texts of the forms at the top level, with the comments before them; nothing if more text may complete the last.
/// A text with mistakes is one form.
#[must_use]
pub fn typed_forms(text: &str) -> Option<Vec<String>> {
    if is_unfinished(text) {
        return None;
    }
    let parse = parse(text);
    if !parse.errors().is_empty() {
        return Some(vec![text.to_owned()]);
    }
    let mut forms = Vec::new();
    let mut start = 0;
    for child in parse.syntax().children_with_tokens() {
        if child.kind().is_trivia() || child.kind() == K::Discarded {
            continue;
        }
        let end = usize::from(child.text_range().end());
        forms.push(text[start..end].trim_start().to_owned());
        start = end;
    }
    Some(forms)
}

/// The column at which the line after a text begins: under the first operand of a call, two columns further in for forms with a
/// body, under the first element of anything else.
#[must_use]
pub fn indentation(text: &str) -> usize {
    let parse = parse(text);
    let Some(open) = innermost(&parse.syntax(), text.len()) else {
        return 0;
    };
    let column = |at: TextSize| {
        let at = usize::from(at);
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        text[line..at].chars().count()
    };
    let start = open.text_range().start();
    let elements = open
        .children_with_tokens()
        .filter(|child| !child.kind().is_trivia());
    let mut inside = elements.skip(1).filter(|child| !is_closer(child.kind()));
    let (first, second) = (inside.next(), inside.next());
    let is_call = matches!(open.kind(), K::List | K::FnLiteral);
    match (first, second) {
        (None, _) => column(start) + 1,
        (Some(first), second) if is_call && first.kind() == K::Symbol => {
            let name = first.to_string();
            let is_on_line = |at: TextSize| {
                let between = usize::from(first.text_range().start())..usize::from(at);
                !text[between].contains('\n')
            };
            match second.map(|second| second.text_range().start()) {
                Some(at) if !has_body(&name) && is_on_line(at) => column(at),
                _ => column(start) + 2,
            }
        }
        (Some(first), _) => column(first.text_range().start()),
    }
}

/// The name of the function or macro among whose operands a place is.
#[must_use]
pub fn call_at(text: &str, place: usize) -> Option<String> {
    let parse = parse(text);
    let mut around = innermost(&parse.syntax(), place);
    while let Some(node) = around {
        if matches!(node.kind(), K::List | K::FnLiteral) {
            let elements = node
                .children_with_tokens()
                .filter(|child| !child.kind().is_trivia());
            let first = elements.skip(1).find(|child| child.kind() == K::Symbol)?;
            let is_behind = usize::from(first.text_range().end()) < place;
            return is_behind.then(|| first.to_string());
        }
        around = node.parent();
    }
    None
}

/// The bracket that belongs to the one before or at a place, if both are there.
#[must_use]
pub fn matching_bracket(text: &str, place: usize) -> Option<usize> {
    let parse = parse(text);
    let bracket = |at: usize| {
        let token = parse
            .syntax()
            .token_at_offset(TextSize::new(at as u32))
            .find(|token| usize::from(token.text_range().start()) == at)?;
        let node = token.parent()?;
        let mut brackets = node
            .children_with_tokens()
            .filter_map(|child| child.into_token())
            .filter(|token| is_closer(token.kind()) || is_opener(token.kind()));
        let (open, close) = (brackets.next()?, brackets.last()?);
        let start = |token: &rowan::SyntaxToken<crate::OxLanguage>| token.text_range().start();
        if start(&token) == start(&close) {
            Some(usize::from(start(&open)))
        } else if start(&token) == start(&open) {
            Some(usize::from(start(&close)))
        } else {
            None
        }
    };
    let before = text[..place].char_indices().next_back().map(|(at, _)| at);
    before
        .and_then(bracket)
        .or_else(|| (place < text.len()).then(|| bracket(place)).flatten())
}

/// The innermost bracketed form that is open at a place.
fn innermost(root: &SyntaxNode, place: usize) -> Option<SyntaxNode> {
    let mut found = None;
    let mut next = Some(root.clone());
    while let Some(node) = next {
        let is_inside = |child: &SyntaxNode| {
            let range = child.text_range();
            let last = child.last_child_or_token();
            let is_closed = last.is_some_and(|last| is_closer(last.kind()));
            usize::from(range.start()) < place
                && (place < usize::from(range.end())
                    || place == usize::from(range.end()) && !is_closed)
        };
        next = node.children().filter(is_inside).last();
        if let Some(node) = &next
            && node
                .first_token()
                .is_some_and(|first| is_opener(first.kind()))
        {
            found = Some(node.clone());
        }
    }
    found
}

fn is_opener(kind: K) -> bool {
    matches!(
        kind,
        K::LeftParen | K::LeftBracket | K::LeftBrace | K::HashBrace | K::HashParen
    )
}

fn is_closer(kind: K) -> bool {
    matches!(kind, K::RightParen | K::RightBracket | K::RightBrace)
}

/// Whether what stands in a form of this name is indented as a body.
fn has_body(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "binding",
        "case",
        "catch",
        "cond",
        "do",
        "doseq",
        "dotimes",
        "doto",
        "finally",
        "fn",
        "for",
        "if-let",
        "if-not",
        "let",
        "letfn",
        "loop",
        "match",
        "ns",
        "receive",
        "reify",
        "retrying",
        "testing",
        "try",
        "when",
        "when-first",
        "when-let",
        "when-not",
        "when-some",
        "while",
        "with-open",
        "with-timeout",
    ];
    NAMES.binary_search(&name).is_ok() || name.starts_with("def") || name.starts_with("extend-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_unfinished_while_more_may_complete_it() {
        for text in [
            "(+ 1", "[1 {:a", "\"abc", "(f \"a)", "'", "#_", "(a))(", "#(+ %",
        ] {
            assert_eq!(typed_forms(text).is_none(), text != "(a))(", "{text}");
        }
        assert_eq!(typed_forms(""), Some(vec![]));
        assert_eq!(typed_forms("; only a comment"), Some(vec![]));
        assert_eq!(
            typed_forms("(+ 1 2) :a ; both\n #_x 'y"),
            Some(vec![
                "(+ 1 2)".to_owned(),
                ":a".to_owned(),
                "; both\n #_x 'y".to_owned()
            ])
        );
        assert_eq!(typed_forms(")"), Some(vec![")".to_owned()]));
    }

    #[test]
    fn a_line_begins_where_people_indent_it() {
        for (text, column) in [
            ("", 0),
            ("(+ 1 2)", 0),
            ("(defn f [x]", 2),
            ("(map inc", 5),
            ("(map", 2),
            ("(", 1),
            ("[1 2", 1),
            ("{:a", 1),
            ("(let [a 1", 6),
            ("(let [a 1]", 2),
            ("  (foo [1\n        2]", 7),
            ("#(+ %", 4),
            ("(f \"a\nb", 3),
            ("((f) x", 1),
        ] {
            assert_eq!(indentation(text), column, "{text:?}");
        }
    }

    #[test]
    fn a_place_is_in_the_call_around_it() {
        for (text, name) in [
            ("(map |", Some("map")),
            ("(map inc [1 |", Some("map")),
            ("(ma|", None),
            ("(a (b 1) |", Some("a")),
            ("(a (b |", Some("b")),
            ("(a (b |))", Some("b")),
            ("|(a)", None),
            ("((f) |", None),
        ] {
            let place = text.find('|').expect("a mark");
            let text = text.replace('|', "");
            assert_eq!(call_at(&text, place).as_deref(), name, "{text:?}");
        }
    }

    #[test]
    fn brackets_belong_to_one_another() {
        let text = "(a [b \")\"] #{c})";
        let at = |place| matching_bracket(text, place);
        assert_eq!(at(text.len()), Some(0));
        assert_eq!(at(0), Some(text.len() - 1));
        assert_eq!(at(10), Some(3));
        assert_eq!(at(14 + 1), Some(11));
        assert_eq!(at(7), None);
        assert_eq!(matching_bracket("(a", 0), None);
    }
}
