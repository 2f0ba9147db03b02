//! One namespace: compiled with a call of what runs its tests at its end, and run as a process of an
//! engine of its own, of which nothing is kept.
//!
//! # Invariants
//! - What the process prints is taken apart by marks: a line of JSON after each is an event, the rest
//!   is what was printed.
//! - A process that ends without saying what came of all tests is an error.

use super::find::Job;
use super::report::{Counts, Event};
use crate::compile;
use crate::failure::{Failure, chain, io};
use crate::folder::Folder;
use crate::manner::Manner;
use crate::output::Output;
use crate::place;
use activities::{Callbacks, Config, LocalTransport, Streams, SystemClock};
use bytecode::Image;
use driver::Workspace;
use engine::transport::Transport;
use engine::{Engine, Options};
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
/// Where `CALL` finds that: a namespace that does not reach it has no tests.
const LIBRARY: &str = "ox.test";

/// What came of a namespace.
pub(super) struct Ran {
    pub(super) namespace: String,
    /// What happened, in order.
    pub(super) events: Vec<Event>,
    /// Of one that does not compile: why, for people.
    pub(super) rejected: Option<String>,
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

/// Compiles and runs the tests of a namespace; nothing of one that has none.
///
/// # Errors
/// When the system does not let it be run.
pub(super) fn run(
    output: Output,
    job: &Job,
    folder: Option<&Folder>,
    manner: &Manner,
    filter: &str,
) -> Result<Option<Ran>, Failure> {
    let begun = Instant::now();
    let image = match compiled(job, folder) {
        Compiled::Image(image) => *image,
        Compiled::NoTests => return Ok(None),
        Compiled::Rejected(workspace, diagnostics) => {
            return Ok(Some(rejected(output, job, &workspace, &diagnostics, begun)));
        }
    };
    let (printed, end) = printed_by(image, &job.namespace, manner, filter)?;
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
        return Ok(None);
    }
    Ok(Some(Ran {
        namespace: job.namespace.clone(),
        events,
        rejected: None,
        took: begun.elapsed(),
    }))
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
    let mut workspace = Workspace::of(job.program(CALL));
    if !workspace.entry_reaches(LIBRARY) {
        let mut plain = Workspace::of(job.program(""));
        let diagnostics = plain.check_namespace(&job.namespace);
        return match diagnostics.iter().any(is_error) {
            true => Compiled::Rejected(Box::new(plain), diagnostics),
            false => Compiled::NoTests,
        };
    }
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
            // In the text as it was written, without the call.
            let mut plain = Workspace::of(job.program(""));
            plain.take_summaries(None);
            match plain.build() {
                Err(diagnostics) => Compiled::Rejected(Box::new(plain), diagnostics),
                Ok(_) => Compiled::Rejected(Box::new(workspace), diagnostics),
            }
        }
    }
}

fn rejected(
    output: Output,
    job: &Job,
    workspace: &Workspace,
    diagnostics: &[Diagnostic],
    begun: Instant,
) -> Ran {
    let errors: Vec<Diagnostic> = diagnostics
        .iter()
        .filter(|one| is_error(one))
        .cloned()
        .collect();
    let files = compile::shown_files(workspace);
    let text = source::render::terminal::render(&errors, &files, output.color_stdout);
    let json = source::render::json::render(&errors, &files);
    let event = Event {
        event: "error".to_owned(),
        namespace: job.namespace.clone(),
        message: Some("It does not compile.".to_owned()),
        diagnostics: json
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect(),
        ..Event::default()
    };
    Ran {
        namespace: job.namespace.clone(),
        events: vec![event],
        rejected: Some(text),
        took: begun.elapsed(),
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

/// Runs an image to the end of its main process: what it printed, and how it ended.
fn printed_by(
    image: Image,
    namespace: &str,
    manner: &Manner,
    filter: &str,
) -> Result<(String, String), Failure> {
    let Some(entry) = image.entry else {
        let why = "what runs them stands behind a `#_` at the end of the file";
        return Ok((String::new(), why.to_owned()));
    };
    let image = LoadedImage::load(Arc::new(image)).map_err(|error| {
        Failure::new(format!("the tests of {namespace} cannot be run: {error}"))
    })?;
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
        limits: manner.limits,
        // Others run beside it.
        threads: 1,
        ..Options::default()
    };
    let world: Arc<dyn Transport> = Arc::new(transport.clone());
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::open(store, Arc::new(SystemClock::new()), world, options)?;
    connect(&transport, &engine, &printed);
    let args = [MARK.to_owned(), filter.to_owned()];
    engine.describe(1, namespace, &args, Vec::new());
    let number = engine.add_image(Arc::new(image));
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
    transport.connect(Callbacks {
        started: Box::new(move |attempt| started.attempt_started(attempt)),
        complete: Box::new(move |attempt, result| complete.complete(attempt, result)),
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
