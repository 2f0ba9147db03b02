//! The commands of a program and the end of `oxc`: none is alive after Ctrl-C, none outlives the
//! start of the next `oxc` on the store, and two never run at once.

use crate::pipeline::oxc_of_a_terminal;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// All of the tree hold a lock, so that a second one would notice, and a pipe, whose end tells when
/// the last is gone. One ignores signals, one has left the session too, one has no environment.
const TREE: &str = r#"
exec 9>lock
flock -n 9 || echo two >> two
echo begin >> begun
if [ -e go ]; then echo done; exit 0; fi
exec 3>pipe
sh -c 'trap "" TERM INT HUP; sleep 1000; sleep 1000' &
setsid sh -c 'trap "" TERM INT HUP; sleep 1000; sleep 1000' &
setsid env -i sleep 1000 &
echo $PPID > supervisor
echo up >&3
sleep 1000
"#;

const PROGRAM: &str = r#"(require '[ox.sh :as sh]) (println (:out (sh/run ["sh" "tree.sh"])))"#;

struct Run {
    folder: TempDir,
}

impl Run {
    fn new() -> Run {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tree.sh"), TREE).unwrap();
        fs::write(folder.path().join("x.ox"), PROGRAM).unwrap();
        make_pipe(&folder.path().join("pipe"));
        Run { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn oxc(&self, arguments: &[&str]) -> Child {
        oxc_of_a_terminal()
            .args(arguments)
            .current_dir(self.path())
            .env("HOME", self.path())
            .env("XDG_STATE_HOME", self.path().join("state"))
            .env("XDG_CACHE_HOME", self.path().join("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Starts the program, and waits until the tree is up.
    fn start(&self) -> (Child, BufReader<File>) {
        let child = self.oxc(&["run", "x.ox"]);
        let mut pipe = BufReader::new(File::open(self.path().join("pipe")).unwrap());
        let mut line = String::new();
        pipe.read_line(&mut line).unwrap();
        assert_eq!(line, "up\n");
        (child, pipe)
    }

    /// Starts the program, and kills `oxc` when the tree is up.
    fn start_and_kill(&self) -> BufReader<File> {
        let (mut child, pipe) = self.start();
        child.kill().unwrap();
        child.wait().unwrap();
        pipe
    }

    fn signal(&self, name: &str, pid: &str) {
        let sent = Command::new("kill").args(["-s", name, pid]).status();
        assert!(sent.unwrap().success(), "kill -s {name} {pid}");
    }

    /// Whether nothing of a tree is alive.
    fn is_free(&self) -> bool {
        let mut flock = Command::new("flock");
        let taken = flock.arg("-n").arg(self.path().join("lock")).arg("true");
        taken.status().unwrap().success()
    }

    /// Takes the run up; its command is another one now, which ends.
    fn resume(&self) {
        fs::write(self.path().join("go"), "").unwrap();
        let output = self.oxc(&["resume"]).wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "done\n\n",
            "{told}"
        );
        assert!(!self.path().join("two").exists(), "two have run at once");
        let begun = fs::read_to_string(self.path().join("begun")).unwrap();
        assert_eq!(begun, "begin\nbegin\n");
        assert!(self.is_free());
    }
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    line
}

fn wait_until_gone(mut pipe: BufReader<File>) {
    let mut rest = String::new();
    pipe.read_to_string(&mut rest).unwrap();
}

#[test]
fn after_ctrl_c_nothing_is_alive() {
    let run = Run::new();
    let (mut child, pipe) = run.start();
    run.signal("INT", &child.id().to_string());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(run.is_free(), "a command is alive after oxc has left");
    wait_until_gone(pipe);
    run.resume();
}

#[test]
fn a_second_ctrl_c_is_as_safe_as_a_crash() {
    let run = Run::new();
    let (mut child, _pipe) = run.start();
    run.signal("INT", &child.id().to_string());
    // The first is answered by a line, or by nothing before the grace is over; the second is not
    // waited for.
    run.signal("TERM", &child.id().to_string());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    run.resume();
}

#[test]
fn killed_with_its_run_no_command_outlives_the_next_start() {
    let run = Run::new();
    let _pipe = run.start_and_kill();
    run.resume();
}

/// A run is asked to stop before it has its first turn, so its command does not begin again.
#[test]
fn a_suspended_run_that_is_cancelled_begins_nothing_again() {
    let run = Run::new();
    let _pipe = run.start_and_kill();
    let output = run.oxc(&["cancel", "1"]).wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("cancelled: 1"), "{told}");
    let begun = fs::read_to_string(run.path().join("begun")).unwrap();
    assert_eq!(begun, "begin\n");
    assert!(run.is_free());
    let output = run.oxc(&["logs", "1"]).wait_with_output().unwrap();
    let log = String::from_utf8_lossy(&output.stdout);
    assert_eq!(log.matches(": attempt 1\n").count(), 1, "{log}");
}

/// One that was asked goes its way to the end, whatever comes of the next.
#[test]
fn of_two_that_are_cancelled_one_ends_though_the_other_cannot_be_asked() {
    let run = Run::new();
    fs::write(run.path().join("ox.edn"), "{}").unwrap();
    let text = r#"(println "up") (try (sleep 1000000) (finally (println "finally")))"#;
    fs::write(run.path().join("x.ox"), text).unwrap();
    for _ in 0..2 {
        let mut child = run.oxc(&["run", "x.ox"]);
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        assert_eq!(line, "up\n");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // Somebody looks at the second and does not come to an end.
    let lock = File::open(run.path().join(".ox/runs/2/store.redb.lock")).unwrap();
    lock.try_lock_shared().unwrap();
    let output = run.oxc(&["cancel", "1", "2"]).wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("cancelled: 1"), "{told}");
    assert!(told.contains("does not answer"), "{told}");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.ends_with("finally\n"), "{printed}");
}

#[test]
fn a_command_without_run_and_supervisor_ends_before_the_next_begins() {
    let run = Run::new();
    let (mut child, pipe) = run.start();
    let supervisor = fs::read_to_string(run.path().join("supervisor")).unwrap();
    // The run is stopped first, so that it cannot end the tree on seeing its supervisor die.
    run.signal("STOP", &child.id().to_string());
    run.signal("KILL", supervisor.trim());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!run.is_free(), "nobody has ended the tree yet");
    run.resume();
    wait_until_gone(pipe);
}

/// What a run takes to be resumed does not depend on the runs beside it.
#[test]
fn of_several_runs_the_one_named_is_opened() {
    let run = Run::new();
    fs::write(run.path().join("ox.edn"), "{}").unwrap();
    let text = "(loop [n 0] (println n) (sleep 20) (recur (inc n)))";
    fs::write(run.path().join("x.ox"), text).unwrap();
    let first_line = |mut child: Child| {
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        line
    };
    for _ in 0..2 {
        assert_eq!(first_line(run.oxc(&["run", "x.ox"])), "0\n");
    }
    // The first is held as by an engine, which would be asked what it does.
    let store = run.path().join(".ox/runs/1/store.redb");
    let lock = File::open(store.with_extension("redb.lock")).unwrap();
    lock.try_lock().unwrap();
    let socket = store.with_extension("redb.sock");
    let _ = fs::remove_file(&socket);
    let engine = UnixListener::bind(socket).unwrap();
    engine.set_nonblocking(true).unwrap();
    assert_ne!(first_line(run.oxc(&["resume", "2"])), "");
    let asked = engine.accept().map(|_| ()).unwrap_err();
    assert_eq!(asked.kind(), std::io::ErrorKind::WouldBlock);
}

/// Between two reads the files of a store that is run are others: what is found in them says nothing.
#[test]
fn a_store_that_is_run_is_not_verified() {
    let run = Run::new();
    let text = r#"(println "up") (sleep 1000000)"#;
    fs::write(run.path().join("up.ox"), text).unwrap();
    let mut child = run.oxc(&["run", "up.ox"]);
    assert_eq!(first_line(&mut child), "up\n");
    let refused = run.oxc(&["verify", "1"]).wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert_eq!(String::from_utf8_lossy(&refused.stdout), "", "{told}");
    let holder = format!("in use by process {}\n", child.id());
    assert!(told.contains(&holder), "{told}");

    child.kill().unwrap();
    child.wait().unwrap();
    let verified = run.oxc(&["verify", "1"]).wait_with_output().unwrap();
    let found = String::from_utf8_lossy(&verified.stdout);
    assert!(found.contains(": sound\n"), "{found}");
    assert!(verified.status.success());
}

/// Two runs that one command takes up: this program, to which `:go` has been sent, and one that sleeps. Until it
/// has said of the first what is given here.
fn take_up_two(run: &Run, program: &str, until: &str) -> Child {
    fs::write(run.path().join("ox.edn"), "{}").unwrap();
    fs::write(run.path().join("first.ox"), program).unwrap();
    let text = r#"(println "up") (sleep 1000000)"#;
    fs::write(run.path().join("second.ox"), text).unwrap();
    for program in ["first.ox", "second.ox"] {
        let mut child = run.oxc(&["run", program]);
        assert_eq!(first_line(&mut child), "up\n");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let sent = run.oxc(&["send", "1", ":go"]).wait_with_output().unwrap();
    assert!(sent.status.success());
    let mut both = run.oxc(&["resume", "--all"]);
    let mut told = String::new();
    let mut tells = BufReader::new(both.stderr.take().unwrap());
    while !told.contains(until) {
        let read = tells.read_line(&mut told).unwrap();
        assert_ne!(read, 0, "{told}");
    }
    both
}

/// What is kept with a main process that has failed is nobody's, though the command goes on with another run.
#[test]
fn of_several_runs_one_that_has_failed_is_given_up() {
    let run = Run::new();
    let program = r#"
        (spawn (fn [] (receive :never nil)))
        (println "up")
        (receive :go (throw (ex-info "fell" {})))"#;
    let mut both = take_up_two(&run, program, "suspended with it: 1 process");
    let killed = run.oxc(&["kill", "1.2"]).wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&killed.stderr);
    assert!(killed.status.success(), "{told}");
    assert!(told.contains("killed: 1.2"), "{told}");
    let found = run.oxc(&["inspect", "1.2", "--format", "json"]);
    let found = found.wait_with_output().unwrap();
    let found = String::from_utf8_lossy(&found.stdout);
    assert!(found.contains(r#""status":"killed""#), "{found}");
    assert!(both.try_wait().unwrap().is_none(), "the other goes on");
    both.kill().unwrap();
    both.wait().unwrap();
}

/// Who retries goes on with it himself, and to its end.
#[test]
fn of_several_runs_one_that_has_failed_is_retried_by_who_asks() {
    let run = Run::new();
    let program = r#"
        (require '[ox.sh :as sh])
        (println "up")
        (receive :go nil)
        (println (:out (sh/run ["cat" "fine"])))"#;
    let mut both = take_up_two(&run, program, "failed: 1 (first.ox)");
    fs::write(run.path().join("fine"), "fine").unwrap();
    let retried = run.oxc(&["retry", "1"]).wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&retried.stderr);
    assert!(retried.status.success(), "{told}");
    assert_eq!(String::from_utf8_lossy(&retried.stdout), "fine\n", "{told}");
    assert!(both.try_wait().unwrap().is_none(), "the other goes on");
    both.kill().unwrap();
    both.wait().unwrap();
}

/// What has been found to be over nobody goes on with before it is removed.
#[test]
fn who_removes_several_has_hold_of_each_until_all_are_gone() {
    let run = Run::new();
    fs::write(run.path().join("ox.edn"), "{}").unwrap();
    fs::write(run.path().join("once.ox"), "(println 1)").unwrap();
    for _ in 0..2 {
        let ended = run.oxc(&["run", "once.ox"]).wait_with_output().unwrap();
        assert!(ended.status.success());
    }
    let runs = run.path().join(".ox/runs");
    // The second is held as by an engine, which is asked when the first has been looked at.
    let second = File::open(runs.join("2/store.redb.lock")).unwrap();
    second.try_lock().unwrap();
    let engine = UnixListener::bind(runs.join("2/store.redb.sock")).unwrap();
    let rm = run.oxc(&["rm", "1", "2"]);
    let asking = engine.accept().unwrap();
    let first = File::open(runs.join("1/store.redb.lock")).unwrap();
    assert!(
        first.try_lock().is_err(),
        "somebody else can have the first"
    );
    drop((second, engine, asking));
    let rm = rm.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&rm.stderr);
    assert!(rm.status.success(), "{told}");
    let left = fs::read_dir(&runs).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, [".last", ".lock"]);
}

fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

/// How a run is taken up is written beside its store: of two that begin at once, only by the one that has
/// it.
#[test]
fn who_writes_beside_a_store_has_it() {
    let run = Run::new();
    fs::write(run.path().join("once.ox"), "(println 1)").unwrap();
    for manner in ["s.redb.park", "s.redb.serve"] {
        make_pipe(&run.path().join(manner));
    }
    let begin = ["run", "--park", "--serve", "a/b=true", "--store", "s.redb"];
    let mut child = run.oxc(&[&begin[..], &["once.ox"]].concat());
    // It opens the first, and waits for somebody who opens the second.
    drop(File::open(run.path().join("s.redb.park")).unwrap());
    let lock = File::open(run.path().join("s.redb.lock")).expect("it has been taken");
    assert!(lock.try_lock().is_err(), "somebody else can have the store");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// There was no store when it was looked for, and now nobody has the one that is there.
#[test]
fn nobody_begins_in_what_another_has_left_meanwhile() {
    let run = Run::new();
    for folder in ["early", "late"] {
        fs::create_dir(run.path().join(folder)).unwrap();
    }
    let store = run.path().join("s.redb").display().to_string();
    let program = run.path().join("late/x.ox");
    make_pipe(&program);
    let begin = ["run", "--park", "--serve", "a/b=true", "--store", &store];
    let late = run.oxc(&[&["-C", "late"], &begin[..], &["x.ox"]].concat());
    // Opened when it begins to read its program.
    let mut program = OpenOptions::new().write(true).open(program).unwrap();

    let text = r#"(println "up") (sleep 1000000)"#;
    fs::write(run.path().join("early/x.ox"), text).unwrap();
    let mut early = run.oxc(&["-C", "early", "run", "--store", &store, "x.ox"]);
    assert_eq!(first_line(&mut early), "up\n");
    early.kill().unwrap();
    early.wait().unwrap();

    program.write_all(b"(println \"late\")").unwrap();
    drop(program);
    let late = late.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&late.stderr);
    assert_eq!(late.status.code(), Some(1), "{told}");
    assert!(told.contains("was in use until just now"), "{told}");
    assert_eq!(String::from_utf8_lossy(&late.stdout), "", "{told}");
    let folder = fs::read_to_string(format!("{store}.folder")).unwrap();
    let early = run.path().join("early").canonicalize().unwrap();
    assert_eq!(Path::new(&folder), early);
    for manner in ["park", "serve"] {
        assert!(!Path::new(&format!("{store}.{manner}")).exists());
    }
}

/// An engine that is stopped keeps nobody from the other runs, and is named.
#[test]
fn an_engine_that_does_not_answer_is_told() {
    let run = Run::new();
    fs::write(run.path().join("ox.edn"), "{}").unwrap();
    let text = "(loop [n 0] (println n) (sleep 20) (recur (inc n)))";
    fs::write(run.path().join("loop.ox"), text).unwrap();
    fs::write(run.path().join("hello.ox"), "(println \"hello\")").unwrap();
    let mut stopped = run.oxc(&["run", "loop.ox"]);
    let mut line = String::new();
    let mut said = BufReader::new(stopped.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    let engine = stopped.id().to_string();
    run.signal("STOP", &engine);

    let asked = [
        run.oxc(&["ps"]),
        run.oxc(&["run", "hello.ox"]),
        run.oxc(&["resume"]),
        run.oxc(&["cancel", "1"]),
        run.oxc(&["rm", "1"]),
    ];
    let [ps, hello, resume, cancel, rm] = asked.map(|child| child.wait_with_output().unwrap());
    let told = |output: &[u8]| {
        let told = String::from_utf8_lossy(output).into_owned();
        let names = told.contains(&format!("process {engine}")) && told.contains("does not answer");
        assert!(names, "{told}");
        told
    };
    assert!(told(&ps.stdout).contains("unreachable"));
    told(&hello.stderr);
    assert_eq!(
        (hello.stdout.as_slice(), hello.status.code()),
        (&b"hello\n"[..], Some(0))
    );
    told(&resume.stderr);
    told(&cancel.stderr);
    told(&rm.stderr);
    for refused in [resume, cancel, rm] {
        assert_eq!(refused.status.code(), Some(1));
    }
    assert!(run.path().join(".ox/runs/1/store.redb").exists());

    run.signal("KILL", &engine);
    stopped.wait().unwrap();
}
