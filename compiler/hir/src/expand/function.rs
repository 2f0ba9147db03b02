//! `fn`, `loop`, `let`, `letfn`: functions and the forms whose bindings are patterns.
//!
//! The special forms below them (`fn* loop* let* letfn*`) bind plain symbols only.

use syntax::datum::{Datum, DatumKind};

use super::build::{Mistake, Rewrite, Rewritten, simple_symbol};
use super::destructure::{destructure, let_bindings};

/// `(let [pattern value …] body…)`
pub(crate) fn let_form(cx: &mut Rewrite<'_>) -> Rewritten {
    let (bindings, body) = cx.first_arg("a vector of bindings")?;
    let bindings = cx.bindings(bindings)?.to_vec();
    let body = body.to_vec();
    let plain = let_bindings(cx, &bindings)?;
    Ok(cx.let_star(plain, &body))
}

/// `(loop [pattern value …] body…)`: with patterns, the loop rebinds one plain local per pattern
/// and takes it apart at the start of each turn.
pub(crate) fn loop_form(cx: &mut Rewrite<'_>) -> Rewritten {
    let (bindings, body) = cx.first_arg("a vector of bindings")?;
    let bindings = cx.bindings(bindings)?.to_vec();
    let body = body.to_vec();
    let all_plain = bindings
        .chunks_exact(2)
        .all(|pair| simple_symbol(&pair[0]).is_some());
    if all_plain {
        let plain = let_bindings(cx, &bindings)?;
        let mut items = vec![cx.sym("loop*"), cx.vector_of(plain)];
        items.extend(body);
        return Ok(cx.list_of(items));
    }
    let mut outer = Vec::new();
    let mut turns = Vec::new();
    let mut inner = Vec::new();
    for pair in bindings.chunks_exact(2) {
        if simple_symbol(&pair[0]).is_some() {
            outer.extend([pair[0].clone(), pair[1].clone()]);
            turns.extend([pair[0].clone(), pair[0].clone()]);
        } else {
            let local = cx.fresh("loop");
            outer.extend([local.clone(), pair[1].clone()]);
            destructure(cx, &pair[0], local.clone(), &mut outer)?;
            turns.extend([local.clone(), local.clone()]);
            destructure(cx, &pair[0], local, &mut inner)?;
        }
    }
    let turn = cx.let_star(inner, &body);
    let looped = cx.list([cx.sym("loop*"), cx.vector_of(turns), turn]);
    Ok(cx.let_star(outer, &[looped]))
}

/// `(fn name? [params…] body…)` or `(fn name? ([params…] body…)…)`
pub(crate) fn fn_form(cx: &mut Rewrite<'_>) -> Rewritten {
    let mut rest = cx.args;
    let mut items = vec![cx.sym("fn*")];
    if let Some((name, after)) = rest.split_first()
        && name.as_symbol().is_some()
    {
        if simple_symbol(name).is_none() {
            return Err(
                Mistake::new(name.origin, format!("a function cannot be named `{name}`"))
                    .label("has a namespace"),
            );
        }
        items.push(name.clone());
        rest = after;
    }
    match rest.first().map(|first| &first.kind) {
        Some(DatumKind::Vector(_)) => {
            let arity = arity(cx, &rest[0], &rest[1..])?;
            items.push(cx.list_of(arity));
        }
        Some(DatumKind::List(_)) => {
            for clause in rest {
                let Some(parts) = clause.as_list() else {
                    return Err(Mistake::new(
                        clause.origin,
                        "each arity of a function is a list of parameters and body",
                    )
                    .label("not a list"));
                };
                let Some((params, body)) = parts.split_first() else {
                    return Err(Mistake::new(
                        clause.origin,
                        "an arity needs a vector of parameters",
                    ));
                };
                let arity = arity(cx, params, body)?;
                items.push(Datum::list(arity, clause.origin));
            }
        }
        Some(_) => {
            return Err(Mistake::new(
                rest[0].origin,
                format!("`{}` needs a vector of parameters", cx.name()),
            )
            .label("not a vector"));
        }
        None => {
            return Err(cx.mistake(format!("`{}` needs a vector of parameters", cx.name())));
        }
    }
    Ok(cx.list_of(items).with_meta(cx.form.meta.clone()))
}

