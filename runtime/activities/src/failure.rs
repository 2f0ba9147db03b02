//! How attempts fail.

use engine::data::Data;
use engine::transport::TaskError;

/// The arguments make no sense: trying again cannot help.
pub(crate) fn misuse(message: impl Into<String>) -> TaskError {
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

/// A failure of the system about a path.
pub(crate) fn os(error: &std::io::Error, path: &str) -> TaskError {
    let name = os_name(error);
    let what = match name {
        "not-found" => "no such file or directory".to_owned(),
        "other" => error.to_string(),
        // without Rust's "(os error 13)"
        _ => {
            let text = error.to_string();
            let end = text.find(" (os error").unwrap_or(text.len());
            let mut chars = text[..end].chars();
            chars
                .next()
                .map_or(String::new(), |c| c.to_lowercase().chain(chars).collect())
        }
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
