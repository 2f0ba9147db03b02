//! The normal form of a body, as hashed.
//!
//! The arena is the normal form: post-order, locals and definitions numbered by first use. So it is
//! written out in order, without recursion. Tags are never reused for something else without a new
//! [`super::NORMAL_FORM_VERSION`].

use syntax::datum::{Datum, DatumKind, Symbol};

use super::{Digest, Hash};
use crate::body::{Body, Capture, Expr, ExprIdx, GlobalKind, GlobalRef, LocalIdx, Native, Root};

/// The body hash.
pub(super) fn body(body: &Body) -> Hash {
    let mut out = Digest::new("body");
    match &body.root {
        Root::Func(func) => {
            out.byte(0);
            index(&mut out, func.0);
        }
        Root::Value { expr, locals } => {
            out.byte(1);
            index(&mut out, expr.0);
            index(&mut out, *locals);
        }
        Root::Native(name) => {
            out.byte(2);
            native(&mut out, name);
        }
    }
    out.number(body.globals.len() as u64);
    for global in &body.globals {
        facts(&mut out, global);
    }
    out.number(body.funcs.len() as u64);
    for func in &body.funcs {
        out.number(func.captures.len() as u64);
        for capture in &func.captures {
            match capture {
                Capture::Local(local) => {
                    out.byte(0);
                    index(&mut out, local.0);
                }
                Capture::Capture(capture) => {
                    out.byte(1);
                    index(&mut out, capture.0);
                }
                Capture::SelfFn => out.byte(2),
            }
        }
        out.number(func.arities.len() as u64);
        for arity in &func.arities {
            index(&mut out, arity.params);
            out.byte(u8::from(arity.variadic));
            index(&mut out, arity.locals);
            index(&mut out, arity.body.0);
        }
    }
    out.number(body.exprs.len() as u64);
    for one in &body.exprs {
        expr(&mut out, one);
    }
    out.finish()
}

fn index(out: &mut Digest, index: u32) {
    out.number(u64::from(index));
}

fn native(out: &mut Digest, native: &Native) {
    out.text(&native.name);
    out.number(u64::from(native.version));
}

/// What code generation may know of a definition: not its name.
fn facts(out: &mut Digest, global: &GlobalRef) {
    match &global.kind {
        GlobalKind::Function => out.byte(0),
        GlobalKind::Macro => out.byte(1),
        GlobalKind::Native(name) => {
            out.byte(2);
            native(out, name);
        }
        GlobalKind::Value => out.byte(3),
        GlobalKind::Dynamic => out.byte(4),
        GlobalKind::Cell => out.byte(5),
        GlobalKind::Table => out.byte(6),
    }
    match &global.core {
        None => out.byte(0),
        Some(name) => {
            out.byte(1);
            out.text(name);
        }
    }
}

fn exprs(out: &mut Digest, exprs: &[ExprIdx]) {
    out.number(exprs.len() as u64);
    exprs.iter().for_each(|expr| index(out, expr.0));
}

fn bindings(out: &mut Digest, bindings: &[(LocalIdx, ExprIdx)], body: ExprIdx) {
    out.number(bindings.len() as u64);
    for (local, value) in bindings {
        index(out, local.0);
        index(out, value.0);
    }
    index(out, body.0);
}

fn expr(out: &mut Digest, expr: &Expr) {
    match expr {
        Expr::Const(datum) => {
            out.byte(0);
            data(out, datum);
        }
        Expr::Local(local) => {
            out.byte(1);
            index(out, local.0);
        }
        Expr::Capture(capture) => {
            out.byte(2);
            index(out, capture.0);
        }
        Expr::SelfFn => out.byte(3),
        Expr::Global(global) => {
            out.byte(4);
            index(out, global.0);
        }
        Expr::Var(global) => {
            out.byte(5);
            index(out, global.0);
        }
        Expr::Call { callee, args, tail } => {
            out.byte(6);
            out.byte(u8::from(*tail));
            index(out, callee.0);
            exprs(out, args);
        }
        Expr::CallGlobal { global, args, tail } => {
            out.byte(7);
            out.byte(u8::from(*tail));
            index(out, global.0);
            exprs(out, args);
        }
        Expr::CallNative { global, args } => {
            out.byte(8);
            index(out, global.0);
            exprs(out, args);
        }
        Expr::Apply { callee, args, tail } => {
            out.byte(9);
            out.byte(u8::from(*tail));
            index(out, callee.0);
            exprs(out, args);
        }
        Expr::If { test, then, else_ } => {
            out.byte(10);
            exprs(out, &[*test, *then, *else_]);
        }
        Expr::Do(all) => {
            out.byte(11);
            exprs(out, all);
        }
        Expr::Let {
            bindings: all,
            body,
        } => {
            out.byte(12);
            bindings(out, all, *body);
        }
        Expr::Loop {
            bindings: all,
            body,
        } => {
            out.byte(13);
            bindings(out, all, *body);
        }
        Expr::Recur(values) => {
            out.byte(14);
            exprs(out, values);
        }
        Expr::Fn(func) => {
            out.byte(15);
            index(out, func.0);
        }
        Expr::LetFn { funcs, body } => {
            out.byte(16);
            out.number(funcs.len() as u64);
            for (local, func) in funcs {
                index(out, local.0);
                index(out, func.0);
            }
            index(out, body.0);
        }
        Expr::LazyCell(func) => {
            out.byte(17);
            index(out, func.0);
        }
        Expr::Vector(items) => {
            out.byte(18);
            exprs(out, items);
        }
        Expr::Map(entries) => {
            out.byte(19);
            out.number(entries.len() as u64);
            for (key, value) in entries {
                index(out, key.0);
                index(out, value.0);
            }
        }
        Expr::Set(items) => {
            out.byte(20);
            exprs(out, items);
        }
        Expr::Throw(value) => {
            out.byte(21);
            index(out, value.0);
        }
        Expr::Try {
            body,
            catch,
            finally,
        } => {
            out.byte(22);
            index(out, body.0);
            match catch {
                None => out.byte(0),
                Some(catch) => {
                    out.byte(1);
                    index(out, catch.error.0);
                    out.byte(u8::from(catch.cancelled));
                    index(out, catch.body.0);
                }
            }
            match finally {
                None => out.byte(0),
                Some(finally) => {
                    out.byte(1);
                    index(out, finally.0);
                }
            }
        }
        Expr::StoreCell { global, value } => {
            out.byte(23);
            index(out, global.0);
            index(out, value.0);
        }
        Expr::Error(message) => {
            out.byte(24);
            out.text(message);
        }
    }
}

