//! Definers of protocols and multimethods, and the forms that extend them: taken apart into
//! definitions and contributions before anything is expanded.
//!
//! A protocol or multimethod `p` has a *table*, `p#table`: a definition whose value is made of the
//! contributions of all namespaces of a program when that is linked (`docs/internals/linking.md`).
//!
//! Invariants:
//! - A rewrite looks at nothing but the form and its namespace's name, so that the names it makes are
//!   written ones.

use std::sync::Arc;

use syntax::datum::{Datum, DatumKind};

use super::build::{Fresh, Mistake, Rewrite, Rewritten, simple_symbol};
use super::interface::{self, Remark};
use crate::body::DefName;
use crate::contributions::TABLE_SUFFIX;
use crate::lower::special;
use crate::package::name_of;

/// The forms, sorted.
pub(crate) const NAMES: &[&str] = &[
    "defmethod",
    "defmulti",
    "defprotocol",
    "defrecord",
    "deftype",
    "extend-protocol",
    "extend-type",
];

/// Functions of the core that are contributions at top level: namespace, name and number of
/// operands.
const CONTRIBUTING: &[(&str, &str, Operands)] = &[
    ("ox.core.hierarchy", "derive", Operands::Exactly(2)),
    ("ox.core.multi", "prefer-method", Operands::Exactly(3)),
    ("ox.core.protocol", "extend", Operands::AtLeast(1)),
];

enum Operands {
    Exactly(usize),
    AtLeast(usize),
}

/// Whether a call of this function with so many operands, at top level, contributes to a table.
pub(crate) fn is_contributing(function: &DefName, operands: usize) -> bool {
    CONTRIBUTING.iter().any(|(ns, name, wanted)| {
        *ns == &*function.ns
            && *name == &*function.name
            && match wanted {
                Operands::Exactly(count) => operands == *count,
                Operands::AtLeast(count) => operands >= *count,
            }
    })
}

/// Whether a form with a head of this name may contribute to a table.
pub(crate) fn may_contribute(head: &str) -> bool {
    NAMES.contains(&head) || CONTRIBUTING.iter().any(|(_, name, _)| *name == head)
}

/// The table of a protocol or multimethod.
pub(crate) fn table_of(owner: &DefName) -> DefName {
    DefName::new(owner.ns.clone(), table_name(&owner.name))
}

/// The table of what types say of the host's classes and interfaces: `Object`, `clojure.lang.IDeref`.
pub(crate) fn interfaces() -> DefName {
    DefName::new("ox.core.interface", table_name("interfaces"))
}

fn table_name(owner: &str) -> Arc<str> {
    format!("{owner}{TABLE_SUFFIX}").into()
}

/// Takes a call of one of [`NAMES`], or of a contributing function, apart: `(do …)`.
///
/// `package` is that of the types it defines, if they have one.
pub(crate) fn rewrite(name: &str, form: &Datum, ns: &str, package: Option<&Arc<str>>) -> Rewritten {
    let mut fresh = Fresh::new("");
    let cx = Rewrite {
        form,
        args: form
            .as_list()
            .and_then(|items| items.get(1..))
            .unwrap_or_default(),
        origin: form.origin,
        ns,
        fresh: &mut fresh,
    };
    match name {
        "defmethod" => defmethod(&cx),
        "defmulti" => defmulti(cx),
        "defprotocol" => defprotocol(&cx),
        "defrecord" => deftype(&cx, package, true),
        "deftype" => deftype(&cx, package, false),
        "derive" => derive(&cx),
        "extend" => extend(&cx),
        "extend-protocol" => extend_protocol(&cx),
        "extend-type" => extend_type(&cx),
        "prefer-method" => prefer_method(&cx),
        _ => Err(cx.mistake(format!("`{name}` extends nothing"))),
    }
}

/// The name that a definer gives, which must be of no other namespace.
fn defined<'a>(cx: &Rewrite<'a>) -> Result<(&'a Datum, &'a Arc<str>, &'a [Datum]), Mistake> {
    let (name, rest) = cx.first_arg("a name")?;
    match simple_symbol(name) {
        Some(symbol) => Ok((name, symbol, rest)),
        None => Err(
            Mistake::new(name.origin, format!("`{name}` cannot be defined")).label("not a symbol"),
        ),
    }
}

