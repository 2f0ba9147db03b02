//! What happens while a commit is being written or a run is being taken up.

use crate::world::{Crash, VirtualClock, World, options, program};
use engine::data::{Data, to_message};
use engine::letter::Letter;
use engine::record::Status;
use engine::transport::Clock;
use engine::{Engine, Options};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use store::{Hooked, MemoryStore, Store};

/// Turns that a test takes while one commit is written.
const TURNS_MAX: u64 = 200;

/// A store in memory, and what is done while each commit of it is written, once there is an engine.
fn while_writing(
    during: impl Fn(&Engine) + Send + Sync + 'static,
) -> (Arc<dyn Store>, Arc<Mutex<Option<Engine>>>) {
    let engine: Arc<Mutex<Option<Engine>>> = Arc::default();
    let there = Arc::clone(&engine);
    let within = AtomicBool::new(false);
    let store = Hooked::new(Arc::new(MemoryStore::new()), move |store, batches| {
        let engine = there.lock().unwrap().clone();
        if let Some(engine) = engine
            && !within.swap(true, Ordering::Relaxed)
        {
            during(&engine);
            within.store(false, Ordering::Relaxed);
        }
        store.commit(batches)
    });
    (Arc::new(store), engine)
}

fn status(engine: &Engine, process: u64) -> Option<Status> {
    let all = engine.processes();
    let found = all.into_iter().find(|&(number, _)| number == process);
    found.map(|(_, status)| status)
}

#[test]
fn who_grows_faster_than_it_is_stored_waits_and_nobody_else() {
    let text = "(defn grow [] (loop [v [] i 0] (if (< i 1000000) (recur (conj v [i]) (inc i)) (println :grown (count v)))))
        (defn tick [] (dotimes [_ 1000] (sleep 1)) (println :ticked))
        (spawn grow) (await-exit (spawn tick)) (exit 0)";
    let clock: Arc<Mutex<Option<Arc<VirtualClock>>>> = Arc::default();
    let held = Arc::new(AtomicU64::new(0));
    let (time, holds) = (Arc::clone(&clock), Arc::clone(&held));
    let (store, engine) = while_writing(move |engine| {
        let settle = || {
            let mut turns = 0;
            while engine.turn() {
                turns += 1;
                assert!(turns < TURNS_MAX, "nobody is held");
            }
        };
        let is_ready = || status(engine, 2) == Some(Status::Ready);
        if !is_ready() {
            return;
        }
        settle();
        // It has as much to do as ever; that nothing can be done is because it is held.
        let clock = time.lock().unwrap().clone().unwrap();
        for _ in 0..3 {
            clock.advance(1);
            settle();
            let goes_on = engine.next_timer() == Some(clock.now_ms() + 1);
            if is_ready() && goes_on {
                holds.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let options = Options {
        uncommitted_max: 1 << 20,
        slice_fuel: 5_000,
        ..options()
    };
    let world = World::with(options, store);
    *engine.lock().unwrap() = Some(world.engine.clone());
    *clock.lock().unwrap() = Some(Arc::clone(&world.clock));
    world.start(&program(text));
    world.run();
    *engine.lock().unwrap() = None;
    assert_eq!(world.standing().status, Status::Done);
    assert_eq!(world.stdout(), ":grown 1000000\n:ticked\n");
    let held = held.load(Ordering::Relaxed);
    assert!(held >= 3, "held {held} times");
}

#[test]
fn what_is_sent_before_while_and_after_a_run_is_taken_up_comes_once() {
    let send = |engine: &Engine, text: &str| {
        let letter = Letter::Message(to_message(&Data::text(text)));
        assert!(engine.post(1, letter).unwrap());
    };
    let (store, engine) = while_writing(move |engine| send(engine, "while"));
    let mut world = World::with(options(), store);
    world.start(&program(
        "(let [ask (activity \"asked for again\")] (future (ask)))
         (println :there) (sleep 5) (println (sort (loop [seen []] (if (< (count seen) 4) (recur (conj seen (receive m m))) seen))))
         (println (receive m m (after 1000 :no-more)))
         (exit 0)",
    ));
    world.settle();
    send(&world.engine, "0");
    world.restart(Crash::Never);
    send(&world.engine, "before");
    *engine.lock().unwrap() = Some(world.engine.clone());
    assert_eq!(world.engine.resume().unwrap(), [1]);
    *engine.lock().unwrap() = None;
    send(&world.engine, "now");
    world.run();
    assert_eq!(world.stdout(), ":there\n(0 before now while)\n:no-more\n");
}
