//! Runs one command or pipe from its start to its end, on the thread of the caller.
//!
//! # Invariants
//! - The group is in the journal before the supervisor may begin, and leaves it when nothing of it
//!   is left. Only then is there a result, so the next attempt never meets this one.
//! - No more than [`OUTPUT_BYTES_MAX`] of a stream are kept in memory.

use crate::clock::random_bytes;
use crate::command::GROUP_VARIABLE;
use crate::command::frame::{self, Spec};
use crate::command::journal::{Group, Journal, end_groups};
use crate::command::proc;
use crate::control::{Control, Wish, drain};
use rustix::event::{PollFd, PollFlags, Timespec};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, PipeReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Greatest output of a stream that becomes a value.
pub(crate) const OUTPUT_BYTES_MAX: usize = 16 << 20;
/// Between asking a group to end and ending it.
const TERM_TIME: Duration = Duration::from_secs(5);
/// The same when the whole run is given up: the commands have had their time before.
const ABANDON_TIME: Duration = Duration::from_secs(1);
/// How often a supervisor that died before it began is started again.
const STARTS_MAX: usize = 3;

/// What starts supervisors and remembers their groups.
#[derive(Debug)]
pub(crate) struct Runner {
    /// Program and arguments of a supervisor.
    pub(crate) supervisor: Vec<OsString>,
    pub(crate) journal: Journal,
}

/// Where the output of the last command, or the errors of all, go.
#[derive(Debug)]
pub(crate) enum Sink {
    /// Into memory.
    Capture,
    /// Where this process's go.
    Inherit,
    /// Into a file.
    File(File),
}

/// What is to be run.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) spec: Spec,
    /// Sent to the first command if its input comes in frames.
    pub(crate) input: Vec<u8>,
    pub(crate) out: Sink,
    pub(crate) err: Sink,
    pub(crate) deadline: Option<Instant>,
}

/// All commands have ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// 0–255: exit status; -n: ended by signal n.
    pub(crate) statuses: Vec<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: Vec<u8>,
}

/// Why there is no end to tell of. Nothing of the commands is left.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command at an index could not be started.
    NotStarted {
        index: usize,
        error: io::Error,
        message: String,
    },
    /// It had been asked to stop.
    Stopped(Wish),
    /// The deadline has passed; the errors so far.
    Timeout(Vec<u8>),
    /// More output than is kept, on `:out` or `:err`.
    TooMuch(&'static str),
    /// The supervisor was killed.
    Lost,
    /// The system refuses.
    System(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::System(error)
    }
}

impl From<rustix::io::Errno> for Failure {
    fn from(error: rustix::io::Errno) -> Failure {
        Failure::System(error.into())
    }
}

impl Runner {
    /// Runs a job to its end.
    pub(crate) fn run(&self, job: Job, control: &Control) -> Result<Ended, Failure> {
        for _ in 0..STARTS_MAX {
            let mut run = self.start(&job, control)?;
            let result = run.watch();
            // Before the supervisor's number is free again: a zombie keeps it.
            let cleared = if run.has_ended {
                Ok(())
            } else {
                end_groups(std::slice::from_ref(&run.group))
            };
            let _ = run.child.kill();
            let _ = run.child.wait();
            cleared?;
            self.journal.end(&run.group.token);
            match result {
                // Ctrl-C at a terminal can hit it before it has a session of its own.
                Err(Failure::Lost) if !run.has_begun => {}
                other => return other,
            }
        }
        Err(Failure::System(io::Error::other(
            "the supervisor of the command does not start",
        )))
    }

