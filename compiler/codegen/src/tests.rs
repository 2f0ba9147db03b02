//! Tests: snapshots of the code of each construct, and random programs run both as HIR and as code.

#![expect(clippy::unwrap_used, reason = "tests")]

mod limits;
mod lower;
mod machine;
mod program;
mod random;
mod reference;
mod snapshots;
mod value;

use bytecode::{disasm_named, verify_chunk};

use crate::{Generated, generate};
use lower::Lowered;

/// The code of a program that must have some, verified.
fn code_of(lowered: &Lowered) -> Generated {
    let generated = generate(&lowered.body).unwrap();
    if let Err(error) = verify_chunk(&generated.chunk) {
        panic!("{error}\n{}", text_of(lowered, &generated));
    }
    assert_eq!(generated.refs.len(), generated.chunk.refs.len());
    assert_eq!(generated.facts.len(), generated.chunk.protos.len());
    generated
}

fn text_of(lowered: &Lowered, generated: &Generated) -> String {
    disasm_named(&generated.chunk, &|ordinal| {
        let global = generated.refs.get(ordinal as usize)?;
        Some(lowered.body.global(*global).name.to_string())
    })
}

/// The code of a definition's text, as text.
fn code(text: &str) -> String {
    let lowered = lower::lower(text);
    let generated = code_of(&lowered);
    text_of(&lowered, &generated)
}
