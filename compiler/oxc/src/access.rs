//! Looking at stores: at rest under a shared lock, running through their engine.
//!
//! # Invariants
//! - A store's files are read only while no engine can write them (a shared lock of its lock file).
//! - Looking changes nothing, but that whoever looks for what is unfinished marks what is not.

use crate::answers::Subject;
use crate::facts::{Inspection, ProcessFacts};
use crate::failure::{Failure, Fault, io};
use crate::folder::{Folder, RunDir};
use crate::host::hint;
use crate::manner::{is_marked_finished, mark_finished};
use crate::place;
use crate::socket::client::{Client, Silent};
use crate::socket::{Logged, Reply, Request, Survey};
use engine::pid::MAIN;
use engine::{Engine, Options, Pid};
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{EmbeddedStore, OpenError, Store};

mod seized;

pub(crate) use seized::{Seized, seize};

/// The status of a process that cannot be read.
pub(crate) const DAMAGED: &str = "damaged";
/// The status of a process that a newer version has written.
pub(crate) const NEWER: &str = "newer";
/// The status of a process of which an engine that does not answer knows more.
pub(crate) const UNREACHABLE: &str = "unreachable";
/// How long an engine that holds a store may be silent: it is starting, or leaving.
const SILENCE: Duration = Duration::from_secs(5);
/// What to do about one that stays silent.
const END_THE_SILENT: &str = "end that process, or try again later";
/// Engines that are asked at the same time.
const ASKED_AT_ONCE: usize = 16;
/// Time between two tries to reach it.
const LOOK: Duration = Duration::from_millis(20);

/// A run as found.
#[derive(Clone, Debug)]
pub(crate) struct Surveyed {
    /// Number of the run.
    pub(crate) run: u64,
    /// Its store.
    pub(crate) store: PathBuf,
    /// What was run.
    pub(crate) command: String,
    /// Whether an engine holds it to run it.
    pub(crate) is_running: bool,
    /// Whether text that was committed has not been written yet.
    pub(crate) has_unwritten: bool,
    /// Whether somebody may have asked a parked process to end, and nothing else is open.
    pub(crate) has_wishes: bool,
    /// The program's arguments.
    pub(crate) args: Vec<String>,
    /// Its processes.
    pub(crate) processes: Vec<ProcessFacts>,
}

impl Surveyed {
    fn of(survey: Survey, store: &Path, is_held: bool) -> Surveyed {
        Surveyed {
            run: survey.run,
            store: store.to_owned(),
            command: survey.command,
            is_running: is_held && !survey.is_idle,
            has_unwritten: survey.has_unwritten,
            has_wishes: survey.has_wishes,
            args: survey.args,
            processes: survey
                .processes
                .into_iter()
                .map(|process| ProcessFacts {
                    store: Some(full_path(store)),
                    ..process
                })
                .collect(),
        }
    }

    /// Id of the main process.
    pub(crate) fn pid(&self) -> Pid {
        Pid {
            run: self.run,
            number: MAIN,
        }
    }

    /// `17 (deploy.ox)`
    pub(crate) fn label(&self) -> String {
        if self.command.is_empty() {
            self.pid().to_string()
        } else {
            format!("{} ({})", self.pid(), self.command)
        }
    }

    /// What one of its processes is called: `17 (deploy.ox)`, `17.2 (app.core/worker)`.
    pub(crate) fn name_of(&self, pid: Pid) -> String {
        if pid.number == MAIN {
            return self.label();
        }
        let text = pid.to_string();
        let mut processes = self.processes.iter();
        match processes.find(|process| process.pid == text) {
            Some(process) if !process.function.is_empty() => {
                format!("{pid} ({})", process.function)
            }
            _ => text,
        }
    }

    /// Status of the main process.
    pub(crate) fn status(&self) -> &str {
        let pid = self.pid().to_string();
        self.processes
            .iter()
            .find(|process| process.pid == pid)
            .map_or(DAMAGED, |process| process.status.as_str())
    }

    /// Whether the main process has failed. What is left of the run then goes on without it.
    pub(crate) fn has_failed(&self) -> bool {
        self.status() == "failed"
    }

