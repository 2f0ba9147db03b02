//! `ox.http`: requests.
//!
//! # Invariants
//! - POST and PATCH carry the idempotency key, the same in all attempts.
//! - A status of 400 or more is `:rejected`; no answer at all is `:unreachable` or `:timeout`.
//! - What a server sends is bounded before it becomes a value.

use crate::arguments::{Arguments, Options, Shape, plain_text};
use crate::atomic::AtomicFile;
use crate::failure::{misuse, os, plain, timeout, utf8};
use engine::data::{self, Data};
use engine::transport::TaskError;
use std::fs::File;
use std::io;
use std::time::Duration;
use ureq::http::header::{HeaderName, SET_COOKIE};
use ureq::http::{HeaderMap, Method, Request, Response};
use ureq::{Agent, AsSendBody, Body};

/// Greatest body of an answer that becomes a value.
const BODY_BYTES_MAX: u64 = 64 << 20;
/// How much of a refusal's body goes into the error.
const ERROR_BODY_BYTES: u64 = 2 << 10;
const CONNECT_TIME: Duration = Duration::from_secs(30);
/// Longest silence of a server.
const SILENCE_TIME: Duration = Duration::from_secs(300);
const OPTIONS: [&str; 9] = [
    "url", "method", "headers", "query", "body", "json", "file", "as", "check",
];

/// Makes requests; connections are kept for the next one.
#[derive(Debug)]
pub(crate) struct Client {
    agent: Agent,
}

/// What is sent.
#[derive(Debug)]
enum Content {
    Nothing,
    Bytes(Vec<u8>),
    File(File),
}

