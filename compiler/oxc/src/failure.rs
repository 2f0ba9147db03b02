//! Why a command did not do what was asked: what, where, and what to do about it.
//!
//! # Invariants
//! - The first line says what is wrong; help lines say what to do. No line repeats another.

use std::fmt;

/// Exit status of a command that failed.
pub(crate) const FAILED: u8 = 1;
/// Exit status of wrong usage.
pub(crate) const USAGE: u8 = 2;
/// Exit status of what was interrupted.
pub(crate) const INTERRUPTED: u8 = 130;
/// Exit status of a program whose standard output nobody reads: what a shell says of SIGPIPE.
pub(crate) const OUTPUT_CLOSED: u8 = 141;

/// What is wrong with a store that was not read, where that matters to who goes on without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is damaged.
    Damaged,
    /// A newer version has written it: nothing is wrong with it.
    Newer,
    /// Another command works on it.
    Held,
}

impl Fault {
    /// Its stable code, for `oxc explain`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Fault::Damaged => "OX0601",
            Fault::Newer => "OX0602",
            Fault::Held => "OX0603",
        }
    }

    /// What it says, in a few words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Fault::Damaged => "a store is damaged",
            Fault::Newer => "a store of a newer version",
            Fault::Held => "a store is in use",
        }
    }
}

/// A failed command.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The code of the running program's error that it tells of.
    pub(crate) reported: Option<String>,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Vec<String>,
    /// Exit status.
    pub(crate) code: u8,
    /// Whether everything has been said already.
    pub(crate) is_told: bool,
    /// What is wrong with the store, if it is that.
    pub(crate) fault: Option<Fault>,
}

impl Failure {
    /// Something failed.
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure {
            reported: None,
            message: message.into(),
            help: Vec::new(),
            code: FAILED,
            is_told: false,
            fault: None,
        }
    }

    /// A program failed: what its report says.
    pub(crate) fn of_report(report: &str) -> Failure {
        let (code, message) = engine::code::split(report.trim_end());
        Failure {
            reported: code.map(str::to_owned),
            ..Failure::new(message)
        }
    }

    /// The code that stands behind `error`, if it has one.
    pub(crate) fn error_code(&self) -> Option<&str> {
        let of_store = self.fault.map(Fault::code);
        self.reported.as_deref().or(of_store)
    }

    /// The command was used wrongly.
    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure {
            code: USAGE,
            ..Failure::new(message)
        }
    }

    /// Something failed and the user has read it already.
    pub(crate) fn told(code: u8) -> Failure {
        Failure {
            code,
            is_told: true,
            ..Failure::new("")
        }
    }

    /// Says what is wrong with the store.
    #[must_use]
    pub(crate) fn because(self, fault: Option<Fault>) -> Failure {
        Failure { fault, ..self }
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn help(mut self, line: impl Into<String>) -> Failure {
        self.help.push(line.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for line in &self.help {
            write!(f, "\nhelp: {line}")?;
        }
        Ok(())
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

impl From<engine::EngineError> for Failure {
    fn from(error: engine::EngineError) -> Failure {
        use engine::EngineError as E;
        let fault = match &error {
            E::Load(_) => Some(Fault::Damaged),
            E::TooNew(_) => Some(Fault::Newer),
            E::Read(_) | E::Commit(_) | E::Internal(_) => None,
        };
        Failure::new(chain(&error)).because(fault)
    }
}

impl From<engine::LoadError> for Failure {
    fn from(error: engine::LoadError) -> Failure {
        use engine::LoadError as E;
        let fault = match &error {
            E::Store(error) => fault_of(error),
            E::TooNew { .. } => Some(Fault::Newer),
            E::Record { .. } | E::Missing { .. } | E::Image { .. } | E::Restore { .. } => {
                Some(Fault::Damaged)
            }
        };
        Failure::new(chain(&error)).because(fault)
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Failure {
        let fault = fault_of(&error);
        Failure::new(chain(&error)).because(fault)
    }
}

fn fault_of(error: &store::StoreError) -> Option<Fault> {
    let is_unread = matches!(error, store::StoreError::Io { .. });
    (!is_unread).then_some(Fault::Damaged)
}

impl From<store::CommitError> for Failure {
    fn from(error: store::CommitError) -> Failure {
        Failure::new(chain(&error))
    }
}

impl From<store::OpenError> for Failure {
    fn from(error: store::OpenError) -> Failure {
        use store::OpenError as E;
        let failure = Failure::new(chain(&error));
        match &error {
            E::DamagedStore { .. } => failure
                .because(Some(Fault::Damaged))
                .help("`oxc verify STORE` lists what is damaged; nothing has been changed"),
            E::NotAStore { .. } => failure.because(Some(Fault::Damaged)),
            E::TooNew { .. } => failure.because(Some(Fault::Newer)),
            E::Held { .. } => failure
                .because(Some(Fault::Held))
                .help("`oxc ps` shows what runs there"),
            E::NotFound { .. } | E::Io { .. } => failure,
        }
    }
}

/// What a command gives: its exit status.
pub(crate) type Outcome = Result<u8, Failure>;

/// Names a file operation that failed.
pub(crate) fn io(doing: impl fmt::Display) -> Box<dyn FnOnce(std::io::Error) -> Failure> {
    let doing = doing.to_string();
    Box::new(move |error| Failure::new(format!("cannot {doing}: {}", system_words(&error))))
}

/// What the system says, without its number.
pub(crate) fn system_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => lower_first(words),
        None => text,
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}
