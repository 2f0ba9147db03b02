//! Activities: attempts, retries, timeouts, keys, crashes, parking.

use crate::world::{Crash, EPOCH_MS, Served, World, crash_everywhere, exit, options, program};
use engine::data::Data;
use engine::event::EventKind;
use engine::letter::Letter;
use engine::record::Status;
use engine::transport::{Clock as _, Task};
use engine::{Options, RetryError};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const RUN: &str = "(require '[ox.sh :as sh])\n";

#[test]
fn an_activity_answers() {
    let world = World::serving(
        "(let [f (activity \"add\")] (println (f 1 [2 {:three 3.5}])))",
        |task| {
            assert_eq!(task.name, "add");
            assert_eq!(task.queue, "default");
            Served::Answer(Data::Vector(task.args.clone()))
        },
    );
    assert_eq!(world.stdout(), "[1 [2 {:three 3.5}]]\n");
}

#[test]
fn a_failed_command_says_what_failed() {
    let text = format!(
        "{RUN}(println (try (sh/run [\"make\"] {{:retry {{:max-attempts 3 :delay \"1s\" :jitter 0}}}})
           (catch :ox/activity e (println (ex-message e)) (select-keys (ex-data e) [:activity :reason :attempts :exit]))))
         (println (inst-ms (now)))"
    );
    let world = World::serving(&text, |_| exit(2, "no rule to make target"));
    let expected = format!(
        "ox.sh/run [\"make\"] failed: exit 2 after 3 attempts: no rule to make target\n\
         {{:activity ox.sh/run, :reason :exit, :attempts 3, :exit 2}}\n{}\n",
        EPOCH_MS + 3_000
    );
    assert_eq!(world.stdout(), expected);
    let told = world.transport.told();
    let keys: BTreeSet<&str> = told
        .started
        .iter()
        .map(|task| task.idempotency_key.as_str())
        .collect();
    assert_eq!((told.started.len(), keys.len()), (3, 1));
}

#[test]
fn an_attempt_that_takes_too_long_is_cancelled_and_repeated() {
    let tries = AtomicUsize::new(0);
    let text = "(let [f (activity \"slow\" {:start-to-close \"5s\" :retry {:max-attempts 2 :delay 0 :jitter 0}})] (println (f)))";
    let world = World::serving(text, move |_| {
        if tries.fetch_add(1, Ordering::Relaxed) == 0 {
            Served::Silence
        } else {
            Served::Answer(Data::Int(1))
        }
    });
    assert_eq!(world.stdout(), "1\n");
    assert_eq!(world.transport.told().cancelled.len(), 1);
}

#[test]
fn all_attempts_together_have_their_time() {
    let text = "(let [f (activity \"slow\" {:schedule-to-close \"1m\" :start-to-close \"25s\" :retry {:max-attempts nil :delay 0 :jitter 0}})]
                  (println (try (f) (catch :ox/activity e [(:reason (ex-data e)) (:attempts (ex-data e))])))
                  (println (inst-ms (now))))";
    let world = World::serving(text, |_| Served::Silence);
    assert_eq!(
        world.stdout(),
        format!("[:timeout 3]\n{}\n", EPOCH_MS + 60_000)
    );
}

#[test]
fn a_cancelled_fiber_cancels_its_attempt() {
    let text = "(let [a (activity \"slow\") f (future (a))] (sleep 10) (cancel f) (println (try @f (catch :ox/cancelled e :cancelled))))";
    let world = World::serving(text, |_| Served::Silence);
    assert_eq!(world.stdout(), ":cancelled\n");
    let told = world.transport.told();
    assert_eq!(told.cancelled, [told.started[0].id]);
}

