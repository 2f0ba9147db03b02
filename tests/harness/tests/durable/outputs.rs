//! What leaves: nothing that was taken back, no more than was said, and nobody waits for a reader.

use crate::world::{Crash, EPOCH_MS, RUN, Served, World, exit, program, run};
use engine::data::Data;
use engine::event::{Event, EventKind};
use engine::letter::Letter;
use engine::record::Status;
use engine::transport::{AttemptId, Clock, Stream, StreamClosed, Task, TaskError, Transport};
use engine::{Engine, Options};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use store::{Hooked, MemoryStore, Store};

/// How long to wait for what must happen.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn an_attempt_that_is_cancelled_before_it_leaves_is_not_started() {
    for text in [
        "(let [f (activity \"slow\")] (println (race (f) :quick)))",
        "(let [f (activity \"slow\")]
           (println (try (with-timeout 0 (f)) (catch :ox/timeout _ :quick))))",
        "(let [f (activity \"slow\") p (promise) t (async (deliver p 1) (f))]
           (await p) (cancel t) (println :quick))",
    ] {
        let world = run(text);
        assert_eq!(world.stdout(), ":quick\n");
        let told = world.transport.told();
        assert_eq!(told.started, [], "{text}");
        assert_eq!(told.cancelled, [], "nobody has heard of it: {text}");
        assert_eq!(attempts_logged(&world), 0, "{text}");
    }
}

/// How often the log says that an attempt was made.
fn attempts_logged(world: &World) -> usize {
    let events = world.events(1);
    let is_attempt = |event: &&Event| matches!(event.kind, EventKind::Attempt { .. });
    events.iter().filter(is_attempt).count()
}

#[test]
fn an_attempt_that_has_left_is_cancelled() {
    let world =
        run("(let [f (activity \"slow\") t (async (f))] (sleep 1) (cancel t) (println :quick))");
    let told = world.transport.told();
    let started: Vec<AttemptId> = told.started.iter().map(|task| task.id).collect();
    assert_eq!((started.len(), &started), (1, &told.cancelled));
    drop(told);
    assert_eq!(attempts_logged(&world), 1);
}

#[test]
fn who_is_cancelled_before_its_first_turn_after_a_crash_begins_nothing_again() {
    let mut world = World::new();
    world.serve(|_| Served::Silence);
    world.start(&program(
        "(try ((activity \"slow\")) (finally (println :tidied)))",
    ));
    world.settle();
    world.restart(Crash::Never);
    assert!(world.engine.post(1, Letter::Cancel).unwrap());
    world.run();
    assert_eq!(world.stdout(), ":tidied\n");
    assert_eq!(world.transport.told().started.len(), 1);
    assert_eq!(attempts_logged(&world), 1);
}

#[test]
fn that_output_has_left_is_committed_once() {
    let world = World::new();
    world.start(&program("(println \"one\") (sleep \"1h\")"));
    world.settle();
    assert_eq!(world.stdout(), "one\n");
    assert!(!engine::inspect::has_unwritten(&world.store.snapshot()).unwrap());
    let commits = world.commits();
    world.advance(60_000);
    world.settle();
    assert_eq!(world.commits(), commits);
}

/// Runs a program that ends well; how often it has committed, and what it said.
fn commits(text: &str, uncommitted_max: u64) -> (u64, String) {
    let options = Options {
        threads: 0,
        loss_bound_ms: 1 << 40,
        uncommitted_max,
        ..Options::default()
    };
    let world = World::with(options, Arc::new(MemoryStore::new()));
    world.start(&program(text));
    world.run();
    assert_eq!(world.standing().status, Status::Done);
    (world.commits(), world.stdout())
}

fn assert_committed_before_the_loss_bound(text: &str, said: &str) {
    let (few, many) = (commits(text, 1 << 40), commits(text, 64 << 10));
    assert_eq!([&*few.1, &*many.1], [said, said]);
    assert!(many.0 > few.0, "{many:?} {few:?}");
}

