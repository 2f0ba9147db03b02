//! Extending a program that runs: what `eval` and its kin ask for.
//!
//! A program that may ask has its texts in its image (`SourceMap::program`). What it gives to `eval` is compiled as
//! the end of its entry file, in a version of that namespace of its own; what is new of the linked image is an
//! extension of the one that runs. Definitions stay, for later texts, as the end of the entry file's text: a later
//! one takes the place of an earlier that claims the same ([`hir::claims`]).
//!
//! # Invariants
//! - All that an extension depends on is in the image that it extends: what is asked again after a crash gives
//!   the same.
//! - A text that is refused leaves nothing behind.
//! - Code that runs keeps the definitions that it was linked with. Texts that are given later see the newest.

use crate::link::{self, Base, LinkError, Purpose, View};
use crate::lookup::{self, Documented};
use crate::project::{Found, FoundFile, Manifest};
use crate::workspace::{Files, Text, Workspace};
use bytecode::Image;
use hir::body::DefName;
use hir::claims::{Claim, FormClaims, form_claims};
use hir::package::{Meaning, Seen};
use hir::wire::{Reader, Writer};
use hir::{LastForm, SourceFile, Stage};
use source::render::SourceFiles as _;
use source::{Code, Diagnostic, FileId, LineIndex, Severity, Span, TextRange, TextSize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use syntax::{Datum, DatumKind, Origin};

/// What asks for texts to be compiled: a program whose image refers to it has its texts in it.
pub(crate) const ASKING: (&str, &str) = ("ox.core.eval", "compile*");
/// What the texts that were given to `eval` are called in messages and traces.
pub const EVALUATED: &str = "<eval>";
/// Version of the bytes of a program.
const VERSION: u8 = 1;

/// Whether processes of this image may ask for texts to be compiled.
pub(crate) fn may_ask(image: &Image) -> bool {
    let is_asking = |slot: &bytecode::Slot| (&*slot.namespace, &*slot.name) == ASKING;
    image.slots.iter().any(is_asking)
}

/// The bytes of a program.
pub(crate) fn encode(entry: &str, features: &[Arc<str>], texts: &[Text]) -> Vec<u8> {
    let mut w = Writer::default();
    w.raw(&[VERSION]);
    w.text(entry);
    w.list(features.iter(), |w, feature| w.text(feature));
    w.list(texts.iter(), |w, one| {
        w.name(&one.key);
        w.name(&one.package);
        w.text(&one.path);
        w.text(&one.text);
        w.option(one.seen.as_ref(), |w, seen| {
            w.list(seen.0.iter(), |w, (name, meaning)| {
                w.name(name);
                let (kind, names) = match meaning {
                    Meaning::Is(key) => (0, std::slice::from_ref(key)),
                    Meaning::Hidden(packages) => (1, &packages[..]),
                    Meaning::Several(packages) => (2, &packages[..]),
                };
                w.number(kind);
                w.list(names.iter(), |w, name| w.name(name));
            });
        });
    });
    w.bytes
}

fn decode(bytes: &[u8]) -> Option<(String, Vec<Arc<str>>, Vec<Text>)> {
    let mut r = Reader::new(bytes);
    if r.raw(1)? != [VERSION] {
        return None;
    }
    let entry = r.text()?.to_owned();
    let features = r.list(|r| Some(Arc::from(r.text()?)))?;
    let texts = r.list(|r| {
        Some(Text {
            key: r.name()?,
            package: r.name()?,
            path: Arc::from(r.text()?),
            text: Arc::from(r.text()?),
            seen: r.option(seen)?.map(Arc::new),
        })
    })?;
    Some((entry, features, texts))
}

fn seen(r: &mut Reader<'_>) -> Option<Seen> {
    let all: BTreeMap<Arc<str>, Meaning> = r.list(|r| {
        let name = r.name()?;
        let kind = r.number()?;
        let names: Vec<Arc<str>> = r.list(Reader::name)?;
        let meaning = match kind {
            0 => Meaning::Is(names.into_iter().next()?),
            1 => Meaning::Hidden(names),
            2 => Meaning::Several(names),
            _ => return None,
        };
        Some((name, meaning))
    })?;
    Some(Seen(all))
}

/// What a program is answered.
#[derive(Debug)]
pub struct Answered {
    /// The image with what is new; none if all was there.
    pub image: Option<Image>,
    /// What it asked for.
    pub answer: Answer,
}

/// What a program asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A definition's slot: of a text to run that of a function without parameters.
    Slot(u32),
    /// There is no such definition.
    Nothing,
    /// A form.
    Text(String),
}

