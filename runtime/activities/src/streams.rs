//! The standard streams of the run.
//!
//! # Invariants
//! - Bytes are written at once and in order; nothing is kept back in a buffer.
//! - Standard input is read by one thread of its own, request after request, so that a read that
//!   waits for somebody at a terminal holds up nothing else.

use engine::transport::Stream;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Most bytes of input that become one part, unless a line is longer; what a pipe holds.
const PART_BYTES: usize = 64 << 10;

/// Where output goes and input comes from.
pub struct Streams {
    out: Mutex<Sink>,
    err: Mutex<Sink>,
    reads: Mutex<Reads>,
    input_continues: bool,
}

type Sink = Box<dyn Write + Send>;

/// What a read gave: lines with their ends, or all; nothing at the end.
pub(crate) type Answer = Box<dyn FnOnce(String) + Send>;

struct Request {
    all: bool,
    answer: Answer,
}

/// The thread that reads is started by the first read.
enum Reads {
    Unread(Box<dyn Read + Send>),
    Running(Sender<Request>),
    /// The system gave no thread: there is no input.
    None,
}

impl fmt::Debug for Streams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Streams")
    }
}

impl Streams {
    /// The standard streams of this process.
    #[must_use]
    pub fn standard() -> Streams {
        Streams::standard_from(Box::new(io::stdin()))
    }

    /// The standard streams of this process, of which somebody else reads the input.
    #[must_use]
    pub fn standard_from(input: Box<dyn Read + Send>) -> Streams {
        // Rust's own handles keep a line back; these are the descriptors themselves.
        let streams = Streams::new(
            input,
            unbuffered(io::stdout().as_fd()).unwrap_or_else(|| Box::new(io::stdout())),
            unbuffered(io::stderr().as_fd()).unwrap_or_else(|| Box::new(io::stderr())),
        );
        Streams {
            input_continues: io::stdin().is_terminal(),
            ..streams
        }
    }

    /// Streams of one's own, for tests and embedding.
    #[must_use]
    pub fn new(input: Box<dyn Read + Send>, out: Sink, err: Sink) -> Streams {
        Streams {
            out: Mutex::new(out),
            err: Mutex::new(err),
            reads: Mutex::new(Reads::Unread(input)),
            input_continues: false,
        }
    }

    /// Whether a later run finds the rest of the input where this one leaves it: a terminal's.
    pub(crate) fn input_continues(&self) -> bool {
        self.input_continues
    }

    /// Writes all bytes.
    pub(crate) fn write(&self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        let sink = match stream {
            Stream::Stdout => &self.out,
            Stream::Stderr => &self.err,
        };
        let mut sink = sink.lock().expect("no writer panics");
        let mut left = bytes;
        while !left.is_empty() {
            match sink.write(left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => left = &left[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Somebody who shares the terminal or pipe has made it non-blocking.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                Err(error) => return Err(error),
            }
        }
        sink.flush()
    }

    /// Reads lines or all of what is left; `answer` is called on the thread that reads.
    pub(crate) fn read(&self, all: bool, answer: Answer) {
        let mut reads = self.reads.lock().expect("no reader panics here");
        if let Reads::Unread(_) = *reads {
            let Reads::Unread(input) = std::mem::replace(&mut *reads, Reads::None) else {
                return;
            };
            let (sender, receiver) = channel();
            let spawned = std::thread::Builder::new()
                .name("ox-stdin".to_owned())
                .spawn(move || serve(input, &receiver));
            if spawned.is_ok() {
                *reads = Reads::Running(sender);
            }
        }
        match &*reads {
            Reads::Running(sender) => {
                if let Err(unsent) = sender.send(Request { all, answer }) {
                    (unsent.0.answer)(String::new());
                }
            }
            _ => answer(String::new()),
        }
    }
}

fn unbuffered(descriptor: BorrowedFd<'_>) -> Option<Sink> {
    Some(Box::new(File::from(descriptor.try_clone_to_owned().ok()?)))
}

fn serve(input: Box<dyn Read + Send>, requests: &Receiver<Request>) {
    let mut input = BufReader::with_capacity(PART_BYTES, input);
    while let Ok(Request { all, answer }) = requests.recv() {
        answer(if all {
            read_all(&mut input)
        } else {
            read_lines(&mut input)
        });
    }
}

/// The rest; what cannot be read is the end.
fn read_all(input: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = input.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The lines that are there without waiting for more, with their ends, but at least one; nothing when there is nothing more.
/// Only the last line of all has no end.
fn read_lines(input: &mut impl BufRead) -> String {
    let mut bytes = Vec::new();
    let found = loop {
        match input.fill_buf() {
            Ok(found) => break found,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return String::new(),
        }
    };
    match found.iter().rposition(|&byte| byte == b'\n') {
        // Who types the end at a terminal types it once: nothing is read after it.
        _ if found.is_empty() => {}
        Some(end) => {
            bytes.extend_from_slice(&found[..=end]);
            input.consume(end + 1);
        }
        None => {
            let _ = input.read_until(b'\n', &mut bytes);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(input: &'static str) -> impl Fn(bool) -> String {
        let streams = Streams::new(
            Box::new(input.as_bytes()),
            Box::new(io::sink()),
            Box::new(io::sink()),
        );
        move |all| {
            let (sender, receiver) = channel();
            streams.read(
                all,
                Box::new(move |text| sender.send(text).expect("the test waits")),
            );
            receiver.recv().expect("every read is answered")
        }
    }

    #[test]
    fn lines_come_with_their_ends_and_nothing_after_the_last() {
        let read = reading("one\r\n\ntwo");
        assert_eq!(read(false), "one\r\n\n");
        assert_eq!(read(false), "two");
        assert_eq!(read(false), "");
        assert_eq!(read(true), "");
    }

    #[test]
    fn all_is_what_lines_have_left() {
        let read = reading("one\ntwo\nthree");
        assert_eq!(read(false), "one\ntwo\n");
        assert_eq!(read(true), "three");
        assert_eq!(read(false), "");
    }

    #[test]
    fn a_line_may_be_longer_than_a_part() {
        let long: &str = "λ".repeat(PART_BYTES).leak();
        let read = reading(format!("{long}\n{long}").leak());
        assert_eq!(read(false), format!("{long}\n"));
        assert_eq!(read(false), long);
        assert_eq!(read(false), "");
    }

    #[test]
    fn a_reader_that_has_gone_is_seen() {
        let (reader, writer) = io::pipe().expect("the system gives a pipe");
        let streams = Streams::new(
            Box::new(io::empty()),
            Box::new(writer),
            Box::new(io::sink()),
        );
        let write = |stream, bytes| streams.write(stream, bytes).map_err(|error| error.kind());
        assert_eq!(write(Stream::Stdout, b"one\n"), Ok(()));
        drop(reader);
        assert_eq!(
            write(Stream::Stdout, b"two\n"),
            Err(io::ErrorKind::BrokenPipe)
        );
        assert_eq!(write(Stream::Stderr, b"still here\n"), Ok(()));
    }
}
