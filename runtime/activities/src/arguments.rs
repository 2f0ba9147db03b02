//! Arguments of activities, as they are written in Ox, taken apart.
//!
//! # Invariants
//! - An option that is not known is an error: a misspelled one must not be silently without effect.
//! - Errors do not name the activity: the call that failed, with its arguments, is said before them.

use crate::failure::misuse;
use crate::revealed::Revealed;
use engine::data::{Data, SecretPart, secret_template};
use engine::transport::TaskError;
use std::path::{Path, PathBuf};

/// Values of a secret longer than this are refused.
const SECRET_BYTES_MAX: u64 = 1 << 20;

/// Options of all activities.
const OPTIONS_OF_ACTIVITIES: [&str; 9] = [
    "queue",
    "retry",
    "schedule-to-start",
    "start-to-close",
    "schedule-to-close",
    "heartbeat",
    "idempotent",
    "idempotency-key",
    "on-exhausted",
];

/// The arguments of one attempt and the directory of its run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arguments<'a> {
    activity: &'a str,
    values: &'a [Data],
    directory: &'a Path,
    revealed: &'a Revealed,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(
        activity: &'a str,
        values: &'a [Data],
        directory: &'a Path,
        revealed: &'a Revealed,
    ) -> Arguments<'a> {
        Arguments {
            activity,
            values,
            directory,
            revealed,
        }
    }

    /// The argument at an index; nil if there is none.
    pub(crate) fn value(&self, index: usize) -> &'a Data {
        self.values.get(index).unwrap_or(&Data::Nil)
    }

    /// The string at an index.
    pub(crate) fn text(&self, index: usize, what: &str) -> Result<&'a str, TaskError> {
        self.value(index)
            .as_text()
            .ok_or_else(|| self.wrong(what, "a string", self.value(index)))
    }

    /// The path at an index: as written, and from the directory of the run.
    pub(crate) fn path(&self, index: usize) -> Result<(&'a str, PathBuf), TaskError> {
        let text = self.text(index, "the path")?;
        Ok((text, self.resolve(text)?))
    }

    /// A path from the directory of the run.
    pub(crate) fn resolve(&self, path: &str) -> Result<PathBuf, TaskError> {
        if path.is_empty() || path.contains('\0') {
            return Err(misuse(format!("{path:?} is no path")));
        }
        Ok(self.directory.join(path))
    }

    /// The map of options at an index, with known keys only; nil is the empty map.
    pub(crate) fn options(&self, index: usize, known: &[&str]) -> Result<Options<'a>, TaskError> {
        let value = self.value(index);
        let entries: &[(Data, Data)] = match value {
            Data::Nil => &[],
            Data::Map(entries) => entries,
            other => return Err(self.wrong("the options", "a map", other)),
        };
        for (key, _) in entries {
            let is_known =
                matches!(key, Data::Keyword(None, name) if known.contains(&name.as_str()));
            if !is_known {
                return Err(misuse(self.unknown_option(key, known)));
            }
        }
        Ok(Options {
            arguments: *self,
            map: value,
        })
    }

    /// What is wrong with an option that is not known.
    fn unknown_option(&self, key: &Data, known: &[&str]) -> String {
        // The library takes those of activities out before.
        let is_taken_out = !self.activity.starts_with("ox.fs/");
        let others: &[&str] = if is_taken_out {
            &OPTIONS_OF_ACTIVITIES
        } else {
            &[]
        };
        let wrong = format!("unknown option {}", brief(key));
        let name = match key {
            Data::Keyword(None, name) => name,
            _ => "",
        };
        if let Some(meant) = scalar::suggest(name, known.iter().chain(others).copied()) {
            return format!("{wrong}: did you mean :{meant}?");
        }
        let known: Vec<String> = known.iter().map(|name| format!(":{name}")).collect();
        let or = if is_taken_out {
            ", or an option of activities, as :retry or :start-to-close"
        } else {
            ""
        };
        let hint = if name == "timeout" {
            "; `with-timeout` around the call limits its time"
        } else {
            ""
        };
        format!("{wrong}, expected one of {}{or}{hint}", known.join(" "))
    }

    /// An argument of the wrong type.
    pub(crate) fn wrong(&self, what: &str, expected: &str, found: &Data) -> TaskError {
        misuse(format!("{what} must be {expected}, not {}", brief(found)))
    }
}

/// A map of options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options<'a> {
    pub(crate) arguments: Arguments<'a>,
    map: &'a Data,
}

