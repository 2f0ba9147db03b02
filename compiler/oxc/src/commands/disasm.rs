//! `oxc disasm`: the bytecode of a program's definitions.

use crate::args::Disasm;
use crate::compile::compile_whole;
use crate::failure::{Failure, Outcome};
use crate::output::{self, Output};
use crate::target::Program;
use bytecode::{Image, Slot};
use std::fmt::Write as _;

/// Prints all definitions of X, or one.
pub(crate) fn run(output: Output, args: &Disasm) -> Outcome {
    let program = Program::named(Some(&args.target))?;
    let image = &compile_whole(output, &program)?;
    let chosen: Vec<&Slot> = match &args.name {
        Some(name) => vec![find(image, name)?],
        None => image.slots.iter().filter(|slot| is_own(slot)).collect(),
    };
    let mut text = String::new();
    for slot in chosen {
        let _ = writeln!(
            text,
            "; {}/{} {}",
            slot.namespace, slot.name, slot.definition
        );
        match slot.chunk {
            Some(chunk) => {
                let name = |reference: u32| {
                    let slot = slot
                        .refs
                        .get(reference as usize)
                        .and_then(|&slot| image.slots.get(slot as usize));
                    slot.map(|slot| format!("{}/{}", slot.namespace, slot.name))
                };
                text.push_str(&bytecode::disasm_named(
                    &image.chunks[chunk as usize],
                    &name,
                ));
            }
            None => text.push_str("; native\n"),
        }
        text.push('\n');
    }
    output::answer(&text)
}

/// Whether a definition is the program's, not the library's.
fn is_own(slot: &Slot) -> bool {
    !slot.namespace.starts_with("ox.") && !slot.namespace.starts_with("clojure.")
}

fn find<'a>(image: &'a Image, name: &str) -> Result<&'a Slot, Failure> {
    let matches = |slot: &&Slot| {
        format!("{}/{}", slot.namespace, slot.name) == name || (is_own(slot) && slot.name == name)
    };
    if let Some(slot) = image.slots.iter().find(matches) {
        return Ok(slot);
    }
    let failure = Failure::new(format!(
        "no definition {name} is in the program; of other namespaces only what it reaches is"
    ));
    let all: Vec<String> = image
        .slots
        .iter()
        .map(|slot| {
            if is_own(slot) {
                slot.name.clone()
            } else {
                format!("{}/{}", slot.namespace, slot.name)
            }
        })
        .collect();
    Err(
        match scalar::suggest(name, all.iter().map(String::as_str)) {
            Some(similar) => failure.help(format!("did you mean {similar}?")),
            None => failure,
        },
    )
}
