//! What linking takes from one definition, each part a query: its code, what the code refers to,
//! its entry in the source map.
//!
//! # Invariants
//! - [`unit`] and [`references`] keep their revision when only positions changed; [`slot_source`]
//!   is the one query here that depends on positions, and nothing but the source map depends on it.
//! - Code is generated for a body only if none is known for its hash ([`generated`]).

use crate::chunks::{self, Made};
use crate::kept;
use bytecode::{Chunk, Hash, ProtoSource, SlotSource};
use codegen::ProtoFacts;
use hir::LoweredDef;
use hir::body::{GlobalIdx, GlobalRef, Root};
use hir::stored::{RootKind, stored_def};
use hir::{Db, Def, SourceFile};
use rustc_hash::FxHashMap;
use source::LineIndex;
use std::sync::Arc;
use syntax::AstId;
use syntax::datum::Origin;

/// A definition's code, ready to be linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// What the body is.
    pub(crate) root: RootKind,
    /// Definitions that the body refers to, by ordinal.
    pub(crate) globals: Vec<GlobalRef>,
    /// The definition that each reference of the code means.
    pub(crate) refs: Vec<GlobalIdx>,
    /// The code.
    pub(crate) chunk: Chunk,
    /// Hash of the code's bytes.
    pub(crate) hash: Hash,
    /// Facts of each prototype, which only the source map is made of; none of a definition in a
    /// summary, which has the source map's entry.
    pub(crate) facts: Vec<ProtoFacts>,
}

/// The code of a definition; `None` if there is no such definition.
#[salsa::tracked]
pub(crate) fn unit<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<Result<Arc<Unit>, String>> {
    let known = chunks::known(db);
    if let Some(known) = known
        && let Some((_, stored)) = stored_def(db, def)
        && let Some(unit) = known.unit(&stored.body_hash, &stored.root, &stored.globals, false)
    {
        return Some(Ok(Arc::new(unit)));
    }
    let body = hir::definition_body(db, def).as_ref()?;
    if let Some(known) = known
        && let Some(hash) = hir::body_hash(db, def)
        && let Some(unit) = known.unit(&hash, &RootKind::from(&body.root), &body.globals, true)
    {
        return Some(Ok(Arc::new(unit)));
    }
    generated(db, def).clone()
}

/// Generates the code of a definition.
#[salsa::tracked]
fn generated<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<Result<Arc<Unit>, String>> {
    let body = hir::definition_body(db, def).as_ref()?;
    let code = match codegen::generate(body) {
        Ok(code) => code,
        Err(error) => return Some(Err(error.to_string())),
    };
    let unit = Arc::new(Unit {
        root: RootKind::from(&body.root),
        globals: body.globals.clone(),
        refs: code.refs,
        hash: code.chunk.hash(),
        chunk: code.chunk,
        facts: code.facts,
    });
    if let Some(known) = chunks::known(db)
        && known.keeps_made()
        && let Some(hash) = hir::body_hash(db, def)
    {
        let file = hir::file_of(db, &def.name(db).ns);
        let made = Made {
            unit: Arc::clone(&unit),
            of_library: file.is_some_and(|file| file.library(db)),
        };
        known.note(hash, made);
    }
    Some(Ok(unit))
}

/// What the ordinals of a definition's code mean.
#[salsa::tracked]
pub(crate) fn references<'db>(db: &'db dyn Db, def: Def<'db>) -> Vec<Def<'db>> {
    let Some(Ok(unit)) = unit(db, def) else {
        return Vec::new();
    };
    let refs = unit.refs.iter();
    refs.map(|global| hir::referred(db, def, &unit.globals[global.index()]))
        .collect()
}

/// The lines of a file.
#[salsa::tracked]
fn line_index(db: &dyn Db, file: SourceFile) -> Arc<LineIndex> {
    Arc::new(LineIndex::new(file.text(db)))
}

/// Where in the list of a file's forms each is.
#[salsa::tracked]
fn form_indices(db: &dyn Db, file: SourceFile) -> FxHashMap<AstId, usize> {
    let forms = hir::forms::top_forms(db, file);
    let ids = forms.iter().map(|form| form.ast_id);
    ids.zip(0..).collect()
}

/// Positions within one top-level form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places<'db> {
    index: &'db LineIndex,
    form: Option<&'db syntax::TopForm>,
}