impl Client {
    pub(crate) fn new() -> Client {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("ox/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(CONNECT_TIME))
            .timeout_connect(Some(CONNECT_TIME))
            .timeout_per_read(Some(SILENCE_TIME))
            .max_idle_age(Duration::from_secs(5))
            .build();
        Client {
            agent: config.into(),
        }
    }

    /// Carries out `ox.http/request`, named without the namespace.
    pub(crate) fn call(
        &self,
        name: &str,
        arguments: Arguments<'_>,
        key: &str,
        limit_ms: Option<u64>,
    ) -> Result<Data, TaskError> {
        if name != "request" {
            return Err(misuse(format!("there is no activity ox.http/{name}")));
        }
        let options = arguments.options(0, &OPTIONS)?;
        let check = options.flag("check", true)?;
        let shape = options.shape("as", "string")?;
        if let Shape::Name(name) = &shape
            && !["string", "bytes", "json"].contains(&name.as_str())
        {
            let found = Data::keyword(name);
            return Err(options.wrong("as", ":string, :bytes, :json or [:file \"path\"]", &found));
        }
        let (request, content) = request(options, key)?;
        let url = request.uri().to_string();
        let sent = match content {
            Content::Nothing => self.send(request.map(|()| ()), limit_ms),
            Content::Bytes(bytes) => self.send(request.map(|()| bytes), limit_ms),
            Content::File(file) => self.send(request.map(|()| file), limit_ms),
        };
        let mut response = sent.map_err(|error| explain(&error, &url, limit_ms))?;
        let status = response.status().as_u16();
        if check && status >= 400 {
            return Err(rejected(&mut response, &url));
        }
        let headers = headers_of(response.headers());
        let body = body_of(response, shape, key).map_err(|error| match error {
            BodyError::Connection(error) => explain(&error, &url, limit_ms),
            BodyError::Other(error) => error,
        })?;
        Ok(Data::record([
            ("status", Data::Int(i64::from(status))),
            ("headers", headers),
            ("body", body),
        ]))
    }

    fn send(
        &self,
        request: Request<impl AsSendBody>,
        limit_ms: Option<u64>,
    ) -> Result<Response<Body>, ureq::Error> {
        let limit = limit_ms.map(Duration::from_millis);
        let request = self
            .agent
            .configure_request(request)
            .timeout_global(limit)
            // a body with GET or DELETE is odd, not wrong
            .allow_non_standard_methods(true)
            .build();
        self.agent.run(request)
    }
}

fn request(options: Options<'_>, key: &str) -> Result<(Request<()>, Content), TaskError> {
    let method = match options.get("method") {
        None => Method::GET,
        Some(Data::Keyword(None, name) | Data::Str(name)) => {
            Method::from_bytes(name.to_ascii_uppercase().as_bytes())
                .map_err(|_| misuse(format!("{name:?} is no method")))?
        }
        Some(other) => return Err(options.wrong("method", "a keyword, as :get", other)),
    };
    let Some(url) = options.text("url")? else {
        return Err(misuse(":url is missing"));
    };
    let mut builder = Request::builder()
        .method(&method)
        .uri(with_query(url, options)?);
    let mut has_type = false;
    let mut has_key = false;
    for (name, value) in entries(options, "headers")? {
        let name = match name {
            Data::Secret(..) => None,
            other => plain_text(other, options.arguments)?,
        };
        let Some(name) = name else {
            return Err(options.wrong("headers", "a map from names", value));
        };
        has_type |= name.eq_ignore_ascii_case("content-type");
        has_key |= name.eq_ignore_ascii_case("idempotency-key");
        let values = match value {
            Data::Vector(values) | Data::List(values) => values.as_slice(),
            Data::Nil => &[],
            other => std::slice::from_ref(other),
        };
        for value in values {
            let text = plain_text(value, options.arguments)?;
            let text = text.ok_or_else(|| options.wrong("headers", "a map to texts", value))?;
            builder = builder.header(name.as_str(), text);
        }
    }
    if !has_key && (method == Method::POST || method == Method::PATCH) {
        builder = builder.header("Idempotency-Key", key);
    }
    let (content, its_type) = content(options)?;
    if let (false, Some(its_type)) = (has_type, its_type) {
        builder = builder.header("Content-Type", its_type);
    }
    let no_address = || {
        misuse(format!(
            "{url:?} is no address: one begins with http:// or https://"
        ))
    };
    if !url.contains("://") {
        return Err(no_address());
    }
    let request = builder
        .body(())
        .map_err(|error| misuse(format!("{url}: {error}")))?;
    match request.uri().scheme_str() {
        Some("http" | "https") => Ok((request, content)),
        _ => Err(no_address()),
    }
}

/// What is sent, and its type where that is known.
fn content(options: Options<'_>) -> Result<(Content, Option<&'static str>), TaskError> {
    let given: Vec<&str> = ["body", "json", "file"]
        .into_iter()
        .filter(|key| options.get(key).is_some())
        .collect();
    Ok(match given.as_slice() {
        [] => (Content::Nothing, None),
        ["body"] => match options.get("body") {
            Some(Data::Str(text)) => (
                Content::Bytes(text.clone().into_bytes()),
                Some("text/plain; charset=utf-8"),
            ),
            Some(Data::Bytes(bytes)) => (
                Content::Bytes(bytes.clone()),
                Some("application/octet-stream"),
            ),
            Some(Data::Secret(..)) => {
                return Err(misuse("a secret may be sent in a header only"));
            }
            other => {
                return Err(options.wrong("body", "text or bytes", other.unwrap_or(&Data::Nil)));
            }
        },
        ["json"] => {
            let text = data::to_json(options.get("json").unwrap_or(&Data::Nil))
                .map_err(|why| misuse(format!(":json cannot be written: {why}")))?;
            (Content::Bytes(text.into_bytes()), Some("application/json"))
        }
        ["file"] => {
            let text = options.text("file")?.unwrap_or_default();
            let path = options.arguments.resolve(text)?;
            let file = File::open(path).map_err(|error| os(&error, text))?;
            (Content::File(file), Some("application/octet-stream"))
        }
        _ => {
            return Err(misuse(format!(
                "only one of :{} can be sent",
                given.join(" :")
            )));
        }
    })
}

fn entries<'a>(options: Options<'a>, key: &str) -> Result<&'a [(Data, Data)], TaskError> {
    match options.get(key) {
        None => Ok(&[]),
        Some(Data::Map(entries)) => Ok(entries),
        Some(other) => Err(options.wrong(key, "a map", other)),
    }
}

