//! What texts mean as data.

use expect_test::{Expect, expect};
use syntax::{DatumKind, forms, parse, read_all};

/// Shows the data that each form of `text` gives, with metadata, and the errors.
fn check(text: &str, expected: Expect) {
    let (data, errors) = read_all(text);
    let mut shown = String::new();
    for datum in data {
        shown.push_str(&format!("{datum:#}\n"));
    }
    for error in errors {
        shown.push_str(&format!(
            "{} {:?} {}\n",
            error.code, error.range, error.message
        ));
    }
    expected.assert_eq(&shown);
}

#[test]
fn numbers_are_read_as_clojure_reads_them() {
    check(
        "1 -1 +1 -0 0x1F -0xff 017 2r101 36rZZ 36rN 1N 0xFFN 9223372036854775807 9223372036854775808
        -9223372036854775808 1/3 4/2 -4/6 1.5 1. -0.0 1e3 1e400 1.5M 1.50M 1e3M 017M 08.5
        ##Inf ##-Inf ##NaN 12345678.9 0.0001",
        expect![[r#"
            1
            -1
            1
            0
            31
            -255
            15
            5
            1295
            23
            1N
            255N
            9223372036854775807
            9223372036854775808N
            -9223372036854775808
            1/3
            2
            -2/3
            1.5
            1.0
            -0.0
            1000.0
            ##Inf
            1.5M
            1.50M
            1E+3M
            17M
            8.5
            ##Inf
            ##-Inf
            ##NaN
            1.23456789E7
            1.0E-4
        "#]],
    );
}

#[test]
fn numbers_that_are_none_are_errors() {
    check(
        "08 1a 1r1 37r1 2r12 0xg 1/0 1.5e 1_000 1e99999999999M 1/2/3",
        expect![[r#"
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            OX0007 0..2 `08` is not a number
            OX0007 3..5 `1a` is not a number
            OX0007 6..9 there is no radix 1
            OX0007 10..14 there is no radix 37
            OX0007 15..19 `12` has digits that radix 2 does not have
            OX0007 20..23 `0xg` is not a number
            OX0007 24..27 a ratio whose denominator is 0
            OX0007 28..32 `1.5e` is not a number
            OX0007 33..38 `1_000` is not a number
            OX0007 39..53 the exponent of a decimal is too large
            OX0007 54..59 `1/2/3` is not a number
        "#]],
    );
}

#[test]
fn a_number_of_a_hundred_thousand_digits_is_refused() {
    let (data, errors) = read_all(&"9".repeat(100_001));
    assert!(matches!(data[0].kind, DatumKind::Error));
    assert_eq!(errors[0].code.to_string(), "OX0007");
}

#[test]
fn characters_have_names_and_codes() {
    check(
        r"\a \newline \space \tab \backspace \formfeed \return \u03bb \o101 \o60 \( \, \😀 \u \o",
        expect![[r#"
            \a
            \newline
            \space
            \tab
            \backspace
            \formfeed
            \return
            \λ
            \A
            \0
            \(
            \,
            \😀
            \u
            \o
        "#]],
    );
    check(
        r"\newlin \abc \u12 \ud800 \o400 \o1111",
        expect![[r#"
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        OX0008 0..7 `\newlin` is not a character
        OX0008 8..12 `\abc` is not a character
        OX0008 13..17 `\u12` must have four hexadecimal digits
        OX0008 18..24 `\ud800` is half of a character
        OX0008 25..30 `\o400` must be octal, from `\o0` to `\o377`
        OX0008 31..37 `\o1111` must be octal, from `\o0` to `\o377`
    "#]],
    );
}

#[test]
fn strings_have_escapes() {
    check(
        r#""a\t\r\n\b\f\\\"z" "\u03bb" "\ud83d\ude00" "\101" "\60" "two
lines" "" #"a\"b\d""#,
        expect![[r#"
            "a\t\r\n\b\f\\\"z"
            "λ"
            "😀"
            "A"
            "0"
            "two\nlines"
            ""
            #"a\"b\d"
        "#]],
    );
    check(
        r#""\q" "\u12" "\ud800" "\777" "\08" "x\é""#,
        expect![[r#"
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        OX0009 1..3 `\q` is not an escape
        OX0009 6..10 `\u12` must have four hexadecimal digits
        OX0009 13..19 `\ud800` is half of a character
        OX0009 22..26 the octal escape `\777` is above `\377`
        OX0009 29..32 `8` is no octal digit
        OX0009 36..39 `\é` is not an escape
    "#]],
    );
}

#[test]
fn names_may_hold_most_characters() {
    check(
        "/ a/b a//  -> ->x foo' a.b/c.d *x* a:b a/b/c x# %1 nil true false nil/a",
        expect![[r#"
            /
            a/b
            a//
            ->
            ->x
            foo'
            a.b/c.d
            *x*
            a:b
            a/b/c
            x#
            %1
            nil
            true
            false
            nil/a
        "#]],
    );
    check(
        ":a :a/b ::a ::b/c :/ :1 :a'b",
        expect![[r#"
        :a
        :a/b
        ::a
        ::b/c
        :/
        :1
        :a'b
    "#]],
    );
}

#[test]
fn names_that_are_none_are_errors() {
    check(
        "a/ /a // a: a::b : :: :a/1 :a: :::a ::a/",
        expect![[r#"
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        #<unreadable>
        OX0010 0..2 `a/` is not a valid symbol
        OX0010 3..5 `/a` is not a valid symbol
        OX0010 6..8 `//` is not a valid symbol
        OX0010 9..11 `a:` is not a valid symbol
        OX0010 12..16 `a::b` is not a valid symbol
        OX0010 17..18 `:` is not a valid keyword
        OX0010 19..21 `::` is not a valid keyword
        OX0010 22..26 `:a/1` is not a valid keyword
        OX0010 27..30 `:a:` is not a valid keyword
        OX0010 31..35 `:::a` is not a valid keyword
        OX0010 36..40 `::a/` is not a valid keyword
    "#]],
    );
}

#[test]
fn an_invisible_character_in_a_name_is_shown() {
    check(
        "a\u{200B}b :c\u{A0}d",
        expect![[r#"
        #<unreadable>
        #<unreadable>
        OX0024 1..4 there is an invisible character (U+200B) in this name
        OX0024 8..10 there is an invisible character (U+00A0) in this name
    "#]],
    );
}

#[test]
fn prefixes_read_as_lists() {
    check(
        "'x @x #'x `x ~x ~@x ''x #_x",
        expect![[r#"
        (quote x)
        (clojure.core/deref x)
        (var x)
        (ox.reader/syntax-quote x)
        (clojure.core/unquote x)
        (clojure.core/unquote-splicing x)
        (quote (quote x))
    "#]],
    );
}

#[test]
fn function_literals_get_parameters() {
    check(
        "#(+ % %2) #(f %&) #(%) #(f) `#(g %1) (list % %1)",
        expect![[r#"
            (fn* [p1__1# p2__1#] (+ p1__1# p2__1#))
            (fn* [& rest__1#] (f rest__1#))
            (fn* [p1__1#] (p1__1#))
            (fn* [] (f))
            (ox.reader/syntax-quote (fn* [p1__2#] (g p1__2#)))
            (list % %1)
        "#]],
    );
    check(
        "#(a #(b)) #(% %x) #(%0) #(%21)",
        expect![[r#"
        (fn* [] (a #<unreadable>))
        (fn* [p1__1#] (p1__1# #<unreadable>))
        (fn* [] (#<unreadable>))
        (fn* [] (#<unreadable>))
        OX0015 4..8 `#()` inside another `#()`
        OX0016 14..16 `%x` is no argument of `#()`
        OX0016 20..22 `%0` is no argument of `#()`
        OX0016 26..29 `%21` is no argument of `#()`
    "#]],
    );
}

#[test]
fn parameters_of_function_literals_cannot_be_the_users() {
    check(
        "(f p1__2# #(g % p1__3# x___9#))",
        expect![[r#"
        (f p1__2# (fn* [p1____4#] (g p1____4# p1__3# x___9#)))
    "#]],
    );
}

#[test]
fn metadata_is_merged_outside_over_inside() {
    check(
        "^:a x ^:a ^:b x ^{:a 1 :b 2} ^{:a 3 :c 4} x ^String x ^\"S\" x ^[a b] x ^::k [1] #^:a {}
        ^:a 'x ^:a #(f)",
        expect![[r#"
            ^{:a true} x
            ^{:b true, :a true} x
            ^{:a 1, :c 4, :b 2} x
            ^{:tag String} x
            ^{:tag "S"} x
            ^{:param-tags [a b]} x
            ^{::k true} [1]
            ^{:a true} {}
            ^{:a true} (quote x)
            ^{:a true} (fn* [] (f))
        "#]],
    );
    check(
        "^1 x ^:a 1 ^:a :k ^nil x",
        expect![[r#"
        x
        1
        :k
        x
        OX0014 1..2 `1` is not metadata
        OX0014 9..10 `1` cannot carry metadata
        OX0014 15..17 `:k` cannot carry metadata
        OX0014 19..22 `nil` is not metadata
    "#]],
    );
}

#[test]
fn discarded_forms_leave_nothing() {
    check(
        "#_a b #_ #_ a b c [1 #_2] {:a #_b 1} (#_ ##Unknown) #_ 08",
        expect![[r#"
            b
            c
            [1]
            {:a 1}
            ()
        "#]],
    );
}

#[test]
fn conditionals_take_the_first_known_feature_then_default() {
    check(
        "#?(:clj 1 :ox 2 :default 3) #?(:default 3 :ox 2) #?(:clj 1 :default 3) #?(:clj 1)
        [#?@(:ox [1 2] :clj [3]) #?@(:clj [4]) #?(:ox #?(:default 5))] {#?@(:ox [:a 1])}
        #?@(:ox [(def a 1) (def b 2) #?@(:ox (c d))]) #?(:ox #_x y) ^#?(:clj String) x #?()",
        expect![[r#"
            2
            2
            3
            [1 2 5]
            {:a 1}
            (def a 1)
            (def b 2)
            c
            d
            y
            x
        "#]],
    );
}

#[test]
fn features_are_tried_in_their_order() {
    let read = |features: &[&str]| {
        let parse = parse("#?(:default 0 :clj 1 :ox 2)");
        forms(&parse, features)[0].datum.to_string()
    };
    assert_eq!(read(&["ox", "clj"]), "2");
    assert_eq!(read(&["clj", "ox"]), "1");
    assert_eq!(read(&[]), "0");
}

#[test]
fn conditionals_that_are_none_are_errors() {
    check(
        "#?x #?(:ox) #?(1 2) #?@(:ox 1) '#?(:clj 1) [#?] '#?@(:ox [1 2]) ^:a #?(:clj x)",
        expect![[r#"
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            []
            #<unreadable>
            :a
            OX0017 2..3 a reader conditional needs a list after it
            OX0017 7..10 this feature has no form
            OX0017 15..16 a feature must be a keyword
            OX0017 28..29 `#?@` needs a list or vector to splice
            OX0018 31..42 this reader conditional gives nothing, but a form is needed here
            OX0006 44..46 `#?` needs a form after it
            OX0017 48..63 a prefix takes one form, and `#?@` gives several here
        "#]],
    );
}

#[test]
fn tagged_literals_are_read_or_kept() {
    check(
        "#inst \"2020-02-29T12:30:00.5+01:00\" #inst \"1969-12-31T23:59:59.123456789Z\"
        #uuid \"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\" #bytes \"T3g=\" #my/tag {:a 1} #tag #other 1",
        expect![[r##"
            #inst "2020-02-29T11:30:00.500-00:00"
            #inst "1969-12-31T23:59:59.123456789-00:00"
            #uuid "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
            #bytes "T3g="
            #my/tag {:a 1}
            #tag #other 1
        "##]],
    );
    check(
        "#inst \"2020-13\" #uuid \"f81d\" #bytes \"T3g\" #inst 1 #=(f) #<x> #tag",
        expect![[r##"
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            #<unreadable>
            OX0020 0..15 `"2020-13"` is no value for `#inst`
            OX0020 16..28 `"f81d"` is no value for `#uuid`
            OX0020 29..41 `"T3g"` is no value for `#bytes`
            OX0020 42..49 `1` is no value for `#inst`
            OX0019 50..52 `#=` would run code while reading, which is not done
            OX0019 56..60 `#<…>` is how something unreadable was printed
            OX0006 61..65 `#tag` needs a form after it
        "##]],
    );
}

#[test]
fn namespaced_maps_qualify_their_keys() {
    check(
        "#:a{:b 1 c 2 :_/d 3 _/e 4 :f/g 5 \"h\" 6} #:a {:b 1} #::{:b 1 c 2} #::x{:b 1 :_/c 2 :y/d 3}",
        expect![[r#"
            {:a/b 1, a/c 2, :d 3, e 4, :f/g 5, "h" 6}
            {:a/b 1}
            {::b 1, #<symbol ::/c> 2}
            {::x/b 1, :c 2, :y/d 3}
        "#]],
    );
    check(
        "#:a[1] #: {} #:a/b{} #:a{:b 1 :a/b 2} #::a/b{}",
        expect![[r#"
            #<unreadable>
            #<unreadable>
            #<unreadable>
            {:a/b 1}
            #<unreadable>
            OX0021 3..6 `#:a` must be followed by a map
            OX0021 7..9 `#:` is no namespace for a map
            OX0021 13..18 `#:a/b` is no namespace for a map
            OX0012 30..34 this map has the key `:a/b` twice
            OX0021 38..44 `#::a/b` is no namespace for a map
        "#]],
    );
}

#[test]
fn duplicates_are_errors_by_clojures_equality() {
    check(
        "{:a 1 :b 2 :a 3} #{1 2 1} #{[1] (1)} #{1 1N} #{{1 2 3 4} {3 4 1 2}} #{0.0 -0.0}
        #{1.0M 1.00M} #{^:x a a} #{#{1 2} #{2 1}} {::a 1 ::a 2}",
        expect![[r#"
            {:a 1, :b 2}
            #{1 2}
            #{[1]}
            #{1}
            #{{1 2, 3 4}}
            #{0.0}
            #{1.0M}
            #{^{:x true} a}
            #{#{1 2}}
            {::a 1}
            OX0012 11..13 this map has the key `:a` twice
            OX0013 23..24 this set has the element `1` twice
            OX0013 32..35 this set has the element `(1)` twice
            OX0013 41..43 this set has the element `1N` twice
            OX0013 57..66 this set has the element `{3 4, 1 2}` twice
            OX0013 74..78 this set has the element `-0.0` twice
            OX0013 95..100 this set has the element `1.00M` twice
            OX0013 110..111 this set has the element `a` twice
            OX0013 122..128 this set has the element `#{2 1}` twice
            OX0012 137..140 this map has the key `::a` twice
        "#]],
    );
}

#[test]
fn what_is_not_equal_may_be_together() {
    check(
        "#{1 1.0 1.0M \\1 \"1\" [1] #{1} {1 1}} #{#\"a\" #\"a\"} #{a :a ::a} #{nil false ()}",
        expect![[r##"
            #{1 1.0 1.0M \1 "1" [1] #{1} {1 1}}
            #{#"a" #"a"}
            #{a :a ::a}
            #{nil false ()}
        "##]],
    );
}

#[test]
fn a_key_without_value_is_an_error() {
    check(
        "{:a} {:a 1 :b}",
        expect![[r#"
        {}
        {:a 1}
        OX0011 1..3 the key `:a` has no value
        OX0011 11..13 the key `:b` has no value
    "#]],
    );
}

#[test]
fn symbolic_values_are_three() {
    check(
        "##Inf ##Foo ##",
        expect![[r#"
        ##Inf
        #<unreadable>
        #<unreadable>
        OX0022 6..11 `##Foo` is not a symbolic value
        OX0022 12..14 `##` is not a symbolic value
    "#]],
    );
}

#[test]
fn equality_sees_origins_and_metadata_and_same_value_does_not() {
    let read = |text: &str| read_all(text).0.remove(0);
    assert_eq!(read("(f ^:a x)"), read(";c\n( f , ^:a #_y x)"));
    assert_ne!(read("(f ^:a x)"), read("(f x)"));
    assert!(read("(f ^:a x)").same_value(&read("(f x)")));
    let inner = read("(f (g))").as_list().map(|items| items[1].clone());
    let inner = inner.expect("a list");
    assert_ne!(inner, read("(g)"));
    assert!(inner.same_value(&read("(g)")));
    assert!(!read("[1 2]").same_value(&read("[1 2 3]")));
}

#[test]
fn metadata_is_looked_up_by_key() {
    let datum = read_all("^:private ^{:doc \"d\"} x").0.remove(0);
    assert_eq!(
        datum
            .meta_value("private")
            .map(ToString::to_string)
            .as_deref(),
        Some("true")
    );
    assert_eq!(
        datum.meta_value("doc").map(ToString::to_string).as_deref(),
        Some("\"d\"")
    );
    assert!(datum.meta_value("other").is_none());
}
