//! `^meta form`.
//!
//! Invariant: metadata upon metadata is put together once, by the outermost, so that a row of them
//! takes linear time.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use source::Code;

use super::{Frame, FrameKind, Reader, shortened};
use crate::datum::{Datum, DatumKind};

type Entries = Vec<(Datum, Datum)>;

/// Metadata being put together.
#[derive(Default)]
pub(super) struct Merged {
    entries: Entries,
    /// Where each key is, by its text: keys that print the same are one.
    places: FxHashMap<String, usize>,
}

impl Merged {
    /// What a form that has been read carries.
    fn of(present: Option<Arc<Datum>>) -> Self {
        let mut all = Merged::default();
        if let Some(DatumKind::Map(entries)) = present.as_deref().map(|meta| &meta.kind) {
            all.put_all(entries.iter().cloned());
        }
        all
    }

    /// The metadata as a datum, read from where `last` was.
    fn into_datum(self, last: &Datum) -> Arc<Datum> {
        Arc::new(Datum::new(DatumKind::Map(self.entries.into()), last.origin))
    }

    fn put_all(&mut self, entries: impl IntoIterator<Item = (Datum, Datum)>) {
        for (key, value) in entries {
            let next = self.entries.len();
            let place = *self.places.entry(key.to_string()).or_insert(next);
            match self.entries.get_mut(place) {
                Some(entry) => entry.1 = value,
                None => self.entries.push((key, value)),
            }
        }
    }
}

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
        let mut merged = frame.inner_meta.take();
        match (self.entries(&meta), carries_metadata(&target.kind)) {
            (Some(entries), true) => {
                let all = merged.get_or_insert_with(|| Merged::of(target.meta.take()));
                all.put_all(entries);
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
        if let Some(merged) = merged {
            match self.frames.last_mut() {
                Some(outer) if takes_target(outer) => outer.inner_meta = Some(merged),
                _ => target.meta = Some(merged.into_datum(&meta)),
            }
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

/// Whether the frame is that of a `^` whose metadata has been read and whose form comes next.
fn takes_target(frame: &Frame<'_>) -> bool {
    matches!(frame.kind, FrameKind::WithMeta) && frame.items.len() == 1
}