    /// Status of the main process; once that has ended, of a process that has not.
    pub(crate) fn standing(&self) -> &str {
        self.open()
            .next()
            .map_or(self.status(), |process| process.status.as_str())
    }

    /// The processes that have not ended.
    pub(crate) fn open(&self) -> impl Iterator<Item = &ProcessFacts> {
        let all = self.processes.iter();
        all.filter(|process| has_not_ended(&process.status))
    }

    /// The processes that cannot be read.
    pub(crate) fn unreadable(&self) -> impl Iterator<Item = &ProcessFacts> {
        let all = self.processes.iter();
        all.filter(|process| [DAMAGED, NEWER].contains(&process.status.as_str()))
    }

    /// Whether there is something to go on with: a process has not ended, or not all that was
    /// printed has left. Who kills a run does not want to hear the rest of what it had to say.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.open().next().is_some() || self.has_unwritten && self.status() != "killed"
    }

    /// Whether it is unfinished because of this process; of a main process that has ended, because of
    /// what it has printed.
    pub(crate) fn is_unfinished_for(&self, process: &ProcessFacts) -> bool {
        let is_main = process.pid == self.pid().to_string();
        has_not_ended(&process.status)
            || is_main && self.has_unwritten && process.status != "killed"
    }

    /// Why nothing is known of it, if its engine does not answer.
    pub(crate) fn unreachable(&self) -> Option<&str> {
        let mut all = self.processes.iter();
        let found = all.find(|process| process.status == UNREACHABLE)?;
        Some(&found.function)
    }

    /// Whether it is whole and nothing is left to go on with.
    fn is_over(&self) -> bool {
        !self.processes.is_empty() && !self.is_unfinished() && self.unreadable().next().is_none()
    }

    /// Whether nothing would happen if it were taken up: all that is left waits for a decision.
    pub(crate) fn is_parked(&self) -> bool {
        let mut open = self.open();
        !self.has_unwritten && !self.has_wishes && open.all(|process| process.status == "parked")
    }
}

/// The path of a store as it is found from everywhere.
fn full_path(store: &Path) -> String {
    let path = std::path::absolute(store);
    path.as_deref().unwrap_or(store).display().to_string()
}

/// Whether a status is one of a process that may do something yet.
pub(crate) fn has_not_ended(status: &str) -> bool {
    matches!(
        status,
        "ready" | "running" | "waiting" | "parked" | "suspended" | UNREACHABLE
    )
}

/// A store that nobody works on.
#[derive(Debug)]
struct AtRest {
    subject: Subject,
    _lock: Option<File>,
}

/// The world of an engine that only looks.
#[derive(Debug)]
struct Nowhere;

impl engine::transport::Transport for Nowhere {
    fn workers(&self, _name: &str, _queue: &str) -> Option<usize> {
        None
    }

    fn start(&self, _task: engine::transport::Task) {}

    fn cancel(&self, _attempt: engine::transport::AttemptId) {}

    fn write(
        &self,
        _stream: engine::transport::Stream,
        _bytes: &[u8],
    ) -> Result<(), engine::transport::StreamClosed> {
        Err(engine::transport::StreamClosed)
    }

    fn read(&self, _all: bool) {}
}

impl AtRest {
    /// An engine over the files, which runs nothing and writes nothing.
    fn open(store: Arc<dyn Store>, lock: Option<File>) -> Result<AtRest, Failure> {
        let clock = Arc::new(activities::SystemClock::new());
        let engine = Engine::open(
            Arc::clone(&store),
            clock,
            Arc::new(Nowhere),
            Options::default(),
        )?;
        Ok(AtRest {
            subject: Subject {
                engine,
                store,
                transport: None,
            },
            _lock: lock,
        })
    }
}

/// How a store is found.
#[derive(Debug)]
enum Look {
    AtRest(AtRest),
    Running,
    Nothing,
}

/// Takes the shared lock of a store, or sees that an engine has it.
fn share_lock(store: &Path) -> Result<Result<Option<File>, ()>, Failure> {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Ok(None)),
        Err(error) => return Err(io(format_args!("open {}", path.display()))(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(Ok(Some(file))),
        Err(TryLockError::WouldBlock) => Ok(Err(())),
        Err(TryLockError::Error(error)) => Err(io(format_args!("lock {}", path.display()))(error)),
    }
}

