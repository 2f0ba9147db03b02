//! Summaries as bytes.

use std::collections::BTreeSet;
use std::sync::Arc;

use syntax::AstId;
use syntax::datum::Origin;

use super::{Held, RootKind, Stored, StoredDef};
use crate::body::{DefName, GlobalKind, GlobalRef, Native};
use crate::contributions::Contribution;
use crate::db::{SourceFile, Stage};
use crate::definition::{Arities, Asks, DefInfo, DefKind};
use crate::hash::Hash;
use crate::header::{CoreRefer, Header, Import, Refer, Require};
use crate::host;
use crate::names::WrittenNames;
use crate::problem::Place;
use crate::wire::{Reader, Writer};

impl Stored {
    /// The summary's bytes. What they mean depends on this version of the program.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        header(&mut w, &self.header);
        w.list(self.definers.iter(), Writer::name);
        w.list(self.written.all.iter(), info);
        host::write(&mut w, &self.written.hosts);
        w.list(self.generated.iter(), |w, by| w.list(by.iter(), info));
        w.list(self.definitions.iter(), name);
        w.list(self.contributions.iter(), contribution);
        // In the order of the list, which has each name once.
        for name in &self.definitions {
            def(&mut w, &self.defs[&name.name]);
        }
        w.raw(&self.names.0);
        held(&mut w, &self.held);
        w.raw(&self.extra);
        w.bytes
    }

    /// Reads the summary of a file; `None` if the bytes are none.
    #[must_use]
    pub fn decode(bytes: &[u8], file: SourceFile) -> Option<Stored> {
        let mut r = Reader::new(bytes);
        let r = &mut r;
        let header = read_header(r, file)?;
        let definers = r.list(Reader::name)?;
        let all: Vec<DefInfo> = r.list(|r| read_info(r, file))?;
        let mut written = WrittenNames::default();
        for (index, info) in all.iter().enumerate() {
            written
                .by_name
                .entry(info.name.name.clone())
                .or_insert(index);
        }
        written.all = all;
        written.hosts = host::read(r)?;
        let generated = r.list(|r| r.list(|r| read_info(r, file)))?;
        let definitions: Vec<DefName> = r.list(read_name)?;
        let contributions = r.list(read_contribution)?;
        let mut start = 0;
        let defs = definitions
            .iter()
            .map(|name| Some((name.name.clone(), read_def(r, file, &mut start)?)))
            .collect::<Option<_>>()?;
        let names = read_hash(r)?;
        let held = read_held(r)?;
        (r.rest().len() == start).then(|| Stored {
            header,
            definers,
            written,
            generated,
            definitions,
            contributions,
            defs,
            names,
            held,
            extra: r.rest().into(),
        })
    }
}

fn read_hash(r: &mut Reader<'_>) -> Option<Hash> {
    r.array().map(Hash)
}

/// A definition's name.
pub(super) fn name(w: &mut Writer, name: &DefName) {
    w.name(&name.ns);
    w.name(&name.name);
}

fn read_name(r: &mut Reader<'_>) -> Option<DefName> {
    let ns = r.name()?;
    Some(DefName {
        ns,
        name: r.name()?,
    })
}

pub(super) fn contribution(w: &mut Writer, one: &Contribution) {
    name(w, &one.table);
    name(w, &one.key);
    name(w, &one.value);
    w.option(one.generated, |w, by| w.number(u64::from(by)));
}

fn read_contribution(r: &mut Reader<'_>) -> Option<Contribution> {
    Some(Contribution {
        table: read_name(r)?,
        key: read_name(r)?,
        value: read_name(r)?,
        generated: r.option(Reader::narrow)?,
    })
}

fn arities(w: &mut Writer, arities: &Arities) {
    w.list(arities.fixed.iter(), |w, n| w.number(u64::from(*n)));
    w.option(arities.variadic, |w, n| w.number(u64::from(n)));
}

fn read_arities(r: &mut Reader<'_>) -> Option<Arities> {
    let fixed = r.list(Reader::narrow)?;
    let variadic = r.option(Reader::narrow)?;
    Some(Arities { fixed, variadic })
}

fn native(w: &mut Writer, native: &Native) {
    w.name(&native.name);
    w.number(u64::from(native.version));
}

fn read_native(r: &mut Reader<'_>) -> Option<Native> {
    let name = r.name()?;
    let version = r.narrow()?;
    Some(Native { name, version })
}

