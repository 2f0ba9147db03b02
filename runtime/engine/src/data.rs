//! Plain data that leaves a process: arguments and results of activities.
//!
//! # Invariants
//! - No identity, no code, nothing lazy: what cannot be plain data is refused with the path to it.

use crate::parcel;
use std::sync::Arc;
use vm::Word;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::native::Trap;
use vm::object::Kind;
use vm::value::{json, list, map, number, print, read, secret, seq, set, string, vector};

pub use vm::value::secret::{Part as SecretPart, template as secret_template};

/// Levels of collections inside one another that leave a process.
const DEPTH_MAX: usize = 1_000;

/// A value without identity.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// Integer
    Int(i64),
    /// Double
    Double(f64),
    /// Any other number, as printed
    Number(String),
    /// Character
    Char(char),
    /// String
    Str(String),
    /// Byte string
    Bytes(Vec<u8>),
    /// Keyword: namespace, name
    Keyword(Option<String>, String),
    /// Symbol: namespace, name
    Symbol(Option<String>, String),
    /// Vector
    Vector(Vec<Data>),
    /// List or other sequence
    List(Vec<Data>),
    /// Map, in the map's order
    Map(Vec<(Data, Data)>),
    /// Set, in the set's order
    Set(Vec<Data>),
    /// Secret: names that are resolved where the request is made, and texts around them
    Secret(Vec<SecretPart>),
    /// Any other plain value, as printed: instants, UUIDs, tagged literals
    Printed(String),
}

impl Data {
    /// A keyword without namespace.
    #[must_use]
    pub fn keyword(name: &str) -> Data {
        Data::Keyword(None, name.to_owned())
    }

    /// The secret of a name: in the environment, `env`, or of a file, `file`.
    #[must_use]
    pub fn secret(source: &str, name: &str) -> Data {
        Data::Secret(vec![SecretPart::named(source, name)])
    }

    /// A string.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Data {
        Data::Str(text.into())
    }

    /// A map with keyword keys.
    #[must_use]
    pub fn record<const N: usize>(entries: [(&str, Data); N]) -> Data {
        Data::Map(
            entries
                .into_iter()
                .map(|(key, value)| (Data::keyword(key), value))
                .collect(),
        )
    }

    /// The value at a keyword of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Data> {
        let Data::Map(entries) = self else {
            return None;
        };
        entries
            .iter()
            .find(|(k, _)| matches!(k, Data::Keyword(None, name) if name == key))
            .map(|(_, value)| value)
            .filter(|value| **value != Data::Nil)
    }

    /// The text of a string.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Data::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The value of an integer.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Data::Int(value) => Some(*value),
            _ => None,
        }
    }
}

/// A value cannot leave its process as data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be sent outside{}", at(.path))]
pub struct DataError {
    /// What it is: `a function`.
    pub what: String,
    /// The way to it: keys and indices.
    pub path: Vec<String>,
}

fn at(path: &[String]) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!(" (at {})", path.join(" > "))
    }
}

/// Makes the value in a process's memory.
pub fn to_word(heap: &mut Heap, data: &Data) -> Word {
    match data {
        Data::Nil => Word::NIL,
        Data::Bool(value) => Word::bool(*value),
        Data::Int(value) => number::make_int(heap, *value),
        Data::Double(value) => Word::double(*value),
        Data::Char(value) => Word::char(*value),
        Data::Str(text) => string::make_string(heap, text),
        Data::Bytes(bytes) => string::make_bytes(heap, bytes),
        Data::Keyword(namespace, name) => string::make_keyword(heap, namespace.as_deref(), name),
        Data::Symbol(namespace, name) => string::make_symbol(heap, namespace.as_deref(), name),
        Data::Vector(items) => {
            let words = to_words(heap, items);
            vector::make(heap, &words)
        }
        Data::List(items) => {
            let words = to_words(heap, items);
            list::make(heap, &words)
        }
        Data::Map(entries) => {
            let mut result = map::empty(heap, Word::NIL);
            for (key, value) in entries {
                let (key, value) = (to_word(heap, key), to_word(heap, value));
                result =
                    map::assoc(heap, result, key, value).expect("plain data has no lazy cells");
            }
            result
        }
        Data::Set(items) => {
            let mut result = set::empty(heap, Word::NIL);
            for item in items {
                let word = to_word(heap, item);
                result = set::conj(heap, result, word).expect("plain data has no lazy cells");
            }
            result
        }
        Data::Secret(parts) => secret::make(heap, parts),
        Data::Number(text) | Data::Printed(text) => {
            match read::read(heap, text, read::Notation::Edn) {
                Ok(Some((word, _))) => word,
                _ => string::make_string(heap, text),
            }
        }
    }
}

