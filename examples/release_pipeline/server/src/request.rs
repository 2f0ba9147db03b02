//! Requests, as far as the server needs them.
//!
//! # Invariants
//! - What comes is bounded: lines, headers, bodies.
//! - A path has two plain parts, so it can name a file.

use std::io::{self, BufRead, Read};

const LINE_BYTES_MAX: u64 = 8 << 10;
const HEADERS_MAX: usize = 100;
const BODY_BYTES_MAX: usize = 256 << 20;

/// One request.
pub(crate) struct Request {
    pub(crate) method: String,
    /// `RELEASE/NAME`
    pub(crate) path: String,
    /// The Idempotency-Key.
    pub(crate) key: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no request.
pub(crate) enum RequestError {
    /// The connection has broken.
    Connection,
    /// What came is not what the server takes.
    Wrong(&'static str),
}

impl From<io::Error> for RequestError {
    fn from(_: io::Error) -> RequestError {
        RequestError::Connection
    }
}

impl Request {
    /// Reads the next request; none at the end of the connection.
    pub(crate) fn read(reader: &mut impl BufRead) -> Result<Option<Request>, RequestError> {
        let Some(first) = line(reader)? else {
            return Ok(None);
        };
        let mut words = first.split(' ');
        let (Some(method), Some(target), Some("HTTP/1.1")) =
            (words.next(), words.next(), words.next())
        else {
            return Err(RequestError::Wrong("not a request of HTTP/1.1"));
        };
        let mut request = Request {
            method: method.to_owned(),
            path: path(target).ok_or(RequestError::Wrong("the path is not /RELEASE/NAME"))?,
            key: None,
            body: Vec::new(),
        };
        let mut length = 0;
        for _ in 0..=HEADERS_MAX {
            let header = line(reader)?.ok_or(RequestError::Wrong("the headers do not end"))?;
            if header.is_empty() {
                request.body.resize(length, 0);
                reader.read_exact(&mut request.body)?;
                return Ok(Some(request));
            }
            let (name, value) = header
                .split_once(':')
                .ok_or(RequestError::Wrong("a header without a colon"))?;
            match name.to_ascii_lowercase().as_str() {
                "content-length" => {
                    length = value
                        .trim()
                        .parse()
                        .map_err(|_| RequestError::Wrong("a wrong length"))?;
                    if length > BODY_BYTES_MAX {
                        return Err(RequestError::Wrong("the body is too large"));
                    }
                }
                "transfer-encoding" => {
                    return Err(RequestError::Wrong("a Content-Length is needed"));
                }
                "idempotency-key" if is_plain(value.trim()) => {
                    request.key = Some(value.trim().to_owned())
                }
                "idempotency-key" => {
                    return Err(RequestError::Wrong(
                        "a key has letters, digits and -_.:/ only",
                    ));
                }
                _ => {}
            }
        }
        Err(RequestError::Wrong("too many headers"))
    }
}

/// A line without its end; none if the connection has ended before it.
fn line(reader: &mut impl BufRead) -> Result<Option<String>, RequestError> {
    let mut bytes = Vec::new();
    reader.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = bytes
        .strip_suffix(b"\n")
        .ok_or(RequestError::Wrong("a line is cut or too long"))?;
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    String::from_utf8(text.to_owned())
        .map(Some)
        .map_err(|_| RequestError::Wrong("a line is not UTF-8"))
}

/// `/a/b` as `a/b`, if both are plain names.
fn path(target: &str) -> Option<String> {
    let (release, name) = target.strip_prefix('/')?.split_once('/')?;
    let is_name =
        |part: &str| is_plain(part) && !part.starts_with('.') && !part.contains(['/', ':']);
    (is_name(release) && is_name(name)).then(|| format!("{release}/{name}"))
}

/// Whether a text can stand in a line of the log.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 200
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Request>, &'static str> {
        Request::read(&mut text.as_bytes()).map_err(|error| match error {
            RequestError::Connection => "broken",
            RequestError::Wrong(why) => why,
        })
    }

    #[test]
    fn a_request_with_a_body() {
        let text =
            "POST /r/p.gz HTTP/1.1\r\nIDEMPOTENCY-key: k-1\r\nContent-Length: 4\r\n\r\nbodyrest";
        let request = read(text).expect("it is one").expect("it is there");
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "r/p.gz")
        );
        assert_eq!(
            (request.key.as_deref(), request.body.as_slice()),
            (Some("k-1"), &b"body"[..])
        );
        assert!(read("").expect("an end is no error").is_none());
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for text in [
            "GET /../x HTTP/1.1\r\n\r\n",
            "GET /a HTTP/1.1\r\n\r\n",
            "GET /a/b/c HTTP/1.1\r\n\r\n",
            "GET /a/.b HTTP/1.1\r\n\r\n",
            "hello\r\n\r\n",
            "GET /a/b HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "GET /a/b HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n",
            "GET /a/b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET /a/b HTTP/1.1\r\nIdempotency-Key: a b\r\n\r\n",
            "GET /a/b HTTP/1.1\r\nContent-Length: 5\r\n\r\ncut",
            "GET /a/b HTTP/1.1",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
        let long = format!("GET /a/b HTTP/1.1\r\n{}: x\r\n\r\n", "h".repeat(10_000));
        assert!(read(&long).is_err());
    }
}
