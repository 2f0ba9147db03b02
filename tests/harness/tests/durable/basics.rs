//! Time, streams, fibers, scopes, deadlines, ends.

use crate::world::{
    Crash, EPOCH_MS, World, crash_everywhere, crash_everywhere_with, options, output, program, run,
};
use engine::Options;
use engine::record::Status;

#[test]
fn a_script_prints_and_ends() {
    assert_eq!(output("(println \"hello\" (+ 1 2))"), "hello 3\n");
}

#[test]
fn sleeping_takes_the_time_it_says() {
    let world = run("(sleep \"2h\") (println (inst-ms (now)))");
    assert_eq!(world.stdout(), format!("{}\n", EPOCH_MS + 7_200_000));
}

#[test]
fn an_uncaught_error_fails_with_message_data_and_trace() {
    let world =
        run("(defn f [x] (throw (ex-info \"no good\" {:x x})))\n(println \"before\")\n(f 42)");
    let standing = world.standing();
    assert_eq!(standing.status, Status::Failed);
    assert_eq!(standing.exit_status, 1);
    assert!(
        standing.report.starts_with("no good\n"),
        "{}",
        standing.report
    );
    assert!(standing.report.contains(":x 42"), "{}", standing.report);
    assert!(
        standing.report.contains("user/f (test.ox:1)"),
        "{}",
        standing.report
    );
    assert_eq!(world.stdout(), "before\n");
}

#[test]
fn exit_sets_the_status_and_runs_finally() {
    let world = run("(try (exit 3) (finally (println \"cleaned\")))");
    let standing = world.standing();
    assert_eq!((standing.status, standing.exit_status), (Status::Done, 3));
    assert_eq!(world.stdout(), "cleaned\n");
}

#[test]
fn a_process_that_exits_goes_on_wherever_it_was_killed_while_its_fibers_tidy_up() {
    let tidies = "(defn tidies [] (try (sleep \"1h\") (finally (sleep 5) (println \"tidied\"))))";
    let exits = format!("{tidies}\n(let [f (future (tidies))] (sleep 5))\n(exit 3)");
    crash_everywhere(&exits, |_| {}, |_, _| {});
    let world = World::new();
    world.start(&program(&exits));
    world.settle();
    assert!(world.pass_time());
    world.settle();
    let pid = engine::Pid { run: 17, number: 1 };
    let view = engine::inspect::view(
        &world.store.snapshot(),
        pid,
        Some(&world.engine.image().unwrap()),
        engine::inspect::Running::No,
    );
    let fibers: Vec<u64> = view.unwrap().fibers.iter().map(|fiber| fiber.id).collect();
    assert_eq!(fibers, [1], "the main fiber has ended");
    let world = run(&exits);
    let standing = world.standing();
    assert_eq!((standing.status, standing.exit_status), (Status::Done, 3));
    assert_eq!(world.stdout(), "tidied\n");
    // What a cancellation leaves at the end of a function.
    crash_everywhere(
        &format!(
            "{tidies}\n(defn wait [] (sleep 5) (exit :bye))\n(let [f (future (tidies))] (wait))"
        ),
        |_| {},
        |_, _| {},
    );
}

#[test]
fn exit_in_a_fiber_unwinds_the_main_fiber() {
    let world = run(
        "(try (let [f (future (exit 4))] (sleep 1000) (println \"no\")) (finally (println \"cleaned\")))",
    );
    let standing = world.standing();
    assert_eq!((standing.status, standing.exit_status), (Status::Done, 4));
    assert_eq!(world.stdout(), "cleaned\n");
}

