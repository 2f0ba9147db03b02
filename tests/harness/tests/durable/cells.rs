//! Lazy cells and delays that several fibers ask for, when the fiber that computes one ends: with an error,
//! cancelled, by `exit`. And the boxes of dynamic bindings, which fibers share.

use crate::world::{
    Crash, Served, World, crash_everywhere, crash_everywhere_with, exit, options, output, program,
    run,
};
use engine::data::Data;
use engine::letter::Letter;
use engine::record::Status;
use engine::{Limits, Options};

/// A program says this, also where it is crashed at any of its commits.
fn says(text: &str, expected: &str) {
    crash_everywhere(
        text,
        |_| {},
        |world: &World, crash| {
            if crash == Crash::Never {
                assert_eq!(world.stdout(), expected);
            }
        },
    );
}

#[test]
fn a_binding_is_one_for_all_that_stands_in_it_also_after_a_crash() {
    let text = "(def ^:dynamic *x* 0)
                (def ^:dynamic *y* 0)
                (defeffect ask [q])
                (binding [*x* 1]
                  (sleep 10)
                  (binding [*y* 2] (sleep 10) (set! *x* 5) (sleep 10) (println *x*))
                  (sleep 10)
                  (with-handlers {ask (fn [resume q] (sleep 5) (set! *x* (inc *x*)) (resume q))} (ask 1) (sleep 5) (set! *x* (+ *x* 10)))
                  (println *x*)
                  (let [f (future (sleep 10) *x*)]
                    (set! *x* 9)
                    (println @f))
                  (println (try @(future (sleep 5) (set! *x* 2)) (catch :ox/state e [:not-its *x*])))
                  (await-exit (spawn (fn [] (println *x*))))
                  (sleep 10)
                  (println *x*))";
    says(text, "5\n16\n9\n[:not-its 9]\n0\n9\n");
}

