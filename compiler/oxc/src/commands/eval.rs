//! `oxc eval`: one answer.
//!
//! # Invariants
//! - Diagnostics are those of the text as given; the printing of the last value is added after it
//!   has been checked.

use crate::args::Eval;
use crate::compile::show;
use crate::failure::{FAILED, Failure, Outcome, io};
use crate::host::{Host, Manner, foreground};
use crate::output::Output;
use driver::Workspace;
use engine::pid::MAIN;
use source::Severity;
use std::io::Read as _;
use std::sync::Arc;
use syntax::{DEFAULT_FEATURES, Datum, DatumKind};
use vm::image::LoadedImage;

/// What the text is called in messages.
const NAME: &str = "<eval>";
/// The namespace it is in.
const NAMESPACE: &str = "user";
/// Forms that define: their value is nothing to print but the name.
const DEFINERS: [&str; 10] = [
    "def",
    "defn",
    "defn-",
    "defmacro",
    "defonce",
    "defactivity",
    "defeffect",
    "declare",
    "defmulti",
    "defmethod",
];
/// Forms whose value is nil.
const SILENT: [&str; 5] = ["ns", "require", "use", "import", "comment"];

/// Evaluates and prints.
pub(crate) fn run(output: Output, args: &Eval) -> Outcome {
    let mut manner = Manner::default();
    manner.limit(&args.limit)?;
    let mut text = String::new();
    for form in &args.forms {
        if form == "-" {
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(io("read standard input"))?;
        } else {
            text.push_str(form);
        }
        text.push('\n');
    }
    let progress = output.progress("compiling");
    let mut workspace = Workspace::of_text(NAME, &text);
    workspace.take_summaries(None);
    let diagnostics = workspace.check();
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        drop(progress);
        show(output, &workspace, &diagnostics);
        return Err(Failure::told(FAILED));
    }
    workspace.edit(NAMESPACE, &printing(&text));
    let built = workspace.build();
    drop(progress);
    let built = match built {
        Ok(built) => built,
        Err(diagnostics) => {
            show(output, &workspace, &diagnostics);
            return Err(Failure::told(FAILED));
        }
    };
    let Some(entry) = built.entry_slot else {
        return Ok(0);
    };
    let host = Host::open(output, None, &manner)?;
    let image = LoadedImage::load_linked(Arc::new(built.image))
        .map_err(|error| Failure::new(format!("the forms cannot be run: {error}")))?;
    host.engine.describe(1, "", &[], Vec::new());
    let image = host.engine.add_image(Arc::new(image));
    host.run()?;
    let main = host.engine.start_main(image, entry, &[], NAMESPACE)?;
    debug_assert_eq!(main, MAIN, "a new engine begins with the main process");
    host.set_main(main);
    foreground(output, vec![host])
}

/// The text with the value of its last form printed. Nothing is put on lines before that form, so
/// that the lines in a trace are right.
fn printing(text: &str) -> String {
    let parse = syntax::parse(text);
    let forms = syntax::forms(&parse, DEFAULT_FEATURES);
    let Some(last) = forms.last() else {
        return format!("{text}(ox.core/prn nil)\n");
    };
    let (start, end) = (
        usize::from(last.range.start()),
        usize::from(last.range.end()),
    );
    let (before, form, after) = (&text[..start], &text[start..end], &text[end..]);
    match head(&last.datum) {
        Some((name, defined)) if DEFINERS.contains(&name.as_str()) => {
            let shown = defined.map_or_else(
                || "nil".to_owned(),
                |defined| format!("#'{NAMESPACE}/{defined}"),
            );
            format!("{text}(ox.core/println \"{shown}\")\n")
        }
        Some((name, _)) if SILENT.contains(&name.as_str()) => format!("{text}(ox.core/prn nil)\n"),
        _ => format!("{before}(ox.core/prn {form}\n){after}"),
    }
}

/// The symbol that a list begins with, and the one after it.
fn head(datum: &Datum) -> Option<(String, Option<String>)> {
    let DatumKind::List(items) = &datum.kind else {
        return None;
    };
    let name = |index: usize| match &items.get(index)?.kind {
        DatumKind::Symbol(symbol) => Some(symbol.name.to_string()),
        _ => None,
    };
    Some((name(0)?, name(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_form_is_printed() {
        assert_eq!(
            printing("(def a 1)\n(inc a)\n"),
            "(def a 1)\n(ox.core/prn (inc a)\n)\n"
        );
        assert_eq!(printing("1 ; one\n"), "(ox.core/prn 1\n) ; one\n");
        assert_eq!(
            printing("(def a 1)\n"),
            "(def a 1)\n(ox.core/println \"#'user/a\")\n"
        );
        assert_eq!(printing("\n"), "\n(ox.core/prn nil)\n");
    }
}
