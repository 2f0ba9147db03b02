//! All that is wrong with a file, with positions.
//!
//! Invariants:
//! - This is the one place where problems get spans; it is also the only query of meaning that
//!   depends on positions, and nothing else depends on it.
//! - The order is by position; a list asked for twice, on any thread, is the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use scalar::{is_slip, suggest};
use source::{Code, Diagnostic, Label, Severity, Span, TextRange};
use syntax::AstId;
use syntax::datum::{Datum, DatumKind, Origin, Symbol};

use crate::advice::{host_advice, namespace_advice};
use crate::body::DefName;
use crate::contributions::is_contributed;
use crate::db::{Db, Frame, Project, SourceFile, Stage, file_of};
use crate::definition::DefInfo;
use crate::expand::core::CoreMacro;
use crate::forms::{FormId, form_by_id, form_set, parsed, top_forms};
use crate::generated::{generated_name, generated_names, generating_forms};
use crate::header::{CORE, header, is_core_family};
use crate::host;
use crate::lower::special;
use crate::lowered::{is_entry_name, lowered};
use crate::names::{Missing, Resolution, public_names, resolve, written_names};
use crate::package::{self, Meaning};
use crate::problem::{Place, Problem, Unknown};
use crate::project::{closes_cycle, cycle_to_report};
use crate::spine::spine;
use crate::stored::is_stored;

/// All diagnostics of a file.
#[salsa::tracked]
pub fn diagnostics(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    // A namespace with diagnostics has no summary.
    if is_stored(db, file) {
        return Vec::new();
    }
    let mut all = syntax::diagnostics(parsed(db, file), top_forms(db, file), file.id(db));
    for problem in problems(db, file) {
        all.push(located(db, file, problem.clone()));
    }
    all.sort_by_key(|diagnostic| {
        let range = diagnostic.primary.span.range;
        (range.start(), range.end(), diagnostic.code)
    });
    all.dedup();
    all
}

/// All that is wrong with a file beyond reading it, without positions.
#[salsa::tracked]
fn problems(db: &dyn Db, file: SourceFile) -> Vec<Problem> {
    let mut all = header(db, file).problems.clone();
    requires(db, file, &mut all);
    clashes(db, file, &mut all);
    let mut cyclic: Option<Problem> = None;
    for form in form_set(db, file) {
        let lowered = lowered(db, *form, Stage::ALL);
        if lowered.phase_cycle {
            let Some(problem) = lowered.problems.first() else {
                continue;
            };
            match &mut cyclic {
                None => cyclic = Some(problem.clone()),
                Some(first) => {
                    first.secondary.push((
                        problem.at,
                        "this form is in the circle too, or needs it".to_owned(),
                    ));
                }
            }
            continue;
        }
        // What brackets in the wrong place make of a form is not worth reporting.
        if !form.is_damaged(db) {
            all.extend(lowered.problems.iter().cloned());
        }
    }
    all.extend(cyclic);
    all.retain(|problem| !is_of_a_lost_name(db, file, problem));
    all
}

/// Whether the problem is that a name is missing which a form would have generated that could not be
/// expanded: that is said of the form.
fn is_of_a_lost_name(db: &dyn Db, file: SourceFile, problem: &Problem) -> bool {
    let Some(Unknown::Symbol(symbol, _)) = &problem.unknown else {
        return false;
    };
    let file = match &symbol.ns {
        None => file,
        Some(ns) => match file_of(db, ns) {
            Some(other) if !is_stored(db, other) => other,
            _ => return false,
        },
    };
    let mut lost = generating_forms(db, file).iter().filter(|form| {
        let spine = spine(db, **form, Stage::ALL);
        let mut problems = spine.problems.iter();
        problems.any(|problem| problem.severity == Severity::Error)
    });
    lost.any(|form| may_have_named(form.datum(db), &symbol.name))
}

