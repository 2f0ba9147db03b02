//! The same programs under other conditions: collections at every instruction, slices of a few
//! instructions, processes out of memory, nothing stored at all.

use crate::world::{Served, World, program};
use engine::Options;
use engine::data::Data;
use engine::record::Status;
use std::sync::Arc;
use store::MemoryStore;
use vm::interp::Zeal;

const PROGRAMS: &[(&str, &str)] = &[
    (
        "(defn worker [n] (receive [:work x from] (do (sleep 3) (send from [:done n (* x x)]) (worker n)) :stop nil))
         (let [me (self) workers (mapv (fn [n] (spawn-link worker n)) (range 5))]
           (dotimes [k 15] (send (nth workers (mod k 5)) [:work k me]))
           (println (loop [n 0 sum 0] (if (< n 15) (recur (inc n) (+ sum (receive [:done _ x] x))) sum)))
           (doseq [w workers] (send w :stop) (await-exit w)))",
        "1015\n",
    ),
    (
        "(let [f (activity \"double\")]
           (println (pmap-n 3 (fn [n] (f n)) (range 7)))
           (println (try (with-timeout \"1s\" (scope (future (sleep \"1h\")) (sleep \"2h\"))) (catch :ox/timeout e :late))))",
        "[0 2 4 6 8 10 12]\n:late\n",
    ),
    (
        "(def numbers (map (fn [n] (sleep 1) (* n n)) (iterate inc 1)))
         (println (reduce + (take 30 numbers)))
         (println (frequencies (map even? (take 30 numbers))))",
        "9455\n{false 15, true 15}\n",
    ),
    (
        "(defn slow [xs] (map (fn [x] (sleep 7) x) xs))
         (println (pmap-n 3 (fn [n] (sleep (* 5 (mod n 3))) (* n n)) (slow (range 8))))
         (println (pmap-n 4 (fn [n] (sleep 10) n)
                          (map (fn [n] (reduce + (all (do (sleep 3) n) (do (sleep 30) 1)))) (range 6))))
         (println (try (pmap-n 5 (fn [n] (sleep 10) (if (odd? n) (throw (ex-info (str n) {})) n)) (range 9))
                       (catch Exception e (ex-message e))))",
        "[0 1 4 9 16 25 36 49]\n[1 2 3 4 5 6]\n1\n",
    ),
];

fn check(options: Options) {
    for (text, expected) in PROGRAMS {
        let world = World::with(
            Options {
                threads: 0,
                ..options
            },
            Arc::new(MemoryStore::new()),
        );
        world.serve(|task| Served::Answer(Data::Int(2 * task.args[0].as_int().unwrap())));
        world.start(&program(text));
        world.run();
        assert_eq!(
            world.stdout(),
            *expected,
            "{options:?}: {}",
            world.standing().report
        );
        assert_eq!(world.standing().status, Status::Done);
    }
}

#[test]
fn collecting_at_every_instruction() {
    check(Options {
        zeal: Zeal { collect: true },
        ..Options::default()
    });
}

#[test]
fn slices_of_a_few_instructions() {
    for slice_fuel in [1, 7, 100] {
        check(Options {
            slice_fuel,
            ..Options::default()
        });
    }
}

#[test]
fn nothing_is_stored() {
    let world = World::with(
        Options {
            threads: 0,
            durable: false,
            ..Options::default()
        },
        Arc::new(MemoryStore::new()),
    );
    world.start(&program(
        "(spawn (fn [] (println \"child\"))) (sleep 10) (println \"x\") (exit 3)",
    ));
    world.run();
    assert_eq!(world.standing().exit_status, 3);
    assert_eq!(
        world.store.snapshot().range(store::KeyRange::all()).count(),
        0
    );
    check(Options {
        durable: false,
        ..Options::default()
    });
}

#[test]
fn processes_come_back_from_the_store() {
    let options = Options {
        resident_max: 3,
        threads: 0,
        ..Options::default()
    };
    let world = World::with(options, Arc::new(MemoryStore::new()));
    let text = "(defn sleeper [n] (let [state (atom [n])] (dotimes [k 40] (sleep (+ 1 n)) (swap! state conj k)) (count @state)))
         (let [ps (mapv (fn [n] (spawn-monitor (fn [] (exit (sleeper n))))) (range 30))]
           (println (reduce + (mapv (fn [[p r]] (receive [:down r :process q n] n)) ps))))";
    world.start(&program(text));
    world.run();
    assert_eq!(world.stdout(), "1230\n");
    check(options);
}

#[test]
fn who_waits_leaves_memory() {
    let idle = |waits: &str| {
        format!(
            "(defn idle [n] {waits} n)
             (dotimes [n 200] (spawn idle n))
             (println \"there\") (receive :never 1 (after 200000 2)) (println \"over\")"
        )
    };
    let resident_of = |text: &str, options: Options| {
        let world = World::with(
            Options {
                threads: 0,
                ..options
            },
            Arc::new(MemoryStore::new()),
        );
        world.start(&program(text));
        world.settle();
        world.engine.flush().unwrap();
        let resident = world.engine.resident();
        world.run();
        assert_eq!(world.stdout(), "there\nover\n");
        resident
    };
    let waiting = idle("(receive :never 1 (after 100000 2))");
    let resident = |options: Options| resident_of(&waiting, options);
    assert_eq!(resident(Options::default()), 201);
    let resident_max = 10;
    assert_eq!(
        resident(Options {
            resident_max,
            ..Options::default()
        }),
        resident_max
    );
    // Whatever it weighs one stays.
    let resident_bytes_max = 0;
    assert_eq!(
        resident(Options {
            resident_bytes_max,
            ..Options::default()
        }),
        1
    );
}

#[test]
fn processes_that_are_started_are_stored_before_there_are_many() {
    let text = "(defn idle [] (sleep 100000))
         (dotimes [n 15000] (spawn idle))
         (println \"there\") (sleep 200000)";
    let world = World::new();
    world.start(&program(text));
    let mut most = 0;
    while world.stdout().is_empty() {
        assert!(world.engine.turn());
        most = most.max(world.engine.resident());
    }
    // As many as one slice starts, beyond the bound, in each of the epochs that one goes through.
    assert!(most < 5_000, "{most} in memory");
    // Those who sleep for long leave at once.
    world.settle();
    world.engine.flush().unwrap();
    assert_eq!(world.engine.resident(), 0);
    world.run();
    assert_eq!(world.engine.processes().len(), 15_001);
}

#[test]
fn names_and_the_past_of_a_process_can_be_looked_at() {
    let world = World::new();
    world.serve(|_| Served::Silence);
    world.start(&program(
        "(defn helper [x] (let [f (activity \"charge\" {:queue \"payments\"})] [(f x)]))
        (register :main (self))
        (println \"hello\")
        (helper 1)
        (println \"after\")",
    ));
    world.settle();
    let snapshot = world.store.snapshot();
    let running = engine::inspect::Running::Yes(world.transport.as_ref());
    let all = engine::inspect::list(&snapshot, 17, running).unwrap();
    let [main] = all.as_slice() else {
        panic!("{all:?}")
    };
    assert_eq!(
        (
            main.pid.to_string().as_str(),
            main.name.as_deref(),
            main.status
        ),
        ("17", Some(":main"), Status::Waiting)
    );
    let waiting = main.waiting_for.clone().unwrap();
    assert_eq!(
        (
            waiting.kind,
            waiting.activity.as_deref(),
            waiting.queue.as_deref()
        ),
        ("activity", Some("charge"), Some("payments"))
    );
    assert_eq!((waiting.attempt, waiting.max_attempts), (Some(1), Some(1)));
    let suspended = engine::inspect::list(&snapshot, 17, engine::inspect::Running::No).unwrap();
    assert_eq!(suspended[0].status, Status::Suspended);
    let image = world.engine.image().unwrap();
    let view = engine::inspect::view(&snapshot, main.pid, Some(&image), running).unwrap();
    let functions: Vec<&str> = view.fibers[0]
        .frames
        .iter()
        .map(|frame| frame.place.function.as_str())
        .collect();
    assert!(functions.contains(&"user/helper"), "{functions:?}");
    let texts: Vec<String> = world
        .events(1)
        .into_iter()
        .map(|event| format!("{:?}", event.kind))
        .collect();
    assert!(texts.iter().any(|text| text.contains("hello")), "{texts:?}");
    let attempt = r#"Attempt { activity: "charge", attempt: 1, fiber: 0, call: "charge 1" }"#;
    assert!(texts.iter().any(|text| text == attempt), "{texts:?}");
}
