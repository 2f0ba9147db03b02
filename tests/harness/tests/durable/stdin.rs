//! Standard input: lines go to those who ask, in order, also when some of them have gone meanwhile.

use crate::world::{Crash, World, program};
use engine::record::Status;
use engine::transport::Clock as _;

/// A world in which a program has begun.
fn begun(text: &str) -> World {
    let world = World::new();
    world.start(&program(text));
    world.settle();
    world
}

/// Lets as much time pass.
fn pass(world: &World, ms: u64) {
    let until = world.clock.now_ms() + ms;
    while world.engine.next_timer().is_some_and(|at| at <= until) {
        world.pass_time();
        world.settle();
    }
}

/// How many reads are under way.
fn reads(world: &World) -> usize {
    world.transport.told().reads.len()
}

/// A read comes back, which is of all or not.
fn read(world: &World, all: bool, text: &str) {
    let under_way = std::mem::take(&mut world.transport.told().reads);
    assert_eq!(under_way, [all], "one read is under way, before {text:?}");
    world.engine.complete_read(text.to_owned());
    world.settle();
}

#[test]
fn lines_are_read_and_the_end_is_nil() {
    let world = begun("(dotimes [_ 4] (println (read-line)))");
    for text in ["first\n", "\r\n", "third", ""] {
        let given = reads(&world);
        // The end comes after a line without one; nobody is asked for it.
        if given > 0 {
            read(&world, false, text);
        }
    }
    world.run();
    assert_eq!(world.stdout(), "first\n\nthird\nnil\n");
    assert_eq!(reads(&world), 0);
}

#[test]
fn standard_input_is_lost_in_a_crash() {
    let mut world = begun("(println (try (read-line) (catch :ox/stdin-lost e :lost)))");
    world.restart(Crash::Never);
    world.engine.resume().unwrap();
    world.run();
    assert_eq!(world.stdout(), ":lost\n");
}

const ASK: &str =
    "(defn ask [ms] (try (with-timeout ms (read-line)) (catch :ox/timeout _ :late)))\n";

#[test]
fn a_read_that_is_interrupted_leaves_its_line_to_the_next() {
    for (text, lines, said) in [
        // The one under way is for who asks next, and no second one begins.
        (
            "(println (ask 10)) (println (ask 1000) (read-line))",
            &["one\n", "two\n"][..],
            ":late\none two\n",
        ),
        // It has come back before anybody asks again.
        (
            "(println (ask 10)) (sleep 40) (println (read-line) (read-line))",
            &["one\n", "two\n"],
            ":late\none two\n",
        ),
        (
            "(println (race (read-line) (do (sleep 10) :quick))) (println (read-line))",
            &["one\n"],
            ":quick\none\n",
        ),
        (
            "(let [f (async (read-line))] (sleep 10) (println (cancel f)) (println (read-line)))",
            &["one\n"],
            "true\none\n",
        ),
        ("(println (ask 10)) (println (read-line))", &[""], ":late\nnil\n"),
        ("(println (ask 10)) (println (slurp *in*))", &["one\n", "two\nthree"], ":late\none\ntwo\nthree\n"),
        (
            "(println (try (with-timeout 10 (slurp *in*)) (catch :ox/timeout _ :late)))
             (println (read-line)) (println (read-line) (read-line))",
            &["one\r\ntwo"],
            ":late\none\ntwo nil\n",
        ),
        // Of several fibers those that are left, in the order in which they have asked.
        (
            "(let [a (async (ask 10)) b (async (ask 1000)) c (async (ask 10)) d (async (ask 1000))]
               (println (mapv await [a b c d])))",
            &["one\n", "two\n"],
            "[:late one :late two]\n",
        ),
        (
            "(let [p (spawn (fn [] (println (read-line))))]
               (sleep 10) (exit p :kill) (await-exit p) (println (read-line)))",
            &["one\n"],
            "one\n",
        ),
        (
            "(let [p (spawn (fn [] (try (read-line) (catch :ox/cancelled _ (println :p (read-line))))))]
               (sleep 10) (cancel p) (sleep 1) (println (read-line)) (await-exit p))",
            &["one\n", "two\n"],
            ":p one\ntwo\n",
        ),
    ] {
        let world = begun(&format!("{ASK}{text}"));
        pass(&world, 30);
        for line in lines {
            while reads(&world) == 0 {
                assert!(world.pass_time(), "nobody asks for {line:?}: {text}");
                world.settle();
            }
            let all = world.transport.told().reads == [true];
            read(&world, all, line);
        }
        world.run();
        assert_eq!(world.stdout(), said, "{text}");
        assert_eq!(world.standing().status, Status::Done, "{text}");
        assert_eq!(reads(&world), 0, "{text}");
    }
}

#[test]
fn a_line_that_comes_as_its_reader_goes_is_the_next_ones() {
    // It is offered, and before the process takes it in the process is told to end.
    for does in ["(cancel p)", "(exit p :kill)"] {
        let world = begun(&format!(
            "(let [p (spawn (fn [] (println :not (read-line))))]
               (sleep 10) {does} (await-exit p) (println (read-line)))"
        ));
        assert!(world.pass_time());
        assert!(world.engine.turn());
        world.transport.told().reads.clear();
        world.engine.complete_read("one\n".to_owned());
        world.run();
        assert_eq!(world.stdout(), "one\n", "{does}");
        assert_eq!(reads(&world), 0, "{does}");
    }
}
