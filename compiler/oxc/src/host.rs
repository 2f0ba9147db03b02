//! A program in the foreground: its store, its engine, the world it acts on, and how it ends.
//!
//! ```text
//! Host::open      store, transport (which ends commands that an earlier run left), engine, socket
//! foreground      waits for the end of the main processes, or for a signal
//! ```
//!
//! # Invariants
//! - What an interrupted program had asked for is either committed with its answer or open in the
//!   store; no command of it is alive when `oxc` leaves.
//! - Nothing but the program writes to standard output.
//! - What others ask to be changed is done by an engine that goes on, or not begun: once it has come to
//!   its end, and the more so once it is stopped, nothing is changed in it. Its store is given up then, whatever
//!   the command does besides.

use crate::access::open_store;
use crate::answers::Subject;
use crate::extending::Compiler;
use crate::failure::{FAILED, Failure, Fault, INTERRUPTED, OUTPUT_CLOSED, Outcome, io};
use crate::folder::Folder;
use crate::manner::{
    Manner, PARK_SUFFIX, directory_of, mark_finished, serve_as_begun, unmark_finished, with_suffix,
};
use crate::output::Output;
use crate::prompt::Input;
use crate::socket::Reply;
use crate::socket::gate::Gate;
use crate::socket::server::Server;
use crate::{at_once, place, signals, socket};
use activities::{Callbacks, Config, LocalTransport, Streams, SystemClock};
use engine::letter::Letter;
use engine::record::{Status, Unheard};
use engine::transport::{Fallen, Transport};
use engine::{Engine, Options, Pid, Standing};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use store::{MemoryStore, Store};

/// How long attempts that run may go on after Ctrl-C.
const GRACE: Duration = Duration::from_secs(5);
/// How long a change that has been begun may take before the engine stops without it.
const CHANGE_PATIENCE: Duration = Duration::from_secs(10);

/// A program that runs.
#[derive(Debug)]
pub(crate) struct Host {
    /// The engine.
    pub(crate) engine: Engine,
    /// The engine as others ask it.
    pub(crate) subject: Subject,
    transport: LocalTransport,
    /// Where it is kept; none of an ephemeral one.
    store: Option<PathBuf>,
    is_idle: bool,
    threads: Mutex<Vec<JoinHandle<()>>>,
    server: Mutex<Option<Server>>,
    /// What changes that others ask for pass.
    changes: Arc<Gate>,
    /// Whether its end has been told, and the rest is closing it.
    is_over: AtomicBool,
    /// Number of the main process.
    main: OnceLock<u64>,
    interrupted: AtomicBool,
    /// Whether somebody has been told that it is suspended.
    told_suspended: AtomicBool,
    lost_output: Arc<LostOutput>,
    /// Whom programs ask to compile.
    compiler: Arc<Compiler>,
}

/// That standard output cannot be written any more.
#[derive(Default)]
struct LostOutput {
    /// Why; none if its reader is gone.
    reason: OnceLock<Option<String>>,
    /// Whom to tell.
    wake: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl std::fmt::Debug for LostOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LostOutput").field(&self.reason).finish()
    }
}

impl LostOutput {
    fn note(&self, error: &std::io::Error) {
        let is_reader_gone = error.kind() == std::io::ErrorKind::BrokenPipe;
        let reason = (!is_reader_gone).then(|| crate::failure::system_words(error));
        if self.reason.set(reason).is_ok()
            && let Some(wake) = self.wake.get()
        {
            wake();
        }
    }

    /// Says whom to tell, also of what has happened already.
    fn set_wake(&self, wake: impl Fn() + Send + Sync + 'static) {
        let wake = self.wake.get_or_init(|| Box::new(wake));
        if self.reason.get().is_some() {
            wake();
        }
    }
}

