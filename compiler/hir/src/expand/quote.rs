//! Syntax-quote: a template, rewritten to the code that builds it.
//!
//! Symbols are resolved where the template is written; `x#` is one new name per evaluation of the
//! template, made by `gensym`, so that what is generated is as hygienic under nesting as under
//! repetition. A part without unquotes is quoted as a whole.
//!
//! Invariants:
//! - Nested syntax-quotes are worked on from the inside; what an inner one leaves as plain data is
//!   not walked through again by those around it, so that a tower of them takes linear time.
//! - What is walked through again is counted: code that templates within templates with unquotes
//!   between them would blow up is a mistake, not a matter of memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use source::Code;
use syntax::datum::{Datum, DatumKind, Origin, Symbol};

use super::build::{CLOJURE_CORE, Fresh, Mistake, is_fresh};

/// What syntax-quote asks about symbols and keywords.
pub(crate) trait Names {
    /// The qualified form of a symbol that is neither special nor generated.
    fn qualify(&mut self, symbol: &Symbol, origin: Origin) -> Symbol;
    /// Whether the symbol names a special form.
    fn is_special(&self, name: &str) -> bool;
}

/// The namespace under which the reader names syntax-quote.
pub(crate) const READER: &str = "ox.reader";

/// How many forms that inner syntax-quotes made those around them may go through, in one template.
pub(crate) const REQUOTED_MAX: usize = 200_000;

/// Rewrites `(ox.reader/syntax-quote template)`.
pub(crate) fn syntax_quote(
    template: &Datum,
    fresh: &mut Fresh,
    names: &mut dyn Names,
) -> Result<Datum, Mistake> {
    let mut requoted = 0;
    rewritten(template, fresh, names, &mut requoted).map(|(code, _)| code)
}

/// The code of a template, and whether it is settled: to quote it again would give it as it is.
fn rewritten(
    template: &Datum,
    fresh: &mut Fresh,
    names: &mut dyn Names,
    requoted: &mut usize,
) -> Result<(Datum, bool), Mistake> {
    let mut quoter = Quoter {
        fresh,
        names,
        generated: BTreeMap::new(),
        is_settled: true,
        requoting: false,
        requoted,
    };
    let part = quoter.quote(template)?;
    if matches!(part, Part::Splice(_)) {
        return Err(
            Mistake::new(template.origin, "`~@` has no sequence here to splice into")
                .code(Code::UNQUOTE_OUTSIDE)
                .note("what it gives becomes elements of the list, vector, set or map around it; `~` takes it as it is"),
        );
    }
    let is_settled = quoter.is_settled && matches!(part, Part::Data(_));
    let origin = template.origin;
    let code = part.into_code(origin);
    if quoter.generated.is_empty() {
        return Ok((code, is_settled));
    }
    let mut bindings = Vec::new();
    for (base, local) in quoter.generated {
        bindings.push(Datum::symbol(local, origin));
        bindings.push(Datum::list(
            vec![
                Datum::qualified(CLOJURE_CORE, "gensym", origin),
                Datum::new(DatumKind::String(format!("{base}__").into()), origin),
            ],
            origin,
        ));
    }
    let code = Datum::list(
        vec![
            Datum::symbol("let*", origin),
            Datum::vector(bindings, origin),
            code,
        ],
        origin,
    );
    Ok((code, false))
}

struct Quoter<'a> {
    fresh: &'a mut Fresh,
    names: &'a mut dyn Names,
    /// `x` of `x#`, and the local that holds its symbol.
    generated: BTreeMap<Arc<str>, Arc<str>>,
    /// Whether the data made so far holds nothing that quoting it again would take for more.
    is_settled: bool,
    /// Whether what is gone through was made by an inner syntax-quote.
    requoting: bool,
    /// How much was gone through so, of [`REQUOTED_MAX`].
    requoted: &'a mut usize,
}

/// A quoted part.
enum Part {
    /// Data as it is.
    Data(Datum),
    /// Code that builds the data.
    Code(Datum),
    /// Code for a sequence to be spliced.
    Splice(Datum),
}

