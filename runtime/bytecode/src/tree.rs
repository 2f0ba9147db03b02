//! Constants as trees: walking, copying, comparing and freeing them without native recursion.
//!
//! # Invariants
//! - Nothing here recurses: a constant nested as deep as [`Const::DEPTH_MAX`] (or deeper, made by
//!   hand) is copied, compared, hashed, printed for debugging and freed in constant native stack.
//! - Children have one order everywhere: elements as written; of a map key, value, key, value …;
//!   of a value with metadata the metadata first, as it is read.
//!
//! The derived `Clone`, `PartialEq`, `Hash` and the drop glue of a recursive enum all recurse; on a
//! thread with a 2 MiB stack they overflow long before the reader's limit is reached.

use std::hash::{Hash, Hasher};

use crate::chunk::Const;

/// What a collection constant is, without its children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    List,
    Vector,
    Map,
    Set,
    Tagged(Option<String>, String),
    Meta,
}

impl Shape {
    /// The shape of a constant that can have children.
    fn of(node: &Const) -> Option<Shape> {
        Some(match node {
            Const::List(_) => Shape::List,
            Const::Vector(_) => Shape::Vector,
            Const::Map(_) => Shape::Map,
            Const::Set(_) => Shape::Set,
            Const::Tagged(namespace, name, _) => Shape::Tagged(namespace.clone(), name.clone()),
            Const::Meta(..) => Shape::Meta,
            _ => return None,
        })
    }

    /// The number of children, where the shape alone decides it.
    pub(crate) fn fixed_count(&self) -> Option<usize> {
        match self {
            Shape::Tagged(..) => Some(1),
            Shape::Meta => Some(2),
            _ => None,
        }
    }

    /// The constant of this shape; `None` when the number of children does not fit it.
    pub(crate) fn close(self, mut children: Vec<Const>) -> Option<Const> {
        if self.fixed_count().is_some_and(|n| n != children.len()) {
            return None;
        }
        Some(match self {
            Shape::List => Const::List(children),
            Shape::Vector => Const::Vector(children),
            Shape::Set => Const::Set(children),
            Shape::Map => {
                if !children.len().is_multiple_of(2) {
                    return None;
                }
                let mut pairs = Vec::with_capacity(children.len() / 2);
                let mut rest = children.into_iter();
                while let (Some(key), Some(value)) = (rest.next(), rest.next()) {
                    pairs.push((key, value));
                }
                Const::Map(pairs)
            }
            Shape::Tagged(namespace, name) => {
                Const::Tagged(namespace, name, Box::new(children.pop()?))
            }
            Shape::Meta => {
                let value = children.pop()?;
                let meta = children.pop()?;
                Const::Meta(Box::new(value), Box::new(meta))
            }
        })
    }
}

/// Assembles a constant from its nodes in preorder, when the number of children is known ahead.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    open: Vec<(Shape, usize, Vec<Const>)>,
}

impl Builder {
    /// Collections that are open now.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Opens a collection of `count` children; gives the whole constant when that ends it.
    pub(crate) fn open(&mut self, shape: Shape, count: usize) -> Option<Const> {
        if count == 0 {
            let empty = shape
                .close(Vec::new())
                .expect("only collections may be empty");
            return self.add(empty);
        }
        // Not `with_capacity(count)`: the count may come from outside.
        self.open.push((shape, count, Vec::new()));
        None
    }

    /// Adds a finished constant; gives the whole constant when that ends it.
    pub(crate) fn add(&mut self, mut done: Const) -> Option<Const> {
        loop {
            let Some((_, count, children)) = self.open.last_mut() else {
                return Some(done);
            };
            children.push(done);
            if children.len() < *count {
                return None;
            }
            let (shape, _, children) = self.open.pop().expect("looked at just above");
            done = shape
                .close(children)
                .expect("the count was checked when the collection was opened");
        }
    }
}

