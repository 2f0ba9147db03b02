//! What `oxc` tells about processes: the shapes of its JSON, and the same as text.
//!
//! # Invariants
//! - Every key is there always, with null where there is nothing: programs depend on the shapes.
//! - Times are instants in UTC; pids are strings.

use crate::output::{Output, Style, table};
use crate::time::{now_ms, parse_instant, span};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// A process in `oxc ps`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessFacts {
    /// Its pid.
    pub(crate) pid: String,
    /// Its registered name; of a main process without one, what was run.
    pub(crate) name: Option<String>,
    /// `ready running waiting parked suspended done failed cancelled killed damaged newer unreachable`
    pub(crate) status: String,
    /// What it was started with: `app.core/-main`.
    pub(crate) function: String,
    /// When it was started.
    pub(crate) started: String,
    /// What it waits for.
    pub(crate) waiting_for: Option<Waiting>,
    /// Checkpoints so far.
    pub(crate) checkpoints: u64,
    /// Steps so far.
    pub(crate) steps: u64,
    /// When it ended; null while it has not, or if that is not known.
    #[serde(default)]
    pub(crate) ended: Option<String>,
    /// Of a main process what was run, also when it has a name: `deploy.ox`.
    #[serde(default)]
    pub(crate) program: Option<String>,
    /// Path of the store that holds it, said by who looks at it.
    #[serde(default)]
    pub(crate) store: Option<String>,
}

impl ProcessFacts {
    /// What was run, and its registered name if it has one: `deploy.ox (:main)`.
    fn called(&self) -> String {
        match (&self.program, &self.name) {
            (Some(program), Some(name)) if program != name => format!("{program} ({name})"),
            (_, name) => name.clone().unwrap_or_default(),
        }
    }

    /// How long ago it was started; of one that has ended how long it ran: `ran 3s`.
    fn age(&self, now: u64) -> String {
        let Some(started) = parse_instant(&self.started) else {
            return String::new();
        };
        let ended = self.ended.as_deref().and_then(parse_instant);
        match (ended, self.status.as_str()) {
            (Some(ended), _) => format!("ran {}", span(ended.saturating_sub(started))),
            (
                None,
                "damaged" | "newer" | "unreachable" | "done" | "failed" | "cancelled" | "killed",
            ) => String::new(),
            (None, _) => span(now.saturating_sub(started)),
        }
    }

    /// Of a damaged process: what is, which stands in the place of the function.
    pub(crate) fn damage(&self) -> &str {
        let function = self.function.as_str();
        function.strip_prefix("damaged: ").unwrap_or(function)
    }
}

/// What a process or fiber waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// `timer message activity fiber stdin process output`
    pub(crate) kind: String,
    /// When the wait ends by itself.
    pub(crate) until: Option<String>,
    /// When it is cut short: the earliest of the time limits around it (`with-timeout`) and the time for
    /// all attempts (`:schedule-to-close`).
    #[serde(default)]
    pub(crate) deadline: Option<String>,
    /// The process whose end is waited for.
    #[serde(default)]
    pub(crate) process: Option<String>,
    /// The activity.
    pub(crate) activity: Option<String>,
    /// The activity with its arguments, cut where they are long; null in `oxc ps` of many or large
    /// processes.
    pub(crate) call: Option<String>,
    /// Its queue.
    pub(crate) queue: Option<String>,
    /// Workers of the queue; null where they are not counted.
    pub(crate) workers: Option<u64>,
    /// The attempt, from 1.
    pub(crate) attempt: Option<u32>,
    /// Greatest number of attempts.
    pub(crate) max_attempts: Option<u32>,
    /// Why the last attempt failed.
    pub(crate) last_error: Option<String>,
    /// When the next attempt starts.
    pub(crate) next_attempt: Option<String>,
    /// Since when it waits.
    pub(crate) since: Option<String>,
    /// The fiber that waits, 0 for the main one.
    pub(crate) fiber: u64,
    /// How many other fibers of the process wait for something outside, or for a time.
    #[serde(default)]
    pub(crate) others: u64,
}