#[test]
fn a_body_runs_as_a_process_and_is_retried() {
    let text = "(defactivity flaky \"Fails twice.\" [file] {:retry {:max-attempts 3 :delay \"1s\" :jitter 0}}
                  (let [n (ox.fs/read file)]
                    (println \"attempt\" n (count (idempotency-key)))
                    (if (< n 3) (throw (ex-info \"not yet\" {:n n})) [:ok n])))
                (println (flaky \"x\"))";
    let text = format!("(require '[ox.fs])\n{text}");
    let tries = AtomicUsize::new(0);
    let world = World::serving(&text, move |_| {
        Served::Answer(Data::Int(tries.fetch_add(1, Ordering::Relaxed) as i64 + 1))
    });
    assert_eq!(
        world.stdout(),
        "attempt 1 36\nattempt 2 36\nattempt 3 36\n[:ok 3]\n"
    );
    assert_eq!(
        world.engine.processes(),
        [(1, Status::Done)],
        "attempts leave nothing behind"
    );
}

#[test]
fn a_failed_body_is_the_cause() {
    let text = "(defactivity bad \"Fails.\" [x] {} (throw (ex-info \"broken\" {:x x})))
                (println (try (bad 7) (catch :ox/activity e [(ex-message e) (:reason (ex-data e)) (ex-data (ex-cause e))])))";
    let world = World::serving(text, |_| Served::Silence);
    assert_eq!(
        world.stdout(),
        "[user/bad 7 failed: broken :error {:x 7}]\n"
    );
}

#[test]
fn a_body_without_heartbeats_is_given_up() {
    let text = "(defactivity stuck \"Hangs.\" [] {:heartbeat \"10s\"} (try (dotimes [n 3] (sleep \"8s\") (heartbeat n)) (sleep \"1h\") (finally (println \"told\"))))
                (println (try (stuck) (catch :ox/activity e (:reason (ex-data e)))))
                (println (inst-ms (now)))
                (sleep 10)";
    let world = World::serving(text, |_| Served::Silence);
    let text = world.stdout();
    assert!(
        text.contains(":timeout\n") && text.contains("told\n"),
        "{text}"
    );
    assert!(text.contains(&(EPOCH_MS + 34_000).to_string()), "{text}");
}

#[test]
fn crashes_repeat_an_attempt_under_its_key() {
    let text = "(let [charge (activity \"charge\" {:retry {:max-attempts 3 :delay \"1s\"}})]
                  (println \"charging\") (println (charge 1)) (println (charge 2)) (sleep 10) (println (charge 3)))";
    let prepare = |world: &World| world.serve(|task| Served::Answer(Data::List(task.args.clone())));
    crash_everywhere(text, prepare, |world, crash| {
        let told = world.transport.told();
        let keys: BTreeSet<String> = told
            .started
            .iter()
            .map(|task| task.idempotency_key.clone())
            .collect();
        assert_eq!(keys.len(), 3, "{crash:?}");
        assert!(
            told.started.iter().all(|task| task.id.attempt == 1),
            "{crash:?}: a crash is no failed attempt"
        );
    });
}

#[test]
fn bodies_crash_and_go_on() {
    let text =
        "(defactivity work \"Works.\" [n] {} (sleep 10) (println \"half\" n) (sleep 10) (* n n))
                (println (all (work 3) (work 4)))";
    crash_everywhere(
        text,
        |_| {},
        |world, crash| {
            assert_eq!(world.engine.processes().len(), 1, "{crash:?}");
        },
    );
}

#[test]
fn what_may_not_be_repeated_is_lost_in_a_crash() {
    let mut world = World::new();
    world.start(&program(
        "(let [f (activity \"once\" {:idempotent false :retry {:max-attempts 5}})]
           (println (try (f) (catch :ox/activity e (:reason (ex-data e))))))",
    ));
    world.settle();
    world.restart(Crash::Never);
    world.engine.resume().unwrap();
    world.run();
    assert_eq!(world.stdout(), ":lost\n");
    assert_eq!(world.transport.told().started.len(), 1);
}

/// Takes the run up a second later, with workers that answer what they are called.
fn take_up_late(world: &mut World) {
    world.advance(1000);
    world.restart(Crash::Never);
    world.serve(|task| Served::Answer(Data::text(task.name.as_str())));
    world.engine.resume().unwrap();
    world.run();
}

/// Suspends a run whose attempts have not begun.
fn take_all_back(world: &World) {
    let started = world.transport.told().started.clone();
    let ids: Vec<_> = started.iter().map(|task| task.id).collect();
    world.engine.suspend();
    world.engine.not_begun(&ids);
    world.engine.flush_reports().unwrap();
    world.engine.stop();
}

#[test]
fn what_is_out_of_time_when_a_run_is_resumed_is_not_asked_again() {
    let text = "(defn end [f] (try (f) (catch :ox/timeout _ :timeout) (catch :ox/activity e (:reason (ex-data e)))))
        (println (all (end (fn [] (with-timeout 500 ((activity \"deadline\" {})))))
                      (end (fn [] (with-timeout 500 ((activity \"alone\" {:idempotent false})))))
                      (end (fn [] ((activity \"close\" {:schedule-to-close 500}))))
                      (end (fn [] ((activity \"attempt\" {:start-to-close 500}))))
                      (end (fn [] (with-timeout 5000 ((activity \"long\" {})))))
                      (end (fn [] (with-timeout 500 (all ((activity \"of-all\" {})) (sleep 9000)))))))";
    for takes_back in [false, true] {
        let mut world = World::new();
        world.start(&program(text));
        world.settle();
        assert_eq!(world.transport.told().started.len(), 6);
        if takes_back {
            take_all_back(&world);
        }
        take_up_late(&mut world);
        // The time of an attempt begins with it; all others end when they end, whoever is there.
        assert_eq!(
            world.stdout(),
            "[:timeout :timeout :timeout attempt long :timeout]\n"
        );
        let told = world.transport.told();
        // What only a fiber waits for that is out of time is asked for until that one has run, and taken back.
        let kept = |task: &&Task| task.name != "of-all" || !told.cancelled.contains(&task.id);
        let again = told.started[6..].iter().filter(kept);
        let mut again: Vec<&str> = again.map(|task| &*task.name).collect();
        again.sort_unstable();
        assert_eq!(again, ["attempt", "long"], "{takes_back}");
    }
}

#[test]
fn what_has_come_while_nobody_was_there_comes_before_the_end_of_its_time() {
    let text = "(println (try (all (with-timeout 3000 (receive x [:got x])) ((activity \"a\" {})))
                      (catch :ox/timeout _ :timeout)))";
    for comes in [true, false] {
        let mut world = World::new();
        world.start(&program(text));
        world.settle();
        world.restart(Crash::Never);
        if comes {
            let letter = Letter::Message(engine::data::to_message(&Data::keyword("hello")));
            assert!(world.engine.post(1, letter).unwrap());
            world.settle();
            world.restart(Crash::Never);
        }
        world.advance(4000);
        world.serve(|task| Served::Answer(Data::text(task.name.as_str())));
        world.engine.resume().unwrap();
        world.run();
        let expected = if comes {
            "[[:got :hello] a]\n"
        } else {
            ":timeout\n"
        };
        assert_eq!(world.stdout(), expected);
    }
}

#[test]
fn nothing_begins_in_a_process_that_parks_when_it_is_resumed() {
    let text = "(all ((activity \"late\" {:schedule-to-close 500}))
                     ((activity \"once\" {:idempotent false})))
                (println \"done\")";
    let mut world = World::of(Options {
        park: true,
        ..options()
    });
    world.start(&program(text));
    world.settle();
    take_all_back(&world);
    take_up_late(&mut world);
    assert_eq!(world.standing().status, Status::Parked);
    assert_eq!(world.transport.told().started.len(), 2, "nothing has begun");
    world.engine.retry(1, None).unwrap();
    world.run();
    assert_eq!(world.stdout(), "done\n");
    let told = world.transport.told();
    let once = told.started[2..].iter().filter(|task| task.name == "once");
    assert_eq!(once.count(), 1);
}

#[test]
fn what_has_not_begun_when_a_run_is_suspended_begins_later() {
    // One is done when the run is interrupted, one is under way, one has not been handed to anybody,
    // and one is asked for afterwards.
    let text = "(defn once [name] (activity name {:idempotent false}))
        (defn call [f] (try (f) (catch :ox/activity e (:reason (ex-data e)))))
        (println (all (call (once \"done\")) (call (once \"under-way\")) (call (once \"queued\"))
                      (do (call (once \"done-too\")) (call (once \"later\")))))";
    let mut world = World::new();
    world.start(&program(text));
    world.settle();
    let started = world.transport.told().started.clone();
    let id = |name: &str| started.iter().find(|task| task.name == name).unwrap().id;
    world.engine.suspend();
    for name in ["done", "done-too"] {
        world.engine.complete(id(name), Ok(Data::text(name)));
    }
    world.engine.flush_reports().unwrap();
    world.engine.not_begun(&[id("queued")]);
    world.engine.flush_reports().unwrap();
    world.engine.stop();
    assert_eq!(
        world.transport.told().started.len(),
        4,
        "nothing is handed out"
    );

    world.restart(Crash::Never);
    world.serve(|task| Served::Answer(Data::text(task.name.as_str())));
    world.engine.resume().unwrap();
    world.run();
    assert_eq!(world.stdout(), "[done :lost queued later]\n");
    let told = world.transport.told();
    let keys = |name: &str| -> Vec<(u32, String)> {
        let tasks = told.started.iter().filter(|task| task.name == name);
        tasks
            .map(|task| (task.id.attempt, task.idempotency_key.clone()))
            .collect()
    };
    let queued = keys("queued");
    assert_eq!(queued.len(), 2);
    assert_eq!(queued[0], queued[1], "the same attempt under the same key");
    assert_eq!(keys("under-way").len(), 1);
    assert_eq!(keys("later").len(), 1);
}

#[test]
fn a_failed_run_goes_on_before_the_failing_effect() {
    let ok = Arc::new(AtomicUsize::new(0));
    let service = Arc::clone(&ok);
    let text = format!(
        "{RUN}(println \"before\") (println (:out (sh/run [\"make\"]))) (println \"after\")"
    );
    let mut world = World::serving(&text, move |_| {
        if service.load(Ordering::Relaxed) == 0 {
            exit(2, "no")
        } else {
            Served::Answer(Data::record([
                ("exit", Data::Int(0)),
                ("out", Data::text("made")),
            ]))
        }
    });
    assert_eq!(world.standing().status, Status::Failed);
    assert!(
        world
            .standing()
            .report
            .starts_with("[OX0542] ox.sh/run [\"make\"] failed: exit 2: no\n"),
        "{}",
        world.standing().report
    );
    ok.store(1, Ordering::Relaxed);
    // Another engine, as another command is.
    world.restart(Crash::Never);
    assert_eq!(world.engine.resume().unwrap(), Vec::<u64>::new());
    world.engine.retry(1, None).unwrap();
    world.run();
    assert_eq!(world.stdout(), "before\nmade\nafter\n");
    assert_eq!(world.standing().status, Status::Done);
    assert_eq!(
        world.engine.retry(1, None),
        Err(RetryError::NotFailed(Status::Done))
    );
}

#[test]
fn a_failed_run_goes_on_with_a_value_instead() {
    let text = format!("{RUN}(println (:out (sh/run [\"make\"])))");
    let world = World::serving(&text, |_| exit(2, "no"));
    world
        .engine
        .retry(1, Some(engine::data::parse("{:out \"by hand\"}").unwrap()))
        .unwrap();
    world.run();
    assert_eq!(world.stdout(), "by hand\n");
}

#[test]
fn a_retry_that_was_answered_holds() {
    for park in [false, true] {
        let mut world = World::of(Options { park, ..options() });
        world.serve(|_| exit(2, "no"));
        world.start(&program(&format!(
            "{RUN}(println (:out (sh/run [\"make\"]))) (println \"more\")"
        )));
        world.run();
        let failed = if park { Status::Parked } else { Status::Failed };
        assert_eq!(world.standing().status, failed);
        let value = engine::data::parse("{:out \"by hand\"}").unwrap();
        world.engine.retry(1, Some(value)).unwrap();
        world.engine.await_retry(1).unwrap();
        // The engine is gone as soon as whoever asked has the answer.
        world.restart(Crash::Never);
        world.engine.resume().unwrap();
        world.run();
        assert_eq!(
            world.standing().status,
            Status::Done,
            "{}",
            world.standing().report
        );
        assert!(
            world.stdout().ends_with("by hand\nmore\n"),
            "{}",
            world.stdout()
        );
    }
}

#[test]
fn a_retry_that_is_not_durable_is_not_answered() {
    let mut world = World::serving(&format!("{RUN}(sh/run [\"make\"])"), |_| exit(2, "no"));
    world.restart(Crash::Before(1));
    world.engine.resume().unwrap();
    world.settle();
    assert_eq!(world.commits(), 0, "nothing has happened");
    world.engine.retry(1, None).unwrap();
    let error = world.engine.await_retry(1).unwrap_err();
    assert!(matches!(error, RetryError::Engine(_)), "{error}");
    assert_eq!(world.engine.await_retry(1), Err(error));
}

#[test]
fn a_parked_run_waits_for_a_decision() {
    let parking = Options {
        park: true,
        ..options()
    };
    let world = World::of(parking);
    world.serve(|_| exit(1, "disk full"));
    world.start(&program("(let [f (activity \"save\")] (spawn (fn [] (sleep 10))) (println (try (f) (catch :ox/activity e :thrown))))"));
    world.run();
    assert_eq!(world.standing().status, Status::Parked);
    assert!(world.standing().report.contains("disk full"));
    world.serve(|_| Served::Answer(Data::keyword("saved")));
    world.engine.retry(1, None).unwrap();
    world.run();
    assert_eq!(world.stdout(), ":saved\n");
    let parked = world
        .events(1)
        .iter()
        .any(|event| matches!(event.kind, EventKind::Parked(_)));
    assert!(parked);
}

#[test]
fn an_error_that_is_caught_is_no_failure() {
    let text =
        "(let [f (activity \"f\")] (println (try (f) (catch Exception e :caught))) (sleep 5))";
    let world = World::serving(text, |_| exit(1, "x"));
    assert_eq!(world.stdout(), ":caught\n");
    assert_eq!(world.standing().status, Status::Done);
}

#[test]
fn arguments_that_cannot_leave_are_refused_with_the_way_to_them() {
    let text = "(let [f (activity \"f\")] (println (try (f {:a [1 inc]}) (catch :ox/type e (ex-message e)))))";
    let world = World::serving(text, |_| Served::Silence);
    let text = world.stdout();
    assert!(
        text.contains("a function") && text.contains("0 > :a > 1"),
        "{text}"
    );
    assert_eq!(world.transport.told().started.len(), 0);
}

#[test]
fn a_parked_run_can_be_cancelled_or_killed() {
    for (letter, status, text) in [
        (Letter::Cancel, Status::Cancelled, "cleaned\n"),
        (Letter::Kill, Status::Killed, ""),
    ] {
        let parking = Options {
            park: true,
            ..options()
        };
        let mut world = World::of(parking);
        world.serve(|_| exit(1, "disk full"));
        world.start(&program(
            "(let [f (activity \"save\")] (try (f) (finally (println \"cleaned\"))))",
        ));
        world.run();
        assert_eq!(world.standing().status, Status::Parked);
        world.restart(Crash::Never);
        assert!(world.engine.post(1, letter).unwrap());
        world.run();
        assert_eq!(
            (world.standing().status, world.stdout().as_str()),
            (status, text)
        );
    }
}

#[test]
fn messages_to_a_parked_process_wait_for_it() {
    let world = World::new();
    world.serve(|_| exit(1, "no"));
    let text = "(let [p (spawn (fn [] (let [f (activity \"a\" {:on-exhausted :park})] (f) (println (receive x x) (receive x x)))))]
                  (sleep 10) (send p 1) (sleep 2000) (send p 2) (await-exit p))";
    world.start(&program(text));
    world.settle();
    while world.pass_time() {
        world.settle();
    }
    assert_eq!(world.engine.standing(2).unwrap().status, Status::Parked);
    world.serve(|_| Served::Answer(Data::Nil));
    world.engine.retry(2, None).unwrap();
    world.run();
    assert_eq!(world.stdout(), "1 2\n");
    assert_eq!(world.standing().status, Status::Done);
}

#[test]
fn an_attempt_that_no_worker_takes_is_given_up() {
    let world = World::new();
    world.transport.set_workers(Some(0));
    let text = "(let [f (activity \"F\" {:queue \"payments\" :schedule-to-start \"1m\" :start-to-close \"10s\"})]
                  (println (try (f) (catch :ox/activity e (ex-message e)))))";
    world.start(&program(text));
    world.run();
    assert_eq!(
        world.stdout(),
        "F failed: no worker of queue \"payments\" took it within 1 min\n"
    );
}

#[test]
fn the_time_of_an_attempt_begins_when_a_worker_takes_it() {
    let world = World::new();
    world.transport.set_workers(Some(1));
    let text = "(let [f (activity \"F\" {:schedule-to-start \"1m\" :start-to-close \"20s\" :heartbeat \"4s\"})]
                  (println (try (f) (catch :ox/activity e (ex-message e))))
                  (println (inst-ms (now))))";
    world.start(&program(text));
    world.settle();
    let id = world.transport.told().started[0].id;
    world.advance(30_000);
    world.engine.attempt_started(id);
    for _ in 0..2 {
        world.settle();
        world.advance(3_000);
        world.engine.heartbeat(id);
    }
    world.run();
    assert_eq!(
        world.stdout(),
        format!("F failed: no heartbeat for 4 s\n{}\n", EPOCH_MS + 40_000)
    );
}

#[test]
fn a_child_that_fails_at_once_can_be_retried_from_its_beginning() {
    let world = World::new();
    let tries = AtomicUsize::new(0);
    world.serve(move |_| {
        if tries.fetch_add(1, Ordering::Relaxed) == 0 {
            exit(1, "no")
        } else {
            Served::Answer(Data::Int(5))
        }
    });
    let text = "(let [p (spawn (fn [x] (println \"begins\" x) (let [f (activity \"f\")] (println (f)))) :x)]
                  (println (ex-message (await-exit p)))
                  (sleep \"1h\"))";
    world.start(&program(text));
    world.settle();
    assert_eq!(world.engine.standing(2).unwrap().status, Status::Failed);
    world.engine.retry(2, None).unwrap();
    world.settle();
    assert_eq!(world.engine.standing(2).unwrap().status, Status::Done);
    assert_eq!(world.stdout(), "begins :x\nf failed: exit 1: no\n5\n");
}

#[test]
fn failure_before_the_first_checkpoint_keeps_the_beginning() {
    let world = World::new();
    world.start(&program("(let [p (spawn (fn [x] (throw (ex-info \"at once\" {:x x}))) 7)] (println (ex-data (await-exit p))) (sleep \"1h\"))"));
    world.settle();
    assert_eq!(world.engine.standing(2).unwrap().status, Status::Failed);
    assert_eq!(
        world.engine.retry(2, Some(Data::Nil)),
        Err(RetryError::NoPlaceForValue)
    );
    world.engine.retry(2, None).unwrap();
    world.settle();
    assert_eq!(world.engine.standing(2).unwrap().status, Status::Failed);
    assert_eq!(world.stdout(), "{:x 7}\n");
}

// ---- bodies of one request follow each other ----

/// A body that takes its time to tidy up, as an activity `ae` with these options.
fn tidying(options: &str) -> String {
    format!(
        "(defactivity ae [] {{{options}}}
           (println \"begins\")
           (try (sleep \"1h\") (finally (println \"tidies\") (sleep 300) (println \"tidied\"))))
         (defn ms [] (- (inst-ms (now)) {EPOCH_MS}))
         (println (try (ae) (catch :ox/activity e [(:reason (ex-data e)) (:attempts (ex-data e))]))
                  (ms))"
    )
}

#[test]
fn the_next_attempt_begins_when_the_body_of_the_last_has_tidied_up() {
    let once = "begins\ntidies\ntidied\n";
    for (options, attempts, ms) in [
        (
            ":start-to-close 50 :retry {:max-attempts 3 :delay 1 :factor 1 :jitter 0}",
            3,
            3 * 350 + 2,
        ),
        (
            ":heartbeat 50 :retry {:max-attempts 2 :delay 0}",
            2,
            2 * 350,
        ),
        (
            // The time of all attempts passes while the first one tidies up.
            ":start-to-close 50 :schedule-to-close 200 :retry {:max-attempts 3 :delay 0}",
            1,
            350,
        ),
        (
            ":schedule-to-close 200 :retry {:max-attempts 3 :delay 0}",
            1,
            500,
        ),
    ] {
        let expected = format!("{}[:timeout {attempts}] {ms}\n", once.repeat(attempts));
        crash_everywhere(
            &tidying(options),
            |_| {},
            |world, crash| {
                if crash == Crash::Never {
                    assert_eq!(world.stdout(), expected, "{options}");
                }
                assert_eq!(world.engine.processes().len(), 1, "{crash:?}");
            },
        );
    }
}

#[test]
fn a_late_body_that_does_not_stop_is_killed_before_the_next_attempt() {
    let text = format!(
        "(defactivity stubborn [] {{:start-to-close 50 :retry {{:max-attempts 2 :delay 0}}}}
           (println \"begins\" (- (inst-ms (now)) {EPOCH_MS}))
           (loop [] (try (sleep \"1h\") (catch :ox/cancelled _ nil)) (recur)))
         (println (try (stubborn) (catch :ox/activity e (ex-message e))) (- (inst-ms (now)) {EPOCH_MS}))"
    );
    let expected = "begins 0\nbegins 5050\n\
        user/stubborn failed: the attempt took longer than 50 ms (after 2 attempts) 10100\n";
    crash_everywhere(
        &text,
        |_| {},
        |world, crash| {
            if crash == Crash::Never {
                assert_eq!(world.stdout(), expected);
            }
            assert_eq!(world.engine.processes().len(), 1, "{crash:?}");
        },
    );
}

#[test]
fn who_is_cancelled_while_a_late_body_tidies_up_makes_no_further_attempt() {
    let text = "(defactivity ae [] {:start-to-close 50 :retry {:max-attempts 3 :delay 0}}
          (println \"begins\") (try (sleep \"1h\") (finally (sleep 300) (println \"tidied\"))))
        (defn end [f] (try (f) (catch :ox/cancelled _ :cancelled) (catch :ox/timeout _ :timeout)))
        (let [f (async (ae))] (sleep 100) (cancel f) (println (end (fn [] (await f)))))
        (println (end (fn [] (with-timeout 100 (ae)))))";
    crash_everywhere(
        text,
        |_| {},
        |world, crash| {
            if crash == Crash::Never {
                assert_eq!(
                    world.stdout(),
                    "begins\ntidied\n:cancelled\nbegins\ntidied\n:timeout\n"
                );
            }
            assert_eq!(world.engine.processes().len(), 1, "{crash:?}");
        },
    );
}

#[test]
fn a_process_that_is_retried_while_a_body_tidies_up_asks_again_when_it_has() {
    let world = World::new();
    let broken = Arc::new(AtomicUsize::new(1));
    let service = Arc::clone(&broken);
    world.serve(move |_| {
        if service.load(Ordering::Relaxed) == 1 {
            exit(1, "no")
        } else {
            Served::Answer(Data::Nil)
        }
    });
    let text = "(defactivity ae [] {}
          (println \"begins\") (try (sleep \"1s\") (finally (sleep 300) (println \"tidied\"))))
        (let [f (async (ae))] (sleep 100) ((activity \"act\")) (await f) (println \"end\"))";
    world.start(&program(text));
    world.settle();
    assert!(world.pass_time());
    world.settle();
    assert_eq!(world.standing().status, Status::Failed);
    broken.store(0, Ordering::Relaxed);
    world.engine.retry(1, None).unwrap();
    world.run();
    assert_eq!(
        world.stdout(),
        "begins\ntidied\nbegins\ntidied\nend\n",
        "{:?}",
        world.standing()
    );
    assert_eq!(world.engine.processes(), [(1, Status::Done)]);
}

#[test]
fn a_body_whose_asker_has_ended_is_killed_when_its_time_is_over() {
    // Asked to stop it goes on; nobody waits for it any more.
    let text = "(defactivity stubborn [] {}
          (loop [] (try (sleep \"1h\") (catch :ox/cancelled _ (println \"asked\"))) (recur)))
        (let [p (spawn (fn [] (stubborn)))] (sleep 100) (exit p :gone) (sleep \"1m\") (println \"end\"))";
    crash_everywhere(
        text,
        |_| {},
        |world, crash| {
            // Not at the end of the run, which would wait for it.
            assert_eq!(world.clock.now_ms(), EPOCH_MS + 60_100, "{crash:?}");
            assert_eq!(world.engine.processes().len(), 2, "{crash:?}");
        },
    );
    // One that only tidies up is left alone.
    let text = "(defactivity tidy [] {}
          (try (sleep \"1h\") (finally (sleep \"4s\") (println \"tidied\"))))
        (let [p (spawn (fn [] (tidy)))] (sleep 100) (exit p :gone) (sleep \"1m\"))";
    let world = World::serving(text, |_| Served::Silence);
    assert_eq!(world.stdout(), "tidied\n");
}