    fn start<'a>(&self, job: &'a Job, control: &'a Control) -> io::Result<Run<'a>> {
        let token = random_bytes::<16>()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        let (socket, theirs) = UnixStream::pair()?;
        socket.set_nonblocking(true)?;
        let (out, stdout) = output(&job.out, || io::stdout().try_clone_descriptor())?;
        let (err, stderr) = output(&job.err, || io::stderr().try_clone_descriptor())?;
        let (program, arguments) = self
            .supervisor
            .split_first()
            .expect("the supervisor is a command");
        let child = Command::new(program)
            .args(arguments)
            .env(GROUP_VARIABLE, &token)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(stdout)
            .stderr(stderr)
            .spawn()?;
        let pid = i32::try_from(child.id()).expect("process numbers are small");
        let start = proc::stat(pid)
            .ok_or_else(|| io::Error::other("/proc does not show a process just started"))?;
        let group = Group::new(token, pid, start.start);
        // From here on the child is this run's, whatever fails: see `Runner::run`.
        let mut run = Run {
            child,
            group,
            socket,
            out: Capture::new("out", out),
            err: Capture::new("err", err),
            to_send: Vec::new(),
            received: Vec::new(),
            input: &job.input,
            input_open: matches!(job.spec.input, frame::Input::Frames),
            control,
            deadline: job.deadline,
            stop: None,
            kill_at: None,
            has_begun: false,
            has_ended: false,
        };
        if let Err(error) = self.journal.begin(&run.group) {
            // The socket closes: the supervisor ends without having begun.
            let _ = run.child.kill();
            let _ = run.child.wait();
            return Err(error);
        }
        frame::put(&mut run.to_send, frame::SPEC, &job.spec.encode());
        frame::put(&mut run.to_send, frame::BEGIN, &[]);
        Ok(run)
    }
}

/// The standard streams have no common trait for this.
trait CloneDescriptor {
    fn try_clone_descriptor(&self) -> io::Result<OwnedFd>;
}

impl<T: std::os::fd::AsFd> CloneDescriptor for T {
    fn try_clone_descriptor(&self) -> io::Result<OwnedFd> {
        self.as_fd().try_clone_to_owned()
    }
}

fn output(
    sink: &Sink,
    inherited: impl FnOnce() -> io::Result<OwnedFd>,
) -> io::Result<(Option<PipeReader>, Stdio)> {
    Ok(match sink {
        Sink::Capture => {
            let (reader, writer) = io::pipe()?;
            (Some(reader), Stdio::from(writer))
        }
        Sink::Inherit => (None, Stdio::from(inherited()?)),
        Sink::File(file) => (None, Stdio::from(file.try_clone()?)),
    })
}

/// A stream that is collected.
#[derive(Debug)]
struct Capture {
    name: &'static str,
    pipe: Option<PipeReader>,
    bytes: Vec<u8>,
}

impl Capture {
    fn new(name: &'static str, pipe: Option<PipeReader>) -> Capture {
        Capture {
            name,
            pipe,
            bytes: Vec::new(),
        }
    }

