//! [`LocalTransport`]: attempts carried out by this machine.
//!
//! Three pools, so that what is quick never waits for what is slow: commands, HTTP requests, and
//! the rest. An attempt is in the table from its start until it is reported.
//!
//! # Invariants
//! - The result of an attempt is reported by whoever takes it out of the table, so once.
//! - An attempt starts after the one before it of the same request has ended, although the engine
//!   does not wait for that when it cancels one.
//! - After [`LocalTransport::abandon`] nothing is reported: the attempts stay open in the store.

use crate::arguments::Arguments;
use crate::command::journal::Journal;
use crate::command::runner::Runner;
use crate::command::{self, Attempt};
use crate::control::{Control, Wish};
use crate::failure::cancelled;
use crate::http::Client;
use crate::pool::Pool;
use crate::revealed::Revealed;
use crate::serve::Served;
use crate::streams::Streams;
use crate::{environment, fs};
use engine::data::Data;
use engine::transport::{AttemptId, Fallen, Stream, StreamClosed, Task, TaskError, Transport};
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

/// Commands that run at the same time.
const COMMANDS_MAX: usize = 128;
/// Requests that are under way at the same time.
const REQUESTS_MAX: usize = 64;
/// Threads for files and what is compiled.
const FILES_MAX: usize = 8;
/// How long a queue may be without a worker before somebody is told.
const UNSERVED_TIME: Duration = Duration::from_secs(1);

/// What a local transport is made of.
#[derive(Debug)]
pub struct Config {
    /// Where relative paths start.
    pub directory: PathBuf,
    /// The journal of commands, `PATH.groups` beside the store `PATH`; none for a run that is not
    /// kept.
    pub journal: Option<PathBuf>,
    /// What runs [`crate::supervise`]: program and arguments.
    pub supervisor: Vec<OsString>,
    /// Commands that answer activities.
    pub served: Vec<Served>,
    /// Output and input.
    pub streams: Streams,
}

impl Config {
    /// For a run in `directory` by a binary that calls [`crate::supervise`] when its first argument
    /// is `__exec`.
    #[must_use]
    pub fn new(directory: PathBuf) -> Config {
        Config {
            directory,
            journal: None,
            // The file that runs, even if it has been replaced since.
            supervisor: vec!["/proc/self/exe".into(), "__exec".into()],
            served: Vec::new(),
            streams: Streams::standard(),
        }
    }
}

/// Why a transport cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("the journal of commands cannot be taken up: {0}")]
pub struct OpenError(#[from] std::io::Error);

/// Answers what a program asks of the compiler. It may take its time.
pub type Compile = Box<dyn Fn(&str, &[Data]) -> Result<Data, TaskError> + Send + Sync>;

/// Whom the transport tells. The calls come from threads of its own and must not block for long.
pub struct Callbacks {
    /// What a command answers has been taken by it. Of built-in activities nothing is said: they
    /// always are.
    pub started: Box<dyn Fn(AttemptId) + Send + Sync>,
    /// An attempt has a result.
    pub complete: Box<dyn Fn(AttemptId, Result<Data, TaskError>) + Send + Sync>,
    /// Answers what a program asks of the compiler, `ox.eval/…`: the name without namespace, and the arguments.
    pub compile: Compile,
    /// What was read: a line with its end, or all; nothing at the end.
    pub read: Box<dyn Fn(String) + Send + Sync>,
    /// Something that people should know, one line.
    pub note: Box<dyn Fn(&str) + Send + Sync>,
    /// A process that nobody else speaks of has failed or is parked.
    pub fallen: Box<dyn Fn(&Fallen) + Send + Sync>,
    /// Standard output cannot be written. What was kept of it stays in the store.
    pub output_failed: Box<dyn Fn(&std::io::Error) + Send + Sync>,
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callbacks")
    }
}

/// See the file's header. Clones are the same transport.
#[derive(Clone, Debug)]
pub struct LocalTransport {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    directory: PathBuf,
    runner: Runner,
    served: HashMap<String, Served>,
    streams: Streams,
    client: Client,
    callbacks: OnceLock<Callbacks>,
    commands: Pool,
    requests: Pool,
    files: Pool,
    table: Mutex<Table>,
    /// An attempt has left the table, or one without a worker has come.
    changed: Condvar,
}

