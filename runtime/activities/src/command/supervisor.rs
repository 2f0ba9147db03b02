//! The supervisor of one command or pipe: the process between the run and what it starts.
//!
//! It is the same binary, started as `oxc __exec` with one end of a socket as its standard input. It
//! leads the session and process group of the command, adopts what the command leaves behind, and
//! ends all of it when the command has ended, when the run asks, or when the run has died.
//!
//! # Invariants
//! - It ends only after everything below it has ended, unless it is killed itself; then the run, or
//!   the next start, ends the group (`journal`).
//! - It writes nothing to the command's standard output or error.
//! - Signals that a command sends to its own group (`kill 0`) reach the supervisor too and are
//!   ignored; handlers, unlike ignored signals, are not inherited by what it starts.

use crate::command::frame::{self, Input, Spec};
use crate::command::proc;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Runs the supervisor of one command, as the run that has started this process says by its
/// standard input. What `oxc __exec` does; not for people.
#[must_use]
pub fn supervise() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // There is nobody to tell: the run sees that the stream has ended.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run() -> io::Result<()> {
    let mut socket = UnixStream::from(rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)?);
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::process::setsid()?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let ignored = Arc::new(AtomicBool::new(false));
    for signal in [
        signal_hook::consts::SIGTERM,
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGHUP,
    ] {
        signal_hook::flag::register(signal, Arc::clone(&ignored))?;
    }
    let spec = match frame::read(&mut socket)? {
        Some((frame::SPEC, bytes)) => Spec::decode(&bytes)?,
        _ => return Ok(()),
    };
    if !matches!(frame::read(&mut socket)?, Some((frame::BEGIN, _))) {
        return Ok(());
    }
    send(&mut socket, frame::BEGUN, &[])?;
    let mut commands = match start(&spec) {
        Ok(commands) => commands,
        Err((index, error)) => {
            end_all();
            let mut bytes = u32::try_from(index)
                .unwrap_or(u32::MAX)
                .to_le_bytes()
                .to_vec();
            bytes.extend_from_slice(&error.raw_os_error().unwrap_or(0).to_le_bytes());
            bytes.extend_from_slice(error.to_string().as_bytes());
            return send(&mut socket, frame::FAILED, &bytes);
        }
    };
    let input = commands.first_mut().and_then(|child| child.stdin.take());
    let (sender, receiver) = channel();
    std::thread::spawn(move || feed(input, &receiver));
    let orders = socket.try_clone()?;
    std::thread::spawn(move || obey(orders, &sender));
    let pids: Vec<i32> = commands
        .iter()
        .filter_map(|child| i32::try_from(child.id()).ok())
        .collect();
    let statuses = wait_for(&pids)?;
    end_all();
    let bytes: Vec<u8> = statuses
        .iter()
        .flat_map(|status| status.to_le_bytes())
        .collect();
    send(&mut socket, frame::ENDED, &bytes)
}

fn send(socket: &mut UnixStream, kind: u8, bytes: &[u8]) -> io::Result<()> {
    let mut out = Vec::new();
    frame::put(&mut out, kind, bytes);
    socket.write_all(&out)
}

/// Starts the commands, each with the output of the one before as its input.
fn start(spec: &Spec) -> Result<Vec<Child>, (usize, io::Error)> {
    let mut children = Vec::new();
    let mut input = match &spec.input {
        Input::Nothing => Stdio::null(),
        Input::Frames => Stdio::piped(),
        Input::File(path) => Stdio::from(File::open(path).map_err(|error| {
            (
                0,
                io::Error::new(error.kind(), format!("{}: {error}", path.display())),
            )
        })?),
    };
    for (index, words) in spec.commands.iter().enumerate() {
        let (program, arguments) = words
            .split_first()
            .ok_or_else(|| (index, io::ErrorKind::InvalidInput.into()))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&spec.directory)
            .stdin(input);
        for (name, value) in &spec.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let is_last = index + 1 == spec.commands.len();
        command.stdout(if is_last {
            Stdio::inherit()
        } else {
            Stdio::piped()
        });
        let mut child = command.spawn().map_err(|error| (index, error))?;
        input = child.stdout.take().map_or_else(Stdio::null, Stdio::from);
        children.push(child);
    }
    Ok(children)
}

/// Writes what comes for the first command to its input. If it does not want more, the rest is dropped.
fn feed(mut input: Option<impl Write>, chunks: &Receiver<Vec<u8>>) {
    while let Ok(chunk) = chunks.recv() {
        if chunk.is_empty()
            || input
                .as_mut()
                .is_some_and(|input| input.write_all(&chunk).is_err())
        {
            input = None;
        }
    }
}

/// Does what the run says. Once it has died, ends everything and this process.
fn obey(mut orders: UnixStream, input: &Sender<Vec<u8>>) {
    while let Ok(Some((kind, bytes))) = frame::read(&mut orders) {
        match kind {
            frame::INPUT if !bytes.is_empty() => drop(input.send(bytes)),
            frame::CLOSE => drop(input.send(Vec::new())),
            frame::TERM => {
                // A stopped process would not hear it.
                signal_all(Signal::TERM);
                signal_all(Signal::CONT);
            }
            frame::KILL => drop(signal_all(Signal::KILL)),
            _ => {}
        }
    }
    while signal_all(Signal::KILL) > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    // The other thread may be at its end too; both ways out are right.
    std::process::exit(1);
}

/// Signals everything below this process; how many there were.
fn signal_all(signal: Signal) -> usize {
    let below = proc::descendants(rustix::process::getpid().as_raw_pid());
    for stat in &below {
        drop(proc::signal(stat, signal));
    }
    below.len()
}

/// Waits until all the commands have ended, burying whatever else ends meanwhile.
fn wait_for(pids: &[i32]) -> io::Result<Vec<i32>> {
    let mut ended: HashMap<i32, i32> = HashMap::new();
    while !pids.iter().all(|pid| ended.contains_key(pid)) {
        match rustix::process::waitpid(None::<Pid>, WaitOptions::empty()) {
            Ok(Some((pid, status))) => {
                ended.insert(pid.as_raw_pid(), status_of(status));
            }
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(pids.iter().map(|pid| ended[pid]).collect())
}

fn status_of(status: WaitStatus) -> i32 {
    match status.terminating_signal() {
        Some(signal) => -signal,
        None => status.exit_status().unwrap_or(0),
    }
}

/// Ends what the commands have left behind, and waits until it is gone.
fn end_all() {
    loop {
        match rustix::process::waitpid(None::<Pid>, WaitOptions::NOHANG) {
            // Something is still there. One that has just been made may be missed by a look, so no
            // wait without a bound.
            Ok(None) => {
                signal_all(Signal::KILL);
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
