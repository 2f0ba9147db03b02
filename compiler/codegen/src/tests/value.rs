//! Values and operations that both evaluators share, so that they differ in control and data flow
//! only.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use bytecode::Const;

/// A value; functions are whatever an evaluator calls so.
#[derive(Clone)]
pub(super) enum Value<F> {
    Nil,
    Bool(bool),
    Int(i64),
    Keyword(String),
    Str(String),
    Seq(Rc<Vec<Value<F>>>),
    Map(Rc<Vec<(Value<F>, Value<F>)>>),
    Fn(F),
    /// A function that is not part of the program.
    Outer(&'static str),
    Lazy(F),
}

impl<F> fmt::Debug for Value<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(n) => write!(f, "{n}"),
            Value::Keyword(name) => write!(f, ":{name}"),
            Value::Str(text) => write!(f, "{text:?}"),
            Value::Seq(items) => f.debug_list().entries(items.iter()).finish(),
            Value::Map(entries) => f
                .debug_map()
                .entries(entries.iter().map(|(k, v)| (k, v)))
                .finish(),
            Value::Fn(_) => f.write_str("#fn"),
            Value::Outer(name) => write!(f, "#outer {name}"),
            Value::Lazy(_) => f.write_str("#lazy"),
        }
    }
}

/// A thrown value, or [`Stop::Steps`]: the program took too long, and says nothing.
pub(super) enum Stop<F> {
    Thrown(Value<F>),
    Steps,
}

pub(super) type Outcome<F> = Result<Value<F>, Stop<F>>;

/// What a program does to the outside, and how long it may go on.
#[derive(Default)]
pub(super) struct World {
    pub(super) notes: RefCell<Vec<String>>,
    pub(super) steps: RefCell<u32>,
}

pub(super) const STEPS_MAX: u32 = 50_000;

impl World {
    pub(super) fn step<F>(&self) -> Result<(), Stop<F>> {
        *self.steps.borrow_mut() += 1;
        if *self.steps.borrow() > STEPS_MAX {
            Err(Stop::Steps)
        } else {
            Ok(())
        }
    }
}

fn fail<F, T>(kind: &str) -> Result<T, Stop<F>> {
    Err(Stop::Thrown(Value::Keyword(kind.to_owned())))
}

impl<F: Clone> Value<F> {
    pub(super) fn of(constant: &Const) -> Value<F> {
        match constant {
            Const::Nil => Value::Nil,
            Const::Bool(b) => Value::Bool(*b),
            Const::Int(n) => Value::Int(*n),
            Const::Keyword(_, name) => Value::Keyword(name.clone()),
            Const::Str(text) => Value::Str(text.clone()),
            Const::List(items) | Const::Vector(items) => {
                Value::Seq(Rc::new(items.iter().map(Value::of).collect()))
            }
            Const::Map(entries) => Value::Map(Rc::new(
                entries
                    .iter()
                    .map(|(k, v)| (Value::of(k), Value::of(v)))
                    .collect(),
            )),
            other => panic!("no test uses {other:?}"),
        }
    }

    pub(super) fn is_true(&self) -> bool {
        !matches!(self, Value::Nil | Value::Bool(false))
    }

    pub(super) fn same(&self, other: &Value<F>) -> bool {
        match (self, other) {
            (Value::Nil, Value::Nil) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Keyword(a), Value::Keyword(b)) | (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Seq(a), Value::Seq(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b))
            }
            (Value::Outer(a), Value::Outer(b)) => a == b,
            _ => false,
        }
    }

    fn int(&self) -> Result<i64, Stop<F>> {
        match self {
            Value::Int(n) => Ok(*n),
            _ => fail("type"),
        }
    }

    pub(super) fn items(&self) -> Result<Rc<Vec<Value<F>>>, Stop<F>> {
        match self {
            Value::Nil => Ok(Rc::new(Vec::new())),
            Value::Seq(items) => Ok(items.clone()),
            _ => fail("type"),
        }
    }
}

fn seq<F>(items: Vec<Value<F>>) -> Value<F> {
    Value::Seq(Rc::new(items))
}