/// A step of [`Const::walk`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event<'a> {
    /// A constant without children (empty collections are opened and closed).
    Leaf(&'a Const),
    /// A collection begins.
    Open(&'a Const),
    /// Between child `n - 1` and child `n` of the collection.
    Between(&'a Const, usize),
    /// A collection ends.
    Close(&'a Const),
}

impl Const {
    /// Deepest nesting of collections that is decoded and verified.
    pub const DEPTH_MAX: usize = 10_000;

    /// Whether the constant can have children.
    pub(crate) fn is_collection(&self) -> bool {
        matches!(
            self,
            Const::List(_)
                | Const::Vector(_)
                | Const::Map(_)
                | Const::Set(_)
                | Const::Tagged(..)
                | Const::Meta(..)
        )
    }

    /// Number of children: twice the pairs of a map, two of a value with metadata.
    pub(crate) fn child_count(&self) -> usize {
        match self {
            Const::List(items) | Const::Vector(items) | Const::Set(items) => items.len(),
            Const::Map(pairs) => pairs.len() * 2,
            Const::Tagged(..) => 1,
            Const::Meta(..) => 2,
            _ => 0,
        }
    }

    /// Child `n`, in the order described at the top.
    pub(crate) fn child(&self, n: usize) -> Option<&Const> {
        match self {
            Const::List(items) | Const::Vector(items) | Const::Set(items) => items.get(n),
            Const::Map(pairs) => pairs
                .get(n / 2)
                .map(|(key, value)| if n.is_multiple_of(2) { key } else { value }),
            Const::Tagged(_, _, form) if n == 0 => Some(form),
            Const::Meta(_, meta) if n == 0 => Some(meta),
            Const::Meta(value, _) if n == 1 => Some(value),
            _ => None,
        }
    }

    /// Visits the constant and everything in it, depth first.
    pub(crate) fn walk<'a>(&'a self, mut visit: impl FnMut(Event<'a>)) {
        let mut open: Vec<(&'a Const, usize)> = Vec::new();
        let mut next = Some(self);
        loop {
            if let Some(node) = next.take() {
                if !node.is_collection() {
                    visit(Event::Leaf(node));
                } else {
                    visit(Event::Open(node));
                    open.push((node, 0));
                }
            }
            let Some((node, n)) = open.last_mut() else {
                return;
            };
            match node.child(*n) {
                Some(child) => {
                    if *n > 0 {
                        visit(Event::Between(node, *n));
                    }
                    *n += 1;
                    next = Some(child);
                }
                None => {
                    visit(Event::Close(node));
                    open.pop();
                }
            }
        }
    }

    /// Collections around the innermost constant: 0 of a number, 1 of `[]` and `[1]`.
    #[must_use]
    pub fn depth(&self) -> usize {
        let (mut depth, mut deepest) = (0usize, 0usize);
        self.walk(|event| match event {
            Event::Open(_) => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            Event::Close(_) => depth -= 1,
            Event::Leaf(_) | Event::Between(..) => {}
        });
        deepest
    }

    /// Whether NaN is in it. Such a constant is equal to itself alone, so two of them are never made one.
    #[must_use]
    pub fn holds_nan(&self) -> bool {
        let mut holds = false;
        self.walk(|event| {
            if let Event::Leaf(Const::Double(bits)) = event {
                holds |= f64::from_bits(*bits).is_nan();
            }
        });
        holds
    }

    /// Whether two constants agree but for their children.
    fn same_head(&self, other: &Const) -> bool {
        match (self, other) {
            (Const::Nil, Const::Nil) | (Const::Meta(..), Const::Meta(..)) => true,
            (Const::Bool(a), Const::Bool(b)) => a == b,
            (Const::Int(a), Const::Int(b)) => a == b,
            (Const::BigInt(a), Const::BigInt(b)) | (Const::Bytes(a), Const::Bytes(b)) => a == b,
            (Const::Ratio(a, b), Const::Ratio(c, d)) => a == c && b == d,
            (Const::Double(a), Const::Double(b)) => a == b,
            (Const::Decimal(a, b), Const::Decimal(c, d)) => a == c && b == d,
            (Const::Char(a), Const::Char(b)) => a == b,
            (Const::Str(a), Const::Str(b)) | (Const::Regex(a), Const::Regex(b)) => a == b,
            (Const::Keyword(a, b), Const::Keyword(c, d))
            | (Const::Symbol(a, b), Const::Symbol(c, d)) => a == c && b == d,
            (Const::Inst(a, b), Const::Inst(c, d)) => a == c && b == d,
            (Const::Uuid(a), Const::Uuid(b)) => a == b,
            (Const::List(a), Const::List(b))
            | (Const::Vector(a), Const::Vector(b))
            | (Const::Set(a), Const::Set(b)) => a.len() == b.len(),
            (Const::Map(a), Const::Map(b)) => a.len() == b.len(),
            (Const::Tagged(a, b, _), Const::Tagged(c, d, _)) => a == c && b == d,
            _ => false,
        }
    }

    /// The constant, if it has no children.
    fn copy_leaf(&self) -> Option<Const> {
        Some(match self {
            Const::Nil => Const::Nil,
            Const::Bool(b) => Const::Bool(*b),
            Const::Int(n) => Const::Int(*n),
            Const::BigInt(n) => Const::BigInt(n.clone()),
            Const::Ratio(n, d) => Const::Ratio(n.clone(), d.clone()),
            Const::Double(bits) => Const::Double(*bits),
            Const::Decimal(n, scale) => Const::Decimal(n.clone(), *scale),
            Const::Char(c) => Const::Char(*c),
            Const::Str(s) => Const::Str(s.clone()),
            Const::Bytes(b) => Const::Bytes(b.clone()),
            Const::Keyword(namespace, name) => Const::Keyword(namespace.clone(), name.clone()),
            Const::Symbol(namespace, name) => Const::Symbol(namespace.clone(), name.clone()),
            Const::Regex(s) => Const::Regex(s.clone()),
            Const::Inst(seconds, nanos) => Const::Inst(*seconds, *nanos),
            Const::Uuid(n) => Const::Uuid(*n),
            Const::List(_)
            | Const::Vector(_)
            | Const::Map(_)
            | Const::Set(_)
            | Const::Tagged(..)
            | Const::Meta(..) => return None,
        })
    }

    fn take_children(&mut self, into: &mut Vec<Const>) {
        match self {
            Const::List(items) | Const::Vector(items) | Const::Set(items) => into.append(items),
            Const::Map(pairs) => {
                for (key, value) in pairs.drain(..) {
                    into.push(key);
                    into.push(value);
                }
            }
            Const::Tagged(_, _, form) => into.push(std::mem::replace(&mut **form, Const::Nil)),
            Const::Meta(value, meta) => {
                into.push(std::mem::replace(&mut **value, Const::Nil));
                into.push(std::mem::replace(&mut **meta, Const::Nil));
            }
            _ => {}
        }
    }
}

impl Drop for Const {
    fn drop(&mut self) {
        if !self.is_collection() {
            return;
        }
        let mut pending = Vec::new();
        self.take_children(&mut pending);
        // What is dropped at the end of each turn has no children that are collections any more.
        while let Some(mut node) = pending.pop() {
            node.take_children(&mut pending);
        }
    }
}

impl Clone for Const {
    fn clone(&self) -> Const {
        if let Some(leaf) = self.copy_leaf() {
            return leaf;
        }
        let mut builder = Builder::default();
        let mut whole = None;
        self.walk(|event| {
            let done = match event {
                Event::Leaf(node) => builder.add(node.copy_leaf().expect("a leaf has no children")),
                Event::Open(node) => {
                    builder.open(Shape::of(node).expect("a collection"), node.child_count())
                }
                Event::Between(..) | Event::Close(_) => None,
            };
            whole = whole.take().or(done);
        });
        whole.expect("a walk that ends has visited the last child")
    }
}

impl PartialEq for Const {
    fn eq(&self, other: &Const) -> bool {
        let mut pending = vec![(self, other)];
        while let Some((a, b)) = pending.pop() {
            if !a.same_head(b) {
                return false;
            }
            for n in 0..a.child_count() {
                match (a.child(n), b.child(n)) {
                    (Some(a), Some(b)) => pending.push((a, b)),
                    _ => return false,
                }
            }
        }
        true
    }
}

impl Eq for Const {}

impl Hash for Const {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.walk(|event| {
            let (Event::Leaf(node) | Event::Open(node)) = event else {
                return;
            };
            std::mem::discriminant(node).hash(state);
            match node {
                Const::Nil | Const::Meta(..) => {}
                Const::Bool(b) => b.hash(state),
                Const::Int(n) => n.hash(state),
                Const::BigInt(b) | Const::Bytes(b) => b.hash(state),
                Const::Ratio(n, d) => (n, d).hash(state),
                Const::Double(bits) => bits.hash(state),
                Const::Decimal(n, scale) => (n, scale).hash(state),
                Const::Char(c) => c.hash(state),
                Const::Str(s) | Const::Regex(s) => s.hash(state),
                Const::Keyword(namespace, name) | Const::Symbol(namespace, name) => {
                    (namespace, name).hash(state);
                }
                Const::Inst(seconds, nanos) => (seconds, nanos).hash(state),
                Const::Uuid(n) => n.hash(state),
                Const::List(_) | Const::Vector(_) | Const::Map(_) | Const::Set(_) => {
                    node.child_count().hash(state);
                }
                Const::Tagged(namespace, name, _) => (namespace, name).hash(state),
            }
        });
    }
}

impl std::fmt::Debug for Const {
    /// The text form: what a constant is shows better so than as nested variants.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::text::print_const(self))
    }
}
