//! Locals in scope, and captures.
//!
//! Invariants:
//! - A function captures a variable at most once, in the order of first use.
//! - Locals of an arity are numbered in the order in which they are bound, never reused.

use rustc_hash::FxHashMap;
use std::sync::Arc;

use crate::body::{Capture, CaptureIdx, LocalIdx};
use crate::definition::DefInfo;

/// What a name is bound to, seen from the innermost function.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Local(LocalIdx),
    Capture(CaptureIdx),
    SelfFn,
    Lifted(DefInfo),
}

#[derive(Clone, Debug)]
enum What {
    Local(LocalIdx),
    SelfFn,
    Lifted(DefInfo),
}

#[derive(Clone, Debug)]
struct Binding {
    name: Arc<str>,
    /// Index of the function that it belongs to.
    func: usize,
    what: What,
}

/// A variable of an enclosing function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Variable {
    func: usize,
    /// `None` is the function itself.
    local: Option<LocalIdx>,
}

#[derive(Debug, Default)]
struct FuncScope {
    captures: Vec<(Variable, Capture, Arc<str>)>,
    locals: Vec<Arc<str>>,
    /// How many values `recur` takes, innermost target last.
    targets: Vec<usize>,
    /// How many bindings were in scope when the function began.
    outer_bindings: usize,
}

/// The locals in scope.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    bindings: Vec<Binding>,
    /// Where in `bindings` a name is bound, innermost last: most symbols are no locals, and a function
    /// may have thousands of them.
    places: FxHashMap<Arc<str>, Vec<usize>>,
    funcs: Vec<FuncScope>,
}

impl Scope {
    fn push(&mut self, binding: Binding) {
        let places = self.places.entry(Arc::clone(&binding.name)).or_default();
        places.push(self.bindings.len());
        self.bindings.push(binding);
    }

    /// Binds a name to a hidden definition.
    pub(crate) fn bind_lifted(&mut self, name: Arc<str>, info: DefInfo) {
        self.push(Binding {
            name,
            func: 0,
            what: What::Lifted(info),
        });
    }

    /// Begins the code of a value: locals without a function around them.
    pub(crate) fn enter_value(&mut self) {
        self.enter_func(None);
    }

    /// Ends the code of a value and gives the names of its locals.
    pub(crate) fn leave_value(&mut self) -> Vec<Arc<str>> {
        let names = self.end_arity();
        self.leave_func();
        names
    }

    /// Begins a function; its name, if any, is bound to it.
    pub(crate) fn enter_func(&mut self, name: Option<Arc<str>>) {
        let outer_bindings = self.bindings.len();
        self.funcs.push(FuncScope {
            outer_bindings,
            ..FuncScope::default()
        });
        if let Some(name) = name {
            let func = self.funcs.len() - 1;
            self.push(Binding {
                name,
                func,
                what: What::SelfFn,
            });
        }
    }

    /// Ends a function and gives its captures with their names.
    pub(crate) fn leave_func(&mut self) -> (Vec<Capture>, Vec<Arc<str>>) {
        let Some(func) = self.funcs.pop() else {
            return (Vec::new(), Vec::new());
        };
        self.leave(func.outer_bindings);
        func.captures
            .into_iter()
            .map(|(_, capture, name)| (capture, name))
            .unzip()
    }

    /// Begins an arity of the innermost function.
    pub(crate) fn begin_arity(&mut self) {
        let func = self.innermost();
        func.locals.clear();
        func.targets.clear();
    }

    /// Ends an arity and gives the names of its locals.
    pub(crate) fn end_arity(&mut self) -> Vec<Arc<str>> {
        std::mem::take(&mut self.innermost().locals)
    }

    fn innermost(&mut self) -> &mut FuncScope {
        if self.funcs.is_empty() {
            self.funcs.push(FuncScope::default());
        }
        let last = self.funcs.len() - 1;
        &mut self.funcs[last]
    }

    /// How many bindings are in scope; [`Scope::leave`] goes back to it.
    pub(crate) fn mark(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets the bindings made since [`Scope::mark`].
    pub(crate) fn leave(&mut self, mark: usize) {
        while self.bindings.len() > mark
            && let Some(binding) = self.bindings.pop()
        {
            if let Some(places) = self.places.get_mut(&binding.name) {
                places.pop();
            }
        }
    }

    /// A new local of the innermost function, not yet in scope.
    pub(crate) fn local(&mut self, name: Arc<str>) -> LocalIdx {
        let func = self.innermost();
        func.locals.push(name);
        LocalIdx(func.locals.len() as u32 - 1)
    }

    /// Brings a local into scope.
    pub(crate) fn bind(&mut self, name: Arc<str>, local: LocalIdx) {
        let func = self.funcs.len() - 1;
        self.push(Binding {
            name,
            func,
            what: What::Local(local),
        });
    }

    /// Begins code in which `recur` takes `count` values.
    pub(crate) fn enter_target(&mut self, count: usize) {
        self.innermost().targets.push(count);
    }

    /// Ends what [`Scope::enter_target`] began.
    pub(crate) fn leave_target(&mut self) {
        self.innermost().targets.pop();
    }

    /// How many values `recur` takes here.
    pub(crate) fn target(&self) -> Option<usize> {
        self.funcs.last()?.targets.last().copied()
    }

    /// The names in scope, innermost last, each once.
    pub(crate) fn names(&self) -> Vec<Arc<str>> {
        let outermost = |at: usize, name: &Arc<str>| self.places[name].first() == Some(&at);
        let bindings = self.bindings.iter().enumerate();
        bindings
            .filter(|(at, binding)| outermost(*at, &binding.name))
            .map(|(_, binding)| binding.name.clone())
            .collect()
    }

    /// Whether a name is a local here.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.places
            .get(name)
            .is_some_and(|places| !places.is_empty())
    }

    /// What a name is bound to; functions between here and there capture it.
    pub(crate) fn lookup(&mut self, name: &str) -> Option<Place> {
        let binding = self.bindings[*self.places.get(name)?.last()?].clone();
        let here = self.funcs.len().saturating_sub(1);
        Some(match binding.what {
            What::Lifted(info) => Place::Lifted(info),
            What::Local(local) if binding.func == here => Place::Local(local),
            What::SelfFn if binding.func == here => Place::SelfFn,
            What::Local(local) => {
                let variable = Variable {
                    func: binding.func,
                    local: Some(local),
                };
                Place::Capture(self.capture(variable, &binding.name))
            }
            What::SelfFn => {
                let variable = Variable {
                    func: binding.func,
                    local: None,
                };
                Place::Capture(self.capture(variable, &binding.name))
            }
        })
    }

    fn capture(&mut self, variable: Variable, name: &Arc<str>) -> CaptureIdx {
        let mut from = match variable.local {
            Some(local) => Capture::Local(local),
            None => Capture::SelfFn,
        };
        let mut found = CaptureIdx(0);
        for func in &mut self.funcs[variable.func + 1..] {
            let at = func
                .captures
                .iter()
                .position(|(captured, ..)| *captured == variable);
            let at = at.unwrap_or_else(|| {
                func.captures.push((variable, from, name.clone()));
                func.captures.len() - 1
            });
            found = CaptureIdx(at as u32);
            from = Capture::Capture(found);
        }
        found
    }
}
