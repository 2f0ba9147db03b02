//! Laws: arithmetic against a model, printing and reading as inverses, depth without native stack.

use super::{Evaluator, print_in_steps};
use crate::object::Kind;
use crate::value::print::Options;
use crate::value::{equal, list, map, number, set, string, time, vector};
use crate::word::Word;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};
use proptest::prelude::*;
use scalar::{Instant, Uuid};

/// An integer as a 64-bit one where that holds it.
fn word_of(evaluator: &mut Evaluator, n: &BigInt) -> Word {
    match i64::try_from(n) {
        Ok(n) => number::make_int(&mut evaluator.heap, n),
        Err(_) => number::make_big(&mut evaluator.heap, n),
    }
}

fn big_of(evaluator: &Evaluator, word: Word) -> BigInt {
    match number::Num::of(&evaluator.heap, word) {
        Some(number::Num::Int(n)) => BigInt::from(n),
        Some(number::Num::Big(n)) => n,
        other => panic!("no integer: {other:?}"),
    }
}

/// Integers of all sizes, the ends of 48 and 64 bits among them.
fn integers() -> impl Strategy<Value = BigInt> {
    prop_oneof![
        any::<i8>().prop_map(BigInt::from),
        any::<i64>().prop_map(BigInt::from),
        any::<i128>().prop_map(BigInt::from),
        prop::collection::vec(any::<u32>(), 1..12).prop_map(|digits| BigInt::from(
            num_bigint::BigUint::new(digits)
        ) - BigInt::from(u64::MAX)),
        (-2i64..2).prop_map(|n| BigInt::from(i64::MAX) + n),
        (-2i64..2).prop_map(|n| BigInt::from(i64::MIN) + n),
        (-2i64..2).prop_map(|n| BigInt::from(Word::INT_MAX) + n),
        (-2i64..2).prop_map(|n| BigInt::from(Word::INT_MIN) + n),
    ]
}

