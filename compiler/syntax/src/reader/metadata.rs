//! `^meta form`.

use std::sync::Arc;

use source::Code;

use super::{Frame, Reader, shortened};
use crate::datum::{Datum, DatumKind};

type Entries = Vec<(Datum, Datum)>;

impl<'t> Reader<'t, '_> {
    pub(super) fn finish_with_meta(&mut self, mut frame: Frame<'t>) {
        let target_hash = frame.hashes.pop();
        let (Some(mut target), meta) = (frame.items.pop(), frame.items.pop()) else {
            // The parser, or the conditional that left nothing, has been reported.
            if frame.saw_conditional {
                self.error(
                    Code::NO_BRANCH_TAKEN,
                    "metadata needs a form after it, and the reader conditional gives none",
                    frame.range,
                );
            }
            return self.error_datum(frame.range, None);
        };
        if !frame.items.is_empty() {
            self.error(
                Code::INVALID_READER_CONDITIONAL,
                "metadata is for one form, and `#?@` gives several here",
                frame.range,
            );
        }
        let Some(meta) = meta else {
            // One form only. If a conditional gave nothing for the metadata, there is none.
            if frame.saw_conditional {
                return self.emit_hashed(target, target_hash);
            }
            return self.emit(Datum::new(DatumKind::Error, target.origin));
        };
        match (self.entries(&meta), carries_metadata(&target.kind)) {
            (Some(entries), true) => {
                target.meta = Some(Arc::new(merged(target.meta.as_deref(), entries, &meta)));
            }
            (Some(_), false) => {
                if !matches!(target.kind, DatumKind::Error) {
                    let range = self.range_of(&target);
                    let error = crate::error::ReadError::new(
                        Code::INVALID_METADATA,
                        format!("{} cannot carry metadata", shortened(&target)),
                        range,
                    )
                    .label("not a symbol, list, vector, map or set")
                    .secondary(self.range_of(&meta), "the metadata");
                    self.errors.push(error);
                }
            }
            (None, _) => {}
        }
        self.emit_hashed(target, target_hash);
    }

    /// The entries that the form after `^` stands for.
    fn entries(&mut self, meta: &Datum) -> Option<Entries> {
        let origin = meta.origin;
        let entry = |name: &str, value: Datum| vec![(Datum::keyword(name, origin), value)];
        match &meta.kind {
            DatumKind::Map(entries) => Some(entries.to_vec()),
            DatumKind::Symbol(_) | DatumKind::String(_) | DatumKind::AutoSymbol { .. } => {
                Some(entry("tag", meta.clone()))
            }
            DatumKind::Vector(_) => Some(entry("param-tags", meta.clone())),
            DatumKind::Keyword(_) | DatumKind::AutoKeyword { .. } => Some(vec![(
                meta.clone(),
                Datum::new(DatumKind::Bool(true), origin),
            )]),
            DatumKind::Error => None,
            _ => {
                let error = crate::error::ReadError::new(
                    Code::INVALID_METADATA,
                    format!("{} is not metadata", shortened(meta)),
                    self.range_of(meta),
                )
                .note("metadata is a map, a keyword (`^:private`), or a symbol, string or vector (a tag)");
                self.errors.push(error);
                None
            }
        }
    }
}

fn carries_metadata(kind: &DatumKind) -> bool {
    matches!(
        kind,
        DatumKind::Symbol(_)
            | DatumKind::AutoSymbol { .. }
            | DatumKind::List(_)
            | DatumKind::Vector(_)
            | DatumKind::Map(_)
            | DatumKind::Set(_)
            | DatumKind::Tagged(..)
    )
}

/// The metadata that was there with `entries` put into it.
fn merged(present: Option<&Datum>, entries: Entries, meta: &Datum) -> Datum {
    let Some(DatumKind::Map(present)) = present.map(|meta| &meta.kind) else {
        return Datum::new(DatumKind::Map(entries.into()), meta.origin);
    };
    let mut all = present.to_vec();
    for (key, value) in entries {
        match all.iter_mut().find(|(other, _)| other.same_value(&key)) {
            Some(entry) => entry.1 = value,
            None => all.push((key, value)),
        }
    }
    Datum::new(DatumKind::Map(all.into()), meta.origin)
}