/// `(contribute* owner key value)`
fn contribution(cx: &Rewrite<'_>, owner: &Datum, key: Datum, value: Datum) -> Datum {
    cx.list([cx.ox("contribute*"), owner.clone(), key, value])
}

/// `'ns/name`
fn full_name(cx: &Rewrite<'_>, name: &Arc<str>) -> Datum {
    cx.quote(Datum::qualified(cx.ns, name.clone(), cx.origin))
}

fn keyword(cx: &Rewrite<'_>, name: &Arc<str>) -> Datum {
    let symbol = syntax::datum::Symbol {
        ns: None,
        name: name.clone(),
    };
    Datum::new(DatumKind::Keyword(symbol), cx.origin)
}

/// `(deftable* name#table (fn* [contributions] (maker 'ns/name options… contributions)))`
fn table(cx: &mut Rewrite<'_>, name: &Arc<str>, maker: &str, options: &[Datum]) -> Datum {
    let contributions = cx.fresh("contributions");
    let mut call = vec![cx.ox(maker), full_name(cx, name)];
    call.extend_from_slice(options);
    call.push(contributions.clone());
    let call = cx.list_of(call);
    let function = cx.list([cx.sym("fn*"), cx.vector([contributions]), call]);
    cx.list([cx.ox("deftable*"), cx.sym(table_name(name)), function])
}

/// A method of a protocol as its definition says it.
struct Signature<'a> {
    name: &'a Datum,
    symbol: &'a Arc<str>,
    params: Vec<&'a Datum>,
    doc: Option<&'a Datum>,
}

fn signature<'a>(form: &'a Datum) -> Result<Signature<'a>, Mistake> {
    let wrong = |at: &Datum, message: String| Err(Mistake::new(at.origin, message));
    let Some([name, rest @ ..]) = form.as_list() else {
        let message = format!("`{form}` is no method: `(name [this …] …)`");
        return wrong(form, message);
    };
    let Some(symbol) = simple_symbol(name) else {
        return wrong(name, format!("`{name}` cannot be the name of a method"));
    };
    let mut params = Vec::new();
    let mut doc = None;
    for part in rest {
        match (&part.kind, part.as_vector()) {
            (_, Some(names)) => {
                if names.is_empty() {
                    let message =
                        format!("`{symbol}` needs a parameter for the value it is called on");
                    return wrong(part, message);
                }
                if let Some(rest) = names.iter().find(|name| name.is_symbol("&")) {
                    let message = "methods of protocols take a fixed number of arguments";
                    return wrong(rest, message.to_owned());
                }
                if params.iter().any(|known: &&Datum| {
                    known
                        .as_vector()
                        .is_some_and(|known| known.len() == names.len())
                }) {
                    let message = format!(
                        "`{symbol}` has two signatures of {} parameters",
                        names.len()
                    );
                    return wrong(part, message);
                }
                params.push(part);
            }
            (DatumKind::String(_), _) => doc = Some(part),
            _ => {
                return wrong(
                    part,
                    format!("`{part}` is neither a vector of parameters nor a docstring"),
                );
            }
        }
    }
    if params.is_empty() {
        return wrong(
            form,
            format!("the method `{symbol}` needs a vector of parameters"),
        );
    }
    Ok(Signature {
        name,
        symbol,
        params,
        doc,
    })
}

