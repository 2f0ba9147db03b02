//! What running programs ask of the compiler: the activity `ox.eval/compile`.
//!
//! # Invariants
//! - One text is compiled at a time: each extension of the image is made from the newest.
//! - A mistake in the program's text is an answer, with a `:message`; an attempt fails only if the image cannot be
//!   extended at all.
//! - A prompt asks as the program does, and changes nothing.

use crate::output::Output;
use crate::prompt::Prompt;
use activities::misuse;
use bytecode::Image;
use driver::Files;
use driver::extend::{Answer, Extender, Refused};
use engine::Engine;
use engine::data::Data;
use engine::transport::TaskError;
use source::Diagnostic;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use vm::image::LoadedImage;

/// Answers what the programs of an engine ask.
#[derive(Debug)]
pub(crate) struct Compiler {
    /// Whose programs ask; set before any runs.
    engine: OnceLock<Engine>,
    extender: Mutex<Option<Extender>>,
    prompt: Prompt,
}

impl Compiler {
    /// One that is given its engine later.
    pub(crate) fn new(output: Output) -> Compiler {
        Compiler {
            engine: OnceLock::new(),
            extender: Mutex::default(),
            prompt: Prompt::new(output),
        }
    }

    /// Says whose programs ask.
    pub(crate) fn serve(&self, engine: &Engine) {
        let _ = self.engine.set(engine.clone());
    }

    pub(crate) fn prompt(&self) -> &Prompt {
        &self.prompt
    }

    /// Answers what a program asks.
    ///
    /// # Errors
    /// When the image cannot be extended, or the question is none.
    pub(crate) fn answer(&self, args: &[Data]) -> Result<Data, TaskError> {
        let [Data::Str(op), Data::Str(text)] = args else {
            return Err(misuse("it takes an operation and a text"));
        };
        match op.as_str() {
            "ready" => {
                self.prompt.ready();
                return Ok(Data::record([("answer", Data::Nil)]));
            }
            "failed" => {
                self.prompt.failed(text, self);
                return Ok(Data::record([("answer", Data::Nil)]));
            }
            _ => {}
        }
        let answered =
            self.with(|engine, extender, image| extend(engine, extender, image, op, text));
        if answered.is_err() {
            // What it knows may be more than what the image has.
            *self.lock() = None;
        }
        if op == "eval" && matches!(&answered, Ok(Ok(_))) {
            self.prompt.warn(self);
        }
        answered.map(|answer| answer.unwrap_or_else(refused))
    }

    /// What a word at a prompt may become.
    pub(crate) fn completions(&self, word: &str) -> Vec<String> {
        let found = self.with(|_, extender, _| Ok(extender.completions(word)));
        found.unwrap_or_default()
    }

    /// The parameter vectors of what a name means at a prompt.
    pub(crate) fn arglists(&self, name: &str) -> Vec<String> {
        let found = self.with(|_, extender, _| Ok(extender.arglists(name)));
        found.unwrap_or_default()
    }

    /// The namespace that texts are evaluated in.
    pub(crate) fn namespace(&self) -> String {
        let found = self.with(|_, extender, _| Ok(extender.namespace().to_owned()));
        found.unwrap_or_default()
    }

    /// Whether the program may show a prompt.
    pub(crate) fn has_prompt(&self) -> bool {
        let image = self.engine.get().and_then(|engine| engine.image().ok());
        image.is_some_and(|image| {
            let mut slots = image.image().slots.iter();
            slots.any(|slot| (&*slot.namespace, &*slot.name) == ("ox.repl", "repl"))
        })
    }

    /// What was said of the text that was compiled last, if it was not told yet.
    pub(crate) fn take_said(&self) -> Option<(Vec<Diagnostic>, Files)> {
        self.lock().as_mut()?.take_said()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Extender>> {
        self.extender.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(
        &self,
        ask: impl FnOnce(&Engine, &mut Extender, &LoadedImage) -> Result<T, TaskError>,
    ) -> Result<T, TaskError> {
        let Some(engine) = self.engine.get() else {
            return Err(misuse("no engine runs yet"));
        };
        let mut extender = self.lock();
        let image = engine.image().map_err(|error| misuse(error.to_string()))?;
        let extender = match &mut *extender {
            Some(extender) => extender,
            extender => {
                let program = &image.image().source_map.program;
                extender.insert(Extender::of(program).map_err(misuse)?)
            }
        };
        ask(engine, extender, &image)
    }
}

fn extend(
    engine: &Engine,
    extender: &mut Extender,
    base: &LoadedImage,
    op: &str,
    text: &str,
) -> Result<Result<Data, Refused>, TaskError> {
    let image: &Image = base.image();
    let answered = match extender.answer(image, op, text) {
        Ok(answered) => answered,
        Err(error) => return Ok(Err(error)),
    };
    if let Some(image) = answered.image {
        let loaded = LoadedImage::load_linked(Arc::new(image));
        let loaded = loaded
            .map_err(|error| misuse(error.to_string()))?
            .watched_as(base);
        let extended = engine.extend_image(Arc::new(loaded));
        extended.map_err(|error| misuse(error.to_string()))?;
    }
    let answer = match answered.answer {
        Answer::Slot(slot) => Data::Int(slot.into()),
        Answer::Nothing => Data::Nil,
        Answer::Text(text) => Data::Str(text),
    };
    Ok(Ok(Data::record([("answer", answer)])))
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