fn kind(w: &mut Writer, kind: &DefKind) {
    match kind {
        DefKind::Function { arities: of, asks } => {
            w.number(0);
            arities(w, of);
            w.number(match asks {
                None => 0,
                Some(Asks::Activity) => 1,
                Some(Asks::Effect) => 2,
            });
        }
        DefKind::Macro(of) => {
            w.number(1);
            arities(w, of);
        }
        DefKind::Native(which, of) => {
            w.number(2);
            native(w, which);
            arities(w, of);
        }
        DefKind::Value { literal } => {
            w.number(3);
            w.flag(*literal);
        }
        DefKind::Dynamic => w.number(4),
        DefKind::Cell => w.number(5),
        DefKind::Table => w.number(6),
    }
}

fn read_kind(r: &mut Reader<'_>) -> Option<DefKind> {
    Some(match r.number()? {
        0 => DefKind::Function {
            arities: read_arities(r)?,
            asks: match r.number()? {
                0 => None,
                1 => Some(Asks::Activity),
                2 => Some(Asks::Effect),
                _ => return None,
            },
        },
        1 => DefKind::Macro(read_arities(r)?),
        2 => DefKind::Native(read_native(r)?, read_arities(r)?),
        3 => DefKind::Value { literal: r.flag()? },
        4 => DefKind::Dynamic,
        5 => DefKind::Cell,
        6 => DefKind::Table,
        _ => return None,
    })
}

/// What lowering other files may read of a definition.
pub(super) fn info_of_others(w: &mut Writer, info: &DefInfo) {
    name(w, &info.name);
    kind(w, &info.kind);
    w.flag(info.private);
    w.option(info.generated, |w, by| w.number(u64::from(by)));
}

fn info(w: &mut Writer, info: &DefInfo) {
    info_of_others(w, info);
    w.raw(&info.form.0.to_le_bytes());
}

fn read_info(r: &mut Reader<'_>, file: SourceFile) -> Option<DefInfo> {
    let name = read_name(r)?;
    let kind = read_kind(r)?;
    let private = r.flag()?;
    let generated = r.option(Reader::narrow)?;
    Some(DefInfo {
        name,
        kind,
        private,
        file,
        form: read_form(r)?,
        generated,
    })
}

fn read_form(r: &mut Reader<'_>) -> Option<AstId> {
    r.array().map(|bytes| AstId(u64::from_le_bytes(bytes)))
}

fn global(w: &mut Writer, global: &GlobalRef) {
    name(w, &global.name);
    match &global.kind {
        GlobalKind::Function => w.number(0),
        GlobalKind::Macro => w.number(1),
        GlobalKind::Native(which) => {
            w.number(2);
            native(w, which);
        }
        GlobalKind::Value => w.number(3),
        GlobalKind::Dynamic => w.number(4),
        GlobalKind::Cell => w.number(5),
        GlobalKind::Table => w.number(6),
    }
    w.option(global.core.as_ref(), Writer::name);
}

fn read_global(r: &mut Reader<'_>) -> Option<GlobalRef> {
    let name = read_name(r)?;
    let kind = match r.number()? {
        0 => GlobalKind::Function,
        1 => GlobalKind::Macro,
        2 => GlobalKind::Native(read_native(r)?),
        3 => GlobalKind::Value,
        4 => GlobalKind::Dynamic,
        5 => GlobalKind::Cell,
        6 => GlobalKind::Table,
        _ => return None,
    };
    let core = r.option(Reader::name)?;
    Some(GlobalRef { name, kind, core })
}

fn def(w: &mut Writer, def: &StoredDef) {
    info(w, &def.info);
    match &def.root {
        RootKind::Func => w.number(0),
        RootKind::Value => w.number(1),
        RootKind::Native(which) => {
            w.number(2);
            native(w, which);
        }
    }
    w.list(def.globals.iter(), global);
    w.list(def.missing.iter(), Writer::name);
    w.raw(&def.body_hash.0);
    w.option(def.settled, |w, stage| w.number(u64::from(stage.0)));
    w.count(def.extra.len());
}

/// Reads a definition whose extra bytes begin at `start`, and moves that to the next.
fn read_def(r: &mut Reader<'_>, file: SourceFile, start: &mut usize) -> Option<StoredDef> {
    let info = read_info(r, file)?;
    let root = match r.number()? {
        0 => RootKind::Func,
        1 => RootKind::Value,
        2 => RootKind::Native(read_native(r)?),
        _ => return None,
    };
    let globals = r.list(read_global)?;
    let missing = r.list(Reader::name)?;
    let body_hash = read_hash(r)?;
    let settled = r.option(Reader::narrow)?.map(Stage);
    let end = start.checked_add(r.narrow()?)?;
    let extra = std::mem::replace(start, end)..end;
    Some(StoredDef {
        info,
        root,
        globals,
        missing,
        body_hash,
        settled,
        extra,
    })
}

