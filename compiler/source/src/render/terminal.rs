//! Diagnostics for people: the message with its code, the source with its marks, notes, and fixes
//! shown as changed lines.
//!
//! Invariant: what a diagnostic costs, and the text it makes, does not grow with the file: of a
//! large text the renderer is given the lines that matter, and of a very long line the part around
//! the mark. (It copies what it is given several times over.)

use std::collections::HashMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};

use super::SourceFiles;
use crate::{Diagnostic, FileId, Fix, Label, LineIndex, Severity, Span};

/// A text up to this size is given to the renderer as it is, and no more of a larger one.
const SHOWN_BYTES_MAX: usize = 64 << 10;

/// How much of a line that is larger than that is shown before and after the start of the mark.
const AROUND_BYTES: usize = 60;

/// The diagnostics as text, in the order given, a blank line after each.
pub fn render(diagnostics: &[Diagnostic], files: &dyn SourceFiles, color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = String::new();
    let mut lines = Lines::default();
    for diagnostic in diagnostics {
        out.push_str(&renderer.render(&report(diagnostic, files, &mut lines)));
        out.push_str("\n\n");
    }
    out
}

/// The line tables of the large texts met so far.
type Lines = HashMap<FileId, LineIndex>;

fn report<'a>(
    diagnostic: &'a Diagnostic,
    files: &'a dyn SourceFiles,
    lines: &mut Lines,
) -> Vec<Group<'a>> {
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
        main = main.elements(snippet(diagnostic, file, files, lines));
    }
    main = main.elements(
        diagnostic
            .notes
            .iter()
            .map(|note| Level::NOTE.message(note)),
    );
    let mut groups = vec![main];
    groups.extend(
        diagnostic
            .fixes
            .iter()
            .map(|fix| fix_group(fix, files, lines)),
    );
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
    lines: &mut Lines,
) -> Vec<Element<'a>> {
    let text = files.text(file);
    let primary = std::iter::once((AnnotationKind::Primary, &diagnostic.primary));
    let secondary = diagnostic
        .secondary
        .iter()
        .map(|label| (AnnotationKind::Context, label));
    let labels: Vec<(AnnotationKind, &'a Label)> = primary
        .chain(secondary)
        .filter(|(_, label)| label.span.file == file)
        .collect();
    let ranges = labels.iter().map(|(_, label)| byte_range(label.span, text));
    let Some((window, line_start)) = window(file, text, ranges, lines) else {
        let parts = labels
            .into_iter()
            .flat_map(|(kind, label)| around(kind, label, files, lines));
        return parts.collect();
    };
    let mut snippet = Snippet::source(&text[window.clone()])
        .line_start(line_start)
        .path(files.path(file));
    for (kind, label) in labels {
        let range = byte_range(label.span, text);
        let range = range.start - window.start..range.end - window.start;
        snippet = snippet.annotation(marked(kind.span(range), label));
    }
    vec![snippet.into()]
}

fn marked<'a>(
    annotation: annotate_snippets::Annotation<'a>,
    label: &'a Label,
) -> annotate_snippets::Annotation<'a> {
    if label.message.is_empty() {
        annotation
    } else {
        annotation.label(&label.message)
    }
}

/// The lines of the text that the ranges touch, and the number of the first, counted from 1; none
/// if that is too much to be shown. Of a small text all is given.
fn window(
    file: FileId,
    text: &str,
    ranges: impl Iterator<Item = Range<usize>>,
    lines: &mut Lines,
) -> Option<(Range<usize>, usize)> {
    if text.len() <= SHOWN_BYTES_MAX {
        return Some((0..text.len(), 1));
    }
    let all = ranges.reduce(|one, other| one.start.min(other.start)..one.end.max(other.end))?;
    if all.len() > SHOWN_BYTES_MAX {
        return None;
    }
    let lines = lines.entry(file).or_insert_with(|| LineIndex::new(text));
    let line_of = |offset: usize| lines.line_column((offset as u32).into()).line;
    // The line before is given too: the last one of a text may be empty, which is no source.
    let first = line_of(all.start).saturating_sub(1);
    let start = usize::from(lines.line_start(first));
    let end = usize::from(lines.line_start(line_of(all.end) + 1));
    (end - start <= SHOWN_BYTES_MAX).then_some((start..end, first as usize + 1))
}