/// Whether an engine has a store, also one that does not answer.
pub(crate) fn is_held(store: &Path) -> bool {
    matches!(share_lock(store), Ok(Err(())))
}

/// The process that has taken a store last, if it has said so.
fn holder(store: &Path) -> Option<u32> {
    let lock = std::fs::read_to_string(store.with_added_extension("lock"));
    lock.ok()?.trim().parse().ok()
}

/// Keeps engines away from a store that is read file by file. Who has it for a moment only is waited
/// for. None if nobody has ever had it, as of a copy.
///
/// # Errors
/// When an engine has it, or its lock cannot be asked for.
pub(crate) fn keep_at_rest(store: &Path) -> Result<Option<File>, Failure> {
    let mut patience = Patience::new();
    loop {
        if let Ok(lock) = share_lock(store)? {
            return Ok(lock);
        }
        let held = OpenError::Held {
            path: store.to_owned(),
            pid: holder(store),
        };
        if !patience.lasts(&held) || is_run(store) {
            return Err(Failure::new(held.to_string()));
        }
        std::thread::sleep(LOOK);
    }
}

/// Whether there is a store.
///
/// # Errors
/// When its main file is gone, but its log, which could not be without, is there.
fn is_there(store: &Path) -> Result<bool, Failure> {
    let beside = |extension| store.with_added_extension(extension);
    if store.exists() {
        return Ok(true);
    }
    // One that was never finished has left `.new`.
    let log = [beside("log-0"), beside("log-1")];
    match log.iter().find(|log| log.exists()) {
        Some(log) if !beside("new").exists() && !store.exists() => Err(Failure::new(format!(
            "{} is gone, but {} is there",
            place::shown(store).display(),
            place::shown(log).display()
        ))
        .because(Some(Fault::Damaged))
        .help("bring it back from a copy; without it nothing can be read")),
        _ => Ok(false),
    }
}

