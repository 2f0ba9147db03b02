//! Forms of processes, fibers and effects, rewritten to calls of functions of `ox.core`.
//!
//! What they stand for, which the library implements:
//!
//! | form | rewritten to | the function |
//! |---|---|---|
//! | `(async body…)`, `(future body…)` | `(ox.core/async* thunk)` | starts a fiber, returns its future |
//! | `(all form…)` | `(ox.core/all* [thunk…])` | runs each thunk in a fiber of its own, awaits all (and futures that are their values), returns the vector of values; the first failure cancels the others and is thrown |
//! | `(race form…)` | `(ox.core/race* [thunk…])` | as `all*`, but returns the first value and cancels the others |
//! | `(scope body…)` | `(ox.core/scope* thunk)` | runs the thunk; fibers it started end with it |
//! | `(with-timeout d body…)` | `(ox.core/timeout d thunk)` | the public function |
//! | `(retrying opts body…)` | `(ox.core/retrying* opts thunk)` | as `(((retry opts) thunk))` |
//! | `(delay body…)` | `(ox.core/delay-new thunk)` | a native |
//! | `(with-out-str body…)` | `(ox.core/with-out-str* thunk)` | what the thunk prints, as a string |
//! | `(time form)` | `(ox.core/time* thunk)` | prints how long the thunk took, returns its value |
//! | `(receive …)` | `(ox.core/receive* timeout matcher)` | below |
//! | `(defactivity …)` | `(ox.core/activity* …)` | below |
//! | `(defeffect name [params])` | `(ox.core/effect* :ox/perform [:ns/name params])` | a function that asks for the effect of its name |
//! | `(binding …)` | natives `push-bindings`, `pop-bindings` | |
//! | `(set! *x* v)` | native `(ox.core/set-binding! (var *x*) v)` | |
//! | `(catch kind e …)` | `(ox.core/error-matches? e kind)` | |
//! | `(Exception. message cause?)` | `(ox.core/new-error 'Exception message cause?)` | |
//! | `assert`, `:pre`, `:post` | `(ox.core/assertion-failed text message?)` | throws |
//! | `case`, `condp` without default | `(ox.core/no-match value)` | throws |
//! | map patterns | `(clojure.core/seq-to-map-for-destructuring s)` | as Clojure's |
//!
//! `(receive pattern form … (after d body…))`: `receive*` asks the matcher about each message in
//! the order of arrival, oldest first, and waits for more. The matcher returns nil, or a vector of
//! the clause's number and the values that its pattern binds; then `receive*` removes that message
//! and returns the vector. With a timeout that passes it returns nil (`nil` as timeout: never; 0:
//! after one look at what is there). The clauses' forms run outside `receive*`, in tail position,
//! so that `recur` in them goes to the loop around `receive`.
//!
//! `(defactivity name "doc"? [params] {opts}? body…)` defines a function whose body is
//! `(ox.core/activity* "ns/name" opts function args)`: `function` is the activity's body as a
//! function of the same parameters, nil if there is no body; `args` is a vector.
//!
//! Patterns: literals, `_`, symbols (bind; the second of the same name must be equal), quoted data,
//! `[p … & rest]` (vectors), `{key p}` (maps that contain the key), `(:or p …)` (without bindings),
//! `(:as p name)`, `(:guard p pred …)`, and `(pred? p)` for a predicate whose name ends in `?`.

use std::sync::Arc;

use syntax::datum::{Datum, DatumKind, Symbol};

use super::build::{Mistake, Rewrite, Rewritten, simple_symbol};
use crate::package::name_of;

/// `(all form…)` and `(race form…)`
pub(crate) fn thunks_call(cx: &mut Rewrite<'_>, function: &str) -> Rewritten {
    let thunks = cx
        .args
        .iter()
        .map(|form| cx.thunk(std::slice::from_ref(form)))
        .collect();
    Ok(cx.list([cx.ox(function), cx.vector_of(thunks)]))
}

/// `(with-timeout duration body…)`
pub(crate) fn with_timeout(cx: &mut Rewrite<'_>) -> Rewritten {
    let (duration, body) = cx.first_arg("a duration")?;
    Ok(cx.list([cx.ox("timeout"), duration.clone(), cx.thunk(body)]))
}

/// `(retrying opts body…)`
pub(crate) fn retrying(cx: &mut Rewrite<'_>) -> Rewritten {
    let (options, body) = cx.first_arg("a map of options")?;
    if body.is_empty() {
        return Err(cx
            .mistake("`retrying` has nothing to try again")
            .note("it takes a map of options, then the forms of its body"));
    }
    Ok(cx.list([cx.ox("retrying*"), options.clone(), cx.thunk(body)]))
}

const RECEIVE_CLAUSES: &str =
    "`receive` takes pairs of pattern and form, then perhaps `(after duration form …)`";

