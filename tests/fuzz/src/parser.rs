//! Any text: the tree prints back, errors lie within the text, nothing panics, rendering included.

use crate::choices::Choices;
use crate::texts::{Mistakes, text};
use source::{FileId, render};
use syntax::{DEFAULT_FEATURES, Origin, diagnostics, forms, parse};

/// Runs the target.
///
/// # Panics
/// When a promise of the parser is broken.
pub fn run(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let text = match choices.byte() % 3 {
        0 => choices.rest_as_text(),
        1 => text(&mut choices, Mistakes::Some),
        _ => {
            // A correct text with one character less.
            let at = usize::from(choices.byte()) << 8 | usize::from(choices.byte());
            let mut text = text(&mut choices, Mistakes::None);
            if let Some((at, _)) = text.char_indices().nth(at % (text.len() + 1)) {
                text.remove(at);
            }
            text
        }
    };
    let parse = parse(&text);
    assert_eq!(parse.syntax().to_string(), text);
    let forms = forms(&parse, DEFAULT_FEATURES);
    let mut end = 0.into();
    for form in &forms {
        assert!(form.range.start() >= end, "forms are in order and apart");
        end = form.range.end();
        for origin in 0..=form.source_map.len() as u32 {
            assert!(form.range.contains_range(form.range_of(Origin(origin))));
        }
    }
    let mut ids: Vec<_> = forms.iter().map(|form| form.ast_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), forms.len());
    let all = diagnostics(&parse, &forms, FileId(0));
    for diagnostic in &all {
        let range = std::ops::Range::<usize>::from(diagnostic.primary.span.range);
        assert!(text.get(range).is_some());
    }
    let file = render::SingleFile {
        path: "a.ox",
        text: &text,
    };
    render::terminal::render(&all, &file, false);
    render::json::render(&all, &file);
}