/// Process, fiber and serial of a request.
type Request = (u64, u64, u64);

#[derive(Debug, Default)]
struct Table {
    attempts: HashMap<AttemptId, Entry>,
    /// Requests of which an attempt is being carried out, and the attempts that wait for its end.
    busy: HashMap<Request, Vec<(Task, Arc<Control>)>>,
    /// No attempt starts any more; those that come are kept here, and stay open.
    is_suspended: bool,
    refused: Vec<AttemptId>,
    is_abandoned: bool,
    /// When to speak of queues that nobody serves, and of which. Each is spoken of once.
    unserved: Vec<(Instant, String, String)>,
    spoken_of: BTreeSet<(String, String)>,
    has_speaker: bool,
}

#[derive(Debug)]
struct Entry {
    control: Arc<Control>,
    /// Whether a thread carries it out.
    is_running: bool,
    /// Whether it ends, and then reports, by itself when it is cancelled. Others are reported at
    /// once: those that wait for a thread or a worker, and requests, whose answers are dropped.
    reports_itself: bool,
}

/// Who carries out an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server<'a> {
    BuiltIn(&'a str, &'a str),
    Command(&'a Served),
    Nobody,
}

impl LocalTransport {
    /// Opens a transport: ends the commands that an earlier run has left, and waits until they are
    /// gone.
    ///
    /// # Errors
    /// When the journal cannot be read or written, or a command does not end.
    pub fn open(config: Config) -> Result<LocalTransport, OpenError> {
        let journal = Journal::open(config.journal.as_deref())?;
        let served = config
            .served
            .into_iter()
            .map(|served| (served.name.clone(), served))
            .collect();
        Ok(LocalTransport {
            inner: Arc::new(Inner {
                directory: config.directory,
                runner: Runner {
                    supervisor: config.supervisor,
                    journal,
                },
                served,
                streams: config.streams,
                client: Client::new(),
                callbacks: OnceLock::new(),
                commands: Pool::new("ox-command", COMMANDS_MAX),
                requests: Pool::new("ox-http", REQUESTS_MAX),
                files: Pool::new("ox-files", FILES_MAX),
                table: Mutex::default(),
                changed: Condvar::new(),
            }),
        })
    }

    /// Says whom to tell. Once, before the first attempt: what is reported before is lost.
    pub fn connect(&self, callbacks: Callbacks) {
        assert!(
            self.inner.callbacks.set(callbacks).is_ok(),
            "a transport is connected once"
        );
    }

    /// From now on no attempt starts; those that come stay open in the store.
    pub fn suspend(&self) {
        self.inner.lock().is_suspended = true;
    }

    /// Attempts under way: those that [`LocalTransport::wait_until_idle`] waits for.
    #[must_use]
    pub fn running(&self) -> usize {
        let table = self.inner.lock();
        let running = table.attempts.values().filter(|entry| entry.is_running);
        running.count()
    }

    /// Waits until no attempt is under way, for at most so long; whether that is so. Attempts that
    /// wait for a worker or a thread do not count.
    #[must_use]
    pub fn wait_until_idle(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let mut table = self.inner.lock();
        loop {
            if !table.attempts.values().any(|entry| entry.is_running) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            table = self
                .inner
                .changed
                .wait_timeout(table, left)
                .expect("no thread panics under the table")
                .0;
        }
    }

    /// The attempts that have not begun, and, since [`LocalTransport::suspend`], will not.
    #[must_use]
    pub fn not_begun(&self) -> Vec<AttemptId> {
        let mut table = self.inner.lock();
        let mut attempts = std::mem::take(&mut table.refused);
        let waiting = table.attempts.iter().filter(|(_, entry)| !entry.is_running);
        attempts.extend(waiting.map(|(&id, _)| id));
        attempts.sort_unstable();
        attempts
    }

    /// Ends all commands, and returns when none is left. Nothing is reported any more: the attempts
    /// are open in the store, and are made again when the run is resumed.
    pub fn abandon(&self) {
        let mut table = self.inner.lock();
        table.is_suspended = true;
        table.is_abandoned = true;
        for entry in table.attempts.values() {
            entry.control.ask(Wish::Abandon);
        }
        while table.attempts.values().any(|entry| entry.reports_itself) {
            table = self
                .inner
                .changed
                .wait(table)
                .expect("no thread panics under the table");
        }
    }
}

