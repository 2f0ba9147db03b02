//! What durability costs, measured: engine and store with programs whose steps can be counted.
//!
//! A *step* is an activity in this process: its request is durable before it starts, its answer
//! before the next request leaves. [`Bench`] runs a program step by step on one thread.
//!
//! # Invariants
//! - Bytes are those passed to write calls on the store's files, all of them.
//! - With [`FoldMode::Inline`] the same program writes the same bytes in every run.

pub mod beside;
pub mod cost;
pub mod soak;

use activities::SystemClock;
use engine::data::Data;
use engine::record::Status;
use engine::transport::{AttemptId, Clock, Stream, StreamClosed, Task, Transport};
use engine::{Engine, Options};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use store::disk::{Disk, OsDisk};
use store::{EmbeddedStore, FoldMode, Stats, Store};
use vm::image::LoadedImage;

/// Answers every activity at once, and counts.
#[derive(Debug, Default)]
struct Instant {
    /// Taken away when the bench is over: it has this transport.
    engine: Mutex<Option<Engine>>,
    steps: AtomicU64,
}

impl Transport for Instant {
    fn workers(&self, _: &str, _: &str) -> Option<usize> {
        None
    }

    fn start(&self, task: Task) {
        self.steps.fetch_add(1, Ordering::Relaxed);
        let engine = self.engine.lock().expect("nobody panics with it").clone();
        if let Some(engine) = engine {
            engine.complete(task.id, Ok(Data::Nil));
        }
    }

    fn cancel(&self, _: AttemptId) {}

    fn write(&self, _: Stream, bytes: &[u8]) -> Result<(), StreamClosed> {
        use std::io::Write as _;
        std::io::stdout().write_all(bytes).map_err(|_| StreamClosed)
    }

    fn read(&self, _: bool) {}
}

/// A program, compiled.
#[derive(Clone, Debug)]
pub struct Program {
    name: String,
    image: Arc<LoadedImage>,
    slot: u32,
}

impl Program {
    /// Starts it as the main process of a new run; the process's number.
    ///
    /// # Panics
    /// When it takes arguments.
    pub fn start(&self, engine: &Engine, run: u64) -> u64 {
        engine.describe(run, &self.name, &[], Vec::new());
        let image = engine.add_image(Arc::clone(&self.image));
        engine
            .start_main(image, self.slot, &[], "main")
            .expect("the program starts")
    }
}

/// Compiles a script, or a namespace with `-main`, as if it were the file `name`.
///
/// # Panics
/// When it has mistakes.
#[must_use]
pub fn program(name: &str, text: &str) -> Program {
    let mut workspace = driver::Workspace::of_text(name, text);
    let built = workspace
        .build()
        .unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"));
    let slot = built
        .image
        .main
        .or(built.image.entry)
        .expect("the text has something to run");
    let image = LoadedImage::load(Arc::new(built.image)).expect("a linked image is valid");
    Program {
        name: name.to_owned(),
        image: Arc::new(image),
        slot,
    }
}

/// An engine on a store, with a program.
#[derive(Debug)]
pub struct Bench {
    /// The engine, without threads.
    pub engine: Engine,
    /// Its store.
    pub store: Arc<EmbeddedStore>,
    transport: Arc<Instant>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Ok(mut engine) = self.transport.engine.lock() {
            *engine = None;
        }
    }
}

impl Bench {
    /// An engine over a store on a disk, new or left by an earlier one.
    ///
    /// # Panics
    /// When the store cannot be opened.
    #[must_use]
    pub fn open(disk: Arc<dyn Disk>, path: &Path, fold: FoldMode) -> Bench {
        let options = store::Options {
            fold,
            ..store::Options::default()
        };
        let store =
            Arc::new(EmbeddedStore::open_with(disk, path, options).expect("the store opens"));
        let transport = Arc::new(Instant::default());
        let options = Options {
            threads: 0,
            ..Options::default()
        };
        let shared = Arc::clone(&store) as Arc<dyn Store>;
        let clock = Arc::new(SystemClock::new()) as Arc<dyn Clock>;
        let engine = Engine::open(
            shared,
            clock,
            Arc::clone(&transport) as Arc<dyn Transport>,
            options,
        );
        let engine = engine.expect("the engine opens");
        *transport.engine.lock().expect("nobody panics with it") = Some(engine.clone());
        Bench {
            engine,
            store,
            transport,
        }
    }

    /// The same on the system's disk.
    #[must_use]
    pub fn on_files(path: &Path, fold: FoldMode) -> Bench {
        Bench::open(Arc::new(OsDisk), path, fold)
    }

    /// Starts a program.
    ///
    /// # Panics
    /// When it takes arguments.
    pub fn start(&self, program: &Program) {
        program.start(&self.engine, 1);
    }

    /// Steps so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.transport.steps.load(Ordering::Relaxed)
    }

    /// Goes on until that many steps were taken since the beginning, or the program is over. Calls
    /// `look` after each turn.
    ///
    /// # Panics
    /// When the engine fails, or nothing more would happen.
    pub fn run_to(&self, steps: u64, mut look: impl FnMut(&Bench)) {
        while self.steps() < steps && !self.is_over() {
            let done = self.engine.turn();
            assert_eq!(self.engine.failure(), None);
            look(self);
            assert!(
                done || self.is_over(),
                "after {} steps the program waits for nothing: {:?}, {:?}",
                self.steps(),
                self.engine.damaged(),
                self.engine.processes()
            );
        }
    }

    /// Whether the main process has ended.
    ///
    /// # Panics
    /// When it has not ended well.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let Some(standing) = self.engine.standing(1) else {
            return false;
        };
        let over = standing.status.has_ended();
        assert!(
            !over || standing.status == Status::Done,
            "{}",
            standing.report
        );
        over
    }

    /// Counts and sizes of the store.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.store.stats()
    }
}

/// Most memory that this process has had, in bytes.
#[must_use]
pub fn peak_memory() -> u64 {
    memory("VmHWM:")
}

/// Memory that this process has, in bytes.
#[must_use]
pub fn current_memory() -> u64 {
    memory("VmRSS:")
}

fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
