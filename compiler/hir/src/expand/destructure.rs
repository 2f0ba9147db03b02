//! Destructuring: binding forms with patterns, rewritten to bindings of plain symbols.
//!
//! Sequential patterns take `& rest` and `:as`; associative ones `:keys :strs :syms` (and
//! `:ns/keys`, `:ns/syms`), `:or` and `:as`; they nest. A vector with `&` walks the sequence once
//! with `first` and `next`; one without uses `nth` with a default, as Clojure does.

use std::sync::Arc;

use syntax::datum::{Datum, DatumKind, Symbol};

use super::build::{Mistake, Rewrite, is_keyword, simple_symbol};

/// Appends to `out` the plain bindings of `pattern` to `value`.
pub(crate) fn destructure(
    cx: &mut Rewrite<'_>,
    pattern: &Datum,
    value: Datum,
    out: &mut Vec<Datum>,
) -> Result<(), Mistake> {
    stacker::maybe_grow(
        super::STACK_RED_ZONE,
        super::STACK_GROWTH,
        || match &pattern.kind {
            DatumKind::Symbol(Symbol { ns: None, .. }) => {
                out.push(without_meta(pattern));
                out.push(value);
                Ok(())
            }
            DatumKind::Symbol(symbol) => Err(Mistake::new(
                pattern.origin,
                format!("a local cannot have a namespace: `{symbol}`"),
            )
            .label("qualified name")),
            DatumKind::Vector(items) => sequential(cx, items, value, out),
            DatumKind::Map(entries) => associative(cx, entries, value, out),
            DatumKind::Error => {
                let name = cx.fresh("error");
                out.push(name);
                out.push(value);
                Ok(())
            }
            _ => Err(
                Mistake::new(pattern.origin, format!("`{pattern}` cannot be bound"))
                    .label("not a symbol, vector or map"),
            ),
        },
    )
}

fn without_meta(symbol: &Datum) -> Datum {
    Datum {
        kind: symbol.kind.clone(),
        meta: None,
        origin: symbol.origin,
    }
}

fn sequential(
    cx: &mut Rewrite<'_>,
    items: &[Datum],
    value: Datum,
    out: &mut Vec<Datum>,
) -> Result<(), Mistake> {
    let whole = cx.fresh("vec");
    out.push(whole.clone());
    out.push(value);
    let has_rest = items.iter().any(|item| item.is_symbol("&"));
    let seq = cx.fresh("seq");
    if has_rest {
        out.push(seq.clone());
        out.push(cx.list([cx.core("seq"), whole.clone()]));
    }
    let mut index = 0;
    let mut seen_rest = false;
    let mut rest = items;
    while let Some((item, after)) = rest.split_first() {
        if item.is_symbol("&") {
            let Some((target, after)) = after.split_first() else {
                return Err(Mistake::new(
                    item.origin,
                    "`&` must be followed by a binding",
                ));
            };
            destructure(cx, target, seq.clone(), out)?;
            seen_rest = true;
            rest = after;
        } else if is_keyword(item, "as") {
            let Some((name, after)) = after.split_first() else {
                return Err(Mistake::new(
                    item.origin,
                    "`:as` must be followed by a symbol",
                ));
            };
            destructure(cx, name, whole.clone(), out)?;
            rest = after;
        } else if seen_rest {
            return Err(Mistake::new(
                item.origin,
                "only one binding may follow `&` in a vector pattern",
            )
            .label("unexpected"));
        } else if matches!(item.kind, DatumKind::Keyword(_)) {
            return Err(Mistake::new(
                item.origin,
                format!("`{item}` cannot stand in a pattern"),
            ));
        } else {
            if has_rest {
                let first = cx.fresh("first");
                out.push(first.clone());
                out.push(cx.list([cx.core("first"), seq.clone()]));
                out.push(seq.clone());
                out.push(cx.list([cx.core("next"), seq.clone()]));
                destructure(cx, item, first, out)?;
            } else {
                let nth = cx.list([cx.core("nth"), whole.clone(), cx.int(index), cx.nil()]);
                destructure(cx, item, nth, out)?;
            }
            index += 1;
            rest = after;
        }
    }
    Ok(())
}

/// A local and the key that its value is under.
struct Entry {
    pattern: Datum,
    key: Datum,
}

