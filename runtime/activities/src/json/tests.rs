//! JSON on both ways.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn both_ways(text: &str) {
    assert_eq!(write(&parse(text).unwrap()).unwrap(), text);
}

#[test]
fn what_is_read_is_written_the_same() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-7",
        "9223372036854775807",
        "1.5",
        "-0.25",
        "1e300",
        "\"\"",
        "\"a\\\"b\\\\c\\n\\u0001λ😀\"",
        "[]",
        "{}",
        "[1,[2,[3]],{\"a\":{\"b/c\":null}}]",
        "123456789012345678901234567890",
    ] {
        both_ways(text);
    }
}

#[test]
fn escapes_and_halves_of_characters() {
    assert_eq!(
        parse(r#""\ud83d\ude00\/\b\f""#).unwrap(),
        Data::text("😀/\u{8}\u{c}")
    );
    assert_eq!(parse(r#""\ud83dx""#).unwrap(), Data::text("\u{fffd}x"));
    assert_eq!(parse(r#""\ud83d\u0041""#).unwrap(), Data::text("\u{fffd}A"));
}

#[test]
fn the_last_of_equal_keys_counts() {
    let found = parse(r#"{"a":1,"b":2,"a":3}"#).unwrap();
    assert_eq!(write(&found).unwrap(), r#"{"a":3,"b":2}"#);
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for (text, offset) in [
        ("", 0),
        ("[1,]", 3),
        ("{\"a\" 1}", 5),
        ("{a:1}", 1),
        ("01", 2),
        ("1.", 2),
        ("1e", 2),
        ("-", 1),
        ("\"a", 2),
        ("\"\\x\"", 2),
        ("\"\\u12g4\"", 3),
        ("nul", 0),
        ("1 2", 2),
        ("\"\n\"", 1),
        ("[1", 2),
    ] {
        assert_eq!(parse(text).unwrap_err().offset, offset, "{text:?}");
    }
}

#[test]
fn too_deep_is_an_error_both_ways() {
    let deep = "[".repeat(DEPTH_MAX + 2);
    assert_eq!(parse(&deep).unwrap_err().message, "nested too deeply");
    both_ways(&format!(
        "{}{}",
        "[".repeat(DEPTH_MAX),
        "]".repeat(DEPTH_MAX)
    ));
    let mut value = Data::Nil;
    for _ in 0..DEPTH_MAX + 2 {
        value = Data::Vector(vec![value]);
    }
    assert!(write(&value).is_err());
}

#[test]
fn ox_values_have_forms_in_json() {
    let value = Data::Map(vec![
        (Data::keyword("a"), Data::Number("1/4".to_owned())),
        (Data::Int(2), Data::Number("7N".to_owned())),
        (
            Data::Keyword(Some("n".to_owned()), "k".to_owned()),
            Data::Symbol(None, "s".to_owned()),
        ),
        (Data::text("t"), Data::Printed("#uuid \"00-1\"".to_owned())),
    ]);
    assert_eq!(
        write(&value).unwrap(),
        r#"{"a":0.25,"2":7,"n/k":"s","t":"00-1"}"#
    );
    assert!(write(&Data::Double(f64::NAN)).is_err());
    assert!(write(&Data::Bytes(vec![1])).is_err());
    assert!(write(&Data::Secret("env".to_owned(), "TOKEN".to_owned())).is_err());
}