/// A text that cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong, one line, and where: `unknown name `foo` (<eval>:1:4)`.
    pub message: String,
    /// The code of the diagnostic; none if the text is none that can be extended.
    pub code: Option<String>,
    /// Line and column of the text that was given, from 1, if it is there.
    pub place: Option<(u32, u32)>,
}

/// Extends a program. See the file's header.
#[derive(Debug)]
pub struct Extender {
    workspace: Workspace,
    entry: String,
    /// The text of the entry file with what was defined since.
    text: String,
    /// How many lines of it are the file's own.
    own_lines: u32,
    /// What was said of the last text that was compiled, and where in the entry file it began.
    said: Vec<Diagnostic>,
    said_from: usize,
    /// That text.
    given: String,
}

/// The file that a text stands for which was given, where something is said of it.
const GIVEN: FileId = FileId(u32::MAX);

impl Extender {
    /// For a program, by what its image has of it.
    ///
    /// # Errors
    /// When it has nothing, or what this version cannot read.
    pub fn of(program: &[Vec<u8>]) -> Result<Extender, String> {
        let Some(first) = program.first() else {
            return Err("the image has no texts of the program".to_owned());
        };
        let unreadable =
            || "another version of oxc has written the texts of the program".to_owned();
        let (entry, features, texts) = decode(first).ok_or_else(unreadable)?;
        let own = texts.iter().find(|one| *one.key == *entry);
        let own = own.ok_or_else(unreadable)?.clone();
        let text = match program[1..].last() {
            Some(newer) => String::from_utf8(newer.clone()).map_err(|_| unreadable())?,
            None => own.text.to_string(),
        };
        let own_lines = own.text.lines().count() as u32;
        let found = Found {
            root: PathBuf::new(),
            is_project: false,
            manifest: Manifest {
                features: features.iter().map(ToString::to_string).collect(),
                ..Manifest::default()
            },
            files: BTreeMap::from([(
                entry.clone(),
                FoundFile {
                    namespace: entry.clone(),
                    path: own.path.to_string(),
                    text: own.text.to_string(),
                },
            )]),
            entry: Some(entry.clone()),
            packages: crate::packages::Packages::default(),
        };
        let mut workspace = Workspace::of_texts(found, texts);
        // The entry file has no summary from now on.
        workspace.take_summaries(None);
        workspace.set_last_form(LastForm::IsReturned);
        Ok(Extender {
            workspace,
            entry,
            text,
            own_lines,
            said: Vec::new(),
            said_from: 0,
            given: String::new(),
        })
    }

    fn file(&self) -> SourceFile {
        let file = self.workspace.file(&self.entry);
        file.expect("the entry file is one of the program's")
    }

    fn claims(&self) -> Vec<FormClaims> {
        form_claims(self.workspace.db(), self.file())
    }

    /// Answers one of these of a text, for a program with this image:
    ///
    /// - `eval`: compiles it as the end of the entry file; the function that runs it and returns the value of its last form.
    /// - `resolve`: the definition of this name, as the entry file means it.
    /// - `macroexpand`, `macroexpand-1`: the form, expanded as a call in the entry file would be.
    /// - `forms`: a vector of the texts of its forms, as text; nothing if more text may complete the last.
    /// - `doc`, `source`: what is to be printed about a name; nothing if there is none such.
    /// - `dir`: the public names of a namespace, as text; nothing if there is none such.
    /// - `names`: all that is public, a vector of vectors of name and docstring, as text.
    /// - `history`: the versions of the entry file's namespace, to be printed.
    /// - `ready`, `failed`: nothing; see `oxc`'s prompt.
    /// - `back`: goes back to the version of this number; a function that does nothing.
    ///
    /// # Errors
    /// When there is something wrong with the text: then nothing has changed.
    pub fn answer(&mut self, image: &Image, op: &str, text: &str) -> Result<Answered, Refused> {
        match op {
            "eval" => self.eval(image, text),
            "resolve" => self.resolve(image, text),
            "macroexpand" => self.macroexpand(text, false),
            "macroexpand-1" => self.macroexpand(text, true),
            "forms" => Ok(answer_of(syntax::typing::typed_forms(text).map(strings))),
            // Said to who shows a prompt, if somebody does.
            "ready" | "failed" => Ok(answer_of(None)),
            "doc" => Ok(answer_of(self.documentation(text))),
            "source" => Ok(answer_of(self.source(text))),
            "dir" => {
                self.settle();
                let names = lookup::names_of(self.workspace.db(), self.file(), text);
                Ok(answer_of(names.map(strings)))
            }
            "names" => Ok(answer_of(Some(self.names()))),
            "history" => Ok(answer_of(Some(history(image)))),
            "back" => self.back(image, text),
            _ => Err(Refused::other(&format!("the compiler knows no `{op}`"))),
        }
    }