proptest! {
    #[test]
    fn integers_add_multiply_and_divide_as_the_model(a in integers(), b in integers()) {
        let mut e = Evaluator::new();
        let (x, y) = (word_of(&mut e, &a), word_of(&mut e, &b));
        let sum = e.call("ox.core/add-p", &[x, y]).expect("a sum");
        prop_assert_eq!(big_of(&e, sum), &a + &b);
        let difference = e.call("ox.core/sub-p", &[x, y]).expect("a difference");
        prop_assert_eq!(big_of(&e, difference), &a - &b);
        let product = e.call("ox.core/mul-p", &[x, y]).expect("a product");
        prop_assert_eq!(big_of(&e, product), &a * &b);
        let less = number::less(&mut e.heap, x, y).expect("an order");
        prop_assert_eq!(less, Word::bool(a < b));
        prop_assert_eq!(equal::equal(&mut e.heap, x, y), Ok(a == b));
        let fits = |n: &BigInt| i64::try_from(n).is_ok();
        let checked = number::add(&mut e.heap, x, y);
        prop_assert_eq!(checked.is_ok(), fits(&(&a + &b)) || !fits(&a) || !fits(&b));
        if !b.is_zero() {
            let wraps = a == BigInt::from(i64::MIN) && b == BigInt::from(-1);
            let q = e.call("ox.core/quot", &[x, y]).expect("a quotient");
            let r = e.call("ox.core/rem", &[x, y]).expect("a remainder");
            let m = e.call("ox.core/mod", &[x, y]).expect("a modulus");
            if !wraps {
                prop_assert_eq!(big_of(&e, q), &a / &b);
                let exact = number::div(&mut e.heap, x, y).expect("a quotient");
                let back = number::mul_promoting(&mut e.heap, exact, y).expect("a product");
                prop_assert_eq!(equal::equal(&mut e.heap, back, x), Ok(true));
            }
            prop_assert_eq!(big_of(&e, r), &a % &b);
            prop_assert_eq!(big_of(&e, m), a.mod_floor(&b));
        }
    }

    #[test]
    fn ratios_are_in_lowest_terms(a in integers(), b in integers(), common in integers()) {
        prop_assume!(!b.is_zero() && !common.is_zero());
        let mut e = Evaluator::new();
        let (x, y) = (word_of(&mut e, &(&a * &common)), word_of(&mut e, &(&b * &common)));
        let wraps = &a * &common == BigInt::from(i64::MIN) && &b * &common == BigInt::from(-1);
        let quotient = number::div(&mut e.heap, x, y).expect("a quotient");
        match number::Num::of(&e.heap, quotient) {
            Some(number::Num::Ratio(n, d)) => {
                prop_assert!(d > BigInt::from(1));
                prop_assert!(n.gcd(&d) == BigInt::from(1));
                prop_assert_eq!(n * b, a * d);
            }
            _ => prop_assert!(wraps || big_of(&e, quotient) * b == a),
        }
    }

    #[test]
    fn long_numerals_are_read(digits in "[1-9][0-9]{1000,9000}", negative in any::<bool>()) {
        let mut e = Evaluator::new();
        let text = format!("{}{digits}", if negative { "-" } else { "" });
        let value = e.read(&text).expect("a numeral");
        prop_assert_eq!(big_of(&e, value).to_string(), text);
    }

    #[test]
    fn integers_read_back(a in integers()) {
        let mut e = Evaluator::new();
        let word = word_of(&mut e, &a);
        let text = e.shown(word);
        let back = e.read(&text).expect("a numeral");
        prop_assert_eq!(big_of(&e, back), a);
        prop_assert_eq!(e.heap.kind_of(back), e.heap.kind_of(word));
    }

    #[test]
    fn doubles_read_back(bits in any::<u64>()) {
        let d = f64::from_bits(bits);
        let mut e = Evaluator::new();
        let text = e.shown(Word::double(d));
        prop_assert_eq!(e.read(&text), Ok(Word::double(d)), "{}", text);
        if d.is_finite() {
            let plain = e.call("ox.core/str*", &[Word::double(d)]).expect("text");
            prop_assert_eq!(e.call("ox.core/parse-double", &[plain]), Ok(Word::double(d)));
        }
    }

    #[test]
    fn decimals_read_back_with_their_scale(unscaled in integers(), scale in -400i64..400) {
        let mut e = Evaluator::new();
        let word = number::Num::Decimal(number::decimal::Decimal { unscaled, scale }).make(&mut e.heap);
        let text = e.shown(word);
        let back = e.read(&text).expect("a numeral");
        prop_assert_eq!(number::Num::of(&e.heap, back), number::Num::of(&e.heap, word), "{}", text);
    }

    #[test]
    fn trailing_zeros_make_no_difference(digits in 1i64..1000, zeros in 0usize..300, scale in -50i64..50) {
        let mut e = Evaluator::new();
        let plain = e.read(&format!("{digits}E{scale}M")).expect("a decimal");
        let padded = format!("{digits}{}E{}M", "0".repeat(zeros), scale - zeros as i64);
        let padded = e.read(&padded).expect("a decimal");
        prop_assert_eq!(equal::equal(&mut e.heap, plain, padded), Ok(true));
        let hash = e.call("ox.core/hash", &[plain]).expect("a hash");
        let padded = e.call("ox.core/hash", &[padded]).expect("a hash");
        prop_assert_eq!(big_of(&e, padded), big_of(&e, hash));
    }

    #[test]
    fn decimals_and_ratios_agree(a in -10_000i64..10_000, b in 1i64..10_000, scale in 0u32..6) {
        let mut e = Evaluator::new();
        let power = 10i64.pow(scale);
        let decimal = e.read(&format!("{a}E-{scale}M")).expect("a decimal");
        let ratio = e.read(&format!("{a}/{power}")).expect("a ratio");
        let other = e.read(&format!("{b}/7")).expect("a ratio");
        let by_decimal = number::less(&mut e.heap, decimal, other).expect("an order");
        prop_assert_eq!(by_decimal, number::less(&mut e.heap, ratio, other).expect("an order"));
        let rational = e.call("ox.core/rationalize", &[decimal]).expect("a ratio");
        prop_assert_eq!(number::num_equal(&mut e.heap, rational, ratio), Ok(Word::TRUE));
    }

    #[test]
    fn values_read_back(seed in values()) {
        let mut e = Evaluator::new();
        let value = build(&mut e, &seed);
        let text = e.shown(value);
        let back = e.read(&text).unwrap_or_else(|error| panic!("{text}: {:?}", e.error(error)));
        prop_assert_eq!(equal::equal(&mut e.heap, value, back), Ok(true), "{}", text);
        prop_assert_eq!(e.shown(back), text.clone());
        prop_assert_eq!(print_in_steps(&mut e, value, Options::READABLE), text);
    }

    #[test]
    fn json_reads_back(seed in values()) {
        let mut e = Evaluator::new();
        let value = build(&mut e, &seed);
        let Ok(text) = e.call("ox.json/write*", &[value, Word::small(2)]) else { return Ok(()) };
        let back = e.call("ox.json/parse*", &[text, Word::FALSE]).expect("JSON");
        let again = e.call("ox.json/write*", &[back, Word::small(2)]).expect("JSON");
        let reread = e.call("ox.json/parse*", &[again, Word::FALSE]).expect("JSON");
        prop_assert_eq!(equal::equal(&mut e.heap, back, reread), Ok(true));
    }

    #[test]
    fn no_text_makes_the_readers_fail_other_than_by_an_error(text in "[\\PC\\n\\\\\"#(){}\\[\\]^'@`~:;0-9a-z/%&.+-]{0,40}") {
        let mut e = Evaluator::new();
        let word = e.string(&text);
        let _ = e.call("ox.core/read-form", &[word, Word::NIL]);
        let _ = e.call("ox.json/parse*", &[word, Word::TRUE]);
        let _ = e.call("ox.core/re-pattern", &[word]);
        let args = vector::make(&mut e.heap, &[Word::small(1), word]);
        let _ = e.call("ox.core/format*", &[word, args]);
        let _ = e.call("ox.core/parse-double", &[word]);
        let _ = e.call("ox.core/bigdec", &[word]);
        let _ = Instant::parse(&text);
    }

    #[test]
    fn indices_agree_with_characters(text in "[a-cäλ𝄞]{0,12}", part in "[a-cäλ𝄞]{0,2}", from in 0i64..14) {
        let mut e = Evaluator::new();
        let (word, part_word) = (e.string(&text), e.string(&part));
        let chars: Vec<char> = text.chars().collect();
        let part: Vec<char> = part.chars().collect();
        let at = |i: usize| chars[i..].starts_with(&part);
        let start = (from as usize).min(chars.len());
        let expected = (start..=chars.len()).find(|&i| at(i)).map_or(Word::NIL, |i| Word::small(i as i64));
        prop_assert_eq!(e.call("ox.string/index-of*", &[word, part_word, Word::small(from)]), Ok(expected));
        let expected = (0..=start).rev().find(|&i| at(i)).map_or(Word::NIL, |i| Word::small(i as i64));
        prop_assert_eq!(e.call("ox.string/last-index-of*", &[word, part_word, Word::small(from)]), Ok(expected));
        let piece = e.call("ox.core/subs", &[word, Word::small(start as i64)]).expect("within the string");
        let piece = string::text(e.heap.object(piece)).to_owned();
        prop_assert_eq!(piece, chars[start..].iter().collect::<String>());
    }
}