/// `oxc inspect`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inspection {
    /// What `oxc ps` says.
    #[serde(flatten)]
    pub(crate) process: ProcessFacts,
    /// Who spawned it.
    pub(crate) parent: Option<String>,
    /// What it has said about its end or its being parked: code, message, data, trace.
    pub(crate) report: Option<String>,
    /// The code of the error that the report is about, if it has one: `OX0506`.
    #[serde(default)]
    pub(crate) code: Option<String>,
    /// Linked processes.
    pub(crate) links: Vec<String>,
    /// Messages that it has not taken yet.
    pub(crate) mailbox: u64,
    /// Words of its memory that are stored.
    pub(crate) words: u64,
    /// Its fibers, the main one first.
    pub(crate) fibers: Vec<FiberFacts>,
    /// Fibers that have failed and that nobody has awaited, oldest first; of a process that has ended,
    /// by then.
    #[serde(default)]
    pub(crate) failed_fibers: Vec<FailedFiber>,
}

impl Inspection {
    /// Whether it runs, or can be retried: of what else has ended no fibers are kept.
    fn may_go_on(&self) -> bool {
        match self.process.status.as_str() {
            "done" | "cancelled" | "killed" => false,
            "failed" => !self.fibers.is_empty(),
            _ => true,
        }
    }
}

/// A fiber that has failed, and that nobody has awaited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FailedFiber {
    /// Its number.
    pub(crate) fiber: u64,
    /// Code, message, data and trace.
    pub(crate) report: String,
    /// The code of its error, if it has one.
    #[serde(default)]
    pub(crate) code: Option<String>,
}

/// A fiber.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FiberFacts {
    /// Its number, 0 for the main one.
    pub(crate) fiber: u64,
    /// What it waits for; null when it can run.
    pub(crate) waiting_for: Option<Waiting>,
    /// Its frames, the innermost first.
    pub(crate) frames: Vec<FrameFacts>,
}

/// A frame.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FrameFacts {
    /// `app.core/charge`
    pub(crate) function: String,
    /// Path of the source.
    pub(crate) file: Option<String>,
    /// Line from 1.
    pub(crate) line: Option<u32>,
    /// Column from 1.
    pub(crate) column: Option<u32>,
    /// Locals that are still needed: name and printed value.
    pub(crate) locals: Vec<LocalFacts>,
}

/// A local.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LocalFacts {
    /// Its name.
    pub(crate) name: String,
    /// Its value as printed, cut if it is long.
    pub(crate) value: String,
}

/// An event of a process's life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventFacts {
    /// When.
    pub(crate) at: String,
    /// `started stdout stderr attempt attempt-failed attempt-done recovered parked retried
    /// cancelled fiber-failed ended`
    pub(crate) event: String,
    /// What was printed, the error, or the report.
    pub(crate) text: Option<String>,
    /// The code of the error that the report is about, if it has one: `OX0506`.
    #[serde(default)]
    pub(crate) code: Option<String>,
    /// The activity.
    pub(crate) activity: Option<String>,
    /// The activity with its arguments, cut where they are long; null of an answer if its attempt is not
    /// kept.
    pub(crate) call: Option<String>,
    /// The fiber that waits for it, 0 for the main one.
    pub(crate) fiber: Option<u64>,
    /// The attempt, from 1.
    pub(crate) attempt: Option<u32>,
    /// When the next attempt starts.
    pub(crate) next_attempt: Option<String>,
    /// The status at the end.
    pub(crate) status: Option<String>,
}

/// Words of a status that somebody should look at.
fn style_of(status: &str) -> Style {
    match status {
        "failed" | "damaged" | "killed" | "newer" | "unreachable" => Style::Red,
        "parked" | "suspended" | "cancelled" => Style::Yellow,
        "done" => Style::Dim,
        _ => Style::Green,
    }
}

