//! Processes that are parked: what has them go on, once, and what was asked of them meanwhile.

use crate::world::{Crash, Served, World, exit, options, program};
use engine::RetryError;
use engine::data::{self, Data};
use engine::letter::Letter;
use engine::record::Status;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use store::{Batch, CommitError, CommitSeq, MemoryStore, Snapshot, Stats, Store};

fn status(world: &World, process: u64) -> Status {
    world.engine.standing(process).unwrap().status
}

fn attempts(world: &World, name: &str) -> usize {
    let told = world.transport.told();
    let tasks = told.started.iter().filter(|task| task.name == name);
    tasks.count()
}

fn send(world: &World, process: u64, text: &str) {
    let message = data::to_message(&data::parse(text).unwrap());
    let letter = Letter::Message(message);
    assert!(world.engine.post(process, letter).unwrap());
}

/// Takes the run up as it is after a crash.
fn crash(world: &mut World) {
    world.restart(Crash::Never);
    world.engine.resume().unwrap();
    world.settle();
}

fn run_until_parked(world: &World) {
    world.settle();
    while status(world, 1) != Status::Parked {
        assert!(world.pass_time(), "it parks");
        world.settle();
    }
}

/// A store that holds up who reads it, when it is told to.
#[derive(Debug)]
struct Slow {
    inner: MemoryStore,
    holds: AtomicBool,
    /// Passed by the reader when it has come, and when it goes on.
    gate: Barrier,
}

impl Store for Slow {
    fn commit(&self, batches: &[Batch]) -> Result<CommitSeq, CommitError> {
        self.inner.commit(batches)
    }

    fn snapshot(&self) -> Snapshot {
        if self.holds.swap(false, Ordering::SeqCst) {
            self.gate.wait();
            self.gate.wait();
        }
        self.inner.snapshot()
    }

    fn stats(&self) -> Stats {
        self.inner.stats()
    }
}

#[test]
fn of_two_retries_at_once_one_has_the_process_go_on() {
    let store = Arc::new(Slow {
        inner: MemoryStore::new(),
        holds: AtomicBool::new(false),
        gate: Barrier::new(2),
    });
    let world = World::with(options(), Arc::clone(&store) as Arc<dyn Store>);
    world.serve(|_| exit(1, "no"));
    world.start(&program(
        "(let [f (activity \"a\" {:on-exhausted :park})] (println (f)))",
    ));
    world.run();
    assert_eq!(status(&world, 1), Status::Parked);
    world.serve(|_| Served::Silence);
    store.holds.store(true, Ordering::SeqCst);
    let second = std::thread::scope(|threads| {
        let slow = threads.spawn(|| world.engine.retry(1, None));
        // It has found the process parked, and reads it.
        store.gate.wait();
        world.engine.retry(1, None).unwrap();
        world.settle();
        assert_eq!(attempts(&world, "a"), 2);
        store.gate.wait();
        slow.join().unwrap()
    });
    assert_eq!(second, Err(RetryError::NotFailed(Status::Waiting)));
    world.settle();
    assert_eq!(attempts(&world, "a"), 2);
    let told = world.transport.told();
    assert_ne!(told.started[0].id, told.started[1].id);
}

/// A worker that parks, and a main process that does something to it when it is told.
fn worker(does: &str) -> World {
    let world = World::new();
    world.serve(|_| exit(1, "no"));
    world.start(&program(&format!(
        "(let [w (spawn (fn [] (let [f (activity \"a\" {{:on-exhausted :park}})] (println (f)))))]
           (receive :go {does})
           (receive :end nil))"
    )));
    world.settle();
    assert_eq!(status(&world, 2), Status::Parked);
    world.serve(|_| Served::Answer(Data::keyword("answer")));
    world
}

#[test]
fn a_wish_from_before_a_retry_is_not_heeded_after_it() {
    for does in ["(cancel w)", "(exit w :kill)"] {
        let mut world = worker(does);
        send(&world, 1, ":go");
        // The main process takes its turn; nothing of it is stored yet.
        assert!(world.engine.turn());
        world.engine.retry(2, None).unwrap();
        world.settle();
        assert_eq!(world.stdout(), ":answer\n", "{does}");
        assert_eq!(status(&world, 2), Status::Done, "{does}");
        crash(&mut world);
        assert_eq!(status(&world, 2), Status::Done, "{does}");
    }
}