/// Whether a call of a macro might have generated the name: it has that name among its operands, or
/// what the name was made of, as `point` is of `->point`.
fn may_have_named(call: &Datum, name: &str) -> bool {
    /// Fewer characters are in many names.
    const PART_MIN: usize = 3;
    let mut rest: Vec<&Datum> = match call.as_list() {
        Some([_, operands @ ..]) => operands.iter().collect(),
        _ => return false,
    };
    while let Some(datum) = rest.pop() {
        match &datum.kind {
            DatumKind::Symbol(part) | DatumKind::Keyword(part) => {
                let part = &*part.name;
                if part == name || (part.chars().count() >= PART_MIN && is_part(part, name)) {
                    return true;
                }
            }
            DatumKind::List(items) | DatumKind::Vector(items) | DatumKind::Set(items) => {
                rest.extend(items.iter());
            }
            DatumKind::Map(entries) => {
                rest.extend(entries.iter().flat_map(|(key, value)| [key, value]));
            }
            _ => {}
        }
    }
    false
}

/// Whether a name has a word or several of another: `point` is one of `map->point` and `point?`, not of
/// `pointer`.
fn is_part(part: &str, name: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    name.match_indices(part).any(|(at, _)| {
        is_edge(name[..at].chars().next_back()) && is_edge(name[at + part.len()..].chars().next())
    })
}

/// What is wrong with requiring a namespace that packages have.
fn of_packages(name: &str, meaning: &Meaning, at: Place) -> Option<Problem> {
    let listed = |packages: &[Arc<str>]| {
        let all: Vec<String> = packages.iter().map(|one| format!("`{one}`")).collect();
        all.join(" and ")
    };
    match meaning {
        Meaning::Is(_) => None,
        Meaning::Hidden(packages) => {
            let message = format!("no dependency has the namespace `{name}`");
            let problem = Problem::error(Code::NOT_A_DEPENDENCY, message, at);
            if packages.is_empty() {
                return Some(problem.note("a package does not see the project that needs it"));
            }
            let note = format!(
                "the package {} has it, which only other dependencies need: name it in `:deps`, too",
                listed(packages)
            );
            Some(problem.note(note))
        }
        Meaning::Several(packages) => {
            let message = format!(
                "the namespace `{name}` is in several dependencies: {}",
                listed(packages)
            );
            let problem = Problem::error(Code::AMBIGUOUS_NAMESPACE, message, at);
            Some(problem.note(
                "which one is meant cannot be said: only one of them can be a dependency here",
            ))
        }
    }
}

/// Requires of what does not exist, names that are not there, circles.
fn requires(db: &dyn Db, file: SourceFile, out: &mut Vec<Problem>) {
    let header = header(db, file);
    for require in header.needs() {
        if file_of(db, &require.ns).is_none() && (&*require.ns != CORE) {
            if let Some(meaning) = package::why_missing(db, file, &require.ns) {
                out.extend(of_packages(
                    package::name_of(&require.ns),
                    meaning,
                    require.at,
                ));
                continue;
            }
            let message = format!("there is no namespace `{}`", require.ns);
            let mut problem = Problem::error(Code::UNKNOWN_NAMESPACE, message, require.at);
            match namespace_advice(&require.ns) {
                Some(advice) => problem = problem.note(advice),
                None => problem.unknown = Some(Unknown::Namespace(require.ns.clone())),
            }
            out.push(problem);
        }
    }
    for refer in header.refers.values() {
        let Some(other) = file_of(db, &refer.ns) else {
            continue;
        };
        if closes_cycle(db, file, &refer.ns)
            || (is_core_family(&refer.ns) && CoreMacro::named(&refer.name).is_some())
        {
            continue;
        }
        let names = public_names(db, other);
        if !names.contains_key(&refer.name) {
            let (code, message) = match written_names(db, other).get(&refer.name) {
                Some(info) => (Code::PRIVATE_NAME, format!("`{}` is private", info.name)),
                None => (
                    Code::UNKNOWN_NAME,
                    format!("the namespace `{}` has no `{}`", refer.ns, refer.name),
                ),
            };
            let mut problem = Problem::error(code, message, refer.at);
            let full = Symbol::qualified(refer.ns.clone(), refer.name.clone());
            problem.unknown = Some(Unknown::Symbol(full, Vec::new()));
            out.push(problem);
        }
    }
    for (class, import) in &header.imports {
        let full = format!("{}.{class}", import.ns);
        let is_class = special::is_error_class(&full)
            || special::type_class(&full).is_some()
            || host::is_known_class(db, file, class);
        if is_class || file_of(db, &import.ns).is_some() {
            continue;
        }
        let message =
            format!("`{class}` is no class that is known here: importing it has no effect");
        let mut problem = Problem::warning(Code::HOST_INTEROP, message, import.at);
        problem.notes.extend(host_advice(class).map(str::to_owned));
        out.push(problem);
    }
    if let Some(cycle) = cycle_to_report(db, file) {
        let next = cycle.get(1).unwrap_or(&cycle[0]);
        let at = header.needs().find(|require| require.ns == *next).map_or(
            Place {
                file,
                form: header.form,
                origin: Origin::NONE,
            },
            |require| require.at,
        );
        let mut names: Vec<String> = cycle.iter().map(|ns| format!("`{ns}`")).collect();
        names.push(format!("`{}`", cycle[0]));
        let message = format!(
            "namespaces require one another in a circle: {}",
            names.join(" → ")
        );
        out.push(
            Problem::error(Code::REQUIRE_CYCLE, message, at)
                .note("a require that is part of a circle gives no names; move what both need into a third namespace"),
        );
    }
}

