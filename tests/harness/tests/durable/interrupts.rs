//! Ctrl-C at a prompt: the main process leaves what it is at, and goes on.

use crate::world::{World, program};
use engine::letter::Letter;

/// What the program prints that is interrupted after so many turns, or when it rests, and then runs to its end.
fn interrupted(text: &str, turns: Option<usize>) -> String {
    let world = World::new();
    world.start(&program(text));
    match turns {
        Some(turns) => {
            for _ in 0..turns {
                assert!(world.engine.turn(), "it computes");
            }
        }
        None => world.settle(),
    }
    assert!(world.engine.post(1, Letter::Interrupt).unwrap());
    world.run();
    assert!(world.is_over(), "it goes on");
    world.stdout()
}

#[test]
fn what_computes_is_left_where_it_is() {
    for (text, said) in [
        (
            "(try (loop [] (recur)) (catch :ox/cancelled e (println (ex-message e))))",
            "cancelled\n",
        ),
        // Within a handler's range there is nothing but the jump.
        (
            "(println (try (loop [n 0] (if (neg? n) n (recur (inc n)))) (catch :ox/cancelled _ :left) (finally (println :tidied))))",
            ":tidied\n:left\n",
        ),
        (
            "(println (try (count (iterate inc 0)) (catch :ox/cancelled _ :left)))",
            ":left\n",
        ),
        // It is no error that programs catch by accident.
        (
            "(println (try (try (while true) (catch Throwable _ :caught)) (catch :ox/cancelled _ :left)))",
            ":left\n",
        ),
        // A lazy sequence whose element was under way can be asked again.
        (
            "(def n (atom 0))
          (def xs (map (fn [x] (if (= 1 (swap! n inc)) (loop [] (recur)) x)) [7]))
          (println (try (first xs) (catch :ox/cancelled _ :left)))
          (println (first xs))",
            ":left\n7\n",
        ),
        // A fiber that everybody waits for while it computes.
        (
            "(def f (future (loop [] (recur))))
          (println (try @f (catch :ox/cancelled _ :left)))
          (println (future-done? f))",
            ":left\ntrue\n",
        ),
    ] {
        assert_eq!(interrupted(text, Some(4)), said, "{text}");
    }
}

#[test]
fn what_waits_is_cancelled_and_what_was_started_goes_on() {
    let text = "
        (spawn (fn [] (sleep 100) (println :child)))
        (def f (future (sleep 50) :future))
        (println (try (sleep \"1h\") (catch :ox/cancelled _ :left)))
        (println @f)
        (sleep 200)
        (println (try (sleep 10) :not-again (catch :ox/cancelled _ :again)))";
    assert_eq!(
        interrupted(text, None),
        ":left\n:future\n:child\n:not-again\n"
    );
}
