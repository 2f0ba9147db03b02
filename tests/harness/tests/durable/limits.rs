//! What one process may use, and that the others never notice.

use crate::world::{Crash, Served, World, crash_everywhere_with, exit, options, program};
use engine::letter::Letter;
use engine::record::Status;
use engine::transport::Clock as _;
use engine::{Limits, Options};
use std::path::Path;
use std::sync::Arc;
use store::EmbeddedStore;
use store::sim::SimDisk;

/// Memory for a few million words.
fn little_memory() -> Options {
    limited(Limits {
        memory_words: 1 << 19,
        ..Limits::default()
    })
}

fn limited(limits: Limits) -> Options {
    Options {
        limits,
        ..options()
    }
}

/// Turns until the main process is over.
fn turns_to_the_end(world: &World, turns_max: u64) -> u64 {
    let mut turns = 0;
    while !world.standing().status.has_ended() {
        if !world.engine.turn() {
            assert!(world.pass_time(), "nothing happens any more");
        }
        turns += 1;
        assert!(turns < turns_max, "not over after {turns} turns");
    }
    turns
}

#[test]
fn a_process_is_answered_beside_endless_loops() {
    const QUESTIONS: u64 = 50;
    let text = |loops: u64| {
        format!(
            "(defn spin [] (loop [n 0] (recur (inc n))))
             (defn server [] (loop [] (receive [:ask from n] (do (send from [:answer n]) (recur)))))
             (let [server (spawn server)]
               (dotimes [_ {loops}] (spawn spin))
               (dotimes [n {QUESTIONS}] (send server [:ask (self) n]) (receive [:answer m] m)))
             (println :done)"
        )
    };
    let turns = |loops: u64| {
        let world = World::new();
        world.start(&program(&text(loops)));
        let turns = turns_to_the_end(&world, 100_000);
        assert_eq!(world.stdout(), ":done\n");
        turns
    };
    let alone = turns(0);
    // For each turn of those who talk each loop has one, and one for each commit.
    let beside_two = turns(2);
    assert!(
        beside_two <= 3 * alone + 20,
        "{alone} turns alone, {beside_two} beside two loops"
    );
}

#[test]
fn a_loop_that_only_computes_is_kept_by_time() {
    // Each turn takes ten milliseconds here.
    let loop_turns = |crash_after: Option<u64>| {
        let mut world = World::new();
        world.start(&program(
            "(println (loop [n 0] (if (< n 20000000) (recur (inc n)) n)))",
        ));
        let mut turns = 0;
        while !world.standing().status.has_ended() {
            if !world.engine.turn() {
                assert!(world.pass_time());
            }
            world.advance(10);
            turns += 1;
            if crash_after == Some(turns) {
                world.restart(Crash::Never);
                world.engine.resume().unwrap();
            }
            assert!(turns < 10_000);
        }
        assert_eq!(world.stdout(), "20000000\n");
        turns
    };
    let whole = loop_turns(None);
    assert!(whole > 300, "{whole} turns are no long computation");
    for crash_after in [120, 199, whole / 2, whole - 20] {
        let turns = loop_turns(Some(crash_after));
        assert!(
            turns <= whole + 110,
            "{whole} turns whole, {turns} when killed after {crash_after}: more than a second is lost"
        );
    }
}

