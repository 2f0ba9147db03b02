//! Correct texts: what is read without error prints as a text that reads the same, and comments
//! between forms change nothing but positions.

use crate::choices::Choices;
use crate::texts::{Mistakes, text};
use syntax::read_all;

/// Runs the target.
///
/// # Panics
/// When a promise of the reader is broken.
pub fn run(bytes: &[u8]) {
    let text = text(&mut Choices::new(bytes), Mistakes::None);
    let (data, errors) = read_all(&text);
    // Some mistakes are of meaning: equal keys, metadata on a number, a conditional without form.
    let printed: Vec<String> = data.iter().map(|datum| format!("{datum:#}")).collect();
    let has_no_text = printed.iter().any(|text| text.contains("#<"));
    if errors.is_empty() && !has_no_text {
        for (datum, printed) in data.iter().zip(&printed) {
            let (again, errors) = read_all(printed);
            assert_eq!(errors, [], "{printed}");
            assert_eq!(again.len(), 1, "{printed}");
            assert!(again[0].same_value(datum), "{printed}");
            assert_eq!(format!("{:#}", again[0]), *printed);
        }
    }
    let moved = format!(" ; a comment\n\n{text}\n; and one more");
    assert_eq!(
        read_all(&moved).0,
        data,
        "a comment before the forms changes them"
    );
}