    /// Reads what is there. Whether it was more than is kept.
    fn read(&mut self) -> io::Result<bool> {
        let Some(pipe) = &mut self.pipe else {
            return Ok(false);
        };
        let mut buffer = [0; 64 << 10];
        match pipe.read(&mut buffer) {
            Ok(0) => self.pipe = None,
            Ok(count) => {
                let room = OUTPUT_BYTES_MAX - self.bytes.len();
                self.bytes.extend_from_slice(&buffer[..count.min(room)]);
                return Ok(count > room);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(false)
    }
}

/// Why the commands are being ended.
#[derive(Clone, Copy, Debug)]
enum Stop {
    Wish(Wish),
    Timeout,
    TooMuch(&'static str),
}

/// One supervisor and what is known of it.
#[derive(Debug)]
struct Run<'a> {
    child: Child,
    group: Group,
    socket: UnixStream,
    out: Capture,
    err: Capture,
    to_send: Vec<u8>,
    received: Vec<u8>,
    input: &'a [u8],
    /// Whether the end of the input is still to be sent.
    input_open: bool,
    control: &'a Control,
    deadline: Option<Instant>,
    stop: Option<Stop>,
    kill_at: Option<Instant>,
    has_begun: bool,
    /// It has said that nothing is left.
    has_ended: bool,
}

/// Which descriptors are ready.
#[derive(Clone, Copy, Debug, Default)]
struct Ready {
    wake: bool,
    socket_in: bool,
    socket_out: bool,
    out: bool,
    err: bool,
}

impl Run<'_> {
    /// Serves the command until it has ended.
    fn watch(&mut self) -> Result<Ended, Failure> {
        let wake = self.control.waker()?;
        let mut statuses = None;
        loop {
            self.look_at_wish_and_time();
            self.fill_input();
            let ready = self.wait(&wake)?;
            if ready.wake {
                drain(&wake);
            }
            if ready.socket_out {
                self.send()?;
            }
            for capture in [(ready.out, &mut self.out), (ready.err, &mut self.err)] {
                if let (true, capture) = capture
                    && capture.read()?
                {
                    self.stop.get_or_insert(Stop::TooMuch(capture.name));
                }
            }
            if ready.socket_in {
                match self.receive()? {
                    Received::Nothing => {}
                    Received::Statuses(found) => {
                        self.has_ended = true;
                        statuses = Some(found);
                        break;
                    }
                    Received::NotStarted(failure) => {
                        self.has_ended = true;
                        return Err(failure);
                    }
                    Received::End => break,
                }
            }
        }
        if statuses.is_some() {
            // Everybody who could write has ended: what is in the pipes is the rest.
            self.read_rest()?;
        }
        match (self.stop, statuses) {
            (Some(Stop::Wish(wish)), _) => Err(Failure::Stopped(wish)),
            (Some(Stop::Timeout), _) => Err(Failure::Timeout(std::mem::take(&mut self.err.bytes))),
            (Some(Stop::TooMuch(name)), _) => Err(Failure::TooMuch(name)),
            (None, None) => Err(Failure::Lost),
            (None, Some(statuses)) => Ok(Ended {
                statuses,
                out: std::mem::take(&mut self.out.bytes),
                err: std::mem::take(&mut self.err.bytes),
            }),
        }
    }

    fn look_at_wish_and_time(&mut self) {
        let now = Instant::now();
        if self.stop.is_none() {
            match self.control.wish() {
                Wish::Go if self.deadline.is_some_and(|at| at <= now) => {
                    self.stop = Some(Stop::Timeout)
                }
                Wish::Go => {}
                wish => self.stop = Some(Stop::Wish(wish)),
            }
        }
        match (self.stop, self.kill_at) {
            (Some(Stop::TooMuch(_)), None) => {
                // What it writes is not wanted any more: no time to tidy up.
                self.put_order(frame::KILL);
                self.kill_at = Some(now + TERM_TIME);
            }
            (Some(stop), None) => {
                self.put_order(frame::TERM);
                let is_abandoned = matches!(stop, Stop::Wish(Wish::Abandon));
                self.kill_at = Some(
                    now + if is_abandoned {
                        ABANDON_TIME
                    } else {
                        TERM_TIME
                    },
                );
            }
            (Some(_), Some(at)) if at <= now => {
                self.put_order(frame::KILL);
                self.kill_at = Some(now + TERM_TIME);
            }
            _ => {}
        }
    }

    fn put_order(&mut self, order: u8) {
        self.input_open = false;
        self.input = &[];
        frame::put(&mut self.to_send, order, &[]);
    }

    /// Makes the next piece of input ready once the last has left.
    fn fill_input(&mut self) {
        if !self.input_open || !self.to_send.is_empty() || !self.has_begun {
            return;
        }
        let (piece, rest) = self
            .input
            .split_at(self.input.len().min(frame::INPUT_BYTES));
        self.input = rest;
        if piece.is_empty() {
            frame::put(&mut self.to_send, frame::CLOSE, &[]);
            self.input_open = false;
        } else {
            frame::put(&mut self.to_send, frame::INPUT, piece);
        }
    }

    /// Waits until something can be done.
    fn wait(&self, wake: &OwnedFd) -> io::Result<Ready> {
        let next = match self.stop {
            Some(_) => self.kill_at,
            None => self.deadline,
        };
        let timeout = next.map(|at| at.saturating_duration_since(Instant::now()));
        let timeout = timeout.map(|left| Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(left.subsec_nanos()),
        });
        let mut socket_flags = PollFlags::IN;
        socket_flags.set(PollFlags::OUT, !self.to_send.is_empty());
        let mut polled = vec![
            PollFd::new(wake, PollFlags::IN),
            PollFd::new(&self.socket, socket_flags),
        ];
        polled.extend(
            self.out
                .pipe
                .iter()
                .map(|pipe| PollFd::new(pipe, PollFlags::IN)),
        );
        polled.extend(
            self.err
                .pipe
                .iter()
                .map(|pipe| PollFd::new(pipe, PollFlags::IN)),
        );
        match rustix::event::poll(&mut polled, timeout.as_ref()) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Ready::default()),
            Err(error) => return Err(error.into()),
        }
        let found: Vec<PollFlags> = polled.iter().map(PollFd::revents).collect();
        let can_read =
            |flags: PollFlags| flags.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR);
        let mut pipes = found[2..].iter().map(|flags| can_read(*flags));
        Ok(Ready {
            wake: can_read(found[0]),
            socket_in: can_read(found[1]),
            socket_out: found[1].contains(PollFlags::OUT),
            out: self.out.pipe.is_some() && pipes.next().unwrap_or(false),
            err: self.err.pipe.is_some() && pipes.next().unwrap_or(false),
        })
    }

    fn send(&mut self) -> io::Result<()> {
        match self.socket.write(&self.to_send) {
            Ok(count) => drop(self.to_send.drain(..count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // It has gone: the end of what it says follows.
            Err(_) => self.to_send.clear(),
        }
        Ok(())
    }

    fn receive(&mut self) -> Result<Received, Failure> {
        let mut buffer = [0; 4 << 10];
        let count = match self.socket.read(&mut buffer) {
            Ok(count) => count,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                return Ok(Received::Nothing);
            }
            // It was killed with something of ours unread.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => 0,
            Err(error) => return Err(error.into()),
        };
        self.received.extend_from_slice(&buffer[..count]);
        while let Some((kind, bytes)) = frame::take(&mut self.received)? {
            match kind {
                frame::BEGUN => self.has_begun = true,
                frame::FAILED => return Ok(Received::NotStarted(not_started(&bytes))),
                frame::ENDED => {
                    let statuses = bytes.chunks_exact(4).map(|four| {
                        i32::from_le_bytes(four.try_into().expect("a chunk of four bytes has four"))
                    });
                    return Ok(Received::Statuses(statuses.collect()));
                }
                _ => {}
            }
        }
        Ok(if count == 0 {
            Received::End
        } else {
            Received::Nothing
        })
    }

    fn read_rest(&mut self) -> io::Result<()> {
        // The supervisor holds the write ends until it ends, which it does now.
        for capture in [&mut self.out, &mut self.err] {
            while capture.pipe.is_some() {
                if capture.read()? {
                    self.stop.get_or_insert(Stop::TooMuch(capture.name));
                    capture.pipe = None;
                }
            }
        }
        Ok(())
    }
}

/// What the supervisor has said.
#[derive(Debug)]
enum Received {
    Nothing,
    Statuses(Vec<i32>),
    NotStarted(Failure),
    End,
}

fn not_started(bytes: &[u8]) -> Failure {
    let number = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .and_then(|four| four.try_into().ok())
            .map_or(0, i32::from_le_bytes)
    };
    let message = String::from_utf8_lossy(bytes.get(8..).unwrap_or_default()).into_owned();
    let error = match number(4..8) {
        0 => io::Error::other(message.clone()),
        code => io::Error::from_raw_os_error(code),
    };
    Failure::NotStarted {
        index: usize::try_from(number(0..4)).unwrap_or(0),
        error,
        message,
    }
}