fn symbol(out: &mut Digest, symbol: &Symbol) {
    match &symbol.ns {
        None => out.byte(0),
        Some(ns) => {
            out.byte(1);
            out.text(ns);
        }
    }
    out.text(&symbol.name);
}

/// A constant, in pre-order with counts, metadata included and origins left out.
fn data(out: &mut Digest, datum: &Datum) {
    let mut rest = vec![datum];
    while let Some(datum) = rest.pop() {
        match &datum.meta {
            None => out.byte(0),
            Some(meta) => {
                out.byte(1);
                rest.push(meta);
            }
        }
        match &datum.kind {
            DatumKind::Nil | DatumKind::Error => out.byte(0),
            DatumKind::Bool(value) => {
                out.byte(1);
                out.byte(u8::from(*value));
            }
            DatumKind::Int(value) => {
                out.byte(2);
                out.bytes(&value.to_le_bytes());
            }
            DatumKind::BigInt(value) => {
                out.byte(3);
                out.bytes(&value.to_signed_bytes_le());
            }
            DatumKind::Ratio(ratio) => {
                out.byte(4);
                out.bytes(&ratio.0.to_signed_bytes_le());
                out.bytes(&ratio.1.to_signed_bytes_le());
            }
            DatumKind::Double(bits) => {
                out.byte(5);
                out.number(*bits);
            }
            DatumKind::Decimal(decimal) => {
                out.byte(6);
                out.bytes(&decimal.0.to_signed_bytes_le());
                out.bytes(&decimal.1.to_le_bytes());
            }
            DatumKind::Char(char) => {
                out.byte(7);
                out.number(u64::from(u32::from(*char)));
            }
            DatumKind::String(text) => {
                out.byte(8);
                out.text(text);
            }
            DatumKind::Bytes(bytes) => {
                out.byte(9);
                out.bytes(bytes);
            }
            DatumKind::Regex(text) => {
                out.byte(10);
                out.text(text);
            }
            DatumKind::Symbol(name) => {
                out.byte(11);
                symbol(out, name);
            }
            DatumKind::Keyword(name) => {
                out.byte(12);
                symbol(out, name);
            }
            DatumKind::AutoKeyword { alias, name } | DatumKind::AutoSymbol { alias, name } => {
                // Resolved before a body exists; distinct all the same.
                out.byte(13);
                symbol(
                    out,
                    &Symbol {
                        ns: alias.clone(),
                        name: name.clone(),
                    },
                );
            }
            DatumKind::List(items) => {
                out.byte(14);
                out.number(items.len() as u64);
                rest.extend(items.iter().rev());
            }
            DatumKind::Vector(items) => {
                out.byte(15);
                out.number(items.len() as u64);
                rest.extend(items.iter().rev());
            }
            DatumKind::Map(entries) => {
                out.byte(16);
                out.number(entries.len() as u64);
                rest.extend(entries.iter().rev().flat_map(|(key, value)| [value, key]));
            }
            DatumKind::Set(items) => {
                out.byte(17);
                out.number(items.len() as u64);
                rest.extend(items.iter().rev());
            }
            DatumKind::Inst(inst) => {
                out.byte(18);
                out.bytes(&inst.seconds.to_le_bytes());
                out.number(u64::from(inst.nanos));
            }
            DatumKind::Uuid(uuid) => {
                out.byte(19);
                out.bytes(&uuid.to_le_bytes());
            }
            DatumKind::Tagged(tag, inner) => {
                out.byte(20);
                symbol(out, tag);
                rest.push(inner);
            }
        }
    }
}