/// How long ago an instant was, or how long until it comes, by the clock of this machine.
fn distance(instant_text: &str, now: u64) -> Option<(bool, String)> {
    let at = parse_instant(instant_text)?;
    Some((at > now, span(at.abs_diff(now))))
}

impl Waiting {
    /// In words: `ox.sh/run, attempt 2 of 5, next in 3s; last error: exit 2`.
    pub(crate) fn text(&self) -> String {
        let now = now_ms();
        let mut text = match self.kind.as_str() {
            "timer" => "a timer".to_owned(),
            "message" => "a message".to_owned(),
            "stdin" => "standard input".to_owned(),
            "fiber" => "another fiber".to_owned(),
            "process" => match &self.process {
                Some(process) => format!("the end of {process}"),
                None => "the end of a process".to_owned(),
            },
            "output" => "its output to be written".to_owned(),
            "activity" => self
                .call
                .clone()
                .or(self.activity.clone())
                .unwrap_or_default(),
            other => other.to_owned(),
        };
        match (&self.queue, self.workers) {
            (Some(queue), Some(0)) => {
                text = format!("a worker on queue \"{queue}\" (none connected): {text}")
            }
            (Some(queue), _) => text = format!("{text} on queue \"{queue}\""),
            (None, _) => {}
        }
        if let Some(attempt) = self.attempt.filter(|attempt| *attempt > 0) {
            let _ = write!(text, ", attempt {attempt}");
            if let Some(most) = self.max_attempts {
                let _ = write!(text, " of {most}");
            }
        }
        let until = self
            .until
            .as_deref()
            .filter(|_| self.until != self.deadline);
        if let Some((true, left)) = until.and_then(|until| distance(until, now)) {
            let _ = write!(text, ", {left} left");
        }
        match self.deadline.as_deref().and_then(|at| distance(at, now)) {
            Some((true, left)) => {
                let _ = write!(text, ", deadline in {left}");
            }
            Some((false, _)) => text.push_str(", deadline over"),
            None => {}
        }
        if let Some((true, left)) = self
            .next_attempt
            .as_deref()
            .and_then(|next| distance(next, now))
        {
            let _ = write!(text, ", next in {left}");
        }
        if self.fiber > 0 {
            let _ = write!(text, ", in fiber {}", self.fiber);
        }
        match self.others {
            0 => {}
            1 => text.push_str(", 1 more fiber waits"),
            others => {
                let _ = write!(text, ", {others} more fibers wait");
            }
        }
        if let Some(error) = &self.last_error {
            let _ = write!(
                text,
                "; last error: {}",
                error.lines().next().unwrap_or_default()
            );
        }
        text
    }
}

/// The table of `oxc ps`, with `-v` with the stores.
pub(crate) fn processes_text(output: Output, processes: &[ProcessFacts]) -> String {
    if processes.is_empty() {
        return String::new();
    }
    let now = now_ms();
    let head = [
        "PID",
        "NAME",
        "STATUS",
        "AGE",
        "STEPS",
        "FUNCTION",
        "WAITS FOR",
    ];
    let store = output.verbose.then_some("STORE");
    let mut rows = vec![
        head[..6]
            .iter()
            .chain(&store)
            .chain(&head[6..])
            .map(|text| output.paint(Style::Bold, text))
            .collect::<Vec<_>>(),
    ];
    for process in processes {
        let mut row = vec![
            process.pid.clone(),
            process.called(),
            output.paint(style_of(&process.status), &process.status),
            process.age(now),
            process.steps.to_string(),
            process.function.clone(),
        ];
        if output.verbose {
            row.push(process.store.clone().unwrap_or_default());
        }
        let waits = process.waiting_for.as_ref().map(Waiting::text);
        row.push(waits.unwrap_or_default());
        rows.push(row);
    }
    table(&rows)
}