/// A label on a line too long to be shown: where it is, and what is there.
fn around<'a>(
    kind: AnnotationKind,
    label: &'a Label,
    files: &'a dyn SourceFiles,
    lines: &mut Lines,
) -> [Element<'a>; 2] {
    let file = label.span.file;
    let text = files.text(file);
    let range = byte_range(label.span, text);
    let lines = lines.entry(file).or_insert_with(|| LineIndex::new(text));
    let at = lines.line_column((range.start as u32).into());
    let line = usize::from(lines.line_start(at.line))..usize::from(lines.line_start(at.line + 1));
    let boundary = |mut offset: usize| {
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let before = boundary(range.start.saturating_sub(AROUND_BYTES).max(line.start));
    let after = boundary((range.start + AROUND_BYTES).min(line.end));
    let shown = text[before..after].trim_end_matches('\n');
    let within = |offset: usize| offset.clamp(before, before + shown.len()) - before;
    let marks = kind.span(within(range.start)..within(range.end));
    let origin = Origin::path(files.path(file))
        .line(at.line as usize + 1)
        .char_column(at.column as usize + 1);
    let snippet = Snippet::source(shown)
        .line_start(at.line as usize + 1)
        .path(None::<&str>)
        .annotation(marked(marks, label));
    [origin.into(), snippet.into()]
}

fn fix_group<'a>(fix: &'a Fix, files: &'a dyn SourceFiles, lines: &mut Lines) -> Group<'a> {
    let mut group = Group::with_title(Level::HELP.secondary_title(&fix.title));
    let mut done: Vec<FileId> = Vec::new();
    for (span, _) in &fix.edits {
        if done.contains(&span.file) {
            continue;
        }
        done.push(span.file);
        let text = files.text(span.file);
        let edits = fix
            .edits
            .iter()
            .filter(|(other, _)| other.file == span.file)
            .map(|(other, new)| (byte_range(*other, text), new));
        let ranges = edits.clone().map(|(range, _)| range);
        let Some((window, line_start)) = window(span.file, text, ranges, lines) else {
            // The title has to do.
            continue;
        };
        let patches = edits.map(|(range, new)| {
            Patch::new(range.start - window.start..range.end - window.start, new)
        });
        group = group.element(
            Snippet::source(&text[window.clone()])
                .line_start(line_start)
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

    /// A text that is larger than what is shown, with something on the last of its lines.
    fn large(before: &str, line: &str) -> String {
        let lines = SHOWN_BYTES_MAX / before.len() + 2;
        format!("{}{line}", before.repeat(lines))
    }

    #[test]
    fn of_a_large_text_the_lines_that_matter_are_shown() {
        let text = large("(defn f [] 1)\n", "(defn g [] λ (h\n");
        let at = text.find("(h").expect("it is there") as u32;
        let line = text.lines().count();
        let file = crate::render::SingleFile {
            path: "a.ox",
            text: &text,
        };
        let diagnostic = Diagnostic::error(Code::INVALID_NAME, "no", span(0, at, at + 1))
            .label("here")
            .fix("close it", vec![(span(0, at + 2, at + 2), ")".to_owned())]);
        let shown = render(&[diagnostic], &file, false);
        assert!(shown.contains(&format!("a.ox:{line}:14\n")), "{shown}");
        assert!(
            shown.contains(&format!("{line} | (defn g [] λ (h\n")),
            "{shown}"
        );
        assert!(shown.contains("(defn g [] λ (h)\n"), "{shown}");
        let end = text.len() as u32;
        let at_the_end = Diagnostic::error(Code::INVALID_NAME, "no", span(0, end, end));
        let shown = render(&[at_the_end], &file, false);
        assert!(shown.contains(&format!("a.ox:{line}:")), "{shown}");
    }

    #[test]
    fn of_a_very_long_line_the_part_around_the_mark_is_shown() {
        let text = large("'λ ", "x (oops)");
        let at = text.find("oops").expect("it is there") as u32;
        let column = text[..at as usize].chars().count() + 1;
        let file = crate::render::SingleFile {
            path: "a.ox",
            text: &text,
        };
        let diagnostic = Diagnostic::error(Code::INVALID_NAME, "no", span(0, at, at + 4))
            .label("here")
            .secondary(span(0, 0, at), "and all this")
            .fix("remove it", vec![(span(0, at, at + 4), String::new())]);
        let shown = render(&[diagnostic], &file, false);
        assert!(shown.contains(&format!("a.ox:1:{column}\n")), "{shown}");
        assert!(shown.contains("x (oops)\n"), "{shown}");
        assert!(shown.contains("^^^^ here\n"), "{shown}");
        assert!(shown.contains("and all this"), "{shown}");
        assert!(shown.contains("help: remove it"), "{shown}");
        assert!(shown.len() < 2_000, "{}", shown.len());
    }
}