fn look(store: &Path) -> Result<Look, Failure> {
    let Ok(lock) = share_lock(store)? else {
        return Ok(Look::Running);
    };
    match EmbeddedStore::open_read_only(store) {
        Ok(store) => Ok(Look::AtRest(AtRest::open(Arc::new(store), lock)?)),
        Err(OpenError::NotFound { .. }) => is_there(store).map(|_| Look::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// Asks a store something: its files by `read`, or its engine by `request`. None if there is no
/// store.
fn ask<T>(
    store: &Path,
    request: &Request,
    read: impl Fn(&Subject) -> Result<T, Failure>,
    reply: impl Fn(Reply) -> Option<T>,
) -> Result<Option<(T, bool)>, Failure> {
    let begun = Instant::now();
    loop {
        match look(store)? {
            Look::AtRest(rest) => return read(&rest.subject).map(|answer| Some((answer, false))),
            Look::Nothing => return Ok(None),
            Look::Running => {}
        }
        match Client::of(store).ask(request)? {
            Ok(answer) => {
                return match reply(answer) {
                    Some(answer) => Ok(Some((answer, true))),
                    None => Err(
                        Failure::new("the engine answers something else than was asked")
                            .help("use the same version of oxc for both"),
                    ),
                };
            }
            // Looking changes nothing, so it may be done again.
            Err(Silent::Unheard | Silent::Cut) if begun.elapsed() < SILENCE => {
                std::thread::sleep(LOOK);
            }
            Err(_) => return Err(silent(store)),
        }
    }
}

/// An engine holds the store but does not answer.
fn silent(store: &Path) -> Failure {
    match EmbeddedStore::open(store) {
        Err(error @ OpenError::Held { .. }) => {
            Failure::new(format!("{error} and does not answer")).help(END_THE_SILENT)
        }
        Err(error) => error.into(),
        Ok(_) => was_in_use(store),
    }
}

/// What a store holds; none if there is no store.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn survey_store(store: &Path) -> Result<Option<Surveyed>, Failure> {
    let read = |subject: &Subject| subject.survey();
    let reply = |reply| match reply {
        Reply::Survey(survey) => Some(survey),
        _ => None,
    };
    let found = ask(store, &Request::Ps, read, reply)?;
    Ok(found.map(|(survey, is_held)| Surveyed::of(survey, store, is_held)))
}

/// A run, and its store if that was opened to go on with it.
#[derive(Debug)]
pub(crate) struct Taken {
    /// What it holds.
    pub(crate) run: Surveyed,
    /// Its store; none if an engine has it, or it was only looked at.
    pub(crate) opened: Option<Arc<dyn Store>>,
}

impl From<Surveyed> for Taken {
    fn from(run: Surveyed) -> Taken {
        Taken { run, opened: None }
    }
}

/// Opens a store to go on with it, and says what it holds: it is read once. None if there is no
/// store; one that an engine holds is asked only.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn take(store: &Path) -> Result<Option<Taken>, Failure> {
    // Opening what is not there would begin it.
    if !is_there(store)? {
        return Ok(None);
    }
    let Ok(lock) = share_lock(store)? else {
        return Ok(survey_store(store)?.map(Taken::from));
    };
    drop(lock);
    let opened = crate::fault::armed(open_store(store)?);
    let survey = AtRest::open(Arc::clone(&opened), None)?.subject.survey()?;
    Ok(Some(Taken {
        run: Surveyed::of(survey, store, false),
        opened: Some(opened),
    }))
}

/// All runs of a folder, the oldest first. One that cannot be read is told as a damaged process, one that
/// a newer version has written as a newer one, one whose engine does not answer as an unreachable one.
///
/// # Errors
/// When the folder cannot be listed.
pub(crate) fn survey(folder: &Folder) -> Result<Vec<Surveyed>, Failure> {
    Ok(survey_runs(folder.runs()?))
}

/// The runs of a folder in which there may be something to go on with, the oldest first. Those that
/// are marked as finished are not opened: many that have ended cost nothing.
///
/// # Errors
/// When the folder cannot be listed.
pub(crate) fn survey_unfinished(folder: &Folder) -> Result<Vec<Surveyed>, Failure> {
    let mut runs = folder.runs()?;
    runs.retain(|run| !is_marked_finished(&run.store()));
    let found = survey_runs(runs);
    for run in &found {
        if run.is_over() && !run.is_running {
            mark_if_over(run);
        }
    }
    Ok(found)
}

/// Marks a run that is over and was left without a mark, by an engine that was killed at its end.
fn mark_if_over(run: &Surveyed) {
    // While the shared lock is held, nobody goes on with it.
    let Ok(Ok(Some(_lock))) = share_lock(&run.store) else {
        return;
    };
    let Ok(store) = EmbeddedStore::open_read_only(&run.store) else {
        return;
    };
    let rest = AtRest::open(Arc::new(store), None);
    let survey = rest.and_then(|rest| rest.subject.survey());
    if survey.is_ok_and(|survey| Surveyed::of(survey, &run.store, false).is_over()) {
        mark_finished(&run.store);
    }
}

fn survey_runs(runs: Vec<RunDir>) -> Vec<Surveyed> {
    survey_with(runs, ASKED_AT_ONCE)
}

/// As `survey_runs`, with at most so many threads besides this one.
fn survey_with(runs: Vec<RunDir>, threads: usize) -> Vec<Surveyed> {
    // Engines that do not answer are waited for at the same time: each has seconds to do so.
    let held: Vec<usize> = (0..runs.len())
        .filter(|at| is_held(&runs[*at].store()))
        .collect();
    let (next, asked) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let ask = || {
        while let Some(at) = held.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = survey_run(&runs[*at]);
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.insert(*at, found);
        }
    };
    let at_rest: BTreeMap<usize, Option<Surveyed>> = std::thread::scope(|scope| {
        for _ in 0..held.len().min(threads) {
            let thread = std::thread::Builder::new().spawn_scoped(scope, ask);
            // The system gives no more: those there are ask all.
            if thread.is_err() {
                break;
            }
        }
        let rest = (0..runs.len()).filter(|at| held.binary_search(at).is_err());
        let found = rest.map(|at| (at, survey_run(&runs[at]))).collect();
        // What no thread has taken yet.
        ask();
        found
    });
    let mut all = asked.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.extend(at_rest);
    all.into_values().flatten().collect()
}