/// The address with the parameters of `:query`, before its fragment, which is not sent.
fn with_query(url: &str, options: Options<'_>) -> Result<String, TaskError> {
    let url = url.split('#').next().unwrap_or(url);
    let mut out = url.to_owned();
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for (name, value) in entries(options, "query")? {
        let values = match value {
            Data::Vector(values) | Data::List(values) => values.as_slice(),
            Data::Nil => &[],
            other => std::slice::from_ref(other),
        };
        for value in values {
            out.push(separator);
            separator = '&';
            for (index, part) in [name, value].into_iter().enumerate() {
                let text = match part {
                    Data::Secret(..) => {
                        return Err(misuse("a secret may be sent in a header only"));
                    }
                    other => plain_text(other, options.arguments)?,
                };
                let text = text.ok_or_else(|| options.wrong("query", "a map of texts", part))?;
                if index > 0 {
                    out.push('=');
                }
                percent_encode(&mut out, &text);
            }
        }
    }
    Ok(out)
}

fn percent_encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                out.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
}

/// Names in small letters; several values of one name are joined, as HTTP says they may be. Cookies may
/// not, since a comma may be in one: they are a vector, also if there is one.
fn headers_of(headers: &HeaderMap) -> Data {
    let mut names: Vec<&HeaderName> = headers.keys().collect();
    names.sort_unstable_by_key(|name| name.as_str());
    let joined = names.into_iter().map(|name| {
        let values = headers.get_all(name).iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
        let value = if *name == SET_COOKIE {
            Data::Vector(values.map(Data::text).collect())
        } else {
            Data::text(values.collect::<Vec<_>>().join(", "))
        };
        (Data::text(name.as_str()), value)
    });
    Data::Map(joined.collect())
}

enum BodyError {
    Connection(ureq::Error),
    Other(TaskError),
}

fn body_of(mut response: Response<Body>, shape: Shape, key: &str) -> Result<Data, BodyError> {
    let name = match shape {
        Shape::File(text, path) => {
            let file_error = |error: &io::Error| BodyError::Other(os(error, &text));
            let file = AtomicFile::create(&path, key).map_err(|error| file_error(&error))?;
            let mut body = response.body_mut().as_reader();
            copy(&mut body, file.file()).map_err(|(error, is_source)| {
                if is_source {
                    BodyError::Connection(error.into())
                } else {
                    file_error(&error)
                }
            })?;
            file.commit().map_err(|error| file_error(&error))?;
            return Ok(Data::Nil);
        }
        Shape::Name(name) => name,
    };
    let bytes = response
        .body_mut()
        .with_config()
        .limit(BODY_BYTES_MAX)
        .read_to_vec();
    let bytes = bytes.map_err(BodyError::Connection)?;
    if name == "bytes" {
        return Ok(Data::Bytes(bytes));
    }
    let text = utf8(bytes).map_err(|what| {
        BodyError::Other(misuse(format!(
            "the answer is {what}; take it with {{:as :bytes}}"
        )))
    })?;
    if name != "json" {
        return Ok(Data::Str(text));
    }
    data::parse_json(&text).map_err(|error| {
        BodyError::Other(TaskError {
            reason: "rejected",
            message: format!("the answer is not JSON: {error}"),
            data: Vec::new(),
            is_retryable: false,
        })
    })
}

/// Copies; an error says whether it is the source's.
fn copy(source: &mut impl io::Read, mut target: &File) -> Result<(), (io::Error, bool)> {
    use io::Write as _;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => target
                .write_all(&buffer[..count])
                .map_err(|error| (error, false))?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err((error, true)),
        }
    }
}

/// Whether a server that has said this may say something else next time.
fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

fn rejected(response: &mut Response<Body>, url: &str) -> TaskError {
    let status = response.status();
    let mut body = Vec::new();
    let mut reader = io::Read::take(response.body_mut().as_reader(), ERROR_BODY_BYTES);
    // The refusal is clear without its reasons.
    let _ = io::Read::read_to_end(&mut reader, &mut body);
    let text = String::from_utf8_lossy(&body).into_owned();
    let mut message = format!("{url}: status {}", status.as_u16());
    match text.lines().find(|line| !line.trim().is_empty()) {
        Some(line) if line.len() <= 200 => {
            message.push_str(": ");
            message.push_str(line.trim());
        }
        _ => {
            if let Some(reason) = status.canonical_reason() {
                message.push_str(": ");
                message.push_str(reason);
            }
        }
    }
    TaskError {
        reason: "rejected",
        message,
        data: vec![
            ("status".to_owned(), Data::Int(i64::from(status.as_u16()))),
            ("headers".to_owned(), headers_of(response.headers())),
            ("body".to_owned(), Data::Str(text)),
        ],
        is_retryable: may_pass(status.as_u16()),
    }
}

