//! Expansion on request: what `macroexpand` and `resolve` answer to macros, tools and tests.

use std::sync::Arc;

use syntax::AstId;
use syntax::datum::{Datum, DatumKind, Origin, Symbol};

use crate::context::Context;
use crate::db::{Db, SourceFile, Stage};
use crate::definition::{Asks, DefKind};
use crate::expand::build::CLOJURE_CORE;
use crate::expand::quote::READER;
use crate::header::is_core_family;
use crate::lower::special;
use crate::names::Resolution;

/// Stands for the form that a requested expansion is part of: none of the file's.
const NO_FORM: AstId = AstId(0);

/// What a symbol means to a macro that asks: the full name, as a syntax-quoted template has it.
pub fn resolve_symbol(
    db: &dyn Db,
    file: SourceFile,
    stage: Stage,
    symbol: &Symbol,
) -> Option<Symbol> {
    full_name(&crate::names::resolve(db, file, stage, symbol))
}

/// What kind of thing a symbol means to a macro that asks: `function`, `activity` or `effect` (functions that
/// ask for what has their name), `macro` or `value`.
pub fn kind_of_symbol(
    db: &dyn Db,
    file: SourceFile,
    stage: Stage,
    symbol: &Symbol,
) -> Option<&'static str> {
    match crate::names::resolve(db, file, stage, symbol) {
        Resolution::Core(_) => Some("macro"),
        Resolution::Def(info) => Some(match info.kind {
            DefKind::Macro(_) => "macro",
            DefKind::Function { asks, .. } => match asks {
                None => "function",
                Some(Asks::Activity) => "activity",
                Some(Asks::Effect) => "effect",
            },
            DefKind::Native(..) => "function",
            _ => "value",
        }),
        Resolution::Missing(_) => None,
    }
}

/// The name by which every namespace reaches what was found.
pub(crate) fn full_name(found: &Resolution) -> Option<Symbol> {
    match found {
        Resolution::Core(core) => Some(Symbol::qualified(CLOJURE_CORE, core.name())),
        Resolution::Def(info) if is_core_family(&info.name.ns) && !info.private => {
            Some(Symbol::qualified(CLOJURE_CORE, info.name.name.clone()))
        }
        Resolution::Def(info) => Some(Symbol::qualified(
            info.name.ns.clone(),
            info.name.name.clone(),
        )),
        Resolution::Missing(_) => None,
    }
}

/// Expands a form once if it is a macro call; `None` if it is none.
///
/// # Errors
/// The message of what is wrong with the call.
pub fn macroexpand_1(
    db: &dyn Db,
    file: SourceFile,
    stage: Stage,
    env: &[Arc<str>],
    form: &Datum,
) -> Result<Option<Datum>, String> {
    let mut cx = Context::new(db, file, NO_FORM, stage);
    cx.fresh = crate::expand::build::Fresh::new(fresh_prefix(form));
    expand_once(&mut cx, env, form)
}

/// Expands a form until it is no macro call.
///
/// # Errors
/// The message of what is wrong with the call.
pub fn macroexpand(
    db: &dyn Db,
    file: SourceFile,
    stage: Stage,
    env: &[Arc<str>],
    form: &Datum,
) -> Result<Datum, String> {
    let mut cx = Context::new(db, file, NO_FORM, stage);
    cx.fresh = crate::expand::build::Fresh::new(fresh_prefix(form));
    let mut form = form.clone();
    let mut entered = 0;
    while let Some(expanded) = expand_once(&mut cx, env, &form)? {
        // Counted, so that a macro that expands to itself ends.
        cx.enter("macroexpand", false, Origin::NONE, &expanded);
        entered += 1;
        form = expanded;
    }
    for _ in 0..entered {
        cx.leave();
    }
    Ok(form)
}

/// Expands a form and all forms within it that are evaluated.
///
/// # Errors
/// The message of the first thing that is wrong.
pub fn macroexpand_all(
    db: &dyn Db,
    file: SourceFile,
    stage: Stage,
    form: &Datum,
) -> Result<Datum, String> {
    let mut cx = Context::new(db, file, NO_FORM, stage);
    let mut env = Vec::new();
    expand_all(&mut cx, &mut env, form)
}

/// Sets the names that a requested expansion makes apart from those of the form it goes into.
fn fresh_prefix(form: &Datum) -> String {
    let hash = blake3::hash(format!("{form:#}").as_bytes());
    format!("{}_", &hash.to_hex()[..8])
}

fn expand_once(
    cx: &mut Context<'_>,
    env: &[Arc<str>],
    form: &Datum,
) -> Result<Option<Datum>, String> {
    let Some([head, args @ ..]) = form.as_list() else {
        return Ok(None);
    };
    let Some(symbol) = head.as_symbol() else {
        return Ok(None);
    };
    if symbol.ns.is_none() && (special::is_special(&symbol.name) || env.contains(&symbol.name)) {
        return Ok(None);
    }
    if symbol.ns.as_deref() == Some(READER) && &*symbol.name == "syntax-quote" {
        let [template] = args else { return Ok(None) };
        return cx.syntax_quote(template).map(Some);
    }
    match cx.resolve(&symbol.clone()) {
        Resolution::Core(core @ crate::expand::core::CoreMacro::Rewrite(_)) => {
            cx.rewrite_core(core, form).map(Some)
        }
        Resolution::Def(info) if matches!(info.kind, DefKind::Macro(_)) => {
            cx.run_macro(&info, form, &|| env.to_vec()).map(Some)
        }
        _ => Ok(None),
    }
}