/// What `oxc inspect` prints; frames of the library only if `all`.
pub(crate) fn inspection_text(output: Output, inspection: &Inspection, all: bool) -> String {
    let process = &inspection.process;
    let mut text = String::new();
    let mut name = String::new();
    for known in [&process.program, &process.name].into_iter().flatten() {
        if !name.contains(known.as_str()) {
            let _ = write!(name, " ({known})");
        }
    }
    let _ = writeln!(
        text,
        "{}{name}: {}",
        output.paint(Style::Bold, &process.pid),
        output.paint(style_of(&process.status), &process.status)
    );
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "  {key:<12} {value}");
    };
    line("function", &process.function);
    line("started", &process.started);
    if let Some(ended) = &process.ended {
        line("ended", &format!("{ended}, {}", process.age(now_ms())));
    }
    line(
        "steps",
        &format!(
            "{}, {} checkpoints, {} words stored",
            process.steps, process.checkpoints, inspection.words
        ),
    );
    if let Some(parent) = &inspection.parent {
        line("parent", parent);
    }
    if !inspection.links.is_empty() {
        line("links", &inspection.links.join(" "));
    }
    if inspection.mailbox > 0 {
        let some = if inspection.mailbox == 1 { "" } else { "s" };
        line("mailbox", &format!("{} message{some}", inspection.mailbox));
    }
    if let Some(waiting) = &process.waiting_for {
        let since = waiting
            .since
            .as_ref()
            .map(|since| format!(", since {since}"))
            .unwrap_or_default();
        let _ = writeln!(text, "  waits for {}{since}", waiting.text());
    }
    if let Some(report) = inspection
        .report
        .as_deref()
        .filter(|report| !report.is_empty())
    {
        text.push('\n');
        for report_line in report.lines() {
            let _ = writeln!(text, "  {report_line}");
        }
    }
    for failed in &inspection.failed_fibers {
        let ends = if failed.report.is_empty() { "" } else { ":" };
        let nobody = if inspection.may_go_on() {
            "nobody has awaited it yet"
        } else {
            "nobody awaited it"
        };
        let _ = writeln!(
            text,
            "\n  fiber {} has failed, and {nobody}{ends}",
            failed.fiber
        );
        for report_line in failed.report.lines() {
            let _ = writeln!(text, "    {report_line}");
        }
    }
    for fiber in &inspection.fibers {
        fiber_text(output, &mut text, fiber, inspection.fibers.len(), all);
    }
    text
}

fn fiber_text(output: Output, text: &mut String, fiber: &FiberFacts, fibers: usize, all: bool) {
    text.push('\n');
    if fibers > 1 {
        let waits = match &fiber.waiting_for {
            Some(waiting) => {
                let own = Waiting {
                    fiber: 0,
                    ..waiting.clone()
                };
                format!("waits for {}", own.text())
            }
            None => "can run".to_owned(),
        };
        let _ = writeln!(text, "fiber {}: {waits}", fiber.fiber);
    }
    let mut frames = fiber.frames.as_slice();
    while let Some((frame, rest)) = frames.split_first() {
        let folded = frames
            .iter()
            .take_while(|frame| !all && frame.library().is_some())
            .count();
        if folded == 0 {
            frame_text(output, text, frame);
            frames = rest;
            continue;
        }
        let mut namespaces: Vec<&str> = frames[..folded]
            .iter()
            .filter_map(FrameFacts::library)
            .collect();
        namespaces.dedup();
        let some = if folded == 1 { "frame" } else { "frames" };
        let names = namespaces.join(", ");
        let line = format!("  … {folded} {some} of {names}, --all shows them");
        let _ = writeln!(text, "{}", output.paint(Style::Dim, &line));
        frames = &frames[folded..];
    }
}

