//! One namespace: compiled with a call of what runs its tests at its end, and run as a process of an
//! engine of its own, of which nothing is kept. So is each block of examples in its docstrings, which tell
//! what comes of them.
//!
//! # Invariants
//! - What the process prints is taken apart by marks: a line of JSON after each is an event, the rest
//!   is what was printed.
//! - A process that ends without saying what came of all tests is an error.

use super::coverage::Coverage;
use super::find::{Job, What};
use super::report::{Counts, Event, Traced};
use crate::compile;
use crate::extending::Compiler;
use crate::failure::{Failure, chain, io};
use crate::folder::Folder;
use crate::output::Output;
use crate::place;
use activities::{Callbacks, Config, LocalTransport, SkippingClock, Streams, SystemClock};
use bytecode::Image;
use driver::Workspace;
use driver::doc_tests::{DocProgram, DocTest};
use driver::project::{Found, FoundFile};
use engine::transport::{Clock, Transport};
use engine::{Engine, Limits, Options};
use source::{Diagnostic, Severity};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::MemoryStore;
use vm::image::LoadedImage;

/// What stands before each event. No text is likely to have a record separator in it.
const MARK: &str = "\u{1e}oxc-test ";
/// What runs the tests of the namespace it stands in; its arguments are the run's.
const CALL: &str = "(ox.core/apply ox.test/run-for-oxc ox.core/*command-line-args*)\n";
/// What ends a program of examples.
const END_OF_EXAMPLES: &str = "(ox.test/end-of-examples)\n";
/// Where `CALL` finds that: a namespace that does not reach it has no tests.
const LIBRARY: &str = "ox.test";

/// How processes of tests run.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    pub(super) limits: Limits,
    /// Whether time takes its time.
    pub(super) real_time: bool,
    /// Whether is noted which lines run.
    pub(super) watched: bool,
}

/// What came of a namespace.
pub(super) struct Ran {
    pub(super) namespace: String,
    /// What happened, in order.
    pub(super) events: Vec<Event>,
    pub(super) coverage: Coverage,
    pub(super) took: Duration,
}

impl Ran {
    /// How many of its tests came out how.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for event in &self.events {
            counts.count(event);
        }
        counts
    }
}

/// Compiles and runs what is tested of a namespace; nothing of one that has no tests.
///
/// # Errors
/// When the system does not let it be run.
pub(super) fn run(
    output: Output,
    job: &Job,
    folder: Option<&Folder>,
    setting: &Setting,
    filter: &str,
) -> Result<Option<Ran>, Failure> {
    let begun = Instant::now();
    let mut coverage = Coverage::default();
    let events = match &job.what {
        What::Tests => tests(output, job, folder, setting, filter, &mut coverage)?,
        What::Docs(blocks) => {
            let mut events = Vec::new();
            for block in blocks {
                events.extend(examples(
                    output,
                    job,
                    block,
                    folder,
                    setting,
                    &mut coverage,
                )?);
            }
            events
        }
    };
    Ok((!events.is_empty()).then(|| Ran {
        namespace: job.namespace.clone(),
        events,
        coverage,
        took: begun.elapsed(),
    }))
}

/// What happens in the tests of a namespace.
fn tests(
    output: Output,
    job: &Job,
    folder: Option<&Folder>,
    setting: &Setting,
    filter: &str,
    coverage: &mut Coverage,
) -> Result<Vec<Event>, Failure> {
    let image = match compiled(job, folder) {
        Compiled::Image(image) => *image,
        Compiled::NoTests => return Ok(Vec::new()),
        Compiled::Rejected(workspace, diagnostics) => {
            return Ok(vec![rejected(output, job, &workspace, &diagnostics)]);
        }
    };
    let (printed, end) = printed_by(image, &job.namespace, setting, filter, |image| {
        coverage.add_run(job, image)
    })?;
    let mut events = events_of(&printed, job);
    if !events.iter().any(|event| event.event == "namespace") {
        let under_way = events
            .iter()
            .rev()
            .find(|event| matches!(&*event.event, "begin" | "end"))
            .filter(|event| event.event == "begin");
        events.push(Event {
            event: "error".to_owned(),
            namespace: job.namespace.clone(),
            test: under_way.and_then(|event| event.test.clone()),
            file: under_way.and_then(|event| event.file.clone()),
            line: under_way.and_then(|event| event.line),
            message: Some(format!("The process ended before its tests did: {end}")),
            ..Event::default()
        });
    }
    let has_tests = events.iter().any(|event| event.event == "begin");
    let is_sound = !events.iter().any(|event| event.event == "error");
    if !has_tests && is_sound {
        events.clear();
    }
    Ok(events)
}

