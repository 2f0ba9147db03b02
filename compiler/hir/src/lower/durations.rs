//! Durations that a program writes out, where functions of the library take one.
//!
//! A text that is no duration would be found only when the call is made, which for a time limit or
//! a retry may be long after the program was started.
//!
//! Invariants:
//! - What is accepted is what `ox.core/duration` accepts. A value that is computed is its business.

use source::Code;
use syntax::datum::{Datum, DatumKind, Origin};

use super::Lowerer;
use crate::definition::DefInfo;
use crate::header::is_core_family;

/// The longest duration in milliseconds, about 30,000 years: sums with the time of day stay below
/// 64 bits.
const DURATION_MAX: u64 = 1_000_000_000_000_000;

/// What an argument is, as far as durations go.
#[derive(Clone, Copy)]
enum Takes {
    /// A duration.
    Duration,
    /// A duration, nil, or `:infinity`.
    Limit,
    /// Options of `retry`.
    Policy,
    /// Options of activities, perhaps among others.
    Activity,
    /// From vars to values, of which one may be options of activities.
    Bindings,
}

/// Options of activities that are durations.
const ACTIVITY_DURATIONS: [&str; 4] = [
    "schedule-to-start",
    "start-to-close",
    "schedule-to-close",
    "heartbeat",
];

/// Which argument of a call of this definition has durations in it.
fn taken(info: &DefInfo, args: &[Datum]) -> Option<(usize, Takes)> {
    let name = &*info.name.name;
    Some(match &*info.name.ns {
        ns if is_core_family(ns) => match name {
            "sleep" | "timeout" | "duration" => (0, Takes::Duration),
            "await" => (1, Takes::Duration),
            "receive*" => (0, Takes::Limit),
            "retry" | "retrying*" | "poll" => (0, Takes::Policy),
            "activity" | "activity*" => (1, Takes::Activity),
            "push-bindings" => (0, Takes::Bindings),
            _ => return None,
        },
        "ox.sh" if matches!(name, "run" | "pipe") => (args.len().checked_sub(1)?, Takes::Activity),
        "ox.http" if name == "request" => (0, Takes::Activity),
        "ox.http" => (1, Takes::Activity),
        _ => return None,
    })
}

/// Whether the text is one or more numbers with units `ms s m h d`.
fn is_duration(text: &str) -> bool {
    let mut rest = text;
    let mut total = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Ok(amount) = rest[..digits].parse::<u64>() else {
            return false;
        };
        rest = &rest[digits..];
        let units = [
            ("ms", 1),
            ("s", 1000),
            ("m", 60_000),
            ("h", 3_600_000),
            ("d", 86_400_000),
        ];
        let Some((unit, milliseconds)) = units.iter().find(|(unit, _)| rest.starts_with(unit))
        else {
            return false;
        };
        rest = &rest[unit.len()..];
        total = amount.saturating_mul(*milliseconds).saturating_add(total);
        if total > DURATION_MAX {
            return false;
        }
    }
    !text.is_empty()
}

/// Whether the form is no duration, whatever its names mean.
fn is_wrong(datum: &Datum) -> bool {
    match &datum.kind {
        DatumKind::String(text) => !is_duration(text),
        DatumKind::Int(number) => !u64::try_from(*number).is_ok_and(|n| n <= DURATION_MAX),
        // A list is a call, a tag may have a reader, an error has been reported.
        DatumKind::List(_)
        | DatumKind::Symbol(_)
        | DatumKind::AutoSymbol { .. }
        | DatumKind::Tagged(..)
        | DatumKind::Error => false,
        _ => true,
    }
}

impl Lowerer<'_, '_> {
    /// Reports literals that are no durations in a call.
    pub(super) fn check_durations(&mut self, info: &DefInfo, args: &[Datum]) {
        if let Some((index, takes)) = taken(info, args)
            && let Some(arg) = args.get(index)
        {
            self.check_taken(takes, arg);
        }
    }

    fn check_taken(&mut self, takes: Takes, arg: &Datum) {
        let names: &[&str] = match takes {
            Takes::Duration => return self.check_duration(arg, arg.origin),
            Takes::Limit => {
                let is_endless = matches!(arg.kind, DatumKind::Nil)
                    || arg
                        .as_keyword()
                        .is_some_and(|keyword| keyword.is("infinity"));
                if !is_endless {
                    self.check_duration(arg, arg.origin);
                }
                return;
            }
            Takes::Bindings => return self.check_bound(arg),
            Takes::Policy => &["delay", "max-delay", "timeout"],
            Takes::Activity => &ACTIVITY_DURATIONS,
        };
        let DatumKind::Map(entries) = &arg.kind else {
            return;
        };
        for (key, value) in entries.iter() {
            let Some(key) = key.as_keyword().filter(|key| key.ns.is_none()) else {
                continue;
            };
            let may_be_nil = matches!(takes, Takes::Activity) || &*key.name == "timeout";
            if may_be_nil && matches!(value.kind, DatumKind::Nil) {
                continue;
            }
            if names.contains(&&*key.name) {
                self.check_duration(value, arg.origin);
            } else if matches!(takes, Takes::Activity) && &*key.name == "retry" {
                self.check_taken(Takes::Policy, value);
            }
        }
    }

    fn check_bound(&mut self, frame: &Datum) {
        let DatumKind::Map(entries) = &frame.kind else {
            return;
        };
        for (var, value) in entries.iter() {
            let name = var.as_list().and_then(|items| items.get(1)?.as_symbol());
            if name.is_some_and(|name| &*name.name == "*activity-options*") {
                self.check_taken(Takes::Activity, value);
            }
        }
    }

    /// `around`: a form around it, for data that come from no text.
    fn check_duration(&mut self, datum: &Datum, around: Origin) {
        if !is_wrong(datum) {
            return;
        }
        let origin = match datum.origin {
            Origin::NONE => around,
            origin => origin,
        };
        let message = format!("`{datum}` is no duration");
        let mut problem = self
            .cx
            .runtime_error(Code::INVALID_DURATION, origin, message)
            .label("a duration is expected here");
        if let DatumKind::String(text) = &datum.kind {
            let near: String = text.split_whitespace().collect();
            if near != **text && is_duration(&near) {
                problem = problem.note(format!("without spaces it is one: \"{near}\""));
            }
        }
        let what =
            "a duration is a text like \"200ms\", \"1h30m\" or \"2d\", or a number of milliseconds";
        self.cx.report(problem.note(what));
    }
}
