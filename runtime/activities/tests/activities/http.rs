//! `ox.http` against a small server of our own.

use crate::{World, detail};
use engine::data::{Data, SecretPart};
use engine::transport::{TaskError, Transport};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// A request as it came.
#[derive(Debug)]
struct Request {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut request = Request {
        line: lines[0].clone(),
        headers,
        body: Vec::new(),
    };
    let length = request
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

/// A server that gives one answer after the other, each on a connection of its own, and shows the
/// requests. An empty answer closes the connection.
fn server(answers: Vec<Vec<u8>>) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            if let Some(request) = read_request(&stream) {
                let _ = sender.send(request);
                let _ = stream.write_all(&answer);
            }
        }
    });
    (address, requests)
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

fn request(world: &World, entries: Vec<(&str, Data)>) -> Result<Data, TaskError> {
    let entries = entries
        .into_iter()
        .map(|(key, value)| (Data::keyword(key), value))
        .collect();
    world.call("ox.http/request", vec![Data::Map(entries)])
}

fn get(world: &World, url: &str) -> Result<Data, TaskError> {
    request(world, vec![("url", Data::text(url))])
}

#[test]
fn a_get_answers_status_headers_and_body() {
    let world = World::new();
    let headers = "X-One: a\r\nX-One: b\r\n\
                   Set-Cookie: a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT\r\nSet-Cookie: b=2\r\n";
    let (address, requests) = server(vec![answer("200 OK", headers, "text λ")]);
    let query = Data::Map(vec![
        (Data::keyword("q"), Data::text("a b&c")),
        (
            Data::text("n"),
            Data::Vector(vec![Data::Int(1), Data::Int(2)]),
        ),
    ]);
    let found = request(
        &world,
        vec![
            ("url", Data::text(format!("{address}/p?x=1#part"))),
            ("query", query),
        ],
    )
    .unwrap();
    assert_eq!(found.get("status"), Some(&Data::Int(200)));
    assert_eq!(found.get("body"), Some(&Data::text("text λ")));
    let Some(Data::Map(headers)) = found.get("headers") else {
        panic!("{found:?}")
    };
    assert!(
        headers.contains(&(Data::text("x-one"), Data::text("a, b"))),
        "{headers:?}"
    );
    let cookies = Data::Vector(vec![
        Data::text("a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
        Data::text("b=2"),
    ]);
    assert!(
        headers.contains(&(Data::text("set-cookie"), cookies)),
        "{headers:?}"
    );
    let seen = requests.recv().unwrap();
    assert_eq!(seen.line, "GET /p?x=1&q=a%20b%26c&n=1&n=2 HTTP/1.1");
    assert_eq!(
        seen.header("idempotency-key"),
        None,
        "a GET changes nothing"
    );
}

#[test]
fn bodies_headers_and_the_idempotency_key_are_sent() {
    let world = World::new();
    let (address, requests) = server(vec![answer("201 Created", "", ""); 4]);
    std::fs::write(world.path("part"), vec![7; 100_000]).unwrap();
    let json = Data::record([("a", Data::Vector(vec![Data::Int(1), Data::Nil]))]);
    let post = |content: (&'static str, Data)| {
        request(
            &world,
            vec![
                ("url", Data::text(&address)),
                ("method", Data::keyword("post")),
                content,
            ],
        )
        .unwrap()
    };
    post(("json", json));
    let seen = requests.recv().unwrap();
    assert_eq!(seen.body, br#"{"a":[1,null]}"#);
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("idempotency-key"), Some("key-1"));
    post(("body", Data::Bytes(vec![0, 255])));
    assert_eq!(requests.recv().unwrap().body, [0, 255]);
    post(("file", Data::text("part")));
    let seen = requests.recv().unwrap();
    assert_eq!(
        (seen.body.len(), seen.header("content-length")),
        (100_000, Some("100000"))
    );
    let headers = Data::Map(vec![
        (Data::text("Idempotency-Key"), Data::text("mine")),
        (Data::keyword("accept"), Data::text("text/plain")),
    ]);
    request(
        &world,
        vec![
            ("url", Data::text(&address)),
            ("method", Data::keyword("patch")),
            ("headers", headers),
            ("body", Data::text("x")),
        ],
    )
    .unwrap();
    let seen = requests.recv().unwrap();
    assert!(seen.line.starts_with("PATCH / "));
    assert_eq!(
        (seen.header("idempotency-key"), seen.header("accept")),
        (Some("mine"), Some("text/plain"))
    );
}

#[test]
fn a_secret_is_resolved_in_a_header_only() {
    let world = World::new();
    std::fs::write(world.path("token"), "s3cret\n").unwrap();
    let (address, requests) = server(vec![answer("200 OK", "", "")]);
    let secret = || Data::secret("file", "token");
    let bearer = Data::Secret(vec![
        SecretPart::Text("Bearer ".to_owned()),
        SecretPart::named("file", "token"),
    ]);
    let headers = Data::Map(vec![(Data::text("Authorization"), bearer)]);
    request(
        &world,
        vec![("url", Data::text(&address)), ("headers", headers)],
    )
    .unwrap();
    assert_eq!(
        requests.recv().unwrap().header("authorization"),
        Some("Bearer s3cret")
    );
    for key in ["body", "json"] {
        let error =
            request(&world, vec![("url", Data::text(&address)), (key, secret())]).unwrap_err();
        assert!(!error.message.contains("s3cret"), "{error:?}");
    }
}

#[test]
fn a_status_of_400_or_more_is_rejected() {
    let world = World::new();
    for (status, is_retryable) in [
        ("404 Not Found", false),
        ("429 Slow", true),
        ("503 Busy", true),
        ("408 Late", true),
    ] {
        let (address, _requests) = server(vec![answer(status, "", "the reason\nand more")]);
        let error = get(&world, &address).unwrap_err();
        let code = status[..3].parse().unwrap();
        assert_eq!(
            (error.reason, detail(&error, "status")),
            ("rejected", &Data::Int(code))
        );
        assert_eq!(
            error.message,
            format!("{address}/: status {code}: the reason")
        );
        assert_eq!(detail(&error, "body"), &Data::text("the reason\nand more"));
        assert_eq!(error.is_retryable, is_retryable, "{status}");
    }
    let (address, _requests) = server(vec![answer("404 Not Found", "", "none")]);
    let found = request(
        &world,
        vec![("url", Data::text(&address)), ("check", Data::Bool(false))],
    )
    .unwrap();
    assert_eq!(
        (found.get("status"), found.get("body")),
        (Some(&Data::Int(404)), Some(&Data::text("none")))
    );
}

#[test]
fn trouble_with_the_connection_is_unreachable_and_worth_another_try() {
    let world = World::new();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let error = get(&world, &format!("http://{free}")).unwrap_err();
    assert_eq!(
        (error.reason, error.is_retryable),
        ("unreachable", true),
        "{error:?}"
    );
    // The connection closes instead of an answer, and in the middle of one.
    for part in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
    ] {
        let (address, _requests) = server(vec![part.as_bytes().to_vec()]);
        let error = get(&world, &address).unwrap_err();
        assert_eq!(
            (error.reason, error.is_retryable),
            ("unreachable", true),
            "{error:?}"
        );
    }
}

