//! What running programs ask of the compiler: the activity `ox.eval/compile`.
//!
//! # Invariants
//! - One text is compiled at a time: each extension of the image is made from the newest.
//! - A mistake in the program's text is an answer, with a `:message`; an attempt fails only if the image cannot be
//!   extended at all.

use activities::{Compile, misuse};
use driver::extend::{Answer, Extender, Refused};
use engine::Engine;
use engine::data::Data;
use engine::transport::TaskError;
use std::sync::{Arc, Mutex, PoisonError};
use vm::image::LoadedImage;

/// Answers what the programs of this engine ask.
pub(crate) fn compiler_of(engine: &Engine) -> Compile {
    let (engine, extender) = (engine.clone(), Mutex::new(None));
    Box::new(move |_, args| {
        let mut extender = extender.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = answer(&engine, &mut extender, args);
        if answered.is_err() {
            // What it knows may be more than what the image has.
            *extender = None;
        }
        answered
    })
}

fn answer(
    engine: &Engine,
    extender: &mut Option<Extender>,
    args: &[Data],
) -> Result<Data, TaskError> {
    let base = engine.image().map_err(|error| misuse(error.to_string()))?;
    let image = base.image();
    let extender = match extender {
        Some(extender) => extender,
        None => extender.insert(Extender::of(&image.source_map.program).map_err(misuse)?),
    };
    let [Data::Str(op), Data::Str(text)] = args else {
        return Err(misuse("it takes an operation and a text"));
    };
    let answered = match extender.answer(image, op, text) {
        Ok(answered) => answered,
        Err(error) => return Ok(refused(error)),
    };
    if let Some(image) = answered.image {
        let loaded = LoadedImage::load_linked(Arc::new(image));
        let loaded = loaded
            .map_err(|error| misuse(error.to_string()))?
            .watched_as(&base);
        let extended = engine.extend_image(Arc::new(loaded));
        extended.map_err(|error| misuse(error.to_string()))?;
    }
    let answer = match answered.answer {
        Answer::Slot(slot) => Data::Int(slot.into()),
        Answer::Nothing => Data::Nil,
        Answer::Text(text) => Data::Str(text),
    };
    Ok(Data::record([("answer", answer)]))
}

fn refused(error: Refused) -> Data {
    let mut entries = vec![("message", Data::Str(error.message))];
    entries.extend(error.code.map(|code| ("code", Data::Str(code))));
    if let Some((line, column)) = error.place {
        entries.push(("line", Data::Int(line.into())));
        entries.push(("column", Data::Int(column.into())));
    }
    let entries = entries.into_iter();
    Data::Map(
        entries
            .map(|(key, value)| (Data::keyword(key), value))
            .collect(),
    )
}
