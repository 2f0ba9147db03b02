//! Ox as one of the two sides: programs compiled together and run on one machine.
//!
//! # Invariants
//! - A program that is not compiled, does not end or ends the machine takes nobody with it: the others are run again without it.
//! - Programs share a namespace and a process; what they define has names of their own.

use super::answers::Answer;
use super::generate::Program;
use crate::language::host::{Host, Request};
use driver::Workspace;
use source::render::SourceFiles as _;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;
use vm::Word;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal};
use vm::process::Process;
use vm::value::string;

/// What stands before the programs; templates write names in full.
const HEAD: &str = "(ns user (:require [clojure.edn] [clojure.pprint] [clojure.set] [clojure.string] [clojure.walk]))";
/// Fuel of a slice, and slices that a program may take.
const SLICE: i64 = 1 << 20;
const SLICES: u32 = 24;
const QUOTA_WORDS: u32 = 128 << 17;
/// Elements of a collection that are printed: what has no end is cut there on both sides.
pub(super) const PRINTED_LENGTH: usize = 60;

/// Ox, with its library compiled.
pub(super) struct Ox {
    workspace: Workspace,
}

impl Ox {
    pub(super) fn new() -> Ox {
        Ox {
            workspace: Workspace::of_text("user.ox", ""),
        }
    }

    /// What comes of each program, in their order.
    pub(super) fn answers(&mut self, programs: &[Program]) -> Vec<Answer> {
        let mut answers: BTreeMap<usize, Answer> = BTreeMap::new();
        loop {
            let open: Vec<usize> = (0..programs.len())
                .filter(|number| !answers.contains_key(number))
                .collect();
            if open.is_empty() {
                return answers.into_values().collect();
            }
            self.attempt(programs, &open, &mut answers);
        }
    }

    /// Compiles and runs the open programs; at least one of them has its answer afterwards.
    fn attempt(
        &mut self,
        programs: &[Program],
        open: &[usize],
        answers: &mut BTreeMap<usize, Answer>,
    ) {
        let mut text = format!("{HEAD}\n");
        // The first line of each, with its number.
        let mut lines = Vec::new();
        for &number in open {
            lines.push((text.lines().count(), number));
            let program = &programs[number];
            let _ = writeln!(
                text,
                "{}\n{}",
                one_line(&program.definitions),
                reported(number, &one_line(&program.expression))
            );
        }
        self.workspace.edit("user", &text);
        let built = match self.workspace.build() {
            Ok(built) => built,
            Err(diagnostics) => {
                let files = self.workspace.files();
                for diagnostic in diagnostics {
                    let span = diagnostic.primary.span;
                    assert!(files.path(span.file) == "user.ox", "{}", diagnostic.message);
                    let line = text[..usize::from(span.range.start())]
                        .matches('\n')
                        .count();
                    let at = lines.partition_point(|&(first, _)| first <= line) - 1;
                    let refused =
                        Answer::Refused(diagnostic.code.to_string(), diagnostic.message.clone());
                    answers.entry(lines[at].1).or_insert(refused);
                }
                return;
            }
        };
        let image =
            LoadedImage::load(Arc::new(built.image)).expect("what was linked can be loaded");
        let entry = built
            .entry_slot
            .expect("a program of expressions has a body");
        let mut waiting: VecDeque<usize> = open.iter().copied().collect();
        let stop = run(&Arc::new(image), entry, &mut waiting, answers);
        if let (Some(stop), Some(culprit)) = (stop, waiting.pop_front()) {
            answers.insert(culprit, stop);
        }
    }
}

/// Runs programs until one of them stops the machine: how it did.
fn run(
    image: &Arc<LoadedImage>,
    entry: u32,
    waiting: &mut VecDeque<usize>,
    answers: &mut BTreeMap<usize, Answer>,
) -> Option<Answer> {
    let heap = Heap::new(Arc::clone(image.boot()));
    let mut process =
        Process::start(Arc::clone(image), entry, &[], heap).expect("the entry can be called");
    process.heap.quota_words = QUOTA_WORDS;
    let mut host = Host::default();
    let mut slices = 0;
    let stopped = |what: String| {
        Some(Answer::Error {
            kind: "the machine stopped".to_owned(),
            data: String::new(),
            message: what,
        })
    };
    loop {
        let mut fuel = SLICE;
        let outcome = process.run(&mut fuel, Zeal::default());
        match outcome {
            Outcome::OutOfFuel => {
                slices += 1;
                if slices > SLICES {
                    return Some(Answer::Endless);
                }
            }
            Outcome::Effect(fiber) => match host.answer(&mut process, fiber) {
                Request::Answered => {}
                Request::Report(report) => {
                    let (number, answer) = read_report(&process, &report);
                    assert_eq!(
                        waiting.pop_front(),
                        Some(number),
                        "programs run in their order"
                    );
                    answers.insert(number, answer);
                    slices = 0;
                    process.answer_at_once(fiber, Word::NIL);
                }
                Request::Unknown(operation) => {
                    return stopped(format!("nothing answers {operation}"));
                }
            },
            Outcome::Done(0) => return None,
            other => return stopped(format!("{other:?}")),
        }
    }
}

fn read_report(process: &Process, report: &[Word]) -> (usize, Answer) {
    let text = |word: Word| {
        string::try_text(&process.heap, word)
            .expect("a report has texts")
            .to_owned()
    };
    let (number, answer) = match *report {
        [number, value] => (number, Answer::Value(text(value))),
        [number, kind, message] => {
            let error = Answer::Error {
                kind: text(kind),
                data: String::new(),
                message: text(message),
            };
            (number, error)
        }
        _ => panic!("a report has two or three parts"),
    };
    let number = usize::try_from(number.small_value()).expect("programs are counted from 0");
    (number, answer)
}

/// The request that reports `[number text]` or `[number kind-or-data message]` of an expression.
fn reported(number: usize, expression: &str) -> String {
    let failed = format!(
        "(let* [data (clojure.core/ex-data e) kind (clojure.core/get data :ox/kind)] \
         [{number} (clojure.core/pr-str (if kind kind data)) (clojure.core/str (clojure.core/ex-message e))])"
    );
    format!(
        "(clojure.core/effect* :test/report (try (let* [value {expression}] \
         (clojure.core/binding [clojure.core/*print-length* {PRINTED_LENGTH}] [{number} (clojure.core/pr-str value)])) \
         (catch :default e {failed}) (catch :ox/cancelled e {failed}) (catch :ox/exit e {failed})))"
    )
}

/// A program's parts stand on one line each, by which diagnostics are told apart.
fn one_line(text: &str) -> String {
    assert!(
        !text.contains('\n'),
        "line breaks in strings are escaped: {text}"
    );
    text.to_owned()
}
