//! Recoveries in a row: who is parked for ending the engine whenever it is taken up, who is not, and how
//! that process goes on.

use crate::world::{Crash, Served, World, options, program};
use engine::data::Data;
use engine::event::EventKind;
use engine::letter::Letter;
use engine::record::Status;
use engine::{Options, data};
use std::sync::Arc;
use store::MemoryStore;

/// Waits outside for what never comes.
const WAITS: &str = "(let [f (activity \"slow\")] (println (f)))";

/// Takes the run up as it is after a crash.
fn crash(world: &mut World) {
    world.restart(Crash::Never);
    world.engine.resume().unwrap();
    world.settle();
}

/// After so many crashes it waits; the next parks it.
fn parks_after(world: &mut World, crashes: usize) {
    for _ in 0..crashes {
        crash(world);
        assert_eq!(status(world, 1), Status::Waiting);
    }
    crash(world);
    assert_eq!(status(world, 1), Status::Parked);
}

/// Suspends the run, and takes it up.
fn suspend(world: &mut World) {
    world.engine.suspend();
    world.engine.flush_reports().unwrap();
    crash(world);
}

fn recoveries(world: &World, process: u64) -> u32 {
    let record = engine::read_record(&world.store.snapshot(), process).unwrap();
    record.recoveries
}

fn started(text: &str) -> World {
    let world = World::new();
    world.start(&program(text));
    world.settle();
    world
}

fn status(world: &World, process: u64) -> Status {
    world.engine.standing(process).unwrap().status
}

#[test]
fn a_run_that_was_suspended_was_not_ended_by_its_processes() {
    let mut world = started(WAITS);
    for _ in 0..6 {
        suspend(&mut world);
        assert_eq!(status(&world, 1), Status::Waiting);
    }
    // What crashes have counted before is forgotten, too.
    for _ in 0..2 {
        crash(&mut world);
    }
    suspend(&mut world);
    parks_after(&mut world, 2);
}

#[test]
fn an_engine_that_has_lived_was_not_ended_by_what_it_took_up() {
    let mut world = started(WAITS);
    for _ in 0..8 {
        crash(&mut world);
        assert_eq!(status(&world, 1), Status::Waiting);
        world.advance(10_000);
        world.settle();
        assert_eq!(recoveries(&world, 1), 0);
    }
    for _ in 0..3 {
        crash(&mut world);
        world.advance(9_999);
        world.settle();
    }
    assert_eq!(status(&world, 1), Status::Waiting);
    crash(&mut world);
    assert_eq!(status(&world, 1), Status::Parked);
}

#[test]
fn all_counts_are_taken_back_in_one_commit_and_from_the_store() {
    let text = "(dotimes [_ 40] (spawn (fn [] (let [f (activity \"slow\")] (f))))) (receive x x)";
    let few = Options {
        resident_max: 5,
        ..options()
    };
    let mut world = World::with(few, Arc::new(MemoryStore::new()));
    world.start(&program(text));
    world.settle();
    crash(&mut world);
    assert!((2..=41).all(|process| recoveries(&world, process) == 1));
    let (commits, resident) = (world.commits(), world.engine.resident());
    assert!(resident < 20, "{resident}");
    world.advance(10_000);
    world.settle();
    assert!((1..=41).all(|process| recoveries(&world, process) == 0));
    assert_eq!(world.commits(), commits + 1);
    assert_eq!(world.engine.resident(), resident);
    // That was all.
    assert_eq!(world.engine.next_timer(), None);
    // Those that are in memory do not bring it back.
    send(&world, "1");
    world.settle();
    assert!((1..=41).all(|process| recoveries(&world, process) == 0));
}

#[test]
fn where_nothing_is_counted_nothing_is_written() {
    let text = "(spawn (fn [] (let [f (activity \"quick\")] (f) (receive x x)))) (receive x x)";
    let mut world = started(text);
    world.serve(|_| Served::Answer(Data::Nil));
    crash(&mut world);
    let commits = world.commits();
    world.advance(10_000);
    world.settle();
    assert_eq!(world.commits(), commits);
    crash(&mut world);
    assert_eq!(world.engine.next_timer(), None);
}

#[test]
fn who_waits_for_a_body_does_not_count() {
    let text = "(defactivity migrate [n] (dotimes [_ n] (sleep 100)) n) (println (migrate 30))";
    let mut world = started(text);
    for _ in 0..10 {
        crash(&mut world);
        assert_eq!(status(&world, 1), Status::Waiting);
        world.advance(200);
        world.settle();
    }
    world.run();
    assert_eq!(world.stdout(), "30\n");
    let asked = |event: &engine::event::Event| matches!(event.kind, EventKind::Attempt { .. });
    assert_eq!(
        world.events(1).iter().filter(|event| asked(event)).count(),
        1
    );
}