/// A protocol: its value, its table, and a function for each method.
fn defprotocol(cx: &Rewrite<'_>) -> Rewritten {
    let (name, symbol, mut rest) = defined(cx)?;
    let mut fresh = Fresh::new("");
    let mut doc = None;
    if let [first, more @ ..] = rest
        && let DatumKind::String(_) = first.kind
    {
        doc = Some(first.clone());
        rest = more;
    }
    let mut options = Vec::new();
    while let [option, value, more @ ..] = rest
        && option.as_keyword().is_some()
    {
        options.push((option.clone(), value.clone()));
        rest = more;
    }
    let methods: Vec<Signature<'_>> = rest.iter().map(signature).collect::<Result<_, _>>()?;
    let mut cx = Rewrite {
        fresh: &mut fresh,
        ..*cx
    };
    let cx = &mut cx;
    let table_symbol = cx.sym(table_name(symbol));
    let mut forms = vec![cx.sym("do")];
    let mut signatures = Vec::new();
    for (index, method) in methods.iter().enumerate() {
        if let Some(other) = methods[..index]
            .iter()
            .find(|other| other.symbol == method.symbol)
        {
            let message = format!("the protocol has two methods `{}`", other.symbol);
            return Err(Mistake::new(method.name.origin, message));
        }
        let lists = method
            .params
            .iter()
            .map(|params| (*params).clone())
            .collect();
        signatures.push((keyword(cx, method.symbol), cx.quote(cx.vector_of(lists))));
    }
    let signatures = Datum::new(DatumKind::Map(signatures.into()), cx.origin);
    let options = Datum::new(DatumKind::Map(options.into()), cx.origin);
    let look = cx.list([cx.sym("fn*"), cx.vector([]), table_symbol.clone()]);
    let known = methods.iter().map(|method| keyword(cx, method.symbol));
    let known = cx.vector_of(known.collect());
    let table = table(cx, symbol, "protocol-table", &[options.clone(), known]);
    let value = cx.list([
        cx.ox("protocol*"),
        full_name(cx, symbol),
        signatures,
        options,
        look,
    ]);
    let mut define = vec![cx.ox("defvalue*"), name.clone()];
    define.extend(doc);
    define.push(value);
    forms.push(cx.list_of(define));
    forms.push(table);
    for method in &methods {
        let mut define = vec![cx.core("defn"), method.name.clone()];
        define.extend(method.doc.cloned());
        for params in &method.params {
            let written = params.as_vector().unwrap_or_default();
            let is_plain = written.iter().enumerate().all(|(index, name)| {
                simple_symbol(name).is_some() && !written[..index].contains(name)
            });
            let params = match is_plain {
                true => written.to_vec(),
                false => written.iter().map(|_| cx.fresh("p")).collect(),
            };
            let find = cx.list([
                cx.ox("method-of"),
                table_symbol.clone(),
                keyword(cx, method.symbol),
                params[0].clone(),
            ]);
            let mut call = vec![find];
            call.extend(params.iter().cloned());
            let call = cx.list_of(call);
            let params = cx.vector_of(params);
            define.push(cx.list([params, call]));
        }
        forms.push(cx.list_of(define));
    }
    Ok(cx.list_of(forms))
}

/// The implementations that follow a type: per method one function of all its arities.
fn implementations(
    cx: &Rewrite<'_>,
    forms: &mut Vec<Datum>,
    protocol: &Datum,
    of: &Datum,
    methods: &[Datum],
) -> Result<(), Mistake> {
    let said = cx.vector([of.clone(), cx.nil(), cx.quote(protocol.clone())]);
    forms.push(contribution(cx, protocol, said, cx.nil()));
    for (name, symbol, arities) in by_method(methods)? {
        // Without a name: in the body the method's name is the protocol's function.
        let mut function = vec![cx.core("fn")];
        function.extend(arities);
        let key = [of.clone(), keyword(cx, symbol), cx.quote(protocol.clone())];
        let function = Datum::list(function, name.origin);
        forms.push(contribution(cx, protocol, cx.vector(key), function));
    }
    Ok(())
}

/// A method's name, as written and as text, and its arities.
type Arities<'a> = (&'a Datum, &'a Arc<str>, Vec<Datum>);

/// Methods by name: `(name [params] body…)`, once for each arity or with all of them.
fn by_method(methods: &[Datum]) -> Result<Vec<Arities<'_>>, Mistake> {
    let mut by_name: Vec<Arities<'_>> = Vec::new();
    for method in methods {
        let Some([name, parts @ ..]) = method.as_list() else {
            let message = format!("`{method}` is no method: `(name [this …] body …)`");
            return Err(Mistake::new(method.origin, message));
        };
        let Some(symbol) = name.as_symbol().map(|symbol| &symbol.name) else {
            let message = format!("`{name}` cannot be the name of a method");
            return Err(Mistake::new(name.origin, message));
        };
        let arities = match parts {
            [params, ..] if params.as_vector().is_some() => {
                vec![Datum::list(parts.to_vec(), method.origin)]
            }
            _ => parts.to_vec(),
        };
        match by_name.iter_mut().find(|(_, known, _)| *known == symbol) {
            Some((_, _, known)) => known.extend(arities),
            None => by_name.push((name, symbol, arities)),
        }
    }
    Ok(by_name)
}