impl Host {
    /// Opens a store to go on with it, and an engine over it. Nothing runs yet.
    ///
    /// # Errors
    /// When the store, the journal of commands or the engine cannot be opened.
    pub(crate) fn open(output: Output, store: &Path, manner: &Manner) -> Result<Host, Failure> {
        // Before anything is opened: without it nothing can be done.
        directory_of(Some(store), manner.is_idle)?;
        let opened = crate::fault::armed(open_store(store)?);
        Host::over(output, opened, Some(store), manner)
    }

    /// An engine of which nothing is kept.
    ///
    /// # Errors
    /// When the engine cannot be opened.
    pub(crate) fn ephemeral(output: Output, manner: &Manner) -> Result<Host, Failure> {
        Host::over(output, Arc::new(MemoryStore::new()), None, manner)
    }

    /// An engine over a store that is open already, where it is kept, if it is.
    ///
    /// # Errors
    /// When the journal of commands or the engine cannot be opened.
    pub(crate) fn over(
        output: Output,
        opened: Arc<dyn Store>,
        store: Option<&Path>,
        manner: &Manner,
    ) -> Result<Host, Failure> {
        if let Some(store) = store {
            unmark_finished(store)?;
        }
        let (mut config, is_able) = match world_of(store, manner) {
            Ok(config) => (config, true),
            // An end needs no folder; what a `finally` asks for on the way does.
            Err(_) if manner.only_ends => (Config::new(PathBuf::new()), false),
            Err(failure) => return Err(failure),
        };
        config.journal = store.map(|path| with_suffix(path, ".groups"));
        let compiler = Arc::new(Compiler::new(output));
        config.streams = Streams::standard_from(Box::new(Input::new(Arc::clone(&compiler))));
        let transport = LocalTransport::open(config)
            .map_err(|error| Failure::new(crate::failure::chain(&error)))?;
        let options = Options {
            durable: store.is_some(),
            park: manner.park || store.is_some_and(|path| with_suffix(path, PARK_SUFFIX).exists()),
            limits: manner.limits,
            threads: if manner.is_idle {
                0
            } else {
                std::thread::available_parallelism().map_or(2, usize::from)
            },
            ..Options::default()
        };
        let world: Arc<dyn Transport> = Arc::new(transport.clone());
        let clock = Arc::new(SystemClock::new());
        let engine = Engine::open(Arc::clone(&opened), clock, Arc::clone(&world), options)?;
        if !is_able {
            engine.suspend();
        }
        let subject = Subject {
            engine: engine.clone(),
            store: opened,
            transport: (!manner.is_idle).then_some(world),
        };
        let lost_output = Arc::new(LostOutput::default());
        compiler.serve(&engine);
        connect(output, &transport, &subject, store, &lost_output, &compiler);
        Ok(Host {
            engine,
            subject,
            transport,
            store: store.map(Path::to_owned),
            is_idle: manner.is_idle,
            threads: Mutex::default(),
            server: Mutex::default(),
            changes: Arc::default(),
            is_over: AtomicBool::new(false),
            main: OnceLock::new(),
            interrupted: AtomicBool::new(false),
            told_suspended: AtomicBool::new(false),
            lost_output,
            compiler,
        })
    }

