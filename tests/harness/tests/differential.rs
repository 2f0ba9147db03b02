//! Generated programs, run by Clojure and by Ox: what comes of them is compared as data, errors by their kind.
//!
//! A sample with a fixed seed; `OX_DIFFERENTIAL=all` runs 100,000 programs, at least 50 of each of the 300 most used names (about
//! ten minutes), `OX_DIFFERENTIAL=12345` that many. `OX_SEED` is another seed, `OX_NAMES="map filter"` these names alone. What differs is shrunk before
//! it is told. `tests/README.md` says where templates and listed differences are.
//!
//! # Invariants
//! - A seed gives the same programs in every run.
//! - A difference is an error unless `tests/differential/listed.edn` has it, and what stands there refers to `docs/differences.md`.

mod answers;
mod clojure;
mod data;
mod datum;
mod generate;
mod ox;
mod shrink;

use answers::{Answer, Kinds};
use clojure::Clojure;
use data::Node;
use generate::{Program, Templates};
use harness::root;
use ox::Ox;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Programs of the sample, and of the whole; of those that print and read a tenth each.
const SAMPLE: usize = 3_000;
const WHOLE: usize = 100_000;
/// Different programs of each name that the whole has at least.
const EACH_AT_LEAST: usize = 50;
/// Names whose forms are fewer than that.
const FEW_FORMS: &[&str] = &[];
/// Programs that are compiled together.
const BATCH: usize = 500;
/// Differences that are shrunk and told: all of a name of the same kind are one.
const TOLD: usize = 100;
/// Smaller programs that are tried at once, and how often.
const TRIED: usize = 60;
const ROUNDS: usize = 60;

fn file(name: &str) -> String {
    let path = root().join("tests/differential").join(name);
    std::fs::read_to_string(path).expect("the file can be read")
}

/// A program that differs, with the answers of Ox and of Clojure.
type Difference = (Program, Answer, Answer);

struct Sides {
    ox: Ox,
    clojure: Clojure,
    kinds: Kinds,
    listed: Vec<Listed>,
}

impl Sides {
    /// The programs that differ and are not listed, with both answers; counts which listed ones were met.
    fn differences(&mut self, programs: &[Program], met: &mut BTreeSet<usize>) -> Vec<Difference> {
        let ox = &mut self.ox;
        let (clojure, ox) = self.clojure.answers(programs, || ox.answers(programs));
        let mut found = Vec::new();
        for ((program, ox), clojure) in programs.iter().zip(ox).zip(clojure) {
            if self.kinds.agree(&ox, &clojure) {
                continue;
            }
            match self
                .listed
                .iter()
                .position(|listed| listed.has(program, &ox, &clojure))
            {
                Some(number) => _ = met.insert(number),
                None => found.push((program.clone(), ox, clojure)),
            }
        }
        found
    }

    /// The smallest program found that differs in the same way.
    fn shrunk(&mut self, difference: Difference) -> Difference {
        let mut least = difference;
        for _ in 0..ROUNDS {
            let candidates = shrink::smaller(&least.0);
            let same = candidates.chunks(TRIED).take(4).find_map(|tried| {
                let found = self.differences(tried, &mut BTreeSet::new());
                found.into_iter().find(|(_, ox, clojure)| {
                    ox.sort() == least.1.sort() && clojure.sort() == least.2.sort()
                })
            });
            match same {
                Some(smaller) => least = smaller,
                None => break,
            }
        }
        least
    }
}

/// A difference that is meant.
struct Listed {
    names: Vec<String>,
    /// What the whole program fits.
    program: String,
    ox: String,
    clojure: String,
    see: String,
}