impl Part {
    fn into_code(self, origin: Origin) -> Datum {
        match self {
            Part::Code(code) | Part::Splice(code) => code,
            Part::Data(datum) => match datum.kind {
                DatumKind::Nil
                | DatumKind::Bool(_)
                | DatumKind::Int(_)
                | DatumKind::String(_)
                | DatumKind::Keyword(_)
                | DatumKind::AutoKeyword { .. } => datum,
                _ => Datum::list(vec![Datum::symbol("quote", origin), datum], origin),
            },
        }
    }
}

fn core(name: &str, origin: Origin) -> Datum {
    Datum::qualified(CLOJURE_CORE, name, origin)
}

/// Whether the list is `(ox.reader/syntax-quote template)`.
fn inner_template(items: &[Datum]) -> Option<&Datum> {
    match items {
        [head, template]
            if head.as_symbol().is_some_and(|head| {
                head.ns.as_deref() == Some(READER) && &*head.name == "syntax-quote"
            }) =>
        {
            Some(template)
        }
        _ => None,
    }
}

/// The operand of `(clojure.core/unquote x)` or `unquote-splicing`.
fn unquoted<'a>(datum: &'a Datum, name: &str) -> Option<&'a Datum> {
    match datum.as_list()? {
        [head, operand]
            if head.as_symbol().is_some_and(|head| {
                matches!(head.ns.as_deref(), Some("clojure.core" | "ox.core"))
                    && &*head.name == name
            }) =>
        {
            Some(operand)
        }
        _ => None,
    }
}

