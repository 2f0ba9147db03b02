//! Data to words and back.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn image() -> LoadedImage {
    LoadedImage::load(Arc::new(bytecode::Image::default())).unwrap()
}

fn there_and_back(data: &Data) -> Data {
    let image = image();
    let mut heap = Heap::new(Arc::clone(image.boot()));
    let word = to_word(&mut heap, data);
    from_word(&mut heap, &image, word).unwrap()
}

#[test]
fn data_survives_the_way_into_a_process_and_out() {
    let all = [
        Data::Nil,
        Data::Bool(true),
        Data::Int(i64::MIN),
        Data::Double(-0.5),
        Data::Number("123456789012345678901234567890N".to_owned()),
        Data::Number("1/3".to_owned()),
        Data::Number("1.50M".to_owned()),
        Data::Char('λ'),
        Data::text("text \"quoted\""),
        Data::Bytes(vec![0, 255]),
        Data::Keyword(Some("a".to_owned()), "b".to_owned()),
        Data::Symbol(None, "x".to_owned()),
        Data::Vector(vec![Data::Int(1), Data::Vector(vec![])]),
        Data::List(vec![Data::Int(1), Data::Nil]),
        Data::List(vec![]),
        Data::record([("k", Data::Int(1)), ("l", Data::text("v"))]),
        Data::Map((0..20).map(|n| (Data::Int(n), Data::Int(n * n))).collect()),
        Data::Set(vec![Data::keyword("only")]),
        Data::secret("env", "TOKEN"),
        Data::Secret(vec![
            SecretPart::Text("Bearer ".to_owned()),
            SecretPart::named("file", "token"),
            SecretPart::Text("!".to_owned()),
        ]),
        Data::Printed("#inst \"2020-02-29T23:59:59.500-00:00\"".to_owned()),
        Data::Printed("#uuid \"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"".to_owned()),
    ];
    for data in all {
        let mut back = there_and_back(&data);
        if let (Data::Map(entries), Data::Map(expected)) = (&mut back, &data) {
            // Large maps have an order of their own.
            entries.sort_by_key(|(key, _)| expected.iter().position(|(k, _)| k == key));
        }
        assert_eq!(back, data);
    }
}

#[test]
fn what_is_no_data_is_named_with_the_way_to_it() {
    let image = image();
    let mut heap = Heap::new(Arc::clone(image.boot()));
    let atom = vm::value::cell::make_atom(&mut heap, Word::NIL);
    let vector = vector::make(&mut heap, &[Word::TRUE, atom]);
    let key = string::make_keyword(&mut heap, None, "k");
    let map = map::from_pairs(&mut heap, &[key, vector]).unwrap();
    let error = from_word(&mut heap, &image, map).unwrap_err();
    assert_eq!(
        error.to_string(),
        "an atom cannot be sent outside (at :k > 1)"
    );
}

#[test]
fn nesting_is_bounded() {
    let image = image();
    let mut heap = Heap::new(Arc::clone(image.boot()));
    let mut word = Word::NIL;
    for _ in 0..100_000 {
        word = vector::make(&mut heap, &[word]);
    }
    let error = from_word(&mut heap, &image, word).unwrap_err();
    assert!(error.to_string().contains("1000 levels"), "{error}");
}

#[test]
fn text_is_parsed_as_one_form() {
    assert_eq!(
        parse("{:a [1 2.5 \"x\"]}").unwrap(),
        Data::record([(
            "a",
            Data::Vector(vec![Data::Int(1), Data::Double(2.5), Data::text("x")])
        )])
    );
    assert!(parse("").unwrap_err().contains("no form"));
    assert!(parse("1 2").unwrap_err().contains("more than one"));
    assert!(parse("[1").is_err());
}

#[test]
fn json_is_written_as_it_was_read() {
    for text in [
        "null",
        "-7",
        "9223372036854775807",
        "123456789012345678901234567890",
        "1.5",
        "\"a\\\"b\\\\c\\n\\u0001λ😀\"",
        "[]",
        "{}",
        "[1,[2,[3]],{\"a\":{\"b/c\":null}}]",
    ] {
        assert_eq!(to_json(&parse_json(text).unwrap()).unwrap(), text);
    }
    let deep = format!("{}{}", "[".repeat(DEPTH_MAX), "]".repeat(DEPTH_MAX));
    assert_eq!(to_json(&parse_json(&deep).unwrap()).unwrap(), deep);
}

#[test]
fn what_is_no_json_or_too_deep_is_refused() {
    let error = parse_json("[1,]").unwrap_err();
    assert!(error.contains("character 3"), "{error}");
    let deep = DEPTH_MAX + 10;
    let error = parse_json(&format!("{}{}", "[".repeat(deep), "]".repeat(deep))).unwrap_err();
    assert!(error.contains("nested"), "{error}");
}

#[test]
fn values_have_forms_in_json() {
    let value = Data::Vector(vec![
        Data::Number("1/4".to_owned()),
        Data::Number("7N".to_owned()),
        Data::Symbol(None, "s".to_owned()),
        Data::Printed("#inst \"2020-01-01\"".to_owned()),
        Data::record([("k", Data::Char('c'))]),
    ]);
    assert_eq!(
        to_json(&value).unwrap(),
        r#"[0.25,7,"s","2020-01-01T00:00:00.000Z",{"k":"c"}]"#
    );
    for none in [
        Data::Double(f64::NAN),
        Data::Bytes(vec![1]),
        Data::secret("env", "TOKEN"),
    ] {
        let error = to_json(&none).unwrap_err();
        assert!(!error.contains("TOKEN"), "{error}");
    }
}
