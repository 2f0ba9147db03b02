//! Clojure as the other side: one process that answers a line for each line.

use super::answers::Answer;
use super::generate::Program;
use super::ox::PRINTED_LENGTH;
use harness::root;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// How long a program may take; those that are made end at once or never.
const LIMIT_MS: u32 = 5_000;

/// A running Clojure.
pub(super) struct Clojure {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Clojure {
    /// Starts Clojure; `None` if there is none.
    pub(super) fn start() -> Option<Clojure> {
        let mut process = Command::new("clojure")
            .arg(root().join("tests/harness/tests/differential/answer.clj"))
            .arg(LIMIT_MS.to_string())
            .arg(PRINTED_LENGTH.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().expect("its output was asked for"));
        Some(Clojure {
            process,
            input,
            output,
        })
    }

    /// What comes of each program. Clojure works while `meanwhile` does.
    pub(super) fn answers<T>(
        &mut self,
        programs: &[Program],
        meanwhile: impl FnOnce() -> T,
    ) -> (Vec<Answer>, T) {
        let input = self.input.as_mut().expect("its input stays open");
        let output = &mut self.output;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for program in programs {
                    let line = format!(
                        "[{} {}]",
                        quoted(&program.definitions),
                        quoted(&program.expression)
                    );
                    writeln!(input, "{line}").expect("clojure reads on");
                }
                input.flush().expect("clojure reads on");
            });
            let answers = scope.spawn(move || {
                let answer = |program: &Program| {
                    let mut line = String::new();
                    let read = output.read_line(&mut line).expect("clojure writes text");
                    assert!(read > 0, "clojure ended at {}", program.expression);
                    Answer::of_line(line.trim_end_matches('\n'))
                };
                programs.iter().map(answer).collect()
            });
            let other = meanwhile();
            (answers.join().expect("clojure answers"), other)
        })
    }
}

impl Drop for Clojure {
    fn drop(&mut self) {
        // At the end of its input it ends.
        self.input = None;
        let _ = self.process.wait();
    }
}

/// The text as a string of EDN.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
