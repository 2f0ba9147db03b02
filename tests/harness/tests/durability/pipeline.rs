//! The release pipeline in a folder of its own, with commands that write down that they ran.
//!
//! # Invariants
//! - Everything a run starts has the folder in its environment, so it can be found and counted.

use engine::event::EventKind;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use store::EmbeddedStore;

/// Files that are released.
pub(crate) const FILES: usize = 12;
/// Parts they are packed into.
pub(crate) const PARTS: usize = 6;
/// The variable that has `oxc` kill itself.
const KILL_AT: &str = "OX_TEST_KILL_AT_COMMIT";
/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// The folder of built commands.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let this = std::env::current_exe().unwrap();
        let folder = this
            .ancestors()
            .nth(2)
            .expect("tests are in `deps` of the target folder")
            .to_owned();
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args(["build", "--quiet", "-p", "oxc", "-p", "upload-server"])
            .current_dir(harness::root());
        if folder.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(
            cargo.status().expect("cargo runs").success(),
            "the commands are built"
        );
        folder
    })
}

/// The `oxc` command.
pub(crate) fn oxc() -> PathBuf {
    built().join("oxc")
}

/// The `oxc` command as a terminal starts it: these tests may themselves run where Ctrl-C is ignored,
/// as of a job in the background, and what is ignored at its start stays so.
pub(crate) fn oxc_of_a_terminal() -> Command {
    let mut command = Command::new("env");
    command.arg("--default-signal=INT,TERM,HUP").arg(oxc());
    command
}

/// Who the pipeline uploads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// One beside it that never fails and is never killed.
    Reliable,
    /// One beside it that fails now and then.
    Flaky,
    /// The one the pipeline runs itself.
    Own,
}

/// See the file's header.
pub(crate) struct Pipeline {
    folder: tempfile::TempDir,
    server: Option<Child>,
    url: Option<String>,
    runs: std::cell::Cell<u32>,
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// One `oxc` that has ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Ended {
    pub(crate) fn was_killed(&self) -> bool {
        self.status.signal() == Some(9)
    }

    pub(crate) fn was_interrupted(&self) -> bool {
        self.status.signal() == Some(2)
    }
}

/// One `oxc` that runs.
pub(crate) struct Running {
    child: Child,
    begun: Instant,
    out: PathBuf,
    err: PathBuf,
}

impl Running {
    pub(crate) fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args([format!("-{name}"), self.child.id().to_string()])
            .stderr(Stdio::null());
        let _ = kill.status();
    }

    /// Waits until it has printed a text, or long enough.
    pub(crate) fn wait_for(&self, text: &str) {
        while !fs::read_to_string(&self.out).unwrap().contains(text)
            && self.begun.elapsed() < PATIENCE
        {
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    pub(crate) fn wait(mut self) -> Ended {
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if self.begun.elapsed() > 2 * PATIENCE {
                let _ = self.child.kill();
                panic!("oxc hangs: {}", fs::read_to_string(&self.err).unwrap());
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let text = |path: &Path| String::from_utf8(fs::read(path).unwrap()).expect("text is UTF-8");
        Ended {
            status,
            stdout: text(&self.out),
            stderr: text(&self.err),
            took: self.begun.elapsed(),
        }
    }
}

/// What the store knew when a run was cut off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// Groups committed; 0: there is no store.
    pub(crate) commits: u64,
    /// By activity: attempts that were asked for, and those that have ended.
    pub(crate) attempts: BTreeMap<String, (usize, usize)>,
    /// By activity: attempts that were answered.
    pub(crate) answered: BTreeMap<String, usize>,
}

impl Known {
    pub(crate) fn begun(&self, activity: &str) -> usize {
        self.attempts.get(activity).map_or(0, |counts| counts.0)
    }

    pub(crate) fn ended(&self, activity: &str) -> usize {
        self.attempts.get(activity).map_or(0, |counts| counts.1)
    }

    /// Attempts that may have been under way.
    pub(crate) fn open(&self, activity: &str) -> usize {
        self.begun(activity) - self.ended(activity)
    }

    /// Which part of the work was under way.
    pub(crate) fn stage(&self) -> &'static str {
        if self.commits == 0 {
            "start"
        } else if self.ended("ox.sh/run") < FILES {
            "checksums"
        } else if self.ended("ox.fs/stat") < PARTS {
            "packing"
        } else if self.ended("ox.http/request") < PARTS {
            "uploading"
        } else if self.begun("ox.fs/write") == 0 {
            "processing"
        } else {
            "manifest"
        }
    }
}

