//! The engine's side: accepts connections until it is dropped.
//!
//! # Invariants
//! - Who has been greeted is answered before the server is gone, if the engine can answer; who has not
//!   been greeted by then never is. So who hears no greeting may ask again, and who hears it and no
//!   answer knows that the engine was killed.

use super::gate::Gate;
use super::{GREETING, Reply, Request, address_of};
use crate::failure::{Failure, io};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Longest request, in bytes.
const REQUEST_BYTES_MAX: u64 = 16 << 20;
/// How long somebody may take to say what they want, or to listen.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much longer whoever has been greeted may hold up an engine that wants to go.
const DALLYING: Duration = Duration::from_secs(2);

/// A socket that answers.
#[derive(Debug)]
pub(crate) struct Server {
    path: PathBuf,
    gate: Arc<Gate>,
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
        let gate = Arc::new(Gate::default());
        let server = Server {
            path: path.to_owned(),
            gate: Arc::clone(&gate),
        };
        let answer = Arc::new(answer);
        let accept = move || {
            for stream in listener.incoming() {
                if gate.is_closed() {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (answer, gate) = (Arc::clone(&answer), Arc::clone(&gate));
                let serve = move || serve(&stream, &gate, &*answer);
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
        // Not for those who do not listen.
        self.gate.close(PATIENCE + DALLYING);
        // Wakes the thread that accepts, so that it sees that it is over.
        if let Ok((address, _folder)) = address_of(&self.path) {
            let _ = UnixStream::connect(address);
        }
        let _ = fs::remove_file(&self.path);
    }
}

/// Answers one connection. Who goes away without asking or listening is forgotten.
fn serve(stream: &UnixStream, gate: &Gate, answer: &(impl Fn(Request) -> Reply + ?Sized)) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let _ = stream.set_write_timeout(Some(PATIENCE));
    let Some(_inside) = gate.enter() else { return };
    let mut writer = stream;
    if writer.write_all(GREETING.as_bytes()).is_err() {
        return;
    }
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
    let _ = writer.write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::client::{Client, Silent};
    use crate::socket::path_of;
    use std::sync::{Mutex, mpsc};

    #[test]
    fn what_was_begun_is_answered_before_the_server_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("store");
        let (begun, begins) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel();
        let goes_on = Mutex::new(goes_on);
        let server = Server::start(&path_of(&store), move |_| {
            begun.send(()).expect("the test listens");
            goes_on
                .lock()
                .expect("nobody panicked")
                .recv()
                .expect("the test speaks");
            Reply::Done
        })
        .expect("a socket");
        let client = Client::of(&store);
        let asking = std::thread::spawn({
            let client = client.clone();
            move || client.ask(&Request::Kill { process: 1 })
        });
        begins.recv().expect("the request is begun");
        let gate = Arc::clone(&server.gate);
        let closing = std::thread::spawn(move || drop(server));
        while !gate.is_closed() {
            std::thread::yield_now();
        }
        // Too late: it is not begun, and who asks knows that nothing was done.
        assert!(matches!(client.ask(&Request::Ps), Ok(Err(Silent::Unheard))));
        assert!(!closing.is_finished());
        go_on.send(()).expect("the server waits");
        assert!(matches!(
            asking.join().expect("an answer"),
            Ok(Ok(Reply::Done))
        ));
        closing.join().expect("it goes");
        assert!(!path_of(&store).exists());
    }
}