impl FrameFacts {
    /// The namespace of the library that it is of: of the core's parts the core.
    fn library(&self) -> Option<&str> {
        let (namespace, _) = self.function.split_once('/')?;
        let is_core = namespace.starts_with("ox.core.");
        namespace
            .starts_with("ox.")
            .then_some(if is_core { "ox.core" } else { namespace })
    }
}

fn frame_text(output: Output, text: &mut String, frame: &FrameFacts) {
    let _ = write!(text, "  at {}", output.paint(Style::Bold, &frame.function));
    if let Some(file) = &frame.file {
        let place = frame
            .line
            .map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
        let _ = write!(text, " ({place})");
    }
    text.push('\n');
    let width = frame
        .locals
        .iter()
        .map(|local| local.name.chars().count())
        .max()
        .unwrap_or(0);
    for local in &frame.locals {
        let _ = writeln!(text, "       {:<width$} = {}", local.name, local.value);
    }
}

/// A line, or the lines, of `oxc logs`.
pub(crate) fn event_text(output: Output, event: &EventFacts) -> String {
    let at = output.paint(Style::Dim, event.at.get(11..23).unwrap_or(&event.at));
    let fiber = match event.fiber.unwrap_or_default() {
        0 => String::new(),
        fiber => format!("fiber {fiber}: "),
    };
    let call = event.call.as_deref().or(event.activity.as_deref());
    let call = format!("{fiber}{}", call.unwrap_or_default());
    let attempt = event.attempt.unwrap_or_default();
    let words = event.text.as_deref().unwrap_or_default();
    let what = match event.event.as_str() {
        "stdout" | "stderr" => {
            return words
                .lines()
                .map(|line| {
                    format!(
                        "{at} {} {line}\n",
                        if event.event == "stdout" { "|" } else { "!" }
                    )
                })
                .collect();
        }
        "started" => format!("started: {words}"),
        "attempt" => format!("{call}: attempt {attempt}"),
        "attempt-done" => format!("{call}: attempt {attempt} has answered"),
        "attempt-failed" => {
            let next = event
                .next_attempt
                .as_deref()
                .map(|next| format!("; again at {}", next.get(11..23).unwrap_or(next)));
            format!(
                "{call}: attempt {attempt} has failed: {words}{}",
                next.unwrap_or_default()
            )
        }
        "recovered" => "taken up again".to_owned(),
        "parked" => format!("parked: {words}"),
        "retried" => "retried".to_owned(),
        "cancelled" => "asked to stop".to_owned(),
        "fiber-failed" => {
            let report = words.lines().next().unwrap_or_default();
            format!("{fiber}failed, and nobody waits for it yet: {report}")
        }
        "ended" => {
            let report = words
                .lines()
                .next()
                .map(|line| format!(": {line}"))
                .unwrap_or_default();
            format!("{}{report}", event.status.as_deref().unwrap_or("ended"))
        }
        other => format!("{other} {words}"),
    };
    format!("{at} - {what}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_of_a_process_are_there_always() {
        let json = serde_json::to_value(ProcessFacts::default()).expect("plain data");
        let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
        assert_eq!(
            keys,
            [
                "checkpoints",
                "ended",
                "function",
                "name",
                "pid",
                "program",
                "started",
                "status",
                "steps",
                "store",
                "waiting_for"
            ]
        );
        assert!(json["waiting_for"].is_null());
    }

    #[test]
    fn what_is_waited_for_is_told_in_words() {
        let waiting = Waiting {
            kind: "activity".to_owned(),
            activity: Some("charge".to_owned()),
            queue: Some("payments".to_owned()),
            workers: Some(0),
            attempt: Some(2),
            max_attempts: Some(5),
            last_error: Some("exit 2\nmore".to_owned()),
            ..Waiting::default()
        };
        assert_eq!(
            waiting.text(),
            "a worker on queue \"payments\" (none connected): charge, attempt 2 of 5; last error: exit 2"
        );
    }
}