/// Names defined twice, and generated names that exist already.
fn clashes(db: &dyn Db, file: SourceFile, out: &mut Vec<Problem>) {
    let written = written_names(db, file);
    let whole = |info: &DefInfo| Place {
        file,
        form: Some(info.form),
        origin: Origin::NONE,
    };
    let mut seen: BTreeMap<&Arc<str>, &DefInfo> = BTreeMap::new();
    for info in &written.all {
        match seen.get(&info.name.name) {
            None => {
                seen.insert(&info.name.name, info);
            }
            Some(first) => {
                let at = name_place(db, info);
                let message = format!("`{}` is defined twice", info.name.name);
                let problem = Problem::error(Code::DUPLICATE_DEFINITION, message, at)
                    .secondary(name_place(db, first), "first defined here")
                    .note("a name of a namespace is defined once and never changes");
                out.push(problem);
            }
        }
    }
    let generated = generated_names(db, file);
    let mut made: BTreeMap<Arc<str>, DefInfo> = BTreeMap::new();
    for info in generated {
        let name = &info.name.name;
        // Hidden definitions and what a generated name shadows by right are no clash.
        if name.contains('@') {
            continue;
        }
        let clash = if let Some(first) = written.get(name) {
            Some(("is written here", Some(whole(first))))
        } else if let Some(first) = made.get(name) {
            Some(("is generated here already", Some(whole(first))))
        } else {
            match resolve(db, file, Stage::WRITTEN, &Symbol::simple(name.clone())) {
                Resolution::Missing(Missing::Name) => None,
                _ => Some(("is referred, or a name of the core", None)),
            }
        };
        match clash {
            None => {
                made.insert(name.clone(), info);
            }
            Some((why, place)) => {
                let message =
                    format!("this form generates the name `{name}`, which exists already");
                let mut problem = Problem::error(Code::GENERATED_CLASH, message, whole(&info));
                match place {
                    Some(place) => problem.secondary.push((place, format!("`{name}` {why}"))),
                    None => problem.notes.push(format!("`{name}` {why}")),
                }
                out.push(problem);
            }
        }
    }
}

/// Where the name of a definition is; of several in one form the first.
fn name_place(db: &dyn Db, info: &DefInfo) -> Place {
    let origin = form_by_id(db, info.file, FormId(info.form))
        .and_then(|form| {
            let items = form.datum(db).as_list()?;
            let name = items.get(1)?;
            name.is_symbol(&info.name.name).then_some(name.origin)
        })
        .unwrap_or(Origin::NONE);
    Place {
        file: info.file,
        form: Some(info.form),
        origin,
    }
}

/// The range that a place stands for.
pub(crate) fn range_of(db: &dyn Db, place: Place) -> TextRange {
    let start = TextRange::empty(0.into());
    match place.form {
        None => start,
        Some(id) => range_of_form(db, place.file, id, place.origin).unwrap_or(start),
    }
}