fn associative(
    cx: &mut Rewrite<'_>,
    entries: &[(Datum, Datum)],
    value: Datum,
    out: &mut Vec<Datum>,
) -> Result<(), Mistake> {
    let whole = cx.fresh("map");
    out.push(whole.clone());
    out.push(value);
    out.push(whole.clone());
    out.push(cx.if_(
        cx.list([cx.core("seq?"), whole.clone()]),
        cx.list([cx.core("seq-to-map-for-destructuring"), whole.clone()]),
        whole.clone(),
    ));
    let mut bindings = Vec::new();
    let mut defaults: &[(Datum, Datum)] = &[];
    for (key, target) in entries {
        match &key.kind {
            DatumKind::Keyword(keyword) if keyword.is("as") => {
                destructure(cx, target, whole.clone(), out)?;
            }
            DatumKind::Keyword(keyword) if keyword.is("or") => match &target.kind {
                DatumKind::Map(entries) => defaults = entries,
                _ => return Err(Mistake::new(target.origin, "`:or` needs a map of defaults")),
            },
            DatumKind::Keyword(Symbol { ns, name })
                if matches!(&**name, "keys" | "strs" | "syms") =>
            {
                named_keys(
                    cx,
                    ns.as_ref().map(|ns| (ns, false)),
                    name,
                    target,
                    &mut bindings,
                )?;
            }
            DatumKind::AutoKeyword { alias, name } if matches!(&**name, "keys" | "syms") => {
                let here: Arc<str> = "".into();
                named_keys(
                    cx,
                    Some((alias.as_ref().unwrap_or(&here), true)),
                    name,
                    target,
                    &mut bindings,
                )?;
            }
            DatumKind::Keyword(_) | DatumKind::AutoKeyword { .. } => {
                return Err(
                    Mistake::new(key.origin, format!("`{key}` cannot stand in a pattern"))
                        .note("in a map pattern the binding comes first: `{name :key}`"),
                );
            }
            _ => bindings.push(Entry {
                pattern: key.clone(),
                key: target.clone(),
            }),
        }
    }
    for Entry { pattern, key } in bindings {
        let default = simple_symbol(&pattern).and_then(|name| {
            defaults
                .iter()
                .find(|(key, _)| simple_symbol(key) == Some(name))
                .map(|(_, value)| value)
        });
        let get = match default {
            Some(default) => cx.list([cx.core("get"), whole.clone(), key, default.clone()]),
            None => cx.list([cx.core("get"), whole.clone(), key]),
        };
        destructure(cx, &pattern, get, out)?;
    }
    Ok(())
}

/// The entries of `:keys [a b/c :d]` and its kin. `ns` is the namespace of the key itself and
/// whether it is an alias (`::alias/keys`; an empty alias is the current namespace).
fn named_keys(
    cx: &Rewrite<'_>,
    ns: Option<(&Arc<str>, bool)>,
    kind: &str,
    names: &Datum,
    bindings: &mut Vec<Entry>,
) -> Result<(), Mistake> {
    let Some(names) = names.as_vector() else {
        return Err(Mistake::new(
            names.origin,
            format!("`:{kind}` needs a vector of names"),
        ));
    };
    for item in names {
        let (own_ns, name, auto) = match &item.kind {
            DatumKind::Symbol(symbol) | DatumKind::Keyword(symbol) => {
                (symbol.ns.clone(), symbol.name.clone(), false)
            }
            DatumKind::AutoKeyword { alias, name } => (
                Some(alias.clone().unwrap_or_else(|| "".into())),
                name.clone(),
                true,
            ),
            _ => {
                return Err(Mistake::new(
                    item.origin,
                    format!("`{item}` cannot be bound by `:{kind}`"),
                )
                .label("not a symbol or keyword"));
            }
        };
        let pattern = Datum::symbol(name.clone(), item.origin);
        let (key_ns, auto) = match (own_ns, ns) {
            (Some(own), _) => (Some(own), auto),
            (None, Some((ns, auto))) => (Some(ns.clone()), auto),
            (None, None) => (None, false),
        };
        let key = match kind {
            "strs" => Datum::new(DatumKind::String(name), item.origin),
            "syms" if auto => cx.quote(Datum::new(
                DatumKind::AutoSymbol {
                    alias: key_ns.filter(|ns| !ns.is_empty()),
                    name,
                },
                item.origin,
            )),
            "syms" => cx.quote(Datum::new(
                DatumKind::Symbol(Symbol { ns: key_ns, name }),
                item.origin,
            )),
            _ if auto => Datum::new(
                DatumKind::AutoKeyword {
                    alias: key_ns.filter(|ns| !ns.is_empty()),
                    name,
                },
                item.origin,
            ),
            _ => Datum::new(DatumKind::Keyword(Symbol { ns: key_ns, name }), item.origin),
        };
        bindings.push(Entry { pattern, key });
    }
    Ok(())
}

/// `let`: plain bindings stay, patterns are taken apart.
pub(crate) fn let_bindings(
    cx: &mut Rewrite<'_>,
    bindings: &[Datum],
) -> Result<Vec<Datum>, Mistake> {
    let mut out = Vec::with_capacity(bindings.len());
    for pair in bindings.chunks_exact(2) {
        destructure(cx, &pair[0], pair[1].clone(), &mut out)?;
    }
    Ok(out)
}
