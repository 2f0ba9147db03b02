//! Whole builds as bytes.

use crate::workspace::Built;
use bytecode::Image;
use hir::wire::{Reader, Writer};
use source::{Code, Diagnostic, FileId, Fix, Label, Severity, Span, TextRange};

/// The bytes of a build. Its warnings are among them: their spans are right for every build with the
/// same key, since the key has all texts and with them the numbers of the files.
pub(super) fn encode(built: &Built) -> Vec<u8> {
    let mut w = Writer::default();
    w.list(built.sources.iter(), |w, (path, hash)| {
        w.text(path);
        w.raw(hash);
    });
    w.list(built.warnings.iter(), diagnostic);
    w.raw(&built.image.encode());
    w.bytes
}

pub(super) fn decode(bytes: &[u8]) -> Option<Built> {
    let mut r = Reader::new(bytes);
    let sources = r.list(|r| Some((r.text()?.to_owned(), r.array()?)))?;
    let warnings = r.list(read_diagnostic)?;
    let image = Image::decode(r.rest()).ok()?;
    Some(Built {
        entry_slot: image.entry,
        main_slot: image.main,
        image,
        sources,
        warnings,
    })
}

fn span(w: &mut Writer, span: &Span) {
    w.number(u64::from(span.file.0));
    w.number(u32::from(span.range.start()).into());
    w.number(u32::from(span.range.end()).into());
}

fn label(w: &mut Writer, label: &Label) {
    span(w, &label.span);
    w.text(&label.message);
}

fn diagnostic(w: &mut Writer, diagnostic: &Diagnostic) {
    w.number(diagnostic.code.number().into());
    w.text(diagnostic.severity.as_str());
    w.text(&diagnostic.message);
    label(w, &diagnostic.primary);
    w.list(diagnostic.secondary.iter(), label);
    w.list(diagnostic.notes.iter(), |w, note| w.text(note));
    w.list(diagnostic.fixes.iter(), |w, fix| {
        w.text(&fix.title);
        w.list(fix.edits.iter(), |w, (at, text)| {
            span(w, at);
            w.text(text);
        });
    });
}

fn read_span(r: &mut Reader<'_>) -> Option<Span> {
    let file = FileId(r.narrow()?);
    let (start, end): (u32, u32) = (r.narrow()?, r.narrow()?);
    let range = (start <= end).then(|| TextRange::new(start.into(), end.into()))?;
    Some(Span::new(file, range))
}

fn read_text(r: &mut Reader<'_>) -> Option<String> {
    r.text().map(str::to_owned)
}

fn read_label(r: &mut Reader<'_>) -> Option<Label> {
    let span = read_span(r)?;
    let message = read_text(r)?;
    Some(Label { span, message })
}

fn read_diagnostic(r: &mut Reader<'_>) -> Option<Diagnostic> {
    let number = r.number()?;
    let code = Code::ALL
        .iter()
        .find(|code| u64::from(code.number()) == number)?;
    let severity = r.text()?;
    let severity = SEVERITIES
        .into_iter()
        .find(|known| known.as_str() == severity)?;
    Some(Diagnostic {
        code: *code,
        severity,
        message: read_text(r)?,
        primary: read_label(r)?,
        secondary: r.list(read_label)?,
        notes: r.list(read_text)?,
        fixes: r.list(|r| {
            let title = read_text(r)?;
            let edits = r.list(|r| Some((read_span(r)?, read_text(r)?)))?;
            Some(Fix { title, edits })
        })?,
    })
}

const SEVERITIES: [Severity; 4] = [
    Severity::Error,
    Severity::Warning,
    Severity::Info,
    Severity::Hint,
];