fn range_of_form(db: &dyn Db, file: SourceFile, id: AstId, origin: Origin) -> Option<TextRange> {
    top_forms(db, file)
        .iter()
        .find(|form| form.ast_id == id)
        .map(|form| form.range_of(origin))
}

/// The span of a place.
pub fn span_of(db: &dyn Db, place: Place) -> Span {
    Span::new(place.file.id(db), range_of(db, place))
}

fn located(db: &dyn Db, file: SourceFile, problem: Problem) -> Diagnostic {
    let Problem {
        code,
        severity,
        message,
        at,
        label,
        secondary,
        notes,
        trace,
        unknown,
        early,
    } = problem;
    let span = span_of(db, at);
    let mut diagnostic = Diagnostic::new(severity, code, message, span);
    diagnostic.primary.message = label;
    diagnostic.secondary = secondary
        .into_iter()
        .map(|(place, message)| Label {
            span: span_of(db, place),
            message,
        })
        .collect();
    if !trace.is_empty() {
        let lines = trace_lines(db, &trace).join("\n");
        diagnostic.notes.push(format!("its stack trace:\n{lines}"));
    }
    diagnostic.notes.extend(notes);
    for name in early {
        if let Some(info) = generated_name(db, file, Stage::ALL, &name) {
            let place = Place {
                file,
                form: Some(info.form),
                origin: Origin::NONE,
            };
            diagnostic.secondary.push(Label {
                span: span_of(db, place),
                message: format!("`{name}`, which the macro needs, is generated here, later"),
            });
        }
    }
    in_textual_order(&mut diagnostic);
    match unknown {
        None => diagnostic,
        Some(unknown) => with_suggestion(db, file, diagnostic, &unknown),
    }
}

/// Frames of a trace that are shown.
const FRAMES_SHOWN_MAX: usize = 8;

/// A stack trace as it is shown, `app.core/f (app/core.ox:3)`: the innermost frames, equal ones in a
/// row once. Depends on positions.
pub fn trace_lines(db: &dyn Db, trace: &[Frame]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for frame in trace {
        let DefName { ns, name } = &frame.definition;
        let name = match name.split_once('#') {
            _ if is_entry_name(name) => "<entry>",
            Some((shown, _)) if is_contributed(name) => shown,
            _ => name,
        };
        let place = db.place_of_frame(frame);
        let place = place.map_or_else(String::new, |place| format!(" ({place})"));
        let line = format!("{ns}/{name}{place}");
        if lines.last() != Some(&line) {
            lines.push(line);
        }
        if lines.len() == FRAMES_SHOWN_MAX {
            break;
        }
    }
    lines
}

/// Of two definitions of a name the first in the text is the one that was there; of the forms in a
/// phase cycle the first is the one reported. (Forms are gone through by id, not by place.)
fn in_textual_order(diagnostic: &mut Diagnostic) {
    let Diagnostic {
        code,
        primary,
        secondary,
        ..
    } = diagnostic;
    let start = |label: &Label| (label.span.file, label.span.range.start());
    if *code == Code::DUPLICATE_DEFINITION {
        for label in secondary {
            if start(label) > start(primary) {
                std::mem::swap(&mut label.span, &mut primary.span);
            }
        }
    } else if *code == Code::PHASE_CYCLE {
        for label in secondary.iter_mut() {
            if start(label) < start(primary) {
                std::mem::swap(&mut label.span, &mut primary.span);
            }
        }
        secondary.sort_by_key(start);
    }
}