/// `(receive pattern form … (after duration body…))`
pub(crate) fn receive(cx: &mut Rewrite<'_>) -> Rewritten {
    let mut clauses = cx.args;
    if clauses.is_empty() {
        return Err(cx.mistake("`receive` has no clause").note(RECEIVE_CLAUSES));
    }
    let mut timeout = cx.nil();
    let mut after = None;
    if clauses.len() % 2 == 1 {
        let last = &clauses[clauses.len() - 1];
        match last.as_list() {
            Some([head, duration, body @ ..]) if head.is_symbol("after") => {
                timeout = duration.clone();
                after = Some(cx.do_(body));
            }
            _ => {
                return Err(
                    Mistake::new(last.origin, "the pattern has no form").note(RECEIVE_CLAUSES)
                );
            }
        }
        clauses = &clauses[..clauses.len() - 1];
    }
    let message = cx.fresh("message");
    let mut matcher = cx.nil();
    let mut bodies = Vec::new();
    let result = cx.fresh("result");
    for (number, clause) in clauses.chunks_exact(2).enumerate() {
        let mut pattern = Pattern::default();
        pattern.test(cx, &clause[0], message.clone())?;
        let mut values = vec![cx.int(number as i64)];
        values.extend(pattern.names.iter().map(|(_, local)| local.clone()));
        let mut bindings = Vec::new();
        for (index, (name, _)) in pattern.names.iter().enumerate() {
            bindings.push(name.clone());
            bindings.push(cx.list([cx.core("nth"), result.clone(), cx.int(index as i64 + 1)]));
        }
        bodies.push(cx.let_star(bindings, std::slice::from_ref(&clause[1])));
        let found = pattern.wrap(cx, cx.vector_of(values));
        bodies.push(found);
    }
    // Clause by clause from the last: what matches first wins.
    let mut dispatch = cx.nil();
    let number = cx.fresh("clause");
    let count = bodies.len() / 2;
    for index in (0..count).rev() {
        let found = bodies.pop().unwrap_or_else(|| cx.nil());
        let body = bodies.pop().unwrap_or_else(|| cx.nil());
        let local = cx.fresh("found");
        matcher = if index + 1 == count {
            found
        } else {
            let choice = cx.if_(local.clone(), local.clone(), matcher);
            cx.let_star(vec![local, found], &[choice])
        };
        dispatch = if index + 1 == count {
            body
        } else {
            let test = cx.list([cx.core("="), number.clone(), cx.int(index as i64)]);
            cx.if_(test, body, dispatch)
        };
    }
    if count > 1 {
        let first = cx.list([cx.core("nth"), result.clone(), cx.int(0)]);
        dispatch = cx.let_star(vec![number, first], &[dispatch]);
    }
    if let Some(after) = after {
        let timed_out = cx.list([cx.core("nil?"), result.clone()]);
        dispatch = cx.if_(timed_out, after, dispatch);
    }
    let function = cx.list([cx.sym("fn*"), cx.vector([message]), matcher]);
    let call = cx.list([cx.ox("receive*"), timeout, function]);
    Ok(cx.let_star(vec![result, call], &[dispatch]))
}

/// A pattern taken apart: conditions and bindings in order, and the names it binds.
#[derive(Default)]
struct Pattern {
    steps: Vec<Step>,
    /// The names as written and the locals that hold their values in the matcher.
    names: Vec<(Datum, Datum)>,
}

enum Step {
    Test(Datum),
    Bind(Datum, Datum),
}

impl Pattern {
    /// Adds the steps that match `value`, a plain local, against `pattern`.
    fn test(&mut self, cx: &mut Rewrite<'_>, pattern: &Datum, value: Datum) -> Result<(), Mistake> {
        stacker::maybe_grow(super::STACK_RED_ZONE, super::STACK_GROWTH, || {
            self.test_here(cx, pattern, value)
        })
    }

    fn check(&mut self, test: Datum) {
        self.steps.push(Step::Test(test));
    }

    /// Binds a fresh local to `value` and matches it.
    fn part(&mut self, cx: &mut Rewrite<'_>, pattern: &Datum, value: Datum) -> Result<(), Mistake> {
        if pattern.is_symbol("_") {
            return Ok(());
        }
        let local = cx.fresh("part");
        self.steps.push(Step::Bind(local.clone(), value));
        self.test(cx, pattern, local)
    }

    fn bind(&mut self, cx: &Rewrite<'_>, name: &Arc<str>, pattern: &Datum, value: Datum) {
        match self
            .names
            .iter()
            .find(|(seen, _)| simple_symbol(seen) == Some(name))
        {
            Some((_, first)) => {
                let first = first.clone();
                self.check(cx.list([cx.core("="), first, value]));
            }
            None => self
                .names
                .push((Datum::symbol(name.clone(), pattern.origin), value)),
        }
    }