impl Listed {
    fn read_all(text: &str) -> Vec<Listed> {
        let body: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim_start().starts_with(";;"))
            .collect();
        let Ok(Node::Group("[", entries)) = Node::read(&body.join("\n")) else {
            panic!("the listed differences are one vector");
        };
        entries.iter().map(Listed::of).collect()
    }

    fn of(entry: &Node) -> Listed {
        let Node::Group("{", parts) = entry else {
            panic!("{entry} is no map");
        };
        let found = |key: &str| {
            let entry = parts.chunks(2).find(|entry| entry[0].to_string() == key);
            entry.map(|entry| &entry[1])
        };
        let part = |key: &str| found(key).unwrap_or_else(|| panic!("{key} is missing in {entry}"));
        let plain = |node: &Node| {
            node.to_string()
                .trim_matches('"')
                .replace("\\\"", "\"")
                .replace("\\\\", "\\")
        };
        let text = |key| plain(part(key));
        let Node::Group("[", names) = part(":names") else {
            panic!(":names of {entry} is a vector");
        };
        Listed {
            names: names.iter().map(ToString::to_string).collect(),
            program: found(":program").map_or_else(|| "*".to_owned(), plain),
            ox: text(":ox"),
            clojure: text(":clojure"),
            see: text(":see"),
        }
    }

    fn has(&self, program: &Program, ox: &Answer, clojure: &Answer) -> bool {
        fits(&self.ox, &ox.to_string())
            && fits(&self.clojure, &clojure.to_string())
            && fits(
                &self.program,
                &format!("{} {}", program.definitions, program.expression),
            )
            && [&program.definitions, &program.expression]
                .iter()
                .any(|text| self.is_named(text))
    }

    /// Whether one of the names stands in a text by itself.
    fn is_named(&self, text: &str) -> bool {
        let mut words = text.split(|c: char| c.is_whitespace() || "()[]{}\"'@#,".contains(c));
        words.any(|word| self.names.iter().any(|name| fits(name, word)))
    }
}

/// Whether a text fits a pattern in which `*` is any text, or with `!` before it does not.
fn fits(pattern: &str, text: &str) -> bool {
    if let Some(pattern) = pattern.strip_prefix('!') {
        return !fits(pattern, text);
    }
    if pattern == "*" || pattern == text {
        return true;
    }
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or("")) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, inner)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in inner {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn generated_programs_agree_with_clojure() {
    compare("templates.txt", 1);
}

#[test]
fn values_are_printed_and_read_as_in_clojure() {
    compare("printing.txt", 10);
}

/// Runs programs of a file's templates, one of `part` of the number that is asked for.
fn compare(templates: &str, part: usize) {
    let Some(clojure) = Clojure::start() else {
        eprintln!(
            "left out: there is no `clojure` (Debian's package of that name) to compare with"
        );
        return;
    };
    let asked = std::env::var("OX_DIFFERENTIAL").ok();
    let is_whole = part == 1 && asked.as_deref() == Some("all");
    let count = match asked.as_deref() {
        Some("all") => WHOLE,
        Some(number) => number
            .parse()
            .expect("OX_DIFFERENTIAL is `all` or a number"),
        None => SAMPLE,
    } / part;
    let seed =
        std::env::var("OX_SEED").map_or(1, |text| text.parse().expect("OX_SEED is a number"));
    let templates = Templates::read(&file(templates));
    let wanted = std::env::var("OX_NAMES").unwrap_or_default();
    let wanted: Vec<&str> = wanted.split_whitespace().collect();
    let programs = programs(&templates, seed, count, &wanted, is_whole);
    let mut sides = Sides {
        ox: Ox::new(),
        clojure,
        kinds: Kinds::read(&file("kinds.edn")),
        listed: Listed::read_all(&file("listed.edn")),
    };
    let mut met = BTreeSet::new();
    let mut found = Vec::new();
    for batch in programs.chunks(BATCH) {
        found.extend(sides.differences(batch, &mut met));
    }
    let number = found.len();
    let told = told(&mut sides, found);
    assert!(
        told.is_empty(),
        "\n{told}\n{number} of {} programs differ (seed {seed}; OX_SEED={seed} OX_DIFFERENTIAL={} makes them again)",
        programs.len(),
        count * part
    );
    if is_whole {
        for (number, listed) in sides.listed.iter().enumerate() {
            assert!(
                met.contains(&number),
                "listed, but nothing differs so: {:?} {}",
                listed.names,
                listed.see
            );
        }
    }
}

/// As many programs as asked for, of all names or of those that are wanted, mixed so that a batch has many names.
fn programs(
    templates: &Templates,
    seed: u64,
    count: usize,
    wanted: &[&str],
    is_whole: bool,
) -> Vec<Program> {
    let names: Vec<&str> = templates
        .names()
        .filter(|name| wanted.is_empty() || wanted.contains(name))
        .collect();
    let mut each: Vec<Vec<Program>>;
    // Names of few forms give fewer: the others give more.
    let mut share = count.div_ceil(names.len());
    loop {
        each = names
            .iter()
            .map(|name| templates.programs(seed, name, share))
            .collect();
        let made: usize = each.iter().map(Vec::len).sum();
        if made >= count || share > 4 * count.div_ceil(names.len()) {
            break;
        }
        share += (count - made).div_ceil(names.len()).max(1);
    }
    if is_whole {
        let few: Vec<_> = names
            .iter()
            .zip(&each)
            .filter(|(name, programs)| programs.len() < EACH_AT_LEAST && !FEW_FORMS.contains(name))
            .map(|(name, programs)| (name, programs.len()))
            .collect();
        assert!(few.is_empty(), "too few different programs: {few:?}");
        assert!(each.iter().map(Vec::len).sum::<usize>() >= count);
    }
    let longest = each.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest)
        .flat_map(|number| {
            each.iter()
                .filter_map(move |programs| programs.get(number).cloned())
        })
        .collect()
}

