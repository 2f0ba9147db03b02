//! A run in small: carries out one command through a transport and says how it went.
//!
//! `activities-run JOURNAL DIRECTORY WORD…` runs the command; `activities-run __exec` supervises it.

use activities::{Callbacks, Config, LocalTransport, supervise};
use engine::data::Data;
use engine::transport::{AttemptId, Task, Transport};
use std::process::ExitCode;
use std::sync::mpsc::channel;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "__exec") {
        return supervise();
    }
    let [journal, directory, command @ ..] = words.as_slice() else {
        eprintln!("usage: activities-run JOURNAL DIRECTORY WORD…");
        return ExitCode::from(2);
    };
    let mut config = Config::new(directory.into());
    config.journal = Some(journal.into());
    let transport = match LocalTransport::open(config) {
        Ok(transport) => transport,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let (sender, receiver) = channel();
    transport.connect(Callbacks {
        started: Box::new(|_| {}),
        complete: Box::new(move |_, result| drop(sender.send(result))),
        read: Box::new(|_| {}),
        note: Box::new(|_| {}),
        compile: Box::new(|_, _| Err(activities::misuse("no compiler"))),
        fallen: Box::new(|_| {}),
        output_failed: Box::new(|_| {}),
    });
    println!("open");
    transport.start(Task {
        id: AttemptId {
            process: 1,
            fiber: 0,
            request: 1,
            attempt: 1,
        },
        name: "ox.sh/run".to_owned(),
        queue: "default".to_owned(),
        args: vec![Data::Vector(command.iter().map(Data::text).collect())],
        idempotency_key: "key".to_owned(),
        start_to_close_ms: None,
    });
    println!("{:?}", receiver.recv());
    ExitCode::SUCCESS
}