    fn test_here(
        &mut self,
        cx: &mut Rewrite<'_>,
        pattern: &Datum,
        value: Datum,
    ) -> Result<(), Mistake> {
        match &pattern.kind {
            DatumKind::Symbol(symbol) if symbol.is("_") => {}
            DatumKind::Symbol(_) => match simple_symbol(pattern) {
                Some(name) => self.bind(cx, &name.clone(), pattern, value),
                None => {
                    return Err(Mistake::new(
                        pattern.origin,
                        format!("a pattern cannot bind `{pattern}`"),
                    )
                    .note("a quoted symbol matches itself: `'name`"));
                }
            },
            DatumKind::Nil => self.check(cx.list([cx.core("nil?"), value])),
            DatumKind::Vector(items) => self.vector(cx, pattern, items, value)?,
            DatumKind::Map(entries) => {
                self.check(cx.list([cx.core("map?"), value.clone()]));
                for (key, part) in entries.iter() {
                    let contains = cx.list([cx.core("contains?"), value.clone(), key.clone()]);
                    self.check(contains);
                    let get = cx.list([cx.core("get"), value.clone(), key.clone()]);
                    self.part(cx, part, get)?;
                }
            }
            DatumKind::List(items) => self.list(cx, pattern, items, value)?,
            DatumKind::Error => self.check(cx.bool(false)),
            _ => self.check(cx.list([cx.core("="), value, pattern.clone()])),
        }
        Ok(())
    }

    fn vector(
        &mut self,
        cx: &mut Rewrite<'_>,
        pattern: &Datum,
        items: &[Datum],
        value: Datum,
    ) -> Result<(), Mistake> {
        let (fixed, rest) = match items.iter().position(|item| item.is_symbol("&")) {
            None => (items, None),
            Some(at) => match &items[at + 1..] {
                [rest] => (&items[..at], Some(rest)),
                _ => {
                    return Err(Mistake::new(
                        pattern.origin,
                        "exactly one pattern must follow `&`",
                    ));
                }
            },
        };
        self.check(cx.list([cx.core("vector?"), value.clone()]));
        let count = cx.list([cx.core("count"), value.clone()]);
        let wanted = cx.int(fixed.len() as i64);
        let compare = if rest.is_some() { "<=" } else { "=" };
        self.check(cx.list([cx.core(compare), wanted, count]));
        for (index, item) in fixed.iter().enumerate() {
            let nth = cx.list([cx.core("nth"), value.clone(), cx.int(index as i64)]);
            self.part(cx, item, nth)?;
        }
        if let Some(rest) = rest {
            let tail = cx.list([cx.core("subvec"), value, cx.int(fixed.len() as i64)]);
            self.part(cx, rest, tail)?;
        }
        Ok(())
    }

    fn list(
        &mut self,
        cx: &mut Rewrite<'_>,
        pattern: &Datum,
        items: &[Datum],
        value: Datum,
    ) -> Result<(), Mistake> {
        let wrong = || {
            Mistake::new(pattern.origin, format!("`{pattern}` is no pattern")).note(
                "lists in patterns are `(:or p …)`, `(:as p name)`, `(:guard p pred …)`, `(pred? p)` and quoted data",
            )
        };
        match items {
            [head, datum] if head.is_symbol("quote") => {
                self.check(cx.list([cx.core("="), value, cx.quote(datum.clone())]));
                Ok(())
            }
            [head, patterns @ ..] if super::build::is_keyword(head, "or") => {
                let mut any = cx.bool(false);
                for pattern in patterns.iter().rev() {
                    let mut one = Pattern::default();
                    one.test(cx, pattern, value.clone())?;
                    if let Some((name, _)) = one.names.first() {
                        return Err(Mistake::new(
                            name.origin,
                            "a pattern within `:or` cannot bind",
                        )
                        .label("binds a name"));
                    }
                    let matches = one.wrap(cx, cx.bool(true));
                    any = cx.if_(matches, cx.bool(true), any);
                }
                self.check(any);
                Ok(())
            }
            [head, pattern, name] if super::build::is_keyword(head, "as") => {
                let name_text = simple_symbol(name).cloned().ok_or_else(wrong)?;
                self.test(cx, pattern, value.clone())?;
                self.bind(cx, &name_text, name, value);
                Ok(())
            }
            [head, pattern, predicates @ ..] if super::build::is_keyword(head, "guard") => {
                self.test(cx, pattern, value.clone())?;
                for predicate in predicates {
                    // A guard may use the names bound so far.
                    let call = cx.list([predicate.clone(), value.clone()]);
                    let bindings: Vec<Datum> = self
                        .names
                        .iter()
                        .flat_map(|(name, local)| [name.clone(), local.clone()])
                        .collect();
                    let test = if bindings.is_empty() {
                        call
                    } else {
                        cx.let_star(bindings, &[call])
                    };
                    self.check(test);
                }
                Ok(())
            }
            [head, pattern]
                if head
                    .as_symbol()
                    .is_some_and(|name| name.name.ends_with('?')) =>
            {
                self.check(cx.list([head.clone(), value.clone()]));
                self.test(cx, pattern, value)
            }
            _ => Err(wrong()),
        }
    }