/// A value to build.
#[derive(Clone, Debug)]
enum Seed {
    Text(String),
    Keyword(String),
    Symbol(String, String),
    Char(char),
    Bool(Option<bool>),
    Integer(BigInt),
    Ratio(i64, i64),
    Double(f64),
    Decimal(BigInt, i64),
    Instant(i64, u32),
    Uuid(u128),
    Bytes(Vec<u8>),
    List(Vec<Seed>),
    Vector(Vec<Seed>),
    Map(Vec<Seed>),
    Set(Vec<Seed>),
    Tagged(Box<Seed>),
}

fn values() -> impl Strategy<Value = Seed> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Seed::Text),
        "[a-z][a-z0-9*+!?-]{0,5}".prop_map(Seed::Keyword),
        ("[a-z][a-z.]{0,4}[a-z]", "[a-z*<>=][a-z0-9?]{0,4}").prop_map(|(a, b)| Seed::Symbol(a, b)),
        any::<char>().prop_map(Seed::Char),
        any::<Option<bool>>().prop_map(Seed::Bool),
        integers().prop_map(Seed::Integer),
        (any::<i64>(), 2i64..1000).prop_map(|(n, d)| Seed::Ratio(n, d)),
        any::<f64>()
            .prop_filter("NaN is not equal to itself", |d| !d.is_nan())
            .prop_map(Seed::Double),
        (integers(), -30i64..30).prop_map(|(n, s)| Seed::Decimal(n, s)),
        (-62_167_219_200i64..253_402_300_800, 0u32..1_000_000_000)
            .prop_map(|(s, n)| Seed::Instant(s, n)),
        any::<u128>().prop_map(Seed::Uuid),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(Seed::Bytes),
    ];
    leaf.prop_recursive(4, 64, 12, |inner| {
        let many = || prop::collection::vec(inner.clone(), 0..12);
        prop_oneof![
            many().prop_map(Seed::List),
            many().prop_map(Seed::Vector),
            prop::collection::vec(inner.clone(), 0..24).prop_map(Seed::Map),
            many().prop_map(Seed::Set),
            inner.prop_map(|seed| Seed::Tagged(Box::new(seed))),
        ]
    })
}

