//! The side of who asks.

use super::{Reply, Request, address_of, path_of};
use crate::failure::{Failure, io};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest wait for an answer: a change is answered when it is durable.
const PATIENCE: Duration = Duration::from_secs(60);

/// The engine that holds a store.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    socket: PathBuf,
}

/// Nobody answers.
#[derive(Debug)]
pub(crate) struct Silent;

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
    /// `Ok(Err(Silent))` when nobody listens; a failure when the socket is another user's, when the
    /// engine went away meanwhile, or when it says why not.
    pub(crate) fn ask(&self, request: &Request) -> Result<Result<Reply, Silent>, Failure> {
        let Ok((address, _folder)) = address_of(&self.socket) else {
            return Ok(Err(Silent));
        };
        let Ok(stream) = UnixStream::connect(address) else {
            return Ok(Err(Silent));
        };
        self.check_owner()?;
        let failed = || io(format_args!("ask the engine at {}", self.socket.display()));
        stream.set_read_timeout(Some(PATIENCE)).map_err(failed())?;
        let mut text =
            serde_json::to_string(request).expect("a request is plain strings and numbers");
        text.push('\n');
        let mut writer = &stream;
        // An engine that ends closes the socket: that is as if nobody had listened.
        if writer.write_all(text.as_bytes()).is_err() {
            return Ok(Err(Silent));
        }
        let mut line = String::new();
        BufReader::new(&stream)
            .read_line(&mut line)
            .map_err(failed())?;
        if line.is_empty() {
            return Ok(Err(Silent));
        }
        match serde_json::from_str(&line) {
            Ok(Reply::Failed { message, help }) => {
                Err(help.into_iter().fold(Failure::new(message), Failure::help))
            }
            Ok(reply) => Ok(Ok(reply)),
            Err(error) => Err(Failure::new(format!(
                "the engine's answer is not understood: {error}"
            ))
            .help("use the same version of oxc for both")),
        }
    }

    /// Somebody else's socket would be told, and would answer, whatever they like.
    fn check_owner(&self) -> Result<(), Failure> {
        let failed = || io(format_args!("look at {}", self.socket.display()));
        let owner = std::fs::symlink_metadata(&self.socket)
            .map_err(failed())?
            .uid();
        let own = std::fs::metadata("/proc/self").map_err(failed())?.uid();
        if owner == own || own == 0 {
            return Ok(());
        }
        Err(Failure::new(format!(
            "the socket {} belongs to another user",
            self.socket.display()
        ))
        .help("act as the user who runs the program"))
    }
}
