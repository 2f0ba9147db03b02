//! The side of who asks.

use super::{GREETING, Reply, Request, address_of, path_of};
use crate::failure::{Failure, io};
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest wait for the greeting, for which an engine does nothing else: one that is stopped, or that
/// the machine gives no time, does not greet.
const GREETING_PATIENCE: Duration = Duration::from_secs(5);
/// Longest wait for an answer: a change is answered when it is durable.
const PATIENCE: Duration = Duration::from_secs(60);

/// The engine that holds a store.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    socket: PathBuf,
}

/// Nobody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silent {
    /// Nobody has begun to do what was asked: it may be asked again.
    Unheard,
    /// The engine was killed while it was asked. Whether it has done it is not known.
    Cut,
}

impl Client {
    /// The engine that holds this store. Nothing is asked yet.
    pub(crate) fn of(store: &Path) -> Client {
        Client {
            socket: path_of(store),
        }
    }

    /// Asks, if anybody is there.
    ///
    /// # Errors
    /// `Ok(Err(Silent))` when nobody listens or the engine went away meanwhile; a failure when the
    /// socket is another user's, when the engine does not come to answer, or when it says why not.
    pub(crate) fn ask(&self, request: &Request) -> Result<Result<Reply, Silent>, Failure> {
        let Ok((address, _folder)) = address_of(&self.socket) else {
            return Ok(Err(Silent::Unheard));
        };
        let Ok(stream) = UnixStream::connect(address) else {
            return Ok(Err(Silent::Unheard));
        };
        if !self.is_own()? {
            return Ok(Err(Silent::Unheard));
        }
        let failed = || io(format_args!("ask the engine at {}", self.socket.display()));
        let wait_at_most =
            |longest: Duration| stream.set_read_timeout(Some(longest)).map_err(failed());
        let mut text =
            serde_json::to_string(request).expect("a request is plain strings and numbers");
        text.push('\n');
        let mut reader = BufReader::new(&stream);
        // None if the connection was closed: the engine has ended or was killed.
        let mut read_line = || {
            let mut line = String::new();
            match reader.read_line(&mut line) {
                Ok(_) => Ok(Some(line).filter(|line| line.ends_with('\n'))),
                Err(error) if is_closed(error.kind()) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let not_understood = || {
            Failure::new("the engine's answer is not understood")
                .help("use the same version of oxc for both")
        };
        wait_at_most(GREETING_PATIENCE)?;
        match read_line() {
            Ok(None) => return Ok(Err(Silent::Unheard)),
            Ok(Some(line)) if line != GREETING => return Err(not_understood()),
            Ok(Some(_)) => {}
            Err(error) if is_late(error.kind()) => return Ok(Err(Silent::Unheard)),
            Err(error) => return Err(failed()(error)),
        }
        wait_at_most(PATIENCE)?;
        let mut writer = &stream;
        if writer.write_all(text.as_bytes()).is_err() {
            return Ok(Err(Silent::Unheard));
        }
        let Some(line) = read_line().map_err(failed())? else {
            return Ok(Err(Silent::Cut));
        };
        match serde_json::from_str(&line) {
            Ok(Reply::Failed { message, help }) => {
                Err(help.into_iter().fold(Failure::new(message), Failure::help))
            }
            Ok(Reply::NotNow) => Ok(Err(Silent::Unheard)),
            Ok(reply) => Ok(Ok(reply)),
            Err(_) => Err(not_understood()),
        }
    }

    /// Somebody else's socket would be told, and would answer, whatever they like. False if it has
    /// vanished: its engine has ended.
    fn is_own(&self) -> Result<bool, Failure> {
        let failed = || io(format_args!("look at {}", self.socket.display()));
        let owner = match std::fs::symlink_metadata(&self.socket) {
            Ok(found) => found.uid(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(failed()(error)),
        };
        let own = std::fs::metadata("/proc/self").map_err(failed())?.uid();
        if owner == own || own == 0 {
            return Ok(true);
        }
        Err(Failure::new(format!(
            "the socket {} belongs to another user",
            self.socket.display()
        ))
        .help("act as the user who runs the program"))
    }
}

/// Whether an error says that the other side has closed the connection.
fn is_closed(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    )
}

/// Whether an error says that nothing came in time.
fn is_late(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::os::unix::net::UnixListener;

    /// What a client hears of an engine that accepts one connection and does this with it.
    fn heard(engine: impl FnOnce(UnixStream) + Send + 'static) -> Result<Reply, Silent> {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("store");
        let listener = UnixListener::bind(path_of(&store)).expect("a socket");
        let engine = std::thread::spawn(move || {
            engine(listener.accept().expect("the client comes").0);
        });
        let heard = Client::of(&store).ask(&Request::Ps);
        engine.join().expect("no panic");
        heard.expect("that it is gone is no failure")
    }

    /// Reads all that is asked, so that closing is no reset.
    fn hear(stream: &UnixStream) {
        let mut line = String::new();
        BufReader::new(stream)
            .read_line(&mut line)
            .expect("the client asks");
    }

    #[test]
    fn an_engine_that_goes_is_silent() {
        assert_eq!(heard(drop), Err(Silent::Unheard));
        let half = |stream: UnixStream| (&stream).write_all(b"ox").expect("written");
        assert_eq!(heard(half), Err(Silent::Unheard));
        let cut = |stream: UnixStream| {
            (&stream).write_all(GREETING.as_bytes()).expect("written");
            hear(&stream);
        };
        assert_eq!(heard(cut), Err(Silent::Cut));
        let half = |stream: UnixStream| {
            (&stream).write_all(GREETING.as_bytes()).expect("written");
            hear(&stream);
            (&stream).write_all(b"\"do").expect("written");
        };
        assert_eq!(heard(half), Err(Silent::Cut));
        let whole = |stream: UnixStream| {
            (&stream).write_all(GREETING.as_bytes()).expect("written");
            hear(&stream);
            (&stream).write_all(b"\"done\"\n").expect("written");
        };
        assert_eq!(heard(whole), Ok(Reply::Done));
    }

    #[test]
    fn a_connection_that_is_reset_is_silent() {
        // What was sent and is not read when the other side closes makes it a reset.
        let reset = |stream: UnixStream| {
            (&stream).write_all(GREETING.as_bytes()).expect("written");
            (&stream).read_exact(&mut [0]).expect("the client asks");
        };
        assert_eq!(heard(reset), Err(Silent::Cut));
    }
}
