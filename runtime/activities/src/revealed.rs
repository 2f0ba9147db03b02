//! Secrets that an attempt has looked up, and what comes back without them.
//!
//! A command may print what it was given, a server send back a header. What an attempt answers is stored and shown,
//! so the texts of its secrets are replaced by their names in all of it.
//!
//! # Invariants
//! - Texts are found as they are; what has been changed on the way (coded, cut, escaped) is not.
//! - Texts shorter than four bytes are left alone: they are in everything.

use engine::data::Data;
use engine::transport::TaskError;
use std::cell::RefCell;

/// Secrets shorter than this cannot be told from other text.
const BYTES_MIN: usize = 4;

/// What an attempt has looked up.
#[derive(Debug, Default)]
pub(crate) struct Revealed(RefCell<Vec<Secret>>);

#[derive(Debug)]
struct Secret {
    text: String,
    shown: String,
}

impl Revealed {
    /// Notes the text of a secret, and its name.
    pub(crate) fn add(&self, text: String, name: &str) {
        if text.len() >= BYTES_MIN {
            let shown = format!("#secret {name:?}");
            self.0.borrow_mut().push(Secret { text, shown });
        }
    }

    /// What comes back, with names in place of the texts.
    pub(crate) fn hide(self, result: Result<Data, TaskError>) -> Result<Data, TaskError> {
        let mut secrets = self.0.into_inner();
        if secrets.is_empty() {
            return result;
        }
        // One may be part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.text.len()));
        match result {
            Ok(data) => Ok(hidden(data, &secrets)),
            Err(error) => Err(TaskError {
                message: hidden_text(error.message, &secrets),
                data: error
                    .data
                    .into_iter()
                    .map(|(key, value)| (key, hidden(value, &secrets)))
                    .collect(),
                ..error
            }),
        }
    }
}

fn hidden_text(text: String, secrets: &[Secret]) -> String {
    secrets
        .iter()
        .fold(text, |text, secret| match text.contains(&secret.text) {
            true => text.replace(&secret.text, &secret.shown),
            false => text,
        })
}

fn hidden(data: Data, secrets: &[Secret]) -> Data {
    let each = |items: Vec<Data>| {
        items
            .into_iter()
            .map(|item| hidden(item, secrets))
            .collect()
    };
    match data {
        Data::Str(text) => Data::Str(hidden_text(text, secrets)),
        Data::Number(text) => Data::Number(hidden_text(text, secrets)),
        Data::Printed(text) => Data::Printed(hidden_text(text, secrets)),
        Data::Bytes(bytes) => Data::Bytes(hidden_bytes(bytes, secrets)),
        Data::Vector(items) => Data::Vector(each(items)),
        Data::List(items) => Data::List(each(items)),
        Data::Set(items) => Data::Set(each(items)),
        Data::Map(entries) => Data::Map(
            entries
                .into_iter()
                .map(|(key, value)| (hidden(key, secrets), hidden(value, secrets)))
                .collect(),
        ),
        other => other,
    }
}

fn hidden_bytes(bytes: Vec<u8>, secrets: &[Secret]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = &bytes[..];
    while let Some(&first) = rest.first() {
        let found = secrets
            .iter()
            .find(|secret| rest.starts_with(secret.text.as_bytes()));
        match found {
            Some(secret) => {
                out.extend_from_slice(secret.shown.as_bytes());
                rest = &rest[secret.text.len()..];
            }
            None => {
                out.push(first);
                rest = &rest[1..];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revealed() -> Revealed {
        let revealed = Revealed::default();
        revealed.add("s3cret".to_owned(), "SHORT");
        revealed.add("s3cret-and-more".to_owned(), "LONG");
        revealed.add("no".to_owned(), "TINY");
        revealed
    }

    #[test]
    fn what_comes_back_has_names_in_place_of_texts() {
        let data = Data::record([
            ("out", Data::text("a s3cret, s3cret-and-more, no s3cre")),
            ("bytes", Data::Bytes(b"\xffs3crets3cret-and-more".to_vec())),
            (
                "list",
                Data::Vector(vec![Data::text("s3cret"), Data::Int(1)]),
            ),
        ]);
        let hidden = Data::record([
            (
                "out",
                Data::text("a #secret \"SHORT\", #secret \"LONG\", no s3cre"),
            ),
            (
                "bytes",
                Data::Bytes(b"\xff#secret \"SHORT\"#secret \"LONG\"".to_vec()),
            ),
            (
                "list",
                Data::Vector(vec![Data::text("#secret \"SHORT\""), Data::Int(1)]),
            ),
        ]);
        assert_eq!(revealed().hide(Ok(data)), Ok(hidden));
        let error = TaskError {
            reason: "exit",
            message: "exit 1: bad token s3cret".to_owned(),
            data: vec![("stderr".to_owned(), Data::text("s3cret!"))],
            is_retryable: true,
        };
        let hidden = TaskError {
            message: "exit 1: bad token #secret \"SHORT\"".to_owned(),
            data: vec![("stderr".to_owned(), Data::text("#secret \"SHORT\"!"))],
            ..error.clone()
        };
        assert_eq!(revealed().hide(Err(error)), Err(hidden));
    }
}