impl<'db> Places<'db> {
    /// The places of a form of a file.
    pub(crate) fn of(db: &'db dyn Db, file: SourceFile, form: AstId) -> Places<'db> {
        let at = form_indices(db, file).get(&form);
        Places {
            index: line_index(db, file),
            form: at.map(|&at| &hir::forms::top_forms(db, file)[at]),
        }
    }

    /// Where an origin is in the file.
    pub(crate) fn range(&self, origin: Origin) -> source::TextRange {
        match self.form {
            None => source::TextRange::empty(0.into()),
            Some(form) if origin == Origin::NONE => form.range,
            Some(form) => form.range_of(origin),
        }
    }

    /// Line and column of an origin, from 1; the form's beginning if it has none; 0 if the form is
    /// unknown.
    pub(crate) fn line_column(&self, origin: Origin) -> (u32, u32) {
        if self.form.is_none() {
            return (0, 0);
        }
        let place = self.index.line_column(self.range(origin).start());
        (place.line + 1, place.column + 1)
    }
}

/// The form that begins at a line and column of a file, from 1.
pub(crate) fn form_at(
    db: &dyn Db,
    file: SourceFile,
    line: u32,
    column: u32,
) -> Option<source::TextRange> {
    let position = source::LineColumn {
        line: line.checked_sub(1)?,
        column: column.checked_sub(1)?,
    };
    let offset = line_index(db, file).offset(position);
    let forms = hir::forms::top_forms(db, file);
    let form = forms.iter().find(|form| form.range.contains(offset))?;
    let origin = form.source_map.origin_at(offset - form.range.start())?;
    Some(form.range_of(origin))
}

/// A definition's entry in the source map and the path of its file; nothing of one without a place.
#[salsa::tracked]
pub(crate) fn slot_source<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<(SourceFile, SlotSource)> {
    if let Some((stored, def)) = stored_def(db, def)
        && let Some(source) = kept::slot_source(stored.extra(def))
    {
        return Some((def.info.file, source));
    }
    let lowered = hir::lowered_def(db, def)?;
    let Some(Ok(unit)) = unit(db, def) else {
        return None;
    };
    let file = lowered.info.file;
    let places = Places::of(db, file, lowered.info.form);
    let (line, _) = places.line_column(lowered.name_origin);
    let is_entry = *def.name(db).name == *hir::ENTRY;
    let protos = codegen::sources(&unit.facts, &lowered.source)
        .into_iter()
        .zip(&unit.facts)
        .map(|(proto, facts)| ProtoSource {
            name: proto.name,
            lines: if is_entry {
                entry_lines(db, lowered, line, facts)
            } else {
                relative_lines(&places, line, &proto.origins)
            },
            locals: proto.locals,
        });
    let source = SlotSource {
        file: 0,
        line,
        arglists: lowered.arglists.iter().map(ToString::to_string).collect(),
        doc: lowered.doc.as_deref().map(str::to_owned),
        protos: protos.collect(),
    };
    Some((file, source))
}

/// The lines of the entry body: each of its calls stands where the expression is that it runs.
fn entry_lines(
    db: &dyn Db,
    entry: &LoweredDef,
    line: u32,
    facts: &ProtoFacts,
) -> Vec<(u32, u32, u32)> {
    let names = entry.body.globals.iter().map(|global| &global.name);
    let pieces: Vec<_> = names
        .filter(|name| hir::is_entry_name(&name.name))
        .collect();
    let lines = facts.exprs.iter().filter_map(|&(pc, expr)| {
        // The calls are the first expressions, in the order of the names; what follows prints the
        // value of the last.
        let piece = pieces.get(expr.index()).or(pieces.last())?;
        let piece = hir::lowered_def(db, hir::definition(db, piece))?;
        let places = Places::of(db, piece.info.file, piece.info.form);
        let (at, column) = places.line_column(first_origin(piece));
        Some((pc, at.saturating_sub(line), column))
    });
    lines.collect()
}

/// Where the code of an expression at top level begins.
pub(crate) fn first_origin(piece: &LoweredDef) -> Origin {
    let Root::Func(func) = piece.body.root else {
        return piece.name_origin;
    };
    let body = piece.body.funcs[func.index()].arities[0].body;
    piece.source.origins[body.index()]
}

fn relative_lines(
    places: &Places<'_>,
    line: u32,
    origins: &[(u32, Origin)],
) -> Vec<(u32, u32, u32)> {
    let lines = origins.iter().map(|&(pc, origin)| {
        let (at, column) = places.line_column(origin);
        (pc, at.saturating_sub(line), column)
    });
    lines.collect()
}
