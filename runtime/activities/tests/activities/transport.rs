//! The transport itself: served activities, queues without workers, cancelling, giving up, streams.

use crate::{Tree, World, Written, sh, words};
use activities::{Callbacks, Config, LocalTransport, Streams};
use engine::data::Data;
use engine::transport::{Stream, Transport};
use std::sync::mpsc::channel;
use std::time::Duration;

fn serving(served: &str) -> World {
    World::with(|config| config.served.push(served.parse().unwrap()))
}

#[test]
fn a_command_answers_an_activity_with_json() {
    let world = serving("app/f=cat; echo $OX_IDEMPOTENCY_KEY >&2");
    let args = vec![
        Data::Int(1),
        Data::record([("a/b", Data::text("λ"))]),
        Data::keyword("k"),
    ];
    let found = world.call("app/f", args).unwrap();
    let answer = Data::Map(vec![(
        Data::Keyword(Some("a".to_owned()), "b".to_owned()),
        Data::text("λ"),
    )]);
    assert_eq!(
        found,
        Data::Vector(vec![Data::Int(1), answer, Data::text("k")])
    );
    assert_eq!(world.started.recv().unwrap().request, 1);
    assert_eq!(world.transport.workers("app/f", "default"), Some(1));
    assert_eq!(serving("f=true").call("f", vec![]), Ok(Data::Nil));
}

#[test]
fn a_command_that_fails_or_writes_no_json_fails_the_attempt() {
    let error = serving("f=echo because >&2; exit 7")
        .call("f", vec![])
        .unwrap_err();
    assert_eq!(
        (error.reason, error.message.as_str(), error.is_retryable),
        ("exit", "exit 7: because", true)
    );
    let error = serving("f=echo hello").call("f", vec![]).unwrap_err();
    assert!(
        error.message.contains("what answers f wrote no JSON"),
        "{error:?}"
    );
    let error = serving("f=true")
        .call("f", vec![Data::Double(f64::NAN)])
        .unwrap_err();
    assert!(
        error.message.contains("cannot be written as JSON"),
        "{error:?}"
    );
}

#[test]
fn built_in_activities_need_no_worker() {
    let world = World::new();
    for name in ["ox.sh/run", "ox.http/request", "ox.fs/read", "ox.env/get"] {
        assert_eq!(world.transport.workers(name, "default"), None);
    }
    assert_eq!(world.transport.workers("app/f", "default"), Some(0));
    assert_eq!(
        world.call("ox.env/get", vec![Data::text("OX_NOT_SET")]),
        Ok(Data::Nil)
    );
    assert!(matches!(world.call("ox.env/all", vec![]), Ok(Data::Map(all)) if !all.is_empty()));
}

#[test]
fn a_queue_without_workers_is_spoken_of_once_and_its_attempts_can_be_cancelled() {
    let world = World::new();
    let first = world.start("app/f", vec![], None);
    world.start("app/f", vec![], None);
    world.start("app/g", vec![], None);
    let notes = [world.notes.recv().unwrap(), world.notes.recv().unwrap()];
    assert!(
        notes[0].starts_with("app/f waits for a worker on queue \"default\""),
        "{notes:?}"
    );
    assert!(notes[1].starts_with("app/g "), "{notes:?}");
    assert!(world.is_quiet());
    world.transport.cancel(first);
    let (reported, result) = world.report();
    assert_eq!((reported, result.unwrap_err().reason), (first, "cancelled"));
}

