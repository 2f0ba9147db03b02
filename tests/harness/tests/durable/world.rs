//! A world for the engine: virtual time, a transport that keeps what it is told, a store that
//! crashes when it is told to. Everything happens on the test's thread.

use crate::compiler::{self, Compiler};
use crate::modes::in_mode;
use durable_bench::Program;
use engine::data::Data;
use engine::event::Event;
use engine::letter::Letter;
use engine::record::Status;
use engine::transport::{
    AttemptId, Clock, Fallen, Stream, StreamClosed, Task, TaskError, Transport,
};
use engine::{Engine, EngineError, Options, Standing};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use store::{CommitError, Hooked, MemoryStore, Store};

/// Turns after which a test that does not end is given up.
const TURNS_MAX: u64 = 2_000_000;
/// The time at which a world begins, milliseconds since 1970.
pub(crate) const EPOCH_MS: u64 = 1_700_000_000_000;

/// Time that passes only when nothing else can happen.
#[derive(Debug)]
pub(crate) struct VirtualClock {
    now_ms: AtomicU64,
    random: AtomicU64,
    hook: Mutex<Hook>,
}

/// What the engine asks the clock for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    Time,
    Random,
}

/// What happens when the engine asks.
#[derive(Clone, Default)]
struct Hook(Option<Arc<dyn Fn(Asks) + Send + Sync>>);

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hook")
    }
}

impl VirtualClock {
    pub(crate) fn advance(&self, milliseconds: u64) {
        self.now_ms.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Somebody sets it.
    pub(crate) fn set_back(&self, milliseconds: u64) {
        self.now_ms.fetch_sub(milliseconds, Ordering::Relaxed);
    }

    /// Does this from now on when the engine asks for the time or a random number.
    pub(crate) fn hook(&self, does: Arc<dyn Fn(Asks) + Send + Sync>) {
        self.hook.lock().expect("not poisoned").0 = Some(does);
    }

    fn is_asked(&self, what: Asks) {
        let hook = self.hook.lock().expect("not poisoned").clone();
        if let Some(does) = hook.0 {
            does(what);
        }
    }
}

impl Clock for VirtualClock {
    fn now_ms(&self) -> u64 {
        self.is_asked(Asks::Time);
        self.now_ms.load(Ordering::Relaxed)
    }

    fn monotonic_ns(&self) -> u64 {
        self.now_ms.load(Ordering::Relaxed) * 1_000_000
    }

    fn random(&self) -> u64 {
        self.is_asked(Asks::Random);
        // SplitMix64.
        let state = self
            .random
            .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

/// What a service does with an attempt.
pub(crate) enum Served {
    /// Answers.
    Answer(Data),
    /// Fails.
    Fail(TaskError),
    /// Says nothing, ever.
    Silence,
}

/// A failure with exit status and last line, as commands have it.
pub(crate) fn exit(status: i64, line: &str) -> Served {
    Served::Fail(TaskError {
        reason: "exit",
        message: format!("exit {status}: {line}"),
        data: vec![
            ("exit".to_owned(), Data::Int(status)),
            ("stderr".to_owned(), Data::text(line)),
        ],
        is_retryable: true,
    })
}

type Service = Box<dyn Fn(&Task) -> Served + Send + Sync>;

/// What the transport was told.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Text of each release of standard output.
    pub(crate) releases: Vec<String>,
    pub(crate) started: Vec<Task>,
    pub(crate) cancelled: Vec<AttemptId>,
    /// Reads of standard input that are under way: whether of all.
    pub(crate) reads: Vec<bool>,
    pub(crate) fallen: Vec<Fallen>,
    pending: VecDeque<Task>,
}

/// A transport that keeps what it is told.
pub(crate) struct FakeTransport {
    told: Mutex<Told>,
    service: Mutex<Option<Service>>,
    workers: Mutex<Option<usize>>,
    pub(crate) stdout_closed: Mutex<bool>,
}

impl std::fmt::Debug for FakeTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FakeTransport")
    }
}

