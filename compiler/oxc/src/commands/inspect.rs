//! `oxc inspect`: where a process stands.

use crate::access;
use crate::args::{Format, Inspect};
use crate::facts::inspection_text;
use crate::failure::Outcome;
use crate::output::{self, Output};

/// Shows one process.
pub(crate) fn run(output: Output, args: &Inspect) -> Outcome {
    let store = access::store_of(args.store.store.as_deref(), args.pid)?;
    let inspection = access::inspect(&store, args.pid)?;
    match args.format {
        Format::Json => output::print_json(&inspection)?,
        Format::Text => output::print(&inspection_text(output, &inspection, args.all))?,
    }
    Ok(0)
}