    /// Starts the socket, and what runs processes: who cannot have the one has run nothing.
    ///
    /// # Errors
    /// When the system gives no thread or socket.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        if let Some(store) = &self.store {
            let (subject, changes) = (self.subject.clone(), Arc::clone(&self.changes));
            let path = socket::path_of(store);
            *lock(&self.server) = Some(Server::start(&path, move |request| {
                if request.looks() {
                    return subject.answer(&request);
                }
                match changes.enter() {
                    Some(_inside) => subject.answer(&request),
                    None => Reply::NotNow,
                }
            })?);
        }
        if !self.is_idle {
            *lock(&self.threads) = self.engine.run_threads().map_err(io("start threads"))?;
        }
        Ok(())
    }

    /// Leaves it as it was: it was taken up, or was to be, and is not run after all. That is no end of the
    /// engine that its processes could have brought about, so what was counted of them is taken back.
    pub(crate) fn give_up(&self) {
        self.engine.suspend();
        self.transport.suspend();
        // Nobody else commits any more, if somebody did.
        self.engine.stop();
        // If the store cannot be written, that was told, or is by who takes it up next.
        let _ = self.engine.flush_reports();
        self.close();
    }

    /// From now on nothing is changed that others ask for; what they were promised has been done.
    pub(crate) fn refuse_changes(&self) {
        self.changes.close(CHANGE_PATIENCE);
    }

    /// Says that it was run before: a process that reads may have a prompt.
    pub(crate) fn is_taken_up(&self) {
        self.compiler.prompt().taken_up();
    }

    /// Has the main process leave what it evaluates, if it has a prompt and evaluates something.
    fn takes_interrupt(&self) -> bool {
        let takes = self.compiler.prompt().takes_interrupt();
        if takes {
            // A process that is gone has nothing to leave.
            let _ = self.engine.post(self.pid().number, Letter::Interrupt);
        }
        takes
    }

    /// Says which process is the main one.
    pub(crate) fn set_main(&self, number: u64) {
        assert!(self.main.set(number).is_ok(), "a run has one main process");
    }

    /// The main process's id.
    pub(crate) fn pid(&self) -> Pid {
        let run = self.engine.store_record().run;
        Pid {
            run,
            number: self.main.get().copied().unwrap_or(engine::pid::MAIN),
        }
    }

    /// `17 (deploy.ox)`
    fn label(&self) -> String {
        let command = self.engine.store_record().command;
        if command.is_empty() {
            self.pid().to_string()
        } else {
            format!("{} ({command})", self.pid())
        }
    }

    /// What to type to do something with it.
    fn hint(&self, command: &str) -> String {
        hint(command, self.pid(), self.store.as_deref())
    }

    /// Lets attempts that run end, commits what they gave, lets leave what was printed if somebody
    /// reads it, and stops everything.
    fn suspend(&self) {
        self.engine.suspend();
        self.transport.suspend();
        let begun = Instant::now();
        let _ = self.transport.wait_until_idle(GRACE);
        // What has been reported is committed, and what has not begun counts as not begun; if the
        // store fails, the main thread hears of it.
        let _ = self.engine.flush_reports();
        self.engine.not_begun(&self.transport.not_begun());
        let _ = self.engine.flush_reports();
        let _ = self
            .engine
            .flush_within(GRACE.saturating_sub(begun.elapsed()));
        self.refuse_changes();
        self.engine.stop();
        self.transport.abandon();
    }

    /// Waits for the main process's end, and says how it ended.
    fn wait(&self, output: Output) -> Result<u8, Failure> {
        let main = self.pid().number;
        let standing = loop {
            let standing = self.engine.wait_for_end(main)?;
            self.refuse_changes();
            match standing {
                // Somebody was still told that it goes on.
                Some(_) if !self.engine.is_over(main) => self.changes.open(),
                Some(_) => break self.engine.standing(main),
                None => break None,
            }
        };
        let has_ended = standing.as_ref().is_some_and(|s| s.status.has_ended());
        let mut has_left = true;
        if has_ended {
            if self.keeps_others(main) {
                self.suspend();
            }
            // What the end had to say leaves before this command does.
            has_left = self.engine.flush()?;
        }
        if let Some(reason) = self.lost_output.reason.get() {
            return Ok(self.tell_lost(output, reason.as_deref()));
        }
        if self.interrupted.load(Ordering::SeqCst) && !(has_ended && has_left) {
            self.tell_suspended(output);
            return Ok(INTERRUPTED);
        }
        let Some(standing) = standing else {
            return Ok(INTERRUPTED);
        };
        self.engine.flush()?;
        Ok(self.tell_end(output, &standing))
    }

    /// With what to do when the engine could not go on: the store holds all up to its last commit.
    fn stopped(&self, failure: Failure) -> Failure {
        let Some(store) = &self.store else {
            return failure;
        };
        failure.help(format!(
            "{} is suspended; when {} can be written `{}` goes on",
            self.label(),
            store.display(),
            self.hint("resume")
        ))
    }

    /// Whether others have not ended though the main process has: it has failed, and they are kept
    /// with it.
    fn keeps_others(&self, main: u64) -> bool {
        self.others_that_wait(main) > 0
    }

    /// How many these are.
    fn others_that_wait(&self, main: u64) -> usize {
        let processes = self.engine.processes();
        let others = processes.iter().filter(|&&(number, _)| number != main);
        others
            .filter(|(_, status)| !status.has_ended() && *status != Status::Parked)
            .count()
    }

    /// Says that standard output cannot be written, unless its reader is gone: as with any other
    /// command, that is no matter for words. What is kept waits for a resume.
    fn tell_lost(&self, output: Output, reason: Option<&str>) -> u8 {
        if let Some(reason) = reason {
            let failure = Failure::new(format!("cannot write to standard output: {reason}"));
            output.fail(&failure);
        }
        self.tell_suspended(output);
        reason.map_or(OUTPUT_CLOSED, |_| FAILED)
    }

    /// Says so once.
    fn tell_suspended(&self, output: Output) {
        if self.store.is_some() && !self.told_suspended.swap(true, Ordering::SeqCst) {
            output.say(format!(
                "suspended: {} – {} · {}",
                self.label(),
                self.hint("resume"),
                self.hint("cancel")
            ));
        }
    }

    /// Says that what a main process that failed has started goes on with it, or without.
    fn tell_suspended_others(&self, output: Output) {
        let others = self.others_that_wait(self.pid().number);
        if others > 0 {
            let processes = if others == 1 { "process" } else { "processes" };
            output.say(format!(
                "suspended with it: {others} {processes} – {} goes on with all, {} without it",
                self.hint("retry"),
                self.hint("resume")
            ));
        }
    }

    /// Says that fibers of a main process have failed before it did, which nobody has awaited yet: if it
    /// is retried, it may.
    fn tell_failed_fibers(&self, output: Output) {
        let snapshot = self.subject.store.snapshot();
        let record = engine::read_record(&snapshot, self.pid().number);
        let ending = record.ok().filter(|record| !record.fibers.is_empty());
        let unheard = ending.and_then(|record| Some(record.ending?.unheard));
        let fibers = match unheard.map_or(0, |unheard| unheard.len()) {
            0 => return,
            1 => "1 fiber".to_owned(),
            Unheard::MOST => format!("{} fibers or more", Unheard::MOST),
            fibers => format!("{fibers} fibers"),
        };
        output.say(format!(
            "failed before it: {fibers}, which nobody has awaited yet – {}",
            self.hint("inspect")
        ));
    }

    /// Whether the main process is parked because it seemed to end the engine.
    fn is_parked_by_recoveries(&self) -> bool {
        let snapshot = self.subject.store.snapshot();
        let record = engine::read_record(&snapshot, self.pid().number);
        record.is_ok_and(|record| record.is_parked_by_recoveries())
    }

    /// Says how it ended, unless it ended well; the exit status.
    fn tell_end(&self, output: Output, standing: &Standing) -> u8 {
        match standing.status {
            Status::Done => return standing.exit_status,
            Status::Failed => {
                let failure = Failure::of_report(&standing.report);
                output.fail(&match option_that_raises(&standing.report) {
                    Some(option) => failure.help(format!(
                        "if it needs more, begin it with a greater limit: `{option}`"
                    )),
                    None => failure,
                });
                if self.store.is_some() {
                    let retry = match is_kept(&self.subject.store, self.pid().number) {
                        true => format!(" · {}", self.hint("retry")),
                        false => String::new(),
                    };
                    output.say(format!(
                        "failed: {} – {}{retry}",
                        self.label(),
                        self.hint("inspect"),
                    ));
                    self.tell_failed_fibers(output);
                    self.tell_suspended_others(output);
                }
            }
            Status::Parked => {
                output.fail(&Failure::of_report(&standing.report));
                let (first, second) = if self.is_parked_by_recoveries() {
                    ("inspect", "retry")
                } else {
                    ("retry", "cancel")
                };
                output.say(format!(
                    "parked: {} – {} · {}",
                    self.label(),
                    self.hint(first),
                    self.hint(second)
                ));
                self.tell_failed_fibers(output);
            }
            Status::Damaged => {
                let failure = Failure::new(format!(
                    "{} is damaged: {}",
                    self.label(),
                    standing.report.trim_end()
                ));
                output.fail(
                    &failure
                        .because(Some(Fault::Damaged))
                        .help("`oxc verify STORE` lists what is damaged"),
                );
            }
            status => output.say(format!("{}: {}", status.name(), self.label())),
        }
        standing.exit_status.max(FAILED)
    }

    /// Stops everything; what is committed stays. Others may have the store then.
    pub(crate) fn close(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.refuse_changes();
        drop(lock(&self.server).take());
        self.engine.stop();
        self.transport.abandon();
        for thread in lock(&self.threads).drain(..) {
            // A thread that panicked has made the engine fail, which was told.
            let _ = thread.join();
        }
        // The store is still this command's.
        if let Some(store) = self.store.as_deref().filter(|_| self.is_finished()) {
            mark_finished(store);
        }
        // A request that nobody waits for any more goes on until this command leaves: nobody is to
        // make it again before.
        if self.transport.running() == 0 {
            self.subject.store.close();
        }
    }

    /// Whether there is nothing to go on with: see `Surveyed::is_over`, of which this is the short way.
    fn is_finished(&self) -> bool {
        let processes = self.engine.processes();
        let is_whole = self.engine.failure().is_none() && self.engine.damaged().is_empty();
        let has_ended =
            |(_, status): &(u64, Status)| status.has_ended() && *status != Status::Damaged;
        is_whole
            && !processes.is_empty()
            && processes.iter().all(has_ended)
            && matches!(
                engine::inspect::has_unwritten(&self.subject.store.snapshot()),
                Ok(false)
            )
    }
}