#[test]
fn a_long_match_counts_to_the_memory_of_its_process() {
    // The engine follows the match in some hundred thousand words beside the process's memory.
    let text = |held: u32| {
        let groups = "(a?)".repeat(20);
        format!(
            r##"(let [held (vec (range {held}))
                   text (apply str (repeat 65536 "a"))
                   re #"(?s)((?:{groups}b{{1500}})|.)*"]
               (println (try (count (first (re-matches re text))) (catch :ox/memory-limit e :caught)))
               (println (count held) (count (re-matches #"(?s).*" text))))"##
        )
    };
    for (held, came) in [(100, "65536"), (250_000, ":caught")] {
        let said = said_through(little_memory(), &text(held), Crash::Never);
        assert_eq!(said, format!("{came}\n{held} 65536\n"));
    }
}

#[test]
fn what_one_process_uses_up_is_its_own_error() {
    let text = "(defn forever [n] (inc (forever (inc n))))
        (defn hoard [] (loop [v []] (recur (conj v (vec (range 100))))))
        (defn expt [x n] (loop [r 1 b x n n] (cond (zero? n) r (odd? n) (recur (*' r b) (*' b b) (quot n 2)) :else (recur r (*' b b) (quot n 2)))))
        (defn attempt [name f] (println name (try (f) (catch :ox/memory-limit e :caught))) (sleep 10))
        (let [other (spawn-monitor (fn [] (dotimes [n 5] (sleep 8) (println :other n))))
              fails (spawn-monitor (fn [] (sleep 5) (forever 0)))]
          (attempt :recursion (fn [] (forever 0)))
          (attempt :allocation hoard)
          (attempt :number (fn [] (expt 2 10000000000)))
          (println (reduce + (range 1000)))
          (dotimes [_ 2] (receive [:down r :process p :normal] (println :normal) [:down r :process p e] (println (:ox/kind (ex-data e))))))";
    for crash in [Crash::Never, Crash::Before(4), Crash::After(5)] {
        let said = said_through(little_memory(), text, crash);
        for line in [
            ":recursion :caught",
            ":allocation :caught",
            ":number :caught",
            "499500",
            ":ox/memory-limit",
            ":other 4",
        ] {
            assert!(
                said.contains(&format!("{line}\n")),
                "{crash:?}: {line}: {said}"
            );
        }
    }
}

#[test]
fn the_stacks_of_all_fibers_count_to_the_memory() {
    // Each alone is a small part of the limit: of 524,288 words each takes some 60,000.
    let text = |fibers: u32| {
        format!(
            "(defn deep [n] (if (= n 0) (do (sleep 100) 0) (inc (deep (dec n)))))
             (println (try (all* (map (fn [_] (fn [] (deep 10000))) (range {fibers})))
                           (catch :ox/memory-limit e :caught)))
             (println (deep 10000))"
        )
    };
    for crash in [Crash::Never, Crash::After(2)] {
        let said = said_through(little_memory(), &text(3), crash);
        assert_eq!(said, "[10000 10000 10000]\n10000\n");
        let said = said_through(little_memory(), &text(40), crash);
        assert_eq!(said, ":caught\n10000\n");
    }
}

#[test]
fn what_was_stored_and_is_garbage_does_not_count_to_the_memory() {
    // What is printed makes a checkpoint, which seals what the process holds then: a cell to which all
    // that is walked over afterwards is linked, a vector that is dropped.
    let common = "(defn stored [] (println :stored) (sleep 10))
                  (defn walk [s n] (if-let [s (seq s)]
                    (do (when (= (first s) 1000) (stored)) (recur (rest s) (inc n)))
                    n))";
    let held = "(println (try (throw (ex-info \"held\" {}))
                           (catch :default e (stored) [(walk (map inc (range 300000)) 0) (ex-message e)])))";
    let caught = "(defn safe [n] (try (if (zero? (rem n 1000)) (throw (ex-info \"caught\" {})) n) (catch :default e n)))
                  (println (walk (map safe (range 300000)) 0))";
    let body = "(defactivity act [n]
                  (try (throw (ex-info \"caught\" {})) (catch :default e nil))
                  (stored)
                  (walk (map inc (range n)) 0))
                (println (act 300000))";
    let dropped = "(dotimes [n 4]
                     (let [v (vec (map (fn [i] (str n \" \" i)) (range 70000)))]
                       (stored)
                       (println n (count v))))";
    let texts = [
        (held, "[300000 held]\n".to_owned()),
        (caught, "300000\n".to_owned()),
        (body, "300000\n".to_owned()),
        (dropped, (0..4).map(|n| format!("{n} 70000\n")).collect()),
    ];
    for (text, expected) in texts {
        for crash in [Crash::Never, Crash::After(3)] {
            let said = said_through(little_memory(), &format!("{common}\n{text}"), crash);
            let said = said.replace(":stored\n", "");
            assert_eq!(said, expected, "{crash:?}: {text}");
        }
    }
}

#[test]
fn a_form_of_all_keeps_what_it_has_walked_no_longer() {
    let text = "(let [s (map inc (range 300000))] (println (all (reduce + s) (do (sleep 10) 1))))
                (println (all* (map (fn [n] (let [s (map inc (range n))] (fn [] (reduce + s)))) [300000 3])))";
    for crash in [Crash::Never, Crash::After(2)] {
        let said = said_through(little_memory(), text, crash);
        assert_eq!(said, "[45000150000 1]\n[45000150000 6]\n", "{crash:?}");
    }
}

/// What a program says that crashes once, and is taken up.
fn said_through(options: Options, text: &str, crash: Crash) -> String {
    let mut world = World::with(options, Arc::new(store::MemoryStore::new()));
    world.restart(crash);
    world.start(&program(text));
    world.run();
    if crash != Crash::Never {
        assert!(world.engine.failure().is_some(), "{crash:?} has happened");
        world.restart(Crash::Never);
        world.engine.resume().unwrap();
        world.run();
    }
    let standing = world.standing();
    assert_eq!(
        standing.status,
        Status::Done,
        "{crash:?}: {}",
        standing.report
    );
    world.stdout()
}

#[test]
fn a_message_too_many_is_an_error_of_the_receiver() {
    // One waits for something else, one computes, one does not catch it; who sends never notices.
    let text = "(defn drain [] (loop [seen []] (receive n (recur (conj seen n)) (after 0 seen))))
        (defn patient [] (println :patient (try (receive :never nil) (catch :ox/mailbox-limit e [(:messages (ex-data e)) (drain)]))))
        (defn busy [] (receive :go nil) (loop [n 0] (when (< n 100000) (recur (inc n))))
          (println :busy (try (receive n n) (catch :ox/mailbox-limit e :full)) (drain)))
        (defn careless [] (sleep \"1h\"))
        (let [[a _] (spawn-monitor patient) [b _] (spawn-monitor busy) [c _] (spawn-monitor careless)]
          (sleep 10)
          (send b :go)
          (dotimes [n 7] (send a n) (send b n) (send c n))
          (dotimes [_ 3]
            (receive [:down r :process p e] (println :ended (if (keyword? e) e [(:ox/kind (ex-data e)) (:messages (ex-data e))])))))";
    let limits = Limits {
        mailbox_messages: 5,
        ..Limits::default()
    };
    for crash in (2..7).flat_map(|n| [Crash::Before(n), Crash::After(n)]) {
        let said = said_through(limited(limits), text, crash);
        for line in [
            ":patient [5 [0 1 2 3 4",
            ":busy :full [0 1 2 3]",
            ":ended [:ox/mailbox-limit 5]",
            ":ended :normal",
        ] {
            assert!(said.contains(line), "{crash:?}: {line}: {said}");
        }
    }
}

#[test]
fn the_memory_of_a_mailbox_has_a_limit_too() {
    let limits = Limits {
        mailbox_words: 10_000,
        ..Limits::default()
    };
    let world = World::with(limited(limits), Arc::new(store::MemoryStore::new()));
    world.start(&program(
        "(let [p (spawn (fn [] (println (try (sleep \"1h\") (catch :ox/mailbox-limit e (< 3 (:messages (ex-data e)) 20))))))]
           (dotimes [n 20] (send p (vec (range 1000))))
           (await-exit p))",
    ));
    world.run();
    assert_eq!(world.stdout(), "true\n");
}

#[test]
fn letters_to_a_parked_process_are_limited_too() {
    let limits = Limits {
        mailbox_messages: 5,
        ..Limits::default()
    };
    for restart_after in [None, Some(0), Some(3)] {
        let mut world = World::with(limited(limits), Arc::new(store::MemoryStore::new()));
        world.serve(|_| exit(1, "no"));
        world.start(&program(
            "(defn drain [] (receive n (conj (drain) n) (after 0 ())))
             (def parked (spawn (fn []
               (receive :go nil)
               (let [f (activity \"f\" {:on-exhausted :park})]
                 (println (try (f) (catch :ox/mailbox-limit e [(:messages (ex-data e)) (drain)])))
                 (println (receive x x) (drain))))))
             (let [p parked] (loop [] (receive [:tell n] (send p n)) (recur)))",
        ));
        world.settle();
        let send = |world: &World, to: u64, text: &str| {
            let data = engine::data::parse(text).unwrap();
            world
                .engine
                .post(to, Letter::Message(engine::data::to_message(&data)))
                .unwrap();
        };
        send(&world, 2, ":before");
        send(&world, 2, ":go");
        world.settle();
        assert_eq!(world.engine.standing(2).unwrap().status, Status::Parked);
        for n in 0..9 {
            if restart_after == Some(n) {
                world.restart(Crash::Never);
                world.engine.resume().unwrap();
                world.settle();
            }
            if n % 2 == 0 {
                send(&world, 2, &n.to_string());
            } else {
                send(&world, 1, &format!("[:tell {n}]"));
            }
            world.settle();
        }
        let letters = |world: &World| {
            let range = store::KeyRange::prefix(b"M");
            world.store.snapshot().range(range).count()
        };
        // One more says that there were more.
        assert_eq!(letters(&world), 5, "{restart_after:?}");
        world.engine.retry(2, None).unwrap();
        world.settle();
        send(&world, 2, ":after");
        world.settle();
        assert_eq!(
            world.stdout(),
            "[5 (:before 0 1 2 3)]\n:after ()\n",
            "{restart_after:?}"
        );
        assert_eq!(letters(&world), 0, "{restart_after:?}");
    }
}

#[test]
fn too_many_open_activities_are_an_error_of_who_asks() {
    let limits = Limits {
        activities: 3,
        ..Limits::default()
    };
    crash_everywhere_with(
        limited(limits),
        "(def f (activity \"f\"))
         (println (all (f 1) (f 2) (f 3) (try (f 4) (catch :ox/activity-limit e :too-many))))
         (println (pmap-n 3 f [1 2 3 4 5 6]))",
        |world| world.serve(|task| Served::Answer(task.args[0].clone())),
        |world, _| {
            assert!(
                world.stdout().ends_with("[1 2 3 4 5 6]\n"),
                "{}",
                world.stdout()
            )
        },
    );
}

#[test]
fn who_has_used_up_its_rate_waits_and_nobody_else() {
    let time = |fuel_per_second| {
        let limits = Limits {
            fuel_per_second,
            ..Limits::default()
        };
        let world = World::with(limited(limits), Arc::new(store::MemoryStore::new()));
        let other = "(spawn (fn [] (sleep 3000) (println :other)))";
        world.start(&program(&format!(
            "{other} (println (loop [n 0] (if (< n 1000000) (recur (inc n)) n))) (sleep 4000)"
        )));
        world.run();
        assert_eq!(world.standing().status, Status::Done);
        (
            world.clock.now_ms() - crate::world::EPOCH_MS,
            world.stdout(),
        )
    };
    let (free, said) = time(None);
    assert_eq!((free, said.as_str()), (4_000, "1000000\n:other\n"));
    let (held, said) = time(Some(100_000));
    assert!((12_000..16_000).contains(&held), "{held} ms");
    assert_eq!(said, ":other\n1000000\n");
}

#[test]
fn a_run_keeps_its_limits() {
    let mut world = World::with(little_memory(), Arc::new(store::MemoryStore::new()));
    world.start(&program(
        "(sleep 1000)
         (println (try (loop [v []] (recur (conj v (vec (range 100))))) (catch :ox/memory-limit e :caught)))",
    ));
    world.settle();
    world.options = options();
    world.restart(Crash::Never);
    world.engine.resume().unwrap();
    world.run();
    assert_eq!(world.stdout(), ":caught\n");
}

#[test]
fn a_value_a_million_levels_deep_goes_everywhere() {
    let text = "(defn nest [n] (loop [v [] i 0] (if (= i n) v (recur [v] (inc i)))))
        (defn brackets [n] (let [open (apply str (repeat n \"[\"))] (str open (apply str (repeat n \"]\")))))
        (defn echo [] (receive [from v] (do (sleep 10) (send from [:back v (hash v)]))))
        (let [built (nest 1000000) text (brackets 1000001) read (read-string text)]
          (sleep 10)
          (println :compared (= built read) (= (hash built) (hash read)) (compare built read))
          (println :printed (= text (pr-str built)))
          (let [p (spawn echo)]
            (send p [(self) built])
            (receive [:back v h] (println :sent (= built v) (= h (hash built)))))
          (sleep 10)
          (println :kept (= built read)))";
    let disk = SimDisk::new();
    let store = EmbeddedStore::open_with(
        Arc::new(disk),
        Path::new("/run/x.redb"),
        store::Options::default(),
    );
    let mut world = World::with(options(), Arc::new(store.unwrap()));
    world.start(&program(text));
    // Read back from the store after each rest.
    loop {
        world.settle();
        if world.is_over() || !world.pass_time() {
            break;
        }
        world.restart(Crash::Never);
        world.engine.resume().unwrap();
    }
    let standing = world.standing();
    assert_eq!(standing.status, Status::Done, "{}", standing.report);
    assert_eq!(
        world.stdout(),
        ":compared true true 0\n:printed true\n:sent true true\n:kept true\n"
    );
}
