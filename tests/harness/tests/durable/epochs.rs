//! What a turn sees that goes on when its epoch is closed, while others have turns in the next one; and what
//! others see of one that is held up.

use crate::world::{Asks, Crash, World, crash_everywhere, output, program};
use engine::transport::Clock;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;

/// A program whose main process is in the middle of a turn when process 2 ends, a group later; it is
/// told so by process 4, which has taken a name, and then does something.
fn overtaken(does: &str) -> String {
    format!(
        "(let [main (self)
               b (spawn (fn []
                          (receive :watch nil)
                          (sleep 10)
                          (receive :late (println :late) (after 0 nil))
                          (exit (str (now)))))
               z (spawn (fn [] (sleep 5) (send main :begin) (receive :never nil)))
               d (spawn (fn []
                          (let [m (monitor b)]
                            (send b :watch)
                            (receive [:down _ _ _ _] nil)
                            (try (register :c (self)) (catch Exception e nil))
                            (rand))))]
           (receive :begin nil)
           (rand)
           {does})"
    )
}

/// How far the main process's turn is: it draws a number, and waits in the effect after that.
#[derive(Clone, Copy)]
enum Stage {
    Begins,
    Draws(ThreadId),
    Waits,
}

/// Runs such a program up to where the main process's turn is stored and the end of process 2 is not, and
/// then from there on; what it prints.
fn run_overtaken(does: &str) -> String {
    run_late(&overtaken(does), 0)
}

/// Runs a program in which process 3 sends something after 5 ms, to a process that draws a number. The turn
/// of that is held up after the number, and goes on when another number was drawn, in the next epoch.
/// What is printed when the store has all of the turn that was held up, for so much longer, and nothing of
/// the next epoch, and the program goes on from there.
fn run_late(text: &str, longer_ms: u64) -> String {
    let mut world = late(text, longer_ms);
    world.advance(60_000);
    world.restart(Crash::Never);
    world.engine.resume().unwrap();
    world.run();
    world.stdout()
}

/// The same, when the store has come to that and the engine ends.
fn late(text: &str, longer_ms: u64) -> World {
    let program = program(text);
    let begin = |world: &World| {
        world.start(&program);
        world.settle();
        // Process 3 sends.
        assert!(world.pass_time());
        assert!(world.engine.turn());
    };
    let world = World::new();
    begin(&world);
    let commits = world.commits();
    let mut world = World::new();
    world.restart(Crash::Before(commits + 2));
    begin(&world);

    let (arrives, come) = channel();
    let (lets_go, may_go) = channel::<()>();
    let (arrives, may_go) = (Mutex::new(arrives), Mutex::new(may_go));
    let stage = Mutex::new(Stage::Begins);
    world.clock.hook(Arc::new(move |asks| {
        let mut stage_now = stage.lock().unwrap();
        let here = std::thread::current().id();
        match (asks, *stage_now) {
            (Asks::Random, Stage::Begins) => *stage_now = Stage::Draws(here),
            // Each effect asks for the time when it begins.
            (Asks::Time, Stage::Draws(thread)) if thread == here => {
                *stage_now = Stage::Waits;
                drop(stage_now);
                arrives.lock().unwrap().send(()).unwrap();
                may_go.lock().unwrap().recv().unwrap();
            }
            (Asks::Random, Stage::Waits) => arrives.lock().unwrap().send(()).unwrap(),
            _ => {}
        }
    }));
    std::thread::scope(|threads| {
        let main_turn = || {
            assert!(world.engine.turn());
        };
        let others = || {
            while world.engine.failure().is_none() {
                if !world.engine.turn() {
                    std::thread::yield_now();
                }
            }
        };
        threads.spawn(main_turn);
        come.recv().unwrap();
        // The loss bound has passed: who comes first closes the epoch, and waits for the main process.
        world.advance(2_000);
        threads.spawn(others);
        threads.spawn(others);
        // Process 4 has heard of the end of process 2, in the next epoch.
        come.recv().unwrap();
        world.advance(longer_ms);
        let now = world.clock.now_ms();
        while world.engine.next_timer().is_some_and(|at| at <= now) {
            std::thread::yield_now();
        }
        lets_go.send(()).unwrap();
        // And that it has is never stored.
        while world.engine.failure().is_none() {
            world.advance(1_000);
            std::thread::yield_now();
        }
    });
    world.clock.hook(Arc::new(|_| {}));
    world
}

#[test]
fn an_end_that_is_not_stored_has_not_been_seen() {
    let said = run_overtaken("(println (await-exit b)) (sleep 10) (println (await-exit b))");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert_eq!(lines[0], lines[1], "it has ended once");
}

#[test]
fn what_was_sent_to_who_had_not_ended_is_there() {
    let said = run_overtaken("(send b :late) (println :sent) (sleep 10) (await-exit b)");
    assert_eq!(said, ":sent\n:late\n");
}

#[test]
fn who_had_not_ended_can_be_watched() {
    let said = run_overtaken(
        "(let [m (monitor b)] (println :sent) (println (receive [:down _ _ _ r] (= r :noproc))))",
    );
    assert_eq!(said, ":sent\nfalse\n");
}

