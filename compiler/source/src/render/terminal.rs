//! Diagnostics for people: the message with its code, the source with its marks, notes, and fixes
//! shown as changed lines.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::SourceFiles;
use crate::{Diagnostic, FileId, Fix, Severity, Span};

/// The diagnostics as text, in the order given, a blank line after each.
pub fn render(diagnostics: &[Diagnostic], files: &dyn SourceFiles, color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&renderer.render(&report(diagnostic, files)));
        out.push_str("\n\n");
    }
    out
}

fn report<'a>(diagnostic: &'a Diagnostic, files: &'a dyn SourceFiles) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
        Severity::Hint => Level::HELP,
    };
    let title = level
        .primary_title(&diagnostic.message)
        .id(diagnostic.code.to_string());
    let mut main = Group::with_title(title);
    for file in files_of(diagnostic) {
        main = main.element(snippet(diagnostic, file, files));
    }
    main = main.elements(
        diagnostic
            .notes
            .iter()
            .map(|note| Level::NOTE.message(note)),
    );
    let mut groups = vec![main];
    groups.extend(diagnostic.fixes.iter().map(|fix| fix_group(fix, files)));
    groups
}

/// The primary label's file, then the others in order of appearance.
fn files_of(diagnostic: &Diagnostic) -> Vec<FileId> {
    let mut found = vec![diagnostic.primary.span.file];
    for label in &diagnostic.secondary {
        if !found.contains(&label.span.file) {
            found.push(label.span.file);
        }
    }
    found
}

fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    file: FileId,
    files: &'a dyn SourceFiles,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let text = files.text(file);
    let mut snippet = Snippet::source(text).path(files.path(file));
    let primary = std::iter::once((AnnotationKind::Primary, &diagnostic.primary));
    let secondary = diagnostic
        .secondary
        .iter()
        .map(|label| (AnnotationKind::Context, label));
    for (kind, label) in primary
        .chain(secondary)
        .filter(|(_, label)| label.span.file == file)
    {
        let mut annotation = kind.span(byte_range(label.span, text));
        if !label.message.is_empty() {
            annotation = annotation.label(&label.message);
        }
        snippet = snippet.annotation(annotation);
    }
    snippet
}

fn fix_group<'a>(fix: &'a Fix, files: &'a dyn SourceFiles) -> Group<'a> {
    let mut group = Group::with_title(Level::HELP.secondary_title(&fix.title));
    let mut done: Vec<FileId> = Vec::new();
    for (span, _) in &fix.edits {
        if done.contains(&span.file) {
            continue;
        }
        done.push(span.file);
        let text = files.text(span.file);
        let patches = fix
            .edits
            .iter()
            .filter(|(other, _)| other.file == span.file)
            .map(|(other, new)| Patch::new(byte_range(*other, text), new));
        group = group.element(
            Snippet::source(text)
                .path(files.path(span.file))
                .patches(patches),
        );
    }
    group
}

/// The span's bytes, cut to the text: the renderer panics on what is outside.
fn byte_range(span: Span, text: &str) -> Range<usize> {
    let within = |offset: usize| {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    within(span.range.start().into())..within(span.range.end().into())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use text_size::TextRange;

    use super::*;
    use crate::Code;

    struct TwoFiles;

    impl SourceFiles for TwoFiles {
        fn path(&self, file: FileId) -> String {
            format!("file{}.ox", file.0)
        }

        fn text(&self, file: FileId) -> &str {
            ["(def a 1)\n", "; λ\n(def a 2)\n"][file.0 as usize]
        }
    }

    fn span(file: u32, start: u32, end: u32) -> Span {
        Span::new(FileId(file), TextRange::new(start.into(), end.into()))
    }

    #[test]
    fn labels_of_two_files_notes_and_fixes_are_shown() {
        let diagnostic =
            Diagnostic::warning(Code::DUPLICATE_KEY, "`a` is there twice", span(1, 10, 11))
                .label("the second")
                .secondary(span(0, 5, 6), "the first")
                .note("names are unique")
                .fix("rename it", vec![(span(1, 10, 11), "b".to_owned())]);
        expect![[r#"
            warning[OX0012]: `a` is there twice
             --> file1.ox:2:6
              |
            2 | (def a 2)
              |      ^ the second
              |
             ::: file0.ox:1:6
              |
            1 | (def a 1)
              |      - the first
              |
              = note: names are unique
            help: rename it
              |
            2 - (def a 2)
            2 + (def b 2)
              |

        "#]]
        .assert_eq(&render(&[diagnostic], &TwoFiles, false));
    }

    #[test]
    fn spans_outside_of_the_text_are_cut() {
        let diagnostic = Diagnostic::error(Code::INVALID_NAME, "no", span(1, 3, 900));
        assert!(render(&[diagnostic], &TwoFiles, false).contains("file1.ox:1:3"));
    }
}
