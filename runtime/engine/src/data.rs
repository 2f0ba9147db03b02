//! Plain data that leaves a process: arguments and results of activities.
//!
//! # Invariants
//! - No identity, no code, nothing lazy: what cannot be plain data is refused with the path to it.

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
    /// Secret: source (`env`, `file`) and name; resolved where the request is made
    Secret(String, String),
    /// Any other plain value, as printed: instants, UUIDs, tagged literals
    Printed(String),
}

impl Data {
    /// A keyword without namespace.
    #[must_use]
    pub fn keyword(name: &str) -> Data {
        Data::Keyword(None, name.to_owned())
    }

    /// A string.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Data {
        Data::Str(text.into())
    }

    /// A map with keyword keys.
    #[must_use]
    pub fn record<const N: usize>(entries: [(&str, Data); N]) -> Data {
        Data::Map(entries.into_iter().map(|(key, value)| (Data::keyword(key), value)).collect())
    }

    /// The value at a keyword of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Data> {
        let Data::Map(entries) = self else { return None };
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