impl FakeTransport {
    pub(crate) fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        self.told
            .lock()
            .expect("no test thread panics under the lock")
    }

    /// How many workers serve every queue; `None` as if all activities were built in.
    pub(crate) fn set_workers(&self, workers: Option<usize>) {
        *self.workers.lock().expect("not poisoned") = workers;
    }
}

impl Transport for FakeTransport {
    fn workers(&self, name: &str, _: &str) -> Option<usize> {
        if name.starts_with("ox.") {
            None
        } else {
            *self.workers.lock().expect("not poisoned")
        }
    }

    fn start(&self, task: Task) {
        let mut told = self.told();
        told.started.push(task.clone());
        told.pending.push_back(task);
    }

    fn cancel(&self, attempt: AttemptId) {
        self.told().cancelled.push(attempt);
    }

    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), StreamClosed> {
        if *self.stdout_closed.lock().expect("not poisoned") {
            return Err(StreamClosed);
        }
        let text = String::from_utf8(bytes.to_vec()).expect("programs write text");
        let mut told = self.told();
        match stream {
            Stream::Stdout => {
                told.stdout.push_str(&text);
                told.releases.push(text);
            }
            Stream::Stderr => told.stderr.push_str(&text),
        }
        Ok(())
    }

    fn fallen(&self, fallen: &Fallen) {
        self.told().fallen.push(fallen.clone());
    }

    fn read(&self, all: bool) {
        self.told().reads.push(all);
    }
}

/// Where an engine crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crash {
    Never,
    /// Before this commit is written.
    Before(u64),
    /// When it is written, and nothing of it has left.
    After(u64),
}

/// The run of every program here.
pub(crate) const RUN: u64 = 17;

/// Compiles a script, or a namespace with `-main`.
pub(crate) fn program(text: &str) -> Program {
    durable_bench::program("test.ox", text)
}

/// Options of an engine whose every turn is taken by the test.
pub(crate) fn options() -> Options {
    Options {
        threads: 0,
        ..Options::default()
    }
}

/// The world around engines that follow one another on one store.
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) transport: Arc<FakeTransport>,
    pub(crate) engine: Engine,
    /// Commits that the engine has asked for.
    commits: Arc<AtomicU64>,
    pub(crate) options: Options,
    compiler: Mutex<Compiler>,
}

impl World {
    /// A world with an engine over an empty store.
    pub(crate) fn new() -> World {
        World::of(options())
    }

    /// The same with other options.
    pub(crate) fn of(options: Options) -> World {
        World::with(options, Arc::new(MemoryStore::new()))
    }

    /// A world in which a program has run, with somebody who answers activities.
    pub(crate) fn serving(
        text: &str,
        service: impl Fn(&Task) -> Served + Send + Sync + 'static,
    ) -> World {
        let world = World::new();
        world.serve(service);
        world.start(&program(text));
        world.run();
        world
    }

    pub(crate) fn with(options: Options, store: Arc<dyn Store>) -> World {
        World::opened(options, store).expect("the store can be opened")
    }

    /// The same over a store that may be refused.
    pub(crate) fn opened(options: Options, store: Arc<dyn Store>) -> Result<World, EngineError> {
        let options = in_mode(options);
        let clock = Arc::new(VirtualClock {
            now_ms: AtomicU64::new(EPOCH_MS),
            random: AtomicU64::new(1),
            hook: Mutex::default(),
        });
        let transport = Arc::new(FakeTransport {
            told: Mutex::new(Told::default()),
            service: Mutex::new(None),
            workers: Mutex::new(None),
            stdout_closed: Mutex::new(false),
        });
        let (engine, commits) = try_open(&store, &clock, &transport, options, Crash::Never)?;
        Ok(World {
            store,
            clock,
            transport,
            engine,
            commits,
            options,
            compiler: Mutex::default(),
        })
    }

    /// What answers activities.
    pub(crate) fn serve(&self, service: impl Fn(&Task) -> Served + Send + Sync + 'static) {
        *self.transport.service.lock().expect("not poisoned") = Some(Box::new(service));
    }

