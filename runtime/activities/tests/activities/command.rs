//! `ox.sh`: what commands are given, what they answer, how they are ended.

use crate::{Tree, World, detail, file, no_check, sh, words};
use engine::data::Data;
use engine::transport::Transport;

fn text(value: &Data, key: &str) -> String {
    value
        .get(key)
        .and_then(Data::as_text)
        .unwrap_or_else(|| panic!("{key} is no text: {value:?}"))
        .to_owned()
}

#[test]
fn output_errors_and_status_are_answered() {
    let world = World::new();
    let found = world
        .sh("echo out; echo err >&2; exit 3", no_check())
        .unwrap();
    assert_eq!(found.get("exit"), Some(&Data::Int(3)));
    assert_eq!(
        (text(&found, "out"), text(&found, "err")),
        ("out\n".to_owned(), "err\n".to_owned())
    );
    let found = world
        .call(
            "ox.sh/run",
            vec![words(["printf", "%s|", "a b", "", "$x"]), Data::Nil],
        )
        .unwrap();
    assert_eq!(text(&found, "out"), "a b||$x|");
}

#[test]
fn another_status_is_an_error_with_the_last_line() {
    let world = World::new();
    let error = world
        .sh("echo one >&2; echo the reason >&2; exit 2", Data::Nil)
        .unwrap_err();
    assert_eq!(
        (error.reason, error.message.as_str()),
        ("exit", "exit 2: the reason")
    );
    assert_eq!(detail(&error, "exit"), &Data::Int(2));
    assert_eq!(detail(&error, "stderr"), &Data::text("one\nthe reason\n"));
    assert!(error.is_retryable);
    let error = world
        .sh(
            "yes longer than is kept | head -1000 >&2; exit 1",
            Data::Nil,
        )
        .unwrap_err();
    assert_eq!(detail(&error, "stderr").as_text().unwrap().len(), 2048);
}

#[test]
fn a_command_that_a_signal_ends_has_its_status() {
    let world = World::new();
    let error = world.sh("kill -9 $$", Data::Nil).unwrap_err();
    assert_eq!(
        (detail(&error, "exit"), detail(&error, "signal")),
        (&Data::Int(137), &Data::Int(9))
    );
    let found = world.sh("kill -TERM $$", no_check()).unwrap();
    assert_eq!(found.get("exit"), Some(&Data::Int(143)));
}

#[test]
fn what_cannot_be_started_is_an_error_without_another_try() {
    let world = World::new();
    let error = world
        .call(
            "ox.sh/run",
            vec![words(["no-such-command-here"]), no_check()],
        )
        .unwrap_err();
    assert_eq!(error.message, "no such command: no-such-command-here");
    assert_eq!(
        (error.reason, detail(&error, "exit"), error.is_retryable),
        ("exit", &Data::Int(127), false)
    );
    let options = Data::record([("cwd", Data::text("nowhere"))]);
    let error = world.sh("true", options).unwrap_err();
    assert!(
        error.message.starts_with("no such directory: "),
        "{error:?}"
    );
    std::fs::write(world.path("plain"), "").unwrap();
    let path = world.path("plain");
    let error = world
        .call(
            "ox.sh/run",
            vec![words([path.to_str().unwrap()]), Data::Nil],
        )
        .unwrap_err();
    assert_eq!(detail(&error, "exit"), &Data::Int(126));
    let options = Data::record([("in", file("nothing-there"))]);
    assert!(
        world
            .sh("cat", options)
            .unwrap_err()
            .message
            .contains("nothing-there")
    );
}

#[test]
fn environment_directory_and_key() {
    let world = World::new();
    std::fs::create_dir(world.path("below")).unwrap();
    let variables = Data::Map(vec![
        (Data::text("GREETING"), Data::text("hello")),
        (Data::keyword("COUNT"), Data::Int(3)),
        (Data::text("HOME"), Data::Nil),
    ]);
    let options = Data::record([("env", variables), ("cwd", Data::text("below"))]);
    let found = world
        .sh(
            "echo $GREETING $COUNT ${HOME-none} $OX_IDEMPOTENCY_KEY; pwd -P",
            options,
        )
        .unwrap();
    let below = world.path("below").canonicalize().unwrap();
    assert_eq!(
        text(&found, "out"),
        format!("hello 3 none key-1\n{}\n", below.display())
    );
}

