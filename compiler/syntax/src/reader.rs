//! One form of the tree to a datum.
//!
//! Invariants:
//! - The datum and the origins in it depend on the form's tokens other than trivia and discarded
//!   forms, and on the features; never on positions.
//! - The reader keeps its own stack; it does not recurse.

mod atom;
mod conditional;
mod fn_literal;
mod metadata;
mod number;
mod tagged;
mod unique;

use std::sync::Arc;

use rowan::{Children, GreenNodeData, GreenTokenData, NodeOrToken};
use source::{Code, TextRange, TextSize};

use crate::datum::{Datum, DatumKind, Origin, Symbol};
use crate::error::{Errors, ReadError};
use crate::forms::FormSourceMap;
use crate::syntax_kind::SyntaxKind;
pub(crate) use conditional::{branch, spliced};
use fn_literal::FnLiteral;
use unique::ValueHash;

/// A node or token of the tree and where it starts in the file.
#[derive(Clone, Copy)]
pub(crate) struct Element<'t> {
    pub(crate) green: NodeOrToken<&'t GreenNodeData, &'t GreenTokenData>,
    pub(crate) start: TextSize,
}

impl<'t> Element<'t> {
    pub(crate) fn kind(&self) -> SyntaxKind {
        SyntaxKind::from_raw(self.green.kind())
    }

    pub(crate) fn range(&self) -> TextRange {
        let len = match self.green {
            NodeOrToken::Node(node) => node.text_len(),
            NodeOrToken::Token(token) => token.text_len(),
        };
        TextRange::at(self.start, len)
    }

    /// The children of a node; none of a token.
    pub(crate) fn children(&self) -> Elements<'t> {
        let green = match self.green {
            NodeOrToken::Node(node) => Some(node.children()),
            NodeOrToken::Token(_) => None,
        };
        Elements {
            green,
            next: self.start,
        }
    }

    /// The text of a token.
    fn token_text(&self) -> &'t str {
        match self.green {
            NodeOrToken::Token(token) => token.text(),
            NodeOrToken::Node(_) => "",
        }
    }

    /// Whether it is trivia, discarded, a bracket or a prefix: no form.
    pub(crate) fn is_no_form(&self) -> bool {
        let kind = self.kind();
        kind.is_trivia()
            || kind.is_closer()
            || kind.bracket().is_some()
            || kind.prefix().is_some()
            || matches!(kind, SyntaxKind::Discarded | SyntaxKind::Error)
    }
}

/// The children of a node with their starts.
#[derive(Clone)]
pub(crate) struct Elements<'t> {
    green: Option<Children<'t>>,
    next: TextSize,
}

impl<'t> Iterator for Elements<'t> {
    type Item = Element<'t>;

    fn next(&mut self) -> Option<Element<'t>> {
        let green = self.green.as_mut()?.next()?;
        let element = Element {
            green,
            start: self.next,
        };
        self.next = element.range().end();
        Some(element)
    }
}

/// What follows the `do` in `(do …)`; `None` of every other form and if there is nothing.
pub(crate) fn in_do(element: Element<'_>) -> Option<Elements<'_>> {
    if element.kind() != SyntaxKind::List {
        return None;
    }
    let mut parts = element.children();
    let head = parts.find(|part| !part.is_no_form())?;
    let is_do = head.kind() == SyntaxKind::Symbol && head.token_text() == "do";
    let has_more = || parts.clone().any(|part| !part.is_no_form());
    (is_do && has_more()).then_some(parts)
}

/// What a node becomes when its parts are read.
enum FrameKind {
    List,
    Vector,
    Map(Option<MapNamespace>),
    Set,
    /// A list that starts with this symbol.
    Prefixed(Symbol),
    FnLiteral,
    WithMeta,
    Tagged(Symbol),
    /// Its items become its parent's.
    Splice,
}

/// The namespace that `#:ns{…}` gives to the keys.
#[derive(Clone)]
enum MapNamespace {
    Known(Arc<str>),
    /// `#::{…}` or `#::alias{…}`
    Auto(Option<Arc<str>>),
}

struct Frame<'t> {
    kind: FrameKind,
    children: Elements<'t>,
    range: TextRange,
    origin: Origin,
    items: Vec<Datum>,
    /// The hashes of the items, if they are wanted.
    hashes: Vec<ValueHash>,
    /// For `^`, the metadata that stands directly at its form, not yet part of it.
    inner_meta: Option<metadata::Merged>,
    wants_hashes: bool,
    /// A reader conditional was among the parts, so that there may be too few.
    saw_conditional: bool,
    /// The form has its closing bracket; without one nothing is said of missing parts.
    is_closed: bool,
}