#[test]
fn the_next_attempt_begins_when_nothing_of_the_one_before_is_left() {
    let world = World::new();
    let tree = Tree::new(world.folder.path(), "pipe");
    // Takes its time to end; the next one sees whether it has.
    let script = tree.script("touch running; trap 'sleep 0.3; rm running; exit 0' TERM");
    let first = world.start("ox.sh/run", vec![sh(&script), Data::Nil], None);
    let alive = tree.wait_until_up();
    world.transport.cancel(first);
    let second = world.start_again(first, "ox.sh/run", vec![sh("test ! -e running"), Data::Nil]);
    assert_eq!(world.report().0, first);
    alive.wait_until_gone();
    let (reported, result) = world.report();
    assert_eq!((reported, result.is_ok()), (second, true), "{result:?}");
    // One that has not begun yet can be cancelled.
    let tree = Tree::new(world.folder.path(), "other");
    let third = world.start(
        "ox.sh/run",
        vec![sh(&tree.script("trap '' TERM")), Data::Nil],
        None,
    );
    let _alive = tree.wait_until_up();
    let fourth = world.start_again(third, "ox.sh/run", vec![sh("touch begun"), Data::Nil]);
    world.transport.cancel(fourth);
    assert_eq!(world.report().0, fourth);
    world.transport.abandon();
    assert!(!world.path("begun").exists());
}

#[test]
fn giving_up_ends_the_commands_and_reports_nothing() {
    let world = World::new();
    let tree = Tree::new(world.folder.path(), "pipe");
    world.start("ox.sh/run", vec![sh(&tree.script("")), Data::Nil], None);
    let alive = tree.wait_until_up();
    world.transport.suspend();
    world.start("ox.sh/run", vec![sh("touch started"), Data::Nil], None);
    assert!(
        !world.transport.wait_until_idle(Duration::ZERO),
        "one is under way"
    );
    world.transport.abandon();
    alive.wait_until_gone();
    assert!(world.transport.wait_until_idle(Duration::ZERO));
    assert!(world.is_quiet());
    assert_eq!(world.names(), ["pipe"]);
}

#[test]
fn a_suspended_run_lets_commands_finish_and_report() {
    let world = World::new();
    let tree = Tree::new(world.folder.path(), "pipe");
    // Ends when the test opens the pipe.
    let script = format!("echo up > {}; echo done", tree.path.display());
    world.start("ox.sh/run", vec![sh(&script), Data::Nil], None);
    tree.wait_until_up().wait_until_gone();
    world.transport.suspend();
    assert!(world.report().1.is_ok());
    assert!(world.transport.wait_until_idle(Duration::from_secs(3600)));
}

#[test]
fn commands_do_not_hold_up_files() {
    let world = World::new();
    let tree = Tree::new(world.folder.path(), "pipe");
    let id = world.start("ox.sh/run", vec![sh(&tree.script("")), Data::Nil], None);
    let alive = tree.wait_until_up();
    for _ in 0..200 {
        world.start("ox.sh/run", vec![words(["sleep", "1000"]), Data::Nil], None);
    }
    let read = world.start("ox.fs/list", vec![Data::text(".")], None);
    assert_eq!(world.report().0, read);
    world.transport.cancel(id);
    assert_eq!(world.report().0, id);
    alive.wait_until_gone();
    world.transport.abandon();
}

#[test]
fn output_is_written_and_input_read() {
    let (out, err) = (Written::default(), Written::default());
    let mut config = Config::new(std::env::temp_dir());
    config.streams = Streams::new(
        Box::new(&b"one\ntwo"[..]),
        Box::new(out.clone()),
        Box::new(err.clone()),
    );
    let transport = LocalTransport::open(config).unwrap();
    let (sender, reads) = channel();
    transport.connect(Callbacks {
        started: Box::new(|_| {}),
        complete: Box::new(|_, _| {}),
        read: Box::new(move |text| drop(sender.send(text))),
        note: Box::new(|_| {}),
        compile: Box::new(|_, _| Err(activities::misuse("no compiler"))),
        fallen: Box::new(|_| {}),
        output_failed: Box::new(|_| {}),
    });
    transport.write(Stream::Stdout, b"out\n").unwrap();
    transport.write(Stream::Stderr, b"err\n").unwrap();
    assert_eq!(
        (out.text().as_str(), err.text().as_str()),
        ("out\n", "err\n")
    );
    for _ in 0..3 {
        transport.read(false);
    }
    let read: Vec<String> = (0..3).map(|_| reads.recv().unwrap()).collect();
    assert_eq!(read, ["one\n", "two", ""]);
}