fn build(e: &mut Evaluator, seed: &Seed) -> Word {
    match seed {
        Seed::Text(text) => e.string(text),
        Seed::Keyword(name) => string::make_keyword(&mut e.heap, None, name),
        Seed::Symbol(namespace, name) => string::make_symbol(&mut e.heap, Some(namespace), name),
        Seed::Char(c) => Word::char(*c),
        Seed::Bool(bool) => bool.map_or(Word::NIL, Word::bool),
        Seed::Integer(n) => word_of(e, n),
        Seed::Ratio(n, d) => {
            let (n, d) = (word_of(e, &BigInt::from(*n)), word_of(e, &BigInt::from(*d)));
            number::div(&mut e.heap, n, d).expect("a quotient")
        }
        Seed::Double(d) => Word::double(*d),
        Seed::Decimal(n, scale) => number::Num::Decimal(number::decimal::Decimal {
            unscaled: n.clone(),
            scale: *scale,
        })
        .make(&mut e.heap),
        Seed::Instant(seconds, nanos) => {
            let (seconds, nanos) = (*seconds, *nanos);
            time::make_instant(&mut e.heap, Instant { seconds, nanos })
        }
        Seed::Uuid(uuid) => time::make_uuid(&mut e.heap, Uuid(*uuid)),
        Seed::Bytes(bytes) => string::make_bytes(&mut e.heap, bytes),
        Seed::List(parts) => {
            let parts: Vec<Word> = parts.iter().map(|part| build(e, part)).collect();
            list::make(&mut e.heap, &parts)
        }
        Seed::Vector(parts) => {
            let parts: Vec<Word> = parts.iter().map(|part| build(e, part)).collect();
            vector::make(&mut e.heap, &parts)
        }
        Seed::Map(parts) => {
            let mut all = map::empty(&mut e.heap, Word::NIL);
            for pair in parts.chunks_exact(2) {
                let (key, value) = (build(e, &pair[0]), build(e, &pair[1]));
                all = map::assoc(&mut e.heap, all, key, value).expect("finished keys");
            }
            all
        }
        Seed::Set(parts) => {
            let mut all = set::empty(&mut e.heap, Word::NIL);
            for part in parts {
                let part = build(e, part);
                all = set::conj(&mut e.heap, all, part).expect("finished elements");
            }
            all
        }
        Seed::Tagged(inner) => {
            let tag = string::make_symbol(&mut e.heap, Some("my"), "tag");
            let form = build(e, inner);
            e.heap.make(Kind::Tagged, 0, 0, &[], &[tag, form])
        }
    }
}