impl Pipeline {
    pub(crate) fn new(server: Server) -> Pipeline {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["files", "bin", "project"] {
            fs::create_dir(at(name)).unwrap();
        }
        for number in 1..=FILES {
            let bytes: Vec<u8> = (0..number * 3_000)
                .map(|i| (i * i / 7 + number) as u8)
                .collect();
            fs::write(at("files").join(format!("file {number}")), bytes).unwrap();
        }
        for name in ["main.ox", "ox.edn"] {
            let source = harness::root().join("examples/release_pipeline").join(name);
            fs::copy(source, at("project").join(name)).unwrap();
        }
        // Each command holds a lock of what it works on for as long as it lives: a second one at the
        // same time would not get it. What tar works on it is told through its standard input.
        let (commands, twice) = (at("commands"), at("twice"));
        let (commands, twice) = (commands.display(), twice.display());
        let locks = at("locks");
        fs::create_dir(&locks).unwrap();
        let locks = locks.display();
        let (sum, tar) = ("/usr/bin/sha256sum", "/usr/bin/tar");
        shim(
            &at("bin"),
            "sha256sum",
            &format!(
                "echo \"sha256sum $*\" >> '{commands}'\nexec 9> '{locks}'/sum-$(echo \"$*\" | {sum} | cut -c1-16)\n\
                 flock -n 9 || echo \"sha256sum $*\" >> '{twice}'\nexec {sum} \"$@\""
            ),
        );
        shim(
            &at("bin"),
            "tar",
            &format!(
                "echo \"tar $*\" >> '{commands}'\nfiles='{locks}'/in-$$\ncat > $files\n\
                 exec 9> '{locks}'/tar-$({sum} < $files | cut -c1-16)\n\
                 flock -n 9 || echo \"tar $*\" >> '{twice}'\nexec {tar} \"$@\" < $files"
            ),
        );
        // How the pipeline starts its own server: the last argument is the server's folder.
        let server_binary = built().join("upload-server");
        let script = format!(
            "for dir; do :; done\necho \"server\" >> '{commands}'\nexec 9> '{locks}'/server\n\
             flock -n 9 || {{ echo server >> '{twice}'; exit 1; }}\nexec '{}' \"$dir\" --reliable",
            server_binary.display(),
        );
        shim(&at("bin"), "cargo", &script);
        let mut pipeline = Pipeline {
            server: None,
            url: None,
            runs: std::cell::Cell::new(0),
            folder,
        };
        if server != Server::Own {
            let folder = pipeline.path("server");
            let mut command = Command::new(&server_binary);
            command
                .arg(&folder)
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            if server == Server::Reliable {
                command.arg("--reliable");
            }
            pipeline.server = Some(command.spawn().unwrap());
            let begun = Instant::now();
            let address = loop {
                if let Ok(address) = fs::read_to_string(folder.join("address")) {
                    break address;
                }
                assert!(begun.elapsed() < PATIENCE, "the server does not start");
                std::thread::sleep(Duration::from_millis(2));
            };
            pipeline.url = Some(address.trim().to_owned());
        }
        pipeline
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self, args: &[&str], kill_at: Option<&str>) -> Running {
        let number = self.runs.get();
        self.runs.set(number + 1);
        let (out, err) = (
            self.path(&format!("out-{number}")),
            self.path(&format!("err-{number}")),
        );
        let path = std::env::var("PATH").unwrap();
        let mut command = oxc_of_a_terminal();
        command
            .args(args)
            .current_dir(self.path("project"))
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env_remove(KILL_AT)
            .stdin(Stdio::null())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap());
        if let Some(kill_at) = kill_at {
            command.env(KILL_AT, kill_at);
        }
        Running {
            begun: Instant::now(),
            child: command.spawn().unwrap(),
            out,
            err,
        }
    }

    /// Starts the pipeline.
    pub(crate) fn run(&self, kill_at: Option<&str>) -> Running {
        let mut args = vec!["run", ".", "--", "--from", "../files", "--to", "../out"];
        if let Some(url) = &self.url {
            args.extend(["--server", url]);
        }
        self.start(&args, kill_at)
    }

    /// Goes on with it.
    pub(crate) fn resume(&self, kill_at: Option<&str>) -> Running {
        self.start(&["resume"], kill_at)
    }

    /// What the store knows.
    pub(crate) fn known(&self) -> Known {
        let store = self.path("project").join(".ox/runs/1/store.redb");
        if !store.exists() {
            return Known::default();
        }
        let store = EmbeddedStore::open_read_only(&store).expect("a store that was cut off opens");
        let snapshot = store::Store::snapshot(&store);
        let mut known = Known {
            commits: snapshot.seq().0,
            ..Known::default()
        };
        for (_, event) in engine::read_events(&snapshot, 1).expect("events are readable") {
            match event.kind {
                EventKind::Attempt { activity, .. } => {
                    known.attempts.entry(activity).or_default().0 += 1;
                }
                EventKind::AttemptDone { activity, .. } => {
                    *known.answered.entry(activity.clone()).or_default() += 1;
                    known.attempts.entry(activity).or_default().1 += 1;
                }
                EventKind::AttemptFailed { activity, .. } => {
                    known.attempts.entry(activity).or_default().1 += 1;
                }
                _ => {}
            }
        }
        known
    }

    /// The manifest, if it is there.
    pub(crate) fn manifest(&self) -> String {
        fs::read_to_string(self.path("out/manifest.json")).unwrap_or_default()
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// The server's own log.
    pub(crate) fn server_log(&self) -> Vec<String> {
        self.lines(if self.url.is_some() {
            "server/log"
        } else {
            "out/server/log"
        })
    }

    /// The commands that were begun.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.lines("commands")
    }

    /// Commands of which two ran at once.
    pub(crate) fn ran_twice_at_once(&self) -> Vec<String> {
        self.lines("twice")
    }

    /// Of what is alive the commands. (A supervisor that was never told what to start ends by itself
    /// when it sees that its run is dead, however late the system lets it look.)
    pub(crate) fn commands_alive(&self) -> Vec<String> {
        let mut found = self.alive();
        found.retain(|line| line.split(' ').nth(2) != Some("__exec"));
        found
    }

    /// Processes that a run has left: those with the folder's commands in their environment.
    pub(crate) fn alive(&self) -> Vec<String> {
        let mark = format!("{}:", self.path("bin").display());
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            let state = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let is_zombie = state
                .rsplit(") ")
                .next()
                .is_some_and(|rest| rest.starts_with('Z'));
            if !is_zombie
                && environment
                    .windows(mark.len())
                    .any(|window| window == mark.as_bytes())
            {
                let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                found.push(format!(
                    "{:?} {}",
                    entry.file_name(),
                    String::from_utf8_lossy(&line).replace('\0', " ")
                ));
            }
        }
        found
    }
}

fn shim(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