/// Where the next group of a list of heads and methods begins: heads are symbols or nil.
fn groups(rest: &[Datum]) -> impl Iterator<Item = (&Datum, &[Datum])> {
    let mut rest = rest;
    std::iter::from_fn(move || {
        let (head, more) = rest.split_first()?;
        let end = more
            .iter()
            .position(|form| form.as_list().is_none())
            .unwrap_or(more.len());
        rest = &more[end..];
        Some((head, &more[..end]))
    })
}

fn extend_type(cx: &Rewrite<'_>) -> Rewritten {
    let (of, rest) = cx.first_arg("a type")?;
    let mut forms = vec![cx.sym("do")];
    for (protocol, methods) in groups(rest) {
        implementations(cx, &mut forms, protocol, of, methods)?;
    }
    Ok(cx.list_of(forms))
}

fn extend_protocol(cx: &Rewrite<'_>) -> Rewritten {
    let (protocol, rest) = cx.first_arg("a protocol")?;
    let mut forms = vec![cx.sym("do")];
    for (of, methods) in groups(rest) {
        implementations(cx, &mut forms, protocol, of, methods)?;
    }
    Ok(cx.list_of(forms))
}

/// `(extend type protocol {:method f …} …)`
fn extend(cx: &Rewrite<'_>) -> Rewritten {
    let (of, rest) = cx.first_arg("a type")?;
    if !rest.len().is_multiple_of(2) {
        return Err(cx.mistake("`extend` takes a type, then protocols and maps of methods in turn"));
    }
    let mut forms = vec![cx.sym("do")];
    for pair in rest.chunks_exact(2) {
        let key = cx.vector([of.clone(), keyword(cx, &"*".into())]);
        forms.push(contribution(cx, &pair[0], key, pair[1].clone()));
    }
    Ok(cx.list_of(forms))
}

/// `(derive tag parent)`
fn derive(cx: &Rewrite<'_>) -> Rewritten {
    let owner = Datum::qualified("ox.core.hierarchy", "global-hierarchy", cx.origin);
    let key = cx.vector_of(cx.args.to_vec());
    Ok(cx.list([cx.sym("do"), contribution(cx, &owner, key, cx.nil())]))
}

/// A multimethod: its value and its table.
fn defmulti(mut cx: Rewrite<'_>) -> Rewritten {
    let (name, symbol, mut rest) = defined(&cx)?;
    let mut define = vec![cx.ox("defvalue*"), name.clone()];
    if let [first, more @ ..] = rest
        && let DatumKind::String(_) = first.kind
    {
        define.push(first.clone());
        rest = more;
    }
    if let [first, more @ ..] = rest
        && let DatumKind::Map(_) = first.kind
        && !more.is_empty()
    {
        rest = more;
    }
    let Some((dispatch, options)) = rest.split_first() else {
        return Err(cx.mistake(format!(
            "the multimethod `{symbol}` needs a function that dispatches"
        )));
    };
    let (mut default, mut hierarchy) = (keyword(&cx, &"default".into()), cx.nil());
    for pair in options.chunks(2) {
        let name = pair[0].as_keyword().map(|name| &*name.name);
        match (name, pair.get(1)) {
            (Some("default"), Some(value)) => default = value.clone(),
            (Some("hierarchy"), Some(value)) => hierarchy = value.clone(),
            _ => {
                let message = "`defmulti` takes the options `:default` and `:hierarchy`";
                return Err(Mistake::new(pair[0].origin, message));
            }
        }
    }
    let look = cx.list([cx.sym("fn*"), cx.vector([]), cx.sym(table_name(symbol))]);
    define.push(cx.list([
        cx.ox("multimethod*"),
        full_name(&cx, symbol),
        dispatch.clone(),
        default,
        hierarchy,
        look,
    ]));
    let table = table(&mut cx, symbol, "method-table", &[]);
    Ok(cx.list([cx.sym("do"), table, cx.list_of(define)]))
}

