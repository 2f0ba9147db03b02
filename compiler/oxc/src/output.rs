//! What `oxc` itself says: color, messages on standard error, tables and JSON on standard output.
//!
//! # Invariants
//! - Standard output carries what was asked for and nothing else; it belongs to the program of
//!   `oxc run`.
//! - A closed standard output ends the command with 141 and without a word.

use crate::failure::{Failure, OUTPUT_CLOSED, Outcome};
use clap::ColorChoice;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How the user wants to be spoken to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// Color on standard output.
    pub(crate) color_stdout: bool,
    /// Color on standard error.
    pub(crate) color_stderr: bool,
    /// Whether standard error is a terminal.
    pub(crate) is_terminal: bool,
    /// Say more.
    pub(crate) verbose: bool,
}

/// A way to mark text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Errors
    Red,
    /// Warnings, what waits for a decision
    Yellow,
    /// What went well
    Green,
    /// What matters less
    Dim,
    /// Headings
    Bold,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Style::Red => "1;31",
            Style::Yellow => "33",
            Style::Green => "32",
            Style::Dim => "2",
            Style::Bold => "1",
        }
    }
}

fn wants_color(choice: ColorChoice, is_terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            is_terminal && !set("NO_COLOR") && !dumb
        }
    }
}

impl Output {
    /// By the options and what the streams are.
    pub(crate) fn new(choice: ColorChoice, verbose: bool) -> Output {
        let is_terminal = io::stderr().is_terminal();
        Output {
            color_stdout: wants_color(choice, io::stdout().is_terminal()),
            color_stderr: wants_color(choice, is_terminal),
            is_terminal,
            verbose,
        }
    }

    /// Text as it looks on standard output.
    pub(crate) fn paint(self, style: Style, text: &str) -> String {
        paint(self.color_stdout, style, text)
    }

    /// A line on standard error.
    pub(crate) fn say(self, line: impl AsRef<str>) {
        // In one write: what a program prints elsewhere does not come in between. With standard error
        // gone there is nobody to tell.
        let line = format!("{}\n", line.as_ref());
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }

    /// A line on standard error that only helps: on a terminal or with `-v`.
    pub(crate) fn mention(self, line: impl AsRef<str>) {
        if self.is_terminal || self.verbose {
            self.say(paint(self.color_stderr, Style::Dim, line.as_ref()));
        }
    }

    /// What is worth knowing.
    pub(crate) fn note(self, text: impl AsRef<str>) {
        self.say(format!(
            "{}: {}",
            paint(self.color_stderr, Style::Bold, "note"),
            text.as_ref()
        ));
    }

    /// Why the command fails.
    pub(crate) fn fail(self, failure: &Failure) {
        if failure.is_told {
            return;
        }
        let error = match failure.error_code() {
            Some(code) => format!("error[{code}]"),
            None => "error".to_owned(),
        };
        self.say(format!(
            "{}: {}",
            paint(self.color_stderr, Style::Red, &error),
            failure.message
        ));
        for line in &failure.help {
            self.say(format!(
                "{}: {line}",
                paint(self.color_stderr, Style::Bold, "help")
            ));
        }
    }

    /// Shows on a terminal what takes long, until it is dropped.
    pub(crate) fn progress(self, what: &'static str) -> Progress {
        Progress::start(self, what)
    }
}

fn paint(color: bool, style: Style, text: &str) -> String {
    if color {
        format!("\x1b[{}m{text}\x1b[0m", style.code())
    } else {
        text.to_owned()
    }
}

/// Writes to standard output.
///
/// # Errors
/// When nobody reads it any more, or it cannot be written.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| {
            if error.kind() == io::ErrorKind::BrokenPipe {
                Failure::told(OUTPUT_CLOSED)
            } else {
                crate::failure::io("write to standard output")(error)
            }
        })
}

/// Writes a value as one line of JSON.
///
/// # Errors
/// As [`print`].
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string(value).expect("facts are plain strings and numbers");
    text.push('\n');
    print(&text)
}

/// Writes text and ends well.
pub(crate) fn answer(text: &str) -> Outcome {
    print(text)?;
    Ok(0)
}

/// Columns as wide as their widest entry, two spaces between; no spaces at the ends of lines.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| visible_width(cell))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width + 2 - visible_width(cell)));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Characters that take room: without color codes.
fn visible_width(text: &str) -> usize {
    let mut width = 0;
    let mut in_code = false;
    for c in text.chars() {
        match c {
            '\x1b' => in_code = true,
            'm' if in_code => in_code = false,
            _ if !in_code => width += 1,
            _ => {}
        }
    }
    width
}

/// After which something is slow enough to be told.
const SLOW: Duration = Duration::from_secs(1);

/// A line on standard error while something slow is done.
#[derive(Debug)]
pub(crate) struct Progress {
    done: std::sync::Arc<(std::sync::Mutex<bool>, std::sync::Condvar)>,
    shown: std::sync::Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
    output: Output,
}

impl Progress {
    fn start(output: Output, what: &'static str) -> Progress {
        let done = std::sync::Arc::new((std::sync::Mutex::new(false), std::sync::Condvar::new()));
        let shown = std::sync::Arc::new(AtomicBool::new(false));
        let mut progress = Progress {
            done: std::sync::Arc::clone(&done),
            shown: std::sync::Arc::clone(&shown),
            thread: None,
            output,
        };
        let begun = Instant::now();
        let thread = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || {
                let (lock, ended) = &*done;
                let mut is_done = lock
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                while !*is_done {
                    let wait = ended.wait_timeout(is_done, SLOW);
                    is_done = wait.unwrap_or_else(std::sync::PoisonError::into_inner).0;
                    if !*is_done && begun.elapsed() >= SLOW {
                        let first = !shown.swap(true, Ordering::Relaxed);
                        if output.is_terminal {
                            let _ = write!(
                                io::stderr().lock(),
                                "\r{what} … {} s",
                                begun.elapsed().as_secs()
                            );
                        } else if first {
                            output.say(format!("{what} …"));
                        }
                    }
                }
            });
        // Without a thread there is no progress to see, and nothing else is lost.
        progress.thread = thread.ok();
        progress
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        *self
            .done
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = true;
        self.done.1.notify_all();
        if let Some(thread) = self.thread.take() {
            // Its last line is written before anything else is said.
            let _ = thread.join();
        }
        if self.output.is_terminal && self.shown.load(Ordering::Relaxed) {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_whatever_their_color() {
        let rows = vec![
            vec!["PID".to_owned(), "STATUS".to_owned(), "X".to_owned()],
            vec![
                "17.2".to_owned(),
                paint(true, Style::Green, "done"),
                String::new(),
            ],
        ];
        assert_eq!(table(&rows), "PID   STATUS  X\n17.2  \x1b[32mdone\x1b[0m\n");
    }
}
