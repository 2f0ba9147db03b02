//! Runs chunks, with registers that know whether they hold something: what a window covers is gone
//! after the call, and reading it is a failure.

use std::cell::RefCell;
use std::rc::Rc;

use bytecode::{Catches, Chunk, Instr, Op, Prototype};
use hir::body::Body;

use super::reference::outer;
use super::value::{Outcome, Stop, Value, World, primitive};
use crate::Generated;

#[derive(Clone)]
pub(super) struct Closure {
    template: usize,
    captures: Rc<RefCell<Vec<V>>>,
}

type V = Value<Closure>;
type R = Outcome<Closure>;

pub(super) struct Machine<'a> {
    pub(super) body: &'a Body,
    pub(super) generated: &'a Generated,
    pub(super) world: &'a World,
}

struct Frame<'a> {
    proto: &'a Prototype,
    registers: Vec<Option<V>>,
    own: Option<Closure>,
}

impl Frame<'_> {
    fn get(&self, register: impl Into<usize>) -> V {
        let register = register.into();
        self.registers[register]
            .clone()
            .unwrap_or_else(|| panic!("r{register} holds nothing"))
    }

    fn range(&self, start: u16, count: usize) -> Vec<V> {
        (usize::from(start)..usize::from(start) + count)
            .map(|register| self.get(register))
            .collect()
    }
}

