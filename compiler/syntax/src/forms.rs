//! The top-level forms of a file, each for itself.
//!
//! Invariants:
//! - [`TopForm::datum`], `ast_id` and `errors` hold no position in the file, so they stay equal when
//!   the form moves.
//! - `ast_id` is unique within its file.

use std::sync::Arc;

use rowan::NodeOrToken;
use rustc_hash::FxHashMap;
use source::{Diagnostic, FileId, TextRange, TextSize};

use crate::datum::{Datum, DatumKind, Origin};
use crate::error::ReadError;
use crate::parse::{Parse, parse};
use crate::reader::{self, Element, Elements};
use crate::syntax_kind::SyntaxKind;

/// The features of a project that names none.
pub const DEFAULT_FEATURES: &[&str] = &["ox"];

/// What a top-level form is known by in its file: a hash of its head symbol, the name that follows,
/// and which of those that share both it is. It survives moving, edits of the body, and changes of
/// other forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AstId(pub u64);

/// A top-level form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopForm {
    /// What it is known by.
    pub ast_id: AstId,
    /// The form as data.
    pub datum: Datum,
    /// What is wrong with it as data; ranges count from the form's start.
    pub errors: Arc<[ReadError]>,
    /// Whether the parser has reported something within it, so that less than was meant may be here.
    pub is_damaged: bool,
    /// Where it is in the file.
    pub range: TextRange,
    /// Where its parts are.
    pub source_map: Arc<FormSourceMap>,
}

impl TopForm {
    /// What is wrong with it as data.
    pub fn diagnostics(&self, file: FileId) -> impl Iterator<Item = Diagnostic> {
        self.errors
            .iter()
            .map(move |error| error.to_diagnostic(file, self.range.start()))
    }

    /// Where in the file the datum of this origin is; the whole form if the origin is none of its.
    pub fn range_of(&self, origin: Origin) -> TextRange {
        match self.source_map.range(origin) {
            Some(range) => range + self.range.start(),
            None => self.range,
        }
    }
}

/// From origins to ranges that count from the form's start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormSourceMap {
    ranges: Box<[TextRange]>,
}

impl FormSourceMap {
    pub(crate) fn new(ranges: Vec<TextRange>) -> Self {
        Self {
            ranges: ranges.into(),
        }
    }

    /// The range of the datum; `None` for [`Origin::NONE`] and origins of other forms.
    pub fn range(&self, origin: Origin) -> Option<TextRange> {
        self.ranges
            .get((origin.0 as usize).checked_sub(1)?)
            .copied()
    }

    /// The innermost datum at an offset from the form's start.
    pub fn origin_at(&self, offset: TextSize) -> Option<Origin> {
        // Datums are numbered as they start, so inner ones come after outer ones.
        let index = self
            .ranges
            .iter()
            .rposition(|range| range.contains_inclusive(offset))?;
        Some(Origin(index as u32 + 1))
    }

    /// How many datums the form has.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether the form has no datum.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
}

/// The top-level forms in order. Of a reader conditional the branch of the first of `features` that
/// it has is read, else that of `:default`; names are without colon (see [`DEFAULT_FEATURES`]).
pub fn forms(parse: &Parse, features: &[impl AsRef<str>]) -> Vec<TopForm> {
    read_forms(parse, features, |_| None)
}

/// As [`forms`], of a program: what stands in a `do` at the top level is at the top level too, each
/// a form of its own. A `do` of nothing stays a form.
pub fn program_forms(parse: &Parse, features: &[impl AsRef<str>]) -> Vec<TopForm> {
    read_forms(parse, features, reader::in_do)
}

