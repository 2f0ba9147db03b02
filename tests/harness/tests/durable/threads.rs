//! The engine on threads and real time: what holds in turns holds there too.

use crate::modes::in_mode;
use crate::world::{RUN, program};
use engine::letter::Letter;
use engine::record::Status;
use engine::transport::{AttemptId, Clock, Stream, StreamClosed, Task, Transport};
use engine::{Engine, Options};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use store::{Hooked, MemoryStore, Store};

#[derive(Debug)]
struct RealClock(Instant);

impl Clock for RealClock {
    fn now_ms(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis() as u64
    }

    fn monotonic_ns(&self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }

    fn random(&self) -> u64 {
        self.monotonic_ns().wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

#[derive(Debug, Default)]
struct Printer(Mutex<String>);

impl Transport for Printer {
    fn workers(&self, _: &str, _: &str) -> Option<usize> {
        None
    }
    fn start(&self, _: Task) {}
    fn cancel(&self, _: AttemptId) {}
    fn write(&self, _: Stream, bytes: &[u8]) -> Result<(), StreamClosed> {
        self.0
            .lock()
            .unwrap()
            .push_str(std::str::from_utf8(bytes).unwrap());
        Ok(())
    }
    fn read(&self, _: bool) {}
}

fn engine(store: &Arc<MemoryStore>, printer: &Arc<Printer>, options: Options) -> Engine {
    engine_over(Arc::clone(store) as Arc<dyn Store>, printer, options)
}

fn engine_over(store: Arc<dyn Store>, printer: &Arc<Printer>, options: Options) -> Engine {
    let clock = Arc::new(RealClock(Instant::now()));
    let printer = Arc::clone(printer) as Arc<dyn Transport>;
    Engine::open(store, clock, printer, in_mode(options)).unwrap()
}

const PINGS: &str = "(defn pong [n] (loop [n n] (when (pos? n) (receive [:ping from k] (send from [:pong k])) (recur (dec n)))))
    (defn ping [p n] (loop [k 0 sum 0] (if (< k n) (do (send p [:ping (self) k]) (recur (inc k) (+ sum (receive [:pong ^{:a 1} j] j)))) sum)))
    (println (mapv (fn [f] @f)
       (mapv (fn [_] (future (let [me (self) r (promise)
                                   p (spawn (fn [] (send me [:result (ping (spawn pong 200) 200)])))]
                               (await-exit p) 1)))
             (range 8))))
    (println (loop [n 0 sum 0] (if (< n 8) (recur (inc n) (+ sum (receive [:result s] s))) sum)))";

#[test]
fn many_processes_talk_on_several_threads() {
    for durable in [true, false] {
        let (store, printer) = (Arc::new(MemoryStore::new()), Arc::new(Printer::default()));
        let options = Options {
            threads: 3,
            slice_fuel: 500,
            loss_bound_ms: 1,
            durable,
            ..Options::default()
        };
        let engine = engine(&store, &printer, options);
        let threads = engine.run_threads().unwrap();
        program(&PINGS.replace("^{:a 1} ", "")).start(&engine, RUN);
        let standing = engine.wait_for_end(1).unwrap().unwrap();
        assert_eq!(standing.status, Status::Done, "{}", standing.report);
        assert!(engine.flush().unwrap());
        assert_eq!(*printer.0.lock().unwrap(), "[1 1 1 1 1 1 1 1]\n159200\n");
        engine.stop();
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

#[test]
fn a_stopped_engine_is_followed_by_another() {
    for before_it_runs in [false, true] {
        another_follows(before_it_runs);
    }
}

/// What is said to the second engine, `before_it_runs` or while it does, is durable and taken in.
fn another_follows(before_it_runs: bool) {
    let (store, printer) = (Arc::new(MemoryStore::new()), Arc::new(Printer::default()));
    let options = Options {
        loss_bound_ms: 1,
        ..Options::default()
    };
    let message = |data| Letter::Message(engine::data::to_message(&data));
    let first = engine(&store, &printer, options);
    let threads = first.run_threads().unwrap();
    program("(def seen (atom 0)) (loop [] (if (receive :stop true _ false) (println :seen @seen) (do (swap! seen inc) (recur))))")
        .start(&first, RUN);
    for _ in 0..5 {
        assert!(first.post(1, message(engine::data::Data::Int(1))).unwrap());
    }
    first.flush().unwrap();
    first.stop();
    for thread in threads {
        thread.join().unwrap();
    }
    let second = engine(&store, &printer, options);
    assert_eq!(second.resume().unwrap(), [1]);
    let say_stop = || {
        let said = second.post(1, message(engine::data::Data::keyword("stop")));
        assert!(said.unwrap());
    };
    if before_it_runs {
        say_stop();
    }
    let threads = second.run_threads().unwrap();
    if !before_it_runs {
        say_stop();
    }
    assert_eq!(
        second.wait_for_end(1).unwrap().unwrap().status,
        Status::Done
    );
    assert!(second.flush().unwrap());
    assert_eq!(*printer.0.lock().unwrap(), ":seen 5\n");
    second.stop();
    for thread in threads {
        thread.join().unwrap();
    }
}

/// An engine without threads commits on the thread of whoever asks it for something. Who asks while
/// another thread is at that must not be told that it is durable before it is.
#[test]
fn what_many_send_to_a_suspended_process_at_once_is_kept() {
    const SENDERS: usize = 6;
    const EACH: usize = 20;
    let (store, printer) = (Arc::new(MemoryStore::new()), Arc::new(Printer::default()));
    let options = Options {
        loss_bound_ms: 1,
        ..Options::default()
    };
    let message = |data| Letter::Message(engine::data::to_message(&data));
    let first = engine(&store, &printer, options);
    let threads = first.run_threads().unwrap();
    program(
        "(loop [seen 0] (if (receive :stop true _ false) (println :seen seen) (recur (inc seen))))",
    )
    .start(&first, RUN);
    first.flush().unwrap();
    first.stop();
    for thread in threads {
        thread.join().unwrap();
    }
    // A commit takes as long as it takes another to come, if there is one.
    let (sending, left) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicUsize::new(SENDERS)),
    );
    let (others, unfinished) = (Arc::clone(&sending), Arc::clone(&left));
    let slow = Hooked::new(
        Arc::clone(&store) as Arc<dyn Store>,
        move |store, batches| {
            while others.load(Ordering::SeqCst) < 2 && unfinished.load(Ordering::SeqCst) > 1 {
                std::thread::yield_now();
            }
            (0..1_000).for_each(|_| std::thread::yield_now());
            store.commit(batches)
        },
    );
    let idle = Options {
        threads: 0,
        ..Options::default()
    };
    let suspended = engine_over(Arc::new(slow), &printer, idle);
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                for _ in 0..EACH {
                    sending.fetch_add(1, Ordering::SeqCst);
                    let sent = suspended.post(1, message(engine::data::Data::Int(1)));
                    sending.fetch_sub(1, Ordering::SeqCst);
                    assert!(sent.unwrap());
                }
                left.fetch_sub(1, Ordering::SeqCst);
                // Nothing comes after the last to take it along.
            });
        }
    });
    let second = engine(&store, &printer, options);
    assert_eq!(second.resume().unwrap(), [1]);
    let threads = second.run_threads().unwrap();
    second
        .post(1, message(engine::data::Data::keyword("stop")))
        .unwrap();
    second.wait_for_end(1).unwrap();
    assert!(second.flush().unwrap());
    assert_eq!(
        *printer.0.lock().unwrap(),
        format!(":seen {}\n", SENDERS * EACH)
    );
    second.stop();
    for thread in threads {
        thread.join().unwrap();
    }
}