impl Quoter<'_> {
    fn quote(&mut self, datum: &Datum) -> Result<Part, Mistake> {
        if self.requoting {
            *self.requoted += 1;
            if *self.requoted > REQUOTED_MAX {
                return Err(Mistake::new(
                    datum.origin,
                    "syntax-quotes within this one make too much code",
                )
                .note("each of them quotes the code of those within it once more; a function can build the inner part"));
            }
        }
        stacker::maybe_grow(super::STACK_RED_ZONE, super::STACK_GROWTH, || {
            let part = self.quote_bare(datum)?;
            match &datum.meta {
                Some(meta) if unquoted(datum, "unquote").is_none() => {
                    self.with_meta(datum, part, meta)
                }
                _ => Ok(part),
            }
        })
    }

    fn with_meta(&mut self, datum: &Datum, part: Part, meta: &Datum) -> Result<Part, Mistake> {
        Ok(match (part, self.quote(meta)?) {
            (Part::Data(data), Part::Data(meta)) => {
                Part::Data(data.with_meta(Some(Arc::new(meta))))
            }
            (Part::Splice(code), _) => Part::Splice(code),
            (part, meta) => Part::Code(Datum::list(
                vec![
                    core("with-meta", datum.origin),
                    part.into_code(datum.origin),
                    meta.into_code(datum.origin),
                ],
                datum.origin,
            )),
        })
    }

    fn quote_bare(&mut self, datum: &Datum) -> Result<Part, Mistake> {
        let origin = datum.origin;
        if let Some(operand) = unquoted(datum, "unquote") {
            return Ok(Part::Code(operand.clone()));
        }
        if let Some(operand) = unquoted(datum, "unquote-splicing") {
            return Ok(Part::Splice(operand.clone()));
        }
        match &datum.kind {
            DatumKind::Symbol(symbol) => Ok(self.symbol(symbol, origin)),
            DatumKind::List(items) => {
                if let Some(template) = inner_template(items) {
                    return self.requote(template);
                }
                let parts = self.parts(items.iter())?;
                let part = sequence(
                    parts,
                    origin,
                    "list",
                    |code| vec![core("seq", origin), code],
                    |items| Datum::list(items, origin),
                );
                if let Part::Data(list) = &part {
                    // A name that was qualified may have made it one.
                    self.is_settled &= unquoted(list, "unquote").is_none()
                        && unquoted(list, "unquote-splicing").is_none()
                        && list.as_list().and_then(inner_template).is_none();
                }
                Ok(part)
            }
            DatumKind::Vector(items) => {
                let parts = self.parts(items.iter())?;
                Ok(collection(parts, origin, &["vec"], |items| {
                    Datum::vector(items, origin)
                }))
            }
            DatumKind::Set(items) => {
                let parts = self.parts(items.iter())?;
                Ok(collection(parts, origin, &["set"], |items| {
                    Datum::new(DatumKind::Set(items.into()), origin)
                }))
            }
            DatumKind::Map(entries) => {
                let parts = self.parts(entries.iter().flat_map(|(key, value)| [key, value]))?;
                Ok(collection(parts, origin, &["apply", "hash-map"], |items| {
                    let mut entries = Vec::with_capacity(items.len() / 2);
                    let mut items = items.into_iter();
                    while let (Some(key), Some(value)) = (items.next(), items.next()) {
                        entries.push((key, value));
                    }
                    Datum::new(DatumKind::Map(entries.into()), origin)
                }))
            }
            _ => Ok(Part::Data(Datum::new(datum.kind.clone(), origin))),
        }
    }

    /// Quotes the code of a template within this one: it is code of the outer one.
    fn requote(&mut self, template: &Datum) -> Result<Part, Mistake> {
        let (code, is_settled) = rewritten(template, self.fresh, self.names, self.requoted)?;
        if is_settled {
            return Ok(Part::Data(code));
        }
        let outer = std::mem::replace(&mut self.requoting, true);
        let part = self.quote(&code);
        self.requoting = outer;
        part
    }

    fn parts<'d>(&mut self, items: impl Iterator<Item = &'d Datum>) -> Result<Vec<Part>, Mistake> {
        items.map(|item| self.quote(item)).collect()
    }

    fn symbol(&mut self, symbol: &Symbol, origin: Origin) -> Part {
        if symbol.ns.is_none() {
            if let Some(base) = symbol.name.strip_suffix('#') {
                let fresh = &mut *self.fresh;
                let local = self
                    .generated
                    .entry(base.into())
                    .or_insert_with(|| fresh.name(base))
                    .clone();
                return Part::Code(Datum::symbol(local, origin));
            }
            if self.names.is_special(&symbol.name) || is_fresh(&symbol.name) {
                return Part::Data(Datum::new(DatumKind::Symbol(symbol.clone()), origin));
            }
        }
        let qualified = self.names.qualify(symbol, origin);
        Part::Data(Datum::new(DatumKind::Symbol(qualified), origin))
    }
}

/// `(head… (concat parts…))` where something is spliced, `build` of the parts' codes where
/// nothing is, data where all parts are.
fn collection(
    parts: Vec<Part>,
    origin: Origin,
    head: &[&str],
    build: impl Fn(Vec<Datum>) -> Datum,
) -> Part {
    if parts.iter().all(|part| matches!(part, Part::Data(_))) {
        return Part::Data(build(data(parts)));
    }
    if parts.iter().any(|part| matches!(part, Part::Splice(_))) {
        let mut items: Vec<Datum> = head.iter().map(|name| core(name, origin)).collect();
        items.push(concat(parts, origin));
        return Part::Code(Datum::list(items, origin));
    }
    Part::Code(build(
        parts
            .into_iter()
            .map(|part| part.into_code(origin))
            .collect(),
    ))
}

fn sequence(
    parts: Vec<Part>,
    origin: Origin,
    plain: &str,
    spliced: impl Fn(Datum) -> Vec<Datum>,
    build: impl Fn(Vec<Datum>) -> Datum,
) -> Part {
    if parts.iter().all(|part| matches!(part, Part::Data(_))) {
        return Part::Data(build(data(parts)));
    }
    if parts.iter().any(|part| matches!(part, Part::Splice(_))) {
        return Part::Code(Datum::list(spliced(concat(parts, origin)), origin));
    }
    let mut items = vec![core(plain, origin)];
    items.extend(parts.into_iter().map(|part| part.into_code(origin)));
    Part::Code(Datum::list(items, origin))
}

