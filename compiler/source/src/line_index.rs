//! Offsets to lines and columns and back.
//!
//! A line ends after `\n`. Columns count Unicode scalar values, as people and the command line do,
//! or UTF-16 code units, as editors do. Lines and columns start at 0 here; what people see adds 1.

use std::collections::HashMap;

use text_size::TextSize;

/// A line and a column, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line, from 0.
    pub line: u32,
    /// The column, from 0, in the unit of the function that made it.
    pub column: u32,
}

/// A character of more than one byte: where it starts in its line, and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct WideChar {
    start_bytes: u32,
    len_bytes: u32,
}

impl WideChar {
    fn utf16_len(self) -> u32 {
        if self.len_bytes == 4 { 2 } else { 1 }
    }
}

/// The table of one text. It does not keep the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    /// Where each line starts; the first is 0.
    line_starts: Vec<u32>,
    /// The wide characters of the lines that have any, in order.
    wide_chars: HashMap<u32, Box<[WideChar]>>,
    len_bytes: u32,
}

impl LineIndex {
    /// The table of `text`, of which only the first 4 GiB can be addressed.
    pub fn new(text: &str) -> Self {
        let mut line_starts = vec![0];
        let mut wide_chars = HashMap::new();
        let mut line_wide_chars = Vec::new();
        let mut line_start = 0;
        let addressable = text
            .char_indices()
            .take_while(|(at, _)| u32::try_from(*at).is_ok());
        for (at, char) in addressable {
            let at = at as u32;
            if char == '\n' {
                if !line_wide_chars.is_empty() {
                    let line = line_starts.len() as u32 - 1;
                    wide_chars.insert(line, std::mem::take(&mut line_wide_chars).into());
                }
                line_start = at.saturating_add(1);
                line_starts.push(line_start);
            } else if char.len_utf8() > 1 {
                line_wide_chars.push(WideChar {
                    start_bytes: at - line_start,
                    len_bytes: char.len_utf8() as u32,
                });
            }
        }
        if !line_wide_chars.is_empty() {
            wide_chars.insert(line_starts.len() as u32 - 1, line_wide_chars.into());
        }
        let len_bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self {
            line_starts,
            wide_chars,
            len_bytes,
        }
    }

    /// The number of lines; a text that ends in `\n` has an empty last one.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// Where the line starts, or the end of the text if there is no such line.
    pub fn line_start(&self, line: u32) -> TextSize {
        TextSize::new(
            self.line_starts
                .get(line as usize)
                .copied()
                .unwrap_or(self.len_bytes),
        )
    }

    /// Line and column in Unicode scalar values. An offset past the end is the end; one within a
    /// character is its start.
    pub fn line_column(&self, offset: TextSize) -> LineColumn {
        self.position(offset, |_| 1)
    }

    /// Line and column in UTF-16 code units.
    pub fn line_column_utf16(&self, offset: TextSize) -> LineColumn {
        self.position(offset, WideChar::utf16_len)
    }

    /// The offset of a line and a column in Unicode scalar values, cut to the line's end.
    pub fn offset(&self, position: LineColumn) -> TextSize {
        self.offset_by(position, |_| 1)
    }

    /// The offset of a line and a column in UTF-16 code units, cut to the line's end.
    pub fn offset_utf16(&self, position: LineColumn) -> TextSize {
        self.offset_by(position, WideChar::utf16_len)
    }

    fn position(&self, offset: TextSize, width: impl Fn(WideChar) -> u32) -> LineColumn {
        let offset = u32::from(offset).min(self.len_bytes);
        let line = self.line_starts.partition_point(|start| *start <= offset) - 1;
        let column_bytes = offset - self.line_starts[line];
        let line = line as u32;
        let mut column = column_bytes;
        for wide in self.wide_chars_of(line) {
            let end = wide.start_bytes + wide.len_bytes;
            if end <= column_bytes {
                column -= wide.len_bytes - width(*wide);
            } else {
                column -= column_bytes.saturating_sub(wide.start_bytes);
                break;
            }
        }
        LineColumn { line, column }
    }

    fn offset_by(&self, position: LineColumn, width: impl Fn(WideChar) -> u32) -> TextSize {
        let Some(&start) = self.line_starts.get(position.line as usize) else {
            return TextSize::new(self.len_bytes);
        };
        // The line's last offset is before its `\n`.
        let end = match self.line_starts.get(position.line as usize + 1) {
            Some(next) => next - 1,
            None => self.len_bytes,
        };
        let mut bytes = position.column;
        let mut extra = 0;
        for wide in self.wide_chars_of(position.line) {
            let column_of_wide = wide.start_bytes - extra;
            if column_of_wide >= position.column {
                break;
            }
            let width = width(*wide);
            if column_of_wide + width > position.column {
                // Within a surrogate pair: the character's start.
                bytes = column_of_wide;
                break;
            }
            extra += wide.len_bytes - width;
        }
        TextSize::new(start.saturating_add(bytes).saturating_add(extra).min(end))
    }

    fn wide_chars_of(&self, line: u32) -> &[WideChar] {
        self.wide_chars
            .get(&line)
            .map_or(&[], |wide_chars| wide_chars)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_columns_go_there_and_back() {
        let text = "ab\nλx𝄞y\n\nend";
        let index = LineIndex::new(text);
        for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let offset = TextSize::new(at as u32);
            assert_eq!(index.offset(index.line_column(offset)), offset);
            assert_eq!(index.offset_utf16(index.line_column_utf16(offset)), offset);
        }
    }

    #[test]
    fn columns_count_scalars_or_utf16_units() {
        let index = LineIndex::new("λ𝄞y\n");
        let offset_of_y = TextSize::new(6);
        assert_eq!(
            index.line_column(offset_of_y),
            LineColumn { line: 0, column: 2 }
        );
        assert_eq!(
            index.line_column_utf16(offset_of_y),
            LineColumn { line: 0, column: 3 }
        );
        let within_the_clef = LineColumn { line: 0, column: 2 };
        assert_eq!(index.offset_utf16(within_the_clef), TextSize::new(2));
    }

    #[test]
    fn positions_outside_are_cut() {
        let index = LineIndex::new("ab\ncd");
        assert_eq!(
            index.offset(LineColumn {
                line: 0,
                column: 99
            }),
            TextSize::new(2)
        );
        assert_eq!(
            index.offset(LineColumn { line: 9, column: 0 }),
            TextSize::new(5)
        );
        assert_eq!(
            index.line_column(TextSize::new(99)),
            LineColumn { line: 1, column: 2 }
        );
        assert_eq!(index.line_count(), 2);
    }
}
