//! Secrets: what stands for a text that is in no process. It holds the name of a variable of the environment or of
//! a file, and texts around it; whoever makes a request puts the text in.
//!
//! ```text
//! of one name    secret  source  name
//! with texts     secret  [part …]  template         a part is a string or a secret of one name
//! ```
//!
//! # Invariants
//! - The text itself is nowhere in the heap.
//! - Of a name alone there is the first form only; neighbouring texts are one part, and none is empty.

use super::string::{make_string, try_text};
use super::vector;
use crate::heap::Heap;
use crate::object::Kind;
use crate::word::Word;

/// A part of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// What is looked up.
    Named {
        /// Where: `env` or `file`.
        source: String,
        /// The name of the variable, the path of the file.
        name: String,
    },
}

impl Part {
    /// What is looked up.
    #[must_use]
    pub fn named(source: &str, name: &str) -> Part {
        Part::Named {
            source: source.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// What people see of a secret: the name, `TOKEN`, or `Bearer ${TOKEN}` with texts around it.
#[must_use]
pub fn template(parts: &[Part]) -> String {
    if let [Part::Named { name, .. }] = parts {
        return name.clone();
    }
    let texts = parts.iter().map(|part| match part {
        Part::Text(text) => text.clone(),
        Part::Named { name, .. } => format!("${{{name}}}"),
    });
    texts.collect()
}

/// The parts of a secret; none of another value.
#[must_use]
pub fn parts(heap: &Heap, word: Word) -> Option<Vec<Part>> {
    let object = heap.try_object(word)?;
    if object.kind() != Kind::Secret {
        return None;
    }
    let text = |word| try_text(heap, word).unwrap_or_default();
    if !vector::is_vector(heap, object.word(1)) {
        let part = Part::named(text(object.word(1)), text(object.word(2)));
        return Some(vec![part]);
    }
    let all = vector::elements(heap, object.word(1)).into_iter();
    let all = all.map(|part| match try_text(heap, part) {
        Some(text) => Part::Text(text.to_owned()),
        None => heap
            .try_object(part)
            .filter(|object| object.kind() == Kind::Secret)
            .map_or(Part::Text(String::new()), |object| {
                Part::named(text(object.word(1)), text(object.word(2)))
            }),
    });
    Some(all.collect())
}

/// A secret of these parts.
#[must_use]
pub fn make(heap: &mut Heap, parts: &[Part]) -> Word {
    let whole = joined(parts);
    if let [Part::Named { source, name }] = &whole[..] {
        return make_named(heap, source, name);
    }
    let words: Vec<Word> = whole
        .iter()
        .map(|part| match part {
            Part::Text(text) => make_string(heap, text),
            Part::Named { source, name } => make_named(heap, source, name),
        })
        .collect();
    let list = vector::make(heap, &words);
    let shown = make_string(heap, &template(&whole));
    heap.make(Kind::Secret, 0, 0, &[], &[list, shown])
}

fn make_named(heap: &mut Heap, source: &str, name: &str) -> Word {
    let (source, name) = (make_string(heap, source), make_string(heap, name));
    heap.make(Kind::Secret, 0, 0, &[], &[source, name])
}

fn joined(parts: &[Part]) -> Vec<Part> {
    let mut whole: Vec<Part> = Vec::new();
    for part in parts {
        match (whole.last_mut(), part) {
            (_, Part::Text(text)) if text.is_empty() => {}
            (Some(Part::Text(before)), Part::Text(text)) => before.push_str(text),
            _ => whole.push(part.clone()),
        }
    }
    whole
}
