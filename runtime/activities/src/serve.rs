//! Commands that answer activities: `oxc run --serve 'F1=cmd …'`.
//!
//! The arguments come on standard input as a JSON array, the answer is JSON on standard output; no
//! output is nil. Another exit status than 0 is a failed attempt, as `ox.sh/run`'s.

use crate::command::{Attempt, shell};
use crate::failure::{misuse, utf8};
use engine::data::{self, Data};
use engine::transport::{Task, TaskError};
use std::path::Path;
use std::str::FromStr;

/// A command that answers an activity on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The activity's name.
    pub name: String,
    /// A line for `/bin/sh`.
    pub command: String,
}

/// Why text is no `NAME=COMMAND`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected NAME=COMMAND, as in 'charge=python3 charge.py', not {0:?}")]
pub struct ServedError(String);

impl FromStr for Served {
    type Err = ServedError;

    fn from_str(text: &str) -> Result<Served, ServedError> {
        match text.split_once('=') {
            Some((name, command)) if !name.trim().is_empty() && !command.trim().is_empty() => {
                Ok(Served {
                    name: name.trim().to_owned(),
                    command: command.trim().to_owned(),
                })
            }
            _ => Err(ServedError(text.to_owned())),
        }
    }
}

impl Served {
    pub(crate) fn answer(
        &self,
        task: &Task,
        directory: &Path,
        attempt: Attempt<'_>,
    ) -> Result<Data, TaskError> {
        let arguments = data::to_json(&Data::Vector(task.args.clone())).map_err(|why| {
            misuse(format!(
                "the arguments of {} cannot be written as JSON: {why}",
                self.name
            ))
        })?;
        let answer = shell(&self.command, arguments, directory, attempt)?;
        let wrong = |why: String| TaskError {
            reason: "error",
            message: format!("what answers {} wrote no JSON: {why}", self.name),
            data: Vec::new(),
            is_retryable: false,
        };
        let text = utf8(answer).map_err(wrong)?;
        if text.trim().is_empty() {
            return Ok(Data::Nil);
        }
        data::parse_json(&text).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_command() {
        let served = Served {
            name: "a/f".to_owned(),
            command: "cmd --x=1".to_owned(),
        };
        assert_eq!("a/f=cmd --x=1".parse(), Ok(served));
        for text in ["", "f", "f=", "=cmd", " = "] {
            assert!(text.parse::<Served>().is_err(), "{text:?}");
        }
    }
}
