//! Bytes as a source of choices.
//!
//! # Invariants
//! - Every input gives some choices, and similar inputs similar ones.
//! - When the bytes are used up every choice is the first: generators put what ends them there.

/// Bytes as a source of choices; when they are used up, every choice is the first.
#[derive(Debug)]
pub struct Choices<'a> {
    bytes: &'a [u8],
}

impl<'a> Choices<'a> {
    /// Choices made by `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The next byte, or 0.
    pub fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `count`; 0 when that is 0. Takes as few bytes as `count` needs.
    pub fn below(&mut self, count: usize) -> usize {
        let mut number = 0;
        let mut range = 1;
        while range < count {
            number = number << 8 | usize::from(self.byte());
            range = range.saturating_mul(256);
        }
        number.checked_rem(count).unwrap_or(0)
    }

    /// True once in `n` times, and never at the end.
    pub fn one_in(&mut self, n: usize) -> bool {
        !self.is_empty() && self.below(n) == n - 1
    }

    /// Eight bytes as a number.
    pub fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| word << 8 | u64::from(self.byte()))
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// One of `options`, which are not empty.
    pub fn pick<'o, T>(&mut self, options: &'o [T]) -> &'o T {
        &options[self.below(options.len())]
    }

    /// Up to `count` of the next bytes.
    pub fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(count.min(self.bytes.len()));
        self.bytes = rest;
        taken
    }

    /// What is left.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// What is left, as text.
    #[must_use]
    pub fn rest_as_text(&self) -> String {
        String::from_utf8_lossy(self.bytes).into_owned()
    }
}
