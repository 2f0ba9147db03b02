//! `ox.sh`: commands of the machine the run is on.
//!
//! `runner` is the side of the run, `supervisor` the process between, `frame` what they say to each
//! other, `journal` what outlives a crash, `proc` how processes are found and ended.
//!
//! # Invariants
//! - A command begins after its group is in the journal, and its attempt is answered after all of
//!   its group has ended. Two attempts never overlap.
//! - A file named by `:out` or `:err` gets its name only if the command succeeds.

pub(crate) mod frame;
pub(crate) mod journal;
pub(crate) mod proc;
pub(crate) mod runner;
pub(crate) mod supervisor;

use crate::arguments::{Arguments, Options, Shape, brief, file_of, plain_text};
use crate::atomic::AtomicFile;
use crate::control::{Control, Wish};
use crate::failure::{cancelled, misuse, os, plain, timeout, utf8};
use engine::data::Data;
use engine::transport::TaskError;
use frame::{Input, Spec};
use runner::{Ended, Failure, Job, OUTPUT_BYTES_MAX, Runner, Sink};
use std::ffi::OsString;
use std::io::{Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

/// Marks the commands of a run in their environment; the value is the group's token.
pub(crate) const GROUP_VARIABLE: &str = "OX_GROUP";
/// Where a command finds the idempotency key of its attempt.
const KEY_VARIABLE: &str = "OX_IDEMPOTENCY_KEY";
/// How much of the errors goes into an error.
const ERROR_TAIL_BYTES: usize = 2 << 10;
const OPTIONS: [&str; 6] = ["in", "env", "cwd", "out", "err", "check"];
/// The exit status of a command that a signal has ended is this and the signal's number.
const SIGNAL_STATUS: i32 = 128;

/// Everything about an attempt but its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt<'a> {
    pub(crate) runner: &'a Runner,
    pub(crate) control: &'a Control,
    pub(crate) key: &'a str,
    pub(crate) limit_ms: Option<u64>,
}

/// Carries out `ox.sh/run` or `ox.sh/pipe`, named without the namespace.
pub(crate) fn call(
    name: &str,
    arguments: Arguments<'_>,
    attempt: Attempt<'_>,
) -> Result<Data, TaskError> {
    let commands = match name {
        "run" => vec![command(arguments, arguments.value(0))?],
        "pipe" => {
            let commands = match arguments.value(0) {
                Data::Vector(commands) if !commands.is_empty() => commands,
                other => {
                    return Err(arguments.wrong(
                        "the commands",
                        "at least one vector of strings",
                        other,
                    ));
                }
            };
            commands
                .iter()
                .map(|words| command(arguments, words))
                .collect::<Result<_, _>>()?
        }
        other => return Err(misuse(format!("there is no activity ox.sh/{other}"))),
    };
    let options = arguments.options(1, &OPTIONS)?;
    let check = options.flag("check", true)?;
    let (input, input_bytes) = input(options)?;
    let spec = Spec {
        commands,
        directory: arguments.resolve(options.text("cwd")?.unwrap_or("."))?,
        environment: environment(options, attempt.key)?,
        input,
    };
    let out = Output::open(options, "out", attempt.key)?;
    let err = Output::open(options, "err", attempt.key)?;
    let job = Job {
        input: input_bytes,
        out: out.sink()?,
        err: err.sink()?,
        deadline: deadline(attempt.limit_ms),
        spec: spec.clone(),
    };
    let ended = attempt
        .runner
        .run(job, attempt.control)
        .map_err(|failure| explain(failure, &spec, attempt))?;
    if check && let Some((index, status)) = failed_of(&ended.statuses) {
        let failed = Failed::among(&spec.commands, index);
        return Err(exit_error(status, failed, err.tail(&ended.err)));
    }
    let last = exit_of(
        *ended
            .statuses
            .last()
            .expect("there is at least one command"),
    );
    answer(out, err, ended, last)
}