    /// The namespace that texts are evaluated in.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.entry
    }

    /// What was said of the text that was evaluated last, and the texts that it is about; once.
    pub fn take_said(&mut self) -> Option<(Vec<Diagnostic>, Files)> {
        if self.said.is_empty() {
            return None;
        }
        let mut files = self.workspace.files();
        let own = self.file().id(self.workspace.db());
        files.insert(GIVEN, EVALUATED, &self.given);
        let mut said = std::mem::take(&mut self.said);
        let offset = TextSize::new(self.said_from as u32);
        for span in said.iter_mut().flat_map(Diagnostic::spans_mut) {
            if span.file == own && offset <= span.range.start() {
                *span = Span::new(GIVEN, span.range - offset);
            }
        }
        Some((said, files))
    }

    /// What a word at the end of a text may become.
    pub fn completions(&mut self, word: &str) -> Vec<String> {
        self.settle();
        lookup::completions(self.workspace.db(), self.file(), word)
    }

    /// The parameter vectors of what a name means.
    pub fn arglists(&mut self, name: &str) -> Vec<String> {
        self.documented(name)
            .map_or_else(Vec::new, |known| known.arglists)
    }

    fn documented(&mut self, name: &str) -> Option<Documented> {
        self.settle();
        let (data, _) = syntax::read_all(name);
        let [datum] = &data[..] else { return None };
        let (db, file) = (self.workspace.db(), self.file());
        let symbol = datum.as_symbol()?;
        lookup::documented(db, file, symbol)
            .or_else(|| lookup::documented_namespace(db, file, &symbol.name))
    }

    fn documentation(&mut self, name: &str) -> Option<String> {
        Some(lookup::text_of(&self.documented(name)?))
    }

    fn source(&mut self, name: &str) -> Option<String> {
        let known = self.documented(name)?;
        lookup::source_of(self.workspace.db(), &known)
    }

    fn names(&mut self) -> String {
        self.settle();
        let all = lookup::everything(self.workspace.db());
        let rows = all.iter().map(|one| {
            let parts = [one.name.as_str(), one.doc.as_deref().unwrap_or_default()];
            strings(parts)
        });
        let rows: Vec<String> = rows.collect();
        format!("[{}]", rows.join("\n"))
    }

    fn back(&mut self, image: &Image, number: &str) -> Result<Answered, Refused> {
        let versions = &image.source_map.program;
        let wanted = number.trim().parse::<usize>().ok();
        let version = wanted.and_then(|number| Some((number, version(versions, number)?)));
        let Some((number, text)) = version else {
            let last = versions.len().saturating_sub(1);
            return Err(Refused::other(&format!(
                "there is no version `{number}`: versions are 0 to {last}, `:history` lists them"
            )));
        };
        let before = std::mem::replace(&mut self.text, text.clone());
        // Different each time, so that there is something to keep the version with.
        let form = format!("\"version {number}, {}\"", image.extensions.len());
        let mut answered = self
            .eval(image, &form)
            .inspect_err(|_| self.text = before)?;
        if let Some(image) = &mut answered.image {
            image.source_map.program.push(text.into_bytes());
        }
        Ok(answered)
    }

    fn eval(&mut self, image: &Image, text: &str) -> Result<Answered, Refused> {
        self.said.clear();
        text.clone_into(&mut self.given);
        let done = self.try_eval(image, text);
        if done.is_err() {
            let settled = self.text.clone();
            self.workspace.edit(&self.entry, &settled);
        }
        done
    }

    fn try_eval(&mut self, image: &Image, text: &str) -> Result<Answered, Refused> {
        let settled = self.text.clone();
        self.workspace.edit(&self.entry, &settled);
        let before = self.claims();
        // What the new forms claim is found with the old ones there, whose names they use.
        self.workspace.edit(&self.entry, &below(&settled, text));
        let ranges: Vec<TextRange> = self.ranges();
        let forms_run = ranges
            .iter()
            .filter(|range| usize::from(range.end()) <= settled.len())
            .count();
        let all = self.claims();
        let new = all.get(forms_run..).unwrap_or_default();
        let claimed: BTreeSet<&Claim> = new.iter().flat_map(|form| &form.claims).collect();
        let mut replaced = settled.clone();
        let mut count = before.len();
        for (form, range) in before.iter().zip(&ranges) {
            if form.claims.iter().any(|claim| claimed.contains(claim)) {
                if let Some(kept) = form.claims.iter().find(|claim| !claimed.contains(claim)) {
                    let taken = form.claims.iter().find(|claim| claimed.contains(claim));
                    return Err(torn(taken, kept));
                }
                count -= 1;
                blank(&mut replaced, *range);
            }
        }
        let whole = below(&replaced, text);
        self.workspace.edit(&self.entry, &whole);
        self.workspace.set_forms_run(count);
        // A form that is taken out leaves as much room.
        let offset = whole.len() - text.len();
        self.said_from = offset;
        if let Some(error) = self.first_error() {
            return Err(self.refused(&error, offset));
        }
        let new_cells: BTreeSet<DefName> = new
            .iter()
            .flat_map(|form| form.cells.iter().cloned())
            .collect();
        let kept = self.kept(&replaced, text, new, &ranges[forms_run..], offset);
        let body = DefName::new(self.entry.as_str(), hir::ENTRY);
        let mut roots = vec![body];
        // What is contributed is in a table from now on, though nothing may read it yet: later texts take it as it is.
        roots.extend(claimed.iter().filter_map(|claim| match claim {
            Claim::Key(table, ..) => Some(table.clone()),
            Claim::Name(_) => None,
        }));
        let mut answered = self.link(image, &roots, &new_cells, offset)?;
        if let Some(image) = &mut answered.image {
            self.name_lines(image);
            if kept != self.text {
                image.source_map.program.push(kept.clone().into_bytes());
            }
        }
        self.text = kept;
        Ok(answered)
    }

    /// The settled text with those of the new forms that say or define something.
    fn kept(
        &self,
        settled: &str,
        text: &str,
        new: &[FormClaims],
        ranges: &[TextRange],
        offset: usize,
    ) -> String {
        let mut kept = settled.to_owned();
        let mut last = None;
        for (form, range) in new.iter().zip(ranges) {
            let form_text = usize::from(range.start())
                .checked_sub(offset)
                .and_then(|start| text.get(start..usize::from(range.end()) - offset));
            let Some(form_text) = form_text else { continue };
            // Of what is spliced the parts have one range.
            let is_again = last == Some(*range) || (form.is_header && settled.contains(form_text));
            if (form.is_header || !form.claims.is_empty()) && !is_again {
                last = Some(*range);
                kept = below(&kept, form_text);
            }
        }
        kept
    }

    fn resolve(&mut self, image: &Image, name: &str) -> Result<Answered, Refused> {
        self.settle();
        let nothing = || Answered::unchanged(Answer::Nothing);
        let (data, errors) = syntax::read_all(name);
        let symbol = match &data[..] {
            [datum] if errors.is_empty() => datum.as_symbol(),
            _ => None,
        };
        let Some(symbol) = symbol else {
            return Ok(nothing());
        };
        let found = hir::names::resolve(self.workspace.db(), self.file(), Stage::ALL, symbol);
        match found {
            hir::names::Resolution::Def(info) => {
                self.link(image, &[info.name], &BTreeSet::new(), usize::MAX)
            }
            _ => Ok(nothing()),
        }
    }

    fn macroexpand(&mut self, form: &str, is_once: bool) -> Result<Answered, Refused> {
        self.settle();
        let (data, errors) = syntax::read_all(form);
        let [datum] = &data[..] else {
            return Err(Refused::other("there is not one form to expand"));
        };
        if let Some(error) = errors.first() {
            return Err(Refused::other(&error.message));
        }
        let (db, file) = (self.workspace.db(), self.file());
        let expanded = match is_once {
            true => hir::macroexpand_1(db, file, Stage::ALL, &[], datum)
                .map(|expanded| expanded.unwrap_or_else(|| datum.clone())),
            false => hir::macroexpand(db, file, Stage::ALL, &[], datum),
        };
        let expanded = expanded.map_err(|message| Refused::other(&message))?;
        Ok(Answered::unchanged(Answer::Text(expanded.to_string())))
    }

    /// Has the entry file as it is, without a new text.
    fn settle(&mut self) {
        let settled = self.text.clone();
        self.workspace.edit(&self.entry, &settled);
        let count = self.ranges().len();
        self.workspace.set_forms_run(count);
    }

    fn ranges(&self) -> Vec<TextRange> {
        let forms = hir::forms::top_forms(self.workspace.db(), self.file());
        forms.iter().map(|form| form.range).collect()
    }

    fn first_error(&mut self) -> Option<Diagnostic> {
        self.said = self.workspace.check_entry();
        let own = self.file().id(self.workspace.db());
        let from = TextSize::new(self.said_from as u32);
        // What earlier texts were warned of is known.
        self.said.retain(|one| {
            let span = one.primary.span;
            one.severity == Severity::Error || span.file == own && from <= span.range.start()
        });
        let mut errors = self.said.iter();
        errors.find(|one| one.severity == Severity::Error).cloned()
    }

    /// Links these definitions; the answer is the first.
    fn link(
        &mut self,
        image: &Image,
        roots: &[DefName],
        new_cells: &BTreeSet<DefName>,
        offset: usize,
    ) -> Result<Answered, Refused> {
        let db = self.workspace.db();
        let view = View::of_file(db, self.file());
        let roots: Vec<_> = roots.iter().map(|root| hir::definition(db, root)).collect();
        let base = Base { image, new_cells };
        let linked = link::link_onto(&view, &roots, Purpose::Program, Some(base));
        let (linked, slots) = match linked {
            Ok(linked) => linked,
            Err(errors) => return Err(self.not_linked(&errors, offset)),
        };
        let is_new = linked.slots.len() > image.slots.len();
        Ok(Answered {
            image: is_new.then_some(linked),
            answer: Answer::Slot(slots[0]),
        })
    }

    fn not_linked(&mut self, errors: &[LinkError], offset: usize) -> Refused {
        self.said = self.workspace.link_diagnostics(errors, self.file());
        match self.said.first() {
            Some(first) => self.refused(first, offset),
            None => Refused::other("it cannot be linked"),
        }
    }

    /// What is told of a diagnostic; the given text begins at `offset` of the entry file.
    fn refused(&self, diagnostic: &Diagnostic, offset: usize) -> Refused {
        let Span { file, range } = diagnostic.primary.span;
        let files = self.workspace.files();
        let own = self.file();
        let (path, text, start) = if file == own.id(self.workspace.db()) {
            let whole = self.workspace.text(&self.entry).unwrap_or_default();
            match usize::from(range.start()).checked_sub(offset) {
                Some(at) => (EVALUATED.to_owned(), whole[offset..].to_owned(), at),
                None => (
                    own.path(self.workspace.db()).to_string(),
                    whole.to_string(),
                    usize::from(range.start()),
                ),
            }
        } else {
            let text = files.text(file).to_owned();
            (files.path(file), text, usize::from(range.start()))
        };
        let at = LineIndex::new(&text).line_column(TextSize::new(start as u32));
        let (line, column) = (at.line + 1, at.column + 1);
        Refused {
            message: format!("{} ({path}:{line}:{column})", diagnostic.message),
            code: Some(diagnostic.code.to_string()),
            place: (path == EVALUATED).then_some((line, column)),
        }
    }

    /// Lines behind the end of the entry file are of another file.
    fn name_lines(&self, image: &mut Image) {
        let path = self.file().path(self.workspace.db()).to_string();
        let map = &mut image.source_map;
        let Some(own) = map.files.iter().position(|file| *file == path) else {
            return;
        };
        let evaluated = map.files.iter().position(|file| file == EVALUATED);
        let evaluated = evaluated.unwrap_or_else(|| {
            map.files.push(EVALUATED.to_owned());
            map.files.len() - 1
        });
        let first = image.extensions.last().map_or(0, |first| *first as usize);
        for slot in &mut map.slots[first..] {
            if slot.file as usize != own {
                continue;
            }
            if slot.line > self.own_lines {
                slot.file = evaluated as u32;
                slot.line -= self.own_lines;
                continue;
            }
            // The entry body counts its lines from the file's first form on, and is made of the last ones.
            let begin = slot.line;
            let is_behind = |line: u32| begin + line > self.own_lines;
            let mut lines = slot.protos.iter().flat_map(|proto| &proto.lines);
            if lines.clone().next().is_some() && lines.all(|line| is_behind(line.1)) {
                slot.file = evaluated as u32;
                slot.line = 1;
                for line in slot.protos.iter_mut().flat_map(|proto| &mut proto.lines) {
                    line.1 = begin + line.1 - self.own_lines - 1;
                }
            }
        }
    }
}