/// Reads one form.
pub(crate) struct Reader<'t, 'f> {
    features: &'f [&'f str],
    form: Element<'t>,
    frames: Vec<Frame<'t>>,
    errors: Errors,
    /// Ranges of the datums by origin, from the form's start.
    ranges: Vec<TextRange>,
    result: Option<Datum>,
    fn_literal: Option<FnLiteral>,
    /// Chosen once a form, when the first `#()` is met.
    fn_literal_mark: Option<String>,
}

/// What reading a form gives.
pub(crate) struct ReadForm {
    /// `None` if the features leave nothing.
    pub(crate) datum: Option<Datum>,
    pub(crate) errors: Vec<ReadError>,
    pub(crate) source_map: FormSourceMap,
}

/// Reads the form that is `element`.
pub(crate) fn read_form(element: Element<'_>, features: &[&str]) -> ReadForm {
    let mut reader = Reader {
        features,
        form: element,
        frames: Vec::new(),
        errors: Errors::default(),
        ranges: Vec::new(),
        result: None,
        fn_literal: None,
        fn_literal_mark: None,
    };
    reader.start(element);
    while let Some(frame) = reader.frames.last_mut() {
        match frame.children.next() {
            Some(child) => reader.start(child),
            None => {
                let frame = reader.frames.pop().expect("there is a last one");
                reader.finish(frame);
            }
        }
    }
    ReadForm {
        datum: reader.result,
        errors: reader.errors.into_sorted(),
        source_map: FormSourceMap::new(reader.ranges),
    }
}