#[test]
fn fibers_run_in_turn_and_are_awaited() {
    let text = "(let [a (future (println \"a\") (sleep 20) 1)
                      b (future (println \"b\") (sleep 10) 2)]
                  (println \"main\")
                  (println (+ @a @b)))";
    assert_eq!(output(text), "main\na\nb\n3\n");
}

#[test]
fn an_awaited_future_throws_its_error() {
    let text = "(let [f (future (sleep 5) (throw (ex-info \"bad\" {:n 1})))]
                  (println (try @f (catch Exception e [(ex-message e) (ex-data e)]))))";
    assert_eq!(output(text), "[bad {:n 1}]\n");
}

#[test]
fn a_cancelled_future_runs_its_finally_once() {
    let text = "(let [f (future (try (sleep \"1h\") (finally (sleep 5) (println \"cleaned\"))))]
                  (sleep 10)
                  (println (cancel f))
                  (println (try @f (catch :ox/cancelled e :cancelled)))
                  (println (future-cancelled? f) (cancel f)))";
    assert_eq!(output(text), "true\ncleaned\n:cancelled\ntrue false\n");
}

#[test]
fn cancellation_is_not_caught_by_others() {
    let text = "(let [f (future (try (sleep \"1h\") (catch Throwable e (println \"caught\")) (catch :default e (println \"caught\"))))]
                  (sleep 10) (cancel f)
                  (println (try @f (catch :ox/cancelled e :cancelled))))";
    assert_eq!(output(text), ":cancelled\n");
}

#[test]
fn promises_are_delivered_once() {
    let text = "(let [p (promise)
                      f (future @p)]
                  (println (deref p 10 :none))
                  (println (some? (deliver p 7)) (some? (deliver p 8)))
                  (println @f @p))";
    assert_eq!(output(text), ":none\ntrue false\n7 7\n");
}

#[test]
fn all_and_race_and_pmap() {
    let text = "(println (all (do (sleep 30) 1) (do (sleep 10) 2)))
                (println (race (do (sleep 30) :slow) (do (sleep 10) :fast)))
                (println (pmap-n 2 (fn [x] (sleep (* 10 x)) (* x x)) [3 1 2]))";
    assert_eq!(output(text), "[1 2]\n:fast\n[9 1 4]\n");
}

#[test]
fn the_first_error_of_all_cancels_the_others() {
    let text = "(println (try (all (do (sleep 5) (throw (ex-info \"one\" {})))
                                   (try (sleep \"1h\") (finally (println \"other cleaned\"))))
                              (catch Exception e (ex-message e))))";
    assert_eq!(output(text), "other cleaned\none\n");
}