impl Answered {
    fn unchanged(answer: Answer) -> Answered {
        Answered {
            image: None,
            answer,
        }
    }
}

impl Refused {
    fn other(message: &str) -> Refused {
        Refused {
            message: message.to_owned(),
            code: None,
            place: None,
        }
    }
}

/// An earlier form defines more than what takes its place.
fn torn(taken: Option<&Claim>, kept: &Claim) -> Refused {
    let shown = |claim: &Claim| match claim {
        Claim::Name(name) => format!("`{name}`"),
        Claim::Key(table, ..) => {
            let name = &table.name;
            let owner = name.strip_suffix(hir::contributions::TABLE_SUFFIX);
            format!("a method of `{}`", owner.unwrap_or(name))
        }
    };
    let taken = taken.map(shown).unwrap_or_default();
    let kept = shown(kept);
    Refused {
        message: format!(
            "{taken} was defined together with {kept}, by one form: to define it anew, give that form anew"
        ),
        code: Some(Code::DUPLICATE_DEFINITION.to_string()),
        place: None,
    }
}

fn answer_of(text: Option<String>) -> Answered {
    Answered::unchanged(text.map_or(Answer::Nothing, Answer::Text))
}

/// A vector of strings, as text.
fn strings(all: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let all = all.into_iter().map(|one| {
        let text = DatumKind::String(one.as_ref().into());
        Datum::new(text, Origin::NONE).to_string()
    });
    let all: Vec<String> = all.collect();
    format!("[{}]", all.join(" "))
}