impl<'t> Reader<'t, '_> {
    /// Reads an atom, or opens a frame for a node.
    fn start(&mut self, mut element: Element<'t>) {
        while element.kind() == SyntaxKind::Conditional {
            self.note_conditional();
            match self.chosen_branch(element) {
                Ok(Some(branch)) => element = branch,
                Ok(None) => return,
                Err(error) => return self.error_datum(element.range(), Some(*error)),
            }
        }
        if element.is_no_form() {
            return;
        }
        match element.kind() {
            SyntaxKind::List => self.open(FrameKind::List, element),
            SyntaxKind::Vector => self.open(FrameKind::Vector, element),
            SyntaxKind::Map => self.open(FrameKind::Map(None), element),
            SyntaxKind::Set => self.open(FrameKind::Set, element),
            SyntaxKind::Quoted => self.open_prefixed(Symbol::simple("quote"), element),
            SyntaxKind::VarQuoted => self.open_prefixed(Symbol::simple("var"), element),
            SyntaxKind::SyntaxQuoted => {
                self.open_prefixed(Symbol::qualified("ox.reader", "syntax-quote"), element);
            }
            SyntaxKind::Unquoted => self.open_core_prefixed("unquote", element),
            SyntaxKind::UnquoteSpliced => self.open_core_prefixed("unquote-splicing", element),
            SyntaxKind::Dereferenced => self.open_core_prefixed("deref", element),
            SyntaxKind::WithMeta => self.open_without_origin(FrameKind::WithMeta, element),
            SyntaxKind::ConditionalSplice => self.splice(element),
            SyntaxKind::FnLiteral => self.open_fn_literal(element),
            SyntaxKind::NamespacedMap => self.open_namespaced_map(element),
            SyntaxKind::Tagged => self.open_tagged(element),
            SyntaxKind::TooDeep | SyntaxKind::UnclosedString | SyntaxKind::UnclosedRegex => {
                self.error_datum(element.range(), None);
            }
            _ => self.atom(element),
        }
    }

    fn open_core_prefixed(&mut self, name: &str, element: Element<'t>) {
        self.open_prefixed(Symbol::qualified("clojure.core", name), element);
    }

    fn open_prefixed(&mut self, symbol: Symbol, element: Element<'t>) {
        self.open(FrameKind::Prefixed(symbol), element);
    }

    fn open(&mut self, kind: FrameKind, element: Element<'t>) {
        let origin = self.new_origin(element.range());
        self.push_frame(kind, element, origin);
    }

    /// Opens a frame for a node that makes no datum of its own.
    fn open_without_origin(&mut self, kind: FrameKind, element: Element<'t>) {
        self.push_frame(kind, element, Origin::NONE);
    }

    fn push_frame(&mut self, kind: FrameKind, element: Element<'t>, origin: Origin) {
        let wants_hashes = matches!(kind, FrameKind::Map(_) | FrameKind::Set)
            || self.frames.last().is_some_and(|outer| outer.wants_hashes);
        let is_closed = match element.green {
            NodeOrToken::Node(node) => node
                .children()
                .last()
                .is_some_and(|last| SyntaxKind::from_raw(last.kind()).is_closer()),
            NodeOrToken::Token(_) => true,
        };
        self.frames.push(Frame {
            kind,
            children: element.children(),
            range: element.range(),
            origin,
            items: Vec::new(),
            hashes: Vec::new(),
            inner_meta: None,
            wants_hashes,
            saw_conditional: false,
            is_closed,
        });
    }

    /// The next origin, for a datum that the file's `range` makes.
    fn new_origin(&mut self, range: TextRange) -> Origin {
        self.ranges.push(range - self.form.start);
        Origin(self.ranges.len() as u32)
    }

    fn note_conditional(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.saw_conditional = true;
        }
    }

    /// Gives a finished datum to the innermost frame.
    fn emit(&mut self, datum: Datum) {
        match self.frames.last_mut() {
            Some(frame) => {
                if frame.wants_hashes {
                    frame.hashes.push(ValueHash::of_atom(&datum.kind));
                }
                frame.items.push(datum);
            }
            None => self.result = Some(datum),
        }
    }

    /// Gives a finished datum whose hash is known to the innermost frame.
    fn emit_hashed(&mut self, datum: Datum, hash: Option<ValueHash>) {
        match self.frames.last_mut() {
            Some(frame) => {
                if frame.wants_hashes {
                    frame
                        .hashes
                        .push(hash.unwrap_or_else(ValueHash::unequal_to_all));
                }
                frame.items.push(datum);
            }
            None => self.result = Some(datum),
        }
    }

    /// Reports an error at a range of the file.
    fn error(&mut self, code: Code, message: impl Into<String>, range: TextRange) {
        let error = self.new_error(code, message, range);
        self.errors.push(error);
    }

    /// An error at a range of the file, not yet reported.
    fn new_error(&self, code: Code, message: impl Into<String>, range: TextRange) -> ReadError {
        ReadError::new(code, message, range - self.form.start)
    }

    /// A datum that could not be read. Without an error it has been reported by the parser.
    fn error_datum(&mut self, range: TextRange, error: Option<ReadError>) {
        if let Some(error) = error {
            self.errors.push(error);
        }
        let origin = self.new_origin(range);
        self.emit(Datum::new(DatumKind::Error, origin));
    }

    /// The range, from the form's start, that the datum was read from.
    fn range_of(&self, datum: &Datum) -> TextRange {
        let index = (datum.origin.0 as usize).checked_sub(1);
        index
            .and_then(|index| self.ranges.get(index))
            .copied()
            .unwrap_or_default()
    }

    fn finish(&mut self, frame: Frame<'t>) {
        let origin = frame.origin;
        match frame.kind {
            FrameKind::List => {
                let hash = frame
                    .wants_hashes
                    .then(|| ValueHash::of_ordered(&frame.hashes));
                self.emit_hashed(Datum::list(frame.items, origin), hash);
            }
            FrameKind::Vector => {
                let hash = frame
                    .wants_hashes
                    .then(|| ValueHash::of_ordered(&frame.hashes));
                self.emit_hashed(Datum::vector(frame.items, origin), hash);
            }
            FrameKind::Set => self.finish_set(frame),
            FrameKind::Map(ref namespace) => {
                let namespace = namespace.clone();
                self.finish_map(frame, namespace);
            }
            FrameKind::Prefixed(ref symbol) => {
                let symbol = symbol.clone();
                let Some((item, hash)) = self.only_item(frame) else {
                    return;
                };
                let head = DatumKind::Symbol(symbol);
                let hash =
                    hash.map(|hash| ValueHash::of_ordered(&[ValueHash::of_atom(&head), hash]));
                let items = [Datum::new(head, origin), item];
                self.emit_hashed(Datum::list(items, origin), hash);
            }
            FrameKind::FnLiteral => self.finish_fn_literal(frame),
            FrameKind::WithMeta => self.finish_with_meta(frame),
            FrameKind::Tagged(ref tag) => {
                let tag = tag.clone();
                self.finish_tagged(frame, tag);
            }
            FrameKind::Splice => {
                if let Some(parent) = self.frames.last_mut() {
                    parent.items.extend(frame.items);
                    if parent.wants_hashes {
                        parent.hashes.extend(frame.hashes);
                    }
                }
            }
        }
    }

    /// The one form after a prefix. If there is not one, the error is reported and given in its
    /// place.
    fn only_item(&mut self, mut frame: Frame<'t>) -> Option<(Datum, Option<ValueHash>)> {
        if frame.items.len() == 1 {
            return Some((frame.items.pop()?, frame.hashes.pop()));
        }
        if frame.items.len() > 1 {
            self.error(
                Code::INVALID_READER_CONDITIONAL,
                "a prefix takes one form, and `#?@` gives several here",
                frame.range,
            );
        } else if frame.saw_conditional {
            let error = self
                .new_error(
                    Code::NO_BRANCH_TAKEN,
                    "this reader conditional gives nothing, but a form is needed here",
                    frame.range,
                )
                .label("nothing is left of this")
                .note(format!(
                    "the features are {}; add a `:default` branch",
                    self.feature_list()
                ));
            self.errors.push(error);
        }
        self.emit(Datum::new(DatumKind::Error, frame.origin));
        None
    }

    fn finish_set(&mut self, mut frame: Frame<'t>) {
        self.remove_duplicates(&mut frame, 1);
        let hash = ValueHash::of_set(&frame.hashes);
        let datum = Datum::new(DatumKind::Set(frame.items.into()), frame.origin);
        self.emit_hashed(datum, Some(hash));
    }

    fn finish_map(&mut self, mut frame: Frame<'t>, namespace: Option<MapNamespace>) {
        if frame.items.len() % 2 == 1 {
            let key = frame.items.pop();
            frame.hashes.pop();
            if let Some(key) = key
                && frame.is_closed
                && !matches!(key.kind, DatumKind::Error)
            {
                let range = self.range_of(&key);
                self.errors.push(
                    ReadError::new(
                        Code::ODD_MAP,
                        format!("the key {} has no value", shortened(&key)),
                        range,
                    )
                    .label("a value is missing after this")
                    .secondary(frame.range - self.form.start, "in this map")
                    .note("a map has an even number of forms: key, value, key, value"),
                );
            }
        }
        if let Some(namespace) = namespace {
            for index in (0..frame.items.len()).step_by(2) {
                if let Some(kind) = qualified_key(&frame.items[index].kind, &namespace) {
                    frame.hashes[index] = ValueHash::of_atom(&kind);
                    frame.items[index].kind = kind;
                }
            }
        }
        self.remove_duplicates(&mut frame, 2);
        let hash = ValueHash::of_map(&frame.hashes);
        let mut entries = Vec::with_capacity(frame.items.len() / 2);
        let mut items = frame.items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            entries.push((key, value));
        }
        let datum = Datum::new(DatumKind::Map(entries.into()), frame.origin);
        self.emit_hashed(datum, Some(hash));
    }

    /// Reports and removes what is there twice; `step` is 2 for maps, whose keys count.
    fn remove_duplicates(&mut self, frame: &mut Frame<'t>, step: usize) {
        let duplicates = unique::duplicates(&frame.hashes, step);
        for (first, second) in &duplicates {
            let (code, what, container) = if step == 2 {
                (Code::DUPLICATE_KEY, "key", "map")
            } else {
                (Code::DUPLICATE_ELEMENT, "element", "set")
            };
            let datum = &frame.items[*second];
            let error = ReadError::new(
                code,
                format!("this {container} has the {what} {} twice", shortened(datum)),
                self.range_of(datum),
            )
            .label("the second time")
            .secondary(self.range_of(&frame.items[*first]), "the first time");
            self.errors.push(error);
        }
        for (_, second) in duplicates.iter().rev() {
            frame.items.drain(*second..second + step);
            frame.hashes.drain(*second..second + step);
        }
    }

    fn open_namespaced_map(&mut self, element: Element<'t>) {
        let mut children = element.children();
        let prefix = children
            .next()
            .expect("a prefix node starts with its token");
        let Some(map) = children.find(|child| !child.is_no_form()) else {
            return self.error_datum(element.range(), None);
        };
        if map.kind() != SyntaxKind::Map {
            let error = self
                .new_error(
                    Code::INVALID_NAMESPACED_MAP,
                    format!("`{}` must be followed by a map", prefix.token_text()),
                    map.range(),
                )
                .label("this is not a map");
            return self.error_datum(element.range(), Some(error));
        }
        let name = &prefix.token_text()[2..];
        let (auto, name) = match name.strip_prefix(':') {
            Some(name) => (true, name),
            None => (false, name),
        };
        let valid = (auto && name.is_empty())
            || matches!(atom::symbol(name), Some(Symbol { ns: None, .. }));
        if !valid {
            let error = self
                .new_error(
                    Code::INVALID_NAMESPACED_MAP,
                    format!("`{}` is no namespace for a map", prefix.token_text()),
                    prefix.range(),
                )
                .note("write `#:name{…}`, `#::{…}` or `#::alias{…}`");
            return self.error_datum(element.range(), Some(error));
        }
        let namespace = match (auto, name) {
            (false, name) => MapNamespace::Known(name.into()),
            (true, "") => MapNamespace::Auto(None),
            (true, alias) => MapNamespace::Auto(Some(alias.into())),
        };
        let origin = self.new_origin(element.range());
        self.push_frame(FrameKind::Map(Some(namespace)), map, origin);
    }
}