/// `(defmethod multimethod value name? [params] body…)`
fn defmethod(cx: &Rewrite<'_>) -> Rewritten {
    let (name, rest) = cx.first_arg("a multimethod")?;
    let Some((value, function)) = rest.split_first() else {
        return Err(cx.mistake("`defmethod` needs the value that it is for"));
    };
    if function.is_empty() {
        return Err(cx.mistake("`defmethod` needs a vector of parameters"));
    }
    let key = cx.vector([value.clone(), keyword(cx, &"method".into())]);
    let function = cx.with_body(cx.core("fn"), function);
    Ok(cx.list([cx.sym("do"), contribution(cx, name, key, function)]))
}

/// `(prefer-method multimethod value other)`
fn prefer_method(cx: &Rewrite<'_>) -> Rewritten {
    let [name, value, other] = cx.args else {
        return Err(cx.mistake("`prefer-method` takes a multimethod and two values"));
    };
    let key = cx.vector([value.clone(), keyword(cx, &"prefer".into()), other.clone()]);
    Ok(cx.list([cx.sym("do"), contribution(cx, name, key, cx.nil())]))
}

/// A type of records, or of plain instances: the type, what makes its values, and methods.
fn deftype(cx: &Rewrite<'_>, package: Option<&Arc<str>>, is_record: bool) -> Rewritten {
    let (name, symbol, rest) = defined(cx)?;
    let Some((fields, mut rest)) = rest.split_first() else {
        return Err(cx.mistake(format!("`{symbol}` needs a vector of fields")));
    };
    let Some(fields) = fields.as_vector() else {
        return Err(Mistake::new(
            fields.origin,
            format!("`{symbol}` needs a vector of fields"),
        ));
    };
    let mut names: Vec<&Arc<str>> = Vec::new();
    for field in fields {
        let Some(of_field) = simple_symbol(field) else {
            return Err(Mistake::new(
                field.origin,
                format!("`{field}` cannot be the name of a field"),
            ));
        };
        if names.contains(&of_field) {
            return Err(Mistake::new(
                field.origin,
                format!("`{symbol}` has two fields `{field}`"),
            ));
        }
        let mutable = ["mutable", "unsynchronized-mutable", "volatile-mutable"];
        if mutable.iter().any(|meta| field.meta_value(meta).is_some()) {
            let message = format!("the field `{field}` cannot be mutable");
            return Err(Mistake::new(field.origin, message)
                .note("nothing in a value changes: let the field hold an atom, or a volatile"));
        }
        names.push(of_field);
    }
    while let [option, _, more @ ..] = rest
        && option.as_keyword().is_some()
    {
        rest = more;
    }
    let plain: Vec<Datum> = names.iter().map(|name| cx.sym(Arc::clone(name))).collect();
    let keys = names.iter().map(|name| keyword(cx, name)).collect();
    let class = format!("{}.{symbol}", name_of(cx.ns).replace('-', "_"));
    // The package is part of the type's identity, and of nothing that is printed.
    let identity = match package {
        Some(package) => Datum::qualified(Arc::clone(package), class.as_str(), cx.origin),
        None => cx.sym(class.as_str()),
    };
    let class = cx.quote(cx.sym(class));
    let mut value = vec![cx.ox("type*"), cx.quote(identity), cx.vector_of(keys)];
    match (says_itself(rest), is_record) {
        (itself, true) => value.extend([cx.bool(itself), cx.bool(true)]),
        (true, false) => value.push(cx.bool(true)),
        (false, false) => {}
    }
    let value = cx.list_of(value);
    let make = if is_record { "record*" } else { "instance*" };
    let positional = cx.list([
        cx.core("defn"),
        cx.sym(format!("->{symbol}")),
        cx.vector_of(plain.clone()),
        cx.list([cx.ox(make), cx.sym(Arc::clone(symbol)), cx.vector_of(plain)]),
    ]);
    let mut forms = vec![
        cx.sym("do"),
        cx.list([cx.ox("defvalue*"), name.clone(), value]),
        positional,
    ];
    if is_record {
        let map = cx.sym("map");
        forms.push(cx.list([
            cx.core("defn"),
            cx.sym(format!("map->{symbol}")),
            cx.vector([map.clone()]),
            cx.list([cx.ox("map->record*"), cx.sym(Arc::clone(symbol)), map]),
        ]));
    }
    // What `#ns.Name[…]` and `#ns.Name{…}` are read by.
    let mut makers = vec![cx.sym(format!("->{symbol}"))];
    if is_record {
        makers.push(cx.sym(format!("map->{symbol}")));
    }
    let reader = cx.core("read-string");
    forms.push(contribution(cx, &reader, class, cx.vector_of(makers)));
    for (protocol, methods) in groups(rest) {
        let with_fields: Vec<Datum> = methods
            .iter()
            .map(|method| with_fields(cx, &names, method))
            .collect();
        implementations(
            cx,
            &mut forms,
            protocol,
            &cx.sym(Arc::clone(symbol)),
            &with_fields,
        )?;
    }
    Ok(cx.list_of(forms))
}