#[test]
fn an_error_that_ends_a_fiber_is_thrown_again_to_who_asks_next() {
    let text = "(def calls (atom 0))
                (def s (map (fn [n] (when (= n 3) (swap! calls inc) (throw (ex-info \"three\" {:n n}))) n) (range 10)))
                (println (try @(future (doall s)) (catch Exception e (ex-message e))))
                (println (take 3 s))
                (println (try (vec s) (catch Exception e [(ex-message e) (ex-data e)])))
                (println @calls)";
    says(text, "three\n(0 1 2)\n[three {:n 3}]\n2\n");
}

#[test]
fn what_failed_in_a_fiber_is_computed_by_who_asks_next() {
    let text = "(def calls (atom 0))
                (def inner (map (fn [n] (when (and (= n 2) (= 1 (swap! calls inc))) (throw (ex-info \"first\" {}))) n) (range 5)))
                (def outer (map inc (filter odd? (map (fn [n] (* 3 n)) (lazy-seq inner)))))
                (println (try @(future (count outer)) (catch Exception e (ex-message e))))
                (println (vec outer) (vec inner) @calls)";
    says(text, "first\n[4 10] [0 1 2 3 4] 2\n");
}

#[test]
fn what_a_cancelled_fiber_was_computing_is_computed_by_who_asks_next() {
    let text = "(def calls (atom 0))
                (def s (map (fn [n] (swap! calls inc) (sleep 10) n) (range 4)))
                (let [f (future (doall s))]
                  (sleep 25)
                  (println (cancel f) (try @f (catch :ox/cancelled _ :cancelled)))
                  (println (vec s) @calls))";
    says(text, "true :cancelled\n[0 1 2 3] 5\n");
}

#[test]
fn who_waits_for_a_cell_goes_on_with_it_when_its_fiber_is_cancelled() {
    let text = "(def calls (atom 0))
                (def s (map (fn [n] (swap! calls inc) (sleep 10) n) (range 4)))
                (let [f (future (doall s))
                      others (mapv (fn [_] (future (sleep 1) (reduce + s))) (range 4))]
                  (sleep 25)
                  (cancel f)
                  (println (mapv deref others) (reduce + s) @calls))";
    says(text, "[6 6 6 6] 6 5\n");
}

#[test]
fn who_waits_for_a_cell_goes_on_with_it_when_its_fiber_fails() {
    let text = "(def calls (atom 0))
                (def s (lazy-seq (sleep 10) (if (< (swap! calls inc) 3) (throw (ex-info \"no\" {:n @calls})) [1 2])))
                (let [ask (fn [] (try (sleep 1) (vec s) (catch :ox/cancelled e (throw e)) (catch Exception e (ex-data e))))
                      f (future (vec s))
                      others (mapv (fn [_] (future (ask))) (range 3))]
                  (println (try @f (catch Exception e (ex-data e))))
                  (println (sort-by str (mapv deref others)) (ask) @calls))";
    says(text, "{:n 1}\n([1 2] [1 2] {:n 2}) [1 2] 3\n");
}

/// Each fiber computes a cell that needs the cell of the next.
#[test]
fn a_chain_of_fibers_that_wait_for_cells_goes_on_from_the_one_that_ends() {
    for end in ["(cancel (nth fibers 0))", "(deliver gate :fail)"] {
        let text = format!(
            "(def gate (promise))
             (def calls (atom 0))
             (def a (lazy-seq (if (= 1 (swap! calls inc)) (do (when (= :fail @gate) (throw (ex-info \"no\" {{}}))) [:early]) [:late])))
             (def b (map (fn [x] [x]) a))
             (def c (map (fn [x] [x]) b))
             (let [fibers (mapv (fn [s] (let [f (future (vec s))] (sleep 5) f)) [a b c])
                   more (future (vec c))]
               (sleep 5)
               {end}
               (println (try @(nth fibers 0) (catch :ox/cancelled _ :ended) (catch Exception _ :ended)))
               (println (mapv deref (rest fibers)) @more (vec c) @calls))"
        );
        says(
            &text,
            ":ended\n[[[:late]] [[[:late]]]] [[[:late]]] [[[:late]]] 2\n",
        );
    }
}

#[test]
fn fibers_that_the_library_cancels_leave_the_cells_they_share() {
    let shared = "(def calls (atom 0))
                  (def s (map (fn [n] (swap! calls inc) (sleep 10) n) (range 4)))\n";
    for ending in [
        "(println (race (do (sleep 15) :fast) (vec s)))",
        "(println (try (all (do (sleep 15) (throw (ex-info \"fast\" {}))) (vec s)) (catch Exception e (keyword (ex-message e)))))",
        "(println (scope (future (vec s)) (sleep 15) :fast))",
        "(println (try (with-timeout 15 @(future (vec s))) (catch :ox/timeout _ :fast)))
         (println (try (with-timeout 1 (vec s)) (catch :ox/timeout _ :fast)))",
        "(println (try (pmap-n 2 (fn [n] (if (= n 1) (do (sleep 15) (throw (ex-info \"fast\" {}))) (vec s))) [0 1]) (catch Exception e (keyword (ex-message e)))))",
        "(println (try (with-timeout 15 (pmap-n 3 (fn [_] (vec s)) (range 3))) (catch :ox/timeout _ :fast)))",
    ] {
        let world = run(&format!("{shared}{ending} (println (vec s))"));
        let told = world.stdout().replace(":fast\n:fast\n", ":fast\n");
        assert_eq!(told, ":fast\n[0 1 2 3]\n", "{ending}");
    }
}

/// The main fiber has ended, and is there still, while another tidies up.
#[test]
fn what_the_main_fiber_was_computing_is_computed_by_who_tidies_up() {
    let text = "(def calls (atom 0))
                (def s (lazy-seq (if (= 1 (swap! calls inc)) (sleep \"1h\") nil) [1 2]))
                (future (sleep 30) (exit 3))
                (future (try (sleep \"1h\") (finally (println (vec s)))))
                (future (try (sleep \"1h\") (finally (sleep 10) (println (vec s)))))
                (vec s)";
    says(text, "[1 2]\n[1 2]\n");
}

#[test]
fn a_delay_that_a_cancelled_fiber_was_computing_is_computed_by_who_asks_next() {
    let text = "(def calls (atom 0))
                (def d (delay (swap! calls inc) (sleep 20) :value))
                (let [f (future @d)
                      others (mapv (fn [_] (future @d)) (range 3))]
                  (sleep 10)
                  (cancel f)
                  (println @d (mapv deref others) @calls)
                  (println (realized? d) (try @f (catch :ox/cancelled _ :cancelled))))";
    says(text, ":value [:value :value :value] 2\ntrue :cancelled\n");
}

#[test]
fn an_exit_on_its_way_through_a_delay_is_not_kept_in_it() {
    let text = "(def calls (atom 0))
                (def d (delay (if (= 1 (swap! calls inc)) (exit 3) :value)))
                (println (try @d (catch :ox/exit _ :exit)) @d @d)
                (println (try @(future (throw (ex-info \"no\" {:calls @calls}))) (catch Exception e (ex-data e))))";
    says(text, ":exit :value :value\n{:calls 2}\n");
}

#[test]
fn a_time_limit_around_a_delay_is_no_failure_of_the_delay() {
    let text = "(def calls (atom 0))
                (def d (delay (swap! calls inc) (sleep 20) :value))
                (println (try (with-timeout 10 @d) (catch :ox/timeout _ :late)) @d @calls)
                (def e (delay (swap! calls inc) (with-timeout 10 (sleep 20)) :value))
                (println (try @e (catch :ox/timeout _ :own)) (try @e (catch :ox/timeout _ :own)) @calls)
                (println (try (with-timeout 1000 @e) (catch :ox/timeout _ :own)) @calls)";
    says(text, ":late :value 2\n:own :own 3\n:own 3\n");
}

#[test]
fn a_full_mailbox_is_no_failure_of_a_delay() {
    let text = "(def calls (atom 0))
                (def d (delay (swap! calls inc) (sleep 100) :value))
                (let [main (self)]
                  (spawn (fn [] (sleep 10) (dotimes [n 6] (send main n)))))
                (println (try @d (catch :ox/mailbox-limit _ :full)) @d @calls)";
    let options = Options {
        limits: Limits {
            mailbox_messages: 5,
            ..Limits::default()
        },
        ..options()
    };
    let check = |world: &World, crash| {
        if crash == Crash::Never {
            assert_eq!(world.stdout(), ":full :value 2\n");
        }
    };
    crash_everywhere_with(options, text, |_| {}, check);
}

#[test]
fn an_ordinary_error_stays_in_a_delay() {
    let text = "(def calls (atom 0))
                (def d (delay (sleep 10) (throw (ex-info \"no\" {:n (swap! calls inc)}))))
                (let [futures (mapv (fn [_] (future @d)) (range 3))]
                  (println (mapv (fn [f] (try @f (catch Exception e (ex-data e)))) futures))
                  (println (try @d (catch Exception e (ex-data e))) @calls))";
    says(text, "[{:n 1} {:n 1} {:n 1}]\n{:n 1} 1\n");
}

/// Collected, stored and read back between any two steps: see `modes.rs`.
#[test]
fn cells_of_fibers_that_end_survive_wherever_they_are_stored() {
    let text = "(def calls (atom 0))
                (def fails (atom 3))
                (def s (map (fn [n]
                              (swap! calls inc)
                              (sleep 5)
                              (when (and (= n 2) (pos? @fails)) (swap! fails dec) (throw (ex-info \"two\" {})))
                              n)
                            (range 4)))
                (def d (delay (reduce + s)))
                (let [ask (fn [f] (try (f) (catch :ox/cancelled e (throw e)) (catch Exception e (ex-message e))))
                      fibers (mapv (fn [n] (future (sleep n) (vec s))) (range 6))]
                  (sleep 7)
                  (cancel (first fibers))
                  (println (mapv (fn [f] (try @f (catch :ox/cancelled _ :cancelled) (catch Exception e (ex-message e)))) fibers))
                  (println (ask (fn [] @d)) (vec s) @calls @fails))";
    let options = Options {
        loss_bound_ms: 0,
        slice_fuel: 200,
        ..options()
    };
    crash_everywhere_with(options, text, |_| {}, |_, _| {});
    let told = output(text);
    assert!(told.starts_with("[:cancelled "), "{told}");
    assert!(told.ends_with("6 [0 1 2 3] 8 0\n"), "{told}");
}

/// A process that is parked computes a cell, for which its other fiber waits.
fn parked_in_a_cell(cell: &str) -> World {
    let world = World::new();
    world.serve(|_| exit(1, "no"));
    world.start(&program(&format!(
        "(def ask (activity \"a\" {{:on-exhausted :park}}))
         (def cell {cell})
         (defn value [] (if (delay? cell) @cell (first cell)))
         (future (value))
         (future (try (sleep \"1h\") (finally (println \"tidy\" (try (value) (catch Exception e (:reason (ex-data e))))))))
         (println (value))
         (sleep \"2h\")"
    )));
    world.settle();
    assert_eq!(world.standing().status, Status::Parked);
    world
}

/// Such a world for each kind of cell, as it is and after a crash; what is asked for is answered now.
fn parked_in_cells() -> Vec<(&'static str, World)> {
    let kinds = ["(lazy-seq [(ask)])", "(delay (ask))"];
    let tried = kinds.map(|cell| [(cell, false), (cell, true)]).concat();
    let worlds = tried.into_iter().map(|(cell, crashes)| {
        let mut world = parked_in_a_cell(cell);
        if crashes {
            world.restart(Crash::Never);
            world.engine.resume().unwrap();
            world.settle();
        }
        world.serve(|_| Served::Answer(Data::keyword("answer")));
        (cell, world)
    });
    worlds.collect()
}

#[test]
fn a_retry_goes_on_with_the_cell_that_a_parked_process_was_computing() {
    for (cell, world) in parked_in_cells() {
        world.engine.retry(1, None).unwrap();
        world.run();
        assert_eq!(world.stdout(), ":answer\ntidy :answer\n", "{cell}");
        assert_eq!(world.transport.told().started.len(), 2, "{cell}");
    }
}

/// The cancellation of the whole process ends the fiber that computes the cell: another asks anew.
#[test]
fn who_tidies_up_computes_the_cell_that_a_parked_process_was_computing() {
    for (cell, world) in parked_in_cells() {
        assert!(world.engine.post(1, Letter::Cancel).unwrap());
        world.run();
        assert_eq!(world.standing().status, Status::Cancelled, "{cell}");
        assert_eq!(world.stdout(), "tidy :answer\n", "{cell}");
    }
}

/// The fiber that computes a cell fails, and computes it again, before it has come to anything at which
/// others are woken; it is stored in between.
#[test]
fn a_cell_that_is_begun_again_is_waited_for_wherever_it_is_stored() {
    let text = "(def calls (atom 0))
                (defn spin [] (loop [n 0] (when (< n 1000) (recur (inc n)))))
                (def l (lazy-seq (let [n (swap! calls inc)]
                                   (sleep 10)
                                   (when (= n 1) (throw (ex-info \"first\" {})))
                                   (spin)
                                   (sleep 10)
                                   [n])))
                (let [b (future (first l))]
                  (try (first l) (catch Exception _ nil))
                  (spin)
                  (println (first l))
                  (println @b))";
    let options = Options {
        loss_bound_ms: 0,
        slice_fuel: 200,
        ..options()
    };
    crash_everywhere_with(options, text, |_| {}, |_: &World, _: Crash| {});
}
