//! Macros of the program, run by the machine: how `hir`'s hook is answered.
//!
//! # Invariants
//! - The answer depends on the call and on queries made under the caller's query only: the macro's
//!   image is itself a query.
//! - `resolve`, `definition-kind` and `macroexpand` are effects of the macro's process, answered between slices, where
//!   cancellation of the query is checked too. Every other effect is a failure.

use crate::database::Database;
use crate::datum::{from_word, to_word};
use crate::evaluate::{Failure, endless, error_field, failure_of, frames, refused, request_of};
use crate::link::{self, Purpose, View};
use hir::body::DefName;
use hir::contributions::Scope;
use hir::db::{MacroCall, MacroFailure, MacroWarning, PartPath};
use hir::{Caller, Db, Def, Stage};
use salsa::Database as _;
use std::sync::Arc;
use syntax::datum::{Datum, DatumKind, Origin, Symbol};
use vm::Word;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal};
use vm::process::Process;
use vm::value::{string, vector};

/// Fuel for one expansion.
const FUEL: i64 = 20_000_000;
/// Fuel between two looks at cancellation, about a millisecond.
const SLICE: i64 = 20_000;
/// Memory for one expansion, words.
const QUOTA_WORDS: u32 = 1 << 24;

/// A macro ready to run.
#[derive(Clone, Debug)]
pub(crate) struct MacroImage {
    image: Arc<LoadedImage>,
    /// Slot of the macro.
    slot: u32,
}

impl PartialEq for MacroImage {
    fn eq(&self, other: &MacroImage) -> bool {
        self.slot == other.slot && self.image.image() == other.image.image()
    }
}

impl Eq for MacroImage {}

/// A macro with all that its code reaches; if that reads tables, with what a scope contributes.
#[salsa::tracked]
fn macro_image<'db>(
    db: &'db dyn Db,
    def: Def<'db>,
    scope: Option<Scope>,
) -> Result<MacroImage, MacroFailure> {
    // What the machine itself calls may read tables of the core.
    let core = || {
        let file = hir::file_of(db, "ox.core")?;
        let stage = Stage::ALL;
        Some(Scope { file, stage })
    };
    let view = View::new(db, scope.or_else(core).into_iter().collect());
    let (image, slots) = link::link(&view, &[def], Purpose::Compiler).map_err(|errors| {
        let error = errors.into_iter().next().expect("a failure says why");
        MacroFailure {
            trace: error.trace.clone(),
            ..failed(error.to_string())
        }
    })?;
    let image =
        LoadedImage::load_linked(Arc::new(image)).map_err(|error| failed(error.to_string()))?;
    Ok(MacroImage {
        image: Arc::new(image),
        slot: slots[0],
    })
}

fn failed(message: impl Into<String>) -> MacroFailure {
    MacroFailure {
        message: message.into(),
        at: Vec::new(),
        trace: Vec::new(),
    }
}

/// Runs a macro.
pub(crate) fn run(db: &Database, call: &MacroCall<'_>) -> Result<Datum, MacroFailure> {
    let def = hir::definition_at(db, &call.definition, call.stage);
    let loaded = macro_image(db, def, call.tables).clone()?;
    let image = loaded.image;
    let mut heap = Heap::new(Arc::clone(image.boot()));
    heap.quota_words = QUOTA_WORDS;
    let [a, b, c, d, e, f, ..] = call.gensym_key;
    heap.count_serials_from(u64::from_le_bytes([a, b, c, d, e, f, 0, 0]) >> 2);
    // What a call changed in the program's values would be lost with its process.
    heap.disown_cells();
    let mut process = Process::empty(Arc::clone(&image), heap);
    let heap = &mut process.heap;
    let mut args = vec![
        to_word(heap, call.form).map_err(failed)?,
        environment(heap, call)?,
    ];
    for arg in call.args {
        args.push(to_word(heap, arg).map_err(failed)?);
    }
    let proto = image
        .proto_for_call(loaded.slot, args.len())
        .ok_or_else(|| failed("the macro takes another number of arguments"))?;
    let fiber = process.add_call(proto, &args);
    let word = drive(db, call, &mut process, fiber)?;
    // What was returned may hold lazy sequences: they are part of the macro's work.
    let ready = image
        .hook("ready*")
        .and_then(|slot| image.proto_for_call(slot, 1))
        .ok_or_else(|| failed("the library lacks ready*"))?;
    let fiber = process.add_call(ready, &[word]);
    let word = drive(db, call, &mut process, fiber)?;
    from_word(&mut process.heap, word, 0).map_err(failed)
}

/// `&env`: a map from the symbols of the locals to themselves, and what macros of the library ask
/// for.
fn environment(heap: &mut Heap, call: &MacroCall<'_>) -> Result<Word, MacroFailure> {
    let symbol = |name: &str| {
        Datum::new(
            DatumKind::Symbol(Symbol {
                ns: None,
                name: name.into(),
            }),
            Origin::NONE,
        )
    };
    let mut entries: Vec<(Datum, Datum)> = Vec::new();
    for name in call.env {
        if !entries.iter().any(|(known, _)| known.is_symbol(name)) {
            entries.push((symbol(name), symbol(name)));
        }
    }
    if entries.is_empty() {
        return Ok(Word::NIL);
    }
    to_word(
        heap,
        &Datum::new(DatumKind::Map(entries.into()), Origin::NONE),
    )
    .map_err(failed)
}