/// What happens in a block of examples: one test, whose assertions they are.
fn examples(
    output: Output,
    job: &Job,
    block: &DocTest,
    folder: Option<&Folder>,
    setting: &Setting,
    coverage: &mut Coverage,
) -> Result<Vec<Event>, Failure> {
    let begun = Instant::now();
    let place = |event: &str, line| {
        let mut event = Event {
            event: event.to_owned(),
            namespace: job.namespace.clone(),
            test: Some(block.name.clone()),
            file: job.file().map(|file| file.path.clone()),
            line: Some(line),
            ..Event::default()
        };
        shown_places(&mut event, job.root());
        event
    };
    let error = |line, message: String| Event {
        message: Some(message),
        ..place("error", line)
    };
    let mut told = Vec::new();
    match (&block.program, job.file()) {
        (Ok(program), Some(file)) => match compiled_examples(job, program, file, folder) {
            Compiled::Image(image) => {
                let (printed, end) =
                    printed_by(*image, program.namespace(), setting, "", |image| {
                        coverage.add_run(job, image)
                    })?;
                told = events_of(&printed, job);
                let frames = told.iter_mut().flat_map(|event| &mut event.trace);
                for frame in frames.flat_map(|error| &mut error.frames) {
                    if frame.name.starts_with(program.namespace()) {
                        frame.name = format!("{}/{}", job.namespace, block.name);
                    }
                }
                if !told.iter().any(|event| event.event == "done") {
                    let message = format!("The process ended before its examples did: {end}");
                    told.push(error(block.line, message));
                }
            }
            Compiled::Rejected(workspace, diagnostics) => told.push(Event {
                line: None,
                file: None,
                ..rejected(output, job, &workspace, &diagnostics)
            }),
            Compiled::NoTests => {}
        },
        (Err((line, message)), _) => told.push(error(*line, message.clone())),
        (Ok(_), None) => {}
    }
    let passed = told.iter().filter(|event| event.event == "pass").count();
    let mut events = vec![place("begin", block.line)];
    told.retain(|event| !matches!(&*event.event, "pass" | "done"));
    for mut event in told {
        event.test = Some(block.name.clone());
        if event.line.is_some() && event.file.is_none() {
            event.file.clone_from(&events[0].file);
        }
        events.push(event);
    }
    let bad = |kind: &str| events.iter().filter(|event| event.event == kind).count() as u64;
    let end = Event {
        event: "end".to_owned(),
        namespace: job.namespace.clone(),
        test: Some(block.name.clone()),
        pass: Some(passed as u64),
        fail: Some(bad("fail")),
        error: Some(bad("error")),
        ms: Some(milliseconds(begun.elapsed())),
        ..Event::default()
    };
    events.push(end);
    Ok(events)
}

/// As reports have a time, to the microsecond.
pub(super) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

enum Compiled {
    Image(Box<Image>),
    NoTests,
    Rejected(Box<Workspace>, Vec<Diagnostic>),
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

fn compiled(job: &Job, folder: Option<&Folder>) -> Compiled {
    let workspace = Workspace::of(job.program(CALL));
    if !workspace.entry_reaches(LIBRARY) {
        let mut plain = Workspace::of(job.program(""));
        let diagnostics = plain.check_namespace(&job.namespace);
        return match diagnostics.iter().any(is_error) {
            true => Compiled::Rejected(Box::new(plain), diagnostics),
            false => Compiled::NoTests,
        };
    }
    built(workspace, folder, || job.program(""))
}

fn compiled_examples(
    job: &Job,
    program: &DocProgram,
    file: &FoundFile,
    folder: Option<&Folder>,
) -> Compiled {
    let workspace = Workspace::of(program.checked(&job.found, file, END_OF_EXAMPLES));
    built(workspace, folder, || program.as_written(&job.found, file))
}

/// Builds a program. What is wrong with it is told of the text as it was written.
fn built(
    mut workspace: Workspace,
    folder: Option<&Folder>,
    as_written: impl FnOnce() -> Found,
) -> Compiled {
    let built = match folder {
        Some(folder) => {
            if let Some(library) = folder.library_cache() {
                workspace.keep_library_in(library);
            }
            workspace.build_cached(&folder.cache())
        }
        None => {
            workspace.take_summaries(None);
            workspace.build()
        }
    };
    match built {
        Ok(built) => Compiled::Image(Box::new(built.image)),
        Err(diagnostics) => {
            let mut plain = Workspace::of(as_written());
            plain.take_summaries(None);
            match plain.build() {
                Err(diagnostics) => Compiled::Rejected(Box::new(plain), diagnostics),
                Ok(_) => Compiled::Rejected(Box::new(workspace), diagnostics),
            }
        }
    }
}

/// That a program does not compile, and why.
fn rejected(output: Output, job: &Job, workspace: &Workspace, diagnostics: &[Diagnostic]) -> Event {
    let errors: Vec<Diagnostic> = diagnostics
        .iter()
        .filter(|one| is_error(one))
        .cloned()
        .collect();
    let files = compile::shown_files(workspace);
    let json = source::render::json::render(&errors, &files);
    Event {
        event: "error".to_owned(),
        namespace: job.namespace.clone(),
        message: Some("It does not compile.".to_owned()),
        diagnostics: json
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect(),
        rejected: Some(source::render::terminal::render(
            &errors,
            &files,
            output.color_stdout,
        )),
        ..Event::default()
    }
}

/// What a process has printed so far.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    fn add(&self, bytes: &[u8]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
    }

    fn take(&self) -> String {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&std::mem::take(&mut *all)).into_owned()
    }
}

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs an image to the end of its main process: what it printed, and how it ended. `has_run` is given the
/// image then.
fn printed_by(
    image: Image,
    namespace: &str,
    setting: &Setting,
    filter: &str,
    has_run: impl FnOnce(&LoadedImage),
) -> Result<(String, String), Failure> {
    let Some(entry) = image.entry else {
        let why = "what runs them stands behind a `#_` at the end of the file";
        return Ok((String::new(), why.to_owned()));
    };
    let image = LoadedImage::load(Arc::new(image)).map_err(|error| {
        Failure::new(format!("the tests of {namespace} cannot be run: {error}"))
    })?;
    let image = Arc::new(if setting.watched {
        image.watched()
    } else {
        image
    });
    let printed = Printed::default();
    let directory = std::env::current_dir().map_err(io("find the working folder"))?;
    let mut config = Config::new(directory);
    config.streams = Streams::new(
        Box::new(std::io::empty()),
        Box::new(printed.clone()),
        Box::new(printed.clone()),
    );
    let transport = LocalTransport::open(config).map_err(|error| Failure::new(chain(&error)))?;
    let options = Options {
        durable: false,
        limits: setting.limits,
        // Others run beside it.
        threads: 1,
        ..Options::default()
    };
    let world: Arc<dyn Transport> = Arc::new(transport.clone());
    let store = Arc::new(MemoryStore::new());
    let clock: Arc<dyn Clock> = match setting.real_time {
        true => Arc::new(SystemClock::new()),
        false => Arc::new(SkippingClock::new()),
    };
    let engine = Engine::open(store, clock, world, options)?;
    connect(&transport, &engine, &printed);
    let args = [MARK.to_owned(), filter.to_owned()];
    engine.describe(1, namespace, &args, Vec::new());
    let number = engine.add_image(Arc::clone(&image));
    let threads = engine.run_threads().map_err(io("start threads"))?;
    let main = engine.start_main(number, entry, &[], namespace)?;
    let standing = engine.wait_for_end(main)?;
    engine.flush()?;
    engine.stop();
    transport.abandon();
    for thread in threads {
        // One that panicked has made the engine fail, which was told.
        let _ = thread.join();
    }
    has_run(&image);
    let end = standing.map_or_else(String::new, |standing| {
        let report = standing.report.trim_end();
        match report.is_empty() {
            true => format!("exit status {}", standing.exit_status),
            false => report.to_owned(),
        }
    });
    Ok((printed.take(), end))
}