impl<'a> Options<'a> {
    /// The value of an option; none if it is nil or missing.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Data> {
        self.map.get(key)
    }

    /// A boolean option.
    pub(crate) fn flag(&self, key: &str, otherwise: bool) -> Result<bool, TaskError> {
        match self.get(key) {
            None => Ok(otherwise),
            Some(Data::Bool(value)) => Ok(*value),
            Some(other) => Err(self.wrong(key, "true or false", other)),
        }
    }

    /// A string option.
    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>, TaskError> {
        match self.get(key) {
            None => Ok(None),
            Some(Data::Str(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(key, "a string", other)),
        }
    }

    /// An option that is a keyword or `[:file path]`.
    pub(crate) fn shape(&self, key: &str, otherwise: &'static str) -> Result<Shape, TaskError> {
        match self.get(key) {
            None => Ok(Shape::Name(otherwise.to_owned())),
            Some(Data::Keyword(None, name)) => Ok(Shape::Name(name.clone())),
            Some(value) => match file_of(value) {
                Some(path) => Ok(Shape::File(path.to_owned(), self.arguments.resolve(path)?)),
                None => Err(self.wrong(key, "a keyword or [:file \"path\"]", value)),
            },
        }
    }

    pub(crate) fn wrong(&self, key: &str, expected: &str, found: &Data) -> TaskError {
        self.arguments.wrong(&format!(":{key}"), expected, found)
    }
}

/// Where bytes come from or go to.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A keyword's name.
    Name(String),
    /// A file: as written, and from the directory of the run.
    File(String, PathBuf),
}

/// The path of `[:file path]`.
pub(crate) fn file_of(value: &Data) -> Option<&str> {
    match value {
        Data::Vector(items) | Data::List(items) => match items.as_slice() {
            [Data::Keyword(None, kind), Data::Str(path)] if kind == "file" => Some(path),
            _ => None,
        },
        _ => None,
    }
}

/// The text of a value in an environment, a header or a query: strings and secrets as they are,
/// keywords and symbols by name, numbers and booleans as printed.
pub(crate) fn plain_text(
    value: &Data,
    arguments: Arguments<'_>,
) -> Result<Option<String>, TaskError> {
    Ok(Some(match value {
        Data::Str(text) | Data::Number(text) | Data::Printed(text) => text.clone(),
        Data::Keyword(None, name) | Data::Symbol(None, name) => name.clone(),
        Data::Keyword(Some(namespace), name) | Data::Symbol(Some(namespace), name) => {
            format!("{namespace}/{name}")
        }
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Double(value) => value.to_string(),
        Data::Char(value) => value.to_string(),
        Data::Secret(parts) => {
            let mut whole = String::new();
            for part in parts {
                match part {
                    SecretPart::Text(text) => whole.push_str(text),
                    SecretPart::Named { source, name } => {
                        let text = resolve_secret(source, name, arguments.directory)?;
                        whole.push_str(&text);
                        arguments.revealed.add(text, name);
                    }
                }
            }
            whole
        }
        _ => return Ok(None),
    }))
}

/// The text that a secret stands for. The last line end of a file is no part of it.
fn resolve_secret(source: &str, name: &str, directory: &Path) -> Result<String, TaskError> {
    let missing = |why: &str| misuse(format!("the secret {name:?} cannot be resolved: {why}"));
    match source {
        "env" => std::env::var(name).map_err(|_| missing("the variable is not set, or no text")),
        "file" => {
            let path = directory.join(name);
            let size = std::fs::metadata(&path)
                .map_err(|error| missing(&error.to_string()))?
                .len();
            if size > SECRET_BYTES_MAX {
                return Err(missing("the file is larger than 1 MiB"));
            }
            let mut text =
                std::fs::read_to_string(&path).map_err(|error| missing(&error.to_string()))?;
            if text.ends_with('\n') {
                text.pop();
                if text.ends_with('\r') {
                    text.pop();
                }
            }
            Ok(text)
        }
        other => Err(missing(&format!("{other} is no source of secrets"))),
    }
}

/// A value in a message, cut short.
pub(crate) fn brief(value: &Data) -> String {
    let text = match value {
        Data::Nil => "nil".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Double(value) => value.to_string(),
        Data::Number(text) | Data::Printed(text) => text.clone(),
        Data::Char(value) => format!("\\{value}"),
        Data::Str(text) => format!("{text:?}"),
        Data::Bytes(_) => "bytes".to_owned(),
        Data::Keyword(None, name) => format!(":{name}"),
        Data::Keyword(Some(namespace), name) => format!(":{namespace}/{name}"),
        Data::Symbol(None, name) => name.clone(),
        Data::Symbol(Some(namespace), name) => format!("{namespace}/{name}"),
        Data::Vector(_) => "a vector".to_owned(),
        Data::List(_) => "a list".to_owned(),
        Data::Map(_) => "a map".to_owned(),
        Data::Set(_) => "a set".to_owned(),
        Data::Secret(parts) => format!("#secret {:?}", secret_template(parts)),
    };
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