#[test]
fn input_is_text_bytes_a_file_or_nothing() {
    let world = World::new();
    let cat = || words(["cat"]);
    let with = |input: Data| {
        world
            .call("ox.sh/run", vec![cat(), Data::record([("in", input)])])
            .unwrap()
    };
    assert_eq!(text(&with(Data::text("text λ")), "out"), "text λ");
    assert_eq!(text(&with(Data::Bytes(b"bytes".to_vec())), "out"), "bytes");
    std::fs::write(world.path("in"), "from a file").unwrap();
    assert_eq!(text(&with(file("in")), "out"), "from a file");
    assert_eq!(
        text(
            &world.call("ox.sh/run", vec![cat(), Data::Nil]).unwrap(),
            "out"
        ),
        ""
    );
    let large = "0123456789abcdef".repeat(64 << 10);
    assert_eq!(text(&with(Data::text(&large)), "out"), large);
}

#[test]
fn a_command_that_does_not_read_its_input_ends_all_the_same() {
    let world = World::new();
    let input = Data::text("x".repeat(4 << 20));
    let found = world
        .sh("exec <&-; echo done", Data::record([("in", input)]))
        .unwrap();
    assert_eq!(text(&found, "out"), "done\n");
}

#[test]
fn a_secret_goes_into_environment_and_input_and_nowhere_else() {
    let world = World::new();
    std::fs::write(world.path("token"), "s3cret\n").unwrap();
    let secret = || Data::secret("file", "token");
    let options = Data::record([
        ("env", Data::Map(vec![(Data::text("TOKEN"), secret())])),
        ("in", secret()),
    ]);
    let check =
        "test $TOKEN = s3cret && test $(cat) = s3cret && echo both; echo $TOKEN; echo $TOKEN >&2";
    let found = world.sh(check, options.clone()).unwrap();
    assert_eq!(text(&found, "out"), "both\n#secret \"token\"\n");
    assert_eq!(text(&found, "err"), "#secret \"token\"\n");
    let error = world.sh("echo no $TOKEN >&2; exit 3", options).unwrap_err();
    assert!(error.message.ends_with("no #secret \"token\""), "{error:?}");
    let command = Data::Vector(vec![Data::text("echo"), secret()]);
    let error = world
        .call("ox.sh/run", vec![command, Data::Nil])
        .unwrap_err();
    assert!(
        error.message.contains("#secret \"token\"") && !error.message.contains("s3cret"),
        "{error:?}"
    );
    let missing = Data::record([("in", Data::secret("env", "OX_NOT_SET"))]);
    assert!(
        world
            .sh("cat", missing)
            .unwrap_err()
            .message
            .contains("OX_NOT_SET")
    );
}

#[test]
fn output_of_more_than_16_mib_is_an_error_and_ends_the_command() {
    let world = World::new();
    let error = world.sh("yes", Data::Nil).unwrap_err();
    assert!(
        error.message.starts_with("more than 16 MiB on :out"),
        "{error:?}"
    );
    assert!(!error.is_retryable);
    let error = world.sh("yes >&2", Data::Nil).unwrap_err();
    assert!(
        error.message.starts_with("more than 16 MiB on :err"),
        "{error:?}"
    );
    let found = world
        .sh(
            "head -c 16777216 /dev/zero",
            Data::record([("out", Data::keyword("bytes"))]),
        )
        .unwrap();
    assert!(matches!(found.get("out"), Some(Data::Bytes(bytes)) if bytes.len() == 16 << 20));
    world
        .sh(
            "head -c 20000000 /dev/zero",
            Data::record([("out", file("large"))]),
        )
        .unwrap();
    assert_eq!(
        std::fs::metadata(world.path("large")).unwrap().len(),
        20_000_000
    );
}

