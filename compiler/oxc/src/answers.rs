//! What is told about the processes of a store, and what is done to them when somebody asks: the
//! same for an engine that runs and for files at rest.

use crate::facts::{
    EventFacts, FailedFiber, FiberFacts, FrameFacts, Inspection, LocalFacts, ProcessFacts, Waiting,
};
use crate::failure::Failure;
use crate::socket::{Logged, Reply, Request, Survey};
use crate::time::instant;
use engine::data::{self, Data};
use engine::event::{Event, EventKind, FIRST};
use engine::inspect::{self, FiberView, Frame, Running, Summary, View, WaitingFor};
use engine::letter::Letter;
use engine::pid::MAIN;
use engine::record::Status;
use engine::report::shorten_middle;
use engine::transport::{Stream, Transport};
use engine::{Engine, Pid};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use store::{Snapshot, Store};

/// Processes of which `oxc ps` looks for the arguments of what they wait for.
const CALLS_MAX: usize = 64;
/// Words of memory of a process that is looked at for that.
const CALL_WORDS_MAX: u64 = 1 << 20;
/// Bytes of a call in `oxc ps`.
const CALL_BYTES_MAX: usize = 60;

/// An engine with its store: one that runs, or one that was opened over files to look at them.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// The engine.
    pub(crate) engine: Engine,
    /// Its store.
    pub(crate) store: Arc<dyn Store>,
    /// Who serves its queues; none if nothing runs.
    pub(crate) transport: Option<Arc<dyn Transport>>,
}

/// A message as data.
///
/// # Errors
/// When the text is not one form of data.
pub(crate) fn message(text: &str, example: &str) -> Result<Data, Failure> {
    data::parse(text).map_err(|error| {
        Failure::usage(format!("`{text}` is not one form of data: {error}"))
            .help(format!("quote it for the shell: {example}"))
    })
}

