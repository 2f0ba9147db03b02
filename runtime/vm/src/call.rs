//! Putting arguments where a callee reads them.

use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::object::Kind;
use crate::word::Word;

/// Makes a list of words, nil when there are none: what a rest parameter receives.
pub(crate) fn make_rest(heap: &mut Heap, words: &[Word]) -> Word {
    let mut rest = Word::NIL;
    for (index, &word) in words.iter().enumerate().rev() {
        let next = if rest.is_nil() {
            Word::EMPTY_LIST
        } else {
            rest
        };
        let count = (words.len() - index) as u64;
        rest = heap.make(Kind::List, 0, 0, &[count, 0], &[word, next]);
    }
    rest
}

/// The words that registers from 0 on must hold for a call of `proto` with `args`, whose number
/// fits the prototype.
pub(crate) fn arrange_arguments(
    heap: &mut Heap,
    image: &LoadedImage,
    proto: u32,
    args: &[Word],
) -> Vec<Word> {
    let proto = image.proto(proto);
    let params = usize::from(proto.params);
    let mut arranged = args[..params].to_vec();
    if proto.variadic {
        arranged.push(make_rest(heap, &args[params..]));
    }
    arranged
}