#[test]
fn output_that_is_no_text_needs_to_be_taken_as_bytes() {
    let world = World::new();
    let error = world.sh(r"printf '\377'", Data::Nil).unwrap_err();
    assert!(error.message.contains(":bytes"), "{error:?}");
    let found = world
        .sh(
            r"printf '\377'",
            Data::record([("out", Data::keyword("bytes"))]),
        )
        .unwrap();
    assert_eq!(found.get("out"), Some(&Data::Bytes(vec![255])));
}

#[test]
fn a_file_gets_its_name_only_if_the_command_succeeds() {
    let world = World::new();
    std::fs::write(world.path("out"), "old").unwrap();
    let options = || Data::record([("out", file("out"))]);
    let error = world
        .sh("echo new; echo why >&2; exit 1", options())
        .unwrap_err();
    assert_eq!(error.message, "exit 1: why");
    assert_eq!(std::fs::read_to_string(world.path("out")).unwrap(), "old");
    let found = world.sh("echo new", options()).unwrap();
    assert_eq!(found.get("out"), None);
    assert_eq!(std::fs::read_to_string(world.path("out")).unwrap(), "new\n");
    let error = world
        .sh(
            "echo to a file >&2; exit 4",
            Data::record([("err", file("err"))]),
        )
        .unwrap_err();
    assert_eq!(error.message, "exit 4: to a file");
    assert_eq!(world.names(), ["out"], "no temporary file is left");
}

#[test]
fn pipes_pass_output_on_and_fail_with_any_of_their_commands() {
    let world = World::new();
    let pipe = |commands: Vec<Data>, options: Data| {
        world.call("ox.sh/pipe", vec![Data::Vector(commands), options])
    };
    let found = pipe(
        vec![
            words(["printf", "b\na\n"]),
            words(["sort"]),
            words(["tr", "a-z", "A-Z"]),
        ],
        Data::Nil,
    );
    assert_eq!(text(&found.unwrap(), "out"), "A\nB\n");
    let found = pipe(
        vec![words(["cat"]), words(["wc", "-c"])],
        Data::record([("in", Data::text("12345"))]),
    );
    assert_eq!(text(&found.unwrap(), "out").trim(), "5");
    let error = pipe(vec![sh("exit 3"), words(["cat"])], Data::Nil).unwrap_err();
    assert_eq!(detail(&error, "exit"), &Data::Int(3));
    let found = pipe(vec![words(["yes"]), words(["head", "-1"])], Data::Nil);
    assert_eq!(
        text(&found.unwrap(), "out"),
        "y\n",
        "who has had enough ends the others"
    );
    let error = pipe(
        vec![words(["yes"]), words(["no-such-command-here"])],
        Data::Nil,
    )
    .unwrap_err();
    assert_eq!(error.message, "no such command: no-such-command-here");
    assert!(pipe(Vec::new(), Data::Nil).is_err());
}

#[test]
fn wrong_options_are_refused_in_words() {
    let world = World::new();
    let error = world
        .sh("true", Data::record([("dir", Data::text("x"))]))
        .unwrap_err();
    assert_eq!(
        error.message,
        "unknown option :dir, expected one of :in :env :cwd :out :err :check, or an option of activities, as :retry or :start-to-close"
    );
    for (wrong, meant) in [("cdw", ":cwd"), ("start-to-clse", ":start-to-close")] {
        let options = Data::record([(wrong, Data::text("x"))]);
        let error = world.sh("true", options).unwrap_err();
        let expected = format!("unknown option :{wrong}: did you mean {meant}?");
        assert_eq!(error.message, expected);
    }
    let error = world
        .sh("true", Data::record([("out", Data::keyword("text"))]))
        .unwrap_err();
    assert!(
        error.message.starts_with(":out must be :string"),
        "{error:?}"
    );
    for command in [
        Data::Nil,
        Data::text("ls"),
        Data::Vector(vec![]),
        Data::Vector(vec![Data::Int(1)]),
        words(["a\0b"]),
    ] {
        assert!(
            !world
                .call("ox.sh/run", vec![command, Data::Nil])
                .unwrap_err()
                .is_retryable
        );
    }
    assert!(
        world
            .call("ox.sh/walk", vec![sh("true")])
            .unwrap_err()
            .message
            .contains("ox.sh/walk")
    );
}