/// Runs a command line of the user by the shell, with text for its input; its output.
pub(crate) fn shell(
    line: &str,
    input: String,
    directory: &std::path::Path,
    attempt: Attempt<'_>,
) -> Result<Vec<u8>, TaskError> {
    let spec = Spec {
        commands: vec![vec!["/bin/sh".into(), "-c".into(), line.into()]],
        directory: directory.to_owned(),
        environment: vec![(KEY_VARIABLE.into(), Some(attempt.key.into()))],
        input: Input::Frames,
    };
    let job = Job {
        input: input.into_bytes(),
        out: Sink::Capture,
        err: Sink::Capture,
        deadline: deadline(attempt.limit_ms),
        spec: spec.clone(),
    };
    let ended = attempt
        .runner
        .run(job, attempt.control)
        .map_err(|failure| explain(failure, &spec, attempt))?;
    match failed_of(&ended.statuses) {
        None => Ok(ended.out),
        Some((_, status)) => Err(exit_error(status, None, tail_of(&ended.err))),
    }
}

fn deadline(limit_ms: Option<u64>) -> Option<Instant> {
    limit_ms.and_then(|limit| Instant::now().checked_add(Duration::from_millis(limit)))
}

fn command(arguments: Arguments<'_>, words: &Data) -> Result<Vec<OsString>, TaskError> {
    let wrong = || arguments.wrong("a command", "a vector of strings", words);
    let Data::Vector(items) = words else {
        return Err(wrong());
    };
    if items.is_empty() {
        return Err(misuse("a command needs at least the name of its program"));
    }
    items
        .iter()
        .map(|item| match item {
            Data::Str(text) if text.contains('\0') => {
                Err(misuse("a word of a command contains the character NUL"))
            }
            Data::Str(text) => Ok(OsString::from(text)),
            Data::Secret(..) => Err(misuse(format!(
                "{} may not be a word of a command, which everybody on the machine can see; use :env or :in",
                brief(item)
            ))),
            _ => Err(wrong()),
        })
        .collect()
}

fn input(options: Options<'_>) -> Result<(Input, Vec<u8>), TaskError> {
    Ok(match options.get("in") {
        None => (Input::Nothing, Vec::new()),
        Some(Data::Bytes(bytes)) => (Input::Frames, bytes.clone()),
        Some(value @ (Data::Str(_) | Data::Secret(..))) => {
            let text = plain_text(value, options.arguments)?.unwrap_or_default();
            (Input::Frames, text.into_bytes())
        }
        Some(value) => match file_of(value) {
            Some(path) => (Input::File(options.arguments.resolve(path)?), Vec::new()),
            None => return Err(options.wrong("in", "text, bytes or [:file \"path\"]", value)),
        },
    })
}

fn environment(
    options: Options<'_>,
    key: &str,
) -> Result<Vec<(OsString, Option<OsString>)>, TaskError> {
    let mut all = vec![(OsString::from(KEY_VARIABLE), Some(OsString::from(key)))];
    let entries: &[(Data, Data)] = match options.get("env") {
        None => &[],
        Some(Data::Map(entries)) => entries,
        Some(other) => return Err(options.wrong("env", "a map", other)),
    };
    for (name, value) in entries {
        let text = match name {
            Data::Secret(..) => None,
            other => plain_text(other, options.arguments)?,
        };
        let Some(text) = text.filter(|text| !text.is_empty() && !text.contains(['=', '\0'])) else {
            return Err(options.wrong("env", "a map from names of variables", name));
        };
        let value = match value {
            Data::Nil => None,
            other => match plain_text(other, options.arguments)? {
                Some(value) if !value.contains('\0') => Some(OsString::from(value)),
                _ => return Err(options.wrong("env", "a map to texts", other)),
            },
        };
        if text != GROUP_VARIABLE {
            all.push((OsString::from(text), value));
        }
    }
    Ok(all)
}

/// What becomes of a stream.
#[derive(Debug)]
enum Output {
    Text,
    Bytes,
    Inherit,
    File(String, AtomicFile),
}

impl Output {
    fn open(options: Options<'_>, key: &str, attempt_key: &str) -> Result<Output, TaskError> {
        match options.shape(key, "string")? {
            Shape::Name(name) => match name.as_str() {
                "string" => Ok(Output::Text),
                "bytes" => Ok(Output::Bytes),
                "inherit" => Ok(Output::Inherit),
                _ => {
                    let expected = ":string, :bytes, :inherit or [:file \"path\"]";
                    Err(options.wrong(key, expected, &Data::Keyword(None, name)))
                }
            },
            Shape::File(text, path) => {
                // Both streams of one attempt may name the same file by mistake; then they must not
                // share a temporary one.
                let file = AtomicFile::create(&path, &format!("{attempt_key} {key}"));
                Ok(Output::File(
                    text.clone(),
                    file.map_err(|error| os(&error, &text))?,
                ))
            }
        }
    }