#[test]
fn a_server_that_speaks_no_tls_is_unreachable_by_https() {
    let world = World::new();
    let (address, _requests) = server(vec![b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()]);
    let error = get(&world, &address.replace("http://", "https://")).unwrap_err();
    assert_eq!(error.reason, "unreachable", "{error:?}");
}

#[test]
fn redirects_are_followed() {
    let world = World::new();
    let (target, requests) = server(vec![answer("200 OK", "", "here")]);
    let (address, _requests) = server(vec![answer(
        "302 Found",
        &format!("Location: {target}/there\r\n"),
        "",
    )]);
    assert_eq!(
        get(&world, &address).unwrap().get("body"),
        Some(&Data::text("here"))
    );
    assert_eq!(requests.recv().unwrap().line, "GET /there HTTP/1.1");
}

#[test]
fn a_silent_server_meets_the_time_limit() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    world.start(
        "ox.http/request",
        vec![Data::record([("url", Data::text(&url))])],
        Some(200),
    );
    let error = world.report().1.unwrap_err();
    assert_eq!(
        (error.reason, error.message.as_str()),
        ("timeout", "not done after 200 ms")
    );
    // One without a limit can be cancelled; its answer would be dropped.
    let id = world.start(
        "ox.http/request",
        vec![Data::record([("url", Data::text(&url))])],
        None,
    );
    world.transport.cancel(id);
    assert_eq!(world.report().1.unwrap_err().reason, "cancelled");
}

#[test]
fn answers_are_taken_as_json_bytes_or_into_a_file() {
    let world = World::new();
    let body = r#"{"id": 7, "state": "processed"}"#;
    let (address, _requests) = server(vec![answer("200 OK", "", body); 3]);
    let taken =
        |shape: Data| request(&world, vec![("url", Data::text(&address)), ("as", shape)]).unwrap();
    let json = taken(Data::keyword("json"));
    assert_eq!(json.get("body").unwrap().get("id"), Some(&Data::Int(7)));
    assert_eq!(
        taken(Data::keyword("bytes")).get("body"),
        Some(&Data::Bytes(body.into()))
    );
    taken(crate::file("answer"));
    assert_eq!(std::fs::read_to_string(world.path("answer")).unwrap(), body);
    assert_eq!(world.names(), ["answer"]);
    let (address, _requests) = server(vec![answer("200 OK", "", "{no")]);
    let error = request(
        &world,
        vec![("url", Data::text(&address)), ("as", Data::keyword("json"))],
    )
    .unwrap_err();
    assert!(
        error.message.starts_with("the answer is not JSON"),
        "{error:?}"
    );
}

#[test]
fn an_answer_that_is_cut_gives_no_file() {
    let world = World::new();
    let (address, _requests) = server(vec![
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut".to_vec(),
    ]);
    let error = request(
        &world,
        vec![("url", Data::text(&address)), ("as", crate::file("answer"))],
    )
    .unwrap_err();
    assert_eq!(error.reason, "unreachable", "{error:?}");
    assert!(world.names().is_empty());
}

#[test]
fn wrong_requests_are_refused_in_words() {
    let world = World::new();
    for (entries, message) in [
        (vec![], ":url is missing"),
        (
            vec![("url", Data::text("ftp://x"))],
            "\"ftp://x\" is no address: one begins with http:// or https://",
        ),
        (
            vec![("url", Data::text("localhost/x"))],
            "\"localhost/x\" is no address: one begins with http:// or https://",
        ),
        (
            vec![
                ("url", Data::text("http://x")),
                ("body", Data::text("")),
                ("json", Data::Nil),
                ("file", Data::text("f")),
            ],
            "only one of :body :file can be sent",
        ),
        (
            vec![
                ("url", Data::text("http://x")),
                ("method", Data::text("a b")),
            ],
            "\"a b\" is no method",
        ),
    ] {
        let error = request(&world, entries).unwrap_err();
        assert_eq!(
            (error.message.as_str(), error.is_retryable),
            (message, false)
        );
    }
    assert!(get(&world, "http://no such host/").is_err());
}
