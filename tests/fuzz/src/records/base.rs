//! Stores as engines left them in the middle of programs, and a world in which time passes only when
//! it is told to.

use engine::data::Data;
use engine::transport::{AttemptId, Stream, StreamClosed, Task};
use engine::{Engine, Options};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use store::{KeyRange, MemoryStore, Store};
use vm::image::LoadedImage;

/// The time at which the programs were started, milliseconds since 1970.
pub(super) const EPOCH_MS: u64 = 1_700_000_000_000;
/// Number of the run.
const RUN: u64 = 17;

/// Records of a store, by key.
pub(super) type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// A store in the middle of a program.
pub(super) struct Base {
    /// Its records.
    pub(super) entries: Entries,
    /// What it runs.
    pub(super) image: Arc<LoadedImage>,
    /// Number of the run.
    pub(super) run: u64,
}

/// Programs, and how often time passes before the store is taken: every kind of record and of wait is
/// in one of them.
const PROGRAMS: [(&str, usize); 4] = [
    (
        "(defn total [n] (if (< n 1) 0 (do (sleep 1000) (+ n (total (- n 1))))))
         (println \"begun\" (vec (range 40)))
         (let [state (atom {:a 1})]
           (println (try (total 5) (catch Exception e :error)) (swap! state assoc :b [1 2.5 \"x\"])))",
        3,
    ),
    (
        "(defn worker [n] (receive [:work x from] (do (sleep 30) (send from [:done n (* x x)]) (worker n))))
         (let [me (self) workers (mapv (fn [n] (spawn-link worker n)) (range 3))
               [p r] (spawn-monitor (fn [] (sleep 5000) (exit :tired)))]
           (register :main me)
           (dotimes [k 6] (send (nth workers (mod k 3)) [:work k me]))
           (println (loop [n 0 sum 0] (if (< n 6) (recur (inc n) (receive [:done _ x] (+ sum x))) sum)))
           (receive [:down r :process q reason] (println reason)))",
        2,
    ),
    (
        "(def charge (activity \"charge\" {:queue \"payments\" :retry {:max-attempts 3 :delay 10 :jitter 0}}))
         (println (with-timeout \"2h\" (all (charge 1) (do (sleep \"1h\") :slept) (scope (future (sleep 100) 3)))))",
        1,
    ),
    (
        "(defactivity slow [x] {:start-to-close \"1h\"} (sleep 500) (heartbeat x) (sleep 500) [:slow x])
         (def numbers (map (fn [n] (sleep 10) (* n n)) (iterate inc 1)))
         (println (reduce + (take 5 numbers)))
         (spawn (fn [] (throw (ex-info \"gone\" {:a 1}))))
         (println (slow 3) (read-line))",
        7,
    ),
];

pub(super) static BASES: LazyLock<Vec<Base>> = LazyLock::new(|| {
    let bases = PROGRAMS.iter();
    bases.map(|&(text, times)| base(text, times)).collect()
});

fn base(text: &str, times: usize) -> Base {
    let mut workspace = driver::Workspace::of_text("program.ox", text);
    let built = workspace.build().expect("the program is right").image;
    let slot = built.entry.expect("there is something to run");
    let image = Arc::new(LoadedImage::load(Arc::new(built)).expect("it was just linked"));
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let clock = Arc::new(Clock::at(EPOCH_MS));
    let transport = Arc::new(Transport::default());
    let options = Options {
        threads: 0,
        ..Options::default()
    };
    let engine = Engine::open(
        Arc::clone(&store),
        Arc::clone(&clock) as Arc<dyn engine::transport::Clock>,
        Arc::clone(&transport) as Arc<dyn engine::transport::Transport>,
        options,
    )
    .expect("an empty store opens");
    engine.describe(RUN, "program.ox", &["-v".to_owned()], Vec::new());
    let number = engine.add_image(Arc::clone(&image));
    engine
        .start_main(number, slot, &[], "user/main")
        .expect("it starts");
    for time in 0..=times {
        while engine.turn() {}
        if time < times
            && let Some(at) = engine.next_timer()
        {
            clock.pass_to(at);
        }
    }
    let snapshot = store.snapshot();
    let entries = snapshot.range(KeyRange::all());
    let entries = entries.map(|entry| entry.expect("a store in memory is whole"));
    Base {
        entries: entries
            .map(|(key, value)| (key, value.into_vec()))
            .collect(),
        image,
        run: RUN,
    }
}

/// Time that passes when it is told to.
#[derive(Debug)]
pub(super) struct Clock {
    now_ms: AtomicU64,
    random: AtomicU64,
}

impl Clock {
    pub(super) fn at(now_ms: u64) -> Clock {
        Clock {
            now_ms: AtomicU64::new(now_ms),
            random: AtomicU64::new(1),
        }
    }

    pub(super) fn pass_to(&self, at_ms: u64) {
        self.now_ms.fetch_max(at_ms, Ordering::Relaxed);
    }
}

impl engine::transport::Clock for Clock {
    fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    fn monotonic_ns(&self) -> u64 {
        self.now_ms().wrapping_mul(1_000_000)
    }

    fn random(&self) -> u64 {
        let n = self.random.fetch_add(1, Ordering::Relaxed);
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// Nobody reads, and attempts are answered when it is told to.
#[derive(Debug, Default)]
pub(super) struct Transport {
    pending: Mutex<VecDeque<Task>>,
}

impl Transport {
    /// Answers all attempts under way; whether there were any.
    pub(super) fn answer(&self, engine: &Engine) -> bool {
        let pending = std::mem::take(&mut *self.tasks());
        let any = !pending.is_empty();
        for task in pending {
            engine.complete(task.id, Ok(Data::List(task.args)));
        }
        any
    }

    fn tasks(&self) -> std::sync::MutexGuard<'_, VecDeque<Task>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl engine::transport::Transport for Transport {
    fn workers(&self, name: &str, _: &str) -> Option<usize> {
        (!name.starts_with("ox.")).then_some(1)
    }

    fn start(&self, task: Task) {
        self.tasks().push_back(task);
    }

    fn cancel(&self, _: AttemptId) {}

    fn write(&self, _: Stream, _: &[u8]) -> Result<(), StreamClosed> {
        Ok(())
    }

    fn read(&self, _: bool) {}
}