impl Subject {
    /// Answers a request.
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        let is_idle = self.transport.is_none();
        let result = match request {
            // Nobody would go on, and how it ends would not be seen.
            Request::Cancel { .. } | Request::Kill { .. } | Request::Retry { .. } if is_idle => {
                return Reply::NotNow;
            }
            Request::Ps => self.survey().map(Reply::Survey),
            Request::Inspect { process } => self
                .inspect(*process)
                .map(|found| Reply::Inspection(Box::new(found))),
            Request::Logs { process, from } => self.logs(*process, *from).map(Reply::Logs),
            _ => self.change_durably(request).map(|()| Reply::Done),
        };
        result.unwrap_or_else(|failure| Reply::Failed {
            message: failure.message,
            help: failure.help,
        })
    }

    fn running(&self) -> Running<'_> {
        match &self.transport {
            Some(transport) => Running::Yes(&**transport),
            None => Running::No,
        }
    }

    /// The processes that a thread computes for.
    fn at_work(&self) -> impl Iterator<Item = u64> {
        let all = self.engine.processes().into_iter();
        all.filter(|&(_, status)| status == Status::Running)
            .map(|(number, _)| number)
    }

    fn pid(&self, number: u64) -> Pid {
        Pid {
            run: self.engine.store_record().run,
            number,
        }
    }

    /// All processes.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn survey(&self) -> Result<Survey, Failure> {
        let record = self.engine.store_record();
        let snapshot = self.store.snapshot();
        let mut summaries = inspect::list(&snapshot, record.run, self.running())?;
        let at_work: HashSet<u64> = self.at_work().collect();
        for summary in &mut summaries {
            if at_work.contains(&summary.pid.number) {
                summary.status = Status::Running;
            }
        }
        self.name_calls(&snapshot, &mut summaries);
        let mut open = summaries
            .iter()
            .map(|summary| summary.status)
            .filter(|status| !status.has_ended())
            .peekable();
        let has_wishes = open.peek().is_some()
            && open.all(|status| status == Status::Parked)
            && inspect::has_wishes(&snapshot)?;
        let has_unwritten = inspect::has_unwritten(&snapshot)?;
        let processes = summaries
            .into_iter()
            .map(|summary| process_facts(summary, &record.command, has_unwritten))
            .collect();
        Ok(Survey {
            run: record.run,
            command: record.command,
            is_idle: self.transport.is_none(),
            has_unwritten,
            has_wishes,
            args: record.args,
            processes,
        })
    }

    /// What activities the processes wait for, with their arguments. These are in their memory, so of
    /// many or large processes the names of the activities have to do.
    fn name_calls(&self, snapshot: &Snapshot, summaries: &mut [Summary]) {
        let is_activity = |summary: &&mut Summary| {
            let waiting = summary.waiting_for.as_ref();
            waiting.is_some_and(|waiting| waiting.activity.is_some())
        };
        let waiting = summaries.iter_mut().filter(is_activity);
        for summary in waiting.take(CALLS_MAX) {
            let Ok(record) = engine::read_record(snapshot, summary.pid.number) else {
                continue;
            };
            let words: u64 = record
                .levels
                .iter()
                .map(|level| u64::from(level.words))
                .sum();
            if words > CALL_WORDS_MAX {
                continue;
            }
            let image = self.engine.image().ok();
            let view = inspect::view(snapshot, summary.pid, image.as_ref(), self.running());
            // What is damaged is told by those who look at it alone.
            if let Ok(mut view) = view {
                name_call(&mut view);
                let call = view.summary.waiting_for.and_then(|found| found.call);
                if let Some(waiting) = &mut summary.waiting_for {
                    waiting.call = call.map(|call| shorten_middle(&call, CALL_BYTES_MAX));
                }
            }
        }
    }

    /// Where a process stands.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub(crate) fn inspect(&self, process: u64) -> Result<Inspection, Failure> {
        if self.transport.is_some() {
            // What it did since the last commit is seen too, whether or not anybody reads it.
            self.engine.flush_within(Duration::ZERO)?;
        }
        let pid = self.pid(process);
        let snapshot = self.store.snapshot();
        engine::read_record(&snapshot, process).map_err(|error| match error {
            engine::LoadError::Missing { .. } => crate::access::no_process(pid),
            error => error.into(),
        })?;
        let image = self.engine.image().ok();
        let mut view = inspect::view(&snapshot, pid, image.as_ref(), self.running())?;
        if self.at_work().any(|number| number == process) {
            view.summary.status = Status::Running;
        }
        let has_unwritten = inspect::has_unwritten(&snapshot)?;
        let command = self.engine.store_record().command;
        Ok(inspection(view, &command, has_unwritten))
    }

    /// What happened to a process, from an event on.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub(crate) fn logs(&self, process: u64, from: u64) -> Result<Logged, Failure> {
        let snapshot = self.store.snapshot();
        let pid = self.pid(process);
        let record = engine::read_record(&snapshot, process).map_err(|error| match error {
            engine::LoadError::Missing { .. } => crate::access::no_process(pid),
            error => error.into(),
        })?;
        let events = engine::read_events(&snapshot, process)?;
        let left_out = |events: &[(u64, Event)]| {
            let mut expected = FIRST;
            let gaps = events.iter().map(|(number, _)| {
                let gap = number.saturating_sub(expected);
                expected = number + 1;
                gap
            });
            gaps.sum()
        };
        let left_out = left_out(&events);
        let next = events
            .last()
            .map_or(from, |(sequence, _)| (sequence + 1).max(from));
        let mut asked = Asked::default();
        let events: Vec<EventFacts> = events
            .into_iter()
            .map(|(sequence, event)| (sequence, asked.named(event_facts(event))))
            .filter(|(sequence, _)| *sequence >= from)
            .map(|(_, facts)| facts)
            .collect();
        Ok(Logged {
            events,
            left_out,
            next,
            is_over: record.status.has_ended(),
        })
    }

    /// Changes something on an engine that runs; it is durable then.
    fn change_durably(&self, request: &Request) -> Result<(), Failure> {
        self.change(request)?;
        if let Request::Retry { process, .. } = request {
            let done = self.engine.await_retry(*process);
            return done.map_err(|error| self.not_retried(*process, &error));
        }
        Ok(())
    }

    fn not_retried(&self, process: u64, error: &engine::RetryError) -> Failure {
        let pid = self.pid(process);
        Failure::new(format!("{pid} cannot be retried: {error}"))
    }

    /// That a process can be retried, before the run is taken up for it.
    ///
    /// # Errors
    /// Why it cannot.
    pub(crate) fn require_retry(&self, process: u64, has_value: bool) -> Result<(), Failure> {
        let can = self.engine.can_retry(process, has_value);
        can.map_err(|error| self.not_retried(process, &error))
    }

    /// Changes something; it is durable then, but for a retry, which is when the process has run.
    ///
    /// # Errors
    /// When there is no such process, or it cannot be done.
    pub(crate) fn change(&self, request: &Request) -> Result<(), Failure> {
        let (process, letter) = match request {
            Request::Cancel { process } => (*process, Letter::Cancel),
            Request::Kill { process } => (*process, Letter::Kill),
            Request::Send {
                process,
                message: text,
            } => (
                *process,
                Letter::Message(data::to_message(&message(text, "'[:a 1]'")?)),
            ),
            Request::Retry { process, value } => {
                let value = value.as_deref().map(|text| message(text, "'{:a 1}'"));
                let value = value.transpose()?;
                let done = self.engine.retry(*process, value);
                return done.map_err(|error| self.not_retried(*process, &error));
            }
            Request::Ps | Request::Inspect { .. } | Request::Logs { .. } => {
                return Err(Failure::new("the request changes nothing"));
            }
        };
        if self.engine.post(process, letter)? {
            return Ok(());
        }
        let pid = self.pid(process);
        Err(match self.engine.standing(process) {
            Some(standing) => Failure::new(format!("{pid} has ended: {}", standing.status.name())),
            None => crate::access::no_process(pid),
        })
    }
}