/// A native or an operation on values that calls nothing.
pub(super) fn primitive<F: Clone>(world: &World, name: &str, args: &[Value<F>]) -> Outcome<F> {
    let checked = |n: Option<i64>| n.map(Value::Int).map_or_else(|| fail("arithmetic"), Ok);
    Ok(match (name, args) {
        ("+", [x, y]) => checked(x.int()?.checked_add(y.int()?))?,
        ("-", [x, y]) => checked(x.int()?.checked_sub(y.int()?))?,
        ("*", [x, y]) => checked(x.int()?.checked_mul(y.int()?))?,
        ("quot", [x, y]) => checked(x.int()?.checked_div(y.int()?))?,
        ("rem", [x, y]) => checked(x.int()?.checked_rem(y.int()?))?,
        ("inc", [x]) => checked(x.int()?.checked_add(1))?,
        ("dec", [x]) => checked(x.int()?.checked_sub(1))?,
        ("<", [x, y]) => Value::Bool(x.int()? < y.int()?),
        ("<=", [x, y]) => Value::Bool(x.int()? <= y.int()?),
        ("=", [x, y]) => Value::Bool(x.same(y)),
        ("num-eq", [x, y]) => Value::Bool(x.int()? == y.int()?),
        ("zero?", [x]) => Value::Bool(x.int()? == 0),
        ("pos?", [x]) => Value::Bool(x.int()? > 0),
        ("neg?", [x]) => Value::Bool(x.int()? < 0),
        ("not", [x]) => Value::Bool(!x.is_true()),
        ("nil?", [x]) => Value::Bool(matches!(x, Value::Nil)),
        ("identical?", [x, y]) => Value::Bool(x.same(y)),
        ("vector", items) | ("list", items) => seq(items.to_vec()),
        ("map", items) => {
            let mut entries: Vec<(Value<F>, Value<F>)> = Vec::new();
            for pair in items.chunks(2) {
                if entries.iter().any(|(key, _)| key.same(&pair[0])) {
                    return fail("argument");
                }
                entries.push((pair[0].clone(), pair[1].clone()));
            }
            Value::Map(Rc::new(entries))
        }
        ("set", items) => {
            for (n, item) in items.iter().enumerate() {
                if items[..n].iter().any(|other| other.same(item)) {
                    return fail("argument");
                }
            }
            seq(items.to_vec())
        }
        ("get", [map, key]) => get(map, key).unwrap_or(Value::Nil),
        ("get", [map, key, default]) => get(map, key).unwrap_or_else(|| default.clone()),
        ("nth", [items, n]) => {
            let index = usize::try_from(n.int()?).unwrap_or(usize::MAX);
            items
                .items()?
                .get(index)
                .cloned()
                .map_or_else(|| fail("index"), Ok)?
        }
        ("first", [items]) => items.items()?.first().cloned().unwrap_or(Value::Nil),
        ("rest", [items]) => seq(items.items()?.iter().skip(1).cloned().collect()),
        ("next", [items]) => match items.items()?.as_slice() {
            [] | [_] => Value::Nil,
            [_, rest @ ..] => seq(rest.to_vec()),
        },
        ("seq", [items]) => {
            let items = items.items()?;
            if items.is_empty() {
                Value::Nil
            } else {
                Value::Seq(items)
            }
        }
        ("cons", [x, items]) => {
            let items = items.items()?;
            seq(std::iter::once(x.clone())
                .chain(items.iter().cloned())
                .collect())
        }
        ("conj*", [items, x]) => {
            let mut items = items.items()?.to_vec();
            items.push(x.clone());
            seq(items)
        }
        ("count", [items]) => Value::Int(items.items()?.len() as i64),
        ("note", [x]) => {
            world.notes.borrow_mut().push(format!("{x:?}"));
            x.clone()
        }
        ("boom", [x]) => {
            world.notes.borrow_mut().push(format!("boom {x:?}"));
            return Err(Stop::Thrown(x.clone()));
        }
        ("error-new", [message, _, _]) => message.clone(),
        ("sum", items) => {
            let mut sum = 0i64;
            for item in items {
                sum = sum.wrapping_mul(31).wrapping_add(item.int()?);
            }
            Value::Int(sum)
        }
        _ => return fail("arity"),
    })
}

fn get<F: Clone>(map: &Value<F>, key: &Value<F>) -> Option<Value<F>> {
    match map {
        Value::Map(entries) => entries
            .iter()
            .find(|(k, _)| k.same(key))
            .map(|(_, v)| v.clone()),
        Value::Seq(items) => match key {
            Value::Int(n) => items.get(usize::try_from(*n).ok()?).cloned(),
            _ => None,
        },
        _ => None,
    }
}
