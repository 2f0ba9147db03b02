//! `for`, `doseq`, `dotimes`: loops over sequences with `:let`, `:when` and `:while`.
//!
//! `for` is unchunked: an element is computed when it is demanded and not before.

use syntax::datum::{Datum, DatumKind};

use super::build::{Mistake, Rewrite, Rewritten};
use super::control::one_plain_binding;

/// A sequence of the comprehension: its pattern, its collection and the modifiers after it.
struct Group<'a> {
    pattern: &'a Datum,
    coll: &'a Datum,
    modifiers: Vec<(Modifier, &'a Datum)>,
}

#[derive(Clone, Copy)]
enum Modifier {
    Let,
    When,
    While,
}

fn groups<'a>(cx: &Rewrite<'_>, bindings: &'a [Datum]) -> Result<Vec<Group<'a>>, Mistake> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for pair in bindings.chunks_exact(2) {
        let (key, value) = (&pair[0], &pair[1]);
        let DatumKind::Keyword(keyword) = &key.kind else {
            groups.push(Group {
                pattern: key,
                coll: value,
                modifiers: Vec::new(),
            });
            continue;
        };
        let modifier = match (&keyword.ns, &*keyword.name) {
            (None, "let") => Modifier::Let,
            (None, "when") => Modifier::When,
            (None, "while") => Modifier::While,
            _ => {
                return Err(Mistake::new(
                    key.origin,
                    format!(
                        "`{}` has the modifiers `:let`, `:when` and `:while`, not `{key}`",
                        cx.name()
                    ),
                ));
            }
        };
        let Some(group) = groups.last_mut() else {
            return Err(Mistake::new(
                key.origin,
                format!(
                    "`{}` must begin with a binding, not with `{key}`",
                    cx.name()
                ),
            ));
        };
        group.modifiers.push((modifier, value));
    }
    Ok(groups)
}

/// `body` within the modifiers; `skip` is what happens when `:when` fails, `stop` when `:while`
/// does.
fn modified(
    cx: &Rewrite<'_>,
    modifiers: &[(Modifier, &Datum)],
    body: Datum,
    skip: &Datum,
    stop: &Datum,
) -> Datum {
    modifiers
        .iter()
        .rev()
        .fold(body, |body, (modifier, value)| match modifier {
            Modifier::Let => cx.list([cx.core("let"), (*value).clone(), body]),
            Modifier::When => cx.if_((*value).clone(), body, skip.clone()),
            Modifier::While => cx.if_((*value).clone(), body, stop.clone()),
        })
}

/// `(for [bindings…] body)`
pub(crate) fn for_(cx: &mut Rewrite<'_>) -> Rewritten {
    let (bindings, body) = cx.first_arg("a vector of bindings")?;
    let [body] = body else {
        return Err(cx.mistake("`for` takes a vector of bindings and one form"));
    };
    let bindings = cx.bindings(bindings)?.to_vec();
    let groups = groups(cx, &bindings)?;
    if groups.is_empty() {
        return Err(cx.mistake("`for` needs a binding"));
    }
    let body = body.clone();
    Ok(for_groups(cx, &groups, &body))
}

/// The lazy sequence over `groups`:
///
/// ```text
/// ((fn* iter [s]
///    (lazy-cell* (fn* []
///      (let* [s (seq s)]
///        (if s (let [pattern (first s)] …) nil)))))
///  coll)
/// ```
///
/// where `…` is `(cons body (iter (rest s)))` in the last group, and in the others a `concat` of
/// the inner sequence, if it has elements, with `(iter (rest s))`.
///
/// What is left out gives `(iter (rest s))`, a cell that the machine computes in place of this one.
/// A loop here would keep alive all that it leaves out, since the running cell holds its function,
/// and that the sequence it began with.
fn for_groups(cx: &mut Rewrite<'_>, groups: &[Group<'_>], body: &Datum) -> Datum {
    let Some((group, inner)) = groups.split_first() else {
        return body.clone();
    };
    let iter = cx.fresh("iter");
    let seq = cx.fresh("s");
    let rest = cx.list([cx.core("rest"), seq.clone()]);
    let more = cx.list([iter.clone(), rest]);
    let element = if inner.is_empty() {
        cx.list([cx.core("cons"), body.clone(), more.clone()])
    } else {
        let found = cx.fresh("fs");
        let sequence = for_groups(cx, inner, body);
        let choice = cx.if_(
            found.clone(),
            cx.list([cx.core("concat"), found.clone(), more.clone()]),
            more.clone(),
        );
        cx.let_star(vec![found, cx.list([cx.core("seq"), sequence])], &[choice])
    };
    let element = modified(cx, &group.modifiers, element, &more, &cx.nil());
    let first = cx.list([cx.core("first"), seq.clone()]);
    let bound = cx.let_(vec![group.pattern.clone(), first], &[element]);
    let choice = cx.if_(seq.clone(), bound, cx.nil());
    let stepped = cx.let_star(
        vec![seq.clone(), cx.list([cx.core("seq"), seq.clone()])],
        &[choice],
    );
    let cell = cx.list([cx.sym("lazy-cell*"), cx.thunk(&[stepped])]);
    let function = cx.list([cx.sym("fn*"), iter, cx.vector([seq]), cell]);
    cx.list([function, group.coll.clone()])
}

/// `(doseq [bindings…] body…)`
pub(crate) fn doseq(cx: &mut Rewrite<'_>) -> Rewritten {
    let (bindings, body) = cx.first_arg("a vector of bindings")?;
    let bindings = cx.bindings(bindings)?.to_vec();
    let body = body.to_vec();
    let groups = groups(cx, &bindings)?;
    Ok(doseq_groups(cx, &groups, &body))
}

fn doseq_groups(cx: &mut Rewrite<'_>, groups: &[Group<'_>], body: &[Datum]) -> Datum {
    let Some((group, inner)) = groups.split_first() else {
        return cx.do_(body);
    };
    let seq = cx.fresh("s");
    let again = cx.list([cx.sym("recur"), cx.list([cx.core("next"), seq.clone()])]);
    let turn = if inner.is_empty() {
        let mut turn = body.to_vec();
        turn.push(again.clone());
        cx.do_(&turn)
    } else {
        let inner = doseq_groups(cx, inner, body);
        cx.do_(&[inner, again.clone()])
    };
    let turn = modified(cx, &group.modifiers, turn, &again, &cx.nil());
    let first = cx.list([cx.core("first"), seq.clone()]);
    let bound = cx.let_(vec![group.pattern.clone(), first], &[turn]);
    let choice = cx.if_(seq.clone(), bound, cx.nil());
    let coll = cx.list([cx.core("seq"), group.coll.clone()]);
    cx.list([cx.sym("loop*"), cx.vector([seq, coll]), choice])
}

/// `(dotimes [name count] body…)`
pub(crate) fn dotimes(cx: &mut Rewrite<'_>) -> Rewritten {
    let (name, count) = one_plain_binding(cx)?;
    let limit = cx.fresh("n");
    let mut turn = cx.args[1..].to_vec();
    turn.push(cx.list([cx.sym("recur"), cx.list([cx.core("inc"), name.clone()])]));
    let test = cx.list([cx.core("<"), name.clone(), limit.clone()]);
    let choice = cx.if_(test, cx.do_(&turn), cx.nil());
    let looped = cx.list([cx.sym("loop*"), cx.vector([name, cx.int(0)]), choice]);
    Ok(cx.let_star(vec![limit, cx.list([cx.core("long"), count])], &[looped]))
}
