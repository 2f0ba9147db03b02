//! Answers what programs ask of the compiler, `ox.eval/compile`, as `oxc` does.

use driver::extend::{Answer, Extender};
use engine::data::Data;
use std::sync::Arc;
use vm::image::LoadedImage;

/// The name of the activity by which they ask.
pub(crate) const NAME: &str = "ox.eval/compile";

/// A compiler that knows a program from its first question on.
#[derive(Debug, Default)]
pub(crate) struct Compiler(Option<Extender>);

impl Compiler {
    /// The answer, and the image if that is extended.
    pub(crate) fn answer(
        &mut self,
        image: &LoadedImage,
        args: &[Data],
    ) -> (Option<Arc<LoadedImage>>, Data) {
        let image = image.image();
        let program = || Extender::of(&image.source_map.program).expect("who asks has its texts");
        let extender = self.0.get_or_insert_with(program);
        let [Data::Str(op), Data::Str(text)] = args else {
            panic!("the library asks by an operation and a text, not by {args:?}");
        };
        match extender.answer(image, op, text) {
            Ok(answered) => {
                let image = answered.image.map(|image| {
                    let loaded = LoadedImage::load(Arc::new(image));
                    Arc::new(loaded.expect("an extension is valid"))
                });
                let answer = match answered.answer {
                    Answer::Slot(slot) => Data::Int(slot.into()),
                    Answer::Nothing => Data::Nil,
                    Answer::Text(text) => Data::Str(text),
                };
                (image, Data::record([("answer", answer)]))
            }
            Err(refused) => {
                let number = |number: u32| Data::Int(number.into());
                let (line, column) = refused.place.unwrap_or_default();
                let told = [
                    ("message", Data::Str(refused.message)),
                    ("code", refused.code.map_or(Data::Nil, Data::Str)),
                    ("line", number(line)),
                    ("column", number(column)),
                ];
                (None, Data::record(told))
            }
        }
    }
}