fn held(w: &mut Writer, held: &Held) {
    w.list(held.namespaces.iter(), |w, (ns, hash)| {
        w.name(ns);
        w.raw(&hash.0);
    });
    w.list(held.absent.iter(), Writer::name);
    w.list(held.code.iter(), |w, (def, hash)| {
        name(w, def);
        w.raw(&hash.0);
    });
    w.option(held.reached.as_ref(), |w, all| {
        w.list(all.iter(), Writer::name);
    });
    w.raw(&held.hosts.0);
}

fn read_held(r: &mut Reader<'_>) -> Option<Held> {
    let namespaces = r.list(|r| Some((r.name()?, read_hash(r)?)))?;
    let absent = r.list(Reader::name)?;
    let code = r.list(|r| Some((read_name(r)?, read_hash(r)?)))?;
    let reached = r.option(|r| r.list(Reader::name))?;
    Some(Held {
        namespaces,
        absent,
        code,
        reached,
        hosts: read_hash(r)?,
    })
}

fn place(w: &mut Writer, place: &Place) {
    w.option(place.form, |w, form| w.raw(&form.0.to_le_bytes()));
    w.number(u64::from(place.origin.0));
}

fn read_place(r: &mut Reader<'_>, file: SourceFile) -> Option<Place> {
    let form = r.option(read_form)?;
    let origin = Origin(r.narrow()?);
    Some(Place { file, form, origin })
}

fn require(w: &mut Writer, require: &Require) {
    w.name(&require.ns);
    place(w, &require.at);
    w.flag(require.refer_all);
    w.list(require.exclude.iter(), Writer::name);
    w.list(require.rename.iter(), pair);
    w.flag(require.alias_only);
}

fn read_require(r: &mut Reader<'_>, file: SourceFile) -> Option<Require> {
    let ns = r.name()?;
    let at = read_place(r, file)?;
    let refer_all = r.flag()?;
    let exclude = r.list(Reader::name)?;
    let rename = r.list(read_pair)?;
    Some(Require {
        ns,
        at,
        refer_all,
        exclude,
        rename,
        alias_only: r.flag()?,
    })
}

fn pair(w: &mut Writer, (from, to): (&Arc<str>, &Arc<str>)) {
    w.name(from);
    w.name(to);
}

fn read_pair(r: &mut Reader<'_>) -> Option<(Arc<str>, Arc<str>)> {
    Some((r.name()?, r.name()?))
}

fn header(w: &mut Writer, header: &Header) {
    w.name(&header.ns);
    w.option(header.form, |w, form| w.raw(&form.0.to_le_bytes()));
    w.list(header.requires.iter(), require);
    w.list(header.reexports.iter(), require);
    w.list(header.aliases.iter(), pair);
    w.list(header.spelled.iter(), pair);
    w.list(header.refers.iter(), |w, (name, refer)| {
        w.name(name);
        w.name(&refer.ns);
        w.name(&refer.name);
        place(w, &refer.at);
    });
    w.list(header.imports.iter(), |w, (class, import)| {
        w.name(class);
        w.name(&import.ns);
        place(w, &import.at);
    });
    w.list(header.core.exclude.iter(), Writer::name);
    w.option(header.core.only.as_ref(), |w, only| {
        w.list(only.iter(), Writer::name);
    });
    w.list(header.core.rename.iter(), pair);
    w.list(header.loose.iter(), |w, form| w.raw(&form.0.to_le_bytes()));
}

fn read_header(r: &mut Reader<'_>, file: SourceFile) -> Option<Header> {
    let ns = r.name()?;
    let form = r.option(read_form)?;
    let requires = r.list(|r| read_require(r, file))?;
    let reexports = r.list(|r| read_require(r, file))?;
    let aliases = r.list(read_pair)?;
    let spelled = r.list(read_pair)?;
    let refers = r.list(|r| {
        let local = r.name()?;
        let (ns, name) = read_pair(r)?;
        let at = read_place(r, file)?;
        Some((local, Refer { ns, name, at }))
    })?;
    let imports = r.list(|r| {
        let (class, ns) = read_pair(r)?;
        let at = read_place(r, file)?;
        Some((class, Import { ns, at }))
    })?;
    let core = CoreRefer {
        exclude: r.list(Reader::name)?,
        only: r.option(|r| r.list::<_, BTreeSet<_>>(Reader::name))?,
        rename: r.list(read_pair)?,
    };
    Some(Header {
        ns,
        form,
        requires,
        reexports,
        aliases,
        spelled,
        refers,
        imports,
        core,
        loose: r.list(read_form)?,
        // A namespace with problems has no summary.
        problems: Vec::new(),
    })
}
