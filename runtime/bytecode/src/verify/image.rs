//! Images: that numbers in slots, prototypes and templates fit each other and the chunks.
//!
//! # Invariants
//! Of an image that is accepted:
//! - every chunk is accepted by [`crate::verify_chunk`];
//! - slot, prototype and template numbers are inverse to each other: what a frame's dense prototype
//!   number names is one prototype of one definition, with as many constants as its code names;
//! - a reference is bound to a definition that can be used as the code does;
//! - what is run without a caller (the entry body, the computation of a value) takes nothing.
//!
//! The words of constants, values and the boot segment are the machine's to check: this crate does
//! not know what a word means.

use crate::chunk::{Chunk, RefUse};
use crate::image::{Image, Slot, SlotKind};
use crate::verify::{Fault, IMAGE_PROTOS_MAX, VerifyError, verify_chunk};

/// Checks an image and every chunk in it.
///
/// # Errors
/// The first thing found wrong.
pub fn verify_image(image: &Image) -> Result<(), VerifyError> {
    verify_links(image)?;
    for (number, chunk) in (0u32..).zip(&image.chunks) {
        verify_chunk(chunk).map_err(|error| {
            let mut slots = image.slots.iter();
            VerifyError {
                definition: slots.find(|slot| slot.chunk == Some(number)).map(full_name),
                ..error
            }
        })?;
    }
    Ok(())
}

/// Checks an image whose chunks have been checked one by one: that its parts fit each other.
///
/// # Errors
/// The first thing found wrong.
pub fn verify_links(image: &Image) -> Result<(), VerifyError> {
    let count = image.protos.len();
    if count > IMAGE_PROTOS_MAX {
        let fault = Fault::TooMany {
            what: "prototypes",
            count,
            max: IMAGE_PROTOS_MAX,
        };
        return Err(VerifyError {
            definition: None,
            proto: None,
            pc: None,
            fault,
        });
    }
    for (index, slot) in image.slots.iter().enumerate() {
        verify_slot(image, index, slot).map_err(|message| in_slot(slot, message))?;
    }
    verify_numbers(image).map_err(in_image)?;
    for (what, slot) in [("entry", image.entry), ("main", image.main)] {
        let Some(index) = slot else { continue };
        let Some(slot) = image.slots.get(index as usize) else {
            return Err(in_image(format!(
                "the {what} is slot {index}, which does not exist"
            )));
        };
        if what == "entry" {
            let body = slot
                .chunk
                .and_then(|chunk| image.chunks.get(chunk as usize));
            let Some(body) = body else {
                return Err(in_slot(slot, "the entry has no code".to_owned()));
            };
            verify_body(body).map_err(|message| in_slot(slot, message))?;
        }
    }
    Ok(())
}

fn full_name(slot: &Slot) -> String {
    format!("{}/{}", slot.namespace, slot.name)
}

fn in_slot(slot: &Slot, message: String) -> VerifyError {
    VerifyError {
        definition: Some(full_name(slot)),
        ..in_image(message)
    }
}

fn in_image(message: String) -> VerifyError {
    VerifyError {
        definition: None,
        proto: None,
        pc: None,
        fault: Fault::Image(message),
    }
}

/// Prototype 0 can be run without a caller.
fn verify_body(chunk: &Chunk) -> Result<(), String> {
    match chunk.protos.first() {
        None => Err("it has no prototype to run".to_owned()),
        Some(proto) if proto.params > 0 || proto.variadic || proto.captures > 0 => {
            Err("prototype 0 computes the value, but takes parameters or captures".to_owned())
        }
        Some(_) => Ok(()),
    }
}

