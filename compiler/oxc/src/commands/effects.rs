//! `oxc effects`: which effects the definitions of a program may perform, and through what.

use crate::args::{Effects, Format};
use crate::compile::{count, not_opened, show};
use crate::failure::{FAILED, Failure, Outcome, io};
use crate::output::{self, Output};
use crate::target::Program;
use driver::Workspace;
use driver::effects::DefinitionEffects;
use serde::Serialize;
use source::Severity;
use std::collections::BTreeMap;
use std::fmt::Write as _;

#[derive(Serialize)]
struct Fact<'a> {
    name: String,
    /// Each effect with the definitions through which it is come to, from this one on.
    effects: BTreeMap<&'a str, Vec<&'a str>>,
}

/// Prints the effects of each definition; of those that are named, how they come to them.
pub(crate) fn run(output: Output, args: &Effects) -> Outcome {
    let Program::Source(target) = Program::named(args.target.as_deref())? else {
        return Err(Failure::usage("an image file holds no source to look into"));
    };
    let dir = std::env::current_dir().map_err(io("find the working folder"))?;
    let mut workspace = Workspace::open(&target, &dir, &args.packages.options())
        .map_err(|error| not_opened(output, error, args.format))?;
    let diagnostics = workspace.check_linked_cached(None);
    if count(&diagnostics, Severity::Error) > 0 {
        show(output, &workspace, &diagnostics);
        return Ok(FAILED);
    }
    let all = workspace.effects();
    let is_meant = |one: &DefinitionEffects, name: &str| {
        *one.name.name == *name || one.name.to_string() == name
    };
    if let Some(unknown) = args
        .of
        .iter()
        .find(|name| !all.iter().any(|one| is_meant(one, name)))
    {
        return Err(Failure::usage(format!(
            "the program defines no `{unknown}`: `oxc effects` without --of lists what it defines"
        )));
    }
    let meant: Vec<&DefinitionEffects> = all
        .iter()
        .filter(|one| args.of.is_empty() || args.of.iter().any(|name| is_meant(one, name)))
        .collect();
    if args.format == Format::Json {
        let facts = meant.iter().map(|one| Fact {
            name: one.name.to_string(),
            effects: one
                .effects
                .iter()
                .map(|(name, path)| (&**name, path.iter().map(|name| &**name).collect()))
                .collect(),
        });
        output::print_json(&facts.collect::<Vec<_>>())?;
        return Ok(0);
    }
    let mut text = String::new();
    for one in meant {
        match args.of.is_empty() {
            true => line(one, &mut text),
            false => paths(one, &mut text),
        }
    }
    output::print(&text)?;
    Ok(0)
}

/// `app.core/charge: ox.http/request, print`
fn line(one: &DefinitionEffects, text: &mut String) {
    let names: Vec<&str> = one.effects.keys().map(|name| &**name).collect();
    let names = match names.is_empty() {
        true => "pure".to_owned(),
        false => names.join(", "),
    };
    let _ = writeln!(text, "{}: {names}", one.name);
}

/// Each effect with the definitions through which it is come to.
fn paths(one: &DefinitionEffects, text: &mut String) {
    if one.effects.is_empty() {
        return line(one, text);
    }
    let _ = writeln!(text, "{}", one.name);
    for (effect, path) in &one.effects {
        let between = path
            .get(1..path.len().saturating_sub(1))
            .unwrap_or_default();
        let between: Vec<&str> = between.iter().map(|name| &**name).collect();
        let _ = match between.is_empty() {
            true => writeln!(text, "  {effect}"),
            false => writeln!(text, "  {effect}: through {}", between.join(" → ")),
        };
    }
}