const DEPTH: usize = 1_000_000;

/// Runs on a thread whose stack a recursion that deep would overflow.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(test);
    thread.expect("a thread").join().expect("the test passes");
}

#[test]
fn a_million_levels_are_read_and_printed() {
    on_a_small_stack(|| {
        for (open, close) in [
            ("[", "]"),
            ("(", ")"),
            ("{:a ", "}"),
            ("#{", "}"),
            ("#a ", ""),
        ] {
            let text = format!("{}1{}", open.repeat(DEPTH), close.repeat(DEPTH));
            let mut e = Evaluator::new();
            let value = e.read(&text).expect("it is well formed");
            assert!(e.shown(value) == text, "{open}");
        }
    });
}

#[test]
fn a_million_levels_of_json_are_read_and_written() {
    on_a_small_stack(|| {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = format!("{}1{}", open.repeat(DEPTH), close.repeat(DEPTH));
            let mut e = Evaluator::new();
            let word = e.string(&text);
            let value = e
                .call("ox.json/parse*", &[word, Word::FALSE])
                .expect("JSON");
            let written = e
                .call("ox.json/write*", &[value, Word::small(0)])
                .expect("JSON");
            assert!(string::text(e.heap.object(written)) == text, "{open}");
        }
    });
}

#[test]
fn prefixes_nest_a_million_deep() {
    on_a_small_stack(|| {
        let mut e = Evaluator::new();
        let value = e
            .read(&format!("{}a", "'".repeat(DEPTH)))
            .expect("it is well formed");
        assert!(e.shown(value) == format!("{}a{}", "(quote ".repeat(DEPTH), ")".repeat(DEPTH)));
        // Discards take no form each but the last.
        let value = e
            .read(&format!("{}{}b", "#_ ".repeat(DEPTH), "a ".repeat(DEPTH)))
            .expect("it is well formed");
        assert_eq!(e.shown(value), "b");
    });
}

#[test]
fn numbers_have_a_greatest_size() {
    let mut e = Evaluator::new();
    let mut n = e.read("10N").expect("a number");
    let error = loop {
        match number::mul(&mut e.heap, n, n) {
            Ok(square) => n = square,
            Err(super::Trap::Throw(error)) => break error,
            Err(trap) => panic!("{trap:?}"),
        }
    };
    assert_eq!(e.error(error).0, "memory-limit");
    for expression in [
        "(+ 1E2147483647M 1)",
        "(bigint 1E2147483647M)",
        "(rationalize 1E-2147483647M)",
    ] {
        assert!(
            e.run(expression).starts_with("! memory-limit"),
            "{expression}"
        );
    }
    // Far apart exponents are no work for comparisons.
    assert_eq!(e.run("(< 1E-2147483647M 1E2147483647M)"), "true");
    assert_eq!(e.run("(== 1E2147483647M 1E2147483646M)"), "false");
}

#[test]
fn big_operations_are_charged_by_their_size() {
    let mut e = Evaluator::new();
    let small = Word::small(7);
    e.call("ox.core/mul-p", &[small, small]).expect("a product");
    assert_eq!(e.fuel, 0);
    let big = number::make_big(&mut e.heap, &(BigInt::from(1) << 64_000));
    assert!(big_of(&e, big).is_positive());
    e.call("ox.core/mul-p", &[big, big]).expect("a product");
    assert!(e.fuel > 10_000, "{}", e.fuel);
    let more = number::make_big(&mut e.heap, &(BigInt::from(1) << 4_000_000));
    for name in ["compare", "max2", "min2", "num-eq"] {
        e.call(&format!("ox.core/{name}"), &[more, more])
            .unwrap_or_else(|_| panic!("{name} answers"));
        assert!(e.fuel > 100, "{name}: {}", e.fuel);
    }
    for name in ["zero?", "pos?", "even?", "abs", "inc", "double"] {
        // What is too large may be refused.
        let _ = e.call(&format!("ox.core/{name}"), &[more]);
        assert!(e.fuel > 100, "{name}: {}", e.fuel);
    }
}