impl<'a> Machine<'a> {
    fn chunk(&self) -> &'a Chunk {
        &self.generated.chunk
    }

    /// The value of prototype 0.
    pub(super) fn run(&self) -> R {
        self.execute(&self.chunk().protos[0], Vec::new(), None)
    }

    fn name(&self, ordinal: u32) -> &'a str {
        &self
            .body
            .global(self.generated.refs[ordinal as usize])
            .name
            .name
    }

    fn call_outer(&self, name: &str, args: &[V]) -> R {
        match (name, args) {
            ("force", [Value::Lazy(thunk)]) => self.call(Value::Fn(thunk.clone()), Vec::new()),
            ("+", [x, rest @ ..]) => {
                let mut sum = x.clone();
                for y in rest {
                    sum = primitive(self.world, "+", &[sum, y.clone()])?;
                }
                Ok(sum)
            }
            _ => primitive(self.world, name, args),
        }
    }

    fn call(&self, callee: V, mut args: Vec<V>) -> R {
        self.world.step()?;
        let closure = match callee {
            Value::Fn(closure) => closure,
            Value::Outer(name) => return self.call_outer(name, &args),
            Value::Keyword(_) if matches!(args.len(), 1 | 2) => {
                args.insert(1, callee);
                return primitive(self.world, "get", &args);
            }
            _ => return Err(Stop::Thrown(Value::Keyword("call".to_owned()))),
        };
        let template = &self.chunk().templates[closure.template];
        let fits = |arity: &&bytecode::Arity| {
            args.len() == usize::from(arity.params)
                || (arity.variadic && args.len() > usize::from(arity.params))
        };
        let Some(arity) = template.arities.iter().find(fits) else {
            return Err(Stop::Thrown(Value::Keyword("arity".to_owned())));
        };
        if arity.variadic {
            let rest = args.split_off(usize::from(arity.params));
            args.push(if rest.is_empty() {
                Value::Nil
            } else {
                Value::Seq(Rc::new(rest))
            });
        }
        self.execute(
            &self.chunk().protos[usize::from(arity.proto)],
            args,
            Some(closure),
        )
    }

    fn execute(&self, proto: &Prototype, args: Vec<V>, own: Option<Closure>) -> R {
        let mut registers: Vec<Option<V>> = args.into_iter().map(Some).collect();
        registers.resize(usize::from(proto.registers), None);
        let mut frame = Frame {
            proto,
            registers,
            own,
        };
        let mut pc = 0usize;
        loop {
            let instr = proto.code[pc];
            match self.instruction(&mut frame, instr, pc) {
                Ok(Next::At(next)) => pc = next,
                Ok(Next::Return(value)) => return Ok(value),
                Err(Stop::Thrown(error)) => {
                    let covers = |handler: &&bytecode::Handler| {
                        (handler.start..handler.end).contains(&(pc as u32))
                    };
                    let Some(handler) = proto.handlers.iter().find(covers) else {
                        return Err(Stop::Thrown(error));
                    };
                    assert!(matches!(handler.catches, Catches::All | Catches::Errors));
                    frame.registers[usize::from(handler.register)] = Some(error);
                    pc = handler.target as usize;
                }
                Err(Stop::Steps) => return Err(Stop::Steps),
            }
        }
    }

    fn instruction(
        &self,
        frame: &mut Frame<'_>,
        i: Instr,
        pc: usize,
    ) -> Result<Next, Stop<Closure>> {
        self.world.step()?;
        let op = i.op().unwrap();
        let (a, b, c, d) = (usize::from(i.a()), i.b(), i.c(), usize::from(i.d()));
        let target = |distance: i32| Next::At((pc as i64 + 1 + i64::from(distance)) as usize);
        let next = Next::At(pc + 1);
        let int = |n: i64| Value::<Closure>::Int(n);
        let value = match op {
            Op::Move => frame.get(b),
            Op::LoadConst => Value::of(&frame.proto.consts[i.x() as usize]),
            Op::LoadInt => int(i64::from(i.xs())),
            Op::LoadCapture => frame
                .own
                .as_ref()
                .expect("the function is there")
                .captures
                .borrow()[usize::from(b)]
            .clone(),
            Op::LoadSelf => Value::Fn(frame.own.clone().expect("the function is there")),
            Op::LoadGlobal => outer(self.name(i.x())),
            Op::Closure => {
                let template = usize::from(c);
                let count = usize::from(self.chunk().templates[template].captures);
                Value::Fn(Closure {
                    template,
                    captures: Rc::new(RefCell::new(frame.range(b, count))),
                })
            }
            Op::SetCapture => {
                let Value::Fn(closure) = frame.get(a) else {
                    panic!("no function")
                };
                closure.captures.borrow_mut()[usize::from(b)] = frame.get(c);
                return Ok(next);
            }
            Op::DropSelf => {
                frame.own = None;
                return Ok(next);
            }
            Op::Call
            | Op::CallGlobal
            | Op::TailCall
            | Op::TailCallGlobal
            | Op::Apply
            | Op::TailApply => {
                let callee = match op {
                    Op::CallGlobal | Op::TailCallGlobal => None,
                    _ => Some(frame.get(a)),
                };
                let mut args = frame.range(i.a() + 2, d);
                for register in &mut frame.registers[a..] {
                    *register = None;
                }
                if matches!(op, Op::Apply | Op::TailApply) {
                    let last = args.pop().unwrap().items()?;
                    args.extend(last.iter().cloned());
                }
                let result = match callee {
                    Some(callee) => self.call(callee, args)?,
                    None => self.call_outer(self.name(i.x()), &args)?,
                };
                if op.ends_block() {
                    return Ok(Next::Return(result));
                }
                result
            }
            Op::CallNative => {
                let name = &self.chunk().natives[usize::from(c)].name;
                self.call_outer(name.trim_start_matches("ox.core/"), &frame.range(b, d))?
            }
            Op::Return => return Ok(Next::Return(frame.get(a))),
            Op::Throw => return Err(Stop::Thrown(frame.get(a))),
            Op::Jump | Op::Loop => return Ok(target(i.xs())),
            Op::JumpIf | Op::JumpIfNot => {
                return Ok(if frame.get(a).is_true() == (op == Op::JumpIf) {
                    target(i.xs())
                } else {
                    next
                });
            }
            Op::JumpNil | Op::JumpNotNil => {
                let is_nil = matches!(frame.get(a), Value::Nil);
                return Ok(if is_nil == (op == Op::JumpNil) {
                    target(i.xs())
                } else {
                    next
                });
            }
            _ if is_comparing(op) => {
                let left = frame.get(a);
                let is_int = op >= Op::JumpLessInt;
                let right = if is_int {
                    int(i64::from(b as i16))
                } else {
                    frame.get(b)
                };
                let (name, flip, sense) = comparison(op);
                let operands = if flip { [right, left] } else { [left, right] };
                let holds = primitive(self.world, name, &operands)?.is_true();
                return Ok(if holds == sense {
                    target(i.s24())
                } else {
                    next
                });
            }
            Op::Add => primitive(self.world, "+", &[frame.get(b), frame.get(c)])?,
            Op::AddInt => primitive(self.world, "+", &[frame.get(b), int(i64::from(i.s24()))])?,
            Op::Sub => primitive(self.world, "-", &[frame.get(b), frame.get(c)])?,
            Op::Mul => primitive(self.world, "*", &[frame.get(b), frame.get(c)])?,
            Op::Quot => primitive(self.world, "quot", &[frame.get(b), frame.get(c)])?,
            Op::Rem => primitive(self.world, "rem", &[frame.get(b), frame.get(c)])?,
            Op::Less => primitive(self.world, "<", &[frame.get(b), frame.get(c)])?,
            Op::LessEq => primitive(self.world, "<=", &[frame.get(b), frame.get(c)])?,
            Op::Equal => primitive(self.world, "=", &[frame.get(b), frame.get(c)])?,
            Op::Identical => primitive(self.world, "identical?", &[frame.get(b), frame.get(c)])?,
            Op::Not => primitive(self.world, "not", &[frame.get(b)])?,
            Op::IsNil => primitive(self.world, "nil?", &[frame.get(b)])?,
            Op::Vector | Op::List => {
                primitive(self.world, "vector", &frame.range(b, usize::from(c)))?
            }
            Op::Set => primitive(self.world, "set", &frame.range(b, usize::from(c)))?,
            Op::Map => primitive(self.world, "map", &frame.range(b, usize::from(c)))?,
            Op::Get => primitive(self.world, "get", &[frame.get(b), frame.get(c)])?,
            Op::Nth => primitive(self.world, "nth", &[frame.get(b), frame.get(c)])?,
            Op::First => primitive(self.world, "first", &[frame.get(b)])?,
            Op::Next => primitive(self.world, "next", &[frame.get(b)])?,
            Op::Rest => primitive(self.world, "rest", &[frame.get(b)])?,
            Op::Seq => primitive(self.world, "seq", &[frame.get(b)])?,
            Op::Cons => primitive(self.world, "cons", &[frame.get(b), frame.get(c)])?,
            Op::Lazy => {
                let Value::Fn(thunk) = frame.get(b) else {
                    panic!("no function")
                };
                Value::Lazy(thunk)
            }
            other => panic!("no test runs {other:?}"),
        };
        frame.registers[a] = Some(value);
        Ok(next)
    }
}

enum Next {
    At(usize),
    Return(V),
}

fn is_comparing(op: Op) -> bool {
    (Op::JumpLess..=Op::JumpNotEqualInt).contains(&op)
}

/// The relation, whether its operands are exchanged, and whether to jump when it holds.
fn comparison(op: Op) -> (&'static str, bool, bool) {
    match op {
        Op::JumpLess | Op::JumpLessInt => ("<", false, true),
        Op::JumpNotLess | Op::JumpNotLessInt => ("<", false, false),
        Op::JumpLessEq | Op::JumpLessEqInt => ("<=", false, true),
        Op::JumpNotLessEq | Op::JumpNotLessEqInt => ("<=", false, false),
        Op::JumpGreaterInt => ("<", true, true),
        Op::JumpNotGreaterInt => ("<", true, false),
        Op::JumpGreaterEqInt => ("<=", true, true),
        Op::JumpNotGreaterEqInt => ("<=", true, false),
        Op::JumpEqual | Op::JumpEqualInt => ("=", false, true),
        _ => ("=", false, false),
    }
}