/// The key as `#:ns{…}` means it, if that is another.
fn qualified_key(key: &DatumKind, namespace: &MapNamespace) -> Option<DatumKind> {
    let (symbol, is_keyword) = match key {
        DatumKind::Keyword(symbol) => (symbol, true),
        DatumKind::Symbol(symbol) => (symbol, false),
        _ => return None,
    };
    let plain = |symbol: Symbol| {
        if is_keyword {
            DatumKind::Keyword(symbol)
        } else {
            DatumKind::Symbol(symbol)
        }
    };
    match (&symbol.ns, namespace) {
        (Some(ns), _) if &**ns == "_" => Some(plain(Symbol::simple(symbol.name.clone()))),
        (Some(_), _) => None,
        (None, MapNamespace::Known(ns)) => {
            Some(plain(Symbol::qualified(ns.clone(), symbol.name.clone())))
        }
        (None, MapNamespace::Auto(alias)) => {
            let (alias, name) = (alias.clone(), symbol.name.clone());
            Some(if is_keyword {
                DatumKind::AutoKeyword { alias, name }
            } else {
                DatumKind::AutoSymbol { alias, name }
            })
        }
    }
}

/// A datum for a message: in backquotes, cut if it is long.
fn shortened(datum: &Datum) -> String {
    const MAX_CHARS: usize = 40;
    struct Cut(String, usize);
    impl std::fmt::Write for Cut {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            for char in text.chars() {
                if self.1 == 0 {
                    return Err(std::fmt::Error);
                }
                self.1 -= 1;
                self.0.push(char);
            }
            Ok(())
        }
    }
    let mut cut = Cut(String::new(), MAX_CHARS);
    match std::fmt::Write::write_fmt(&mut cut, format_args!("{datum}")) {
        Ok(()) => format!("`{}`", cut.0),
        Err(_) => format!("`{}…`", cut.0),
    }
}
