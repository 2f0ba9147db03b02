//! Large values that leave processes and come into them: in slices, and whole whatever happens.

use crate::world::{Crash, World, crash_everywhere, options, program};
use engine::Options;
use engine::record::Status;

/// Ways out of a process and into another, of a value `x`, and what they print.
const WAYS: &[(&str, &str)] = &[
    (
        "(let [p (spawn (fn [] (receive [:take from y] (send from [:taken (hash y)]))))]
           (send p [:take (self) x])
           (receive [:taken h] (println (= h (hash x)))))",
        "true\n",
    ),
    (
        "(let [me (self)]
           (spawn (fn [y] (send me [:taken (hash y)])) x)
           (receive [:taken h] (println (= h (hash x)))))",
        "true\n",
    ),
    (
        "(let [me (self)]
           (spawn (fn [] (send me [:taken (hash x)])))
           (receive [:taken h] (println (= h (hash x)))))",
        "true\n",
    ),
    (
        "(let [me (self)
               p (spawn (fn [] (trap-exit true) (send me :ready) (receive [:exit _ y] (send me [:taken (hash y)]))))]
           (receive :ready nil)
           (exit p x)
           (receive [:taken h] (println (= h (hash x)))))",
        "true\n",
    ),
    ("(println (= x (same x)))", "true\n"),
    (
        "(println (try (send (self) [x (atom 1)]) (catch :ox/type e (:path (ex-data e)))))
         (println (try (spawn (fn [y z] nil) x (atom 1)) (catch :ox/type e (:path (ex-data e)))))",
        "[1]\n[1 1]\n",
    ),
    (
        "(println (try (spawn (fn [] nil) x) (catch :ox/arity e :arity)))",
        ":arity\n",
    ),
];

/// A program that sends a map of so many entries one way.
fn sending(entries: usize, way: &str) -> String {
    format!(
        "(def kept (vec (range {entries})))
         (defactivity same [x] {{:retry {{:max-attempts 3}}}} (heartbeat [(count kept) x]) x)
         (let [x (into {{}} (map (fn [n] [n [n]]) (range {entries})))]
           (hash x)
           (println :built)
           (sleep 1)
           {way})"
    )
}

/// Turns from when the value is there to the end, and what was printed.
fn turns(options: Options, text: &str) -> (usize, String) {
    let world = World::of(options);
    world.start(&program(text));
    let mut turns = 0;
    while !world.standing().status.has_ended() {
        if !world.engine.turn() {
            assert!(world.pass_time(), "nothing happens any more");
        }
        if !world.stdout().is_empty() {
            turns += 1;
        }
        assert!(turns < 1_000_000, "not over after {turns} turns");
    }
    let standing = world.standing();
    assert_eq!(standing.status, Status::Done, "{}", standing.report);
    (turns, world.stdout())
}

#[test]
fn large_values_leave_and_come_in_slices() {
    for (way, expected) in WAYS {
        let (few, text) = turns(options(), &sending(10, way));
        assert_eq!(text, format!(":built\n{expected}"), "{way}");
        let (many, text) = turns(options(), &sending(40_000, way));
        assert_eq!(text, format!(":built\n{expected}"), "{way}");
        // The map has about 300,000 words; a slice copies 100,000. What is refused is found at once.
        let is_refused = expected.starts_with('[');
        assert!(
            is_refused || many >= few + 3,
            "{few} turns, and {many} for much: {way}"
        );
    }
}

#[test]
fn others_have_turns_while_a_large_value_is_on_its_way() {
    let asked = |entries: usize| {
        let text = format!(
            "(defn server [] (loop [] (receive [:ask from n] (do (send from [:answer n]) (recur)))))
             (let [x (into {{}} (map (fn [n] [n [n]]) (range {entries})))
                   me (self)
                   asker (spawn (fn []
                                  (let [server (spawn server)]
                                    (receive :begin nil)
                                    (loop [n 0]
                                      (send server [:ask (self) n])
                                      (receive [:answer m] m)
                                      (let [end (receive :end true (after 0 false))]
                                        (if end (send me [:asked n]) (recur (inc n))))))))
                   taker (spawn (fn [] (receive [:take y] (send asker :end))))]
               (send asker :begin)
               (send taker [:take x])
               (receive [:asked n] (println n)))"
        );
        let (_, text) = turns(options(), &text);
        text.trim().parse::<u64>().expect("a number")
    };
    let (few, many) = (asked(10), asked(100_000));
    assert!(many >= few + 3, "{few} questions, and {many} beside much");
}

#[test]
fn what_was_said_is_heard_while_one_value_after_another_leaves() {
    let turns_to_hello = |times: usize| {
        let world = World::of(options());
        let text = format!(
            "(let [x (into {{}} (map (fn [n] [n [n]]) (range 40000)))
                   p (spawn (fn [] (loop [] (receive [:take y] nil) (recur))))]
               (hash x)
               (println :built)
               (sleep 1)
               (spawn (fn [] (println :hello)))
               (dotimes [_ {times}] (send p [:take x]))
               (exit p :kill))"
        );
        world.start(&program(&text));
        let mut turns = 0;
        while !world.stdout().contains(":hello") {
            if !world.engine.turn() {
                assert!(world.pass_time(), "nothing happens any more");
            }
            if world.stdout().contains(":built") {
                turns += 1;
            }
        }
        turns
    };
    let (few, many) = (turns_to_hello(2), turns_to_hello(40));
    assert!(many <= few + 3, "{few} turns, {many} before much");
}

#[test]
fn slices_of_a_few_instructions_bring_large_values_too() {
    for (way, expected) in WAYS {
        let few = Options {
            slice_fuel: 100,
            ..options()
        };
        let (_, text) = turns(few, &sending(3_000, way));
        assert_eq!(text, format!(":built\n{expected}"), "{way}");
    }
}

#[test]
fn a_crash_leaves_large_values_whole() {
    for (way, _) in WAYS {
        crash_everywhere(&sending(20_000, way), |_| {}, |_: &World, _: Crash| {});
    }
}
