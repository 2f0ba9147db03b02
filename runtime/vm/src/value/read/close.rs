//! Forms whose parts have been read: what is made of them, and to what form it belongs.
//!
//! A long form's parts leave the stack in between ([`Reader::gather`]), and a long list or what is
//! spliced is made in steps.

use super::{Read, Reader, WRAPS, Wrong, form};
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::value::build::{
    add_elements, add_members, add_pairs, empty_map, empty_set, empty_vector,
};
use crate::value::string::{
    make_bytes, make_keyword, make_symbol, parts_of, try_keyword, try_symbol, try_text,
};
use crate::value::time::{make_instant, make_uuid};
use crate::value::{list, map, meta, set, transient, vector};
use crate::word::Word;
use scalar::{Instant, Uuid, parse_base64, parse_uuid};

impl Reader<'_> {
    /// Gives a value to the form it belongs to; the value of the whole when nothing is open.
    pub(super) fn deliver(&mut self, value: Word) -> Read<Option<Word>> {
        let Some(top) = self.stack.top else {
            return Ok(Some(value));
        };
        match top.form {
            form::WRAP => {
                self.stack.close(self.heap);
                let (namespace, name) = WRAPS[top.extra.small_value() as usize];
                let head = make_symbol(self.heap, namespace, name);
                self.pending = Some(list::make(self.heap, &[head, value]));
            }
            form::DISCARD => {
                self.stack.close(self.heap);
            }
            form::TAGGED => {
                self.stack.close(self.heap);
                self.pending = Some(self.tagged(top.extra, value, top.at)?);
            }
            form::META if self.stack.count() > 0 => {
                let given = self.stack.take(self.heap)[0];
                self.stack.close(self.heap);
                self.pending = Some(self.with_meta(given, value, top.at)?);
            }
            _ => {
                self.stack.push(self.heap, value);
                if self.stack.count() >= self.parts_max {
                    self.gather()?;
                }
            }
        }
        Ok(None)
    }

    /// Moves the parts of the innermost form, a long one, off the stack.
    fn gather(&mut self) -> Read<()> {
        let Some(top) = self.stack.top else {
            return Ok(());
        };
        let mut parts = self.stack.take(self.heap);
        let heap = &mut *self.heap;
        match top.form {
            form::LIST | form::FUNCTION | form::VECTOR => {
                let builder = self.stack.builder(heap, empty_vector)?;
                add_elements(heap, builder, &parts)?;
            }
            form::SET => {
                let builder = self.stack.builder(heap, empty_set)?;
                if !add_members(heap, builder, &parts)? {
                    return Err(duplicate(top.at, DUPLICATE_ELEMENT));
                }
            }
            form::MAP | form::NAMESPACE_MAP => {
                if top.form == form::NAMESPACE_MAP {
                    self.qualify(&mut parts, top.extra);
                }
                let heap = &mut *self.heap;
                let builder = self.stack.builder(heap, empty_map)?;
                if !add_pairs(heap, builder, &parts)? {
                    return Err(duplicate(top.at, DUPLICATE_KEY));
                }
            }
            _ => {
                // A reader conditional: what it takes is all that is kept.
                let taken = self.taken(&parts);
                if let (Some(value), Some(top)) = (taken, &mut self.stack.top)
                    && top.extra.is_nil()
                {
                    top.extra = self.heap.make(Kind::Array, 0, 0, &[], &[value]);
                }
            }
        }
        Ok(())
    }

    pub(super) fn close(&mut self, c: char, at: usize) -> Read<()> {
        let wanted = match self.stack.top.map(|top| top.form) {
            Some(form::LIST | form::FUNCTION | form::CONDITIONAL | form::SPLICE) => ')',
            Some(form::VECTOR) => ']',
            Some(form::MAP | form::SET | form::NAMESPACE_MAP) => '}',
            _ => '\0',
        };
        let Some(top) = self.stack.top.filter(|_| c == wanted) else {
            return Err(self.error_at(at, &format!("Unmatched delimiter: {c}")));
        };
        let odd = !self.stack.count().is_multiple_of(2);
        if odd && matches!(top.form, form::MAP | form::NAMESPACE_MAP) {
            let message = "Map literal must contain an even number of forms";
            return Err(Wrong::At(top.at, message.to_owned()));
        }
        if matches!(top.form, form::CONDITIONAL | form::SPLICE) {
            return self.close_conditional(top.form, odd, top.at);
        }
        if !top.builder.is_nil() {
            self.gather()?;
            let whole = transient::persistent(self.heap, top.builder)?;
            if !matches!(top.form, form::LIST | form::FUNCTION) {
                self.stack.close(self.heap);
                self.pending = Some(whole);
            } else if let Some(open) = &mut self.stack.top {
                open.form = if top.form == form::LIST {
                    form::LISTING
                } else {
                    form::LISTING_FUNCTION
                };
                open.builder = whole;
                open.extra = Word::EMPTY_LIST;
                open.at = vector::count(self.heap.object(whole));
            }
            return Ok(());
        }
        let mut parts = self.stack.take(self.heap);
        self.stack.close(self.heap);
        self.pending = Some(match top.form {
            form::LIST => list::make(self.heap, &parts),
            form::FUNCTION => {
                let body = list::make(self.heap, &parts);
                self.function(body)
            }
            form::VECTOR => vector::make(self.heap, &parts),
            form::SET => match set::from_words(self.heap, &parts) {
                Err(Trap::Throw(_)) => return Err(duplicate(top.at, DUPLICATE_ELEMENT)),
                other => other?,
            },
            _ => {
                if top.form == form::NAMESPACE_MAP {
                    self.qualify(&mut parts, top.extra);
                }
                match map::from_pairs(self.heap, &parts) {
                    Err(Trap::Throw(_)) => return Err(duplicate(top.at, DUPLICATE_KEY)),
                    other => other?,
                }
            }
        });
        Ok(())
    }

    /// Puts the next elements of a long list before those that are there.
    pub(super) fn list_on(&mut self) {
        let Some(top) = &mut self.stack.top else {
            return;
        };
        for _ in 0..self.parts_max.min(top.at) {
            top.at -= 1;
            if let Some(element) = vector::nth(self.heap, top.builder, top.at) {
                top.extra = list::push(self.heap, top.extra, element);
            }
        }
        self.units = self.units.saturating_sub(self.parts_max);
        if top.at == 0 {
            let (form, list) = (top.form, top.extra);
            self.stack.close(self.heap);
            self.pending = Some(match form {
                form::LISTING => list,
                _ => self.function(list),
            });
        }
    }

    /// Keys of `#:namespace{…}`: one without a namespace gets it, one with `_` loses that.
    fn qualify(&mut self, parts: &mut [Word], namespace: Word) {
        let given = try_text(self.heap, namespace)
            .unwrap_or_default()
            .to_owned();
        for key in parts.iter_mut().step_by(2) {
            let Some(object) = self.heap.try_object(*key) else {
                continue;
            };
            let kind = object.kind();
            if !matches!(kind, Kind::Keyword | Kind::Symbol) {
                continue;
            }
            let (own, name) = parts_of(self.heap, object);
            let name = name.to_owned();
            let namespace = match own {
                None => Some(given.as_str()),
                Some("_") => None,
                Some(_) => continue,
            };
            *key = if kind == Kind::Keyword {
                make_keyword(self.heap, namespace, &name)
            } else {
                make_symbol(self.heap, namespace, &name)
            };
        }
    }

    /// What a reader conditional takes of these pairs.
    fn taken(&self, parts: &[Word]) -> Option<Word> {
        let taken = parts.chunks_exact(2).find(|pair| {
            matches!(
                try_keyword(self.heap, pair[0]),
                Some((None, "ox" | "default"))
            )
        });
        taken.map(|pair| pair[1])
    }

    fn close_conditional(&mut self, form: i64, odd: bool, at: usize) -> Read<()> {
        if odd {
            let message = "read-cond requires an even number of forms";
            return Err(Wrong::At(at, message.to_owned()));
        }
        self.gather()?;
        let taken = self
            .stack
            .close(self.heap)
            .map_or(Word::NIL, |open| open.extra);
        if taken.is_nil() {
            return Ok(());
        }
        let value = self.heap.word(taken, 1);
        if form == form::CONDITIONAL {
            self.pending = Some(value);
        } else if self.stack.top.is_none() {
            let message = "Reader conditional splicing not allowed at the top level";
            return Err(Wrong::At(at, message.to_owned()));
        } else {
            self.stack.open(self.heap, form::SPLICING, 0, Word::NIL);
            if let Some(open) = &mut self.stack.top {
                open.builder = value;
            }
        }
        Ok(())
    }

    /// Gives the next element of what a `#?@(…)` took to the form it stands in.
    pub(super) fn splice_on(&mut self) -> Read<Option<Word>> {
        let Some(open) = self.stack.close(self.heap) else {
            return Ok(None);
        };
        let (source, index) = (open.builder, open.at);
        let (element, rest) = if vector::is_vector(self.heap, source) {
            (vector::nth(self.heap, source, index), source)
        } else if list::count(self.heap, source) > 0
            && self.heap.kind_of(source) == Some(Kind::List)
        {
            (Some(self.heap.word(source, 3)), self.heap.word(source, 4))
        } else {
            (None, source)
        };
        let Some(element) = element else {
            return Ok(None);
        };
        let whole = self.deliver(element)?;
        if whole.is_some() {
            return Ok(whole);
        }
        // What the element completed is given on before the next one.
        while let Some(value) = self.pending.take() {
            let whole = self.deliver(value)?;
            if whole.is_some() {
                return Ok(whole);
            }
        }
        self.stack
            .open(self.heap, form::SPLICING, index + 1, Word::NIL);
        if let Some(open) = &mut self.stack.top {
            open.builder = rest;
        }
        Ok(None)
    }

    /// `#(…)` as `(fn* [params] (…))`.
    fn function(&mut self, body: Word) -> Word {
        let used = self.function.take().unwrap_or_default();
        let mut params: Vec<Word> = (1..=used.greatest).map(|n| self.parameter(n)).collect();
        if used.rest {
            params.push(make_symbol(self.heap, None, "&"));
            params.push(self.parameter(0));
        }
        let head = make_symbol(self.heap, None, "fn*");
        let params = vector::make(self.heap, &params);
        list::make(self.heap, &[head, params, body])
    }

    /// The symbol of a parameter of the `#(…)` being read; 0 is the rest.
    pub(super) fn parameter(&mut self, number: usize) -> Word {
        let function = self.functions;
        let name = if number == 0 {
            format!("rest__{function}#")
        } else {
            format!("p{number}__{function}#")
        };
        make_symbol(self.heap, None, &name)
    }

    fn tagged(&mut self, tag: Word, value: Word, at: usize) -> Read<Word> {
        let name = match try_symbol(self.heap, tag) {
            Some((None, name @ ("inst" | "uuid" | "bytes"))) => name.to_owned(),
            _ => return Ok(self.heap.make(Kind::Tagged, 0, 0, &[], &[tag, value])),
        };
        let Some(text) = try_text(self.heap, value).map(str::to_owned) else {
            let message = format!("#{name} must be followed by a string");
            return Err(Wrong::At(at, message));
        };
        let made = match name.as_str() {
            "inst" => Instant::parse(&text).map(|instant| make_instant(self.heap, instant)),
            "uuid" => parse_uuid(&text).map(|uuid| make_uuid(self.heap, Uuid(uuid))),
            _ => parse_base64(&text).map(|bytes| make_bytes(self.heap, &bytes)),
        };
        made.ok_or_else(|| Wrong::At(at, format!("Unrecognized #{name} syntax")))
    }

    /// `^given value`
    fn with_meta(&mut self, given: Word, value: Word, at: usize) -> Read<Word> {
        let key = |heap: &mut Heap, name: &str| make_keyword(heap, None, name);
        let own = meta::get(self.heap, value);
        let added = match self.heap.kind_of(given) {
            Some(Kind::Keyword) => vec![given, Word::TRUE],
            Some(Kind::Symbol | Kind::Str) => vec![key(self.heap, "tag"), given],
            Some(Kind::Vector | Kind::SmallVector) => vec![key(self.heap, "param-tags"), given],
            // Most often there was none before.
            Some(Kind::SmallMap | Kind::Map) if own.is_nil() => Vec::new(),
            Some(Kind::SmallMap | Kind::Map) => map::entries(self.heap, given),
            _ => {
                let message = "Metadata must be Symbol, Keyword, String, Map or Vector";
                return Err(Wrong::At(at, message.to_owned()));
            }
        };
        let mut all = if !own.is_nil() {
            own
        } else if added.is_empty() {
            meta::set_on(self.heap, given, Word::NIL)
        } else {
            map::empty(self.heap, Word::NIL)
        };
        for pair in added.chunks_exact(2) {
            all = map::assoc(self.heap, all, pair[0], pair[1])?;
        }
        match meta::with(self.heap, value, all) {
            Err(Trap::Throw(_)) => {
                let message = "Metadata can only be applied to what carries it";
                Err(Wrong::At(at, message.to_owned()))
            }
            other => Ok(other?),
        }
    }
}

const DUPLICATE_KEY: &str = "Duplicate key in a map";
const DUPLICATE_ELEMENT: &str = "Duplicate key in a set";

fn duplicate(at: usize, message: &str) -> Wrong {
    Wrong::At(at, message.to_owned())
}
