//! `oxc eval`: one answer.
//!
//! # Invariants
//! - The text is compiled as given: that the value of the last form is printed is said beside it.

use crate::args::Eval;
use crate::compile::show;
use crate::failure::{FAILED, Failure, Outcome, io};
use crate::host::{Host, foreground};
use crate::manner::Manner;
use crate::output::{Output, answer};
use driver::{LastForm, Workspace};
use engine::pid::MAIN;
use std::io::Read as _;
use std::sync::Arc;
use vm::image::LoadedImage;

/// What the text is called in messages.
const NAME: &str = "<eval>";
/// The namespace it is in.
const NAMESPACE: &str = "user";

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
    workspace.set_last_form(LastForm::IsPrinted);
    workspace.take_summaries(None);
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
        // There is no form.
        return answer("nil\n");
    };
    let host = Host::ephemeral(output, &manner)?;
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