/// The host of an address with its port, if one is given.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    // A password that stands there is nobody's business.
    host.rsplit_once('@').map_or(host, |(_, host)| host)
}

/// What went wrong on the way, in words.
fn trouble(error: &ureq::Error, host: &str) -> Option<String> {
    use ureq::Error as E;
    Some(match error {
        E::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => {
                format!("{host} closed the connection before its answer was whole")
            }
            _ => {
                let text = plain(error);
                match text.split_once("lookup address information: ") {
                    Some((_, why)) => {
                        let why = why.to_lowercase();
                        format!("the host {host} cannot be found: {why}")
                    }
                    None => format!("cannot connect to {host}: {text}"),
                }
            }
        },
        E::HostNotFound => format!("the host {host} cannot be found"),
        E::ConnectionFailed => format!("cannot connect to {host}"),
        E::ConnectProxyFailed(why) => format!("the proxy does not reach {host}: {why}"),
        E::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            let seconds = CONNECT_TIME.as_secs();
            format!("cannot connect to {host}: no answer in {seconds} s")
        }
        E::Timeout(_) => {
            let seconds = SILENCE_TIME.as_secs();
            format!("{host} has been silent for {seconds} s")
        }
        E::BodyStalled => format!("{host} has stopped in the middle of its answer"),
        E::Protocol(why) => format!("{host} does not speak HTTP as it should: {why}"),
        E::Tls(why) => format!("no secure connection to {host}: {why}"),
        E::Rustls(why) => format!("no secure connection to {host}: {why}"),
        E::TlsRequired | E::Pem(_) => format!("no secure connection to {host}"),
        E::TooManyRedirects => format!("{host} redirects without end"),
        _ => return None,
    })
}

fn explain(error: &ureq::Error, url: &str, limit_ms: Option<u64>) -> TaskError {
    use ureq::Error as E;
    let (reason, is_retryable) = match error {
        // a limit of ours on one part of the way: the server is silent
        E::Timeout(ureq::Timeout::Global) => return timeout(limit_ms),
        E::Io(error) if error.kind() == io::ErrorKind::TimedOut && limit_ms.is_some() => {
            return timeout(limit_ms);
        }
        E::Timeout(_) | E::Io(_) | E::HostNotFound | E::ConnectionFailed | E::BodyStalled => {
            ("unreachable", true)
        }
        E::ConnectProxyFailed(_) => ("unreachable", true),
        E::Protocol(_) => ("unreachable", true),
        E::Tls(_) | E::Rustls(_) | E::TlsRequired | E::Pem(_) => ("unreachable", false),
        E::BodyExceedsLimit(_) => {
            return misuse(format!(
                "{url}: the answer is larger than {} MiB; take it with {{:as [:file \"path\"]}}",
                BODY_BYTES_MAX >> 20
            ));
        }
        _ => ("rejected", false),
    };
    let message = trouble(error, host_of(url)).unwrap_or_else(|| format!("{url}: {error}"));
    TaskError {
        reason,
        message,
        data: Vec::new(),
        is_retryable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_encoded() {
        let mut out = String::new();
        percent_encode(&mut out, "a-Z_0.~ /?&=+λ%");
        assert_eq!(out, "a-Z_0.~%20%2F%3F%26%3D%2B%CE%BB%25");
    }

    #[test]
    fn trouble_names_the_host_in_words() {
        assert_eq!(host_of("http://me:pass@a.b:80/c@d?e"), "a.b:80");
        assert_eq!(host_of("https://a.b?x"), "a.b");
        let refused = ureq::Error::Io(io::Error::from_raw_os_error(111));
        let error = explain(&refused, "http://a.b:80/c", None);
        assert_eq!(
            error.message,
            "cannot connect to a.b:80: connection refused"
        );
        let reset = ureq::Error::Io(io::ErrorKind::ConnectionReset.into());
        let error = explain(&reset, "http://a.b/c", None);
        let words = "a.b closed the connection before its answer was whole";
        assert_eq!(error.message, words);
    }

    #[test]
    fn a_server_may_change_its_mind_about_some_refusals() {
        let passing: Vec<u16> = (400..600).filter(|&status| may_pass(status)).collect();
        assert_eq!(passing[..3], [408, 425, 429]);
        assert_eq!(passing[3..], (500..600).collect::<Vec<u16>>());
    }
}