fn expand_all(
    cx: &mut Context<'_>,
    env: &mut Vec<Arc<str>>,
    form: &Datum,
) -> Result<Datum, String> {
    stacker::maybe_grow(
        crate::expand::STACK_RED_ZONE,
        crate::expand::STACK_GROWTH,
        || {
            if let Some(expanded) = expand_once(cx, env, form)? {
                cx.enter("macroexpand", false, Origin::NONE, &expanded);
                let all = expand_all(cx, env, &expanded);
                cx.leave();
                return all;
            }
            let kind = match &form.kind {
                DatumKind::List(items) => DatumKind::List(expand_list(cx, env, items)?.into()),
                DatumKind::Vector(items) => DatumKind::Vector(expand_each(cx, env, items)?.into()),
                DatumKind::Set(items) => DatumKind::Set(expand_each(cx, env, items)?.into()),
                DatumKind::Map(entries) => {
                    let mut out = Vec::with_capacity(entries.len());
                    for (key, value) in entries.iter() {
                        out.push((expand_all(cx, env, key)?, expand_all(cx, env, value)?));
                    }
                    DatumKind::Map(out.into())
                }
                other => other.clone(),
            };
            Ok(Datum::new(kind, form.origin).with_meta(form.meta.clone()))
        },
    )
}

fn expand_each(
    cx: &mut Context<'_>,
    env: &mut Vec<Arc<str>>,
    items: &[Datum],
) -> Result<Vec<Datum>, String> {
    items.iter().map(|item| expand_all(cx, env, item)).collect()
}

/// A list whose head is no macro: special forms bind names and leave parts unevaluated.
fn expand_list(
    cx: &mut Context<'_>,
    env: &mut Vec<Arc<str>>,
    items: &[Datum],
) -> Result<Vec<Datum>, String> {
    let head = items
        .first()
        .and_then(Datum::as_symbol)
        .filter(|symbol| symbol.ns.is_none());
    let outer = env.len();
    let result = match head.map(|symbol| &*symbol.name) {
        Some("quote" | "var") => Ok(items.to_vec()),
        Some("let*" | "loop*" | "letfn*") if items.len() > 1 => {
            let mut bindings = Vec::new();
            let recursive = head.is_some_and(|head| head.is("letfn*"));
            let pairs = items[1].as_vector().unwrap_or_default();
            if recursive {
                env.extend(pairs.iter().step_by(2).filter_map(name_of));
            }
            for pair in pairs.chunks(2) {
                bindings.push(pair[0].clone());
                if let Some(value) = pair.get(1) {
                    bindings.push(expand_all(cx, env, value)?);
                }
                if !recursive {
                    env.extend(name_of(&pair[0]));
                }
            }
            let mut out = vec![items[0].clone(), Datum::vector(bindings, items[1].origin)];
            out.extend(expand_each(cx, env, &items[2..])?);
            Ok(out)
        }
        Some("fn*") => expand_fn(cx, env, items),
        Some("catch") if items.len() > 2 => {
            env.extend(name_of(&items[2]));
            let mut out = items[..3].to_vec();
            out.extend(expand_each(cx, env, &items[3..])?);
            Ok(out)
        }
        _ => expand_each(cx, env, items),
    };
    env.truncate(outer);
    result
}

fn name_of(datum: &Datum) -> Option<Arc<str>> {
    datum.as_symbol().map(|symbol| symbol.name.clone())
}

fn expand_fn(
    cx: &mut Context<'_>,
    env: &mut Vec<Arc<str>>,
    items: &[Datum],
) -> Result<Vec<Datum>, String> {
    let mut out = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match &item.kind {
            DatumKind::Symbol(_) if index < 2 => {
                if index == 1 {
                    env.extend(name_of(item));
                }
                out.push(item.clone());
            }
            DatumKind::Vector(params) if out.iter().all(|part| part.as_vector().is_none()) => {
                env.extend(params.iter().filter_map(name_of));
                out.push(item.clone());
            }
            DatumKind::List(parts)
                if out.iter().all(|part| part.as_vector().is_none())
                    && parts
                        .first()
                        .is_some_and(|params| params.as_vector().is_some()) =>
            {
                let outer = env.len();
                env.extend(
                    parts[0]
                        .as_vector()
                        .unwrap_or_default()
                        .iter()
                        .filter_map(name_of),
                );
                let mut arity = vec![parts[0].clone()];
                arity.extend(expand_each(cx, env, &parts[1..])?);
                env.truncate(outer);
                out.push(Datum::list(arity, item.origin));
            }
            _ => out.push(expand_all(cx, env, item)?),
        }
    }
    Ok(out)
}