/// A method whose body sees the fields of the value it is called on: those that it names.
fn with_fields(cx: &Rewrite<'_>, fields: &[&Arc<str>], method: &Datum) -> Datum {
    let Some([name, parts @ ..]) = method.as_list() else {
        return method.clone();
    };
    let mut items = vec![name.clone()];
    match parts {
        [params, body @ ..] if params.as_vector().is_some() => {
            items.extend(arity_with_fields(cx, fields, params, body));
        }
        _ => items.extend(parts.iter().map(|arity| match arity.as_list() {
            Some([params, body @ ..]) => {
                Datum::list(arity_with_fields(cx, fields, params, body), arity.origin)
            }
            _ => arity.clone(),
        })),
    }
    Datum::list(items, method.origin)
}

/// `[this …] (loop [… …] body…)`, where `recur` is in the body: in a method it gives all parameters but the
/// first anew.
fn with_recur(cx: &Rewrite<'_>, params: &Datum, body: &[Datum]) -> Vec<Datum> {
    let patterns = params.as_vector().unwrap_or_default();
    let recurs = body.iter().any(|form| mentions(form, "recur"));
    let Some((first, others)) = patterns.split_first().filter(|_| recurs) else {
        let mut arity = vec![params.clone()];
        arity.extend_from_slice(body);
        return arity;
    };
    let mut all = vec![first.clone()];
    let mut bindings = Vec::new();
    for (index, pattern) in others.iter().enumerate() {
        let param = match simple_symbol(pattern).is_some_and(|name| &**name != "_") {
            true => pattern.clone(),
            false => cx.sym(format!("p__{index}__auto__")),
        };
        bindings.extend([pattern.clone(), param.clone()]);
        all.push(param);
    }
    let mut looped = vec![cx.core("loop"), cx.vector_of(bindings)];
    looped.extend_from_slice(body);
    vec![
        Datum::vector(all, params.origin).with_meta(params.meta.clone()),
        cx.list_of(looped),
    ]
}

/// `[this …] (let* [field (field* this 0) …] body…)`
fn arity_with_fields(
    cx: &Rewrite<'_>,
    fields: &[&Arc<str>],
    params: &Datum,
    body: &[Datum],
) -> Vec<Datum> {
    let arity = with_recur(cx, params, body);
    let Some((params, body)) = arity.split_first() else {
        return arity;
    };
    let patterns = params.as_vector().unwrap_or_default();
    let used = (0..)
        .zip(fields)
        .filter(|(_, field)| {
            !patterns.iter().any(|pattern| mentions(pattern, field))
                && body.iter().any(|form| mentions(form, field))
        })
        .collect::<Vec<_>>();
    let Some((first, others)) = patterns.split_first().filter(|_| !used.is_empty()) else {
        let mut arity = vec![params.clone()];
        arity.extend_from_slice(body);
        return arity;
    };
    // A parameter that is a pattern is taken apart behind the fields.
    let is_plain = simple_symbol(first).is_some_and(|name| &**name != "_");
    let this = match is_plain {
        true => first.clone(),
        false => cx.sym("this__0__auto__"),
    };
    let mut bindings = Vec::new();
    for (index, field) in used {
        bindings.push(cx.sym(Arc::clone(field)));
        bindings.push(cx.list([cx.ox("field*"), this.clone(), cx.int(index)]));
    }
    if !is_plain && !first.is_symbol("_") {
        bindings.extend([first.clone(), this.clone()]);
    }
    let mut all = vec![this];
    all.extend_from_slice(others);
    vec![
        Datum::vector(all, params.origin).with_meta(params.meta.clone()),
        cx.let_(bindings, body),
    ]
}