fn process_facts(summary: Summary, command: &str, has_unwritten: bool) -> ProcessFacts {
    let is_main = summary.pid.number == MAIN;
    // See `Surveyed::is_unfinished`.
    let has_ended = matches!(
        summary.status,
        Status::Done | Status::Failed | Status::Cancelled
    );
    let owes_output = (is_main && has_unwritten && has_ended).then(|| Waiting {
        kind: "output".to_owned(),
        ..Waiting::default()
    });
    ProcessFacts {
        pid: summary.pid.to_string(),
        name: summary
            .name
            .or_else(|| (is_main && !command.is_empty()).then(|| command.to_owned())),
        status: summary.status.name().to_owned(),
        function: summary
            .damage
            .map_or(summary.function, |damage| format!("damaged: {damage}")),
        started: instant(summary.started_ms),
        waiting_for: summary.waiting_for.map(waiting).or(owes_output),
        checkpoints: summary.checkpoints,
        steps: summary.steps,
        ended: summary.ended_ms.map(instant),
        program: (is_main && !command.is_empty()).then(|| command.to_owned()),
        store: None,
    }
}

fn waiting(waiting: WaitingFor) -> Waiting {
    Waiting {
        fiber: waiting.fiber,
        kind: waiting.kind.to_owned(),
        until: waiting.until.map(instant),
        deadline: waiting.deadline.map(instant),
        process: waiting.process.map(|pid| pid.to_string()),
        activity: waiting.activity,
        call: waiting.call,
        queue: waiting.queue,
        workers: waiting.workers.map(|workers| workers as u64),
        attempt: waiting.attempt,
        max_attempts: waiting.max_attempts,
        last_error: waiting.last_error,
        next_attempt: waiting.next_attempt.map(instant),
        since: (waiting.since > 0).then(|| instant(waiting.since)),
        others: waiting.others,
    }
}

/// What the process as a whole waits for is what one of its fibers does.
fn name_call(view: &mut View) {
    let Some(waiting) = &mut view.summary.waiting_for else {
        return;
    };
    let fiber = view.fibers.iter().find(|fiber| fiber.id == waiting.fiber);
    let found = fiber.and_then(|fiber| fiber.waiting_for.as_ref());
    waiting.call = found.and_then(|found| found.call.clone());
}

fn inspection(view: View, command: &str, has_unwritten: bool) -> Inspection {
    let report = Some(view.summary.report.clone()).filter(|report| !report.is_empty());
    let mut view = view;
    name_call(&mut view);
    Inspection {
        process: process_facts(view.summary, command, has_unwritten),
        parent: view.parent.map(|parent| parent.to_string()),
        code: report.as_deref().and_then(code_of),
        report,
        links: view.links.iter().map(ToString::to_string).collect(),
        mailbox: view.messages as u64,
        words: view.memory_words,
        fibers: view.fibers.into_iter().map(fiber_facts).collect(),
        failed_fibers: view.unheard.into_iter().map(failed_fiber).collect(),
    }
}

