//! Programs by name: templates of its usual shapes, whose holes are filled by type.
//!
//! `tests/differential/templates.txt` has the templates; its first lines say how they are written.
//!
//! # Invariants
//! - A seed, a name and a number give one program, the same in every run.
//! - What is enumerated, or written into a string, has an order that is part of the language: sets of more than one element and large
//!   maps stand only where their order does not show (holes `set`, `umap`, `uany`).
//! - What has no end stands only in a hole `inf`, which templates put below something that takes a bounded part.

use super::datum::datum;
use std::collections::{BTreeMap, BTreeSet};

/// A generated program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    /// The name that it is about.
    pub(super) name: String,
    /// Top-level forms before the expression.
    pub(super) definitions: String,
    /// The expression that is compared.
    pub(super) expression: String,
}

/// The templates of all names.
pub(super) struct Templates {
    by_name: BTreeMap<String, Vec<String>>,
    /// Of each type of value, templates whose value is of it.
    by_type: BTreeMap<String, Vec<String>>,
}

impl Templates {
    /// Reads the file of templates.
    pub(super) fn read(text: &str) -> Templates {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut by_type: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut open = None;
        for line in text
            .lines()
            .filter(|line| !line.starts_with(';') && !line.is_empty())
        {
            if let Some(template) = line.strip_prefix("  ") {
                let (name, result): &(String, String) =
                    open.as_ref().expect("a name stands before its templates");
                by_name
                    .entry(name.clone())
                    .or_default()
                    .push(template.to_owned());
                // Only plain calls are put into others.
                if result != "-" && !template.contains(" >> ") && !template.contains("$inf") {
                    by_type
                        .entry(result.clone())
                        .or_default()
                        .push(template.to_owned());
                }
            } else {
                let (name, result) = line.split_once(' ').unwrap_or((line, "any"));
                assert!(!by_name.contains_key(name), "{name} has templates twice");
                open = Some((name.to_owned(), result.to_owned()));
            }
        }
        Templates { by_name, by_type }
    }

    /// The names that have templates.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Different programs about a name.
    pub(super) fn programs(&self, seed: u64, name: &str, count: usize) -> Vec<Program> {
        let own = &self.by_name[name];
        let salt = name.bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut programs = Vec::new();
        let mut seen = BTreeSet::new();
        // A name of few forms gives fewer than were asked for.
        for number in 0..count * 3 {
            if programs.len() == count {
                break;
            }
            let mut maker = Maker {
                templates: self,
                chance: Chance(
                    salt.wrapping_add((number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
                ),
                locals: Vec::new(),
                depth: 0,
                suffix: format!("{:x}", salt.wrapping_add(number as u64) & 0xff_ffff_ffff),
            };
            let template = &own[number % own.len()];
            let text = maker.fill(template);
            if seen.insert(text.replace(&maker.suffix, "")) {
                let (definitions, expression) = text.rsplit_once(" >> ").unwrap_or(("", &text));
                programs.push(Program {
                    name: name.to_owned(),
                    definitions: definitions.to_owned(),
                    expression: expression.to_owned(),
                });
            }
        }
        programs
    }
}

/// A stream of numbers (splitmix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    pub(super) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(super) fn pick<'a>(&mut self, options: &[&'a str]) -> &'a str {
        options[self.below(options.len())]
    }
}

/// Nesting of calls that fill holes.
const DEPTH_MAX: usize = 3;
/// One hole in so many is filled with another type.
const WRONG_TYPE: usize = 28;
/// One hole in so many is filled by a call, if there is one of its type.
const CALL: usize = 4;

struct Maker<'t> {
    templates: &'t Templates,
    chance: Chance,
    /// Names that may be read here.
    locals: Vec<String>,
    depth: usize,
    /// What `#` after a defined name becomes.
    suffix: String,
}

