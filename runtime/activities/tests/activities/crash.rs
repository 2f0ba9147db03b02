//! Commands and the death of the run that has started them.

use crate::{RUN, Tree};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn start(journal: &Path, directory: &Path, script: &str) -> Child {
    Command::new(RUN)
        .args([journal.as_os_str(), directory.as_os_str()])
        .args(["sh", "-c", script])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Opens the journal, as the next start of an engine does, and runs something small.
fn next_start(journal: &Path, directory: &Path) {
    let output = Command::new(RUN)
        .args([journal.as_os_str(), directory.as_os_str()])
        .arg("true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("Ok(Ok("),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_tree_dies_with_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("store.groups");
    let tree = Tree::new(folder.path(), "pipe");
    let mut run = start(&journal, folder.path(), &tree.script(""));
    let alive = tree.wait_until_up();
    run.kill().unwrap();
    run.wait().unwrap();
    // Nobody starts again: the supervisor has seen it.
    alive.wait_until_gone();
}

#[test]
fn a_tree_whose_supervisor_died_too_ends_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("store.groups");
    let tree = Tree::new(folder.path(), "pipe");
    // One of the tree has left the session, one has no environment.
    let script = tree.script(&format!(
        "echo $PPID > supervisor; exec 3>{}; setsid sleep 1000 & env -i sleep 1000 &",
        tree.path.display()
    ));
    let mut run = start(&journal, folder.path(), &script);
    let alive = tree.wait_until_up();
    let supervisor = std::fs::read_to_string(folder.path().join("supervisor")).unwrap();
    // The run is stopped first, so that it cannot end the group on seeing its supervisor die.
    for (signal, pid) in [
        ("-STOP", run.id().to_string()),
        ("-KILL", supervisor.trim().to_owned()),
    ] {
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(
        std::fs::read_to_string(&journal)
            .unwrap()
            .starts_with("begin ")
    );
    next_start(&journal, folder.path());
    alive.wait_until_gone();
}

#[test]
fn a_run_ends_the_group_of_a_supervisor_that_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("store.groups");
    let tree = Tree::new(folder.path(), "pipe");
    let mut run = start(
        &journal,
        folder.path(),
        &tree.script("echo $PPID > supervisor"),
    );
    let alive = tree.wait_until_up();
    let supervisor = std::fs::read_to_string(folder.path().join("supervisor")).unwrap();
    assert!(
        Command::new("kill")
            .args(["-KILL", supervisor.trim()])
            .status()
            .unwrap()
            .success()
    );
    let mut lines = BufReader::new(run.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "open");
    let said = lines.next().unwrap().unwrap();
    assert!(said.contains("lost"), "{said}");
    alive.wait_until_gone();
    run.wait().unwrap();
}

#[test]
fn ctrl_c_at_a_terminal_does_not_reach_commands() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("store.groups");
    let output = start(
        &journal,
        folder.path(),
        "ps -o pid=,pgid=,sid= -p $$; echo own $PPID",
    )
    .wait_with_output()
    .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<&str> = said
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    // … exit 0, then pid, group, session, supervisor: the group and session are the supervisor's.
    let [.., group, session, supervisor] = numbers.as_slice() else {
        panic!("{said}")
    };
    assert_eq!((group, session), (supervisor, supervisor), "{said}");
}