/// The forms; those that `within` finds in one stand for it.
fn read_forms<'t>(
    parse: &'t Parse,
    features: &[impl AsRef<str>],
    within: impl Fn(Element<'t>) -> Option<Elements<'t>>,
) -> Vec<TopForm> {
    let features: Vec<&str> = features.iter().map(AsRef::as_ref).collect();
    let root = Element {
        green: NodeOrToken::Node(parse.green()),
        start: TextSize::new(0),
    };
    let mut ids = AstIds::default();
    let mut errors = parse.errors().iter().peekable();
    let mut forms = Vec::new();
    // Splices nest; each is a sequence of forms within the one before, and whether the parser has
    // reported something within it.
    let mut open: Vec<(Elements<'_>, bool)> = vec![(root.children(), false)];
    while let Some((elements, in_damaged)) = open.last_mut() {
        let in_damaged = *in_damaged;
        let Some(mut element) = elements.next() else {
            open.pop();
            continue;
        };
        // An invalid conditional is read as a form, so that the error belongs to one.
        while element.kind() == SyntaxKind::Conditional {
            match reader::branch(element, &features) {
                Ok(Some(branch)) => element = branch,
                Ok(None) | Err(_) => break,
            }
        }
        if element.kind() == SyntaxKind::ConditionalSplice
            && let Ok(sequence) = reader::spliced(element, &features)
        {
            open.extend(sequence.map(|sequence| (sequence.children(), in_damaged)));
            continue;
        }
        if element.is_no_form() {
            continue;
        }
        let range = element.range();
        while errors
            .next_if(|error| error.range.end() < range.start())
            .is_some()
        {}
        let is_damaged = in_damaged
            || errors
                .peek()
                .is_some_and(|error| error.range.start() <= range.end());
        if let Some(inner) = within(element) {
            open.push((inner, is_damaged));
            continue;
        }
        let form = reader::read_form(element, &features);
        let Some(datum) = form.datum else { continue };
        forms.push(TopForm {
            ast_id: ids.next(&datum),
            datum,
            errors: form.errors.into(),
            is_damaged,
            range,
            source_map: Arc::new(form.source_map),
        });
    }
    forms
}

/// All forms of a text as data, and everything that is wrong with it, by position. For small data
/// such as a project file; what runs reads with a reader of its own.
pub fn read_all(text: &str) -> (Vec<Datum>, Vec<ReadError>) {
    let parse = parse(text);
    let mut errors = parse.errors().to_vec();
    let mut data = Vec::new();
    for form in forms(&parse, DEFAULT_FEATURES) {
        errors.extend(
            form.errors
                .iter()
                .map(|error| error.shifted(form.range.start())),
        );
        data.push(form.datum);
    }
    errors.sort_by_key(|error| error.range.start());
    (data, errors)
}

/// Everything that is wrong with a file as text and data, by position.
pub fn diagnostics(parse: &Parse, forms: &[TopForm], file: FileId) -> Vec<Diagnostic> {
    let mut all = parse.diagnostics(file);
    all.extend(forms.iter().flat_map(|form| form.diagnostics(file)));
    all.sort_by_key(|diagnostic| diagnostic.primary.span.range.start());
    all
}

/// Numbers forms of the same head and name.
#[derive(Default)]
struct AstIds {
    occurrences: FxHashMap<(String, String), u32>,
}

impl AstIds {
    fn next(&mut self, datum: &Datum) -> AstId {
        let (head, name) = head_and_name(datum);
        let occurrence = self.occurrences.entry((head, name)).or_insert(0);
        *occurrence += 1;
        let occurrence = *occurrence;
        let (head, name) = head_and_name(datum);
        // FNV-1a; the zero bytes keep the parts apart.
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        let parts = [
            head.as_bytes(),
            &[0],
            name.as_bytes(),
            &[0],
            &occurrence.to_le_bytes(),
        ];
        for byte in parts.into_iter().flatten() {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        AstId(hash)
    }
}

/// `defn` and `f` of `(defn f …)`. A method is also known by its dispatch value if that is an atom.
fn head_and_name(datum: &Datum) -> (String, String) {
    let DatumKind::List(items) = &datum.kind else {
        return (String::new(), String::new());
    };
    let text = |index: usize| match items.get(index).map(|item| &item.kind) {
        Some(
            kind @ (DatumKind::Symbol(_)
            | DatumKind::Keyword(_)
            | DatumKind::AutoKeyword { .. }
            | DatumKind::Bool(_)
            | DatumKind::Int(_)),
        ) => kind.to_string(),
        _ => String::new(),
    };
    let head = text(0);
    let name = if head == "defmethod" {
        format!("{} {}", text(1), text(2))
    } else {
        text(1)
    };
    (head, name)
}