    fn sink(&self) -> Result<Sink, TaskError> {
        Ok(match self {
            Output::Text | Output::Bytes => Sink::Capture,
            Output::Inherit => Sink::Inherit,
            Output::File(text, file) => {
                Sink::File(file.file().try_clone().map_err(|error| os(&error, text))?)
            }
        })
    }

    /// The last part of what was written, wherever it has gone.
    fn tail(&self, captured: &[u8]) -> String {
        let Output::File(_, file) = self else {
            return tail_of(captured).into_owned();
        };
        let mut bytes = Vec::new();
        if let Some(path) = file.written_path()
            && let Ok(mut file) = std::fs::File::open(path)
        {
            let size = file.metadata().map_or(0, |found| found.len());
            let start = size.saturating_sub(ERROR_TAIL_BYTES as u64);
            if file.seek(SeekFrom::Start(start)).is_ok() {
                // It only decorates an error.
                let _ = file.take(ERROR_TAIL_BYTES as u64).read_to_end(&mut bytes);
            }
        }
        tail_of(&bytes).into_owned()
    }

    fn value(self, bytes: Vec<u8>, key: &str) -> Result<Data, TaskError> {
        match self {
            Output::Text if key == "err" => Ok(Data::text(String::from_utf8_lossy(&bytes))),
            Output::Text => utf8(bytes).map(Data::Str).map_err(|what| {
                misuse(format!(
                    "the command's output is {what}; take it with {{:out :bytes}}"
                ))
            }),
            Output::Bytes => Ok(Data::Bytes(bytes)),
            Output::Inherit => Ok(Data::Nil),
            Output::File(text, file) => {
                file.commit().map_err(|error| os(&error, &text))?;
                Ok(Data::Nil)
            }
        }
    }
}

fn answer(out: Output, err: Output, ended: Ended, exit: i32) -> Result<Data, TaskError> {
    Ok(Data::record([
        ("exit", Data::Int(i64::from(exit))),
        ("out", out.value(ended.out, "out")?),
        ("err", err.value(ended.err, "err")?),
    ]))
}

/// The status of one command, as a shell gives it.
fn exit_of(status: i32) -> i32 {
    if status < 0 {
        SIGNAL_STATUS - status
    } else {
        status
    }
}

/// Which command of a pipe has failed, and its status: the last that has. One that was ended because
/// the next did not want more has not failed.
fn failed_of(statuses: &[i32]) -> Option<(usize, i32)> {
    let last = statuses.len().checked_sub(1)?;
    let pipe = -signal_hook::consts::SIGPIPE;
    let failed = |&(index, status): &(usize, i32)| status != 0 && (index == last || status != pipe);
    statuses
        .iter()
        .copied()
        .enumerate()
        .rev()
        .find(|found| failed(found))
}

/// A command of several that has failed.
#[derive(Clone, Copy, Debug)]
struct Failed<'a> {
    words: &'a [OsString],
    /// From 1.
    number: usize,
    count: usize,
}

