//! Options that a program writes out, where functions of the library take a map of them.
//!
//! A misspelt one would be found only when the call is made, as a duration that is none
//! ([`durations`](super::durations)).
//!
//! Invariants:
//! - What is known is what the library and the runtime take. A map that is computed is their business,
//!   and so are keys that are no keywords.

use source::Code;
use syntax::datum::{Datum, DatumKind, Origin};

use super::Lowerer;
use crate::definition::DefInfo;
use crate::header::is_core_family;

/// Keys of options of activities.
const ACTIVITY: &[&str] = &[
    "heartbeat",
    "idempotency-key",
    "idempotent",
    "on-exhausted",
    "queue",
    "retry",
    "schedule-to-close",
    "schedule-to-start",
    "start-to-close",
];

/// Keys of a retry policy.
const POLICY: &[&str] = &[
    "delay",
    "factor",
    "jitter",
    "max-attempts",
    "max-delay",
    "retry-if",
    "timeout",
    "until",
];

/// Keys of options of commands, besides those of activities.
const COMMAND: &[&str] = &["check", "cwd", "env", "err", "in", "out"];

/// Keys of a request, besides those of activities.
const REQUEST: &[&str] = &[
    "as", "body", "check", "file", "headers", "json", "method", "query", "url",
];

/// A map of options as an argument: which, the keys it takes, and whether it takes those of activities.
struct Taken {
    index: usize,
    keys: &'static [&'static str],
    of_activity: bool,
}

/// Which argument of a call of this definition is a map of options.
fn taken(info: &DefInfo, args: &[Datum]) -> Option<Taken> {
    let of = |index, keys| Taken {
        index,
        keys,
        of_activity: false,
    };
    let of_activity = |index, keys| Taken {
        of_activity: true,
        ..of(index, keys)
    };
    let name = &*info.name.name;
    Some(match &*info.name.ns {
        ns if is_core_family(ns) => match name {
            "retry" | "retrying*" | "poll" => of(0, POLICY),
            "activity" | "activity*" => of_activity(1, &[]),
            _ => return None,
        },
        "ox.sh" => match name {
            "run" => of_activity(1, COMMAND),
            "pipe" => of_activity(args.len().checked_sub(1)?, COMMAND),
            _ => return None,
        },
        "ox.http" => match name {
            "request" => of_activity(0, REQUEST),
            "get" | "post" | "put" | "delete" => of_activity(1, REQUEST),
            _ => return None,
        },
        "ox.fs" => match name {
            "read" => of(1, &["as"]),
            "write" => of(2, &["append"]),
            "list" | "delete" => of(1, &["recursive"]),
            "temp" => of(0, &["file", "prefix"]),
            _ => return None,
        },
        _ => return None,
    })
}

impl Lowerer<'_, '_> {
    /// Reports literal options in a call that it does not take.
    pub(super) fn check_options(&mut self, info: &DefInfo, args: &[Datum]) {
        if let Some(taken) = taken(info, args)
            && let Some(options) = args.get(taken.index)
        {
            let name = info.name.name.trim_end_matches('*').to_owned();
            self.check_keys(&name, options, taken.keys, taken.of_activity);
        }
    }

    fn check_keys(&mut self, name: &str, options: &Datum, keys: &[&str], of_activity: bool) {
        let DatumKind::Map(entries) = &options.kind else {
            return;
        };
        let activity = if of_activity { ACTIVITY } else { &[] };
        for (key, value) in entries.iter() {
            let DatumKind::Keyword(keyword) = &key.kind else {
                continue;
            };
            let is_known = keyword.ns.is_none()
                && keys
                    .iter()
                    .chain(activity)
                    .any(|known| **known == *keyword.name);
            if !is_known {
                let known = keys.iter().chain(activity).copied();
                self.unknown_option(name, key, &keyword.name, known, options.origin);
            } else if of_activity && &*keyword.name == "retry" {
                self.check_keys(":retry", value, POLICY, false);
            }
        }
    }

    /// `around`: the map's origin, for keys that come from no text.
    fn unknown_option<'k>(
        &mut self,
        name: &str,
        key: &Datum,
        text: &str,
        known: impl Iterator<Item = &'k str> + Clone,
        around: Origin,
    ) {
        let origin = match key.origin {
            Origin::NONE => around,
            origin => origin,
        };
        let note = match scalar::suggest(text, known.clone()) {
            Some(similar) => format!("a similar option exists: `:{similar}`"),
            None => {
                let all: Vec<String> = known.map(|known| format!("`:{known}`")).collect();
                format!("it takes {}", all.join(" "))
            }
        };
        let message = format!("`{name}` takes no option `{key}`");
        let problem = self
            .cx
            .runtime_error(Code::UNKNOWN_OPTION, origin, message)
            .note(note);
        self.cx.report(problem);
    }
}