    /// `success` if all steps pass, else nil (or false).
    fn wrap(self, cx: &Rewrite<'_>, success: Datum) -> Datum {
        self.steps
            .into_iter()
            .rev()
            .fold(success, |inner, step| match step {
                Step::Test(test) => cx.if_(test, inner, cx.nil()),
                Step::Bind(local, value) => cx.let_star(vec![local, value], &[inner]),
            })
    }
}

/// The function form that `(defactivity name [params] {opts}? body…)` defines; `parts` begins with
/// the parameters.
pub(crate) fn activity_function(cx: &mut Rewrite<'_>, name: &Datum, parts: &[Datum]) -> Rewritten {
    let (params, rest) = parameters(cx, "defactivity", parts)?;
    let (options, body) = match rest.split_first() {
        Some((options, body)) if matches!(options.kind, DatumKind::Map(_)) => {
            (options.clone(), body)
        }
        _ => (Datum::new(DatumKind::Map(Arc::new([])), cx.origin), rest),
    };
    let (plain, args) = passed_on(cx, None, params.as_vector().unwrap_or_default());
    let function = if body.is_empty() {
        cx.nil()
    } else {
        let mut items = vec![cx.core("fn"), params.clone()];
        items.extend_from_slice(body);
        cx.list_of(items)
    };
    let qualified = match name.as_symbol() {
        Some(name) => format!("{}/{}", name_of(cx.ns), name.name),
        None => String::new(),
    };
    let call = cx.list([
        cx.ox("activity*"),
        cx.string(qualified),
        options,
        function,
        args,
    ]);
    Ok(cx.list([cx.sym("fn*"), Datum::vector(plain, params.origin), call]))
}

/// The function form that `(defeffect name [params])` defines: it asks for the effect of that name.
pub(crate) fn effect_function(cx: &mut Rewrite<'_>, name: &Datum, parts: &[Datum]) -> Rewritten {
    let (params, rest) = parameters(cx, "defeffect", parts)?;
    if let Some(body) = rest.first() {
        return Err(Mistake::new(
            body.origin,
            "`defeffect` has no body: what the effect does, say the handlers of `with-handlers`",
        )
        .label("unexpected"));
    }
    let params = params.clone();
    let name = name.as_symbol().map_or("", |name| &*name.name);
    let keyword = |symbol| Datum::new(DatumKind::Keyword(symbol), cx.origin);
    let effect = keyword(Symbol::qualified(name_of(cx.ns), name));
    let perform = keyword(Symbol::qualified("ox", "perform"));
    let (plain, args) = passed_on(cx, Some(effect), params.as_vector().unwrap_or_default());
    let call = cx.list([cx.ox("effect*"), perform, args]);
    Ok(cx.list([cx.sym("fn*"), Datum::vector(plain, params.origin), call]))
}

/// The vector of parameters that a definition begins with, and what follows it.
fn parameters<'a>(
    cx: &Rewrite<'_>,
    definer: &str,
    parts: &'a [Datum],
) -> Result<(&'a Datum, &'a [Datum]), Mistake> {
    let message = format!("`{definer}` needs a vector of parameters");
    let Some((params, rest)) = parts.split_first() else {
        return Err(cx.mistake(message));
    };
    if params.as_vector().is_none() {
        return Err(Mistake::new(params.origin, message).label("not a vector"));
    }
    Ok((params, rest))
}

/// Parameters without patterns in their places, and the vector of `first` and what they are given.
fn passed_on(
    cx: &mut Rewrite<'_>,
    first: Option<Datum>,
    patterns: &[Datum],
) -> (Vec<Datum>, Datum) {
    let mut plain = Vec::new();
    let mut fixed = Vec::from_iter(first);
    let mut more = None;
    let mut after_amp = false;
    for pattern in patterns {
        if pattern.is_symbol("&") {
            after_amp = true;
            plain.push(pattern.clone());
            continue;
        }
        let local = match simple_symbol(pattern) {
            Some(_) => pattern.clone(),
            None => cx.fresh("p"),
        };
        plain.push(local.clone());
        if after_amp {
            more = Some(local);
        } else {
            fixed.push(local);
        }
    }
    let args = match more {
        None => cx.vector_of(fixed),
        Some(more) => {
            let mut items = vec![cx.core("list*")];
            items.extend(fixed);
            items.push(more);
            cx.list([cx.core("vec"), cx.list_of(items)])
        }
    };
    (plain, args)
}