impl<'a> Failed<'a> {
    /// None of a command that is alone, which needs no name.
    fn among(commands: &'a [Vec<OsString>], index: usize) -> Option<Failed<'a>> {
        let words = commands.get(index).filter(|_| commands.len() > 1)?;
        Some(Failed {
            words,
            number: index + 1,
            count: commands.len(),
        })
    }
}

fn exit_error(status: i32, failed: Option<Failed<'_>>, stderr: impl AsRef<str>) -> TaskError {
    let stderr = stderr.as_ref();
    let exit = exit_of(status);
    let mut message = if status < 0 {
        format!("exit {exit} (signal {})", -status)
    } else {
        format!("exit {exit}")
    };
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    if let Some(failed) = failed {
        let program = failed.words.first().map(text).unwrap_or_default();
        let (number, count) = (failed.number, failed.count);
        message = format!("{message} of {program} (command {number} of {count})");
    }
    if let Some(line) = stderr.lines().rev().find(|line| !line.trim().is_empty()) {
        message.push_str(": ");
        message.push_str(line.trim());
    }
    let mut data = vec![
        ("exit".to_owned(), Data::Int(i64::from(exit))),
        ("stderr".to_owned(), Data::text(stderr)),
    ];
    if status < 0 {
        data.push(("signal".to_owned(), Data::Int(i64::from(-status))));
    }
    if let Some(failed) = failed {
        let words = failed.words.iter().map(|word| Data::Str(text(word)));
        data.push(("command".to_owned(), Data::Vector(words.collect())));
    }
    TaskError {
        reason: "exit",
        message,
        data,
        is_retryable: true,
    }
}

/// The last 2 KiB, from the start of a character on.
fn tail_of(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let mut start = bytes.len().saturating_sub(ERROR_TAIL_BYTES);
    while start < bytes.len() && start > 0 && bytes[start] & 0xc0 == 0x80 {
        start += 1;
    }
    String::from_utf8_lossy(&bytes[start..])
}

fn explain(failure: Failure, spec: &Spec, attempt: Attempt<'_>) -> TaskError {
    match failure {
        Failure::NotStarted {
            index,
            error,
            message,
        } => {
            let words = spec.commands.get(index).and_then(|words| words.first());
            let program = words.map_or(String::new(), |word| word.to_string_lossy().into_owned());
            let is_missing =
                error.kind() == std::io::ErrorKind::NotFound && error.raw_os_error().is_some();
            let message = if is_missing && !spec.directory.is_dir() {
                format!("no such directory: {}", spec.directory.display())
            } else if is_missing {
                format!("no such command: {program}")
            } else {
                format!("{program} cannot be started: {message}")
            };
            // As a shell has it: 127 for what is not there, 126 for what cannot be run.
            let exit = Data::Int(if is_missing { 127 } else { 126 });
            TaskError {
                reason: "exit",
                message,
                data: vec![("exit".to_owned(), exit)],
                is_retryable: false,
            }
        }
        Failure::Stopped(Wish::Go | Wish::Cancel | Wish::Abandon) => cancelled(),
        Failure::Timeout(err) => {
            let mut error = timeout(attempt.limit_ms);
            error
                .data
                .push(("stderr".to_owned(), Data::text(tail_of(&err))));
            error
        }
        Failure::TooMuch(stream) => misuse(format!(
            "more than {} MiB on :{stream}; send it to a file with {{:{stream} [:file \"path\"]}}",
            OUTPUT_BYTES_MAX >> 20
        )),
        Failure::Lost => TaskError {
            reason: "lost",
            message: "the command was killed from outside".to_owned(),
            data: Vec::new(),
            is_retryable: true,
        },
        Failure::System(error) => TaskError {
            reason: "error",
            message: format!("the command cannot be run: {}", plain(&error)),
            data: Vec::new(),
            is_retryable: true,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_fails_with_its_last_failure_but_not_for_a_reader_that_had_enough() {
        assert_eq!(failed_of(&[0, 0]), None);
        assert_eq!(failed_of(&[1, 2, 0]), Some((1, 2)));
        assert_eq!(failed_of(&[1, 3]), Some((1, 3)));
        assert_eq!(failed_of(&[-13, 0]), None);
        assert_eq!(failed_of(&[-9, 0]), Some((0, -9)));
        assert_eq!(failed_of(&[-13]), Some((0, -13)));
    }

    #[test]
    fn errors_tell_the_last_line() {
        let error = exit_error(2, None, "one\nno rule to make target\n\n");
        assert_eq!(error.message, "exit 2: no rule to make target");
        assert_eq!(exit_error(-9, None, "").message, "exit 137 (signal 9)");
        assert_eq!(exit_error(-9, None, "").data[0].1, Data::Int(137));
    }

    #[test]
    fn an_error_of_a_pipe_names_the_command() {
        let commands: Vec<Vec<OsString>> =
            vec![vec!["sort".into(), "x".into()], vec!["cat".into()]];
        assert!(Failed::among(&commands[..1], 0).is_none());
        let error = exit_error(2, Failed::among(&commands, 0), "no x\n");
        assert_eq!(error.message, "exit 2 of sort (command 1 of 2): no x");
        let words = Data::Vector(vec![Data::text("sort"), Data::text("x")]);
        assert!(error.data.contains(&("command".to_owned(), words)));
    }

    #[test]
    fn tails_start_with_a_whole_character() {
        let text = "λ".repeat(2_000);
        let mut bytes = text.clone().into_bytes();
        bytes.push(b'x');
        let tail = tail_of(&bytes).into_owned();
        assert!(tail.len() <= ERROR_TAIL_BYTES && text.len() > ERROR_TAIL_BYTES);
        assert!(tail.ends_with("λx") && !tail.contains('\u{fffd}'), "{tail}");
    }
}