/// The differences, shrunk: one of each name and kind, the same program once.
fn told(sides: &mut Sides, found: Vec<Difference>) -> String {
    let mut kinds: BTreeMap<_, (usize, Difference)> = BTreeMap::new();
    for difference in found {
        let key = (
            difference.0.name.clone(),
            difference.1.sort(),
            difference.2.sort(),
        );
        let size = difference.0.expression.len() + difference.0.definitions.len();
        let entry = kinds.entry(key).or_insert((0, difference.clone()));
        entry.0 += 1;
        if size < entry.1.0.expression.len() + entry.1.0.definitions.len() {
            entry.1 = difference;
        }
    }
    let mut by_program: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let more = kinds.len().saturating_sub(TOLD);
    for (times, difference) in kinds.into_values().take(TOLD) {
        let before = difference.0.clone();
        let (program, ox, clojure) = sides.shrunk(difference);
        let text = format!(
            "{} {}\n    Ox:      {ox}\n    Clojure: {clojure}\n    was:     {} {}\n",
            program.definitions, program.expression, before.definitions, before.expression
        );
        let entry = by_program
            .entry(format!("{} {}", program.definitions, program.expression))
            .or_insert((0, text));
        entry.0 += times;
    }
    let mut text = String::new();
    for (times, told) in by_program.values() {
        let _ = write!(text, "{times}x {told}");
    }
    if more > 0 {
        let _ = writeln!(text, "{more} more kinds of differences are not shown");
    }
    text
}

#[test]
fn each_of_the_most_used_names_has_templates() {
    let templates = Templates::read(&file("templates.txt"));
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut open = String::new();
    for line in file("names.txt")
        .lines()
        .filter(|line| !line.starts_with(';'))
        .map(str::to_owned)
    {
        match line.strip_prefix("  ") {
            Some(names) => lists
                .entry(open.clone())
                .or_default()
                .extend(names.split_whitespace().map(str::to_owned)),
            None => line
                .split(':')
                .next()
                .unwrap_or_default()
                .clone_into(&mut open),
        }
    }
    assert_eq!(lists["ranked"].len(), 300);
    for name in &lists["ranked"] {
        let has = templates.names().any(|known| known == name);
        let is_left_out = lists["pending"].contains(name) || lists["without"].contains(name);
        assert!(
            has != is_left_out,
            "{name} has templates or is left out, one of both"
        );
    }
}

#[test]
fn listed_differences_are_documented() {
    let differences =
        std::fs::read_to_string(root().join("docs/differences.md")).expect("the page can be read");
    let differences = differences.split_whitespace().collect::<Vec<_>>().join(" ");
    for listed in Listed::read_all(&file("listed.edn")) {
        assert!(
            differences.contains(&listed.see),
            "docs/differences.md has no {:?}",
            listed.see
        );
    }
}

#[test]
fn stars_of_patterns_are_any_text() {
    assert!(fits("error :ox/type*", "error :ox/type \"m\""));
    assert!(fits("*a*c", "abac"));
    assert!(!fits("a*b", "b"));
    assert!(!fits("ab*b", "ab"));
    assert!(fits("!error *", "1") && !fits("!error *", "error :ox/type"));
}
