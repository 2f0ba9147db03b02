//! Building forms: the small vocabulary that the rewrites are written in.
//!
//! Invariants:
//! - Everything built carries the origin of the call being rewritten; parts taken from the call
//!   keep their own.
//! - A fresh name is a function of the counter's prefix and of how many were made before.

use std::sync::Arc;

use source::Code;
use syntax::datum::{Datum, DatumKind, Origin, Symbol};

/// The namespace in which rewritten code names what Clojure's core has too.
pub(crate) const CLOJURE_CORE: &str = "clojure.core";
/// The namespace in which rewritten code names what only Ox has.
pub(crate) const OX_CORE: &str = "ox.core";

/// Makes names that no text and no other expansion of the same form contains.
#[derive(Clone, Debug)]
pub(crate) struct Fresh {
    prefix: String,
    next: u32,
}

impl Fresh {
    /// A counter from 0; `prefix` sets its names apart from those of other counters.
    pub(crate) fn new(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            next: 0,
        }
    }

    /// A new name that starts with `base`.
    pub(crate) fn name(&mut self, base: &str) -> Arc<str> {
        let number = self.next;
        self.next += 1;
        format!("{base}__{}{number}{}", self.prefix, FRESH_SUFFIX).into()
    }
}

const FRESH_SUFFIX: &str = "__auto__";

/// Whether the name was made by [`Fresh`]: syntax-quote leaves such names as they are.
pub(crate) fn is_fresh(name: &str) -> bool {
    name.ends_with(FRESH_SUFFIX)
}

/// A mistake in a form that a rewrite cannot rewrite.
#[derive(Clone, Debug)]
pub(crate) struct Mistake {
    pub(crate) origin: Origin,
    pub(crate) message: String,
    pub(crate) label: String,
    pub(crate) note: Option<String>,
    /// Its code, if it is not the one that all mistakes of its place have.
    pub(crate) code: Option<Code>,
}

impl Mistake {
    pub(crate) fn new(origin: Origin, message: impl Into<String>) -> Self {
        Self {
            origin,
            message: message.into(),
            label: String::new(),
            note: None,
            code: None,
        }
    }

    pub(crate) fn code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// What a rewrite gives.
pub(crate) type Rewritten = Result<Datum, Mistake>;

/// What a rewrite works with: the call, and the means to build.
#[derive(Debug)]
pub(crate) struct Rewrite<'a> {
    /// The whole call.
    pub(crate) form: &'a Datum,
    /// The operands.
    pub(crate) args: &'a [Datum],
    /// The origin of what is built.
    pub(crate) origin: Origin,
    /// The namespace that the call is in.
    pub(crate) ns: &'a str,
    /// Makes fresh names.
    pub(crate) fresh: &'a mut Fresh,
}

impl<'a> Rewrite<'a> {
    pub(crate) fn nil(&self) -> Datum {
        Datum::new(DatumKind::Nil, self.origin)
    }

    pub(crate) fn bool(&self, value: bool) -> Datum {
        Datum::new(DatumKind::Bool(value), self.origin)
    }

    pub(crate) fn int(&self, value: i64) -> Datum {
        Datum::new(DatumKind::Int(value), self.origin)
    }

    pub(crate) fn string(&self, text: impl Into<Arc<str>>) -> Datum {
        Datum::new(DatumKind::String(text.into()), self.origin)
    }

    /// A symbol without namespace: a special form, or a local.
    pub(crate) fn sym(&self, name: impl Into<Arc<str>>) -> Datum {
        Datum::symbol(name, self.origin)
    }

    /// A name that Clojure's core has.
    pub(crate) fn core(&self, name: &str) -> Datum {
        Datum::qualified(CLOJURE_CORE, name, self.origin)
    }

    /// A name that only `ox.core` has.
    pub(crate) fn ox(&self, name: &str) -> Datum {
        Datum::qualified(OX_CORE, name, self.origin)
    }

    /// A fresh local.
    pub(crate) fn fresh(&mut self, base: &str) -> Datum {
        let name = self.fresh.name(base);
        self.sym(name)
    }