/// Offers a similar name that exists.
fn with_suggestion(
    db: &dyn Db,
    file: SourceFile,
    diagnostic: Diagnostic,
    unknown: &Unknown,
) -> Diagnostic {
    let span = diagnostic.primary.span;
    if let Unknown::Qualifier(ns) = unknown
        && let Some(meant) = namespace_meant(ns, Project::get(db).files(db).keys().map(|n| &**n))
    {
        return diagnostic.note(format!(
            "as an alias of `{meant}` it needs `[{meant} :as {ns}]` in the `:require` of the `ns` form, or \
             `(require '[{meant} :as {ns}])` in a script"
        ));
    }
    let (found, replacement) = match unknown {
        Unknown::Namespace(ns) | Unknown::Qualifier(ns) => {
            let names = Project::get(db).files(db).keys().map(|name| &**name);
            let found = suggest(ns, names).map(str::to_owned);
            let replacement = found.clone().filter(|found| is_slip(ns, found));
            (found, replacement)
        }
        // A single character is near to every other.
        Unknown::Symbol(symbol, _) if symbol.name.chars().nth(1).is_none() => (None, None),
        Unknown::Symbol(symbol, locals) => {
            let (candidates, prefix) = match &symbol.ns {
                None => {
                    let mut candidates: Vec<Arc<str>> = locals
                        .iter()
                        .filter(|name| !crate::expand::build::is_fresh(name))
                        .cloned()
                        .collect();
                    candidates.extend(visible_names(db, file));
                    (candidates, None)
                }
                Some(ns) => {
                    let names = file_of(db, ns).map(|other| public_names(db, other));
                    (names.unwrap_or_default().into_keys().collect(), Some(ns))
                }
            };
            let found =
                suggest(&symbol.name, candidates.iter().map(|name| &**name)).map(str::to_owned);
            // What is written may be an alias or a bare name; only a bare one is replaced.
            let is_sure = |found: &String| prefix.is_none() && is_slip(&symbol.name, found);
            let replacement = found.clone().filter(is_sure);
            (found, replacement)
        }
    };
    let Some(found) = found else {
        return diagnostic;
    };
    let diagnostic = diagnostic.note(format!("a similar name exists: `{found}`"));
    match replacement {
        Some(text) if !span.range.is_empty() && written_as(db, file, span, unknown) => {
            diagnostic.fix(format!("replace it by `{text}`"), vec![(span, text)])
        }
        _ => diagnostic,
    }
}

/// The namespace that a qualifier was probably meant to be an alias of: one whose last part it is,
/// the library's before the project's, and of several the first in alphabetical order.
fn namespace_meant<'a>(
    qualifier: &str,
    namespaces: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let last = if qualifier == "str" {
        "string"
    } else {
        qualifier
    };
    namespaces
        .filter(|name| {
            name.rsplit_once('.')
                .is_some_and(|(_, part)| part == last && !is_core_family(name))
        })
        .min_by_key(|name| (!name.starts_with("ox."), *name))
}

/// Whether the text at the span is the unknown name itself, so that replacing it is safe.
fn written_as(db: &dyn Db, file: SourceFile, span: Span, unknown: &Unknown) -> bool {
    let text = file.text(db);
    let range = usize::from(span.range.start())..usize::from(span.range.end());
    span.file == file.id(db)
        && text.get(range).is_some_and(|text| match unknown {
            Unknown::Namespace(ns) | Unknown::Qualifier(ns) => *text == **ns,
            Unknown::Symbol(symbol, _) => *text == *symbol.name,
        })
}

/// The names that a bare symbol may mean in a file, locals aside.
pub fn visible_names(db: &dyn Db, file: SourceFile) -> Vec<Arc<str>> {
    let header = header(db, file);
    let mut names: Vec<Arc<str>> = written_names(db, file).by_name.keys().cloned().collect();
    names.extend(
        generated_names(db, file)
            .into_iter()
            .map(|info| info.name.name),
    );
    names.extend(header.refers.keys().cloned());
    for require in header.requires.iter().filter(|require| require.refer_all) {
        if let Some(other) = file_of(db, &require.ns) {
            names.extend(public_names(db, other).into_keys());
        }
    }
    names.extend(CoreMacro::names().chain(special::written()).map(Arc::from));
    if !is_core_family(&header.ns)
        && let Some(core) = file_of(db, CORE)
    {
        names.extend(public_names(db, core).into_keys());
    }
    names.sort();
    names.dedup();
    // What cannot be named is no suggestion.
    names.retain(|name| !name.contains('@'));
    names
}