/// The code that a report begins with.
fn code_of(report: &str) -> Option<String> {
    engine::code::split(report).0.map(str::to_owned)
}

fn failed_fiber(unheard: engine::record::Unheard) -> FailedFiber {
    FailedFiber {
        fiber: unheard.fiber,
        code: code_of(&unheard.report),
        report: unheard.report,
    }
}

fn fiber_facts(fiber: FiberView) -> FiberFacts {
    FiberFacts {
        fiber: fiber.id,
        waiting_for: fiber.waiting_for.map(waiting),
        frames: fiber.frames.into_iter().map(frame_facts).collect(),
    }
}

fn frame_facts(frame: Frame) -> FrameFacts {
    let known = |number: u32| (number > 0).then_some(number);
    FrameFacts {
        function: frame.place.function,
        line: known(frame.place.line),
        column: known(frame.place.column),
        file: frame.place.file,
        locals: frame
            .locals
            .into_iter()
            .map(|(name, value)| LocalFacts { name, value })
            .collect(),
    }
}

/// What fibers have asked for last. Events of answers name the activity only: with which arguments, is
/// said where the attempt was asked for.
#[derive(Debug, Default)]
struct Asked {
    by_fiber: HashMap<u64, EventFacts>,
}

impl Asked {
    /// The event with its call, if the attempt's is known.
    fn named(&mut self, mut facts: EventFacts) -> EventFacts {
        let Some(fiber) = facts.fiber.filter(|_| facts.activity.is_some()) else {
            return facts;
        };
        if facts.event == "attempt" {
            self.by_fiber.insert(fiber, facts.clone());
        } else if let Some(asked) = self.by_fiber.get(&fiber)
            && (&asked.activity, asked.attempt) == (&facts.activity, facts.attempt)
        {
            facts.call.clone_from(&asked.call);
        }
        facts
    }
}

fn event_facts(event: Event) -> EventFacts {
    let mut facts = EventFacts {
        at: instant(event.at_ms),
        ..EventFacts::default()
    };
    let name = match event.kind {
        EventKind::Started(function) => {
            facts.text = Some(function);
            "started"
        }
        EventKind::Text {
            stream,
            text,
            left_out,
        } => {
            let cut = if left_out > 0 {
                format!("{text}… {left_out} bytes more\n")
            } else {
                text
            };
            facts.text = Some(cut);
            if stream == Stream::Stdout {
                "stdout"
            } else {
                "stderr"
            }
        }
        EventKind::Attempt {
            activity,
            attempt,
            fiber,
            call,
        } => {
            facts.activity = Some(activity);
            facts.attempt = Some(attempt);
            facts.fiber = Some(fiber);
            facts.call = Some(call).filter(|call| !call.is_empty());
            "attempt"
        }
        EventKind::AttemptFailed {
            activity,
            attempt,
            fiber,
            error,
            next_attempt,
        } => {
            facts.fiber = Some(fiber);
            facts.activity = Some(activity);
            facts.attempt = Some(attempt);
            facts.text = Some(error);
            facts.next_attempt = next_attempt.map(instant);
            "attempt-failed"
        }
        EventKind::AttemptDone {
            activity,
            attempt,
            fiber,
        } => {
            facts.fiber = Some(fiber);
            facts.activity = Some(activity);
            facts.attempt = Some(attempt);
            "attempt-done"
        }
        EventKind::Recovered => "recovered",
        EventKind::Parked(error) => {
            facts.text = Some(error);
            "parked"
        }
        EventKind::Retried { with_value } => {
            facts.text = with_value.then(|| "with a value".to_owned());
            "retried"
        }
        EventKind::Cancelled => "cancelled",
        EventKind::FiberFailed { fiber, report } => {
            facts.fiber = Some(fiber);
            facts.code = code_of(&report);
            facts.text = Some(report);
            "fiber-failed"
        }
        EventKind::Ended { status, report } => {
            facts.status = Some(status);
            facts.code = code_of(&report);
            facts.text = Some(report).filter(|report| !report.is_empty());
            "ended"
        }
    };
    facts.event = name.to_owned();
    facts
}