#[test]
fn a_scope_ends_with_its_fibers() {
    let text = "(println (scope (future (try (sleep \"1h\") (finally (sleep 20) (println \"ended\")))) (sleep 5) :value))
                (println \"after\")";
    assert_eq!(output(text), "ended\n:value\nafter\n");
}

#[test]
fn timeouts_are_thrown_where_the_fiber_waits() {
    let text = "(println (try (with-timeout \"1s\" (sleep \"1h\")) (catch :ox/timeout e (ex-data e))))
                (println (with-timeout \"1s\" (sleep 10) :in-time))
                (println (try (with-timeout \"1s\" (try (sleep \"1h\") (finally (sleep 50) (println \"cleaned\"))))
                              (catch :ox/timeout e :late)))";
    let text = output(text);
    assert!(
        text.starts_with("{:ox/kind :ox/timeout, :milliseconds 1000}\n"),
        "{text}"
    );
    assert!(text.ends_with(":in-time\ncleaned\n:late\n"), "{text}");
}

#[test]
fn the_end_of_the_main_fiber_cancels_the_others() {
    assert_eq!(
        output(
            "(future (try (sleep \"1h\") (finally (println \"cleaned\")))) (sleep 1) (println \"end\")"
        ),
        "end\ncleaned\n"
    );
}

#[test]
fn retry_waits_and_tries_again() {
    let text = "(let [n (atom 0)]
                  (println (retrying {:max-attempts 4 :delay \"10s\" :jitter 0}
                             (swap! n inc)
                             (if (< @n 3) (throw (ex-info \"not yet\" {})) @n)))
                  (println (inst-ms (now))))";
    assert_eq!(output(text), format!("3\n{}\n", EPOCH_MS + 30_000));
}

/// The fiber that computes a cell may be stored after it has finished it, and before it has come to
/// anything at which others are woken.
#[test]
fn a_finished_cell_wakes_who_waits_wherever_it_is_stored() {
    let text = "(def l (lazy-seq (do (sleep 10) [1])))
                (let [b (async (first l))]
                  (first l)
                  (loop [n 0] (when (< n 2000) (recur (inc n))))
                  (println (await b)))";
    let options = Options {
        loss_bound_ms: 0,
        slice_fuel: 200,
        ..options()
    };
    crash_everywhere_with(options, text, |_| {}, |_: &World, _: Crash| {});
}

#[test]
fn lazy_cells_are_waited_for_across_fibers() {
    let text = "(let [d (delay (sleep 50) (println \"once\") 5)
                      a (future @d)
                      b (future (inc @d))]
                  (println @a @b))";
    assert_eq!(output(text), "once\n5 6\n");
}

#[test]
fn what_cannot_be_written_leaves_when_the_run_is_taken_up() {
    let mut world = World::new();
    *world.transport.stdout_closed.lock().unwrap() = true;
    world.start(&program(
        "(println \"one\") (flush) (println \"two\") (spawn (fn [] (/ 1 0)))",
    ));
    world.settle();
    assert_eq!(world.standing().status, Status::Waiting);
    assert!(world.engine.is_stdout_closed());
    *world.transport.stdout_closed.lock().unwrap() = false;
    world.restart(Crash::Never);
    world.engine.resume().unwrap();
    world.run();
    assert_eq!(world.stdout(), "one\ntwo\n");
    assert_eq!(world.standing().status, Status::Done);
}

#[test]
fn a_process_that_fails_is_told_and_the_main_one_is_not() {
    let world = World::new();
    world.start(&program(
        "(defn worker [] (sleep 10) (/ 1 0)) (spawn worker) (sleep 100) (throw (ex-info \"main\" {}))",
    ));
    world.run();
    let told = world.transport.told();
    let [fallen] = &told.fallen[..] else {
        panic!("{:?}", told.fallen)
    };
    assert_eq!((fallen.process, fallen.status), (2, Status::Failed));
    assert_eq!(fallen.function, "user/worker");
    assert!(
        fallen.report.starts_with("[OX0506] Divide by zero\n"),
        "{}",
        fallen.report
    );
}

#[test]
fn of_many_events_the_first_is_kept() {
    let world = World::new();
    world.start(&program("(dotimes [n 1500] (println n) (sleep 1))"));
    world.run();
    let events = engine::read_events(&world.store.snapshot(), 1).expect("the store can be read");
    let numbers: Vec<u64> = events.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers.len() as u64, engine::event::EVENTS_MAX + 1);
    assert_eq!(numbers[0], engine::event::FIRST);
    assert!(numbers[1] > 400, "{}", numbers[1]);
}

#[test]
fn a_closed_standard_output_ends_a_run_that_is_not_kept() {
    let options = Options {
        threads: 0,
        durable: false,
        ..Options::default()
    };
    let world = World::with(options, std::sync::Arc::new(store::MemoryStore::new()));
    *world.transport.stdout_closed.lock().unwrap() = true;
    world.start(&program("(loop [] (println \"y\") (sleep 1) (recur))"));
    world.run();
    assert_eq!(world.standing().exit_status, 141);
}

#[test]
fn a_crash_anywhere_changes_nothing_of_fibers_and_time() {
    let text = "(defn step [n] (println \"step\" n) (sleep 100) n)
                (let [a (future (step 1) (step 2))
                      b (future (step 3) (sleep 1000) (step 4))]
                  (println (try (with-timeout \"350ms\" (sleep \"1h\")) (catch :ox/timeout e :timeout)))
                  (println @a @b))
                (scope (future (try (sleep \"1h\") (finally (println \"cleaned\")))) (step 5))
                (exit 7)";
    crash_everywhere(text, |_| {}, |_, _| {});
}

#[test]
fn an_error_that_nobody_awaits_is_told_wherever_the_run_crashes() {
    let text = "(defn fail [n] (sleep n) (throw (ex-info (str \"boom \" n) {})))
                (def lost (future (fail 1)))
                (def seen (mapv (fn [n] (future (fail n))) (range 2 14)))
                (def late (future (fail 40)))
                (println (deref late 10 :not-yet))
                (sleep 50)
                (println (mapv (fn [f] (try @f (catch Exception e (ex-message e)))) seen))
                (println (try (pmap-n 9 (fn [_] (fail 0)) (range 9)) (catch Exception e (ex-message e))))
                (println (try (pmap-n 9 (fn [n] (fail 5)) (range 9)) (catch Exception e (ex-message e))))";
    crash_everywhere(
        text,
        |_| {},
        |world, crash| {
            let told = world.transport.told().stderr.clone();
            let errors: Vec<&str> = told.lines().filter(|line| line.contains("boom")).collect();
            let most = if crash == Crash::Never { 1 } else { 2 };
            assert!((1..=most).contains(&errors.len()), "{crash:?}: {told}");
            let lost = "fiber 1 of process 17 failed, and nobody awaited it: boom 1";
            assert!(
                errors.iter().all(|error| *error == lost),
                "{crash:?}: {told}"
            );
        },
    );
}

#[test]
fn many_fibers_that_wait_in_every_way_survive_everywhere() {
    let text = "(def promises (mapv (fn [_] (promise)) (range 5)))
                (def slow (delay (sleep 20) 5))
                (defn work [i]
                  (let [k (quot i 6)]
                    (case (mod i 6)
                      0 (do (sleep (* 7 (inc k))) i)
                      1 (await (nth promises k))
                      2 (await (promise) (* 9 (inc k)) i)
                      3 (receive [:number n] n)
                      4 (try (with-timeout (* 5 (inc k)) (sleep \"1h\")) (catch :ox/timeout _ i))
                      5 @slow)))
                (let [futures (mapv (fn [i] (future (work i))) (range 30))
                      first-of-many (future (race (sleep \"1h\") (await (nth futures 24)) (sleep \"2h\")))
                      never (future (sleep \"1h\"))]
                  (dotimes [k 5] (sleep 3) (deliver (nth promises k) k))
                  (dotimes [k 5] (send (self) [:number (* 10 k)]))
                  (cancel never)
                  (println (reduce + (map await futures)) @first-of-many)
                  (println (try @never (catch :ox/cancelled _ :cancelled))))
                (println (scope (dotimes [_ 12] (future (try (sleep \"1h\") (finally (sleep 4))))) (sleep 5) :left))";
    let check = |world: &World, crash| {
        if crash == Crash::Never {
            assert_eq!(world.stdout(), "345 24\n:cancelled\n:left\n");
        }
    };
    crash_everywhere(text, |_| {}, check);
}

#[test]
fn lazy_sequences_and_atoms_survive_everywhere() {
    let text = "(def seen (atom []))
                (def numbers (map (fn [n] (sleep 10) (swap! seen conj n) (* n n)) (range 6)))
                (doseq [n (take 3 numbers)] (println n))
                (println (reduce + numbers) @seen)";
    crash_everywhere(text, |_| {}, |_, _| {});
}

#[test]
fn after_three_recoveries_without_a_step_a_process_is_parked() {
    let mut world = World::new();
    world.start(&program(
        "(require '[ox.sh])\n(ox.sh/run [\"kill\" \"the engine\"])\n(println :done)",
    ));
    world.settle();
    for recovery in 1..=3 {
        world.restart(Crash::Never);
        world.engine.resume().unwrap();
        world.settle();
        assert_eq!(
            world.standing().status,
            Status::Waiting,
            "recovery {recovery}"
        );
    }
    world.restart(Crash::Never);
    world.engine.resume().unwrap();
    world.settle();
    assert_eq!(world.standing().status, Status::Parked);
    assert_eq!(world.transport.told().started.len(), 4);
}

#[test]
fn what_macros_may_ask_a_program_may_not() {
    for asked in ["(definition-kind 'inc)", "(macro-warning [] \"careful\")"] {
        let told = output(&format!(
            "(println (try {asked} (catch Exception e (ex-message e))))"
        ));
        assert!(told.contains(" is for macros: "), "{told}");
    }
}
