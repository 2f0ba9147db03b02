//! What came of a program on either side, and whether the two agree.

use super::data::Node;
use std::collections::BTreeMap;
use std::fmt;

/// What came of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A value, as `pr` prints it.
    Value(String),
    /// An error: its kind or class, its data as `pr` prints them if it has no kind, its message.
    Error {
        kind: String,
        data: String,
        message: String,
    },
    /// It was not compiled: the diagnostic's code, or the class of what Clojure's compiler threw, and the message.
    Refused(String, String),
    /// It does not end.
    Endless,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Value(text) => write!(f, "{text}"),
            Answer::Error {
                kind,
                data,
                message,
            } => write!(f, "error {kind} {data} {message:?}"),
            Answer::Refused(code, message) => write!(f, "not compiled: {code} {message:?}"),
            Answer::Endless => write!(f, "it does not end"),
        }
    }
}

impl Answer {
    /// Reads a line of `answer.clj`.
    pub(super) fn of_line(line: &str) -> Answer {
        let mut parts = line.split('\t').map(unescaped);
        let mut next = || parts.next().unwrap_or_default();
        match &*next() {
            "V" => Answer::Value(next()),
            "E" => Answer::Error {
                kind: next(),
                data: next(),
                message: next(),
            },
            "C" => {
                let class = next();
                let _ = next();
                Answer::Refused(class, next())
            }
            "T" => Answer::Endless,
            _ => panic!("Clojure answered {line:?}"),
        }
    }

    /// What kind of answer it is: two differences between the same kinds may have one cause.
    pub(super) fn sort(&self) -> String {
        match self {
            Answer::Value(_) => "value".to_owned(),
            Answer::Error { kind, .. } if kind.starts_with('{') => "thrown data".to_owned(),
            Answer::Error { kind, .. } => kind.clone(),
            Answer::Refused(code, _) => format!("not compiled: {code}"),
            Answer::Endless => "endless".to_owned(),
        }
    }
}

fn unescaped(text: &str) -> String {
    let mut result = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        result.push(match (character, character == '\\') {
            (_, true) => match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            (other, false) => other,
        });
    }
    result
}

/// For each kind of error of Ox, and each code of a diagnostic, the classes that Clojure throws in its place;
/// `*` is any class.
pub(super) struct Kinds(BTreeMap<String, Vec<String>>);

impl Kinds {
    /// Reads the table: a map of strings to sets of strings.
    pub(super) fn read(text: &str) -> Kinds {
        let body: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with(';'))
            .collect::<Vec<_>>()
            .join("\n");
        let Ok(Node::Group("{", entries)) = Node::read(&body) else {
            panic!("the table of kinds is one map");
        };
        let name = |node: &Node| node.to_string().trim_matches('"').to_owned();
        let entries = entries.chunks(2).map(|entry| match entry {
            [kind, Node::Group("#{", classes)] => (name(kind), classes.iter().map(name).collect()),
            _ => panic!("an entry of the table of kinds is a string and a set"),
        });
        Kinds(entries.collect())
    }

    fn allows(&self, kind: &str, class: &str) -> bool {
        self.0
            .get(kind)
            .is_some_and(|classes| classes.iter().any(|known| known == class || known == "*"))
    }

    /// Whether both sides gave the same.
    pub(super) fn agree(&self, ox: &Answer, clojure: &Answer) -> bool {
        match (ox, clojure) {
            (Answer::Value(ox), Answer::Value(clojure)) => {
                ox == clojure || canonical(ox) == canonical(clojure)
            }
            (
                Answer::Error { kind, .. },
                Answer::Error {
                    kind: class, data, ..
                },
            ) => {
                if class == "ExceptionInfo" && kind.starts_with('{') {
                    canonical(kind) == canonical(data)
                } else {
                    self.allows(kind, class)
                }
            }
            (
                Answer::Error { kind: ox, .. } | Answer::Refused(ox, _),
                Answer::Error { kind: class, .. } | Answer::Refused(class, _),
            ) => self.allows(ox, class),
            (Answer::Endless, Answer::Endless) => true,
            // Who counts to no end may also have used up the memory before.
            (Answer::Error { kind, .. }, Answer::Endless) => kind == ":ox/memory-limit",
            (Answer::Endless, Answer::Error { kind, .. }) => self.allows(":ox/memory-limit", kind),
            _ => false,
        }
    }
}

/// The data of a text; what is no data is its text.
fn canonical(text: &str) -> String {
    Node::read(text).map_or_else(|_| text.to_owned(), |node| node.canonical())
}
