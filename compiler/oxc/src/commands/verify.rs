//! `oxc verify`: looks for damage in a store, without writing.
//!
//! # Invariants
//! - A store that an engine has is not judged: between two reads of its files it is another.

use crate::access;
use crate::args::{Format, Verify};
use crate::failure::{FAILED, Failure, Outcome};
use crate::folder::RunDir;
use crate::output::{self, Output, Style};
use serde::Serialize;
use store::Finding;

#[derive(Serialize)]
struct Facts {
    store: String,
    sound: bool,
    groups: u64,
    records: u64,
    bytes: u64,
    folded_groups: u64,
    folded_records: u64,
    folded_bytes: u64,
    findings: Vec<FindingFacts>,
}

#[derive(Serialize)]
struct FindingFacts {
    kind: &'static str,
    what: String,
}

/// Verifies one store. The exit status is 1 if it is damaged, and if it cannot be told: then nothing is
/// said of it on standard output.
pub(crate) fn run(output: Output, args: &Verify) -> Outcome {
    // What is there does not matter, so that a line means the same everywhere.
    let pid = args.store.to_str().and_then(|text| text.parse().ok());
    let path = if let Some(pid) = pid {
        access::run_of(pid)?.store()
    } else if args.store.is_dir() {
        RunDir {
            number: 0,
            dir: args.store.clone(),
        }
        .store()
    } else {
        args.store.clone()
    };
    let progress = output.progress("looking at the store");
    let _at_rest = access::keep_at_rest(&path).map_err(|failure| {
        failure.help("verify it at rest: after Ctrl-C, or when the run has ended")
    })?;
    let report = store::verify(&path).map_err(|error| match error {
        store::OpenError::NotFound { path } => {
            Failure::new(format!("there is no store {}", path.display()))
                .help("name a process, as `oxc verify 17`, or a store's main file; `oxc ps -v` shows where they are")
        }
        error => Failure::from(error),
    })?;
    drop(progress);
    let facts = Facts {
        store: path.display().to_string(),
        sound: report.is_sound(),
        groups: report.last.0,
        records: report.all_records,
        bytes: report.all_bytes,
        folded_groups: report.folded.0,
        folded_records: report.records,
        folded_bytes: report.record_bytes,
        findings: report.findings.iter().map(finding).collect(),
    };
    match args.format {
        Format::Json => output::print_json(&facts)?,
        Format::Text => output::print(&text(output, &facts))?,
    }
    Ok(if facts.sound { 0 } else { FAILED })
}

fn finding(finding: &Finding) -> FindingFacts {
    let kind = match finding {
        Finding::Record { .. } => "record",
        Finding::Store { .. } => "store",
        Finding::Block { .. } => "block",
        Finding::Repaired { .. } => "repaired",
    };
    FindingFacts {
        kind,
        what: finding.to_string(),
    }
}

fn text(output: Output, facts: &Facts) -> String {
    let state = if facts.sound {
        output.paint(Style::Green, "sound")
    } else {
        output.paint(Style::Red, "damaged")
    };
    let mut text = format!(
        "{}: {state}\n{} records, {} bytes, by {} groups; {} of these are folded: {} records, {} bytes\n",
        facts.store,
        facts.records,
        facts.bytes,
        facts.groups,
        facts.folded_groups,
        facts.folded_records,
        facts.folded_bytes
    );
    for finding in &facts.findings {
        text.push_str(&finding.what);
        text.push('\n');
    }
    text
}