    /// Drops the engine as a crash does, and opens another over the same store.
    pub(crate) fn restart(&mut self, crash: Crash) {
        self.transport.told().pending.clear();
        self.transport.told().reads.clear();
        let (engine, commits) = open(
            &self.store,
            &self.clock,
            &self.transport,
            self.options,
            crash,
        );
        self.engine = engine;
        self.commits = commits;
        self.compiler = Mutex::default();
    }

    pub(crate) fn start(&self, program: &Program) -> u64 {
        program.start(&self.engine, RUN)
    }

    /// Lets everything happen that happens without time passing.
    pub(crate) fn settle(&self) {
        let mut turns = 0;
        loop {
            while self.engine.turn() {
                turns += 1;
                assert!(turns < TURNS_MAX, "the program does not come to rest");
            }
            let failure = self.engine.failure();
            if let Some(EngineError::Internal(what)) = &failure {
                panic!("{what}");
            }
            if failure.is_some() || !self.answer_pending() {
                return;
            }
        }
    }

    fn answer_pending(&self) -> bool {
        let pending = std::mem::take(&mut self.transport.told().pending);
        let mut any = false;
        let service = self.transport.service.lock().expect("not poisoned");
        for task in pending {
            if task.name == compiler::NAME {
                self.engine.complete(task.id, Ok(self.compile(&task.args)));
                any = true;
                continue;
            }
            let served = service
                .as_ref()
                .map_or(Served::Silence, |service| service(&task));
            match served {
                Served::Answer(data) => self.engine.complete(task.id, Ok(data)),
                Served::Fail(error) => self.engine.complete(task.id, Err(error)),
                Served::Silence => continue,
            }
            any = true;
        }
        any
    }

    /// What the compiler answers; the engine has the image that it makes.
    fn compile(&self, args: &[Data]) -> Data {
        let image = self.engine.image().expect("the run has an image");
        let mut compiler = self.compiler.lock().expect("not poisoned");
        let (extended, answer) = compiler.answer(&image, args);
        if let Some(image) = extended {
            let extended = self.engine.extend_image(image);
            extended.expect("it extends the run's image");
        }
        answer
    }

    /// Lets time pass to the next thing that happens by itself; false if nothing will.
    pub(crate) fn pass_time(&self) -> bool {
        let Some(at) = self.engine.next_timer() else {
            return false;
        };
        self.clock.now_ms.fetch_max(at, Ordering::Relaxed);
        true
    }

    pub(crate) fn advance(&self, milliseconds: u64) {
        self.clock.advance(milliseconds);
    }

    /// Runs until nothing happens any more.
    pub(crate) fn run(&self) {
        let mut turns = 0;
        loop {
            self.settle();
            turns += 1;
            assert!(turns < TURNS_MAX, "the program does not end");
            if self.engine.failure().is_some() || self.is_over() || !self.pass_time() {
                return;
            }
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.engine
            .processes()
            .iter()
            .all(|(_, status)| status.has_ended() || *status == Status::Parked)
    }

    pub(crate) fn standing(&self) -> Standing {
        self.engine.standing(1).expect("there is a main process")
    }

    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    pub(crate) fn stdout(&self) -> String {
        self.transport.told().stdout.clone()
    }

    /// Events of a process's life.
    pub(crate) fn events(&self, process: u64) -> Vec<Event> {
        let events =
            engine::read_events(&self.store.snapshot(), process).expect("the store can be read");
        events.into_iter().map(|(_, event)| event).collect()
    }
}

fn open(
    store: &Arc<dyn Store>,
    clock: &Arc<VirtualClock>,
    transport: &Arc<FakeTransport>,
    options: Options,
    crash: Crash,
) -> (Engine, Arc<AtomicU64>) {
    try_open(store, clock, transport, options, crash).expect("the store can be opened")
}

fn try_open(
    store: &Arc<dyn Store>,
    clock: &Arc<VirtualClock>,
    transport: &Arc<FakeTransport>,
    options: Options,
    crash: Crash,
) -> Result<(Engine, Arc<AtomicU64>), EngineError> {
    let (stop_at, done) = match crash {
        Crash::Never => (0, false),
        Crash::Before(number) => (number, false),
        Crash::After(number) => (number, true),
    };
    let commits = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&commits);
    let crashing = Hooked::new(Arc::clone(store), move |store, batches| {
        let number = counted.fetch_add(1, Ordering::Relaxed) + 1;
        if stop_at == 0 || number < stop_at {
            return store.commit(batches);
        }
        if number == stop_at && done {
            store.commit(batches)?;
        }
        Err(CommitError::Invalid {
            what: "the power is off".into(),
        })
    });
    let engine = Engine::open(
        Arc::new(crashing),
        Arc::clone(clock) as Arc<dyn Clock>,
        Arc::clone(transport) as Arc<dyn Transport>,
        options,
    );
    Ok((engine?, commits))
}