/// Where a run acts, and by which commands: as it was begun.
fn world_of(store: Option<&Path>, manner: &Manner) -> Result<Config, Failure> {
    let mut config = Config::new(directory_of(store, manner.is_idle)?);
    config.served.clone_from(&manner.served);
    if let Some(store) = store.filter(|_| !manner.is_idle) {
        serve_as_begun(&mut config.served, store)?;
    }
    Ok(config)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(
    output: Output,
    transport: &LocalTransport,
    subject: &Subject,
    store: Option<&Path>,
    lost_output: &Arc<LostOutput>,
    compiler: &Arc<Compiler>,
) {
    let engine = &subject.engine;
    let (complete, read, started) = (engine.clone(), engine.clone(), engine.clone());
    let (asked, store) = (subject.clone(), store.map(Path::to_owned));
    let (lost_output, compiler) = (Arc::clone(lost_output), Arc::clone(compiler));
    transport.connect(Callbacks {
        started: Box::new(move |attempt| started.attempt_started(attempt)),
        complete: Box::new(move |attempt, result| complete.complete(attempt, result)),
        compile: Box::new(move |_, args| compiler.answer(args)),
        read: Box::new(move |text| read.complete_read(text)),
        note: Box::new(move |line| output.note(line)),
        fallen: Box::new(move |fallen| {
            let pid = Pid {
                run: asked.engine.store_record().run,
                number: fallen.process,
            };
            let is_kept = is_kept(&asked.store, fallen.process);
            output.say(fallen_text(fallen, pid, store.as_deref(), is_kept));
        }),
        output_failed: Box::new(move |error| lost_output.note(error)),
    });
}

/// Most memory that a process may have, in megabytes.
const MEMORY_MB_MAX: u64 = 4096;

/// The option that raises the limit that a report says was reached, if it can be raised.
fn option_that_raises(report: &str) -> Option<String> {
    let (_, kind) = report.split_once(":ox/kind :ox/")?;
    let end = kind.find(|c: char| !c.is_ascii_lowercase() && c != '-');
    match &kind[..end.unwrap_or(kind.len())] {
        "memory-limit" => {
            // Of the length of a number there is no option.
            let (_, limit) = report.split_once("memory limit of ")?;
            let megabytes: u64 = limit.split_once(" MB")?.0.parse().ok()?;
            let wanted = (2 * megabytes).min(MEMORY_MB_MAX);
            (megabytes < wanted).then(|| format!("--limit memory={wanted}MB"))
        }
        "mailbox-limit" => Some("--limit mailbox=1000000".to_owned()),
        _ => None,
    }
}

/// Whether a process that has failed or is parked can be retried: one that ended by itself, or was ended by
/// another, has nothing to go back to.
fn is_kept(store: &Arc<dyn Store>, process: u64) -> bool {
    let record = engine::read_record(&store.snapshot(), process);
    record.is_ok_and(|record| !record.fibers.is_empty())
}

/// `failed: 17.2 (app.core/worker): Divide by zero – oxc inspect 17.2 · oxc retry 17.2`
fn fallen_text(fallen: &Fallen, pid: Pid, store: Option<&Path>, is_kept: bool) -> String {
    let mut text = format!("{}: {pid}", fallen.status.name());
    if !fallen.function.is_empty() {
        text = format!("{text} ({})", fallen.function);
    }
    if let Some(first) = fallen.report.lines().next() {
        text = format!("{text}: {first}");
    }
    let Some(store) = store else { return text };
    let hint = |command| hint(command, pid, Some(store));
    let other = if fallen.status == Status::Parked {
        "cancel"
    } else {
        "retry"
    };
    let first = if other == "retry" { "inspect" } else { "retry" };
    if is_kept {
        format!("{text} – {} · {}", hint(first), hint(other))
    } else {
        format!("{text} – {}", hint("inspect"))
    }
}

/// `oxc resume 17`; with `-C` or `--store` where the pid alone would not be found from the folder
/// that `oxc` was started in.
pub(crate) fn hint(command: &str, pid: Pid, store: Option<&Path>) -> String {
    let Some(store) = store else {
        return format!("oxc {command} {pid}");
    };
    let keeps = |dir: &Path| {
        let folder = Folder::around(dir).ok();
        let run = folder.and_then(|folder| folder.run(pid.run));
        run.is_some_and(|run| place::is_same_file(&run.store(), store))
    };
    if keeps(&place::start()) {
        return format!("oxc {command} {pid}");
    }
    if let Some(base) = Folder::of_store(store).filter(|base| keeps(base)) {
        let base = place::shown(&base);
        return format!("oxc -C {} {command} {pid}", quoted(&base));
    }
    let store = if store.is_absolute() {
        store.to_owned()
    } else {
        place::shown(store)
    };
    format!("oxc {command} --store {} {pid}", quoted(&store))
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c);
    if text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Suspends programs, and says at once what that may wait for.
fn suspend_all(output: Output, hosts: &[Host]) {
    let is_open = |host: &&Host| !host.is_over.load(Ordering::SeqCst);
    let hosts: Vec<&Host> = hosts.iter().filter(is_open).collect();
    for host in &hosts {
        host.transport.suspend();
    }
    let running: usize = hosts.iter().map(|host| host.transport.running()).sum();
    if running > 0 {
        let what = if running == 1 {
            "activity"
        } else {
            "activities"
        };
        output.mention(format!(
            "waiting for {running} {what}, at most {} s; Ctrl-C again leaves now",
            GRACE.as_secs()
        ));
    }
    at_once::for_each(&hosts, |host| host.suspend());
}

/// Runs programs until their main processes end or a signal comes, and closes them; the highest exit
/// status.
///
/// # Errors
/// When a store can no longer be written.
pub(crate) fn foreground(output: Output, hosts: Vec<Host>) -> Outcome {
    let hosts = Arc::new(hosts);
    let (interrupted, left) = (Arc::clone(&hosts), Arc::clone(&hosts));
    let asked = Arc::clone(&hosts);
    let heard = signals::on_interrupt(
        move || asked.iter().any(Host::takes_interrupt),
        move |was_typed| {
            for host in interrupted.iter() {
                host.compiler.prompt().leave();
            }
            if was_typed && output.is_terminal {
                // The terminal has shown `^C` and stands behind it.
                output.say("");
            }
            for host in interrupted.iter() {
                host.interrupted.store(true, Ordering::SeqCst);
            }
            suspend_all(output, &interrupted);
        },
        move || {
            let open = left
                .iter()
                .filter(|host| !host.is_over.load(Ordering::SeqCst));
            open.for_each(|host| {
                host.compiler.prompt().leave();
                host.tell_suspended(output);
            });
        },
    );
    if let Err(failure) = heard {
        at_once::for_each(&hosts, |host| {
            host.suspend();
            host.close();
        });
        return Err(failure);
    }
    for host in hosts.iter().filter(|host| host.store.is_some()) {
        let all = Arc::downgrade(&hosts);
        let begun = AtomicBool::new(false);
        host.lost_output.set_wake(move || {
            let Some(all) = all.upgrade() else { return };
            if begun.swap(true, Ordering::SeqCst) {
                return;
            }
            // Called by who writes the output, whom suspending waits for.
            let thread = std::thread::Builder::new()
                .name("suspend".to_owned())
                .spawn(move || suspend_all(output, &all));
            if thread.is_err() {
                std::process::exit(i32::from(OUTPUT_CLOSED));
            }
        });
    }
    // Each gives up its store at its own end, and not at that of the last.
    let codes = at_once::for_each(&hosts, |host| {
        let code = host.wait(output).map_err(|failure| host.stopped(failure));
        host.close();
        code
    });
    let mut highest = 0;
    let mut failed = None;
    for code in codes {
        match code {
            Ok(code) => highest = highest.max(code),
            Err(failure) => failed = Some(failure),
        }
    }
    failed.map_or(Ok(highest), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::Request;
    use crate::socket::client::{Client, Silent};
    use engine::pid::MAIN;
    use store::EmbeddedStore;

    #[test]
    fn at_its_end_an_engine_is_looked_at_only_and_then_gives_up_its_store() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.redb");
        let opened = EmbeddedStore::open(&path).expect("a store");
        let manner = Manner {
            is_idle: true,
            ..Manner::default()
        };
        let output = Output::new(clap::ColorChoice::Never, false);
        let host = Host::over(output, Arc::new(opened), Some(&path), &manner).expect("an engine");
        host.run().expect("a socket");
        let asked = |request: &Request| Client::of(&path).ask(request);
        let message = Request::Send {
            process: MAIN,
            message: ":go".to_owned(),
        };
        // There is no such process, but that is an answer.
        assert!(asked(&message).is_err());
        host.refuse_changes();
        assert!(matches!(asked(&message), Ok(Err(Silent::Unheard))));
        assert!(matches!(asked(&Request::Ps), Ok(Ok(Reply::Survey(_)))));
        assert!(EmbeddedStore::open(&path).is_err());
        host.close();
        assert!(EmbeddedStore::open(&path).is_ok());
    }
}
