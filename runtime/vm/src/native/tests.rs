//! Natives against what Clojure does, and against laws.
//!
//! `tests/clojure.txt` holds expressions and what Clojure prints for them (`! Class` when it
//! throws); `tests/differences.txt` those where Ox means to differ, with Ox's result. The expressions
//! are calls of natives and of a few functions of the library over them, which [`Evaluator`] stands in
//! for.

mod any;
mod laws;
mod oracle;
mod steps;
mod stored;
mod text;

use super::{Native, NativeCall, NativeFiber, NativeResult, Trap, lookup};
use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::object::Kind;
use crate::value::print::{self, Options};
use crate::value::read::{Notation, read};
use crate::value::{self, list, string, vector};
use crate::word::Word;
use std::sync::Arc;

/// A heap and an empty image, and ways to call natives by name.
pub(super) struct Evaluator {
    pub(super) heap: Heap,
    pub(super) image: LoadedImage,
    pub(super) fuel: u32,
}

impl Evaluator {
    pub(super) fn new() -> Evaluator {
        let image =
            LoadedImage::load_linked(Arc::new(bytecode::Image::default())).expect("an empty image");
        Evaluator {
            heap: Heap::new(Arc::from([])),
            image,
            fuel: 0,
        }
    }

    /// Calls a native; steps its slow path's native when it asks for that.
    pub(super) fn call(&mut self, name: &str, args: &[Word]) -> Result<Word, Word> {
        let native = lookup(name, 1).unwrap_or_else(|| panic!("no native {name}"));
        let (least, most) = (usize::from(native.min_args), usize::from(native.max_args));
        assert!(
            (least..=most).contains(&args.len()),
            "{name} of {} arguments",
            args.len()
        );
        let result = self.once(native, args);
        match result {
            Ok(word) => Ok(word),
            Err(Trap::Throw(error)) => Err(error),
            Err(Trap::Slow("print*slow")) => {
                self.drive("ox.core/print-start", "ox.core/print-step", args)
            }
            Err(Trap::Walk(state)) => self.walk(state),
            Err(trap) => panic!("{name}: {trap:?}"),
        }
    }

    /// Steps a walk to its end.
    fn walk(&mut self, state: Word) -> Result<Word, Word> {
        let step = lookup("ox.core/walk-step", 1).expect("the native that steps");
        loop {
            match self.once(step, &[state]) {
                Ok(Word::NIL) => {}
                Ok(answer) => return Ok(self.heap.word(answer, 1)),
                Err(Trap::Throw(error)) => return Err(error),
                Err(trap) => panic!("a step of a walk: {trap:?}"),
            }
        }
    }

    /// Calls a native: its answer, or what it asks of the machine.
    pub(super) fn once(&mut self, native: &Native, args: &[Word]) -> NativeResult {
        let mut fiber = NativeFiber {
            id: 0,
            bindings: Word::NIL,
            cells: Word::NIL,
            fuel_spent: 0,
        };
        let result = (native.func)(&mut NativeCall {
            heap: &mut self.heap,
            args,
            image: &self.image,
            fiber: &mut fiber,
        });
        self.fuel = fiber.fuel_spent;
        result
    }

    fn drive(&mut self, start: &str, step: &str, args: &[Word]) -> Result<Word, Word> {
        let state = self.call(start, args)?;
        loop {
            let answer = self.call(step, &[state])?;
            if !answer.is_nil() {
                return Ok(answer);
            }
        }
    }

    pub(super) fn read(&mut self, text: &str) -> Result<Word, Word> {
        match read(&mut self.heap, text, Notation::Language) {
            Ok(Some((value, _))) => Ok(value),
            Ok(None) => panic!("no form in {text:?}"),
            Err(Trap::Throw(error)) => Err(error),
            Err(trap) => panic!("{text}: {trap:?}"),
        }
    }

    pub(super) fn shown(&mut self, value: Word) -> String {
        let text = self
            .call("ox.core/print*", &[value, Word::TRUE])
            .expect("every value prints");
        string::text(self.heap.object(text)).to_owned()
    }

    pub(super) fn string(&mut self, text: &str) -> Word {
        string::make_string(&mut self.heap, text)
    }

    /// Kind (without namespace) and message of an error.
    pub(super) fn error(&self, error: Word) -> (String, String) {
        assert_eq!(self.heap.kind_of(error), Some(Kind::Error));
        let (_, kind) =
            string::try_keyword(&self.heap, self.heap.word(error, 1)).expect("errors have a kind");
        let message =
            string::try_text(&self.heap, self.heap.word(error, 2)).expect("errors have a message");
        (kind.to_owned(), message.to_owned())
    }

    /// Reads and evaluates an expression; what it prints, or `! kind message`.
    pub(super) fn run(&mut self, expression: &str) -> String {
        match self.read(expression).and_then(|form| self.evaluate(form)) {
            Ok(value) => self.shown(value),
            Err(error) => {
                let (kind, message) = self.error(error);
                format!("! {kind} {message}")
            }
        }
    }

    fn list(&self, form: Word) -> Option<Vec<Word>> {
        let mut form = form;
        let mut parts = Vec::new();
        while self.heap.kind_of(form) == Some(Kind::List) {
            parts.push(self.heap.word(form, 3));
            form = self.heap.word(form, 4);
        }
        (!parts.is_empty()).then_some(parts)
    }

    fn evaluate(&mut self, form: Word) -> Result<Word, Word> {
        let Some(parts) = self.list(form) else {
            return Ok(form);
        };
        let head = string::try_symbol(&self.heap, parts[0]).expect("calls begin with a symbol");
        let (namespace, name) = (head.0.map(str::to_owned), head.1.to_owned());
        if name == "quote" {
            return Ok(parts[1]);
        }
        let mut args = Vec::new();
        for &part in &parts[1..] {
            args.push(self.evaluate(part)?);
        }
        self.apply(namespace.as_deref(), &name, &args)
    }