/// The text of a version of the entry file.
fn version(versions: &[Vec<u8>], number: usize) -> Option<String> {
    let bytes = versions.get(number)?;
    if number > 0 {
        return String::from_utf8(bytes.clone()).ok();
    }
    let (entry, _, texts) = decode(bytes)?;
    let own = texts.iter().find(|one| *one.key == *entry)?;
    Some(own.text.to_string())
}

/// The versions of the entry file, each with the first line of what is new in it.
fn history(image: &Image) -> String {
    let versions = &image.source_map.program;
    let mut told = String::new();
    let mut before: Option<String> = None;
    for number in 0..versions.len() {
        let Some(text) = version(versions, number) else {
            continue;
        };
        let what = match &before {
            None => "as it was begun".to_owned(),
            Some(before) => changed(before, &text),
        };
        let _ = writeln!(told, "{number:>3}  {what}");
        before = Some(text);
    }
    told
}

/// What is new in a version: the first line of its last form that the one before does not have.
fn changed(before: &str, text: &str) -> String {
    let (old, new) = (syntax::parse(before), syntax::parse(text));
    let forms = |parse: &syntax::Parse| {
        let children = parse.syntax().children();
        children.map(|child| child.to_string()).collect::<Vec<_>>()
    };
    let old = forms(&old);
    let is_new = |form: &&String| !old.contains(form);
    let Some(form) = forms(&new).iter().rev().find(is_new).cloned() else {
        return "back to an earlier one".to_owned();
    };
    let mut lines = form.lines();
    let first = lines.next().unwrap_or_default();
    match lines.next() {
        Some(_) => format!("{first} …"),
        None => first.to_owned(),
    }
}

/// A text that begins on the line after another.
fn below(above: &str, text: &str) -> String {
    let end = match above.is_empty() || above.ends_with('\n') {
        true => "",
        false => "\n",
    };
    format!("{above}{end}{text}")
}

/// Takes a form out of a text, whose lines stay where they are.
fn blank(text: &mut String, range: TextRange) {
    let range = usize::from(range.start())..usize::from(range.end());
    let lines = text[range.clone()].matches('\n').count();
    let width = range.len() - lines;
    // As long as it was: the ranges of other forms hold.
    let filler = "\n".repeat(lines) + &" ".repeat(width);
    text.replace_range(range, &filler);
}