/// A run as found; none if its first checkpoint was never durable.
fn survey_run(run: &RunDir) -> Option<Surveyed> {
    match survey_store(&run.store()) {
        Ok(Some(held)) if held.run != run.number => {
            Some(unknown(run, DAMAGED, &misplaced(run, held.run)))
        }
        Ok(found) => found,
        Err(failure) if is_held(&run.store()) => Some(unknown(run, UNREACHABLE, &failure)),
        Err(failure) if failure.fault == Some(Fault::Newer) => Some(unknown(run, NEWER, &failure)),
        Err(failure) => Some(unknown(run, DAMAGED, &failure)),
    }
}

/// The folder of a run holds another: as it was copied or renamed, two would be called the same.
fn misplaced(run: &RunDir, held: u64) -> Failure {
    let dir = place::shown(&run.dir);
    Failure::new(format!(
        "{} holds the run {held}: it was copied or renamed",
        dir.display()
    ))
    .help(format!(
        "remove the folder, or look at it with `--store {}`",
        dir.join("store.redb").display()
    ))
}

/// A run of which no more is known than its status, and why.
fn unknown(run: &RunDir, status: &str, failure: &Failure) -> Surveyed {
    let process = ProcessFacts {
        pid: run.number.to_string(),
        status: status.to_owned(),
        function: failure.message.clone(),
        started: crate::time::instant(0),
        store: Some(full_path(&run.store())),
        ..ProcessFacts::default()
    };
    Surveyed {
        run: run.number,
        store: run.store(),
        command: String::new(),
        is_running: status == UNREACHABLE,
        has_unwritten: false,
        has_wishes: false,
        args: Vec::new(),
        processes: vec![process],
    }
}

/// Where a process is stood.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(crate) fn inspect(store: &Path, pid: Pid) -> Result<Inspection, Failure> {
    let process = pid.number;
    let read = |subject: &Subject| subject.inspect(process);
    let reply = |reply| match reply {
        Reply::Inspection(inspection) => Some(*inspection),
        _ => None,
    };
    let found = ask(store, &Request::Inspect { process }, read, reply)?;
    let (mut inspection, _) = found.ok_or_else(|| no_process(pid))?;
    inspection.process.store = Some(full_path(store));
    Ok(inspection)
}

/// What happened to a process, from an event on, and whether an engine works on it.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(crate) fn logs(store: &Path, pid: Pid, from: u64) -> Result<(Logged, bool), Failure> {
    let process = pid.number;
    let read = |subject: &Subject| subject.logs(process, from);
    let reply = |reply| match reply {
        Reply::Logs(logged) => Some(logged),
        _ => None,
    };
    ask(store, &Request::Logs { process, from }, read, reply)?.ok_or_else(|| no_process(pid))
}

/// How long a store is waited for that others hold: each of them has its time.
#[derive(Debug)]
struct Patience {
    begun: Instant,
    holder: Option<u32>,
}

impl Patience {
    fn new() -> Patience {
        Patience {
            begun: Instant::now(),
            holder: None,
        }
    }

    /// Whether to try again after this.
    fn lasts(&mut self, error: &OpenError) -> bool {
        match error {
            OpenError::Held { pid: Some(pid), .. } if self.holder != Some(*pid) => {
                *self = Patience {
                    holder: Some(*pid),
                    ..Patience::new()
                };
                true
            }
            OpenError::Held { .. } => self.begun.elapsed() < SILENCE,
            _ => false,
        }
    }
}