    fn operation(&mut self, name: &str, args: &[Word]) -> Option<Result<Word, Word>> {
        use crate::value::number;
        let heap = &mut self.heap;
        let &[a, b] = args else { return None };
        let result = match name {
            "+" => number::add(heap, a, b),
            "-" => number::sub(heap, a, b),
            "*" => number::mul(heap, a, b),
            "/" => number::div(heap, a, b),
            "+'" => number::add_promoting(heap, a, b),
            "-'" => number::sub_promoting(heap, a, b),
            "*'" => number::mul_promoting(heap, a, b),
            "<" => number::less(heap, a, b),
            "<=" => number::less_eq(heap, a, b),
            "==" => number::num_equal(heap, a, b),
            "=" => value::equal::equal(heap, a, b).map(Word::bool),
            _ => return None,
        };
        Some(result.map_err(|trap| match trap {
            Trap::Throw(error) => error,
            trap => panic!("{name}: {trap:?}"),
        }))
    }

    fn apply(&mut self, namespace: Option<&str>, name: &str, args: &[Word]) -> Result<Word, Word> {
        if let Some(result) = self.operation(name, args) {
            return result;
        }
        if name == "==" {
            let first = self.apply(None, "==", &args[..2])?;
            return if first == Word::TRUE {
                self.apply(None, "==", &args[1..])
            } else {
                Ok(first)
            };
        }
        let zero = Word::small(0);
        if namespace == Some("s") {
            let native = |name: &str| format!("ox.string/{name}*");
            return match (name, args) {
                ("trim", &[s]) => self.call(&native("trim"), &[s, Word::TRUE, Word::TRUE]),
                ("triml", &[s]) => self.call(&native("trim"), &[s, Word::TRUE, Word::FALSE]),
                ("trimr", &[s]) => self.call(&native("trim"), &[s, Word::FALSE, Word::TRUE]),
                ("index-of", &[s, part]) => self.call(&native(name), &[s, part, zero]),
                ("last-index-of", &[s, part]) => self.call(&native(name), &[s, part, Word::NIL]),
                ("split", &[s, re]) => self.call(&native(name), &[s, re, zero]),
                ("replace" | "replace-first", &[s, part, by]) => {
                    let regex = self.heap.kind_of(part) == Some(Kind::Regex);
                    let which = if regex {
                        "replace-match"
                    } else {
                        "replace-text"
                    };
                    self.call(
                        &native(which),
                        &[s, part, by, Word::bool(name == "replace")],
                    )
                }
                _ => self.call(&native(name), args),
            };
        }
        match (name, args) {
            ("read-string", &[s]) => {
                let found = self.call("ox.core/read-form", &[s, Word::NIL])?;
                if found.is_nil() {
                    return Err(super::make_error(
                        &mut self.heap,
                        "parse",
                        "EOF while reading",
                    ));
                }
                Ok(vector::nth(&self.heap, found, 0).expect("a form was found"))
            }
            ("str", [first, more @ ..]) if args.len() > 4 => {
                let (first, more) = (
                    self.apply(None, "str", &[*first])?,
                    self.apply(None, "str", more)?,
                );
                self.apply(None, "str", &[first, more])
            }
            ("format", [fmt, args @ ..]) => {
                let args = vector::make(&mut self.heap, args);
                self.call("ox.core/format*", &[*fmt, args])
            }
            ("pr-str" | "print-str", args) => {
                let mut out = String::new();
                for (index, &arg) in args.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    let text = self.call("ox.core/print*", &[arg, Word::bool(name == "pr-str")])?;
                    out.push_str(string::text(self.heap.object(text)));
                }
                Ok(self.string(&out))
            }
            ("re-find", &[re, s]) => {
                let found = self.call("ox.core/re-find-from", &[re, s, zero])?;
                Ok(if found.is_nil() {
                    found
                } else {
                    vector::nth(&self.heap, found, 0).expect("a match")
                })
            }
            ("re-seq", &[re, s]) => {
                let (mut found, mut cursor) = (Vec::new(), zero);
                while !cursor.is_nil() {
                    let next = self.call("ox.core/re-find-from", &[re, s, cursor])?;
                    if next.is_nil() {
                        break;
                    }
                    found.push(vector::nth(&self.heap, next, 0).expect("a match"));
                    cursor = vector::nth(&self.heap, next, 3).expect("a cursor");
                }
                Ok(if found.is_empty() {
                    Word::NIL
                } else {
                    list::make(&mut self.heap, &found)
                })
            }
            _ => {
                let name = ["ox.core/", "ox.math/"]
                    .iter()
                    .flat_map(|space| ["", "*", "2"].map(|mark| format!("{space}{name}{mark}")))
                    .find(|name| lookup(name, 1).is_some())
                    .unwrap_or_else(|| panic!("no native {name}"));
                self.call(&name, args)
            }
        }
    }
}

/// Prints without the fast path: in steps.
pub(super) fn print_in_steps(evaluator: &mut Evaluator, value: Word, options: Options) -> String {
    let state = print::start(&mut evaluator.heap, value, options, Word::NIL, false);
    loop {
        let answer = evaluator
            .call("ox.core/print-step", &[state])
            .expect("printing does not fail");
        if !answer.is_nil() {
            return string::text(evaluator.heap.object(answer)).to_owned();
        }
    }
}

#[test]
fn natives_have_one_entry_each() {
    let mut names: Vec<_> = super::all()
        .map(|native| (native.name, native.version))
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}