/// Whether a symbol of this name, without namespace, is anywhere in a form.
fn mentions(form: &Datum, name: &str) -> bool {
    let mut rest = vec![form];
    while let Some(datum) = rest.pop() {
        match &datum.kind {
            DatumKind::Symbol(symbol) if symbol.ns.is_none() && &*symbol.name == name => {
                return true;
            }
            DatumKind::List(items) | DatumKind::Vector(items) | DatumKind::Set(items) => {
                rest.extend(items.iter());
            }
            DatumKind::Map(entries) => {
                rest.extend(entries.iter().flat_map(|(key, value)| [key, value]));
            }
            DatumKind::Tagged(_, inner) => rest.push(inner),
            _ => {}
        }
    }
    false
}

/// Whether a type says itself what its values equal, what their hash is or how they compare: by methods that are
/// asked for that, or by an interface whose values equal collections.
fn says_itself(rest: &[Datum]) -> bool {
    const METHODS: &[&str] = &["equals", "equiv", "hashCode", "hasheq", "compareTo"];
    const INTERFACES: &[&str] = &["Sequential", "List", "Map", "MapEquivalence", "Set"];
    groups(rest).into_iter().any(|(of, methods)| {
        let named = of.as_symbol().map(|symbol| &*symbol.name);
        let interface = named.map(|name| name.rsplit('.').next().unwrap_or(name));
        interface.is_some_and(|name| INTERFACES.contains(&name))
            || methods.iter().any(|method| {
                let head = method.as_list().and_then(<[Datum]>::first);
                let name = head.and_then(simple_symbol);
                name.is_some_and(|name| METHODS.contains(&&**name))
            })
    })
}

/// `(reify protocol (method [this …] …)… …)`: an instance that has its methods itself.
pub(crate) fn reify(cx: &mut Rewrite<'_>) -> Rewritten {
    let mut all = Vec::new();
    for (protocol, methods) in groups(cx.args) {
        if protocol.as_symbol().is_none() {
            let message = format!("`{protocol}` is neither a protocol nor a method");
            return Err(Mistake::new(protocol.origin, message));
        }
        let class = protocol
            .as_symbol()
            .and_then(|symbol| special::type_class(&symbol.name));
        let mut map = Vec::new();
        for (name, symbol, arities) in by_method(methods)? {
            let remark = class.and_then(|class| interface::remark(class, Some(symbol)));
            if let Some(Remark::Unknown(message, meant)) = remark {
                return Err(Mistake {
                    note: meant.map(interface::similar),
                    ..Mistake::new(name.origin, message)
                });
            }
            let mut function = vec![cx.core("fn")];
            function.extend(arities.iter().map(|arity| match arity.as_list() {
                Some([params, body @ ..]) => {
                    Datum::list(with_recur(cx, params, body), arity.origin)
                }
                _ => arity.clone(),
            }));
            map.push((keyword(cx, symbol), Datum::list(function, name.origin)));
        }
        let owner = cx.list([cx.ox("reified"), protocol.clone()]);
        all.push((owner, Datum::new(DatumKind::Map(map.into()), cx.origin)));
    }
    let methods = Datum::new(DatumKind::Map(all.into()), cx.origin);
    let mut made = vec![cx.ox("reify*"), methods];
    if says_itself(cx.args) {
        made.push(cx.bool(true));
    }
    Ok(cx.list_of(made))
}