fn to_words(heap: &mut Heap, items: &[Data]) -> Vec<Word> {
    items.iter().map(|item| to_word(heap, item)).collect()
}

/// Reads a value of a process's memory.
///
/// # Errors
/// For functions, cells, and what else is no data, with the path to it.
pub fn from_word(heap: &mut Heap, image: &LoadedImage, word: Word) -> Result<Data, DataError> {
    Reader {
        heap,
        image,
        path: Vec::new(),
    }
    .read(word)
}

/// The data that a text writes, one form of EDN.
///
/// # Errors
/// What is wrong with the text, for people.
pub fn parse(text: &str) -> Result<Data, String> {
    in_scratch(|heap, image| {
        let Some((word, end)) = read::read(heap, text, read::Notation::Edn)? else {
            return Ok(Err("there is no form in it".to_owned()));
        };
        match read::read(heap, &text[end..], read::Notation::Edn) {
            Ok(None) => Ok(plain(heap, image, word)),
            _ => Ok(Err("there is more than one form in it".to_owned())),
        }
    })
}

/// The data that JSON writes, as `ox.json/parse` reads it; keys become keywords.
///
/// # Errors
/// What is wrong with the text, for people.
pub fn parse_json(text: &str) -> Result<Data, String> {
    in_scratch(|heap, image| {
        let word = json::parse(heap, text, true)?;
        Ok(plain(heap, image, word))
    })
}

/// The value as JSON on one line, as `ox.json/write` writes it.
///
/// # Errors
/// What JSON cannot say, for people.
pub fn to_json(data: &Data) -> Result<String, String> {
    in_scratch(|heap, image| {
        let word = to_word(heap, data);
        json::write(heap, image, word, 0).map(Ok)
    })
}

fn plain(heap: &mut Heap, image: &LoadedImage, word: Word) -> Result<Data, String> {
    from_word(heap, image, word).map_err(|error| error.to_string())
}

/// Works in a memory that no process has.
fn in_scratch<T>(
    work: impl FnOnce(&mut Heap, &LoadedImage) -> Result<Result<T, String>, Trap>,
) -> Result<T, String> {
    let image = LoadedImage::load(Arc::new(bytecode::Image::default()));
    let image = image.map_err(|error| error.to_string())?;
    let mut heap = Heap::new(Arc::clone(image.boot()));
    match work(&mut heap, &image) {
        Ok(done) => done,
        Err(Trap::Throw(error)) => Err(crate::report::message_of(&mut heap, &image, error)),
        Err(_) => Err("it is not finished".to_owned()),
    }
}

/// The words of a letter's message.
#[must_use]
pub fn to_message(data: &Data) -> Vec<u64> {
    let mut heap = Heap::new(Vec::new().into());
    let word = to_word(&mut heap, data);
    parcel::pack(&mut heap, word).expect("plain data can be sent")
}

struct Reader<'a> {
    heap: &'a mut Heap,
    image: &'a LoadedImage,
    path: Vec<String>,
}

