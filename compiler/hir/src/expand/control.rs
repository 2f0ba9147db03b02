//! Conditionals, threading and the other small rewrites.
//!
//! # Invariants
//! - A rewrite evaluates each of its operands as often and in the order that Clojure's macro does; what it
//!   binds has a name that no program can write.
//! - What it makes has the spans of the forms that it was made of, so that mistakes are shown there.

use syntax::datum::{Datum, DatumKind};

use super::build::{Mistake, Rewrite, Rewritten, is_keyword, simple_symbol};

/// `(when test body…)`
pub(crate) fn when(cx: &mut Rewrite<'_>) -> Rewritten {
    let (test, body) = cx.first_arg("a condition")?;
    Ok(cx.if_(test.clone(), cx.do_(body), cx.nil()))
}

/// `(when-not test body…)`
pub(crate) fn when_not(cx: &mut Rewrite<'_>) -> Rewritten {
    let (test, body) = cx.first_arg("a condition")?;
    Ok(cx.if_(test.clone(), cx.nil(), cx.do_(body)))
}

/// `(if-not test then else?)`
pub(crate) fn if_not(cx: &mut Rewrite<'_>) -> Rewritten {
    let (then, else_) = branches(cx, 1)?;
    Ok(cx.if_(cx.list([cx.core("not"), cx.args[0].clone()]), then, else_))
}

/// The one or two forms after the first `skip`.
fn branches(cx: &Rewrite<'_>, skip: usize) -> Result<(Datum, Datum), Mistake> {
    match cx.args.get(skip..) {
        Some([then]) => Ok((then.clone(), cx.nil())),
        Some([then, else_]) => Ok((then.clone(), else_.clone())),
        _ => Err(cx.mistake(format!(
            "`{}` takes a test, one form and perhaps another",
            cx.name()
        ))),
    }
}

/// The one pair of the binding vector of `if-let` and its kin.
fn one_binding(cx: &Rewrite<'_>) -> Result<(Datum, Datum), Mistake> {
    let (bindings, _) = cx.first_arg("a binding")?;
    match cx.bindings(bindings)? {
        [pattern, value] => Ok((pattern.clone(), value.clone())),
        _ => Err(Mistake::new(
            bindings.origin,
            format!("`{}` takes exactly one binding", cx.name()),
        )),
    }
}

