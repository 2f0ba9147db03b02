//! Answers to the effects of pure programs: writing, time, chance. The same in every run.

use crate::compiler::{self, Compiler};
use engine::data;
use scalar::{Instant, Uuid};
use std::sync::Arc;
use vm::Word;
use vm::fiber::FiberId;
use vm::heap::Heap;
use vm::process::Process;
use vm::value::time::{make_instant, make_uuid};
use vm::value::{string, vector};

/// Milliseconds since 1970 of the first `now`.
const EPOCH: i64 = 1_700_000_000_000;

/// The world as a program sees it.
#[derive(Debug, Default)]
pub(crate) struct Host {
    /// What was written since the last report.
    pub(crate) output: String,
    /// Number of times that time or chance was asked for.
    asked: u64,
    compiler: Compiler,
}

/// What a program asks for that is no effect of a pure one.
pub(crate) enum Request {
    /// It was answered.
    Answered,
    /// A report of an expression: its parts.
    Report(Vec<Word>),
    /// Nothing here answers it.
    Unknown(String),
}

impl Host {
    /// Answers the request of a fiber.
    pub(crate) fn answer(&mut self, process: &mut Process, fiber: FiberId) -> Request {
        let index = process
            .fiber_index(fiber)
            .expect("a fiber that asks exists");
        let parts = vector::elements(&process.heap, process.fibers[index].request);
        let operation = parts
            .first()
            .and_then(|&word| string::try_keyword(&process.heap, word));
        let (namespace, name) = operation.expect("a request begins with a keyword");
        let (namespace, name) = (namespace.unwrap_or("").to_owned(), name.to_owned());
        let heap = &mut process.heap;
        let answer = match (namespace.as_str(), name.as_str()) {
            harness::specification::REPORT => return Request::Report(parts[1..].to_vec()),
            ("ox", "write") => {
                let text = parts.last().and_then(|&word| string::try_text(heap, word));
                self.output.push_str(text.expect("a string is written"));
                Word::NIL
            }
            ("ox", "flush" | "sleep") => Word::NIL,
            ("ox", "now") => {
                let instant = Instant::from_millis(EPOCH + self.next() as i64);
                make_instant(heap, instant.unwrap_or(Instant::MAX))
            }
            ("ox", "monotonic") => Word::small(self.next() as i64 * 1_000_000),
            ("ox", "rand") => Word::double((self.next() * 7_919 % 1_000) as f64 / 1_000.0),
            ("ox", "random-uuid") => self.uuid(heap),
            ("ox", "resolve" | "macroexpand" | "macroexpand-1") => {
                string::make_keyword(heap, Some("ox"), "running")
            }
            ("ox", "activity") => match self.compile(process, &parts) {
                Ok(answer) => answer,
                Err(name) => return Request::Unknown(format!("the activity {name}")),
            },
            (namespace, name) => return Request::Unknown(format!(":{namespace}/{name}")),
        };
        process.answer_at_once(fiber, answer);
        Request::Answered
    }

    /// Answers the activity by which programs ask the compiler; `Err` is the name of another.
    fn compile(&mut self, process: &mut Process, parts: &[Word]) -> Result<Word, String> {
        let name = string::try_text(&process.heap, parts[1]).map(str::to_owned);
        if name.as_deref() != Some(compiler::NAME) {
            return Err(name.unwrap_or_default());
        }
        let image = Arc::clone(&process.image);
        let args = vector::elements(&process.heap, parts[3]);
        let args = args
            .into_iter()
            .map(|arg| data::from_word(&mut process.heap, &image, arg));
        let args: Vec<_> = args.collect::<Result<_, _>>().expect("texts are data");
        let (extended, answer) = self.compiler.answer(&image, &args);
        if let Some(image) = extended {
            process.extend_image(image);
        }
        Ok(data::to_word(&mut process.heap, &answer))
    }

    fn next(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    fn uuid(&mut self, heap: &mut Heap) -> Word {
        let number = self.next();
        let high = 0x4000 | number << 32;
        make_uuid(
            heap,
            Uuid(u128::from(high) << 64 | 1 << 63 | u128::from(number)),
        )
    }
}