/// `([plain…] body)` of one arity: patterns in parameters become a `let*`, a map of conditions
/// becomes assertions.
fn arity(cx: &mut Rewrite<'_>, params: &Datum, body: &[Datum]) -> Result<Vec<Datum>, Mistake> {
    let Some(patterns) = params.as_vector() else {
        return Err(
            Mistake::new(params.origin, "an arity needs a vector of parameters")
                .label("not a vector"),
        );
    };
    let mut plain = Vec::with_capacity(patterns.len());
    let mut bindings = Vec::new();
    for pattern in patterns {
        if simple_symbol(pattern).is_some() {
            plain.push(pattern.clone());
        } else {
            let param = cx.fresh("p");
            plain.push(param.clone());
            destructure(cx, pattern, param, &mut bindings)?;
        }
    }
    let body = with_conditions(cx, params, body)?;
    let body = if bindings.is_empty() {
        body
    } else {
        vec![cx.let_star(bindings, &body)]
    };
    let mut items = vec![Datum::vector(plain, params.origin)];
    items.extend(body);
    Ok(items)
}

/// The body with `{:pre […] :post […]}` (first form of several, or metadata of the parameters)
/// turned into assertions; `%` is the result in `:post`.
fn with_conditions(
    cx: &mut Rewrite<'_>,
    params: &Datum,
    body: &[Datum],
) -> Result<Vec<Datum>, Mistake> {
    let (conditions, body) = match body {
        [first, rest @ ..] if !rest.is_empty() && matches!(first.kind, DatumKind::Map(_)) => {
            (Some(first.clone()), rest)
        }
        _ => (params.meta.as_deref().cloned(), body),
    };
    let find = |name: &str| -> Option<Vec<Datum>> {
        let DatumKind::Map(entries) = &conditions.as_ref()?.kind else {
            return None;
        };
        let (_, value) = entries
            .iter()
            .find(|(key, _)| key.as_keyword().is_some_and(|keyword| keyword.is(name)))?;
        value.as_vector().map(<[Datum]>::to_vec)
    };
    let pre = find("pre").unwrap_or_default();
    let post = find("post").unwrap_or_default();
    let assert = |condition: &Datum| cx.list([cx.core("assert"), condition.clone()]);
    let mut out: Vec<Datum> = pre.iter().map(assert).collect();
    if post.is_empty() {
        out.extend_from_slice(body);
    } else {
        let value = match body {
            [only] => only.clone(),
            _ => cx.do_(body),
        };
        let mut checks: Vec<Datum> = post.iter().map(assert).collect();
        checks.push(cx.sym("%"));
        out.push(cx.let_star(vec![cx.sym("%"), value], &checks));
    }
    Ok(out)
}

/// `(letfn [(name [params…] body…)…] body…)`
pub(crate) fn letfn_form(cx: &mut Rewrite<'_>) -> Rewritten {
    let (functions, body) = cx.first_arg("a vector of functions")?;
    let Some(functions) = functions.as_vector() else {
        return Err(Mistake::new(
            functions.origin,
            "`letfn` needs a vector of functions",
        ));
    };
    let mut bindings = Vec::new();
    for function in functions {
        let name = function.as_list().and_then(<[Datum]>::first);
        let Some(name) = name.filter(|name| simple_symbol(name).is_some()) else {
            return Err(Mistake::new(
                function.origin,
                "each function of `letfn` is a list: `(name [params] body)`",
            ));
        };
        let parts = function.as_list().unwrap_or_default();
        bindings.push(name.clone());
        let mut items = vec![cx.core("fn")];
        items.extend_from_slice(parts);
        bindings.push(Datum::list(items, function.origin));
    }
    let mut items = vec![cx.sym("letfn*"), cx.vector_of(bindings)];
    items.extend_from_slice(body);
    Ok(cx.list_of(items))
}