#[test]
fn a_name_that_is_not_stored_has_not_been_seen() {
    let said = run_overtaken("(println (whereis :c))");
    assert_eq!(said, "nil\n");
}

#[test]
fn a_name_is_given_in_the_next_turn_of_who_asks_for_it_late() {
    let said = run_overtaken(
        "(println (try (register :c main) (catch Exception e :taken))) (println (= main (whereis :c)))",
    );
    assert_eq!(said, "true\ntrue\n");
}

#[test]
fn who_asks_for_a_name_late_has_it_at_once_also_if_the_clock_is_set_back() {
    let mut world = late(&overtaken("(println (register :c main))"), 0);
    world.clock.set_back(3_600_000);
    world.restart(Crash::Never);
    world.engine.resume().unwrap();
    world.settle();
    assert_eq!(world.stdout(), "true\n");
}

#[test]
fn a_name_is_taken_away_in_the_next_turn_of_who_asks_for_it_late() {
    let said = run_overtaken("(println (unregister :c)) (println (whereis :c))");
    assert_eq!(said, "true\nnil\n");
}

/// A program with a process that is held up, for many slices, in the turn in which it does something
/// about names.
fn held_up(does: &str, then: &str) -> String {
    format!(
        "(defn service [] (receive [:hi from] (send from :hello)))
         (let [main (self)
               big (vec (range 200000))
               sink (spawn (fn [] (receive :end nil)))
               b (spawn (fn [] (receive :end nil)))
               a (spawn (fn [] (receive :begin nil) {does} (send sink big) (receive :end nil)))]
           (register :held b)
           (send a :begin)
           {then}
           (println :end))"
    )
}

#[test]
fn who_is_spawned_before_the_main_process_has_ended_is_told_after_that() {
    let text = "(let [main (self)
               s (spawn (fn []
                          (receive :begin nil)
                          (rand)
                          (spawn (fn [] (try (receive :never nil) (finally (println :tidied)))))
                          (try (receive :never nil) (finally (println :held)))))
               z (spawn (fn [] (sleep 5) (send s :begin) (sleep 5) (send main :end) (receive :never nil)))
               d (spawn (fn [] (try (receive :never nil) (finally (rand)))))]
           (receive :end nil)
           (println :main))";
    // The others have been killed meanwhile, or not yet.
    for longer_ms in [6_000, 0] {
        let said = ":main\n:held\n:tidied\n";
        assert_eq!(run_late(text, longer_ms), said, "{longer_ms}");
    }
}

#[test]
fn who_ends_after_the_main_process_has_is_told_if_the_end_is_not_stored() {
    let said = run_late(
        "(let [b (spawn (fn [] (try (receive :end nil) (finally (println :tidied)))))
               main (self)
               z (spawn (fn [] (sleep 5) (send main :begin) (sleep 5) (send b :end) (receive :never nil)))
               d (spawn (fn [] (let [m (monitor b)] (receive [:down _ _ _ _] nil) (rand))))]
           (receive :begin nil)
           (rand))",
        0,
    );
    assert_eq!(said, ":tidied\n");
}

#[test]
fn who_is_found_by_name_can_be_reached() {
    let text = held_up(
        "(register :service (spawn service))",
        "(let [p (loop [] (or (whereis :service) (recur)))]
           (send p [:hi main])
           (println (receive :hello :hello (after 1000 :lost)))
           (println (await-exit p)))",
    );
    crash_everywhere(&text, |_| {}, |_, _| {});
    assert_eq!(output(&text), ":hello\n:normal\n:end\n");
}

#[test]
fn a_name_is_free_when_its_holder_ends_before_it_has_heard_of_it() {
    let text = held_up(
        "(unregister :held) (register :x b)",
        "(loop [] (or (whereis :x) (recur)))
         (send b :end)
         (await-exit b)
         (println (whereis :x))
         (println (register :x main))
         (sleep 10)
         (println (= main (whereis :x)))",
    );
    assert_eq!(output(&text), "nil\ntrue\ntrue\n:end\n");
    crash_everywhere(&text, |_| {}, |_, _| {});
}

#[test]
fn a_name_that_was_given_after_another_was_taken_away_is_there_after_a_crash() {
    let text = held_up(
        "(unregister :held)",
        "(loop [] (when (whereis :held) (recur)))
         (register :other b)
         (println :registered)
         (sleep 10)
         (println (= b (whereis :other)))",
    );
    assert_eq!(output(&text), ":registered\ntrue\n:end\n");
    crash_everywhere(&text, |_| {}, |_, _| {});
}

#[test]
fn a_long_name_is_stored_whole() {
    let text = "(let [long (fn [n] (keyword (apply str (repeat n \"x\"))))
                      p (spawn (fn [] (receive :end nil)))]
                  (register (long 150000) p)
                  (sleep 10)
                  (println (= p (whereis (long 150000))))
                  (unregister (long 150000))
                  (register (long 3) p)
                  (sleep 10)
                  (println (= p (whereis :xxx)) (whereis (long 150000))))";
    crash_everywhere(text, |_| {}, |_, _| {});
}