/// `if-let` and `when-let` (`some` false), `if-some` and `when-some` (`some` true).
fn bind_if(
    cx: &mut Rewrite<'_>,
    some: bool,
    then: impl FnOnce(&Rewrite<'_>) -> Result<(Vec<Datum>, Datum), Mistake>,
) -> Rewritten {
    let (pattern, value) = one_binding(cx)?;
    let (then, else_) = then(cx)?;
    let temp = cx.fresh("temp");
    let bound = cx.let_(vec![pattern, temp.clone()], &then);
    let choice = if some {
        cx.if_(cx.list([cx.core("nil?"), temp.clone()]), else_, bound)
    } else {
        cx.if_(temp.clone(), bound, else_)
    };
    Ok(cx.let_star(vec![temp, value], &[choice]))
}

/// `(if-let [pattern value] then else?)`
pub(crate) fn if_let(cx: &mut Rewrite<'_>) -> Rewritten {
    bind_if(cx, false, |cx| {
        branches(cx, 1).map(|(then, else_)| (vec![then], else_))
    })
}

/// `(if-some [pattern value] then else?)`
pub(crate) fn if_some(cx: &mut Rewrite<'_>) -> Rewritten {
    bind_if(cx, true, |cx| {
        branches(cx, 1).map(|(then, else_)| (vec![then], else_))
    })
}

/// `(when-let [pattern value] body…)`
pub(crate) fn when_let(cx: &mut Rewrite<'_>) -> Rewritten {
    bind_if(cx, false, |cx| Ok((cx.args[1..].to_vec(), cx.nil())))
}

/// `(when-some [pattern value] body…)`
pub(crate) fn when_some(cx: &mut Rewrite<'_>) -> Rewritten {
    bind_if(cx, true, |cx| Ok((cx.args[1..].to_vec(), cx.nil())))
}

/// `(when-first [pattern coll] body…)`
pub(crate) fn when_first(cx: &mut Rewrite<'_>) -> Rewritten {
    let (pattern, coll) = one_binding(cx)?;
    let seq = cx.fresh("seq");
    let first = cx.list([cx.core("first"), seq.clone()]);
    let bound = cx.let_(vec![pattern, first], &cx.args[1..]);
    let choice = cx.if_(seq.clone(), bound, cx.nil());
    Ok(cx.let_star(vec![seq, cx.list([cx.core("seq"), coll])], &[choice]))
}

/// `(cond test form …)`
pub(crate) fn cond(cx: &mut Rewrite<'_>) -> Rewritten {
    if !cx.args.len().is_multiple_of(2) {
        let last = &cx.args[cx.args.len() - 1];
        return Err(
            Mistake::new(last.origin, "`cond` needs an even number of forms").label("has no value"),
        );
    }
    let mut out = cx.nil();
    for pair in cx.args.rchunks_exact(2) {
        out = cx.if_(pair[0].clone(), pair[1].clone(), out);
    }
    Ok(out)
}

/// `(and form…)`
pub(crate) fn and(cx: &mut Rewrite<'_>) -> Rewritten {
    let Some((last, before)) = cx.args.split_last() else {
        return Ok(cx.bool(true));
    };
    let mut out = last.clone();
    for form in before.iter().rev() {
        let value = cx.fresh("and");
        let choice = cx.if_(value.clone(), out, value.clone());
        out = cx.let_star(vec![value, form.clone()], &[choice]);
    }
    Ok(out)
}

/// `(or form…)`
pub(crate) fn or(cx: &mut Rewrite<'_>) -> Rewritten {
    let Some((last, before)) = cx.args.split_last() else {
        return Ok(cx.nil());
    };
    let mut out = last.clone();
    for form in before.iter().rev() {
        let value = cx.fresh("or");
        let choice = cx.if_(value.clone(), value.clone(), out);
        out = cx.let_star(vec![value, form.clone()], &[choice]);
    }
    Ok(out)
}

/// `(case value constant form … default?)`: a list is several constants.
pub(crate) fn case(cx: &mut Rewrite<'_>) -> Rewritten {
    let (value, clauses) = cx.first_arg("a value")?;
    let local = cx.fresh("case");
    let mut out = if clauses.len() % 2 == 1 {
        clauses[clauses.len() - 1].clone()
    } else {
        cx.list([cx.ox("no-match"), local.clone()])
    };
    let mut seen: Vec<&Datum> = Vec::new();
    let pairs = clauses.chunks_exact(2);
    for pair in pairs.clone() {
        let constants = match &pair[0].kind {
            DatumKind::List(items) => &items[..],
            _ => std::slice::from_ref(&pair[0]),
        };
        for constant in constants {
            if seen.iter().any(|seen| seen.same_value(constant)) {
                return Err(Mistake::new(
                    constant.origin,
                    format!("`case` has the constant `{constant}` twice"),
                )
                .label("never reached"));
            }
            seen.push(constant);
        }
    }
    for pair in pairs.rev() {
        let is =
            |constant: &Datum| cx.list([cx.core("="), local.clone(), cx.quote(constant.clone())]);
        let test = match &pair[0].kind {
            DatumKind::List(items) => match items.split_last() {
                None => continue,
                Some((last, before)) => before.iter().rev().fold(is(last), |test, constant| {
                    cx.if_(is(constant), cx.bool(true), test)
                }),
            },
            _ => is(&pair[0]),
        };
        out = cx.if_(test, pair[1].clone(), out);
    }
    let value = value.clone();
    Ok(cx.let_star(vec![local, value], &[out]))
}

/// `(condp pred value test form, test :>> function … default?)`
pub(crate) fn condp(cx: &mut Rewrite<'_>) -> Rewritten {
    let [pred, value, clauses @ ..] = cx.args else {
        return Err(cx.mistake("`condp` needs a predicate and a value"));
    };
    let pred_local = cx.fresh("pred");
    let value_local = cx.fresh("value");
    let mut parsed = Vec::new();
    let mut default = None;
    let mut rest = clauses;
    while !rest.is_empty() {
        match rest {
            [test, arrow, function, after @ ..] if is_keyword(arrow, ">>") => {
                parsed.push((test, function, true));
                rest = after;
            }
            [test, form, after @ ..] => {
                parsed.push((test, form, false));
                rest = after;
            }
            [last, after @ ..] => {
                default = Some(last.clone());
                rest = after;
            }
            [] => {}
        }
    }
    let mut out = default.unwrap_or_else(|| cx.list([cx.ox("no-match"), value_local.clone()]));
    for (test, form, arrow) in parsed.into_iter().rev() {
        let call = cx.list([pred_local.clone(), test.clone(), value_local.clone()]);
        out = if arrow {
            let result = cx.fresh("result");
            let choice = cx.if_(result.clone(), cx.list([form.clone(), result.clone()]), out);
            cx.let_star(vec![result, call], &[choice])
        } else {
            cx.if_(call, form.clone(), out)
        };
    }
    Ok(cx.let_star(
        vec![pred_local, pred.clone(), value_local, value.clone()],
        &[out],
    ))
}

/// Puts `value` into the call `step`, first or last; a step that is no list is called with it.
fn thread(cx: &Rewrite<'_>, value: Datum, step: &Datum, last: bool) -> Datum {
    match &step.kind {
        DatumKind::List(items) if !items.is_empty() => {
            let mut out = Vec::with_capacity(items.len() + 1);
            if last {
                out.extend_from_slice(items);
                out.push(value);
            } else {
                out.push(items[0].clone());
                out.push(value);
                out.extend_from_slice(&items[1..]);
            }
            Datum::list(out, step.origin).with_meta(step.meta.clone())
        }
        _ => Datum::list(
            [step.clone(), value],
            if step.origin.0 == 0 {
                cx.origin
            } else {
                step.origin
            },
        ),
    }
}

/// `->` and `->>`
pub(crate) fn arrow(cx: &mut Rewrite<'_>, last: bool) -> Rewritten {
    let (value, steps) = cx.first_arg("a value")?;
    Ok(steps
        .iter()
        .fold(value.clone(), |value, step| thread(cx, value, step, last)))
}

/// `(as-> value name form…)`
pub(crate) fn as_arrow(cx: &mut Rewrite<'_>) -> Rewritten {
    let [value, name, forms @ ..] = cx.args else {
        return Err(cx.mistake("`as->` needs a value and a name"));
    };
    let mut bindings = vec![name.clone(), value.clone()];
    let body = match forms.split_last() {
        None => name.clone(),
        Some((last, before)) => {
            for form in before {
                bindings.extend([name.clone(), form.clone()]);
            }
            last.clone()
        }
    };
    Ok(cx.let_(bindings, &[body]))
}

/// A chain of `let*` bindings of one name, each made from the one before, ending in the last.
fn chain(cx: &mut Rewrite<'_>, local: Datum, value: Datum, mut steps: Vec<Datum>) -> Datum {
    let mut bindings = vec![local.clone(), value];
    let body = match steps.pop() {
        None => local.clone(),
        Some(last) => {
            for step in steps {
                bindings.extend([local.clone(), step]);
            }
            last
        }
    };
    cx.let_star(bindings, &[body])
}

/// `some->` and `some->>`
pub(crate) fn some_arrow(cx: &mut Rewrite<'_>, last: bool) -> Rewritten {
    let (value, forms) = cx.first_arg("a value")?;
    let (value, forms) = (value.clone(), forms.to_vec());
    let local = cx.fresh("some");
    let steps = forms
        .iter()
        .map(|form| {
            let call = thread(cx, local.clone(), form, last);
            cx.if_(cx.list([cx.core("nil?"), local.clone()]), cx.nil(), call)
        })
        .collect();
    Ok(chain(cx, local, value, steps))
}

/// `cond->` and `cond->>`
pub(crate) fn cond_arrow(cx: &mut Rewrite<'_>, last: bool) -> Rewritten {
    let (value, clauses) = cx.first_arg("a value")?;
    if !clauses.len().is_multiple_of(2) {
        let origin = clauses[clauses.len() - 1].origin;
        return Err(Mistake::new(
            origin,
            format!(
                "`{}` needs an even number of forms after the value",
                cx.name()
            ),
        )
        .label("has no form"));
    }
    let (value, clauses) = (value.clone(), clauses.to_vec());
    let local = cx.fresh("cond");
    let steps = clauses
        .chunks_exact(2)
        .map(|clause| {
            let call = thread(cx, local.clone(), &clause[1], last);
            cx.if_(clause[0].clone(), call, local.clone())
        })
        .collect();
    Ok(chain(cx, local, value, steps))
}

/// `(doto value form…)`
pub(crate) fn doto(cx: &mut Rewrite<'_>) -> Rewritten {
    let (value, forms) = cx.first_arg("a value")?;
    let (value, forms) = (value.clone(), forms.to_vec());
    let local = cx.fresh("doto");
    let mut body: Vec<Datum> = forms
        .iter()
        .map(|form| thread(cx, local.clone(), form, false))
        .collect();
    body.push(local.clone());
    Ok(cx.let_star(vec![local, value], &body))
}

/// `(assert form message?)`
pub(crate) fn assert(cx: &mut Rewrite<'_>) -> Rewritten {
    let (form, rest) = cx.first_arg("a condition")?;
    let text = cx.string(form.to_string());
    let failed = match rest {
        [] => cx.list([cx.ox("assertion-failed"), text]),
        [message] => cx.list([cx.ox("assertion-failed"), text, message.clone()]),
        [_, extra, ..] => {
            return Err(Mistake::new(
                extra.origin,
                "`assert` takes a condition and a message",
            ));
        }
    };
    Ok(cx.if_(form.clone(), cx.nil(), failed))
}

/// `(lazy-seq body…)`
pub(crate) fn lazy_seq(cx: &mut Rewrite<'_>) -> Rewritten {
    Ok(cx.list([cx.sym("lazy-cell*"), cx.thunk(cx.args)]))
}

/// `(lazy-cat coll…)`
pub(crate) fn lazy_cat(cx: &mut Rewrite<'_>) -> Rewritten {
    let mut items = vec![cx.core("concat")];
    for coll in cx.args {
        items.push(cx.list([cx.core("lazy-seq"), coll.clone()]));
    }
    Ok(cx.list_of(items))
}

/// A call of `function` with the operands as a thunk: `(delay body…)` and its kin.
pub(crate) fn thunk_call(cx: &mut Rewrite<'_>, function: &str) -> Rewritten {
    Ok(cx.list([cx.ox(function), cx.thunk(cx.args)]))
}

/// `(time expr)`
pub(crate) fn time(cx: &mut Rewrite<'_>) -> Rewritten {
    match cx.args {
        [_] => thunk_call(cx, "time*"),
        _ => Err(cx.mistake("`time` takes one expression")),
    }
}

/// `(while test body…)`
pub(crate) fn while_(cx: &mut Rewrite<'_>) -> Rewritten {
    let (test, body) = cx.first_arg("a condition")?;
    let mut turn = body.to_vec();
    turn.push(cx.list([cx.sym("recur")]));
    let choice = cx.if_(test.clone(), cx.do_(&turn), cx.nil());
    Ok(cx.list([cx.sym("loop*"), cx.vector([]), choice]))
}

/// `(binding [*name* value …] body…)`: the values are computed before any is bound.
pub(crate) fn binding(cx: &mut Rewrite<'_>) -> Rewritten {
    let (bindings, body) = cx.first_arg("a vector of bindings")?;
    let mut entries = Vec::new();
    for pair in cx.bindings(bindings)?.chunks_exact(2) {
        if pair[0].as_symbol().is_none() {
            return Err(
                Mistake::new(pair[0].origin, "`binding` binds names of definitions")
                    .label("not a symbol"),
            );
        }
        entries.push((cx.list([cx.sym("var"), pair[0].clone()]), pair[1].clone()));
    }
    let frame = Datum::new(DatumKind::Map(entries.into()), cx.origin);
    let body = body.to_vec();
    let saved = cx.fresh("saved");
    let mut guarded = vec![cx.sym("try")];
    guarded.extend(body);
    guarded.push(cx.list([
        cx.sym("finally"),
        cx.list([cx.ox("pop-bindings"), saved.clone()]),
    ]));
    let guarded = cx.list_of(guarded);
    let push = cx.list([cx.ox("push-bindings"), frame]);
    Ok(cx.let_star(vec![saved, push], &[guarded]))
}

/// `(var-name)` of the forms that bind one plain symbol: `[name value]`.
pub(crate) fn one_plain_binding(cx: &Rewrite<'_>) -> Result<(Datum, Datum), Mistake> {
    let (pattern, value) = one_binding(cx)?;
    if simple_symbol(&pattern).is_none() {
        return Err(Mistake::new(
            pattern.origin,
            format!("`{}` binds a symbol", cx.name()),
        ));
    }
    Ok((pattern, value))
}
