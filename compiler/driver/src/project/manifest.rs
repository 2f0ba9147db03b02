//! The project file, `ox.edn`.
//!
//! # Invariants
//! - What is wrong with it is said as of any other file: code, place, what to do; all of it at once.

use super::dependency::{self, Dependency};
use crate::semver::Version;
use scalar::{is_slip, suggest};
use source::{Code, Diagnostic, FileId, Span, TextRange};
use syntax::TopForm;
use syntax::datum::{Datum, DatumKind};

/// A project's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// `:name`
    pub name: String,
    /// `:main`
    pub main: Option<String>,
    /// `:paths`
    pub paths: Vec<String>,
    /// `:test-paths`
    pub test_paths: Vec<String>,
    /// `:features`
    pub features: Vec<String>,
    /// `:version`
    pub version: Option<String>,
    /// `:deps`, by name
    pub deps: Vec<Dependency>,
}

impl Manifest {
    /// What a project file says in which nothing is.
    pub(crate) fn of_nothing() -> Manifest {
        Manifest {
            paths: vec!["src".to_owned()],
            test_paths: vec!["test".to_owned()],
            ..Manifest::default()
        }
    }
}

/// What a project file may say.
const KEYS: [&str; 8] = [
    "name",
    "version",
    "main",
    "paths",
    "test-paths",
    "features",
    "deps",
    "lints",
];

/// The file that diagnostics of a project file are of: it is never among others.
const FILE: FileId = FileId(0);

/// A mistake at a place of the project file.
pub(crate) fn mistake(at: TextRange, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::INVALID_PROJECT, message, Span::new(FILE, at))
}

/// The forms of a project file.
fn forms(text: &str) -> (Vec<TopForm>, Vec<Diagnostic>) {
    let parse = syntax::parse(text);
    let forms = syntax::forms(&parse, syntax::DEFAULT_FEATURES);
    let diagnostics = syntax::diagnostics(&parse, &forms, FILE);
    (forms, diagnostics)
}

/// Reads a project file.
///
/// # Errors
/// All that is wrong with it, by place.
pub(crate) fn parse(text: &str) -> Result<Manifest, Vec<Diagnostic>> {
    let (forms, mut wrong) = forms(text);
    let mut manifest = Manifest::of_nothing();
    match &forms[..] {
        // What brackets in the wrong place make of it is not worth reporting.
        _ if !wrong.is_empty() => {}
        [form] => match &form.datum.kind {
            DatumKind::Map(entries) => {
                let mut reader = Reader {
                    form,
                    manifest: &mut manifest,
                    wrong: &mut wrong,
                };
                for (key, value) in entries.iter() {
                    reader.entry(key, value);
                }
            }
            _ => wrong.push(no_map(form.range)),
        },
        [] => wrong.push(no_map(TextRange::empty(0.into())).label("nothing is here")),
        [_, second, ..] => wrong.push(no_map(second.range).label("a second form")),
    }
    if wrong.is_empty() {
        return Ok(manifest);
    }
    wrong.sort_by_key(|diagnostic| diagnostic.primary.span.range.start());
    Err(wrong)
}

fn no_map(at: TextRange) -> Diagnostic {
    mistake(at, "a project file holds one map").note("the least one is `{:main app.core}`")
}

/// Where the name of a dependency is.
pub(crate) fn place_of_dependency(text: &str, name: &str) -> Option<TextRange> {
    let (forms, _) = forms(text);
    let form = forms.first()?;
    let deps = entry_of(&form.datum, |key| {
        key.as_keyword().is_some_and(|keyword| keyword.is("deps"))
    })?;
    let (key, _) = entry_of(deps.1, |key| {
        key.as_symbol()
            .is_some_and(|symbol| symbol.to_string() == name)
    })?;
    Some(form.range_of(key.origin))
}

fn entry_of(map: &Datum, is_key: impl Fn(&Datum) -> bool) -> Option<(&Datum, &Datum)> {
    let DatumKind::Map(entries) = &map.kind else {
        return None;
    };
    let (key, value) = entries.iter().find(|(key, _)| is_key(key))?;
    Some((key, value))
}

/// Where the value of a key is, or one of the parts of that value; none if the key is not there.
pub(super) fn place_of(text: &str, name: &str, part: Option<usize>) -> Option<TextRange> {
    let (forms, _) = forms(text);
    let form = forms.first()?;
    let DatumKind::Map(entries) = &form.datum.kind else {
        return None;
    };
    let is_key = |key: &Datum| key.as_keyword().is_some_and(|keyword| keyword.is(name));
    let (_, value) = entries.iter().find(|(key, _)| is_key(key))?;
    let part = part.and_then(|index| value.as_vector()?.get(index));
    Some(form.range_of(part.unwrap_or(value).origin))
}