/// Opens a store for writing. Somebody who only looks at it, or only changes something, is waited
/// for.
///
/// # Errors
/// When an engine holds it and runs it, or it cannot be opened.
pub(crate) fn open_store(path: &Path) -> Result<EmbeddedStore, Failure> {
    let mut patience = Patience::new();
    loop {
        match EmbeddedStore::open(path) {
            Ok(store) => return Ok(store),
            Err(error) if patience.lasts(&error) && !is_run(path) => std::thread::sleep(LOOK),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Opens the store of a run that begins. What is written beside it from then on is of that run: of several
/// who begin one in the same place, one does.
///
/// # Errors
/// When somebody else has it or had it meanwhile, or it cannot be opened.
pub(crate) fn begin_store(path: &Path) -> Result<EmbeddedStore, Failure> {
    let opened = open_store(path)?;
    // There was none when it was looked for, or it was removed: this one is another's.
    if path.exists() {
        return Err(was_in_use(path));
    }
    Ok(opened)
}

/// Whether an engine answers at a store's socket that runs what it holds.
fn is_run(store: &Path) -> bool {
    match Client::of(store).ask(&Request::Ps) {
        Ok(Err(_)) => false,
        Ok(Ok(Reply::Survey(survey))) => !survey.is_idle,
        Ok(Ok(_)) | Err(_) => true,
    }
}

/// What has come of a change that was asked for.
#[derive(Debug)]
pub(crate) enum Change {
    /// The engine that holds the store has done it.
    Done,
    /// Nobody holds the store, which has been opened to do it.
    Opened(Arc<dyn Store>),
}

/// Asks the engine that holds a store to change something, or opens the store if nobody holds it. Who
/// holds it for a moment only (to start, to leave, to look, to change something itself) is waited
/// for.
///
/// # Errors
/// When there is no store or it cannot be opened, the engine says why not, or it was killed while it
/// was asked: then nobody knows whether it has done it, and doing it again could do it twice.
pub(crate) fn change(store: &Path, pid: Pid, request: &Request) -> Result<Change, Failure> {
    let mut patience = Patience::new();
    loop {
        // Opening what is not there would begin it.
        if !is_there(store)? {
            return Err(no_process(pid));
        }
        let held = match EmbeddedStore::open(store) {
            Ok(opened) => return Ok(Change::Opened(crate::fault::armed(opened))),
            Err(error @ OpenError::Held { .. }) => error,
            Err(error) => return Err(error.into()),
        };
        match Client::of(store).ask(request)? {
            Ok(Reply::Done) => return Ok(Change::Done),
            Ok(_) => {
                return Err(
                    Failure::new("the engine answers something else than was asked")
                        .help("use the same version of oxc for both"),
                );
            }
            Err(Silent::Cut) => return Err(cut(store, pid)),
            Err(Silent::Unheard) if patience.lasts(&held) => std::thread::sleep(LOOK),
            Err(Silent::Unheard) => {
                return Err(Failure::new(format!("{held} and does not answer"))
                    .because(Some(Fault::Held))
                    .help(END_THE_SILENT));
            }
        }
    }
}

/// The engine was killed while it was asked to change something.
fn cut(store: &Path, pid: Pid) -> Failure {
    let told = format!("the engine of {pid} was killed just now: it may have done this or not");
    Failure::new(told).help(format!(
        "look whether it has, before you do it again: `{}`",
        hint("inspect", pid, Some(store))
    ))
}

/// An engine runs what is to be gone on with.
pub(crate) fn running(run: &Surveyed, pid: Pid) -> Failure {
    if let Some(why) = run.unreachable() {
        return Failure::new(format!("{pid}: {why}")).help(END_THE_SILENT);
    }
    let by = holder(&run.store).map_or_else(String::new, |engine| format!(", by process {engine}"));
    let told = format!("{} is running already{by}", run.label());
    let hint = hint("inspect", pid, Some(&run.store));
    Failure::new(told)
        .because(Some(Fault::Held))
        .help(format!("`{hint}` shows where it stands"))
}

/// An engine has the store of a run that is to be begun or gone on with.
pub(crate) fn in_use(run: &Surveyed) -> Failure {
    match EmbeddedStore::open(&run.store) {
        Err(error @ OpenError::Held { .. }) => Failure::new(error.to_string())
            .because(Some(Fault::Held))
            .help(format!(
                "it runs {}: `{}` shows where that stands",
                run.label(),
                hint("inspect", run.pid(), Some(&run.store))
            )),
        Err(error) => error.into(),
        Ok(_) => was_in_use(&run.store),
    }
}

/// Somebody has had a store in the meantime.
pub(crate) fn was_in_use(store: &Path) -> Failure {
    let told = format!("the store {} was in use until just now", store.display());
    Failure::new(told)
        .because(Some(Fault::Held))
        .help("try again")
}

/// There is no such process.
pub(crate) fn no_process(pid: Pid) -> Failure {
    Failure::new(format!("there is no process {pid}")).help("`oxc ps` lists those of this folder")
}

/// The store that holds a process: the one named, or that of the folder's run.
///
/// # Errors
/// When there is none, or the folder holds another run.
pub(crate) fn store_of(named: Option<&Path>, pid: Pid) -> Result<PathBuf, Failure> {
    if let Some(store) = named {
        let held = survey_store(store)?
            .ok_or_else(|| Failure::new(format!("there is no store {}", store.display())))?;
        if held.run != pid.run {
            return Err(
                Failure::new(format!("there is no process {pid} in {}", store.display()))
                    .help(format!("it holds the run {}", held.label())),
            );
        }
        return Ok(store.to_owned());
    }
    let run = run_of(pid)?;
    // What else is wrong with the store, the command that asks for it says.
    if let Ok(Look::AtRest(rest)) = look(&run.store()) {
        let held = rest.subject.engine.store_record().run;
        if held != run.number {
            return Err(misplaced(&run, held));
        }
    }
    Ok(run.store())
}

/// The run of the folder that a process is of, whatever state its store is in.
///
/// # Errors
/// When there is none.
pub(crate) fn run_of(pid: Pid) -> Result<RunDir, Failure> {
    let dir = std::env::current_dir().map_err(io("find the working folder"))?;
    let run = Folder::around(&dir)?.run(pid.run);
    run.ok_or_else(|| no_process(pid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::{GREETING, path_of};
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::os::unix::net::{UnixListener, UnixStream};

    /// Runs held as by engines: locks and sockets.
    fn held(folder: &Path, count: u64) -> (Vec<(File, UnixListener)>, Vec<RunDir>) {
        let made = (1..=count).map(|number| {
            let dir = folder.join(number.to_string());
            std::fs::create_dir(&dir).expect("made");
            let run = RunDir { number, dir };
            let lock = File::create(run.store().with_added_extension("lock")).expect("made");
            lock.lock().expect("nobody else has it");
            let socket = UnixListener::bind(path_of(&run.store())).expect("bound");
            ((lock, socket), run)
        });
        made.unzip()
    }

    /// Answers as a run's engine.
    fn answer(stream: &UnixStream, run: u64) {
        let mut to = stream;
        to.write_all(GREETING.as_bytes()).expect("written");
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).expect("read");
        let survey = Survey {
            run,
            ..Survey::default()
        };
        let reply = serde_json::to_string(&Reply::Survey(survey)).expect("plain data");
        to.write_all(format!("{reply}\n").as_bytes())
            .expect("written");
    }

    fn answered(found: &[Surveyed]) -> Vec<(u64, Option<&str>)> {
        let all = found.iter();
        all.map(|run| (run.run, run.unreachable())).collect()
    }

    /// Engines that answer nobody before all have been asked: who asked them one after another would
    /// give each of them up.
    #[test]
    fn engines_are_asked_at_the_same_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let (held, runs) = held(folder.path(), 3);
        let engines = std::thread::spawn(move || {
            let asked: Vec<_> = held
                .iter()
                .map(|(_, socket)| socket.accept().expect("somebody asks").0)
                .collect();
            for (stream, run) in asked.iter().zip(1..) {
                answer(stream, run);
            }
            held
        });
        let found = survey_runs(runs);
        assert_eq!(answered(&found), [(1, None), (2, None), (3, None)]);
        drop(engines.join().expect("no panic"));
    }

    #[test]
    fn engines_are_asked_by_few_threads_or_by_none() {
        for threads in 0..3 {
            let folder = tempfile::tempdir().expect("a folder");
            let (held, runs) = held(folder.path(), 8);
            let engines: Vec<_> = held
                .into_iter()
                .zip(1..)
                .map(|(held, run)| {
                    std::thread::spawn(move || {
                        answer(&held.1.accept().expect("somebody asks").0, run);
                        held
                    })
                })
                .collect();
            let found = survey_with(runs, threads);
            let all: Vec<(u64, Option<&str>)> = (1..=8).map(|run| (run, None)).collect();
            assert_eq!(answered(&found), all, "{threads} threads");
            for engine in engines {
                drop(engine.join().expect("no panic"));
            }
        }
    }
}