fn data(parts: Vec<Part>) -> Vec<Datum> {
    parts
        .into_iter()
        .map(|part| match part {
            Part::Data(datum) | Part::Code(datum) | Part::Splice(datum) => datum,
        })
        .collect()
}

/// `(concat (list a b) spliced (list c) …)`
fn concat(parts: Vec<Part>, origin: Origin) -> Datum {
    let mut items = vec![core("concat", origin)];
    let mut run: Vec<Datum> = Vec::new();
    let flush = |run: &mut Vec<Datum>, items: &mut Vec<Datum>| {
        if !run.is_empty() {
            let mut list = vec![core("list", origin)];
            list.append(run);
            items.push(Datum::list(list, origin));
        }
    };
    for part in parts {
        match part {
            Part::Splice(code) => {
                flush(&mut run, &mut items);
                items.push(code);
            }
            part => run.push(part.into_code(origin)),
        }
    }
    flush(&mut run, &mut items);
    Datum::list(items, origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows `quote` and counts what it is asked.
    #[derive(Default)]
    struct Counted(usize);

    impl Names for Counted {
        fn qualify(&mut self, symbol: &Symbol, _origin: Origin) -> Symbol {
            self.0 += 1;
            match symbol.ns {
                Some(_) => symbol.clone(),
                None => Symbol::qualified("app", symbol.name.clone()),
            }
        }

        fn is_special(&self, name: &str) -> bool {
            name == "quote"
        }
    }

    /// The code of the syntax-quote that the text is, and how many names were looked up.
    fn rewritten(text: &str) -> (Result<Datum, Mistake>, usize) {
        let read = syntax::read_all(text).0.remove(0);
        let template = inner_template(read.as_list().expect("a list")).expect("a syntax-quote");
        let mut names = Counted::default();
        let code = syntax_quote(template, &mut Fresh::new(""), &mut names);
        (code, names.0)
    }

    fn shown(text: &str) -> String {
        rewritten(text).0.expect("no mistake").to_string()
    }

    #[test]
    fn a_syntax_quote_within_another_is_code_of_it() {
        assert_eq!(shown("``x"), "(quote (quote app/x))");
        assert_eq!(shown("```[x 1]"), "(quote (quote (quote [app/x 1])))");
        assert_eq!(shown("``~x"), "(quote app/x)");
        assert_eq!(shown("``~~x"), "x");
        assert_eq!(
            shown("`(a `(b ~c ~~d))"),
            "(clojure.core/list (quote app/a) (clojure.core/list (quote clojure.core/list) \
             (quote (quote app/b)) (quote app/c) d))"
        );
        assert_eq!(
            shown("`(clojure.core/deref `(quote x))"),
            "(quote (clojure.core/deref (quote (quote app/x))))"
        );
    }

    #[test]
    fn a_tower_of_syntax_quotes_looks_its_names_up_once() {
        const HEIGHT: usize = 3_000;
        let (code, looked_up) = rewritten(&format!("{}x", "`".repeat(HEIGHT)));
        let mut code = &code.expect("no mistake");
        assert_eq!(looked_up, 1);
        let mut height = 0;
        while let Some([_, inner]) = code.as_list() {
            code = inner;
            height += 1;
        }
        assert_eq!(height, HEIGHT);
        let (_, looked_up) = rewritten(&format!("{}x", "`'@".repeat(HEIGHT)));
        assert_eq!(looked_up, HEIGHT + 1);
    }

    #[test]
    fn templates_that_would_blow_up_are_a_mistake() {
        let text = format!("{}{}x", "`'@".repeat(500), "~".repeat(500));
        let (code, looked_up) = rewritten(&text);
        assert!(code.is_err());
        assert!(looked_up < 2 * REQUOTED_MAX, "{looked_up}");
        let text = format!("{}{}x", "`'@".repeat(8), "~".repeat(8));
        assert!(rewritten(&text).0.is_ok());
    }
}
