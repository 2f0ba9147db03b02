//! How attempts fail.

use engine::data::Data;
use engine::transport::TaskError;

/// The arguments make no sense, or ask for what cannot be done: trying again cannot help.
pub fn misuse(message: impl Into<String>) -> TaskError {
    TaskError {
        reason: "error",
        message: message.into(),
        data: Vec::new(),
        is_retryable: false,
    }
}

/// The attempt was asked to stop.
pub(crate) fn cancelled() -> TaskError {
    TaskError {
        reason: "cancelled",
        message: "cancelled".to_owned(),
        data: Vec::new(),
        is_retryable: false,
    }
}

/// The attempt has taken longer than it may.
pub(crate) fn timeout(limit_ms: Option<u64>) -> TaskError {
    let message = match limit_ms {
        Some(limit) => format!("not done after {limit} ms"),
        None => "timed out".to_owned(),
    };
    TaskError {
        reason: "timeout",
        message,
        data: Vec::new(),
        is_retryable: true,
    }
}

/// What kind of failure of the system an error is, as `:os` names it.
fn os_name(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::NotFound => "not-found",
        K::AlreadyExists => "exists",
        K::PermissionDenied => "permission",
        K::NotADirectory => "not-directory",
        K::IsADirectory => "is-directory",
        K::DirectoryNotEmpty => "not-empty",
        K::ReadOnlyFilesystem => "read-only",
        K::StorageFull | K::QuotaExceeded => "no-space",
        K::CrossesDevices => "cross-device",
        K::InvalidFilename => "name",
        K::FileTooLarge => "too-large",
        K::ResourceBusy | K::ExecutableFileBusy => "busy",
        _ => "other",
    }
}

/// What the system says, as part of a sentence: `connection refused`.
pub(crate) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    // without Rust's "(os error 13)"
    let end = text.find(" (os error").unwrap_or(text.len());
    let mut chars = text[..end].chars();
    let first = chars.next().map(char::to_lowercase);
    first.map_or(String::new(), |first| first.chain(chars).collect())
}

/// Bytes as text, or where they are none: `not UTF-8: byte 0xff at offset 7, in line 2`.
pub(crate) fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
        format!(
            "not UTF-8: byte 0x{:02x} at offset {at}, in line {line}",
            bytes[at]
        )
    })
}

/// A failure of the system about a path.
pub(crate) fn os(error: &std::io::Error, path: &str) -> TaskError {
    let name = os_name(error);
    let what = match name {
        "not-found" => "no such file or directory".to_owned(),
        _ => plain(error),
    };
    TaskError {
        reason: "exit",
        message: format!("{path}: {what}"),
        data: vec![
            ("os".to_owned(), Data::keyword(name)),
            ("path".to_owned(), Data::text(path)),
        ],
        is_retryable: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_named_by_its_first_byte() {
        assert_eq!(utf8("aλ\n".into()).as_deref(), Ok("aλ\n"));
        assert_eq!(
            utf8(b"a\nb\xce".to_vec()).expect_err("it ends within a character"),
            "not UTF-8: byte 0xce at offset 3, in line 2"
        );
    }

    #[test]
    fn the_system_speaks_in_a_sentence() {
        let refused = std::io::Error::from_raw_os_error(111);
        assert_eq!(plain(&refused), "connection refused");
    }
}