#[test]
fn what_a_command_leaves_in_the_background_ends_with_it() {
    let world = World::new();
    let tree = Tree::new(world.folder.path(), "pipe");
    // One in the group, one that has left group and session.
    let script = format!(
        "exec 3>{}; sleep 1000 & setsid sleep 1000 & echo up >&3; echo done",
        tree.path.display()
    );
    world.start("ox.sh/run", vec![sh(&script), Data::Nil], None);
    let alive = tree.wait_until_up();
    assert_eq!(text(&world.report().1.unwrap(), "out"), "done\n");
    alive.wait_until_gone();
}

#[test]
fn a_time_limit_ends_the_whole_tree() {
    let world = World::new();
    let tree = Tree::new(world.folder.path(), "pipe");
    world.start(
        "ox.sh/run",
        vec![sh(&tree.script("echo begun >&2")), Data::Nil],
        Some(500),
    );
    let alive = tree.wait_until_up();
    let error = world.report().1.unwrap_err();
    assert_eq!(
        (error.reason, error.message.as_str()),
        ("timeout", "not done after 500 ms")
    );
    assert_eq!(detail(&error, "stderr"), &Data::text("begun\n"));
    assert!(error.is_retryable);
    alive.wait_until_gone();
}

#[test]
fn a_tree_that_ignores_being_asked_is_ended() {
    let world = World::new();
    let tree = Tree::new(world.folder.path(), "pipe");
    world.start(
        "ox.sh/run",
        vec![sh(&tree.script("trap '' TERM INT HUP")), Data::Nil],
        Some(100),
    );
    let alive = tree.wait_until_up();
    assert_eq!(world.report().1.unwrap_err().reason, "timeout");
    alive.wait_until_gone();
}

#[test]
fn a_command_may_tidy_up_when_it_is_cancelled() {
    let world = World::new();
    let tree = Tree::new(world.folder.path(), "pipe");
    let script = tree.script("trap 'echo tidy > tidied; exit 0' TERM");
    let id = world.start("ox.sh/run", vec![sh(&script), Data::Nil], None);
    let alive = tree.wait_until_up();
    world.transport.cancel(id);
    let (reported, result) = world.report();
    assert_eq!((reported, result.unwrap_err().reason), (id, "cancelled"));
    alive.wait_until_gone();
    assert_eq!(
        std::fs::read_to_string(world.path("tidied")).unwrap(),
        "tidy\n"
    );
}

#[test]
fn a_command_that_signals_its_group_does_not_end_its_supervisor() {
    let world = World::new();
    let found = world
        .sh("trap 'echo heard; exit 0' TERM; kill 0; wait", Data::Nil)
        .unwrap();
    assert_eq!(text(&found, "out"), "heard\n");
    let error = world.sh("kill -9 0", Data::Nil).unwrap_err();
    assert_eq!(error.reason, "lost");
}

#[test]
fn a_group_is_in_the_journal_before_its_command_begins_and_not_after() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("store.groups");
    let world = World::with(|config| config.journal = Some(journal.clone()));
    let found = world
        .sh(&format!("cat {}", journal.display()), Data::Nil)
        .unwrap();
    let out = text(&found, "out");
    assert!(out.starts_with("begin ") && out.ends_with('\n'), "{out}");
    let token = out.split(' ').nth(1).unwrap();
    assert_eq!(
        std::fs::read_to_string(&journal).unwrap(),
        format!("{out}end {token}\n")
    );
}

#[test]
fn many_commands_at_once() {
    let world = World::new();
    for _ in 0..200 {
        world.start(
            "ox.sh/run",
            vec![sh("echo $OX_IDEMPOTENCY_KEY"), Data::Nil],
            None,
        );
    }
    for _ in 0..200 {
        let (id, result) = world.report();
        assert_eq!(
            text(&result.unwrap(), "out"),
            format!("key-{}\n", id.request)
        );
    }
}