impl Transport for LocalTransport {
    fn workers(&self, name: &str, _queue: &str) -> Option<usize> {
        match self.inner.server(name) {
            Server::BuiltIn(..) => None,
            Server::Command(_) => Some(1),
            Server::Nobody => Some(0),
        }
    }

    fn start(&self, task: Task) {
        self.inner.start(task);
    }

    fn cancel(&self, attempt: AttemptId) {
        let entry = {
            let mut table = self.inner.lock();
            let Some(entry) = table.attempts.get(&attempt) else {
                return;
            };
            entry.control.ask(Wish::Cancel);
            if entry.reports_itself {
                return;
            }
            table.attempts.remove(&attempt)
        };
        if entry.is_some() {
            self.inner.changed.notify_all();
            self.inner.report(attempt, Err(cancelled()));
        }
    }

    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), StreamClosed> {
        self.inner.streams.write(stream, bytes).map_err(|error| {
            if let Some(callbacks) = self.inner.callbacks.get()
                && stream == Stream::Stdout
            {
                (callbacks.output_failed)(&error);
            }
            StreamClosed
        })
    }

    fn fallen(&self, fallen: &Fallen) {
        if let Some(callbacks) = self.inner.callbacks.get() {
            (callbacks.fallen)(fallen);
        }
    }

    fn stdin_continues(&self) -> bool {
        self.inner.streams.input_continues()
    }

    fn read(&self, all: bool) {
        let inner = Arc::clone(&self.inner);
        let answer = move |text| {
            if let Some(callbacks) = inner.callbacks.get() {
                (callbacks.read)(text);
            }
        };
        self.inner.streams.read(all, Box::new(answer));
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().expect("no thread panics under the table")
    }

    fn report(&self, attempt: AttemptId, result: Result<Data, TaskError>) {
        if let Some(callbacks) = self.callbacks.get() {
            (callbacks.complete)(attempt, result);
        }
    }

    fn server<'a>(&'a self, name: &'a str) -> Server<'a> {
        if let Some((namespace @ ("ox.sh" | "ox.http" | "ox.fs" | "ox.env" | "ox.eval"), rest)) =
            name.split_once('/')
        {
            return Server::BuiltIn(namespace, rest);
        }
        self.served
            .get(name)
            .map_or(Server::Nobody, Server::Command)
    }

    fn start(self: &Arc<Inner>, task: Task) {
        if self.server(&task.name) == Server::Nobody {
            return self.wait_for_worker(&task);
        }
        let control = Arc::new(Control::default());
        {
            let mut table = self.lock();
            if table.is_suspended {
                table.refused.push(task.id);
                return;
            }
            let entry = Entry {
                control: Arc::clone(&control),
                is_running: false,
                reports_itself: false,
            };
            table.attempts.insert(task.id, entry);
        }
        self.queue(task, control);
    }

    /// Gives an attempt to a pool, or carries it out if that never waits.
    fn queue(self: &Arc<Inner>, task: Task, control: Arc<Control>) {
        let pool = match self.server(&task.name) {
            // It is done sooner than a thread would wake up.
            Server::BuiltIn("ox.env", _) => return self.carry_out(task, control),
            Server::BuiltIn("ox.http", _) => &self.requests,
            Server::BuiltIn("ox.fs" | "ox.eval", _) => &self.files,
            Server::BuiltIn(..) | Server::Command(_) | Server::Nobody => &self.commands,
        };
        let inner = Arc::clone(self);
        pool.run(move || inner.carry_out(task, control));
    }

    /// Carries out an attempt on this thread, and reports.
    fn carry_out(self: &Arc<Inner>, task: Task, control: Arc<Control>) {
        let id = task.id;
        let server = self.server(&task.name);
        let request = request_of(id);
        {
            let mut table = self.lock();
            // It may have been cancelled, and even started again, while it waited for a thread.
            if table.is_suspended || table.own(id, &control).is_none() {
                return;
            }
            if !matches!(server, Server::BuiltIn("ox.http", _)) {
                if let Some(waiting) = table.busy.get_mut(&request) {
                    waiting.push((task, control));
                    return;
                }
                table.busy.insert(request, Vec::new());
            }
            let entry = table
                .own(id, &control)
                .expect("it was there under the same lock");
            entry.is_running = true;
            entry.reports_itself = !matches!(server, Server::BuiltIn("ox.http", _));
        }
        let result = self.result(server, &task, &control);
        let mut table = self.lock();
        if let Some(entry) = table.own(id, &control) {
            // It leaves the table after it is reported, so that who waits for the one sees the
            // other.
            entry.reports_itself = true;
            if !table.is_abandoned {
                drop(table);
                self.report(id, result);
                table = self.lock();
            }
            table.attempts.remove(&id);
        }
        let next = match server {
            Server::BuiltIn("ox.http", _) => Vec::new(),
            _ => table.busy.remove(&request).unwrap_or_default(),
        };
        drop(table);
        self.changed.notify_all();
        for (task, control) in next {
            self.queue(task, control);
        }
    }

    fn result(
        &self,
        server: Server<'_>,
        task: &Task,
        control: &Control,
    ) -> Result<Data, TaskError> {
        let revealed = Revealed::default();
        let arguments = Arguments::new(&task.name, &task.args, &self.directory, &revealed);
        let (key, limit_ms) = (task.idempotency_key.as_str(), task.start_to_close_ms);
        let attempt = Attempt {
            runner: &self.runner,
            control,
            key,
            limit_ms,
        };
        let result = match server {
            Server::BuiltIn("ox.sh", name) => command::call(name, arguments, attempt),
            Server::BuiltIn("ox.http", name) => self.client.call(name, arguments, key, limit_ms),
            Server::BuiltIn("ox.fs", name) => fs::call(name, arguments, key, &self.runner.journal),
            Server::BuiltIn("ox.eval", name) => match self.callbacks.get() {
                Some(callbacks) => (callbacks.compile)(name, &task.args),
                None => unreachable!("nothing starts before the transport is connected"),
            },
            Server::BuiltIn(_, name) => environment::call(name, arguments),
            Server::Command(served) => {
                if let Some(callbacks) = self.callbacks.get() {
                    (callbacks.started)(task.id);
                }
                served.answer(task, &self.directory, attempt)
            }
            Server::Nobody => unreachable!("what nobody serves waits for a worker"),
        };
        revealed.hide(result)
    }

    /// Keeps an attempt that nobody carries out, until it is cancelled, and says so after a while.
    fn wait_for_worker(self: &Arc<Inner>, task: &Task) {
        let mut table = self.lock();
        if table.is_suspended {
            table.refused.push(task.id);
            return;
        }
        table.attempts.insert(
            task.id,
            Entry {
                control: Arc::default(),
                is_running: false,
                reports_itself: false,
            },
        );
        let about = (task.name.clone(), task.queue.clone());
        if !table.spoken_of.insert(about) {
            return;
        }
        table.unserved.push((
            Instant::now() + UNSERVED_TIME,
            task.name.clone(),
            task.queue.clone(),
        ));
        self.changed.notify_all();
        if table.has_speaker {
            return;
        }
        let inner = Arc::clone(self);
        let speaker = std::thread::Builder::new()
            .name("ox-notes".to_owned())
            .spawn(move || inner.speak());
        table.has_speaker = speaker.is_ok();
    }

    /// Speaks of queues that nobody serves, as long as there are some.
    fn speak(&self) {
        let mut table = self.lock();
        while let Some(first) = table.unserved.first().map(|entry| entry.0) {
            let left = first.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                table = self
                    .changed
                    .wait_timeout(table, left)
                    .expect("no thread panics under the table")
                    .0;
                continue;
            }
            let (_, name, queue) = table.unserved.remove(0);
            drop(table);
            if let Some(callbacks) = self.callbacks.get() {
                (callbacks.note)(&format!(
                    "{name} waits for a worker on queue {queue:?} (none connected); --serve '{name}=COMMAND' lets a command answer"
                ));
            }
            table = self.lock();
        }
        table.has_speaker = false;
    }
}

fn request_of(attempt: AttemptId) -> Request {
    (attempt.process, attempt.fiber, attempt.request)
}

impl Table {
    /// The entry of an attempt, if it is still the one that `control` belongs to.
    fn own(&mut self, id: AttemptId, control: &Arc<Control>) -> Option<&mut Entry> {
        self.attempts
            .get_mut(&id)
            .filter(|entry| Arc::ptr_eq(&entry.control, control))
    }
}