fn verify_slot(image: &Image, index: usize, slot: &Slot) -> Result<(), String> {
    let Some(number) = slot.chunk else {
        if slot.kind == SlotKind::Function {
            return Err("a function has no chunk".to_owned());
        }
        if !slot.refs.is_empty() || !slot.natives.is_empty() {
            return Err("references or natives are bound, but there is no chunk".to_owned());
        }
        return Ok(());
    };
    let Some(chunk) = image.chunks.get(number as usize) else {
        return Err(format!("chunk {number} does not exist"));
    };
    match slot.kind {
        SlotKind::Native => return Err("a native definition has a chunk".to_owned()),
        SlotKind::Function => match chunk.templates.first() {
            Some(template) if template.captures == 0 => {}
            Some(_) => return Err("its function has captures".to_owned()),
            None => return Err("a function has no template".to_owned()),
        },
        SlotKind::Value | SlotKind::Template | SlotKind::Cell | SlotKind::Dynamic => {
            verify_body(chunk)?;
        }
    }
    verify_bindings(image, slot, chunk)?;
    for k in 0..chunk.protos.len() {
        let number = slot.first_proto as usize + k;
        let Some(proto) = image.protos.get(number) else {
            return Err(format!(
                "prototype {k} should be number {number}, which does not exist"
            ));
        };
        if proto.slot as usize != index || usize::from(proto.index) != k {
            return Err(format!("number {number} is not its prototype {k}"));
        }
        let (words, named) = (proto.consts.len(), chunk.protos[k].consts.len());
        if words != named {
            return Err(format!(
                "prototype {k} has {named} constants, but {words} words"
            ));
        }
    }
    for k in 0..chunk.templates.len() {
        let number = slot.first_template as usize + k;
        let Some(template) = image.templates.get(number) else {
            return Err(format!(
                "template {k} should be number {number}, which does not exist"
            ));
        };
        if template.slot as usize != index || usize::from(template.index) != k {
            return Err(format!("number {number} is not its template {k}"));
        }
    }
    Ok(())
}

fn verify_bindings(image: &Image, slot: &Slot, chunk: &Chunk) -> Result<(), String> {
    let (bound, named) = (slot.refs.len(), chunk.refs.len());
    if bound != named {
        return Err(format!(
            "its code names {named} references, {bound} are bound"
        ));
    }
    for (ordinal, (target, use_)) in slot.refs.iter().zip(&chunk.refs).enumerate() {
        let Some(target) = image.slots.get(*target as usize) else {
            return Err(format!(
                "reference {ordinal} is slot {target}, which does not exist"
            ));
        };
        let fits = match use_ {
            RefUse::Value => target.kind != SlotKind::Cell,
            RefUse::Dynamic => target.kind == SlotKind::Dynamic,
            RefUse::Cell => target.kind == SlotKind::Cell,
            RefUse::Var => true,
        };
        if !fits {
            let name = full_name(target);
            return Err(format!(
                "reference {ordinal} is used as `{use_:?}`, but {name} is `{:?}`",
                target.kind
            ));
        }
    }
    let (bound, named) = (slot.natives.len(), chunk.natives.len());
    if bound != named {
        return Err(format!("its code names {named} natives, {bound} are bound"));
    }
    for (index, native) in slot.natives.iter().zip(&chunk.natives) {
        if image.natives.get(*index as usize) != Some(native) {
            return Err(format!("native {} is bound to another", native.name));
        }
    }
    Ok(())
}

/// Every prototype and template belongs to the slot it says.
fn verify_numbers(image: &Image) -> Result<(), String> {
    let chunk_of = |slot: u32| -> Option<(&Slot, &Chunk)> {
        let slot = image.slots.get(slot as usize)?;
        Some((slot, image.chunks.get(slot.chunk? as usize)?))
    };
    for (number, proto) in image.protos.iter().enumerate() {
        let owned = chunk_of(proto.slot).is_some_and(|(slot, chunk)| {
            usize::from(proto.index) < chunk.protos.len()
                && slot.first_proto as usize + usize::from(proto.index) == number
        });
        if !owned {
            return Err(format!(
                "prototype number {number} belongs to no definition"
            ));
        }
    }
    for (number, template) in image.templates.iter().enumerate() {
        let owned = chunk_of(template.slot).is_some_and(|(slot, chunk)| {
            usize::from(template.index) < chunk.templates.len()
                && slot.first_template as usize + usize::from(template.index) == number
        });
        if !owned {
            return Err(format!("template number {number} belongs to no definition"));
        }
    }
    Ok(())
}
