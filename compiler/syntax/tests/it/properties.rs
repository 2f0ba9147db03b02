//! Laws that hold for all texts and data.

use proptest::prelude::*;
use syntax::{DEFAULT_FEATURES, Origin, forms, parse, read_all};

use crate::generate;

/// Checks all that must hold for any text.
fn check_text(text: &str) -> Result<(), TestCaseError> {
    let parse = parse(text);
    prop_assert_eq!(parse.syntax().to_string(), text);
    let len = text.len() as u32;
    for error in parse.errors() {
        prop_assert!(u32::from(error.range.end()) <= len);
        prop_assert!(
            text.get(std::ops::Range::<usize>::from(error.range))
                .is_some()
        );
    }
    let forms = forms(&parse, DEFAULT_FEATURES);
    let mut ids: Vec<_> = forms.iter().map(|form| form.ast_id).collect();
    ids.sort();
    ids.dedup();
    prop_assert_eq!(ids.len(), forms.len());
    for form in &forms {
        for origin in 1..=form.source_map.len() as u32 {
            let range = form.range_of(Origin(origin));
            prop_assert!(form.range.contains_range(range));
        }
        for error in form.errors.iter() {
            let range = error.range + form.range.start();
            prop_assert!(text.get(std::ops::Range::<usize>::from(range)).is_some());
        }
    }
    // Rendering must not fail either.
    let all = syntax::diagnostics(&parse, &forms, source::FileId(0));
    let file = source::render::SingleFile { path: "a.ox", text };
    source::render::terminal::render(&all, &file, false);
    source::render::json::render(&all, &file);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_parses_and_prints_back(text in any::<String>()) {
        check_text(&text)?;
    }

    #[test]
    fn any_soup_of_the_language_parses_and_prints_back(text in generate::soup()) {
        check_text(&text)?;
    }

    #[test]
    fn printed_data_reads_as_the_same_data(datum in generate::datum()) {
        let text = format!("{datum:#}");
        let (data, errors) = read_all(&text);
        prop_assert_eq!(&errors, &[], "{}", text);
        prop_assert_eq!(data.len(), 1);
        prop_assert!(data[0].same_value(&datum), "{} is not {}", data[0], datum);
        prop_assert_eq!(format!("{:#}", data[0]), text);
    }

    #[test]
    fn space_and_comments_change_no_datum(datum in generate::datum()) {
        let text = format!("(f {datum:#} x)");
        let spaced = format!(" ;c\n( f,#_(gone) {datum:#}\n ;d\n x )");
        prop_assert_eq!(read_all(&text), read_all(&spaced));
    }
}