fn connect(transport: &LocalTransport, engine: &Engine, printed: &Printed) {
    let (started, complete, read) = (engine.clone(), engine.clone(), engine.clone());
    let (noted, failed) = (printed.clone(), printed.clone());
    let compiler = Compiler::new(Output::new(clap::ColorChoice::Never, false));
    compiler.serve(engine);
    transport.connect(Callbacks {
        started: Box::new(move |attempt| started.attempt_started(attempt)),
        complete: Box::new(move |attempt, result| complete.complete(attempt, result)),
        compile: Box::new(move |_, args| compiler.answer(args)),
        read: Box::new(move |text| read.complete_read(text)),
        note: Box::new(move |line| noted.add(format!("note: {line}\n").as_bytes())),
        fallen: Box::new(move |fallen| {
            let (function, report) = (&fallen.function, fallen.report.trim_end());
            failed.add(format!("{}: {function}: {report}\n", fallen.status.name()).as_bytes());
        }),
        // What is printed goes into memory.
        output_failed: Box::new(|_| {}),
    });
}

/// What was printed, as events: between them, texts.
fn events_of(printed: &str, job: &Job) -> Vec<Event> {
    let mut events = Vec::new();
    let mut test = None;
    let mut parts = printed.split(MARK);
    let add_text = |events: &mut Vec<Event>, test: &Option<String>, text: &str| {
        if !text.is_empty() {
            events.push(Event {
                event: "output".to_owned(),
                namespace: job.namespace.clone(),
                test: test.clone(),
                text: Some(text.to_owned()),
                ..Event::default()
            });
        }
    };
    add_text(&mut events, &test, parts.next().unwrap_or_default());
    for part in parts {
        let (line, text) = part.split_once('\n').unwrap_or((part, ""));
        match serde_json::from_str::<Event>(line) {
            Ok(mut event) => {
                event.namespace.clone_from(&job.namespace);
                shown_places(&mut event, job.root());
                event.trace.iter_mut().for_each(Traced::find_code);
                test = match &*event.event {
                    "begin" => event.test.clone(),
                    "end" => None,
                    _ => test,
                };
                events.push(event);
            }
            Err(_) => add_text(&mut events, &test, line),
        }
        add_text(&mut events, &test, text);
    }
    events
}

/// Has the paths in an event begin where the user is.
fn shown_places(event: &mut Event, root: &Path) {
    let frames = event.trace.iter_mut().flat_map(|error| &mut error.frames);
    let files = frames.map(|frame| &mut frame.file).chain([&mut event.file]);
    for file in files.flatten() {
        let path = root.join(&*file);
        if path.exists() {
            *file = place::shown(&path).display().to_string();
        }
    }
}