/// One fiber waits outside, one for a body, which asks for something outside after an hour.
const PARKED: &str = "(def asked (activity \"asked\"))
    (def logged (activity \"log\"))
    (defactivity migrate [] (sleep \"1h\") (logged) :migrated)
    (let [answer (future (asked)) other (future (migrate))]
      (println (receive x x) (receive x x) @answer @other))";

/// A run of it whose main process is parked for its recoveries, and has had one message before.
fn parked() -> World {
    let mut world = started(PARKED);
    send(&world, ":before");
    world.settle();
    for _ in 0..4 {
        crash(&mut world);
    }
    assert_eq!(status(&world, 1), Status::Parked);
    world
}

fn send(world: &World, text: &str) {
    let message = data::to_message(&data::parse(text).unwrap());
    assert!(world.engine.post(1, Letter::Message(message)).unwrap());
}

fn attempts(world: &World, name: &str) -> Vec<u32> {
    let told = world.transport.told();
    let tasks = told.started.iter().filter(|task| task.name == name);
    tasks.map(|task| task.id.attempt).collect()
}

fn answer(world: &World) {
    world.serve(|task| Served::Answer(Data::keyword(&task.name)));
}

#[test]
fn a_retry_takes_up_what_its_recoveries_parked() {
    for (restarts, others_first) in [(0, true), (0, false), (1, true), (2, true)] {
        let mut world = parked();
        assert_eq!(attempts(&world, "asked"), [1, 1, 1, 1]);
        if !others_first {
            send(&world, ":meanwhile");
            world.engine.retry(1, None).unwrap();
        }
        answer(&world);
        // The body ends.
        world.run();
        if others_first {
            send(&world, ":meanwhile");
            for _ in 0..restarts {
                crash(&mut world);
                assert_eq!(status(&world, 1), Status::Parked);
            }
            assert_eq!(attempts(&world, "log"), [1]);
            world.engine.retry(1, None).unwrap();
            world.run();
        }
        assert_eq!(world.standing().status, Status::Done, "{restarts}");
        assert_eq!(world.stdout(), ":before :meanwhile :asked :migrated\n");
        // Nothing that was answered is asked for again, and it is the same attempt as before.
        assert_eq!(attempts(&world, "log"), [1]);
        assert_eq!(attempts(&world, "asked"), [1, 1, 1, 1, 1]);
    }
}

#[test]
fn a_retry_with_a_value_puts_it_into_the_place_of_what_is_waited_for() {
    let mut world = started("(let [f (activity \"slow\")] (println (f)))");
    for _ in 0..4 {
        crash(&mut world);
    }
    world.engine.retry(1, Some(Data::keyword("given"))).unwrap();
    world.run();
    assert_eq!(world.stdout(), ":given\n");
}

#[test]
fn a_process_that_ends_the_engine_again_after_a_retry_is_parked_again() {
    let mut world = parked();
    world.engine.retry(1, None).unwrap();
    world.settle();
    assert_eq!(status(&world, 1), Status::Waiting);
    parks_after(&mut world, 3);
}

#[test]
fn who_is_parked_by_its_recoveries_is_told_of() {
    let world = parked();
    let told = world.transport.told();
    let fallen: Vec<_> = told.fallen.iter().collect();
    // The main process, as its body goes on.
    assert_eq!(fallen.len(), 1);
    assert_eq!((fallen[0].process, fallen[0].status), (1, Status::Parked));
    let said = "the engine ended 3 times in a row just after this process was taken up";
    assert!(fallen[0].report.starts_with(said), "{}", fallen[0].report);
    drop(told);
    let parked = |event: &engine::event::Event| matches!(&event.kind, EventKind::Parked(report) if report.starts_with(said));
    assert!(world.events(1).iter().any(parked));
}

#[test]
fn what_waits_for_a_parked_process_is_there_when_it_is_cancelled() {
    // Parked before a failing effect, and for its recoveries.
    for by_recoveries in [false, true] {
        let text = "(let [f (activity \"asked\" {:on-exhausted :park})]
                      (try (f) (finally (println (receive x x) (receive x x)))))";
        let mut world = started(text);
        if by_recoveries {
            for _ in 0..4 {
                crash(&mut world);
            }
        } else {
            world.serve(|_| crate::world::exit(1, "no"));
            crash(&mut world);
        }
        assert_eq!(status(&world, 1), Status::Parked);
        send(&world, "1");
        crash(&mut world);
        send(&world, "2");
        assert!(world.engine.post(1, Letter::Cancel).unwrap());
        world.run();
        assert_eq!(world.stdout(), "1 2\n");
        assert_eq!(status(&world, 1), Status::Cancelled);
    }
}

#[test]
fn each_resume_is_in_the_life_of_the_main_process() {
    let mut world = started("(sleep \"1h\")");
    for _ in 0..3 {
        crash(&mut world);
    }
    world.run();
    let is_it = |event: &engine::event::Event| event.kind == EventKind::Recovered;
    assert_eq!(
        world.events(1).iter().filter(|event| is_it(event)).count(),
        3
    );
    assert_eq!(status(&world, 1), Status::Done);
}
