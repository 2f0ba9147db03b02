//! The engine's side: accepts connections until it is dropped.

use super::{Reply, Request, address_of};
use crate::failure::{Failure, io};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Longest request, in bytes.
const REQUEST_BYTES_MAX: u64 = 16 << 20;
/// How long somebody may take to say what they want.
const PATIENCE: Duration = Duration::from_secs(10);

/// A socket that answers.
#[derive(Debug)]
pub(crate) struct Server {
    path: PathBuf,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Makes the socket at `path`; `answer` is called on a thread of its own for each request.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn start(
        path: &Path,
        answer: impl Fn(Request) -> Reply + Send + Sync + 'static,
    ) -> Result<Server, Failure> {
        let failed = || io(format_args!("make the socket {}", path.display()));
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let new = PathBuf::from(name);
        // Of an engine that was killed just then; the store's lock says that it is gone.
        let _ = fs::remove_file(&new);
        let (address, _folder) = address_of(&new).map_err(failed())?;
        let listener = UnixListener::bind(address).map_err(failed())?;
        fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).map_err(failed())?;
        fs::rename(&new, path).map_err(failed())?;
        let stopped = Arc::new(AtomicBool::new(false));
        let server = Server {
            path: path.to_owned(),
            stopped: Arc::clone(&stopped),
        };
        let answer = Arc::new(answer);
        let accept = move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let answer = Arc::clone(&answer);
                let serve = move || serve(&stream, &*answer);
                // Without a thread the connection is closed, and who asked is told so.
                let _ = std::thread::Builder::new()
                    .name("socket-request".to_owned())
                    .spawn(serve);
            }
        };
        std::thread::Builder::new()
            .name("socket".to_owned())
            .spawn(accept)
            .map_err(failed())?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts, so that it sees that it is over.
        if let Ok((address, _folder)) = address_of(&self.path) {
            let _ = UnixStream::connect(address);
        }
        let _ = fs::remove_file(&self.path);
    }
}

/// Answers one connection. Who goes away without asking or listening is forgotten.
fn serve(stream: &UnixStream, answer: &(impl Fn(Request) -> Reply + ?Sized)) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let _ = stream.set_write_timeout(Some(PATIENCE));
    let mut line = String::new();
    if BufReader::new(stream.take(REQUEST_BYTES_MAX))
        .read_line(&mut line)
        .is_err()
        || line.is_empty()
    {
        return;
    }
    let reply = match serde_json::from_str(&line) {
        Ok(request) => answer(request),
        Err(error) => Reply::Failed {
            message: format!("the engine does not understand the request: {error}"),
            help: vec!["use the same version of oxc for both".to_owned()],
        },
    };
    let mut text = serde_json::to_string(&reply).expect("a reply is plain strings and numbers");
    text.push('\n');
    let mut stream = stream;
    let _ = stream.write_all(text.as_bytes());
}