/// Parked in what it does when it is cancelled.
fn parked_in_finally(text: &str) -> World {
    let world = World::new();
    world.serve(|_| exit(1, "no"));
    world.start(&program(text));
    world.settle();
    assert!(world.engine.post(1, Letter::Cancel).unwrap());
    world.settle();
    assert_eq!(status(&world, 1), Status::Parked);
    world
}

#[test]
fn a_cancellation_gives_up_what_a_process_is_parked_before_in_its_finally() {
    let text = "(let [f (activity \"a\" {:on-exhausted :park})]
                  (try (sleep \"1h\") (finally (try (f) (finally (println \"tidy\"))))))";
    for crashes in [false, true] {
        let mut world = parked_in_finally(text);
        if crashes {
            crash(&mut world);
        }
        assert!(world.engine.post(1, Letter::Cancel).unwrap());
        world.settle();
        assert_eq!(status(&world, 1), Status::Cancelled);
        assert_eq!(world.stdout(), "tidy\n");
        assert_eq!(attempts(&world, "a"), 1);
    }
}

#[test]
fn a_cancellation_has_what_other_fibers_wait_for_asked_for_again() {
    // The main fiber parks, and waits then for one whose attempt was cancelled with that.
    let text = "(let [f (activity \"a\" {:on-exhausted :park})
                      g (activity \"b\")
                      other (future (g))]
                  (try (f) (finally (println @other))))";
    let world = World::new();
    world.serve(|task| match task.name.as_str() {
        "a" => exit(1, "no"),
        _ => Served::Silence,
    });
    world.start(&program(text));
    world.settle();
    assert_eq!(status(&world, 1), Status::Parked);
    assert_eq!(attempts(&world, "b"), 1);
    world.serve(|task| Served::Answer(Data::keyword(&task.name)));
    assert!(world.engine.post(1, Letter::Cancel).unwrap());
    world.settle();
    assert_eq!(world.stdout(), ":b\n");
    assert_eq!(status(&world, 1), Status::Cancelled);
    assert_eq!((attempts(&world, "a"), attempts(&world, "b")), (1, 2));
}

#[test]
fn a_retry_with_a_value_takes_all_else_up_that_recoveries_parked() {
    let text = "(def asked (activity \"asked\"))
        (def once (activity \"once\" {:idempotent false}))
        (def logged (activity \"log\"))
        (defactivity migrate [] (sleep \"1h\") (logged) :migrated)
        (let [a (future (migrate))
              b (future (try (once) (catch :ox/activity e (:reason (ex-data e)))))]
          (println (asked) @a @b))";
    let mut world = World::new();
    world.start(&program(text));
    world.settle();
    // The engine ends each time before anything has had a turn.
    for _ in 0..4 {
        world.restart(Crash::Never);
        world.engine.resume().unwrap();
    }
    world.settle();
    assert_eq!(status(&world, 1), Status::Parked);
    world.serve(|task| Served::Answer(Data::keyword(&task.name)));
    world.run();
    assert_eq!(attempts(&world, "log"), 1);
    let before = attempts(&world, "once");
    world.engine.retry(1, Some(Data::keyword("given"))).unwrap();
    world.run();
    assert_eq!(world.stdout(), ":given :migrated :lost\n");
    assert_eq!(attempts(&world, "log"), 1);
    assert_eq!(attempts(&world, "once"), before);
}

#[test]
fn a_cancellation_that_comes_while_a_process_parks_is_heeded() {
    for does in [Letter::Cancel, Letter::Kill] {
        let world = World::new();
        world.serve(|_| Served::Silence);
        world.start(&program(
            "(let [f (activity \"a\" {:on-exhausted :park})] (println (f)))",
        ));
        world.settle();
        let id = world.transport.told().started[0].id;
        let Served::Fail(error) = exit(1, "no") else {
            unreachable!()
        };
        world.engine.complete(id, Err(error));
        // It parks, which nobody has stored yet.
        assert!(world.engine.turn());
        assert_ne!(status(&world, 1), Status::Parked);
        let ends = match does {
            Letter::Cancel => Status::Cancelled,
            _ => Status::Killed,
        };
        assert!(world.engine.post(1, does).unwrap());
        world.settle();
        assert_eq!(status(&world, 1), ends);
    }
}

#[test]
fn a_wish_that_the_store_holds_is_heeded_by_who_takes_the_run_up() {
    for does in [Letter::Cancel, Letter::Kill] {
        let ends = match does {
            Letter::Cancel => Status::Cancelled,
            _ => Status::Killed,
        };
        let mut world = World::new();
        world.serve(|_| exit(1, "no"));
        world.start(&program(
            "(let [f (activity \"a\" {:on-exhausted :park})] (println (f)))",
        ));
        world.settle();
        assert_eq!(status(&world, 1), Status::Parked);
        send(&world, 1, ":stays");
        assert!(!engine::inspect::has_wishes(&world.store.snapshot()).unwrap());
        // It is acknowledged, and then the power is off.
        assert!(world.engine.post(1, does).unwrap());
        let record = engine::read_record(&world.store.snapshot(), 1).unwrap();
        assert_eq!(record.status, Status::Parked, "it has had a turn already");
        assert!(engine::inspect::has_wishes(&world.store.snapshot()).unwrap());
        crash(&mut world);
        assert_eq!(status(&world, 1), ends);
    }
}

#[test]
fn who_is_cancelled_by_another_process_while_it_is_parked_ends() {
    for (does, ends) in [
        ("(cancel w)", Status::Cancelled),
        ("(exit w :kill)", Status::Killed),
    ] {
        let world = worker(does);
        send(&world, 1, ":go");
        world.settle();
        assert_eq!(status(&world, 2), ends);
        assert_eq!(attempts(&world, "a"), 1);
    }
}

#[test]
fn who_waits_for_an_end_while_the_process_is_parked_hears_of_it_once() {
    let text = "(let [p (spawn (fn [] (receive :end :done)))
                      a (activity \"a\" {:on-exhausted :park})
                      f (future (println \"ended\" (await-exit p)))]
                  (sleep 1)
                  (a)
                  (send p :end)
                  @f
                  (println (receive m m (after 100 :nothing))))";
    let world = World::new();
    world.serve(|_| exit(1, "no"));
    world.start(&program(text));
    run_until_parked(&world);
    world.serve(|_| Served::Answer(Data::Nil));
    world.engine.retry(1, None).unwrap();
    world.run();
    assert_eq!(world.stdout(), "ended :normal\n:nothing\n");
}

#[test]
fn a_body_that_was_told_to_stop_is_followed_as_soon_as_it_has() {
    let text = "(defactivity slow \"Tidies up.\" [] {}
                  (try (println (inst-ms (now))) (sleep \"1h\")
                       (finally (sleep \"1s\") (println (inst-ms (now))))))
                (let [warm (activity \"warm\" {:retry {:max-attempts 9 :delay 1}})
                      a (activity \"a\" {:on-exhausted :park})]
                  (warm)
                  (let [f (future (slow))] (sleep 1) (a) (sleep \"20s\") (cancel f)))";
    let world = World::new();
    let asked = AtomicUsize::new(0);
    world.serve(move |task| match task.name.as_str() {
        // Of attempts that others have made the number counts, too.
        "warm" if asked.fetch_add(1, Ordering::SeqCst) > 1 => Served::Answer(Data::Nil),
        _ => exit(1, "no"),
    });
    world.start(&program(text));
    run_until_parked(&world);
    world.serve(|_| Served::Answer(Data::Nil));
    world.engine.retry(1, None).unwrap();
    world.run();
    let text = world.stdout();
    let times: Vec<&str> = text.lines().collect();
    assert_eq!(times.len(), 4, "{text}");
    assert_eq!(times[1], times[2], "{text}");
}

#[test]
fn who_is_retried_after_the_end_of_the_main_process_goes_on_without_it() {
    let text = "(spawn (fn []
                  ((activity \"a\" {:on-exhausted :park}))
                  (let [kid (spawn (fn [] (sleep \"10s\") (println :kid)))]
                    (println (await-exit kid))
                    (sleep \"1h\")
                    (println :late))))
                (receive :end nil)
                (println :main)";
    for crashes in [false, true] {
        let mut world = World::new();
        world.serve(|_| exit(1, "no"));
        world.start(&program(text));
        world.run();
        assert_eq!(status(&world, 2), Status::Parked);
        send(&world, 1, ":end");
        world.run();
        assert_eq!(status(&world, 1), Status::Done);
        world.serve(|_| Served::Answer(Data::Nil));
        world.engine.retry(2, None).unwrap();
        world.settle();
        if crashes {
            world.restart(Crash::Never);
            world.engine.resume().unwrap();
        }
        world.run();
        assert_eq!(world.stdout(), ":main\n:kid\n:normal\n:late\n");
        assert_eq!(status(&world, 2), Status::Done);
        assert_eq!(status(&world, 3), Status::Done);
    }
}

#[test]
fn the_last_seconds_of_a_run_begin_with_the_last_end_of_its_main_process() {
    let text = "(spawn (fn [] (try (sleep \"1h\") (finally (sleep 4500) (println :tidied)))))
                (sleep 10)
                ((activity \"a\"))
                (println :main)";
    let world = World::new();
    world.serve(|_| exit(1, "no"));
    world.start(&program(text));
    world.settle();
    assert!(world.pass_time());
    world.settle();
    assert_eq!(status(&world, 1), Status::Failed);
    world.advance(4_000);
    world.serve(|_| Served::Answer(Data::Nil));
    world.engine.retry(1, None).unwrap();
    world.run();
    assert_eq!(world.stdout(), ":main\n:tidied\n");
}

/// A main process that waits for an attempt whose body is parked, after so long.
fn asks_parked_body(asks: &str) -> World {
    let world = World::new();
    world.serve(|_| exit(1, "no"));
    world.start(&program(&format!(
        "(def a (activity \"a\" {{:on-exhausted :park}}))
         (defactivity outer [] {{}} (try (a) (finally (println :left))))
         (println (try {asks} (catch :ox/activity e (:reason (ex-data e))) (catch :ox/timeout _ :timeout)))"
    )));
    world.settle();
    assert_eq!(status(&world, 2), Status::Parked);
    world.serve(|_| Served::Answer(Data::keyword("answer")));
    world
}

#[test]
fn a_body_that_is_parked_goes_on_and_ends_as_any_process() {
    for crashes in [false, true] {
        for (does, said) in [
            (None, ":left\n:answer\n"),
            (Some(Letter::Cancel), ":left\n:error\n"),
            (Some(Letter::Kill), ":error\n"),
        ] {
            let mut world = asks_parked_body("(outer)");
            if crashes {
                crash(&mut world);
            }
            match does {
                None => world.engine.retry(2, None).unwrap(),
                Some(letter) => assert!(world.engine.post(2, letter).unwrap()),
            }
            world.run();
            assert_eq!(world.stdout(), said);
            assert_eq!(world.engine.processes(), [(1, Status::Done)]);
        }
    }
}

#[test]
fn a_body_that_is_parked_is_told_that_nobody_waits_for_it() {
    for crashes in [false, true] {
        let mut world = asks_parked_body("(with-timeout \"1s\" (outer))");
        if crashes {
            crash(&mut world);
        }
        world.run();
        assert_eq!(world.stdout(), ":left\n:timeout\n");
        assert_eq!(attempts(&world, "a"), 1);
        assert_eq!(world.engine.processes(), [(1, Status::Done)]);
    }
}

#[test]
fn a_body_that_is_parked_ends_with_who_has_asked_for_it() {
    let text = "(def a (activity \"a\" {:on-exhausted :park}))
                (defactivity outer [] {} (a))
                (let [p (spawn (fn [] (outer)))] (sleep 10) (exit p :kill) (sleep 10))";
    let world = World::serving(text, |_| exit(1, "no"));
    let mut processes = world.engine.processes();
    processes.sort_unstable_by_key(|&(number, _)| number);
    assert_eq!(processes, [(1, Status::Done), (2, Status::Killed)]);
}