    pub(crate) fn list<const N: usize>(&self, items: [Datum; N]) -> Datum {
        Datum::list(items, self.origin)
    }

    pub(crate) fn list_of(&self, items: Vec<Datum>) -> Datum {
        Datum::list(items, self.origin)
    }

    pub(crate) fn vector<const N: usize>(&self, items: [Datum; N]) -> Datum {
        Datum::vector(items, self.origin)
    }

    pub(crate) fn vector_of(&self, items: Vec<Datum>) -> Datum {
        Datum::vector(items, self.origin)
    }

    /// `(quote datum)`
    pub(crate) fn quote(&self, datum: Datum) -> Datum {
        self.list([self.sym("quote"), datum])
    }

    /// `(if test then else)`
    pub(crate) fn if_(&self, test: Datum, then: Datum, else_: Datum) -> Datum {
        self.list([self.sym("if"), test, then, else_])
    }

    /// `(head body…)`
    pub(crate) fn with_body(&self, head: Datum, body: &[Datum]) -> Datum {
        let mut items = Vec::with_capacity(body.len() + 1);
        items.push(head);
        items.extend_from_slice(body);
        self.list_of(items)
    }

    /// `(do body…)`
    pub(crate) fn do_(&self, body: &[Datum]) -> Datum {
        self.with_body(self.sym("do"), body)
    }

    /// `(let* [bindings…] body…)`
    pub(crate) fn let_star(&self, bindings: Vec<Datum>, body: &[Datum]) -> Datum {
        let mut items = vec![self.sym("let*"), self.vector_of(bindings)];
        items.extend_from_slice(body);
        self.list_of(items)
    }

    /// `(clojure.core/let [bindings…] body…)`
    pub(crate) fn let_(&self, bindings: Vec<Datum>, body: &[Datum]) -> Datum {
        let mut items = vec![self.core("let"), self.vector_of(bindings)];
        items.extend_from_slice(body);
        self.list_of(items)
    }

    /// `(fn* [] body…)`
    pub(crate) fn thunk(&self, body: &[Datum]) -> Datum {
        let mut items = vec![self.sym("fn*"), self.vector([])];
        items.extend_from_slice(body);
        self.list_of(items)
    }

    /// The name of the form being rewritten, as written.
    pub(crate) fn name(&self) -> String {
        self.form
            .as_list()
            .and_then(<[Datum]>::first)
            .map_or_else(String::new, Datum::to_string)
    }

    /// A mistake at the call.
    pub(crate) fn mistake(&self, message: impl Into<String>) -> Mistake {
        Mistake::new(self.form.origin, message)
    }

    /// The one operand and the rest, or a mistake saying that `what` is missing.
    pub(crate) fn first_arg(&self, what: &str) -> Result<(&'a Datum, &'a [Datum]), Mistake> {
        self.args
            .split_first()
            .ok_or_else(|| self.mistake(format!("`{}` needs {what}", self.name())))
    }

    /// The bindings of a binding form: a vector of an even number of forms.
    pub(crate) fn bindings<'d>(&self, datum: &'d Datum) -> Result<&'d [Datum], Mistake> {
        let name = self.name();
        let Some(items) = datum.as_vector() else {
            return Err(
                Mistake::new(datum.origin, format!("`{name}` needs a vector of bindings"))
                    .label("not a vector"),
            );
        };
        if !items.len().is_multiple_of(2) {
            let last = items.last().map_or(datum.origin, |last| last.origin);
            return Err(Mistake::new(
                last,
                format!("`{name}` needs an even number of forms in its binding vector"),
            )
            .label("has no value"));
        }
        Ok(items)
    }
}

/// Whether the datum is a symbol that can be a local.
pub(crate) fn simple_symbol(datum: &Datum) -> Option<&Arc<str>> {
    match datum.as_symbol() {
        Some(Symbol { ns: None, name }) => Some(name),
        _ => None,
    }
}

/// Whether the datum is the keyword `:name`.
pub(crate) fn is_keyword(datum: &Datum, name: &str) -> bool {
    datum.as_keyword().is_some_and(|keyword| keyword.is(name))
}
