//! Smaller programs of a program: what is tried to find the least one that still differs.
//!
//! # Invariants
//! - Each is smaller than the program it comes from, so that shrinking ends.

use super::data::Node;
use super::generate::Program;

/// What a form may become.
const SIMPLE: &[&str] = &["nil", "1", "0", ":a", "[]", "\"a\"", "[1]"];

/// Smaller programs, the smallest first.
pub(super) fn smaller(program: &Program) -> Vec<Program> {
    let (Ok(expression), Ok(definitions)) = (
        Node::read(&program.expression),
        Node::read_all(&program.definitions),
    ) else {
        return Vec::new();
    };
    let mut found: Vec<(usize, Program)> = Vec::new();
    let rest: usize = definitions.iter().map(Node::size).sum();
    for candidate in variants(&expression) {
        let size = candidate.size() + rest;
        if candidate.size() < expression.size() {
            let expression = candidate.to_string();
            found.push((
                size,
                Program {
                    expression,
                    ..program.clone()
                },
            ));
        }
    }
    for (at, definition) in definitions.iter().enumerate() {
        for candidate in variants(definition).into_iter().map(Some).chain([None]) {
            let size = candidate.as_ref().map_or(0, Node::size);
            if size < definition.size() {
                let forms = definitions.iter().enumerate().filter_map(|(number, form)| {
                    if number == at {
                        candidate.as_ref()
                    } else {
                        Some(form)
                    }
                });
                let definitions = forms.map(ToString::to_string).collect::<Vec<_>>().join(" ");
                let size = expression.size() + rest + size - definition.size();
                found.push((
                    size,
                    Program {
                        definitions,
                        ..program.clone()
                    },
                ));
            }
        }
    }
    found.sort_by_key(|(size, _)| *size);
    found.dedup_by(|(_, one), (_, other)| one == other);
    found.into_iter().map(|(_, program)| program).collect()
}

/// Variants of a form that differ from it in one place.
fn variants(node: &Node) -> Vec<Node> {
    let mut found: Vec<Node> = SIMPLE
        .iter()
        .map(|text| Node::Atom((*text).to_owned()))
        .collect();
    match node {
        Node::Atom(text) => {
            if let Some(inner) = text
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
            {
                let characters: Vec<char> = inner.chars().collect();
                if !inner.contains('\\') {
                    for at in 0..characters.len() {
                        let rest: String = characters
                            .iter()
                            .enumerate()
                            .filter(|(number, _)| *number != at)
                            .map(|(_, c)| c)
                            .collect();
                        found.push(Node::Atom(format!("\"{rest}\"")));
                    }
                }
            }
        }
        Node::Prefixed(prefix, inner) => {
            found.push((**inner).clone());
            found.extend(
                variants(inner)
                    .into_iter()
                    .map(|inner| Node::Prefixed(prefix.clone(), Box::new(inner))),
            );
        }
        Node::Group(open, parts) => {
            // A call is not replaced by its function: that would be another program.
            let head = usize::from(*open == "(" && matches!(parts.first(), Some(Node::Atom(_))));
            found.extend(parts.iter().skip(head).cloned());
            let step = if *open == "{" { 2 } else { 1 };
            for at in (0..parts.len()).step_by(step) {
                let mut fewer = parts.clone();
                fewer.drain(at..(at + step).min(parts.len()));
                found.push(Node::Group(open, fewer));
            }
            for (at, part) in parts.iter().enumerate() {
                for variant in variants(part) {
                    let mut changed = parts.clone();
                    changed[at] = variant;
                    found.push(Node::Group(open, changed));
                }
            }
        }
    }
    found
}