#[test]
fn much_memory_is_committed_before_the_loss_bound() {
    let text = "(loop [v [] i 0] (if (< i 200000) (recur (conj v i) (inc i)) (println (count v))))";
    assert_committed_before_the_loss_bound(text, "200000\n");
}

#[test]
fn many_letters_are_committed_before_the_loss_bound() {
    let text = "(let [p (spawn (fn [] (receive :stop nil)))
                      text (apply str (repeat 1000 \"x\"))]
                  (dotimes [_ 2000] (send p text)) (send p :stop) (await-exit p))";
    assert_committed_before_the_loss_bound(text, "");
}

// ---- on threads ----

const HOUR_MS: u64 = 3_600_000;

/// The time of the system. It is set back by an hour after it was asked so many times more.
#[derive(Debug)]
struct RealClock {
    begun: Instant,
    asked_until_back: AtomicI64,
}

impl RealClock {
    fn new() -> RealClock {
        RealClock {
            begun: Instant::now(),
            asked_until_back: AtomicI64::new(i64::MAX),
        }
    }
}

impl Clock for RealClock {
    fn now_ms(&self) -> u64 {
        let is_back = self.asked_until_back.fetch_sub(1, Ordering::SeqCst) <= 0;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        u64::try_from(since.as_millis()).unwrap() - if is_back { HOUR_MS } else { 0 }
    }

    fn monotonic_ns(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).unwrap()
    }

    fn random(&self) -> u64 {
        self.monotonic_ns().wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// A reader who reads only while a gate is open.
#[derive(Debug)]
struct Reader {
    text: Mutex<String>,
    is_open: Mutex<bool>,
    opened: Condvar,
    /// Told when somebody begins to write.
    begun: Sender<()>,
    started: Sender<Task>,
}

impl Reader {
    fn new(is_open: bool) -> (Arc<Reader>, Receiver<()>, Receiver<Task>) {
        let ((begun, writes), (started, starts)) = (channel(), channel());
        let reader = Reader {
            text: Mutex::default(),
            is_open: Mutex::new(is_open),
            opened: Condvar::new(),
            begun,
            started,
        };
        (Arc::new(reader), writes, starts)
    }

    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl Transport for Reader {
    fn workers(&self, _: &str, _: &str) -> Option<usize> {
        None
    }
    fn start(&self, task: Task) {
        self.started.send(task).unwrap();
    }
    fn cancel(&self, _: AttemptId) {}
    fn write(&self, _: Stream, bytes: &[u8]) -> Result<(), StreamClosed> {
        // The test may be over.
        let _ = self.begun.send(());
        let mut is_open = self.is_open.lock().unwrap();
        while !*is_open {
            is_open = self.opened.wait(is_open).unwrap();
        }
        let text = std::str::from_utf8(bytes).unwrap();
        self.text.lock().unwrap().push_str(text);
        Ok(())
    }
    fn read(&self, _: bool) {}
}

/// A store that tells of each commit.
fn telling(told: Sender<()>) -> Arc<dyn Store> {
    let telling = Hooked::new(Arc::new(MemoryStore::new()), move |store, batches| {
        let result = store.commit(batches);
        // The test may be over.
        let _ = told.send(());
        result
    });
    Arc::new(telling)
}

fn engine(store: Arc<dyn Store>, reader: &Arc<Reader>, durable: bool) -> Engine {
    let options = Options {
        loss_bound_ms: 1,
        durable,
        ..Options::default()
    };
    let clock = Arc::new(RealClock::new());
    Engine::open(store, clock, Arc::clone(reader) as _, options).unwrap()
}

#[test]
fn that_output_has_left_is_committed_though_nothing_else_happens() {
    let (reader, _writes, _starts) = Reader::new(true);
    let (told, commits) = channel();
    let store = telling(told);
    let engine = engine(Arc::clone(&store) as _, &reader, true);
    let threads = engine.run_threads().unwrap();
    program("(println \"one\") (sleep \"1h\")").start(&engine, RUN);
    loop {
        commits
            .recv_timeout(PATIENCE)
            .expect("the store hears that it has left");
        let has_left = *reader.text.lock().unwrap() == "one\n";
        if has_left && !engine::inspect::has_unwritten(&store.snapshot()).unwrap() {
            break;
        }
    }
    engine.stop();
    for thread in threads {
        thread.join().unwrap();
    }
}

/// An answer, a timer, a failed attempt or a message, after which there is nothing to do: no later turn asks
/// for a commit.
#[test]
fn what_has_happened_is_committed_though_nothing_else_happens() {
    let failed = TaskError {
        reason: "exit",
        message: "exit 1".to_owned(),
        data: Vec::new(),
        is_retryable: true,
    };
    for (text, sleeper, result) in [
        ("((activity \"work\")) (sleep \"1h\")", 1, Ok(Data::Nil)),
        (
            "((activity \"work\")) (sleep \"5ms\") (sleep \"1h\")",
            1,
            Ok(Data::Nil),
        ),
        (
            "((activity \"work\" {:retry {:max-attempts 2 :delay \"1h\" :max-delay \"1h\"}}))",
            1,
            Err(failed),
        ),
        (
            "(let [p (spawn (fn [] (receive :go nil) (sleep \"1h\")))]
               ((activity \"work\"))
               (send p :go)
               (receive :never nil))",
            2,
            Ok(Data::Nil),
        ),
    ] {
        let (reader, _writes, starts) = Reader::new(true);
        let (told, commits) = channel();
        let store = telling(told);
        let engine = engine(Arc::clone(&store) as _, &reader, true);
        let threads = engine.run_threads().unwrap();
        let begun = RealClock::new().now_ms();
        program(text).start(&engine, RUN);
        let task = starts.recv_timeout(PATIENCE).expect("an attempt starts");
        engine.complete(task.id, result);
        wait_for_sleep(&store, &commits, sleeper, begun + 1_800_000);
        engine.stop();
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

/// Waits until the store has it that a process sleeps until then or longer.
fn wait_for_sleep(store: &Arc<dyn Store>, commits: &Receiver<()>, process: u64, until_ms: u64) {
    loop {
        commits
            .recv_timeout(PATIENCE)
            .expect("the store hears of it");
        let record = engine::read_record(&store.snapshot(), process);
        let wake_at = record.ok().and_then(|record| record.wake_at);
        if wake_at.is_some_and(|at| at >= until_ms) {
            return;
        }
    }
}

#[test]
fn what_has_happened_is_committed_though_the_clock_is_set_back() {
    for asked in 1..=12 {
        let (reader, _writes, starts) = Reader::new(true);
        let (told, commits) = channel();
        let store = telling(told);
        let options = Options {
            loss_bound_ms: 50,
            ..Options::default()
        };
        let clock = Arc::new(RealClock::new());
        let (of_engine, transport) = (Arc::clone(&clock), Arc::clone(&reader));
        let engine = Engine::open(Arc::clone(&store), of_engine, transport, options).unwrap();
        let threads = engine.run_threads().unwrap();
        let begun = clock.now_ms();
        program("((activity \"work\")) (sleep \"9h\")").start(&engine, RUN);
        let task = starts.recv_timeout(PATIENCE).expect("an attempt starts");
        clock.asked_until_back.store(asked, Ordering::SeqCst);
        engine.complete(task.id, Ok(Data::Nil));
        wait_for_sleep(&store, &commits, 1, begun + 6 * HOUR_MS);
        engine.stop();
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

#[test]
fn who_does_not_read_holds_up_those_who_print_and_nobody_else() {
    for durable in [true, false] {
        let (reader, writes, starts) = Reader::new(false);
        let engine = engine(Arc::new(MemoryStore::new()), &reader, durable);
        let threads = engine.run_threads().unwrap();
        program(
            "(let [printer (spawn (fn [] (loop [] (println \"0123456789 0123456789\") (recur))))
                   work (activity \"work\")]
               (receive :go nil)
               (work)
               (cancel printer)
               (await-exit printer))",
        )
        .start(&engine, RUN);
        writes.recv_timeout(PATIENCE).expect("something is written");
        let go = engine::data::to_message(&Data::keyword("go"));
        assert!(engine.post(1, Letter::Message(go)).unwrap());
        let task = starts.recv_timeout(PATIENCE).expect("an attempt starts");
        engine.complete(task.id, Ok(Data::Nil));
        // Cancellation reaches the printer, since it waits.
        let standing = engine.wait_for_end(1).unwrap().unwrap();
        assert_eq!(standing.status, Status::Done, "{}", standing.report);
        assert!(!engine.flush_within(Duration::ZERO).unwrap());
        reader.open();
        assert!(engine.flush().unwrap());
        let text = reader.text.lock().unwrap();
        assert!(text.lines().all(|line| line == "0123456789 0123456789"));
        assert!(text.len() > 1 << 19, "{}", text.len());
        assert!(text.len() < 5 << 18, "{}", text.len());
        engine.stop();
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

#[test]
fn what_is_printed_leaves_in_order_and_whole() {
    let (reader, _writes, _starts) = Reader::new(true);
    let engine = engine(Arc::new(MemoryStore::new()), &reader, true);
    let threads = engine.run_threads().unwrap();
    program("(dotimes [i 100000] (println \"line\" i))").start(&engine, RUN);
    let standing = engine.wait_for_end(1).unwrap().unwrap();
    assert_eq!(standing.status, Status::Done, "{}", standing.report);
    assert!(engine.flush().unwrap());
    let expected: String = (0..100_000).map(|i| format!("line {i}\n")).collect();
    assert!(*reader.text.lock().unwrap() == expected);
    engine.stop();
    for thread in threads {
        thread.join().unwrap();
    }
}

// ---- the end of a run ----

const CHILD: &str = "(defn child [] (try (sleep \"300ms\") (println \"child\") :back
                                     (finally (println \"tidy\"))))\n";

#[test]
fn what_a_failed_main_process_has_started_is_kept_with_it() {
    let text = format!(
        "{CHILD}(let [p (spawn child) f (activity \"f\")] (sleep 100) (f) (println (await-exit p)))"
    );
    let mut world = World::new();
    world.serve(|_| exit(1, "no"));
    world.start(&program(&text));
    world.settle();
    assert!(world.pass_time());
    world.settle();
    // As the command does: it waits for the main process's end, and no longer.
    let standing = world.engine.wait_for_end(1).unwrap().unwrap();
    assert_eq!(standing.status, Status::Failed);
    world.engine.flush().unwrap();
    world.restart(Crash::Never);
    assert_eq!(world.stdout(), "");
    assert_eq!(world.engine.resume().unwrap(), [2]);
    world.serve(|_| Served::Answer(Data::Nil));
    world.engine.retry(1, None).unwrap();
    world.run();
    assert_eq!(world.stdout(), "child\ntidy\n:normal\n");
    assert_eq!(world.standing().status, Status::Done);
    assert_eq!(world.engine.standing(2).unwrap().status, Status::Done);
}

#[test]
fn what_a_failed_main_process_has_started_can_go_on_without_it() {
    let mut world = World::new();
    world.start(&program(&format!(
        "{CHILD}(spawn child) (sleep 100) (throw (ex-info \"e\" {{}}))"
    )));
    world.settle();
    assert!(world.pass_time());
    world.settle();
    world.restart(Crash::Never);
    assert_eq!(world.engine.resume().unwrap(), [2]);
    world.run();
    assert_eq!(world.stdout(), "child\ntidy\n");
    assert_eq!(world.engine.standing(2).unwrap().status, Status::Done);
    assert_eq!(world.standing().status, Status::Failed);
}

#[test]
fn the_end_of_main_cancels_what_it_has_started() {
    for end in [
        "(sleep 100)",
        "(sleep 100) (exit 3)",
        // Of a child that is being started the end of the main process knows nothing yet.
        "",
    ] {
        let world = run(&format!("{CHILD}(spawn child) {end}"));
        assert_eq!(world.stdout(), "tidy\n", "{end}");
        assert_eq!(world.standing().status, Status::Done);
        let child = world.engine.standing(2).unwrap().status;
        assert_eq!(child, Status::Cancelled, "{end}");
        let waited = world.clock.now_ms() - EPOCH_MS;
        assert!(waited <= 100, "nothing is waited for: {waited} ms");
    }
}

#[test]
fn who_awaits_what_it_has_started_keeps_the_run_alive() {
    let world = run(&format!("{CHILD}(println (await-exit (spawn child)))"));
    assert_eq!(world.stdout(), "child\ntidy\n:normal\n");
}

#[test]
fn a_run_that_is_stopped_while_it_shuts_down_goes_on_shutting_down() {
    let mut world = World::new();
    world.start(&program(
        "(spawn (fn [] (try (sleep \"1h\") (finally (sleep \"2s\") (println \"tidy\"))))) (sleep 1)",
    ));
    world.settle();
    assert!(world.pass_time());
    world.settle();
    assert_eq!(world.standing().status, Status::Done);
    world.restart(Crash::Never);
    assert_eq!(world.engine.resume().unwrap(), [2]);
    world.run();
    assert_eq!(world.stdout(), "tidy\n");
    let child = world.engine.standing(2).unwrap().status;
    assert_eq!(child, Status::Cancelled);
}

#[test]
fn who_computes_is_running() {
    let (reader, _writes, starts) = Reader::new(true);
    let engine = engine(Arc::new(MemoryStore::new()), &reader, true);
    let threads = engine.run_threads().unwrap();
    program("(spawn (fn [] (loop [] (recur)))) (let [f (activity \"f\")] (f))").start(&engine, RUN);
    starts.recv_timeout(PATIENCE).expect("the attempt starts");
    let begun = Instant::now();
    while engine.standing(2).unwrap().status != Status::Running {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
    engine.stop();
    for thread in threads {
        thread.join().unwrap();
    }
}

// ---- what is cancelled tidies up first ----

const WORK: &str = "(defactivity work [] (try (sleep \"1h\") (finally (sleep 10) (println \"tidied up\"))))
    (defactivity stubborn [] (loop [] (try (sleep \"1h\") (catch :ox/cancelled _ nil)) (recur)))
    (defn end [f] (try (f) (catch :ox/cancelled _ \"cancelled\") (catch :ox/timeout _ \"timeout\")))\n";

#[test]
fn who_awaits_a_cancelled_fiber_goes_on_when_its_body_has_tidied_up() {
    let cancelled =
        "(let [f (async (work))] (sleep 5) (cancel f) (println (end (fn [] (await f)))))";
    let timeout = "(println (end (fn [] (with-timeout 20 (work)))))";
    let race = "(println (race (work) (do (sleep 5) :quick)))";
    for (text, end) in [
        (cancelled, "cancelled"),
        (timeout, "timeout"),
        (race, ":quick"),
    ] {
        let expected = format!("tidied up\n{end}\n");
        crate::world::crash_everywhere(
            &format!("{WORK}{text}"),
            |_| {},
            |world, crash| {
                if crash == Crash::Never {
                    assert_eq!(world.stdout(), expected);
                }
            },
        );
    }
}

#[test]
fn a_body_that_does_not_stop_is_killed_in_the_end() {
    let world = run(&format!(
        "{WORK}(println (end (fn [] (with-timeout 20 (stubborn))))) (println (inst-ms (now)))"
    ));
    assert_eq!(
        world.stdout(),
        format!("timeout\n{}\n", EPOCH_MS + 5_020),
        "{}",
        world.standing().report
    );
    assert_eq!(world.engine.processes().len(), 1);
}
