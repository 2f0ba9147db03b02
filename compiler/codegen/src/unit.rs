//! A whole body: its functions' templates and prototypes, and the tables that they share.

use std::collections::HashMap;

use bytecode::{Arity, Chunk, NativeRef, RefUse, Template};
use hir::body::{Body, Expr, FuncIdx, GlobalIdx, Root};

use crate::error::{CodegenError, Result};
use crate::facts::{ProtoFacts, ProtoOwner};
use crate::func::{self, Entry, FuncCode};

/// The code of a definition, and what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    /// The code.
    pub chunk: Chunk,
    /// The definition that each reference ordinal of the chunk means, in step with
    /// [`Chunk::refs`]. A definition used in two ways has two; one whose calls are all operations
    /// of the machine has none.
    pub refs: Vec<GlobalIdx>,
    /// Facts of each prototype, in step with [`Chunk::protos`].
    pub facts: Vec<ProtoFacts>,
}

/// Makes the code of a body. Of a function, template 0 is its value; of a value, prototype 0 computes
/// it. A native definition has no code: its chunk is empty.
///
/// # Errors
/// The body exceeds a limit of the bytecode, or is malformed.
pub fn generate(body: &Body) -> Result<Generated> {
    let mut unit = Unit::new(body)?;
    match &body.root {
        Root::Native(_) => return Ok(Generated::default()),
        Root::Value { expr, locals } => {
            let entry = Entry {
                func: None,
                params: 0,
                variadic: false,
                locals: *locals,
                body: *expr,
            };
            let code = func::generate(&mut unit, entry)?;
            unit.add_proto(code, ProtoOwner::Value)?;
        }
        Root::Func(root) => unit.add_func(*root)?,
    }
    for index in 0..body.funcs.len() {
        let func = FuncIdx(index as u32);
        if !matches!(body.root, Root::Func(root) if root == func) {
            unit.add_func(func)?;
        }
    }
    Ok(unit.done)
}

/// What the functions of a body share.
#[derive(Debug)]
pub(crate) struct Unit<'b> {
    pub(crate) body: &'b Body,
    done: Generated,
    /// Functions that are thunks of lazy cells.
    thunks: Vec<bool>,
    refs: HashMap<(GlobalIdx, RefUse), u32>,
    natives: HashMap<(String, u16), u16>,
}

const INDEX_MAX: usize = 1 << 16;

fn index(count: usize, what: &'static str) -> Result<u16> {
    u16::try_from(count).map_err(|_| CodegenError::TooMany {
        what,
        max: INDEX_MAX as u32,
        expr: None,
    })
}

impl<'b> Unit<'b> {
    fn new(body: &'b Body) -> Result<Self> {
        let mut thunks = vec![false; body.funcs.len()];
        for expr in &body.exprs {
            if let Expr::LazyCell(func) = expr {
                thunks[func.index()] = true;
            }
        }
        if body.funcs.len() > INDEX_MAX {
            return Err(CodegenError::TooMany {
                what: "functions",
                max: INDEX_MAX as u32,
                expr: None,
            });
        }
        Ok(Self {
            body,
            done: Generated::default(),
            thunks,
            refs: HashMap::new(),
            natives: HashMap::new(),
        })
    }

    /// The template of a function: that of the definition first, then the others in order.
    pub(crate) fn template(&self, func: FuncIdx) -> u16 {
        match self.body.root {
            Root::Func(root) if root == func => 0,
            Root::Func(root) => (func.0 + u32::from(func < root)) as u16,
            _ => func.0 as u16,
        }
    }

    /// Whether the function is the thunk of a lazy cell.
    pub(crate) fn is_thunk(&self, func: FuncIdx) -> bool {
        self.thunks[func.index()]
    }

    /// The ordinal by which code names a definition for a use.
    pub(crate) fn reference(&mut self, global: GlobalIdx, use_: RefUse) -> u32 {
        let next = self.done.refs.len() as u32;
        let ordinal = *self.refs.entry((global, use_)).or_insert(next);
        if ordinal == next {
            self.done.refs.push(global);
            self.done.chunk.refs.push(use_);
        }
        ordinal
    }

    /// The ordinal by which code names a native.
    pub(crate) fn native(&mut self, name: &str, version: u16) -> Result<u16> {
        if let Some(ordinal) = self.natives.get(&(name.to_owned(), version)) {
            return Ok(*ordinal);
        }
        let ordinal = index(self.done.chunk.natives.len(), "natives")?;
        self.natives.insert((name.to_owned(), version), ordinal);
        self.done.chunk.natives.push(NativeRef {
            name: name.to_owned(),
            version,
        });
        Ok(ordinal)
    }

    fn add_func(&mut self, func: FuncIdx) -> Result<()> {
        let body = self.body;
        let made = body.func(func);
        let captures = u16::try_from(made.captures.len()).map_err(|_| CodegenError::TooMany {
            what: "captured locals",
            max: u16::MAX.into(),
            expr: None,
        })?;
        let mut arities = Vec::with_capacity(made.arities.len());
        for (number, arity) in made.arities.iter().enumerate() {
            let entry = Entry {
                func: Some(func),
                params: arity.params,
                variadic: arity.variadic,
                locals: arity.locals,
                body: arity.body,
            };
            let code = func::generate(self, entry)?;
            let params = code.params;
            let proto = self.add_proto(
                code,
                ProtoOwner::Arity {
                    func,
                    arity: number as u32,
                },
            )?;
            arities.push(Arity {
                params,
                variadic: arity.variadic,
                proto,
            });
        }
        debug_assert_eq!(
            usize::from(self.template(func)),
            self.done.chunk.templates.len()
        );
        self.done
            .chunk
            .templates
            .push(Template { arities, captures });
        Ok(())
    }

    fn add_proto(&mut self, code: FuncCode, owner: ProtoOwner) -> Result<u16> {
        let proto = index(self.done.chunk.protos.len(), "functions")?;
        let (prototype, exprs, locals) = code.into_parts();
        self.done.chunk.protos.push(prototype);
        self.done.facts.push(ProtoFacts {
            owner,
            exprs,
            locals,
        });
        Ok(proto)
    }
}