impl Maker<'_> {
    /// The template with its holes filled: `$type`, or `$type:a:b` where the locals `a` and `b` may be read.
    fn fill(&mut self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some(at) = rest.find('$') {
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let word = |c: char| c.is_ascii_alphanumeric();
            let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
            let kind = &rest[..end];
            // `$1` of a replacement and `%3$s` of a format are no holes.
            if kind.len() < 2 && !matches!(kind, "e" | "t") {
                text.push('$');
                continue;
            }
            rest = &rest[end..];
            let outer = self.locals.len();
            while let Some(after) = rest.strip_prefix(':') {
                let end = after.find(|c| !word(c)).unwrap_or(after.len());
                self.locals.push(after[..end].to_owned());
                rest = &after[end..];
            }
            let hole = self.hole(kind);
            text.push_str(&hole);
            self.locals.truncate(outer);
        }
        text.push_str(rest);
        // `name~` is a name of this program alone.
        text.replace("~~", &self.suffix)
    }

    fn hole(&mut self, kind: &str) -> String {
        if !self.locals.is_empty()
            && !matches!(kind, "re" | "cls" | "datum" | "bmp")
            && self.chance.one_in(2)
        {
            let at = self.chance.below(self.locals.len());
            return self.locals[at].clone();
        }
        if kind == "datum" {
            return datum(&mut self.chance, 0);
        }
        if kind == "bmp" {
            return datum(&mut self.chance, 0).replace(|c| c > '\u{ffff}', "x");
        }
        if kind != "re"
            && kind != "cls"
            && kind != "inf"
            && kind != "sz"
            && self.chance.one_in(WRONG_TYPE)
        {
            let other = self.chance.pick(&[
                "num", "str", "kw", "sym", "vec", "list", "map", "nil", "set1", "chr", "bool",
                "seq",
            ]);
            return self.value(other);
        }
        if self.depth < DEPTH_MAX && self.chance.one_in(CALL + self.depth) {
            let types = calls_of(kind);
            if !types.is_empty() {
                let wanted = self.chance.pick(types);
                if let Some(templates) = self.templates.by_type.get(wanted) {
                    let template = templates[self.chance.below(templates.len())].clone();
                    // Locals of the template itself could hide those of the place.
                    self.depth += 1;
                    let text = self.fill(&template);
                    self.depth -= 1;
                    return text;
                }
            }
        }
        self.value(kind)
    }

    /// A literal or a constructor's call of a type.
    fn value(&mut self, kind: &str) -> String {
        match kind {
            "num" => match self.chance.below(6) {
                0 => self.value("dbl"),
                1 => self
                    .chance
                    .pick(&[
                        "1/2",
                        "-3/4",
                        "7/3",
                        "22/7",
                        "1e3M",
                        "1.50M",
                        "0M",
                        "-2.5M",
                        "3N",
                        "0N",
                        "-1N",
                        "12345678901234567890N",
                    ])
                    .to_owned(),
                2 => self.value("long"),
                _ => self.value("int"),
            },
            "int" => self
                .chance
                .pick(&[
                    "0", "1", "2", "3", "5", "7", "10", "-1", "-2", "-7", "42", "100",
                ])
                .to_owned(),
            "pos" => self.chance.pick(&["0", "1", "2", "3", "4", "5"]).to_owned(),
            "sz" => self.chance.pick(&["1", "2", "3", "4"]).to_owned(),
            "idx" => self
                .chance
                .pick(&["0", "1", "2", "3", "0", "1", "2", "5", "-1"])
                .to_owned(),
            "long" => self
                .chance
                .pick(&[
                    "9223372036854775807",
                    "-9223372036854775808",
                    "4294967296",
                    "-2147483649",
                    "2147483648",
                    "65536",
                    "255",
                    "9007199254740993",
                ])
                .to_owned(),
            "dbl" => self
                .chance
                .pick(&[
                    "0.0",
                    "-0.0",
                    "1.0",
                    "1.5",
                    "-2.25",
                    "1e10",
                    "1e-7",
                    "##NaN",
                    "##Inf",
                    "##-Inf",
                    "3.14159",
                    "1e300",
                    "123456.789",
                    "0.1",
                ])
                .to_owned(),
            "str" => self
                .chance
                .pick(&[
                    "\"\"",
                    "\"a\"",
                    "\"abc\"",
                    "\"Hello, World\"",
                    "\" x \"",
                    "\"a,b,,c\"",
                    "\"12\"",
                    "\"-3.5\"",
                    "\"line\\nnext\"",
                    "\"q\\\"t\\\\\"",
                    "\"über\"",
                    "\"aXbXc\"",
                    "\"[1 :a]\"",
                    "\"foo/bar\"",
                    "\":k\"",
                ])
                .to_owned(),
            "chr" => self
                .chance
                .pick(&[
                    "\\a",
                    "\\z",
                    "\\A",
                    "\\space",
                    "\\newline",
                    "\\0",
                    "\\9",
                    "\\,",
                    "\\ü",
                    "\\\"",
                ])
                .to_owned(),
            "kw" => self
                .chance
                .pick(&[":a", ":b", ":c", ":x/y", ":n.s/k", ":d", ":else"])
                .to_owned(),
            "sym" => self
                .chance
                .pick(&["'a", "'b", "'x/y", "'foo.bar/baz", "'+", "'inc"])
                .to_owned(),
            "nil" => "nil".to_owned(),
            "bool" => self.chance.pick(&["true", "false"]).to_owned(),
            "re" => self
                .chance
                .pick(&[
                    "#\"a\"",
                    "#\"[a-z]+\"",
                    "#\"(\\w)(\\d)?\"",
                    "#\",\"",
                    "#\"\\d+\"",
                    "#\"\"",
                    "#\"x*\"",
                    "#\"(a)|(b)\"",
                    "#\"(?i)HELLO\"",
                    "#\"\\s+\"",
                    "#\"^\\S\"",
                    "#\".\"",
                ])
                .to_owned(),
            "cls" => self
                .chance
                .pick(&[
                    "String",
                    "Long",
                    "Number",
                    "Double",
                    "Boolean",
                    "Character",
                    "clojure.lang.Keyword",
                    "clojure.lang.Symbol",
                    "clojure.lang.IPersistentMap",
                    "clojure.lang.IFn",
                    "clojure.lang.Ratio",
                    "clojure.lang.IPersistentVector",
                ])
                .to_owned(),
            "fmt" => self
                .chance
                .pick(&[
                    "\"%s\"",
                    "\"<%s>\"",
                    "\"%d\"",
                    "\"%5d|\"",
                    "\"%-5s|\"",
                    "\"%05d\"",
                    "\"%.2f\"",
                    "\"%x\"",
                    "\"%S\"",
                    "\"%%\"",
                    "\"%c\"",
                    "\"%b\"",
                    "\"%,d\"",
                    "\"%+d\"",
                    "\"%8.3f|\"",
                    "\"%e\"",
                    "\"%o\"",
                    "\"plain\"",
                ])
                .to_owned(),
            "scalar" => {
                let kind = self.chance.pick(&[
                    "int", "int", "num", "str", "chr", "kw", "kw", "sym", "nil", "bool",
                ]);
                self.value(kind)
            }
            "key" => {
                let kind = self
                    .chance
                    .pick(&["kw", "kw", "int", "str", "sym", "nil", "chr"]);
                self.value(kind)
            }
            "any" => {
                let kind = self
                    .chance
                    .pick(&["scalar", "scalar", "scalar", "num", "coll", "seq"]);
                self.value(kind)
            }
            "uany" => {
                let kind = self
                    .chance
                    .pick(&["scalar", "scalar", "num", "coll", "seq", "set", "umap"]);
                self.value(kind)
            }
            "coll" => {
                let kind = self
                    .chance
                    .pick(&["vec", "vec", "list", "map", "set1", "nil", "lazy"]);
                self.value(kind)
            }
            "ucoll" => {
                let kind = self
                    .chance
                    .pick(&["vec", "list", "map", "set", "umap", "nil", "lazy", "str"]);
                self.value(kind)
            }
            "seq" => {
                let kind = self.chance.pick(&[
                    "vec", "vec", "list", "lazy", "lazy", "map", "str", "nil", "nums", "set1",
                ]);
                self.value(kind)
            }
            "lazy" => self.lazy(),
            "vec" => self.elements("[", "]", "elem"),
            "list" => match self.chance.below(4) {
                0 => self.elements("(list ", ")", "elem"),
                1 => "()".to_owned(),
                _ => {
                    let text = self.elements("'(", ")", "elem");
                    text[..2].to_owned() + &text[2..].replace('\'', "")
                }
            },
            "elem" => {
                let kind = if self.deep() {
                    "scalar"
                } else {
                    self.chance
                        .pick(&["scalar", "scalar", "scalar", "vec", "list", "map", "nums"])
                };
                self.nested(kind)
            }
            "map" => self.map(4),
            "smap" => self.map(2),
            "umap" => {
                if self.chance.one_in(3) {
                    let size = 9 + self.chance.below(12);
                    format!("(zipmap (range {size}) (map str (range {size})))")
                } else {
                    self.map(4)
                }
            }
            "set1" => match self.chance.below(3) {
                0 => "#{}".to_owned(),
                _ => format!("#{{{}}}", self.value("scalar")),
            },
            "set" => {
                let mut seen = BTreeSet::new();
                for _ in 0..self.chance.below(5) {
                    let kind = self.chance.pick(&["int", "kw", "str", "nil"]);
                    seen.insert(self.value(kind));
                }
                match self.chance.below(8) {
                    0 => "(set (range 20))".to_owned(),
                    _ => format!("#{{{}}}", seen.into_iter().collect::<Vec<_>>().join(" ")),
                }
            }
            "ints" => match self.chance.below(4) {
                0 => format!("(range {})", self.value("pos")),
                1 => self.elements("(list ", ")", "int"),
                2 => format!(
                    "(map {} {})",
                    self.value("nf1"),
                    self.elements("[", "]", "int")
                ),
                _ => self.elements("[", "]", "int"),
            },
            "nums" => match self.chance.below(3) {
                0 => self.elements("[", "]", "num"),
                _ => self.value("ints"),
            },
            "strs" => self.elements("[", "]", "str"),
            "kws" => self.elements("[", "]", "kw"),
            "pairs" => match self.chance.below(3) {
                0 => self.map(3),
                _ => {
                    let mut text = String::from("[");
                    for _ in 0..self.chance.below(4) {
                        text += &format!("[{} {}]", self.value("key"), self.value("scalar"));
                    }
                    text + "]"
                }
            },
            "maps" => {
                let mut text = String::from("[");
                for _ in 0..self.chance.below(4) {
                    text += &self.map(3);
                }
                text + "]"
            }
            "path" => self.elements("[", "]", "key"),
            "nested" => format!(
                "{{:a {{:b {} :c {}}} :d [{} {{:a 1}}]}}",
                self.value("elem"),
                self.value("map"),
                self.value("scalar")
            ),
            "inf" => self
                .chance
                .pick(&[
                    "(range)",
                    "(iterate inc 0)",
                    "(repeat :x)",
                    "(cycle [1 2 3])",
                    "(map inc (range))",
                    "(repeatedly (constantly 1))",
                    "(filter odd? (range))",
                    "(cycle \"ab\")",
                    "(iterate #(* 2 %) 1N)",
                ])
                .to_owned(),
            "f1" => self
                .chance
                .pick(&[
                    "inc",
                    "str",
                    "identity",
                    "first",
                    "count",
                    "not",
                    "vector",
                    "list",
                    "name",
                    "keyword",
                    "seq",
                    ":a",
                    "{1 :one :a 2}",
                    "#{1 :a nil}",
                    "(constantly 7)",
                    "(fn [x] [x x])",
                    "#(conj [%] 1)",
                    "(comp str first)",
                    "(partial conj [0])",
                    "keys",
                    "rest",
                    "last",
                    "-",
                    "'a",
                    "pr-str",
                    "(juxt identity str)",
                ])
                .to_owned(),
            "nf1" => self
                .chance
                .pick(&[
                    "inc",
                    "dec",
                    "-",
                    "(partial + 10)",
                    "(partial * 2)",
                    "#(* % %)",
                    "#(quot % 2)",
                    "abs",
                    "(comp inc inc)",
                    "(fn [n] (rem n 3))",
                    "double",
                    "#(/ % 3)",
                    "identity",
                    "str",
                ])
                .to_owned(),
            "nf2" => self
                .chance
                .pick(&[
                    "+",
                    "-",
                    "*",
                    "max",
                    "min",
                    "(fn [a b] (+ (* 10 a) b))",
                    "#(- %2 %1)",
                    "quot",
                    "compare",
                    "vector",
                    "+'",
                ])
                .to_owned(),
            "f2" => self
                .chance
                .pick(&[
                    "vector",
                    "list",
                    "conj",
                    "str",
                    "=",
                    "cons",
                    "get",
                    "(fn [a b] [b a])",
                    "(fn [a b] a)",
                    "into",
                    "(fn [a b] (neg? (compare a b)))",
                    "+",
                    "merge",
                    "#(list %2 %1)",
                    "(fn [a b] (if (nil? a) b a))",
                    "concat",
                ])
                .to_owned(),
            "p1" => self
                .chance
                .pick(&[
                    "nil?",
                    "some?",
                    "number?",
                    "keyword?",
                    "string?",
                    "coll?",
                    "identity",
                    "even?",
                    "odd?",
                    "pos?",
                    "zero?",
                    "(complement nil?)",
                    "#(= % 1)",
                    "#{1 2 :a}",
                    "vector?",
                    "seq",
                    "empty?",
                    "map?",
                    "(fn [x] (not= x :a))",
                    "symbol?",
                    "sequential?",
                    "any?",
                ])
                .to_owned(),
            "np1" => self
                .chance
                .pick(&[
                    "even?",
                    "odd?",
                    "pos?",
                    "neg?",
                    "zero?",
                    "#(< % 3)",
                    "#(> % 1)",
                    "(partial = 2)",
                    "#{1 2 3}",
                    "(complement pos?)",
                ])
                .to_owned(),
            "cmp" => self
                .chance
                .pick(&[
                    "<",
                    ">",
                    "compare",
                    "#(compare %2 %1)",
                    "<=",
                    "(fn [a b] (- a b))",
                    "(comparator <)",
                ])
                .to_owned(),
            "xf" => match self.chance.below(14) {
                0 => format!("(map {})", self.value("f1")),
                1 => format!("(filter {})", self.value("p1")),
                2 => format!("(take {})", self.value("pos")),
                3 => format!("(drop {})", self.value("pos")),
                4 => format!("(partition-all {})", self.value("sz")),
                5 => format!("(partition-by {})", self.value("p1")),
                6 => "(dedupe)".to_owned(),
                7 => "(distinct)".to_owned(),
                8 => format!("(interpose {})", self.value("scalar")),
                9 => format!("(comp {} {})", self.value("xf"), self.value("xf")),
                10 => format!("(keep {})", self.value("f1")),
                11 => "(map-indexed vector)".to_owned(),
                12 => format!("(take-while {})", self.value("p1")),
                _ => format!("(remove {})", self.value("p1")),
            },
            "t" => {
                let kind = self.chance.pick(&["bool", "bool", "nil", "any"]);
                self.hole(kind)
            }
            "e" => self.value("any"),
            other => panic!("no values of `{other}`"),
        }
    }

    fn deep(&mut self) -> bool {
        self.depth >= DEPTH_MAX
    }

    fn nested(&mut self, kind: &str) -> String {
        self.depth += 1;
        let text = self.value(kind);
        self.depth -= 1;
        text
    }

    fn elements(&mut self, open: &str, close: &str, kind: &str) -> String {
        let size = self.chance.below(5);
        let parts: Vec<String> = (0..size).map(|_| self.nested(kind)).collect();
        format!("{open}{}{close}", parts.join(" "))
    }

    fn map(&mut self, most: usize) -> String {
        let mut keys = BTreeSet::new();
        let mut text = String::from("{");
        for _ in 0..self.chance.below(most + 1) {
            let key = self.value("key");
            if keys.insert(key.clone()) {
                let value = self.nested("elem");
                text += &format!("{key} {value} ");
            }
        }
        text.truncate(text.trim_end().len());
        text + "}"
    }

    fn lazy(&mut self) -> String {
        match self.chance.below(8) {
            0 => format!("(map {} {})", self.value("f1"), self.value("vec")),
            1 => format!("(range {})", self.value("pos")),
            2 => format!("(filter {} {})", self.value("p1"), self.value("vec")),
            3 => format!("(take {} {})", self.value("pos"), self.value("inf")),
            4 => format!("(seq {})", self.value("vec")),
            5 => format!("(rest {})", self.value("vec")),
            6 => format!("(concat {} {})", self.value("vec"), self.value("list")),
            _ => format!("(lazy-seq {})", self.value("vec")),
        }
    }
}

/// Types of calls that may stand in a hole.
fn calls_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "num" => &["num", "int"],
        "int" => &["int"],
        "str" => &["str"],
        "bool" => &["bool"],
        "seq" => &["seq", "vec", "map"],
        "lazy" => &["seq"],
        "coll" => &["seq", "vec", "map"],
        "vec" => &["vec"],
        "map" => &["map"],
        "set" => &["set"],
        "umap" => &["map", "umap"],
        "ucoll" => &["seq", "vec", "map", "umap", "set"],
        "any" | "e" => &["num", "int", "str", "bool", "seq", "vec", "map", "any"],
        "uany" => &[
            "num", "int", "str", "bool", "seq", "vec", "map", "any", "umap", "set",
        ],
        _ => &[],
    }
}
