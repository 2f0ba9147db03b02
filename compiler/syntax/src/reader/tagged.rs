//! Tagged literals: `#inst`, `#uuid` and `#bytes` are read here, all others are for later stages.

use std::sync::Arc;

use source::Code;

use super::{Element, Frame, FrameKind, Reader, ValueHash, atom, shortened};
use crate::datum::{Datum, DatumKind, Symbol};
use scalar::{Instant, parse_base64, parse_uuid};

impl<'t> Reader<'t, '_> {
    pub(super) fn open_tagged(&mut self, element: Element<'t>) {
        let token = element
            .children()
            .next()
            .expect("a prefix node starts with its token");
        let text = &token.token_text()[1..];
        let Some(tag) = atom::symbol(text) else {
            return self.invalid_dispatch(token, element);
        };
        if text.starts_with(['=', '<']) {
            return self.invalid_dispatch(token, element);
        }
        self.open(FrameKind::Tagged(tag), element);
    }

    fn invalid_dispatch(&mut self, token: Element<'t>, element: Element<'t>) {
        let text = token.token_text();
        let message = match text.as_bytes().get(1) {
            Some(b'=') => "`#=` would run code while reading, which is not done".to_owned(),
            Some(b'<') => "`#<…>` is how something unreadable was printed".to_owned(),
            _ => format!("`{text}` is no tag"),
        };
        let error = self.new_error(Code::INVALID_DISPATCH, message, token.range()).note(
            "`#` may be followed by `(` `{` `\"` `'` `_` `?` `?@` `^` `:` `#` `!` or a tag's name",
        );
        self.error_datum(element.range(), Some(error));
    }

    pub(super) fn finish_tagged(&mut self, frame: Frame<'t>, tag: Symbol) {
        let origin = frame.origin;
        let range = frame.range;
        let Some((item, hash)) = self.only_item(frame) else {
            return;
        };
        let known = tag.ns.is_none() && matches!(&*tag.name, "inst" | "uuid" | "bytes");
        if !known {
            let tag_datum = Datum::new(DatumKind::Symbol(tag.clone()), origin);
            let hash = hash.map(|hash| ValueHash::of_tagged(&tag_datum, hash));
            let datum = Datum::new(DatumKind::Tagged(tag, Arc::new(item)), origin);
            return self.emit_hashed(datum, hash);
        }
        if matches!(item.kind, DatumKind::Error) {
            return self.emit(Datum::new(DatumKind::Error, origin));
        }
        let text = match &item.kind {
            DatumKind::String(text) => Some(&**text),
            _ => None,
        };
        let (kind, expected) = match &*tag.name {
            "inst" => (
                text.and_then(Instant::parse).map(DatumKind::Inst),
                "a time such as `#inst \"2024-02-29T12:30:00.000Z\"`",
            ),
            "uuid" => (
                text.and_then(parse_uuid).map(DatumKind::Uuid),
                "a UUID such as `#uuid \"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"`",
            ),
            _ => (
                text.and_then(parse_base64)
                    .map(|bytes| DatumKind::Bytes(bytes.into())),
                "base64 with its padding, such as `#bytes \"T3g=\"`",
            ),
        };
        let Some(kind) = kind else {
            let error = self
                .new_error(
                    Code::INVALID_TAGGED_LITERAL,
                    format!("{} is no value for `#{tag}`", shortened(&item)),
                    range,
                )
                .note(format!("expected {expected}"));
            self.errors.push(error);
            return self.emit(Datum::new(DatumKind::Error, origin));
        };
        self.emit(Datum::new(kind, origin));
    }
}
