//! The server of the example: takes the parts of releases, and fails now and then.
//!
//! ```text
//! upload-server DIRECTORY [--seed N] [--port N] [--reliable]
//!
//! POST /RELEASE/NAME   takes a part, or a manifest. Needs an Idempotency-Key
//! GET  /RELEASE/NAME   {"name": …, "bytes": 7, "state": "processing"}, then "processed"
//! ```
//!
//! It writes its address to `DIRECTORY/address`, bodies to `DIRECTORY/parts`, and what it has
//! committed to `DIRECTORY/log`, a line each, which is all it needs to go on where it was killed.
//!
//! # Invariants
//! - An answer of 200 to a POST leaves after its line of the log is synced.
//! - A key is committed once; a repeated request gets the first one's answer and is logged as such.
//! - Failures depend on the seed, the path and how often it was asked for since the start, so a run
//!   can be repeated. They come before or after a commit, never in its middle.

mod failures;
mod request;
mod state;

use failures::{Failure, Failures};
use request::{Request, RequestError};
use state::{Committed, State};
use std::error::Error;
use std::fs;
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

struct Server {
    state: State,
    failures: Failures,
}

struct Options {
    directory: PathBuf,
    port: Option<u16>,
    failures: Failures,
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        eprintln!("usage: upload-server DIRECTORY [--seed N] [--port N] [--reliable]");
        return ExitCode::from(2);
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("upload-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut words: impl Iterator<Item = String>) -> Option<Options> {
    let (mut directory, mut port, mut seed, mut is_reliable) = (None, None, 7, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seed" => seed = words.next()?.parse().ok()?,
            "--port" => port = Some(words.next()?.parse().ok()?),
            "--reliable" => is_reliable = true,
            _ if directory.is_none() => directory = Some(PathBuf::from(word)),
            _ => return None,
        }
    }
    let failures = Failures::new(if is_reliable { None } else { Some(seed) });
    Some(Options {
        directory: directory?,
        port,
        failures,
    })
}

fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let state = State::open(&options.directory)?;
    let listener = listen(&options.directory, options.port)?;
    let server = Arc::new(Server {
        state,
        failures: options.failures,
    });
    for stream in listener.incoming() {
        let server = Arc::clone(&server);
        let stream = stream?;
        std::thread::spawn(move || server.talk(stream));
    }
    Ok(())
}

/// Listens, if possible where it did before, so that who knows the address need not ask again.
fn listen(directory: &Path, port: Option<u16>) -> Result<TcpListener, Box<dyn Error>> {
    let file = directory.join("address");
    let before = fs::read_to_string(&file).ok();
    let before = before.and_then(|text| text.trim().rsplit(':').next()?.parse().ok());
    let wanted = port.or(before).unwrap_or(0);
    let listener = TcpListener::bind(("127.0.0.1", wanted)).or_else(|error| match port {
        Some(_) => Err(error),
        None => TcpListener::bind(("127.0.0.1", 0)),
    })?;
    let temporary = directory.join("address.new");
    fs::write(&temporary, format!("http://{}\n", listener.local_addr()?))?;
    fs::rename(temporary, file)?;
    Ok(listener)
}

impl Server {
    /// Answers the requests of one connection until it ends.
    fn talk(&self, stream: TcpStream) {
        let Ok(mut out) = stream.try_clone() else {
            return;
        };
        let mut reader = BufReader::new(stream);
        loop {
            let answer = match Request::read(&mut reader) {
                Ok(Some(request)) => self.answer(&request),
                Ok(None) | Err(RequestError::Connection) => return,
                Err(RequestError::Wrong(why)) => Some((400, format!("{{\"error\": \"{why}\"}}"))),
            };
            // No answer: the connection breaks.
            let Some((status, body)) = answer else { return };
            let head = format!(
                "HTTP/1.1 {status} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                reason(status),
                body.len(),
            );
            if out
                .write_all(head.as_bytes())
                .and_then(|()| out.write_all(body.as_bytes()))
                .is_err()
            {
                return;
            }
        }
    }

    /// Status and body; none if the connection is to break.
    fn answer(&self, request: &Request) -> Option<(u16, String)> {
        let failure = self.failures.next(&request.method, &request.path);
        match failure {
            Some(Failure::Busy) => {
                return Some((503, "{\"error\": \"busy, try again\"}".to_owned()));
            }
            Some(Failure::BreakBefore) => return None,
            Some(Failure::BreakAfter) | None => {}
        }
        let answer = match request.method.as_str() {
            "POST" => self.take(request),
            "GET" => match self.state.look(&request.path) {
                Some(part) => (200, part.to_json()),
                None => (404, "{\"error\": \"no such part\"}".to_owned()),
            },
            _ => (405, "{\"error\": \"GET and POST only\"}".to_owned()),
        };
        if failure.is_some() {
            None
        } else {
            Some(answer)
        }
    }

    fn take(&self, request: &Request) -> (u16, String) {
        let Some(key) = &request.key else {
            return (
                400,
                "{\"error\": \"an Idempotency-Key is missing\"}".to_owned(),
            );
        };
        match self.state.commit(key, &request.path, &request.body) {
            Ok(Committed::Now(part) | Committed::Before(part)) => (200, part.to_json()),
            Ok(Committed::Otherwise) => (
                422,
                "{\"error\": \"this Idempotency-Key belongs to another request\"}".to_owned(),
            ),
            Err(error) => (500, format!("{{\"error\": \"{}\"}}", error.kind())),
        }
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        422 => "Unprocessable Content",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