/// Reads the map of a project file.
pub(super) struct Reader<'a> {
    form: &'a TopForm,
    manifest: &'a mut Manifest,
    wrong: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    pub(super) fn mistake(&mut self, at: &Datum, message: String, note: &str) {
        let range = self.form.range_of(at.origin);
        let mut problem = mistake(range, message);
        if !note.is_empty() {
            problem = problem.note(note);
        }
        self.wrong.push(problem);
    }

    fn entry(&mut self, key: &Datum, value: &Datum) {
        let name = key.as_keyword().filter(|keyword| keyword.ns.is_none());
        let Some(name) = name.and_then(|name| KEYS.into_iter().find(|known| *known == &*name.name))
        else {
            return self.unknown(key);
        };
        let manifest = &mut *self.manifest;
        let (expected, example) = match name {
            "name" => match &value.kind {
                DatumKind::String(text) => {
                    manifest.name = text.to_string();
                    return;
                }
                DatumKind::Symbol(symbol) => {
                    manifest.name = symbol.to_string();
                    return;
                }
                _ => ("a symbol or a string", "app"),
            },
            "main" => match value.as_symbol().filter(|symbol| symbol.ns.is_none()) {
                Some(symbol) => {
                    manifest.main = Some(symbol.name.to_string());
                    return;
                }
                None => ("a namespace, a symbol", "app.core"),
            },
            "paths" | "test-paths" => match strings(value) {
                Ok(paths) if name == "paths" => {
                    manifest.paths = paths;
                    return;
                }
                Ok(paths) => {
                    manifest.test_paths = paths;
                    return;
                }
                Err(wrong) => {
                    return self.wrong_type(name, wrong, "a vector of strings", "[\"src\"]");
                }
            },
            "features" => match keywords(value) {
                Ok(features) => {
                    manifest.features = features;
                    return;
                }
                Err(wrong) => {
                    return self.wrong_type(name, wrong, "a vector of keywords", "[:ox :clj]");
                }
            },
            "version" => match &value.kind {
                DatumKind::String(text) if Version::read(text).is_some() => {
                    manifest.version = Some(text.to_string());
                    return;
                }
                _ => ("a string of three numbers", "\"1.0.0\""),
            },
            "deps" => {
                let deps = dependency::read(self, value);
                self.manifest.deps = deps;
                return;
            }
            // Lints are another command's business; here they only must be a map.
            _ => match &value.kind {
                DatumKind::Map(_) => return,
                _ => ("a map", "{}"),
            },
        };
        self.wrong_type(name, value, expected, example);
    }

    pub(super) fn wrong_type(&mut self, name: &str, found: &Datum, expected: &str, example: &str) {
        let message = format!("`:{name}` is {expected}; `{found}` is not");
        self.mistake(found, message, &format!("for instance `:{name} {example}`"));
    }

    fn unknown(&mut self, key: &Datum) {
        let range = self.form.range_of(key.origin);
        let mut problem = mistake(range, format!("a project file has no key `{key}`"));
        let text = key.to_string();
        let name = text.trim_start_matches(':');
        problem = match suggest(name, KEYS) {
            Some(near) => {
                problem = problem.note(format!("a similar key exists: `:{near}`"));
                if is_slip(name, near) {
                    let edits = vec![(Span::new(FILE, range), format!(":{near}"))];
                    problem = problem.fix(format!("replace it by `:{near}`"), edits);
                }
                problem
            }
            None => {
                let keys: Vec<String> = KEYS.iter().map(|key| format!("`:{key}`")).collect();
                problem.note(format!("its keys are {}", keys.join(" ")))
            }
        };
        self.wrong.push(problem);
    }
}

/// The strings of a vector, or what is not as it should be.
fn strings(datum: &Datum) -> Result<Vec<String>, &Datum> {
    let items = datum.as_vector().ok_or(datum)?.iter();
    items
        .map(|item| match &item.kind {
            DatumKind::String(text) => Ok(text.to_string()),
            _ => Err(item),
        })
        .collect()
}

/// The names of the keywords of a vector, or what is not as it should be.
fn keywords(datum: &Datum) -> Result<Vec<String>, &Datum> {
    let items = datum.as_vector().ok_or(datum)?.iter();
    items
        .map(|item| match item.as_keyword() {
            Some(keyword) => Ok(keyword.name.to_string()),
            None => Err(item),
        })
        .collect()
}