impl Reader<'_> {
    fn refuse<T>(&self, what: &str) -> Result<T, DataError> {
        Err(DataError {
            what: what.to_owned(),
            path: self.path.clone(),
        })
    }

    fn printed(&mut self, word: Word) -> String {
        let mut out = String::new();
        // Scalars print at once; a tagged literal too large for that is cut nowhere else either.
        let options = print::Options::READABLE;
        let _ = print::print(self.heap, self.image, &mut out, word, options, "print*slow");
        out
    }

    fn items(&mut self, words: Vec<Word>) -> Result<Vec<Data>, DataError> {
        let mut items = Vec::with_capacity(words.len());
        for (index, word) in words.into_iter().enumerate() {
            self.path.push(index.to_string());
            items.push(self.read(word)?);
            self.path.pop();
        }
        Ok(items)
    }

    fn read(&mut self, word: Word) -> Result<Data, DataError> {
        if self.path.len() > DEPTH_MAX {
            self.path.truncate(8);
            return self.refuse("a value nested more than 1000 levels deep");
        }
        let Some(kind) = self.heap.kind_of(word) else {
            return self.immediate(word);
        };
        let object = self.heap.object(word);
        Ok(match kind {
            Kind::Int => Data::Int(number::try_int(self.heap, word).unwrap_or_default()),
            Kind::BigInt | Kind::Ratio | Kind::Decimal => Data::Number(self.printed(word)),
            Kind::Str => Data::Str(string::text(object).to_owned()),
            Kind::Bytes => Data::Bytes(string::bytes(object).to_vec()),
            Kind::Symbol | Kind::Keyword => {
                let (namespace, name) = string::parts_of(self.heap, object);
                let (namespace, name) = (namespace.map(str::to_owned), name.to_owned());
                if kind == Kind::Symbol {
                    Data::Symbol(namespace, name)
                } else {
                    Data::Keyword(namespace, name)
                }
            }
            Kind::Vector | Kind::SmallVector => {
                let words = vector::elements(self.heap, word);
                Data::Vector(self.items(words)?)
            }
            Kind::List
            | Kind::Cons
            | Kind::Lazy
            | Kind::Range
            | Kind::IndexSeq
            | Kind::NodeSeq
            | Kind::Queue => match seq::elements(self.heap, word) {
                Ok(words) => Data::List(self.items(words)?),
                Err(_) => return self.refuse("a lazy sequence that is not realized"),
            },
            Kind::Map | Kind::SmallMap | Kind::SortedMap => {
                let words = map::entries(self.heap, word);
                let mut entries = Vec::with_capacity(words.len() / 2);
                for pair in words.chunks_exact(2) {
                    let key = self.read(pair[0])?;
                    let step = self.printed(pair[0]);
                    self.path.push(step);
                    entries.push((key, self.read(pair[1])?));
                    self.path.pop();
                }
                Data::Map(entries)
            }
            Kind::Set | Kind::SmallSet | Kind::SortedSet => {
                let words = set::elements(self.heap, word);
                Data::Set(self.items(words)?)
            }
            Kind::Secret => Data::Secret(secret::parts(self.heap, word).unwrap_or_default()),
            Kind::Inst | Kind::Uuid | Kind::Regex | Kind::Tagged | Kind::Pid | Kind::Ref => {
                Data::Printed(self.printed(word))
            }
            _ => return self.refuse(vm::value::describe(self.heap, word)),
        })
    }

    fn immediate(&self, word: Word) -> Result<Data, DataError> {
        Ok(match word {
            Word::NIL => Data::Nil,
            Word::EMPTY_LIST => Data::List(Vec::new()),
            _ => {
                if let Some(value) = word.as_bool() {
                    Data::Bool(value)
                } else if let Some(value) = word.as_small() {
                    Data::Int(value)
                } else if let Some(value) = word.as_double() {
                    Data::Double(value)
                } else if let Some(value) = word.as_char() {
                    Data::Char(value)
                } else {
                    return self.refuse("an unbound value");
                }
            }
        })
    }
}

#[cfg(test)]
mod tests;