/// Runs a program, cancels its main process after so long, and gives how it ends.
pub(crate) fn ends(text: &str, cancelled_at: Option<u64>) -> (Status, u8, String) {
    let world = World::new();
    world.start(&program(text));
    world.settle();
    if let Some(ms) = cancelled_at {
        let until = EPOCH_MS + ms;
        while world.engine.next_timer().is_some_and(|at| at <= until) {
            world.pass_time();
            world.settle();
        }
        assert!(world.engine.post(1, Letter::Cancel).unwrap());
    }
    world.run();
    let standing = world.standing();
    (standing.status, standing.exit_status, world.stdout())
}

/// Runs a program in a world of its own.
pub(crate) fn run(text: &str) -> World {
    let world = World::new();
    world.start(&program(text));
    world.run();
    world
}

/// Runs a program that is to end well, and gives what it printed.
pub(crate) fn output(text: &str) -> String {
    let world = run(text);
    let standing = world.standing();
    assert_eq!(standing.status, Status::Done, "{}", standing.report);
    world.stdout()
}

/// Runs a program once as it is, and then with a crash at each of its commits, before and after it
/// is written. It must end the same way each time; what it prints may be repeated as far as one
/// commit had said it. `check` looks at each world at its end.
pub(crate) fn crash_everywhere(
    text: &str,
    prepare: impl Fn(&World),
    check: impl Fn(&World, Crash),
) {
    crash_everywhere_with(options(), text, prepare, check);
}

/// The same, with other options.
pub(crate) fn crash_everywhere_with(
    options: Options,
    text: &str,
    prepare: impl Fn(&World),
    check: impl Fn(&World, Crash),
) {
    let program = program(text);
    let world = World::with(options, Arc::new(MemoryStore::new()));
    prepare(&world);
    world.start(&program);
    world.run();
    let expected = world.standing();
    let expected_text = world.stdout();
    let commits = world.commits();
    let largest = world
        .transport
        .told()
        .releases
        .iter()
        .map(String::len)
        .max()
        .unwrap_or(0);
    check(&world, Crash::Never);
    assert!(commits > 1, "the program is too short to crash in");
    for number in 1..=commits {
        for crash in [Crash::Before(number), Crash::After(number)] {
            let mut world = World::with(options, Arc::new(MemoryStore::new()));
            prepare(&world);
            world.restart(crash);
            world.start(&program);
            world.run();
            assert!(world.engine.failure().is_some(), "{crash:?} did not happen");
            let before = world.stdout();
            world.restart(Crash::Never);
            let resumed = world.engine.resume().expect("the store can be resumed");
            if resumed.is_empty() && world.engine.processes().is_empty() {
                world.start(&program);
            }
            world.run();
            let standing = world.standing();
            assert_eq!(standing, expected, "{crash:?}");
            let all = world.stdout();
            let after = &all[before.len()..];
            assert!(expected_text.starts_with(&before), "{crash:?}: {before:?}");
            assert!(expected_text.ends_with(after), "{crash:?}: {after:?}");
            let repeated = (before.len() + after.len()).checked_sub(expected_text.len());
            let repeated = repeated
                .unwrap_or_else(|| panic!("{crash:?} lost output: {before:?} then {after:?}"));
            assert!(repeated <= largest, "{crash:?} repeated {repeated} bytes");
            assert_eq!(world.engine.damaged(), Vec::new(), "{crash:?}");
            check(&world, crash);
        }
    }
}
