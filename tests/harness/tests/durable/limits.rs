//! What one process may use, and that the others never notice.

use crate::world::{Crash, World, crash_everywhere_with, program};
use engine::Options;
use engine::record::Status;
use std::path::Path;
use std::sync::Arc;
use store::EmbeddedStore;
use store::sim::SimDisk;

fn options() -> Options {
    Options {
        threads: 0,
        ..Options::default()
    }
}

/// Memory for a few million words.
fn little_memory() -> Options {
    Options {
        quota_words: 1 << 20,
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
          (attempt :text (fn [] (loop [s \"x\"] (recur (str s s)))))
          (attempt :sequence (fn [] (count (doall (map inc (range 100000000))))))
          (println (reduce + (range 1000)))
          (dotimes [_ 2] (receive [:down r :process p :normal] (println :normal) [:down r :process p e] (println (:ox/kind (ex-data e))))))";
    crash_everywhere_with(
        little_memory(),
        text,
        |_| {},
        |world, crash| {
            let said = world.stdout();
            for name in [":recursion", ":allocation", ":number", ":text", ":sequence"] {
                assert!(
                    said.contains(&format!("{name} :caught\n")),
                    "{crash:?}: {said}"
                );
            }
            assert!(said.contains("499500\n"), "{crash:?}: {said}");
            assert!(said.contains(":ox/memory-limit\n"), "{crash:?}: {said}");
            assert!(said.contains(":other 4\n"), "{crash:?}: {said}");
        },
    );
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
