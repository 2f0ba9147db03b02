//! Whether there is an activity for what a command line says is to be answered.
//!
//! # Invariants
//! - What is told is a note: a program may make a name up while it runs, which nobody can know before.

use crate::output::Output;
use activities::Served;
use bytecode::{Const, Image};
use std::collections::BTreeSet;

/// Says of which names the program has none: nothing would ever be answered by these.
pub(crate) fn tell_unknown(output: Output, served: &[Served], image: &Image) {
    if served.is_empty() {
        return;
    }
    let texts = texts(image);
    for one in served.iter().filter(|one| !texts.contains(&*one.name)) {
        let told = format!("--serve: no activity of the program is called {}", one.name);
        output.note(match meant(&one.name, image, &texts) {
            Some(meant) => format!("{told}: did you mean {meant}?"),
            None => told,
        });
    }
}

/// All texts that a program's code holds. Whoever asks for an activity names it by one of them.
fn texts(image: &Image) -> BTreeSet<&str> {
    let protos = image.chunks.iter().flat_map(|chunk| &chunk.protos);
    let mut left: Vec<&Const> = protos.flat_map(|proto| &proto.consts).collect();
    let mut texts = BTreeSet::new();
    while let Some(constant) = left.pop() {
        match constant {
            Const::Str(text) => {
                texts.insert(text.as_str());
            }
            Const::List(items) | Const::Vector(items) | Const::Set(items) => left.extend(items),
            Const::Map(entries) => {
                left.extend(entries.iter().flat_map(|(key, value)| [key, value]));
            }
            Const::Tagged(_, _, form) => left.push(form),
            Const::Meta(value, meta) => left.extend([&**value, &**meta]),
            _ => {}
        }
    }
    texts
}

/// An activity that is defined under this name in a namespace, else one with a similar name.
fn meant(name: &str, image: &Image, texts: &BTreeSet<&str>) -> Option<String> {
    let slots = image.slots.iter().filter(|slot| slot.name == name);
    let mut qualified = slots.map(|slot| format!("{}/{name}", slot.namespace));
    // A `defactivity` asks by its whole name.
    let defined = qualified.find(|whole| texts.contains(whole.as_str()));
    defined.or_else(|| scalar::suggest(name, texts.iter().copied()).map(str::to_owned))
}