/// A failure of the macro's process as others see it.
fn told(call: &MacroCall<'_>, process: &Process, failure: &Failure) -> MacroFailure {
    let stage = |name: &DefName| {
        if name.ns == call.definition.ns {
            call.stage
        } else {
            Stage::ALL
        }
    };
    MacroFailure {
        message: failure.reason.of("macros"),
        at: Vec::new(),
        trace: frames(process.image.image(), &failure.trace, stage),
    }
}

/// Runs a fiber of a macro's process to its value.
fn drive(
    db: &Database,
    call: &MacroCall<'_>,
    process: &mut Process,
    fiber: u64,
) -> Result<Word, MacroFailure> {
    let mut left = FUEL;
    loop {
        db.unwind_if_revision_cancelled();
        let mut fuel = SLICE.min(left);
        let given = fuel;
        let outcome = process.run(&mut fuel, Zeal::default());
        left -= given - fuel.max(0);
        match outcome {
            Outcome::Done(done) if done == fiber => {
                let ended = process.remove_fiber(done).expect("the fiber has just run");
                return Ok(ended.request);
            }
            Outcome::Failed(id) => {
                let ended = process.remove_fiber(id).expect("the fiber has just run");
                let failure = failure_of(process, ended.request);
                let mut told = told(call, process, &failure);
                let heap = &mut process.heap;
                if let Some(path) = error_field(heap, ended.request, "at") {
                    told.at = part_path(heap, path);
                }
                let kind = error_field(heap, ended.request, "kind");
                let kind = kind.and_then(|kind| string::try_keyword(heap, kind));
                if kind == Some((Some("ox"), "syntax")) {
                    // The call is wrong, not the macro.
                    told.trace.clear();
                }
                return Err(told);
            }
            Outcome::Effect(id) => answer(db, call, process, id)?,
            Outcome::OutOfFuel if left > 0 => {}
            Outcome::OutOfFuel => {
                return Err(told(call, process, &endless(process, fiber)));
            }
            Outcome::Done(_) | Outcome::Idle => {
                return Err(failed("it stopped without a form"));
            }
        }
    }
}

/// The path to a part of the call that a macro names: a vector of integers.
fn part_path(heap: &Heap, path: Word) -> PartPath {
    if !vector::is_vector(heap, path) {
        return PartPath::new();
    }
    let steps = vector::elements(heap, path).into_iter();
    steps
        .map_while(|step| u32::try_from(step.as_small()?).ok())
        .collect()
}

/// Answers what a macro may ask and say: `resolve`, `definition-kind`, `macroexpand`, `macro-warning`.
fn answer(
    db: &Database,
    call: &MacroCall<'_>,
    process: &mut Process,
    id: u64,
) -> Result<(), MacroFailure> {
    let (op, args) = request_of(process, id);
    let heap = &mut process.heap;
    let form = |heap: &mut Heap| {
        let arg = args.first().copied().unwrap_or(Word::NIL);
        from_word(heap, arg, 0).map_err(failed)
    };
    let word = match op.as_deref().unwrap_or_default() {
        "resolve" => {
            call.asked.set(true);
            let datum = form(heap)?;
            let symbol = datum
                .as_symbol()
                .ok_or_else(|| failed("resolve needs a symbol"))?;
            let Caller { file, stage } = call.caller;
            match hir::resolve_symbol(db, file, stage, symbol) {
                Some(found) => string::make_symbol(heap, found.ns.as_deref(), &found.name),
                None => Word::NIL,
            }
        }
        "definition-kind" => {
            call.asked.set(true);
            let datum = form(heap)?;
            let symbol = datum
                .as_symbol()
                .ok_or_else(|| failed("definition-kind needs a symbol"))?;
            let Caller { file, stage } = call.caller;
            match hir::kind_of_symbol(db, file, stage, symbol) {
                Some(kind) => string::make_keyword(heap, None, kind),
                None => Word::NIL,
            }
        }
        op @ ("macroexpand" | "macroexpand-1") => {
            call.asked.set(true);
            let datum = form(heap)?;
            let Caller { file, stage } = call.caller;
            let expanded = if op == "macroexpand" {
                hir::macroexpand(db, file, stage, call.env, &datum)
            } else {
                hir::macroexpand_1(db, file, stage, call.env, &datum)
                    .map(|expanded| expanded.unwrap_or(datum))
            };
            to_word(heap, &expanded.map_err(failed)?).map_err(failed)?
        }
        "macro-warning" => {
            let [path, message] = args[..] else {
                return Err(failed("a warning has a path and a message"));
            };
            let message = string::try_text(heap, message)
                .ok_or_else(|| failed("the message of a warning is a string"))?;
            call.warnings.borrow_mut().push(MacroWarning {
                message: message.to_owned(),
                at: part_path(heap, path),
            });
            Word::NIL
        }
        _ => return Err(told(call, process, &refused(process, id))),
    };
    process.answer(id, word);
    Ok(())
}
